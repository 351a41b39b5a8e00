/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Training and meetings: where in the tours they lie.
 *
 * A sit is one time that one session asks of an agent; the sits of a type are those of each of its
 * agents (model.h). A plan keeps, beside each tour, where its sits begin. A sit takes the agent's
 * slots out of the cover, so plan_cost is exact; missing it costs cents, which for those that must
 * not be missed are many (sit_cents).
 *
 * Everybody's own sits are placed as breaks are, by the worth of slots without the agent: the best
 * start in any shift at the agent's own site, the breaks of the shift placed anew around it. A meeting has one time for all;
 * tours are sought that work there. In a plan that repeats, a sit stands in the slots of its shift, which may
 * run past the end; everything counted by time of the plan wraps around. Owned by the plan; one thread.
 */
#ifndef WFM_SCHEDULE_SESSION_H
#define WFM_SCHEDULE_SESSION_H

#include "solver/schedule/run.h"

struct master;

struct places {
	int32_t start[WFM_MAX_SEATS]; /* by the type's sits, in the slots of the shift; -1: missed */
};

struct seats {
	const struct model *m;
	int32_t count;         /* plan slots */
	struct places *places; /* [count] */
	int32_t *busy;         /* [sessions x slots] who sits there */
	int32_t *at, *present; /* [sessions] together: when, -1 not at all; how many */
	double taken;          /* worth of a slot that is taken: above any sit's price */
	double cents;          /* missed, by those who have a tour in the plan */
	int32_t *member_first, *member; /* [sessions + 1], plan slots of those who meet */
	int32_t meeting_count, *meeting;
	double *worth;                  /* [places x horizon] scratch */
	double *aside, *prefix;         /* [horizon + 1] scratch */
	double *guess;         /* [slots] */
	struct rng rng;        /* which of places equally good */
	int32_t wanted;        /* session to be had at almost any price just now; -1: none */
	struct cover *before;  /* scratch: people who can do several queues are divided in more than one way */
	struct tour *tour[2];  /* [most members] scratch */
	struct places *place[2];
};

/* Slots of the session. */
static inline int32_t session_slots(const struct model *m, int32_t x)
{
	return m->p->sessions[x].minutes / m->p->slot_min;
}

/* May it begin in slot t? A plan that repeats has slot t + slots where it has t. */
static inline bool session_may(const struct model *m, int32_t x, int32_t t)
{
	return m->sit_ok[x * m->slots + t % m->slots] != 0;
}

/* Is the shift where sessions are held, at the agent's own site? */
static inline bool session_at(const struct profile *pr, int32_t opt)
{
	return model_opt_place(pr, opt) == 0;
}

/* ---- of the problem and the model ---- */

enum wfm_status session_check(const struct wfm_problem *p, struct wfm_error *e);
/* Fills the model's sits of agents; false: no memory. */
bool session_model(struct model *m);
/* The agent's sits that one of the shifts can hold (row: personal costs), into sit; the others' cents
 * are added to the model's. Returns how many. */
int32_t session_list(struct model *m, int32_t agent, const struct profile *pr, const float *row,
		     int32_t sit[WFM_MAX_SEATS]);
/* Missed by those without a tour. */
double session_lost(const struct model *m);

/* ---- of a plan ---- */

/* NULL: no memory. The tours' types must be set. */
struct seats *seats_new(const struct model *m, int32_t count, struct tour *const *tours);
void seats_free(struct seats *s);
void seats_copy(struct seats *to, const struct seats *from);
/* Nobody sits; meetings are held when they are in `like`. */
void seats_clear(struct seats *s, const struct seats *like);

/* Cents of missing session x once, as the search sees it now. */
static inline double seats_miss(const struct seats *s, int32_t x)
{
	return s->m->sit_cents[x] + (x == s->wanted ? 1e7 : 0);
}

/* Best places in the tour at those worths, which must not count the agent; moves the tour's breaks.
 * Returns the cents lost. */
double seats_choose(struct seats *s, struct tour *t, const double *w, struct places *out);
/* The agent of plan slot i, whose tour is in the cover, takes these places, or gives them back. */
void seats_enter(struct plan *p, int32_t i, const struct places *at);
void seats_leave(struct plan *p, int32_t i);
/* With the slot empty and the worths in r->worth: a tour better than *best (worth value) with its
 * sits in mind, when there is one. */
void seats_seek(struct run *r, struct plan *p, int32_t i, double value, struct tour *best,
		struct places *at);
/* Gives the empty slot i that tour with these places. */
void plan_put_at(struct plan *p, int32_t i, const struct tour *t, const struct places *at);

/* One move: a meeting at another time, its members' tours as they are or sought anew. True: better. */
bool seats_move(struct run *r, struct plan *p);
/* Times for meetings and places for all as good as their tours allow; who misses what must not be
 * missed gets another tour if that helps. */
void seats_polish(struct run *r, struct plan *p);
/* Meetings that fewer attend than must are not held. */
void seats_settle(struct plan *p);
/* Are as many as may be in session x at some time of it when it begins at t? */
bool seats_full(const struct seats *s, int32_t x, int32_t t);
/* Cents of the plan that would not be without sessions; NAN: no memory. */
double seats_cents(const struct plan *p);
/* Lists who misses what and why, and its cost; false: no memory. */
bool session_tell(const struct run *r, struct wfm_roster *roster);

/* ---- of a block ---- */

struct session_part {
	struct wfm_session *sessions; /* as many as the whole plan's, for the block's agents alone */
	int32_t *agents;
	struct wfm_span *spans;
	int32_t *others; /* [sessions x slots] places taken by others: model.sit_others */
};

/* The sessions of some of the plan's agents (where: their numbers, -1 for all others), meetings when the
 * whole plan has them. False: no memory; to be freed in any case. */
bool session_part_make(struct session_part *out, const struct seats *whole, const int32_t *where);
void session_part_free(struct session_part *s);
/* Places of one of so many blocks solved side by side; or those that the others leave, when the block's
 * agents are out of the plan. */
void session_part_share(struct session_part *s, const struct model *whole, int32_t block, int32_t count);
void session_part_rest(struct session_part *s, const struct seats *whole);
void session_part_meet(const struct seats *whole, struct seats *part);
/* Places between the whole plan's sits of an agent and the block's; only where there is room, if given. */
void session_carry(const struct type *from, const struct places *had, const struct type *to,
		   const struct seats *room, struct places *out);

/* ---- of the relaxation ---- */

/* What sessions add to Lagrange's bound at m->at, cents; -HUGE_VAL: no memory. */
double session_bound(struct master *m);
/* Raises the run's bound and duals by a relaxation that knows whom the plan has in sessions; the master
 * stays as it is: duals of such rows bound better, but the dive does better from the others. */
enum wfm_status session_bound_again(const struct master *m, const struct plan *p, struct wfm_error *e);
/* Lets the rows ask for those whom the plan has in sessions as well. */
enum wfm_status session_see(struct master *m, const struct plan *p, struct wfm_error *e);

#endif
