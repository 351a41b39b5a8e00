/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts by hand: the first administrator of a new database, a forgotten password. */
#include <stdio.h>
#include <string.h>
#include "server/base/secret.h"
#include "server/service/service.h"

enum { PASSWORD_MIN = 10, PASSWORD_MAX = 200 };

static const char *const roles[] = { "planner", "site_manager", "agent", "hr", "admin" };

/* From standard input, so that it stands in no history and no process list. */
static bool read_password(char password[PASSWORD_MAX + 2], struct err *e)
{
	fprintf(stderr, "Password: ");
	if (fgets(password, PASSWORD_MAX + 2, stdin) == NULL)
		return err_at(e, ERR_INVALID, "standard input", "has no password");
	password[strcspn(password, "\r\n")] = '\0';
	size_t n = strlen(password);
	return (n >= PASSWORD_MIN && n <= PASSWORD_MAX) ||
	       err_at(e, ERR_INVALID, "standard input", "a password has %d to %d characters",
		      PASSWORD_MIN, PASSWORD_MAX);
}

static bool check_role(const char *role, const char *agent_code, struct err *e)
{
	bool known = false;
	for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
		known |= strcmp(roles[i], role) == 0;
	if (!known)
		return err_at(e, ERR_INVALID, "ROLE",
			      "is planner, site_manager, agent, hr or admin, not \"%s\"", role);
	return (strcmp(role, "agent") == 0) == (agent_code != NULL) ||
	       err_at(e, ERR_INVALID, "AGENT", "goes with the role agent, and only with it");
}

static bool put(const char *url, const char *login, const char *role, const char *agent_code,
		const char *hash, struct err *e)
{
	int64_t id, known;
	const struct db_arg *args = DB_ARGS(db_text("login", login), db_text("role", role),
					    db_text("agent_code", agent_code),
					    db_text("password_hash", hash));
	struct db *db = db_open(url, e);
	bool ok = db != NULL && db_int_value(db, SQL_USER_AGENT_KNOWN, args, NULL, &known, e);
	if (ok && agent_code != NULL && known == 0)
		ok = err_at(e, ERR_INVALID, "AGENT", "no agent has the code %s", agent_code);
	ok = ok && db_int_value(db, SQL_USER_PUT, args, NULL, &id, e);
	db_close(db);
	return ok;
}

int service_user(int argc, char **argv)
{
	struct service s = { 0 };
	struct err e = ERR_INIT;
	char password[PASSWORD_MAX + 2], hash[SECRET_PASSWORD_HASH];
	int code = 0;

	if (!service_open(&s, &argc, argv, &e))
		code = service_fail(argv[0], &e);
	else if (!service_check_args(argc, argv, argc == 4 ? 3 : 2, "user LOGIN ROLE [AGENT] [settings]"))
		code = 2;
	else if (!check_role(argv[2], argc == 4 ? argv[3] : NULL, &e) || !read_password(password, &e) ||
		 !secret_password_hash(password, hash, &e) || !service_find_database(&s, true, &e) ||
		 !service_migrate_now(s.url, NULL, &e) ||
		 !put(s.url, argv[1], argv[2], argc == 4 ? argv[3] : NULL, hash, &e))
		code = service_fail(argv[0], &e);
	if (code == 0)
		printf("%s can log in as %s\n", argv[1], argv[2]);
	service_close(&s);
	return code;
}
