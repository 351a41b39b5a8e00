/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The linear relaxation over all tours of duties, by column generation, and rounding by dives.
 *
 * Columns  x_j >= 0 tours; per row of demand short1 <= step1, short2, surplus
 * Rows     sum over tours of a type = its agents;  people + short - surplus = required
 * Bound    for any duals pi of demand rows within [-surplus, short2] (Lagrange):
 *          sum_r [required pi - step1 max(0, pi - short1)] - sum_types n max(worth - cents)
 *          rounded up to the step of costs when there is one. Pricing at a mix of the best such pi
 *          and the LP's (Wentges).
 */
#include "solver/schedule/duty_master.h"
#include "solver/schedule/parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SLICE = 2000, MAX_COLUMNS = 30000 };

static const double SMOOTH = 0.6, REDUCED = 1e-6, WHOLE = 1e-6;

static enum wfm_status no_memory(struct wfm_error *e)
{
	return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the relaxation");
}

/* ---- building ---- */

enum wfm_status duty_add_tour(struct duty_master *m, const struct duty_tour *t, struct wfm_error *e)
{
	const struct duty_kind *k = &m->m->kinds[m->m->types[t->type].kind];
	if (!mem_reserve(&m->columns, &m->column_cap, m->column_count + 1, sizeof *m->columns))
		return no_memory(e);
	int32_t n = 0;
	for (int32_t d = 0; d < m->m->days; d++) {
		if (t->duty[d] < 0)
			continue;
		const int32_t *first = &k->first[d * m->m->duties + t->duty[d]];
		for (int32_t i = first[0]; i < first[1]; i++) {
			if (m->sum[k->take[i].row] == 0)
				m->entry_row[n++] = k->take[i].row;
			m->sum[k->take[i].row] += k->take[i].amount;
		}
	}
	for (int32_t i = 0; i < n; i++) {
		int32_t r = m->entry_row[i];
		m->entry[i] = m->sum[r];
		m->sum[r] = 0;
		m->entry_row[i] = m->m->type_count + r;
	}
	m->entry_row[n] = m->type_row[t->type];
	m->entry[n++] = 1;
	m->columns[m->column_count++] = (struct duty_column){ *t, 0, false };
	return lp_add_col(m->lp, 0, HUGE_VAL, t->cents / m->unit, n, m->entry_row, m->entry, NULL, e);
}

double duty_gap_cents(const struct duty_master *m)
{
	double sum = 1e4;
	for (int32_t r = 0; r < m->m->row_count; r++)
		sum += m->m->rows[r].short2 + m->m->rows[r].surplus;
	return sum;
}

double duty_lp_cents(const struct duty_master *m)
{
	return lp_objective(m->lp) * m->unit;
}

static enum wfm_status add_slack(struct duty_master *m, int32_t r, double sign, double high,
				 double cents, struct wfm_error *e)
{
	int row = m->m->type_count + r;
	m->slack_count++;
	return lp_add_col(m->lp, 0, high, cents / m->unit, 1, &row, &sign, NULL, e);
}

/* Row order: one a type (also of types without a tour, kept empty), then demand. */
static enum wfm_status add_rows(struct duty_master *m, struct wfm_error *e)
{
	const struct duty_model *x = m->m;
	enum wfm_status s = WFM_OK;
	for (int32_t k = 0; k < x->type_count && s == WFM_OK; k++) {
		double n = x->types[k].has_tour ? x->types[k].count : 0;
		s = lp_add_row(m->lp, n, n, &m->type_row[k], e);
	}
	for (int32_t k = 0; k < x->type_count && s == WFM_OK; k++) {
		double one = 1;
		m->slack_count++;
		s = lp_add_col(m->lp, 0, HUGE_VAL, duty_gap_cents(m) / m->unit, 1, &m->type_row[k], &one, NULL,
			       e);
	}
	for (int32_t r = 0; r < x->row_count && s == WFM_OK; r++)
		s = lp_add_row(m->lp, x->rows[r].required, x->rows[r].required, NULL, e);
	for (int32_t r = 0; r < x->row_count && s == WFM_OK; r++) {
		const struct duty_row *row = &x->rows[r];
		if (row->step1 > 0)
			s = add_slack(m, r, 1, row->step1, row->short1, e);
		if (s == WFM_OK)
			s = add_slack(m, r, 1, HUGE_VAL, row->short2, e);
		if (s == WFM_OK)
			s = add_slack(m, r, -1, HUGE_VAL, row->surplus, e);
	}
	return s;
}

