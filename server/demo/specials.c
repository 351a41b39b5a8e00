/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Days that are not like their weekday: public holidays of four countries, pay and billing days, one
 * campaign and one outage; and the shape of the year and the week for the others.
 */
#include "server/demo/model.h"

#include <math.h>
#include <string.h>
#include "server/base/clock.h"
#include "server/calendar/holidays.h"

/* What each holiday leaves of a day's contacts in Chile, where the centres answer all the year. */
static const struct {
	const char *key;
	double factor;
} chile[] = {
	{ "new_year", .55 },   { "good_friday", .60 }, { "holy_saturday", .75 }, { "labour_day", .60 },
	{ "navy", .72 },       { "independence", .50 }, { "army", .55 },	 { "all_saints", .70 },
	{ "christmas", .48 },
};
static const double OTHER_HOLIDAY = .78;

/* The branches of the other countries are shut on holidays. */
static const char *const countries[] = { "CL", "SV", "GT", "NI" };

static double holiday_factor(const char *country, const char *key)
{
	if (strcmp(country, "CL") != 0)
		return 0;
	for (size_t i = 0; i < sizeof chile / sizeof *chile; i++)
		if (strcmp(chile[i].key, key) == 0)
			return chile[i].factor;
	return OTHER_HOLIDAY;
}

static bool known(const struct demo *d, int64_t date)
{
	return date >= d->first_day && date < d->first_day + d->all_days;
}

static void add(struct demo *d, struct demo_special s)
{
	if (known(d, s.day))
		*DEMO_PUSH(d, specials) = s;
}

static void add_country(struct demo *d, int64_t date, const char *country, const char *kind,
			const char *name, const char *group, double factor)
{
	add(d, (struct demo_special){ .day = date, .country = country, .site = -1, .queue = -1,
				      .kind = kind, .name = name, .group = group,
				      .closed = factor <= 0, .factor = factor });
}

static bool holiday(const struct demo *d, const char *country, int64_t date)
{
	for (size_t i = 0; i < d->specials.count; i++) {
		const struct demo_special *s = &d->specials.items[i];
		if (s->day == date && s->country && strcmp(s->country, country) == 0 &&
		    strcmp(s->kind, "holiday") == 0)
			return true;
	}
	return false;
}

static void add_holidays(struct demo *d, int year)
{
	for (size_t i = 0; i < sizeof countries / sizeof *countries; i++) {
		struct holiday *h;
		size_t n;
		holidays_of_year(holiday_country_find(holiday_book(), countries[i]), year, d->arena, &h, &n);
		for (size_t k = 0; k < n; k++)
			if (!h[k].optional && !holiday(d, countries[i], h[k].date))
				add_country(d, h[k].date, countries[i], "holiday", h[k].name, h[k].key,
					    holiday_factor(countries[i], h[k].key));
	}
}

static int64_t working_day(const struct demo *d, const char *country, int64_t date, int step)
{
	while (date_weekday(date) > 5 || holiday(d, country, date))
		date += step;
	return date;
}

/* Bills go out on the 5th in Chile; wages are paid on the 15th and the last day elsewhere. */
static void add_billing(struct demo *d, int year, int month)
{
	int64_t bills = working_day(d, "CL", date_from_ymd(year, month, 5), 1);
	add_country(d, bills, "CL", "billing", "Facturación", "billing", 1.24);
	static const char *const paid[] = { "SV", "GT", "NI" };
	int64_t last = date_from_ymd(month == 12 ? year + 1 : year, month % 12 + 1, 1) - 1;
	for (size_t i = 0; i < 3; i++) {
		add_country(d, working_day(d, paid[i], date_from_ymd(year, month, 15), -1), paid[i],
			    "payday", "Quincena", "payday_15", 1.20);
		add_country(d, working_day(d, paid[i], last, -1), paid[i], "payday", "Fin de mes",
			    "payday_last", 1.22);
	}
}

