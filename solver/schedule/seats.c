/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Places for the sits of one agent, and what they take from the cover; see session.h. */
#include "solver/schedule/session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FEW = 4 };

/* Worth of a slot that is taken, at least: far above any price, small enough to keep the cents exact. */
static const double TAKEN = 1e9, TIE = 1e-6;

static const struct type *type_at(const struct plan *p, int32_t i)
{
	return &p->cover->m->types[p->tours[i]->type];
}

/* ---- storage ---- */

static void list_members(struct seats *s, struct tour *const *tours, bool count_only)
{
	const struct model *m = s->m;
	for (int32_t i = 0; i < s->count; i++) {
		const struct type *t = &m->types[tours[i]->type];
		for (int32_t j = 0; j < t->sit_count; j++) {
			int32_t x = t->sit[j];
			if (!m->p->sessions[x].together)
				continue;
			if (count_only)
				s->member_first[x + 1]++;
			else
				s->member[s->member_first[x] + s->present[x]++] = i;
		}
	}
}

static bool add_members(struct seats *s, struct tour *const *tours)
{
	const int32_t n = s->m->p->session_count;
	int32_t most = 0;
	list_members(s, tours, true);
	for (int32_t x = 0; x < n; x++) {
		most = s->member_first[x + 1] > most ? s->member_first[x + 1] : most;
		if (s->member_first[x + 1] > 0)
			s->meeting[s->meeting_count++] = x;
		s->member_first[x + 1] += s->member_first[x];
		s->at[x] = -1;
	}
	s->member = calloc((size_t)s->member_first[n] + 1, sizeof *s->member);
	if (!s->member)
		return false;
	list_members(s, tours, false);
	memset(s->present, 0, (size_t)n * sizeof *s->present);
	for (int i = 0; i < 2; i++) {
		s->tour[i] = calloc((size_t)most + 1, sizeof *s->tour[i]);
		s->place[i] = calloc((size_t)most + 1, sizeof *s->place[i]);
	}
	return s->tour[0] && s->tour[1] && s->place[0] && s->place[1];
}

/* Nobody sits but those of other blocks. */
static void empty_places(struct seats *s)
{
	const struct model *m = s->m;
	size_t n = (size_t)m->p->session_count * (size_t)m->slots * sizeof *s->busy;
	if (m->sit_others)
		memcpy(s->busy, m->sit_others, n);
	else
		memset(s->busy, 0, n);
}

struct seats *seats_new(const struct model *m, int32_t count, struct tour *const *tours)
{
	struct seats *s = calloc(1, sizeof *s);
	size_t n = (size_t)m->p->session_count, slots = (size_t)m->horizon + 1;
	if (!s)
		return NULL;
	s->m = m;
	s->count = count;
	s->wanted = -1;
	rng_seed(&s->rng, 1);
	s->taken = TAKEN;
	for (size_t x = 0; x < n; x++)
		s->taken = fmax(s->taken, 10 * m->sit_cents[x]);
	s->places = calloc((size_t)count + 1, sizeof *s->places);
	s->busy = calloc(n * (size_t)m->slots + 1, sizeof *s->busy);
	s->at = calloc(n + 1, sizeof *s->at);
	s->present = calloc(n + 1, sizeof *s->present);
	s->member_first = calloc(n + 1, sizeof *s->member_first);
	s->meeting = calloc(n + 1, sizeof *s->meeting);
	s->worth = calloc((size_t)m->max_places * (size_t)m->horizon + 1, sizeof *s->worth);
	s->aside = calloc(slots, sizeof *s->aside);
	s->prefix = calloc(slots, sizeof *s->prefix);
	s->guess = calloc(slots, sizeof *s->guess);
	s->before = cover_new(m);
	if (s->busy)
		empty_places(s);
	if (!s->places || !s->busy || !s->at || !s->present || !s->member_first || !s->meeting ||
	    !s->worth || !s->aside || !s->prefix || !s->guess || !s->before || !add_members(s, tours)) {
		seats_free(s);
		return NULL;
	}
	return s;
}

