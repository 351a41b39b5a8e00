/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every handler and field table that routes.c names, by way of one header per resource. */
#ifndef HTTP_HANDLERS_H
#define HTTP_HANDLERS_H

#include "server/http/absence_handlers.h"
#include "server/http/account_handlers.h"
#include "server/http/calendar_handlers.h"
#include "server/http/catalogue_handlers.h"
#include "server/http/feed_handlers.h"
#include "server/http/forecast_handlers.h"
#include "server/http/history_handlers.h"
#include "server/http/openapi.h"
#include "server/http/planning_handlers.h"
#include "server/http/report_handlers.h"
#include "server/http/service_handlers.h"
#include "server/http/session.h"
#include "server/http/staffing_handlers.h"
#include "server/http/wish_handlers.h"

#endif
