/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What libmicrohttpd 0.9.75 lets through and we do not: requests whose framing two parties could read
 * differently. Whoever fails here gets 400 and the connection is closed, never reused.
 *
 * Thread rule: pure functions over the connection of the calling thread.
 */
#ifndef HTTP_GUARD_H
#define HTTP_GUARD_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct guard_result {
	const char *problem;     /* NULL: sound */
	bool has_body;
	int64_t content_length;  /* -1: unknown (chunked) or no body */
};

/* Walks the request's headers. */
void guard_check(struct MHD_Connection *c, const char *version, struct guard_result *out);
/* The request target as it stood on the wire: origin form, sound escapes, no NUL. NULL: sound. */
const char *guard_check_target(const char *target);

#endif
