/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From history to a published roster in the database, over both clock changes of America/Santiago. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <math.h>

#include "server/base/clock.h"
#include "server/calendar/zones.h"
#include "server/domain/make_forecast.h"
#include "server/domain/make_schedule.h"
#include "server/domain/publish_roster.h"
#include "server/domain/stored_week.h"
#include "tests/lib/db_fixture.h"
#include "tests/lib/small_site.h"

static int64_t site_id(struct db_fixture *f)
{
	return strtoll(db_fixture_ask(f, "SELECT id FROM site"), NULL, 10);
}

static struct schedule_request request(struct db_fixture *f, int64_t week)
{
	return (struct schedule_request){ .site_id = site_id(f), .week = week,
					  .forecast_id = FIELD_NULL, .seed = 1,
					  .iteration_limit = 300, .gap = 0.02, .time_limit_s = 60 };
}

static struct schedule_result make(struct db_fixture *f, int64_t week)
{
	struct schedule_request r = request(f, week);
	struct schedule_result out;
	r.trial_weeks = 20;
	if (!schedule_make(f->db, f->arena, &r, FIELD_NULL, FIELD_NULL, NULL, &out, &f->err))
		fail_msg("no roster: %s %s", f->err.message,
			 f->err.items_kept ? f->err.items[0].message : "");
	return out;
}

static void publish(struct db_fixture *f, int64_t roster_id)
{
	struct roster r;
	if (!db_begin(f->db, &f->err) || !roster_lock(f->db, f->arena, roster_id, &r, &f->err) ||
	    !roster_publish(f->db, f->arena, &r, FIELD_NULL, &f->err) || !db_commit(f->db, &f->err))
		fail_msg("not published: %s", f->err.message);
}

/* Shifts whose local start is outside their contract's window, or whose length is not allowed. */
static const char wrong_shifts[] =
	"SELECT count(*) FROM shift s JOIN agent a ON a.id = s.agent_id JOIN contract c ON c.id = a.contract_id,"
	" LATERAL (SELECT s.start_at AT TIME ZONE 'America/Santiago' AS t) AS local"
	" WHERE t::date <> s.day OR extract(epoch FROM t::time) / 60 NOT BETWEEN c.start_earliest_min AND c.start_latest_min"
	" OR s.end_at - s.start_at NOT BETWEEN make_interval(mins => c.shift_min_minutes)"
	" AND make_interval(mins => c.shift_max_minutes)";

static void check_change_week(struct db_fixture *f, int month, int quarters)
{
	int64_t week = small_site_change_week(month);
	struct schedule_result r = make(f, week);
	struct week_problem w;

	assert_true(week_problem_build(f->db, f->arena, site_id(f), week, r.forecast_id, &w, &f->err));
	assert_int_equal(w.problem.slot_count - SLOT_TAIL, quarters);
	assert_true(r.shifts > 40);
	assert_string_equal(db_fixture_ask(f, wrong_shifts), "0");
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) FROM requirement"), quarters == 676 ? "338" : "334");
	/* Nights cross midnight, and one of them the clock change itself (Saturday to Sunday). */
	assert_string_equal(db_fixture_ask(f, "SELECT bool_or((end_at AT TIME ZONE 'America/Santiago')::date = day + 1)"
				   " FROM shift WHERE extract(isodow FROM day) = 6"), "t");
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) FROM shift s JOIN activity v ON v.shift_id = s.id"
				   " WHERE v.start_at < s.start_at OR v.end_at > s.end_at"), "0");
	publish(f, r.roster_id);
	assert_string_equal(db_fixture_ask(f, "SELECT bool_and(published) FROM shift"), "t");
}

static void test_week_with_the_hour_repeated(void **state)
{
	check_change_week(*state, 4, 676);
}

static void test_week_with_the_hour_skipped(void **state)
{
	check_change_week(*state, 9, 668);
}

/* A plan is played as it was drawn, whatever the queue's setting has become. */
static void test_a_plan_remembers_who_calls_again(void **state)
{
	struct db_fixture *f = *state;
	struct stored_week s;
	db_fixture_ask(f, "UPDATE queue SET redials = 'given', redial_share = 0.4");
	struct schedule_result made = make(f, small_site_change_week(4) + 7);
	db_fixture_ask(f, "UPDATE queue SET redials = 'none', redial_share = NULL");
	assert_true(stored_week_load(f->db, f->arena, made.roster_id, &s, &f->err));
	assert_true(s.w.queues[0].again == 0.4);
	/* A plan from before this was kept: as it is set today. */
	db_fixture_ask(f, "DELETE FROM plan_queue");
	assert_true(stored_week_load(f->db, f->arena, made.roster_id, &s, &f->err));
	assert_true(s.w.queues[0].again == 0);
}

