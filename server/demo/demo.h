/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The demo network: two contact centres, six branches, 400 agents and more than a year of what
 * happened there, made up by a seeded generator and loaded by COPY.
 *
 * Everything follows from the seed and the reference date: the same two give the same rows (ids
 * included; only password hashes and row times differ). No person in it exists or has a name.
 * demo_build needs zones_start before; demo_load also secret_start. Thread rule: one thread.
 */
#ifndef DEMO_DEMO_H
#define DEMO_DEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "server/base/arena.h"
#include "server/base/err.h"
#include "server/store/db.h"

struct demo;

struct demo_options {
	uint64_t seed;
	int64_t until; /* reference date: history ends the day before */
};

enum { DEMO_LOGINS = 5 };

struct demo_login {
	const char *role;
	const char *login;
	const char *password;
};

/* Demo only: fixed, and printed by the command. */
extern const struct demo_login demo_logins[DEMO_LOGINS];

/* The whole network in memory, owned by the arena. */
bool demo_build(const struct demo_options *o, struct arena *a, struct demo **out, struct err *e);

/*
 * Loads it in one transaction. *loaded is false when the demo network is there already;
 * ERR_CONFLICT when the database holds another network.
 */
bool demo_load(struct db *db, const struct demo *demo, bool *loaded, struct err *e);

/*
 * After demo_load, when its reference date is today: plans and publishes the present week of Santiago
 * (about 5 s), so that agents have shifts today and Sunday's nights reach into next week.
 */
bool demo_plan_present_week(struct db *db, int64_t today, struct err *e);

/*
 * After it: Santiago's forecasts of the last weeks as its planner would have made them, each on the
 * Thursday before from what was known then, so that forecasts can be seen against what came.
 */
bool demo_forecast_past_weeks(struct db *db, int64_t today, struct err *e);

struct demo_counts {
	size_t sites, queues, agents, leavers, intervals, agent_days, absences;
	int64_t first_day, last_day; /* of the history */
};
struct demo_counts demo_count(const struct demo *demo);

#endif
