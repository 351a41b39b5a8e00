/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The best tour of a type: longest path through the layers of its automaton, with the sums over the
 * plan (totals) on a grid beside each state:
 *   V[d + 1][s'][g + take(e)] = max over edges e = (s, s') of day d: V[d][s][g] + worth - cents - penalty(e)
 * and at the end the charge for the sums. Each axis of the grid is padded by the largest step along it
 * and the padding is wiped after every day, so a day's work on an edge is one run over plain arrays.
 *
 * Totals that only limit from above, and rarely bind, are left off the grid and counted on the way back
 * (duty_price.h); where that takes too many ways, the one most overstepped joins the grid of that type
 * for good. So the answer is exact and the grid stays small.
 */
#include "solver/schedule/duty_price.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FEW_NODES = 3000, MANY_NODES = 1 << 22, LOOKS = 8, WATCH_ROOM = 3 << 20 };

static const double TINY = 1e-9;

static const int64_t MAX_ROOM = 24 * 1024 * 1024;

void duty_pricer_free(struct duty_pricer *p)
{
	if (!p)
		return;
	for (int32_t i = 0; p->grids && i < p->m->type_count; i++) {
		free(p->grids[i].end_cents);
		free(p->grids[i].offset);
	}
	for (int32_t i = 0; p->into && i < p->m->automaton_count; i++) {
		free(p->into[i].first);
		free(p->into[i].edge);
	}
	duty_path_free(p);
	free(p->into);
	free(p->grids);
	free(p->value);
	free(p->low);
	free(p->high);
	free(p->gain);
	free(p->toll);
	free(p);
}

/* Counting sort of each day's edges by where they lead. */
static bool list_into(const struct automaton *a, struct into *x)
{
	const int32_t n = a->day_count * a->max_states, edges = a->edge_first[a->day_count];
	x->first = calloc((size_t)n + 2, sizeof *x->first);
	x->edge = malloc(((size_t)edges + 1) * sizeof *x->edge);
	if (!x->first || !x->edge)
		return false;
	for (int32_t d = 0; d < a->day_count; d++)
		for (int32_t k = a->edge_first[d]; k < a->edge_first[d + 1]; k++)
			x->first[d * a->max_states + a->edges[k].to + 2]++;
	for (int32_t i = 1; i <= n; i++)
		x->first[i + 1] += x->first[i];
	for (int32_t d = 0; d < a->day_count; d++)
		for (int32_t k = a->edge_first[d]; k < a->edge_first[d + 1]; k++)
			x->edge[x->first[d * a->max_states + a->edges[k].to + 1]++] = k;
	return true;
}

struct duty_pricer *duty_pricer_new(struct duty_model *m, struct run *run)
{
	struct duty_pricer *p = calloc(1, sizeof *p);
	if (!p)
		return NULL;
	p->m = m;
	p->run = run;
	for (int32_t i = 0; i < m->automaton_count; i++)
		if (m->automata[i].max_states > p->states_room)
			p->states_room = m->automata[i].max_states;
	size_t states = 2 * (size_t)p->states_room + 2;
	p->grids = calloc((size_t)m->type_count + 1, sizeof *p->grids);
	p->low = calloc(states, sizeof *p->low);
	p->high = calloc(states, sizeof *p->high);
	p->gain = calloc((size_t)(m->days * (m->duties + 1)) + 1, sizeof *p->gain);
	p->into = calloc((size_t)m->automaton_count + 1, sizeof *p->into);
	int32_t edges = 0;
	for (int32_t i = 0; i < m->automaton_count; i++)
		if (m->automata[i].edge_first[m->automata[i].day_count] > edges)
			edges = m->automata[i].edge_first[m->automata[i].day_count];
	p->toll = calloc((size_t)edges + 1, sizeof *p->toll);
	bool ok = p->into && p->toll;
	for (int32_t i = 0; ok && i < m->automaton_count; i++)
		ok = list_into(&m->automata[i], &p->into[i]);
	if (!ok || !p->grids || !p->low || !p->high || !p->gain) {
		duty_pricer_free(p);
		return NULL;
	}
	return p;
}

/* ---- the grid of a type ---- */

/* Largest sum any tour could reach, largest step, and the unit of steps. */
static void measure(const struct automaton *a, int32_t total, int32_t *reach, int32_t *step,
		    int32_t *unit)
{
	*reach = *step = *unit = 0;
	for (int32_t d = 0; d < a->day_count; d++) {
		int32_t most = 0;
		for (int32_t k = a->edge_first[d]; k < a->edge_first[d + 1]; k++) {
			int32_t x = duty_take(a, k, total), u = *unit;
			most = x > most ? x : most;
			while (x > 0) {
				int32_t rest = u % x;
				u = x;
				x = rest;
			}
			*unit = u;
		}
		*reach += most;
		*step = most > *step ? most : *step;
	}
}

