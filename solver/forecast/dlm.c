/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Day-level dynamic linear model, day i a step:
 *
 *   z_i = level_i + ar_i + week_{w(i)} + open_{c(i)} + month_{d(i)} + Σ flags + annual + ε_i
 *   level_i = level_{i−1} + N(0, q_l)      ar_i = φ·ar_{i−1} + N(0, q_a)
 *   week    = sums to zero, each step + N(0, q_s(I − 11ᵀ/W))
 *   open    : classes of the open day of the month, −4..−1 from its end and 1..8 from its
 *             start; month: 1..31, cyclic; both fixed with prior covariance ½τ_m·ρ(|i−j|), ρ
 *             smooth (Matérn 3/2, length 3 and 5) or rough (e^{−|i−j|/4})
 *   flags   : first and second open day after a closure, open day before one; variance τ_h
 *   annual  : two harmonics of the year when there is more than a year of history
 *   ε_i ~ N(0, (r + count noise of the weekday)·weight of the weekday)
 *
 * Here: the layout of steps and states, and the effects as factors; dlm_filter.c has the
 * equations of the filter, dlm_fit.c the estimation.
 */
#include "dlm_filter.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double YEAR_DAYS = 365.2425;

static void add(struct dlm_row *r, int at, double value)
{
	r->at[r->n] = (int8_t)at;
	r->value[r->n] = (float)value;
	r->n++;
}

static void fill_row(const struct dlm *k, const struct fc_day *d, struct dlm_row *r)
{
	*r = (struct dlm_row){ .weekday = d->weekday };
	add(r, 0, 1.0);
	add(r, 1, 1.0);
	if (k->week_n > 0)
		add(r, k->week_state[d->weekday], 1.0);
	if (!d->open)
		return;
	if (d->open_of_month != 0)
		add(r, k->open_at + (d->open_of_month > 0 ? d->open_of_month + 3 : d->open_of_month + 4),
		    1.0);
	if (k->month_n > 0)
		add(r, k->month_at + d->month_day - 1, 1.0);
	for (int i = 0; i < 2; i++)
		if (d->after_closure[i])
			add(r, k->closure_at + i, 1.0);
	if (d->before_closure)
		add(r, k->closure_at + 2, 1.0);
	for (int i = 0; i < k->annual_n; i++) {
		double a = 2.0 * M_PI * (i / 2 + 1) * (d->date / YEAR_DAYS);
		add(r, k->annual_at + i, i % 2 ? sin(a) : cos(a));
	}
}

bool dlm_has_annual(const struct fc_train *t)
{
	return t->n > 400;
}

/* What every step observes comes first: the filter is fastest there (dlm_filter.h). */
static void lay_states(struct dlm *k, const struct fc_grid *g, bool annual, bool month)
{
	int n = 2;
	k->annual_at = n;
	k->annual_n = annual ? 4 : 0;
	n += k->annual_n;
	k->week_at = n;
	for (int w = 0; w < 7; w++)
		k->week_state[w] = g->open_slots[w] > 0.0 ? n++ : -1;
	k->week_n = n - k->week_at;
	if (k->week_n == 1) { /* one weekday: the level says it all */
		n = k->week_at;
		k->week_n = 0;
	}
	for (int i = 0; i < k->week_n; i++)
		k->is_week[k->week_at + i] = 1.0;
	k->open_at = n;
	n += DLM_OPEN_CLASSES;
	k->month_at = n;
	k->month_n = month ? DLM_MONTH_DAYS : 0;
	n += k->month_n;
	k->closure_at = n;
	k->states = n + DLM_CLOSURE_FLAGS;
	k->width = (k->states + FC_BLOCK - 1) / FC_BLOCK * FC_BLOCK;
}

/* Weekday medians of the last year, out of z; the spread v of successive steps. */
static bool centre(struct dlm *k, struct fc_pool *pool)
{
	double *work = fc_alloc_unset(pool, (size_t)k->n, sizeof *work);
	if (work == NULL)
		return false;
	int all = 0;
	for (int i = 0; i < k->n; i++)
		if (!isnan(k->z[i]))
			work[all++] = k->z[i];
	double overall = all > 0 ? fc_median(work, all) : 0.0;
	for (int w = 0; w < 7; w++) {
		int n = 0;
		for (int i = k->n - 1; i >= 0 && n < 52; i--)
			if (k->row[i].weekday == w && !isnan(k->z[i]))
				work[n++] = k->z[i];
		k->centre[w] = n > 0 ? fc_median(work, n) : overall;
	}
	int n = 0;
	double last = NAN, sum = 0.0, squares = 0.0, seen = 0.0;
	for (int i = 0; i < k->n; i++) {
		if (isnan(k->z[i]))
			continue;
		k->z[i] -= k->centre[k->row[i].weekday];
		if (!isnan(last))
			work[n++] = fabs(k->z[i] - last);
		last = k->z[i];
		sum += last;
		squares += last * last;
		seen += 1.0;
	}
	double spread = n > 0 ? 1.4826 * fc_median(work, n) : 0.0;
	double variance = seen > 1.0 ? fmax(0.0, squares / seen - sum / seen * (sum / seen)) : 0.0;
	/* Constant series have no spread; models need one. */
	k->scale = fmax(0.5 * spread * spread, fmax(1e-4 * variance, 1e-8));
	k->level_prior = 4.0 * variance + 10.0 * k->scale;
	return true;
}

