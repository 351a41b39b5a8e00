/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The plan in fractions of people: a linear program over the week.
 *
 * Sets: streams s with their open intervals k, classes c, intervals i(s,k). Unit: an interval's work
 * of one person.
 *
 *   w_{s,k}   work waiting at the end of k that is not late, 0 <= w <= held_{s,k} = arrived − due
 *   l_{s,k}   work waiting past due, >= 0
 *   h_{s,c,k} work of s done by class c, >= 0, where c may do the queue of s
 *   x_{c,i,g} extra people of class c in steps g, each step a little dearer than the one before
 *   e_q       work of queue q waiting at the end beyond what may, >= 0
 *
 *   w_{s,k−1} + l_{s,k−1} + arriving_{s,k} = w_{s,k} + l_{s,k} + Σ_c h_{s,c,k}
 *   Σ_s h_{s,c,i} <= free_{c,i} + useful_c · Σ_g x_{c,i,g}
 *   Σ_{s of q} (w + l at the last k) − e_q <= allowed_q
 *
 *   minimise Σ cost_c (1 + εg) x + late Σ l + end Σ e
 *
 * It is a flow through time: with whole numbers of work its corners are whole too. Where a class meets
 * one stream alone, h and its row are left out. As one unit more of l never makes more than one unit
 * of x superfluous, a `late` above every cost / useful gives the least lateness there can be, and
 * then the least cost of it. The steps make one answer of equal cost flatter than another; ε is too
 * small to buy anything with.
 *
 * A large program is written over blocks of intervals with the same queues open, its constraints at
 * the blocks' ends; the blocks' work is then spread evenly. That is a relaxation where caps do not
 * move within a block. When it makes something late that need not be (wfm_deferred_solve looks),
 * every interval is a block of its own.
 */
#include "deferred_impl.h"
#include "solver/lp.h"

#include <math.h>
#include <stdlib.h>

enum { STEPS = 8 };
static const double STEP_DEARER = 1e-5, LATE_TIMES = 100.0, END_TIMES = 10.0;

/* Columns of a cell: what class c does in interval i. */
struct cell_columns {
	int free, first_step, steps; /* −1: none */
	int first_flow;
};

struct block {
	size_t first, length;
};

struct program {
	struct deferred *d;
	struct lp *lp;
	struct block *blocks;
	size_t block_count;
	double unit;       /* seconds of an interval */
	double dearest;    /* of a person-interval of work; costs are in this unit */
	int *node;         /* [stream x block] row; −1: closed */
	int *waits, *lates; /* [stream x block] columns */
	int *end, *beyond; /* [queue] row and column of what is left; row −1: none */
	struct cell_columns *columns; /* [block x class] */
	enum wfm_status status;
	struct wfm_error *e;
};

static int add_row(struct program *g, double low, double high)
{
	int at = -1;
	if (g->status == WFM_OK)
		g->status = lp_add_row(g->lp, low, high, &at, g->e);
	return at;
}

static int add_col(struct program *g, double high, double cost, int n, const int *rows,
		   const double *values)
{
	int at = -1;
	if (g->status == WFM_OK)
		g->status = lp_add_col(g->lp, 0.0, high, cost, n, rows, values, &at, g->e);
	return at;
}

static bool may(const struct wfm_deferred_problem *p, size_t c, const struct stream *s, size_t i)
{
	return p->classes[c].queues[s->queue] != 0 && s->loads[i].open;
}

/* Extra people who may be there all through the block. */
static double most_extra(const struct wfm_deferred_class *c, const struct block *b)
{
	double most = HUGE_VAL;
	for (size_t i = b->first; i < b->first + b->length && c->max_extra != NULL; i++)
		most = fmin(most, c->max_extra[i]);
	return most;
}

static double free_work(const struct program *g, const struct wfm_deferred_class *c,
			const struct block *b)
{
	double sum = 0.0;
	for (size_t i = b->first; i < b->first + b->length && c->free_s != NULL; i++)
		sum += c->free_s[i] / g->unit;
	return sum;
}

/* Blocks end where a queue opens or shuts. */
static void cut_blocks(struct program *g, size_t length)
{
	const struct wfm_deferred_problem *p = g->d->p;
	for (size_t i = 0; i < p->n; i++) {
		struct block *b = g->block_count > 0 ? &g->blocks[g->block_count - 1] : NULL;
		bool same = b != NULL && b->length < length;
		for (size_t q = 0; q < p->queue_count && same; q++)
			same = p->queues[q].loads[i].open == p->queues[q].loads[i - 1].open;
		if (same)
			b->length++;
		else
			g->blocks[g->block_count++] = (struct block){ i, 1 };
	}
}

