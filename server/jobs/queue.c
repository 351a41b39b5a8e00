/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/jobs/queue.h"
#include <assert.h>
#include "server/base/strbuf.h"
#include "server/jobs/worker.h"

enum { JSON_MAX = 64 << 20 };

const char *const job_state_names[] = { "queued", "running", "done", "failed", "cancelled", NULL };

static const struct field job_rows[] = {
	F_INT(struct job, id, 0, 0, 0, "permanent id"),
	F_TEXT(struct job, kind, 0, 0, 0, "what it does"),
	F_ENUM(struct job, state, 0, job_state_names, "queued, running, done, failed or cancelled"),
	F_RAW(struct job, request, 0, "what was asked"),
	F_RAW(struct job, result, FIELD_OPTIONAL, "what came out; of a cancelled job the best found"),
	F_RAW(struct job, problem, FIELD_OPTIONAL, "why it failed, as problem+json"),
	F_REAL(struct job, progress, 0, 0, 1, "share of the work done"),
	F_TEXT(struct job, phase, 0, 0, 0, "what it is doing"),
	F_REAL(struct job, objective, FIELD_OPTIONAL, 0, 0, "cost of the best found so far"),
	F_REAL(struct job, bound, FIELD_OPTIONAL, 0, 0, "no answer can cost less"),
	F_REAL(struct job, gap, FIELD_OPTIONAL, 0, 0, "share by which the best may be above the bound"),
	F_INT(struct job, attempts, 0, 0, 0, "times a worker took it up"),
	F_INT(struct job, max_attempts, 0, 0, 0, "times a worker may take it up"),
	F_BOOL(struct job, cancel_requested, 0, "somebody asked it to stop"),
	F_INT(struct job, created_by, FIELD_OPTIONAL, 0, 0, "user who asked"),
	F_INSTANT(struct job, created_at, 0, "when it was asked"),
	F_INSTANT(struct job, started_at, FIELD_OPTIONAL, "when a worker first took it up"),
	F_INSTANT(struct job, finished_at, FIELD_OPTIONAL, "when it ended"),
};
const struct fields job_fields = FIELDS("Job", struct job, job_rows);

static const struct field job_event_rows[] = {
	F_INT(struct job_event, id, 0, 0, 0, "rises with every event"),
	F_RAW(struct job_event, data, 0,
	      "state, progress, phase, objective, bound, gap, attempts, cancel_requested"),
};
const struct fields job_event_fields = FIELDS("JobEvent", struct job_event, job_event_rows);

/* ---------------------------------------------------------------- for those who ask */

struct job_of_key {
	int64_t id;
	bool same;
};

static const struct field job_of_key_rows[] = {
	F_INT(struct job_of_key, id, 0, 0, 0, "job"),
	F_BOOL(struct job_of_key, same, 0, "kind and request are the same"),
};
static const struct fields job_of_key_fields =
	FIELDS("JobOfKey", struct job_of_key, job_of_key_rows);

bool job_submit_json(struct db *db, const char *kind, const char *request, int64_t user_id,
		     const char *idempotency_key, int64_t *job_id, struct err *e)
{
	const struct db_arg *args =
		DB_ARGS(db_text("kind", kind), db_text("request", request),
			db_int("created_by", user_id), db_text("idempotency_key", idempotency_key));
	if (db_int_value(db, SQL_JOB_INSERT, args, NULL, job_id, e))
		return true;
	if (!idempotency_key || (e && e->code != ERR_NOT_FOUND))
		return false;
	err_clear(e);
	struct arena *a = arena_new(0);
	struct job_of_key old;
	bool ok = db_one(db, SQL_JOB_OF_KEY, args, NULL, &job_of_key_fields, a, &old, e);
	arena_free(a);
	if (ok && !old.same)
		return err_set(e, ERR_CONFLICT,
			       "this Idempotency-Key was used for another request (job %lld)",
			       (long long)old.id);
	if (ok)
		*job_id = old.id;
	return ok;
}

bool job_submit(struct db *db, const char *kind, const void *request, int64_t user_id,
		const char *idempotency_key, int64_t *job_id, struct err *e)
{
	const struct job_kind *k = job_kind_find(kind);
	struct strbuf json;
	assert(k);
	strbuf_init(&json, JSON_MAX);
	field_to_json(k->request, request, &json);
	bool ok = !json.overflow || err_set(e, ERR_TOO_LARGE, "the request of this job is too large");
	ok = ok && job_submit_json(db, kind, json.data, user_id, idempotency_key, job_id, e);
	strbuf_free(&json);
	return ok;
}

bool job_get(struct db *db, int64_t job_id, struct arena *a, struct job *out, struct err *e)
{
	return db_one(db, SQL_JOB_GET, DB_ARGS(db_int("job_id", job_id)), NULL, &job_fields, a, out, e);
}

bool job_cancel(struct db *db, int64_t job_id, struct err *e)
{
	int64_t changed;
	struct job job;
	if (!db_run(db, SQL_JOB_CANCEL, DB_ARGS(db_int("job_id", job_id)), NULL, &changed, e))
		return false;
	if (changed == 1)
		return true;
	struct arena *a = arena_new(0);
	if (job_get(db, job_id, a, &job, e))
		err_set(e, ERR_CONFLICT, "the job has already ended (%s)", job_state_names[job.state]);
	arena_free(a);
	return false;
}

