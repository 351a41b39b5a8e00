/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The neighbourhood of a staffing: people added where it falls short, and people taken away or
 * exchanged where it does not. Exchanges (up to four leave, up to three of another group come, for less
 * in all) are tried in the order of what the single steps promise together.
 */
#include "skills_impl.h"

#include <math.h>
#include <string.h>

enum { REPAIRS_MOST = 60, ROUNDS_MOST = 60, MOVES_TRIED = 8, OUT_MOST = 4, IN_MOST = 3 };
/* Of somebody whose coming gives all targets together less than a tenth of a point nothing is hoped. */
static const double NO_HELP = 1e-3, HOPELESS = -0.03, SAME_COST = 1e-9;

/* By how much the limits that `at` misses are nearer in `to`. */
static double helped(const struct sk_bench *b, const struct sk_point *at, const struct sk_point *to)
{
	double sum = 0.0;
	for (int32_t c = 0; c < b->part->limit_count; c++)
		if (at->slack[c] < b->margin[c])
			sum += to->slack[c] - at->slack[c];
	return sum;
}

static double shortfall(const struct sk_bench *b, const struct sk_point *p)
{
	double sum = 0.0;
	for (int32_t c = 0; c < b->part->limit_count; c++)
		sum += fmax(0.0, b->margin[c] - p->slack[c]);
	return sum;
}

bool sk_repair(struct sk_bench *b, enum sk_effort effort, int32_t *n)
{
	const struct sk_part *part = b->part;
	for (int round = 0; round < REPAIRS_MOST; round++) {
		const struct sk_point *at = sk_try(b, n, effort);
		double most = 0.0, short_now;
		int32_t best = -1, step = 1, people = 0;
		if (at == NULL)
			return false;
		short_now = shortfall(b, at);
		if (!(short_now > 0.0))
			return true;
		for (int32_t g = 0; g < part->group_count; g++)
			people += n[g];
		if (short_now > 0.5)
			step = 1 + (int32_t)(0.2 * sqrt(people));
		for (int32_t g = 0; g < part->group_count; g++) {
			if (n[g] + step > part->most[g])
				continue;
			n[g] += step;
			const struct sk_point *more = sk_try(b, n, effort);
			n[g] -= step;
			if (more == NULL)
				return false;
			double gain = (short_now - shortfall(b, more)) / (part->cost[g] * step);
			if (gain > most && helped(b, at, more) >= NO_HELP * step) {
				most = gain;
				best = g;
			}
		}
		if (best < 0)
			return true;
		n[best] += step;
	}
	return true;
}

/* One to four leave, of one other group none to three come. */
struct move {
	int32_t out[OUT_MOST], in, in_count;
	double saved, worst; /* worst: the slack promised */
};

struct moves {
	struct move best[MOVES_TRIED];
	int count;
};

bool sk_look_around(struct sk_bench *b, const int32_t *n, struct sk_around *a)
{
	const struct sk_part *part = b->part;
	memset(a, 0, sizeof *a);
	memcpy(a->n, n, (size_t)part->group_count * sizeof *n);
	a->at = sk_try(b, n, SK_JUDGE);
	a->sketch = sk_try(b, n, SK_SKETCH);
	for (int32_t g = 0; g < part->group_count && a->at != NULL && a->sketch != NULL; g++) {
		if (a->n[g] > part->least[g]) {
			a->n[g]--;
			a->less[g] = sk_try(b, a->n, SK_SKETCH);
			a->n[g]++;
		}
		if (a->n[g] < part->most[g]) {
			a->n[g]++;
			a->more[g] = sk_try(b, a->n, SK_SKETCH);
			a->n[g]--;
		}
	}
	return b->status == WFM_OK;
}

static double promised(const struct sk_bench *b, const struct sk_around *a, const struct move *m)
{
	double worst = INFINITY;
	for (int32_t c = 0; c < b->part->limit_count; c++) {
		double s = a->at->slack[c] - b->margin[c];
		for (int i = 0; i < OUT_MOST && m->out[i] >= 0; i++)
			s += a->less[m->out[i]]->slack[c] - a->sketch->slack[c];
		if (m->in >= 0)
			s += m->in_count * (a->more[m->in]->slack[c] - a->sketch->slack[c]);
		worst = fmin(worst, s);
	}
	return worst;
}