/* People that a stream needs at most when it is staffed as flatly as can be. */
static bool flat_peak(struct deferred *d, struct stream *s, double *peak)
{
	size_t points = s->points + 1;
	double *lower = calloc(3 * points, sizeof *lower), *upper = lower + points;
	*peak = 0.0;
	if (lower == NULL)
		return false;
	for (size_t k = 0; k < s->points; k++) {
		upper[k + 1] = s->arrived[s->interval[k]];
		lower[k + 1] = fmax(upper[k + 1] - s->held[k], lower[k]);
	}
	upper[points - 1] = lower[points - 1];
	struct wfm_string t = { points, lower, upper, lower + 2 * points };
	wfm_string_pull(&t);
	for (size_t k = 1; k < points; k++)
		*peak = fmax(*peak, (t.height[k] - t.height[k - 1]) / d->p->interval_s);
	free(lower);
	return true;
}

static void size_steps(struct program *g)
{
	const struct wfm_deferred_problem *p = g->d->p;
	for (size_t s = 0; s < g->d->stream_count; s++) {
		struct stream *t = &g->d->streams[s];
		if (!flat_peak(g->d, t, &t->flat_peak))
			g->status = wfm_fail(g->e, WFM_NO_MEMORY, "", "out of memory");
		for (size_t c = 0; c < p->class_count; c++)
			if (p->classes[c].queues[t->queue] != 0)
				g->d->step_size[c] += t->flat_peak / class_useful(&p->classes[c]);
	}
	for (size_t c = 0; c < p->class_count; c++) {
		g->d->step_size[c] = fmax(1.0, ceil(g->d->step_size[c] / (STEPS - 1)));
		g->dearest = fmax(g->dearest, p->classes[c].cost / class_useful(&p->classes[c]));
	}
}

static void add_nodes(struct program *g)
{
	const struct deferred *d = g->d;
	for (size_t q = 0; q < d->p->queue_count; q++)
		g->end[q] = -1;
	for (size_t s = 0; s < d->stream_count; s++) {
		const struct stream *t = &d->streams[s];
		double before = 0.0;
		for (size_t j = 0; j < g->block_count; j++) {
			const struct block *b = &g->blocks[j];
			g->node[s * g->block_count + j] = -1;
			if (!t->loads[b->first].open)
				continue;
			double there = t->arrived[b->first + b->length - 1] / g->unit;
			g->node[s * g->block_count + j] = add_row(g, before - there, before - there);
			before = there;
		}
		if (g->end[t->queue] < 0)
			g->end[t->queue] = add_row(g, -HUGE_VAL, 0.0);
	}
}

/* Waiting work goes from each open block of its stream to the next. */
static void add_waiting(struct program *g)
{
	const struct deferred *d = g->d;
	double late = d->p->late_cost > 0.0 ? d->p->late_cost / g->dearest : LATE_TIMES;
	for (size_t s = 0; s < d->stream_count; s++) {
		const struct stream *t = &d->streams[s];
		const int *node = &g->node[s * g->block_count];
		size_t points = 0;
		for (size_t j = 0, next; j < g->block_count; j = next) {
			for (next = j + 1; next < g->block_count && node[next] < 0; next++)
				;
			if (node[j] < 0)
				continue;
			points += g->blocks[j].length;
			int rows[2] = { node[j], next < g->block_count ? node[next] : g->end[t->queue] };
			double values[2] = { -1.0, 1.0 };
			g->waits[s * g->block_count + j] =
				add_col(g, t->held[points - 1] / g->unit, 0.0, 2, rows, values);
			g->lates[s * g->block_count + j] =
				add_col(g, HUGE_VAL, late * (double)g->blocks[j].length, 2, rows, values);
		}
	}
}

static void add_end(struct program *g, size_t q)
{
	if (g->end[q] < 0)
		return;
	double allowed = g->d->end_allowed[q] / g->unit, minus = -1.0;
	g->beyond[q] = add_col(g, HUGE_VAL, END_TIMES, 1, &g->end[q], &minus);
	/* The row's bound becomes a column that may be had for nothing. */
	(void)add_col(g, allowed, 0.0, 1, &g->end[q], &minus);
}

