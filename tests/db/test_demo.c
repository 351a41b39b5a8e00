/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The demo network: the same seed and date give the same rows, loading twice changes nothing, its parts
 * agree with each other to the contact and the second, and its figures are such as a manager believes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "server/base/clock.h"
#include "server/base/field.h"
#include "server/base/secret.h"
#include "server/demo/model.h"
#include "tests/lib/pgcluster.h"
#include "wfm/schedule.h"

static const char *url; /* of the loaded database all tests look at */
static int64_t until;

static struct demo *build(struct arena *a, uint64_t seed, int64_t date)
{
	struct demo_options o = { seed, date };
	struct demo *d = NULL;
	struct err e = ERR_INIT;
	if (!demo_build(&o, a, &d, &e))
		fail_msg("%s", e.message);
	return d;
}

static double number(const char *sql)
{
	return strtod(pgcluster_sql(url, sql), NULL);
}

static void none(const char *what, const char *sql)
{
	double n = number(sql);
	if (!(n == 0))
		fail_msg("%s: %g rows", what, n);
}

static void within(const char *what, double value, double low, double high)
{
	if (!(value >= low && value <= high))
		fail_msg("%s: %g is not in %g..%g", what, value, low, high);
}

static int begin(void **state)
{
	struct err e = ERR_INIT;
	struct arena *a = arena_new(0);
	bool loaded = false;
	(void)state;
	if (!secret_start(&e) || !zones_start(&e))
		return -1;
	until = date_from_ymd(2026, 11, 22);
	url = pgcluster_fresh();
	struct db *db = db_open(url, &e);
	bool ok = db && demo_load(db, build(a, 1, until), &loaded, &e) && loaded;
	db_close(db);
	arena_free(a);
	return ok ? 0 : -1;
}

/* FNV-1a over the numbers of every generated row. */
static void mix(uint64_t *h, double v)
{
	unsigned char bytes[sizeof v];
	memcpy(bytes, &v, sizeof v);
	for (size_t i = 0; i < sizeof v; i++)
		*h = (*h ^ bytes[i]) * 1099511628211u;
}

static uint64_t digest(const struct demo *d)
{
	uint64_t h = 14695981039346656037u;
	for (size_t i = 0; i < d->intervals.count; i++) {
		const struct demo_interval *v = &d->intervals.items[i];
		const double all[] = { v->queue, (double)v->start, v->offered, v->handled, v->abandoned,
				       v->in_target, v->handle_s, v->wait_s };
		for (size_t k = 0; k < sizeof all / sizeof *all; k++)
			mix(&h, all[k]);
	}
	for (size_t i = 0; i < d->agent_days.count; i++) {
		const struct demo_agent_day *x = &d->agent_days.items[i];
		const double all[] = { x->agent, x->site, x->t, x->rostered, x->handling, x->waiting, x->breaks,
				       x->training, x->other, x->paid_leave, x->in_state,
				       x->absent_planned, x->absent_unplanned };
		for (size_t k = 0; k < sizeof all / sizeof *all; k++)
			mix(&h, all[k]);
	}
	for (size_t i = 0; i < d->agents.count; i++) {
		const struct demo_agent *g = &d->agents.items[i];
		const double all[] = { g->site, g->contract, g->team, g->number, g->skills,
				       (double)g->hired, (double)g->left, (double)g->moved, g->voluntary };
		for (size_t k = 0; k < sizeof all / sizeof *all; k++)
			mix(&h, all[k]);
	}
	for (size_t i = 0; i < d->absences.count; i++) {
		const struct demo_absence *x = &d->absences.items[i];
		const double all[] = { x->agent, x->kind, x->first, x->last, x->from_min, x->until_min,
				       (double)x->planned_minutes, x->state[0] };
		for (size_t k = 0; k < sizeof all / sizeof *all; k++)
			mix(&h, all[k]);
	}
	for (size_t i = 0; i < d->handled.count; i++)
		mix(&h, d->handled.items[i].satisfaction_sum + 1e6 * d->handled.items[i].sales);
	return h;
}

static void the_seed_decides_everything(void **state)
{
	struct arena *a = arena_new(0);
	uint64_t one = digest(build(a, 5, until));
	(void)state;
	assert_true(one == digest(build(a, 5, until)));
	assert_true(one != digest(build(a, 6, until)));
	assert_true(one != digest(build(a, 5, until - 1)));
	arena_free(a);
}

