/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "solver/lp.h"
#include "tests/lib/schedule_fixture.h"

static const struct wfm_solve_options quick = { .seed = 7, .iteration_limit = 4000 };

static struct wfm_roster *solve(const struct fixture *f)
{
	return fixture_solve(&f->p, &quick);
}

static void test_covers_demand(void **state)
{
	(void)state;
	struct fixture f;
	fixture_init(&f, 24, 10);
	struct wfm_roster *r = solve(&f);
	fixture_expect_clean(&f.p, r);
	assert_int_equal(r->unplanned_count, 0);
	assert_int_equal(r->shift_count, 12 * 5 + 12 * 4);
	assert_true(r->bound <= r->cost.total + 1e-6);
	assert_true(r->variable_gap < 0.1);
	wfm_roster_free(r);
}

static void test_same_seed_same_roster(void **state)
{
	(void)state;
	struct fixture f;
	fixture_init(&f, 16, 7);
	struct wfm_roster *a = solve(&f), *b = solve(&f);
	assert_int_equal(a->shift_count, b->shift_count);
	assert_memory_equal(a->shifts, b->shifts, (size_t)a->shift_count * sizeof *a->shifts);
	assert_true(a->cost.total == b->cost.total && a->bound == b->bound);
	wfm_roster_free(a);
	wfm_roster_free(b);
}

static void test_two_threads_same_roster(void **state)
{
	(void)state;
	struct fixture f;
	struct wfm_roster *r[2];
	struct wfm_error e;
	fixture_init(&f, 40, 17);
	for (int i = 0; i < 2; i++) {
		struct wfm_solve_options o = { .seed = 3, .iteration_limit = 6000, .threads = 1 + i };
		enum wfm_status s = wfm_schedule_solve(&f.p, &o, &r[i], &e);
		assert_true(s == WFM_OK || s == WFM_LIMIT);
		fixture_expect_clean(&f.p, r[i]);
	}
	assert_int_equal(r[0]->iterations, r[1]->iterations);
	assert_int_equal(r[0]->shift_count, r[1]->shift_count);
	assert_memory_equal(r[0]->shifts, r[1]->shifts,
			    (size_t)r[0]->shift_count * sizeof *r[0]->shifts);
	assert_true(r[0]->cost.total == r[1]->cost.total && r[0]->bound == r[1]->bound);
	wfm_roster_free(r[0]);
	wfm_roster_free(r[1]);
}

/* The n-th call of the LP library aborts, for one n after another until none of them is reached: the
 * solve says so each time, keeps nothing (the sanitized build looks for leaks), and the next is good. */
static void abort_everywhere(const struct fixture *f)
{
	int aborted = 0;
	for (int n = 1, step = 1; n < 100000; n += step, step += n / 3) {
		struct wfm_roster *r = NULL;
		struct wfm_error e = { 0 };
		lp_inject_abort(n);
		enum wfm_status s = wfm_schedule_solve(&f->p, &quick, &r, &e);
		if (s == WFM_OK || s == WFM_LIMIT) {
			wfm_roster_free(r);
			break;
		}
		assert_int_equal(s, WFM_INTERNAL);
		assert_null(r);
		assert_non_null(strstr(e.message, "injected"));
		aborted++;
	}
	lp_inject_abort(0);
	assert_true(aborted >= 3);
	struct wfm_roster *r = solve(f);
	fixture_expect_clean(&f->p, r);
	wfm_roster_free(r);
}

static void test_library_abort_is_an_error(void **state)
{
	(void)state;
	struct fixture f;
	fixture_init(&f, 16, 7);
	abort_everywhere(&f);
	fixture_random(&f, 2);
	f.p.queue_count = 2;
	abort_everywhere(&f);
}

