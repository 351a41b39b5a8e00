/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which days off count as worked: leave, and holidays that shut the site, each its share of the week. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "server/base/clock.h"
#include "server/domain/make_forecast.h"
#include "server/domain/make_schedule.h"
#include "tests/lib/db_fixture.h"
#include "tests/lib/small_site.h"

/* A branch from Monday to Saturday noon, its people under a contract of exactly 44 hours in five or six days. */
static const char branch[] =
	"DELETE FROM site_hours WHERE weekday = 7;"
	"UPDATE site_hours SET open_min = 480, close_min = CASE weekday WHEN 6 THEN 720 ELSE 1200 END;"
	"UPDATE contract SET shift_min_minutes = 240, shift_max_minutes = 555, shift_step_minutes = 15,"
	" start_earliest_min = 480, start_latest_min = 900 WHERE code = 'day';"
	"DELETE FROM contract_break;"
	"UPDATE contract_rule SET low = 2640, high = 2640 WHERE rule = 'week_minutes';"
	"UPDATE contract_rule SET low = 5, high = 6 WHERE rule = 'week_shifts';"
	"UPDATE agent SET contract_id = (SELECT id FROM contract WHERE code = 'day')";

struct fixture {
	struct db_fixture at;
	int64_t week, forecast_id;
};

