/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Deferrable work (struct wfm_deferrable), as the solver sees it: a stock that fills as work comes and
 * empties as people on its queue do it, the oldest first. Over the queue's open slots k = 1..K, in
 * person-slots:
 *
 *   A_k  come by slot k          D_k  of it, must be done before the next open slot (the last: in the plan)
 *   n_k  people                  f_k  people's worth that others do besides
 *   H_k = min(A_k, H_{k-1} + n_k + f_k) done;  the rest of n_k + f_k is idle
 *   cost = sum_k c_k max(0, D_k - H_k) + surplus x (idle - unused) + what is late whatever anybody does
 *
 * `unused` is what of the f is idle without people, so that those are idle who add nothing to what gets
 * done. Work is done in the order in which it comes, which is that in which it is due, so the sums tell
 * all. The cost is convex in n. At worths pi_k of a person it has the lower bound (master_stock.c)
 *
 *   sum_k  min(d_k, c_k) D_k - pi_k f_k  where d_k = pi_k - pi_{k+1} > 0,  else d_k A_k - pi_k f_k
 *
 * with pi_{K+1} = 0, and less surplus x unused.
 */
#ifndef WFM_SCHEDULE_STOCK_H
#define WFM_SCHEDULE_STOCK_H

#include "solver/schedule/model.h"

struct stock {
	int32_t queue, count;
	int32_t *slot;   /* [count] open slots of the queue */
	int32_t *at;     /* [slots] place in slot; -1: closed */
	double *come;    /* [count] A */
	double *due;     /* [count] D, never more than A */
	double *late;    /* [count] c, cents */
	double *spare;   /* [count] f */
	double unused;   /* person-slots of f for which there is nothing to do when nobody else works */
	double idle;     /* cents of a person with nothing to do */
	double fixed;    /* cents of what comes too late to be done in time */
};

/* Stocks of the problem's deferrable work, in m->stocks and m->stock_of. False: no memory. */
bool stock_build(struct model *m);
/* Late and left of it with have[slots] people, without `fixed`; *idle (may be NULL): person-slots with
 * nothing to do, those of f included. */
double stock_late_cents(const struct stock *s, const double *have, double *idle);
/* That and what they cost; model.closed_cents has `fixed` and takes `unused` off. */
double stock_cents(const struct stock *s, const double *have);
/* The figures of the work. */
void stock_figures(const struct model *m, int32_t i, const double *have, struct wfm_deferrable_figures *f);
/* No person-slot is worth more. */
double stock_dearest(const struct stock *s);
#endif
