/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the solver works on, built once from a checked problem.
 *
 *   kind       a set of queues with speeds: what an agent can serve
 *   profile    contract x calendar x kind: every shift its agents can be given (`opts`), all hard
 *              rules of a single shift applied
 *   automaton  the rules that couple the days, as a layered graph: layer d holds the counters
 *              reachable before day d, an edge is "day off" or "a shift of class c"; week minima
 *              and maxima are already cut away, soft rules stand on the edges as penalties. A path
 *              from first to last layer that picks shifts (far enough apart) is a legal tour,
 *              and every legal tour is such a path, so pricing over it is exact.
 *   type       agents nobody can tell apart: profile + automaton + personal cost of each shift
 *
 * Times are slots. Money is cents. The model owns everything through its pool; it is read only
 * after model_build, so threads may share it.
 */
#ifndef WFM_SCHEDULE_MODEL_H
#define WFM_SCHEDULE_MODEL_H

#include "solver/schedule/mem.h"
#include "wfm/schedule.h"

#include <string.h>

enum { MODEL_MAX_DAYS = 42, MODEL_MAX_BREAKS = 6, MODEL_MAX_WEEKS = 8 };

struct kind {
	int32_t queue_count;
	int32_t *queue;
	double *speed;
	uint8_t *workable; /* [horizon] some queue of it is open */
	double *wait;      /* [slots] cents of one who waits for a counter, the least surplus of the open
			      queues; NULL: none of its queues needs counters that are few */
};

/* Travel stands among the breaks, first and last, where it must. */
struct break_set {
	int32_t count, paid_slots, unpaid_slots;
	int32_t place; /* of the profile, where the shift is worked */
	struct {
		int32_t row, slots, low, high, gap; /* start offset window, gap after the one before; row
						       of the contract, -1: travel */
	} b[MODEL_MAX_BREAKS];
};

/* Where the agents of a profile may work, and what they serve there. */
struct place {
	int32_t kind, travel; /* slots each way */
};

struct opt {
	int32_t day, start, end;
	int32_t start_i;   /* into profile.starts */
	int32_t cell;      /* (day x classes + class) x walls + wall */
	int32_t free_from; /* first slot at which the next shift may start */
	int16_t set, cls;
	int16_t paid_min;
	double cost; /* variable pay and soft start windows */
};

/* What the automaton sees of a shift. */
struct shift_class {
	int32_t paid_min; /* 0 when minutes cannot matter */
	bool night;
	bool other_skill;
	uint64_t duty; /* its bit; all bits in problems without duties */
	int32_t slots; /* of duties: length */
};

struct profile {
	int32_t contract, calendar, lock_agent; /* -1: shared */
	struct place place[1 + WFM_MAX_ELSEWHERE]; /* the own site first */
	int32_t place_count;
	bool minutes_matter;
	struct opt *opts; /* by day, class, start */
	int32_t opt_count;
	int32_t *day_first;   /* [days + 1] */
	int32_t *class_first; /* [days x classes + 1] */
	int32_t *starts;
	int32_t start_count;
	struct break_set *sets;
	int32_t set_count;
	struct shift_class *classes;
	int32_t class_count;
	int32_t *walls; /* distinct wall minutes of starts, ascending */
	int32_t wall_count;
	int32_t *band_low, *band_high; /* wall index ranges a week's starts must share */
	int32_t band_count;
	int32_t rest;      /* slots between shifts */
	bool rest_implied; /* by bands and lengths: pricing need not carry it */
	int32_t rest_span; /* else: values of "slots into the day before which no start" */
};

struct edge {
	int32_t from, to;
	int32_t cls; /* -1: day off */
	float penalty;
};

struct automaton {
	int32_t profile, previous_days_worked, credit_agent; /* -1: none */
	int32_t day_count;
	int32_t *state_count; /* [days + 1]; 0 in the last: no tour */
	int32_t *edge_first;  /* [days + 1] */
	struct edge *edges;
	int32_t max_states;
	int32_t work_low, work_high; /* fewest and most shifts of a tour */
	/* With split totals: sums over the plan that the edges only add to. */
	int32_t total_count;
	const struct wfm_rule_row *total[16];
	uint16_t *take; /* [edges x totals] */
};

/* What an automaton is made of. */
struct automaton_spec {
	const struct wfm_problem *p;
	const struct wfm_contract *contract;
	const struct wfm_calendar *cal;
	const struct wfm_agent *credit_of; /* NULL: nobody's */
	int32_t previous_days_worked;
	bool minutes_matter, split_totals;
	const struct shift_class *classes;
	int32_t class_count;
	const int32_t *start; /* [days x classes] of duties: slots into the day; NULL: not known */
	bool (*offered)(const struct automaton_spec *, int32_t day, int32_t cls);
	const void *context;
};

struct type {
	int32_t profile, automaton;
	float *extra;       /* [opts] personal cost beyond that of an idle day, INFINITY where the
			       agent cannot; NULL: none */
	uint8_t *must_work; /* [days] locked to a shift; NULL: none */
	int32_t count;
	int32_t *agents;
	int32_t *sit, sit_count; /* sessions asked of each of its agents; see session.h */
	bool optional, has_tour;
};

