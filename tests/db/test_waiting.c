/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work that may wait in a week's plan: what the solver is asked, what a roster does, and a week half over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "server/base/clock.h"
#include "server/domain/make_forecast.h"
#include "server/domain/make_schedule.h"
#include "server/domain/week_waiting.h"
#include "tests/lib/db_fixture.h"
#include "tests/lib/small_site.h"

enum { TURNAROUND = 480 / SLOT_MIN };

struct fixture {
	struct db_fixture at;
	struct schedule_request request;
};

/* Calls round the clock and e-mails from nine to six; half of the people can do both. */
static int begin(void **state)
{
	struct fixture *f = small_site_open(sizeof *f);
	db_fixture_ask(&f->at, "CREATE TABLE asked AS SELECT 0::bigint AS id;"
	       "INSERT INTO skill (code, name) VALUES ('email', 'E-mail');"
	       "INSERT INTO queue (code, name, site_id, skill_id, channel, interval_min, turnaround_min, max_occupancy, aht_s)"
	       " SELECT 'email', 'E-mail', s.id, k.id, 'email', 30, 480, 0.9, 240 FROM site s, skill k WHERE k.code = 'email';"
	       "INSERT INTO agent_skill SELECT a.id, k.id, 1 FROM agent a, skill k WHERE k.code = 'email' AND a.id % 2 = 0;"
	       "INSERT INTO history (queue_id, start_at, offered, handled, handle_time_s)"
	       " SELECT q.id, h.start_at, h.offered / 2, h.handled / 2, h.handled * 120 FROM history h, queue q WHERE q.code = 'email'");
	struct forecast_request r = { strtoll(db_fixture_ask(&f->at, "SELECT id FROM site"), NULL, 10),
				      small_site_change_week(4) + 7, 1 };
	f->request = (struct schedule_request){ .site_id = r.site_id, .week = r.week, .seed = 1, .iteration_limit = 200,
						.gap = 0.02, .time_limit_s = 60, .trial_weeks = 20, .choice = STAFFING_CHOICE_PLAIN };
	if (!forecast_make(f->at.db, f->at.arena, &r, FIELD_NULL, FIELD_NULL, NULL, &f->request.forecast_id, &f->at.err))
		fail_msg("no forecast: %s", f->at.err.message);
	*state = f;
	return 0;
}

static struct schedule_result make(struct fixture *f)
{
	struct schedule_result out;
	if (!schedule_make(f->at.db, f->at.arena, &f->request, FIELD_NULL, FIELD_NULL, NULL, &out, &f->at.err))
		fail_msg("no roster: %s %s", f->at.err.message, f->at.err.items_kept ? f->at.err.items[0].message : "");
	return out;
}

/* ROSTER in the statement is that one. */
#define ROSTER "(SELECT id FROM asked)"
static double ask(struct fixture *f, const char *sql, int64_t roster_id)
{
	char text[80];
	(void)snprintf(text, sizeof text, "UPDATE asked SET id = %lld", (long long)roster_id);
	db_fixture_ask(&f->at, text);
	return strtod(db_fixture_ask(&f->at, sql), NULL);
}

static struct week_problem build(struct fixture *f)
{
	struct week_problem w;
	if (!week_problem_build(f->at.db, f->at.arena, f->request.site_id, f->request.week, f->request.forecast_id,
				&w, &f->at.err))
		fail_msg("no problem: %s", f->at.err.message);
	assert_int_equal(w.problem.deferrable_count, 1);
	return w;
}