static bool allocate(struct duty_master *m)
{
	size_t rows = (size_t)m->m->row_count + 1, types = (size_t)m->m->type_count + 1;
	m->type_row = calloc(types, sizeof *m->type_row);
	m->pi = calloc(rows, sizeof *m->pi);
	m->at = calloc(rows, sizeof *m->at);
	m->sum = calloc(rows, sizeof *m->sum);
	m->sigma = calloc(types, sizeof *m->sigma);
	m->fixed = calloc(types, sizeof *m->fixed);
	m->entry = calloc(rows + types, sizeof *m->entry);
	m->entry_row = calloc(rows + types, sizeof *m->entry_row);
	m->free_agent = calloc((size_t)m->s->best->count + 1, sizeof *m->free_agent);
	return m->type_row && m->pi && m->at && m->sum && m->sigma && m->fixed && m->entry &&
	       m->entry_row && m->free_agent;
}

enum wfm_status duty_master_new(struct duty_solve *s, struct duty_master **out, struct wfm_error *e)
{
	struct duty_master *m = calloc(1, sizeof *m);
	*out = m;
	if (!m)
		return no_memory(e);
	m->s = s;
	m->m = s->m;
	m->unit = s->m->rows_top / 10;
	m->lagrange = -HUGE_VAL;
	if (!allocate(m))
		return no_memory(e);
	enum wfm_status st = lp_new(&m->lp, e);
	if (st == WFM_OK)
		st = add_rows(m, e);
	for (int32_t i = 0; i < s->best->count && st == WFM_OK; i++)
		st = duty_add_tour(m, &s->best->tours[i], e);
	return st;
}

void duty_master_free(struct duty_master *m)
{
	if (!m)
		return;
	lp_free(m->lp);
	free(m->columns);
	free(m->type_row);
	free(m->pi);
	free(m->at);
	free(m->sum);
	free(m->sigma);
	free(m->fixed);
	free(m->entry);
	free(m->entry_row);
	free(m->free_agent);
	free(m);
}

/* ---- the LP and pricing ---- */

enum wfm_status duty_lp(struct duty_master *m, enum lp_method method, struct wfm_error *e)
{
	enum wfm_status s = lp_solve(m->lp, method, SLICE, e);
	while (s == WFM_LIMIT && run_poll(&m->s->run))
		s = lp_solve(m->lp, method, SLICE, e);
	if (s == WFM_LIMIT)
		return WFM_OK;
	if (s == WFM_INFEASIBLE && method == LP_DUAL)
		s = lp_solve(m->lp, LP_PRIMAL, 0, e);
	if (s != WFM_OK)
		return s == WFM_INFEASIBLE ? wfm_fail(e, WFM_INTERNAL, "", "the relaxation lost its way") : s;
	for (int32_t r = 0; r < m->m->row_count; r++) {
		const struct duty_row *row = &m->m->rows[r];
		double pi = lp_dual(m->lp, m->m->type_count + r) * m->unit;
		m->pi[r] = fmin(fmax(pi, -row->surplus), row->short2);
	}
	for (int32_t k = 0; k < m->m->type_count; k++)
		m->sigma[k] = lp_dual(m->lp, m->type_row[k]) * m->unit;
	return WFM_OK;
}

static double reduced_cents(const struct duty_master *m, const struct duty_tour *t)
{
	const struct duty_kind *k = &m->m->kinds[m->m->types[t->type].kind];
	double sum = t->cents - m->sigma[t->type];
	for (int32_t d = 0; d < m->m->days; d++) {
		if (t->duty[d] < 0)
			continue;
		const int32_t *first = &k->first[d * m->m->duties + t->duty[d]];
		for (int32_t i = first[0]; i < first[1]; i++)
			sum -= m->pi[k->take[i].row] * k->take[i].amount;
	}
	return sum;
}

/* Prices all types at m->at; adds what improves at the LP's duals. *bound holds when nothing is
 * skipped. */
static enum wfm_status price(struct duty_master *m, bool skip_fixed, double *bound, int32_t *added,
			     struct wfm_error *e)
{
	enum wfm_status s = WFM_OK;
	*bound = 0;
	*added = 0;
	for (int32_t r = 0; r < m->m->row_count; r++) {
		const struct duty_row *row = &m->m->rows[r];
		*bound += row->required * m->at[r] - row->step1 * fmax(0, m->at[r] - row->short1);
	}
	for (int32_t k = 0; k < m->m->type_count && s == WFM_OK; k++) {
		const struct duty_type *t = &m->m->types[k];
		struct duty_tour found;
		if (!t->has_tour || (skip_fixed && m->fixed[k] >= t->count))
			continue;
		double most, v = duty_price(m->s->pricer, k, m->at, &found, &most);
		if (isnan(v))
			return no_memory(e);
		if (most == -INFINITY)
			continue; /* nothing fits what is barred */
		*bound -= t->count * most;
		if (v > -INFINITY && reduced_cents(m, &found) < -REDUCED * m->unit) {
			s = duty_add_tour(m, &found, e);
			(*added)++;
		}
	}
	return s;
}