static void add_events(struct demo *d)
{
	int64_t campaign = d->until - (date_weekday(d->until) - 1) - 70;
	for (int i = 0; i < 12; i++)
		if (date_weekday(campaign + i) <= 6)
			add(d, (struct demo_special){ .day = campaign + i, .site = -1, .queue = SCL + 0,
						      .kind = "campaign", .name = "Spring campaign",
						      .factor = i < 3 ? 1.28 : 1.17, .tell = true });
	add(d, (struct demo_special){ .day = campaign - 47, .site = SCL, .queue = -1, .kind = "outage",
				      .name = "Telephone exchange down 10:00-14:00", .factor = 1 });
}

void demo_make_specials(struct demo *d)
{
	int first, last, month, day;
	date_to_ymd(d->first_day, &first, &month, &day);
	date_to_ymd(d->first_day + d->all_days, &last, &month, &day);
	for (int year = first; year <= last; year++)
		add_holidays(d, year);
	for (int year = first; year <= last; year++)
		for (month = 1; month <= 12; month++)
			add_billing(d, year, month);
	add_events(d);
}

double demo_special_factor(const struct demo *d, int queue, int64_t date, bool *closed)
{
	const struct demo_queue *q = &demo_queues[queue];
	double factor = 1;
	*closed = false;
	for (size_t i = 0; i < d->specials.count; i++) {
		const struct demo_special *s = &d->specials.items[i];
		bool mine = s->country ? strcmp(s->country, demo_sites[q->site].country) == 0 :
			    s->site >= 0 ? s->site == q->site : s->queue == queue;
		if (s->day != date || !mine)
			continue;
		if (s->closed)
			*closed = true;
		factor *= s->factor;
	}
	return factor;
}

/* The day's level against the year's mean: growth, and a yearly wave that peaks in December. */
static double level(const struct demo *d, int queue, int64_t date)
{
	double wave = demo_sites[demo_queues[queue].site].branch ? .05 : .07;
	double now = (double)(d->until + 3), then = (double)date;
	double at_then = 1 + wave * cos(2 * M_PI * (then - 340) / 365.2425);
	double at_now = 1 + wave * cos(2 * M_PI * (now - 340) / 365.2425);
	return at_then / at_now * exp(.03 * (then - now) / 365.2425);
}

static double at_minute(const struct demo_shape *s, int minute)
{
	int hour = minute / 60;
	double next = hour + 1 < 24 ? s->hour[hour + 1] : s->hour[0];
	if (next <= 0 || s->hour[hour] <= 0)
		return s->hour[hour];
	return s->hour[hour] + (next - s->hour[hour]) * (minute % 60) / 60.0;
}

/* Sum of the shape over a normal week's open half hours. */
static double shape_sum(int queue)
{
	const struct demo_shape *s = &demo_shapes[demo_queues[queue].shape];
	double sum = 0;
	for (int weekday = 1; weekday <= 7; weekday++) {
		int open, close;
		if (!demo_open(demo_queues[queue].site, weekday, &open, &close))
			continue;
		for (int minute = open; minute < close; minute += 30)
			sum += s->weekday[weekday - 1] * at_minute(s, minute + 15);
	}
	return sum;
}

double demo_expected(const struct demo *d, int queue, int64_t date, int minute)
{
	static _Thread_local double sums[DEMO_QUEUES];
	const struct demo_queue *q = &demo_queues[queue];
	const struct demo_shape *s = &demo_shapes[q->shape];
	int open, close, weekday = date_weekday(date);
	if (!demo_open(q->site, weekday, &open, &close) || minute < open || minute >= close)
		return 0;
	if (sums[queue] <= 0)
		sums[queue] = shape_sum(queue);
	double week = q->week_load_h * 3600 * q->concurrency / q->aht_s;
	return week * level(d, queue, date) * s->weekday[weekday - 1] * at_minute(s, minute + 15) /
	       sums[queue];
}
