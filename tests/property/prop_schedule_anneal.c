/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The searches for drawn teams of alike agents, in small moves, day by day, and by patterns from the
 * relaxation: from a plan in which all of a kind work the same hours each must come to a far better one
 * that the judge accepts, rules, cost and all; the same for a seed; and leave alone what it is not made
 * for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "solver/num/rng.h"
#include "solver/schedule/anneal.h"
#include "solver/schedule/assign.h"
#include "solver/schedule/blocks.h"
#include "solver/schedule/layers.h"
#include "tests/lib/schedule_fixture.h"

enum { CASES = 24, THOUSANDS = 60 };

static struct fixture f;

static struct wfm_rule_row draw_rule(struct rng *r)
{
	static const struct wfm_rule_row rows[] = {
		{ .rule = WFM_RULE_REST, .low = 840, .high = INT32_MAX },
		{ .rule = WFM_RULE_START_SPREAD, .high = 90 },
		{ .rule = WFM_RULE_CONSECUTIVE_DAYS, .low = 2, .high = 4 },
		{ .rule = WFM_RULE_DAYS_OFF_IN_A_ROW, .low = 2, .high = 7 },
		{ .rule = WFM_RULE_WEEK_MINUTES, .low = 20 * 60, .high = 30 * 60 },
		{ .rule = WFM_RULE_WEEKENDS_WHOLE },
	};
	return rows[rng_below(r, sizeof rows / sizeof rows[0])];
}

/* Two contracts, some people away for a day or locked to a day off; the week may repeat. */
static void draw_team(uint64_t seed)
{
	struct rng r;
	rng_seed(&r, seed);
	fixture_init(&f, 32 + (int)rng_below(&r, 28), 12);
	for (int c = 0; c < 2; c++) {
		struct wfm_rule_row row = draw_rule(&r);
		row.mode = rng_below(&r, 2) ? WFM_HARD : WFM_SOFT;
		row.weight_cents = 700;
		if (row.rule == WFM_RULE_REST || row.rule == WFM_RULE_START_SPREAD)
			row.mode = WFM_HARD;
		if (!fixture_rule(&f, c, row.rule))
			fixture_add_rule(&f, c, row);
		f.contracts[c].optional = rng_below(&r, 3) == 0;
	}
	int day = (int)rng_below(&r, 7);
	for (int i = 0; i < f.p.agent_count; i++) {
		f.agents[i].wish_count = 0;
		f.spans[i][0] = (struct wfm_span){ 48 * day, 48 * day + 48 };
		f.agents[i].unavailable = f.spans[i];
		f.agents[i].unavailable_count = i % 4 < 2 && i < 20 ? 1 : 0;
	}
	for (int t = 0; t < f.p.slot_count; t++)
		f.required[0][t] = f.open[0][t] ? 4 + rng_below(&r, 12) : 0;
	f.p.cyclic = rng_below(&r, 2) == 0;
	if (f.p.cyclic)
		f.p.slot_count = 7 * 48;
}

/* The same, and everybody is away at a time of his own. */
static void draw_unlike(uint64_t seed)
{
	draw_team(seed);
	for (int i = 0; i < f.p.agent_count; i++) {
		f.spans[i][0] = (struct wfm_span){ 48 * (i % 7), 48 * (i % 7) + 18 + i / 7 };
		f.agents[i].unavailable_count = 1;
	}
}

/* Everybody works what is best for nobody else there. */
static void put_alike(struct run *r, struct plan *p)
{
	struct tour t;
	for (int32_t i = 0; i < r->m->horizon; i++)
		r->worth[i] = 50 + i % 7;
	for (int32_t i = 0; i < p->count; i++) {
		pricer_set(r->pricer, r->m->types[p->tours[i]->type].profile, r->worth);
		assert_true(pricer_best(r->pricer, p->tours[i]->type, &t) > -INFINITY);
		plan_put(p, i, &t);
	}
}

static void in_small_moves(struct run *r, struct plan *p)
{
	assert_true(anneal_suits(r->m));
	assert_true(anneal_plan(r, p, THOUSANDS, 0.1, 0.02));
}

static void day_by_day(struct run *r, struct plan *p)
{
	struct wfm_error e = { 0 };
	assert_int_equal(days_improve(r, p, 3, &e), WFM_OK);
}

