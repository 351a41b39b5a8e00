/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The weighted mean of several methods' forecasts. Their errors are far from perfectly
 * correlated, so the mean is better than its parts, on average and often than each (Bates &
 * Granger 1969). x is the mean of the x's; v the mean of the v's, which keeps intervals on the
 * safe side, plus how far the methods lie apart. The weights are the judge's (weigh.c).
 */
#include "fc.h"

#include <math.h>
#include <string.h>

/* The fields of the parts that have a share. */
struct fields {
	int n;
	double weight[WFM_MAX_METHODS];
	const double *of[WFM_MAX_METHODS];
};

static void add_field(struct fields *k, double weight, const double *field)
{
	k->weight[k->n] = weight;
	k->of[k->n++] = field;
}

/* Σ w a, and to `spread`, when given, Σ w a² − (Σ w a)². */
static void mean_of(const struct fields *k, size_t cells, double *out, double *spread)
{
	for (size_t c = 0; c < cells; c++) {
		double sum = 0.0, apart = 0.0;
		for (int i = 0; i < k->n; i++)
			sum += k->weight[i] * k->of[i][c];
		for (int i = 0; i < k->n && spread != NULL; i++)
			apart += k->weight[i] * (k->of[i][c] - sum) * (k->of[i][c] - sum);
		out[c] = sum;
		if (spread != NULL)
			spread[c] += apart;
	}
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

/*
 * How days hang together: as in those parts that say so, raised to the mixture's variance; and
 * where the parts lie apart from the mixture, they do so for many days alike.
 */
static void mix_covariance(const struct fc_output *parts, const double *weight,
			   struct fc_output *out)
{
	size_t days = (size_t)out->days;
	bool knows[WFM_MAX_METHODS] = { false };
	double sum = 0.0;
	for (int i = 0; i < WFM_MAX_METHODS; i++) {
		for (size_t h = 0; h < days && weight[i] > 0.0; h++)
			knows[i] = knows[i] || parts[i].dcov[h * days + h] > 0.0;
		sum += knows[i] ? weight[i] : 0.0;
	}
	if (!(sum > 0.0))
		return;
	for (size_t h = 0; h < days; h++)
		for (size_t k = 0; k < days; k++) {
			double c = 0.0, own_h = 0.0, own_k = 0.0, apart = 0.0;
			for (int i = 0; i < WFM_MAX_METHODS; i++) {
				if (!(weight[i] > 0.0))
					continue;
				apart += weight[i] * (parts[i].dx[h] - out->dx[h]) *
					 (parts[i].dx[k] - out->dx[k]);
				if (!knows[i])
					continue;
				c += weight[i] / sum * parts[i].dcov[h * days + k];
				own_h += weight[i] / sum * fc_log_variance(&parts[i], h);
				own_k += weight[i] / sum * fc_log_variance(&parts[i], k);
			}
			double scale = fmax(out->dx[h] * out->dx[k], 0.25);
			double known = own_h * own_k > 0.0 ? 1.0 / sqrt(own_h * own_k) : 0.0;
			double within = sqrt(fmax(0.0, fc_log_variance(out, h) * fc_log_variance(out, k)));
			/* The mixture's variance has the distance between parts in it already. */
			double rest = fmax(0.0, within - 4.0 * fabs(apart) / scale);
			out->dcov[h * days + k] = c * known * rest + 4.0 * apart / scale;
		}
}

void fc_mix(const struct fc_output *parts, const double *weight, int slots, struct fc_output *out)
{
	size_t days = (size_t)out->days, cells = days * (size_t)slots;
	struct fields x = { 0 }, v = { 0 }, dx = { 0 }, dv = { 0 };
	for (int i = 0; i < WFM_MAX_METHODS; i++)
		if (weight[i] > 0.0) {
			add_field(&x, weight[i], parts[i].x);
			add_field(&v, weight[i], parts[i].v);
			add_field(&dx, weight[i], parts[i].dx);
			add_field(&dv, weight[i], parts[i].dv);
		}
	mean_of(&v, cells, out->v, NULL);
	mean_of(&x, cells, out->x, out->v);
	mean_of(&dv, days, out->dv, NULL);
	mean_of(&dx, days, out->dx, out->dv);
	if (out->dcov != NULL) {
		mix_covariance(parts, weight, out);
		mix_shapes(parts, weight, slots, out);
	}
	out->counts = false;
	for (int i = 0; i < WFM_MAX_METHODS; i++)
		out->counts = out->counts || (weight[i] > 0.0 && parts[i].counts);
}

const struct fc_method fc_weighted = { .name = "weighted", .min_days = 1 };
