/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A site's week and a roster for it, as the simulator wants them: the requirement's volumes in
 * quarter-hours, the roster's people with their breaks and skills, last week's nights.
 *
 * A play's agents are the problem's, then one for each stretch of last week's nights. Everything lives
 * in the arena; the week and the roster must outlive the play. One connection, one thread.
 */
#ifndef DOMAIN_PLAY_WEEK_H
#define DOMAIN_PLAY_WEEK_H

#include "server/domain/week_problem.h"
#include "wfm/simulate.h"

enum { WEEK_SCENARIOS = 200 };

struct week_play {
	struct arena *a;
	const struct week_problem *w;
	const struct wfm_roster *r;
	int32_t slots; /* of the week, without its tail */
	struct wfm_sim_problem p;
};

/* Of the week are read: site, queues, requirements, covered, and of its problem the calendar, queues
 * (skill and site) and agents (skills). */
bool week_play_open(struct arena *a, const struct week_problem *w, const struct wfm_roster *r,
		    struct week_play *out, struct err *e);

/* WEEK_SCENARIOS weeks drawn from the forecast, for p.scenarios; NULL in *out: the forecast was made before
 * scenarios were kept. */
bool week_play_scenarios(struct db *db, const struct week_play *t, uint64_t seed, double **out,
			 struct err *e);

#endif
