/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sums over all tours; see soft.h. Everything is kept as mu x logarithm, in cents, so that nothing
 * under- or overflows: a sum is its largest term plus a small correction.
 */
#include "solver/schedule/soft.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool soft_fits(const struct model *m)
{
	if (m->desk_count > 0)
		return false; /* counters are not in its prices */
	int32_t first[MODEL_MAX_WEEKS + 1];
	if (m->p->service_count > 0 || m->stock_count > 0) /* their slots have no such simple dual */
		return false;
	for (int32_t i = 0; i < m->profile_count; i++) {
		const struct profile *pr = &m->profiles[i];
		if (pr->place_count > 1 || model_weeks(&m->p->calendars[pr->calendar], first) > 1)
			return false;
		for (int32_t k = 0; k < pr->set_count; k++)
			for (int32_t b = 0; b < pr->sets[k].count; b++)
				if (pr->sets[k].b[b].high - pr->sets[k].b[b].low >= SOFT_OFFSETS)
					return false;
	}
	return m->type_count > 0;
}

void soft_free(struct soft *s)
{
	if (!s)
		return;
	free(s->w);
	free(s->prefix);
	free(s->share);
	free(s->place);
	free(s->placed);
	free(s->value);
	free(s->people);
	free(s->weight);
	free(s->cell);
	free(s->flow);
	free(s->row);
	free(s->total);
	free(s->ahead);
	free(s->back);
	free(s->on);
	free(s->curve);
	free(s);
}

static double *room(int64_t n)
{
	return calloc((size_t)n + 1, sizeof(double));
}

/* log(1 + exp(-d)) for d in [0, SOFT_FAR], by values and slopes at points 1/PARTS apart (Hermite): within
 * 1e-10, in a third of the time. */
enum { PARTS = 64, POINTS = SOFT_FAR * PARTS + 2 };

static double softened(const struct soft *s, double d)
{
	int32_t i = (int32_t)(d * PARTS);
	double z = d * PARTS - i, y = 1 - z;
	const double *a = &s->curve[(size_t)(2 * i)];
	return y * y * ((1 + 2 * z) * a[0] + z * a[1]) + z * z * ((3 - 2 * z) * a[2] - y * a[3]);
}

static void draw_curve(struct soft *s)
{
	for (int32_t i = 0; i < POINTS; i++) {
		double x = (double)i / PARTS;
		s->curve[2 * i] = log1p(exp(-x));
		s->curve[2 * i + 1] = -1 / (1 + exp(x)) / PARTS;
	}
}

struct soft *soft_new(const struct model *m)
{
	struct soft *s = calloc(1, sizeof *s);
	int64_t layers = (int64_t)(m->max_days + 1) * m->max_states;
	if (!s)
		return NULL;
	s->m = m;
	s->w = room(m->horizon);
	s->prefix = room(m->horizon + 1);
	s->share = room((int64_t)m->p->queue_count * m->slots);
	s->place = room((int64_t)m->max_starts * m->max_sets);
	s->placed = room((int64_t)m->max_starts * m->max_sets);
	s->value = room(m->max_opts);
	s->people = room(m->max_opts);
	s->weight = room(m->max_opts);
	s->cell = room(m->max_cells);
	s->flow = room(m->max_cells);
	s->row = room((int64_t)m->max_bands * m->max_row);
	s->total = room(m->max_bands);
	s->ahead = room(layers);
	s->back = room(layers);
	s->on = room(m->horizon + 1);
	s->curve = room(2 * POINTS);
	if (!s->w || !s->prefix || !s->share || !s->place || !s->placed || !s->value || !s->people ||
	    !s->weight || !s->cell || !s->flow || !s->row || !s->total || !s->ahead || !s->back ||
	    !s->on || !s->curve) {
		soft_free(s);
		return NULL;
	}
	draw_curve(s);
	return s;
}

/* a and b are mu x log; so is the result. */
static double join(const struct soft *s, double a, double b)
{
	double low = a < b ? a : b, high = a < b ? b : a;
	if (low == -INFINITY || high - low > SOFT_FAR * s->mu)
		return high;
	return high + s->mu * (s->quick ? softened(s, (high - low) / s->mu) : log1p(exp((low - high) / s->mu)));
}

/* mu x log of a sum of n terms. */
static double total(const struct soft *s, const double *term, int32_t n)
{
	double high = -INFINITY, sum = 0;
	for (int32_t i = 0; i < n; i++)
		high = term[i] > high ? term[i] : high;
	if (high == -INFINITY)
		return high;
	for (int32_t i = 0; i < n; i++)
		if (term[i] > high - SOFT_FAR * s->mu)
			sum += exp((term[i] - high) / s->mu);
	return sum == 1 ? high : high + s->mu * log(sum);
}

