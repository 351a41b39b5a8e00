/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The weighted mean of several methods' forecasts. Their errors are far from perfectly
 * correlated, so the mean is better than its parts, on average and often than each (Bates &
 * Granger 1969). x is the mean of the x's; v the mean of the v's, which keeps intervals on the
 * safe side, plus how far the methods lie apart. The weights are the judge's (weigh.c).
 */
#include "fc.h"

#include <string.h>

/* Σ w a, and to `spread`, when given, Σ w a² − (Σ w a)². */
static void mean_of(const struct fc_output *parts, const double *weight, size_t cells,
		    double *(*field)(const struct fc_output *), double *out, double *spread)
{
	for (size_t c = 0; c < cells; c++) {
		double sum = 0.0, apart = 0.0;
		for (int i = 0; i < WFM_MAX_METHODS; i++)
			if (weight[i] > 0.0)
				sum += weight[i] * field(&parts[i])[c];
		for (int i = 0; i < WFM_MAX_METHODS && spread != NULL; i++)
			if (weight[i] > 0.0) {
				double a = field(&parts[i])[c] - sum;
				apart += weight[i] * a * a;
			}
		out[c] = sum;
		if (spread != NULL)
			spread[c] += apart;
	}
}

static double *field_x(const struct fc_output *o)
{
	return o->x;
}

static double *field_v(const struct fc_output *o)
{
	return o->v;
}

static double *field_dx(const struct fc_output *o)
{
	return o->dx;
}

static double *field_dv(const struct fc_output *o)
{
	return o->dv;
}

static double *field_dcov(const struct fc_output *o)
{
	return o->dcov;
}

/* The parts' shapes side by side, each with its share of the variance, as many as fit. */
static void mix_shapes(const struct fc_output *parts, const double *weight, int slots,
		       struct fc_output *out)
{
	out->shapes = 0;
	for (int i = 0; i < WFM_MAX_METHODS; i++)
		for (int k = 0; k < parts[i].shapes && weight[i] > 0.0; k++) {
			if (out->shapes == WFM_JOINT_SHAPES)
				return;
			int to = out->shapes++;
			memcpy(out->shape + to * slots, parts[i].shape + k * slots,
			       (size_t)slots * sizeof *out->shape);
			for (int h = 0; h < out->days; h++)
				out->shape_variance[h * WFM_JOINT_SHAPES + to] =
					weight[i] * parts[i].shape_variance[h * WFM_JOINT_SHAPES + k];
		}
}

void fc_mix(const struct fc_output *parts, const double *weight, int slots, struct fc_output *out)
{
	size_t days = (size_t)out->days, cells = days * (size_t)slots;
	mean_of(parts, weight, cells, field_v, out->v, NULL);
	mean_of(parts, weight, cells, field_x, out->x, out->v);
	mean_of(parts, weight, days, field_dv, out->dv, NULL);
	mean_of(parts, weight, days, field_dx, out->dx, out->dv);
	mean_of(parts, weight, days * days, field_dcov, out->dcov, NULL);
	mix_shapes(parts, weight, slots, out);
	out->counts = false;
	for (int i = 0; i < WFM_MAX_METHODS; i++)
		out->counts = out->counts || (weight[i] > 0.0 && parts[i].counts);
}

const struct fc_method fc_weighted = { .name = "weighted", .min_days = 1 };
