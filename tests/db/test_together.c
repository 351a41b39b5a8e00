/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two sites planned in one: who may work at both goes where it serves most, and each site gets its roster. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "server/domain/make_schedule.h"
#include "server/domain/publish_roster.h"
#include "tests/lib/db_fixture.h"
#include "tests/lib/small_site.h"

/* Viña has half of Santiago's calls and nobody but two of its own; six of Santiago may go there. */
static const char second_site[] =
	"INSERT INTO site (code, name, region_id, kind, country, zone, shrinkage_unplanned)"
	" SELECT 'VAP', 'Viña', id, 'branch', 'CL', 'America/Santiago', 0.05 FROM region;"
	"UPDATE site_hours SET open_min = 480, close_min = 1200;"
	"INSERT INTO site_hours (site_id, weekday, open_min, close_min) SELECT 2, w, 480, 1200 FROM generate_series(1, 7) AS w;"
	"UPDATE agent SET contract_id = (SELECT id FROM contract WHERE code = 'day');"
	"INSERT INTO queue (code, name, site_id, skill_id, channel, interval_min, target_share, target_s, patience_s, aht_s)"
	" SELECT 'voice2', 'Voice Viña', 2, skill_id, channel, interval_min, target_share, target_s, patience_s, aht_s FROM queue;"
	"INSERT INTO agent (code, name, site_id, contract_id, hired) SELECT 'V' || n, 'Viña ' || n, 2, c.id, date '2020-01-01'"
	" FROM generate_series(1, 2) AS n JOIN contract c ON c.code = 'day';"
	"INSERT INTO agent_skill SELECT a.id, k.id, 1 FROM agent a, skill k WHERE a.site_id = 2;"
	"INSERT INTO history (queue_id, start_at, offered, handled, handle_time_s) SELECT q.id, h.start_at, h.offered / 2,"
	" h.handled / 2, h.handle_time_s / 2 FROM history h, queue q WHERE q.site_id = 2;"
	"INSERT INTO agent_elsewhere SELECT id, 2, 30 FROM agent WHERE code IN ('A1', 'A2', 'A3', 'A5', 'A6', 'A7')";

static int begin(void **state)
{
	struct db_fixture *f;

	(void)small_site_begin(state);
	f = *state;
	db_fixture_ask(f, second_site);
	return 0;
}

static struct schedule_request request(int64_t site, int64_t *with)
{
	return (struct schedule_request){ .site_id = site, .week = small_site_change_week(4) + 7,
					  .forecast_id = FIELD_NULL, .seed = 1, .iteration_limit = 300, .gap = 0.01,
					  .time_limit_s = 60, .trial_weeks = 20, .with = with, .with_count = with != NULL };
}

static struct schedule_result make(struct db_fixture *f, struct schedule_request r)
{
	struct schedule_result out;
	if (!schedule_make(f->db, f->arena, &r, FIELD_NULL, FIELD_NULL, NULL, &out, &f->err))
		fail_msg("no roster: %s %s", f->err.message, f->err.items_kept ? f->err.items[0].message : "");
	return out;
}

static bool publish(struct db_fixture *f, int64_t roster_id)
{
	struct roster r;
	err_clear(&f->err);
	if (db_begin(f->db, &f->err) && roster_lock(f->db, f->arena, roster_id, &r, &f->err) &&
	    roster_publish(f->db, f->arena, &r, FIELD_NULL, &f->err) && db_commit(f->db, &f->err))
		return true;
	db_rollback(f->db);
	return false;
}

/* Of all shifts of the drafts: worked at Viña by people of Santiago; with their travel at both ends, paid. */
static const char lent[] =
	"SELECT count(*) FROM shift s JOIN agent a ON a.id = s.agent_id JOIN roster r ON r.id = s.roster_id"
	" WHERE s.site_id = 2 AND r.site_id = 2 AND a.site_id = 1";
static const char lent_with_travel[] =
	"SELECT count(*) FROM shift s JOIN agent a ON a.id = s.agent_id AND a.site_id = 1 WHERE s.site_id = 2"
	" AND (SELECT count(*) = 2 AND bool_and(v.paid AND v.queue_id IS NULL AND v.end_at - v.start_at = interval '30 minutes')"
	" AND min(v.start_at) = s.start_at AND max(v.end_at) = s.end_at FROM activity v WHERE v.shift_id = s.id AND v.kind = 'travel')";
/* Shifts that begin less than twelve hours after the agent's one before, at whatever site. */
static const char short_rests[] =
	"SELECT count(*) FROM (SELECT start_at - lag(end_at) OVER (PARTITION BY agent_id ORDER BY start_at) AS rest FROM shift s"
	" JOIN roster r ON r.id = s.roster_id WHERE r.version = (SELECT max(version) FROM roster m WHERE m.site_id = r.site_id)) AS x"
	" WHERE rest < interval '12 hours'";