/* All of the week's work, each piece within its turnaround of open time, and nobody in a slot. */
static void test_the_problem_has_all_work(void **state)
{
	struct fixture *f = *state;
	db_fixture_ask(&f->at, "UPDATE site_hours SET open_min = 540, close_min = 1080");
	struct week_problem w = build(f);
	const struct wfm_deferrable *x = &w.problem.deferrable[0];
	const uint8_t *open = w.problem.queues[x->queue].open;
	const int32_t week = w.problem.slot_count - SLOT_TAIL;
	double hours = 0, comes = 0, spare = 0, beside = 0;
	int32_t last = week - 1, whole = 0;
	while (!open[last])
		last--;
	for (int32_t i = 0; i < x->batch_count; i++) {
		const struct wfm_batch *b = &x->batches[i];
		int32_t room = 0;
		for (int32_t t = b->from; t < b->due; t++)
			room += open[t];
		assert_true(room == TURNAROUND || (b->due == week && room < TURNAROUND && room > 0));
		assert_true(b->from <= last);
		whole += room == TURNAROUND;
		hours += b->hours;
	}
	assert_true(whole > 500);
	for (size_t k = 0; k < w.requirements[x->queue].count; k++) {
		const struct requirement_row *r = &w.requirements[x->queue].rows[k];
		comes += r->volume * r->aht_s / 3600;
		beside += w.requirements[x->queue].beside_s[k] / 3600;
	}
	/* One who is there 95 % of the time, and busy for 90 % of that. */
	assert_true(comes > 100 && fabs(hours * 0.95 * 0.9 - comes) < 1e-6 * comes);
	for (int32_t t = 0; t < w.problem.slot_count; t++) {
		assert_true(w.problem.queues[x->queue].required[t] == 0);
		spare += x->spare[t] * 0.25;
	}
	assert_true(beside > 10 && fabs(spare * 0.95 * 0.9 - beside) < 1e-6 * beside);
	/* All usable idle time of those who can do e-mails is this queue's, for there is no other. */
	assert_true(fabs(beside - w.requirements[x->queue].deferred.idle_hours) < 1e-6 * beside);
}

/* What a plan keeps is what its roster does: work neither gets lost nor done by nobody. */
static void expect_kept_rows_add_up(struct fixture *f, int64_t roster_id)
{
	static const char rows[] =
		"SELECT greatest(max(off) / 3600, -sum(off) / sum(q.volume * q.aht_s)) FROM (SELECT q.*, was + q.volume * q.aht_s"
		" - done - q.backlog_s AS off FROM (SELECT q.*, coalesce("
		"lag(q.backlog_s) OVER (ORDER BY q.start_at), 0) AS was, q.agents * q.minutes * 60 * 0.9 + q.idle_s AS done"
		" FROM requirement q JOIN roster r USING (plan_id) JOIN queue u ON u.id = q.queue_id"
		" WHERE r.id = " ROSTER " AND u.channel = 'email') AS q) AS q WHERE late_s < 1";
	/* A row also tells those who lack for a moment: a few. */
	assert_true(ask(f, rows, roster_id) < 0.01);
	/* Nobody works who is not there; where work is late those are told who would have to be. */
	assert_true(ask(f, "SELECT sum(greatest(0, agents_on_roster - there)) / sum(there) FROM (SELECT q.start_at, q.agents_on_roster, (SELECT coalesce(sum(extract(epoch FROM"
			   " least(v.end_at, q.start_at + make_interval(mins => q.minutes)) - greatest(v.start_at, q.start_at))), 0)"
			   " / q.minutes / 60 FROM shift s JOIN activity v ON v.shift_id = s.id WHERE s.roster_id = r.id"
			   " AND v.queue_id = q.queue_id AND v.start_at < q.start_at + make_interval(mins => q.minutes)"
			   " AND v.end_at > q.start_at) AS there FROM requirement q JOIN roster r USING (plan_id)"
			   " JOIN queue u ON u.id = q.queue_id WHERE r.id = " ROSTER " AND u.channel = 'email' AND late_s < 1) AS x", roster_id) < 0.01);
}

