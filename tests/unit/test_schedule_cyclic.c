/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plans that repeat: their end joins their beginning, shifts and rest included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solver/num/rng.h"
#include "tests/lib/schedule_fixture.h"

static const struct wfm_solve_options some = { .iteration_limit = 1500 };

enum { DAYS = 3, HOURS = 24 * DAYS, SHORTEST = 6, STEP = 4, LENGTHS = 4 };

/* Shifts of 6, 10, 14 and 18 hours at any hour, so much rest between them. */
static void all_round(struct fixture *f, int agents, int32_t days, int32_t rest_min)
{
	fixture_init(f, agents, 0);
	fixture_small_days(f, days < 7 ? days : 7, 0, 0, 24);
	f->p.cyclic = true;
	f->p.slot_count = 24 * days;
	memset(f->open, 1, sizeof f->open);
	for (int c = 0; c < 2; c++) {
		f->contracts[c].rule_count = 0;
		f->contracts[c].break_count = 0;
		f->contracts[c].hour_cents = 100;
		fixture_add_rule(f, c, (struct wfm_rule_row){ .rule = WFM_RULE_SHIFT_MINUTES, .mode = WFM_HARD,
							      .low = 60 * SHORTEST, .step = 60 * STEP,
							      .high = 60 * (SHORTEST + STEP * (LENGTHS - 1)) });
		if (rest_min > 0)
			fixture_add_rule(f, c, (struct wfm_rule_row){ .rule = WFM_RULE_REST, .mode = WFM_HARD,
								      .low = rest_min, .high = INT32_MAX });
	}
}

static void draw_demand(struct fixture *f, struct rng *r)
{
	for (int t = 0; t < f->p.slot_count; t++)
		f->required[0][t] = rng_unit(r) < 0.4 ? 0 : rng_unit(r);
	f->queues[0].surplus_cents = 50;
	f->queues[0].short1_cents = f->queues[0].short2_cents = 2000;
	f->queues[0].step1_share = 1;
}

/* ---- one agent: the relaxation's tours are all there is, so the cost must be the least of all ---- */

struct row {
	int32_t start, end; /* end 0: a day off */
};

static int32_t row_of(int32_t day, int32_t k, struct row *out)
{
	*out = k == 0 ? (struct row){ 0, 0 } :
			(struct row){ 24 * day + (k - 1) / LENGTHS,
				      24 * day + (k - 1) / LENGTHS + SHORTEST + STEP * ((k - 1) % LENGTHS) };
	return 1 + 24 * LENGTHS;
}

/* Cost of those days, INFINITY when the plan cannot repeat so. */
static double cost_of(const struct fixture *f, const struct row *d, int32_t rest)
{
	uint8_t on[HOURS] = { 0 };
	double cents = 0;
	for (int i = 0; i < DAYS; i++) {
		int k = (i + 1) % DAYS, gap = k == 0 ? HOURS : 0;
		for (; d[i].end > 0 && d[k].end == 0; k = (k + 1) % DAYS)
			gap += (k + 1) % DAYS == 0 ? HOURS : 0;
		if (d[i].end > 0 && d[k].start + gap < d[i].end + rest)
			return INFINITY;
		for (int t = d[i].start; t < d[i].end; t++)
			on[t % HOURS] = 1;
		cents += 100.0 * (d[i].end - d[i].start);
	}
	for (int t = 0; t < HOURS; t++) {
		double lack = f->required[0][t] - on[t];
		cents += lack > 0 ? lack * 2000 : -lack * 50;
	}
	return cents;
}

static double least_cost(const struct fixture *f, int32_t rest)
{
	struct row d[DAYS];
	double least = INFINITY;
	const int32_t n = row_of(0, 0, &d[0]);
	for (int32_t a = 0; a < n; a++)
		for (int32_t b = 0; b < n; b++)
			for (int32_t c = 0; c < n; c++) {
				(void)row_of(0, a, &d[0]);
				(void)row_of(1, b, &d[1]);
				(void)row_of(2, c, &d[2]);
				least = fmin(least, cost_of(f, d, rest));
			}
	return least;
}

