/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Training and meetings in plans of duties: tiny plans against brute force over every tour and place (judged
 * by wfm_schedule_verify alone), larger ones that the judge accepts, and why sessions are missed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>
#include <time.h>

#include "solver/num/rng.h"
#include "tests/lib/published.h"

enum { EARLY, LATE, DUTIES, MOST_DAYS = 28, MOST_AGENTS = 700, SESSIONS = 4, MOST_SESSIONS = 16 };

static const struct wfm_duty duties[] = {
	{ "early", 480, 240, WFM_NONE, 0, 0 },
	{ "late", 660, 240, WFM_NONE, 0, 0 },
	{ "night", 1320, 480, WFM_NONE, 0, 0 },
};

static struct ward {
	struct published x;
	struct wfm_rule_row rules[4];
	struct wfm_break rest;
	struct wfm_contract contract;
	struct wfm_agent agents[MOST_AGENTS];
	struct wfm_cover covers[MOST_DAYS * DUTIES];
	struct wfm_queue queue;
	double required[24 * (MOST_DAYS + 1)];
	struct wfm_session sessions[MOST_SESSIONS];
	struct wfm_span windows[MOST_SESSIONS][2];
	int32_t who[MOST_AGENTS];
} f;

static void make(int days, int agents)
{
	memset(&f, 0, sizeof f);
	f.x.arena = arena_new(0);
	published_calendar(&f.x, days, 0, 60);
	f.rest = (struct wfm_break){ .kind = WFM_REST_BREAK, .minutes = 60, .paid = true, .earliest = 120,
				     .latest = 180, .shift_high = 1440 };
	f.contract = (struct wfm_contract){ .rules = f.rules, .breaks = &f.rest, .break_count = 1 };
	for (int a = 0; a < agents; a++) {
		f.agents[a] = (struct wfm_agent){ .site = WFM_NONE, .previous_end = WFM_NONE };
		f.who[a] = a;
	}
	for (int i = 0; i < days * DUTIES; i++)
		f.covers[i] = (struct wfm_cover){ i / DUTIES, UINT64_C(1) << i % DUTIES, 0, 3000, 100 };
	f.queue = (struct wfm_queue){ .skill = WFM_NONE, .site = WFM_NONE, .required = f.required,
				      .step1_share = 1, .short1_cents = 500, .short2_cents = 900, .surplus_cents = 40 };
	struct wfm_problem *p = &f.x.p;
	p->contracts = &f.contract;
	p->contract_count = 1;
	p->agents = f.agents;
	p->agent_count = agents;
	p->duties = duties;
	p->duty_count = DUTIES;
	p->covers = f.covers;
	p->cover_count = days * DUTIES;
	p->queues = &f.queue;
	p->queue_count = 1;
	p->sessions = f.sessions;
}

static struct wfm_session *ask(enum wfm_activity_kind kind, int minutes, int agents)
{
	int i = f.x.p.session_count++;
	f.sessions[i] = (struct wfm_session){ .kind = kind, .minutes = minutes, .agents = f.who,
					      .agent_count = agents, .windows = f.windows[i] };
	return &f.sessions[i];
}

static void window(int i, int start, int end)
{
	f.windows[i][f.sessions[i].window_count++] = (struct wfm_span){ start, end };
}

static void drop(void)
{
	published_free(&f.x);
}

static struct wfm_roster *solve(uint64_t seed, int64_t limit)
{
	struct wfm_solve_options o = { .seed = seed, .iteration_limit = limit };
	struct wfm_error e = { 0 };
	struct wfm_roster *r = NULL;
	enum wfm_status s = wfm_schedule_solve(&f.x.p, &o, &r, &e);
	if (s != WFM_OK && s != WFM_LIMIT)
		fail_msg("%s %s", e.path, e.message);
	return r;
}

static void expect_clean(const struct wfm_roster *r)
{
	struct wfm_report *report = NULL;
	struct wfm_error e;
	assert_int_equal(wfm_schedule_verify(&f.x.p, r, true, &report, &e), WFM_OK);
	if (report->breach_count > 0)
		fail_msg("%s", report->breaches[0].message);
	wfm_report_free(report);
}

/* ---- against brute force: two days, two agents ---- */

enum { DAYS = 2, SEEDS = 40 };

struct choice {
	int duty[DAYS], training; /* duty -1: off; training: slot, or -1 */
	bool meets;
};

