/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Dates that the sky or another calendar decides: Easter, the Hebrew year, the June solstice.
 *
 * Dates are days since 1970-01-01 (proleptic Gregorian). Good for the years 1600 to 2399.
 * Thread rule: pure functions, safe everywhere.
 */
#ifndef CALENDAR_ALMANAC_H
#define CALENDAR_ALMANAC_H

#include <stdbool.h>
#include <stdint.h>

/* Easter Sunday of the western churches (Meeus 1991, ch. 8). */
int64_t almanac_easter(int year);

/* Easter Sunday of the eastern churches: Julian reckoning, Gregorian date (Meeus 1991, ch. 8). */
int64_t almanac_orthodox_easter(int year);

/* The local date of the June solstice `offset_h` hours east of UTC (Meeus 1991, ch. 26). */
int64_t almanac_june_solstice(int year, int offset_h);

/* Months of the Hebrew year as it runs, Tishri first. ADAR is Adar II in leap years. */
enum hebrew_month {
	HEBREW_TISHRI, HEBREW_HESHVAN, HEBREW_KISLEV, HEBREW_TEVET, HEBREW_SHEVAT, HEBREW_ADAR_I,
	HEBREW_ADAR, HEBREW_NISAN, HEBREW_IYAR, HEBREW_SIVAN, HEBREW_TAMMUZ, HEBREW_AV, HEBREW_ELUL,
	HEBREW_MONTHS,
};
/* In the order of the enum, NULL-terminated: "tishri" .. "elul". */
extern const char *const hebrew_month_names[];

/* A day of Hebrew year 5760 and the like (Dershowitz and Reingold 2018, ch. 8). */
int64_t almanac_hebrew(int hebrew_year, enum hebrew_month month, int day);

#endif
