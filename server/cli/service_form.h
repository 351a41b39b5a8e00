/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Service targets in the JSON forms: a stretch of the plan with the share of contacts to be answered
 * in time, whose table of people and contacts comes from the work of its queue; and what a roster does
 * for each. Everything lives in the arena but the figures of a roster read. One arena, one thread.
 */
#ifndef CLI_SERVICE_FORM_H
#define CLI_SERVICE_FORM_H

#include "server/cli/problem_form.h"

struct form_service {
	const char *queue;
	int64_t start, end;
	double share, short_cents;
};
extern const struct fields service_fields;

struct form_service_figures {
	const char *queue;
	int64_t start, end;
	double offered, target, answered, share, missing, cents;
};
extern const struct fields service_figures_fields;

/* Fills the problem's services after its queues. ERR_INVALID with JSON pointers. */
bool services_map(struct arena *a, struct problem *p, struct err *e);

/* The figures by the problem's services, *n of them; NULL when it has none. */
struct form_service_figures *services_write(struct arena *a, const struct problem *p,
					    const struct wfm_service_figures *figures, size_t *n);
/* What a roster states, into the roster; nothing where it states none. False: no memory. */
bool services_read(const struct form_service_figures *f, size_t n, struct wfm_roster *r);

#endif
