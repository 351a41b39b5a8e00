/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What lies ahead of a state, and going on from one. A step j ahead has mean and variance
 *
 *   hᵀF^j m    hᵀF^j P F^jᵀ h + j·q_l + q_a(1−φ^2j)/(1−φ²) + j·q_s(1−1/W) + R
 *
 * with F the identity but φ for the AR(1): h has a handful of non-zeros, so that neither m nor P
 * need be moved. Calibration: what was foreseen at the end of each of the last 12 weeks, two weeks
 * ahead; the squared errors over their variances give
 * κ² = clip((40(1 + min(24/weeks, 1.5)) + Σmin(e²/v, 16))/(40 + n), 1, 6).
 */
#include "dlm_filter.h"

#include <math.h>
#include <string.h>

enum { STRIDE = DLM_STATES };

void dlm_lead_next(const struct dlm *k, struct dlm_lead *lead)
{
	double phi = k->param[DLM_PHI];
	if (lead->lag++ == 0) {
		lead->decay = 1.0;
		lead->ar = 0.0;
	}
	lead->decay *= phi;
	lead->ar = phi * phi * lead->ar + k->param[DLM_Q_AR];
}

double dlm_foresee(const struct dlm *k, const double *m, const double *P,
		   const struct dlm_lead *lead, int step, double *mean)
{
	const struct dlm_row *r = &k->row[step];
	double h[DLM_NONZERO], f = 0.0, v = 0.0;
	for (int a = 0; a < r->n; a++) {
		int i = r->at[a];
		h[a] = (double)r->value[a] * (i == 1 ? lead->decay : 1.0);
		f += h[a] * m[i];
		double sum = 0.5 * h[a] * P[i * STRIDE + i];
		for (int b = 0; b < a; b++) {
			int j = r->at[b];
			sum += h[b] * (i < j ? P[i * STRIDE + j] : P[j * STRIDE + i]);
		}
		v += 2.0 * h[a] * sum;
	}
	double new = k->param[DLM_Q_LEVEL];
	if (k->week_n > 0)
		new += k->param[DLM_Q_WEEK] * (1.0 - 1.0 / k->week_n);
	*mean = f;
	return v + lead->lag * new + lead->ar + dlm_observation_variance(k, k->param, step);
}

void dlm_forecast(const struct dlm *k, double *mean, double *variance)
{
	struct dlm_lead lead = { 0 };
	for (int i = k->n; i < k->n_total; i++) {
		dlm_lead_next(k, &lead);
		variance[i - k->n] =
			k->kappa2 * dlm_foresee(k, k->m, k->P, &lead, i, &mean[i - k->n]);
		mean[i - k->n] += k->centre[k->row[i].weekday];
	}
}

void dlm_outlook_keep(struct dlm *k, const double *m, const double *P, int from)
{
	if (k->n_outlooks == DLM_OUTLOOKS)
		memmove(k->outlook, k->outlook + 1, (size_t)--k->n_outlooks * sizeof *k->outlook);
	struct dlm_outlook *o = &k->outlook[k->n_outlooks++];
	struct dlm_lead lead = { 0 };
	o->from = from;
	for (int i = from + 1; i < k->n_total && k->day[i] - k->day[from] <= DLM_OUTLOOK_DAYS; i++) {
		dlm_lead_next(k, &lead);
		o->variance[i - from - 1] =
			dlm_foresee(k, m, P, &lead, i, &o->mean[i - from - 1]);
	}
}

void dlm_outlook_judge(struct dlm *k)
{
	double sum = 0.0, n = 0.0;
	for (int w = 0; w < k->n_outlooks; w++) {
		const struct dlm_outlook *o = &k->outlook[w];
		for (int i = o->from + 1;
		     i < k->n && k->day[i] - k->day[o->from] <= DLM_OUTLOOK_DAYS; i++) {
			double e = k->z[i] - o->mean[i - o->from - 1];
			if (isnan(e))
				continue;
			sum += fmin(e * e / o->variance[i - o->from - 1], 16.0);
			n += 1.0;
		}
	}
	if (k->n == 0)
		return;
	/* The errors are in-sample: with few weeks behind the parameters, the prior says more. */
	double weeks = fmax(1.0, (k->day[k->n - 1] - k->day[0] + 1) / 7.0);
	double expected = 1.0 + fmin(24.0 / weeks, 1.5);
	k->kappa2 = fmin(fmax((40.0 * expected + sum) / (40.0 + n), 1.0), 6.0);
}

void dlm_follow(struct dlm *k, const struct fc_train *t, const double *by_day,
		const double *count_noise)
{
	double Ph[DLM_STATES];
	struct dlm_pass pass = { .k = k, .m = k->m, .P = k->P, .Ph = Ph };
	for (int w = 0; w < 7 && count_noise != NULL; w++)
		k->count_noise[w] = count_noise[w];
	for (int i = k->n; i < k->n_total && k->day[i] < t->n; i++) {
		k->z[i] = by_day[k->day[i]] - k->centre[k->row[i].weekday];
		k->n = i + 1;
		if (i > 0)
			dlm_predict(k, k->param, k->m, k->P);
		k->cost += dlm_observe(&pass, k->param, i, NULL);
	}
	if (k->n > 0)
		dlm_outlook_keep(k, k->m, k->P, k->n - 1);
	dlm_outlook_judge(k);
}
