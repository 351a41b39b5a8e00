/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Kalman filter of the model in dlm.c. With R = (r + count noise of the weekday)·its weight, a
 * step observes z with
 *
 *   g = P·h   e = z − hᵀm   S = hᵀg + R   m ← m + g·e/S   P ← P − g·gᵀ/S
 *
 * where S is at least e²/9, or e²/4 of a wary model (robust), from the first day on: the priors
 * are in S, and a short history begins as often with an odd day as it ends with one. h has a
 * handful of non-zeros, so that the change of P is all the work.
 */
#include "dlm_filter.h"

#include <math.h>
#include <string.h>

enum { STRIDE = DLM_STATES, BLOCK = FC_BLOCK, WARM_UP_STEPS = 5 };

/* Correlation of an effect at two positions: rough e^{−d/4}, or smooth (Matérn 3/2). */
static double correlation(int distance, double length, bool smooth)
{
	double x = sqrt(3.0) * distance / length;
	return smooth ? (1.0 + x) * exp(-x) : exp(-distance / 4.0);
}

void dlm_correlate(struct dlm *k)
{
	for (int d = 0; d < DLM_OPEN_CLASSES; d++)
		k->open_rho[d] = correlation(d, 3.0, k->smooth);
	for (int d = 0; d < k->month_n; d++) /* cyclic */
		k->month_rho[d] = correlation(d > k->month_n - d ? k->month_n - d : d, 5.0, k->smooth);
}

/* The covariance of one effect of the calendar, ½τ·ρ, into P. */
static void kernel(double *P, int at, int n, const double *rho, double tau)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			P[(at + i) * STRIDE + at + j] = 0.5 * tau * rho[j > i ? j - i : i - j];
}

/* Σ ½ρ·B over one effect: what the cost changes by, per change of its τ. */
static double back_kernel(const double *B, int at, int n, const double *rho)
{
	double sum = 0.0;
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			sum += 0.5 * rho[j > i ? j - i : i - j] * B[(at + i) * STRIDE + at + j];
	return sum;
}

/* q(I − 11ᵀ/W) of the weekdays, which lie in the first two blocks. */
FC_WIDE static void add_weekly(const struct dlm *k, double *P, double q)
{
	int from = k->week_at, to = from + k->week_n;
	double shared = k->week_n > 0 ? q / k->week_n : 0.0;
	for (int i = from; i < to; i++) {
		double *row = P + i * STRIDE;
		for (int j = i / BLOCK * BLOCK; j < to; j += BLOCK)
			fc_add_scaled(row + j, -shared, k->is_week + j);
		row[i] += q;
	}
}

void dlm_start(const struct dlm *k, const double *param, double *m, double *P)
{
	memset(m, 0, STRIDE * sizeof *m);
	for (int i = 0; i < k->width; i++) {
		int from = i / BLOCK * BLOCK;
		memset(P + i * STRIDE + from, 0, (size_t)(k->width - from) * sizeof *P);
	}
	P[0] = k->level_prior;
	P[STRIDE + 1] = param[DLM_Q_AR] / (1.0 - param[DLM_PHI] * param[DLM_PHI]);
	add_weekly(k, P, k->scale);
	kernel(P, k->open_at, DLM_OPEN_CLASSES, k->open_rho, param[DLM_TAU_MONTH]);
	kernel(P, k->month_at, k->month_n, k->month_rho, param[DLM_TAU_MONTH]);
	for (int i = 0; i < DLM_CLOSURE_FLAGS; i++)
		P[(k->closure_at + i) * (STRIDE + 1)] = param[DLM_TAU_HOLIDAY];
	for (int i = 0; i < k->annual_n; i++)
		P[(k->annual_at + i) * (STRIDE + 1)] = k->level_prior / (i / 2 + 1);
}

static inline void scale_block(double *row, double factor)
{
	for (int j = 0; j < BLOCK; j++)
		row[j] *= factor;
}

