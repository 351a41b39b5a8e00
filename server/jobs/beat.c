/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/jobs/beat.h"
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "server/base/clock.h"
#include "server/base/log.h"

#define WRITE_SPACING_S 0.5 /* between two writes of progress */
#define IDLE_SPACING_S 1.0  /* between two looks at the row: how late a cancel is heard */

struct job_beat {
	pthread_t thread;
	pthread_mutex_t lock; /* guards what follows it */
	pthread_cond_t wake;
	struct job_status status;
	char phase[64];
	bool changed, end, cancelled, lost;
	/* set before the thread starts */
	const char *url, *owner;
	int64_t job_id, lease_s;
};

static double within(double v, double low, double high)
{
	return !(v > low) ? low : v > high ? high : v; /* NaN becomes low */
}

static double finite_or_none(double v)
{
	return isfinite(v) ? v : (double)NAN;
}

void beat_report(struct job_beat *b, const struct job_status *status)
{
	pthread_mutex_lock(&b->lock);
	b->status.progress = within(status->progress, 0, 1);
	b->status.objective = finite_or_none(status->objective);
	b->status.bound = finite_or_none(status->bound);
	b->status.gap = finite_or_none(status->gap);
	snprintf(b->phase, sizeof(b->phase), "%s", status->phase ? status->phase : "");
	b->changed = true;
	pthread_cond_signal(&b->wake);
	pthread_mutex_unlock(&b->lock);
}

static bool read_flag(struct job_beat *b, const bool *flag)
{
	pthread_mutex_lock(&b->lock);
	bool v = *flag;
	pthread_mutex_unlock(&b->lock);
	return v;
}

bool beat_cancelled(struct job_beat *b)
{
	return read_flag(b, &b->cancelled);
}

bool beat_lost(struct job_beat *b)
{
	return read_flag(b, &b->lost);
}

/* Sleeps until there is something to write; false: the job has ended. */
static bool wait_turn(struct job_beat *b, double last_s)
{
	pthread_mutex_lock(&b->lock);
	for (;;) {
		double third_s = (double)b->lease_s / 3, spacing_s = b->changed ? WRITE_SPACING_S : IDLE_SPACING_S;
		double due_s = last_s + (spacing_s < third_s ? spacing_s : third_s);
		double left_s = due_s - clock_monotonic_s();
		if (b->end || left_s <= 0)
			break;
		struct timespec until;
		clock_gettime(CLOCK_MONOTONIC, &until);
		int64_t ns = until.tv_nsec + (int64_t)(left_s * 1e9);
		until.tv_sec += (time_t)(ns / 1000000000);
		until.tv_nsec = (long)(ns % 1000000000);
		pthread_cond_timedwait(&b->wake, &b->lock, &until);
	}
	bool go_on = !b->end;
	pthread_mutex_unlock(&b->lock);
	return go_on;
}

static bool beat_once(struct job_beat *b, struct db *db, struct err *e)
{
	char phase[sizeof(b->phase)];
	bool ours, cancel;
	pthread_mutex_lock(&b->lock);
	struct job_status status = b->status;
	memcpy(phase, b->phase, sizeof(phase));
	status.phase = phase;
	b->changed = false;
	pthread_mutex_unlock(&b->lock);
	if (!job_renew(db, b->job_id, b->owner, b->lease_s, &status, &ours, &cancel, e))
		return false;
	pthread_mutex_lock(&b->lock);
	b->cancelled = b->cancelled || cancel;
	b->lost = b->lost || !ours;
	pthread_mutex_unlock(&b->lock);
	return true;
}

static void *beat_main(void *arg)
{
	struct job_beat *b = arg;
	struct db *db = NULL;
	double last_s = clock_monotonic_s() - IDLE_SPACING_S, renewed_s = clock_monotonic_s();
	bool warned = false;
	while (wait_turn(b, last_s)) {
		struct err e = ERR_INIT;
		last_s = clock_monotonic_s();
		if (!db)
			db = db_open(b->url, &e);
		if (db && beat_once(b, db, &e)) {
			renewed_s = last_s;
			warned = false;
			continue;
		}
		if (!warned)
			log_warn("cannot renew the lease job=%lld reason=\"%s\"", (long long)b->job_id,
				 e.message);
		warned = true;
		db_close(db);
		db = NULL;
		if (last_s - renewed_s > (double)b->lease_s) { /* somebody else may have it by now */
			pthread_mutex_lock(&b->lock);
			b->lost = true;
			pthread_mutex_unlock(&b->lock);
		}
	}
	db_close(db);
	return NULL;
}

struct job_beat *beat_start(const char *url, int64_t job_id, const char *owner, int64_t lease_s,
			    struct err *e)
{
	pthread_condattr_t attr;
	sigset_t all, old;
	struct job_beat *b = calloc(1, sizeof(*b));
	if (!b) {
		err_set(e, ERR_UNAVAILABLE, "out of memory");
		return NULL;
	}
	b->url = url;
	b->owner = owner;
	b->job_id = job_id;
	b->lease_s = lease_s;
	b->status = (struct job_status){ .objective = (double)NAN, .bound = (double)NAN, .gap = (double)NAN };
	pthread_mutex_init(&b->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&b->wake, &attr);
	pthread_condattr_destroy(&attr);
	sigfillset(&all); /* signals are for the job's thread */
	pthread_sigmask(SIG_SETMASK, &all, &old);
	int failed = pthread_create(&b->thread, NULL, beat_main, b);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (failed) {
		err_set(e, ERR_UNAVAILABLE, "cannot start a thread: %s", strerror(failed));
		pthread_cond_destroy(&b->wake);
		pthread_mutex_destroy(&b->lock);
		free(b);
		return NULL;
	}
	return b;
}

void beat_end(struct job_beat *b)
{
	if (!b)
		return;
	pthread_mutex_lock(&b->lock);
	b->end = true;
	pthread_cond_signal(&b->wake);
	pthread_mutex_unlock(&b->lock);
	pthread_join(b->thread, NULL);
	pthread_cond_destroy(&b->wake);
	pthread_mutex_destroy(&b->lock);
	free(b);
}
