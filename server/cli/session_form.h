/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Training and meetings in the JSON forms: what a problem asks, and who misses what in a roster.
 * Everything lives in the arena but the rows of a roster read. One arena, one thread.
 */
#ifndef CLI_SESSION_FORM_H
#define CLI_SESSION_FORM_H

#include "server/cli/problem_form.h"

struct form_session {
	const char *name;
	int64_t kind, minutes, quorum, at_once, times, margin_min;
	const char **agents;
	size_t agent_count;
	struct form_span *windows;
	size_t window_count;
	bool together, must;
	double miss_cents;
};
extern const struct fields session_fields;

struct form_missed {
	const char *session, *agent;
	int64_t times, reason;
};
extern const struct fields missed_fields;

/* Fills the problem's sessions after its agents. ERR_INVALID with JSON pointers. */
bool sessions_map(struct arena *a, struct problem *p, struct err *e);
/* The session of that name; false: there is none. */
bool session_find(const struct problem *p, const char *name, int32_t *x);

/* Who misses what, *n rows. */
struct form_missed *missed_write(struct arena *a, const struct problem *p, const struct wfm_roster *r,
				 size_t *n);
/* The same into the roster. */
bool missed_read(struct arena *a, const struct problem *p, const struct form_missed *f, size_t n, struct wfm_roster *r,
		 struct err *e);

#endif
