/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a week's problem knows of the weeks before, of wishes and of years of service; over several sites too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <math.h>

#include "server/base/clock.h"
#include "server/domain/joint_week.h"
#include "server/domain/make_schedule.h"
#include "server/domain/publish_roster.h"
#include "server/domain/week_fairness.h"
#include "tests/lib/db_fixture.h"
#include "tests/lib/small_site.h"

static double ask(struct db_fixture *f, const char *sql)
{
	return strtod(db_fixture_ask(f, sql), NULL);
}

static struct schedule_result make(struct db_fixture *f, int64_t site, int64_t week, int64_t *with)
{
	struct schedule_request r = { .site_id = site, .week = week, .forecast_id = FIELD_NULL, .seed = 1,
				      .iteration_limit = 200, .gap = 0.02, .time_limit_s = 60, .trial_weeks = 20, .with = with,
				      .with_count = with != NULL };
	struct schedule_result out;
	if (!schedule_make(f->db, f->arena, &r, FIELD_NULL, FIELD_NULL, NULL, &out, &f->err))
		fail_msg("no roster: %s %s", f->err.message, f->err.items_kept ? f->err.items[0].message : "");
	return out;
}

static void publish(struct db_fixture *f, int64_t roster_id)
{
	struct roster r;
	if (!db_begin(f->db, &f->err) || !roster_lock(f->db, f->arena, roster_id, &r, &f->err) ||
	    !roster_publish(f->db, f->arena, &r, FIELD_NULL, &f->err) || !db_commit(f->db, &f->err))
		fail_msg("not published: %s", f->err.message);
}

static const struct wfm_agent *agent(const struct week_problem *w, const char *code)
{
	for (int32_t i = 0; i < w->problem.agent_count; i++)
		if (strcmp(w->problem.agents[i].name, code) == 0)
			return &w->problem.agents[i];
	fail_msg("no agent %s", code);
	return NULL;
}

/* The judge of the very roster that was kept finds what the database finds of its shifts. */
static void test_the_database_counts_as_the_judge(void **state)
{
	struct db_fixture *f = *state;
	int64_t week = small_site_change_week(4);
	struct week_problem w;
	struct wfm_roster *roster = NULL;
	struct wfm_report *report = NULL;
	struct wfm_error we;
	struct schedule_result made = make(f, 1, week, NULL);
	db_fixture_ask(f, "INSERT INTO special_day (day, country, kind, name) SELECT monday + 2, 'CL', 'holiday', 'Wednesday' FROM plan");
	assert_true(week_problem_build(f->db, f->arena, 1, week, made.forecast_id, &w, &f->err));
	struct wfm_solve_options o = { .seed = 3, .iteration_limit = 100 };
	assert_int_equal(wfm_schedule_solve(&w.problem, &o, &roster, &we), WFM_LIMIT);
	assert_int_equal(wfm_schedule_verify(&w.problem, roster, true, &report, &we), WFM_OK);
	db_fixture_ask(f, "DELETE FROM shift");
	for (int32_t i = 0; i < roster->shift_count; i++) {
		const struct wfm_shift *s = &roster->shifts[i];
		db_fixture_ask(f, arena_printf(f->arena, "INSERT INTO shift (roster_id, agent_id, site_id, day, start_at, end_at, paid_minutes, cost_cents)"
					       " VALUES (%lld, %lld, 1, date '1970-01-01' + %lld, to_timestamp(%lld), to_timestamp(%lld), 1, 1)",
					       (long long)made.roster_id, (long long)w.agent_ids[s->agent], (long long)(week + s->day),
					       (long long)week_slot_instant(&w, s->start), (long long)week_slot_instant(&w, s->end)));
	}
	int weekends = 0, late = 0, early = 0;
	for (int32_t i = 0; i < w.problem.agent_count; i++) {
		const struct wfm_fairness *x = &report->agents[i];
		const char *counted = db_fixture_ask(f, arena_printf(f->arena,
			"SELECT concat_ws(' ', count(*), count(*) FILTER (WHERE weekend), count(*) FILTER (WHERE early), count(*) FILTER (WHERE late),"
			" coalesce(sum(points), 0)) FROM shift_asks s WHERE agent_id = %lld", (long long)w.agent_ids[i]));
		const char *judged = arena_printf(f->arena, "%d %d %d %d %.0f", (int)x->shifts, (int)x->weekend_shifts, (int)x->early_shifts,
						  (int)x->late_shifts, x->burden);
		assert_string_equal(counted, judged);
		weekends += x->weekend_shifts;
		late += x->late_shifts;
		early += x->early_shifts;
	}
	assert_true(weekends > 10 && late > 10 && early > 0);
	wfm_report_free(report);
	wfm_roster_free(roster);
}

