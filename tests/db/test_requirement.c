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
#include "server/domain/measure_shrinkage.h"
#include "server/domain/play_week.h"
#include "server/domain/queue_staffing.h"
#include "server/domain/week_staffing.h"
#include "solver/num/rng.h"
#include "tests/lib/db_fixture.h"
#include "tests/lib/small_site.h"

struct fixture {
	struct db_fixture at;
	int64_t week, forecast_id;
};

static int begin(void **state)
{
	struct fixture *f = small_site_open(sizeof *f);
	f->week = small_site_change_week(4);
	struct forecast_request r = { 1, f->week, 1 };
	if (!forecast_make(f->at.db, f->at.arena, &r, FIELD_NULL, FIELD_NULL, NULL, &f->forecast_id, &f->at.err))
		fail_msg("no forecast: %s", f->at.err.message);
	*state = f;
	return 0;
}

static struct week_problem require(struct fixture *f, struct staffing_choice c)
{
	struct week_problem w = { 0 };
	if (!staffing_choice_resolve(&c, "/", &f->at.err) ||
	    !week_open(f->at.db, f->at.arena, 1, f->week, f->forecast_id, &c, &w, &f->at.err) ||
	    !week_requirements(f->at.db, f->at.arena, f->forecast_id, &w, &f->at.err))
		fail_msg("no requirement: %s", f->at.err.message);
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
				      .trial_weeks = 20, .choice = { .risk = WFM_RISK_CHANCE, .over = FIELD_NULL,
						  .probability = 0.9, .least = NAN } };
	struct schedule_result out;
	if (!schedule_make(f->at.db, f->at.arena, &r, FIELD_NULL, FIELD_NULL, NULL, &out, &f->at.err))
		fail_msg("no roster: %s", f->at.err.message);
	assert_string_equal(db_fixture_ask(&f->at, "SELECT concat_ws(' ', evidence->>'risk', evidence->>'over',"
				   " evidence->>'probability', evidence->>'shrinkage') FROM roster"),
			    "chance day 0.9 0.05");
	assert_string_equal(db_fixture_ask(&f->at, "SELECT concat_ws(' ', request->>'risk', request->>'over') FROM plan"),
			    "chance day");
	assert_string_equal(db_fixture_ask(&f->at, "SELECT count(*) = 7 AND min(p_target) >= 0.9 FROM requirement_day"), "t");
	assert_string_equal(db_fixture_ask(&f->at, "SELECT abs(sum(roster_hours) - (SELECT sum(agents_on_roster * minutes / 60)"
				   " FROM requirement)) < 1e-6 FROM requirement_day"), "t");
}

static void test_forecasts_without_scenarios(void **state)
{
	struct fixture *f = *state;
	db_fixture_ask(&f->at, "DELETE FROM forecast_joint");
	struct week_problem w = require(f, (struct staffing_choice){ 0 });
	assert_int_equal(w.requirements[0].day_count, 0);
	w = require(f, (struct staffing_choice){ .over = OVER_DAY, .least = NAN });
	assert_true(hours(&w) > 0);
	struct staffing_choice c = { .risk = WFM_RISK_EXPECTED, .over = OVER_DAY, .least = NAN };
	assert_true(week_open(f->at.db, f->at.arena, 1, f->week, f->forecast_id, &c, &w, &f->at.err));
	assert_false(week_requirements(f->at.db, f->at.arena, f->forecast_id, &w, &f->at.err));
	assert_int_equal(f->at.err.code, ERR_INVALID);
	assert_string_equal(f->at.err.items[0].pointer, "/forecast_id");
	/* A queue that the forecast left out keeps nobody from planning the others. */
	err_clear(&f->at.err);
	db_fixture_ask(&f->at, "DELETE FROM forecast_interval");
	w = require(f, c);
	assert_true(hours(&w) == 0);
}

static void test_an_interval_has_no_chance(void **state)
{
	struct fixture *f = *state;
	struct staffing_choice c = { .risk = WFM_RISK_CHANCE, .over = OVER_INTERVAL, .probability = 0.8 };
	assert_false(staffing_choice_resolve(&c, "?", &f->at.err));
	assert_string_equal(f->at.err.items[0].pointer, "?over");
}

