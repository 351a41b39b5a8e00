/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/schedule/pricing_path.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void pricer_free(struct pricer *p)
{
	if (p == NULL)
		return;
	free(p->prefix);
	free(p->loss);
	free(p->value);
	free(p->best);
	free(p->arg);
	free(p->row);
	free(p->row_arg);
	free(p->score);
	free(p->start);
	free(p->band_of);
	free(p->running);
	free(p->bands);
	free(p->ranges);
	free(p);
}

static void *room(int64_t n, size_t item)
{
	return calloc((size_t)n + 1, item);
}

struct pricer *pricer_new(const struct model *m)
{
	struct pricer *p = calloc(1, sizeof *p);
	if (p == NULL)
		return NULL;
	int64_t layer = 0; /* states x span, largest of all types */
	for (int32_t i = 0; i < m->automaton_count; i++) {
		int64_t n = (int64_t)m->automata[i].max_states *
			    m->profiles[m->automata[i].profile].rest_span;
		layer = n > layer ? n : layer;
	}
	p->m = m;
	p->profile = -1;
	p->prefix = room((int64_t)m->max_places * (m->horizon + 1), sizeof *p->prefix);
	p->loss = room((int64_t)m->max_starts * m->max_sets, sizeof *p->loss);
	p->value = room(m->max_opts, sizeof *p->value);
	p->best = room(m->max_cells, sizeof *p->best);
	p->arg = room(m->max_cells, sizeof *p->arg);
	p->row = room(m->max_row, sizeof *p->row);
	p->row_arg = room(m->max_row, sizeof *p->row_arg);
	p->score = room(layer * (m->max_days + 1), sizeof *p->score);
	p->start = room(layer * (MODEL_MAX_WEEKS + 1), sizeof *p->start);
	p->band_of = room(layer * (MODEL_MAX_WEEKS + 1), sizeof *p->band_of);
	p->running = room(m->max_span, sizeof *p->running);
	p->bands = room(m->max_bands, sizeof *p->bands);
	p->ranges = room(m->max_span + 1, sizeof *p->ranges);
	if (!p->prefix || !p->loss || !p->value || !p->best || !p->arg || !p->row || !p->row_arg ||
	    !p->score || !p->start || !p->band_of || !p->running || !p->bands || !p->ranges) {
		pricer_free(p);
		return NULL;
	}
	return p;
}

static double *prefix_of(const struct pricer *p, int32_t place)
{
	return p->prefix + (size_t)place * ((size_t)p->m->horizon + 1);
}

void pricer_set(struct pricer *p, int32_t profile, const double *w)
{
	const struct profile *pr = &p->m->profiles[profile];
	p->profile = profile;
	for (int32_t i = 0; i < pr->place_count; i++) {
		double *prefix = prefix_of(p, i);
		prefix[0] = 0;
		for (int32_t t = 0; t < p->m->horizon; t++)
			prefix[t + 1] = prefix[t] + w[i * p->m->horizon + t];
	}
	size_t n = (size_t)pr->start_count * (size_t)pr->set_count;
	for (size_t i = 0; i < n; i++)
		p->loss[i] = NAN;
	for (int32_t i = 0; i < pr->opt_count; i++) {
		const struct opt *o = &pr->opts[i];
		double *loss = &p->loss[o->start_i * pr->set_count + o->set];
		const double *prefix = prefix_of(p, pr->sets[o->set].place);
		if (isnan(*loss))
			*loss = breaks_place(prefix, &pr->sets[o->set], o->start, NULL);
		p->value[i] = prefix[o->end] - prefix[o->start] - *loss - o->cost;
	}
}

/* ---- the path through the automaton ---- */

void path_select(struct pricer *p, int32_t type)
{
	p->type = &p->m->types[type];
	assert(p->type->profile == p->profile);
	p->pr = &p->m->profiles[p->type->profile];
	p->au = &p->m->automata[p->type->automaton];
	p->cal = &p->m->p->calendars[p->pr->calendar];
	p->span = p->pr->rest_implied ? 1 : p->pr->rest_span;
	p->stride = p->au->max_states * p->span;
	p->ring = p->m->p->cyclic && p->span > 1;
	p->low = 0;
	p->high = p->span - 1;
}

static double opt_value(const struct pricer *p, int32_t i)
{
	return p->type->extra ? p->value[i] - (double)p->type->extra[i] : p->value[i];
}

void path_cells(struct pricer *p)
{
	const struct profile *pr = p->pr;
	int32_t cells = p->cal->day_count * pr->class_count * pr->wall_count;
	for (int32_t i = 0; i < cells; i++)
		p->best[i] = -INFINITY;
	for (int32_t i = 0; i < pr->opt_count; i++) {
		double v = opt_value(p, i);
		int32_t cell = pr->opts[i].cell;
		if (v > p->best[cell]) {
			p->best[cell] = v;
			p->arg[cell] = i;
		}
	}
}

