/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One queue's people for a week, as the planner takes the risk, and what they do day by day when the
 * forecast's scenarios come. Everything lives in the arena. One connection, one thread.
 */
#ifndef DOMAIN_WEEK_STAFFING_H
#define DOMAIN_WEEK_STAFFING_H

#include "server/domain/week_problem.h"

/* A day of a live queue. */
struct requirement_day {
	int64_t day;
	double offered, agent_hours, roster_hours;
	double service_level, abandoned_share, asa_s, p_target, sl_p10, sl_p50, sl_p90;
};
/* Fields of a day, for this struct and any that has the same members beside its own. */
#define REQUIREMENT_DAY_ROWS(type) \
	F_DATE(type, day, 0, "local date"), \
	F_REAL(type, offered, 0, 0, 0, "contacts, mean over the scenarios"), \
	F_REAL(type, agent_hours, 0, 0, 0, "hours on the work"), \
	F_REAL(type, roster_hours, 0, 0, 0, "hours to plan, unplanned absence included"), \
	F_REAL(type, service_level, FIELD_OPTIONAL, 0, 0, \
	       "answered in time / offered, of all scenarios"), \
	F_REAL(type, abandoned_share, FIELD_OPTIONAL, 0, 0, "abandoned / offered"), \
	F_REAL(type, asa_s, FIELD_OPTIONAL, 0, 0, "mean wait of those answered"), \
	F_REAL(type, p_target, FIELD_OPTIONAL, 0, 1, \
	       "probability that the day reaches its targets"), \
	F_REAL(type, sl_p10, FIELD_OPTIONAL, 0, 0, "one day in ten is worse"), \
	F_REAL(type, sl_p50, FIELD_OPTIONAL, 0, 0, "the median day"), \
	F_REAL(type, sl_p90, FIELD_OPTIONAL, 0, 0, "one day in ten is better")
extern const struct fields requirement_day_fields;

/* Why a queue was staffed at the point forecast, interval by interval, all the same. */
enum staffing_plain_reason {
	PLAIN_ASKED,     /* as asked */
	PLAIN_DEFERRED,  /* its work may wait: it has a turnaround, not a day's level */
	PLAIN_NO_TARGET, /* neither service level, nor abandoned share, nor wait to reach */
	PLAIN_NO_SCENARIOS, /* POINT over intervals, and the forecast has no scenarios to judge by */
};

/* Scenarios of a week's intervals. */
struct week_scenarios {
	double *volume; /* [count x intervals]; NULL: the forecast was made before they were kept */
	int32_t count;
};

/* Contacts of the intervals (of so many minutes) in the forecast's scenarios, brought to the volumes
 * of the loads, which users may have adjusted. */
bool week_scenarios_draw(struct db *db, struct arena *a, const struct week_problem *w,
			 const struct site_queue *q, int minutes, const struct wfm_load *loads, size_t n,
			 struct week_scenarios *out, struct err *e);

/* The requirement of n intervals as w->choice has it. ERR_INVALID names the queue. */
bool week_staff(struct db *db, struct arena *a, const struct week_problem *w, const struct site_queue *q,
		const struct wfm_load *loads, size_t n, const struct wfm_staffing_options *o,
		struct wfm_requirement *r, struct week_scenarios *scenarios, struct err *e);

/* What these requirements do day by day; none without scenarios or for work that may wait. */
bool week_judge_days(struct arena *a, const struct week_problem *w, const struct wfm_load *loads, size_t n,
		     const struct wfm_staffing_options *o, const struct wfm_requirement *r,
		     const struct week_scenarios *scenarios, struct requirement_day **days,
		     size_t *count, struct err *e);

/* Whether risk and period can be chosen for it. */
enum staffing_plain_reason week_plain_reason(const struct site_queue *q,
					     const struct wfm_staffing_options *o);

/* No interval of a day or week falls below it. */
double week_least_level(const struct staffing_choice *c, const struct wfm_staffing_options *o);

#endif
