/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plans of duties: each rule broken is caught by the judge, each rule hard is kept by the solver, and
 * each rule soft comes to the same cents in both. Tiny plans equal brute force.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solver/num/rng.h"
#include "tests/lib/published.h"

enum { EARLY, LATE, NIGHT, DUTIES, OFF = -1, MOST_DAYS = 28, RULES = 12 };

static const struct wfm_duty duties[DUTIES] = {
	{ "early", 360, 480, WFM_NONE, WFM_NONE, 0 },
	{ "late", 840, 480, WFM_NONE, WFM_NONE, 0 },
	{ "night", 1320, 600, 0, WFM_NONE, 0 },
};

static struct plan {
	struct published x;
	struct wfm_rule_row rules[RULES];
	struct wfm_contract contract;
	struct wfm_agent agents[4];
	struct wfm_agent_skill skill[4];
	struct wfm_wish wishes[4][4];
	struct wfm_cover covers[MOST_DAYS * DUTIES];
} f;

/* Agents with the skill for nights, one person wanted on each duty and day. */
static void make(int days, int agents, int per_duty)
{
	memset(&f, 0, sizeof f);
	f.x.arena = arena_new(0);
	published_calendar(&f.x, days, 0, 60);
	f.contract = (struct wfm_contract){ .rules = f.rules };
	for (int a = 0; a < 4; a++) {
		f.skill[a] = (struct wfm_agent_skill){ 0, 1 };
		f.agents[a] = (struct wfm_agent){ .site = WFM_NONE, .skills = &f.skill[a], .skill_count = 1,
						  .wishes = f.wishes[a], .previous_end = WFM_NONE };
	}
	for (int i = 0; i < days * DUTIES; i++)
		f.covers[i] = (struct wfm_cover){ i / DUTIES, UINT64_C(1) << i % DUTIES, per_duty, 10000, 100 };
	struct wfm_problem *p = &f.x.p;
	p->skill_count = 1;
	p->contracts = &f.contract;
	p->contract_count = 1;
	p->agents = f.agents;
	p->agent_count = agents;
	p->duties = duties;
	p->duty_count = DUTIES;
	p->covers = f.covers;
	p->cover_count = days * DUTIES;
}

static void drop(void)
{
	published_free(&f.x);
}

static struct wfm_rule_row *add(struct wfm_rule_row row)
{
	f.rules[f.contract.rule_count] = row;
	return &f.rules[f.contract.rule_count++];
}

static struct wfm_report *judged(const struct wfm_roster *r)
{
	struct wfm_report *report = NULL;
	struct wfm_error e = { 0 };
	if (wfm_schedule_verify(&f.x.p, r, false, &report, &e) != WFM_OK)
		fail_msg("%s: %s", e.path, e.message);
	return report;
}

static int breaches(const struct wfm_roster *r, enum wfm_breach_kind kind, enum wfm_rule rule)
{
	struct wfm_report *report = judged(r);
	int n = 0;
	for (int i = 0; i < report->breach_count; i++)
		n += report->breaches[i].kind == kind && report->breaches[i].rule == rule;
	wfm_report_free(report);
	return n;
}

/* One row of letters a day: e, l, n or a dot. */
static struct wfm_roster *row(const char *letters)
{
	int days = (int)strlen(letters), duty[MOST_DAYS];
	make(days, 1, 1);
	for (int d = 0; d < days; d++)
		duty[d] = letters[d] == 'e' ? EARLY : letters[d] == 'l' ? LATE : letters[d] == 'n' ? NIGHT : OFF;
	return published_roster(&f.x, duty, days);
}

static const struct wfm_pattern_day night_then_off[] = { { UINT64_C(1) << NIGHT, false }, { 0, true }, { 0, true } };
static const struct wfm_pattern_day late_then_early[] = { { UINT64_C(1) << LATE, false },
							  { UINT64_C(1) << EARLY, false } };