struct model {
	const struct wfm_problem *p;
	struct pool pool;
	int32_t slots;   /* of demand */
	int32_t horizon; /* slots + wrap-around room when cyclic */
	double slot_h;
	struct kind *kinds;
	int32_t kind_count, kind_cap;
	struct profile *profiles;
	int32_t profile_count, profile_cap;
	struct automaton *automata;
	int32_t automaton_count, automaton_cap;
	struct type *types;
	int32_t type_count, type_cap;
	int32_t *type_of; /* [agents] */
	double *step1;    /* [queues x slots] people at the first price */
	uint8_t *open;    /* [queues x slots] */
	struct desk *desks; /* sites with few counters; see desk.h */
	int32_t desk_count, *desk_of; /* [queues] index, -1: it needs none; NULL: there are no desks */
	double *fastest;    /* [queues] best speed of any kind there; NULL without desks */
	double **hull;       /* [services] see service.h: [slots x (people_max + 1)] */
	uint8_t *in_service; /* [queues] some service speaks of it */
	int32_t *service_first, *service_of; /* [queues + 1] into service_of: each queue's services */
	struct stock *stocks; /* deferrable work: see stock.h */
	int32_t stock_count;
	int32_t *stock_of;   /* [queues] -1: none */
	double *surplus;     /* [queues] cents an hour of people above the requirement; 0 where stocks say it */
	double closed_cents; /* shortage where nobody can work, and work that comes too late */
	double idle_cents;   /* wishes of everybody if nobody worked */
	int32_t *sit_first;  /* [agents + 1] into sit; NULL: there are no sessions */
	int32_t *sit;        /* sessions of each agent, one entry a time */
	uint8_t *sit_ok;     /* [sessions x slots] it may begin there */
	double *sit_cents;   /* [sessions] what missing it once is to the search */
	const int32_t *sit_others; /* of a block: [sessions x slots] places taken by others; NULL: none */
	double missed_cents; /* of those whom no shift lets be there */
	int32_t max_days, max_opts, max_starts, max_cells, max_span, max_states, max_sets, max_bands,
		max_row, /* largest days x classes */
		max_places;
};

enum wfm_status model_build(struct model *m, const struct wfm_problem *p, struct wfm_error *e);
void model_free(struct model *m);

/* First day of each ISO week of the calendar and the day count at the end; returns the weeks. */
int32_t model_weeks(const struct wfm_calendar *c, int32_t first[MODEL_MAX_WEEKS + 1]);

/* Finds or builds the automaton of a profile. */
enum wfm_status automaton_build(struct model *m, int32_t profile, int32_t previous_days_worked,
				int32_t credit_agent, int32_t *out, struct wfm_error *e);

enum wfm_status automaton_make(struct pool *pool, const struct automaton_spec *spec,
			       struct automaton *out, struct wfm_error *e);

/* How often the weight of the agent's wishes counts. */
double model_seniority(const struct wfm_problem *p, const struct wfm_agent *a);
/* Cents of the agent's wishes on a day with a shift of that wall minute, slots, place and duty bit; without
 * one when end is 0. */
double model_wish_cents(const struct wfm_problem *p, const struct wfm_agent *a, int32_t day, int32_t wall,
			int32_t start, int32_t end, int32_t place, uint64_t duty);
/* The same for an agent who never works: what tours' costs are counted from. */
double model_idle_cents(const struct wfm_problem *p, const struct wfm_agent *a);
const struct wfm_lock *model_lock_of_day(const struct wfm_agent *a, int32_t day); /* or NULL */
/* May be left without any shift: the contract says so, and no locked shift has to be worked. */
bool model_is_optional(const struct wfm_problem *p, const struct wfm_agent *a);
/* Touches a time in which the agent is unavailable. */
bool model_is_away(const struct wfm_agent *a, int32_t start, int32_t end);

/* Cents for `covered` people on queue q in slot t (shortage, surplus). */
static inline double model_slot_cost(const struct model *m, int32_t q, int32_t t, double covered)
{
	const struct wfm_queue *x = &m->p->queues[q];
	double lack = x->required[t] - covered;
	if (lack <= 0)
		return -lack * m->surplus[q] * m->slot_h;
	double first = m->step1[q * m->slots + t];
	if (lack <= first)
		return lack * x->short1_cents * m->slot_h;
	return (first * x->short1_cents + (lack - first) * x->short2_cents) * m->slot_h;
}

/* ---- tours ---- */

struct tour_shift {
	int32_t opt;
	int16_t brk[MODEL_MAX_BREAKS]; /* offsets from the shift's start, by break_set order */
};

struct tour {
	int32_t type;
	int32_t count;
	double cost; /* variable pay, soft rules, wishes */
	struct tour_shift s[MODEL_MAX_DAYS];
};

/* Room a tour of n shifts takes; tours are stored cut to it. */
static inline size_t tour_size(int32_t n)
{
	return offsetof(struct tour, s) + (size_t)n * sizeof(struct tour_shift);
}

/* Clock at the shift's start, running on past 24:00 when it counts to the day before. */
static inline int32_t model_start_minute(const struct wfm_problem *p, int32_t calendar, int32_t day,
					 int32_t slot)
{
	const struct wfm_calendar *c = &p->calendars[calendar];
	const struct wfm_day *d = &c->days[day];
	return wfm_wall_minute(p, c, day, slot) + (slot < d->first_slot + d->slots ? 0 : 1440);
}

static inline int32_t model_opt_place(const struct profile *pr, int32_t opt)
{
	return pr->sets[pr->opts[opt].set].place;
}

/* What the agents of a type serve in that shift of theirs. */
static inline int32_t model_opt_kind(const struct profile *pr, int32_t opt)
{
	return pr->place[model_opt_place(pr, opt)].kind;
}

/* The same of a shift in a roster. */
static inline const struct kind *model_shift_kind(const struct model *m, const struct wfm_shift *s)
{
	const struct profile *pr = &m->profiles[m->types[m->type_of[s->agent]].profile];
	return &m->kinds[pr->place[s->elsewhere].kind];
}

static inline bool tour_same(const struct tour *a, const struct tour *b)
{
	return a->type == b->type && a->count == b->count &&
	       memcmp(a->s, b->s, (size_t)a->count * sizeof *a->s) == 0;
}

#endif