/* Extra people by steps into one row; a person does `useful` of each interval. */
static void add_steps(struct program *g, size_t c, size_t j, int row)
{
	const struct block *b = &g->blocks[j];
	const struct wfm_deferred_class *k = &g->d->p->classes[c];
	struct cell_columns *v = &g->columns[j * g->d->p->class_count + c];
	double left = most_extra(k, b), length = (double)b->length;
	double cost = length * k->cost / g->dearest, value = -length * class_useful(k);
	for (int step = 0; step < STEPS && left > 0.0; step++) {
		double size = step + 1 < STEPS ? fmin(g->d->step_size[c], left) : left;
		int at = add_col(g, size, cost * (1.0 + STEP_DEARER * step), 1, &row, &value);
		if (v->steps++ == 0)
			v->first_step = at;
		left -= size;
	}
}

/* The flows of class c in each interval of a block. */
static size_t add_flows(struct program *g, size_t c, const struct block *b)
{
	struct deferred *d = g->d;
	size_t count = 0;
	for (size_t i = b->first; i < b->first + b->length; i++) {
		struct cell *cell = &d->cells[i * d->p->class_count + c];
		*cell = (struct cell){ d->flow_count, 0 };
		for (size_t s = 0; s < d->stream_count; s++)
			if (may(d->p, c, &d->streams[s], i))
				d->flows[d->flow_count + cell->count++] = (struct flow){ (int32_t)s, 0.0 };
		d->flow_count += cell->count;
		count = cell->count;
	}
	return count;
}

/* What class c may do in block j. */
static void add_cell(struct program *g, size_t c, size_t j)
{
	struct deferred *d = g->d;
	const struct block *b = &g->blocks[j];
	const struct wfm_deferred_class *k = &d->p->classes[c];
	struct cell_columns *v = &g->columns[j * d->p->class_count + c];
	double free_here = free_work(g, k, b), minus = -1.0;
	size_t count = add_flows(g, c, b);
	const struct flow *flows = &d->flows[d->cells[b->first * d->p->class_count + c].first];
	*v = (struct cell_columns){ .free = -1, .first_flow = -1 };
	if (count == 0 || (!(free_here > 0.0) && !(most_extra(k, b) > 0.0)))
		return;
	if (count == 1) {
		int row = g->node[(size_t)flows[0].stream * g->block_count + j];
		if (free_here > 0.0)
			v->free = add_col(g, free_here, 0.0, 1, &row, &minus);
		add_steps(g, c, j, row);
		return;
	}
	int row = add_row(g, -HUGE_VAL, free_here);
	for (size_t f = 0; f < count; f++) {
		int rows[2] = { g->node[(size_t)flows[f].stream * g->block_count + j], row };
		double values[2] = { -1.0, 1.0 };
		int at = add_col(g, HUGE_VAL, 0.0, 2, rows, values);
		if (f == 0)
			v->first_flow = at;
	}
	add_steps(g, c, j, row);
}

static void read_cell(struct program *g, size_t c, size_t j)
{
	struct deferred *d = g->d;
	const struct block *b = &g->blocks[j];
	const struct cell_columns *v = &g->columns[j * d->p->class_count + c];
	double people = 0.0, length = (double)b->length;
	for (int x = 0; x < v->steps; x++)
		people += fmax(0.0, lp_value(g->lp, v->first_step + x));
	d->out->exact_cost += people * d->p->classes[c].cost * length;
	double alone = people * class_useful(&d->p->classes[c]);
	if (v->free >= 0)
		alone += fmax(0.0, lp_value(g->lp, v->free)) / length;
	for (size_t i = b->first; i < b->first + b->length; i++) {
		const struct cell *cell = &d->cells[i * d->p->class_count + c];
		d->out->extra_exact[c * d->p->n + i] = people;
		for (size_t f = 0; f < cell->count; f++)
			d->flows[cell->first + f].work =
				g->unit * (v->first_flow < 0 ? alone
							     : fmax(0.0, lp_value(g->lp, v->first_flow + (int)f)) / length);
	}
}

