/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Long work as rows: a job is queued by HTTP, claimed by a worker under a lease, reports progress,
 * and ends done, failed or cancelled. Every change of a row becomes a job_event by a trigger, which
 * is what server-sent events read; NOTIFY on channel "job" wakes workers, on "job_event" listeners.
 *
 * A lease that runs out (its worker died) makes the job claimable again until max_attempts claims
 * have been made. Only the holder of the lease can report or end a job: those calls say so when it
 * is lost. All calls work on the caller's connection and join its transaction.
 */
#ifndef JOBS_QUEUE_H
#define JOBS_QUEUE_H

#include <stdbool.h>
#include <stdint.h>
#include "server/base/arena.h"
#include "server/base/err.h"
#include "server/base/field.h"
#include "server/store/db.h"

enum job_state { JOB_QUEUED, JOB_RUNNING, JOB_DONE, JOB_FAILED, JOB_CANCELLED };
extern const char *const job_state_names[];

struct job {
	int64_t id;
	const char *kind;
	int64_t state;           /* enum job_state */
	const char *request;     /* JSON */
	const char *result;      /* JSON; done, or cancelled with something kept */
	const char *problem;     /* application/problem+json of a failed job */
	double progress;         /* 0..1 */
	const char *phase;
	double objective, bound, gap; /* of the best found so far; NaN: none */
	int64_t attempts, max_attempts;
	bool cancel_requested;
	int64_t created_by;      /* app_user.id; FIELD_NULL: nobody */
	int64_t created_at, started_at, finished_at;
};
extern const struct fields job_fields; /* "Job" */

struct job_event {
	int64_t id;
	const char *data; /* JSON: state, progress, phase, objective, bound, gap, attempts */
};
extern const struct fields job_event_fields; /* "JobEvent" */

/* Queues a job of a kind in the table of worker.h; request is described by that kind's request
 * fields. With an idempotency key (may be NULL) the same user's same key gives the same job again;
 * with another request it is ERR_CONFLICT. user_id FIELD_NULL: nobody. */
bool job_submit(struct db *db, const char *kind, const void *request, int64_t user_id,
		const char *idempotency_key, int64_t *job_id, struct err *e);
/* The same with the request as JSON text, already checked. */
bool job_submit_json(struct db *db, const char *kind, const char *request, int64_t user_id,
		     const char *idempotency_key, int64_t *job_id, struct err *e);
bool job_get(struct db *db, int64_t job_id, struct arena *a, struct job *out, struct err *e);
/* A queued job ends at once; a running one is asked to stop and keeps the best it has found. A
 * finished job is ERR_CONFLICT. */
bool job_cancel(struct db *db, int64_t job_id, struct err *e);
/* Events with an id above after_id, oldest first, at most 500. */
bool job_events_after(struct db *db, int64_t job_id, int64_t after_id, struct arena *a,
		      struct job_event **events, size_t *count, struct err *e);

/* ---- for workers ---- */

/* Takes the oldest waiting job of these kinds (a PostgreSQL array literal); *got false: none. */
bool job_claim(struct db *db, const char *owner, const char *kinds, int64_t lease_s,
	       struct arena *a, struct job *out, bool *got, struct err *e);

struct job_status { /* what a running job says of itself */
	double progress;
	const char *phase;
	double objective, bound, gap; /* NaN: not known */
};

/* Renews the lease and stores the status. *ours false: the lease is lost, stop. */
bool job_renew(struct db *db, int64_t job_id, const char *owner, int64_t lease_s,
	       const struct job_status *status, bool *ours, bool *cancel, struct err *e);
/* Ends a job with a result (JSON text). State is cancelled when a cancel was requested, else done.
 * ERR_CONFLICT when the lease is lost: roll back. */
bool job_end(struct db *db, int64_t job_id, const char *owner, const char *result_json,
	     struct err *e);
/* Ends a job without result: cancelled when that was requested, failed with `why` otherwise. */
bool job_end_failed(struct db *db, int64_t job_id, const char *owner, const struct err *why,
		    struct err *e);
/* Gives the job back to the queue; counted false takes the attempt back too (a clean stop). */
bool job_release(struct db *db, int64_t job_id, const char *owner, bool counted, struct err *e);
/* Ends what nobody may claim any more: leases run out with no attempt left, or with a cancel. */
bool job_bury(struct db *db, int64_t *buried, struct err *e);
/* Deletes finished jobs older than that with their events, at most 1000; what they made stays. */
bool job_clean(struct db *db, int64_t days, int64_t *cleaned, struct err *e);

#endif
