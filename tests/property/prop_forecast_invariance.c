/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Laws that hold for the judge's choice and for every method by itself: scale, shift by weeks, order
 * of rows, constant and empty series, one huge outlier, a week of holes, and never a NaN.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wfm/forecast.h"
#include "wfm/scenarios.h"

enum { MONDAY = 18995, DAYS = 140, FIRST = 8, LAST = 20, ROWS = DAYS * (LAST - FIRST), AHEAD = 14,
       EPOCH_400_YEARS = 146097 };

static uint64_t state_;

static double uniform(void)
{
	state_ = state_ * 6364136223846793005u + 1442695040888963407u;
	return ((double)(state_ >> 11) + 0.5) * 0x1p-53;
}

static double normal(void)
{
	return sqrt(-2.0 * log(uniform())) * cos(6.283185307179586 * uniform());
}

/* Twenty weeks by the hour: a wandering level, weekdays, a shape, Poisson-like noise. */
static size_t draw(struct wfm_observation *rows, double per_day, uint64_t seed)
{
	double level = 0, ar = 0;
	size_t n = 0;
	state_ = seed;
	for (int d = 0; d < DAYS; d++) {
		level += 0.004 * normal();
		ar = 0.6 * ar + 0.03 * normal();
		double f = exp(level + ar + (d % 7 < 5 ? 0.1 : -0.4));
		for (int s = FIRST; s < LAST; s++) {
			double y = per_day / (LAST - FIRST) * f * (1 + 0.4 * sin(0.6 * s));
			y = fmax(0, floor(y + sqrt(y) * normal() + 0.5));
			rows[n++] = (struct wfm_observation){ MONDAY + d, (int16_t)s, y, y, 200 * y };
		}
	}
	return n;
}

/* The i-th method, NULL (the judge) first; false past the last. */
static bool method_at(int i, const char **name)
{
	*name = i == 0 ? NULL : wfm_forecast_method_name(i - 1);
	return i == 0 || *name != NULL;
}

static const char *label(const char *method)
{
	return method != NULL ? method : "the judge";
}

static struct wfm_forecast forecast(const struct wfm_observation *rows, size_t n, const char *method)
{
	struct wfm_series s = { 60, rows, n, NULL, 0, NULL };
	struct wfm_forecast_options o = { .days = AHEAD, .method = method,
					  .origins = method != NULL ? -1 : 4 };
	struct wfm_forecast f;
	struct wfm_error e = { 0 };
	if (wfm_forecast_run(&s, &o, &f, &e) != WFM_OK)
		fail_msg("%s: %s %s", label(method), e.path, e.message);
	return f;
}

/* Σ|b/scale − a| ÷ Σa over slots; they must be the same slots but for the dates. */
static double apart(const struct wfm_forecast *a, const struct wfm_forecast *b, double scale)
{
	double error = 0, volume = 0;
	assert_int_equal(a->n_slots, b->n_slots);
	for (size_t i = 0; i < a->n_slots; i++) {
		assert_int_equal(a->slots[i].open, b->slots[i].open);
		assert_int_equal(a->slots[i].slot, b->slots[i].slot);
		error += fabs(b->slots[i].mean / scale - a->slots[i].mean);
		volume += a->slots[i].mean;
	}
	return volume > 0 ? error / volume : error;
}

/* Mean width of the 80 % bands. */
static double width(const struct wfm_forecast *f)
{
	double sum = 0;
	for (size_t i = 0; i < f->n_slots; i++)
		sum += f->slots[i].quantile[5] - f->slots[i].quantile[1];
	return sum;
}

static void holds(bool ok, const char *law, const char *method, double figure)
{
	if (!ok)
		fail_msg("%s, %s: %g", law, label(method), figure);
}

static struct wfm_observation base[ROWS], other[ROWS];

/* A thousand times the contacts give a thousand times the forecast, bands with it. */
static void test_scale(void **state)
{
	(void)state;
	const char *m;
	size_t n = draw(base, 2e5, 1);
	memcpy(other, base, sizeof base);
	for (size_t i = 0; i < n; i++)
		other[i].offered *= 1000;
	for (int i = 0; method_at(i, &m); i++) {
		struct wfm_forecast a = forecast(base, n, m), b = forecast(other, n, m);
		double d = apart(&a, &b, 1000), w = width(&b) / width(&a) / 1000;
		holds(d < 0.01, "scale", m, d);
		holds(fabs(w - 1) < 0.25, "scale of the bands", m, w);
		wfm_forecast_free(&a);
		wfm_forecast_free(&b);
	}
}

/* The same weeks of another 400 years: the same numbers. Four weeks later: the same weekdays but
   other days of the month, so nearly the same. */
