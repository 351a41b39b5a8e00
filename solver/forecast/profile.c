/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The weekday profile: p_w(t) = Σ_d ω·y_d(t) / Σ_d ω·N_d over that weekday's days, with
 * ω = 2^(−age in weeks / 8). Weekdays lend to each other slot by slot: p_w is the mean of all
 * weekdays' profiles with weights 1/se_w² for its own and 1/(τ² + se_u²) for another u,
 * where τ² is how much the two differ around that slot beyond their noise. The slots before and
 * after lend likewise, by the parabola through them. Then renormalised.
 * A second pass trusts days less the farther their shape lies from the first pass's profile.
 */
#include "fc.h"

#include <math.h>
#include <string.h>

static const double HALF_LIFE_WEEKS = 8.0;

enum { LEAST_REACH = 2, REACH = 3 };
/* Of the parabola through so many slots on either side of one left out: what the first, second
   and third weigh in its value there. */
static const double parabola[REACH + 1][REACH + 1] = {
	[2] = { 0.0, 4.0 / 6.0, -1.0 / 6.0 },
	[3] = { 0.0, 3.0 / 7.0, 3.0 / 14.0, -1.0 / 7.0 },
};

/* Room for sums over the slots. */
struct running {
	double sum[WFM_MAX_SLOTS + 1], tau2[WFM_MAX_SLOTS], top[WFM_MAX_SLOTS], bottom[WFM_MAX_SLOTS];
	int n[WFM_MAX_SLOTS + 1];
};

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
		double *share = k->share + w * g->slots;
		for (int s = g->from; s < g->to; s++)
			share[s] += weight * y[s];
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

/*
 * Squared difference of two weekdays' shares around each slot beyond what noise explains, by
 * running sums over the slots: an hour either side.
 */
static void differences(const struct weekday_sums *k, const struct fc_grid *g, int a, int b,
			struct running *r, double *out)
{
	int reach = g->slots / 24 > 1 ? g->slots / 24 : 1;
	const double *p = k->share + a * g->slots, *q = k->share + b * g->slots;
	double own = 1.0 / k->volume[a], other = 1.0 / k->volume[b];
	for (int s = 0; s < g->slots; s++) {
		bool both = g->open[a][s] && g->open[b][s];
		double d = (p[s] - q[s]) * (p[s] - q[s]) - p[s] * own - q[s] * other;
		r->sum[s + 1] = r->sum[s] + (both ? d : 0.0);
		r->n[s + 1] = r->n[s] + both;
	}
	for (int s = 0; s < g->slots; s++) {
		int low = s > reach ? s - reach : 0, high = s + reach + 1;
		high = high < g->slots ? high : g->slots;
		int n = r->n[high] - r->n[low];
		out[s] = n > 0 ? fc_max(0.0, (r->sum[high] - r->sum[low]) / n) : INFINITY;
	}
}

/* Adds what weekday u lends to w. Without a volume of its own, w takes all alike. */
static void lend(const struct weekday_sums *k, const struct fc_grid *g, int w, int u,
		 struct running *r)
{
	const double *p = k->share + u * g->slots;
	bool known = u != w && k->volume[w] > 0.0;
	if (known)
		differences(k, g, w, u, r, r->tau2);
	for (int s = g->from; s < g->to; s++) {
		if (!g->open[u][s])
			continue;
		/* Binomial noise, with a floor so that an empty slot is not certain. */
		double se2 = (p[s] + 0.2 / g->open_slots[u]) / k->volume[u];
		double weight = 1.0 / ((known ? r->tau2[s] : 0.0) + se2);
		r->top[s] += weight * p[s];
		r->bottom[s] += weight;
	}
}

/* How many slots on either side are known, at most REACH. */
static int known_reach(const struct fc_grid *g, int w, const struct running *r, int s)
{
	int reach = 0;
	if (!(r->bottom[s] > 0.0))
		return 0;
	while (reach < REACH && s > reach && s + reach + 1 < g->slots && g->open[w][s - reach - 1] &&
	       g->open[w][s + reach + 1] && r->bottom[s - reach - 1] > 0.0 &&
	       r->bottom[s + reach + 1] > 0.0)
		reach++;
	return reach;
}

/* What its neighbours say of a slot, into top, and the noise of that, into tau2; running sums of
   how far slots lie from it beyond noise. */
