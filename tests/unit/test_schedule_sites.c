/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sites in a plan: counters that are few. What a roster may not do, and what the solver does about it. */
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
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
