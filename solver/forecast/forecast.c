/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The door to forecasting: checks, the judge, the chosen method on the whole history, and the
 * slots and days of the answer. With no usable history a reference queue's shape (or a flat
 * one) carries the volume the user expects.
 */
#include "joint.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const double wfm_quantile_levels[WFM_QUANTILES] = { .05, .10, .25, .50, .75, .90, .95 };
static const double quantile_z[WFM_QUANTILES] = { -1.6448536269514722, -1.2815515655446004,
						  -0.6744897501960817, 0.0,
						  0.6744897501960817,  1.2815515655446004,
						  1.6448536269514722 };

static const struct fc_method *method_named(const char *name)
{
	for (int i = 0; fc_method_at(i) != NULL; i++)
		if (strcmp(fc_method_at(i)->name, name) == 0)
			return fc_method_at(i);
	return NULL;
}

static enum wfm_status options_check(const struct wfm_series *s,
				     const struct wfm_forecast_options *o, struct wfm_error *e)
{
	if (o->days < 1 || o->days > 546)
		return wfm_fail(e, WFM_INVALID, "/days", "must be between 1 and 546");
	if (o->first_slot < 0 || o->first_slot >= wfm_series_slots(s))
		return wfm_fail(e, WFM_INVALID, "/first_slot", "is outside the day");
	if (o->first_day < -73000 || o->first_day > 200000)
		return wfm_fail(e, WFM_INVALID, "/first_day", "is not a date within reach");
	if (o->method != NULL && method_named(o->method) == NULL)
		return wfm_fail(e, WFM_INVALID, "/method", "there is no method \"%.40s\"",
				o->method);
	if (o->origins < -1 || o->origins > 104)
		return wfm_fail(e, WFM_INVALID, "/origins", "must be between -1 and 104");
	if (o->backtest_days < 0 || o->backtest_days > 91)
		return wfm_fail(e, WFM_INVALID, "/backtest_days", "must be between 0 and 91");
	if (!(o->expected_week_volume >= 0.0) || o->expected_week_volume > 1e9)
		return wfm_fail(e, WFM_INVALID, "/expected_week_volume",
				"must be between 0 and 1e9");
	if (!(o->default_aht_s >= 0.0) || isinf(o->default_aht_s))
		return wfm_fail(e, WFM_INVALID, "/default_aht_s", "must be a finite number >= 0");
	return WFM_OK;
}

/* The day after the last observation. */
static bool resolve_first_day(const struct wfm_series *s, struct wfm_forecast_options *o)
{
	if (o->first_day != 0)
		return true;
	bool any = false;
	for (size_t i = 0; i < s->n_observations; i++)
		if (!isnan(s->observations[i].offered) &&
		    (!any || s->observations[i].day >= o->first_day)) {
			o->first_day = s->observations[i].day + 1;
			any = true;
		}
	return any;
}

/* E|Y−μ| of a Poisson count, 2e^{−μ}μ^{⌊μ⌋+1}/⌊μ⌋! (De Moivre). */
static double poisson_deviation(double mean)
{
	double k = floor(mean);
	return mean > 0.0 ? 2.0 * exp((k + 1.0) * log(mean) - mean - lgamma(k + 1.0)) : 0.0;
}

static void write_slot(struct wfm_forecast_slot *s, const struct fc_output *out, size_t c)
{
	double x = out->x[c], v = out->v[c];

	s->mean = fc_mean(x, v);
	for (int i = 0; i < WFM_QUANTILES; i++)
		s->quantile[i] = fc_output_quantile(out, x, v, quantile_z[i]);
}

bool fc_slot_open(const struct fc_grid *g, int day, int slot)
{
	const struct fc_day *d = &g->days[day];
	if (!d->open || !g->open[d->weekday][slot])
		return false;
	return g->slot_factor == NULL ||
	       !(g->slot_factor[(size_t)day * (size_t)g->slots + (size_t)slot] <= 0.0f);
}

static enum wfm_status write_forecast(const struct fc_grid *g, const struct fc_output *out,
				      const double *aht, int first_slot, struct wfm_forecast *f,
				      struct wfm_error *e)
{
	size_t slots = (size_t)g->slots, days = (size_t)out->days;
	f->slots = calloc(days * slots, sizeof *f->slots);
	f->days = calloc(days, sizeof *f->days);
	if (f->slots == NULL || f->days == NULL)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	double deviation = 0.0, volume = 0.0;
	for (size_t h = 0; h < days; h++) {
		int day = g->n_history + (int)h;
		struct wfm_forecast_day *d = &f->days[f->n_days++];
		d->day = g->days[day].date;
		for (int s = h == 0 ? first_slot : 0; s < g->slots; s++) {
			struct wfm_forecast_slot *p = &f->slots[f->n_slots++];
			*p = (struct wfm_forecast_slot){ .day = d->day, .slot = (int16_t)s };
			p->aht_s = aht[g->days[day].weekday * g->slots + s];
			p->open = fc_slot_open(g, day, s);
			if (!p->open)
				continue;
			d->open = true;
			write_slot(p, out, h * slots + (size_t)s);
			d->mean += p->mean;
			deviation += poisson_deviation(p->mean);
			volume += p->mean;
		}
		for (int i = 0; i < WFM_QUANTILES && d->open; i++)
			d->quantile[i] =
				fc_output_quantile(out, out->dx[h], out->dv[h], quantile_z[i]);
	}
	f->report.poisson_floor = volume > 0.0 ? deviation / volume : 0.0;
	return WFM_OK;
}

