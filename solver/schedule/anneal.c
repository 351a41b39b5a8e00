/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * People in each slot are kept with what one more or one fewer would change, so a move is priced by
 * looking at the slots it touches. A shift that moves takes the best places for its breaks, exactly
 * (breaks_place); a tour made anew is the best one for worths shaken as much as the search is hot.
 */
#include "solver/schedule/anneal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOVES = 1000, TOURS = 10, TRIES = 6, KEEP_EVERY = 16, FEWEST = 20, MOST = 8000, PER_AGENT = 20 };

bool anneal_can(const struct model *m)
{
	const struct wfm_problem *p = m->p;
	bool alone = p->service_count == 0 && p->session_count == 0 && p->duty_count == 0 &&
		     m->desk_count == 0 && p->deferrable_count == 0;
	for (int32_t k = 0; k < m->kind_count; k++)
		alone &= m->kinds[k].queue_count == 1;
	for (int32_t k = 0; k < m->profile_count; k++)
		alone &= m->profiles[k].place_count == 1;
	return alone;
}

int64_t anneal_length(const struct plan *p)
{
	int64_t n = FEWEST + PER_AGENT * (int64_t)p->count;
	return n < MOST ? n : MOST;
}

static const struct profile *profile_at(const struct anneal *a, int32_t i)
{
	return &a->m->profiles[a->m->types[anneal_tour(a, i)->type].profile];
}

static double own_cost(const struct anneal *a, int32_t i, int32_t opt)
{
	const struct type *t = &a->m->types[anneal_tour(a, i)->type];
	return a->m->profiles[t->profile].opts[opt].cost + (t->extra ? (double)t->extra[opt] : 0);
}

static int32_t draw(struct anneal *a, int32_t n)
{
	return (int32_t)rng_below(&a->r->rng, (uint32_t)n);
}

static bool accept(struct anneal *a, double loss)
{
	return loss <= 0 || (a->heat > 0 && rng_unit(&a->r->rng) < exp(-loss / a->heat));
}

/* ---- people in slots ---- */

static void refresh(struct anneal *a, int32_t q, int32_t t)
{
	const struct model *m = a->m;
	double have = a->have[q * m->slots + t], now = model_slot_cost(m, q, t, have);
	for (int32_t k = 0; k < m->kind_count; k++) {
		if (m->kinds[k].queue[0] != q)
			continue;
		double v = m->kinds[k].speed[0];
		a->more[k * m->slots + t] = model_slot_cost(m, q, t, have + v) - now;
		a->less[k * m->slots + t] = model_slot_cost(m, q, t, have - v) - now;
	}
}

static void change(struct anneal *a, int32_t kind, int32_t t, int32_t people)
{
	const struct kind *k = &a->m->kinds[kind];
	const int32_t q = k->queue[0];
	t = t < a->m->slots ? t : t - a->m->slots;
	if (!a->m->open[q * a->m->slots + t])
		return; /* a locked shift outside the opening hours */
	a->cents += (people > 0 ? a->more : a->less)[kind * a->m->slots + t];
	a->have[q * a->m->slots + t] += people * k->speed[0];
	refresh(a, q, t);
}

static void change_shift(struct anneal *a, const struct profile *pr, const struct tour_shift *s,
			 int32_t people)
{
	const struct opt *o = &pr->opts[s->opt];
	const struct break_set *set = &pr->sets[o->set];
	int32_t at = o->start;
	for (int32_t b = 0; b <= set->count; b++) {
		int32_t stop = b < set->count ? o->start + s->brk[b] : o->end;
		for (; at < stop; at++)
			change(a, pr->place[0].kind, at, people);
		at += b < set->count ? set->b[b].slots : 0;
	}
}

static void change_tour(struct anneal *a, int32_t i, int32_t people)
{
	const struct tour *t = anneal_tour(a, i);
	for (int32_t n = 0; n < t->count; n++)
		change_shift(a, profile_at(a, i), &t->s[n], people);
	a->cents += people * t->cost;
}

static double sum_of(const struct anneal *a, const double *each, int32_t kind, int32_t from, int32_t to)
{
	double sum = 0;
	for (int32_t t = from; t < to; t++)
		sum += each[kind * a->m->slots + (t < a->m->slots ? t : t - a->m->slots)];
	return sum;
}

/* ---- a break ---- */

