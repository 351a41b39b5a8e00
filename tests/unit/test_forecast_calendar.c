/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the calendar does to a forecast: kinds of special days, days beside them, hours that change. */
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
	struct counted_history h = counted_make(30, 140, 1500, 0.02);
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
	struct wfm_forecast plain = counted_forecast(&h.series, 14);
	h.series.special_days = s;
	h.series.n_special_days = 4;
	struct wfm_forecast f = counted_forecast(&h.series, 14);
	counted_check(&f, 48);
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
	struct counted_history h = counted_make(30, 140, 1500, 0.02);
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
	struct wfm_forecast f = counted_forecast(&h.series, 14);
	counted_check(&f, 48);
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
	struct counted_history h = counted_make(30, 210, 1500, 0.01);
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
	struct wfm_forecast with = counted_forecast(&h.series, 14);
	int at = (int)(s[n - 1].day - with.days[0].day);
	assert_true(at >= 0 && at < 6);
	assert_true(factor_of(&with, "after_closure_1") > 1.15);
	for (size_t k = 0; k < n; k++)
		s[k].neighbours = false;
	struct wfm_forecast without = counted_forecast(&h.series, 14);
	/* Then the group has an effect of its own beside it; the days come out alike. */
	assert_true(factor_of(&without, "after_special_group_1") > 1.15);
	assert_true(with.days[at + 1].mean > 1.12 * with.days[at + 8].mean);
	for (int d = at; d <= at + 1; d++) {
		double ratio = with.days[d].mean / without.days[d].mean;
		assert_true(ratio > 0.9 && ratio < 1.1);
	}
	wfm_forecast_free(&with);
	wfm_forecast_free(&without);
	free(h.rows);
}

/* Open until 22:00 from now on; until 20:00 before. The two hours get what the last hour has. */
static void test_longer_hours_from_now_on(void **state)
{
	(void)state;
	struct counted_history h = counted_make(30, 140, 1500, 0.02);
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
	struct wfm_forecast f = counted_forecast(&h.series, 7);
	counted_check(&f, 48);
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
	struct counted_history h = counted_make(30, 140, 1500, 0.02);
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
	struct wfm_forecast f = counted_forecast(&h.series, 7);
	counted_check(&f, 48);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_special_days_by_kind),
		cmocka_unit_test(test_special_days_without_rows),
		cmocka_unit_test(test_days_beside_special_days),
		cmocka_unit_test(test_longer_hours_from_now_on),
		cmocka_unit_test(test_a_weekday_from_now_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
