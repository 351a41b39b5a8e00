/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Local search over whole plans: take one to three tours out, put each back as the best answer to
 * the rest (exact, by pricing against the marginal worth of cover). Out and back in of one tour
 * never loses; of several it may, and is kept while the loss is below a threshold that falls to
 * zero with the steps done. Steps are counted, not timed, so a seed gives a plan.
 */
#include "solver/schedule/session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOVE = 3, BATCHES = 20, PRICE_ROUNDS = 9, TRULY = 6, MEETING_EVERY = 8, WEEK_HOURS = 40 };

static const double SHAKE = 0.5, STEER = 0.3, LEAST_PRICE = -16; /* of the price below the target; a power of two */

static void store(struct tour *to, const struct tour *from)
{
	if (to != from)
		memcpy(to, from, tour_size(from->count));
}

/* A tour that is the best at no price of contacts may still be the one that meets the target: slots
 * are worth a random bit more or less. */
static void shake_place(struct run *r, double *worth)
{
	for (int32_t t = 0; t < r->m->slots; t++)
		worth[t] *= 1 + SHAKE * (2 * rng_unit(&r->rng) - 1);
	/* Work that may wait is worth as much in many slots, and done in a few of them nothing in the rest. */
	for (int32_t t = 0, end; r->m->stock_count > 0 && t < r->m->slots; t = end) {
		end = t + 1 + (int32_t)rng_below(&r->rng, (uint32_t)(1440 / r->m->p->slot_min));
		double share = rng_below(&r->rng, 2) == 0 ? rng_unit(&r->rng) : 1;
		for (int32_t x = t; x < end && x < r->m->slots; x++)
			worth[x] *= share;
	}
	for (int32_t t = r->m->slots; t < r->m->horizon; t++)
		worth[t] = worth[t - r->m->slots];
}

static void shake(struct run *r, int32_t places)
{
	for (int32_t i = 0; i < places; i++)
		shake_place(r, r->worth + (size_t)i * (size_t)r->m->horizon);
}

/* The hours of a whole tour do not save what the first of them does: half the time slots are worth what
 * they would be with part of a week's hours of deferrable work done. */
static void read_worth(struct run *r, struct plan *p, const struct profile *pr)
{
	bool suppose = r->m->stock_count > 0 && rng_below(&r->rng, 2) == 0;
	if (suppose)
		cover_stock_suppose(p->cover, rng_unit(&r->rng) * rng_unit(&r->rng) * WEEK_HOURS / r->m->slot_h);
	cover_worths(p->cover, pr, r->worth);
	if (suppose)
		cover_stock_suppose(p->cover, 0);
}

static void insert(struct run *r, struct plan *p, int32_t i, bool shaken)
{
	const struct type *t = &r->m->types[p->tours[i]->type];
	struct tour best;
	read_worth(r, p, &r->m->profiles[t->profile]);
	if (shaken)
		shake(r, r->m->profiles[t->profile].place_count);
	pricer_set(r->pricer, t->profile, r->worth);
	double value = pricer_best(r->pricer, p->tours[i]->type, &best);
	struct places at;
	if (p->seats)
		seats_seek(r, p, i, value, &best, &at);
	plan_put_at(p, i, &best, &at);
}

void plan_put_at(struct plan *p, int32_t i, const struct tour *t, const struct places *at)
{
	store(p->tours[i], t);
	cover_add(p->cover, t);
	p->tour_cents += t->cost;
	if (p->seats)
		seats_enter(p, i, at);
}

void plan_insert(struct run *r, struct plan *p, int32_t i)
{
	insert(r, p, i, false);
}

void plan_remove(struct plan *p, int32_t i)
{
	if (p->seats)
		seats_leave(p, i);
	cover_remove(p->cover, p->tours[i]);
	p->tour_cents -= p->tours[i]->cost;
}

void plan_put(struct plan *p, int32_t i, const struct tour *t)
{
	struct places at;
	store(p->tours[i], t);
	if (p->seats && p->cover->m->types[t->type].sit_count > 0) {
		const struct model *m = p->cover->m;
		cover_worths(p->cover, &m->profiles[m->types[t->type].profile], p->seats->worth);
		(void)seats_choose(p->seats, p->tours[i], p->seats->worth, &at);
	}
	plan_put_at(p, i, p->tours[i], &at);
}

/* Agents nobody can tell apart get their tours in batches, large ones first: the k-th of n stands for
 * about a twentieth of those still to come. */
static void greedy_type(struct run *r, struct plan *p, int32_t first, int32_t count)
{
	for (int32_t i = 0; i < count;) {
		int32_t batch = 1 + (count - i) / BATCHES, from = first + i;
		plan_insert(r, p, from);
		for (int32_t k = 1; k < batch; k++)
			plan_put(p, from + k, p->tours[from]);
		i += batch;
	}
}

bool plan_is_pooled(const struct plan *p)
{
	return p->count >= 4 * BATCHES * p->cover->m->type_count;
}

static bool greedy_pools(struct run *r, struct plan *p)
{
	const struct model *m = r->m;
	if (!plan_is_pooled(p))
		return false;
	for (int32_t k = 0, at = 0; k < m->type_count; k++) {
		if (!m->types[k].has_tour)
			continue;
		greedy_type(r, p, at, m->types[k].count);
		at += m->types[k].count;
	}
	return true;
}

