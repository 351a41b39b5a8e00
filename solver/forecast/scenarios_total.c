/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Quantiles of sums over days and queues. Only day totals are drawn, not slots: given its
 * factor D, a day's total is Poisson around Σ (r0 + d·D)² + Σ own², itself spread by what the slots'
 * own parts add up to (shapes move contacts within the day and leave its total alone).
 *
 * The queues' day factors are moved together by one Cholesky factor of their correlation: the
 * common factors stand for the same days in every queue, so each is a vector over queues.
 */
#include "joint.h"
#include "solver/num/draw.h"

#include <gsl/gsl_sort.h>
#include <math.h>
#include <string.h>

/* A day of one queue: its total's rate as a quadratic of D, and its own spread. */
struct day_sum {
	double base, slope, bend; /* Σ (r0² + own²), Σ 2·r0·d, Σ d² */
	double own_variance;	  /* Σ 4·r0²·own² + 2·own⁴ */
	double steady, steady_variance; /* mean and variance of counts steadier than Poisson */
};

struct summing {
	const struct wfm_sums *sums;
	struct day_sum *days;  /* queues × days */
	double *root;	       /* n × n Cholesky factor, lower; NULL = independent */
	double *common, *own, *fresh; /* n × factors, n, n */
	int days_n, factors_n;
};

static void sum_day(const struct fc_plan *p, int h, struct day_sum *t)
{
	const struct wfm_joint *j = p->joint;
	double left = 1.0 - j->day_own[3 * h + 2];
	for (int s = 0; s < j->slots; s++) {
		size_t c = (size_t)h * (size_t)j->slots + (size_t)s;
		double r = p->centre[c], own = p->own[c] * p->own[c];
		if (p->own[c] < 0.0) {
			t->steady += j->mean[c];
			t->steady_variance += 4.0 * r * r * own + 2.0 * own * own;
			continue;
		}
		double q = 0.0; /* shapes count into the mean of a slot, as the square of a normal */
		for (int k = 0; k < j->shapes; k++) {
			double e = p->shape[c * (size_t)j->shapes + (size_t)k];
			q += e * e;
		}
		t->base += r * r + own + q;
		t->slope += 2.0 * r * p->day[c];
		t->bend += p->day[c] * p->day[c];
		t->own_variance += left * left * (4.0 * r * r * own + 2.0 * own * own);
	}
}

static enum wfm_status check(const struct wfm_sums *s, struct wfm_error *e)
{
	if (s->n_joints < 1)
		return wfm_fail(e, WFM_INVALID, "/joints", "must not be empty");
	if (s->scenarios < 0 || s->scenarios > 1000000)
		return wfm_fail(e, WFM_INVALID, "/scenarios", "must be between 0 and 1000000");
	const struct wfm_joint *first = s->joints[0];
	for (size_t q = 0; q < s->n_joints; q++) {
		enum wfm_status status = wfm_joint_check(s->joints[q], e);
		if (status != WFM_OK)
			return status;
		if (s->joints[q]->first_day != first->first_day ||
		    s->joints[q]->days != first->days)
			return wfm_fail(e, WFM_INVALID, "/joints", "must cover the same days");
	}
	if (s->sum_of_day == NULL && s->n_sums != (size_t)first->days)
		return wfm_fail(e, WFM_INVALID, "/n_sums", "must be the number of days");
	for (int h = 0; h < first->days && s->sum_of_day != NULL; h++)
		if (s->sum_of_day[h] < -1 || s->sum_of_day[h] >= (int64_t)s->n_sums)
			return wfm_fail(e, WFM_INVALID, "/sum_of_day", "must be -1 or a sum's index");
	return WFM_OK;
}

void fc_cholesky(const double *a, size_t n, double *l)
{
	for (size_t k = 0; k < n; k++) {
		double left = a[k * n + k];
		for (size_t i = 0; i < k; i++)
			left -= l[k * n + i] * l[k * n + i];
		if (!(left > 1e-10))
			continue;
		l[k * n + k] = sqrt(left);
		for (size_t r = k + 1; r < n; r++) {
			double c = a[r * n + k];
			for (size_t i = 0; i < k; i++)
				c -= l[r * n + i] * l[k * n + i];
			l[r * n + k] = c / l[k * n + k];
		}
	}
}

/* A standard normal vector over queues, correlated as asked; stride between its numbers. */
static void draw_vector(const struct summing *w, struct draw *d, double *out, size_t stride)
{
	size_t n = w->sums->n_joints;
	for (size_t q = 0; q < n; q++)
		w->fresh[q] = draw_normal(d);
	for (size_t q = 0; q < n; q++) {
		double x = w->root == NULL ? w->fresh[q] : 0.0;
		for (size_t i = 0; i <= q && w->root != NULL; i++)
			x += w->root[q * n + i] * w->fresh[i];
		out[q * stride] = x;
	}
}

static double draw_total(const struct day_sum *t, double factor, struct draw *d)
{
	double rate = t->base + t->slope * factor + t->bend * factor * factor;
	if (t->own_variance > 0.0)
		rate += sqrt(t->own_variance) * draw_normal(d);
	double total = draw_poisson(d, fmin(fmax(rate, 0.0), 1e12));
	if (t->steady > 0.0)
		total += fmax(0.0, floor(t->steady + sqrt(t->steady_variance) * draw_normal(d) + 0.5));
	return total;
}

