/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/counted_history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

/* A generator of its own, so that the data of these tests never change. */
static uint64_t noise_state;

void counted_seed(uint64_t seed)
{
	noise_state = seed;
}

double counted_uniform(void)
{
	noise_state = noise_state * 6364136223846793005u + 1442695040888963407u;
	return (double)(noise_state >> 11) * 0x1p-53;
}

double counted_normal(void)
{
	return sqrt(-2.0 * log(1.0 - counted_uniform())) *
	       cos(6.283185307179586 * counted_uniform());
}

double counted_poisson(double mean)
{
	if (mean > 30.0)
		return fmax(0.0, floor(mean + sqrt(mean) * counted_normal() + 0.5));
	double limit = exp(-mean), p = 1.0;
	int k = 0;
	while ((p *= counted_uniform()) > limit)
		k++;
	return k;
}

/* Days of `per_day` contacts between 08:00 and 20:00, weekday and hour shaped, days vary 4 %. */
struct counted_history counted_make(int interval_min, int days, double per_day, double day_sd)
{
	struct counted_history h = { 0 };
	int slots = 1440 / interval_min;
	h.rows = calloc((size_t)(days * slots), sizeof *h.rows);
	assert_non_null(h.rows);
	counted_seed(12345);
	static const double week[7] = { 1.3, 1.1, 1.0, 1.0, 0.9, 0.5, 0.3 };
	for (int d = 0; d < days; d++) {
		double f = exp(day_sd * counted_normal());
		for (int s = slots / 3; s < slots * 5 / 6; s++) {
			double x = (s + 0.5) / slots;
			double shape = 1.0 + 0.6 * sin(12.0 * x);
			double mean = per_day * week[d % 7] * f * shape * 2.0 / slots;
			h.rows[h.n++] = (struct wfm_observation){ MONDAY + d, (int16_t)s,
								  counted_poisson(mean), NAN, NAN };
		}
	}
	h.series = (struct wfm_series){ interval_min, h.rows, h.n, NULL, 0, NULL };
	return h;
}

struct wfm_forecast counted_forecast(const struct wfm_series *s, int days)
{
	struct wfm_forecast_options o = { .days = days };
	struct wfm_forecast f;
	struct wfm_error e = { 0 };
	if (wfm_forecast_run(s, &o, &f, &e) != WFM_OK)
		fail_msg("%s: %s", e.path, e.message);
	return f;
}

/* Finite, in order, not negative, zero where closed: whatever went in. */
void counted_check(const struct wfm_forecast *f, int slots)
{
	assert_true(f->n_slots == f->n_days * (size_t)slots);
	for (size_t i = 0; i < f->n_slots; i++) {
		const struct wfm_forecast_slot *s = &f->slots[i];
		assert_true(isfinite(s->mean) && s->mean >= 0.0);
		assert_true(isfinite(s->aht_s) && s->aht_s > 0.0);
		for (int q = 0; q < WFM_QUANTILES; q++) {
			assert_true(isfinite(s->quantile[q]) && s->quantile[q] >= 0.0);
			assert_true(q == 0 || s->quantile[q] >= s->quantile[q - 1]);
			assert_true(s->open || s->quantile[q] == 0.0);
		}
		assert_true(s->open || s->mean == 0.0);
	}
	for (size_t i = 0; i < f->n_days; i++)
		for (int q = 0; q < WFM_QUANTILES; q++) {
			assert_true(isfinite(f->days[i].quantile[q]));
			assert_true(q == 0 ||
				    f->days[i].quantile[q] >= f->days[i].quantile[q - 1]);
		}
}