static void test_same_seed_same_roster(void **state)
{
	struct db_fixture *f = *state;
	int64_t week = small_site_change_week(4) + 7;
	struct schedule_result a = make(f, week);
	struct schedule_request r = request(f, week);
	struct schedule_result b;
	r.forecast_id = a.forecast_id;
	assert_true(schedule_make(f->db, f->arena, &r, FIELD_NULL, FIELD_NULL, NULL, &b, &f->err));
	assert_true(a.objective == b.objective);
	assert_string_equal(db_fixture_ask(f, "SELECT count(DISTINCT d) FROM (SELECT md5(string_agg(concat(agent_id, start_at, end_at),"
				   " ',' ORDER BY agent_id, start_at)) AS d FROM shift GROUP BY roster_id) AS x"), "1");
}

static void test_republishing_keeps_identity(void **state)
{
	struct db_fixture *f = *state;
	int64_t week = small_site_change_week(4) + 7;
	struct schedule_result a = make(f, week);
	publish(f, a.roster_id);
	db_fixture_ask(f, "CREATE TABLE seen AS SELECT agent_id, day, uid FROM shift WHERE published;"
	       "CREATE TABLE feeds AS SELECT id, feed_version FROM agent");
	struct schedule_result b = make(f, week);
	/* One shift of the second version begins half an hour later; everybody else's stay. */
	db_fixture_ask(f, "CREATE TABLE moved AS SELECT s.id, s.agent_id FROM shift s JOIN roster r ON r.id = s.roster_id"
	       " WHERE r.state = 'draft' ORDER BY s.id LIMIT 1;"
	       "UPDATE shift SET start_at = start_at + interval '15 minutes' WHERE id IN (SELECT id FROM moved)");
	publish(f, b.roster_id);
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) FROM shift LEFT JOIN seen USING (agent_id, day, uid)"
				   " WHERE published AND seen.uid IS NULL"), "0");
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) > 40 FROM shift WHERE published"), "t");
	assert_string_equal(db_fixture_ask(f, "SELECT string_agg(sequence::text, ',') FROM shift WHERE id IN (SELECT id FROM moved)"), "1");
	assert_string_equal(db_fixture_ask(f, "SELECT sum(sequence) FROM shift WHERE published"), "1");
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) FROM agent JOIN feeds USING (id)"
				   " WHERE agent.feed_version <> feeds.feed_version"), "1");
	assert_string_equal(db_fixture_ask(f, "SELECT string_agg(state, ',' ORDER BY version) FROM roster"),
			    "superseded,published");
}

static void test_publishing_refuses(void **state)
{
	struct db_fixture *f = *state;
	int64_t week = small_site_change_week(4) + 7;
	struct schedule_result a = make(f, week);
	struct roster r;
	db_fixture_ask(f, "INSERT INTO absence (agent_id, kind, state, start_at, end_at, planned, paid, excused)"
	       " SELECT agent_id, 'sickness', 'recorded', start_at, end_at, false, true, true FROM shift ORDER BY id LIMIT 1");
	assert_true(db_begin(f->db, &f->err) && roster_lock(f->db, f->arena, a.roster_id, &r, &f->err));
	assert_false(roster_publish(f->db, f->arena, &r, FIELD_NULL, &f->err));
	assert_int_equal(f->err.code, ERR_CONFLICT);
	assert_int_equal(f->err.item_count, 1);
	db_rollback(f->db);
	db_fixture_ask(f, "DELETE FROM absence; UPDATE agent SET left_on = (SELECT monday FROM roster), leave_reason = 'voluntary'"
	       " WHERE id = (SELECT agent_id FROM shift GROUP BY agent_id ORDER BY count(*) DESC LIMIT 1)");
	err_clear(&f->err);
	assert_true(db_begin(f->db, &f->err) && roster_lock(f->db, f->arena, a.roster_id, &r, &f->err));
	assert_false(roster_publish(f->db, f->arena, &r, FIELD_NULL, &f->err));
	assert_non_null(strstr(f->err.items[0].message, "left the company"));
	db_rollback(f->db);
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) FROM shift WHERE published"), "0");
}