/* Moves that promise to suffice come first, the one that saves most before others; then the nearest. */
static bool goes_before(const struct move *x, const struct move *y)
{
	if ((x->worst >= 0.0) != (y->worst >= 0.0))
		return x->worst >= 0.0;
	if (x->worst >= 0.0 && fabs(x->saved - y->saved) > SAME_COST)
		return x->saved > y->saved;
	return x->worst > y->worst;
}

static void offer(const struct sk_bench *b, const struct sk_around *a, struct move m, struct moves *list)
{
	const struct sk_part *part = b->part;
	m.saved = m.in >= 0 ? -part->cost[m.in] * m.in_count : 0.0;
	for (int i = 0; i < OUT_MOST && m.out[i] >= 0; i++)
		m.saved += part->cost[m.out[i]];
	if (!(m.saved > SAME_COST))
		return;
	m.worst = promised(b, a, &m);
	if (m.worst < HOPELESS)
		return;
	int at = list->count;
	if (at == MOVES_TRIED && !goes_before(&m, &list->best[--at]))
		return;
	list->count = at + 1;
	for (; at > 0 && goes_before(&m, &list->best[at - 1]); at--)
		list->best[at] = list->best[at - 1];
	list->best[at] = m;
}

static void offer_with(const struct sk_bench *b, const struct sk_around *a, struct move m,
		       struct moves *list)
{
	const struct sk_part *part = b->part;
	m.in = -1;
	offer(b, a, m, list);
	for (m.in = 0; m.in < part->group_count; m.in++) {
		if (a->more[m.in] == NULL || m.in == m.out[0] || m.in == m.out[1] ||
		    m.in == m.out[2] || m.in == m.out[3])
			continue;
		for (m.in_count = 1; m.in_count <= IN_MOST && a->n[m.in] + m.in_count <= part->most[m.in];
		     m.in_count++)
			offer(b, a, m, list);
	}
}

static bool can_spare(const struct sk_part *part, const struct sk_around *a, const int32_t *out)
{
	for (int i = 0; i < OUT_MOST && out[i] >= 0; i++) {
		int32_t times = 0;
		for (int k = 0; k < OUT_MOST; k++)
			times += out[k] == out[i];
		if (a->n[out[i]] - times < part->least[out[i]])
			return false;
	}
	return true;
}

/* All sets of up to four who leave; of many groups, up to three or two. */
static void list_moves(const struct sk_bench *b, const struct sk_around *a, struct moves *list)
{
	const struct sk_part *part = b->part;
	int32_t groups = part->group_count;
	int out_most = groups <= 10 ? 4 : groups <= 20 ? 3 : 2;
	list->count = 0;
	for (int32_t x = 0; x < groups; x++)
		for (int32_t y = -1; y <= x; y++)
			for (int32_t z = -1; z <= (out_most > 2 ? y : -1); z++)
				for (int32_t u = -1; u <= (out_most > 3 ? z : -1); u++) {
					struct move m = { .out = { x, y, z, u } };
					if (can_spare(part, a, m.out))
						offer_with(b, a, m, list);
				}
}

static void change(int32_t *n, const struct move *m, int32_t sign)
{
	for (int i = 0; i < OUT_MOST && m->out[i] >= 0; i++)
		n[m->out[i]] -= sign;
	if (m->in >= 0)
		n[m->in] += sign * m->in_count;
}

bool sk_reduce(struct sk_bench *b, int32_t *n)
{
	struct sk_around a;
	struct moves list;
	for (int round = 0; round < ROUNDS_MOST; round++) {
		bool moved = false;
		if (!sk_look_around(b, n, &a))
			return false;
		if (sk_worst(b, a.at) < 0.0)
			return true;
		list_moves(b, &a, &list);
		for (int i = 0; i < list.count && !moved; i++) {
			change(n, &list.best[i], 1);
			const struct sk_point *p = sk_try(b, n, SK_JUDGE);
			if (p == NULL)
				return false;
			moved = sk_worst(b, p) >= 0.0;
			if (!moved)
				change(n, &list.best[i], -1);
		}
		if (!moved)
			return true;
	}
	return true;
}
