/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Use case: two versions of one site's week side by side. Both are played on the same simulated
 * contacts (common random numbers) around the volumes that the first was planned for, so that what
 * differs is the rosters' doing; with what they cost and who works otherwise. Nothing is stored.
 *
 * Bounded: as many weeks as make COMPARE_CONTACTS contacts, up to COMPARE_WEEKS. One connection, one
 * thread (two inside).
 */
#ifndef DOMAIN_COMPARE_ROSTERS_H
#define DOMAIN_COMPARE_ROSTERS_H

#include "server/base/field.h"
#include "server/store/db.h"

enum { COMPARE_CONTACTS = 2000000, COMPARE_WEEKS = 200, COMPARE_WEEKS_LEAST = 20 };

struct comparison_query {
	int64_t with, seed;
};
extern const struct fields comparison_query_fields;

struct compared_roster {
	int64_t id, version, state, agents, shifts, paid_minutes, pay_cents;
	double short_hours;
};

struct compared_row {
	int64_t queue_id, day;
	double offered, target, first, second, difference, low, high;
	double first_abandoned, second_abandoned, first_p_target, second_p_target;
};

struct compared_change {
	int64_t agent_id, day, change;
	const char *agent;
	int64_t first_start, first_end, second_start, second_end;
};

struct comparison {
	struct compared_roster first, second;
	int64_t seed, weeks;
	struct compared_row *rows; /* by queue, then day; live queues, days on which somebody is expected */
	size_t row_count;
	struct compared_change *changes;
	size_t change_count;
};
extern const struct fields comparison_fields;

bool rosters_compare(struct db *db, struct arena *a, int64_t roster_id, const struct comparison_query *q,
		     struct comparison *out, struct err *e);

#endif