/* Values along the axis the total would get, at most. */
static int64_t axis_room(const struct automaton *a, int32_t total)
{
	int32_t reach, step, unit;
	measure(a, total, &reach, &step, &unit);
	int32_t most = a->total[total]->high < reach ? a->total[total]->high : reach;
	return unit > 0 ? (most + step) / unit + 1 : 1;
}

/* Must the total stand on the grid from the start? */
static bool always_watched(const struct automaton *a, int32_t total)
{
	int32_t reach, step, unit;
	measure(a, total, &reach, &step, &unit);
	return counters_total_amount(a->total[total], 0) > 0 ||
	       counters_total_amount(a->total[total], step) > 0;
}

static void add_axis(struct grid *g, const struct automaton *a, int32_t total)
{
	const struct wfm_rule_row *r = a->total[total];
	int32_t reach, step, unit;
	measure(a, total, &reach, &step, &unit);
	if (unit == 0)
		unit = 1;
	int32_t top = reach / unit;
	if (r->mode == WFM_HARD) /* the largest allowed value */
		while (top > 0 && counters_total_amount(r, top * unit) > 0 &&
		       counters_total_amount(r, top * unit) >= counters_total_amount(r, (top - 1) * unit))
			top--;
	g->axis[g->axes++] = (struct axis){ total, unit, top + 1, top + 1 + step / unit, 0 };
}

static int32_t coordinate(const struct axis *x, int32_t cell)
{
	return cell / x->stride % x->padded;
}

static double end_cents(const struct automaton *a, const struct grid *g, int32_t cell)
{
	double cents = 0;
	for (int32_t i = 0; i < g->axes; i++) {
		const struct axis *x = &g->axis[i];
		const struct wfm_rule_row *r = a->total[x->total];
		int32_t at = coordinate(x, cell);
		if (at >= x->size)
			return INFINITY;
		double amount = counters_total_amount(r, at * x->unit);
		if (amount > 0 && r->mode == WFM_HARD)
			cents = INFINITY;
		cents += amount > 0 ? amount * r->weight_cents : 0;
	}
	return cents;
}

static bool make_grid(const struct duty_model *m, struct grid *g, int32_t type)
{
	struct duty_type *t = &m->types[type];
	const struct automaton *a = &m->automata[t->automaton];
	free(g->end_cents);
	free(g->offset);
	*g = (struct grid){ 0 };
	for (int32_t i = 0; i < a->total_count; i++)
		if (((t->watched >> i) & 1) || always_watched(a, i)) {
			t->watched |= 1u << i;
			add_axis(g, a, i);
		}
	for (int32_t i = 0; i < a->total_count; i++) {
		int32_t reach, step, unit;
		measure(a, i, &reach, &step, &unit);
		bool hard = a->total[i]->mode == WFM_HARD;
		if (!((t->watched >> i) & 1) && unit > 0)
			g->loose[g->loose_count++] = (struct loose){
				i, unit, hard ? a->total[i]->high / unit : INT32_MAX, 0
			};
	}
	int64_t cells = 1;
	for (int32_t i = 0; i < g->axes; i++) {
		g->axis[i].stride = (int32_t)cells;
		cells *= g->axis[i].padded;
		if (cells > MAX_ROOM)
			return false;
	}
	g->cells = (int32_t)cells;
	g->end_cents = malloc((size_t)cells * sizeof *g->end_cents);
	g->offset = malloc(((size_t)a->edge_first[a->day_count] + 1) * sizeof *g->offset);
	if (!g->end_cents || !g->offset)
		return false;
	for (int32_t c = 0; c < g->cells; c++)
		g->end_cents[c] = end_cents(a, g, c);
	for (int32_t k = 0; k < a->edge_first[a->day_count]; k++) {
		g->offset[k] = 0;
		for (int32_t i = 0; i < g->axes; i++)
			g->offset[k] += duty_take(a, k, g->axis[i].total) / g->axis[i].unit * g->axis[i].stride;
	}
	return true;
}

/* ---- the path ---- */

