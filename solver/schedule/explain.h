/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of an explanation; see include/wfm/explain.h for what they mean. */
#ifndef WFM_SCHEDULE_EXPLAIN_H
#define WFM_SCHEDULE_EXPLAIN_H

#include "solver/schedule/duty.h"
#include "solver/schedule/model.h"
#include "wfm/explain.h"

/* ---- explain.c ---- */

struct short_list {
	struct wfm_shortage *list; /* malloc'ed */
	int32_t count, capacity;
};

/* Shortages of a roster (shifts by agent) with duals in cents a slot. False: no memory. */
bool explain_list_shortages(const struct model *m, const double *duals, const struct wfm_roster *roster,
			    struct short_list *out);

/* Adds a slot, joined to the last run if it goes on from it. False: no memory. */
bool explain_add_short(struct short_list *r, struct wfm_shortage x);
/* The dearest shortage of each site and the dearest of the others, as many as are asked about, by cost. Queues with a
 * stock of work (stock_of; NULL: none has) are left out. False: no memory. */
bool explain_pick_dearest(const struct wfm_problem *p, const int32_t *stock_of, const struct short_list *all,
			  struct wfm_shortage out[WFM_EXPLAIN_RUNS], int32_t *count);
/* People and values become means over their runs. */
void explain_mean_shorts(struct short_list *r);

/* ---- explain_duty.c ---- */

struct cover_list {
	struct wfm_marginal_cover *list; /* malloc'ed */
	int32_t count, capacity;
};

/* The same of plans of duties, with duals of the model's rows, and what their cover rows lack or ask for at
 * a price. False: no memory. */
bool explain_list_duty_shortages(const struct duty_model *m, const double *duals,
				 const struct wfm_roster *roster, struct short_list *out, struct cover_list *covers);

/* ---- explain_conflict.c ---- */

struct conflict_list {
	struct wfm_conflict *list; /* malloc'ed */
	int32_t count, capacity;
};

/* Appends the minimal sets of an agent without a tour; none when it has one. */
enum wfm_status explain_impossible(const struct wfm_problem *p, int32_t agent, struct conflict_list *out,
				   struct wfm_error *e);
/* Appends the wishes that an agent with a tour cannot have all, if any. */
enum wfm_status explain_wishes(const struct wfm_problem *p, int32_t agent, struct conflict_list *out,
			       struct wfm_error *e);
/* Conflicts of all who have shifts locked or none, and of wishes not granted; false in *complete: of some. */
enum wfm_status explain_conflicts(const struct wfm_problem *p, const struct wfm_roster *r,
				  struct conflict_list *out, bool *complete, struct wfm_error *e);
/* Does the agent's part of the roster cost anything for wishes? */
bool explain_wants_more(const struct wfm_problem *p, const struct wfm_roster *r, int32_t agent);

/* ---- explain_ease.c ---- */

struct ease_list {
	struct wfm_relaxation *list; /* malloc'ed */
	int32_t count, capacity;
};

/* Every rule of every contract in use, eased one natural unit on each side. False: no memory. */
bool explain_list_rules(const struct wfm_problem *p, struct ease_list *out);
/* Leave, locks and wishes of the agents. False: no memory. */
bool explain_list_personal(const struct wfm_problem *p, const struct short_list *shorts,
			   struct ease_list *out);

/* Room for a problem with one thing eased. */
struct eased {
	struct wfm_problem p;
	struct wfm_contract *contracts;
	struct wfm_rule_row *rows;
	struct wfm_agent *agents; /* those of the problem and one more */
	struct wfm_span *spans;
	struct wfm_lock *locks;
	struct wfm_wish *wishes;
};

bool eased_new(struct eased *x, const struct wfm_problem *p);
void eased_free(struct eased *x);
/* x->p becomes the problem with the item eased: rules in their contract; for a personal item the agent
 * without it stands behind the others. */
void eased_set(struct eased *x, const struct wfm_problem *p, const struct wfm_relaxation *what);
/* x->p becomes the problem with one more agent like that one, without anything personal. */
void eased_add_agent(struct eased *x, const struct wfm_problem *p, int32_t like);

#endif
