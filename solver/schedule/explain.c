/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Why a slot is short, and why an agent has no tour.
 *
 * Shortages: per queue and slot the agents who may serve it are sorted by what keeps them from it
 * (see enum wfm_short_reason); the reason given is the nearest to having someone. The worth of an
 * hour is the dual of the cover row at the best bound.
 *
 * Unplanned agents: all hard rules are taken off and put back one at a time; those that cannot be
 * put back form a minimal set whose removal makes a tour possible.
 */
#include "solver/schedule/assign.h"
#include "solver/schedule/duty.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- shortages ---- */

struct status {
	const struct model *m;
	uint8_t *reach;    /* [types x slots] bit 0: some shift covers it, bit 1: the agent can take it */
	uint8_t *busy;     /* [agents x slots] on a shift */
	uint8_t *day_busy; /* [agents x days] */
	bool *full;        /* [agents] no further shift fits minutes or number */
};

static bool week_is_full(const struct model *m, const struct type *t, const struct plan *plan,
			 int32_t i)
{
	const struct profile *pr = &m->profiles[t->profile];
	const struct wfm_contract *c = &m->p->contracts[pr->contract];
	const struct tour *tour = plan->tours[i];
	int32_t minutes = 0, shortest = INT32_MAX, weeks, first[MODEL_MAX_WEEKS + 1];
	if (tour->count >= m->automata[t->automaton].work_high)
		return true;
	weeks = model_weeks(&m->p->calendars[pr->calendar], first);
	for (int32_t k = 0; k < tour->count; k++)
		minutes += pr->opts[tour->s[k].opt].paid_min;
	for (int32_t k = 0; k < pr->opt_count; k++)
		if (pr->opts[k].paid_min < shortest)
			shortest = pr->opts[k].paid_min;
	for (int32_t k = 0; k < c->rule_count; k++)
		if (c->rules[k].rule == WFM_RULE_WEEK_MINUTES && c->rules[k].mode == WFM_HARD &&
		    minutes + shortest > (int64_t)c->rules[k].high * weeks)
			return true;
	return false;
}

static void note_reach(struct status *s)
{
	const struct model *m = s->m;
	for (int32_t k = 0; k < m->type_count; k++) {
		const struct type *t = &m->types[k];
		const struct profile *pr = &m->profiles[t->profile];
		for (int32_t i = 0; i < pr->opt_count; i++) {
			bool can = t->has_tour && (!t->extra || !isinf(t->extra[i]));
			for (int32_t x = pr->opts[i].start; x < pr->opts[i].end; x++)
				s->reach[k * m->slots + x % m->slots] |= (uint8_t)(can ? 3 : 1);
		}
	}
}

static void note_busy(struct status *s, const struct plan *plan, const struct wfm_roster *r)
{
	const struct model *m = s->m;
	for (int32_t i = 0; i < r->shift_count; i++) {
		const struct wfm_shift *x = &r->shifts[i];
		s->day_busy[x->agent * m->max_days + x->day] = 1;
		for (int32_t t = x->start; t < x->end; t++)
			s->busy[x->agent * m->slots + t % m->slots] = 1;
	}
	/* Plan order is not agent order within a type; fullness of a type's tours is close enough
	 * to judge by the agent's own count, so take it from the roster where it differs. */
	for (int32_t i = 0; i < plan->count;) {
		const struct type *t = &m->types[plan->tours[i]->type];
		for (int32_t k = 0; k < t->count; k++)
			s->full[t->agents[k]] = week_is_full(m, t, plan, i + k);
		i += t->count;
	}
}

static int32_t local_day(const struct wfm_calendar *c, int32_t slot)
{
	for (int32_t d = 0; d < c->day_count; d++)
		if (slot >= c->days[d].first_slot && slot < c->days[d].first_slot + c->days[d].slots)
			return d;
	return c->day_count - 1;
}

static bool serves(const struct kind *k, int32_t q)
{
	for (int32_t j = 0; j < k->queue_count; j++)
		if (k->queue[j] == q)
			return true;
	return false;
}

