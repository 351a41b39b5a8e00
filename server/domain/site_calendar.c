/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/site_calendar.h"

#include <assert.h>

#include "server/base/clock.h"

static const struct field site_rows[] = {
	F_INT(struct site_calendar, site_id, 0, 0, 0, ""),
	F_TEXT(struct site_calendar, code, 0, 0, 0, ""),
	F_TEXT(struct site_calendar, name, 0, 0, 0, ""),
	F_TEXT(struct site_calendar, country, 0, 0, 0, ""),
	F_TEXT(struct site_calendar, zone_name, 0, 0, 0, ""),
	F_INT(struct site_calendar, counters, FIELD_OPTIONAL, 0, 0, ""),
	F_REAL(struct site_calendar, shrinkage_planned, 0, 0, 0, ""),
	F_REAL(struct site_calendar, shrinkage_unplanned, 0, 0, 0, ""),
};
static const struct fields site_fields = FIELDS("PlanningSite", struct site_calendar, site_rows);

static const struct field hours_rows[] = {
	F_INT(struct site_hours, weekday, 0, 0, 0, ""),
	F_INT(struct site_hours, open_min, 0, 0, 0, ""),
	F_INT(struct site_hours, close_min, 0, 0, 0, ""),
};
static const struct fields hours_fields = FIELDS("PlanningHours", struct site_hours, hours_rows);

static const char *const special_kinds[] = { "holiday", "campaign", "billing",
					     "outage",	"closure",  NULL };
static const struct field special_rows[] = {
	F_DATE(struct site_special, day, 0, ""),
	F_ENUM(struct site_special, kind, 0, special_kinds, ""),
	F_BOOL(struct site_special, closed, 0, ""),
	F_REAL(struct site_special, factor, FIELD_OPTIONAL, 0, 0, ""),
	F_INT(struct site_special, queue_id, FIELD_OPTIONAL, 0, 0, ""),
};
static const struct fields special_fields =
	FIELDS("PlanningSpecialDay", struct site_special, special_rows);

/* In the order of enum wfm_channel. */
static const char *const channels[] = { "voice",    "chat",	 "walk_in", "email",
					"back_office", "outbound", NULL };
static const struct field queue_rows[] = {
	F_INT(struct site_queue, id, 0, 0, 0, ""),
	F_TEXT(struct site_queue, code, 0, 0, 0, ""),
	F_TEXT(struct site_queue, name, 0, 0, 0, ""),
	F_INT(struct site_queue, skill_id, 0, 0, 0, ""),
	F_ENUM(struct site_queue, channel, 0, channels, ""),
	F_INT(struct site_queue, interval_min, 0, 0, 0, ""),
	F_REAL(struct site_queue, target_share, FIELD_OPTIONAL, 0, 0, ""),
	F_REAL(struct site_queue, target_s, FIELD_OPTIONAL, 0, 0, ""),
	F_REAL(struct site_queue, max_abandoned_share, FIELD_OPTIONAL, 0, 0, ""),
	F_REAL(struct site_queue, max_asa_s, FIELD_OPTIONAL, 0, 0, ""),
	F_REAL(struct site_queue, max_occupancy, FIELD_OPTIONAL, 0, 0, ""),
	F_REAL(struct site_queue, patience_s, FIELD_OPTIONAL, 0, 0, ""),
	F_REAL(struct site_queue, concurrency, 0, 0, 0, ""),
	F_INT(struct site_queue, turnaround_min, FIELD_OPTIONAL, 0, 0, ""),
	F_REAL(struct site_queue, aht_s, 0, 0, 0, ""),
};
static const struct fields queue_fields = FIELDS("PlanningQueue", struct site_queue, queue_rows);

bool site_queues_load(struct db *db, struct arena *a, int64_t site_id, struct site_queue **out,
		      size_t *count, struct err *e)
{
	return db_rows(db, SQL_PLANNING_QUEUES, DB_ARGS(db_int("site_id", site_id)), NULL,
		       &queue_fields, a, (void **)out, count, e);
}

