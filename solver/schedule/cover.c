/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/schedule/cover.h"
#include "solver/schedule/pricing.h"
#include "solver/schedule/service.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double TINY = 1e-9;

struct walk {
	struct cover *c;
	int32_t kind;
};

/* What shortage and surplus rise by when so many go. */
static double own_loss(const struct cover *c, int32_t q, int32_t t, double people)
{
	double have = c->have[q * c->m->slots + t];
	return model_slot_cost(c->m, q, t, have - people) - model_slot_cost(c->m, q, t, have);
}

/* The same with contacts at their prices. */
static double loss_of(const struct cover *c, int32_t q, int32_t t, double people)
{
	double loss = own_loss(c, q, t, people), have = c->have[q * c->m->slots + t];
	for (int32_t k = 0, s; (s = service_next(c->m, q, t, &k)) >= 0;)
		loss += c->mu[s] *
			(service_hull(c->m, s, t, have) - service_hull(c->m, s, t, have - people));
	return loss;
}

double cover_cents(const struct cover *c)
{
	double cents = c->cents;
	for (int32_t s = 0; s < c->m->p->service_count; s++)
		cents += service_cents(c->m, s, c->served[s]);
	return cents;
}

static int32_t *people_at(const struct cover *c, int32_t kind, int32_t j, int32_t t)
{
	return &c->count[(c->first[kind] + j) * c->m->slots + t];
}

/* Someone of unit speed on queue `from` who may also serve `to`: kind and places, or false. */
static bool find_mover(const struct cover *c, int32_t t, int32_t from, int32_t to, int32_t *kind,
		       int32_t *jf, int32_t *jt)
{
	if (!c->m->open[to * c->m->slots + t])
		return false;
	for (int32_t k = 0; k < c->m->kind_count; k++) {
		const struct kind *x = &c->m->kinds[k];
		int32_t a = -1, b = -1;
		for (int32_t j = 0; x->queue_count > 1 && j < x->queue_count; j++) {
			a = x->queue[j] == from && x->speed[j] == 1 ? j : a;
			b = x->queue[j] == to && x->speed[j] == 1 ? j : b;
		}
		if (a >= 0 && b >= 0 && *people_at(c, k, a, t) > 0) {
			*kind = k;
			*jf = a;
			*jt = b;
			return true;
		}
	}
	return false;
}

/* Recomputes what one more person saves in slot t, directly and through chains. */
static void refresh(struct cover *c, int32_t t)
{
	const struct model *m = c->m;
	int32_t n = m->p->queue_count, k, a, b;
	for (int32_t q = 0; q < n; q++) {
		int32_t at = q * m->slots + t;
		c->gain[at] = m->open[at] ? -loss_of(c, q, t, -1) : -INFINITY;
		c->reach[at] = c->gain[at];
		c->hop[at] = -1;
	}
	for (bool changed = c->shared; changed;) {
		changed = false;
		for (int32_t q = 0; q < n; q++)
			for (int32_t r = 0; r < n; r++) {
				int32_t at = q * m->slots + t, to = r * m->slots + t;
				if (q == r || !m->open[at] || c->reach[to] <= c->reach[at] + TINY ||
				    !find_mover(c, t, q, r, &k, &a, &b))
					continue;
				c->reach[at] = c->reach[to];
				c->hop[at] = (int16_t)r;
				changed = true;
			}
	}
}

static void shift_people(struct cover *c, int32_t kind, int32_t j, int32_t t, int32_t people)
{
	const struct kind *x = &c->m->kinds[kind];
	int32_t q = x->queue[j];
	double *have = &c->have[q * c->m->slots + t], now = *have + people * x->speed[j];
	c->cents += own_loss(c, q, t, -people * x->speed[j]);
	for (int32_t k = 0, s; (s = service_next(c->m, q, t, &k)) >= 0;)
		c->served[s] += service_answered(c->m, s, t, now) - service_answered(c->m, s, t, *have);
	*have = now;
	*people_at(c, kind, j, t) += people;
}

