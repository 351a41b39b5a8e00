/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/http/exchange.h"
#include "server/http/guard.h"
#include "server/http/lane.h"
#include "server/http/negotiate.h"
#include "server/http/reaper.h"
#include "server/http/request_parse.h"
#include "server/http/routes.h"
#include "server/http/sql_route.h"
#include "server/http/static.h"
#include "server/http/text_check.h"
#include "server/http/unknown.h"

/* A refused body up to this size is read and thrown away, so that the client can read the answer. */
enum { DRAIN_MAX = 64 << 20 };

static void make_id(char id[33])
{
	unsigned char bytes[16];
	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		memset(bytes, 0, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++) {
		id[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
		id[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
	}
	id[32] = '\0';
}

struct exchange *exchange_open(const struct exchange_home *home, struct MHD_Connection *c,
			       struct watched *w, const char *target)
{
	struct arena *a = arena_new(0);
	struct exchange *ex = arena_alloc(a, sizeof(*ex));
	ex->home = home;
	ex->connection = c;
	ex->watched = w;
	ex->arena = a;
	ex->started = clock_monotonic_s();
	ex->bad_target = guard_check_target(target);
	ex->target = arena_strdup(a, target);
	ex->rq = (struct request){ .arena = a, .pool = home->pool, .config = home->config,
				   .match = &ex->match, .path = "", .peer = "" };
	make_id(ex->rq.id);
	reply_init(&ex->rp, a, &ex->rq);
	body_init(&ex->body, 0);
	return ex;
}

void exchange_close(struct exchange *ex)
{
	if (!ex)
		return;
	body_free(&ex->body);
	reply_drop(&ex->rp);
	arena_free(ex->arena);
}

/* ---------------------------------------------------------------- what the headers say */

static const char *header(struct exchange *ex, const char *name)
{
	return MHD_lookup_connection_value(ex->connection, MHD_HEADER_KIND, name);
}

static const char *socket_peer(struct exchange *ex)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(ex->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	char text[INET6_ADDRSTRLEN] = "";
	if (info && info->client_addr && info->client_addr->sa_family == AF_INET)
		inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)info->client_addr)->sin_addr,
			  text, sizeof(text));
	else if (info && info->client_addr && info->client_addr->sa_family == AF_INET6)
		inet_ntop(AF_INET6,
			  &((const struct sockaddr_in6 *)(const void *)info->client_addr)->sin6_addr, text,
			  sizeof(text));
	const char *plain = strncmp(text, "::ffff:", 7) == 0 && strchr(text, '.') ? text + 7 : text;
	return arena_strdup(ex->arena, plain);
}

static bool same_text(const char *setting, const char *value)
{
	return setting && *setting && strcmp(setting, value) == 0;
}

/* The last address is the one that our own proxy saw; those before it anyone can write. */
static const char *forwarded_peer(struct exchange *ex, const char *peer)
{
	const char *list = header(ex, "X-Forwarded-For");
	if (!list || !same_text(ex->home->config->trusted_proxy, peer))
		return peer;
	const char *last = strrchr(list, ',');
	last = last ? last + 1 : list;
	last += strspn(last, " \t");
	size_t n = strcspn(last, " \t");
	unsigned char address[16];
	char *text = arena_strndup(ex->arena, last, n);
	bool sound = inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1;
	return sound ? text : peer;
}

static const char *header_if_plain(struct exchange *ex, const char *name, size_t max)
{
	const char *value = header(ex, name);
	size_t n = value ? strlen(value) : 0;
	return value && n <= max && text_is_plain_utf8(value, n) ? value : NULL;
}

static void read_headers(struct exchange *ex)
{
	struct request *rq = &ex->rq;
	const struct config *config = ex->home->config;
	const char *socket = socket_peer(ex), *authorization = header(ex, "Authorization");
	rq->peer = forwarded_peer(ex, socket);
	rq->secure = !config->insecure_cookies;
	rq->session_token = MHD_lookup_connection_value(ex->connection, MHD_COOKIE_KIND,
							rq->secure ? "__Host-cuadrante" : "cuadrante");
	rq->if_match = header(ex, "If-Match");
	rq->if_none_match = header(ex, "If-None-Match");
	rq->if_modified_since = header(ex, "If-Modified-Since");
	rq->accept = header(ex, "Accept");
	rq->accept_encoding = header(ex, "Accept-Encoding");
	rq->last_event_id = header(ex, "Last-Event-ID");
	rq->user_agent = header_if_plain(ex, "User-Agent", 300);
	ex->credentials.csrf = header(ex, "X-CSRF-Token");
	ex->credentials.fetch_site = header(ex, "Sec-Fetch-Site");
	if (authorization && strncasecmp(authorization, "Bearer ", 7) == 0)
		ex->credentials.bearer = authorization + 7 + strspn(authorization + 7, " ");
	if (*config->sso_header && same_text(config->sso_proxy, socket))
		rq->sso_login = header_if_plain(ex, config->sso_header, 200);
}

/* ---------------------------------------------------------------- routing and refusal */