static void test_people_go_where_they_serve_most(void **state)
{
	struct db_fixture *f = *state;
	int64_t vina = 2;
	double alone = make(f, request(1, NULL)).objective + make(f, request(2, NULL)).objective;
	db_fixture_ask(f, "DELETE FROM plan");
	struct schedule_request asked = request(1, &vina);
	asked.iteration_limit = 2000; /* enough for a bound */
	struct schedule_result r = make(f, asked);
	assert_int_equal(r.with_count, 1);
	print_message("# %.0f each by itself, %.0f together; %d of %d shifts at Viña lent, bound %.0f\n", alone / 100, r.objective / 100,
		      (int)r.with[0].borrowed, (int)r.with[0].shifts, r.bound / 100);
	assert_true(r.objective < 0.95 * alone && r.bound <= r.objective);
	assert_true(r.borrowed == 0 && r.with[0].site_id == 2 && r.with[0].borrowed > 5);
	assert_int_equal(strtol(db_fixture_ask(f, lent), NULL, 10), r.with[0].borrowed);
	assert_int_equal(strtol(db_fixture_ask(f, lent_with_travel), NULL, 10), r.with[0].borrowed);
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) FROM activity v JOIN shift s ON s.id = v.shift_id JOIN agent a ON"
				   " a.id = s.agent_id WHERE v.kind = 'travel' AND a.site_id = s.site_id"), "0");
	/* Only those who may, and everybody within the rules of the contract over both sites. */
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) FROM shift s JOIN agent a ON a.id = s.agent_id WHERE a.site_id <> s.site_id"
				   " AND NOT EXISTS (SELECT FROM agent_elsewhere o WHERE o.agent_id = a.id AND o.site_id = s.site_id)"), "0");
	assert_string_equal(db_fixture_ask(f, short_rests), "0");
	assert_string_equal(db_fixture_ask(f, "SELECT max(n) <= 5 AND max(m) <= 2700 FROM (SELECT count(*) AS n, sum(paid_minutes) AS m"
				   " FROM shift GROUP BY agent_id) AS x"), "t");
	/* Work is on queues of the site where the shift is. */
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) FROM activity v JOIN shift s ON s.id = v.shift_id JOIN queue q ON q.id = v.queue_id"
				   " WHERE q.site_id <> s.site_id"), "0");
	/* Both say so, and what it cost is the same in both. */
	assert_string_equal(db_fixture_ask(f, "SELECT count(DISTINCT together) || ' ' || count(*) FROM plan"), "1 2");
	assert_string_equal(db_fixture_ask(f, "SELECT bool_and((evidence->>'together_shifts')::int = (SELECT count(*) FROM shift)"
				   " AND evidence->'together' = '[1, 2]') FROM roster"), "t");
	assert_string_equal(db_fixture_ask(f, "SELECT count(DISTINCT evidence->>'objective') FROM roster"), "1");
}

/* One published publishes both; the feeds of all who work change, and each shift says where. */
static void test_rosters_drawn_in_one_are_published_in_one(void **state)
{
	struct db_fixture *f = *state;
	int64_t vina = 2;
	struct schedule_result first = make(f, request(1, &vina)), r = make(f, request(1, &vina));
	assert_true(publish(f, first.roster_id));
	assert_true(publish(f, r.with[0].roster_id));
	assert_string_equal(db_fixture_ask(f, "SELECT string_agg(state || site_id, ' ' ORDER BY id) FROM roster"),
			    "superseded1 superseded2 published1 published2");
	assert_string_equal(db_fixture_ask(f, "SELECT bool_and(s.published = (r.state = 'published')) FROM shift s JOIN roster r"
				   " ON r.id = s.roster_id"), "t");
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) > 0 FROM shift s JOIN agent a ON a.id = s.agent_id"
				   " WHERE s.published AND s.site_id = 2 AND a.site_id = 1"), "t");
}

/* Drawn by itself, a site's week leaves alone who works elsewhere in it, and counts those hours. */
static void test_a_week_drawn_alone_respects_shifts_elsewhere(void **state)
{
	struct db_fixture *f = *state;
	int64_t vina = 2;
	struct schedule_result early = make(f, request(1, NULL)), r = make(f, request(1, &vina));
	assert_true(publish(f, r.roster_id));
	struct schedule_result alone = make(f, request(1, NULL));
	assert_true(publish(f, alone.roster_id));
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) > 0 FROM shift WHERE published AND site_id = 2"), "t");
	assert_string_equal(db_fixture_ask(f, short_rests), "0");
	assert_string_equal(db_fixture_ask(f, "SELECT max(n) <= 5 AND max(m) <= 2700 FROM (SELECT count(*) AS n, sum(paid_minutes) AS m"
				   " FROM shift WHERE published GROUP BY agent_id) AS x"), "t");
	/* Drawn before the other's publication it knows nothing of it, and must not be published. */
	assert_false(publish(f, early.roster_id));
	assert_int_equal(f->err.code, ERR_CONFLICT);
	assert_non_null(strstr(f->err.items[0].message, "Viña"));
}

