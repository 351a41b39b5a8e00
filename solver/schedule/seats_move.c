/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Search over places: tours sought for those who would miss something, meetings at other times, and
 * each agent's own sits again as the best answer to all others. Every move is judged by plan_cost.
 */
#include "solver/schedule/session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 2, CANDIDATES = 6, MANY = 50, ROUNDS = 4 };

static const struct type *type_at(const struct plan *p, int32_t i)
{
	return &p->cover->m->types[p->tours[i]->type];
}

/* ---- a tour with the sits in mind ---- */

struct summing {
	const struct run *r;
	const struct profile *pr;
	double sum;
};

static void add_worth(void *context, int32_t t, int32_t kind)
{
	struct summing *x = context;
	int32_t place = 0;
	while (x->pr->place[place].kind != kind)
		place++;
	x->sum += x->r->worth[place * x->r->m->horizon + t];
}

static bool misses(const struct type *type, const struct places *at)
{
	for (int32_t j = 0; j < type->sit_count; j++)
		if (at->start[j] < 0)
			return true;
	return false;
}

/* Any of the times at which the session may begin; -1: there is none. */
static int32_t draw_start(struct run *r, int32_t x)
{
	const struct model *m = r->m;
	int32_t all = 0, t = 0;
	for (int32_t v = 0; v < m->slots; v++)
		all += m->sit_ok[x * m->slots + v];
	if (all == 0)
		return -1;
	int32_t nth = (int32_t)rng_below(&r->rng, (uint32_t)all);
	while (nth >= m->sit_ok[x * m->slots + t])
		nth -= m->sit_ok[x * m->slots + t++];
	return t;
}

/* A start for session x: its meeting's, or of a few at random the one with least worth. */
static int32_t aim(struct run *r, const struct seats *s, int32_t x)
{
	const struct model *m = r->m;
	const int32_t n = session_slots(m, x), most = m->p->sessions[x].at_once;
	int32_t best = -1;
	if (m->p->sessions[x].together)
		return s->at[x];
	double least = INFINITY;
	for (int32_t tries = 0; tries < 3; tries++) {
		int32_t t = draw_start(r, x);
		double sum = 0;
		for (int32_t i = 0; t >= 0 && i < n; i++)
			sum += most > 0 && s->busy[x * m->slots + (t + i) % m->slots] >= most ? INFINITY :
										       r->worth[t + i];
		if (t >= 0 && sum < least) {
			least = sum;
			best = t;
		}
	}
	return best;
}

/* Tries the tour that is best when time t is worth having session x in; true: it is better. */
static bool try_aimed(struct run *r, struct plan *p, int32_t i, int32_t x, int32_t t, double *net,
		      struct tour *best, struct places *at)
{
	struct seats *s = p->seats;
	const int32_t n = session_slots(r->m, x);
	struct tour other;
	struct places places;
	const struct profile *pr = &r->m->profiles[type_at(p, i)->profile];
	memcpy(s->worth, r->worth, (size_t)pr->place_count * (size_t)r->m->horizon * sizeof *s->worth);
	for (int32_t k = 0; k < n; k++)
		for (int32_t v = (t + k) % r->m->slots; v < r->m->horizon; v += r->m->slots)
			s->worth[v] += seats_miss(s, x) / n;
	pricer_set(r->pricer, type_at(p, i)->profile, s->worth);
	if (!(pricer_best(r->pricer, p->tours[i]->type, &other) > -INFINITY))
		return false;
	struct summing sum = { r, pr, -other.cost };
	tour_visit(r->m, &other, add_worth, &sum);
	double found = sum.sum - seats_choose(s, &other, r->worth, &places);
	if (found <= *net + 1e-9)
		return false;
	*net = found;
	memcpy(best, &other, tour_size(other.count));
	*at = places;
	return true;
}

void seats_seek(struct run *r, struct plan *p, int32_t i, double value, struct tour *best,
		struct places *at)
{
	struct seats *s = p->seats;
	const struct type *type = type_at(p, i);
	if (type->sit_count == 0)
		return;
	double net = value - seats_choose(s, best, r->worth, at);
	for (int32_t j = 0; j < type->sit_count; j++) {
		int32_t tries = r->m->p->sessions[type->sit[j]].together ? 1 : TRIES;
		for (; at->start[j] < 0 && tries > 0; tries--) {
			int32_t t = aim(r, s, type->sit[j]);
			if (t >= 0)
				(void)try_aimed(r, p, i, type->sit[j], t, &net, best, at);
		}
	}
	/* A tour that looks worse may have the better hole. */
	int32_t j = (int32_t)rng_below(&r->rng, 2 * (uint32_t)type->sit_count);
	int32_t t = j < type->sit_count ? aim(r, s, type->sit[j]) : -1;
	if (t >= 0)
		(void)try_aimed(r, p, i, type->sit[j], t, &net, best, at);
}

