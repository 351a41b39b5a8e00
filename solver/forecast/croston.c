/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sparse queues: Teunter, Syntetos & Babai (2011) on days. The chance p that a day brings
 * anything and the size z of a day that does are smoothed apart,
 *
 *   p ← p + β(1[N>0] − p) every open day,   z ← z + α(N − z) on days with contacts,
 *
 * and a day of weekday w expects p·z·i_w. α, β on a small grid by the squared one-day errors. The
 * weekday's index and the slot's share are means shrunk towards no pattern by a few contacts:
 *
 *   i_w = (S_w + κ)/(E_w + κ)     share_t = (S_t + κ u_t)/(S + κ)
 *
 * with S what came, E what an equal week would have brought, u_t an hour's running mean. Counts
 * are negative binomial: variance m + (φ−1)m²/N for a slot of mean m in a day of mean N, φN for
 * the day, φ from the one-day errors.
 */
#include "fc.h"

#include <math.h>
#include <string.h>

static const double KAPPA = 20.0, SPARSE = 0.5;

struct tsb {
	double index[7], share[WFM_MAX_SLOTS];
	double mean;       /* p·z at the end */
	double dispersion; /* φ >= 1 */
};

bool fc_is_sparse(const struct fc_grid *g)
{
	double sum = 0.0, n = 0.0;
	for (int d = 0; d < g->n_history; d++)
		for (int s = 0; s < g->slots && g->days[d].learn; s++) {
			double y = fc_row(g, d)[s];
			if (g->open[g->days[d].weekday][s] && !isnan(y)) {
				sum += y;
				n += 1.0;
			}
		}
	return n > 0.0 && sum < SPARSE * n;
}

static void weekday_index(const struct fc_train *t, struct tsb *k)
{
	double sum[7] = { 0 }, days[7] = { 0 }, all = 0.0;
	for (int d = 0; d < t->n; d++)
		if (!isnan(t->total[d])) {
			sum[t->grid->days[d].weekday] += t->total[d];
			days[t->grid->days[d].weekday] += 1.0;
			all += t->total[d];
		}
	for (int w = 0; w < 7; w++) {
		double expected = t->usable > 0 ? all / t->usable * days[w] : 0.0;
		k->index[w] = (sum[w] + KAPPA) / (expected + KAPPA);
	}
}

/* Mean of an hour either side, for the open slots of any weekday. */
static double around(const struct fc_grid *g, const double *sum, int slot)
{
	int reach = g->slots / 24 > 1 ? g->slots / 24 : 1;
	double top = 0.0, n = 0.0;
	for (int s = slot - reach; s <= slot + reach; s++)
		if (s >= 0 && s < g->slots) {
			top += sum[s];
			n += 1.0;
		}
	return top / n;
}

static void slot_shares(const struct fc_train *t, struct tsb *k)
{
	const struct fc_grid *g = t->grid;
	double sum[WFM_MAX_SLOTS] = { 0 }, all = 0.0, smooth = 0.0;
	for (int d = 0; d < t->n; d++)
		for (int s = 0; s < g->slots && !isnan(t->total[d]); s++) {
			sum[s] += t->y[(size_t)d * (size_t)g->slots + (size_t)s];
			all += t->y[(size_t)d * (size_t)g->slots + (size_t)s];
		}
	for (int s = 0; s < g->slots; s++)
		smooth += around(g, sum, s) + 0.1;
	for (int s = 0; s < g->slots; s++)
		k->share[s] = (sum[s] + KAPPA * (around(g, sum, s) + 0.1) / smooth) / (all + KAPPA);
}

/* Runs the two smoothings; the one-day errors' squares, and those over their means in φ. */
static double smooth(const struct fc_train *t, struct tsb *k, double alpha, double beta)
{
	double p = 0.0, z = 0.0, hits = 0.0, days = 0.0, squares = 0.0, ratio = 0.0;
	for (int d = 0; d < t->n; d++)
		if (!isnan(t->total[d])) {
			hits += t->total[d] >= 0.5;
			z += t->total[d];
			days += 1.0;
		}
	p = (hits + 0.5) / (days + 1.0);
	z = z > 0.0 && hits > 0.0 ? z / hits : 1.0;
	if (hits <= 0.0)
		p = 0.0;
	for (int d = 0; d < t->n; d++) {
		if (isnan(t->total[d]))
			continue;
		double i = k->index[t->grid->days[d].weekday], f = p * z * i;
		double e = t->total[d] - f;
		squares += e * e;
		ratio += e * e / fmax(f, 0.05);
		p += beta * ((t->total[d] >= 0.5) - p);
		if (t->total[d] >= 0.5)
			z += alpha * (t->total[d] / i - z);
	}
	k->mean = p * z;
	k->dispersion = fmax(1.0, (ratio + 10.0) / (days + 10.0));
	return squares;
}

static void estimate(const struct fc_train *t, struct tsb *k)
{
	static const double grid[] = { 0.02, 0.05, 0.1, 0.2 };
	double least = INFINITY;
	struct tsb best;
	weekday_index(t, k);
	slot_shares(t, k);
	best = *k;
	for (int a = 0; a < 4; a++)
		for (int b = 0; b < 4; b++) {
			double cost = smooth(t, k, grid[a], grid[b]);
			if (cost < least) {
				least = cost;
				best = *k;
			}
		}
	*k = best;
}

static enum wfm_status run(const struct fc_train *t, struct fc_memory *memory,
			   struct fc_output *out, struct wfm_error *e)
{
	const struct fc_grid *g = t->grid;
	struct tsb *k = fc_alloc(t->pool, 1, sizeof *k);
	(void)memory;
	if (k == NULL)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	estimate(t, k);
	out->counts = true;
	for (int h = 0; h < out->days; h++) {
		int w = g->days[t->n + h].weekday;
		double N = k->mean * k->index[w], shares = 0.0;
		for (int s = 0; s < g->slots; s++)
			shares += g->open[w][s] ? k->share[s] : 0.0;
		if (!(shares > 0.0))
			N = 0.0;
		out->dv[h] = fc_poisson_noise(N) + 0.25 * (k->dispersion - 1.0) * (N > 0.0);
		out->dx[h] = fc_centre(N, out->dv[h]);
		for (int s = 0; s < g->slots; s++) {
			size_t c = (size_t)h * (size_t)g->slots + (size_t)s;
			double m = g->open[w][s] && N > 0.0 ? N * k->share[s] / shares : 0.0;
			double beyond = m > 0.0 ? 0.25 * (k->dispersion - 1.0) * m / N : 0.0;
			out->v[c] = fc_poisson_noise(m) + beyond;
			out->x[c] = fc_centre(m, out->v[c]);
		}
	}
	return WFM_OK;
}

const struct fc_method fc_croston = {
	.name = "croston",
	.min_days = 10,
	.prior = 1.0,
	.prior_a_month = 1.0, /* where it fits there is little of a calendar to learn */
	.fits = fc_sparse,
	.run = run,
};
