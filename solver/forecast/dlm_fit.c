/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Estimation of the day-level model. The seven parameters minimise
 *
 *   Σ_i ½(ln S_i + e_i²/S_i)  +  ½ Σ_j ((log parameter_j − c_j)/s_j)²
 *
 * over the last 400 steps: c = log of (.3, .01, .3, .0005, 1, 2)·v, s = (2, 1.5, …),
 * logit φ ~ N(1, 1), all narrower for a queue of less than ten weeks. The search is BFGS (Nocedal
 * & Wright 2006, ch. 6) on exact derivatives, until a step promises less than a tenth of the log
 * likelihood's unit: parameters are known to half a unit at best, and a search that stops there
 * stays nearer to the priors; a third of a unit will do for scores. It starts where a model like
 * this one ended, with the curvature it found there, or from the priors. Weekday weights follow
 * from the residuals, w = (10 + Σmin(e²/S, 9))/(10 + n).
 */
#include "dlm_filter.h"

#include <math.h>
#include <string.h>

enum { FIT_STEPS = 400, WARM_UP_STEPS = 14 };
enum { N = DLM_PARAMS, SEARCH_STEPS = 20 };
static const double TOLERANCE = 0.1, ROUGHLY = 0.3, NEAR_THE_END = 1.5;

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
	struct dlm *k;
	struct dlm_pass pass;
	bool kept; /* the last pass was at x, over the whole past, and kept what it foresaw */
	double *adjoint;
	double x[N], cost, gradient[N];
	double H[N][N]; /* approximate inverse of the second derivatives */
};

static double cost_at(struct search *s, const double *x)
{
	unpack(s->k, x, s->k->param);
	s->k->n_outlooks = 0;
	double cost = prior_cost(s->k, x) + dlm_filter(&s->pass, s->k->param);
	return isfinite(cost) ? cost : 1e300;
}

