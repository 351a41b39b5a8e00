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

#include "wfm/forecast.h"

enum { MONDAY = 18995 }; /* 2022-01-03 */

/* A small generator of its own, so that the data of these tests never change. */
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

/* Days of `per_day` contacts between 08:00 and 20:00, weekday and hour shaped, days vary 4 %. */
static struct history make(int interval_min, int days, double per_day, double day_sd)
{
	struct history h = { 0 };
	int slots = 1440 / interval_min;
	h.rows = calloc((size_t)(days * slots), sizeof *h.rows);
	assert_non_null(h.rows);
	noise_state = 12345;
	static const double week[7] = { 1.3, 1.1, 1.0, 1.0, 0.9, 0.5, 0.3 };
	for (int d = 0; d < days; d++) {
		double f = exp(day_sd * normal());
		for (int s = slots / 3; s < slots * 5 / 6; s++) {
			double x = (s + 0.5) / slots;
			double shape = 1.0 + 0.6 * sin(12.0 * x);
			double mean = per_day * week[d % 7] * f * shape * 2.0 / slots;
			h.rows[h.n++] = (struct wfm_observation){ MONDAY + d, (int16_t)s,
								  poisson(mean), NAN, NAN };
		}
	}
	h.series = (struct wfm_series){ interval_min, h.rows, h.n, NULL, 0, NULL };
	return h;
}

static struct wfm_forecast forecast(const struct wfm_series *s, int days)
{
	struct wfm_forecast_options o = { .days = days };
	struct wfm_forecast f;
	struct wfm_error e = { 0 };
	if (wfm_forecast_run(s, &o, &f, &e) != WFM_OK)
		fail_msg("%s: %s", e.path, e.message);
	return f;
}

/* Finite, in order, not negative, zero where closed: whatever went in. */
static void check_sane(const struct wfm_forecast *f, int slots)
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
	struct history h = make(30, 140, 2000, 0.03);
	struct wfm_forecast f = forecast(&h.series, 14);
	check_sane(&f, 48);
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
		struct history h = make(minutes[i], 42, 3000, 0.02);
		struct wfm_forecast f = forecast(&h.series, 7);
		check_sane(&f, 1440 / minutes[i]);
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
		struct history h = make(30, days, 800, 0.05);
		/* Began on a Tuesday. */
		for (size_t i = 0; i < h.n; i++)
			h.rows[i].day += 1;
		struct wfm_forecast f = forecast(&h.series, 14);
		check_sane(&f, 48);
		assert_true(sum_of(&f) > 0);
		wfm_forecast_free(&f);
		free(h.rows);
	}
}

