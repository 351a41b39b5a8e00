/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the errors of the days ahead hang together: of two steps i < k,
 * Cov(z_i, z_k) = h_k'·F^(k−i)·P_i·h_i, with F the identity but φ for the AR(1).
 */
#include "dlm_filter.h"

#include <math.h>
#include <string.h>

/* P·h of every step ahead, DLM_STATES numbers each. */
static bool project_all(const struct dlm *k, struct fc_pool *pool, double *ph, double *variance)
{
	size_t p = DLM_STATES;
	double *m = fc_alloc(pool, p, sizeof *m), *P = fc_alloc_unset(pool, p * p, sizeof *P);
	double mean;
	if (pool->failed)
		return false;
	memcpy(m, k->m, p * sizeof *m);
	memcpy(P, k->P, p * p * sizeof *P);
	for (int i = k->n; i < k->n_total; i++) {
		size_t ahead = (size_t)(i - k->n);
		dlm_predict(k, k->param, m, P);
		variance[ahead] = dlm_project(k, i, m, P, ph + ahead * p, &mean);
	}
	return true;
}

static double between(const struct dlm *k, const double *ph, int i, int later)
{
	const struct dlm_row *r = &k->row[later];
	const double *at = ph + (size_t)(i - k->n) * DLM_STATES;
	double sum = 0.0, decay = pow(k->param[DLM_PHI], later - i);
	for (int j = 0; j < r->n; j++)
		sum += (double)r->value[j] * at[r->at[j]] * (r->at[j] == 1 ? decay : 1.0);
	return sum;
}

enum wfm_status dlm_covariance(const struct dlm *k, const struct fc_train *t, double **cov,
			       struct wfm_error *e)
{
	size_t ahead = (size_t)(k->n_total - k->n), days = (size_t)t->horizon;
	*cov = fc_alloc(t->pool, days * days, sizeof **cov);
	struct fc_mark mark = fc_pool_mark(t->pool);
	double *ph = fc_alloc_unset(t->pool, ahead * DLM_STATES, sizeof *ph);
	double *variance = fc_alloc_unset(t->pool, ahead, sizeof *variance);
	bool ok = !t->pool->failed && project_all(k, t->pool, ph, variance);
	for (int i = k->n; i < k->n_total && ok; i++) {
		size_t row = (size_t)(k->day[i] - t->n);
		(*cov)[row * days + row] = k->kappa2 * variance[i - k->n];
		for (int later = i + 1; later < k->n_total; later++) {
			size_t column = (size_t)(k->day[later] - t->n);
			double c = k->kappa2 * between(k, ph, i, later);
			(*cov)[row * days + column] = (*cov)[column * days + row] = c;
		}
	}
	fc_pool_rewind(t->pool, &mark);
	return ok ? WFM_OK : wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
}
