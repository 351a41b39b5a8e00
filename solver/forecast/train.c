/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cleaning, at an origin: for each weekday and slot the median m and scale s (1.4826·MAD,
 * floor ½) of x = √(y+¼) over the last year; a day's factor f is the median of x/m over its
 * busy slots. Where few slots of a day lie above f·m by 5s or below by 6s they are replaced
 * by (f·m)²−¼ (many: the day itself is different, and the level models judge it). Holes of a
 * day that was mostly observed are filled the same way, slots that were not yet served then as
 * well, so that the days' totals are all of today's opening hours; days mostly unobserved are
 * missing.
 */
#include "fc.h"

#include <math.h>
#include <string.h>

enum { NEW_SLOT_DAYS = 5 };

/* Is this day one to learn from, and mostly observed? */
static bool day_usable(const struct fc_grid *g, int day)
{
	const struct fc_day *d = &g->days[day];
	if (!d->learn)
		return false;
	const double *row = fc_row(g, day);
	double seen = 0.0;
	for (int t = 0; t < g->slots; t++)
		seen += g->open[d->weekday][t] && !isnan(row[t]);
	return seen > 0.0 && seen * 2.0 >= fc_open_then(g, day);
}

int fc_usable_days(const struct fc_grid *g)
{
	int n = 0;
	for (int d = 0; d < g->n_history; d++)
		n += day_usable(g, d);
	return n;
}

static void weekday_medians(struct fc_train *t, const struct fc_medians *k, double *scale,
			    int *seen)
{
	const struct fc_grid *g = t->grid;
	for (int w = 0; w < 7; w++)
		for (int s = 0; s < g->slots; s++) {
			int c = w * g->slots + s;
			double deviation;
			seen[c] = fc_medians_of(k, w, s, &t->median[c], &deviation);
			scale[c] = seen[c] > 0 ? fc_max(0.5, 1.4826 * deviation) : 0.5;
		}
}

/* The median of the nearest slot of the weekday that was served always; NaN without one. */
static double nearest_old(const struct fc_train *t, int weekday, int slot)
{
	const struct fc_grid *g = t->grid;
	for (int reach = 1; reach < g->slots; reach++)
		for (int side = -1; side <= 1; side += 2) {
			int s = slot + side * reach;
			if (s >= 0 && s < g->slots && g->open[weekday][s] &&
			    g->since[weekday][s] == 0 && !isnan(t->median[weekday * g->slots + s]))
				return t->median[weekday * g->slots + s];
		}
	return NAN;
}

/*
 * A slot served for a few days only leans on the nearest that always was. With n of its days
 * seen on a weekday, K on all, near the other's median, ρ the mean of own ÷ near over the K days:
 * (n·own + 2·near·ρ′)/(n + 2), ρ′ = (Kρ + 2)/(K + 2). Nothing there is an outlier yet, for nobody
 * knows what is usual.
 */
static void steady_new_slot(struct fc_train *t, int slot, const int *seen, double *scale)
{
	const struct fc_grid *g = t->grid;
	double K = 0.0, sum = 0.0, near[7];
	for (int w = 0; w < 7; w++) {
		int c = w * g->slots + slot;
		near[w] = g->open[w][slot] && g->since[w][slot] > 0 ? nearest_old(t, w, slot) : NAN;
		if (isnan(near[w]) || seen[c] == 0)
			continue;
		K += seen[c];
		sum += seen[c] * t->median[c] / near[w];
	}
	for (int w = 0; w < 7; w++) {
		int c = w * g->slots + slot, n = seen[c];
		if (g->since[w][slot] == 0 || n > NEW_SLOT_DAYS)
			continue;
		scale[c] = INFINITY;
		if (!isnan(near[w]))
			t->median[c] = ((n > 0 ? n * t->median[c] : 0.0) +
					2.0 * near[w] * (sum + 2.0) / (K + 2.0)) / (n + 2.0);
	}
}