bool site_calendar_load(struct db *db, struct arena *a, int64_t site_id, struct site_calendar *out,
			struct err *e)
{
	const struct db_arg *args = DB_ARGS(db_int("site_id", site_id));

	if (!db_one(db, SQL_PLANNING_SITE, args, NULL, &site_fields, a, out, e)) {
		if (e != NULL && e->code == ERR_NOT_FOUND) {
			err_clear(e);
			err_at(e, ERR_INVALID, "/site_id", "no site has the id %lld",
			       (long long)site_id);
		}
		return false;
	}
	return zone_find(out->zone_name, &out->zone, e) &&
	       db_rows(db, SQL_PLANNING_HOURS, args, NULL, &hours_fields, a, (void **)&out->hours,
		       &out->hours_count, e) &&
	       db_rows(db, SQL_PLANNING_SPECIAL_DAYS, args, NULL, &special_fields, a,
		       (void **)&out->specials, &out->specials_count, e);
}

static bool applies(const struct site_special *d, int64_t queue_id)
{
	return d->queue_id == FIELD_NULL || d->queue_id == queue_id;
}

static bool closed_on(const struct site_calendar *s, int64_t queue_id, int64_t date)
{
	for (size_t i = 0; i < s->specials_count; i++)
		if (s->specials[i].day == date && s->specials[i].closed &&
		    applies(&s->specials[i], queue_id))
			return true;
	return false;
}

static bool hours_hold(const struct site_calendar *s, int weekday, int minute)
{
	for (size_t i = 0; i < s->hours_count; i++)
		if (s->hours[i].weekday == weekday && minute >= s->hours[i].open_min &&
		    minute < s->hours[i].close_min)
			return true;
	return false;
}

bool site_is_open(const struct site_calendar *s, int64_t queue_id, int64_t date, int minute)
{
	/* Hours may run past midnight and then belong to the day on which they began. */
	return (hours_hold(s, date_weekday(date), minute) && !closed_on(s, queue_id, date)) ||
	       (hours_hold(s, date_weekday(date - 1), minute + 1440) &&
		!closed_on(s, queue_id, date - 1));
}

uint8_t *site_open_mask(const struct site_calendar *s, int interval_min, struct arena *a)
{
	int slots = 1440 / interval_min;
	uint8_t *mask = arena_array(a, (size_t)(7 * slots), 1);

	for (int w = 1; w <= 7; w++)
		for (int t = 0; t < slots; t++) {
			int minute = t * interval_min;
			int before = w == 1 ? 7 : w - 1;
			mask[(w - 1) * slots + t] = hours_hold(s, w, minute) ||
						    hours_hold(s, before, minute + 1440);
		}
	return mask;
}

bool site_queue_is_mail(const struct site_queue *q)
{
	return q->channel == WFM_EMAIL || q->channel == WFM_BACK_OFFICE;
}

struct wfm_special_day *site_special_days(const struct site_calendar *s, const struct site_queue *q,
					  struct arena *a, size_t *count)
{
	struct wfm_special_day *days = arena_array(a, s->specials_count, sizeof *days);

	*count = 0;
	for (size_t i = 0; i < s->specials_count; i++) {
		const struct site_special *d = &s->specials[i];
		if (!applies(d, q->id))
			continue;
		enum wfm_day_kind kind = d->closed && !site_queue_is_mail(q) ? WFM_DAY_CLOSED
					 : d->kind == SPECIAL_OUTAGE ? WFM_DAY_OUTAGE
								    : WFM_DAY_SPECIAL;
		days[(*count)++] = (struct wfm_special_day){
			.day = (int32_t)d->day,
			.kind = kind,
			.group = (int32_t)d->kind,
			.factor = d->factor,
		};
	}
	return days;
}
