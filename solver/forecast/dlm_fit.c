/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Estimation of the day-level model. The seven parameters minimise
 *
 *   Σ_i ½(ln S_i + e_i²/S_i)  +  ½ Σ_j ((log parameter_j − c_j)/s_j)²
 *
 * over the last 400 steps, by Nelder-Mead: c = log of (.3, .01, .3, .0005, 1, 2)·v, s = (2, 1.5, …), logit φ ~ N(1, 1).
 * Weekday weights follow from the residuals, w = (10 + Σmin(e²/S, 9))/(10 + n). Calibration:
 * the states of the last 12 weekly origins are projected two weeks and the squared errors
 * over their variances give κ² = clip((40(1 + min(24/weeks, 1.5)) + Σmin(e²/v, 16))/(40 + n), 1, 6).
 */
#include "dlm_filter.h"

#include <gsl/gsl_multimin.h>
#include <math.h>
#include <string.h>

enum { FIT_STEPS = 400, CALIBRATION_ORIGINS = 12, CALIBRATION_DAYS = 14, WARM_UP_STEPS = 14 };

static const double prior_centre[6] = { 0.3, 0.01, 0.3, 0.0005, 1.0, 2.0 };
static const double prior_sd[6] = { 2.0, 1.5, 1.5, 1.5, 1.5, 1.5 };

struct workspace {
	const struct dlm *k;
	double *m, *P, *Ph;
	int first; /* step from which parameters are estimated */
	/* By step, when wanted: squared standardised error (NaN where missing). */
	double *ratio;
	/* States at the calibration origins, when wanted. */
	double *saved_m, *saved_P;
	int saved_step[CALIBRATION_ORIGINS];
	int saved;
};

/* x: log of variances over v, then logit φ. */
static void unpack(const struct dlm *k, const double *x, double *param)
{
	for (int j = 0; j < 6; j++)
		param[j] = exp(fmin(fmax(x[j], -25.0), 25.0)) * k->scale;
	param[DLM_PHI] = 1.0 / (1.0 + exp(-fmin(fmax(x[6], -8.0), 5.0)));
}

static bool origin_here(const struct dlm *k, int step)
{
	int ahead = k->day[k->n - 1] - k->day[step];
	return ahead > 0 && ahead % 7 == 0 && ahead / 7 <= CALIBRATION_ORIGINS;
}

/* −log likelihood of the past from step `first` on, leaving the filtered state in w. */
static double filter(struct workspace *w, const double *param, int first)
{
	const struct dlm *k = w->k;
	size_t p = DLM_STATES;
	double cost = 0.0;
	int seen = 0;
	dlm_start(k, param, w->m, w->P);
	w->saved = 0;
	for (int i = first; i < k->n; i++) {
		if (i > first)
			dlm_predict(k, param, w->m, w->P);
		if (w->ratio != NULL)
			w->ratio[i] = NAN;
		if (!isnan(k->z[i])) {
			double f, s = dlm_project(k, i, w->m, w->P, w->Ph, &f);
			double e = k->z[i] - f;
			s += dlm_observation_variance(k, param, i);
			if (w->ratio != NULL)
				w->ratio[i] = e * e / s;
			if (seen++ >= WARM_UP_STEPS && e * e > 9.0 * s)
				s = e * e / 9.0;
			cost += 0.5 * (log(s) + e * e / s);
			dlm_update(k, w->m, w->P, w->Ph, s, e);
		}
		if (w->saved_m != NULL && w->saved < CALIBRATION_ORIGINS && origin_here(k, i)) {
			memcpy(w->saved_m + (size_t)w->saved * p, w->m, p * sizeof(double));
			memcpy(w->saved_P + (size_t)w->saved * p * p, w->P, p * p * sizeof(double));
			w->saved_step[w->saved++] = i;
		}
	}
	return cost;
}

