/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Erlang A, M/M/n+M (Palm 1957; Mandelbaum & Zeltyn 2007). Rates per second: λ arrivals,
 * μ = 1/AHT, θ = 1/patience. The offered wait V of a patient customer has density
 * λ·e^{φ(v)}/D on v > 0, with
 *
 *   φ(v) = (λ/θ)(1−e^{−θv}) − nμv,   ε = 1/B(n−1, a),   D = ε + λ·∫_0^∞ e^φ
 *
 *   (chat: any ε and capacity, struct wfm_line)
 *
 * Every figure is written as a quotient of sums of positive terms over [0,T] and [T,∞),
 * so nothing cancels, however deep the overload:
 *
 *   I = ∫ e^φ,  I⁺ = ∫ e^{φ−θv},  A = ∫ e^φ(1−e^{−θv}),  M = ∫ v·e^{φ−θv}
 *   P(W>0) = λ(I₀+I₁)/D          P(ab) = λ(A₀+A₁)/D      P(answered) = (ε+λ(I₀⁺+I₁⁺))/D
 *   in time ÷ offered = (ε+λI₀⁺)/D
 *   P(W<=T) = (ε + λI₀ + λI₁(1−e^{−θT}))/D
 *   1 − P(ab within T) = (ε + λ(I₀⁺ + e^{−θT}I₁))/D
 *
 * φ is concave with its peak at v* = max(0, ln(a/n)/θ). With v = v*+u, λ* = min(λ, nμ) and
 * g(x) = e^{−x}−1+x, φ(v) − φ(v*) = −λ*·g(θu)/θ − (nμ−λ*)u exactly, which is how it is evaluated,
 * one exponential a node where θu is small: g by its series gives e^{−θu} = 1 − θu + g too.
 * Panels of 16-point Gauss-Legendre march away from the peak. The further φ has fallen, the less
 * accurate a panel needs to be, and the wider it is.
 */
#include "erlang_impl.h"

#include <math.h>

/* A panel at depth d below the peak may fall by PANEL_DROP + PANEL_WIDENS·d. */
static const double PANEL_DROP = 11.0, PANEL_WIDENS = 0.5;
static const double PANEL_WIDTH = 2.0; /* of θu */
static const double CUTOFF = 38.0;    /* e^−38 = 3e−17 of the peak */

struct palm {
	double theta;
	double push;  /* λ*: the curvature term's rate */
	double pull;  /* nμ − λ*, >= 0 */
	double mode;  /* v* */
	double peak;  /* φ(v*) */
	double stays; /* e^{−θv*} */
	double leaves; /* 1 − e^{−θv*} */
};

/* Scaled by e^{−φ(v*)}: Σw, Σw·e^{−θu}, Σw(1−e^{−θu}), Σw·u·e^{−θu}. */
struct part {
	double all, stay, leave, moment;
};

static double phi(const struct palm *p, double u)
{
	return -p->push / p->theta * wfm_expm_curve(p->theta * u) - p->pull * u;
}

static void palm_init(struct palm *p, const struct wfm_line *line)
{
	*p = (struct palm){ .theta = line->theta, .stays = 1.0 };
	if (line->spare >= 0.0) {
		p->push = line->lambda;
		p->pull = line->spare;
		return;
	}
	double over = -line->spare / line->capacity; /* a/n − 1 */
	p->push = line->capacity;
	p->mode = log1p(over) / p->theta;
	p->peak = line->capacity / p->theta * wfm_x_minus_log1p(over);
	p->stays = 1.0 / (1.0 + over);
	p->leaves = over / (1.0 + over);
}

/* g at the 16 nodes x, and e^{−x}, 1−e^{−x}; all |x| <= most. */
static void node_curves(const double *restrict x, double most, double *restrict g,
			double *restrict stay, double *restrict leave)
{
	if (most > 0.5) {
		for (int i = 0; i < WFM_GAUSS_POINTS; i++) {
			stay[i] = exp(-x[i]);
			leave[i] = 1.0 - stay[i];
			g[i] = fabs(x[i]) > 0.5 ? x[i] - leave[i] : wfm_expm_curve(x[i]);
		}
		return;
	}
	int last = most > 0.125 ? WFM_CURVE_TERMS - 1 : 8;
	for (int i = 0; i < WFM_GAUSS_POINTS; i++)
		g[i] = wfm_curve_term[last];
	for (int k = last - 1; k >= 0; k--)
		for (int i = 0; i < WFM_GAUSS_POINTS; i++)
			g[i] = g[i] * x[i] + wfm_curve_term[k];
	for (int i = 0; i < WFM_GAUSS_POINTS; i++) {
		g[i] *= x[i] * x[i];
		leave[i] = x[i] - g[i];
		stay[i] = 1.0 - leave[i];
	}
}

