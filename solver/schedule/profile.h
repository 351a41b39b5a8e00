/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Builds the profiles of a model: every shift a contract allows on each day of a calendar. */
#ifndef WFM_SCHEDULE_PROFILE_H
#define WFM_SCHEDULE_PROFILE_H

#include "solver/schedule/model.h"

/* Finds or builds the profile of those places, the own site first; lock_agent >= 0 adds that agent's locked shifts and shares with no
 * one; credits makes minutes count even where no credit would let them matter. */
enum wfm_status profile_get(struct model *m, int32_t contract, int32_t calendar, const struct place *places,
			    int32_t place_count, int32_t lock_agent, bool credits, int32_t *out,
			    struct wfm_error *e);

#endif
