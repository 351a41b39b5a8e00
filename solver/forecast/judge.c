/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rolling-origin judge. Weekly origins, oldest first, the last one `days` before the end
 * of the history; at each every method learns from what lies before and is scored on what
 * came after, special days included, with their factors as they were known. Methods see no
 * observation at or after the origin; what a method remembers comes from older origins only.
 */
#include "fc.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DECILES = 9, SHORT_DAYS = 40 };
static const double Z80 = 1.2815515655446004, Z95 = 1.959963984540054;

struct tally {
	double error, error_week1, signed_error, pinball;
	double volume, volume_week1;
	double inside_80, inside_95, slots;
	double days, days_inside_80;
	int origins;
};

static void score_slot(struct tally *k, double y, double x, double v, bool week1)
{
	static const double z[DECILES] = { -1.2815515655446004, -0.8416212335729143,
					   -0.5244005127080407, -0.2533471031357997,
					   0.0,			0.2533471031357997,
					   0.5244005127080407,	0.8416212335729143,
					   1.2815515655446004 };
	double f = fc_mean(x, v);
	k->error += fabs(y - f);
	k->signed_error += f - y;
	k->volume += y;
	if (week1) {
		k->error_week1 += fabs(y - f);
		k->volume_week1 += y;
	}
	for (int i = 0; i < DECILES; i++) {
		double tau = 0.1 * (i + 1), d = y - fc_quantile(x, v, z[i]);
		k->pinball += (d > 0.0 ? tau * d : (tau - 1.0) * d) / DECILES;
	}
	k->inside_80 += y >= fc_quantile(x, v, -Z80) && y <= fc_quantile(x, v, Z80);
	k->inside_95 += y >= fc_quantile(x, v, -Z95) && y <= fc_quantile(x, v, Z95);
	k->slots += 1.0;
}

static void score_origin(struct tally *k, const struct fc_train *t, const struct fc_output *o)
{
	const struct fc_grid *g = t->grid;
	bool scored = false;
	for (int h = 0; h < o->days && t->n + h < g->n_history; h++) {
		const struct fc_day *d = &g->days[t->n + h];
		if (!d->learn && d->special < 0)
			continue;
		const double *row = fc_row(g, t->n + h);
		double total = 0.0, seen = 0.0;
		for (int s = 0; s < g->slots; s++) {
			if (!g->open[d->weekday][s] || isnan(row[s]))
				continue;
			size_t c = (size_t)h * (size_t)g->slots + (size_t)s;
			score_slot(k, row[s], o->x[c], o->v[c], h < 7);
			total += row[s];
			seen += 1.0;
			scored = true;
		}
		if (seen > 0.0 && seen >= g->open_slots[d->weekday]) {
			k->days += 1.0;
			k->days_inside_80 += total >= fc_quantile(o->dx[h], o->dv[h], -Z80) &&
					     total <= fc_quantile(o->dx[h], o->dv[h], Z80);
		}
	}
	k->origins += scored;
}

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

static void write_score(struct wfm_method_score *s, const struct tally *k, double scale)
{
	s->wape = k->volume > 0.0 ? k->error / k->volume : NAN;
	s->wape_week1 = k->volume_week1 > 0.0 ? k->error_week1 / k->volume_week1 : NAN;
	s->bias = k->volume > 0.0 ? k->signed_error / k->volume : NAN;
	s->wql = k->volume > 0.0 ? 2.0 * k->pinball / k->volume : NAN;
	s->mase = k->slots > 0.0 && scale > 0.0 ? k->error / k->slots / scale : NAN;
	s->coverage_80 = k->slots > 0.0 ? k->inside_80 / k->slots : NAN;
	s->coverage_95 = k->slots > 0.0 ? k->inside_95 / k->slots : NAN;
	s->coverage_80_day = k->days > 0.0 ? k->days_inside_80 / k->days : NAN;
	s->origins = k->origins;
	s->scored = (int32_t)k->slots;
}

