/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The heartbeat of one running job: a thread with a connection of its own that renews the lease,
 * writes progress at most twice a second and hears of a cancel, while the job computes.
 *
 * Started and ended by worker.c on the job's thread; job_progress may be called from any thread.
 */
#ifndef JOBS_BEAT_H
#define JOBS_BEAT_H

#include <stdbool.h>
#include <stdint.h>
#include "server/base/err.h"
#include "server/jobs/queue.h"

struct job_beat;

/* url and owner are borrowed until beat_end. NULL on failure. */
struct job_beat *beat_start(const char *url, int64_t job_id, const char *owner, int64_t lease_s,
			    struct err *e);
void beat_end(struct job_beat *b); /* accepts NULL; waits for the thread */

void beat_report(struct job_beat *b, const struct job_status *status);
bool beat_cancelled(struct job_beat *b);
bool beat_lost(struct job_beat *b); /* the lease is no longer ours, or may not be */

#endif
