/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/schedule/pricing_path.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- one week: bands in order of an upper bound ---- */

static int by_bound(const void *a, const void *b)
{
	const struct band_value *x = a, *y = b;
	if (x->bound != y->bound)
		return x->bound > y->bound ? -1 : 1;
	return x->band < y->band ? -1 : x->band > y->band;
}

/* No tour of the band is worth more than its best n days, for the best n the rules allow. */
static double band_bound(struct pricer *p, int32_t band)
{
	const struct profile *pr = p->pr;
	int32_t days = p->cal->day_count, n = pr->class_count;
	double sum = 0, sorted[MODEL_MAX_DAYS];
	for (int32_t d = 0; d < days; d++) {
		double top = -INFINITY;
		const double *b = &p->best[d * n * pr->wall_count];
		for (int32_t c = 0; c < n; c++)
			for (int32_t w = pr->band_low[band]; w <= pr->band_high[band]; w++)
				if (b[c * pr->wall_count + w] > top)
					top = b[c * pr->wall_count + w];
		int32_t at = d;
		for (; at > 0 && sorted[at - 1] < top; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = top;
	}
	for (int32_t d = 0; d < p->au->work_high && d < days; d++)
		if (d < p->au->work_low || sorted[d] > 0)
			sum += sorted[d];
	return sum;
}

static void list_bands(struct pricer *p)
{
	path_cells(p);
	for (int32_t b = 0; b < p->pr->band_count; b++)
		p->bands[b] = (struct band_value){ band_bound(p, b), b };
	qsort(p->bands, (size_t)p->pr->band_count, sizeof *p->bands, by_bound);
}

/* Best path of one band over the whole plan; *last gets the index in the last layer. */
static double run_band(struct pricer *p, int32_t band, int32_t *last)
{
	int32_t days = p->au->day_count;
	path_seed(p, p->score, p->au->state_count[0]);
	path_days(p, band, 0, days);
	const double *end = p->score + (size_t)days * (size_t)p->stride;
	*last = path_end(p, end);
	return end[*last];
}

static void read_band(struct pricer *p, int32_t type, int32_t band, int32_t last, struct tour *out)
{
	int32_t state = last / p->span, x = last % p->span;
	path_clear(out, type);
	path_back(p, band, 0, p->au->day_count, &state, &x, out);
	path_turn(out);
}

/* ---- several weeks: a band for each ---- */

static double run_weeks(struct pricer *p, const int32_t *first, int32_t weeks, int32_t *last)
{
	size_t stride = (size_t)p->stride;
	path_seed(p, p->start, p->au->state_count[0]);
	path_cells(p);
	for (int32_t w = 0; w < weeks; w++) {
		double *in = p->start + (size_t)w * stride, *out = in + stride;
		int32_t *band_of = p->band_of + (size_t)(w + 1) * stride;
		int32_t n_in = p->au->state_count[first[w]] * p->span;
		int32_t n_out = p->au->state_count[first[w + 1]] * p->span;
		for (int32_t i = 0; i < n_out; i++)
			out[i] = -INFINITY;
		for (int32_t b = 0; b < p->pr->band_count; b++) {
			memcpy(p->score + (size_t)first[w] * stride, in, (size_t)n_in * sizeof *in);
			path_days(p, b, first[w], first[w + 1]);
			const double *end = p->score + (size_t)first[w + 1] * stride;
			for (int32_t i = 0; i < n_out; i++)
				if (end[i] > out[i]) {
					out[i] = end[i];
					band_of[i] = b;
				}
		}
	}
	const double *end = p->start + (size_t)weeks * stride;
	*last = path_end(p, end);
	return end[*last];
}

static void read_weeks(struct pricer *p, int32_t type, const int32_t *first, int32_t weeks,
		       int32_t last, struct tour *out)
{
	size_t stride = (size_t)p->stride;
	int32_t state = last / p->span, x = last % p->span;
	path_clear(out, type);
	for (int32_t w = weeks - 1; w >= 0; w--) {
		int32_t band = p->band_of[(size_t)(w + 1) * stride + (size_t)(state * p->span + x)];
		int32_t n_in = p->au->state_count[first[w]] * p->span;
		memcpy(p->score + (size_t)first[w] * stride, p->start + (size_t)w * stride,
		       (size_t)n_in * sizeof *p->score);
		path_days(p, band, first[w], first[w + 1]);
		path_back(p, band, first[w], first[w + 1], &state, &x, out);
	}
	path_turn(out);
}

/* ---- plans that repeat ---- */

/* A path over the whole plan: one week in its band, or several. */
struct way {
	int32_t type, band, weeks;
	const int32_t *first;
};

static double run_way(struct pricer *p, const struct way *w, int32_t *last)
{
	return w->weeks > 1 ? run_weeks(p, w->first, w->weeks, last) : run_band(p, w->band, last);
}

static void read_way(struct pricer *p, const struct way *w, int32_t last, struct tour *out)
{
	if (w->weeks > 1)
		read_weeks(p, w->type, w->first, w->weeks, last, out);
	else
		read_band(p, w->type, w->band, last, out);
}

/* Slots of the first day before which the plan's end lets nobody start, and where the tour does. */
static bool joins(const struct pricer *p, const struct tour *t, int32_t *free_from, int32_t *start)
{
	const int32_t first = p->cal->days[0].first_slot;
	if (t->count == 0)
		return true;
	*free_from = p->pr->opts[t->s[t->count - 1].opt].free_from - p->m->slots - first;
	*start = p->pr->opts[t->s[0].opt].start - first;
	return *free_from <= *start;
}

/*
 * The best tour whose end leaves the rest before its own beginning. In a range a tour starts at `low` at
 * the earliest and keeps at most `high` slots free; the best of these, rest across the seam apart, is a
 * bound, and often joins. If not, every tour that joins lies on one side of a slot between the two.
 */
static double best_joined(struct pricer *p, const struct way *w, double floor, struct tour *out)
{
	double best = floor;
	bool any = false;
	int32_t n = 0;
	p->ranges[n++] = (struct range){ 0, p->span - 1 };
	while (n > 0) {
		struct range r = p->ranges[--n];
		struct tour t;
		int32_t last = 0, free_from = 0, start = 0;
		p->low = r.low;
		p->high = r.high;
		double v = run_way(p, w, &last);
		if (!(v > best))
			continue;
		read_way(p, w, last, &t);
		if (joins(p, &t, &free_from, &start)) {
			best = v;
			any = true;
			memcpy(out, &t, tour_size(t.count));
			continue;
		}
		int32_t middle = (start + free_from) / 2;
		p->ranges[n++] = (struct range){ middle + 1, r.high };
		p->ranges[n++] = (struct range){ r.low, middle };
	}
	p->low = 0;
	p->high = p->span - 1;
	return any ? best : -INFINITY;
}

/* The best tour of the way if it is worth more than the floor, written to *out; else at most the floor. */
static double best_of_way(struct pricer *p, const struct way *w, double floor, struct tour *out)
{
	int32_t last = 0;
	if (p->ring)
		return best_joined(p, w, floor, out);
	double v = run_way(p, w, &last);
	if (v > floor)
		read_way(p, w, last, out);
	return v;
}

/* ---- public ---- */

static bool impossible(const struct pricer *p)
{
	return p->au->state_count[p->au->day_count] == 0 || p->pr->band_count == 0;
}

/* Without a shift on offer in any band the only tour is the one without shifts. */
static double idle_tour(struct pricer *p, int32_t type, struct tour *out)
{
	path_clear(out, type);
	if (p->type->optional)
		return 0;
	if (p->au->state_count[p->au->day_count] == 0)
		return -INFINITY;
	path_seed(p, p->score, p->au->state_count[0]);
	path_idle(p, p->au->day_count);
	const double *end = p->score + (size_t)p->au->day_count * (size_t)p->stride;
	int32_t last = path_end(p, end);
	if (end[last] > -INFINITY)
		read_band(p, type, 0, last, out);
	return end[last];
}

static double best_of_weeks(struct pricer *p, int32_t type, const int32_t *first, int32_t weeks,
			    struct tour *out)
{
	const struct way way = { .type = type, .weeks = weeks, .first = first };
	double v = best_of_way(p, &way, -INFINITY, out);
	if (p->type->optional && v < 0) {
		path_clear(out, type);
		return 0;
	}
	return v;
}

int32_t pricer_several(struct pricer *p, int32_t type, double floor, int32_t max, struct tour *out,
		       double *values, double *best)
{
	int32_t first[MODEL_MAX_WEEKS + 1], n = 0;
	path_select(p, type);
	if (impossible(p)) {
		*best = idle_tour(p, type, &out[0]);
		values[0] = *best;
		return *best > floor && max > 0;
	}
	int32_t weeks = model_weeks(p->cal, first);
	if (weeks > 1) {
		*best = values[0] = best_of_weeks(p, type, first, weeks, &out[0]);
		return *best > floor && max > 0;
	}
	list_bands(p);
	*best = -INFINITY;
	if (p->type->optional) {
		*best = values[0] = 0;
		path_clear(&out[0], type);
		n = *best > floor && max > 0;
	}
	for (int32_t i = 0; i < p->pr->band_count; i++) {
		double bound = p->bands[i].bound, least = n < max ? floor : fmax(floor, values[n - 1]);
		if (bound <= *best && bound <= least)
			break;
		const struct way way = { .type = type, .band = p->bands[i].band, .weeks = 1 };
		struct tour found;
		double v = best_of_way(p, &way, fmin(*best, least), &found);
		*best = fmax(*best, v);
		if (v <= least)
			continue;
		int32_t at = n < max ? n++ : n - 1;
		values[at] = v;
		memcpy(&out[at], &found, tour_size(found.count));
		for (; at > 0 && values[at] > values[at - 1]; at--) {
			struct tour swap = out[at];
			out[at] = out[at - 1];
			out[at - 1] = swap;
			double x = values[at];
			values[at] = values[at - 1];
			values[at - 1] = x;
		}
	}
	return n;
}

void pricer_look(struct pricer *p, int32_t type)
{
	path_select(p, type);
	path_cells(p);
}

double pricer_pattern(struct pricer *p, int32_t band, uint64_t days, struct tour *out)
{
	int32_t last = 0, type = (int32_t)(p->type - p->m->types);
	p->masked = true;
	p->days = days;
	double v = run_band(p, band, &last);
	if (v > -INFINITY)
		read_band(p, type, band, last, out);
	p->masked = false;
	return v;
}

double pricer_best(struct pricer *p, int32_t type, struct tour *out)
{
	int32_t first[MODEL_MAX_WEEKS + 1];
	path_select(p, type);
	if (impossible(p))
		return idle_tour(p, type, out);
	int32_t weeks = model_weeks(p->cal, first);
	if (weeks > 1)
		return best_of_weeks(p, type, first, weeks, out);
	list_bands(p);
	double best = -INFINITY;
	if (p->type->optional) {
		best = 0;
		path_clear(out, type);
	}
	for (int32_t i = 0; i < p->pr->band_count && !(p->bands[i].bound <= best); i++) {
		const struct way way = { .type = type, .band = p->bands[i].band, .weeks = 1 };
		best = fmax(best, best_of_way(p, &way, best, out));
	}
	return best;
}
