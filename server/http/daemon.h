/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The HTTP service: one listener for people and machines, one for Prometheus.
 *
 * daemon_start binds both, starts the pool threads, the reaper (header deadlines) and the event
 * pump, and returns; the caller keeps config and pool alive until after daemon_stop. Call
 * secret_start, zones_start and the migrations first. daemon_stop ends event streams, waits for
 * running handlers and frees everything. Thread rule: start and stop from one thread (main).
 */
#ifndef HTTP_DAEMON_H
#define HTTP_DAEMON_H

#include <stdbool.h>
#include "server/base/config.h"
#include "server/base/err.h"
#include "server/store/db.h"

struct daemon;

bool daemon_start(const struct config *config, struct db_pool *pool, struct daemon **out,
		  struct err *e);
void daemon_stop(struct daemon *d); /* accepts NULL */

int daemon_port(const struct daemon *d);         /* the port really bound */
int daemon_metrics_port(const struct daemon *d); /* -1: none */

#endif
