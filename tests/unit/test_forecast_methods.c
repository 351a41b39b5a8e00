/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The judge, its shares and reasons, sparse queues, hours that change, gaps and far horizons. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wfm/forecast.h"

enum { MONDAY = 18995, SLOTS = 48 }; /* 2022-01-03 */

static uint64_t noise_state;

static double uniform(void)
{
	noise_state = noise_state * 6364136223846793005u + 1442695040888963407u;
	return (double)(noise_state >> 11) * 0x1p-53;
}

static double normal(void)
{
	return sqrt(-2.0 * log(1.0 - uniform())) * cos(6.283185307179586 * uniform());
}

static double poisson(double mean)
{
	if (mean > 30.0)
		return fmax(0.0, floor(mean + sqrt(mean) * normal() + 0.5));
	double limit = exp(-mean), p = 1.0;
	int k = 0;
	while ((p *= uniform()) > limit)
		k++;
	return k;
}

struct history {
	struct wfm_observation *rows;
	size_t n;
	struct wfm_series series;
};

/* What a slot of a day expects; NaN = no row. */
typedef double (*mean_of_slot)(int day, int slot);

static struct history make(int days, mean_of_slot mean)
{
	struct history h = { 0 };
	h.rows = calloc((size_t)(days * SLOTS), sizeof *h.rows);
	assert_non_null(h.rows);
	noise_state = 4711;
	for (int d = 0; d < days; d++) {
		double busy = exp(0.04 * normal());
		for (int s = 0; s < SLOTS; s++) {
			double m = mean(d, s);
			if (!isnan(m))
				h.rows[h.n++] = (struct wfm_observation){
					MONDAY + d, (int16_t)s, poisson(m * busy), NAN, NAN };
		}
	}
	h.series = (struct wfm_series){ .interval_min = 30, .observations = h.rows,
					.n_observations = h.n };
	return h;
}

static struct wfm_forecast forecast(const struct wfm_series *s, int days, const char *method)
{
	struct wfm_forecast_options o = { .days = days, .method = method };
	struct wfm_forecast f;
	struct wfm_error e = { 0 };
	if (wfm_forecast_run(s, &o, &f, &e) != WFM_OK)
		fail_msg("%s: %s", e.path, e.message);
	return f;
}

static const struct wfm_forecast_slot *slot_at(const struct wfm_forecast *f, int day, int slot)
{
	return &f->slots[(size_t)(day * SLOTS + slot)];
}

static double sum_of_days(const struct wfm_forecast *f, size_t from, size_t to)
{
	double sum = 0;
	for (size_t i = from; i < to; i++)
		sum += f->days[i].mean;
	return sum;
}

static double office(int day, int slot)
{
	static const double week[7] = { 1.3, 1.1, 1.0, 1.0, 0.9, 0.5, 0.3 };
	return slot < 16 || slot >= 40 ? NAN : 60.0 * week[day % 7];
}

static void test_shares_and_reason(void **state)
{
	(void)state;
	struct history h = make(140, office);
	struct wfm_forecast f = forecast(&h.series, 14, NULL);
	const struct wfm_report_card *r = &f.report;
	double sum = 0;
	for (int i = 0; i < r->n_scores; i++) {
		assert_true(r->score[i].weight >= 0 && r->score[i].weight <= 1);
		sum += r->score[i].weight;
		if (r->score[i].weight > 0)
			assert_non_null(strstr(r->reason, r->score[i].method));
	}
	assert_true(fabs(sum - 1) < 1e-9);
	assert_true(r->score[r->seasonal_naive].weight == 0);
	assert_non_null(strstr(r->reason, "8 past origins"));
	assert_string_equal(r->history, "140 days from 2022-01-03 to 2022-05-22");
	assert_true(f.n_backtest > 80);
	double z2 = 0;
	for (size_t i = 0; i < f.n_backtest; i++)
		z2 += f.backtest[i].z * f.backtest[i].z;
	assert_true(z2 / (double)f.n_backtest > 0.4 && z2 / (double)f.n_backtest < 2.5);
	wfm_forecast_free(&f);
	f = forecast(&h.series, 14, "svd_scores");
	assert_string_equal(f.method, "svd_scores");
	assert_non_null(strstr(f.report.reason, "asked for"));
	wfm_forecast_free(&f);
	free(h.rows);
}

/* Later hours from day 100 on: two weeks of them seen. */
static double longer_hours(int day, int slot)
{
	if (slot < 16 || slot >= (day < 100 ? 32 : 40))
		return NAN;
	return slot < 32 ? 50.0 : 30.0;
}

static void test_longer_hours(void **state)
{
	(void)state;
	struct history h = make(114, longer_hours);
	struct wfm_forecast f = forecast(&h.series, 7, NULL);
	for (int d = 0; d < 7; d++) {
		assert_true(fabs(f.days[d].mean / (16 * 50 + 8 * 30) - 1) < 0.06);
		for (int s = 0; s < SLOTS; s++) {
			const struct wfm_forecast_slot *p = slot_at(&f, d, s);
			assert_int_equal(p->open, s >= 16 && s < 40);
			if (p->open)
				assert_true(fabs(p->mean / (s < 32 ? 50 : 30) - 1) < 0.25);
		}
	}
	wfm_forecast_free(&f);
	/* The day before, the same queue is closed in the evening. */
	struct wfm_forecast_options o = { .days = 7, .first_day = MONDAY + 100 };
	assert_int_equal(wfm_forecast_run(&h.series, &o, &f, NULL), WFM_OK);
	assert_false(slot_at(&f, 0, 33)->open);
	wfm_forecast_free(&f);
	free(h.rows);
}

/* From 9 to 13 for a hundred days, then to 21: more than twice the hours. */
static double much_longer_hours(int day, int slot)
{
	if (slot < 18 || slot >= (day < 100 ? 26 : 42))
		return NAN;
	return 40.0;
}

static void test_hours_more_than_doubled(void **state)
{
	(void)state;
	struct history h = make(121, much_longer_hours);
	struct wfm_forecast f = forecast(&h.series, 7, NULL);
	assert_true(fabs(sum_of_days(&f, 0, 7) / (7 * 24 * 40) - 1) < 0.05);
	assert_int_equal(f.report.days_used, 121); /* the old days still count */
	wfm_forecast_free(&f);
	free(h.rows);
}

/* Closes at 16 instead of 20 from day 100 on, and on Saturdays altogether. */
static double shorter_hours(int day, int slot)
{
	if (day >= 100 && day % 7 == 5)
		return NAN;
	return slot < 16 || slot >= (day < 100 ? 40 : 32) ? NAN : 50.0;
}

static void test_shorter_hours(void **state)
{
	(void)state;
	struct history h = make(128, shorter_hours);
	struct wfm_forecast f = forecast(&h.series, 7, NULL);
	for (int d = 0; d < 7; d++) {
		bool saturday = wfm_weekday(f.days[d].day) == 5;
		assert_int_equal(f.days[d].open, !saturday);
		assert_int_equal(slot_at(&f, d, 35)->open, false);
		assert_int_equal(slot_at(&f, d, 20)->open, !saturday);
		if (!saturday)
			assert_true(fabs(f.days[d].mean / (16 * 50) - 1) < 0.05);
	}
	wfm_forecast_free(&f);
	free(h.rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shares_and_reason),
		cmocka_unit_test(test_longer_hours),
		cmocka_unit_test(test_hours_more_than_doubled),
		cmocka_unit_test(test_shorter_hours),
	};
	return cmocka_run_group_tests_name("forecast methods", tests, NULL, NULL);
}
