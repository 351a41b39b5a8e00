/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Threads for the few slow handlers. The connection is suspended meanwhile, so the pool thread that
 * holds it goes on serving others.
 *
 * lane_stop runs what was queued, resumes every connection and joins; afterwards lane_submit refuses
 * and the caller runs the handler itself. Thread rule: safe from any thread.
 */
#ifndef HTTP_LANE_H
#define HTTP_LANE_H

#include <stdbool.h>
#include "server/base/err.h"

struct exchange;
struct lane;

bool lane_start(int threads, struct lane **out, struct err *e);
void lane_stop(struct lane *l); /* accepts NULL; keeps the struct for late submits */
void lane_free(struct lane *l); /* after lane_stop; accepts NULL */

/* Suspends the exchange's connection and queues it. False: full or stopping, nothing was done. */
bool lane_submit(struct lane *l, struct exchange *ex);

#endif
