/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Properties of whole solves: random tiny problems against brute force over every tour of every agent
 * (judged by wfm_schedule_verify alone), bounds below costs. Agents in another order and weeks shifted
 * are in prop_schedule_moved.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solver/num/rng.h"
#include "tests/lib/schedule_fixture.h"

enum { TINY_DAYS = 3, MAX_TOURS = 20000 };

/* ---- brute force: shifts without breaks, one queue or three, three days ---- */

struct choice {
	int start[TINY_DAYS], end[TINY_DAYS]; /* 0, 0: off */
};

static struct fixture f;
static struct choice tours[2][MAX_TOURS];
static int tour_count[2];

/* One of the rules over runs, windows, weekends, patterns and the whole plan. */
static void add_long_rule(struct rng *r, int c)
{
	static const struct wfm_pattern_day alone[] = { { 0, true }, { UINT64_MAX, false }, { 0, true } };
	static const struct wfm_rule_row rows[] = {
		{ .rule = WFM_RULE_DAYS_OFF_IN_A_ROW, .low = 2, .high = 2 },
		{ .rule = WFM_RULE_PLAN_MINUTES, .low = 300, .high = 480 },
		{ .rule = WFM_RULE_PLAN_SHIFTS, .low = 2, .high = 2 },
		{ .rule = WFM_RULE_WINDOW_SHIFTS, .low = 1, .high = 1, .window = 2 },
		{ .rule = WFM_RULE_WINDOW_MINUTES, .high = 420, .window = 3 },
		{ .rule = WFM_RULE_WEEKENDS_WORKED, .high = 0 },
		{ .rule = WFM_RULE_WEEKENDS_WHOLE },
		{ .rule = WFM_RULE_PATTERN, .pattern = alone, .pattern_count = 3 },
	};
	struct wfm_rule_row row = rows[rng_below(r, sizeof rows / sizeof rows[0])];
	row.mode = rng_below(r, 3) ? WFM_SOFT : WFM_HARD;
	row.weight_cents = 600;
	fixture_add_rule(&f, c, row);
}

/* Three queues in place of one; both agents serve the first and some of the others. */
static void add_queues(struct rng *r)
{
	f.p.queue_count = 3;
	for (int q = 0; q < 3; q++)
		for (int t = 0; t < f.p.slot_count; t++) {
			f.open[q][t] = f.open[0][t];
			f.required[q][t] = f.open[q][t] ? rng_below(r, 2) : 0;
		}
	for (int a = 0; a < 2; a++) {
		int n = 0;
		for (int q = 0; q < 3; q++)
			if (q == 0 || rng_below(r, 2))
				f.skills[a][n++] = (struct wfm_agent_skill){ q, 1 };
		f.agents[a].skill_count = n;
	}
}

static void tiny_problem(uint64_t seed, bool several)
{
	struct rng r;
	rng_seed(&r, seed);
	fixture_init(&f, 2, 1);
	fixture_small_days(&f, TINY_DAYS, (int)rng_below(&r, 7), 8, 15);
	for (int t = 0; t < f.p.slot_count; t++)
		f.required[0][t] = f.open[0][t] ? rng_below(&r, 3) : 0;
	if (several)
		add_queues(&r);
	for (int c = 0; c < 2; c++) {
		f.contracts[c].rule_count = f.contracts[c].break_count = 0;
		f.contracts[c].salaried = rng_below(&r, 2) == 0;
		fixture_add_rule(&f, c, (struct wfm_rule_row){ .rule = WFM_RULE_SHIFT_MINUTES,
							       .low = 180, .high = 300, .step = 60 });
		fixture_add_rule(&f, c, (struct wfm_rule_row){ .rule = WFM_RULE_WEEK_SHIFTS,
							       .mode = rng_below(&r, 2) ? WFM_SOFT : WFM_HARD,
							       .low = 1, .high = 2, .weight_cents = 700 });
		fixture_add_rule(&f, c, (struct wfm_rule_row){ .rule = WFM_RULE_WEEK_MINUTES,
							       .mode = rng_below(&r, 2) ? WFM_SOFT : WFM_HARD,
							       .low = 240, .high = 600, .weight_cents = 300 });
		fixture_add_rule(&f, c, (struct wfm_rule_row){ .rule = WFM_RULE_REST,
							       .low = 60 * (14 + (int)rng_below(&r, 6)) });
		if (rng_below(&r, 2))
			fixture_add_rule(&f, c, (struct wfm_rule_row){ .rule = WFM_RULE_START_SPREAD,
								       .high = 60 });
		fixture_add_rule(&f, c, (struct wfm_rule_row){ .rule = WFM_RULE_CONSECUTIVE_DAYS,
							       .mode = rng_below(&r, 2) ? WFM_SOFT : WFM_HARD,
							       .high = 1 + (int)rng_below(&r, 2),
							       .weight_cents = 900 });
		fixture_add_rule(&f, c, (struct wfm_rule_row){ .rule = WFM_RULE_DAYS_OFF_BLOCKS,
							       .mode = WFM_SOFT, .high = 1,
							       .weight_cents = 500 });
		if (rng_below(&r, 2))
			fixture_add_rule(&f, c, (struct wfm_rule_row){ .rule = WFM_RULE_SUNDAYS,
								       .mode = WFM_SOFT, .high = 0,
								       .weight_cents = 400 });
		add_long_rule(&r, c);
	}
	for (int a = 0; a < 2; a++) {
		f.agents[a].previous_days_worked = (int)rng_below(&r, 3);
		f.agents[a].previous_end = rng_below(&r, 2) ? -(int)rng_below(&r, 8) : WFM_NONE;
		f.wishes[a][0] = (struct wfm_wish){ WFM_WISH_START, WFM_NONE, 60 * (8 + (int)rng_below(&r, 6)),
						    50, 0, 0, 0, 0 };
		f.wishes[a][1] = (struct wfm_wish){ rng_below(&r, 2) ? WFM_WISH_DAY_ON : WFM_WISH_DAY_OFF,
						    (int)rng_below(&r, TINY_DAYS), 0, 800, 0, 0, 0, 0 };
		f.agents[a].wish_count = 2;
	}
	for (int a = 0; a < 2; a++)
		f.agents[a].seniority = rng_below(&r, 15);
	f.p.seniority = (struct wfm_seniority){ rng_below(&r, 4), 10 };
	fixture_link(&f);
	f.calendar.day_count = TINY_DAYS;
}

