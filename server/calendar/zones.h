/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Time zones: the map between instants and local wall-clock time.
 *
 * zones_start loads what is needed once (libical's lazy zone loading is not thread-safe) from the
 * system's tzdata; afterwards everything is const and safe from any thread. A struct zone lives
 * as long as the process.
 * A local minute that a clock change skips maps to the instant just after the jump; one that occurs
 * twice maps to its first occurrence unless told otherwise.
 */
#ifndef CALENDAR_ZONES_H
#define CALENDAR_ZONES_H

#include <stdbool.h>
#include <stdint.h>
#include "server/base/err.h"

struct zone;

bool zones_start(struct err *e);
/* ERR_INVALID naming the zone when it is no IANA name known here. */
bool zone_find(const char *name, const struct zone **out, struct err *e);
const char *zone_name(const struct zone *z);
uint32_t zone_digest(const struct zone *z); /* of the tzdata behind it: local times depend on it */

int zone_offset_s(const struct zone *z, int64_t utc);                 /* seconds east of UTC */
void zone_to_local(const struct zone *z, int64_t utc, int64_t *date, int *minute);
int64_t zone_to_utc(const struct zone *z, int64_t date, int minute);  /* minute may exceed 1440 */
int64_t zone_to_utc_second(const struct zone *z, int64_t date, int minute); /* the later of two */
/* Length of a local date in minutes: 1380, 1440, 1500. */
int zone_day_minutes(const struct zone *z, int64_t date);
/* The clock change within local date, if any: the instant, and minutes moved (+60 spring forward). */
bool zone_day_change(const struct zone *z, int64_t date, int64_t *utc, int *minutes);

#endif
