/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Medians and the x = √(y+¼) scale. */
#include "fc.h"

#include <gsl/gsl_sort.h>
#include <math.h>

double fc_median(double *v, int n)
{
	if (n <= 0)
		return NAN;
	gsl_sort(v, 1, (size_t)n);
	return n % 2 ? v[n / 2] : 0.5 * (v[n / 2 - 1] + v[n / 2]);
}

double fc_mad(double *v, int n, double centre)
{
	for (int i = 0; i < n; i++)
		v[i] = fabs(v[i] - centre);
	return fc_median(v, n);
}

double fc_quantile(double x, double v, double z)
{
	double r = x + z * sqrt(v);
	return r > 0.5 ? r * r - 0.25 : 0.0;
}

double fc_mean(double x, double v)
{
	return fmax(0.0, x * x + v - 0.25);
}