/* Targets over the day and work that may wait are of each site's own queues. */
static void test_each_site_keeps_its_targets(void **state)
{
	struct db_fixture *f = *state;
	int64_t santiago = 1;
	db_fixture_ask(f, "INSERT INTO skill (code, name) VALUES ('email', 'E-mail');"
		"INSERT INTO queue (code, name, site_id, skill_id, channel, interval_min, turnaround_min, aht_s)"
		" SELECT 'email', 'E-mail', 1, id, 'email', 30, 480, 400 FROM skill WHERE code = 'email';"
		"INSERT INTO agent_skill SELECT a.id, k.id, 1 FROM agent a, skill k WHERE k.code = 'email' AND a.id % 2 = 0 AND a.site_id = 1;"
		"INSERT INTO history (queue_id, start_at, offered, handled, handle_time_s) SELECT q.id, h.start_at, h.offered / 4,"
		" h.handled / 4, h.handled * 100 FROM history h JOIN queue v ON v.id = h.queue_id AND v.code = 'voice', queue q"
		" WHERE q.code = 'email'");
	struct schedule_request r = request(2, &santiago);
	r.choice.over = OVER_DAY;
	make(f, r);
	assert_string_equal(db_fixture_ask(f, "SELECT string_agg(DISTINCT q.site_id || ' ' || q.code, ', ' ORDER BY q.site_id || ' ' || q.code)"
				   " FROM roster r, jsonb_array_elements(r.evidence->'services') AS x JOIN queue q ON q.id = (x->>'queue_id')::bigint"
				   " WHERE q.site_id = r.site_id"), "1 voice, 2 voice2");
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) FROM roster r, jsonb_array_elements(r.evidence->'services') AS x"
				   " JOIN queue q ON q.id = (x->>'queue_id')::bigint WHERE q.site_id <> r.site_id"), "0");
	assert_string_equal(db_fixture_ask(f, "SELECT string_agg(r.site_id || ' ' || q.code || ' ' || ((x->>'in_time_hours')::float8 > 0), ', ')"
				   " FROM roster r, jsonb_array_elements(r.evidence->'waiting') AS x JOIN queue q ON q.id = (x->>'queue_id')::bigint"),
			    "1 email true");
	/* What the roster is said to answer is what the formula gives for the people whom it really has. */
	assert_string_equal(db_fixture_ask(f, "SELECT bool_and((x->>'answered')::float8 BETWEEN 0.5 * (x->>'target')::float8 AND (x->>'offered')::float8)"
				   " FROM roster r, jsonb_array_elements(r.evidence->'services') AS x"), "t");
}

/* Planned again by itself, a site keeps the people whom others have lent it, and leaves theirs to the others. */
static void test_a_site_planned_again_keeps_its_guests(void **state)
{
	struct db_fixture *f = *state;
	int64_t vina = 2;
	struct schedule_result r = make(f, request(1, &vina));
	struct schedule_request again = request(2, NULL);
	again.keep = (struct replan_request){ .roster_id = r.with[0].roster_id, .from = FIELD_NULL, .change_cents = 100000 };
	assert_true(publish(f, r.roster_id));
	db_fixture_ask(f, "CREATE TABLE seen AS SELECT * FROM shift WHERE published AND site_id = 2;"
		"CREATE TABLE worked AS SELECT s.agent_id, v.kind, v.queue_id, v.start_at, v.end_at FROM activity v"
		" JOIN seen s ON s.id = v.shift_id JOIN agent a ON a.id = s.agent_id AND a.site_id = 1");
	struct schedule_result made = make(f, again);
	assert_int_equal(made.changed_shifts, 0);
	assert_true(publish(f, made.roster_id));
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) = (SELECT count(*) FROM seen) AND count(*) = count(e.id) AND bool_and(e.uid = s.uid)"
				   " FROM shift s LEFT JOIN seen e USING (agent_id, start_at, end_at) WHERE s.published AND s.site_id = 2"), "t");
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) FROM (SELECT s.agent_id, v.kind, v.queue_id, v.start_at, v.end_at FROM activity v"
				   " JOIN shift s ON s.id = v.shift_id AND s.published AND s.site_id = 2 EXCEPT SELECT * FROM worked) AS x"
				   " JOIN agent a ON a.id = x.agent_id AND a.site_id = 1"), "0");
	/* They count as cover: no more is short than was. */
	assert_string_equal(db_fixture_ask(f, "SELECT coalesce(sum(people) FILTER (WHERE r.version = 2), 0) <= 1 + coalesce(sum(people)"
				   " FILTER (WHERE r.version = 1), 0) FROM shortage h JOIN roster r ON r.id = h.roster_id WHERE r.site_id = 2"), "t");
}

/* Before publication too: a draft drawn again by itself reckons with the other's. */
static void test_a_draft_planned_again_reckons_with_the_others(void **state)
{
	struct db_fixture *f = *state;
	int64_t vina = 2;
	struct schedule_result r = make(f, request(1, &vina));
	struct schedule_request again = request(1, NULL);
	again.keep = (struct replan_request){ .roster_id = r.roster_id, .from = FIELD_NULL };
	struct schedule_result made = make(f, again);
	assert_string_equal(db_fixture_ask(f, short_rests), "0");
	assert_true(publish(f, made.roster_id));
	assert_true(publish(f, r.with[0].roster_id));
	assert_string_equal(db_fixture_ask(f, "SELECT string_agg(state || site_id || version, ' ' ORDER BY id) FROM roster"),
			    "draft11 published21 published12");
}

/* A value of both rosters' explanations. */
static double told(struct db_fixture *f, const char *of)
{
	char sql[600];
	(void)snprintf(sql, sizeof sql, "SELECT %s FROM roster r JOIN roster_explanation x ON x.roster_id = r.id", of);
	return strtod(db_fixture_ask(f, sql), NULL);
}

