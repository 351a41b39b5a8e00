/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tours of all agents seen through entropy: a smooth stand-in for the value of the best tour.
 *
 *   V_k(w) = mu log sum over tours j of type k of exp((sum_t w_t a_jt - c_j) / mu)
 *
 * lies above the best tour's value by at most mu x log(tours), and its gradient is the cover to be
 * expected when tours are drawn with those weights. Computed by the same recursions as pricing.h with
 * sums in place of maxima. It guides the relaxation's duals; no bound and no roster rests on it.
 * Needs plans of one week. Where bands do not imply the rest between shifts, tours that break it are
 * counted too, though never drawn. Scratch memory for one thread.
 */
#ifndef WFM_SCHEDULE_SOFT_H
#define WFM_SCHEDULE_SOFT_H

#include "solver/num/rng.h"
#include "solver/schedule/model.h"

enum { SOFT_OFFSETS = 96, SOFT_FAR = 25 }; /* terms below exp(-SOFT_FAR) of a sum are left out */

struct soft {
	const struct model *m;
	double mu;           /* set by the caller before soft_profile */
	bool quick;          /* logarithms of sums by the curve */
	double *w, *prefix;  /* [horizon], + 1 */
	double *share;       /* [queues x slots] how people of the kind divide */
	double *place;       /* [starts x sets] mu log sum over places of breaks */
	double *placed;      /* [starts x sets] people */
	double *value;       /* [opts] of the profile */
	double *people;      /* [opts] of the profile */
	double *weight;      /* [opts] of the type: exp((v - cell) / mu) */
	double *cell;        /* [days x classes x walls] mu log sum of the type */
	double *flow;        /* [days x classes x walls] people per unit of weight */
	double *row;         /* [bands x days x classes] */
	double *total;       /* [bands] mu log sum */
	double *ahead, *back; /* [(days + 1) x states] */
	double *curve;       /* log(1 + exp(-d)) and its slope, point by point */
	double *on;          /* [horizon + 1] people at work, differences */
};

/* Places of the breaks of a shift, one break after the other. */
struct soft_places {
	double cost[MODEL_MAX_BREAKS][SOFT_OFFSETS]; /* -worth lost */
	double ahead[MODEL_MAX_BREAKS][SOFT_OFFSETS], back[MODEL_MAX_BREAKS][SOFT_OFFSETS];
	double sum;
};

/* Can the model's tours be summed this way? */
bool soft_fits(const struct model *m);
struct soft *soft_new(const struct model *m);
void soft_free(struct soft *s);

/* Sum of V over all agents for the worths pi[queues x slots] in cents a slot; people of several
 * queues serve them by weights of the same kind. cover[queues x slots] gets the gradient; NULL: the
 * value alone. */
double soft_value(struct soft *s, const double *pi, double mu, double *cover);

/* The parts of it: worths and shifts of a profile; then the sum over the tours of one of its types,
 * which leaves the bands' sums in s->total. */
void soft_profile(struct soft *s, int32_t profile, const double *pi);
double soft_type(struct soft *s, const struct type *t);
/* Sums of the partial tours of a band, in s->ahead. */
double soft_run(struct soft *s, const struct type *t, const struct profile *pr,
		const struct automaton *au, int32_t band);
double soft_edge(const struct type *t, const struct profile *pr, const struct edge *e, int32_t day,
		 const double *row);
/* Sums of what can follow, in s->back, and the flow of the band's tours, `people` in all, added to the
 * cells; after soft_run. */
void soft_run_back(struct soft *s, const struct type *t, const struct profile *pr,
		   const struct automaton *au, int32_t band, double people);
/* soft_type times the people of the type; with want_flow adds them to s->people by shift. */
double soft_flow(struct soft *s, const struct type *t, bool want_flow);
/* Adds to the cover what s->people do. */
void soft_spread(struct soft *s, const struct profile *pr, double *cover);
void soft_place(const struct soft *s, const struct break_set *set, int32_t start,
		struct soft_places *p);
void soft_place_back(const struct soft *s, const struct break_set *set, struct soft_places *p);
/* exp((term - whole) / mu) */
double soft_part(const struct soft *s, double term, double whole);

/* Draws n tours of the type after soft_type, by their weights and spread evenly over the bands; calls
 * take(context, tour) for each. False: take said stop. */
bool soft_draw(struct soft *s, int32_t type, int32_t n, struct rng *rng,
	       bool (*take)(void *, const struct tour *), void *context);

/* ---- second derivatives (soft_bend.c) ---- */

struct soft_bend;

/* Can they be had, at a cost worth it? One queue a kind, and not too many slots and types. */
bool soft_bend_fits(const struct model *m);
struct soft_bend *soft_bend_new(struct soft *s);
void soft_bend_free(struct soft_bend *b);
/* soft_value with its gradient and, in rows' lower triangles, its second derivatives; both belong to b,
 * and the caller may spoil them. */
double soft_bend_at(struct soft_bend *b, const double *pi, double mu, double **cover, double **bend);

#endif