static void test_library_abort_among_duties(void **state)
{
	(void)state;
	static const struct wfm_duty duties[] = { { "early", 480, 480, WFM_NONE, 0, 0 },
						  { "late", 720, 480, WFM_NONE, 0, 0 },
						  { "short", 600, 240, WFM_NONE, 0, 0 } };
	struct fixture f;
	fixture_random(&f, 2);
	f.p.queue_count = 1;
	f.p.duties = duties;
	f.p.duty_count = 3;
	for (int c = 0; c < 2; c++) {
		f.contracts[c].break_count = 0;
		f.rules[c][0].low = 2; /* shifts of the week */
		f.rules[c][1].mode = WFM_OFF; /* minutes of the week */
	}
	abort_everywhere(&f);
}

static bool cancel_at_once(void *context, const struct wfm_progress *p)
{
	(void)context;
	return p->objective < HUGE_VAL;
}

static void test_cancel_returns_the_best(void **state)
{
	(void)state;
	struct fixture f;
	fixture_init(&f, 16, 7);
	struct wfm_solve_options o = { .progress = cancel_at_once };
	struct wfm_roster *r = NULL;
	struct wfm_error e;
	assert_int_equal(wfm_schedule_solve(&f.p, &o, &r, &e), WFM_CANCELLED);
	fixture_expect_clean(&f.p, r);
	wfm_roster_free(r);
}

static void test_impossible_agent_is_named(void **state)
{
	(void)state;
	struct fixture f;
	fixture_init(&f, 10, 4);
	f.spans[3][0] = (struct wfm_span){ 0, 5 * 48 }; /* away Monday to Friday */
	f.agents[3].unavailable_count = 1;
	struct wfm_roster *r = solve(&f);
	fixture_expect_clean(&f.p, r);
	assert_int_equal(r->unplanned_count, 1);
	assert_int_equal(r->unplanned[0].agent, 3);
	assert_true(r->unplanned[0].conflict_count > 0);
	for (int i = 0; i < r->shift_count; i++)
		assert_int_not_equal(r->shifts[i].agent, 3);
	wfm_roster_free(r);
	/* With the leave credited the week can be met. */
	for (int d = 0; d < 3; d++)
		f.credits[3][d] = (struct wfm_credit){ d, 300, 1 };
	f.agents[3].credit_count = 3;
	f.spans[3][0].end = 3 * 48;
	r = solve(&f);
	fixture_expect_clean(&f.p, r);
	assert_int_equal(r->unplanned_count, 0);
	wfm_roster_free(r);
}

/* A holiday is everybody's: it must not make each agent a class of one. */
static void test_the_same_day_off_keeps_people_alike(void **state)
{
	(void)state;
	struct fixture f;
	fixture_init(&f, 24, 9);
	struct wfm_roster *r = solve(&f);
	int32_t classes = r->classes;
	wfm_roster_free(r);
	for (int i = 0; i < 24; i++) {
		f.credits[i][0] = (struct wfm_credit){ 2 + i / 12, i % 2 ? 300 : 480, 1 };
		f.agents[i].credit_count = 1;
	}
	r = solve(&f);
	fixture_expect_clean(&f.p, r);
	assert_int_equal(r->classes, classes);
	wfm_roster_free(r);
	f.credits[0][0].minutes = 450;
	r = solve(&f);
	fixture_expect_clean(&f.p, r);
	assert_int_equal(r->classes, classes + 1);
	wfm_roster_free(r);
}

static void test_locks_stand(void **state)
{
	(void)state;
	struct fixture f;
	fixture_init(&f, 10, 4);
	f.locks[0][0] = (struct wfm_lock){ 1, 48 + 20, 48 + 38, 0 };
	f.locks[0][1] = (struct wfm_lock){ 2, 0, 0, 0 };
	f.agents[0].lock_count = 2;
	struct wfm_roster *r = solve(&f);
	fixture_expect_clean(&f.p, r);
	bool found = false;
	for (int i = 0; i < r->shift_count; i++) {
		const struct wfm_shift *s = &r->shifts[i];
		found |= s->agent == 0 && s->start == 48 + 20 && s->end == 48 + 38;
		assert_false(s->agent == 0 && s->day == 2);
	}
	assert_true(found);
	wfm_roster_free(r);
}

