/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Estimation of the day-level model. The seven parameters minimise
 *
 *   Σ_i ½(ln S_i + e_i²/S_i)  +  ½ Σ_j ((log parameter_j − c_j)/s_j)²
 *
 * over the last 400 steps: c = log of (.3, .01, .3, .0005, 1, 2)·v, s = (2, 1.5, …),
 * logit φ ~ N(1, 1), all narrower for a queue of less than ten weeks. The search is BFGS (Nocedal & Wright 2006, ch. 6) on exact derivatives, until
 * a step promises less than a hundredth of the log likelihood's unit.
 * Weekday weights follow from the residuals, w = (10 + Σmin(e²/S, 9))/(10 + n). Calibration:
 * the states of the last 12 weekly origins are projected two weeks and the squared errors
 * over their variances give κ² = clip((40(1 + min(24/weeks, 1.5)) + Σmin(e²/v, 16))/(40 + n), 1, 6).
 */
#include "dlm_filter.h"

#include <math.h>
#include <string.h>

enum { FIT_STEPS = 400, CALIBRATION_ORIGINS = 12, CALIBRATION_DAYS = 14, WARM_UP_STEPS = 14 };
enum { N = DLM_PARAMS, SEARCH_STEPS = 20 };
static const double TOLERANCE = 0.02;

static const double prior_centre[6] = { 0.3, 0.01, 0.3, 0.0005, 1.0, 2.0 };
static const double prior_sd[6] = { 2.0, 1.5, 1.5, 1.5, 1.5, 1.5 };
/* A second start, from the first: observations that are mostly noise. */
static const double noisy[N] = { 1.0, -1.5, -1.5, -0.5, -2.0, -1.5, -0.7 };
/* What the diagonal of the inverse of the second derivatives usually is. */
static const double usual_H[N] = { 0.05, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3 };

/* x: log of variances over v, then logit φ. */
static void unpack(const struct dlm *k, const double *x, double *param)
{
	for (int j = 0; j < 6; j++)
		param[j] = exp(fmin(fmax(x[j], -25.0), 25.0)) * k->scale;
	param[DLM_PHI] = 1.0 / (1.0 + exp(-fmin(fmax(x[6], -8.0), 5.0)));
}

static double prior_cost(const struct dlm *k, const double *x)
{
	double d = x[6] - 1.0, cost = 0.5 * d * d;
	for (int j = 0; j < 6; j++) {
		d = (x[j] - log(prior_centre[j])) / prior_sd[j];
		cost += 0.5 * d * d;
	}
	return cost / (k->hold * k->hold);
}

/* What the search works with; x, cost and gradient are of the best point so far. */
struct search {
	struct dlm_pass pass;
	double *adjoint;
	double x[N], cost, gradient[N];
	double H[N][N]; /* approximate inverse of the second derivatives */
};

static double cost_at(struct search *s, const double *x)
{
	double param[N];
	unpack(s->pass.k, x, param);
	double cost = prior_cost(s->pass.k, x) + dlm_filter(&s->pass, param);
	return isfinite(cost) ? cost : 1e300;
}

/* Derivatives at the x that cost_at saw last. */
static void gradient_at(struct search *s, const double *x, double *gradient)
{
	double param[N];
	unpack(s->pass.k, x, param);
	dlm_gradient(&s->pass, param, s->adjoint, gradient);
	double weight = 1.0 / (s->pass.k->hold * s->pass.k->hold);
	for (int j = 0; j < 6; j++)
		gradient[j] = gradient[j] * param[j] +
			      weight * (x[j] - log(prior_centre[j])) / (prior_sd[j] * prior_sd[j]);
	gradient[6] = gradient[6] * param[DLM_PHI] * (1.0 - param[DLM_PHI]) + weight * (x[6] - 1.0);
}

