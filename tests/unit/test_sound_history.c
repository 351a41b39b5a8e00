/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rubbish in a queue's history: what is kept of it, and what is said of the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/domain/sound_history.h"

enum { ROWS_MAX = 40000, OPEN = 8 * 60, SHUT = 18 * 60 };

struct fixture {
	struct arena *arena;
	const struct zone *zone;
	struct queue_history_row *rows;
	size_t n;
	struct forecast_warnings warnings;
	int64_t monday;
};

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct err e = ERR_INIT;
	assert_non_null(f);
	assert_true(zones_start(&e) && zone_find("America/Santiago", &f->zone, &e));
	f->arena = arena_new(0);
	f->rows = arena_array(f->arena, ROWS_MAX, sizeof *f->rows);
	f->monday = date_from_ymd(2026, 5, 4); /* no clock change for weeks */
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;
	arena_free(f->arena);
	free(f);
	return 0;
}

static void put(struct fixture *f, int64_t date, int minute, double offered)
{
	assert_true(f->n < ROWS_MAX);
	f->rows[f->n++] = (struct queue_history_row){ zone_to_utc(f->zone, date, minute), offered,
						      offered, offered * 100 };
}

/* Days [from, until) after the first Monday with a contact a minute, in rows of so many minutes. */
static void put_days(struct fixture *f, int from, int until, int minutes)
{
	for (int d = from; d < until; d++)
		for (int m = OPEN; m < SHUT; m += minutes)
			put(f, f->monday + d, m, minutes);
}

static size_t keep(struct fixture *f, int interval_min)
{
	f->n = history_keep_sound(f->arena, f->zone, "voice", interval_min, f->rows, f->n, &f->warnings);
	return f->n;
}

static const struct forecast_warning *only(struct fixture *f, const char *code)
{
	assert_int_equal(f->warnings.count, 1);
	assert_string_equal(f->warnings.items[0].code, code);
	return &f->warnings.items[0];
}

static void all_are(struct fixture *f, double offered)
{
	for (size_t i = 0; i < f->n; i++) {
		assert_true(f->rows[i].offered == offered && f->rows[i].handled == offered);
		assert_true(f->rows[i].handle_time_s == offered * 100);
		assert_true(i == 0 || f->rows[i].start > f->rows[i - 1].start);
	}
}

static void test_sound_rows_stay_as_they_are(void **state)
{
	struct fixture *f = *state;
	put_days(f, 0, 30, 30);
	assert_int_equal(keep(f, 30), 600);
	assert_int_equal(f->warnings.count, 0);
	all_are(f, 30);
}

static void test_sparse_rows_stay_as_they_are(void **state)
{
	struct fixture *f = *state;
	for (int d = 0; d < 60; d++)
		for (int k = 0; k < 4; k++)
			put(f, f->monday + d, OPEN + 30 * ((7 * d + 5 * k * k + k) % 7 + 5 * k), 1);
	assert_int_equal(keep(f, 30), 240);
	assert_int_equal(f->warnings.count, 0);
	f->n = 0; /* one interval a day is nobody's daily total */
	for (int d = 0; d < 60; d++)
		put(f, f->monday + d, OPEN, 5);
	assert_int_equal(keep(f, 30), 60);
	assert_int_equal(f->warnings.count, 0);
}

/* Day totals over a clock change: the week with the day of 25 hours is of day totals, too. */
static void test_day_totals_are_left_out_over_a_clock_change(void **state)
{
	struct fixture *f = *state;
	for (int d = 0; d < 56; d++)
		put(f, date_from_ymd(2026, 3, 2) + d, 0, 500);
	assert_int_equal(keep(f, 30), 0);
	assert_int_equal(only(f, "coarser_rows")->count, 56);
}

static void test_finer_rows_are_added_up(void **state)
{
	static const int parts[] = { 5, 6, 10, 15 };
	struct fixture *f = *state;
	for (size_t i = 0; i < 4; i++) {
		f->n = f->warnings.count = 0;
		put_days(f, 0, 20, parts[i]);
		put_days(f, 20, 40, 30);
		assert_int_equal(keep(f, 30), 800);
		all_are(f, 30);
		const struct forecast_warning *w = only(f, "finer_rows");
		assert_true(w->from == f->monday && w->to == f->monday + 19);
		assert_int_equal(w->count, 20 * 600 / parts[i]);
	}
	assert_string_equal(f->warnings.items[0].text,
			    "added up to 30 minutes: 800 rows of 15 minutes from 2026-05-04 to 2026-05-23");
}