/* Best shift of each day and class whose start lies in the band, for days [first, last). */
static void fill_row(struct pricer *p, int32_t band, int32_t first, int32_t last)
{
	const struct profile *pr = p->pr;
	for (int32_t k = first * pr->class_count; k < last * pr->class_count; k++) {
		const double *b = &p->best[k * pr->wall_count];
		int32_t arg = pr->band_low[band];
		for (int32_t w = arg + 1; w <= pr->band_high[band]; w++)
			if (b[w] > b[arg])
				arg = w;
		p->row[k] = b[arg];
		p->row_arg[k] = b[arg] > -INFINITY ? p->arg[k * pr->wall_count + arg] : -1;
		if (p->masked && !(p->days >> (k / pr->class_count) & 1)) {
			p->row[k] = -INFINITY;
			p->row_arg[k] = -1;
		}
	}
}

static bool in_band(const struct profile *pr, const struct opt *o, int32_t band)
{
	int32_t wall = o->cell % pr->wall_count;
	return wall >= pr->band_low[band] && wall <= pr->band_high[band];
}

static int32_t next_day_start(const struct pricer *p, int32_t day)
{
	return p->cal->days[day].first_slot + p->cal->days[day].slots;
}

static void raise(double *at, double v)
{
	if (v > *at)
		*at = v;
}

/* One working edge with the time of the last end carried along. */
static void relax_with_rest(struct pricer *p, int32_t day, int32_t band, const struct edge *e,
			    double *to)
{
	const struct profile *pr = p->pr;
	const int32_t *first = &pr->class_first[day * pr->class_count + e->cls];
	int32_t day_start = p->cal->days[day].first_slot, next = next_day_start(p, day);
	for (int32_t i = first[0]; i < first[1]; i++) {
		const struct opt *o = &pr->opts[i];
		int32_t s = o->start - day_start;
		double base = p->running[s < p->span ? s : p->span - 1];
		if (base == -INFINITY || !in_band(pr, o, band))
			continue;
		int32_t after = o->free_from - next;
		raise(&to[after > 0 ? after : 0], base + opt_value(p, i) - (double)e->penalty);
	}
}

static void relax_day(struct pricer *p, int32_t day, int32_t band)
{
	const struct automaton *au = p->au;
	const double *from = p->score + (size_t)day * (size_t)p->stride;
	double *to = p->score + (size_t)(day + 1) * (size_t)p->stride;
	int32_t span = p->span, length = p->cal->days[day].slots, prepared = -1;
	bool must = (p->type->must_work && p->type->must_work[day]) || (p->masked && p->days >> day & 1);
	for (int32_t i = 0; i < au->state_count[day + 1] * span; i++)
		to[i] = -INFINITY;
	for (int32_t k = au->edge_first[day]; k < au->edge_first[day + 1]; k++) {
		const struct edge *e = &au->edges[k];
		const double *f = from + (size_t)e->from * (size_t)span;
		double *g = to + (size_t)e->to * (size_t)span;
		if (e->cls < 0) {
			for (int32_t x = 0; x < span && !must; x++)
				raise(&g[x > length ? x - length : 0], f[x] - (double)e->penalty);
		} else if (span == 1) {
			raise(g, f[0] + p->row[day * p->pr->class_count + e->cls] - (double)e->penalty);
		} else {
			for (int32_t x = 0; x < span && prepared != e->from; x++)
				p->running[x] = x && p->running[x - 1] > f[x] ? p->running[x - 1] : f[x];
			prepared = e->from;
			relax_with_rest(p, day, band, e, g);
		}
	}
}

void path_days(struct pricer *p, int32_t band, int32_t first, int32_t last)
{
	if (p->span == 1)
		fill_row(p, band, first, last);
	for (int32_t d = first; d < last; d++)
		relax_day(p, d, band);
}

void path_idle(struct pricer *p, int32_t last)
{
	for (int32_t i = 0; i < last * p->pr->class_count; i++) {
		p->row[i] = -INFINITY;
		p->row_arg[i] = -1;
	}
	for (int32_t d = 0; d < last; d++)
		relax_day(p, d, 0);
}

/* Slots after the last day that a plan which repeats keeps free anyway. */
static int32_t spare_slots(const struct pricer *p)
{
	int32_t days = p->cal->day_count;
	return p->m->slots + p->cal->days[0].first_slot - next_day_start(p, days - 1);
}

