/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who of the people under the same rules gets which tour. Agents of one profile and automaton can work each
 * other's tours, and cover does not change by it; what changes is wishes, and who is away. With c(i,k) the
 * personal cents of agent i on the tour of agent k, INFINITY where i cannot:
 *
 *   min sum c(i, s(i))   over permutations s of the agents
 *
 * an assignment problem, solved exactly by shortest augmenting paths (Kuhn 1955; Jonker and Volgenant 1987)
 * among up to TOGETHER agents at a time. Types of one kind of wish already share their tours (assign.c).
 */
#include "solver/schedule/exchange.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TOGETHER = 200 };

static const double NEVER = 1e12, WORTH_IT = 1e-6;

struct slot {
	int32_t at; /* in the plan */
	const struct type *type;
};

static int by_rules(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;
	const struct type *s = x->type, *t = y->type;
	if (s->profile != t->profile)
		return s->profile < t->profile ? -1 : 1;
	if (s->automaton != t->automaton)
		return s->automaton < t->automaton ? -1 : 1;
	if (s->optional != t->optional)
		return s->optional ? 1 : -1;
	return x->at < y->at ? -1 : 1;
}

static bool same_rules(const struct slot *a, const struct slot *b)
{
	return a->type->profile == b->type->profile && a->type->automaton == b->type->automaton &&
	       a->type->optional == b->type->optional;
}

static double personal(const struct type *t, const struct tour *tour)
{
	double sum = 0;
	for (int32_t i = 0; t->extra && i < tour->count; i++)
		sum += (double)t->extra[tour->s[i].opt];
	return sum;
}

/* Scratch of one assignment, rows and columns from 1 on; 0 stands for none. */
struct match {
	double cents[TOGETHER + 1][TOGETHER + 1];
	double row[TOGETHER + 1], column[TOGETHER + 1], least[TOGETHER + 1];
	int32_t of[TOGETHER + 1], way[TOGETHER + 1]; /* row of a column; the column before it on the path */
	bool seen[TOGETHER + 1];
	struct tour tour[TOGETHER + 1]; /* as they were */
};

/* One row more, along the shortest path to a free column. */
static void match_row(struct match *x, int32_t n, int32_t row)
{
	int32_t at = 0;
	x->of[0] = row;
	for (int32_t k = 0; k <= n; k++) {
		x->least[k] = INFINITY;
		x->seen[k] = false;
	}
	do {
		int32_t i = x->of[at], next = 0;
		double step = INFINITY;
		x->seen[at] = true;
		for (int32_t k = 1; k <= n; k++) {
			if (x->seen[k])
				continue;
			double c = x->cents[i][k] - x->row[i] - x->column[k];
			if (c < x->least[k]) {
				x->least[k] = c;
				x->way[k] = at;
			}
			if (x->least[k] < step) {
				step = x->least[k];
				next = k;
			}
		}
		for (int32_t k = 0; k <= n; k++) {
			if (x->seen[k]) {
				x->row[x->of[k]] += step;
				x->column[k] -= step;
			} else {
				x->least[k] -= step;
			}
		}
		at = next;
	} while (x->of[at] != 0);
	for (; at != 0; at = x->way[at])
		x->of[at] = x->of[x->way[at]];
}

/* Cents saved among n slots. */
static double exchange(struct match *x, struct plan *p, const struct slot *slots, int32_t n)
{
	double before = 0, after = 0;
	memset(x->of, 0, sizeof x->of);
	memset(x->row, 0, sizeof x->row);
	memset(x->column, 0, sizeof x->column);
	for (int32_t k = 1; k <= n; k++) {
		const struct tour *t = p->tours[slots[k - 1].at];
		memcpy(&x->tour[k], t, tour_size(t->count));
		for (int32_t i = 1; i <= n; i++) {
			double c = personal(slots[i - 1].type, t);
			x->cents[i][k] = c < NEVER ? c : NEVER;
		}
		before += x->cents[k][k];
	}
	for (int32_t i = 1; i <= n; i++)
		match_row(x, n, i);
	for (int32_t k = 1; k <= n; k++)
		after += x->cents[x->of[k]][k];
	if (!(after < before - WORTH_IT))
		return 0;
	for (int32_t k = 1; k <= n; k++) {
		int32_t i = x->of[k];
		struct tour *to = p->tours[slots[i - 1].at];
		x->tour[k].type = to->type;
		x->tour[k].cost += x->cents[i][k] - x->cents[k][k];
		memcpy(to, &x->tour[k], tour_size(x->tour[k].count));
	}
	return before - after;
}

/* Slots of one set of rules, and whether any two of them may cost differently. */
static int32_t run_of(const struct slot *slots, int32_t count, bool *unlike)
{
	int32_t n = 1;
	*unlike = false;
	for (; n < count && same_rules(&slots[0], &slots[n]); n++)
		*unlike |= slots[n].type != slots[0].type;
	return n;
}

bool exchange_tours(const struct model *m, struct plan *p)
{
	if (p->seats || m->sit_first)
		return true;
	struct slot *slots = malloc(((size_t)p->count + 1) * sizeof *slots);
	struct match *x = malloc(sizeof *x);
	int32_t count = 0;
	bool ok = slots && x, unlike;
	for (int32_t i = 0; ok && i < p->count; i++)
		if (!m->types[p->tours[i]->type].must_work)
			slots[count++] = (struct slot){ i, &m->types[p->tours[i]->type] };
	if (ok && count > 1)
		qsort(slots, (size_t)count, sizeof *slots, by_rules);
	for (int32_t i = 0, n; ok && i < count; i += n) {
		n = run_of(&slots[i], count - i, &unlike);
		for (int32_t k = 0; unlike && k < n; k += TOGETHER)
			p->tour_cents -= exchange(x, p, &slots[i + k], n - k < TOGETHER ? n - k : TOGETHER);
	}
	free(slots);
	free(x);
	return ok;
}
