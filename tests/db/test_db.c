/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "server/base/clock.h"
#include "server/jobs/queue.h"
#include "server/store/db.h"
#include "tests/lib/pgcluster.h"

struct fixture {
	const char *url;
	struct db *db;
	struct arena *arena;
};

static int set_up(void **state)
{
	static struct fixture f;
	struct err e = ERR_INIT;
	f.url = pgcluster_fresh();
	f.db = db_open(f.url, &e);
	f.arena = arena_new(0);
	*state = &f;
	return f.db ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	db_close(f->db);
	arena_free(f->arena);
	return 0;
}

static int64_t new_job(struct db *db, const char *kind)
{
	struct err e = ERR_INIT;
	int64_t id = 0;
	if (!job_submit_json(db, kind, "{\"a\": \"\\u00e9 'quoted' \\\\\"}", FIELD_NULL, NULL, &id, &e))
		fail_msg("%s", e.message);
	return id;
}

/* ---------------------------------------------------------------- values */

static void test_values_go_in_and_come_out(void **state)
{
	struct fixture *f = *state;
	struct err e = ERR_INIT;
	struct job job;
	int64_t id = new_job(f->db, "k\xc3\xa9");
	struct job_status status = { 0.1, "half 'way'", 1e300, -0.125, NAN };
	bool ours, cancel, got;
	assert_true(job_claim(f->db, "me", "{k\xc3\xa9}", 30, f->arena, &job, &got, &e));
	assert_true(got);
	assert_true(job_renew(f->db, id, "me", 30, &status, &ours, &cancel, &e));
	assert_true(ours);
	assert_false(cancel);
	assert_true(job_get(f->db, id, f->arena, &job, &e));
	assert_int_equal(job.id, id);
	assert_string_equal(job.kind, "k\xc3\xa9");
	assert_int_equal(job.state, JOB_RUNNING);
	assert_string_equal(job.request, "{\"a\":\"\xc3\xa9 'quoted' \\\\\"}");
	assert_true(job.progress == 0.1 && job.objective == 1e300 && job.bound == -0.125);
	assert_true(isnan(job.gap));
	assert_string_equal(job.phase, "half 'way'");
	assert_null(job.result);
	assert_int_equal(job.created_by, FIELD_NULL);
	assert_int_equal(job.finished_at, FIELD_NULL);
	assert_true(job.created_at <= clock_now() && job.created_at > clock_now() - 60);
}

