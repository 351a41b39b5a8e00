/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Scores of whole days (after Shen & Huang 2008, with a richer model of the scores): the days'
 * x = √(y+¼) are written in their own leading singular vectors, x_d(t) ≈ Σ_k β_dk v_k(t). The
 * first is the day's size, the others its shape in proportion: ln β_0 and the ratios β_k/β_0 each
 * follow the day-level dynamic linear model with its calendar effects (dlm.c), so level, weekday
 * and holiday act in per cent, and on the shape as well. Then
 *
 *   x̂ = Σ β̂_k v_k(t) + c_w(t)      var = Σ V_k v_k(t)² + h(x̂²) + c_t x̂²
 *
 * where c_w(t) is what a weekday's days leave over on average, shrunk towards nothing.
 */
#include "shape.h"
#include "size.h"

#include <math.h>
#include <string.h>

enum { COMPONENTS = 1 + FC_SHAPES, SHRINK_DAYS = 6 };
static const double HALF_LIFE_WEEKS = 8.0; /* of a weekday's own shape, as in profile.c */
static const double MOST_SHAPE = 2.0; /* a score farther from 0 than twice the size is no shape */

struct scores {
	int count;
	double *v, *beta, *excess, *left; /* left: 7 × slots, c_w(t) */
	double noise; /* share of Poisson noise there is: 1, less for counts that hardly vary */
	struct fc_size size;                   /* ln β_0 */
	struct dlm model[COMPONENTS];          /* the ratios, from 1 on */
	double *mean[COMPONENTS], *variance[COMPONENTS]; /* of β, by step ahead */
};

static void whole_days(const struct fc_train *t, double *x)
{
	const struct fc_grid *g = t->grid;
	for (int d = 0; d < t->n; d++) {
		if (isnan(t->total[d]))
			continue;
		const uint8_t *open = g->open[g->days[d].weekday];
		size_t row = (size_t)d * (size_t)g->slots;
		for (int s = g->from; s < g->to; s++)
			x[row + (size_t)s] = open[s] ? t->root[row + (size_t)s] : 0.0;
	}
}

/* Eights of slots. */
FC_WIDE static void add_row(double *restrict to, double factor, const double *restrict v, int slots)
{
	for (int s = 0; s < slots; s += FC_BLOCK)
		fc_add_scaled(to + s, factor, v + s);
}

/* Scores by day, and x reduced to what they leave over. */
static void project(const struct fc_train *t, double *x, struct scores *p)
{
	int slots = t->grid->slots, from = t->grid->from, to = t->grid->to;
	for (int d = 0; d < t->n; d++) {
		double *row = x + (size_t)d * (size_t)slots;
		for (int k = 0; k < p->count; k++) {
			double *beta = p->beta + (size_t)k * (size_t)t->n;
			const double *v = p->v + k * slots;
			beta[d] = NAN;
			if (isnan(t->total[d]))
				continue;
			beta[d] = fc_dot(row + from, v + from, to - from);
			add_row(row + from, -beta[d], v + from, to - from);
		}
	}
}

/*
 * Counts far steadier than Poisson (one every interval) have their mean at x² − ¼, not where a
 * Poisson count of that centre has it. Only below half of Poisson: residuals are in-sample.
 */
static double noise_share(const struct fc_train *t, const double *R)
{
	double squares = 0.0, noise = 0.0;
	for (int d = 0; d < t->n; d++)
		for (int s = t->grid->from; s < t->grid->to && !isnan(t->total[d]); s++) {
			size_t c = (size_t)d * (size_t)t->grid->slots + (size_t)s;
			squares += R[c] * R[c];
			noise += fc_noise_at_root(t->root[c] - R[c]);
		}
	return squares < 0.5 * noise ? squares / noise : 1.0;
}

static void left_over(const struct fc_train *t, double *x, struct scores *p)
{
	const struct fc_grid *g = t->grid;
	double weights[7] = { 0 };
	for (int d = 0; d < t->n; d++) {
		if (isnan(t->total[d]))
			continue;
		int w = g->days[d].weekday;
		double weight = exp2(-(t->n - d) / (7.0 * HALF_LIFE_WEEKS));
		weights[w] += weight;
		const double *row = x + (size_t)d * (size_t)g->slots;
		double *left = p->left + w * g->slots;
		add_row(left + g->from, weight, row + g->from, g->to - g->from);
	}
	for (int w = 0; w < 7; w++)
		for (int s = 0; s < g->slots; s++)
			p->left[w * g->slots + s] /= weights[w] + SHRINK_DAYS;
	for (int d = 0; d < t->n; d++) {
		double *row = x + (size_t)d * (size_t)g->slots;
		const double *left = p->left + g->days[d].weekday * g->slots;
		if (!isnan(t->total[d]))
			add_row(row + g->from, -1.0, left + g->from, g->to - g->from);
	}
	fc_excess_fit(t, x, p->excess);
	p->noise = noise_share(t, x);
}

