/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Days of a clock change, nights past midnight, several weeks, several zones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "tests/lib/schedule_fixture.h"

enum { LONG_SLOTS = 15 * 48 };

static struct fixture f;
static struct wfm_day days[2][14];
static struct wfm_calendar calendars[2];
static double required[LONG_SLOTS];
static uint8_t open[LONG_SLOTS];

static struct wfm_roster *solve_clean(int unplanned)
{
	struct wfm_roster *r = NULL;
	struct wfm_error e = { 0 };
	struct wfm_solve_options o = { .seed = 3, .iteration_limit = 500 };
	enum wfm_status s = wfm_schedule_solve(&f.p, &o, &r, &e);
	if (s != WFM_OK && s != WFM_LIMIT)
		fail_msg("%s %s %s", wfm_status_name(s), e.path, e.message);
	struct wfm_report *report = NULL;
	assert_int_equal(wfm_schedule_verify(&f.p, r, true, &report, &e), WFM_OK);
	assert_int_equal(report->breach_count, 0);
	assert_int_equal(r->unplanned_count, unplanned);
	assert_true(r->bound <= r->cost.total + 1e-6);
	wfm_report_free(report);
	return r;
}

/* Two calendars over the same slots; the second lags by `lag` slots. The day `change_day` of both has
 * its clock changed by `change_min` at 02:00. The queue is open from..to by the first one's wall. */
static void long_plan(int agents, int n_days, int change_day, int change_min, int lag, int from, int to)
{
	fixture_init(&f, agents, 3);
	memset(required, 0, sizeof required);
	memset(open, 0, sizeof open);
	for (int c = 0; c < 2; c++) {
		int at = c * lag;
		for (int d = 0; d < n_days; d++) {
			int n = 48 - (d == change_day ? change_min / 30 : 0);
			days[c][d] = (struct wfm_day){ 20000 + d, d % 7, at, n, d == change_day ? 4 : -1,
						       d == change_day ? change_min : 0, false };
			at += n;
		}
		calendars[c] = (struct wfm_calendar){ days[c], n_days };
	}
	f.p.calendars = calendars;
	f.p.calendar_count = 2;
	f.p.slot_count = days[1][n_days - 1].first_slot + days[1][n_days - 1].slots + 24;
	f.queues[0].required = required;
	f.queues[0].open = open;
	for (int d = 0; d < n_days; d++)
		for (int t = days[0][d].first_slot; t < f.p.slot_count; t++) {
			int wall = wfm_wall_minute(&f.p, &calendars[0], d, t);
			open[t] = from < to ? wall >= from && wall < to : wall >= from || wall < to;
			required[t] = open[t] ? 2 : 0;
		}
}

static int wall_of(const struct wfm_shift *s)
{
	return wfm_wall_minute(&f.p, &calendars[f.agents[s->agent].calendar], s->day, s->start);
}

static void clock_change(int minutes)
{
	long_plan(8, 7, 6, minutes, 0, 480, 1200);
	assert_int_equal(days[0][6].slots, minutes > 0 ? 46 : 50);
	struct wfm_roster *r = solve_clean(0);
	int on_sunday = 0;
	for (int i = 0; i < r->shift_count; i++) {
		const struct wfm_shift *s = &r->shifts[i];
		assert_in_range(wall_of(s), 480, 1020);
		if (s->day == 6) {
			on_sunday++;
			assert_int_equal((s->start - days[0][6].first_slot) * 30 + minutes, wall_of(s));
		}
	}
	assert_true(on_sunday > 0);
	wfm_roster_free(r);
}

static void test_spring(void **state)
{
	(void)state;
	clock_change(60);
}

static void test_autumn(void **state)
{
	(void)state;
	clock_change(-60);
}

