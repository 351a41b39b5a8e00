/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Planning again around a roster that people know already: what a changed shift costs, and how many
 * change. An agent's day is changed when a shift is added or removed there, or when it begins or ends
 * at another time, is at another site or another duty; breaks and queues may change freely. The price becomes wishes to
 * keep (WFM_WISH_KEEP) in a copy of the problem, so solver, bound and judge count it like any other:
 *
 *   wfm_replan_open(&problem, start, &cost, &again, &e);
 *   options.start = start;
 *   wfm_schedule_solve(wfm_replan_problem(again), &options, &roster, &e);
 *   wfm_replan_count(&problem, start, roster, &cost, &changes, &e);
 *   wfm_replan_close(again);
 *
 * What must not change at all is locked (struct wfm_lock). A day that leave or a rule changes in any
 * case is counted and paid like the others. Ownership: the copy points into the problem given, which
 * must live longer; the start is not needed afterwards. Threads: no shared state.
 */
#ifndef WFM_REPLAN_H
#define WFM_REPLAN_H

#include "wfm/schedule.h"

/* Cents of a changed day d: shift_cents, and notice_cents on first_day, falling in a straight line to
 * nothing notice_days later. All >= 0; days before first_day cost what first_day does. */
struct wfm_change_cost {
	double shift_cents;
	double notice_cents;
	int32_t notice_days; /* 0: no surcharge */
	int32_t first_day;   /* day of the plan on which people hear of it; may lie before the plan */
	const struct wfm_change_cost *of_site; /* [site_count] in its place, for agents at home there; NULL: all alike */
};

/* Agents' days that differ, and their price. */
struct wfm_changes {
	int32_t added, removed, moved;
	double cents;
};

double wfm_change_cents(const struct wfm_change_cost *c, int32_t day);

struct wfm_replan;
/* WFM_INVALID with the place (/start/shifts/3/agent, /change_cost), WFM_NO_MEMORY: *out is NULL. */
enum wfm_status wfm_replan_open(const struct wfm_problem *p, const struct wfm_roster *start,
				const struct wfm_change_cost *c, struct wfm_replan **out,
				struct wfm_error *e);
const struct wfm_problem *wfm_replan_problem(const struct wfm_replan *r);
void wfm_replan_close(struct wfm_replan *r);

/* Compares two rosters of a problem. Of two shifts of an agent on one day the first counts. c NULL: no
 * price. WFM_INVALID, WFM_NO_MEMORY. */
enum wfm_status wfm_replan_count(const struct wfm_problem *p, const struct wfm_roster *before,
				 const struct wfm_roster *after, const struct wfm_change_cost *c,
				 struct wfm_changes *out, struct wfm_error *e);

#endif
