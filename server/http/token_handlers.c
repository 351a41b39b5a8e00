/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokens for machines: made and revoked by administrators, shown once, kept as a hash. */
#include "server/base/secret.h"
#include "server/http/auth.h"
#include "server/http/session.h"

struct token_request {
	const char *name;
	int64_t role;
};

/* An agent's data belong to the agent: machines get the other roles. */
static const struct field token_request_rows[] = {
	F_TEXT(struct token_request, name, 0, 1, 100, "what it is for"),
	F_ENUM(struct token_request, role, 0, role_names, "its scope; any role but agent"),
};
const struct fields token_request_fields =
	FIELDS("TokenRequest", struct token_request, token_request_rows);

struct token {
	int64_t id, role, user_id, created_at, last_used_at, revoked_at;
	const char *name, *token;
};
#define TOKEN_ROWS                                                                     \
	F_INT(struct token, id, 0, 0, 0, "permanent id"),                              \
	F_TEXT(struct token, name, 0, 0, 0, "what it is for"),                         \
	F_ENUM(struct token, role, 0, role_names, "its scope"),                        \
	F_INT(struct token, user_id, 0, 0, 0, "who made it"),                          \
	F_INSTANT(struct token, created_at, 0, "when"),                                \
	F_INSTANT(struct token, last_used_at, FIELD_OPTIONAL, "last use, to the minute"), \
	F_INSTANT(struct token, revoked_at, FIELD_OPTIONAL, "when it was revoked")
static const struct field token_rows[] = { TOKEN_ROWS };
static const struct field token_secret_rows[] = {
	TOKEN_ROWS,
	F_TEXT(struct token, token, 0, 0, 0, "send it as Authorization: Bearer; never shown again"),
};
const struct fields token_fields = FIELDS("Token", struct token, token_rows);
const struct fields token_secret_fields = FIELDS("TokenSecret", struct token, token_secret_rows);

bool token_create_handle(struct request *rq, struct reply *rp, struct err *e)
{
	const struct token_request *in = rq->body;
	struct token t;
	char text[SECRET_TOKEN_TEXT], hash[SECRET_HASH_HEX];
	int64_t id;
	if (1u << in->role == ROLE_AGENT)
		return err_at(e, ERR_INVALID, "/role", "must not be agent");
	secret_token(text);
	if (!secret_hash(text, hash))
		return err_set(e, ERR_INTERNAL, "a fresh token does not hash");
	if (!db_begin(rq->db, e) ||
	    !db_int_value(rq->db, SQL_API_TOKEN_ADD,
			  DB_ARGS(db_text("token_hash", hash), db_text("name", in->name),
				  db_text("role", role_names[in->role]), db_int("user_id", rq->user.id)),
			  NULL, &id, e) ||
	    !db_one(rq->db, SQL_API_TOKEN_GET, DB_ARGS(db_int("token_id", id)), NULL, &token_fields,
		    rq->arena, &t, e) ||
	    !request_audit(rq, "create", "token", id, &token_fields, NULL, &t, e) ||
	    !db_commit(rq->db, e))
		return false;
	t.token = text;
	return reply_one(rp, &token_secret_fields, &t, e);
}

bool token_revoke_handle(struct request *rq, struct reply *rp, struct err *e)
{
	int64_t id = request_path_int(rq, "token_id"), revoked = 0;
	if (!db_begin(rq->db, e) ||
	    !db_run(rq->db, SQL_API_TOKEN_REVOKE, DB_ARGS(db_int("token_id", id)), NULL, &revoked, e))
		return false;
	if (revoked == 0)
		return err_set(e, ERR_NOT_FOUND, "no such token, or it was revoked before");
	return request_audit(rq, "revoke", "token", id, NULL, NULL, NULL, e) &&
	       db_commit(rq->db, e) && reply_none(rp, e);
}
