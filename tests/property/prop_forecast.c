/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws of the forecaster on drawn series: scale, weeks, order, and coverage of a known model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/counted_history.h"

enum { SLOTS = 24 };

/* Days with a level that wanders, an AR(1) of days, weekday and hour shapes, Poisson counts. */
static size_t draw(struct wfm_observation *rows, int days, double per_day)
{
	double level = 0, ar = 0;
	size_t n = 0;
	for (int d = 0; d < days; d++) {
		level += 0.004 * counted_normal();
		ar = 0.6 * ar + 0.04 * counted_normal();
		double f = exp(level + ar + (d % 7 < 5 ? 0.1 : -0.5));
		for (int s = 7; s < 21; s++) {
			double shape = 1 + 0.5 * sin(0.6 * s + (d % 7 == 5));
			rows[n++] = (struct wfm_observation){
				MONDAY + d, (int16_t)s,
				counted_poisson(per_day / 14 * f * shape), NAN, NAN
			};
		}
	}
	return n;
}

static struct wfm_forecast forecast(const struct wfm_observation *rows, size_t n, int days)
{
	struct wfm_series s = { 60, rows, n, NULL, 0, NULL };
	struct wfm_forecast_options o = { .days = days, .method = "state_space", .origins = -1 };
	struct wfm_forecast f;
	struct wfm_error e = { 0 };
	if (wfm_forecast_run(&s, &o, &f, &e) != WFM_OK)
		fail_msg("%s: %s", e.path, e.message);
	return f;
}

/* A thousand times the contacts, a thousand times the forecast (above the Poisson noise). */
static void test_scale(void **state)
{
	(void)state;
	static struct wfm_observation rows[200 * SLOTS];
	counted_seed(1);
	size_t n = draw(rows, 180, 200000);
	struct wfm_forecast a = forecast(rows, n, 14);
	for (size_t i = 0; i < n; i++)
		rows[i].offered *= 1000;
	struct wfm_forecast b = forecast(rows, n, 14);
	for (size_t i = 0; i < a.n_slots; i++) {
		if (!a.slots[i].open)
			continue;
		assert_true(fabs(b.slots[i].mean / a.slots[i].mean / 1000 - 1) < 0.01);
		double wide_a = a.slots[i].quantile[5] - a.slots[i].quantile[1];
		double wide_b = b.slots[i].quantile[5] - b.slots[i].quantile[1];
		assert_true(fabs(wide_b / wide_a / 1000 - 1) < 0.25);
	}
	wfm_forecast_free(&a);
	wfm_forecast_free(&b);
}

/* The order of the rows says nothing. */
static void test_order(void **state)
{
	(void)state;
	static struct wfm_observation rows[200 * SLOTS];
	counted_seed(3);
	size_t n = draw(rows, 120, 3000);
	struct wfm_forecast a = forecast(rows, n, 7);
	for (size_t i = n - 1; i > 0; i--) {
		size_t j = (size_t)(counted_uniform() * (double)(i + 1));
		struct wfm_observation swap = rows[i];
		rows[i] = rows[j];
		rows[j] = swap;
	}
	struct wfm_forecast b = forecast(rows, n, 7);
	for (size_t i = 0; i < a.n_slots; i++)
		assert_true(a.slots[i].mean == b.slots[i].mean);
	wfm_forecast_free(&a);
	wfm_forecast_free(&b);
}

/*
 * The same weeks 400 Gregorian years later: every date falls on the same weekday and day of
 * the month, so the forecast must be the same number for number.
 */
static void test_shift(void **state)
{
	(void)state;
	static struct wfm_observation rows[200 * SLOTS];
	counted_seed(5);
	size_t n = draw(rows, 120, 3000);
	struct wfm_forecast a = forecast(rows, n, 14);
	for (size_t i = 0; i < n; i++)
		rows[i].day += 146097;
	struct wfm_forecast b = forecast(rows, n, 14);
	for (size_t i = 0; i < a.n_slots; i++) {
		assert_int_equal(b.slots[i].day, a.slots[i].day + 146097);
		assert_true(fabs(a.slots[i].mean - b.slots[i].mean) <= 1e-9 * a.slots[i].mean);
	}
	wfm_forecast_free(&a);
	wfm_forecast_free(&b);
}

/* A day's slots add up to its mean, and its quantiles stand around it. */
static void test_days_add_up(void **state)
{
	(void)state;
	static struct wfm_observation rows[200 * SLOTS];
	counted_seed(9);
	size_t n = draw(rows, 150, 700);
	struct wfm_forecast f = forecast(rows, n, 14);
	for (size_t d = 0; d < f.n_days; d++) {
		double sum = 0;
		for (size_t i = 0; i < f.n_slots; i++)
			if (f.slots[i].day == f.days[d].day)
				sum += f.slots[i].mean;
		assert_true(fabs(sum - f.days[d].mean) < 1e-6 * sum);
		assert_true(f.days[d].quantile[1] < sum && sum < f.days[d].quantile[5]);
	}
	wfm_forecast_free(&f);
}

/* Thirty series of a known model, of 30 to 30,000 contacts a day: 80 % intervals hold 80 %. */
static void test_coverage(void **state)
{
	(void)state;
	enum { SERIES = 30, DAYS = 150, AHEAD = 14 };
	static struct wfm_observation rows[(DAYS + AHEAD) * SLOTS];
	double slots = 0, inside = 0, days = 0, days_inside = 0;
	for (int k = 0; k < SERIES; k++) {
		counted_seed(1000 + (uint64_t)k);
		double volume = 30 * pow(10, k % 4);
		size_t all = draw(rows, DAYS + AHEAD, volume), n = (size_t)DAYS * 14;
		assert_true(all > n);
		struct wfm_forecast f = forecast(rows, n, AHEAD);
		const struct wfm_observation *actual = rows + n;
		for (size_t d = 0; d < f.n_days; d++) {
			double total = 0;
			for (int s = 0; s < SLOTS; s++) {
				const struct wfm_forecast_slot *p = &f.slots[d * SLOTS + (size_t)s];
				if (!p->open)
					continue;
				total += actual->offered;
				slots += 1;
				inside += actual->offered >= p->quantile[1] &&
					  actual->offered <= p->quantile[5];
				actual++;
			}
			days += 1;
			days_inside += total >= f.days[d].quantile[1] &&
				       total <= f.days[d].quantile[5];
		}
		wfm_forecast_free(&f);
	}
	print_message("80 %% intervals held %.1f %% of slots, %.1f %% of days\n",
		      100 * inside / slots, 100 * days_inside / days);
	assert_true(inside / slots > 0.76 && inside / slots < 0.88);
	assert_true(days_inside / days > 0.72 && days_inside / days < 0.92);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scale),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_shift),
		cmocka_unit_test(test_days_add_up),
		cmocka_unit_test(test_coverage),
	};
	return cmocka_run_group_tests_name("forecast properties", tests, NULL, NULL);
}