static void loading_twice_changes_nothing(void **state)
{
	struct err e = ERR_INIT;
	struct arena *a = arena_new(0);
	struct db *db = db_open(url, &e);
	bool loaded = true;
	double before = number("SELECT count(*) FROM history");
	(void)state;
	assert_true(demo_load(db, build(a, 2, until), &loaded, &e));
	assert_false(loaded);
	assert_true(number("SELECT count(*) FROM history") == before);
	db_close(db);
	arena_free(a);
}

static void another_network_is_left_alone(void **state)
{
	const char *other = pgcluster_fresh();
	struct err e = ERR_INIT;
	struct arena *a = arena_new(0);
	bool loaded = true;
	(void)state;
	pgcluster_sql(other, "INSERT INTO region (code, name) VALUES ('X', 'X');"
			     "INSERT INTO site (code, name, region_id, kind, country, zone)"
			     " VALUES ('X', 'X', 1, 'branch', 'CL', 'America/Santiago')");
	struct db *db = db_open(other, &e);
	assert_false(demo_load(db, build(a, 1, until), &loaded, &e));
	assert_int_equal(e.code, ERR_CONFLICT);
	assert_string_equal(pgcluster_sql(other, "SELECT count(*) FROM agent"), "0");
	db_close(db);
	arena_free(a);
}

static void the_network_is_whole(void **state)
{
	(void)state;
	within("agents", number("SELECT count(*) FROM agent WHERE left_on IS NULL OR left_on >= '2026-11-22'"),
	       400, 400);
	within("sites", number("SELECT count(*) FROM site"), 8, 8);
	within("countries", number("SELECT count(DISTINCT country) FROM site"), 4, 4);
	within("channels", number("SELECT count(DISTINCT channel) FROM queue"), 5, 5);
	within("days of history", number("SELECT count(DISTINCT (start_at AT TIME ZONE 'America/Santiago')::date)"
					 " FROM history WHERE queue_id = 1"), 400, 410);
	none("history after the reference date",
	     "SELECT count(*) FROM history WHERE start_at >= '2026-11-22 00:00 America/Guatemala'");
	none("names that are not neutral",
	     "SELECT count(*) FROM agent g WHERE g.name !~ '^(Santiago|Valdivia|San Salvador|Santa Ana|"
	     "Guatemala City|Quetzaltenango|Managua|León) [0-9]{3}$'");
	within("campaign and outage", number("SELECT count(DISTINCT kind) FROM special_day WHERE kind IN"
					     " ('campaign', 'outage', 'holiday', 'billing')"), 4, 4);
	within("moved to Valdivia", number("SELECT count(*) FROM agent_transfer"), 60, 110);
	none("teams of another site", "SELECT count(*) FROM agent g JOIN team t ON t.id = g.team_id"
				      " WHERE t.site_id <> g.site_id");
	none("stints with holes", "SELECT count(*) FROM agent g WHERE (SELECT sum(last_day - first_day + 1)"
				  " FROM agent_stint s WHERE s.agent_id = g.id AND last_day < 'infinity')"
				  " <> left_on - hired + 1");
}

static void every_rule_is_known(void **state)
{
	(void)state;
	for (int i = 0; i < DEMO_CONTRACTS; i++)
		for (int k = 0; k < 6 && demo_contracts[i].rules[k].name; k++)
			if (wfm_rule_by_name(demo_contracts[i].rules[k].name) == WFM_RULE_COUNT)
				fail_msg("%s: %s", demo_contracts[i].code, demo_contracts[i].rules[k].name);
}

static void log_ins_open(void **state)
{
	(void)state;
	for (int i = 0; i < DEMO_LOGINS; i++) {
		char sql[160];
		(void)snprintf(sql, sizeof sql, "SELECT password_hash FROM app_user WHERE login = '%s'"
			       " AND role = '%s'", demo_logins[i].login, demo_logins[i].role);
		assert_true(secret_password_check(pgcluster_sql(url, sql), demo_logins[i].password));
	}
	within("sites of the manager", number("SELECT count(*) FROM user_site"), 2, 2);
}

