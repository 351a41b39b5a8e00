/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A queue of a history file as the library wants it: rows summed to the interval wanted, and what
 * else its columns tell (abandons, waiting). Everything lives in the arena. Thread rule: one thread.
 */
#ifndef CLI_VOLUME_SERIES_H
#define CLI_VOLUME_SERIES_H

#include "server/cli/volume_file.h"
#include "wfm/demand.h"

/*
 * Observations by local day and slot of interval_min, a multiple of every row's minutes. A slot with
 * less than half of its minutes is a hole; with more it is scaled up.
 */
struct wfm_observation *volume_observations(struct arena *a, const struct volume_queue *q,
					    int interval_min, size_t *count);

/* Takes callers who try again off the offered of q's rows (wfm_offered_load). */
bool volume_without_redials(struct arena *a, struct volume_queue *q, const struct wfm_redial *redial,
			    struct wfm_offered_load *totals, struct err *e);

/* Patience from the columns abandoned and wait_time_s; false when the file lacks them. */
bool volume_patience(struct arena *a, const struct volume_queue *q, struct wfm_patience *patience);

#endif
