/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The real series of the shared data, as the forecaster wants them. The caller frees rows. */
#ifndef TESTS_REAL_SERIES_H
#define TESTS_REAL_SERIES_H

#include "wfm/series.h"

enum { REAL_SPECIALS = 16 };

struct real_series {
	struct wfm_observation *rows; /* in order of day, slot */
	size_t n;
	struct wfm_special_day special[REAL_SPECIALS];
	size_t n_special;
	struct wfm_series series; /* points into this struct: do not copy it */
};

int32_t real_date(int year, int month, int day);
/* name: "A30", "A5", "B30" or "ED". False when the data are not here. */
bool real_series_load(const char *name, struct real_series *out);
/* NULL when there is none. */
const struct wfm_observation *real_series_at(const struct real_series *s, int32_t day, int slot);
/* A day's total; NaN when nothing was observed. */
double real_series_total(const struct real_series *s, int32_t day);

#endif
