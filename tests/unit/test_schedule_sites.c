/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sites in a plan: counters that are few, people who may work elsewhere. What a roster may not do, and what
 * the solver does about it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "tests/lib/schedule_fixture.h"

static struct fixture f;
static struct wfm_site sites[2];
static int32_t counters[FIX_SLOTS];

/* A week of ten people for two queues at three counters and one without; they would need about five. */
static void make_branch(int seats)
{
	fixture_init(&f, 14, 3);
	f.p.queue_count = 3;
	for (int q = 0; q < 3; q++) {
		f.queues[q].site = 0;
		f.queues[q].counter = q < 2;
	}
	for (int a = 0; a < 14; a++)
		f.agents[a].skill_count = a % 3 == 0 ? 3 : 2;
	for (int t = 0; t < FIX_SLOTS; t++)
		counters[t] = seats;
	memset(sites, 0, sizeof sites);
	sites[0].counters = counters;
	f.p.sites = sites;
}

static struct wfm_roster *solve(void)
{
	struct wfm_solve_options o = { .seed = 1, .iteration_limit = 1000 };
	return fixture_solve(&f.p, &o);
}

static struct wfm_report *judge(const struct wfm_roster *r)
{
	struct wfm_report *report = NULL;
	struct wfm_error e;
	assert_int_equal(wfm_schedule_verify(&f.p, r, true, &report, &e), WFM_OK);
	return report;
}

static int breaches(const struct wfm_roster *r, enum wfm_breach_kind kind)
{
	struct wfm_report *report = judge(r);
	int n = 0;
	for (int i = 0; i < report->breach_count; i++)
		n += report->breaches[i].kind == kind;
	wfm_report_free(report);
	return n;
}

static double most_seated(const struct wfm_roster *r)
{
	struct wfm_report *report = judge(r);
	double most = 0;
	for (int t = 0; t < f.p.slot_count; t++)
		most = fmax(most, report->covered[t] + report->covered[f.p.slot_count + t]);
	wfm_report_free(report);
	return most;
}

static void counters_cap_cover(void **state)
{
	(void)state;
	make_branch(3);
	f.p.sites = NULL;
	struct wfm_roster *before = solve();
	assert_true(most_seated(before) > 3);
	f.p.sites = sites;
	assert_true(breaches(before, WFM_BREACH_COUNTERS) > 0); /* the roster of a site with more counters */
	struct wfm_roster *r = solve();
	fixture_expect_clean(&f.p, r);
	assert_true(most_seated(r) == 3);
	assert_true(r->bound > before->bound);
	assert_true(r->bound <= r->cost.total);
	assert_true(r->gap < 0.1);
	bool told = false;
	for (int i = 0; i < r->shortage_count; i++)
		told |= r->shortages[i].reason == WFM_SHORT_COUNTERS && r->shortages[i].queue < 2;
	assert_true(told);
	wfm_roster_free(before);
	wfm_roster_free(r);
}

static void plenty_of_counters_change_nothing(void **state)
{
	(void)state;
	make_branch(14);
	struct wfm_roster *r = solve();
	f.p.sites = NULL;
	struct wfm_roster *s = solve();
	fixture_expect_clean(&f.p, r);
	print_message("# bounds %.1f %.1f costs %.1f %.1f\n", r->bound, s->bound, r->cost.total, s->cost.total);
	assert_true(fabs(r->bound - s->bound) < 1e-3 * s->bound);
	assert_true(fabs(r->cost.total - s->cost.total) < 0.02 * s->cost.total);
	wfm_roster_free(r);
	wfm_roster_free(s);
}

/* One who waits is put on a queue at counters that are all taken, and the other way round. */
static void the_judge_counts_who_sits(void **state)
{
	(void)state;
	make_branch(1);
	struct wfm_roster *r = solve();
	fixture_expect_clean(&f.p, r);
	struct wfm_report *report = judge(r);
	assert_true(report->waiting_hours > 0); /* full-timers have to come */
	wfm_report_free(report);
	int waits = -1, sits = -1;
	for (int i = 0; i < r->activity_count; i++) {
		const struct wfm_activity *x = &r->activities[i];
		waits = x->kind == WFM_WORK && x->queue == WFM_NONE ? i : waits;
		sits = x->kind == WFM_WORK && x->queue == 0 ? i : sits;
	}
	assert_true(waits >= 0 && sits >= 0);
	r->activities[waits].queue = 0;
	assert_true(breaches(r, WFM_BREACH_COUNTERS) > 0);
	r->activities[waits].queue = WFM_NONE;
	assert_int_equal(breaches(r, WFM_BREACH_COUNTERS), 0);
	r->activities[sits].queue = WFM_NONE; /* allowed, but the costs are others */
	assert_int_equal(breaches(r, WFM_BREACH_CLOSED), 0);
	assert_true(breaches(r, WFM_BREACH_COST) > 0);
	f.p.sites = NULL; /* without counters nobody may stand about */
	assert_true(breaches(r, WFM_BREACH_CLOSED) > 0);
	wfm_roster_free(r);
}

