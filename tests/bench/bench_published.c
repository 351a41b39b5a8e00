/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Published rostering instances: our cost and bound beside the best known. Without arguments a table
 * for run.py; with -v the course of each. bench_published [-t seconds] [-s seed] [-c] [-v] [name...]
 * -c: seconds of the processor, for a machine that does other things too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/lib/published.h"

static const struct {
	const char *name;
	bool (*read)(struct published *, const char *);
	const char *path;
	double best, limit_s;
} cases[] = {
	{ "shifts-1", published_read_shifts, "shift-scheduling/instances/Instance1.txt", 607, 10 },
	{ "shifts-2", published_read_shifts, "shift-scheduling/instances/Instance2.txt", 828, 10 },
	{ "shifts-3", published_read_shifts, "shift-scheduling/instances/Instance3.txt", 1001, 10 },
	{ "shifts-5", published_read_shifts, "shift-scheduling/instances/Instance5.txt", 1143, 30 },
	{ "shifts-8", published_read_shifts, "shift-scheduling/instances/Instance8.txt", 1300, 120 },
	{ "shifts-10", published_read_shifts, "shift-scheduling/instances/Instance10.txt", 4631, 60 },
	{ "shifts-14", published_read_shifts, "shift-scheduling/instances/Instance14.txt", 1278, 60 },
	{ "nurses-1", published_read_nurses, "nurse-rostering/sprint01.txt", 56, 60 },
	{ "nurses-2", published_read_nurses, "nurse-rostering/sprint02.txt", 58, 60 },
	{ "nurses-3", published_read_nurses, "nurse-rostering/sprint03.txt", 51, 60 },
	{ "nurses-4", published_read_nurses, "nurse-rostering/sprint04.txt", 59, 60 },
	{ "nurses-5", published_read_nurses, "nurse-rostering/sprint05.txt", 58, 60 },
	{ "design-1", published_read_design, "shift-design/RandomExample1.dzn", 480, 10 },
	{ "design-2", published_read_design, "shift-design/RandomExample2.dzn", 300, 10 },
	{ "design-3", published_read_design, "shift-design/RandomExample3.dzn", 600, 10 },
	{ "design-23", published_read_design, "shift-design/RandomExample23.dzn", 8280, 10 },
	{ "design-26", published_read_design, "shift-design/RandomExample26.dzn", 1020, 10 },
};

struct watch {
	bool loud;
	double objective, bound;
};

static clockid_t clock_used = CLOCK_MONOTONIC;

static double now_s(void *context)
{
	struct timespec t;
	(void)context;
	(void)clock_gettime(clock_used, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool on_progress(void *context, const struct wfm_progress *p)
{
	struct watch *w = context;
	if (w->loud && (p->objective != w->objective || p->bound != w->bound))
		fprintf(stderr, "%8.2f s  phase %d  %10.2f  bound %10.2f  %lld\n", now_s(NULL), (int)p->phase,
			p->objective / 100, p->bound / 100, (long long)p->iterations);
	w->objective = p->objective;
	w->bound = p->bound;
	return false;
}

static int run(size_t i, struct wfm_solve_options o, bool loud)
{
	char path[512];
	const char *data = getenv("CUADRANTE_SHARED_DATA");
	struct published x;
	struct watch watch = { .loud = loud };
	struct wfm_roster *r = NULL;
	struct wfm_error e = { 0 };
	(void)snprintf(path, sizeof path, "%s/%s", data ? data : "../shared/data", cases[i].path);
	if (!cases[i].read(&x, path)) {
		printf("# skipped: %s is not there\n", cases[i].name);
		published_free(&x);
		return 0;
	}
	o.context = &watch;
	if (o.time_limit_s <= 0)
		o.time_limit_s = cases[i].limit_s;
	enum wfm_status s = wfm_schedule_solve(&x.p, &o, &r, &e);
	if (!r) {
		printf("published %s: %s: %s %s\n", cases[i].name, wfm_status_name(s), e.path, e.message);
		published_free(&x);
		return 1;
	}
	printf("published %s: cost\t%.0f\t(best known %.0f)\n", cases[i].name, r->cost.total / 100,
	       cases[i].best);
	printf("published %s: bound\t%.0f\t\n", cases[i].name, r->bound / 100);
	printf("published %s: time\t%.1f\ts\n", cases[i].name, r->seconds);
	(void)fflush(stdout);
	wfm_roster_free(r);
	published_free(&x);
	return 0;
}

int main(int argc, char **argv)
{
	bool loud = false;
	struct wfm_solve_options o = { .now_s = now_s, .progress = on_progress, .threads = 2 };
	int c, failed = 0;
	while ((c = getopt(argc, argv, "t:s:cv")) != -1) {
		if (c == 't')
			o.time_limit_s = strtod(optarg, NULL);
		else if (c == 's')
			o.seed = strtoull(optarg, NULL, 10);
		else if (c == 'c')
			clock_used = CLOCK_PROCESS_CPUTIME_ID;
		else if (c == 'v')
			loud = true;
		else
			return 2;
	}
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		bool wanted = optind == argc;
		for (int k = optind; k < argc; k++)
			wanted |= strcmp(argv[k], cases[i].name) == 0;
		if (wanted)
			failed += run(i, o, loud);
	}
	return failed > 0;
}