/* Asked of the whole; each site is told what is of its people and queues. */
static void test_both_sites_are_told_what_would_help(void **state)
{
	struct db_fixture *f = *state;
	int64_t vina = 2;
	struct schedule_request asked = request(1, &vina);
	asked.iteration_limit = 2000;
	db_fixture_ask(f, "UPDATE agent SET left_on = date '2021-01-01', leave_reason = 'voluntary' WHERE code IN ('A1', 'A2', 'A3', 'A5', 'A8')");
	struct schedule_result before = make(f, asked);
	assert_true(told(f, "count(*) FILTER (WHERE (told->>'complete')::boolean AND (told->>'known')::boolean)") == 2);
	/* Both are short of people; what is said of an hour is of the site's own queue, of an agent of its own. */
	assert_true(told(f, "min(jsonb_array_length(told->'hours'))") > 0);
	assert_true(told(f, "min(jsonb_array_length(told->'agents'))") > 0);
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) FROM roster r JOIN roster_explanation x ON x.roster_id = r.id,"
				   " jsonb_array_elements(told->'hours') AS h JOIN queue q ON q.id = (h->>'queue_id')::bigint"
				   " WHERE q.site_id <> r.site_id OR (h->>'start')::timestamptz < (r.monday - 1)"), "0");
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) FROM roster r JOIN roster_explanation x ON x.roster_id = r.id,"
				   " jsonb_array_elements(told->'agents') AS h JOIN agent g ON g.id = (h->>'agent_id')::bigint"
				   " WHERE g.site_id <> r.site_id OR g.name <> h->>'agent' OR h->>'contract' <> 'day'"), "0");
	/* The contract is the same at both, and so is what easing it saves. */
	assert_true(told(f, "count(DISTINCT told->'relaxations')") == 1);
	/* One more at Viña saves what is said: the bound with one more is lower by that. */
	double saved = told(f, "max((told->'agents'->0->>'saved_cents')::float8) FILTER (WHERE r.site_id = 2)");
	double precision = told(f, "max((told->>'precision_cents')::float8)");
	db_fixture_ask(f, "INSERT INTO agent (code, name, site_id, contract_id, hired) SELECT 'V3', 'Viña 3', 2, c.id, date '2020-01-01'"
		" FROM contract c WHERE c.code = 'day'; INSERT INTO agent_skill SELECT a.id, k.id, 1 FROM agent a, skill k WHERE a.code = 'V3'");
	struct schedule_result after = make(f, asked);
	print_message("# one more at Viña saves %.0f +- %.0f; bounds %.0f -> %.0f, rosters %.0f -> %.0f\n", saved / 100,
		      precision / 100, before.bound / 100, after.bound / 100, before.objective / 100, after.objective / 100);
	assert_true(fabs(before.bound - after.bound - saved) < 0.03 * saved + precision);
}

/* A training of some who may go to Viña and some who stay, and a meeting at each site. */
static const char sessions[] =
	"INSERT INTO planned_session (site_id, monday, name, kind, minutes, together, quorum, at_once, miss_cents, must, author)"
	" SELECT x.site, %s, x.name, x.kind, x.minutes, x.together, x.quorum, x.at_once, 30000, x.must, 'test' FROM (VALUES"
	" (1, 'Safety', 'training', 60, false, 0, 2, true), (1, 'Team', 'meeting', 45, true, 3, 0, false),"
	" (2, 'Team', 'meeting', 30, true, 1, 0, false)) AS x(site, name, kind, minutes, together, quorum, at_once, must);"
	"INSERT INTO planned_session_agent SELECT s.id, a.id FROM planned_session s JOIN agent a ON a.site_id = s.site_id"
	" WHERE s.name <> 'Safety' OR a.code IN ('A1', 'A2', 'A4', 'A8')";

static void test_training_and_meetings_are_at_the_own_site(void **state)
{
	struct db_fixture *f = *state;
	int64_t vina = 2;
	struct schedule_request asked = request(1, &vina);
	char monday[40], sql[1600];
	(void)snprintf(monday, sizeof monday, "date '1970-01-01' + %d", (int)asked.week);
	(void)snprintf(sql, sizeof sql, sessions, monday);
	db_fixture_ask(f, sql);
	asked.iteration_limit = 1000;
	struct schedule_result r = make(f, asked);
	assert_true(r.with[0].borrowed > 5);
	/* Had or said to be missed, by each once, and by nobody else. */
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) FROM planned_session p JOIN planned_session_agent m ON m.session_id = p.id"
				   " JOIN roster r ON r.site_id = p.site_id WHERE 1 <>"
				   " (SELECT count(*) FROM activity v JOIN shift s ON s.id = v.shift_id WHERE v.session_id = p.id AND s.agent_id = m.agent_id"
				   " AND s.roster_id = r.id AND v.label = p.name AND v.kind = p.kind AND v.end_at - v.start_at = p.minutes * interval '1 minute')"
				   " + (SELECT count(*) FROM jsonb_array_elements(r.evidence->'missed') AS x WHERE (x->>'session_id')::bigint = p.id"
				   " AND (x->>'agent_id')::bigint = m.agent_id)"), "0");
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) FROM activity v JOIN shift s ON s.id = v.shift_id JOIN agent a ON a.id = s.agent_id"
				   " LEFT JOIN planned_session p ON p.id = v.session_id WHERE v.kind IN ('training', 'meeting')"
				   " AND (p.id IS NULL OR p.site_id <> s.site_id OR a.site_id <> s.site_id)"), "0");
	assert_string_equal(db_fixture_ask(f, "SELECT string_agg(DISTINCT p.site_id || p.name, ' ' ORDER BY p.site_id || p.name) FROM activity v"
				   " JOIN planned_session p ON p.id = v.session_id"), "1Safety 1Team 2Team");
	/* A meeting is at one time for all, and no more are trained at a time than may be. */
	assert_string_equal(db_fixture_ask(f, "SELECT max(n) FROM (SELECT count(DISTINCT v.start_at) AS n FROM activity v JOIN planned_session p"
				   " ON p.id = v.session_id AND p.together GROUP BY p.id) AS x"), "1");
	assert_string_equal(db_fixture_ask(f, "SELECT max(n) <= 2 FROM (SELECT count(*) AS n FROM activity v JOIN activity o ON o.session_id = v.session_id"
				   " AND v.start_at BETWEEN o.start_at AND o.end_at - interval '1 minute' WHERE v.label = 'Safety' GROUP BY v.shift_id) AS x"), "t");
	assert_string_equal(db_fixture_ask(f, "SELECT bool_and(evidence->>'session_cents' IS NOT NULL) FROM roster"), "t");
	assert_true(publish(f, r.roster_id));
}

