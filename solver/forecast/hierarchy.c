/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Minimum trace as a projection: with C the constraints (a parent less its children is
 * nothing) and W the error covariance, the reconciled ỹ = ŷ − W Cᵀ(C W Cᵀ)⁻¹ C ŷ. Only the
 * parents' matrix is factorised. What must stay nothing (a leaf forecast as nothing, or one that
 * came out negative) has no variance: its row and column of W are zero, and the rest takes the
 * change.
 */
#include "wfm/hierarchy.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "errors.h"

struct mint {
	const struct wfm_hierarchy *tree;
	size_t n, parents;
	size_t *row_of;	   /* constraint of a parent, or n for a leaf */
	double *leaves;	   /* below a node, itself when it is one */
	double *W;	   /* n × n */
	double *y, *change; /* n */
	bool *fixed;	   /* n: must stay nothing */
	double *CW;	   /* parents × n */
	gsl_matrix *A;
	gsl_vector *gap;
};

static enum wfm_status tree_check(const struct wfm_hierarchy *t, struct wfm_error *e)
{
	if (t->n_nodes < 1 || t->n_nodes > WFM_HIERARCHY_NODES)
		return wfm_fail(e, WFM_INVALID, "/parent", "must have 1 to %d nodes",
				(int)WFM_HIERARCHY_NODES);
	char path[48];
	for (size_t i = 0; i < t->n_nodes; i++)
		if (t->parent[i] < -1 || t->parent[i] >= (int64_t)i) {
			(void)snprintf(path, sizeof path, "/parent/%zu", i);
			return wfm_fail(e, WFM_INVALID, path,
					"must be -1 or a node that stands before it");
		}
	return WFM_OK;
}

static bool lay_out(struct fc_pool *pool, struct mint *m)
{
	const struct wfm_hierarchy *t = m->tree;
	m->n = t->n_nodes;
	m->row_of = fc_alloc(pool, m->n, sizeof *m->row_of);
	m->leaves = fc_alloc(pool, m->n, sizeof *m->leaves);
	m->W = fc_alloc(pool, m->n * m->n, sizeof *m->W);
	m->y = fc_alloc(pool, m->n, sizeof *m->y);
	m->change = fc_alloc(pool, m->n, sizeof *m->change);
	m->fixed = fc_alloc(pool, m->n, sizeof *m->fixed);
	if (pool->failed)
		return false;
	for (size_t i = 0; i < m->n; i++)
		m->row_of[i] = m->n;
	for (size_t i = 0; i < m->n; i++)
		if (t->parent[i] >= 0)
			m->row_of[t->parent[i]] = 0;
	for (size_t i = 0; i < m->n; i++)
		if (m->row_of[i] == 0)
			m->row_of[i] = m->parents++;
	for (size_t i = m->n; i-- > 0;) {
		if (m->row_of[i] == m->n)
			m->leaves[i] = 1.0;
		if (t->parent[i] >= 0)
			m->leaves[t->parent[i]] += m->leaves[i];
	}
	m->CW = fc_alloc(pool, m->parents * m->n + 1, sizeof *m->CW);
	return !pool->failed;
}

/* Nodes with errors on different days have pairwise correlations that no covariance can have: those
   are halved until W is one. */
static bool make_definite(struct mint *m, double *shrinkage)
{
	size_t n = m->n;
	gsl_matrix *W = gsl_matrix_alloc(n, n);
	for (int halved = 0; W != NULL && halved < 60; halved++) {
		for (size_t i = 0; i < n * n; i++)
			gsl_matrix_set(W, i / n, i % n,
				       m->W[i] * (i / n == i % n ? 1.0 + 1e-8 : 1.0));
		if (gsl_linalg_cholesky_decomp1(W) == GSL_SUCCESS)
			break;
		for (size_t i = 0; i < n * n; i++)
			m->W[i] *= i / n == i % n ? 1.0 : 0.5;
		*shrinkage = 0.5 * (1.0 + *shrinkage);
	}
	if (W != NULL)
		gsl_matrix_free(W);
	return W != NULL;
}