/* Work that may wait keeps its turnaround, whatever is chosen. */
static void test_mail_is_staffed_as_ever(void **state)
{
	struct fixture *f = *state;
	db_fixture_ask(&f->at, "UPDATE queue SET channel = 'email', turnaround_min = 480, target_share = NULL, target_s = NULL");
	struct week_problem plain = require(f, (struct staffing_choice){ 0 });
	struct week_problem chance = require(f, (struct staffing_choice){
		.risk = WFM_RISK_CHANCE, .over = OVER_DAY, .probability = 0.9, .least = NAN });
	assert_true(hours(&plain) > 0 && fabs(hours(&plain) - hours(&chance)) < 1e-9);
	assert_int_equal(chance.requirements[0].day_count, 0);
}

/* ---------------------------------------------------------------- absence */

/* Eight weeks of published days, eight hours each but half an hour's meal, for ten people; two of them
 * ill on Mondays, one of them for half of the shift, and one on leave that came later than the roster. */
static void work_eight_weeks(struct fixture *f)
{
	db_fixture_ask(&f->at, "INSERT INTO plan (site_id, monday, forecast_id, request)"
	       " SELECT 1, m::date, f.id, '{}' FROM forecast f, generate_series(date_trunc('week', now())"
	       " - interval '8 weeks', date_trunc('week', now()) - interval '1 week', interval '1 week') AS m;"
	       "INSERT INTO roster (plan_id, site_id, monday, version, state, evidence)"
	       " SELECT id, 1, monday, 1, 'published', '{}' FROM plan;"
	       "INSERT INTO shift (roster_id, agent_id, site_id, day, start_at, end_at, paid_minutes, cost_cents, published)"
	       " SELECT r.id, a.id, 1, r.monday + n, (r.monday + n + time '09:00') AT TIME ZONE 'America/Santiago',"
	       " (r.monday + n + time '17:00') AT TIME ZONE 'America/Santiago', 450, 0, true"
	       " FROM roster r, agent a, generate_series(0, 4) AS n WHERE a.id <= 10;"
	       "INSERT INTO absence (agent_id, kind, state, start_at, end_at, planned, paid, excused)"
	       " SELECT agent_id, 'sickness', 'recorded', start_at, CASE WHEN agent_id = 1 THEN end_at"
	       " ELSE start_at + interval '4 hours' END, false, true, true FROM shift"
	       " WHERE agent_id IN (1, 2) AND extract(isodow FROM day) = 1;"
	       "INSERT INTO absence (agent_id, kind, state, start_at, end_at, planned, paid, excused)"
	       " SELECT agent_id, 'vacation', 'approved', start_at, end_at, true, true, true FROM shift"
	       " WHERE agent_id = 3 AND extract(isodow FROM day) = 2;"
	       /* Asked only, or turned down: nobody was away. */
	       "INSERT INTO absence (agent_id, kind, state, start_at, end_at, planned, paid, excused)"
	       " SELECT agent_id, 'vacation', 'asked', start_at, end_at, true, true, true FROM shift"
	       " WHERE agent_id = 4 AND extract(isodow FROM day) = 2");
}

