/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Erlang B, M/M/n/n.
 *
 *   1/B(n, a) = 1 + n/a + n(n−1)/a² + ... + n!/a^n             (n not far above a)
 *   1/B(n, a) = ∫_0^∞ e^{−t} (1 + t/a)^n dt                    (Jagerman 1974)
 *
 * The sum needs max(0, n−a) terms and some √(80·a) more, and loses about √(n−a)·ε; the integral is
 * log-concave, so it costs the same few panels of Gauss-Legendre for any n.
 */
#include "erlang_impl.h"

#include <assert.h>
#include <gsl/gsl_sf_log.h>
#include <math.h>
#include <stddef.h>

/* Positive nodes and weights of the 16-point rule (computed by Newton at 40 digits). */
const double wfm_gauss_node[WFM_GAUSS_POINTS / 2] = {
	0.09501250983763744019, 0.28160355077925891323, 0.45801677765722738634,
	0.61787624440264374845, 0.75540440835500303390, 0.86563120238783174388,
	0.94457502307323257608, 0.98940093499164993260,
};
const double wfm_gauss_weight[WFM_GAUSS_POINTS / 2] = {
	0.18945061045506849629, 0.18260341504492358887, 0.16915651939500253819,
	0.14959598881657673208, 0.12462897125553387205, 0.09515851168249278481,
	0.06225352393864789286, 0.02715245941175409485,
};

static const double SUM_RISES = 1000.0; /* most terms that rise */
static const double PANEL_DROP = 6.0; /* φ may fall this much over a panel */
static const double CUTOFF = -52.0;   /* e^-52 = 3e-23 of the peak */

double wfm_x_minus_log1p(double x)
{
	return -gsl_sf_log_1plusx_mx(x);
}

/* 1/(k+2)!, alternating. */
const double wfm_curve_term[WFM_CURVE_TERMS] = {
	1.0 / 2,        -1.0 / 6,        1.0 / 24,         -1.0 / 120,        1.0 / 720,
	-1.0 / 5040,    1.0 / 40320,     -1.0 / 362880,    1.0 / 3628800,     -1.0 / 39916800,
	1.0 / 479001600, -1.0 / 6227020800, 1.0 / 87178291200, -1.0 / 1307674368000,
};

double wfm_expm_curve(double x)
{
	if (fabs(x) > 0.5)
		return expm1(-x) + x;
	double s = 0.0;
	for (int k = WFM_CURVE_TERMS - 1; k >= 0; k--)
		s = s * x + wfm_curve_term[k];
	return x * x * s;
}

/* Terms n/a·(n−1)/a·...: rising while n−j > a, and then falling faster and faster. */
static double log_inverse_b_sum(int32_t n, double a)
{
	if (a < 1e-30) /* only the last term is left: n!/a^n */
		return lgamma(n + 1.0) - n * log(a);
	double term = 1.0, sum = 1.0, log_scale = 0.0, m = n;
	while (m > 0.0) {
		for (int i = 0; i < 4; i++, m -= 1.0) { /* beyond m = 0 all terms are 0 */
			term *= fmax(m, 0.0) / a;
			sum += term;
		}
		if (term * a < 1e-17 * sum * (a - m)) /* the tail is at most term·m/(a−m) */
			break;
		if (term > 1e150) {
			term *= 0x1p-800;
			sum *= 0x1p-800;
			log_scale += 800.0 * M_LN2;
		}
	}
	return log(sum) + log_scale;
}

/* φ(u) of the integrand at distance u from its mode; see the file's head. */
struct b_integrand {
	double n;
	double scale; /* a when n <= a (mode at t = 0), n otherwise (mode at t = n − a) */
	double slope; /* 1 − n/a when n <= a, 0 otherwise */
};

static double b_phi(const struct b_integrand *g, double u)
{
	return -g->n * wfm_x_minus_log1p(u / g->scale) - g->slope * u;
}

