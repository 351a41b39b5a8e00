/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Use case: make a draft roster the one that agents see.
 *
 * The published roster of the same site and week is superseded in the same transaction; shifts that an
 * agent keeps on a day keep their calendar identity, and only feeds that really change get a new version.
 * Rosters of several sites drawn in one are published in one, for each counts on the others.
 */
#ifndef DOMAIN_PUBLISH_ROSTER_H
#define DOMAIN_PUBLISH_ROSTER_H

#include "server/store/db.h"

enum roster_state { ROSTER_DRAFT, ROSTER_PUBLISHED, ROSTER_SUPERSEDED };

struct roster {
	int64_t id, plan_id, site_id, week, version, state, revision, created_at, published_at;
	const char *zone;
	const char *evidence; /* JSON */
	int64_t agents, shifts;
	double people_short;
};
extern const struct fields roster_fields;
extern const char *const roster_state_names[];

/* The ETag of a roster: "r{id}-{revision}" in quotes. */
const char *roster_etag(const struct roster *r, struct arena *a);

bool roster_get(struct db *db, struct arena *a, int64_t roster_id, struct roster *out, struct err *e);
/* The same with the row locked until the transaction ends. */
bool roster_lock(struct db *db, struct arena *a, int64_t roster_id, struct roster *out, struct err *e);

/* Inside the caller's transaction, on a locked draft. ERR_CONFLICT when it is no draft, its week is over, or an
 * absence approved since cuts into a shift, or another site has published one too near (each named). */
bool roster_publish(struct db *db, struct arena *a, const struct roster *r, int64_t user_id,
		    struct err *e);
/* The same, and in *drafts the rosters that were published, as they were before. */
bool roster_publish_together(struct db *db, struct arena *a, const struct roster *r, int64_t user_id,
			     struct roster **drafts, size_t *draft_count, struct err *e);

#endif
