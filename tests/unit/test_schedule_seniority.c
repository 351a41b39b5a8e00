/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Seniority: whose wishes are granted where not all can be, and what the judge makes of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "solver/num/rng.h"
#include "tests/lib/schedule_fixture.h"

enum { WISHED = 2 };

static struct fixture f;

/* So many full-time people, one of whom is needed every day; all wish Wednesday off. */
static void make(int people)
{
	fixture_init(&f, people, 1);
	for (int t = 0; t < FIX_SLOTS; t++)
		f.required[0][t] = f.open[0][t] ? people - 1 : 0;
	for (int a = 0; a < people; a++) {
		f.agents[a].contract = 0;
		f.wishes[a][0] = (struct wfm_wish){ .kind = WFM_WISH_DAY_OFF, .day = WISHED, .weight_cents = 400 };
		f.agents[a].wish_count = 1;
	}
}

static bool works(const struct wfm_roster *r, int agent, int day)
{
	for (int i = 0; i < r->shift_count; i++)
		if (r->shifts[i].agent == agent && r->shifts[i].day == day)
			return true;
	return false;
}

static struct wfm_roster *solve_in(int64_t iterations)
{
	struct wfm_solve_options o = { .seed = 1, .iteration_limit = iterations };
	struct wfm_roster *r = fixture_solve(&f.p, &o);
	fixture_expect_clean(&f.p, r);
	return r;
}

static struct wfm_roster *solve(void)
{
	return solve_in(800);
}

static void test_senior_has_the_day(void **state)
{
	(void)state;
	for (int senior = 0; senior < 3; senior++) {
		make(3);
		f.p.seniority = (struct wfm_seniority){ 3, 10 };
		f.agents[senior].seniority = 12;
		struct wfm_roster *r = solve();
		int off = 0;
		for (int a = 0; a < 3; a++)
			off += !works(r, a, WISHED);
		assert_int_equal(off, 1);
		assert_false(works(r, senior, WISHED));
		assert_true(fabs(r->cost.wishes - 2 * 400) < 1e-6);
		wfm_roster_free(r);
	}
}

/* Between those who count: the longer in service of two, whatever the newcomer wishes. */
static void test_ranks_in_between(void **state)
{
	(void)state;
	static const double years[][3] = { { 0, 4, 9 }, { 9, 0, 4 }, { 5, 5.5, 1 } };
	static const int first[] = { 2, 0, 1 };
	for (int i = 0; i < 3; i++) {
		make(3);
		f.p.seniority = (struct wfm_seniority){ 2, 10 };
		for (int a = 0; a < 3; a++)
			f.agents[a].seniority = years[i][a];
		struct wfm_roster *r = solve();
		assert_false(works(r, first[i], WISHED));
		wfm_roster_free(r);
	}
}

/* Bounded: two newcomers' wishes outweigh a senior's that counts less than twice, and not one that counts
 * four times. */
static void test_many_outweigh_one(void **state)
{
	(void)state;
	for (int most = 1; most <= 4; most += 3) {
		make(3);
		f.p.seniority = (struct wfm_seniority){ most, 10 };
		f.agents[0].seniority = 10;
		/* The senior alone can do as much as both others: either the one works, or they do. */
		for (int t = 0; t < FIX_SLOTS; t++)
			f.required[0][t] = f.open[0][t] ? 2 : 0;
		f.skills[0][0].speed = 2;
		struct wfm_roster *r = solve();
		bool both = works(r, 1, WISHED) && works(r, 2, WISHED);
		assert_int_equal(works(r, 0, WISHED), !both);
		assert_int_equal(both, most == 4);
		wfm_roster_free(r);
	}
}

static void expect_same(const struct wfm_roster *r, const struct wfm_roster *s)
{
	assert_true(r->cost.total == s->cost.total && r->bound == s->bound);
	assert_int_equal(r->shift_count, s->shift_count);
	for (int i = 0; i < r->shift_count; i++) {
		assert_int_equal(r->shifts[i].agent, s->shifts[i].agent);
		assert_int_equal(r->shifts[i].start, s->shifts[i].start);
		assert_int_equal(r->shifts[i].end, s->shifts[i].end);
	}
}

static void test_off_is_as_before(void **state)
{
	(void)state;
	for (int most = 0; most <= 1; most++) {
		make(5);
		struct wfm_roster *r = solve();
		for (int a = 0; a < 5; a++)
			f.agents[a].seniority = 7 - a;
		f.p.seniority = (struct wfm_seniority){ most, most ? 10 : 0 };
		struct wfm_roster *s = solve();
		expect_same(r, s);
		wfm_roster_free(r);
		wfm_roster_free(s);
	}
}

/* Who wishes nothing stays alike. */
static void test_nothing_without_wishes(void **state)
{
	(void)state;
	make(5);
	for (int a = 0; a < 5; a++)
		f.agents[a].wish_count = 0;
	struct wfm_roster *r = solve();
	for (int a = 0; a < 5; a++)
		f.agents[a].seniority = 7 - a;
	f.p.seniority = (struct wfm_seniority){ 5, 10 };
	struct wfm_roster *s = solve();
	expect_same(r, s);
	assert_int_equal(s->classes, r->classes);
	wfm_roster_free(r);
	wfm_roster_free(s);
}

