/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a method's output to a joint. The day's factor D gets the variance that makes the
 * scenarios' day totals as spread as the output's day totals (dx, dv), given what the slots
 * spread by themselves: Poisson noise, and the own part of each rate.
 *
 * The covariance between days comes from the method, or, where it has none, falls off with
 * distance. It is kept as loadings on common factors, a Cholesky decomposition at chosen days:
 * every one of the first fortnight, then evenly spread. What that leaves of a day is its own,
 * tied to the day before.
 */
#include "joint.h"

#include <math.h>

enum { NEAR_DAYS = 15, ROUNDS = 6 };

/* What a day's total varies by, when its factor has variance V: Poisson noise, the slots' own
   parts, and per unit of D. */
struct day_parts {
	double noise, own, slope;
};

static struct day_parts day_split(const struct wfm_joint *j, int h, double V)
{
	struct day_parts d = { 0 };
	for (int s = 0; s < j->slots; s++) {
		size_t c = (size_t)h * (size_t)j->slots + (size_t)s;
		if (!(j->mean[c] > 0.0))
			continue;
		struct fc_slot_split p = fc_slot_split(j->mean[c], j->variance[c], V);
		double own = p.own * p.own, spread = 4.0 * p.centre * p.centre * own + 2.0 * own * own;
		d.noise += p.poisson ? j->mean[c] : spread;
		d.own += p.poisson ? spread : 0.0;
		d.slope += 2.0 * p.centre * p.day;
	}
	return d;
}

/*
 * V with slope(V)²·V + own(V) + noise = the total's variance, by damped iteration; no less than
 * what ties the day to others, as far as noise leaves room for it. Then the slots' own parts
 * have to cancel in part: j->day_own says how much of their sum is left.
 */
static double day_variance(struct wfm_joint *j, int h, const struct fc_output *out)
{
	double dx = out->dx[h], dv = out->dv[h], slope = 0.0, V = 0.0;
	double wanted = 4.0 * dx * dx * dv + 2.0 * dv * dv;
	double tied = out->dcov[(size_t)h * (size_t)out->days + (size_t)h];
	struct day_parts d = { 0 };
	for (int i = 0; i < ROUNDS; i++) {
		d = day_split(j, h, V);
		/* The slope falls where slots have no room for V: keep the first one's scale. */
		if (i == 0)
			slope = d.slope;
		if (!(slope > 0.0))
			return 0.0;
		double next = fmax(0.0, wanted - d.own - d.noise) / (slope * slope);
		V = i < 2 ? next : 0.5 * (V + next);
	}
	double least = fmin(tied, fmax(0.0, wanted - d.noise) / (slope * slope));
	if (V < least) {
		V = least;
		d = day_split(j, h, V);
		double left = fmax(0.0, wanted - d.noise - slope * slope * V);
		j->day_own[3 * h + 2] = d.own > left ? 1.0 - sqrt(left / d.own) : 0.0;
	}
	return fmin(V, 25.0);
}

/*
 * Where the method does not say how days hang together: half of a day's variance beyond noise is
 * a level that was wrong from the start, and is forgotten over some ten days.
 */
static void fill_covariance(const struct fc_output *out)
{
	size_t days = (size_t)out->days;
	for (size_t h = 0; h < days; h++)
		if (out->dcov[h * days + h] > 0.0)
			return;
	for (size_t h = 0; h < days; h++)
		for (size_t k = 0; k < days; k++) {
			double a = fc_log_variance(out, h) - 1.0 / fmax(out->dx[h] * out->dx[h], 0.25);
			double b = fc_log_variance(out, k) - 1.0 / fmax(out->dx[k] * out->dx[k], 0.25);
			out->dcov[h * days + k] = 0.5 * sqrt(fmax(a, 0.0) * fmax(b, 0.0)) *
						  exp(-fabs((double)h - (double)k) / 10.0);
		}
}

static double covariance(const struct fc_output *out, int i, int k)
{
	return out->dcov[(size_t)i * (size_t)out->days + (size_t)k];
}