static void test_no_two_published_shifts_overlap(void **state)
{
	struct db_fixture *f = *state;
	publish(f, make(f, small_site_change_week(4) + 7).roster_id);
	/* Were the code to err, the database would still refuse. */
	assert_string_equal(db_fixture_ask(f,
		"CREATE FUNCTION try() RETURNS text LANGUAGE plpgsql AS $$ BEGIN"
		" INSERT INTO shift (roster_id, agent_id, site_id, day, start_at, end_at, paid_minutes, cost_cents, published)"
		" SELECT roster_id, agent_id, site_id, day, end_at - interval '1 minute', end_at + interval '1 hour', 0, 0, true"
		" FROM shift LIMIT 1; RETURN 'taken'; EXCEPTION WHEN exclusion_violation THEN RETURN 'refused'; END $$;"
		"SELECT try()"), "refused");
}

/* Somebody who moved here keeps the shifts that the old site has published for the week. */
static void test_shifts_published_elsewhere_block(void **state)
{
	struct db_fixture *f = *state;
	int64_t week = small_site_change_week(4) + 7;
	struct schedule_result made = make(f, week);
	struct week_problem w;
	publish(f, made.roster_id);
	db_fixture_ask(f, "INSERT INTO site (code, name, region_id, kind, country, zone)"
	       " SELECT 'OLD', 'Old site', id, 'branch', 'CL', 'America/Santiago' FROM region;"
	       "UPDATE shift SET site_id = (SELECT id FROM site WHERE code = 'OLD')"
	       " WHERE id = (SELECT s.id FROM shift s JOIN agent a ON a.id = s.agent_id WHERE a.code = 'A1' LIMIT 1)");
	assert_true(week_problem_build(f->db, f->arena, 1, week, made.forecast_id, &w, &f->err));
	int32_t blocked = 0;
	for (int32_t i = 0; i < w.problem.agent_count; i++)
		blocked += w.problem.agents[i].unavailable_count;
	assert_int_equal(blocked, 1);
}

/* E-mails come while the doors are shut; somebody must answer them the next day. */
static void test_mail_of_the_night_is_staffed(void **state)
{
	struct db_fixture *f = *state;
	int64_t week = small_site_change_week(4) + 7;
	struct forecast_request r = { site_id(f), week, 1 };
	struct week_problem w;
	int64_t forecast_id;
	double volume = 0, people_closed = 0;
	db_fixture_ask(f, "UPDATE queue SET channel = 'email', turnaround_min = 480, target_share = NULL, target_s = NULL;"
	       "UPDATE site_hours SET open_min = 540, close_min = 1080");
	if (!forecast_make(f->db, f->arena, &r, FIELD_NULL, FIELD_NULL, NULL, &forecast_id, &f->err) ||
	    !week_problem_build(f->db, f->arena, site_id(f), week, forecast_id, &w, &f->err))
		fail_msg("no problem: %s", f->err.message);
	for (size_t i = 0; i < w.requirements[0].count; i++) {
		const struct requirement_row *q = &w.requirements[0].rows[i];
		int64_t date;
		int minute;
		zone_to_local(w.site.zone, q->start, &date, &minute);
		volume += q->volume;
		if (minute < 540 || minute >= 1080)
			people_closed += q->agents;
	}
	/* What came after Sunday's closing waits on Monday. */
	double tail = 0;
	for (size_t i = w.requirements[0].count; i-- > 0;) {
		const struct requirement_row *q = &w.requirements[0].rows[i];
		int64_t date;
		int minute;
		zone_to_local(w.site.zone, q->start, &date, &minute);
		if (minute < 1080)
			break;
		tail += q->volume * q->aht_s / 3600;
	}
	const struct requirement_deferred *d = &w.requirements[0].deferred;
	assert_true(tail > 2 && fabs(d->carried_hours - tail) < 1e-6 && fabs(d->backlog_hours - tail) < 1e-3);
	assert_true(d->in_time > 1 - 1e-9);
	/* About 14 an interval all day and night. */
	assert_true(volume > 0.8 * 14 * 336 && volume < 1.2 * 14 * 336);
	assert_true(people_closed == 0);
}

struct mail_week {
	struct week_problem w;
	double hours;
	size_t at;
};

