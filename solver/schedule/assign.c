/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Naming. Agents of a type are alike in every rule, so any tour may go to any of them; the tours
 * with most burden (weekends, nights, early starts) go to those with the least behind them. For a
 * product of the two measures opposite order is the optimal assignment. Queues: see divide.c.
 */
#include "solver/schedule/assign.h"
#include "solver/schedule/divide.h"
#include "solver/schedule/session.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct profile *profile_of(const struct model *m, const struct tour *t)
{
	return &m->profiles[m->types[t->type].profile];
}

/* ---- naming ---- */

static double tour_burden(const struct model *m, const struct tour *t)
{
	const struct profile *pr = profile_of(m, t);
	const struct wfm_calendar *cal = &m->p->calendars[pr->calendar];
	double sum = 0;
	for (int32_t i = 0; i < t->count; i++) {
		const struct opt *o = &pr->opts[t->s[i].opt];
		int32_t wall = model_start_minute(m->p, pr->calendar, o->day, o->start);
		int32_t end = wall + (o->end - o->start) * m->p->slot_min;
		sum += cal->days[o->day].weekday >= 5 || cal->days[o->day].holiday ? 2 : 0;
		sum += wall < 7 * 60 || end > 22 * 60 ? 1 : 0;
	}
	return sum;
}

static int by_burden_down(const void *a, const void *b)
{
	const struct person *x = a, *y = b;
	if (x->burden != y->burden)
		return x->burden > y->burden ? -1 : 1;
	return x->agent < y->agent ? -1 : x->agent > y->agent;
}

struct member {
	int32_t agent;
	double burden;
};

static int by_burden_up(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	if (x->burden != y->burden)
		return x->burden < y->burden ? -1 : 1;
	return x->agent < y->agent ? -1 : x->agent > y->agent;
}

static bool name_tours(struct naming *n, const struct plan *plan)
{
	const struct model *m = n->m;
	struct member *team = calloc((size_t)m->p->agent_count + 1, sizeof *team);
	if (!team)
		return false;
	for (int32_t i = 0; i < plan->count;) {
		const struct type *t = &m->types[plan->tours[i]->type];
		for (int32_t k = 0; k < t->count; k++) {
			const struct tour *tour = plan->tours[i + k];
			n->people[i + k] = (struct person){ .slot = i + k,
							    .tour = tour,
							    .burden = tour_burden(m, tour) };
			team[k] = (struct member){ t->agents[k],
						   m->p->agents[t->agents[k]].burden };
		}
		qsort(&n->people[i], (size_t)t->count, sizeof *n->people, by_burden_down);
		qsort(team, (size_t)t->count, sizeof *team, by_burden_up);
		for (int32_t k = 0; k < t->count; k++)
			n->people[i + k].agent = team[k].agent;
		i += t->count;
	}
	free(team);
	return true;
}

static int by_agent(const void *a, const void *b)
{
	const struct person *x = a, *y = b;
	return x->agent < y->agent ? -1 : x->agent > y->agent;
}

/* ---- the roster ---- */

static void add_activity(struct wfm_roster *r, struct wfm_shift *s, struct wfm_activity a)
{
	struct wfm_activity *next = &r->activities[r->activity_count];
	if (s->activity_count > 0 && a.kind == WFM_WORK && next[-1].kind == WFM_WORK &&
	    next[-1].queue == a.queue) {
		next[-1].slots += a.slots;
		return;
	}
	r->activities[r->activity_count++] = a;
	s->activity_count++;
}

