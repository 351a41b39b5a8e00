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
};

const size_t routes_count = sizeof(routes) / sizeof(routes[0]);
