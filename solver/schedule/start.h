/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A roster given to start from: what of it still is a legal tour stands, and where an agent's shifts
 * no longer are one, the legal tour that changes the fewest days of them takes their place. Of the
 * roster only who works when is read: agent, day, start, end, breaks, and the duty where there are
 * duties. Used before any other thread runs: types are changed for the moment of a question.
 */
#ifndef WFM_SCHEDULE_START_H
#define WFM_SCHEDULE_START_H

#include "solver/schedule/duty.h"

/* Shifts of each agent in order of their days. */
struct start_book {
	int32_t *first; /* [agents + 1] into shift */
	const struct wfm_shift **shift;
};

/* WFM_OK, or WFM_INVALID with the place (/start/shifts/3/agent): indices that point nowhere. */
enum wfm_status start_check(const struct wfm_problem *p, const struct wfm_roster *start,
			    struct wfm_error *e);
/* False: no memory. */
bool start_book_open(struct start_book *b, const struct wfm_problem *p,
		     const struct wfm_roster *start);
void start_book_close(struct start_book *b);

/* Fills the empty plan from r->o.start and offers it; r->start_tours gets the agents whose shifts stand
 * as they were. False: no memory. */
bool start_plan(struct run *r, struct model *m, struct plan *plan);
bool duty_start_plan(struct duty_solve *s, struct duty_plan *plan);

#endif
