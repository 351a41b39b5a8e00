/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The JSON form of a roster with its evidence, and of the judge's report on one.
 *
 * Agents and queues go by the names of the problem. A roster without a cost makes no claims: only
 * its shifts are judged. Everything read lives in the arena but the struct wfm_roster, which the
 * caller frees with wfm_roster_free. Thread rule: one arena, one thread.
 */
#ifndef CLI_ROSTER_FORM_H
#define CLI_ROSTER_FORM_H

#include "server/base/strbuf.h"
#include "server/cli/problem_form.h"
#include "wfm/replan.h"

extern const struct fields roster_form_fields, report_form_fields;

enum { ROSTER_BYTES_MAX = 256 << 20 };

/* status is what wfm_schedule_solve returned with the roster; changes NULL: it started from none. */
void roster_write(struct arena *a, const struct problem *p, const struct wfm_roster *r,
		  enum wfm_status status, const struct wfm_changes *changes, struct strbuf *s);
/* What a roster states beside its shifts. */
struct roster_claims {
	bool cost;                  /* and so perhaps a bound */
	bool changed;               /* it was made from another one: */
	struct wfm_changes changes; /* their price is part of cost, as wishes */
};
bool roster_read(struct arena *a, const struct problem *p, const char *text, size_t len,
		 struct wfm_roster **out, struct roster_claims *claims, struct err *e);

/* A roster to start from: of this plan, or of another one, and then moved by whole weeks, local times
 * kept, until its first shift lies in the plan's first seven days. */
struct roster_start {
	struct wfm_roster *roster;
	int64_t weeks;    /* it was moved by */
	int64_t left_out; /* shifts of people whom the problem does not have, or between its slots */
};
/* ERR_INVALID when no shift of it is left. */
bool roster_read_start(struct arena *a, const struct problem *p, const char *text, size_t len,
		       struct roster_start *out, struct err *e);

void report_write(struct arena *a, const struct problem *p, const struct wfm_report *r,
		  struct strbuf *s);

#endif
