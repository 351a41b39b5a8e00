/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counters of sites, called desks here since counters.h counts for rules.
 *
 * In a slot, at most C people are on the queues of a site that need a counter; who is at work beyond
 * that waits and costs the least surplus of his open queues. With d_q the work done on queue q, at most
 * V_q by a person, and pi_q its dual,
 *
 *   sum over the site's queues of d_q / V_q <= C
 *
 * is a row of the relaxation over the slacks alone (master_desk.c), since d_q is what is required less
 * what is short. Its dual does not reach pricing: pi is that of people, and it is nothing worth having
 * more of them where the counters are taken. The bound's part of the site and slot is
 *
 *   max over g >= 0 of sum_q min_d (c_q(d) + (pi_q + g / V_q) d) - g C,
 *
 * valid for any g. For pi_q >= -surplus_q nobody is worth less to a roster than his waiting costs, so
 * the value of a tour still counts who waits.
 */
#ifndef WFM_SCHEDULE_DESK_H
#define WFM_SCHEDULE_DESK_H

#include "solver/schedule/model.h"

struct desk {
	int32_t site, queue_count;
	int32_t *queue;
	const int32_t *seats; /* [slots] */
};

/* Fills the model's desks and what waiting costs its kinds, all of which are known. False: no memory. */
bool desk_build(struct model *m);

/* The bound's part of the desk's queues that are asked for in slot t: worths at[queues x slots] times
 * unit are in cents, mu [services] too. */
double desk_slot_bound(const struct model *m, const struct desk *k, int32_t t, const uint8_t *asked,
		       const double *at, double unit, const double *mu);

/* ---- dividing people in a slot (desk_cycle.c) ---- */

enum { DESK_NODES = 64 + 1 }; /* queues, and behind them waiting */

struct desk_graph {
	const struct model *m;
	/* filled by the caller */
	int32_t who[DESK_NODES][DESK_NODES];  /* somebody on one who can go to the other; -1: nobody */
	double cents[DESK_NODES][DESK_NODES]; /* what that costs beside the queues' own costs */
	double more[DESK_NODES], fewer[DESK_NODES]; /* cents of one more, or fewer, there */
	bool room[DESK_NODES];                /* one more needs no other's counter */
	/* found */
	int32_t from[DESK_NODES], to[DESK_NODES];
	/* scratch */
	double distance[2 * DESK_NODES];
	int32_t before[2 * DESK_NODES];
};

struct desk_graph *desk_graph_new(const struct model *m); /* NULL: no memory; free() */
/* Nobody can go anywhere. */
void desk_graph_begin(struct desk_graph *g);
/* Somebody who can, kept when the cheapest. */
void desk_graph_offer(struct desk_graph *g, int32_t q, int32_t r, int32_t who, double cents);
/* Moves from[i] to to[i] that together cost less than nothing, each of another queue; 0: there are none. */
int32_t desk_cycle(struct desk_graph *g);

/* The desk of a queue; -1: it needs none. */
static inline int32_t desk_of(const struct model *m, int32_t q)
{
	return m->desk_of ? m->desk_of[q] : -1;
}

#endif
