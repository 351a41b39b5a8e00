/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Slot by slot in time, everybody stays on the queue of the slot before unless a move, or a chain of
 * moves through the queues, lowers the cost of shortage and surplus: the cost per slot is that of the
 * transport problem, and spans on a queue become long. As many do deferrable work as in the plan, whose
 * division of it looks beyond the slot; the others are divided among the other queues. Where chains do not do, see divide_desk.c.
 */
#include "solver/schedule/divide.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct profile *profile_of(const struct model *m, const struct tour *t)
{
	return &m->profiles[m->types[t->type].profile];
}

/* Is the person at work (no break) at the offset of shift i? */
static bool at_work(const struct profile *pr, const struct tour_shift *s, int32_t offset)
{
	const struct break_set *set = &pr->sets[pr->opts[s->opt].set];
	for (int32_t b = 0; b < set->count; b++)
		if (offset >= s->brk[b] && offset < s->brk[b] + set->b[b].slots)
			return false;
	return true;
}

void divide_put(struct naming *n, int32_t w, int32_t j)
{
	const struct kind *k = worker_kind(n, w);
	int16_t *at = &n->queue_at[n->cell[w]];
	for (int i = 0; i < 2; i++) { /* off the old one, on the new one */
		int32_t sign = i ? 1 : -1, q = *at >= 0 ? k->queue[*at] : -1;
		if (q >= 0)
			n->have[q] += sign * k->speed[*at];
		if (q >= 0 && desk_of(n->m, q) >= 0)
			n->seated[desk_of(n->m, q)] += sign;
		*at = i ? *at : (int16_t)j;
	}
}

static void put_best(struct naming *n, int32_t w, int32_t t)
{
	const struct kind *k = worker_kind(n, w);
	double best = INFINITY;
	int32_t arg = -1;
	for (int32_t j = 0; j < k->queue_count; j++) {
		if (!divide_is_open(n, k->queue[j], t) || divide_is_stock(n, k->queue[j]))
			continue;
		double v = divide_change(n, k->queue[j], t, k->speed[j]);
		if (v < best) {
			best = v;
			arg = j;
		}
	}
	divide_put(n, w, arg);
}

static void list_movers(struct naming *n, int32_t t)
{
	int32_t nq = n->m->p->queue_count;
	for (int32_t i = 0; i < nq * nq; i++)
		n->mover[i] = -1;
	for (int32_t w = 0; w < n->worker_count; w++) {
		const struct kind *k = worker_kind(n, w);
		int32_t q = divide_queue_of(n, w);
		for (int32_t j = 0; q >= 0 && !divide_is_stock(n, q) && j < k->queue_count; j++)
			if (k->queue[j] != q && divide_is_open(n, k->queue[j], t) && !divide_is_stock(n, k->queue[j]))
				n->mover[q * nq + k->queue[j]] = w;
	}
}

/* Fewest moves from q to the queue that gains most; its saving, and the path in n->from. */
static double best_path(struct naming *n, int32_t q, int32_t t, int32_t *end)
{
	int32_t nq = n->m->p->queue_count, line[64], head = 0, tail = 0;
	for (int32_t i = 0; i < nq; i++)
		n->from[i] = -1;
	n->from[q] = q;
	line[tail++] = q;
	double best = 0, give = divide_change(n, q, t, -1);
	while (head < tail) {
		int32_t at = line[head++];
		for (int32_t r = 0; r < nq; r++) {
			if (n->from[r] >= 0 || n->mover[at * nq + r] < 0)
				continue;
			n->from[r] = at;
			line[tail++] = r;
			double saving = -give - divide_change(n, r, t, 1);
			if (saving > best + 1e-9) {
				best = saving;
				*end = r;
			}
		}
	}
	return best;
}

static double slot_cents(const struct naming *n, int32_t t)
{
	double sum = 0;
	for (int32_t q = 0; q < n->m->p->queue_count; q++)
		sum += service_slot_cost(n->m, n->mu, q, t, n->have[q]);
	return sum;
}

void divide_move(struct naming *n, int32_t w, int32_t queue)
{
	const struct kind *k = worker_kind(n, w);
	for (int32_t j = 0; j < k->queue_count; j++)
		if (k->queue[j] == queue)
			divide_put(n, w, j);
}

/* One improving chain; false: there is none. Speeds other than 1 may spoil it: then undone. */
static bool improve_slot(struct naming *n, int32_t t)
{
	int32_t nq = n->m->p->queue_count, end = -1, start = -1, last = -1, moved[64], back[64];
	double best = 1e-6, before = slot_cents(n, t);
	list_movers(n, t);
	for (int32_t q = 0; q < nq; q++) {
		double v = best_path(n, q, t, &end);
		if (v > best) {
			best = v;
			start = q;
		}
	}
	if (start < 0)
		return false;
	(void)best_path(n, start, t, &last);
	int32_t count = 0;
	for (int32_t at = last; at != start; at = n->from[at]) {
		int32_t w = n->mover[n->from[at] * nq + at];
		moved[count] = w;
		back[count++] = n->from[at];
		divide_move(n, w, at);
	}
	if (slot_cents(n, t) < before - 1e-9)
		return true;
	for (int32_t i = 0; i < count; i++)
		divide_move(n, moved[i], back[i]);
	return false;
}

