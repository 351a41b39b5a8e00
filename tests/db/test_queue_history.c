/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A queue's history with that of the queues it was merged or split from. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "server/base/clock.h"
#include "server/domain/queue_history.h"
#include "tests/lib/db_fixture.h"
#include "tests/lib/pgcluster.h"

/* Queues: 1 new, 2 old (30 minutes), 3 fine (15). */
static const char network[] =
	"INSERT INTO region (code, name) VALUES ('R', 'Region');"
	"INSERT INTO site (code, name, region_id, kind, country, zone)"
	" SELECT 'S', 'S', id, 'contact_centre', 'CL', 'America/Santiago' FROM region;"
	"INSERT INTO skill (code, name) VALUES ('voice', 'Voice');"
	"INSERT INTO queue (code, name, site_id, skill_id, channel, interval_min, aht_s)"
	" SELECT c, c, s.id, k.id, 'voice', i, 180 FROM skill k, site s, (VALUES ('new', 30), ('old', 30),"
	" ('fine', 15)) AS v(c, i) ORDER BY v.i DESC, v.c;"
	/* Four weeks from Monday 2 March 2026, over no clock change, 09:00 to 12:00 each day. */
	"INSERT INTO history (queue_id, start_at, offered, handled, handle_time_s)"
	" SELECT q.id, t AT TIME ZONE 'America/Santiago', v, v - 1, 100 * v FROM (VALUES ('old', 10), ('fine', 4)) AS x(c, v)"
	" JOIN queue q ON q.code = x.c, generate_series(0, 27) AS day,"
	" generate_series(timestamp '2026-03-02 09:00' + day * interval '1 day', timestamp '2026-03-02 11:59'"
	" + day * interval '1 day', make_interval(mins => q.interval_min)) AS t";

struct fixture {
	struct db_fixture at;
	struct site_calendar site;
	struct site_queue *queues;
	size_t queue_count;
	struct forecast_warnings warnings;
};

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	assert_non_null(f);
	db_fixture_open(&f->at);
	pgcluster_sql(f->at.url, network);
	assert_true(site_calendar_load(f->at.db, f->at.arena, 1, &f->site, &f->at.err));
	assert_true(site_queues_load(f->at.db, f->at.arena, 1, &f->queues, &f->queue_count, &f->at.err));
	assert_string_equal(f->queues[0].code, "new");
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;
	db_fixture_close(&f->at);
	free(f);
	return 0;
}

static void put(struct fixture *f, int64_t queue_id, size_t n, struct queue_source *sources)
{
	struct queue_sources in = { .sources = sources, .source_count = n };
	if (!db_begin(f->at.db, &f->at.err) || !queue_sources_put(f->at.db, f->at.arena, queue_id, &in, &f->at.err) ||
	    !db_commit(f->at.db, &f->at.err))
		fail_msg("%s %s", f->at.err.message, f->at.err.items_kept ? f->at.err.items[0].message : "");
}

static size_t load(struct fixture *f, const char *until, struct queue_history_row **rows)
{
	size_t n;
	int64_t at;
	assert_true(instant_parse(until, &at));
	if (!queue_history_load(f->at.db, f->at.arena, &f->site, &f->queues[0], at, rows, &n, &f->warnings, &f->at.err))
		fail_msg("%s", f->at.err.message);
	return n;
}

static int64_t id_of(struct fixture *f, const char *code)
{
	return strtoll(pgcluster_sql(f->at.url, arena_printf(f->at.arena, "SELECT id FROM queue WHERE code = '%s'", code)),
		       NULL, 10);
}

static bool is(double v, double wanted)
{
	return fabs(v - wanted) < 1e-9;
}

#define END "2026-12-01T00:00:00Z"

static void test_weights_and_intervals_add_up(void **state)
{
	struct fixture *f = *state;
	struct queue_history_row *rows;
	struct queue_source s[] = {
		{ .source_queue_id = id_of(f, "old"), .until = FIELD_NULL, .weight = 1 },
		{ .source_queue_id = id_of(f, "fine"), .until = date_from_ymd(2026, 3, 16), .weight = 0.5 },
	};
	assert_int_equal(load(f, END, &rows), 0);
	put(f, 1, 2, s);
	assert_int_equal(load(f, END, &rows), 28 * 6);
	int64_t noon = date_from_ymd(2026, 3, 16) * 86400;
	for (size_t i = 0; i < 28 * 6; i++) {
		assert_true(i == 0 || rows[i].start > rows[i - 1].start);
		double both = rows[i].start < noon ? 1 : 0; /* two quarters of 4, half of each, until the 16th */
		assert_true(is(rows[i].offered, 10 + both * 4));
		assert_true(is(rows[i].handled, 9 + both * 3));
		assert_true(is(rows[i].handle_time_s, 1000 + both * 400));
	}
	/* Its own rows count whole, from the day the queue exists. */
	pgcluster_sql(f->at.url, "INSERT INTO history (queue_id, start_at, offered)"
			      " VALUES (1, '2026-03-20 09:00-03', 7), (1, '2026-03-20 20:00-03', 3)");
	assert_int_equal(load(f, END, &rows), 28 * 6 + 1);
	assert_true(is(rows[18 * 6].offered, 17));
	assert_true(is(rows[18 * 6].handled, 9)); /* not known of the queue's own */
	assert_true(is(rows[18 * 6 + 6].offered, 3));
	assert_true(isnan(rows[18 * 6 + 6].handled));
	assert_int_equal(load(f, "2026-03-03T00:00:00Z", &rows), 6);
}