static int node_of(int k, int factors, int days)
{
	if (k < NEAR_DAYS || days <= WFM_JOINT_FACTORS)
		return k;
	return NEAR_DAYS + (int)((double)(k - NEAR_DAYS + 1) * (days - NEAR_DAYS) /
				 (factors - NEAR_DAYS)) -
	       1;
}

static void factorise(struct wfm_joint *j, const struct fc_output *out)
{
	for (int k = 0; k < j->factors; k++) {
		int node = node_of(k, j->factors, j->days);
		const double *at = j->day_load + (size_t)node * (size_t)j->factors;
		double left = covariance(out, node, node), least = 1e-9 * left;
		for (int i = 0; i < k; i++)
			left -= at[i] * at[i];
		if (!(left > least))
			continue;
		for (int h = 0; h < j->days; h++) {
			double *load = j->day_load + (size_t)h * (size_t)j->factors;
			double c = covariance(out, h, node);
			for (int i = 0; i < k; i++)
				c -= load[i] * at[i];
			load[k] = c / sqrt(left);
		}
	}
}

/* Keeps each day's variance at V: loadings within it, the rest the day's own. */
static void fit_within(struct wfm_joint *j, const struct fc_output *out, const double *V)
{
	double before = 0.0; /* the own sd of the day before */
	for (int h = 0; h < j->days; h++) {
		double *load = j->day_load + (size_t)h * (size_t)j->factors, sum = 0.0, cross = 0.0;
		for (int k = 0; k < j->factors; k++) {
			sum += load[k] * load[k];
			cross += h > 0 ? load[k] * load[k - j->factors] : 0.0;
		}
		double own = sqrt(fmax(0.0, V[h] - sum));
		if (h > 0 && own * before > 0.0)
			j->day_own[3 * h + 1] = fmin(
				fmax((covariance(out, h, h - 1) - cross) / (own * before), 0.0), 0.99);
		before = own;
		j->day_own[3 * h] = own;
	}
	for (int h = 0; h < j->days; h++) {
		double *load = j->day_load + (size_t)h * (size_t)j->factors, sum = 0.0;
		for (int k = 0; k < j->factors; k++)
			sum += load[k] * load[k];
		for (int k = 0; k < j->factors && sum > V[h]; k++)
			load[k] *= sqrt(V[h] / sum);
	}
}

static void copy_shapes(struct wfm_joint *j, const struct fc_output *out)
{
	double *sd = j->shape + j->shapes * j->slots;
	for (int i = 0; i < j->shapes * j->slots; i++)
		j->shape[i] = out->shape[i];
	for (int h = 0; h < j->days; h++)
		for (int k = 0; k < j->shapes; k++)
			sd[h * j->shapes + k] =
				sqrt(fmax(0.0, out->shape_variance[h * WFM_JOINT_SHAPES + k]));
}

struct wfm_joint *fc_joint_build(struct fc_pool *pool, const struct fc_grid *g,
				 const struct fc_output *out)
{
	struct wfm_joint sizes = {
		.first_day = g->days[g->n_history].date,
		.days = out->days,
		.slots = g->slots,
		.factors = out->days < WFM_JOINT_FACTORS ? out->days : WFM_JOINT_FACTORS,
		.shapes = out->shapes,
	};
	struct wfm_joint *j = wfm_joint_alloc(&sizes);
	double *V = fc_alloc(pool, (size_t)out->days, sizeof *V);
	if (j == NULL || V == NULL) {
		wfm_joint_free(j);
		return NULL;
	}
	fill_covariance(out);
	for (int h = 0; h < out->days; h++) {
		for (int s = 0; s < g->slots; s++) {
			size_t c = (size_t)h * (size_t)g->slots + (size_t)s;
			if (!fc_slot_open(g, g->n_history + h, s))
				continue;
			j->mean[c] = fc_mean(out->x[c], out->v[c]);
			j->variance[c] = out->v[c];
		}
		V[h] = day_variance(j, h, out);
	}
	copy_shapes(j, out);
	factorise(j, out);
	fit_within(j, out, V);
	return j;
}
