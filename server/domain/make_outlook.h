/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Use case: look up to 78 weeks ahead, by queue and ISO week, to plan capacity.
 *
 * Weeks are sums over joint scenarios, so that a busy month makes a busy week likelier; the site's
 * own weeks take into account how its queues were wrong together. The farther weeks are as wide as
 * past years' were in truth, where history reaches. Users' adjustments are not in it.
 * One connection, one thread.
 */
#ifndef DOMAIN_MAKE_OUTLOOK_H
#define DOMAIN_MAKE_OUTLOOK_H

#include "server/domain/make_forecast.h"

struct outlook_request {
	int64_t site_id, weeks;
};
extern const struct fields outlook_request_fields;

struct outlook_result {
	int64_t outlook_id;
};
extern const struct fields outlook_result_fields;

/* What can be refused before any job is queued. */
bool outlook_check(struct db *db, struct arena *a, const struct outlook_request *r, struct err *e);

/* Begins with the Monday after today at the site. Runs in the caller's transaction when one is open.
 * A stop is ERR_CONFLICT "cancelled". */
bool outlook_make(struct db *db, struct arena *a, const struct outlook_request *r, int64_t user_id,
		  int64_t job_id, const struct forecast_watch *w, int64_t *outlook_id, struct err *e);

#endif
