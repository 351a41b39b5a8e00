/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The judge: a good roster passes, and every way of breaking it is caught. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "tests/lib/schedule_fixture.h"

static struct fixture f;
static struct wfm_roster *good;

static int setup(void **state)
{
	(void)state;
	struct wfm_error e = { 0 };
	struct wfm_solve_options o = { .iteration_limit = 800 };
	fixture_init(&f, 8, 3);
	enum wfm_status s = wfm_schedule_solve(&f.p, &o, &good, &e);
	return s == WFM_OK || s == WFM_LIMIT ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	wfm_roster_free(good);
	good = NULL;
	return 0;
}

/* How often the judge finds this breach (and rule). */
static int count(enum wfm_breach_kind kind, enum wfm_rule rule, bool claims)
{
	struct wfm_report *r = NULL;
	struct wfm_error e;
	int n = 0;
	assert_int_equal(wfm_schedule_verify(&f.p, good, claims, &r, &e), WFM_OK);
	for (int i = 0; i < r->breach_count; i++)
		n += r->breaches[i].kind == kind && r->breaches[i].rule == rule;
	wfm_report_free(r);
	return n;
}

static void expect(enum wfm_breach_kind kind)
{
	assert_true(count(kind, WFM_RULE_COUNT, false) > 0);
}

/* The rule's row (added when new) made impossible to keep must be reported; as it was, must not. */
static void expect_rule(struct wfm_rule_row row)
{
	assert_int_equal(count(WFM_BREACH_RULE, row.rule, false), 0);
	struct wfm_rule_row *r = fixture_rule(&f, 0, row.rule);
	if (!r) {
		row.mode = WFM_HARD;
		fixture_add_rule(&f, 0, row);
		r = fixture_rule(&f, 0, row.rule);
		if (!r)
			abort();
	}
	struct wfm_rule_row keep = *r;
	*r = row;
	r->mode = WFM_HARD;
	if (count(WFM_BREACH_RULE, row.rule, false) == 0)
		fail_msg("%s is not caught", wfm_rules[row.rule].name);
	*r = keep;
	if (keep.weight_cents == 0 && memcmp(&keep, &row, sizeof keep) == 0)
		r->mode = WFM_OFF; /* it was added just now */
	assert_int_equal(count(WFM_BREACH_RULE, row.rule, false), 0);
}

static void test_good_roster_passes(void **state)
{
	(void)state;
	struct wfm_report *r = NULL;
	struct wfm_error e;
	assert_int_equal(wfm_schedule_verify(&f.p, good, true, &r, &e), WFM_OK);
	assert_int_equal(r->breach_count, 0);
	assert_true(r->paid_hours > 0 && r->required_hours > 0);
	wfm_report_free(r);
}

/* Counted again from the roster's own figures; the fixture is one week from a Monday, without a clock change. */
static void test_fairness(void **state)
{
	(void)state;
	struct wfm_wish wishes[] = {
		{ .kind = WFM_WISH_DAY_OFF, .day = good->shifts[0].day, .weight_cents = 70 },
		{ .kind = WFM_WISH_DAY_ON, .day = good->shifts[0].day, .weight_cents = 30 },
		{ .kind = WFM_WISH_KEEP, .day = good->shifts[0].day, .weight_cents = 5 },
	};
	struct wfm_agent *first = &f.agents[good->shifts[0].agent], was = *first;
	first->wishes = wishes;
	first->wish_count = 3;
	first->burden = 10;
	struct wfm_report *r = NULL;
	struct wfm_error e;
	assert_int_equal(wfm_schedule_verify(&f.p, good, false, &r, &e), WFM_OK);
	*first = was;
	const struct wfm_fairness *x = &r->agents[good->shifts[0].agent];
	assert_int_equal(x->wishes, 2);
	assert_int_equal(x->wishes_missed, 1);
	assert_true(x->wish_cents == 70);
	assert_true(x->burden >= 10);
	double hours = 0;
	int shifts = 0, weekends = 0, weekend_shifts = 0;
	for (int i = 0; i < f.p.agent_count; i++) {
		hours += r->agents[i].paid_min / 60.0;
		shifts += r->agents[i].shifts;
		weekends += r->agents[i].weekend_shifts;
	}
	for (int i = 0; i < good->shift_count; i++) {
		const struct wfm_shift *s = &good->shifts[i];
		const struct wfm_calendar *c = &f.p.calendars[f.p.agents[s->agent].calendar];
		weekend_shifts += c->days[s->day].weekday >= 5 || c->days[s->day].holiday;
	}
	assert_int_equal(shifts, good->shift_count);
	assert_int_equal(weekends, weekend_shifts);
	assert_true(weekends > 0);
	assert_true(hours > 0);
	wfm_report_free(r);
}

