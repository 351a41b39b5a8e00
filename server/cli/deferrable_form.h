/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Deferrable work in the JSON forms: batches of hours of a queue with the time from which they can be
 * done and that by which they must be, listed or made from the queue's work; and what a roster does of
 * it. Everything lives in the arena but the figures of a roster read. One arena, one thread.
 */
#ifndef CLI_DEFERRABLE_FORM_H
#define CLI_DEFERRABLE_FORM_H

#include "server/cli/problem_form.h"

struct form_batch {
	int64_t from, due;
	double hours;
};

struct form_deferrable {
	const char *queue;
	double due_share, late_cents, left_cents;
	struct form_batch *batches;
	size_t batch_count;
	struct form_people *spare;
	size_t spare_count;
};
extern const struct fields deferrable_fields;

struct form_deferrable_figures {
	const char *queue;
	double done, due, in_time, share, left, waiting, idle, cents;
};
extern const struct fields deferrable_figures_fields;

/* Fills the problem's deferrable work after its queues. ERR_INVALID with JSON pointers. */
bool deferrable_map(struct arena *a, struct problem *p, struct err *e);

/* The figures by the problem's deferrable work, *n of them; none where `figures` is NULL. */
struct form_deferrable_figures *deferrable_write(struct arena *a, const struct problem *p,
						 const struct wfm_deferrable_figures *figures, size_t *n);
/* What a roster states, into the roster; nothing where it states none. False: no memory. */
bool deferrable_read(const struct form_deferrable_figures *f, size_t n, struct wfm_roster *r);
/* A line for each in words. */
void deferrable_print(const struct problem *p, const struct wfm_deferrable_figures *figures, struct strbuf *s);

#endif
