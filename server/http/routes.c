/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one table of the interface. Rows stand in blocks, one a resource; add yours to its block (or a
 * new block at the end), see routes.h for the steps. The order of rows does not matter.
 */
#include "server/http/handlers.h"
#include "server/jobs/queue.h"

#define V1 "/api/v1"

const struct route routes[] = {
	/* ---- the service itself (service_handlers.c, openapi.c) ---- */
	{ .method = METHOD_GET, .path = "/healthz", .reply = &health_fields, .flags = ROUTE_NO_DB,
	  .handle = healthz_handle, .summary = "Whether the process answers" },
	{ .method = METHOD_GET, .path = "/readyz", .reply = &health_fields, .handle = readyz_handle,
	  .summary = "Whether the database is reachable and its schema current" },
	{ .method = METHOD_GET, .path = "/robots.txt", .shape = REPLY_BYTES, .reply_type = "text/plain",
	  .flags = ROUTE_NO_DB, .handle = robots_handle, .summary = "What robots may read" },
	{ .method = METHOD_GET, .path = "/openapi.json", .shape = REPLY_BYTES,
	  .reply_type = "application/json", .flags = ROUTE_NO_DB, .handle = openapi_get_handle,
	  .summary = "This interface as OpenAPI 3.1" },
	{ .method = METHOD_GET, .path = "/docs", .shape = REPLY_BYTES, .reply_type = "text/html",
	  .flags = ROUTE_NO_DB, .handle = docs_get_handle, .summary = "This interface, readable" },
	{ .method = METHOD_GET, .path = "/docs.css", .shape = REPLY_BYTES, .reply_type = "text/css",
	  .flags = ROUTE_NO_DB, .handle = docs_css_handle, .summary = "The style of /docs" },

	/* ---- log-in (session_handlers.c, token_handlers.c) ---- */
	{ .method = METHOD_POST, .path = V1 "/session", .body = &login_fields, .raw_max = 4096,
	  .reply = &session_reply_fields, .flags = ROUTE_SLOW, .handle = session_login_handle,
	  .summary = "Log in: sets the session cookie and gives the CSRF token" },
	{ .method = METHOD_GET, .path = V1 "/session", .roles = ROLE_ANY, .reply = &session_reply_fields,
	  .handle = session_get_handle, .summary = "Who is logged in, and the CSRF token again" },
	{ .method = METHOD_DELETE, .path = V1 "/session", .roles = ROLE_ANY, .shape = REPLY_NONE,
	  .handle = session_logout_handle, .summary = "Log out" },
	{ .method = METHOD_GET, .path = V1 "/sessions", .roles = ROLE_ANY, .shape = REPLY_LIST,
	  .reply = &session_row_fields, .handle = session_list_handle,
	  .summary = "Where you are logged in" },
	{ .method = METHOD_DELETE, .path = V1 "/sessions/{session_id:int}", .roles = ROLE_ANY,
	  .shape = REPLY_NONE, .handle = session_revoke_handle, .summary = "End a session of yours" },
	{ .method = METHOD_PUT, .path = V1 "/me/password", .roles = ROLE_ANY, .raw_max = 4096,
	  .body = &password_change_fields, .shape = REPLY_NONE, .flags = ROUTE_SLOW,
	  .handle = password_change_handle,
	  .summary = "Change your password; ends your other sessions" },
	{ .method = METHOD_GET, .path = V1 "/tokens", .roles = ROLE_ADMIN, .shape = REPLY_LIST,
	  .reply = &token_fields, .sql = ROUTE_SQL(SQL_API_TOKEN_LIST), .summary = "Tokens of machines" },
	{ .method = METHOD_POST, .path = V1 "/tokens", .roles = ROLE_ADMIN,
	  .body = &token_request_fields, .reply = &token_secret_fields, .flags = ROUTE_CREATES,
	  .handle = token_create_handle, .summary = "Make a token for a machine; it is shown once" },
	{ .method = METHOD_DELETE, .path = V1 "/tokens/{token_id:int}", .roles = ROLE_ADMIN,
	  .shape = REPLY_NONE, .handle = token_revoke_handle, .summary = "Revoke a token" },

	/* ---- jobs (service_handlers.c) ---- */
	{ .method = METHOD_GET, .path = V1 "/jobs", .roles = ROLE_PLANNING, .query = &job_query_fields,
	  .shape = REPLY_LIST, .reply = &job_fields, .handle = job_list_handle,
	  .summary = "Long work, newest first" },
	{ .method = METHOD_GET, .path = V1 "/jobs/{job_id:int}", .roles = ROLE_PLANNING,
	  .reply = &job_fields, .handle = job_get_handle, .summary = "One job: state, progress, result" },
	{ .method = METHOD_GET, .path = V1 "/jobs/{job_id:int}/events", .roles = ROLE_PLANNING,
	  .shape = REPLY_EVENTS, .handle = job_events_handle,
	  .summary = "A job's progress as server-sent events; Last-Event-ID goes on from there" },
	{ .method = METHOD_DELETE, .path = V1 "/jobs/{job_id:int}", .roles = ROLE_PLANNING,
	  .reply = &job_fields, .handle = job_cancel_handle,
	  .summary = "Cancel a job; what it has found is kept" },

<<<<<<< Updated upstream
	/* ---- reports (report_handlers.c); of people a site manager sees own sites only ---- */
	{ .method = METHOD_GET, .path = V1 "/reports/branches", .roles = ROLE_STAFF,
	  .query = &branch_query_fields, .shape = REPLY_LIST, .reply = &branch_report_fields,
	  .handle = report_branches_handle,
	  .summary = "Sites or regions compared for a day, week or month, best first" },
	{ .method = METHOD_GET, .path = V1 "/reports/branches/{site_id:int}/trend", .roles = ROLE_STAFF,
	  .query = &trend_query_fields, .shape = REPLY_LIST, .reply = &branch_report_fields,
	  .handle = report_trend_handle, .summary = "One site by day, week or month" },
	{ .method = METHOD_GET, .path = V1 "/reports/absenteeism", .roles = ROLE_PERSONNEL,
	  .query = &absenteeism_query_fields, .shape = REPLY_LIST, .reply = &absenteeism_row_fields,
	  .handle = report_absenteeism_handle,
	  .summary = "Planned hours lost, by site, team, month, weekday, kind or tenure" },
	{ .method = METHOD_GET, .path = V1 "/reports/turnover", .roles = ROLE_PERSONNEL,
	  .query = &turnover_query_fields, .shape = REPLY_LIST, .reply = &turnover_row_fields,
	  .handle = report_turnover_handle,
	  .summary = "Leavers by site, team, month or tenure" },
	{ .method = METHOD_GET, .path = V1 "/reports/bradford", .roles = ROLE_PERSONNEL,
	  .query = &bradford_query_fields, .shape = REPLY_LIST, .reply = &bradford_row_fields,
	  .sql = ROUTE_SQL(SQL_REPORT_BRADFORD),
	  .summary = "Bradford factor over 52 weeks, highest first" },
=======
	/* ---- history (history_handlers.c) ---- */
	{ .method = METHOD_POST, .path = V1 "/history/import", .roles = ROLE_PLANNING,
	  .query = &history_import_query_fields, .raw_max = HISTORY_IMPORT_MAX, .raw_type = "text/csv",
	  .reply = &import_result_fields, .handle = history_import_handle,
	  .summary = "Import contact history: all rows, or none and the reason for each bad one" },
	{ .method = METHOD_GET, .path = V1 "/history", .roles = ROLE_PLANNING,
	  .query = &history_query_fields, .shape = REPLY_LIST, .reply = &history_fields,
	  .sql = ROUTE_SQL(SQL_HISTORY_LIST), .summary = "What happened on a queue, by interval" },

	/* ---- forecasts (planning_handlers.c) ---- */
	{ .method = METHOD_POST, .path = V1 "/forecasts", .roles = ROLE_PLANNING,
	  .body = &forecast_request_fields, .shape = REPLY_JOB, .reply = &job_fields,
	  .handle = forecast_request_handle, .summary = "Forecast every queue of a site" },
	{ .method = METHOD_GET, .path = V1 "/forecasts", .roles = ROLE_PLANNING,
	  .query = &site_week_query_fields, .shape = REPLY_LIST, .reply = &forecast_summary_fields,
	  .sql = ROUTE_SQL(SQL_FORECAST_LIST), .summary = "Forecasts, newest first" },
	{ .method = METHOD_GET, .path = V1 "/forecasts/{forecast_id:int}", .roles = ROLE_PLANNING,
	  .reply = &forecast_card_fields, .sql = ROUTE_SQL(SQL_FORECAST_GET),
	  .summary = "A forecast with the report card of each queue" },
	{ .method = METHOD_GET, .path = V1 "/forecasts/{forecast_id:int}/intervals",
	  .roles = ROLE_PLANNING, .query = &queue_query_fields, .shape = REPLY_LIST,
	  .reply = &forecast_interval_fields, .sql = ROUTE_SQL(SQL_FORECAST_INTERVALS),
	  .summary = "Mean, quantiles and handling time by interval" },

	/* ---- plans and rosters (planning_handlers.c) ---- */
	{ .method = METHOD_POST, .path = V1 "/schedules", .roles = ROLE_PLANNING,
	  .body = &schedule_request_fields, .shape = REPLY_JOB, .reply = &job_fields,
	  .handle = schedule_request_handle, .summary = "Draw a site's weekly roster" },
	{ .method = METHOD_GET, .path = V1 "/plans", .roles = ROLE_PLANNING,
	  .query = &site_week_query_fields, .shape = REPLY_LIST, .reply = &plan_fields,
	  .sql = ROUTE_SQL(SQL_PLAN_LIST), .summary = "Plans, newest first" },
	{ .method = METHOD_GET, .path = V1 "/plans/{plan_id:int}", .roles = ROLE_PLANNING,
	  .reply = &plan_fields, .sql = ROUTE_SQL(SQL_PLAN_GET), .summary = "One plan" },
	{ .method = METHOD_GET, .path = V1 "/plans/{plan_id:int}/requirements", .roles = ROLE_PLANNING,
	  .query = &queue_query_fields, .shape = REPLY_LIST, .reply = &plan_requirement_fields,
	  .sql = ROUTE_SQL(SQL_PLAN_REQUIREMENTS), .summary = "People needed by queue and interval" },
	{ .method = METHOD_GET, .path = V1 "/rosters", .roles = ROLE_PLANNING,
	  .query = &site_week_query_fields, .shape = REPLY_LIST, .reply = &roster_summary_fields,
	  .sql = ROUTE_SQL(SQL_ROSTER_LIST), .summary = "Versions of rosters, newest first" },
	{ .method = METHOD_GET, .path = V1 "/rosters/{roster_id:int}", .roles = ROLE_PLANNING,
	  .reply = &roster_fields, .handle = roster_get_handle,
	  .summary = "A roster and its evidence; the ETag guards publication" },
	{ .method = METHOD_GET, .path = V1 "/rosters/{roster_id:int}/shifts", .roles = ROLE_PLANNING,
	  .shape = REPLY_LIST, .reply = &roster_shift_fields, .sql = ROUTE_SQL(SQL_ROSTER_SHIFTS),
	  .summary = "Who works when, on what" },
	{ .method = METHOD_GET, .path = V1 "/rosters/{roster_id:int}/coverage", .roles = ROLE_PLANNING,
	  .shape = REPLY_LIST, .reply = &roster_coverage_fields,
	  .sql = ROUTE_SQL(SQL_ROSTER_COVERAGE), .summary = "Required against planned, by quarter-hour" },
	{ .method = METHOD_GET, .path = V1 "/rosters/{roster_id:int}/shortages", .roles = ROLE_PLANNING,
	  .shape = REPLY_LIST, .reply = &roster_shortage_fields,
	  .sql = ROUTE_SQL(SQL_ROSTER_SHORTAGES), .summary = "What is short, when and why" },
	{ .method = METHOD_GET, .path = V1 "/rosters/{roster_id:int}/changes", .roles = ROLE_PLANNING,
	  .shape = REPLY_LIST, .reply = &roster_change_fields, .sql = ROUTE_SQL(SQL_ROSTER_CHANGES),
	  .summary = "Who would notice its publication" },
	{ .method = METHOD_POST, .path = V1 "/rosters/{roster_id:int}/publish", .roles = ROLE_PLANNING,
	  .reply = &roster_fields, .handle = roster_publish_handle,
	  .summary = "Show a draft to its agents; needs If-Match" },
>>>>>>> Stashed changes
};

const size_t routes_count = sizeof(routes) / sizeof(routes[0]);
