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
 * φ is concave with its peak at v* = max(0, ln(a/n)/θ). Around it, with λ* = min(λ, nμ)
 * and g(x) = e^{−x}−1+x, φ(v*+u) − φ(v*) = −λ*·g(θu)/θ − (nμ−λ*)u exactly, which is how it
 * is evaluated. Panels march away from the peak so that φ falls by at most 8 and
 * θv grows by at most 1 in each; 16-point Gauss-Legendre is then exact to rounding.
 */
#include "erlang_impl.h"

#include <math.h>

static const double PANEL_DROP = 8.0;
static const double CUTOFF = 46.0; /* stop when φ is this far below the part's own peak */

struct palm {
	double theta;
	double push;  /* λ*: the curvature term's rate */
	double pull;  /* nμ − λ*, >= 0 */
	double mode;  /* v* */
	double peak;  /* φ(v*) */
};

struct part {
	double all, answered, abandoned, moment; /* I, I⁺, A, M scaled by e^{−φ(v*)} */
};

static double phi(const struct palm *p, double u)
{
	return -p->push / p->theta * wfm_expm_curve(p->theta * u) - p->pull * u;
}

static void palm_init(struct palm *p, const struct wfm_line *line)
{
	p->theta = line->theta;
	if (line->spare >= 0.0) {
		p->push = line->lambda;
		p->pull = line->spare;
		p->mode = 0.0;
		p->peak = 0.0;
		return;
	}
	double over = -line->spare / line->capacity; /* a/n − 1 */
	p->push = line->capacity;
	p->pull = 0.0;
	p->mode = log1p(over) / p->theta;
	p->peak = line->capacity / p->theta * wfm_x_minus_log1p(over);
}

static void add_panel(const struct palm *p, double from, double to, struct part *s)
{
	double half = 0.5 * (to - from), mid = 0.5 * (to + from);
	for (int i = 0; i < WFM_GAUSS_POINTS; i++) {
		int k = i / 2;
		double v = mid + (i % 2 ? half : -half) * wfm_gauss_node[k];
		double w = half * wfm_gauss_weight[k] * exp(phi(p, v - p->mode));
		double stays = exp(-p->theta * v);
		s->all += w;
		s->answered += w * stays;
		s->abandoned += w * -expm1(-p->theta * v);
		s->moment += w * stays * v;
	}
}

/* Panels from `start` towards `end` (either side of start), away from the peak. */
static void march(const struct palm *p, double start, double end, struct part *s)
{
	double sign = end > start ? 1.0 : -1.0;
	double v = start, top = phi(p, start - p->mode);
	while (sign * (end - v) > 0.0 && phi(p, v - p->mode) > top - CUTOFF) {
		double u = v - p->mode;
		double decay = exp(-p->theta * u);
		double steep = fabs(p->push * -expm1(-p->theta * u) + p->pull);
		double curve = p->push * p->theta * decay;
		double h = 2.0 * PANEL_DROP /
			   (steep + sqrt(steep * steep + 2.0 * curve * PANEL_DROP));
		if (sign < 0.0 || p->theta * u < 40.0)
			h = fmin(h, 1.0 / p->theta);
		if (h >= fabs(end - v)) {
			add_panel(p, v, end, s);
			return;
		}
		add_panel(p, v, v + sign * h, s);
		v += sign * h;
	}
}

/* The part over [from, to]; leftward panels have negative widths, hence the minus. */
static struct part integrate_part(const struct palm *p, double from, double to)
{
	double top = fmin(fmax(p->mode, from), to);
	struct part left = { 0 }, right = { 0 };
	if (top > from)
		march(p, top, from, &left);
	if (to > top)
		march(p, top, to, &right);
	return (struct part){ right.all - left.all, right.answered - left.answered,
			      right.abandoned - left.abandoned, right.moment - left.moment };
}

void wfm_line_erlang_a(const struct wfm_line *line, struct wfm_station_figures *f)
{
	double lambda = line->lambda, t = line->within_s;
	struct palm p;
	palm_init(&p, line);
	struct part in = integrate_part(&p, 0.0, t), late = integrate_part(&p, t, INFINITY);

	/* ε and λ·e^{peak} on one scale: the larger is 1. */
	double log_e = line->log_eps;
	double log_i = log(lambda) + p.peak;
	double scale = fmax(log_e, log_i);
	double eps = exp(log_e - scale), l = exp(log_i - scale);
	double leave = -expm1(-p.theta * t), stay = exp(-p.theta * t);

	double d = eps + l * (in.all + late.all);
	double answered = eps + l * (in.answered + late.answered);
	double in_time = eps + l * in.answered;
	f->stable = true;
	f->p_wait = l * (in.all + late.all) / d;
	f->p_abandon = l * (in.abandoned + late.abandoned) / d;
	f->mean_wait_s = f->p_abandon / p.theta;
	f->asa_answered_s = l * (in.moment + late.moment) / answered;
	f->service_level[WFM_SL_OFFERED] = in_time / d;
	f->service_level[WFM_SL_EXCLUDING_SHORT] =
		in_time / (eps + l * (in.answered + stay * late.all));
	f->service_level[WFM_SL_WAIT] = (eps + l * (in.all + leave * late.all)) / d;
	f->service_level[WFM_SL_ANSWERED] = in_time / answered;
	f->occupancy = lambda * (answered / d) / line->capacity;
	f->queue_length = lambda * f->mean_wait_s;
}