static void ask_neighbours(const struct fc_grid *g, int w, const double *own, struct running *r)
{
	for (int s = 0; s < g->slots; s++) {
		int reach = g->open[w][s] ? known_reach(g, w, r, s) : 0;
		const double *weight = parabola[reach];
		double value = 0.0, noise = 0.0;
		for (int i = 1; i <= reach; i++) {
			value += weight[i] * (own[s - i] + own[s + i]);
			noise += weight[i] * weight[i] * (1.0 / r->bottom[s - i] + 1.0 / r->bottom[s + i]);
		}
		r->top[s] = value;
		r->tau2[s] = noise;
		r->sum[s + 1] = r->sum[s];
		r->n[s + 1] = r->n[s] + (reach >= LEAST_REACH);
		if (reach >= LEAST_REACH)
			r->sum[s + 1] += (value - own[s]) * (value - own[s]) - noise - 1.0 / r->bottom[s];
	}
}

/*
 * Neighbours lend to each other as weekdays do: the parabola through those of a slot counts by
 * its noise and by how far slots are from theirs beyond noise, within two hours either side.
 */
static void smooth(const struct fc_grid *g, int w, struct running *r, double *own)
{
	int around = g->slots / 12 > 2 ? g->slots / 12 : 2;
	ask_neighbours(g, w, own, r);
	for (int s = 0; s < g->slots; s++) {
		int low = s > around ? s - around : 0, high = s + around + 1;
		high = high < g->slots ? high : g->slots;
		if (r->n[s + 1] == r->n[s])
			continue;
		double apart = (r->sum[high] - r->sum[low]) / (r->n[high] - r->n[low]);
		double weight = 1.0 / (fc_max(0.0, apart) + r->tau2[s]);
		double mean = (own[s] * r->bottom[s] + weight * r->top[s]) / (r->bottom[s] + weight);
		own[s] = fc_max(0.0, mean);
	}
}

static void blend(const struct weekday_sums *k, const struct fc_grid *g, int w, struct running *r,
		  double *own)
{
	memset(r->top, 0, sizeof r->top);
	memset(r->bottom, 0, sizeof r->bottom);
	for (int u = 0; u < 7; u++)
		if (k->volume[u] > 0.0)
			lend(k, g, w, u, r);
	for (int s = 0; s < g->slots; s++) {
		bool some = g->open[w][s] && r->bottom[s] > 0.0;
		own[s] = some ? fc_max(0.0, r->top[s] / r->bottom[s]) : 0.0;
	}
	smooth(g, w, r, own);
	double sum = 0.0;
	for (int s = 0; s < g->slots; s++)
		sum += own[s];
	for (int s = 0; s < g->slots; s++)
		own[s] = sum > 0.0 ? own[s] / sum : g->open[w][s] ? 1.0 / g->open_slots[w] : 0.0;
}

static void residuals(const struct fc_train *t, const double *share, double *R)
{
	const struct fc_grid *g = t->grid;
	for (int d = 0; d < t->n; d++) {
		if (isnan(t->total[d]))
			continue;
		int w = g->days[d].weekday;
		size_t row = (size_t)d * (size_t)g->slots;
		for (int s = g->from; s < g->to; s++)
			if (g->open[w][s])
				R[row + (size_t)s] =
					t->root[row + (size_t)s] -
					fc_poisson_centre(t->total[d] * share[w * g->slots + s]);
	}
}

static void estimate(const struct fc_train *t, const double *trust, struct weekday_sums *k,
		     struct running *r, double *share)
{
	collect(t, trust, k);
	for (int w = 0; w < 7; w++)
		blend(k, t->grid, w, r, share + w * t->grid->slots);
}

/* trust_d = min(1, (1.5 · median distance ÷ own distance)²) from the residuals' norms. */
static void distrust_odd_days(const struct fc_train *t, const double *R, double *work, double *trust)
{
	int slots = t->grid->slots, n = 0;
	for (int d = 0; d < t->n; d++) {
		double sum = 0.0;
		const double *r = R + (size_t)d * (size_t)slots;
		for (int s = t->grid->from; s < t->grid->to; s++)
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
	if (t->shared->profile.share != NULL) {
		*p = t->shared->profile;
		return WFM_OK;
	}
	size_t slots = (size_t)t->grid->slots, days = (size_t)t->n;
	struct weekday_sums k = { .share = fc_alloc(t->pool, 7 * slots, sizeof(double)) };
	struct running *r = fc_alloc(t->pool, 1, sizeof *r);
	double *trust = fc_alloc(t->pool, days, sizeof *trust);
	double *work = fc_alloc(t->pool, days, sizeof *work);
	double *share = fc_alloc(t->pool, 7 * slots, sizeof *share);
	double *R = fc_alloc(t->pool, days * slots, sizeof *R);
	if (t->pool->failed)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	for (int d = 0; d < t->n; d++)
		trust[d] = 1.0;
	estimate(t, trust, &k, r, share);
	residuals(t, share, R);
	distrust_odd_days(t, R, work, trust);
	estimate(t, trust, &k, r, share);
	residuals(t, share, R);
	*p = t->shared->profile = (struct fc_profile){ share, R };
	return WFM_OK;
}
