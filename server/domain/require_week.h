/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Use case: what would a week of a forecast need of one queue, if its risk were taken this way? Beside it
 * the same at the point forecast, interval by interval: hours, cost, and the chance that each day
 * reaches its targets. Nothing is stored. Everything lives in the arena. One connection, one thread.
 */
#ifndef DOMAIN_REQUIRE_WEEK_H
#define DOMAIN_REQUIRE_WEEK_H

#include "server/domain/week_staffing.h"

struct requirement_query {
	int64_t queue_id, week;
	struct staffing_choice choice;
};
extern const struct fields requirement_query_fields;

struct requirement_totals {
	double agent_hours, roster_hours, cost_cents, peak;
	double service_level, p_target, p_least; /* NaN without scenarios */
};

struct required_day {
	int64_t day;
	struct requirement_day chosen;
	double point_agent_hours, point_p_target;
};

struct requirement_unmet {
	int64_t count, of, start, agents; /* start FIELD_NULL: none is unmet */
	double service_level, abandoned_share, asa_s, p_target;
	const char *note;
};

struct required_week {
	int64_t forecast_id, queue_id, week, risk, over, reason;
	double probability, least;
	double again, discount, stretch, unplanned, hour_cents;
	const char *currency; /* NULL: contracts have several */
	struct requirement_totals chosen, point;
	struct requirement_unmet unmet;
	struct requirement_deferred deferred;
	struct required_day *days;
	size_t day_count;
	struct requirement_row *intervals;
	size_t interval_count;
};
extern const struct fields required_week_fields;

/* Of the queue at an index of a week whose requirements are made. */
struct requirement_unmet requirement_unmet_find(struct arena *a, const struct week_problem *w, size_t queue);

/* ERR_NOT_FOUND: no such forecast; ERR_INVALID names the parameter. */
bool require_week(struct db *db, struct arena *a, int64_t forecast_id, const struct requirement_query *q,
		  struct required_week *out, struct err *e);

#endif
