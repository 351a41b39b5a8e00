/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A roster to start from, and a price on changing it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/published.h"
#include "tests/lib/schedule_fixture.h"
#include "wfm/replan.h"

enum { WEDNESDAY = 2, EARLY = 0, LATE = 1 };

struct first {
	double objective;
	int told;
};

/* Keeps the first report that has a roster. */
static bool note_first(void *context, const struct wfm_progress *p)
{
	struct first *x = context;
	if (isfinite(p->objective) && x->told++ == 0)
		x->objective = p->objective;
	return false;
}

static struct wfm_roster *solve(const struct wfm_problem *p, const struct wfm_roster *start, int64_t limit,
				struct first *first)
{
	struct wfm_solve_options o = { .seed = 5, .iteration_limit = limit, .start = start,
				       .progress = first ? note_first : NULL, .context = first };
	struct wfm_roster *r = NULL;
	struct wfm_error e = { 0 };
	enum wfm_status s = wfm_schedule_solve(p, &o, &r, &e);
	if (s != WFM_OK && s != WFM_LIMIT)
		fail_msg("%s %s %s", wfm_status_name(s), e.path, e.message);
	struct wfm_report *report = NULL;
	assert_int_equal(wfm_schedule_verify(p, r, true, &report, &e), WFM_OK);
	if (report->breach_count > 0)
		fail_msg("%s: %s", wfm_breach_kind_name(report->breaches[0].kind), report->breaches[0].message);
	wfm_report_free(report);
	return r;
}

static struct wfm_changes count(const struct wfm_problem *p, const struct wfm_roster *a,
				const struct wfm_roster *b, const struct wfm_change_cost *c)
{
	struct wfm_changes n;
	struct wfm_error e = { 0 };
	assert_int_equal(wfm_replan_count(p, a, b, c, &n, &e), WFM_OK);
	return n;
}

static int total(struct wfm_changes n)
{
	return n.added + n.removed + n.moved;
}

static int tours_of(const struct wfm_roster *r)
{
	int n = 0;
	for (int i = 0; i < r->shift_count; i++)
		n += i == 0 || r->shifts[i].agent != r->shifts[i - 1].agent;
	return n;
}

/* At the very limit the start is handed back; with more effort it is never worse, and the first word to
 * the caller has it. */
static void expect_kept(const struct wfm_problem *p, int64_t good_limit)
{
	struct wfm_roster *good = solve(p, NULL, good_limit, NULL);
	struct first first = { 0 };
	struct wfm_roster *same = solve(p, good, 1, &first);
	assert_true(same->cost.total <= good->cost.total + 1e-6);
	assert_true(first.told > 0 && first.objective <= good->cost.total - good->cost.fixed_pay + 1e-6);
	assert_int_equal(same->start_tours, tours_of(good));
	struct wfm_roster *more = solve(p, good, 300, NULL), *again = solve(p, good, 300, NULL);
	assert_true(more->cost.total <= good->cost.total + 1e-6);
	assert_int_equal(more->shift_count, again->shift_count);
	assert_memory_equal(more->shifts, again->shifts, (size_t)more->shift_count * sizeof *more->shifts);
	wfm_roster_free(good);
	wfm_roster_free(same);
	wfm_roster_free(more);
	wfm_roster_free(again);
}

static void test_a_good_start_is_never_made_worse(void **state)
{
	(void)state;
	struct fixture f;
	fixture_init(&f, 24, 10);
	expect_kept(&f.p, 3000);
	/* named: everybody would like to begin at another time */
	for (int i = 0; i < 24; i++) {
		f.wishes[i][0] = (struct wfm_wish){ .kind = WFM_WISH_START, .day = WFM_NONE,
						    .minute = 480 + 15 * (i * 7 % 24), .weight_cents = 20 + i };
		f.agents[i].wish_count = 1;
	}
	expect_kept(&f.p, 3000);
}

static void test_several_queues(void **state)
{
	(void)state;
	struct fixture f;
	fixture_init(&f, 20, 5);
	f.queues[1] = f.queues[0];
	f.queues[1].skill = 1;
	f.p.queue_count = 2;
	f.p.skill_count = 2;
	for (int i = 0; i < 20; i += 2) {
		f.skills[i][1] = (struct wfm_agent_skill){ 1, 1 };
		f.agents[i].skill_count = 2;
	}
	expect_kept(&f.p, 1500);
}

/* ---- duties ---- */

static const struct wfm_duty duties[] = {
	{ "early", 360, 480, WFM_NONE, WFM_NONE, 0 },
	{ "late", 840, 480, WFM_NONE, WFM_NONE, 0 },
	{ "early too", 360, 480, WFM_NONE, WFM_NONE, 0 },
};

