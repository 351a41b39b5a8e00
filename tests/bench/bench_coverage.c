/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Do intervals hold what they promise, at every level? Rolling origins on the real series: the
 * share of slots, day totals and week totals inside their 80 % and 95 % intervals. Weeks are
 * few: COVERAGE_STEP=2 COVERAGE_ORIGINS=26 tells more of them. Site: A30 dealt out at random to three
 * queues, each forecast by itself, and added up again by joint scenarios with the correlation
 * that their backtests show; network: ED's
 * last three years as three branches side by side.
 * Usage: bench_coverage [A30|B30|A5|ED|site|network ...].
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "solver/num/draw.h"
#include "tests/lib/real_series.h"
#include "wfm/hierarchy.h"

enum { HORIZON = 14 };
static const double Z80 = 1.2815515655446004, Z95 = 1.959963984540054;

struct tally {
	double n, in80, in95, squares;
};

/* Quantiles are normal on the root scale: .10 and .90 stretched from the middle. */
static void add(struct tally *t, const double *q, double y)
{
	double middle = sqrt(q[3] + 0.25), root = sqrt(y + 0.25);
	double high = (sqrt(q[5] + 0.25) - middle) / Z80, low = (middle - sqrt(q[1] + 0.25)) / Z80;
	t->n += 1.0;
	t->in80 += y >= q[1] && y <= q[5];
	t->in95 += root <= middle + Z95 * high && root >= middle - Z95 * low;
	double sd = root > middle ? high : low;
	t->squares += sd > 0.0 ? fmin(9.0, (root - middle) * (root - middle) / (sd * sd)) : 0.0;
}

static void show(const char *name, const char *level, const struct tally *t)
{
	if (t->n < 1.0)
		return;
	printf("coverage %s, %s, of 80 %%\t%.1f\t%%\n", name, level, 100 * t->in80 / t->n);
	printf("coverage %s, %s, of 95 %%\t%.1f\t%%\n", name, level, 100 * t->in95 / t->n);
	printf("# %s %s: %.0f scored, mean square of standardised error %.2f\n", name, level, t->n,
	       t->squares / t->n);
	(void)fflush(stdout);
}

/* A week's truth; NaN when an open day of it was not observed. */
static double week_truth(const struct real_series *s, const struct wfm_forecast *f, int week)
{
	double sum = 0.0;
	for (int h = 7 * week; h < 7 * week + 7; h++)
		if (f->days[h].open)
			sum += real_series_total(s, f->days[h].day);
	return sum;
}

static bool totals(const struct wfm_forecast *f, size_t n, const double *correlation,
		   struct wfm_total *day, struct wfm_total *week)
{
	const struct wfm_joint *joints[8];
	int32_t of[HORIZON];
	struct wfm_error e;
	for (size_t i = 0; i < n; i++)
		joints[i] = f[i].joint;
	for (int h = 0; h < HORIZON; h++)
		of[h] = h / 7;
	struct wfm_sums sums = { .joints = joints, .n_joints = n, .correlation = correlation,
				 .n_sums = HORIZON };
	if (wfm_scenarios_total(&sums, day, &e) != WFM_OK)
		return false;
	sums.sum_of_day = of;
	sums.n_sums = 2;
	return wfm_scenarios_total(&sums, week, &e) == WFM_OK;
}

struct levels {
	struct tally slot, day, week[2];
};

static void score(const struct real_series *s, const struct wfm_forecast *f, struct levels *l)
{
	struct wfm_total day[HORIZON], week[2];
	for (size_t i = 0; i < f->n_slots; i++) {
		const struct wfm_observation *o =
			real_series_at(s, f->slots[i].day, f->slots[i].slot);
		if (o != NULL && f->slots[i].open)
			add(&l->slot, f->slots[i].quantile, o->offered);
	}
	if (!totals(f, 1, NULL, day, week))
		return;
	for (int h = 0; h < HORIZON; h++) {
		double y = real_series_total(s, f->days[h].day);
		if (!isnan(y) && f->days[h].open)
			add(&l->day, f->days[h].quantile, y);
	}
	for (int w = 0; w < 2; w++) {
		double y = week_truth(s, f, w);
		if (!isnan(y))
			add(&l->week[w], week[w].quantile, y);
	}
}

static bool forecast(const struct wfm_series *s, int32_t origin, struct wfm_forecast *f)
{
	struct wfm_forecast_options o = { .first_day = origin, .days = HORIZON,
					  .method = getenv("COVERAGE_METHOD") };
	struct wfm_error e;
	if (wfm_forecast_run(s, &o, f, &e) == WFM_OK)
		return true;
	printf("# %s %s\n", e.path, e.message);
	return false;
}