static int32_t larger(int32_t x, int32_t y)
{
	return x > y ? x : y;
}

static int32_t smaller(int32_t x, int32_t y)
{
	return x < y ? x : y;
}

/* Where break b may start, with the others where they are. */
static void room_of(const struct break_set *set, const struct tour_shift *s, int32_t b, int32_t *low,
		    int32_t *high)
{
	*low = set->b[b].low;
	*high = set->b[b].high;
	if (b > 0)
		*low = larger(*low, s->brk[b - 1] + set->b[b - 1].slots + set->b[b].gap);
	if (b + 1 < set->count)
		*high = smaller(*high, s->brk[b + 1] - set->b[b + 1].gap - set->b[b].slots);
}

static void move_break(struct anneal *a, int32_t i, int32_t n)
{
	const struct profile *pr = profile_at(a, i);
	struct tour_shift *s = &anneal_tour(a, i)->s[n];
	const struct opt *o = &pr->opts[s->opt];
	const struct break_set *set = &pr->sets[o->set];
	int32_t low, high;
	if (set->count == 0)
		return;
	int32_t b = set->count == 1 ? 0 : draw(a, set->count);
	room_of(set, s, b, &low, &high);
	if (high <= low)
		return;
	int32_t x = low + draw(a, high - low), len = set->b[b].slots;
	x += x >= s->brk[b];
	/* Slots of work won and lost: what the old and the new place do not share. */
	int32_t was = o->start + s->brk[b], now = o->start + x;
	bool later = now > was;
	int32_t won = later ? was : larger(now + len, was), won_end = later ? smaller(now, was + len) : was + len;
	int32_t lost = later ? larger(was + len, now) : now, lost_end = later ? now + len : smaller(now + len, was);
	const int32_t kind = pr->place[0].kind;
	if (!accept(a, sum_of(a, a->more, kind, won, won_end) + sum_of(a, a->less, kind, lost, lost_end)))
		return;
	for (int32_t t = won; t < won_end; t++)
		change(a, pr->place[0].kind, t, 1);
	for (int32_t t = lost; t < lost_end; t++)
		change(a, pr->place[0].kind, t, -1);
	s->brk[b] = (int16_t)x;
}

/* ---- a shift ---- */

static int32_t wall_of(const struct profile *pr, int32_t opt)
{
	return pr->opts[opt].cell % pr->wall_count;
}

/* Is there rest between the two, and between the later and the earlier one of the next round? */
static bool apart(const struct model *m, const struct opt *first, const struct opt *second)
{
	return first->free_from <= second->start &&
	       (!m->p->cyclic || second->free_from <= first->start + m->slots);
}

/* Would the shift fit into the tour in place of its n-th, by the starts of its week and the rest around? */
static bool fits(const struct anneal *a, int32_t i, int32_t n, int32_t opt)
{
	const struct tour *t = anneal_tour(a, i);
	const struct profile *pr = profile_at(a, i);
	const struct opt *o = &pr->opts[opt];
	const struct wfm_day *days = a->m->p->calendars[pr->calendar].days;
	int32_t low = wall_of(pr, opt), high = low, week = o->day - days[o->day].weekday;
	for (int32_t k = 0; k < t->count; k++) {
		const struct opt *x = &pr->opts[t->s[k].opt];
		if (k == n)
			continue;
		if (!pr->rest_implied && !apart(a->m, x->day < o->day ? x : o, x->day < o->day ? o : x))
			return false;
		if (x->day - days[x->day].weekday != week)
			continue;
		low = smaller(low, wall_of(pr, t->s[k].opt));
		high = larger(high, wall_of(pr, t->s[k].opt));
	}
	return high <= a->reach[a->m->types[t->type].profile][low];
}

static int32_t shift_on(const struct anneal *a, int32_t i, int32_t day)
{
	const struct tour *t = anneal_tour(a, i);
	const struct profile *pr = profile_at(a, i);
	for (int32_t n = 0; n < t->count; n++)
		if (pr->opts[t->s[n].opt].day == day)
			return n;
	return -1;
}

/* What the shift is worth where it is, without its own cost. */
static double shift_worth(const struct anneal *a, const struct profile *pr, const struct tour_shift *s)
{
	const struct opt *o = &pr->opts[s->opt];
	const struct break_set *set = &pr->sets[o->set];
	double sum = sum_of(a, a->less, pr->place[0].kind, o->start, o->end);
	for (int32_t b = 0; b < set->count; b++)
		sum -= sum_of(a, a->less, pr->place[0].kind, o->start + s->brk[b],
			      o->start + s->brk[b] + set->b[b].slots);
	return sum;
}