static struct wfm_roster *roster_of(const struct choice *const c[2])
{
	struct wfm_roster *r = wfm_roster_new(2 * TINY_DAYS, 2 * TINY_DAYS, 0);
	r->shift_count = r->activity_count = 0;
	for (int a = 0; a < 2; a++)
		for (int d = 0; c[a] && d < TINY_DAYS; d++) {
			if (c[a]->end[d] == 0)
				continue;
			r->activities[r->activity_count] =
				(struct wfm_activity){ WFM_WORK, 0, c[a]->start[d],
						       c[a]->end[d] - c[a]->start[d], true, 0 };
			r->shifts[r->shift_count++] = (struct wfm_shift){
				a, d, c[a]->start[d], c[a]->end[d], r->activity_count++, 1, WFM_NONE, 0 };
		}
	return r;
}

/* Cost by the judge; HUGE_VAL when something is broken. alone: only that agent's breaches count. */
static double judged(const struct choice *const c[2], int alone)
{
	struct wfm_roster *r = roster_of(c);
	struct wfm_report *report = NULL;
	struct wfm_error e;
	assert_int_equal(wfm_schedule_verify(&f.p, r, false, &report, &e), WFM_OK);
	double cost = report->cost.total;
	for (int i = 0; i < report->breach_count; i++)
		if (alone < 0 || report->breaches[i].agent == alone)
			cost = HUGE_VAL;
	wfm_report_free(report);
	wfm_roster_free(r);
	return cost;
}

static void list_tours(int a, int day, struct choice *now)
{
	if (day == TINY_DAYS) {
		const struct choice *c[2] = { a == 0 ? now : NULL, a == 1 ? now : NULL };
		if (judged(c, a) < HUGE_VAL && tour_count[a] < MAX_TOURS)
			tours[a][tour_count[a]++] = *now;
		return;
	}
	now->start[day] = now->end[day] = 0;
	list_tours(a, day + 1, now);
	for (int s = 8; s < 13; s++)
		for (int n = 3; n <= 5 && s + n <= 15; n++) {
			now->start[day] = 24 * day + s;
			now->end[day] = 24 * day + s + n;
			list_tours(a, day + 1, now);
		}
	now->start[day] = now->end[day] = 0;
}

static double queue_cents(int q, int t, double have)
{
	double lack = f.required[q][t] - have;
	return lack > 0 ? fmin(lack, 1) * 3000 + fmax(lack - 1, 0) * 12000 : -lack * 200;
}

/* Cost of a slot when each of those at work serves whichever queue makes it least. */
static double slot_cents(int t, bool first, bool second)
{
	double best = HUGE_VAL;
	for (int i = 0; i < (first ? f.agents[0].skill_count : 1); i++)
		for (int k = 0; k < (second ? f.agents[1].skill_count : 1); k++) {
			double sum = 0;
			for (int q = 0; q < f.p.queue_count; q++)
				sum += queue_cents(q, t, (first && f.skills[0][i].skill == q) +
							 (second && f.skills[1][k].skill == q));
			best = fmin(best, sum);
		}
	return best;
}

/* Cheapest pair of legal tours, fixed pay left out (it is not minimised). The judge per pair would
 * be slow: cost of cover by hand. */
