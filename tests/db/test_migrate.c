/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "server/store/migrate.h"
#include "tests/lib/pgcluster.h"

static struct db *open_db(const char *url)
{
	struct err e = ERR_INIT;
	struct db *db = db_open(url, &e);
	if (!db)
		fail_msg("%s", e.message);
	return db;
}

static int embedded_count(void)
{
	int n = 0;
	while (sql_migrations[n].number)
		n++;
	return n;
}

static void test_an_empty_database_gets_all_once(void **state)
{
	(void)state;
	struct err e = ERR_INIT;
	int applied;
	struct db *db = open_db(pgcluster_empty());
	assert_false(migrate_check(db, &e));
	assert_int_equal(e.code, ERR_CONFLICT);
	assert_non_null(strstr(e.message, "cuadrante migrate"));
	err_clear(&e);
	assert_true(migrate_apply(db, &applied, &e));
	assert_int_equal(applied, embedded_count());
	assert_true(migrate_check(db, &e));
	assert_true(migrate_apply(db, &applied, &e));
	assert_int_equal(applied, 0);
	db_close(db);
}

static const struct sql_migration first[] = {
	{ 1, "0001_a", "CREATE TABLE a (n int); INSERT INTO a VALUES (1);" },
	{ 0, 0, 0 },
};
static const struct sql_migration second[] = {
	{ 1, "0001_a", "CREATE TABLE a (n int); INSERT INTO a VALUES (1);" },
	{ 2, "0002_b", "ALTER TABLE a ADD m int;" },
	{ 0, 0, 0 },
};
static const struct sql_migration changed[] = {
	{ 1, "0001_a", "CREATE TABLE a (n bigint);" },
	{ 0, 0, 0 },
};
static const struct sql_migration broken[] = {
	{ 1, "0001_a", "CREATE TABLE a (n int); INSERT INTO a VALUES (1);" },
	{ 2, "0002_b", "CREATE TABLE c (n int); INSERT INTO c VALUES ('no number');" },
	{ 0, 0, 0 },
};

static void test_later_ones_are_added(void **state)
{
	(void)state;
	struct err e = ERR_INIT;
	int applied;
	const char *url = pgcluster_empty();
	struct db *db = open_db(url);
	assert_true(migrate_apply_table(db, first, &applied, &e));
	assert_true(migrate_apply_table(db, second, &applied, &e));
	assert_int_equal(applied, 1);
	assert_string_equal(pgcluster_sql(url, "SELECT count(m) + count(*) FROM a"), "1");
	db_close(db);
}

static void test_changed_text_is_refused(void **state)
{
	(void)state;
	struct err e = ERR_INIT;
	struct db *db = open_db(pgcluster_empty());
	assert_true(migrate_apply_table(db, first, NULL, &e));
	assert_false(migrate_apply_table(db, changed, NULL, &e));
	assert_int_equal(e.code, ERR_CONFLICT);
	assert_non_null(strstr(e.message, "0001_a"));
	db_close(db);
}

static void test_a_newer_database_is_refused(void **state)
{
	(void)state;
	struct err e = ERR_INIT;
	struct db *db = open_db(pgcluster_empty());
	assert_true(migrate_apply_table(db, second, NULL, &e));
	assert_false(migrate_apply_table(db, first, NULL, &e));
	assert_int_equal(e.code, ERR_CONFLICT);
	assert_non_null(strstr(e.message, "0002_b"));
	assert_non_null(strstr(e.message, "newer"));
	db_close(db);
}

static void test_a_failing_one_leaves_no_trace(void **state)
{
	(void)state;
	struct err e = ERR_INIT;
	const char *url = pgcluster_empty();
	struct db *db = open_db(url);
	assert_false(migrate_apply_table(db, broken, NULL, &e));
	assert_non_null(strstr(e.message, "0002_b"));
	assert_string_equal(pgcluster_sql(url, "SELECT count(*) FROM schema_migration"), "1");
	assert_string_equal(pgcluster_sql(url, "SELECT to_regclass('c') IS NULL"), "t");
	err_clear(&e);
	assert_true(migrate_apply_table(db, second, NULL, &e)); /* the lock was given back */
	db_close(db);
}

static void test_several_processes_at_once(void **state)
{
	(void)state;
	enum { PROCESSES = 4 };
	const char *url = pgcluster_empty();
	pid_t pids[PROCESSES];
	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			struct err e = ERR_INIT;
			struct db *db = db_open(url, &e);
			bool ok = db && migrate_apply(db, NULL, &e);
			db_close(db);
			_exit(ok ? 0 : 1);
		}
	}
	for (int i = 0; i < PROCESSES; i++) {
		int status;
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	struct err e = ERR_INIT;
	struct db *db = open_db(url);
	assert_true(migrate_check(db, &e));
	db_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_empty_database_gets_all_once),
		cmocka_unit_test(test_later_ones_are_added),
		cmocka_unit_test(test_changed_text_is_refused),
		cmocka_unit_test(test_a_newer_database_is_refused),
		cmocka_unit_test(test_a_failing_one_leaves_no_trace),
		cmocka_unit_test(test_several_processes_at_once),
	};
	pgcluster_start();
	return cmocka_run_group_tests_name("migrate", tests, NULL, NULL);
}
