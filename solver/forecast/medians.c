/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Medians of growing samples: values are put into, and taken out of, sorted rows. */
#include "fc.h"

#include <math.h>
#include <string.h>

enum { YEAR_DAYS = 364 };

bool fc_medians_start(struct fc_pool *pool, const struct fc_grid *g, struct fc_medians *k)
{
	size_t cells = 7 * (size_t)(g->to - g->from);
	*k = (struct fc_medians){ .grid = g };
	k->room = (g->n_history < YEAR_DAYS ? g->n_history : YEAR_DAYS) / 7 + 2;
	k->sorted = fc_alloc(pool, cells * (size_t)k->room, sizeof *k->sorted);
	k->n = fc_alloc(pool, cells, sizeof *k->n);
	return !pool->failed;
}

static size_t cell(const struct fc_medians *k, int weekday, int slot)
{
	const struct fc_grid *g = k->grid;
	return (size_t)weekday * (size_t)(g->to - g->from) + (size_t)(slot - g->from);
}

static void put(double *row, uint8_t *n, double x)
{
	int i = (*n)++;
	for (; i > 0 && row[i - 1] > x; i--)
		row[i] = row[i - 1];
	row[i] = x;
}

static void take(double *row, uint8_t *n, double x)
{
	int i = 0;
	while (row[i] < x)
		i++;
	memmove(row + i, row + i + 1, (size_t)(--*n - i) * sizeof *row);
}

static void move_day(struct fc_medians *k, int day, void (*move)(double *, uint8_t *, double))
{
	const struct fc_grid *g = k->grid;
	const double *x = g->root + (size_t)day * (size_t)g->slots;
	for (int s = g->from; s < g->to; s++) {
		size_t c = cell(k, g->days[day].weekday, s);
		if (!isnan(x[s]))
			move(k->sorted + c * (size_t)k->room, &k->n[c], x[s]);
	}
}

void fc_medians_advance(struct fc_medians *k, int to, const bool *usable)
{
	if (k->to < to - YEAR_DAYS && k->to == 0)
		k->from = k->to = to - YEAR_DAYS;
	for (; k->to < to; k->to++) {
		if (usable[k->to])
			move_day(k, k->to, put);
		for (; k->from <= k->to - YEAR_DAYS; k->from++)
			if (usable[k->from])
				move_day(k, k->from, take);
	}
}

int fc_medians_of(const struct fc_medians *k, int weekday, int slot, double *median,
		  double *deviation)
{
	*median = *deviation = NAN;
	if (slot < k->grid->from || slot >= k->grid->to)
		return 0;
	size_t c = cell(k, weekday, slot);
	const double *row = k->sorted + c * (size_t)k->room;
	int n = k->n[c], low = (n - 1) / 2, high = low + 1;
	if (n == 0)
		return 0;
	double m = 0.5 * (row[low] + row[n / 2]), last = 0.0, before = 0.0;
	/* Distances grow away from the middle on both sides: merge them up to the middle one. */
	for (int i = 0; i <= n / 2; i++) {
		double down = low >= 0 ? m - row[low] : INFINITY;
		double up = high < n ? row[high] - m : INFINITY;
		before = last;
		last = down <= up ? down : up;
		if (down <= up)
			low--;
		else
			high++;
	}
	*deviation = n % 2 ? last : 0.5 * (before + last);
	*median = m;
	return n;
}
