/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/schedule/duty_price.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CLOSED = 1 << 16 };

/* The end of a tour: days from `day` on are chosen. */
struct path_node {
	double reach;  /* its worth with the best beginning */
	double suffix; /* worth of the days chosen */
	int32_t parent, state, cell, next; /* next: in its closed chain */
	int16_t day;
	int8_t duty; /* of day `day` */
	uint8_t used[COUNTER_TOTALS]; /* of totals off the grid, in steps of their unit, by order */
};

struct loose {
	int32_t total, unit;
};

struct walk {
	struct duty_pricer *p;
	const struct duty_type *type;
	const struct automaton *a;
	const struct grid *g;
	const struct into *into;
	struct loose loose[COUNTER_TOTALS];
	int32_t loose_count, node_count, heap_count;
	double floor;
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

static void add_node(struct walk *w, const struct path_node *n)
{
	if (!(n->reach > w->floor))
		return;
	if (!mem_reserve(&w->p->nodes, &w->p->node_cap, w->node_count + 1, sizeof *n)) {
		w->oom = true;
		return;
	}
	w->p->nodes[w->node_count] = *n;
	push(w, w->node_count++);
}

/* A node already looked at that has used no more stands for this one; else it is entered. */
static bool is_dominated(struct walk *w, int32_t node)
{
	struct path_node *n = &w->p->nodes[node];
	uint32_t h = (uint32_t)n->day * 2654435761u ^ (uint32_t)n->state * 40503u ^
		     (uint32_t)n->cell * 2246822519u;
	int32_t *head = &w->p->closed[(h ^ h >> 15) & (CLOSED - 1)];
	for (int32_t i = *head; i >= 0; i = w->p->nodes[i].next) {
		const struct path_node *x = &w->p->nodes[i];
		bool less = x->day == n->day && x->state == n->state && x->cell == n->cell;
		for (int32_t k = 0; less && k < w->loose_count; k++)
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
	double v = layer_value(w, n.day, e->from, n.cell), gain = duty_edge_gain(w->p, n.day, e);
	if (v == -INFINITY || gain == -INFINITY)
		return;
	double extra = 0;
	for (int32_t k = 0; k < w->loose_count; k++) {
		const struct loose *x = &w->loose[k];
		const struct wfm_rule_row *r = w->a->total[x->total];
		int32_t more = duty_take(w->a, edge, x->total) / x->unit;
		if (more == 0)
			continue;
		double over = counters_total_amount(r, (n.used[k] + more) * x->unit) -
			      counters_total_amount(r, n.used[k] * x->unit);
		if (over > 0 && r->mode == WFM_HARD)
			return;
		extra += over > 0 ? over * r->weight_cents : 0;
		n.used[k] = (uint8_t)(n.used[k] + more);
	}
	n.suffix += gain - extra;
	n.reach = v + n.suffix;
	n.state = e->from;
	n.parent = from;
	n.duty = (int8_t)e->cls;
	add_node(w, &n);
}

static void list_loose(struct walk *w)
{
	for (int32_t i = 0; i < w->a->total_count; i++) {
		if ((w->type->watched >> i) & 1)
			continue;
		int32_t unit = 0;
		for (int32_t k = 0; k < w->a->edge_first[w->a->day_count]; k++)
			for (int32_t x = duty_take(w->a, k, i), y; x > 0; x = y) {
				y = unit % x;
				unit = x;
			}
		if (unit > 0)
			w->loose[w->loose_count++] = (struct loose){ i, unit };
	}
}

static double read_path(const struct walk *w, int32_t type, int32_t node, struct duty_tour *out)
{
	const struct duty_model *m = w->p->m;
	const int32_t width = m->duties + 1;
	double value = w->p->nodes[node].suffix, days = 0, plain = 0;
	out->type = type;
	memset(out->duty, -1, sizeof out->duty);
	for (int32_t i = node; w->p->nodes[i].parent >= 0; i = w->p->nodes[i].parent) {
		const struct path_node *n = &w->p->nodes[i];
		int32_t cls = n->duty < 0 ? m->duties : n->duty;
		out->duty[n->day] = n->duty;
		plain += w->p->gain[n->day * width + cls];
		days += w->type->cents[n->day * width + cls];
	}
	out->rules = fmax(0, plain - value);
	if (out->rules < 1e-6 * (1 + fabs(plain)))
		out->rules = 0;
	out->cents = days + out->rules;
	return value;
}

enum wfm_status duty_path(struct duty_pricer *p, int32_t type, int32_t most_nodes, double floor,
			  double *value, struct duty_tour *out)
{
	const struct duty_type *t = &p->m->types[type];
	struct walk w = { .p = p, .type = t, .a = &p->m->automata[t->automaton],
			  .g = &p->grids[type], .into = &p->into[t->automaton], .floor = floor };
	if (!p->closed && !(p->closed = malloc(CLOSED * sizeof *p->closed)))
		return WFM_NO_MEMORY;
	memset(p->closed, 0xff, CLOSED * sizeof *p->closed);
	list_loose(&w);
	*value = -INFINITY;
	for (int32_t c = 0; c < w.g->cells; c++) {
		double v = layer_value(&w, w.a->day_count, 0, c) - w.g->end_cents[c];
		struct path_node n = { .reach = v, .suffix = -w.g->end_cents[c], .parent = -1, .cell = c,
				       .day = (int16_t)w.a->day_count };
		if (v > -INFINITY)
			add_node(&w, &n);
	}
	while (w.heap_count > 0 && !w.oom) {
		int32_t node = pop(&w);
		if (p->nodes[node].day == 0) {
			*value = read_path(&w, type, node, out);
			return WFM_OK;
		}
		if (is_dominated(&w, node))
			continue;
		const int32_t *first = &w.into->first[(p->nodes[node].day - 1) * w.a->max_states +
						      p->nodes[node].state];
		for (int32_t i = first[0]; i < first[1]; i++)
			extend(&w, node, w.into->edge[i]);
		if (w.node_count > most_nodes)
			return WFM_LIMIT;
	}
	return w.oom ? WFM_NO_MEMORY : WFM_OK;
}
