/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/schedule/desk.h"
#include "solver/schedule/service.h"

#include <math.h>

enum { DOUBLINGS = 40, THIRDS = 40 };

/* ---- building ---- */

static bool is_few(const struct wfm_problem *p, int32_t q)
{
	return p->queues[q].counter && p->sites && p->sites[p->queues[q].site].counters;
}

static bool add_desk(struct model *m, int32_t site)
{
	const struct wfm_problem *p = m->p;
	struct desk *k = &m->desks[m->desk_count];
	k->queue = pool_alloc(&m->pool, (size_t)p->queue_count, sizeof *k->queue);
	if (!k->queue)
		return false;
	k->site = site;
	k->seats = p->sites[site].counters;
	for (int32_t q = 0; q < p->queue_count; q++)
		if (is_few(p, q) && p->queues[q].site == site) {
			m->desk_of[q] = m->desk_count;
			k->queue[k->queue_count++] = q;
		}
	m->desk_count++;
	return true;
}

/* What waiting costs one of the kind, slot by slot. */
static bool price_waiting(struct model *m, struct kind *k)
{
	bool waits = false;
	for (int32_t j = 0; j < k->queue_count; j++) {
		waits |= m->desk_of[k->queue[j]] >= 0;
		m->fastest[k->queue[j]] = fmax(m->fastest[k->queue[j]], k->speed[j]);
	}
	if (!waits)
		return true;
	k->wait = pool_alloc(&m->pool, (size_t)m->slots, sizeof *k->wait);
	for (int32_t t = 0; k->wait && t < m->slots; t++) {
		double least = INFINITY;
		for (int32_t j = 0; j < k->queue_count; j++)
			if (m->open[k->queue[j] * m->slots + t])
				least = fmin(least, k->speed[j] * m->p->queues[k->queue[j]].surplus_cents);
		k->wait[t] = isinf(least) ? 0 : least * m->slot_h;
	}
	return k->wait != NULL;
}

bool desk_build(struct model *m)
{
	const struct wfm_problem *p = m->p;
	bool any = false;
	for (int32_t q = 0; q < p->queue_count; q++)
		any |= is_few(p, q);
	if (!any)
		return true;
	m->desk_of = pool_alloc(&m->pool, (size_t)p->queue_count, sizeof *m->desk_of);
	m->desks = pool_alloc(&m->pool, (size_t)p->site_count, sizeof *m->desks);
	m->fastest = pool_alloc(&m->pool, (size_t)p->queue_count, sizeof *m->fastest);
	if (!m->desk_of || !m->desks || !m->fastest)
		return false;
	for (int32_t q = 0; q < p->queue_count; q++)
		m->desk_of[q] = -1;
	for (int32_t q = 0; q < p->queue_count; q++)
		if (is_few(p, q) && m->desk_of[q] < 0 && !add_desk(m, p->queues[q].site))
			return false;
	for (int32_t k = 0; k < m->kind_count; k++)
		if (!price_waiting(m, &m->kinds[k]))
			return false;
	return true;
}

/* ---- the bound ---- */

struct priced {
	const struct model *m;
	const struct desk *k;
	int32_t t;
	const uint8_t *asked;
	const double *at, *mu;
	double unit;
};

/* min over d of c(d) + worth d, where worth is no less than -surplus. */
static double queue_bound(const struct priced *x, int32_t q, double worth)
{
	const struct model *m = x->m;
	int32_t t = x->t;
	if (m->in_service[q])
		return service_slot_bound(m, x->mu, q, t, worth);
	double r = m->p->queues[q].required[t], low = fmax(0, r - m->step1[q * m->slots + t]);
	double best = fmin(model_slot_cost(m, q, t, r) + worth * r, model_slot_cost(m, q, t, low) + worth * low);
	return fmin(best, model_slot_cost(m, q, t, 0));
}

static double bound_at(const struct priced *x, double price)
{
	double sum = -price * x->k->seats[x->t];
	for (int32_t i = 0; i < x->k->queue_count; i++) {
		int32_t q = x->k->queue[i], at = q * x->m->slots + x->t;
		if (x->asked[at])
			sum += queue_bound(x, q, x->at[at] * x->unit + price / x->m->fastest[q]);
	}
	return sum;
}

/* The bound is concave in the price: out by doubling, then in by thirds. */
static double search_price(const struct priced *x, double first)
{
	double best = bound_at(x, 0), high = first, low = 0, v = bound_at(x, first);
	for (int i = 0; i < DOUBLINGS && v > best; i++) {
		best = v;
		high *= 2;
		v = bound_at(x, high);
	}
	for (int i = 0; i < THIRDS && high > first; i++) {
		double a = low + (high - low) / 3, b = high - (high - low) / 3;
		double va = bound_at(x, a), vb = bound_at(x, b);
		best = fmax(best, fmax(va, vb));
		low = va < vb ? a : low;
		high = va < vb ? high : b;
	}
	return best;
}

double desk_slot_bound(const struct model *m, const struct desk *k, int32_t t, const uint8_t *asked,
		       const double *at, double unit, const double *mu)
{
	struct priced x = { m, k, t, asked, at, mu, unit };
	double best = bound_at(&x, 0), wanted = 0, dearest = 0;
	bool serves = false;
	for (int32_t i = 0; i < k->queue_count; i++) {
		int32_t q = k->queue[i];
		if (!asked[q * m->slots + t])
			continue;
		serves |= m->in_service[q];
		wanted += m->p->queues[q].required[t] / m->fastest[q];
		dearest = fmax(dearest, m->p->queues[q].short2_cents * m->slot_h * m->fastest[q]);
	}
	if (serves)
		return fmax(best, search_price(&x, dearest > 0 ? dearest / 1000 : 1));
	/* Straight between the prices at which a queue would rather be short. */
	for (int32_t i = 0; wanted > k->seats[t] && i < k->queue_count; i++) {
		int32_t q = k->queue[i], cell = q * m->slots + t;
		const struct wfm_queue *u = &m->p->queues[q];
		double short1 = (u->short1_cents * m->slot_h - at[cell] * unit) * m->fastest[q];
		double short2 = (u->short2_cents * m->slot_h - at[cell] * unit) * m->fastest[q];
		if (asked[cell] && short1 > 0)
			best = fmax(best, bound_at(&x, short1));
		if (asked[cell] && short2 > 0)
			best = fmax(best, bound_at(&x, short2));
	}
	return best;
}
