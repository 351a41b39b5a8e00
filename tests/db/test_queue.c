/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The job queue and its workers, with job kinds of our own and real processes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "server/base/clock.h"
#include "server/jobs/worker.h"
#include "tests/lib/pgcluster.h"

#if defined(__SANITIZE_ADDRESS__)
#define UNDER_ASAN 1
#else
#define UNDER_ASAN 0
#endif

/* ---------------------------------------------------------------- kinds */

struct request {
	int64_t ms;
};
struct result {
	int64_t pid, attempt;
	bool stopped;
};

static const struct field request_rows[] = { F_INT(struct request, ms, 0, 0, 60000, "how long") };
static const struct fields request_fields = FIELDS("TestRequest", struct request, request_rows);
static const struct field result_rows[] = {
	F_INT(struct result, pid, 0, 0, 0, "who"),
	F_INT(struct result, attempt, 0, 0, 0, "which"),
	F_BOOL(struct result, stopped, 0, "told to stop"),
};
static const struct fields result_fields = FIELDS("TestResult", struct result, result_rows);

/* Saves the result and, in the same transaction, a trace: a job of kind "trace". */
static bool save(struct job_context *jc, bool stopped, struct err *e)
{
	struct result r = { getpid(), jc->attempt, stopped };
	int64_t trace;
	if (db_begin(jc->db, e) &&
	    job_submit_json(jc->db, "trace", "{}", FIELD_NULL, NULL, &trace, e) &&
	    job_save(jc, &r, e) && db_commit(jc->db, e))
		return true;
	db_rollback(jc->db);
	return false;
}

static bool run_sleep(struct job_context *jc, const void *request, struct err *e)
{
	const struct request *rq = request;
	double end_s = clock_monotonic_s() + (double)rq->ms / 1000, left_s;
	bool stopped = false;
	while (!stopped && (left_s = end_s - clock_monotonic_s()) > 0) {
		struct job_status s = { 1 - left_s * 1000 / (double)rq->ms, "sleeping", 100 + left_s, 90,
					(10 + left_s) / (100 + left_s) };
		stopped = job_progress(jc, &s);
		usleep(5000);
	}
	return save(jc, stopped, e);
}

static bool run_spin(struct job_context *jc, const void *request, struct err *e)
{
	(void)request;
	while (!job_progress(jc, NULL))
		;
	return save(jc, true, e);
}

static bool run_refuse(struct job_context *jc, const void *request, struct err *e)
{
	(void)jc;
	(void)request;
	return err_at(e, ERR_INVALID, "/ms", "nobody can do that");
}

static bool run_unavailable(struct job_context *jc, const void *request, struct err *e)
{
	(void)jc;
	(void)request;
	return err_set(e, ERR_UNAVAILABLE, "come back later");
}

static bool run_forget(struct job_context *jc, const void *request, struct err *e)
{
	(void)jc;
	(void)request;
	(void)e;
	return true;
}

static bool run_crash(struct job_context *jc, const void *request, struct err *e)
{
	(void)request;
	(void)e;
	signal(SIGSEGV, SIG_DFL); /* cmocka and sanitizers catch it */
	raise(SIGSEGV);
	return save(jc, false, e);
}

static bool run_eat(struct job_context *jc, const void *request, struct err *e)
{
	(void)request;
	void *volatile lots = malloc((size_t)3 << 30);
	bool refused = !lots;
	free(lots);
	return save(jc, refused, e);
}

