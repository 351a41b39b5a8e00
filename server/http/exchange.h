/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One request on its way through: guard, route, log-in, body, handler, reply. Private to the HTTP layer.
 *
 * The library calls exchange_open with the request line, exchange_step until a reply is queued, and
 * exchange_close when the request has ended, all on the connection's own thread. Between suspend and
 * resume a slow handler runs on a lane thread, and only that thread touches the exchange.
 */
#ifndef HTTP_EXCHANGE_H
#define HTTP_EXCHANGE_H

#include <microhttpd.h>
#include "server/base/config.h"
#include "server/http/auth.h"
#include "server/http/body.h"
#include "server/http/reply_build.h"
#include "server/http/request.h"
#include "server/http/route_match.h"

struct lane;
struct metrics;
struct reaper;
struct sse;
struct watched;

/* What all exchanges share; owned by the daemon. */
struct exchange_home {
	const struct config *config;
	struct db_pool *pool;
	struct lane *lane;
	struct metrics *metrics;
	struct sse *sse;
	bool https; /* public_url says so: Strict-Transport-Security is sent */
};

enum exchange_stage { STAGE_NEW, STAGE_BODY, STAGE_RUNNING, STAGE_READY, STAGE_SENT };

struct exchange {
	const struct exchange_home *home;
	struct MHD_Connection *connection;
	struct watched *watched;
	struct arena *arena;
	struct request rq;
	struct reply rp;
	struct route_match match;
	struct credentials credentials;
	struct err err;
	bool failed;           /* err is the answer once the body has been drained */
	bool in_static;        /* no row of the table: a file of the web page */
	enum exchange_stage stage;
	struct body body;
	size_t drained;
	const char *target;    /* as on the wire */
	const char *bad_target;
	const char *query;
	double started;
	struct exchange *lane_next;
};

struct exchange *exchange_open(const struct exchange_home *home, struct MHD_Connection *c,
			       struct watched *w, const char *target);
enum MHD_Result exchange_step(struct exchange *ex, const char *method, const char *version,
			      const char *data, size_t *size);
void exchange_close(struct exchange *ex); /* accepts NULL */

/* Runs the handler (on whichever thread) and leaves the reply in ex->rp. Never fails. */
void exchange_run(struct exchange *ex);
/* Turns the reply into a queued response (exchange_send.c). */
enum MHD_Result exchange_send(struct exchange *ex);

#endif
