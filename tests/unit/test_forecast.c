/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The forecaster on histories of every kind; shapes that must come out, rubbish that must not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/counted_history.h"

static double sum_of(const struct wfm_forecast *f)
{
	double sum = 0;
	for (size_t i = 0; i < f->n_slots; i++)
		sum += f->slots[i].mean;
	return sum;
}

static void test_known_shape(void **state)
{
	(void)state;
	struct counted_history h = counted_make(30, 140, 2000, 0.03);
	struct wfm_forecast f = counted_forecast(&h.series, 14);
	counted_check(&f, 48);
	assert_int_equal(f.slots[0].day, MONDAY + 140);
	/* Against the mean it was made from. */
	double error = 0, volume = 0;
	static const double week[7] = { 1.3, 1.1, 1.0, 1.0, 0.9, 0.5, 0.3 };
	for (size_t i = 0; i < f.n_slots; i++) {
		const struct wfm_forecast_slot *s = &f.slots[i];
		bool open = s->slot >= 16 && s->slot < 40;
		assert_int_equal(s->open, open);
		if (!open)
			continue;
		double x = (s->slot + 0.5) / 48;
		double truth = 2000 * week[wfm_weekday(s->day)] * (1 + 0.6 * sin(12 * x)) * 2 / 48;
		error += fabs(s->mean - truth);
		volume += truth;
	}
	assert_true(error / volume < 0.04);
	/* The report card is there, and honest about who was beaten. */
	const struct wfm_report_card *r = &f.report;
	assert_int_equal(r->score[r->seasonal_naive].origins, 8);
	assert_string_equal(r->score[r->seasonal_naive].method, "seasonal_naive");
	assert_string_equal(r->score[r->chosen].method, f.method);
	assert_true(r->score[r->chosen].wape < 0.9 * r->score[r->seasonal_naive].wape);
	assert_true(fabs(r->score[r->chosen].bias) < 0.03);
	assert_true(r->score[r->chosen].coverage_80 > 0.70 &&
		    r->score[r->chosen].coverage_80 < 0.90);
	assert_true(r->poisson_floor > 0.02 && r->poisson_floor < r->score[r->chosen].wape);
	wfm_forecast_free(&f);
	free(h.rows);
}

static void test_every_interval(void **state)
{
	(void)state;
	const int minutes[] = { 5, 6, 10, 15, 20, 30, 60 };
	for (size_t i = 0; i < sizeof minutes / sizeof minutes[0]; i++) {
		struct counted_history h = counted_make(minutes[i], 42, 3000, 0.02);
		struct wfm_forecast f = counted_forecast(&h.series, 7);
		counted_check(&f, 1440 / minutes[i]);
		double truth = 3000 * 6.1; /* weekday factors sum to 6.1; the shape's mean is near 1 */
		assert_true(fabs(sum_of(&f) / truth - 1) < 0.2);
		wfm_forecast_free(&f);
		free(h.rows);
	}
}

static void test_short_histories(void **state)
{
	(void)state;
	for (int days = 1; days <= 40; days++) {
		struct counted_history h = counted_make(30, days, 800, 0.05);
		/* Began on a Tuesday. */
		for (size_t i = 0; i < h.n; i++)
			h.rows[i].day += 1;
		struct wfm_forecast f = counted_forecast(&h.series, 14);
		counted_check(&f, 48);
		assert_true(sum_of(&f) > 0);
		wfm_forecast_free(&f);
		free(h.rows);
	}
}

static void test_zeros_and_constants(void **state)
{
	(void)state;
	struct counted_history h = counted_make(30, 100, 500, 0.0);
	for (size_t i = 0; i < h.n; i++)
		h.rows[i].offered = 0;
	struct wfm_forecast f = counted_forecast(&h.series, 14);
	counted_check(&f, 48);
	assert_true(sum_of(&f) < 1.0);
	wfm_forecast_free(&f);
	const double levels[] = { 1, 7, 1e3, 1e6 };
	for (size_t k = 0; k < 4; k++) {
		for (size_t i = 0; i < h.n; i++)
			h.rows[i].offered = levels[k];
		f = counted_forecast(&h.series, 14);
		counted_check(&f, 48);
		for (size_t i = 0; i < f.n_slots; i++)
			if (f.slots[i].open && fabs(f.slots[i].mean / levels[k] - 1) > 0.03)
				fail_msg("constant %g forecast as %g by %s", levels[k],
					 f.slots[i].mean, f.method);
		wfm_forecast_free(&f);
	}
	free(h.rows);
}