void seats_free(struct seats *s)
{
	if (!s)
		return;
	void *all[] = { s->places, s->busy,   s->at,	 s->present, s->member_first, s->member,
			s->meeting, s->worth, s->aside,	 s->prefix,  s->guess,	      s->tour[0],
			s->tour[1], s->place[0], s->place[1] };
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		free(all[i]);
	cover_free(s->before);
	free(s);
}

void seats_copy(struct seats *to, const struct seats *from)
{
	size_t n = (size_t)from->m->p->session_count;
	memcpy(to->places, from->places, (size_t)from->count * sizeof *to->places);
	memcpy(to->busy, from->busy, n * (size_t)from->m->slots * sizeof *to->busy);
	memcpy(to->at, from->at, n * sizeof *to->at);
	memcpy(to->present, from->present, n * sizeof *to->present);
	to->cents = from->cents;
}

void seats_clear(struct seats *s, const struct seats *like)
{
	size_t n = (size_t)s->m->p->session_count;
	empty_places(s);
	memset(s->present, 0, n * sizeof *s->present);
	memmove(s->at, like->at, n * sizeof *s->at);
	s->cents = 0;
}

/* ---- choosing ---- */

struct choosing {
	struct seats *s;
	struct tour *t;
	const struct profile *pr;
	double rest[MODEL_MAX_DAYS]; /* worth the breaks of a shift cost as things stand */
	bool changed[MODEL_MAX_DAYS];
};

/* Worth lost to the breaks of a shift when slots from..to are taken too. */
static double break_loss(const struct choosing *c, int32_t n, int32_t from, int32_t to, int16_t *brk)
{
	const struct opt *o = &c->pr->opts[c->t->s[n].opt];
	double *pre = c->s->prefix;
	pre[0] = 0;
	for (int32_t t = o->start; t < o->end; t++)
		pre[t + 1 - o->start] = pre[t - o->start] + (t >= from && t < to ? c->s->taken : c->s->aside[t]);
	return breaks_place(pre, &c->pr->sets[o->set], 0, brk);
}

bool seats_full(const struct seats *s, int32_t x, int32_t t)
{
	const int32_t most = s->m->p->sessions[x].at_once, n = session_slots(s->m, x);
	for (int32_t i = 0; most > 0 && i < n; i++)
		if (s->busy[x * s->m->slots + (t + i) % s->m->slots] >= most)
			return true;
	return false;
}

/* Best start of session x in the tour's n-th shift, when the loss is below *best. */
static bool choose_in_shift(const struct choosing *c, int32_t n, int32_t x, double *best, int32_t *start)
{
	struct seats *s = c->s;
	const struct wfm_session *w = &s->m->p->sessions[x];
	const struct opt *o = &c->pr->opts[c->t->s[n].opt];
	const int32_t len = session_slots(s->m, x), u = s->m->p->slot_min;
	const int32_t margin = (w->margin_min + u - 1) / u;
	bool found = false;
	if (!session_at(c->pr, c->t->s[n].opt))
		return false;
	for (int32_t t = o->start + margin; t + len + margin <= o->end; t++) {
		if (!session_may(s->m, x, t) || (w->together && t % s->m->slots != s->at[x]))
			continue;
		double sum = 0;
		for (int32_t i = 0; i < len; i++)
			sum += s->aside[t + i];
		if (sum > *best + TIE || seats_full(s, x, t))
			continue;
		double rest = break_loss(c, n, t, t + len, NULL), loss = sum + rest - c->rest[n];
		bool tie = fabs(loss - *best) <= TIE;
		if (rest >= s->taken / 2 || (tie ? rng_below(&s->rng, 2) == 0 : loss > *best))
			continue;
		*best = loss;
		*start = t;
		found = true;
	}
	return found;
}

/* Does another sit of the same session lie in that shift? */
static bool has_it(const struct choosing *c, const struct type *type, const struct places *at, int32_t j,
		   int32_t n)
{
	const struct opt *o = &c->pr->opts[c->t->s[n].opt];
	for (int32_t i = 0; i < type->sit_count; i++)
		if (i != j && type->sit[i] == type->sit[j] && at->start[i] >= o->start && at->start[i] < o->end)
			return true;
	return false;
}

