/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each event is made and written by libical by itself, so that the caps on events and bytes hold
 * without building the whole document first. Events of both kinds are merged by start.
 */
#include "server/calendar/feed.h"

#include <assert.h>
#include <libical/ical.h>
#include <stdio.h>
#include <string.h>
#include "server/base/clock.h"
#include "server/calendar/feed_text.h"
#include "server/calendar/vtimezone.h"

enum { DAY_S = 86400, TEXT_MAX = 4000, UID_MAX = 96, NAMES_IN_SUMMARY = 2 };

static const char CALENDAR_END[] = "END:VCALENDAR\r\n";

struct feed_writer {
	const struct feed *feed;
	const struct feed_words *words;
	struct vtimezone *zone; /* NULL: every event in UTC */
	struct strbuf *out;
	size_t start_len; /* of out, before the document */
	size_t events;
	bool full;
};

/* What all events have in common. */
struct feed_event {
	const char *uid, *summary, *description, *location;
	int64_t sequence, changed_at, start, end;
	bool opaque, whole_days;
};

/* ---- times ---- */

static struct icaltimetype civil(int64_t date, int minute)
{
	struct icaltimetype t = icaltime_null_time();

	date_to_ymd(date, &t.year, &t.month, &t.day);
	t.hour = minute / 60;
	t.minute = minute % 60;
	return t;
}

static struct icaltimetype utc_time(int64_t utc)
{
	int64_t date = utc / DAY_S - (utc % DAY_S < 0);
	struct icaltimetype t = civil(date, (int)((utc - date * DAY_S) / 60));

	t.second = (int)((utc - date * DAY_S) % 60);
	t.zone = icaltimezone_get_utc_timezone();
	return t;
}

static struct icaltimetype local_time(const struct zone *z, int64_t utc)
{
	int64_t date;
	int minute;

	zone_to_local(z, utc, &date, &minute);
	return civil(date, minute);
}

static struct icaltimetype local_date(const struct zone *z, int64_t utc)
{
	struct icaltimetype t = local_time(z, utc);

	t.hour = t.minute = 0;
	t.is_date = 1;
	return t;
}

static bool starts_local_day(const struct zone *z, int64_t utc)
{
	int64_t date;
	int minute;

	zone_to_local(z, utc, &date, &minute);
	return zone_to_utc(z, date, 0) == utc;
}

static void add_times(struct feed_writer *w, icalcomponent *c, const struct feed_event *v)
{
	const struct zone *z = w->feed->zone;
	icalproperty *start, *end;

	if (v->whole_days) {
		start = icalproperty_new_dtstart(local_date(z, v->start));
		end = icalproperty_new_dtend(local_date(z, v->end));
	} else if (w->zone && vtimezone_says_instant(w->zone, v->start) &&
		   vtimezone_says_instant(w->zone, v->end)) {
		start = icalproperty_new_dtstart(local_time(z, v->start));
		icalproperty_add_parameter(start, icalparameter_new_tzid(zone_name(z)));
		end = icalproperty_new_dtend(local_time(z, v->end));
		icalproperty_add_parameter(end, icalparameter_new_tzid(zone_name(z)));
	} else {
		start = icalproperty_new_dtstart(utc_time(v->start));
		end = icalproperty_new_dtend(utc_time(v->end));
	}
	icalcomponent_add_property(c, start);
	icalcomponent_add_property(c, end);
}

/* ---- one event ---- */

static bool append_component(struct feed_writer *w, icalcomponent *c, size_t keep_back,
			     struct err *e)
{
	char *text = icalcomponent_as_ical_string_r(c);

	if (!text)
		return err_set(e, ERR_INTERNAL, "out of memory");
	size_t n = strlen(text);
	for (size_t i = 0; i < n; i++) /* control characters are not text; libical lets them through */
		if (((unsigned char)text[i] < ' ' && text[i] != '\r' && text[i] != '\n') ||
		    text[i] == 0x7f)
			text[i] = ' ';
	if (w->out->len - w->start_len + n + keep_back > FEED_BYTES_MAX)
		w->full = true;
	else
		strbuf_add(w->out, text, n);
	icalmemory_free_buffer(text);
	return true;
}

