/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening hours that change on a date, and special days in the forecaster's form. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "server/base/clock.h"
#include "server/domain/site_calendar.h"

/* Monday 5 January 2026. Until the 18th 09:00-18:00 Monday to Friday; from the 19th until 20:00, and
 * nights 22:00-02:00 from Friday to Saturday; from 16 February on Saturdays too. */
#define MONDAY date_from_ymd(2026, 1, 5)

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

static struct site_calendar site(struct arena *a)
{
	struct site_calendar s = { .site_id = 1 };
	int64_t beginning = date_from_ymd(1900, 1, 1);
	s.hours = arena_array(a, 20, sizeof *s.hours);
	for (int w = 1; w <= 5; w++)
		s.hours[s.hours_count++] = (struct site_hours){ beginning, w, 540, 1080 };
	for (int w = 1; w <= 5; w++)
		s.hours[s.hours_count++] = (struct site_hours){ MONDAY + 14, w, 540, 1200 };
	s.hours[s.hours_count++] = (struct site_hours){ MONDAY + 14, 5, 1320, 1560 };
	for (int w = 1; w <= 6; w++)
		s.hours[s.hours_count++] = (struct site_hours){ MONDAY + 42, w, 540, 1200 };
	return s;
}

static void test_the_hours_of_the_date_hold(void **state)
{
	struct site_calendar s = site(*state);
	assert_false(site_is_open(&s, FIELD_NULL, MONDAY + 13, 1110)); /* a Sunday */
	assert_false(site_is_open(&s, FIELD_NULL, MONDAY + 11, 1110)); /* Friday, 18:30 */
	assert_true(site_is_open(&s, FIELD_NULL, MONDAY + 14, 1110));
	assert_true(site_is_open(&s, FIELD_NULL, MONDAY + 18, 1380)); /* Friday night */
	assert_true(site_is_open(&s, FIELD_NULL, MONDAY + 19, 60));   /* runs into Saturday */
	assert_false(site_is_open(&s, FIELD_NULL, MONDAY + 19, 600));
	assert_true(site_is_open(&s, FIELD_NULL, MONDAY + 47, 600)); /* Saturdays at last */
	assert_false(site_is_open(&s, FIELD_NULL, MONDAY + 47, 60)); /* and no more nights */
	/* The last night of the old hours ends after the new ones began. */
	s.hours[s.hours_count++] = (struct site_hours){ MONDAY + 19, 6, 600, 660 };
	assert_true(site_is_open(&s, FIELD_NULL, MONDAY + 19, 60));
}

static int count_open(const uint8_t *mask, int weekday, int slots)
{
	int n = 0;
	for (int t = 0; t < slots; t++)
		n += mask[(weekday - 1) * slots + t];
	return n;
}

static void test_the_mask_is_of_the_days_ahead(void **state)
{
	struct site_calendar s = site(*state);
	struct site_span before = { MONDAY - 70, MONDAY, MONDAY + 7 };
	struct site_span across = { MONDAY - 70, MONDAY + 7, MONDAY + 21 };
	struct site_span after = { MONDAY - 70, MONDAY + 70, MONDAY + 77 };
	const uint8_t *mask = site_open_mask(&s, 30, &before, *state);
	assert_int_equal(count_open(mask, 1, 48), 18);
	assert_int_equal(count_open(mask, 6, 48), 0);
	mask = site_open_mask(&s, 30, &across, *state);
	assert_int_equal(count_open(mask, 1, 48), 22);
	assert_int_equal(count_open(mask, 5, 48), 26);
	assert_int_equal(count_open(mask, 6, 48), 4);
	mask = site_open_mask(&s, 30, &after, *state);
	assert_int_equal(count_open(mask, 5, 48), 22);
	assert_int_equal(count_open(mask, 6, 48), 22);
	assert_int_equal(site_hours_unseen_from(&s, 30, &before), FIELD_NULL);
	assert_int_equal(site_hours_unseen_from(&s, 30, &across), MONDAY + 14);
	struct site_span known = { MONDAY - 70, MONDAY + 21, MONDAY + 28 };
	assert_int_equal(site_hours_unseen_from(&s, 30, &known), FIELD_NULL);
}

/* What the mask has and a day has not is shut on that day, in the past and ahead. */
static void test_days_of_other_hours_are_shut(void **state)
{
	struct site_calendar s = site(*state);
	struct site_queue q = { .id = 7, .channel = WFM_VOICE, .interval_min = 30 };
	struct site_span across = { MONDAY, MONDAY + 7, MONDAY + 21 };
	size_t n;
	const uint8_t *mask = site_open_mask(&s, 30, &across, *state);
	const struct wfm_special_day *d = site_special_days(&s, &q, &across, *state, &n);
	for (int64_t date = MONDAY; date < MONDAY + 21; date++)
		for (int t = 0; t < 48; t++) {
			bool open = mask[(date_weekday(date) - 1) * 48 + t] != 0;
			for (size_t i = 0; i < n; i++) {
				assert_int_equal(d[i].kind, WFM_DAY_CLOSED);
				if (d[i].day == date && t >= d[i].first_slot &&
				    t < d[i].first_slot + d[i].slots)
					open = false;
			}
			assert_true(open == site_is_open(&s, 7, date, 30 * t));
		}
	assert_true(n > 10);
	struct site_span before = { MONDAY - 70, MONDAY, MONDAY + 7 };
	site_special_days(&s, &q, &before, *state, &n);
	assert_int_equal(n, 0);
	q.channel = WFM_EMAIL; /* comes at any hour */
	site_special_days(&s, &q, &across, *state, &n);
	assert_int_equal(n, 0);
}

/* The clock changes on the night of the change of hours: 5 April 2026 in Santiago, 24:00 is 23:00. */
static void test_hours_change_with_the_clock(void **state)
{
	struct site_calendar s = { .site_id = 1 };
	struct err e = ERR_INIT;
	int64_t sunday = date_from_ymd(2026, 4, 5), date;
	struct site_hours hours[] = { { sunday - 400, 6, 480, 1440 }, { sunday - 400, 7, 0, 480 },
				      { sunday, 7, 0, 600 } };
	int minute, open = 0, instants = 0;
	s.hours = hours;
	s.hours_count = 3;
	(void)state;
	assert_true(zones_start(&e) && zone_find("America/Santiago", &s.zone, &e));
	/* Saturday 4 April has 25 hours: 23:00-24:00 comes twice and both are open. */
	for (int64_t at = zone_to_utc(s.zone, sunday - 1, 0); at < zone_to_utc(s.zone, sunday + 1, 0);
	     at += 1800) {
		zone_to_local(s.zone, at, &date, &minute);
		open += site_is_open(&s, FIELD_NULL, date, minute);
		instants++;
	}
	assert_int_equal(instants, 98);
	assert_int_equal(open, 2 * 17 + 20);
	/* The Sunday before has the old hours. */
	assert_true(site_is_open(&s, FIELD_NULL, sunday - 7, 470));
	assert_false(site_is_open(&s, FIELD_NULL, sunday - 7, 500));
	assert_true(site_is_open(&s, FIELD_NULL, sunday, 500));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_the_hours_of_the_date_hold, begin, end),
		cmocka_unit_test_setup_teardown(test_the_mask_is_of_the_days_ahead, begin, end),
		cmocka_unit_test_setup_teardown(test_days_of_other_hours_are_shut, begin, end),
		cmocka_unit_test_setup_teardown(test_hours_change_with_the_clock, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
