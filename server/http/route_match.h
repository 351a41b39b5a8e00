/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finds the row of the routes table for a method and a path, and reads the path's typed parameters.
 *
 * The path is the raw one of the request line, without the query; segments are percent-decoded one
 * by one, so %2F never splits a segment. No segment is ever normalised: "//", "." and ".." match nothing.
 * Types: int (1..2^53, no sign, no leading zero), token (43 base64url characters), text (any other
 * UTF-8 segment without control characters). A literal segment wins over a parameter.
 * Decoded text is owned by the arena. Thread rule: pure, the table is const.
 */
#ifndef HTTP_ROUTE_MATCH_H
#define HTTP_ROUTE_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "server/base/arena.h"
#include "server/http/routes.h"

enum { ROUTE_PARAMS_MAX = 4, ROUTE_SEGMENTS_MAX = 12 };

enum param_type { PARAM_INT, PARAM_TEXT, PARAM_TOKEN };

struct route_param {
	char name[32];
	enum param_type type;
	int64_t number;   /* PARAM_INT */
	const char *text; /* as decoded, all types */
};

struct route_match {
	const struct route *route; /* NULL unless ROUTE_FOUND */
	unsigned allow;            /* 1 << enum method, of all rows with this path */
	size_t count;
	struct route_param params[ROUTE_PARAMS_MAX];
};

enum route_result { ROUTE_FOUND, ROUTE_NO_PATH, ROUTE_NO_METHOD };

/* method as on the wire; HEAD finds the row of GET. */
enum route_result route_match(const struct route *table, size_t count, const char *method,
			      const char *path, size_t path_len, struct arena *a,
			      struct route_match *out);

/* The next parameter of a template after *at: copies its name, gives its type, moves *at behind it.
 * False when there is none. Asserts on a template that does not follow the grammar. */
bool route_template_param(const char *template, size_t *at, char name[32], enum param_type *type);

/* "GET, HEAD, POST" from a mask. */
const char *route_allow_text(unsigned allow, struct arena *a);
const char *method_name(enum method m);

/* %XX decoding into out (at least len + 1 bytes). False on a broken escape or an encoded or raw NUL. */
bool percent_decode(const char *text, size_t len, bool plus_is_space, char *out, size_t *out_len);

#endif
