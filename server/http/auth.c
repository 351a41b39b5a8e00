/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <strings.h>
#include "server/base/secret.h"
#include "server/http/auth.h"
#include "server/http/routes.h"

const char *const role_names[] = { "planner", "site_manager", "agent", "hr", "admin", NULL };

const char *role_name(enum role r)
{
	for (int i = 0; role_names[i]; i++)
		if ((unsigned)r == 1u << i)
			return role_names[i];
	return "";
}

struct identity {
	int64_t session_id, id, role, agent_id;
	const char *csrf_hash, *login, *locale;
	bool stale;
};

static const struct field identity_rows[] = {
	F_INT(struct identity, session_id, 0, 0, 0, NULL),
	F_INT(struct identity, id, 0, 0, 0, NULL),
	F_TEXT(struct identity, login, 0, 0, 0, NULL),
	F_ENUM(struct identity, role, 0, role_names, NULL),
	F_INT(struct identity, agent_id, FIELD_OPTIONAL, 0, 0, NULL),
	F_TEXT(struct identity, locale, 0, 0, 0, NULL),
	F_TEXT(struct identity, csrf_hash, 0, 0, 0, NULL),
	F_BOOL(struct identity, stale, 0, NULL),
};
static const struct fields identity_fields = FIELDS("Identity", struct identity, identity_rows);

static bool find(struct request *rq, enum sql_id id, const char *token, struct identity *who,
		 struct err *e)
{
	char hash[SECRET_HASH_HEX];
	if (!secret_hash(token, hash))
		return err_set(e, ERR_UNAUTHENTICATED, "this is no token of ours");
	if (db_one(rq->db, id, DB_ARGS(db_text("token_hash", hash)), NULL, &identity_fields, rq->arena,
		   who, e))
		return true;
	if (e->code != ERR_NOT_FOUND)
		return false;
	err_clear(e);
	return err_set(e, ERR_UNAUTHENTICATED, "the log-in has ended or the token is not valid");
}

static bool is_safe(const char *method)
{
	return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

static bool csrf_sound(const struct credentials *c, const struct identity *who)
{
	char hash[SECRET_HASH_HEX];
	return c->csrf && secret_hash(c->csrf, hash) && secret_equal(hash, who->csrf_hash);
}

bool auth_admit(struct request *rq, const struct credentials *c, struct err *e)
{
	struct identity who = { 0 };
	bool by_token = c->bearer != NULL;
	if (!is_safe(rq->method) && !by_token && c->fetch_site &&
	    strcasecmp(c->fetch_site, "cross-site") == 0)
		return err_set(e, ERR_FORBIDDEN, "a page of another site may not do this");
	if (rq->route->roles == ROLE_NOBODY)
		return true;
	if (!by_token && !rq->session_token)
		return err_set(e, ERR_UNAUTHENTICATED, "this needs a log-in or a token");
	if (!find(rq, by_token ? SQL_API_TOKEN_FIND : SQL_SESSION_FIND,
		  by_token ? c->bearer : rq->session_token, &who, e))
		return false;
	rq->user = (struct user){ .id = who.id, .session_id = by_token ? 0 : who.session_id,
				  .role = (enum role)(1u << who.role), .agent_id = who.agent_id,
				  .login = who.login, .locale = who.locale };
	if (!(rq->route->roles & (unsigned)rq->user.role))
		return err_set(e, ERR_FORBIDDEN, "a log-in with the role %s may not do this",
			       role_name(rq->user.role));
	if (!by_token && !is_safe(rq->method) && !csrf_sound(c, &who))
		return err_set(e, ERR_FORBIDDEN,
			       "X-CSRF-Token is missing or wrong; GET /api/v1/session gives it");
	if (who.stale && !db_run(rq->db, by_token ? SQL_API_TOKEN_TOUCH : SQL_SESSION_TOUCH,
				 DB_ARGS(db_int("session_id", who.session_id)), NULL, NULL, e))
		return false;
	return true;
}
