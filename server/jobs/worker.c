/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One worker process: claim, run, end, again. */
#include "server/jobs/worker.h"
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/strbuf.h"
#include "server/jobs/beat.h"

enum {
	REQUEST_MAX = 64 << 20,
	RESULT_MAX = 64 << 20,
	CPU_GRACE_S = 60, /* after the CPU limit, to finish with the best found */
	LOOK_AROUND_S = 5, /* between looks for leases that ran out */
	CLEAN_EVERY_S = 3600,
};

static volatile sig_atomic_t stop_asked;
static volatile sig_atomic_t cpu_over_s; /* seconds of CPU past the job's limit */

static void on_stop(int sig)
{
	(void)sig;
	stop_asked = 1;
}

/* The kernel sends one for every second past the soft limit. */
static void on_cpu(int sig)
{
	(void)sig;
	if (++cpu_over_s > CPU_GRACE_S)
		abort(); /* deaf: the lease runs out and the attempt counts */
}

static void catch_signals(void)
{
	struct sigaction stop = { .sa_handler = on_stop }, cpu = { .sa_handler = on_cpu };
	stop.sa_flags = 0; /* a wait for work must end */
	cpu.sa_flags = SA_RESTART;
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGXCPU, &cpu, NULL);
}

/* ---------------------------------------------------------------- what a job sees */

struct running {
	struct job_context context; /* first: a job_context is a running */
	const struct job_kind *kind;
	const char *owner;
	bool saved;
};

bool job_progress(struct job_context *jc, const struct job_status *status)
{
	if (status)
		beat_report(jc->beat, status);
	return stop_asked || cpu_over_s || beat_cancelled(jc->beat) || beat_lost(jc->beat);
}

bool job_save(struct job_context *jc, const void *result, struct err *e)
{
	struct running *r = (struct running *)jc;
	struct strbuf json;
	if (stop_asked)
		return err_set(e, ERR_UNAVAILABLE, "the worker is stopping; another takes the job up");
	strbuf_init(&json, RESULT_MAX);
	field_to_json(r->kind->result, result, &json);
	bool ok = !json.overflow || err_set(e, ERR_TOO_LARGE, "the result of this job is too large");
	ok = ok && job_end(jc->db, jc->job_id, r->owner, json.data, e);
	strbuf_free(&json);
	r->saved = r->saved || ok;
	return ok;
}

/* ---------------------------------------------------------------- one job */

static void limit_cpu(int64_t seconds)
{
	struct rusage used;
	struct rlimit limit;
	cpu_over_s = 0;
	if (getrusage(RUSAGE_SELF, &used) != 0 || getrlimit(RLIMIT_CPU, &limit) != 0)
		return;
	limit.rlim_cur = (rlim_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec + 1 + seconds);
	if (limit.rlim_max != RLIM_INFINITY && limit.rlim_cur > limit.rlim_max)
		limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_CPU, &limit) != 0)
		log_warn("cannot limit CPU time: %s", strerror(errno));
}

static bool run_kind(struct running *r, const struct job *job, struct err *e)
{
	struct arena *a = r->context.arena;
	void *request = arena_alloc(a, r->kind->request->size);
	if (!field_from_text_json(r->kind->request, job->request, strlen(job->request), REQUEST_MAX, a,
				  request, e))
		return false;
	if (!r->kind->run(&r->context, request, e))
		return false;
	return r->saved ||
	       err_set(e, ERR_INTERNAL, "job kind %s ended without saving a result", r->kind->name);
}

/* Writes the end of a job that did not save a result. */
static void end_unsaved(struct running *r, const struct job *job, const struct err *why)
{
	struct db *db = r->context.db;
	struct err e = ERR_INIT;
	bool ok;
	if (beat_lost(r->context.beat)) {
		log_warn("job lost its lease job=%lld", (long long)job->id);
		return;
	}
	if (stop_asked)
		ok = job_release(db, job->id, r->owner, false, &e);
	else if (why->code == ERR_UNAVAILABLE && job->attempts < job->max_attempts &&
		 !beat_cancelled(r->context.beat))
		ok = job_release(db, job->id, r->owner, true, &e);
	else
		ok = job_end_failed(db, job->id, r->owner, why, &e);
	if (!ok)
		log_warn("cannot end job=%lld reason=\"%s\"", (long long)job->id, e.message);
}

static const struct job_kind *kind_of(const struct worker_setup *setup, const char *name)
{
	for (size_t i = 0; i < setup->kind_count; i++)
		if (strcmp(setup->kinds[i].name, name) == 0)
			return &setup->kinds[i];
	return NULL;
}

