/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/http/wish_handlers.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"

struct wish_query {
	int64_t site_id, from, to, limit;
	const char *cursor;
};
#define WISH_QUERY                                                                                         \
	F_DATE(struct wish_query, from, FIELD_OPTIONAL, "first day; a month ago when absent"),             \
	F_DATE(struct wish_query, to, FIELD_OPTIONAL, "last day; 200 ahead when absent"),                  \
	{ .name = "limit", .type = FIELD_INT, .offset = offsetof(struct wish_query, limit),                \
	  .flags = FIELD_OPTIONAL, .min = 1, .max = 1000, .fallback = "100", .help = "rows in one reply" }, \
	F_TEXT(struct wish_query, cursor, FIELD_OPTIONAL, 1, 1000, "the last reply's next")

static const struct field mine_rows[] = { WISH_QUERY };
const struct fields wish_mine_query_fields = FIELDS("WishMineQuery", struct wish_query, mine_rows);

static const struct field list_rows[] = {
	F_INT(struct wish_query, site_id, FIELD_OPTIONAL, 1, 9e15, "only of this site's agents"),
	WISH_QUERY,
};
const struct fields wish_list_query_fields = FIELDS("WishListQuery", struct wish_query, list_rows);

/* A cursor holds the day, id and name of the last row shown. */
static bool read_cursor(struct request *rq, const char *cursor, struct wish_filter *f, struct err *e)
{
	const char *text;
	char day[11] = "", *end = day;
	f->after_day = f->after_id = FIELD_NULL;
	if (!request_cursor_read(rq, cursor, &text, e))
		return false;
	if (!text)
		return true;
	size_t n = strlen(text);
	memcpy(day, text, n < 10 ? n : 10);
	f->after_id = n > 10 ? strtoll(text + 10, &end, 10) : 0;
	if (!date_parse(day, &f->after_day) || f->after_id <= 0 || *end != ' ')
		return err_at(e, ERR_INVALID, "?cursor", "is not a cursor that a reply gave");
	f->after_name = end + 1;
	return true;
}

static const char *make_cursor(struct arena *a, const struct wish *w)
{
	char day[11];
	date_format(w->day, day);
	return request_cursor_make(a, arena_printf(a, "%s %lld %s", day, (long long)w->id, w->agent));
}

static bool give(struct request *rq, struct reply *rp, int64_t agent_id, int64_t site_id, struct err *e)
{
	const struct wish_query *q = rq->query;
	struct wish_filter f = { .agent_id = agent_id, .site_id = site_id, .from = q->from, .to = q->to,
				 .rows = q->limit + 1 };
	const char *next = NULL;
	struct wish *rows;
	size_t count;
	if (!read_cursor(rq, q->cursor, &f, e) || !wish_list(rq->db, rq->arena, &f, &rows, &count, e))
		return false;
	if (count > (size_t)q->limit) {
		count = (size_t)q->limit;
		next = make_cursor(rq->arena, &rows[count - 1]);
	}
	return reply_list(rp, &wish_fields, rows, count, next, e);
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