FC_WIDE void dlm_predict(const struct dlm *k, const double *param, double *m, double *P)
{
	double phi = param[DLM_PHI];
	m[1] *= phi;
	for (int i = 0; i < BLOCK; i++)
		P[i * STRIDE + 1] *= phi;
	for (int j = 0; j < k->width; j += BLOCK)
		scale_block(P + STRIDE + j, phi);
	P[STRIDE + 1] += param[DLM_Q_AR];
	P[0] += param[DLM_Q_LEVEL];
	add_weekly(k, P, param[DLM_Q_WEEK]);
}

double dlm_observation_variance(const struct dlm *k, const double *param, int step)
{
	int w = k->row[step].weekday;
	return (param[DLM_R] + k->count_noise[w]) * k->weight[w];
}

FC_WIDE double dlm_project(const struct dlm *k, int step, const double *m, const double *P, double *Ph,
		   double *mean)
{
	const struct dlm_row *r = &k->row[step];
	double f = 0.0, s = 0.0;
	memset(Ph, 0, STRIDE * sizeof *Ph);
	for (int n = 0; n < r->n; n++) {
		int at = r->at[n], block = at / BLOCK * BLOCK;
		double h = r->value[n];
		f += h * m[at];
		for (int i = 0; i < block; i++)
			Ph[i] += h * P[i * STRIDE + at];
		for (int j = block; j < k->width; j += BLOCK)
			fc_add_scaled(Ph + j, h, P + at * STRIDE + j);
	}
	for (int n = 0; n < r->n; n++)
		s += (double)r->value[n] * Ph[r->at[n]];
	*mean = f;
	return s;
}

/* Four rows += their factors·v, eight numbers of each. */
static inline void add_to_rows(double *restrict rows, const double *restrict factor,
			       const double *restrict v)
{
	for (int j = 0; j < BLOCK; j++)
		rows[j] += factor[0] * v[j];
	for (int j = 0; j < BLOCK; j++)
		rows[STRIDE + j] += factor[1] * v[j];
	for (int j = 0; j < BLOCK; j++)
		rows[2 * STRIDE + j] += factor[2] * v[j];
	for (int j = 0; j < BLOCK; j++)
		rows[3 * STRIDE + j] += factor[3] * v[j];
}

FC_WIDE void dlm_update(const struct dlm *k, double *m, double *P, const double *Ph, double s, double error)
{
	double inverse = 1.0 / s, gain[STRIDE];
	for (int i = 0; i < k->width; i += BLOCK) {
		for (int j = 0; j < BLOCK; j++)
			gain[i + j] = -(Ph[i + j] * inverse);
		fc_add_scaled(m + i, -error, gain + i);
	}
	for (int j = 0; j < k->width; j += BLOCK)
		for (int i = 0; i < j + BLOCK; i += 4)
			add_to_rows(P + i * STRIDE + j, gain + i, Ph + j);
}

double dlm_observe(struct dlm_pass *p, const double *param, int step, struct dlm_trace *t)
{
	const struct dlm *k = p->k;
	if (p->ratio != NULL)
		p->ratio[step] = NAN;
	if (isnan(k->z[step]))
		return 0.0;
	double *Ph = t != NULL ? t->Ph : p->Ph;
	double f, s = dlm_project(k, step, p->m, p->P, Ph, &f), e = k->z[step] - f;
	s += dlm_observation_variance(k, param, step);
	if (p->ratio != NULL)
		p->ratio[step] = e * e / s;
	bool capped = e * e > k->outlier * s;
	if (capped)
		s = e * e / k->outlier;
	dlm_update(k, p->m, p->P, Ph, s, e);
	if (t != NULL) {
		t->error = e;
		t->s = s;
		t->capped = capped;
	}
	return 0.5 * (log(s) + e * e / s);
}

