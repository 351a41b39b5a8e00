/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work that may wait: who does what when, lists with an end date, what is late when people are few. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "solver/lp.h"
#include "wfm/deferred.h"

enum { HOUR = 3600, N = 12 };

static const uint8_t all[] = { 1, 1, 1 };

static struct wfm_deferred *solve(const struct wfm_deferred_problem *p)
{
	struct wfm_deferred *r;
	struct wfm_error e = { 0 };
	if (wfm_deferred_solve(p, &r, &e) != WFM_OK)
		fail_msg("%s: %s", e.path, e.message);
	return r;
}

static void open_all(struct wfm_load *loads)
{
	for (int i = 0; i < N; i++)
		loads[i] = (struct wfm_load){ 0, HOUR, true };
}

/* Six hours of work and idle time for four of them: two hours are paid, as late as idle time ends. */
static void test_idle_time_first(void **state)
{
	(void)state;
	struct wfm_load loads[N];
	double idle[N] = { 0, 0.5 * HOUR, 0.5 * HOUR, HOUR, HOUR, HOUR, HOUR };
	struct wfm_deferred_batch work = { 6 * HOUR, 0, 6 * HOUR };
	open_all(loads);
	struct wfm_deferred_queue q = { .loads = loads, .batches = &work, .batch_count = 1,
					.end_backlog_s = NAN };
	struct wfm_deferred_class c = { .queues = all, .free_s = idle, .cost = 1 };
	struct wfm_deferred_problem p = { N, HOUR, &q, 1, &c, 1, 0 };
	struct wfm_deferred *r = solve(&p);
	assert_true(fabs(r->exact_cost - 2) < 1e-6 && r->cost == 2);
	assert_true(r->late_s == 0 && r->in_time_s == 6 * HOUR);
	double used = 0;
	for (int i = 0; i < N; i++)
		used += r->free_used_s[i];
	assert_true(fabs(used - 4 * HOUR) < 1e-6);
	assert_int_equal(r->item_count, 1);
	assert_true(r->items[0].done_last <= 5 && r->items[0].late_s == 0);
	wfm_deferred_free(r);
}

/* A person a queue may not spare: classes differ in what they may do. */
static void test_only_who_may(void **state)
{
	(void)state;
	struct wfm_load loads[N];
	open_all(loads);
	double idle[N];
	for (int i = 0; i < N; i++)
		idle[i] = HOUR;
	struct wfm_deferred_batch work = { 5 * HOUR, 0, N * HOUR };
	struct wfm_deferred_queue q[2] = {
		{ .loads = loads, .batches = &work, .batch_count = 1, .end_backlog_s = NAN },
		{ .loads = loads, .batches = &work, .batch_count = 1, .end_backlog_s = NAN },
	};
	static const uint8_t first[] = { 1, 0 }, second[] = { 0, 1 };
	int32_t none[N] = { 0 };
	struct wfm_deferred_class c[2] = {
		{ .queues = first, .free_s = idle, .max_extra = none, .cost = 1 },
		{ .queues = second, .cost = 3, .useful = 0.5 },
	};
	struct wfm_deferred_problem p = { N, HOUR, q, 2, c, 2, 0 };
	struct wfm_deferred *r = solve(&p);
	assert_true(r->cost == 30 && r->late_s == 0); /* ten hours of half use at 3 */
	for (int i = 0; i < N; i++)
		assert_true(r->figures[N + i].free_s == 0);
	wfm_deferred_free(r);
}

/* What is due first is done first, within a queue and across queues. */
static void test_earliest_due_first(void **state)
{
	(void)state;
	struct wfm_load loads[N];
	open_all(loads);
	double idle[N];
	for (int i = 0; i < N; i++)
		idle[i] = HOUR;
	int32_t none[N] = { 0 };
	struct wfm_deferred_batch work[3] = { { 3 * HOUR, 0, 12 * HOUR },
					      { 2 * HOUR, 2 * HOUR, 4 * HOUR },
					      { 2 * HOUR, 0, 8 * HOUR } };
	struct wfm_deferred_batch other = { 2 * HOUR, 0, 7 * HOUR };
	struct wfm_deferred_queue q[2] = {
		{ .loads = loads, .batches = work, .batch_count = 3, .end_backlog_s = 0 },
		{ .loads = loads, .batches = &other, .batch_count = 1, .end_backlog_s = 0 },
	};
	struct wfm_deferred_class c = { .queues = all, .free_s = idle, .max_extra = none, .cost = 1 };
	struct wfm_deferred_problem p = { N, HOUR, q, 2, &c, 1, 0 };
	struct wfm_deferred *r = solve(&p);
	assert_true(r->late_s == 0 && r->cost == 0);
	assert_int_equal(r->item_count, 4);
	const struct wfm_deferred_item *v = r->items;
	assert_true(v[0].batch == 1 && v[0].interval == 2 && v[0].done_first == 2 && v[0].done_last == 3);
	assert_true(v[1].batch == 2 && v[1].interval == -1 && v[1].done_last < 8);
	assert_true(v[2].batch == 0 && v[2].done_last == 8); /* nine hours in all */
	assert_true(v[3].queue == 1 && v[3].done_first == 0 && v[3].done_last < 7);
	wfm_deferred_free(r);
}