int32_t path_end(const struct pricer *p, const double *layer)
{
	const int32_t states = p->au->state_count[p->au->day_count];
	const int32_t most = p->ring ? p->high + spare_slots(p) : p->high;
	int32_t arg = 0;
	for (int32_t i = 0; i < states; i++)
		for (int32_t x = 0; x < p->span && x <= most; x++)
			if (layer[i * p->span + x] > layer[arg])
				arg = i * p->span + x;
	return arg;
}

/* ---- reading a path back ---- */

static void put_shift(struct pricer *p, struct tour *out, int32_t opt)
{
	struct tour_shift *s = &out->s[out->count++];
	memset(s, 0, sizeof *s);
	s->opt = opt;
	const struct opt *o = &p->pr->opts[opt];
	const struct break_set *set = &p->pr->sets[o->set];
	(void)breaks_place(prefix_of(p, set->place), set, o->start, s->brk);
	out->cost += o->cost + (p->type->extra ? (double)p->type->extra[opt] : 0);
}

/* Finds the shift of edge e that led to score v at (to, x); *from_x gets the place before. */
static int32_t find_opt(struct pricer *p, int32_t day, int32_t band, const struct edge *e,
			const double *f, int32_t x, double v, int32_t *from_x)
{
	const struct profile *pr = p->pr;
	const int32_t *first = &pr->class_first[day * pr->class_count + e->cls];
	int32_t day_start = p->cal->days[day].first_slot, next = next_day_start(p, day);
	for (int32_t i = first[0]; i < first[1]; i++) {
		const struct opt *o = &pr->opts[i];
		int32_t after = o->free_from - next, s = o->start - day_start;
		if ((after > 0 ? after : 0) != x || !in_band(pr, o, band))
			continue;
		s = s < p->span ? s : p->span - 1;
		int32_t arg = 0;
		for (int32_t y = 1; y <= s; y++)
			if (f[y] > f[arg])
				arg = y;
		if (f[arg] > -INFINITY && f[arg] + opt_value(p, i) - (double)e->penalty == v) {
			*from_x = arg;
			return i;
		}
	}
	return -1;
}

/* One step back from (day + 1, state, x); false only if the scores are not those of path_days. */
static bool step_back(struct pricer *p, int32_t day, int32_t band, int32_t *state, int32_t *x,
		      int32_t *opt, float *penalty)
{
	const struct automaton *au = p->au;
	const double *from = p->score + (size_t)day * (size_t)p->stride;
	double v = p->score[(size_t)(day + 1) * (size_t)p->stride + (size_t)(*state * p->span + *x)];
	bool must = (p->type->must_work && p->type->must_work[day]) || (p->masked && p->days >> day & 1);
	int32_t length = p->cal->days[day].slots;
	for (int32_t k = au->edge_first[day]; k < au->edge_first[day + 1]; k++) {
		const struct edge *e = &au->edges[k];
		const double *f = from + (size_t)e->from * (size_t)p->span;
		int32_t before = -1;
		*opt = -1;
		if (e->to != *state)
			continue;
		if (e->cls < 0) {
			for (int32_t y = 0; y < p->span && !must && before < 0; y++)
				if ((y > length ? y - length : 0) == *x && f[y] - (double)e->penalty == v)
					before = y;
		} else if (p->span == 1) {
			int32_t c = day * p->pr->class_count + e->cls;
			*opt = p->row_arg[c];
			if (*opt >= 0 && f[0] + p->row[c] - (double)e->penalty == v)
				before = 0;
		} else {
			*opt = find_opt(p, day, band, e, f, *x, v, &before);
		}
		if (before < 0 || f[before] == -INFINITY)
			continue;
		*state = e->from;
		*x = before;
		*penalty = e->penalty;
		return true;
	}
	return false;
}

void path_back(struct pricer *p, int32_t band, int32_t first, int32_t last, int32_t *state, int32_t *x,
	       struct tour *reversed)
{
	for (int32_t d = last - 1; d >= first; d--) {
		int32_t opt = -1;
		float penalty = 0;
		bool found = step_back(p, d, band, state, x, &opt, &penalty);
		assert(found);
		(void)found;
		reversed->cost += (double)penalty;
		if (opt >= 0)
			put_shift(p, reversed, opt);
	}
}

void path_turn(struct tour *t)
{
	for (int32_t i = 0, j = t->count - 1; i < j; i++, j--) {
		struct tour_shift s = t->s[i];
		t->s[i] = t->s[j];
		t->s[j] = s;
	}
}

void path_clear(struct tour *t, int32_t type)
{
	t->type = type;
	t->count = 0;
	t->cost = 0;
}

void path_seed(struct pricer *p, double *layer, int32_t states)
{
	for (int32_t i = 0; i < states * p->span; i++)
		layer[i] = -INFINITY;
	layer[p->low] = 0;
}

