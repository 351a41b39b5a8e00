/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Why a slot is short: per queue and slot the agents who may serve it are sorted by what keeps them from
 * it (see enum wfm_short_reason); the reason given is the nearest to having someone. The worth of an
 * hour is the dual of the cover row at the best bound.
 */
#include "solver/schedule/assign.h"
#include "solver/schedule/desk.h"
#include "solver/schedule/explain.h"
#include "solver/schedule/stock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- shortages ---- */

struct status {
	const struct model *m;
	uint8_t *reach;    /* [types x slots] bit 0: some shift covers it, bit 1: the agent can take it */
	uint8_t *busy;     /* [agents x slots] on a shift: a bit each, an agent begins with a byte */
	size_t busy_row;   /* bytes of an agent */
	uint8_t *day_busy; /* [agents x days] */
	bool *full;        /* [agents] no further shift fits minutes or number */
	int32_t *seated;   /* [desks x slots] */
};

/* Has the agent no room for a further shift, with what it works already? */
static bool is_full(const struct model *m, int32_t agent, int32_t shifts, int32_t minutes)
{
	const struct type *t = &m->types[m->type_of[agent]];
	const struct profile *pr = &m->profiles[t->profile];
	const struct wfm_contract *c = &m->p->contracts[pr->contract];
	int32_t shortest = INT32_MAX, first[MODEL_MAX_WEEKS + 1];
	int32_t weeks = model_weeks(&m->p->calendars[pr->calendar], first);
	if (shifts >= m->automata[t->automaton].work_high)
		return true;
	for (int32_t k = 0; k < pr->opt_count; k++)
		if (pr->opts[k].paid_min < shortest)
			shortest = pr->opts[k].paid_min;
	for (int32_t k = 0; k < c->rule_count; k++)
		if (c->rules[k].rule == WFM_RULE_WEEK_MINUTES && c->rules[k].mode == WFM_HARD &&
		    (int64_t)minutes + shortest > (int64_t)c->rules[k].high * weeks)
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

static int32_t paid_minutes(const struct model *m, const struct wfm_roster *r, const struct wfm_shift *x)
{
	int32_t slots = 0;
	for (int32_t i = 0; i < x->activity_count; i++)
		slots += r->activities[x->first_activity + i].paid ? r->activities[x->first_activity + i].slots : 0;
	return slots * m->p->slot_min;
}

static uint8_t *busy_byte(const struct status *s, int32_t agent, int32_t slot)
{
	return &s->busy[(size_t)agent * s->busy_row + (size_t)slot / 8];
}

/* Shifts stand by agent. */
static void note_busy(struct status *s, const struct wfm_roster *r)
{
	const struct model *m = s->m;
	int32_t i = 0;
	for (int32_t a = 0; a < m->p->agent_count; a++) {
		int32_t shifts = 0, minutes = 0;
		for (; i < r->shift_count && r->shifts[i].agent == a; i++) {
			const struct wfm_shift *x = &r->shifts[i];
			s->day_busy[x->agent * m->max_days + x->day] = 1;
			for (int32_t t = x->start; t < x->end; t++)
				*busy_byte(s, x->agent, t % m->slots) |= (uint8_t)(1u << (t % m->slots & 7));
			minutes += paid_minutes(m, r, x);
			shifts++;
		}
		s->full[a] = is_full(m, a, shifts, minutes);
	}
}

static int32_t local_day(const struct wfm_calendar *c, int32_t slot)
{
	for (int32_t d = 0; d < c->day_count; d++)
		if (slot >= c->days[d].first_slot && slot < c->days[d].first_slot + c->days[d].slots)
			return d;
	return c->day_count - 1;
}

/* Somewhere. */
static bool serves(const struct model *m, const struct profile *pr, int32_t q)
{
	for (int32_t i = 0; i < pr->place_count; i++) {
		const struct kind *k = &m->kinds[pr->place[i].kind];
		for (int32_t j = 0; j < k->queue_count; j++)
			if (k->queue[j] == q)
				return true;
	}
	return false;
}

static enum wfm_short_reason reason_of(const struct status *s, int32_t q, int32_t t)
{
	const struct model *m = s->m;
	bool skilled = false, reached = false, able = false, spare = false, idle = false;
	for (int32_t k = 0; k < m->type_count && !spare; k++) {
		const struct type *x = &m->types[k];
		const struct profile *pr = &m->profiles[x->profile];
		if (!serves(m, pr, q))
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
			if (*busy_byte(s, a, t) >> (t & 7) & 1)
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

bool explain_add_short(struct short_list *r, struct wfm_shortage x)
{
	struct wfm_shortage *last = r->count ? &r->list[r->count - 1] : NULL;
	if (last && last->queue == x.queue && last->start + last->slots == x.start &&
	    last->reason == x.reason) {
		last->slots++;
		last->people += x.people;
		last->cents += x.cents;
		last->value_cents += x.value_cents;
		return true;
	}
	if (!mem_reserve(&r->list, &r->capacity, r->count + 1, sizeof x))
		return false;
	r->list[r->count++] = x;
	return true;
}

void explain_mean_shorts(struct short_list *r)
{
	for (int32_t i = 0; i < r->count; i++) {
		r->list[i].people /= r->list[i].slots;
		r->list[i].value_cents /= r->list[i].slots;
	}
}

static void count_have(const struct model *m, const struct wfm_roster *r, double *have, int32_t *seated)
{
	for (int32_t i = 0; i < r->shift_count; i++) {
		const struct wfm_shift *s = &r->shifts[i];
		const struct kind *k = model_shift_kind(m, s);
		for (int32_t a = 0; a < s->activity_count; a++) {
			const struct wfm_activity *x = &r->activities[s->first_activity + a];
			int32_t d = x->kind == WFM_WORK && x->queue >= 0 ? desk_of(m, x->queue) : -1;
			for (int32_t t = 0; d >= 0 && t < x->slots; t++)
				seated[d * m->slots + (x->start + t) % m->slots]++;
			for (int32_t j = 0; x->kind == WFM_WORK && j < k->queue_count; j++)
				for (int32_t t = 0; k->queue[j] == x->queue && t < x->slots; t++)
					have[x->queue * m->slots + (x->start + t) % m->slots] += k->speed[j];
		}
	}
}

static bool no_counter(const struct status *s, int32_t q, int32_t t)
{
	int32_t d = desk_of(s->m, q);
	return d >= 0 && s->seated[d * s->m->slots + t] >= s->m->desks[d].seats[t];
}

/* Deferrable work that becomes late: people are those whose work of the slot it would have been. */
static bool list_late(const struct status *s, int32_t stock, const double *have, const double *duals,
		      struct short_list *out)
{
	const struct stock *x = &s->m->stocks[stock];
	double done = 0, before = 0;
	for (int32_t k = 0; k < x->count; k++) {
		const int32_t t = x->slot[k], at = x->queue * s->m->slots + t;
		done = fmin(x->come[k], done + have[at] + x->spare[k]);
		double late = fmax(0, x->due[k] - done);
		struct wfm_shortage y = { x->queue, t, 1, fmax(0, late - before), late * x->late[k],
					  fmax(0, duals[at]) / s->m->slot_h, WFM_SHORT_PRICE };
		before = late;
		if (late <= 1e-9)
			continue;
		y.reason = reason_of(s, x->queue, t);
		if (!explain_add_short(out, y))
			return false;
	}
	return true;
}

static bool list_short(const struct status *s, const double *have, const double *duals,
		       struct short_list *out)
{
	const struct model *m = s->m;
	for (int32_t q = 0; q < m->p->queue_count; q++)
		for (int32_t t = 0; t < m->slots; t++) {
			int32_t at = q * m->slots + t;
			double lack = m->p->queues[q].required[t] - have[at];
			if (lack <= 1e-9)
				continue;
			struct wfm_shortage x = {
				q, t, 1, lack, model_slot_cost(m, q, t, have[at]),
				fmax(0, duals[at]) / m->slot_h,
				!m->open[at]	   ? WFM_SHORT_NO_SHIFT :
				no_counter(s, q, t) ? WFM_SHORT_COUNTERS :
						      reason_of(s, q, t)
			};
			if (!explain_add_short(out, x))
				return false;
		}
	for (int32_t i = 0; i < m->stock_count; i++)
		if (!list_late(s, i, have, duals, out))
			return false;
	explain_mean_shorts(out);
	return true;
}

bool explain_list_shortages(const struct model *m, const double *duals, const struct wfm_roster *roster,
			    struct short_list *out)
{
	size_t slots = (size_t)m->slots, agents = (size_t)m->p->agent_count;
	bool ok = false;
	struct status s = { .m = m };
	double *have = calloc((size_t)m->p->queue_count * slots + 1, sizeof *have);
	s.reach = calloc((size_t)m->type_count * slots + 1, 1);
	s.busy_row = (slots + 7) / 8;
	s.busy = calloc(agents * s.busy_row + 1, 1);
	s.day_busy = calloc(agents * (size_t)(m->max_days + 1) + 1, 1);
	s.full = calloc(agents + 1, sizeof *s.full);
	s.seated = calloc((size_t)m->desk_count * slots + 1, sizeof *s.seated);
	if (!have || !s.seated || !s.reach || !s.busy || !s.day_busy || !s.full)
		goto out;
	note_reach(&s);
	note_busy(&s, roster);
	count_have(m, roster, have, s.seated);
	ok = list_short(&s, have, duals, out);
out:
	free(have);
	free(s.reach);
	free(s.busy);
	free(s.day_busy);
	free(s.full);
	free(s.seated);
	return ok;
}

bool explain_shortages(const struct run *r, struct wfm_roster *roster)
{
	const struct model *m = r->m;
	size_t cells = (size_t)m->p->queue_count * (size_t)m->slots;
	struct short_list list = { 0 };
	roster->value_cents = calloc(cells + 1, sizeof *roster->value_cents);
	if (!roster->value_cents)
		return false;
	for (size_t i = 0; i < cells; i++)
		roster->value_cents[i] = fmax(0, r->duals[i]) / m->slot_h;
	bool ok = explain_list_shortages(m, r->duals, roster, &list);
	roster->shortages = list.list;
	roster->shortage_count = list.count;
	return ok;
}

/* ---- the dearest ---- */

static int by_cents(const void *a, const void *b)
{
	const struct wfm_shortage *x = a, *y = b;
	if (x->cents != y->cents)
		return x->cents > y->cents ? -1 : 1;
	if (x->queue != y->queue)
		return x->queue < y->queue ? -1 : 1;
	return x->start < y->start ? -1 : x->start > y->start;
}

/* Late work is helped by an hour in any slot of its time: its value is the dual alone. */
static void pick(const struct wfm_problem *p, const int32_t *stock_of, const struct short_list *sorted,
		 bool *sites, bool *picked)
{
	int32_t left = WFM_EXPLAIN_RUNS;
	for (int round = 0; round < 2; round++)
		for (int32_t i = 0; i < sorted->count && left > 0 && sorted->list[i].cents > 0; i++) {
			const int32_t q = sorted->list[i].queue, site = p->queues[q].site;
			bool *seen = &sites[site == WFM_NONE ? p->site_count : site];
			if (picked[i] || (round == 0 && *seen) || (stock_of && stock_of[q] >= 0))
				continue;
			*seen = picked[i] = true;
			left--;
		}
}

bool explain_pick_dearest(const struct wfm_problem *p, const int32_t *stock_of, const struct short_list *all,
			  struct wfm_shortage out[WFM_EXPLAIN_RUNS], int32_t *count)
{
	const size_t n = (size_t)all->count;
	struct short_list sorted = { malloc((n + 1) * sizeof *sorted.list), all->count, all->count };
	bool *sites = calloc((size_t)p->site_count + 1, sizeof *sites), *picked = calloc(n + 1, sizeof *picked);
	bool ok = sorted.list && sites && picked;
	*count = 0;
	if (ok && n > 0) {
		memcpy(sorted.list, all->list, n * sizeof *sorted.list);
		qsort(sorted.list, n, sizeof *sorted.list, by_cents);
		pick(p, stock_of, &sorted, sites, picked);
	}
	for (size_t i = 0; ok && i < n; i++)
		if (picked[i])
			out[(*count)++] = sorted.list[i];
	free(sorted.list);
	free(sites);
	free(picked);
	return ok;
}