static bool write_event(struct feed_writer *w, const struct feed_event *v, struct err *e)
{
	icalcomponent *c;
	bool ok;

	if (w->events == FEED_EVENTS_MAX)
		w->full = true;
	if (w->full)
		return true;
	c = icalcomponent_new_vevent();
	if (!c)
		return err_set(e, ERR_INTERNAL, "out of memory");
	icalcomponent_add_property(c, icalproperty_new_uid(v->uid));
	icalcomponent_add_property(c, icalproperty_new_dtstamp(utc_time(v->changed_at)));
	icalcomponent_add_property(c, icalproperty_new_lastmodified(utc_time(v->changed_at)));
	icalcomponent_add_property(c, icalproperty_new_sequence((int)v->sequence));
	add_times(w, c, v);
	icalcomponent_add_property(c, icalproperty_new_summary(v->summary));
	if (v->description)
		icalcomponent_add_property(c, icalproperty_new_description(v->description));
	if (v->location)
		icalcomponent_add_property(c, icalproperty_new_location(v->location));
	icalcomponent_add_property(
		c, icalproperty_new_transp(v->opaque ? ICAL_TRANSP_OPAQUE : ICAL_TRANSP_TRANSPARENT));
	ok = append_component(w, c, sizeof CALENDAR_END, e);
	icalcomponent_free(c);
	w->events++;
	return ok;
}

/* ---- what an event says ---- */

static const char *activity_name(const struct feed_writer *w, const struct feed_activity *a)
{
	return a->queue ? a->queue : w->words->kinds[a->kind];
}

/* "08:00", and with its offset when the hour comes twice that night. */
static void put_time(const struct feed_writer *w, int64_t utc, struct strbuf *s)
{
	const struct zone *z = w->feed->zone;
	int64_t date;
	int minute;

	zone_to_local(z, utc, &date, &minute);
	strbuf_printf(s, "%02d:%02d", minute / 60, minute % 60);
	if (zone_to_utc(z, date, minute) == zone_to_utc_second(z, date, minute))
		return;
	int offset_min = zone_offset_s(z, utc) / 60;
	int size = offset_min < 0 ? -offset_min : offset_min;
	strbuf_printf(s, " (UTC%c%d", offset_min < 0 ? '-' : '+', size / 60);
	if (size % 60)
		strbuf_printf(s, ":%02d", size % 60);
	strbuf_putc(s, ')');
}

static void put_span(const struct feed_writer *w, int64_t start, int64_t end, struct strbuf *s)
{
	put_time(w, start, s);
	strbuf_puts(s, "–");
	put_time(w, end, s);
}

/* "Voice sales, Chat · Santiago": the first queues of the shift, each once. */
static void put_summary(const struct feed_writer *w, const struct feed_shift *h, struct strbuf *s)
{
	const char *named[NAMES_IN_SUMMARY];
	size_t count = 0, more = 0;

	for (size_t i = 0; i < h->activity_count; i++) {
		const struct feed_activity *a = &h->activities[i];
		bool known = a->kind != FEED_WORK;

		for (size_t k = 0; k < i && !known; k++)
			known = h->activities[k].kind == FEED_WORK &&
				strcmp(activity_name(w, &h->activities[k]), activity_name(w, a)) == 0;
		if (known)
			continue;
		if (count < NAMES_IN_SUMMARY)
			named[count++] = activity_name(w, a);
		else
			more++;
	}
	if (count == 0)
		named[count++] = h->activity_count ? activity_name(w, &h->activities[0])
						   : w->words->kinds[FEED_WORK];
	for (size_t i = 0; i < count; i++)
		strbuf_printf(s, "%s%s", i ? ", " : "", named[i]);
	if (more)
		strbuf_printf(s, " +%zu", more);
	if (h->site)
		strbuf_printf(s, " · %s", h->site);
}

static bool write_shift(struct feed_writer *w, const struct feed_shift *h, struct err *e)
{
	struct strbuf summary, description;
	bool ok = false;

	strbuf_init(&summary, TEXT_MAX);
	strbuf_init(&description, TEXT_MAX);
	put_summary(w, h, &summary);
	for (size_t i = 0; i < h->activity_count; i++) {
		const struct feed_activity *a = &h->activities[i];

		if (i)
			strbuf_putc(&description, '\n');
		put_span(w, a->start, a->end, &description);
		strbuf_printf(&description, " %s", activity_name(w, a));
	}
	if (summary.overflow || description.overflow) {
		err_set(e, ERR_INTERNAL, "shift %s has too much text for a calendar", h->uid);
		goto out;
	}
	ok = write_event(w,
			 &(struct feed_event){ .uid = h->uid,
					       .summary = summary.data,
					       .description = description.len ? description.data : NULL,
					       .location = h->site,
					       .sequence = h->sequence,
					       .changed_at = h->changed_at,
					       .start = h->start,
					       .end = h->end,
					       .opaque = true },
			 e);
out:
	strbuf_free(&summary);
	strbuf_free(&description);
	return ok;
}

/* An activity is known by its shift, its kind and its number among that kind: the second break stays
 * the second break when the times move. */
