/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What staffing interval by interval costs when handling is long: hours and the worst interval, by
 * each load model, of 28 half hours from 7:00 to 21:00 that begin empty.
 *
 *   bank    bank-us-2003's mean weekday of June 2003, scaled
 *   tides   1 - 0.7 cos: two peaks, 10:30 and 17:30, and an ebb between
 *
 * Judged twice. "exact": the transient M(t)/M/n(t)+M chain, never more than n(t) at work, so that an
 * interval whose requirement falls takes people off their contacts. "simulated": people finish what
 * they began before they go, as real ones do, which lends SIPP the hours it does not plan.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/real_series.h"
#include "tests/lib/worked_day.h"

enum { SLOTS = 48, PLAYS = 500 };

static bool mean_weekday(double *volume)
{
	struct real_series s;
	if (!real_series_load("A30", &s))
		return false;
	for (int32_t day = real_date(2003, 6, 2); day <= real_date(2003, 6, 27); day++)
		for (int i = 14; i < 42 && wfm_weekday(day) < 5; i++) {
			const struct wfm_observation *o = real_series_at(&s, day, i);
			volume[i] += o != NULL && o->offered > 0.0 ? o->offered : 0.0;
		}
	free(s.rows);
	return true;
}

static void table(const char *name, const double *shape, double mean_erl, double aht_s,
		  struct wfm_staffing_options o)
{
	static const char *const models[] = { "modified load", "its maximum", "interval by itself" };
	struct wfm_load loads[SLOTS] = { { 0 } };
	struct wfm_requirement r[SLOTS];
	struct wfm_error e;
	double sum = 0.0;
	for (int i = 0; i < SLOTS; i++)
		sum += shape[i];
	for (int i = 0; i < SLOTS; i++)
		loads[i] = (struct wfm_load){ shape[i] / sum * 28.0 * mean_erl * 1800.0 / aht_s, aht_s,
					      shape[i] > 0.0 };
	for (int m = 2; m >= 0; m--) {
		/* The enum's order: modified 0, max 1, stationary 2. */
		o.load_model = m == 2 ? WFM_LOAD_STATIONARY : m == 1 ? WFM_LOAD_MODIFIED_MAX
								     : WFM_LOAD_MODIFIED;
		if (wfm_staffing_run(loads, SLOTS, &o, r, &e) != WFM_OK)
			abort();
		struct worked_day d = { loads, r, SLOTS, &o, PLAYS, 3 };
		struct wfm_simulation *s = worked_day_play(&d);
		if (s == NULL)
			abort();
		struct worked_day_worst w = worked_day_worst(&d, s, 0.05);
		printf("%s, %s: hours\t%.1f\th\n", name, models[m], w.hours);
		double level[SLOTS], worst = 1.0;
		int missing = 0;
		worked_day_exact(&d, level);
		for (int i = 0; i < SLOTS; i++)
			if (loads[i].open) {
				worst = fmin(worst, level[i]);
				missing += level[i] < o.target.service_level - 0.05;
			}
		printf("%s, %s: worst interval, exact\t%.1f\t%%\n", name, models[m], 100 * worst);
		printf("%s, %s: intervals over 5 points short, exact\t%d\tof 28\n", name, models[m],
		       missing);
		printf("%s, %s: worst interval, simulated\t%.1f\t%%\n", name, models[m], 100 * w.level);
		printf("%s, %s: intervals over 5 points short, simulated\t%d\tof 28\n", name, models[m],
		       w.short_count);
		printf("# worst is interval %d, day %.3f\n", w.interval, s->total[0].service_level);
		wfm_simulation_free(s);
	}
}

int main(void)
{
	double shape[SLOTS] = { 0 };
	if (!mean_weekday(shape)) {
		printf("# skipped: no bank-us-2003\n");
		return 0;
	}
	struct wfm_staffing_options centre = { .channel = WFM_VOICE, .interval_s = 1800,
					       .target = { .service_level = 0.8, .within_s = 60 },
					       .patience_s = 300 };
	struct wfm_staffing_options branch = { .channel = WFM_WALK_IN, .interval_s = 1800,
					       .target = { .service_level = 0.85, .within_s = 900 },
					       .patience_s = 1800 };
	table("bank, 80/60, 1,200 s, 40 erlangs", shape, 40.0, 1200.0, centre);
	table("bank, branch, 85 % in 15 min, 1,500 s", shape, 12.0, 1500.0, branch);
	for (int i = 14; i < 42; i++)
		shape[i] = 1.0 - 0.7 * cos(2.0 * M_PI * (i - 13.5) / 14.0);
	table("tides, 80/60, 1,200 s, 40 erlangs", shape, 40.0, 1200.0, centre);
	table("tides, branch, 85 % in 15 min, 1,500 s", shape, 12.0, 1500.0, branch);
	return 0;
}