/* The nearest slot of the day that was seen on any weekday, or −1. */
static int nearest_seen(const struct fc_train *t, int slot)
{
	int slots = t->grid->slots;
	for (int reach = 1; reach < slots; reach++)
		for (int side = -1; side <= 1; side += 2) {
			int s = slot + side * reach;
			for (int w = 0; w < 7 && s >= 0 && s < slots; w++)
				if (!isnan(t->median[w * slots + s]))
					return s;
		}
	return -1;
}

/* Shut by a stretch on all but a few of the usable days on which its weekday has it. */
static bool was_shut(const struct fc_train *t, const bool *usable, int slot)
{
	const struct fc_grid *g = t->grid;
	int shut = 0, served = 0;
	for (int d = 0; d < t->n && g->slot_factor != NULL; d++)
		if (usable[d] && g->open[g->days[d].weekday][slot]) {
			bool zero = !(g->slot_factor[d * g->slots + slot] > 0.0f);
			shut += zero;
			served += !zero;
		}
	return shut > 0 && served < 5;
}

/*
 * A slot that was shut until now and was never observed on any weekday (longer hours from a
 * date on) takes the nearest slot that was: days without it are filled from there.
 */
static void borrow_medians(struct fc_train *t, const bool *usable)
{
	const struct fc_grid *g = t->grid;
	int from[WFM_MAX_SLOTS];
	for (int s = 0; s < g->slots; s++) {
		bool seen = false;
		for (int w = 0; w < 7; w++)
			seen = seen || !isnan(t->median[w * g->slots + s]);
		from[s] = !seen && was_shut(t, usable, s) ? nearest_seen(t, s) : -1;
	}
	for (int s = 0; s < g->slots; s++)
		for (int w = 0; w < 7 && from[s] >= 0; w++)
			if (g->open[w][s])
				t->median[w * g->slots + s] = t->median[w * g->slots + from[s]];
}

/* A weekday never seen takes the mean of the others; with no data at all a slot has nothing. */
static void fill_medians(struct fc_train *t, const bool *usable)
{
	borrow_medians(t, usable);
	int slots = t->grid->slots;
	for (int s = 0; s < slots; s++) {
		double sum = 0.0, n = 0.0;
		for (int w = 0; w < 7; w++)
			if (!isnan(t->median[w * slots + s])) {
				sum += t->median[w * slots + s];
				n += 1.0;
			}
		for (int w = 0; w < 7; w++)
			if (isnan(t->median[w * slots + s]))
				t->median[w * slots + s] = n > 0.0 ? sum / n : 0.5;
	}
}

/* Median of x/m over the slots that carry the day's volume. */
static double day_factor(const struct fc_train *t, int day, double *work)
{
	const struct fc_grid *g = t->grid;
	const struct fc_day *d = &g->days[day];
	const double *m = t->median + d->weekday * g->slots;
	const double *x = g->root + (size_t)day * (size_t)g->slots;
	double sum = 0.0, top = 0.0;
	for (int s = g->from; s < g->to; s++)
		if (g->open[d->weekday][s]) {
			sum += m[s];
			top = fc_max(m[s], top);
		}
	double busy = fmin(sum / g->open_slots[d->weekday], top);
	int n = 0;
	for (int s = g->from; s < g->to; s++)
		if (g->open[d->weekday][s] && !isnan(x[s]) && m[s] >= busy)
			work[n++] = x[s] / m[s];
	double f = fc_median(work, n);
	return isnan(f) ? 1.0 : f;
}