double soft_part(const struct soft *s, double term, double whole)
{
	return term < whole - SOFT_FAR * s->mu ? 0 : exp((term - whole) / s->mu);
}

/* ---- worths ---- */

static void set_worth(struct soft *s, int32_t kind, const double *pi)
{
	const struct kind *k = &s->m->kinds[kind];
	const int32_t n = s->m->slots;
	for (int32_t t = 0; t < n; t++) {
		double sum = -INFINITY;
		for (int32_t j = 0; j < k->queue_count; j++) {
			int32_t at = k->queue[j] * n + t;
			if (s->m->open[at])
				sum = join(s, sum, k->speed[j] * pi[at]);
		}
		for (int32_t j = 0; j < k->queue_count; j++) {
			int32_t at = k->queue[j] * n + t;
			s->share[at] = s->m->open[at] ? soft_part(s, k->speed[j] * pi[at], sum) : 0;
		}
		s->w[t] = sum > -INFINITY ? sum : 0;
	}
	for (int32_t t = n; t < s->m->horizon; t++)
		s->w[t] = s->w[t - n];
	for (int32_t t = 0; t < s->m->horizon; t++)
		s->prefix[t + 1] = s->prefix[t] + s->w[t];
}

/* ---- breaks: recursions over places, one break after the other ---- */

static double lost(const struct soft *s, const struct break_set *set, int32_t b, int32_t at)
{
	return s->prefix[at + set->b[b].slots] - s->prefix[at];
}

void soft_place(const struct soft *s, const struct break_set *set, int32_t start,
		struct soft_places *p)
{
	for (int32_t b = 0; b < set->count; b++) {
		int32_t low = set->b[b].low, y = 0;
		double before = b == 0 ? 0 : -INFINITY;
		for (int32_t x = low; x <= set->b[b].high; x++) {
			if (b > 0) {
				int32_t last = x - set->b[b].gap - set->b[b - 1].slots;
				int32_t end = last < set->b[b - 1].high ? last : set->b[b - 1].high;
				for (; set->b[b - 1].low + y <= end; y++)
					before = join(s, before, p->ahead[b - 1][y]);
			}
			p->cost[b][x - low] = -lost(s, set, b, start + x);
			p->ahead[b][x - low] = before + p->cost[b][x - low];
		}
	}
	const int32_t last = set->count - 1;
	p->sum = last < 0 ? 0 : total(s, p->ahead[last], set->b[last].high - set->b[last].low + 1);
}

void soft_place_back(const struct soft *s, const struct break_set *set, struct soft_places *p)
{
	for (int32_t b = set->count - 1; b >= 0; b--) {
		int32_t low = set->b[b].low, high = set->b[b].high, after = b + 1;
		bool final = after == set->count;
		double behind = final ? 0 : -INFINITY;
		int32_t y = final ? 0 : set->b[after].high;
		for (int32_t x = high; x >= low; x--) {
			for (; !final && y >= set->b[after].low &&
			       y >= x + set->b[b].slots + set->b[after].gap; y--)
				behind = join(s, behind,
					      p->back[after][y - set->b[after].low] +
						      p->cost[after][y - set->b[after].low]);
			p->back[b][x - low] = behind;
		}
	}
}

static void spread_breaks(struct soft *s, const struct break_set *set, int32_t start, double people)
{
	struct soft_places p;
	soft_place(s, set, start, &p);
	soft_place_back(s, set, &p);
	for (int32_t b = 0; b < set->count; b++)
		for (int32_t x = 0; x <= set->b[b].high - set->b[b].low; x++) {
			double n = people * soft_part(s, p.ahead[b][x] + p.back[b][x], p.sum);
			int32_t at = start + set->b[b].low + x;
			s->on[at] -= n;
			s->on[at + set->b[b].slots] += n;
		}
}

static void set_values(struct soft *s, const struct profile *pr)
{
	struct soft_places p;
	size_t n = (size_t)pr->start_count * (size_t)pr->set_count;
	for (size_t i = 0; i < n; i++)
		s->place[i] = NAN;
	for (int32_t i = 0; i < pr->opt_count; i++) {
		const struct opt *o = &pr->opts[i];
		double *place = &s->place[o->start_i * pr->set_count + o->set];
		if (isnan(*place)) {
			soft_place(s, &pr->sets[o->set], o->start, &p);
			*place = p.sum;
		}
		s->value[i] = s->prefix[o->end] - s->prefix[o->start] + *place - o->cost;
		s->people[i] = 0;
	}
}

void soft_profile(struct soft *s, int32_t profile, const double *pi)
{
	const struct profile *pr = &s->m->profiles[profile];
	set_worth(s, pr->place[0].kind, pi);
	set_values(s, pr);
}

