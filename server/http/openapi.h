/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The OpenAPI 3.1 document and its readable page, both made once from the routes and field tables.
 *
 * Owned by the module between start and stop; const meanwhile. Thread rule: start and stop from main.
 */
#ifndef HTTP_OPENAPI_H
#define HTTP_OPENAPI_H

#include "server/base/strbuf.h"
#include "server/http/routes.h"

bool openapi_start(struct err *e);
void openapi_stop(void);

/* The document of any table (for tests); title and version are the service's. */
void openapi_write(const struct route *table, size_t count, struct strbuf *s);
void docs_write(const struct route *table, size_t count, struct strbuf *s);

bool openapi_get_handle(struct request *rq, struct reply *rp, struct err *e);
bool docs_get_handle(struct request *rq, struct reply *rp, struct err *e);
bool docs_css_handle(struct request *rq, struct reply *rp, struct err *e);

#endif
