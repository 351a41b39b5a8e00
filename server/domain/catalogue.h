/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The network as data: regions, sites, queues, skills, teams, contracts, agents, special days.
 *
 * Reads are plain statements (sql/queries/catalogue.sql). Writes check what the database cannot say
 * with a pointer (zones, ids that refer to something, overlaps) and join the caller's transaction, so
 * that the caller's audit line and the change stand or fall together. Results point into the arena.
 * Thread rule: one connection, one thread.
 */
#ifndef DOMAIN_CATALOGUE_H
#define DOMAIN_CATALOGUE_H

#include "server/store/db.h"

extern const char *const site_kind_names[], *const channel_names[], *const rule_mode_names[],
	*const special_kind_names[], *const leave_reason_names[], *const locale_names[],
	*const break_kind_names[];

struct region {
	int64_t id;
	const char *code, *name;
};

struct opening_hours {
	int64_t weekday, open, close; /* wall minutes; close may pass midnight */
};

struct site {
	int64_t id, region_id, kind, counters, agents;
	const char *code, *name, *region, *country, *zone;
	double shrinkage_planned, shrinkage_unplanned;
	struct opening_hours *hours;
	size_t hours_count;
};

struct queue {
	int64_t id, site_id, skill_id, channel, interval_min, turnaround_min;
	const char *code, *name, *skill;
	double target_share, target_s, max_abandoned_share, max_asa_s, max_occupancy, patience_s,
		concurrency, aht_s;
};

struct skill {
	int64_t id, agents;
	const char *code, *name;
};

struct team {
	int64_t id, site_id, agents;
	const char *code, *name;
};

struct contract_rule {
	const char *rule;
	int64_t mode;
	double low, high, weight;
};

struct contract_break {
	int64_t kind, minutes, earliest_min, latest_min;
	int64_t shift_from_minutes, shift_to_minutes, gap_minutes;
	bool paid;
};

struct contract {
	int64_t id, cost_cents_hour, shift_min_minutes, shift_max_minutes, shift_step_minutes, agents;
	int64_t start_earliest, start_latest, start_step_minutes;
	const char *code, *name, *currency;
	struct contract_rule *rules;
	size_t rule_count;
	struct contract_break *breaks;
	size_t break_count;
};

struct skill_held {
	int64_t skill_id;
	double proficiency;
};

struct available {
	int64_t weekday, from, until;
};

/* Another site at which an agent may work whole shifts. */
struct other_site {
	int64_t site_id, travel_min; /* each way */
	const char *site;
};

/* An agent and another site, for those who plan either. */
struct lending {
	int64_t agent_id, home_id, site_id, travel_min;
	const char *agent, *home, *site;
};

struct agent {
	int64_t id, site_id, team_id, contract_id, hired, left_on, leave_reason, locale;
	const char *code, *name, *site, *team, *contract;
	struct skill_held *skills;
	size_t skill_count;
	struct available *availability;
	size_t available_count;
	struct other_site *elsewhere;
	size_t elsewhere_count;
	uint64_t nulls; /* of a change: see FIELDS_PATCH */
};

struct special_day {
	int64_t id, day, site_id, queue_id, kind;
	const char *country, *name, *group;
	bool closed;
	double factor;
};

/* What is read; and what is written: the same structs, without ids and counts. */
extern const struct fields opening_hours_fields, region_fields, site_fields, queue_fields, skill_fields, team_fields,
	contract_fields, contract_row_fields, agent_fields, special_day_fields;
extern const struct fields lending_fields, site_new_fields, site_counters_fields, queue_new_fields, contract_new_fields, agent_new_fields,
	agent_change_fields, special_day_new_fields;

bool site_get(struct db *db, struct arena *a, int64_t id, struct site *out, struct err *e);
bool queue_get(struct db *db, struct arena *a, int64_t id, struct queue *out, struct err *e);
bool contract_get(struct db *db, struct arena *a, int64_t id, struct contract *out, struct err *e);
bool agent_get(struct db *db, struct arena *a, int64_t id, struct agent *out, struct err *e);
bool special_day_get(struct db *db, struct arena *a, int64_t id, struct special_day *out,
		     struct err *e);

/* ERR_INVALID with pointers below /hours: in order, none over another. */
bool opening_hours_check(struct arena *a, const struct opening_hours *hours, size_t count, struct err *e);

/* Each writes and reads back into *out. ERR_INVALID with pointers, ERR_CONFLICT for a code in use. */
bool site_create(struct db *db, struct arena *a, const struct site *in, struct site *out,
		 struct err *e);
/* Only in->counters is read; plans made from then on have so many. ERR_NOT_FOUND: no such site. */
bool site_counters_put(struct db *db, struct arena *a, int64_t id, const struct site *in, struct site *before,
		       struct site *after, struct err *e);
bool queue_create(struct db *db, struct arena *a, const struct queue *in, struct queue *out,
		  struct err *e);
/* Also tries the contract on an imagined agent: rules that nobody can keep together are ERR_INVALID. */
bool contract_create(struct db *db, struct arena *a, const struct contract *in,
		     struct contract *out, struct err *e);
bool agent_create(struct db *db, struct arena *a, const struct agent *in, struct agent *out,
		  struct err *e);
/* Members that were not given stay as they are. Given as null, team_id is taken away, and left_on with
 * leave_reason together; other nulls change nothing. */
bool agent_change(struct db *db, struct arena *a, int64_t id, const struct agent *in,
		  struct agent *before, struct agent *after, struct err *e);
bool special_day_create(struct db *db, struct arena *a, const struct special_day *in,
			struct special_day *out, struct err *e);
bool special_day_delete(struct db *db, struct arena *a, int64_t id, struct special_day *before,
			struct err *e);

#endif