/* Who was asked to a training and then moved to the other site is a guest here, and not asked any more. */
static void test_guests_are_not_asked_to_the_sites_training(void **state)
{
	struct db_fixture *f = *state;
	int64_t vina = 2;
	struct schedule_request asked = request(1, &vina);
	char monday[40], sql[1600];
	(void)snprintf(monday, sizeof monday, "date '1970-01-01' + %d", (int)asked.week);
	(void)snprintf(sql, sizeof sql, sessions, monday);
	db_fixture_ask(f, sql);
	db_fixture_ask(f, "INSERT INTO planned_session_agent SELECT p.id, a.id FROM planned_session p JOIN agent a ON a.site_id <> p.site_id"
		       " JOIN agent_elsewhere o ON o.agent_id = a.id AND o.site_id = p.site_id");
	asked.iteration_limit = 300;
	(void)make(f, asked);
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) FROM activity v JOIN planned_session p ON p.id = v.session_id"
				   " JOIN shift s ON s.id = v.shift_id JOIN agent a ON a.id = s.agent_id WHERE a.site_id <> p.site_id"), "0");
}

/* What the versions of both sites have that the other has not, as "A1 Mon 08:00-16:00 at 1". */
static long differences(struct db_fixture *f, int older, int newer, const char *where)
{
	char sql[900];
	(void)snprintf(sql, sizeof sql, "WITH s AS (SELECT r.version, s.agent_id, s.site_id, s.day, s.start_at, s.end_at, s.uid FROM shift s JOIN roster r"
		" ON r.id = s.roster_id WHERE %s), a AS (SELECT agent_id, site_id, day, start_at, end_at FROM s WHERE version = %d),"
		" b AS (SELECT agent_id, site_id, day, start_at, end_at FROM s WHERE version = %d)"
		" SELECT (SELECT count(*) FROM (TABLE a EXCEPT TABLE b) AS x) + (SELECT count(*) FROM (TABLE b EXCEPT TABLE a) AS y)",
		where, older, newer);
	return strtol(db_fixture_ask(f, sql), NULL, 10);
}

static struct schedule_request again_of(int64_t site, int64_t *with, int64_t roster_id, double cents)
{
	struct schedule_request r = request(site, with);
	r.keep = (struct replan_request){ .roster_id = roster_id, .from = FIELD_NULL, .change_cents = cents };
	return r;
}

/* Both sites again in one, each from its own roster: nothing changes for nothing, and who falls ill is
 * replaced from wherever. */
static void test_both_are_planned_again_in_one(void **state)
{
	struct db_fixture *f = *state;
	int64_t vina = 2, santiago = 1;
	struct schedule_result r = make(f, request(1, &vina));
	assert_true(publish(f, r.roster_id));
	struct schedule_result same = make(f, again_of(1, &vina, r.roster_id, 100000));
	assert_true(same.changed_shifts == 0 && same.change_cents == 0);
	assert_int_equal(differences(f, 1, 2, "true"), 0);
	assert_string_equal(db_fixture_ask(f, "SELECT bool_and((evidence->'changes'->>'shifts')::int = 0 AND (evidence->'changes'->>'roster_id')::bigint"
				   " = (SELECT o.id FROM roster o WHERE o.site_id = r.site_id AND o.version = 1)) FROM roster r WHERE version = 2"), "t");
	assert_string_equal(db_fixture_ask(f, "SELECT bool_and((request->>'keep')::bigint = (SELECT o.id FROM roster o WHERE o.site_id = p.site_id"
				   " AND o.version = 1)) FROM plan p JOIN roster r ON r.plan_id = p.id AND r.version = 2"), "t");
	/* Asked from the other site, which keeps the published ones; somebody who goes to Viña is away from Wednesday. */
	db_fixture_ask(f, "CREATE TABLE ill AS SELECT s.agent_id AS id FROM shift s JOIN agent a ON a.id = s.agent_id AND a.site_id = 1 WHERE s.published"
		" AND s.site_id = 2 AND extract(isodow FROM s.day) > 2 GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1;"
		"INSERT INTO absence (agent_id, kind, state, start_at, end_at, planned, paid, excused) SELECT DISTINCT ill.id, 'sickness', 'recorded',"
		" (r.monday + 2)::timestamp AT TIME ZONE 'America/Santiago', (r.monday + 8)::timestamp AT TIME ZONE 'America/Santiago', false, true, true"
		" FROM ill, roster r WHERE r.version = 1");
	struct schedule_result ill = make(f, again_of(2, &santiago, r.with[0].roster_id, 2000));
	print_message("# %d shifts change for %.0f, %.0f short of before\n", (int)ill.changed_shifts, ill.change_cents / 100,
		      (r.objective - ill.objective) / 100);
	assert_true(ill.changed_shifts > 0 && ill.changed_shifts < 20 && ill.change_cents == 2000 * (double)ill.changed_shifts);
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) FROM shift s JOIN ill ON ill.id = s.agent_id JOIN roster r ON r.id = s.roster_id"
				   " WHERE r.version = 3 AND s.day >= r.monday + 2"), "0");
	assert_string_equal(db_fixture_ask(f, short_rests), "0");
	assert_true(publish(f, ill.with[0].roster_id));
	assert_string_equal(db_fixture_ask(f, "SELECT string_agg(state || site_id || version, ' ' ORDER BY site_id, version) FROM roster"),
			    "superseded11 draft12 published13 superseded21 draft22 published23");
}