static void clean_day(struct fc_train *t, int day, const double *scale, double *work)
{
	const struct fc_grid *g = t->grid;
	const struct fc_day *d = &g->days[day];
	const uint8_t *open = g->open[d->weekday];
	size_t at = (size_t)day * (size_t)g->slots;
	const double *m = t->median + d->weekday * g->slots, *row = g->y + at, *x = g->root + at;
	const double *sd = scale + d->weekday * g->slots;
	double *y = t->y + at, *root = t->root + at, f = day_factor(t, day, work), total = 0.0;
	int odd = 0;
	for (int s = g->from; s < g->to; s++) { /* NaN is neither */
		double r = x[s] - f * m[s];
		odd += open[s] && (r > 5.0 * sd[s] || r < -6.0 * sd[s]);
	}
	bool replace = odd > 0 && odd <= fc_max(2.0, 0.1 * g->open_slots[d->weekday]);
	for (int s = 0; s < g->slots; s++)
		root[s] = 0.5;
	for (int s = g->from; s < g->to; s++) {
		if (!open[s])
			continue;
		double r = x[s] - f * m[s];
		bool freak = replace && (r > 5.0 * sd[s] || r < -6.0 * sd[s]);
		y[s] = row[s];
		root[s] = x[s];
		if (freak || isnan(x[s])) {
			y[s] = fc_max(0.0, f * m[s] * f * m[s] - 0.25);
			root[s] = fc_root(y[s]);
		}
		t->outliers += freak;
		total += y[s];
	}
	t->total[day] = total;
	t->usable++;
}

double fc_unseen_weekday(const struct fc_train *t, int weekday)
{
	const struct fc_grid *g = t->grid;
	bool seen[7] = { false };
	double own = 0.0, others = 0.0, n = 0.0;
	for (int d = 0; d < t->n; d++)
		seen[g->days[d].weekday] = seen[g->days[d].weekday] || !isnan(t->total[d]);
	if (seen[weekday])
		return 0.0;
	for (int s = 0; s < g->slots; s++) {
		/* A weekday never seen has the mean median of those that were. */
		double m = t->median[weekday * g->slots + s], y = fmax(0.0, m * m - 0.25);
		own += g->open[weekday][s] ? y : 0.0;
		for (int w = 0; w < 7; w++)
			others += seen[w] && g->open[w][s] ? y : 0.0;
	}
	for (int w = 0; w < 7; w++)
		n += seen[w];
	return own > 0.0 && others > 0.0 ? log(own * n / others) : 0.0;
}

enum wfm_status fc_train_build(struct fc_pool *pool, const struct fc_grid *g, int n, int horizon,
			       struct fc_medians *medians, struct fc_train *t, struct wfm_error *e)
{
	struct fc_medians own;
	size_t slots = (size_t)g->slots, days = (size_t)n;
	*t = (struct fc_train){ .grid = g, .pool = pool, .n = n, .horizon = horizon };
	t->y = fc_alloc(pool, days * slots, sizeof(double));
	t->root = fc_alloc_unset(pool, days * slots, sizeof(double));
	t->shared = fc_alloc(pool, 1, sizeof *t->shared);
	t->total = fc_alloc(pool, days, sizeof(double));
	t->median = fc_alloc(pool, 7 * slots, sizeof(double));
	t->factor = fc_alloc(pool, (size_t)horizon, sizeof(double));
	t->factor_sd = fc_alloc(pool, (size_t)horizon, sizeof(double));
	bool *usable = fc_alloc(pool, days, sizeof *usable);
	double *scale = fc_alloc(pool, 7 * slots, sizeof *scale);
	int *seen = fc_alloc(pool, 7 * slots, sizeof *seen);
	double *work = fc_alloc(pool, days > slots ? days : slots, sizeof *work);
	if (pool->failed || (medians == NULL && !fc_medians_start(pool, g, &own)))
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	for (int d = 0; d < n; d++)
		usable[d] = day_usable(g, d);
	fc_medians_advance(medians != NULL ? medians : &own, n, usable);
	weekday_medians(t, medians != NULL ? medians : &own, scale, seen);
	for (int s = 0; s < g->slots; s++)
		steady_new_slot(t, s, seen, scale);
	fill_medians(t, usable);
	for (int d = 0; d < n; d++) {
		if (usable[d]) {
			clean_day(t, d, scale, work);
			continue;
		}
		t->total[d] = NAN;
		for (size_t s = 0; s < slots; s++) {
			t->y[(size_t)d * slots + s] = NAN;
			t->root[(size_t)d * slots + s] = 0.0;
		}
	}
	enum wfm_status status = fc_special_learn(t, e);
	return status == WFM_OK ? fc_neighbours_learn(t, e) : status;
}