static const struct job_kind kinds[] = {
	{ "sleep", &request_fields, &result_fields, run_sleep, "" },
	{ "spin", &request_fields, &result_fields, run_spin, "" },
	{ "refuse", &request_fields, &result_fields, run_refuse, "" },
	{ "unavailable", &request_fields, &result_fields, run_unavailable, "" },
	{ "forget", &request_fields, &result_fields, run_forget, "" },
	{ "crash", &request_fields, &result_fields, run_crash, "" },
	{ "eat", &request_fields, &result_fields, run_eat, "" },
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* ---------------------------------------------------------------- arranging */

static const struct config config = { .lease_s = 1, .worker_cpu_s = 1, .worker_memory_mb = 2048 };

struct fixture {
	const char *url;
	struct db *db;
	struct arena *arena;
	struct worker_setup setup;
};

static int set_up(void **state)
{
	static struct fixture f;
	struct err e = ERR_INIT;
	f.url = pgcluster_fresh();
	f.db = db_open(f.url, &e);
	f.arena = arena_new(0);
	f.setup = (struct worker_setup){ &config, f.url, kinds, KINDS };
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

static int64_t submit(struct fixture *f, const char *kind, int ms)
{
	struct err e = ERR_INIT;
	char request[40];
	int64_t id = 0;
	snprintf(request, sizeof(request), "{\"ms\": %d}", ms);
	if (!job_submit_json(f->db, kind, request, FIELD_NULL, NULL, &id, &e))
		fail_msg("%s", e.message);
	return id;
}

static struct job look(struct fixture *f, int64_t id)
{
	struct err e = ERR_INIT;
	struct job job;
	if (!job_get(f->db, id, f->arena, &job, &e))
		fail_msg("%s", e.message);
	return job;
}

static struct result result_of(struct fixture *f, const struct job *job)
{
	struct err e = ERR_INIT;
	struct result r;
	assert_non_null(job->result);
	if (!field_from_text_json(&result_fields, job->result, strlen(job->result), 1 << 20, f->arena, &r,
				  &e))
		fail_msg("%s", e.message);
	return r;
}

static pid_t start_worker(struct fixture *f, bool until_idle)
{
	pid_t pid = fork();
	if (pid == 0) {
		struct err e = ERR_INIT;
		bool ok = worker_run(&f->setup, until_idle, &e);
		if (!ok)
			fprintf(stderr, "# worker: %s\n", e.message);
		_exit(ok ? 0 : 1);
	}
	return pid;
}

static int end(pid_t pid, int sig)
{
	int status;
	if (sig)
		kill(pid, sig);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static struct job wait_state(struct fixture *f, int64_t id, enum job_state state, double seconds)
{
	double until = clock_monotonic_s() + seconds;
	struct job job;
	while ((job = look(f, id)).state != (int64_t)state) {
		if (clock_monotonic_s() > until)
			fail_msg("job %lld is %s, not %s", (long long)id, job_state_names[job.state],
				 job_state_names[state]);
		usleep(20000);
	}
	return job;
}

/* ---------------------------------------------------------------- the rows */

static void test_the_same_key_is_the_same_job(void **state)
{
	struct fixture *f = *state;
	struct err e = ERR_INIT;
	int64_t a, b, c;
	pgcluster_sql(f->url, "INSERT INTO app_user (login, role) VALUES ('p', 'planner'), ('q', 'planner')");
	assert_true(job_submit_json(f->db, "sleep", "{\"ms\": 1, \"x\": 2}", 1, "key", &a, &e));
	assert_true(job_submit_json(f->db, "sleep", "{\"x\":2,\"ms\":1}", 1, "key", &b, &e));
	assert_int_equal(a, b);
	assert_true(job_submit_json(f->db, "sleep", "{\"ms\": 9}", 2, "key", &c, &e));
	assert_int_not_equal(a, c);
	assert_false(job_submit_json(f->db, "sleep", "{\"ms\": 9}", 1, "key", &c, &e));
	assert_int_equal(e.code, ERR_CONFLICT);
	err_clear(&e);
	assert_false(job_submit_json(f->db, "spin", "{\"ms\": 1, \"x\": 2}", 1, "key", &c, &e));
	assert_int_equal(e.code, ERR_CONFLICT);
}

static void test_a_lease_runs_out(void **state)
{
	struct fixture *f = *state;
	struct err e = ERR_INIT;
	struct job job;
	bool got, ours, cancel;
	struct job_status s = { 0.5, "x", NAN, NAN, NAN };
	int64_t id = submit(f, "sleep", 1);
	assert_true(job_claim(f->db, "a", "{sleep}", 1, f->arena, &job, &got, &e) && got);
	assert_int_equal(job.id, id);
	assert_true(job_claim(f->db, "b", "{sleep}", 1, f->arena, &job, &got, &e));
	assert_false(got); /* while the lease holds */
	usleep(1100000);
	assert_true(job_claim(f->db, "b", "{sleep}", 30, f->arena, &job, &got, &e) && got);
	assert_int_equal(job.attempts, 2);
	assert_true(job_renew(f->db, id, "a", 30, &s, &ours, &cancel, &e));
	assert_false(ours);
	assert_false(job_end(f->db, id, "a", "{}", &e));
	assert_int_equal(e.code, ERR_CONFLICT);
	err_clear(&e);
	assert_false(job_release(f->db, id, "a", true, &e));
	err_clear(&e);
	assert_true(job_end(f->db, id, "b", "{\"fine\": true}", &e));
	assert_int_equal(look(f, id).state, JOB_DONE);
}

static void test_cancel(void **state)
{
	struct fixture *f = *state;
	struct err e = ERR_INIT;
	int64_t id = submit(f, "sleep", 1);
	assert_true(job_cancel(f->db, id, &e));
	assert_int_equal(look(f, id).state, JOB_CANCELLED);
	assert_false(job_cancel(f->db, id, &e));
	assert_int_equal(e.code, ERR_CONFLICT);
	err_clear(&e);
	assert_false(job_cancel(f->db, 999, &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
}

/* A worker that stops before it has heard of a cancel gives the job back: it must not wait for ever. */
static void test_given_back_after_cancel(void **state)
{
	struct fixture *f = *state;
	struct err e = ERR_INIT;
	struct job job;
	bool got;
	int64_t id = submit(f, "sleep", 1);
	assert_true(job_claim(f->db, "a", "{sleep}", 30, f->arena, &job, &got, &e) && got);
	assert_true(job_cancel(f->db, id, &e));
	assert_true(job_release(f->db, id, "a", false, &e));
	assert_int_equal(look(f, id).state, JOB_CANCELLED);
	assert_true(look(f, id).finished_at != FIELD_NULL);
}

static void test_unknown_kinds_wait(void **state)
{
	struct fixture *f = *state;
	int64_t id = submit(f, "of a newer version", 1);
	assert_int_equal(end(start_worker(f, true), 0), 0);
	assert_int_equal(look(f, id).state, JOB_QUEUED);
}

/* ---------------------------------------------------------------- workers */

static void test_each_job_once(void **state)
{
	enum { WORKERS = 4, JOBS = 40 };
	struct fixture *f = *state;
	pid_t pids[WORKERS];
	for (int i = 0; i < JOBS; i++)
		submit(f, "sleep", 10);
	for (int i = 0; i < WORKERS; i++)
		pids[i] = start_worker(f, true);
	for (int i = 0; i < WORKERS; i++)
		assert_int_equal(end(pids[i], 0), 0);
	assert_string_equal(pgcluster_sql(f->url, "SELECT count(*) FROM job WHERE kind = 'sleep'"
						  " AND state = 'done' AND attempts = 1 AND progress = 1"),
			    "40");
	assert_string_equal(pgcluster_sql(f->url, "SELECT count(*) FROM job WHERE kind = 'trace'"), "40");
	assert_string_equal(pgcluster_sql(f->url, "SELECT count(DISTINCT result->'pid') > 1 FROM job"
						  " WHERE kind = 'sleep'"),
			    "t");
}

static void test_a_waiting_worker_is_woken(void **state)
{
	struct fixture *f = *state;
	pid_t pid = start_worker(f, false);
	usleep(700000); /* it has looked and waits */
	double start_s = clock_monotonic_s();
	int64_t id = submit(f, "sleep", 0);
	wait_state(f, id, JOB_DONE, 3);
	assert_true(clock_monotonic_s() - start_s < 3); /* it looks by itself only every 5 s */
	assert_int_equal(end(pid, SIGTERM), 0);
}

/* What is finished and old goes with its events; what is young, waiting or running stays. */
static void test_old_jobs_are_forgotten(void **state)
{
	struct fixture *f = *state;
	static const struct config keep = { .lease_s = 1, .worker_cpu_s = 1, .worker_memory_mb = 2048,
					    .keep_jobs_days = 30 };
	for (int i = 0; i < 3; i++)
		(void)submit(f, "sleep", 0);
	assert_int_equal(end(start_worker(f, true), 0), 0);
	int64_t strange = submit(f, "nobody's", 0); /* waits for ever */
	pgcluster_sql(f->url, "UPDATE job SET created_at = created_at - interval '40 days',"
			      " finished_at = finished_at - interval '31 days' WHERE id <> 2");
	pgcluster_sql(f->url, "UPDATE job SET finished_at = finished_at - interval '29 days' WHERE id = 2");
	assert_int_equal(end(start_worker(f, true), 0), 0);
	assert_int_equal(look(f, 1).state, JOB_DONE); /* without a limit nothing is forgotten */
	assert_string_not_equal(pgcluster_sql(f->url, "SELECT count(*) FROM job_event WHERE job_id = 1"), "0");
	f->setup.config = &keep;
	assert_int_equal(end(start_worker(f, true), 0), 0);
	assert_string_equal(pgcluster_sql(f->url, "SELECT string_agg(id::text, ' ' ORDER BY id) FROM job"
						  " WHERE kind <> 'trace'"),
			    "2 7"); /* 4 to 6 are traces */
	assert_int_equal(look(f, strange).state, JOB_QUEUED);
	assert_string_equal(pgcluster_sql(f->url, "SELECT count(*) FROM job_event WHERE job_id = 1"), "0");
	assert_string_not_equal(pgcluster_sql(f->url, "SELECT count(*) FROM job_event WHERE job_id = 2"), "0");
}

static void test_a_killed_workers_job_is_taken_up(void **state)
{
	struct fixture *f = *state;
	int64_t id = submit(f, "sleep", 1500);
	pid_t first = start_worker(f, false);
	wait_state(f, id, JOB_RUNNING, 10);
	usleep(300000);
	pid_t second = start_worker(f, false);
	assert_int_equal(end(first, SIGKILL), -SIGKILL);
	struct job job = wait_state(f, id, JOB_DONE, 20);
	struct result r = result_of(f, &job);
	assert_int_equal(r.pid, second);
	assert_int_equal(r.attempt, 2);
	assert_string_equal(pgcluster_sql(f->url, "SELECT count(*) FROM job WHERE kind = 'trace'"), "1");
	assert_int_equal(end(second, SIGTERM), 0);
}

static void test_a_long_job_keeps_its_lease(void **state)
{
	struct fixture *f = *state;
	int64_t id = submit(f, "sleep", 3000); /* three leases long */
	pid_t a = start_worker(f, false), b = start_worker(f, false);
	struct job job = wait_state(f, id, JOB_DONE, 20);
	assert_int_equal(job.attempts, 1);
	assert_int_equal(end(a, SIGTERM), 0);
	assert_int_equal(end(b, SIGTERM), 0);
}

static void test_a_stopped_worker_gives_its_job_back(void **state)
{
	struct fixture *f = *state;
	int64_t id = submit(f, "sleep", 2000);
	pid_t first = start_worker(f, false);
	wait_state(f, id, JOB_RUNNING, 10);
	usleep(200000);
	assert_int_equal(end(first, SIGTERM), 0);
	struct job job = look(f, id);
	assert_int_equal(job.state, JOB_QUEUED);
	assert_int_equal(job.attempts, 0);
	assert_int_equal(end(start_worker(f, true), 0), 0);
	job = look(f, id);
	assert_int_equal(job.state, JOB_DONE);
	assert_false(result_of(f, &job).stopped);
}

static void test_cancel_keeps_the_best_found(void **state)
{
	struct fixture *f = *state;
	struct err e = ERR_INIT;
	int64_t id = submit(f, "sleep", 30000);
	pid_t pid = start_worker(f, false);
	wait_state(f, id, JOB_RUNNING, 10);
	usleep(600000);
	assert_true(job_cancel(f->db, id, &e));
	struct job job = wait_state(f, id, JOB_CANCELLED, 5);
	assert_true(result_of(f, &job).stopped);
	assert_true(job.progress > 0 && job.progress < 0.5);
	assert_int_equal(end(pid, SIGTERM), 0);
}

static void test_a_stolen_job_saves_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t id = submit(f, "sleep", 1200);
	pid_t pid = start_worker(f, false);
	wait_state(f, id, JOB_RUNNING, 10);
	pgcluster_sql(f->url, "UPDATE job SET lease_owner = 'somebody else',"
			      " lease_until = now() + interval '1 hour'");
	usleep(2500000);
	assert_int_equal(look(f, id).state, JOB_RUNNING);
	assert_string_equal(pgcluster_sql(f->url, "SELECT count(*) FROM job WHERE kind = 'trace'"), "0");
	assert_int_equal(end(pid, SIGTERM), 0);
}

static void test_failures(void **state)
{
	struct fixture *f = *state;
	int64_t refused = submit(f, "refuse", 1), later = submit(f, "unavailable", 1);
	int64_t forgotten = submit(f, "forget", 1), bad = submit(f, "sleep", -5);
	assert_int_equal(end(start_worker(f, true), 0), 0);
	struct job job = look(f, refused);
	assert_int_equal(job.state, JOB_FAILED);
	assert_int_equal(job.attempts, 1);
	assert_non_null(strstr(job.problem, "nobody can do that"));
	assert_non_null(strstr(job.problem, "\"/ms\""));
	job = look(f, later);
	assert_int_equal(job.state, JOB_FAILED);
	assert_int_equal(job.attempts, 3);
	assert_non_null(strstr(job.problem, "come back later"));
	job = look(f, forgotten);
	assert_int_equal(job.state, JOB_FAILED);
	assert_non_null(strstr(job.problem, "without saving"));
	job = look(f, bad);
	assert_int_equal(job.state, JOB_FAILED);
	assert_non_null(strstr(job.problem, "\"/ms\""));
}

static void test_events_tell_the_whole_story(void **state)
{
	struct fixture *f = *state;
	struct err e = ERR_INIT;
	struct job_event *events, *rest;
	size_t count, rest_count;
	int64_t id = submit(f, "sleep", 1600);
	assert_int_equal(end(start_worker(f, true), 0), 0);
	assert_true(job_events_after(f->db, id, 0, f->arena, &events, &count, &e));
	assert_in_range(count, 4, 9); /* queued, running, progress at most three times a second, done */
	assert_non_null(strstr(events[0].data, "\"queued\""));
	assert_non_null(strstr(events[1].data, "\"running\""));
	assert_non_null(strstr(events[2].data, "\"sleeping\""));
	assert_non_null(strstr(events[count - 1].data, "\"done\""));
	for (size_t i = 1; i < count; i++)
		assert_true(events[i].id > events[i - 1].id);
	assert_true(job_events_after(f->db, id, events[1].id, f->arena, &rest, &rest_count, &e));
	assert_int_equal(rest_count, count - 2);
}

static void test_the_cpu_limit_stops_with_the_best(void **state)
{
	struct fixture *f = *state;
	int64_t id = submit(f, "spin", 1);
	double start_s = clock_monotonic_s();
	assert_int_equal(end(start_worker(f, true), 0), 0);
	struct job job = look(f, id);
	assert_int_equal(job.state, JOB_DONE);
	assert_true(result_of(f, &job).stopped);
	assert_true(clock_monotonic_s() - start_s >= 0.9);
}

/* ---------------------------------------------------------------- the parent */

static pid_t start_parent(struct fixture *f, int count)
{
	pid_t pid = fork();
	if (pid == 0)
		_exit(worker_parent(&f->setup, count));
	return pid;
}

static void test_a_job_that_kills_its_workers_is_given_up(void **state)
{
	struct fixture *f = *state;
	int64_t id = submit(f, "crash", 1), after = submit(f, "sleep", 1);
	pid_t parent = start_parent(f, 2);
	struct job job = wait_state(f, id, JOB_FAILED, 60);
	assert_int_equal(job.attempts, 3);
	assert_non_null(strstr(job.problem, "worker died"));
	wait_state(f, after, JOB_DONE, 10); /* the others go on */
	assert_int_equal(end(parent, SIGTERM), 0);
}

static void test_memory_is_limited(void **state)
{
	struct fixture *f = *state;
	if (UNDER_ASAN) {
		print_message("# no address space limit under the sanitizer\n");
		skip();
	}
	int64_t id = submit(f, "eat", 1);
	pid_t parent = start_parent(f, 1);
	struct job job = wait_state(f, id, JOB_DONE, 20);
	assert_true(result_of(f, &job).stopped); /* malloc gave nothing */
	assert_int_equal(end(parent, SIGINT), 0);
}

static void test_workers_end_with_their_parent(void **state)
{
	struct fixture *f = *state;
	int64_t id = submit(f, "sleep", 20000);
	pid_t parent = start_parent(f, 1);
	wait_state(f, id, JOB_RUNNING, 10);
	assert_int_equal(end(parent, SIGKILL), -SIGKILL);
	struct job job = wait_state(f, id, JOB_QUEUED, 5); /* its worker heard of it and gave it back */
	assert_int_equal(job.attempts, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_same_key_is_the_same_job),
		TEST(test_a_lease_runs_out),
		TEST(test_cancel),
		TEST(test_given_back_after_cancel),
		TEST(test_unknown_kinds_wait),
		TEST(test_each_job_once),
		TEST(test_a_waiting_worker_is_woken),
		TEST(test_old_jobs_are_forgotten),
		TEST(test_a_killed_workers_job_is_taken_up),
		TEST(test_a_long_job_keeps_its_lease),
		TEST(test_a_stopped_worker_gives_its_job_back),
		TEST(test_cancel_keeps_the_best_found),
		TEST(test_a_stolen_job_saves_nothing),
		TEST(test_failures),
		TEST(test_events_tell_the_whole_story),
		TEST(test_the_cpu_limit_stops_with_the_best),
		TEST(test_a_job_that_kills_its_workers_is_given_up),
		TEST(test_memory_is_limited),
		TEST(test_workers_end_with_their_parent),
	};
	pgcluster_start();
	return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
