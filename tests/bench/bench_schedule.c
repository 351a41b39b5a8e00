/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sites as a planner has them: quarter-hours, three queues a site with mixed skills, two contracts,
 * leave, last week's ends. Prints name TAB figure TAB unit. Usage: bench_schedule [agents sites seconds]
 */
#include "wfm/schedule.h"

#include "solver/num/rng.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SLOTS = 8 * 96, QUEUES = 3, MAX_SITES = 8, MAX_AGENTS = 400 };

static struct {
	struct wfm_problem p;
	struct wfm_day days[7];
	struct wfm_calendar calendar;
	struct wfm_queue queues[QUEUES * MAX_SITES];
	double required[QUEUES * MAX_SITES][SLOTS];
	uint8_t open[SLOTS];
	struct wfm_agent agents[MAX_AGENTS];
	struct wfm_agent_skill skills[MAX_AGENTS][QUEUES];
	struct wfm_span away[MAX_AGENTS][1];
} x;

static const struct wfm_rule_row full_rules[] = {
	{ .rule = WFM_RULE_WEEK_MINUTES, .mode = WFM_HARD, .low = 2400, .high = 2700 },
	{ .rule = WFM_RULE_WEEK_SHIFTS, .mode = WFM_HARD, .low = 5, .high = 6 },
	{ .rule = WFM_RULE_SHIFT_MINUTES, .mode = WFM_HARD, .low = 480, .high = 600, .step = 30 },
	{ .rule = WFM_RULE_START_STEP, .mode = WFM_HARD, .low = 30 },
	{ .rule = WFM_RULE_START_SPREAD, .mode = WFM_HARD, .high = 120 },
	{ .rule = WFM_RULE_REST, .mode = WFM_HARD, .low = 720 },
	{ .rule = WFM_RULE_CONSECUTIVE_DAYS, .mode = WFM_HARD, .high = 6 },
	{ .rule = WFM_RULE_DAYS_OFF_TOGETHER, .mode = WFM_SOFT, .low = 2, .weight_cents = 2000 },
};
static const struct wfm_rule_row part_rules[] = {
	{ .rule = WFM_RULE_WEEK_MINUTES, .mode = WFM_HARD, .low = 1200, .high = 1500 },
	{ .rule = WFM_RULE_WEEK_SHIFTS, .mode = WFM_HARD, .low = 4, .high = 5 },
	{ .rule = WFM_RULE_SHIFT_MINUTES, .mode = WFM_HARD, .low = 240, .high = 360, .step = 30 },
	{ .rule = WFM_RULE_START_STEP, .mode = WFM_HARD, .low = 30 },
	{ .rule = WFM_RULE_START_SPREAD, .mode = WFM_HARD, .high = 180 },
	{ .rule = WFM_RULE_REST, .mode = WFM_HARD, .low = 720 },
	{ .rule = WFM_RULE_CONSECUTIVE_DAYS, .mode = WFM_HARD, .high = 6 },
};
static const struct wfm_break full_breaks[] = {
	{ WFM_REST_BREAK, 15, true, 60, 150, 0, 0, 1440 },
	{ WFM_MEAL, 60, false, 180, 330, 60, 0, 1440 },
	{ WFM_REST_BREAK, 15, true, 330, 480, 60, 0, 1440 },
};
static const struct wfm_break part_breaks[] = { { WFM_REST_BREAK, 15, true, 60, 180, 0, 0, 1440 } };
static const struct wfm_contract contracts[2] = {
	{ .name = "full", .rules = full_rules, .rule_count = 8, .breaks = full_breaks, .break_count = 3,
	  .hour_cents = 500 },
	{ .name = "part", .rules = part_rules, .rule_count = 7, .breaks = part_breaks, .break_count = 1,
	  .hour_cents = 450 },
};

