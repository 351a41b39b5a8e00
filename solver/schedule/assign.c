/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Naming. Agents of a type are alike in every rule, so any tour may go to any of them; the tours
 * with most burden (weekends, nights, early starts) go to those with the least behind them. For a
 * product of the two measures opposite order is the optimal assignment.
 *
 * Queues. Slot by slot in time, everybody stays on the queue of the slot before unless a move, or a
 * chain of moves through the queues, lowers the cost of shortage and surplus: the cost per slot is
 * that of the transport problem, and spans on a queue become long.
 */
#include "solver/schedule/assign.h"
#include "solver/schedule/service.h"
#include "solver/schedule/session.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct person {
	int32_t agent, slot; /* in the plan */
	const struct tour *tour;
	int32_t kind;
	int32_t base; /* of its slots in queue_at, one run per shift in order */
	double burden;
};

struct naming {
	const struct model *m;
	const double *mu; /* [services] */
	struct person *people;
	int32_t count;
	int16_t *queue_at; /* index into the kind's queues; -1: none */
	int16_t *sit_at;   /* session + 1 of slots in one; else 0 */
	int32_t slot_total;
	/* of the slot in hand */
	int32_t *worker, *cell; /* person, place in queue_at */
	int32_t worker_count;
	double *have;
	int32_t *mover; /* [queues x queues] worker who can go from one to the other, -1 */
	int32_t *from;
};

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
							    .kind = profile_of(m, tour)->kind,
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

/* ---- queues ---- */

/* Is the person at work (no break) at the offset of shift i? */
static bool at_work(const struct profile *pr, const struct tour_shift *s, int32_t offset)
{
	const struct break_set *set = &pr->sets[pr->opts[s->opt].set];
	for (int32_t b = 0; b < set->count; b++)
		if (offset >= s->brk[b] && offset < s->brk[b] + set->b[b].slots)
			return false;
	return true;
}

static double change(const struct naming *n, int32_t q, int32_t t, double people)
{
	double have = n->have[q];
	return service_slot_cost(n->m, n->mu, q, t, have + people) -
	       service_slot_cost(n->m, n->mu, q, t, have);
}

static int32_t queue_of(const struct naming *n, int32_t w)
{
	int32_t j = n->queue_at[n->cell[w]];
	return j < 0 ? -1 : n->m->kinds[n->people[n->worker[w]].kind].queue[j];
}

static bool is_open(const struct naming *n, int32_t q, int32_t t)
{
	return n->m->open[q * n->m->slots + t];
}

/* Puts worker w on the j-th queue of its kind, keeping the people counted. */
static void put(struct naming *n, int32_t w, int32_t j)
{
	const struct kind *k = &n->m->kinds[n->people[n->worker[w]].kind];
	int16_t *at = &n->queue_at[n->cell[w]];
	if (*at >= 0)
		n->have[k->queue[*at]] -= k->speed[*at];
	*at = (int16_t)j;
	if (j >= 0)
		n->have[k->queue[j]] += k->speed[j];
}

static void put_best(struct naming *n, int32_t w, int32_t t)
{
	const struct kind *k = &n->m->kinds[n->people[n->worker[w]].kind];
	double best = INFINITY;
	int32_t arg = -1;
	for (int32_t j = 0; j < k->queue_count; j++) {
		if (!is_open(n, k->queue[j], t))
			continue;
		double v = change(n, k->queue[j], t, k->speed[j]);
		if (v < best) {
			best = v;
			arg = j;
		}
	}
	put(n, w, arg);
}

static void list_movers(struct naming *n, int32_t t)
{
	int32_t nq = n->m->p->queue_count;
	for (int32_t i = 0; i < nq * nq; i++)
		n->mover[i] = -1;
	for (int32_t w = 0; w < n->worker_count; w++) {
		const struct kind *k = &n->m->kinds[n->people[n->worker[w]].kind];
		int32_t q = queue_of(n, w);
		for (int32_t j = 0; q >= 0 && j < k->queue_count; j++)
			if (k->queue[j] != q && is_open(n, k->queue[j], t))
				n->mover[q * nq + k->queue[j]] = w;
	}
}

/* Fewest moves from q to the queue that gains most; its saving, and the path in n->from. */
static double best_path(struct naming *n, int32_t q, int32_t t, int32_t *end)
{
	int32_t nq = n->m->p->queue_count, line[64], head = 0, tail = 0;
	for (int32_t i = 0; i < nq; i++)
		n->from[i] = -1;
	n->from[q] = q;
	line[tail++] = q;
	double best = 0, give = change(n, q, t, -1);
	while (head < tail) {
		int32_t at = line[head++];
		for (int32_t r = 0; r < nq; r++) {
			if (n->from[r] >= 0 || n->mover[at * nq + r] < 0)
				continue;
			n->from[r] = at;
			line[tail++] = r;
			double saving = -give - change(n, r, t, 1);
			if (saving > best + 1e-9) {
				best = saving;
				*end = r;
			}
		}
	}
	return best;
}

