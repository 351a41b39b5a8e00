/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All shifts of one day chosen anew, with the rest of the plan as it is: each agent who works that day
 * may start anywhere his other days leave him, with breaks anywhere. A small linear program by column
 * generation, then a dive:
 *
 *   groups g of agents with the same choice, columns j of g (a shift with its breaks) with cost c_j
 *   sum_{j in g} x_j = n_g
 *   sum_j a_jt x_j + u1_t + u2_t - o_t = r_t - people of other days there, as in master.c
 */
#include "solver/lp.h"
#include "solver/schedule/layers.h"
#include "solver/schedule/parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PRICINGS = 40, AGAIN = 2, IDLE = 2 };

static const double WHOLE = 1e-5, SURE = 0.7, SHARE = 0.15, NOISE = 0.05, ENOUGH = 1e-6, REDUCED_EPS = 1e-6;

struct member {
	int32_t type, cls, low, high; /* walls that the other days allow */
	int32_t agent, shift;
};

struct group {
	int32_t type, cls, low, high, first, count; /* of the members */
	int32_t row, fixed;
};

struct choice {
	struct tour_shift s;
	int32_t group, low;
};

struct day_dive {
	struct run *r;
	const struct model *m;
	int32_t day, from, to; /* slots its shifts may reach, before wrapping */
	struct lp *lp;
	double unit;         /* cents of one LP cost unit */
	bool lost;           /* the program could not be solved */
	int32_t slacks;
	double *have;        /* [queues x slots] people of other days */
	int32_t *row;        /* [queues x window] */
	double *worth;       /* [queues x window] */
	double *prefix;      /* [horizon + 1] */
	struct member *members;
	struct group *groups;
	struct choice *choices;
	int32_t member_count, group_count, choice_count, choice_cap;
	int *entry_row;
	double *entry;
};

static enum wfm_status no_memory(struct wfm_error *e)
{
	return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the day");
}

static const struct profile *profile_of(const struct day_dive *d, int32_t type)
{
	return &d->m->profiles[d->m->types[type].profile];
}

static double own_cost(const struct day_dive *d, int32_t type, int32_t opt)
{
	const struct type *t = &d->m->types[type];
	return profile_of(d, type)->opts[opt].cost + (t->extra ? (double)t->extra[opt] : 0);
}

static int32_t queue_of(const struct day_dive *d, int32_t type)
{
	return d->m->kinds[profile_of(d, type)->place[0].kind].queue[0];
}

static int32_t window(const struct day_dive *d)
{
	return d->to - d->from;
}

static int32_t wrapped(const struct day_dive *d, int32_t t)
{
	return t < d->m->slots ? t : t - d->m->slots;
}

/* ---- who works that day, and what each may choose ---- */

/* Walls w for which some band holds w and all from low to high. */
static void widen(const struct profile *pr, int32_t low, int32_t high, struct member *out)
{
	out->low = pr->wall_count;
	out->high = -1;
	for (int32_t b = 0; b < pr->band_count; b++) {
		if (low <= high && (pr->band_low[b] > low || pr->band_high[b] < high))
			continue;
		out->low = pr->band_low[b] < out->low ? pr->band_low[b] : out->low;
		out->high = pr->band_high[b] > out->high ? pr->band_high[b] : out->high;
	}
}

static bool find_member(const struct day_dive *d, const struct tour *t, int32_t agent, struct member *out)
{
	const struct profile *pr = profile_of(d, t->type);
	const struct wfm_day *days = d->m->p->calendars[pr->calendar].days;
	int32_t low = pr->wall_count, high = -1;
	*out = (struct member){ .type = t->type, .agent = agent, .shift = -1 };
	for (int32_t n = 0; n < t->count; n++)
		if (pr->opts[t->s[n].opt].day == d->day)
			out->shift = n;
	if (out->shift < 0)
		return false;
	for (int32_t n = 0; n < t->count; n++) {
		const struct opt *o = &pr->opts[t->s[n].opt];
		int32_t wall = o->cell % pr->wall_count;
		if (n == out->shift || o->day - days[o->day].weekday != d->day - days[d->day].weekday)
			continue;
		low = wall < low ? wall : low;
		high = wall > high ? wall : high;
	}
	out->cls = pr->opts[t->s[out->shift].opt].cls;
	widen(pr, low, high, out);
	return true;
}

