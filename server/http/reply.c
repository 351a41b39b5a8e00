/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include "server/base/log.h"
#include "server/http/negotiate.h"
#include "server/http/reply_build.h"
#include "server/http/routes.h"
#include "server/jobs/queue.h"

void reply_init(struct reply *rp, struct arena *a, const struct request *rq)
{
	*rp = (struct reply){ .arena = a, .rq = rq, .status = 200 };
}

void reply_drop(struct reply *rp)
{
	bool csv = rp->csv, close = rp->close;
	if (!rp->borrowed)
		free(rp->bytes);
	reply_init(rp, rp->arena, rp->rq);
	rp->csv = csv;
	rp->close = close;
}

void reply_status(struct reply *rp, int status)
{
	rp->status = status;
}

void reply_header(struct reply *rp, const char *name, const char *value)
{
	struct reply_header *h = arena_grow(rp->arena, (void **)&rp->headers, &rp->header_cap,
					    rp->header_count, sizeof(*h));
	h->name = arena_strdup(rp->arena, name);
	h->value = arena_strdup(rp->arena, value);
	rp->header_count++;
}

bool reply_has_header(const struct reply *rp, const char *name)
{
	for (size_t i = 0; i < rp->header_count; i++)
		if (strcasecmp(rp->headers[i].name, name) == 0)
			return true;
	return false;
}

bool reply_take(struct reply *rp, const char *content_type, struct strbuf *s, struct err *e)
{
	if (s->overflow) {
		strbuf_free(s);
		return err_set(e, ERR_TOO_LARGE, "the answer is too large; ask for less");
	}
	assert(!rp->done);
	rp->content_type = content_type;
	rp->bytes = s->data;
	rp->len = s->len;
	rp->done = true;
	*s = (struct strbuf){ 0 };
	return true;
}

void reply_borrow(struct reply *rp, const char *content_type, const char *bytes, size_t n)
{
	assert(!rp->done);
	rp->content_type = content_type;
	rp->bytes = (char *)(uintptr_t)bytes; /* never written nor freed: borrowed */
	rp->len = n;
	rp->borrowed = true;
	rp->done = true;
}

bool reply_one(struct reply *rp, const struct fields *f, const void *obj, struct err *e)
{
	struct strbuf s;
	strbuf_init(&s, REPLY_BYTES_MAX);
	field_to_json(f, obj, &s);
	return reply_take(rp, "application/json", &s, e);
}

bool reply_list(struct reply *rp, const struct fields *f, const void *rows, size_t count,
		const char *next_cursor, struct err *e)
{
	struct strbuf s;
	strbuf_init(&s, REPLY_BYTES_MAX);
	rp->empty = count == 0;
	if (rp->csv) {
		field_csv_header(f, &s);
		for (size_t i = 0; i < count; i++)
			field_csv_row(f, (const char *)rows + i * f->size, &s);
		if (next_cursor)
			reply_header(rp, "X-Next-Cursor", next_cursor);
		return reply_take(rp, "text/csv; charset=utf-8", &s, e);
	}
	strbuf_puts(&s, "{\"items\":");
	field_list_to_json(f, rows, count, &s);
	strbuf_puts(&s, ",\"next\":");
	strbuf_json_text(&s, next_cursor);
	strbuf_putc(&s, '}');
	return reply_take(rp, "application/json", &s, e);
}

bool reply_none(struct reply *rp, struct err *e)
{
	(void)e;
	assert(!rp->done);
	rp->status = 204;
	rp->done = true;
	return true;
}

bool reply_bytes(struct reply *rp, const char *content_type, const char *bytes, size_t n,
		 struct err *e)
{
	assert(!rp->done);
	rp->bytes = malloc(n ? n : 1);
	if (!rp->bytes)
		return err_set(e, ERR_UNAVAILABLE, "out of memory");
	memcpy(rp->bytes, bytes, n);
	rp->len = n;
	rp->content_type = arena_strdup(rp->arena, content_type);
	rp->done = true;
	return true;
}

/* IMF-fixdate, the only form HTTP lets a server send. */
static const char *http_date(struct arena *a, int64_t utc)
{
	time_t t = (time_t)utc;
	struct tm tm;
	char text[40];
	if (!gmtime_r(&t, &tm) || strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm) == 0)
		return NULL;
	return arena_strdup(a, text);
}

