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

/* What slots spread a day's total by themselves, when the day's factor has variance V. */
static double own_spread(const struct wfm_joint *j, int h, double V, double *slope)
{
	double spread = 0.0;
	*slope = 0.0;
	for (int s = 0; s < j->slots; s++) {
		size_t c = (size_t)h * (size_t)j->slots + (size_t)s;
		if (!(j->mean[c] > 0.0))
			continue;
		struct fc_slot_split p = fc_slot_split(j->mean[c], j->variance[c], V);
		double own = p.own * p.own, square = p.centre * p.centre;
		spread += 4.0 * square * own + 2.0 * own * own + (p.poisson ? j->mean[c] : 0.0);
		*slope += 2.0 * p.centre * p.day;
	}
	return spread;
}

/* V with slope(V)²·V + own_spread(V) = the total's variance, by damped iteration. */
static double day_variance(const struct wfm_joint *j, int h, double dx, double dv)
{
	double wanted = 4.0 * dx * dx * dv + 2.0 * dv * dv, slope, V = 0.0;
	double root = 0.0;
	for (int i = 0; i < ROUNDS; i++) {
		double spread = own_spread(j, h, V, &slope);
		/* The slope falls where slots have no room for V: keep the first one's scale. */
		if (i == 0)
			root = slope;
		if (!(root > 0.0))
			return 0.0;
		double next = fmax(0.0, wanted - spread) / (root * root);
		V = i < 2 ? next : 0.5 * (V + next);
	}
	return fmin(V, 25.0);
}

static double covariance(const struct fc_output *out, int i, int k)
{
	if (out->dcov != NULL)
		return out->dcov[(size_t)i * (size_t)out->days + (size_t)k];
	return 0.0;
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
			j->day_own[2 * h + 1] = fmin(
				fmax((covariance(out, h, h - 1) - cross) / (own * before), 0.0), 0.99);
		before = own;
		j->day_own[2 * h] = own;
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
	for (int h = 0; h < out->days; h++) {
		for (int s = 0; s < g->slots; s++) {
			size_t c = (size_t)h * (size_t)g->slots + (size_t)s;
			if (!fc_slot_open(g, g->n_history + h, s))
				continue;
			j->mean[c] = fc_mean(out->x[c], out->v[c]);
			j->variance[c] = out->v[c];
		}
		V[h] = day_variance(j, h, out->dx[h], out->dv[h]);
	}
	copy_shapes(j, out);
	factorise(j, out);
	fit_within(j, out, V);
	return j;
}