static void test_zeros_and_constants(void **state)
{
	(void)state;
	struct history h = make(30, 100, 500, 0.0);
	for (size_t i = 0; i < h.n; i++)
		h.rows[i].offered = 0;
	struct wfm_forecast f = forecast(&h.series, 14);
	check_sane(&f, 48);
	assert_true(sum_of(&f) < 1.0);
	wfm_forecast_free(&f);
	const double levels[] = { 1, 7, 1e3, 1e6 };
	for (size_t k = 0; k < 4; k++) {
		for (size_t i = 0; i < h.n; i++)
			h.rows[i].offered = levels[k];
		f = forecast(&h.series, 14);
		check_sane(&f, 48);
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
	struct history h = make(30, 120, 1500, 0.03);
	struct wfm_forecast whole = forecast(&h.series, 14);
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
	struct wfm_forecast f = forecast(&h.series, 14);
	check_sane(&f, 48);
	assert_true(fabs(sum_of(&f) / sum_of(&whole) - 1) < 0.05);
	wfm_forecast_free(&f);
	wfm_forecast_free(&whole);
	free(h.rows);
}

static void test_one_outlier_moves_little(void **state)
{
	(void)state;
	struct history h = make(30, 120, 1500, 0.03);
	struct wfm_forecast before = forecast(&h.series, 14);
	for (size_t i = 0; i < h.n; i++)
		if (h.rows[i].day == MONDAY + 110 && h.rows[i].slot == 25)
			h.rows[i].offered = 100000;
	struct wfm_forecast after = forecast(&h.series, 14);
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
	struct history h = make(30, 140, 1500, 0.02);
	enum { CAMPAIGN = 7 };
	const int past[] = { 40, 75, 110 };
	for (size_t i = 0; i < h.n; i++)
		for (int k = 0; k < 3; k++)
			if (h.rows[i].day == MONDAY + past[k])
				h.rows[i].offered = round(h.rows[i].offered * 1.6);
	struct wfm_forecast plain = forecast(&h.series, 14);
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
	struct wfm_forecast f = forecast(&h.series, 14);
	check_sane(&f, 48);
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

static double factor_of(const struct wfm_forecast *f, const char *name)
{
	for (int i = 0; i < f->n_effects; i++)
		if (strcmp(f->effects[i].name, name) == 0)
			return f->effects[i].factor;
	fail_msg("no effect %s", name);
	return 0;
}

/* A holiday seen once leans on the family, one never seen is taken like the family. */
static void test_special_days_by_kind(void **state)
{
	(void)state;
	struct history h = make(30, 140, 1500, 0.02);
	enum { EASTER = 1, LABOUR, ARMY, NEW, FAMILY = 1 };
	const double factor[] = { 0, 0.4, 0.5, 0.6 };
	struct wfm_special_day s[8];
	for (int k = EASTER; k <= NEW; k++)
		s[k - 1] = (struct wfm_special_day){ .day = MONDAY + (k == NEW ? 142 : 30 * k),
						     .kind = WFM_DAY_SPECIAL, .group = k,
						     .factor = NAN, .family = FAMILY };
	for (size_t i = 0; i < h.n; i++)
		for (int k = EASTER; k < NEW; k++)
			if (h.rows[i].day == s[k - 1].day)
				h.rows[i].offered = round(h.rows[i].offered * factor[k]);
	struct wfm_forecast plain = forecast(&h.series, 14);
	h.series.special_days = s;
	h.series.n_special_days = 4;
	struct wfm_forecast f = forecast(&h.series, 14);
	check_sane(&f, 48);
	for (int k = EASTER; k < NEW; k++) {
		char name[32];
		(void)snprintf(name, sizeof name, "special_group_%d", k);
		double own = factor_of(&f, name);
		assert_true(own > 0.85 * factor[k] && own < 1.25 * factor[k]);
	}
	double fresh = factor_of(&f, "special_group_4");
	assert_true(fresh > 0.45 && fresh < 0.65);
	assert_true(fabs(f.days[2].mean / plain.days[2].mean - fresh) < 0.05);
	/* Never seen: it may be like the least of its family or the most. */
	assert_true(f.days[2].quantile[0] < 0.8 * f.days[2].mean);
	wfm_forecast_free(&plain);
	wfm_forecast_free(&f);
	free(h.rows);
}

/* Days of a kind that never have a contact are shut, whether or not anybody said so. */
static void test_special_days_without_rows(void **state)
{
	(void)state;
	struct history h = make(30, 140, 1500, 0.02);
	struct wfm_special_day s[5];
	const int day[] = { 30, 65, 100, 142, 144 };
	size_t kept = 0;
	for (int k = 0; k < 5; k++) /* two of group 1 and one of group 2; then another of 1, and one new */
		s[k] = (struct wfm_special_day){ .day = MONDAY + day[k], .kind = WFM_DAY_SPECIAL,
						 .group = k == 4 ? 3 : k == 2 ? 2 : 1, .factor = NAN,
						 .family = 1 };
	for (size_t i = 0; i < h.n; i++)
		if (h.rows[i].day != MONDAY + 30 && h.rows[i].day != MONDAY + 65)
			h.rows[kept++] = h.rows[i];
	h.series.n_observations = kept;
	h.series.special_days = s;
	h.series.n_special_days = 5;
	struct wfm_forecast f = forecast(&h.series, 14);
	check_sane(&f, 48);
	assert_true(f.days[2].mean < 1e-6 && f.days[2].quantile[6] < 1e-6);
	assert_true(factor_of(&f, "special_group_1") < 1e-6);
	assert_true(factor_of(&f, "special_group_2") > 0.8); /* that one was open */
	assert_true(f.days[4].mean < 1e-6);		     /* like most of its family */
	assert_true(f.days[3].mean > 100);
	wfm_forecast_free(&f);
	free(h.rows);
}

/* The day after an open holiday has an effect of its own, learnt and applied. */
static void test_days_beside_special_days(void **state)
{
	(void)state;
	struct history h = make(30, 210, 1500, 0.01);
	struct wfm_special_day s[12];
	size_t n = 0;
	for (int d = 16; d < 224; d += 18)
		s[n++] = (struct wfm_special_day){ .day = MONDAY + d, .kind = WFM_DAY_SPECIAL,
						   .group = 1, .factor = NAN, .neighbours = true };
	for (size_t i = 0; i < h.n; i++)
		for (size_t k = 0; k < n; k++) {
			if (h.rows[i].day == s[k].day)
				h.rows[i].offered = round(h.rows[i].offered * 0.5);
			if (h.rows[i].day == s[k].day + 1)
				h.rows[i].offered = round(h.rows[i].offered * 1.3);
		}
	h.series.special_days = s;
	h.series.n_special_days = n;
	struct wfm_forecast with = forecast(&h.series, 14);
	int at = (int)(s[n - 1].day - with.days[0].day);
	assert_true(at >= 0 && at < 13);
	assert_true(factor_of(&with, "after_closure_1") > 1.15);
	for (size_t k = 0; k < n; k++)
		s[k].neighbours = false;
	struct wfm_forecast without = forecast(&h.series, 14);
	assert_true(with.days[at + 1].mean > 1.12 * without.days[at + 1].mean);
	double ratio = with.days[at].mean / without.days[at].mean;
	assert_true(ratio > 0.9 && ratio < 1.1);
	wfm_forecast_free(&with);
	wfm_forecast_free(&without);
	free(h.rows);
}

/* Open until 22:00 from now on; until 20:00 before. The two hours get what the last hour has. */
static void test_longer_hours_from_now_on(void **state)
{
	(void)state;
	struct history h = make(30, 140, 1500, 0.02);
	uint8_t open[7 * 48];
	struct wfm_special_day shut[140];
	size_t kept = 0;
	for (int i = 0; i < 7 * 48; i++)
		open[i] = i % 48 >= 16 && i % 48 < 44;
	for (size_t i = 0; i < h.n; i++)
		if (h.rows[i].slot >= 16 && h.rows[i].slot < 40)
			h.rows[kept++] = h.rows[i];
	h.series.n_observations = kept;
	for (int d = 0; d < 140; d++)
		shut[d] = (struct wfm_special_day){ .day = MONDAY + d, .kind = WFM_DAY_CLOSED,
						    .group = -1, .factor = NAN,
						    .first_slot = 40, .slots = 4 };
	h.series.open = open;
	h.series.special_days = shut;
	h.series.n_special_days = 140;
	struct wfm_forecast f = forecast(&h.series, 7);
	check_sane(&f, 48);
	double last = 0, fresh = 0;
	for (size_t i = 0; i < f.n_slots; i++) {
		last += f.slots[i].slot == 39 ? f.slots[i].mean : 0;
		fresh += f.slots[i].slot >= 40 && f.slots[i].slot < 44 ? f.slots[i].mean / 4 : 0;
		assert_true(f.slots[i].open == (f.slots[i].slot >= 16 && f.slots[i].slot < 44));
	}
	assert_true(last > 50);
	assert_true(fresh > 0.85 * last && fresh < 1.15 * last);
	wfm_forecast_free(&f);
	free(h.rows);
}

/* Sundays from 10:00 to 14:00 from now on, never before: their share of the other days' volume. */
static void test_a_weekday_from_now_on(void **state)
{
	(void)state;
	struct history h = make(30, 140, 1500, 0.02);
	uint8_t open[7 * 48];
	struct wfm_special_day shut[19];
	size_t kept = 0;
	for (int i = 0; i < 7 * 48; i++)
		open[i] = i / 48 == 6 ? i % 48 >= 20 && i % 48 < 28 : i % 48 >= 16 && i % 48 < 40;
	for (size_t i = 0; i < h.n; i++)
		if (wfm_weekday(h.rows[i].day) != 6)
			h.rows[kept++] = h.rows[i];
	h.series.n_observations = kept;
	for (int w = 0; w < 19; w++)
		shut[w] = (struct wfm_special_day){ .day = MONDAY + 7 * w + 6, .kind = WFM_DAY_CLOSED,
						    .group = -1, .factor = NAN, .first_slot = 20,
						    .slots = 8 };
	h.series.open = open;
	h.series.special_days = shut;
	h.series.n_special_days = 19;
	struct wfm_forecast f = forecast(&h.series, 7);
	check_sane(&f, 48);
	double same = 0, sunday = 0;
	for (size_t i = 0; i < f.n_slots; i++) {
		bool within = f.slots[i].slot >= 20 && f.slots[i].slot < 28;
		int w = wfm_weekday(f.slots[i].day);
		same += w < 6 && within ? f.slots[i].mean / 6 : 0;
		sunday += w == 6 ? f.slots[i].mean : 0;
	}
	assert_true(sunday > 0.6 * same && sunday < 1.5 * same);
	assert_int_equal(wfm_weekday(f.days[0].day), 6);
	assert_true(fabs(f.days[0].mean - sunday) < 0.1 * sunday);
	wfm_forecast_free(&f);
	free(h.rows);
}

static void test_repeated_hour_is_averaged(void **state)
{
	(void)state;
	struct history h = make(60, 70, 1500, 0.02);
	struct wfm_forecast once = forecast(&h.series, 7);
	struct wfm_observation *twice = calloc(2 * h.n, sizeof *twice);
	assert_non_null(twice);
	for (size_t i = 0; i < h.n; i++)
		twice[2 * i] = twice[2 * i + 1] = h.rows[i];
	h.series.observations = twice;
	h.series.n_observations = 2 * h.n;
	struct wfm_forecast both = forecast(&h.series, 7);
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
	struct history h = make(30, 100, 4000, 0.02);
	for (size_t i = 0; i < h.n; i++) {
		double aht = h.rows[i].slot < 28 ? 200 : 260;
		h.rows[i].handled = h.rows[i].offered;
		h.rows[i].handle_time_s = h.rows[i].offered * aht;
	}
	struct wfm_forecast f = forecast(&h.series, 7);
	for (size_t i = 0; i < f.n_slots; i++)
		if (f.slots[i].open)
			assert_true(fabs(f.slots[i].aht_s - (f.slots[i].slot < 28 ? 200 : 260)) < 5);
	wfm_forecast_free(&f);
	free(h.rows);
}

static void test_cold_start(void **state)
{
	(void)state;
	struct history h = make(30, 70, 1000, 0.02);
	struct wfm_series empty = { 30, NULL, 0, NULL, 0, NULL };
	struct wfm_forecast_options o = { .first_day = MONDAY + 70, .days = 7 };
	struct wfm_forecast f;
	struct wfm_error e = { 0 };
	assert_int_equal(wfm_forecast_run(&empty, &o, &f, &e), WFM_INFEASIBLE);
	o.reference = &h.series;
	o.expected_week_volume = 700;
	assert_int_equal(wfm_forecast_run(&empty, &o, &f, &e), WFM_OK);
	check_sane(&f, 48);
	assert_true(fabs(sum_of(&f) / 700 - 1) < 0.02);
	assert_true(f.days[0].mean > 2 * f.days[6].mean); /* Mondays are busier than Sundays */
	assert_string_equal(f.method, "cold_start");
	wfm_forecast_free(&f);
	free(h.rows);
}

static void test_methods_by_name(void **state)
{
	(void)state;
	struct history h = make(30, 100, 1000, 0.03);
	for (int i = 0; wfm_forecast_method_name(i) != NULL; i++) {
		struct wfm_forecast_options o = { .days = 7, .method = wfm_forecast_method_name(i) };
		struct wfm_forecast f;
		assert_int_equal(wfm_forecast_run(&h.series, &o, &f, NULL), WFM_OK);
		assert_string_equal(f.method, o.method);
		check_sane(&f, 48);
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
	struct history h = make(30, 60, 1000, 0.03);
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
		cmocka_unit_test(test_special_days_by_kind),
		cmocka_unit_test(test_special_days_without_rows),
		cmocka_unit_test(test_days_beside_special_days),
		cmocka_unit_test(test_longer_hours_from_now_on),
		cmocka_unit_test(test_a_weekday_from_now_on),
		cmocka_unit_test(test_repeated_hour_is_averaged),
		cmocka_unit_test(test_handling_time),
		cmocka_unit_test(test_cold_start),
		cmocka_unit_test(test_methods_by_name),
		cmocka_unit_test(test_refusals),
	};
	return cmocka_run_group_tests_name("forecast", tests, NULL, NULL);
}
