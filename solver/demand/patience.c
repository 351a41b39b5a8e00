/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Patience. With exponential patience of mean m, waits w_i and d of them ended by the caller, the
 * likelihood m^{−d} exp(−Σw/m) is greatest at m = Σw/d, and 2Σw/m is close to χ²(2d) whatever
 * the servers do (exact when watching stops at an abandon; the lower limit takes 2d + 2 for
 * watching that stops at any time: Cox 1953, Biometrika 40). Days differ more than that when
 * their callers do: the jackknife over days of ln m says by how much.
 *
 * Kaplan & Meier (1958): S(t) = Π_{w_i ≤ t} (1 − d_i/n_i), Var ln S = Σ d_i/(n_i(n_i − d_i)).
 */
#include "wfm/demand.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { CLUSTER_DAYS_MIN = 5 };

/* χ² quantile by bisection: GSL's own gives up for some fractions of a degree of freedom. */
static double chi_square(double level, double freedom)
{
	double low = 0.0, high = freedom + 20.0 * sqrt(freedom) + 60.0;
	for (int i = 0; i < 100; i++) {
		double mid = 0.5 * (low + high);
		if (gsl_cdf_chisq_P(mid, freedom) < level)
			low = mid;
		else
			high = mid;
	}
	return 0.5 * (low + high);
}

struct day_sums {
	int64_t day;
	double abandoned, wait_s;
};

static int by_day(const void *a, const void *b)
{
	const struct day_sums *x = a, *y = b;
	return (x->day > y->day) - (x->day < y->day);
}

/* Sums by day, in place; returns how many days waited at all. */
static size_t merge_days(struct day_sums *d, size_t n)
{
	size_t kept = 0;
	qsort(d, n, sizeof *d, by_day);
	for (size_t i = 0; i < n; i++) {
		if (kept > 0 && d[kept - 1].day == d[i].day) {
			d[kept - 1].abandoned += d[i].abandoned;
			d[kept - 1].wait_s += d[i].wait_s;
		} else if (d[i].wait_s > 0.0 || d[i].abandoned > 0.0) {
			d[kept++] = d[i];
		}
	}
	return kept;
}

static void jackknife(const struct day_sums *d, size_t n, struct wfm_patience *p)
{
	double mean = 0.0, squares = 0.0;
	if (n < CLUSTER_DAYS_MIN)
		return;
	for (size_t i = 0; i < n; i++)
		if (!(p->abandons - d[i].abandoned > 0.0) || !(p->waiting_s - d[i].wait_s > 0.0))
			return; /* one day has it all */
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < n; i++) {
			double l = log((p->waiting_s - d[i].wait_s) / (p->abandons - d[i].abandoned));
			if (pass == 0)
				mean += l / (double)n;
			else
				squares += (l - mean) * (l - mean);
		}
	double se = sqrt(squares * (double)(n - 1) / (double)n);
	double reach = gsl_cdf_tdist_Pinv(0.975, (double)(n - 1)) * se;
	p->low_days_s = p->mean_s * exp(-reach);
	p->high_days_s = p->mean_s * exp(reach);
}

static void clear(struct wfm_patience *p)
{
	(void)gsl_set_error_handler_off();
	*p = (struct wfm_patience){ .mean_s = INFINITY,
				    .high_s = INFINITY,
				    .low_days_s = NAN,
				    .high_days_s = NAN,
				    .median_s = NAN,
				    .median_low_s = NAN,
				    .median_high_s = NAN,
				    .misfit = NAN };
}

static void from_days(struct day_sums *d, size_t n, struct wfm_patience *p)
{
	n = merge_days(d, n);
	p->days = (int32_t)n;
	for (size_t i = 0; i < n; i++) {
		p->abandons += d[i].abandoned;
		p->waiting_s += d[i].wait_s;
	}
	if (!(p->waiting_s > 0.0)) {
		(void)snprintf(p->reason, sizeof p->reason,
			       "nobody is known to have waited: the data cannot tell");
		return;
	}
	p->low_s = 2.0 * p->waiting_s / chi_square(0.975, 2.0 * p->abandons + 2.0);
	if (!(p->abandons > 0.0)) {
		/* One-sided: nothing bounds it from above. */
		p->low_s = p->waiting_s / -log(0.05);
		(void)snprintf(p->reason, sizeof p->reason,
			       "nobody abandoned in %.0f s of waiting: patience is above %.0f s "
			       "(95 %%), the data cannot tell more",
			       p->waiting_s, p->low_s);
		return;
	}
	p->known = true;
	p->mean_s = p->waiting_s / p->abandons;
	p->high_s = 2.0 * p->waiting_s / fmax(chi_square(0.025, 2.0 * p->abandons), 1e-12);
	jackknife(d, n, p);
	(void)snprintf(p->reason, sizeof p->reason, "%.0f abandons in %.0f s of waiting on %d days",
		       p->abandons, p->waiting_s, (int)p->days);
}

static enum wfm_status bad_row(struct wfm_error *e, const char *array, size_t i, const char *field,
			       const char *why)
{
	char at[80];
	(void)snprintf(at, sizeof at, "/%s/%zu/%s", array, i, field);
	return wfm_fail(e, WFM_INVALID, at, "%s", why);
}

