/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Holiday rules: the built-in table against published dates, the grammar, and its complaints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "server/base/clock.h"
#include "server/calendar/almanac.h"
#include "server/calendar/holidays.h"

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

static int64_t date(const char *text)
{
	int64_t d;
	assert_true(date_parse(text, &d));
	return d;
}

static int year_of(int64_t d)
{
	int y, m, day;
	date_to_ymd(d, &y, &m, &day);
	return y;
}

static const struct holiday *find(struct arena *a, const char *code, const char *text, const char *key)
{
	const struct holiday_country *c = holiday_country_find(holiday_book(), code);
	struct holiday *h;
	size_t n;
	int64_t d = date(text);
	assert_non_null(c);
	holidays_of_year(c, year_of(d), a, &h, &n);
	for (size_t i = 0; i < n; i++)
		if (h[i].date == d && (!key || strcmp(h[i].key, key) == 0))
			return &h[i];
	return NULL;
}

static void test_the_table_is_sound(void **state)
{
	static const char wanted[][3] = { "CL", "AR", "PE", "BO", "EC", "CO", "VE", "MX", "GT", "SV",
					  "HN", "NI", "CR", "PA", "DO", "PY", "UY", "BR", "ES", "PT",
					  "US", "CA", "GB", "IE", "FR", "DE", "IT", "IL" };
	struct arena *a = *state;
	const struct holiday_book *b = holiday_book();
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
		assert_non_null(holiday_country_find(b, wanted[i]));
	assert_null(holiday_country_find(b, "ZZ"));
	for (size_t i = 0; i < b->country_count; i++)
		for (int year = HOLIDAY_YEAR_MIN; year <= HOLIDAY_YEAR_MAX; year += 7) {
			struct holiday *h;
			size_t n;
			holidays_of_year(&b->countries[i], year, a, &h, &n);
			assert_in_range(n, 4, 60);
			for (size_t k = 0; k < n; k++) {
				assert_int_equal(year_of(h[k].date), year);
				assert_true(k == 0 || h[k].date >= h[k - 1].date);
			}
		}
}

/* From the gazettes of the countries. */
static const struct {
	const char *country, *date, *key;
} known[] = {
	{ "CL", "2026-06-29", "peter_and_paul" }, /* a Monday */
	{ "CL", "2016-06-27", "peter_and_paul" }, /* a Wednesday goes back */
	{ "CL", "2018-07-02", "peter_and_paul" }, /* a Friday goes on */
	{ "CL", "2017-10-27", "reformation" },
	{ "CL", "2018-11-02", "reformation" },
	{ "CL", "2017-01-02", "new_year_bridge" },
	{ "CL", "2018-09-17", "national_bridge" },
	{ "CL", "2019-09-20", "national_bridge" },
	{ "CL", "2021-06-21", "indigenous" },
	{ "CL", "2024-06-20", "indigenous" },
	{ "CL", "2026-06-21", "indigenous" },
	{ "AR", "2017-08-21", "san_martin" },
	{ "AR", "2020-03-31", "malvinas" },
	{ "AR", "2022-06-17", "guemes" },
	{ "CO", "2025-06-30", "sacred_heart" },
	{ "CO", "2025-06-30", "peter_and_paul" },
	{ "CO", "2024-01-08", "epiphany" },
	{ "EC", "2022-05-23", "pichincha_observed" },
	{ "EC", "2018-05-25", "pichincha_observed" },
	{ "BO", "2023-08-07", "independence_observed" },
	{ "HN", "2026-10-07", "morazan_week_1" },
	{ "HN", "2026-10-09", "morazan_week_3" },
	{ "DO", "2022-05-02", "labour_day" },
	{ "DO", "2024-08-16", "restoration" },
	{ "GT", "2022-07-04", "army" },
	{ "GT", "2026-06-29", "army" },
	{ "SV", "2026-08-06", "divine_saviour" },
	{ "NI", "2026-07-19", "revolution" },
	{ "MX", "2026-11-16", "revolution" },
	{ "MX", "2024-10-01", "federal_change" },
	{ "BR", "2026-02-17", "carnival_tuesday" },
	{ "PT", "2026-06-04", "corpus_christi" },
	{ "US", "2021-12-31", "new_year_observed" }, /* of 2022 */
	{ "US", "2026-07-03", "independence_observed" },
	{ "US", "2003-05-26", "memorial" }, /* the closures of data/bank-us-2003 */
	{ "US", "2003-07-04", "independence" },
	{ "US", "2003-09-01", "labour_day" },
	{ "CA", "2026-05-18", "victoria" },
	{ "GB", "2021-12-27", "christmas_observed" },
	{ "GB", "2021-12-28", "boxing_observed" },
	{ "GB", "2022-12-27", "christmas_observed" }, /* Boxing Day has the Monday */
	{ "GB", "2020-05-08", "early_may" },
	{ "GB", "2022-06-02", "spring" },
	{ "IE", "2030-02-01", "brigid" }, /* a Friday */
	{ "IE", "2026-02-02", "brigid" },
	{ "FR", "2026-05-25", "whit_monday" },
	{ "DE", "2026-05-14", "ascension" },
	{ "IT", "2026-04-06", "easter_monday" },
	{ "IL", "1999-04-01", "passover_1" }, /* the closures of data/bank-il-1999 */
	{ "IL", "1999-04-07", "passover_7" },
	{ "IL", "1999-04-21", "independence" },
	{ "IL", "1999-05-21", "shavuot" },
	{ "IL", "1999-09-11", "rosh_hashanah_1" },
	{ "IL", "1999-09-12", "rosh_hashanah_2" },
	{ "IL", "1999-09-20", "yom_kippur" },
	{ "IL", "1999-09-25", "sukkot" },
	{ "IL", "1999-10-02", "simchat_torah" },
	{ "IL", "2024-05-14", "independence" }, /* Monday goes to Tuesday */
	{ "IL", "2024-05-13", "memorial_day" },
	{ "IL", "2025-05-01", "independence" }, /* the Sabbath goes back to Thursday */
	{ "IL", "2024-03-24", "purim" },	/* Adar II of a leap year */
};