/*
 * With no history a series without an opening mask takes the reference's, or is open always:
 * the grid is built again with that mask.
 */
static enum wfm_status borrow_opening(struct fc_pool *pool, const struct wfm_forecast_options *o,
				      const struct fc_grid *ref, struct fc_grid *g,
				      struct wfm_error *e)
{
	size_t slots = (size_t)g->slots;
	struct wfm_series *own = fc_alloc(pool, 1, sizeof *own);
	uint8_t *mask = fc_alloc(pool, 7 * slots, sizeof *mask);
	if (pool->failed)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	*own = *g->series;
	for (size_t w = 0; w < 7; w++)
		for (size_t s = 0; s < slots; s++)
			mask[w * slots + s] = ref == NULL || ref->open[w][s];
	own->open = mask;
	return fc_grid_build(pool, own, o, g, e);
}

/* Mean volume of each weekday in the reference's history, equal per open slot without any. */
static double weekday_volumes(const struct fc_train *t, double week[7])
{
	double count[7] = { 0 }, all = 0.0;
	memset(week, 0, 7 * sizeof *week);
	for (int d = 0; d < t->n; d++)
		if (!isnan(t->total[d])) {
			week[t->grid->days[d].weekday] += t->total[d];
			count[t->grid->days[d].weekday] += 1.0;
		}
	for (int w = 0; w < 7; w++) {
		if (t->usable == 0)
			week[w] = t->grid->open_slots[w];
		else if (count[w] > 0.0)
			week[w] /= count[w];
		all += week[w];
	}
	return all;
}

/* Shape of the reference (or flat over the opening mask) at the expected weekly volume. */
static enum wfm_status cold_start(struct fc_pool *pool, const struct wfm_forecast_options *o,
				  struct fc_grid *g, struct fc_output *out, struct wfm_error *e)
{
	if (!(o->expected_week_volume > 0.0))
		return wfm_fail(e, WFM_INFEASIBLE, "/observations",
				"there is no usable history and no expected_week_volume");
	enum wfm_status status = WFM_OK;
	struct fc_grid own, ref;
	bool borrowed = o->reference != NULL;
	if (borrowed)
		status = fc_grid_build(pool, o->reference, o, &own, e);
	if (status == WFM_OK && borrowed && own.slots != g->slots)
		status = wfm_fail(e, WFM_INVALID, "/reference/interval_min",
				  "must be that of the series");
	if (status == WFM_OK && g->series->open == NULL)
		status = borrow_opening(pool, o, borrowed ? &own : NULL, g, e);
	if (status != WFM_OK)
		return status;
	ref = borrowed ? own : *g;
	struct fc_train t;
	struct fc_profile p;
	status = fc_train_build(pool, &ref, ref.n_history, o->days, NULL, &t, e);
	if (status == WFM_OK)
		status = fc_profile_fit(&t, &p, e);
	if (status != WFM_OK)
		return status;
	double week[7], all = weekday_volumes(&t, week);
	if (!(all > 0.0))
		return wfm_fail(e, WFM_INFEASIBLE, "/reference", "has no volume and no open slot");
	const double spread = 0.2; /* one standard deviation of a guessed day, of its log */
	for (int h = 0; h < out->days; h++) {
		int w = g->days[g->n_history + h].weekday;
		double total = o->expected_week_volume * week[w] / all;
		out->dx[h] = fc_root(total);
		out->dv[h] = fmin(0.25, 0.38 * total) + 0.25 * total * spread * spread;
		for (int s = 0; s < g->slots; s++) {
			size_t c = (size_t)h * (size_t)g->slots + (size_t)s;
			double y = total * p.share[w * g->slots + s];
			/* Poisson noise of √(Y+¼) is ¼, but less where counts are few. */
			out->v[c] = fmin(0.25, 0.38 * y) + 0.25 * y * spread * spread;
			out->x[c] = sqrt(y + 0.25 - out->v[c]); /* so that the mean is y */
		}
	}
	return WFM_OK;
}

/* The scores of days follow much the same models whichever way they are cut into shapes. */
static void start_alike(struct fc_memory memories[WFM_MAX_METHODS])
{
	const struct fc_memory *first = NULL;
	for (int i = 0; fc_method_at(i) != NULL; i++) {
		if (fc_method_at(i) == &fc_state_space)
			first = &memories[i];
		if (fc_method_at(i) == &fc_svd_scores)
			memories[i].like = first;
	}
}

static struct fc_judge judge_of(const struct fc_grid *g, const struct wfm_forecast_options *o)
{
	struct fc_judge j = { .grid = g, .options = o };
	j.only = o->method != NULL ? method_named(o->method) : NULL;
	j.days = o->backtest_days > 0 ? o->backtest_days : 14;
	if (g->n_history < 35 && j.days > 7)
		j.days = 7;
	j.origins = o->origins == 0 ? 8 : o->origins < 0 ? 0 : o->origins;
	return j;
}

