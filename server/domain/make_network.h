/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Use case: forecast every queue of a region, or of the whole network, so that branches add up.
 *
 * Queues are forecast from their own history, and so are sites, regions and the network, each as
 * one; then the day means are reconciled (wfm/hierarchy.h). Each site gets a forecast of its own like
 * any other; the totals of sites, regions and network, with quantiles from joint scenarios, are
 * kept beside. One connection, one thread.
 */
#ifndef DOMAIN_MAKE_NETWORK_H
#define DOMAIN_MAKE_NETWORK_H

#include "server/domain/make_forecast.h"

struct network_request {
	int64_t region_id; /* FIELD_NULL: the whole network */
	int64_t week, weeks;
};
struct network_result {
	int64_t network_forecast_id;
};
extern const struct fields network_request_fields, network_result_fields;

/* What can be refused at once: no such region, no queues, queues without history. */
bool network_check(struct db *db, struct arena *a, const struct network_request *r, struct err *e);

/* Writes in one short transaction at the end, or in the caller's when one is open. A stop is
 * ERR_CONFLICT "cancelled". */
bool network_make(struct db *db, struct arena *a, const struct network_request *r, int64_t user_id,
		  int64_t job_id, const struct forecast_watch *w, int64_t *network_forecast_id,
		  struct err *e);

#endif