void plan_greedy(struct run *r, struct plan *p)
{
	if (greedy_pools(r, p))
		return;
	int32_t *order = malloc(((size_t)p->count + 1) * sizeof *order);
	for (int32_t i = 0; order && i < p->count; i++)
		order[i] = i;
	for (int32_t i = p->count - 1; order && i > 0; i--) {
		int32_t j = (int32_t)rng_below(&r->rng, (uint32_t)i + 1), swap = order[i];
		order[i] = order[j];
		order[j] = swap;
	}
	for (int32_t i = 0; i < p->count; i++)
		plan_insert(r, p, order ? order[i] : i); /* to the end: a plan is never partial */
	free(order);
}

void plan_find_prices(struct run *r, struct plan *p)
{
	const struct wfm_problem *w = r->m->p;
	double low[WFM_MAX_SERVICES], high[WFM_MAX_SERVICES];
	for (int32_t s = 0; s < w->service_count; s++) {
		low[s] = LEAST_PRICE;
		high[s] = 0;
	}
	for (int32_t round = 0; round < PRICE_ROUNDS && w->service_count > 0; round++) {
		for (int32_t s = 0; s < w->service_count; s++)
			r->mu[s] = w->services[s].short_cents * exp2((low[s] + high[s]) / 2);
		cover_price(p->cover, r->mu);
		plan_greedy(r, p);
		for (int32_t s = 0; s < w->service_count; s++)
			*(p->cover->served[s] < w->services[s].target ? &low[s] : &high[s]) =
				(low[s] + high[s]) / 2;
		plan_clear(p, p);
	}
	for (int32_t s = 0; s < w->service_count; s++)
		r->mu[s] = w->services[s].short_cents * exp2(high[s]);
	cover_price(p->cover, r->mu);
}

/* Contacts are dearer while the target is missed and cheaper while it is passed, each time by another
 * bit, so that whole tours come to lie just at it; now and then they cost what they would in truth. */
static void steer(struct run *r, struct plan *p)
{
	const struct wfm_problem *w = r->m->p;
	double mu[WFM_MAX_SERVICES];
	if (w->service_count == 0)
		return;
	bool truly = rng_below(&r->rng, TRULY) == 0;
	for (int32_t s = 0; s < w->service_count; s++) {
		double by = STEER * rng_unit(&r->rng), most = w->services[s].short_cents;
		bool missed = p->cover->served[s] < w->services[s].target;
		mu[s] = fmin(most, r->mu[s] * (missed ? 1 + by : 1 - by));
		if (truly)
			mu[s] = missed ? most : 0;
	}
	cover_price(p->cover, mu);
}

/* Draws 1..MOVE distinct agents. */
static int32_t draw(struct run *r, const struct plan *p, int32_t pick[MOVE])
{
	int32_t want = 1 + (int32_t)rng_below(&r->rng, MOVE), n = 0;
	want = want < p->count ? want : p->count;
	while (n < want) {
		int32_t i = (int32_t)rng_below(&r->rng, (uint32_t)p->count);
		bool again = false;
		for (int32_t k = 0; k < n; k++)
			again |= pick[k] == i;
		if (!again)
			pick[n++] = i;
	}
	return n;
}

/* Takes the picked tours out and puts them back as best answers; old and at get what they were. */
static void remake(struct run *r, struct plan *p, const int32_t *pick, int32_t n, struct tour *old,
		   struct places *at)
{
	for (int32_t k = 0; k < n; k++) {
		store(&old[k], p->tours[pick[k]]);
		if (p->seats)
			at[k] = p->seats->places[pick[k]];
		plan_remove(p, pick[k]);
	}
	const bool shakes = r->m->p->service_count > 0 || r->m->stock_count > 0;
	for (int32_t k = n - 1; k >= 0; k--) {
		steer(r, p);
		insert(r, p, pick[k], shakes && rng_below(&r->rng, r->m->stock_count > 0 ? 2 : 4) == 0);
	}
}

static void undo(struct plan *p, const int32_t *pick, int32_t n, const struct tour *old,
		 const struct places *at)
{
	for (int32_t k = 0; k < n; k++)
		plan_remove(p, pick[k]);
	for (int32_t k = 0; k < n; k++)
		plan_put_at(p, pick[k], &old[k], &at[k]);
}

bool plan_improve(struct run *r, struct plan *p, int64_t steps, double heat)
{
	struct tour old[MOVE];
	struct places at[MOVE];
	int32_t pick[MOVE];
	double scale = p->count > 0 ? heat * plan_cost(p) / (p->count * 100.0) : 0;
	bool ahead = plan_cost(p) < r->objective; /* better than the best kept, not yet copied */
	for (int64_t s = 0; s < steps && p->count > 0 && run_step(r) && !r->stage_over; s++) {
		double before = plan_cost(p), cool = 1 - (double)(s + 1) / (double)steps;
		int32_t n = draw(r, p, pick);
		remake(r, p, pick, n, old, at);
		double loss = plan_cost(p) - before;
		if (loss > 1e-9 + cool * cool * scale * rng_unit(&r->rng) || (ahead && loss > 1e-9)) {
			undo(p, pick, n, old, at);
			if (ahead && !run_offer(r, p))
				return false;
			ahead = false;
		} else if (plan_cost(p) < r->objective - 1e-9) {
			r->objective = plan_cost(p);
			ahead = true;
		}
		if (p->seats && s % MEETING_EVERY == 0 && seats_move(r, p) &&
		    plan_cost(p) < r->objective - 1e-9) {
			r->objective = plan_cost(p);
			ahead = true;
		}
	}
	return run_offer(r, p);
}
