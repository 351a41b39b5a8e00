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

extern const struct fields roster_form_fields, report_form_fields;

enum { ROSTER_BYTES_MAX = 256 << 20 };

/* status is what wfm_schedule_solve returned with the roster. */
void roster_write(struct arena *a, const struct problem *p, const struct wfm_roster *r,
		  enum wfm_status status, struct strbuf *s);
/* claims: whether the roster states a cost (and so perhaps a bound). */
bool roster_read(struct arena *a, const struct problem *p, const char *text, size_t len,
		 struct wfm_roster **out, bool *claims, struct err *e);

void report_write(struct arena *a, const struct problem *p, const struct wfm_report *r,
		  struct strbuf *s);

#endif
