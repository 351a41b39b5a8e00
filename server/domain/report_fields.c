/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the reports take and give. */
#include "server/domain/report.h"

#define NUMBER(s, m, h) F_REAL(s, m, FIELD_OPTIONAL, 0, 0, h)

static const struct field ratio_rows[] = {
	NUMBER(struct ratio, value, "numerator / denominator; null when there is nothing to divide by"),
	NUMBER(struct ratio, numerator, "what is counted"),
	NUMBER(struct ratio, denominator, "what it is counted against"),
};
static const struct fields ratio_fields = FIELDS("Ratio", struct ratio, ratio_rows);

static const struct field productivity_rows[] = {
	NUMBER(struct productivity, value, "standard seconds of work handled per productive second"),
	NUMBER(struct productivity, numerator,
	       "standard seconds: contacts x the network's mean handling time of their kind of work "
	       "(skill and channel), of days with productive time"),
	NUMBER(struct productivity, denominator, "productive seconds (B of the time ladder)"),
	NUMBER(struct productivity, low, "lower end of the 95 % bootstrap interval over days"),
	NUMBER(struct productivity, high, "upper end"),
	F_INT(struct productivity, days, 0, 0, 1e6, "days with productive time; under 3: no interval"),
};
static const struct fields productivity_fields =
	FIELDS("Productivity", struct productivity, productivity_rows);

static const struct field service_rows[] = {
	NUMBER(struct service_level, value, "share"),
	NUMBER(struct service_level, numerator, "contacts answered within their queue's target time"),
	NUMBER(struct service_level, denominator, "contacts offered"),
	F_TEXT(struct service_level, definition, 0, 0, 0, "what is divided by what"),
};
static const struct fields service_fields = FIELDS("ServiceLevel", struct service_level, service_rows);

static const struct field ladder_rows[] = {
	F_REAL(struct ladder, a_s, 0, 0, 0, "A: handling, seconds"),
	F_REAL(struct ladder, b_s, 0, 0, 0, "B: productive = A + waiting for a contact"),
	F_REAL(struct ladder, c_s, 0, 0, 0, "C: planned = B + breaks, training, other duties"),
	F_REAL(struct ladder, d_s, 0, 0, 0, "D: paid = C + paid leave and sickness"),
};
static const struct fields ladder_fields = FIELDS("TimeLadder", struct ladder, ladder_rows);

static const struct field before_rows[] = {
	NUMBER(struct branch_before, productivity, "of the period before"),
	NUMBER(struct branch_before, service_level, "of the period before"),
	NUMBER(struct branch_before, contacts_handled, "in the period before"),
	F_INT(struct branch_before, rank, FIELD_OPTIONAL, 1, 1e6, "in the period before"),
};
static const struct fields before_fields = FIELDS("BranchBefore", struct branch_before, before_rows);

#define RATIO(m, h) F_OBJECT(struct branch_report, m, 0, &ratio_fields, h)
static const struct field branch_rows[] = {
	F_INT(struct branch_report, site_id, FIELD_OPTIONAL, 1, 1e15, "site; null: the whole region"),
	F_TEXT(struct branch_report, site, FIELD_OPTIONAL, 0, 0, "its name"),
	F_INT(struct branch_report, region_id, 0, 1, 1e15, "region"),
	F_TEXT(struct branch_report, region, 0, 0, 0, "its name"),
	F_TEXT(struct branch_report, kind, FIELD_OPTIONAL, 0, 0, "contact_centre or branch"),
	F_DATE(struct branch_report, first_day, 0, "first local date of the period"),
	F_DATE(struct branch_report, last_day, 0, "last local date"),
	F_REAL(struct branch_report, contacts_handled, 0, 0, 0, "contacts handled"),
	F_OBJECT(struct branch_report, productivity, 0, &productivity_fields, "case-mix adjusted"),
	F_OBJECT(struct branch_report, service_level, 0, &service_fields,
		 "of queues with a target time"),
	RATIO(abandonment, "contacts abandoned / offered, of queues with a target time"),
	RATIO(aht, "handling seconds / contacts handled"),
	RATIO(resolution, "resolved at first contact / contacts handled"),
	RATIO(satisfaction, "sum of marks (1 to 5) / marks"),
	RATIO(utilisation, "B / D, seconds"),
	RATIO(occupancy, "A / B, seconds"),
	RATIO(planned_use, "B / C, seconds"),
	RATIO(availability, "C / D, seconds"),
	RATIO(adherence, "seconds in the planned state / seconds planned, absence left out"),
	F_OBJECT(struct branch_report, ladder, 0, &ladder_fields, "the time ladder"),
	F_INT(struct branch_report, rank, FIELD_OPTIONAL, 1, 1e6, "in the network, by productivity"),
	F_INT(struct branch_report, rank_in_region, FIELD_OPTIONAL, 1, 1e6, "in its region"),
	F_OBJECT(struct branch_report, previous, 0, &before_fields, "the period before"),
};
const struct fields branch_report_fields =
	FIELDS("BranchReport", struct branch_report, branch_rows);

static const char *const period_names[] = { "day", "week", "month", NULL };
static const char *const branch_by_names[] = { "site", "region", NULL };

