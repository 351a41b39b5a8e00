/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A site as forecasts and schedules need it: zone, opening hours, special days, queues.
 *
 * Loaded into an arena and const from then on. Minutes are wall-clock minutes after local midnight.
 */
#ifndef DOMAIN_SITE_CALENDAR_H
#define DOMAIN_SITE_CALENDAR_H

#include "server/calendar/zones.h"
#include "server/store/db.h"
#include "wfm/series.h"
#include "wfm/staffing.h"

enum special_kind { SPECIAL_HOLIDAY, SPECIAL_CAMPAIGN, SPECIAL_BILLING, SPECIAL_OUTAGE, SPECIAL_CLOSURE };

struct site_hours {
	int64_t weekday, open_min, close_min;
};

struct site_special {
	int64_t day, kind;
	bool closed;
	double factor;    /* NaN: learn */
	int64_t queue_id; /* FIELD_NULL: every queue of the site */
};

struct site_calendar {
	int64_t site_id;
	const char *code, *name, *country, *zone_name;
	int64_t counters; /* FIELD_NULL: no counters */
	double shrinkage_planned, shrinkage_unplanned;
	const struct zone *zone;
	struct site_hours *hours;
	size_t hours_count;
	struct site_special *specials; /* by day */
	size_t specials_count;
};

/* A queue of the site with what planning needs of it. */
struct site_queue {
	int64_t id, skill_id, channel, interval_min; /* channel: enum wfm_channel */
	const char *code, *name;
	double target_share, target_s, max_abandoned_share, max_asa_s, max_occupancy, patience_s;
	double concurrency, aht_s;
	int64_t turnaround_min;
};

bool site_queues_load(struct db *db, struct arena *a, int64_t site_id, struct site_queue **out,
		      size_t *count, struct err *e);

/* ERR_INVALID with pointer /site_id when there is no such site. */
bool site_calendar_load(struct db *db, struct arena *a, int64_t site_id, struct site_calendar *out,
			struct err *e);

/* Whether the site (for queue_id: this queue; FIELD_NULL: the site as such) takes work then. */
bool site_is_open(const struct site_calendar *s, int64_t queue_id, int64_t date, int minute);

/* 7 x (1440 / interval_min) bytes, Monday first: open in a normal week. */
uint8_t *site_open_mask(const struct site_calendar *s, int interval_min, struct arena *a);

/* Work that arrives at any hour and is done in opening hours: e-mail, back office. */
bool site_queue_is_mail(const struct site_queue *q);

/* The special days that concern one queue, in libwfm's form. Mail also comes on closed days. */
struct wfm_special_day *site_special_days(const struct site_calendar *s, const struct site_queue *q,
					  struct arena *a, size_t *count);

#endif
