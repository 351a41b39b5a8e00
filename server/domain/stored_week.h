/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A roster as it was kept, with the week that it was drawn for: what it takes to play it again, without
 * contracts and without the solver. Volumes are its plan's; skills, patience and targets are today's.
 *
 * Every version of a site's week numbers the same people alike, so that two of them can be played
 * with common random numbers. Everything lives in the arena. One connection, one thread.
 */
#ifndef DOMAIN_STORED_WEEK_H
#define DOMAIN_STORED_WEEK_H

#include "server/domain/week_problem.h"

struct stored_week {
	int64_t roster_id, plan_id;
	struct week_problem w;
	struct wfm_roster roster;
};

/* ERR_NOT_FOUND without such a roster. */
bool stored_week_load(struct db *db, struct arena *a, int64_t roster_id, struct stored_week *out,
		      struct err *e);

/* Another version's shifts in the same week: ERR_INVALID unless it is of the same site and week. */
bool stored_roster_load(struct db *db, struct arena *a, const struct week_problem *w, int64_t roster_id,
			struct wfm_roster *out, struct err *e);

#endif