static void raise_bound(struct duty_master *m, double bound)
{
	double step = m->m->step;
	if (step > 0)
		bound = ceil(bound / step - 1e-6) * step;
	else
		bound -= 1e-9 * fabs(bound);
	run_raise_bound(&m->s->run, bound);
}

enum wfm_status duty_converge(struct duty_master *m, struct wfm_error *e)
{
	struct run *run = &m->s->run;
	size_t size = (size_t)m->m->row_count * sizeof *m->at;
	double alpha = SMOOTH, best = -HUGE_VAL;
	enum wfm_status s = duty_lp(m, LP_PRIMAL, e);
	while (s == WFM_OK && run_step(run) && !run->stage_over) {
		double bound, lp = lp_objective(m->lp) * m->unit;
		int32_t added;
		for (int32_t r = 0; r < m->m->row_count; r++)
			m->at[r] = m->has_centre ? alpha * m->s->duals[r] + (1 - alpha) * m->pi[r] : m->pi[r];
		s = price(m, false, &bound, &added, e);
		if (s != WFM_OK)
			break;
		if (!m->has_centre || bound > best) {
			best = bound;
			m->lagrange = fmax(m->lagrange, bound);
			memcpy(m->s->duals, m->at, size);
			m->has_centre = true;
			raise_bound(m, bound);
		}
		if (lp - best <= 1e-7 * fabs(lp) || duty_proved(m->s))
			break;
		if (added == 0) {
			if (alpha == 0)
				break;
			alpha = alpha > 0.25 ? alpha - 0.25 : 0;
			continue;
		}
		alpha = SMOOTH;
		s = duty_lp(m, LP_PRIMAL, e);
		run->columns = m->column_count;
	}
	return s;
}

enum wfm_status duty_bound_at(struct duty_master *m, const double *pi, struct wfm_error *e)
{
	double bound;
	int32_t added;
	for (int32_t r = 0; r < m->m->row_count; r++) {
		const struct duty_row *row = &m->m->rows[r];
		m->at[r] = m->pi[r] = fmin(fmax(pi[r], -row->surplus), row->short2);
	}
	memcpy(m->s->duals, m->at, (size_t)m->m->row_count * sizeof *m->at);
	enum wfm_status s = price(m, false, &bound, &added, e);
	if (s == WFM_OK && bound > m->lagrange) {
		m->has_centre = true;
		m->lagrange = bound;
		raise_bound(m, bound);
	}
	return s;
}

void duty_read_short(const struct duty_master *m, double *people)
{
	int32_t col = m->m->type_count; /* behind the types' own slacks, as add_rows has them */
	for (int32_t r = 0; r < m->m->row_count; r++) {
		people[r] = 0;
		if (m->m->rows[r].step1 > 0)
			people[r] += lp_value(m->lp, col++);
		people[r] += lp_value(m->lp, col);
		col += 2;
	}
}

/* ---- columns come and go ---- */

enum wfm_status duty_trim(struct duty_master *m, struct wfm_error *e)
{
	int32_t limit = 3000 + 20 * m->m->row_count;
	if (m->column_count < (limit < MAX_COLUMNS ? limit : MAX_COLUMNS))
		return WFM_OK;
	double sum = 0;
	int32_t idle = 0, n = 0, kept = 0;
	for (int32_t i = 0; i < m->column_count; i++)
		if (!lp_is_basic(m->lp, m->slack_count + i)) {
			sum += lp_reduced_cost(m->lp, m->slack_count + i);
			idle++;
		}
	int *gone = malloc(((size_t)idle + 1) * sizeof *gone);
	if (!gone)
		return no_memory(e);
	for (int32_t i = 0; i < m->column_count; i++) {
		int col = m->slack_count + i;
		if (!lp_is_basic(m->lp, col) && m->columns[i].low == 0 &&
		    lp_reduced_cost(m->lp, col) > 0.5 * sum / (idle + 1))
			gone[n++] = col;
		else
			m->columns[kept++] = m->columns[i];
	}
	m->column_count = kept;
	enum wfm_status s = lp_delete_cols(m->lp, n, gone, e);
	free(gone);
	return s;
}

