/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/http/account_handlers.h"

#include <stdio.h>

#include "server/base/secret.h"
#include "server/domain/catalogue.h"
#include "server/http/auth.h"
#include "server/http/session.h"

static const char *const account_state_names[] = { "active", "disabled", NULL };

struct account {
	int64_t id, role, agent_id, locale, created_at, state;
	const char *login, *name, *password;
	bool disabled;
	int64_t *site_ids;
	size_t site_count;
};

#define SITE_IDS                                                                               \
	F_LIST_OF(struct account, site_ids, site_count, FIELD_OPTIONAL, FIELD_INT, 0, 1000,    \
		  "sites of a site manager")

static const struct field account_rows[] = {
	F_INT(struct account, id, 0, 0, 0, "permanent id"),
	F_TEXT(struct account, login, 0, 1, 200, "what the person types"),
	F_TEXT(struct account, name, 0, 0, 200, "shown name"),
	F_ENUM(struct account, role, 0, role_names, "what the person may do"),
	F_INT(struct account, agent_id, FIELD_OPTIONAL, 0, 0, "the agent the person is"),
	F_ENUM(struct account, locale, 0, locale_names, "language"),
	F_BOOL(struct account, disabled, 0, "may not log in"),
	F_INSTANT(struct account, created_at, 0, "when it was made"),
	SITE_IDS,
};
static const struct field account_new_rows[] = {
	F_TEXT(struct account, login, 0, 1, 200, "what the person types"),
	{ .name = "name", .type = FIELD_TEXT, .offset = offsetof(struct account, name),
	  .flags = FIELD_OPTIONAL, .max = 200, .fallback = "\"\"", .help = "shown name" },
	F_ENUM(struct account, role, 0, role_names, "what the person may do"),
	F_INT(struct account, agent_id, FIELD_OPTIONAL, 1, 9e15, "role agent: which"),
	{ .name = "locale", .type = FIELD_ENUM, .offset = offsetof(struct account, locale),
	  .flags = FIELD_OPTIONAL, .names = locale_names, .fallback = "\"es\"", .help = "language" },
	F_TEXT(struct account, password, FIELD_OPTIONAL | FIELD_SECRET, PASSWORD_MIN, PASSWORD_MAX,
	       "none: only single sign-on gets in"),
	SITE_IDS,
};
static const struct field account_change_rows[] = {
	F_TEXT(struct account, name, FIELD_OPTIONAL, 0, 200, "shown name"),
	F_ENUM(struct account, locale, FIELD_OPTIONAL, locale_names, "language"),
	F_ENUM(struct account, state, FIELD_OPTIONAL, account_state_names, "disabled ends all its sessions"),
	F_TEXT(struct account, password, FIELD_OPTIONAL | FIELD_SECRET, PASSWORD_MIN, PASSWORD_MAX,
	       "a new one; ends all its sessions"),
	SITE_IDS,
};
const struct fields account_fields = FIELDS("Account", struct account, account_rows);
const struct fields account_new_fields = FIELDS("AccountNew", struct account, account_new_rows);
const struct fields account_change_fields =
	FIELDS("AccountChange", struct account, account_change_rows);

static bool get(struct request *rq, int64_t id, struct account *out, struct err *e)
{
	return db_one(rq->db, SQL_ACCOUNT_GET, DB_ARGS(db_int("account_id", id)), NULL, &account_fields,
		      rq->arena, out, e);
}

static bool hash_password(const struct account *in, char out[SECRET_PASSWORD_HASH],
			  const char **hash, struct err *e)
{
	*hash = NULL;
	if (!in->password)
		return true;
	*hash = out;
	return secret_password_hash(in->password, out, e);
}

static bool exists(struct request *rq, enum sql_id id, int64_t value, const char *pointer,
		   const char *what, struct err *e)
{
	int64_t count;
	return db_int_value(rq->db, id, DB_ARGS(db_int("id", value)), NULL, &count, e) &&
	       (count > 0 || err_at(e, ERR_INVALID, pointer, "there is no %s %lld", what, (long long)value));
}

