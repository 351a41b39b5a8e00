/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/http/catalogue_handlers.h"

#include <stdlib.h>
#include <string.h>

#include "server/http/auth.h"

struct site_filter {
	int64_t site_id;
};
static const struct field site_filter_rows[] = {
	F_INT(struct site_filter, site_id, FIELD_OPTIONAL, 1, 9e15, "only of this site"),
};
const struct fields site_filter_fields = FIELDS("SiteFilter", struct site_filter, site_filter_rows);

struct agent_query {
	int64_t site_id, limit;
	bool left;
	const char *q, *cursor;
};
static const struct field agent_query_rows[] = {
	F_INT(struct agent_query, site_id, FIELD_OPTIONAL, 1, 9e15, "only of this site"),
	F_TEXT(struct agent_query, q, FIELD_OPTIONAL, 1, 100, "part of the name or code"),
	F_BOOL(struct agent_query, left, FIELD_OPTIONAL, "also those who have left"),
	{ .name = "limit", .type = FIELD_INT, .offset = offsetof(struct agent_query, limit),
	  .flags = FIELD_OPTIONAL, .min = 1, .max = 1000, .fallback = "100", .help = "rows in one reply" },
	F_TEXT(struct agent_query, cursor, FIELD_OPTIONAL, 1, 1000, "the last reply's next"),
};
const struct fields agent_query_fields = FIELDS("AgentQuery", struct agent_query, agent_query_rows);

struct special_query {
	int64_t from, to;
};
static const struct field special_query_rows[] = {
	F_DATE(struct special_query, from, FIELD_OPTIONAL, "first date"),
	F_DATE(struct special_query, to, FIELD_OPTIONAL, "last date, included"),
};
const struct fields special_query_fields =
	FIELDS("SpecialDayQuery", struct special_query, special_query_rows);

struct audit_query {
	int64_t entity_id, limit;
	const char *entity, *cursor;
};
static const struct field audit_query_rows[] = {
	F_TEXT(struct audit_query, entity, FIELD_OPTIONAL, 1, 60, "only of this kind of thing"),
	F_INT(struct audit_query, entity_id, FIELD_OPTIONAL, 1, 9e15, "only of this one"),
	{ .name = "limit", .type = FIELD_INT, .offset = offsetof(struct audit_query, limit),
	  .flags = FIELD_OPTIONAL, .min = 1, .max = 1000, .fallback = "100", .help = "rows in one reply" },
	F_TEXT(struct audit_query, cursor, FIELD_OPTIONAL, 1, 1000, "the last reply's next"),
};
const struct fields audit_query_fields = FIELDS("AuditQuery", struct audit_query, audit_query_rows);

struct audit_entry {
	int64_t id, at, user_id, entity_id;
	const char *login, *request_id, *action, *entity, *before, *after;
};
static const struct field audit_entry_rows[] = {
	F_INT(struct audit_entry, id, 0, 0, 0, "permanent id"),
	F_INSTANT(struct audit_entry, at, 0, "when"),
	F_INT(struct audit_entry, user_id, FIELD_OPTIONAL, 0, 0, "who"),
	F_TEXT(struct audit_entry, login, 0, 0, 0, "who, by account"),
	F_TEXT(struct audit_entry, request_id, 0, 0, 0, "the request that did it"),
	F_TEXT(struct audit_entry, action, 0, 0, 0, "what was done"),
	F_TEXT(struct audit_entry, entity, 0, 0, 0, "to what kind of thing"),
	F_INT(struct audit_entry, entity_id, FIELD_OPTIONAL, 0, 0, "to which"),
	F_RAW(struct audit_entry, before, FIELD_OPTIONAL, "as it was"),
	F_RAW(struct audit_entry, after, FIELD_OPTIONAL, "as it is now"),
};
const struct fields audit_entry_fields = FIELDS("AuditEntry", struct audit_entry, audit_entry_rows);

/* ---------------------------------------------------------------- writes */

/* The end of every creation: written down, committed, answered with where it is. */
static bool created(struct request *rq, struct reply *rp, const char *entity, const char *path,
		    int64_t id, const struct fields *f, const void *obj, struct err *e)
{
	if (!request_audit(rq, "create", entity, id, f, NULL, obj, e) || !db_commit(rq->db, e))
		return false;
	if (path)
		reply_header(rp, "Location",
			     arena_printf(rq->arena, "/api/v1/%s/%lld", path, (long long)id));
	return reply_one(rp, f, obj, e);
}