static bool not_modified_since(const char *text, int64_t last_modified)
{
	struct tm tm = { 0 };
	const char *end = text ? strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &tm) : NULL;
	return end && *end == '\0' && last_modified <= (int64_t)timegm(&tm);
}

bool reply_not_modified(struct reply *rp, const char *etag, int64_t last_modified)
{
	const struct request *rq = rp->rq;
	const char *quoted = etag[0] == '"' ? etag : arena_printf(rp->arena, "\"%s\"", etag);
	reply_header(rp, "ETag", quoted);
	if (!reply_has_header(rp, "Cache-Control"))
		reply_header(rp, "Cache-Control", "private, no-cache");
	if (last_modified != FIELD_NULL) {
		const char *date = http_date(rp->arena, last_modified);
		if (date)
			reply_header(rp, "Last-Modified", date);
	}
	bool same = rq->if_none_match ? etag_in_list(rq->if_none_match, quoted, true)
				      : last_modified != FIELD_NULL &&
						not_modified_since(rq->if_modified_since, last_modified);
	if (!same)
		return false;
	rp->status = 304;
	rp->done = true;
	return true;
}

bool reply_require_match(struct reply *rp, const char *etag, struct err *e)
{
	const struct request *rq = rp->rq;
	const char *quoted = etag[0] == '"' ? etag : arena_printf(rp->arena, "\"%s\"", etag);
	if (!rq->if_match)
		return err_set(e, ERR_PRECONDITION,
			       "send If-Match with the ETag of the version you saw; it is %s now",
			       quoted);
	if (!etag_in_list(rq->if_match, quoted, false))
		return err_set(e, ERR_STALE, "the version is %s now", quoted);
	return true;
}

bool reply_job(struct reply *rp, int64_t job_id, struct err *e)
{
	struct job job;
	if (!job_get(rp->rq->db, job_id, rp->arena, &job, e))
		return false;
	rp->status = 202;
	reply_header(rp, "Location", arena_printf(rp->arena, "/api/v1/jobs/%lld", (long long)job_id));
	return reply_one(rp, &job_fields, &job, e);
}

bool reply_job_events(struct reply *rp, int64_t job_id, int64_t after_event_id, struct err *e)
{
	(void)e;
	assert(!rp->done && job_id > 0);
	rp->content_type = "text/event-stream";
	rp->stream_job = job_id;
	rp->stream_after = after_event_id;
	rp->done = true;
	return true;
}

void reply_problem(struct reply *rp, const struct err *e)
{
	bool internal = e->code == ERR_INTERNAL;
	int status = err_http_status(e->code);
	struct strbuf s;
	/* The current version, WWW-Authenticate, Allow and the like survive; ETag of a copy does not. */
	struct reply_header *headers = rp->headers;
	size_t count = rp->header_count, cap = rp->header_cap;
	reply_drop(rp);
	rp->headers = headers;
	rp->header_count = count;
	rp->header_cap = cap;
	strbuf_init(&s, 1 << 16);
	strbuf_printf(&s, "{\"type\":\"/docs#problem-%s\",\"title\":", err_type(e->code));
	strbuf_json_text(&s, err_title(e->code));
	strbuf_printf(&s, ",\"status\":%d,\"detail\":", status);
	strbuf_json_text(&s, internal ? "The service failed; its log tells more under this request id."
				      : e->message);
	strbuf_puts(&s, ",\"request_id\":");
	strbuf_json_text(&s, rp->rq->id);
	strbuf_puts(&s, ",\"errors\":[");
	for (size_t i = 0; i < e->items_kept; i++) {
		strbuf_puts(&s, i ? ",{\"pointer\":" : "{\"pointer\":");
		strbuf_json_text(&s, e->items[i].pointer);
		strbuf_puts(&s, ",\"message\":");
		strbuf_json_text(&s, e->items[i].message);
		strbuf_putc(&s, '}');
	}
	strbuf_printf(&s, "],\"errors_found\":%zu}", e->item_count);
	rp->status = status;
	struct err ignored = ERR_INIT;
	if (!reply_take(rp, "application/problem+json", &s, &ignored))
		rp->done = true; /* cannot be: items are bounded */
}
