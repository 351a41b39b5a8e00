/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Use case: watch one day of a roster as the simulator plays it, event by event: who comes, who is
 * absent, each contact's arrival, answer, end or loss. The same roster, day and seed give the same
 * day while skills, targets and absence rates stay as they are. Nothing is stored.
 *
 * Bounded: a day of more than REPLAY_CONTACTS contacts is refused. One connection, one thread.
 */
#ifndef DOMAIN_REPLAY_DAY_H
#define DOMAIN_REPLAY_DAY_H

#include "server/base/field.h"
#include "server/store/db.h"

enum { REPLAY_CONTACTS = 40000 };

struct replay_query {
	int64_t day, seed;
};
extern const struct fields replay_query_fields;

/* The day's result by queue, as the trial counts it: contacts that came that day. Of work that may wait what is
 * taken up later is not among the answered. */
struct replay_queue {
	int64_t queue_id, offered, in_time, answered, lost;
	const char *name;
	double within_s, target;
	bool live;
};

struct replay_person {
	int64_t agent_id; /* FIELD_NULL: a night that last week's roster began */
	const char *name;
	bool absent;
};

struct replay {
	int64_t roster_id, day, seed, from, until;
	struct replay_queue *queues;
	size_t queue_count;
	struct replay_person *people;
	size_t people_count;
	/* Parallel, by time. */
	int64_t *at_ms, *queue, *person, *contact;
	const char **kind;
	size_t event_count;
};
extern const struct fields replay_fields;

bool roster_replay(struct db *db, struct arena *a, int64_t roster_id, const struct replay_query *q,
		   struct replay *out, struct err *e);

#endif