/* 1,200 numbers of 3 minutes each, tried 1.5 times, from Monday to Thursday in calling hours. */
static void test_list_is_called_by_its_date(void **state)
{
	(void)state;
	enum { DAYS = 5, WEEK = DAYS * 24 };
	struct wfm_load loads[WEEK];
	for (int i = 0; i < WEEK; i++)
		loads[i] = (struct wfm_load){ 0, 0, i % 24 >= 10 && i % 24 < 20 };
	struct wfm_deferred_batch list = { 1200 * 1.5 * 180, 24 * HOUR, 4 * 24 * HOUR };
	struct wfm_deferred_queue q = { .loads = loads, .batches = &list, .batch_count = 1,
					.end_backlog_s = NAN };
	struct wfm_deferred_class c = { .queues = all, .cost = 1 };
	struct wfm_deferred_problem p = { WEEK, HOUR, &q, 1, &c, 1, 0 };
	struct wfm_deferred *r = solve(&p);
	assert_true(r->cost == 90 && r->late_s == 0); /* 90 hours in 30 calling hours */
	for (int i = 0; i < WEEK; i++)
		assert_int_equal(r->extra[i], loads[i].open && i >= 24 && i < 96 ? 3 : 0);
	wfm_deferred_free(r);
}

/* Two people where three are needed: exactly what is late, when and how much. */
static void test_too_few_people_say_what_is_late(void **state)
{
	(void)state;
	struct wfm_load loads[N];
	open_all(loads);
	loads[0].volume = 12; /* hours, due by the end of hour 4 (first piece) to 5 */
	int32_t two[N];
	for (int i = 0; i < N; i++)
		two[i] = 2;
	struct wfm_deferred_queue q = { .loads = loads, .turnaround_s = 4 * HOUR, .end_backlog_s = 0 };
	struct wfm_deferred_class c = { .queues = all, .max_extra = two, .cost = 1 };
	struct wfm_deferred_problem p = { N, HOUR, &q, 1, &c, 1, 0 };
	struct wfm_deferred *r = solve(&p);
	/* By the end of hour 4 ten are done of twelve; the last two in hour 5. */
	assert_true(fabs(r->late_s - 2 * HOUR) < 1e-6 && fabs(r->exact_late_s - 2 * HOUR) < 1e-6);
	for (int i = 0; i < N; i++)
		assert_true(fabs(r->figures[i].late_s - (i == 4 ? 2 * HOUR : 0)) < 1e-6);
	assert_true(fabs(r->in_time_s / r->due_s - 10.0 / 12) < 1e-9);
	assert_true(r->items[0].done_last == 5 && fabs(r->items[0].late_s - 2 * HOUR) < 1e-6);
	assert_true(r->left_over_s == 0);
	/* A share of five sixths in time is all that can be, and is met. */
	wfm_deferred_free(r);
	q.due_share = 10.0 / 12;
	r = solve(&p);
	assert_true(r->late_s < 1e-6);
	wfm_deferred_free(r);
}

/* What was overdue at the start is late however soon it is done. */
static void test_overdue_at_the_start(void **state)
{
	(void)state;
	struct wfm_load loads[N];
	open_all(loads);
	struct wfm_deferred_batch work = { 3 * HOUR, 0, -5 * HOUR };
	int32_t one[N];
	for (int i = 0; i < N; i++)
		one[i] = 1;
	struct wfm_deferred_queue q = { .loads = loads, .batches = &work, .batch_count = 1,
					.end_backlog_s = 0 };
	struct wfm_deferred_class c = { .queues = all, .max_extra = one, .cost = 1 };
	struct wfm_deferred_problem p = { N, HOUR, &q, 1, &c, 1, 0 };
	struct wfm_deferred *r = solve(&p);
	assert_true(r->extra[0] == 1 && r->extra[1] == 1 && r->extra[2] == 1 && r->cost == 3);
	assert_true(fabs(r->figures[0].late_s - 2 * HOUR) < 1e-6);
	assert_true(r->in_time_s == 0 && r->due_s == 3 * HOUR);
	assert_true(fabs(r->items[0].late_s - 3 * HOUR) < 1e-6);
	wfm_deferred_free(r);
}