/* bad breaks the rule by `amount`, good keeps it. */
static const struct {
	struct wfm_rule_row rule;
	const char *bad, *good;
	double amount;
} rows[] = {
	{ { .rule = WFM_RULE_CONSECUTIVE_DAYS, .low = 2, .high = 3 }, "..e..ll", "..ee.ll", 1 },
	{ { .rule = WFM_RULE_CONSECUTIVE_DAYS, .low = 2, .high = 3 }, "eeeee..", "eee..ll", 2 },
	{ { .rule = WFM_RULE_CONSECUTIVE_DAYS, .low = 2, .high = 9, .edges = true }, "e..ee..", "ee.....", 1 },
	{ { .rule = WFM_RULE_DAYS_OFF_IN_A_ROW, .low = 2, .high = 3 }, "ee.ee..", ".ee..ee", 1 },
	{ { .rule = WFM_RULE_DAYS_OFF_IN_A_ROW, .low = 1, .high = 3 }, "e.....e", "e...e.e", 2 },
	{ { .rule = WFM_RULE_PLAN_MINUTES, .low = 960, .high = 2000 }, "e......", "ee.....", 8 },
	{ { .rule = WFM_RULE_PLAN_MINUTES, .low = 0, .high = 960 }, "enn....", "ee.....", 12 },
	{ { .rule = WFM_RULE_PLAN_SHIFTS, .low = 0, .high = 1, .duties = 1 << NIGHT }, "enn....", "een....", 1 },
	{ { .rule = WFM_RULE_PLAN_SHIFTS, .low = 3, .high = 9 }, "e......", "eel....", 2 },
	{ { .rule = WFM_RULE_WINDOW_SHIFTS, .low = 0, .high = 2, .window = 4 }, "ee.l...", "ee..ll.", 1 },
	{ { .rule = WFM_RULE_WINDOW_SHIFTS, .low = 1, .high = 9, .window = 4 }, "e....e.", "e...e..", 1 },
	{ { .rule = WFM_RULE_WINDOW_MINUTES, .low = 0, .high = 960, .window = 2 }, ".en....", ".ee....", 2 },
	{ { .rule = WFM_RULE_WEEKENDS_WORKED, .low = 0, .high = 1 }, ".....e......ee", ".....ee.......", 1 },
	{ { .rule = WFM_RULE_WEEKENDS_IN_A_ROW, .low = 1, .high = 1 }, ".....e......ee", ".....ee.......", 1 },
	{ { .rule = WFM_RULE_WEEKENDS_WHOLE, .high = 0 }, ".....e.", ".....el", 1 },
	{ { .rule = WFM_RULE_WEEKENDS_SAME, .high = 0 }, ".....el", ".....ll", 1 },
	{ { .rule = WFM_RULE_DUTIES_IN_A_ROW, .low = 1, .high = 2, .duties = 1 << NIGHT }, "nnn....", "nn.n...", 1 },
	{ { .rule = WFM_RULE_DUTIES_IN_A_ROW, .low = 2, .high = 3, .duties = 1 << NIGHT }, "e.n.e..", "e.nn.e.", 1 },
	{ { .rule = WFM_RULE_PATTERN, .pattern = late_then_early, .pattern_count = 2 }, "le..le.", "el..l.e", 2 },
	{ { .rule = WFM_RULE_PATTERN, .pattern = night_then_off, .pattern_count = 3, .days = 1 << 4 }, "....n..",
	  "n...n.e", 1 },
	{ { .rule = WFM_RULE_WEEK_SHIFTS, .low = 2, .high = 3, .duties = 1 << EARLY }, "eeeeel.", "eelllll", 2 },
	{ { .rule = WFM_RULE_WEEK_MINUTES, .low = 960, .high = 1000 }, "en.....", "ee.....", 80 / 60.0 },
	{ { .rule = WFM_RULE_DAYS_OFF_TOGETHER, .low = 2 }, "e.e.e.e", "e..e.e.", 1 },
	{ { .rule = WFM_RULE_DAYS_OFF_BLOCKS, .high = 1 }, "e..e..e", "e..eeee", 1 },
	{ { .rule = WFM_RULE_SUNDAYS, .high = 0 }, "......e", ".....e.", 1 },
	{ { .rule = WFM_RULE_WEEKENDS_OFF, .low = 1 }, ".....e.", "....e..", 1 },
	{ { .rule = WFM_RULE_NIGHT_SHIFTS, .high = 1, .from = 0, .to = 300 }, "n.n....", "n.l....", 1 },
	{ { .rule = WFM_RULE_REST, .low = 660 }, "le.....", "el.....", 60 },
};