static void set_gain(struct duty_pricer *p, const struct duty_type *t, const double *worth)
{
	const struct duty_model *m = p->m;
	const struct duty_kind *k = &m->kinds[t->kind];
	const int32_t width = m->duties + 1;
	for (int32_t d = 0; d < m->days; d++) {
		for (int32_t x = 0; x < m->duties; x++) {
			double v = t->barred && t->barred[d * width + x] ? -INFINITY :
									   -t->cents[d * width + x];
			const int32_t *first = &k->first[d * m->duties + x];
			for (int32_t i = first[0]; v > -INFINITY && i < first[1]; i++)
				v += worth[k->take[i].row] * k->take[i].amount;
			p->gain[d * width + x] = v;
		}
		p->gain[d * width + m->duties] = t->barred && t->barred[d * width + m->duties] ?
							 -INFINITY :
							 -t->cents[d * width + m->duties];
	}
}

static void wipe_padding(const struct grid *g, double *v, int32_t low, int32_t high)
{
	for (int32_t i = 0; i < g->axes; i++) {
		const struct axis *x = &g->axis[i];
		int32_t block = x->stride * x->padded;
		for (int32_t b = low / block * block; b <= high; b += block)
			for (int32_t c = b + x->size * x->stride; c < b + block; c++)
				v[c] = -INFINITY;
	}
}

static void relax_edge(const double *restrict from, double *restrict to, int32_t low, int32_t high,
		       double gain)
{
	for (int32_t c = low; c <= high; c++) {
		double v = from[c] + gain;
		to[c] = v > to[c] ? v : to[c];
	}
}

/* Fills layer day + 1 from layer day. */
static void relax_day(struct duty_pricer *p, const struct automaton *a, const struct grid *g,
		      int32_t day)
{
	const int32_t n = p->states_room;
	size_t layer = (size_t)a->max_states * (size_t)g->cells;
	const double *from = p->value + (size_t)day * layer;
	double *to = p->value + (size_t)(day + 1) * layer;
	int32_t *low = p->low + day % 2 * n, *high = p->high + day % 2 * n;
	int32_t *low2 = p->low + (day + 1) % 2 * n, *high2 = p->high + (day + 1) % 2 * n;
	for (int32_t i = 0; i < a->state_count[day + 1]; i++) {
		low2[i] = INT32_MAX;
		high2[i] = -1;
	}
	for (int32_t i = 0; i < a->state_count[day + 1] * g->cells; i++)
		to[i] = -INFINITY;
	for (int32_t k = a->edge_first[day]; k < a->edge_first[day + 1]; k++) {
		const struct edge *e = &a->edges[k];
		double gain = duty_edge_gain(p, a, day, k);
		int32_t off = g->offset[k], lo = low[e->from], hi = high[e->from];
		if (!(gain > -INFINITY) || hi < lo)
			continue;
		hi = hi + off < g->cells ? hi : g->cells - 1 - off;
		relax_edge(from + (size_t)e->from * (size_t)g->cells,
			   to + (size_t)e->to * (size_t)g->cells + off, lo, hi, gain);
		low2[e->to] = lo + off < low2[e->to] ? lo + off : low2[e->to];
		high2[e->to] = hi + off > high2[e->to] ? hi + off : high2[e->to];
	}
	for (int32_t i = 0; i < a->state_count[day + 1]; i++)
		if (high2[i] >= low2[i])
			wipe_padding(g, to + (size_t)i * (size_t)g->cells, low2[i], high2[i]);
}

/* The duties along the best way to the cell of the last layer. */
static void walk_back(const struct duty_pricer *p, int32_t type, int32_t cell, struct duty_tour *out)
{
	const int32_t automaton = p->m->types[type].automaton;
	const struct automaton *a = &p->m->automata[automaton];
	const struct grid *g = &p->grids[type];
	size_t layer = (size_t)a->max_states * (size_t)g->cells;
	int32_t state = 0;
	out->type = type;
	memset(out->duty, -1, sizeof out->duty);
	for (int32_t d = a->day_count - 1; d >= 0; d--) {
		const double *from = p->value + (size_t)d * layer;
		double v = p->value[(size_t)(d + 1) * layer + (size_t)state * (size_t)g->cells + (size_t)cell];
		const int32_t *first = &p->into[automaton].first[d * a->max_states + state];
		for (int32_t i = first[0]; i < first[1]; i++) {
			int32_t k = p->into[automaton].edge[i], before = cell - g->offset[k];
			const struct edge *e = &a->edges[k];
			if (before < 0)
				continue;
			double f = from[(size_t)e->from * (size_t)g->cells + (size_t)before];
			if (f == -INFINITY || f + duty_edge_gain(p, a, d, k) != v)
				continue;
			out->duty[d] = (int8_t)e->cls;
			state = e->from;
			cell = before;
			break;
		}
	}
}