static void test_holes(void **state)
{
	(void)state;
	struct counted_history h = counted_make(30, 120, 1500, 0.03);
	struct wfm_forecast whole = counted_forecast(&h.series, 14);
	/* A week missing, scattered slots missing, NaN values, a month of afternoons. */
	size_t n = 0;
	for (size_t i = 0; i < h.n; i++) {
		int day = h.rows[i].day - MONDAY;
		if ((day >= 60 && day < 67) || i % 37 == 0)
			continue;
		h.rows[n] = h.rows[i];
		if (day >= 80 && day < 100 && h.rows[n].slot > 33)
			h.rows[n].offered = NAN;
		n++;
	}
	h.series.n_observations = n;
	struct wfm_forecast f = counted_forecast(&h.series, 14);
	counted_check(&f, 48);
	assert_true(fabs(sum_of(&f) / sum_of(&whole) - 1) < 0.05);
	wfm_forecast_free(&f);
	wfm_forecast_free(&whole);
	free(h.rows);
}

static void test_one_outlier_moves_little(void **state)
{
	(void)state;
	struct counted_history h = counted_make(30, 120, 1500, 0.03);
	struct wfm_forecast before = counted_forecast(&h.series, 14);
	for (size_t i = 0; i < h.n; i++)
		if (h.rows[i].day == MONDAY + 110 && h.rows[i].slot == 25)
			h.rows[i].offered = 100000;
	struct wfm_forecast after = counted_forecast(&h.series, 14);
	assert_true(after.report.outliers > before.report.outliers);
	double moved = 0;
	for (size_t i = 0; i < before.n_slots; i++)
		moved += fabs(after.slots[i].mean - before.slots[i].mean);
	assert_true(moved / sum_of(&before) < 0.02);
	wfm_forecast_free(&before);
	wfm_forecast_free(&after);
	free(h.rows);
}

static void test_special_days(void **state)
{
	(void)state;
	struct counted_history h = counted_make(30, 140, 1500, 0.02);
	enum { CAMPAIGN = 7 };
	const int past[] = { 40, 75, 110 };
	for (size_t i = 0; i < h.n; i++)
		for (int k = 0; k < 3; k++)
			if (h.rows[i].day == MONDAY + past[k])
				h.rows[i].offered = round(h.rows[i].offered * 1.6);
	struct wfm_forecast plain = counted_forecast(&h.series, 14);
	struct wfm_special_day s[] = {
		{ .day = MONDAY + 40, .kind = WFM_DAY_SPECIAL, .group = CAMPAIGN, .factor = NAN },
		{ .day = MONDAY + 75, .kind = WFM_DAY_SPECIAL, .group = CAMPAIGN, .factor = NAN },
		{ .day = MONDAY + 110, .kind = WFM_DAY_SPECIAL, .group = CAMPAIGN, .factor = NAN },
		{ .day = MONDAY + 141, .kind = WFM_DAY_SPECIAL, .group = CAMPAIGN, .factor = NAN },
		{ .day = MONDAY + 142, .kind = WFM_DAY_SPECIAL, .group = -1, .factor = 2.0 },
		{ .day = MONDAY + 143, .kind = WFM_DAY_CLOSED, .group = -1, .factor = NAN },
		{ .day = MONDAY + 144, .kind = WFM_DAY_CLOSED, .group = -1, .factor = NAN,
		  .first_slot = 30, .slots = 18 }, /* from 15:00 */
		{ .day = MONDAY + 20, .kind = WFM_DAY_OUTAGE, .group = -1, .factor = NAN },
	};
	h.series.special_days = s;
	h.series.n_special_days = 8;
	struct wfm_forecast f = counted_forecast(&h.series, 14);
	counted_check(&f, 48);
	double ratio[14];
	for (int d = 0; d < 14; d++)
		ratio[d] = f.days[d].mean / plain.days[d].mean;
	assert_true(ratio[1] > 1.35 && ratio[1] < 1.65);
	assert_true(ratio[2] > 1.85 && ratio[2] < 2.1);
	assert_true(f.days[3].mean == 0.0 && !f.days[3].open);
	assert_true(ratio[4] > 0.3 && ratio[4] < 0.8);
	assert_true(f.slots[4 * 48 + 29].open && !f.slots[4 * 48 + 30].open);
	assert_true(ratio[5] > 0.9 && ratio[5] < 1.1);
	wfm_forecast_free(&f);
	wfm_forecast_free(&plain);
	free(h.rows);
}

static void test_repeated_hour_is_averaged(void **state)
{
	(void)state;
	struct counted_history h = counted_make(60, 70, 1500, 0.02);
	struct wfm_forecast once = counted_forecast(&h.series, 7);
	struct wfm_observation *twice = calloc(2 * h.n, sizeof *twice);
	assert_non_null(twice);
	for (size_t i = 0; i < h.n; i++)
		twice[2 * i] = twice[2 * i + 1] = h.rows[i];
	h.series.observations = twice;
	h.series.n_observations = 2 * h.n;
	struct wfm_forecast both = counted_forecast(&h.series, 7);
	for (size_t i = 0; i < once.n_slots; i++)
		assert_true(fabs(once.slots[i].mean - both.slots[i].mean) < 1e-9);
	wfm_forecast_free(&once);
	wfm_forecast_free(&both);
	free(twice);
	free(h.rows);
}

