/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is fair to a week's agents: what the weeks before asked of them (their burden), what they wish, and
 * how long they are in service, which decides whose wishes win where the site says so.
 *
 * The burden is that of published shifts in FAIR_WEEKS weeks, counted as the judge counts (wfm_fairness).
 * Who was there in a part of these weeks only gets the whole number's share, and who was in none the mean:
 * a newcomer neither makes up for weekends worked by others nor is spared.
 */
#ifndef DOMAIN_WEEK_FAIRNESS_H
#define DOMAIN_WEEK_FAIRNESS_H

#include "server/domain/week_problem.h"

enum { FAIR_WEEKS = 8 };

/* After week_agents: burden, wishes and seniority of w->problem's agents. Results in the arena. */
bool week_fairness(struct db *db, struct arena *a, struct week_problem *w, struct wfm_agent *agents,
		   struct err *e);

#endif
