/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Use case: training and meetings of a site's week. A planner says who, how long, on which days and
 * between which hours; the place is found when the week is planned (wfm/schedule.h, sessions). Who
 * cannot be placed is told in the roster's evidence.
 * All functions join the caller's transaction. One connection, one thread.
 */
#ifndef DOMAIN_PLAN_SESSIONS_H
#define DOMAIN_PLAN_SESSIONS_H

#include "server/domain/week_problem.h"

struct planned_session {
	int64_t id, site_id, week, kind, minutes, from, until, quorum, at_once, times, margin_min, created_at;
	bool together, must;
	double miss_cents;
	const char *name, *author;
	int64_t *days, *agent_ids;
	size_t day_count, agent_count;
};
extern const struct fields planned_session_new_fields, planned_session_fields;

bool planned_session_create(struct db *db, struct arena *a, const struct planned_session *in, int64_t user_id,
		    struct planned_session *out, struct err *e);
/* ERR_NOT_FOUND. Rosters keep what they have of it. */
bool planned_session_delete(struct db *db, struct arena *a, int64_t id, struct planned_session *before,
		    struct err *e);

/* The week's sessions into its problem; w->session_ids by index. Planned again from a roster (keep), they
 * lie on the local day `from` or later, for each agent as often as not had before; those whose days are
 * over are told as missed. keep FIELD_NULL: all. */
bool week_sessions(struct db *db, struct arena *a, struct week_problem *w, int64_t keep, int64_t from,
		   struct err *e);

#endif