/* Days before `from` stay as they were at all sites, guests included. */
static void test_days_that_stand_are_the_same_at_both(void **state)
{
	struct db_fixture *f = *state;
	int64_t vina = 2;
	struct schedule_result r = make(f, request(1, &vina));
	struct schedule_request asked = again_of(1, &vina, r.roster_id, 0);
	asked.keep.from = asked.week + 3;
	db_fixture_ask(f, "UPDATE forecast_interval SET mean = mean * 1.3");
	struct schedule_result made = make(f, asked);
	assert_int_equal(differences(f, 1, 2, "s.day < r.monday + 3"), 0);
	assert_true(differences(f, 1, 2, "true") > 0 && made.changed_shifts > 0);
	assert_string_equal(db_fixture_ask(f, short_rests), "0");
	assert_string_equal(db_fixture_ask(f, "SELECT max(n) <= 5 AND max(m) <= 2700 FROM (SELECT count(*) AS n, sum(paid_minutes) AS m"
				   " FROM shift s JOIN roster r ON r.id = s.roster_id WHERE r.version = 2 GROUP BY agent_id) AS x"), "t");
	/* Of guests, too: none is copied beside a shift that is planned anew. */
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) FROM shift s JOIN shift o ON o.agent_id = s.agent_id AND o.day = s.day AND o.id <> s.id"
				   " JOIN roster r ON r.id = s.roster_id JOIN roster q ON q.id = o.roster_id WHERE r.version = 2 AND q.version = 2"), "0");
	assert_true(publish(f, made.roster_id));
}

/* Whose rules no week keeps around what stands keeps all of it, wherever it is, at the pay of the contract. */
static void test_who_cannot_be_planned_keeps_the_week_at_both(void **state)
{
	struct db_fixture *f = *state;
	int64_t vina = 2;
	struct schedule_result r = make(f, request(1, &vina));
	struct schedule_request asked = again_of(1, &vina, r.roster_id, 0);
	asked.keep.from = asked.week + 3;
	db_fixture_ask(f, "UPDATE contract_rule SET low = NULL, high = 1 WHERE rule = 'week_shifts';"
		"UPDATE contract_rule SET low = NULL WHERE rule = 'week_minutes';"
		"CREATE TABLE frozen AS SELECT s.agent_id AS id, bool_or(s.site_id <> a.site_id) AS lent FROM shift s JOIN roster r ON r.id = s.roster_id"
		" JOIN agent a ON a.id = s.agent_id GROUP BY 1 HAVING count(*) FILTER (WHERE s.day < r.monday + 3) > 1");
	make(f, asked);
	assert_string_equal(db_fixture_ask(f, "SELECT bool_or(lent) FROM frozen"), "t");
	assert_string_equal(db_fixture_ask(f, "SELECT string_agg((r.evidence->'changes'->>'frozen')::int - (SELECT count(*) FROM frozen JOIN agent a USING (id)"
				   " WHERE a.site_id = r.site_id) || '', ' ') FROM roster r WHERE version = 2"), "0 0");
	assert_int_equal(differences(f, 1, 2, "s.agent_id IN (SELECT id FROM frozen)"), 0);
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) FROM shift s JOIN agent a ON a.id = s.agent_id JOIN contract c ON c.id = a.contract_id"
				   " WHERE s.cost_cents <> (s.paid_minutes * c.cost_cents_hour + 30) / 60"), "0");
}

static struct schedule_result again(struct db_fixture *f, int64_t site, int64_t roster_id)
{
	struct schedule_request r = request(site, NULL);
	r.keep = (struct replan_request){ .roster_id = roster_id, .from = FIELD_NULL };
	return make(f, r);
}

