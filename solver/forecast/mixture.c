/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The mean of several methods' forecasts. Their errors are far from perfectly correlated, so
 * the mean is better than its parts, on average and often than each (Bates & Granger 1969).
 * x is the mean of the x's; v the mean of the v's, which keeps intervals on the safe side.
 */
#include "fc.h"

#include <string.h>

static void mean_of(const struct fc_output *const *parts, int n, size_t cells,
		    const double *(*field)(const struct fc_output *), double *out)
{
	for (size_t c = 0; c < cells; c++) {
		double sum = 0.0;
		for (int i = 0; i < n; i++)
			sum += field(parts[i])[c];
		out[c] = sum / n;
	}
}

static const double *field_x(const struct fc_output *o)
{
	return o->x;
}

static const double *field_v(const struct fc_output *o)
{
	return o->v;
}

static const double *field_dx(const struct fc_output *o)
{
	return o->dx;
}

static const double *field_dv(const struct fc_output *o)
{
	return o->dv;
}

static const double *field_dcov(const struct fc_output *o)
{
	return o->dcov;
}

/* The parts' shapes side by side, each with its share of the variance, as many as fit. */
static void mix_shapes(const struct fc_output *const *parts, int n, int slots, struct fc_output *out)
{
	out->shapes = 0;
	for (int i = 0; i < n; i++)
		for (int k = 0; k < parts[i]->shapes && out->shapes < WFM_JOINT_SHAPES; k++) {
			int to = out->shapes++;
			memcpy(out->shape + to * slots, parts[i]->shape + k * slots,
			       (size_t)slots * sizeof *out->shape);
			for (int h = 0; h < out->days; h++)
				out->shape_variance[h * WFM_JOINT_SHAPES + to] =
					parts[i]->shape_variance[h * WFM_JOINT_SHAPES + k] / n;
		}
}

void fc_mix(const struct fc_output *const *parts, int n, int slots, struct fc_output *out)
{
	size_t days = (size_t)out->days, cells = days * (size_t)slots;
	mean_of(parts, n, cells, field_x, out->x);
	mean_of(parts, n, cells, field_v, out->v);
	mean_of(parts, n, days, field_dx, out->dx);
	mean_of(parts, n, days, field_dv, out->dv);
	mean_of(parts, n, days * days, field_dcov, out->dcov);
	mix_shapes(parts, n, slots, out);
}

const struct fc_method fc_mixture = {
	.name = "mixture",
	.min_days = 40,
	.parts = { &fc_state_space, &fc_svd_scores },
};

/* For short histories: neither part is reliable alone, and they fail differently. */
const struct fc_method fc_short_mixture = {
	.name = "short_mixture",
	.min_days = 10,
	.parts = { &fc_day_profile_ar, &fc_state_space },
};