static void test_known_dates(void **state)
{
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (!find(*state, known[i].country, known[i].date, known[i].key))
			fail_msg("%s has no %s on %s", known[i].country, known[i].key, known[i].date);
}

static void test_known_ordinary_days(void **state)
{
	static const char *const ordinary[][2] = {
		{ "CL", "2016-06-29" }, { "CL", "2018-09-20" }, { "CL", "2015-01-02" },
		{ "CO", "2025-06-29" }, { "US", "2022-01-03" }, { "GB", "2022-05-30" },
		{ "AR", "2020-04-02" }, { "IL", "2024-05-12" }, { "PT", "2014-12-01" },
		{ "IE", "2022-02-07" },
	};
	for (size_t i = 0; i < sizeof ordinary / sizeof *ordinary; i++)
		if (find(*state, ordinary[i][0], ordinary[i][1], NULL))
			fail_msg("%s has a holiday on %s", ordinary[i][0], ordinary[i][1]);
	assert_true(find(*state, "US", "2026-11-27", "black_friday")->optional);
	assert_true(find(*state, "US", "2026-07-03", NULL)->substitute);
	assert_string_equal(find(*state, "CL", "2026-09-18", NULL)->name, "Independencia Nacional");
}

static void test_almanac(void **state)
{
	(void)state;
	assert_int_equal(almanac_easter(2008), date("2008-03-23"));
	assert_int_equal(almanac_easter(2038), date("2038-04-25"));
	assert_int_equal(almanac_orthodox_easter(2021), date("2021-05-02"));
	assert_int_equal(almanac_orthodox_easter(2024), date("2024-05-05"));
	assert_int_equal(almanac_orthodox_easter(2025), date("2025-04-20"));
	assert_int_equal(almanac_june_solstice(2025, 0), date("2025-06-21"));
	assert_int_equal(almanac_june_solstice(2025, -4), date("2025-06-20"));
	assert_int_equal(almanac_hebrew(5784, HEBREW_NISAN, 15), date("2024-04-23"));
	assert_int_equal(almanac_hebrew(5787, HEBREW_TISHRI, 1), date("2026-09-12"));
	/* A year ends where the next begins, whatever its length. */
	for (int year = 5600; year < 5900; year++) {
		int64_t elul = almanac_hebrew(year, HEBREW_ELUL, 29);
		assert_int_equal(elul + 1, almanac_hebrew(year + 1, HEBREW_TISHRI, 1));
		assert_true(date_weekday(elul + 1) != 3 && date_weekday(elul + 1) != 5 &&
			    date_weekday(elul + 1) != 7);
	}
}

