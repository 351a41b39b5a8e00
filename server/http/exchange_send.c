/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The last part of an exchange: headers that every reply bears, the log line, the figures. */
#include <string.h>
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/http/exchange.h"
#include "server/http/metrics.h"
#include "server/http/reaper.h"
#include "server/http/routes.h"
#include "server/http/sse.h"

static const struct reply_header always[] = {
	{ "Content-Security-Policy",
	  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
	  "img-src 'self' data:; require-trusted-types-for 'script'; frame-ancestors 'none'; "
	  "base-uri 'none'; form-action 'self'" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "X-Frame-Options", "DENY" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Permissions-Policy", "camera=(), geolocation=(), microphone=()" },
};

static void add(struct MHD_Response *r, const char *name, const char *value)
{
	if (MHD_add_response_header(r, name, value) != MHD_YES)
		log_warn("header left out name=%s", name);
}

static void add_headers(struct exchange *ex, struct MHD_Response *r)
{
	struct reply *rp = &ex->rp;
	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		add(r, always[i].name, always[i].value);
	if (ex->home->https)
		add(r, "Strict-Transport-Security", "max-age=31536000");
	add(r, "X-Request-Id", ex->rq.id);
	for (size_t i = 0; i < rp->header_count; i++)
		add(r, rp->headers[i].name, rp->headers[i].value);
	if (rp->content_type && rp->status != 204 && rp->status != 304)
		add(r, "Content-Type", rp->content_type);
	if (!reply_has_header(rp, "Cache-Control"))
		add(r, "Cache-Control", "no-store");
	if (ex->rq.route && ex->rq.route->shape == REPLY_LIST)
		add(r, "Vary", "Accept");
	if (rp->stream_job)
		add(r, "X-Accel-Buffering", "no");
	if (rp->close)
		add(r, "Connection", "close");
}

/* Secrets in a path (the token of a calendar feed) never reach the log. */
static const char *path_for_log(const struct exchange *ex)
{
	const char *path = ex->rq.path;
	if (strncmp(path, "/cal/", 5) == 0 || !ex->rq.route)
		for (size_t i = 0; i < ex->match.count; i++)
			if (ex->match.params[i].type == PARAM_TOKEN)
				return ex->match.route ? ex->match.route->path : "/cal/(redacted)";
	return strncmp(path, "/cal/", 5) == 0 ? "/cal/(redacted)" : path;
}

static void note(struct exchange *ex)
{
	double seconds = clock_monotonic_s() - ex->started;
	const struct request *rq = &ex->rq;
	metrics_count(ex->home->metrics, rq->route, ex->in_static ? METRICS_STATIC : METRICS_UNKNOWN,
		      ex->rp.status, seconds);
	log_info("request id=%s method=%.16s path=\"%.200s\" status=%d bytes=%zu ms=%.1f peer=%s user=%s",
		 rq->id, rq->method, path_for_log(ex), ex->rp.status, ex->rp.len, seconds * 1e3,
		 *rq->peer ? rq->peer : "-", rq->user.login ? rq->user.login : "-");
}

static struct MHD_Response *make_body(struct exchange *ex)
{
	struct reply *rp = &ex->rp;
	struct MHD_Response *r = NULL;
	if (rp->stream_job && !sse_open(ex->home->sse, ex->connection, ex->rq.user.id, rp->stream_job,
					rp->stream_after, &r, &ex->err))
		reply_problem(rp, &ex->err);
	if (r)
		return r;
	if (rp->status == 204 || rp->status == 304 || !rp->bytes)
		return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	r = MHD_create_response_from_buffer(rp->len, rp->bytes,
					    rp->borrowed ? MHD_RESPMEM_PERSISTENT
							 : MHD_RESPMEM_MUST_FREE);
	if (r && !rp->borrowed)
		rp->bytes = NULL; /* the response's now */
	return r;
}

enum MHD_Result exchange_send(struct exchange *ex)
{
	struct MHD_Response *r = make_body(ex);
	if (!r) {
		log_error("request failed id=%s error=\"no memory for a reply\"", ex->rq.id);
		return MHD_NO;
	}
	add_headers(ex, r);
	note(ex);
	reaper_stage(ex->watched, ex->rp.stream_job ? REAPER_NEVER : REAPER_REPLY_S);
	enum MHD_Result result = MHD_queue_response(ex->connection, (unsigned)ex->rp.status, r);
	MHD_destroy_response(r);
	ex->stage = STAGE_SENT;
	return result;
}
