/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include "server/base/log.h"
#include "server/http/daemon.h"
#include "server/http/exchange.h"
#include "server/http/lane.h"
#include "server/http/metrics.h"
#include "server/http/metrics_listener.h"
#include "server/http/openapi.h"
#include "server/http/reaper.h"
#include "server/http/session.h"
#include "server/http/sse.h"

enum { CONNECTIONS_MAX = 1024, FILES_BESIDE = 256, MEMORY_PER_CONNECTION = 32 << 10, LANE_THREADS = 4 };

struct daemon {
	struct exchange_home home;
	struct config config; /* the caller's, with the port really bound: URLs are made of it */
	struct reaper *reaper;
	struct MHD_Daemon *mhd;
	struct metrics_listener *metrics_listener;
	int port;
};

/* ---------------------------------------------------------------- called by the library */

static void *on_target(void *cls, const char *uri, struct MHD_Connection *c)
{
	struct daemon *d = cls;
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	return exchange_open(&d->home, c, info ? info->socket_context : NULL, uri);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *url,
				  const char *method, const char *version, const char *data,
				  size_t *size, void **state)
{
	(void)cls;
	(void)c;
	(void)url;
	return *state ? exchange_step(*state, method, version, data, size) : MHD_NO;
}

static void on_completed(void *cls, struct MHD_Connection *c, void **state,
			 enum MHD_RequestTerminationCode why)
{
	struct exchange *ex = *state;
	(void)cls;
	(void)c;
	(void)why;
	if (ex)
		reaper_stage(ex->watched, REAPER_IDLE_S);
	exchange_close(ex);
	*state = NULL;
}

static void on_connection(void *cls, struct MHD_Connection *c, void **context,
			  enum MHD_ConnectionNotificationCode what)
{
	struct daemon *d = cls;
	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		const union MHD_ConnectionInfo *info =
			MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
		*context = info ? reaper_watch(d->reaper, info->connect_fd) : NULL;
	} else {
		reaper_forget(*context);
		*context = NULL;
	}
}

/* The target is decoded by us, from the wire (exchange.c): the library must leave it alone. */
static size_t leave_escaped(void *cls, struct MHD_Connection *c, char *text)
{
	(void)cls;
	(void)c;
	return strlen(text);
}

__attribute__((format(printf, 2, 0))) static void on_log(void *cls, const char *fmt, va_list ap)
{
	char line[300];
	(void)cls;
	vsnprintf(line, sizeof(line), fmt, ap);
	log_debug("listener: %s", line);
}

/* ---------------------------------------------------------------- start */

/* Connections of the listener, database, workers' pipes and files must all fit. */
static void raise_file_limit(void)
{
	struct rlimit r;
	rlim_t wanted = CONNECTIONS_MAX + FILES_BESIDE;
	if (getrlimit(RLIMIT_NOFILE, &r) != 0 || r.rlim_cur == RLIM_INFINITY || r.rlim_cur >= wanted)
		return;
	r.rlim_cur = r.rlim_max == RLIM_INFINITY || r.rlim_max > wanted ? wanted : r.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &r) != 0 || r.rlim_cur < wanted)
		log_warn("only %llu open files allowed, %llu wanted", (unsigned long long)r.rlim_cur,
			 (unsigned long long)wanted);
}

int daemon_bind(const char *address, int64_t port, int *bound, struct err *e)
{
	struct addrinfo hints = { .ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV,
				  .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;
	struct sockaddr_storage own;
	socklen_t own_len = sizeof(own);
	char service[16];
	int fd = -1, on = 1;
	snprintf(service, sizeof(service), "%lld", (long long)port);
	int rc = getaddrinfo(*address ? address : NULL, service, &hints, &list);
	if (rc != 0) {
		err_at(e, ERR_INVALID, "listen", "%s is no address: %s", address, gai_strerror(rc));
		return -1;
	}
	fd = socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    bind(fd, list->ai_addr, list->ai_addrlen) != 0 || listen(fd, 511) != 0 ||
	    getsockname(fd, (struct sockaddr *)&own, &own_len) != 0) {
		err_set(e, ERR_UNAVAILABLE, "cannot listen on %s port %lld: %s", address,
			(long long)port, strerrordesc_np(errno));
		if (fd >= 0)
			close(fd);
		fd = -1;
	} else {
		*bound = ntohs(own.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&own)->sin6_port
							 : ((struct sockaddr_in *)&own)->sin_port);
	}
	freeaddrinfo(list);
	return fd;
}

static bool start_listener(struct daemon *d, struct err *e)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned threads = cores < 2 ? 2 : cores > 16 ? 16 : (unsigned)cores;
	int fd = daemon_bind(d->home.config->listen, d->home.config->port, &d->port, e);
	if (fd < 0)
		return false;
	d->config.port = d->port;
	d->mhd = MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL,
		NULL, on_request, d, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL, MHD_OPTION_LISTEN_SOCKET,
		fd, MHD_OPTION_THREAD_POOL_SIZE, threads, MHD_OPTION_CONNECTION_TIMEOUT, 15u,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)MEMORY_PER_CONNECTION, MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_URI_LOG_CALLBACK, on_target, d, MHD_OPTION_NOTIFY_COMPLETED, on_completed, d,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, d, MHD_OPTION_UNESCAPE_CALLBACK,
		leave_escaped, d, MHD_OPTION_END);
	if (d->mhd)
		return true;
	close(fd);
	return err_set(e, ERR_UNAVAILABLE, "the HTTP listener does not start on port %d", d->port);
}

bool daemon_start(const struct config *config, struct db_pool *pool, struct daemon **out,
		  struct err *e)
{
	struct daemon *d = calloc(1, sizeof(*d));
	if (!d)
		return err_set(e, ERR_UNAVAILABLE, "out of memory");
	d->config = *config;
	d->home = (struct exchange_home){ .config = &d->config, .pool = pool,
					  .https = strncmp(config->public_url, "https://", 8) == 0 };
	raise_file_limit();
	d->home.metrics = metrics_new();
	if (!d->home.metrics) {
		err_set(e, ERR_UNAVAILABLE, "out of memory");
		goto fail;
	}
	if (!session_start(e) || !openapi_start(e) || !reaper_start(&d->reaper, e) ||
	    !lane_start(LANE_THREADS, &d->home.lane, e) || !sse_start(pool, &d->home.sse, e) ||
	    !start_listener(d, e) ||
	    !metrics_listener_start(&d->home, d->reaper, &d->metrics_listener, e))
		goto fail;
	log_info("listening address=%s port=%d metrics_port=%d", config->listen, d->port,
		 daemon_metrics_port(d));
	*out = d;
	return true;
fail:
	daemon_stop(d);
	return false;
}

void daemon_stop(struct daemon *d)
{
	if (!d)
		return;
	metrics_listener_stop(d->metrics_listener);
	MHD_socket listener = d->mhd ? MHD_quiesce_daemon(d->mhd) : MHD_INVALID_SOCKET;
	sse_stop(d->home.sse);
	lane_stop(d->home.lane);
	if (d->mhd)
		MHD_stop_daemon(d->mhd);
	if (listener != MHD_INVALID_SOCKET)
		close(listener);
	sse_free(d->home.sse);
	lane_free(d->home.lane);
	reaper_stop(d->reaper);
	metrics_free(d->home.metrics);
	openapi_stop();
	free(d);
}

int daemon_port(const struct daemon *d)
{
	return d->port;
}

int daemon_metrics_port(const struct daemon *d)
{
	return metrics_listener_port(d->metrics_listener);
}
