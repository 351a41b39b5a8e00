/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Public holidays of a country in a year, from rules kept as data: server/calendar/holidays.txt,
 * which says how a country is added. Nothing here knows any country.
 *
 * A book is what a text of rules says; it lives in the arena it was read into and is const from
 * then on. The built-in book is read once, on first use. Thread rule: safe from any thread.
 */
#ifndef CALENDAR_HOLIDAYS_H
#define CALENDAR_HOLIDAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "server/base/arena.h"
#include "server/base/err.h"

struct holiday {
	int64_t date;
	const char *key;   /* the same every year: days of one key are alike */
	const char *name;  /* in the country's language */
	bool substitute;   /* the day off given for one that fell on another day; key ends in _observed */
	bool optional;     /* unlike other days, but no day off by law: carnival, Christmas Eve */
};

struct holiday_country {
	const char *code; /* ISO 3166, two capitals */
	const char *name;
	const struct holiday_rule *rules;
	size_t rule_count;
};

struct holiday_book {
	const struct holiday_country *countries;
	size_t country_count;
	struct arena *arena; /* that holds it; the reader's */
};

/* The built-in rules. */
const struct holiday_book *holiday_book(void);

/* Reads a text of rules. ERR_INVALID with "line 7" and what is wrong there, for every bad line. */
bool holiday_book_parse(const char *text, struct arena *a, struct holiday_book *out, struct err *e);

/* NULL: the book has no such country. */
const struct holiday_country *holiday_country_find(const struct holiday_book *b, const char *code);

enum { HOLIDAY_YEAR_MIN = 1900, HOLIDAY_YEAR_MAX = 2199 };

/* The holidays of a year by date; of two on one day both are listed, in the order of the rules. */
void holidays_of_year(const struct holiday_country *c, int year, struct arena *a,
		      struct holiday **out, size_t *count);

#endif
