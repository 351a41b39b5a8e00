/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Forecast against actual: how good the versions of the past were, by queue and horizon, beside the
 * naive and the Poisson floor; and a flag on a queue whose accuracy has broken down.
 *
 * The database joins and sums by week (sql/queries/accuracy.sql); the judgement is here.
 * Rows point into the arena. One connection, one thread; accuracy_judge is pure.
 */
#ifndef DOMAIN_FORECAST_ACCURACY_H
#define DOMAIN_FORECAST_ACCURACY_H

#include "server/domain/forecast_warning.h"
#include "server/store/db.h"

enum accuracy_horizon { AHEAD_1, AHEAD_2, AHEAD_3_4, AHEAD_5_UP, AHEAD_COUNT };

struct accuracy_query {
	int64_t site_id, queue_id, from, to; /* local dates; FIELD_NULL: the last 13 weeks */
};
extern const struct fields accuracy_query_fields;

struct accuracy {
	int64_t queue_id, horizon, n, flag_since;
	double wape, bias, coverage80, naive_wape, poisson_floor, adjusted_wape, promised_wape;
	bool flag;
	const char *flag_reason;
};
extern const struct fields accuracy_fields;

bool forecast_accuracy(struct db *db, struct arena *a, const struct accuracy_query *q,
		       struct accuracy **rows, size_t *count, struct err *e);

/* Versions of late that did much worse than they promised cast doubt on the next one too. */
void accuracy_warn(struct arena *a, const struct accuracy *rows, size_t n, int64_t queue_id,
		   struct forecast_warnings *w);

/* One week of a queue and horizon: what came of the forecast and what its backtest had promised. */
struct accuracy_week {
	int64_t week; /* its Monday */
	double wape, promised; /* NaN: not known */
};

struct accuracy_verdict {
	bool flag;
	double sum;    /* the CUSUM, in standard deviations; flagged above ACCURACY_ALARM */
	int64_t since; /* first week of the run that raised it */
	double wape, promised; /* means over that run */
};

/*
 * The test. x = ln(WAPE / promised WAPE) of each week, as far as it goes beyond what is usual. Beyond
 * two weeks ahead the backtest promises nothing; there the usual is the median of the weeks before the
 * last four, which must be six or more. Its standard deviation s: 1.4826 × the median of
 * |x_i − x_{i−1}| / √2, which a lasting change does not widen, weighed with .3 (what weekly WAPEs of
 * bank call centres show) as with six weeks. Then Page's one-sided CUSUM
 *     S ← max(0, S + min(x/s, 3) − ½),   flag while S > 5;
 * S is kept below 7, so that a queue which has recovered is cleared within weeks. One week cannot
 * flag alone. Without any change and with normal weeks the average run to a false alarm is
 * (e^b − b − 1) / ½ with b = 5 + 1.166 (Siegmund 1985): some 930 weeks a queue and horizon.
 */
#define ACCURACY_ALARM 5.0
struct accuracy_verdict accuracy_judge(const struct accuracy_week *weeks, size_t n,
				       enum accuracy_horizon horizon);

#endif
