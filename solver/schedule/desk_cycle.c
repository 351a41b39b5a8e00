/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Improving a slot's division between queues of which some need counters that are few.
 *
 * A transport problem with one more capacity. Its residual graph has two nodes a queue, and two for
 * waiting: `in` has someone more than before, `out` is to lose someone.
 *
 *   out(q) -> in(r)   somebody on q can go to r
 *   in(q)  -> out(q)  and somebody there goes on
 *   in(r)  -> out(q)  r keeps one more and q is one fewer: r needs no counter, or one is free, or q's
 *
 * A cycle of negative cost is an improvement (found by Bellman and Ford's method); with none left, and
 * all speeds 1, the slot is optimal.
 */
#include "solver/schedule/desk.h"

#include <math.h>
#include <stdlib.h>

static const double TINY = 1e-7;

struct desk_graph *desk_graph_new(const struct model *m)
{
	struct desk_graph *g = calloc(1, sizeof *g);
	if (g)
		g->m = m;
	return g;
}

static int32_t in_of(int32_t q)
{
	return 2 * q;
}

static int32_t out_of(int32_t q)
{
	return 2 * q + 1;
}

void desk_graph_begin(struct desk_graph *g)
{
	const int32_t wait = g->m->p->queue_count;
	for (int32_t q = 0; q <= wait; q++)
		for (int32_t r = 0; r <= wait; r++)
			g->who[q][r] = -1;
	for (int32_t q = 0; q <= wait; q++) {
		g->more[q] = g->fewer[q] = 0;
		g->room[q] = true;
	}
}

void desk_graph_offer(struct desk_graph *g, int32_t q, int32_t r, int32_t who, double cents)
{
	if (g->who[q][r] >= 0 && cents >= g->cents[q][r] - TINY)
		return;
	g->who[q][r] = who;
	g->cents[q][r] = cents;
}

static bool relax(struct desk_graph *g, int32_t from, int32_t to, double cents)
{
	double v = g->distance[from] + cents;
	if (v >= g->distance[to] - TINY)
		return false;
	g->distance[to] = v;
	g->before[to] = from;
	return true;
}

/* All arcs once; the node last changed, -1: none was. */
static int32_t relax_all(struct desk_graph *g)
{
	const int32_t wait = g->m->p->queue_count;
	int32_t last = -1;
	for (int32_t q = 0; q <= wait; q++)
		for (int32_t r = 0; r <= wait; r++)
			if (g->who[q][r] >= 0 && relax(g, out_of(q), in_of(r), g->cents[q][r]))
				last = in_of(r);
	for (int32_t r = 0; r <= wait; r++) {
		int32_t desk = r == wait ? -1 : desk_of(g->m, r);
		if (relax(g, in_of(r), out_of(r), 0))
			last = out_of(r);
		for (int32_t q = 0; q <= wait; q++) {
			bool may = q != r && (g->room[r] || (q != wait && desk == desk_of(g->m, q)));
			if (may && relax(g, in_of(r), out_of(q), g->more[r] + g->fewer[q]))
				last = out_of(q);
		}
	}
	return last;
}

/* A node on a cycle of those from which the node was reached; -1: there is none. */
static int32_t cycle_behind(const struct desk_graph *g, int32_t node)
{
	const int32_t nodes = 2 * (g->m->p->queue_count + 1);
	for (int32_t i = 0; i < nodes && node >= 0; i++)
		node = g->before[node];
	return node;
}

int32_t desk_cycle(struct desk_graph *g)
{
	const int32_t nodes = 2 * (g->m->p->queue_count + 1);
	int32_t last = 0, node = -1, count = 0;
	for (int32_t i = 0; i < nodes; i++) {
		g->distance[i] = 0;
		g->before[i] = -1;
	}
	for (int32_t i = 0; i <= nodes && last >= 0 && node < 0; i++) {
		last = relax_all(g);
		node = last >= 0 ? cycle_behind(g, last) : -1;
	}
	if (node < 0)
		return 0;
	int32_t start = node;
	do {
		int32_t from = g->before[node];
		if (node % 2 == 0) { /* into a queue: somebody goes there */
			g->from[count] = from / 2;
			g->to[count++] = node / 2;
		}
		node = from;
	} while (node != start);
	return count;
}