static void test_shift(void **state)
{
	(void)state;
	const char *m;
	size_t n = draw(base, 3000, 2);
	for (int i = 0; method_at(i, &m); i++) {
		struct wfm_forecast a = forecast(base, n, m);
		const int by[2] = { EPOCH_400_YEARS, 28 };
		for (int k = 0; k < 2; k++) {
			memcpy(other, base, sizeof base);
			for (size_t j = 0; j < n; j++)
				other[j].day += by[k];
			struct wfm_forecast b = forecast(other, n, m);
			double d = apart(&a, &b, 1);
			assert_int_equal(b.slots[0].day, a.slots[0].day + by[k]);
			holds(d < (k == 0 ? 1e-9 : 0.03), k == 0 ? "400 years" : "four weeks", m, d);
			wfm_forecast_free(&b);
		}
		wfm_forecast_free(&a);
	}
}

static void test_order(void **state)
{
	(void)state;
	const char *m;
	size_t n = draw(base, 3000, 3);
	memcpy(other, base, sizeof base);
	for (size_t i = n - 1; i > 0; i--) {
		size_t j = (size_t)(uniform() * (double)(i + 1));
		struct wfm_observation swap = other[i];
		other[i] = other[j];
		other[j] = swap;
	}
	for (int i = 0; method_at(i, &m); i++) {
		struct wfm_forecast a = forecast(base, n, m), b = forecast(other, n, m);
		holds(apart(&a, &b, 1) == 0, "order of rows", m, apart(&a, &b, 1));
		for (size_t j = 0; j < a.n_slots; j++)
			holds(a.slots[j].aht_s == b.slots[j].aht_s, "order of rows, AHT", m,
			      b.slots[j].aht_s);
		wfm_forecast_free(&a);
		wfm_forecast_free(&b);
	}
}

/* Queues in any order: what was forecast before leaves no trace. */
static void test_queues_in_any_order(void **state)
{
	(void)state;
	size_t n = draw(base, 3000, 4);
	(void)draw(other, 40, 5);
	struct wfm_forecast a = forecast(base, n, NULL), b = forecast(other, n, NULL);
	struct wfm_forecast b2 = forecast(other, n, NULL), a2 = forecast(base, n, NULL);
	assert_true(apart(&a, &a2, 1) == 0 && apart(&b, &b2, 1) == 0);
	assert_string_equal(a.method, a2.method);
	wfm_forecast_free(&a);
	wfm_forecast_free(&b);
	wfm_forecast_free(&a2);
	wfm_forecast_free(&b2);
}

static void test_constant(void **state)
{
	(void)state;
	const char *m;
	const double values[] = { 1, 50, 3000 };
	size_t n = draw(base, 3000, 6);
	for (int v = 0; v < 3; v++)
		for (int i = 0; method_at(i, &m); i++) {
			for (size_t j = 0; j < n; j++)
				base[j].offered = values[v];
			struct wfm_forecast f = forecast(base, n, m);
			for (size_t j = 0; j < f.n_slots; j++)
				if (f.slots[j].open)
					holds(fabs(f.slots[j].mean / values[v] - 1) < 0.02,
					      "constant", m, f.slots[j].mean / values[v]);
			wfm_forecast_free(&f);
		}
}

static void test_zeros(void **state)
{
	(void)state;
	const char *m;
	size_t n = draw(base, 3000, 7);
	for (size_t j = 0; j < n; j++)
		base[j].offered = base[j].handled = base[j].handle_time_s = 0;
	for (int i = 0; method_at(i, &m); i++) {
		struct wfm_forecast f = forecast(base, n, m);
		for (size_t d = 0; d < f.n_days; d++) /* 1,680 empty intervals: 0.1 a day at most */
			holds(f.days[d].mean < 0.1, "all zeros", m, f.days[d].mean);
		for (size_t j = 0; j < f.n_slots; j++)
			holds(f.slots[j].quantile[5] <= 1, "all zeros, band", m,
			      f.slots[j].quantile[5]);
		wfm_forecast_free(&f);
	}
}

/* One interval counted ten, a hundred or ten thousand times over, anywhere. */
static void test_outlier(void **state)
{
	(void)state;
	const char *m;
	size_t n = draw(base, 3000, 8);
	const size_t at[] = { n / 2 + 5, n - 30 * (LAST - FIRST) + 3, n - 5 };
	const double by[] = { 10, 100, 1e4 };
	for (int i = 0; method_at(i, &m); i++) {
		struct wfm_forecast a = forecast(base, n, m);
		for (int k = 0; k < 3; k++)
			for (int w = 0; w < 3; w++) {
				memcpy(other, base, sizeof base);
				other[at[k]].offered *= by[w];
				struct wfm_forecast b = forecast(other, n, m);
				double d = apart(&a, &b, 1);
				holds(d < 0.02, "one outlier", m, d);
				wfm_forecast_free(&b);
			}
		wfm_forecast_free(&a);
	}
}

/* A week without data, in the middle and just before the end: holes, not zeros. */
static void test_holes(void **state)
{
	(void)state;
	const char *m;
	size_t n = draw(base, 3000, 9), week = 7 * (LAST - FIRST);
	const size_t from[] = { n / 2 - n / 2 % week, n - 2 * week };
	for (int i = 0; method_at(i, &m); i++) {
		struct wfm_forecast a = forecast(base, n, m);
		for (int k = 0; k < 2; k++) {
			memcpy(other, base, from[k] * sizeof *base);
			memcpy(other + from[k], base + from[k] + week,
			       (n - from[k] - week) * sizeof *base);
			struct wfm_forecast b = forecast(other, n - week, m);
			double d = apart(&a, &b, 1);
			/* The baselines live on the last weeks alone. */
			holds(d < (k == 0 ? 0.03 : 0.08), "a week of holes", m, d);
			wfm_forecast_free(&b);
		}
		wfm_forecast_free(&a);
	}
}

