/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What duty_price.c and duty_path.c share. */
#ifndef WFM_SCHEDULE_DUTY_PRICE_H
#define WFM_SCHEDULE_DUTY_PRICE_H

#include "solver/schedule/counters.h"
#include "solver/schedule/duty.h"

struct axis {
	int32_t total;        /* of the automaton */
	int32_t unit;         /* every take is a multiple */
	int32_t size, padded; /* valid values, and with padding */
	int32_t stride;
};

/* A total off the grid, with the price put on it to keep it low: cents a unit. */
struct loose {
	int32_t total, unit, most; /* most: allowed, in units; INT32_MAX: soft */
	double price;
};

struct grid {
	struct axis axis[COUNTER_TOTALS];
	int32_t axes, cells;
	struct loose loose[COUNTER_TOTALS];
	int32_t loose_count;
	double *end_cents; /* [cells] charge at the end; INFINITY: not allowed, or padding */
	int32_t *offset;   /* [edges] of the automaton */
};

/* Edges of an automaton by the state they lead to. */
struct into {
	int32_t *first; /* [days x max_states + 1] */
	int32_t *edge;
};

struct duty_pricer {
	struct duty_model *m;
	struct run *run;
	struct grid *grids;  /* [types] cells 0: to be made */
	struct into *into;   /* [automata] */
	double *value;       /* [(days + 1) x states x cells] */
	int64_t value_room;
	int32_t *low, *high; /* [2 x states] range of cells in use */
	int32_t states_room;
	double *gain;        /* [days x (duties + 1)] worth - cents */
	double *toll;        /* [edges] penalty and prices of totals off the grid */
	/* of duty_path */
	struct path_node *nodes;
	int32_t node_cap, *heap, heap_cap, *closed, *used;
};

static inline double duty_edge_gain(const struct duty_pricer *p, const struct automaton *a,
				    int32_t day, int32_t edge)
{
	const int32_t cls = a->edges[edge].cls;
	return p->gain[day * (p->m->duties + 1) + (cls < 0 ? p->m->duties : cls)] - p->toll[edge];
}

static inline int32_t duty_take(const struct automaton *a, int32_t edge, int32_t total)
{
	return a->take[edge * a->total_count + total];
}

/* Completes a tour whose duties are set: cents, rules. Its value for the gains in hand; -INFINITY: it
 * breaks a total. */
double duty_value(const struct duty_pricer *p, int32_t type, struct duty_tour *t);

/*
 * Looks for a tour worth more than *value by the filled layers, counting the totals off the grid as well: best
 * first from the last day back, where the layers say what the days before can add at most. *bound
 * gets a value that no tour exceeds. WFM_OK: *out and *value are the best there is (unchanged when
 * none is better); WFM_LIMIT: too many ways to look at, or the run stopped; WFM_NO_MEMORY.
 */
enum wfm_status duty_path(struct duty_pricer *p, int32_t type, int32_t most_nodes, double *value,
			  double *bound, struct duty_tour *out);
void duty_path_free(struct duty_pricer *p);

#endif