static void test_a_country_of_ones_own(void **state)
{
	static const char text[] =
		"# a comment\n\ncountry XX Somewhere\n"
		"founding | Founding Day | 1st tue 03 +1 | 2001-2002 2005\n"
		"harvest | Harvest | sat on-or-after 09-10\n"
		"near | Near | sun nearest 04-23\n"
		"east | East | orthodox +1 optional\n"
		"two | Two | 12-30 observed sat,sun>free\n"
		"three | Three | 12-31 if thu,fri\n";
	struct holiday_book b;
	struct err e = ERR_INIT;
	struct holiday *h;
	size_t n;
	assert_true(holiday_book_parse(text, *state, &b, &e));
	assert_int_equal(b.country_count, 1);
	const struct holiday_country *c = holiday_country_find(&b, "XX");
	assert_string_equal(c->name, "Somewhere");
	holidays_of_year(c, 2005, *state, &h, &n); /* 30 December is a Friday */
	const char *keys[] = { "founding", "near", "east", "harvest", "two" };
	const char *days[] = { "2005-03-02", "2005-04-24", "2005-05-02", "2005-09-10", "2005-12-30" };
	assert_int_equal(n, 5);
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(h[i].key, keys[i]);
		assert_int_equal(h[i].date, date(days[i]));
	}
	assert_true(h[2].optional);
	holidays_of_year(c, 2006, *state, &h, &n); /* Saturday: the substitute lies in 2007 */
	assert_int_equal(n, 4);
	holidays_of_year(c, 2007, *state, &h, &n);
	assert_int_equal(h[0].date, date("2007-01-01"));
	assert_string_equal(h[0].key, "two_observed");
	assert_true(h[0].substitute);
}

static void test_bad_lines_say_what_is_wrong(void **state)
{
	static const char *const bad[][2] = {
		{ "new_year | New Year | 13-01", "a day of the year is written 12-25: \"13-01\"" },
		{ "new_year | New Year | 1-1", "a day of the year is written 12-25: \"1-1\"" },
		{ "New | New Year | 01-01", "a key is lower-case letters, digits and _: \"New\"" },
		{ "a | A", "a holiday is written key | name | rule | years: \"a\"" },
		{ "a | | 01-01", "the name is missing: \"a\"" },
		{ "a | A | 3rd mond 01", "weekdays are mon tue wed thu fri sat sun: \"mond\"" },
		{ "a | A | 3rd mon 14", "a month is 01 to 12: \"14\"" },
		{ "a | A | mon beside 05-25",
		  "after a weekday comes before, on-or-before, after, on-or-after or nearest: \"beside\"" },
		{ "a | A | hebrew 15 nissan", "there is no such Hebrew month: \"nissan\"" },
		{ "a | A | june-solstice", "the solstice needs hours east of UTC, as june-solstice -4: \"\"" },
		{ "a | A | dates", "dates must follow: \"dates\"" },
		{ "a | A | dates 2026-02-30", "a date is written 2026-11-23: \"2026-02-30\"" },
		{ "a | A | 01-01 sat", "weekdays are moved like sat<fri or sun,mon>tue: \"sat\"" },
		{ "a | A | 01-01 sat>free",
		  "what it is moved to is a weekday (or free, after observed): \"sat>free\"" },
		{ "a | A | 01-01 if today", "weekdays must follow if: \"today\"" },
		{ "a | A | 01-01 | soon", "years are written 1990- or -2016 or 2011-2015 or 2022: \"soon\"" },
		{ "a | A | 01-01 | 2010-2001",
		  "years are written 1990- or -2016 or 2011-2015 or 2022: \"2010-2001\"" },
		{ "country Chile", "a country is written country CL Chile: \"Chile\"" },
		{ "country XX Again", "this country was there before: \"XX\"" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct holiday_book b;
		struct err e = ERR_INIT;
		const char *text = arena_printf(*state, "country XX Somewhere\n%s\n", bad[i][0]);
		assert_false(holiday_book_parse(text, *state, &b, &e));
		assert_int_equal(e.code, ERR_INVALID);
		assert_string_equal(e.items[0].pointer, "line 2");
		assert_string_equal(e.items[0].message, bad[i][1]);
	}
	struct holiday_book b;
	struct err e = ERR_INIT;
	assert_false(holiday_book_parse("a | A | 01-01\n", *state, &b, &e));
	assert_string_equal(e.items[0].message, "a holiday before the first country: \"a\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_the_table_is_sound, begin, end),
		cmocka_unit_test_setup_teardown(test_known_dates, begin, end),
		cmocka_unit_test_setup_teardown(test_known_ordinary_days, begin, end),
		cmocka_unit_test_setup_teardown(test_almanac, begin, end),
		cmocka_unit_test_setup_teardown(test_a_country_of_ones_own, begin, end),
		cmocka_unit_test_setup_teardown(test_bad_lines_say_what_is_wrong, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
