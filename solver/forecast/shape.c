/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Shape factors: how days differ in shape from their weekday's profile. R_d(t) = √(y+¼) −
 * √(N·p+¼), rows no longer than three times the median row, weighted 2^(−age/26 weeks); the
 * leading right singular vectors v_k by orthogonal iteration on RᵀR; scores c_k(d) = R_d·v_k.
 * The residual variance of a slot is that of R − Σ c_k v_kᵀ, steadied by the common one.
 */
#include "shape.h"

#include <math.h>
#include <string.h>

static const double HALF_LIFE_DAYS = 182.0;
enum { ITERATIONS = 30, STEADY_DAYS = 4 };

static double dot(const double *a, const double *b, int n)
{
	double s = 0.0;
	for (int i = 0; i < n; i++)
		s += a[i] * b[i];
	return s;
}

static void residual_rows(const struct fc_train *t, const double *share, double *R, double *norms)
{
	const struct fc_grid *g = t->grid;
	int n = 0;
	for (int d = 0; d < t->n; d++) {
		if (isnan(t->total[d]))
			continue;
		int w = g->days[d].weekday;
		double *r = R + (size_t)d * (size_t)g->slots;
		const double *y = t->y + (size_t)d * (size_t)g->slots;
		for (int s = 0; s < g->slots; s++)
			if (g->open[w][s])
				r[s] = fc_root(y[s]) - fc_root(t->total[d] * share[w * g->slots + s]);
		norms[n++] = sqrt(dot(r, r, g->slots));
	}
	double cap = 3.0 * fc_median(norms, n);
	for (int d = 0; d < t->n; d++) {
		if (isnan(t->total[d]))
			continue;
		double *r = R + (size_t)d * (size_t)g->slots;
		double norm = sqrt(dot(r, r, g->slots));
		for (int s = 0; s < g->slots && norm > cap; s++)
			r[s] *= cap / norm;
	}
}

static void orthonormalise(double *v, int count, int slots)
{
	for (int k = 0; k < count; k++) {
		double *a = v + (size_t)k * (size_t)slots;
		for (int j = 0; j < k; j++) {
			const double *b = v + (size_t)j * (size_t)slots;
			double c = dot(a, b, slots);
			for (int s = 0; s < slots; s++)
				a[s] -= c * b[s];
		}
		double norm = sqrt(dot(a, a, slots));
		for (int s = 0; s < slots; s++)
			a[s] = norm > 1e-12 ? a[s] / norm : 0.0;
	}
}

static void leading_vectors(const struct fc_train *t, const double *R, double *v, double *next)
{
	int slots = t->grid->slots;
	for (int k = 0; k < FC_SHAPES; k++) /* smooth starts, none orthogonal to the answer */
		for (int s = 0; s < slots; s++)
			v[k * slots + s] = cos(M_PI * (k + 1) * (s + 0.37) / slots) + 0.1;
	orthonormalise(v, FC_SHAPES, slots);
	for (int it = 0; it < ITERATIONS; it++) {
		memset(next, 0, (size_t)(FC_SHAPES * slots) * sizeof *next);
		for (int d = 0; d < t->n; d++) {
			if (isnan(t->total[d]))
				continue;
			const double *r = R + (size_t)d * (size_t)slots;
			double weight = exp2(-(t->n - d) / HALF_LIFE_DAYS);
			for (int k = 0; k < FC_SHAPES; k++) {
				double c = weight * dot(r, v + k * slots, slots);
				for (int s = 0; s < slots; s++)
					next[k * slots + s] += c * r[s];
			}
		}
		memcpy(v, next, (size_t)(FC_SHAPES * slots) * sizeof *v);
		orthonormalise(v, FC_SHAPES, slots);
	}
}

static void score_and_reduce(const struct fc_train *t, double *R, struct fc_shape *p)
{
	int slots = t->grid->slots;
	double weights = 0.0, all = 0.0, cells = 0.0;
	for (int d = 0; d < t->n; d++) {
		for (int k = 0; k < p->count; k++)
			p->score[k][d] = NAN;
		if (isnan(t->total[d]))
			continue;
		double *r = R + (size_t)d * (size_t)slots;
		for (int k = 0; k < p->count; k++)
			p->score[k][d] = dot(r, p->v[k], slots);
		for (int k = 0; k < p->count; k++)
			for (int s = 0; s < slots; s++)
				r[s] -= p->score[k][d] * p->v[k][s];
		double weight = exp2(-(t->n - d) / HALF_LIFE_DAYS);
		weights += weight;
		int w = t->grid->days[d].weekday;
		for (int s = 0; s < slots; s++) {
			if (!t->grid->open[w][s])
				continue;
			p->residual[s] += weight * r[s] * r[s];
			all += weight * r[s] * r[s];
			cells += weight;
		}
	}
	double common = cells > 0.0 ? all / cells : 0.25;
	for (int s = 0; s < slots; s++)
		p->residual[s] =
			(p->residual[s] + STEADY_DAYS * common) / (weights + STEADY_DAYS);
}

enum wfm_status fc_shape_fit(const struct fc_train *t, const double *share, int count,
			     struct fc_shape *p, struct wfm_error *e)
{
	size_t slots = (size_t)t->grid->slots, days = (size_t)t->n;
	double *R = fc_alloc(t->pool, days * slots, sizeof *R);
	double *norms = fc_alloc(t->pool, days, sizeof *norms);
	double *v = fc_alloc(t->pool, FC_SHAPES * slots, sizeof *v);
	double *next = fc_alloc(t->pool, FC_SHAPES * slots, sizeof *next);
	double *score = fc_alloc(t->pool, FC_SHAPES * days, sizeof *score);
	p->residual = fc_alloc(t->pool, slots, sizeof(double));
	if (t->pool->failed)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	p->count = count;
	for (int k = 0; k < FC_SHAPES; k++) {
		p->v[k] = v + (size_t)k * slots;
		p->score[k] = score + (size_t)k * days;
	}
	residual_rows(t, share, R, norms);
	if (count > 0)
		leading_vectors(t, R, v, next);
	score_and_reduce(t, R, p);
	return WFM_OK;
}
