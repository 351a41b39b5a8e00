/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One site's week as libwfm's scheduling problem: slots, requirement, contracts, agents.
 *
 * The week is cut into quarter-hours from its local Monday midnight, with a tail of SLOT_TAIL slots so that
 * Sunday's nights can end. The requirement of a queue comes from a forecast through wfm_staffing_run;
 * what the solver covers is agents / (1 - unplanned shrinkage): breaks, leave and training are on the
 * roster itself. Everything lives in the arena. One connection, one thread.
 */
#ifndef DOMAIN_WEEK_PROBLEM_H
#define DOMAIN_WEEK_PROBLEM_H

#include "server/base/clock.h"
#include "server/domain/contracts.h"
#include "server/domain/site_calendar.h"
#include "server/domain/staffing_choice.h"
#include "wfm/schedule.h"

enum { SLOT_MIN = 15, SLOT_TAIL = 64, WEEK_DAYS = 7 };

/* One row of table requirement. */
struct requirement_row {
	int64_t start, minutes;
	double volume, aht_s, agents, agents_on_roster;
	double service_level, abandoned_share, asa_s, occupancy;
	double backlog_s, late_s, idle_s; /* work that may wait; NaN: live */
	int64_t binding; /* enum wfm_binding */
	bool met;
};
extern const struct fields requirement_row_fields;
extern const char *const requirement_binding_names[];

struct week_waiting;
struct requirement_day; /* server/domain/week_staffing.h */

/* What becomes of a queue's work that may wait; all NaN: live. */
struct requirement_deferred {
	double in_time, late_hours, carried_hours, backlog_hours, idle_share, idle_hours, idle_used_hours;
	double alone_agent_hours;
};

struct queue_requirement {
	struct requirement_row *rows;
	size_t count;
	struct requirement_day *days; /* of a live queue whose forecast has scenarios */
	size_t day_count;
	struct requirement_deferred deferred;
	double *beside_s; /* [count] of work that may wait: seconds that live queues' idle time can do of it */
};

/* Work that last week's published nights still do after this week has begun, and that of guests who stay. */
struct week_covered {
	int64_t queue_id, start, end;
};

/* Where an agent is at home, and the other sites at which the agent may work. */
struct week_home {
	int64_t site_id;
	struct week_away {
		int64_t site_id, travel_min;
	} *away;
	size_t away_count;
};

struct week_problem {
	struct site_calendar site;
	const char *with; /* JSON: ids of sites planned in one with this; their people who may come are agents
			     too, after its own (joint_week.h) */
	int64_t kept; /* roster planned again from: guests from other sites keep their shifts of it, and the
			 drafts drawn in one with it stand like published ones; FIELD_NULL: none */
	int64_t monday, forecast_id;
	struct staffing_choice choice;
	double unplanned[7]; /* share of rostered time lost, Monday first */
	int64_t from, until;           /* instants: Monday midnight, next Monday midnight */
	struct site_queue *queues;     /* by queue index of the problem */
	size_t queue_count;
	struct queue_requirement *requirements; /* by queue */
	struct week_covered *covered;
	size_t covered_count;
	int64_t *agent_ids;            /* by agent index */
	const char **agent_names;
	struct week_home *homes;
	int64_t *session_ids;          /* by session index: plan_sessions.h */
	struct contract_set contracts; /* by contract index */
	struct wfm_problem problem;
	struct week_waiting *waiting; /* by deferrable work of the problem: week_waiting.h */
	size_t waiting_count;
	struct wfm_deferrable *deferrable; /* what problem.deferrable points to */
	struct wfm_service *services; /* what problem.services points to: week_service.h */
	double **required; /* by queue and slot: what problem.queues point to, to be corrected by a trial */
};

/* The instant at which a slot begins. */
int64_t week_slot_instant(const struct week_problem *w, int32_t slot);

/* What a local date loses of its rostered time to absence that nobody planned. */
static inline double week_unplanned(const struct week_problem *w, int64_t date)
{
	return w->unplanned[date_weekday(date) - 1];
}

/* Site, queues and the week's edges, without people: enough for week_requirements. choice NULL: at the
 * point forecast, interval by interval. */
bool week_open(struct db *db, struct arena *a, int64_t site_id, int64_t monday, int64_t forecast_id,
	       const struct staffing_choice *choice, struct week_problem *out, struct err *e);

/* Loads and builds all; the forecast must cover the week. ERR_INVALID with a pointer when the site
 * has no queues or no agents in that week, or a contract cannot be expressed. */
bool week_problem_build(struct db *db, struct arena *a, int64_t site_id, int64_t monday,
			int64_t forecast_id, struct week_problem *out, struct err *e);
/* The same on an opened week. */
bool week_problem_fill(struct db *db, struct arena *a, struct week_problem *w, struct err *e);

/* Some agent can do more than one queue whose contacts wait on the line. */
bool week_is_pooled(const struct week_problem *w);

/* How a queue is staffed in intervals of so many minutes: its targets, channel and patience. */
struct wfm_staffing_options week_staffing_options(const struct week_problem *w,
						  const struct site_queue *q, int minutes);

/* What an hour of the site's contracts costs on the mean. */
double week_hour_cents(const struct week_problem *w);

/* The parts, for week_problem_build and for stored_week.h. */
void week_calendar(struct arena *a, struct week_problem *w);
void week_number_skills(struct week_problem *w, struct wfm_queue *queues);
bool week_covered_load(struct db *db, struct arena *a, struct week_problem *w, struct err *e);
bool week_requirements(struct db *db, struct arena *a, int64_t forecast_id, struct week_problem *w,
		       struct err *e);
bool week_agents(struct db *db, struct arena *a, struct week_problem *w, struct err *e);

/* A skill of an agent in the rows of those statements. */
struct week_skill_row {
	int64_t skill_id;
	double proficiency;
};
extern const struct fields week_skill_fields;

#endif
