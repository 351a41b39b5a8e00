/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A queue's history as the forecaster wants it, and what was wrong with it on the way.
 *
 * Everything points into the arena. One connection, one thread.
 */
#ifndef DOMAIN_FORECAST_SERIES_H
#define DOMAIN_FORECAST_SERIES_H

#include "server/domain/forecast_warning.h"
#include "server/domain/site_calendar.h"
#include "wfm/series.h"
#include "wfm/status.h"

struct forecast_series {
	struct wfm_series series;
	struct forecast_warnings warnings;
};

/* History before the instant `until`, sources of the queue included. Instants become (local date,
 * wall-clock slot). ahead: the dates from .. until to be forecast, for their opening hours. */
bool forecast_series_load(struct db *db, struct arena *a, const struct site_calendar *site,
			  const struct site_queue *q, int64_t until, const struct site_span *ahead,
			  struct forecast_series *out, struct err *e);

/* A library failure as an error that names the queue. Returns false. */
bool forecast_failed(const struct site_queue *q, enum wfm_status status, const struct wfm_error *we,
		     struct err *e);

#endif
