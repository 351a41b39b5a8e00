/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Day total × weekday profile. z_d = ln(N_d + ½); each weekday has a mean of z with weights
 * 2^(−age/8 weeks), odd days weighing less, and what is left (of an odd day no more than of the
 * least usual one) follows an AR(1), z_d − μ_w = φ(z_{d−1} − μ_{w′}) + ε
 * over successive usable days. The forecast h steps on decays as φ^h, its variance is
 * σ²(1−φ^{2h})/(1−φ²), plus what a weekday mean is uncertain by.
 */
#include "fc.h"

#include <math.h>
#include <string.h>

static const double LEAST_BOUND = 0.3;

struct day_model {
	double mean[7];
	double evidence[7]; /* effective days behind a mean */
	double bound;     /* deviations beyond it are no ordinary day's */
	double phi, sigma2, last; /* last: the latest deviation */
};

/* Deviation of a day from its weekday's mean, no farther than the bound. */
static double deviation(const struct fc_train *t, const struct day_model *m, int d)
{
	double r = log(t->total[d] + 0.5) - m->mean[t->grid->days[d].weekday];
	return fmin(fmax(r, -m->bound), m->bound);
}

/* Of ordinary days: three standard deviations from the median absolute one, the means' degrees of
   freedom allowed for. */
static double usual_bound(const struct fc_train *t, const struct day_model *m, double *work)
{
	int n = 0, means = 0;
	for (int d = 0; d < t->n; d++)
		if (!isnan(t->total[d]))
			work[n++] = fabs(deviation(t, m, d));
	for (int w = 0; w < 7; w++)
		means += m->evidence[w] > 0.0;
	if (n <= means)
		return INFINITY;
	double spread = 1.4826 * fc_median(work, n) * sqrt((double)n / (n - means));
	return fmax(3.0 * spread, LEAST_BOUND);
}

/* Days beyond the bound count as much less as they lie beyond it. */
static void weekday_means(const struct fc_train *t, struct day_model *m)
{
	double from[7];
	memcpy(from, m->mean, sizeof from);
	double top[7] = { 0 }, bottom[7] = { 0 }, all = 0.0, weights = 0.0;
	for (int d = 0; d < t->n; d++) {
		if (isnan(t->total[d]))
			continue;
		int w = t->grid->days[d].weekday;
		double weight = exp2(-(t->n - d) / 56.0), z = log(t->total[d] + 0.5);
		weight *= fmin(1.0, m->bound / fabs(z - from[w]));
		top[w] += weight * z;
		bottom[w] += weight;
		all += weight * z;
		weights += weight;
	}
	double overall = weights > 0.0 ? all / weights : log(0.5);
	for (int w = 0; w < 7; w++) {
		m->mean[w] = bottom[w] > 0.0 ? top[w] / bottom[w] : overall + fc_unseen_weekday(t, w);
		m->evidence[w] = bottom[w];
	}
}

static void autoregression(const struct fc_train *t, struct day_model *m)
{
	double cross = 0.0, square = 0.0, sum = 0.0, n = 0.0, previous = NAN;
	bool seen[7] = { false };
	double means = 0.0; /* weekday means taken out: degrees of freedom */
	for (int d = 0; d < t->n; d++) {
		if (isnan(t->total[d]))
			continue;
		int w = t->grid->days[d].weekday;
		double r = deviation(t, m, d);
		means += !seen[w];
		seen[w] = true;
		sum += r * r;
		n += 1.0;
		if (!isnan(previous)) {
			cross += r * previous;
			square += previous * previous;
		}
		previous = r;
	}
	m->phi = square > 0.0 ? fmin(fmax(cross / square, 0.0), 0.95) : 0.0;
	/* With few days, a spread of 14 % until they say otherwise. */
	double variance = (sum + 2.0 * 0.02) / (fmax(n - means, 0.0) + 2.0);
	m->sigma2 = variance * (1.0 - m->phi * m->phi);
	m->last = isnan(previous) ? 0.0 : previous;
}

static enum wfm_status run(const struct fc_train *t, struct fc_memory *memory,
			   struct fc_output *out, struct wfm_error *e)
{
	(void)memory;
	const struct fc_grid *g = t->grid;
	struct fc_profile p;
	enum wfm_status status = fc_profile_fit(t, &p, e);
	if (status != WFM_OK)
		return status;
	double *excess = fc_alloc(t->pool, (size_t)g->slots, sizeof *excess);
	double *work = fc_alloc(t->pool, (size_t)t->n, sizeof *work);
	if (t->pool->failed)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	fc_excess_fit(t, p.residual, excess);
	struct day_model m = { .bound = INFINITY };
	weekday_means(t, &m);
	for (int pass = 0; pass < 2; pass++) {
		m.bound = INFINITY;
		m.bound = usual_bound(t, &m, work);
		weekday_means(t, &m);
	}
	autoregression(t, &m);
	double decay = 1.0, variance = 0.0;
	for (int h = 0; h < out->days; h++) {
		int w = g->days[t->n + h].weekday;
		if (g->days[t->n + h].open) {
			decay *= m.phi;
			variance = m.sigma2 + m.phi * m.phi * variance;
		}
		double z = m.mean[w] + decay * m.last;
		double v = variance + m.sigma2 / (m.evidence[w] + 1.0);
		double total = fmax(0.0, exp(z) - 0.5);
		out->dx[h] = fc_root(total);
		out->dv[h] = total > 0.0 ? 0.25 * total * v : 0.0;
		for (int s = 0; s < g->slots; s++) {
			size_t c = (size_t)h * (size_t)g->slots + (size_t)s;
			double y = total * p.share[w * g->slots + s];
			out->x[c] = fc_poisson_centre(y);
			out->v[c] = fc_poisson_noise(y) + y * (0.25 * v + excess[s]);
		}
	}
	return WFM_OK;
}

const struct fc_method fc_day_profile_ar = {
	.name = "day_profile_ar",
	.min_days = 5,
	.prior = 1.0,
	.run = run,
};
