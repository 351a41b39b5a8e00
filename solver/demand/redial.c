/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Callers who gave up and try again. Of the abandons of an interval of length Δ a share
 * w₀ = 1 − (D/Δ)(1 − e^{−Δ/D}) is back within it (they fall evenly over the interval), the rest
 * wait in a pool that empties at rate 1/D.
 *
 * From interval sums: with K_t the redials if all abandoners came back, offered beyond the usual is
 * y_t = f_t + p·K_t with fresh f following f_t = ρ₁f_{t−1} + ρ₂f_{t−2} + ε_t. What the pool held
 * before t, z_t, tells nothing of ε_t: at the true p, Σ z̃_t ε_t is nought but for noise (z̃: z less
 * what f's lags explain). The interval is every p whose Σ is within 1.96 of its standard error
 * (errors clustered by day): Anderson & Rubin 1949, right however little z says.
 */
#include "wfm/demand.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double DELAY_S = 600.0;
enum { GRID = 96, DAYS_MIN = 15 };

static enum wfm_status bad_row(struct wfm_error *e, const char *array, size_t i, const char *field,
			       const char *why)
{
	char at[80];
	(void)snprintf(at, sizeof at, "/%s/%zu/%s", array, i, field);
	return wfm_fail(e, WFM_INVALID, at, "%s", why);
}

static enum wfm_status check(const struct wfm_attempts *rows, size_t n, int interval_s,
			     struct wfm_error *e)
{
	if (interval_s <= 0 || interval_s > 86400)
		return wfm_fail(e, WFM_INVALID, "/interval_s", "must be between 1 and 86400");
	for (size_t i = 0; i < n; i++) {
		const struct wfm_attempts *r = &rows[i];
		if (r->offered < 0.0 || r->offered > 1e9)
			return bad_row(e, "rows", i, "offered", "must be between 0 and 1e9");
		if (r->handled < 0.0 || r->handled > 1e9)
			return bad_row(e, "rows", i, "handled", "must be between 0 and 1e9");
		if (r->abandoned < 0.0 || r->abandoned > 1e9)
			return bad_row(e, "rows", i, "abandoned", "must be between 0 and 1e9");
		if (i > 0 && r->start_s < rows[i - 1].start_s + interval_s)
			return bad_row(e, "rows", i, "start_s",
				       "must be at least an interval after the row before");
	}
	return WFM_OK;
}

/* What is known of one row: attempts and abandons; NaN attempts when nothing tells. */
static void row_known(const struct wfm_attempts *r, double *offered, double *abandoned)
{
	*offered = isnan(r->offered) ? r->handled + r->abandoned : r->offered;
	*abandoned = !isnan(r->abandoned) ? r->abandoned :
		     !isnan(r->offered) && !isnan(r->handled) ? fmax(0.0, r->offered - r->handled) :
							       0.0;
}

struct pool {
	double waiting, keep, at_once; /* e^{−Δ/D}, w₀ */
	double delay_s;
};

static struct pool pool_of(double delay_s, int interval_s)
{
	double keep = exp(-interval_s / delay_s);
	return (struct pool){ .keep = keep,
			      .at_once = 1.0 - delay_s / interval_s * (1.0 - keep),
			      .delay_s = delay_s };
}

/* Time between two rows in which nothing was counted. */
static void pool_gap(struct pool *p, int64_t gap_s)
{
	if (gap_s > 0)
		p->waiting *= exp(-(double)gap_s / p->delay_s);
}

/* Those back from before this interval; adds its own abandons. */
static double pool_step(struct pool *p, double abandoned)
{
	double back = p->waiting * (1.0 - p->keep);
	p->waiting = p->waiting * p->keep + abandoned * (1.0 - p->at_once);
	return back;
}

enum wfm_status wfm_offered_load(const struct wfm_attempts *rows, size_t n, int interval_s,
				 const struct wfm_redial *redial, double *fresh,
				 struct wfm_offered_load *totals, struct wfm_error *e)
{
	*totals = (struct wfm_offered_load){ 0 };
	if (!(redial->probability >= 0.0 && redial->probability <= 0.95))
		return wfm_fail(e, WFM_INVALID, "/probability", "must be between 0 and 0.95");
	if (!(redial->delay_s >= 0.0 && redial->delay_s <= 86400.0))
		return wfm_fail(e, WFM_INVALID, "/delay_s", "must be between 0 and 86400");
	enum wfm_status status = check(rows, n, interval_s, e);
	if (status != WFM_OK)
		return status;
	struct pool pool = pool_of(redial->delay_s > 0.0 ? redial->delay_s : DELAY_S, interval_s);
	double owed = 0.0; /* redials no interval could hold so far */
	for (size_t i = 0; i < n; i++) {
		double offered, abandoned;
		row_known(&rows[i], &offered, &abandoned);
		if (i > 0)
			pool_gap(&pool, rows[i].start_s - rows[i - 1].start_s - interval_s);
		double own = redial->probability * abandoned;
		double again = pool_step(&pool, own) + own * pool.at_once;
		fresh[i] = NAN;
		if (isnan(offered)) {
			totals->unknown += 1.0;
			continue;
		}
		double taken = fmin(again + owed, offered);
		double left = again + owed - taken;
		owed = left * pool.keep;
		totals->unplaced += left - owed;
		fresh[i] = offered - taken;
		totals->offered += offered;
		totals->fresh += fresh[i];
		totals->redials += taken;
	}
	totals->unplaced += owed;
	return WFM_OK;
}

/* ---- From records ---- */

struct call {
	uint64_t caller;
	double start_s, end_s;
	bool abandoned;
};

static int by_caller(const void *a, const void *b)
{
	const struct call *x = a, *y = b;
	if (x->caller != y->caller)
		return x->caller < y->caller ? -1 : 1;
	return (x->start_s > y->start_s) - (x->start_s < y->start_s);
}

/* Mean D of an exponential seen only below w, from the mean seen: m = D − w/(e^{w/D} − 1). */
static double untruncated(double mean, double window)
{
	if (!(mean < 0.49 * window))
		return window;
	double low = mean, high = 25.0 * window;
	for (int i = 0; i < 60; i++) {
		double d = 0.5 * (low + high);
		if (d - window / expm1(window / d) < mean)
			low = d;
		else
			high = d;
	}
	return 0.5 * (low + high);
}

struct returns {
	double abandons, back, delay; /* of those who abandoned */
	double served, again;         /* of those who were served */
};

static struct returns count_returns(const struct call *c, size_t n, double window, double last)
{
	struct returns r = { 0 };
	for (size_t i = 0; i < n; i++) {
		if (c[i].end_s + window > last)
			continue; /* the log ends before we could see */
		bool again = i + 1 < n && c[i + 1].caller == c[i].caller &&
			     c[i + 1].start_s - c[i].end_s <= window;
		if (c[i].abandoned) {
			r.abandons += 1.0;
			r.back += again;
			r.delay += again ? fmax(0.0, c[i + 1].start_s - c[i].end_s) : 0.0;
		} else {
			r.served += 1.0;
			r.again += again;
		}
	}
	return r;
}

static void judge_returns(const struct returns *r, double window, struct wfm_redial_estimate *out)
{
	double a = r->back / r->abandons, s = r->served > 0.0 ? r->again / r->served : 0.0;
	double p = (a - s) / (1.0 - s);
	/* One abandon added on either side keeps the variance off zero (Agresti & Coull 1998). */
	double a1 = (r->back + 2.0) / (r->abandons + 4.0), s1 = (r->again + 2.0) / (r->served + 4.0);
	double v = a1 * (1.0 - a1) / (r->abandons + 4.0) / ((1.0 - s) * (1.0 - s)) +
		   s1 * (1.0 - s1) / (r->served + 4.0) * (1.0 - a) * (1.0 - a) / pow(1.0 - s, 4.0);
	out->evidence = r->abandons;
	out->usual = s;
	out->low = fmax(0.0, p - 1.96 * sqrt(v));
	out->high = fmin(1.0, p + 1.96 * sqrt(v));
	out->known = out->low > 0.0 && r->abandons >= 20.0;
	out->redial.delay_s = r->back > 0.0 ? untruncated(r->delay / r->back, window) : DELAY_S;
	out->redial.probability = out->known ? fmin(p, 0.95) : 0.0;
	(void)snprintf(out->reason, sizeof out->reason,
		       "%.0f of %.0f abandoners called again within %.0f min, %.1f %% of those "
		       "served did%s",
		       r->back, r->abandons, window / 60.0, 100.0 * s,
		       out->known ? "" : ": the data cannot tell");
}

enum wfm_status wfm_redial_from_contacts(const struct wfm_contact *contacts, size_t n,
					 int64_t window_s, struct wfm_redial_estimate *out,
					 struct wfm_error *e)
{
	*out = (struct wfm_redial_estimate){ .redial.delay_s = DELAY_S, .high = 1.0, .usual = NAN };
	if (window_s < 0 || window_s > 7 * 86400)
		return wfm_fail(e, WFM_INVALID, "/window_s", "must be between 0 and a week");
	double window = window_s > 0 ? (double)window_s : 7200.0, last = -INFINITY;
	struct call *calls = calloc(n + 1, sizeof *calls);
	if (calls == NULL)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	size_t known = 0;
	for (size_t i = 0; i < n; i++) {
		const struct wfm_contact *c = &contacts[i];
		if (!(c->wait_s >= 0.0) || c->wait_s > 1e9) {
			free(calls);
			return bad_row(e, "contacts", i, "wait_s", "must be between 0 and 1e9");
		}
		last = fmax(last, (double)c->start_s);
		if (c->caller != 0)
			calls[known++] = (struct call){ c->caller, (double)c->start_s,
							(double)c->start_s + c->wait_s,
							c->abandoned };
	}
	qsort(calls, known, sizeof *calls, by_caller);
	struct returns r = count_returns(calls, known, window, last);
	free(calls);
	if (r.abandons > 0.0 && !(r.again >= r.served && r.served > 0.0))
		judge_returns(&r, window, out);
	else
		(void)snprintf(out->reason, sizeof out->reason,
			       "no caller who abandoned is known by name: the data cannot tell");
	return WFM_OK;
}

/* ---- From interval sums ---- */

struct shocks {
	size_t n;
	double *y, *k, *z; /* beyond the usual; NaN = not known or the first two of a run */
	int64_t *day;
	bool *follows;     /* the row before is the interval before */
};

/* Takes out each slot's mean, times the day's own size. */
static void take_usual(const struct wfm_attempts *rows, size_t n, int interval_s, double *v,
		       const double *size, double *sum, double *weight, size_t slots)
{
	memset(sum, 0, slots * sizeof *sum);
	memset(weight, 0, slots * sizeof *weight);
	for (size_t i = 0; i < n; i++) {
		size_t s = (size_t)(((rows[i].start_s % 86400) + 86400) % 86400 / interval_s);
		if (isnan(v[i]))
			continue;
		sum[s] += v[i];
		weight[s] += size[i];
	}
	for (size_t i = 0; i < n; i++) {
		size_t s = (size_t)(((rows[i].start_s % 86400) + 86400) % 86400 / interval_s);
		v[i] -= weight[s] > 0.0 ? size[i] * sum[s] / weight[s] : 0.0;
	}
}

/* The day's mean volume per known interval, for each row. */
static double day_sizes(const struct shocks *k, double *size)
{
	double days = 0.0;
	for (size_t i = 0, end; i < k->n; i = end) {
		double sum = 0.0, m = 0.0;
		for (end = i; end < k->n && k->day[end] == k->day[i]; end++)
			if (!isnan(k->y[end])) {
				sum += k->y[end];
				m += 1.0;
			}
		for (size_t j = i; j < end; j++)
			size[j] = m > 0.0 ? sum / m : 0.0;
		days += m > 0.0;
	}
	return days;
}

static bool usable(const struct shocks *k, size_t i)
{
	return i >= 2 && k->follows[i] && k->follows[i - 1] && k->day[i] == k->day[i - 2] &&
	       !isnan(k->y[i]) && !isnan(k->y[i - 1]) && !isnan(k->y[i - 2]);
}

static double fresh_at(const struct shocks *k, size_t i, double p)
{
	return k->y[i] - p * k->k[i];
}

/* Coefficients of v on f's two lags. */
static void on_lags(const struct shocks *k, double p, const double *v, double rho[2])
{
	double aa = 0.0, ab = 0.0, bb = 0.0, va = 0.0, vb = 0.0;
	for (size_t i = 2; i < k->n; i++) {
		if (!usable(k, i))
			continue;
		double a = fresh_at(k, i - 1, p), b = fresh_at(k, i - 2, p);
		double x = v != NULL ? v[i] : fresh_at(k, i, p);
		aa += a * a;
		ab += a * b;
		bb += b * b;
		va += a * x;
		vb += b * x;
	}
	double det = aa * bb - ab * ab;
	bool ok = det > 1e-12 * aa * bb;
	rho[0] = ok ? (bb * va - ab * vb) / det : 0.0;
	rho[1] = ok ? (aa * vb - ab * va) / det : 0.0;
}

/* Σ z̃ε over its standard error, clustered by day; its sign tells on which side of p. */
static double moment(const struct shocks *k, double p, double *evidence)
{
	double rf[2], rz[2], total = 0.0, squares = 0.0, own = 0.0, rows = 0.0;
	on_lags(k, p, NULL, rf);
	on_lags(k, p, k->z, rz);
	for (size_t i = 2; i < k->n; i++) {
		if (usable(k, i)) {
			double a = fresh_at(k, i - 1, p), b = fresh_at(k, i - 2, p);
			own += (k->z[i] - rz[0] * a - rz[1] * b) *
			       (fresh_at(k, i, p) - rf[0] * a - rf[1] * b);
			rows += 1.0;
		}
		if (i + 1 == k->n || k->day[i + 1] != k->day[i]) {
			total += own;
			squares += own * own;
			own = 0.0;
		}
	}
	*evidence = rows;
	return squares > 0.0 ? total / sqrt(squares) : 0.0;
}

static void search(const struct shocks *k, double days, struct wfm_redial_estimate *out)
{
	double best = INFINITY, at = 0.0, low = NAN, high = NAN;
	bool any = false;
	for (size_t i = 0; i < k->n; i++)
		any = any || k->z[i] > 0.0 || k->z[i] < 0.0;
	for (int g = 0; g < GRID && any; g++) {
		double p = g / 100.0, t = fabs(moment(k, p, &out->evidence));
		if (t < best) {
			best = t;
			at = p;
		}
		if (t <= 1.96) {
			low = isnan(low) ? p : low;
			high = p;
		}
	}
	out->low = isnan(low) ? 0.0 : low;
	out->high = isnan(high) ? 1.0 : high >= 0.95 ? 1.0 : high;
	out->known = any && days >= DAYS_MIN && !isnan(low) && low > 0.0 && high < 0.95;
	out->redial.probability = out->known ? at : 0.0;
	(void)snprintf(out->reason, sizeof out->reason,
		       out->known ? "%.0f intervals on %.0f days" :
				    "%.0f intervals on %.0f days do not tell redials from volume",
		       out->evidence, days);
}

static double fill_shocks(const struct wfm_attempts *rows, int interval_s, double delay_s,
			  struct shocks *k, double *size, double *sum, double *weight, size_t slots)
{
	struct pool pool = pool_of(delay_s, interval_s);
	for (size_t i = 0; i < k->n; i++) {
		double abandoned;
		row_known(&rows[i], &k->y[i], &abandoned);
		int64_t gap = i > 0 ? rows[i].start_s - rows[i - 1].start_s - interval_s : 1;
		k->follows[i] = gap == 0;
		pool_gap(&pool, i > 0 ? gap : 0);
		k->z[i] = pool_step(&pool, abandoned);
		k->k[i] = k->z[i] + pool.at_once * abandoned;
		k->day[i] = rows[i].start_s / 86400 - (rows[i].start_s % 86400 < 0);
	}
	double days = day_sizes(k, size);
	take_usual(rows, k->n, interval_s, k->y, size, sum, weight, slots);
	take_usual(rows, k->n, interval_s, k->k, size, sum, weight, slots);
	take_usual(rows, k->n, interval_s, k->z, size, sum, weight, slots);
	return days;
}

enum wfm_status wfm_redial_from_intervals(const struct wfm_attempts *rows, size_t n,
					  int interval_s, double delay_s,
					  struct wfm_redial_estimate *out, struct wfm_error *e)
{
	*out = (struct wfm_redial_estimate){ .high = 1.0, .usual = NAN };
	enum wfm_status status = check(rows, n, interval_s, e);
	if (status != WFM_OK)
		return status;
	if (!(delay_s >= 0.0 && delay_s <= 86400.0))
		return wfm_fail(e, WFM_INVALID, "/delay_s", "must be between 0 and 86400");
	out->redial.delay_s = delay_s > 0.0 ? delay_s : DELAY_S;
	size_t slots = (size_t)(86400 / interval_s) + 1;
	double *block = calloc(4 * (n + 1) + 2 * slots, sizeof *block);
	struct shocks k = { .n = n,
			    .day = calloc(n + 1, sizeof *k.day),
			    .follows = calloc(n + 1, sizeof *k.follows) };
	if (block == NULL || k.day == NULL || k.follows == NULL) {
		status = wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
		goto out;
	}
	k.y = block;
	k.k = block + (n + 1);
	k.z = block + 2 * (n + 1);
	double *size = block + 3 * (n + 1), *sum = block + 4 * (n + 1);
	double days = fill_shocks(rows, interval_s, out->redial.delay_s, &k, size, sum, sum + slots,
				  slots);
	search(&k, days, out);
out:
	free(block);
	free(k.day);
	free(k.follows);
	return status;
}
