/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The calendar feed itself, and an agent's subscriptions to it. For the routes table. */
#ifndef HTTP_FEED_HANDLERS_H
#define HTTP_FEED_HANDLERS_H

#include "server/http/routes.h"

bool feed_shifts_handle(struct request *rq, struct reply *rp, struct err *e);
bool feed_activities_handle(struct request *rq, struct reply *rp, struct err *e);
bool feed_create_handle(struct request *rq, struct reply *rp, struct err *e);
bool feed_rotate_handle(struct request *rq, struct reply *rp, struct err *e);
bool feed_revoke_handle(struct request *rq, struct reply *rp, struct err *e);

#endif
