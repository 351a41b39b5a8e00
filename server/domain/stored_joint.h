/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Joint scenarios as they are kept with a forecast, and how its queues move together.
 *
 * What is loaded points into the arena: never wfm_joint_free it. One connection, one thread.
 */
#ifndef DOMAIN_STORED_JOINT_H
#define DOMAIN_STORED_JOINT_H

#include "server/store/db.h"
#include "wfm/scenarios.h"

bool joint_keep(struct db *db, struct arena *a, int64_t forecast_id, int64_t queue_id,
		const struct wfm_joint *joint, struct err *e);

struct stored_joint {
	int64_t queue_id;
	struct wfm_joint joint;
};

/* Of one queue, or of all by id (queue_id FIELD_NULL). None for forecasts made before they were kept. */
bool joint_load(struct db *db, struct arena *a, int64_t forecast_id, int64_t queue_id,
		struct stored_joint **out, size_t *count, struct err *e);

/* Pairs of n queues from the errors of their backtests, in the order of queue_ids. */
bool correlation_keep(struct db *db, struct arena *a, int64_t forecast_id, const int64_t *queue_ids,
		      const struct wfm_day_errors *errors, size_t n, struct err *e);

/* The n x n matrix of these queues. */
bool correlation_load(struct db *db, struct arena *a, int64_t forecast_id,
		      const struct stored_joint *queues, size_t n, double **out, struct err *e);

#endif
