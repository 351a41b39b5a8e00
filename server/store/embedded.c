/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/store/embedded.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/store/db.h"

enum {
	SOCKET_PATH_MAX = 107, /* sun_path with its NUL is 108 */
	START_WAIT_S = 300,    /* recovery after a crash may take a while */
	STOP_WAIT_S = 30,
	LOG_KEEP_BYTES = 8 << 20,
};

#define SOCKET_NAME "/run/.s.PGSQL.5432"

struct embedded {
	char dir[PG_PATH_MAX];
	char url[PG_PATH_MAX * 3];
	char bin[PG_PATH_MAX];
	struct pg_user user;
	bool throwaway;
	pid_t pid; /* 0: not running */
	int log_fd, lock_fd;
};

/* ---------------------------------------------------------------- small tools */

static void path_in(char out[PG_PATH_MAX], const char *dir, const char *name)
{
	int n = snprintf(out, PG_PATH_MAX, "%s/%s", dir, name);
	assert(n < PG_PATH_MAX); /* url_of has checked the folder's length */
}

static void sleep_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };
	nanosleep(&t, NULL);
}

static bool fail_errno(struct err *e, const char *what, const char *path)
{
	return err_set(e, ERR_INVALID, "%s %s: %s", what, path, strerror(errno));
}

static bool make_folders(const char *path, mode_t mode, struct err *e)
{
	char part[PG_PATH_MAX];
	for (size_t i = 1; path[i - 1]; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		snprintf(part, sizeof(part), "%.*s", (int)i, path);
		if (mkdir(part, mode) != 0 && errno != EEXIST)
			return fail_errno(e, "cannot make", part);
	}
	return true;
}

/* A folder of the database's user, closed to others. */
static bool make_private(const struct embedded *p, const char *name, struct err *e)
{
	char path[PG_PATH_MAX];
	struct stat st;
	path_in(path, p->dir, name);
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return fail_errno(e, "cannot make", path);
	if (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return err_set(e, ERR_INVALID, "%s is no folder", path);
	if (p->user.drop && lchown(path, p->user.uid, p->user.gid) != 0)
		return fail_errno(e, "cannot give away", path);
	return true;
}

static bool write_file(const char *dir, const char *name, const char *text, struct err *e)
{
	char path[PG_PATH_MAX], fresh[PG_PATH_MAX + 4];
	path_in(path, dir, name);
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return fail_errno(e, "cannot write", fresh);
	size_t n = strlen(text);
	bool ok = write(fd, text, n) == (ssize_t)n && fchmod(fd, 0644) == 0;
	ok = close(fd) == 0 && ok && rename(fresh, path) == 0;
	return ok || fail_errno(e, "cannot write", path);
}

static void last_log_line(const struct embedded *p, char *line, size_t size)
{
	char path[PG_PATH_MAX], tail[2048];
	snprintf(line, size, "nothing in its log");
	path_in(path, p->dir, "postgres.log");
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	off_t end = lseek(fd, 0, SEEK_END);
	off_t from = end > (off_t)sizeof(tail) - 1 ? end - (off_t)sizeof(tail) + 1 : 0;
	ssize_t n = pread(fd, tail, sizeof(tail) - 1, from);
	close(fd);
	if (n <= 0)
		return;
	tail[n] = '\0';
	/* The reason is the last FATAL or error line; else simply the last line. */
	char *found = NULL, *save = NULL;
	for (char *l = strtok_r(tail, "\n", &save); l; l = strtok_r(NULL, "\n", &save))
		if (!found || strstr(l, "FATAL") || strstr(l, "error:") || !strstr(found, "FATAL"))
			found = l;
	if (found)
		snprintf(line, size, "%s", found);
}

/* ---------------------------------------------------------------- the data directory */

static bool url_of(const char *dir, const char *database, char *url, size_t size, struct err *e)
{
	char socket_path[PG_PATH_MAX + sizeof(SOCKET_NAME)];
	if (dir[0] != '/' || strlen(dir) >= PG_PATH_MAX - 32)
		return err_set(e, ERR_INVALID, "the data directory must be an absolute path: %s", dir);
	snprintf(socket_path, sizeof(socket_path), "%s" SOCKET_NAME, dir);
	if (strlen(socket_path) > SOCKET_PATH_MAX)
		return err_set(e, ERR_INVALID,
			       "the data directory %s is too long a path: a unix socket's may have %d "
			       "bytes at most, this one would have %zu",
			       dir, SOCKET_PATH_MAX, strlen(socket_path));
	/* The key=value form: quotes and backslashes in a path are escaped. */
	size_t n = (size_t)snprintf(url, size, "user=cuadrante dbname=%s port=5432 host='", database);
	for (const char *c = dir; *c && n + 8 < size; c++) {
		if (*c == '\'' || *c == '\\')
			url[n++] = '\\';
		url[n++] = *c;
	}
	snprintf(url + n, size - n, "/run'");
	return true;
}

bool embedded_url_of(const char *data_dir, char *url, size_t size, struct err *e)
{
	return url_of(data_dir, "cuadrante", url, size, e);
}

/* The cluster's major version; 0: there is no cluster yet. */
static bool cluster_version(const char *dir, int *major, struct err *e)
{
	char path[PG_PATH_MAX], text[16] = "";
	path_in(path, dir, "postgres/PG_VERSION");
	*major = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		if (errno == ENOENT)
			return true;
		return fail_errno(e, "cannot read", path);
	}
	ssize_t n = read(fd, text, sizeof(text) - 1);
	close(fd);
	*major = n > 0 ? (int)strtol(text, NULL, 10) : 0;
	if (*major < 10)
		return err_set(e, ERR_CONFLICT, "%s holds no version of PostgreSQL", path);
	return true;
}

