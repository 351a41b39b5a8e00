/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/http/staffing_handlers.h"

bool requirement_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct required_week w;
	return require_week(rq->db, rq->arena, request_path_int(rq, "forecast_id"), rq->query, &w, e) &&
	       reply_one(rp, &required_week_fields, &w, e);
}

bool shrinkage_get_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct site_shrinkage s;
	return site_shrinkage_get(rq->db, rq->arena, request_path_int(rq, "site_id"), rq->query, &s, e) &&
	       reply_one(rp, &site_shrinkage_fields, &s, e);
}

bool shrinkage_put_handle(struct request *rq, struct reply *rp, struct err *e)
{
	int64_t id = request_path_int(rq, "site_id");
	struct site_shrinkage before, after;
	return db_begin(rq->db, e) &&
	       site_shrinkage_put(rq->db, rq->arena, id, rq->body, &before, &after, e) &&
	       request_audit(rq, "change", "site_shrinkage", id, &site_shrinkage_fields, &before, &after,
			     e) &&
	       db_commit(rq->db, e) && reply_one(rp, &site_shrinkage_fields, &after, e);
}

bool queue_staffing_get_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct queue_staffing s;
	return queue_staffing_get(rq->db, rq->arena, request_path_int(rq, "queue_id"), &s, e) &&
	       reply_one(rp, &queue_staffing_fields, &s, e);
}

bool queue_staffing_put_handle(struct request *rq, struct reply *rp, struct err *e)
{
	int64_t id = request_path_int(rq, "queue_id");
	struct queue_staffing before, after;
	return db_begin(rq->db, e) &&
	       queue_staffing_put(rq->db, rq->arena, id, rq->body, &before, &after, e) &&
	       request_audit(rq, "change", "queue_staffing", id, &queue_staffing_fields, &before, &after,
			     e) &&
	       db_commit(rq->db, e) && reply_one(rp, &queue_staffing_fields, &after, e);
}
