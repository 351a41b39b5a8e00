/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Forecasts, plans and rosters: requests of jobs, reads, and publication. For the routes table. */
#ifndef HTTP_PLANNING_HANDLERS_H
#define HTTP_PLANNING_HANDLERS_H

#include "server/domain/cross_training.h"
#include "server/domain/make_forecast.h"
#include "server/domain/make_network.h"
#include "server/domain/make_outlook.h"
#include "server/domain/make_schedule.h"
#include "server/domain/plan_sessions.h"
#include "server/domain/compare_rosters.h"
#include "server/domain/publish_roster.h"
#include "server/domain/replay_day.h"
#include "server/domain/short_notice.h"
#include "server/domain/what_if.h"
#include "server/http/routes.h"

extern const struct fields planned_session_query_fields, site_week_query_fields, queue_query_fields;
extern const struct fields outlook_query_fields, outlook_summary_fields, outlook_fields;
extern const struct fields network_query_fields, network_summary_fields, network_card_fields;
extern const struct fields network_totals_query_fields, network_total_fields;
extern const struct fields plan_fields, plan_requirement_fields, plan_day_fields;
extern const struct fields roster_summary_fields, roster_shift_fields, roster_away_fields, roster_coverage_fields;
extern const struct fields roster_shortage_fields, roster_change_fields;
extern const struct fields fairness_query_fields, roster_fairness_fields;

bool forecast_request_handle(struct request *rq, struct reply *rp, struct err *e);
bool network_request_handle(struct request *rq, struct reply *rp, struct err *e);
bool outlook_request_handle(struct request *rq, struct reply *rp, struct err *e);
bool training_request_handle(struct request *rq, struct reply *rp, struct err *e);
bool planned_session_create_handle(struct request *rq, struct reply *rp, struct err *e);
bool planned_session_delete_handle(struct request *rq, struct reply *rp, struct err *e);
bool schedule_request_handle(struct request *rq, struct reply *rp, struct err *e);
bool roster_get_handle(struct request *rq, struct reply *rp, struct err *e);
bool short_notice_put_handle(struct request *rq, struct reply *rp, struct err *e);
bool roster_publish_handle(struct request *rq, struct reply *rp, struct err *e);
bool roster_replay_handle(struct request *rq, struct reply *rp, struct err *e);
bool roster_compare_handle(struct request *rq, struct reply *rp, struct err *e);
bool what_if_handle(struct request *rq, struct reply *rp, struct err *e);

#endif
