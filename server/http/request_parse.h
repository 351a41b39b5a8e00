/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading what a request carries into the structs its route describes. Private to the HTTP layer.
 * Thread rule: one thread at a time per request.
 */
#ifndef HTTP_REQUEST_PARSE_H
#define HTTP_REQUEST_PARSE_H

#include "server/http/request.h"

enum { PAGE_LIMIT = 100, PAGE_LIMIT_MAX = 1000, JSON_BODY_MAX = 1 << 20 };

/* The raw query string (may be NULL) -> rq->query and *format (NULL, "json" or "csv"). Every parameter
 * must be known and given once; pointers in errors are "?name". */
bool request_parse_query(struct request *rq, const char *query, const char **format, struct err *e);
/* JSON bytes -> rq->body. */
bool request_parse_json(struct request *rq, const char *bytes, size_t n, struct err *e);
/* The body's largest size on this route; 0: it takes none. */
size_t request_body_max(const struct request *rq);

#endif