static const struct field branch_query_rows[] = {
	{ .name = "period", .type = FIELD_ENUM, .offset = offsetof(struct branch_query, period),
	  .flags = FIELD_OPTIONAL, .names = period_names, .fallback = "\"week\"", .help = "how long" },
	F_DATE(struct branch_query, date, FIELD_OPTIONAL,
	       "a date in the period; absent: the last whole one"),
	F_INT(struct branch_query, site_id, FIELD_OPTIONAL, 1, 1e15, "only this site"),
	{ .name = "by", .type = FIELD_ENUM, .offset = offsetof(struct branch_query, by),
	  .flags = FIELD_OPTIONAL, .names = branch_by_names, .fallback = "\"site\"",
	  .help = "a row a site or a region" },
};
const struct fields branch_query_fields =
	FIELDS("BranchQuery", struct branch_query, branch_query_rows);

static const struct field trend_query_rows[] = {
	{ .name = "period", .type = FIELD_ENUM, .offset = offsetof(struct trend_query, period),
	  .flags = FIELD_OPTIONAL, .names = period_names, .fallback = "\"week\"",
	  .help = "length of a row" },
	F_DATE(struct trend_query, from, FIELD_OPTIONAL, "a date in the first; absent: 13 of them"),
	F_DATE(struct trend_query, to, FIELD_OPTIONAL, "a date in the last; absent: the last whole one"),
};
const struct fields trend_query_fields = FIELDS("TrendQuery", struct trend_query, trend_query_rows);

static const char *const absenteeism_names[] = { "site", "team", "month", "weekday",
						 "kind", "tenure", "all", NULL };
static const char *const turnover_names[] = { "site", "team", "month", "tenure", "all", NULL };

#define BY(list) \
	{ .name = "by", .type = FIELD_ENUM, .offset = offsetof(struct people_query, by), \
	  .flags = FIELD_OPTIONAL, .names = list, .fallback = "\"site\"", .help = "a row a ..." }
#define SPAN                                                                                       \
	F_DATE(struct people_query, from, FIELD_OPTIONAL, "first date; absent: 365 days in all"),  \
	F_DATE(struct people_query, to, FIELD_OPTIONAL, "last date; absent: yesterday"),           \
	F_INT(struct people_query, site_id, FIELD_OPTIONAL, 1, 1e15, "only of this site")
static const struct field absenteeism_query_rows[] = { BY(absenteeism_names), SPAN };
const struct fields absenteeism_query_fields =
	FIELDS("AbsenteeismQuery", struct people_query, absenteeism_query_rows);
static const struct field turnover_query_rows[] = { BY(turnover_names), SPAN };
const struct fields turnover_query_fields =
	FIELDS("TurnoverQuery", struct people_query, turnover_query_rows);

static const struct field absenteeism_rows[] = {
	F_TEXT(struct absenteeism_row, key, 0, 0, 0, "id, YYYY-MM, ISO weekday, kind or days of tenure"),
	F_TEXT(struct absenteeism_row, label, 0, 0, 0, "in words"),
	F_OBJECT(struct absenteeism_row, total, 0, &ratio_fields,
		 "planned hours lost to any absence / hours planned"),
	F_OBJECT(struct absenteeism_row, unplanned, 0, &ratio_fields,
		 "planned hours lost to unplanned absence / hours planned"),
};
const struct fields absenteeism_row_fields =
	FIELDS("Absenteeism", struct absenteeism_row, absenteeism_rows);

static const struct field turnover_rows[] = {
	F_TEXT(struct turnover_row, key, 0, 0, 0, "id, YYYY-MM or days of tenure"),
	F_TEXT(struct turnover_row, label, 0, 0, 0, "in words"),
	F_OBJECT(struct turnover_row, turnover, 0, &ratio_fields,
		 "leavers / mean of the daily headcounts; who moves to another site does not leave"),
	F_REAL(struct turnover_row, annualised, FIELD_OPTIONAL, 0, 0, "turnover x 365 / days"),
	F_OBJECT(struct turnover_row, voluntary, 0, &ratio_fields, "the same, those who left by choice"),
};
const struct fields turnover_row_fields = FIELDS("Turnover", struct turnover_row, turnover_rows);

static const struct field bradford_query_rows[] = {
	F_DATE(struct bradford_query, date, FIELD_OPTIONAL, "last of the 52 weeks; absent: yesterday"),
	F_INT(struct bradford_query, site_id, FIELD_OPTIONAL, 1, 1e15, "only of this site"),
};
const struct fields bradford_query_fields =
	FIELDS("BradfordQuery", struct bradford_query, bradford_query_rows);

static const struct field bradford_rows[] = {
	F_INT(struct bradford_row, agent_id, 0, 1, 1e15, "agent"),
	F_TEXT(struct bradford_row, agent, 0, 0, 0, "name"),
	F_INT(struct bradford_row, site_id, 0, 1, 1e15, "site"),
	F_TEXT(struct bradford_row, site, 0, 0, 0, "its name"),
	F_TEXT(struct bradford_row, team, FIELD_OPTIONAL, 0, 0, "team"),
	F_INT(struct bradford_row, spells, 0, 0, 1e9, "S: spells of unplanned absence"),
	F_INT(struct bradford_row, days, 0, 0, 1e9, "D: days on which one took planned time away"),
	F_INT(struct bradford_row, bradford, 0, 0, 1e15, "S x S x D"),
};
const struct fields bradford_row_fields = FIELDS("Bradford", struct bradford_row, bradford_rows);
