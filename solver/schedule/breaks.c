/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the breaks of a shift go, and which slots are left for work. */
#include "solver/schedule/pricing.h"

#include <math.h>
#include <stddef.h>

/*
 * Cheapest break places of a set for a shift starting at `start`: stage i, offset x:
 *   f_i(x) = w[x, x + n_i) + min { f_{i-1}(y) : y + n_{i-1} + gap_i <= x }.
 * Returns the loss and, when places is not NULL, the offsets.
 */
double breaks_place(const double *prefix, const struct break_set *s, int32_t start,
		    int16_t *places)
{
	enum { WIDE = 1440 / 5 + 1 };
	double f[2][WIDE];
	int16_t from[MODEL_MAX_BREAKS][WIDE];
	const double *pre = prefix + start;
	for (int32_t i = 0; i < s->count; i++) {
		double *now = f[i & 1], *before = f[(i & 1) ^ 1], best = INFINITY;
		int32_t n = s->b[i].slots, y = i ? s->b[i - 1].low : 0, arg = -1;
		for (int32_t x = s->b[i].low; x <= s->b[i].high; x++) {
			if (i == 0) {
				best = 0;
			} else {
				int32_t last = x - s->b[i - 1].slots - s->b[i].gap;
				for (; y <= last && y <= s->b[i - 1].high; y++)
					if (before[y] < best) {
						best = before[y];
						arg = y;
					}
			}
			now[x] = best + (pre[x + n] - pre[x]);
			from[i][x] = (int16_t)arg;
		}
	}
	if (s->count == 0)
		return 0;
	const double *end = f[(s->count - 1) & 1];
	int32_t last = s->count - 1, arg = s->b[last].low;
	for (int32_t x = s->b[last].low; x <= s->b[last].high; x++)
		if (end[x] < end[arg])
			arg = x;
	for (int32_t i = last, x = arg; places && i >= 0; i--) {
		places[i] = (int16_t)x;
		x = from[i][x];
	}
	return end[arg];
}

void tour_visit(const struct model *m, const struct tour *t, void (*visit)(void *, int32_t, int32_t),
		void *context)
{
	const struct profile *pr = &m->profiles[m->types[t->type].profile];
	for (int32_t i = 0; i < t->count; i++) {
		const struct opt *o = &pr->opts[t->s[i].opt];
		const struct break_set *s = &pr->sets[o->set];
		int32_t at = o->start, kind = pr->place[s->place].kind;
		for (int32_t b = 0; b <= s->count; b++) {
			int32_t stop = b < s->count ? o->start + t->s[i].brk[b] : o->end;
			for (; at < stop; at++)
				visit(context, at % m->slots, kind);
			if (b < s->count)
				at += s->b[b].slots;
		}
	}
}