static void add_slot(void *context, int32_t t)
{
	const struct walk *w = context;
	struct cover *c = w->c;
	const struct kind *x = &c->m->kinds[w->kind];
	int32_t best = -1;
	double value = -INFINITY;
	for (int32_t j = 0; j < x->queue_count; j++) {
		int32_t at = x->queue[j] * c->m->slots + t;
		if (!c->m->open[at])
			continue;
		double v = x->speed[j] == 1 ? c->reach[at] : -loss_of(c, x->queue[j], t, -x->speed[j]);
		if (v > value) {
			value = v;
			best = j;
		}
	}
	if (best < 0)
		return; /* a locked shift outside the opening hours */
	int32_t q = x->queue[best], kind, from, to;
	bool chain = x->speed[best] == 1;
	for (int32_t steps = 0; chain && steps < c->m->p->queue_count; steps++) {
		int32_t next = c->hop[q * c->m->slots + t];
		if (next < 0 || !find_mover(c, t, q, next, &kind, &from, &to))
			break;
		shift_people(c, kind, from, t, -1);
		shift_people(c, kind, to, t, 1);
		q = next;
	}
	shift_people(c, w->kind, best, t, 1);
	refresh(c, t);
}

/* Fills holes of slot t from queues that lose less by it. */
static void rebalance(struct cover *c, int32_t t)
{
	int32_t n = c->m->p->queue_count, kind, from, to;
	for (int32_t rounds = 0; rounds < 8; rounds++) {
		double best = TINY;
		int32_t bf = -1, bt = -1;
		for (int32_t q = 0; q < n; q++)
			for (int32_t r = 0; r < n; r++) {
				int32_t at = q * c->m->slots + t;
				if (q == r || !c->m->open[at])
					continue;
				double v = c->gain[r * c->m->slots + t] - loss_of(c, q, t, 1);
				if (v > best && find_mover(c, t, q, r, &kind, &from, &to)) {
					best = v;
					bf = q;
					bt = r;
				}
			}
		if (bf < 0 || !find_mover(c, t, bf, bt, &kind, &from, &to))
			return;
		shift_people(c, kind, from, t, -1);
		shift_people(c, kind, to, t, 1);
		refresh(c, t);
	}
}

static void remove_slot(void *context, int32_t t)
{
	const struct walk *w = context;
	struct cover *c = w->c;
	const struct kind *x = &c->m->kinds[w->kind];
	int32_t best = -1;
	double loss = INFINITY;
	for (int32_t j = 0; j < x->queue_count; j++) {
		if (*people_at(c, w->kind, j, t) == 0)
			continue;
		double v = loss_of(c, x->queue[j], t, x->speed[j]);
		if (v < loss) {
			loss = v;
			best = j;
		}
	}
	if (best < 0)
		return;
	shift_people(c, w->kind, best, t, -1);
	refresh(c, t);
	if (c->shared)
		rebalance(c, t);
}

void cover_add(struct cover *c, const struct tour *t)
{
	struct walk w = { c, c->m->profiles[c->m->types[t->type].profile].kind };
	tour_visit(c->m, t, add_slot, &w);
}

void cover_remove(struct cover *c, const struct tour *t)
{
	struct walk w = { c, c->m->profiles[c->m->types[t->type].profile].kind };
	tour_visit(c->m, t, remove_slot, &w);
}

void cover_take(struct cover *c, int32_t kind, int32_t t)
{
	struct walk w = { c, kind };
	remove_slot(&w, t);
}

void cover_give(struct cover *c, int32_t kind, int32_t t)
{
	struct walk w = { c, kind };
	add_slot(&w, t);
}

void cover_loss(const struct cover *c, int32_t kind, double *w)
{
	const struct kind *x = &c->m->kinds[kind];
	for (int32_t t = 0; t < c->m->slots; t++) {
		double least = INFINITY;
		for (int32_t j = 0; j < x->queue_count; j++)
			if (*people_at(c, kind, j, t) > 0)
				least = fmin(least, loss_of(c, x->queue[j], t, x->speed[j]));
		w[t] = least < INFINITY ? least : 0;
	}
}

void cover_worth(const struct cover *c, int32_t kind, double *w)
{
	const struct kind *x = &c->m->kinds[kind];
	const int32_t n = c->m->slots;
	for (int32_t t = 0; t < n; t++) {
		double best = -INFINITY;
		for (int32_t j = 0; j < x->queue_count; j++) {
			int32_t at = x->queue[j] * n + t;
			double v = x->speed[j] == 1	? c->reach[at] :
				   c->m->open[at]	? -loss_of(c, x->queue[j], t, -x->speed[j]) :
							  -INFINITY;
			best = v > best ? v : best;
		}
		w[t] = best > -INFINITY ? best : 0;
	}
	for (int32_t t = n; t < c->m->horizon; t++)
		w[t] = w[t - n];
}

