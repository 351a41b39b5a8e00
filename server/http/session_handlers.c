/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/secret.h"
#include "server/http/auth.h"
#include "server/http/session.h"

static char nobodys_hash[SECRET_PASSWORD_HASH]; /* of a password that nobody has; const after start */

/* ---------------------------------------------------------------- shapes */

struct login {
	const char *login, *password;
};
static const struct field login_rows[] = {
	F_TEXT(struct login, login, FIELD_OPTIONAL, 1, 200, "account; not needed behind single sign-on"),
	F_TEXT(struct login, password, FIELD_OPTIONAL | FIELD_SECRET, 1, PASSWORD_MAX, "password"),
};
const struct fields login_fields = FIELDS("Login", struct login, login_rows);

struct session_user {
	int64_t id, role, agent_id;
	const char *login, *name, *locale;
	int64_t *site_ids;
	size_t site_count;
};
static const struct field session_user_rows[] = {
	F_INT(struct session_user, id, 0, 0, 0, "permanent id"),
	F_TEXT(struct session_user, login, 0, 0, 0, "account"),
	F_TEXT(struct session_user, name, 0, 0, 0, "shown name"),
	F_ENUM(struct session_user, role, 0, role_names, "what this user may do"),
	F_INT(struct session_user, agent_id, FIELD_OPTIONAL, 0, 0, "the agent this user is"),
	F_TEXT(struct session_user, locale, 0, 0, 0, "language"),
	F_LIST_OF(struct session_user, site_ids, site_count, 0, FIELD_INT, 0, 0, "sites of a site manager"),
};
static const struct fields session_user_fields =
	FIELDS("User", struct session_user, session_user_rows);

struct session_reply {
	struct session_user user;
	const char *csrf;
};
static const struct field session_reply_rows[] = {
	F_OBJECT(struct session_reply, user, 0, &session_user_fields, "who is logged in"),
	F_TEXT(struct session_reply, csrf, 0, 0, 0, "send it as X-CSRF-Token with every change"),
};
const struct fields session_reply_fields =
	FIELDS("Session", struct session_reply, session_reply_rows);

struct session_row {
	int64_t id, created_at, last_seen_at, expires_at;
	const char *peer, *user_agent;
	bool current;
};
static const struct field session_row_rows[] = {
	F_INT(struct session_row, id, 0, 0, 0, "permanent id"),
	F_INSTANT(struct session_row, created_at, 0, "log-in"),
	F_INSTANT(struct session_row, last_seen_at, 0, "last request, to the minute"),
	F_INSTANT(struct session_row, expires_at, 0, "end"),
	F_TEXT(struct session_row, peer, 0, 0, 0, "address it was opened from"),
	F_TEXT(struct session_row, user_agent, 0, 0, 0, "browser it was opened with"),
	F_BOOL(struct session_row, current, 0, "this very session"),
};
const struct fields session_row_fields = FIELDS("SessionRow", struct session_row, session_row_rows);

struct password_change {
	const char *password, *new_password;
};
static const struct field password_change_rows[] = {
	F_TEXT(struct password_change, password, FIELD_SECRET, 1, PASSWORD_MAX, "the present one"),
	F_TEXT(struct password_change, new_password, FIELD_SECRET, PASSWORD_MIN, PASSWORD_MAX, "the new one"),
};
const struct fields password_change_fields =
	FIELDS("PasswordChange", struct password_change, password_change_rows);

struct account {
	int64_t id, role, agent_id;
	const char *login, *name, *password_hash, *locale;
	bool disabled;
};
static const struct field account_rows[] = {
	F_INT(struct account, id, 0, 0, 0, NULL),
	F_TEXT(struct account, login, 0, 0, 0, NULL),
	F_TEXT(struct account, name, 0, 0, 0, NULL),
	F_TEXT(struct account, password_hash, FIELD_OPTIONAL, 0, 0, NULL),
	F_ENUM(struct account, role, 0, role_names, NULL),
	F_INT(struct account, agent_id, FIELD_OPTIONAL, 0, 0, NULL),
	F_TEXT(struct account, locale, 0, 0, 0, NULL),
	F_BOOL(struct account, disabled, 0, NULL),
};
static const struct fields account_fields = FIELDS("Account", struct account, account_rows);

struct failures {
	int64_t by_login, by_peer;
};
static const struct field failures_rows[] = {
	F_INT(struct failures, by_login, 0, 0, 0, NULL),
	F_INT(struct failures, by_peer, 0, 0, 0, NULL),
};
static const struct fields failures_fields = FIELDS("Failures", struct failures, failures_rows);

bool session_start(struct err *e)
{
	char token[SECRET_TOKEN_TEXT];
	secret_token(token);
	return secret_password_hash(token, nobodys_hash, e);
}

/* ---------------------------------------------------------------- log-in */

