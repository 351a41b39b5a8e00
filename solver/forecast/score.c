/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scores of a method's forecasts against what came: errors, pinball loss, coverage. */
#include "judge.h"

#include <math.h>

enum { DECILES = 9 };
#define Z80 1.2815515655446004
#define Z95 1.959963984540054

/* Deciles, then the bounds of 95 %, and what fills the last eight. */
enum { LOW_95 = DECILES, HIGH_95, QUANTILES, LANES = 2 * FC_BLOCK };
static const double quantile_z[LANES] = {
	-1.2815515655446004, -0.8416212335729143, -0.5244005127080407, -0.2533471031357997, 0.0,
	0.2533471031357997,  0.5244005127080407,  0.8416212335729143,  Z80, -Z95, Z95,
};
static const double quantile_tau[LANES] = { 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9 };

FC_WIDE static void quantiles(double x, double sd, double *restrict q)
{
	for (int i = 0; i < LANES; i++)
		q[i] = fc_max(x + sd * quantile_z[i], 0.5);
	for (int i = 0; i < LANES; i++)
		q[i] = q[i] * q[i] - 0.25;
}

/* Each quantile's loss to its own sum. */
FC_WIDE static void add_pinball(double y, const double *restrict q, double *restrict sums)
{
	for (int i = 0; i < LANES; i++) {
		double d = y - q[i], over = quantile_tau[i] * d, under = over - d;
		sums[i] += fc_max(over, under);
	}
}

static void score_slot(struct fc_tally *k, const struct fc_output *o, double y, size_t c,
		       bool week1, double pinball[LANES])
{
	double x = o->x[c], v = o->v[c], f = fc_max(x * x + v - 0.25, 0.0), q[LANES];
	quantiles(x, sqrt(v), q);
	for (int i = 0; o->counts && i < QUANTILES; i++)
		q[i] = fc_count_quantile(x, v, quantile_z[i]);
	add_pinball(y, q, pinball);
	k->error += fabs(y - f);
	k->signed_error += f - y;
	k->volume += y;
	if (week1) {
		k->error_week1 += fabs(y - f);
		k->volume_week1 += y;
	}
	k->inside_80 += y >= q[0] && y <= q[DECILES - 1];
	k->inside_95 += y >= q[LOW_95] && y <= q[HIGH_95];
	k->slots += 1.0;
}

bool fc_scored_day(const struct fc_grid *g, int day)
{
	return day < g->n_history && (g->days[day].learn || g->days[day].special >= 0);
}

bool fc_scored_total(const struct fc_grid *g, int day, double *total)
{
	if (!fc_scored_day(g, day))
		return false;
	const struct fc_day *d = &g->days[day];
	const double *row = fc_row(g, day);
	double seen = 0.0;
	*total = 0.0;
	for (int s = 0; s < g->slots; s++)
		if (g->open[d->weekday][s] && !isnan(row[s])) {
			*total += row[s];
			seen += 1.0;
		}
	return seen > 0.0 && seen >= g->open_slots[d->weekday];
}

void fc_score_origin(struct fc_tally *k, const struct fc_grid *g, int n, const struct fc_output *o)
{
	bool scored = false;
	double pinball[LANES] = { 0 };
	for (int h = 0; h < o->days && n + h < g->n_history; h++) {
		if (!fc_scored_day(g, n + h))
			continue;
		const double *row = fc_row(g, n + h);
		double total;
		for (int s = 0; s < g->slots; s++) {
			if (!g->open[g->days[n + h].weekday][s] || isnan(row[s]))
				continue;
			size_t c = (size_t)h * (size_t)g->slots + (size_t)s;
			score_slot(k, o, row[s], c, h < 7, pinball);
			scored = true;
		}
		if (fc_scored_total(g, n + h, &total)) {
			k->days += 1.0;
			k->day_error += fabs(total - fc_mean(o->dx[h], o->dv[h]));
			k->day_volume += total;
			k->days_inside_80 += total >= fc_output_quantile(o, o->dx[h], o->dv[h], -Z80) &&
					     total <= fc_output_quantile(o, o->dx[h], o->dv[h], Z80);
		}
	}
	for (int i = 0; i < DECILES; i++)
		k->pinball += pinball[i] / DECILES;
	k->origins += scored;
}

void fc_score_add(struct fc_tally *sum, const struct fc_tally *k)
{
	sum->error += k->error;
	sum->error_week1 += k->error_week1;
	sum->signed_error += k->signed_error;
	sum->pinball += k->pinball;
	sum->volume += k->volume;
	sum->volume_week1 += k->volume_week1;
	sum->inside_80 += k->inside_80;
	sum->inside_95 += k->inside_95;
	sum->slots += k->slots;
	sum->days += k->days;
	sum->days_inside_80 += k->days_inside_80;
	sum->day_error += k->day_error;
	sum->day_volume += k->day_volume;
	sum->origins += k->origins;
}

void fc_score_write(struct wfm_method_score *s, const struct fc_tally *k, double scale)
{
	s->wape = k->volume > 0.0 ? k->error / k->volume : NAN;
	s->wape_week1 = k->volume_week1 > 0.0 ? k->error_week1 / k->volume_week1 : NAN;
	s->wape_day = k->day_volume > 0.0 ? k->day_error / k->day_volume : NAN;
	s->bias = k->volume > 0.0 ? k->signed_error / k->volume : NAN;
	s->wql = k->volume > 0.0 ? 2.0 * k->pinball / k->volume : NAN;
	s->mase = k->slots > 0.0 && scale > 0.0 ? k->error / k->slots / scale : NAN;
	s->coverage_80 = k->slots > 0.0 ? k->inside_80 / k->slots : NAN;
	s->coverage_95 = k->slots > 0.0 ? k->inside_95 / k->slots : NAN;
	s->coverage_80_day = k->days > 0.0 ? k->days_inside_80 / k->days : NAN;
	s->origins = k->origins;
	s->scored = (int32_t)k->slots;
}