static void test_parts_of_an_interval_are_no_interval(void **state)
{
	struct fixture *f = *state;
	put_days(f, 0, 10, 15);
	/* A quarter of an hour is missing in the second day, and the last one of all. */
	memmove(&f->rows[41], &f->rows[42], (f->n - 42) * sizeof *f->rows);
	f->n -= 2;
	assert_int_equal(keep(f, 30), 198);
	all_are(f, 30);
	assert_int_equal(f->warnings.count, 2);
	assert_string_equal(f->warnings.items[1].code, "partial_intervals");
	assert_int_equal(f->warnings.items[1].count, 2);
}

static void test_strays_are_left_out(void **state)
{
	struct fixture *f = *state;
	put_days(f, 0, 3, 30);
	put(f, f->monday + 3, OPEN, 30);
	put(f, f->monday + 3, OPEN + 7, 99);
	put(f, f->monday + 3, OPEN + 30, 30);
	put(f, f->monday + 3, OPEN + 45, 99);
	put(f, f->monday + 3, OPEN + 60, 30);
	assert_int_equal(keep(f, 30), 63);
	all_are(f, 30);
	const struct forecast_warning *w = only(f, "misaligned_rows");
	assert_string_equal(w->text, "left out: 2 rows on 2026-05-07, beginning within an interval of 30 minutes");
}

static void test_hours_are_not_split(void **state)
{
	struct fixture *f = *state;
	put_days(f, 2, 20, 60); /* begins on a Wednesday, ends within a week */
	put_days(f, 21, 42, 30);
	assert_int_equal(keep(f, 30), 420);
	all_are(f, 30);
	const struct forecast_warning *w = only(f, "coarser_rows");
	assert_int_equal(w->count, 180);
	assert_string_equal(w->text, "left out: 180 rows every 60 minutes from 2026-05-06 to 2026-05-23,"
				     " since queue voice has intervals of 30 and nobody knows how to split them");
}

static void test_nothing_sound_is_nothing(void **state)
{
	struct fixture *f = *state;
	put_days(f, 0, 30, 60);
	assert_int_equal(keep(f, 15), 0);
	assert_true(only(f, "coarser_rows")->count == 300);
	f->warnings.count = 0;
	for (int d = 0; d < 30; d++)
		put(f, f->monday + d, 0, 600);
	assert_int_equal(keep(f, 30), 0);
	assert_true(strstr(only(f, "coarser_rows")->text, "every 1440 minutes") != NULL);
	f->warnings.count = 0;
	put(f, f->monday, OPEN, NAN);
	put(f, f->monday, OPEN + 30, INFINITY);
	assert_int_equal(keep(f, 30), 0);
	assert_true(only(f, "impossible_rows")->count == 2);
}

static void test_holes_are_told(void **state)
{
	struct fixture *f = *state;
	put_days(f, 0, 10, 30);
	put_days(f, 37, 40, 30);
	put_days(f, 68, 75, 30);
	history_warn_of_holes(f->arena, f->zone, f->rows, f->n, zone_to_utc(f->zone, f->monday + 76, 0),
			      &f->warnings);
	const struct forecast_warning *w = only(f, "gap");
	assert_string_equal(w->text, "no history from 2026-06-13 to 2026-07-10 (28 days)");
	f->warnings.count = 0;
	for (size_t i = 0; i < f->n; i++)
		f->rows[i].offered = 0;
	history_warn_of_holes(f->arena, f->zone, f->rows, 40, zone_to_utc(f->zone, f->monday + 76, 0),
			      &f->warnings);
	assert_int_equal(f->warnings.count, 2);
	assert_string_equal(f->warnings.items[0].code, "stale");
	assert_string_equal(f->warnings.items[0].text, "the history ends on 2026-05-05, 74 days before today");
	assert_string_equal(f->warnings.items[1].code, "all_zero");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sound_rows_stay_as_they_are, begin, end),
		cmocka_unit_test_setup_teardown(test_sparse_rows_stay_as_they_are, begin, end),
		cmocka_unit_test_setup_teardown(test_day_totals_are_left_out_over_a_clock_change, begin, end),
		cmocka_unit_test_setup_teardown(test_finer_rows_are_added_up, begin, end),
		cmocka_unit_test_setup_teardown(test_parts_of_an_interval_are_no_interval, begin, end),
		cmocka_unit_test_setup_teardown(test_strays_are_left_out, begin, end),
		cmocka_unit_test_setup_teardown(test_hours_are_not_split, begin, end),
		cmocka_unit_test_setup_teardown(test_nothing_sound_is_nothing, begin, end),
		cmocka_unit_test_setup_teardown(test_holes_are_told, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