bool site_create_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct site out;
	return db_begin(rq->db, e) && site_create(rq->db, rq->arena, rq->body, &out, e) &&
	       created(rq, rp, "site", NULL, out.id, &site_fields, &out, e);
}

bool queue_create_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct queue out;
	return db_begin(rq->db, e) && queue_create(rq->db, rq->arena, rq->body, &out, e) &&
	       created(rq, rp, "queue", NULL, out.id, &queue_fields, &out, e);
}

bool contract_create_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct contract out;
	return db_begin(rq->db, e) && contract_create(rq->db, rq->arena, rq->body, &out, e) &&
	       created(rq, rp, "contract", "contracts", out.id, &contract_fields, &out, e);
}

bool agent_create_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct agent out;
	return db_begin(rq->db, e) && agent_create(rq->db, rq->arena, rq->body, &out, e) &&
	       created(rq, rp, "agent", "agents", out.id, &agent_fields, &out, e);
}

bool agent_change_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct agent before, after;
	int64_t id = request_path_int(rq, "agent_id");
	return db_begin(rq->db, e) &&
	       agent_change(rq->db, rq->arena, id, rq->body, &before, &after, e) &&
	       request_audit(rq, "change", "agent", id, &agent_fields, &before, &after, e) &&
	       db_commit(rq->db, e) && reply_one(rp, &agent_fields, &after, e);
}

bool special_day_create_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct special_day out;
	return db_begin(rq->db, e) && special_day_create(rq->db, rq->arena, rq->body, &out, e) &&
	       created(rq, rp, "special_day", NULL, out.id, &special_day_fields, &out, e);
}

bool special_day_delete_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct special_day before;
	int64_t id = request_path_int(rq, "special_day_id");
	return db_begin(rq->db, e) && special_day_delete(rq->db, rq->arena, id, &before, e) &&
	       request_audit(rq, "delete", "special_day", id, &special_day_fields, &before, NULL, e) &&
	       db_commit(rq->db, e) && reply_none(rp, e);
}

/* ---------------------------------------------------------------- reads with a site */

bool site_get_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct site out;
	int64_t id = request_path_int(rq, "site_id");
	return site_get(rq->db, rq->arena, id, &out, e) && request_may_see_site(rq, id, e) &&
	       reply_one(rp, &site_fields, &out, e);
}

bool agent_get_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct agent out;
	return agent_get(rq->db, rq->arena, request_path_int(rq, "agent_id"), &out, e) &&
	       request_may_see_site(rq, out.site_id, e) && reply_one(rp, &agent_fields, &out, e);
}

/* Ordered by name, so the cursor holds the last row's id and name. */
static bool read_cursor(struct request *rq, const char *cursor, int64_t *id, const char **name,
			struct err *e)
{
	const char *text;
	char *end;
	*id = FIELD_NULL;
	*name = NULL;
	if (!request_cursor_read(rq, cursor, &text, e))
		return false;
	if (!text)
		return true;
	*id = strtoll(text, &end, 10);
	if (*end != ' ' || *id <= 0)
		return err_at(e, ERR_INVALID, "?cursor", "is not a cursor that a reply gave");
	*name = end + 1;
	return true;
}

bool agent_list_handle(struct request *rq, struct reply *rp, struct err *e)
{
	const struct agent_query *q = rq->query;
	const struct db_from from = { &agent_query_fields, q };
	const char *after_name, *next = NULL;
	int64_t after_id;
	struct agent *rows;
	size_t n;
	if (!read_cursor(rq, q->cursor, &after_id, &after_name, e))
		return false;
	const struct db_arg *args = DB_ARGS(
		db_int("after_id", after_id), db_text("after_name", after_name),
		db_int("limit", q->limit + 1), db_text("user_role", role_name(rq->user.role)),
		db_int("user_id", rq->user.id));
	if (!db_rows(rq->db, SQL_AGENT_LIST, args, &from, &agent_fields, rq->arena, (void **)&rows, &n, e))
		return false;
	if (n > (size_t)q->limit) {
		n = (size_t)q->limit;
		next = request_cursor_make(rq->arena,
					   arena_printf(rq->arena, "%lld %s", (long long)rows[n - 1].id,
							rows[n - 1].name));
	}
	return reply_list(rp, &agent_fields, rows, n, next, e);
}
