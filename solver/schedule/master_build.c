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

static void mark_asked(struct master *m)
{
	const struct model *x = m->m;
	const int32_t n = x->slots;
	for (int32_t k = 0; k < x->type_count; k++) {
		const struct profile *pr = &x->profiles[x->types[k].profile];
		for (int32_t i = 0; x->types[k].has_tour && i < pr->place_count; i++) {
			const struct kind *kind = &x->kinds[pr->place[i].kind];
			for (int32_t j = 0; j < kind->queue_count; j++)
				for (int32_t t = 0; t < n; t++)
					m->asked[kind->queue[j] * n + t] |= x->open[kind->queue[j] * n + t];
			m->shared |= kind->queue_count > 1;
		}
	}
	for (int32_t q = 0; q < x->p->queue_count; q++)
		for (int32_t t = 0; t < n; t++)
			if (!m->asked[q * n + t] && x->open[q * n + t])
				m->constant += model_slot_cost(x, q, t, 0);
}

enum wfm_status master_reset_rows(struct master *m, struct wfm_error *e)
{
	const struct model *x = m->m;
	enum wfm_status s = sets_reset(m, e);
	for (int32_t k = 0; k < x->type_count && s == WFM_OK; k++)
		if (m->type_row[k] >= 0)
			s = lp_set_row(m->lp, m->type_row[k], x->types[k].count, x->types[k].count, e);
	m->constant = 0;
	for (int32_t i = 0; i < x->p->queue_count * x->slots; i++)
		if (!m->asked[i] && x->open[i])
			m->constant += model_slot_cost(x, i / x->slots, i % x->slots, 0);
	return s;
}

static enum wfm_status add_types(struct master *m, struct wfm_error *e)
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
	return s;
}

/* The plan's tours as columns. */
static enum wfm_status add_plan(struct master *m, const struct plan *p, struct wfm_error *e)
{
	enum wfm_status s = WFM_OK;
	/* Alike agents with one tour need it once. */
	for (int32_t i = 0; i < p->count && s == WFM_OK; i++)
		if (i == 0 || !tour_same(p->tours[i], p->tours[i - 1]))
			s = master_add_tour(m, p->tours[i], e);
	return s;
}

static bool allocate(struct master *m)
{
	const struct model *x = m->m;
	size_t cells = (size_t)x->p->queue_count * (size_t)x->slots + 1, types = (size_t)x->type_count + 1;
	size_t services = (size_t)x->p->service_count + 1, desks = (size_t)(x->desk_count * x->slots) + 1;
	size_t stocks = (size_t)x->stock_count * (size_t)x->slots + 1;
	size_t rows = (1 + SETS_SPARE) * cells + types + services + desks + stocks;
	m->asked = calloc(cells, 1);
	m->short_col = calloc(cells, sizeof *m->short_col);
	m->slack_of = calloc(cells, sizeof *m->slack_of);
	m->type_row = calloc(types, sizeof *m->type_row);
	m->pi = calloc(cells, sizeof *m->pi);
	m->centre = calloc(cells, sizeof *m->centre);
	m->at = calloc(cells, sizeof *m->at);
	m->on = calloc((size_t)x->slots + 1, sizeof *m->on);
	m->at_work = calloc((size_t)x->kind_count * (size_t)x->slots + 1, sizeof *m->at_work);
	m->service_row = calloc(services, sizeof *m->service_row);
	m->desk_row = calloc(desks, sizeof *m->desk_row);
	m->stock_row = calloc(stocks, sizeof *m->stock_row);
	m->mu = calloc(4 * services, sizeof *m->mu);
	if (!m->service_row || !m->mu || !m->desk_row || !m->stock_row)
		return false;
	m->mu_centre = m->mu + services;
	m->mu_at = m->mu + 2 * services;
	m->mu_cents = m->mu + 3 * services;
	m->sigma = calloc(types, sizeof *m->sigma);
	m->fixed = calloc(types, sizeof *m->fixed);
	m->by_profile = calloc(types, sizeof *m->by_profile);
	m->worth = calloc((size_t)x->max_places * (size_t)x->horizon + 1, sizeof *m->worth);
	m->stamp = calloc(rows, sizeof *m->stamp);
	m->entry_row = calloc(rows, sizeof *m->entry_row);
	m->entry = calloc(rows, sizeof *m->entry);
	m->found = calloc(MASTER_SEVERAL, sizeof *m->found);
	if (x->p->session_count > 0 &&
	    !(m->absent = calloc((size_t)x->kind_count * (size_t)x->slots + 1, sizeof *m->absent)))
		return false;
	return m->asked && m->short_col && m->slack_of && m->type_row && m->pi && m->centre && m->at && m->on && m->at_work &&
	       m->sigma && m->fixed && m->by_profile && m->worth && m->stamp &&
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

/* Without an LP yet. */
static enum wfm_status open_master(struct run *r, struct master **out, struct wfm_error *e)
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
	mark_asked(m);
	return WFM_OK;
}

