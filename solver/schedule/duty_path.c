/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/schedule/duty_price.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CLOSED = 1 << 16, POLL_NODES = 1 << 13 };

static const double TINY = 1e-9;

/* The end of a tour: days from `day` on are chosen. */
struct path_node {
	double reach;  /* its worth with the best beginning */
	double suffix; /* worth of the days chosen, prices of totals off the grid taken off */
	double plain;  /* the same without those prices */
	int32_t parent, state, cell, next; /* next: in its closed chain */
	int16_t day;
	int8_t duty; /* of day `day` */
	uint16_t used[COUNTER_TOTALS]; /* of totals off the grid, in steps of their unit, by order */
};

struct walk {
	struct duty_pricer *p;
	const struct duty_type *type;
	const struct automaton *a;
	const struct grid *g;
	const struct into *into;
	int32_t node_count, heap_count;
	double allowance; /* what the prices of totals off the grid give back at most */
	double best;
	bool oom;
};

void duty_path_free(struct duty_pricer *p)
{
	free(p->nodes);
	free(p->heap);
	free(p->closed);
}

/* ---- the heap, best reach first, later-made first among equals ---- */

static bool before(const struct walk *w, int32_t a, int32_t b)
{
	const struct path_node *x = &w->p->nodes[a], *y = &w->p->nodes[b];
	if (x->reach != y->reach)
		return x->reach > y->reach;
	return x->day != y->day ? x->day < y->day : a > b;
}

static void push(struct walk *w, int32_t node)
{
	if (!mem_reserve(&w->p->heap, &w->p->heap_cap, w->heap_count + 1, sizeof node)) {
		w->oom = true;
		return;
	}
	int32_t *h = w->p->heap, at = w->heap_count++;
	for (; at > 0 && before(w, node, h[(at - 1) / 2]); at = (at - 1) / 2)
		h[at] = h[(at - 1) / 2];
	h[at] = node;
}

static int32_t pop(struct walk *w)
{
	int32_t *h = w->p->heap, top = h[0], last = h[--w->heap_count], at = 0;
	for (;;) {
		int32_t child = 2 * at + 1;
		if (child >= w->heap_count)
			break;
		if (child + 1 < w->heap_count && before(w, h[child + 1], h[child]))
			child++;
		if (!before(w, h[child], last))
			break;
		h[at] = h[child];
		at = child;
	}
	if (w->heap_count > 0)
		h[at] = last;
	return top;
}

/* ---- nodes ---- */

static double layer_value(const struct walk *w, int32_t day, int32_t state, int32_t cell)
{
	size_t layer = (size_t)w->a->max_states * (size_t)w->g->cells;
	return w->p->value[(size_t)day * layer + (size_t)state * (size_t)w->g->cells + (size_t)cell];
}

/* What a tour must be worth more than to be of interest. */
static double least(const struct walk *w)
{
	return w->best == -INFINITY ? -INFINITY : w->best + TINY * (1 + fabs(w->best));
}

static void add_node(struct walk *w, const struct path_node *n)
{
	if (!(n->reach + w->allowance > least(w)))
		return;
	if (!mem_reserve(&w->p->nodes, &w->p->node_cap, w->node_count + 1, sizeof *n)) {
		w->oom = true;
		return;
	}
	w->p->nodes[w->node_count] = *n;
	push(w, w->node_count++);
}

/* A node already looked at that has used no more and is worth no less stands for this one; else it
 * is entered. With prices on totals, worth means without them. */
static bool is_dominated(struct walk *w, int32_t node)
{
	struct path_node *n = &w->p->nodes[node];
	uint32_t h = (uint32_t)n->day * 2654435761u ^ (uint32_t)n->state * 40503u ^
		     (uint32_t)n->cell * 2246822519u;
	int32_t *head = &w->p->closed[(h ^ h >> 15) & (CLOSED - 1)];
	for (int32_t i = *head; i >= 0; i = w->p->nodes[i].next) {
		const struct path_node *x = &w->p->nodes[i];
		bool less = x->day == n->day && x->state == n->state && x->cell == n->cell &&
			    x->plain >= n->plain;
		for (int32_t k = 0; less && k < w->g->loose_count; k++)
			less = x->used[k] <= n->used[k];
		if (less)
			return true;
	}
	n->next = *head;
	*head = node;
	return false;
}