static void the_parts_agree(void **state)
{
	(void)state;
	none("contacts neither handled nor lost",
	     "SELECT count(*) FROM history WHERE handled + abandoned <> offered OR answered_in_target > handled");
	none("days that differ from their half hours",
	     "WITH h AS (SELECT queue_id, (start_at AT TIME ZONE s.zone)::date AS day, sum(offered) AS o,"
	     " sum(handled) AS h, sum(abandoned) AS a, sum(answered_in_target) AS t, sum(handle_time_s) AS s"
	     " FROM history JOIN queue q ON q.id = queue_id JOIN site s ON s.id = q.site_id GROUP BY 1, 2),"
	     " d AS (SELECT queue_id, day, sum(offered) AS o, sum(handled) AS h, sum(abandoned) AS a,"
	     " sum(answered_in_target) AS t, sum(handle_time_s) AS s FROM handled_day GROUP BY 1, 2)"
	     " SELECT count(*) FROM h FULL JOIN d USING (queue_id, day)"
	     " WHERE (h.o, h.h, h.a, h.t, h.s) IS DISTINCT FROM (d.o, d.h, d.a, d.t, d.s)"
	     " AND coalesce(h.o, 0) + coalesce(d.o, 0) > 0");
	none("days whose handling differs from their agents'",
	     "WITH c AS (SELECT h.day, s.country, sum(h.handle_time_s / q.concurrency) AS s FROM handled_day h"
	     " JOIN queue q ON q.id = h.queue_id JOIN site s ON s.id = q.site_id GROUP BY 1, 2),"
	     " g AS (SELECT a.day, s.country, sum(a.handling_s) AS s FROM agent_day a"
	     " JOIN site s ON s.id = a.site_id GROUP BY 1, 2)"
	     " SELECT count(*) FROM c FULL JOIN g USING (day, country) WHERE (abs(c.s - g.s) <= 4) IS NOT TRUE");
	none("ladders that do not add up",
	     "SELECT count(*) FROM agent_day WHERE handling_s + waiting_s + breaks_s + training_s + other_s"
	     " + absent_planned_s + absent_unplanned_s <> rostered_s"
	     " OR in_planned_state_s > rostered_s - absent_planned_s - absent_unplanned_s");
	none("days outside the employment or at another site",
	     "SELECT count(*) FROM agent_day a LEFT JOIN agent_stint s ON s.agent_id = a.agent_id"
	     " AND a.day BETWEEN s.first_day AND s.last_day WHERE s.site_id IS DISTINCT FROM a.site_id");
	none("agents whose absences took other minutes than their days lost",
	     "WITH x AS (SELECT agent_id, sum(planned_minutes) AS m FROM absence GROUP BY 1),"
	     " d AS (SELECT agent_id, sum((absent_planned_s + absent_unplanned_s) / 60) AS m FROM agent_day"
	     " GROUP BY 1) SELECT count(*) FROM x FULL JOIN d USING (agent_id)"
	     " WHERE coalesce(x.m, 0) <> coalesce(d.m, 0)");
	none("branches at work on a holiday",
	     "SELECT count(*) FROM agent_day a JOIN site s ON s.id = a.site_id JOIN special_day p"
	     " ON p.day = a.day AND p.country = s.country AND p.closed");
}

static void clocks_change_in_santiago(void **state)
{
	static const char sql[] =
		"SELECT count(*) FROM history WHERE queue_id = 1"
		" AND (start_at AT TIME ZONE 'America/Santiago')::date = '%s'";
	char text[200];
	(void)state;
	(void)snprintf(text, sizeof text, sql, "2026-09-06");
	within("half hours in spring", number(text), 46, 46);
	(void)snprintf(text, sizeof text, sql, "2026-04-04");
	within("half hours in autumn", number(text), 50, 50);
	(void)snprintf(text, sizeof text, sql, "2026-11-18");
	within("half hours of another day", number(text), 48, 48);
}

#define YEAR "day BETWEEN '2025-11-22' AND '2026-11-21'"