static double now_s(void *context)
{
	(void)context;
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static bool on_progress(void *context, const struct wfm_progress *p)
{
	(void)context;
	if (getenv("BENCH_LOUD"))
		fprintf(stderr, "%-8s it %8lld  best %12.2f  bound %12.2f  gap %.3f%%\n",
			wfm_phase_name(p->phase), (long long)p->iterations, p->objective / 100,
			p->bound / 100, 100 * p->gap);
	return false;
}

static void fill_queue(struct rng *r, int q, double people)
{
	for (int t = 0; t < 7 * 96; t++) {
		double h = t % 96 / 4.0, weekend = t / 96 >= 5 ? 0.55 : 1;
		double shape = exp(-pow((h - 11.5) / 2.2, 2)) + 0.8 * exp(-pow((h - 16.5) / 2.5, 2)) + 0.15;
		x.required[q][t] = x.open[t] ? ceil(people * shape * weekend * (0.95 + 0.1 * rng_unit(r))) : 0;
	}
	x.queues[q] = (struct wfm_queue){ .name = "queue", .skill = q % QUEUES, .site = q / QUEUES,
					  .required = x.required[q], .open = x.open, .step1_share = 0.1,
					  .short1_cents = 1500, .short2_cents = 6000, .surplus_cents = 100 };
}

static void fill_agent(struct rng *r, int a, int sites)
{
	struct wfm_agent *g = &x.agents[a];
	*g = (struct wfm_agent){ .contract = rng_below(r, 4) == 0, .site = a % sites,
				 .skills = x.skills[a], .unavailable = x.away[a] };
	uint32_t mask = 1 + rng_below(r, 7);
	g->skill_count = 0;
	for (int q = 0; q < QUEUES; q++)
		if (mask >> q & 1)
			x.skills[a][g->skill_count++] = (struct wfm_agent_skill){ q, 1 };
	if (rng_below(r, 5) == 0) {
		int d = (int)rng_below(r, 7);
		x.away[a][0] = (struct wfm_span){ 96 * d, 96 * d + 96 };
		g->unavailable_count = 1;
	}
	g->previous_end = -(int32_t)rng_below(r, 60);
	g->previous_days_worked = (int32_t)rng_below(r, 6);
}

static void fill(int agents, int sites)
{
	struct rng r;
	rng_seed(&r, 42);
	for (int d = 0; d < 7; d++)
		x.days[d] = (struct wfm_day){ 20000 + d, d, 96 * d, 96, -1, 0, false };
	x.calendar = (struct wfm_calendar){ x.days, 7 };
	for (int t = 0; t < SLOTS; t++)
		x.open[t] = t < 7 * 96 && t % 96 >= 32 && t % 96 < 84;
	for (int q = 0; q < QUEUES * sites; q++)
		fill_queue(&r, q, 0.22 * agents / sites);
	for (int a = 0; a < agents; a++)
		fill_agent(&r, a, sites);
	x.p = (struct wfm_problem){ .slot_min = 15, .slot_count = SLOTS, .skill_count = QUEUES,
				    .site_count = sites, .calendars = &x.calendar, .calendar_count = 1,
				    .queues = x.queues, .queue_count = QUEUES * sites,
				    .contracts = contracts, .contract_count = 2, .agents = x.agents,
				    .agent_count = agents };
}

static int run(int agents, int sites, double limit)
{
	struct wfm_solve_options o = { .seed = 1, .time_limit_s = limit, .now_s = now_s,
				       .progress = on_progress };
	struct wfm_roster *r = NULL;
	struct wfm_error e = { 0 };
	fill(agents, sites);
	enum wfm_status s = wfm_schedule_solve(&x.p, &o, &r, &e);
	if (!r) {
		fprintf(stderr, "%s: %s\n", wfm_status_name(s), e.message);
		return 1;
	}
	printf("schedule %d agents, %d sites, 3 queues each: time\t%.1f\ts\n", agents, sites, r->seconds);
	printf("schedule %d agents, %d sites, 3 queues each: gap\t%.2f\t%%\n", agents, sites,
	       100 * r->variable_gap);
	fprintf(stderr, "cost %.2f short %.2f surplus %.2f bound %.2f columns %d classes %d unplanned %d %s\n",
		r->cost.total / 100, r->cost.shortage / 100, r->cost.surplus / 100, r->bound / 100,
		r->columns, r->classes, r->unplanned_count, wfm_status_name(s));
	(void)fflush(stdout);
	wfm_roster_free(r);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 4)
		return run((int)strtol(argv[1], NULL, 10), (int)strtol(argv[2], NULL, 10),
			   strtod(argv[3], NULL));
	return run(50, 1, 10) + run(200, 1, 20) + run(400, 8, 60);
}
