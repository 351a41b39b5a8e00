/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The dense grid: observations laid on days × slots, opening, special days, and what the
 * calendar says of each day.
 */
#include "fc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_HISTORY_DAYS = 3660 };

/* The first date kept: the oldest observation, at most ten years before the forecast. */
static void history_span(const struct wfm_series *s, int32_t first_day, int32_t *first)
{
	int32_t oldest = first_day;
	for (size_t i = 0; i < s->n_observations; i++) {
		const struct wfm_observation *o = &s->observations[i];
		if (o->day >= first_day || isnan(o->offered))
			continue;
		if (o->day < oldest)
			oldest = o->day;
	}
	if (first_day - oldest > MAX_HISTORY_DAYS)
		oldest = first_day - MAX_HISTORY_DAYS;
	*first = oldest;
}

/* The mean of the observations of each slot: a repeated hour has two. */
static void lay_observations(struct fc_grid *g, int32_t first, int first_slot, float *count)
{
	const struct wfm_series *s = g->series;
	size_t cells = (size_t)g->n_days * (size_t)g->slots;
	for (size_t i = 0; i < cells; i++)
		g->y[i] = NAN;
	for (size_t i = 0; i < s->n_observations; i++) {
		const struct wfm_observation *o = &s->observations[i];
		int64_t d = (int64_t)o->day - first;
		bool begun = d == g->n_history && o->slot < first_slot;
		if (d < 0 || (d >= g->n_history && !begun) || isnan(o->offered))
			continue;
		if (begun)
			g->partial_first = true;
		size_t c = (size_t)d * (size_t)g->slots + (size_t)o->slot;
		g->y[c] = count[c] > 0.0f ? g->y[c] + (o->offered - g->y[c]) / (count[c] + 1.0)
					  : o->offered;
		count[c] += 1.0f;
	}
}

/*
 * A weekday nobody has seen yet (a history that began last Tuesday): with opening learnt,
 * Monday to Friday take the slots of any other weekday seen, or of the weekend failing
 * that; a weekend day not seen stays closed.
 */
static void guess_unseen_weekdays(struct fc_grid *g)
{
	if (g->series->open != NULL || g->n_history >= 7)
		return;
	int model = -1;
	for (int w = 6; w >= 0; w--)
		if (g->open_slots[w] > 0.0)
			model = w;
	bool seen[7] = { false };
	for (int d = 0; d < g->n_history; d++)
		seen[g->days[d].weekday] = true;
	for (int w = 0; w < 5 && model >= 0; w++)
		if (!seen[w]) {
			memcpy(g->open[w], g->open[model], sizeof g->open[w]);
			g->open_slots[w] = g->open_slots[model];
		}
}

static int by_day(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
	return (x > y) - (x < y);
}

struct closed_dates {
	int32_t *date;
	size_t n;
	int32_t *unlike; /* open, but what they do to their neighbours is that of a closure */
	size_t n_unlike;
};

static bool is_open(const struct fc_grid *g, const struct closed_dates *c, int32_t date)
{
	if (g->open_slots[wfm_weekday(date)] == 0.0)
		return false;
	return c->n == 0 || bsearch(&date, c->date, c->n, sizeof date, by_day) == NULL;
}

/* Closed on a weekday that is normally open, or a special day that unsettles those beside it. */
static bool is_break(const struct fc_grid *g, const struct closed_dates *c, int32_t date)
{
	if (g->open_slots[wfm_weekday(date)] == 0.0)
		return false;
	return !is_open(g, c, date) ||
	       (c->n_unlike > 0 && bsearch(&date, c->unlike, c->n_unlike, sizeof date, by_day) != NULL);
}

static int8_t open_of_month(const struct fc_grid *g, const struct closed_dates *c, int32_t date)
{
	int year, month, day;
	fc_civil(date, &year, &month, &day);
	int before = 0, after = 0;
	for (int32_t d = date - day + 1; d < date; d++)
		before += is_open(g, c, d);
	int32_t next = month == 12 ? fc_date(year + 1, 1, 1) : fc_date(year, month + 1, 1);
	for (int32_t d = date + 1; d < next; d++)
		after += is_open(g, c, d);
	if (after < 4)
		return (int8_t)(-1 - after);
	return (int8_t)(before < 8 ? before + 1 : 0);
}

static void mark_closures(const struct fc_grid *g, const struct closed_dates *c, struct fc_day *d)
{
	int open_days = 0; /* open days between the last closure and this one */
	if (is_break(g, c, d->date)) /* what it is itself like is learnt with its group */
		return;
	for (int32_t back = 1; back <= 10 && open_days < 2; back++) {
		int32_t date = d->date - back;
		if (is_break(g, c, date)) {
			d->after_closure[open_days] = true;
			break;
		}
		open_days += is_open(g, c, date);
	}
	for (int32_t ahead = 1; ahead <= 7; ahead++) {
		d->before_closure = d->before_closure || is_break(g, c, d->date + ahead);
		if (is_open(g, c, d->date + ahead))
			break;
	}
}

