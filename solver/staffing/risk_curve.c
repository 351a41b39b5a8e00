/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Erlang A as a function of the load, for the thousand loads that scenarios bring to one number of
 * agents. Palm's figures are analytic in the load, so Chebyshev interpolation converges
 * geometrically: nodes are doubled (those of N are among those of 2N) until the polynomial of N
 * foretells the new nodes of 2N to TOLERANCE, and the one of 2N is used. The error is so measured
 * on a coarser polynomial than the one in use.
 */
#include "staffing_impl.h"

#include <math.h>
#include <string.h>

static const double TOLERANCE = 1e-5; /* of shares; of waits relative to the longest */

static void exact(const struct wfm_curve *c, double load, double part[WFM_PARTS])
{
	const struct wfm_staffing_options *o = c->options;
	struct wfm_station st = { c->agents, fmax(load, 0.0) / c->aht_s, c->aht_s,
				  o->patience_s > 0.0 ? o->patience_s : INFINITY,
				  o->target.within_s };
	struct wfm_station_figures f;
	wfm_live_point(&st, o, &f);
	double in_time = f.service_level[WFM_SL_OFFERED];
	part[WFM_PART_GOOD] = in_time;
	part[WFM_PART_BASE] = 1.0;
	part[WFM_PART_LOST] = f.p_abandon + f.p_blocked;
	double answered = 1.0 - part[WFM_PART_LOST];
	part[WFM_PART_WAIT] = answered > 0.0 ? answered * f.asa_answered_s : 0.0;
	if (o->target.definition == WFM_SL_WAIT)
		part[WFM_PART_GOOD] = f.service_level[WFM_SL_WAIT];
	else if (o->target.definition == WFM_SL_ANSWERED)
		part[WFM_PART_BASE] = answered;
	else if (o->target.definition == WFM_SL_EXCLUDING_SHORT && in_time > 0.0)
		part[WFM_PART_BASE] = in_time / f.service_level[WFM_SL_EXCLUDING_SHORT];
}

/* Σ' c_k T_k(x), by Clenshaw. */
static double series(const double *coefficient, int degree, double x)
{
	double b1 = 0.0, b2 = 0.0;
	for (int k = degree; k > 0; k--) {
		double b = coefficient[k] + 2.0 * x * b1 - b2;
		b2 = b1;
		b1 = b;
	}
	return coefficient[0] + x * b1 - b2;
}

/* Coefficients from the values at cos(πj/N), j = 0..N. */
static void transform(const double *value, int n, double *coefficient)
{
	double cosine[2 * WFM_CURVE_DEGREE];
	for (int j = 0; j < 2 * n; j++)
		cosine[j] = cos(M_PI * j / n);
	for (int k = 0; k <= n; k++) {
		double sum = 0.5 * (value[0] + (k % 2 ? -value[n] : value[n]));
		for (int j = 1; j < n; j++)
			sum += value[j] * cosine[j * k % (2 * n)];
		coefficient[k] = sum * (k == 0 || k == n ? 1.0 : 2.0) / n;
	}
}

/* Values at the nodes of degree 2N from those of N; true when they were foretold. */
static bool refine(struct wfm_curve *c, double value[WFM_PARTS][WFM_CURVE_DEGREE + 1])
{
	int n = c->degree;
	bool foretold = true;
	for (int p = 0; p < WFM_PARTS; p++)
		for (int j = n; j > 0; j--)
			value[p][2 * j] = value[p][j];
	for (int j = 1; j < 2 * n; j += 2) {
		double x = cos(M_PI * j / (2 * n)), part[WFM_PARTS];
		exact(c, c->low + 0.5 * (x + 1.0) * (c->high - c->low), part);
		for (int p = 0; p < WFM_PARTS; p++) {
			value[p][j] = part[p];
			if (!(c->parts >> p & 1u))
				continue;
			double scale = p == WFM_PART_WAIT ? fmax(value[p][0], 1e-9) : 1.0;
			foretold &= fabs(series(c->coefficient[p], n, x) - part[p]) <=
				    TOLERANCE * scale;
		}
	}
	c->degree = 2 * n;
	return foretold;
}

void wfm_curve_build(struct wfm_curve *c)
{
	double value[WFM_PARTS][WFM_CURVE_DEGREE + 1], part[WFM_PARTS];
	double patience = c->options->patience_s;
	c->degree = 0;
	if (!(patience > 0.0) || isinf(patience) || c->agents == 0)
		return;
	c->high = fmax(c->high, c->low + 1e-9 * (1.0 + c->low));
	c->degree = 4;
	for (int j = 0; j <= c->degree; j++) {
		double x = cos(M_PI * j / c->degree);
		exact(c, c->low + 0.5 * (x + 1.0) * (c->high - c->low), part);
		for (int p = 0; p < WFM_PARTS; p++)
			value[p][j] = part[p];
	}
	bool good = false;
	for (;;) {
		for (int p = 0; p < WFM_PARTS; p++)
			transform(value[p], c->degree, c->coefficient[p]);
		if (good || 2 * c->degree > WFM_CURVE_DEGREE)
			break;
		good = refine(c, value);
	}
	if (!good) /* too wide a range for so high a degree: no table */
		c->degree = 0;
}

void wfm_curve_at(const struct wfm_curve *c, double load, double part[WFM_PARTS])
{
	if (c->degree == 0) {
		exact(c, load, part);
		return;
	}
	double x = 2.0 * (load - c->low) / (c->high - c->low) - 1.0;
	x = fmin(fmax(x, -1.0), 1.0);
	for (int p = 0; p < WFM_PARTS; p++)
		part[p] = c->parts >> p & 1u ? series(c->coefficient[p], c->degree, x) : 0.0;
}
