/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The widths of far weeks: learnt where history reaches, left alone where it does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/counted_history.h"
#include "wfm/outlook.h"

enum { WEEKS = 52 };

static struct wfm_forecast_options ahead(const struct counted_history *h, int weeks)
{
	return (struct wfm_forecast_options){ .first_day = h->rows[h->n - 1].day + 1, .days = 7 * weeks };
}

static void test_short_histories_say_nothing(void **state)
{
	(void)state;
	const int weeks[] = { 4, 20, 33 };
	for (int i = 0; i < 3; i++) {
		struct counted_history h = counted_make(60, 7 * weeks[i], 300, 0.05);
		struct wfm_forecast_options o = ahead(&h, WEEKS);
		struct wfm_error e = { 0 };
		double width[WEEKS];
		assert_int_equal(wfm_outlook_widths(&h.series, &o, WEEKS, width, &e), WFM_OK);
		for (int w = 0; w < WEEKS; w++)
			assert_true(fabs(width[w] - 1.0) < 1e-12);
		free(h.rows);
	}
}

/* A level that never moves: the model fears a year of wandering, and two past years say otherwise. */
static void test_a_steady_level_is_narrowed(void **state)
{
	(void)state;
	struct counted_history h = counted_make(60, 7 * 104, 1500, 0.06);
	struct wfm_forecast_options o = ahead(&h, WEEKS);
	struct wfm_error e = { 0 };
	double width[WEEKS], again[WEEKS];
	assert_int_equal(wfm_outlook_widths(&h.series, &o, WEEKS, width, &e), WFM_OK);
	assert_int_equal(wfm_outlook_widths(&h.series, &o, WEEKS, again, &e), WFM_OK);
	assert_memory_equal(width, again, sizeof width);
	for (int w = 0; w < WEEKS; w++)
		assert_true(width[w] >= 0.4 && width[w] < 1.4);
	assert_true(width[WEEKS - 1] < 0.8);
	free(h.rows);
}

/* Volume that fell by half a year ago: past origins were very wrong, and the weeks get wider. */
static void test_a_past_break_widens(void **state)
{
	(void)state;
	struct counted_history h = counted_make(60, 7 * 104, 1500, 0.03);
	for (size_t i = 0; i < h.n; i++)
		if (h.rows[i].day >= MONDAY + 7 * 78)
			h.rows[i].offered = floor(h.rows[i].offered / 3);
	struct wfm_forecast_options o = ahead(&h, WEEKS);
	struct wfm_error e = { 0 };
	double width[WEEKS];
	assert_int_equal(wfm_outlook_widths(&h.series, &o, WEEKS, width, &e), WFM_OK);
	assert_true(width[WEEKS - 1] > 1.3);
	free(h.rows);
}

/* A row of long ago and nothing for years: no origin may be forecast from it. */
static void test_a_lone_old_row_is_no_history(void **state)
{
	(void)state;
	struct counted_history h = counted_make(60, 7 * 104, 1500, 0.06);
	size_t kept = 1;
	for (size_t i = 1; i < h.n; i++)
		if (h.rows[i].day >= MONDAY + 7 * 60)
			h.rows[kept++] = h.rows[i];
	uint8_t open[7 * 24];
	memset(open, 1, sizeof open);
	h.n = kept;
	h.series.n_observations = kept;
	h.series.open = open; /* of a day that is open all round, one row tells nothing */
	struct wfm_forecast_options o = ahead(&h, WEEKS);
	struct wfm_error e = { 0 };
	double width[WEEKS];
	assert_int_equal(wfm_outlook_widths(&h.series, &o, WEEKS, width, &e), WFM_OK);
	for (int w = 0; w < WEEKS; w++)
		assert_true(width[w] >= 0.4 && width[w] <= 3.0);
	free(h.rows);
}

/* The same of a queue that rests at weekends: those two years of weekends are no history either. */
static void test_a_lone_old_row_and_weekends_are_no_history(void **state)
{
	(void)state;
	struct counted_history h = counted_make(60, 7 * 104, 1500, 0.06);
	size_t kept = 1;
	for (size_t i = 1; i < h.n; i++)
		if (h.rows[i].day >= MONDAY + 7 * 60 && (h.rows[i].day - MONDAY) % 7 < 5)
			h.rows[kept++] = h.rows[i];
	uint8_t open[7 * 24] = { 0 };
	memset(open, 1, 5 * 24);
	h.n = kept;
	h.series.n_observations = kept;
	h.series.open = open;
	struct wfm_forecast_options o = ahead(&h, WEEKS);
	struct wfm_error e = { 0 };
	double width[WEEKS];
	if (wfm_outlook_widths(&h.series, &o, WEEKS, width, &e) != WFM_OK)
		fail_msg("%s %s", e.path, e.message);
	free(h.rows);
}

static bool stop(void *user, double done)
{
	(void)user;
	return done > 0.3;
}

static void test_refusals_and_stops(void **state)
{
	(void)state;
	struct counted_history h = counted_make(60, 7 * 60, 300, 0.05);
	struct wfm_forecast_options o = ahead(&h, WEEKS);
	struct wfm_error e = { 0 };
	double width[WFM_OUTLOOK_WEEKS];
	assert_int_equal(wfm_outlook_widths(&h.series, &o, 79, width, &e), WFM_INVALID);
	assert_string_equal(e.path, "/weeks");
	o.progress = stop;
	assert_int_equal(wfm_outlook_widths(&h.series, &o, WEEKS, width, &e), WFM_CANCELLED);
	o.first_day = 0;
	assert_int_equal(wfm_outlook_widths(&h.series, &o, WEEKS, width, &e), WFM_INVALID);
	assert_string_equal(e.path, "/first_day");
	free(h.rows);
}

static void test_widening_keeps_the_median(void **state)
{
	(void)state;
	const struct wfm_total before = { 101, { 80, 85, 92, 100, 108, 118, 125 } };
	struct wfm_total same = before, wide = before, flat = before;
	wfm_outlook_widen(&same, 1.0);
	wfm_outlook_widen(&wide, 2.0);
	wfm_outlook_widen(&flat, 0.4);
	for (int i = 0; i < WFM_QUANTILES; i++) {
		assert_true(fabs(same.quantile[i] - before.quantile[i]) < 1e-9);
		assert_true(i == 3 || fabs(log((wide.quantile[i] + .5) / 100.5) /
						 log((before.quantile[i] + .5) / 100.5) - 2.0) < 1e-9);
		assert_true(i == 0 || flat.quantile[i] > flat.quantile[i - 1]);
	}
	assert_true(fabs(wide.quantile[3] - 100) < 1e-9 && fabs(wide.mean - 101) < 1e-12);
	struct wfm_total none = { 0, { 0 } };
	wfm_outlook_widen(&none, 3.0);
	assert_true(fabs(none.quantile[6]) < 1e-12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_short_histories_say_nothing),
		cmocka_unit_test(test_a_steady_level_is_narrowed),
		cmocka_unit_test(test_a_past_break_widens),
		cmocka_unit_test(test_a_lone_old_row_is_no_history),
		cmocka_unit_test(test_a_lone_old_row_and_weekends_are_no_history),
		cmocka_unit_test(test_refusals_and_stops),
		cmocka_unit_test(test_widening_keeps_the_median),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