/* ---- meetings ---- */

static int32_t members_of(const struct seats *s, int32_t x, const int32_t **list)
{
	*list = &s->member[s->member_first[x]];
	return s->member_first[x + 1] - s->member_first[x];
}

/* Place 0 is what there was, its cover included. */
static void save(struct plan *p, int32_t x, int k)
{
	const int32_t *list;
	int32_t n = members_of(p->seats, x, &list);
	if (k == 0)
		cover_copy(p->seats->before, p->cover);
	for (int32_t i = 0; i < n; i++) {
		memcpy(&p->seats->tour[k][i], p->tours[list[i]], tour_size(p->tours[list[i]]->count));
		p->seats->place[k][i] = p->seats->places[list[i]];
	}
}

static void restore(struct plan *p, int32_t x, int k, int32_t at)
{
	const int32_t *list;
	int32_t n = members_of(p->seats, x, &list);
	for (int32_t i = 0; i < n; i++)
		plan_remove(p, list[i]);
	p->seats->at[x] = at;
	for (int32_t i = 0; i < n; i++)
		plan_put_at(p, list[i], &p->seats->tour[k][i], &p->seats->place[k][i]);
	if (k == 0)
		cover_copy(p->cover, p->seats->before);
}

/* All members again as the time demands: in the tours they have, or (run given) in new ones. */
static void hold(struct run *r, struct plan *p, int32_t x, int32_t at)
{
	const int32_t *list;
	int32_t n = members_of(p->seats, x, &list);
	struct tour t;
	if (r) {
		for (int32_t i = 0; i < n; i++)
			plan_remove(p, list[i]);
		p->seats->at[x] = at;
		p->seats->wanted = x;
		for (int32_t i = 0; i < n; i++)
			plan_insert(r, p, list[i]);
		p->seats->wanted = -1;
		return;
	}
	p->seats->at[x] = at;
	for (int32_t i = 0; i < n; i++) {
		memcpy(&t, p->tours[list[i]], tour_size(p->tours[list[i]]->count));
		plan_remove(p, list[i]);
		plan_put(p, list[i], &t);
	}
}

/* guess[t]: cents when it begins at t, every member being missed on his own. */
static void guess_times(struct plan *p, int32_t x)
{
	struct seats *s = p->seats;
	const struct model *m = s->m;
	const struct wfm_session *w = &m->p->sessions[x];
	const int32_t len = session_slots(m, x), margin = (w->margin_min + m->p->slot_min - 1) / m->p->slot_min;
	const int32_t *list;
	int32_t n = members_of(s, x, &list), kind = -1;
	for (int32_t t = 0; t < m->slots; t++)
		s->guess[t] = m->sit_ok[x * m->slots + t] ? 0 : INFINITY;
	for (int32_t i = 0; i < n; i++) {
		const struct type *type = type_at(p, list[i]);
		const struct profile *pr = &m->profiles[type->profile];
		const struct tour *tour = p->tours[list[i]];
		if (pr->place[0].kind != kind) {
			kind = pr->place[0].kind;
			cover_loss(p->cover, kind, s->worth);
			for (int32_t t = m->slots; t < m->horizon; t++)
				s->worth[t] = s->worth[t - m->slots];
		}
		for (int32_t t = 0; t < m->slots; t++)
			s->guess[t] += m->sit_cents[x];
		for (int32_t k = 0; k < tour->count; k++) {
			const struct opt *o = &pr->opts[tour->s[k].opt];
			for (int32_t t = o->start + margin; session_at(pr, tour->s[k].opt) && t + len + margin <= o->end; t++) {
				double sum = 0;
				for (int32_t y = 0; y < len; y++)
					sum += s->worth[t + y];
				s->guess[t % m->slots] -= fmax(0, m->sit_cents[x] - sum);
			}
		}
	}
}

/* The best time left in guess, which is struck out with its neighbours; -1: none. */
static int32_t next_time(struct seats *s, int32_t x)
{
	int32_t best = -1, n = session_slots(s->m, x);
	for (int32_t t = 0; t < s->m->slots; t++)
		if (s->guess[t] < INFINITY && (best < 0 || s->guess[t] < s->guess[best]))
			best = t;
	for (int32_t t = best - n / 2; best >= 0 && t <= best + n / 2; t++)
		if (t >= 0 && t < s->m->slots)
			s->guess[t] = INFINITY;
	return best;
}

