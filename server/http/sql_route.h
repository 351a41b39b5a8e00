/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of the routes table that need no handler: one named statement is the answer. */
#ifndef HTTP_SQL_ROUTE_H
#define HTTP_SQL_ROUTE_H

#include "server/http/reply.h"
#include "server/http/request.h"

bool sql_route_run(struct request *rq, struct reply *rp, struct err *e);

#endif