static void test_one_agent_is_planned_best(void **state)
{
	static const int32_t rests[] = { 0, 8, 11 };
	struct rng r;
	(void)state;
	rng_seed(&r, 5);
	for (int i = 0; i < 6; i++) {
		struct fixture f;
		all_round(&f, 1, DAYS, 60 * rests[i % 3]);
		draw_demand(&f, &r);
		struct wfm_roster *x = fixture_solve(&f.p, NULL);
		fixture_expect_clean(&f.p, x);
		assert_true(fabs(x->cost.total - least_cost(&f, rests[i % 3])) < 1e-6);
		assert_true(x->bound <= x->cost.total + 1e-6);
		wfm_roster_free(x);
	}
}

/* ---- several ---- */

static void test_long_shifts_with_and_without_rest(void **state)
{
	struct rng r;
	(void)state;
	rng_seed(&r, 6);
	for (int32_t rest = 0; rest <= 660; rest += 330) {
		struct fixture f;
		all_round(&f, 9, 7, rest);
		draw_demand(&f, &r);
		for (int t = 0; t < f.p.slot_count; t++)
			f.required[0][t] *= 4;
		struct wfm_roster *x = fixture_solve(&f.p, &some);
		fixture_expect_clean(&f.p, x);
		assert_true(x->bound > 0 && x->variable_gap < 0.35); /* nine people, demand all peaks */
		wfm_roster_free(x);
	}
}

static void test_two_weeks_keep_the_rest_where_they_join(void **state)
{
	static struct wfm_day days[14];
	struct rng r;
	struct fixture f;
	(void)state;
	rng_seed(&r, 7);
	all_round(&f, 4, 14, 660);
	for (int d = 0; d < 14; d++)
		days[d] = (struct wfm_day){ 19723 + d, d % 7, 24 * d, 24, -1, 0, false };
	f.calendar = (struct wfm_calendar){ days, 14 };
	draw_demand(&f, &r);
	struct wfm_roster *x = fixture_solve(&f.p, &some);
	fixture_expect_clean(&f.p, x);
	assert_true(x->shift_count > 14);
	wfm_roster_free(x);
}

/* Everybody is wanted on all days but Wednesday: without the seam, two runs of three and four days would do. */
static void test_runs_of_days_are_joined(void **state)
{
	struct fixture f;
	(void)state;
	all_round(&f, 3, 7, 660);
	for (int c = 0; c < 2; c++) {
		fixture_add_rule(&f, c, (struct wfm_rule_row){ .rule = WFM_RULE_CONSECUTIVE_DAYS, .mode = WFM_HARD,
							       .low = 2, .high = 4 });
		fixture_add_rule(&f, c, (struct wfm_rule_row){ .rule = WFM_RULE_DAYS_OFF_IN_A_ROW, .mode = WFM_HARD,
							       .low = 1, .high = 2 });
	}
	for (int t = 0; t < f.p.slot_count; t++)
		f.required[0][t] = t / 24 == 2 ? 0 : 2;
	for (int a = 0; a < 3; a++)
		f.agents[a].previous_days_worked = 4;
	f.queues[0].short1_cents = f.queues[0].short2_cents = 2000;
	struct wfm_roster *x = fixture_solve(&f.p, &some);
	fixture_expect_clean(&f.p, x);
	for (int a = 0; a < 3; a++) {
		bool works[14] = { false };
		int run = 0, longest = 0;
		for (int i = 0; i < x->shift_count; i++)
			if (x->shifts[i].agent == a)
				works[x->shifts[i].day] = works[x->shifts[i].day + 7] = true;
		for (int d = 0; d < 14; d++) {
			run = works[d] ? run + 1 : 0;
			longest = run > longest ? run : longest;
		}
		assert_true(longest >= 2 && longest <= 4);
	}
	wfm_roster_free(x);
}

