/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The counters of a site in its week: they cap all its walk-in queues together, slot by slot. Calls, chats
 * and the like need none. Everything lives in the arena. One thread.
 */
#ifndef DOMAIN_WEEK_COUNTERS_H
#define DOMAIN_WEEK_COUNTERS_H

#include "server/domain/week_problem.h"

/* Whether people of that queue serve at a counter that can be taken. */
bool week_queue_is_at_counter(const struct week_problem *w, const struct site_queue *q);

/* The people of a queue who can be planned: those for whom absence is reckoned in find no counter beyond
 * the last. */
double week_counter_people(const struct week_problem *w, const struct site_queue *q, double people);

/* Marks the queues, whose site is then the problem's only one, and says how many counters are free of last
 * week's nights. Needs calendar and covered. */
void week_counters(struct arena *a, struct week_problem *w, struct wfm_queue *queues);

#endif