/* Derivatives at the x that cost_at saw last. */
static void gradient_at(struct search *s, const double *x, double *gradient)
{
	const double *param = s->k->param;
	dlm_gradient(&s->pass, param, s->adjoint, gradient);
	double weight = 1.0 / (s->k->hold * s->k->hold);
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

static void keep_outlook(void *user, const struct dlm_pass *pass, int step)
{
	struct dlm *k = user;
	int ahead = k->day[k->n - 1] - k->day[step];
	if (ahead % 7 == 0 && ahead / 7 < DLM_OUTLOOKS)
		dlm_outlook_keep(k, pass->m, pass->P, step);
}

/* Shortens the step until the cost falls; false when it does not. A pass that may be the last of
   all keeps what it foresees, so that finish need not pass again. */
static bool line_search(struct search *s, const double *d, double slope, double *t)
{
	double x[N];
	bool near = s->pass.first == 0 && -slope < NEAR_THE_END;
	*t = 1.0;
	s->pass.visit = near ? keep_outlook : NULL;
	for (int tries = 0; tries < 6; tries++) {
		for (int i = 0; i < N; i++)
			x[i] = s->x[i] + *t * d[i];
		double cost = cost_at(s, x);
		if (cost <= s->cost + 1e-4 * *t * slope) {
			memcpy(s->x, x, sizeof x);
			s->cost = cost;
			s->kept = near;
			return true;
		}
		/* The parabola through both costs and the slope, within bounds. */
		double bend = cost - s->cost - *t * slope;
		*t *= fmin(fmax(-0.5 * *t * slope / bend, 0.1), 0.5);
	}
	s->kept = false;
	return false;
}

static void minimise(struct search *s, int steps, double tolerance)
{
	double d[N], y[N], t;
	s->kept = false;
	s->pass.visit = NULL;
	s->cost = cost_at(s, s->x);
	gradient_at(s, s->x, s->gradient);
	for (int step = 0; step < steps; step++) {
		double slope = direction(s, d);
		if (-slope < tolerance || !line_search(s, d, slope, &t))
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

/* From the residuals of the search's steps at weights of one. */
static void weigh_weekdays(struct dlm *k, int first, const double *ratio)
{
	double sum[7] = { 0 }, n[7] = { 0 };
	for (int i = first > WARM_UP_STEPS ? first : WARM_UP_STEPS; i < k->n; i++)
		if (!isnan(ratio[i])) {
			sum[k->row[i].weekday] += fmin(ratio[i], 9.0);
			n[k->row[i].weekday] += 1.0;
		}
	for (int w = 0; w < 7; w++)
		k->weight[w] = (10.0 + sum[w]) / (10.0 + n[w]);
}

/* The last pass: states at the end, the cost of the whole past and κ². */
static void finish(struct search *s)
{
	if (s->kept) {
		s->k->cost = s->cost;
	} else {
		s->pass.trace = NULL;
		s->pass.ratio = NULL;
		s->pass.first = 0;
		s->pass.visit = keep_outlook;
		s->k->cost = cost_at(s, s->x);
	}
	dlm_outlook_judge(s->k);
}

/* A place to start from, if it is better than the best so far. */
static void consider(struct search *s, const double *x, const double *curvature, double *ratio,
		     double *best_ratio)
{
	s->pass.ratio = ratio;
	double cost = cost_at(s, x);
	s->pass.ratio = NULL;
	if (!(cost < s->cost))
		return;
	s->cost = cost;
	memcpy(s->x, x, sizeof s->x);
	memcpy(best_ratio, ratio, (size_t)s->k->n * sizeof *ratio);
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++)
			s->H[i][j] = curvature != NULL ? curvature[i * N + j]
				     : i == j	       ? usual_H[i]
						       : 0.0;
}

static bool known(const double *memory)
{
	return memory != NULL && memory[DLM_KNOWN_AT] > 0.0;
}

/* Weekdays weigh alike until residuals at the start, or near the best, say otherwise. */
static void search(struct dlm *k, struct search *s, const double *memory, const double *like,
		   double *ratio)
{
	double usual[N], loud[N], *best_ratio = ratio + k->n;
	const double *trodden[2] = { like, memory };
	struct dlm_trace *trace = s->pass.trace;
	s->cost = INFINITY;
	s->pass.trace = NULL;
	for (int i = 0; i < 2 && !isfinite(s->cost); i++)
		if (known(trodden[i]))
			consider(s, trodden[i], trodden[i] + DLM_CURVATURE_AT, ratio, best_ratio);
	bool warm = isfinite(s->cost);
	for (int i = 0; i < N; i++) {
		usual[i] = i < 6 ? log(prior_centre[i]) : 1.0;
		loud[i] = usual[i] + noisy[i];
	}
	if (!warm) {
		consider(s, usual, NULL, ratio, best_ratio);
		consider(s, loud, NULL, ratio, best_ratio);
		s->pass.trace = trace;
		minimise(s, SEARCH_STEPS, ROUGHLY);
		s->pass.trace = NULL;
		s->pass.ratio = best_ratio;
		(void)cost_at(s, s->x);
		s->pass.ratio = NULL;
	}
	weigh_weekdays(k, s->pass.first, best_ratio);
	s->pass.trace = trace;
	minimise(s, SEARCH_STEPS, k->rough_search ? ROUGHLY : TOLERANCE);
}

static bool search_start(struct dlm *k, struct fc_pool *pool, bool fit, struct search *s)
{
	size_t p = DLM_STATES;
	*s = (struct search){ .k = k, .pass = { .k = k, .m = k->m, .P = k->P, .user = k } };
	s->pass.first = k->n > FIT_STEPS ? k->n - FIT_STEPS : 0;
	s->pass.Ph = fc_alloc(pool, p, sizeof(double));
	if (fit) {
		s->adjoint = fc_alloc_unset(pool, (p + 2) * p, sizeof(double));
		s->pass.trace = fc_alloc_unset(pool, (size_t)(k->n - s->pass.first),
					       sizeof *s->pass.trace);
	}
	return !pool->failed;
}

enum wfm_status dlm_fit(struct dlm *k, struct fc_pool *pool, double *memory, const double *like,
			bool refit, struct wfm_error *e)
{
	bool fit = !known(memory) || refit;
	struct fc_mark mark = fc_pool_mark(pool);
	struct search s;
	double *ratio = fc_alloc(pool, 2 * (size_t)k->n, sizeof *ratio);
	if (!search_start(k, pool, fit, &s) || ratio == NULL)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	if (fit) {
		search(k, &s, memory, like, ratio);
	} else {
		memcpy(s.x, memory, sizeof s.x);
		memcpy(k->weight, memory + DLM_WEIGHTS_AT, sizeof k->weight);
	}
	memcpy(memory, s.x, sizeof s.x);
	memcpy(memory + DLM_WEIGHTS_AT, k->weight, sizeof k->weight);
	if (fit)
		memcpy(memory + DLM_CURVATURE_AT, s.H, sizeof s.H);
	memory[DLM_KNOWN_AT] = 1.0;
	finish(&s);
	fc_pool_rewind(pool, &mark);
	return WFM_OK;
}

/* The model of the origin before, when it is laid out as one built now would be. */
static struct dlm *goes_on(const struct fc_train *t, const struct fc_memory *memory, int index)
{
	struct dlm *k = memory->pool != NULL ? memory->model[index] : NULL;
	return k != NULL && (k->annual_n > 0) == dlm_has_annual(t) ? k : NULL;
}

/* Built for all days of the grid, and kept. */
static enum wfm_status build_kept(const struct fc_train *t, const double *by_day,
				  const double *count_noise, unsigned kind,
				  struct fc_memory *memory, int index, struct wfm_error *e)
{
	struct fc_train all = *t;
	struct dlm *k = fc_alloc(memory->pool, 1, sizeof *k);
	all.pool = memory->pool;
	all.horizon = t->grid->n_days - t->n;
	memory->model[index] = k;
	if (k == NULL)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	return dlm_build(&all, by_day, count_noise, kind, k, e);
}

enum wfm_status dlm_run(const struct fc_train *t, const double *by_day, const double *count_noise,
			unsigned kind, struct fc_memory *memory, int index, struct dlm *k, double **mean,
			double **variance, struct wfm_error *e)
{
	double *own = memory->v + index * DLM_MEMORY;
	/* Smooth or rough, wary or not, cut into scores this way or that: much alike. Two scores
	   less so: one is a start for the other. */
	const double *other = memory->like != NULL ? memory->like->v + index * DLM_MEMORY : NULL;
	bool alike = known(other) || (index > 0 && index < DLM_SIZE_MODELS);
	const double *like = known(other) ? other
			     : index > 0 && index != DLM_SIZE_MODELS ? own - DLM_MEMORY
								     : NULL;
	struct dlm *kept = goes_on(t, memory, index);
	enum wfm_status status = WFM_OK;
	/* A backtest takes such parameters as they are. */
	if (memory->pool != NULL && alike && known(like) && !known(own))
		memcpy(own, like, DLM_MEMORY * sizeof *own);
	if (kept != NULL) {
		dlm_follow(kept, t, by_day, count_noise);
	} else if (memory->pool != NULL) {
		status = build_kept(t, by_day, count_noise, kind, memory, index, e);
		kept = memory->model[index];
		if (status == WFM_OK)
			status = dlm_fit(kept, t->pool, own, like, memory->refit, e);
	} else {
		status = dlm_build(t, by_day, count_noise, kind, k, e);
		if (status == WFM_OK)
			status = dlm_fit(k, t->pool, own, like, memory->refit, e);
	}
	if (status != WFM_OK)
		return status;
	if (kept != NULL) {
		*k = *kept;
		while (k->n_total > k->n && k->day[k->n_total - 1] >= t->n + t->horizon)
			k->n_total--;
	}
	size_t ahead = (size_t)(k->n_total - k->n);
	*mean = fc_alloc(t->pool, ahead, sizeof **mean);
	*variance = fc_alloc(t->pool, ahead, sizeof **variance);
	if (t->pool->failed)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	dlm_forecast(k, *mean, *variance);
	return WFM_OK;
}
