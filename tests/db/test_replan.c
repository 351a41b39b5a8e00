/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A week planned again from its roster, nights over the first day that may change included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "server/base/clock.h"
#include "server/domain/make_schedule.h"
#include "tests/lib/db_fixture.h"
#include "tests/lib/small_site.h"

struct fixture {
	struct db_fixture at;
	struct schedule_request request;
	struct schedule_result first;
};

static struct schedule_result make(struct fixture *f)
{
	struct schedule_result out;
	if (!schedule_make(f->at.db, f->at.arena, &f->request, FIELD_NULL, FIELD_NULL, NULL, &out, &f->at.err))
		fail_msg("no roster: %s %s", f->at.err.message, f->at.err.items_kept ? f->at.err.items[0].message : "");
	return out;
}

static int begin(void **state)
{
	struct fixture *f = small_site_open(sizeof *f);
	f->request = (struct schedule_request){ .site_id = strtoll(db_fixture_ask(&f->at, "SELECT id FROM site"), NULL, 10),
						.week = small_site_change_week(4), .forecast_id = FIELD_NULL, .seed = 1,
						.iteration_limit = 300, .gap = 0.02, .time_limit_s = 60, .trial_weeks = 20 };
	f->first = make(f);
	f->request.keep = (struct replan_request){ .roster_id = f->first.roster_id, .from = f->request.week + 3 };
	db_fixture_ask(&f->at, "CREATE VIEW work AS SELECT s.roster_id, s.agent_id, s.day, s.start_at, s.end_at, s.paid_minutes,"
	       " (SELECT string_agg(concat_ws('/', v.kind, v.queue_id, v.start_at, v.end_at, v.paid), ',' ORDER BY v.position)"
	       " FROM activity v WHERE v.shift_id = s.id) AS detail FROM shift s");
	*state = f;
	return 0;
}

/* Shifts of the first roster that the second does not have just so, of days before or from Thursday. */
static int64_t gone(struct fixture *f, const struct schedule_result *b, const char *when, const char *columns)
{
	char sql[600];
	(void)snprintf(sql, sizeof sql,
		       "SELECT count(*) FROM (SELECT %s FROM work WHERE roster_id = %lld AND extract(isodow FROM day) %s 4"
		       " EXCEPT SELECT %s FROM work WHERE roster_id = %lld) AS x", columns,
		       (long long)f->first.roster_id, when, columns, (long long)b->roster_id);
	return strtoll(db_fixture_ask(&f->at, sql), NULL, 10);
}

static void test_what_has_begun_stays_to_the_last_break(void **state)
{
	struct fixture *f = *state;
	/* Somebody goes on leave on Thursday at six, after a night that began on Wednesday or before a late one. */
	db_fixture_ask(&f->at, "INSERT INTO absence (agent_id, kind, state, start_at, end_at, planned, paid, excused)"
	       " SELECT agent_id, 'sickness', 'recorded', (day + 1 + time '00:00') AT TIME ZONE 'America/Santiago',"
	       " (day + 4 + time '00:00') AT TIME ZONE 'America/Santiago', false, true, true FROM shift s"
	       " WHERE extract(isodow FROM day) = 3 AND (end_at AT TIME ZONE 'America/Santiago')::date = day"
	       " ORDER BY agent_id LIMIT 2");
	f->request.keep.change_cents = 4000;
	struct schedule_result b = make(f);
	assert_int_equal(gone(f, &b, "<", "agent_id, day, start_at, end_at, paid_minutes, detail"), 0);
	assert_true(gone(f, &b, ">=", "agent_id, day, start_at, end_at") > 0);
	assert_true(b.changed_shifts > 0 && b.changed_shifts < b.shifts / 4);
	assert_int_equal((int)b.change_cents, 4000 * (int)b.changed_shifts);
	assert_string_equal(db_fixture_ask(&f->at, "SELECT count(*) FROM shift s JOIN absence b ON b.agent_id = s.agent_id"
				   " AND tstzrange(b.start_at, b.end_at) && tstzrange(s.start_at, s.end_at)"
				   " WHERE s.roster_id = (SELECT max(id) FROM roster)"), "0");
	/* Who is away over a shift that has not begun yet has no shift, before `from` too. */
	db_fixture_ask(&f->at, "INSERT INTO absence (agent_id, kind, state, start_at, end_at, planned, paid, excused)"
	       " SELECT agent_id, 'sickness', 'recorded', start_at, end_at, false, true, true FROM shift"
	       " WHERE extract(isodow FROM day) = 2 ORDER BY agent_id DESC LIMIT 1");
	b = make(f);
	assert_int_equal(gone(f, &b, "<", "agent_id, day"), 1);
}

static void test_whom_no_rule_suits_keeps_what_stands(void **state)
{
	struct fixture *f = *state;
	db_fixture_ask(&f->at, "UPDATE contract_rule SET high = 1 WHERE rule = 'week_shifts'");
	struct schedule_result b = make(f);
	assert_int_equal(gone(f, &b, "<", "agent_id, day, start_at, end_at, paid_minutes, detail"), 0);
	int64_t frozen = strtoll(db_fixture_ask(&f->at, "SELECT evidence->'changes'->>'frozen' FROM roster ORDER BY id DESC LIMIT 1"), NULL, 10);
	/* Everybody with two shifts up to Wednesday cannot keep the rule, and keeps the week instead. */
	char sql[800];
	(void)snprintf(sql, sizeof sql, "SELECT count(*) FROM (SELECT agent_id FROM work WHERE roster_id = %lld"
		       " AND extract(isodow FROM day) < 4 GROUP BY agent_id HAVING count(*) > 1) AS x",
		       (long long)f->first.roster_id);
	assert_int_equal(frozen, strtoll(db_fixture_ask(&f->at, sql), NULL, 10));
	assert_true(frozen > 10);
	assert_int_equal(b.unplanned, 0);
	(void)snprintf(sql, sizeof sql, "SELECT count(*) FROM (SELECT agent_id, day, start_at, end_at FROM work WHERE roster_id = %lld"
		       " AND agent_id IN (SELECT agent_id FROM work WHERE roster_id = %lld AND extract(isodow FROM day) < 4"
		       " GROUP BY agent_id HAVING count(*) > 1)", (long long)f->first.roster_id, (long long)f->first.roster_id);
	size_t n = strlen(sql);
	(void)snprintf(sql + n, sizeof sql - n, " EXCEPT SELECT agent_id, day, start_at, end_at FROM work WHERE roster_id = %lld) AS x",
		       (long long)b.roster_id);
	assert_string_equal(db_fixture_ask(&f->at, sql), "0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_has_begun_stays_to_the_last_break, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_whom_no_rule_suits_keeps_what_stands, begin, small_site_end),
	};
	return db_fixture_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
