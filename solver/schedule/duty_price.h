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

struct grid {
	struct axis axis[COUNTER_TOTALS];
	int32_t axes, cells;
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
	struct grid *grids;  /* [types] cells 0: to be made */
	struct into *into;   /* [automata] */
	double *value;       /* [(days + 1) x states x cells] */
	int64_t value_room;
	int32_t *low, *high; /* [2 x states] range of cells in use */
	int32_t states_room;
	double *gain;        /* [days x (duties + 1)] worth - cents */
	/* of duty_path */
	struct path_node *nodes;
	int32_t node_cap, *heap, heap_cap, *closed, *used;
};

static inline double duty_edge_gain(const struct duty_pricer *p, int32_t day, const struct edge *e)
{
	const int32_t width = p->m->duties + 1;
	return p->gain[day * width + (e->cls < 0 ? p->m->duties : e->cls)] - (double)e->penalty;
}

static inline int32_t duty_take(const struct automaton *a, int32_t edge, int32_t total)
{
	return a->take[edge * a->total_count + total];
}

/*
 * The best tour worth more than `floor` from the filled layers, counting the totals that are not on the grid as well:
 * best first from the last day back, where the layers say exactly what the days before can add at
 * most, so the first tour to reach the first day is the best. WFM_OK: *value and *out (value
 * -INFINITY: none); WFM_LIMIT: too many ways to look at; WFM_NO_MEMORY.
 */
enum wfm_status duty_path(struct duty_pricer *p, int32_t type, int32_t most_nodes, double floor,
			  double *value, struct duty_tour *out);
void duty_path_free(struct duty_pricer *p);

#endif