static void write_shift(const struct naming *n, struct wfm_roster *r, const struct person *p,
			const struct tour_shift *ts, int32_t base)
{
	const struct profile *pr = profile_of(n->m, p->tour);
	const struct opt *o = &pr->opts[ts->opt];
	const struct break_set *set = &pr->sets[o->set];
	const struct wfm_break *breaks = n->m->p->contracts[pr->contract].breaks;
	struct wfm_shift *s = &r->shifts[r->shift_count++];
	*s = (struct wfm_shift){ p->agent,	    o->day, o->start,	o->end,
				 r->activity_count, 0,	    WFM_NONE,	set->place };
	int32_t b = 0;
	for (int32_t x = 0; x < o->end - o->start;) {
		if (b < set->count && x == ts->brk[b]) {
			static const struct wfm_break travel = { .kind = WFM_TRAVEL, .paid = true };
			const struct wfm_break *row = set->b[b].row < 0 ? &travel : &breaks[set->b[b].row];
			add_activity(r, s, (struct wfm_activity){ row->kind, WFM_NONE, o->start + x,
								  set->b[b].slots, row->paid, 0 });
			x += set->b[b++].slots;
			continue;
		}
		if (n->sit_at[base + x] > 0) {
			int32_t session = n->sit_at[base + x] - 1, slots = session_slots(n->m, session);
			add_activity(r, s, (struct wfm_activity){ n->m->p->sessions[session].kind, WFM_NONE,
								  o->start + x, slots, true, session });
			x += slots;
			continue;
		}
		int16_t j = n->queue_at[base + x];
		int32_t q = j < 0 ? WFM_NONE : n->m->kinds[model_opt_kind(pr, ts->opt)].queue[j];
		add_activity(r, s, (struct wfm_activity){ WFM_WORK, q, o->start + x, 1, true, 0 });
		x++;
	}
}

static void add_costs(const struct naming *n, struct wfm_cost *c, const struct person *p)
{
	const struct profile *pr = profile_of(n->m, p->tour);
	const struct wfm_contract *contract = &n->m->p->contracts[pr->contract];
	const struct wfm_agent *a = &n->m->p->agents[p->agent];
	const float *extra = n->m->types[p->tour->type].extra;
	double rules = p->tour->cost;
	for (int32_t i = 0; i < p->tour->count; i++) {
		const struct opt *o = &pr->opts[p->tour->s[i].opt];
		double pay = o->paid_min / 60.0 * contract->hour_cents;
		*(contract->salaried ? &c->fixed_pay : &c->pay) += pay;
		rules -= contract->salaried ? 0 : pay;
		rules -= extra ? (double)extra[p->tour->s[i].opt] : 0;
		int32_t wall = model_start_minute(n->m->p, pr->calendar, o->day, o->start);
		c->wishes += model_wish_cents(n->m->p, a, o->day, wall, o->start, o->end,
					       model_opt_place(pr, p->tour->s[i].opt), UINT64_MAX) -
			     model_wish_cents(n->m->p, a, o->day, 0, 0, 0, 0, 0);
	}
	c->rules += rules;
}

static void write_roster(struct naming *n, struct wfm_roster *r)
{
	for (int32_t i = 0; i < n->count; i++) {
		const struct person *p = &n->people[i];
		const struct profile *pr = profile_of(n->m, p->tour);
		int32_t base = p->base;
		for (int32_t k = 0; k < p->tour->count; k++) {
			write_shift(n, r, p, &p->tour->s[k], base);
			const struct opt *o = &pr->opts[p->tour->s[k].opt];
			base += o->end - o->start;
		}
		add_costs(n, &r->cost, p);
	}
	r->cost.wishes += n->m->idle_cents;
	for (int32_t a = 0; a < n->m->p->agent_count; a++)
		if (!n->m->types[n->m->type_of[a]].has_tour)
			r->unplanned[r->unplanned_count++].agent = a;
}

static int32_t lay_out(struct naming *n, int32_t *shifts)
{
	*shifts = 0;
	for (int32_t i = 0; i < n->count; i++) {
		const struct profile *pr = profile_of(n->m, n->people[i].tour);
		n->people[i].base = n->slot_total;
		*shifts += n->people[i].tour->count;
		for (int32_t k = 0; k < n->people[i].tour->count; k++) {
			const struct opt *o = &pr->opts[n->people[i].tour->s[k].opt];
			n->slot_total += o->end - o->start;
		}
	}
	return n->slot_total;
}