enum wfm_status wfm_patience_from_sums(const struct wfm_wait_sums *rows, size_t n,
				       struct wfm_patience *p, struct wfm_error *e)
{
	clear(p);
	for (size_t i = 0; i < n; i++) {
		if (rows[i].abandoned < 0.0 || rows[i].abandoned > 1e9)
			return bad_row(e, "rows", i, "abandoned", "must be between 0 and 1e9");
		if (rows[i].wait_s < 0.0 || rows[i].wait_s > 1e12)
			return bad_row(e, "rows", i, "wait_s", "must be between 0 and 1e12");
	}
	struct day_sums *days = calloc(n + 1, sizeof *days);
	if (days == NULL)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	size_t used = 0;
	for (size_t i = 0; i < n; i++)
		if (!isnan(rows[i].abandoned) && !isnan(rows[i].wait_s))
			days[used++] = (struct day_sums){ rows[i].day, rows[i].abandoned,
							  rows[i].wait_s };
	from_days(days, used, p);
	free(days);
	return WFM_OK;
}

struct wait {
	double s;
	bool abandoned;
};

static int by_wait(const void *a, const void *b)
{
	const struct wait *x = a, *y = b;
	return (x->s > y->s) - (x->s < y->s);
}

/* Log-log band: S^{exp(±1.96·se)}, inside (0,1) as S is. */
static void band(double survival, double greenwood, double *low, double *high)
{
	*low = *high = survival;
	if (survival >= 1.0 || !(survival > 0.0) || !(greenwood > 0.0))
		return;
	double reach = exp(1.9599639845400545 * sqrt(greenwood) / fabs(log(survival)));
	*low = pow(survival, reach);
	*high = pow(survival, 1.0 / reach);
}

static void curve_fill(struct wfm_survival *curve, size_t n_points, double from, double to,
		       double survival, double greenwood)
{
	for (size_t k = 0; k < n_points; k++)
		if (curve[k].at_s >= from && curve[k].at_s < to) {
			curve[k].survival = survival;
			band(survival, greenwood, &curve[k].low, &curve[k].high);
		}
}

/* Waits in order; the curve's value on [w_i, w_{i+1}) is known once those at w_i are counted. */
static void kaplan_meier(const struct wait *w, size_t n, struct wfm_patience *p,
			 struct wfm_survival *curve, size_t n_points)
{
	double survival = 1.0, greenwood = 0.0, low, high;
	for (size_t k = 0; k < n_points; k++)
		curve[k].survival = curve[k].low = curve[k].high = NAN; /* past the last wait */
	curve_fill(curve, n_points, -INFINITY, n > 0 ? w[0].s : 0.0, 1.0, 0.0);
	p->misfit = 0.0;
	for (size_t i = 0, next; i < n; i = next) {
		double gone = 0.0, risk = (double)(n - i);
		for (next = i; next < n && w[next].s <= w[i].s; next++)
			gone += w[next].abandoned;
		double model = exp(-w[i].s / p->mean_s);
		bool many = risk >= 20.0 && risk >= 0.02 * (double)n;
		if (gone > 0.0) {
			p->misfit = many ? fmax(p->misfit, fabs(survival - model)) : p->misfit;
			survival *= 1.0 - gone / risk;
			greenwood += risk > gone ? gone / (risk * (risk - gone)) : 0.0;
			p->misfit = many ? fmax(p->misfit, fabs(survival - model)) : p->misfit;
		}
		band(survival, greenwood, &low, &high);
		if (isnan(p->median_s) && survival <= 0.5)
			p->median_s = w[i].s;
		if (isnan(p->median_low_s) && low <= 0.5)
			p->median_low_s = w[i].s;
		if (isnan(p->median_high_s) && high <= 0.5)
			p->median_high_s = w[i].s;
		curve_fill(curve, n_points, w[i].s, next < n ? w[next].s : nextafter(w[i].s, INFINITY),
			   survival, greenwood);
	}
	if (isnan(p->median_s))
		p->median_low_s = p->median_high_s = NAN;
	else if (isnan(p->median_high_s))
		p->median_high_s = INFINITY;
}

enum wfm_status wfm_patience_from_contacts(const struct wfm_contact *contacts, size_t n,
					   struct wfm_patience *p, struct wfm_survival *curve,
					   size_t n_points, struct wfm_error *e)
{
	clear(p);
	for (size_t i = 0; i < n; i++)
		if (!(contacts[i].wait_s >= 0.0) || contacts[i].wait_s > 1e9)
			return bad_row(e, "contacts", i, "wait_s", "must be between 0 and 1e9");
	struct day_sums *days = calloc(n + 1, sizeof *days);
	struct wait *waits = calloc(n + 1, sizeof *waits);
	enum wfm_status status = WFM_OK;
	size_t used = 0;
	if (days == NULL || waits == NULL) {
		status = wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
		goto out;
	}
	for (size_t i = 0; i < n; i++) {
		const struct wfm_contact *c = &contacts[i];
		if (!(c->wait_s > 0.0))
			continue;
		int64_t day = c->start_s / 86400 - (c->start_s % 86400 < 0);
		waits[used] = (struct wait){ c->wait_s, c->abandoned };
		days[used++] = (struct day_sums){ day, c->abandoned, c->wait_s };
	}
	from_days(days, used, p);
	qsort(waits, used, sizeof *waits, by_wait);
	if (used > 0)
		kaplan_meier(waits, used, p, curve, n_points);
out:
	free(days);
	free(waits);
	return status;
}
