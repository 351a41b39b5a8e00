/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Use case: opening hours that change on a date. A site has sets of weekly hours; the last that
 * began holds. Writes join the caller's transaction. One connection, one thread.
 */
#ifndef DOMAIN_SITE_HOURS_H
#define DOMAIN_SITE_HOURS_H

#include "server/domain/catalogue.h"

struct site_hours_set {
	int64_t valid_from; /* local date; FIELD_NULL: from the beginning */
	bool in_force;      /* today */
	struct opening_hours *hours;
	size_t hours_count;
};
extern const struct fields site_hours_set_fields, site_hours_new_fields;

/* By date. ERR_NOT_FOUND: no such site. */
bool site_hours_list(struct db *db, struct arena *a, int64_t site_id, struct site_hours_set **out,
		     size_t *count, struct err *e);

/* Replaces the set of one date; without hours it takes the change of that date back. */
bool site_hours_put(struct db *db, struct arena *a, int64_t site_id, const struct site_hours_set *in,
		    struct site_hours_set *before, struct site_hours_set *after, struct err *e);

#endif
