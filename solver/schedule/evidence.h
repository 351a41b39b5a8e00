/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a roster carries of the solve that found it, and the judge's word on it before it leaves the
 * library.
 */
#ifndef WFM_SCHEDULE_EVIDENCE_H
#define WFM_SCHEDULE_EVIDENCE_H

#include "solver/schedule/run.h"

/* Bound, gaps, seed, iterations, columns, classes, seconds; the roster's costs must stand. */
void evidence_add(const struct run *r, int32_t classes, struct wfm_roster *roster);
/* WFM_INTERNAL with the first breach: the solver's fault, never the caller's. */
enum wfm_status evidence_judge(const struct wfm_problem *p, const struct wfm_roster *roster,
			       struct wfm_error *e);

#endif
