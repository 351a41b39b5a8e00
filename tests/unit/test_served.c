/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of contacts answered in time, against the figures of a station and the requirement. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "wfm/schedule.h"
#include "wfm/staffing.h"

enum { N = 6, MOST = 80 };

static const struct wfm_load loads[N] = { { 0, 0, false },     { 40, 300, true }, { 120, 300, true },
					  { 150, 300, true }, { 90, 300, true }, { 30, 300, true } };
static double served[N * (MOST + 1)];

static struct wfm_staffing_options options(enum wfm_load_model model)
{
	return (struct wfm_staffing_options){ .channel = WFM_VOICE, .interval_s = 1800,
					      .target = { .service_level = 0.8, .within_s = 20 },
					      .patience_s = 240, .load_model = model };
}

static void fill(const struct wfm_load *l, const struct wfm_staffing_options *o)
{
	struct wfm_error e = { 0 };
	if (wfm_staffing_served(l, N, o, MOST, served, &e) != WFM_OK)
		fail_msg("%s %s", e.path, e.message);
}

/* One by one, without the table over loads: the same to its tolerance. */
static void test_stationary_is_erlang_a(void **state)
{
	(void)state;
	struct wfm_staffing_options o = options(WFM_LOAD_STATIONARY);
	fill(loads, &o);
	for (int i = 0; i < N; i++)
		for (int n = 0; n <= MOST; n++) {
			struct wfm_requirement r;
			struct wfm_error e;
			double found = served[i * (MOST + 1) + n];
			if (!loads[i].open) {
				assert_true(found == 0);
				continue;
			}
			assert_int_equal(wfm_staffing_figures(loads[i].volume, loads[i].aht_s, n, &o, &r, &e),
					 WFM_OK);
			if (fabs(found / loads[i].volume - r.service_level) > 2e-4)
				fail_msg("interval %d, %d people: %f and %f", i, n, found / loads[i].volume,
					 r.service_level);
			assert_true(n == 0 || found >= served[i * (MOST + 1) + n - 1]);
		}
}

/* The fewest people whose share in the table reaches the target are those of the requirement. */
static void test_table_agrees_with_the_requirement(void **state)
{
	(void)state;
	for (int varied = 0; varied < 2; varied++) { /* one handling time, and one for each interval */
		struct wfm_load l[N];
		struct wfm_requirement r[N];
		struct wfm_error e;
		struct wfm_staffing_options o = options(WFM_LOAD_MODIFIED);
		for (int i = 0; i < N; i++) {
			l[i] = loads[i];
			l[i].aht_s += varied * i;
		}
		fill(l, &o);
		assert_int_equal(wfm_staffing_run(l, N, &o, r, &e), WFM_OK);
		for (int i = 1; i < N; i++) {
			const double *row = &served[i * (MOST + 1)];
			assert_true(row[r[i].agents] / l[i].volume >= 0.8 - 1e-4);
			assert_true(row[r[i].agents - 1] / l[i].volume < 0.8 + 1e-4);
		}
	}
}

static void test_people_max_is_enough(void **state)
{
	(void)state;
	struct wfm_staffing_options o = options(WFM_LOAD_MODIFIED);
	int32_t most = wfm_staffing_served_people(loads, N, &o);
	assert_true(most > 25 && most <= MOST);
	fill(loads, &o);
	for (int i = 1; i < N; i++)
		assert_true(served[i * (MOST + 1) + most] > 0.9999 * loads[i].volume);
}

/* More people than counters serve nobody more. */
static void test_counters_are_a_cap(void **state)
{
	(void)state;
	struct wfm_staffing_options o = options(WFM_LOAD_STATIONARY);
	fill(loads, &o);
	double at_cap = served[3 * (MOST + 1) + 22];
	o.channel = WFM_WALK_IN;
	o.counters = 22;
	fill(loads, &o);
	assert_true(fabs(served[3 * (MOST + 1) + 22] - at_cap) < 1e-6 * at_cap);
	assert_true(served[3 * (MOST + 1) + 60] == served[3 * (MOST + 1) + 22]);
}

static void test_what_cannot_be_summed_is_refused(void **state)
{
	(void)state;
	struct wfm_error e;
	struct wfm_staffing_options o = options(WFM_LOAD_MODIFIED);
	o.target.definition = WFM_SL_ANSWERED;
	assert_int_equal(wfm_staffing_served(loads, N, &o, MOST, served, &e), WFM_INVALID);
	assert_string_equal(e.path, "/target/definition");
	o.target.definition = WFM_SL_OFFERED;
	assert_int_equal(wfm_staffing_served(loads, N, &o, WFM_SERVICE_PEOPLE + 1, served, &e), WFM_INVALID);
	assert_string_equal(e.path, "/people_max");
	o.channel = WFM_TRUNKS;
	o.target.max_blocking = 0.01;
	assert_int_equal(wfm_staffing_served(loads, N, &o, MOST, served, &e), WFM_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stationary_is_erlang_a),
		cmocka_unit_test(test_table_agrees_with_the_requirement),
		cmocka_unit_test(test_people_max_is_enough),
		cmocka_unit_test(test_counters_are_a_cap),
		cmocka_unit_test(test_what_cannot_be_summed_is_refused),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
