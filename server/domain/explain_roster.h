/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What stands behind a roster's shortage and what would help, in the words of the site: libwfm's
 * explanation with ids and names, kept beside the roster.
 *
 * Everything lives in the arena. One connection, one thread.
 */
#ifndef DOMAIN_EXPLAIN_ROSTER_H
#define DOMAIN_EXPLAIN_ROSTER_H

#include "server/domain/week_problem.h"
#include "wfm/explain.h"

struct roster_explanation; /* for its fields alone */
extern const struct fields roster_explanation_fields;

struct explain_limits {
	double time_limit_s;
	int64_t iteration_limit; /* 0: none */
	bool (*cancel)(void *context);
	void *context;
};

/* The explanation as JSON, in *json. A limit or a stop gives what was found until then. */
bool roster_explain(struct arena *a, const struct week_problem *w, const struct wfm_roster *r,
		    const struct explain_limits *limits, const char **json, struct err *e);
/* Keeps it beside the roster; within the transaction that keeps the roster. */
bool roster_explanation_keep(struct db *db, int64_t roster_id, const char *json, struct err *e);

#endif
