/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Holidays and paydays, dated opening hours, counters, sources of queues. For the routes table. */
#ifndef HTTP_CALENDAR_HANDLERS_H
#define HTTP_CALENDAR_HANDLERS_H

#include "server/domain/calendar_rules.h"
#include "server/domain/queue_history.h"
#include "server/domain/site_hours.h"
#include "server/http/routes.h"

bool holidays_list_handle(struct request *rq, struct reply *rp, struct err *e);
bool holiday_countries_handle(struct request *rq, struct reply *rp, struct err *e);
bool holidays_write_handle(struct request *rq, struct reply *rp, struct err *e);
bool paydays_write_handle(struct request *rq, struct reply *rp, struct err *e);
bool site_hours_list_handle(struct request *rq, struct reply *rp, struct err *e);
bool site_hours_put_handle(struct request *rq, struct reply *rp, struct err *e);
bool site_counters_put_handle(struct request *rq, struct reply *rp, struct err *e);
bool queue_sources_get_handle(struct request *rq, struct reply *rp, struct err *e);
bool queue_sources_put_handle(struct request *rq, struct reply *rp, struct err *e);

#endif
