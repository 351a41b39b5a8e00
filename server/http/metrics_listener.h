/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GET /metrics in Prometheus text, on a listener of its own that no user ever reaches: requests,
 * latency, connections, event streams, jobs by state, database connections, memory.
 *
 * Thread rule: start and stop from main.
 */
#ifndef HTTP_METRICS_LISTENER_H
#define HTTP_METRICS_LISTENER_H

#include <stdbool.h>
#include <stdint.h>
#include "server/base/err.h"

struct exchange_home;
struct metrics_listener;
struct reaper;

/* *out stays NULL when config says -1. */
bool metrics_listener_start(const struct exchange_home *home, struct reaper *reaper,
			    struct metrics_listener **out, struct err *e);
void metrics_listener_stop(struct metrics_listener *m); /* accepts NULL */
int metrics_listener_port(const struct metrics_listener *m); /* NULL: -1 */

/* A listening socket, or -1 (daemon.c). */
int daemon_bind(const char *address, int64_t port, int *bound, struct err *e);

#endif
