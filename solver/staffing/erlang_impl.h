/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of solver/staffing share. Pure, thread safe, nothing allocated.
 */
#ifndef WFM_ERLANG_IMPL_H
#define WFM_ERLANG_IMPL_H

#include "wfm/erlang.h"

/* ln(1/B(n, a)) for n >= 0, a > 0: 0 <= result, INFINITY never (finite up to n·ln n). */
double wfm_log_inverse_b(int32_t servers, double load_erl);

/* x − ln(1+x), x > −1, without cancellation near 0. */
double wfm_x_minus_log1p(double x);

/* e^(−x) − 1 + x >= 0, without cancellation near 0; up to 0.5 it is x² times a series of this. */
double wfm_expm_curve(double x);
enum { WFM_CURVE_TERMS = 14 };
extern const double wfm_curve_term[WFM_CURVE_TERMS];

enum { WFM_GAUSS_POINTS = 16 };
extern const double wfm_gauss_node[WFM_GAUSS_POINTS / 2];   /* on (0, 1) of [−1, 1] */
extern const double wfm_gauss_weight[WFM_GAUSS_POINTS / 2];

/*
 * A waiting line in front of a station that serves at `capacity` when all slots are busy.
 * What happens below that is in log_eps = ln ε, ε = Σ_{i<N} P(i busy) ÷ P(N−1 busy), which
 * is 1/B(n−1, a) for n plain servers. Rates per second.
 */
struct wfm_line {
	double lambda;   /* > 0 */
	double capacity; /* > 0 */
	double spare;    /* capacity − lambda, with as little rounding as the caller can */
	double log_eps;
	double theta;    /* 1/patience; 0 = nobody abandons */
	double within_s;
	int32_t lobby; /* waiting places; negative: no limit */
};

void wfm_line_figures(const struct wfm_line *line, struct wfm_station_figures *f);
void wfm_line_erlang_c(const struct wfm_line *line, struct wfm_station_figures *f);
void wfm_line_lobby(const struct wfm_line *line, struct wfm_station_figures *f);
void wfm_line_erlang_a(const struct wfm_line *line, struct wfm_station_figures *f);

double wfm_leaving_rate(double patience_s); /* θ */
bool wfm_time_ok(double seconds);           /* of a handling time or a patience */
#define WFM_EMPTY_ERL 1e-100                /* less is nobody */

/* The line of n plain servers; the station is checked, arrivals and servers > 0. */
struct wfm_line wfm_line_of_station(const struct wfm_station *station);

#endif
