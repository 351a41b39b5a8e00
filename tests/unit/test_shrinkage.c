/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Absence measured by weekday: ratios by hand, few days drawn towards the site's share, chance alone told apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <math.h>

#include "server/base/clock.h"
#include "server/domain/measure_shrinkage.h"
#include "solver/num/rng.h"

enum { DAYS = 364 };
static const double OWN = 0.07, DAY_S = 100 * 8 * 3600.0; /* a hundred people */

static struct site_shrinkage measure(struct arena *a, const struct shrinkage_day *days, size_t n)
{
	struct site_shrinkage s = { .own_unplanned = OWN };
	shrinkage_measure(a, days, n, &s);
	assert_int_equal(s.weekday_count, 7);
	return s;
}

/* Each of a hundred people is away with the weekday's probability. */
static void fill(struct shrinkage_day *days, size_t n, const double share[7], uint64_t seed)
{
	struct rng d;
	int64_t monday = date_from_ymd(2025, 1, 6);
	rng_seed(&d, seed);
	for (size_t i = 0; i < n; i++) {
		int away = 0;
		for (int p = 0; p < 100; p++)
			away += rng_unit(&d) < share[i % 7];
		days[i] = (struct shrinkage_day){ .day = monday + (int64_t)i, .people = 100,
						  .rostered_s = DAY_S, .unplanned_s = away * DAY_S / 100 };
	}
}

static void test_two_bases_one_total(void **state)
{
	struct arena *a = *state;
	struct shrinkage_day days[DAYS];
	for (size_t i = 0; i < 70; i++)
		days[i] = (struct shrinkage_day){ .day = (int64_t)i, .people = 10, .rostered_s = 900,
						  .off_roster_s = 100, .planned_s = 100, .unplanned_s = 40,
						  .present_s = 760, .in_state_s = 722, .duties_s = 76 };
	struct site_shrinkage s = measure(a, days, 70);
	assert_true(s.known && s.days == 70 && s.people == 700);
	assert_true(fabs(s.planned - 0.2) < 1e-12);      /* (100 + 100) / 1000 */
	assert_true(fabs(s.unplanned - 0.05) < 1e-12);   /* 40 / (1000 - 200) */
	assert_true(fabs(s.unplanned_common - 0.04) < 1e-12);
	assert_true(fabs(s.total - (s.planned + s.unplanned_common)) < 1e-12);
	assert_true(fabs(s.adherence - 0.95) < 1e-12 && fabs(s.duties - 0.1) < 1e-12);
	for (int i = 0; i < 7; i++) { /* the same each day: no chance, and nothing apart */
		assert_true(fabs(s.weekdays[i].unplanned - 0.05) < 1e-12);
		assert_true(fabs(s.weekdays[i].used - 0.05) < 1e-12);
		assert_int_equal(s.weekdays[i].days, 10);
	}
}

/* Mondays are bad: they stand out where a year tells, and are drawn in where four weeks do. */
static void test_weekdays_speak_as_far_as_they_can(void **state)
{
	static const double truth[7] = { 0.12, 0.06, 0.06, 0.06, 0.06, 0.06, 0.06 };
	struct arena *a = *state;
	struct shrinkage_day days[DAYS];
	double own_year = 0, own_month = 0, used_month = 0;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		fill(days, DAYS, truth, seed);
		struct site_shrinkage year = measure(a, days, DAYS);
		assert_true(year.weekdays[0].weight > 0.8);
		assert_true(fabs(year.weekdays[0].used - 0.12) < 0.02);
		assert_true(year.weekdays[0].low < 0.12 + 0.01 && year.weekdays[0].high > 0.12 - 0.01);
		struct site_shrinkage month = measure(a, days, 28);
		assert_true(month.known && !month.weekdays[0].few);
		for (int i = 0; i < 7; i++) {
			const struct shrinkage_weekday *m = &month.weekdays[i];
			assert_true(m->weight >= 0 && m->weight < 1);
			/* Between the weekday's own share and the site's. */
			assert_true((m->used - month.unplanned) * (m->unplanned - month.unplanned) >= 0);
			assert_true(fabs(m->used - month.unplanned) <= fabs(m->unplanned - month.unplanned) + 1e-15);
			own_year += fabs(year.weekdays[i].unplanned - truth[i]);
			own_month += pow(m->unplanned - truth[i], 2);
			used_month += pow(m->used - truth[i], 2);
		}
	}
	assert_true(used_month < own_month); /* what the drawing together is for */
	assert_true(own_year / 140 < 0.005);
}

static void test_chance_alone_makes_no_weekdays(void **state)
{
	static const double alike[7] = { 0.06, 0.06, 0.06, 0.06, 0.06, 0.06, 0.06 };
	struct arena *a = *state;
	struct shrinkage_day days[DAYS];
	double apart = 0, told = 0;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		fill(days, DAYS, alike, 100 + seed);
		struct site_shrinkage s = measure(a, days, DAYS);
		for (int i = 0; i < 7; i++) {
			apart += fabs(s.weekdays[i].used - s.unplanned);
			told += fabs(s.weekdays[i].unplanned - s.unplanned);
		}
	}
	assert_true(apart < 0.4 * told);
}

static void test_too_few_days_say_so(void **state)
{
	static const double share[7] = { 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1 };
	struct arena *a = *state;
	struct shrinkage_day days[DAYS];
	fill(days, 13, share, 3);
	struct site_shrinkage s = measure(a, days, 13);
	assert_false(s.known);
	assert_non_null(strstr(s.reason, "too few"));
	assert_true(s.weekdays[3].used == OWN);
	s = measure(a, days, 0);
	assert_false(s.known);
	assert_true(isnan(s.unplanned) && isnan(s.total) && s.weekdays[0].used == OWN && s.weekdays[0].few);
	/* A weekday that never came has the site's share. */
	fill(days, DAYS, share, 4);
	size_t n = 0;
	for (size_t i = 0; i < DAYS; i++)
		if (i % 7 != 6)
			days[n++] = days[i];
	s = measure(a, days, n);
	assert_true(s.known && s.weekdays[6].few && isnan(s.weekdays[6].unplanned));
	assert_true(s.weekdays[6].used == s.unplanned && s.weekdays[6].weight == 0);
	/* Nobody ever came. */
	for (size_t i = 0; i < 28; i++)
		days[i] = (struct shrinkage_day){ .day = (int64_t)i, .rostered_s = 100, .unplanned_s = 100 };
	s = measure(a, days, 28);
	assert_true(s.unplanned == 1 && s.weekdays[0].used == 0.95);
}

static int begin(void **state)
{
	*state = arena_new(0);
	return 0;
}

static int end(void **state)
{
	arena_free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_two_bases_one_total, begin, end),
		cmocka_unit_test_setup_teardown(test_weekdays_speak_as_far_as_they_can, begin, end),
		cmocka_unit_test_setup_teardown(test_chance_alone_makes_no_weekdays, begin, end),
		cmocka_unit_test_setup_teardown(test_too_few_days_say_so, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