static bool find_route(struct exchange *ex, struct err *e)
{
	struct request *rq = &ex->rq;
	switch (route_match(routes, routes_count, rq->method, rq->path, strlen(rq->path), ex->arena,
			    &ex->match)) {
	case ROUTE_FOUND:
		rq->route = ex->match.route;
		return true;
	case ROUTE_NO_METHOD:
		reply_header(&ex->rp, "Allow", route_allow_text(ex->match.allow, ex->arena));
		return err_set(e, ERR_METHOD, "%s is not possible here", rq->method);
	case ROUTE_NO_PATH:
		break;
	}
	bool reserved = strncmp(rq->path, "/api/", 5) == 0 || strncmp(rq->path, "/cal/", 5) == 0;
	if (reserved)
		return err_set(e, ERR_NOT_FOUND, "nothing is at this path");
	if (strcmp(rq->method, "GET") != 0 && strcmp(rq->method, "HEAD") != 0) {
		reply_header(&ex->rp, "Allow", "GET, HEAD");
		return err_set(e, ERR_METHOD, "%s is not possible here", rq->method);
	}
	ex->in_static = true;
	return true;
}

static bool choose_form(struct exchange *ex, const char *format, struct err *e)
{
	const struct request *rq = &ex->rq;
	static const char *const list[] = { "application/json", "text/csv" };
	static const char *const events[] = { "text/event-stream" };
	/* Who sends CSV may have its bad rows back as CSV. */
	bool is_list = rq->route->shape == REPLY_LIST ||
		       (rq->route->raw_type && strcmp(rq->route->raw_type, list[1]) == 0);
	if (rq->route->shape == REPLY_BYTES || rq->route->shape == REPLY_NONE)
		return true;
	if (format) {
		ex->rp.csv = strcmp(format, "csv") == 0;
		return !ex->rp.csv || is_list ||
		       err_set(e, ERR_NOT_ACCEPTABLE, "only lists come as CSV");
	}
	if (rq->route->shape == REPLY_EVENTS)
		return accept_choose(rq->accept, events, 1) == 0 ||
		       err_set(e, ERR_NOT_ACCEPTABLE, "this comes as text/event-stream");
	int chosen = accept_choose(rq->accept, list, is_list ? 2 : 1);
	ex->rp.csv = chosen == 1;
	return chosen >= 0 || err_set(e, ERR_NOT_ACCEPTABLE, "this comes as application/json%s",
				      is_list ? " or text/csv" : "");
}

static bool check_body(struct exchange *ex, const struct guard_result *g, struct err *e)
{
	const struct route *r = ex->rq.route;
	size_t max = request_body_max(&ex->rq);
	const char *wanted = r->body ? "application/json" : r->raw_type;
	body_init(&ex->body, max);
	if (!g->has_body)
		return true;
	if (max == 0)
		return err_set(e, ERR_MALFORMED, "%s %s takes no body", ex->rq.method, r->path);
	if (!media_type_is(header(ex, "Content-Type"), wanted))
		return err_set(e, ERR_MEDIA_TYPE, "send Content-Type: %s", wanted);
	const char *coding = header(ex, "Content-Encoding");
	if (coding && strcasecmp(coding, "identity") != 0)
		return err_set(e, ERR_MEDIA_TYPE, "send the body without Content-Encoding");
	if (g->content_length > (int64_t)max)
		return err_set(e, ERR_TOO_LARGE, "the body may have at most %zu bytes, this has %lld",
			       max, (long long)g->content_length);
	return true;
}

static bool admit(struct exchange *ex, struct err *e)
{
	struct request *rq = &ex->rq;
	if (rq->route->roles == ROLE_NOBODY)
		return auth_admit(rq, &ex->credentials, e);
	rq->db = db_take(ex->home->pool, e);
	bool ok = rq->db && auth_admit(rq, &ex->credentials, e);
	db_give(ex->home->pool, rq->db);
	rq->db = NULL;
	if (!ok && e->code == ERR_UNAUTHENTICATED)
		reply_header(&ex->rp, "WWW-Authenticate", "Bearer realm=\"cuadrante\"");
	return ok;
}

static bool prepare(struct exchange *ex, const struct guard_result *g, struct err *e)
{
	struct request *rq = &ex->rq;
	const char *format = NULL, *key = header(ex, "Idempotency-Key");
	if (!find_route(ex, e))
		return false;
	if (ex->in_static)
		return !g->has_body || err_set(e, ERR_MALFORMED, "this takes no body");
	if (!admit(ex, e) || !request_parse_query(rq, ex->query, &format, e) ||
	    !choose_form(ex, format, e) || !check_body(ex, g, e))
		return false;
	rq->idempotency_key = header_if_plain(ex, "Idempotency-Key", 200);
	if (key && (!rq->idempotency_key || !*key))
		return err_set(e, ERR_MALFORMED, "Idempotency-Key must be 1 to 200 plain characters");
	return true;
}

/* ---------------------------------------------------------------- running */

