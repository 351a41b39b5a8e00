/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How far a day's service level strays from its expectation although its volume is known: two days
 * of the same counts differ by when contacts come and how long they last.
 *
 * For a birth-death chain with rates λ up, d_j down and law π the time average of f over t has the
 * variance σ²/t, σ² = 2 Σ_j [Σ_{i<=j} (f_i − f̄)π_i]² ÷ (λπ_j) (Burman 1980; Whitt 1992), where
 * f_i is the chance of a contact that finds i there of being answered in time (arrivals see time
 * averages). Of λ²tσ² contacts² the part that the interval's count explains, (∂f̄/∂a · AHT/t)²λt of
 * the share, is in the scenarios already and is taken off.
 *
 * f_i for i >= n: k = i−n+1 departures at rates nμ, nμ+θ, ... nμ+(k−1)θ within T, by a gamma law of
 * their mean and variance.
 */
#include "risk.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

static const double NEGLIGIBLE = 1e-12;

struct chain {
	double lambda, mu, theta, within_s;
	int32_t servers;
};

/* Chances in time of state n + q, q ascending: mean and variance of the stages so far are kept. */
static double in_time(const struct chain *c, int32_t q, double *mean, double *variance)
{
	double rate = c->servers * c->mu + q * c->theta;
	*mean += 1.0 / rate;
	*variance += 1.0 / (rate * rate);
	if (!(c->within_s > 0.0) || *mean > 4.0 * c->within_s + 8.0 * sqrt(*variance))
		return 0.0;
	return gsl_cdf_gamma_P(c->within_s, *mean * *mean / *variance, *variance / *mean);
}

/* One pass over the states, π relative to π_n = 1: downwards from n, upwards, as sums allow. */
struct pass {
	double mass, good; /* Σπ, Σfπ */
	double square;     /* Σ [Σ(f − mean)π]² ÷ (λπ) */
	double partial;    /* Σ_{i<=j} (f − mean)π so far */
};

static void state(struct pass *s, const struct chain *c, double pi, double f, double mean)
{
	s->mass += pi;
	s->good += f * pi;
	s->partial += (f - mean) * pi;
	if (pi > 0.0)
		s->square += s->partial * s->partial / (c->lambda * pi);
}

/* Below n f is 1, so the partial sum is (1 − mean) Σπ; from state 0 up, scaled by π_n. */
static void walk(struct pass *s, const struct chain *c, double mean)
{
	double a = c->lambda / c->mu;
	int32_t first = c->servers;
	double pi = 1.0;
	while (first > 0 && pi > NEGLIGIBLE) { /* π_{i−1} = π_i · i/a */
		pi *= first / a;
		first--;
		if (pi > 1e200) /* far too many people: the line does not matter */
			return;
	}
	for (int32_t i = first; i < c->servers; i++) {
		state(s, c, pi, 1.0, mean);
		pi *= a / (i + 1);
	}
	double stages = 0.0, variance = 0.0;
	pi = 1.0;
	for (int32_t q = 0; q < 20 * WFM_MAX_SERVERS; q++) {
		double f = in_time(c, q, &stages, &variance);
		state(s, c, pi, f, mean);
		double ratio = c->lambda / (c->servers * c->mu + (q + 1) * c->theta);
		if (ratio < 1.0 && pi < NEGLIGIBLE * s->mass)
			break;
		pi *= ratio;
		if (pi > 1e200)
			return;
	}
}

static double mean_of(const struct chain *c)
{
	struct pass s = { 0 };
	walk(&s, c, 0.0);
	return s.mass > 0.0 ? s.good / s.mass : 1.0;
}

double wfm_risk_noise(const struct wfm_load_course *point, int32_t agents,
		      const struct wfm_staffing_options *o)
{
	if (point->points == 0 || !(point->lambda > 0.0) || agents <= 0)
		return 0.0;
	bool chat = o->channel == WFM_CHAT && o->concurrency > 1.0;
	bool patient = !(o->patience_s > 0.0) || isinf(o->patience_s);
	struct chain c = { .lambda = point->mean_erl / point->aht_s,
			   .mu = 1.0 / point->aht_s,
			   .theta = patient ? 0.0 : 1.0 / o->patience_s,
			   .within_s = o->target.within_s,
			   .servers = chat ? agents * (int32_t)o->concurrency : agents };
	if (patient && point->mean_erl >= c.servers * 0.995)
		return 0.0;
	double t = o->interval_s, mean = mean_of(&c);
	struct pass s = { 0 };
	walk(&s, &c, mean);
	if (!(s.mass > 0.0))
		return 0.0;
	struct chain more = c;
	more.lambda *= 1.02;
	double slope = patient && more.lambda * point->aht_s >= c.servers
			       ? 0.0 : (mean_of(&more) - mean) / (0.02 * point->mean_erl);
	double counted = slope * point->aht_s / t;
	double variance = 2.0 * s.square / s.mass / t - counted * counted * point->lambda * t;
	double volume = point->lambda * t;
	/* The contacts themselves toss coins too. */
	return volume * volume * fmax(variance, 0.0) + volume * mean * (1.0 - mean);
}
