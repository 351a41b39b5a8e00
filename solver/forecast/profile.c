/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The weekday profile: p_w(t) = Σ_d ω·y_d(t) / Σ_d ω·N_d over that weekday's days, with
 * ω = 2^(−age in weeks / 8). Weekdays lend to each other slot by slot: p_w is the mean of all
 * weekdays' profiles with weights 1/se_w² for its own and 1/(τ² + se_u²) for another u,
 * where τ² is how much the two differ around that slot beyond their noise. Then renormalised.
 * A second pass trusts days less the farther their shape lies from the first pass's profile.
 */
#include "fc.h"

#include <math.h>
#include <string.h>

static const double HALF_LIFE_WEEKS = 8.0;

struct weekday_sums {
	double *share; /* 7 × slots */
	double volume[7];  /* Σω·N */
	double effective[7]; /* (Σω)²/Σω²: days' worth of evidence */
};

static void collect(const struct fc_train *t, const double *trust, struct weekday_sums *k)
{
	const struct fc_grid *g = t->grid;
	double sum[7] = { 0 }, squares[7] = { 0 };
	memset(k->share, 0, (size_t)(7 * g->slots) * sizeof *k->share);
	memset(k->volume, 0, sizeof k->volume);
	for (int d = 0; d < t->n; d++) {
		if (isnan(t->total[d]))
			continue;
		int w = g->days[d].weekday;
		double weight = trust[d] * exp2(-(t->n - d) / (7.0 * HALF_LIFE_WEEKS));
		sum[w] += weight;
		squares[w] += weight * weight;
		k->volume[w] += weight * t->total[d];
		const double *y = t->y + (size_t)d * (size_t)g->slots;
		for (int s = 0; s < g->slots; s++)
			k->share[w * g->slots + s] += weight * y[s];
	}
	for (int w = 0; w < 7; w++) {
		k->effective[w] = squares[w] > 0.0 ? sum[w] * sum[w] / squares[w] : 0.0;
		double mean = sum[w] > 0.0 ? k->volume[w] / sum[w] : 0.0;
		for (int s = 0; s < g->slots && k->volume[w] > 0.0; s++)
			k->share[w * g->slots + s] /= k->volume[w];
		/* Contacts that stand behind the profile, for its Poisson noise. */
		k->volume[w] = mean * k->effective[w];
	}
}

/* Squared difference of two weekdays' shares around slot s beyond what noise explains. */
static double difference(const struct weekday_sums *k, const struct fc_grid *g, int a, int b, int s)
{
	int reach = g->slots / 24 > 1 ? g->slots / 24 : 1; /* an hour either side */
	double sum = 0.0, n = 0.0;
	for (int j = s - reach; j <= s + reach; j++) {
		if (j < 0 || j >= g->slots || !g->open[a][j] || !g->open[b][j])
			continue;
		double p = k->share[a * g->slots + j], q = k->share[b * g->slots + j];
		sum += (p - q) * (p - q) - p / k->volume[a] - q / k->volume[b];
		n += 1.0;
	}
	return n > 0.0 ? fmax(0.0, sum / n) : INFINITY;
}

static double blended(const struct weekday_sums *k, const struct fc_grid *g, int w, int s)
{
	double top = 0.0, bottom = 0.0;
	for (int u = 0; u < 7; u++) {
		if (k->volume[u] <= 0.0 || !g->open[u][s])
			continue;
		double p = k->share[u * g->slots + s];
		/* Binomial noise, with a floor so that an empty slot is not certain. */
		double se2 = (p + 0.2 / g->open_slots[u]) / k->volume[u];
		double tau2 = u == w ? 0.0
			      : k->volume[w] > 0.0 ? difference(k, g, w, u, s)
						   : 0.0;
		double weight = 1.0 / (tau2 + se2);
		top += weight * p;
		bottom += weight;
	}
	return bottom > 0.0 ? top / bottom : 0.0;
}

double *fc_profile_residuals(const struct fc_train *t, const struct fc_profile *p)
{
	const struct fc_grid *g = t->grid;
	double *R = fc_alloc(t->pool, (size_t)t->n * (size_t)g->slots, sizeof *R);
	for (int d = 0; d < t->n && R != NULL; d++) {
		if (isnan(t->total[d]))
			continue;
		int w = g->days[d].weekday;
		size_t row = (size_t)d * (size_t)g->slots;
		for (int s = 0; s < g->slots; s++)
			if (g->open[w][s])
				R[row + (size_t)s] =
					fc_root(t->y[row + (size_t)s]) -
					fc_poisson_centre(t->total[d] * p->share[w * g->slots + s]);
	}
	return R;
}

static void estimate(const struct fc_train *t, const double *trust, struct weekday_sums *k,
		     struct fc_profile *p)
{
	const struct fc_grid *g = t->grid;
	collect(t, trust, k);
	for (int w = 0; w < 7; w++) {
		double sum = 0.0, *own = p->share + w * g->slots;
		for (int s = 0; s < g->slots; s++) {
			own[s] = g->open[w][s] ? fmax(0.0, blended(k, g, w, s)) : 0.0;
			sum += own[s];
		}
		for (int s = 0; s < g->slots; s++)
			own[s] = sum > 0.0 ? own[s] / sum
				 : g->open[w][s] ? 1.0 / g->open_slots[w]
						 : 0.0;
	}
}

/* trust_d = min(1, (1.5 · median distance ÷ own distance)²) from the residuals' norms. */
static void distrust_odd_days(const struct fc_train *t, const double *R, double *work, double *trust)
{
	int slots = t->grid->slots, n = 0;
	for (int d = 0; d < t->n; d++) {
		double sum = 0.0;
		const double *r = R + (size_t)d * (size_t)slots;
		for (int s = 0; s < slots; s++)
			sum += r[s] * r[s];
		trust[d] = sqrt(sum);
		if (!isnan(t->total[d]))
			work[n++] = trust[d];
	}
	double typical = n > 0 ? fc_median(work, n) : 0.0;
	for (int d = 0; d < t->n; d++) {
		double ratio = trust[d] > 0.0 ? 1.5 * typical / trust[d] : 1.0;
		trust[d] = fmin(1.0, fmax(ratio * ratio, 1e-3));
	}
}

enum wfm_status fc_profile_fit(const struct fc_train *t, struct fc_profile *p,
			       struct wfm_error *e)
{
	size_t slots = (size_t)t->grid->slots, days = (size_t)t->n;
	struct weekday_sums k = { .share = fc_alloc(t->pool, 7 * slots, sizeof(double)) };
	double *trust = fc_alloc(t->pool, days, sizeof *trust);
	double *work = fc_alloc(t->pool, days, sizeof *work);
	p->share = fc_alloc(t->pool, 7 * slots, sizeof(double));
	if (t->pool->failed)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	for (int d = 0; d < t->n; d++)
		trust[d] = 1.0;
	estimate(t, trust, &k, p);
	const double *R = fc_profile_residuals(t, p);
	if (R == NULL)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	distrust_odd_days(t, R, work, trust);
	estimate(t, trust, &k, p);
	return WFM_OK;
}
