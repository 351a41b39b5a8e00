/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Log-in and what follows from it: sessions, the throttle, passwords, machine tokens.
 *
 * A failed log-in costs the same whether the account exists or not. Attempts are counted in the
 * database, so that all front ends count together. Thread rule: session_start once before any thread.
 */
#ifndef HTTP_SESSION_H
#define HTTP_SESSION_H

#include "server/http/routes.h"

enum {
	LOGIN_FAILURES_MAX = 10,       /* of one account in 15 minutes, since its last success */
	LOGIN_PEER_FAILURES_MAX = 100, /* from one address in 15 minutes */
	LOGIN_WAIT_S = 900,
	PASSWORD_MIN = 10, PASSWORD_MAX = 200,
};

extern const struct fields login_fields, session_reply_fields, session_row_fields;
extern const struct fields password_change_fields;
extern const struct fields token_request_fields, token_fields, token_secret_fields;

bool session_start(struct err *e);

bool session_login_handle(struct request *rq, struct reply *rp, struct err *e);
bool session_get_handle(struct request *rq, struct reply *rp, struct err *e);
bool session_logout_handle(struct request *rq, struct reply *rp, struct err *e);
bool session_list_handle(struct request *rq, struct reply *rp, struct err *e);
bool session_revoke_handle(struct request *rq, struct reply *rp, struct err *e);
bool password_change_handle(struct request *rq, struct reply *rp, struct err *e);
bool token_create_handle(struct request *rq, struct reply *rp, struct err *e);
bool token_revoke_handle(struct request *rq, struct reply *rp, struct err *e);

#endif
