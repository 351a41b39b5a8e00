/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How fast the simulator plays: one queue on one thread, and a multi-skill site on two. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "wfm/simulate.h"

enum { INTERVALS = 48, QUEUES = 5, SETS = 10, AGENTS = 130 };

static double now(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double cpu(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static struct wfm_simulation *run(const struct wfm_sim_problem *p, int replications, int threads)
{
	struct wfm_sim_options o = { .seed = 1, .replications = replications, .threads = threads,
				     .trace_replication = -1 };
	struct wfm_simulation *s;
	struct wfm_error e;
	if (wfm_simulate(p, &o, &s, &e) != WFM_OK) {
		fprintf(stderr, "%s %s\n", e.path, e.message);
		exit(1);
	}
	return s;
}

static void day_of(double per_day, double aht_s, double *volume, double *aht)
{
	double sum = 0.0;
	for (int i = 0; i < INTERVALS; i++)
		sum += volume[i] = 0.15 + pow(sin(3.1416 * (i + 0.5) / INTERVALS), 2.0);
	for (int i = 0; i < INTERVALS; i++) {
		volume[i] *= per_day / sum;
		aht[i] = aht_s;
	}
}

/* A centre of one queue and 700 people. */
static void one_queue(void)
{
	static double volume[INTERVALS], aht[INTERVALS];
	static struct wfm_sim_span spans[700];
	day_of(100000.0, 180.0, volume, aht);
	struct wfm_sim_queue queue = { .volume = volume, .aht_s = aht, .lobby = -1,
				       .patience_s = 180.0, .within_s = 20.0,
				       .handling = { .spread = WFM_SPREAD_LOGNORMAL, .cv = 1.2 } };
	struct wfm_sim_skill skill = { 0, 1, 0.0, 1.0 };
	struct wfm_sim_set set = { &skill, 1 };
	for (int i = 0; i < 700; i++)
		spans[i] = (struct wfm_sim_span){ i, 0, (i % 2) * 14400.0, 28800.0 + (i % 2) * 14400.0,
						  false };
	struct wfm_sim_problem p = { .interval_s = 900.0, .interval_count = INTERVALS,
				     .queues = &queue, .queue_count = 1, .sets = &set, .set_count = 1,
				     .spans = spans, .span_count = 700, .agent_count = 700 };
	double start = cpu();
	struct wfm_simulation *s = run(&p, 100, 1);
	printf("simulated contacts a second, one queue, 700 people, one thread\t%.1f\tmillion\n",
	       1e-6 * (double)s->contacts / (cpu() - start));
	wfm_simulation_free(s);
}

/* Five queues of 2,000 contacts; half of the people know one, half a chain of two. */
static void multi_skill(void)
{
	static double volume[QUEUES][INTERVALS], aht[QUEUES][INTERVALS];
	static struct wfm_sim_queue queues[QUEUES];
	static struct wfm_sim_skill skills[SETS][2];
	static struct wfm_sim_set sets[SETS];
	static struct wfm_sim_span spans[2 * AGENTS];
	for (int q = 0; q < QUEUES; q++) {
		day_of(2000.0, 240.0 + 30.0 * q, volume[q], aht[q]);
		queues[q] = (struct wfm_sim_queue){
			.volume = volume[q], .aht_s = aht[q], .lobby = -1, .patience_s = 200.0,
			.within_s = 20.0, .target = 0.8,
			.handling = { .spread = WFM_SPREAD_LOGNORMAL, .cv = 1.2 },
		};
		skills[q][0] = skills[QUEUES + q][0] = (struct wfm_sim_skill){ q, 1, 0.0, 1.0 };
		skills[QUEUES + q][1] = (struct wfm_sim_skill){ (q + 1) % QUEUES, 2, 0.0, 1.0 };
		sets[q] = (struct wfm_sim_set){ skills[q], 1 };
		sets[QUEUES + q] = (struct wfm_sim_set){ skills[QUEUES + q], 2 };
	}
	for (int i = 0; i < AGENTS; i++) { /* eight hours with a meal, starts over four */
		double start = (i % 9) * 1800.0;
		spans[2 * i] = (struct wfm_sim_span){ i, i % SETS, start, start + 14400.0, false };
		spans[2 * i + 1] = (struct wfm_sim_span){ i, i % SETS, start + 16200.0, start + 28800.0,
							  true };
	}
	struct wfm_sim_problem p = { .interval_s = 900.0, .interval_count = INTERVALS,
				     .queues = queues, .queue_count = QUEUES, .sets = sets,
				     .set_count = SETS, .spans = spans, .span_count = 2 * AGENTS,
				     .agent_count = AGENTS };
	double start = now();
	struct wfm_simulation *s = run(&p, 1000, 2);
	printf("1,000 days of 10,000 contacts, five queues, chained skills, two threads\t%.1f\ts\n",
	       now() - start);
	printf("# service level %.3f of the first queue, %lld contacts\n", s->total[0].service_level,
	       (long long)s->contacts);
	wfm_simulation_free(s);
}

int main(void)
{
	one_queue();
	multi_skill();
	return 0;
}
