/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sources that write no row where nothing came. Taken for holes, their quiet slots would be
 * filled with what the busy ones had. They are told by their ones: a queue with many slots of
 * exactly one contact has many of none (P(0)/P(1) = 1/λ for Poisson counts), and a source that
 * counts those has rows of 0. Where there are ones, holes, and not a single 0, holes are zeros:
 * between the first and the last slot the weekday ever had, on days with data around them, in
 * slots that had few contacts when they had any.
 */
#include "fc.h"

#include <math.h>

enum { FEW = 20, WEEK_DAYS_SEEN = 3 };
static const double QUIET = 6.0; /* e⁻⁶: a hole there is a hole */

struct sight {
	int zeros, ones;
	double *sum, *rows; /* 7 × slots */
	int first[7], last[7]; /* slots in use, by weekday; first > last: none */
};

static bool explained(const struct fc_grid *g, int day)
{
	const struct wfm_series *s = g->series;
	for (size_t i = 0; i < s->n_special_days; i++)
		if (s->special_days[i].day == g->days[day].date &&
		    (s->special_days[i].kind != WFM_DAY_SPECIAL || s->special_days[i].slots > 0))
			return true;
	return false;
}

static void look(const struct fc_grid *g, bool *data, struct sight *k)
{
	for (int w = 0; w < 7; w++) {
		k->first[w] = g->slots;
		k->last[w] = -1;
	}
	for (int d = 0; d < g->n_history; d++) {
		int w = g->days[d].weekday;
		for (int s = 0; s < g->slots; s++) {
			double y = fc_row(g, d)[s];
			if (isnan(y))
				continue;
			data[d] = true;
			k->sum[w * g->slots + s] += y;
			k->rows[w * g->slots + s] += 1.0;
			k->zeros += y < 0.5;
			k->ones += y >= 0.5 && y < 1.5;
			k->first[w] = s < k->first[w] ? s : k->first[w];
			k->last[w] = s > k->last[w] ? s : k->last[w];
		}
	}
}

/* Holes between the first and last slots of days with data around; filled when asked. */
static int holes(struct fc_grid *g, const bool *data, const struct sight *k, bool fill)
{
	int n = 0;
	for (int d = 0; d < g->n_history; d++) {
		int near = 0, w = g->days[d].weekday;
		for (int i = d - 3; i <= d + 3; i++)
			near += i >= 0 && i < g->n_history && data[i];
		if ((!data[d] && near < WEEK_DAYS_SEEN) || explained(g, d))
			continue;
		double *row = g->y + (size_t)d * (size_t)g->slots;
		for (int s = k->first[w]; s <= k->last[w]; s++)
			if (isnan(row[s]) && k->sum[w * g->slots + s] <=
						     QUIET * k->rows[w * g->slots + s]) {
				n++;
				row[s] = fill ? 0.0 : row[s];
			}
	}
	return n;
}

bool fc_zeros_fill(struct fc_pool *pool, struct fc_grid *g)
{
	size_t cells = 7 * (size_t)g->slots;
	struct sight k = { .sum = fc_alloc(pool, cells, sizeof(double)),
			   .rows = fc_alloc(pool, cells, sizeof(double)) };
	bool *data = fc_alloc(pool, (size_t)g->n_history, sizeof *data);
	if (pool->failed)
		return false;
	look(g, data, &k);
	if (k.zeros == 0 && k.ones >= FEW && holes(g, data, &k, false) >= FEW)
		g->zeros_filled = holes(g, data, &k, true);
	return true;
}
