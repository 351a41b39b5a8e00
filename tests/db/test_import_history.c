/* SPDX-License-Identifier: GPL-3.0-or-later */
/* History import: whole or not at all, each mistake told by line and column, twice the same is once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "server/domain/import_history.h"
#include "tests/lib/db_fixture.h"
#include "tests/lib/pgcluster.h"

static const char network[] =
	"INSERT INTO region (code, name) VALUES ('R', 'Region');"
	"INSERT INTO site (code, name, region_id, kind, country, zone)"
	" SELECT 'S', 'Site', id, 'contact_centre', 'CL', 'America/Santiago' FROM region;"
	"INSERT INTO skill (code, name) VALUES ('voice', 'Voice');"
	"INSERT INTO queue (code, name, site_id, skill_id, channel, interval_min, aht_s)"
	" SELECT c, c, s.id, k.id, 'voice', 30, 180 FROM site s, skill k,"
	" unnest(ARRAY['alpha', 'Beta', 'zulu']) AS c";

static int begin(void **state)
{
	struct db_fixture *f = calloc(1, sizeof *f);
	assert_non_null(f);
	db_fixture_open(f);
	pgcluster_sql(f->url, network);
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct db_fixture *f = *state;
	db_fixture_close(f);
	free(f);
	return 0;
}

static struct import_result import(struct db_fixture *f, const char *csv, bool dry_run, bool partial)
{
	struct import_options o = { dry_run, partial };
	struct import_result r;
	if (!import_history(f->db, f->arena, csv, strlen(csv), &o, &r, &f->err))
		fail_msg("import failed: %s", f->err.message);
	return r;
}

static long stored(struct db_fixture *f)
{
	return strtol(pgcluster_sql(f->url, "SELECT count(*) FROM history"), NULL, 10);
}

#define HEADER "queue,start,offered,handled,abandoned,answered_in_target,handle_time_s,wait_time_s\n"

static void test_rows_land_with_their_instants(void **state)
{
	struct db_fixture *f = *state;
	struct import_result r = import(f,
		HEADER "alpha,2026-03-02T09:00:00-03:00,12,11,1,10,1980.5,140\n"
		       "Beta,2026-03-02T12:30:00Z,7,,,,,\n", false, false);
	assert_true(r.saved);
	assert_int_equal(r.inserted, 2);
	assert_int_equal(r.rejected, 0);
	assert_string_equal(pgcluster_sql(f->url,
		"SELECT string_agg(concat_ws('|', q.code, h.start_at AT TIME ZONE 'UTC', offered, handled,"
		" handle_time_s), ' ' ORDER BY q.code COLLATE \"C\") FROM history h JOIN queue q ON q.id = h.queue_id"),
		"Beta|2026-03-02 12:30:00|7 alpha|2026-03-02 12:00:00|12|11|1980.5");
}

static void test_same_file_twice_changes_nothing(void **state)
{
	struct db_fixture *f = *state;
	const char *csv = HEADER "alpha,2026-03-02T09:00:00-03:00,12,11,1,10,1980,140\n"
				 "alpha,2026-03-02T09:30:00-03:00,13,,,,,\n";
	import(f, csv, false, false);
	const char *versions = "SELECT string_agg(xmin::text || ctid::text, ',') FROM history";
	char *before = strdup(pgcluster_sql(f->url, versions));
	struct import_result r = import(f, csv, false, false);
	assert_int_equal(r.inserted + r.updated, 0);
	assert_int_equal(r.unchanged, 2);
	assert_string_equal(pgcluster_sql(f->url, versions), before);
	free(before);
	r = import(f, HEADER "alpha,2026-03-02T12:00:00Z,99,,,,,\n", false, false);
	assert_int_equal(r.updated, 1);
}

static void test_each_mistake_names_line_and_column(void **state)
{
	struct db_fixture *f = *state;
	struct import_result r = import(f,
		HEADER "alpha,2026-03-02T09:00:00-03:00,12,11,1,10,1980,140\n"
		       "gamma,2026-03-02T09:00:00-03:00,12,,,,,\n"
		       "alpha,2026-03-02T09:30:00-03:00,-1,,,,,\n"
		       "alpha,2026-03-02T10:00:00,12,,,,,\n"
		       "alpha,2026-03-02T10:10:00-03:00,12,,,,,\n"
		       "alpha,2026-03-02T10:30:00-03:00,many,,,,,\n"
		       "alpha,2090-03-02T10:30:00-03:00,1,,,,,\n"
		       "alpha,2026-03-02T11:00:00-03:00,5,,6,,,\n"
		       "alpha,2026-03-02T12:00:00Z,4,,,,,\n"
		       "alpha,2026-03-02T11:30:00-03:00,,,,,,\n", false, false);
	static const struct { int64_t line; const char *column, *word; } expected[] = {
		{ 3, "queue", "gamma" }, { 4, "offered", "negative" }, { 5, "start", "offset" },
		{ 6, "start", "30 minutes" }, { 7, "offered", "many" }, { 8, "start", "future" },
		{ 9, "abandoned", "exceeds" }, { 10, "start", "line 2" }, { 11, "offered", "empty" },
	};
	assert_false(r.saved);
	assert_int_equal(r.rejected, 9);
	assert_int_equal(r.reason_count, sizeof expected / sizeof expected[0]);
	for (size_t i = 0; i < r.reason_count; i++) {
		assert_int_equal(r.reasons[i].line, expected[i].line);
		assert_string_equal(r.reasons[i].column, expected[i].column);
		if (strstr(r.reasons[i].reason, expected[i].word) == NULL)
			fail_msg("line %d: %s", (int)r.reasons[i].line, r.reasons[i].reason);
	}
	assert_int_equal(stored(f), 0);
}

static void test_partial_takes_the_good_rows(void **state)
{
	struct db_fixture *f = *state;
	const char *csv = HEADER "alpha,2026-03-02T09:00:00-03:00,12,,,,,\n"
				 "gamma,2026-03-02T09:00:00-03:00,12,,,,,\n"
				 "alpha,2026-03-02T12:00:00Z,5,,,,,\n";
	struct import_result r = import(f, csv, false, true);
	assert_true(r.saved);
	assert_int_equal(r.inserted, 1);
	assert_int_equal(r.rejected, 2);
	assert_string_equal(pgcluster_sql(f->url, "SELECT offered FROM history"), "12");
}

static void test_dry_run_changes_nothing(void **state)
{
	struct db_fixture *f = *state;
	struct import_result r = import(f, HEADER "zulu,2026-03-02T09:00:00-03:00,12,,,,,\n", true, false);
	assert_int_equal(r.inserted, 1);
	assert_false(r.saved);
	assert_int_equal(stored(f), 0);
}

static void test_unreadable_file_changes_nothing(void **state)
{
	struct db_fixture *f = *state;
	struct import_options o = { false, true };
	struct import_result r;
	static const char *const files[] = { "", "nonsense\n1\n", "queue,start\nalpha,x\n",
					     HEADER "alpha,2026-03-02T09:00:00-03:00,1\n" };
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		err_clear(&f->err);
		assert_false(import_history(f->db, f->arena, files[i], strlen(files[i]), &o, &r, &f->err));
		assert_true(f->err.code == ERR_INVALID || f->err.code == ERR_MALFORMED);
		assert_int_equal(stored(f), 0);
	}
	/* The connection is still good. */
	assert_true(import(f, HEADER "zulu,2026-03-02T09:00:00-03:00,1,,,,,\n", false, false).saved);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rows_land_with_their_instants, begin, end),
		cmocka_unit_test_setup_teardown(test_same_file_twice_changes_nothing, begin, end),
		cmocka_unit_test_setup_teardown(test_each_mistake_names_line_and_column, begin, end),
		cmocka_unit_test_setup_teardown(test_partial_takes_the_good_rows, begin, end),
		cmocka_unit_test_setup_teardown(test_dry_run_changes_nothing, begin, end),
		cmocka_unit_test_setup_teardown(test_unreadable_file_changes_nothing, begin, end),
	};
	return db_fixture_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
