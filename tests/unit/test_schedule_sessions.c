/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Training and meetings: placed as asked, every way of breaking them caught, and who misses one told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/schedule_fixture.h"

enum { TRAINING, MEETING, AGENTS = 10, DAY = 48 };

static struct fixture f;
static struct wfm_session sessions[2];
static struct wfm_span windows[2];
static const int32_t everybody[AGENTS] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
static struct wfm_roster *roster;

static struct wfm_roster *solve(void)
{
	struct wfm_solve_options o = { .iteration_limit = 800 };
	return fixture_solve(&f.p, &o);
}

/* Training for all on any three days, two at a time; a team meeting on Wednesday. */
static void set_up(void)
{
	fixture_init(&f, AGENTS, 4);
	windows[TRAINING] = (struct wfm_span){ 0, 5 * DAY };
	windows[MEETING] = (struct wfm_span){ 2 * DAY + 18, 2 * DAY + 36 };
	sessions[TRAINING] = (struct wfm_session){ .name = "phones", .kind = WFM_TRAINING, .minutes = 60,
						   .agents = everybody, .agent_count = AGENTS,
						   .windows = &windows[TRAINING], .window_count = 1,
						   .at_once = 2, .margin_min = 30, .must = true,
						   .miss_cents = 5000 };
	sessions[MEETING] = (struct wfm_session){ .name = "team", .kind = WFM_MEETING, .minutes = 30,
						  .agents = everybody, .agent_count = 8,
						  .windows = &windows[MEETING], .window_count = 1,
						  .together = true, .quorum = 3, .miss_cents = 3000 };
	f.p.sessions = sessions;
	f.p.session_count = 2;
}

static int begin(void **state)
{
	(void)state;
	set_up();
	roster = solve();
	return 0;
}

static int end(void **state)
{
	(void)state;
	wfm_roster_free(roster);
	roster = NULL;
	return 0;
}

static int breaches(enum wfm_breach_kind kind, bool claims)
{
	struct wfm_report *r = NULL;
	struct wfm_error e;
	int n = 0;
	assert_int_equal(wfm_schedule_verify(&f.p, roster, claims, &r, &e), WFM_OK);
	for (int i = 0; i < r->breach_count; i++)
		n += r->breaches[i].kind == kind;
	wfm_report_free(r);
	return n;
}

static int all_breaches(void)
{
	int n = 0;
	for (int k = 0; k < WFM_BREACH_KINDS; k++)
		n += breaches((enum wfm_breach_kind)k, true);
	return n;
}

static void expect_caught(void)
{
	assert_true(breaches(WFM_BREACH_SESSION, false) > 0);
}

/* Any activity of the session: its shift, and it. */
static struct wfm_activity *sit(int session, struct wfm_shift **shift)
{
	for (int i = 0; i < roster->shift_count; i++)
		for (int k = 0; k < roster->shifts[i].activity_count; k++) {
			struct wfm_activity *a = &roster->activities[roster->shifts[i].first_activity + k];
			if (a->kind == sessions[session].kind) {
				*shift = &roster->shifts[i];
				return a;
			}
		}
	fail_msg("nobody has it");
	abort();
}

static int32_t count_sits(int session)
{
	int32_t n = 0;
	for (int i = 0; i < roster->activity_count; i++)
		n += roster->activities[i].kind == sessions[session].kind;
	return n;
}

static void test_all_are_placed(void **state)
{
	(void)state;
	assert_int_equal(all_breaches(), 0);
	assert_int_equal(count_sits(TRAINING), AGENTS);
	assert_true(count_sits(MEETING) >= 3);
	assert_true(roster->bound <= roster->cost.total + 1e-6);
	assert_int_equal(roster->missed_count, 8 - count_sits(MEETING));
	assert_true(fabs(roster->cost.sessions - 3000.0 * roster->missed_count) < 1e-6);
	assert_true(roster->session_cents >= roster->cost.sessions - 1e-6 - 200 * 30);
}

