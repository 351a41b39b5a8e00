/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Large neighbourhoods: fix most of the best plan's tours in the relaxation, free the others, price
 * for them and dive again, then a little local search. What is freed changes from round to round:
 * everybody for the first few (dives unlike the first, by noise in the rounding), then agents at
 * random, or those who work where the plan is short or has too many.
 */
#include "solver/schedule/master.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_AGENTS = 400, WHOLE_DIVES = 3, PATIENCE = 6, MAX_ROUNDS = 30 };

struct hood {
	struct master *m;
	struct plan *out;
	bool *free_agent;
	int32_t *left;
	double *pain; /* [agents] how badly placed */
};

static enum wfm_status unfix_all(struct master *m, struct wfm_error *e)
{
	enum wfm_status s = WFM_OK;
	for (int32_t i = 0; i < m->column_count && s == WFM_OK; i++)
		if (m->columns[i].low > 0)
			s = master_fix(m, i, 0, e);
	return s;
}

static bool same_tour(const struct tour *a, const struct tour *b)
{
	return a->type == b->type && a->count == b->count &&
	       memcmp(a->s, b->s, (size_t)a->count * sizeof *a->s) == 0;
}

/* The column of the tour with the queues in m->choice, added if there is none. */
static enum wfm_status find_column(struct master *m, const struct tour *t, int32_t *out,
				   struct wfm_error *e)
{
	for (int32_t i = 0; !m->shared && i < m->column_count; i++)
		if (same_tour(m->columns[i].tour, t)) {
			*out = i;
			return WFM_OK;
		}
	*out = m->column_count;
	return master_add_tour(m, t, m->choice, e);
}

static enum wfm_status fix_rest(struct hood *h, struct wfm_error *e)
{
	struct master *m = h->m;
	const struct plan *best = m->run->best;
	size_t cells = (size_t)best->cover->rows * (size_t)m->m->slots;
	memcpy(h->left, best->cover->count, cells * sizeof *h->left);
	enum wfm_status s = unfix_all(m, e);
	for (int32_t i = 0; i < best->count && s == WFM_OK; i++) {
		int32_t col = -1;
		master_deal_queues(m, best, i, h->left);
		s = find_column(m, best->tours[i], &col, e);
		if (s == WFM_OK && !h->free_agent[i])
			s = master_fix(m, col, m->columns[col].low + 1, e);
	}
	return s;
}

struct feeling {
	const struct cover *c;
	const struct kind *kind;
	double sum;
};

/* Surplus where the agent works speaks for freeing it; so does shortage it could have served. */
static void feel_slot(void *context, int32_t t)
{
	struct feeling *f = context;
	for (int32_t j = 0; j < f->kind->queue_count; j++) {
		int32_t q = f->kind->queue[j];
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
		struct feeling f = { best->cover, &r->m->kinds[master_kind(h->m, t->type)], 0 };
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

static enum wfm_status one_round(struct hood *h, double share, int32_t round, struct wfm_error *e)
{
	struct master *m = h->m;
	choose(h, share, round);
	enum wfm_status s = fix_rest(h, e);
	if (s == WFM_OK)
		s = master_solve(m, LP_PRIMAL, e);
	if (s == WFM_OK)
		s = master_reprice(m, 6, e);
	if (s == WFM_OK)
		s = master_dive(m, h->out, e);
	if (s == WFM_OK && !run_stopped(m->run) &&
	    !plan_improve(m->run, h->out, 4 * (int64_t)h->out->count, 0))
		s = wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the plan");
	if (s == WFM_OK)
		s = master_trim(m, e);
	return s;
}

enum wfm_status master_neighbourhoods(struct master *m, struct plan *out, struct wfm_error *e)
{
	struct hood h = { .m = m, .out = out };
	enum wfm_status s = WFM_OK;
	if (out->count < 2 || out->count > MAX_AGENTS)
		return s;
	h.free_agent = calloc((size_t)out->count, sizeof *h.free_agent);
	h.pain = calloc((size_t)out->count, sizeof *h.pain);
	h.left = calloc((size_t)out->cover->rows * (size_t)m->m->slots + 1, sizeof *h.left);
	if (!h.free_agent || !h.pain || !h.left)
		s = wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the search");
	m->noise = 0.3;
	for (int32_t i = 0, idle = 0; s == WFM_OK && i < MAX_ROUNDS && idle < PATIENCE; i++) {
		double before = m->run->objective;
		if (!run_step(m->run) ||
		    before - m->run->bound <= 1e-6 * fabs(before))
			break;
		double share = i < WHOLE_DIVES ? 1 : 0.2 + 0.5 * rng_unit(&m->run->rng);
		s = one_round(&h, share, i, e);
		m->run->fraction = fmin(0.99, 0.8 + 0.2 * i / MAX_ROUNDS);
		idle = m->run->objective < before - 1e-9 || i < WHOLE_DIVES ? 0 : idle + 1;
	}
	free(h.free_agent);
	free(h.pain);
	free(h.left);
	return s;
}
