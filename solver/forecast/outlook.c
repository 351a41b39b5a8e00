/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Widths of far weeks. From an origin o in the past, with week totals y_h, their forecast mean m_h
 * and s_h = (ln q.90 − ln q.10)/2.563, the error of week h is z_h = (ln y_h − ln m_h)/s_h, all with
 * ½ added. Errors of one origin hang together, so each origin gives one figure around each horizon,
 *
 *   Z_o(h) = Σ_j k(j,h) min(z_j², 9) ÷ Σ_j k(j,h),   k(j,h) = exp(−(ln((j+1)/(h+1))/½)²/2),
 *
 * and width²(h) = (κ + Σ_o a_o Z_o(h)) ÷ (κ + Σ_o a_o), a_o = min(1, Σ_j k(j,h)), κ = 1½: drawn to 1
 * where little is known. The farthest origin lies as far back as the outlook reaches ahead, or as
 * 26 weeks of history before it allow; the others lie evenly between.
 */
#include "fc.h"
#include "wfm/outlook.h"

#include <math.h>
#include <stdlib.h>

enum { ORIGINS = 9, LEARN_WEEKS = 26, REACH_MIN = 8, SCENARIOS = 500 };
static const double PRIOR = 1.5, NARROW = 0.5, Z_MAX = 9.0, Z80 = 2.5631031310892007;

struct widths {
	const struct wfm_series *series;
	const struct wfm_forecast_options *options;
	const struct fc_grid *grid; /* history before first_day */
	int weeks;
	double *top, *bottom; /* weeks: the sums over origins */
	int origin;           /* index of the one being tried, for progress */
};

/* Of a day in the grid: 0 when shut, NaN when it was mostly not observed. */
static double day_total(const struct fc_grid *g, int day)
{
	const struct fc_day *d = &g->days[day];
	const double *row = fc_row(g, day);
	double sum = 0.0, seen = 0.0;
	if (!d->open)
		return 0.0;
	for (int s = 0; s < g->slots; s++)
		if (g->open[d->weekday][s] && !isnan(row[s])) {
			sum += row[s];
			seen += 1.0;
		}
	if (seen == 0.0)
		return d->special >= 0 ? 0.0 : NAN; /* a holiday on which nobody came */
	return seen * 2.0 < g->open_slots[d->weekday] ? NAN : sum * g->open_slots[d->weekday] / seen;
}

static double week_total(const struct fc_grid *g, int first)
{
	double sum = 0.0;
	for (int d = first; d < first + 7; d++)
		sum += day_total(g, d);
	return sum;
}

/* Is something known of enough open days before an origin? A lone old row makes no history, and
   the weekends after it tell nothing. */
static bool enough_known(const struct fc_grid *g, int origin)
{
	int known = 0, weekdays = 0;
	for (int w = 0; w < 7; w++)
		weekdays += g->open_slots[w] > 0.0;
	for (int d = 0; d < origin; d++)
		known += g->days[d].open && !isnan(day_total(g, d));
	return known > 0 && known >= weekdays * LEARN_WEEKS / 2;
}

static bool progress(void *user, double done)
{
	const struct widths *w = user;
	const struct wfm_forecast_options *o = w->options;
	return o->progress != NULL && o->progress(o->user, (w->origin + done) / ORIGINS);
}

static double kernel(int j, int h)
{
	double apart = log((j + 1.0) / (h + 1.0)) / NARROW;
	return exp(-0.5 * apart * apart);
}

/* z² of each week from an origin on; NaN where the week is not known. */
static void squared_errors(const struct widths *w, int origin, const struct wfm_total *t, int n,
			   double *z2)
{
	for (int h = 0; h < n; h++) {
		double y = week_total(w->grid, origin + 7 * h);
		double s = (log(t[h].quantile[5] + 0.5) - log(t[h].quantile[1] + 0.5)) / Z80;
		double z = s > 0.0 ? (log(y + 0.5) - log(t[h].mean + 0.5)) / s : NAN;
		z2[h] = isnan(z) ? NAN : fmin(z * z, Z_MAX);
	}
}

static void learn(struct widths *w, const double *z2, int n)
{
	for (int h = 0; h < w->weeks; h++) {
		double top = 0.0, bottom = 0.0;
		for (int j = 0; j < n; j++)
			if (!isnan(z2[j])) {
				top += kernel(j, h) * z2[j];
				bottom += kernel(j, h);
			}
		if (bottom > 0.0) {
			w->top[h] += fmin(1.0, bottom) * top / bottom;
			w->bottom[h] += fmin(1.0, bottom);
		}
	}
}

