/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wishes: an agent's own, those staff write down, and what a site makes of them. For the routes table. */
#ifndef HTTP_WISH_HANDLERS_H
#define HTTP_WISH_HANDLERS_H

#include "server/domain/wishes.h"
#include "server/http/routes.h"

extern const struct fields wish_mine_query_fields, wish_list_query_fields;

bool wish_mine_handle(struct request *rq, struct reply *rp, struct err *e);
bool wish_ask_handle(struct request *rq, struct reply *rp, struct err *e);
bool wish_take_back_handle(struct request *rq, struct reply *rp, struct err *e);
bool wish_list_handle(struct request *rq, struct reply *rp, struct err *e);
bool wish_note_handle(struct request *rq, struct reply *rp, struct err *e);
bool wish_delete_handle(struct request *rq, struct reply *rp, struct err *e);
bool wish_rule_put_handle(struct request *rq, struct reply *rp, struct err *e);

#endif
