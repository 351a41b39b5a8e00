/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Column generation: the linear relaxation over all tours, its bound, and rounding by diving.
 * See master.c for the mathematics. One per solve; owned by the caller; one thread.
 */
#ifndef WFM_SCHEDULE_BOUND_H
#define WFM_SCHEDULE_BOUND_H

#include "solver/schedule/run.h"

struct master;

/* Rows, slacks, and the tours of the run's best plan as first columns. */
enum wfm_status master_new(struct run *r, struct master **out, struct wfm_error *e);
void master_free(struct master *m);

/* Prices until converged, the stage is over or the run stopped; raises r->bound and r->duals. */
enum wfm_status master_converge(struct master *m, struct wfm_error *e);

/* Rounds to a plan by fixing and re-pricing; leaves the master with the fixings. */
enum wfm_status master_dive(struct master *m, struct plan *out, struct wfm_error *e);

/* Frees a share of the best plan's tours and dives for them again, while that improves. `out` is
 * scratch for plans tried; the best is offered to the run. */
enum wfm_status master_neighbourhoods(struct master *m, struct plan *out, struct wfm_error *e);

#endif