static int setting(const char *name, int usual)
{
	const char *v = getenv(name);
	return v != NULL ? (int)strtol(v, NULL, 10) : usual;
}

static void single(const char *name, int32_t first, int step, int origins)
{
	struct real_series s;
	struct levels l = { 0 };
	if (!real_series_load(name, &s)) {
		printf("# skipped: no %s\n", name);
		return;
	}
	for (int k = 0; k < origins; k++) {
		struct wfm_forecast f;
		if (!forecast(&s.series, first + step * k, &f))
			continue;
		score(&s, &f, &l);
		wfm_forecast_free(&f);
	}
	show(name, "interval", &l.slot);
	show(name, "day", &l.day);
	show(name, "week 1", &l.week[0]);
	show(name, "week 2", &l.week[1]);
	free(s.rows);
}

static struct real_series copy(const struct real_series *from, int32_t days)
{
	struct real_series to = *from;
	to.rows = calloc(from->n, sizeof *to.rows);
	if (to.rows == NULL)
		abort();
	for (size_t i = 0; i < from->n; i++) {
		to.rows[i] = from->rows[i];
		to.rows[i].day += days;
	}
	return to;
}

/* Deals the contacts out to three queues; nobody gets a contact twice. */
static void deal(const struct real_series *from, struct real_series *to)
{
	static const double upto[3] = { 0.5, 0.8, 1.0 };
	struct draw d;
	draw_seed(&d, 3);
	for (int q = 0; q < 3; q++)
		to[q] = copy(from, 0);
	for (size_t i = 0; i < 3 * from->n; i++)
		to[i % 3].rows[i / 3].offered = 0.0;
	for (size_t i = 0; i < from->n; i++)
		for (int k = 0; k < (int)from->rows[i].offered; k++) {
			double u = rng_unit(&d.rng);
			to[u < upto[0] ? 0 : u < upto[1] ? 1 : 2].rows[i].offered += 1.0;
		}
}

static void score_together(struct real_series *s, struct wfm_forecast *f, size_t n,
			   struct levels *l)
{
	struct wfm_day_errors errors[8];
	double correlation[64], truth[HORIZON], week[2] = { 0.0 };
	struct wfm_total days[HORIZON], weeks[2];
	struct wfm_error e;
	for (size_t i = 0; i < n; i++)
		errors[i] = (struct wfm_day_errors){ f[i].backtest, f[i].n_backtest };
	if (wfm_day_correlation(errors, n, correlation, &e) != WFM_OK ||
	    !totals(f, n, correlation, days, weeks))
		return;
	for (int h = 0; h < HORIZON; h++) {
		bool open = false;
		truth[h] = 0.0;
		for (size_t i = 0; i < n; i++)
			if (f[i].days[h].open) {
				truth[h] += real_series_total(&s[i], f[i].days[h].day);
				open = true;
			}
		if (open && !isnan(truth[h]))
			add(&l->day, days[h].quantile, truth[h]);
		week[h / 7] += truth[h];
	}
	for (int w = 0; w < 2; w++)
		if (!isnan(week[w]))
			add(&l->week[w], weeks[w].quantile, week[w]);
}

struct gain {
	double base_leaf, leaf, base_top, top, volume;
};

/* The sum as one series, forecast by itself and reconciled with its parts; errors of days. */
static void reconcile(struct real_series *s, const struct wfm_forecast *f, size_t n, int32_t origin,
		      struct gain *g)
{
	static const int32_t parent[9] = { -1, 0, 0, 0, 0, 0, 0, 0, 0 };
	const struct wfm_hierarchy tree = { parent, n + 1 };
	struct real_series all = copy(&s[0], 0);
	struct wfm_day_errors days[9];
	struct wfm_forecast top;
	struct wfm_error e;
	double base[HORIZON * 9], mean[HORIZON * 9];
	for (size_t i = 0; i < all.n; i++)
		for (size_t q = 1; q < n; q++) {
			const struct wfm_observation *o =
				real_series_at(&s[q], all.rows[i].day, all.rows[i].slot);
			all.rows[i].offered += o != NULL ? o->offered : NAN;
		}
	all.series.observations = all.rows;
	all.series.special_days = all.special;
	if (forecast(&all.series, origin, &top)) {
		days[0] = (struct wfm_day_errors){ top.backtest, top.n_backtest };
		for (size_t q = 0; q < n; q++)
			days[q + 1] = (struct wfm_day_errors){ f[q].backtest, f[q].n_backtest };
		size_t rows = 0;
		bool told = wfm_hierarchy_backtest(days, n + 1, NULL, 0, &rows, &e) == WFM_OK;
		double *error = calloc(rows * (n + 1) + 1, sizeof *error);
		for (size_t h = 0; h < HORIZON; h++)
			for (size_t q = 0; q <= n; q++)
				base[h * (n + 1) + q] = (q == 0 ? &top : &f[q - 1])->days[h].mean;
		told = told && error != NULL &&
		       wfm_hierarchy_backtest(days, n + 1, error, rows, &rows, &e) == WFM_OK;
		const struct wfm_hierarchy_errors past = { error, rows };
		if (told && wfm_hierarchy_reconcile(&tree, &past, base, HORIZON, mean, NULL, &e) ==
				    WFM_OK)
			for (size_t h = 0; h < HORIZON; h++) {
				double sum = 0.0, leaf = 0.0, base_leaf = 0.0;
				for (size_t q = 0; q < n; q++) {
					double y = real_series_total(&s[q], top.days[h].day);
					sum += y;
					leaf += fabs(mean[h * (n + 1) + q + 1] - y);
					base_leaf += fabs(base[h * (n + 1) + q + 1] - y);
				}
				if (isnan(sum))
					continue;
				g->leaf += leaf;
				g->base_leaf += base_leaf;
				g->top += fabs(mean[h * (n + 1)] - sum);
				g->base_top += fabs(base[h * (n + 1)] - sum);
				g->volume += sum;
			}
		free(error);
		wfm_forecast_free(&top);
	}
	free(all.rows);
}

