/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A named plan of the shared data whose people drop out: solved, five who work on Wednesday are away
 * that day, and it is solved again: from nothing, from its roster, and from its roster with a price on
 * changed shifts. Prints shifts changed, cost without that price, and the processor time until each
 * first had the cost that the search from nothing ended with.
 *   bench_replan [-c] [-t processor seconds] [-s seed] [file.json...]
 * -c: cost over time as well. Without files: 200 named agents, as lines of name TAB figure TAB unit.
 */
/* Its reader of instances and its clock, not its program. */
int bench_tours_main(int argc, char **argv);
#define main bench_tours_main
#include "tests/bench/bench_tours.c"
#undef main

#include "wfm/replan.h"

enum { WEDNESDAY = 2, AWAY = 5, SPANS = 64 };

struct outcome {
	struct wfm_roster *roster;
	struct wfm_changes changes;
	struct curve *curve;
	double cost; /* without fixed pay and without the price on changes */
	double price; /* of a change, in what the curve tells */
};

static bool plan(const struct wfm_problem *p, const struct wfm_solve_options *with,
		 const struct wfm_roster *before, double price, struct outcome *out)
{
	const struct wfm_change_cost c = { .shift_cents = price };
	struct wfm_solve_options o = *with;
	struct wfm_replan *again = NULL;
	struct wfm_report *report = NULL;
	struct wfm_error e = { 0 };
	*out = (struct outcome){ .curve = calloc(1, sizeof *out->curve), .price = price };
	if (!out->curve)
		return false;
	bool ok = before == NULL || price <= 0 || wfm_replan_open(p, before, &c, &again, &e) == WFM_OK;
	const struct wfm_problem *priced = again ? wfm_replan_problem(again) : p;
	out->curve->started_s = now_s(NULL);
	o.context = out->curve;
	if (ok)
		(void)wfm_schedule_solve(priced, &o, &out->roster, &e); /* at its limit too */
	ok = ok && out->roster;
	ok = ok && wfm_schedule_verify(priced, out->roster, true, &report, &e) == WFM_OK &&
	     report->breach_count == 0;
	if (ok && before)
		ok = wfm_replan_count(p, before, out->roster, &c, &out->changes, &e) == WFM_OK;
	if (ok)
		out->cost = out->roster->cost.total - out->roster->cost.fixed_pay - out->changes.cents;
	else
		fprintf(stderr, "%s %s\n", e.path, e.message);
	wfm_report_free(report);
	wfm_replan_close(again);
	return ok;
}

static void forget(struct outcome *x)
{
	wfm_roster_free(x->roster);
	free(x->curve);
}

/* The first AWAY people who work on Wednesday are away then; it counts as a day worked. */
static void drop(struct instance *x, const struct wfm_roster *r, struct wfm_credit *credits, struct wfm_span *spans)
{
	const struct wfm_day *d = &x->days[WEDNESDAY];
	int n = 0;
	for (int32_t i = 0; i < r->shift_count && n < AWAY; i++) {
		if (r->shifts[i].day != WEDNESDAY)
			continue;
		struct wfm_agent *g = &x->agents[r->shifts[i].agent];
		struct wfm_span *own = &spans[n * SPANS];
		if (g->unavailable_count >= SPANS)
			continue;
		for (int32_t k = 0; k < g->unavailable_count; k++)
			own[k] = g->unavailable[k];
		own[g->unavailable_count] = (struct wfm_span){ d->first_slot, d->first_slot + d->slots };
		g->unavailable = own;
		g->unavailable_count++;
		credits[n] = (struct wfm_credit){ WEDNESDAY, 0, 1 };
		g->credits = &credits[n++];
		g->credit_count = 1;
	}
}

static double reached_s(const struct curve *c, double cost)
{
	for (int32_t i = 0; i < c->count; i++)
		if (c->cost[i] <= cost + 1e-6)
			return c->at_s[i];
	return NAN;
}

static bool with_curve;