/* Nights of 9 hours through the clock change and past the last day; hours count as they pass. */
static void test_nights(void **state)
{
	(void)state;
	for (int change = -60; change <= 60; change += 120) {
		long_plan(6, 7, 6, change, 0, 1260, 480);
		for (int c = 0; c < 2; c++) {
			struct wfm_rule_row *w = fixture_rule(&f, c, WFM_RULE_START_WINDOW);
			assert_non_null(w);
			if (w) {
				w->low = 1260;
				w->high = 1380;
			}
			fixture_add_rule(&f, c, (struct wfm_rule_row){ .rule = WFM_RULE_NIGHT_SHIFTS,
								       .high = 5, .from = 0, .to = 360 });
		}
		struct wfm_roster *r = solve_clean(0);
		int past_end = 0, change_night = 0;
		for (int i = 0; i < r->shift_count; i++) {
			const struct wfm_shift *s = &r->shifts[i];
			const struct wfm_day *d = &days[0][s->day];
			assert_true(s->start >= d->first_slot && s->start < d->first_slot + d->slots);
			past_end += s->day == 6 && s->end > d->first_slot + d->slots;
			change_night += s->day == 5 && s->end > days[0][6].first_slot + 4;
		}
		assert_true(past_end > 0);
		assert_true(change_night > 0);
		wfm_roster_free(r);
	}
}

/* Two weeks: weekly counts per week, a weekend off, and runs of days over the seam. */
static void test_two_weeks(void **state)
{
	(void)state;
	long_plan(8, 14, -1, 0, 0, 480, 1200);
	for (int c = 0; c < 2; c++) {
		struct wfm_rule_row *run = fixture_rule(&f, c, WFM_RULE_CONSECUTIVE_DAYS);
		assert_non_null(run);
		if (run)
			run->high = 5;
		fixture_add_rule(&f, c, (struct wfm_rule_row){ .rule = WFM_RULE_WEEKENDS_OFF, .low = 1 });
		fixture_add_rule(&f, c, (struct wfm_rule_row){ .rule = WFM_RULE_SUNDAYS, .high = 1 });
	}
	struct wfm_roster *r = solve_clean(0);
	assert_int_equal(r->shift_count, 4 * 10 + 4 * 8);
	wfm_roster_free(r);
}

/* Two zones three hours apart share a queue: each agent's windows are read on its own clock. */
static void test_two_zones(void **state)
{
	(void)state;
	long_plan(8, 7, -1, 0, 6, 480, 1380);
	for (int a = 0; a < 8; a++)
		f.agents[a].calendar = a / 2 % 2;
	struct wfm_roster *r = solve_clean(0);
	for (int i = 0; i < r->shift_count; i++) {
		assert_in_range(wall_of(&r->shifts[i]), 480, 1020);
		if (f.agents[r->shifts[i].agent].calendar == 1)
			assert_true((r->shifts[i].start - 6) % 48 >= 16);
	}
	wfm_roster_free(r);
}

/* Without a spread rule the rest between days must be carried by the search. */
static void test_rest_between_days(void **state)
{
	(void)state;
	long_plan(8, 7, -1, 0, 0, 360, 1410);
	for (int c = 0; c < 2; c++) {
		struct wfm_rule_row *spread = fixture_rule(&f, c, WFM_RULE_START_SPREAD);
		struct wfm_rule_row *window = fixture_rule(&f, c, WFM_RULE_START_WINDOW);
		assert_true(spread && window);
		if (spread && window) {
			spread->mode = WFM_OFF;
			window->low = 360;
		}
	}
	struct wfm_roster *r = solve_clean(0);
	for (int i = 1; i < r->shift_count; i++)
		if (r->shifts[i].agent == r->shifts[i - 1].agent)
			assert_true(r->shifts[i].start - r->shifts[i - 1].end >= 24);
	wfm_roster_free(r);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spring),	  cmocka_unit_test(test_autumn),
		cmocka_unit_test(test_nights),	  cmocka_unit_test(test_two_weeks),
		cmocka_unit_test(test_two_zones), cmocka_unit_test(test_rest_between_days),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
