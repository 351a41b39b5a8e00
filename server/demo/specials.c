/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Days that are not like their weekday: public holidays of four countries, pay and billing days, one
 * campaign and one outage; and the shape of the year and the week for the others.
 */
#include "server/demo/model.h"

#include <math.h>
#include <string.h>
#include "server/base/clock.h"

enum move { STAYS, CHILE_MONDAY }; /* Law 19.668: some holidays go to a Monday */

static const struct {
	const char *country;
	int month, day;
	enum move move;
	const char *name;
	double factor;
} fixed[] = {
	{ "CL", 1, 1, STAYS, "Año Nuevo", .55 },
	{ "CL", 5, 1, STAYS, "Día del Trabajo", .60 },
	{ "CL", 5, 21, STAYS, "Glorias Navales", .72 },
	{ "CL", 6, 29, CHILE_MONDAY, "San Pedro y San Pablo", .78 },
	{ "CL", 7, 16, STAYS, "Virgen del Carmen", .78 },
	{ "CL", 8, 15, STAYS, "Asunción de la Virgen", .78 },
	{ "CL", 9, 18, STAYS, "Independencia Nacional", .50 },
	{ "CL", 9, 19, STAYS, "Glorias del Ejército", .55 },
	{ "CL", 10, 12, CHILE_MONDAY, "Encuentro de Dos Mundos", .78 },
	{ "CL", 11, 1, STAYS, "Todos los Santos", .70 },
	{ "CL", 12, 8, STAYS, "Inmaculada Concepción", .78 },
	{ "CL", 12, 25, STAYS, "Navidad", .48 },
	{ "SV", 1, 1, STAYS, "Año Nuevo", 0 },
	{ "SV", 5, 1, STAYS, "Día del Trabajo", 0 },
	{ "SV", 5, 10, STAYS, "Día de la Madre", 0 },
	{ "SV", 6, 17, STAYS, "Día del Padre", 0 },
	{ "SV", 8, 6, STAYS, "Divino Salvador del Mundo", 0 },
	{ "SV", 9, 15, STAYS, "Independencia", 0 },
	{ "SV", 11, 2, STAYS, "Día de los Difuntos", 0 },
	{ "SV", 12, 25, STAYS, "Navidad", 0 },
	{ "GT", 1, 1, STAYS, "Año Nuevo", 0 },
	{ "GT", 5, 1, STAYS, "Día del Trabajo", 0 },
	{ "GT", 6, 30, STAYS, "Día del Ejército", 0 },
	{ "GT", 9, 15, STAYS, "Independencia", 0 },
	{ "GT", 10, 20, STAYS, "Revolución de 1944", 0 },
	{ "GT", 11, 1, STAYS, "Todos los Santos", 0 },
	{ "GT", 12, 25, STAYS, "Navidad", 0 },
	{ "NI", 1, 1, STAYS, "Año Nuevo", 0 },
	{ "NI", 5, 1, STAYS, "Día del Trabajo", 0 },
	{ "NI", 7, 19, STAYS, "Día de la Revolución", 0 },
	{ "NI", 9, 14, STAYS, "Batalla de San Jacinto", 0 },
	{ "NI", 9, 15, STAYS, "Independencia", 0 },
	{ "NI", 12, 8, STAYS, "Inmaculada Concepción", 0 },
	{ "NI", 12, 25, STAYS, "Navidad", 0 },
};

static const struct {
	const char *country;
	int days; /* after Easter Sunday */
	const char *name;
	double factor;
} easter_days[] = {
	{ "CL", -2, "Viernes Santo", .60 },  { "CL", -1, "Sábado Santo", .75 },
	{ "SV", -3, "Jueves Santo", 0 },     { "SV", -2, "Viernes Santo", 0 },
	{ "SV", -1, "Sábado de Gloria", 0 }, { "GT", -3, "Jueves Santo", 0 },
	{ "GT", -2, "Viernes Santo", 0 },    { "GT", -1, "Sábado de Gloria", 0 },
	{ "NI", -3, "Jueves Santo", 0 },     { "NI", -2, "Viernes Santo", 0 },
};

/* Easter Sunday of a Gregorian year (Meeus 1991, ch. 8). */
static int64_t easter(int year)
{
	int a = year % 19, b = year / 100, c = year % 100;
	int f = (b + 8) / 25, g = (b - f + 1) / 3;
	int h = (19 * a + b - b / 4 - g + 15) % 30;
	int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
	int m = (a + 11 * h + 22 * l) / 451;
	int n = h + l - 7 * m + 114;
	return date_from_ymd(year, n / 31, n % 31 + 1);
}

static int64_t moved_day(int64_t date, enum move move)
{
	int weekday = date_weekday(date);
	if (move == STAYS || weekday == 1 || weekday > 5)
		return date;
	return weekday == 5 ? date + 3 : date - (weekday - 1);
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
			const char *name, double factor)
{
	add(d, (struct demo_special){ .day = date, .country = country, .site = -1, .queue = -1,
				      .kind = kind, .name = name, .closed = factor <= 0,
				      .factor = factor });
}

static void add_holidays(struct demo *d, int year)
{
	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		add_country(d, moved_day(date_from_ymd(year, fixed[i].month, fixed[i].day), fixed[i].move),
			    fixed[i].country, "holiday", fixed[i].name, fixed[i].factor);
	for (size_t i = 0; i < sizeof easter_days / sizeof *easter_days; i++)
		add_country(d, easter(year) + easter_days[i].days, easter_days[i].country, "holiday",
			    easter_days[i].name, easter_days[i].factor);
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
	add_country(d, bills, "CL", "billing", "Facturación", 1.24);
	static const char *const paid[] = { "SV", "GT", "NI" };
	int64_t last = date_from_ymd(month == 12 ? year + 1 : year, month % 12 + 1, 1) - 1;
	for (size_t i = 0; i < 3; i++) {
		add_country(d, working_day(d, paid[i], date_from_ymd(year, month, 15), -1), paid[i],
			    "billing", "Quincena", 1.20);
		add_country(d, working_day(d, paid[i], last, -1), paid[i], "billing", "Fin de mes", 1.22);
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
