/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Targets over the day or the week inside the schedule: where a planner asks for them at the point
 * forecast, a live queue's requirement says only how many contacts the period has to serve in time, and
 * the solver chooses when; what no interval may fall below stays its requirement. Everything lives in
 * the arena. One connection, one thread.
 */
#ifndef DOMAIN_WEEK_SERVICE_H
#define DOMAIN_WEEK_SERVICE_H

#include "server/domain/week_problem.h"

/* What a roster does for a queue over a day or the week. */
struct service_row {
	int64_t queue_id, start, end;
	double offered, target, answered;
};
extern const struct fields service_row_fields;

/* Gives the problem its services and takes its requirements down to the least of each interval. */
bool week_services(struct arena *a, struct week_problem *w, struct err *e);
/* Takes the targets anew from w->requirements, after they were corrected. */
void week_services_aim(struct week_problem *w);

/* Rows by the problem's services, without those that only say that more is better. */
struct service_row *week_service_rows(struct arena *a, const struct week_problem *w,
				      const struct wfm_roster *r, size_t *count);

#endif
