/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A site's counters cap all its walk-in queues together in the week's problem, its roster and its replay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "server/domain/make_schedule.h"
#include "server/domain/publish_roster.h"
#include "server/domain/stored_week.h"
#include "tests/lib/db_fixture.h"
#include "tests/lib/small_site.h"

/* The small site becomes a branch by day: two walk-in queues and a telephone that share everybody. */
static int begin(void **state)
{
	struct db_fixture *f;

	(void)small_site_begin(state);
	f = *state;
	db_fixture_ask(f,
		"UPDATE site SET kind = 'branch', counters = 3;"
		"UPDATE site_hours SET open_min = 480, close_min = 1080;"
		"UPDATE agent SET contract_id = (SELECT id FROM contract WHERE code = 'day');"
		"INSERT INTO skill (code, name) VALUES ('desk', 'Desk'), ('advice', 'Advice');"
		"INSERT INTO queue (code, name, site_id, skill_id, channel, interval_min, target_share, target_s,"
		" patience_s, aht_s) SELECT k.code, k.name, s.id, k.id, 'walk_in', 30, 0.85, 900, 2400, 240"
		" FROM site s, skill k WHERE k.code IN ('desk', 'advice');"
		"INSERT INTO agent_skill SELECT a.id, k.id, 1 FROM agent a, skill k WHERE k.code IN ('desk', 'advice');"
		"INSERT INTO history (queue_id, start_at, offered, handled, handle_time_s)"
		" SELECT q.id, h.start_at, h.offered * 0.8, h.handled * 0.8, h.handle_time_s * 0.8 FROM history h, queue q"
		" WHERE q.channel = 'walk_in'");
	return 0;
}

static int64_t make(struct db_fixture *f)
{
	struct schedule_request r = { .site_id = 1, .week = small_site_change_week(4) + 7, .forecast_id = FIELD_NULL,
				      .seed = 1, .iteration_limit = 200, .gap = 0.02, .time_limit_s = 60, .trial_weeks = 20 };
	struct schedule_result out;
	if (!schedule_make(f->db, f->arena, &r, FIELD_NULL, FIELD_NULL, NULL, &out, &f->err))
		fail_msg("no roster: %s %s", f->err.message, f->err.items_kept ? f->err.items[0].message : "");
	return out.roster_id;
}

/* People at counters, and all on queues, in the fullest quarter-hour. */
static const char fullest[] =
	"SELECT max(walk_in) || ' ' || (max(every) > 3) FROM (SELECT count(*) FILTER (WHERE q.channel = 'walk_in') AS walk_in,"
	" count(*) AS every FROM activity v JOIN queue q ON q.id = v.queue_id,"
	" generate_series(v.start_at, v.end_at - interval '15 minutes', interval '15 minutes') AS t GROUP BY t) AS x";

static void test_walk_in_queues_share_the_counters(void **state)
{
	struct db_fixture *f = *state;
	struct stored_week s;
	int64_t roster = make(f);
	assert_string_equal(db_fixture_ask(f, fullest), "3 true");
	/* Each queue alone would fit; together they lack counters, and the roster says so. */
	assert_string_equal(db_fixture_ask(f, "SELECT max(agents_on_roster) <= 3 FROM requirement q JOIN queue k ON k.id = q.queue_id"
				   " WHERE channel = 'walk_in'"), "t");
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) > 0 FROM shortage WHERE reason = 'counters'"), "t");
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) FROM shortage h JOIN queue q ON q.id = h.queue_id"
				   " WHERE reason = 'counters' AND channel = 'voice'"), "0");
	assert_true(stored_week_load(f->db, f->arena, roster, &s, &f->err));
	for (size_t q = 0; q < s.w.queue_count; q++)
		assert_true(s.w.problem.queues[q].counter == (s.w.queues[q].channel == WFM_WALK_IN));
}

/* With room for all of them, nobody is short of a counter; without a number, none is a cap. */
static void test_enough_counters_or_none_said(void **state)
{
	struct db_fixture *f = *state;
	db_fixture_ask(f, "UPDATE site SET counters = 30");
	make(f);
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) FROM shortage WHERE reason = 'counters'"), "0");
	db_fixture_ask(f, "DELETE FROM plan; UPDATE site SET counters = NULL");
	make(f);
	assert_string_equal(db_fixture_ask(f, "SELECT count(*) FROM shortage WHERE reason = 'counters'"), "0");
	assert_string_equal(db_fixture_ask(f, "SELECT max(walk_in) > 3 FROM (SELECT count(*) AS walk_in FROM activity v"
		" JOIN queue q ON q.id = v.queue_id AND q.channel = 'walk_in',"
		" generate_series(v.start_at, v.end_at - interval '15 minutes', interval '15 minutes') AS t GROUP BY t) AS x"), "t");
}

/* Who is still at a counter when the week begins leaves one less. */
static void test_last_weeks_nights_hold_their_counters(void **state)
{
	struct db_fixture *f = *state;
	struct week_problem w;
	int64_t roster = make(f), week = small_site_change_week(4) + 14;
	struct roster r;
	if (!db_begin(f->db, &f->err) || !roster_lock(f->db, f->arena, roster, &r, &f->err) ||
	    !roster_publish(f->db, f->arena, &r, FIELD_NULL, &f->err) || !db_commit(f->db, &f->err))
		fail_msg("not published: %s", f->err.message);
	db_fixture_ask(f, "UPDATE activity SET start_at = start_at + interval '10 hours', end_at = end_at + interval '10 hours'"
		" WHERE (shift_id, position) IN (SELECT v.shift_id, max(v.position) FROM activity v JOIN shift s ON s.id = v.shift_id"
		" JOIN queue q ON q.id = v.queue_id AND q.channel = 'walk_in' JOIN roster r ON r.id = s.roster_id"
		" WHERE s.day = r.monday + 6 GROUP BY v.shift_id ORDER BY v.shift_id LIMIT 1);"
		"UPDATE shift s SET published = false FROM activity v WHERE v.shift_id = s.id AND v.end_at > s.end_at;"
		"UPDATE shift s SET end_at = v.end_at FROM activity v WHERE v.shift_id = s.id AND v.end_at > s.end_at;"
		"UPDATE shift SET published = true");
	int64_t forecast = strtoll(db_fixture_ask(f, "SELECT max(id) FROM forecast"), NULL, 10);
	assert_true(week_problem_build(f->db, f->arena, 1, week, forecast, &w, &f->err));
	assert_int_equal(w.covered_count, 1);
	assert_int_equal(w.problem.sites[0].counters[0], 2);
	assert_int_equal(w.problem.sites[0].counters[w.problem.slot_count - SLOT_TAIL - 1], 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_walk_in_queues_share_the_counters, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_enough_counters_or_none_said, begin, small_site_end),
		cmocka_unit_test_setup_teardown(test_last_weeks_nights_hold_their_counters, begin, small_site_end),
	};
	return db_fixture_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