static void combine(const struct fc_train *t, const struct scores *p, struct fc_output *out)
{
	const struct fc_grid *g = t->grid;
	for (int h = 0; h < out->days; h++) {
		int step = p->model[0].step_of_day[t->n + h], w = g->days[t->n + h].weekday;
		double total = 0.0, spread = 0.0;
		for (int s = 0; s < g->slots; s++) {
			size_t c = (size_t)h * (size_t)g->slots + (size_t)s;
			out->x[c] = 0.5;
			out->v[c] = 0.0;
			if (step < 0 || !g->open[w][s])
				continue;
			int i = step - p->model[0].n;
			double x = p->left[w * g->slots + s], var = 0.0;
			for (int k = 0; k < p->count; k++) {
				double v = p->v[k * g->slots + s];
				x += p->mean[k][i] * v;
				var += p->variance[k][i] * v * v;
			}
			out->x[c] = fmax(x, 0.5);
			double mean = fc_poisson_mean(out->x[c]);
			double noise = p->noise * fc_poisson_noise(mean);
			if (p->noise < 1.0)
				mean = fmax(0.0, out->x[c] * out->x[c] - 0.25 + noise);
			double own = noise + mean * p->excess[s];
			out->v[c] = var + own;
			total += mean * (1.0 + p->excess[s]);
			spread += 4.0 * mean * own;
		}
		/* Day total: Σ x², so dN ≈ 2 Σ_t x_t Σ_k v_k(t) dβ_k. */
		for (int k = 0; k < p->count && step >= 0; k++) {
			double slope = 0.0;
			for (int s = 0; s < g->slots; s++)
				slope += 2.0 * out->x[(size_t)h * (size_t)g->slots + (size_t)s] *
					 p->v[k * g->slots + s];
			spread += slope * slope * p->variance[k][step - p->model[0].n];
		}
		out->dx[h] = fc_root(total);
		out->dv[h] = total > 0.0 ? 0.25 * spread / fmax(total, 0.5) : 0.0;
	}
}

/* Shapes as they are; ln of day total i moves by Σ_k slope_ik dβ_k, so its covariances follow. */
static enum wfm_status hang_together(const struct fc_train *t, const struct scores *p,
				     struct fc_output *out, struct wfm_error *e)
{
	const struct fc_grid *g = t->grid;
	size_t days = (size_t)out->days;
	double *slope = fc_alloc(t->pool, days, sizeof *slope), *cov;
	if (slope == NULL)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	out->shapes = p->count;
	memcpy(out->shape, p->v, (size_t)(p->count * g->slots) * sizeof *out->shape);
	for (int k = 0; k < p->count; k++) {
		enum wfm_status status = WFM_OK;
		if (k == 0)
			cov = p->size.cov;
		else
			status = dlm_covariance(&p->model[k], t, &cov, e);
		if (status != WFM_OK)
			return status;
		for (size_t h = 0; h < days; h++) {
			int step = p->model[k].step_of_day[t->n + (int)h];
			slope[h] = 0.0;
			if (step < 0)
				continue;
			out->shape_variance[h * WFM_JOINT_SHAPES + (size_t)k] =
				p->variance[k][step - p->model[k].n];
			for (int s = 0; s < g->slots; s++)
				slope[h] += 2.0 * out->x[h * (size_t)g->slots + (size_t)s] *
					    p->v[k * g->slots + s];
			slope[h] *= p->mean[0][step - p->model[k].n]; /* models are in proportion */
			slope[h] /= fmax(out->dx[h] * out->dx[h], 0.5);
		}
		for (size_t i = 0; i < days; i++)
			for (size_t j = 0; j < days; j++)
				out->dcov[i * days + j] += slope[i] * slope[j] * cov[i * days + j];
	}
	return WFM_OK;
}

/* The known part of the variance of ln β_0 and of the ratios: ¼/β_0², of a median day. */
static void score_noise(const struct fc_train *t, const double *size, double *work, double noise[7])
{
	for (int w = 0; w < 7; w++) {
		int n = 0;
		for (int d = 0; d < t->n; d++)
			if (t->grid->days[d].weekday == w && !isnan(size[d]))
				work[n++] = exp(2.0 * size[d]);
		noise[w] = n > 0 ? 0.25 / fmax(fc_median(work, n), 0.25) : 0.0;
	}
}

