/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plans of duties: every shift is one of a list, so a tour is a duty or nothing for each day, over the
 * whole plan at once. Column generation over tours with exact pricing, dives, and neighbourhoods;
 * demand is rows of people wanted, of covers or of queue slots alike.
 *
 *   kind   contract x calendar x what its agents may do: which rows a duty on a day serves
 *   type   agents nobody can tell apart: kind + automaton + price of each duty on each day
 *
 * Sums over the plan (minutes, shifts, weekends) are no states of the automaton but a grid beside
 * it: see duty_price.c. The model owns all through its pool and is read only once built.
 */
#ifndef WFM_SCHEDULE_DUTY_H
#define WFM_SCHEDULE_DUTY_H

#include "solver/lp.h"
#include "solver/num/rng.h"
#include "solver/schedule/run.h"

/* People wanted: cents for people short (first step1 of them at short1) and too many. */
struct duty_row {
	double required, step1, short1, short2, surplus;
};

struct duty_take {
	int32_t row;
	double amount;
};

struct duty_kind {
	int32_t contract, calendar;
	bool skilled[WFM_MAX_DUTIES]; /* the agents have the duty's skill */
	double *speed;       /* [duties] on the duty's queue; 0: they do not serve it */
	int32_t *start;      /* [days x duties] slots into the day; -1: not that day */
	int32_t *first;      /* [days x duties + 1] into take */
	struct duty_take *take;
	struct shift_class *classes; /* [duties] */
};

/* A duty for each day, -1 off. */
struct duty_tour {
	int32_t type;
	double cents; /* pay, wishes, soft rules */
	double rules; /* of it: soft rules */
	int8_t duty[MODEL_MAX_DAYS];
};

struct duty_type {
	int32_t kind, automaton;
	double *cents;   /* [days x (duties + 1)] the last of a day: off; INFINITY: impossible */
	int32_t count, *agents;
	bool optional, has_tour;
	struct duty_tour *first; /* some tour, when has_tour; its `type` and sums are set */
	uint8_t *barred; /* [days x (duties + 1)] not for now; NULL: nothing is */
	uint32_t watched; /* totals of the automaton kept on the grid; the rest is checked afterwards */
};

struct duty_model {
	const struct wfm_problem *p;
	struct pool pool;
	int32_t days, duties; /* largest plan; cells a day: duties + 1 */
	struct duty_row *rows;
	int32_t row_count;
	int32_t *row_of_slot; /* [queues x slots] -1: nobody's duty */
	struct duty_kind *kinds;
	int32_t kind_count, kind_cap;
	struct automaton *automata;
	int32_t *automaton_kind;
	int32_t automaton_count, automaton_cap;
	struct duty_type *types;
	int32_t type_count, type_cap, *type_of;
	double constant;  /* cents of rows nobody's duty can serve */
	double step;      /* every cost is a multiple of this many cents; 0: not known */
	double rows_top;  /* dearest person short */
};

enum wfm_status duty_model_build(struct duty_model *m, const struct wfm_problem *p,
				 struct wfm_error *e);
void duty_model_free(struct duty_model *m);

/* The duty's bit where rules name duties; 0 for those they cannot name. */
static inline uint64_t duty_bit(int32_t duty)
{
	return duty < WFM_NAMED_DUTIES ? UINT64_C(1) << duty : 0;
}

/* Breaks of a shift of that many slots, each as early as it may be: contract rows and slots into the
 * shift; their number, -1 when they do not fit. */
int32_t duty_breaks(const struct wfm_problem *p, const struct wfm_contract *c, int32_t slots,
		    int32_t row[MODEL_MAX_BREAKS], int32_t at[MODEL_MAX_BREAKS]);

static inline int32_t duty_days(const struct duty_model *m, int32_t type)
{
	return m->p->calendars[m->kinds[m->types[type].kind].calendar].day_count;
}

/* Cents of `people` on the row. */
double duty_row_cents(const struct duty_row *r, double people);

/* ---- pricing: duty_price.c ---- */

struct duty_pricer;
/* NULL: no memory. Borrows the model, whose types' `watched` it may widen, and the run, which can cut
 * a long search short. */
struct duty_pricer *duty_pricer_new(struct duty_model *m, struct run *run);
void duty_pricer_free(struct duty_pricer *p);

