/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a handler answers. Exactly one reply_* body call per successful handler; a handler that
 * returns false has its struct err turned into application/problem+json by the daemon.
 *
 * The reply is owned by the daemon. Lists become CSV when the client asks (Accept: text/csv or
 * ?format=csv), with cells neutralised; otherwise {"items": [...], "next": cursor or null}.
 */
#ifndef HTTP_REPLY_H
#define HTTP_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "server/base/err.h"
#include "server/base/field.h"

struct reply;

void reply_status(struct reply *rp, int status);                       /* default 200 */
void reply_header(struct reply *rp, const char *name, const char *value);
bool reply_one(struct reply *rp, const struct fields *f, const void *obj, struct err *e);
bool reply_list(struct reply *rp, const struct fields *f, const void *rows, size_t count,
		const char *next_cursor, struct err *e);
bool reply_none(struct reply *rp, struct err *e);                      /* 204 */
bool reply_bytes(struct reply *rp, const char *content_type, const char *bytes, size_t n,
		 struct err *e);                                       /* copied */
/* Strong ETag and optional Last-Modified (FIELD_NULL: none). True when the client's copy is current:
 * the reply is then a finished 304 and the handler just returns true. */
bool reply_not_modified(struct reply *rp, const char *etag, int64_t last_modified);
/* If-Match against the current ETag: ERR_PRECONDITION when absent, ERR_STALE when different. */
bool reply_require_match(struct reply *rp, const char *etag, struct err *e);
/* 202 with Location: /api/v1/jobs/{id} and the job as body. */
bool reply_job(struct reply *rp, int64_t job_id, struct err *e);
/* Server-sent events from the job's event log, on a suspended connection. */
bool reply_job_events(struct reply *rp, int64_t job_id, int64_t after_event_id, struct err *e);

#endif
