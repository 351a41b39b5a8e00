/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a plan of tours to a roster of people: who of the agents alike gets which tour, and which
 * queue each of them serves when.
 */
#ifndef WFM_SCHEDULE_ASSIGN_H
#define WFM_SCHEDULE_ASSIGN_H

#include "solver/schedule/run.h"

/* Builds the roster of r->best: shifts, activities, unplanned agents (without conflicts) and cost.
 * NULL: no memory. */
struct wfm_roster *assign_roster(const struct run *r);

/* Fills shortages and value_cents; false: no memory. */
bool explain_shortages(const struct run *r, struct wfm_roster *roster);
/* Names the rules in the way of each unplanned agent; false: no memory. */
bool explain_unplanned(const struct wfm_problem *p, struct wfm_roster *roster);

/* Room for its figures of services and deferrable work. False: no memory. */
bool roster_add_figures(const struct model *m, struct wfm_roster *out);
/* Shortage, surplus, services and deferrable work of the division of queues, closed slots included, and the
 * total; have: [queues x slots] zeros, then people. */
void roster_count_cover(const struct model *m, struct wfm_roster *r, double *have);

#endif
