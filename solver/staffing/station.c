/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The public door to Erlang C and A: checks, and the cases with nothing to compute. */
#include "erlang_impl.h"

#include <math.h>

double wfm_leaving_rate(double patience_s)
{
	return isinf(patience_s) ? 0.0 : 1.0 / patience_s;
}

/* From a nanosecond to 30,000 years: products and quotients of such times never overflow. */
bool wfm_time_ok(double seconds)
{
	return seconds >= 1e-9 && seconds <= 1e12;
}

struct wfm_line wfm_line_of_station(const struct wfm_station *st)
{
	double lambda = st->arrivals_per_s, n = st->servers;
	return (struct wfm_line){
		.lambda = lambda,
		.capacity = n / st->aht_s,
		/* One rounding for the whole n − λ·AHT: near saturation it is what matters. */
		.spare = fma(-lambda, st->aht_s, n) / st->aht_s,
		.log_eps = wfm_log_inverse_b(st->servers - 1, lambda * st->aht_s),
		.theta = wfm_leaving_rate(st->patience_s),
		.within_s = st->within_s,
		.lobby = -1,
	};
}

void wfm_line_figures(const struct wfm_line *line, struct wfm_station_figures *f)
{
	f->p_blocked = 0.0;
	if (line->lobby >= 0)
		wfm_line_lobby(line, f);
	else if (line->theta > 0.0)
		wfm_line_erlang_a(line, f);
	else
		wfm_line_erlang_c(line, f);
}

static enum wfm_status station_check(const struct wfm_station *st, struct wfm_error *e)
{
	if (st->servers < 0 || st->servers > WFM_MAX_SERVERS)
		return wfm_fail(e, WFM_INVALID, "/servers", "must be between 0 and %d",
				WFM_MAX_SERVERS);
	if (!(st->arrivals_per_s >= 0.0) || isinf(st->arrivals_per_s))
		return wfm_fail(e, WFM_INVALID, "/arrivals_per_s", "must be a finite number >= 0");
	if (!wfm_time_ok(st->aht_s))
		return wfm_fail(e, WFM_INVALID, "/aht_s", "must be between 1e-9 and 1e12 seconds");
	if (!wfm_time_ok(st->patience_s) && !(st->patience_s > 0.0 && isinf(st->patience_s)))
		return wfm_fail(e, WFM_INVALID, "/patience_s",
				"must be between 1e-9 and 1e12 seconds, or infinite when nobody "
				"abandons");
	if (!(st->within_s >= 0.0 && st->within_s <= 1e12))
		return wfm_fail(e, WFM_INVALID, "/within_s", "must be between 0 and 1e12 seconds");
	if (st->arrivals_per_s * st->aht_s > 2.0 * WFM_MAX_SERVERS)
		return wfm_fail(e, WFM_INVALID, "/arrivals_per_s",
				"the offered load is above %d erlangs", 2 * WFM_MAX_SERVERS);
	return WFM_OK;
}

/* Nobody serves: the patient wait for ever, the others leave after their patience. */
static void no_servers(const struct wfm_station *st, int32_t lobby, struct wfm_station_figures *f)
{
	bool patient = isinf(st->patience_s);
	*f = (struct wfm_station_figures){
		.stable = !patient,
		.p_wait = 1.0,
		.p_abandon = patient ? 0.0 : 1.0,
		.mean_wait_s = st->patience_s,
		.asa_answered_s = INFINITY,
		.occupancy = 1.0,
		.queue_length = st->arrivals_per_s * st->patience_s,
	};
	if (lobby >= 0) { /* those who wait fill it, the patient for ever */
		f->stable = true;
		f->p_blocked = patient ? 1.0
				       : wfm_erlang_b(lobby, st->arrivals_per_s * st->patience_s);
		f->p_abandon = 1.0 - f->p_blocked;
		f->p_wait = 1.0 - f->p_blocked;
		f->mean_wait_s = patient ? INFINITY : f->p_abandon * st->patience_s;
		f->queue_length = patient ? lobby : st->arrivals_per_s * f->mean_wait_s;
	}
	if (!patient)
		f->service_level[WFM_SL_WAIT] =
			(1.0 - f->p_blocked) * -expm1(-st->within_s / st->patience_s);
}

/* lobby < 0: no limit. */
static enum wfm_status figures(const struct wfm_station *st, int32_t lobby,
			       struct wfm_station_figures *f, struct wfm_error *e)
{
	enum wfm_status status = station_check(st, e);
	if (status != WFM_OK)
		return status;
	if (st->arrivals_per_s * st->aht_s < WFM_EMPTY_ERL) {
		*f = (struct wfm_station_figures){ .stable = true };
		for (int i = 0; i < WFM_SL_DEFINITIONS; i++)
			f->service_level[i] = 1.0;
	} else if (st->servers == 0) {
		no_servers(st, lobby, f);
	} else {
		struct wfm_line line = wfm_line_of_station(st);
		line.lobby = lobby;
		wfm_line_figures(&line, f);
	}
	return WFM_OK;
}

enum wfm_status wfm_station_figures(const struct wfm_station *st, struct wfm_station_figures *f,
				    struct wfm_error *e)
{
	return figures(st, -1, f, e);
}

enum wfm_status wfm_lobby_figures(const struct wfm_station *st, int32_t lobby,
				  struct wfm_station_figures *f, struct wfm_error *e)
{
	if (lobby < 0 || lobby > WFM_MAX_SERVERS)
		return wfm_fail(e, WFM_INVALID, "/lobby", "must be between 0 and %d",
				WFM_MAX_SERVERS);
	return figures(st, lobby, f, e);
}
