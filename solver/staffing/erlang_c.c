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

double wfm_erlang_c(int32_t servers, double load_erl)
{
	if (servers < 0 || servers > WFM_MAX_SERVERS || !(load_erl >= 0.0) || isinf(load_erl))
		return NAN;
	if (load_erl == 0.0)
		return servers == 0 ? 1.0 : 0.0;
	if (load_erl >= servers)
		return 1.0;
	double rho = load_erl / servers, idle = (servers - load_erl) / servers;
	double inverse = exp(-wfm_log_inverse_b(servers, load_erl)); /* 0: nobody ever waits */
	return inverse / (idle + rho * inverse);
}

void wfm_line_erlang_c(const struct wfm_line *line, struct wfm_station_figures *f)
{
	if (line->spare <= 0.0) {
		*f = (struct wfm_station_figures){ .stable = false,
						   .p_wait = 1.0,
						   .mean_wait_s = INFINITY,
						   .asa_answered_s = INFINITY,
						   .occupancy = 1.0,
						   .queue_length = INFINITY };
		return;
	}
	/* D = ε + λ/spare, P(W>0) = (λ/spare)/D: the same C, for any service rates below N. */
	double waiting_room = line->lambda / line->spare;
	double inverse = exp(-line->log_eps);
	double wait = waiting_room * inverse / (1.0 + waiting_room * inverse);
	double no_wait = 1.0 / (1.0 + waiting_room * inverse);
	f->stable = true;
	f->p_wait = wait;
	f->p_abandon = 0.0;
	f->mean_wait_s = wait / line->spare;
	f->asa_answered_s = f->mean_wait_s;
	double in_time = no_wait - wait * expm1(-line->spare * line->within_s);
	for (int i = 0; i < WFM_SL_DEFINITIONS; i++)
		f->service_level[i] = in_time;
	f->occupancy = line->lambda / line->capacity;
	f->queue_length = line->lambda * f->mean_wait_s;
}