double dlm_filter(struct dlm_pass *p, const double *param)
{
	const struct dlm *k = p->k;
	double cost = 0.0;
	dlm_start(k, param, p->m, p->P);
	for (int i = p->first; i < k->n; i++) {
		struct dlm_trace *t = p->trace != NULL ? &p->trace[i - p->first] : NULL;
		if (t != NULL) {
			memcpy(t->ar_row, p->P + STRIDE, sizeof t->ar_row);
			t->ar = p->m[1];
			t->seen = !isnan(k->z[i]);
		}
		if (i > p->first)
			dlm_predict(k, param, p->m, p->P);
		cost += dlm_observe(p, param, i, t);
		if (p->visit != NULL)
			p->visit(p->user, p, i);
	}
	return cost;
}

/* Adjoints: what the cost changes by, per change of m and of P (whole, symmetric). */
struct adjoint {
	double *m, *B, *y;
};

/* y = B·g, four rows at a time. */
FC_WIDE static void product(const double *restrict B, const double *restrict g, int n, double *restrict y)
{
	memset(y, 0, STRIDE * sizeof *y);
	for (int i = 0; i < n; i += 4)
		for (int block = 0; block < n; block += BLOCK) {
			const double *b = B + i * STRIDE + block;
#pragma GCC unroll 8
			for (int j = 0; j < BLOCK; j++)
				y[block + j] += (g[i] * b[j] + g[i + 1] * b[j + STRIDE]) +
						(g[i + 2] * b[j + 2 * STRIDE] +
						 g[i + 3] * b[j + 3 * STRIDE]);
		}
}

/* B += ½(q·hᵀ + h·qᵀ). */
FC_WIDE static void add_symmetric(const struct dlm_row *r, int n, const double *q, double *B)
{
	double h[STRIDE] = { 0 };
	bool touched[STRIDE / BLOCK] = { false };
	for (int k = 0; k < r->n; k++) {
		int at = r->at[k];
		h[at] += 0.5 * (double)r->value[k];
		touched[at / BLOCK] = true;
		for (int j = 0; j < n; j += BLOCK)
			fc_add_scaled(B + at * STRIDE + j, 0.5 * (double)r->value[k], q + j);
	}
	for (int j = 0; j < n / BLOCK; j++)
		for (int i = 0; i < n && touched[j]; i += 4)
			add_to_rows(B + i * STRIDE + j * BLOCK, q + i, h + j * BLOCK);
}

/* Their products, each in one of eight sums. */
static inline void add_products(double *restrict sums, const double *restrict a, const double *restrict b)
{
	for (int j = 0; j < BLOCK; j++)
		sums[j] += a[j] * b[j];
}

static inline double sum_block(const double *v)
{
	return ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7]));
}

/* Back through the observation of a step; returns the derivative by its variance R. */
FC_WIDE static double back_update(const struct dlm *k, const struct dlm_row *r,
				  const struct dlm_trace *t, struct adjoint *a)
{
	int n = k->width;
	double inverse = 1.0 / t->s, e = t->error, q[STRIDE], sums[2 * BLOCK] = { 0 };
	product(a->B, t->Ph, n, a->y);
	for (int i = 0; i < n; i += BLOCK) {
		add_products(sums, a->m + i, t->Ph + i);
		add_products(sums + BLOCK, a->y + i, t->Ph + i);
	}
	double mg = sum_block(sums), gBg = sum_block(sums + BLOCK);
	double by_s = 0.5 * (inverse - e * e * inverse * inverse) +
		      (gBg - mg * e) * inverse * inverse;
	double by_e = (e + mg) * inverse;
	if (t->capped) {
		by_e += by_s * 2.0 * e / k->outlier;
		by_s = 0.0;
	}
	for (int i = 0; i < n; i += BLOCK)
		for (int j = 0; j < BLOCK; j++)
			q[i + j] = (a->m[i + j] * e - 2.0 * a->y[i + j]) * inverse;
	for (int j = 0; j < r->n; j++) {
		q[r->at[j]] += (double)r->value[j] * by_s;
		a->m[r->at[j]] -= (double)r->value[j] * by_e;
	}
	add_symmetric(r, n, q, a->B);
	return by_s;
}