static void test_each_rule_broken_is_caught(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct wfm_rule_row r = rows[i].rule;
		const char *name = wfm_rules[r.rule].name;
		struct wfm_roster *bad = row(rows[i].bad);
		r.mode = WFM_HARD;
		(void)add(r);
		if (breaches(bad, WFM_BREACH_RULE, r.rule) == 0)
			fail_msg("%s (%zu) is not caught", name, i);
		if (wfm_rules[r.rule].may_be_soft) {
			f.rules[0].mode = WFM_SOFT;
			f.rules[0].weight_cents = 100;
			struct wfm_report *report = judged(bad);
			if (report->breach_count != 0 || fabs(report->cost.rules - 100 * rows[i].amount) > 1e-6)
				fail_msg("%s (%zu): %g cents", name, i, report->cost.rules);
			wfm_report_free(report);
		}
		wfm_roster_free(bad);
		drop();
		struct wfm_roster *good = row(rows[i].good);
		(void)add(r);
		if (breaches(good, WFM_BREACH_RULE, r.rule) != 0)
			fail_msg("%s (%zu) is no breach", name, i);
		wfm_roster_free(good);
		drop();
	}
}

/* A rule without a line here has no test in which breaking it is caught. */
static void test_no_rule_is_left_out(void **state)
{
	(void)state;
	static const enum wfm_rule elsewhere[] = {
		WFM_RULE_OTHER_SKILL, /* test_duties_skills_and_wishes */
		/* of shifts that are no duties: test_schedule_verify.c */
		WFM_RULE_SHIFT_MINUTES, WFM_RULE_START_WINDOW, WFM_RULE_START_STEP, WFM_RULE_START_SPREAD,
	};
	bool shown[WFM_RULE_COUNT] = { false };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		shown[rows[i].rule.rule] = true;
	for (size_t i = 0; i < sizeof elsewhere / sizeof elsewhere[0]; i++)
		shown[elsewhere[i]] = true;
	for (int i = 0; i < WFM_RULE_COUNT; i++)
		if (!shown[i])
			fail_msg("no test breaks %s", wfm_rules[i].name);
}

static void test_duties_skills_and_wishes(void **state)
{
	(void)state;
	struct wfm_roster *r = row("en.....");
	f.agents[0].skill_count = 0;
	assert_int_equal(breaches(r, WFM_BREACH_SKILL, WFM_RULE_COUNT), 1);
	struct wfm_rule_row *other = add((struct wfm_rule_row){ .rule = WFM_RULE_OTHER_SKILL, .mode = WFM_HARD });
	assert_int_equal(breaches(r, WFM_BREACH_RULE, WFM_RULE_OTHER_SKILL), 1);
	other->high = 1;
	assert_int_equal(breaches(r, WFM_BREACH_RULE, WFM_RULE_OTHER_SKILL), 0);
	r->shifts[0].duty = LATE;
	assert_int_equal(breaches(r, WFM_BREACH_DUTY, WFM_RULE_COUNT), 1);
	r->shifts[0].duty = DUTIES;
	assert_int_equal(breaches(r, WFM_BREACH_DUTY, WFM_RULE_COUNT), 1);
	r->shifts[0].duty = EARLY;
	f.wishes[0][0] = (struct wfm_wish){ .kind = WFM_WISH_DAY_ON, .day = 0, .weight_cents = 1, .duties = 1 << LATE };
	f.wishes[0][1] = (struct wfm_wish){ .kind = WFM_WISH_DAY_OFF, .day = 1, .weight_cents = 10, .duties = 1 << NIGHT };
	f.wishes[0][2] = (struct wfm_wish){ .kind = WFM_WISH_KEEP, .day = 2, .weight_cents = 100, .start = 54, .end = 62 };
	f.wishes[0][3] = (struct wfm_wish){ .kind = WFM_WISH_KEEP, .day = 0, .weight_cents = 1000, .start = 6, .end = 14 };
	f.agents[0].wish_count = 4;
	struct wfm_report *report = judged(r);
	assert_true(report->cost.wishes == 111);
	assert_true(report->cost.shortage == 10000 * (7 * DUTIES - 2));
	wfm_report_free(report);
	wfm_roster_free(r);
	drop();
}