bool embedded_bin_of(const char *data_dir, char dir[PG_PATH_MAX], struct err *e)
{
	int major;
	return cluster_version(data_dir, &major, e) && pg_bin_find(major, dir, e);
}

/* A POSIX lock, because children do not inherit it: it ends with this very process. */
static bool take_lock(struct embedded *p, struct err *e)
{
	char path[PG_PATH_MAX];
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	path_in(path, p->dir, "lock");
	p->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (p->lock_fd < 0)
		return fail_errno(e, "cannot open", path);
	if (fcntl(p->lock_fd, F_SETLK, &lock) == 0)
		return true;
	if (errno != EACCES && errno != EAGAIN)
		return fail_errno(e, "cannot lock", path);
	if (fcntl(p->lock_fd, F_GETLK, &lock) != 0)
		return fail_errno(e, "cannot lock", path);
	return err_set(e, ERR_CONFLICT, "cuadrante already runs on %s (process %d)", p->dir,
		       (int)lock.l_pid);
}

static bool open_log(struct embedded *p, struct err *e)
{
	char path[PG_PATH_MAX], old[PG_PATH_MAX];
	struct stat st;
	path_in(path, p->dir, "postgres.log");
	path_in(old, p->dir, "postgres.log.1");
	if (stat(path, &st) == 0 && st.st_size > LOG_KEEP_BYTES && rename(path, old) != 0)
		return fail_errno(e, "cannot rename", path);
	p->log_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	return p->log_fd >= 0 || fail_errno(e, "cannot open", path);
}

