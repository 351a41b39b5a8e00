/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The weeks of several sites as one scheduling problem, in which people who may work at another of them do so
 * where it serves best; and one of its rosters taken apart again into a roster for each site.
 *
 * A site's week keeps its own queues, calendar and people; who may come from the others stands after these
 * (week_problem.with). A shift belongs to the roster of the site at which it is worked. Everything lives in
 * the arena; the problem points into the weeks. One thread.
 */
#ifndef DOMAIN_JOINT_WEEK_H
#define DOMAIN_JOINT_WEEK_H

#include "server/domain/week_problem.h"

enum { JOINT_SITES_MOST = 8 };

struct joint_week {
	struct week_problem *weeks; /* filled */
	size_t count;
	struct wfm_problem problem;
	int32_t *first_queue, *first_service, *first_deferrable, *first_session; /* by week */
	int32_t **index; /* by week and agent of the problem: who that is there; -1: does not come */
};

/* Also again, after the weeks' requirements have changed. ERR_INVALID with pointer /with when the sites' days
 * are not the same, or they have more training and meetings than one plan takes. */
bool joint_week_make(struct arena *a, struct week_problem *weeks, size_t count, struct joint_week *out,
		     struct err *e);

/* Who an agent of a week is in the whole; -1: nobody. */
int32_t joint_week_number(const struct joint_week *j, size_t week, int32_t agent);

/* What of the roster belongs to a week, in its numbers: shifts worked there, people at home there who were
 * left out, what its queues lack, and who misses its training and meetings. Cost and proof are those of the
 * whole. */
struct wfm_roster *joint_week_part(struct arena *a, const struct joint_week *j, const struct wfm_roster *r,
				   size_t week);

/* Shifts of the part whose agents are at home elsewhere. */
int64_t joint_week_borrowed(const struct week_problem *w, const struct wfm_roster *part);

#endif