/* What the tour adds up to on each total, and the soft rules on its way. */
static double add_up(const struct automaton *a, const struct duty_tour *t, int32_t *sum)
{
	double rules = 0;
	memset(sum, 0, COUNTER_TOTALS * sizeof *sum);
	for (int32_t d = 0, state = 0; d < a->day_count; d++)
		for (int32_t k = a->edge_first[d]; k < a->edge_first[d + 1]; k++) {
			const struct edge *e = &a->edges[k];
			if (e->from != state || e->cls != t->duty[d])
				continue;
			for (int32_t i = 0; i < a->total_count; i++)
				sum[i] += duty_take(a, k, i);
			rules += (double)e->penalty;
			state = e->to;
			break;
		}
	return rules;
}

double duty_value(const struct duty_pricer *p, int32_t type, struct duty_tour *t)
{
	const struct duty_type *x = &p->m->types[type];
	const struct automaton *a = &p->m->automata[x->automaton];
	const int32_t width = p->m->duties + 1;
	int32_t sum[COUNTER_TOTALS];
	t->rules = add_up(a, t, sum);
	for (int32_t i = 0; i < a->total_count; i++) {
		double amount = counters_total_amount(a->total[i], sum[i]);
		if (amount > 0 && a->total[i]->mode == WFM_HARD)
			return -INFINITY;
		t->rules += amount > 0 ? amount * a->total[i]->weight_cents : 0;
	}
	double value = -t->rules;
	t->cents = t->rules;
	for (int32_t d = 0; d < a->day_count; d++) {
		int32_t cls = t->duty[d] < 0 ? p->m->duties : t->duty[d];
		t->cents += x->cents[d * width + cls];
		value += p->gain[d * width + cls];
	}
	return value;
}

static double idle(const struct duty_pricer *p, int32_t type, struct duty_tour *out)
{
	const struct duty_type *t = &p->m->types[type];
	*out = (struct duty_tour){ .type = type };
	memset(out->duty, -1, sizeof out->duty);
	for (int32_t d = 0; d < p->m->days; d++) {
		int32_t off = d * (p->m->duties + 1) + p->m->duties;
		out->cents += t->barred && t->barred[off] ? INFINITY : t->cents[off];
	}
	return -out->cents;
}

static bool run(struct duty_pricer *p, const struct automaton *a, const struct grid *g)
{
	int64_t room = (int64_t)(a->day_count + 1) * a->max_states * g->cells;
	if (room > MAX_ROOM)
		return false;
	if (room > p->value_room) {
		double *v = realloc(p->value, (size_t)room * sizeof *v);
		if (!v)
			return false;
		p->value = v;
		p->value_room = room;
	}
	for (int32_t i = 0; i < g->cells; i++)
		p->value[i] = -INFINITY;
	p->value[0] = 0;
	p->low[0] = p->high[0] = 0;
	for (int32_t d = 0; d < a->day_count; d++)
		relax_day(p, a, g, d);
	return true;
}

/* Best cell of the last layer; -1: none. */
static int32_t best_end(const struct duty_pricer *p, const struct automaton *a, const struct grid *g)
{
	const double *end = p->value + (size_t)a->day_count * (size_t)a->max_states * (size_t)g->cells;
	int32_t arg = -1;
	double top = -INFINITY;
	for (int32_t c = 0; c < g->cells; c++)
		if (end[c] - g->end_cents[c] > top) {
			top = end[c] - g->end_cents[c];
			arg = c;
		}
	return arg;
}

/* ---- prices on totals off the grid ---- */

static void set_tolls(struct duty_pricer *p, const struct automaton *a, const struct grid *g)
{
	for (int32_t k = 0; k < a->edge_first[a->day_count]; k++) {
		p->toll[k] = (double)a->edges[k].penalty;
		for (int32_t i = 0; i < g->loose_count; i++) {
			const struct loose *x = &g->loose[i];
			if (x->price > 0)
				p->toll[k] += x->price * duty_take(a, k, x->total) / x->unit;
		}
	}
}

struct search {
	double value, bound; /* best tour found, and what none exceeds */
	double low[COUNTER_TOTALS], high[COUNTER_TOTALS], at_bound[COUNTER_TOTALS];
};