static enum wfm_short_reason reason_of(const struct status *s, int32_t q, int32_t t)
{
	const struct model *m = s->m;
	bool skilled = false, reached = false, able = false, spare = false, idle = false;
	for (int32_t k = 0; k < m->type_count && !spare; k++) {
		const struct type *x = &m->types[k];
		const struct profile *pr = &m->profiles[x->profile];
		if (!serves(&m->kinds[pr->kind], q))
			continue;
		skilled = true;
		uint8_t reach = s->reach[k * m->slots + t];
		reached |= (reach & 1) != 0;
		if (!(reach & 2))
			continue;
		able = true;
		int32_t day = local_day(&m->p->calendars[pr->calendar], t);
		for (int32_t i = 0; i < x->count; i++) {
			int32_t a = x->agents[i];
			if (s->busy[a * m->slots + t])
				continue;
			idle = true;
			spare |= !s->full[a] && !s->day_busy[a * m->max_days + day];
		}
	}
	return !skilled ? WFM_SHORT_NO_SKILL :
	       !reached ? WFM_SHORT_NO_SHIFT :
	       !able	? WFM_SHORT_AWAY :
	       spare	? WFM_SHORT_PRICE :
	       idle	? WFM_SHORT_HOURS :
			  WFM_SHORT_ALL_AT_WORK;
}

static bool add_short(struct wfm_roster *r, int32_t *cap, struct wfm_shortage x)
{
	struct wfm_shortage *last = r->shortage_count ? &r->shortages[r->shortage_count - 1] : NULL;
	if (last && last->queue == x.queue && last->start + last->slots == x.start &&
	    last->reason == x.reason) {
		last->slots++;
		last->people += x.people;
		last->cents += x.cents;
		last->value_cents += x.value_cents;
		return true;
	}
	if (!mem_reserve(&r->shortages, cap, r->shortage_count + 1, sizeof x))
		return false;
	r->shortages[r->shortage_count++] = x;
	return true;
}

static void count_have(const struct model *m, const struct wfm_roster *r, double *have)
{
	for (int32_t i = 0; i < r->shift_count; i++) {
		const struct wfm_shift *s = &r->shifts[i];
		const struct kind *k =
			&m->kinds[m->profiles[m->types[m->type_of[s->agent]].profile].kind];
		for (int32_t a = 0; a < s->activity_count; a++) {
			const struct wfm_activity *x = &r->activities[s->first_activity + a];
			for (int32_t j = 0; x->kind == WFM_WORK && j < k->queue_count; j++)
				for (int32_t t = 0; k->queue[j] == x->queue && t < x->slots; t++)
					have[x->queue * m->slots + (x->start + t) % m->slots] += k->speed[j];
		}
	}
}

bool explain_shortages(const struct run *r, struct wfm_roster *roster)
{
	const struct model *m = r->m;
	size_t slots = (size_t)m->slots, agents = (size_t)m->p->agent_count;
	size_t cells = (size_t)m->p->queue_count * slots;
	int32_t cap = 0;
	bool ok = false;
	struct status s = { .m = m };
	double *have = calloc(cells + 1, sizeof *have);
	s.reach = calloc((size_t)m->type_count * slots + 1, 1);
	s.busy = calloc(agents * slots + 1, 1);
	s.day_busy = calloc(agents * (size_t)(m->max_days + 1) + 1, 1);
	s.full = calloc(agents + 1, sizeof *s.full);
	roster->value_cents = calloc(cells + 1, sizeof *have);
	if (!have || !s.reach || !s.busy || !s.day_busy || !s.full || !roster->value_cents)
		goto out;
	for (size_t i = 0; i < cells; i++)
		roster->value_cents[i] = fmax(0, r->duals[i]) / m->slot_h;
	note_reach(&s);
	note_busy(&s, r->best, roster);
	count_have(m, roster, have);
	for (int32_t q = 0; q < m->p->queue_count; q++)
		for (int32_t t = 0; t < m->slots; t++) {
			int32_t at = q * m->slots + t;
			double lack = m->p->queues[q].required[t] - have[at];
			if (lack <= 1e-9)
				continue;
			struct wfm_shortage x = {
				q, t, 1, lack, model_slot_cost(m, q, t, have[at]),
				roster->value_cents[at],
				m->open[at] ? reason_of(&s, q, t) : WFM_SHORT_NO_SHIFT
			};
			if (!add_short(roster, &cap, x))
				goto out;
		}
	for (int32_t i = 0; i < roster->shortage_count; i++) {
		roster->shortages[i].people /= roster->shortages[i].slots;
		roster->shortages[i].value_cents /= roster->shortages[i].slots;
	}
	ok = true;
out:
	free(have);
	free(s.reach);
	free(s.busy);
	free(s.day_busy);
	free(s.full);
	return ok;
}