/* The BFGS update of H by a step d·t that changed the gradient by y. */
static void learn_curvature(double H[N][N], const double *d, double t, const double *y)
{
	double Hy[N], sy = 0.0, yHy = 0.0;
	for (int i = 0; i < N; i++) {
		Hy[i] = 0.0;
		for (int j = 0; j < N; j++)
			Hy[i] += H[i][j] * y[j];
		sy += t * d[i] * y[i];
		yHy += y[i] * Hy[i];
	}
	if (!(sy > 1e-8))
		return;
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++)
			H[i][j] += (1.0 + yHy / sy) * t * d[i] * t * d[j] / sy -
				   t * (Hy[i] * d[j] + d[i] * Hy[j]) / sy;
}

/* d = −H·gradient, no component beyond one; returns the slope along it. */
static double direction(const struct search *s, double *d)
{
	double most = 1.0, slope = 0.0;
	for (int i = 0; i < N; i++) {
		d[i] = 0.0;
		for (int j = 0; j < N; j++)
			d[i] -= s->H[i][j] * s->gradient[j];
		most = fmax(most, fabs(d[i]));
	}
	for (int i = 0; i < N; i++) {
		d[i] /= most;
		slope += d[i] * s->gradient[i];
	}
	return slope;
}

/* Shortens the step until the cost falls; false when it does not. */
static bool line_search(struct search *s, const double *d, double slope, double *t)
{
	double x[N];
	*t = 1.0;
	for (int tries = 0; tries < 6; tries++) {
		for (int i = 0; i < N; i++)
			x[i] = s->x[i] + *t * d[i];
		double cost = cost_at(s, x);
		if (cost <= s->cost + 1e-4 * *t * slope) {
			memcpy(s->x, x, sizeof x);
			s->cost = cost;
			return true;
		}
		/* The parabola through both costs and the slope, within bounds. */
		double bend = cost - s->cost - *t * slope;
		*t *= fmin(fmax(-0.5 * *t * slope / bend, 0.1), 0.5);
	}
	return false;
}

