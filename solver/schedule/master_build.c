/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows, slacks and first columns of the relaxation; see master.c for what they mean. */
#include "solver/schedule/master.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static enum wfm_status no_memory(struct wfm_error *e)
{
	return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the relaxation");
}

static void mark_rows(struct master *m)
{
	const struct model *x = m->m;
	const int32_t n = x->slots;
	for (int32_t i = 0; i < x->p->queue_count * n; i++)
		m->row[i] = -1;
	for (int32_t k = 0; k < x->type_count; k++) {
		const struct kind *kind = &x->kinds[master_kind(m, k)];
		for (int32_t j = 0; x->types[k].has_tour && j < kind->queue_count; j++)
			for (int32_t t = 0; t < n; t++)
				if (x->open[kind->queue[j] * n + t])
					m->row[kind->queue[j] * n + t] = 0;
	}
	for (int32_t q = 0; q < x->p->queue_count; q++)
		for (int32_t t = 0; t < n; t++) {
			int32_t at = q * n + t;
			if (m->row[at] < 0 && x->open[at])
				m->constant += model_slot_cost(x, q, t, 0);
			m->joined[at] = t > 0 && m->row[at] >= 0 && m->row[at - 1] >= 0;
		}
}

/* Right-hand side of a cover row. */
static double wanted(const struct master *m, int32_t q, int32_t t)
{
	const double *r = m->m->p->queues[q].required;
	return r[t] - (m->joined[q * m->m->slots + t] ? r[t - 1] : 0);
}

enum wfm_status master_reset_rows(struct master *m, struct wfm_error *e)
{
	const struct model *x = m->m;
	enum wfm_status s = WFM_OK;
	for (int32_t k = 0; k < x->type_count && s == WFM_OK; k++)
		if (m->type_row[k] >= 0)
			s = lp_set_row(m->lp, m->type_row[k], x->types[k].count, x->types[k].count, e);
	for (int32_t i = 0; i < x->p->queue_count * x->slots && s == WFM_OK; i++) {
		double rhs = wanted(m, i / x->slots, i % x->slots);
		if (m->row[i] >= 0)
			s = lp_set_row(m->lp, m->row[i], rhs, rhs, e);
	}
	return s;
}

static enum wfm_status add_rows(struct master *m, struct wfm_error *e)
{
	const struct model *x = m->m;
	enum wfm_status s = WFM_OK;
	for (int32_t k = 0; k < x->type_count && s == WFM_OK; k++) {
		m->type_row[k] = -1;
		if (!x->types[k].has_tour)
			continue;
		s = lp_add_row(m->lp, x->types[k].count, x->types[k].count, &m->type_row[k], e);
		m->rows++;
	}
	for (int32_t q = 0; q < x->p->queue_count; q++)
		for (int32_t t = 0; t < x->slots && s == WFM_OK; t++) {
			int32_t at = q * x->slots + t;
			if (m->row[at] < 0)
				continue;
			double rhs = wanted(m, q, t);
			s = lp_add_row(m->lp, rhs, rhs, &m->row[at], e);
			m->rows++;
		}
	return s;
}

static enum wfm_status add_slack(struct master *m, int32_t at, double sign, double high, double cents,
				 bool last, struct wfm_error *e)
{
	int rows[2] = { m->row[at], last ? 0 : m->row[at + 1] };
	double values[2] = { sign, -sign };
	m->slack_count++;
	return lp_add_col(m->lp, 0, high, cents / m->unit, last ? 1 : 2, rows, values, NULL, e);
}

static enum wfm_status add_slacks(struct master *m, struct wfm_error *e)
{
	const struct model *x = m->m;
	enum wfm_status s = master_add_services(m, e);
	for (int32_t q = 0; q < x->p->queue_count; q++) {
		const struct wfm_queue *u = &x->p->queues[q];
		for (int32_t t = 0; t < x->slots && s == WFM_OK; t++) {
			int32_t at = q * x->slots + t;
			if (m->row[at] < 0)
				continue;
			bool last = t + 1 == x->slots || m->row[at + 1] < 0 || !m->joined[at + 1];
			m->short_col[at] = x->in_service[q] ? -1 : m->slack_count;
			if (x->in_service[q]) {
				s = master_add_steps(m, q, t, last, e);
				continue;
			}
			s = add_slack(m, at, 1, x->step1[at], u->short1_cents * x->slot_h, last, e);
			if (s == WFM_OK)
				s = add_slack(m, at, 1, HUGE_VAL, u->short2_cents * x->slot_h, last, e);
			if (s == WFM_OK)
				s = add_slack(m, at, -1, HUGE_VAL, u->surplus_cents * x->slot_h, last, e);
		}
	}
	return s;
}

