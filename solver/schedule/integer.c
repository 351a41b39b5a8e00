/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the relaxation to whole tours by diving: raise lower bounds to floor(x), round the largest
 * fractions up, solve by the dual simplex, price twice more so that the rest can adapt, repeat until
 * everything is whole. Slacks keep every LP on the way feasible, so the dive cannot fail.
 */
#include "solver/schedule/master.h"
#include "solver/schedule/parts.h"
#include "solver/schedule/session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double WHOLE = 1e-5, SURE = 0.7, FEW = 0.05, MANY = 0.15, NUDGE = 1e-4;

enum wfm_status master_fix(struct master *m, int32_t i, int32_t low, struct wfm_error *e)
{
	struct column *c = &m->columns[i];
	m->fixed[c->tour->type] += low - c->low;
	if (c->pattern >= 0)
		m->patterns[c->pattern].fixed += low - c->low;
	c->low = low;
	return lp_set_bounds(m->lp, m->slack_count + i, low, HUGE_VAL, e);
}

/* Fixes what is whole and of the rest that share, best first; *open gets the number of fractional
 * columns. */
static enum wfm_status round_up(struct master *m, double share, struct part *parts, int32_t *open,
				struct wfm_error *e)
{
	int32_t n = 0;
	double mass = 0, taken = 0;
	enum wfm_status s = WFM_OK;
	for (int32_t i = 0; i < m->column_count && s == WFM_OK; i++) {
		double x = lp_value(m->lp, m->slack_count + i);
		int32_t low = (int32_t)floor(x + WHOLE);
		if (low > m->columns[i].low)
			s = master_fix(m, i, low, e);
		if (x - low > WHOLE) {
			parts[n++] = (struct part){ x - low + m->noise * rng_unit(&m->run->rng), i };
			mass += x - low;
		}
	}
	*open = n;
	parts_sort(parts, n);
	for (int32_t i = 0; i < n && s == WFM_OK; i++) {
		const struct column *c = &m->columns[parts[i].column];
		if (parts[i].fraction < SURE && taken >= share * mass)
			break;
		const struct pattern *p = c->pattern >= 0 ? &m->patterns[c->pattern] : NULL;
		if (p ? p->fixed >= p->people : !patterns_leave_room(m, c->tour->type))
			continue;
		s = master_fix(m, parts[i].column, c->low + 1, e);
		taken += parts[i].fraction;
	}
	return s;
}

enum wfm_status master_reprice(struct master *m, int32_t rounds, struct wfm_error *e)
{
	enum wfm_status s = WFM_OK;
	size_t n = (size_t)m->m->p->queue_count * (size_t)m->m->slots;
	for (int32_t i = 0; i < rounds && s == WFM_OK && run_step(m->run); i++) {
		double bound;
		int32_t added = 0;
		memcpy(m->at, m->pi, n * sizeof *m->at);
		s = master_price(m, true, &bound, &added, e);
		if (added == 0)
			break;
		if (s == WFM_OK) /* need not be optimal: half a basis of pivots has the most of it */
			s = master_solve_some(m, m->rows / 2, e);
	}
	return s;
}

/* Fills the plan from the fixings; agents left over get their best answers. */
static void read_plan(const struct master *m, struct plan *out)
{
	const struct model *x = m->m;
	cover_price(out->cover, m->run->mu);
	plan_clear(out, m->run->best);
	for (int32_t pass = 0; pass < 2; pass++)
		for (int32_t k = 0, at = 0; k < x->type_count; k++) {
			int32_t used = 0, count = x->types[k].count;
			if (!x->types[k].has_tour)
				continue;
			for (int32_t i = 0; i < m->column_count; i++)
				for (int32_t n = 0; m->columns[i].tour->type == k &&
						    n < m->columns[i].low && used < count;
				     n++, used++)
					if (pass == 0)
						plan_put(out, at + used, m->columns[i].tour);
			for (; pass == 1 && used < count; used++)
				plan_insert(m->run, out, at + used);
			at += count;
		}
}

/* Small steps find better plans; where a step costs many pivots, fewer are taken. Small plans are
 * soon whole, and many rough dives serve them better than one with care. */
static double step_share(const struct master *m, int32_t pivots)
{
	if (m->run->best->count < MASTER_SMALL)
		return MANY;
	return FEW + (MANY - FEW) * fmin(1, pivots / (2.0 * m->rows));
}

static enum wfm_status dive_step(struct master *m, int32_t *pivots, int32_t *open, struct wfm_error *e)
{
	struct part *parts = malloc(((size_t)m->column_count + 1) * sizeof *parts);
	/* Out of time: what is left is rounded without asking again. */
	bool hurry = m->run->stage_over;
	if (!parts)
		return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the dive");
	enum wfm_status s = round_up(m, hurry ? 1 : step_share(m, *pivots), parts, open, e);
	free(parts);
	if (hurry)
		*open = 0;
	if (*open == 0 || s != WFM_OK)
		return s;
	int32_t before = lp_pivots(m->lp);
	s = master_solve(m, LP_DUAL, e);
	*pivots = lp_pivots(m->lp) - before;
	if (s == WFM_OK)
		s = master_trim(m, m->rows, e);
	return s == WFM_OK && !m->run->stage_over ? master_reprice(m, 2, e) : s;
}

enum wfm_status master_nudge(struct master *m, struct wfm_error *e)
{
	enum wfm_status s = WFM_OK;
	double mean = 0;
	if (!m->smoothed)
		return s;
	for (int32_t i = 0; i < m->column_count; i++)
		mean += m->columns[i].tour->cost / m->unit / m->column_count;
	for (int32_t i = 0; i < m->column_count && s == WFM_OK; i++) {
		struct column *c = &m->columns[i];
		if (c->nudged || lp_is_basic(m->lp, m->slack_count + i))
			continue;
		c->nudged = true;
		double more = NUDGE * fabs(mean) * (0.5 + rng_unit(&m->run->rng));
		s = lp_set_cost(m->lp, m->slack_count + i, c->tour->cost / m->unit + more, e);
	}
	return s;
}

enum wfm_status master_dive(struct master *m, struct plan *out, struct wfm_error *e)
{
	enum wfm_status s = master_nudge(m, e);
	int32_t open = 1, pivots = 0;
	while (s == WFM_OK && open > 0 && !run_stopped(m->run))
		s = dive_step(m, &pivots, &open, e);
	return s == WFM_OK ? master_read(m, out, e) : s;
}

enum wfm_status master_read(struct master *m, struct plan *out, struct wfm_error *e)
{
	read_plan(m, out);
	seats_polish(m->run, out);
	m->run->columns = m->column_count;
	return run_offer(m->run, out) ? WFM_OK :
					wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the plan");
}
