/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Use case: how much planned time a site loses to absence, measured weekday by weekday from what is
 * recorded, beside the planner's own figure; and whose of the two its requirement reckons with.
 *
 * Shares are successive: planned absence is a share of all time scheduled, unplanned absence of what
 * planned absence leaves, roster = required ÷ ((1 − planned)(1 − unplanned)). On one common base they
 * would add up to the same total. A weekday's unplanned share is drawn towards the site's by as much
 * as its days differ among themselves (normal-normal, moments by DerSimonian & Laird 1986), so that few
 * days say little. Everything lives in the arena. One connection, one thread.
 */
#ifndef DOMAIN_MEASURE_SHRINKAGE_H
#define DOMAIN_MEASURE_SHRINKAGE_H

#include "server/store/db.h"

struct shrinkage_query {
	int64_t from, to; /* local dates, both included; FIELD_NULL: 52 weeks up to yesterday */
};
extern const struct fields shrinkage_query_fields;

enum shrinkage_use { SHRINKAGE_OWN, SHRINKAGE_MEASURED };

struct shrinkage_change {
	int64_t use; /* FIELD_NULL and NaN: as it is */
	double planned, unplanned;
};
extern const struct fields shrinkage_change_fields;

/* One day's sums, as recorded. */
struct shrinkage_day {
	int64_t day, people;
	double rostered_s, off_roster_s, planned_s, unplanned_s, duties_s, in_state_s, present_s;
};

struct shrinkage_weekday {
	int64_t weekday, days; /* 1 Monday .. 7 Sunday */
	double unplanned_s, base_s;
	double unplanned, low, high; /* as counted, with its 95 % interval; NaN without days */
	double used, weight;         /* drawn towards the site's: weight 1 is the weekday's own */
	bool few;
};

struct site_shrinkage {
	int64_t site_id, from, to, days, people, use;
	double own_planned, own_unplanned;
	bool known; /* false: too little is recorded, the planner's figure stands */
	const char *reason, *base;
	double scheduled_s, planned_s, unplanned_s;
	double planned, unplanned, unplanned_common, total;
	double duties, duties_s, adherence, in_state_s, present_s;
	struct shrinkage_weekday *weekdays;
	size_t weekday_count;
};
extern const struct fields site_shrinkage_fields;

/* Pure: days into the shares of `out`, whose dates and own figures are filled in already. */
void shrinkage_measure(struct arena *a, const struct shrinkage_day *days, size_t n,
		       struct site_shrinkage *out);

/* ERR_NOT_FOUND; ERR_INVALID when to lies before from or the span is over ten years. */
bool site_shrinkage_get(struct db *db, struct arena *a, int64_t site_id, const struct shrinkage_query *q,
			struct site_shrinkage *out, struct err *e);
bool site_shrinkage_put(struct db *db, struct arena *a, int64_t site_id,
			const struct shrinkage_change *c, struct site_shrinkage *before,
			struct site_shrinkage *after, struct err *e);

/* Unplanned shares by weekday (Monday first), and of the site, that its requirement reckons with. */
bool site_shrinkage_used(struct db *db, struct arena *a, int64_t site_id, double weekday[7],
			 double *site, struct err *e);

#endif
