/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the forecast routes take and give; the statements of the same names fill them. */
#include "server/http/forecast_handlers.h"

#include "server/domain/keep_forecast.h"

#define F_LIMIT(s)                                                                                   \
	{ .name = "limit", .type = FIELD_INT, .offset = offsetof(s, limit), .flags = FIELD_OPTIONAL, \
	  .min = 1, .max = 1000, .fallback = "100", .help = "rows in one reply" }

struct forecast_query {
	int64_t site_id, week, limit;
	const char *cursor;
};
static const struct field forecast_query_rows[] = {
	F_INT(struct forecast_query, site_id, FIELD_OPTIONAL, 1, 1e15, "only of this site"),
	F_WEEK(struct forecast_query, week, FIELD_OPTIONAL, "only those that cover this ISO week"),
	F_LIMIT(struct forecast_query),
	F_TEXT(struct forecast_query, cursor, FIELD_OPTIONAL, 1, 1000, "the last reply's next"),
};
const struct fields forecast_query_fields =
	FIELDS("ForecastQuery", struct forecast_query, forecast_query_rows);

struct forecast_summary {
	int64_t id, site_id, first_day, last_day, created_at, job_id;
	const char *author;
	bool newest;
};
#define SUMMARY_ROWS(s)                                                                              \
	F_INT(s, id, 0, 1, 1e15, "permanent id"),                                                    \
	F_INT(s, site_id, 0, 1, 1e15, "site"),                                                       \
	F_DATE(s, first_day, 0, "first local date"),                                                 \
	F_DATE(s, last_day, 0, "last local date"),                                                   \
	F_INSTANT(s, created_at, 0, "when it was made"),                                             \
	F_TEXT(s, author, FIELD_OPTIONAL, 0, 0, "login of whoever asked for it; null: the service"), \
	F_INT(s, job_id, FIELD_OPTIONAL, 1, 1e15, "job that made it"),                               \
	F_BOOL(s, newest, 0, "no later version of the site covers all its days")

static const struct field forecast_summary_rows[] = { SUMMARY_ROWS(struct forecast_summary) };
const struct fields forecast_summary_fields =
	FIELDS("ForecastSummary", struct forecast_summary, forecast_summary_rows);

struct queue_card {
	int64_t queue_id, history_days, origins;
	const char *code, *name, *channel, *method, *warning;
	double wape, bias, coverage80, coverage95, naive_wape, mean4_wape;
	struct forecast_report report;
};
static const struct field queue_card_rows[] = {
	F_INT(struct queue_card, queue_id, 0, 1, 1e15, "queue"),
	F_TEXT(struct queue_card, code, 0, 0, 0, "its code"),
	F_TEXT(struct queue_card, name, 0, 0, 0, "its name"),
	F_TEXT(struct queue_card, channel, 0, 0, 0, "its channel"),
	F_TEXT(struct queue_card, method, 0, 0, 0, "the method that made the forecast"),
	F_INT(struct queue_card, history_days, 0, 0, 1e9, "days of history used"),
	F_INT(struct queue_card, origins, 0, 0, 1e9, "past weeks on which it was tried"),
	F_REAL(struct queue_card, wape, FIELD_OPTIONAL, 0, 0, "sum of |error| / sum of offered, there"),
	F_REAL(struct queue_card, bias, FIELD_OPTIONAL, 0, 0, "sum of error / sum of offered"),
	F_REAL(struct queue_card, coverage80, FIELD_OPTIONAL, 0, 0, "share within the 80 % interval"),
	F_REAL(struct queue_card, coverage95, FIELD_OPTIONAL, 0, 0, "share within the 95 % interval"),
	F_REAL(struct queue_card, naive_wape, FIELD_OPTIONAL, 0, 0,
	       "WAPE of last week's same interval, on the same weeks"),
	F_REAL(struct queue_card, mean4_wape, FIELD_OPTIONAL, 0, 0, "WAPE of the mean of four weeks"),
	F_TEXT(struct queue_card, warning, 0, 0, 0,
	       "why not to trust it: the texts of report.warnings; empty: nothing known"),
	F_OBJECT(struct queue_card, report, FIELD_OPTIONAL, &forecast_report_fields,
		 "why this method, all scores, calendar effects; null: made before they were kept"),
};
static const struct fields queue_card_fields = FIELDS("ForecastCard", struct queue_card, queue_card_rows);

struct forecast_card {
	int64_t id, site_id, first_day, last_day, created_at, job_id;
	const char *author;
	bool newest;
	struct queue_card *queues;
	size_t queue_count;
};
static const struct field forecast_card_rows[] = {
	SUMMARY_ROWS(struct forecast_card),
	F_LIST(struct forecast_card, queues, queue_count, 0, &queue_card_fields, 0, 0,
	       "report card of each queue"),
};
const struct fields forecast_card_fields = FIELDS("Forecast", struct forecast_card, forecast_card_rows);

