/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "errors.h"

#include "wfm/hierarchy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * Errors of successive days, and of one day forecast from two origins, hang together: rows
 * tell as much as half their number of independent ones.
 */
static const double ROWS_AN_INDEPENDENT_ONE = 2.0;

static void mean_squares(const double *error, size_t rows, size_t n, double *variance)
{
	for (size_t i = 0; i < n; i++) {
		double sum = 0.0, known = 0.0;
		for (size_t k = 0; k < rows; k++)
			if (!isnan(error[k * n + i])) {
				sum += error[k * n + i] * error[k * n + i];
				known += 1.0;
			}
		variance[i] = known > 0.0 ? sum / known : NAN;
	}
}

static void pair(const double *error, size_t rows, size_t n, size_t i, size_t j,
		 struct fc_correlation *c)
{
	double sum = 0.0, squares = 0.0, known = 0.0;
	double scale = sqrt(c->variance[i] * c->variance[j]);
	c->r[i * n + j] = c->r[j * n + i] = 0.0;
	c->spread[i * n + j] = c->spread[j * n + i] = 1.0;
	if (!(scale > 0.0))
		return;
	for (size_t k = 0; k < rows; k++) {
		double w = error[k * n + i] * error[k * n + j] / scale;
		if (isnan(w))
			continue;
		sum += w;
		squares += w * w;
		known += 1.0;
	}
	if (known < 3.0)
		return;
	double r = sum / known, independent = fmax(2.0, known / ROWS_AN_INDEPENDENT_ONE);
	double of_one = fmax(0.0, squares / known - r * r);
	c->r[i * n + j] = c->r[j * n + i] = fmin(fmax(r, -0.99), 0.99);
	c->spread[i * n + j] = c->spread[j * n + i] = of_one / (independent - 1.0);
}

bool fc_correlate(struct fc_pool *pool, const double *error, size_t rows, size_t n,
		  struct fc_correlation *c)
{
	c->r = fc_alloc(pool, n * n, sizeof(double));
	c->spread = fc_alloc(pool, n * n, sizeof(double));
	c->variance = fc_alloc(pool, n, sizeof(double));
	if (pool->failed)
		return false;
	mean_squares(error, rows, n, c->variance);
	for (size_t i = 0; i < n; i++) {
		c->r[i * n + i] = 1.0;
		for (size_t j = i + 1; j < n; j++)
			pair(error, rows, n, i, j, c);
	}
	return true;
}

double fc_shrinkage(const struct fc_correlation *c, size_t n, double target)
{
	double top = 0.0, bottom = 0.0;
	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++) {
			double apart = c->r[i * n + j] - target;
			top += c->spread[i * n + j];
			bottom += apart * apart;
		}
	return bottom > 0.0 ? fmin(1.0, top / bottom) : 1.0;
}

static int by_day(const void *a, const void *b)
{
	const struct wfm_backtest_day *x = a, *y = b;
	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return (x->ahead > y->ahead) - (x->ahead < y->ahead);
}

/* One list of (day, ahead) of every forecast, each once, sorted. */
static struct wfm_backtest_day *all_days(struct fc_pool *pool, const struct wfm_day_errors *f,
					 size_t n, size_t *count)
{
	size_t all = 0, kept = 0;
	for (size_t i = 0; i < n; i++)
		all += f[i].n;
	struct wfm_backtest_day *days = fc_alloc(pool, all + 1, sizeof *days);
	*count = 0;
	if (days == NULL)
		return NULL;
	all = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < f[i].n; k++)
			days[all++] = f[i].days[k];
	qsort(days, all, sizeof *days, by_day);
	for (size_t k = 0; k < all; k++)
		if (kept == 0 || by_day(&days[kept - 1], &days[k]) != 0)
			days[kept++] = days[k];
	*count = kept;
	return days;
}

/* rows × n standardised errors of n forecasts, NaN where one has none. */
static double *line_up(struct fc_pool *pool, const struct wfm_day_errors *f, size_t n, size_t *rows,
		       bool standardised)
{
	struct wfm_backtest_day *days = all_days(pool, f, n, rows);
	double *error = fc_alloc(pool, *rows * n + 1, sizeof *error);
	if (pool->failed)
		return NULL;
	for (size_t k = 0; k < *rows * n; k++)
		error[k] = NAN;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < f[i].n; k++) {
			const struct wfm_backtest_day *d = &f[i].days[k], *at;
			at = bsearch(d, days, *rows, sizeof *days, by_day);
			error[(size_t)(at - days) * n + i] =
				standardised ? fmin(fmax(d->z, -4.0), 4.0) : d->observed - d->mean;
		}
	return error;
}

enum wfm_status wfm_hierarchy_backtest(const struct wfm_day_errors *nodes, size_t n, double *error,
				       size_t max_rows, size_t *rows, struct wfm_error *e)
{
	struct fc_pool pool = { 0 };
	const double *all = line_up(&pool, nodes, n, rows, false);
	if (all == NULL) {
		*rows = 0;
		fc_pool_free(&pool);
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	}
	if (error != NULL && *rows > 0)
		memcpy(error, all, (*rows < max_rows ? *rows : max_rows) * n * sizeof *error);
	fc_pool_free(&pool);
	return WFM_OK;
}

enum wfm_status wfm_day_correlation(const struct wfm_day_errors *queues, size_t n,
				    double *correlation, struct wfm_error *e)
{
	struct fc_pool pool = { 0 };
	struct fc_correlation c;
	size_t rows;
	const double *error = line_up(&pool, queues, n, &rows, true);
	if (error == NULL || !fc_correlate(&pool, error, rows, n, &c)) {
		fc_pool_free(&pool);
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	}
	double sum = 0.0, spread = 0.0, pairs = 0.5 * (double)n * ((double)n - 1.0);
	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++) {
			sum += c.r[i * n + j];
			spread += c.spread[i * n + j];
		}
	/* A mean below nothing is taken for chance; above it, shrunk by what chance makes of it. */
	double mean = pairs > 0.0 ? fmax(0.0, sum / pairs) : 0.0;
	double noise = pairs > 0.0 ? spread / pairs : 0.0;
	mean *= mean > 0.0 ? mean * mean / (mean * mean + noise) : 0.0;
	double shrink = fc_shrinkage(&c, n, mean);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			correlation[i * n + j] =
				i == j ? 1.0
				       : shrink * mean + (1.0 - shrink) * c.r[i * n + j];
	fc_pool_free(&pool);
	return WFM_OK;
}
