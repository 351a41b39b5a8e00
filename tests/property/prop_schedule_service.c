/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Service targets over days: tiny random problems against every pair of tours, judged by
 * wfm_schedule_verify alone; larger ones by their bounds; and what must not change anything.
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

enum { DAYS = 2, PEOPLE = 3, SLOTS = 24 * DAYS + 12, SERVICES = 3 };

static struct fixture f;
static struct wfm_service services[SERVICES];
static double table[2][SLOTS * (PEOPLE + 1)];
static struct wfm_contract contracts[2];

/* Contacts of each slot: concave in people, or with a slow start. */
static void fill_table(struct rng *r, double *served, bool concave)
{
	for (int t = 0; t < SLOTS; t++) {
		double a = 5 * rng_unit(r), b = a * rng_unit(r), c = b * rng_unit(r);
		double step[PEOPLE] = { concave ? a : b, concave ? b : a, c };
		served[t * (PEOPLE + 1)] = 0;
		for (int n = 1; n <= PEOPLE; n++)
			served[t * (PEOPLE + 1) + n] = served[t * (PEOPLE + 1) + n - 1] + step[n - 1];
	}
}

static void tiny_problem(uint64_t seed, bool concave)
{
	struct rng r;
	rng_seed(&r, seed);
	fixture_init(&f, 2, 1);
	fixture_small_days(&f, DAYS, 0, 8, 15);
	for (int t = 0; t < SLOTS; t++)
		f.required[0][t] = f.open[0][t] && rng_below(&r, 3) == 0;
	for (int c = 0; c < 2; c++) {
		contracts[c] = f.contracts[c];
		contracts[c].rule_count = contracts[c].break_count = 0;
		contracts[c].salaried = false;
		contracts[c].optional = rng_below(&r, 2) == 0;
		f.contracts[c] = contracts[c];
		fixture_add_rule(&f, c, (struct wfm_rule_row){ .rule = WFM_RULE_SHIFT_MINUTES,
							       .low = 180, .high = 300, .step = 120 });
		fixture_add_rule(&f, c, (struct wfm_rule_row){ .rule = WFM_RULE_REST, .low = 60 * 17 });
	}
	fixture_link(&f);
	f.calendar.day_count = DAYS;
	fill_table(&r, table[0], concave);
	fill_table(&r, table[1], concave);
	for (int s = 0; s < SERVICES; s++) /* the plan, its last day, and another measure of the plan */
		services[s] = (struct wfm_service){
			.queue = 0, .first_slot = s == 1 ? 24 : 0, .end_slot = 24 * DAYS,
			.target = 20 * rng_unit(&r), .short_cents = 100 + rng_below(&r, 1000),
			.served = table[s == 2], .people_max = PEOPLE };
	f.p.services = services;
	f.p.service_count = 1 + (int)rng_below(&r, SERVICES);
}

struct pair {
	int choice[2][DAYS]; /* 0: off */
};

/* 3 or 5 hours from 8 on. */
static bool shift_of(int choice, int day, int *start, int *end)
{
	if (choice == 0)
		return false;
	int k = choice - 1;
	*start = 24 * day + 8 + (k < 5 ? k : k - 5);
	*end = *start + (k < 5 ? 3 : 5);
	return *end <= 24 * day + 15;
}

static struct wfm_roster *roster_of(const struct pair *x)
{
	struct wfm_roster *r = wfm_roster_new(2 * DAYS, 2 * DAYS, 0);
	r->shift_count = r->activity_count = 0;
	for (int a = 0; a < 2; a++)
		for (int d = 0; d < DAYS; d++) {
			int start, end;
			if (!shift_of(x->choice[a][d], d, &start, &end))
				continue;
			r->activities[r->activity_count] =
				(struct wfm_activity){ WFM_WORK, 0, start, end - start, true, 0 };
			r->shifts[r->shift_count++] =
				(struct wfm_shift){ a, d, start, end, r->activity_count++, 1, WFM_NONE, 0 };
		}
	return r;
}