/* The week's requirement with so much of the idle time used; the mail queue's hours. */
static struct mail_week mail_week(struct db_fixture *f, int64_t week, int64_t forecast_id, double idle_share)
{
	struct staffing_choice c = STAFFING_CHOICE_PLAIN;
	struct mail_week m = { .hours = 0 };
	c.idle_share = idle_share;
	if (!week_open(f->db, f->arena, site_id(f), week, forecast_id, &c, &m.w, &f->err) ||
	    !week_requirements(f->db, f->arena, forecast_id, &m.w, &f->err))
		fail_msg("no requirement: %s", f->err.message);
	while (m.w.queues[m.at].channel != WFM_EMAIL)
		m.at++;
	for (size_t i = 0; i < m.w.requirements[m.at].count; i++) {
		const struct requirement_row *r = &m.w.requirements[m.at].rows[i];
		m.hours += r->agents * (double)r->minutes / 60;
	}
	return m;
}

/* E-mails are answered between calls by those who can do both; only they have idle time to give. */
static void test_mail_is_done_between_calls(void **state)
{
	struct db_fixture *f = *state;
	int64_t week = small_site_change_week(4) + 7, forecast_id;
	struct forecast_request r = { site_id(f), week, 1 };
	db_fixture_ask(f, "INSERT INTO skill (code, name) VALUES ('email', 'E-mail');"
	       "INSERT INTO queue (code, name, site_id, skill_id, channel, interval_min, turnaround_min, aht_s)"
	       " SELECT 'email', 'E-mail', s.id, k.id, 'email', 30, 480, 400 FROM site s, skill k WHERE k.code = 'email';"
	       "INSERT INTO agent_skill SELECT a.id, k.id, 1 FROM agent a, skill k WHERE k.code = 'email' AND a.id % 2 = 0;"
	       "INSERT INTO history (queue_id, start_at, offered, handled, handle_time_s)"
	       " SELECT q.id, h.start_at, h.offered, h.handled, h.handled * 400 FROM history h, queue q WHERE q.code = 'email'");
	if (!forecast_make(f->db, f->arena, &r, FIELD_NULL, FIELD_NULL, NULL, &forecast_id, &f->err))
		fail_msg("no forecast: %s", f->err.message);
	struct mail_week none = mail_week(f, week, forecast_id, 0), half = mail_week(f, week, forecast_id, 0.5);
	struct mail_week all = mail_week(f, week, forecast_id, 1);
	const struct requirement_deferred *d = &half.w.requirements[half.at].deferred;
	const struct requirement_deferred *d1 = &all.w.requirements[all.at].deferred;
	print_message("# e-mail %.0f h alone, %.0f and %.0f h in half and all of %.0f idle hours' company\n",
		      none.hours, half.hours, all.hours, d1->idle_hours);
	assert_true(none.w.requirements[none.at].deferred.idle_used_hours == 0);
	assert_true(none.hours > half.hours + 5 && half.hours > all.hours + 5);
	/* What idle time does nobody else is asked for, but for whole people. */
	assert_true(d->idle_used_hours > 10 && fabs(none.hours - half.hours - d->idle_used_hours) < 0.05 * none.hours);
	assert_true(fabs(d1->idle_hours - 2 * d->idle_hours) < 1e-6 * d1->idle_hours);
	assert_true(d->in_time > 1 - 1e-9 && d->late_hours < 1e-6);
	assert_true(fabs(d->alone_agent_hours - none.hours) < 1e-9);
	/* The live queue keeps its people; its rows carry nothing of this. */
	size_t live = 1 - half.at;
	double idle = 0, backlog = 0;
	for (size_t i = 0; i < half.w.requirements[live].count; i++) {
		const struct requirement_row *v = &half.w.requirements[live].rows[i];
		assert_true(v->agents == none.w.requirements[live].rows[i].agents && isnan(v->idle_s));
		idle += 0.5 * v->agents * (1 - v->occupancy) * (double)v->minutes / 60;
	}
	assert_true(isnan(half.w.requirements[live].deferred.idle_hours));
	/* Half of the agents can do e-mails, so half of the idle time is theirs. */
	assert_true(fabs(d->idle_hours - 0.5 * idle) < 1e-6 * idle);
	for (size_t i = 0; i < half.w.requirements[half.at].count; i++)
		backlog = half.w.requirements[half.at].rows[i].backlog_s / 3600;
	assert_true(fabs(backlog - d->backlog_hours) < 1e-9);
}