/* Writes the attempt down, then looks how many have failed lately, this one included. */
static bool count_attempt(struct request *rq, struct reply *rp, const char *login, int64_t *attempt,
			  struct err *e)
{
	struct failures f;
	if (!db_int_value(rq->db, SQL_LOGIN_ATTEMPT_ADD,
			  DB_ARGS(db_text("login", login), db_text("peer", rq->peer)), NULL, attempt, e) ||
	    !db_one(rq->db, SQL_LOGIN_ATTEMPTS_FAILED,
		    DB_ARGS(db_text("login", login), db_text("peer", rq->peer)), NULL, &failures_fields,
		    rq->arena, &f, e))
		return false;
	if (f.by_login <= LOGIN_FAILURES_MAX && f.by_peer <= LOGIN_PEER_FAILURES_MAX)
		return true;
	reply_header(rp, "Retry-After", arena_printf(rq->arena, "%d", (int)LOGIN_WAIT_S));
	return err_set(e, ERR_THROTTLED, "too many failed log-ins; try again in %d minutes",
		       (int)LOGIN_WAIT_S / 60);
}

static bool find_account(struct request *rq, const char *login, struct account *out, bool *found,
			 struct err *e)
{
	*found = db_one(rq->db, SQL_USER_BY_LOGIN, DB_ARGS(db_text("login", login)), NULL,
			&account_fields, rq->arena, out, e);
	if (!*found && e->code != ERR_NOT_FOUND)
		return false;
	if (!*found)
		err_clear(e);
	return true;
}

/* The same work and the same words for a wrong password, an unknown account and a disabled one. */
static bool check_password(const struct account *a, bool found, const char *password, struct err *e)
{
	bool usable = found && a->password_hash && !a->disabled;
	bool right = secret_password_check(usable ? a->password_hash : nobodys_hash, password);
	return (usable && right) || err_set(e, ERR_UNAUTHENTICATED, "wrong account or password");
}

static void set_cookie(struct request *rq, struct reply *rp, const char *token, int64_t max_age_s)
{
	reply_header(rp, "Set-Cookie",
		     arena_printf(rq->arena, "%s=%s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%lld%s",
				  rq->secure ? "__Host-cuadrante" : "cuadrante", token,
				  (long long)max_age_s, rq->secure ? "; Secure" : ""));
}

static bool reply_session(struct request *rq, struct reply *rp, const char *token, struct err *e)
{
	struct session_reply s;
	char csrf[SECRET_TOKEN_TEXT];
	if (!secret_derive(token, "csrf", csrf))
		return err_set(e, ERR_UNAUTHENTICATED, "this is no token of ours");
	if (!db_one(rq->db, SQL_USER_GET, DB_ARGS(db_int("user_id", rq->user.id)), NULL,
		    &session_user_fields, rq->arena, &s.user, e))
		return false;
	s.csrf = arena_strdup(rq->arena, csrf);
	return reply_one(rp, &session_reply_fields, &s, e);
}

static bool open_session(struct request *rq, const char *token, struct err *e)
{
	char token_hash[SECRET_HASH_HEX], csrf[SECRET_TOKEN_TEXT], csrf_hash[SECRET_HASH_HEX];
	if (!secret_hash(token, token_hash) || !secret_derive(token, "csrf", csrf) ||
	    !secret_hash(csrf, csrf_hash))
		return err_set(e, ERR_INTERNAL, "a fresh token does not hash");
	return db_int_value(rq->db, SQL_SESSION_ADD,
			    DB_ARGS(db_text("token_hash", token_hash), db_text("csrf_hash", csrf_hash),
				    db_int("user_id", rq->user.id),
				    db_int("hours", rq->config->session_hours),
				    db_text("peer", rq->peer),
				    db_text("user_agent", rq->user_agent ? rq->user_agent : "")),
			    NULL, &rq->user.session_id, e) &&
	       request_audit(rq, "log_in", "session", rq->user.session_id, NULL, NULL, NULL, e) &&
	       db_run(rq->db, SQL_SESSION_FORGET_EXPIRED, DB_NONE, NULL, NULL, e) &&
	       db_run(rq->db, SQL_LOGIN_ATTEMPTS_FORGET, DB_NONE, NULL, NULL, e);
}

static bool start_session(struct request *rq, struct reply *rp, const struct account *a,
			  int64_t attempt, struct err *e)
{
	char token[SECRET_TOKEN_TEXT];
	rq->user = (struct user){ .id = a->id, .role = (enum role)(1u << a->role),
				  .agent_id = a->agent_id, .login = a->login, .locale = a->locale };
	secret_token(token);
	if (!db_begin(rq->db, e) || !open_session(rq, token, e) ||
	    (attempt != FIELD_NULL &&
	     !db_run(rq->db, SQL_LOGIN_ATTEMPT_SUCCEEDED, DB_ARGS(db_int("id", attempt)), NULL, NULL, e)) ||
	    !reply_session(rq, rp, token, e) || !db_commit(rq->db, e))
		return false;
	set_cookie(rq, rp, token, rq->config->session_hours * 3600);
	return true;
}