static void minimise(struct search *s, int steps)
{
	double d[N], y[N], t;
	s->cost = cost_at(s, s->x);
	gradient_at(s, s->x, s->gradient);
	for (int step = 0; step < steps; step++) {
		double slope = direction(s, d);
		if (-slope < TOLERANCE || !line_search(s, d, slope, &t))
			return;
		gradient_at(s, s->x, y);
		for (int i = 0; i < N; i++) {
			double new = y[i];
			y[i] = new - s->gradient[i];
			s->gradient[i] = new;
		}
		learn_curvature(s->H, d, t, y);
	}
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

/* κ² from two weeks' projections of the states at the last weekly origins. */
struct calibration {
	double *m, *P, *Ph; /* scratch */
	double sum, n;
};

static bool origin_here(const struct dlm *k, int step)
{
	int ahead = k->day[k->n - 1] - k->day[step];
	return ahead > 0 && ahead % 7 == 0 && ahead / 7 <= CALIBRATION_ORIGINS;
}

static void project_origin(void *user, const struct dlm_pass *pass, int from)
{
	struct calibration *c = user;
	const struct dlm *k = pass->k;
	if (!origin_here(k, from))
		return;
	memcpy(c->m, pass->m, DLM_STATES * sizeof *c->m);
	memcpy(c->P, pass->P, (size_t)DLM_STATES * DLM_STATES * sizeof *c->P);
	for (int i = from + 1; i < k->n && k->day[i] - k->day[from] <= CALIBRATION_DAYS; i++) {
		dlm_predict(k, k->param, c->m, c->P);
		if (isnan(k->z[i]))
			continue;
		double f, v = dlm_project(k, i, c->m, c->P, c->Ph, &f);
		v += dlm_observation_variance(k, k->param, i);
		c->sum += fmin((k->z[i] - f) * (k->z[i] - f) / v, 16.0);
		c->n += 1.0;
	}
}

/* The last pass: states at the end, the cost of the whole past and κ². */
static bool finish(struct dlm *k, struct fc_pool *pool, const struct search *s)
{
	size_t p = DLM_STATES;
	struct calibration c = { 0 };
	c.m = fc_alloc(pool, p, sizeof(double));
	c.P = fc_alloc(pool, p * p, sizeof(double));
	c.Ph = fc_alloc(pool, p, sizeof(double));
	if (pool->failed)
		return false;
	struct dlm_pass pass = s->pass;
	pass.trace = NULL;
	pass.first = 0;
	pass.visit = project_origin;
	pass.user = &c;
	unpack(k, s->x, k->param);
	k->cost = prior_cost(k, s->x) + dlm_filter(&pass, k->param);
	if (k->n == 0)
		return true;
	/* The errors are in-sample: with few weeks behind the parameters, the prior says more. */
	double weeks = fmax(1.0, (k->day[k->n - 1] - k->day[0] + 1) / 7.0);
	double expected = 1.0 + fmin(24.0 / weeks, 1.5);
	k->kappa2 = fmin(fmax((40.0 * expected + c.sum) / (40.0 + c.n), 1.0), 6.0);
	return true;
}

/* Weekday weights from the residuals at the parameters found so far. */
static void reweigh(struct dlm *k, const struct search *s, double *ratio)
{
	struct dlm_pass pass = s->pass;
	pass.trace = NULL;
	pass.first = 0;
	pass.ratio = ratio;
	unpack(k, s->x, k->param);
	(void)dlm_filter(&pass, k->param);
	weigh_weekdays(k, ratio);
}

static void better_start(struct search *s)
{
	double x[N];
	for (int i = 0; i < N; i++) {
		s->x[i] = i < 6 ? log(prior_centre[i]) : 1.0;
		x[i] = s->x[i] + noisy[i];
	}
	if (cost_at(s, x) < cost_at(s, s->x))
		memcpy(s->x, x, sizeof x);
}

static bool search_start(struct dlm *k, struct fc_pool *pool, bool fit, struct search *s)
{
	size_t p = DLM_STATES;
	*s = (struct search){ .pass = { .k = k, .m = k->m, .P = k->P } };
	s->pass.first = k->n > FIT_STEPS ? k->n - FIT_STEPS : 0;
	s->pass.Ph = fc_alloc(pool, p, sizeof(double));
	if (fit) {
		s->adjoint = fc_alloc(pool, (p + 2) * p, sizeof(double));
		s->pass.trace = fc_alloc(pool, FIT_STEPS, sizeof *s->pass.trace);
	}
	for (int i = 0; i < N; i++)
		s->H[i][i] = usual_H[i];
	return !pool->failed;
}

enum wfm_status dlm_fit(struct dlm *k, struct fc_pool *pool, double *memory, bool refit,
			struct wfm_error *e)
{
	bool known = memory[DLM_MEMORY - 1] > 0.0, fit = !known || refit;
	struct search s;
	double *ratio = fc_alloc(pool, (size_t)k->n, sizeof *ratio);
	if (!search_start(k, pool, fit, &s) || ratio == NULL)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	if (known)
		memcpy(s.x, memory, sizeof s.x);
	else
		better_start(&s);
	if (fit) {
		minimise(&s, SEARCH_STEPS);
		reweigh(k, &s, ratio);
		minimise(&s, SEARCH_STEPS);
	} else {
		memcpy(k->weight, memory + DLM_PARAMS, sizeof k->weight);
	}
	memcpy(memory, s.x, sizeof s.x);
	memcpy(memory + DLM_PARAMS, k->weight, sizeof k->weight);
	memory[DLM_MEMORY - 1] = 1.0;
	if (!finish(k, pool, &s))
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
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
			unsigned kind, struct fc_memory *memory, int index, struct dlm *k, double **mean,
			double **variance, struct wfm_error *e)
{
	enum wfm_status status = dlm_build(t, by_day, count_noise, kind, k, e);
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
