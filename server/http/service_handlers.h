/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the service says of itself: alive, ready, robots.txt; and jobs, their events, their end. */
#ifndef HTTP_SERVICE_HANDLERS_H
#define HTTP_SERVICE_HANDLERS_H

#include "server/http/routes.h"

extern const struct fields health_fields, job_query_fields;

bool healthz_handle(struct request *rq, struct reply *rp, struct err *e);
bool readyz_handle(struct request *rq, struct reply *rp, struct err *e);
bool robots_handle(struct request *rq, struct reply *rp, struct err *e);

bool job_list_handle(struct request *rq, struct reply *rp, struct err *e);
bool job_get_handle(struct request *rq, struct reply *rp, struct err *e);
bool job_events_handle(struct request *rq, struct reply *rp, struct err *e);
bool job_cancel_handle(struct request *rq, struct reply *rp, struct err *e);

#endif
