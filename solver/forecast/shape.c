/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Shape factors: how days differ in shape from their weekday's profile. R_d(t) = √(y+¼) − what
 * a Poisson count with mean N·p would have there, rows no longer than three times the median
 * row; the leading right singular vectors v_k of R (svd.c); scores c_k(d) = R_d·v_k. What is
 * left, R − Σ c_k v_kᵀ, gives the excess dispersion of each slot.
 */
#include "shape.h"

#include <math.h>
#include <string.h>

static void cap_rows(const struct fc_train *t, double *R, double *norms)
{
	const struct fc_grid *g = t->grid;
	int n = 0, width = g->to - g->from;
	for (int d = 0; d < t->n; d++)
		if (!isnan(t->total[d])) {
			const double *r = R + (size_t)d * (size_t)g->slots + g->from;
			norms[n++] = sqrt(fc_dot(r, r, width));
		}
	double cap = 3.0 * fc_median(norms, n);
	for (int d = 0; d < t->n; d++) {
		if (isnan(t->total[d]))
			continue;
		double *r = R + (size_t)d * (size_t)g->slots + g->from;
		double norm = sqrt(fc_dot(r, r, width));
		for (int s = 0; s < width && norm > cap; s++)
			r[s] *= cap / norm;
	}
}

static void score_and_reduce(const struct fc_train *t, double *R, struct fc_shape *p)
{
	const struct fc_grid *g = t->grid;
	for (int d = 0; d < t->n; d++) {
		for (int k = 0; k < p->count; k++)
			p->score[k][d] = NAN;
		if (isnan(t->total[d]))
			continue;
		double *r = R + (size_t)d * (size_t)g->slots;
		for (int k = 0; k < p->count; k++)
			p->score[k][d] = fc_dot(r + g->from, p->v[k] + g->from, g->to - g->from);
		for (int k = 0; k < p->count; k++)
			for (int s = g->from; s < g->to; s++)
				r[s] -= p->score[k][d] * p->v[k][s];
	}
}

enum wfm_status fc_shape_fit(const struct fc_train *t, const struct fc_profile *profile, int count,
			     struct fc_memory *memory, struct fc_shape *p, struct wfm_error *e)
{
	size_t slots = (size_t)t->grid->slots, days = (size_t)t->n;
	double *R = fc_alloc_unset(t->pool, days * slots, sizeof *R);
	double *norms = fc_alloc(t->pool, days, sizeof *norms);
	double *v = fc_alloc(t->pool, FC_SHAPES * slots, sizeof *v);
	double *score = fc_alloc(t->pool, FC_SHAPES * days, sizeof *score);
	p->excess = fc_alloc(t->pool, slots, sizeof(double));
	if (t->pool->failed)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	memcpy(R, profile->residual, days * slots * sizeof *R);
	p->count = count;
	for (int k = 0; k < FC_SHAPES; k++) {
		p->v[k] = v + (size_t)k * slots;
		p->score[k] = score + (size_t)k * days;
	}
	cap_rows(t, R, norms);
	if (count > 0 && !fc_directions(t, R, count, memory, v))
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	score_and_reduce(t, R, p);
	fc_excess_fit(t, R, p->excess);
	return WFM_OK;
}