static void draw_sums(const struct summing *w, struct draw *d, double *sum)
{
	const struct wfm_sums *s = w->sums;
	size_t n = s->n_joints, factors = (size_t)w->factors_n;
	for (size_t k = 0; k < factors; k++)
		draw_vector(w, d, w->common + k, factors);
	memset(w->own, 0, n * sizeof *w->own);
	double *shock = w->own + n;
	for (int h = 0; h < w->days_n; h++) {
		draw_vector(w, d, shock, 1);
		int64_t to = s->sum_of_day != NULL ? s->sum_of_day[h] : h;
		for (size_t q = 0; q < n; q++) {
			const struct wfm_joint *j = s->joints[q];
			double tie = j->day_own[3 * h + 1];
			w->own[q] = tie * w->own[q] + sqrt(1.0 - tie * tie) * shock[q];
			double factor = j->day_own[3 * h] * w->own[q];
			for (int k = 0; k < j->factors; k++)
				factor += j->day_load[h * j->factors + k] *
					  w->common[q * factors + (size_t)k];
			if (to >= 0)
				sum[to] += draw_total(&w->days[q * (size_t)w->days_n + (size_t)h],
						      factor, d);
		}
	}
}

/* The level-th quantile of n sorted numbers, between the two nearest (Hyndman & Fan 7). */
static double sorted_quantile(const double *v, size_t n, double level)
{
	double at = level * (double)(n - 1);
	size_t i = (size_t)at;
	return i + 1 < n ? v[i] + (at - (double)i) * (v[i + 1] - v[i]) : v[n - 1];
}

static bool prepare(struct fc_pool *pool, const struct wfm_sums *s, struct summing *w)
{
	size_t n = s->n_joints, days = (size_t)s->joints[0]->days;
	w->sums = s;
	w->days_n = s->joints[0]->days;
	w->days = fc_alloc(pool, n * days, sizeof *w->days);
	for (size_t q = 0; q < n && !pool->failed; q++) {
		struct fc_pool scratch = { 0 };
		struct fc_plan plan;
		bool ok = fc_plan_build(&scratch, s->joints[q], &plan);
		for (int h = 0; h < w->days_n && ok; h++)
			sum_day(&plan, h, &w->days[q * days + (size_t)h]);
		fc_pool_free(&scratch);
		if (!ok)
			return false;
		if (s->joints[q]->factors > w->factors_n)
			w->factors_n = s->joints[q]->factors;
	}
	w->common = fc_alloc(pool, n * (size_t)w->factors_n + 1, sizeof(double));
	w->own = fc_alloc(pool, 2 * n, sizeof(double));
	w->fresh = fc_alloc(pool, n, sizeof(double));
	w->root = s->correlation != NULL ? fc_alloc(pool, n * n, sizeof(double)) : NULL;
	if (pool->failed)
		return false;
	if (w->root != NULL)
		fc_cholesky(s->correlation, n, w->root);
	return true;
}

static void summarise(const double *drawn, size_t n_sums, size_t n, double *column,
		      struct wfm_total *totals)
{
	for (size_t i = 0; i < n_sums; i++) {
		for (size_t k = 0; k < n; k++)
			column[k] = drawn[k * n_sums + i];
		gsl_sort(column, 1, n);
		for (int l = 0; l < WFM_QUANTILES; l++)
			totals[i].quantile[l] = sorted_quantile(column, n, wfm_quantile_levels[l]);
	}
}

/* The forecast's own mean of each sum, free of sampling noise. */
static void exact_means(const struct wfm_sums *s, struct wfm_total *totals)
{
	for (size_t i = 0; i < s->n_sums; i++)
		totals[i].mean = 0.0;
	for (size_t q = 0; q < s->n_joints; q++) {
		const struct wfm_joint *j = s->joints[q];
		for (int h = 0; h < j->days; h++) {
			int64_t to = s->sum_of_day != NULL ? s->sum_of_day[h] : h;
			for (int k = 0; k < j->slots && to >= 0; k++)
				totals[to].mean += j->mean[h * j->slots + k];
		}
	}
}

enum wfm_status wfm_scenarios_total(const struct wfm_sums *sums, struct wfm_total *totals,
				    struct wfm_error *e)
{
	enum wfm_status status = check(sums, e);
	if (status != WFM_OK)
		return status;
	struct fc_pool pool = { 0 };
	struct summing w = { 0 };
	size_t n = sums->scenarios > 0 ? (size_t)sums->scenarios : 1000;
	double *drawn = fc_alloc(&pool, n * sums->n_sums + 1, sizeof *drawn);
	double *column = fc_alloc(&pool, n, sizeof *column);
	if (pool.failed || !prepare(&pool, sums, &w)) {
		fc_pool_free(&pool);
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	}
	for (size_t i = 0; i < n; i++) {
		struct draw d;
		draw_seed_stream(&d, sums->seed, i);
		draw_sums(&w, &d, drawn + i * sums->n_sums);
	}
	summarise(drawn, sums->n_sums, n, column, totals);
	exact_means(sums, totals);
	fc_pool_free(&pool);
	return WFM_OK;
}
