/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Our side of staffing.py: one requirement a line of standard input, "A volume aht_s share within_s
 * patience_s" (C: patience 0; B: share is the blocking allowed), of half an hour; out comes
 * "agents reached microseconds", timed over repetitions.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "wfm/staffing.h"

static double now(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(void)
{
	enum { RUNS = 200 };
	char model;
	double volume, aht, share, within, patience;
	while (scanf(" %c %lf %lf %lf %lf %lf", &model, &volume, &aht, &share, &within, &patience) == 6) {
		struct wfm_staffing_options o = { .channel = model == 'B' ? WFM_TRUNKS : WFM_VOICE,
						  .interval_s = 1800, .patience_s = patience,
						  .load_model = WFM_LOAD_STATIONARY };
		struct wfm_load load = { volume, aht, true };
		struct wfm_requirement r = { 0 };
		struct wfm_error e;
		if (model == 'B') {
			o.target.max_blocking = share;
		} else {
			o.target.service_level = share;
			o.target.within_s = within;
		}
		double start = now();
		for (int i = 0; i < RUNS; i++)
			if (wfm_staffing_run(&load, 1, &o, &r, &e) != WFM_OK) {
				fprintf(stderr, "%s %s\n", e.path, e.message);
				return 1;
			}
		printf("%d %.6f %.3f\n", r.agents, r.service_level, 1e6 * (now() - start) / RUNS);
	}
	return 0;
}
