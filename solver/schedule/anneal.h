/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Local search in small moves: a break goes elsewhere, a shift begins or ends at another time or falls
 * on another day, two agents take a day of each other's, a tour is made anew; what costs more is taken
 * too, the less so the cooler the search (simulated annealing: Kirkpatrick, Gelatt & Vecchi 1983).
 * A move costs well under a microsecond, for problems in which nobody chooses among queues and which
 * have no service targets, sessions, duties, deferrable work and few counters. It is for agents of whom
 * many are alike: where each has wishes of his own, large neighbourhoods find more in the same time, but
 * for the first plan of a small team.
 * Owned by the caller, used by one thread; it borrows the run it is called with.
 */
#ifndef WFM_SCHEDULE_ANNEAL_H
#define WFM_SCHEDULE_ANNEAL_H

#include "solver/schedule/run.h"

enum { ANNEAL_ALIKE = 8 }; /* agents a type, from which on they are many */

bool anneal_can(const struct model *m);

/* It can, and many are alike. */
static inline bool anneal_suits(const struct model *m)
{
	return m->p->agent_count >= ANNEAL_ALIKE * m->type_count && anneal_can(m);
}

/* Searches from the plan for so many thousands of moves, from `hot` to `cold` in parts of what an agent
 * too few in a slot costs, and leaves the best plan it saw there, offered to the run. False: no memory. */
bool anneal_plan(struct run *r, struct plan *p, int64_t thousands, double hot, double cold);
/* Thousands of moves worth taking after a plan was made. */
int64_t anneal_length(const struct plan *p);

/* ---- what anneal.c and anneal_tour.c share ---- */

enum { ANNEAL_NEAR = 6 }; /* starts to either side */

struct anneal {
	struct run *r;
	const struct model *m;
	int32_t count;
	size_t size;         /* of a tour with its room */
	char *tours, *kept;  /* [count] as they are, and the best ones */
	double *have;        /* [queues x slots] people */
	double *more, *less; /* [kinds x slots] cents by which one more or one fewer of the kind changes */
	int32_t *first_of;   /* [types + 1] into the plan */
	int32_t *live, live_count; /* agents with a shift */
	int32_t **reach;     /* [profiles][walls] the last start of a week with such a first one; -1: none */
	double *prefix;      /* [horizon + 1] of worths */
	double cents, best;  /* against where it began */
	double heat;         /* cents */
	/* scratch of tours made anew */
	double *score;       /* [days + 1][states] */
	int32_t *via;        /* same: the edge that led there */
	double *cell, *row;  /* [days x classes][starts near], [days x classes] best worth of a shift */
	int32_t *cell_arg, *row_arg;
};

static inline struct tour *anneal_tour(const struct anneal *a, int32_t i)
{
	return (struct tour *)(void *)(a->tours + (size_t)i * a->size);
}

/* The best tour of the type, for a->prefix, whose starts lie near that wall; -INFINITY: there is none. */
double anneal_best_near(struct anneal *a, int32_t type, int32_t wall, struct tour *out);
bool anneal_near_make(struct anneal *a);
void anneal_near_free(struct anneal *a);

#endif
