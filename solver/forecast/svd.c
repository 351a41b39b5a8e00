/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Leading right singular vectors of a days × slots matrix, days weighted 2^(−age/26 weeks), by
 * orthogonal iteration on RᵀR: a few products with the matrix, whatever its shape.
 */
#include "shape.h"

#include <math.h>
#include <string.h>

static const double HALF_LIFE_DAYS = 182.0;
enum { ITERATIONS = 30 };

double fc_dot(const double *a, const double *b, int n)
{
	double s = 0.0;
	for (int i = 0; i < n; i++)
		s += a[i] * b[i];
	return s;
}

static void orthonormalise(double *v, int count, int slots)
{
	for (int k = 0; k < count; k++) {
		double *a = v + (size_t)k * (size_t)slots;
		for (int j = 0; j < k; j++) {
			const double *b = v + (size_t)j * (size_t)slots;
			double c = fc_dot(a, b, slots);
			for (int s = 0; s < slots; s++)
				a[s] -= c * b[s];
		}
		double norm = sqrt(fc_dot(a, a, slots));
		for (int s = 0; s < slots; s++)
			a[s] = norm > 1e-12 ? a[s] / norm : 0.0;
	}
}

void fc_leading_vectors(const struct fc_train *t, const double *R, int count, double *v,
			double *next)
{
	int slots = t->grid->slots;
	for (int k = 0; k < count; k++) /* smooth starts, none orthogonal to the answer */
		for (int s = 0; s < slots; s++)
			v[k * slots + s] = cos(M_PI * (k + 1) * (s + 0.37) / slots) + 0.1;
	orthonormalise(v, count, slots);
	for (int it = 0; it < ITERATIONS; it++) {
		memset(next, 0, (size_t)(count * slots) * sizeof *next);
		for (int d = 0; d < t->n; d++) {
			if (isnan(t->total[d]))
				continue;
			const double *r = R + (size_t)d * (size_t)slots;
			double weight = exp2(-(t->n - d) / HALF_LIFE_DAYS);
			for (int k = 0; k < count; k++) {
				double c = weight * fc_dot(r, v + k * slots, slots);
				for (int s = 0; s < slots; s++)
					next[k * slots + s] += c * r[s];
			}
		}
		memcpy(v, next, (size_t)(count * slots) * sizeof *v);
		orthonormalise(v, count, slots);
	}
}