/* Forecasts n weeks from a past day of the grid on and learns from how they came out. */
static enum wfm_status try_origin(struct widths *w, struct fc_pool *pool, int origin, int n,
				  struct wfm_error *e)
{
	struct wfm_forecast f;
	struct wfm_forecast_options o = *w->options;
	o.first_day = w->grid->days[origin].date;
	o.first_slot = 0;
	o.days = 7 * n;
	o.origins = -1;
	o.progress = progress;
	o.user = w;
	struct wfm_total *totals = fc_alloc(pool, (size_t)n, sizeof *totals);
	int32_t *week = fc_alloc(pool, (size_t)(7 * n), sizeof *week);
	double *z2 = fc_alloc(pool, (size_t)n, sizeof *z2);
	if (pool->failed)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	for (int d = 0; d < 7 * n; d++)
		week[d] = d / 7;
	enum wfm_status status = wfm_forecast_run(w->series, &o, &f, e);
	if (status != WFM_OK)
		return status;
	const struct wfm_joint *joint = f.joint;
	struct wfm_sums sums = { .joints = &joint, .n_joints = 1, .sum_of_day = week,
				 .n_sums = (size_t)n, .seed = 1, .scenarios = SCENARIOS };
	status = wfm_scenarios_total(&sums, totals, e);
	wfm_forecast_free(&f);
	if (status != WFM_OK)
		return status;
	squared_errors(w, origin, totals, n, z2);
	learn(w, z2, n);
	return WFM_OK;
}

static enum wfm_status learn_widths(struct widths *w, struct fc_pool *pool, double *width,
				    struct wfm_error *e)
{
	int reach = w->grid->n_history / 7 - LEARN_WEEKS;
	if (reach > w->weeks)
		reach = w->weeks;
	int tried = 0;
	for (int i = 1; i <= ORIGINS && reach >= REACH_MIN; i++) {
		int n = reach * i / ORIGINS;
		if (n == tried || n == 0)
			continue;
		tried = n;
		if (!enough_known(w->grid, w->grid->n_history - 7 * n))
			continue;
		w->origin = i - 1;
		if (progress(w, 0.0))
			return wfm_fail(e, WFM_CANCELLED, "", "cancelled");
		enum wfm_status status = try_origin(w, pool, w->grid->n_history - 7 * n, n, e);
		if (status != WFM_OK)
			return status;
	}
	for (int h = 0; h < w->weeks; h++)
		width[h] = fmin(fmax(sqrt((PRIOR + w->top[h]) / (PRIOR + w->bottom[h])), 0.4), 3.0);
	return WFM_OK;
}

enum wfm_status wfm_outlook_widths(const struct wfm_series *series,
				   const struct wfm_forecast_options *options, int weeks, double *width,
				   struct wfm_error *e)
{
	if (weeks < 1 || weeks > WFM_OUTLOOK_WEEKS)
		return wfm_fail(e, WFM_INVALID, "/weeks", "must be between 1 and %d",
				(int)WFM_OUTLOOK_WEEKS);
	if (options->first_day == 0)
		return wfm_fail(e, WFM_INVALID, "/first_day", "must be given");
	enum wfm_status status = wfm_series_check(series, e);
	if (status != WFM_OK)
		return status;
	struct fc_pool pool = { 0 };
	struct fc_grid g;
	struct wfm_forecast_options o = *options;
	o.days = 1;
	status = fc_grid_build(&pool, series, &o, &g, e);
	struct widths w = { .series = series, .options = options, .grid = &g, .weeks = weeks,
			    .top = fc_alloc(&pool, (size_t)weeks, sizeof(double)),
			    .bottom = fc_alloc(&pool, (size_t)weeks, sizeof(double)) };
	if (status == WFM_OK && pool.failed)
		status = wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	if (status == WFM_OK)
		status = learn_widths(&w, &pool, width, e);
	fc_pool_free(&pool);
	return status;
}

void wfm_outlook_widen(struct wfm_total *total, double width)
{
	double median = total->quantile[3];
	for (int i = 0; i < WFM_QUANTILES; i++) {
		double ratio = log((total->quantile[i] + 0.5) / (median + 0.5));
		total->quantile[i] = fmax(0.0, (median + 0.5) * exp(width * ratio) - 0.5);
	}
}
