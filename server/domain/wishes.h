/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Use case: an agent wishes a day off, a shift on a day, or a shift that starts at a time. The next plan of
 * that week grants what costs less than the wish is worth: `weight` times what the site sets one to be worth,
 * in hours of pay, and for people long in service as many times that as the site says (wfm_seniority).
 *
 * Each function works inside the caller's transaction, so that the audit line and the change stand or fall
 * together. Who may call what is the caller's matter. Results point into the arena. One connection, one
 * thread.
 */
#ifndef DOMAIN_WISHES_H
#define DOMAIN_WISHES_H

#include "server/store/db.h"

enum wish_kind { WISH_DAY_OFF, WISH_DAY_ON, WISH_START };
extern const char *const wish_kind_names[];
enum wish_state { WISH_OPEN, WISH_GRANTED, WISH_MISSED };

/* An agent's wishes of one week: with more, each would say less. */
enum { WISHES_A_WEEK = 3 };

struct wish_request {
	int64_t agent_id; /* only when staff write it down; FIELD_NULL otherwise */
	int64_t day, kind, start;
	double weight;
};
extern const struct fields wish_new_fields;   /* an agent's own: no agent_id */
extern const struct fields wish_noted_fields; /* staff: agent_id too */

struct wish {
	int64_t id, agent_id;
	const char *agent;
	int64_t day, kind, start, state;
	double weight;
};
extern const struct fields wish_fields;

/* What the wishes of a site's agents are worth. */
struct wish_rule {
	int64_t site_id;
	double hours;          /* 0: wishes do not count */
	double seniority_most; /* 1: seniority does not count */
	double seniority_years;
};
extern const struct fields wish_rule_fields, wish_rule_new_fields;

bool wish_get(struct db *db, struct arena *a, int64_t id, struct wish *out, struct err *e);
struct wish_filter {
	int64_t agent_id, site_id;   /* FIELD_NULL: all */
	int64_t from, to;            /* local dates; FIELD_NULL: a month back, 200 days ahead */
	int64_t after_day, after_id; /* the last row of the page before; FIELD_NULL: first page */
	const char *after_name;
	int64_t rows;
};

/* By day, then name. */
bool wish_list(struct db *db, struct arena *a, const struct wish_filter *f, struct wish **rows, size_t *count,
	       struct err *e);
/* own: by the agent, refused in a week that is published. Errors name the place: /day, /start ...;
 * ERR_CONFLICT for a second wish of a day or too many in a week. */
bool wish_add(struct db *db, struct arena *a, const struct wish_request *r, bool own, struct wish *out,
	      struct err *e);
/* Of that agent, FIELD_NULL: of any. ERR_NOT_FOUND when another's; an agent's own, ERR_CONFLICT once its
 * week is published. */
bool wish_take_back(struct db *db, struct arena *a, int64_t id, int64_t agent_id, struct wish *before,
		    struct err *e);

bool wish_rule_get(struct db *db, struct arena *a, int64_t site_id, struct wish_rule *out, struct err *e);
bool wish_rule_put(struct db *db, struct arena *a, int64_t site_id, const struct wish_rule *in,
		   struct wish_rule *before, struct wish_rule *after, struct err *e);

#endif