/* Two queues of one skill share the idle time of those who have it, and none is given away twice. */
static void test_idle_time_is_shared(void **state)
{
	struct fixture *f = *state;
	db_fixture_ask(&f->at, "INSERT INTO queue (code, name, site_id, skill_id, channel, interval_min, turnaround_min, aht_s)"
	       " SELECT 'cases', 'Cases', site_id, skill_id, 'back_office', 60, 960, 600 FROM queue WHERE channel = 'email';"
	       "INSERT INTO history (queue_id, start_at, offered, handled, handle_time_s)"
	       " SELECT q.id, date_trunc('hour', h.start_at), sum(h.offered) / 8, sum(h.handled) / 8, sum(h.handled) / 8 * 600"
	       " FROM history h, queue q WHERE q.code = 'cases' AND h.queue_id = (SELECT id FROM queue WHERE channel = 'email')"
	       " GROUP BY 1, 2");
	struct forecast_request r = { f->request.site_id, f->request.week, 1 };
	struct week_problem w;
	double sum = 0, least = INFINITY;
	if (!forecast_make(f->at.db, f->at.arena, &r, FIELD_NULL, FIELD_NULL, NULL, &f->request.forecast_id, &f->at.err) ||
	    !week_problem_build(f->at.db, f->at.arena, r.site_id, r.week, f->request.forecast_id, &w, &f->at.err))
		fail_msg("no problem: %s", f->at.err.message);
	assert_int_equal(w.problem.deferrable_count, 2);
	for (int32_t i = 0; i < 2; i++) {
		const struct queue_requirement *q = &w.requirements[w.problem.deferrable[i].queue];
		double own = 0;
		for (size_t k = 0; k < q->count; k++)
			own += q->beside_s[k] / 3600;
		assert_true(own >= q->deferred.idle_used_hours - 1e-6);
		sum += own;
		least = fmin(least, own);
		/* Usable by either: the same hours. */
		assert_true(fabs(q->deferred.idle_hours - w.requirements[w.problem.deferrable[0].queue].deferred.idle_hours) < 1e-6);
	}
	double usable = w.requirements[w.problem.deferrable[0].queue].deferred.idle_hours;
	assert_true(least > 0.5 && fabs(sum - usable) < 1e-6 * usable);
	expect_kept_rows_add_up(f, make(f).roster_id);
}

static void test_a_roster_keeps_what_it_does(void **state)
{
	struct fixture *f = *state;
	struct schedule_result r = make(f);
	assert_true(ask(f, "SELECT (evidence->'waiting'->0->>'due_hours')::float8 FROM roster WHERE id = " ROSTER, r.roster_id) > 100);
	assert_true(ask(f, "SELECT (evidence->'waiting'->0->>'in_time_hours')::float8 / (evidence->'waiting'->0->>'due_hours')::float8"
			   " FROM roster WHERE id = " ROSTER, r.roster_id) > 0.99);
	assert_true(ask(f, "SELECT sum(q.idle_s) FROM requirement q JOIN roster r USING (plan_id) WHERE r.id = " ROSTER, r.roster_id) > 3600);
	assert_true(ask(f, "SELECT (evidence->'parts'->>'deferred')::float8 FROM roster WHERE id = " ROSTER, r.roster_id) >= 0);
	expect_kept_rows_add_up(f, r.roster_id);
}

/* With nobody who can do it all of it is late, and the plan says so. */
static void test_nobody_for_it(void **state)
{
	struct fixture *f = *state;
	db_fixture_ask(&f->at, "DELETE FROM agent_skill WHERE skill_id = (SELECT id FROM skill WHERE code = 'email')");
	struct schedule_result r = make(f);
	assert_true(ask(f, "SELECT (evidence->'waiting'->0->>'in_time_hours')::float8 FROM roster WHERE id = " ROSTER, r.roster_id) == 0);
	assert_true(ask(f, "SELECT (evidence->>'unmet')::float8 FROM roster WHERE id = " ROSTER, r.roster_id) > 100);
	assert_true(ask(f, "SELECT count(*) FROM shortage s JOIN queue q ON q.id = s.queue_id WHERE q.channel = 'email'"
			   " AND s.reason = 'no_skill' AND s.roster_id = " ROSTER, r.roster_id) > 100);
}

