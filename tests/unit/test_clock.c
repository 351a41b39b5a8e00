/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dates, weeks and instants, against libc over three centuries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "server/base/clock.h"

static void dates_agree_with_libc(void **state)
{
	(void)state;
	int64_t first = date_from_ymd(1900, 1, 1), last = date_from_ymd(2199, 12, 31);
	assert_int_equal(date_from_ymd(1970, 1, 1), 0);
	for (int64_t d = first; d <= last; d++) {
		time_t t = (time_t)(d * 86400);
		struct tm tm;
		char want[16], got[16];
		int y, m, day;
		int64_t back;
		assert_non_null(gmtime_r(&t, &tm));
		date_to_ymd(d, &y, &m, &day);
		assert_int_equal(y, tm.tm_year + 1900);
		assert_int_equal(m, tm.tm_mon + 1);
		assert_int_equal(day, tm.tm_mday);
		assert_int_equal(date_from_ymd(y, m, day), d);
		assert_int_equal(date_weekday(d) % 7, tm.tm_wday);
		assert_true(strftime(want, sizeof want, "%Y-%m-%d", &tm) > 0);
		date_format(d, got);
		assert_string_equal(got, want);
		assert_true(date_parse(got, &back));
		assert_int_equal(back, d);
		assert_true(strftime(want, sizeof want, "%G-W%V", &tm) > 0);
		week_format(d, got);
		assert_string_equal(got, want);
		if (strncmp(got, "1899", 4) != 0 && strncmp(got, "2200", 4) != 0) {
			assert_true(week_parse(got, &back));
			assert_int_equal(back, d - (date_weekday(d) - 1));
		}
	}
}

static void what_is_no_date(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"", "2026", "2026-1-1", "2026-13-01", "2026-00-01", "2026-02-29", "2100-02-29",
		"2026-04-31", "2026-01-00", "2026-01-01 ", " 2026-01-01", "2026-01-01T", "20260101",
		"1899-12-31", "2200-01-01", "-026-01-01", "2026-0a-01",
	};
	static const char *const bad_weeks[] = {
		"", "2026-W00", "2026-W54", "2025-W53", "2026-w48", "2026W48", "2026-W4", "2026-W480",
		"2200-W01", "1899-W52",
	};
	int64_t v = 77;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(date_parse(bad[i], &v));
	for (size_t i = 0; i < sizeof bad_weeks / sizeof bad_weeks[0]; i++)
		assert_false(week_parse(bad_weeks[i], &v));
	assert_int_equal(v, 77);
	assert_true(date_parse("2024-02-29", &v));
	assert_true(week_parse("2026-W53", &v)); /* 2026 has 53 */
}

static void instants(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t utc;
		int offset_s;
	} good[] = {
		{ "1970-01-01T00:00:00Z", 0, 0 },
		{ "1970-01-01t00:00:01z", 1, 0 },
		{ "2026-11-23T08:00:00-03:00", 1795431600, -10800 },
		{ "2026-11-23 11:00:00+00", 1795431600, 0 },
		{ "2026-11-23 11:00:00.999999+00", 1795431600, 0 },
		{ "2026-11-23T16:30:00+0530", 1795431600, 19800 },
		{ "1969-12-31T23:59:59-00:00", -1, 0 },
	};
	static const char *const bad[] = {
		"", "2026-11-23", "2026-11-23T08:00:00", "2026-11-23T08:00Z", "2026-11-23T24:00:00Z",
		"2026-11-23T08:60:00Z", "2026-11-23T08:00:60Z", "2026-11-23T08:00:00+19",
		"2026-11-23T08:00:00+3", "2026-11-23T08:00:00.Z", "2026-11-23T08:00:00Zx",
		"2026-11-23X08:00:00Z", "2026-11-23T08:00:00+03:0", "2026-11-23  08:00:00Z",
	};
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		int64_t utc;
		int offset_s;
		assert_true(instant_parse_offset(good[i].text, &utc, &offset_s));
		assert_int_equal(utc, good[i].utc);
		assert_int_equal(offset_s, good[i].offset_s);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		int64_t utc;
		if (instant_parse(bad[i], &utc))
			fail_msg("%s taken", bad[i]);
	}
}

static void instants_round_trip(void **state)
{
	(void)state;
	for (int64_t utc = -2000000000; utc < 4000000000; utc += 9999991) {
		for (int offset = -12 * 3600; offset <= 14 * 3600; offset += 900) {
			char text[26];
			int64_t back;
			int back_offset;
			instant_format(utc, offset, text);
			assert_true(instant_parse_offset(text, &back, &back_offset));
			assert_int_equal(back, utc);
			assert_int_equal(back_offset, offset);
		}
	}
	char text[26];
	instant_format(1795431600, -10800, text);
	assert_string_equal(text, "2026-11-23T08:00:00-03:00");
	instant_format(1795431600, 0, text);
	assert_string_equal(text, "2026-11-23T11:00:00Z");
}

static void now_moves_forward(void **state)
{
	(void)state;
	double before = clock_monotonic_s();
	assert_true(clock_now() > date_from_ymd(2020, 1, 1) * 86400);
	assert_true(clock_monotonic_s() >= before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_agree_with_libc), cmocka_unit_test(what_is_no_date),
		cmocka_unit_test(instants), cmocka_unit_test(instants_round_trip),
		cmocka_unit_test(now_moves_forward),
	};
	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
