/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Normal: Marsaglia's polar method. Poisson: inversion by sequential search below 12, above it
 * transformed rejection with squeeze (PTRS, Hörmann 1993).
 */
#include "solver/num/draw.h"

#include <math.h>

void draw_seed(struct draw *d, uint64_t seed)
{
	rng_seed(&d->rng, seed);
	d->has_kept = 0;
	d->kept = 0.0;
}

void draw_seed_stream(struct draw *d, uint64_t seed, uint64_t index)
{
	/* Not splitmix64's own step, by which rng_seed walks: states would overlap. */
	draw_seed(d, (seed ^ 0x6a09e667f3bcc909u) + 0xd1342543de82ef95u * (index + 1));
}

double draw_normal(struct draw *d)
{
	if (d->has_kept) {
		d->has_kept = 0;
		return d->kept;
	}
	double u, v, s;
	do {
		u = 2.0 * rng_unit(&d->rng) - 1.0;
		v = 2.0 * rng_unit(&d->rng) - 1.0;
		s = u * u + v * v;
	} while (s >= 1.0 || s <= 0.0);
	double scale = sqrt(-2.0 * log(s) / s);
	d->kept = v * scale;
	d->has_kept = 1;
	return u * scale;
}

static double poisson_small(struct draw *d, double mean)
{
	double u = rng_unit(&d->rng), p = exp(-mean);
	int k = 0;
	/* The tail beyond 100 has less mass than a double's last bit. */
	while (u > p && k < 100) {
		u -= p;
		k++;
		p *= mean / k;
	}
	return k;
}

static double poisson_large(struct draw *d, double mean)
{
	double root = sqrt(mean), b = 0.931 + 2.53 * root, a = -0.059 + 0.02483 * b;
	double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4), squeeze = 0.9277 - 3.6224 / (b - 2.0);
	double log_mean = log(mean);
	for (;;) {
		double u = rng_unit(&d->rng) - 0.5, v = rng_unit(&d->rng);
		double us = 0.5 - fabs(u), k = floor((2.0 * a / us + b) * u + mean + 0.43);
		if (us >= 0.07 && v <= squeeze)
			return k;
		if (k < 0.0 || (us < 0.013 && v > us))
			continue;
		if (log(v * inverse_alpha / (a / (us * us) + b)) <=
		    k * log_mean - mean - lgamma(k + 1.0))
			return k;
	}
}

double draw_poisson(struct draw *d, double mean)
{
	if (!(mean > 0.0))
		return 0.0;
	return mean < 12.0 ? poisson_small(d, mean) : poisson_large(d, mean);
}
