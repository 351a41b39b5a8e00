/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/http/forecast_handlers.h"

bool adjustment_create_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct adjustment out;
	return db_begin(rq->db, e) &&
	       adjustment_create(rq->db, rq->arena, rq->body, rq->user.id, &out, e) &&
	       request_audit(rq, "create", "forecast_adjustment", out.id,
			     &adjustment_fields, NULL, &out, e) &&
	       db_commit(rq->db, e) && reply_one(rp, &adjustment_made_fields, &out, e);
}

bool adjustment_revoke_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct adjustment before, after;
	int64_t id = request_path_int(rq, "adjustment_id");
	return db_begin(rq->db, e) &&
	       adjustment_revoke(rq->db, rq->arena, id, rq->user.id, &before, &after, e) &&
	       request_audit(rq, "revoke", "forecast_adjustment", id, &adjustment_fields, &before,
			     &after, e) &&
	       db_commit(rq->db, e) && reply_none(rp, e);
}

bool accuracy_list_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct accuracy *rows;
	size_t n;
	return forecast_accuracy(rq->db, rq->arena, rq->query, &rows, &n, e) &&
	       reply_list(rp, &accuracy_fields, rows, n, NULL, e);
}

bool forecast_totals_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct forecast_total *rows;
	size_t n;
	return forecast_totals(rq->db, rq->arena, request_path_int(rq, "forecast_id"), rq->query, &rows,
			       &n, e) &&
	       reply_list(rp, &forecast_total_fields, rows, n, NULL, e);
}

bool rest_of_day_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct rest_interval *rows;
	size_t n;
	return rest_of_day(rq->db, rq->arena, request_path_int(rq, "forecast_id"), rq->query, &rows, &n, e) &&
	       reply_list(rp, &rest_interval_fields, rows, n, NULL, e);
}

bool queue_patience_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct queue_patience p;
	return queue_patience_estimate(rq->db, rq->arena, request_path_int(rq, "queue_id"), rq->query, &p,
				       e) &&
	       reply_one(rp, &queue_patience_fields, &p, e);
}

bool queue_handling_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct queue_handling h;
	return queue_handling_estimate(rq->db, rq->arena, request_path_int(rq, "queue_id"), rq->query, &h,
				       e) &&
	       reply_one(rp, &queue_handling_fields, &h, e);
}