/* Many people: no wider than the flattest line, as the queue by itself would be staffed. */
static void test_flat_where_many_work(void **state)
{
	(void)state;
	enum { WEEK = 5 * 24 };
	struct wfm_load loads[WEEK];
	struct wfm_requirement alone[WEEK];
	for (int i = 0; i < WEEK; i++)
		loads[i] = (struct wfm_load){ 100 + 90 * sin(i * 0.3), 1800, i % 24 >= 8 && i % 24 < 20 };
	struct wfm_staffing_options o = { .channel = WFM_EMAIL, .interval_s = HOUR,
					  .turnaround_s = 10 * HOUR, .turnaround_open_hours = true };
	assert_int_equal(wfm_staffing_run(loads, WEEK, &o, alone, NULL), WFM_OK);
	struct wfm_deferred_queue q = { .loads = loads, .turnaround_s = 10 * HOUR, .open_hours = true,
					.end_backlog_s = NAN };
	struct wfm_deferred_class c = { .queues = all, .cost = 1 };
	struct wfm_deferred_problem p = { WEEK, HOUR, &q, 1, &c, 1, 0 };
	struct wfm_deferred *r = solve(&p);
	int32_t peak = 0, peak_alone = 0;
	double sum = 0;
	for (int i = 0; i < WEEK; i++) {
		peak = r->extra[i] > peak ? r->extra[i] : peak;
		peak_alone = alone[i].agents > peak_alone ? alone[i].agents : peak_alone;
		sum += alone[i].agents;
	}
	assert_true(peak_alone > 50);
	assert_true(peak <= peak_alone + 1);
	assert_true(r->cost <= sum + 1);
	wfm_deferred_free(r);
}

static void expect(struct wfm_deferred_problem *p, const char *path)
{
	struct wfm_deferred *r;
	struct wfm_error e = { 0 };
	assert_int_equal(wfm_deferred_solve(p, &r, &e), WFM_INVALID);
	assert_null(r);
	assert_string_equal(e.path, path);
}

static void test_errors_name_the_place(void **state)
{
	(void)state;
	struct wfm_load loads[N];
	open_all(loads);
	loads[2].volume = 1;
	struct wfm_deferred_batch work = { HOUR, 3 * HOUR, 2 * HOUR };
	double idle[N] = { 0 };
	struct wfm_deferred_queue q = { .loads = loads, .turnaround_s = HOUR, .end_backlog_s = NAN };
	struct wfm_deferred_class c = { .queues = all, .free_s = idle, .cost = 1 };
	struct wfm_deferred_problem p = { N, HOUR, &q, 1, &c, 1, 0 };
	loads[2].aht_s = 0;
	expect(&p, "/queues/0/loads/2/aht_s");
	loads[2].aht_s = HOUR;
	q.turnaround_s = HOUR - 1;
	expect(&p, "/queues/0/turnaround_s");
	q.turnaround_s = HOUR;
	q.batches = &work;
	q.batch_count = 1;
	expect(&p, "/queues/0/batches/0/due_s");
	q.batch_count = 0;
	idle[3] = NAN;
	expect(&p, "/classes/0/free_s");
	idle[3] = 0;
	c.cost = 0;
	expect(&p, "/classes/0/cost");
	c.cost = 1;
	for (int i = 0; i < N; i++)
		loads[i].open = false;
	expect(&p, "/queues");
	p.n = 0;
	expect(&p, "/n");
}

/* An LP library that gives up is an error, and the next call is as good as new. */
static void test_library_failure_is_an_error(void **state)
{
	(void)state;
	struct wfm_load loads[N];
	open_all(loads);
	loads[0].volume = 3;
	struct wfm_deferred_queue q = { .loads = loads, .turnaround_s = HOUR, .end_backlog_s = NAN };
	struct wfm_deferred_class c = { .queues = all, .cost = 1 };
	struct wfm_deferred_problem p = { N, HOUR, &q, 1, &c, 1, 0 };
	struct wfm_deferred *r;
	struct wfm_error e = { 0 };
	lp_inject_abort(1);
	assert_int_equal(wfm_deferred_solve(&p, &r, &e), WFM_INTERNAL);
	assert_null(r);
	assert_non_null(strstr(e.message, "injected"));
	r = solve(&p);
	assert_true(r->cost == 3);
	wfm_deferred_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_idle_time_first),
		cmocka_unit_test(test_only_who_may),
		cmocka_unit_test(test_earliest_due_first),
		cmocka_unit_test(test_list_is_called_by_its_date),
		cmocka_unit_test(test_too_few_people_say_what_is_late),
		cmocka_unit_test(test_overdue_at_the_start),
		cmocka_unit_test(test_flat_where_many_work),
		cmocka_unit_test(test_errors_name_the_place),
		cmocka_unit_test(test_library_failure_is_an_error),
	};
	return cmocka_run_group_tests_name("deferred work", tests, NULL, NULL);
}