static void test_form_is_judged(void **state)
{
	(void)state;
	struct wfm_shift *shift = NULL;
	struct wfm_activity *a = sit(TRAINING, &shift), keep = *a;
	a->paid = false;
	expect_caught();
	*a = keep;
	a->kind = WFM_MEETING;
	expect_caught();
	*a = keep;
	a->session = 7;
	expect_caught();
	a->session = -1;
	expect_caught();
	*a = keep;
	a->queue = 0;
	expect_caught();
	*a = keep;
	sessions[TRAINING].minutes = 90;
	expect_caught();
	sessions[TRAINING].minutes = 60;
	/* Over a break: the break is missing then. */
	for (int k = 0; k < shift->activity_count; k++) {
		struct wfm_activity *b = &roster->activities[shift->first_activity + k], was = *b;
		if (b->kind != WFM_MEAL)
			continue;
		*b = (struct wfm_activity){ WFM_TRAINING, WFM_NONE, was.start, was.slots, true, TRAINING };
		assert_true(breaches(WFM_BREACH_BREAK, false) > 0);
		*b = was;
	}
	assert_int_equal(all_breaches(), 0);
}

static void test_place_is_judged(void **state)
{
	(void)state;
	struct wfm_shift *shift = NULL;
	struct wfm_activity *a = sit(TRAINING, &shift);
	windows[TRAINING] = (struct wfm_span){ a->start + 1, 5 * DAY };
	expect_caught();
	windows[TRAINING] = (struct wfm_span){ 0, a->start + 1 };
	expect_caught();
	windows[TRAINING] = (struct wfm_span){ 0, 5 * DAY };
	sessions[TRAINING].margin_min = 30 * (a->start - shift->start + 1);
	expect_caught();
	sessions[TRAINING].margin_min = 30 * (shift->end - a->start - a->slots + 1);
	expect_caught();
	sessions[TRAINING].margin_min = 30;
	assert_int_equal(all_breaches(), 0);
}

static void test_people_are_judged(void **state)
{
	(void)state;
	struct wfm_shift *shift = NULL;
	struct wfm_activity *a = sit(MEETING, &shift);
	sessions[TRAINING].agent_count = 5;
	expect_caught(); /* others have it too */
	sessions[TRAINING].agent_count = AGENTS;
	sessions[MEETING].quorum = count_sits(MEETING) + 1;
	if (sessions[MEETING].quorum <= 8)
		expect_caught();
	sessions[MEETING].quorum = 3;
	/* One is there half an hour before the others. */
	a->start--;
	struct wfm_activity *before = a - 1;
	if (a > &roster->activities[shift->first_activity] && before->kind == WFM_WORK && before->slots > 1) {
		before->slots--;
		struct wfm_activity *after = a + 1;
		after->start--;
		after->slots++;
		expect_caught();
		after->start++;
		after->slots--;
		before->slots++;
	}
	a->start++;
	assert_int_equal(all_breaches(), 0);
}

static void test_numbers_are_judged(void **state)
{
	(void)state;
	struct wfm_shift *shift = NULL;
	struct wfm_activity *a = sit(TRAINING, &shift);
	int busiest = 0;
	for (int t = 0; t < f.p.slot_count; t++) {
		int n = 0;
		for (int i = 0; i < roster->activity_count; i++) {
			const struct wfm_activity *x = &roster->activities[i];
			n += x->kind == WFM_TRAINING && t >= x->start && t < x->start + x->slots;
		}
		busiest = n > busiest ? n : busiest;
	}
	assert_true(busiest >= 1 && busiest <= 2);
	struct wfm_activity keep = *a;
	/* Work again: it is missed, though there is room, and nobody says so. */
	*a = (struct wfm_activity){ WFM_WORK, 0, keep.start, keep.slots, true, 0 };
	assert_true(breaches(WFM_BREACH_SESSION, false) >= 2);
	struct wfm_missed told = { TRAINING, shift->agent, 1, WFM_MISS_PRICE }, *was = roster->missed;
	int32_t count = roster->missed_count;
	roster->missed = &told;
	roster->missed_count = 1;
	assert_int_equal(breaches(WFM_BREACH_SESSION, false), 1); /* the room is still there */
	windows[TRAINING] = (struct wfm_span){ 6 * DAY, 7 * DAY };
	sessions[TRAINING].agents = &everybody[shift->agent];
	sessions[TRAINING].agent_count = 1;
	roster->missed = was;
	roster->missed_count = count;
	*a = keep;
	expect_caught();
}