static void test_sources_of_sources(void **state)
{
	struct fixture *f = *state;
	struct queue_history_row *rows;
	struct queue_source old = { .source_queue_id = id_of(f, "old"), .until = FIELD_NULL, .weight = 0.5 };
	struct queue_source fine = { .source_queue_id = id_of(f, "fine"), .until = FIELD_NULL, .weight = 0.25 };
	put(f, 1, 1, &old);
	put(f, old.source_queue_id, 1, &fine);
	assert_int_equal(load(f, END, &rows), 28 * 6);
	assert_true(is(rows[0].offered, 0.5 * (10 + 0.25 * 8)));
}

/* A day on which a part is missing is not a quiet day; one on which it never works is no hole. */
static void test_holes_of_a_part_leave_the_day_out(void **state)
{
	struct fixture *f = *state;
	struct queue_history_row *rows;
	struct queue_source s[] = {
		{ .source_queue_id = id_of(f, "old"), .until = FIELD_NULL, .weight = 1 },
		{ .source_queue_id = id_of(f, "fine"), .until = FIELD_NULL, .weight = 1 },
	};
	put(f, 1, 2, s);
	pgcluster_sql(f->at.url, "DELETE FROM history WHERE queue_id = 2 AND (start_at AT TIME ZONE 'America/Santiago')::date"
			      " = '2026-03-10' OR queue_id = 3 AND extract(dow FROM start_at) = 0");
	size_t n = load(f, END, &rows);
	assert_int_equal(n, 27 * 6);
	for (size_t i = 0; i < n; i++) {
		int64_t date;
		int minute;
		zone_to_local(f->site.zone, rows[i].start, &date, &minute);
		assert_true(date != date_from_ymd(2026, 3, 10));
		assert_true(is(rows[i].offered, date_weekday(date) == 7 ? 10 : 18));
	}
}

static void test_what_does_not_fit_is_left_out_and_told(void **state)
{
	struct fixture *f = *state;
	struct queue_history_row *rows;
	size_t n;
	struct queue_source fine = { .source_queue_id = id_of(f, "fine"), .until = FIELD_NULL, .weight = 1 };
	put(f, 1, 1, &fine);
	pgcluster_sql(f->at.url, "INSERT INTO history (queue_id, start_at, offered)"
			      " VALUES (3, '2026-03-20 08:20-03', 7)");
	assert_true(queue_history_load(f->at.db, f->at.arena, &f->site, &f->queues[0], clock_now(), &rows, &n,
				       &f->warnings, &f->at.err));
	assert_int_equal(n, 28 * 6);
	assert_int_equal(f->warnings.count, 1);
	assert_string_equal(f->warnings.items[0].text,
			    "left out: 1 row on 2026-03-20, beginning within an interval of 15 minutes");
}

/* The repeated hour stays two: 4 April 2026, 23:00 comes twice in Santiago. */
static void test_the_repeated_hour_stays_two(void **state)
{
	struct fixture *f = *state;
	struct queue_history_row *rows;
	struct queue_source s[] = {
		{ .source_queue_id = id_of(f, "old"), .until = FIELD_NULL, .weight = 1 },
		{ .source_queue_id = id_of(f, "fine"), .until = FIELD_NULL, .weight = 1 },
	};
	put(f, 1, 2, s);
	pgcluster_sql(f->at.url, "DELETE FROM history; INSERT INTO history (queue_id, start_at, offered)"
			      " SELECT q, t, 5 FROM (VALUES (2, 30), (3, 15)) AS x(q, m), generate_series(timestamptz"
			      " '2026-04-05 02:00Z', '2026-04-05 03:59Z', make_interval(mins => m)) AS t");
	assert_int_equal(load(f, END, &rows), 4);
	for (int i = 0; i < 4; i++) {
		int64_t date;
		int minute;
		zone_to_local(f->site.zone, rows[i].start, &date, &minute);
		assert_int_equal(date, date_from_ymd(2026, 4, 4));
		assert_int_equal(minute, 23 * 60 + 30 * (i % 2));
		assert_true(is(rows[i].offered, 15));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_weights_and_intervals_add_up, begin, end),
		cmocka_unit_test_setup_teardown(test_sources_of_sources, begin, end),
		cmocka_unit_test_setup_teardown(test_holes_of_a_part_leave_the_day_out, begin, end),
		cmocka_unit_test_setup_teardown(test_what_does_not_fit_is_left_out_and_told, begin, end),
		cmocka_unit_test_setup_teardown(test_the_repeated_hour_stays_two, begin, end),
	};
	return db_fixture_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
