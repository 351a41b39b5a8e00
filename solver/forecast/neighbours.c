/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The open day after a special day, and the one before. Closures and days marked so share one
 * effect in the day-level models; here are the other groups (campaigns, billing days), each
 * with its own: l = ln(total ÷ usual) of such past days, and the log factor is Σl/(k + κ) with
 * κ = σ²/τ², σ the spread of l on ordinary days, τ = 0.1 how large such effects may well be. Its
 * variance is τ²κ/(k + κ).
 */
#include "fc.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double LIKELY = 0.1;
enum { REACH = 4 };

/* The special day next to an ordinary one: the last open day before (step −1) or the next open
   day (+1), when it is of a group and whole; else −1. */
static int32_t beside(const struct fc_grid *g, int day, int step)
{
	for (int d = day + step, k = 0; d >= 0 && d < g->n_days && k < REACH; d += step, k++) {
		if (!g->days[d].open)
			continue;
		int32_t s = g->days[d].special;
		const struct wfm_special_day *p = s >= 0 ? &g->series->special_days[s] : NULL;
		return p != NULL && p->group >= 0 && !p->neighbours ? s : -1;
	}
	return -1;
}

static double departure(const struct fc_train *t, int day)
{
	return log((t->total[day] + 0.5) / (fc_special_usual(t, day) + 0.5));
}

/* σ² of ordinary days. */
static double usual_spread(const struct fc_train *t, double *work)
{
	int n = 0;
	for (int d = 0; d < t->n; d++) {
		double l = isnan(t->total[d]) ? NAN : departure(t, d);
		if (!isnan(l))
			work[n++] = l;
	}
	double centre = fc_median(work, n), sd = n > 0 ? 1.4826 * fc_mad(work, n, centre) : 0.2;
	return fmax(sd * sd, 1e-4);
}

static double learn(const struct fc_train *t, int32_t group, int step, double spread, double *sd,
		    int *seen)
{
	const struct fc_grid *g = t->grid;
	double sum = 0.0, kappa = spread / (LIKELY * LIKELY);
	*seen = 0;
	for (int d = 0; d < t->n; d++) {
		int32_t s = isnan(t->total[d]) ? -1 : beside(g, d, step);
		if (s < 0 || g->series->special_days[s].group != group)
			continue;
		double l = departure(t, d);
		if (isnan(l))
			continue;
		sum += l;
		(*seen)++;
	}
	*sd = LIKELY * sqrt(kappa / (*seen + kappa));
	return exp(sum / (*seen + kappa));
}

static bool any_group(const struct fc_grid *g)
{
	for (size_t i = 0; i < g->series->n_special_days; i++) {
		const struct wfm_special_day *p = &g->series->special_days[i];
		if (p->kind == WFM_DAY_SPECIAL && p->slots == 0 && p->group >= 0 && !p->neighbours)
			return true;
	}
	return false;
}

enum wfm_status fc_neighbours_learn(struct fc_train *t, struct wfm_error *e)
{
	const struct fc_grid *g = t->grid;
	if (!any_group(g))
		return WFM_OK;
	double *work = fc_alloc(t->pool, (size_t)t->n, sizeof *work);
	if (work == NULL)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	t->usual_spread = usual_spread(t, work);
	for (int h = 0; h < t->horizon && t->n + h < g->n_days; h++)
		for (int step = -1; step <= 1 && g->days[t->n + h].learn; step += 2) {
			int32_t s = beside(g, t->n + h, step);
			double sd;
			int seen;
			if (s < 0)
				continue;
			double f = learn(t, g->series->special_days[s].group, step, t->usual_spread,
					 &sd, &seen);
			if (seen == 0)
				continue;
			t->factor[h] *= f;
			t->factor_sd[h] = sqrt(t->factor_sd[h] * t->factor_sd[h] + sd * sd);
		}
	return WFM_OK;
}

static void report(const struct fc_train *t, int32_t group, int step, struct fc_output *out)
{
	if (out->n_effects >= WFM_MAX_EFFECTS)
		return;
	struct wfm_forecast_effect *f = &out->effects[out->n_effects];
	int seen;
	(void)snprintf(f->name, sizeof f->name, "%s_special_group_%d", step < 0 ? "after" : "before",
		       (int)group);
	for (int k = 0; k < out->n_effects; k++)
		if (strcmp(out->effects[k].name, f->name) == 0)
			return;
	f->factor = learn(t, group, step, t->usual_spread, &f->sd, &seen);
	out->n_effects += seen > 0;
}

void fc_neighbours_effects(const struct fc_train *t, struct fc_output *out)
{
	const struct wfm_series *s = t->grid->series;
	for (size_t i = 0; i < s->n_special_days && out->effects != NULL && t->usual_spread > 0.0; i++) {
		const struct wfm_special_day *p = &s->special_days[i];
		if (p->kind != WFM_DAY_SPECIAL || p->slots > 0 || p->group < 0 || p->neighbours)
			continue;
		report(t, p->group, -1, out);
		report(t, p->group, 1, out);
	}
}
