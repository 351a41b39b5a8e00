/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What requirements reckon with: a site's shrinkage, a queue's redials and chats. For the routes table. */
#ifndef HTTP_STAFFING_HANDLERS_H
#define HTTP_STAFFING_HANDLERS_H

#include "server/domain/measure_shrinkage.h"
#include "server/domain/queue_staffing.h"
#include "server/domain/require_week.h"
#include "server/http/routes.h"

bool requirement_handle(struct request *rq, struct reply *rp, struct err *e);
bool shrinkage_get_handle(struct request *rq, struct reply *rp, struct err *e);
bool shrinkage_put_handle(struct request *rq, struct reply *rp, struct err *e);
bool queue_staffing_get_handle(struct request *rq, struct reply *rp, struct err *e);
bool queue_staffing_put_handle(struct request *rq, struct reply *rp, struct err *e);

#endif
