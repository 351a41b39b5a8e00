/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The history of one queue, as the forecaster wants it.
 *
 * The library knows no time zones: the caller maps each instant to the local
 * date (days since 1970-01-01, a Thursday) and the wall-clock slot of that date.
 * On the day the clock goes forward some slots have no observation; on the day
 * it goes back the repeated hour gives two observations of one slot, and the
 * library takes their mean (a forecast is always of one normal slot, so both of
 * the repeated instants use the same target).
 *
 * The caller owns everything a wfm_series points to; the library only reads it,
 * only during the call, and keeps no pointer. Thread rule: no shared state.
 */
#ifndef WFM_SERIES_H
#define WFM_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wfm/status.h"

enum { WFM_MAX_SLOTS = 288 }; /* 5-minute data; the finest interval accepted */

struct wfm_observation {
	int32_t day;          /* local date, days since 1970-01-01 */
	int16_t slot;         /* 0 .. 1440 / interval_min - 1, of wall-clock time */
	double offered;       /* contacts, >= 0; NaN = not known (a hole) */
	double handled;       /* contacts handled; NaN = not known */
	double handle_time_s; /* total handling time of those handled, seconds; NaN = not known */
};

enum wfm_day_kind {
	WFM_DAY_SPECIAL, /* holiday, campaign, billing day: kept out of the normal level */
	WFM_DAY_CLOSED,  /* no service: nothing to learn, nothing to forecast */
	WFM_DAY_OUTAGE,  /* wrong figures: left out of training; forecast as a normal day */
};

/*
 * A day (or a stretch of one) that is not like its weekday. A WFM_DAY_SPECIAL
 * day is forecast as normal day × factor; with factor NaN the factor is learnt
 * from past special days of the same `group`, shrunk towards those of its `family` (towards 1
 * without one): Christmas from Christmas, a holiday never seen from the other holidays.
 */
struct wfm_special_day {
	int32_t day;
	enum wfm_day_kind kind;
	int32_t group;      /* the caller's id of days alike: "christmas", "billing"; -1 = alone */
	double factor;      /* >= 0, or NaN = learn */
	int16_t first_slot; /* the stretch [first_slot, first_slot + slots) */
	int16_t slots;      /* 0 = the whole day */
	int32_t family;     /* > 0: the wider kind (holidays, paydays) a group seldom seen leans on */
	bool neighbours;    /* open days beside it are unlike themselves too, as beside a closure */
};

struct wfm_series {
	int interval_min; /* 5, 6, 10, 15, 20, 30 or 60 */
	/* In any order; holes need no row. A source with rows of 1 and none of 0 is taken to write
	   none where nothing came, and its holes in quiet slots for zeros. */
	const struct wfm_observation *observations;
	size_t n_observations;
	const struct wfm_special_day *special_days; /* past and future, any order */
	size_t n_special_days;
	/*
	 * Opening: 7 × (1440 / interval_min) bytes, Monday first, non-zero = open.
	 * NULL = learnt: a slot is open when at least a fifth of that weekday's days
	 * with data have an observation of it, of the days since its hours last changed
	 * (two days of longer hours are enough to see them, three of shorter ones).
	 */
	const uint8_t *open;
};

static inline int wfm_series_slots(const struct wfm_series *s)
{
	return 1440 / s->interval_min;
}

/* 0 = Monday .. 6 = Sunday, of a date in days since 1970-01-01 (before it too). */
static inline int wfm_weekday(int32_t day)
{
	int r = (int)(((int64_t)day + 3) % 7);
	return r < 0 ? r + 7 : r;
}

/*
 * WFM_INVALID with path "/observations/17/offered" and a sentence when a row is
 * outside its documented range; wfm_forecast_run calls it first.
 */
enum wfm_status wfm_series_check(const struct wfm_series *s, struct wfm_error *e);

#endif
