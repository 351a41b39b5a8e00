/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The zones against known clock changes, and against Python's zoneinfo over all zones. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "server/base/clock.h"
#include "server/calendar/zone_data.h"
#include "server/calendar/zones.h"

static const struct zone *find(const char *name)
{
	const struct zone *z = NULL;
	struct err e = ERR_INIT;

	if (!zone_find(name, &z, &e))
		fail_msg("%s: %s", name, e.message);
	assert_string_equal(zone_name(z), name);
	return z;
}

static int64_t utc(const char *text)
{
	int64_t t;

	assert_true(instant_parse(text, &t));
	return t;
}

static int64_t day(const char *text)
{
	int64_t d;

	assert_true(date_parse(text, &d));
	return d;
}

struct wall_case {
	const char *zone, *date;
	int minute;
	const char *first, *second;
};

static void test_wall_clock(void **state)
{
	static const struct wall_case cases[] = {
		/* Chile: 24:00 of 2026-09-05 becomes 01:00; 24:00 of 2026-04-04 becomes 23:00. */
		{ "America/Santiago", "2026-09-05", 1439, "2026-09-06T03:59:00Z", "2026-09-06T03:59:00Z" },
		{ "America/Santiago", "2026-09-05", 1440, "2026-09-06T04:00:00Z", "2026-09-06T04:00:00Z" },
		{ "America/Santiago", "2026-09-06", 30, "2026-09-06T04:00:00Z", "2026-09-06T04:00:00Z" },
		{ "America/Santiago", "2026-09-06", 60, "2026-09-06T04:00:00Z", "2026-09-06T04:00:00Z" },
		{ "America/Santiago", "2026-09-06", 61, "2026-09-06T04:01:00Z", "2026-09-06T04:01:00Z" },
		{ "America/Santiago", "2026-04-04", 1380, "2026-04-05T02:00:00Z", "2026-04-05T03:00:00Z" },
		{ "America/Santiago", "2026-04-04", 1439, "2026-04-05T02:59:00Z", "2026-04-05T03:59:00Z" },
		{ "America/Santiago", "2026-04-05", 0, "2026-04-05T04:00:00Z", "2026-04-05T04:00:00Z" },
		{ "America/Santiago", "2026-04-04", 1860, "2026-04-05T11:00:00Z", "2026-04-05T11:00:00Z" },
		{ "America/New_York", "2003-04-06", 150, "2003-04-06T07:00:00Z", "2003-04-06T07:00:00Z" },
		{ "America/New_York", "2003-10-26", 90, "2003-10-26T05:30:00Z", "2003-10-26T06:30:00Z" },
		{ "Europe/Madrid", "2026-10-25", 150, "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z" },
		{ "America/El_Salvador", "2026-04-05", 480, "2026-04-05T14:00:00Z", "2026-04-05T14:00:00Z" },
		/* Israel 1999: forward on 2 April at 02:00, back on 3 September at 02:00. */
		{ "Asia/Jerusalem", "1999-04-02", 150, "1999-04-02T00:00:00Z", "1999-04-02T00:00:00Z" },
		{ "Asia/Jerusalem", "1999-09-03", 90, "1999-09-02T22:30:00Z", "1999-09-02T23:30:00Z" },
		/* Past the file's own list and past one 400-year cycle. */
		{ "America/New_York", "2100-07-01", 720, "2100-07-01T16:00:00Z", "2100-07-01T16:00:00Z" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct wall_case *c = &cases[i];
		const struct zone *z = find(c->zone);

		if (zone_to_utc(z, day(c->date), c->minute) != utc(c->first) ||
		    zone_to_utc_second(z, day(c->date), c->minute) != utc(c->second))
			fail_msg("%s %s minute %d", c->zone, c->date, c->minute);
	}
}

static void test_days(void **state)
{
	const struct zone *z = find("America/Santiago");
	int64_t at, date;
	int moved, minute;

	(void)state;
	assert_int_equal(zone_day_minutes(z, day("2026-04-03")), 1440);
	assert_int_equal(zone_day_minutes(z, day("2026-04-04")), 1500);
	assert_int_equal(zone_day_minutes(z, day("2026-04-05")), 1440);
	assert_int_equal(zone_day_minutes(z, day("2026-09-05")), 1440);
	assert_int_equal(zone_day_minutes(z, day("2026-09-06")), 1380);

	assert_true(zone_day_change(z, day("2026-04-04"), &at, &moved));
	assert_int_equal(at, utc("2026-04-05T03:00:00Z"));
	assert_int_equal(moved, -60);
	assert_true(zone_day_change(z, day("2026-09-06"), &at, &moved));
	assert_int_equal(at, utc("2026-09-06T04:00:00Z"));
	assert_int_equal(moved, 60);
	assert_false(zone_day_change(z, day("2026-04-05"), &at, &moved));
	assert_false(zone_day_change(z, day("2026-09-05"), &at, &moved));
	assert_false(zone_day_change(find("America/Guatemala"), day("2026-04-05"), &at, &moved));

	zone_to_local(z, utc("2026-04-05T03:15:00Z"), &date, &minute);
	assert_int_equal(date, day("2026-04-04"));
	assert_int_equal(minute, 1395);
	zone_to_local(find("America/New_York"), -1, &date, &minute);
	assert_int_equal(date, -1);
	assert_int_equal(minute, 18 * 60 + 59);
}

static void test_year_adds_up(void **state)
{
	static const char *const names[] = { "America/Santiago", "America/New_York", "Europe/Madrid",
					     "Australia/Lord_Howe", "America/St_Johns" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const struct zone *z = find(names[i]);

		for (int year = 2000; year < 2600; year += 37) {
			int64_t first = date_from_ymd(year, 1, 1), next = date_from_ymd(year + 1, 1, 1);
			int64_t sum = 0, at;
			int moved_sum = 0, moved;

			for (int64_t d = first; d < next; d++) {
				sum += zone_day_minutes(z, d);
				if (zone_day_change(z, d, &at, &moved)) {
					moved_sum += moved;
					assert_int_equal(zone_day_minutes(z, d), 1440 - moved);
					assert_int_equal(60 * moved, zone_offset_s(z, at) -
								     zone_offset_s(z, at - 1));
				}
			}
			assert_int_equal(sum, (zone_to_utc(z, next, 0) - zone_to_utc(z, first, 0)) / 60);
			assert_int_equal(moved_sum, 0);
		}
	}
}

static void test_unknown_names(void **state)
{
	static const char *const names[] = { "", "Mars/Olympus", "America/", "America", "/etc/passwd",
		"../../etc/passwd", "America/../UTC", "posix/UTC", "localtime", "america/santiago",
		"America/Santiago/x", "UTC\n", "Factory", "tzdata.zi",
		"Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const struct zone *z = NULL;
		struct err e = ERR_INIT;

		assert_false(zone_find(names[i], &z, &e));
		assert_int_equal(e.code, ERR_INVALID);
		assert_null(z);
	}
}

static void test_broken_files(void **state)
{
	unsigned char bytes[4096];
	FILE *f = fopen("/usr/share/zoneinfo/America/Santiago", "rb");
	struct zone *z = NULL;
	struct err e = ERR_INIT;
	size_t n;

	(void)state;
	assert_non_null(f);
	n = fread(bytes, 1, sizeof bytes, f);
	fclose(f);
	assert_true(zone_read("X", bytes, n, &z, &e));
	zone_free(z);
	for (size_t cut = 0; cut < n - 1; cut++) {
		unsigned char *copy = malloc(cut + 1); /* exact size, so that ASan sees overreads */

		assert_non_null(copy);
		memcpy(copy, bytes, cut);
		assert_false(zone_read("X", copy, cut, &z, &e));
		free(copy);
	}
	for (size_t i = 0; i < n; i++) {
		for (int bit = 0; bit < 8; bit++) {
			bytes[i] ^= (unsigned char)(1 << bit);
			if (zone_read("X", bytes, n, &z, &e)) {
				(void)zone_offset_s(z, 1790000000);
				zone_free(z);
			}
			bytes[i] ^= (unsigned char)(1 << bit);
		}
	}
}

static const char *oracle_path(char path[512])
{
	const char *root = getenv("CUADRANTE_ROOT");

	snprintf(path, 512, "%s/tests/lib/zone_oracle.py", root ? root : ".");
	return path;
}

static void test_against_zoneinfo(void **state)
{
	char path[512], command[600], line[256], name[64];
	long offsets = 0, walls = 0;
	FILE *oracle;

	(void)state;
	snprintf(command, sizeof command, "/usr/bin/python3 '%s'", oracle_path(path));
	oracle = popen(command, "r");
	assert_non_null(oracle);
	while (fgets(line, sizeof line, oracle)) {
		int64_t a, b, c;
		int n;

		if (sscanf(line, "O %63s %" SCNd64 " %d", name, &a, &n) == 3) {
			offsets++;
			if (zone_offset_s(find(name), a) != n)
				fail_msg("%s: we say %d", line, zone_offset_s(find(name), a));
		} else if (sscanf(line, "L %63s %" SCNd64 " %d %" SCNd64 " %" SCNd64, name, &a, &n, &b,
				  &c) == 5) {
			walls++;
			if (zone_to_utc(find(name), a, n) != b || zone_to_utc_second(find(name), a, n) != c)
				fail_msg("%s: we say %" PRId64 " and %" PRId64, line,
					 zone_to_utc(find(name), a, n),
					 zone_to_utc_second(find(name), a, n));
		} else {
			fail_msg("cannot read %s", line);
		}
	}
	assert_int_equal(pclose(oracle), 0);
	assert_true(offsets > 30000 && walls > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wall_clock),
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_year_adds_up),
		cmocka_unit_test(test_unknown_names),
		cmocka_unit_test(test_broken_files),
		cmocka_unit_test(test_against_zoneinfo),
	};
	struct err e = ERR_INIT;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	if (!zones_start(&e)) {
		fprintf(stderr, "%s\n", e.message);
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