/* ---- the tours of a type ---- */

static void fill_cells(struct soft *s, const struct type *t, const struct profile *pr,
		       int32_t cells)
{
	for (int32_t i = 0; i < cells; i++) {
		s->cell[i] = -INFINITY;
		s->flow[i] = 0;
	}
	for (int32_t i = 0; i < pr->opt_count; i++)
		s->weight[i] = s->value[i] - (t->extra ? (double)t->extra[i] : 0);
	/* Shifts of one cell stand together: they are in order of day, class and start. */
	for (int32_t i = 0, end; i < pr->opt_count; i = end) {
		int32_t cell = pr->opts[i].cell;
		for (end = i + 1; end < pr->opt_count && pr->opts[end].cell == cell;)
			end++;
		s->cell[cell] = total(s, &s->weight[i], end - i);
	}
}

static void fill_row(struct soft *s, const struct profile *pr, int32_t band, int32_t rows)
{
	for (int32_t k = 0; k < rows; k++) {
		const double *c = &s->cell[k * pr->wall_count];
		int32_t low = pr->band_low[band];
		s->row[band * rows + k] = total(s, &c[low], pr->band_high[band] - low + 1);
	}
}

/* No sum over a band exceeds this by more than the number of day patterns. */
static double band_limit(const struct soft *s, const struct profile *pr, const struct automaton *au,
			 int32_t band)
{
	double sorted[MODEL_MAX_DAYS], sum = 0;
	const int32_t rows = au->day_count * pr->class_count;
	for (int32_t d = 0; d < au->day_count; d++) {
		double top = -INFINITY;
		int32_t at = d;
		for (int32_t c = 0; c < pr->class_count; c++)
			top = fmax(top, s->row[band * rows + d * pr->class_count + c]);
		for (; at > 0 && sorted[at - 1] < top; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = top;
	}
	for (int32_t d = 0; d < au->work_high && d < au->day_count; d++)
		if (d < au->work_low || sorted[d] > 0)
			sum += sorted[d];
	return sum + 5 * s->mu;
}

double soft_edge(const struct type *t, const struct profile *pr, const struct edge *e, int32_t day,
		 const double *row)
{
	if (e->cls < 0)
		return t->must_work && t->must_work[day] ? -INFINITY : -(double)e->penalty;
	return row[day * pr->class_count + e->cls] - (double)e->penalty;
}

double soft_run(struct soft *s, const struct type *t, const struct profile *pr,
		const struct automaton *au, int32_t band)
{
	const double *row = &s->row[band * au->day_count * pr->class_count];
	const int32_t stride = au->max_states;
	s->ahead[0] = 0;
	for (int32_t i = 1; i < au->state_count[0]; i++)
		s->ahead[i] = -INFINITY;
	for (int32_t d = 0; d < au->day_count; d++) {
		const double *from = &s->ahead[d * stride];
		double *to = &s->ahead[(d + 1) * stride];
		for (int32_t i = 0; i < au->state_count[d + 1]; i++)
			to[i] = -INFINITY;
		for (int32_t k = au->edge_first[d]; k < au->edge_first[d + 1]; k++) {
			const struct edge *e = &au->edges[k];
			double v = from[e->from] + soft_edge(t, pr, e, d, row);
			to[e->to] = join(s, to[e->to], v);
		}
	}
	double sum = -INFINITY;
	for (int32_t i = 0; i < au->state_count[au->day_count]; i++)
		sum = join(s, sum, s->ahead[au->day_count * stride + i]);
	return sum;
}

void soft_run_back(struct soft *s, const struct type *t, const struct profile *pr,
		   const struct automaton *au, int32_t band, double people)
{
	const int32_t stride = au->max_states, n = au->day_count, rows = n * pr->class_count;
	const double *row = &s->row[band * rows], sum = s->total[band];
	for (int32_t i = 0; i < au->state_count[n]; i++)
		s->back[n * stride + i] = 0;
	for (int32_t d = n - 1; d >= 0; d--) {
		double work[64] = { 0 };
		double *to = &s->back[d * stride];
		const double *from = &s->back[(d + 1) * stride];
		for (int32_t i = 0; i < au->state_count[d]; i++)
			to[i] = -INFINITY;
		for (int32_t k = au->edge_first[d]; k < au->edge_first[d + 1]; k++) {
			const struct edge *e = &au->edges[k];
			double v = from[e->to] + soft_edge(t, pr, e, d, row);
			to[e->from] = join(s, to[e->from], v);
			if (e->cls >= 0 && e->cls < 64)
				work[e->cls] += soft_part(s, s->ahead[d * stride + e->from] + v, sum);
		}
		for (int32_t c = 0; c < pr->class_count && c < 64; c++) {
			int32_t at = d * pr->class_count + c;
			for (int32_t w = pr->band_low[band]; work[c] > 0 && w <= pr->band_high[band]; w++)
				s->flow[at * pr->wall_count + w] +=
					people * work[c] * soft_part(s, s->cell[at * pr->wall_count + w], row[at]);
		}
	}
}

static double sum_bands(struct soft *s, const struct type *t, const struct profile *pr,
			const struct automaton *au)
{
	const int32_t rows = au->day_count * pr->class_count;
	double sum = t->optional ? 0 : -INFINITY, top = sum;
	int32_t lead = -1;
	for (int32_t b = 0; b < pr->band_count; b++) {
		fill_row(s, pr, b, rows);
		s->total[b] = band_limit(s, pr, au, b);
		if (lead < 0 || s->total[b] > s->total[lead])
			lead = b;
	}
	/* The most promising band first: most of the others then need not be summed. */
	for (int32_t i = -1; i < pr->band_count; i++) {
		int32_t b = i < 0 ? lead : i;
		if (b < 0 || i == lead)
			continue;
		if (s->total[b] < top - SOFT_FAR * s->mu) {
			s->total[b] = -INFINITY;
			continue;
		}
		s->total[b] = soft_run(s, t, pr, au, b);
		top = fmax(top, s->total[b]);
		sum = join(s, sum, s->total[b]);
	}
	return sum;
}

double soft_type(struct soft *s, const struct type *t)
{
	const struct profile *pr = &s->m->profiles[t->profile];
	const struct automaton *au = &s->m->automata[t->automaton];
	if (!t->has_tour || pr->band_count == 0)
		return -INFINITY;
	fill_cells(s, t, pr, au->day_count * pr->class_count * pr->wall_count);
	return sum_bands(s, t, pr, au);
}

double soft_flow(struct soft *s, const struct type *t, bool want_flow)
{
	const struct profile *pr = &s->m->profiles[t->profile];
	const struct automaton *au = &s->m->automata[t->automaton];
	double sum = soft_type(s, t);
	if (sum == -INFINITY)
		return 0;
	for (int32_t b = 0; want_flow && b < pr->band_count; b++) {
		double people = soft_part(s, s->total[b], sum);
		if (people < 1e-9)
			continue;
		(void)soft_run(s, t, pr, au, b);
		soft_run_back(s, t, pr, au, b, people * t->count);
	}
	for (int32_t i = 0; want_flow && i < pr->opt_count; i++) {
		int32_t cell = pr->opts[i].cell;
		if (s->flow[cell] > 0)
			s->people[i] += s->flow[cell] * soft_part(s, s->weight[i], s->cell[cell]);
	}
	return sum * t->count;
}

/* ---- what they cover ---- */

void soft_spread(struct soft *s, const struct profile *pr, double *cover)
{
	const struct kind *k = &s->m->kinds[pr->place[0].kind];
	const int32_t n = s->m->slots;
	memset(s->on, 0, ((size_t)s->m->horizon + 1) * sizeof *s->on);
	memset(s->placed, 0, (size_t)pr->start_count * (size_t)pr->set_count * sizeof *s->placed);
	for (int32_t i = 0; i < pr->opt_count; i++) {
		const struct opt *o = &pr->opts[i];
		s->on[o->start] += s->people[i];
		s->on[o->end] -= s->people[i];
		s->placed[o->start_i * pr->set_count + o->set] += s->people[i];
	}
	for (int32_t i = 0; i < pr->start_count; i++)
		for (int32_t k2 = 0; k2 < pr->set_count; k2++)
			if (s->placed[i * pr->set_count + k2] > 1e-12)
				spread_breaks(s, &pr->sets[k2], pr->starts[i],
					      s->placed[i * pr->set_count + k2]);
	double people = 0;
	for (int32_t t = 0; t < s->m->horizon; t++) {
		people += s->on[t];
		for (int32_t j = 0; j < k->queue_count; j++) {
			int32_t at = k->queue[j] * n + t % n;
			cover[at] += people * s->share[at] * k->speed[j];
		}
	}
}

double soft_value(struct soft *s, const double *pi, double mu, double *cover)
{
	const struct model *m = s->m;
	double sum = 0;
	s->mu = mu;
	if (cover)
		memset(cover, 0, (size_t)m->p->queue_count * (size_t)m->slots * sizeof *cover);
	for (int32_t i = 0; i < m->profile_count; i++) {
		const struct profile *pr = &m->profiles[i];
		soft_profile(s, i, pi);
		for (int32_t k = 0; k < m->type_count; k++)
			if (m->types[k].profile == i)
				sum += soft_flow(s, &m->types[k], cover != NULL);
		if (cover)
			soft_spread(s, pr, cover);
	}
	return sum;
}