static void test_a_week_knows_those_before(void **state)
{
	struct db_fixture *f = *state;
	int64_t week = small_site_change_week(4);
	struct week_problem w;
	db_fixture_ask(f, "UPDATE agent SET hired = date '2024-06-01' WHERE code = 'A3'; UPDATE agent SET hired = '1999-01-01' WHERE code = 'A5'");
	struct schedule_result r = make(f, 1, week, NULL);
	publish(f, r.roster_id);
	struct schedule_result next = make(f, 1, week + 7, NULL);
	db_fixture_ask(f, "INSERT INTO agent (code, name, site_id, contract_id, hired) SELECT 'NEW', 'New', 1, 1, monday + 8 FROM roster"
			  " WHERE state = 'published'");
	assert_true(week_problem_build(f->db, f->arena, 1, week + 7, next.forecast_id, &w, &f->err));
	double sum = ask(f, "SELECT sum(points) FROM shift_asks s WHERE published");
	assert_true(sum > 20);
	for (int i = 1; i <= 20; i++) {
		double points = ask(f, arena_printf(f->arena, "SELECT coalesce(sum(points), 0) FROM shift_asks s"
						    " WHERE published AND agent_id = (SELECT id FROM agent WHERE code = 'A%d')", i));
		assert_true(agent(&w, arena_printf(f->arena, "A%d", i))->burden == points * FAIR_WEEKS);
	}
	assert_true(fabs(agent(&w, "NEW")->burden - sum / 20 * FAIR_WEEKS) < 1e-9);
	assert_true(agent(&w, "NEW")->seniority == 0);
	assert_true(fabs(agent(&w, "A3")->seniority - (double)(week + 7 - date_from_ymd(2024, 6, 1)) / 365.25) < 1e-9);
	assert_true(agent(&w, "A5")->seniority > 25 && w.problem.seniority.most == 1);
	/* Leave agreed since is not work done. */
	const char *one = arena_printf(f->arena, "%s", db_fixture_ask(f, "SELECT agent_id FROM shift_asks s"
								     " WHERE published AND points > 0 ORDER BY s.id LIMIT 1"));
	double before = ask(f, arena_printf(f->arena, "SELECT sum(points) FROM shift_asks s WHERE published AND agent_id = %s", one));
	db_fixture_ask(f, arena_printf(f->arena, "INSERT INTO absence (agent_id, kind, state, start_at, end_at, planned, paid, excused) SELECT %s,"
				       " 'vacation', 'approved', h.start_at, h.end_at, true, true, true FROM shift h JOIN shift_asks s USING (id) WHERE s.published"
				       " AND s.agent_id = %s AND points > 0 ORDER BY s.id LIMIT 1", one, one));
	assert_true(week_problem_build(f->db, f->arena, 1, week + 7, next.forecast_id, &w, &f->err));
	assert_true(agent(&w, db_fixture_ask(f, arena_printf(f->arena, "SELECT code FROM agent WHERE id = %s", one)))->burden <
		    before * FAIR_WEEKS);
}

static void test_wishes_have_the_sites_price(void **state)
{
	struct db_fixture *f = *state;
	int64_t week = small_site_change_week(4);
	struct week_problem w;
	struct schedule_result made = make(f, 1, week, NULL);
	db_fixture_ask(f, "UPDATE site SET wish_hours = 3, seniority_most = 2.5, seniority_years = 8;"
			  "INSERT INTO wish (agent_id, day, kind, start_min, weight) SELECT a.id, p.monday + x.d, x.kind, x.start, x.weight"
			  " FROM plan p, agent a, (VALUES ('A2', 6, 'day_off', NULL, 1), ('A2', 0, 'start', 570, 0.5), ('A7', 3, 'day_on', NULL, 2),"
			  " ('A7', 7, 'day_off', NULL, 1)) AS x(code, d, kind, start, weight) WHERE a.code = x.code");
	assert_true(week_problem_build(f->db, f->arena, 1, week, made.forecast_id, &w, &f->err));
	double day = 3 * week_hour_cents(&w);
	const struct wfm_agent *a = agent(&w, "A2"), *b = agent(&w, "A7");
	assert_int_equal(a->wish_count, 2);
	assert_int_equal(b->wish_count, 1); /* the other is of the week after */
	assert_true(a->wishes[0].kind == WFM_WISH_START && a->wishes[0].day == 0 && a->wishes[0].minute == 570);
	assert_true(fabs(a->wishes[0].weight_cents - day * 0.5 / 4) < 1e-9);
	assert_true(a->wishes[1].kind == WFM_WISH_DAY_OFF && a->wishes[1].day == 6 && a->wishes[1].weight_cents == day);
	assert_true(b->wishes[0].kind == WFM_WISH_DAY_ON && b->wishes[0].day == 3 && b->wishes[0].weight_cents == 2 * day);
	assert_true(w.problem.seniority.most == 2.5 && w.problem.seniority.full == 8);
	db_fixture_ask(f, "UPDATE site SET wish_hours = 0");
	assert_true(week_problem_build(f->db, f->arena, 1, week, made.forecast_id, &w, &f->err));
	assert_int_equal(agent(&w, "A2")->wish_count + agent(&w, "A7")->wish_count, 0);
}

