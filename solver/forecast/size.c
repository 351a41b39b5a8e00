/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How large the days are: the logarithm of a day's size by two dynamic linear models (dlm.c), the
 * effect of the day of the month smooth or rough, averaged with their posterior weights (equal
 * before the data). Of models a and b with weights 1−p and p the mean is m = (1−p)m_a + p·m_b,
 * the covariance of two days (1−p)C_a + p·C_b + p(1−p)·d·d′, d = m_b − m_a. Before there are
 * sixty days to tell what is odd among them, half of it comes from two more that are quicker to
 * call a day an outlier: one odd day after a holiday is then not yet the rule.
 */
#include "size.h"

#include <math.h>

enum { FEW_DAYS = 20, SHORT_DAYS = 40, SETTLED_DAYS = 60 };

static void mix(const struct fc_train *t, double weight, double raise, const double *mean,
		const double *variance, const double *cov, struct fc_size *s)
{
	const struct dlm *k = &s->model;
	int ahead = k->n_total - k->n;
	for (int i = 0; i < ahead && cov != NULL; i++) {
		size_t row = (size_t)(k->day[k->n + i] - t->n) * (size_t)t->horizon;
		double apart = weight * (1.0 - weight) * (mean[i] - s->mean[i]);
		for (int j = 0; j < ahead; j++) {
			size_t c = row + (size_t)(k->day[k->n + j] - t->n);
			s->cov[c] += weight * (cov[c] - s->cov[c]) + apart * (mean[j] - s->mean[j]);
			s->cov[c] *= raise;
		}
	}
	for (int i = 0; i < ahead; i++) {
		double apart = mean[i] - s->mean[i];
		s->mean[i] += weight * apart;
		s->variance[i] += weight * (variance[i] - s->variance[i]) +
				  weight * (1.0 - weight) * apart * apart;
		s->variance[i] *= raise;
	}
}

/* A smooth and a rough one by their posterior weights. */
static enum wfm_status pair(const struct fc_train *t, const double *log_size, const double noise[7],
			    unsigned kind, struct fc_memory *memory, int index, struct fc_size *s,
			    struct wfm_error *e)
{
	struct dlm rough;
	double *mean, *variance, *cov = NULL;
	enum wfm_status status = dlm_run(t, log_size, noise, kind | DLM_SMOOTH, memory, index,
					 &s->model, &s->mean, &s->variance, e);
	if (status == WFM_OK)
		status = dlm_run(t, log_size, noise, kind, memory, index + 1, &rough, &mean,
				 &variance, e);
	s->cov = NULL;
	if (status == WFM_OK && memory->pool == NULL)
		status = dlm_covariance(&s->model, t, &s->cov, e);
	if (status == WFM_OK && memory->pool == NULL)
		status = dlm_covariance(&rough, t, &cov, e);
	if (status != WFM_OK)
		return status;
	double odds = fmin(fmax(rough.cost - s->model.cost, -50.0), 50.0);
	/* Few origins to calibrate on: intervals would be too narrow. */
	double floor = t->usable < FEW_DAYS ? 2.5 : t->usable < SHORT_DAYS ? 1.7 : 1.0;
	double raise = fmax(1.0, floor / s->model.kappa2);
	mix(t, 1.0 / (1.0 + exp(odds)), raise, mean, variance, cov, s);
	return WFM_OK;
}

enum wfm_status fc_size_fit(const struct fc_train *t, const double *log_size,
			    const double noise[7], struct fc_memory *memory, int index,
			    struct fc_size *s, struct wfm_error *e)
{
	struct fc_size wary;
	enum wfm_status status = pair(t, log_size, noise, 0, memory, index, s, e);
	if (status != WFM_OK || t->usable >= SETTLED_DAYS)
		return status;
	status = pair(t, log_size, noise, DLM_WARY, memory, index + 2, &wary, e);
	if (status == WFM_OK)
		mix(t, 0.5, 1.0, wary.mean, wary.variance, wary.cov, s);
	return status;
}
