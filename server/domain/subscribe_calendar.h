/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Use case: an agent's calendar apps subscribe to the agent's shifts.
 *
 * One subscription a device, each with a secret token of its own that is shown once (as a URL and a QR
 * code) and kept only as a hash. Whatever is wrong with a token (unknown, revoked, the agent has
 * left) reads the same: ERR_NOT_FOUND. Results point into the arena. Thread rule: one connection, one
 * thread.
 */
#ifndef DOMAIN_SUBSCRIBE_CALENDAR_H
#define DOMAIN_SUBSCRIBE_CALENDAR_H

#include "server/calendar/feed.h"
#include "server/store/db.h"

enum { CALENDAR_SUBSCRIPTIONS_MAX = 20 };

struct calendar_request {
	const char *name;
};

struct calendar_subscription {
	int64_t id;
	const char *name;
	int64_t created_at, last_used_at;
};

/* The only time the URLs are seen. */
struct calendar_secret {
	int64_t id;
	const char *name;
	const char *url, *webcal_url, *activities_url;
	const char *qr_svg; /* of webcal_url */
};

extern const struct fields calendar_request_fields, calendar_subscription_fields,
	calendar_secret_fields;

/* origin: scheme, host and port that the agent's phone can reach, without a final slash.
 * ERR_CONFLICT past CALENDAR_SUBSCRIPTIONS_MAX. *logged is what the audit log may hold. */
bool calendar_subscribe(struct db *db, struct arena *a, int64_t agent_id, const char *name,
			const char *origin, struct calendar_secret *out,
			struct calendar_subscription *logged, struct err *e);
/* A new token for the same subscription; the old one ends now. */
bool calendar_rotate(struct db *db, struct arena *a, int64_t agent_id, int64_t id,
		     const char *origin, struct calendar_secret *out,
		     struct calendar_subscription *logged, struct err *e);
bool calendar_revoke(struct db *db, struct arena *a, int64_t agent_id, int64_t id,
		     struct calendar_subscription *logged, struct err *e);

/* What a poll needs to know; one indexed read. */
struct calendar_state {
	int64_t token_id, agent_id, feed_version;
	int64_t changed_at; /* true Last-Modified */
	const char *locale, *zone_name;
	bool note_use; /* last_used_at is over an hour old */
	const struct zone *zone;
};

bool calendar_state_get(struct db *db, struct arena *a, const char *token,
			struct calendar_state *out, struct err *e);
/* Entity tag, without quotes: changes exactly when the bytes may. */
const char *calendar_tag(struct arena *a, const struct calendar_state *s, enum feed_variant v);
/* Writes down that the token was used, at most once an hour. */
bool calendar_note_use(struct db *db, const struct calendar_state *s, struct err *e);
/* State and document of one moment, appended to out. */
bool calendar_document(struct db *db, struct arena *a, const char *token, enum feed_variant v,
		       struct calendar_state *state, struct strbuf *out, struct err *e);

#endif