static void test_the_place_is_named(void **state)
{
	(void)state;
	struct wfm_error e = { 0 };
	make(7, 1, 1);
	f.covers[4].duties = 1 << DUTIES;
	assert_int_equal(wfm_problem_check(&f.x.p, &e), WFM_INVALID);
	assert_string_equal(e.path, "/covers/4");
	f.covers[4].duties = 1;
	f.covers[2].day = 7;
	assert_int_equal(wfm_problem_check(&f.x.p, &e), WFM_INVALID);
	assert_string_equal(e.path, "/covers/2");
	f.covers[2].day = 0;
	(void)add((struct wfm_rule_row){ .rule = WFM_RULE_SUNDAYS, .mode = WFM_HARD });
	struct wfm_rule_row *r = add((struct wfm_rule_row){ .rule = WFM_RULE_WINDOW_SHIFTS, .mode = WFM_HARD });
	assert_int_equal(wfm_problem_check(&f.x.p, &e), WFM_INVALID);
	assert_string_equal(e.path, "/contracts/0/rules/1");
	*r = (struct wfm_rule_row){ .rule = WFM_RULE_PATTERN, .mode = WFM_HARD };
	assert_int_equal(wfm_problem_check(&f.x.p, &e), WFM_INVALID);
	assert_string_equal(e.path, "/contracts/0/rules/1");
	*r = (struct wfm_rule_row){ .rule = WFM_RULE_PLAN_SHIFTS, .mode = WFM_HARD, .low = 3, .high = 2 };
	assert_int_equal(wfm_problem_check(&f.x.p, &e), WFM_INVALID);
	assert_string_equal(e.path, "/contracts/0/rules/1");
	r->high = 3;
	assert_int_equal(wfm_problem_check(&f.x.p, &e), WFM_OK);
	struct wfm_duty odd = duties[0];
	odd.start = 365;
	f.x.p.duties = &odd;
	f.x.p.duty_count = 1;
	assert_int_equal(wfm_problem_check(&f.x.p, &e), WFM_INVALID);
	assert_string_equal(e.path, "/duties/0");
	drop();
}

/* ---- plans that repeat ---- */

/* amount: what the row lacks of the rule when its end joins its beginning. */
static const struct {
	struct wfm_rule_row rule;
	const char *days;
	double amount;
} rings[] = {
	{ { .rule = WFM_RULE_CONSECUTIVE_DAYS, .high = 3 }, "ee...ee", 1 },
	{ { .rule = WFM_RULE_CONSECUTIVE_DAYS, .high = 4 }, "ee...ee", 0 },
	{ { .rule = WFM_RULE_CONSECUTIVE_DAYS, .high = 2 }, "eee.eee", 4 },
	{ { .rule = WFM_RULE_CONSECUTIVE_DAYS, .high = 9 }, "eeeeeee", 7 },
	{ { .rule = WFM_RULE_CONSECUTIVE_DAYS, .high = 3 }, "eeeeeee", 7 },
	{ { .rule = WFM_RULE_CONSECUTIVE_DAYS, .low = 2, .high = 9 }, "e.ee..e", 0 },
	{ { .rule = WFM_RULE_CONSECUTIVE_DAYS, .low = 3, .high = 9 }, "e.eee.e", 1 },
	{ { .rule = WFM_RULE_CONSECUTIVE_DAYS, .low = 2, .high = 9 }, "e.ee...", 1 },
	{ { .rule = WFM_RULE_CONSECUTIVE_DAYS, .low = 2, .high = 9 }, "..ee..e", 1 },
	{ { .rule = WFM_RULE_CONSECUTIVE_DAYS, .low = 2, .high = 9 }, ".......", 0 },
	{ { .rule = WFM_RULE_DAYS_OFF_IN_A_ROW, .low = 1, .high = 3 }, "..eee..", 1 },
	{ { .rule = WFM_RULE_DAYS_OFF_IN_A_ROW, .low = 3, .high = 9 }, ".eeee..", 0 },
	{ { .rule = WFM_RULE_DAYS_OFF_IN_A_ROW, .low = 3, .high = 9 }, ".eeeee.", 1 },
	{ { .rule = WFM_RULE_DAYS_OFF_IN_A_ROW, .low = 3, .high = 9 }, "e......", 0 },
	{ { .rule = WFM_RULE_DUTIES_IN_A_ROW, .high = 2, .duties = 1 << LATE }, "lle.eel", 1 },
	{ { .rule = WFM_RULE_DUTIES_IN_A_ROW, .low = 2, .high = 7, .duties = 1 << LATE }, "le.eeel", 0 },
	{ { .rule = WFM_RULE_DUTIES_IN_A_ROW, .low = 2, .high = 7, .duties = 1 << LATE }, "le.eeee", 1 },
};

