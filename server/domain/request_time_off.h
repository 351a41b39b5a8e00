/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Use case: time off and absence. An agent asks and withdraws; staff record what happened and decide
 * what was asked. Two absences of one agent never overlap.
 *
 * Each function works inside the caller's transaction, so that the caller's audit line and the change stand
 * or fall together. Who may call what is the caller's matter. Results point into the arena.
 * Thread rule: one connection, one thread.
 */
#ifndef DOMAIN_REQUEST_TIME_OFF_H
#define DOMAIN_REQUEST_TIME_OFF_H

#include "server/store/db.h"

enum absence_kind {
	ABSENCE_VACATION, ABSENCE_SICKNESS, ABSENCE_MATERNITY, ABSENCE_PATERNITY,
	ABSENCE_ACCIDENT, ABSENCE_UNJUSTIFIED, ABSENCE_TRAINING, ABSENCE_UNPAID,
};
enum absence_state {
	ABSENCE_ASKED, ABSENCE_APPROVED, ABSENCE_REJECTED, ABSENCE_RECORDED, ABSENCE_WITHDRAWN,
};
extern const char *const absence_kind_names[], *const absence_state_names[];

/* What is asked for or recorded: whole local days first_day..last_day, or exact instants; not both. */
struct absence_request {
	int64_t agent_id; /* only when staff record; FIELD_NULL otherwise */
	int64_t kind;
	int64_t first_day, last_day;
	int64_t start, end;
	const char *note;
};

struct absence {
	int64_t id, agent_id;
	const char *agent_code, *agent_name;
	int64_t site_id;
	const char *zone;
	int64_t kind, state;
	int64_t start, end;
	bool planned, paid, excused;
	int64_t planned_minutes;
	const char *note, *decision_note;
	int64_t created_at, changed_at;
};

struct absence_decision {
	bool approve;
	const char *note;
};

struct absence_filter {
	int64_t site_id;     /* FIELD_NULL: all */
	int64_t from, to;    /* local dates; FIELD_NULL: 31 days back, 180 ahead */
	int64_t state;       /* FIELD_NULL: asked, approved and recorded */
	int64_t own_sites_of; /* a site manager's user id; FIELD_NULL: every site */
	int64_t after_at, after_id; /* the last row of the page before; FIELD_NULL: first page */
	int64_t rows;
};

extern const struct fields absence_ask_fields;    /* an agent's own request: no agent_id */
extern const struct fields absence_record_fields; /* staff: agent_id too */
extern const struct fields absence_decision_fields;
extern const struct fields absence_fields;        /* for the agent, HR and the audit log */
/* For planners and site managers: that somebody is absent, not why; kind is always null. */
extern const struct fields absence_masked_fields;
extern const struct fields absence_roster_fields; /* a published roster whose shifts stand in an absence */

/* The first id of *out that does not exist or whose site is not the caller's is found by the caller. */
bool absence_get(struct db *db, struct arena *a, int64_t id, struct absence *out, struct err *e);
bool absence_list(struct db *db, struct arena *a, const struct absence_filter *f,
		  struct absence **rows, size_t *count, struct err *e);
bool absence_of_agent(struct db *db, struct arena *a, int64_t agent_id, int64_t from, int64_t to,
		      struct absence **rows, size_t *count, struct err *e);
/* The site of an agent; ERR_INVALID at /agent_id when there is no such agent. */
bool absence_agent_site(struct db *db, struct arena *a, int64_t agent_id, int64_t *site_id,
			struct err *e);

/* state: ABSENCE_ASKED (must end in the future) or ABSENCE_RECORDED. now: UTC seconds. Errors name the
 * place: /kind, /last_day, /start ...; an overlap is ERR_CONFLICT. */
bool absence_add(struct db *db, struct arena *a, const struct absence_request *r,
		 enum absence_state state, int64_t now, struct absence *out, struct err *e);
/* ERR_CONFLICT unless it is still only asked for. */
bool absence_decide(struct db *db, struct arena *a, int64_t id, const struct absence_decision *d,
		    struct absence *before, struct absence *after, struct err *e);
/* By the agent: while asked for, or approved and not begun. ERR_NOT_FOUND when another's. */
bool absence_withdraw(struct db *db, struct arena *a, int64_t id, int64_t agent_id,
		      struct absence *before, struct absence *after, struct err *e);

#endif