/* The most another shift would be worth if this one went; its breaks are placed. */
static double worth_instead(struct anneal *a, const struct profile *pr, const struct tour_shift *s,
			    struct tour_shift *next)
{
	const struct opt *was = &pr->opts[s->opt], *o = &pr->opts[next->opt];
	const struct break_set *set = &pr->sets[was->set];
	const double *more = a->more + (ptrdiff_t)pr->place[0].kind * a->m->slots;
	const double *less = a->less + (ptrdiff_t)pr->place[0].kind * a->m->slots;
	double sum = 0;
	a->prefix[o->start] = 0;
	for (int32_t t = o->start, b = 0; t < o->end; t++) {
		while (b < set->count && t >= was->start + s->brk[b] + set->b[b].slots)
			b++;
		bool there = t >= was->start && t < was->end &&
			     !(b < set->count && t >= was->start + s->brk[b]);
		int32_t at = t < a->m->slots ? t : t - a->m->slots;
		sum += there ? less[at] : -more[at];
		a->prefix[t + 1] = sum;
	}
	return sum - breaks_place(a->prefix, &pr->sets[o->set], o->start, next->brk);
}

static int32_t colleague(struct anneal *a, int32_t i)
{
	int32_t k = anneal_tour(a, i)->type;
	return a->first_of[k] + draw(a, a->first_of[k + 1] - a->first_of[k]);
}

/* Somebody alike whose shift of that day suits i, and whom the new one would suit. */
static bool find_partner(struct anneal *a, int32_t i, int32_t n, int32_t opt, int32_t *j, int32_t *nj)
{
	const struct profile *pr = profile_at(a, i);
	const struct opt *o = &pr->opts[opt];
	for (int32_t tries = 0; tries < TRIES; tries++) {
		*j = colleague(a, i);
		*nj = *j == i ? -1 : shift_on(a, *j, o->day);
		if (*nj < 0)
			continue;
		int32_t his = anneal_tour(a, *j)->s[*nj].opt;
		if (pr->opts[his].cls == o->cls && fits(a, i, n, his) && fits(a, *j, *nj, opt))
			return true;
	}
	return false;
}

/* A shift of the same class that starts near that one. */
static int32_t draw_near(struct anneal *a, const struct profile *pr, int32_t opt)
{
	const struct opt *o = &pr->opts[opt];
	const int32_t *first = &pr->class_first[o->day * pr->class_count + o->cls];
	int32_t low = opt, high = opt;
	while (low > first[0] && pr->opts[low - 1].start >= o->start - ANNEAL_NEAR)
		low--;
	while (high + 1 < first[1] && pr->opts[high + 1].start <= o->start + ANNEAL_NEAR)
		high++;
	return low + draw(a, high - low + 1);
}

static void move_shift(struct anneal *a, int32_t i, int32_t n)
{
	const struct profile *pr = profile_at(a, i);
	struct tour_shift *s = &anneal_tour(a, i)->s[n];
	struct tour_shift next = { .opt = draw_near(a, pr, s->opt) };
	double cost = own_cost(a, i, next.opt) - own_cost(a, i, s->opt);
	int32_t j = i, nj = n;
	if (!(cost < INFINITY))
		return;
	if (!accept(a, shift_worth(a, pr, s) - worth_instead(a, pr, s, &next) + cost))
		return;
	if (!fits(a, i, n, next.opt) && !find_partner(a, i, n, next.opt, &j, &nj))
		return;
	change_shift(a, pr, s, -1);
	a->cents += cost;
	anneal_tour(a, i)->cost += cost;
	if (j != i) { /* i takes over the other's, who gets the new one */
		double own = own_cost(a, i, anneal_tour(a, j)->s[nj].opt) - own_cost(a, i, next.opt);
		*s = anneal_tour(a, j)->s[nj];
		anneal_tour(a, i)->cost += own;
		anneal_tour(a, j)->cost -= own;
	}
	anneal_tour(a, j)->s[nj] = next;
	change_shift(a, pr, &next, 1);
}

/* ---- days ---- */

