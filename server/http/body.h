/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A request's body as it arrives: in memory while small, in an unlinked temporary file once large,
 * mapped at the end so that handlers see one run of bytes either way.
 *
 * body_view's bytes live until body_free. Thread rule: one thread at a time.
 */
#ifndef HTTP_BODY_H
#define HTTP_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include "server/base/err.h"

enum { BODY_MEMORY_MAX = 1 << 20 };

struct body {
	size_t max, len;
	char *memory;
	size_t room;
	int fd; /* -1: all in memory */
	char *map;
};

void body_init(struct body *b, size_t max);
/* ERR_TOO_LARGE past max; what came before is dropped then. */
bool body_add(struct body *b, const char *bytes, size_t n, struct err *e);
bool body_view(struct body *b, const char **bytes, size_t *n, struct err *e);
void body_free(struct body *b);

#endif
