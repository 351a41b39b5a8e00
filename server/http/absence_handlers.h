/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time off: asked for by agents, recorded and decided by staff. For the routes table. */
#ifndef HTTP_ABSENCE_HANDLERS_H
#define HTTP_ABSENCE_HANDLERS_H

#include "server/http/routes.h"

extern const struct fields absence_mine_query_fields, absence_list_query_fields;

bool absence_mine_handle(struct request *rq, struct reply *rp, struct err *e);
bool absence_ask_handle(struct request *rq, struct reply *rp, struct err *e);
bool absence_withdraw_handle(struct request *rq, struct reply *rp, struct err *e);
bool absence_list_handle(struct request *rq, struct reply *rp, struct err *e);
bool absence_record_handle(struct request *rq, struct reply *rp, struct err *e);
bool absence_decide_handle(struct request *rq, struct reply *rp, struct err *e);

#endif