static bool write_activities(struct feed_writer *w, const struct feed_shift *h, struct err *e)
{
	static const char *const kinds[] = { "work", "break", "meal", "training", "meeting", "travel" };
	unsigned seen[sizeof kinds / sizeof kinds[0]] = { 0 };

	for (size_t i = 0; i < h->activity_count; i++) {
		const struct feed_activity *a = &h->activities[i];
		char uid[UID_MAX];

		if (snprintf(uid, sizeof uid, "%s-%s-%u", h->uid, kinds[a->kind],
			     ++seen[a->kind]) >= (int)sizeof uid)
			return err_set(e, ERR_INTERNAL, "the identity of shift %s is too long", h->uid);
		if (!write_event(w,
				 &(struct feed_event){ .uid = uid,
						       .summary = activity_name(w, a),
						       .location = h->site,
						       .sequence = h->sequence,
						       .changed_at = h->changed_at,
						       .start = a->start,
						       .end = a->end,
						       .opaque = true },
				 e))
			return false;
	}
	return true;
}

static bool write_time_off(struct feed_writer *w, const struct feed_time_off *t, struct err *e)
{
	const struct zone *z = w->feed->zone;

	return write_event(w,
			   &(struct feed_event){ .uid = t->uid,
						 .summary = w->words->time_off,
						 .sequence = t->sequence,
						 .changed_at = t->changed_at,
						 .start = t->start,
						 .end = t->end,
						 .whole_days = starts_local_day(z, t->start) &&
							       starts_local_day(z, t->end) },
			   e);
}

/* ---- the document ---- */

static void add_x(icalcomponent *c, const char *name, const char *value)
{
	icalproperty *p = icalproperty_new_x(value);

	icalproperty_set_x_name(p, name);
	icalcomponent_add_property(c, p);
}

static bool write_head(struct feed_writer *w, enum feed_variant variant, struct err *e)
{
	const char *name = w->words->calendar[variant];
	struct icaldurationtype hour = icaldurationtype_from_int(3600);
	icalcomponent *c = icalcomponent_new(ICAL_VCALENDAR_COMPONENT);
	bool ok;

	if (!c)
		return err_set(e, ERR_INTERNAL, "out of memory");
	icalcomponent_add_property(c, icalproperty_new_prodid("-//Cuadrante//Shift feed//EN"));
	icalcomponent_add_property(c, icalproperty_new_version("2.0"));
	icalcomponent_add_property(c, icalproperty_new_calscale("GREGORIAN"));
	icalcomponent_add_property(c, icalproperty_new_method(ICAL_METHOD_PUBLISH));
	icalcomponent_add_property(c, icalproperty_new_name(name));
	add_x(c, "X-WR-CALNAME", name);
	add_x(c, "X-WR-TIMEZONE", zone_name(w->feed->zone));
	icalproperty *refresh = icalproperty_new_refreshinterval(hour);
	icalproperty_add_parameter(refresh, icalparameter_new_value(ICAL_VALUE_DURATION));
	icalcomponent_add_property(c, refresh);
	add_x(c, "X-PUBLISHED-TTL", "PT1H");
	icalcomponent_add_property(c, icalproperty_new_color("steelblue"));
	/* Always there, so that a calendar without shifts still holds one component. */
	if (w->zone)
		icalcomponent_add_component(c, icalcomponent_new_clone(vtimezone_component(w->zone)));
	ok = append_component(w, c, 0, e);
	icalcomponent_free(c);
	if (!ok)
		return false;
	size_t end = sizeof CALENDAR_END - 1;
	assert(w->out->overflow ||
	       memcmp(w->out->data + w->out->len - end, CALENDAR_END, end) == 0);
	if (!w->out->overflow)
		w->out->len -= end;
	return true;
}

bool feed_render(const struct feed *f, enum feed_variant variant, struct strbuf *out,
		 struct err *e)
{
	struct feed_writer w = { .feed = f,
				 .words = feed_words_for(f->locale),
				 .out = out,
				 .start_len = out->len };
	size_t h = 0, t = 0;
	bool ok = vtimezone_new(f->zone, &w.zone, e) && write_head(&w, variant, e);

	while (ok && (h < f->shift_count || t < f->time_off_count)) {
		bool shift_next = t == f->time_off_count ||
				  (h < f->shift_count && f->shifts[h].start <= f->time_off[t].start);

		if (!shift_next)
			ok = write_time_off(&w, &f->time_off[t++], e);
		else if (variant == FEED_SHIFTS)
			ok = write_shift(&w, &f->shifts[h++], e);
		else
			ok = write_activities(&w, &f->shifts[h++], e);
	}
	vtimezone_free(w.zone);
	if (!ok)
		return false;
	strbuf_puts(out, CALENDAR_END);
	return !out->overflow || err_set(e, ERR_INTERNAL, "the calendar outgrew its buffer");
}
