/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/num/cholesky.h"

#include <math.h>

enum { LANES = 4 };

/* Sum of a[i] b[i], in lanes so that one addition need not wait for the other. */
static double dot(const double *a, const double *b, size_t n)
{
	double lane[LANES] = { 0 }, rest = 0;
	size_t i = 0;
	for (; i + LANES <= n; i += LANES)
		for (size_t k = 0; k < LANES; k++)
			lane[k] += a[i + k] * b[i + k];
	for (; i < n; i++)
		rest += a[i] * b[i];
	return (lane[0] + lane[1]) + (lane[2] + lane[3]) + rest;
}

bool cholesky_factor(double *a, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		double *row = a + i * n;
		for (size_t j = 0; j < i; j++)
			row[j] = (row[j] - dot(row, a + j * n, j)) / a[j * n + j];
		double square = row[i] - dot(row, row, i);
		if (!(square > 0))
			return false;
		row[i] = sqrt(square);
	}
	return true;
}

void cholesky_solve(const double *l, size_t n, double *x)
{
	for (size_t i = 0; i < n; i++)
		x[i] = (x[i] - dot(l + i * n, x, i)) / l[i * n + i];
	for (size_t i = n; i-- > 0;) {
		x[i] /= l[i * n + i];
		for (size_t j = 0; j < i; j++)
			x[j] -= l[i * n + j] * x[i];
	}
}
