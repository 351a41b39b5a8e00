/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/site_calendar.h"

#include <stdlib.h>
#include <string.h>

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
	F_DATE(struct site_hours, valid_from, 0, ""),
	F_INT(struct site_hours, weekday, 0, 0, 0, ""),
	F_INT(struct site_hours, open_min, 0, 0, 0, ""),
	F_INT(struct site_hours, close_min, 0, 0, 0, ""),
};
static const struct fields hours_fields = FIELDS("PlanningHours", struct site_hours, hours_rows);

static const char *const special_kinds[] = { "holiday", "campaign", "billing",
					     "outage",	"closure",  "payday",
					     "observance", NULL };
static const struct field special_rows[] = {
	F_DATE(struct site_special, day, 0, ""),
	F_ENUM(struct site_special, kind, 0, special_kinds, ""),
	F_BOOL(struct site_special, closed, 0, ""),
	F_REAL(struct site_special, factor, FIELD_OPTIONAL, 0, 0, ""),
	F_INT(struct site_special, queue_id, FIELD_OPTIONAL, 0, 0, ""),
	F_TEXT(struct site_special, name, 0, 0, 0, ""),
	F_TEXT(struct site_special, group, FIELD_OPTIONAL, 0, 0, ""),
};
static const struct fields special_fields =
	FIELDS("PlanningSpecialDay", struct site_special, special_rows);

/* In the order of enum wfm_channel. */
static const char *const channels[] = { "voice",    "chat",	 "walk_in", "email",
					"back_office", "outbound", NULL };
const char *const queue_redials_names[] = { "none", "given", "estimated", NULL };
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
	F_ENUM(struct site_queue, redials, 0, queue_redials_names, ""),
	F_REAL(struct site_queue, redial_share, FIELD_OPTIONAL, 0, 0, ""),
	F_REAL(struct site_queue, chat_stretch, FIELD_OPTIONAL, 0, 0, ""),
};
static const struct fields queue_fields = FIELDS("PlanningQueue", struct site_queue, queue_rows);

bool site_queues_load(struct db *db, struct arena *a, int64_t site_id, struct site_queue **out,
		      size_t *count, struct err *e)
{
	return db_rows(db, SQL_PLANNING_QUEUES, DB_ARGS(db_int("site_id", site_id)), NULL,
		       &queue_fields, a, (void **)out, count, e);
}

/* Days alike get one number. A site has some hundreds of special days, and a few dozen groups. */
static void group_specials(struct site_calendar *s, struct arena *a)
{
	s->groups = arena_array(a, s->specials_count, sizeof *s->groups);
	for (size_t i = 0; i < s->specials_count; i++) {
		struct site_special *d = &s->specials[i];
		const char *key = arena_printf(a, "%s:%s", special_kinds[d->kind],
					       d->group != NULL ? d->group : d->name);
		size_t g = 0;
		while (g < s->group_count && strcmp(s->groups[g].key, key) != 0)
			g++;
		if (g == s->group_count)
			s->groups[s->group_count++] = (struct site_special_group){ key, d->name };
		d->group_id = (int32_t)g;
	}
}

