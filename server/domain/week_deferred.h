/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A site's queues whose work may wait, planned together over the week and beside its live queues: what
 * fits into their idle time needs nobody else. Part of week_requirements; needs every queue's
 * requirement by itself. Everything lives in the arena. One connection, one thread.
 */
#ifndef DOMAIN_WEEK_DEFERRED_H
#define DOMAIN_WEEK_DEFERRED_H

#include "server/domain/week_problem.h"

extern const struct fields requirement_deferred_fields;

/* Puts in place of their requirements those of all together. */
bool week_defer(struct db *db, struct arena *a, struct week_problem *w, struct err *e);

#endif