static bool is_part(const struct fc_method *m, const struct fc_method *of)
{
	for (size_t i = 0; i < sizeof of->parts / sizeof of->parts[0]; i++)
		if (of->parts[i] == m)
			return true;
	return false;
}

/* Baselines always run; of the others only the one asked for, when one is, and its parts. */
static bool wanted(const struct fc_judge *j, int index)
{
	const struct fc_method *m = fc_method_at(index);
	return j->only == NULL || j->only == m || index < 2 || is_part(m, j->only);
}

bool fc_output_alloc(struct fc_pool *pool, int days, int slots, struct fc_output *out)
{
	size_t d = (size_t)days, cells = d * (size_t)slots;
	out->days = days;
	out->x = fc_alloc(pool, cells, sizeof(double));
	out->v = fc_alloc(pool, cells, sizeof(double));
	out->dx = fc_alloc(pool, d, sizeof(double));
	out->dv = fc_alloc(pool, d, sizeof(double));
	out->dcov = fc_alloc(pool, d * d, sizeof(double));
	out->shape = fc_alloc(pool, WFM_JOINT_SHAPES * (size_t)slots, sizeof(double));
	out->shape_variance = fc_alloc(pool, WFM_JOINT_SHAPES * d, sizeof(double));
	return !pool->failed;
}

/* Runs method i, or mixes its parts' outputs, which the table's order has run already. */
static enum wfm_status run_or_mix(const struct fc_train *t, int i, struct fc_output *outs,
				  struct fc_memory *memories, struct wfm_error *e)
{
	const struct fc_method *m = fc_method_at(i);
	if (m->run != NULL)
		return m->run(t, &memories[i], &outs[i], e);
	const struct fc_output *parts[3];
	int n = 0;
	for (int k = 0; k < i; k++)
		if (is_part(fc_method_at(k), m))
			parts[n++] = &outs[k];
	fc_mix(parts, n, t->grid->slots, &outs[i]);
	return WFM_OK;
}

enum wfm_status fc_method_run(const struct fc_train *t, int index, struct fc_memory *memories,
			      struct fc_output *out, struct wfm_error *e)
{
	const struct fc_method *m = fc_method_at(index);
	struct fc_output outs[WFM_MAX_METHODS] = { 0 };
	enum wfm_status status = WFM_OK;
	for (int i = 0; i < index && status == WFM_OK; i++) {
		if (!is_part(fc_method_at(i), m))
			continue;
		if (!fc_output_alloc(t->pool, out->days, t->grid->slots, &outs[i]))
			return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
		outs[i].effects = out->effects; /* the first part's effects are the mixture's */
		outs[i].n_effects = out->n_effects;
		if (out->n_effects > 0)
			outs[i].effects = NULL;
		status = fc_method_at(i)->run(t, &memories[i], &outs[i], e);
		if (out->n_effects == 0)
			out->n_effects = outs[i].n_effects;
	}
	outs[index] = *out;
	if (status == WFM_OK)
		status = run_or_mix(t, index, outs, memories, e);
	*out = outs[index];
	return status;
}

static enum wfm_status judge_origin(struct fc_pool *pool, const struct fc_judge *j, int n,
				    struct tally *tallies, struct fc_memory *memories,
				    struct wfm_error *e)
{
	struct fc_train t;
	enum wfm_status status = fc_train_build(pool, j->grid, n, j->days, &t, e);
	if (status != WFM_OK)
		return status;
	struct fc_output outs[WFM_MAX_METHODS] = { 0 };
	for (int i = 0; fc_method_at(i) != NULL; i++) {
		if (!wanted(j, i) || t.usable < fc_method_at(i)->min_days)
			continue;
		if (!fc_output_alloc(pool, j->days, j->grid->slots, &outs[i]))
			return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
		status = run_or_mix(&t, i, outs, memories, e);
		if (status != WFM_OK)
			return status;
	}
	for (int i = 0; fc_method_at(i) != NULL; i++)
		if (outs[i].x != NULL) {
			fc_special_apply(&t, &outs[i]);
			score_origin(&tallies[i], &t, &outs[i]);
		}
	return WFM_OK;
}