static int by_choice(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	int32_t c = x->type - y->type;
	c = c ? c : x->cls - y->cls;
	c = c ? c : x->low - y->low;
	c = c ? c : x->high - y->high;
	return c ? c : x->agent - y->agent;
}

static void take_out(struct day_dive *d, int32_t type, const struct tour_shift *s)
{
	const struct profile *pr = profile_of(d, type);
	const struct opt *o = &pr->opts[s->opt];
	const struct break_set *set = &pr->sets[o->set];
	const struct kind *k = &d->m->kinds[pr->place[0].kind];
	for (int32_t at = o->start, b = 0; b <= set->count; b++) {
		int32_t stop = b < set->count ? o->start + s->brk[b] : o->end;
		for (; at < stop; at++)
			d->have[k->queue[0] * d->m->slots + wrapped(d, at)] -= k->speed[0];
		at += b < set->count ? set->b[b].slots : 0;
	}
}

static void find_members(struct day_dive *d, const struct plan *p)
{
	for (int32_t i = 0; i < p->count; i++)
		if (find_member(d, p->tours[i], i, &d->members[d->member_count])) {
			struct member *x = &d->members[d->member_count++];
			take_out(d, x->type, &p->tours[i]->s[x->shift]);
		}
	qsort(d->members, (size_t)d->member_count, sizeof *d->members, by_choice);
	for (int32_t i = 0; i < d->member_count; i++) {
		const struct member *x = &d->members[i];
		struct group *g = d->group_count > 0 ? &d->groups[d->group_count - 1] : NULL;
		if (!g || g->type != x->type || g->cls != x->cls || g->low != x->low || g->high != x->high) {
			g = &d->groups[d->group_count++];
			*g = (struct group){ .type = x->type, .cls = x->cls, .low = x->low, .high = x->high, .first = i };
		}
		g->count++;
	}
}

static void find_window(struct day_dive *d)
{
	d->from = d->m->horizon;
	d->to = 0;
	for (int32_t g = 0; g < d->group_count; g++) {
		const struct profile *pr = profile_of(d, d->groups[g].type);
		for (int32_t k = pr->day_first[d->day]; k < pr->day_first[d->day + 1]; k++) {
			d->from = pr->opts[k].start < d->from ? pr->opts[k].start : d->from;
			d->to = pr->opts[k].end > d->to ? pr->opts[k].end : d->to;
		}
	}
}

/* ---- the program ---- */

static bool joined(const struct day_dive *d, int32_t q, int32_t i)
{
	return i > 0 && i < window(d) && d->row[q * window(d) + i] >= 0 && d->row[q * window(d) + i - 1] >= 0;
}

static double side(const struct day_dive *d, int32_t q, int32_t i)
{
	int32_t t = wrapped(d, d->from + i);
	return d->m->p->queues[q].required[t] - d->have[q * d->m->slots + t];
}

static int32_t person(const struct day_dive *d, int32_t q, int32_t i, double sign, int32_t n)
{
	d->entry_row[n] = d->row[q * window(d) + i];
	d->entry[n++] = sign;
	if (joined(d, q, i + 1)) {
		d->entry_row[n] = d->row[q * window(d) + i + 1];
		d->entry[n++] = -sign;
	}
	return n;
}

static enum wfm_status add_rows(struct day_dive *d, struct wfm_error *e)
{
	enum wfm_status s = WFM_OK;
	for (int32_t q = 0; q < d->m->p->queue_count; q++)
		for (int32_t i = 0; i < window(d) && s == WFM_OK; i++) {
			int32_t *row = &d->row[q * window(d) + i];
			*row = -1;
			if (!d->m->open[q * d->m->slots + wrapped(d, d->from + i)])
				continue;
			*row = 0;
			double r = side(d, q, i) - (joined(d, q, i) ? side(d, q, i - 1) : 0);
			s = lp_add_row(d->lp, r, r, row, e);
		}
	for (int32_t g = 0; g < d->group_count && s == WFM_OK; g++)
		s = lp_add_row(d->lp, d->groups[g].count, d->groups[g].count, &d->groups[g].row, e);
	return s;
}