/* ---- unplanned agents ---- */

/* Has the one agent a tour when only the kept rules (and the lengths) are hard? */
static enum wfm_status has_tour(const struct wfm_problem *p, const bool keep[WFM_RULE_COUNT],
				struct wfm_rule_row *rows, bool *yes)
{
	struct wfm_contract c = p->contracts[0];
	for (int32_t i = 0; i < c.rule_count; i++) {
		rows[i] = c.rules[i];
		if (!keep[rows[i].rule] || rows[i].mode == WFM_SOFT)
			rows[i].mode = WFM_OFF;
	}
	c.rules = rows;
	struct wfm_problem one = *p;
	one.contracts = &c;
	if (p->duty_count > 0)
		return duty_has_tour(&one, yes);
	struct model m;
	struct wfm_error e;
	enum wfm_status s = model_build(&m, &one, &e);
	struct pricer *pricer = s == WFM_OK ? pricer_new(&m) : NULL;
	double *w = calloc((size_t)m.horizon + 1, sizeof *w);
	if (s == WFM_OK && (!pricer || !w))
		s = WFM_NO_MEMORY;
	if (s == WFM_OK) {
		struct tour t;
		pricer_set(pricer, m.types[0].profile, w);
		*yes = pricer_best(pricer, 0, &t) > -INFINITY;
	}
	free(w);
	pricer_free(pricer);
	model_free(&m);
	return s;
}

static enum wfm_status explain_agent(const struct wfm_problem *p, struct wfm_unplanned *u)
{
	struct wfm_agent a = p->agents[u->agent];
	struct wfm_problem one = *p;
	one.contracts = &p->contracts[a.contract];
	one.contract_count = one.agent_count = 1;
	a.contract = 0;
	one.agents = &a;
	struct wfm_rule_row *rows = calloc((size_t)one.contracts->rule_count + 1, sizeof *rows);
	if (!rows)
		return WFM_NO_MEMORY;
	bool keep[WFM_RULE_COUNT] = { false }, hard[WFM_RULE_COUNT] = { false }, yes = false;
	keep[WFM_RULE_SHIFT_MINUTES] = true;
	for (int32_t i = 0; i < one.contracts->rule_count; i++)
		hard[one.contracts->rules[i].rule] |= one.contracts->rules[i].mode == WFM_HARD;
	enum wfm_status s = has_tour(&one, keep, rows, &yes);
	bool hopeless = !yes;
	for (int32_t k = 0; s == WFM_OK && !hopeless && k < WFM_RULE_COUNT; k++) {
		if (!hard[k] || keep[k])
			continue;
		keep[k] = true;
		s = has_tour(&one, keep, rows, &yes);
		if (!yes) {
			keep[k] = false;
			u->conflicts[u->conflict_count++] = (enum wfm_rule)k;
		}
	}
	free(rows);
	return s;
}

bool explain_unplanned(const struct wfm_problem *p, struct wfm_roster *roster)
{
	for (int32_t i = 0; i < roster->unplanned_count; i++)
		if (explain_agent(p, &roster->unplanned[i]) == WFM_NO_MEMORY)
			return false;
	return true;
}
