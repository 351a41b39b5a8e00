/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "server/http/exchange.h"
#include "server/http/lane.h"

enum { LANE_THREADS_MAX = 8, LANE_QUEUE_MAX = 256 };

struct lane {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	pthread_t threads[LANE_THREADS_MAX];
	int thread_count;
	struct exchange *first, **last;
	int queued;
	bool stopping;
};

static void *lane_run(void *cls)
{
	struct lane *l = cls;
	pthread_mutex_lock(&l->lock);
	for (;;) {
		while (!l->first && !l->stopping)
			pthread_cond_wait(&l->wake, &l->lock);
		struct exchange *ex = l->first;
		if (!ex)
			break;
		l->first = ex->lane_next;
		if (!l->first)
			l->last = &l->first;
		l->queued--;
		pthread_mutex_unlock(&l->lock);
		exchange_run(ex);
		ex->stage = STAGE_READY;
		MHD_resume_connection(ex->connection);
		pthread_mutex_lock(&l->lock);
	}
	pthread_mutex_unlock(&l->lock);
	return NULL;
}

bool lane_start(int threads, struct lane **out, struct err *e)
{
	struct lane *l = calloc(1, sizeof(*l));
	if (!l)
		return err_set(e, ERR_UNAVAILABLE, "out of memory");
	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->wake, NULL);
	l->last = &l->first;
	assert(threads > 0 && threads <= LANE_THREADS_MAX);
	for (; l->thread_count < threads; l->thread_count++) {
		int rc = pthread_create(&l->threads[l->thread_count], NULL, lane_run, l);
		if (rc != 0) {
			lane_stop(l);
			lane_free(l);
			return err_set(e, ERR_INTERNAL, "cannot start a thread: %s", strerror(rc));
		}
	}
	*out = l;
	return true;
}

void lane_stop(struct lane *l)
{
	if (!l)
		return;
	pthread_mutex_lock(&l->lock);
	l->stopping = true;
	pthread_cond_broadcast(&l->wake);
	pthread_mutex_unlock(&l->lock);
	for (int i = 0; i < l->thread_count; i++)
		pthread_join(l->threads[i], NULL);
	l->thread_count = 0;
}

void lane_free(struct lane *l)
{
	if (!l)
		return;
	assert(!l->first && l->thread_count == 0);
	pthread_cond_destroy(&l->wake);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

bool lane_submit(struct lane *l, struct exchange *ex)
{
	bool taken = false;
	pthread_mutex_lock(&l->lock);
	if (!l->stopping && l->queued < LANE_QUEUE_MAX) {
		/* Suspended before anyone can resume it. */
		ex->stage = STAGE_RUNNING;
		ex->lane_next = NULL;
		MHD_suspend_connection(ex->connection);
		*l->last = ex;
		l->last = &ex->lane_next;
		l->queued++;
		taken = true;
		pthread_cond_signal(&l->wake);
	}
	pthread_mutex_unlock(&l->lock);
	return taken;
}
