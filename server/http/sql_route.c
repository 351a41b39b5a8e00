/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <string.h>
#include "server/http/auth.h"
#include "server/http/request_parse.h"
#include "server/http/route_match.h"
#include "server/http/routes.h"
#include "server/http/sql_route.h"

enum { OWN_ARGS = 6 };

static int64_t int_field(const struct fields *f, const void *obj, const char *name)
{
	const struct field *row = field_find(f, name);
	if (!row || row->type != FIELD_INT)
		return FIELD_NULL;
	return *(const int64_t *)(const void *)((const char *)obj + row->offset);
}

static const char *text_field(const struct fields *f, const void *obj, const char *name)
{
	const struct field *row = field_find(f, name);
	if (!row || row->type != FIELD_TEXT)
		return NULL;
	return *(const char *const *)(const void *)((const char *)obj + row->offset);
}

static size_t path_args(const struct request *rq, struct db_arg *args)
{
	size_t n = 0;
	for (; n < rq->match->count; n++) {
		const struct route_param *p = &rq->match->params[n];
		args[n] = p->type == PARAM_INT ? db_int(p->name, p->number)
					       : db_text(p->name, p->text);
	}
	return n;
}

bool sql_route_run(struct request *rq, struct reply *rp, struct err *e)
{
	const struct route *r = rq->route;
	enum sql_id id = (enum sql_id)(r->sql - 1);
	struct db_from from = { r->query ? r->query : &page_fields, rq->query };
	struct db_arg args[ROUTE_PARAMS_MAX + OWN_ARGS] = { 0 };
	size_t n = path_args(rq, args), count = 0;
	/* Only a statement that takes :limit has pages; others give all their rows. */
	int64_t limit = db_takes(id, "limit") ? int_field(from.fields, from.obj, "limit") : FIELD_NULL;
	const char *cursor = NULL, *next = NULL;
	void *rows = NULL;
	assert(r->reply);
	if (!request_cursor_read(rq, text_field(from.fields, from.obj, "cursor"), &cursor, e))
		return false;
	args[n++] = db_int("user_id", rq->user.id);
	args[n++] = db_text("user_role", role_name(rq->user.role));
	args[n++] = db_int("agent_id", rq->user.agent_id);
	args[n++] = db_text("cursor", cursor);
	if (limit != FIELD_NULL)
		args[n++] = db_int("limit", limit + 1);
	if (r->shape == REPLY_ONE) {
		void *obj = arena_alloc(rq->arena, r->reply->size);
		return db_one(rq->db, id, args, &from, r->reply, rq->arena, obj, e) &&
		       reply_one(rp, r->reply, obj, e);
	}
	assert(r->shape == REPLY_LIST);
	if (!db_rows(rq->db, id, args, &from, r->reply, rq->arena, &rows, &count, e))
		return false;
	const struct field *key = field_find(r->reply, "id");
	if (limit != FIELD_NULL && key && count > (size_t)limit) {
		count = (size_t)limit;
		const char *last = field_to_text(key, (char *)rows + (count - 1) * r->reply->size,
						 rq->arena);
		next = request_cursor_make(rq->arena, last);
	}
	return reply_list(rp, r->reply, rows, count, next, e);
}
