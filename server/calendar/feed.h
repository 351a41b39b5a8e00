/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An agent's shifts and time off as an iCalendar document (RFC 5545, RFC 7986) for subscription.
 *
 * The bytes depend on struct feed alone: no clock, no random number, so an unchanged roster gives an
 * unchanged document. Text and arrays are borrowed for the call. Thread rule: safe from any thread.
 */
#ifndef CALENDAR_FEED_H
#define CALENDAR_FEED_H

#include <stddef.h>
#include <stdint.h>
#include "server/base/err.h"
#include "server/base/strbuf.h"
#include "server/calendar/zones.h"

enum { FEED_EVENTS_MAX = 1000, FEED_BYTES_MAX = 1000000, FEED_FORM = 1 };
/* FEED_FORM is raised with every change of what feed_render writes; it is part of the ETag. */

enum feed_kind { FEED_WORK, FEED_BREAK, FEED_MEAL, FEED_TRAINING, FEED_MEETING, FEED_TRAVEL };

struct feed_activity {
	enum feed_kind kind;
	const char *queue; /* the queue's name; NULL unless FEED_WORK */
	int64_t start, end;
};

struct feed_shift {
	const char *uid;    /* permanent */
	int64_t sequence;   /* of the published version */
	int64_t changed_at; /* when that version was published */
	int64_t start, end;
	const char *site;
	const struct feed_activity *activities; /* in order of time */
	size_t activity_count;
};

/* Deliberately without the kind of leave. */
struct feed_time_off {
	const char *uid;
	int64_t sequence, changed_at;
	int64_t start, end;
};

struct feed {
	const char *locale;      /* en, es, pt; anything else reads as en */
	const struct zone *zone; /* of the agent's site */
	const struct feed_shift *shifts; /* in order of start */
	size_t shift_count;
	const struct feed_time_off *time_off; /* in order of start */
	size_t time_off_count;
};

enum feed_variant { FEED_SHIFTS, FEED_ACTIVITIES };

/* Appends the document. Events past FEED_EVENTS_MAX or FEED_BYTES_MAX, the latest ones, are left out. */
bool feed_render(const struct feed *f, enum feed_variant variant, struct strbuf *out,
		 struct err *e);

#endif
