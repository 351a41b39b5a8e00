/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Forecasts as they are read, adjusted and judged. For the routes table. */
#ifndef HTTP_FORECAST_HANDLERS_H
#define HTTP_FORECAST_HANDLERS_H

#include "server/domain/adjust_forecast.h"
#include "server/domain/forecast_accuracy.h"
#include "server/domain/forecast_totals.h"
#include "server/domain/queue_inputs.h"
#include "server/domain/rest_of_day.h"
#include "server/http/routes.h"

extern const struct fields forecast_query_fields, forecast_compare_query_fields;
extern const struct fields adjustment_query_fields;
extern const struct fields forecast_summary_fields, forecast_card_fields, forecast_interval_fields;
extern const struct fields forecast_outlier_fields, forecast_compare_fields;

bool adjustment_create_handle(struct request *rq, struct reply *rp, struct err *e);
bool adjustment_revoke_handle(struct request *rq, struct reply *rp, struct err *e);
bool accuracy_list_handle(struct request *rq, struct reply *rp, struct err *e);
bool forecast_totals_handle(struct request *rq, struct reply *rp, struct err *e);
bool rest_of_day_handle(struct request *rq, struct reply *rp, struct err *e);
bool queue_patience_handle(struct request *rq, struct reply *rp, struct err *e);
bool queue_handling_handle(struct request *rq, struct reply *rp, struct err *e);

#endif
