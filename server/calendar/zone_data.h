/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a zone is inside server/calendar: the transitions of its TZif file (RFC 9636) followed by
 * 400 years of the footer's rule, so that every look-up is one binary search; later instants wrap
 * by the 400-year Gregorian cycle. The footer itself is kept, because the feed writes a VTIMEZONE
 * from it.
 *
 * Built once by zone_read, const afterwards. Private to this folder; others use zones.h.
 */
#ifndef CALENDAR_ZONE_DATA_H
#define CALENDAR_ZONE_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "server/base/err.h"

enum { ZONE_ABBR_MAX = 16, ZONE_NAME_MAX = 64 };

/* POSIX TZ day forms: Jn (1..365, no leap day), n (0..365, leap day counted), Mm.w.d. */
enum zone_day_form { ZONE_DAY_J, ZONE_DAY_N, ZONE_DAY_M };

struct zone_rule {
	enum zone_day_form form;
	int day;         /* J, N: the number; M: weekday 0 Sunday .. 6 */
	int month, week; /* M only; week 5 is the last */
	int time_s;      /* wall-clock seconds after that day's midnight, -167 h .. 167 h */
};

struct zone_footer {
	bool present, has_dst;
	int std_offset_s, dst_offset_s; /* seconds east of UTC */
	char std_abbr[ZONE_ABBR_MAX], dst_abbr[ZONE_ABBR_MAX];
	struct zone_rule to_dst, to_std;
};

struct zone_transition {
	int64_t at;   /* UTC */
	int offset_s; /* from then on */
};

struct zone {
	char name[ZONE_NAME_MAX];
	int first_offset_s; /* before every transition */
	struct zone_transition *transitions;
	size_t count;
	int64_t wrap_after; /* instants past this are looked up 400 years earlier; INT64_MAX: never */
	struct zone_footer footer;
	uint32_t digest; /* FNV-1a of the file */
	struct zone *next;
};

/* Parses a TZif file's bytes. *out is malloc'ed and belongs to the caller. */
bool zone_read(const char *name, const unsigned char *bytes, size_t len, struct zone **out,
	       struct err *e);
/* A zone that follows a footer alone, from 1970 on: what a reader of our VTIMEZONE computes. */
bool zone_by_footer(const struct zone_footer *footer, struct zone **out, struct err *e);
void zone_free(struct zone *z); /* accepts NULL */

/* UTC instant at which the rule fires in a year, the clock being offset_s east of UTC before it. */
int64_t zone_rule_at(const struct zone_rule *r, int year, int offset_s);

#endif
