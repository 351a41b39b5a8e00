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

/* The same from a solved LP whose rows have changed. */
enum wfm_status master_again(struct master *m, struct wfm_error *e);

/* The same from a solved or changed LP, until closer than a solve needs. */
enum wfm_status master_refine(struct master *m, struct wfm_error *e);

/* Rounds to a plan by fixing and re-pricing; leaves the master with the fixings. */
enum wfm_status master_dive(struct master *m, struct plan *out, struct wfm_error *e);

/* Lagrange's bound at duals in cents a slot, [queues x slots]; raises r->bound and r->duals. */
enum wfm_status master_bound_at(struct master *m, const double *duals, struct wfm_error *e);

/* The same relaxation, columns and fixings for another run, in the thread that will use it. `from` may
 * be another thread's and must rest meanwhile. *out needs master_free even after a failure. The run's
 * model may be another one with the same slots, kinds and types, and further types behind them; its
 * tours of old columns are then not to be read, and rows want master_reset_rows. */
enum wfm_status master_clone(const struct master *from, struct run *r, struct master **out,
			     struct wfm_error *e);

/* ---- large neighbourhoods: see neighbour.c ---- */

struct hood;

/* Scratch for rounds on this master; `out` holds plans tried. NULL: no memory. */
struct hood *hood_new(struct master *m, struct plan *out);
void hood_free(struct hood *h);
/* Frees that share of the best plan's tours (1: all, with noise) and dives for them again; what is
 * found is offered to the run. */
enum wfm_status hood_round(struct hood *h, double share, int32_t round, struct wfm_error *e);

/* Pivots so far times rows squared. */
double hood_work(const struct hood *h);

/* Rounds by two searchers until they find nothing more, on as many threads as the options allow; the
 * outcome is the same for one thread and two. */
enum wfm_status crew_search(struct run *r, struct master *m, struct plan *out, struct wfm_error *e);

#endif
