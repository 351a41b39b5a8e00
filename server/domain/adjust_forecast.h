/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Use case: a user knows better than the statistics. A percentage or a count of contacts over a span of
 * time of one queue, with a reason and an author, kept apart from every forecast and applied to all of
 * them when read (sql: forecast_adjusted). It is never deleted, only revoked.
 *
 * Overlaps are allowed: percentages multiply, counts are added after them, in any order the same.
 * Both functions join the caller's transaction. One connection, one thread.
 */
#ifndef DOMAIN_ADJUST_FORECAST_H
#define DOMAIN_ADJUST_FORECAST_H

#include "server/store/db.h"

/* Contacts that an interval of a queue may come to: the simulator plays more, and no queue of a thousand
 * branches comes near. Several adjustments, or a later forecast, can still
 * go beyond: whoever plans for them checks again. */
#define ADJUSTED_MOST 100e3

struct adjustment {
	int64_t id, queue_id, site_id, from, to, kind, created_at, revoked_at;
	double value;
	const char *reason, *author, *revoked_by;
	/* When just made: what it does to the newest forecast that reaches into its span. */
	int64_t forecast_id, intervals, closed_intervals;
	double before, after;
	const char *warning;
};
extern const struct fields adjustment_fields, adjustment_new_fields, adjustment_made_fields;

bool adjustment_create(struct db *db, struct arena *a, const struct adjustment *in, int64_t user_id,
		       struct adjustment *out, struct err *e);
/* ERR_NOT_FOUND; ERR_CONFLICT when revoked already. */
bool adjustment_revoke(struct db *db, struct arena *a, int64_t id, int64_t user_id,
		       struct adjustment *before, struct adjustment *after, struct err *e);

#endif