/* Soft rules that couple the tour's days; INFINITY: it breaks a hard one. */
static double path_penalty(struct anneal *a, const struct tour *t)
{
	const struct type *type = &a->m->types[t->type];
	const struct automaton *au = &a->m->automata[type->automaton];
	const struct profile *pr = &a->m->profiles[type->profile];
	double *from = a->score, best = INFINITY;
	for (int32_t i = 0; i < au->state_count[0]; i++)
		from[i] = i == 0 ? 0 : INFINITY;
	for (int32_t d = 0, n = 0; d < au->day_count; d++, from += au->max_states) {
		double *to = from + au->max_states;
		bool works = n < t->count && pr->opts[t->s[n].opt].day == d;
		int32_t cls = works ? pr->opts[t->s[n++].opt].cls : -1;
		if (!works && type->must_work && type->must_work[d])
			return INFINITY;
		for (int32_t i = 0; i < au->state_count[d + 1]; i++)
			to[i] = INFINITY;
		for (int32_t k = au->edge_first[d]; k < au->edge_first[d + 1]; k++) {
			const struct edge *e = &au->edges[k];
			if (e->cls == cls)
				to[e->to] = fmin(to[e->to], from[e->from] + (double)e->penalty);
		}
	}
	for (int32_t i = 0; i < au->state_count[au->day_count]; i++)
		best = fmin(best, from[i]);
	return best;
}

/* Copies the tour with another shift in place of its n-th, in order of days. */
static void exchange(const struct profile *pr, const struct tour *t, int32_t n, const struct tour_shift *s,
		     struct tour *out)
{
	int32_t day = pr->opts[s->opt].day;
	memcpy(out, t, tour_size(t->count));
	for (; n + 1 < t->count && pr->opts[out->s[n + 1].opt].day < day; n++)
		out->s[n] = out->s[n + 1];
	for (; n > 0 && pr->opts[out->s[n - 1].opt].day > day; n--)
		out->s[n] = out->s[n - 1];
	out->s[n] = *s;
}

/* Two alike take a day of each other's. */
static void swap_days(struct anneal *a, int32_t i, int32_t n)
{
	int32_t j = colleague(a, i);
	struct tour *x = anneal_tour(a, i), *y = anneal_tour(a, j), nx, ny;
	if (j == i || y->count == 0)
		return;
	int32_t k = draw(a, y->count);
	const struct profile *pr = profile_at(a, i);
	struct tour_shift s = x->s[n], u = y->s[k];
	if (shift_on(a, i, pr->opts[u.opt].day) >= 0 || shift_on(a, j, pr->opts[s.opt].day) >= 0 ||
	    !fits(a, i, n, u.opt) || !fits(a, j, k, s.opt))
		return;
	exchange(pr, x, n, &u, &nx);
	exchange(pr, y, k, &s, &ny);
	double px = path_penalty(a, &nx) - path_penalty(a, x);
	double py = path_penalty(a, &ny) - path_penalty(a, y);
	if (!(px + py < INFINITY) || !accept(a, px + py))
		return;
	double own = own_cost(a, i, u.opt) - own_cost(a, i, s.opt);
	nx.cost += px + own;
	ny.cost += py - own;
	a->cents += px + py;
	memcpy(x, &nx, tour_size(nx.count));
	memcpy(y, &ny, tour_size(ny.count));
}

/* A shift like that one on another day, near the same time; -1: there is none. */
static int32_t draw_on(struct anneal *a, const struct profile *pr, int32_t opt, int32_t day)
{
	const struct opt *o = &pr->opts[opt];
	const int32_t *was = &pr->class_first[o->day * pr->class_count + o->cls];
	const int32_t *first = &pr->class_first[day * pr->class_count + o->cls];
	int32_t at = first[0] + opt - was[0] + draw(a, 2 * ANNEAL_NEAR + 1) - ANNEAL_NEAR;
	return at >= first[0] && at < first[1] ? at : -1;
}

