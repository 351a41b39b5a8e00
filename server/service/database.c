/* SPDX-License-Identifier: GPL-3.0-or-later */
/* migrate, db shell, backup, restore: what one does to the database by hand. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "server/service/service.h"

/* Opens settings and a database; anything but 0 is the exit code. */
static int begin(struct service *s, int *argc, char **argv, int wanted, const char *usage)
{
	struct err e = ERR_INIT;
	if (!service_open(s, argc, argv, &e))
		return service_fail(argv[0], &e);
	if (!service_check_args(*argc, argv, wanted, usage))
		return 2;
	if (!service_find_database(s, true, &e))
		return service_fail(argv[0], &e);
	return 0;
}

/* Runs one of PostgreSQL's client programs to its end; its exit code. */
static int run_client(const struct service *s, const char *program, char *const argv[])
{
	char dir[PG_PATH_MAX], path[PG_PATH_MAX + 32];
	struct err e = ERR_INIT;
	bool ours = s->config.database_url[0] == '\0';
	int status = 0;
	/* Our cluster's own version; for another server whatever is newest here. */
	if (ours ? embedded_bin_of(s->config.data_dir, dir, &e) : pg_bin_find(0, dir, &e))
		snprintf(path, sizeof(path), "%s/%s", dir, program);
	else
		snprintf(path, sizeof(path), "%s", program);
	void (*interrupt)(int) = signal(SIGINT, SIG_IGN); /* Ctrl-C is for the client */
	pid_t pid = fork();
	if (pid == 0) {
		signal(SIGINT, SIG_DFL);
		execvp(path, argv);
		fprintf(stderr, "cuadrante: cannot run %s: %s\n", path, strerror(errno));
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	signal(SIGINT, interrupt);
	return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int service_migrate(int argc, char **argv)
{
	struct service s;
	struct err e = ERR_INIT;
	int applied = 0;
	int code = begin(&s, &argc, argv, 0, "migrate [settings]");
	if (code == 0 && !service_migrate_now(s.url, &applied, &e))
		code = service_fail(argv[0], &e);
	if (code == 0)
		printf("%d migration%s applied; the schema is current\n", applied, applied == 1 ? "" : "s");
	service_close(&s);
	return code;
}

int service_db(int argc, char **argv)
{
	struct service s;
	int code = begin(&s, &argc, argv, 1, "db shell [settings]");
	if (code == 0 && strcmp(argv[1], "shell") != 0) {
		fprintf(stderr, "cuadrante db: unknown \"%s\"\nusage: cuadrante db shell\n", argv[1]);
		code = 2;
	}
	if (code == 0) {
		char *psql[] = { (char[]){ "psql" }, (char[]){ "-X" }, (char[]){ "-d" },
				 arena_strdup(s.arena, s.url), NULL };
		code = run_client(&s, "psql", psql);
	}
	service_close(&s);
	return code;
}

int service_backup(int argc, char **argv)
{
	struct service s;
	int code = begin(&s, &argc, argv, 1, "backup FILE [settings]");
	if (code == 0) {
		char *file = arena_printf(s.arena, "--file=%s", argv[1]);
		char *dump[] = { (char[]){ "pg_dump" }, (char[]){ "--format=custom" },
				 (char[]){ "--no-owner" }, (char[]){ "--no-privileges" }, file,
				 (char[]){ "-d" }, arena_strdup(s.arena, s.url), NULL };
		code = run_client(&s, "pg_dump", dump) == 0 ? 0 : 1;
		if (code == 0)
			printf("backup written to %s\n", argv[1]);
		else
			(void)unlink(argv[1]); /* half a backup is worse than none */
	}
	service_close(&s);
	return code;
}

/* A network that is already there is only replaced when asked for. */
static bool check_empty(const char *url, bool force, struct err *e)
{
	struct db *db = db_open(url, e);
	int64_t there = 0;
	bool ok = db && db_int_value(db, SQL_TABLE_EXISTS, DB_ARGS(db_text("name", "app_user")), NULL,
				     &there, e);
	if (ok && there)
		ok = db_int_value(db, SQL_NETWORK_EXISTS, DB_NONE, NULL, &there, e);
	if (ok && there && !force)
		ok = err_set(e, ERR_CONFLICT,
			     "the database already holds a network; --force replaces it");
	db_close(db);
	return ok;
}

int service_restore(int argc, char **argv)
{
	struct service s;
	struct err e = ERR_INIT;
	bool force = service_take_flag(&argc, argv, "--force");
	int code = begin(&s, &argc, argv, 1, "restore FILE [--force] [settings]");
	if (code == 0 && access(argv[1], R_OK) != 0) {
		err_set(&e, ERR_INVALID, "cannot read %s: %s", argv[1], strerror(errno));
		code = service_fail(argv[0], &e);
	}
	if (code == 0 && !check_empty(s.url, force, &e))
		code = service_fail(argv[0], &e);
	if (code == 0) {
		char *load[] = { (char[]){ "pg_restore" }, (char[]){ "--clean" },
				 (char[]){ "--if-exists" }, (char[]){ "--no-owner" },
				 (char[]){ "--no-privileges" }, (char[]){ "--single-transaction" },
				 (char[]){ "--exit-on-error" }, (char[]){ "-d" },
				 arena_strdup(s.arena, s.url), argv[1], NULL };
		code = run_client(&s, "pg_restore", load) == 0 ? 0 : 1;
	}
	if (code == 0 && !service_migrate_now(s.url, NULL, &e))
		code = service_fail(argv[0], &e);
	if (code == 0)
		printf("restored from %s\n", argv[1]);
	service_close(&s);
	return code;
}

int service_config(int argc, char **argv)
{
	struct service s;
	struct err e = ERR_INIT;
	struct strbuf text;
	int code = 0;
	if (!service_open(&s, &argc, argv, &e))
		code = service_fail(argv[0], &e);
	else if (!service_check_args(argc, argv, 0, "config [settings]"))
		code = 2;
	if (code == 0) {
		strbuf_init(&text, 1 << 16);
		config_print(&s.config, &text);
		fputs(text.data, stdout);
		strbuf_free(&text);
	}
	service_close(&s);
	return code;
}
