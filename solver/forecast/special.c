/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Special days. The factor of a future one is the user's, or learnt: for each past day of the
 * group, l = ln(total ÷ usual), the usual being the median of that weekday's totals within
 * five weeks either side; the group's log factor is (Σl+κF)/(k+κ), κ = ½, shrunk towards that
 * of its family, F = Σl/(k+κ) over all days of the family (0 without one). How far one more day
 * of the group may lie from it: variance U² + κτ²/(k+κ), τ the spread of l within the family.
 *
 * A special day without a single observation, though the same weekday a week before or after has
 * some, was shut whatever the caller knew. Where most of a group's days were shut (of its
 * family's, when the group was never seen), so will the next be: factor 0.
 */
#include "fc.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double SHRINK = 0.5;
static const double UNKNOWN_SD = 0.15; /* log-scale spread of one special day around its group */

double fc_special_usual(const struct fc_train *t, int day)
{
	double near[16];
	int n = 0;
	for (int k = -5; k <= 5; k++) {
		int d = day + 7 * k;
		if (k != 0 && d >= 0 && d < t->n && !isnan(t->total[d]))
			near[n++] = t->total[d];
	}
	return fc_median(near, n);
}

/* The day's own observed volume scaled up for slots without data; NaN when mostly missing. */
static double special_total(const struct fc_grid *g, int day)
{
	const struct fc_day *d = &g->days[day];
	const double *row = fc_row(g, day);
	double sum = 0.0, seen = 0.0;
	for (int s = 0; s < g->slots; s++)
		if (g->open[d->weekday][s] && !isnan(row[s])) {
			sum += row[s];
			seen += 1.0;
		}
	if (seen == 0.0 || seen * 2.0 < g->open_slots[d->weekday])
		return NAN;
	return sum * g->open_slots[d->weekday] / seen;
}

/* ln(total ÷ usual) of a past special day; NaN when it cannot be told. */
static double special_log(const struct fc_train *t, int day)
{
	double usual = fc_special_usual(t, day), own = special_total(t->grid, day);
	return log((own + 0.5) / (usual + 0.5));
}

struct likes {
	double n, sum, squares;
	int shut;
};

static void like(struct likes *k, double l)
{
	if (isnan(l)) {
		k->shut++;
		return;
	}
	k->n += 1.0;
	k->sum += l;
	k->squares += l * l;
}

static bool was_shut(const struct fc_train *t, int day)
{
	const double *row = fc_row(t->grid, day);
	for (int s = 0; s < t->grid->slots; s++)
		if (!isnan(row[s]))
			return false;
	return (day >= 7 && !isnan(t->total[day - 7])) ||
	       (day + 7 < t->n && !isnan(t->total[day + 7]));
}

static double group_factor(const struct fc_train *t, const struct wfm_special_day *p, double *sd,
			   int *seen)
{
	const struct fc_grid *g = t->grid;
	struct likes group = { 0 }, family = { 0 };
	for (int d = 0; d < t->n && (p->group >= 0 || p->family > 0); d++) {
		int32_t s = g->days[d].special;
		if (s < 0)
			continue;
		const struct wfm_special_day *q = &g->series->special_days[s];
		bool same = p->group >= 0 && q->group == p->group;
		bool akin = p->family > 0 && q->family == p->family;
		double l = same || akin ? special_log(t, d) : NAN;
		if (isnan(l) && !((same || akin) && was_shut(t, d)))
			continue;
		if (same)
			like(&group, l);
		if (akin)
			like(&family, l);
	}
	double centre = family.sum / (family.n + SHRINK), spread = UNKNOWN_SD / sqrt(SHRINK);
	if (family.n > 2.0) {
		double mean = family.sum / family.n;
		spread = fmax(UNKNOWN_SD, sqrt(fmax(0.0, family.squares / family.n - mean * mean)));
	}
	*seen = (int)group.n + group.shut;
	if (group.shut > group.n || (*seen == 0 && family.shut > family.n)) {
		*sd = 0.0;
		return 0.0;
	}
	*sd = sqrt(UNKNOWN_SD * UNKNOWN_SD + spread * spread * SHRINK / (group.n + SHRINK));
	return exp((group.sum + SHRINK * centre) / (group.n + SHRINK));
}