static void no_counters_at_all(void **state)
{
	(void)state;
	make_branch(0);
	struct wfm_roster *r = solve();
	fixture_expect_clean(&f.p, r);
	assert_true(most_seated(r) == 0);
	assert_true(r->bound <= r->cost.total);
	wfm_roster_free(r);
}

/* A contact in time is worth more than the floor's hours; the target asks beyond the counters. */
static void services_stop_at_the_counters(void **state)
{
	(void)state;
	static double served[FIX_SLOTS * 7];
	make_branch(2);
	for (int t = 0; t < FIX_SLOTS; t++)
		for (int n = 0; n < 7; n++)
			served[t * 7 + n] = f.open[0][t] ? 10 * (1 - pow(0.6, n)) : 0;
	struct wfm_service service = { .queue = 0, .end_slot = 7 * 48, .offered = 1680, .target = 1500,
				       .short_cents = 2000, .served = served, .people_max = 6 };
	f.p.services = &service;
	f.p.service_count = 1;
	struct wfm_roster *r = solve();
	fixture_expect_clean(&f.p, r);
	assert_true(most_seated(r) <= 2);
	assert_true(r->bound <= r->cost.total);
	print_message("# bound %.0f, cost %.0f\n", r->bound, r->cost.total);
	f.p.sites = NULL;
	struct wfm_roster *s = solve();
	assert_true(s->services[0].answered > r->services[0].answered + 50);
	assert_true(s->bound < r->bound);
	wfm_roster_free(r);
	wfm_roster_free(s);
}

static void is_refused(const char *path)
{
	struct wfm_error e;
	assert_int_equal(wfm_problem_check(&f.p, &e), WFM_INVALID);
	assert_string_equal(e.path, path);
}

static void nonsense_is_refused(void **state)
{
	(void)state;
	make_branch(1);
	counters[5] = -1;
	is_refused("/sites/0/counters/5");
	counters[5] = 0;
	f.queues[1].site = WFM_NONE;
	is_refused("/queues/1");
}

/* ---- elsewhere ---- */

static struct wfm_elsewhere other[FIX_AGENTS];

/* Eight people at home on a quiet queue, four on a busy one of another site; half of the former may go. */
static void make_two_sites(int travel_min)
{
	fixture_init(&f, 12, 5);
	memset(sites, 0, sizeof sites);
	f.p.queue_count = 2;
	for (int t = 0; t < FIX_SLOTS; t++)
		f.required[0][t] = fmin(f.required[0][t], 2);
	for (int q = 0; q < 2; q++)
		f.queues[q].site = q;
	for (int a = 0; a < 12; a++) {
		f.agents[a].site = a >= 8;
		f.agents[a].skill_count = 2;
		other[a] = (struct wfm_elsewhere){ 1, travel_min };
		f.agents[a].elsewhere = &other[a];
		f.agents[a].elsewhere_count = a < 4;
	}
}

static int count_away(const struct wfm_roster *r)
{
	int n = 0;
	for (int i = 0; i < r->shift_count; i++) {
		const struct wfm_shift *s = &r->shifts[i];
		n += s->elsewhere > 0;
		assert_true(s->elsewhere == 0 || s->agent < 4);
	}
	return n;
}

static void lending_saves(void **state)
{
	(void)state;
	double before = 0, near = 0;
	for (int travel = 0; travel <= 90; travel += 30) {
		make_two_sites(travel);
		struct wfm_roster *r = solve();
		fixture_expect_clean(&f.p, r);
		assert_true(r->bound <= r->cost.total);
		assert_true(r->gap < 0.1);
		int away = count_away(r);
		print_message("# %d min: bound %.0f, cost %.0f, %d shifts elsewhere\n", travel, r->bound, r->cost.total, away);
		assert_true(away > 5);
		assert_true(r->bound >= before - 1); /* longer ways never save */
		before = r->bound;
		near = travel == 0 ? r->cost.total : near;
		wfm_roster_free(r);
	}
	for (int a = 0; a < 4; a++)
		f.agents[a].elsewhere_count = 0;
	struct wfm_roster *home = solve();
	fixture_expect_clean(&f.p, home);
	assert_int_equal(count_away(home), 0);
	assert_true(near < 0.8 * home->bound); /* proved: no roster without lending is as cheap */
	wfm_roster_free(home);
}

