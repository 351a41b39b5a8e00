/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/calendar/vtimezone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "server/base/clock.h"
#include "server/calendar/zone_data.h"

enum { DAY_S = 86400, RULE_TEXT = 120 };

struct vtimezone {
	const struct zone *zone;
	struct zone *by_rule; /* what a reader of the component computes */
	icalcomponent *component;
};

/* A rule at 24:00 has no date of its own in an RRULE that Outlook accepts (one BYDAY, no BYMONTHDAY):
 * Windows writes Chile's as "first Saturday, 23:59:59", and so do we. by_rule follows the
 * same second, so events that the difference could touch are found by comparison. */
static struct zone_footer outlook_footer(const struct zone_footer *f)
{
	struct zone_footer g = *f;

	if (g.to_dst.form == ZONE_DAY_M && g.to_dst.time_s == DAY_S)
		g.to_dst.time_s = DAY_S - 1;
	if (g.to_std.form == ZONE_DAY_M && g.to_std.time_s == DAY_S)
		g.to_std.time_s = DAY_S - 1;
	return g;
}

static int floor_days(int time_s)
{
	return time_s >= 0 ? time_s / DAY_S : -((DAY_S - 1 - time_s) / DAY_S);
}

static bool weekday_rule(const struct zone_rule *r, char out[RULE_TEXT])
{
	static const char *const names[] = { "SU", "MO", "TU", "WE", "TH", "FR", "SA" };
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int days = floor_days(r->time_s);
	int length = lengths[r->month - 1];
	const char *name = names[((r->day + days) % 7 + 7) % 7];

	if (days == 0) {
		snprintf(out, RULE_TEXT, "FREQ=YEARLY;BYMONTH=%d;BYDAY=%d%s", r->month,
			 r->week == 5 ? -1 : r->week, name);
		return true;
	}
	int low = (r->week == 5 ? length - 6 : 7 * (r->week - 1) + 1) + days;
	if (low < 1 || low + 6 > length || (r->week == 5 && r->month == 2))
		return false;
	snprintf(out, RULE_TEXT, "FREQ=YEARLY;BYMONTH=%d;BYDAY=%s;BYMONTHDAY=%d,%d,%d,%d,%d,%d,%d",
		 r->month, name, low, low + 1, low + 2, low + 3, low + 4, low + 5, low + 6);
	return true;
}

/* A fixed date, as long as it is the same in leap years and the hour stays within the day. */
static bool dated_rule(const struct zone_rule *r, char out[RULE_TEXT])
{
	int day_of_year = r->form == ZONE_DAY_J ? r->day : r->day + 1;
	int year, month, day;

	if (floor_days(r->time_s) != 0 || (r->form == ZONE_DAY_N && r->day >= 59))
		return false;
	date_to_ymd(date_from_ymd(1970, 1, 1) + day_of_year - 1, &year, &month, &day);
	snprintf(out, RULE_TEXT, "FREQ=YEARLY;BYMONTH=%d;BYMONTHDAY=%d", month, day);
	return true;
}

static struct icaltimetype local_time(int64_t local_s)
{
	struct icaltimetype t = icaltime_null_time();
	int64_t date = local_s / DAY_S - (local_s % DAY_S < 0);
	int second = (int)(local_s - date * DAY_S);

	date_to_ymd(date, &t.year, &t.month, &t.day);
	t.hour = second / 3600;
	t.minute = second / 60 % 60;
	t.second = second % 60;
	return t;
}

/* STANDARD or DAYLIGHT. rule NULL: the zone never changes. False when the rule cannot be said. */
static bool add_observance(icalcomponent *to, bool summer, const struct zone_rule *rule,
			   int from_s, int to_s, const char *abbr)
{
	icalcomponent *c = icalcomponent_new(summer ? ICAL_XDAYLIGHT_COMPONENT
						    : ICAL_XSTANDARD_COMPONENT);
	char text[RULE_TEXT];
	int64_t start = 0;

	if (!c)
		return false;
	icalcomponent_add_component(to, c);
	if (rule) {
		if (!(rule->form == ZONE_DAY_M ? weekday_rule(rule, text) : dated_rule(rule, text)))
			return false;
		start = zone_rule_at(rule, 1970, from_s) + from_s;
	}
	icalcomponent_add_property(c, icalproperty_new_dtstart(local_time(start)));
	icalcomponent_add_property(c, icalproperty_new_tzoffsetfrom(from_s));
	icalcomponent_add_property(c, icalproperty_new_tzoffsetto(to_s));
	icalcomponent_add_property(c, icalproperty_new_tzname(abbr));
	if (rule)
		icalcomponent_add_property(
			c, icalproperty_new_rrule(icalrecurrencetype_from_string(text)));
	return true;
}

/* DAYLIGHT is the observance further east, also where the law calls winter time the exception. */
static bool add_observances(icalcomponent *c, const struct zone_footer *f)
{
	if (!f->has_dst)
		return add_observance(c, false, NULL, f->std_offset_s, f->std_offset_s, f->std_abbr);
	bool usual = f->dst_offset_s > f->std_offset_s;
	return add_observance(c, !usual, &f->to_std, f->dst_offset_s, f->std_offset_s, f->std_abbr) &&
	       add_observance(c, usual, &f->to_dst, f->std_offset_s, f->dst_offset_s, f->dst_abbr);
}

void vtimezone_free(struct vtimezone *v)
{
	if (!v)
		return;
	if (v->component)
		icalcomponent_free(v->component);
	zone_free(v->by_rule);
	free(v);
}

bool vtimezone_new(const struct zone *z, struct vtimezone **out, struct err *e)
{
	struct zone_footer footer = outlook_footer(&z->footer);
	struct vtimezone *v;

	*out = NULL;
	if (!z->footer.present)
		return true;
	v = calloc(1, sizeof *v);
	if (!v)
		return err_set(e, ERR_INTERNAL, "out of memory");
	v->zone = z;
	if (!zone_by_footer(&footer, &v->by_rule, e)) {
		vtimezone_free(v);
		return false;
	}
	v->component = icalcomponent_new(ICAL_VTIMEZONE_COMPONENT);
	if (!v->component) {
		vtimezone_free(v);
		return err_set(e, ERR_INTERNAL, "out of memory");
	}
	icalcomponent_add_property(v->component, icalproperty_new_tzid(z->name));
	if (add_observances(v->component, &footer))
		*out = v;
	else
		vtimezone_free(v);
	return true;
}

icalcomponent *vtimezone_component(struct vtimezone *v)
{
	return v->component;
}

static bool means_only(const struct zone *z, int64_t date, int minute, int64_t utc)
{
	return zone_to_utc(z, date, minute) == utc && zone_to_utc_second(z, date, minute) == utc;
}

bool vtimezone_says_instant(const struct vtimezone *v, int64_t utc)
{
	int64_t date;
	int minute;

	if (utc < 0 || utc % 60 != 0)
		return false;
	zone_to_local(v->zone, utc, &date, &minute);
	return means_only(v->zone, date, minute, utc) && means_only(v->by_rule, date, minute, utc);
}