static void deal_shift(struct master *m, const struct plan *p, int32_t kind,
		       const struct profile *pr, const struct tour_shift *ts, int32_t *left)
{
	const struct opt *o = &pr->opts[ts->opt];
	const struct break_set *set = &pr->sets[o->set];
	for (int32_t v = o->start, b = 0; v < o->end; v++) {
		if (b < set->count && v == o->start + ts->brk[b]) {
			v += set->b[b++].slots - 1;
			continue;
		}
		int32_t slot = v % m->m->slots;
		m->choice[slot] = -1;
		for (int32_t j = 0; j < m->m->kinds[kind].queue_count && m->choice[slot] < 0; j++) {
			int32_t *n = &left[(p->cover->first[kind] + j) * m->m->slots + slot];
			if (*n <= 0)
				continue;
			(*n)--;
			m->choice[slot] = (int16_t)j;
		}
	}
}

void master_deal_queues(struct master *m, const struct plan *p, int32_t i, int32_t *left)
{
	const struct tour *t = p->tours[i];
	const struct profile *pr = &m->m->profiles[m->m->types[t->type].profile];
	for (int32_t n = 0; n < t->count; n++)
		deal_shift(m, p, master_kind(m, t->type), pr, &t->s[n], left);
}

/* The plan's tours as columns, each with a division of queues that adds up to the plan's cover. */
static enum wfm_status add_plan(struct master *m, const struct plan *p, struct wfm_error *e)
{
	size_t cells = (size_t)p->cover->rows * (size_t)m->m->slots;
	int32_t *left = malloc((cells + 1) * sizeof *left);
	enum wfm_status s = WFM_OK;
	if (!left)
		return no_memory(e);
	memcpy(left, p->cover->count, cells * sizeof *left);
	/* Alike agents with one tour need it once. */
	for (int32_t i = 0; i < p->count && s == WFM_OK; i++) {
		if (i > 0 && !m->shared && tour_same(p->tours[i], p->tours[i - 1]))
			continue;
		master_deal_queues(m, p, i, left);
		s = master_add_tour(m, p->tours[i], m->choice, e);
	}
	free(left);
	return s;
}

static bool allocate(struct master *m)
{
	const struct model *x = m->m;
	size_t cells = (size_t)x->p->queue_count * (size_t)x->slots + 1, types = (size_t)x->type_count + 1;
	m->row = calloc(cells, sizeof *m->row);
	m->joined = calloc(cells, 1);
	m->type_row = calloc(types, sizeof *m->type_row);
	m->short_col = calloc(cells, sizeof *m->short_col);
	m->pi = calloc(cells, sizeof *m->pi);
	m->centre = calloc(cells, sizeof *m->centre);
	m->at = calloc(cells, sizeof *m->at);
	m->take = calloc(cells, sizeof *m->take);
	size_t services = (size_t)x->p->service_count + 1;
	m->service_row = calloc(services, sizeof *m->service_row);
	m->mu = calloc(4 * services, sizeof *m->mu);
	if (!m->service_row || !m->mu)
		return false;
	m->mu_centre = m->mu + services;
	m->mu_at = m->mu + 2 * services;
	m->mu_cents = m->mu + 3 * services;
	m->sigma = calloc(types, sizeof *m->sigma);
	m->fixed = calloc(types, sizeof *m->fixed);
	m->by_profile = calloc(types, sizeof *m->by_profile);
	m->worth = calloc((size_t)x->horizon + 1, sizeof *m->worth);
	m->choice = calloc((size_t)x->horizon + 1, sizeof *m->choice);
	m->stamp = calloc(cells + types, sizeof *m->stamp);
	m->entry_row = calloc(cells + types, sizeof *m->entry_row);
	m->entry = calloc(cells + types, sizeof *m->entry);
	m->found = calloc(MASTER_SEVERAL, sizeof *m->found);
	for (int32_t k = 0; k < x->kind_count; k++)
		m->shared |= x->kinds[k].queue_count > 1;
	return m->row && m->joined && m->type_row && m->short_col && m->pi && m->centre && m->at && m->take &&
	       m->sigma && m->fixed && m->by_profile && m->worth && m->choice && m->stamp &&
	       m->entry_row && m->entry && m->found;
}

