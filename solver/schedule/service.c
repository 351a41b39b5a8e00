/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/schedule/service.h"

#include <math.h>

/* The upper hull of row[0..n] at every n (Andrew's monotone chain). */
static void hull_of(const double *row, int32_t n, int32_t *corner, double *hull)
{
	int32_t k = 0;
	for (int32_t i = 0; i <= n; i++) {
		while (k >= 2) {
			int32_t a = corner[k - 2], b = corner[k - 1];
			if ((row[b] - row[a]) * (i - a) > (row[i] - row[a]) * (b - a))
				break;
			k--;
		}
		corner[k++] = i;
	}
	for (int32_t c = 0; c + 1 < k; c++)
		for (int32_t i = corner[c]; i <= corner[c + 1]; i++) {
			double share = (double)(i - corner[c]) / (corner[c + 1] - corner[c]);
			hull[i] = row[corner[c]] + share * (row[corner[c + 1]] - row[corner[c]]);
		}
}

/*
 * Fewer people than required cost so much that nobody mixes them with more: the hull begins there, and
 * goes on below by the steepest line of either side. Else an answer that comes late for most with all
 * but enough people (the table's slow start) would count as if it came in time for many.
 */
static bool build_hull(struct model *m, const struct wfm_service *x, double **out)
{
	size_t width = (size_t)x->people_max + 1;
	int32_t *corner = pool_alloc(&m->pool, width, sizeof *corner);
	*out = pool_alloc(&m->pool, width * (size_t)m->slots, sizeof **out);
	if (!corner || !*out)
		return false;
	for (int32_t t = 0; t < m->slots; t++) {
		const double *row = &x->served[(size_t)t * width];
		double *hull = &(*out)[(size_t)t * width];
		int32_t from = (int32_t)fmin(floor(m->p->queues[x->queue].required[t]), x->people_max);
		hull[from] = row[from];
		if (from < x->people_max)
			hull_of(row + from, x->people_max - from, corner, hull + from);
		double slope = from < x->people_max ? hull[from + 1] - hull[from] : 0;
		slope = from > 0 ? fmax(slope, (row[from] - row[0]) / from) : slope;
		for (int32_t n = from; n > 0; n--)
			hull[n - 1] = hull[n] - slope;
	}
	return true;
}

bool service_build(struct model *m)
{
	const struct wfm_problem *p = m->p;
	m->hull = pool_alloc(&m->pool, (size_t)p->service_count + 1, sizeof *m->hull);
	m->in_service = pool_alloc(&m->pool, (size_t)p->queue_count + 1, 1);
	m->service_first = pool_alloc(&m->pool, (size_t)p->queue_count + 1, sizeof *m->service_first);
	m->service_of = pool_alloc(&m->pool, (size_t)p->service_count + 1, sizeof *m->service_of);
	if (!m->hull || !m->in_service || !m->service_first || !m->service_of)
		return false;
	for (int32_t q = 0, n = 0; q < p->queue_count; q++) {
		for (int32_t s = 0; s < p->service_count; s++)
			if (p->services[s].queue == q)
				m->service_of[n++] = s;
		m->service_first[q + 1] = n;
	}
	for (int32_t s = 0; s < p->service_count; s++) {
		const struct wfm_service *x = &p->services[s];
		m->in_service[x->queue] = 1;
		/* Services on one table share its hull. */
		for (int32_t k = 0; k < s && !m->hull[s]; k++)
			if (p->services[k].served == x->served && p->services[k].queue == x->queue &&
			    p->services[k].people_max == x->people_max)
				m->hull[s] = m->hull[k];
		if (!m->hull[s] && !build_hull(m, x, &m->hull[s]))
			return false;
	}
	return true;
}

static double between(const double *row, int32_t n, double people)
{
	if (people <= 0)
		return row[0];
	if (people >= n)
		return row[n];
	int32_t low = (int32_t)people;
	return row[low] + (people - low) * (row[low + 1] - row[low]);
}

double service_answered(const struct model *m, int32_t s, int32_t t, double people)
{
	const struct wfm_service *x = &m->p->services[s];
	return between(&x->served[(size_t)t * ((size_t)x->people_max + 1)], x->people_max, people);
}

double service_hull(const struct model *m, int32_t s, int32_t t, double people)
{
	int32_t n = m->p->services[s].people_max;
	return between(&m->hull[s][(size_t)t * ((size_t)n + 1)], n, people);
}

double service_slot_cost(const struct model *m, const double *mu, int32_t q, int32_t t, double people)
{
	double cost = model_slot_cost(m, q, t, people);
	for (int32_t k = 0, s; (s = service_next(m, q, t, &k)) >= 0;)
		cost -= mu[s] * service_hull(m, s, t, people);
	return cost;
}

/* By the tables themselves. */
static double true_cost(const struct model *m, const double *mu, int32_t q, int32_t t, double people)
{
	double cost = model_slot_cost(m, q, t, people);
	for (int32_t k = 0, s; (s = service_next(m, q, t, &k)) >= 0;)
		cost -= mu[s] * service_answered(m, s, t, people);
	return cost;
}

double service_slot_bound(const struct model *m, const double *mu, int32_t q, int32_t t, double worth)
{
	double r = m->p->queues[q].required[t], first = fmax(0, r - m->step1[q * m->slots + t]);
	int32_t most = 0;
	for (int32_t k = 0, s; (s = service_next(m, q, t, &k)) >= 0;)
		if (m->p->services[s].people_max > most)
			most = m->p->services[s].people_max;
	/* Straight between whole people and the two prices of shortage: the least is at one of these. */
	double best = fmin(true_cost(m, mu, q, t, first) + worth * first, true_cost(m, mu, q, t, r) + worth * r);
	for (int32_t n = 0; n <= most; n++)
		best = fmin(best, true_cost(m, mu, q, t, n) + worth * n);
	return best;
}
