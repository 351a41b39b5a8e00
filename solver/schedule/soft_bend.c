/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the sums over tours bend: second derivatives of soft.h's value by the worths,
 *
 *   sum_k n_k / mu (E[a a'] - E[a] E[a]'),
 *
 * where a tour's cover a is drawn by its weight. Given the band, days and classes of a tour its shifts
 * are drawn apart, so that E[a a'] is within a day a sum over shifts and places of breaks, and across
 * days a sum over bands and pairs of days of (chance of both) x (mean cover of one) x (of the other).
 * What stands once in `bend` is mirrored at the end.
 */
#include "solver/schedule/soft.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CELLS = 1400, MAX_TYPES = 24 };

static const double NOBODY = 1e-10;

struct soft_bend {
	struct soft *s;
	int32_t cells;
	int32_t longest, spread; /* slots of a shift; between a band's first and last start */
	int32_t width;           /* both */
	double *bend;           /* [cells x cells] */
	double *cover, *type_cover;
	double *mean;           /* [cells of the profile x longest] mean cover of a shift there */
	double *broken;         /* [starts x sets x longest] chance of a break */
	double *day_mean;       /* [days x classes x width] of a band */
	int32_t *day_from;      /* [days x classes] first slot of it */
	double *ones, *line;    /* [longest] */
	double *chance, *next;  /* [states] */
	double *joint;          /* [days x classes] */
	/* in hand */
	const struct type *type;
	const struct profile *pr;
	const struct automaton *au;
	double *base;           /* of the profile's queue in bend */
	double speed;
};

bool soft_bend_fits(const struct model *m)
{
	for (int32_t k = 0; k < m->kind_count; k++)
		if (m->kinds[k].queue_count != 1)
			return false;
	return m->p->queue_count * m->slots <= MAX_CELLS && m->type_count <= MAX_TYPES;
}

void soft_bend_free(struct soft_bend *b)
{
	if (!b)
		return;
	free(b->bend);
	free(b->cover);
	free(b->type_cover);
	free(b->mean);
	free(b->broken);
	free(b->day_mean);
	free(b->day_from);
	free(b->ones);
	free(b->line);
	free(b->chance);
	free(b->next);
	free(b->joint);
	free(b);
}

static double *room(int64_t n)
{
	return calloc((size_t)n + 1, sizeof(double));
}

static void measure(struct soft_bend *b)
{
	const struct model *m = b->s->m;
	for (int32_t p = 0; p < m->profile_count; p++) {
		const struct profile *pr = &m->profiles[p];
		int32_t spread = 0;
		for (int32_t i = 0; i < pr->opt_count; i++) {
			int32_t n = pr->opts[i].end - pr->opts[i].start;
			b->longest = n > b->longest ? n : b->longest;
		}
		for (int32_t i = 0; i < pr->band_count; i++) {
			int32_t n = pr->walls[pr->band_high[i]] - pr->walls[pr->band_low[i]];
			spread = n > spread ? n : spread;
		}
		spread = spread / m->p->slot_min + 1;
		b->spread = spread > b->spread ? spread : b->spread;
	}
	b->width = b->longest + b->spread;
}

struct soft_bend *soft_bend_new(struct soft *s)
{
	const struct model *m = s->m;
	struct soft_bend *b = calloc(1, sizeof *b);
	if (!b)
		return NULL;
	b->s = s;
	b->cells = m->p->queue_count * m->slots;
	measure(b);
	b->bend = room((int64_t)b->cells * b->cells);
	b->cover = room(b->cells);
	b->type_cover = room(b->cells);
	b->mean = room((int64_t)m->max_cells * b->longest);
	b->broken = room((int64_t)m->max_starts * m->max_sets * b->longest);
	b->day_mean = room((int64_t)m->max_row * b->width);
	b->day_from = calloc((size_t)m->max_row + 1, sizeof *b->day_from);
	b->ones = room(b->longest);
	b->line = room(b->longest);
	b->chance = room(m->max_states);
	b->next = room(m->max_states);
	b->joint = room(m->max_row);
	if (b->bend && b->cover && b->type_cover && b->mean && b->broken && b->day_mean &&
	    b->day_from && b->ones && b->line && b->chance && b->next && b->joint) {
		for (int32_t i = 0; i < b->longest; i++)
			b->ones[i] = 1;
		return b;
	}
	soft_bend_free(b);
	return NULL;
}

/* bend[u_from + i][v_from + j] += weight u_i v_j, slots wrapped; u NULL: all ones. */
static void add_outer(struct soft_bend *b, double weight, const double *u, int32_t u_from,
		      int32_t u_count, const double *v, int32_t v_from, int32_t v_count)
{
	const int32_t n = b->s->m->slots;
	v_from %= n;
	int32_t before = v_count < n - v_from ? v_count : n - v_from;
	for (int32_t i = 0; i < u_count; i++) {
		double x = (u ? weight * u[i] : weight) * b->speed * b->speed;
		double *row = b->base + (size_t)((u_from + i) % n) * (size_t)b->cells;
		if (x == 0)
			continue;
		for (int32_t j = 0; j < before; j++)
			row[v_from + j] += x * v[j];
		for (int32_t j = before; j < v_count; j++)
			row[v_from + j - n] += x * v[j];
	}
}

/* ---- within a shift ---- */

/* Chances of the next break's places, given those of this one. */
static void next_break(const struct soft *s, const struct break_set *set, const struct soft_places *p,
		       int32_t k, const double *now, double *then)
{
	int32_t low = set->b[k].low, after = set->b[k + 1].low;
	memset(then, 0, SOFT_OFFSETS * sizeof *then);
	for (int32_t x = 0; x <= set->b[k].high - low; x++) {
		if (now[x] <= 0)
			continue;
		for (int32_t y = 0; y <= set->b[k + 1].high - after; y++)
			if (after + y >= low + x + set->b[k].slots + set->b[k + 1].gap)
				then[y] += now[x] * soft_part(s, p->cost[k + 1][y] + p->back[k + 1][y],
							      p->back[k][x]);
	}
}

/* The slots of break k at place x and of break l at place y, taken together with that weight. */
static void add_pair(struct soft_bend *b, const struct break_set *set, int32_t start, int32_t k,
		     int32_t x, int32_t l, int32_t y, double weight)
{
	add_outer(b, weight, NULL, start + set->b[k].low + x, set->b[k].slots, b->ones,
		  start + set->b[l].low + y, set->b[l].slots);
}

static void bend_breaks(struct soft_bend *b, const struct break_set *set, int32_t start, double people,
			double *broken)
{
	struct soft_places p;
	double now[SOFT_OFFSETS], then[SOFT_OFFSETS];
	soft_place(b->s, set, start, &p);
	soft_place_back(b->s, set, &p);
	for (int32_t k = 0; k < set->count; k++)
		for (int32_t x = 0; x <= set->b[k].high - set->b[k].low; x++) {
			double chance = soft_part(b->s, p.ahead[k][x] + p.back[k][x], p.sum);
			if (chance < NOBODY)
				continue;
			for (int32_t i = 0; i < set->b[k].slots; i++)
				broken[set->b[k].low + x + i] += chance;
			add_pair(b, set, start, k, x, k, x, 0.5 * people * chance);
			memset(now, 0, sizeof now);
			now[x] = chance;
			for (int32_t l = k + 1; l < set->count; l++) {
				next_break(b->s, set, &p, l - 1, now, then);
				memcpy(now, then, sizeof now);
				for (int32_t y = 0; y <= set->b[l].high - set->b[l].low; y++)
					if (now[y] > NOBODY)
						add_pair(b, set, start, k, x, l, y, people * now[y]);
			}
		}
}

/* A shift is its span less its breaks: span x span - span x breaks - breaks x span + breaks x breaks. */
static void bend_shifts(struct soft_bend *b)
{
	const struct profile *pr = b->pr;
	double *row = b->line;
	for (int32_t i = 0; i < pr->opt_count; i++) {
		const struct opt *o = &pr->opts[i];
		double people = b->s->people[i];
		const double *broken = &b->broken[(o->start_i * pr->set_count + o->set) * b->longest];
		if (people < NOBODY)
			continue;
		int32_t n = o->end - o->start;
		for (int32_t j = 0; j < n; j++)
			row[j] = 0.5 - broken[j];
		add_outer(b, people, NULL, o->start, n, row, o->start, n);
	}
}

static void bend_days(struct soft_bend *b)
{
	const struct profile *pr = b->pr;
	struct soft *s = b->s;
	size_t places = (size_t)pr->start_count * (size_t)pr->set_count;
	memset(s->placed, 0, places * sizeof *s->placed);
	memset(b->broken, 0, places * (size_t)b->longest * sizeof *b->broken);
	for (int32_t i = 0; i < pr->opt_count; i++)
		s->placed[pr->opts[i].start_i * pr->set_count + pr->opts[i].set] += s->people[i];
	for (int32_t i = 0; i < pr->start_count; i++)
		for (int32_t k = 0; k < pr->set_count; k++) {
			int32_t at = i * pr->set_count + k;
			if (s->placed[at] > NOBODY)
				bend_breaks(b, &pr->sets[k], pr->starts[i], s->placed[at],
					    &b->broken[at * b->longest]);
		}
	bend_shifts(b);
}

/* ---- across days ---- */

static void fill_means(struct soft_bend *b, int32_t cells)
{
	const struct profile *pr = b->pr;
	memset(b->mean, 0, (size_t)cells * (size_t)b->longest * sizeof *b->mean);
	for (int32_t i = 0; i < pr->opt_count; i++) {
		const struct opt *o = &pr->opts[i];
		if (b->s->people[i] < NOBODY)
			continue;
		double part = soft_part(b->s, b->s->weight[i], b->s->cell[o->cell]);
		double *mean = &b->mean[o->cell * b->longest];
		const double *broken = &b->broken[(o->start_i * pr->set_count + o->set) * b->longest];
		for (int32_t j = 0; j < o->end - o->start; j++)
			mean[j] += part * (1 - broken[j]);
	}
}

/* Mean cover of the band's shifts of each day and class. */
static void fill_day_means(struct soft_bend *b, int32_t band)
{
	const struct profile *pr = b->pr;
	const int32_t rows = b->au->day_count * pr->class_count;
	memset(b->day_mean, 0, (size_t)rows * (size_t)b->width * sizeof *b->day_mean);
	for (int32_t k = 0; k < rows; k++) {
		int32_t from = -1;
		for (int32_t i = pr->class_first[k]; i < pr->class_first[k + 1]; i++) {
			const struct opt *o = &pr->opts[i];
			int32_t wall = o->cell % pr->wall_count;
			if (wall < pr->band_low[band] || wall > pr->band_high[band] ||
			    (i > pr->class_first[k] && o->cell == pr->opts[i - 1].cell))
				continue;
			double part = soft_part(b->s, b->s->cell[o->cell], b->s->row[band * rows + k]);
			from = from < 0 ? o->start : from;
			double *to = &b->day_mean[k * b->width + o->start - from];
			for (int32_t j = 0; part > 0 && j < b->longest && o->start - from + j < b->width; j++)
				to[j] += part * b->mean[o->cell * b->longest + j];
		}
		b->day_from[k] = from < 0 ? 0 : from;
	}
}

/* Chances of day and class after `day`, together with the chances of the states behind it. */
static void look_ahead(struct soft_bend *b, const double *row, int32_t day)
{
	struct soft *s = b->s;
	const int32_t stride = b->au->max_states, classes = b->pr->class_count;
	for (int32_t d = day + 1; d < b->au->day_count; d++) {
		const double *back = &s->back[d * stride], *behind = &s->back[(d + 1) * stride];
		memset(b->next, 0, (size_t)stride * sizeof *b->next);
		memset(&b->joint[d * classes], 0, (size_t)classes * sizeof *b->joint);
		for (int32_t k = b->au->edge_first[d]; k < b->au->edge_first[d + 1]; k++) {
			const struct edge *e = &b->au->edges[k];
			if (b->chance[e->from] < NOBODY)
				continue;
			double v = soft_edge(b->type, b->pr, e, d, row) + behind[e->to];
			double p = b->chance[e->from] * soft_part(s, v, back[e->from]);
			b->next[e->to] += p;
			if (e->cls >= 0)
				b->joint[d * classes + e->cls] += p;
		}
		memcpy(b->chance, b->next, (size_t)stride * sizeof *b->chance);
	}
}

static void bend_band(struct soft_bend *b, int32_t band, double people)
{
	struct soft *s = b->s;
	const int32_t stride = b->au->max_states, classes = b->pr->class_count;
	const int32_t days = b->au->day_count;
	const double *row = &s->row[band * days * classes];
	(void)soft_run(s, b->type, b->pr, b->au, band);
	soft_run_back(s, b->type, b->pr, b->au, band, 0);
	fill_day_means(b, band);
	for (int32_t d = 0; d + 1 < days; d++)
		for (int32_t c = 0; c < classes; c++) {
			double sum = 0;
			memset(b->chance, 0, (size_t)stride * sizeof *b->chance);
			for (int32_t k = b->au->edge_first[d]; k < b->au->edge_first[d + 1]; k++) {
				const struct edge *e = &b->au->edges[k];
				if (e->cls != c)
					continue;
				double v = s->ahead[d * stride + e->from] +
					   soft_edge(b->type, b->pr, e, d, row) +
					   s->back[(d + 1) * stride + e->to];
				double p = soft_part(s, v, s->total[band]);
				b->chance[e->to] += p;
				sum += p;
			}
			if (sum < NOBODY)
				continue;
			look_ahead(b, row, d);
			int32_t at = d * classes + c;
			for (int32_t k = (d + 1) * classes; k < days * classes; k++)
				if (b->joint[k] > NOBODY)
					add_outer(b, people * b->joint[k], &b->day_mean[at * b->width],
						  b->day_from[at], b->width, &b->day_mean[k * b->width],
						  b->day_from[k], b->width);
		}
}

/* ---- all ---- */

static double bend_type(struct soft_bend *b, const struct type *t)
{
	struct soft *s = b->s;
	b->type = t;
	b->au = &s->m->automata[t->automaton];
	memset(s->people, 0, (size_t)b->pr->opt_count * sizeof *s->people);
	double sum = soft_flow(s, t, true);
	if (!t->has_tour || sum == -INFINITY)
		return 0;
	bend_days(b);
	fill_means(b, b->au->day_count * b->pr->class_count * b->pr->wall_count);
	for (int32_t band = 0; band < b->pr->band_count; band++) {
		double people = soft_part(s, s->total[band], sum / t->count) * t->count;
		if (people > NOBODY * t->count)
			bend_band(b, band, people);
	}
	memset(b->type_cover, 0, (size_t)b->cells * sizeof *b->type_cover);
	soft_spread(s, b->pr, b->type_cover);
	for (int32_t i = 0; i < b->cells; i++) {
		b->cover[i] += b->type_cover[i];
		double x = -0.5 * b->type_cover[i] / t->count;
		double *row = b->bend + (size_t)i * (size_t)b->cells;
		for (int32_t j = 0; x != 0 && j < b->cells; j++)
			row[j] += x * b->type_cover[j];
	}
	return sum;
}

double soft_bend_at(struct soft_bend *b, const double *pi, double mu, double **cover, double **bend)
{
	struct soft *s = b->s;
	const struct model *m = s->m;
	size_t n = (size_t)b->cells;
	double sum = 0;
	s->mu = mu;
	memset(b->cover, 0, n * sizeof *b->cover);
	memset(b->bend, 0, n * n * sizeof *b->bend);
	for (int32_t i = 0; i < m->profile_count; i++) {
		b->pr = &m->profiles[i];
		const struct kind *kind = &m->kinds[b->pr->place[0].kind];
		int32_t queue = kind->queue[0];
		b->speed = kind->speed[0];
		b->base = b->bend + (size_t)(queue * m->slots) * (n + 1);
		soft_profile(s, i, pi);
		for (int32_t k = 0; k < m->type_count; k++)
			if (m->types[k].profile == i)
				sum += bend_type(b, &m->types[k]);
	}
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j <= i; j++)
			b->bend[i * n + j] = (b->bend[i * n + j] + b->bend[j * n + i]) / mu;
	*cover = b->cover;
	*bend = b->bend;
	return sum;
}