/* A shift that runs into the next round where another of its agent has begun. */
static void test_overlap_across_the_seam_is_judged(void **state)
{
	struct fixture f;
	(void)state;
	all_round(&f, 1, DAYS, 0);
	struct wfm_roster *x = wfm_roster_new(2, 2, 0);
	assert_non_null(x);
	x->shifts[0] = (struct wfm_shift){ .day = 0, .start = 3, .end = 9, .activity_count = 1 };
	x->shifts[1] = (struct wfm_shift){ .day = 2, .start = 66, .end = 76, .first_activity = 1, .activity_count = 1 };
	x->activities[0] = (struct wfm_activity){ .kind = WFM_WORK, .start = 3, .slots = 6, .paid = true };
	x->activities[1] = (struct wfm_activity){ .kind = WFM_WORK, .start = 66, .slots = 10, .paid = true };
	for (int late = 0; late < 2; late++) {
		struct wfm_report *report = NULL;
		struct wfm_error e;
		x->shifts[0].start = x->activities[0].start = 3 + late;
		x->shifts[0].end = 9 + late;
		assert_int_equal(wfm_schedule_verify(&f.p, x, false, &report, &e), WFM_OK);
		assert_int_equal(report->breach_count, late ? 0 : 1);
		if (!late)
			assert_int_equal(report->breaches[0].kind, WFM_BREACH_OVERLAP);
		wfm_report_free(report);
	}
	wfm_roster_free(x);
}

/* ---- training and meetings where the end joins the beginning ---- */

static const int32_t both[] = { 0, 1 };
static const struct wfm_span small_hours = { 1, 4 };

/* Agent 0 works the last night, past the end; agent 1 the first six hours, the same time. */
static struct wfm_roster *night_and_morning(struct fixture *f, struct wfm_session *s, int32_t first, int32_t second)
{
	all_round(f, 2, DAYS, 0);
	for (int t = 0; t < f->p.slot_count; t++)
		f->required[0][t] = 0;
	*s = (struct wfm_session){ .kind = WFM_MEETING, .minutes = 60, .agents = both, .agent_count = 2,
				   .windows = &small_hours, .window_count = 1, .miss_cents = 500 };
	f->p.sessions = s;
	f->p.session_count = 1;
	struct wfm_roster *x = wfm_roster_new(2, 6, 0);
	assert_non_null(x);
	const int32_t start[] = { 66, 0 }, end[] = { 76, 6 }, at[] = { first, second };
	for (int a = 0; a < 2; a++) {
		struct wfm_activity *w = &x->activities[3 * a];
		x->shifts[a] = (struct wfm_shift){ .agent = a, .day = a == 0 ? 2 : 0, .start = start[a],
						   .end = end[a], .first_activity = 3 * a,
						   .activity_count = at[a] + 1 < end[a] ? 3 : 2 };
		w[0] = (struct wfm_activity){ .kind = WFM_WORK, .start = start[a], .slots = at[a] - start[a], .paid = true };
		w[1] = (struct wfm_activity){ WFM_MEETING, WFM_NONE, at[a], 1, true, 0 };
		w[2] = (struct wfm_activity){ .kind = WFM_WORK, .start = at[a] + 1, .slots = end[a] - at[a] - 1, .paid = true };
	}
	return x;
}

static int session_breaches(const struct fixture *f, struct wfm_roster *x)
{
	struct wfm_report *report = NULL;
	struct wfm_error e;
	assert_int_equal(wfm_schedule_verify(&f->p, x, false, &report, &e), WFM_OK);
	int n = 0;
	for (int i = 0; i < report->breach_count; i++)
		n += report->breaches[i].kind == WFM_BREACH_SESSION;
	assert_int_equal(n, report->breach_count);
	wfm_report_free(report);
	wfm_roster_free(x);
	return n;
}

