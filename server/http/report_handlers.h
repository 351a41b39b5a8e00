/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reports for site managers and HR, for the routes table; fields are in server/domain/report.h. */
#ifndef HTTP_REPORT_HANDLERS_H
#define HTTP_REPORT_HANDLERS_H

#include "server/domain/report.h"
#include "server/http/routes.h"

bool report_branches_handle(struct request *rq, struct reply *rp, struct err *e);
bool report_trend_handle(struct request *rq, struct reply *rp, struct err *e);
bool report_absenteeism_handle(struct request *rq, struct reply *rp, struct err *e);
bool report_turnover_handle(struct request *rq, struct reply *rp, struct err *e);

#endif
