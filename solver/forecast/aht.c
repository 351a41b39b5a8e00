/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Handling time: (Σω·handle + k·AHT₀)/(Σω·n + k) with ω = 2^(−age/8 weeks) and k = 30
 * contacts. AHT₀ of the queue is the fallback; AHT₀ of a slot of day is the queue's.
 */
#include "fc.h"

#include <math.h>

static const double PRIOR_CONTACTS = 30.0;

void fc_aht(const struct fc_grid *g, double fallback_s, double *aht, struct fc_pool *pool)
{
	size_t slots = (size_t)g->slots;
	double *time = fc_alloc(pool, slots, sizeof *time);
	double *contacts = fc_alloc(pool, slots, sizeof *contacts);
	double all_time = PRIOR_CONTACTS * fallback_s, all = PRIOR_CONTACTS;
	for (size_t s = 0; s < slots; s++)
		aht[s] = fallback_s;
	if (pool->failed)
		return;
	const struct wfm_series *series = g->series;
	int32_t origin = g->days[0].date + g->n_history;
	double seen = 0.0, seen_time = 0.0;
	for (size_t i = 0; i < series->n_observations; i++) {
		const struct wfm_observation *o = &series->observations[i];
		if (o->day >= origin || isnan(o->handle_time_s) || !(o->handled > 0.0))
			continue;
		double weight = exp2((o->day - origin) / 56.0);
		time[o->slot] += weight * o->handle_time_s;
		contacts[o->slot] += weight * o->handled;
		seen += weight * o->handled;
		seen_time += weight * o->handle_time_s;
	}
	if (seen <= 0.0 || seen_time <= 0.0)
		return;
	all_time += seen_time;
	all += seen;
	double mean = all_time / all;
	for (size_t s = 0; s < slots; s++)
		aht[s] = (time[s] + PRIOR_CONTACTS * mean) / (contacts[s] + PRIOR_CONTACTS);
}
