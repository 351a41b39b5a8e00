/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Worker processes and the jobs they run.
 *
 * A job kind is one row of job_kinds[] (kinds.c) and one file (job_<kind>.c). Its run function gets a
 * job_context, the parsed request, and does its work on the context's connection and arena. It must
 * end by calling job_save inside the transaction that writes what it made, so that a job is done
 * exactly when its output is there, and a worker that lost its lease saves nothing:
 *
 *     static bool run(struct job_context *jc, const void *request, struct err *e)
 *     {
 *             ... solve; now and then: if (job_progress(jc, &status)) stop with the best found ...
 *             if (!db_begin(jc->db, e) || !write_roster(...) || !job_save(jc, &result, e) ||
 *                 !db_commit(jc->db, e)) { db_rollback(jc->db); return false; }
 *             return true;
 *     }
 *
 * run returning false fails the job with that error (ERR_UNAVAILABLE: tried again while attempts
 * remain). When stopped by a cancel with nothing worth keeping, return false with any error.
 */
#ifndef JOBS_WORKER_H
#define JOBS_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "server/base/arena.h"
#include "server/base/config.h"
#include "server/base/err.h"
#include "server/base/field.h"
#include "server/jobs/queue.h"
#include "server/store/db.h"

struct job_beat; /* the heartbeat: private */

struct job_context {
	struct db *db;         /* yours; no other thread touches it */
	struct arena *arena;   /* lives as long as the job */
	const struct config *config;
	int64_t job_id;
	int64_t user_id;       /* who asked; FIELD_NULL: nobody */
	int64_t attempt;       /* 1 for the first */
	struct job_beat *beat;
};

struct job_kind {
	const char *name;              /* "schedule" */
	const struct fields *request;
	const struct fields *result;
	bool (*run)(struct job_context *jc, const void *request, struct err *e);
	const char *summary;
};

extern const struct job_kind job_kinds[];
extern const size_t job_kinds_count;
const struct job_kind *job_kind_find(const char *name); /* NULL: none */

/* Notes how far the job is; true: stop now and keep the best found (cancelled, CPU limit reached,
 * lease lost, or the worker is stopping). Cheap, never touches jc->db, safe from any thread and as
 * often as one likes: a second thread with a connection of its own writes it at most twice a second.
 * phase is a short lower-case key ("pricing"), copied. status NULL only asks. */
bool job_progress(struct job_context *jc, const struct job_status *status);

/* Writes the result (described by the kind's result fields) and ends the job, inside the caller's
 * transaction on jc->db. ERR_CONFLICT when the lease is lost, ERR_UNAVAILABLE when the worker is
 * being stopped: roll back and return false. */
bool job_save(struct job_context *jc, const void *result, struct err *e);

/* ---- processes ---- */

struct worker_setup {
	const struct config *config;
	const char *url;              /* of the database */
	const struct job_kind *kinds; /* job_kinds outside tests */
	size_t kind_count;
};

/* Claims and runs jobs one after another until SIGTERM or SIGINT or,
 * with until_idle, until nothing waits. One process, two threads. */
bool worker_run(const struct worker_setup *setup, bool until_idle, struct err *e);

/* The parent: keeps `count` worker processes alive, restarting those that die, until SIGTERM or
 * SIGINT; then ends them and returns the exit code. Call from the main thread of a process without
 * other threads. */
int worker_parent(const struct worker_setup *setup, int count);

#endif
