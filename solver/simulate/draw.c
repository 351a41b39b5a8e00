/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random draws. A stream is opened from (seed, replication, purpose, index), so that what one queue
 * or agent draws never depends on what another did.
 */
#include "sim.h"

#include <math.h>

/* Uniform in (0, 1), neither end. */
static double open_unit(struct rng *r)
{
	return ((double)(rng_next(r) >> 11) + 0.5) * 0x1.0p-53;
}

/* The finaliser of MurmurHash3 (Appleby): every bit of the input moves half of the output. */
static uint64_t mix(uint64_t z)
{
	z = (z ^ (z >> 33)) * 0xff51afd7ed558ccdu;
	z = (z ^ (z >> 33)) * 0xc4ceb9fe1a85ec53u;
	return z ^ (z >> 33);
}

void sim_stream_open(struct sim_stream *s, uint64_t seed, int32_t replication,
		     enum sim_purpose purpose, int32_t index)
{
	uint64_t z = mix(seed + 0x9e3779b97f4a7c15u);
	z = mix(z ^ ((uint64_t)(uint32_t)replication << 8 | (uint64_t)purpose));
	rng_seed(&s->rng, mix(z ^ (uint64_t)(uint32_t)index));
	s->has_spare = false;
}

double sim_draw_exponential(struct sim_stream *s)
{
	return -log(open_unit(&s->rng));
}

/* Marsaglia's polar method (Marsaglia & Bray 1964). */
static double normal(struct sim_stream *s)
{
	if (s->has_spare) {
		s->has_spare = false;
		return s->spare;
	}
	double u, v, r;
	do {
		u = 2.0 * rng_unit(&s->rng) - 1.0;
		v = 2.0 * rng_unit(&s->rng) - 1.0;
		r = u * u + v * v;
	} while (r >= 1.0 || r == 0.0);
	double f = sqrt(-2.0 * log(r) / r);
	s->spare = v * f;
	s->has_spare = true;
	return u * f;
}

double sim_draw_unit(struct sim_stream *s, const struct wfm_variation *v, double sample_mean)
{
	switch (v->spread) {
	case WFM_SPREAD_EXPONENTIAL:
		return sim_draw_exponential(s);
	case WFM_SPREAD_CONSTANT:
		return 1.0;
	case WFM_SPREAD_LOGNORMAL: {
		double variance = log1p(v->cv * v->cv);
		return exp(sqrt(variance) * normal(s) - 0.5 * variance);
	}
	case WFM_SPREAD_SAMPLE:
		return v->sample[rng_below(&s->rng, (uint32_t)v->sample_count)] / sample_mean;
	}
	return 1.0;
}

void sim_arrivals_open(struct sim_arrivals *a, const struct sim_tables *t, int32_t queue,
		       uint64_t seed, int32_t replication)
{
	const struct wfm_sim_problem *p = t->p;
	*a = (struct sim_arrivals){
		.volume = p->queues[queue].volume,
		.interval = -1,
		.intervals = p->interval_count,
		.interval_s = p->interval_s,
		.at = 0.0,
	};
	if (p->scenarios != NULL) {
		size_t row = (size_t)(replication % p->scenario_count) * (size_t)p->queue_count;
		a->counts = p->scenarios + (row + (size_t)queue) * (size_t)p->interval_count;
	}
	sim_stream_open(&a->stream, seed, replication, SIM_ARRIVALS, queue);
}

/* Of k points left in (at, end) the first: the least of k uniforms. */
static double next_counted(struct sim_arrivals *a)
{
	while (a->left == 0) {
		if (++a->interval >= a->intervals)
			return INFINITY;
		a->left = (int32_t)a->counts[a->interval];
		a->at = a->interval * a->interval_s;
	}
	double end = (a->interval + 1) * a->interval_s;
	a->at += (end - a->at) * -expm1(-sim_draw_exponential(&a->stream) / a->left);
	a->left--;
	return a->at;
}

/* A Poisson process whose rate is constant within an interval: memory is lost at its end. */
static double next_poisson(struct sim_arrivals *a)
{
	if (a->interval < 0)
		a->interval = 0;
	while (a->interval < a->intervals) {
		double rate = a->volume[a->interval] / a->interval_s;
		double end = (a->interval + 1) * a->interval_s;
		if (rate > 0.0) {
			a->at += sim_draw_exponential(&a->stream) / rate;
			if (a->at < end)
				return a->at;
		}
		a->at = end;
		a->interval++;
	}
	return INFINITY;
}

double sim_arrivals_next(struct sim_arrivals *a)
{
	return a->counts != NULL ? next_counted(a) : next_poisson(a);
}
