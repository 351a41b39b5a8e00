/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/http/feed_handlers.h"

#include <string.h>
#include "server/base/clock.h"
#include "server/domain/subscribe_calendar.h"
#include "server/http/reply_build.h"

/* ---- polls by calendar apps ---- */

/* HTTP forbids a Last-Modified in the future, where two changes in one second would put it. */
static bool is_current(const struct request *rq, struct reply *rp, const struct calendar_state *s,
		       const char *tag)
{
	int64_t now = clock_now();

	(void)rq;
	return reply_not_modified(rp, tag, s->changed_at < now ? s->changed_at : now);
}

/* One read answers a poll that finds nothing new. Else the document is made with the state of its
 * own moment, and the tag is that moment's. */
static bool serve_feed(struct request *rq, struct reply *rp, enum feed_variant v, struct err *e)
{
	const char *token = request_path_text(rq, "token"), *tag = NULL, *made_tag;
	bool conditional = rq->if_none_match || rq->if_modified_since, ok;
	struct calendar_state state;
	struct strbuf out;

	if (conditional) {
		if (!calendar_state_get(rq->db, rq->arena, token, &state, e) ||
		    !calendar_note_use(rq->db, &state, e))
			return false;
		tag = calendar_tag(rq->arena, &state, v);
		if (is_current(rq, rp, &state, tag))
			return true;
	}
	strbuf_init(&out, FEED_BYTES_MAX + 1);
	ok = calendar_document(rq->db, rq->arena, token, v, &state, &out, e) &&
	     (conditional || calendar_note_use(rq->db, &state, e));
	if (!ok)
		goto out;
	made_tag = calendar_tag(rq->arena, &state, v);
	if (!tag || strcmp(tag, made_tag) != 0) {
		if (tag)
			reply_drop(rp);
		if (is_current(rq, rp, &state, made_tag))
			goto out;
	}
	ok = reply_bytes(rp, "text/calendar; charset=utf-8", out.data, out.len, e);
out:
	strbuf_free(&out);
	return ok;
}

bool feed_shifts_handle(struct request *rq, struct reply *rp, struct err *e)
{
	return serve_feed(rq, rp, FEED_SHIFTS, e);
}

bool feed_activities_handle(struct request *rq, struct reply *rp, struct err *e)
{
	return serve_feed(rq, rp, FEED_ACTIVITIES, e);
}

/* ---- subscriptions ---- */

/* Where the agent's phone finds us. */
static const char *origin(struct request *rq)
{
	const struct config *c = rq->config;
	size_t n = strlen(c->public_url);

	if (n > 0) {
		while (n > 0 && c->public_url[n - 1] == '/')
			n--;
		return arena_strndup(rq->arena, c->public_url, n);
	}
	bool v6 = strchr(c->listen, ':') != NULL;
	return arena_printf(rq->arena, "http://%s%s%s:%lld", v6 ? "[" : "", c->listen, v6 ? "]" : "",
			    (long long)c->port);
}

static bool log_change(struct request *rq, const char *action,
		       const struct calendar_subscription *row, bool gone, struct err *e)
{
	return request_audit(rq, action, "feed", row->id, &calendar_subscription_fields,
			     gone ? row : NULL, gone ? NULL : row, e);
}

bool feed_create_handle(struct request *rq, struct reply *rp, struct err *e)
{
	const struct calendar_request *body = rq->body;
	struct calendar_subscription row;
	struct calendar_secret secret;

	if (!db_begin(rq->db, e))
		return false;
	if (calendar_subscribe(rq->db, rq->arena, rq->user.agent_id, body->name, origin(rq), &secret,
			       &row, e) &&
	    log_change(rq, "create", &row, false, e) && db_commit(rq->db, e))
		return reply_one(rp, &calendar_secret_fields, &secret, e);
	db_rollback(rq->db);
	return false;
}

bool feed_rotate_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct calendar_subscription row;
	struct calendar_secret secret;

	if (!db_begin(rq->db, e))
		return false;
	if (calendar_rotate(rq->db, rq->arena, rq->user.agent_id, request_path_int(rq, "feed_id"),
			    origin(rq), &secret, &row, e) &&
	    log_change(rq, "rotate", &row, false, e) && db_commit(rq->db, e))
		return reply_one(rp, &calendar_secret_fields, &secret, e);
	db_rollback(rq->db);
	return false;
}

bool feed_revoke_handle(struct request *rq, struct reply *rp, struct err *e)
{
	struct calendar_subscription row;

	if (!db_begin(rq->db, e))
		return false;
	if (calendar_revoke(rq->db, rq->arena, rq->user.agent_id, request_path_int(rq, "feed_id"),
			    &row, e) &&
	    log_change(rq, "revoke", &row, true, e) && db_commit(rq->db, e))
		return reply_none(rp, e);
	db_rollback(rq->db);
	return false;
}