static void draw_problem(uint64_t seed)
{
	struct rng r;
	rng_seed(&r, seed);
	make(DAYS, 2);
	for (int t = 0; t < 24 * DAYS; t++)
		f.required[t] = t % 24 >= 8 && t % 24 < 15 ? rng_below(&r, 3) : 0;
	for (int i = 0; i < DAYS * DUTIES; i++)
		f.covers[i].required = rng_below(&r, 2);
	f.contract.hour_cents = 100.0 * rng_below(&r, 5);
	f.rules[0] = (struct wfm_rule_row){ .rule = WFM_RULE_PLAN_SHIFTS, .mode = WFM_HARD, .low = 1,
					    .high = 1 + (int)rng_below(&r, 2) };
	f.contract.rule_count = 1;
	struct wfm_session *training = ask(WFM_TRAINING, 60, 2), *meeting = ask(WFM_MEETING, 60, 2);
	int d = (int)rng_below(&r, DAYS);
	window(0, 24 * d + 8, 24 * d + 13);
	training->at_once = (int)rng_below(&r, 2);
	training->margin_min = 60 * (int)rng_below(&r, 2);
	training->miss_cents = 400.0 * (1 + rng_below(&r, 8));
	d = (int)rng_below(&r, DAYS);
	window(1, 24 * d + 10, 24 * d + 13);
	meeting->together = true;
	meeting->quorum = (int)rng_below(&r, 3);
	meeting->miss_cents = 400.0 * (1 + rng_below(&r, 8));
}

static enum wfm_activity_kind kind_at(const struct choice *c, int start, int t, int meeting)
{
	return t == start + 2 ? WFM_REST_BREAK : t == c->training ? WFM_TRAINING :
	       c->meets && t == meeting ? WFM_MEETING : WFM_WORK;
}

static double judged(const struct choice *c, int meeting)
{
	static struct wfm_shift shifts[2 * DAYS];
	static struct wfm_activity rows[2 * DAYS * 4];
	struct wfm_roster r = { .shifts = shifts, .activities = rows };
	for (int a = 0; a < 2; a++)
		for (int d = 0; d < DAYS; d++) {
			if (c[a].duty[d] < 0)
				continue;
			int start = 24 * d + duties[c[a].duty[d]].start / 60;
			struct wfm_shift *s = &shifts[r.shift_count++];
			*s = (struct wfm_shift){ a, d, start, start + 4, r.activity_count, 4, c[a].duty[d], 0 };
			for (int t = start; t < start + 4; t++) {
				enum wfm_activity_kind kind = kind_at(&c[a], start, t, meeting);
				rows[r.activity_count++] = (struct wfm_activity){ kind, kind == WFM_WORK ? 0 : WFM_NONE, t,
										  1, true, kind == WFM_MEETING };
			}
		}
	struct wfm_report *report = NULL;
	struct wfm_error e;
	assert_int_equal(wfm_schedule_verify(&f.x.p, &r, false, &report, &e), WFM_OK);
	double cost = report->breach_count > 0 ? HUGE_VAL : report->cost.total;
	wfm_report_free(report);
	return cost;
}

/* The agent's training and meeting lie in its shifts, and not on its breaks. */
static bool there(const struct choice *c, int t)
{
	for (int d = 0; d < DAYS; d++) {
		int start = c->duty[d] < 0 ? -100 : 24 * d + duties[c->duty[d]].start / 60;
		if (t >= start && t < start + 4 && t != start + 2)
			return true;
	}
	return false;
}

static double brute_force(void)
{
	enum { TOURS = 9, TRAININGS = 6, EACH = TOURS * TRAININGS * 2 };
	double least = HUGE_VAL;
	for (int m = f.windows[1][0].start; m < f.windows[1][0].end; m++) {
		static struct choice all[EACH];
		int n = 0;
		for (int i = 0; i < EACH; i++) {
			int training = i / TOURS % TRAININGS;
			struct choice c = { { i % 3 - 1, i / 3 % 3 - 1 },
					    training == 0 ? -1 : f.windows[0][0].start + training - 1, i >= EACH / 2 };
			bool clash = c.meets && c.training == m;
			if (!clash && (c.training < 0 || there(&c, c.training)) && (!c.meets || there(&c, m)))
				all[n++] = c;
		}
		for (int i = 0; i < n; i++)
			for (int k = 0; k < n; k++) {
				struct choice two[2] = { all[i], all[k] };
				least = fmin(least, judged(two, m));
			}
	}
	return least;
}