/* What the steps' B have on the weekdays' diagonal, and by column of their rows. */
struct weekly {
	double trace, column[2 * BLOCK];
};

static double weekly_sum(const struct dlm *k, const struct weekly *w)
{
	double sum = 0.0;
	for (int i = 0; i < k->week_n; i++)
		sum += w->column[k->week_at + i];
	return k->week_n > 0 ? w->trace - sum / k->week_n : 0.0;
}

/* Back through a prediction. */
FC_WIDE static void back_predict(const struct dlm *k, const double *param, const struct dlm_trace *t,
				 struct adjoint *a, struct weekly *w, double *gradient)
{
	double phi = param[DLM_PHI], sums[BLOCK] = { 0 }, *row = a->B + STRIDE;
	gradient[DLM_Q_LEVEL] += a->B[0];
	gradient[DLM_Q_AR] += row[1];
	for (int i = k->week_at; i < k->week_at + k->week_n; i++) {
		w->trace += a->B[i * STRIDE + i];
		for (int j = 0; j < k->week_at + k->week_n; j += BLOCK)
			fc_add_scaled(w->column + j, 1.0, a->B + i * STRIDE + j);
	}
	for (int j = 0; j < k->width; j += BLOCK)
		add_products(sums, row + j, t->ar_row + j);
	gradient[DLM_PHI] += a->m[1] * t->ar + 2.0 * (sum_block(sums) - row[1] * t->ar_row[1]) +
			     2.0 * phi * row[1] * t->ar_row[1];
	a->m[1] *= phi;
	for (int j = 0; j < k->width; j += BLOCK)
		scale_block(row + j, phi);
	for (int j = 0; j < k->width; j++)
		a->B[j * STRIDE + 1] *= phi;
}

/* Back through dlm_start: P is linear in the variances there. */
static void back_start(const struct dlm *k, const double *param, const struct adjoint *a,
		       double *gradient)
{
	double phi = param[DLM_PHI], rest = 1.0 - phi * phi;
	gradient[DLM_TAU_MONTH] += back_kernel(a->B, k->open_at, DLM_OPEN_CLASSES, k->open_rho) +
				   back_kernel(a->B, k->month_at, k->month_n, k->month_rho);
	for (int i = 0; i < DLM_CLOSURE_FLAGS; i++)
		gradient[DLM_TAU_HOLIDAY] += a->B[(k->closure_at + i) * (STRIDE + 1)];
	gradient[DLM_Q_AR] += a->B[STRIDE + 1] / rest;
	gradient[DLM_PHI] += a->B[STRIDE + 1] * param[DLM_Q_AR] * 2.0 * phi / (rest * rest);
}

void dlm_gradient(const struct dlm_pass *p, const double *param, double *adjoint,
		  double gradient[DLM_PARAMS])
{
	const struct dlm *k = p->k;
	struct adjoint a = { adjoint, adjoint + 2 * STRIDE, adjoint + STRIDE };
	struct weekly w = { 0 };
	for (int i = 0; i < k->width + 2; i++)
		memset(adjoint + i * STRIDE, 0, (size_t)k->width * sizeof *adjoint);
	memset(gradient, 0, DLM_PARAMS * sizeof *gradient);
	for (int i = k->n - 1; i >= p->first; i--) {
		const struct dlm_trace *t = &p->trace[i - p->first];
		const struct dlm_row *r = &k->row[i];
		if (t->seen)
			gradient[DLM_R] += k->weight[r->weekday] * back_update(k, r, t, &a);
		if (i > p->first)
			back_predict(k, param, t, &a, &w, gradient);
	}
	gradient[DLM_Q_WEEK] += weekly_sum(k, &w);
	back_start(k, param, &a, gradient);
}