static void test_every_hard_rule(void **state)
{
	(void)state;
	expect_rule((struct wfm_rule_row){ .rule = WFM_RULE_WEEK_MINUTES, .low = 2460, .high = 9999 });
	expect_rule((struct wfm_rule_row){ .rule = WFM_RULE_WEEK_SHIFTS, .low = 6, .high = 7 });
	expect_rule((struct wfm_rule_row){ .rule = WFM_RULE_SHIFT_MINUTES, .low = 480, .high = 510,
					   .step = 30 });
	expect_rule((struct wfm_rule_row){ .rule = WFM_RULE_START_WINDOW, .low = 0, .high = 60 });
	expect_rule((struct wfm_rule_row){ .rule = WFM_RULE_START_STEP, .low = 1439 });
	expect_rule((struct wfm_rule_row){ .rule = WFM_RULE_REST, .low = 1440 });
	expect_rule((struct wfm_rule_row){ .rule = WFM_RULE_CONSECUTIVE_DAYS, .high = 1 });
	expect_rule((struct wfm_rule_row){ .rule = WFM_RULE_DAYS_OFF_TOGETHER, .low = 3 });
	expect_rule((struct wfm_rule_row){ .rule = WFM_RULE_DAYS_OFF_BLOCKS, .high = 0 });
	expect_rule((struct wfm_rule_row){ .rule = WFM_RULE_NIGHT_SHIFTS, .high = 1, .from = 0,
					   .to = 1440 });
	expect_rule((struct wfm_rule_row){ .rule = WFM_RULE_WEEKENDS_OFF, .low = 2 });
	expect_rule((struct wfm_rule_row){ .rule = WFM_RULE_DAYS_OFF_IN_A_ROW, .low = 6, .high = 7 });
	expect_rule((struct wfm_rule_row){ .rule = WFM_RULE_PLAN_MINUTES, .high = 2370 });
	expect_rule((struct wfm_rule_row){ .rule = WFM_RULE_PLAN_SHIFTS, .low = 6, .high = 9 });
	expect_rule((struct wfm_rule_row){ .rule = WFM_RULE_WINDOW_SHIFTS, .high = 1, .window = 3 });
	expect_rule((struct wfm_rule_row){ .rule = WFM_RULE_WINDOW_MINUTES, .high = 900, .window = 3 });
	f.days[2].holiday = f.days[3].holiday = true;
	expect_rule((struct wfm_rule_row){ .rule = WFM_RULE_SUNDAYS, .high = 0 });
}

static struct wfm_shift *shift_of(int agent, int nth)
{
	for (int i = 0; i < good->shift_count; i++)
		if (good->shifts[i].agent == agent && nth-- == 0)
			return &good->shifts[i];
	fail_msg("agent %d has too few shifts", agent);
	abort();
}

static void move(struct wfm_shift *s, int slots)
{
	s->start += slots;
	s->end += slots;
	for (int i = 0; i < s->activity_count; i++)
		good->activities[s->first_activity + i].start += slots;
}

static struct wfm_activity *break_of(struct wfm_shift *s)
{
	for (int i = 0; i < s->activity_count; i++)
		if (good->activities[s->first_activity + i].kind != WFM_WORK)
			return &good->activities[s->first_activity + i];
	fail_msg("no break");
	abort();
}

static void test_start_spread(void **state)
{
	(void)state;
	assert_int_equal(count(WFM_BREACH_RULE, WFM_RULE_START_SPREAD, false), 0);
	move(shift_of(1, 1), 11);
	assert_true(count(WFM_BREACH_RULE, WFM_RULE_START_SPREAD, false) > 0);
}

static void test_shapes(void **state)
{
	(void)state;
	struct wfm_shift *s = shift_of(0, 0), keep = *s;
	s->day = (s->day + 1) % 7;
	expect(WFM_BREACH_SHAPE);
	*s = keep;
	s->end++;
	expect(WFM_BREACH_SHAPE);
	*s = keep;
	s->activity_count--;
	expect(WFM_BREACH_SHAPE);
	*s = keep;
	s->agent = 99;
	expect(WFM_BREACH_SHAPE);
	*s = keep;
	s->first_activity = good->activity_count;
	expect(WFM_BREACH_SHAPE);
	*s = keep;
	assert_int_equal(count(WFM_BREACH_SHAPE, WFM_RULE_COUNT, false), 0);
}