static void run_job(const struct worker_setup *setup, struct db *db, const char *owner,
		    const struct job *job, struct arena *a)
{
	struct err e = ERR_INIT;
	double start_s = clock_monotonic_s();
	struct running r = {
		.context = { .db = db, .arena = a, .config = setup->config, .job_id = job->id,
			     .user_id = job->created_by, .attempt = job->attempts },
		.kind = kind_of(setup, job->kind), /* there is one: we claim only our kinds */
		.owner = owner,
	};
	log_info("job started job=%lld kind=%s attempt=%lld", (long long)job->id, job->kind,
		 (long long)job->attempts);
	r.context.beat = beat_start(setup->url, job->id, owner, setup->config->lease_s, &e);
	if (!r.context.beat) {
		log_error("no heartbeat job=%lld reason=\"%s\"", (long long)job->id, e.message);
		return; /* the lease runs out and another tries */
	}
	limit_cpu(setup->config->worker_cpu_s);
	bool done = run_kind(&r, job, &e);
	db_rollback(db);
	if (!done)
		end_unsaved(&r, job, &e);
	beat_end(r.context.beat);
	double took_s = clock_monotonic_s() - start_s;
	if (done)
		log_info("job ended job=%lld kind=%s seconds=%.2f", (long long)job->id, job->kind, took_s);
	else
		log_warn("job ended without result job=%lld kind=%s seconds=%.2f reason=\"%s\"",
			 (long long)job->id, job->kind, took_s, e.message);
}

/* ---------------------------------------------------------------- the loop */

static void name_owner(char *owner, size_t size)
{
	char host[128] = "";
	gethostname(host, sizeof(host) - 1);
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(owner, size, "%s/%d/%lld%09ld", host, (int)getpid(), (long long)now.tv_sec, now.tv_nsec);
}

/* {forecast,schedule}: names of kinds need no quoting. */
static const char *kinds_literal(const struct worker_setup *setup, struct arena *a)
{
	char *list = arena_strdup(a, "{");
	for (size_t i = 0; i < setup->kind_count; i++)
		list = arena_printf(a, "%s%s%s", list, i ? "," : "", setup->kinds[i].name);
	return arena_printf(a, "%s}", list);
}

static void wait_a_second(void)
{
	struct timespec second = { 1, 0 };
	nanosleep(&second, NULL); /* a signal ends it */
}

static bool wait_work(struct db *db, struct err *e)
{
	bool got = false;
	for (int s = 0; s < LOOK_AROUND_S && !got && !stop_asked; s++)
		if (!db_wait_notify(db, 1000, &got, e))
			return false;
	return true;
}

/* Forgets old finished jobs, once in a while; *next_s is when. */
static bool clean(const struct worker_setup *setup, struct db *db, double *next_s, struct err *e)
{
	int64_t cleaned = 0;
	if (setup->config->keep_jobs_days == 0 || clock_monotonic_s() < *next_s)
		return true;
	if (!job_clean(db, setup->config->keep_jobs_days, &cleaned, e))
		return false;
	if (cleaned > 0)
		log_info("old jobs forgotten count=%lld", (long long)cleaned);
	else
		*next_s = clock_monotonic_s() + CLEAN_EVERY_S;
	return true;
}

/* Buries, claims and runs at most one job; *ran tells. */
static bool take_one(const struct worker_setup *setup, struct db *db, const char *owner,
		     const char *kinds, bool *ran, struct err *e)
{
	struct arena *a = arena_new(0);
	struct job job;
	int64_t buried = 0;
	bool ok = job_bury(db, &buried, e) &&
		  job_claim(db, owner, kinds, setup->config->lease_s, a, &job, ran, e);
	if (buried > 0)
		log_warn("jobs buried whose workers died count=%lld", (long long)buried);
	if (ok && *ran)
		run_job(setup, db, owner, &job, a);
	arena_free(a);
	return ok;
}

bool worker_run(const struct worker_setup *setup, bool until_idle, struct err *e)
{
	char owner[200];
	struct arena *a = arena_new(0);
	const char *kinds = kinds_literal(setup, a);
	struct db *db = NULL;
	bool told = false, ok = true;
	double clean_s = 0;
	name_owner(owner, sizeof(owner));
	catch_signals();
	while (!stop_asked) {
		struct err trouble = ERR_INIT;
		bool ran = false;
		if (!db && (db = db_open(setup->url, &trouble)) && !db_listen(db, SQL_JOB_LISTEN, &trouble)) {
			db_close(db);
			db = NULL;
		}
		if (db && clean(setup, db, &clean_s, &trouble) &&
		    take_one(setup, db, owner, kinds, &ran, &trouble)) {
			told = false;
			if (ran)
				continue;
			if (until_idle)
				break;
			if (wait_work(db, &trouble))
				continue;
		}
		if (trouble.code != ERR_UNAVAILABLE) { /* a bug, not the weather */
			if (e)
				*e = trouble;
			ok = false;
			break;
		}
		if (!told)
			log_warn("worker waits for the database reason=\"%s\"", trouble.message);
		told = true;
		db_close(db);
		db = NULL;
		wait_a_second();
	}
	db_close(db);
	arena_free(a);
	return ok;
}