static void close_ring(int days)
{
	f.x.p.cyclic = true;
	f.x.p.slot_count = 24 * days;
	f.x.p.duty_count = NIGHT; /* those after which any other may follow */
	f.x.p.cover_count = 0;
}

/* By the judge, wherever the ring is cut; and by the solver, given no choice. */
static void test_runs_are_joined_in_plans_that_repeat(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rings / sizeof rings[0]; i++)
		for (int turn = 0; turn < 7; turn++) {
			char days[8] = { 0 };
			for (int d = 0; d < 7; d++)
				days[d] = rings[i].days[(d + turn) % 7];
			struct wfm_roster *r = row(days);
			close_ring(7);
			f.agents[0].previous_days_worked = 5; /* is nothing to a plan that repeats */
			struct wfm_rule_row rule = rings[i].rule;
			rule.mode = WFM_SOFT;
			rule.weight_cents = 100;
			(void)add(rule);
			struct wfm_report *report = judged(r);
			if (report->breach_count > 0 || fabs(report->cost.rules - 100 * rings[i].amount) > 1e-9)
				fail_msg("ring %d, %s: %g instead of %g", (int)i, days, report->cost.rules / 100,
					 rings[i].amount);
			wfm_report_free(report);
			struct wfm_wish want[7]; /* all other days are dear */
			for (int d = 0; d < 7; d++)
				want[d] = (struct wfm_wish){ .kind = days[d] == '.' ? WFM_WISH_DAY_OFF : WFM_WISH_DAY_ON,
							     .day = d, .weight_cents = 50000,
							     .duties = days[d] == 'e' ? 1 << EARLY :
								       days[d] == 'l' ? 1 << LATE : 0 };
			f.agents[0].wishes = want;
			f.agents[0].wish_count = 7;
			struct wfm_solve_options o = { .iteration_limit = 50 };
			struct wfm_error e = { 0 };
			struct wfm_roster *best = NULL;
			enum wfm_status s = wfm_schedule_solve(&f.x.p, &o, &best, &e);
			assert_true(s == WFM_OK || s == WFM_LIMIT);
			if (fabs(best->cost.total - 100 * rings[i].amount) > 1e-6)
				fail_msg("ring %d, %s: solved at %g", (int)i, days, best->cost.total / 100);
			wfm_roster_free(best);
			wfm_roster_free(r);
			drop();
		}
}

/* ---- the solver against brute force ---- */

/* Cheapest plan of two agents over few days by trying them all; the judge counts the cents. */
static double brute_force(int days)
{
	int options = 1, duty[2 * MOST_DAYS];
	double best = HUGE_VAL;
	for (int d = 0; d < 2 * days; d++)
		options *= DUTIES + 1;
	for (int i = 0; i < options; i++) {
		for (int d = 0, k = i; d < 2 * days; d++, k /= DUTIES + 1)
			duty[d] = k % (DUTIES + 1) - 1;
		struct wfm_roster *r = published_roster(&f.x, duty, days);
		struct wfm_report *report = judged(r);
		if (report->breach_count == 0 && report->cost.total < best)
			best = report->cost.total;
		wfm_report_free(report);
		wfm_roster_free(r);
	}
	return best;
}

static void solve_and_compare(int days, uint64_t seed)
{
	struct wfm_solve_options o = { .iteration_limit = 400, .seed = seed };
	struct wfm_error e = { 0 };
	struct wfm_roster *r = NULL;
	enum wfm_status s = wfm_schedule_solve(&f.x.p, &o, &r, &e);
	if (s != WFM_OK && s != WFM_LIMIT)
		fail_msg("seed %d: %s %s", (int)seed, e.path, e.message);
	double best = brute_force(days);
	if (r->unplanned_count == 0 && fabs(r->cost.total - best) > 1e-6)
		fail_msg("seed %d: %g, the best is %g", (int)seed, r->cost.total, best);
	if (r->unplanned_count == 0 && r->bound > best + 1e-6)
		fail_msg("seed %d: the bound %g is above %g", (int)seed, r->bound, best);
	if (r->unplanned_count > 0 && best < HUGE_VAL)
		fail_msg("seed %d: there is a plan for everybody", (int)seed);
	wfm_roster_free(r);
}

