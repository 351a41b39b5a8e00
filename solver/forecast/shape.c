/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Shape factors: how days differ in shape from their weekday's profile. R_d(t) = √(y+¼) − what
 * a Poisson count with mean N·p would have there, rows no longer than three times the median
 * row; the leading right singular vectors v_k of R (svd.c); scores c_k(d) = R_d·v_k. What is
 * left, R − Σ c_k v_kᵀ, gives the excess dispersion of each slot.
 */
#include "shape.h"

#include <math.h>

static void cap_rows(const struct fc_train *t, double *R, double *norms)
{
	int slots = t->grid->slots, n = 0;
	for (int d = 0; d < t->n; d++)
		if (!isnan(t->total[d])) {
			const double *r = R + (size_t)d * (size_t)slots;
			norms[n++] = sqrt(fc_dot(r, r, slots));
		}
	double cap = 3.0 * fc_median(norms, n);
	for (int d = 0; d < t->n; d++) {
		if (isnan(t->total[d]))
			continue;
		double *r = R + (size_t)d * (size_t)slots;
		double norm = sqrt(fc_dot(r, r, slots));
		for (int s = 0; s < slots && norm > cap; s++)
			r[s] *= cap / norm;
	}
}

static void score_and_reduce(const struct fc_train *t, double *R, struct fc_shape *p)
{
	int slots = t->grid->slots;
	for (int d = 0; d < t->n; d++) {
		for (int k = 0; k < p->count; k++)
			p->score[k][d] = NAN;
		if (isnan(t->total[d]))
			continue;
		double *r = R + (size_t)d * (size_t)slots;
		for (int k = 0; k < p->count; k++)
			p->score[k][d] = fc_dot(r, p->v[k], slots);
		for (int k = 0; k < p->count; k++)
			for (int s = 0; s < slots; s++)
				r[s] -= p->score[k][d] * p->v[k][s];
	}
}

enum wfm_status fc_shape_fit(const struct fc_train *t, const struct fc_profile *profile, int count,
			     struct fc_memory *memory, struct fc_shape *p, struct wfm_error *e)
{
	size_t slots = (size_t)t->grid->slots, days = (size_t)t->n;
	double *R = fc_profile_residuals(t, profile);
	double *norms = fc_alloc(t->pool, days, sizeof *norms);
	double *v = fc_alloc(t->pool, FC_SHAPES * slots, sizeof *v);
	double *score = fc_alloc(t->pool, FC_SHAPES * days, sizeof *score);
	p->excess = fc_alloc(t->pool, slots, sizeof(double));
	if (t->pool->failed)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
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
