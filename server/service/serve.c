/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `cuadrante serve`: database, schema, workers, HTTP, in this order, and back.
 *
 * Everything with a death signal is forked by this thread. The parent of the workers is forked
 * before any thread exists here; it and the workers it forks never see our threads' locks.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "server/base/clock.h"
#include "server/base/field.h"
#include "server/base/log.h"
#include "server/http/daemon.h"
#include "server/jobs/worker.h"
#include "server/service/service.h"

enum { WORKERS_STOP_S = 15 };

struct serving {
	struct service service;
	pid_t workers; /* the parent of the worker processes; 0: none */
	struct db_pool *pool;
	struct daemon *daemon;
	bool demo;
};

/* ---------------------------------------------------------------- where it answers */

/* Left in the data directory for whoever tries to start a second one. */
static void address_path(const struct service *s, char path[PG_PATH_MAX])
{
	snprintf(path, PG_PATH_MAX, "%s/address", s->config.data_dir);
}

static void address_of(const struct serving *v, char *url, size_t size)
{
	const char *listen = v->service.config.listen;
	bool any = strcmp(listen, "0.0.0.0") == 0 || strcmp(listen, "::") == 0;
	bool v6 = strchr(listen, ':') && !any;
	if (v->service.config.public_url[0] != '\0')
		snprintf(url, size, "%s", v->service.config.public_url);
	else
		snprintf(url, size, "http://%s%s%s:%d", v6 ? "[" : "", any ? "127.0.0.1" : listen,
			 v6 ? "]" : "", daemon_port(v->daemon));
}

static void tell_address(const struct serving *v)
{
	char url[300], path[PG_PATH_MAX];
	address_of(v, url, sizeof(url));
	if (v->service.embedded) {
		address_path(&v->service, path);
		int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
		if (fd < 0 || dprintf(fd, "%s\n", url) < 0)
			log_warn("cannot write %s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
	}
	if (v->demo)
		service_print_logins();
	printf("\nCuadrante answers on %s\n", url);
	if (isatty(STDOUT_FILENO))
		puts("Ctrl-C stops it, the database included.");
	fflush(stdout);
}

/* A second start on the same data directory says where the first one is. */
static int tell_running(const struct serving *v, const struct err *e)
{
	char path[PG_PATH_MAX], url[300] = "";
	address_path(&v->service, path);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, url, sizeof(url) - 1);
	if (fd >= 0)
		close(fd);
	if (n <= 0 || !v->demo || strncmp(e->message, "cuadrante already runs", 22) != 0)
		return service_fail("serve", e);
	url[strcspn(url, "\n")] = '\0';
	service_print_logins();
	printf("\n%s: it answers on %s\n", e->message, url);
	return 0;
}

/* ---------------------------------------------------------------- workers */

static bool start_workers(struct serving *v, struct err *e)
{
	struct worker_setup setup = { .config = &v->service.config, .url = v->service.url,
				      .kinds = job_kinds, .kind_count = job_kinds_count };
	pid_t parent = getpid();
	if (v->service.config.workers == 0)
		return true;
	fflush(stdout);
	v->workers = fork();
	if (v->workers < 0) {
		v->workers = 0;
		return err_set(e, ERR_INTERNAL, "fork: %s", strerror(errno));
	}
	if (v->workers == 0) {
		setpgid(0, 0); /* Ctrl-C is for us; we end the workers in our own order */
		if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent)
			_exit(1);
		_exit(worker_parent(&setup, (int)v->service.config.workers));
	}
	return true;
}

static bool workers_died(struct serving *v)
{
	int status;
	if (v->workers == 0 || waitpid(v->workers, &status, WNOHANG) != v->workers)
		return false;
	v->workers = 0;
	return true;
}

static void stop_workers(struct serving *v)
{
	double until = clock_monotonic_s() + WORKERS_STOP_S;
	struct timespec nap = { 0, 20000000L };
	if (v->workers == 0)
		return;
	kill(v->workers, SIGTERM);
	while (v->workers != 0 && !workers_died(v)) {
		if (clock_monotonic_s() > until)
			kill(v->workers, SIGKILL);
		nanosleep(&nap, NULL);
	}
}

/* ---------------------------------------------------------------- start, wait, stop */

/* Blocked before any thread starts, so that they come to wait_for_end and nowhere else. Until then
 * they simply end us: the database dies of our death, and what was being loaded is rolled back. */
static void block_signals(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGTERM);
	sigaddset(signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, signals, NULL);
}

static bool load_demo(struct serving *v, struct err *e)
{
	bool loaded;
	if (!v->demo)
		return true;
	double start_s = clock_monotonic_s();
	if (!service_load_demo(v->service.url, SERVICE_DEMO_SEED, FIELD_NULL, &loaded, e))
		return false;
	if (loaded)
		log_info("demo network loaded seconds=%.1f", clock_monotonic_s() - start_s);
	return true;
}

static bool start_rest(struct serving *v, sigset_t *signals, struct err *e)
{
	const struct config *c = &v->service.config;
	if (!service_migrate_now(v->service.url, NULL, e) || !load_demo(v, e))
		return false;
	block_signals(signals);
	if (!start_workers(v, e))
		return false;
	v->pool = db_pool_open(v->service.url, (int)c->db_pool, e);
	return v->pool && daemon_start(c, v->pool, &v->daemon, e);
}

/* True: asked to stop. False: something of ours died. */
static bool wait_for_end(struct serving *v, const sigset_t *signals)
{
	for (;;) {
		if (v->service.embedded && embedded_died(v->service.embedded)) {
			log_error("the private PostgreSQL ended by itself; see postgres.log in %s",
				  v->service.config.data_dir);
			return false;
		}
		if (workers_died(v)) {
			log_error("the parent of the workers ended by itself");
			return false;
		}
		int sig = sigwaitinfo(signals, NULL);
		if (sig == SIGINT || sig == SIGTERM) {
			log_info("stopping signal=%d", sig);
			return true;
		}
	}
}

static void stop_all(struct serving *v)
{
	char path[PG_PATH_MAX];
	daemon_stop(v->daemon);
	db_pool_close(v->pool);
	stop_workers(v);
	if (v->service.embedded) {
		address_path(&v->service, path);
		(void)unlink(path); /* it may never have been written */
	}
	service_close(&v->service);
}

int service_serve(int argc, char **argv)
{
	struct serving v = { .demo = service_take_flag(&argc, argv, "--demo") };
	struct err e = ERR_INIT;
	sigset_t signals;
	int code = 0;
	if (!service_open(&v.service, &argc, argv, &e))
		code = service_fail("serve", &e);
	else if (!service_check_args(argc, argv, 0, "serve [--demo] [settings]"))
		code = 2;
	if (code != 0) {
		service_close(&v.service);
		return code;
	}
	signal(SIGPIPE, SIG_IGN);
	if (!service_start_database(&v.service, &e)) {
		code = e.code == ERR_CONFLICT ? tell_running(&v, &e) : service_fail("serve", &e);
	} else if (!start_rest(&v, &signals, &e)) {
		code = service_fail("serve", &e);
	} else {
		tell_address(&v);
		code = wait_for_end(&v, &signals) ? 0 : 1;
	}
	stop_all(&v);
	return code;
}