/* Waits for a child to end; -1: not within the time. */
static int wait_exit(pid_t pid, double seconds)
{
	double until = clock_monotonic_s() + seconds;
	int status;
	for (;;) {
		pid_t got = waitpid(pid, &status, WNOHANG);
		if (got == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
		if (got < 0 && errno != EINTR)
			return 128;
		if (clock_monotonic_s() > until)
			return -1;
		sleep_ms(10);
	}
}

/* A cluster appears whole or not at all: made beside its place, then renamed. */
static bool init_cluster(struct embedded *p, struct err *e)
{
	char fresh[PG_PATH_MAX], place[PG_PATH_MAX], program[PG_PATH_MAX + 8], line[300];
	char sync[] = "--no-sync";
	path_in(fresh, p->dir, "postgres.new");
	path_in(place, p->dir, "postgres");
	snprintf(program, sizeof(program), "%s/initdb", p->bin);
	if (!make_private(p, "postgres.new", e))
		return false;
	char *argv[] = { program, (char[]){ "-D" }, fresh, (char[]){ "--username=cuadrante" },
			 (char[]){ "--auth-local=peer" }, (char[]){ "--auth-host=reject" },
			 (char[]){ "--encoding=UTF8" }, (char[]){ "--locale=C.UTF-8" },
			 (char[]){ "--data-checksums" }, p->throwaway ? sync : NULL, NULL };
	log_info("making a private PostgreSQL cluster dir=%s user=%s", place, p->user.name);
	pid_t pid = pg_spawn(&p->user, argv, p->log_fd, SIGKILL, e);
	if (pid < 0)
		return false;
	if (wait_exit(pid, START_WAIT_S) != 0) {
		last_log_line(p, line, sizeof(line));
		return err_set(e, ERR_INTERNAL, "initdb failed: %s (all of it in %s/postgres.log)", line,
			       p->dir);
	}
	return rename(fresh, place) == 0 || fail_errno(e, "cannot rename", fresh);
}

/* initdb that was cut short leaves postgres.new behind; initdb refuses a folder that is not empty. */
static bool remove_unfinished(struct embedded *p, struct err *e)
{
	char fresh[PG_PATH_MAX];
	struct stat st;
	path_in(fresh, p->dir, "postgres.new");
	if (lstat(fresh, &st) != 0)
		return true;
	char *argv[] = { (char[]){ "/bin/rm" }, (char[]){ "-rf" }, (char[]){ "--" }, fresh, NULL };
	struct pg_user ourselves = { .drop = false };
	pid_t pid = pg_spawn(&ourselves, argv, p->log_fd, SIGKILL, e);
	if (pid < 0)
		return false;
	return wait_exit(pid, START_WAIT_S) == 0 ||
	       err_set(e, ERR_INTERNAL, "cannot remove the unfinished %s", fresh);
}

/* Root, the database's user and whoever starts the service are the role cuadrante; nobody else is. */
static bool write_access(const struct embedded *p, struct err *e)
{
	char ident[200];
	snprintf(ident, sizeof(ident), "cuadrante root cuadrante\ncuadrante \"%s\" cuadrante\n",
		 p->user.name);
	return write_file(p->dir, "pg_hba.conf", "local all cuadrante peer map=cuadrante\n", e) &&
	       write_file(p->dir, "pg_ident.conf", ident, e);
}

/* ---------------------------------------------------------------- the server */

static bool is_postgres(long pid)
{
	char path[64], name[32] = "";
	snprintf(path, sizeof(path), "/proc/%ld/comm", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t n = read(fd, name, sizeof(name) - 1);
	close(fd);
	return n > 0 && strcmp(name, "postgres\n") == 0;
}

/* After kill -9 of the service the old server may still be writing its last checkpoint. */
static void wait_for_predecessor(const struct embedded *p)
{
	char path[PG_PATH_MAX], text[32];
	double until = clock_monotonic_s() + STOP_WAIT_S;
	path_in(path, p->dir, "postgres/postmaster.pid");
	while (clock_monotonic_s() < until) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return;
		ssize_t n = read(fd, text, sizeof(text) - 1);
		close(fd);
		text[n > 0 ? n : 0] = '\0';
		long pid = strtol(text, NULL, 10);
		if (pid <= 0 || !is_postgres(pid))
			return;
		sleep_ms(50);
	}
}

static bool start_server(struct embedded *p, struct err *e)
{
	char program[PG_PATH_MAX + 16], data[PG_PATH_MAX], sockets[PG_PATH_MAX + 40];
	char hba[PG_PATH_MAX + 40], ident[PG_PATH_MAX + 40], fsync[16], full_pages[32], sync_commit[32];
	const char *safe = p->throwaway ? "off" : "on";
	snprintf(program, sizeof(program), "%s/postgres", p->bin);
	path_in(data, p->dir, "postgres");
	snprintf(sockets, sizeof(sockets), "unix_socket_directories=%s/run", p->dir);
	snprintf(hba, sizeof(hba), "hba_file=%s/pg_hba.conf", p->dir);
	snprintf(ident, sizeof(ident), "ident_file=%s/pg_ident.conf", p->dir);
	snprintf(fsync, sizeof(fsync), "fsync=%s", safe);
	snprintf(full_pages, sizeof(full_pages), "full_page_writes=%s", safe);
	snprintf(sync_commit, sizeof(sync_commit), "synchronous_commit=%s", safe);
#define SET(text) (char[]){ "-c" }, (char[]){ text }
#define SET_TO(var) (char[]){ "-c" }, var
	char *argv[] = {
		program, (char[]){ "-D" }, data,
		SET("listen_addresses="), SET("port=5432"), SET("unix_socket_permissions=0700"),
		SET_TO(sockets), SET_TO(hba), SET_TO(ident),
		SET_TO(fsync), SET_TO(full_pages), SET_TO(sync_commit),
		SET("logging_collector=off"), SET("log_destination=stderr"), SET("log_timezone=UTC"),
		SET("wal_level=minimal"), SET("max_wal_senders=0"), SET("jit=off"),
		SET("shared_buffers=128MB"), SET("max_connections=100"),
		NULL,
	};
#undef SET
#undef SET_TO
	pid_t pid = pg_spawn(&p->user, argv, p->log_fd, SIGINT, e);
	if (pid < 0)
		return false;
	p->pid = pid;
	return true;
}

bool embedded_died(struct embedded *p)
{
	int status;
	if (p->pid == 0)
		return true;
	if (waitpid(p->pid, &status, WNOHANG) != p->pid)
		return false;
	p->pid = 0;
	return true;
}

/* Until the server takes connections; the database "postgres" is always there. */
static bool wait_ready(struct embedded *p, struct db **db, struct err *e)
{
	char url[sizeof(p->url)], line[300];
	double start = clock_monotonic_s(), told = start;
	struct err attempt = ERR_INIT;
	if (!url_of(p->dir, "postgres", url, sizeof(url), e))
		return false;
	while (!(*db = db_open(url, &attempt))) {
		double now = clock_monotonic_s();
		if (embedded_died(p)) {
			last_log_line(p, line, sizeof(line));
			return err_set(e, ERR_UNAVAILABLE,
				       "the private PostgreSQL does not start: %s (more in "
				       "%s/postgres.log)",
				       line, p->dir);
		}
		if (now - start > START_WAIT_S)
			return err_set(e, ERR_UNAVAILABLE, "the private PostgreSQL is not ready: %s",
				       attempt.message);
		if (now - told > 10) {
			log_info("waiting for the private PostgreSQL said=\"%s\"", attempt.message);
			told = now;
		}
		sleep_ms(20);
	}
	return true;
}

static bool make_database(struct embedded *p, struct err *e)
{
	struct db *db = NULL;
	int64_t exists;
	bool ok = wait_ready(p, &db, e) &&
		  db_int_value(db, SQL_DATABASE_EXISTS, DB_NONE, NULL, &exists, e) &&
		  (exists || db_run(db, SQL_DATABASE_CREATE, DB_NONE, NULL, NULL, e));
	db_close(db);
	return ok;
}

/* The database's user must be able to pass through the data directory, which is ours to open. */
static bool open_folder(const struct embedded *p, struct err *e)
{
	struct stat st;
	if (!p->user.drop || stat(p->dir, &st) != 0 || st.st_uid != 0 || (st.st_mode & S_IXOTH))
		return true;
	return chmod(p->dir, (st.st_mode & 07777) | S_IXGRP | S_IXOTH) == 0 ||
	       fail_errno(e, "cannot open to the database's user", p->dir);
}

static bool prepare_directory(struct embedded *p, struct err *e)
{
	char data[PG_PATH_MAX];
	int major;
	path_in(data, p->dir, "postgres");
	return make_folders(p->dir, geteuid() == 0 ? 0755 : 0700, e) && take_lock(p, e) &&
	       pg_user_choose(data, &p->user, e) && open_folder(p, e) &&
	       pg_user_may_enter(&p->user, p->dir, e) && cluster_version(p->dir, &major, e) &&
	       pg_bin_find(major, p->bin, e) && open_log(p, e) && remove_unfinished(p, e) && (major != 0 || init_cluster(p, e)) &&
	       make_private(p, "run", e) && write_access(p, e);
}

bool embedded_start(const struct embedded_setup *setup, struct embedded **out, struct err *e)
{
	struct embedded *p = calloc(1, sizeof(*p));
	*out = NULL;
	if (!p)
		return err_set(e, ERR_INTERNAL, "out of memory");
	p->log_fd = p->lock_fd = -1;
	p->throwaway = setup->throwaway;
	if (!embedded_url_of(setup->data_dir, p->url, sizeof(p->url), e))
		goto fail;
	snprintf(p->dir, sizeof(p->dir), "%s", setup->data_dir);
	if (!prepare_directory(p, e))
		goto fail;
	wait_for_predecessor(p);
	if (!start_server(p, e) || !make_database(p, e))
		goto fail;
	*out = p;
	return true;
fail:
	embedded_stop(p);
	return false;
}

void embedded_stop(struct embedded *p)
{
	static const int signals[] = { SIGINT, SIGQUIT, SIGKILL }; /* fast, immediate, hard */
	if (!p)
		return;
	for (size_t i = 0; p->pid != 0 && i < sizeof(signals) / sizeof(signals[0]); i++) {
		kill(p->pid, signals[i]);
		if (wait_exit(p->pid, i == 0 ? STOP_WAIT_S : 5) >= 0)
			p->pid = 0;
		else
			log_warn("the private PostgreSQL does not stop signal=%d", signals[i]);
	}
	if (p->log_fd >= 0)
		close(p->log_fd);
	if (p->lock_fd >= 0)
		close(p->lock_fd);
	free(p);
}

const char *embedded_url(const struct embedded *p)
{
	return p->url;
}