/* The methods with a share, with all of the history. */
static enum wfm_status run_whole(const struct fc_train *t, const struct fc_scales *scales,
				 struct fc_memory *memories, struct fc_output *out,
				 struct wfm_forecast *f, struct wfm_error *e)
{
	for (int i = 0; i < WFM_MAX_METHODS; i++) {
		memories[i].refit = true;
		memories[i].pool = NULL;
		memories[i].direction = NULL;
	}
	out->effects = f->effects;
	enum wfm_status status = fc_final_run(t, &f->report, scales, memories, out, e);
	if (status != WFM_OK)
		return status;
	fc_special_apply(t, out);
	fc_special_effects(t, out);
	fc_neighbours_effects(t, out);
	f->n_effects = out->n_effects;
	return fc_report_history(t, f, e);
}

/* Backtest, then forecast; scratch is emptied between steps. */
static enum wfm_status judge_and_run(struct fc_pool *pool, struct fc_pool *scratch,
				     const struct fc_grid *g, const struct wfm_forecast_options *o,
				     int usable, struct fc_output *out, struct wfm_forecast *f,
				     struct wfm_error *e)
{
	struct fc_memory memories[WFM_MAX_METHODS] = { 0 };
	struct fc_judge j = judge_of(g, o);
	struct fc_medians medians;
	struct fc_scales scales;
	struct fc_train whole;
	if (!fc_medians_start(pool, g, &medians))
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	j.scratch = scratch;
	j.medians = &medians;
	start_alike(memories);
	enum wfm_status status = fc_judge_run(pool, &j, usable, f, memories, &scales, e);
	fc_pool_empty(scratch);
	if (status == WFM_OK)
		status = fc_train_build(scratch, g, g->n_history, o->days, &medians, &whole, e);
	if (status == WFM_OK)
		status = run_whole(&whole, &scales, memories, out, f, e);
	if (status == WFM_OK)
		(void)snprintf(f->method, sizeof f->method, "%s",
			       fc_method_at(f->report.chosen)->name);
	return status;
}

static enum wfm_status forecast_all(struct fc_pool *pool, struct fc_pool *scratch,
				    const struct wfm_series *series,
				    const struct wfm_forecast_options *o, struct wfm_forecast *f,
				    struct wfm_error *e)
{
	struct fc_grid g;
	enum wfm_status status = fc_grid_build(pool, series, o, &g, e);
	if (status != WFM_OK)
		return status;
	struct fc_output out = { 0 };
	double *aht = fc_alloc(pool, 7 * (size_t)g.slots, sizeof *aht);
	if (aht == NULL || !fc_output_alloc(pool, o->days, g.slots, true, &out))
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	int usable = fc_usable_days(&g);
	if (usable == 0) {
		status = cold_start(pool, o, &g, &out, e);
		(void)snprintf(f->method, sizeof f->method, "cold_start");
	} else {
		status = judge_and_run(pool, scratch, &g, o, usable, &out, f, e);
	}
	if (status == WFM_OK && o->first_slot > 0)
		status = fc_partial_day(pool, &g, o->first_slot, &out, e);
	if (status != WFM_OK)
		return status;
	f->joint = fc_joint_build(pool, &g, &out);
	if (f->joint == NULL)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	status = fc_aht(&g, o->default_aht_s > 0.0 ? o->default_aht_s : 180.0, aht, e);
	return status != WFM_OK ? status : write_forecast(&g, &out, aht, o->first_slot, f, e);
}

enum wfm_status wfm_forecast_run(const struct wfm_series *series,
				 const struct wfm_forecast_options *options,
				 struct wfm_forecast *forecast, struct wfm_error *e)
{
	memset(forecast, 0, sizeof *forecast);
	(void)gsl_set_error_handler_off();
	enum wfm_status status = wfm_series_check(series, e);
	if (status == WFM_OK)
		status = options_check(series, options, e);
	if (status != WFM_OK)
		return status;
	struct wfm_forecast_options o = *options;
	if (!resolve_first_day(series, &o))
		return wfm_fail(e, WFM_INFEASIBLE, "/observations",
				"there is no history and no first_day to forecast");
	struct fc_pool pool = { 0 }, scratch = { 0 };
	status = forecast_all(&pool, &scratch, series, &o, forecast, e);
	fc_pool_free(&pool);
	fc_pool_free(&scratch);
	if (status != WFM_OK)
		wfm_forecast_free(forecast);
	else if (o.progress != NULL)
		(void)o.progress(o.user, 1.0);
	return status;
}

void wfm_forecast_free(struct wfm_forecast *f)
{
	free(f->slots);
	free(f->days);
	free(f->outliers);
	free(f->backtest);
	wfm_joint_free(f->joint);
	f->backtest = NULL;
	f->n_backtest = 0;
	f->joint = NULL;
	f->slots = NULL;
	f->days = NULL;
	f->outliers = NULL;
	f->n_slots = f->n_days = f->n_outliers = 0;
}