static const char second_site[] =
	"INSERT INTO site (code, name, region_id, kind, country, zone, shrinkage_unplanned)"
	" SELECT 'VAP', 'Viña', id, 'branch', 'CL', 'America/Santiago', 0.05 FROM region;"
	"UPDATE site_hours SET open_min = 480, close_min = 1200;"
	"INSERT INTO site_hours (site_id, weekday, open_min, close_min) SELECT 2, w, 480, 1200 FROM generate_series(1, 7) AS w;"
	"UPDATE agent SET contract_id = (SELECT id FROM contract WHERE code = 'day');"
	"INSERT INTO queue (code, name, site_id, skill_id, channel, interval_min, target_share, target_s, patience_s, aht_s)"
	" SELECT 'voice2', 'Voice Viña', 2, skill_id, channel, interval_min, target_share, target_s, patience_s, aht_s FROM queue;"
	"INSERT INTO agent (code, name, site_id, contract_id, hired) SELECT 'V1', 'Viña', 2, c.id, date '2020-01-01'"
	" FROM contract c WHERE c.code = 'day';"
	"INSERT INTO agent_skill SELECT a.id, k.id, 1 FROM agent a, skill k WHERE a.site_id = 2;"
	"INSERT INTO history (queue_id, start_at, offered, handled, handle_time_s) SELECT q.id, h.start_at, h.offered / 2,"
	" h.handled / 2, h.handle_time_s / 2 FROM history h, queue q WHERE q.site_id = 2;"
	"INSERT INTO agent_elsewhere SELECT id, 2, 30 FROM agent WHERE code IN ('A1', 'A2', 'A3', 'A5', 'A6', 'A7')";

/* Where one of Santiago's people has a published shift, on a day without another. */
static const char third_site[] =
	"INSERT INTO site (code, name, region_id, kind, country, zone) SELECT 'QUI', 'Quilpué', id, 'branch', 'CL', 'America/Santiago' FROM region;"
	"WITH p AS (INSERT INTO plan (site_id, monday, forecast_id, request) SELECT 3, monday, forecast_id, '{}' FROM plan LIMIT 1 RETURNING *),"
	" r AS (INSERT INTO roster (plan_id, site_id, monday, version, state, evidence) SELECT id, 3, monday, 1, 'published', '{}' FROM p RETURNING *)"
	" INSERT INTO shift (roster_id, agent_id, site_id, day, start_at, end_at, paid_minutes, cost_cents, published)"
	" SELECT r.id, a.id, 3, r.monday + d, r.monday + d + interval '13 hours', r.monday + d + interval '17 hours', 240, 1, true"
	" FROM r, agent a, generate_series(0, 6) AS d WHERE a.site_id = 1 AND NOT EXISTS (SELECT FROM shift s WHERE s.agent_id = a.id"
	" AND s.day = r.monday + d) LIMIT 1";

struct told {
	int64_t agent_id, weeks, shifts, paid_minutes, weekend_shifts, early_shifts, late_shifts;
	int64_t roster_burden, burden, wishes, wishes_missed;
	double seniority_years, fair_burden, difference;
	const char *agent, *team, *contract;
};
#define TOLD_INT(m) F_INT(struct told, m, 0, 0, 0, "")
#define TOLD_REAL(m) F_REAL(struct told, m, 0, 0, 0, "")
#define TOLD_TEXT(m) F_TEXT(struct told, m, FIELD_OPTIONAL, 0, 0, "")
static const struct field told_rows[] = {
	TOLD_INT(agent_id), TOLD_TEXT(agent), TOLD_TEXT(team), TOLD_TEXT(contract), TOLD_REAL(seniority_years),
	TOLD_INT(weeks), TOLD_INT(shifts), TOLD_INT(paid_minutes), TOLD_INT(weekend_shifts), TOLD_INT(early_shifts),
	TOLD_INT(late_shifts), TOLD_INT(wishes), TOLD_INT(wishes_missed), TOLD_INT(burden), TOLD_INT(roster_burden),
	TOLD_REAL(fair_burden), TOLD_REAL(difference),
};
static const struct fields told_fields = FIELDS("Told", struct told, told_rows);