static void test_tiny_plans_equal_brute_force(void **state)
{
	(void)state;
	enum { DAYS = 4 };
	struct rng rng;
	rng_seed(&rng, 7);
	for (uint64_t seed = 0; seed < 12; seed++) {
		make(DAYS, 2, 1);
		for (int i = 0; i < 4; i++) {
			struct wfm_rule_row r = rows[rng_below(&rng, sizeof rows / sizeof rows[0])].rule;
			bool twice = false;
			for (int k = 0; k < f.contract.rule_count; k++)
				twice |= f.rules[k].rule == r.rule;
			if (twice)
				continue;
			r.mode = wfm_rules[r.rule].may_be_soft && rng_below(&rng, 2) ? WFM_SOFT : WFM_HARD;
			r.weight_cents = 100 * (1 + rng_below(&rng, 40));
			(void)add(r);
		}
		for (int a = 0; a < 2; a++) {
			f.wishes[a][0] = (struct wfm_wish){ .kind = rng_below(&rng, 2) ? WFM_WISH_DAY_ON : WFM_WISH_DAY_OFF,
							    .day = (int32_t)rng_below(&rng, DAYS), .weight_cents = 300,
							    .duties = rng_below(&rng, 8) };
			f.agents[a].wish_count = 1;
			f.agents[a].previous_days_worked = (int32_t)rng_below(&rng, 3);
		}
		solve_and_compare(DAYS, seed);
		drop();
	}
}

/* Rules on runs alone, hard or soft, two agents, four days that repeat. */
static void test_tiny_plans_that_repeat_equal_brute_force(void **state)
{
	static const enum wfm_rule of[] = { WFM_RULE_CONSECUTIVE_DAYS, WFM_RULE_DAYS_OFF_IN_A_ROW,
					    WFM_RULE_DUTIES_IN_A_ROW };
	(void)state;
	struct rng rng;
	rng_seed(&rng, 11);
	for (uint64_t seed = 0; seed < 6; seed++) {
		make(4, 2, 1);
		close_ring(4);
		f.x.p.cover_count = 4 * DUTIES;
		for (int i = 0; i < 4 * DUTIES; i++)
			f.covers[i].required = i % DUTIES == NIGHT ? 0 : rng_below(&rng, 3);
		for (int i = 0; i < 4; i++)
			f.covers[DUTIES * i + NIGHT].duties = 1; /* a duty there is */
		for (int i = 0; i < 3; i++) {
			int32_t low = (int32_t)rng_below(&rng, 3);
			(void)add((struct wfm_rule_row){ .rule = of[i], .mode = rng_below(&rng, 2) ? WFM_SOFT : WFM_HARD,
							 .low = low, .high = low + (int32_t)rng_below(&rng, 3),
							 .weight_cents = 100 * (1 + rng_below(&rng, 90)),
							 .duties = of[i] == WFM_RULE_DUTIES_IN_A_ROW ? 1 << EARLY : 0 });
		}
		solve_and_compare(4, seed);
		drop();
	}
}

/* The same seed and limits give the same roster. */
static void test_a_seed_gives_a_roster(void **state)
{
	(void)state;
	double cost[2];
	for (int i = 0; i < 2; i++) {
		make(14, 4, 1);
		(void)add((struct wfm_rule_row){ .rule = WFM_RULE_CONSECUTIVE_DAYS, .mode = WFM_HARD, .low = 2, .high = 5 });
		(void)add((struct wfm_rule_row){ .rule = WFM_RULE_PLAN_SHIFTS, .mode = WFM_HARD, .low = 8, .high = 10 });
		struct wfm_solve_options o = { .iteration_limit = 600, .seed = 3 };
		struct wfm_error e = { 0 };
		struct wfm_roster *r = NULL;
		enum wfm_status s = wfm_schedule_solve(&f.x.p, &o, &r, &e);
		assert_true(s == WFM_OK || s == WFM_LIMIT);
		cost[i] = r->cost.total;
		for (int k = 0; k < r->shift_count; k++)
			cost[i] += 1e-3 * (k + 1) * (r->shifts[k].duty + 7 * r->shifts[k].day);
		wfm_roster_free(r);
		drop();
	}
	assert_true(cost[0] == cost[1]);
}

