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
 * Update, after the first two weeks robust: when e² > 9S then S = e²/9. Design rows have a
 * handful of non-zeros, so an update costs one rank-one change of P, whose upper triangle
 * alone is kept.
 */
#include "dlm.h"
#include "dlm_filter.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double YEAR_DAYS = 365.2425;
enum { OPEN_CLASSES = 12, MONTH_DAYS = 31, CLOSURE_FLAGS = 3 };
enum { STRIDE = DLM_STATES, BLOCK = 8 };

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

static void lay_states(struct dlm *k, const struct fc_grid *g, int history_days)
{
	int n = 2;
	k->week_at = n;
	for (int w = 0; w < 7; w++)
		k->week_state[w] = g->open_slots[w] > 0.0 ? n++ : -1;
	k->week_n = n - k->week_at;
	if (k->week_n == 1) { /* one weekday: the level says it all */
		n = k->week_at;
		k->week_n = 0;
	}
	k->open_at = n;
	n += OPEN_CLASSES;
	k->month_at = n;
	n += MONTH_DAYS;
	k->closure_at = n;
	n += CLOSURE_FLAGS;
	k->annual_at = n;
	k->annual_n = history_days > 400 ? 4 : 0;
	k->states = n + k->annual_n;
}

/* Weekday medians of the last year, out of z; the spread v of successive steps. */
static bool centre(struct dlm *k, struct fc_pool *pool)
{
	double *work = fc_alloc(pool, (size_t)k->n, sizeof *work);
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

enum wfm_status dlm_build(const struct fc_train *t, const double *by_day,
			  const double *count_noise, bool smooth, struct dlm *k,
			  struct wfm_error *e)
{
	const struct fc_grid *g = t->grid;
	int days = t->n + t->horizon < g->n_days ? t->n + t->horizon : g->n_days;
	memset(k, 0, sizeof *k);
	k->day = fc_alloc(t->pool, (size_t)days, sizeof *k->day);
	k->step_of_day = fc_alloc(t->pool, (size_t)days, sizeof *k->step_of_day);
	k->row = fc_alloc(t->pool, (size_t)days, sizeof *k->row);
	k->z = fc_alloc(t->pool, (size_t)days, sizeof *k->z);
	k->m = fc_alloc(t->pool, DLM_STATES, sizeof *k->m);
	k->P = fc_alloc(t->pool, (size_t)DLM_STATES * DLM_STATES, sizeof *k->P);
	if (t->pool->failed)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	lay_states(k, g, t->n);
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
	k->smooth = smooth;
	if (!centre(k, t->pool))
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	return WFM_OK;
}

/* Correlation of an effect at two positions: rough e^{−d/4}, or smooth (Matérn 3/2). */
static double correlation(int distance, double length, bool smooth)
{
	double x = sqrt(3.0) * distance / length;
	return smooth ? (1.0 + x) * exp(-x) : exp(-distance / 4.0);
}

static void kernel(const struct dlm *k, double *P, int at, int n, double length, double tau,
		   bool cyclic)
{
	for (int i = 0; i < n; i++)
		for (int j = i; j < n; j++) {
			int d = j - i;
			if (cyclic && d > n - d)
				d = n - d;
			P[(at + i) * STRIDE + at + j] =
				0.5 * tau * correlation(d, length, k->smooth);
		}
}

static void add_weekly(const struct dlm *k, double *P, double q)
{
	int n = k->week_n;
	for (int i = 0; i < n; i++)
		for (int j = i; j < n; j++)
			P[(k->week_at + i) * STRIDE + k->week_at + j] += q * ((i == j) - 1.0 / n);
}

void dlm_start(const struct dlm *k, const double *param, double *m, double *P)
{
	memset(m, 0, STRIDE * sizeof *m);
	memset(P, 0, (size_t)STRIDE * STRIDE * sizeof *P);
	P[0] = k->level_prior;
	P[STRIDE + 1] = param[DLM_Q_AR] / (1.0 - param[DLM_PHI] * param[DLM_PHI]);
	add_weekly(k, P, k->scale);
	kernel(k, P, k->open_at, OPEN_CLASSES, 3.0, param[DLM_TAU_MONTH], false);
	kernel(k, P, k->month_at, MONTH_DAYS, 5.0, param[DLM_TAU_MONTH], true);
	for (int i = 0; i < CLOSURE_FLAGS; i++)
		P[(k->closure_at + i) * (STRIDE + 1)] = param[DLM_TAU_HOLIDAY];
	for (int i = 0; i < k->annual_n; i++)
		P[(k->annual_at + i) * (STRIDE + 1)] = k->level_prior / (i / 2 + 1);
}

void dlm_predict(const struct dlm *k, const double *param, double *m, double *P)
{
	double phi = param[DLM_PHI];
	m[1] *= phi;
	P[1] *= phi; /* states 0 and 1 */
	for (int j = 1; j < STRIDE; j++)
		P[STRIDE + j] *= phi;
	P[STRIDE + 1] *= phi;
	P[STRIDE + 1] += param[DLM_Q_AR];
	P[0] += param[DLM_Q_LEVEL];
	add_weekly(k, P, param[DLM_Q_WEEK]);
}

double dlm_observation_variance(const struct dlm *k, const double *param, int step)
{
	int w = k->row[step].weekday;
	return (param[DLM_R] + k->count_noise[w]) * k->weight[w];
}

double dlm_project(const struct dlm *k, int step, const double *m, const double *P, double *Ph,
		   double *mean)
{
	const struct dlm_row *r = &k->row[step];
	double f = 0.0, s = 0.0;
	memset(Ph, 0, STRIDE * sizeof *Ph);
	for (int j = 0; j < r->n; j++) {
		int at = r->at[j];
		const double *row = P + at * STRIDE;
		double h = r->value[j];
		f += h * m[at];
		for (int i = 0; i < at; i++)
			Ph[i] += h * P[i * STRIDE + at];
		for (int i = at; i < k->states; i++)
			Ph[i] += h * row[i];
	}
	for (int j = 0; j < r->n; j++)
		s += (double)r->value[j] * Ph[r->at[j]];
	*mean = f;
	return s;
}

/* Eight numbers of one row: a fixed count, which the compiler turns into vector code. */
static inline void rank_one(double *restrict row, const double *restrict Ph, double gain)
{
	for (int j = 0; j < BLOCK; j++)
		row[j] -= gain * Ph[j];
}

void dlm_update(const struct dlm *k, double *m, double *P, const double *Ph, double s, double error)
{
	for (int i = 0; i < k->states; i++) {
		double gain = Ph[i] / s;
		m[i] += gain * error;
		for (int j = i / BLOCK * BLOCK; j < k->states; j += BLOCK)
			rank_one(P + i * STRIDE + j, Ph + j, gain);
	}
}

static void effect(const struct dlm *k, struct fc_output *out, int state, const char *name)
{
	if (out->n_effects >= WFM_MAX_EFFECTS)
		return;
	struct wfm_forecast_effect *f = &out->effects[out->n_effects++];
	(void)snprintf(f->name, sizeof f->name, "%s", name);
	f->factor = exp(k->m[state]);
	f->sd = sqrt(fmax(0.0, k->P[state * (STRIDE + 1)]));
}

void dlm_effects(const struct dlm *k, struct fc_output *out)
{
	static const char *const closures[CLOSURE_FLAGS] = { "after_closure_1", "after_closure_2",
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
	for (int i = 0; i < OPEN_CLASSES; i++) {
		if (i < 4)
			(void)snprintf(name, sizeof name, "open_day_last_%d", 4 - i);
		else
			(void)snprintf(name, sizeof name, "open_day_first_%d", i - 3);
		effect(k, out, k->open_at + i, name);
	}
	for (int i = 0; i < MONTH_DAYS; i++) {
		(void)snprintf(name, sizeof name, "month_day_%d", i + 1);
		effect(k, out, k->month_at + i, name);
	}
	for (int i = 0; i < CLOSURE_FLAGS; i++)
		effect(k, out, k->closure_at + i, closures[i]);
}
