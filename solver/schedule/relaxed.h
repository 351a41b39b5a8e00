/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The relaxation of a plan, to be asked what other numbers or rules would change. A question is a
 * problem with the same agents in the same order, perhaps with more behind them, and how many times each
 * counts. Where slots, kinds and types stay the same, it starts from the solved LP (columns, basis,
 * duals); else from the beginning. Plans of many alike with several queues have no LP but duals near the
 * best (smooth.c), from where each question goes a few steps on: differences of two bounds, which are
 * off by about the same. One thread; owned by the caller; the base problem must outlive it.
 */
#ifndef WFM_SCHEDULE_RELAXED_H
#define WFM_SCHEDULE_RELAXED_H

#include "solver/schedule/duty.h"
#include "solver/schedule/master.h"

/* The relaxation of a plan of duties: in place of model, run and master. */
struct duty_base {
	struct duty_model m;
	struct duty_solve s;
	struct duty_master *master;
};

struct relaxed {
	const struct wfm_problem *p;
	struct wfm_solve_options limits; /* of all runs together */
	int64_t iterations;              /* used so far */
	double started_s;
	struct model m;
	struct run run;
	struct master *master;
	struct duty_base *duty; /* NULL without duties */
	double slot_h;
	double *step1; /* [queues x slots] people at the first price */
	double cents, bound; /* LP, certified; closed slots and idle wishes included */
	double widest;        /* gap between LP and bound of the answers so far */
	double *short_people; /* [queues x slots] in the LP */
	double *short_cover;  /* [covers] in the LP; NULL without duties */
	struct smooth_point dual; /* of large plans, in place of an LP; x NULL: none */
	bool stopped;         /* by a limit: no further questions */
	bool unsettled;       /* stopped before the base was solved: its duals tell nothing */
};

struct relaxed_question {
	const struct wfm_problem *p;
	/* Each agent counts once, and these so many times more or less. agent[0] may be the only one
	 * beyond those of the base. */
	int32_t agent[2], change[2];
	double worth_it; /* savings up to this need no solving */
	bool near;       /* changes a person or two: the duals hardly move */
};

struct relaxed_answer {
	double most_cents;      /* saved at most */
	bool solved;
	double saved_cents;
	double fixed_pay_cents; /* of the best tour of agent[0], if it is new and salaried */
	double *short_people;   /* [queues x slots] of the LP when solved; NULL: not wanted */
	double *short_cover;    /* [covers] the same, when short_people is wanted */
};

/* WFM_LIMIT: stopped before it converged; relaxed_close in any case. */
enum wfm_status relaxed_open(struct relaxed *r, const struct wfm_problem *p,
			     const struct wfm_solve_options *limits, struct wfm_error *e);
void relaxed_close(struct relaxed *r);
enum wfm_status relaxed_ask(struct relaxed *r, const struct relaxed_question *q,
			    struct relaxed_answer *a, struct wfm_error *e);

/* Cents by which the one agent of a problem could at most do better or worse for the plan's duals: the
 * value of the best tour; -INFINITY: none. */
enum wfm_status relaxed_value_of_one(struct relaxed *r, const struct wfm_problem *one,
				     double *cents, struct wfm_error *e);

/* What is left of the limits; false: nothing. */
bool relaxed_left(struct relaxed *r, struct wfm_solve_options *o);
void relaxed_count(struct relaxed *r, const struct run *run);

/* ---- the same of plans of duties: duty_relaxed.c ---- */

enum wfm_status duty_relaxed_open(struct relaxed *r, struct wfm_error *e);
void duty_relaxed_close(struct relaxed *r);
enum wfm_status duty_relaxed_ask(struct relaxed *r, const struct relaxed_question *q,
				 struct relaxed_answer *a, struct wfm_error *e);
enum wfm_status duty_relaxed_value_of_one(struct relaxed *r, const struct wfm_problem *one, double *cents,
					  struct wfm_error *e);
#endif