/* The node one day earlier along the edge. */
static void extend(struct walk *w, int32_t from, int32_t edge)
{
	struct path_node n = w->p->nodes[from];
	const struct edge *e = &w->a->edges[edge];
	n.cell -= w->g->offset[edge];
	if (n.cell < 0)
		return;
	n.day--;
	double v = layer_value(w, n.day, e->from, n.cell), gain = duty_edge_gain(w->p, w->a, n.day, edge);
	if (v == -INFINITY || gain == -INFINITY)
		return;
	double extra = 0, priced = 0;
	for (int32_t k = 0; k < w->g->loose_count; k++) {
		const struct loose *x = &w->g->loose[k];
		const struct wfm_rule_row *r = w->a->total[x->total];
		int32_t more = duty_take(w->a, edge, x->total) / x->unit;
		if (more == 0)
			continue;
		double over = counters_total_amount(r, (n.used[k] + more) * x->unit) -
			      counters_total_amount(r, n.used[k] * x->unit);
		if (over > 0 && r->mode == WFM_HARD)
			return;
		extra += over > 0 ? over * r->weight_cents : 0;
		priced += x->price * more;
		n.used[k] = (uint16_t)(n.used[k] + more);
	}
	n.suffix += gain - extra;
	n.plain += gain - extra + priced;
	n.reach = v + n.suffix;
	n.state = e->from;
	n.parent = from;
	n.duty = (int8_t)e->cls;
	add_node(w, &n);
}

/* Few searches are so long. Without a clock the caller is asked by telling him. */
static bool may_go_on(struct run *run)
{
	(void)run_poll(run);
	if (run->o.now_s == NULL)
		run_tell(run);
	return !run_stopped(run);
}

static void read_path(struct walk *w, int32_t type, int32_t node, struct duty_tour *out)
{
	struct duty_tour t = { .type = type };
	memset(t.duty, -1, sizeof t.duty);
	for (int32_t i = node; w->p->nodes[i].parent >= 0; i = w->p->nodes[i].parent)
		t.duty[w->p->nodes[i].day] = w->p->nodes[i].duty;
	double v = duty_value(w->p, type, &t);
	if (v > w->best) {
		w->best = v;
		*out = t;
	}
}

enum wfm_status duty_path(struct duty_pricer *p, int32_t type, int32_t most_nodes, double *value,
			  double *bound, struct duty_tour *out)
{
	const struct duty_type *t = &p->m->types[type];
	struct walk w = { .p = p, .type = t, .a = &p->m->automata[t->automaton],
			  .g = &p->grids[type], .into = &p->into[t->automaton], .best = *value };
	enum wfm_status s = WFM_OK;
	int32_t poll_at = POLL_NODES;
	if (!p->closed && !(p->closed = malloc(CLOSED * sizeof *p->closed)))
		return WFM_NO_MEMORY;
	memset(p->closed, 0xff, CLOSED * sizeof *p->closed);
	for (int32_t k = 0; k < w.g->loose_count; k++)
		w.allowance += w.g->loose[k].price > 0 ? w.g->loose[k].price * w.g->loose[k].most : 0;
	for (int32_t c = 0; c < w.g->cells; c++) {
		double v = layer_value(&w, w.a->day_count, 0, c) - w.g->end_cents[c];
		struct path_node n = { .reach = v, .suffix = -w.g->end_cents[c],
				       .plain = -w.g->end_cents[c], .parent = -1, .cell = c,
				       .day = (int16_t)w.a->day_count };
		if (v > -INFINITY)
			add_node(&w, &n);
	}
	*bound = w.best;
	while (w.heap_count > 0 && !w.oom) {
		int32_t node = pop(&w);
		double top = p->nodes[node].reach + w.allowance;
		if (top <= least(&w))
			break;
		if (p->nodes[node].day == 0) {
			read_path(&w, type, node, out);
			continue;
		}
		bool go_on = w.node_count < poll_at || may_go_on(p->run);
		while (poll_at <= w.node_count && poll_at <= INT32_MAX - POLL_NODES)
			poll_at += POLL_NODES;
		if (w.node_count > most_nodes || !go_on) {
			*bound = top;
			s = WFM_LIMIT;
			break;
		}
		if (is_dominated(&w, node))
			continue;
		const int32_t *first = &w.into->first[(p->nodes[node].day - 1) * w.a->max_states +
						      p->nodes[node].state];
		for (int32_t i = first[0]; i < first[1]; i++)
			extend(&w, node, w.into->edge[i]);
	}
	*value = w.best;
	*bound = *bound > w.best ? *bound : w.best;
	return w.oom ? WFM_NO_MEMORY : s;
}
