/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/agent_shifts.h"

static const struct field query_rows[] = {
	F_DATE(struct agent_shifts_query, from, FIELD_OPTIONAL, "first day; a week ago when absent"),
	F_DATE(struct agent_shifts_query, to, FIELD_OPTIONAL, "last day; 60 days ahead when absent"),
};
const struct fields agent_shifts_query_fields =
	FIELDS("AgentShiftsQuery", struct agent_shifts_query, query_rows);

static const char *const kinds[] = { "work", "break", "meal", "training", "meeting", "travel", NULL };
static const struct field activity_rows[] = {
	F_ENUM(struct agent_activity, kind, 0, kinds, "what is done"),
	F_INT(struct agent_activity, queue_id, FIELD_OPTIONAL, 0, 0, "the queue worked on"),
	F_TEXT(struct agent_activity, queue, FIELD_OPTIONAL, 0, 0, "its name"),
	F_TEXT(struct agent_activity, label, FIELD_OPTIONAL, 0, 0, "what a training or meeting is called"),
	F_INSTANT(struct agent_activity, start, 0, "start"),
	F_INSTANT(struct agent_activity, end, 0, "end"),
	F_BOOL(struct agent_activity, paid, 0, "paid time"),
};
static const struct fields activity_fields =
	FIELDS("AgentActivity", struct agent_activity, activity_rows);

static const struct field shift_rows[] = {
	F_INT(struct agent_shift, id, 0, 0, 0, "shift of the published roster"),
	F_DATE(struct agent_shift, day, 0, "local date on which it starts"),
	F_INSTANT(struct agent_shift, start, 0, "start"),
	F_INSTANT(struct agent_shift, end, 0, "end"),
	F_INT(struct agent_shift, paid_minutes, 0, 0, 0, "paid minutes"),
	F_INT(struct agent_shift, site_id, 0, 0, 0, "where"),
	F_TEXT(struct agent_shift, site, 0, 0, 0, "name of the site"),
	F_TEXT(struct agent_shift, zone, 0, 0, 0, "its time zone"),
	F_LIST(struct agent_shift, activities, activity_count, 0, &activity_fields, 0, 0,
	       "what is done, in order"),
};
const struct fields agent_shift_fields = FIELDS("AgentShift", struct agent_shift, shift_rows);
