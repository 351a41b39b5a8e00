/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Through the day: the forecast of what is left of a day, in the light of what has come in so far.
 *
 * The morning's belief is the forecast with the adjustments in force; nothing is fitted again, so it
 * answers in milliseconds. Rows point into the arena. One connection, one thread.
 */
#ifndef DOMAIN_REST_OF_DAY_H
#define DOMAIN_REST_OF_DAY_H

#include "server/store/db.h"

struct rest_query {
	int64_t queue_id, at; /* at FIELD_NULL: now */
};
extern const struct fields rest_query_fields;

struct rest_interval {
	int64_t queue_id, start;
	double mean, q05, q10, q25, q50, q75, q90, q95, aht_s, planned;
};
extern const struct fields rest_interval_fields;

/* ERR_NOT_FOUND; ERR_INVALID when the forecast does not cover the day; ERR_CONFLICT when it was made
 * before its scenarios were kept. */
bool rest_of_day(struct db *db, struct arena *a, int64_t forecast_id, const struct rest_query *q,
		 struct rest_interval **rows, size_t *count, struct err *e);

#endif
