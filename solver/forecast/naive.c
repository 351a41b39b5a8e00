/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two honest floors. Seasonal naive: the same slot of the same weekday, last time it was
 * observed. Four-week mean: the mean of the last four such weeks. Their spread is that of
 * their own errors at lag 7 in the history, slot by slot and for day totals.
 */
#include "fc.h"

#include <math.h>

/* The last usable day before n of this weekday, the k-th back; −1 when there is none. */
static int same_weekday_before(const struct fc_train *t, int n, int weekday, int k)
{
	for (int d = n - 1; d >= 0; d--)
		if (t->grid->days[d].weekday == weekday && !isnan(t->total[d]) && k-- == 0)
			return d;
	return -1;
}

/* A day's contacts to the sums, of the slots that open on the weekday; days hold 0 in slots that are
   shut on their own weekday. */
FC_WIDE static void add_day(const struct fc_train *t, int day, int weekday, double *y)
{
	const struct fc_grid *g = t->grid;
	const double *row = t->y + (size_t)day * (size_t)g->slots;
	if (g->days[day].weekday == weekday) {
		for (int s = g->from; s < g->to; s += FC_BLOCK)
			fc_add_scaled(y + s, 1.0, row + s);
		return;
	}
	for (int s = g->from; s < g->to; s++)
		y[s] += g->open[weekday][s] ? row[s] : 0.0;
}

/* Mean of up to `weeks` of the weekday's last usable days before n; of any days failing that. */
static double recent_mean(const struct fc_train *t, int n, int weekday, int weeks, double *y)
{
	const struct fc_grid *g = t->grid;
	int used = 0;
	for (int s = 0; s < g->slots; s++)
		y[s] = 0.0;
	int back = n > 0 ? (g->days[n - 1].weekday - weekday + 7) % 7 : 0;
	for (int pass = 0; pass < 2 && used == 0; pass++)
		for (int d = n - 1 - (pass == 0 ? back : 0); d >= 0 && used < weeks;
		     d -= pass == 0 ? 7 : 1) {
			if (isnan(t->total[d]))
				continue;
			add_day(t, d, weekday, y);
			used++;
		}
	double total = 0.0;
	for (int s = 0; s < g->slots && used > 0; s++) {
		y[s] /= used;
		total += y[s];
	}
	return total;
}

/* Mean squared error on the x scale of predicting each day from the weeks before it. */
static void own_errors(const struct fc_train *t, int weeks, double *work, double *slot_error,
		       double *day_error)
{
	const struct fc_grid *g = t->grid;
	double n = 0.0, day = 0.0;
	int from = t->n > 182 ? t->n - 182 : 0;
	for (int d = from; d < t->n; d++) {
		int w = g->days[d].weekday;
		if (isnan(t->total[d]) || same_weekday_before(t, d, w, 0) < 0)
			continue;
		double total = recent_mean(t, d, w, weeks, work);
		double r = fc_root(t->total[d]) - fc_root(total);
		day += r * r;
		n += 1.0;
		const double *root = t->root + (size_t)d * (size_t)g->slots;
		for (int s = g->from; s < g->to; s++) {
			r = root[s] - fc_root(work[s]);
			slot_error[s] += r * r;
		}
	}
	double mean_root = 0.0, usable = 0.0;
	for (int d = 0; d < t->n; d++)
		if (!isnan(t->total[d])) {
			mean_root += t->total[d];
			usable += 1.0;
		}
	mean_root = usable > 0.0 ? mean_root / usable : 0.0;
	/* Before there is a week to compare with: a day within 20 % or so. */
	double prior_day = 0.25 + 0.01 * mean_root, prior_slot = 0.35;
	*day_error = (day + 3.0 * prior_day) / (n + 3.0);
	for (int s = 0; s < g->slots; s++)
		slot_error[s] = (slot_error[s] + 3.0 * prior_slot) / (n + 3.0);
}

static enum wfm_status run_mean(const struct fc_train *t, int weeks, struct fc_output *out,
				struct wfm_error *e)
{
	const struct fc_grid *g = t->grid;
	double *work = fc_alloc(t->pool, (size_t)g->slots, sizeof *work);
	double *slot_error = fc_alloc(t->pool, (size_t)g->slots, sizeof *slot_error);
	if (t->pool->failed)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	double day_error;
	own_errors(t, weeks, work, slot_error, &day_error);
	bool empty = t->usable == 0;
	for (int h = 0; h < out->days; h++) {
		int w = g->days[t->n + h].weekday;
		double total = recent_mean(t, t->n, w, weeks, work);
		out->dv[h] = total > 0.0 && !empty ? day_error : 0.0;
		out->dx[h] = fc_centre(total, out->dv[h]);
		for (int s = 0; s < g->slots; s++) {
			size_t c = (size_t)h * (size_t)g->slots + (size_t)s;
			/* A slot that is always empty is certain. */
			out->v[c] = work[s] > 0.0 ? slot_error[s] : 0.0;
			out->x[c] = fc_centre(work[s], out->v[c]);
		}
	}
	return WFM_OK;
}

static enum wfm_status run_naive(const struct fc_train *t, struct fc_memory *memory,
				 struct fc_output *out, struct wfm_error *e)
{
	(void)memory;
	return run_mean(t, 1, out, e);
}

static enum wfm_status run_four_weeks(const struct fc_train *t, struct fc_memory *memory,
				      struct fc_output *out, struct wfm_error *e)
{
	(void)memory;
	return run_mean(t, 4, out, e);
}

const struct fc_method fc_seasonal_naive = {
	.name = "seasonal_naive",
	.min_days = 1,
	.prior = 0.05,
	.run = run_naive,
};
const struct fc_method fc_four_week_mean = {
	.name = "four_week_mean",
	.min_days = 8,
	.prior = 0.05,
	.run = run_four_weeks,
};