static void test_handling_time(void **state)
{
	(void)state;
	struct counted_history h = counted_make(30, 100, 4000, 0.02);
	for (size_t i = 0; i < h.n; i++) {
		double aht = h.rows[i].slot < 28 ? 200 : 260;
		h.rows[i].handled = h.rows[i].offered;
		h.rows[i].handle_time_s = h.rows[i].offered * aht;
	}
	struct wfm_forecast f = counted_forecast(&h.series, 7);
	for (size_t i = 0; i < f.n_slots; i++)
		if (f.slots[i].open)
			assert_true(fabs(f.slots[i].aht_s - (f.slots[i].slot < 28 ? 200 : 260)) < 5);
	wfm_forecast_free(&f);
	free(h.rows);
}

static void test_cold_start(void **state)
{
	(void)state;
	struct counted_history h = counted_make(30, 70, 1000, 0.02);
	struct wfm_series empty = { 30, NULL, 0, NULL, 0, NULL };
	struct wfm_forecast_options o = { .first_day = MONDAY + 70, .days = 7 };
	struct wfm_forecast f;
	struct wfm_error e = { 0 };
	assert_int_equal(wfm_forecast_run(&empty, &o, &f, &e), WFM_INFEASIBLE);
	o.reference = &h.series;
	o.expected_week_volume = 700;
	assert_int_equal(wfm_forecast_run(&empty, &o, &f, &e), WFM_OK);
	counted_check(&f, 48);
	assert_true(fabs(sum_of(&f) / 700 - 1) < 0.02);
	assert_true(f.days[0].mean > 2 * f.days[6].mean); /* Mondays are busier than Sundays */
	assert_string_equal(f.method, "cold_start");
	wfm_forecast_free(&f);
	free(h.rows);
}

static void test_methods_by_name(void **state)
{
	(void)state;
	struct counted_history h = counted_make(30, 100, 1000, 0.03);
	for (int i = 0; wfm_forecast_method_name(i) != NULL; i++) {
		struct wfm_forecast_options o = { .days = 7, .method = wfm_forecast_method_name(i) };
		struct wfm_forecast f;
		assert_int_equal(wfm_forecast_run(&h.series, &o, &f, NULL), WFM_OK);
		assert_string_equal(f.method, o.method);
		counted_check(&f, 48);
		double truth = 1000 * 6.1;
		assert_true(fabs(sum_of(&f) / truth - 1) < 0.15);
		wfm_forecast_free(&f);
	}
	free(h.rows);
}

static bool stop_at_once(void *user, double done)
{
	*(double *)user = done;
	return true;
}

static void test_refusals(void **state)
{
	(void)state;
	struct counted_history h = counted_make(30, 60, 1000, 0.03);
	struct wfm_forecast f;
	struct wfm_error e = { 0 };
	struct wfm_forecast_options o = { .days = 7 };
	h.rows[17].offered = -1;
	assert_int_equal(wfm_forecast_run(&h.series, &o, &f, &e), WFM_INVALID);
	assert_string_equal(e.path, "/observations/17/offered");
	h.rows[17].offered = 5;
	h.rows[18].slot = 48;
	assert_int_equal(wfm_forecast_run(&h.series, &o, &f, &e), WFM_INVALID);
	assert_string_equal(e.path, "/observations/18/slot");
	h.rows[18].slot = 20;
	h.series.interval_min = 7;
	assert_int_equal(wfm_forecast_run(&h.series, &o, &f, &e), WFM_INVALID);
	assert_string_equal(e.path, "/interval_min");
	h.series.interval_min = 30;
	o.days = 0;
	assert_int_equal(wfm_forecast_run(&h.series, &o, &f, &e), WFM_INVALID);
	assert_string_equal(e.path, "/days");
	o.days = 7;
	o.method = "entrails";
	assert_int_equal(wfm_forecast_run(&h.series, &o, &f, &e), WFM_INVALID);
	assert_string_equal(e.path, "/method");
	o.method = NULL;
	double done = -1;
	o.progress = stop_at_once;
	o.user = &done;
	assert_int_equal(wfm_forecast_run(&h.series, &o, &f, &e), WFM_CANCELLED);
	assert_true(done > 0 && done < 1);
	assert_null(f.slots);
	wfm_forecast_free(&f);
	free(h.rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_shape),
		cmocka_unit_test(test_every_interval),
		cmocka_unit_test(test_short_histories),
		cmocka_unit_test(test_zeros_and_constants),
		cmocka_unit_test(test_holes),
		cmocka_unit_test(test_one_outlier_moves_little),
		cmocka_unit_test(test_special_days),
		cmocka_unit_test(test_repeated_hour_is_averaged),
		cmocka_unit_test(test_handling_time),
		cmocka_unit_test(test_cold_start),
		cmocka_unit_test(test_methods_by_name),
		cmocka_unit_test(test_refusals),
	};
	return cmocka_run_group_tests_name("forecast", tests, NULL, NULL);
}
