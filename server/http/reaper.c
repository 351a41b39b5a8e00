/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/http/reaper.h"

struct watched {
	struct reaper *reaper;
	int fd;
	double deadline; /* monotonic seconds; 0: none */
	struct watched *prev, *next;
};

struct reaper {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	pthread_t thread;
	struct watched *first;
	size_t count;
	bool stopping;
};

static void shut_late(struct reaper *r)
{
	double now = clock_monotonic_s();
	for (struct watched *w = r->first; w; w = w->next) {
		if (w->deadline == 0 || w->deadline > now)
			continue;
		w->deadline = 0;
		shutdown(w->fd, SHUT_RDWR);
		log_debug("connection shut: too slow fd=%d", w->fd);
	}
}

static void *reaper_run(void *cls)
{
	struct reaper *r = cls;
	pthread_mutex_lock(&r->lock);
	while (!r->stopping) {
		if (r->count == 0) {
			pthread_cond_wait(&r->wake, &r->lock);
			continue;
		}
		struct timespec until;
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += 1;
		pthread_cond_timedwait(&r->wake, &r->lock, &until);
		shut_late(r);
	}
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

bool reaper_start(struct reaper **out, struct err *e)
{
	struct reaper *r = calloc(1, sizeof(*r));
	if (!r)
		return err_set(e, ERR_UNAVAILABLE, "out of memory");
	pthread_condattr_t attr;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->wake, &attr);
	pthread_condattr_destroy(&attr);
	int rc = pthread_create(&r->thread, NULL, reaper_run, r);
	if (rc != 0) {
		pthread_cond_destroy(&r->wake);
		pthread_mutex_destroy(&r->lock);
		free(r);
		return err_set(e, ERR_INTERNAL, "cannot start the reaper thread: %s", strerror(rc));
	}
	*out = r;
	return true;
}

void reaper_stop(struct reaper *r)
{
	if (!r)
		return;
	pthread_mutex_lock(&r->lock);
	r->stopping = true;
	pthread_cond_signal(&r->wake);
	pthread_mutex_unlock(&r->lock);
	pthread_join(r->thread, NULL);
	assert(r->count == 0);
	pthread_cond_destroy(&r->wake);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

struct watched *reaper_watch(struct reaper *r, int fd)
{
	struct watched *w = calloc(1, sizeof(*w));
	if (!w)
		return NULL;
	w->reaper = r;
	w->fd = fd;
	w->deadline = clock_monotonic_s() + REAPER_HEADERS_S;
	pthread_mutex_lock(&r->lock);
	w->next = r->first;
	if (r->first)
		r->first->prev = w;
	r->first = w;
	if (r->count++ == 0)
		pthread_cond_signal(&r->wake);
	pthread_mutex_unlock(&r->lock);
	return w;
}

void reaper_stage(struct watched *w, int seconds)
{
	if (!w)
		return;
	double deadline = seconds == REAPER_NEVER ? 0 : clock_monotonic_s() + seconds;
	pthread_mutex_lock(&w->reaper->lock);
	w->deadline = deadline;
	pthread_mutex_unlock(&w->reaper->lock);
}

void reaper_forget(struct watched *w)
{
	if (!w)
		return;
	struct reaper *r = w->reaper;
	pthread_mutex_lock(&r->lock);
	if (w->prev)
		w->prev->next = w->next;
	else
		r->first = w->next;
	if (w->next)
		w->next->prev = w->prev;
	r->count--;
	pthread_mutex_unlock(&r->lock);
	free(w);
}

size_t reaper_count(struct reaper *r)
{
	pthread_mutex_lock(&r->lock);
	size_t n = r->count;
	pthread_mutex_unlock(&r->lock);
	return n;
}