/* The meeting at the best of the likely times for the tours as they are, or where it was. */
static bool time_meeting(struct plan *p, int32_t x)
{
	struct seats *s = p->seats;
	const double before = plan_cost(p);
	const int32_t was = s->at[x];
	double best = before;
	int32_t at = was;
	save(p, x, 0);
	hold(NULL, p, x, -1);
	if (plan_cost(p) < best - 1e-9) {
		best = plan_cost(p);
		at = -1;
		save(p, x, 1);
	}
	guess_times(p, x);
	const int32_t *list;
	int32_t tries = members_of(s, x, &list) > MANY ? CANDIDATES / 3 : CANDIDATES;
	for (int32_t i = 0; i < tries; i++) {
		int32_t t = next_time(s, x);
		if (t < 0)
			break;
		hold(NULL, p, x, t);
		if (plan_cost(p) < best - 1e-9) {
			best = plan_cost(p);
			at = t;
			save(p, x, 1);
		}
	}
	if (best < before - 1e-9) {
		restore(p, x, 1, at);
		if (plan_cost(p) < before - 1e-9)
			return true;
	}
	restore(p, x, 0, was);
	return false;
}

/* The meeting at a time drawn, with new tours for its members. */
static bool shift_meeting(struct run *r, struct plan *p, int32_t x)
{
	struct seats *s = p->seats;
	const double before = plan_cost(p);
	const int32_t was = s->at[x], t = draw_start(r, x);
	if (t < 0)
		return false;
	save(p, x, 0);
	hold(r, p, x, t);
	if (plan_cost(p) < before - 1e-9)
		return true;
	restore(p, x, 0, was);
	return false;
}

bool seats_move(struct run *r, struct plan *p)
{
	struct seats *s = p->seats;
	if (s->meeting_count == 0)
		return false;
	int32_t x = s->meeting[rng_below(&r->rng, (uint32_t)s->meeting_count)];
	return rng_below(&r->rng, 2) ? shift_meeting(r, p, x) : time_meeting(p, x);
}

/* ---- all together ---- */

/* The agent's sits again, in the same tour, or (run given) in another. */
static bool place_again(struct run *r, struct plan *p, int32_t i)
{
	const double before = plan_cost(p);
	struct places was = p->seats->places[i];
	struct tour t;
	cover_copy(p->seats->before, p->cover);
	memcpy(&t, p->tours[i], tour_size(p->tours[i]->count));
	plan_remove(p, i);
	if (r)
		plan_insert(r, p, i);
	else
		plan_put(p, i, &t);
	if (plan_cost(p) < before - 1e-9)
		return true;
	plan_remove(p, i);
	plan_put_at(p, i, &t, &was);
	cover_copy(p->cover, p->seats->before);
	return false;
}

static void drop_meeting(struct plan *p, int32_t x)
{
	struct seats *s = p->seats;
	if (s->present[x] < s->m->p->sessions[x].quorum)
		hold(NULL, p, x, -1);
}

void seats_polish(struct run *r, struct plan *p)
{
	struct seats *s = p->seats;
	bool better = s != NULL;
	for (int32_t round = 0; better && round < ROUNDS; round++) {
		better = false;
		for (int32_t k = 0; k < s->meeting_count; k++)
			better |= time_meeting(p, s->meeting[k]);
		for (int32_t i = 0; i < p->count; i++) {
			if (type_at(p, i)->sit_count == 0)
				continue;
			better |= place_again(NULL, p, i);
			if (misses(type_at(p, i), &s->places[i]) && run_step(r))
				better |= place_again(r, p, i);
		}
	}
	seats_settle(p);
}

void seats_settle(struct plan *p)
{
	struct seats *s = p->seats;
	for (int32_t k = 0; s && k < s->meeting_count; k++)
		drop_meeting(p, s->meeting[k]);
}

static void give_back(const struct plan *p, struct cover *c, int32_t i)
{
	const struct model *m = c->m;
	const struct type *type = type_at(p, i);
	for (int32_t j = 0; j < type->sit_count; j++) {
		int32_t start = p->seats->places[i].start[j];
		for (int32_t t = start; start >= 0 && t < start + session_slots(m, type->sit[j]); t++)
			cover_give(c, m->profiles[type->profile].place[0].kind, t % m->slots);
	}
}

double seats_cents(const struct plan *p)
{
	if (!p->seats)
		return 0;
	struct cover *c = cover_new(p->cover->m);
	if (!c)
		return NAN;
	cover_copy(c, p->cover);
	for (int32_t i = 0; i < p->count; i++)
		give_back(p, c, i);
	double cents = cover_cents(p->cover) - cover_cents(c);
	cover_free(c);
	return cents;
}