/* The plan between the blocks' ends goes straight, as far as the work is there and may wait. */
static void read_stream(struct program *g, size_t s)
{
	struct stream *t = &g->d->streams[s];
	double plan = 0.0, late = 0.0;
	size_t k = 0;
	for (size_t j = 0; j < g->block_count; j++) {
		const struct block *b = &g->blocks[j];
		size_t at = s * g->block_count + j;
		if (g->node[at] < 0)
			continue;
		double late_now = fmax(0.0, lp_value(g->lp, g->lates[at])) * g->unit;
		double plan_now = t->arrived[b->first + b->length - 1] -
				  lp_value(g->lp, g->waits[at]) * g->unit - late_now;
		for (size_t i = b->first; i < b->first + b->length; i++, k++) {
			double part = (double)(i - b->first + 1) / (double)b->length;
			double must = fmin(t->arrived[i] - t->held[k], plan_now);
			t->plan[k] = fmax(fmin(plan + part * (plan_now - plan), t->arrived[i]), must);
			t->late[k] = late + part * (late_now - late);
		}
		g->d->out->exact_late_s += late_now * (double)b->length;
		plan = plan_now;
		late = late_now;
	}
}

/* All work waits: every cost is >= 0, so this is dual feasible. */
static void start_from_nothing_done(struct program *g)
{
	for (size_t at = 0; at < g->d->stream_count * g->block_count; at++) {
		if (g->node[at] < 0 || g->status != WFM_OK)
			continue;
		g->status = lp_set_row_basic(g->lp, g->node[at], false, g->e);
		if (g->status == WFM_OK)
			g->status = lp_set_basic(g->lp, g->waits[at], true, g->e);
	}
}

static enum wfm_status run(struct program *g)
{
	struct deferred *d = g->d;
	size_steps(g);
	add_nodes(g);
	add_waiting(g);
	for (size_t q = 0; q < d->p->queue_count; q++)
		add_end(g, q);
	for (size_t j = 0; j < g->block_count; j++)
		for (size_t c = 0; c < d->p->class_count; c++)
			add_cell(g, c, j);
	start_from_nothing_done(g);
	if (g->status != WFM_OK)
		return g->status;
	d->out->columns = lp_col_count(g->lp);
	g->status = lp_solve(g->lp, LP_DUAL, 0, g->e);
	if (g->status != WFM_OK)
		return g->status;
	for (size_t s = 0; s < d->stream_count; s++)
		read_stream(g, s);
	for (size_t j = 0; j < g->block_count; j++)
		for (size_t c = 0; c < d->p->class_count; c++)
			read_cell(g, c, j);
	for (size_t q = 0; q < d->p->queue_count; q++)
		if (g->end[q] >= 0)
			d->out->exact_left_over_s += fmax(0.0, lp_value(g->lp, g->beyond[q])) * g->unit;
	return WFM_OK;
}

enum wfm_status wfm_deferred_plan(struct deferred *d, size_t block, struct wfm_error *e)
{
	size_t n = d->p->n, cells = n * d->p->class_count, nodes = n * d->stream_count;
	struct program g = { .d = d, .unit = d->p->interval_s, .status = WFM_OK, .e = e };
	d->cells = pool_alloc(&d->pool, cells, sizeof *d->cells);
	d->flows = pool_alloc(&d->pool, cells * d->stream_count, sizeof *d->flows);
	d->flow_count = 0;
	d->out->exact_cost = d->out->exact_late_s = d->out->exact_left_over_s = 0.0;
	g.blocks = pool_alloc(&d->pool, n, sizeof *g.blocks);
	d->step_size = pool_alloc(&d->pool, d->p->class_count, sizeof *d->step_size);
	g.node = pool_alloc(&d->pool, nodes, sizeof *g.node);
	g.waits = pool_alloc(&d->pool, nodes, sizeof *g.waits);
	g.lates = pool_alloc(&d->pool, nodes, sizeof *g.lates);
	g.end = pool_alloc(&d->pool, d->p->queue_count, sizeof *g.end);
	g.beyond = pool_alloc(&d->pool, d->p->queue_count, sizeof *g.beyond);
	g.columns = pool_alloc(&d->pool, cells, sizeof *g.columns);
	if (!d->cells || !d->flows || !g.blocks || !d->step_size || !g.node || !g.waits || !g.lates ||
	    !g.end || !g.beyond || !g.columns)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	cut_blocks(&g, block);
	enum wfm_status status = lp_new(&g.lp, e);
	if (status == WFM_OK)
		status = run(&g);
	lp_free(g.lp);
	return status;
}
