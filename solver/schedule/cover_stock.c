/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/schedule/cover.h"
#include "solver/schedule/desk.h"
#include "solver/schedule/stock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_MOVES = 256 };

static const double TINY = 1e-7;

/* One person between the work and another queue, in a slot. */
struct move {
	int32_t t, kind, from, to;
};

/* Here numbers are never NaN, and these are called more than all else. */
static inline double lower(double a, double b)
{
	return a < b ? a : b;
}

static inline double upper(double a, double b)
{
	return a > b ? a : b;
}

double cover_stock_cents(const struct cover *c)
{
	double sum = 0;
	for (int32_t i = 0; i < c->m->stock_count; i++)
		sum += stock_cents(&c->m->stocks[i], &c->have[c->m->stocks[i].queue * c->m->slots]);
	return sum;
}

void cover_stock_look(struct cover *c, int32_t t)
{
	const struct model *m = c->m;
	int32_t kind, from, to;
	for (int32_t i = 0; i < m->stock_count; i++) {
		const int32_t q = m->stocks[i].queue, at = i * m->slots + t;
		c->stock.free_[at] = -INFINITY;
		c->stock.fetch[at] = INFINITY;
		for (int32_t r = 0; m->stocks[i].at[t] >= 0 && r < m->p->queue_count; r++) {
			if (m->stock_of[r] >= 0)
				continue;
			bool may = m->open[r * m->slots + t] && !cover_is_full(c, desk_of(m, r), t);
			double gain = may ? c->gain[r * m->slots + t] : -INFINITY;
			if (gain > c->stock.free_[at] && cover_find_mover(c, t, q, r, &kind, &from, &to))
				c->stock.free_[at] = gain;
			double loss = cover_loss_of(c, r, t, 1);
			if (loss < c->stock.fetch[at] && cover_find_mover(c, t, r, q, &kind, &from, &to))
				c->stock.fetch[at] = loss;
		}
	}
}

/* done[k] by the people there, and as if `suppose` more had been; spare[k] people with nothing to do. */
static void count_done(const struct stock *s, const double *have, double suppose, double *done, double *spare)
{
	double sum = 0;
	for (int32_t k = 0; k < s->count; k++) {
		double could = sum + have[s->slot[k]] + s->spare[k];
		sum = lower(s->come[k], could);
		spare[k] = could - sum;
		done[k] = lower(s->come[k], sum + suppose);
	}
}

/*
 * From the last slot back: what one more done by k saves, and one less loses, through later slots. Who
 * comes costs his idle time, who has something to do saves it.
 */
static void look_ahead(const struct stock *s, const double *done, const double *spare, const double *free_,
		       const double *fetch, double *more, double *less)
{
	double up = s->idle, down = s->idle;
	for (int32_t k = s->count - 1; k >= 0; k--) {
		const int32_t t = s->slot[k];
		double room = lower(1, s->come[k] - done[k]), late = upper(0, s->due[k] - done[k]);
		double lacks = lower(1, upper(0, s->due[k] - done[k] + 1) - late);
		up = room <= 0 ? 0 : room * up + s->late[k] * lower(late, room);
		down = spare[k] >= 1 ? 0 : (1 - spare[k]) * (down + s->late[k] * lacks);
		more[t] = up - s->idle;
		less[t] = down - s->idle;
		up = upper(up, free_[t] + s->idle);
		down = lower(down, fetch[t] + s->idle);
	}
}

/* The same through earlier slots: who is there now may go, or somebody come. */
static void look_back(const struct stock *s, const double *done, const double *free_, const double *fetch,
		      double *more, double *less)
{
	double up = -INFINITY, down = INFINITY;
	for (int32_t k = 0; k < s->count; k++) {
		const int32_t t = s->slot[k];
		more[t] = upper(more[t], up - s->idle);
		less[t] = lower(less[t], down - s->idle);
		double late = upper(0, s->due[k] - done[k]);
		up = upper(up, free_[t] + s->idle) - s->late[k] * lower(1, upper(0, s->due[k] - done[k] + 1) - late);
		down = lower(down, fetch[t] + s->idle) - s->late[k] * lower(1, late);
		if (s->come[k] - done[k] < 1)
			down = INFINITY;
		if (done[k] < 1)
			up = -INFINITY;
	}
}

static void find_worths(struct cover *c, int32_t i)
{
	const struct stock *s = &c->m->stocks[i];
	const int32_t at = i * c->m->slots;
	struct cover_stock *x = &c->stock;
	count_done(s, &c->have[s->queue * c->m->slots], x->suppose, x->done, x->spare);
	look_ahead(s, x->done, x->spare, &x->free_[at], &x->fetch[at], &x->more[at], &x->less[at]);
	look_back(s, x->done, &x->free_[at], &x->fetch[at], &x->more[at], &x->less[at]);
}

