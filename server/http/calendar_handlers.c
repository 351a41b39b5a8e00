/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/http/calendar_handlers.h"

bool holidays_list_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct holiday_day *rows;
	size_t n;
	return holidays_list(rq->arena, rq->query, &rows, &n, e) &&
	       reply_list(rp, &holiday_day_fields, rows, n, NULL, e);
}

bool holiday_countries_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct holiday_land *rows;
	size_t n;
	holiday_lands(rq->arena, &rows, &n);
	return reply_list(rp, &holiday_land_fields, rows, n, NULL, e);
}

/* One line in the audit log says what was asked, and that is what the days follow from. */
static bool written(struct request *rq, struct reply *rp, const char *entity,
		    const struct rules_written *w, struct err *e)
{
	return request_audit(rq, "write", entity, FIELD_NULL, rq->route->body, NULL, rq->body, e) &&
	       db_commit(rq->db, e) && reply_one(rp, &rules_written_fields, w, e);
}

bool holidays_write_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct rules_written w;
	return db_begin(rq->db, e) && holidays_write(rq->db, rq->arena, rq->body, &w, e) &&
	       written(rq, rp, "holidays", &w, e);
}

bool paydays_write_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct rules_written w;
	return db_begin(rq->db, e) && paydays_write(rq->db, rq->arena, rq->body, &w, e) &&
	       written(rq, rp, "paydays", &w, e);
}

bool site_hours_list_handle(struct request *rq, struct reply *rp, struct err *e)
{
	int64_t id = request_path_int(rq, "site_id");
	struct site_hours_set *rows;
	size_t n;
	return site_hours_list(rq->db, rq->arena, id, &rows, &n, e) &&
	       request_may_see_site(rq, id, e) &&
	       reply_list(rp, &site_hours_set_fields, rows, n, NULL, e);
}

bool site_hours_put_handle(struct request *rq, struct reply *rp, struct err *e)
{
	int64_t id = request_path_int(rq, "site_id");
	struct site_hours_set before, after;
	return db_begin(rq->db, e) &&
	       site_hours_put(rq->db, rq->arena, id, rq->body, &before, &after, e) &&
	       request_audit(rq, "change", "site_hours", id, &site_hours_set_fields, &before, &after, e) &&
	       db_commit(rq->db, e) && reply_one(rp, &site_hours_set_fields, &after, e);
}

bool site_counters_put_handle(struct request *rq, struct reply *rp, struct err *e)
{
	int64_t id = request_path_int(rq, "site_id");
	struct site before, after;
	return db_begin(rq->db, e) && site_counters_put(rq->db, rq->arena, id, rq->body, &before, &after, e) &&
	       request_audit(rq, "change", "site", id, &site_fields, &before, &after, e) &&
	       db_commit(rq->db, e) && reply_one(rp, &site_fields, &after, e);
}

bool queue_sources_get_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct queue_sources out;
	return queue_sources_get(rq->db, rq->arena, request_path_int(rq, "queue_id"), &out, e) &&
	       reply_one(rp, &queue_sources_fields, &out, e);
}

bool queue_sources_put_handle(struct request *rq, struct reply *rp, struct err *e)
{
	int64_t id = request_path_int(rq, "queue_id");
	struct queue_sources before, after;
	return db_begin(rq->db, e) && queue_sources_get(rq->db, rq->arena, id, &before, e) &&
	       queue_sources_put(rq->db, rq->arena, id, rq->body, e) &&
	       queue_sources_get(rq->db, rq->arena, id, &after, e) &&
	       request_audit(rq, "change", "queue_sources", id, &queue_sources_fields, &before, &after,
			     e) &&
	       db_commit(rq->db, e) && reply_one(rp, &queue_sources_fields, &after, e);
}
