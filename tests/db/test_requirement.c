/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A week's requirement in the database: ways to take the forecast's risk, and what rosters keep of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "server/base/clock.h"
#include "server/calendar/zones.h"
#include "server/domain/make_forecast.h"
#include "server/domain/make_schedule.h"
#include "server/domain/week_staffing.h"
#include "tests/lib/pgcluster.h"
#include "tests/lib/small_site.h"

struct fixture {
	struct db *db;
	struct arena *arena;
	const char *url;
	int64_t week, forecast_id;
	struct err err;
};

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	assert_non_null(f);
	f->arena = arena_new(0);
	f->url = pgcluster_fresh();
	small_site_load(f->url);
	f->db = db_open(f->url, &f->err);
	assert_non_null(f->db);
	f->week = small_site_change_week(4);
	struct forecast_request r = { 1, f->week, 1 };
	if (!forecast_make(f->db, f->arena, &r, FIELD_NULL, FIELD_NULL, NULL, &f->forecast_id, &f->err))
		fail_msg("no forecast: %s", f->err.message);
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;
	db_close(f->db);
	arena_free(f->arena);
	free(f);
	return 0;
}

static const char *ask(struct fixture *f, const char *sql)
{
	return pgcluster_sql(f->url, sql);
}

static struct week_problem require(struct fixture *f, struct staffing_choice c)
{
	struct week_problem w;
	if (!staffing_choice_resolve(&c, "/", &f->err) ||
	    !week_open(f->db, f->arena, 1, f->week, f->forecast_id, &c, &w, &f->err) ||
	    !week_requirements(f->db, f->arena, f->forecast_id, &w, &f->err))
		fail_msg("no requirement: %s", f->err.message);
	return w;
}

static double hours(const struct week_problem *w)
{
	double sum = 0;
	for (size_t i = 0; i < w->requirements[0].count; i++)
		sum += w->requirements[0].rows[i].agents * (double)w->requirements[0].rows[i].minutes / 60;
	return sum;
}

static double chance_on_the_mean(const struct week_problem *w)
{
	double sum = 0;
	assert_int_equal(w->requirements[0].day_count, 7);
	for (size_t d = 0; d < 7; d++) {
		const struct requirement_day *day = &w->requirements[0].days[d];
		assert_int_equal(day->day, w->monday + (int64_t)d);
		assert_true(day->sl_p10 <= day->sl_p50 && day->sl_p50 <= day->sl_p90);
		assert_true(day->roster_hours * 0.95 > day->agent_hours - 1e-9);
		sum += day->p_target / 7;
	}
	return sum;
}

/* More certainty costs more people, and brings what it promises. The week has 25 hours on Saturday. */
static void test_each_way_to_take_the_risk(void **state)
{
	struct fixture *f = *state;
	struct week_problem interval = require(f, (struct staffing_choice){ 0 });
	struct week_problem day = require(f, (struct staffing_choice){ .over = OVER_DAY, .least = NAN });
	struct week_problem expected = require(f, (struct staffing_choice){
		.risk = WFM_RISK_EXPECTED, .over = OVER_DAY, .least = NAN });
	struct week_problem chance = require(f, (struct staffing_choice){
		.risk = WFM_RISK_CHANCE, .over = FIELD_NULL, .probability = 0.8, .least = NAN });
	struct week_problem surer = require(f, (struct staffing_choice){
		.risk = WFM_RISK_CHANCE, .over = OVER_DAY, .probability = 0.95, .least = NAN });
	struct week_problem week = require(f, (struct staffing_choice){ .over = OVER_WEEK, .least = NAN });

	assert_true(hours(&week) <= hours(&day) && hours(&day) < hours(&interval));
	assert_true(hours(&day) < hours(&expected) && hours(&expected) < hours(&chance));
	assert_true(hours(&chance) < hours(&surer));
	assert_true(chance_on_the_mean(&day) < chance_on_the_mean(&expected));
	for (size_t d = 0; d < 7; d++) {
		assert_true(chance.requirements[0].days[d].p_target >= 0.8 - 1e-9);
		assert_true(chance.requirements[0].days[d].p_target < 0.9);
		assert_true(surer.requirements[0].days[d].p_target >= 0.95 - 1e-9);
		assert_true(expected.requirements[0].days[d].service_level >= 0.8 - 1e-9);
	}
	/* Half of the target holds in each interval, as nothing else was asked for. */
	for (size_t i = 0; i < week.requirements[0].count; i++)
		assert_true(week.requirements[0].rows[i].service_level >= 0.4);
}

