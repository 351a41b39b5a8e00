/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/calendar/almanac.h"

#include <math.h>

#include "server/base/clock.h"

int64_t almanac_easter(int year)
{
	int a = year % 19, b = year / 100, c = year % 100;
	int f = (b + 8) / 25, g = (b - f + 1) / 3;
	int h = (19 * a + b - b / 4 - g + 15) % 30;
	int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
	int m = (a + 11 * h + 22 * l) / 451;
	int n = h + l - 7 * m + 114;
	return date_from_ymd(year, n / 31, n % 31 + 1);
}

int64_t almanac_orthodox_easter(int year)
{
	int d = (19 * (year % 19) + 15) % 30;
	int n = d + (2 * (year % 4) + 4 * (year % 7) - d + 34) % 7 + 114;
	int julian_lag = year / 100 - year / 400 - 2;
	return date_from_ymd(year, n / 31, n % 31 + 1) + julian_lag;
}

static double degrees(double d)
{
	return d * (M_PI / 180.0);
}

int64_t almanac_june_solstice(int year, int offset_h)
{
	static const struct {
		double a, b, c;
	} terms[] = {
		{ 485, 324.96, 1934.136 },   { 203, 337.23, 32964.467 }, { 199, 342.08, 20.186 },
		{ 182, 27.85, 445267.112 },  { 156, 73.14, 45036.886 },	 { 136, 171.52, 22518.443 },
		{ 77, 222.54, 65928.934 },   { 74, 296.72, 3034.906 },	 { 70, 243.58, 9037.513 },
		{ 58, 119.81, 33718.147 },   { 52, 297.17, 150.678 },	 { 50, 21.02, 2281.226 },
		{ 45, 247.54, 29929.562 },   { 44, 325.15, 31555.956 },	 { 29, 60.93, 4443.417 },
		{ 18, 155.12, 67555.328 },   { 17, 288.79, 4562.452 },	 { 16, 198.04, 62894.029 },
		{ 14, 199.76, 31436.921 },   { 12, 95.39, 14577.848 },	 { 12, 287.11, 31931.756 },
		{ 12, 320.81, 34777.259 },   { 9, 227.73, 1222.114 },	 { 8, 15.45, 16859.074 },
	};
	double y = (year - 2000) / 1000.0;
	double mean = 2451716.56767 +
		      y * (365241.62603 + y * (0.00325 + y * (0.00888 - y * 0.00030)));
	double t = (mean - 2451545.0) / 36525.0, sum = 0.0;
	double w = degrees(35999.373 * t - 2.47);
	for (int i = 0; i < (int)(sizeof terms / sizeof *terms); i++)
		sum += terms[i].a * cos(degrees(terms[i].b + terms[i].c * t));
	double moment = mean + 0.00001 * sum / (1.0 + 0.0334 * cos(w) + 0.0007 * cos(2.0 * w));
	/* Julian day 2440587.5 is 1970-01-01 00:00; terrestrial time runs about 70 s ahead of UTC. */
	return (int64_t)floor(moment - 2440587.5 - 70.0 / 86400.0 + offset_h / 24.0);
}

const char *const hebrew_month_names[] = { "tishri", "heshvan", "kislev", "tevet", "shevat",
					   "adar_i", "adar",	"nisan",  "iyar",  "sivan",
					   "tammuz", "av",	"elul",	  0 };

static int64_t hebrew_elapsed(int year)
{
	int64_t months = (235 * (int64_t)year - 234) / 19;
	int64_t day = 29 * months + (12084 + 13753 * months) / 25920;
	return (3 * (day + 1)) % 7 < 3 ? day + 1 : day;
}

static int64_t hebrew_new_year(int year)
{
	const int64_t epoch = -1373427 - 719163; /* 7 October 3761 BCE (Julian) from 1970-01-01 */
	int64_t before = hebrew_elapsed(year - 1), own = hebrew_elapsed(year);
	int64_t after = hebrew_elapsed(year + 1);
	int64_t delay = after - own == 356 ? 2 : own - before == 382 ? 1 : 0;
	return epoch + own + delay;
}

int64_t almanac_hebrew(int hebrew_year, enum hebrew_month month, int day)
{
	int64_t date = hebrew_new_year(hebrew_year);
	int64_t length = hebrew_new_year(hebrew_year + 1) - date;
	const int days[HEBREW_MONTHS] = {
		30, length % 10 == 5 ? 30 : 29, length % 10 == 3 ? 29 : 30, 29, 30,
		length > 380 ? 30 : 0, 29, 30, 29, 30, 29, 30, 29,
	};
	for (int m = 0; m < (int)month; m++)
		date += days[m];
	return date + day - 1;
}