static double b_side(const struct b_integrand *g, double direction, double length)
{
	double sum = 0.0, u = 0.0;
	while (u < length && b_phi(g, direction * u) > CUTOFF) {
		double x = direction * u / g->scale;
		double steep = fabs(g->n / g->scale * x / (1.0 + x)) + g->slope;
		double curve = g->n / (g->scale * g->scale * (1.0 + x) * (1.0 + x));
		double h = 2.0 * PANEL_DROP /
			   (steep + sqrt(steep * steep + 2.0 * curve * PANEL_DROP));
		h = fmin(h, 0.25 * g->scale * (1.0 + x));
		h = fmin(h, length - u);
		double half = 0.5 * h, mid = u + half, panel = 0.0;
		for (int i = 0; i < WFM_GAUSS_POINTS / 2; i++) {
			double d = half * wfm_gauss_node[i];
			panel += wfm_gauss_weight[i] * (exp(b_phi(g, direction * (mid - d))) +
							exp(b_phi(g, direction * (mid + d))));
		}
		sum += half * panel;
		u += h;
	}
	return sum;
}

static double log_inverse_b_integral(int32_t servers, double a)
{
	double n = servers;
	if (n <= a) {
		struct b_integrand g = { n, a, (a - n) / a };
		return log(b_side(&g, 1.0, INFINITY));
	}
	struct b_integrand g = { n, n, 0.0 };
	double sum = b_side(&g, 1.0, INFINITY) + b_side(&g, -1.0, n - a);
	/* The peak: n ln(n/a) − (n − a) = n·(δ − ln(1+δ)) with δ = (a − n)/n. */
	return n * wfm_x_minus_log1p((a - n) / n) + log(sum);
}

double wfm_log_inverse_b(int32_t servers, double load_erl)
{
	assert(servers >= 0 && load_erl > 0.0);
	if (servers - load_erl <= SUM_RISES)
		return log_inverse_b_sum(servers, load_erl);
	if (load_erl < 1.0) /* n!/a^n·Σ a^k/k!, a sum that is e^a by far */
		return lgamma(servers + 1.0) - servers * log(load_erl) + load_erl;
	return log_inverse_b_integral(servers, load_erl);
}

double wfm_erlang_b(int32_t servers, double load_erl)
{
	if (servers < 0 || servers > WFM_MAX_SERVERS || !(load_erl >= 0.0) || isinf(load_erl))
		return NAN;
	if (servers == 0)
		return 1.0;
	if (load_erl == 0.0)
		return 0.0;
	return exp(-wfm_log_inverse_b(servers, load_erl));
}

enum wfm_status wfm_trunks_required(double load_erl, double max_blocking, int32_t *trunks,
				    double *blocking, struct wfm_error *e)
{
	if (!(load_erl >= 0.0) || isinf(load_erl))
		return wfm_fail(e, WFM_INVALID, "/load_erl", "must be a finite number >= 0");
	if (!(max_blocking > 0.0 && max_blocking < 1.0))
		return wfm_fail(e, WFM_INVALID, "/max_blocking", "must lie between 0 and 1");
	if (wfm_erlang_b(WFM_MAX_SERVERS, load_erl) > max_blocking)
		return wfm_fail(e, WFM_LIMIT, "/load_erl",
				"%g erlangs need more than %d trunks", load_erl, WFM_MAX_SERVERS);
	int32_t low = -1, high = WFM_MAX_SERVERS; /* B(high) <= max_blocking < B(low) */
	if (load_erl < 50000.0) {
		high = (int32_t)load_erl + 8;
		while (wfm_erlang_b(high, load_erl) > max_blocking)
			high += high / 2;
	}
	while (high - low > 1) {
		int32_t mid = low + (high - low) / 2;
		if (wfm_erlang_b(mid, load_erl) <= max_blocking)
			high = mid;
		else
			low = mid;
	}
	*trunks = high;
	if (blocking != NULL)
		*blocking = wfm_erlang_b(high, load_erl);
	return WFM_OK;
}
