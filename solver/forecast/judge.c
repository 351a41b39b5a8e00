/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rolling-origin judge. Weekly origins, oldest first, the last one `days` before the end
 * of the history; at each every method learns from what lies before and is scored on what
 * came after, special days included, with their factors as they were known. Methods see no
 * observation at or after the origin; what a method remembers comes from older origins only.
 * The mixture of an origin has the shares (weigh.c) and the widths (calibrate.c) that older
 * origins gave it, so its row of the report card is as honest as the others.
 */
#include "judge.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Mean |y_d − y_{d−7}| over the whole history: the scale of MASE. */
static double naive_scale(const struct fc_grid *g)
{
	double sum = 0.0, n = 0.0;
	for (int d = 7; d < g->n_history; d++) {
		if (!g->days[d].learn || !g->days[d - 7].learn)
			continue;
		const double *a = fc_row(g, d), *b = fc_row(g, d - 7);
		for (int s = 0; s < g->slots; s++)
			if (!isnan(a[s]) && !isnan(b[s])) {
				sum += fabs(a[s] - b[s]);
				n += 1.0;
			}
	}
	return n > 0.0 ? sum / n : NAN;
}

static int index_of(const struct fc_method *m)
{
	for (int i = 0; fc_method_at(i) != NULL; i++)
		if (fc_method_at(i) == m)
			return i;
	return 0;
}

/* Baselines always run; of the others those that fit, or the one asked for when one is. */
static bool wanted(const struct fc_judge *j, int index)
{
	const struct fc_method *m = fc_method_at(index);
	if (m->run == NULL || index < 2 || j->only == m)
		return m->run != NULL;
	return (j->only == NULL || j->only->run == NULL) && (m->fits == NULL || m->fits(j->grid));
}

bool fc_output_alloc(struct fc_pool *pool, int days, int slots, bool joint, struct fc_output *out)
{
	size_t d = (size_t)days, cells = d * (size_t)slots;
	out->days = days;
	out->x = fc_alloc(pool, cells, sizeof(double));
	out->v = fc_alloc(pool, cells, sizeof(double));
	out->dx = fc_alloc(pool, d, sizeof(double));
	out->dv = fc_alloc(pool, d, sizeof(double));
	if (joint) {
		out->dcov = fc_alloc(pool, d * d, sizeof(double));
		out->shape = fc_alloc(pool, WFM_JOINT_SHAPES * (size_t)slots, sizeof(double));
		out->shape_variance = fc_alloc(pool, WFM_JOINT_SHAPES * d, sizeof(double));
	}
	return !pool->failed;
}

/* One origin at work: what was learnt there and every method's forecasts, until the next. */
struct stage {
	struct fc_pool *scratch;
	struct fc_medians *medians;
	struct fc_train train;
	struct fc_output out[WFM_MAX_METHODS]; /* x == NULL: did not run */
};

/* Every method that can at one origin, special days applied. */
static enum wfm_status run_methods(const struct fc_judge *j, struct stage *at,
				   struct fc_memory *memories, struct wfm_error *e)
{
	const struct fc_train *t = &at->train;
	for (int i = 0; fc_method_at(i) != NULL; i++) {
		/* The first always runs: with nothing to learn from, nothing is its forecast. */
		if (!wanted(j, i) || (i > 0 && t->usable < fc_method_at(i)->min_days))
			continue;
		if (!fc_output_alloc(at->scratch, t->horizon, j->grid->slots, false, &at->out[i]))
			return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
		enum wfm_status status = fc_method_at(i)->run(t, &memories[i], &at->out[i], e);
		if (status != WFM_OK)
			return status;
		fc_special_apply(t, &at->out[i]);
	}
	return WFM_OK;
}