static void test_twice_in_a_shift(void **state)
{
	(void)state;
	struct wfm_shift *shift = NULL;
	(void)sit(TRAINING, &shift);
	int before = breaches(WFM_BREACH_SESSION, false);
	assert_int_equal(before, 0);
	for (int k = 0; k < shift->activity_count; k++) {
		struct wfm_activity *a = &roster->activities[shift->first_activity + k];
		if (a->kind == WFM_MEAL || a->kind == WFM_REST_BREAK)
			*a = (struct wfm_activity){ WFM_TRAINING, WFM_NONE, a->start, a->slots, true, TRAINING };
	}
	struct wfm_report *r = NULL;
	struct wfm_error e;
	bool twice = false, too_often = false;
	assert_int_equal(wfm_schedule_verify(&f.p, roster, false, &r, &e), WFM_OK);
	for (int i = 0; i < r->breach_count; i++) {
		twice |= strstr(r->breaches[i].message, "twice in one shift") != NULL;
		too_often |= strstr(r->breaches[i].message, "more often than asked") != NULL;
	}
	wfm_report_free(r);
	assert_true(twice && too_often);
}

/* On leave, off in its window, alone: each misses for another reason, and must is no breach then. */
static void test_reasons(void **state)
{
	(void)state;
	set_up();
	f.spans[0][0] = (struct wfm_span){ 0, 7 * DAY };
	f.agents[0].unavailable_count = 1;
	f.rules[0][0].low = f.rules[0][1].low = 0; /* weeks may be empty */
	sessions[MEETING].quorum = 8;
	struct wfm_roster *r = roster = solve();
	assert_int_equal(all_breaches(), 0);
	bool never = false, not_held = false;
	for (int i = 0; i < r->missed_count; i++) {
		never |= r->missed[i].agent == 0 && r->missed[i].session == TRAINING &&
			 r->missed[i].reason == WFM_MISS_NEVER;
		not_held |= r->missed[i].agent == 1 && r->missed[i].session == MEETING &&
			    r->missed[i].reason == WFM_MISS_NOT_HELD;
		assert_true(r->missed[i].reason != WFM_MISS_PRICE);
	}
	assert_true(never && not_held);
	assert_int_equal(count_sits(MEETING), 0);
}

/* Why an agent cannot be planned is asked of that agent alone; sessions name all the others. */
static void test_impossible_agent(void **state)
{
	(void)state;
	set_up();
	f.spans[3][0] = (struct wfm_span){ 0, 5 * DAY };
	f.agents[3].unavailable_count = 1;
	f.p.session_count = 0;
	struct wfm_roster *plain = solve();
	f.p.session_count = 2;
	roster = solve();
	assert_int_equal(all_breaches(), 0);
	assert_int_equal(roster->unplanned_count, 1);
	assert_int_equal(plain->unplanned_count, 1);
	const struct wfm_unplanned *u = &roster->unplanned[0];
	assert_int_equal(u->agent, 3);
	assert_true(u->conflict_count > 0);
	assert_int_equal(u->conflict_count, plain->unplanned[0].conflict_count);
	assert_memory_equal(u->conflicts, plain->unplanned[0].conflicts,
			    (size_t)u->conflict_count * sizeof u->conflicts[0]);
	wfm_roster_free(plain);
}

/* One place in one hour for two: the other one is told that it is full. */
static void test_full(void **state)
{
	(void)state;
	set_up();
	f.p.session_count = 1;
	f.p.agent_count = 2;
	f.agents[1].contract = 0;
	sessions[TRAINING].agent_count = 2;
	sessions[TRAINING].at_once = 1;
	sessions[TRAINING].margin_min = 0;
	windows[TRAINING] = (struct wfm_span){ 2 * DAY + 24, 2 * DAY + 26 };
	f.locks[0][0] = f.locks[1][0] = (struct wfm_lock){ 2, 2 * DAY + 18, 2 * DAY + 36, 0 };
	f.agents[0].lock_count = f.agents[1].lock_count = 1;
	roster = solve();
	assert_int_equal(all_breaches(), 0);
	assert_int_equal(count_sits(TRAINING), 1);
	assert_int_equal(roster->missed_count, 1);
	assert_int_equal(roster->missed[0].reason, WFM_MISS_FULL);
}