static void together(const char *name, struct real_series *s, size_t n, int32_t first, int step,
		     int origins)
{
	struct levels l = { 0 };
	struct gain g = { 0 };
	for (size_t i = 0; i < n; i++) {
		s[i].series.observations = s[i].rows;
		s[i].series.n_observations = s[i].n;
		s[i].series.special_days = s[i].special;
	}
	for (int k = 0; k < origins; k++) {
		struct wfm_forecast f[8] = { 0 };
		bool ok = true;
		for (size_t i = 0; i < n; i++)
			ok = ok && forecast(&s[i].series, first + step * k, &f[i]);
		if (ok) {
			score_together(s, f, n, &l);
			reconcile(s, f, n, first + step * k, &g);
		}
		for (size_t i = 0; i < n; i++)
			wfm_forecast_free(&f[i]);
	}
	show(name, "day", &l.day);
	show(name, "week 1", &l.week[0]);
	show(name, "week 2", &l.week[1]);
	printf("reconciled %s, day WAPE of the parts\t%.2f\t%%\n", name, 100 * g.leaf / g.volume);
	printf("reconciled %s, day WAPE of the sum\t%.2f\t%%\n", name, 100 * g.top / g.volume);
	printf("# not reconciled: parts %.2f %%, sum %.2f %%\n", 100 * g.base_leaf / g.volume,
	       100 * g.base_top / g.volume);
}

static void site(int step, int origins)
{
	struct real_series all, queue[3];
	if (!real_series_load("A30", &all))
		return;
	deal(&all, queue);
	together("site", queue, 3, real_date(2003, 6, 23), step, origins);
	for (int q = 0; q < 3; q++)
		free(queue[q].rows);
	free(all.rows);
}

/* The same weeks of three years: what they share is the season and the hours, not the errors. */
static void network(int step, int origins)
{
	struct real_series all, branch[3];
	if (!real_series_load("ED", &all))
		return;
	for (int q = 0; q < 3; q++)
		branch[q] = copy(&all, 364 * q);
	together("network", branch, 3, real_date(2017, 5, 1), step, origins);
	for (int q = 0; q < 3; q++)
		free(branch[q].rows);
	free(all.rows);
}

static bool asked_for(const char *name, int argc, char **argv)
{
	bool asked = argc < 2;
	for (int k = 1; k < argc; k++)
		asked = asked || strcmp(argv[k], name) == 0;
	return asked;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int date[3], step, origins;
	} usual[] = {
		{ "A30", { 2003, 6, 23 }, 7, 8 },
		{ "B30", { 1999, 6, 20 }, 7, 8 },
		{ "A5", { 2003, 6, 23 }, 7, 8 },
		{ "ED", { 2016, 1, 4 }, 21, 30 },
	};
	for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
		if (asked_for(usual[i].name, argc, argv))
			single(usual[i].name,
			       real_date(usual[i].date[0], usual[i].date[1], usual[i].date[2]) +
				       setting("COVERAGE_SHIFT", 0),
			       setting("COVERAGE_STEP", usual[i].step),
			       setting("COVERAGE_ORIGINS", usual[i].origins));
	}
	if (asked_for("site", argc, argv))
		site(setting("COVERAGE_STEP", 7), setting("COVERAGE_ORIGINS", 8));
	if (asked_for("network", argc, argv))
		network(setting("COVERAGE_STEP", 7), setting("COVERAGE_ORIGINS", 36));
	return 0;
}