bool session_login_handle(struct request *rq, struct reply *rp, struct err *e)
{
	const struct login *in = rq->body;
	struct account account;
	bool found;
	int64_t attempt = FIELD_NULL;
	if (rq->sso_login && !in->login) {
		if (!find_account(rq, rq->sso_login, &account, &found, e))
			return false;
		if (!found || account.disabled)
			return err_set(e, ERR_FORBIDDEN, "no account for this single sign-on");
		return start_session(rq, rp, &account, attempt, e);
	}
	if (!in->login)
		err_at(e, ERR_INVALID, "/login", "is missing");
	if (!in->password)
		err_at(e, ERR_INVALID, "/password", "is missing");
	if (e->code != ERR_NONE)
		return false;
	return count_attempt(rq, rp, in->login, &attempt, e) &&
	       find_account(rq, in->login, &account, &found, e) &&
	       check_password(&account, found, in->password, e) &&
	       start_session(rq, rp, &account, attempt, e);
}

bool session_get_handle(struct request *rq, struct reply *rp, struct err *e)
{
	if (!rq->user.session_id)
		return err_set(e, ERR_NOT_FOUND, "a token has no session");
	return reply_session(rq, rp, rq->session_token, e);
}

/* ---------------------------------------------------------------- ending sessions */

static bool end_session(struct request *rq, int64_t session_id, const char *action, struct err *e)
{
	int64_t ended = 0;
	if (!db_begin(rq->db, e) ||
	    !db_run(rq->db, SQL_SESSION_END,
		    DB_ARGS(db_int("session_id", session_id), db_int("user_id", rq->user.id)), NULL,
		    &ended, e))
		return false;
	if (ended == 0)
		return err_set(e, ERR_NOT_FOUND, "no such session of yours");
	return request_audit(rq, action, "session", session_id, NULL, NULL, NULL, e) &&
	       db_commit(rq->db, e);
}

bool session_logout_handle(struct request *rq, struct reply *rp, struct err *e)
{
	if (rq->user.session_id && !end_session(rq, rq->user.session_id, "log_out", e))
		return false;
	set_cookie(rq, rp, "", 0);
	return reply_none(rp, e);
}

bool session_list_handle(struct request *rq, struct reply *rp, struct err *e)
{
	void *rows;
	size_t n;
	return db_rows(rq->db, SQL_SESSION_LIST,
		       DB_ARGS(db_int("user_id", rq->user.id), db_int("session_id", rq->user.session_id)),
		       NULL, &session_row_fields, rq->arena, &rows, &n, e) &&
	       reply_list(rp, &session_row_fields, rows, n, NULL, e);
}

bool session_revoke_handle(struct request *rq, struct reply *rp, struct err *e)
{
	return end_session(rq, request_path_int(rq, "session_id"), "revoke", e) && reply_none(rp, e);
}

/* ---------------------------------------------------------------- password */

bool password_change_handle(struct request *rq, struct reply *rp, struct err *e)
{
	const struct password_change *in = rq->body;
	struct account account;
	char hash[SECRET_PASSWORD_HASH];
	int64_t attempt;
	bool found;
	if (!rq->user.session_id)
		return err_set(e, ERR_FORBIDDEN, "a token cannot change a password");
	if (!count_attempt(rq, rp, rq->user.login, &attempt, e) ||
	    !find_account(rq, rq->user.login, &account, &found, e))
		return false;
	if (!check_password(&account, found, in->password, e)) {
		err_clear(e);
		return err_at(e, ERR_INVALID, "/password", "is not your present password");
	}
	if (strcmp(in->password, in->new_password) == 0)
		return err_at(e, ERR_INVALID, "/new_password", "is the present one");
	if (!secret_password_hash(in->new_password, hash, e) || !db_begin(rq->db, e) ||
	    !db_run(rq->db, SQL_LOGIN_ATTEMPT_SUCCEEDED, DB_ARGS(db_int("id", attempt)), NULL, NULL, e) ||
	    !db_run(rq->db, SQL_USER_PASSWORD_SET,
		    DB_ARGS(db_int("user_id", rq->user.id), db_text("password_hash", hash)), NULL, NULL,
		    e) ||
	    !db_run(rq->db, SQL_SESSION_END_OTHERS,
		    DB_ARGS(db_int("user_id", rq->user.id), db_int("session_id", rq->user.session_id)),
		    NULL, NULL, e) ||
	    !request_audit(rq, "change_password", "user", rq->user.id, NULL, NULL, NULL, e) ||
	    !db_commit(rq->db, e))
		return false;
	return reply_none(rp, e);
}