struct duty_plan_fixture {
	struct published x;
	struct wfm_rule_row rules[3];
	struct wfm_contract contract;
	struct wfm_agent agents[6];
	struct wfm_wish wishes[6];
	struct wfm_cover covers[14 * 3];
};

static void make_duties(struct duty_plan_fixture *f)
{
	memset(f, 0, sizeof *f);
	f->x.arena = arena_new(0);
	published_calendar(&f->x, 14, 0, 60);
	f->rules[0] = (struct wfm_rule_row){ .rule = WFM_RULE_PLAN_SHIFTS, .mode = WFM_HARD, .low = 6, .high = 10 };
	f->rules[1] = (struct wfm_rule_row){ .rule = WFM_RULE_REST, .mode = WFM_HARD, .low = 660, .high = INT32_MAX };
	f->rules[2] = (struct wfm_rule_row){ .rule = WFM_RULE_CONSECUTIVE_DAYS, .mode = WFM_SOFT, .low = 2,
					     .high = 5, .weight_cents = 1500 };
	f->contract = (struct wfm_contract){ .rules = f->rules, .rule_count = 3, .hour_cents = 100 };
	for (int a = 0; a < 6; a++) {
		f->wishes[a] = (struct wfm_wish){ .kind = WFM_WISH_DAY_OFF, .day = 2 * a, .weight_cents = 700 };
		f->agents[a] = (struct wfm_agent){ .site = WFM_NONE, .wishes = &f->wishes[a], .wish_count = 1,
						   .previous_end = WFM_NONE };
	}
	for (int i = 0; i < 14 * 3; i++)
		f->covers[i] = (struct wfm_cover){ i / 3, UINT64_C(1) << i % 3, 1 + (i % 3 == 0), 10000, 100 };
	struct wfm_problem *p = &f->x.p;
	p->contracts = &f->contract;
	p->contract_count = 1;
	p->agents = f->agents;
	p->agent_count = 6;
	p->duties = duties;
	p->duty_count = 3;
	p->covers = f->covers;
	p->cover_count = 14 * 3;
}

static void test_plans_of_duties(void **state)
{
	(void)state;
	struct duty_plan_fixture f;
	make_duties(&f);
	expect_kept(&f.x.p, 400);
	/* An agent's leave takes the shifts there away and as few others as may be. */
	struct wfm_roster *before = solve(&f.x.p, NULL, 400, NULL);
	struct wfm_span away = { f.x.p.calendars[0].days[4].first_slot, f.x.p.calendars[0].days[7].first_slot };
	f.agents[2].unavailable = &away;
	f.agents[2].unavailable_count = 1;
	struct wfm_roster *after = solve(&f.x.p, before, 1, NULL);
	assert_true(after->start_tours >= 5);
	struct wfm_changes n = count(&f.x.p, before, after, NULL);
	assert_true(n.removed <= 3 && n.added <= 3 && total(n) > 0);
	/* The other duty at the same times is a change too, and has its price. */
	struct wfm_change_cost c = { .shift_cents = 1e6 };
	struct wfm_replan *again = NULL;
	struct wfm_error e = { 0 };
	assert_int_equal(wfm_replan_open(&f.x.p, after, &c, &again, &e), WFM_OK);
	struct wfm_roster *held = solve(wfm_replan_problem(again), after, 400, NULL);
	assert_int_equal(total(count(&f.x.p, after, held, &c)), 0);
	for (int i = 0; i < held->shift_count; i++)
		assert_int_equal(held->shifts[i].duty, after->shifts[i].duty);
	int32_t *duty = &held->shifts[0].duty;
	*duty = *duty == EARLY ? 2 : *duty == 2 ? EARLY : LATE;
	assert_int_equal(count(&f.x.p, after, held, NULL).moved, *duty != LATE);
	wfm_replan_close(again);
	wfm_roster_free(held);
	wfm_roster_free(after);
	wfm_roster_free(before);
	arena_free(f.x.arena);
}

/* ---- what no longer fits ---- */

static void test_who_falls_out_is_repaired(void **state)
{
	(void)state;
	struct fixture f;
	fixture_init(&f, 24, 10);
	struct wfm_roster *before = solve(&f.p, NULL, 3000, NULL);
	int32_t day = f.days[WEDNESDAY].first_slot;
	for (int i = 0; i < 3; i++) { /* sick on Wednesday, which counts as worked */
		f.spans[i][0] = (struct wfm_span){ day, day + f.days[WEDNESDAY].slots };
		f.agents[i].unavailable_count = 1;
		f.credits[i][0] = (struct wfm_credit){ WEDNESDAY, i % 2 ? 300 : 480, 1 };
		f.agents[i].credit_count = 1;
	}
	struct wfm_roster *after = solve(&f.p, before, 1, NULL);
	assert_true(after->start_tours >= 21);
	struct wfm_changes n = count(&f.p, before, after, NULL);
	assert_true(total(n) >= 1 && total(n) <= 6);
	wfm_roster_free(after);
	wfm_roster_free(before);
}