/* Nobody is needed, and who may be left without shifts is, but not where one is locked. */
static void test_optional_work_what_is_locked(void **state)
{
	(void)state;
	struct fixture f;
	fixture_init(&f, 2, 0);
	for (int c = 0; c < f.p.contract_count; c++) {
		f.contracts[c].optional = true;
		f.contracts[c].salaried = false;
	}
	f.locks[0][0] = (struct wfm_lock){ 1, 48 + 20, 48 + 38, 0 };
	f.locks[1][0] = (struct wfm_lock){ 2, 0, 0, 0 };
	f.agents[0].lock_count = f.agents[1].lock_count = 1;
	struct wfm_roster *r = solve(&f);
	fixture_expect_clean(&f.p, r);
	assert_int_equal(r->unplanned_count, 0);
	bool found = false;
	for (int i = 0; i < r->shift_count; i++) {
		assert_int_equal(r->shifts[i].agent, 0);
		found |= r->shifts[i].start == 48 + 20 && r->shifts[i].end == 48 + 38;
	}
	assert_true(found);
	wfm_roster_free(r);
}

static void test_previous_roster_counts(void **state)
{
	(void)state;
	struct fixture f;
	fixture_init(&f, 8, 4);
	f.agents[0].previous_end = -2; /* 23:00 on Sunday: not before 11:00 */
	f.agents[0].previous_days_worked = 5;
	struct wfm_roster *r = solve(&f);
	fixture_expect_clean(&f.p, r);
	int run = 5;
	for (int d = 0; d < 7; d++) {
		bool works = false;
		for (int i = 0; i < r->shift_count; i++)
			if (r->shifts[i].agent == 0 && r->shifts[i].day == d) {
				works = true;
				assert_true(r->shifts[i].start >= 22);
			}
		run = works ? run + 1 : 0;
		assert_true(run <= 6);
	}
	wfm_roster_free(r);
}

static void test_shortage_says_why(void **state)
{
	(void)state;
	struct fixture f;
	fixture_init(&f, 6, 2);
	f.p.queue_count = 2; /* nobody has skill 1 */
	struct wfm_roster *r = solve(&f);
	fixture_expect_clean(&f.p, r);
	int lacking = 0;
	for (int i = 0; i < r->shortage_count; i++)
		if (r->shortages[i].queue == 1) {
			assert_int_equal(r->shortages[i].reason, WFM_SHORT_NO_SKILL);
			lacking++;
		}
	assert_true(lacking > 0);
	assert_true(r->bound <= r->cost.total + 1e-6);
	wfm_roster_free(r);
}

static void test_skills_share_queues(void **state)
{
	(void)state;
	struct fixture f;
	fixture_init(&f, 24, 5);
	f.p.queue_count = 2;
	for (int a = 0; a < 24; a++)
		f.agents[a].skill_count = a % 3 == 0 ? 2 : 1;
	for (int a = 1; a < 24; a += 3)
		f.skills[a][0].skill = 1;
	struct wfm_roster *r = solve(&f);
	fixture_expect_clean(&f.p, r);
	assert_true(r->bound <= r->cost.total + 1e-6);
	wfm_roster_free(r);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_covers_demand),
		cmocka_unit_test(test_same_seed_same_roster),
		cmocka_unit_test(test_two_threads_same_roster),
		cmocka_unit_test(test_library_abort_is_an_error),
		cmocka_unit_test(test_library_abort_among_duties),
		cmocka_unit_test(test_cancel_returns_the_best),
		cmocka_unit_test(test_impossible_agent_is_named),
		cmocka_unit_test(test_the_same_day_off_keeps_people_alike),
		cmocka_unit_test(test_locks_stand),
		cmocka_unit_test(test_optional_work_what_is_locked),
		cmocka_unit_test(test_previous_roster_counts),
		cmocka_unit_test(test_shortage_says_why),
		cmocka_unit_test(test_skills_share_queues),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