const struct site_special_group *site_effect_group(const struct site_calendar *s, const char *effect)
{
	static const char part[] = "special_group_";
	const char *at = strstr(effect, part);
	char *end;

	if (at == NULL)
		return NULL;
	unsigned long id = strtoul(at + sizeof part - 1, &end, 10);
	return *end == 0 && id < s->group_count ? &s->groups[id] : NULL;
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
	if (!zone_find(out->zone_name, &out->zone, e) ||
	    !db_rows(db, SQL_PLANNING_HOURS, args, NULL, &hours_fields, a, (void **)&out->hours,
		     &out->hours_count, e) ||
	    !db_rows(db, SQL_PLANNING_SPECIAL_DAYS, args, NULL, &special_fields, a,
		     (void **)&out->specials, &out->specials_count, e))
		return false;
	group_specials(out, a);
	return true;
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

/* The beginning of the set of hours that holds on a date; FIELD_NULL: none does yet. */
static int64_t hours_since(const struct site_calendar *s, int64_t date)
{
	int64_t since = FIELD_NULL;
	for (size_t i = 0; i < s->hours_count; i++)
		if (s->hours[i].valid_from <= date && s->hours[i].valid_from > since)
			since = s->hours[i].valid_from;
	return since;
}

static bool hours_hold(const struct site_calendar *s, int64_t date, int minute)
{
	int64_t since = hours_since(s, date);
	int weekday = date_weekday(date);
	for (size_t i = 0; i < s->hours_count; i++)
		if (s->hours[i].valid_from == since && s->hours[i].weekday == weekday &&
		    minute >= s->hours[i].open_min && minute < s->hours[i].close_min)
			return true;
	return false;
}

/* Hours may run past midnight and then belong to the day on which they began. */
static bool hours_open(const struct site_calendar *s, int64_t date, int minute)
{
	return hours_hold(s, date, minute) || hours_hold(s, date - 1, minute + 1440);
}

bool site_is_open(const struct site_calendar *s, int64_t queue_id, int64_t date, int minute)
{
	return (hours_hold(s, date, minute) && !closed_on(s, queue_id, date)) ||
	       (hours_hold(s, date - 1, minute + 1440) && !closed_on(s, queue_id, date - 1));
}

bool site_has_hours(const struct site_calendar *s, int64_t date)
{
	int64_t since = hours_since(s, date);
	for (size_t i = 0; i < s->hours_count; i++)
		if (s->hours[i].valid_from == since && s->hours[i].weekday == date_weekday(date))
			return true;
	return false;
}

bool site_is_shut(const struct site_calendar *s, int64_t date)
{
	return closed_on(s, FIELD_NULL, date);
}

uint8_t *site_open_mask(const struct site_calendar *s, int interval_min, const struct site_span *span,
			struct arena *a)
{
	int slots = 1440 / interval_min;
	uint8_t *mask = arena_array(a, (size_t)(7 * slots), 1);
	int64_t until = span->until > span->from + 7 ? span->until : span->from + 7;

	for (int64_t date = span->from; date < until; date++) {
		uint8_t *day = mask + (date_weekday(date) - 1) * slots;
		for (int t = 0; t < slots; t++)
			day[t] |= hours_open(s, date, t * interval_min);
	}
	return mask;
}

/* Whether the hours of all days from first on are the same every week. */
static bool hours_constant(const struct site_calendar *s, int64_t first, int64_t until)
{
	return hours_since(s, first) == hours_since(s, until - 1);
}

int64_t site_hours_unseen_from(const struct site_calendar *s, int interval_min,
			       const struct site_span *span)
{
	bool seen[1440] = { false };

	if (span->first >= span->from || hours_constant(s, span->first, span->until))
		return FIELD_NULL;
	for (int64_t date = span->first; date < span->from; date++)
		for (int m = 0; m < 1440; m += interval_min)
			seen[m] = seen[m] || hours_open(s, date, m);
	for (int64_t date = span->from; date < span->until; date++)
		for (int m = 0; m < 1440; m += interval_min)
			if (!seen[m] && hours_open(s, date, m))
				return date;
	return FIELD_NULL;
}

int site_staffing_minutes(int64_t interval_min)
{
	int m = (int)interval_min;
	while (m % 15 != 0)
		m += (int)interval_min;
	return m;
}

bool site_queue_is_mail(const struct site_queue *q)
{
	return q->channel == WFM_EMAIL || q->channel == WFM_BACK_OFFICE;
}

/* The stretches of a date that are open in the mask but not by that date's hours. */
static int shut_stretches(const struct site_calendar *s, const uint8_t *mask, int interval_min,
			  int64_t date, struct wfm_special_day *out)
{
	int slots = 1440 / interval_min, n = 0, begun = -1;
	const uint8_t *day = mask + (date_weekday(date) - 1) * slots;

	for (int t = 0; t <= slots; t++) {
		bool shut = t < slots && day[t] && !hours_open(s, date, t * interval_min);
		if (shut && begun < 0)
			begun = t;
		if (shut || begun < 0)
			continue;
		if (out != NULL)
			out[n] = (struct wfm_special_day){
				.day = (int32_t)date, .kind = WFM_DAY_CLOSED, .group = -1,
				.factor = NAN, .first_slot = (int16_t)begun,
				.slots = (int16_t)(t - begun),
			};
		n++;
		begun = -1;
	}
	return n;
}

static void add_shut(const struct site_calendar *s, const struct site_queue *q,
		     const struct site_span *span, struct arena *a, struct wfm_special_day **days,
		     size_t *count)
{
	int interval = (int)q->interval_min;
	size_t n = *count;

	if (site_queue_is_mail(q) || hours_constant(s, span->first, span->until))
		return;
	const uint8_t *mask = site_open_mask(s, interval, span, a);
	for (int64_t date = span->first; date < span->until; date++)
		n += (size_t)shut_stretches(s, mask, interval, date, NULL);
	struct wfm_special_day *all = arena_array(a, n, sizeof *all);
	for (size_t i = 0; i < *count; i++)
		all[i] = (*days)[i];
	for (int64_t date = span->first; date < span->until; date++)
		*count += (size_t)shut_stretches(s, mask, interval, date, all + *count);
	*days = all;
}

struct wfm_special_day *site_special_days(const struct site_calendar *s, const struct site_queue *q,
					  const struct site_span *span, struct arena *a, size_t *count)
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
			.group = d->group_id,
			.family = (int32_t)d->kind + 1,
			.neighbours = d->kind == SPECIAL_HOLIDAY,
			.factor = d->factor,
		};
	}
	add_shut(s, q, span, a, &days, count);
	return days;
}