static void test_a_roster_says_how_it_was_staffed(void **state)
{
	struct fixture *f = *state;
	struct schedule_request r = { .site_id = 1, .week = f->week, .forecast_id = f->forecast_id,
				      .seed = 1, .iteration_limit = 40, .gap = 0.02, .time_limit_s = 60,
				      .choice = { WFM_RISK_CHANCE, FIELD_NULL, 0.9, NAN } };
	struct schedule_result out;
	if (!schedule_make(f->db, f->arena, &r, FIELD_NULL, FIELD_NULL, NULL, &out, &f->err))
		fail_msg("no roster: %s", f->err.message);
	assert_string_equal(ask(f, "SELECT concat_ws(' ', evidence->>'risk', evidence->>'over',"
				   " evidence->>'probability', evidence->>'shrinkage') FROM roster"),
			    "chance day 0.9 0.05");
	assert_string_equal(ask(f, "SELECT concat_ws(' ', request->>'risk', request->>'over') FROM plan"),
			    "chance day");
	assert_string_equal(ask(f, "SELECT count(*) = 7 AND min(p_target) >= 0.9 FROM requirement_day"), "t");
	assert_string_equal(ask(f, "SELECT abs(sum(roster_hours) - (SELECT sum(agents_on_roster * minutes / 60)"
				   " FROM requirement)) < 1e-6 FROM requirement_day"), "t");
}

static void test_forecasts_without_scenarios(void **state)
{
	struct fixture *f = *state;
	ask(f, "DELETE FROM forecast_joint");
	struct week_problem w = require(f, (struct staffing_choice){ 0 });
	assert_int_equal(w.requirements[0].day_count, 0);
	w = require(f, (struct staffing_choice){ .over = OVER_DAY, .least = NAN });
	assert_true(hours(&w) > 0);
	struct staffing_choice c = { .risk = WFM_RISK_EXPECTED, .over = OVER_DAY, .least = NAN };
	assert_true(week_open(f->db, f->arena, 1, f->week, f->forecast_id, &c, &w, &f->err));
	assert_false(week_requirements(f->db, f->arena, f->forecast_id, &w, &f->err));
	assert_int_equal(f->err.code, ERR_INVALID);
	assert_string_equal(f->err.items[0].pointer, "/forecast_id");
}

static void test_an_interval_has_no_chance(void **state)
{
	struct fixture *f = *state;
	struct staffing_choice c = { .risk = WFM_RISK_CHANCE, .over = OVER_INTERVAL, .probability = 0.8 };
	assert_false(staffing_choice_resolve(&c, "?", &f->err));
	assert_string_equal(f->err.items[0].pointer, "?over");
}

/* Work that may wait keeps its turnaround, whatever is chosen. */
static void test_mail_is_staffed_as_ever(void **state)
{
	struct fixture *f = *state;
	ask(f, "UPDATE queue SET channel = 'email', turnaround_min = 480, target_share = NULL, target_s = NULL");
	struct week_problem plain = require(f, (struct staffing_choice){ 0 });
	struct week_problem chance = require(f, (struct staffing_choice){
		.risk = WFM_RISK_CHANCE, .over = OVER_DAY, .probability = 0.9, .least = NAN });
	assert_true(hours(&plain) > 0 && fabs(hours(&plain) - hours(&chance)) < 1e-9);
	assert_int_equal(chance.requirements[0].day_count, 0);
}

int main(void)
{
	struct err e = ERR_INIT;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_each_way_to_take_the_risk, begin, end),
		cmocka_unit_test_setup_teardown(test_a_roster_says_how_it_was_staffed, begin, end),
		cmocka_unit_test_setup_teardown(test_forecasts_without_scenarios, begin, end),
		cmocka_unit_test_setup_teardown(test_an_interval_has_no_chance, begin, end),
		cmocka_unit_test_setup_teardown(test_mail_is_staffed_as_ever, begin, end),
	};
	if (!zones_start(&e)) {
		print_error("zones: %s\n", e.message);
		return 1;
	}
	pgcluster_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
