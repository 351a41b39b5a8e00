/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an agent's own page shows: published shifts with their activities. The statement agent_shifts
 * answers GET /api/v1/me/shifts by itself; here are only the fields. Constant data.
 */
#ifndef DOMAIN_AGENT_SHIFTS_H
#define DOMAIN_AGENT_SHIFTS_H

#include "server/base/field.h"

struct agent_shifts_query {
	int64_t from, to; /* local dates on which shifts start; FIELD_NULL: 7 days back, 60 ahead */
};

struct agent_activity {
	int64_t kind, queue_id;
	const char *queue, *label;
	int64_t start, end;
	bool paid;
};

struct agent_shift {
	int64_t id, day, start, end, paid_minutes, site_id;
	const char *site, *zone;
	struct agent_activity *activities;
	size_t activity_count;
};

extern const struct fields agent_shifts_query_fields, agent_shift_fields;

#endif
