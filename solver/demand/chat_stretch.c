/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Handling time against chats at once: rows j of n_j contacts with mean handling h_j at concurrency
 * c_j,
 *
 *   h_j = a + b·(c_j − 1) + ε_j,   Var ε_j = τ² + σ²/n_j,   b/a ~ N(0.10, 0.10²)
 *
 * by weighted least squares, the prior as one more row b − 0.10·a = 0 of variance (0.10·a)². σ²
 * and τ² from the residuals: n·r² has mean σ² + τ²·n, fitted by a line. Stretch s = b/a.
 */
#include "wfm/demand.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double PRIOR = 0.10, PRIOR_SD = 0.10;

struct line {
	double a, b;
	double va, vb, cab; /* covariance */
	double own, common; /* σ², τ² */
};

static double weight(const struct wfm_chat_row *r, const struct line *l)
{
	return 1.0 / (l->common + l->own / r->contacts);
}

static double residual(const struct wfm_chat_row *r, const struct line *l)
{
	return r->handle_time_s / r->contacts - l->a - l->b * (r->concurrency - 1.0);
}

static void solve(const struct wfm_chat_row *rows, size_t n, struct line *l)
{
	double prior = 1.0 / (PRIOR_SD * l->a * PRIOR_SD * l->a);
	double aa = prior * PRIOR * PRIOR, ab = -prior * PRIOR, bb = prior, ya = 0.0, yb = 0.0;
	for (size_t i = 0; i < n; i++) {
		double w = weight(&rows[i], l), u = rows[i].concurrency - 1.0;
		double h = rows[i].handle_time_s / rows[i].contacts;
		aa += w;
		ab += w * u;
		bb += w * u * u;
		ya += w * h;
		yb += w * u * h;
	}
	double det = aa * bb - ab * ab; /* > 0: the prior's row and any other are independent */
	l->a = (bb * ya - ab * yb) / det;
	l->b = (aa * yb - ab * ya) / det;
	l->va = bb / det;
	l->vb = aa / det;
	l->cab = -ab / det;
}

/* Line of n·r² on n, both parts kept at or above nothing. */
static void scatter(const struct wfm_chat_row *rows, size_t n, struct line *l)
{
	double m = 0.0, x = 0.0, y = 0.0, xx = 0.0, xy = 0.0;
	for (size_t i = 0; i < n; i++) {
		double r = residual(&rows[i], l), k = rows[i].contacts, q = k * r * r;
		m += 1.0;
		x += k;
		y += q;
		xx += k * k;
		xy += k * q;
	}
	double det = m * xx - x * x, least = 1e-8 * l->a * l->a;
	double slope = det > 1e-9 * m * xx ? (m * xy - x * y) / det : 0.0;
	slope = fmax(0.0, slope);
	if (slope * x > y)
		slope = y / x;
	/* Two numbers were fitted to these residuals. */
	double free_rows = m > 2.5 ? m / (m - 2.0) : 3.0;
	l->common = free_rows * slope;
	l->own = fmax(least, free_rows * (y - slope * x) / m);
}

struct seen {
	double at, contacts;
};

static int by_at(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;
	return (x->at > y->at) - (x->at < y->at);
}

static bool spread(const struct wfm_chat_row *rows, size_t n, struct wfm_chat_stretch *out)
{
	struct seen *s = calloc(n + 1, sizeof *s);
	if (s == NULL)
		return false;
	for (size_t i = 0; i < n; i++)
		s[i] = (struct seen){ rows[i].concurrency, rows[i].contacts };
	qsort(s, n, sizeof *s, by_at);
	double so_far = 0.0;
	for (size_t i = 0; i < n; i++) {
		if (so_far <= 0.05 * out->contacts)
			out->least = s[i].at;
		if (so_far < 0.95 * out->contacts)
			out->most = s[i].at;
		so_far += s[i].contacts;
	}
	free(s);
	return true;
}

static enum wfm_status check(const struct wfm_chat_row *rows, size_t n, struct wfm_error *e)
{
	for (size_t i = 0; i < n; i++) {
		const char *bad = !(rows[i].contacts > 0.0) || rows[i].contacts > 1e9 ? "contacts" :
				  !(rows[i].handle_time_s > 0.0) || rows[i].handle_time_s > 1e12 ?
								   "handle_time_s" :
				  !(rows[i].concurrency >= 1.0) || rows[i].concurrency > 100.0 ?
								   "concurrency" :
								   NULL;
		char at[80];
		(void)snprintf(at, sizeof at, "/rows/%zu/%s", i, bad != NULL ? bad : "");
		if (bad != NULL)
			return wfm_fail(e, WFM_INVALID, at,
					"must be positive and below 1e12, concurrency 1 to 100");
	}
	return WFM_OK;
}

enum wfm_status wfm_chat_stretch_estimate(const struct wfm_chat_row *rows, size_t n,
					  struct wfm_chat_stretch *out, struct wfm_error *e)
{
	*out = (struct wfm_chat_stretch){ .stretch = PRIOR, .stretch_sd = PRIOR_SD };
	if (check(rows, n, e) != WFM_OK)
		return WFM_INVALID;
	double time = 0.0;
	for (size_t i = 0; i < n; i++) {
		out->contacts += rows[i].contacts;
		time += rows[i].handle_time_s;
	}
	if (n == 0) {
		out->aht_alone_s = out->aht_alone_sd_s = NAN;
		(void)snprintf(out->reason, sizeof out->reason,
			       "no rows: the data cannot tell, 10 %% is assumed");
		return WFM_OK;
	}
	if (!spread(rows, n, out))
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	struct line l = { .a = time / out->contacts };
	l.own = l.a * l.a; /* handling scatters about as much as it lasts */
	for (int i = 0; i < 12; i++) {
		solve(rows, n, &l);
		l.a = fmax(l.a, 1e-3 * time / out->contacts);
		if (n >= 4)
			scatter(rows, n, &l);
	}
	double s = l.b / l.a;
	out->aht_alone_s = l.a;
	out->aht_alone_sd_s = sqrt(l.va);
	out->stretch = fmin(fmax(s, 0.0), 0.99);
	/* Delta method for b/a. */
	double v = (l.vb - 2.0 * s * l.cab + s * s * l.va) / (l.a * l.a);
	out->stretch_sd = sqrt(fmax(v, 0.0));
	out->covariance = (l.cab - s * l.va) / l.a;
	out->known = n >= 4 && out->stretch_sd < 0.7 * PRIOR_SD;
	(void)snprintf(out->reason, sizeof out->reason,
		       out->known ? "%.0f contacts at %.2f to %.2f chats at once" :
				    "%.0f contacts at %.2f to %.2f chats at once: too little to tell, "
				    "drawn to the usual 10 %%",
		       out->contacts, out->least, out->most);
	return WFM_OK;
}

double wfm_chat_aht(const struct wfm_chat_stretch *s, double concurrency, double *sd_s)
{
	double u = fmax(concurrency, 1.0) - 1.0, f = 1.0 + s->stretch * u;
	double a = s->aht_alone_s;
	double v = f * f * s->aht_alone_sd_s * s->aht_alone_sd_s +
		   a * a * u * u * s->stretch_sd * s->stretch_sd + 2.0 * f * a * u * s->covariance;
	if (sd_s != NULL)
		*sd_s = sqrt(fmax(v, 0.0));
	return a * f;
}