static enum wfm_status add_slacks(struct day_dive *d, struct wfm_error *e)
{
	enum wfm_status s = WFM_OK;
	for (int32_t q = 0; q < d->m->p->queue_count; q++)
		for (int32_t i = 0; i < window(d) && s == WFM_OK; i++) {
			const struct wfm_queue *u = &d->m->p->queues[q];
			int32_t at = q * d->m->slots + wrapped(d, d->from + i);
			double h = d->m->slot_h / d->unit;
			if (d->row[q * window(d) + i] < 0)
				continue;
			int32_t n = person(d, q, i, 1, 0);
			s = lp_add_col(d->lp, 0, d->m->step1[at], u->short1_cents * h, n, d->entry_row, d->entry, NULL, e);
			if (s == WFM_OK)
				s = lp_add_col(d->lp, 0, HUGE_VAL, u->short2_cents * h, n, d->entry_row, d->entry, NULL, e);
			n = person(d, q, i, -1, 0);
			if (s == WFM_OK)
				s = lp_add_col(d->lp, 0, HUGE_VAL, u->surplus_cents * h, n, d->entry_row, d->entry, NULL, e);
			d->slacks += 3;
		}
	return s;
}

static enum wfm_status add_choice(struct day_dive *d, int32_t group, const struct tour_shift *s, struct wfm_error *e)
{
	const struct group *g = &d->groups[group];
	const struct profile *pr = profile_of(d, g->type);
	const struct opt *o = &pr->opts[s->opt];
	const struct break_set *set = &pr->sets[o->set];
	const struct kind *k = &d->m->kinds[pr->place[0].kind];
	const int32_t *row = d->row + k->queue[0] * window(d);
	int32_t n = 0;
	double was = 0; /* of the row before */
	if (!mem_reserve(&d->choices, &d->choice_cap, d->choice_count + 1, sizeof *d->choices))
		return no_memory(e);
	for (int32_t t = o->start, b = 0; t <= o->end && t < d->to; t++) {
		while (b < set->count && t >= o->start + s->brk[b] + set->b[b].slots)
			b++;
		double on = t < o->end && !(b < set->count && t >= o->start + s->brk[b]) ? k->speed[0] : 0;
		int32_t i = t - d->from;
		double v = joined(d, k->queue[0], i) ? on - was : on;
		if (row[i] >= 0 && v != 0) {
			d->entry_row[n] = row[i];
			d->entry[n++] = v;
		}
		was = on;
	}
	d->entry_row[n] = g->row;
	d->entry[n++] = 1;
	d->choices[d->choice_count++] = (struct choice){ *s, group, 0 };
	return lp_add_col(d->lp, 0, HUGE_VAL, own_cost(d, g->type, s->opt) / d->unit, n, d->entry_row, d->entry, NULL, e);
}

static void read_worths(struct day_dive *d, int32_t q)
{
	for (int32_t t = 0; t <= d->from; t++)
		d->prefix[t] = 0;
	for (int32_t i = 0; i < window(d); i++) {
		int32_t row = d->row[q * window(d) + i];
		double y = row < 0 ? 0 : lp_dual(d->lp, row);
		if (row >= 0 && joined(d, q, i + 1))
			y -= lp_dual(d->lp, d->row[q * window(d) + i + 1]);
		d->prefix[d->from + i + 1] = d->prefix[d->from + i] + y;
	}
}

/* The best shift of each start that would gain. */
static enum wfm_status price_group(struct day_dive *d, int32_t group, int32_t *added, struct wfm_error *e)
{
	const struct group *g = &d->groups[group];
	const struct profile *pr = profile_of(d, g->type);
	const struct kind *kind = &d->m->kinds[pr->place[0].kind];
	const int32_t *first = &pr->class_first[d->day * pr->class_count + g->cls];
	const double sigma = lp_dual(d->lp, g->row);
	struct tour_shift best = { 0 };
	double most = REDUCED_EPS;
	enum wfm_status s = WFM_OK;
	for (int32_t k = first[0]; k < first[1] && s == WFM_OK; k++) {
		const struct opt *o = &pr->opts[k];
		int32_t wall = o->cell % pr->wall_count;
		double own = own_cost(d, g->type, k);
		if (wall >= g->low && wall <= g->high && own < INFINITY) {
			struct tour_shift x = { .opt = k };
			double loss = breaks_place(d->prefix, &pr->sets[o->set], o->start, x.brk);
			double v = kind->speed[0] * (d->prefix[o->end] - d->prefix[o->start] - loss) - own / d->unit + sigma;
			if (v > most) {
				most = v;
				best = x;
			}
		}
		if (most > REDUCED_EPS && (k + 1 == first[1] || pr->opts[k + 1].start != o->start)) {
			s = add_choice(d, group, &best, e);
			(*added)++;
			most = REDUCED_EPS;
		}
	}
	return s;
}