/* A read that found nothing says so if that is because of an id that does not exist. Agents, who see their own
 * alone, do not hear which ids others have. */
static bool found(struct exchange *ex, bool ok, struct err *e)
{
	struct request *rq = &ex->rq;
	bool refused = e->code == ERR_NOT_FOUND || e->code == ERR_INVALID;
	bool nothing = ok ? ex->rp.empty : refused && rq->user.role != ROLE_AGENT;
	if (!nothing || rq->route->method != METHOD_GET || !rq->db)
		return ok;
	return unknown_check(rq, e) && ok;
}

static bool run_handler(struct exchange *ex, struct err *e)
{
	struct request *rq = &ex->rq;
	const char *bytes;
	size_t n;
	if (ex->in_static)
		return static_reply(rq, &ex->rp, e);
	if (!body_view(&ex->body, &bytes, &n, e))
		return false;
	if (rq->route->body) {
		/* No body at all reads as {}: the answer then names what is missing. */
		if (!request_parse_json(rq, n ? bytes : "{}", n ? n : 2, e))
			return false;
	} else if (rq->route->raw_max) {
		rq->raw_body = bytes;
		rq->raw_len = n;
	}
	if (!(rq->route->flags & ROUTE_NO_DB)) {
		rq->db = db_take(ex->home->pool, e);
		if (!rq->db)
			return false;
	}
	if (rq->route->flags & ROUTE_CREATES)
		reply_status(&ex->rp, 201);
	bool ok = rq->route->sql ? sql_route_run(rq, &ex->rp, e) : rq->route->handle(rq, &ex->rp, e);
	if (ok && !ex->rp.done)
		ok = err_set(e, ERR_INTERNAL, "the handler of %s made no reply", rq->route->path);
	return found(ex, ok, e);
}

static void log_failure(const struct exchange *ex)
{
	if (ex->err.code == ERR_INTERNAL)
		log_error("request failed id=%s error=\"%s\"", ex->rq.id, ex->err.message);
}

void exchange_run(struct exchange *ex)
{
	if (!run_handler(ex, &ex->err)) {
		log_failure(ex);
		reply_problem(&ex->rp, &ex->err);
	}
	db_give(ex->home->pool, ex->rq.db);
	ex->rq.db = NULL;
}

/* ---------------------------------------------------------------- steps */

static enum MHD_Result refuse(struct exchange *ex)
{
	log_failure(ex);
	reply_problem(&ex->rp, &ex->err);
	return exchange_send(ex);
}

static enum MHD_Result begin(struct exchange *ex, const char *method, const char *version)
{
	struct guard_result g;
	struct request *rq = &ex->rq;
	rq->method = arena_strdup(ex->arena, method);
	guard_check(ex->connection, version, &g);
	const char *problem = ex->bad_target ? ex->bad_target : g.problem;
	size_t path_len = strcspn(ex->target, "?");
	rq->path = arena_strndup(ex->arena, ex->target, path_len);
	ex->query = ex->target[path_len] == '?' ? ex->target + path_len + 1 : NULL;
	if (problem) {
		rq->peer = socket_peer(ex);
		ex->rp.close = true;
		err_set(&ex->err, ERR_MALFORMED, "%s", problem);
		return refuse(ex);
	}
	read_headers(ex);
	ex->failed = !prepare(ex, &g, &ex->err);
	bool waits = header(ex, "Expect") != NULL, endless = g.content_length > DRAIN_MAX;
	if (ex->failed && g.has_body && (waits || endless)) {
		ex->rp.close = true;
		return refuse(ex);
	}
	reaper_stage(ex->watched, REAPER_BODY_S);
	ex->stage = STAGE_BODY;
	return MHD_YES;
}

static enum MHD_Result take(struct exchange *ex, const char *data, size_t n)
{
	ex->drained += n;
	if (!ex->failed)
		ex->failed = !body_add(&ex->body, data, n, &ex->err);
	return ex->failed && ex->drained > DRAIN_MAX ? MHD_NO : MHD_YES;
}

static bool is_slow(const struct exchange *ex)
{
	const struct route *r = ex->rq.route;
	return !ex->in_static && ((r->flags & ROUTE_SLOW) || (r->raw_max && !r->body));
}

enum MHD_Result exchange_step(struct exchange *ex, const char *method, const char *version,
			      const char *data, size_t *size)
{
	switch (ex->stage) {
	case STAGE_NEW:
		return begin(ex, method, version);
	case STAGE_BODY:
		if (*size > 0) {
			size_t n = *size;
			*size = 0;
			return take(ex, data, n);
		}
		reaper_stage(ex->watched, REAPER_NEVER);
		if (ex->failed)
			return refuse(ex);
		if (is_slow(ex) && lane_submit(ex->home->lane, ex))
			return MHD_YES;
		exchange_run(ex);
		return exchange_send(ex);
	case STAGE_READY:
		return exchange_send(ex);
	case STAGE_RUNNING:
	case STAGE_SENT:
		*size = 0;
		return MHD_YES;
	}
	return MHD_NO;
}
