/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order in which the solver sees the agents: by what they are, never by where they stand in the
 * caller's list. So a list in another order gives the same cost, the same bound and the same roster
 * with the agents renumbered. Agents alike in everything keep the caller's order among themselves.
 *
 * The order owns a copy of the agents' rows, not what they point to. No shared state.
 */
#ifndef WFM_SCHEDULE_ORDER_H
#define WFM_SCHEDULE_ORDER_H

#include "wfm/schedule.h"

struct order {
	struct wfm_problem p;     /* the problem to solve */
	struct wfm_agent *agents; /* NULL: the caller's order is the solver's */
	int32_t *place;           /* [agents] the caller's index of each of ours */
	struct wfm_session *sessions; /* naming ours; NULL: there are none, or as the caller's */
	int32_t *members;
};

/* False: no memory. Call order_close in any case. */
bool order_open(struct order *o, const struct wfm_problem *p);
void order_close(struct order *o);
/* Renumbers a roster of o->p for the caller: shifts by agent, then start. False: no memory. */
bool order_back(const struct order *o, struct wfm_roster *r);
/* The caller's roster as one of o->p, its shifts copied for the caller to free, all else borrowed. False:
 * no memory. */
bool order_there(const struct order *o, const struct wfm_roster *from, struct wfm_roster *to);

#endif
