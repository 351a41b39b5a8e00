/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <sodium.h>
#include <string.h>
#include "server/base/utf8.h"
#include "server/http/request_parse.h"
#include "server/http/route_match.h"
#include "server/http/routes.h"

static const struct field page_rows[] = {
	{ .name = "limit", .type = FIELD_INT, .offset = offsetof(struct page, limit),
	  .flags = FIELD_OPTIONAL, .min = 1, .max = PAGE_LIMIT_MAX, .fallback = "100",
	  .help = "rows in one reply" },
	F_TEXT(struct page, cursor, FIELD_OPTIONAL, 1, 1000, "the last reply's next"),
};
const struct fields page_fields = FIELDS("Page", struct page, page_rows);
_Static_assert(PAGE_LIMIT == 100, "the fallback above says it again");

static const struct route_param *find_param(const struct request *rq, const char *name)
{
	for (size_t i = 0; i < rq->match->count; i++)
		if (strcmp(rq->match->params[i].name, name) == 0)
			return &rq->match->params[i];
	return NULL;
}

int64_t request_path_int(const struct request *rq, const char *name)
{
	const struct route_param *p = find_param(rq, name);
	assert(p && p->type == PARAM_INT);
	return p->number;
}

const char *request_path_text(const struct request *rq, const char *name)
{
	const struct route_param *p = find_param(rq, name);
	assert(p && p->type != PARAM_INT);
	return p->text;
}

/* ---------------------------------------------------------------- query string */

enum { QUERY_PARAMS_MAX = 64 };

struct query_reader {
	struct request *rq;
	const struct fields *fields;
	void *obj;
	const char *format;
	bool seen[QUERY_PARAMS_MAX];
	bool bad;
};

/* "1,2,3" for a list of numbers is friendlier in a URL than JSON. */
static const char *list_text(struct arena *a, const struct field *f, const char *value)
{
	if (f->type != FIELD_LIST || f->sub || value[0] == '[')
		return value;
	if (f->element == FIELD_INT || f->element == FIELD_REAL)
		return arena_printf(a, "[%s]", value);
	return value;
}

static void read_param(struct query_reader *r, const char *name, const char *value, struct err *e)
{
	const char *pointer = arena_printf(r->rq->arena, "?%s", name);
	size_t unused;
	if (!utf8_check(name, strlen(name), &unused) || !utf8_check(value, strlen(value), &unused)) {
		r->bad = true;
		err_at(e, ERR_MALFORMED, "?", "is not UTF-8");
		return;
	}
	const struct field *f = field_find(r->fields, name);
	if (!f && strcmp(name, "format") == 0) {
		r->bad = r->bad || r->format;
		r->format = value;
		if (strcmp(value, "json") != 0 && strcmp(value, "csv") != 0) {
			r->bad = true;
			err_at(e, ERR_INVALID, pointer, "must be json or csv");
		}
		return;
	}
	if (!f) {
		r->bad = true;
		err_at(e, ERR_INVALID, pointer, "is not a known parameter here");
		return;
	}
	size_t i = (size_t)(f - r->fields->rows);
	assert(i < QUERY_PARAMS_MAX);
	if (r->seen[i]) {
		r->bad = true;
		err_at(e, ERR_INVALID, pointer, "is given twice");
		return;
	}
	if (*value == '\0')
		return; /* "?q=" asks for nothing */
	r->seen[i] = true;
	if (!field_from_text(f, list_text(r->rq->arena, f, value), r->rq->arena, r->obj, pointer, e))
		r->bad = true;
}

static bool read_pairs(struct query_reader *r, const char *query, struct err *e)
{
	struct arena *a = r->rq->arena;
	for (const char *p = query; p && *p;) {
		size_t len = strcspn(p, "&"), name_len = strcspn(p, "=&"), n;
		char *name = arena_alloc(a, len + 1), *value = arena_alloc(a, len + 1);
		const char *equals = name_len < len ? p + name_len + 1 : p + len;
		if (!percent_decode(p, name_len, true, name, &n) ||
		    !percent_decode(equals, (size_t)(p + len - equals), true, value, &n))
			return err_at(e, ERR_MALFORMED, "?", "holds a broken percent escape");
		if (len > 0)
			read_param(r, name, value, e);
		p += len;
		if (*p == '&')
			p++;
	}
	return true;
}