static enum wfm_status run_origin(const struct fc_judge *j, const struct fc_backtest *b,
				  struct fc_origin *p, struct stage *at,
				  struct fc_memory *memories, struct wfm_error *e)
{
	enum wfm_status status = fc_train_build(at->scratch, j->grid, p->n, b->days, at->medians,
						&at->train, e);
	if (status == WFM_OK)
		status = run_methods(j, at, memories, e);
	p->usable = at->train.usable;
	if (status == WFM_OK && fc_method_at(b->main)->run == NULL) {
		double weight[WFM_MAX_METHODS];
		fc_weigh(b, p->n, at->train.usable, weight);
		if (!fc_output_alloc(at->scratch, b->days, j->grid->slots, false,
				     &at->out[b->main]))
			status = wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
		else
			fc_mix(at->out, weight, j->grid->slots, &at->out[b->main]);
	}
	return status;
}

static void keep_days(const struct fc_backtest *b, const struct fc_origin *p,
		      const struct fc_output *o, struct wfm_forecast *f)
{
	double total;
	for (int h = 0; h < b->days; h++)
		if (fc_scored_total(b->grid, p->n + h, &total))
			f->backtest[f->n_backtest++] = (struct wfm_backtest_day){
				.day = b->grid->days[p->n + h].date,
				.ahead = (int16_t)h,
				.observed = total,
				.mean = fc_mean(o->dx[h], o->dv[h]),
				.z = o->dv[h] > 0.0 ? (fc_root(total) - o->dx[h]) / sqrt(o->dv[h])
						    : 0.0,
			};
}

/* Scores an origin whose methods have all run, and remembers the main one's days. */
static enum wfm_status score_origin(struct fc_pool *keep, const struct fc_backtest *b,
				    struct fc_origin *p, struct stage *at,
				    struct fc_tally *tallies, struct wfm_forecast *f,
				    struct wfm_error *e)
{
	for (int i = 0; fc_method_at(i) != NULL; i++) {
		struct fc_output *o = &at->out[i];
		struct fc_tally own = { 0 };
		p->ran[i] = o->x != NULL;
		if (!p->ran[i])
			continue;
		fc_score_origin(&own, b->grid, p->n, o);
		p->error[i] = b->sparse ? own.day_error : own.error;
		p->volume = b->sparse ? own.day_volume : own.volume;
		if (i != b->main) {
			fc_score_add(&tallies[i], &own);
			continue;
		}
		/* The main one's row is of its forecasts as wide as older origins say. */
		struct fc_scales k = fc_calibrate(b, p->n, at->scratch);
		if (!fc_keep_errors(keep, at->scratch, b, o, p))
			return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
		fc_rescale(&k, b->grid->slots, o);
		fc_score_origin(&tallies[i], b->grid, p->n, o);
		keep_days(b, p, o, f);
	}
	return WFM_OK;
}

static enum wfm_status run_origins(struct fc_pool *pool, const struct fc_judge *j, int usable,
				   struct fc_backtest *b, struct fc_tally *tallies,
				   struct fc_memory *memories, struct wfm_forecast *f,
				   struct wfm_error *e)
{
	int last = j->grid->n_history - j->days, origins = j->origins;
	while (origins > 0 && last - 7 * (origins - 1) < 7)
		origins--;
	b->origin = fc_alloc(pool, (size_t)origins, sizeof *b->origin);
	f->backtest = calloc((size_t)(origins * j->days) + 1, sizeof *f->backtest);
	if (pool->failed || f->backtest == NULL)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	enum wfm_status status = WFM_OK;
	for (int i = 0; i < WFM_MAX_METHODS; i++)
		memories[i].pool = pool;
	for (int k = origins - 1; k >= 0 && status == WFM_OK; k--) {
		struct fc_origin *p = &b->origin[b->n];
		struct stage at = { .scratch = j->scratch, .medians = j->medians };
		p->n = last - 7 * k;
		fc_pool_empty(j->scratch);
		status = run_origin(j, b, p, &at, memories, e);
		if (status == WFM_OK)
			status = score_origin(pool, b, p, &at, tallies, f, e);
		p->share = (double)p->usable / usable;
		b->n++;
		if (status == WFM_OK && j->options->progress != NULL &&
		    j->options->progress(j->options->user, 0.9 * (origins - k) / origins))
			status = wfm_fail(e, WFM_CANCELLED, "", "stopped by the caller");
	}
	return status;
}