/* The shrunk covariance of past errors; the diagonal of leaves below where there are none. */
static bool fill_covariance(struct fc_pool *pool, const struct wfm_hierarchy_errors *errors,
			    struct mint *m, double *shrinkage)
{
	struct fc_correlation c;
	size_t n = m->n;
	if (!fc_correlate(pool, errors->error, errors->n_rows, n, &c))
		return false;
	double shrink = errors->n_rows < 3 ? 1.0 : fc_shrinkage(&c, n, 0.0);
	double sum = 0.0, leaves = 0.0;
	for (size_t i = 0; i < n; i++)
		if (c.variance[i] > 0.0) {
			sum += c.variance[i];
			leaves += m->leaves[i];
		}
	double usual = leaves > 0.0 ? sum / leaves : 1.0;
	for (size_t i = 0; i < n; i++)
		if (!(c.variance[i] > 0.0) || errors->n_rows < 3)
			c.variance[i] = usual * m->leaves[i];
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			m->W[i * n + j] = (i == j ? 1.0 : (1.0 - shrink) * c.r[i * n + j]) *
					  sqrt(c.variance[i] * c.variance[j]);
	bool ok = make_definite(m, &shrink);
	if (shrinkage != NULL)
		*shrinkage = shrink;
	return ok;
}

/* C·W without the fixed nodes, C·W·Cᵀ, and the gaps C·y. */
static void constrain(struct mint *m)
{
	size_t n = m->n;
	const int32_t *parent = m->tree->parent;
	memset(m->CW, 0, m->parents * n * sizeof *m->CW);
	gsl_matrix_set_zero(m->A);
	gsl_vector_set_zero(m->gap);
	for (size_t i = 0; i < n; i++) {
		double *own = m->row_of[i] < n ? m->CW + m->row_of[i] * n : NULL;
		double *up = parent[i] >= 0 ? m->CW + m->row_of[parent[i]] * n : NULL;
		if (own != NULL)
			*gsl_vector_ptr(m->gap, m->row_of[i]) += m->y[i];
		if (up != NULL)
			*gsl_vector_ptr(m->gap, m->row_of[parent[i]]) -= m->y[i];
		for (size_t j = 0; j < n && !m->fixed[i]; j++) {
			if (m->fixed[j])
				continue;
			if (own != NULL)
				own[j] += m->W[i * n + j];
			if (up != NULL)
				up[j] -= m->W[i * n + j];
		}
	}
	for (size_t r = 0; r < m->parents; r++)
		for (size_t j = 0; j < n; j++) {
			double w = m->CW[r * n + j];
			if (m->row_of[j] < n)
				*gsl_matrix_ptr(m->A, r, m->row_of[j]) += w;
			if (parent[j] >= 0)
				*gsl_matrix_ptr(m->A, r, m->row_of[parent[j]]) -= w;
		}
}

/* Makes A certainly positive definite: a trace of ridge, 1 where a constraint is empty. */
static void steady(gsl_matrix *A)
{
	double largest = 0.0;
	for (size_t r = 0; r < A->size1; r++)
		largest = fmax(largest, gsl_matrix_get(A, r, r));
	for (size_t r = 0; r < A->size1; r++) {
		double *d = gsl_matrix_ptr(A, r, r);
		*d = *d > 1e-14 * largest ? *d * (1.0 + 1e-10) : fmax(largest, 1.0);
	}
}

static enum wfm_status project(struct mint *m, struct wfm_error *e)
{
	size_t n = m->n;
	constrain(m);
	steady(m->A);
	int code = gsl_linalg_cholesky_decomp1(m->A);
	if (code == GSL_SUCCESS)
		code = gsl_linalg_cholesky_svx(m->A, m->gap);
	if (code != GSL_SUCCESS)
		return wfm_fail(e, WFM_INTERNAL, "", "reconciliation: %s", gsl_strerror(code));
	memset(m->change, 0, n * sizeof *m->change);
	for (size_t r = 0; r < m->parents; r++)
		for (size_t j = 0; j < n; j++)
			m->change[j] += m->CW[r * n + j] * gsl_vector_get(m->gap, r);
	return WFM_OK;
}