bool job_events_after(struct db *db, int64_t job_id, int64_t after_id, struct arena *a,
		      struct job_event **events, size_t *count, struct err *e)
{
	void *rows;
	if (!db_rows(db, SQL_JOB_EVENTS_AFTER,
		     DB_ARGS(db_int("job_id", job_id), db_int("after_id", after_id)), NULL,
		     &job_event_fields, a, &rows, count, e))
		return false;
	*events = rows;
	return true;
}

/* ---------------------------------------------------------------- for workers */

bool job_claim(struct db *db, const char *owner, const char *kinds, int64_t lease_s,
	       struct arena *a, struct job *out, bool *got, struct err *e)
{
	void *rows;
	size_t count;
	*got = false;
	if (!db_rows(db, SQL_JOB_CLAIM,
		     DB_ARGS(db_text("owner", owner), db_text("kinds", kinds),
			     db_int("lease_s", lease_s)),
		     NULL, &job_fields, a, &rows, &count, e))
		return false;
	*got = count == 1;
	if (*got)
		*out = *(struct job *)rows;
	return true;
}

bool job_renew(struct db *db, int64_t job_id, const char *owner, int64_t lease_s,
	       const struct job_status *status, bool *ours, bool *cancel, struct err *e)
{
	int64_t cancelled = 0;
	struct err local = ERR_INIT;
	bool ok = db_int_value(db, SQL_JOB_RENEW,
			       DB_ARGS(db_int("job_id", job_id), db_text("owner", owner),
				       db_int("lease_s", lease_s), db_real("progress", status->progress),
				       db_text("phase", status->phase),
				       db_real("objective", status->objective),
				       db_real("bound", status->bound), db_real("gap", status->gap)),
			       NULL, &cancelled, &local);
	*ours = ok;
	*cancel = ok && cancelled;
	if (ok || local.code == ERR_NOT_FOUND)
		return true;
	if (e)
		*e = local;
	return false;
}

/* An update that only the holder of the lease can make. */
static bool change_ours(struct db *db, enum sql_id id, const struct db_arg *args, struct err *e)
{
	int64_t changed;
	if (!db_run(db, id, args, NULL, &changed, e))
		return false;
	if (changed == 1)
		return true;
	return err_set(e, ERR_CONFLICT, "the lease of this job is lost: another worker has it");
}

bool job_end(struct db *db, int64_t job_id, const char *owner, const char *result_json,
	     struct err *e)
{
	return change_ours(db, SQL_JOB_END,
			   DB_ARGS(db_int("job_id", job_id), db_text("owner", owner),
				   db_text("result", result_json)),
			   e);
}

static void problem_to_json(const struct err *why, struct strbuf *s)
{
	strbuf_puts(s, "{\"type\":");
	strbuf_json_text(s, err_type(why->code));
	strbuf_puts(s, ",\"title\":");
	strbuf_json_text(s, err_title(why->code));
	strbuf_printf(s, ",\"status\":%d,\"detail\":", err_http_status(why->code));
	strbuf_json_text(s, why->message);
	if (why->items_kept > 0)
		strbuf_puts(s, ",\"errors\":[");
	for (size_t i = 0; i < why->items_kept; i++) {
		strbuf_puts(s, i ? ",{\"pointer\":" : "{\"pointer\":");
		strbuf_json_text(s, why->items[i].pointer);
		strbuf_puts(s, ",\"message\":");
		strbuf_json_text(s, why->items[i].message);
		strbuf_putc(s, '}');
	}
	strbuf_puts(s, why->items_kept > 0 ? "]}" : "}");
}

bool job_end_failed(struct db *db, int64_t job_id, const char *owner, const struct err *why,
		    struct err *e)
{
	struct strbuf problem;
	strbuf_init(&problem, 1 << 20);
	problem_to_json(why, &problem);
	assert(!problem.overflow); /* struct err is bounded */
	bool ok = change_ours(db, SQL_JOB_END_FAILED,
			      DB_ARGS(db_int("job_id", job_id), db_text("owner", owner),
				      db_text("problem", problem.data)),
			      e);
	strbuf_free(&problem);
	return ok;
}

bool job_release(struct db *db, int64_t job_id, const char *owner, bool counted, struct err *e)
{
	return change_ours(db, SQL_JOB_RELEASE,
			   DB_ARGS(db_int("job_id", job_id), db_text("owner", owner),
				   db_int("uncounted", counted ? 0 : 1)),
			   e);
}

bool job_bury(struct db *db, int64_t *buried, struct err *e)
{
	return db_run(db, SQL_JOB_BURY, DB_NONE, NULL, buried, e);
}

bool job_clean(struct db *db, int64_t days, int64_t *cleaned, struct err *e)
{
	return db_run(db, SQL_JOB_CLEAN, DB_ARGS(db_int("days", days)), NULL, cleaned, e);
}