static void expect_refused(struct db_fixture *f, struct schedule_request r, const char *pointer)
{
	struct schedule_result out;
	err_clear(&f->err);
	assert_false(schedule_make(f->db, f->arena, &r, FIELD_NULL, FIELD_NULL, NULL, &out, &f->err));
	assert_int_equal(f->err.code, ERR_INVALID);
	assert_true(f->err.items_kept > 0);
	assert_string_equal(f->err.items[0].pointer, pointer);
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) FROM plan"), "0");
}

static void test_impossible_requests_name_the_place(void **state)
{
	struct db_fixture *f = *state;
	int64_t week = small_site_change_week(4) + 7;
	struct schedule_request r = request(f, week);
	r.site_id = 999;
	expect_refused(f, r, "/site_id");
	expect_refused(f, request(f, 4), "/week"); /* 1970-W02 */
	r = request(f, week);
	r.forecast_id = 999;
	expect_refused(f, r, "/forecast_id");
	db_fixture_ask(f, "UPDATE agent SET left_on = date '2020-06-01', leave_reason = 'voluntary'");
	expect_refused(f, request(f, week), "/site_id");
	db_fixture_ask(f, "UPDATE agent SET left_on = NULL, leave_reason = NULL;"
	       "UPDATE queue SET channel = 'email', turnaround_min = 20");
	expect_refused(f, request(f, week), "/site_id");
	assert_string_equal(f->err.items[0].message, "queue voice: its turnaround must be at least 30 minutes: work counted"
			    " in intervals of 30 cannot be due sooner");
}

/* Nights that begin on Sunday are the only ones to reach the next Monday's small hours. */
static void test_sunday_nights_reach_the_next_week(void **state)
{
	struct db_fixture *f = *state;
	int64_t week = clock_now() / 86400;
	char sql[400], day[11];

	week += 8 - date_weekday(week);
	publish(f, make(f, week).roster_id);
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) FROM shortage h JOIN roster r ON r.id = h.roster_id"
				   " WHERE h.start_at >= (r.monday + 7)::timestamp AT TIME ZONE"
				   " 'America/Santiago'"), "0");
	make(f, week + 7);
	date_format(week + 7, day);
	snprintf(sql, sizeof sql,
		 "SELECT count(*) FROM shift WHERE published AND day = date '%s' - 1"
		 " AND end_at > timestamp '%s 05:00' AT TIME ZONE 'America/Santiago'", day, day);
	assert_true(strtol(db_fixture_ask(f, sql), NULL, 10) >= 1);
	/* The first week has nobody from before and is short then; the second is less so. */
	snprintf(sql, sizeof sql,
		 "SELECT coalesce(sum(people) FILTER (WHERE r.monday = '%s'), 0)"
		 " < .5 * sum(people) FILTER (WHERE r.monday < '%s')"
		 " FROM shortage h JOIN roster r ON r.id = h.roster_id WHERE h.start_at <"
		 " (r.monday + time '05:00') AT TIME ZONE 'America/Santiago'", day, day);
	assert_string_equal(db_fixture_ask(f, sql), "t");
}

/* Leave that begins the Monday after forbids a Sunday night that would run into it. */
static void test_sunday_nights_spare_the_leave_of_monday(void **state)
{
	struct db_fixture *f = *state;
	int64_t week = small_site_change_week(4) + 7;
	char sql[500], day[11];

	date_format(week + 7, day);
	snprintf(sql, sizeof sql,
		 "INSERT INTO absence (agent_id, kind, state, start_at, end_at, planned, paid, excused)"
		 " SELECT id, 'vacation', 'approved', timestamp '%s' AT TIME ZONE 'America/Santiago',"
		 " (timestamp '%s' + interval '7 days') AT TIME ZONE 'America/Santiago', true, true, true FROM agent",
		 day, day);
	db_fixture_ask(f, sql);
	publish(f, make(f, week).roster_id);
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) > 40 FROM shift"), "t");
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) FROM shift s JOIN absence b USING (agent_id)"
				   " WHERE tstzrange(s.start_at, s.end_at) && tstzrange(b.start_at, b.end_at)"), "0");
}

/* ---------------------------------------------------------------- the corrected draft */