static double prior_cost(const double *x)
{
	double d = x[6] - 1.0, cost = 0.5 * d * d;
	for (int j = 0; j < 6; j++) {
		d = (x[j] - log(prior_centre[j])) / prior_sd[j];
		cost += 0.5 * d * d;
	}
	return cost;
}

static double objective(const gsl_vector *x, void *context)
{
	struct workspace *w = context;
	double param[DLM_PARAMS];
	unpack(w->k, x->data, param);
	double cost = prior_cost(x->data) + filter(w, param, w->first);
	return isfinite(cost) ? cost : 1e300;
}

static enum wfm_status minimise(struct workspace *w, double *x, double step, int iterations,
				struct wfm_error *e)
{
	enum wfm_status status = WFM_NO_MEMORY;
	gsl_vector *start = gsl_vector_alloc(DLM_PARAMS), *steps = gsl_vector_alloc(DLM_PARAMS);
	gsl_multimin_fminimizer *nm =
		gsl_multimin_fminimizer_alloc(gsl_multimin_fminimizer_nmsimplex2, DLM_PARAMS);
	if (start == NULL || steps == NULL || nm == NULL) {
		(void)wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
		goto out;
	}
	memcpy(start->data, x, DLM_PARAMS * sizeof *x);
	gsl_vector_set_all(steps, step);
	gsl_multimin_function f = { objective, DLM_PARAMS, w };
	status = WFM_OK;
	if (gsl_multimin_fminimizer_set(nm, &f, start, steps) != 0)
		goto out;
	for (int i = 0; i < iterations; i++) {
		if (gsl_multimin_fminimizer_iterate(nm) != 0 ||
		    gsl_multimin_fminimizer_size(nm) < 0.1)
			break;
	}
	memcpy(x, nm->x->data, DLM_PARAMS * sizeof *x);
out:
	if (nm != NULL)
		gsl_multimin_fminimizer_free(nm);
	if (start != NULL)
		gsl_vector_free(start);
	if (steps != NULL)
		gsl_vector_free(steps);
	return status;
}

static void weigh_weekdays(struct dlm *k, const double *ratio)
{
	double sum[7] = { 0 }, n[7] = { 0 };
	for (int i = WARM_UP_STEPS; i < k->n; i++)
		if (!isnan(ratio[i])) {
			sum[k->row[i].weekday] += fmin(ratio[i], 9.0);
			n[k->row[i].weekday] += 1.0;
		}
	for (int w = 0; w < 7; w++)
		k->weight[w] *= (10.0 + sum[w]) / (10.0 + n[w]);
}

/* κ² from the projections of the saved states. */
static void calibrate(struct dlm *k, struct workspace *w)
{
	size_t p = DLM_STATES;
	if (k->n == 0)
		return;
	double sum = 0.0, n = 0.0;
	for (int o = 0; o < w->saved; o++) {
		memcpy(w->m, w->saved_m + (size_t)o * p, p * sizeof(double));
		memcpy(w->P, w->saved_P + (size_t)o * p * p, p * p * sizeof(double));
		int from = w->saved_step[o];
		for (int i = from + 1; i < k->n && k->day[i] - k->day[from] <= CALIBRATION_DAYS; i++) {
			dlm_predict(k, k->param, w->m, w->P);
			if (isnan(k->z[i]))
				continue;
			double f, v = dlm_project(k, i, w->m, w->P, w->Ph, &f);
			v += dlm_observation_variance(k, k->param, i);
			sum += fmin((k->z[i] - f) * (k->z[i] - f) / v, 16.0);
			n += 1.0;
		}
	}
	/* The errors are in-sample: with few weeks behind the parameters, the prior says more. */
	double weeks = fmax(1.0, (k->day[k->n - 1] - k->day[0] + 1) / 7.0);
	double expected = 1.0 + fmin(24.0 / weeks, 1.5);
	k->kappa2 = fmin(fmax((40.0 * expected + sum) / (40.0 + n), 1.0), 6.0);
}

