/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Server-sent events of jobs. Every stream is a suspended connection; one thread reads job_event
 * rows (woken by NOTIFY, polling besides) and resumes those connections that have something to send.
 *
 * A stream belongs to its MHD response and ends with it. Thread rule: safe from any thread.
 */
#ifndef HTTP_SSE_H
#define HTTP_SSE_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "server/base/err.h"
#include "server/store/db.h"

struct sse;

enum { SSE_PER_USER_MAX = 8, SSE_MAX = 256, SSE_HEARTBEAT_S = 15 };

bool sse_start(struct db_pool *pool, struct sse **out, struct err *e);
void sse_stop(struct sse *s); /* ends every stream and the thread; late streams end at once */
void sse_free(struct sse *s); /* after the listener has stopped; accepts NULL */

/* A response that streams the job's events after `after`. ERR_THROTTLED past the caps. */
bool sse_open(struct sse *s, struct MHD_Connection *c, int64_t user_id, int64_t job_id, int64_t after,
	      struct MHD_Response **out, struct err *e);
size_t sse_count(struct sse *s);

#endif