static double cost_unit(const struct wfm_problem *p, double slot_h)
{
	double top = 0;
	for (int32_t q = 0; q < p->queue_count; q++)
		top = fmax(top, p->queues[q].short2_cents * slot_h);
	return top > 0 ? top / 10 : 1;
}

static void order_types(struct master *m)
{
	int32_t n = 0;
	for (int32_t p = 0; p < m->m->profile_count; p++)
		for (int32_t k = 0; k < m->m->type_count; k++)
			if (m->m->types[k].profile == p)
				m->by_profile[n++] = k;
}

enum wfm_status master_new(struct run *r, struct master **out, struct wfm_error *e)
{
	struct master *m = calloc(1, sizeof *m);
	*out = m;
	if (!m)
		return no_memory(e);
	m->run = r;
	m->m = r->m;
	m->unit = cost_unit(r->m->p, r->m->slot_h);
	if (!allocate(m))
		return no_memory(e);
	order_types(m);
	mark_rows(m);
	enum wfm_status s = lp_new(&m->lp, e);
	if (s == WFM_OK)
		s = add_rows(m, e);
	if (s == WFM_OK)
		s = add_slacks(m, e);
	if (s == WFM_OK)
		s = master_add_transfers(m, e);
	if (s == WFM_OK)
		s = add_plan(m, r->best, e);
	return s;
}

static void copy_rows(struct master *to, const struct master *from)
{
	size_t cells = (size_t)from->m->p->queue_count * (size_t)from->m->slots;
	size_t types = (size_t)from->m->type_count;
	memcpy(to->row, from->row, cells * sizeof *to->row);
	memcpy(to->joined, from->joined, cells);
	memcpy(to->short_col, from->short_col, cells * sizeof *to->short_col);
	memcpy(to->type_row, from->type_row, types * sizeof *to->type_row);
	memcpy(to->by_profile, from->by_profile, types * sizeof *to->by_profile);
	memcpy(to->fixed, from->fixed, types * sizeof *to->fixed);
	memcpy(to->pi, from->pi, cells * sizeof *to->pi);
	memcpy(to->sigma, from->sigma, types * sizeof *to->sigma);
	size_t services = (size_t)from->m->p->service_count;
	memcpy(to->service_row, from->service_row, services * sizeof *to->service_row);
	memcpy(to->mu, from->mu, services * sizeof *to->mu);
	to->constant = from->constant;
	to->slack_count = from->slack_count;
	to->rows = from->rows;
}

enum wfm_status master_clone(const struct master *from, struct run *r, struct master **out,
			     struct wfm_error *e)
{
	struct master *m = calloc(1, sizeof *m);
	*out = m;
	if (!m)
		return no_memory(e);
	m->run = r;
	m->m = from->m;
	m->unit = from->unit;
	if (!allocate(m) || !mem_reserve(&m->columns, &m->column_cap, from->column_count + 1,
					 sizeof *m->columns))
		return no_memory(e);
	copy_rows(m, from);
	for (int32_t i = 0; i < from->column_count; i++) {
		const struct column *c = &from->columns[i];
		size_t size = tour_size(c->tour->count > 0 ? c->tour->count : 1);
		struct tour *tour = malloc(size);
		if (!tour)
			return no_memory(e);
		memcpy(tour, c->tour, size);
		m->columns[m->column_count++] = (struct column){ tour, c->low };
	}
	return lp_copy(&m->lp, from->lp, e);
}

void master_free(struct master *m)
{
	if (!m)
		return;
	lp_free(m->lp);
	for (int32_t i = 0; i < m->column_count; i++)
		free(m->columns[i].tour);
	free(m->columns);
	free(m->row);
	free(m->joined);
	free(m->type_row);
	free(m->short_col);
	free(m->pi);
	free(m->centre);
	free(m->at);
	free(m->take);
	free(m->service_row);
	free(m->mu);
	free(m->sigma);
	free(m->fixed);
	free(m->by_profile);
	free(m->worth);
	free(m->choice);
	free(m->stamp);
	free(m->entry_row);
	free(m->entry);
	free(m->found);
	free(m);
}
