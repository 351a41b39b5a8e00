/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One HTTP request as a handler sees it: already guarded, routed, authenticated, parsed and checked.
 *
 * The daemon owns it and its arena; both die after the reply is queued. A handler runs on one thread.
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "server/base/arena.h"
#include "server/base/config.h"
#include "server/base/err.h"
#include "server/base/field.h"
#include "server/store/db.h"

enum role { ROLE_PLANNER = 1, ROLE_SITE_MANAGER = 2, ROLE_AGENT = 4, ROLE_HR = 8, ROLE_ADMIN = 16 };
enum {
	ROLE_NOBODY = 0, /* open route: no log-in needed */
	ROLE_PLANNING = ROLE_PLANNER | ROLE_ADMIN,
	ROLE_PERSONNEL = ROLE_SITE_MANAGER | ROLE_HR | ROLE_ADMIN,
	ROLE_STAFF = ROLE_PLANNER | ROLE_SITE_MANAGER | ROLE_HR | ROLE_ADMIN,
	ROLE_ANY = ROLE_STAFF | ROLE_AGENT,
};

struct user {
	int64_t id;        /* app_user.id; 0 on open routes */
	int64_t session_id;
	enum role role;
	int64_t agent_id;  /* FIELD_NULL unless the user is an agent */
	const char *login;
	const char *locale; /* en, es */
};

struct route;
struct route_match;

/* What rq->query points to on a route without query fields of its own. */
struct page {
	int64_t limit;      /* rows a reply may hold, PAGE_LIMIT unless asked otherwise */
	const char *cursor; /* as the last reply's `next` gave it; NULL: from the start */
};
extern const struct fields page_fields;

struct request {
	const struct route *route;
	const struct route_match *match;
	struct arena *arena;
	struct db *db;             /* this request's connection */
	struct db_pool *pool;      /* only for streams that outlive the handler */
	const struct config *config;
	struct user user;
	char id[33];               /* request id, also in replies and the audit log */
	const char *method;
	const char *path;
	const void *query;         /* struct described by route->query, filled and checked */
	const void *body;          /* struct described by route->body */
	const char *raw_body;      /* bytes of a non-JSON body (CSV) held in memory, route->raw_max */
	size_t raw_len;
	const char *if_match, *if_none_match, *if_modified_since, *accept, *accept_encoding;
	const char *idempotency_key;
	const char *last_event_id;
	const char *peer;          /* address of the client; behind trusted-proxy, the one it forwards */
	const char *user_agent;
	const char *sso_login;     /* said by the trusted proxy; NULL: none */
	const char *session_token; /* text of the session cookie; NULL: none */
	bool secure;               /* cookies carry Secure and the __Host- prefix */
};

/* A typed parameter of the route's path: "/sites/{site_id:int}". Asserts that the route has it. */
int64_t request_path_int(const struct request *rq, const char *name);
const char *request_path_text(const struct request *rq, const char *name);

/* Opaque cursors: any text a handler needs to go on from. ERR_INVALID at "?cursor" when not ours. */
const char *request_cursor_make(struct arena *a, const char *text);
bool request_cursor_read(struct request *rq, const char *cursor, const char **text, struct err *e);

/* Appends to the audit log within the request's connection (so inside its transaction). before and
 * after are described by f; either may be NULL. */
bool request_audit(struct request *rq, const char *action, const char *entity, int64_t entity_id,
		   const struct fields *f, const void *before, const void *after, struct err *e);

/* A site manager sees own sites only; everyone else with the route's role sees all. ERR_FORBIDDEN. */
bool request_may_see_site(struct request *rq, int64_t site_id, struct err *e);

#endif
