/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plans of thousands of named agents: solved in blocks of about a thousand.
 *
 * First the agents are dealt into blocks alike in kind, each with its share of the requirement; then
 * each block is solved again for what the others leave uncovered. A block is a problem of its own
 * over the same shifts, so its tours fit the whole plan. The mean of the blocks' duals gives the
 * bound. Blocks of the first pass are solved side by side on as many threads as the options allow;
 * each is the same wherever it runs.
 */
#ifndef WFM_SCHEDULE_BLOCKS_H
#define WFM_SCHEDULE_BLOCKS_H

#include "solver/schedule/run.h"

bool blocks_suit(const struct plan *p);

/* The run has a best plan; `plan` is scratch. */
enum wfm_status blocks_search(struct run *r, struct plan *plan, struct wfm_error *e);

/* ---- of solve.c: what blocks are solved with ---- */

/* Model, scratch and generator of a run; run_close also after a failure. */
enum wfm_status run_open(struct run *r, struct model *m, const struct wfm_problem *p,
			 const struct wfm_solve_options *o, struct wfm_error *e);
void run_close(struct run *r, struct model *m);
enum wfm_status search_whole(struct run *r, struct plan *plan, bool long_search, struct wfm_error *e);

#endif