/* Slots of sessions are no work. */
static void mark_sits(struct naming *n, const struct plan *plan)
{
	for (int32_t i = 0; plan->seats && i < n->count; i++) {
		const struct person *p = &n->people[i];
		const struct type *type = &n->m->types[p->tour->type];
		const struct profile *pr = profile_of(n->m, p->tour);
		for (int32_t j = 0; j < type->sit_count; j++) {
			int32_t cell = p->base, start = plan->seats->places[p->slot].start[j];
			for (int32_t k = 0; start >= 0 && k < p->tour->count; k++) {
				const struct opt *o = &pr->opts[p->tour->s[k].opt];
				for (int32_t t = o->start; t < o->end; t++, cell++)
					if (t >= start && t < start + session_slots(n->m, type->sit[j]))
						n->sit_at[cell] = (int16_t)(type->sit[j] + 1);
			}
		}
	}
}

struct wfm_roster *assign_roster(const struct run *r)
{
	const struct model *m = r->m;
	int32_t nq = m->p->queue_count, shifts = 0, unplanned = 0;
	struct naming n = { .m = m, .mu = r->mu, .count = r->best->count, .cover = r->best->cover };
	struct wfm_roster *out = NULL;
	double *have = calloc((size_t)nq * (size_t)m->slots + 1, sizeof *have);
	n.people = calloc((size_t)n.count + 1, sizeof *n.people);
	n.worker = calloc((size_t)n.count + 1, sizeof *n.worker);
	n.cell = calloc((size_t)n.count + 1, sizeof *n.cell);
	n.have = calloc((size_t)nq + 1, sizeof *n.have);
	n.seated = calloc((size_t)m->desk_count + 1, sizeof *n.seated);
	n.mover = calloc((size_t)(nq * nq) + 1, sizeof *n.mover);
	n.graph = divide_needs_cycles(m) ? desk_graph_new(m) : NULL;
	n.from = calloc((size_t)nq + 1, sizeof *n.from);
	n.want = calloc((size_t)n.cover->rows + 1, sizeof *n.want);
	if (!have || !n.seated || !n.want || (divide_needs_cycles(m) && !n.graph) || !n.people || !n.worker || !n.cell || !n.have || !n.mover || !n.from ||
	    !name_tours(&n, r->best))
		goto out;
	if (n.count > 0)
		qsort(n.people, (size_t)n.count, sizeof *n.people, by_agent);
	n.queue_at = malloc(((size_t)lay_out(&n, &shifts) + 1) * sizeof *n.queue_at);
	if (!n.queue_at)
		goto out;
	memset(n.queue_at, 0xff, (size_t)n.slot_total * sizeof *n.queue_at);
	n.sit_at = calloc((size_t)n.slot_total + 1, sizeof *n.sit_at);
	if (!n.sit_at)
		goto out;
	mark_sits(&n, r->best);
	if (!divide_queues(&n))
		goto out;
	for (int32_t a = 0; a < m->p->agent_count; a++)
		unplanned += !m->types[m->type_of[a]].has_tour;
	out = wfm_roster_new(shifts, n.slot_total, unplanned);
	if (out && !roster_add_figures(m, out)) {
		wfm_roster_free(out);
		out = NULL;
	}
	if (!out)
		goto out;
	out->shift_count = out->activity_count = out->unplanned_count = 0;
	write_roster(&n, out);
	roster_count_cover(m, out, have);
out:
	free(have);
	free(n.people);
	free(n.worker);
	free(n.cell);
	free(n.have);
	free(n.seated);
	free(n.graph);
	free(n.mover);
	free(n.from);
	free(n.want);
	free(n.queue_at);
	free(n.sit_at);
	return out;
}