enum wfm_status dlm_fit(struct dlm *k, struct fc_pool *pool, double *memory, bool refit,
			struct wfm_error *e)
{
	size_t p = DLM_STATES;
	struct workspace w = { .k = k, .m = k->m, .P = k->P };
	w.first = k->n > FIT_STEPS ? k->n - FIT_STEPS : 0;
	w.Ph = fc_alloc(pool, p, sizeof(double));
	w.ratio = fc_alloc(pool, (size_t)k->n, sizeof(double));
	double *saved_m = fc_alloc(pool, CALIBRATION_ORIGINS * p, sizeof(double));
	double *saved_P = fc_alloc(pool, CALIBRATION_ORIGINS * p * p, sizeof(double));
	if (pool->failed)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	double x[DLM_PARAMS];
	bool known = memory[DLM_MEMORY - 1] > 0.0;
	for (int j = 0; j < 6; j++)
		x[j] = known ? memory[j] : log(prior_centre[j]);
	x[6] = known ? memory[6] : 1.0;
	for (int d = 0; d < 7 && known; d++)
		k->weight[d] = memory[DLM_PARAMS + d];
	enum wfm_status status = WFM_OK;
	if (!known) {
		status = minimise(&w, x, 0.7, 80, e);
		unpack(k, x, k->param);
		(void)filter(&w, k->param, 0);
		weigh_weekdays(k, w.ratio);
	}
	if (status == WFM_OK && (!known || refit))
		status = minimise(&w, x, 0.35, 40, e);
	if (status != WFM_OK)
		return status;
	memcpy(memory, x, sizeof x);
	memcpy(memory + DLM_PARAMS, k->weight, sizeof k->weight);
	memory[DLM_MEMORY - 1] = 1.0;
	unpack(k, x, k->param);
	w.saved_m = saved_m;
	w.saved_P = saved_P;
	k->cost = prior_cost(x) + filter(&w, k->param, 0);
	w.m = fc_alloc(pool, p, sizeof(double));
	w.P = fc_alloc(pool, p * p, sizeof(double));
	if (pool->failed)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	calibrate(k, &w);
	return WFM_OK;
}

enum wfm_status dlm_forecast(const struct dlm *k, struct fc_pool *pool, double *mean,
			     double *variance, struct wfm_error *e)
{
	size_t p = DLM_STATES;
	double *m = fc_alloc(pool, p, sizeof *m), *P = fc_alloc(pool, p * p, sizeof *P);
	double *Ph = fc_alloc(pool, p, sizeof *Ph);
	if (pool->failed)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	memcpy(m, k->m, p * sizeof *m);
	memcpy(P, k->P, p * p * sizeof *P);
	for (int i = k->n; i < k->n_total; i++) {
		dlm_predict(k, k->param, m, P);
		double v = dlm_project(k, i, m, P, Ph, &mean[i - k->n]);
		v += dlm_observation_variance(k, k->param, i);
		mean[i - k->n] += k->centre[k->row[i].weekday];
		variance[i - k->n] = v * k->kappa2;
	}
	return WFM_OK;
}

enum wfm_status dlm_run(const struct fc_train *t, const double *by_day, const double *count_noise,
			bool smooth, struct fc_memory *memory, int index, struct dlm *k, double **mean,
			double **variance, struct wfm_error *e)
{
	enum wfm_status status = dlm_build(t, by_day, count_noise, smooth, k, e);
	if (status == WFM_OK)
		status = dlm_fit(k, t->pool, memory->v + index * DLM_MEMORY, memory->refit, e);
	if (status != WFM_OK)
		return status;
	size_t ahead = (size_t)(k->n_total - k->n);
	*mean = fc_alloc(t->pool, ahead, sizeof **mean);
	*variance = fc_alloc(t->pool, ahead, sizeof **variance);
	if (t->pool->failed)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	return dlm_forecast(k, t->pool, *mean, *variance, e);
}
