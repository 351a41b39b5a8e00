/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Quantiles of small counts: negative binomial of the mean and variance that (x, v) stand for,
 * m = x² + v − ¼ and m + 4m(v − noise of a Poisson count); Poisson where nothing is left over.
 */
#include "fc.h"

#include <math.h>

enum { MOST = 400 }; /* beyond, a count is as good as continuous */

double fc_count_quantile(double x, double v, double z)
{
	double m = fc_mean(x, v), over = 4.0 * fmax(0.0, v - fc_poisson_noise(m));
	double level = 0.5 * erfc(-z / M_SQRT2);
	if (m > MOST / 4.0)
		return floor(fc_quantile(x, v, z) + 0.5);
	/* over = variance ÷ mean − 1; successes r = m/over, each failing with chance q. */
	double r = over > 1e-9 ? m / over : 0.0, q = over / (1.0 + over);
	double mass = r > 0.0 ? pow(1.0 - q, r) : exp(-m), sum = mass;
	int k = 0;
	while (sum < level && k < MOST) {
		mass *= (r > 0.0 ? (k + r) * q : m) / (k + 1.0);
		sum += mass;
		k++;
	}
	return k;
}
