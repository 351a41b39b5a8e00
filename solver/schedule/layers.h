/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the relaxation to whole people in layers, for plans of one week without queues to choose among,
 * service targets, sessions, duties, deferrable work and counters, whose rest between shifts follows from
 * the starts: days of work and bands of starts first (pattern_dive.c), then the shifts of one day at
 * a time (day_dive.c). Rounding a whole tour settles a week of starts and breaks at once, and what it
 * gets wrong in one slot it cannot mend in another; here each rounding settles little, and the linear
 * program goes on choosing the rest.
 */
#ifndef WFM_SCHEDULE_LAYERS_H
#define WFM_SCHEDULE_LAYERS_H

#include "solver/schedule/bound.h"

bool layers_suit(const struct model *m);

/* Rounds the relaxation to days and bands, then roughly to tours: a plan that days_improve makes good.
 * Offers it to the run; leaves the relaxation as it was. */
enum wfm_status master_dive_patterns(const struct master *m, struct plan *out, struct wfm_error *e);

/* Chooses all shifts of each day anew in turn until that no longer gains, for so many rounds at most;
 * offers the plan to the run. */
enum wfm_status days_improve(struct run *r, struct plan *p, int32_t rounds, struct wfm_error *e);

#endif
