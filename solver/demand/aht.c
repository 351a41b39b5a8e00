/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Handling-time forecast: the cells of a series, the model of aht_fit.c, and its backtest. */
#include "solver/demand/aht.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HORIZON_DAYS = 7, ORIGINS = 8, WORTH = 30, AHEAD_DAYS = 7, MEDIAN_CELLS = 4000 };
static const double DEFAULT_S = 180.0, LONGEST_S = 1e7;

static int by_day(const void *a, const void *b)
{
	const struct aht_cell *x = a, *y = b;
	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return (x->slot > y->slot) - (x->slot < y->slot);
}

static int by_mean(const void *a, const void *b)
{
	const struct aht_cell *x = *(const struct aht_cell *const *)a;
	const struct aht_cell *y = *(const struct aht_cell *const *)b;
	return (x->mean_s > y->mean_s) - (x->mean_s < y->mean_s);
}

/* Contacts-weighted median of the cells' means; of a few thousand, evenly taken, when many. */
static bool median(const struct aht_cell *cells, size_t n, double *out)
{
	size_t step = n / MEDIAN_CELLS + 1, taken = 0;
	const struct aht_cell **order = calloc(n / step + 1, sizeof *order);
	double all = 0.0, sum = 0.0;
	if (order == NULL)
		return false;
	for (size_t i = 0; i < n; i += step) {
		order[taken++] = &cells[i];
		all += cells[i].contacts;
	}
	qsort(order, taken, sizeof *order, by_mean);
	for (size_t i = 0; i < taken; i++) {
		sum += order[i]->contacts;
		*out = order[i]->mean_s;
		if (sum >= 0.5 * all)
			break;
	}
	free(order);
	return true;
}

/*
 * Bounds of the possible: a mean of n contacts beyond M·(3 + 30/√n) or below M/(3 + 30/√n) is a
 * fault of counting. One contact may take 33 times the usual, a full interval hardly 5 times.
 */
static int32_t pull_in(struct aht_cell *cells, size_t n, double middle)
{
	int32_t pulled = 0;
	for (size_t i = 0; i < n; i++) {
		double reach = 3.0 + 30.0 / sqrt(fmax(cells[i].contacts, 1.0));
		double kept = fmin(fmax(cells[i].mean_s, middle / reach), middle * reach);
		pulled += kept < cells[i].mean_s || kept > cells[i].mean_s;
		cells[i].mean_s = kept;
	}
	return pulled;
}

/* Handled contacts without any handling time are a figure nobody kept, months of it no figure. */
static bool plausible(const struct wfm_observation *o)
{
	return o->handle_time_s > 0.0 && o->handled >= 1e-3 && o->handled <= 1e9 &&
	       o->handle_time_s / o->handled <= LONGEST_S && o->handle_time_s / o->handled >= 1e-3;
}

static size_t collect(const struct wfm_series *s, int32_t first_day, struct aht_cell *cells,
		      int32_t *outliers)
{
	size_t n = 0;
	bool sorted = true;
	for (size_t i = 0; i < s->n_observations; i++) {
		const struct wfm_observation *o = &s->observations[i];
		if ((first_day != 0 && o->day >= first_day) || isnan(o->handle_time_s) ||
		    !(o->handled > 0.0))
			continue;
		if (!plausible(o)) {
			++*outliers;
			continue;
		}
		cells[n++] = (struct aht_cell){ .day = o->day,
						.slot = o->slot,
						.weekday = (int8_t)wfm_weekday(o->day),
						.contacts = o->handled,
						.mean_s = o->handle_time_s / o->handled };
		sorted = sorted && (n < 2 || by_day(&cells[n - 2], &cells[n - 1]) <= 0);
	}
	if (!sorted)
		qsort(cells, n, sizeof *cells, by_day);
	return n;
}

