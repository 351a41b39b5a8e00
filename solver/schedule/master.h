/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What master.c and integer.c share; see bound.h for the interface. */
#ifndef WFM_SCHEDULE_MASTER_H
#define WFM_SCHEDULE_MASTER_H

#include "solver/lp.h"
#include "solver/schedule/bound.h"

enum {
	MASTER_SEVERAL = 12, /* tours of a class taken from one pricing */
	MASTER_SMALL = 100,  /* agents of a small plan */
	SETS_SPARE = 2,      /* rows of sets to come, in times of those of queues */
};

struct column {
	struct tour *tour;
	int32_t low; /* fixed by the dive */
	bool nudged; /* its cost in the LP is a little more than the tour's */
	int32_t pattern; /* of those committed to one; -1: of no such */
};

/*
 * Queues asked for together: people at work who serve any of them do not fall short of what they ask.
 * Each set has a row a slot. "Whole" sets are all queues tied by people who serve several; others are
 * added where the relaxation breaks them (Hall's condition); see queue_sets.c.
 */
struct queue_set {
	uint8_t *in;     /* [queues] */
	int32_t *row;    /* [slots] LP row, -1 none */
	int32_t *over;   /* [slots] LP column of people above what is asked */
	uint8_t *joined; /* [slots] its row is the difference to the slot before */
	bool whole;
};

/* Slack columns of a queue in a slot: people fewer than asked for, then people more. */
struct queue_slacks {
	int32_t first, count, below;
};

/* Agents of a type committed to those days of work and to starts in that band: see pattern_dive.c. */
struct pattern {
	uint64_t days;
	int32_t type, band;
	int32_t row; /* LP: its columns make up its people */
	int32_t people, fixed;
};

struct master {
	struct run *run;
	const struct model *m;
	struct lp *lp;
	double unit;       /* cents of one LP cost unit */
	double constant;   /* cents of slots nobody can serve */
	uint8_t *asked;    /* [queues x slots] open, and somebody can serve it */
	struct queue_set *sets;
	int32_t set_count, set_cap;
	int32_t *short_col; /* [queues x slots] LP column of its first shortage; the second is the next; -1 in services */
	struct queue_slacks *slack_of; /* [queues x slots] */
	int32_t *type_row; /* [types] */
	int32_t slack_count; /* slacks: columns before those of tours */
	int32_t spare_first, spare_count; /* slacks kept for the rows of sets to come */
	bool shared;         /* some kind serves several queues: more sets may be needed */
	bool watchful;       /* look for such sets after each solve */
	int32_t *absent;     /* [kinds x slots] people whom the rows count as in sessions; NULL: no sessions */
	struct column *columns;
	int32_t column_count, column_cap;
	double *pi, *centre, *at; /* [queues x slots] LP units: duals, best centre, point priced */
	int32_t *service_row;     /* [services] */
	int32_t *desk_row;        /* [desks x slots] -1: none */
	double *mu, *mu_centre, *mu_at; /* [services] the same of contacts, LP units */
	double *mu_cents;         /* [services] scratch */
	int32_t *stock_row;       /* [stocks x slots] balance of what waits, by place in the stock */
	double *sigma;     /* [types] */
	bool has_centre;
	bool smoothed;     /* started from the smoothed dual: its optimum has many ties */
	double *worth;     /* [places x horizon] LP units x unit: cents */
	int32_t *on;       /* [slots] scratch: kind + 1 at work in a column, 0: none */
	double *at_work;   /* [kinds x slots] scratch: people of the relaxation */
	int32_t *stamp;    /* [rows] */
	int32_t stamp_now, rows;
	int *entry_row;
	double *entry;
	struct tour *found; /* scratch of pricing */
	int32_t *fixed;     /* [types] agents fixed by the dive */
	int32_t slice_limit; /* slices of pivots in one solve before the simplex is stuck; 0: none */
	bool stuck;          /* it was; the run then counts as limited */
	double noise;       /* added to fractions before the dive ranks them */
	int32_t *by_profile; /* types in order of profile */
	struct pattern *patterns;
	int32_t pattern_count, pattern_cap;
};

enum wfm_status master_add_tour(struct master *m, const struct tour *t, struct wfm_error *e);
/* Drops the least useful columns until about `keep` idle ones are left, once there are twice that. */
enum wfm_status master_trim(struct master *m, int32_t keep, struct wfm_error *e);
/* The same for people of a pattern; -1: of none. */
enum wfm_status master_add_tour_of(struct master *m, const struct tour *t, int32_t pattern,
				   struct wfm_error *e);
/* Adds improving tours of the type's patterns, *added of them; the pricer has the worths of the type. */
enum wfm_status patterns_price(struct master *m, int32_t type, int32_t *added, struct wfm_error *e);
/* Has the type an agent who is neither fixed nor committed to a pattern? */
bool patterns_leave_room(const struct master *m, int32_t type);
double master_reduced_cost(const struct master *m, const struct tour *t);
/* At the optimum many columns are as good as those in use, and the dual simplex drowns in ties: makes
 * each idle one a little dearer, once. That leaves the optimum where it is. */
