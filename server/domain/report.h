/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reports: branches compared, absenteeism, turnover, Bradford. Every ratio carries its numerator and
 * denominator; a ratio without denominator has no value (NaN, null in JSON).
 *
 * The time ladder of domain.md: A handling, B productive (A + waiting), C planned (B + breaks +
 * training + other duties), D paid (C + paid leave). Rows belong to the arena.
 */
#ifndef DOMAIN_REPORT_H
#define DOMAIN_REPORT_H

#include <stddef.h>
#include <stdint.h>
#include "server/base/field.h"
#include "server/store/db.h"

struct ratio {
	double value, numerator, denominator;
};

/* Productivity: standard seconds of the work handled (contacts x network AHT of their kind of work)
 * per productive second, with a 95 % bootstrap interval over days; no interval for fewer than 3 days. */
struct productivity {
	double value, numerator, denominator, low, high;
	int64_t days;
};

struct service_level {
	double value, numerator, denominator;
	const char *definition;
};

struct ladder {
	double a_s, b_s, c_s, d_s;
};

struct branch_before {
	double productivity, service_level, contacts_handled;
	int64_t rank;
};

struct branch_report {
	int64_t site_id, region_id; /* site_id FIELD_NULL: the whole region */
	const char *site, *region, *kind;
	int64_t first_day, last_day;
	double contacts_handled;
	struct productivity productivity;
	struct service_level service_level;
	struct ratio abandonment, aht, resolution, satisfaction;
	struct ratio utilisation, occupancy, planned_use, availability, adherence;
	struct ladder ladder;
	int64_t rank, rank_in_region; /* by productivity, 1 is best; FIELD_NULL: nothing to rank */
	struct branch_before previous;
};
extern const struct fields branch_report_fields;

enum report_period { REPORT_DAY, REPORT_WEEK, REPORT_MONTH };
enum branch_by { BRANCH_BY_SITE, BRANCH_BY_REGION };

struct branch_query {
	int64_t period, date, site_id, by; /* enum report_period, enum branch_by; date, site_id optional */
};
extern const struct fields branch_query_fields;

/* Every site (or region) in the period that holds the date, best first; ranks are always those of the
 * whole network. today is used when the query has no date: then the last whole day, week or month. */
bool report_branches(struct db *db, struct arena *a, const struct branch_query *q, int64_t today,
		     struct branch_report **rows, size_t *count, struct err *e);

struct trend_query {
	int64_t period, from, to; /* from, to optional: the last 13 periods */
};
extern const struct fields trend_query_fields;

/* One site, a row a period from the one that holds `from` to the one that holds `to`. No ranks. */
bool report_branch_trend(struct db *db, struct arena *a, int64_t site_id, const struct trend_query *q,
			 int64_t today, struct branch_report **rows, size_t *count, struct err *e);

enum absenteeism_by { ABSENTEEISM_BY_SITE, ABSENTEEISM_BY_TEAM, ABSENTEEISM_BY_MONTH,
		      ABSENTEEISM_BY_WEEKDAY, ABSENTEEISM_BY_KIND, ABSENTEEISM_BY_TENURE,
		      ABSENTEEISM_BY_ALL };
struct people_query {
	int64_t by, from, to, site_id; /* from, to optional: the last 365 days */
};
extern const struct fields absenteeism_query_fields, turnover_query_fields;

struct absenteeism_row {
	const char *key, *label;
	struct ratio total, unplanned; /* hours */
};
extern const struct fields absenteeism_row_fields;

struct turnover_row {
	const char *key, *label;
	struct ratio turnover;
	double annualised;
	struct ratio voluntary;
};
extern const struct fields turnover_row_fields;

struct bradford_query {
	int64_t date, site_id; /* both optional */
};
extern const struct fields bradford_query_fields;

struct bradford_row {
	int64_t agent_id, site_id, spells, days, bradford;
	const char *agent, *site, *team;
};
extern const struct fields bradford_row_fields;

/* Who asks: a site manager gets own sites only. role as in app_user.role. */
struct report_reader {
	int64_t user_id;
	const char *role;
};

bool report_absenteeism(struct db *db, struct arena *a, const struct people_query *q,
			const struct report_reader *who, struct absenteeism_row **rows, size_t *count,
			struct err *e);
bool report_turnover(struct db *db, struct arena *a, const struct people_query *q,
		     const struct report_reader *who, struct turnover_row **rows, size_t *count,
		     struct err *e);

#endif