/* Leaves are what was found; every parent is then exactly the sum of its children. */
static void add_up(const struct mint *m, double *out)
{
	for (size_t i = 0; i < m->n; i++)
		out[i] = m->row_of[i] == m->n ? fmax(0.0, m->y[i] - m->change[i]) : 0.0;
	for (size_t i = m->n; i-- > 0;)
		if (m->tree->parent[i] >= 0)
			out[m->tree->parent[i]] += out[i];
}

static enum wfm_status reconcile_one(struct mint *m, const double *base, double *out,
				     struct wfm_error *e)
{
	for (size_t i = 0; i < m->n; i++) {
		m->y[i] = base[i];
		m->fixed[i] = m->row_of[i] == m->n && base[i] == 0.0;
	}
	/* Each round fixes at least one leaf more; a few suffice in practice. */
	for (size_t round = 0; round <= m->n; round++) {
		enum wfm_status status = project(m, e);
		if (status != WFM_OK)
			return status;
		bool negative = false;
		for (size_t i = 0; i < m->n; i++)
			if (m->row_of[i] == m->n && !m->fixed[i] && m->y[i] - m->change[i] < 0.0) {
				m->fixed[i] = negative = true;
				m->y[i] = 0.0;
			}
		if (!negative)
			break;
	}
	add_up(m, out);
	return WFM_OK;
}

enum wfm_status wfm_hierarchy_reconcile(const struct wfm_hierarchy *tree,
					const struct wfm_hierarchy_errors *errors,
					const double *base, size_t horizon, double *reconciled,
					double *shrinkage, struct wfm_error *e)
{
	struct fc_pool pool = { 0 };
	struct mint m = { .tree = tree };
	enum wfm_status status = tree_check(tree, e);
	if (status != WFM_OK)
		return status;
	for (size_t i = 0; i < horizon * tree->n_nodes; i++)
		if (!isfinite(base[i]) || base[i] < 0.0)
			return wfm_fail(e, WFM_INVALID, "/base", "must be finite and not negative");
	(void)gsl_set_error_handler_off();
	bool ok = lay_out(&pool, &m) && fill_covariance(&pool, errors, &m, shrinkage);
	if (ok && m.parents > 0) {
		m.A = gsl_matrix_alloc(m.parents, m.parents);
		m.gap = gsl_vector_alloc(m.parents);
		ok = m.A != NULL && m.gap != NULL;
	}
	if (!ok)
		status = wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	for (size_t h = 0; h < horizon && status == WFM_OK; h++)
		if (m.parents > 0)
			status = reconcile_one(&m, base + h * m.n, reconciled + h * m.n, e);
		else
			memmove(reconciled + h * m.n, base + h * m.n, m.n * sizeof *base);
	if (m.A != NULL)
		gsl_matrix_free(m.A);
	if (m.gap != NULL)
		gsl_vector_free(m.gap);
	fc_pool_free(&pool);
	return status;
}

void wfm_forecast_move_day(struct wfm_forecast *f, size_t index, double mean)
{
	struct wfm_forecast_day *d = &f->days[index];
	if (!(d->mean > 0.0) || !(mean >= 0.0))
		return;
	double factor = mean / d->mean;
	d->mean = mean;
	for (int i = 0; i < WFM_QUANTILES; i++)
		d->quantile[i] *= factor;
	for (size_t k = 0; k < f->n_slots; k++) {
		struct wfm_forecast_slot *s = &f->slots[k];
		if (s->day != d->day)
			continue;
		s->mean *= factor;
		for (int i = 0; i < WFM_QUANTILES; i++)
			s->quantile[i] *= factor;
	}
	if (f->joint != NULL)
		wfm_joint_scale(f->joint, d->day, factor);
}
