/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON in, over cJSON, with the guards a public service needs: size and depth caps, UTF-8 check,
 * duplicate keys refused, integers beyond 2^53 refused, nothing after the value. Errors name
 * the byte or the JSON pointer. JSON out is written by field.h and strbuf.h.
 *
 * The struct json tree is owned by the arena passed in. Only json.c and field.c include cJSON.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include "server/base/arena.h"
#include "server/base/err.h"

struct json; /* opaque; NULL never denotes a value */

enum { JSON_DEPTH_MAX = 32 };

/* ERR_MALFORMED with "byte N: ..." on anything but one sound value of at most max_bytes (ERR_TOO_LARGE). */
bool json_parse(struct arena *a, const char *text, size_t len, size_t max_bytes,
		const struct json **out, struct err *e);

#endif