static void print_cost_over_time(const char *name, const char *how, const struct outcome *x)
{
	double next = 0;
	for (int32_t i = 0; with_curve && i < x->curve->count; i++) {
		if (x->curve->at_s[i] < next && i + 1 < x->curve->count)
			continue;
		next = x->curve->at_s[i] * 1.1 + 0.05;
		printf("curve %s, %s: %7.2f s  cost %.2f\n", name, how, x->curve->at_s[i], x->curve->cost[i] / 100);
	}
}

static void print(const char *name, const char *how, const struct outcome *x, const struct outcome *cold)
{
	double goal = cold->curve->cost[cold->curve->count - 1];
	int changed = x->changes.added + x->changes.removed + x->changes.moved;
	printf("replan %s, %s: shifts changed\t%d\tof %d\n", name, how, changed, (int)x->roster->shift_count);
	printf("replan %s, %s: cost\t%.2f\tunits\n", name, how, x->cost / 100);
	printf("replan %s, %s: agents whose shifts could stand\t%d\t\n", name, how, (int)x->roster->start_tours);
	if (x->price <= 0)
		printf("replan %s, %s: processor time to the cost found from nothing\t%.2f\ts\n", name, how,
		       reached_s(x->curve, goal));
	print_cost_over_time(name, how, x);
	(void)fflush(stdout);
}

static int bench(const char *path, const struct wfm_solve_options *o)
{
	static const double prices[] = { 25, 100, 400 };
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	char name[64], how[64];
	struct instance *x = load(path);
	struct outcome before = { 0 }, cold = { 0 }, warm = { 0 };
	struct wfm_credit credits[AWAY];
	struct wfm_span spans[AWAY * SPANS];
	(void)snprintf(name, sizeof name, "%.*s", (int)strcspn(base, "."), base);
	bool ok = x && plan(&x->p, o, NULL, 0, &before);
	if (ok) {
		struct wfm_solve_options from = *o;
		from.start = before.roster;
		drop(x, before.roster, credits, spans);
		printf("replan %s: cost before\t%.2f\tunits\n", name, before.cost / 100);
		ok = plan(&x->p, o, before.roster, 0, &cold) && plan(&x->p, &from, before.roster, 0, &warm);
		if (ok) {
			print(name, "from nothing", &cold, &cold);
			print(name, "from its roster", &warm, &cold);
		}
		for (size_t i = 0; ok && i < sizeof prices / sizeof prices[0]; i++) {
			struct outcome calm;
			(void)snprintf(how, sizeof how, "a change costs %.2f", prices[i] / 100);
			ok = plan(&x->p, &from, before.roster, prices[i], &calm);
			if (ok)
				print(name, how, &calm, &cold);
			forget(&calm);
		}
	}
	forget(&before);
	forget(&cold);
	forget(&warm);
	release(x);
	return !ok;
}

int main(int argc, char **argv)
{
	struct wfm_solve_options o = { .now_s = now_s, .progress = on_progress, .time_limit_s = 20, .seed = 1 };
	const char *data = getenv("CUADRANTE_SHARED_DATA");
	char path[512];
	int c, failed = 0;
	clock_used = CLOCK_PROCESS_CPUTIME_ID;
	while ((c = getopt(argc, argv, "ct:s:")) != -1) {
		if (c == 'c')
			with_curve = true;
		else if (c == 't')
			o.time_limit_s = strtod(optarg, NULL);
		else if (c == 's')
			o.seed = strtoull(optarg, NULL, 10);
		else
			return 2;
	}
	for (int i = optind; i < argc; i++)
		failed += bench(argv[i], &o);
	if (optind < argc)
		return failed > 0;
	(void)snprintf(path, sizeof path, "%s/tours/named-08-22-200-queues1-seed1.json", data ? data : "../shared/data");
	if (access(path, R_OK) != 0) {
		printf("# skipped: %s is not there\n", path);
		return 0;
	}
	return bench(path, &o);
}
