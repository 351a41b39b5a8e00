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

/* e^(−x) − 1 + x >= 0, without cancellation near 0. */
double wfm_expm_curve(double x);

enum { WFM_GAUSS_POINTS = 16 };
extern const double wfm_gauss_node[WFM_GAUSS_POINTS / 2];   /* on (0, 1) of [−1, 1] */
extern const double wfm_gauss_weight[WFM_GAUSS_POINTS / 2];

/* Erlang C and A with the station checked, arrivals > 0 and servers > 0. */
void wfm_erlang_c_figures(const struct wfm_station *st, struct wfm_station_figures *f);
void wfm_erlang_a_figures(const struct wfm_station *st, struct wfm_station_figures *f);

#endif