enum wfm_status master_nudge(struct master *m, struct wfm_error *e);
/* The plan of the fixings, offered to the run; agents without one get what is best then. */
enum wfm_status master_read(struct master *m, struct plan *out, struct wfm_error *e);
enum wfm_status master_reprice(struct master *m, int32_t rounds, struct wfm_error *e);
enum wfm_status master_fix(struct master *m, int32_t column, int32_t low, struct wfm_error *e);
/* Writes the rows' sides anew after the model's agents or requirements have changed in number. */
enum wfm_status master_reset_rows(struct master *m, struct wfm_error *e);
/* Rows of services with what is missing of them; before the slacks. */
enum wfm_status master_add_services(struct master *m, struct wfm_error *e);
/* Slacks of a slot of a queue with services: people step by step. The second time: their entries anew. */
enum wfm_status master_add_steps(struct master *m, int32_t q, int32_t t, struct wfm_error *e);
/* Rows of counters (desk.h); before the slacks. */
enum wfm_status master_add_desks(struct master *m, struct wfm_error *e);
/* Appends to m->entry the entry of people on the queue to its counters, if any; returns how many. */
int32_t master_desk_entry(const struct master *m, int32_t q, int32_t t, double sign, int32_t n);
/* Balances of deferrable work with what waits; before the slacks. See master_stock.c. */
enum wfm_status master_add_stocks(struct master *m, struct wfm_error *e);
/* People on its queue in a slot. The second time: their entries anew. */
enum wfm_status master_add_workers(struct master *m, int32_t q, int32_t t, struct wfm_error *e);
/* Worths of its queues, of the balances' duals. */
void master_read_stocks(struct master *m);
/* Its part of Lagrange's bound at m->at, cents. */
double master_stock_bound(const struct master *m);
/* Contacts that the services' targets still ask of slots with rows. */
double master_service_due(const struct master *m, int32_t s);
/* Rows of the whole sets, slacks of all rows and spare ones. */
enum wfm_status sets_begin(struct master *m, struct wfm_error *e);
bool sets_copy(struct master *to, const struct master *from);
void sets_free(struct master *m);
/* Entries of a tour in all rows, its type's included: m->entry_row, m->entry; returns how many. */
int32_t sets_entries(struct master *m, const struct tour *t);
/* m->pi from the duals of the rows. */
void sets_read_duals(struct master *m);
/* Writes the rows' sides anew. */
enum wfm_status sets_reset(struct master *m, struct wfm_error *e);
/* The parts of it that adding sets needs: a set without queues or rows, NULL without memory; a row, joined
 * to the one before where there is one. */
struct queue_set *sets_add(struct master *m, bool whole);
enum wfm_status sets_add_row(struct master *m, struct queue_set *s, int32_t t, struct wfm_error *e);
/* Appends to m->entry that many entries of people in slot t of the set. */
int32_t sets_person_entries(const struct master *m, const struct queue_set *s, int32_t t, double sign,
			    int32_t n);
/* Entries of people on the queue there; returns how many. */
int32_t sets_queue_entries(const struct master *m, int32_t q, int32_t t, double sign);
bool sets_meet(const struct queue_set *s, const struct kind *k);
/* For tour_visit, with the master as context; and the end of it. */
void sets_mark_on(void *master, int32_t t, int32_t kind);
void sets_clear_on(struct master *m);
/* Adds rows of sets that the solution breaks; *added of them. */
enum wfm_status sets_separate(struct master *m, int32_t *added, struct wfm_error *e);
/* Solves the LP and reads the duals. */
enum wfm_status master_solve(struct master *m, enum lp_method method, struct wfm_error *e);
/* At most that many pivots of the primal: a feasible basis stays one, and gets better. */
enum wfm_status master_solve_some(struct master *m, int32_t pivots, struct wfm_error *e);
/* Prices every type at m->at; adds improving columns (at m->pi), *added of them; *bound in cents,
 * valid when no type was skipped (skip_fixed false). */
enum wfm_status master_price(struct master *m, bool skip_fixed, double *bound, int32_t *added,
			     struct wfm_error *e);
/* The same, but takes all found within `near` cents of the best of their type. */
enum wfm_status master_price_near(struct master *m, double near, double *bound, int32_t *added,
				  struct wfm_error *e);
/* Worths of slots to the places of a profile at m->at, in m->worth. */
void master_set_worth(struct master *m, int32_t profile);
/* Makes m->at the centre when its bound is the best so far. */
void master_keep_centre(struct master *m, double bound);
/* Bounds, columns and a centre from the smoothed dual, before the first LP; needs soft_fits. */
enum wfm_status master_smooth_start(struct master *m, struct wfm_error *e);

/* A place on the path of the smoothed dual. */
struct smooth_point {
	double *x; /* [queues x slots] cents */
	double mu, wall; /* 0: nowhere yet */
};

/* The bound of the run alone, of a master that may be bare: from the point, at its entropy, by at most so
 * many steps; or along the path from its beginning, where 0 stands for as many steps a level as it needs.
 * The point moves along. People short in each queue and slot, roughly, if people is not NULL. */
enum wfm_status master_smooth_bound(struct master *m, struct smooth_point *at, int32_t steps, double *people,
				    struct wfm_error *e);
/* Without rows and columns: for bounds. */
enum wfm_status master_bare(struct run *r, struct master **out, struct wfm_error *e);

#endif
