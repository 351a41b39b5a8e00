/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * As pricing.c, but of the shifts that start near a given time of the day only: a tenth of the work, and
 * most tours that are better than the one there start near it. For plans of one week whose rest between
 * shifts follows from the starts.
 */
#include "solver/schedule/anneal.h"

#include <math.h>
#include <stdlib.h>

enum { WIDE = 2 * ANNEAL_NEAR + 1, JUMP_MIN = 60 };

struct near {
	struct anneal *a;
	const struct type *type;
	const struct profile *pr;
	const struct automaton *au;
	const struct wfm_calendar *cal;
	int32_t low, high; /* walls looked at */
	int32_t band_low, band_high;
};

static double own_cost(const struct near *x, int32_t opt)
{
	return x->pr->opts[opt].cost + (x->type->extra ? (double)x->type->extra[opt] : 0);
}

/* The first shift of the day and class that starts at the slot or later. */
static int32_t first_from(const struct profile *pr, int32_t row, int32_t slot)
{
	int32_t low = pr->class_first[row], high = pr->class_first[row + 1];
	while (low < high) {
		int32_t mid = (low + high) / 2;
		if (pr->opts[mid].start < slot)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Best shift of a day and class for each wall; walls ascend with starts but for a change of the clock. */
static void fill_cells(struct near *x, int32_t row)
{
	const struct profile *pr = x->pr;
	const double *prefix = x->a->prefix;
	double *cell = x->a->cell + (ptrdiff_t)row * WIDE, loss = 0;
	int32_t *arg = x->a->cell_arg + (ptrdiff_t)row * WIDE;
	int32_t midnight = x->cal->days[row / pr->class_count].first_slot, start = -1, set = -1;
	const int32_t u = x->a->m->p->slot_min;
	for (int32_t i = 0; i < WIDE; i++)
		cell[i] = -INFINITY;
	int32_t last = midnight + (pr->walls[x->high] + JUMP_MIN) / u;
	for (int32_t k = first_from(pr, row, midnight + (pr->walls[x->low] - JUMP_MIN) / u);
	     k < pr->class_first[row + 1] && pr->opts[k].start <= last; k++) {
		const struct opt *o = &pr->opts[k];
		int32_t at = o->cell % pr->wall_count - x->low;
		double own = own_cost(x, k);
		if (at < 0 || at > x->high - x->low || !(own < INFINITY))
			continue;
		if (o->start != start || o->set != set)
			loss = breaks_place(prefix, &pr->sets[o->set], o->start, NULL);
		start = o->start;
		set = o->set;
		double v = prefix[o->end] - prefix[o->start] - loss - own;
		if (v > cell[at]) {
			cell[at] = v;
			arg[at] = k;
		}
	}
}

/* The best of each class on a day within the band. */
static void fill_row(struct near *x, int32_t day)
{
	struct anneal *a = x->a;
	for (int32_t r = day * x->pr->class_count; r < (day + 1) * x->pr->class_count; r++) {
		const double *cell = a->cell + (ptrdiff_t)r * WIDE;
		int32_t best = x->band_low - x->low;
		for (int32_t i = best + 1; i <= x->band_high - x->low; i++)
			best = cell[i] > cell[best] ? i : best;
		a->row[r] = cell[best];
		a->row_arg[r] = a->cell_arg[(ptrdiff_t)r * WIDE + best];
	}
}

static void relax_day(struct near *x, int32_t day)
{
	const struct automaton *au = x->au;
	const double *from = x->a->score + (ptrdiff_t)day * au->max_states;
	double *to = x->a->score + (ptrdiff_t)(day + 1) * au->max_states;
	int32_t *via = x->a->via + (ptrdiff_t)(day + 1) * au->max_states;
	const double *row = x->a->row + (ptrdiff_t)day * x->pr->class_count;
	bool must = x->type->must_work && x->type->must_work[day];
	for (int32_t i = 0; i < au->state_count[day + 1]; i++)
		to[i] = -INFINITY;
	for (int32_t k = au->edge_first[day]; k < au->edge_first[day + 1]; k++) {
		const struct edge *e = &au->edges[k];
		double v = e->cls >= 0 ? row[e->cls] : must ? -INFINITY : 0;
		v += from[e->from] - (double)e->penalty;
		if (v > to[e->to]) {
			to[e->to] = v;
			via[e->to] = k;
		}
	}
}

/* The best path within the band; *state gets where it ends. */
static double run_band(struct near *x, int32_t *state)
{
	const int32_t days = x->au->day_count, states = x->au->max_states;
	double *end = x->a->score + (ptrdiff_t)days * states;
	for (int32_t i = 0; i < x->au->state_count[0]; i++)
		x->a->score[i] = i == 0 ? 0 : -INFINITY;
	for (int32_t d = 0; d < days; d++) {
		fill_row(x, d);
		relax_day(x, d);
	}
	*state = 0;
	for (int32_t i = 1; i < x->au->state_count[days]; i++)
		*state = end[i] > end[*state] ? i : *state;
	return x->au->state_count[days] > 0 ? end[*state] : -INFINITY;
}

/* The shifts of the path, not yet their breaks. */
static void read_band(const struct near *x, int32_t state, struct tour *out)
{
	int32_t opts[MODEL_MAX_DAYS], n = 0;
	out->count = 0;
	out->cost = 0;
	for (int32_t d = x->au->day_count - 1; d >= 0; d--) {
		const struct edge *e = &x->au->edges[x->a->via[(d + 1) * x->au->max_states + state]];
		out->cost += (double)e->penalty;
		if (e->cls >= 0)
			opts[n++] = x->a->row_arg[d * x->pr->class_count + e->cls];
		state = e->from;
	}
	while (n > 0)
		out->s[out->count++] = (struct tour_shift){ .opt = opts[--n] };
}

double anneal_best_near(struct anneal *a, int32_t type, int32_t wall, struct tour *out)
{
	const struct type *ty = &a->m->types[type];
	const struct profile *pr = &a->m->profiles[ty->profile];
	struct near x = { .a = a, .type = ty, .pr = pr, .au = &a->m->automata[ty->automaton],
			  .cal = &a->m->p->calendars[pr->calendar] };
	double best = ty->optional ? 0 : -INFINITY;
	x.low = wall > ANNEAL_NEAR ? wall - ANNEAL_NEAR : 0;
	x.high = wall + ANNEAL_NEAR < pr->wall_count ? wall + ANNEAL_NEAR : pr->wall_count - 1;
	for (int32_t r = 0; r < x.cal->day_count * pr->class_count; r++)
		fill_cells(&x, r);
	*out = (struct tour){ .type = type };
	for (int32_t b = 0; b < pr->band_count; b++) {
		if (pr->band_low[b] > wall || pr->band_high[b] < wall)
			continue;
		int32_t state = 0;
		x.band_low = pr->band_low[b] > x.low ? pr->band_low[b] : x.low;
		x.band_high = pr->band_high[b] < x.high ? pr->band_high[b] : x.high;
		double v = run_band(&x, &state);
		if (v <= best)
			continue;
		best = v;
		read_band(&x, state, out);
	}
	for (int32_t n = 0; n < out->count; n++) {
		const struct opt *o = &pr->opts[out->s[n].opt];
		(void)breaks_place(a->prefix, &pr->sets[o->set], o->start, out->s[n].brk);
		out->cost += own_cost(&x, out->s[n].opt);
	}
	return best;
}

bool anneal_near_make(struct anneal *a)
{
	size_t layers = (size_t)(a->m->max_states + 1) * (size_t)(a->m->max_days + 2);
	size_t rows = (size_t)a->m->max_row + 1;
	a->score = calloc(layers, sizeof *a->score);
	a->via = calloc(layers, sizeof *a->via);
	a->row = calloc(rows, sizeof *a->row);
	a->row_arg = calloc(rows, sizeof *a->row_arg);
	a->cell = calloc(rows * WIDE, sizeof *a->cell);
	a->cell_arg = calloc(rows * WIDE, sizeof *a->cell_arg);
	return a->score && a->via && a->row && a->row_arg && a->cell && a->cell_arg;
}

void anneal_near_free(struct anneal *a)
{
	free(a->score);
	free(a->via);
	free(a->row);
	free(a->row_arg);
	free(a->cell);
	free(a->cell_arg);
}
