/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "server/base/arena.h"
#include "server/base/log.h"
#include "server/http/exchange.h"
#include "server/http/metrics.h"
#include "server/http/metrics_listener.h"
#include "server/http/reaper.h"
#include "server/http/sse.h"

struct metrics_listener {
	const struct exchange_home *home;
	struct reaper *reaper;
	struct MHD_Daemon *mhd;
	int port;
};

struct jobs_row {
	const char *state;
	int64_t jobs;
};
static const struct field jobs_rows[] = {
	F_TEXT(struct jobs_row, state, 0, 0, 0, NULL),
	F_INT(struct jobs_row, jobs, 0, 0, 0, NULL),
};
static const struct fields jobs_fields = FIELDS("JobsByState", struct jobs_row, jobs_rows);

static void gauge(struct strbuf *s, const char *name, const char *help, double v)
{
	strbuf_printf(s, "# HELP %s %s\n# TYPE %s gauge\n%s ", name, help, name, name);
	strbuf_json_real(s, v);
	strbuf_putc(s, '\n');
}

/* A database that does not answer is itself a figure: cuadrante_database_up 0. */
static void write_jobs(struct db_pool *pool, struct strbuf *s)
{
	struct err e = ERR_INIT;
	struct arena *a = arena_new(0);
	void *rows = NULL;
	size_t n = 0;
	struct db *db = db_take(pool, &e);
	bool ok = db && db_rows(db, SQL_JOBS_BY_STATE, DB_NONE, NULL, &jobs_fields, a, &rows, &n, &e);
	db_give(pool, db);
	gauge(s, "cuadrante_database_up", "1 when the database answered this scrape.", ok);
	if (!ok)
		log_warn("metrics: %s", e.message);
	strbuf_puts(s, "# HELP cuadrante_jobs Jobs by state.\n# TYPE cuadrante_jobs gauge\n");
	const struct jobs_row *row = rows;
	for (size_t i = 0; i < n; i++)
		strbuf_printf(s, "cuadrante_jobs{state=\"%s\"} %lld\n", row[i].state,
			      (long long)row[i].jobs);
	arena_free(a);
}

static double resident_bytes(void)
{
	long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");
	if (!f)
		return 0;
	if (fscanf(f, "%*d %ld", &pages) != 1)
		pages = 0;
	fclose(f);
	return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static void write_all(struct metrics_listener *m, struct strbuf *s)
{
	int size, open, idle;
	metrics_write(m->home->metrics, s);
	gauge(s, "cuadrante_http_connections", "Open client connections.",
	      (double)reaper_count(m->reaper));
	gauge(s, "cuadrante_event_streams", "Open server-sent event streams.",
	      (double)sse_count(m->home->sse));
	db_pool_counts(m->home->pool, &size, &open, &idle);
	gauge(s, "cuadrante_database_pool_size", "Connections the pool may hold.", size);
	gauge(s, "cuadrante_database_pool_open", "Connections it holds.", open);
	gauge(s, "cuadrante_database_pool_idle", "Of those, waiting to be used.", idle);
	gauge(s, "process_resident_memory_bytes", "Resident memory of this process.", resident_bytes());
	write_jobs(m->home->pool, s);
}

static enum MHD_Result answer(void *cls, struct MHD_Connection *c, const char *url,
			      const char *method, const char *version, const char *data, size_t *size,
			      void **state)
{
	static int seen;
	struct strbuf s;
	(void)version;
	(void)data;
	if (!*state) {
		*state = &seen;
		return MHD_YES;
	}
	if (*size) {
		*size = 0;
		return MHD_YES;
	}
	unsigned status = 200;
	strbuf_init(&s, 16 << 20);
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
		status = 405;
		strbuf_puts(&s, "only GET\n");
	} else if (strcmp(url, "/metrics") != 0) {
		status = 404;
		strbuf_puts(&s, "only /metrics\n");
	} else {
		write_all(cls, &s);
	}
	struct MHD_Response *r = MHD_create_response_from_buffer(s.len, s.data, MHD_RESPMEM_MUST_FREE);
	if (!r) {
		strbuf_free(&s);
		return MHD_NO;
	}
	MHD_add_response_header(r, "Content-Type", "text/plain; version=0.0.4; charset=utf-8");
	MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(r, "Connection", "close"); /* so no request ever follows another */
	enum MHD_Result result = MHD_queue_response(c, status, r);
	MHD_destroy_response(r);
	return result;
}

bool metrics_listener_start(const struct exchange_home *home, struct reaper *reaper,
			    struct metrics_listener **out, struct err *e)
{
	if (home->config->metrics_port < 0)
		return true;
	struct metrics_listener *m = calloc(1, sizeof(*m));
	if (!m)
		return err_set(e, ERR_UNAVAILABLE, "out of memory");
	m->home = home;
	m->reaper = reaper;
	int fd = daemon_bind(home->config->listen, home->config->metrics_port, &m->port, e);
	if (fd < 0) {
		free(m);
		return false;
	}
	m->mhd = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer, m,
				  MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_TIMEOUT, 10u,
				  MHD_OPTION_CONNECTION_LIMIT, 16u, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
				  (size_t)16 << 10, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
	if (!m->mhd) {
		close(fd);
		free(m);
		return err_set(e, ERR_UNAVAILABLE, "the metrics listener does not start");
	}
	*out = m;
	return true;
}

void metrics_listener_stop(struct metrics_listener *m)
{
	if (!m)
		return;
	MHD_stop_daemon(m->mhd);
	free(m);
}

int metrics_listener_port(const struct metrics_listener *m)
{
	return m ? m->port : -1;
}
