/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The day-level state-space model × weekday profile × shape factors. ln(N+½) and each score
 * series follow a dynamic linear model with calendar effects (dlm.c). With m, V the day's mean
 * and variance on the log scale and ĉ_k, V_k those of the scores,
 *
 *   x̂ = g(e^m·p) + Σ ĉ_k v_k(t)    var = x̂²(V/4 + c_t) + Σ V_k v_k(t)² + h(x̂²)
 *
 * then scaled so that the slots add up to the day, with g, h mean and variance of √(Y+¼) of a Poisson count and c_t the slot's excess dispersion.
 *
 * Below eight weeks of history no shape factors, and a floor under the calibration.
 */
#include "shape.h"
#include "size.h"

#include <math.h>
#include <string.h>

enum { SHAPE_MIN_DAYS = 40 };

static const double PLUGGED_IN = 1.2; /* variance of a week's total, to its variance given them */

struct parts {
	struct fc_size size;
	struct dlm score[FC_SHAPES];
	double *score_mean[FC_SHAPES], *score_var[FC_SHAPES];
	struct fc_profile profile;
	struct fc_shape shape;
};

/* 1 ÷ the weekday's median total: the Poisson part of the variance of ln N. */
static void count_noise(const struct fc_train *t, double *work, double noise[7])
{
	int all = 0;
	for (int d = 0; d < t->n; d++)
		if (!isnan(t->total[d]))
			work[all++] = t->total[d];
	double overall = fmax(fc_median(work, all), 0.5);
	for (int w = 0; w < 7; w++) {
		int n = 0;
		for (int d = 0; d < t->n; d++)
			if (t->grid->days[d].weekday == w && !isnan(t->total[d]))
				work[n++] = t->total[d];
		noise[w] = 1.0 / (n > 0 ? fmax(fc_median(work, n), 0.5) : overall);
	}
}

static enum wfm_status fit_day(const struct fc_train *t, struct fc_memory *memory, struct parts *p,
			       struct wfm_error *e)
{
	double *z = fc_alloc(t->pool, (size_t)t->n, sizeof *z);
	double *work = fc_alloc(t->pool, (size_t)t->n, sizeof *work);
	if (t->pool->failed)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	double noise[7], unseen[7];
	count_noise(t, work, noise);
	for (int d = 0; d < t->n; d++)
		z[d] = isnan(t->total[d]) ? NAN : log(t->total[d] + 0.5);
	enum wfm_status status = fc_size_fit(t, z, noise, memory, 0, &p->size, e);
	if (status != WFM_OK)
		return status;
	const struct dlm *k = &p->size.model;
	for (int w = 0; w < 7; w++)
		unseen[w] = fc_unseen_weekday(t, w);
	for (int i = 0; i < k->n_total - k->n; i++)
		p->size.mean[i] += unseen[k->row[k->n + i].weekday];
	return WFM_OK;
}

static enum wfm_status fit(const struct fc_train *t, struct fc_memory *memory, struct parts *p,
			   struct wfm_error *e)
{
	enum wfm_status status = fit_day(t, memory, p, e);
	if (status == WFM_OK)
		status = fc_profile_fit(t, &p->profile, e);
	if (status == WFM_OK)
		status = fc_shape_fit(t, &p->profile,
				      t->usable >= SHAPE_MIN_DAYS ? FC_SHAPES : 0, memory, &p->shape, e);
	for (int k = 0; k < p->shape.count && status == WFM_OK; k++)
		status = dlm_run(t, p->shape.score[k], NULL, DLM_SCORE, memory, k + FC_SIZE_MODELS, &p->score[k],
				 &p->score_mean[k], &p->score_var[k], e);
	return status;
}

static void closed_day(struct fc_output *out, int h, int slots)
{
	out->dx[h] = 0.5; /* √¼: no volume */
	out->dv[h] = 0.0;
	for (int s = 0; s < slots; s++) {
		out->x[(size_t)h * (size_t)slots + (size_t)s] = 0.5;
		out->v[(size_t)h * (size_t)slots + (size_t)s] = 0.0;
	}
}