static double slot_cents(const struct naming *n, int32_t t)
{
	double sum = 0;
	for (int32_t q = 0; q < n->m->p->queue_count; q++)
		sum += service_slot_cost(n->m, n->mu, q, t, n->have[q]);
	return sum;
}

static void move_to(struct naming *n, int32_t w, int32_t queue)
{
	const struct kind *k = &n->m->kinds[n->people[n->worker[w]].kind];
	for (int32_t j = 0; j < k->queue_count; j++)
		if (k->queue[j] == queue)
			put(n, w, j);
}

/* One improving chain; false: there is none. Speeds other than 1 may spoil it: then undone. */
static bool improve_slot(struct naming *n, int32_t t)
{
	int32_t nq = n->m->p->queue_count, end = -1, start = -1, last = -1, moved[64], back[64];
	double best = 1e-6, before = slot_cents(n, t);
	list_movers(n, t);
	for (int32_t q = 0; q < nq; q++) {
		double v = best_path(n, q, t, &end);
		if (v > best) {
			best = v;
			start = q;
		}
	}
	if (start < 0)
		return false;
	(void)best_path(n, start, t, &last);
	int32_t count = 0;
	for (int32_t at = last; at != start; at = n->from[at]) {
		int32_t w = n->mover[n->from[at] * nq + at];
		moved[count] = w;
		back[count++] = n->from[at];
		move_to(n, w, at);
	}
	if (slot_cents(n, t) < before - 1e-9)
		return true;
	for (int32_t i = 0; i < count; i++)
		move_to(n, moved[i], back[i]);
	return false;
}

struct presence {
	int32_t person, cell, slot, before; /* before: cell of the last work slot of the shift, or -1 */
};

static int by_slot(const void *a, const void *b)
{
	const struct presence *x = a, *y = b;
	if (x->slot != y->slot)
		return x->slot < y->slot ? -1 : 1;
	return x->cell < y->cell ? -1 : x->cell > y->cell;
}

static int32_t list_presence(struct naming *n, struct presence *list)
{
	int32_t count = 0;
	for (int32_t p = 0; p < n->count; p++) {
		const struct tour *t = n->people[p].tour;
		const struct profile *pr = profile_of(n->m, t);
		int32_t cell = n->people[p].base;
		for (int32_t i = 0; i < t->count; i++) {
			const struct opt *o = &pr->opts[t->s[i].opt];
			int32_t before = -1;
			for (int32_t x = 0; x < o->end - o->start; x++, cell++) {
				if (!at_work(pr, &t->s[i], x) || n->sit_at[cell])
					continue;
				list[count++] = (struct presence){ p, cell,
								   (o->start + x) % n->m->slots, before };
				before = cell;
			}
		}
	}
	return count;
}

static void divide_slot(struct naming *n, const struct presence *list, int32_t count)
{
	int32_t t = list[0].slot;
	memset(n->have, 0, (size_t)n->m->p->queue_count * sizeof *n->have);
	n->worker_count = count;
	for (int32_t w = 0; w < count; w++) {
		n->worker[w] = list[w].person;
		n->cell[w] = list[w].cell;
		const struct kind *k = &n->m->kinds[n->people[list[w].person].kind];
		int32_t j = list[w].before < 0 ? -1 : n->queue_at[list[w].before];
		if (j >= 0 && is_open(n, k->queue[j], t))
			put(n, w, j);
	}
	for (int32_t w = 0; w < count; w++)
		if (n->queue_at[n->cell[w]] < 0)
			put_best(n, w, t);
	for (int32_t i = 0; i < 4 * count && improve_slot(n, t); i++)
		;
}

/* Where nobody has a choice of queues there is nothing to divide. */
static bool without_choice(struct naming *n)
{
	for (int32_t k = 0; k < n->m->kind_count; k++)
		if (n->m->kinds[k].queue_count > 1)
			return false;
	for (int32_t p = 0; p < n->count; p++) {
		const struct tour *t = n->people[p].tour;
		const struct profile *pr = profile_of(n->m, t);
		const struct kind *kind = &n->m->kinds[n->people[p].kind];
		int32_t cell = n->people[p].base;
		for (int32_t i = 0; i < t->count; i++) {
			const struct opt *o = &pr->opts[t->s[i].opt];
			for (int32_t x = 0; x < o->end - o->start; x++, cell++)
				if (kind->queue_count == 1 && at_work(pr, &t->s[i], x) && !n->sit_at[cell] &&
				    is_open(n, kind->queue[0], (o->start + x) % n->m->slots))
					n->queue_at[cell] = 0;
		}
	}
	return true;
}

