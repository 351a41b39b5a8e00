/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Use case: forecast every queue of a site and keep the result with its report card.
 *
 * The same request on the same history gives the same figures. One connection, one thread.
 */
#ifndef DOMAIN_MAKE_FORECAST_H
#define DOMAIN_MAKE_FORECAST_H

#include "server/domain/site_calendar.h"

struct forecast_request {
	int64_t site_id;
	int64_t week;  /* first Monday */
	int64_t weeks;
};
extern const struct fields forecast_request_fields;

struct forecast_result {
	int64_t forecast_id;
};
extern const struct fields forecast_result_fields;

/* Told 0..1 between queues and steps; true asks to stop. */
struct forecast_watch {
	bool (*progress)(void *context, double fraction, const char *queue);
	void *context;
	/* Called inside the transaction that writes it, last; may be NULL. */
	bool (*saved)(void *context, int64_t id, struct err *e);
};

/* What can be refused at once, before any job is queued: no such site, no queues, no history. */
bool forecast_check(struct db *db, struct arena *a, const struct forecast_request *r, struct err *e);

/* Writes in one short transaction at the end, or in the caller's when one is open. A stop is
 * ERR_CONFLICT "cancelled". */
bool forecast_make(struct db *db, struct arena *a, const struct forecast_request *r,
		   int64_t user_id, int64_t job_id, const struct forecast_watch *w,
		   int64_t *forecast_id, struct err *e);

/* The same as it would have been made at an earlier instant, from what was known then, and kept with
 * that time: what the demo looks back on. */
bool forecast_make_as_of(struct db *db, struct arena *a, const struct forecast_request *r,
			 int64_t as_of, int64_t user_id, int64_t job_id,
			 const struct forecast_watch *w, int64_t *forecast_id, struct err *e);

#endif
