/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "server/base/arena.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/strbuf.h"
#include "server/http/sse.h"
#include "server/jobs/queue.h"

enum { PENDING_MAX = 1 << 20, WAIT_MS = 1000, RETRY_S = 1 };

struct stream {
	struct sse *sse;
	struct MHD_Connection *connection;
	int64_t user_id, job_id, after;
	struct strbuf pending;
	size_t sent;     /* bytes of pending already taken by the library */
	bool suspended;
	bool ended;      /* nothing follows what is pending */
	double last_put; /* monotonic seconds */
	struct stream *prev, *next;
};

struct sse {
	struct db_pool *pool;
	pthread_mutex_t lock; /* always taken before the library's own locks */
	pthread_cond_t wake;
	pthread_t thread;
	bool running, stopping;
	struct stream *first;
	size_t count;
};

/* ---------------------------------------------------------------- streams; the lock is held */

static void wake(struct stream *st)
{
	if (!st->suspended)
		return;
	st->suspended = false;
	MHD_resume_connection(st->connection);
}

static void put(struct stream *st, const char *text)
{
	strbuf_puts(&st->pending, text);
	if (st->pending.overflow)
		st->ended = true; /* a reader that far behind starts again from Last-Event-ID */
	st->last_put = clock_monotonic_s();
	wake(st);
}

static void put_event(struct stream *st, const struct job_event *ev)
{
	if (ev->id <= st->after)
		return;
	strbuf_printf(&st->pending, "id: %lld\ndata: ", (long long)ev->id);
	put(st, ev->data);
	put(st, "\n\n");
	st->after = ev->id;
}

static void end(struct stream *st)
{
	if (st->ended)
		return;
	put(st, "event: end\ndata: {}\n\n");
	st->ended = true;
	wake(st);
}

/* ---------------------------------------------------------------- called by the library */

static ssize_t read_stream(void *cls, uint64_t pos, char *buf, size_t max)
{
	struct stream *st = cls;
	ssize_t n = 0;
	(void)pos;
	pthread_mutex_lock(&st->sse->lock);
	size_t left = st->pending.len - st->sent;
	if (left > 0) {
		size_t part = left < max ? left : max;
		memcpy(buf, st->pending.data + st->sent, part);
		st->sent += part;
		if (st->sent == st->pending.len) {
			strbuf_reset(&st->pending);
			st->sent = 0;
		}
		n = (ssize_t)part;
	} else if (st->ended || st->sse->stopping) {
		n = MHD_CONTENT_READER_END_OF_STREAM;
	} else {
		st->suspended = true;
		MHD_suspend_connection(st->connection);
	}
	pthread_mutex_unlock(&st->sse->lock);
	return n;
}

static void free_stream(void *cls)
{
	struct stream *st = cls;
	struct sse *s = st->sse;
	pthread_mutex_lock(&s->lock);
	if (st->prev)
		st->prev->next = st->next;
	else
		s->first = st->next;
	if (st->next)
		st->next->prev = st->prev;
	s->count--;
	pthread_mutex_unlock(&s->lock);
	strbuf_free(&st->pending);
	free(st);
}

static bool add_stream(struct sse *s, struct stream *st, struct err *e)
{
	size_t own = 0;
	bool ok = false;
	pthread_mutex_lock(&s->lock);
	for (struct stream *o = s->first; o; o = o->next)
		own += o->user_id == st->user_id;
	if (s->stopping) {
		err_set(e, ERR_UNAVAILABLE, "the service is stopping");
	} else if (own >= SSE_PER_USER_MAX || s->count >= SSE_MAX) {
		err_set(e, ERR_THROTTLED, "at most %d event streams at once for one user",
			(int)SSE_PER_USER_MAX);
	} else {
		st->next = s->first;
		if (s->first)
			s->first->prev = st;
		s->first = st;
		s->count++;
		ok = true;
		pthread_cond_signal(&s->wake);
	}
	pthread_mutex_unlock(&s->lock);
	return ok;
}

bool sse_open(struct sse *s, struct MHD_Connection *c, int64_t user_id, int64_t job_id, int64_t after,
	      struct MHD_Response **out, struct err *e)
{
	struct stream *st = calloc(1, sizeof(*st));
	if (!st)
		return err_set(e, ERR_UNAVAILABLE, "out of memory");
	*st = (struct stream){ .sse = s, .connection = c, .user_id = user_id, .job_id = job_id,
			       .after = after, .last_put = clock_monotonic_s() };
	strbuf_init(&st->pending, PENDING_MAX);
	strbuf_printf(&st->pending, "retry: %d\n\n", RETRY_S * 1000);
	if (!add_stream(s, st, e)) {
		strbuf_free(&st->pending);
		free(st);
		return false;
	}
	*out = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, read_stream, st, free_stream);
	if (*out)
		return true;
	free_stream(st);
	return err_set(e, ERR_UNAVAILABLE, "out of memory");
}

size_t sse_count(struct sse *s)
{
	pthread_mutex_lock(&s->lock);
	size_t n = s->count;
	pthread_mutex_unlock(&s->lock);
	return n;
}

/* ---------------------------------------------------------------- the pump */

struct watched_job {
	int64_t id, after; /* the least of its streams */
};