static void test_sessions_across_the_seam_are_judged(void **state)
{
	static struct fixture f;
	struct wfm_session s;
	struct wfm_roster *x;
	(void)state;
	x = night_and_morning(&f, &s, 74, 2); /* the same hour */
	s.together = true;
	s.quorum = 2;
	assert_int_equal(session_breaches(&f, x), 0);
	x = night_and_morning(&f, &s, 74, 3);
	s.together = true;
	assert_int_equal(session_breaches(&f, x), 1);
	x = night_and_morning(&f, &s, 72, 2); /* before the window */
	assert_int_equal(session_breaches(&f, x), 1);
	x = night_and_morning(&f, &s, 75, 3); /* in its last hour */
	assert_int_equal(session_breaches(&f, x), 0);
	x = night_and_morning(&f, &s, 74, 2); /* one place for two */
	s.at_once = 1;
	assert_int_equal(session_breaches(&f, x), 1);
	x = night_and_morning(&f, &s, 75, 2);
	s.at_once = 1;
	assert_int_equal(session_breaches(&f, x), 0);
	static const struct wfm_span last_hours = { 73, 76 }; /* the same window, told from the other end */
	x = night_and_morning(&f, &s, 74, 2);
	s.windows = &last_hours;
	assert_int_equal(session_breaches(&f, x), 0);
	x = night_and_morning(&f, &s, 74, 2); /* missed by the one, who has room for it past the end */
	s.must = true;
	x->activities[1].kind = WFM_WORK;
	x->activities[1].queue = 0;
	x->missed = calloc(1, sizeof *x->missed);
	x->missed[0] = (struct wfm_missed){ 0, 0, 1, WFM_MISS_PRICE };
	x->missed_count = 1;
	assert_int_equal(session_breaches(&f, x), 1);
}

/* Nights alone, and the first hours of the plan for training: the last night's shift has it, past the end. */
static void test_sessions_are_placed_past_the_end(void **state)
{
	static struct fixture f;
	(void)state;
	for (int together = 0; together < 2; together++) {
		struct wfm_session s = { .kind = WFM_TRAINING, .minutes = 120, .agents = both, .agent_count = 2,
					 .windows = &small_hours, .window_count = 1, .must = true, .together = together };
		all_round(&f, 2, DAYS, 600);
		for (int c = 0; c < 2; c++)
			fixture_add_rule(&f, c, (struct wfm_rule_row){ .rule = WFM_RULE_START_WINDOW, .mode = WFM_HARD,
								       .low = 1320, .high = 1380 });
		for (int t = 0; t < f.p.slot_count; t++)
			f.required[0][t] = t % 24 >= 22 || t % 24 < 4;
		f.p.sessions = &s;
		f.p.session_count = 1;
		struct wfm_roster *x = fixture_solve(&f.p, &some);
		fixture_expect_clean(&f.p, x);
		assert_int_equal(x->missed_count, 0);
		int had = 0;
		for (int i = 0; i < x->activity_count; i++)
			if (x->activities[i].kind == WFM_TRAINING) {
				had++;
				assert_true(x->activities[i].start >= HOURS + 1 && x->activities[i].start <= HOURS + 2);
			}
		assert_int_equal(had, 2);
		wfm_roster_free(x);
	}
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_agent_is_planned_best),
		cmocka_unit_test(test_long_shifts_with_and_without_rest),
		cmocka_unit_test(test_two_weeks_keep_the_rest_where_they_join),
		cmocka_unit_test(test_runs_of_days_are_joined),
		cmocka_unit_test(test_overlap_across_the_seam_is_judged),
		cmocka_unit_test(test_sessions_across_the_seam_are_judged),
		cmocka_unit_test(test_sessions_are_placed_past_the_end),
	};
	return cmocka_run_group_tests_name("schedule_cyclic", tests, NULL, NULL);
}
