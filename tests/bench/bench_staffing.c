/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How long requirements take: one at 500 erlangs, in time and in instructions by callgrind, and a
 * week of 50 queues by quarter hours.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/lib/instructions.h"
#include "wfm/staffing.h"

enum { QUEUES = 50, INTERVALS = 672 };

static double now(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void week(const char *name, double patience_s)
{
	static struct wfm_load loads[INTERVALS];
	static struct wfm_requirement r[INTERVALS];
	struct wfm_staffing_options o = { .channel = WFM_VOICE,
					  .interval_s = 900,
					  .target = { .service_level = 0.8, .within_s = 20 },
					  .patience_s = patience_s,
					  .load_model = WFM_LOAD_STATIONARY };
	double start = now();
	long agents = 0;
	for (int q = 0; q < QUEUES; q++) {
		for (int i = 0; i < INTERVALS; i++) {
			double x = (i % 96) / 96.0;
			loads[i] = (struct wfm_load){ (q + 1) * 4 * (1.1 + sin(6.28 * x)), 240, true };
		}
		if (wfm_staffing_run(loads, INTERVALS, &o, r, NULL) != WFM_OK)
			abort();
		for (int i = 0; i < INTERVALS; i++)
			agents += r[i].agents;
	}
	printf("# %ld agent intervals\n", agents);
	printf("33,600 requirements, %s\t%.3f\ts\n", name, now() - start);
}

/* One interval alone: nothing to start warm from. */
static void one(double volume)
{
	struct wfm_staffing_options o = { .channel = WFM_VOICE,
					  .interval_s = 1800,
					  .target = { .service_level = 0.8, .within_s = 20 },
					  .patience_s = 180,
					  .load_model = WFM_LOAD_STATIONARY };
	struct wfm_load load = { volume, 300, true };
	struct wfm_requirement r;
	if (wfm_staffing_run(&load, 1, &o, &r, NULL) != WFM_OK)
		abort();
}

static void count_instructions(void)
{
	double count = instructions_of("wfm_staffing_run", "--one");
	if (!isnan(count))
		printf("instructions, one Erlang A requirement at 500 erlangs\t%.1f\tthousand\n", 1e-3 * count);
}

int main(int argc, char **argv)
{
	enum { RUNS = 1000 };
	if (argc == 2 && strcmp(argv[1], "--one") == 0) {
		one(3000);
		return 0;
	}
	double start = now();
	for (int i = 0; i < RUNS; i++)
		one(3000 + i * 0.01);
	printf("one Erlang A requirement at 500 erlangs\t%.1f\tus\n", 1e6 * (now() - start) / RUNS);
	count_instructions();
	week("Erlang A", 180);
	week("Erlang C", 0);
	return 0;
}