/* Jobs that have a stream, each once. */
static size_t list_jobs(struct sse *s, struct watched_job *out)
{
	size_t n = 0;
	for (struct stream *st = s->first; st; st = st->next) {
		size_t i = 0;
		while (i < n && out[i].id != st->job_id)
			i++;
		if (i == n && n < SSE_MAX)
			out[n++] = (struct watched_job){ st->job_id, st->after };
		else if (i < n && st->after < out[i].after)
			out[i].after = st->after;
	}
	return n;
}

static void deliver(struct sse *s, int64_t job_id, const struct job_event *events, size_t count,
		    bool over)
{
	pthread_mutex_lock(&s->lock);
	for (struct stream *st = s->first; st; st = st->next) {
		if (st->job_id != job_id || st->ended)
			continue;
		for (size_t i = 0; i < count; i++)
			put_event(st, &events[i]);
		if (over)
			end(st);
	}
	pthread_mutex_unlock(&s->lock);
}

/* The state is read before the events: once it says "over", the events hold the last one too. */
static bool pump_job(struct sse *s, struct db *db, const struct watched_job *w, struct err *e)
{
	struct arena *a = arena_new(0);
	struct job job;
	struct job_event *events = NULL;
	size_t count = 0;
	bool over, ok;
	ok = job_get(db, w->id, a, &job, e);
	over = ok ? job.state == JOB_DONE || job.state == JOB_FAILED || job.state == JOB_CANCELLED
		  : e->code == ERR_NOT_FOUND;
	if (ok)
		ok = job_events_after(db, w->id, w->after, a, &events, &count, e);
	else if (over)
		ok = true;
	if (ok)
		deliver(s, w->id, events, count, over && count < 500);
	arena_free(a);
	return ok;
}

static void heartbeat(struct sse *s)
{
	double now = clock_monotonic_s();
	pthread_mutex_lock(&s->lock);
	for (struct stream *st = s->first; st; st = st->next)
		if (!st->ended && now - st->last_put >= SSE_HEARTBEAT_S)
			put(st, ": alive\n\n");
	pthread_mutex_unlock(&s->lock);
}

/* One round: takes a connection when needed, reads what is new, waits to be told of more. */
static bool pump_round(struct sse *s, struct db **db, struct watched_job *jobs, size_t n, struct err *e)
{
	if (!*db) {
		*db = db_take(s->pool, e);
		if (!*db || !db_listen(*db, SQL_JOB_EVENT_LISTEN, e))
			return false;
	}
	for (size_t i = 0; i < n; i++)
		if (!pump_job(s, *db, &jobs[i], e))
			return false;
	heartbeat(s);
	bool got;
	return db_wait_notify(*db, WAIT_MS, &got, e);
}

static void pause_pump(struct sse *s)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += RETRY_S;
	pthread_mutex_lock(&s->lock);
	if (!s->stopping)
		pthread_cond_timedwait(&s->wake, &s->lock, &until);
	pthread_mutex_unlock(&s->lock);
}

/* Gives the connection back to the pool, deaf again. */
static void give_back(struct sse *s, struct db **db)
{
	struct err e = ERR_INIT;
	if (*db && !db_run(*db, SQL_JOB_EVENTS_UNLISTEN, DB_NONE, NULL, NULL, &e))
		log_debug("event streams: %s", e.message);
	db_give(s->pool, *db);
	*db = NULL;
}

static void *pump(void *cls)
{
	struct sse *s = cls;
	struct db *db = NULL;
	struct watched_job jobs[SSE_MAX];
	for (;;) {
		struct err e = ERR_INIT;
		pthread_mutex_lock(&s->lock);
		bool idle = !s->first && !s->stopping;
		pthread_mutex_unlock(&s->lock);
		if (idle)
			give_back(s, &db);
		pthread_mutex_lock(&s->lock);
		while (!s->first && !s->stopping)
			pthread_cond_wait(&s->wake, &s->lock);
		size_t n = list_jobs(s, jobs);
		bool stopping = s->stopping;
		pthread_mutex_unlock(&s->lock);
		if (stopping)
			break;
		if (!pump_round(s, &db, jobs, n, &e)) {
			log_warn("event streams: %s", e.message);
			give_back(s, &db);
			heartbeat(s);
			pause_pump(s);
		}
	}
	give_back(s, &db);
	return NULL;
}

bool sse_start(struct db_pool *pool, struct sse **out, struct err *e)
{
	struct sse *s = calloc(1, sizeof(*s));
	if (!s)
		return err_set(e, ERR_UNAVAILABLE, "out of memory");
	s->pool = pool;
	pthread_condattr_t attr;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->wake, &attr);
	pthread_condattr_destroy(&attr);
	int rc = pthread_create(&s->thread, NULL, pump, s);
	if (rc != 0) {
		sse_free(s);
		return err_set(e, ERR_INTERNAL, "cannot start a thread: %s", strerror(rc));
	}
	s->running = true;
	*out = s;
	return true;
}

void sse_stop(struct sse *s)
{
	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	s->stopping = true;
	for (struct stream *st = s->first; st; st = st->next) {
		st->ended = true;
		wake(st);
	}
	pthread_cond_broadcast(&s->wake);
	pthread_mutex_unlock(&s->lock);
	if (s->running)
		pthread_join(s->thread, NULL);
	s->running = false;
}

void sse_free(struct sse *s)
{
	if (!s)
		return;
	assert(!s->first);
	pthread_cond_destroy(&s->wake);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