static enum wfm_status price_queue(struct day_dive *d, int32_t q, int32_t *added, struct wfm_error *e)
{
	enum wfm_status s = WFM_OK;
	read_worths(d, q);
	for (int32_t g = 0; g < d->group_count && s == WFM_OK; g++)
		if (queue_of(d, d->groups[g].type) == q && d->groups[g].fixed < d->groups[g].count)
			s = price_group(d, g, added, e);
	return s;
}

/* ---- whole people ---- */

static enum wfm_status fix(struct day_dive *d, int32_t i, int32_t low, struct wfm_error *e)
{
	struct choice *c = &d->choices[i];
	d->groups[c->group].fixed += low - c->low;
	c->low = low;
	return lp_set_bounds(d->lp, d->slacks + i, low, HUGE_VAL, e);
}

static enum wfm_status round_up(struct day_dive *d, double noise, int32_t *open, struct wfm_error *e)
{
	struct part *parts = malloc(((size_t)d->choice_count + 1) * sizeof *parts);
	int32_t n = 0;
	double mass = 0, taken = 0;
	enum wfm_status s = parts ? WFM_OK : no_memory(e);
	for (int32_t i = 0; i < d->choice_count && s == WFM_OK; i++) {
		double x = lp_value(d->lp, d->slacks + i);
		int32_t low = (int32_t)floor(x + WHOLE);
		if (low > d->choices[i].low)
			s = fix(d, i, low, e);
		if (x - low > WHOLE) {
			parts[n++] = (struct part){ x - low + noise * rng_unit(&d->r->rng), i };
			mass += x - low;
		}
	}
	*open = n;
	parts_sort(parts, n);
	for (int32_t i = 0; i < n && s == WFM_OK; i++) {
		const struct choice *c = &d->choices[parts[i].column];
		const struct group *g = &d->groups[c->group];
		if (parts[i].fraction < SURE && taken >= SHARE * mass)
			break;
		if (g->fixed >= g->count)
			continue;
		s = fix(d, parts[i].column, c->low + 1, e);
		taken += parts[i].fraction;
	}
	free(parts);
	return s;
}

/* Whether the program can be solved is a matter of numbers alone: false leaves the day as it was. */
static enum wfm_status solve(struct day_dive *d, enum lp_method method, struct wfm_error *e)
{
	enum wfm_status s = lp_solve(d->lp, method, 0, e);
	if (s == WFM_INFEASIBLE && method == LP_DUAL)
		s = lp_solve(d->lp, LP_PRIMAL, 0, e);
	d->lost = s == WFM_INFEASIBLE;
	return d->lost ? WFM_OK : s;
}

static enum wfm_status price(struct day_dive *d, int32_t rounds, struct wfm_error *e)
{
	enum wfm_status s = WFM_OK;
	int32_t added = 1;
	for (int32_t i = 0; i < rounds && added > 0 && s == WFM_OK && !d->lost && run_poll(d->r); i++) {
		added = 0;
		for (int32_t q = 0; q < d->m->p->queue_count && s == WFM_OK; q++)
			s = price_queue(d, q, &added, e);
		if (s == WFM_OK && added > 0)
			s = solve(d, LP_PRIMAL, e);
	}
	return s;
}

static enum wfm_status dive(struct day_dive *d, double noise, struct wfm_error *e)
{
	int32_t open = 1;
	enum wfm_status s = solve(d, LP_PRIMAL, e);
	if (s == WFM_OK)
		s = price(d, PRICINGS, e);
	while (s == WFM_OK && open > 0 && !d->lost && !run_stopped(d->r)) {
		s = round_up(d, noise, &open, e);
		if (s == WFM_OK && open > 0)
			s = solve(d, LP_DUAL, e);
		if (s == WFM_OK && open > 0)
			s = price(d, AGAIN, e);
	}
	return s;
}

/* ---- there and back ---- */

