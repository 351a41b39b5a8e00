/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Medians and the x = √(y+¼) scale. */
#include "fc.h"

#include <math.h>
#include <string.h>

/* Hoare's FIND. */
double fc_smallest(double *v, int n, int k)
{
	int low = 0, high = n - 1;
	while (low < high) {
		double pivot = v[low + (high - low) / 2];
		int i = low, j = high;
		while (i <= j) {
			while (v[i] < pivot)
				i++;
			while (v[j] > pivot)
				j--;
			if (i > j)
				break;
			double swap = v[i];
			v[i++] = v[j];
			v[j--] = swap;
		}
		if (k <= j)
			high = j;
		else if (k >= i)
			low = i;
		else
			break;
	}
	return v[k];
}

double fc_median(double *v, int n)
{
	if (n <= 0)
		return NAN;
	double upper = fc_smallest(v, n, n / 2), lower = v[0];
	if (n % 2)
		return upper;
	for (int i = 1; i < n / 2; i++)
		lower = v[i] > lower ? v[i] : lower;
	return 0.5 * (lower + upper);
}

double fc_mad(double *v, int n, double centre)
{
	for (int i = 0; i < n; i++)
		v[i] = fabs(v[i] - centre);
	return fc_median(v, n);
}

/* u − E√(Y+¼) for Poisson Y with u = √(mean+¼), at u = 0.5, 0.6 … 6.1, by direct summation. */
static const double centre_table[] = {
	0.0000000, 0.0334104, 0.0581253, 0.0754788, 0.0867803, 0.0932617,
	0.0960373, 0.0960782, 0.0942003, 0.0910635, 0.0871820, 0.0829392,
	0.0786080, 0.0743712, 0.0703418, 0.0665812, 0.0631143, 0.0599420,
	0.0570504, 0.0544180, 0.0520198, 0.0498303, 0.0478257, 0.0459842,
	0.0442866, 0.0427162, 0.0412586, 0.0399015, 0.0386344, 0.0374481,
	0.0363347, 0.0352875, 0.0343005, 0.0333685, 0.0324868, 0.0316514,
	0.0308587, 0.0301053, 0.0293884, 0.0287053, 0.0280537, 0.0274314,
	0.0268364, 0.0262669, 0.0257214, 0.0251983, 0.0246962, 0.0242139,
	0.0237503, 0.0233042, 0.0228747, 0.0224608, 0.0220618, 0.0216768,
	0.0213051, 0.0209460, 0.0205989,
};
enum { CENTRE_TABLE = sizeof centre_table / sizeof centre_table[0] };

double fc_small_centre(double u)
{
	double at = (u - 0.5) * 10.0;
	int i = (int)at;
	if (i > CENTRE_TABLE - 3) /* the last piece: means just below FC_SMALL_MEAN */
		i = CENTRE_TABLE - 3;
	double b = centre_table[i], c = centre_table[i + 1], d = centre_table[i + 2], x = at - i;
	/* To the left of the table its odd continuation. */
	double a = i > 0 ? centre_table[i - 1] : 2.0 * b - c;
	/* Catmull-Rom cubic. */
	return u - (b + 0.5 * x * (c - a + x * (2.0 * a - 5.0 * b + 4.0 * c - d +
						x * (3.0 * (b - c) + d - a))));
}

double fc_poisson_mean(double centre)
{
	double rest = centre * centre - 0.25, mean = fc_max(0.0, rest);
	if (rest >= FC_SMALL_MEAN) /* mean = centre² − ¼ + noise(mean) */
		mean = rest + 0.25 + 1.0 / (32.0 * (rest + 0.25));
	for (int i = 0; i < 4 && rest < FC_SMALL_MEAN; i++) /* the same, a contraction */
		mean = fc_max(0.0, rest + fc_poisson_noise(mean));
	return mean;
}

double fc_centre(double mean, double v)
{
	return sqrt(fmax(0.0, mean + 0.25 - v));
}

/* By slot, with the days' weights: squares beyond noise, means, weights. */
struct excess_sums {
	double over[WFM_MAX_SLOTS], mean[WFM_MAX_SLOTS], weight[WFM_MAX_SLOTS];
};

static void excess_day(const struct fc_train *t, const double *R, int day, double weight,
		       struct excess_sums *k)
{
	const struct fc_grid *g = t->grid;
	const uint8_t *open = g->open[g->days[day].weekday];
	const double *root = t->root + (size_t)day * (size_t)g->slots;
	for (int s = g->from; s < g->to; s++) {
		if (!open[s])
			continue;
		double x = root[s] - R[s];
		k->over[s] += weight * (R[s] * R[s] - fc_noise_at_root(x));
		k->mean[s] += weight * fc_max(x * x - 0.25, 0.0);
		k->weight[s] += weight;
	}
}

/* A few wild slots must not widen every day: squares end at four times what is common. */
static void excess_cap(const struct fc_train *t, const double *R, int day, double weight,
		       double common, struct excess_sums *k)
{
	const struct fc_grid *g = t->grid;
	const uint8_t *open = g->open[g->days[day].weekday];
	const double *root = t->root + (size_t)day * (size_t)g->slots;
	for (int s = g->from; s < g->to; s++) {
		double x = root[s] - R[s], square = R[s] * R[s];
		double most = 4.0 * common * fc_max(x * x - 0.25, 0.0);
		if (square <= most || !open[s])
			continue;
		most += 4.0 * fc_noise_at_root(x);
		k->over[s] -= square > most ? weight * (square - most) : 0.0;
	}
}

void fc_excess_fit(const struct fc_train *t, const double *R, double *excess)
{
	int slots = t->grid->slots;
	struct excess_sums k = { 0 };
	double over = 0.0, volume = 0.0, common = 0.0;
	for (int d = 0; d < t->n; d++)
		if (!isnan(t->total[d]))
			excess_day(t, R + (size_t)d * (size_t)slots, d, exp2(-(t->n - d) / 182.0),
				   &k);
	for (int s = 0; s < slots; s++) {
		over += k.over[s];
		volume += k.mean[s];
	}
	if (volume > 0.0)
		common = over / volume;
	for (int d = 0; d < t->n && volume > 0.0; d++)
		if (!isnan(t->total[d]))
			excess_cap(t, R + (size_t)d * (size_t)slots, d, exp2(-(t->n - d) / 182.0),
				   fc_max(0.0, common), &k);
	for (int s = 0; s < slots; s++) {
		double own = k.mean[s] > 0.0 ? k.over[s] / k.mean[s] : common, w = k.weight[s];
		excess[s] = fmax(0.0, (own * w + common * 4.0) / (w + 4.0));
	}
}

double fc_quantile(double x, double v, double z)
{
	double r = x + z * sqrt(v);
	return r > 0.5 ? r * r - 0.25 : 0.0;
}

double fc_mean(double x, double v)
{
	return fmax(0.0, x * x + v - 0.25);
}
