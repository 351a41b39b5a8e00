/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the outlook routes give; the statements of the same names fill them. */
#include "server/domain/forecast_series.h"
#include "server/http/planning_handlers.h"

struct outlook_query {
	int64_t site_id, limit;
	const char *cursor;
};
static const struct field query_rows[] = {
	F_INT(struct outlook_query, site_id, FIELD_OPTIONAL, 1, 1e15, "only of this site"),
	{ .name = "limit", .type = FIELD_INT, .offset = offsetof(struct outlook_query, limit),
	  .flags = FIELD_OPTIONAL, .min = 1, .max = 1000, .fallback = "100", .help = "rows in one reply" },
	F_TEXT(struct outlook_query, cursor, FIELD_OPTIONAL, 1, 1000, "the last reply's next"),
};
const struct fields outlook_query_fields = FIELDS("OutlookQuery", struct outlook_query, query_rows);

struct outlook_queue {
	int64_t queue_id, history_days;
	const char *code, *name, *method;
	struct forecast_warning *warnings;
	size_t warning_count;
};
static const struct field queue_rows[] = {
	F_INT(struct outlook_queue, queue_id, 0, 1, 1e15, "queue"),
	F_TEXT(struct outlook_queue, code, 0, 0, 0, "its code"),
	F_TEXT(struct outlook_queue, name, 0, 0, 0, "its name"),
	F_TEXT(struct outlook_queue, method, 0, 0, 0, "the method that looked ahead"),
	F_INT(struct outlook_queue, history_days, 0, 0, 1e9, "days of history used"),
	F_LIST(struct outlook_queue, warnings, warning_count, 0, &forecast_warning_fields, 0, 0,
	       "why not to trust it"),
};
static const struct fields queue_fields = FIELDS("OutlookQueue", struct outlook_queue, queue_rows);

struct outlook_week {
	int64_t queue_id, week;
	double mean, q05, q10, q25, q50, q75, q90, q95, load_hours;
};
static const struct field week_rows[] = {
	F_INT(struct outlook_week, queue_id, FIELD_OPTIONAL, 1, 1e15, "queue; null: all of the site together"),
	F_WEEK(struct outlook_week, week, 0, "ISO week"),
	F_REAL(struct outlook_week, mean, 0, 0, 0, "contacts expected in the week"),
	F_REAL(struct outlook_week, q05, 0, 0, 0, "5 % quantile"),
	F_REAL(struct outlook_week, q10, 0, 0, 0, "10 % quantile"),
	F_REAL(struct outlook_week, q25, 0, 0, 0, "25 % quantile"),
	F_REAL(struct outlook_week, q50, 0, 0, 0, "median"),
	F_REAL(struct outlook_week, q75, 0, 0, 0, "75 % quantile"),
	F_REAL(struct outlook_week, q90, 0, 0, 0, "90 % quantile"),
	F_REAL(struct outlook_week, q95, 0, 0, 0, "95 % quantile"),
	F_REAL(struct outlook_week, load_hours, 0, 0, 0, "handling time expected, hours"),
};
static const struct fields week_fields = FIELDS("OutlookWeek", struct outlook_week, week_rows);

struct outlook {
	int64_t id, site_id, first_week, week_count, created_at;
	const char *author;
	struct outlook_queue *queues;
	struct outlook_week *weeks;
	size_t queue_rows, week_rows;
};
#define OUTLOOK_COMMON                                                                         \
	F_INT(struct outlook, id, 0, 1, 1e15, "permanent id"),                                 \
	F_INT(struct outlook, site_id, 0, 1, 1e15, "site"),                                    \
	F_WEEK(struct outlook, first_week, 0, "first ISO week"),                               \
	F_INT(struct outlook, week_count, 0, 1, 78, "weeks looked ahead"),                     \
	F_INSTANT(struct outlook, created_at, 0, "when it was made"),                          \
	F_TEXT(struct outlook, author, FIELD_OPTIONAL, 0, 0,                                   \
	       "login of whoever asked for it; null: the service")

static const struct field summary_rows[] = { OUTLOOK_COMMON };
static const struct field outlook_rows[] = {
	OUTLOOK_COMMON,
	F_LIST(struct outlook, queues, queue_rows, 0, &queue_fields, 0, 0, "what it rests on"),
	F_LIST(struct outlook, weeks, week_rows, 0, &week_fields, 0, 0, "by queue and week"),
};
const struct fields outlook_summary_fields = FIELDS("OutlookSummary", struct outlook, summary_rows);
const struct fields outlook_fields = FIELDS("Outlook", struct outlook, outlook_rows);
