/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Weeks as spread as they should be. A week's variance is Σ N_i²V_i + Σ N_i N_k C_ik, days and
 * what ties them. The days have their own calibration, so what is known of weeks goes into the
 * ties. Wider: C moves towards days that err all alike; narrower: towards independent ones.
 * Both are mixtures of covariances, so the outcome is one.
 */
#include "fc.h"

#include <math.h>

static const double CLOSEST = 0.95; /* days never err all alike */

static double volume(const struct fc_output *o, size_t h)
{
	return fc_mean(o->dx[h], o->dv[h]);
}

static double alike(const struct fc_output *o, size_t h, size_t k)
{
	return sqrt(fc_log_variance(o, h) * fc_log_variance(o, k));
}

void fc_week_widen(double ratio, struct fc_output *out)
{
	size_t days = (size_t)out->days, week = days < 7 ? days : 7;
	double own = 0.0, tied = 0.0, most = 0.0;
	for (size_t h = 0; h < week; h++) {
		double n = volume(out, h);
		own += n * n * fc_log_variance(out, h);
		for (size_t k = 0; k < h; k++) {
			tied += 2.0 * n * volume(out, k) * out->dcov[h * days + k];
			most += 2.0 * n * volume(out, k) * alike(out, h, k);
		}
	}
	double change = (ratio - 1.0) * (own + tied);
	double towards = change > 0.0 && most > tied ? change / (most - tied) : 0.0;
	double away = change < 0.0 && tied > 0.0 ? -change / tied : 0.0;
	towards = fmin(towards, CLOSEST);
	away = fmin(away, 1.0);
	for (size_t h = 0; h < days; h++)
		for (size_t k = 0; k < days; k++) {
			double *c = &out->dcov[h * days + k];
			*c += towards * (alike(out, h, k) - *c) - away * *c;
		}
}