static void move_day(struct anneal *a, int32_t i, int32_t n)
{
	const struct profile *pr = profile_at(a, i);
	struct tour *t = anneal_tour(a, i), other;
	struct tour_shift s = t->s[n];
	int32_t day = draw(a, a->m->p->calendars[pr->calendar].day_count);
	struct tour_shift next = { .opt = shift_on(a, i, day) < 0 ? draw_on(a, pr, s.opt, day) : -1 };
	if (next.opt < 0 || !(own_cost(a, i, next.opt) < INFINITY) || !fits(a, i, n, next.opt))
		return;
	exchange(pr, t, n, &next, &other);
	double cost = own_cost(a, i, next.opt) - own_cost(a, i, s.opt) + path_penalty(a, &other) -
		      path_penalty(a, t);
	if (!(cost < INFINITY) || !accept(a, shift_worth(a, pr, &s) - worth_instead(a, pr, &s, &next) + cost))
		return;
	change_shift(a, pr, &s, -1);
	change_shift(a, pr, &next, 1);
	exchange(pr, t, n, &next, &other); /* with its breaks now */
	memcpy(t, &other, tour_size(other.count));
	t->cost += cost;
	a->cents += cost;
}

/* ---- a tour ---- */

static void shake_worths(struct anneal *a, int32_t kind)
{
	const struct model *m = a->m;
	double *w = a->r->worth;
	for (int32_t t = 0; t < m->slots; t++)
		w[t] = -a->more[kind * m->slots + t] + a->heat * (2 * rng_unit(&a->r->rng) - 1);
	for (int32_t t = m->slots; t < m->horizon; t++)
		w[t] = w[t - m->slots];
}

static double best_tour(struct anneal *a, int32_t i, int32_t wall, struct tour *out)
{
	const struct tour *t = anneal_tour(a, i);
	const struct profile *pr = profile_at(a, i);
	bool near = wall >= 0 && pr->rest_implied && a->m->max_days <= 7;
	shake_worths(a, pr->place[0].kind);
	if (!near) {
		pricer_set(a->r->pricer, a->m->types[t->type].profile, a->r->worth);
		return pricer_best(a->r->pricer, t->type, out);
	}
	a->prefix[0] = 0;
	for (int32_t s = 0; s < a->m->horizon; s++)
		a->prefix[s + 1] = a->prefix[s] + a->r->worth[s];
	return anneal_best_near(a, t->type, wall, out);
}

static void move_tour(struct anneal *a, int32_t i, bool anywhere)
{
	struct tour *t = anneal_tour(a, i), old, best;
	const struct profile *pr = profile_at(a, i);
	const double before = a->cents;
	int32_t wall = -1;
	if (!anywhere && pr->wall_count > 0)
		wall = t->count > 0 ? wall_of(pr, t->s[draw(a, t->count)].opt) : draw(a, pr->wall_count);
	memcpy(&old, t, tour_size(t->count));
	change_tour(a, i, -1);
	if (best_tour(a, i, wall, &best) > -INFINITY) {
		memcpy(t, &best, tour_size(best.count));
		change_tour(a, i, 1);
		if (accept(a, a->cents - before))
			return;
		change_tour(a, i, -1);
	}
	memcpy(t, &old, tour_size(old.count));
	change_tour(a, i, 1);
}

/* ---- the search ---- */

static void make_moves(struct anneal *a)
{
	a->live_count = 0;
	for (int32_t i = 0; i < a->count; i++)
		if (anneal_tour(a, i)->count > 0)
			a->live[a->live_count++] = i;
	for (int32_t k = 0; k < MOVES && a->live_count > 0; k++) {
		int32_t i = a->live[draw(a, a->live_count)], n = draw(a, anneal_tour(a, i)->count);
		if (k % 16 < 5)
			move_break(a, i, n);
		else if (k % 16 < 7)
			swap_days(a, i, n);
		else if (k % 16 < 8)
			move_day(a, i, n);
		else
			move_shift(a, i, n);
	}
	for (int32_t k = 0; k < TOURS; k++)
		move_tour(a, draw(a, a->count), k == 0);
}

static void keep(struct anneal *a)
{
	if (a->cents >= a->best - 1e-6)
		return;
	memcpy(a->kept, a->tours, (size_t)a->count * a->size);
	a->best = a->cents;
}

static void anneal_free(struct anneal *a)
{
	free(a->tours);
	free(a->kept);
	free(a->have);
	free(a->more);
	free(a->less);
	free(a->first_of);
	free(a->live);
	free(a->prefix);
	for (int32_t k = 0; a->reach && k < a->m->profile_count; k++)
		free(a->reach[k]);
	free(a->reach);
	anneal_near_free(a);
}