/* Over [from, to] of u; a panel that runs to the left counts as negative. */
static void add_panel(const struct palm *p, double from, double to, struct part *s)
{
	double u[WFM_GAUSS_POINTS], x[WFM_GAUSS_POINTS], g[WFM_GAUSS_POINTS];
	double stay[WFM_GAUSS_POINTS], leave[WFM_GAUSS_POINTS];
	double half = 0.5 * (to - from), mid = 0.5 * (to + from), k = p->push / p->theta;
	for (int i = 0; i < WFM_GAUSS_POINTS / 2; i++) {
		u[2 * i] = mid - half * wfm_gauss_node[i];
		u[2 * i + 1] = mid + half * wfm_gauss_node[i];
	}
	for (int i = 0; i < WFM_GAUSS_POINTS; i++)
		x[i] = p->theta * u[i];
	node_curves(x, p->theta * fmax(fabs(from), fabs(to)), g, stay, leave);
	for (int i = 0; i < WFM_GAUSS_POINTS; i++) {
		double w = half * wfm_gauss_weight[i / 2] * exp(-k * g[i] - p->pull * u[i]);
		s->all += w;
		s->stay += w * stay[i];
		s->leave += w * leave[i];
		s->moment += w * stay[i] * u[i];
	}
}

/* Panels from `start` towards `end` (either side of start), away from the peak, down to φ = floor. */
static void march(const struct palm *p, double start, double end, double floor, struct part *s)
{
	double sign = end > start ? 1.0 : -1.0, u = start, at = phi(p, u);
	while (sign * (end - u) > 0.0 && at > floor) {
		double decay = exp(-p->theta * u), drop = PANEL_DROP - PANEL_WIDENS * at;
		double steep = fabs(p->push * (1.0 - decay) + p->pull);
		double curve = p->push * p->theta * decay;
		double h = 2.0 * drop / (steep + sqrt(steep * steep + 2.0 * curve * drop));
		if (sign < 0.0 || p->theta * u < 40.0)
			h = fmin(h, PANEL_WIDTH / p->theta);
		if (h >= fabs(end - u)) {
			add_panel(p, u, end, s);
			return;
		}
		add_panel(p, u, u + sign * h, s);
		u += sign * h;
		at = phi(p, u);
	}
}

/* The part over [from, to] of u. What lies beyond the peak is measured by the peak's height. */
static struct part integrate_part(const struct palm *p, double from, double to)
{
	double top = fmin(fmax(0.0, from), to);
	double floor = (from > 0.0 ? 0.0 : phi(p, top)) - CUTOFF;
	struct part left = { 0 }, right = { 0 };
	if (top > from)
		march(p, top, from, floor, &left);
	if (to > top)
		march(p, top, to, floor, &right);
	return (struct part){ right.all - left.all, right.stay - left.stay,
			      right.leave - left.leave, right.moment - left.moment };
}

void wfm_line_erlang_a(const struct wfm_line *line, struct wfm_station_figures *f)
{
	double lambda = line->lambda, t = line->within_s;
	struct palm p;
	palm_init(&p, line);
	struct part in = integrate_part(&p, -p.mode, t - p.mode);
	struct part late = integrate_part(&p, t - p.mode, INFINITY);
	double all = in.all + late.all, stay = in.stay + late.stay;

	/* ε and λ·e^{peak} on one scale: the larger is 1. */
	double log_e = line->log_eps;
	double log_i = log(lambda) + p.peak;
	double scale = fmax(log_e, log_i);
	double eps = exp(log_e - scale), l = exp(log_i - scale);
	double give_up = exp(-p.theta * t), /* their patience outlasts T */
	       moment = p.stays * (p.mode * stay + in.moment + late.moment);

	double d = eps + l * all;
	double answered = eps + l * p.stays * stay;
	double in_time = eps + l * p.stays * in.stay;
	f->stable = true;
	f->p_wait = l * all / d;
	f->p_abandon = l * (p.leaves * all + p.stays * (in.leave + late.leave)) / d;
	f->mean_wait_s = f->p_abandon / p.theta;
	f->asa_answered_s = l * moment / answered;
	f->service_level[WFM_SL_OFFERED] = in_time / d;
	f->service_level[WFM_SL_EXCLUDING_SHORT] = in_time / (in_time + l * give_up * late.all);
	f->service_level[WFM_SL_WAIT] =
		(eps + l * (in.all - expm1(-p.theta * t) * late.all)) / d;
	f->service_level[WFM_SL_ANSWERED] = in_time / answered;
	f->occupancy = lambda * (answered / d) / line->capacity;
	f->queue_length = lambda * f->mean_wait_s;
}
