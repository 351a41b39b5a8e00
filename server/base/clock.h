/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The current instant, and the arithmetic of dates that needs no zone.
 *
 * Instants are int64_t UTC seconds. A local date is a count of days since 1970-01-01 in the
 * proleptic Gregorian calendar; it says nothing about any zone (server/calendar/zones.h does).
 * Texts are read for the years 1900 to 2199, so that sums of what was read can always be written.
 * Weekdays are ISO: 1 Monday .. 7 Sunday. Thread rule: pure functions, safe everywhere.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

int64_t clock_now(void);         /* UTC seconds */
double clock_monotonic_s(void);

int64_t date_from_ymd(int year, int month, int day);
void date_to_ymd(int64_t date, int *year, int *month, int *day);
int date_weekday(int64_t date);                          /* 1 Monday .. 7 Sunday */
bool date_parse(const char *text, int64_t *date);        /* "2026-11-23", whole string */
void date_format(int64_t date, char out[11]);
bool week_parse(const char *text, int64_t *monday);      /* "2026-W48", whole string */
void week_format(int64_t date, char out[9]);             /* the ISO week that holds date */
bool instant_parse(const char *text, int64_t *utc);      /* RFC 3339, 'T' or space, offset or Z required */
/* As instant_parse, and the offset the text carried, in seconds east of UTC. */
bool instant_parse_offset(const char *text, int64_t *utc, int *offset_s);
void instant_format(int64_t utc, int offset_s, char out[26]); /* 2026-11-23T08:00:00-03:00 or ...Z */

#endif