/* β to ln β_0 and ratios, in place; the largest ln β_0. */
static double relate(const struct fc_train *t, struct scores *p)
{
	double sum = 0.0;
	for (int d = 0; d < t->n; d++)
		sum += isnan(p->beta[d]) ? 0.0 : p->beta[d];
	double sign = sum < 0.0 ? -1.0 : 1.0;
	for (int s = 0; s < t->grid->slots; s++)
		p->v[s] *= sign;
	double largest = log(0.5);
	for (int d = 0; d < t->n; d++) {
		double size = fmax(sign * p->beta[d], 0.5);
		if (isnan(p->beta[d]))
			continue;
		p->beta[d] = log(size);
		largest = fmax(largest, p->beta[d]);
		for (int k = 1; k < p->count; k++) {
			double *score = &p->beta[(size_t)k * (size_t)t->n + (size_t)d];
			*score = fmin(fmax(*score / size, -MOST_SHAPE), MOST_SHAPE);
		}
	}
	return largest;
}

/* Models of all the scores; their means and variances come back on the scale of β. */
static enum wfm_status model_scores(const struct fc_train *t, struct fc_memory *memory,
				    struct scores *p, struct wfm_error *e)
{
	double noise[7], *work = fc_alloc(t->pool, (size_t)t->n, sizeof *work);
	if (work == NULL)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	double largest = relate(t, p);
	score_noise(t, p->beta, work, noise);
	enum wfm_status status = fc_size_fit(t, p->beta, noise, memory, 0, &p->size, e);
	for (int k = 1; k < p->count && status == WFM_OK; k++)
		status = dlm_run(t, p->beta + (size_t)k * (size_t)t->n, noise, DLM_SCORE | DLM_MONTHLESS, memory,
				 k - 1 + FC_SIZE_MODELS, &p->model[k], &p->mean[k], &p->variance[k],
				 e);
	if (status != WFM_OK)
		return status;
	p->mean[0] = p->size.mean;
	p->variance[0] = p->size.variance;
	p->model[0] = p->size.model;
	for (int i = 0; i < p->model[0].n_total - p->model[0].n; i++) {
		/* The rate's own variance raises the mean, but not one that is mostly ignorance; nor
		   are days ten times as busy as ever foreseen. */
		const struct dlm *k0 = &p->model[0];
		double own = p->variance[0][i] -
			     k0->kappa2 * noise[k0->row[k0->n + i].weekday];
		double size = exp(fmin(p->mean[0][i], largest + 1.15) +
				  0.5 * fmin(fmax(own, 0.0), 0.025));
		p->mean[0][i] = size;
		p->variance[0][i] *= size * size;
		for (int k = 1; k < p->count; k++) {
			double ratio = fmin(fmax(p->mean[k][i], -MOST_SHAPE), MOST_SHAPE);
			p->mean[k][i] = size * ratio;
			p->variance[k][i] = size * size * fmin(p->variance[k][i], MOST_SHAPE);
		}
	}
	return WFM_OK;
}

static enum wfm_status run(const struct fc_train *t, struct fc_memory *memory,
			   struct fc_output *out, struct wfm_error *e)
{
	size_t slots = (size_t)t->grid->slots, days = (size_t)t->n;
	struct scores p = { .count = COMPONENTS };
	double *x = fc_alloc(t->pool, days * slots, sizeof *x);
	p.v = fc_alloc(t->pool, COMPONENTS * slots, sizeof(double));
	p.beta = fc_alloc(t->pool, COMPONENTS * days, sizeof(double));
	p.excess = fc_alloc(t->pool, slots, sizeof(double));
	p.left = fc_alloc(t->pool, 7 * slots, sizeof(double));
	if (t->pool->failed)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	whole_days(t, x);
	if (!fc_directions(t, x, p.count, memory, p.v))
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	project(t, x, &p);
	left_over(t, x, &p);
	enum wfm_status status = model_scores(t, memory, &p, e);
	if (status != WFM_OK)
		return status;
	combine(t, &p, out);
	return out->dcov != NULL ? hang_together(t, &p, out, e) : WFM_OK;
}

const struct fc_method fc_svd_scores = {
	.name = "svd_scores",
	.min_days = 20,
	.prior = 1.0,
	.prior_a_month = 1.0,
	.run = run,
};
