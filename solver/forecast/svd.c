/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Leading right singular vectors of a days × slots matrix, days weighted 2^(−age/26 weeks), by
 * orthogonal iteration on RᵀR, summed up once.
 */
#include "shape.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static const double HALF_LIFE_DAYS = 182.0;
enum { ITERATIONS = 30 };

/* In the order of four running sums. */
double fc_dot(const double *a, const double *b, int n)
{
	double sum[4] = { 0 };
	int i = 0;
	for (; i + 4 <= n; i += 4)
		for (int j = 0; j < 4; j++)
			sum[j] += a[i + j] * b[i + j];
	for (; i < n; i++)
		sum[0] += a[i] * b[i];
	return (sum[0] + sum[1]) + (sum[2] + sum[3]);
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

/* G += weight·r·rᵀ, from the diagonal on in blocks of eight. */
FC_WIDE static void add_outer(double *G, const double *r, double weight, int n)
{
	for (int a = 0; a < n; a++) {
		double c = weight * r[a];
		for (int b = a / FC_BLOCK * FC_BLOCK; b < n; b += FC_BLOCK)
			fc_add_scaled(G + (size_t)a * (size_t)n + b, c, r + b);
	}
}

/* next = G·v */
FC_WIDE static void multiply(const double *G, const double *v, int n, double *next)
{
	memset(next, 0, (size_t)n * sizeof *next);
	for (int a = 0; a < n; a++)
		for (int b = 0; b < n; b += FC_BLOCK)
			fc_add_scaled(next + b, v[a], G + (size_t)a * (size_t)n + b);
}

/* RᵀR of the weighted days, of the slots that ever open; NULL when out of memory. */
static double *moments(const struct fc_train *t, const double *R)
{
	const struct fc_grid *g = t->grid;
	int n = g->to - g->from;
	double *G = fc_alloc(t->pool, (size_t)n * (size_t)n, sizeof *G);
	assert(n % FC_BLOCK == 0);
	for (int d = 0; d < t->n && G != NULL; d++)
		if (!isnan(t->total[d]))
			add_outer(G, R + (size_t)d * (size_t)g->slots + g->from,
				  exp2(-(t->n - d) / HALF_LIFE_DAYS), n);
	for (int a = 0; a < n && G != NULL; a++)
		for (int b = 0; b < a; b++)
			G[a * n + b] = G[b * n + a];
	return G;
}

bool fc_leading_vectors(const struct fc_train *t, const double *R, int count, double *v)
{
	const struct fc_grid *g = t->grid;
	int n = g->to - g->from;
	size_t room = (size_t)(count * n);
	double *G = moments(t, R), *next = fc_alloc(t->pool, room, sizeof *next);
	double *now = fc_alloc(t->pool, room, sizeof *now);
	if (t->pool->failed)
		return false;
	for (int k = 0; k < count; k++) /* smooth starts, none orthogonal to the answer */
		for (int s = 0; s < n; s++)
			now[k * n + s] =
				cos(M_PI * (k + 1) * (g->from + s + 0.37) / g->slots) + 0.1;
	orthonormalise(now, count, n);
	for (int it = 0; it < ITERATIONS; it++) {
		for (int k = 0; k < count; k++)
			multiply(G, now + k * n, n, next + k * n);
		memcpy(now, next, room * sizeof *now);
		orthonormalise(now, count, n);
	}
	memset(v, 0, (size_t)(count * g->slots) * sizeof *v);
	for (int k = 0; k < count; k++)
		memcpy(v + k * g->slots + g->from, now + k * n, (size_t)n * sizeof *v);
	return true;
}

bool fc_directions(const struct fc_train *t, const double *R, int count, struct fc_memory *memory,
		   double *v)
{
	size_t bytes = (size_t)(count * t->grid->slots) * sizeof *v;
	if (memory->direction != NULL) {
		memcpy(v, memory->direction, bytes);
		return true;
	}
	if (!fc_leading_vectors(t, R, count, v))
		return false;
	if (memory->pool == NULL)
		return true;
	memory->direction = fc_alloc(memory->pool, 1, bytes);
	if (memory->direction != NULL)
		memcpy(memory->direction, v, bytes);
	return memory->direction != NULL;
}