static void ask(struct fixture *f, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void ask(struct fixture *f, const char *format, ...)
{
	char sql[600];
	va_list v;
	va_start(v, format);
	assert_true(vsnprintf(sql, sizeof sql, format, v) < (int)sizeof sql);
	va_end(v);
	db_fixture_ask(&f->at, sql);
}

/* A day of the week, 0 Monday, on which the site or one queue of it is shut. */
static void shut(struct fixture *f, int day, bool one_queue)
{
	char date[11];
	date_format(f->week + day, date);
	ask(f, "INSERT INTO special_day (day, country, queue_id, kind, name, closed) SELECT '%s',"
	       " CASE WHEN %d = 0 THEN 'CL' END, CASE WHEN %d = 1 THEN id END, 'holiday', 'Fiesta', true FROM queue",
	    date, one_queue, one_queue);
}

static void leave(struct fixture *f, const char *agent, int first, int last)
{
	char from[11], until[11];
	date_format(f->week + first, from);
	date_format(f->week + last + 1, until);
	ask(f, "INSERT INTO absence (agent_id, kind, state, start_at, end_at, planned, paid, excused) SELECT id, 'vacation',"
	       " 'approved', timestamp '%s' AT TIME ZONE 'America/Santiago', timestamp '%s' AT TIME ZONE 'America/Santiago',"
	       " true, true, true FROM agent WHERE code = '%s'", from, until, agent);
}

static int begin(void **state)
{
	struct fixture *f = small_site_open(sizeof *f);
	db_fixture_ask(&f->at, branch);
	f->week = small_site_change_week(4) + 7;
	struct forecast_request r = { 1, f->week, 1 };
	if (!forecast_make(f->at.db, f->at.arena, &r, FIELD_NULL, FIELD_NULL, NULL, &f->forecast_id, &f->at.err))
		fail_msg("no forecast: %s", f->at.err.message);
	*state = f;
	return 0;
}

/* The days that count for an agent, as "0:525 4:540"; *minutes their sum. */
static const char *counted(struct fixture *f, const char *agent, int *minutes)
{
	struct week_problem w;
	static char text[200];
	size_t n = 0;
	int32_t i = 0;
	if (!week_problem_build(f->at.db, f->at.arena, 1, f->week, f->forecast_id, &w, &f->at.err))
		fail_msg("no problem: %s", f->at.err.message);
	while (strcmp(w.problem.agents[i].name, agent) != 0)
		i++;
	*minutes = 0;
	text[0] = 0;
	for (int32_t k = 0; k < w.problem.agents[i].credit_count; k++) {
		const struct wfm_credit *c = &w.problem.agents[i].credits[k];
		assert_int_equal(c->shifts, 1);
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%d:%d", n ? " " : "", c->day, c->minutes);
		*minutes += c->minutes;
	}
	return text;
}

static void expect(struct fixture *f, const char *agent, const char *want)
{
	int minutes;
	assert_string_equal(counted(f, agent, &minutes), want);
}

static struct schedule_result make(struct fixture *f)
{
	struct schedule_request r = { .site_id = 1, .week = f->week, .forecast_id = f->forecast_id, .seed = 1,
				      .iteration_limit = 60, .gap = 0.05, .time_limit_s = 60, .trial_weeks = 20 };
	struct schedule_result out;
	if (!schedule_make(f->at.db, f->at.arena, &r, FIELD_NULL, FIELD_NULL, NULL, &out, &f->at.err))
		fail_msg("no roster: %s", f->at.err.message);
	return out;
}

/* 44 hours do not fit into four long days and a Saturday morning; less a fifth of them do, to the minute. */
static void test_a_week_with_a_holiday_has_everybody(void **state)
{
	struct fixture *f = *state;
	shut(f, 4, false);
	expect(f, "A1", "4:525");
	assert_int_equal(make(f).unplanned, 0);
	assert_string_equal(db_fixture_ask(&f->at, "SELECT count(*) || ' ' || min(m) || ' ' || max(m) FROM (SELECT agent_id,"
				   " sum(paid_minutes) AS m FROM shift GROUP BY agent_id) AS x"), "20 2115 2115");
	assert_string_equal(db_fixture_ask(&f->at, "SELECT count(*) FROM shift WHERE extract(isodow FROM day) = 5"), "0");
}

static void test_leave_and_holidays_give_no_more_than_the_week(void **state)
{
	struct fixture *f = *state;
	int minutes;
	shut(f, 4, false);
	leave(f, "A1", 4, 4);
	leave(f, "A2", 3, 4);
	leave(f, "A3", 0, 6);
	leave(f, "A5", 0, 3);
	leave(f, "A6", 0, 2);
	expect(f, "A1", "4:525");
	expect(f, "A2", "3:525 4:525");
	expect(f, "A3", "0:525 1:525 2:540 3:525 4:525");
	(void)counted(f, "A5", &minutes);
	assert_int_equal(minutes, 2640);
	expect(f, "A6", "0:525 1:525 2:540 4:525");
}

static void test_only_days_that_the_whole_site_loses(void **state)
{
	struct fixture *f = *state;
	shut(f, 2, true);
	shut(f, 6, false); /* no hours on Sundays */
	expect(f, "A1", "");
	/* Hours that begin on a later date say nothing of this week. */
	ask(f, "INSERT INTO site_hours (site_id, weekday, open_min, close_min, valid_from) VALUES (1, 7, 480, 720, '2100-01-01')");
	expect(f, "A1", "");
}

/* Who works on half of the days or more loses a working day; others have days enough left. */
static void test_part_time(void **state)
{
	struct fixture *f = *state;
	shut(f, 4, false);
	ask(f, "UPDATE contract_rule SET low = 600, high = 900 WHERE rule = 'week_minutes';"
	       "UPDATE contract_rule SET low = 2, high = 2 WHERE rule = 'week_shifts'");
	expect(f, "A1", "");
	ask(f, "UPDATE contract_rule SET low = 3, high = 3 WHERE rule = 'week_shifts'");
	expect(f, "A1", "4:195");
	shut(f, 3, false);
	expect(f, "A1", "3:195");
	/* Two shifts on Fridays and Saturdays; and nobody who never comes on a Friday. */
	ask(f, "UPDATE contract_rule SET low = 2, high = 2 WHERE rule = 'week_shifts';"
	       "INSERT INTO availability (agent_id, weekday, from_min, until_min) SELECT a.id, w, 480, 1200 FROM agent a,"
	       " generate_series(1, 6) AS w WHERE code = 'A1' AND w >= 5 OR code = 'A2' AND w <= 3");
	expect(f, "A1", "4:300");
	expect(f, "A2", "");
	expect(f, "A3", "3:300");
}

/* Nobody is needed in a week without an open day: that is said when it is asked for. */
static void test_a_week_that_is_shut(void **state)
{
	struct fixture *f = *state;
	struct schedule_request r = { .site_id = 1, .week = f->week, .forecast_id = f->forecast_id, .seed = 1 };
	for (int day = 0; day < 5; day++)
		shut(f, day, false);
	assert_true(schedule_check(f->at.db, f->at.arena, &r, &f->at.err));
	expect(f, "A1", "0:525 1:525 2:540 3:525"); /* Saturday is left */
	shut(f, 5, false);
	assert_false(schedule_check(f->at.db, f->at.arena, &r, &f->at.err));
	assert_string_equal(f->at.err.items[0].pointer, "/week");
}

/* A week that is asked for softly loses its share too. */
static void test_soft_weeks(void **state)
{
	struct fixture *f = *state;
	shut(f, 4, false);
	ask(f, "UPDATE contract_rule SET mode = 'soft', weight = 500 WHERE rule = 'week_minutes'");
	expect(f, "A1", "4:525");
	ask(f, "UPDATE contract_rule SET mode = 'off' WHERE rule = 'week_minutes'");
	expect(f, "A1", "4:0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_week_with_a_holiday_has_everybody, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_leave_and_holidays_give_no_more_than_the_week, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_only_days_that_the_whole_site_loses, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_part_time, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_a_week_that_is_shut, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_soft_weeks, begin, small_site_end),
	};
	return db_fixture_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