enum { YOUNG_DAYS = 70 };
static const double YOUNG_HOLD = 0.35;

enum wfm_status dlm_build(const struct fc_train *t, const double *by_day,
			  const double *count_noise, unsigned kind, struct dlm *k,
			  struct wfm_error *e)
{
	const struct fc_grid *g = t->grid;
	int days = t->n + t->horizon < g->n_days ? t->n + t->horizon : g->n_days;
	memset(k, 0, sizeof *k);
	/* Few weeks cannot tell seven variances apart: they stay near what queues usually have. */
	k->hold = g->n_history < YOUNG_DAYS ? YOUNG_HOLD : 1.0;
	k->day = fc_alloc_unset(t->pool, (size_t)days, sizeof *k->day);
	k->step_of_day = fc_alloc_unset(t->pool, (size_t)days, sizeof *k->step_of_day);
	k->row = fc_alloc_unset(t->pool, (size_t)days, sizeof *k->row);
	k->z = fc_alloc(t->pool, (size_t)days, sizeof *k->z);
	k->m = fc_alloc(t->pool, DLM_STATES, sizeof *k->m);
	k->P = fc_alloc_unset(t->pool, (size_t)DLM_STATES * DLM_STATES, sizeof *k->P);
	k->outlook = fc_alloc_unset(t->pool, DLM_OUTLOOKS, sizeof *k->outlook);
	if (t->pool->failed)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	lay_states(k, g, dlm_has_annual(t), (kind & DLM_MONTHLESS) == 0);
	for (int d = 0; d < days; d++) {
		k->step_of_day[d] = -1;
		if (g->open_slots[g->days[d].weekday] == 0.0)
			continue;
		int i = k->n_total++;
		k->step_of_day[d] = i;
		k->day[i] = d;
		fill_row(k, &g->days[d], &k->row[i]);
		if (d < t->n) {
			k->z[i] = by_day[d];
			k->n = i + 1;
		}
	}
	for (int w = 0; w < 7; w++) {
		k->weight[w] = 1.0;
		k->count_noise[w] = count_noise != NULL ? count_noise[w] : 0.0;
	}
	k->kappa2 = 1.0;
	k->smooth = (kind & DLM_SMOOTH) != 0;
	dlm_correlate(k);
	k->rough_search = (kind & DLM_SCORE) != 0;
	k->outlier = (kind & DLM_WARY) != 0 ? 4.0 : 9.0;
	if (!centre(k, t->pool))
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	return WFM_OK;
}

static void effect(const struct dlm *k, struct fc_output *out, int state, const char *name)
{
	if (out->n_effects >= WFM_MAX_EFFECTS)
		return;
	struct wfm_forecast_effect *f = &out->effects[out->n_effects++];
	(void)snprintf(f->name, sizeof f->name, "%s", name);
	f->factor = exp(k->m[state]);
	f->sd = sqrt(fmax(0.0, k->P[state * (DLM_STATES + 1)]));
}

void dlm_effects(const struct dlm *k, struct fc_output *out)
{
	static const char *const closures[DLM_CLOSURE_FLAGS] = { "after_closure_1", "after_closure_2",
							     "before_closure" };
	static const char *const days[7] = { "monday", "tuesday",  "wednesday", "thursday",
					     "friday", "saturday", "sunday" };
	if (out->effects == NULL)
		return;
	char name[32];
	for (int w = 0; w < 7 && k->week_n > 0; w++)
		if (k->week_state[w] >= 0) {
			effect(k, out, k->week_state[w], days[w]);
			/* The weekday's own mean was taken out before; put it back. */
			double mean = 0.0;
			for (int u = 0; u < 7; u++)
				mean += k->week_state[u] >= 0 ? k->centre[u] / k->week_n : 0.0;
			out->effects[out->n_effects - 1].factor *= exp(k->centre[w] - mean);
		}
	for (int i = 0; i < DLM_OPEN_CLASSES; i++) {
		if (i < 4)
			(void)snprintf(name, sizeof name, "open_day_last_%d", 4 - i);
		else
			(void)snprintf(name, sizeof name, "open_day_first_%d", i - 3);
		effect(k, out, k->open_at + i, name);
	}
	for (int i = 0; i < k->month_n; i++) {
		(void)snprintf(name, sizeof name, "month_day_%d", i + 1);
		effect(k, out, k->month_at + i, name);
	}
	for (int i = 0; i < DLM_CLOSURE_FLAGS; i++)
		effect(k, out, k->closure_at + i, closures[i]);
}
