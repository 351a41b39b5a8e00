/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Shares of the methods in a forecast. With W_mo the WAPE of method m at origin o (of slots; of
 * day totals where slots are mostly empty, for there the least absolute error is no forecast),
 *
 *   share_m ∝ prior_m · (Σ_o r_o W_mo)^(−4R),   R = Σ_o r_o,
 *
 * r_o the part of today's history that origin had: what a method did with three weeks says
 * little about eight. It is the likelihood of errors of unknown scale, ŝ^(−n), counting n = 4
 * independent errors at an origin, for the errors of a fortnight hang together. The prior of a
 * method that learns the calendar grows with the months it has seen (methods.c). Where a method
 * could not run at an origin it is taken to have done there what the mixture did. Shares under
 * 5 % are dropped.
 */
#include "judge.h"

#include <math.h>
#include <string.h>

static const double ERRORS_AN_ORIGIN = 4.0, LEAST_SHARE = 0.05;

static double open_weekdays(const struct fc_grid *g)
{
	double n = 0.0;
	for (int w = 0; w < 7; w++)
		n += g->open_slots[w] > 0.0;
	return fmax(n, 1.0);
}

static bool may_speak(const struct fc_method *m, const struct fc_backtest *b, int usable)
{
	return m->run != NULL && usable >= m->min_days && (m->fits == NULL || m->fits(b->grid));
}

/* Σ r_o W_mo by method, and R. */
static double evidence(const struct fc_backtest *b, int n, double sum[WFM_MAX_METHODS])
{
	double all = 0.0;
	memset(sum, 0, WFM_MAX_METHODS * sizeof *sum);
	for (int o = 0; o < b->n; o++) {
		const struct fc_origin *p = &b->origin[o];
		if (p->n + b->days > n || p->volume <= 0.0)
			continue;
		all += p->share;
		for (int i = 0; fc_method_at(i) != NULL; i++) {
			int j = p->ran[i] ? i : b->main;
			sum[i] += p->share * p->error[j] / p->volume;
		}
	}
	return all;
}

static void normalise(double weight[WFM_MAX_METHODS])
{
	double sum = 0.0;
	for (int i = 0; i < WFM_MAX_METHODS; i++)
		sum += weight[i];
	for (int i = 0; i < WFM_MAX_METHODS && sum > 0.0; i++)
		weight[i] /= sum;
}

void fc_weigh(const struct fc_backtest *b, int n, int usable, double weight[WFM_MAX_METHODS])
{
	double sum[WFM_MAX_METHODS], least = INFINITY, R = evidence(b, n, sum);
	double months = usable * 7.0 / open_weekdays(b->grid) / 30.0;
	memset(weight, 0, WFM_MAX_METHODS * sizeof *weight);
	for (int i = 0; fc_method_at(i) != NULL; i++)
		if (may_speak(fc_method_at(i), b, usable))
			least = fmin(least, sum[i]);
	for (int i = 0; fc_method_at(i) != NULL; i++) {
		const struct fc_method *m = fc_method_at(i);
		if (!may_speak(m, b, usable))
			continue;
		/* A thousandth added: where several are all but exact none is infinitely better. */
		double ratio = (sum[i] + 1e-3 * R) / (least + 1e-3 * R);
		weight[i] = (m->prior + m->prior_a_month * months) *
			    (R > 0.0 ? pow(ratio, -ERRORS_AN_ORIGIN * R) : 1.0);
	}
	normalise(weight);
	for (int i = 0; i < WFM_MAX_METHODS; i++)
		if (weight[i] < LEAST_SHARE)
			weight[i] = 0.0;
	normalise(weight);
	if (usable < 1 || !(weight[0] >= 0.0))
		weight[0] = 1.0;
}
