/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/http/absence_handlers.h"

#include <stdlib.h>
#include "server/base/clock.h"
#include "server/domain/request_time_off.h"

struct absence_mine_query {
	int64_t from, to;
};

struct absence_list_query {
	int64_t site_id, from, to, state, limit;
	const char *cursor;
};

static const struct field mine_rows[] = {
	F_DATE(struct absence_mine_query, from, FIELD_OPTIONAL, "first day; 400 days ago when absent"),
	F_DATE(struct absence_mine_query, to, FIELD_OPTIONAL, "last day; 800 ahead when absent"),
};
const struct fields absence_mine_query_fields =
	FIELDS("AbsenceMineQuery", struct absence_mine_query, mine_rows);

static const struct field list_rows[] = {
	F_INT(struct absence_list_query, site_id, FIELD_OPTIONAL, 1, 9e15, "only this site"),
	F_DATE(struct absence_list_query, from, FIELD_OPTIONAL, "first day; 31 days ago when absent"),
	F_DATE(struct absence_list_query, to, FIELD_OPTIONAL, "last day; 180 ahead when absent"),
	F_ENUM(struct absence_list_query, state, FIELD_OPTIONAL, absence_state_names,
	       "asked, approved and recorded when absent"),
	{ .name = "limit", .type = FIELD_INT, .offset = offsetof(struct absence_list_query, limit),
	  .flags = FIELD_OPTIONAL, .min = 1, .max = 1000, .fallback = "100",
	  .help = "rows in one reply" },
	F_TEXT(struct absence_list_query, cursor, FIELD_OPTIONAL, 1, 1000, "the last reply's next"),
};
const struct fields absence_list_query_fields =
	FIELDS("AbsenceListQuery", struct absence_list_query, list_rows);

/* Who may read why somebody is absent. */
static bool sees_reasons(const struct request *rq)
{
	return (rq->user.role & (ROLE_HR | ROLE_ADMIN)) != 0;
}

static const struct fields *fields_for(const struct request *rq)
{
	return sees_reasons(rq) ? &absence_fields : &absence_masked_fields;
}

static void mask(const struct request *rq, struct absence *row)
{
	if (!sees_reasons(rq))
		row->kind = FIELD_NULL;
}

/* ---- the agent's own ---- */

bool absence_mine_handle(struct request *rq, struct reply *rp, struct err *e)
{
	const struct absence_mine_query *q = rq->query;
	struct absence *rows;
	size_t count;

	return absence_of_agent(rq->db, rq->arena, rq->user.agent_id, q->from, q->to, &rows, &count,
				e) &&
	       reply_list(rp, &absence_fields, rows, count, NULL, e);
}

/* Adds and audits in one transaction. */
static bool add(struct request *rq, const struct absence_request *r, enum absence_state state,
		struct absence *row, struct err *e)
{
	if (!db_begin(rq->db, e))
		return false;
	if (absence_add(rq->db, rq->arena, r, state, clock_now(), row, e) &&
	    request_audit(rq, state == ABSENCE_ASKED ? "ask" : "record", "absence", row->id,
			  &absence_fields, NULL, row, e) &&
	    db_commit(rq->db, e))
		return true;
	db_rollback(rq->db);
	return false;
}

bool absence_ask_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct absence_request r = *(const struct absence_request *)rq->body;
	struct absence row;

	r.agent_id = rq->user.agent_id;
	return add(rq, &r, ABSENCE_ASKED, &row, e) && reply_one(rp, &absence_fields, &row, e);
}

bool absence_withdraw_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct absence before, after;

	if (!db_begin(rq->db, e))
		return false;
	if (absence_withdraw(rq->db, rq->arena, request_path_int(rq, "absence_id"),
			     rq->user.agent_id, &before, &after, e) &&
	    request_audit(rq, "withdraw", "absence", after.id, &absence_fields, &before, &after, e) &&
	    db_commit(rq->db, e))
		return reply_none(rp, e);
	db_rollback(rq->db);
	return false;
}

/* ---- staff ---- */

/* A cursor holds the start and the id of the last row shown. */
static bool read_cursor(struct request *rq, const char *cursor, struct absence_filter *f,
			struct err *e)
{
	const char *text;
	char *end;

	f->after_at = f->after_id = FIELD_NULL;
	if (!request_cursor_read(rq, cursor, &text, e))
		return false;
	if (!text)
		return true;
	f->after_at = strtoll(text, &end, 10);
	f->after_id = strtoll(end, &end, 10);
	/* Of years that dates may have: others cannot even be written. */
	bool sound = *end == '\0' && f->after_id > 0 && f->after_at > date_from_ymd(1000, 1, 1) * 86400 &&
		     f->after_at < date_from_ymd(9999, 1, 1) * 86400;
	return sound || err_at(e, ERR_INVALID, "?cursor", "is not a cursor that a reply gave");
}

bool absence_list_handle(struct request *rq, struct reply *rp, struct err *e)
{
	const struct absence_list_query *q = rq->query;
	struct absence_filter f = { .site_id = q->site_id,
				    .from = q->from,
				    .to = q->to,
				    .state = q->state,
				    .own_sites_of = rq->user.role == ROLE_SITE_MANAGER ? rq->user.id
										       : FIELD_NULL,
				    .rows = q->limit + 1 };
	const char *next = NULL;
	struct absence *rows;
	size_t count;

	if (q->site_id != FIELD_NULL && !request_may_see_site(rq, q->site_id, e))
		return false;
	if (!read_cursor(rq, q->cursor, &f, e) || !absence_list(rq->db, rq->arena, &f, &rows, &count, e))
		return false;
	if (count > (size_t)q->limit) {
		count = (size_t)q->limit;
		next = request_cursor_make(rq->arena,
					   arena_printf(rq->arena, "%lld %lld",
							(long long)rows[count - 1].start,
							(long long)rows[count - 1].id));
	}
	for (size_t i = 0; i < count; i++)
		mask(rq, &rows[i]);
	return reply_list(rp, fields_for(rq), rows, count, next, e);
}

bool absence_record_handle(struct request *rq, struct reply *rp, struct err *e)
{
	const struct absence_request *r = rq->body;
	struct absence row;
	int64_t site_id;

	if (!absence_agent_site(rq->db, rq->arena, r->agent_id, &site_id, e) ||
	    !request_may_see_site(rq, site_id, e) || !add(rq, r, ABSENCE_RECORDED, &row, e))
		return false;
	mask(rq, &row);
	return reply_one(rp, fields_for(rq), &row, e);
}

bool absence_decide_handle(struct request *rq, struct reply *rp, struct err *e)
{
	const struct absence_decision *d = rq->body;
	int64_t id = request_path_int(rq, "absence_id");
	struct absence before, after;

	if (!absence_get(rq->db, rq->arena, id, &before, e) ||
	    !request_may_see_site(rq, before.site_id, e) || !db_begin(rq->db, e))
		return false;
	if (!absence_decide(rq->db, rq->arena, id, d, &before, &after, e) ||
	    !request_audit(rq, d->approve ? "approve" : "reject", "absence", id, &absence_fields,
			   &before, &after, e) ||
	    !db_commit(rq->db, e)) {
		db_rollback(rq->db);
		return false;
	}
	mask(rq, &after);
	return reply_one(rp, fields_for(rq), &after, e);
}
