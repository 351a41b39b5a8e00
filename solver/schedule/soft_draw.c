/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tours drawn by their weight in the sums of soft.c. */
#include "solver/schedule/soft.h"

#include <math.h>
#include <string.h>

/* Index of the term in which u x whole falls; terms are mu x log. -1: none counts. */
static int32_t pick(const struct soft *s, const double *term, int32_t n, double whole, double u)
{
	double sum = 0;
	int32_t last = -1;
	for (int32_t i = 0; i < n; i++) {
		double p = soft_part(s, term[i], whole);
		if (p <= 0)
			continue;
		sum += p;
		last = i;
		if (u < sum)
			return i;
	}
	return last;
}

static void draw_breaks(const struct soft *s, const struct break_set *set, int32_t start,
			struct rng *rng, int16_t *brk)
{
	struct soft_places p;
	soft_place(s, set, start, &p);
	int32_t limit = INT32_MAX;
	for (int32_t b = set->count - 1; b >= 0; b--) {
		int32_t low = set->b[b].low, n = set->b[b].high - low + 1;
		double sum = -INFINITY;
		n = limit - low + 1 < n ? limit - low + 1 : n;
		for (int32_t x = 0; x < n; x++)
			sum = fmax(sum, p.ahead[b][x]);
		double weight = 0;
		for (int32_t x = 0; x < n; x++)
			weight += soft_part(s, p.ahead[b][x], sum);
		int32_t x = pick(s, p.ahead[b], n, sum, rng_unit(rng) * weight);
		brk[b] = (int16_t)(low + (x > 0 ? x : 0));
		limit = brk[b] - set->b[b].gap - (b > 0 ? set->b[b - 1].slots : 0);
	}
}

/* A shift of the day and class within the band, by weight; -1: none. */
static int32_t draw_shift(const struct soft *s, const struct profile *pr, int32_t row, int32_t band,
			  double whole, struct rng *rng)
{
	int32_t low = pr->band_low[band], n = pr->band_high[band] - low + 1;
	const double *cells = &s->cell[row * pr->wall_count + low];
	int32_t w = pick(s, cells, n, whole, rng_unit(rng));
	if (w < 0)
		return -1;
	int32_t cell = row * pr->wall_count + low + w, found = -1;
	double u = rng_unit(rng), sum = 0;
	for (int32_t i = pr->class_first[row]; i < pr->class_first[row + 1] && sum <= u; i++)
		if (pr->opts[i].cell == cell) {
			double p = soft_part(s, s->weight[i], s->cell[cell]);
			sum += p;
			found = p > 0 ? i : found;
		}
	return found;
}

static void put(const struct soft *s, const struct type *t, const struct profile *pr, int32_t opt,
		struct rng *rng, struct tour *out)
{
	const struct opt *o = &pr->opts[opt];
	memmove(&out->s[1], &out->s[0], (size_t)out->count * sizeof out->s[0]);
	memset(&out->s[0], 0, sizeof out->s[0]);
	out->s[0].opt = opt;
	draw_breaks(s, &pr->sets[o->set], o->start, rng, out->s[0].brk);
	out->count++;
	out->cost += o->cost + (t->extra ? (double)t->extra[opt] : 0);
}

/* Walks back through the sums of the band; false: they lead nowhere. */
static bool draw_tour(struct soft *s, int32_t type, int32_t band, struct rng *rng, struct tour *out)
{
	const struct type *t = &s->m->types[type];
	const struct profile *pr = &s->m->profiles[t->profile];
	const struct automaton *au = &s->m->automata[t->automaton];
	const int32_t stride = au->max_states, n = au->day_count;
	const double *row = &s->row[band * n * pr->class_count];
	out->type = type;
	out->count = 0;
	out->cost = 0;
	int32_t state = pick(s, &s->ahead[n * stride], au->state_count[n], s->total[band],
			     rng_unit(rng));
	for (int32_t d = n - 1; d >= 0 && state >= 0; d--) {
		double whole = s->ahead[(d + 1) * stride + state], u = rng_unit(rng), sum = 0;
		const struct edge *found = NULL;
		for (int32_t k = au->edge_first[d]; k < au->edge_first[d + 1] && sum <= u; k++) {
			const struct edge *e = &au->edges[k];
			double p = e->to != state ? 0 :
						    soft_part(s, s->ahead[d * stride + e->from] +
								 soft_edge(t, pr, e, d, row), whole);
			sum += p;
			found = p > 0 ? e : found;
		}
		if (!found)
			return false;
		out->cost += (double)found->penalty;
		int32_t at = d * pr->class_count + found->cls;
		int32_t opt = found->cls < 0 ? -1 : draw_shift(s, pr, at, band, row[at], rng);
		if (found->cls >= 0 && opt < 0)
			return false;
		if (opt >= 0 && out->count > 0 && pr->opts[opt].free_from > pr->opts[out->s[0].opt].start)
			return false; /* too little rest */
		if (opt >= 0)
			put(s, t, pr, opt, rng, out);
		state = found->from;
	}
	return state >= 0;
}

bool soft_draw(struct soft *s, int32_t type, int32_t n, struct rng *rng,
	       bool (*take)(void *, const struct tour *), void *context)
{
	const struct type *t = &s->m->types[type];
	const struct profile *pr = &s->m->profiles[t->profile];
	double whole = -INFINITY, weight = 0, due = rng_unit(rng);
	struct tour tour;
	for (int32_t b = 0; b < pr->band_count; b++)
		whole = fmax(whole, s->total[b]);
	for (int32_t b = 0; b < pr->band_count; b++)
		weight += soft_part(s, s->total[b], whole);
	for (int32_t b = 0; b < pr->band_count && weight > 0; b++) {
		due += n * soft_part(s, s->total[b], whole) / weight;
		if (due < 1)
			continue;
		(void)soft_run(s, t, pr, &s->m->automata[t->automaton], b);
		for (; due >= 1; due--)
			if (draw_tour(s, type, b, rng, &tour) && !take(context, &tour))
				return false;
	}
	return true;
}
