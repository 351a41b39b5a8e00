/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Erlang C, M/M/n with patient customers: ρ = a/n, x_n = 1/B(n, a),
 *
 *   C = 1/(x_n(1−ρ) + ρ),  E[W] = C·AHT/(n−a),  P(W <= T) = 1 − C·e^{−(n−a)T/AHT}
 *
 * written as (1−C) + C·(1−e^{−…}), which does not cancel.
 */
#include "erlang_impl.h"

#include <math.h>

/* C and 1 − C, a < n. Works on ln x_n, which may be far beyond a double's range. */
static void waiting(int32_t n, double a, double *wait, double *no_wait)
{
	double log_x = wfm_log_inverse_b(n, a);
	double rho = a / n, idle = (n - a) / n;
	double inverse = exp(-log_x); /* 0 when nobody ever waits */
	*wait = inverse / (idle + rho * inverse);
	*no_wait = idle * -expm1(-log_x) / (idle + rho * inverse);
}

double wfm_erlang_c(int32_t servers, double load_erl)
{
	if (servers < 0 || servers > WFM_MAX_SERVERS || !(load_erl >= 0.0) || isinf(load_erl))
		return NAN;
	if (load_erl == 0.0)
		return servers == 0 ? 1.0 : 0.0;
	if (load_erl >= servers)
		return 1.0;
	double wait, no_wait;
	waiting(servers, load_erl, &wait, &no_wait);
	return wait;
}

void wfm_erlang_c_figures(const struct wfm_station *st, struct wfm_station_figures *f)
{
	double a = st->arrivals_per_s * st->aht_s;
	/* One rounding for the whole n − λ·AHT: near saturation it is what matters. */
	double spare = fma(-st->arrivals_per_s, st->aht_s, st->servers);
	if (spare <= 0.0) {
		*f = (struct wfm_station_figures){ .stable = false,
						   .p_wait = 1.0,
						   .mean_wait_s = INFINITY,
						   .asa_answered_s = INFINITY,
						   .occupancy = 1.0,
						   .queue_length = INFINITY };
		return;
	}
	double wait, no_wait;
	waiting(st->servers, a, &wait, &no_wait);
	f->stable = true;
	f->p_wait = wait;
	f->p_abandon = 0.0;
	f->mean_wait_s = wait * st->aht_s / spare;
	f->asa_answered_s = f->mean_wait_s;
	double in_time = no_wait - wait * expm1(-spare * st->within_s / st->aht_s);
	for (int i = 0; i < WFM_SL_DEFINITIONS; i++)
		f->service_level[i] = in_time;
	f->occupancy = a / st->servers;
	f->queue_length = st->arrivals_per_s * f->mean_wait_s;
}