static void by_patterns(struct run *r, struct plan *p)
{
	struct wfm_error e = { 0 };
	struct master *m = NULL;
	assert_int_equal(master_new(r, &m, &e), WFM_OK);
	assert_int_equal(master_converge(m, &e), WFM_OK);
	assert_int_equal(master_dive_patterns(m, p, &e), WFM_OK);
	assert_true(plan_cost(p) >= r->bound - 1e-6 * fabs(r->bound));
	master_free(m);
	day_by_day(r, p);
}

/* Cost of the plan after the search; *before of the one it began with. */
static double search(void (*way)(struct run *, struct plan *), double *before)
{
	struct run r;
	struct model m;
	struct wfm_error e = { 0 };
	struct wfm_report *report = NULL;
	assert_int_equal(run_open(&r, &m, &f.p, NULL, &e), WFM_OK);
	r.stage_share = 1;
	struct plan *p = plan_new(&m);
	assert_non_null(p);
	put_alike(&r, p);
	*before = plan_cost(p);
	assert_true(run_offer(&r, p));
	way(&r, p);
	double cost = fmin(plan_cost(p), r.objective);
	assert_true(fabs(cost - r.objective) < 1e-6);
	struct wfm_roster *x = assign_roster(&r);
	assert_non_null(x);
	assert_int_equal(wfm_schedule_verify(&f.p, x, false, &report, &e), WFM_OK);
	for (int32_t i = 0; i < report->breach_count; i++)
		fail_msg("%s", report->breaches[i].message);
	double judged = report->cost.total - report->cost.fixed_pay - m.closed_cents;
	assert_true(fabs(judged - cost) < 1e-6 * fabs(cost) + 1e-3);
	wfm_report_free(report);
	wfm_roster_free(x);
	plan_free(p);
	run_close(&r, &m);
	return cost;
}

static bool layers_suit_it(void)
{
	struct run r;
	struct model m;
	struct wfm_error e = { 0 };
	assert_int_equal(run_open(&r, &m, &f.p, NULL, &e), WFM_OK);
	bool suit = layers_suit(&m);
	run_close(&r, &m);
	return suit;
}

/* What is left of the cost over all drawn teams; those whose rest does not follow only in small moves. */
static double left_of_cost(void (*draw)(uint64_t), void (*way)(struct run *, struct plan *), int least)
{
	double before, sum_before = 0, sum = 0;
	int cases = 0;
	for (uint64_t seed = 1; seed <= CASES; seed++) {
		draw(seed);
		if (way != in_small_moves && !layers_suit_it())
			continue;
		double cost = search(way, &before);
		assert_true(cost <= before + 1e-6);
		sum_before += before;
		sum += cost;
		cases++;
	}
	assert_true(cases >= least);
	return sum / sum_before;
}

static void test_plans_get_better_and_stay_legal(void **state)
{
	(void)state;
	assert_true(left_of_cost(draw_team, in_small_moves, CASES) < 0.7);
	assert_true(left_of_cost(draw_team, day_by_day, CASES / 4) < 0.9);
	assert_true(left_of_cost(draw_team, by_patterns, CASES / 4) < 0.6);
	assert_true(left_of_cost(draw_unlike, day_by_day, CASES / 4) < 0.9);
	assert_true(left_of_cost(draw_unlike, by_patterns, CASES / 4) < 0.6);
}

static void test_the_same_again(void **state)
{
	void (*const ways[])(struct run *, struct plan *) = { in_small_moves, day_by_day, by_patterns };
	double before;
	uint64_t seed = 3;
	(void)state;
	for (draw_team(seed); !layers_suit_it(); draw_team(seed))
		seed++;
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		double once = search(ways[i], &before);
		assert_true(search(ways[i], &before) == once);
	}
}

static void test_it_knows_what_it_is_not_made_for(void **state)
{
	struct run r;
	struct model m;
	struct wfm_error e = { 0 };
	(void)state;
	draw_team(1);
	f.p.agent_count = 9; /* hardly two alike */
	assert_int_equal(run_open(&r, &m, &f.p, NULL, &e), WFM_OK);
	assert_false(anneal_suits(&m));
	assert_true(anneal_can(&m));
	run_close(&r, &m);
	draw_unlike(1);
	assert_int_equal(run_open(&r, &m, &f.p, NULL, &e), WFM_OK);
	assert_false(anneal_suits(&m));
	run_close(&r, &m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plans_get_better_and_stay_legal),
		cmocka_unit_test(test_the_same_again),
		cmocka_unit_test(test_it_knows_what_it_is_not_made_for),
	};
	return cmocka_run_group_tests_name("schedule_anneal", tests, NULL, NULL);
}
