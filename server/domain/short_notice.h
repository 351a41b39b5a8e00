/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a site sets a change at short notice to cost, when a running or published week is planned again:
 * `cents` a shift on the day people hear of it, falling evenly to nothing `days` later. Results point into
 * the arena. Inside the caller's transaction; one connection, one thread.
 */
#ifndef DOMAIN_SHORT_NOTICE_H
#define DOMAIN_SHORT_NOTICE_H

#include "server/store/db.h"

struct short_notice {
	int64_t site_id, days; /* 0 days: no surcharge */
	double cents;
};
extern const struct fields short_notice_fields, short_notice_new_fields;

/* ERR_NOT_FOUND; ERR_INVALID when only one of the two is 0. */
bool short_notice_put(struct db *db, struct arena *a, int64_t site_id, const struct short_notice *in,
		      struct short_notice *before, struct short_notice *after, struct err *e);

#endif
