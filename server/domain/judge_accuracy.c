/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The test of forecast_accuracy.h: has the accuracy of a queue broken down? */
#include "server/domain/forecast_accuracy.h"

#include <stdlib.h>

enum { WEEKS_MAX = 120, OWN_WEEKS_MIN = 6, LAST_WEEKS = 4, PRIOR_WEEKS = 6 };

static const double PRIOR_SD = 0.3, SLACK = 0.5, STEP_MAX = 3, SUM_MAX = 7, MAD_NORMAL = 1.4826;

static int by_size(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;
	return (a > b) - (a < b);
}

static double median(double *v, size_t n)
{
	qsort(v, n, sizeof *v, by_size);
	return n % 2 == 1 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/* Spread of the weeks from one to the next, weighed with what is known of other queues. */
static double spread(const double *x, size_t n)
{
	double step[WEEKS_MAX];

	if (n < 2)
		return PRIOR_SD;
	for (size_t i = 1; i < n; i++)
		step[i - 1] = fabs(x[i] - x[i - 1]);
	double own = MAD_NORMAL * median(step, n - 1) / sqrt(2);
	double steps = (double)(n - 1);
	return sqrt((PRIOR_WEEKS * PRIOR_SD * PRIOR_SD + steps * own * own) / (PRIOR_WEEKS + steps));
}

struct accuracy_verdict accuracy_judge(const struct accuracy_week *weeks, size_t n,
				       enum accuracy_horizon horizon)
{
	struct accuracy_verdict v = { .since = FIELD_NULL, .wape = NAN, .promised = NAN };
	double x[WEEKS_MAX], sorted[WEEKS_MAX], usual = 0, wape = 0, promised = 0;
	const struct accuracy_week *kept[WEEKS_MAX];
	size_t m = 0, run = 0;

	for (size_t i = n > WEEKS_MAX ? n - WEEKS_MAX : 0; i < n; i++) {
		if (!(weeks[i].wape > 0 && weeks[i].promised > 0))
			continue;
		kept[m] = &weeks[i];
		x[m] = sorted[m] = log(weeks[i].wape / weeks[i].promised);
		m++;
	}
	if (horizon >= AHEAD_3_4) {
		if (m < OWN_WEEKS_MIN + LAST_WEEKS)
			return v;
		usual = fmax(0, median(sorted, m - LAST_WEEKS));
	}
	double s = spread(x, m);
	for (size_t i = 0; i < m; i++) {
		v.sum = fmin(SUM_MAX, v.sum + fmin((x[i] - usual) / s, STEP_MAX) - SLACK);
		if (v.sum <= 0) {
			v.sum = 0;
			run = 0;
			wape = promised = 0;
			continue;
		}
		if (run++ == 0)
			v.since = kept[i]->week;
		wape += kept[i]->wape;
		promised += kept[i]->promised * exp(usual);
	}
	v.flag = v.sum > ACCURACY_ALARM;
	if (run > 0) {
		v.wape = wape / (double)run;
		v.promised = promised / (double)run;
	}
	return v;
}