struct interval {
	int64_t queue_id, start;
	double mean, q05, q10, q25, q50, q75, q90, q95, aht_s, adjusted_mean, adjustment_factor;
};
static const struct field interval_rows[] = {
	F_INT(struct interval, queue_id, 0, 1, 1e15, "queue"),
	F_INSTANT(struct interval, start, 0, "interval"),
	F_REAL(struct interval, mean, 0, 0, 0, "contacts expected, by the statistics alone"),
	F_REAL(struct interval, q05, 0, 0, 0, "5 % quantile"),
	F_REAL(struct interval, q10, 0, 0, 0, "10 % quantile"),
	F_REAL(struct interval, q25, 0, 0, 0, "25 % quantile"),
	F_REAL(struct interval, q50, 0, 0, 0, "median"),
	F_REAL(struct interval, q75, 0, 0, 0, "75 % quantile"),
	F_REAL(struct interval, q90, 0, 0, 0, "90 % quantile"),
	F_REAL(struct interval, q95, 0, 0, 0, "95 % quantile"),
	F_REAL(struct interval, aht_s, 0, 0, 0, "average handling time, seconds"),
	F_REAL(struct interval, adjusted_mean, 0, 0, 0,
	       "contacts to plan for: the mean with the users' adjustments"),
	F_REAL(struct interval, adjustment_factor, FIELD_OPTIONAL, 0, 0,
	       "adjusted_mean / mean, by which the quantiles scale; null: added to a mean of zero"),
};
const struct fields forecast_interval_fields =
	FIELDS("ForecastInterval", struct interval, interval_rows);

struct outlier {
	int64_t queue_id, start;
	double offered, usual;
};
static const struct field outlier_rows[] = {
	F_INT(struct outlier, queue_id, 0, 1, 1e15, "queue"),
	F_INSTANT(struct outlier, start, 0, "interval of history"),
	F_REAL(struct outlier, offered, 0, 0, 0, "as recorded"),
	F_REAL(struct outlier, usual, 0, 0, 0, "what the forecast learnt in its place"),
};
const struct fields forecast_outlier_fields = FIELDS("ForecastOutlier", struct outlier, outlier_rows);

struct compare_query {
	int64_t with, queue_id;
};
static const struct field compare_query_rows[] = {
	F_INT(struct compare_query, with, 0, 1, 1e15, "the other forecast"),
	F_INT(struct compare_query, queue_id, FIELD_OPTIONAL, 1, 1e15, "only of this queue"),
};
const struct fields forecast_compare_query_fields =
	FIELDS("ForecastCompareQuery", struct compare_query, compare_query_rows);

struct compared {
	int64_t queue_id, day, intervals, known;
	double mean, other_mean, difference, change, actual;
};
static const struct field compared_rows[] = {
	F_INT(struct compared, queue_id, 0, 1, 1e15, "queue"),
	F_DATE(struct compared, day, 0, "local date"),
	F_REAL(struct compared, mean, 0, 0, 0, "contacts expected by this version"),
	F_REAL(struct compared, other_mean, 0, 0, 0, "by the other"),
	F_REAL(struct compared, difference, 0, 0, 0, "this less the other"),
	F_REAL(struct compared, change, FIELD_OPTIONAL, 0, 0, "difference / other"),
	F_INT(struct compared, intervals, 0, 0, 1e9, "intervals that both forecast"),
	F_INT(struct compared, known, 0, 0, 1e9, "of these, intervals with history"),
	F_REAL(struct compared, actual, FIELD_OPTIONAL, 0, 0, "contacts offered in the known ones"),
};
const struct fields forecast_compare_fields = FIELDS("ForecastComparison", struct compared, compared_rows);

struct adjustment_query {
	int64_t site_id, queue_id, week, limit;
	bool revoked;
	const char *cursor;
};
static const struct field adjustment_query_rows[] = {
	F_INT(struct adjustment_query, site_id, FIELD_OPTIONAL, 1, 1e15, "only of this site"),
	F_INT(struct adjustment_query, queue_id, FIELD_OPTIONAL, 1, 1e15, "only of this queue"),
	F_WEEK(struct adjustment_query, week, FIELD_OPTIONAL, "only what reaches into this ISO week"),
	F_BOOL(struct adjustment_query, revoked, FIELD_OPTIONAL, "also those revoked"),
	F_LIMIT(struct adjustment_query),
	F_TEXT(struct adjustment_query, cursor, FIELD_OPTIONAL, 1, 1000, "the last reply's next"),
};
const struct fields adjustment_query_fields =
	FIELDS("ForecastAdjustmentQuery", struct adjustment_query, adjustment_query_rows);