static bool check_sites(struct request *rq, const struct account *in, bool manager, struct err *e)
{
	char place[40];
	bool ok = true;
	if (in->site_count > 0 && !manager)
		return err_at(e, ERR_INVALID, "/site_ids", "only a site manager has sites");
	for (size_t i = 0; i < in->site_count; i++) {
		snprintf(place, sizeof(place), "/site_ids/%zu", i);
		ok = exists(rq, SQL_SITE_EXISTS, in->site_ids[i], place, "site", e) && ok;
	}
	return ok;
}

static bool set_sites(struct request *rq, int64_t id, const struct account *in, struct err *e)
{
	const struct db_from from = { &account_change_fields, in };
	return in->site_count == 0 || db_run(rq->db, SQL_ACCOUNT_SITES_REPLACE,
					     DB_ARGS(db_int("account_id", id)), &from, NULL, e);
}

static bool check_new(struct request *rq, const struct account *in, struct err *e)
{
	bool is_agent = 1u << in->role == ROLE_AGENT;
	bool ok = check_sites(rq, in, 1u << in->role == ROLE_SITE_MANAGER, e);
	if (is_agent != (in->agent_id != FIELD_NULL))
		return err_at(e, ERR_INVALID, "/agent_id",
			      is_agent ? "is needed for the role agent" : "is only for the role agent");
	if (is_agent)
		ok = exists(rq, SQL_AGENT_EXISTS, in->agent_id, "/agent_id", "agent", e) && ok;
	return ok;
}

bool account_create_handle(struct request *rq, struct reply *rp, struct err *e)
{
	const struct account *in = rq->body;
	const struct db_from from = { &account_new_fields, in };
	char room[SECRET_PASSWORD_HASH];
	const char *hash;
	struct account out;
	int64_t id;
	return check_new(rq, in, e) && hash_password(in, room, &hash, e) && db_begin(rq->db, e) &&
	       db_int_value(rq->db, SQL_ACCOUNT_INSERT, DB_ARGS(db_text("password_hash", hash)), &from,
			    &id, e) &&
	       set_sites(rq, id, in, e) && get(rq, id, &out, e) &&
	       request_audit(rq, "create", "account", id, &account_fields, NULL, &out, e) &&
	       db_commit(rq->db, e) && reply_one(rp, &account_fields, &out, e);
}

bool account_change_handle(struct request *rq, struct reply *rp, struct err *e)
{
	const struct account *in = rq->body;
	const struct db_from from = { &account_change_fields, in };
	int64_t id = request_path_int(rq, "account_id");
	const struct db_arg *own = DB_ARGS(db_int("account_id", id));
	char room[SECRET_PASSWORD_HASH];
	const char *hash;
	struct account before, after;
	struct db_arg disabled = db_text("disabled", NULL);
	if (in->state != FIELD_NULL)
		disabled = db_bool("disabled", in->state == 1);
	if (!get(rq, id, &before, e))
		return false;
	if (id == rq->user.id && in->state == 1)
		return err_at(e, ERR_INVALID, "/state", "you cannot disable yourself");
	if (!check_sites(rq, in, 1u << before.role == ROLE_SITE_MANAGER, e) ||
	    !hash_password(in, room, &hash, e) || !db_begin(rq->db, e) ||
	    !db_run(rq->db, SQL_ACCOUNT_UPDATE,
		    DB_ARGS(own[0], db_text("password_hash", hash), disabled), &from, NULL, e) ||
	    !set_sites(rq, id, in, e))
		return false;
	if ((hash || in->state == 1) && !db_run(rq->db, SQL_ACCOUNT_SESSIONS_END, own, NULL, NULL, e))
		return false;
	return get(rq, id, &after, e) &&
	       request_audit(rq, hash ? "change with password" : "change", "account", id,
			     &account_fields, &before, &after, e) &&
	       db_commit(rq->db, e) && reply_one(rp, &account_fields, &after, e);
}
