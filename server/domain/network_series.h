/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Histories of queues added up by the hour: what a site, a region or the network saw as one.
 *
 * A day of which one of the queues knows nothing, though it has data a week before or after (or, at
 * its end, up to four weeks before: imports lag), is left out of the sum, and so is a day that is
 * special for one of them and not for all. Everything points into the arena given.
 */
#ifndef DOMAIN_NETWORK_SERIES_H
#define DOMAIN_NETWORK_SERIES_H

#include "server/base/arena.h"
#include "wfm/series.h"

struct network_series {
	int32_t first_day;  /* of what may be added: three years before the forecast */
	int32_t ahead, days; /* history [0, ahead), then what is to be forecast */
	double *offered;    /* days x 24; NaN: nothing seen */
	uint8_t *unknown;   /* days */
	int16_t *special, *closed; /* days: how many queues have such a day */
	int16_t queues;
};

void network_series_start(struct arena *a, int32_t forecast_day, int32_t forecast_days,
			  struct network_series *out);
/* scratch: for this call only. */
void network_series_add(struct arena *scratch, const struct wfm_series *queue,
			struct network_series *sum);
/* The sum as the forecaster wants it. */
struct wfm_series network_series_of(struct arena *a, const struct network_series *sum);
/* Whether a day to be forecast (0 = the first) is as usual for every queue. */
bool network_series_usual(const struct network_series *sum, int32_t day);

#endif