/* For each first start of a week the last one that some band allows with it. */
static bool list_reach(struct anneal *a)
{
	a->reach = calloc((size_t)a->m->profile_count + 1, sizeof *a->reach);
	for (int32_t k = 0; a->reach && k < a->m->profile_count; k++) {
		const struct profile *pr = &a->m->profiles[k];
		int32_t *reach = a->reach[k] = calloc((size_t)pr->wall_count + 1, sizeof *reach);
		for (int32_t w = 0; reach && w < pr->wall_count; w++) {
			reach[w] = -1;
			for (int32_t b = 0; b < pr->band_count; b++)
				if (pr->band_low[b] <= w)
					reach[w] = larger(reach[w], pr->band_high[b]);
		}
		if (!reach)
			return false;
	}
	return a->reach != NULL;
}

static void fill(struct anneal *a, const struct plan *p)
{
	const struct model *m = a->m;
	memcpy(a->have, p->cover->have,
	       (size_t)m->p->queue_count * (size_t)m->slots * sizeof *a->have);
	for (int32_t q = 0; q < m->p->queue_count; q++)
		for (int32_t t = 0; t < m->slots; t++)
			if (m->open[q * m->slots + t])
				refresh(a, q, t);
	for (int32_t i = 0; i < p->count; i++) {
		memcpy(anneal_tour(a, i), p->tours[i], tour_size(p->tours[i]->count));
		a->first_of[p->tours[i]->type + 1] = i + 1;
	}
	for (int32_t k = 0; k < m->type_count; k++) /* types without a tour have nobody here */
		a->first_of[k + 1] = larger(a->first_of[k + 1], a->first_of[k]);
	memcpy(a->kept, a->tours, (size_t)a->count * a->size);
}

static bool anneal_make(struct anneal *a, struct run *r, const struct plan *p)
{
	const struct model *m = r->m;
	size_t n = (size_t)p->count + 1, kinds = (size_t)m->kind_count * (size_t)m->slots + 1;
	*a = (struct anneal){ .r = r, .m = m, .count = p->count };
	a->size = (tour_size(m->max_days > 0 ? m->max_days : 1) + 15) / 16 * 16;
	a->tours = calloc(n, a->size);
	a->kept = calloc(n, a->size);
	a->have = calloc((size_t)m->p->queue_count * (size_t)m->slots + 1, sizeof *a->have);
	a->more = calloc(kinds, sizeof *a->more);
	a->less = calloc(kinds, sizeof *a->less);
	a->first_of = calloc((size_t)m->type_count + 1, sizeof *a->first_of);
	a->live = calloc(n, sizeof *a->live);
	a->prefix = calloc((size_t)m->horizon + 1, sizeof *a->prefix);
	if (!a->tours || !a->kept || !a->have || !a->more || !a->less || !a->first_of || !a->live ||
	    !a->prefix || !list_reach(a) || !anneal_near_make(a))
		return false;
	fill(a, p);
	return true;
}

/* What an agent too few in a slot costs, on the mean of those asked for. */
static double scale_of(const struct model *m)
{
	double sum = 0, people = 0;
	for (int32_t q = 0; q < m->p->queue_count; q++)
		for (int32_t t = 0; t < m->slots; t++) {
			double asked = m->p->queues[q].required[t];
			sum += asked * m->p->queues[q].short1_cents * m->slot_h;
			people += asked;
		}
	return people > 0 ? sum / people : 0;
}

bool anneal_plan(struct run *r, struct plan *p, int64_t thousands, double hot, double cold)
{
	struct anneal a;
	const double scale = scale_of(r->m);
	bool ok = anneal_make(&a, r, p);
	for (int64_t n = 0; ok && p->count > 0 && n < thousands && run_step(r) && !r->stage_over; n++) {
		a.heat = scale * hot * pow(cold / hot, (double)n / (double)thousands);
		make_moves(&a);
		if (n % KEEP_EVERY == 0 || n + KEEP_EVERY > thousands)
			keep(&a);
	}
	if (ok)
		keep(&a);
	for (int32_t i = 0; ok && i < p->count; i++) {
		const struct tour *t = (const struct tour *)(void *)(a.kept + (size_t)i * a.size);
		if (tour_same(t, p->tours[i]))
			continue;
		plan_remove(p, i);
		plan_put(p, i, t);
	}
	anneal_free(&a);
	return ok && run_offer(r, p);
}
