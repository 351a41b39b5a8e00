/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Totals of a forecast by day or week, of each queue and of the site, from its joint scenarios:
 * quantiles of a sum are not sums of quantiles.
 *
 * Rows point into the arena. One connection, one thread.
 */
#ifndef DOMAIN_FORECAST_TOTALS_H
#define DOMAIN_FORECAST_TOTALS_H

#include "server/store/db.h"

enum total_by { TOTAL_BY_DAY, TOTAL_BY_WEEK };

struct totals_query {
	int64_t by, queue_id;
};
extern const struct fields totals_query_fields;

struct forecast_total {
	int64_t queue_id, day; /* queue_id FIELD_NULL: the site; day: of a week, its Monday */
	double mean, q05, q10, q25, q50, q75, q90, q95;
};
extern const struct fields forecast_total_fields;

/* ERR_NOT_FOUND; ERR_CONFLICT when the forecast was made before scenarios were kept. */
bool forecast_totals(struct db *db, struct arena *a, int64_t forecast_id,
		     const struct totals_query *q, struct forecast_total **rows, size_t *count,
		     struct err *e);

#endif