/* Did the scored origins see any contact at all? Past days all empty are taken at their word. */
static bool all_empty(const struct fc_backtest *b)
{
	double volume = 0.0;
	for (int o = 0; o < b->n; o++)
		volume += b->origin[o].volume;
	return b->n > 0 && volume <= 0.0;
}

/* The final shares; one method with all of them is simply chosen. */
static void decide(const struct fc_backtest *b, const struct fc_judge *j, int usable,
		   struct wfm_report_card *card)
{
	double weight[WFM_MAX_METHODS] = { 0 };
	int mean = index_of(&fc_four_week_mean);
	card->chosen = b->main;
	if (fc_method_at(b->main)->run != NULL)
		weight[b->main] = 1.0;
	else if (all_empty(b) && usable >= fc_four_week_mean.min_days)
		weight[mean] = 1.0;
	else
		fc_weigh(b, j->grid->n_history, usable, weight);
	for (int i = 0; fc_method_at(i) != NULL; i++) {
		card->score[i].weight = weight[i];
		if (weight[i] >= 1.0 && j->only == NULL)
			card->chosen = i;
	}
	fc_explain(b, j->only != NULL, card);
}

enum wfm_status fc_judge_run(struct fc_pool *pool, const struct fc_judge *j, int usable,
			     struct wfm_forecast *f, struct fc_memory *memories,
			     struct fc_scales *scales, struct wfm_error *e)
{
	struct fc_tally tallies[WFM_MAX_METHODS] = { 0 };
	struct fc_backtest b = { .grid = j->grid, .days = j->days, .sparse = fc_sparse(j->grid) };
	struct wfm_report_card *card = &f->report;
	b.main = index_of(j->only != NULL ? j->only : &fc_weighted);
	enum wfm_status status = run_origins(pool, j, usable, &b, tallies, memories, f, e);
	if (status != WFM_OK)
		return status;
	double scale = naive_scale(j->grid);
	for (int i = 0; fc_method_at(i) != NULL && i < WFM_MAX_METHODS; i++) {
		struct wfm_method_score *s = &card->score[i];
		(void)snprintf(s->method, sizeof s->method, "%s", fc_method_at(i)->name);
		fc_score_write(s, &tallies[i], scale);
		card->n_scores = i + 1;
	}
	card->seasonal_naive = 0;
	card->four_week_mean = 1;
	decide(&b, j, usable, card);
	*scales = fc_calibrate(&b, j->grid->n_history, pool);
	return pool->failed ? wfm_fail(e, WFM_NO_MEMORY, "", "out of memory") : WFM_OK;
}

enum wfm_status fc_final_run(const struct fc_train *t, const struct wfm_report_card *card,
			     const struct fc_scales *scales, struct fc_memory *memories,
			     struct fc_output *out, struct wfm_error *e)
{
	struct fc_output outs[WFM_MAX_METHODS] = { 0 };
	double weight[WFM_MAX_METHODS];
	for (int i = 0; i < WFM_MAX_METHODS; i++) {
		weight[i] = card->score[i].weight;
		if (weight[i] <= 0.0)
			continue;
		if (!fc_output_alloc(t->pool, out->days, t->grid->slots, true, &outs[i]))
			return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
		/* The effects of the first that has some are the mixture's. */
		outs[i].effects = out->n_effects == 0 ? out->effects : NULL;
		enum wfm_status status = fc_method_at(i)->run(t, &memories[i], &outs[i], e);
		if (status != WFM_OK)
			return status;
		out->n_effects += outs[i].n_effects;
	}
	fc_mix(outs, weight, t->grid->slots, out);
	fc_rescale(scales, t->grid->slots, out);
	return WFM_OK;
}
