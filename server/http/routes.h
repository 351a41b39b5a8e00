/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The routes table: the one place that says which method and path exists, who may call it, what it
 * takes and gives. It drives dispatch, authorisation, 405/404, parsing, and the OpenAPI document.
 *
 * A plain read needs no handler: a row with `sql` set is answered by the daemon, which binds the
 * statement's arguments by name from path parameters, query fields, and :user_id, :user_role, :agent_id.
 * A REPLY_LIST statement with :limit and :cursor pages by the column that its reply fields call `id`:
 *     WHERE (:cursor::bigint IS NULL OR id > :cursor::bigint) ORDER BY id LIMIT :limit::bigint
 * (the daemon asks for one row more than it shows, to know whether there is a next page).
 *
 * To add a route: a row in the block of its resource in routes.c, its handler's prototype in
 * handlers.h, the handler in <resource>_handlers.c, its statements in sql/queries/, its fields in
 * server/domain. The OpenAPI document, /docs, the roles test and the metrics follow by themselves.
 */
#ifndef HTTP_ROUTES_H
#define HTTP_ROUTES_H

#include <stddef.h>
#include "server/http/reply.h"
#include "server/http/request.h"

enum method { METHOD_GET, METHOD_POST, METHOD_PUT, METHOD_PATCH, METHOD_DELETE };
enum reply_shape { REPLY_ONE, REPLY_LIST, REPLY_NONE, REPLY_JOB, REPLY_EVENTS, REPLY_BYTES };

struct route {
	enum method method;
	const char *path;            /* "/api/v1/sites/{site_id:int}"; types: int, text, token */
	unsigned roles;              /* mask of enum role; ROLE_NOBODY: open */
	const struct fields *query;  /* NULL: no query parameters but format, limit, cursor (struct page) */
	const struct fields *body;   /* NULL: no body, unless raw_max */
	size_t raw_max;              /* > 0: body of at most so many bytes; raw, in raw_body, when body is NULL */
	const char *raw_type;        /* its media type, "text/csv" */
	const struct fields *reply;
	enum reply_shape shape;
	int sql;                     /* enum sql_id + 1 for handler-less reads; use ROUTE_SQL(); 0: none */
	bool (*handle)(struct request *rq, struct reply *rp, struct err *e);
	const char *summary;
	const char *reply_type;      /* REPLY_BYTES: its media type, for the document */
	unsigned flags;
};

enum route_flag {
	ROUTE_NO_DB = 1,   /* the handler needs no database connection; rq->db is NULL */
	ROUTE_CREATES = 2, /* answers 201 */
	ROUTE_SLOW = 4,    /* may take more than some 50 ms (imports, password hashing): runs on a thread
	                    * of its own lane, so that nobody else's request waits behind it. Routes
	                    * with raw_max are slow without saying so. */
};

#define ROUTE_SQL(id) ((int)(id) + 1)

extern const struct route routes[];
extern const size_t routes_count;

#endif