static size_t before(const struct aht_cell *cells, size_t n, int32_t day)
{
	size_t low = 0, high = n;
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (cells[mid].day < day)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Σ contacts·mean and Σ contacts of cells [from, to), by weekday × slot when given. */
static double mean_of(const struct aht_cell *cells, size_t from, size_t to, double fallback)
{
	double sum = 0.0, n = 0.0;
	for (size_t i = from; i < to; i++) {
		sum += cells[i].contacts * cells[i].mean_s;
		n += cells[i].contacts;
	}
	return n > 0.0 ? sum / n : fallback;
}

struct tally {
	double error, constant, four, four_cell, floor, signed_error, inside, volume, contacts;
};

/* Relative variance of the mean of n contacts in a cell, `ahead` days on. */
static double variance_at(const struct aht_model *m, int cell, double ahead, double contacts)
{
	double f = m->factor[cell];
	double v = m->level_var + m->growth * ahead + m->day_var + m->spread[cell] / (f * f);
	return contacts > 0.0 ? v + m->contact_var / (contacts * f) : v;
}

static double lognormal(double mean, double relative_var, double level)
{
	double v = log1p(relative_var);
	return mean * exp(gsl_cdf_ugaussian_Pinv(level) * sqrt(v) - 0.5 * v);
}

static void score(const struct aht_cell *c, const struct aht_model *m, double ahead,
		  const double rivals[3], struct tally *t)
{
	int cell = c->weekday * m->slots + c->slot;
	double forecast = m->level_s * m->factor[cell], n = c->contacts;
	double v = variance_at(m, cell, ahead, n);
	t->error += n * fabs(c->mean_s - forecast);
	t->signed_error += n * (forecast - c->mean_s);
	t->constant += n * fabs(c->mean_s - rivals[0]);
	t->four += n * fabs(c->mean_s - rivals[1]);
	t->four_cell += n * fabs(c->mean_s - rivals[2]);
	/* E|ε| of a normal of the contacts' scatter alone. */
	t->floor += n * forecast * sqrt(0.63661977236758134 * m->contact_var / n);
	if (c->mean_s >= lognormal(forecast, v, 0.1) && c->mean_s <= lognormal(forecast, v, 0.9))
		t->inside += n;
	t->volume += n * c->mean_s;
	t->contacts += n;
}

static void score_origin(const struct aht_cell *cells, size_t n, int32_t origin,
			 const struct aht_model *m, double *sum, double *weight, struct tally *t)
{
	size_t now = before(cells, n, origin), end = before(cells, n, origin + HORIZON_DAYS);
	size_t recent = before(cells, n, origin - 28);
	double rivals[3] = { mean_of(cells, 0, now, m->level_s) };
	rivals[1] = mean_of(cells, recent, now, rivals[0]);
	memset(sum, 0, (size_t)(7 * m->slots) * sizeof *sum);
	memset(weight, 0, (size_t)(7 * m->slots) * sizeof *weight);
	for (size_t i = recent; i < now; i++) {
		int g = cells[i].weekday * m->slots + cells[i].slot;
		sum[g] += cells[i].contacts * cells[i].mean_s;
		weight[g] += cells[i].contacts;
	}
	for (size_t i = now; i < end; i++) {
		int g = cells[i].weekday * m->slots + cells[i].slot;
		rivals[2] = weight[g] > 0.0 ? sum[g] / weight[g] : rivals[1];
		score(&cells[i], m, cells[i].day - origin + 1, rivals, t);
	}
}

static void backtest(const struct aht_cell *cells, size_t n, int origins, double default_s,
		     double worth, struct aht_scratch *scratch, struct aht_model *m,
		     struct wfm_aht_score *out)
{
	struct tally t = { 0 };
	int32_t last = n > 0 ? cells[n - 1].day + 1 - HORIZON_DAYS : 0;
	for (int k = origins - 1; k >= 0 && n > 0; k--) {
		int32_t origin = last - 7 * k;
		if (origin - cells[0].day < 7)
			continue;
		aht_fit(cells, before(cells, n, origin), origin, default_s, worth, scratch, m);
		score_origin(cells, n, origin, m, scratch->number, scratch->number + scratch->stride,
			     &t);
		out->origins++;
	}
	bool any = t.volume > 0.0;
	out->wape = any ? t.error / t.volume : NAN;
	out->wape_constant = any ? t.constant / t.volume : NAN;
	out->wape_four_weeks = any ? t.four / t.volume : NAN;
	out->wape_four_weeks_cell = any ? t.four_cell / t.volume : NAN;
	out->floor = any ? t.floor / t.volume : NAN;
	out->bias = any ? t.signed_error / t.volume : NAN;
	out->coverage_80 = any ? t.inside / t.contacts : NAN;
	out->contacts = t.contacts;
}

static enum wfm_status options_check(const struct wfm_aht_options *o, struct wfm_error *e)
{
	if (!(o->default_aht_s >= 0.0) || o->default_aht_s > 1e6)
		return wfm_fail(e, WFM_INVALID, "/default_aht_s", "must be between 0 and 1e6");
	if (!(o->default_contacts >= 0.0) || o->default_contacts > 1e9)
		return wfm_fail(e, WFM_INVALID, "/default_contacts", "must be between 0 and 1e9");
	if (o->origins < -1 || o->origins > 104)
		return wfm_fail(e, WFM_INVALID, "/origins", "must be between -1 and 104");
	return WFM_OK;
}

static void write_out(const struct aht_model *m, struct wfm_aht *a)
{
	for (int c = 0; c < 7 * m->slots; c++) {
		a->aht_s[c] = m->level_s * m->factor[c];
		a->sd_s[c] = a->aht_s[c] * sqrt(variance_at(m, c, AHEAD_DAYS, 0.0));
	}
	a->level_s = m->level_s;
	a->contact_sd_s = m->level_s * sqrt(m->contact_var);
	a->k_slot = m->k_slot;
	a->k_cell = m->k_cell;
	a->discount = m->discount;
	a->contacts = m->contacts;
}

enum wfm_status wfm_aht_forecast(const struct wfm_series *series,
				 const struct wfm_aht_options *options, struct wfm_aht *aht,
				 struct wfm_error *e)
{
	memset(aht, 0, sizeof *aht);
	(void)gsl_set_error_handler_off();
	enum wfm_status status = wfm_series_check(series, e);
	if (status == WFM_OK)
		status = options_check(options, e);
	if (status != WFM_OK)
		return status;
	size_t slots = (size_t)wfm_series_slots(series), groups = 7 * slots, n = 0;
	double fallback = options->default_aht_s > 0.0 ? options->default_aht_s : DEFAULT_S;
	double worth = options->default_contacts > 0.0 ? options->default_contacts : WORTH;
	struct aht_model m = { .slots = (int)slots };
	struct aht_scratch scratch = { 0 };
	struct aht_cell *cells = calloc(series->n_observations + 1, sizeof *cells);
	double *shape = calloc(2 * groups, sizeof *shape);
	aht->slots = (int)slots;
	aht->aht_s = calloc(2 * groups, sizeof *aht->aht_s);
	if (cells != NULL)
		n = collect(series, options->first_day, cells, &aht->outliers);
	size_t days = n > 0 ? (size_t)(cells[n - 1].day - cells[0].day) + 1 : 1;
	scratch.stride = days > groups ? days : groups;
	scratch.number = calloc(AHT_ARRAYS * scratch.stride, sizeof *scratch.number);
	double middle;
	if (cells == NULL || shape == NULL || aht->aht_s == NULL || scratch.number == NULL ||
	    !median(cells, n, &middle)) {
		status = wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
		goto out;
	}
	aht->sd_s = aht->aht_s + groups;
	m.factor = shape;
	m.spread = shape + groups;
	if (n > 0)
		aht->outliers += pull_in(cells, n, middle);
	int origins = options->origins == 0 ? ORIGINS : options->origins;
	backtest(cells, n, origins, fallback, worth, &scratch, &m, &aht->score);
	int32_t end = n > 0 ? cells[n - 1].day + 1 : 0;
	aht_fit(cells, n, options->first_day != 0 ? options->first_day : end, fallback, worth,
		&scratch, &m);
	write_out(&m, aht);
out:
	free(cells);
	free(shape);
	free(scratch.number);
	if (status != WFM_OK)
		wfm_aht_free(aht);
	return status;
}

void wfm_aht_free(struct wfm_aht *aht)
{
	free(aht->aht_s); /* sd_s is its second half */
	aht->aht_s = NULL;
	aht->sd_s = NULL;
}

double wfm_aht_quantile(const struct wfm_aht *aht, int weekday, int slot, double contacts,
			double level)
{
	int c = weekday * aht->slots + slot;
	double mean = aht->aht_s[c], v = aht->sd_s[c] * aht->sd_s[c];
	if (contacts > 0.0) /* the scatter of a contact grows with its mean */
		v += aht->contact_sd_s * aht->contact_sd_s * mean / aht->level_s / contacts;
	return lognormal(mean, v / (mean * mean), level);
}