/* Two queues that everybody can take: formulas see two small groups, the trial one large one. */
static void share_people(struct db_fixture *f)
{
	db_fixture_ask(f, "INSERT INTO skill (code, name) VALUES ('second', 'Second');"
	       "INSERT INTO queue (code, name, site_id, skill_id, channel, interval_min, target_share, target_s,"
	       " patience_s, aht_s) SELECT 'second', 'Second', q.site_id, k.id, q.channel, q.interval_min,"
	       " q.target_share, q.target_s, q.patience_s, q.aht_s FROM queue q, skill k WHERE k.code = 'second';"
	       "INSERT INTO agent_skill SELECT a.id, k.id, 1 FROM agent a, skill k WHERE k.code = 'second';"
	       "INSERT INTO history (queue_id, start_at, offered, handled, handle_time_s)"
	       " SELECT q.id, h.start_at, h.offered, h.handled, h.handle_time_s FROM history h, queue q WHERE q.code = 'second'");
}

/* Stops the solver at its first word after the first trial, and counts the trials. */
struct stopping {
	int trials;
	bool stop;
};

static bool stop_second(void *context, double fraction, const char *phase, double objective, double bound,
			double gap)
{
	struct stopping *s = context;
	(void)fraction, (void)objective, (void)bound, (void)gap;
	bool trial = strcmp(phase, "trial") == 0;
	s->trials += trial;
	return s->stop && s->trials == 1 && !trial;
}

static void make_watched(struct db_fixture *f, struct schedule_request r, bool stop)
{
	struct stopping s = { .stop = stop };
	struct schedule_watch w = { .progress = stop_second, .context = &s };
	struct schedule_result out;
	db_fixture_ask(f, "DELETE FROM plan");
	if (!schedule_make(f->db, f->arena, &r, FIELD_NULL, FIELD_NULL, &w, &out, &f->err))
		fail_msg("no roster: %s", f->err.message);
	assert_int_equal(s.trials, 2);
}

static const char corrected[] = "SELECT (evidence->>'corrected')::int > 0 FROM roster";
static const char as_computed[] = "SELECT bool_and(abs(agents_on_roster - agents / 0.95) < 1e-9) FROM requirement";

/* The requirement is drawn for once more where the trial found it wrong. */
static void test_a_corrected_draft_is_kept_with_its_requirement(void **state)
{
	struct db_fixture *f = *state;
	struct schedule_request r = request(f, small_site_change_week(4) + 7);
	share_people(f);
	db_fixture_ask(f, "INSERT INTO agent (code, name, site_id, contract_id, hired) SELECT 'B' || id, name, site_id,"
	       " contract_id, hired FROM agent;"
	       "INSERT INTO agent_skill SELECT a.id, k.id, 1 FROM agent a, skill k WHERE a.code LIKE 'B%'");
	r.iteration_limit = 60;
	make_watched(f, r, false);
	assert_string_equal(db_fixture_ask(f, corrected), "t");
	assert_string_equal(db_fixture_ask(f, as_computed), "f");
	/* What was promised is still the first draft's: the second kept it with fewer people. */
	assert_string_equal(db_fixture_ask(f, "SELECT avg(simulated) > avg(least(target, promised)) - 0.01 FROM roster_trial"), "t");
}

/* A second draft that is worse, for it was stopped at once and the first searched long, leaves the
   first and what that was drawn for. */
static void test_a_worse_second_draft_is_left(void **state)
{
	struct db_fixture *f = *state;
	struct schedule_request r = request(f, small_site_change_week(4) + 7);
	share_people(f);
	r.iteration_limit = 2000;
	make_watched(f, r, true);
	assert_string_equal(db_fixture_ask(f, corrected), "f");
	assert_string_equal(db_fixture_ask(f, as_computed), "t");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_week_with_the_hour_repeated, small_site_begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_week_with_the_hour_skipped, small_site_begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_a_plan_remembers_who_calls_again, small_site_begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_same_seed_same_roster, small_site_begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_republishing_keeps_identity, small_site_begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_publishing_refuses, small_site_begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_no_two_published_shifts_overlap, small_site_begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_shifts_published_elsewhere_block, small_site_begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_mail_of_the_night_is_staffed, small_site_begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_a_corrected_draft_is_kept_with_its_requirement, small_site_begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_a_worse_second_draft_is_left, small_site_begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_mail_is_done_between_calls, small_site_begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_impossible_requests_name_the_place, small_site_begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_sunday_nights_reach_the_next_week, small_site_begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_sunday_nights_spare_the_leave_of_monday, small_site_begin, small_site_end),
	};
	return db_fixture_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