static void test_rubbish_is_refused_with_its_place(void **state)
{
	(void)state;
	struct fixture f;
	struct wfm_error e = { 0 };
	struct wfm_roster *out = NULL;
	fixture_init(&f, 8, 3);
	struct wfm_roster *good = solve(&f.p, NULL, 500, NULL);
	struct wfm_solve_options o = { .seed = 1, .iteration_limit = 100, .start = good };
	good->shifts[3].agent = 8;
	assert_int_equal(wfm_schedule_solve(&f.p, &o, &out, &e), WFM_INVALID);
	assert_string_equal(e.path, "/start/shifts/3/agent");
	good->shifts[3].agent = 0;
	good->shifts[4].activity_count = INT32_MAX;
	assert_int_equal(wfm_schedule_solve(&f.p, &o, &out, &e), WFM_INVALID);
	assert_string_equal(e.path, "/start/shifts/4/activities");
	good->shifts[4].activity_count = 1;
	good->shifts[5].end = good->shifts[5].start;
	assert_int_equal(wfm_schedule_solve(&f.p, &o, &out, &e), WFM_INVALID);
	assert_string_equal(e.path, "/start/shifts/5/end");
	assert_null(out);
	good->shifts[5].end++;
	/* Times that are no shift of anybody's, days that do not exist, two shifts on a day: left out. */
	for (int i = 0; i < good->shift_count; i++) {
		good->shifts[i].day = i % 3 == 0 ? -4 : i % 3 == 1 ? 900 : 1;
		good->shifts[i].start += 7 * 48 * (i % 2);
		good->shifts[i].end = good->shifts[i].start + 1 + i % 5;
		if (i > 0) /* 4 has lost its own */
			good->shifts[i].activity_count = 0;
	}
	struct wfm_roster *r = solve(&f.p, good, 500, NULL);
	assert_int_equal(r->start_tours, 0);
	assert_true(r->shift_count > 0);
	wfm_roster_free(r);
	wfm_roster_free(good);
}

/* ---- a price on change ---- */

static void test_change_costs_what_it_says(void **state)
{
	(void)state;
	struct fixture f;
	struct wfm_error e = { 0 };
	fixture_init(&f, 24, 10);
	struct wfm_roster *before = solve(&f.p, NULL, 3000, NULL);
	for (int t = 0; t < f.p.slot_count; t++) /* the week turns out otherwise */
		f.required[0][t] *= t % 96 < 60 ? 1.4 : 0.6;
	const struct wfm_change_cost c = { .shift_cents = 3000, .notice_cents = 1500, .notice_days = 3 };
	struct wfm_replan *again = NULL;
	assert_int_equal(wfm_replan_open(&f.p, before, &c, &again, &e), WFM_OK);
	struct wfm_roster *calm = solve(wfm_replan_problem(again), before, 3000, NULL);
	struct wfm_roster *free_hand = solve(&f.p, before, 3000, NULL);
	struct wfm_changes few = count(&f.p, before, calm, &c), many = count(&f.p, before, free_hand, &c);
	assert_true(total(few) < total(many) / 2);
	assert_true(fabs(few.cents - calm->cost.wishes) < 1e-6);
	assert_true(calm->cost.total <= free_hand->cost.total + many.cents + 1e-6 || calm->gap < 0.05);
	assert_true(calm->cost.total - few.cents >= free_hand->bound - 1e-6);
	wfm_replan_close(again);
	wfm_roster_free(before);
	wfm_roster_free(calm);
	wfm_roster_free(free_hand);
}

static void test_short_notice_is_dearer(void **state)
{
	(void)state;
	const struct wfm_change_cost c = { .shift_cents = 100, .notice_cents = 60, .notice_days = 3, .first_day = 2 };
	const double cents[] = { 160, 160, 160, 140, 120, 100, 100 };
	for (int d = 0; d < 7; d++)
		assert_true(fabs(wfm_change_cents(&c, d) - cents[d]) < 1e-9);
	struct fixture f;
	struct wfm_error e = { 0 };
	struct wfm_replan *out = NULL;
	fixture_init(&f, 2, 1);
	struct wfm_roster *none = wfm_roster_new(0, 0, 0);
	const struct wfm_change_cost bad = { .shift_cents = -1 };
	assert_int_equal(wfm_replan_open(&f.p, none, &bad, &out, &e), WFM_INVALID);
	assert_string_equal(e.path, "/change_cost");
	assert_null(out);
	wfm_roster_free(none);
}