/* What nobody would miss is not worth a price; what is dear is paid for by cover. */
static void test_price(void **state)
{
	(void)state;
	set_up();
	f.p.session_count = 1;
	sessions[TRAINING].must = false;
	sessions[TRAINING].miss_cents = 0.01;
	for (int t = 0; t < 7 * DAY; t++)
		f.required[0][t] = f.open[0][t] ? 20 : 0;
	roster = solve();
	assert_int_equal(all_breaches(), 0);
	assert_int_equal(count_sits(TRAINING), 0);
	assert_int_equal(roster->missed_count, AGENTS);
	assert_int_equal(roster->missed[0].reason, WFM_MISS_PRICE);
	wfm_roster_free(roster);
	sessions[TRAINING].miss_cents = 100000;
	roster = solve();
	assert_int_equal(all_breaches(), 0);
	assert_int_equal(count_sits(TRAINING), AGENTS);
	assert_true(roster->session_cents >= AGENTS * 2999.0); /* an hour of each, at the least */
}

/* No price of cover, nor of contacts, buys an agent out of what must not be missed. */
static void test_must_at_any_price(void **state)
{
	(void)state;
	set_up();
	f.p.session_count = 1;
	sessions[TRAINING].at_once = 0;
	sessions[TRAINING].miss_cents = 0;
	f.queues[0].short1_cents = f.queues[0].short2_cents = 9e8;
	for (int t = 0; t < 7 * DAY; t++)
		f.required[0][t] = f.open[0][t] ? 20 : 0;
	roster = solve();
	assert_int_equal(all_breaches(), 0);
	assert_int_equal(count_sits(TRAINING), AGENTS);
	wfm_roster_free(roster);
	const int32_t slots = f.p.slot_count;
	double *served = calloc((size_t)slots * 21, sizeof *served);
	for (int i = 0; i < slots * 21; i++)
		served[i] = 10.0 * (i % 21);
	struct wfm_service service = { .queue = 0, .end_slot = slots, .target = 1e6, .short_cents = 50000,
				       .served = served, .people_max = 20 };
	f.queues[0].short1_cents = f.queues[0].short2_cents = 3000;
	memset(f.required[0], 0, sizeof f.required[0]);
	f.p.services = &service;
	f.p.service_count = 1;
	roster = solve();
	assert_int_equal(all_breaches(), 0);
	assert_int_equal(count_sits(TRAINING), AGENTS);
	free(served);
}

static void refused(const char *path)
{
	struct wfm_error e = { 0 };
	assert_int_equal(wfm_problem_check(&f.p, &e), WFM_INVALID);
	assert_string_equal(e.path, path);
	set_up();
}

static void test_bad_sessions_are_refused(void **state)
{
	(void)state;
	set_up();
	sessions[0].minutes = 45;
	refused("/sessions/0");
	sessions[1].kind = WFM_MEAL;
	refused("/sessions/1");
	sessions[1].quorum = 9;
	refused("/sessions/1");
	sessions[1].times = 2;
	refused("/sessions/1");
	sessions[0].quorum = 2;
	refused("/sessions/0");
	sessions[0].times = WFM_MAX_SEATS + 1;
	refused("/sessions/0");
	windows[0].end = -5;
	refused("/sessions/0/windows/0");
	int32_t twice[2] = { 3, 3 };
	sessions[0].agents = twice;
	sessions[0].agent_count = 2;
	refused("/sessions/0/agents/1");
	sessions[0].times = 16;
	refused("/sessions/1/agents/0");
}

#define FRESH(t) cmocka_unit_test_setup_teardown(t, begin, end)
#define OWN(t) cmocka_unit_test_teardown(t, end)

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		FRESH(test_all_are_placed),    FRESH(test_form_is_judged),
		FRESH(test_place_is_judged),   FRESH(test_people_are_judged),
		FRESH(test_numbers_are_judged), FRESH(test_twice_in_a_shift),
		OWN(test_reasons),	       OWN(test_impossible_agent),
		OWN(test_full),		       OWN(test_price),
		OWN(test_must_at_any_price),   OWN(test_bad_sessions_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
