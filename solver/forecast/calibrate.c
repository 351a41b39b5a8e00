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

#include <math.h>
#include <string.h>

static const double Z80 = 1.2815515655446004, PRIOR_ORIGINS = 20.0;
static const double NARROWEST = 0.95, WIDEST = 2.0;

static double percentile_80(double *z, int n)
{
	double at = 0.8 * (n + 1) - 1.0;
	int low = (int)fmin(fmax(floor(at), 0.0), n - 1.0);
	double below = fc_smallest(z, n, low), above = low + 1 < n ? INFINITY : below;
	for (int i = low + 1; i < n; i++)
		above = z[i] < above ? z[i] : above;
	return below + (at - floor(at)) * (above - below);
}

static double scale_of(double *z, int n, double origins)
{
	if (n < 10)
		return 1.0;
	double u = percentile_80(z, n);
	double k = (origins * u / Z80 + PRIOR_ORIGINS) / (origins + PRIOR_ORIGINS);
	return fmin(fmax(k, NARROWEST), WIDEST);
}

static void push(double *z, int *n, double y, double x, double v)
{
	if (v > 0.0)
		z[(*n)++] = fabs(fc_root(y) - x) / sqrt(v);
}

bool fc_keep_errors(struct fc_pool *keep, struct fc_pool *scratch, const struct fc_backtest *b,
		    const struct fc_output *o, struct fc_origin *p)
{
	const struct fc_grid *g = b->grid;
	size_t days = (size_t)b->days;
	double *z = fc_alloc(scratch, days * (size_t)g->slots, sizeof *z);
	p->day_z = fc_alloc(keep, days, sizeof *z);
	if (keep->failed || scratch->failed)
		return false;
	for (int h = 0; h < b->days && p->n + h < g->n_history; h++) {
		const double *row = fc_row(g, p->n + h);
		double total;
		if (!fc_scored_day(g, p->n + h))
			continue;
		for (int s = 0; s < g->slots; s++) {
			size_t c = (size_t)h * (size_t)g->slots + (size_t)s;
			if (g->open[g->days[p->n + h].weekday][s] && !isnan(row[s]))
				push(z, &p->slots, row[s], o->x[c], o->v[c]);
		}
		if (fc_scored_total(g, p->n + h, &total))
			push(p->day_z, &p->days, total, o->dx[h], o->dv[h]);
	}
	p->slot_z = fc_alloc(keep, (size_t)p->slots, sizeof *z);
	if (keep->failed)
		return false;
	memcpy(p->slot_z, z, (size_t)p->slots * sizeof *z);
	return true;
}

struct fc_scales fc_calibrate(const struct fc_backtest *b, int n, struct fc_pool *scratch)
{
	struct fc_scales k = { 1.0, 1.0 };
	size_t slots = 0, days = 0;
	int n_slots = 0, n_days = 0;
	double origins = 0.0;
	for (int o = 0; o < b->n; o++) {
		slots += (size_t)b->origin[o].slots;
		days += (size_t)b->origin[o].days;
	}
	double *slot_z = fc_alloc(scratch, slots, sizeof *slot_z);
	double *day_z = fc_alloc(scratch, days, sizeof *day_z);
	if (scratch->failed)
		return k;
	for (int i = 0; i < b->n; i++) {
		const struct fc_origin *o = &b->origin[i];
		if (o->n + b->days > n || o->slot_z == NULL)
			continue;
		memcpy(slot_z + n_slots, o->slot_z, (size_t)o->slots * sizeof *slot_z);
		memcpy(day_z + n_days, o->day_z, (size_t)o->days * sizeof *day_z);
		n_slots += o->slots;
		n_days += o->days;
		origins += o->slots > 0;
	}
	k.slot = scale_of(slot_z, n_slots, origins);
	k.day = scale_of(day_z, n_days, origins);
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
	for (size_t c = 0; c < days * days && out->dcov != NULL; c++)
		out->dcov[c] *= k->day * k->day;
}