/* The same hours at another site are another shift; its price is that of the agent's own site. */
static void test_another_site_is_a_change(void **state)
{
	(void)state;
	struct fixture f;
	struct wfm_error e = { 0 };
	struct wfm_report *report = NULL;
	struct wfm_replan *again = NULL;
	const struct wfm_elsewhere there = { 1, 0 };
	const struct wfm_change_cost of_site[] = { { .shift_cents = 500 }, { .shift_cents = 900 } };
	const struct wfm_change_cost c = { .shift_cents = 70, .of_site = of_site };
	fixture_init(&f, 4, 1);
	f.p.site_count = 2;
	f.queues[0].site = WFM_NONE;
	for (int a = 0; a < 4; a++)
		f.agents[a].site = a % 2;
	f.agents[0].elsewhere = &there;
	f.agents[0].elsewhere_count = 1;
	struct wfm_roster *before = solve(&f.p, NULL, 300, NULL), *after = solve(&f.p, NULL, 300, NULL);
	int moved = -1;
	for (int i = 0; i < after->shift_count && moved < 0; i++)
		if (after->shifts[i].agent == 0)
			moved = i;
	assert_true(moved >= 0);
	after->shifts[moved].elsewhere = 1 - after->shifts[moved].elsewhere;
	struct wfm_changes n = count(&f.p, before, after, &c);
	assert_true(n.added == 0 && n.removed == 0 && n.moved == 1 && n.cents == 500);
	assert_int_equal(wfm_replan_open(&f.p, before, &c, &again, &e), WFM_OK);
	assert_int_equal(wfm_schedule_verify(wfm_replan_problem(again), after, false, &report, &e), WFM_OK);
	assert_true(report->breach_count == 0 && report->cost.wishes == 500);
	wfm_report_free(report);
	/* The solver leaves it, for it saves nothing. */
	struct wfm_roster *calm = solve(wfm_replan_problem(again), before, 300, NULL);
	assert_int_equal(total(count(&f.p, before, calm, &c)), 0);
	wfm_replan_close(again);
	wfm_roster_free(before);
	wfm_roster_free(after);
	wfm_roster_free(calm);
}

/* ---- plans solved in blocks ---- */

static void test_blocks_keep_a_start(void **state)
{
	(void)state;
	enum { MANY = 2100 };
	struct fixture f;
	fixture_init(&f, 2, 550);
	struct wfm_agent *agents = calloc(MANY, sizeof *agents);
	struct wfm_wish *wishes = calloc(MANY, sizeof *wishes);
	assert_non_null(agents);
	assert_non_null(wishes);
	for (int i = 0; i < MANY; i++) {
		wishes[i] = (struct wfm_wish){ .kind = WFM_WISH_START, .day = WFM_NONE,
					       .minute = 480 + 30 * (i % 13), .weight_cents = 10 + i % 40 };
		agents[i] = f.agents[i % 2];
		agents[i].wishes = &wishes[i];
		agents[i].wish_count = 1;
	}
	f.p.agents = agents;
	f.p.agent_count = MANY;
	f.calendar.day_count = 2;
	for (int c = 0; c < 2; c++) {
		struct wfm_rule_row *shifts = fixture_rule(&f, c, WFM_RULE_WEEK_SHIFTS);
		shifts->low = shifts->high = 1;
		fixture_rule(&f, c, WFM_RULE_WEEK_MINUTES)->mode = WFM_OFF;
		fixture_rule(&f, c, WFM_RULE_DAYS_OFF_TOGETHER)->mode = WFM_OFF;
	}
	struct wfm_roster *good = solve(&f.p, NULL, 60, NULL), *same = solve(&f.p, good, 30, NULL);
	assert_int_equal(same->start_tours, MANY);
	assert_true(same->cost.total <= good->cost.total + 1e-6);
	wfm_roster_free(good);
	wfm_roster_free(same);
	free(agents);
	free(wishes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_good_start_is_never_made_worse),
		cmocka_unit_test(test_several_queues),
		cmocka_unit_test(test_plans_of_duties),
		cmocka_unit_test(test_who_falls_out_is_repaired),
		cmocka_unit_test(test_rubbish_is_refused_with_its_place),
		cmocka_unit_test(test_change_costs_what_it_says),
		cmocka_unit_test(test_short_notice_is_dearer),
		cmocka_unit_test(test_another_site_is_a_change),
		cmocka_unit_test(test_blocks_keep_a_start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
