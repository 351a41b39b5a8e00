/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long the multi-skill requirement takes: an interval of four queues and six groups, and a day. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "wfm/skills.h"

enum { QUEUES = 4, GROUPS = 6, INTERVALS = 28 };

static struct wfm_load loads[QUEUES][INTERVALS];
static struct wfm_skill_queue queues[QUEUES];
static struct wfm_sim_skill skills[GROUPS][2];
static struct wfm_skill_group groups[GROUPS];

static double cpu(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void fill(void)
{
	static const double volume[QUEUES] = { 160, 120, 80, 200 }, aht_s[QUEUES] = { 225, 300, 360, 180 };
	static const int second[GROUPS] = { -1, -1, -1, 0, 2, 0 }, first[GROUPS] = { 0, 1, 2, 3, 0, 1 };
	for (int q = 0; q < QUEUES; q++) {
		for (int i = 0; i < INTERVALS; i++) {
			double wave = 0.4 + 0.6 * sin(3.1416 * (i + 0.5) / INTERVALS);
			loads[q][i] = (struct wfm_load){ volume[q] * wave, aht_s[q], true };
		}
		queues[q] = (struct wfm_skill_queue){
			loads[q], { .channel = WFM_VOICE, .patience_s = 180,
				    .target = { .service_level = 0.8, .within_s = 20 } } };
	}
	for (int g = 0; g < GROUPS; g++) {
		skills[g][0] = (struct wfm_sim_skill){ first[g], 1, 0, 1 };
		skills[g][1] = (struct wfm_sim_skill){ second[g], 2, 0, 0.95 };
		groups[g] = (struct wfm_skill_group){ .skills = skills[g], .skill_count = second[g] < 0 ? 1 : 2,
						      .cost = second[g] < 0 ? 1.0 : 1.15, .most = -1 };
	}
}

static void run(const char *name, int32_t first, int32_t count)
{
	struct wfm_skill_queue from[QUEUES];
	for (int q = 0; q < QUEUES; q++) {
		from[q] = queues[q];
		from[q].loads = loads[q] + first;
	}
	struct wfm_skills_problem p = { .interval_s = 1800, .interval_count = count, .queues = from,
					.queue_count = QUEUES, .groups = groups, .group_count = GROUPS };
	struct wfm_skills_options o = { .seed = 1 };
	struct wfm_skills_result *r;
	struct wfm_error e;
	double start = cpu();
	if (wfm_skills_run(&p, &o, &r, &e) != WFM_OK) {
		fprintf(stderr, "%s %s\n", e.path, e.message);
		exit(1);
	}
	printf("%s\t%.2f\ts\n", name, cpu() - start);
	printf("# %.1f person-hours, %lld staffings played, %lld cuts, %lld contacts, %d unmet\n",
	       r->person_hours, (long long)r->plays, (long long)r->cuts, (long long)r->contacts, r->unmet);
	wfm_skills_free(r);
}

int main(void)
{
	fill();
	run("multi-skill requirement, an interval of four queues and six groups, one thread", INTERVALS / 2, 1);
	run("multi-skill requirement, a day of 28 half-hours, one thread", 0, INTERVALS);
	return 0;
}
