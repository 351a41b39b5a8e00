/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Intervals as wide as the backtest says. With u the 80th percentile of |z|, z the errors at n
 * past origins in standard deviations of their forecasts on the root scale, the standard
 * deviations are multiplied by (n·u/1.28 + 20)/(n + 20): 1.28 is what u should be, and an
 * origin counts as one observation, for its errors hang together. Between 0.95 and 2, for too
 * narrow costs more than too wide; the variance never falls under that of a Poisson count unless
 * the method's own did.
 */
#include "judge.h"

#include <gsl/gsl_sort.h>
#include <math.h>

static const double Z80 = 1.2815515655446004, PRIOR_ORIGINS = 20.0;
static const double NARROWEST = 0.95, WIDEST = 2.0;

struct errors {
	double *z;
	int n;
};

static double percentile_80(struct errors *e)
{
	gsl_sort(e->z, 1, (size_t)e->n);
	double at = 0.8 * (e->n + 1) - 1.0;
	int low = (int)fmin(fmax(floor(at), 0.0), e->n - 1.0), high = low + 1 < e->n ? low + 1 : low;
	return e->z[low] + (at - floor(at)) * (e->z[high] - e->z[low]);
}

static double scale_of(struct errors *e, double origins)
{
	if (e->n < 10)
		return 1.0;
	double u = percentile_80(e);
	double k = (origins * u / Z80 + PRIOR_ORIGINS) / (origins + PRIOR_ORIGINS);
	return fmin(fmax(k, NARROWEST), WIDEST);
}

static void push(struct errors *e, double y, double x, double v)
{
	if (v > 0.0)
		e->z[e->n++] = fabs(fc_root(y) - x) / sqrt(v);
}

/* One origin's errors; returns whether there were any. */
static bool collect(const struct fc_backtest *b, const struct fc_origin *p, struct errors *slots,
		      struct errors *days)
{
	const struct fc_grid *g = b->grid;
	const struct fc_output *o = &p->out[b->main];
	int before = slots->n;
	for (int h = 0; h < b->days && o->x != NULL && p->n + h < g->n_history; h++) {
		const double *row = fc_row(g, p->n + h);
		double total;
		if (!fc_scored_day(g, p->n + h))
			continue;
		for (int s = 0; s < g->slots; s++) {
			size_t c = (size_t)h * (size_t)g->slots + (size_t)s;
			if (g->open[g->days[p->n + h].weekday][s] && !isnan(row[s]))
				push(slots, row[s], o->x[c], o->v[c]);
		}
		if (fc_scored_total(g, p->n + h, &total))
			push(days, total, o->dx[h], o->dv[h]);
	}
	return slots->n > before;
}

struct fc_scales fc_calibrate(const struct fc_backtest *b, int n, struct fc_pool *scratch)
{
	struct fc_scales k = { 1.0, 1.0 };
	size_t room = (size_t)b->n * (size_t)b->days;
	struct errors slots = { fc_alloc(scratch, room * (size_t)b->grid->slots, sizeof(double)), 0 };
	struct errors days = { fc_alloc(scratch, room, sizeof(double)), 0 };
	double origins = 0.0;
	if (scratch->failed)
		return k;
	for (int o = 0; o < b->n; o++)
		if (b->origin[o].n + b->days <= n)
			origins += collect(b, &b->origin[o], &slots, &days);
	k.slot = scale_of(&slots, origins);
	k.day = scale_of(&days, origins);
	return k;
}

static double rescaled(double x, double v, double k)
{
	double noise = fc_poisson_noise(fmax(0.0, x * x - 0.25));
	return fmax(k * k * v, fmin(v, noise));
}

void fc_rescale(const struct fc_scales *k, int slots, struct fc_output *out)
{
	size_t days = (size_t)out->days;
	for (size_t c = 0; c < days * (size_t)slots; c++) {
		double mean = fc_mean(out->x[c], out->v[c]);
		out->v[c] = rescaled(out->x[c], out->v[c], k->slot);
		if (mean > 0.0) /* a wider slot is no busier */
			out->x[c] = fc_centre(mean, out->v[c]);
	}
	for (size_t h = 0; h < days; h++)
		out->dv[h] = rescaled(out->dx[h], out->dv[h], k->day);
	for (size_t c = 0; c < days * days; c++)
		out->dcov[c] *= k->day * k->day;
}
