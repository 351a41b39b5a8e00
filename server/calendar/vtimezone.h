/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A VTIMEZONE made from a zone's TZif footer: one observance, or two with a yearly RRULE each, dated
 * from 1970. That is the form Outlook reads; it cannot say what the zone did before its present rule,
 * so the writer asks vtimezone_says_instant before it writes a local time.
 *
 * The caller frees with vtimezone_free; the component is borrowed. Thread rule: one thread at a time.
 */
#ifndef CALENDAR_VTIMEZONE_H
#define CALENDAR_VTIMEZONE_H

#include <libical/ical.h>
#include <stdbool.h>
#include <stdint.h>
#include "server/base/err.h"
#include "server/calendar/zones.h"

struct vtimezone;

/* *out is NULL, without an error, when the zone's rule cannot be said in this form: use UTC. */
bool vtimezone_new(const struct zone *z, struct vtimezone **out, struct err *e);
void vtimezone_free(struct vtimezone *v); /* accepts NULL */
icalcomponent *vtimezone_component(struct vtimezone *v);
/* Whether the instant's local time, read by this VTIMEZONE or by a client's own copy of the zone,
 * can only mean this instant. False in and near a repeated hour, and where the zone's real clock
 * changes differ from the footer's rule. */
bool vtimezone_says_instant(const struct vtimezone *v, int64_t utc);

#endif