static void put_back(struct day_dive *d, struct plan *p)
{
	for (int32_t i = 0; i < d->choice_count; i++) {
		const struct choice *c = &d->choices[i];
		struct group *g = &d->groups[c->group];
		for (int32_t n = 0; n < c->low && g->count > 0; n++) {
			const struct member *x = &d->members[g->first + --g->count];
			struct tour t;
			memcpy(&t, p->tours[x->agent], tour_size(p->tours[x->agent]->count));
			t.cost += own_cost(d, t.type, c->s.opt) - own_cost(d, t.type, t.s[x->shift].opt);
			t.s[x->shift] = c->s;
			plan_remove(p, x->agent);
			plan_put(p, x->agent, &t);
		}
	}
}

static bool allocate(struct day_dive *d, const struct plan *p)
{
	const size_t cells = (size_t)d->m->p->queue_count * (size_t)d->m->horizon + 1;
	d->have = calloc(cells, sizeof *d->have);
	d->row = calloc(cells, sizeof *d->row);
	d->prefix = calloc((size_t)d->m->horizon + 2, sizeof *d->prefix);
	d->members = calloc((size_t)p->count + 1, sizeof *d->members);
	d->groups = calloc((size_t)p->count + 1, sizeof *d->groups);
	d->entry_row = calloc((size_t)d->m->horizon + 8, sizeof *d->entry_row);
	d->entry = calloc((size_t)d->m->horizon + 8, sizeof *d->entry);
	return d->have && d->row && d->prefix && d->members && d->groups && d->entry_row && d->entry;
}

static void release(struct day_dive *d)
{
	lp_free(d->lp);
	free(d->have);
	free(d->row);
	free(d->prefix);
	free(d->members);
	free(d->groups);
	free(d->choices);
	free(d->entry_row);
	free(d->entry);
}

static double cost_unit(const struct model *m)
{
	double top = 0;
	for (int32_t q = 0; q < m->p->queue_count; q++)
		top = fmax(top, m->p->queues[q].short2_cents * m->slot_h);
	return top > 0 ? top / 10 : 1;
}

static enum wfm_status build(struct day_dive *d, const struct plan *p, struct wfm_error *e)
{
	enum wfm_status s = lp_new(&d->lp, e);
	if (s == WFM_OK)
		s = add_rows(d, e);
	if (s == WFM_OK)
		s = add_slacks(d, e);
	for (int32_t g = 0; g < d->group_count; g++)
		for (int32_t i = 0; i < d->groups[g].count && s == WFM_OK; i++) {
			const struct member *x = &d->members[d->groups[g].first + i];
			s = add_choice(d, g, &p->tours[x->agent]->s[x->shift], e);
		}
	return s;
}

/* The plan may cost more than before. */
static enum wfm_status day_dive(struct run *r, struct plan *p, int32_t day, double noise, struct wfm_error *e)
{
	struct day_dive d = { .r = r, .m = r->m, .day = day, .unit = cost_unit(r->m) };
	enum wfm_status s = allocate(&d, p) ? WFM_OK : no_memory(e);
	if (s == WFM_OK) {
		memcpy(d.have, p->cover->have,
		       (size_t)r->m->p->queue_count * (size_t)r->m->slots * sizeof *d.have);
		find_members(&d, p);
		find_window(&d);
	}
	if (s == WFM_OK && d.member_count > 0) {
		s = build(&d, p, e);
		if (s == WFM_OK)
			s = dive(&d, noise, e);
		if (s == WFM_OK && !d.lost && !run_stopped(r))
			put_back(&d, p);
	}
	release(&d);
	return s;
}

enum wfm_status days_improve(struct run *r, struct plan *p, int32_t rounds, struct wfm_error *e)
{
	struct plan *t = plan_new(r->m);
	enum wfm_status s = t ? WFM_OK : no_memory(e);
	for (int32_t k = 0, idle = 0; k < rounds && idle < IDLE && s == WFM_OK; k++) {
		const double before = plan_cost(p);
		for (int32_t day = 0; day < r->m->max_days && s == WFM_OK && run_step(r) && !r->stage_over; day++) {
			s = plan_copy(t, p) ? day_dive(r, t, day, k == 0 ? 0 : NOISE, e) : no_memory(e);
			if (s == WFM_OK && plan_cost(t) <= plan_cost(p) && !plan_copy(p, t))
				s = no_memory(e);
		}
		idle = plan_cost(p) > before - ENOUGH * fabs(before) ? idle + 1 : 0;
	}
	if (s == WFM_OK && !run_offer(r, p))
		s = no_memory(e);
	plan_free(t);
	return s;
}