/* An early duty of eight hours on a queue that closes after four and that asks for one all day. */
static void test_a_duty_counts_while_its_queue_is_open(void **state)
{
	(void)state;
	static double required[48];
	static uint8_t open[48];
	static struct wfm_duty early;
	static struct wfm_queue queue;
	make(1, 1, 1);
	for (int t = 6; t < 14; t++) {
		required[t] = 1;
		open[t] = t < 10;
	}
	early = duties[EARLY];
	early.queue = 0;
	queue = (struct wfm_queue){ .skill = WFM_NONE, .site = WFM_NONE, .required = required, .open = open,
				    .step1_share = 1, .short1_cents = 100, .short2_cents = 100 };
	f.x.p.queues = &queue;
	f.x.p.queue_count = 1;
	f.x.p.duties = &early;
	f.x.p.duty_count = f.x.p.cover_count = 1;
	struct wfm_solve_options o = { .seed = 1 };
	struct wfm_error e = { 0 };
	struct wfm_roster *r = NULL;
	assert_int_equal(wfm_schedule_solve(&f.x.p, &o, &r, &e), WFM_OK);
	assert_int_equal(r->shift_count, 1);
	struct wfm_report *report = NULL;
	assert_int_equal(wfm_schedule_verify(&f.x.p, r, true, &report, &e), WFM_OK);
	assert_int_equal(report->breach_count, 0);
	assert_true(report->covered[9] == 1 && report->covered[10] == 0);
	assert_true(fabs(report->cost.shortage - 400) < 1e-9);
	wfm_report_free(report);
	wfm_roster_free(r);
	drop();
}

static bool stop_at_once(void *context, const struct wfm_progress *p)
{
	(void)p;
	(*(int *)context)++;
	return true;
}

/* Nine duties at most three times each, and 28 wanted: millions of ways to look at before that is known
 * to be impossible. Who cancels need not wait for it, and nothing is claimed that was not found out. */
static void test_a_long_search_for_one_tour_can_be_cancelled(void **state)
{
	(void)state;
	enum { KINDS = 9 };
	static struct wfm_duty many[KINDS];
	int asked = 0;
	make(28, 1, 0);
	for (int i = 0; i < KINDS; i++) {
		many[i] = (struct wfm_duty){ "duty", 360 + 60 * i, 480, WFM_NONE, WFM_NONE, 0 };
		(void)add((struct wfm_rule_row){ .rule = WFM_RULE_PLAN_SHIFTS, .mode = WFM_HARD, .high = 3,
						 .duties = UINT64_C(1) << i });
	}
	(void)add((struct wfm_rule_row){ .rule = WFM_RULE_PLAN_SHIFTS, .mode = WFM_HARD, .low = 28, .high = 28 });
	f.x.p.duties = many;
	f.x.p.duty_count = KINDS;
	struct wfm_solve_options o = { .progress = stop_at_once, .context = &asked };
	struct wfm_error e = { 0 };
	struct wfm_roster *r = NULL;
	assert_int_equal(wfm_schedule_solve(&f.x.p, &o, &r, &e), WFM_CANCELLED);
	assert_true(asked > 0);
	assert_int_equal(r->shift_count, 0);
	assert_int_equal(r->unplanned_count, 1);
	assert_int_equal(r->unplanned[0].conflict_count, 0);
	assert_true(r->bound == -HUGE_VAL || r->bound <= r->cost.total);
	wfm_roster_free(r);
	drop();
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_rule_broken_is_caught),
		cmocka_unit_test(test_no_rule_is_left_out),
		cmocka_unit_test(test_duties_skills_and_wishes),
		cmocka_unit_test(test_the_place_is_named),
		cmocka_unit_test(test_runs_are_joined_in_plans_that_repeat),
		cmocka_unit_test(test_tiny_plans_equal_brute_force),
		cmocka_unit_test(test_tiny_plans_that_repeat_equal_brute_force),
		cmocka_unit_test(test_a_seed_gives_a_roster),
		cmocka_unit_test(test_a_duty_counts_while_its_queue_is_open),
		cmocka_unit_test(test_a_long_search_for_one_tour_can_be_cancelled),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