static void test_no_row_is_not_found(void **state)
{
	struct fixture *f = *state;
	struct err e = ERR_INIT;
	struct job job;
	int64_t value;
	assert_false(job_get(f->db, 1, f->arena, &job, &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
	assert_false(db_int_value(f->db, SQL_JOB_RENEW,
				  DB_ARGS(db_int("job_id", 1), db_text("owner", "x"), db_int("lease_s", 1),
					  db_real("progress", 0), db_text("phase", ""),
					  db_real("objective", NAN), db_real("bound", NAN),
					  db_real("gap", NAN)),
				  NULL, &value, &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
}

static void test_arguments_from_a_struct(void **state)
{
	struct fixture *f = *state;
	struct err e = ERR_INIT;
	struct job job = { .kind = "copied", .request = "{}", .created_by = FIELD_NULL };
	struct db_from from = { &job_fields, &job };
	int64_t id;
	assert_true(db_int_value(f->db, SQL_JOB_INSERT, DB_ARGS(db_text("idempotency_key", NULL)), &from,
				 &id, &e));
	assert_true(job_get(f->db, id, f->arena, &job, &e));
	assert_string_equal(job.kind, "copied");
}

static void test_a_missing_argument_is_a_bug(void **state)
{
	struct fixture *f = *state;
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		struct err e = ERR_INIT;
		struct db *db = db_open(f->url, &e);
		close(STDERR_FILENO); /* its last words are wanted, but not here */
		signal(SIGABRT, SIG_DFL); /* the test framework catches it */
		db_run(db, SQL_JOB_CANCEL, DB_NONE, NULL, NULL, &e);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

/* ---------------------------------------------------------------- errors */

static bool copy_text(struct db *db, enum sql_id id, const char *text, int64_t *rows, struct err *e)
{
	size_t half = strlen(text) / 2;
	return db_copy_begin(db, id, e) && db_copy_put(db, text, half, e) &&
	       db_copy_put(db, text + half, strlen(text) - half, e) && db_copy_end(db, rows, e);
}

static void test_copy(void **state)
{
	struct fixture *f = *state;
	struct err e = ERR_INIT;
	int64_t rows;
	assert_true(copy_text(f->db, SQL_DEMO_COPY_REGION, "1\tA\tNorth\n2\tB\tSouth\n", &rows, &e));
	assert_int_equal(rows, 2);
	assert_false(copy_text(f->db, SQL_DEMO_COPY_REGION, "3\tA\tAgain\n", &rows, &e));
	assert_int_equal(e.code, ERR_CONFLICT);
	err_clear(&e);
	assert_false(copy_text(f->db, SQL_DEMO_COPY_REGION, "no number\tC\tNowhere\n", &rows, &e));
	assert_int_equal(e.code, ERR_INVALID);
	err_clear(&e);
	assert_true(db_begin(f->db, &e));
	assert_true(db_copy_begin(f->db, SQL_DEMO_COPY_REGION, &e));
	assert_true(db_copy_put(f->db, "4\tD\tLost\n5\tE", 12, &e));
	db_rollback(f->db); /* given up in the middle of a row */
	assert_string_equal(pgcluster_sql(f->url, "SELECT count(*) FROM region"), "2");
	assert_true(db_run(f->db, SQL_SERVER_PING, DB_NONE, NULL, NULL, &e));
}

static void test_broken_constraints_speak(void **state)
{
	struct fixture *f = *state;
	struct err e = ERR_INIT;
	pgcluster_sql(f->url,
		      "INSERT INTO region (code, name) VALUES ('R', 'R');"
		      "INSERT INTO site (code, name, region_id, kind, country, zone)"
		      " VALUES ('S', 'S', 1, 'branch', 'CL', 'America/Santiago')");
	/* a check with a sentence */
	assert_false(copy_text(f->db, SQL_DEMO_COPY_SITE_HOURS, "1\t1\t600\t540\n", NULL, &e));
	assert_int_equal(e.code, ERR_INVALID);
	assert_string_equal(e.message, "closing must come after opening");
	/* a foreign key without one: what is missing is named */
	err_clear(&e);
	assert_false(copy_text(f->db, SQL_DEMO_COPY_SITE_HOURS, "77\t1\t540\t600\n", NULL, &e));
	assert_int_equal(e.code, ERR_INVALID);
	assert_non_null(strstr(e.message, "77"));
	/* a missing value: where */
	err_clear(&e);
	assert_false(copy_text(f->db, SQL_DEMO_COPY_SITE_HOURS, "1\t\\N\t540\t600\n", NULL, &e));
	assert_int_equal(e.code, ERR_INVALID);
	assert_string_equal(e.items[0].pointer, "/weekday");
}

static void test_a_failed_transaction_cannot_commit(void **state)
{
	struct fixture *f = *state;
	struct err e = ERR_INIT;
	assert_true(db_begin(f->db, &e));
	new_job(f->db, "k");
	assert_false(copy_text(f->db, SQL_DEMO_COPY_REGION, "bad\n", NULL, &e));
	assert_false(db_commit(f->db, &e));
	assert_string_equal(pgcluster_sql(f->url, "SELECT count(*) FROM job"), "0");
	assert_false(db_commit(f->db, &e)); /* nothing open any more */
}

/* ---------------------------------------------------------------- transactions */

struct body {
	bool fail;
	int calls;
};

static bool insert_one(struct db *db, void *ctx, struct err *e)
{
	struct body *b = ctx;
	b->calls++;
	new_job(db, "k");
	return !b->fail || err_set(e, ERR_INVALID, "enough");
}

static bool insert_nested(struct db *db, void *ctx, struct err *e)
{
	return insert_one(db, ctx, e) && db_transact(db, insert_one, ctx, e);
}

static void test_transactions(void **state)
{
	struct fixture *f = *state;
	struct err e = ERR_INIT;
	struct body good = { false, 0 }, bad = { true, 0 };
	assert_true(db_transact(f->db, insert_nested, &good, &e));
	assert_string_equal(pgcluster_sql(f->url, "SELECT count(*) FROM job"), "2");
	assert_false(db_transact(f->db, insert_one, &bad, &e));
	assert_int_equal(e.code, ERR_INVALID);
	assert_int_equal(bad.calls, 1);
	assert_string_equal(pgcluster_sql(f->url, "SELECT count(*) FROM job"), "2");
}

struct crossing {
	const char *url;
	int64_t one, other;
	pthread_barrier_t *meet;
	int calls;
	bool ok;
};

static bool touch(struct db *db, int64_t job, struct err *e)
{
	int64_t cancelled;
	return db_int_value(db, SQL_JOB_RENEW,
			    DB_ARGS(db_int("job_id", job), db_text("owner", "me"), db_int("lease_s", 60),
				    db_real("progress", 0.5), db_text("phase", "x"),
				    db_real("objective", NAN), db_real("bound", NAN), db_real("gap", NAN)),
			    NULL, &cancelled, e);
}

static bool cross(struct db *db, void *ctx, struct err *e)
{
	struct crossing *c = ctx;
	if (!touch(db, c->one, e))
		return false;
	if (++c->calls == 1)
		pthread_barrier_wait(c->meet); /* both hold one row and want the other's */
	return touch(db, c->other, e);
}

static void *cross_thread(void *arg)
{
	struct crossing *c = arg;
	struct err e = ERR_INIT;
	struct db *db = db_open(c->url, &e);
	c->ok = db && db_transact(db, cross, c, &e);
	db_close(db);
	return NULL;
}

static void test_a_deadlock_is_tried_again(void **state)
{
	struct fixture *f = *state;
	int64_t a = new_job(f->db, "k"), b = new_job(f->db, "k");
	pthread_barrier_t meet;
	pthread_t threads[2];
	pgcluster_sql(f->url, "UPDATE job SET state = 'running', lease_owner = 'me', lease_until = now()");
	pthread_barrier_init(&meet, NULL, 2);
	struct crossing c[2] = { { f->url, a, b, &meet, 0, false }, { f->url, b, a, &meet, 0, false } };
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, cross_thread, &c[i]);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&meet);
	assert_true(c[0].ok && c[1].ok);
	/* One victim at least; on a busy machine the two may meet again. */
	assert_true(c[0].calls + c[1].calls >= 3);
}

/* ---------------------------------------------------------------- many rows */

struct counting {
	int64_t seen, stop_at, last;
};

static bool count_row(void *ctx, const void *obj, struct err *e)
{
	struct counting *c = ctx;
	const struct job *job = obj;
	assert_true(c->seen == 0 || job->id < c->last);
	c->last = job->id;
	return ++c->seen < c->stop_at || err_set(e, ERR_INVALID, "seen enough");
}

static void test_row_by_row(void **state)
{
	struct fixture *f = *state;
	struct err e = ERR_INIT;
	const struct db_arg *args = DB_ARGS(db_int("before_id", FIELD_NULL), db_text("state", NULL),
					    db_text("kind", "k"), db_int("limit", 100000));
	pgcluster_sql(f->url, "INSERT INTO job (kind, request)"
			      " SELECT 'k', jsonb_build_object('n', n) FROM generate_series(1, 3000) n");
	struct counting all = { 0, 1 << 30, 0 }, some = { 0, 10, 0 };
	assert_true(db_each(f->db, SQL_JOB_LIST, args, NULL, &job_fields, count_row, &all, &e));
	assert_int_equal(all.seen, 3000);
	assert_false(db_each(f->db, SQL_JOB_LIST, args, NULL, &job_fields, count_row, &some, &e));
	assert_int_equal(some.seen, 10);
	assert_string_equal(e.message, "seen enough");
	err_clear(&e);
	assert_true(db_run(f->db, SQL_SERVER_PING, DB_NONE, NULL, NULL, &e));
}

static void test_notifications(void **state)
{
	struct fixture *f = *state;
	struct err e = ERR_INIT;
	bool got;
	assert_true(db_listen(f->db, SQL_JOB_LISTEN, &e));
	double start_s = clock_monotonic_s();
	assert_true(db_wait_notify(f->db, 150, &got, &e));
	assert_false(got);
	assert_true(clock_monotonic_s() - start_s >= 0.149);
	pgcluster_sql(f->url, "INSERT INTO job (kind, request) VALUES ('k', '{}')");
	assert_true(db_wait_notify(f->db, 5000, &got, &e));
	assert_true(got);
}

/* ---------------------------------------------------------------- the pool */

static void test_a_lost_connection_is_replaced(void **state)
{
	struct fixture *f = *state;
	struct err e = ERR_INIT;
	struct db_pool *pool = db_pool_open(f->url, 2, &e);
	assert_non_null(pool);
	struct db *db = db_take(pool, &e);
	pgcluster_sql(f->url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
			      " WHERE pid <> pg_backend_pid() AND datname = current_database()");
	assert_false(db_run(db, SQL_SERVER_PING, DB_NONE, NULL, NULL, &e));
	assert_int_equal(e.code, ERR_UNAVAILABLE);
	db_give(pool, db);
	err_clear(&e);
	db = db_take(pool, &e);
	assert_non_null(db);
	assert_true(db_run(db, SQL_SERVER_PING, DB_NONE, NULL, NULL, &e));
	db_give(pool, db);
	/* and one that was lost while idle */
	pgcluster_sql(f->url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
			      " WHERE pid <> pg_backend_pid() AND datname = current_database()");
	usleep(50000);
	db = db_take(pool, &e);
	assert_non_null(db);
	assert_true(db_run(db, SQL_SERVER_PING, DB_NONE, NULL, NULL, &e));
	db_give(pool, db);
	db_pool_close(pool);
}

static void *give_later(void *arg)
{
	void **both = arg;
	usleep(200000);
	db_give(both[0], both[1]);
	return NULL;
}

static void test_takers_wait_for_givers(void **state)
{
	struct fixture *f = *state;
	struct err e = ERR_INIT;
	pthread_t thread;
	struct db_pool *pool = db_pool_open(f->url, 2, &e);
	struct db *one = db_take(pool, &e), *two = db_take(pool, &e);
	assert_true(one && two && one != two);
	double start_s = clock_monotonic_s();
	assert_null(db_take(pool, &e));
	assert_int_equal(e.code, ERR_UNAVAILABLE);
	assert_true(clock_monotonic_s() - start_s > 4.9);
	void *both[] = { pool, one };
	start_s = clock_monotonic_s();
	pthread_create(&thread, NULL, give_later, both);
	struct db *three = db_take(pool, &e);
	assert_ptr_equal(three, one);
	assert_true(clock_monotonic_s() - start_s < 3);
	pthread_join(thread, NULL);
	db_give(pool, three);
	db_give(pool, two);
	db_give(pool, NULL);
	db_pool_close(pool);
	db_pool_close(NULL);
}

static void test_giving_back_rolls_back(void **state)
{
	struct fixture *f = *state;
	struct err e = ERR_INIT;
	struct db_pool *pool = db_pool_open(f->url, 1, &e);
	struct db *db = db_take(pool, &e);
	assert_true(db_begin(db, &e));
	new_job(db, "k");
	db_give(pool, db);
	assert_string_equal(pgcluster_sql(f->url, "SELECT count(*) FROM job"), "0");
	db_pool_close(pool);
}

static void test_an_unreachable_server(void **state)
{
	(void)state;
	struct err e = ERR_INIT;
	assert_null(db_open("host=/nonexistent dbname=x user=y password=secret", &e));
	assert_int_equal(e.code, ERR_UNAVAILABLE);
	assert_null(strstr(e.message, "secret"));
	assert_null(db_pool_open("not a conninfo = = string", 3, &e));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_values_go_in_and_come_out),
		TEST(test_no_row_is_not_found),
		TEST(test_arguments_from_a_struct),
		TEST(test_a_missing_argument_is_a_bug),
		TEST(test_copy),
		TEST(test_broken_constraints_speak),
		TEST(test_a_failed_transaction_cannot_commit),
		TEST(test_transactions),
		TEST(test_a_deadlock_is_tried_again),
		TEST(test_row_by_row),
		TEST(test_notifications),
		TEST(test_a_lost_connection_is_replaced),
		TEST(test_takers_wait_for_givers),
		TEST(test_giving_back_rolls_back),
		TEST(test_an_unreachable_server),
	};
	pgcluster_start();
	return cmocka_run_group_tests_name("db", tests, NULL, NULL);
}
