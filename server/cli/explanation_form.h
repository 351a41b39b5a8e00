/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An explanation (include/wfm/explain.h) as JSON and as plain sentences, with the names of the problem.
 * Thread rule: one arena, one thread.
 */
#ifndef CLI_EXPLANATION_FORM_H
#define CLI_EXPLANATION_FORM_H

#include "server/base/strbuf.h"
#include "server/cli/problem_form.h"
#include "wfm/explain.h"

extern const struct fields explanation_form_fields;

/* status is what wfm_schedule_explain returned. */
void explanation_write(struct arena *a, const struct problem *p, const struct wfm_explanation *x,
		       enum wfm_status status, struct strbuf *s);
void explanation_print(const struct problem *p, const struct wfm_explanation *x, struct strbuf *s);

#endif