static double brute_force(void)
{
	enum { EACH = 9 }; /* off, five of 3 hours, three of 5 */
	double best = HUGE_VAL;
	for (int i = 0; i < EACH * EACH * EACH * EACH; i++) {
		struct pair x = { { { i % EACH, i / EACH % EACH },
				    { i / (EACH * EACH) % EACH, i / (EACH * EACH * EACH) } } };
		struct wfm_roster *r = roster_of(&x);
		struct wfm_report *report = NULL;
		struct wfm_error e;
		assert_int_equal(wfm_schedule_verify(&f.p, r, false, &report, &e), WFM_OK);
		if (report->breach_count == 0)
			best = fmin(best, report->cost.total);
		wfm_report_free(report);
		wfm_roster_free(r);
	}
	return best;
}

static struct wfm_roster *solve(const struct wfm_problem *p, uint64_t seed)
{
	struct wfm_solve_options o = { .seed = seed, .iteration_limit = 800 };
	return fixture_solve(p, &o);
}

static void test_tiny_equals_brute_force(void **state)
{
	(void)state;
	int with_target = 0;
	for (uint64_t seed = 1; seed <= 24; seed++) {
		tiny_problem(seed, true);
		double best = brute_force();
		struct wfm_roster *r = solve(&f.p, seed);
		fixture_expect_clean(&f.p, r);
		if (r->bound > best + 1e-4 || fabs(r->cost.total - best) > 1e-4)
			fail_msg("seed %d: bound %f cost %f, brute force %f", (int)seed, r->bound,
				 r->cost.total, best);
		with_target += r->services[0].answered > 1;
		wfm_roster_free(r);
	}
	assert_true(with_target >= 8);
}

/* Tables that are not concave: the bound holds, costs are of the table. */
static void test_slow_starts_keep_the_bound(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 12; seed++) {
		tiny_problem(seed, false);
		double best = brute_force();
		struct wfm_roster *r = solve(&f.p, seed);
		fixture_expect_clean(&f.p, r);
		assert_true(r->bound <= best + 1e-4);
		assert_true(r->cost.total >= best - 1e-4);
		wfm_roster_free(r);
	}
}

/* ---- a week ---- */

enum { WIDE = 30 };
static struct fixture week;
static double answered[FIX_SLOTS * (WIDE + 1)];

static void week_problem(double target_share)
{
	double offered = 0;
	fixture_init(&week, 14, 5);
	for (int a = 0; a < week.p.agent_count; a++)
		week.agents[a].contract = 1;
	for (int t = 0; t < FIX_SLOTS; t++) {
		double volume = 6 * week.required[0][t];
		offered += volume;
		for (int n = 0; n <= WIDE; n++)
			answered[t * (WIDE + 1) + n] = volume * (1 - exp(-(double)n / fmax(0.5, volume / 6)));
		week.required[0][t] = week.required[0][t] > 0;
	}
	services[0] = (struct wfm_service){ .queue = 0, .end_slot = 7 * 48, .offered = offered,
					    .target = target_share * offered, .short_cents = 5000,
					    .served = answered, .people_max = WIDE };
	week.p.services = services;
	week.p.service_count = 1;
}

static void test_week_meets_its_target(void **state)
{
	(void)state;
	week_problem(0.5);
	struct wfm_roster *r = solve(&week.p, 1);
	fixture_expect_clean(&week.p, r);
	assert_true(r->bound <= r->cost.total + 1e-6);
	assert_true(r->variable_gap < 0.05);
	assert_true(r->services[0].missing < 0.002 * services[0].target);
	struct wfm_roster *again = solve(&week.p, 1);
	assert_true(again->cost.total == r->cost.total && again->bound == r->bound);
	wfm_roster_free(again);
	/* Asking for less never costs more in the bound. */
	services[0].target *= 0.8;
	struct wfm_roster *less = solve(&week.p, 1);
	assert_true(less->bound <= r->cost.total + 1e-6);
	wfm_roster_free(less);
	wfm_roster_free(r);
}

/* Below the load next to nobody is answered in time, with a few people more nearly all are. A requirement
 * in the middle of that must not let the bound count both ends mixed. */
