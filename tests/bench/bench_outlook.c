/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Long range on the hourly arrivals: origins a quarter apart, each week up to a year ahead, against
 * the mean of the last four weeks; and how often the 80 % interval of a week held.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/real_series.h"
#include "wfm/forecast.h"
#include "wfm/outlook.h"

enum { WEEKS = 52, STEP_DAYS = 91, LEARN_DAYS = 400, BANDS = 4 };

static const int band_end[BANDS] = { 4, 13, 26, 52 };

struct band {
	double error, naive, volume, held, plain_held, n;
};

static double week_of(const struct real_series *s, int32_t first)
{
	double sum = 0.0;
	for (int32_t d = first; d < first + 7; d++)
		sum += real_series_total(s, d);
	return sum;
}

static bool within(const struct wfm_total *t, double y)
{
	return y >= t->quantile[1] && y <= t->quantile[5];
}

static void score(const struct real_series *s, int32_t origin, struct wfm_total *totals,
		  const double *width, struct band *bands)
{
	double naive = 0.0;
	for (int w = 1; w <= 4; w++)
		naive += week_of(s, origin - 7 * w) / 4.0;
	for (int w = 0; w < WEEKS; w++) {
		double y = week_of(s, origin + 7 * w);
		int k = 0;
		while (w >= band_end[k])
			k++;
		if (isnan(y))
			continue;
		bands[k].plain_held += within(&totals[w], y);
		wfm_outlook_widen(&totals[w], width[w]);
		bands[k].held += within(&totals[w], y);
		bands[k].error += fabs(totals[w].mean - y);
		bands[k].naive += fabs(naive - y);
		bands[k].volume += y;
		bands[k].n += 1.0;
	}
}

static bool try_origin(const struct real_series *s, int32_t origin, struct band *bands)
{
	struct wfm_forecast_options o = { .first_day = origin, .days = 7 * WEEKS };
	struct wfm_forecast f;
	struct wfm_error e = { 0 };
	struct wfm_total totals[WEEKS];
	double width[WEEKS];
	int32_t week[7 * WEEKS];
	for (int d = 0; d < 7 * WEEKS; d++)
		week[d] = d / 7;
	if (wfm_forecast_run(&s->series, &o, &f, &e) != WFM_OK)
		return false;
	const struct wfm_joint *joint = f.joint;
	struct wfm_sums sums = { .joints = &joint, .n_joints = 1, .sum_of_day = week,
				 .n_sums = WEEKS, .seed = 1 };
	bool ok = wfm_scenarios_total(&sums, totals, &e) == WFM_OK &&
		  wfm_outlook_widths(&s->series, &o, WEEKS, width, &e) == WFM_OK;
	if (ok)
		score(s, origin, totals, width, bands);
	wfm_forecast_free(&f);
	return ok;
}

int main(void)
{
	struct real_series s;
	struct band bands[BANDS] = { 0 };
	int from = 1;
	if (!real_series_load("ED", &s)) {
		printf("# skipped: no shared data\n");
		return 0;
	}
	int32_t last = s.rows[s.n - 1].day;
	for (int32_t o = s.rows[0].day + LEARN_DAYS; o + 28 < last; o += STEP_DAYS)
		if (!try_origin(&s, o, bands)) {
			printf("the forecast of day %d failed\n", o);
			return 1;
		}
	for (int k = 0; k < BANDS; k++) {
		char name[60];
		(void)snprintf(name, sizeof name, "outlook, arrivals, weeks %d-%d", from, band_end[k]);
		printf("%s: WAPE of a week\t%.2f\t%%\n", name, 100 * bands[k].error / bands[k].volume);
		printf("%s: the same of the 4-week mean\t%.2f\t%%\n", name,
		       100 * bands[k].naive / bands[k].volume);
		printf("%s: 80 %% interval held\t%.0f\t%%\n", name, 100 * bands[k].held / bands[k].n);
		printf("%s: without the widths learnt\t%.0f\t%%\n", name,
		       100 * bands[k].plain_held / bands[k].n);
		from = band_end[k] + 1;
	}
	free(s.rows);
	return 0;
}
