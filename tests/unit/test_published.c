/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Published rosters judged by us: every reference roster comes to the penalty it states. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/lib/published.h"

static const char *data_path(char *out, size_t size, const char *name)
{
	const char *data = getenv("CUADRANTE_SHARED_DATA");
	(void)snprintf(out, size, "%s/%s", data ? data : "../shared/data", name);
	return out;
}

static void judge_reference(int instance)
{
	char path[512], name[128];
	struct published x;
	(void)snprintf(name, sizeof name, "shift-scheduling/instances/Instance%d.txt", instance);
	assert_true(published_read_shifts(&x, data_path(path, sizeof path, name)));
	(void)snprintf(name, sizeof name, "shift-scheduling/reference-rosters/Instance%d.txt.out", instance);
	double stated = 0;
	struct wfm_roster *r = published_read_roster(&x, data_path(path, sizeof path, name), &stated);
	assert_non_null(r);
	struct wfm_report *report = NULL;
	struct wfm_error e = { 0 };
	assert_int_equal(wfm_schedule_verify(&x.p, r, false, &report, &e), WFM_OK);
	if (report->breach_count > 0)
		fail_msg("instance %d: %s (agent %d, day %d)", instance, report->breaches[0].message,
			 report->breaches[0].agent, report->breaches[0].day);
	if (report->cost.total != 100 * stated)
		fail_msg("instance %d: %.2f, not the %.0f stated", instance, report->cost.total / 100, stated);
	wfm_report_free(report);
	wfm_roster_free(r);
	published_free(&x);
}

static void test_reference_rosters(void **state)
{
	(void)state;
	static const int instances[] = { 1, 2, 3, 5, 8, 10 };
	char path[512];
	if (access(data_path(path, sizeof path, "shift-scheduling/instances"), R_OK) != 0)
		skip();
	for (size_t i = 0; i < sizeof instances / sizeof instances[0]; i++)
		judge_reference(instances[i]);
}

/* Short lists of duties come to the optimum known for shift design. */
static void test_shift_design(void **state)
{
	(void)state;
	static const struct {
		int instance;
		double optimum;
	} known[] = { { 1, 480 }, { 2, 300 }, { 3, 600 }, { 23, 8280 }, { 26, 1020 } };
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		char path[512], name[128];
		struct published x;
		struct wfm_solve_options o = { .iteration_limit = 8000 };
		struct wfm_roster *r = NULL;
		struct wfm_error e = { 0 };
		(void)snprintf(name, sizeof name, "shift-design/RandomExample%d.dzn", known[i].instance);
		if (access(data_path(path, sizeof path, name), R_OK) != 0)
			skip();
		assert_true(published_read_design(&x, path));
		enum wfm_status s = wfm_schedule_solve(&x.p, &o, &r, &e);
		if (s != WFM_OK && s != WFM_LIMIT)
			fail_msg("%s: %s", e.path, e.message);
		assert_true(fabs(r->cost.total - 100 * known[i].optimum) < 1e-6);
		assert_true(r->bound <= 100 * known[i].optimum + 1e-6);
		wfm_roster_free(r);
		published_free(&x);
	}
}

/* The small ones to their known optimum; the bound never passes it. */
static void test_small_optima(void **state)
{
	(void)state;
	static const struct {
		int instance;
		double optimum;
	} known[] = { { 1, 607 }, { 2, 828 }, { 3, 1001 } };
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		char path[512], name[128];
		struct published x;
		struct wfm_solve_options o = { .iteration_limit = 3000 };
		struct wfm_roster *r = NULL;
		struct wfm_error e = { 0 };
		(void)snprintf(name, sizeof name, "shift-scheduling/instances/Instance%d.txt", known[i].instance);
		if (access(data_path(path, sizeof path, name), R_OK) != 0)
			skip();
		assert_true(published_read_shifts(&x, path));
		enum wfm_status s = wfm_schedule_solve(&x.p, &o, &r, &e);
		assert_true(s == WFM_OK || s == WFM_LIMIT);
		assert_true(fabs(r->cost.total - 100 * known[i].optimum) < 1e-6);
		assert_true(r->bound <= 100 * known[i].optimum + 1e-6);
		wfm_roster_free(r);
		published_free(&x);
	}
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reference_rosters),
		cmocka_unit_test(test_small_optima),
		cmocka_unit_test(test_shift_design),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
