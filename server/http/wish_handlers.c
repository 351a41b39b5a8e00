/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/http/wish_handlers.h"

struct wish_query {
	int64_t site_id, from, to;
};
static const struct field mine_rows[] = {
	F_DATE(struct wish_query, from, FIELD_OPTIONAL, "first day; a month ago when absent"),
	F_DATE(struct wish_query, to, FIELD_OPTIONAL, "last day; 200 ahead when absent"),
};
const struct fields wish_mine_query_fields = FIELDS("WishMineQuery", struct wish_query, mine_rows);

static const struct field list_rows[] = {
	F_INT(struct wish_query, site_id, FIELD_OPTIONAL, 1, 9e15, "only of this site's agents"),
	F_DATE(struct wish_query, from, FIELD_OPTIONAL, "first day; a month ago when absent"),
	F_DATE(struct wish_query, to, FIELD_OPTIONAL, "last day; 200 ahead when absent"),
};
const struct fields wish_list_query_fields = FIELDS("WishListQuery", struct wish_query, list_rows);

static bool give(struct request *rq, struct reply *rp, int64_t agent_id, int64_t site_id, struct err *e)
{
	const struct wish_query *q = rq->query;
	struct wish *rows;
	size_t count;
	return wish_list(rq->db, rq->arena, agent_id, site_id, q->from, q->to, &rows, &count, e) &&
	       reply_list(rp, &wish_fields, rows, count, NULL, e);
}

bool wish_mine_handle(struct request *rq, struct reply *rp, struct err *e)
{
	return give(rq, rp, rq->user.agent_id, FIELD_NULL, e);
}

bool wish_list_handle(struct request *rq, struct reply *rp, struct err *e)
{
	const struct wish_query *q = rq->query;
	return give(rq, rp, FIELD_NULL, q->site_id, e);
}

static bool add(struct request *rq, struct reply *rp, const struct wish_request *r, bool own, struct err *e)
{
	struct wish row;
	if (!db_begin(rq->db, e))
		return false;
	if (wish_add(rq->db, rq->arena, r, own, &row, e) &&
	    request_audit(rq, "ask", "wish", row.id, &wish_fields, NULL, &row, e) && db_commit(rq->db, e))
		return reply_one(rp, &wish_fields, &row, e);
	db_rollback(rq->db);
	return false;
}

bool wish_ask_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct wish_request r = *(const struct wish_request *)rq->body;
	r.agent_id = rq->user.agent_id;
	return add(rq, rp, &r, true, e);
}

bool wish_note_handle(struct request *rq, struct reply *rp, struct err *e)
{
	return add(rq, rp, rq->body, false, e);
}

static bool take_back(struct request *rq, struct reply *rp, int64_t agent_id, struct err *e)
{
	int64_t id = request_path_int(rq, "wish_id");
	struct wish before;
	if (!db_begin(rq->db, e))
		return false;
	if (wish_take_back(rq->db, rq->arena, id, agent_id, &before, e) &&
	    request_audit(rq, "withdraw", "wish", id, &wish_fields, &before, NULL, e) && db_commit(rq->db, e))
		return reply_none(rp, e);
	db_rollback(rq->db);
	return false;
}

bool wish_take_back_handle(struct request *rq, struct reply *rp, struct err *e)
{
	return take_back(rq, rp, rq->user.agent_id, e);
}

bool wish_delete_handle(struct request *rq, struct reply *rp, struct err *e)
{
	return take_back(rq, rp, FIELD_NULL, e);
}

bool wish_rule_put_handle(struct request *rq, struct reply *rp, struct err *e)
{
	int64_t id = request_path_int(rq, "site_id");
	struct wish_rule before, after;
	if (!db_begin(rq->db, e))
		return false;
	if (wish_rule_put(rq->db, rq->arena, id, rq->body, &before, &after, e) &&
	    request_audit(rq, "change", "wish_rule", id, &wish_rule_fields, &before, &after, e) &&
	    db_commit(rq->db, e))
		return reply_one(rp, &wish_rule_fields, &after, e);
	db_rollback(rq->db);
	return false;
}
