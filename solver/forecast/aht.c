/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Handling time beside the volume: the queue's own by weekday and slot (wfm/demand.h). */
#include "fc.h"

#include <string.h>

#include "wfm/demand.h"

enum wfm_status fc_aht(const struct fc_grid *g, double fallback_s, double *aht,
		       struct wfm_error *e)
{
	struct wfm_aht own;
	struct wfm_aht_options o = { .first_day = g->days[0].date + g->n_history,
				     .default_aht_s = fallback_s,
				     .origins = -1 };
	enum wfm_status status = wfm_aht_forecast(g->series, &o, &own, e);
	if (status != WFM_OK)
		return status;
	memcpy(aht, own.aht_s, 7 * (size_t)g->slots * sizeof *aht);
	wfm_aht_free(&own);
	return WFM_OK;
}