static void test_breaks(void **state)
{
	(void)state;
	struct wfm_activity *b = break_of(shift_of(0, 0)), keep = *b;
	b->paid = !b->paid;
	expect(WFM_BREACH_BREAK);
	*b = keep;
	b->kind = WFM_MEAL;
	expect(WFM_BREACH_BREAK);
	*b = keep;
	b->kind = WFM_WORK;
	b->queue = 0;
	expect(WFM_BREACH_BREAK);
	*b = keep;
	f.breaks[0][0].latest = 30;
	f.breaks[0][0].earliest = 0;
	expect(WFM_BREACH_BREAK);
	f.breaks[0][0].latest = 150;
	f.breaks[0][1].gap = 600;
	expect(WFM_BREACH_BREAK);
}

static void test_overlap_and_away(void **state)
{
	(void)state;
	struct wfm_shift *s = shift_of(0, 0);
	int agent = s->agent;
	s->agent = shift_of(2, 0)->day == s->day ? 2 : agent;
	if (s->agent == agent) { /* no common day: put the agent's second shift on the first's day */
		struct wfm_shift *t = shift_of(0, 1);
		move(t, -48 * (t->day - s->day));
		t->day = s->day;
	}
	expect(WFM_BREACH_OVERLAP);
	s->agent = agent;
	f.spans[4][0] = (struct wfm_span){ 0, 7 * 48 };
	f.agents[4].unavailable_count = 1;
	expect(WFM_BREACH_UNAVAILABLE);
}

static void test_locks_skills_closed_unplanned(void **state)
{
	(void)state;
	f.locks[1][0] = (struct wfm_lock){ shift_of(1, 0)->day, 0, 0, 0 };
	f.agents[1].lock_count = 1;
	expect(WFM_BREACH_LOCK);
	f.agents[1].lock_count = 0;
	f.agents[1].skill_count = 0;
	expect(WFM_BREACH_SKILL);
	f.agents[1].skill_count = 1;
	uint8_t was = f.open[0][shift_of(1, 0)->start];
	f.open[0][shift_of(1, 0)->start] = 0;
	expect(WFM_BREACH_CLOSED);
	f.open[0][shift_of(1, 0)->start] = was;
	struct wfm_unplanned *keep = good->unplanned, one = { .agent = 1 };
	good->unplanned = &one;
	good->unplanned_count++;
	expect(WFM_BREACH_UNPLANNED);
	good->unplanned = keep;
	good->unplanned_count--;
}

static void test_claims(void **state)
{
	(void)state;
	good->cost.shortage += 1000;
	assert_true(count(WFM_BREACH_COST, WFM_RULE_COUNT, true) > 0);
	good->cost.shortage -= 1000;
	good->bound = good->cost.total * 1.01 + 1;
	assert_true(count(WFM_BREACH_BOUND, WFM_RULE_COUNT, true) > 0);
}

static void test_bad_problems_name_the_place(void **state)
{
	(void)state;
	struct wfm_error e = { 0 };
	f.agents[3].contract = 9;
	assert_int_equal(wfm_problem_check(&f.p, &e), WFM_INVALID);
	assert_string_equal(e.path, "/agents/3");
	f.agents[3].contract = 1;
	f.required[0][5] = -1;
	assert_int_equal(wfm_problem_check(&f.p, &e), WFM_INVALID);
	assert_string_equal(e.path, "/queues/0/required/5");
	f.required[0][5] = 0;
	f.rules[1][0].low = 7;
	assert_int_equal(wfm_problem_check(&f.p, &e), WFM_INVALID);
	assert_string_equal(e.path, "/contracts/1/rules/0");
	f.rules[1][0].low = 4;
	f.days[3].first_slot++;
	assert_int_equal(wfm_problem_check(&f.p, &e), WFM_INVALID);
	assert_string_equal(e.path, "/calendars/0/days/3");
	f.days[3].first_slot--;
	assert_int_equal(wfm_problem_check(&f.p, &e), WFM_OK);
}

#define FRESH(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		FRESH(test_good_roster_passes), FRESH(test_fairness), FRESH(test_every_hard_rule),
		FRESH(test_start_spread),	FRESH(test_shapes),
		FRESH(test_breaks),		FRESH(test_overlap_and_away),
		FRESH(test_locks_skills_closed_unplanned), FRESH(test_claims),
		FRESH(test_bad_problems_name_the_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
