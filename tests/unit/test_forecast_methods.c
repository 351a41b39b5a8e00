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

#include "tests/lib/counted_history.h"

enum { SLOTS = 48 };

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
	counted_seed(4711);
	for (int d = 0; d < days; d++) {
		double busy = exp(0.04 * counted_normal());
		for (int s = 0; s < SLOTS; s++) {
			double m = mean(d, s);
			if (!isnan(m))
				h.rows[h.n++] = (struct wfm_observation){
					MONDAY + d, (int16_t)s, counted_poisson(m * busy), NAN, NAN };
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

/* Four contacts a day, twice as many in the morning. */
static double sparse(int day, int slot)
{
	(void)day;
	return slot < 16 || slot >= 40 ? NAN : slot < 28 ? 4 * 2 / 36.0 : 4 * 1 / 36.0;
}

static int croston_at(const struct wfm_forecast *f)
{
	int at = 0;
	while (at < f->report.n_scores && strcmp(f->report.score[at].method, "croston") != 0)
		at++;
	assert_true(at < f->report.n_scores);
	return at;
}

static void test_sparse_queue(void **state)
{
	(void)state;
	struct history h = make(224, sparse);
	h.series.n_observations = h.n / 2;
	struct wfm_forecast f = forecast(&h.series, 112, "croston");
	double inside = 0, n = 0;
	assert_true(fabs(sum_of_days(&f, 0, 112) / (4 * 112) - 1) < 0.15);
	for (size_t i = 0; i < f.n_slots; i++)
		for (int q = 0; q < WFM_QUANTILES && f.slots[i].open; q++)
			assert_true(fabs(f.slots[i].quantile[q] - round(f.slots[i].quantile[q])) < 1e-12);
	/* What came in the other half of the history, by day. */
	double total[112] = { 0 };
	for (size_t i = h.n / 2; i < h.n; i++)
		total[h.rows[i].day - MONDAY - 112] += h.rows[i].offered;
	for (int d = 0; d < 112; d++) {
		inside += total[d] >= f.days[d].quantile[1] && total[d] <= f.days[d].quantile[5];
		n += 1;
	}
	assert_true(inside / n > 0.78 && inside / n < 0.97); /* whole numbers hold a little more */
	wfm_forecast_free(&f);
	f = forecast(&h.series, 14, NULL);
	const struct wfm_method_score *s = &f.report.score[croston_at(&f)];
	assert_true(s->origins == 8 && s->weight > 0.1);
	assert_true(s->wape_day < 0.9 * f.report.score[f.report.seasonal_naive].wape_day);
	assert_non_null(strstr(f.report.reason, "daily WAPE"));
	wfm_forecast_free(&f);
	free(h.rows);
	/* A busy queue does not hear of it. */
	h = make(112, office);
	f = forecast(&h.series, 14, NULL);
	s = &f.report.score[croston_at(&f)];
	assert_true(s->origins == 0 && s->weight == 0);
	wfm_forecast_free(&f);
	free(h.rows);
}

/* The same queue from a source that writes no row where nothing came. */
static void test_zeros_left_out(void **state)
{
	(void)state;
	struct history h = make(224, sparse);
	struct wfm_forecast whole = forecast(&h.series, 28, NULL);
	size_t n = 0;
	for (size_t i = 0; i < h.n; i++)
		if (h.rows[i].offered > 0)
			h.rows[n++] = h.rows[i];
	assert_true(n < h.n / 4);
	h.series.n_observations = n;
	struct wfm_forecast_options o = { .days = 28, .first_day = MONDAY + 224 };
	struct wfm_forecast f;
	assert_int_equal(wfm_forecast_run(&h.series, &o, &f, NULL), WFM_OK);
	assert_true(fabs(sum_of_days(&f, 0, 28) / sum_of_days(&whole, 0, 28) - 1) < 0.03);
	assert_non_null(strstr(f.report.history, "no rows of 0"));
	assert_null(strstr(whole.report.history, "no rows of 0"));
	wfm_forecast_free(&f);
	wfm_forecast_free(&whole);
	free(h.rows);
}

/* A level that doubled in four months nobody recorded. */
static double gap(int day, int slot)
{
	if (slot < 16 || slot >= 40 || (day >= 150 && day < 270))
		return NAN;
	return day < 150 ? 40.0 : 80.0;
}

static void test_months_of_gap(void **state)
{
	(void)state;
	struct history h = make(291, gap); /* three weeks since */
	struct wfm_forecast f = forecast(&h.series, 14, NULL);
	if (!(fabs(sum_of_days(&f, 0, 14) / (14 * 24 * 80) - 1) < 0.06))
		fail_msg("%s: %g of %g a day", f.report.reason, sum_of_days(&f, 0, 14) / 14, 24 * 80.0);
	assert_int_equal(f.report.longest_gap_days, 120);
	assert_non_null(strstr(f.report.history, "171 days"));
	assert_non_null(strstr(f.report.history, "120 open days in a row without data"));
	wfm_forecast_free(&f);
	free(h.rows);
}

static double since_tuesday(int day, int slot)
{
	return day < 1 || slot < 16 || slot >= 40 ? NAN : 30.0;
}

static void test_began_last_tuesday(void **state)
{
	(void)state;
	struct history h = make(7, since_tuesday);
	struct wfm_forecast f = forecast(&h.series, 14, NULL);
	for (int d = 0; d < 14; d++)
		assert_true(!f.days[d].open || fabs(f.days[d].mean / (24 * 30) - 1) < 0.25);
	assert_true(f.days[1].open);
	assert_non_null(strstr(f.report.reason, "too short"));
	wfm_forecast_free(&f);
	free(h.rows);
}

static const struct wfm_forecast_effect *effect_named(const struct wfm_forecast *f, const char *name)
{
	for (int i = 0; i < f->n_effects; i++)
		if (strcmp(f->effects[i].name, name) == 0)
			return &f->effects[i];
	return NULL;
}

static double even(int day, int slot)
{
	(void)day;
	return slot < 16 || slot >= 40 ? NAN : 60.0;
}

/* Billing days bring half as much again, and a third less on the day after. */
static void test_day_after_billing(void **state)
{
	(void)state;
	struct history h = make(224, even);
	struct wfm_special_day s[9];
	for (int k = 0; k < 9; k++)
		s[k] = (struct wfm_special_day){ .day = MONDAY + 9 + 27 * k, .group = 5,
						 .kind = WFM_DAY_SPECIAL, .factor = NAN };
	for (size_t i = 0; i < h.n; i++) {
		int beat = (h.rows[i].day - MONDAY - 9) % 27;
		h.rows[i].offered *= beat == 0 ? 1.5 : beat == 1 ? 0.67 : 1.0;
	}
	h.series.special_days = s;
	h.series.n_special_days = 9;
	struct wfm_forecast f = forecast(&h.series, 14, NULL); /* the next is on day 225 */
	double usual = sum_of_days(&f, 6, 14) / 8;
	assert_true(fabs(f.days[1].mean / usual - 1.5) < 0.12);
	assert_true(fabs(f.days[2].mean / usual - 0.67) < 0.12);
	assert_true(fabs(f.days[0].mean / usual - 1.0) < 0.08);
	const struct wfm_forecast_effect *after = effect_named(&f, "after_special_group_5");
	const struct wfm_forecast_effect *before = effect_named(&f, "before_special_group_5");
	assert_non_null(effect_named(&f, "special_group_5"));
	if (after == NULL || before == NULL)
		fail_msg("no effects of the days beside");
	else {
		assert_true(after->factor > 0.6 && after->factor < 0.78);
		assert_true(before->factor > 0.93 && before->factor < 1.07);
		assert_true(after->sd > 0 && after->sd < 0.1);
	}
	wfm_forecast_free(&f);
	free(h.rows);
}

/* Two and a bit years with a year's swing of 30 %. */
static double yearly(int day, int slot)
{
	if (slot < 16 || slot >= 40)
		return NAN;
	return 40.0 * exp(0.3 * sin(6.283185307179586 * (MONDAY + day) / 365.2425));
}

static void test_far_horizon(void **state)
{
	(void)state;
	struct history h = make(820, yearly);
	struct wfm_forecast f = forecast(&h.series, 546, NULL);
	double worst = 0, first = 0, last = 0;
	for (size_t w = 0; w < 78; w++) {
		double truth = 0, mean = sum_of_days(&f, 7 * w, 7 * w + 7);
		for (int d = 0; d < 7; d++)
			truth += 24 * yearly((int)(820 + 7 * w) + d, 20);
		worst = fmax(worst, fabs(mean / truth - 1));
		double spread = 0;
		for (size_t d = 7 * w; d < 7 * w + 7; d++)
			spread += (f.days[d].quantile[5] - f.days[d].quantile[1]) / f.days[d].mean;
		if (w == 1)
			first = spread / 7;
		if (w == 77)
			last = spread / 7;
	}
	if (!(worst < 0.12))
		fail_msg("a week %g off; %s", worst, f.report.reason);
	assert_true(last > first && last < 2.0);
	wfm_forecast_free(&f);
	/* With ten months behind it no year is invented: flat, and ever less certain. */
	h.series.n_observations = 300 * 24;
	f = forecast(&h.series, 546, NULL);
	double near = sum_of_days(&f, 0, 28) / 28, far = sum_of_days(&f, 518, 546) / 28;
	assert_true(fabs(far / near - 1) < 0.15);
	double a = f.days[10].quantile[5] / f.days[10].mean, b = f.days[540].quantile[5] / f.days[540].mean;
	assert_true(b > a && b < 4.0);
	wfm_forecast_free(&f);
	free(h.rows);
}

static void test_one_outlier_anywhere(void **state)
{
	(void)state;
	const int lengths[] = { 24, 45, 120 };
	for (int k = 0; k < 3; k++) {
		struct history h = make(lengths[k], office);
		struct wfm_forecast before = forecast(&h.series, 14, NULL);
		size_t at = 24 * (size_t)(lengths[k] - 9) + 11;
		h.rows[at].offered = 1e6;
		struct wfm_forecast after = forecast(&h.series, 14, NULL);
		double moved = 0;
		for (size_t i = 0; i < before.n_slots; i++)
			moved += fabs(after.slots[i].mean - before.slots[i].mean);
		if (!(moved / sum_of_days(&before, 0, 14) < 0.02))
			fail_msg("%d days: moved %g", lengths[k], moved / sum_of_days(&before, 0, 14));
		bool listed = false;
		for (size_t i = 0; i < after.n_outliers; i++)
			listed = listed || (after.outliers[i].day == h.rows[at].day &&
					    after.outliers[i].slot == h.rows[at].slot &&
					    after.outliers[i].usual < 200);
		assert_true(listed);
		assert_true(after.n_outliers == (size_t)after.report.outliers);
		wfm_forecast_free(&before);
		wfm_forecast_free(&after);
		free(h.rows);
	}
}

/* How much wider the slots' 80 % intervals of the second forecast are, in all. */
static double wider(const struct wfm_forecast *a, const struct wfm_forecast *b)
{
	double width[2] = { 0 };
	for (size_t i = 0; i < a->n_slots; i++) {
		width[0] += a->slots[i].quantile[5] - a->slots[i].quantile[1];
		width[1] += b->slots[i].quantile[5] - b->slots[i].quantile[1];
	}
	return width[1] / width[0];
}

/* A day with hardly any contact does little to four or eight weeks, even in the first fortnight. */
static void test_one_odd_day_early(void **state)
{
	(void)state;
	const int lengths[] = { 28, 56 }, odd[] = { 3, 8, 12 };
	static const char *const methods[] = { "day_profile_ar", "state_space", NULL };
	for (int k = 0; k < 18; k++) {
		const char *method = methods[k % 3];
		struct history h = make(lengths[k / 9], office);
		struct wfm_forecast before = forecast(&h.series, 14, method);
		for (size_t i = 0; i < h.n; i++)
			if (h.rows[i].day == MONDAY + odd[k / 3 % 3])
				h.rows[i].offered = floor(0.1 * h.rows[i].offered);
		struct wfm_forecast after = forecast(&h.series, 14, method);
		double moved = 0;
		for (size_t i = 0; i < before.n_days; i++)
			moved += fabs(after.days[i].mean - before.days[i].mean);
		moved /= sum_of_days(&before, 0, 14);
		if (!(moved < 0.02 && wider(&before, &after) < 1.25))
			fail_msg("%s, %d days, day %d: moved %g, wider %g", method ? method : "judge",
				 lengths[k / 9], odd[k / 3 % 3], moved, wider(&before, &after));
		wfm_forecast_free(&before);
		wfm_forecast_free(&after);
		free(h.rows);
	}
}

static double hill(int day, int slot)
{
	(void)day;
	return 2.0 + 18.0 * exp(-0.5 * pow((slot - 24.0) / 7.0, 2.0));
}

static double hill_with_a_spire(int day, int slot)
{
	return slot == 20 ? 60.0 : hill(day, slot);
}

/* How far a week's slots [from, to) are from their true share of its days. */
static double off_shape(const struct wfm_forecast *f, mean_of_slot truth, int from, int to)
{
	double off = 0.0, volume = 0.0;
	for (int day = 0; day < 7; day++) {
		double all = 0.0;
		for (int s = 0; s < SLOTS; s++)
			all += truth(day, s);
		for (int s = from; s < to; s++) {
			double share = truth(day, s) / all * f->days[day].mean;
			off += fabs(slot_at(f, day, s)->mean - share);
			volume += share;
		}
	}
	return off / volume;
}

/* Two weeks of small counts tell a smooth day's shape from its noise, and a spire stays one. */
static void test_neighbouring_slots(void **state)
{
	(void)state;
	struct history smooth = make(14, hill), sharp = make(56, hill_with_a_spire);
	struct wfm_forecast a = forecast(&smooth.series, 7, "state_space");
	struct wfm_forecast b = forecast(&sharp.series, 7, "state_space");
	assert_true(off_shape(&a, hill, 0, SLOTS) < 0.045);
	assert_true(off_shape(&b, hill_with_a_spire, 20, 21) < 0.03);
	assert_true(off_shape(&b, hill_with_a_spire, 17, 24) < 0.05);
	wfm_forecast_free(&a);
	wfm_forecast_free(&b);
	free(smooth.rows);
	free(sharp.rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shares_and_reason),
		cmocka_unit_test(test_longer_hours),
		cmocka_unit_test(test_hours_more_than_doubled),
		cmocka_unit_test(test_shorter_hours),
		cmocka_unit_test(test_sparse_queue),
		cmocka_unit_test(test_zeros_left_out),
		cmocka_unit_test(test_months_of_gap),
		cmocka_unit_test(test_began_last_tuesday),
		cmocka_unit_test(test_day_after_billing),
		cmocka_unit_test(test_far_horizon),
		cmocka_unit_test(test_one_outlier_anywhere),
		cmocka_unit_test(test_one_odd_day_early),
		cmocka_unit_test(test_neighbouring_slots),
	};
	return cmocka_run_group_tests_name("forecast methods", tests, NULL, NULL);
}
