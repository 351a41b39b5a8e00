/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long a week of work that may wait takes: queues beside a live site, by quarter-hours. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "wfm/deferred.h"

enum { INTERVALS = 672, QUEUES = 6 };

static double now(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void week(const char *name, size_t queues, int opens, int closes, int days)
{
	static struct wfm_load loads[QUEUES][INTERVALS];
	static double idle[INTERVALS];
	static struct wfm_deferred_queue queue[QUEUES];
	static uint8_t can[QUEUES + 1][QUEUES];
	struct wfm_deferred_class class[QUEUES + 1] = { { .queues = can[0], .free_s = idle, .cost = 1 } };
	static int32_t none[INTERVALS];
	class[0].max_extra = none;
	for (int i = 0; i < INTERVALS; i++) {
		double x = sin(3.1416 * ((i % 96) + 0.5) / 96.0);
		bool open = i % 96 >= opens && i % 96 < closes && i / 96 < days;
		idle[i] = open ? 900.0 * 3.0 * (1.2 - x) : 0.0;
		for (size_t q = 0; q < queues; q++)
			loads[q][i] = (struct wfm_load){ 2.0 * (double)(q + 1) * (0.1 + x * x), 300.0, open };
	}
	for (size_t q = 0; q < queues; q++) {
		queue[q] = (struct wfm_deferred_queue){ .loads = loads[q], .open_hours = q % 2 == 0,
							.turnaround_s = 3600.0 * (4.0 + 6.0 * (double)q),
							.end_backlog_s = NAN };
		can[0][q] = can[q + 1][q] = 1;
		class[q + 1] = (struct wfm_deferred_class){ .queues = can[q + 1], .cost = 1 };
	}
	struct wfm_deferred_problem p = { INTERVALS, 900, queue, queues, class, queues + 1, 0 };
	struct wfm_deferred *r;
	struct wfm_error e = { 0 };
	double start = now();
	if (wfm_deferred_solve(&p, &r, &e) != WFM_OK) {
		fprintf(stderr, "%s %s\n", e.path, e.message);
		exit(1);
	}
	printf("%s\t%.3f\ts\n", name, now() - start);
	printf("# %.1f person-intervals, %.1f in fractions, late %.0f, %.0f in fractions, %d columns\n",
	       r->cost, r->exact_cost, r->late_s, r->exact_late_s, r->columns);
	wfm_deferred_free(r);
}

int main(void)
{
	week("a week of 1 queue, 50 open hours", 1, 36, 76, 5);
	week("a week of 3 queues, 50 open hours", 3, 36, 76, 5);
	week("a week of 1 queue, round the clock", 1, 0, 96, 7);
	week("a week of 3 queues, round the clock", 3, 0, 96, 7);
	week("a week of 6 queues, round the clock", 6, 0, 96, 7);
	return 0;
}