/* One look at the current prices; true: another look may help. */
static bool look(struct duty_pricer *p, int32_t type, struct search *s, struct duty_tour *out)
{
	const struct automaton *a = &p->m->automata[p->m->types[type].automaton];
	struct grid *g = &p->grids[type];
	int32_t end = best_end(p, a, g), sum[COUNTER_TOTALS];
	if (end < 0) {
		s->bound = s->value;
		return false;
	}
	const double *last = p->value + (size_t)a->day_count * (size_t)a->max_states * (size_t)g->cells;
	double top = last[end] - g->end_cents[end];
	for (int32_t i = 0; i < g->loose_count; i++)
		top += g->loose[i].price > 0 ? g->loose[i].price * g->loose[i].most : 0;
	if (top < s->bound) {
		s->bound = top;
		for (int32_t i = 0; i < g->loose_count; i++)
			s->at_bound[i] = g->loose[i].price;
	}
	struct duty_tour t;
	walk_back(p, type, end, &t);
	double v = duty_value(p, type, &t);
	if (v > s->value) {
		s->value = v;
		*out = t;
	}
	if (s->bound - s->value <= TINY * (1 + fabs(s->bound)))
		return false;
	bool moved = false;
	(void)add_up(a, &t, sum);
	for (int32_t i = 0; i < g->loose_count; i++) {
		struct loose *x = &g->loose[i];
		int32_t used = sum[x->total] / x->unit;
		if (x->most == INT32_MAX || (used <= x->most && x->price == 0) || used == x->most)
			continue;
		*(used > x->most ? &s->low[i] : &s->high[i]) = x->price;
		double next = s->high[i] < INFINITY ? 0.5 * (s->low[i] + s->high[i]) :
						      2 * x->price + p->m->rows_top / 64;
		x->price = used < x->most && s->low[i] == 0 && x->price < p->m->rows_top / 256 ? 0 : next;
		moved = true;
	}
	return moved;
}

static bool fill_layers(struct duty_pricer *p, int32_t type)
{
	const struct automaton *a = &p->m->automata[p->m->types[type].automaton];
	struct grid *g = &p->grids[type];
	if (g->cells == 0 && !make_grid(p->m, g, type))
		return false;
	set_tolls(p, a, g);
	return run(p, a, g);
}

/* Bisects the prices until bound and tour meet, or for a few looks; the layers are then those of the
 * best bound. */
static bool find_prices(struct duty_pricer *p, int32_t type, struct search *s, struct duty_tour *out)
{
	struct grid *g = &p->grids[type];
	bool more = true;
	for (int32_t i = 0; i < COUNTER_TOTALS; i++) {
		s->low[i] = 0;
		s->high[i] = INFINITY;
	}
	s->bound = INFINITY;
	for (int32_t i = 0; more && i < LOOKS; i++) {
		if (!fill_layers(p, type))
			return false;
		more = look(p, type, s, out);
	}
	if (!more)
		return true;
	for (int32_t i = 0; i < g->loose_count; i++)
		g->loose[i].price = s->at_bound[i];
	return fill_layers(p, type);
}

/* Puts the loose total with the highest price on the grid if there is room. */
static bool watch_one(const struct duty_pricer *p, int32_t type)
{
	struct duty_type *t = &p->m->types[type];
	const struct automaton *a = &p->m->automata[t->automaton];
	struct grid *g = &p->grids[type];
	int32_t worst = -1;
	for (int32_t i = 0; i < g->loose_count; i++) {
		int64_t room = (int64_t)g->cells * axis_room(a, g->loose[i].total) * a->max_states * a->day_count;
		if (room <= WATCH_ROOM && (worst < 0 || g->loose[i].price > g->loose[worst].price))
			worst = i;
	}
	if (worst < 0)
		return false;
	t->watched |= 1u << g->loose[worst].total;
	g->cells = 0;
	return true;
}

double duty_price(struct duty_pricer *p, int32_t type, const double *worth, struct duty_tour *out,
		  double *bound)
{
	struct duty_type *t = &p->m->types[type];
	const struct automaton *a = &p->m->automata[t->automaton];
	struct search s = { .value = t->optional ? idle(p, type, out) : -INFINITY };
	*bound = s.value;
	if (a->state_count[a->day_count] == 0)
		return s.value;
	set_gain(p, t, worth);
	for (int32_t most = FEW_NODES;;) {
		if (!find_prices(p, type, &s, out))
			return NAN;
		/* Who need not work may be worth more idle than in any tour. */
		*bound = fmax(s.bound, s.value);
		if (*bound - s.value <= TINY * (1 + fabs(*bound)))
			return s.value;
		double known = *bound;
		enum wfm_status st = duty_path(p, type, most, &s.value, bound, out);
		*bound = fmax(fmin(*bound, known), s.value);
		if (st == WFM_NO_MEMORY)
			return NAN;
		if (st == WFM_OK || run_stopped(p->run))
			return s.value;
		if (watch_one(p, type))
			continue;
		if (s.value > -INFINITY)
			return s.value;
		most = most > MANY_NODES ? INT32_MAX : 64 * most;
	}
}
