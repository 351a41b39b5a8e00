/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counters and the latency histogram, per route and status, in Prometheus text.
 *
 * Counting is a few atomic adds. Thread rule: safe from any thread.
 */
#ifndef HTTP_METRICS_H
#define HTTP_METRICS_H

#include <stddef.h>
#include "server/base/err.h"
#include "server/base/strbuf.h"
#include "server/http/routes.h"

struct metrics;

/* Pseudo routes beside the table's rows. */
enum metrics_other { METRICS_STATIC, METRICS_UNKNOWN, METRICS_OTHERS };

struct metrics *metrics_new(void); /* NULL when out of memory */
void metrics_free(struct metrics *m);
/* route NULL: `other` says which. */
void metrics_count(struct metrics *m, const struct route *route, enum metrics_other other, int status,
		   double seconds);
void metrics_write(struct metrics *m, struct strbuf *s);

#endif