/* The move that saves most; false: none does. */
static bool best_move(struct cover *c, struct move *out)
{
	const struct model *m = c->m;
	double best = TINY;
	bool comes = false;
	int32_t stock = -1;
	for (int32_t i = 0; i < m->stock_count; i++)
		for (int32_t k = 0; k < m->stocks[i].count; k++) {
			int32_t at = i * m->slots + m->stocks[i].slot[k];
			double come = c->stock.more[at] - c->stock.fetch[at];
			double go = c->stock.free_[at] - c->stock.less[at];
			if (fmax(come, go) <= best)
				continue;
			best = fmax(come, go);
			comes = come >= go;
			stock = i;
			out->t = m->stocks[i].slot[k];
		}
	if (stock < 0)
		return false;
	const int32_t q = m->stocks[stock].queue, t = out->t;
	double top = -INFINITY;
	for (int32_t r = 0; r < m->p->queue_count; r++) {
		struct move x = { .t = t };
		if (m->stock_of[r] >= 0 ||
		    (!comes && (!m->open[r * m->slots + t] || cover_is_full(c, desk_of(m, r), t))))
			continue;
		double v = comes ? -cover_loss_of(c, r, t, 1) : c->gain[r * m->slots + t];
		if (v > top && cover_find_mover(c, t, comes ? r : q, comes ? q : r, &x.kind, &x.from, &x.to)) {
			top = v;
			*out = x;
		}
	}
	return top > -INFINITY;
}

static void make(struct cover *c, const struct move *x, bool back)
{
	cover_shift_people(c, x->kind, back ? x->to : x->from, x->t, -1);
	cover_shift_people(c, x->kind, back ? x->from : x->to, x->t, 1);
	cover_refresh(c, x->t);
}

/* Slots whose worths have changed take them over. */
static void take_over(struct cover *c)
{
	const struct model *m = c->m;
	for (int32_t t = 0; t < m->slots; t++) {
		bool changed = false;
		for (int32_t i = 0; i < m->stock_count; i++)
			changed |= m->stocks[i].at[t] >= 0 &&
				   fabs(c->stock.more[i * m->slots + t] -
					c->gain[m->stocks[i].queue * m->slots + t]) > TINY;
		if (changed)
			cover_refresh(c, t);
	}
}

void cover_stock_settle(struct cover *c, int32_t most)
{
	const struct model *m = c->m;
	struct move made[MOST_MOVES];
	int32_t count = 0, keep = 0;
	if (m->stock_count == 0)
		return;
	double least = c->cents + cover_stock_cents(c);
	bool fresh = false;
	for (most = most < MOST_MOVES ? most : MOST_MOVES; count < most; count++) {
		for (int32_t i = 0; i < m->stock_count; i++)
			find_worths(c, i);
		fresh = !best_move(c, &made[count]);
		if (fresh)
			break;
		make(c, &made[count], false);
		double cents = c->cents + cover_stock_cents(c);
		if (cents < least - TINY) {
			least = cents;
			keep = count + 1;
		}
	}
	fresh &= count == keep;
	while (count > keep)
		make(c, &made[--count], true);
	for (int32_t i = 0; i < m->stock_count && !fresh; i++)
		find_worths(c, i);
	take_over(c);
}

void cover_stock_suppose(struct cover *c, double more)
{
	c->stock.suppose = more;
	cover_stock_settle(c, 0);
}

bool cover_stock_new(struct cover *c)
{
	const size_t cells = (size_t)c->m->stock_count * (size_t)c->m->slots;
	if (cells == 0)
		return true;
	double *all = calloc(4 * cells + 2 * (size_t)c->m->slots, sizeof *all);
	if (!all)
		return false;
	c->stock = (struct cover_stock){ .more = all, .less = all + cells, .free_ = all + 2 * cells,
					 .fetch = all + 3 * cells, .done = all + 4 * cells,
					 .spare = all + 4 * cells + c->m->slots };
	return true;
}

void cover_stock_free(struct cover *c)
{
	free(c->stock.more);
}

void cover_stock_copy(struct cover *to, const struct cover *from)
{
	const size_t cells = (size_t)from->m->stock_count * (size_t)from->m->slots;
	if (cells > 0)
		memcpy(to->stock.more, from->stock.more, 4 * cells * sizeof *to->stock.more);
}