/* And again from that: its plan stands alone, but comes of one of both sites. */
static void test_drafts_planned_again_twice_reckon_with_the_newest(void **state)
{
	struct db_fixture *f = *state;
	int64_t vina = 2;
	struct schedule_result r = make(f, request(1, &vina));
	struct schedule_result twice = again(f, 1, again(f, 1, r.roster_id).roster_id);
	assert_string_equal(db_fixture_ask(f, short_rests), "0");
	/* Viña's reckons with Santiago's third, not with the one it was drawn in one with. */
	struct schedule_result there = again(f, 2, r.with[0].roster_id);
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) FROM roster_beside((SELECT max(id) FROM roster)) AS b(id) JOIN roster o"
				   " USING (id) WHERE o.site_id = 1 AND o.version = 3"), "1");
	assert_string_equal(db_fixture_ask(f, short_rests), "0");
	assert_true(publish(f, twice.roster_id));
	assert_true(publish(f, there.roster_id));
	assert_string_equal(db_fixture_ask(f, "SELECT string_agg(state || site_id || version, ' ' ORDER BY id) FROM roster"),
			    "draft11 draft21 draft12 published13 published22");
	/* Published, they are what counts: the drafts of both are no longer beside anything. */
	again(f, 1, twice.roster_id);
	assert_string_equal(db_fixture_ask(f, short_rests), "0");
	assert_string_equal(db_fixture_ask(f, "SELECT string_agg(o.state || o.site_id, ' ') FROM roster_beside((SELECT max(id) FROM roster))"
				   " AS b(id) JOIN roster o USING (id)"), "published2");
}

/* The newest roster's rosters at other sites, as "draft2v1". */
static const char *beside_newest(struct db_fixture *f)
{
	return db_fixture_ask(f, "SELECT string_agg(o.state || o.site_id || 'v' || o.version, ' ' ORDER BY o.site_id)"
			      " FROM roster_beside((SELECT max(id) FROM roster)) AS b(id) JOIN roster o USING (id)");
}

/* From what is published, not from the draft that the other site has given up. */
static void test_drawn_from_what_is_published_it_reckons_with_that(void **state)
{
	struct db_fixture *f = *state;
	int64_t vina = 2;
	struct schedule_result r = make(f, request(1, &vina)), second;
	assert_true(publish(f, r.roster_id));
	again(f, 2, r.with[0].roster_id);
	second = again(f, 1, r.roster_id);
	assert_string_equal(beside_newest(f), "published2v1");
	assert_true(publish(f, again(f, 1, second.roster_id).roster_id));
}

static const char third_site[] =
	"INSERT INTO site (code, name, region_id, kind, country, zone, shrinkage_unplanned)"
	" SELECT 'QUI', 'Quilpué', region_id, kind, country, zone, shrinkage_unplanned FROM site WHERE id = 2;"
	"INSERT INTO site_hours (site_id, weekday, open_min, close_min) SELECT 3, w, 480, 1200 FROM generate_series(1, 7) AS w;"
	"INSERT INTO queue (code, name, site_id, skill_id, channel, interval_min, target_share, target_s, patience_s, aht_s)"
	" SELECT 'voice3', 'Voice Quilpué', 3, skill_id, channel, interval_min, target_share, target_s, patience_s, aht_s FROM queue WHERE site_id = 2;"
	"INSERT INTO history (queue_id, start_at, offered, handled, handle_time_s) SELECT q.id, h.start_at, h.offered, h.handled,"
	" h.handle_time_s FROM history h JOIN queue v ON v.id = h.queue_id AND v.site_id = 2, queue q WHERE q.site_id = 3;"
	"UPDATE agent SET site_id = 3 WHERE code = 'V2'; INSERT INTO agent_elsewhere SELECT agent_id, 3, 30 FROM agent_elsewhere";

/* Two of three again in one, then one of them: the third's draft is still of the same plan. */
static void test_some_planned_again_in_one_go_with_the_others_drafts(void **state)
{
	struct db_fixture *f = *state;
	int64_t others[] = { 2, 3 };
	db_fixture_ask(f, third_site);
	struct schedule_request asked = request(1, others);
	asked.with_count = 2;
	struct schedule_result all = make(f, asked), two = make(f, again_of(1, others, all.roster_id, 0));
	assert_string_equal(beside_newest(f), "draft1v2 draft3v1");
	assert_string_equal(db_fixture_ask(f, short_rests), "0");
	struct schedule_result one = again(f, 1, two.roster_id);
	assert_string_equal(beside_newest(f), "draft2v2 draft3v1");
	assert_string_equal(db_fixture_ask(f, short_rests), "0");
	assert_true(publish(f, one.roster_id) && publish(f, two.with[0].roster_id) && publish(f, all.with[1].roster_id));
	assert_string_equal(db_fixture_ask(f, "SELECT string_agg(site_id || 'v' || version, ' ' ORDER BY id) FROM roster"
				   " WHERE state = 'published'"), "3v1 2v2 1v3");
}

/* Nobody is published at a site where they may not work any more. */
static void test_who_is_no_longer_lent_is_not_published(void **state)
{
	struct db_fixture *f = *state;
	int64_t vina = 2;
	struct schedule_result r = make(f, request(1, &vina));
	db_fixture_ask(f, "DELETE FROM agent_elsewhere");
	assert_false(publish(f, r.roster_id));
	assert_int_equal(f->err.code, ERR_CONFLICT);
	assert_non_null(strstr(f->err.items[0].message, "no longer lent"));
	/* Drawn again from it, the site does without them. */
	struct schedule_result alone = again(f, 2, r.with[0].roster_id);
	assert_true(publish(f, alone.roster_id));
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) FROM shift s JOIN agent a ON a.id = s.agent_id"
				   " WHERE s.published AND a.site_id <> s.site_id"), "0");
	/* And who was moved leaves the drafts of the old site. */
	db_fixture_ask(f, "UPDATE agent SET site_id = 2 WHERE id = (SELECT agent_id FROM shift s JOIN roster r ON r.id = s.roster_id"
	       " WHERE r.site_id = 1 LIMIT 1)");
	assert_false(publish(f, r.roster_id));
	assert_non_null(strstr(f->err.items[0].message, "moved to another site"));
}

