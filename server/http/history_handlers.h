/* SPDX-License-Identifier: GPL-3.0-or-later */
/* History: import of a file, and the intervals of a queue. Rows of the routes table use these. */
#ifndef HTTP_HISTORY_HANDLERS_H
#define HTTP_HISTORY_HANDLERS_H

#include "server/domain/import_history.h"
#include "server/http/routes.h"

enum { HISTORY_IMPORT_MAX = 256 << 20 };

extern const struct fields history_import_query_fields, history_query_fields, history_fields;

bool history_import_handle(struct request *rq, struct reply *rp, struct err *e);

#endif