enum wfm_status master_new(struct run *r, struct master **out, struct wfm_error *e)
{
	enum wfm_status s = open_master(r, out, e);
	struct master *m = *out;
	if (s == WFM_OK)
		s = lp_new(&m->lp, e);
	if (s == WFM_OK)
		s = add_types(m, e);
	if (s == WFM_OK)
		s = sets_begin(m, e);
	if (s == WFM_OK)
		s = add_plan(m, r->best, e);
	return s;
}

enum wfm_status master_bare(struct run *r, struct master **out, struct wfm_error *e)
{
	enum wfm_status s = open_master(r, out, e);
	struct master *m = *out;
	for (int32_t t = 0; s == WFM_OK && t < r->m->slots; t++) { /* as whole sets of queues would have */
		bool any = false;
		for (int32_t q = 0; q < r->m->p->queue_count; q++)
			any |= m->asked[q * r->m->slots + t] != 0;
		m->rows += any;
	}
	return s;
}

static void copy_rows(struct master *to, const struct master *from)
{
	size_t cells = (size_t)from->m->p->queue_count * (size_t)from->m->slots;
	size_t types = (size_t)from->m->type_count;
	memcpy(to->asked, from->asked, cells);
	memcpy(to->short_col, from->short_col, cells * sizeof *to->short_col);
	memcpy(to->slack_of, from->slack_of, cells * sizeof *to->slack_of);
	memcpy(to->type_row, from->type_row, types * sizeof *to->type_row);
	memcpy(to->fixed, from->fixed, types * sizeof *to->fixed);
	memcpy(to->pi, from->pi, cells * sizeof *to->pi);
	memcpy(to->sigma, from->sigma, types * sizeof *to->sigma);
	size_t services = (size_t)from->m->p->service_count;
	memcpy(to->service_row, from->service_row, services * sizeof *to->service_row);
	memcpy(to->mu, from->mu, services * sizeof *to->mu);
	memcpy(to->desk_row, from->desk_row,
	       (size_t)(from->m->desk_count * from->m->slots) * sizeof *to->desk_row);
	memcpy(to->stock_row, from->stock_row,
	       (size_t)from->m->stock_count * (size_t)from->m->slots * sizeof *to->stock_row);
	if (from->absent)
		memcpy(to->absent, from->absent,
		       (size_t)from->m->kind_count * (size_t)from->m->slots * sizeof *to->absent);
	to->constant = from->constant;
	to->smoothed = from->smoothed;
	to->slack_count = from->slack_count;
	to->spare_first = from->spare_first;
	to->spare_count = from->spare_count;
	to->shared = from->shared;
	to->watchful = from->watchful;
	to->rows = from->rows;
}

/* Rows of types that `from` does not know. */
static enum wfm_status add_new_types(struct master *m, int32_t known, struct wfm_error *e)
{
	enum wfm_status s = WFM_OK;
	for (int32_t k = known; k < m->m->type_count && s == WFM_OK; k++) {
		int32_t n = m->m->types[k].count;
		m->type_row[k] = -1;
		if (!m->m->types[k].has_tour)
			continue;
		s = lp_add_row(m->lp, n, n, &m->type_row[k], e);
		m->rows++;
	}
	return s;
}

enum wfm_status master_clone(const struct master *from, struct run *r, struct master **out,
			     struct wfm_error *e)
{
	struct master *m = calloc(1, sizeof *m);
	*out = m;
	if (!m)
		return no_memory(e);
	m->run = r;
	m->m = r->m;
	m->unit = from->unit;
	if (!allocate(m) || !mem_reserve(&m->columns, &m->column_cap, from->column_count + 1,
					 sizeof *m->columns) ||
	    !sets_copy(m, from))
		return no_memory(e);
	copy_rows(m, from);
	order_types(m);
	for (int32_t i = 0; i < from->column_count; i++) {
		const struct column *c = &from->columns[i];
		size_t size = tour_size(c->tour->count > 0 ? c->tour->count : 1);
		struct tour *tour = malloc(size);
		if (!tour)
			return no_memory(e);
		memcpy(tour, c->tour, size);
		m->columns[m->column_count++] = (struct column){ tour, c->low, c->nudged, -1 };
	}
	enum wfm_status s = lp_copy(&m->lp, from->lp, e);
	return s == WFM_OK ? add_new_types(m, from->m->type_count, e) : s;
}

void master_free(struct master *m)
{
	if (!m)
		return;
	lp_free(m->lp);
	for (int32_t i = 0; i < m->column_count; i++)
		free(m->columns[i].tour);
	free(m->columns);
	free(m->patterns);
	sets_free(m);
	free(m->asked);
	free(m->type_row);
	free(m->short_col);
	free(m->slack_of);
	free(m->pi);
	free(m->centre);
	free(m->at);
	free(m->on);
	free(m->at_work);
	free(m->service_row);
	free(m->desk_row);
	free(m->stock_row);
	free(m->mu);
	free(m->sigma);
	free(m->fixed);
	free(m->by_profile);
	free(m->worth);
	free(m->stamp);
	free(m->entry_row);
	free(m->entry);
	free(m->found);
	free(m->absent);
	free(m);
}
