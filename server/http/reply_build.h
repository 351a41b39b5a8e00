/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside of struct reply: what handlers write through reply.h and the daemon sends.
 *
 * The exchange owns the reply; `bytes` is malloc'd memory that whoever sends it takes over, unless
 * `borrowed`. Thread rule: one thread at a time.
 */
#ifndef HTTP_REPLY_BUILD_H
#define HTTP_REPLY_BUILD_H

#include "server/http/reply.h"
#include "server/http/request.h"

struct reply_header {
	const char *name, *value;
};

enum { REPLY_BYTES_MAX = 512 << 20 };

struct reply {
	struct arena *arena;
	const struct request *rq;
	int status;
	bool csv;                   /* lists go out as CSV */
	bool done;                  /* a body call was made */
	bool empty;                 /* a list without rows */
	struct reply_header *headers;
	size_t header_count, header_cap;
	const char *content_type;   /* NULL: no body */
	char *bytes;
	size_t len;
	bool borrowed;
	int64_t stream_job;         /* job whose events follow; 0: none */
	int64_t stream_after;
	bool close;                 /* end the connection after this reply */
};

void reply_init(struct reply *rp, struct arena *a, const struct request *rq);
void reply_drop(struct reply *rp); /* frees bytes; status 200 and empty again, headers gone */
bool reply_has_header(const struct reply *rp, const char *name);
/* Finishes with text the buffer holds, whose memory moves over. ERR_TOO_LARGE on overflow. */
bool reply_take(struct reply *rp, const char *content_type, struct strbuf *s, struct err *e);
/* Finishes with bytes that outlive the reply (embedded assets). */
void reply_borrow(struct reply *rp, const char *content_type, const char *bytes, size_t n);
/* application/problem+json of e; internal errors keep their words for the log. */
void reply_problem(struct reply *rp, const struct err *e);

#endif