static int index_of(const struct fc_method *m)
{
	for (int i = 0; fc_method_at(i) != NULL; i++)
		if (fc_method_at(i) == m)
			return i;
	return 0;
}

/*
 * Below eight weeks there are too few origins to choose by: the mixture for short histories,
 * before it can run the day total by profile, before that seasonal naive. Then the state-space
 * model unless another is clearly better: a few origins decide little, so a challenger needs a
 * WAPE 3 % lower. Where every past day scored was empty, the four-week mean.
 */
static int choose(const struct fc_judge *j, const struct wfm_report_card *card, int usable)
{
	int best = -1;
	double least = INFINITY;
	if (j->only != NULL)
		return index_of(j->only);
	if (usable < fc_day_profile_ar.min_days)
		return 0;
	if (usable < SHORT_DAYS)
		return index_of(usable < fc_short_mixture.min_days ? &fc_day_profile_ar
								   : &fc_short_mixture);
	for (int i = 0; i < card->n_scores; i++) {
		const struct wfm_method_score *s = &card->score[i];
		if (s->origins == 0 || isnan(s->wape))
			continue;
		double wape = fc_method_at(i) == &fc_state_space ? 0.97 * s->wape : s->wape;
		if (wape < least) {
			least = wape;
			best = i;
		}
	}
	if (best >= 0)
		return best;
	return index_of(card->score[1].origins > 0 ? &fc_four_week_mean : &fc_state_space);
}

static void explain(const struct fc_judge *j, struct wfm_report_card *card)
{
	const struct wfm_method_score *best = &card->score[card->chosen], *next = NULL;
	card->score[card->chosen].weight = 1.0;
	int tried = 0;
	for (int i = 0; i < card->n_scores; i++) {
		const struct wfm_method_score *s = &card->score[i];
		if (s->origins == 0 || isnan(s->wape))
			continue;
		tried++;
		if (s != best && (next == NULL || s->wape < next->wape))
			next = s;
	}
	if (j->only != NULL)
		(void)snprintf(card->reason, sizeof card->reason, "%s: asked for", best->method);
	else if (best->origins == 0 || next == NULL)
		(void)snprintf(card->reason, sizeof card->reason,
			       "%s: history too short to compare methods on", best->method);
	else
		(void)snprintf(card->reason, sizeof card->reason,
			       "%s: WAPE %.1f %% on %d past origins, %d methods tried; %s %.1f %%",
			       best->method, 100.0 * best->wape, best->origins, tried, next->method,
			       100.0 * next->wape);
}

enum wfm_status fc_judge_run(const struct fc_judge *j, int usable,
			     struct wfm_report_card *card, struct fc_memory *memories,
			     struct wfm_error *e)
{
	const struct fc_grid *g = j->grid;
	struct tally tallies[WFM_MAX_METHODS] = { 0 };
	enum wfm_status status = WFM_OK;
	int last = g->n_history - j->days, origins = j->origins;
	while (origins > 0 && last - 7 * (origins - 1) < 7)
		origins--;
	for (int k = origins - 1; k >= 0 && status == WFM_OK; k--) {
		struct fc_pool scratch = { 0 };
		status = judge_origin(&scratch, j, last - 7 * k, tallies, memories, e);
		fc_pool_free(&scratch);
		double done = 0.9 * (origins - k) / origins;
		if (status == WFM_OK && j->options->progress != NULL &&
		    j->options->progress(j->options->user, done))
			status = wfm_fail(e, WFM_CANCELLED, "", "stopped by the caller");
	}
	double scale = naive_scale(g);
	for (int i = 0; fc_method_at(i) != NULL && i < WFM_MAX_METHODS; i++) {
		struct wfm_method_score *s = &card->score[i];
		(void)snprintf(s->method, sizeof s->method, "%s", fc_method_at(i)->name);
		write_score(s, &tallies[i], scale);
		card->n_scores = i + 1;
	}
	card->seasonal_naive = 0;
	card->four_week_mean = 1;
	card->chosen = choose(j, card, usable);
	explain(j, card);
	return status;
}