static struct wfm_shift *first_away(const struct wfm_roster *r)
{
	int at = 0;
	while (at < r->shift_count && r->shifts[at].elsewhere == 0)
		at++;
	assert_true(at < r->shift_count);
	return &r->shifts[at];
}

static void the_judge_knows_sites_and_ways(void **state)
{
	(void)state;
	make_two_sites(60);
	struct wfm_roster *r = solve();
	fixture_expect_clean(&f.p, r);
	struct wfm_shift *s = first_away(r);
	struct wfm_activity *first = &r->activities[s->first_activity], *last = &first[s->activity_count - 1];
	assert_true(first->kind == WFM_TRAVEL && first->slots == 2 && first->paid);
	assert_true(last->kind == WFM_TRAVEL && last->slots == 2);
	s->elsewhere = 0; /* a queue of the other site, and travel, at home */
	assert_true(breaches(r, WFM_BREACH_SKILL) > 0);
	assert_true(breaches(r, WFM_BREACH_TRAVEL) > 0);
	s->elsewhere = 2; /* no such site */
	assert_int_equal(breaches(r, WFM_BREACH_SHAPE), 1);
	s->elsewhere = 1;
	assert_int_equal(breaches(r, WFM_BREACH_TRAVEL), 0);
	first->kind = WFM_WORK; /* at work without having come */
	first->queue = 1;
	assert_int_equal(breaches(r, WFM_BREACH_TRAVEL), 1);
	first->kind = WFM_TRAVEL;
	first->queue = WFM_NONE;
	first->slots = 1; /* a shorter way */
	first[1].start--;
	first[1].slots++;
	assert_int_equal(breaches(r, WFM_BREACH_TRAVEL), 1);
	first->slots = 2;
	first[1].start++;
	first[1].slots--;
	last->paid = false;
	assert_int_equal(breaches(r, WFM_BREACH_TRAVEL), 1);
	last->paid = true;
	fixture_expect_clean(&f.p, r);
	wfm_roster_free(r);
}

static void locks_and_starts_keep_the_site(void **state)
{
	(void)state;
	make_two_sites(30);
	struct wfm_roster *r = solve();
	const struct wfm_shift *s = first_away(r);
	struct wfm_solve_options o = { .seed = 2, .iteration_limit = 1, .start = r };
	struct wfm_roster *again = fixture_solve(&f.p, &o);
	fixture_expect_clean(&f.p, again);
	assert_int_equal(again->start_tours, 12);
	assert_int_equal(count_away(again), count_away(r));
	wfm_roster_free(again);
	/* Nobody is needed there any more, yet the shift stands. */
	memset(f.required[1], 0, sizeof f.required[1]);
	f.locks[s->agent][0] = (struct wfm_lock){ s->day, s->start, s->end, 1 };
	f.agents[s->agent].lock_count = 1;
	again = solve();
	fixture_expect_clean(&f.p, again);
	int kept = 0;
	for (int i = 0; i < again->shift_count; i++) {
		const struct wfm_shift *x = &again->shifts[i];
		kept += x->agent == s->agent && x->day == s->day && x->start == s->start && x->end == s->end &&
			x->elsewhere == 1;
	}
	assert_int_equal(kept, 1);
	f.locks[s->agent][0].elsewhere = 0;
	assert_true(breaches(again, WFM_BREACH_LOCK) > 0);
	wfm_roster_free(again);
	wfm_roster_free(r);
}

static void nonsense_about_sites_is_refused(void **state)
{
	(void)state;
	make_two_sites(30);
	other[1].site = 0;
	is_refused("/agents/1/elsewhere/0");
	other[1].site = 7;
	is_refused("/agents/1/elsewhere/0");
	other[1].site = 1;
	other[1].travel_min = 20;
	is_refused("/agents/1/elsewhere/0");
	other[1].travel_min = 30;
	f.locks[6][0] = (struct wfm_lock){ 1, 48 + 20, 48 + 38, 1 };
	f.agents[6].lock_count = 1;
	is_refused("/agents/6/locks/0");
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counters_cap_cover),
		cmocka_unit_test(plenty_of_counters_change_nothing),
		cmocka_unit_test(the_judge_counts_who_sits),
		cmocka_unit_test(no_counters_at_all),
		cmocka_unit_test(services_stop_at_the_counters),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(lending_saves),
		cmocka_unit_test(the_judge_knows_sites_and_ways),
		cmocka_unit_test(locks_and_starts_keep_the_site),
		cmocka_unit_test(nonsense_about_sites_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