/* The day's means by slot with their shape, scaled so that they add up to the day's total. */
static void shaped_means(const struct parts *p, const struct fc_grid *g, int weekday, int step,
			 double total, double *mean)
{
	double sum = 0.0;
	for (int s = 0; s < g->slots; s++) {
		double x = fc_poisson_centre(total * p->profile.share[weekday * g->slots + s]);
		for (int k = 0; k < p->shape.count; k++)
			x += p->score_mean[k][step] * p->shape.v[k][s];
		mean[s] = g->open[weekday][s] ? fc_poisson_mean(fmax(x, 0.5)) : 0.0;
		sum += mean[s];
	}
	for (int s = 0; s < g->slots && sum > 0.0; s++)
		mean[s] *= total / sum;
}

static void combine(const struct fc_train *t, const struct parts *p, double *mean,
		    struct fc_output *out)
{
	const struct fc_grid *g = t->grid;
	double most = 0.0; /* no day is ten times the largest ever seen, whatever rubbish says */
	for (int d = 0; d < t->n; d++)
		most = t->total[d] > most ? t->total[d] : most;
	for (int k = 0; k < p->shape.count && out->shape != NULL; k++, out->shapes++)
		memcpy(out->shape + k * g->slots, p->shape.v[k],
		       (size_t)g->slots * sizeof *out->shape);
	for (int h = 0; h < out->days; h++) {
		int step = p->size.model.step_of_day[t->n + h], w = g->days[t->n + h].weekday;
		if (step < 0) { /* a weekday that never opens */
			closed_day(out, h, g->slots);
			continue;
		}
		int i = step - p->size.model.n;
		double V = fmin(p->size.variance[i], 4.0);
		for (int k = 0; k < p->shape.count && out->shape != NULL; k++)
			out->shape_variance[h * WFM_JOINT_SHAPES + k] = p->score_var[k][i];
		/* The centre of √N when ln N is normal: with v it gives the mean e^{m+V/2}. A
		   variance that is mostly ignorance must not raise the mean. */
		double total = fmax(0.0, exp(p->size.mean[i] + 0.25 * fmin(V, 0.1)) - 0.5);
		total = fmin(total, 10.0 * most + 1.0);
		out->dx[h] = fc_root(total);
		out->dv[h] = 0.25 * total * V;
		shaped_means(p, g, w, i, total, mean);
		for (int s = 0; s < g->slots; s++) {
			size_t c = (size_t)h * (size_t)g->slots + (size_t)s;
			double extra = 0.0;
			for (int k = 0; k < p->shape.count; k++)
				extra += p->score_var[k][i] * p->shape.v[k][s] * p->shape.v[k][s];
			out->x[c] = fc_poisson_centre(mean[s]);
			out->v[c] = fc_poisson_noise(mean[s]) + (mean[s] > 0.0 ? extra : 0.0) +
				    mean[s] * (0.25 * V + p->shape.excess[s]);
		}
	}
}

/*
 * Ties between days as strong as past weeks say, and never weaker than the model's: its
 * parameters are plugged in, and what they are uncertain by is wrong for all days alike.
 */
static enum wfm_status widen_weeks(const struct fc_train *t, const struct parts *p,
				   struct fc_output *out, struct wfm_error *e)
{
	double weight[7], ratio;
	for (int w = 0; w < 7; w++)
		weight[w] = exp(p->size.model.centre[w]);
	enum wfm_status status = dlm_week_ratio(&p->size.model, t->pool, weight, &ratio, e);
	if (status == WFM_OK)
		fc_week_widen(PLUGGED_IN * fmax(1.0, ratio / p->size.model.kappa2), out);
	return status;
}

static enum wfm_status run(const struct fc_train *t, struct fc_memory *memory,
			   struct fc_output *out, struct wfm_error *e)
{
	struct parts p = { 0 };
	enum wfm_status status = fit(t, memory, &p, e);
	if (status != WFM_OK)
		return status;
	double *mean = fc_alloc(t->pool, (size_t)t->grid->slots, sizeof *mean);
	if (mean == NULL)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	combine(t, &p, mean, out);
	if (p.size.cov != NULL && out->dcov != NULL)
		memcpy(out->dcov, p.size.cov,
		       (size_t)out->days * (size_t)out->days * sizeof *out->dcov);
	if (p.size.cov != NULL && out->dcov != NULL)
		status = widen_weeks(t, &p, out, e);
	dlm_effects(&p.size.model, out);
	return status;
}

const struct fc_method fc_state_space = {
	.name = "state_space",
	.min_days = 8,
	.prior = 1.0,
	.prior_a_month = 1.0,
	.run = run,
};