/* Hours short of the live queue's people, for ever a hundred asked for. */
static double calls_short(struct fixture *f, const struct schedule_result *r)
{
	return ask(f, "SELECT 100 * coalesce((SELECT sum(people) * 0.25 FROM shortage s JOIN queue q ON q.id = s.queue_id"
		      " WHERE q.channel = 'voice' AND s.roster_id = " ROSTER "), 0) / (SELECT sum(agents_on_roster * minutes / 60)"
		      " FROM requirement q JOIN roster r USING (plan_id) JOIN queue u ON u.id = q.queue_id"
		      " WHERE u.channel = 'voice' AND r.id = " ROSTER ")", r->roster_id);
}

/* More e-mails than there are people for: those who call get theirs first. */
static void test_too_few_people_for_everything(void **state)
{
	struct fixture *f = *state;
	struct schedule_result easy = make(f);
	db_fixture_ask(&f->at, "UPDATE forecast_interval SET aht_s = aht_s * 6 WHERE queue_id = (SELECT id FROM queue WHERE channel = 'email')");
	struct schedule_result r = make(f);
	double late = ask(f, "SELECT (evidence->'waiting'->0->>'late_hours')::float8 FROM roster WHERE id = " ROSTER, r.roster_id);
	print_message("# %.0f h late at most, %.1f %% of the calls' people short; %.1f %% with little mail\n", late,
		      calls_short(f, &r), calls_short(f, &easy));
	assert_true(late > 100);
	assert_true(calls_short(f, &r) < calls_short(f, &easy) + 8);
}

static const char MAIL_HOURS[] =
	"SELECT coalesce(sum(extract(epoch FROM v.end_at - v.start_at)), 0) / 3600 FROM shift s JOIN activity v ON v.shift_id = s.id"
	" JOIN queue q ON q.id = v.queue_id WHERE q.channel = 'email' AND extract(isodow FROM s.day) >= 4 AND s.roster_id = " ROSTER;
static const char WEDNESDAY[] =
	"SELECT q.backlog_s / 3600 FROM requirement q JOIN roster r USING (plan_id) JOIN queue u ON u.id = q.queue_id"
	" WHERE u.channel = 'email' AND r.id = " ROSTER " AND q.start_at < (r.monday + 3)::timestamp AT TIME ZONE 'America/Santiago'"
	" ORDER BY q.start_at DESC LIMIT 1";

/* A week planned again from Thursday has to do what the days before have left, whatever is drawn for them. */
static void test_the_past_leaves_its_work(void **state)
{
	struct fixture *f = *state;
	struct schedule_result first = make(f);
	f->request.keep = (struct replan_request){ .roster_id = first.roster_id, .from = f->request.week + 3 };
	struct schedule_result same = make(f);
	double left = ask(f, WEDNESDAY, first.roster_id);
	assert_true(fabs(ask(f, WEDNESDAY, same.roster_id) - left) < 1e-3);
	/* Nobody read an e-mail until then. */
	db_fixture_ask(&f->at, "UPDATE activity v SET queue_id = (SELECT id FROM queue WHERE channel <> 'email')"
	       " FROM shift s, queue q WHERE s.id = v.shift_id AND q.id = v.queue_id AND q.channel = 'email'"
	       " AND extract(isodow FROM s.day) < 4");
	struct schedule_result again = make(f);
	double more = ask(f, WEDNESDAY, again.roster_id) - left;
	print_message("# %.0f h wait on Thursday, %.0f h more when nobody did any; %.0f and %.0f h on it from then on\n", left, more,
		      ask(f, MAIL_HOURS, same.roster_id), ask(f, MAIL_HOURS, again.roster_id));
	assert_true(more > 20);
	assert_true(ask(f, MAIL_HOURS, again.roster_id) > ask(f, MAIL_HOURS, same.roster_id) + 0.5 * more);
	expect_kept_rows_add_up(f, again.roster_id);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_the_problem_has_all_work, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_idle_time_is_shared, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_a_roster_keeps_what_it_does, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_nobody_for_it, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_too_few_people_for_everything, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_the_past_leaves_its_work, begin, small_site_end),
	};
	return db_fixture_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