/* Shifts of all who are told of, and wishes and those missed, by the fairness of a roster of Santiago. */
static void expect_all_told(struct db_fixture *f, int64_t roster_id)
{
	struct told *rows;
	size_t n;
	int64_t shifts = 0, wishes = 0, missed = 0;
	assert_true(db_rows(f->db, SQL_ROSTER_FAIRNESS, DB_ARGS(db_int("roster_id", roster_id), db_int("weeks", 8)), NULL,
			    &told_fields, f->arena, (void **)&rows, &n, &f->err));
	assert_int_equal(n, 20);
	for (size_t i = 0; i < n; i++) {
		shifts += rows[i].shifts;
		wishes += rows[i].wishes;
		missed += rows[i].wishes_missed;
		assert_true(rows[i].roster_burden <= rows[i].burden);
	}
	assert_int_equal(shifts, ask(f, "SELECT count(*) FROM shift s JOIN agent a ON a.id = s.agent_id WHERE a.site_id = 1"));
	assert_int_equal(wishes, ask(f, "SELECT count(*) FROM wish"));
	assert_int_equal(missed, wishes);
}

/* A day's work at another site is work: for the burden, and for who wished that day off. */
static void test_shifts_elsewhere_count(void **state)
{
	struct db_fixture *f = *state;
	int64_t vina = 2;
	db_fixture_ask(f, second_site);
	struct schedule_result r = make(f, 1, small_site_change_week(4) + 7, &vina);
	assert_true(r.with[0].borrowed > 0);
	db_fixture_ask(f, "INSERT INTO wish (agent_id, day, kind) SELECT s.agent_id, min(s.day), 'day_off' FROM shift s JOIN agent a ON"
			  " a.id = s.agent_id WHERE s.site_id = 2 AND a.site_id = 1 GROUP BY 1");
	expect_all_told(f, r.roster_id);
	/* So is what a site has published that is not of this plan. */
	db_fixture_ask(f, third_site);
	expect_all_told(f, r.roster_id);
	db_fixture_ask(f, "DELETE FROM roster WHERE site_id = 3");
	publish(f, r.roster_id);
	expect_all_told(f, r.roster_id);
}

/* Each site's agents by its own rule, in one plan. */
static void test_sites_have_rules_of_their_own(void **state)
{
	struct db_fixture *f = *state;
	int64_t week = small_site_change_week(4) + 7, vina = 2;
	db_fixture_ask(f, second_site);
	struct schedule_result r = make(f, 1, week, &vina);
	struct week_problem weeks[2];
	struct joint_week j;
	static const double most[][2] = { { 3, 1 }, { 2, 4 }, { 1, 1 } };
	for (int i = 0; i < 3; i++) {
		db_fixture_ask(f, arena_printf(f->arena, "UPDATE site SET seniority_most = CASE id WHEN 1 THEN %f ELSE %f END,"
					       " seniority_years = CASE id WHEN 1 THEN 5 ELSE 30 END", most[i][0], most[i][1]));
		assert_true(week_problem_build(f->db, f->arena, 1, week, r.forecast_id, &weeks[0], &f->err));
		assert_true(week_problem_build(f->db, f->arena, 2, week,
					       (int64_t)ask(f, "SELECT max(id) FROM forecast WHERE site_id = 2"), &weeks[1], &f->err));
		assert_true(joint_week_make(f->arena, weeks, 2, &j, &f->err));
		assert_int_equal(j.problem.agent_count, 21);
		for (int32_t a = 0; a < j.problem.agent_count; a++) {
			const struct wfm_agent *g = &j.problem.agents[a];
			const struct week_problem *home = &weeks[g->site];
			double years = agent(home, g->name)->seniority;
			double want = 1 + (most[i][g->site] - 1) * fmin(years / (g->site == 0 ? 5 : 30), 1);
			const struct wfm_seniority *s = &j.problem.seniority;
			double is = s->most > 1 ? 1 + (s->most - 1) * fmin(g->seniority / s->full, 1) : 1;
			assert_true(fabs(is - want) < 1e-9);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_the_database_counts_as_the_judge, small_site_begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_a_week_knows_those_before, small_site_begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_wishes_have_the_sites_price, small_site_begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_shifts_elsewhere_count, small_site_begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_sites_have_rules_of_their_own, small_site_begin, small_site_end),
	};
	return db_fixture_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
