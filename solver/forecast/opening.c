/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opening hours, learnt where the series does not say, and since when. For each weekday and slot
 * the days with data are a row of hits and misses. It is cut where two rates explain it much
 * better than one: with L(h, n) = h ln(h/n) + (n−h) ln(1−h/n), where
 *
 *   L(before) + L(after) − L(all) > 5,
 *
 * at least two days after the cut when the slot opened, three when it shut; then the part after
 * the cut is cut again. The slot is open when its last part has at least a fifth of hits, and has
 * been since that part began when the part before had fewer.
 */
#include "fc.h"

#include <math.h>
#include <string.h>

static const double CLEAR = 5.0, OPEN_RATE = 0.2;
enum { DAYS_TO_OPEN = 2, DAYS_TO_SHUT = 3, WEEK_DAYS_SEEN = 3 };

struct hits {
	int *day;      /* grid days of this weekday that count, oldest first */
	bool *hit;
	int n;
};

static double likelihood(double h, double n)
{
	double m = n - h;
	return (h > 0.0 ? h * log(h / n) : 0.0) + (m > 0.0 ? m * log(m / n) : 0.0);
}

/* Where the last part of [from, n) begins, when it is to be cut; from otherwise. */
static int cut(const struct hits *k, int from)
{
	double all = 0.0, n = k->n - from, before = 0.0, best = CLEAR;
	int at = from;
	for (int i = from; i < k->n; i++)
		all += k->hit[i];
	for (int i = from + 1; i <= k->n - DAYS_TO_OPEN; i++) {
		before += k->hit[i - 1];
		double nb = i - from, na = n - nb, after = all - before;
		bool opened = after * nb > before * na;
		double gain = likelihood(before, nb) + likelihood(after, na) - likelihood(all, n);
		if (gain > best && (opened || na >= DAYS_TO_SHUT)) {
			best = gain;
			at = i;
		}
	}
	return at;
}

/* Is the slot open by now, and since which grid day (0 = always)? */
static bool open_by_now(const struct hits *k, int *since)
{
	int from = 0, before = 0, next;
	*since = 0;
	if (k->n == 0)
		return false;
	while ((next = cut(k, from)) != from) {
		before = from;
		from = next;
	}
	double hit = 0.0, earlier = 0.0;
	for (int i = from; i < k->n; i++)
		hit += k->hit[i];
	for (int i = before; i < from; i++)
		earlier += k->hit[i];
	if (from > 0 && earlier < OPEN_RATE * (from - before))
		*since = k->day[from];
	return hit > 0.0 && hit >= OPEN_RATE * (k->n - from);
}

static bool any_data(const struct fc_grid *g, int day)
{
	const double *row = fc_row(g, day);
	for (int s = 0; s < g->slots; s++)
		if (!isnan(row[s]))
			return true;
	return false;
}

/* A day counts when it has data, or when it is missing from a week that otherwise has. */
static bool counts(const struct fc_grid *g, const bool *data, int day)
{
	int near = 0;
	for (int d = day - 3; d <= day + 3; d++)
		near += d >= 0 && d < g->n_history && data[d];
	return data[day] || near >= WEEK_DAYS_SEEN;
}

static void learn_weekday(struct fc_grid *g, const bool *data, const bool *marked, int weekday,
			  struct hits *k)
{
	k->n = 0;
	for (int d = 0; d < g->n_history; d++)
		if (g->days[d].weekday == weekday && !marked[d] && counts(g, data, d))
			k->day[k->n++] = d;
	for (int s = 0; s < g->slots; s++) {
		int since;
		for (int i = 0; i < k->n; i++)
			k->hit[i] = !isnan(fc_row(g, k->day[i])[s]);
		bool open = open_by_now(k, &since);
		g->since[weekday][s] = since;
		if (g->series->open == NULL)
			g->open[weekday][s] = open;
	}
}

/* Whole days that the caller explains: they say nothing of opening hours. */
static void mark_explained(const struct fc_grid *g, bool *marked)
{
	const struct wfm_series *s = g->series;
	for (size_t i = 0; i < s->n_special_days; i++) {
		int64_t d = (int64_t)s->special_days[i].day - g->days[0].date;
		if (d >= 0 && d < g->n_history && s->special_days[i].slots == 0)
			marked[d] = true;
	}
}

bool fc_opening_learn(struct fc_pool *pool, struct fc_grid *g)
{
	size_t days = (size_t)g->n_history;
	bool *data = fc_alloc(pool, days, sizeof *data);
	bool *marked = fc_alloc(pool, days, sizeof *marked);
	struct hits k = { .day = fc_alloc(pool, days, sizeof(int)),
			  .hit = fc_alloc(pool, days, sizeof(bool)) };
	if (pool->failed)
		return false;
	for (int d = 0; d < g->n_history; d++)
		data[d] = any_data(g, d);
	mark_explained(g, marked);
	for (int w = 0; w < 7; w++) {
		for (int s = 0; s < g->slots && g->series->open != NULL; s++)
			g->open[w][s] = g->series->open[w * g->slots + s] != 0;
		learn_weekday(g, data, marked, w, &k);
	}
	for (int w = 0; w < 7; w++) {
		g->open_slots[w] = 0.0;
		for (int s = 0; s < g->slots; s++)
			g->open_slots[w] += g->open[w][s];
	}
	return true;
}

double fc_open_then(const struct fc_grid *g, int day)
{
	int w = g->days[day].weekday;
	double n = 0.0;
	for (int s = 0; s < g->slots; s++)
		n += g->open[w][s] && g->since[w][s] <= day;
	return n;
}
