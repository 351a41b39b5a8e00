/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who serves which queue when, once everybody has a tour. Belongs to assign.c, which owns the struct and
 * its arrays.
 */
#ifndef WFM_SCHEDULE_DIVIDE_H
#define WFM_SCHEDULE_DIVIDE_H

#include "solver/schedule/desk.h"
#include "solver/schedule/cover.h"
#include "solver/schedule/service.h"

struct person {
	int32_t agent, slot; /* in the plan */
	const struct tour *tour;
	int32_t base; /* of its slots in queue_at, one run per shift in order */
	double burden;
};

struct naming {
	const struct model *m;
	const double *mu; /* [services] */
	struct person *people;
	int32_t count;
	int16_t *queue_at; /* index into the kind's queues; -1: none */
	int16_t *sit_at;   /* session + 1 of slots in one; else 0 */
	int32_t slot_total;
	/* of the slot in hand */
	int32_t *worker, *cell; /* kind, place in queue_at */
	int32_t worker_count;
	double *have;
	int32_t *seated; /* [desks] */
	struct desk_graph *graph; /* with desks or unlike speeds; else NULL */
	int32_t *mover; /* [queues x queues] worker who can go from one to the other, -1 */
	int32_t *from;
	const struct cover *cover; /* the plan's */
	int32_t *want; /* [rows of cover] people still to be put on deferrable work in the slot */
};

/* Do chains of moves not do: are counters few, or people of unlike speeds on several queues? */
bool divide_needs_cycles(const struct model *m);
/* Fills queue_at. False: no memory. */
bool divide_queues(struct naming *n);

/* ---- what its files share ---- */

static inline const struct kind *worker_kind(const struct naming *n, int32_t w)
{
	return &n->m->kinds[n->worker[w]];
}

/* What so many people more cost queue q. */
static inline double divide_change(const struct naming *n, int32_t q, int32_t t, double people)
{
	double have = n->have[q];
	return service_slot_cost(n->m, n->mu, q, t, have + people) -
	       service_slot_cost(n->m, n->mu, q, t, have);
}

static inline bool divide_is_open(const struct naming *n, int32_t q, int32_t t)
{
	return n->m->open[q * n->m->slots + t];
}

/* -1: none. */
static inline int32_t divide_queue_of(const struct naming *n, int32_t w)
{
	int32_t j = n->queue_at[n->cell[w]];
	return j < 0 ? -1 : worker_kind(n, w)->queue[j];
}

/* Its people stand as the plan has them, which looks beyond the slot. */
static inline bool divide_is_stock(const struct naming *n, int32_t q)
{
	return n->m->stock_of[q] >= 0;
}

/* Puts worker w on the j-th queue of its kind (-1: none), keeping the people counted. */
void divide_put(struct naming *n, int32_t w, int32_t j);
/* The same by the queue itself. */
void divide_move(struct naming *n, int32_t w, int32_t queue);

static inline bool divide_has_room(const struct naming *n, int32_t q, int32_t t)
{
	int32_t d = desk_of(n->m, q);
	return d < 0 || n->seated[d] < n->m->desks[d].seats[t];
}

/* Divides the workers of slot t by cycles; those who stay are on their queues, where there is room, the
 * others nowhere. */
void divide_by_cycles(struct naming *n, int32_t t);

#endif