static bool divide_queues(struct naming *n)
{
	if (without_choice(n))
		return true;
	struct presence *list = calloc((size_t)n->slot_total + 1, sizeof *list);
	if (!list)
		return false;
	int32_t count = list_presence(n, list);
	if (count > 0)
		qsort(list, (size_t)count, sizeof *list, by_slot);
	for (int32_t i = 0; i < count;) {
		int32_t j = i;
		while (j < count && list[j].slot == list[i].slot)
			j++;
		divide_slot(n, &list[i], j - i);
		i = j;
	}
	free(list);
	return true;
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
	*s = (struct wfm_shift){ p->agent, o->day, o->start, o->end, r->activity_count, 0, WFM_NONE };
	int32_t b = 0;
	for (int32_t x = 0; x < o->end - o->start;) {
		if (b < set->count && x == ts->brk[b]) {
			const struct wfm_break *row = &breaks[set->b[b].row];
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
		int32_t q = j < 0 ? WFM_NONE : n->m->kinds[p->kind].queue[j];
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
		c->wishes += model_wish_cents(a, o->day, wall, o->start, o->end, UINT64_MAX) -
			     model_wish_cents(a, o->day, 0, 0, 0, 0);
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

/* Shortage and surplus of the division of queues, closed slots included. */
static void add_cover_costs(const struct naming *n, struct wfm_roster *r, double *have)
{
	const struct wfm_problem *p = n->m->p;
	for (int32_t i = 0; i < r->shift_count; i++) {
		const struct wfm_shift *s = &r->shifts[i];
		const struct kind *k =
			&n->m->kinds[n->m->profiles[n->m->types[n->m->type_of[s->agent]].profile].kind];
		for (int32_t a = s->first_activity; a < s->first_activity + s->activity_count; a++) {
			const struct wfm_activity *x = &r->activities[a];
			for (int32_t j = 0; x->kind == WFM_WORK && j < k->queue_count; j++)
				for (int32_t t = 0; k->queue[j] == x->queue && t < x->slots; t++)
					have[x->queue * p->slot_count + (x->start + t) % p->slot_count] +=
						k->speed[j];
		}
	}
	for (int32_t q = 0; q < p->queue_count; q++)
		for (int32_t t = 0; t < p->slot_count; t++) {
			double people = have[q * p->slot_count + t];
			double cents = model_slot_cost(n->m, q, t, people);
			*(people > p->queues[q].required[t] ? &r->cost.surplus : &r->cost.shortage) += cents;
		}
	for (int32_t s = 0; s < p->service_count; s++) {
		const struct wfm_service *x = &p->services[s];
		struct wfm_service_figures *f = &r->services[s];
		for (int32_t t = x->first_slot; t < x->end_slot; t++)
			f->answered += service_answered(n->m, s, t, have[x->queue * p->slot_count + t]);
		f->missing = fmax(0, x->target - f->answered);
		f->cents = service_cents(n->m, s, f->answered);
		r->cost.service += f->cents;
	}
	r->cost.total = r->cost.pay + r->cost.fixed_pay + r->cost.shortage + r->cost.surplus +
			r->cost.rules + r->cost.wishes + r->cost.service;
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
	struct naming n = { .m = m, .mu = r->mu, .count = r->best->count };
	struct wfm_roster *out = NULL;
	double *have = calloc((size_t)nq * (size_t)m->slots + 1, sizeof *have);
	n.people = calloc((size_t)n.count + 1, sizeof *n.people);
	n.worker = calloc((size_t)n.count + 1, sizeof *n.worker);
	n.cell = calloc((size_t)n.count + 1, sizeof *n.cell);
	n.have = calloc((size_t)nq + 1, sizeof *n.have);
	n.mover = calloc((size_t)(nq * nq) + 1, sizeof *n.mover);
	n.from = calloc((size_t)nq + 1, sizeof *n.from);
	if (!have || !n.people || !n.worker || !n.cell || !n.have || !n.mover || !n.from ||
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
	if (out && m->p->service_count > 0) {
		out->services = calloc((size_t)m->p->service_count, sizeof *out->services);
		out->service_count = m->p->service_count;
		if (!out->services) {
			wfm_roster_free(out);
			out = NULL;
		}
	}
	if (!out)
		goto out;
	out->shift_count = out->activity_count = out->unplanned_count = 0;
	write_roster(&n, out);
	add_cover_costs(&n, out, have);
out:
	free(have);
	free(n.people);
	free(n.worker);
	free(n.cell);
	free(n.have);
	free(n.mover);
	free(n.from);
	free(n.queue_at);
	free(n.sit_at);
	return out;
}
