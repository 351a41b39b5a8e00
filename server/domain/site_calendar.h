/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A site as forecasts and schedules need it: zone, opening hours, special days, queues.
 *
 * Loaded into an arena and const from then on. Minutes are wall-clock minutes after local midnight.
 * Opening hours may change on a date: of the sets of hours, the last that began holds.
 */
#ifndef DOMAIN_SITE_CALENDAR_H
#define DOMAIN_SITE_CALENDAR_H

#include "server/calendar/zones.h"
#include "server/store/db.h"
#include "wfm/series.h"
#include "wfm/staffing.h"

enum special_kind {
	SPECIAL_HOLIDAY, SPECIAL_CAMPAIGN, SPECIAL_BILLING, SPECIAL_OUTAGE, SPECIAL_CLOSURE,
	SPECIAL_PAYDAY, SPECIAL_OBSERVANCE,
};

struct site_hours {
	int64_t valid_from, weekday, open_min, close_min;
};

struct site_special {
	int64_t day, kind;
	bool closed;
	double factor;    /* NaN: learn */
	int64_t queue_id; /* FIELD_NULL: every queue of the site */
	const char *name, *group; /* group: what it is learnt with; NULL: days of its kind and name */
	int32_t group_id;         /* index into site_calendar.groups */
};

/* Special days that are learnt from one another. */
struct site_special_group {
	const char *key;  /* "holiday:christmas" */
	const char *name; /* as its days are called */
};

struct site_calendar {
	int64_t site_id;
	const char *code, *name, *country, *zone_name;
	int64_t counters; /* FIELD_NULL: no counters */
	double shrinkage_planned, shrinkage_unplanned;
	const struct zone *zone;
	struct site_hours *hours; /* by valid_from */
	size_t hours_count;
	struct site_special *specials; /* by day */
	size_t specials_count;
	struct site_special_group *groups;
	size_t group_count;
};

/* A queue of the site with what planning needs of it. */
struct site_queue {
	int64_t id, skill_id, channel, interval_min; /* channel: enum wfm_channel */
	const char *code, *name;
	double target_share, target_s, max_abandoned_share, max_asa_s, max_occupancy, patience_s;
	double concurrency, aht_s;
	int64_t turnaround_min;
	int64_t redials;                   /* enum queue_redials */
	double redial_share, chat_stretch; /* NaN: not set */
	double again, discount; /* share of the abandoned who call again, share of contacts that are
				   such calls: filled in by whoever staffs the queue */
};

/* Whether contacts are staffed as calls of their own, or also as calls again. */
enum queue_redials { REDIALS_NONE, REDIALS_GIVEN, REDIALS_ESTIMATED };
extern const char *const queue_redials_names[];

bool site_queues_load(struct db *db, struct arena *a, int64_t site_id, struct site_queue **out,
		      size_t *count, struct err *e);

/* ERR_INVALID with pointer /site_id when there is no such site. */
bool site_calendar_load(struct db *db, struct arena *a, int64_t site_id, struct site_calendar *out,
			struct err *e);

/* Whether the site (for queue_id: this queue; FIELD_NULL: the site as such) takes work then. */
bool site_is_open(const struct site_calendar *s, int64_t queue_id, int64_t date, int minute);

/* The days of which a series speaks: its history from first on, and what is to be forecast. */
struct site_span {
	int64_t first, from, until; /* local dates: history [first, from), forecast [from, until) */
};

/* Whether the site has hours on that date's weekday, whatever special days say of the date. */
bool site_has_hours(const struct site_calendar *s, int64_t date);

/* Whether a special day shuts the whole site on that date. */
bool site_is_shut(const struct site_calendar *s, int64_t date);

/* 7 x (1440 / interval_min) bytes, Monday first: open at some time in a normal week of the days to
 * be forecast. */
uint8_t *site_open_mask(const struct site_calendar *s, int interval_min, const struct site_span *span,
			struct arena *a);

/* The first local date from which the mask has hours that no day before `from` ever had; FIELD_NULL:
 * it has none. */
int64_t site_hours_unseen_from(const struct site_calendar *s, int interval_min,
			       const struct site_span *span);

/* Work that arrives at any hour and is done in opening hours: e-mail, back office. */
bool site_queue_is_mail(const struct site_queue *q);

/* What a queue counted in intervals of so many minutes is staffed at: a whole number of quarter-hours. */
int site_staffing_minutes(int64_t interval_min);

/* Somebody waits for the answer: not mail, not a list to call. */
static inline bool site_queue_is_live(const struct site_queue *q)
{
	return !site_queue_is_mail(q) && q->channel != WFM_OUTBOUND;
}

/* The special days that concern one queue, in libwfm's form. Mail also comes on closed days. Where
 * opening hours change within the span, the hours of the mask that a day does not have are shut. */
struct wfm_special_day *site_special_days(const struct site_calendar *s, const struct site_queue *q,
					  const struct site_span *span, struct arena *a, size_t *count);

/* What libwfm calls special_group_3, after_special_group_3 and the like; NULL for any other name. */
const struct site_special_group *site_effect_group(const struct site_calendar *s, const char *effect);

#endif