static void test_absence_from_rosters_alone(void **state)
{
	struct fixture *f = *state;
	struct site_shrinkage s;
	work_eight_weeks(f);
	if (!site_shrinkage_get(f->at.db, f->at.arena, 1, NULL, &s, &f->at.err))
		fail_msg("not measured: %s", f->at.err.message);
	/* Of 400 paid shifts of seven and a half hours 8 + 8/2 were lost to illness, 8 to leave. */
	assert_true(s.known && s.days == 40 && s.people == 400);
	assert_true(fabs(s.scheduled_s - 400 * 27000.0) < 1 && fabs(s.planned_s - 8 * 27000.0) < 1);
	assert_true(fabs(s.unplanned_s - 12 * 27000.0) < 1);
	assert_true(fabs(s.unplanned - 12.0 / 392) < 1e-9 && fabs(s.planned - 8.0 / 400) < 1e-9);
	assert_true(fabs(s.weekdays[0].unplanned - 0.15) < 1e-9 && s.weekdays[1].unplanned == 0);
	assert_true(fabs(s.weekdays[1].base_s - 72 * 27000.0) < 1);
	assert_true(s.weekdays[0].used > 0.14 && s.weekdays[0].weight > 0.9);
	assert_true(s.weekdays[6].few && fabs(s.weekdays[6].used - s.unplanned) < 1e-12);
	assert_true(isnan(s.adherence));
	/* A recorded day is what it is, whatever the roster says. */
	db_fixture_ask(&f->at, "INSERT INTO agent_day (agent_id, day, site_id, rostered_s, handling_s, waiting_s, breaks_s, training_s,"
	       " other_s, paid_leave_s, in_planned_state_s, absent_unplanned_s)"
	       " SELECT agent_id, day, 1, 27000, 0, 0, 0, 0, 0, 0, 0, 27000 FROM shift WHERE agent_id = 5"
	       " AND extract(isodow FROM day) = 3");
	assert_true(site_shrinkage_get(f->at.db, f->at.arena, 1, NULL, &s, &f->at.err));
	assert_true(s.people == 400 && fabs(s.weekdays[2].unplanned - 0.1) < 1e-9);
}

/* The week is planned with each weekday's own past once that is chosen. */
static void test_measured_absence_is_reckoned_with(void **state)
{
	struct fixture *f = *state;
	struct site_shrinkage s;
	work_eight_weeks(f);
	struct week_problem own = require(f, (struct staffing_choice){ 0 });
	db_fixture_ask(&f->at, "UPDATE site SET shrinkage_use = 'measured'");
	assert_true(site_shrinkage_get(f->at.db, f->at.arena, 1, NULL, &s, &f->at.err));
	struct week_problem measured = require(f, (struct staffing_choice){ 0 });
	assert_true(own.site.shrinkage_unplanned == 0.05);
	assert_true(fabs(measured.site.shrinkage_unplanned - s.unplanned) < 1e-12);
	for (size_t i = 0; i < own.requirements[0].count; i++) {
		const struct requirement_row *a = &own.requirements[0].rows[i];
		const struct requirement_row *b = &measured.requirements[0].rows[i];
		int64_t date;
		int minute;
		zone_to_local(own.site.zone, a->start, &date, &minute);
		double used = s.weekdays[date_weekday(date) - 1].used;
		assert_true(a->agents == b->agents && fabs(a->agents_on_roster - a->agents / 0.95) < 1e-9);
		assert_true(fabs(b->agents_on_roster - b->agents / (1 - used)) < 1e-9);
	}
	/* Who is planned for Mondays fails as often on Mondays, in a trial too. */
	struct wfm_roster nobody = { 0 };
	struct week_play play;
	assert_true(week_problem_fill(f->at.db, f->at.arena, &measured, &f->at.err));
	assert_true(week_play_open(f->at.arena, &measured, &nobody, &play, &f->at.err));
	assert_true(measured.problem.agent_count > 0 && measured.unplanned[0] != measured.unplanned[6]);
	for (int32_t d = 0; d < 7; d++)
		assert_true(wfm_sim_absence(&play.p, 0, d) == s.weekdays[d].used);
	db_fixture_ask(&f->at, "DELETE FROM absence; DELETE FROM shift; UPDATE site SET shrinkage_unplanned = 0.08");
	measured = require(f, (struct staffing_choice){ 0 }); /* nothing to measure */
	assert_true(measured.site.shrinkage_unplanned == 0.08 && measured.unplanned[3] == 0.08);
}

/* ---------------------------------------------------------------- calls again */

/* Nine weeks of half-hours in which now and then many give up, and six in ten of them call again,
 * after ten minutes on the mean. */