static void figures_are_believable(void **state)
{
	char sql[600];
	(void)state;
	for (int site = 1; site <= DEMO_SITES; site++) {
		(void)snprintf(sql, sizeof sql, "SELECT sum(handling_s + waiting_s)::float8 / sum(rostered_s"
			       " - absent_planned_s - absent_unplanned_s + paid_leave_s) FROM agent_day WHERE "
			       YEAR " AND site_id = %d", site);
		within("utilisation", number(sql), .75, .86);
		(void)snprintf(sql, sizeof sql, "SELECT sum(absent_planned_s + absent_unplanned_s)::float8"
			       " / sum(rostered_s) FROM agent_day WHERE " YEAR " AND site_id = %d", site);
		within("absenteeism", number(sql), .035, .10);
		(void)snprintf(sql, sizeof sql, "SELECT sum(answered_in_target) / sum(offered) FROM handled_day"
			       " JOIN queue q ON q.id = queue_id WHERE " YEAR
			       " AND target_s IS NOT NULL AND handled_day.site_id = %d", site);
		within("service level", number(sql), .78, .96);
		(void)snprintf(sql, sizeof sql, "SELECT sum(abandoned) / sum(offered) FROM handled_day JOIN queue q"
			       " ON q.id = queue_id WHERE " YEAR " AND target_s IS NOT NULL"
			       " AND handled_day.site_id = %d", site);
		within("abandonment", number(sql), .01, .09);
	}
	within("unplanned absence of the network",
	       number("SELECT sum(absent_unplanned_s)::float8 / sum(rostered_s) FROM agent_day WHERE " YEAR),
	       .04, .075);
}

static void valdivia_does_better(void **state)
{
	static const char turnover[] =
		"SELECT count(*) FILTER (WHERE left_on BETWEEN '2025-11-22' AND '2026-11-21') * 365.0 /"
		" sum(greatest(0, least(last_day, '2026-11-21') - greatest(first_day, '2025-11-22') + 1))"
		" FROM agent_stint WHERE %s";
	static const char absence[] = "SELECT sum(absent_unplanned_s)::float8 / sum(rostered_s) FROM agent_day"
				      " WHERE site_id = %d AND " YEAR;
	char sql[400];
	double santiago, valdivia;
	(void)state;
	(void)snprintf(sql, sizeof sql, turnover, "true");
	within("turnover", number(sql), .20, .45);
	(void)snprintf(sql, sizeof sql, turnover, "site_id = 1");
	santiago = number(sql);
	(void)snprintf(sql, sizeof sql, turnover, "site_id = 2");
	valdivia = number(sql);
	within("turnover of Santiago", santiago, .30, .55);
	within("turnover of Valdivia", valdivia, .08, santiago - .08);
	(void)snprintf(sql, sizeof sql, absence, 1);
	santiago = number(sql);
	(void)snprintf(sql, sizeof sql, absence, 2);
	within("absence of Valdivia", number(sql), .02, santiago - .01);
}

/* A week is like the week before, a day like its weekday: what the forecasts live on. */
static void weeks_repeat_themselves(void **state)
{
	(void)state;
	double wape = number("WITH v AS (SELECT start_at, offered, lag(offered, 336) OVER (ORDER BY start_at) AS b"
			     " FROM history WHERE queue_id = 1)"
			     " SELECT sum(abs(offered - b)) / sum(offered) FROM v WHERE b IS NOT NULL");
	within("WAPE of last week's half hour", wape, .06, .25);
	within("outage", number("SELECT sum(offered) FILTER (WHERE d.day = p.day) / (sum(offered)"
				" FILTER (WHERE d.day IN (p.day - 7, p.day + 7)) / 2) FROM handled_day d,"
				" (SELECT day FROM special_day WHERE kind = 'outage') p WHERE d.queue_id = 1"),
	       .5, .9);
	within("campaign", number("WITH c AS (SELECT min(day) AS f FROM special_day WHERE kind = 'campaign')"
				  " SELECT sum(offered) FILTER (WHERE day BETWEEN f AND f + 4) / sum(offered)"
				  " FILTER (WHERE day BETWEEN f - 14 AND f - 10) FROM handled_day, c"
				  " WHERE queue_id = 1"), 1.02, 1.5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_seed_decides_everything),
		cmocka_unit_test(loading_twice_changes_nothing),
		cmocka_unit_test(another_network_is_left_alone),
		cmocka_unit_test(the_network_is_whole),
		cmocka_unit_test(every_rule_is_known),
		cmocka_unit_test(log_ins_open),
		cmocka_unit_test(the_parts_agree),
		cmocka_unit_test(clocks_change_in_santiago),
		cmocka_unit_test(figures_are_believable),
		cmocka_unit_test(valdivia_does_better),
		cmocka_unit_test(weeks_repeat_themselves),
	};
	pgcluster_start();
	return cmocka_run_group_tests(tests, begin, NULL);
}