static void check_sound(const struct wfm_forecast *f, const char *method)
{
	for (size_t i = 0; i < f->n_slots; i++) {
		const struct wfm_forecast_slot *s = &f->slots[i];
		holds(isfinite(s->mean) && s->mean >= 0, "sound mean", method, s->mean);
		holds(isfinite(s->aht_s) && s->aht_s > 0, "sound AHT", method, s->aht_s);
		for (int q = 0; q < WFM_QUANTILES; q++)
			holds(isfinite(s->quantile[q]) &&
				      s->quantile[q] >= (q > 0 ? s->quantile[q - 1] : 0),
			      "quantiles in order", method, s->quantile[q]);
	}
	for (size_t i = 0; i < f->n_days; i++) {
		const struct wfm_forecast_day *d = &f->days[i];
		holds(isfinite(d->mean) && d->mean >= 0, "sound day", method, d->mean);
		for (int q = 0; q < WFM_QUANTILES; q++)
			holds(isfinite(d->quantile[q]) &&
				      d->quantile[q] >= (q > 0 ? d->quantile[q - 1] : 0),
			      "quantiles of the day in order", method, d->quantile[q]);
	}
	for (int i = 0; i < f->n_effects; i++)
		holds(isfinite(f->effects[i].factor) && isfinite(f->effects[i].sd), "sound effect",
		      method, f->effects[i].factor);
	struct wfm_error e = { 0 };
	if (f->joint != NULL && wfm_joint_check(f->joint, &e) != WFM_OK)
		fail_msg("%s: joint %s %s", label(method), e.path, e.message);
}

/* Rubbish: huge, tiny, NaN, duplicated, far apart; days special, shut or out of order. */
static size_t rubbish(struct wfm_observation *rows, int slots, struct wfm_special_day *special,
		      size_t *n_special)
{
	size_t n = 1 + (size_t)(uniform() * 400);
	double reach = uniform() < 0.2 ? 4000 : 60, top = pow(10, 9 * uniform());
	for (size_t i = 0; i < n; i++) {
		double kind = uniform(), y = kind < 0.3 ? 0 : top * pow(uniform(), 4);
		rows[i] = (struct wfm_observation){
			.day = MONDAY + (int32_t)(uniform() * reach),
			.slot = (int16_t)(uniform() * slots),
			.offered = kind > 0.9 ? NAN : y,
			.handled = uniform() < 0.5 ? NAN : y * uniform(),
			.handle_time_s = uniform() < 0.3 ? NAN : y * pow(10, 6 * uniform() - 2),
		};
	}
	rows[0].offered = 1;
	*n_special = (size_t)(uniform() * 8);
	for (size_t i = 0; i < *n_special; i++)
		special[i] = (struct wfm_special_day){
			.day = MONDAY + (int32_t)(uniform() * 80),
			.kind = (enum wfm_day_kind)(uniform() * 3),
			.group = (int32_t)(uniform() * 3) - 1,
			.factor = uniform() < 0.5 ? NAN : 1000 * pow(uniform(), 6),
			.first_slot = (int16_t)(uniform() < 0.5 ? 2 : 0),
			.slots = (int16_t)(uniform() < 0.5 ? 3 : 0),
		};
	return n;
}

static void test_never_nan(void **state)
{
	(void)state;
	static struct wfm_observation rows[512];
	struct wfm_special_day special[8];
	const char *m;
	for (int k = 0; k < 250; k++) {
		struct wfm_series s = { .interval_min = k % 3 ? 60 : 30, .observations = rows,
					.special_days = special };
		state_ = 5000 + (uint64_t)k;
		s.n_observations = rubbish(rows, wfm_series_slots(&s), special, &s.n_special_days);
		for (int i = 0; method_at(i, &m); i++) {
			struct wfm_forecast_options o = { .days = 1 + k % 20, .method = m,
							  .origins = m != NULL ? -1 : 2,
							  .first_slot = (int16_t)(k % 4 ? 0 : 9) };
			struct wfm_forecast f;
			struct wfm_error e = { 0 };
			enum wfm_status status = wfm_forecast_run(&s, &o, &f, &e);
			if (status == WFM_OK)
				check_sound(&f, m);
			else /* a refusal says why */
				holds(status == WFM_INFEASIBLE && e.message[0] != '\0', "refusal", m,
				      k);
			wfm_forecast_free(&f);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scale),
		cmocka_unit_test(test_shift),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_queues_in_any_order),
		cmocka_unit_test(test_constant),
		cmocka_unit_test(test_zeros),
		cmocka_unit_test(test_outlier),
		cmocka_unit_test(test_holes),
		cmocka_unit_test(test_never_nan),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