enum wfm_status duty_fix(struct duty_master *m, int32_t i, int32_t low, struct wfm_error *e)
{
	struct duty_column *c = &m->columns[i];
	m->fixed[c->tour.type] += low - c->low;
	c->low = low;
	return lp_set_bounds(m->lp, m->slack_count + i, low, HUGE_VAL, e);
}

/* ---- dives ---- */

static enum wfm_status round_up(struct duty_master *m, struct part *parts, int32_t *open,
				struct wfm_error *e)
{
	int32_t n = 0, taken = 0;
	enum wfm_status s = WFM_OK;
	for (int32_t i = 0; i < m->column_count && s == WFM_OK; i++) {
		double x = lp_value(m->lp, m->slack_count + i);
		int32_t low = (int32_t)floor(x + WHOLE);
		if (low > m->columns[i].low)
			s = duty_fix(m, i, low, e);
		if (x - low > WHOLE)
			parts[n++] = (struct part){ x - low + m->noise * rng_unit(&m->s->run.rng), i };
	}
	*open = n;
	parts_sort(parts, n);
	for (int32_t i = 0; i < n && s == WFM_OK; i++) {
		const struct duty_column *c = &m->columns[parts[i].column];
		if (taken > 0 && parts[i].fraction < 0.8 + m->noise)
			break;
		if (m->fixed[c->tour.type] >= m->m->types[c->tour.type].count)
			continue;
		s = duty_fix(m, parts[i].column, c->low + 1, e);
		taken++;
	}
	return s;
}

enum wfm_status duty_reprice(struct duty_master *m, int32_t rounds, struct wfm_error *e)
{
	enum wfm_status s = WFM_OK;
	for (int32_t i = 0; i < rounds && s == WFM_OK && run_step(&m->s->run); i++) {
		double bound;
		int32_t added;
		if (lp_objective(m->lp) * m->unit < m->s->run.bound + 0.5 * m->m->step)
			break; /* nothing can be better than this */
		memcpy(m->at, m->pi, (size_t)m->m->row_count * sizeof *m->at);
		s = price(m, true, &bound, &added, e);
		if (s != WFM_OK || added == 0)
			break;
		s = duty_lp(m, LP_PRIMAL, e);
	}
	return s;
}

/* The fixed tours; agents left over by a dive cut short get their best answers. */
static bool read_plan(struct duty_master *m, struct duty_plan *out)
{
	const struct duty_model *x = m->m;
	duty_plan_clear(x, out);
	for (int32_t pass = 0; pass < 2; pass++)
		for (int32_t k = 0, at = 0; k < x->type_count; k++) {
			int32_t used = 0, count = x->types[k].count;
			if (!x->types[k].has_tour)
				continue;
			for (int32_t i = 0; i < m->column_count; i++)
				for (int32_t n = 0; m->columns[i].tour.type == k && n < m->columns[i].low &&
						    used < count;
				     n++, used++)
					if (pass == 0)
						duty_plan_put(x, out, at + used, &m->columns[i].tour);
			for (; pass == 1 && used < count; used++) {
				out->tours[at + used].type = k;
				if (!duty_insert(m->s, out, at + used))
					return false;
			}
			at += count;
		}
	return true;
}

enum wfm_status duty_dive(struct duty_master *m, struct duty_plan *out, struct wfm_error *e)
{
	struct run *run = &m->s->run;
	enum wfm_status s = WFM_OK;
	int32_t open = 1;
	while (s == WFM_OK && open > 0 && !run_stopped(run) && !run->stage_over) {
		struct part *parts = malloc(((size_t)m->column_count + 1) * sizeof *parts);
		if (!parts)
			return no_memory(e);
		s = round_up(m, parts, &open, e);
		free(parts);
		if (open == 0 || s != WFM_OK)
			break;
		s = duty_lp(m, LP_DUAL, e);
		if (s == WFM_OK)
			s = duty_reprice(m, 200, e);
		/* A dive whose relaxation is no better than what there is leads nowhere. */
		if (m->s->run.objective < HUGE_VAL &&
		    lp_objective(m->lp) * m->unit > run->objective - 0.5 * m->m->step - 1e-6)
			break;
	}
	if (s != WFM_OK)
		return s;
	if (!read_plan(m, out))
		return no_memory(e);
	run->columns = m->column_count;
	duty_offer(m->s, out);
	return WFM_OK;
}
