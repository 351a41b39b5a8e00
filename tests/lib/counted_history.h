/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Made-up counts for tests of the forecaster, the same on every run, and forecasts of them. */
#ifndef TESTS_LIB_COUNTED_HISTORY_H
#define TESTS_LIB_COUNTED_HISTORY_H

#include "wfm/forecast.h"

enum { MONDAY = 18995 }; /* 2022-01-03, the first day */

/* The generator behind them, one for the program: start it over, draw from it. */
void counted_seed(uint64_t seed);
double counted_uniform(void);
double counted_normal(void);
double counted_poisson(double mean);

struct counted_history {
	struct wfm_observation *rows;
	size_t n;
	struct wfm_series series;
};

/* Days of `per_day` contacts between 08:00 and 20:00, weekday and hour shaped, of which days vary
 * by day_sd. The caller frees rows. */
struct counted_history counted_make(int interval_min, int days, double per_day, double day_sd);

/* With no other options; a failure fails the test. */
struct wfm_forecast counted_forecast(const struct wfm_series *s, int days);

/* Finite, in order, not negative, and all slots there. */
void counted_check(const struct wfm_forecast *f, int slots);

#endif
