/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who is asking, and may they: session cookies with a CSRF token for people, bearer tokens for
 * machines. Password log-in with its throttle is in session_handlers.c.
 *
 * Thread rule: one thread at a time per request; uses the request's connection.
 */
#ifndef HTTP_AUTH_H
#define HTTP_AUTH_H

#include "server/http/request.h"

struct credentials { /* as the headers gave them; NULL: absent */
	const char *bearer;
	const char *csrf;
	const char *fetch_site; /* Sec-Fetch-Site */
};

extern const char *const role_names[]; /* index i is role 1 << i; NULL-terminated */
const char *role_name(enum role r);

/* Fills rq->user from the session cookie or the token and checks the route's role and CSRF.
 * ERR_UNAUTHENTICATED, ERR_FORBIDDEN. Open routes need no rq->db. */
bool auth_admit(struct request *rq, const struct credentials *c, struct err *e);

#endif
