/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "server/http/service_handlers.h"
#include "server/jobs/queue.h"
#include "server/store/migrate.h"

/* ---------------------------------------------------------------- health */

struct health {
	const char *status, *version;
};
static const struct field health_rows[] = {
	F_TEXT(struct health, status, 0, 0, 0, "ok"),
	F_TEXT(struct health, version, 0, 0, 0, "of the service"),
};
const struct fields health_fields = FIELDS("Health", struct health, health_rows);

static const struct health well = { "ok", CUADRANTE_VERSION };

bool healthz_handle(struct request *rq, struct reply *rp, struct err *e)
{
	(void)rq;
	return reply_one(rp, &health_fields, &well, e);
}

bool readyz_handle(struct request *rq, struct reply *rp, struct err *e)
{
	if (!migrate_check(rq->db, e)) {
		char why[300];
		strncpy(why, e->message, sizeof(why) - 1);
		why[sizeof(why) - 1] = '\0';
		err_clear(e);
		return err_set(e, ERR_UNAVAILABLE, "%s", why);
	}
	return reply_one(rp, &health_fields, &well, e);
}

/* Calendar robots must be let in to /cal/: Google's obeys this file. */
bool robots_handle(struct request *rq, struct reply *rp, struct err *e)
{
	static const char text[] = "User-agent: *\nAllow: /cal/\nDisallow: /\n";
	(void)rq;
	return reply_bytes(rp, "text/plain; charset=utf-8", text, sizeof(text) - 1, e);
}

/* ---------------------------------------------------------------- jobs */

struct job_query {
	int64_t limit, state;
	const char *cursor, *kind;
};
static const struct field job_query_rows[] = {
	{ .name = "limit", .type = FIELD_INT, .offset = offsetof(struct job_query, limit),
	  .flags = FIELD_OPTIONAL, .min = 1, .max = 1000, .fallback = "100", .help = "rows in one reply" },
	F_TEXT(struct job_query, cursor, FIELD_OPTIONAL, 1, 1000, "the last reply's next"),
	F_TEXT(struct job_query, kind, FIELD_OPTIONAL, 1, 100, "only jobs of this kind"),
	{ .name = "state", .type = FIELD_ENUM, .offset = offsetof(struct job_query, state),
	  .flags = FIELD_OPTIONAL, .names = job_state_names, .help = "only jobs in this state" },
};
const struct fields job_query_fields = FIELDS("JobQuery", struct job_query, job_query_rows);

bool job_list_handle(struct request *rq, struct reply *rp, struct err *e)
{
	const struct job_query *q = rq->query;
	struct db_from from = { &job_query_fields, q };
	const char *before = NULL, *next = NULL;
	void *rows;
	size_t n;
	if (!request_cursor_read(rq, q->cursor, &before, e) ||
	    !db_rows(rq->db, SQL_JOB_LIST,
		     DB_ARGS(db_text("before_id", before), db_int("limit", q->limit + 1)), &from,
		     &job_fields, rq->arena, &rows, &n, e))
		return false;
	if (n > (size_t)q->limit) {
		n = (size_t)q->limit;
		const struct job *last = (const struct job *)rows + n - 1;
		next = request_cursor_make(rq->arena,
					   arena_printf(rq->arena, "%lld", (long long)last->id));
	}
	return reply_list(rp, &job_fields, rows, n, next, e);
}

bool job_get_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct job job;
	return job_get(rq->db, request_path_int(rq, "job_id"), rq->arena, &job, e) &&
	       reply_one(rp, &job_fields, &job, e);
}

static bool read_last_id(const struct request *rq, int64_t *out, struct err *e)
{
	char *end;
	*out = 0;
	if (!rq->last_event_id || !*rq->last_event_id)
		return true;
	errno = 0;
	long long v = strtoll(rq->last_event_id, &end, 10);
	if (errno || *end || v < 0)
		return err_at(e, ERR_MALFORMED, "Last-Event-ID", "is no event of ours");
	*out = v;
	return true;
}

/* 204 tells a browser whose job is over, and who has seen it all, to stop asking. */
bool job_events_handle(struct request *rq, struct reply *rp, struct err *e)
{
	int64_t id = request_path_int(rq, "job_id"), after;
	struct job job;
	struct job_event *events;
	size_t n;
	if (!read_last_id(rq, &after, e) || !job_get(rq->db, id, rq->arena, &job, e) ||
	    !job_events_after(rq->db, id, after, rq->arena, &events, &n, e))
		return false;
	bool over = job.state != JOB_QUEUED && job.state != JOB_RUNNING;
	if (over && n == 0 && after > 0)
		return reply_none(rp, e);
	return reply_job_events(rp, id, after, e);
}

bool job_cancel_handle(struct request *rq, struct reply *rp, struct err *e)
{
	int64_t id = request_path_int(rq, "job_id");
	struct job job;
	return db_begin(rq->db, e) && job_cancel(rq->db, id, e) &&
	       request_audit(rq, "cancel", "job", id, NULL, NULL, NULL, e) && db_commit(rq->db, e) &&
	       job_get(rq->db, id, rq->arena, &job, e) && reply_one(rp, &job_fields, &job, e);
}
