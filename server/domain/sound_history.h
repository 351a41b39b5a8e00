/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of a queue's recorded history a forecast may learn from, and what was wrong with the rest.
 *
 * A queue has one interval, but its rows may be older than that interval: finer ones are added up
 * where all parts are there; rows that come further apart than the interval hold more than it and are
 * left out, since nobody knows how to split them; so are rows that begin within an interval. Each
 * finding is a warning with dates and a count.
 *
 * Everything points into the arena. Pure: no database, no clock.
 */
#ifndef DOMAIN_SOUND_HISTORY_H
#define DOMAIN_SOUND_HISTORY_H

#include "server/calendar/zones.h"
#include "server/domain/forecast_warning.h"
#include "server/domain/queue_history.h"

/* Leaves the sound rows in place, by start, and returns their number. code: of the queue. */
size_t history_keep_sound(struct arena *a, const struct zone *zone, const char *code,
			  int interval_min, struct queue_history_row *rows, size_t n,
			  struct forecast_warnings *w);

/* Gaps of a month or more, an end long before `until`, nothing but zeros. */
void history_warn_of_holes(struct arena *a, const struct zone *zone,
			   const struct queue_history_row *rows, size_t n, int64_t until,
			   struct forecast_warnings *w);

#endif
