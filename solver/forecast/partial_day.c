/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A forecast that starts within a day: what has come in of it conditions the rest (intraday.c) and,
 * through the covariance of day totals, the days after. With z the posterior mean of the day's
 * factor in its own sd σ₀, ψ its posterior variance, and g_h = Cov(D_h, D₀)/σ₀²,
 *   D_h moves by g_h·σ₀·z, its variance falls by g_h²·σ₀²(1 − ψ).
 */
#include "joint.h"
#include "wfm/intraday.h"

#include <math.h>

static void shift_slot(double *x, double *v, double factor, double less)
{
	double noise = fmin(*v, 0.25), square = *x * *x;
	if (!(square > 0.25))
		return;
	/* Not below what the slot would have with nothing of the day's left to learn. */
	double rest = fmax(*v - noise - 0.25 * square * less, 0.25 * (*v - noise));
	*x *= sqrt(factor);
	*v = noise + rest * factor;
}

static void move_days_after(const struct fc_grid *g, const struct wfm_joint *j,
			    const struct wfm_intraday *now, struct fc_output *out)
{
	double V = fc_joint_day_variance(j, 0);
	for (int h = 1; h < out->days && V > 0.0; h++) {
		const double *a = j->day_load, *b = j->day_load + (size_t)h * (size_t)j->factors;
		double together = 0.0;
		for (int k = 0; k < j->factors; k++)
			together += a[k] * b[k];
		if (h == 1)
			together += j->day_own[0] * j->day_own[2] * j->day_own[3];
		double gain = fmin(fmax(together / V, 0.0), 1.0);
		double factor = exp(fmin(fmax(gain * sqrt(V) * now->z, -1.0), 1.0));
		double less = gain * gain * V * fmax(0.0, 1.0 - now->z_sd * now->z_sd);
		for (int s = 0; s < g->slots; s++) {
			size_t c = (size_t)h * (size_t)g->slots + (size_t)s;
			shift_slot(&out->x[c], &out->v[c], factor, less);
		}
		shift_slot(&out->dx[h], &out->dv[h], factor, less);
	}
}

/* x and v of a sum or slot back from its mean and quantiles, which are normal on the root scale. */
static void root_of(const struct wfm_intraday_slot *p, double *x, double *v)
{
	double half = (fc_root(p->quantile[5]) - fc_root(p->quantile[3])) / 1.2815515655446004;
	*v = fmin(half * half, p->mean + 0.25);
	*x = fc_centre(p->mean, *v);
}

enum wfm_status fc_partial_day(struct fc_pool *pool, const struct fc_grid *g, int first_slot,
			       struct fc_output *out, struct wfm_error *e)
{
	struct wfm_joint *j = fc_joint_build(pool, g, out);
	struct wfm_day_belief *belief = fc_alloc(pool, 1, sizeof *belief);
	struct wfm_intraday *now = fc_alloc(pool, 1, sizeof *now);
	enum wfm_status status = WFM_OK;
	if (j == NULL || pool->failed) {
		status = wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
		goto out;
	}
	status = wfm_day_belief_from_joint(j, j->first_day, belief, e);
	if (status == WFM_OK)
		status = wfm_intraday_update(belief, fc_row(g, g->n_history), first_slot, now, e);
	if (status != WFM_OK)
		goto out;
	for (int s = 0; s < g->slots; s++) {
		if (s < first_slot) { /* past: no volume is to come */
			out->x[s] = 0.5;
			out->v[s] = 0.0;
		} else if (belief->mean[s] > 0.0) {
			root_of(&now->slot[s], &out->x[s], &out->v[s]);
		}
	}
	root_of(&now->rest, &out->dx[0], &out->dv[0]); /* the day's total is that of its rest */
	move_days_after(g, j, now, out);
out:
	wfm_joint_free(j);
	return status;
}