struct presence {
	int32_t kind, cell, slot, before; /* before: cell of the last work slot of the shift, or -1 */
};

static int by_slot(const void *a, const void *b)
{
	const struct presence *x = a, *y = b;
	if (x->slot != y->slot)
		return x->slot < y->slot ? -1 : 1;
	return x->cell < y->cell ? -1 : x->cell > y->cell;
}

static int32_t list_presence(struct naming *n, struct presence *list)
{
	int32_t count = 0;
	for (int32_t p = 0; p < n->count; p++) {
		const struct tour *t = n->people[p].tour;
		const struct profile *pr = profile_of(n->m, t);
		int32_t cell = n->people[p].base;
		for (int32_t i = 0; i < t->count; i++) {
			const struct opt *o = &pr->opts[t->s[i].opt];
			int32_t before = -1, kind = model_opt_kind(pr, t->s[i].opt);
			for (int32_t x = 0; x < o->end - o->start; x++, cell++) {
				if (!at_work(pr, &t->s[i], x) || n->sit_at[cell])
					continue;
				list[count++] = (struct presence){ kind, cell,
								   (o->start + x) % n->m->slots, before };
				before = cell;
			}
		}
	}
	return count;
}

static int32_t *wanted(const struct naming *n, int32_t w, int32_t j)
{
	return &n->want[n->cover->first[n->worker[w]] + j];
}

/* One of those who stay on deferrable work (pass 0), who are on no queue yet (1), or any other (2). */
static void put_on_work(struct naming *n, int32_t w, int32_t pass)
{
	const struct kind *k = worker_kind(n, w);
	int32_t now = n->queue_at[n->cell[w]];
	bool on_work = now >= 0 && divide_is_stock(n, k->queue[now]);
	if (pass == 0 && on_work && --*wanted(n, w, now) < 0) {
		++*wanted(n, w, now);
		divide_put(n, w, -1);
	}
	for (int32_t j = 0; pass > 0 && !on_work && (now < 0 || pass > 1) && j < k->queue_count; j++)
		if (divide_is_stock(n, k->queue[j]) && *wanted(n, w, j) > 0) {
			--*wanted(n, w, j);
			divide_put(n, w, j);
			return;
		}
}

static void divide_work(struct naming *n, int32_t t)
{
	for (int32_t i = 0; i < n->cover->rows; i++)
		n->want[i] = n->cover->count[i * n->m->slots + t];
	for (int32_t pass = 0; pass < 3; pass++)
		for (int32_t w = 0; w < n->worker_count; w++)
			put_on_work(n, w, pass);
}

static void divide_slot(struct naming *n, const struct presence *list, int32_t count)
{
	int32_t t = list[0].slot;
	memset(n->have, 0, (size_t)n->m->p->queue_count * sizeof *n->have);
	memset(n->seated, 0, (size_t)n->m->desk_count * sizeof *n->seated);
	n->worker_count = count;
	for (int32_t w = 0; w < count; w++) {
		n->worker[w] = list[w].kind;
		n->cell[w] = list[w].cell;
		const struct kind *k = worker_kind(n, w);
		int32_t j = list[w].before < 0 ? -1 : n->queue_at[list[w].before];
		if (j >= 0 && divide_is_open(n, k->queue[j], t) && divide_has_room(n, k->queue[j], t))
			divide_put(n, w, j);
	}
	if (n->m->stock_count > 0)
		divide_work(n, t);
	if (n->graph) {
		divide_by_cycles(n, t);
		return;
	}
	for (int32_t w = 0; w < count; w++)
		if (n->queue_at[n->cell[w]] < 0)
			put_best(n, w, t);
	for (int32_t i = 0; i < 4 * count && improve_slot(n, t); i++)
		;
}

/* Where nobody has a choice of queues there is nothing to divide. */
static bool without_choice(struct naming *n)
{
	if (n->m->desk_count > 0)
		return false;
	for (int32_t k = 0; k < n->m->kind_count; k++)
		if (n->m->kinds[k].queue_count > 1)
			return false;
	for (int32_t p = 0; p < n->count; p++) {
		const struct tour *t = n->people[p].tour;
		const struct profile *pr = profile_of(n->m, t);
		int32_t cell = n->people[p].base;
		for (int32_t i = 0; i < t->count; i++) {
			const struct opt *o = &pr->opts[t->s[i].opt];
			const struct kind *kind = &n->m->kinds[model_opt_kind(pr, t->s[i].opt)];
			for (int32_t x = 0; x < o->end - o->start; x++, cell++)
				if (kind->queue_count == 1 && at_work(pr, &t->s[i], x) && !n->sit_at[cell] &&
				    divide_is_open(n, kind->queue[0], (o->start + x) % n->m->slots))
					n->queue_at[cell] = 0;
		}
	}
	return true;
}

bool divide_queues(struct naming *n)
{
	if (without_choice(n))
		return true;
	struct presence *list = calloc((size_t)n->slot_total + 1, sizeof *list);
	if (!list)
		return false;
	int32_t count = list_presence(n, list);
	if (count > 0)
		qsort(list, (size_t)count, sizeof *list, by_slot);
	for (int32_t i = 0; i < count;) {
		int32_t j = i;
		while (j < count && list[j].slot == list[i].slot)
			j++;
		divide_slot(n, &list[i], j - i);
		i = j;
	}
	free(list);
	return true;
}
