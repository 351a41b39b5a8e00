/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What stands behind a roster's shortage and what would help, in the words of the site: libwfm's
 * explanation with ids and names, kept beside the roster. A plan of several sites is asked as a whole; each
 * site is told what is of its queues, people and contracts.
 *
 * Everything lives in the arena. One connection, one thread.
 */
#ifndef DOMAIN_EXPLAIN_ROSTER_H
#define DOMAIN_EXPLAIN_ROSTER_H

#include "server/domain/joint_week.h"
#include "wfm/explain.h"

struct roster_explanation; /* for its fields alone */
extern const struct fields roster_explanation_fields;

struct explain_limits {
	double time_limit_s;
	int64_t iteration_limit; /* 0: none */
	bool (*cancel)(void *context);
	void *context;
};

/* The explanation as JSON, by week of a plan of several (j; r is the roster of all), else in *json alone.
 * A limit or a stop gives what was found until then. */
bool roster_explain(struct arena *a, const struct week_problem *w, const struct joint_week *j,
		    const struct wfm_roster *r, const struct explain_limits *limits, const char **json,
		    struct err *e);
/* Keeps it beside the roster; within the transaction that keeps the roster. */
bool roster_explanation_keep(struct db *db, int64_t roster_id, const char *json, struct err *e);

#endif
