/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One solve under way: limits, progress, the best roster so far. Every loop of the solver calls
 * run_step once per unit of work and stops when it says so. Owned by schedule_solve.
 */
#ifndef WFM_SCHEDULE_RUN_H
#define WFM_SCHEDULE_RUN_H

#include "solver/num/rng.h"
#include "solver/schedule/cover.h"
#include "solver/schedule/pricing.h"

#include <stdatomic.h>

struct run {
	const struct model *m;
	struct wfm_solve_options o;
	struct pricer *pricer;
	struct rng rng;
	double started_s, last_told_s;
	double stage_share;  /* of the time limit at which the stage in hand must end */
	bool stage_over;
	double fixed_cents;  /* closed slots and fixed pay: added to what callers see */
	double objective;    /* of the best roster, without fixed_cents; HUGE_VAL: none */
	double bound;        /* certified, same terms; -HUGE_VAL: none */
	double fraction;
	int64_t iterations;
	int64_t base_iterations; /* of a helper: those counted already by the run it helps */
	enum wfm_phase phase;
	bool limited, cancelled, reached; /* why to stop */
	struct plan *best;
	double *worth;       /* [places x horizon] scratch */
	double *duals;       /* [queues x slots] of the best bound, cents a slot; zeros before */
	double *mu;          /* [services] worth of a contact at the best bound, cents */
	int32_t columns;
	int32_t start_tours; /* agents whose shifts of the roster given to start from stand */
	struct run *teller; /* of a part solved in the caller's thread: the run that tells the caller */
	atomic_bool *halt; /* set by the run that listens to the caller, read by its helpers; or NULL */
};

/* Counts a unit of work; false: stop now with what there is. */
bool run_step(struct run *r);
/* Looks at the clock without counting work; false: stop, or end the stage. */
bool run_poll(struct run *r);
bool run_stopped(const struct run *r);
/* Starts a stage that ends at that share of the time limit, if there is one. */
void run_stage(struct run *r, enum wfm_phase phase, double fraction, double end_share);
/* Tells the caller now, whatever the clock. */
void run_tell(struct run *r);
void run_raise_bound(struct run *r, double bound);

/* ---- a whole integer plan: a tour for every agent, by type ---- */

struct plan {
	int32_t count;        /* agents of types that have a tour */
	struct tour **tours;  /* [count] each tour_size(max_days) */
	double tour_cents;
	struct cover *cover;
	struct seats *seats; /* training and meetings: see session.h; NULL: there are none */
};

struct plan *plan_new(const struct model *m);
void plan_free(struct plan *p);
bool plan_copy(struct plan *to, const struct plan *from);
double plan_cost(const struct plan *p);
/* Keeps p as the best if it is. False: no memory. */
bool run_offer(struct run *r, const struct plan *p);

/* Are the agents many and alike? */
bool plan_is_pooled(const struct plan *p);

/* Gives agent slot i its best tour against the cover; the slot must be empty (not in the cover). */
void plan_insert(struct run *r, struct plan *p, int32_t i);
/* Gives the empty slot i that tour. */
void plan_put(struct plan *p, int32_t i, const struct tour *t);
void plan_remove(struct plan *p, int32_t i);
/* Prices of contacts with which the greedy plan comes near the services' targets, in r->mu and the
 * plan's cover; the plan is left empty. */
void plan_find_prices(struct run *r, struct plan *p);
/* Nobody has a tour; sessions are held when they are in the plan `like`. */
void plan_clear(struct plan *p, const struct plan *like);
/* Fills every slot greedily in random order. */
void plan_greedy(struct run *r, struct plan *p);
/* Remove and re-insert for `steps` rounds; keeps improvements, and lets small losses pass early:
 * heat 1 about a hundredth of an agent's cost, 0 none. Offers the result. False: no memory. */
bool plan_improve(struct run *r, struct plan *p, int64_t steps, double heat);

#endif
