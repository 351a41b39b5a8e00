/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/http/planning_handlers.h"

#include "server/domain/make_forecast.h"
#include "server/domain/make_schedule.h"
#include "server/domain/plan_sessions.h"
#include "server/domain/publish_roster.h"
#include "server/jobs/queue.h"

static bool submit(struct request *rq, struct reply *rp, const char *kind, struct err *e)
{
	int64_t job_id;
	return db_begin(rq->db, e) &&
	       job_submit(rq->db, kind, rq->body, rq->user.id, rq->idempotency_key, &job_id, e) &&
	       request_audit(rq, "request", "job", job_id, rq->route->body, NULL, rq->body, e) &&
	       db_commit(rq->db, e) && reply_job(rp, job_id, e);
}

bool forecast_request_handle(struct request *rq, struct reply *rp, struct err *e)
{
	return forecast_check(rq->db, rq->arena, rq->body, e) && submit(rq, rp, "forecast", e);
}

bool network_request_handle(struct request *rq, struct reply *rp, struct err *e)
{
	return network_check(rq->db, rq->arena, rq->body, e) && submit(rq, rp, "network", e);
}

bool outlook_request_handle(struct request *rq, struct reply *rp, struct err *e)
{
	return outlook_check(rq->db, rq->arena, rq->body, e) && submit(rq, rp, "outlook", e);
}

bool training_request_handle(struct request *rq, struct reply *rp, struct err *e)
{
	return training_check(rq->db, rq->arena, rq->body, e) && submit(rq, rp, "cross_training", e);
}

bool schedule_request_handle(struct request *rq, struct reply *rp, struct err *e)
{
	return schedule_check(rq->db, rq->arena, rq->body, e) && submit(rq, rp, "schedule", e);
}

bool roster_get_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct roster r;

	if (!roster_get(rq->db, rq->arena, request_path_int(rq, "roster_id"), &r, e) ||
	    !request_may_see_site(rq, r.site_id, e))
		return false;
	return reply_not_modified(rp, roster_etag(&r, rq->arena), FIELD_NULL) ||
	       reply_one(rp, &roster_fields, &r, e);
}

static bool roster_may_see(struct request *rq, int64_t id, struct err *e)
{
	struct roster r;
	return roster_get(rq->db, rq->arena, id, &r, e) && request_may_see_site(rq, r.site_id, e);
}

/* A line for each roster that was published. */
static bool audit_published(struct request *rq, const struct roster *drafts, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		struct roster after;
		if (!roster_get(rq->db, rq->arena, drafts[i].id, &after, e) ||
		    !request_audit(rq, "publish", "roster", after.id, &roster_fields, &drafts[i], &after, e))
			return false;
	}
	return true;
}

bool roster_publish_handle(struct request *rq, struct reply *rp, struct err *e)
{
	int64_t id = request_path_int(rq, "roster_id");
	struct roster before, after, *drafts;
	size_t n;

	if (!db_begin(rq->db, e))
		return false;
	if (roster_lock(rq->db, rq->arena, id, &before, e) &&
	    reply_require_match(rp, roster_etag(&before, rq->arena), e) &&
	    roster_publish_together(rq->db, rq->arena, &before, rq->user.id, &drafts, &n, e) &&
	    roster_get(rq->db, rq->arena, id, &after, e) && audit_published(rq, drafts, n, e) &&
	    db_commit(rq->db, e)) {
		reply_header(rp, "ETag", roster_etag(&after, rq->arena));
		return reply_one(rp, &roster_fields, &after, e);
	}
	db_rollback(rq->db);
	return false;
}

bool roster_replay_handle(struct request *rq, struct reply *rp, struct err *e)
{
	int64_t id = request_path_int(rq, "roster_id");
	struct replay r;

	return roster_may_see(rq, id, e) && roster_replay(rq->db, rq->arena, id, rq->query, &r, e) &&
	       reply_one(rp, &replay_fields, &r, e);
}

bool roster_compare_handle(struct request *rq, struct reply *rp, struct err *e)
{
	int64_t id = request_path_int(rq, "roster_id");
	struct comparison c;

	return roster_may_see(rq, id, e) && rosters_compare(rq->db, rq->arena, id, rq->query, &c, e) &&
	       reply_one(rp, &comparison_fields, &c, e);
}

bool what_if_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct what_if w;
	return what_if(rq->arena, rq->query, &w, e) && reply_one(rp, &what_if_fields, &w, e);
}

bool planned_session_create_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct planned_session out;
	return db_begin(rq->db, e) &&
	       planned_session_create(rq->db, rq->arena, rq->body, rq->user.id, &out, e) &&
	       request_audit(rq, "create", "planned_session", out.id, &planned_session_fields, NULL, &out, e) &&
	       db_commit(rq->db, e) && reply_one(rp, &planned_session_fields, &out, e);
}

bool planned_session_delete_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct planned_session before;
	int64_t id = request_path_int(rq, "session_id");
	return db_begin(rq->db, e) && planned_session_delete(rq->db, rq->arena, id, &before, e) &&
	       request_audit(rq, "delete", "planned_session", id, &planned_session_fields, &before, NULL, e) &&
	       db_commit(rq->db, e) && reply_none(rp, e);
}

bool short_notice_put_handle(struct request *rq, struct reply *rp, struct err *e)
{
	int64_t id = request_path_int(rq, "site_id");
	struct short_notice before, after;
	return request_may_see_site(rq, id, e) && db_begin(rq->db, e) &&
	       short_notice_put(rq->db, rq->arena, id, rq->body, &before, &after, e) &&
	       request_audit(rq, "change", "short_notice", id, &short_notice_fields, &before, &after, e) &&
	       db_commit(rq->db, e) && reply_one(rp, &short_notice_fields, &after, e);
}