static void call_again(struct fixture *f)
{
	enum { ROWS = 63 * 48 };
	const double p = 0.6, keep = exp(-3), at_once = 1 - (1 - keep) / 3;
	struct strbuf s;
	struct rng r;
	double waiting = 0;
	rng_seed(&r, 7);
	strbuf_init(&s, 1 << 20);
	strbuf_puts(&s, "DELETE FROM history; INSERT INTO history (queue_id, start_at, offered, handled, abandoned,"
			" handle_time_s, wait_time_s) SELECT 1, date_trunc('day', now()) - interval '63 days'"
			" + n * interval '30 minutes', o, o - b, b, (o - b) * 240, o * 20 FROM (VALUES ");
	for (int i = 0; i < ROWS; i++) {
		double fresh = 30 + 12 * rng_unit(&r), gone = rng_unit(&r) < 0.1 ? 20 * rng_unit(&r) : 0;
		double back = waiting * (1 - keep) + p * gone * at_once;
		waiting = waiting * keep + p * gone * (1 - at_once);
		strbuf_printf(&s, "%s(%d, %.6f, %.6f)", i > 0 ? "," : "", i, fresh + back, gone);
	}
	strbuf_puts(&s, ") AS v(n, o, b)");
	db_fixture_ask(&f->at, s.data);
	strbuf_free(&s);
}

static void test_calls_again_are_no_demand_of_their_own(void **state)
{
	struct fixture *f = *state;
	struct queue_staffing none, set = { .redials = REDIALS_ESTIMATED, .redial_share = NAN, .chat_stretch = NAN };
	struct queue_staffing estimated;
	call_again(f);
	struct week_problem all = require(f, (struct staffing_choice){ 0 });
	if (!queue_staffing_put(f->at.db, f->at.arena, 1, &set, &none, &estimated, &f->at.err))
		fail_msg("not set: %s", f->at.err.message);
	assert_true(none.again == 0 && none.discount == 0 && isnan(none.stretch));
	assert_true(estimated.redial_known && estimated.redial_low <= 0.6 && estimated.redial_high >= 0.6);
	assert_true(estimated.again == estimated.redial_probability && fabs(estimated.again - 0.6) < 0.15);
	/* One contact in 36 gives up, six in ten of those are counted twice. */
	assert_true(fabs(estimated.discount - 0.6 * 1.0 / 36.6) < 0.006);
	struct week_problem fresh = require(f, (struct staffing_choice){ 0 });
	for (size_t i = 0; i < all.requirements[0].count; i++)
		assert_true(fabs(fresh.requirements[0].rows[i].volume -
				 all.requirements[0].rows[i].volume * (1 - estimated.discount)) < 1e-9);
	assert_true(fresh.queues[0].again == estimated.again);
	/* The trial has them call again too: it keeps the promise that the formulas make. */
	struct schedule_request r = { .site_id = 1, .week = f->week, .forecast_id = f->forecast_id, .seed = 1,
				      .iteration_limit = 40, .gap = 0.02, .time_limit_s = 60 };
	struct schedule_result out;
	if (!schedule_make(f->at.db, f->at.arena, &r, FIELD_NULL, FIELD_NULL, NULL, &out, &f->at.err))
		fail_msg("no roster: %s", f->at.err.message);
	assert_string_equal(db_fixture_ask(&f->at, "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(promised - simulated)) < 0.03"
				   " FROM roster_trial"), "t");
	/* Who never gives up never calls again. */
	db_fixture_ask(&f->at, "UPDATE queue SET patience_s = NULL");
	assert_true(queue_staffing_get(f->at.db, f->at.arena, 1, &estimated, &f->at.err));
	assert_true(estimated.again == 0 && estimated.discount == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_each_way_to_take_the_risk, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_a_roster_says_how_it_was_staffed, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_forecasts_without_scenarios, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_an_interval_has_no_chance, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_mail_is_staffed_as_ever, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_absence_from_rosters_alone, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_measured_absence_is_reckoned_with, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_calls_again_are_no_demand_of_their_own, begin, small_site_end),
	};
	return db_fixture_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
