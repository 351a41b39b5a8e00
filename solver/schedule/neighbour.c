/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Large neighbourhoods: fix most of the best plan's tours in the relaxation, free the others, price
 * for them and dive again, then a little local search. What is freed changes from round to round:
 * everybody for the first few (dives unlike the first, by noise in the rounding), then agents at
 * random, or those who work where the plan is short or has too many.
 */
#include "solver/schedule/anneal.h"
#include "solver/schedule/layers.h"
#include "solver/schedule/master.h"
#include "solver/schedule/session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double POLISH_HOT = 0.06, POLISH_COLD = 0.04;

struct hood {
	struct master *m;
	struct plan *out;
	bool *free_agent;
	int32_t *column;           /* [agents] of the best plan */
	int32_t *index, index_size; /* hash of the columns by tour */
	double *pain; /* [agents] how badly placed */
};

static uint32_t hash_tour(const struct tour *t)
{
	uint32_t h = 2166136261u ^ (uint32_t)t->type;
	const unsigned char *at = (const unsigned char *)t->s;
	for (size_t i = 0; i < (size_t)t->count * sizeof *t->s; i++)
		h = (h ^ at[i]) * 16777619u;
	return h;
}

/* Place of the tour in the index, or the free place where it belongs. */
static int32_t *place_of(struct hood *h, const struct tour *t)
{
	uint32_t at = hash_tour(t) & (uint32_t)(h->index_size - 1);
	while (h->index[at] >= 0 && !tour_same(h->m->columns[h->index[at]].tour, t))
		at = (at + 1) & (uint32_t)(h->index_size - 1);
	return &h->index[at];
}

static enum wfm_status index_columns(struct hood *h, struct wfm_error *e)
{
	int32_t need = 2 * (h->m->column_count + h->out->count) + 16, size = 64;
	while (size < need)
		size *= 2;
	if (size > h->index_size) {
		free(h->index);
		h->index = malloc((size_t)size * sizeof *h->index);
		h->index_size = h->index ? size : 0;
	}
	if (!h->index)
		return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the search");
	memset(h->index, 0xff, (size_t)h->index_size * sizeof *h->index);
	for (int32_t i = 0; i < h->m->column_count; i++) {
		int32_t *place = place_of(h, h->m->columns[i].tour);
		*place = *place < 0 ? i : *place;
	}
	return WFM_OK;
}

/* The column of the tour, added if there is none. */
static enum wfm_status find_column(struct hood *h, const struct tour *t, int32_t *out,
				   struct wfm_error *e)
{
	struct master *m = h->m;
	int32_t *place = place_of(h, t);
	*out = *place >= 0 ? *place : m->column_count;
	if (*out < m->column_count)
		return WFM_OK;
	enum wfm_status s = master_add_tour(m, t, e);
	if (s == WFM_OK)
		*place = *out;
	return s;
}

/* Lower bounds become what is not freed of the best plan; others become 0. */
static enum wfm_status fix_rest(struct hood *h, struct wfm_error *e)
{
	struct master *m = h->m;
	const struct plan *best = m->run->best;
	enum wfm_status s = index_columns(h, e);
	for (int32_t i = 0; i < best->count && s == WFM_OK; i++)
		s = find_column(h, best->tours[i], &h->column[i], e);
	if (s != WFM_OK)
		return s;
	int32_t *low = calloc((size_t)m->column_count + 1, sizeof *low);
	if (!low)
		return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the search");
	for (int32_t i = 0; i < best->count; i++)
		low[h->column[i]] += !h->free_agent[i];
	for (int32_t i = 0; i < m->column_count && s == WFM_OK; i++)
		if (low[i] != m->columns[i].low)
			s = master_fix(m, i, low[i], e);
	free(low);
	return s;
}

struct feeling {
	const struct cover *c;
	double sum;
};

/* Surplus where the agent works speaks for freeing it; so does shortage it could have served. */
static void feel_slot(void *context, int32_t t, int32_t whose)
{
	struct feeling *f = context;
	const struct kind *kind = &f->c->m->kinds[whose];
	for (int32_t j = 0; j < kind->queue_count; j++) {
		int32_t q = kind->queue[j];
		double over = f->c->have[q * f->c->m->slots + t] - f->c->m->p->queues[q].required[t];
		f->sum += over > 0 ? over : 0.3 * -over;
	}
}

static void choose(struct hood *h, double share, int32_t round)
{
	struct run *r = h->m->run;
	const struct plan *best = r->best;
	double total = 0;
	for (int32_t i = 0; i < best->count; i++) {
		const struct tour *t = best->tours[i];
		struct feeling f = { best->cover, 0 };
		if (round % 2 == 1)
			tour_visit(r->m, t, feel_slot, &f);
		h->pain[i] = 1e-3 + f.sum;
		total += h->pain[i];
	}
	for (int32_t i = 0; i < best->count; i++) {
		double p = share < 1 && round % 2 == 1 ? share * best->count * h->pain[i] / total : share;
		h->free_agent[i] = rng_unit(&r->rng) < p;
	}
}

static enum wfm_status polish(struct run *r, struct plan *p, struct wfm_error *e)
{
	const bool layered = layers_suit(r->m);
	enum wfm_status s = layered ? days_improve(r, p, 1, e) : WFM_OK;
	bool ok = true;
	if (s == WFM_OK && anneal_suits(r->m))
		ok = anneal_plan(r, p, anneal_length(p) / 8, POLISH_HOT, POLISH_COLD);
	else if (s == WFM_OK && !layered) /* few alike: the next dive finds more in that time */
		ok = plan_improve(r, p, 2000, p->count < 500 ? 0.1 : 0);
	return ok ? s : wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the plan");
}

double hood_work(const struct hood *h)
{
	return (double)lp_pivots(h->m->lp) * h->m->rows * h->m->rows;
}

enum wfm_status hood_round(struct hood *h, double share, int32_t round, struct wfm_error *e)
{
	struct master *m = h->m;
	m->noise = share < 1 ? 0 : 0.05;
	choose(h, share, round);
	enum wfm_status s = fix_rest(h, e);
	if (s == WFM_OK)
		s = session_see(m, m->run->best, e);
	if (s == WFM_OK)
		s = master_solve(m, LP_DUAL, e);
	if (s == WFM_OK)
		s = master_reprice(m, 6, e);
	if (s == WFM_OK)
		s = layers_suit(m->m) && round % 2 == 1 ? master_dive_patterns(m, h->out, e) :
							  master_dive(m, h->out, e);
	if (s == WFM_OK && !run_stopped(m->run))
		s = polish(m->run, h->out, e);
	if (s == WFM_OK)
		s = master_trim(m, 2 * m->rows, e);
	return s;
}

struct hood *hood_new(struct master *m, struct plan *out)
{
	struct hood *h = calloc(1, sizeof *h);
	size_t n = (size_t)out->count + 1;
	if (!h)
		return NULL;
	h->m = m;
	h->out = out;
	h->free_agent = calloc(n, sizeof *h->free_agent);
	h->pain = calloc(n, sizeof *h->pain);
	h->column = calloc(n, sizeof *h->column);
	if (!h->free_agent || !h->pain || !h->column) {
		hood_free(h);
		return NULL;
	}
	return h;
}

void hood_free(struct hood *h)
{
	if (!h)
		return;
	free(h->free_agent);
	free(h->pain);
	free(h->column);
	free(h->index);
	free(h);
}