/* The total when two people work each other's shifts; HUGE_VAL where a rule is in the way. */
static double exchanged(const struct wfm_roster *r, int a, int b)
{
	struct wfm_roster *s = wfm_roster_new(r->shift_count, r->activity_count, 0);
	struct wfm_report *report = NULL;
	struct wfm_error e;
	assert_non_null(s);
	memcpy(s->activities, r->activities, (size_t)r->activity_count * sizeof *s->activities);
	int n = 0;
	for (int agent = 0; agent < f.p.agent_count; agent++) {
		int from = agent == a ? b : agent == b ? a : agent;
		for (int i = 0; i < r->shift_count; i++)
			if (r->shifts[i].agent == from) {
				s->shifts[n] = r->shifts[i];
				s->shifts[n++].agent = agent;
			}
	}
	assert_int_equal(wfm_schedule_verify(&f.p, s, false, &report, &e), WFM_OK);
	double total = report->breach_count > 0 ? HUGE_VAL : report->cost.total;
	wfm_report_free(report);
	wfm_roster_free(s);
	return total;
}

/* Whatever people wish: no two of them would do better with each other's week. */
static void test_no_exchange_is_left(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 6; seed++) {
		struct rng rng;
		rng_seed(&rng, seed);
		fixture_init(&f, 40, 15);
		f.p.seniority = (struct wfm_seniority){ 3, 8 };
		for (int a = 0; a < f.p.agent_count; a++) {
			f.wishes[a][0] = (struct wfm_wish){ .kind = WFM_WISH_DAY_OFF, .day = (int)rng_below(&rng, 7),
							    .weight_cents = 100 * (1 + rng_below(&rng, 9)) };
			f.wishes[a][1] = (struct wfm_wish){ .kind = WFM_WISH_START, .day = WFM_NONE,
							    .minute = 480 + 60 * (int)rng_below(&rng, 8),
							    .weight_cents = 20 };
			f.agents[a].wish_count = 2;
			f.agents[a].seniority = rng_below(&rng, 12);
			f.agents[a].unavailable_count = a % 4 == 0;
			f.spans[a][0] = (struct wfm_span){ 48 * (a % 7), 48 * (a % 7) + 48 };
		}
		struct wfm_roster *r = solve_in(60);
		int tried = 0;
		for (int a = 0; a < f.p.agent_count; a++)
			for (int b = a + 2; b < f.p.agent_count; b += 2) { /* of the same contract */
				double total = exchanged(r, a, b);
				tried += total < HUGE_VAL;
				if (total < r->cost.total - 1e-3)
					fail_msg("seed %d: %d and %d would save %f", (int)seed, a, b, r->cost.total - total);
			}
		assert_true(tried > 20);
		wfm_roster_free(r);
	}
}

static double judged(const struct wfm_roster *r, int agent, bool claims, int *breaches)
{
	struct wfm_report *report = NULL;
	struct wfm_error e;
	assert_int_equal(wfm_schedule_verify(&f.p, r, claims, &report, &e), WFM_OK);
	double cents = report->agents[agent].wish_cents;
	*breaches = report->breach_count;
	wfm_report_free(report);
	return cents;
}

static void test_judge_counts_it_too(void **state)
{
	(void)state;
	static const double years[] = { 0, 5, 10, 40 }, times[] = { 1, 2, 3, 3 };
	int breaches;
	make(2);
	struct wfm_roster *r = solve();
	int at_work = works(r, 0, WISHED) ? 0 : 1;
	assert_true(works(r, at_work, WISHED));
	f.p.seniority = (struct wfm_seniority){ 3, 10 };
	for (int i = 0; i < 4; i++) {
		f.agents[at_work].seniority = years[i];
		assert_true(fabs(judged(r, at_work, true, &breaches) - 400 * times[i]) < 1e-9);
		assert_int_equal(breaches > 0, i > 0); /* the roster's own figures knew nothing of it */
	}
	const struct wfm_wish keep = { .kind = WFM_WISH_KEEP, .day = WISHED, .weight_cents = 400 };
	f.wishes[at_work][0] = keep; /* the day free: counts once, and not as a wish */
	struct wfm_report *report = NULL;
	struct wfm_error e;
	assert_int_equal(wfm_schedule_verify(&f.p, r, true, &report, &e), WFM_OK);
	assert_int_equal(report->breach_count, 0);
	wfm_report_free(report);
	wfm_roster_free(r);
}

static void expect_refused(const char *path)
{
	struct wfm_error e;
	assert_int_equal(wfm_problem_check(&f.p, &e), WFM_INVALID);
	assert_string_equal(e.path, path);
}

static void test_refuses_nonsense(void **state)
{
	(void)state;
	make(2);
	f.p.seniority.most = 10.5;
	expect_refused("/seniority/most");
	f.p.seniority = (struct wfm_seniority){ NAN, 1 };
	expect_refused("/seniority/most");
	f.p.seniority = (struct wfm_seniority){ 2, 0 };
	expect_refused("/seniority/full");
	f.p.seniority = (struct wfm_seniority){ 2, 1 };
	f.agents[1].seniority = -1;
	expect_refused("/agents/1");
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_senior_has_the_day),
		cmocka_unit_test(test_ranks_in_between),
		cmocka_unit_test(test_many_outweigh_one),
		cmocka_unit_test(test_off_is_as_before),
		cmocka_unit_test(test_nothing_without_wishes),
		cmocka_unit_test(test_no_exchange_is_left),
		cmocka_unit_test(test_judge_counts_it_too),
		cmocka_unit_test(test_refuses_nonsense),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
