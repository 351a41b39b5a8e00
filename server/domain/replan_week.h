/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A week planned again around a roster that people know already: what has begun is locked as it
 * stands, a price keeps the other changes few, and the solver starts from the roster. So a running week
 * can be repaired after a sick call, and leave be granted without turning everybody's week over.
 *
 * Days before `from` are locked. Of them a shift stands that has begun, or whose agent is not away;
 * they are copied into the new roster as they were kept, activities included. So are those of people who come
 * from other sites, on all days: their own sites plan them, unless these are planned again in one with it. Agents whose rules
 * allow no week any more around what stands keep all of it and get nothing new. Everything lives in
 * the arena but the priced problem: replan_close. One connection, one thread.
 */
#ifndef DOMAIN_REPLAN_WEEK_H
#define DOMAIN_REPLAN_WEEK_H

#include "server/domain/week_problem.h"
#include "wfm/replan.h"

struct replan_request {
	int64_t roster_id;   /* FIELD_NULL or 0: none, a week drawn anew */
	int64_t from;        /* first local date that may change; FIELD_NULL or 0: the first not begun */
	double change_cents; /* a changed shift */
};

static inline bool replan_asked(const struct replan_request *r)
{
	return r->roster_id > 0;
}

/* Rows for the field table of a struct whose member `m` is a struct replan_request. */
#define REPLAN_ROWS(s, m)                                                                              \
	{ .name = "keep", .type = FIELD_INT, .offset = offsetof(s, m.roster_id), .flags = FIELD_OPTIONAL,  \
	  .min = 1, .max = 1e15,                                                                       \
	  .help = "roster of the same week to plan again from; then the week may have begun" },        \
	{ .name = "from", .type = FIELD_DATE, .offset = offsetof(s, m.from), .flags = FIELD_OPTIONAL,  \
	  .help = "with keep: days before it stay as they are; absent: those that have begun" },       \
	{ .name = "change_cost_cents", .type = FIELD_REAL, .offset = offsetof(s, m.change_cents),       \
	  .flags = FIELD_OPTIONAL, .min = 0, .max = 1e8, .fallback = "0",                              \
	  .help = "with keep: price of a shift added, removed or moved; 0: only where it saves nothing" }

struct replan {
	int64_t roster_id, version, forecast_id; /* of the roster kept */
	int64_t beside; /* the number of the plan of several sites that it comes of, still a draft; FIELD_NULL: none */
	int64_t from;
	const struct wfm_roster *start; /* NULL: a week drawn anew */
	const bool *stands;             /* [start's shifts] had begun, or its agent is there */
	struct wfm_change_cost cost;    /* with the site's surcharge for short notice, if people know the roster */
	struct wfm_replan *priced;
	int64_t frozen; /* agents who keep what they have because no plan suits them */
};

/* What can be refused before any job is queued; fills version, forecast_id, from and the surcharge. */
bool replan_check(struct db *db, struct arena *a, int64_t site_id, int64_t week, int64_t today,
		  const struct replan_request *r, struct replan *out, struct err *e);

/* The roster of another site's week that goes with one planned again (roster_beside), else the newest draft; 0:
 * there is none. */
bool replan_beside(struct db *db, int64_t roster_id, int64_t site_id, int64_t *out, struct err *e);

/* The roster kept, in the week's numbers. */
bool replan_load(struct db *db, struct arena *a, struct week_problem *w, struct replan *x, struct err *e);
/* Locks what stands in the problem, its start in the problem's numbers, and prices the rest. Again for
 * another problem of the same start. */
bool replan_open(struct arena *a, struct wfm_problem *p, struct replan *x, int64_t monday, struct err *e);
void replan_close(struct replan *x);

/* The problem to solve and to judge by. */
static inline const struct wfm_problem *replan_problem(const struct replan *x, const struct wfm_problem *p)
{
	return x->priced != NULL ? wfm_replan_problem(x->priced) : p;
}

/* Puts the days before `from` into the roster just kept as they stood, and those of guests from other sites
 * after it but for guests from `with` (JSON list of ids), who are planned in one with it. */
bool replan_restore(struct db *db, const struct replan *x, const char *with, int64_t to_roster, struct err *e);

#endif
