/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The part of a forecast that stays: its report card, outliers and intervals, one queue at a time.
 *
 * The caller's transaction holds it all together. One connection, one thread.
 */
#ifndef DOMAIN_KEEP_FORECAST_H
#define DOMAIN_KEEP_FORECAST_H

#include "server/domain/forecast_series.h"
#include "wfm/forecast.h"

/* Past performance of one method; NaN where nothing could be scored. */
struct forecast_score {
	const char *method;
	double wape, wape_week1, bias, wql, mase, coverage80, coverage95, coverage80_day, weight;
	int64_t origins;
	bool chosen;
};

struct forecast_effect {
	const char *name, *group, *label;
	double factor, sd;
};

struct forecast_report {
	const char *reason, *history;
	double wape_week1, wql, coverage80_day, poisson_floor;
	int64_t weeks, outliers, first_day, last_day, longest_gap_days;
	struct forecast_score *scores;
	struct forecast_effect *effects;
	struct forecast_warning *warnings;
	size_t score_count, effect_count, warning_count;
};
/* forecast_queue.report: written here, read back by GET /forecasts/{id}. */
extern const struct fields forecast_report_fields;

bool forecast_keep_queue(struct db *db, struct arena *a, const struct site_calendar *site,
			 const struct site_queue *q, int64_t forecast_id,
			 const struct wfm_forecast *f, const struct forecast_warnings *w,
			 struct err *e);

/* What is kept of a queue left out: no figure that could be taken for a good one. */
struct wfm_forecast forecast_of_nothing(void);

/*
 * One queue that nothing can be said of does not hold up all others: its report says why, and the
 * error is cleared. False for any other failure, which stays one.
 */
bool forecast_leave_out(struct arena *a, struct forecast_warnings *w, struct err *why);

#endif