static void test_tiny_equals_brute_force(void **state)
{
	(void)state;
	int best = 0, missed = 0, had = 0;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		draw_problem(seed);
		double least = brute_force();
		struct wfm_roster *r = solve(seed, 600);
		expect_clean(r);
		if (r->bound > least + 1e-6 || r->cost.total < least - 1e-6)
			fail_msg("seed %d: cost %f, bound %f, the least is %f", (int)seed, r->cost.total, r->bound, least);
		if (r->cost.total > 1.07 * least)
			fail_msg("seed %d: %f, the least is %f", (int)seed, r->cost.total, least);
		best += r->cost.total <= least + 1e-6;
		missed += r->missed_count;
		for (int i = 0; i < r->activity_count; i++)
			had += r->activities[i].kind == WFM_TRAINING || r->activities[i].kind == WFM_MEETING;
		wfm_roster_free(r);
		drop();
	}
	assert_true(best >= SEEDS - 4); /* a local search: of 200 five are missed, by 6 % at most */
	assert_true(missed > 0 && had > 10);
}

/* ---- weeks ---- */

static void draw_week(uint64_t seed, bool round)
{
	struct rng r;
	rng_seed(&r, seed);
	make(7, 6 + (int)rng_below(&r, 5));
	int n = f.x.p.agent_count;
	if (round) {
		f.x.p.cyclic = true;
		f.x.p.slot_count = 7 * 24;
		f.x.p.duty_count = 3;
		f.rest.shift_low = 300; /* the night's alone */
	}
	for (int t = 0; t < 7 * 24; t++)
		f.required[t] = rng_below(&r, 3);
	for (int i = 0; i < 7 * DUTIES; i++)
		f.covers[i].required = rng_below(&r, 2);
	f.rules[0] = (struct wfm_rule_row){ .rule = WFM_RULE_PLAN_SHIFTS, .mode = WFM_HARD, .low = 2, .high = 5 };
	f.contract.rule_count = 1;
	for (int i = 0; i < SESSIONS; i++) {
		struct wfm_session *s = ask(i < 2 ? WFM_TRAINING : WFM_MEETING, 60 * (1 + (int)rng_below(&r, 2)),
					    1 + (int)rng_below(&r, (uint32_t)n));
		int d = (int)rng_below(&r, 7);
		s->together = i >= 2;
		s->quorum = i >= 2 ? s->agent_count / 2 : 0;
		s->at_once = i < 2 ? (int)rng_below(&r, 3) : 0;
		s->times = i == 0 ? 2 : 1;
		s->must = rng_below(&r, 2);
		s->miss_cents = 1000.0 * rng_below(&r, 4);
		if (round)
			window(i, 24 * d + 22, 24 * d + 31); /* over midnight, Sunday's too */
		else if (i > 0)
			window(i, 24 * d + 8, 24 * d + 15);
	}
}

static void test_random_weeks_verify(void **state)
{
	(void)state;
	int past_end = 0;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		draw_week(seed, seed > 5);
		struct wfm_roster *r = solve(seed, 400), *again = solve(seed, 400);
		expect_clean(r);
		assert_true(r->bound <= r->cost.total + 1e-6);
		assert_true(r->cost.total == again->cost.total && r->activity_count == again->activity_count);
		for (int i = 0; i < r->activity_count; i++)
			past_end += r->activities[i].session < SESSIONS && f.x.p.cyclic &&
				    (r->activities[i].kind == WFM_TRAINING || r->activities[i].kind == WFM_MEETING) &&
				    r->activities[i].start + r->activities[i].slots > f.x.p.slot_count;
		wfm_roster_free(again);
		wfm_roster_free(r);
		drop();
	}
	assert_true(past_end > 0);
}

/* ---- one thing at a time ---- */

static enum wfm_miss_reason reason(void)
{
	struct wfm_roster *r = solve(1, 300);
	expect_clean(r);
	enum wfm_miss_reason told = r->missed_count == 1 ? r->missed[0].reason : WFM_MISS_REASONS;
	wfm_roster_free(r);
	drop();
	return told;
}