/* Best tour of the type for worths of rows (cents a person); value = worth - cents, -INFINITY: none,
 * NAN: no memory. *out gets the tour. No tour is worth more than *bound, which is its value unless the
 * search was cut short; -INFINITY with a greater *bound: the run stopped before one was found. */
double duty_price(struct duty_pricer *p, int32_t type, const double *worth, struct duty_tour *out,
		  double *bound);
/* Completes a tour whose type and duties are set: cents, rules. False: a hard rule or the agents' leave or
 * locks forbid it. */
bool duty_measure(const struct duty_model *m, struct duty_tour *t);

/* ---- whole plans: duty_plan.c ---- */

struct duty_plan {
	int32_t count;           /* agents of types with a tour, by type */
	struct duty_tour *tours;
	double *people;          /* [rows] */
	double tour_cents, row_cents;
};

/* Adds sign times those the tour has on each row. */
void duty_tour_people(const struct duty_model *m, const struct duty_tour *t, double sign, double *people);
struct duty_plan *duty_plan_new(const struct duty_model *m);
void duty_plan_free(struct duty_plan *p);
void duty_plan_copy(const struct duty_model *m, struct duty_plan *to, const struct duty_plan *from);
void duty_plan_clear(const struct duty_model *m, struct duty_plan *p);
void duty_plan_put(const struct duty_model *m, struct duty_plan *p, int32_t i,
		   const struct duty_tour *t);
void duty_plan_remove(const struct duty_model *m, struct duty_plan *p, int32_t i);
/* Cents saved by one more person on each row. */
void duty_plan_worth(const struct duty_model *m, const struct duty_plan *p, double *worth);

static inline double duty_plan_cents(const struct duty_plan *p)
{
	return p->tour_cents + p->row_cents;
}

/* ---- one solve ---- */

struct duty_solve {
	struct duty_model *m;
	struct run run; /* limits, progress, objective and bound; its model is not used */
	struct duty_pricer *pricer;
	struct duty_plan *best;
	double *worth; /* [rows] scratch */
	double *duals; /* [rows] of the best bound */
	bool undecided; /* the run stopped before some type had a tour or was known to have none */
};

/* Keeps p if it is the best so far. */
void duty_offer(struct duty_solve *s, const struct duty_plan *p);
/* Is the best plan proved to be so? */
bool duty_proved(const struct duty_solve *s);
/* Best answer of agent slot i to the rest, from empty. False: no memory. */
bool duty_insert(struct duty_solve *s, struct duty_plan *p, int32_t i);
/* Takes one to three out and puts them back, for so many steps. False: no memory. */
bool duty_improve(struct duty_solve *s, struct duty_plan *p, int64_t steps, double heat);

struct duty_master;
enum wfm_status duty_master_new(struct duty_solve *s, struct duty_master **out, struct wfm_error *e);
void duty_master_free(struct duty_master *m);
enum wfm_status duty_converge(struct duty_master *m, struct wfm_error *e);
enum wfm_status duty_dive(struct duty_master *m, struct duty_plan *out, struct wfm_error *e);
/* Tree searches in neighbourhoods of the best plan, until the run stops or it is proved best. */
enum wfm_status duty_neighbourhoods(struct duty_master *m, struct duty_plan *out,
				    struct wfm_error *e);

/* For agents alike whose days no rule couples: a short list of duties (used_cents). */
bool duty_list_applies(const struct duty_model *m);
enum wfm_status duty_list_search(struct duty_solve *s, struct duty_plan *plan, struct wfm_error *e);

/* Model, pricer and first tours for a problem; duty_close in any case. */
enum wfm_status duty_open(struct duty_solve *s, struct duty_model *m, const struct wfm_problem *p,
			  const struct wfm_solve_options *o, struct wfm_error *e);
void duty_close(struct duty_solve *s);
/* Everybody's best answer to the rest, in random order. False: no memory. */
bool duty_greedy(struct duty_solve *s, struct duty_plan *p);

enum wfm_status duty_schedule_solve(const struct wfm_problem *p, const struct wfm_solve_options *o,
				    struct wfm_roster **out, struct wfm_error *e);
/* The cheapest tour of the only agent of the problem, demand aside; INFINITY: there is none. */
enum wfm_status duty_least_cents(const struct wfm_problem *p, double *cents, struct wfm_error *e);

#endif