/* Can anybody there answer contacts that count? */
static bool is_priced(const struct model *m, int32_t t)
{
	for (int32_t q = 0, k = 0; q < m->p->queue_count; q++, k = 0)
		if (m->in_service[q] && m->open[q * m->slots + t] && service_next(m, q, t, &k) >= 0)
			return true;
	return false;
}

void cover_price(struct cover *c, const double *mu)
{
	if (c->m->p->service_count == 0)
		return;
	memcpy(c->mu, mu, (size_t)c->m->p->service_count * sizeof *c->mu);
	for (int32_t t = 0; t < c->m->slots; t++)
		if (is_priced(c->m, t))
			refresh(c, t);
}

void cover_reset(struct cover *c)
{
	const struct model *m = c->m;
	c->cents = 0;
	for (int32_t s = 0; s < m->p->service_count; s++) {
		c->served[s] = 0;
		for (int32_t t = m->p->services[s].first_slot; t < m->p->services[s].end_slot; t++)
			c->served[s] += service_answered(m, s, t, 0);
	}
	memset(c->have, 0, (size_t)m->p->queue_count * (size_t)m->slots * sizeof *c->have);
	memset(c->count, 0, (size_t)c->rows * (size_t)m->slots * sizeof *c->count);
	for (int32_t q = 0; q < m->p->queue_count; q++)
		for (int32_t t = 0; t < m->slots; t++)
			if (m->open[q * m->slots + t])
				c->cents += model_slot_cost(m, q, t, 0);
	for (int32_t t = 0; t < m->slots; t++)
		refresh(c, t);
}

struct cover *cover_new(const struct model *m)
{
	struct cover *c = calloc(1, sizeof *c);
	if (!c)
		return NULL;
	c->m = m;
	c->first = calloc((size_t)m->kind_count + 1, sizeof *c->first);
	for (int32_t k = 0; c->first && k < m->kind_count; k++) {
		c->first[k] = c->rows;
		c->rows += m->kinds[k].queue_count;
		c->shared |= m->kinds[k].queue_count > 1;
	}
	size_t n = (size_t)m->p->queue_count * (size_t)m->slots + 1;
	c->mu = calloc((size_t)m->p->service_count + 1, sizeof *c->mu);
	c->served = calloc((size_t)m->p->service_count + 1, sizeof *c->served);
	c->have = calloc(n, sizeof *c->have);
	c->gain = calloc(n, sizeof *c->gain);
	c->reach = calloc(n, sizeof *c->reach);
	c->hop = calloc(n, sizeof *c->hop);
	c->count = calloc((size_t)c->rows * (size_t)m->slots + 1, sizeof *c->count);
	if (!c->mu || !c->served || !c->first || !c->have || !c->gain || !c->reach || !c->hop || !c->count) {
		cover_free(c);
		return NULL;
	}
	cover_reset(c);
	return c;
}

void cover_free(struct cover *c)
{
	if (!c)
		return;
	free(c->first);
	free(c->mu);
	free(c->served);
	free(c->have);
	free(c->gain);
	free(c->reach);
	free(c->hop);
	free(c->count);
	free(c);
}

void cover_copy(struct cover *to, const struct cover *from)
{
	size_t n = (size_t)from->m->p->queue_count * (size_t)from->m->slots;
	size_t services = (size_t)from->m->p->service_count;
	to->cents = from->cents;
	memcpy(to->mu, from->mu, services * sizeof *to->mu);
	memcpy(to->served, from->served, services * sizeof *to->served);
	memcpy(to->have, from->have, n * sizeof *to->have);
	memcpy(to->gain, from->gain, n * sizeof *to->gain);
	memcpy(to->reach, from->reach, n * sizeof *to->reach);
	memcpy(to->hop, from->hop, n * sizeof *to->hop);
	memcpy(to->count, from->count, (size_t)from->rows * (size_t)from->m->slots * sizeof *to->count);
}