enum wfm_status fc_special_learn(struct fc_train *t, struct wfm_error *e)
{
	const struct fc_grid *g = t->grid;
	int seen;
	(void)e;
	for (int h = 0; h < t->horizon; h++) {
		t->factor[h] = 1.0;
		t->factor_sd[h] = 0.0;
		int d = t->n + h;
		int32_t s = d < g->n_days ? g->days[d].special : -1;
		if (s < 0)
			continue;
		const struct wfm_special_day *p = &g->series->special_days[s];
		if (isnan(p->factor)) {
			t->factor[h] = group_factor(t, p, &t->factor_sd[h], &seen);
		} else {
			t->factor[h] = p->factor;
			t->factor_sd[h] = 0.5 * UNKNOWN_SD;
		}
	}
	return WFM_OK;
}

/* "special_group_7: 0.55", once for each group that was seen or is to come. */
void fc_special_effects(const struct fc_train *t, struct fc_output *out)
{
	const struct wfm_series *series = t->grid->series;
	int32_t first = t->grid->days[0].date, now = first + t->n;
	char name[32];
	for (size_t i = 0; i < series->n_special_days && out->effects != NULL; i++) {
		const struct wfm_special_day *p = &series->special_days[i];
		bool wanted = p->kind == WFM_DAY_SPECIAL && p->slots == 0 && p->group >= 0 &&
			      isnan(p->factor) && p->day >= first && p->day < now + t->horizon;
		(void)snprintf(name, sizeof name, "special_group_%d", (int)p->group);
		for (int k = 0; k < out->n_effects && wanted; k++)
			wanted = strcmp(out->effects[k].name, name) != 0;
		if (!wanted || out->n_effects >= WFM_MAX_EFFECTS)
			continue;
		struct wfm_forecast_effect *f = &out->effects[out->n_effects];
		int seen;
		f->factor = group_factor(t, p, &f->sd, &seen);
		if (seen == 0 && p->day < now)
			continue;
		(void)snprintf(f->name, sizeof f->name, "%s", name);
		out->n_effects++;
	}
}

/* (x, v) times f on the scale of y; the Poisson quarter stays what it is. */
static void scale(double *x, double *v, double f, double sd)
{
	double noise = fmin(*v, 0.25), rest = (*v - noise) * f;
	*x *= sqrt(f);
	*v = noise * (f < 1.0 ? f : 1.0) + rest + 0.25 * *x * *x * sd * sd;
	if (*x < 0.5) /* √¼ is the x of no volume at all */
		*x = 0.5;
}

void fc_special_apply(const struct fc_train *t, struct fc_output *out)
{
	const struct fc_grid *g = t->grid;
	for (int h = 0; h < out->days; h++) {
		double f = t->factor[h], sd = t->factor_sd[h];
		size_t row = (size_t)h * (size_t)g->slots;
		if (f != 1.0 || sd > 0.0) {
			for (int s = 0; s < g->slots; s++)
				scale(&out->x[row + (size_t)s], &out->v[row + (size_t)s], f, sd);
			scale(&out->dx[h], &out->dv[h], f, sd);
		}
		if (g->slot_factor == NULL)
			continue;
		double before = 0.0, after = 0.0;
		const float *own = g->slot_factor + (size_t)(t->n + h) * (size_t)g->slots;
		for (int s = 0; s < g->slots; s++) {
			double *x = &out->x[row + (size_t)s], *v = &out->v[row + (size_t)s];
			before += fc_mean(*x, *v);
			if (own[s] < 1.0f || own[s] > 1.0f)
				scale(x, v, own[s], 0.0);
			if (own[s] <= 0.0f)
				*v = 0.0;
			after += fc_mean(*x, *v);
		}
		if (before > 0.0 && after != before)
			scale(&out->dx[h], &out->dv[h], after / before, 0.0);
	}
}