static void test_slow_starts_above_a_floor(void **state)
{
	(void)state;
	week_problem(0.8);
	for (int t = 0; t < FIX_SLOTS; t++) {
		double volume = 6 * week.required[0][t] * (1 + t % 3), load = volume / 6;
		for (int n = 0; n <= WIDE; n++)
			answered[t * (WIDE + 1) + n] = volume / (1 + exp(-2 * (n - load)));
		week.required[0][t] = volume > 0 ? floor(load) : 0;
	}
	services[0].offered = 0;
	for (int t = 0; t < FIX_SLOTS; t++)
		services[0].offered += answered[t * (WIDE + 1) + WIDE];
	services[0].target = 0.8 * services[0].offered;
	struct wfm_roster *r = solve(&week.p, 1);
	fixture_expect_clean(&week.p, r);
	assert_true(r->bound <= r->cost.total + 1e-6);
	assert_true(r->services[0].missing < 0.01 * services[0].target);
	if (r->variable_gap > 0.05)
		fail_msg("gap %f", r->variable_gap);
	wfm_roster_free(r);
}

static void test_no_target_is_as_without(void **state)
{
	(void)state;
	week_problem(0);
	struct wfm_roster *with = solve(&week.p, 3);
	assert_true(with->cost.service == 0);
	week.p.service_count = 0;
	struct wfm_roster *without = solve(&week.p, 3);
	assert_true(with->bound <= without->cost.total + 1e-6);
	assert_true(without->bound <= with->cost.total + 1e-6);
	assert_true(fabs(with->cost.total - without->cost.total) < 0.02 * without->cost.total);
	assert_null(without->services);
	wfm_roster_free(with);
	wfm_roster_free(without);
}

/* A roster that says more than it does is caught, whatever it says. */
static void test_false_claims_are_caught(void **state)
{
	(void)state;
	week_problem(0.6);
	struct wfm_roster *r = solve(&week.p, 1);
	fixture_expect_clean(&week.p, r);
	for (int i = 0; i < 4; i++) {
		struct wfm_report *report = NULL;
		struct wfm_error e;
		struct wfm_service_figures keep = r->services[0];
		struct wfm_cost cost = r->cost;
		int32_t count = r->service_count;
		r->services[0].answered += i == 0;
		r->services[0].missing += i == 1;
		r->service_count += i == 2;
		r->cost.service += i == 3 ? 10 : 0;
		assert_int_equal(wfm_schedule_verify(&week.p, r, true, &report, &e), WFM_OK);
		assert_int_equal(report->breach_count, 1);
		assert_int_equal(report->breaches[0].kind, WFM_BREACH_COST);
		wfm_report_free(report);
		r->services[0] = keep;
		r->cost = cost;
		r->service_count = count;
	}
	/* A shift less is answered by the figures, too. */
	r->shift_count--;
	struct wfm_report *report = NULL;
	struct wfm_error e;
	assert_int_equal(wfm_schedule_verify(&week.p, r, true, &report, &e), WFM_OK);
	assert_true(report->services[0].answered < r->services[0].answered);
	assert_true(report->breach_count > 0);
	wfm_report_free(report);
	wfm_roster_free(r);
}

static void expect_refused(const char *path)
{
	struct wfm_error e = { 0 };
	assert_int_equal(wfm_problem_check(&week.p, &e), WFM_INVALID);
	assert_string_equal(e.path, path);
}

static void test_bad_services_name_the_place(void **state)
{
	(void)state;
	week_problem(0.5);
	struct wfm_error e;
	assert_int_equal(wfm_problem_check(&week.p, &e), WFM_OK);
	struct wfm_service good = services[0];
	services[0].queue = 1;
	expect_refused("/services/0");
	services[0] = good;
	services[0].end_slot = FIX_SLOTS + 1;
	expect_refused("/services/0");
	services[0] = good;
	services[0].target = -1;
	expect_refused("/services/0");
	services[0] = good;
	services[0].short_cents = (double)NAN;
	expect_refused("/services/0");
	services[0] = good;
	services[0].people_max = 0;
	expect_refused("/services/0");
	services[0] = good;
	answered[20 * (WIDE + 1) + 3] = answered[20 * (WIDE + 1) + 2] - 0.5;
	expect_refused("/services/0/served/20/3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tiny_equals_brute_force),
		cmocka_unit_test(test_slow_starts_keep_the_bound),
		cmocka_unit_test(test_week_meets_its_target),
		cmocka_unit_test(test_slow_starts_above_a_floor),
		cmocka_unit_test(test_no_target_is_as_without),
		cmocka_unit_test(test_false_claims_are_caught),
		cmocka_unit_test(test_bad_services_name_the_place),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
