/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dividing the people of a slot between queues of which some need counters that are few, or where speeds
 * differ: cycle after cycle (desk_cycle.c). Unlike speeds may spoil a cycle: then it is undone. */
#include "solver/schedule/divide.h"

#include <math.h>

static const double WORTH_IT = 1e-6;

bool divide_needs_cycles(const struct model *m)
{
	bool unlike = false;
	for (int32_t k = 0; k < m->kind_count; k++)
		for (int32_t j = 0; m->kinds[k].queue_count > 1 && j < m->kinds[k].queue_count; j++)
			unlike |= m->kinds[k].speed[j] != 1;
	return unlike || m->desk_count > 0;
}

/* What one of that speed more (less: negative) costs the queue beside what one of speed 1 does. */
static double unlike(const struct naming *n, int32_t q, int32_t t, double speed)
{
	double one = speed < 0 ? -1 : 1;
	return speed == one ? 0 : divide_change(n, q, t, speed) - divide_change(n, q, t, one);
}

static void list_movers(struct naming *n, int32_t t)
{
	const int32_t nq = n->m->p->queue_count;
	struct desk_graph *g = n->graph;
	desk_graph_begin(g);
	for (int32_t w = 0; w < n->worker_count; w++) {
		const struct kind *k = worker_kind(n, w);
		int32_t q = divide_queue_of(n, w);
		if (q < 0 ? k->wait == NULL : divide_is_stock(n, q))
			continue; /* a locked shift outside the opening hours; deferrable work */
		double off = q < 0 ? -k->wait[t] : unlike(n, q, t, -k->speed[n->queue_at[n->cell[w]]]);
		for (int32_t j = 0; j < k->queue_count; j++)
			if (k->queue[j] != q && divide_is_open(n, k->queue[j], t) && !divide_is_stock(n, k->queue[j]))
				desk_graph_offer(g, q < 0 ? nq : q, k->queue[j], w,
						 off + unlike(n, k->queue[j], t, k->speed[j]));
		if (q >= 0 && k->wait)
			desk_graph_offer(g, q, nq, w, off + k->wait[t]);
	}
	for (int32_t q = 0; q < nq; q++) {
		g->more[q] = divide_change(n, q, t, 1);
		g->fewer[q] = divide_change(n, q, t, -1);
		g->room[q] = divide_has_room(n, q, t);
	}
}

static double slot_cents(const struct naming *n, int32_t t)
{
	double sum = 0;
	for (int32_t q = 0; q < n->m->p->queue_count; q++)
		sum += service_slot_cost(n->m, n->mu, q, t, n->have[q]);
	for (int32_t w = 0; w < n->worker_count; w++)
		if (divide_queue_of(n, w) < 0 && worker_kind(n, w)->wait)
			sum += worker_kind(n, w)->wait[t];
	return sum;
}

static bool is_seated(const struct naming *n, int32_t t)
{
	for (int32_t d = 0; d < n->m->desk_count; d++)
		if (n->seated[d] > n->m->desks[d].seats[t])
			return false;
	return true;
}

static void go(struct naming *n, int32_t w, int32_t queue)
{
	if (queue == n->m->p->queue_count)
		divide_put(n, w, -1);
	else
		divide_move(n, w, queue);
}

/* One improving cycle; false: there is none. */
static bool improve(struct naming *n, int32_t t)
{
	struct desk_graph *g = n->graph;
	double before = slot_cents(n, t);
	list_movers(n, t);
	int32_t count = desk_cycle(g);
	for (int32_t i = 0; i < count; i++)
		go(n, g->who[g->from[i]][g->to[i]], g->to[i]);
	if (count == 0 || (is_seated(n, t) && slot_cents(n, t) < before - WORTH_IT))
		return count > 0;
	while (count-- > 0)
		go(n, g->who[g->from[count]][g->to[count]], g->from[count]);
	return false;
}

/* Those who are nowhere go where they cost least and there is room; else they wait. */
static void put_others(struct naming *n, int32_t t)
{
	for (int32_t w = 0; w < n->worker_count; w++) {
		const struct kind *k = worker_kind(n, w);
		double best = k->wait ? k->wait[t] : INFINITY;
		int32_t arg = -1;
		if (n->queue_at[n->cell[w]] >= 0)
			continue;
		for (int32_t j = 0; j < k->queue_count; j++) {
			int32_t q = k->queue[j];
			if (!divide_is_open(n, q, t) || !divide_has_room(n, q, t) || divide_is_stock(n, q))
				continue;
			double v = divide_change(n, q, t, k->speed[j]);
			if (v < best || (arg < 0 && v <= best)) {
				best = v;
				arg = j;
			}
		}
		divide_put(n, w, arg);
	}
}

void divide_by_cycles(struct naming *n, int32_t t)
{
	put_others(n, t);
	for (int32_t i = 0; i < 4 * n->worker_count && improve(n, t); i++)
		;
}