static double brute_force(void)
{
	double best = HUGE_VAL;
	for (int a = 0; a < 2; a++) {
		tour_count[a] = 0;
		struct choice now = { { 0 }, { 0 } };
		list_tours(a, 0, &now);
	}
	if (tour_count[0] == 0 || tour_count[1] == 0)
		return HUGE_VAL; /* not compared */
	static double lone[2][MAX_TOURS];
	for (int a = 0; a < 2; a++)
		for (int i = 0; i < tour_count[a]; i++) {
			const struct choice *c[2] = { a == 0 ? &tours[0][i] : NULL,
						      a == 1 ? &tours[1][i] : NULL };
			struct wfm_roster *r = roster_of(c);
			struct wfm_report *report = NULL;
			struct wfm_error e;
			assert_int_equal(wfm_schedule_verify(&f.p, r, false, &report, &e), WFM_OK);
			/* the other agent's empty tour may cost rules: taken out below by its own */
			lone[a][i] = report->cost.pay + report->cost.rules + report->cost.wishes;
			wfm_report_free(report);
			wfm_roster_free(r);
		}
	double idle_rules[2];
	for (int a = 0; a < 2; a++) { /* cost of nobody working, less that agent's share */
		struct fixture keep = f;
		f.p.agent_count = 1;
		f.agents[0] = keep.agents[1 - a];
		f.agents[0].wishes = keep.agents[1 - a].wishes;
		f.p.agents = f.agents;
		struct wfm_roster *r = wfm_roster_new(0, 0, 0);
		struct wfm_report *report = NULL;
		struct wfm_error e;
		assert_int_equal(wfm_schedule_verify(&f.p, r, false, &report, &e), WFM_OK);
		idle_rules[a] = report->cost.rules + report->cost.wishes;
		wfm_report_free(report);
		wfm_roster_free(r);
		f = keep;
	}
	for (int i = 0; i < tour_count[0]; i++)
		for (int k = 0; k < tour_count[1]; k++) {
			double cost = lone[0][i] - idle_rules[0] + lone[1][k] - idle_rules[1];
			if (cost >= best)
				continue;
			for (int t = 0; t < 24 * TINY_DAYS; t++) {
				int d = t / 24;
				const struct choice *x = &tours[0][i], *y = &tours[1][k];
				cost += slot_cents(t, t >= x->start[d] && t < x->end[d],
						   t >= y->start[d] && t < y->end[d]);
			}
			best = fmin(best, cost);
		}
	return best;
}

static struct wfm_roster *solve(const struct wfm_problem *p, uint64_t seed)
{
	struct wfm_solve_options o = { .seed = seed, .iteration_limit = 600 };
	return fixture_solve(p, &o);
}

static void compare_with_brute_force(bool several)
{
	int compared = 0;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		tiny_problem(seed, several);
		double best = brute_force();
		struct wfm_roster *r = solve(&f.p, seed);
		assert_true(r->bound <= r->cost.total + 1e-6);
		double cost = r->cost.total - r->cost.fixed_pay, bound = r->bound - r->cost.fixed_pay;
		if (best < HUGE_VAL) {
			compared++;
			assert_int_equal(r->unplanned_count, 0);
			if (bound > best + 1e-4 || fabs(cost - best) > 1e-4)
				fail_msg("seed %d: bound %f cost %f, brute force %f", (int)seed, bound, cost,
					 best);
		} else {
			assert_true(r->unplanned_count > 0);
		}
		wfm_roster_free(r);
	}
	assert_true(compared >= 6);
}

static void test_tiny_equals_brute_force(void **state)
{
	(void)state;
	compare_with_brute_force(false);
}

static void test_tiny_with_queues_equals_brute_force(void **state)
{
	(void)state;
	compare_with_brute_force(true);
}

/* ---- larger random problems ---- */

static void test_random_problems_verify(void **state)
{
	(void)state;
	static struct fixture x;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		fixture_random(&x, seed);
		struct wfm_roster *r = solve(&x.p, seed);
		fixture_expect_clean(&x.p, r);
		assert_true(r->bound <= r->cost.total + 1e-6);
		wfm_roster_free(r);
	}
}

/* One more of an optional kind never costs more in the bound's sense: old bound >= new bound. */
static void test_more_agents_cost_no_more(void **state)
{
	(void)state;
	static struct fixture x;
	fixture_init(&x, 8, 6);
	x.contracts[0].optional = x.contracts[1].optional = true;
	x.contracts[0].salaried = false;
	struct wfm_roster *r = solve(&x.p, 1);
	x.p.agent_count = 10;
	struct wfm_roster *s = solve(&x.p, 1);
	assert_true(s->bound <= r->cost.total + 1e-6);
	assert_true(s->bound <= r->bound + 1e-3 * fabs(r->bound));
	wfm_roster_free(r);
	wfm_roster_free(s);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tiny_equals_brute_force),
		cmocka_unit_test(test_tiny_with_queues_equals_brute_force),
		cmocka_unit_test(test_random_problems_verify),
		cmocka_unit_test(test_more_agents_cost_no_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
