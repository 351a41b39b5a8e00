/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of staffing against scenarios share. Pure, thread safe. */
#ifndef WFM_RISK_IMPL_H
#define WFM_RISK_IMPL_H

#include "staffing_impl.h"

/*
 * Variance of the contacts answered in time in an interval at its point forecast with `agents`,
 * its count of contacts given. 0 where nobody works or the line grows without end.
 */
double wfm_risk_noise(const struct wfm_load_course *point, int32_t agents,
		      const struct wfm_staffing_options *options);

/* Intervals [first, first + n) of a checked problem. */
struct wfm_risk_period {
	const struct wfm_risk_problem *problem;
	const struct wfm_staffing_options *options;
	const struct wfm_load_course *point;   /* [problem->n] */
	const struct wfm_load_course *courses; /* [scenarios x problem->n] */
	int32_t scenarios;
	size_t first, n;
};

/* r has the problem's intervals; f may be NULL. False: out of memory. */
bool wfm_risk_period(const struct wfm_risk_period *period, struct wfm_requirement *r,
		     struct wfm_period_figures *f);

#endif
