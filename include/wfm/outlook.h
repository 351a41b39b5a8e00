/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Long range: how wide the weeks of a forecast should be, months ahead.
 *
 * A model of days knows how its level wanders from one day to the next, and says too much or too
 * little of what that adds up to in a year. Where history is long enough, past origins are forecast
 * as far as history reaches, and the spread of weeks is corrected by how they came out.
 *
 * Thread rule: no shared state.
 */
#ifndef WFM_OUTLOOK_H
#define WFM_OUTLOOK_H

#include "wfm/scenarios.h"

enum { WFM_OUTLOOK_WEEKS = 78 };

/*
 * width[h] for weeks h = 0 .. weeks − 1 from options->first_day on (which must be given): the factor
 * by which the log spread of week h is to be multiplied, between 0.4 and 3; 1 where nothing can be
 * said (under 34 weeks of history). weeks is 1 .. WFM_OUTLOOK_WEEKS; options->days, origins and
 * backtest_days are not used. Costs up to nine forecasts without backtest. Errors as wfm_forecast_run.
 */
enum wfm_status wfm_outlook_widths(const struct wfm_series *series,
				   const struct wfm_forecast_options *options, int weeks, double *width,
				   struct wfm_error *e);

/* Spreads a total's quantiles around its median by that factor, on the log scale; the mean stays. */
void wfm_outlook_widen(struct wfm_total *total, double width);

#endif