static void test_reasons(void **state)
{
	(void)state;
	make(1, 1); /* no duty reaches the evening */
	ask(WFM_TRAINING, 60, 1)->must = true;
	window(0, 18, 20);
	assert_int_equal(reason(), WFM_MISS_NEVER);
	make(1, 2); /* only one may be away from the one hour there is */
	for (int a = 0; a < 2; a++)
		f.covers[EARLY].required = 2;
	ask(WFM_TRAINING, 60, 2)->at_once = 1;
	f.sessions[0].miss_cents = 50;
	window(0, 8, 9);
	f.covers[EARLY].short_cents = 9000;
	assert_int_equal(reason(), WFM_MISS_FULL);
	make(1, 1); /* the hour is worth more than missing it costs */
	f.covers[EARLY].required = 1;
	f.required[8] = 1;
	ask(WFM_TRAINING, 60, 1)->miss_cents = 100;
	window(0, 8, 9);
	assert_int_equal(reason(), WFM_MISS_PRICE);
	make(1, 1); /* two hours in a row only across the break */
	f.covers[EARLY].required = 1;
	f.covers[EARLY].short_cents = 9000;
	ask(WFM_TRAINING, 120, 1)->miss_cents = 100;
	window(0, 9, 11);
	assert_int_equal(reason(), WFM_MISS_NEVER);
	make(1, 2); /* two must be there, one can */
	f.covers[EARLY].required = 2;
	f.covers[EARLY].short_cents = 9000;
	static const struct wfm_span away = { 8, 9 };
	f.agents[1].unavailable = &away;
	f.agents[1].unavailable_count = 1;
	ask(WFM_MEETING, 60, 1)->together = true;
	f.sessions[0].quorum = 1;
	f.sessions[0].miss_cents = 100;
	f.sessions[0].agents = &f.who[1];
	window(0, 8, 9);
	assert_int_equal(reason(), WFM_MISS_NEVER);
}

/* Nobody is wanted on any day, but who must train works a duty for it. */
static void test_tours_are_sought_for_sessions(void **state)
{
	(void)state;
	for (int together = 0; together < 2; together++) {
		make(4, 3);
		f.contract.hour_cents = 1000;
		struct wfm_session *s = ask(WFM_TRAINING, 60, 3);
		s->must = true;
		s->together = together;
		window(0, 48 + 13, 48 + 15); /* in the late duty of the third day alone, its break before it */
		struct wfm_roster *r = solve(1, 600);
		expect_clean(r);
		assert_int_equal(r->missed_count, 0);
		assert_int_equal(r->shift_count, 3);
		for (int i = 0; i < 3; i++)
			assert_true(r->shifts[i].day == 2 && r->shifts[i].duty == LATE);
		assert_true(fabs(r->cost.pay - 3 * 4 * 1000) < 1e-6);
		wfm_roster_free(r);
		drop();
	}
}

/* At any time of the plan, said as far off as can be. */
static void test_windows_may_reach_far_outside(void **state)
{
	(void)state;
	for (int cyclic = 0; cyclic < 2; cyclic++) {
		make(7, 3);
		f.x.p.cyclic = cyclic != 0;
		f.x.p.slot_count = cyclic ? 24 * 7 : f.x.p.slot_count;
		ask(WFM_TRAINING, 60, 3)->must = true;
		window(0, INT32_MIN, INT32_MAX);
		struct wfm_roster *r = solve(1, 600);
		expect_clean(r);
		assert_int_equal(r->missed_count, 0);
		wfm_roster_free(r);
		drop();
	}
}

static clock_t asked_at;

static bool stop_soon(void *context, const struct wfm_progress *p)
{
	int *left = context;
	(void)p;
	if (--*left == 0)
		asked_at = clock();
	return *left <= 0;
}

static double every_call_a_second(void *context)
{
	static double now;
	(void)context;
	return ++now;
}

/* Meetings of everybody are many places to try. */
static void test_it_stops_when_asked_to(void **state)
{
	(void)state;
	for (int calls = 1; calls <= 81; calls += 20) {
		int left = calls;
		struct wfm_solve_options o = { .seed = 1, .now_s = every_call_a_second, .progress = stop_soon,
					       .context = &left };
		struct wfm_error e = { 0 };
		struct wfm_roster *r = NULL;
		make(MOST_DAYS, MOST_AGENTS);
		for (int i = 0; i < MOST_SESSIONS; i++) {
			ask(WFM_MEETING, 60, MOST_AGENTS)->together = true;
			f.sessions[i].miss_cents = 500;
		}
		for (int i = 0; i < 24 * MOST_DAYS; i++)
			f.required[i] = MOST_AGENTS / 5;
		assert_int_equal(wfm_schedule_solve(&f.x.p, &o, &r, &e), WFM_CANCELLED);
		assert_true((double)(clock() - asked_at) / CLOCKS_PER_SEC < 2);
		expect_clean(r);
		wfm_roster_free(r);
		drop();
	}
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tiny_equals_brute_force),
		cmocka_unit_test(test_random_weeks_verify),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_tours_are_sought_for_sessions),
		cmocka_unit_test(test_windows_may_reach_far_outside),
		cmocka_unit_test(test_it_stops_when_asked_to),
	};
	return cmocka_run_group_tests_name("duty_sessions", tests, NULL, NULL);
}