static void mark_days(struct fc_grid *g, const struct closed_dates *c)
{
	for (int i = 0; i < g->n_days; i++) {
		struct fc_day *d = &g->days[i];
		int year, month, month_day;
		fc_civil(d->date, &year, &month, &month_day);
		d->month_day = (int8_t)month_day;
		d->open = is_open(g, c, d->date);
		d->learn = d->open;
		d->special = -1;
		if (d->open) {
			d->open_of_month = open_of_month(g, c, d->date);
			mark_closures(g, c, d);
		}
	}
}

static void mark_stretch(struct fc_grid *g, int day, const struct wfm_special_day *s)
{
	size_t from = (size_t)day * (size_t)g->slots + (size_t)s->first_slot;
	for (size_t c = from; c < from + (size_t)s->slots; c++) {
		g->y[c] = NAN;
		if (s->kind == WFM_DAY_CLOSED)
			g->slot_factor[c] = 0.0f;
		else if (s->kind == WFM_DAY_SPECIAL && !isnan(s->factor))
			g->slot_factor[c] = (float)s->factor;
	}
}

static void mark_special(struct fc_grid *g)
{
	const struct wfm_series *s = g->series;
	for (size_t i = 0; i < s->n_special_days; i++) {
		const struct wfm_special_day *p = &s->special_days[i];
		int64_t at = (int64_t)p->day - g->days[0].date;
		if (at < 0 || at >= g->n_days)
			continue;
		struct fc_day *d = &g->days[at];
		if (p->slots > 0) {
			mark_stretch(g, (int)at, p);
		} else if (p->kind == WFM_DAY_OUTAGE) {
			d->learn = false;
		} else if (p->kind == WFM_DAY_SPECIAL) {
			d->learn = false;
			d->special = (int32_t)i;
		}
	}
}

static bool closed_collect(struct fc_pool *pool, const struct wfm_series *s,
			   struct closed_dates *c)
{
	bool partial = false;
	c->date = fc_alloc(pool, s->n_special_days, sizeof *c->date);
	c->unlike = fc_alloc(pool, s->n_special_days, sizeof *c->unlike);
	if (c->date == NULL || c->unlike == NULL)
		return false;
	for (size_t i = 0; i < s->n_special_days; i++) {
		const struct wfm_special_day *p = &s->special_days[i];
		if (p->kind == WFM_DAY_CLOSED && p->slots == 0)
			c->date[c->n++] = p->day;
		if (p->kind == WFM_DAY_SPECIAL && p->slots == 0 && p->neighbours)
			c->unlike[c->n_unlike++] = p->day;
		partial = partial || p->slots > 0;
	}
	qsort(c->date, c->n, sizeof *c->date, by_day);
	qsort(c->unlike, c->n_unlike, sizeof *c->unlike, by_day);
	return partial;
}

static void find_span(struct fc_grid *g)
{
	int first = g->slots, last = 0;
	for (int w = 0; w < 7; w++)
		for (int s = 0; s < g->slots; s++)
			if (g->open[w][s]) {
				first = s < first ? s : first;
				last = s > last ? s : last;
			}
	g->from = first < g->slots ? first / FC_BLOCK * FC_BLOCK : 0;
	g->to = (last / FC_BLOCK + 1) * FC_BLOCK;
	if (g->to > g->slots)
		g->to = g->slots;
}

enum wfm_status fc_grid_build(struct fc_pool *pool, const struct wfm_series *series,
			      const struct wfm_forecast_options *o, struct fc_grid *g,
			      struct wfm_error *e)
{
	int32_t first;
	memset(g, 0, sizeof *g);
	g->series = series;
	g->slots = wfm_series_slots(series);
	history_span(series, o->first_day, &first);
	g->n_history = o->first_day - first;
	g->n_days = g->n_history + o->days;
	size_t cells = (size_t)g->n_days * (size_t)g->slots;
	struct closed_dates closed = { 0 };
	bool partial = closed_collect(pool, series, &closed);
	g->days = fc_alloc(pool, (size_t)g->n_days, sizeof *g->days);
	g->y = fc_alloc(pool, cells, sizeof *g->y);
	g->root = fc_alloc(pool, cells, sizeof *g->root);
	float *count = fc_alloc(pool, cells, sizeof *count);
	if (partial)
		g->slot_factor = fc_alloc(pool, cells, sizeof *g->slot_factor);
	if (pool->failed)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	for (int i = 0; i < g->n_days; i++) {
		g->days[i].date = first + i;
		g->days[i].weekday = (int8_t)wfm_weekday(first + i);
	}
	for (size_t i = 0; g->slot_factor != NULL && i < cells; i++)
		g->slot_factor[i] = 1.0f;
	lay_observations(g, first, o->first_slot, count);
	if (!fc_zeros_fill(pool, g) || !fc_opening_learn(pool, g))
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	guess_unseen_weekdays(g);
	mark_days(g, &closed);
	mark_special(g);
	find_span(g);
	g->sparse = fc_is_sparse(g);
	for (size_t i = 0; i < cells; i++)
		g->root[i] = fc_root(g->y[i]);
	return WFM_OK;
}
