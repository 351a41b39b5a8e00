/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Small random networks for the report tests: drawn, written to a fresh database, and kept here as
 * plain arrays so that a test can count everything again, day by day, without any statement of ours.
 *
 * The caller owns the net and ends it with net_drop. Manager `boss` (user 1) has sites 2 and 3.
 */
#ifndef TESTS_LIB_REPORT_NET_H
#define TESTS_LIB_REPORT_NET_H

#include "server/store/db.h"

enum { SITES = 3, QUEUES = 5, AGENTS = 14, DAYS = 92, SPELLS = 60, TEAMS = 4 };

/* Sites 1 and 2 are of region 1, site 3 of region 2. Teams 1, 2 of site 1, 3 of 2, 4 of 3. */
extern const int region_of[SITES + 1], site_of_team[TEAMS + 1];

struct net_queue {
	int site, skill;
	const char *channel;
	double concurrency;
	bool live;
};
extern const struct net_queue queues[QUEUES];

struct day {
	bool there;
	int site, rostered, handling, waiting, breaks, training, other, leave, in_state, planned, unplanned;
};
struct handled {
	bool there;
	int offered, handled, abandoned, in_target, resolved, marks, marks_sum;
	double handle_s;
};
struct spell {
	int agent, first, last; /* days */
	bool planned;
	const char *kind;
	bool counts; /* approved or recorded */
};
struct person {
	int team, old_team;           /* old_team 0: never moved */
	int hired, left, moved;       /* days; left DAYS + 1000: stays; moved -1 */
	bool voluntary;
};

struct net {
	struct arena *arena;
	struct db *db;
	const char *url;
	uint64_t random;
	int64_t first; /* date of day 0 */
	struct person people[AGENTS + 1];
	struct day days[AGENTS + 1][DAYS];
	struct handled work[SITES + 1][QUEUES][DAYS];
	struct spell spells[SPELLS];
	int spell_count;
};

struct net *net_new(uint64_t seed);
void net_drop(struct net *n);

int net_team_on(const struct person *p, int day);
bool net_employed(const struct person *p, int day);
const struct spell *net_spell_on(const struct net *n, int agent, int day);

/* Fails the test unless both agree to 1e-9; NaN agrees with NaN. */
void net_near(double got, double want, const char *what);
void net_ratio(double value, double numerator, double denominator, double want_numerator,
	       double want_denominator, const char *what);

#endif