static double choose_one(struct choosing *c, const struct type *type, int32_t j, struct places *out)
{
	const int32_t x = type->sit[j];
	double best = seats_miss(c->s, x);
	int32_t shift = -1;
	out->start[j] = -1;
	for (int32_t n = 0; n < c->t->count; n++)
		if (!has_it(c, type, out, j, n) && choose_in_shift(c, n, x, &best, &out->start[j]))
			shift = n;
	if (shift < 0)
		return best;
	for (int32_t i = 0; i < session_slots(c->s->m, x); i++)
		c->s->aside[out->start[j] + i] = c->s->taken;
	c->rest[shift] = break_loss(c, shift, 0, 0, NULL);
	c->changed[shift] = true;
	return best;
}

/* One way of placing: the sits in their order or in reverse, without one of them (-1: with all). */
static double choose_all(struct seats *s, struct tour *t, const double *w, bool reverse, int32_t without,
			 struct places *out)
{
	const struct type *type = &s->m->types[t->type];
	struct choosing c = { .s = s, .t = t, .pr = &s->m->profiles[type->profile] };
	double loss = 0;
	for (int32_t n = 0; type->sit_count > 0 && n < t->count; n++) {
		const struct opt *o = &c.pr->opts[t->s[n].opt];
		memcpy(&s->aside[o->start], &w[o->start], (size_t)(o->end - o->start) * sizeof *w);
		c.rest[n] = break_loss(&c, n, 0, 0, NULL);
	}
	for (int32_t j = 0; j < type->sit_count; j++)
		out->start[j] = -1;
	for (int32_t i = 0; i < type->sit_count; i++) {
		int32_t j = reverse ? type->sit_count - 1 - i : i;
		loss += j == without ? seats_miss(s, type->sit[j]) : choose_one(&c, type, j, out);
	}
	for (int32_t n = 0; n < t->count; n++)
		if (c.changed[n])
			(void)break_loss(&c, n, 0, 0, t->s[n].brk);
	return loss;
}

double seats_choose(struct seats *s, struct tour *t, const double *w, struct places *out)
{
	const int32_t n = s->m->types[t->type].sit_count;
	double best = choose_all(s, t, w, false, -1, out);
	/* Sits are in each other's way: a few other ways, where there are few. */
	for (int32_t i = -1; n > 1 && n <= FEW && i < n; i++) {
		struct tour other;
		struct places places;
		memcpy(&other, t, tour_size(t->count));
		double loss = choose_all(s, &other, w, i < 0, i, &places);
		if (loss >= best - TIE)
			continue;
		best = loss;
		memcpy(t, &other, tour_size(t->count));
		*out = places;
	}
	return best;
}

/* ---- the plan ---- */

/* What a meeting costs that fewer attend than must. */
static double short_of_quorum(const struct seats *s, int32_t x)
{
	bool in_vain = s->present[x] < s->m->p->sessions[x].quorum;
	return in_vain ? s->present[x] * s->m->sit_cents[x] : 0;
}

static void sit_down(struct plan *p, int32_t i, int32_t j, int32_t sign)
{
	struct seats *s = p->seats;
	const struct type *type = type_at(p, i);
	const int32_t x = type->sit[j], start = s->places[i].start[j], kind = s->m->profiles[type->profile].place[0].kind;
	if (start < 0) {
		s->cents += sign * s->m->sit_cents[x];
		return;
	}
	for (int32_t v = start; v < start + session_slots(s->m, x); v++) {
		const int32_t t = v % s->m->slots;
		if (sign > 0)
			cover_take(p->cover, kind, t);
		else
			cover_give(p->cover, kind, t);
		s->busy[x * s->m->slots + t] += sign;
	}
	s->cents -= short_of_quorum(s, x);
	s->present[x] += sign;
	s->cents += short_of_quorum(s, x);
}

void seats_enter(struct plan *p, int32_t i, const struct places *at)
{
	p->seats->places[i] = *at;
	for (int32_t j = 0; j < type_at(p, i)->sit_count; j++)
		sit_down(p, i, j, 1);
}

void seats_leave(struct plan *p, int32_t i)
{
	for (int32_t j = 0; j < type_at(p, i)->sit_count; j++)
		sit_down(p, i, j, -1);
}
