/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/base/clock.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { DAY_S = 86400, YEAR_FIRST = 1900, YEAR_LAST = 2199 };

int64_t clock_now(void)
{
	struct timespec t;
	int failed = clock_gettime(CLOCK_REALTIME, &t);
	assert(failed == 0);
	(void)failed;
	return (int64_t)t.tv_sec;
}

double clock_monotonic_s(void)
{
	struct timespec t;
	int failed = clock_gettime(CLOCK_MONOTONIC, &t);
	assert(failed == 0);
	(void)failed;
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b != 0 && (a % b < 0) != (b < 0));
}

/* Years counted from 1 March, so that the leap day ends the year; 400-year eras of 146097 days. */
int64_t date_from_ymd(int year, int month, int day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t era = floor_div(y, 400);
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void date_to_ymd(int64_t date, int *year, int *month, int *day)
{
	int64_t z = date + 719468;
	int64_t era = floor_div(z, 146097);
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	*day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year = (int)(yoe + era * 400 + (*month <= 2));
}

int date_weekday(int64_t date)
{
	int64_t r = (date + 3) % 7; /* 1970-01-01 was a Thursday */
	return (int)(r < 0 ? r + 7 : r) + 1;
}

/* Exactly n digits; moves *p past them. */
static bool digits(const char **p, int n, int *value)
{
	int v = 0;
	for (int i = 0; i < n; i++) {
		char c = (*p)[i];
		if (c < '0' || c > '9')
			return false;
		v = v * 10 + (c - '0');
	}
	*p += n;
	*value = v;
	return true;
}

static bool literal(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

static int days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return days[month - 1] + (month == 2 && leap);
}

static bool parse_date(const char **p, int64_t *date)
{
	int y, m, d;
	if (!digits(p, 4, &y) || !literal(p, '-') || !digits(p, 2, &m) || !literal(p, '-') ||
	    !digits(p, 2, &d))
		return false;
	if (y < YEAR_FIRST || y > YEAR_LAST || m < 1 || m > 12 || d < 1 || d > days_in_month(y, m))
		return false;
	*date = date_from_ymd(y, m, d);
	return true;
}

bool date_parse(const char *text, int64_t *date)
{
	int64_t v;
	if (!parse_date(&text, &v) || *text != '\0')
		return false;
	*date = v;
	return true;
}

/* Puts a value of `width` digits at out; the value is known to fit. */
static void put_digits(char *out, int width, int value)
{
	for (int i = width - 1; i >= 0; i--, value /= 10)
		out[i] = (char)('0' + value % 10);
}

void date_format(int64_t date, char out[11])
{
	int y, m, d;
	date_to_ymd(date, &y, &m, &d);
	assert(y >= 0 && y <= 9999);
	put_digits(out, 4, y);
	out[4] = '-';
	put_digits(out + 5, 2, m);
	out[7] = '-';
	put_digits(out + 8, 2, d);
	out[10] = '\0';
}

/* ISO 8601: week 1 is the one that holds 4 January. */
static int64_t first_monday(int iso_year)
{
	int64_t fourth = date_from_ymd(iso_year, 1, 4);
	return fourth - (date_weekday(fourth) - 1);
}

bool week_parse(const char *text, int64_t *monday)
{
	int y, w;
	if (!digits(&text, 4, &y) || !literal(&text, '-') || !literal(&text, 'W') ||
	    !digits(&text, 2, &w) || *text != '\0')
		return false;
	if (y < YEAR_FIRST || y > YEAR_LAST || w < 1)
		return false;
	int64_t v = first_monday(y) + 7 * (int64_t)(w - 1);
	if (v >= first_monday(y + 1))
		return false;
	*monday = v;
	return true;
}

void week_format(int64_t date, char out[9])
{
	int64_t monday = date - (date_weekday(date) - 1);
	int y, m, d;
	date_to_ymd(monday + 3, &y, &m, &d); /* the week belongs to the year of its Thursday */
	assert(y >= 0 && y <= 9999);
	put_digits(out, 4, y);
	out[4] = '-';
	out[5] = 'W';
	put_digits(out + 6, 2, (int)((monday - first_monday(y)) / 7) + 1);
	out[8] = '\0';
}

/* "Z", "+05", "+0530" or "+05:30"; PostgreSQL writes whole hours as "+00". */
static bool parse_offset(const char **p, int *offset_s)
{
	if (**p == 'Z' || **p == 'z') {
		(*p)++;
		*offset_s = 0;
		return true;
	}
	int sign = **p == '+' ? 1 : **p == '-' ? -1 : 0;
	int h, m = 0;
	if (sign == 0)
		return false;
	(*p)++;
	if (!digits(p, 2, &h))
		return false;
	if (**p == ':') {
		(*p)++;
		if (!digits(p, 2, &m))
			return false;
	} else if (**p >= '0' && **p <= '9' && !digits(p, 2, &m)) {
		return false;
	}
	if (h > 18 || m > 59)
		return false;
	*offset_s = sign * (h * 3600 + m * 60);
	return true;
}

bool instant_parse_offset(const char *text, int64_t *utc, int *offset_s)
{
	int64_t date;
	int h, m, s, offset;
	const char *p = text;
	if (!parse_date(&p, &date))
		return false;
	if (*p != 'T' && *p != 't' && *p != ' ')
		return false;
	p++;
	if (!digits(&p, 2, &h) || !literal(&p, ':') || !digits(&p, 2, &m) || !literal(&p, ':') ||
	    !digits(&p, 2, &s))
		return false;
	if (h > 23 || m > 59 || s > 59)
		return false;
	if (*p == '.') { /* fractions are dropped: nothing here is finer than a second */
		size_t n = strspn(p + 1, "0123456789");
		if (n == 0)
			return false;
		p += 1 + n;
	}
	if (!parse_offset(&p, &offset) || *p != '\0')
		return false;
	*utc = date * DAY_S + h * 3600 + m * 60 + s - offset;
	*offset_s = offset;
	return true;
}

bool instant_parse(const char *text, int64_t *utc)
{
	int offset;
	return instant_parse_offset(text, utc, &offset);
}

void instant_format(int64_t utc, int offset_s, char out[26])
{
	assert(offset_s > -DAY_S && offset_s < DAY_S && offset_s % 60 == 0);
	int64_t local = utc + offset_s;
	int64_t date = floor_div(local, DAY_S);
	int of_day = (int)(local - date * DAY_S);
	date_format(date, out);
	out[10] = 'T';
	put_digits(out + 11, 2, of_day / 3600);
	out[13] = ':';
	put_digits(out + 14, 2, of_day / 60 % 60);
	out[16] = ':';
	put_digits(out + 17, 2, of_day % 60);
	if (offset_s == 0) {
		out[19] = 'Z';
		out[20] = '\0';
		return;
	}
	int o = offset_s < 0 ? -offset_s : offset_s;
	out[19] = offset_s < 0 ? '-' : '+';
	put_digits(out + 20, 2, o / 3600);
	out[22] = ':';
	put_digits(out + 23, 2, o / 60 % 60);
	out[25] = '\0';
}