static void fill_absent(struct query_reader *r, struct err *e)
{
	struct arena *a = r->rq->arena;
	for (size_t i = 0; i < r->fields->count; i++) {
		const struct field *f = &r->fields->rows[i];
		if (r->seen[i])
			continue;
		if (f->fallback) {
			const char *text = f->fallback;
			size_t n = strlen(text);
			if (text[0] == '"' && n >= 2)
				text = arena_strndup(a, text + 1, n - 2);
			bool sound = field_from_text(f, text, a, r->obj, f->name, NULL);
			assert(sound);
			(void)sound;
		} else if (!(f->flags & FIELD_OPTIONAL) && f->type != FIELD_BOOL) {
			r->bad = true;
			err_at(e, ERR_INVALID, arena_printf(a, "?%s", f->name), "is missing");
		}
	}
}

bool request_parse_query(struct request *rq, const char *query, const char **format, struct err *e)
{
	struct query_reader r = { .rq = rq, .fields = rq->route->query };
	if (!r.fields)
		r.fields = &page_fields;
	r.obj = arena_alloc(rq->arena, r.fields->size);
	field_init(r.fields, r.obj);
	if (!read_pairs(&r, query, e))
		return false;
	fill_absent(&r, e);
	rq->query = r.obj;
	*format = r.format;
	return !r.bad;
}

/* ---------------------------------------------------------------- body */

size_t request_body_max(const struct request *rq)
{
	if (rq->route->raw_max)
		return rq->route->raw_max;
	return rq->route->body ? JSON_BODY_MAX : 0;
}

bool request_parse_json(struct request *rq, const char *bytes, size_t n, struct err *e)
{
	void *obj = arena_alloc(rq->arena, rq->route->body->size);
	field_init(rq->route->body, obj);
	if (!field_from_text_json(rq->route->body, bytes, n, request_body_max(rq), rq->arena, obj, e))
		return false;
	rq->body = obj;
	return true;
}

/* ---------------------------------------------------------------- cursors */

const char *request_cursor_make(struct arena *a, const char *text)
{
	size_t n = strlen(text);
	size_t room = sodium_base64_encoded_len(n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	char *out = arena_alloc(a, room);
	return sodium_bin2base64(out, room, (const unsigned char *)text, n,
				 sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool request_cursor_read(struct request *rq, const char *cursor, const char **text, struct err *e)
{
	*text = NULL;
	if (!cursor)
		return true;
	size_t n = 0, len = strlen(cursor), bad;
	char *out = arena_alloc(rq->arena, len + 1);
	if (sodium_base642bin((unsigned char *)out, len, cursor, len, NULL, &n, NULL,
			      sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
	    n == 0 || strlen(out) != n || !utf8_check(out, n, &bad))
		return err_at(e, ERR_INVALID, "?cursor", "is not a cursor that a reply gave");
	*text = out;
	return true;
}

/* ---------------------------------------------------------------- audit and sites */

static const char *audit_json(struct arena *a, const struct fields *f, const void *obj)
{
	if (!obj)
		return NULL;
	struct strbuf s;
	strbuf_init(&s, 4 << 20);
	field_to_json(f, obj, &s);
	const char *text = s.overflow ? "{\"omitted\":\"too large\"}" : arena_strdup(a, s.data);
	strbuf_free(&s);
	return text;
}

bool request_audit(struct request *rq, const char *action, const char *entity, int64_t entity_id,
		   const struct fields *f, const void *before, const void *after, struct err *e)
{
	return db_run(rq->db, SQL_AUDIT_ADD,
		      DB_ARGS(db_int("user_id", rq->user.id ? rq->user.id : FIELD_NULL),
			      db_text("login", rq->user.login ? rq->user.login : ""),
			      db_text("request_id", rq->id), db_text("action", action),
			      db_text("entity", entity), db_int("entity_id", entity_id),
			      db_text("before", audit_json(rq->arena, f, before)),
			      db_text("after", audit_json(rq->arena, f, after))),
		      NULL, NULL, e);
}

bool request_may_see_site(struct request *rq, int64_t site_id, struct err *e)
{
	int64_t count = 0;
	if (rq->user.role != ROLE_SITE_MANAGER)
		return true;
	if (!db_int_value(rq->db, SQL_USER_SEES_SITE,
			  DB_ARGS(db_int("user_id", rq->user.id), db_int("site_id", site_id)), NULL,
			  &count, e))
		return false;
	return count > 0 || err_set(e, ERR_FORBIDDEN, "this site is not one of yours");
}
