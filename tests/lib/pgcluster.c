/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/pgcluster.h"
#include <fcntl.h>
#include <libpq-fe.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "server/base/log.h"
#include "server/store/db.h"
#include "server/store/embedded.h"
#include "server/store/migrate.h"

static struct embedded *cluster;
static pid_t owner; /* children of a test must not stop what their parent uses */
static char dir[64] = "/tmp/cuadrante-test-XXXXXX";

__attribute__((format(printf, 1, 2))) static _Noreturn void die(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fputs("Bail out! test cluster: ", stdout); /* TAP */
	vprintf(fmt, ap);
	puts("");
	fflush(stdout);
	va_end(ap);
	exit(1);
}

static int run(char *const argv[])
{
	int status = -1;
	pid_t pid = fork();
	if (pid == 0) {
		execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		die("cannot run %s", argv[0]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* Removes the folder once this program is gone, however it went: it holds the other end of a pipe. */
static void start_janitor(void)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		die("pipe");
	pid_t pid = fork();
	if (pid < 0)
		die("fork");
	if (pid > 0) {
		close(ends[0]);
		return; /* ends[1] stays open until we end */
	}
	char byte, pid_file[96];
	setsid();
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	close(ends[1]);
	for (int fd = 0; fd < 3; fd++) /* whoever reads our output must not wait for us */
		close(fd);
	while (read(ends[0], &byte, 1) > 0)
		;
	snprintf(pid_file, sizeof(pid_file), "%s/postgres/postmaster.pid", dir);
	for (int i = 0; i < 300 && access(pid_file, F_OK) == 0; i++)
		usleep(100000);
	execlp("rm", "rm", "-rf", "--", dir, (char *)NULL);
	_exit(1);
}

static void stop(void)
{
	if (getpid() != owner)
		return;
	embedded_stop(cluster);
	cluster = NULL;
}

static void start_server(void)
{
	struct err e = ERR_INIT;
	struct embedded_setup setup = { .data_dir = dir, .throwaway = true };
	if (!embedded_start(&setup, &cluster, &e))
		die("%s", e.message);
}

static void template_path(char *path, size_t size)
{
	unsigned char hash[8];
	char hex[17];
	crypto_generichash_state state;
	crypto_generichash_init(&state, NULL, 0, sizeof(hash));
	for (const struct sql_migration *m = sql_migrations; m->number; m++)
		crypto_generichash_update(&state, (const unsigned char *)m->text, strlen(m->text));
	crypto_generichash_final(&state, hash, sizeof(hash));
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	snprintf(path, size, "build/pg-template-%s", hex);
}

static void migrate(void)
{
	struct err e = ERR_INIT;
	struct db *db = db_open(embedded_url(cluster), &e);
	if (!db || !migrate_apply(db, NULL, &e))
		die("%s", e.message);
	db_close(db);
	/* What pgcluster_fresh copies: nobody is ever connected to it. */
	pgcluster_sql(embedded_url(cluster), "CREATE DATABASE migrated TEMPLATE cuadrante");
}

static void copy(const char *from, const char *to)
{
	char *argv[] = { (char[]){ "cp" }, (char[]){ "-a" }, (char[]){ "--" }, strdup(from), strdup(to),
			 NULL };
	if (run(argv) != 0)
		die("cannot copy %s to %s", from, to);
	free(argv[3]);
	free(argv[4]);
}

/* Makes the migrated cluster in our folder, and leaves a copy for the next program. */
static void make_template(const char *path)
{
	char data[96], fresh[96];
	snprintf(data, sizeof(data), "%s/postgres", dir);
	snprintf(fresh, sizeof(fresh), "%s.%d", path, (int)getpid());
	start_server();
	migrate();
	if (access("build", W_OK) != 0)
		return;
	embedded_stop(cluster);
	cluster = NULL;
	copy(data, fresh);
	if (rename(fresh, path) != 0)
		die("rename %s", fresh);
}

void pgcluster_start(void)
{
	char path[64], data[96];
	owner = getpid();
	log_set_level(LOG_WARN_);
	if (sodium_init() < 0 || !mkdtemp(dir))
		die("mkdtemp %s", dir);
	if (geteuid() == 0 && chmod(dir, 0755) != 0)
		die("chmod %s", dir);
	start_janitor();
	atexit(stop);
	template_path(path, sizeof(path));
	int lock = open("build/pg-template.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (lock >= 0 && flock(lock, LOCK_EX) != 0)
		die("flock");
	if (access(path, R_OK | X_OK) != 0)
		make_template(path);
	if (lock >= 0)
		close(lock);
	if (cluster)
		return;
	snprintf(data, sizeof(data), "%s/postgres", dir);
	if (access(data, F_OK) != 0)
		copy(path, data);
	start_server();
}

const char *pgcluster_url(void)
{
	if (!cluster)
		die("pgcluster_start was not called");
	return embedded_url(cluster);
}

const char *pgcluster_dir(void)
{
	return dir;
}

const char *pgcluster_sql(const char *url, const char *sql)
{
	static char value[4096];
	PGconn *conn = PQconnectdb(url);
	if (PQstatus(conn) != CONNECTION_OK)
		die("%s", PQerrorMessage(conn));
	PGresult *res = PQexec(conn, sql);
	ExecStatusType status = PQresultStatus(res);
	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
		die("%s\n# in: %s", PQerrorMessage(conn), sql);
	bool has = status == PGRES_TUPLES_OK && PQntuples(res) > 0 && PQnfields(res) > 0;
	snprintf(value, sizeof(value), "%s", has ? PQgetvalue(res, 0, 0) : "");
	PQclear(res);
	PQfinish(conn);
	return value;
}

static const char *new_database(const char *of)
{
	enum { DATABASES_MAX = 64, URL_MAX = 300 };
	static char urls[DATABASES_MAX][URL_MAX];
	static int count;
	char sql[96], admin[URL_MAX];
	const char *where = strstr(pgcluster_url(), " port=");
	if (!where || count == DATABASES_MAX)
		die("no URL for another database");
	char *url = urls[count++];
	snprintf(admin, sizeof(admin), "user=cuadrante dbname=postgres%s", where);
	snprintf(url, URL_MAX, "user=cuadrante dbname=test%d%s", count, where);
	snprintf(sql, sizeof(sql), "CREATE DATABASE test%d TEMPLATE %s", count, of);
	pgcluster_sql(admin, sql);
	return url;
}

const char *pgcluster_fresh(void)
{
	return new_database("migrated");
}

const char *pgcluster_empty(void)
{
	return new_database("template0");
}