/* Nor do the days that stay as they were bring them back, whichever sites are planned again. */
static void test_days_that_stand_leave_out_who_is_no_longer_lent(void **state)
{
	struct db_fixture *f = *state;
	int64_t vina = 2;
	struct schedule_result r = make(f, request(1, &vina));
	struct schedule_request both = again_of(1, &vina, r.roster_id, 0), alone = again_of(2, NULL, r.with[0].roster_id, 0);
	both.keep.from = alone.keep.from = both.week + 3;
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) > 0 FROM shift s JOIN agent a ON a.id = s.agent_id JOIN roster r ON r.id = s.roster_id"
				   " WHERE a.site_id <> s.site_id AND s.day < r.monday + 3"), "t");
	db_fixture_ask(f, "DELETE FROM agent_elsewhere; CREATE VIEW lent AS SELECT count(*) AS n FROM shift s JOIN agent a ON a.id = s.agent_id"
		" WHERE a.site_id <> s.site_id AND s.published");
	struct schedule_result together = make(f, both), own = make(f, alone);
	assert_true(publish(f, together.roster_id));
	assert_string_equal(db_fixture_ask(f, "SELECT n FROM lent"), "0");
	assert_true(publish(f, own.roster_id));
	assert_string_equal(db_fixture_ask(f, "SELECT n FROM lent"), "0");
	assert_int_equal(differences(f, 1, 2, "s.day < r.monday + 3 AND s.agent_id IN (SELECT id FROM agent a WHERE a.site_id = s.site_id)"), 0);
}

static void expect_refused(struct db_fixture *f, struct schedule_request r, const char *pointer, const char *words)
{
	struct schedule_result out;
	err_clear(&f->err);
	assert_false(schedule_make(f->db, f->arena, &r, FIELD_NULL, FIELD_NULL, NULL, &out, &f->err));
	assert_int_equal(f->err.code, ERR_INVALID);
	assert_string_equal(f->err.items[0].pointer, pointer);
	assert_non_null(strstr(f->err.items[0].message, words));
}

static void test_impossible_plans_name_the_place(void **state)
{
	struct db_fixture *f = *state;
	int64_t self = 1, none = 99, twice[] = { 2, 2 }, vina = 2;
	struct schedule_request r = request(1, twice);
	expect_refused(f, request(1, &self), "/with/0", "itself");
	expect_refused(f, request(1, &none), "/with/0", "no site");
	r.with_count = 2;
	expect_refused(f, r, "/with/1", "twice");
	struct schedule_result alone = make(f, request(1, NULL));
	r = again_of(1, &vina, alone.roster_id, 0);
	expect_refused(f, r, "/with/0", "no roster of that week");
	make(f, request(1, &vina)); /* Viña's knows nothing of that one */
	r.keep.from = r.week + 3;
	expect_refused(f, r, "/with", "not of one plan");
	db_fixture_ask(f, "DELETE FROM plan");
	db_fixture_ask(f, "UPDATE site SET zone = 'America/Lima' WHERE id = 2");
	expect_refused(f, request(1, &vina), "/with", "clocks");
	r = request(1, &vina);
	assert_false(schedule_check(f->db, f->arena, &r, &f->err)); /* when it is asked, not when it is drawn */
	db_fixture_ask(f, "UPDATE site SET zone = 'America/Santiago'; UPDATE agent SET left_on = date '2021-01-01',"
		" leave_reason = 'voluntary' WHERE site_id = 2");
	expect_refused(f, request(1, &vina), "/with/0", "no agents");
	db_fixture_ask(f, "UPDATE agent SET left_on = NULL, leave_reason = NULL; DELETE FROM forecast WHERE site_id = 2;"
		" DELETE FROM history WHERE queue_id = (SELECT id FROM queue WHERE site_id = 2)");
	expect_refused(f, request(1, &vina), "/with/0", "voice2 has no history");
	db_fixture_ask(f, "DELETE FROM queue WHERE site_id = 2");
	expect_refused(f, request(1, &vina), "/with/0", "site VAP has no queues");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_people_go_where_they_serve_most, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_rosters_drawn_in_one_are_published_in_one, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_a_week_drawn_alone_respects_shifts_elsewhere, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_each_site_keeps_its_targets, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_a_site_planned_again_keeps_its_guests, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_a_draft_planned_again_reckons_with_the_others, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_both_sites_are_told_what_would_help, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_training_and_meetings_are_at_the_own_site, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_guests_are_not_asked_to_the_sites_training, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_drafts_planned_again_twice_reckon_with_the_newest, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_drawn_from_what_is_published_it_reckons_with_that, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_some_planned_again_in_one_go_with_the_others_drafts, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_who_is_no_longer_lent_is_not_published, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_days_that_stand_leave_out_who_is_no_longer_lent, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_both_are_planned_again_in_one, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_who_cannot_be_planned_keeps_the_week_at_both, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_days_that_stand_are_the_same_at_both, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_impossible_plans_name_the_place, begin, small_site_end),
	};
	return db_fixture_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
