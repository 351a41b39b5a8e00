/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A parsed rule: between holiday_parse.c, which makes it, and holidays.c, which follows it. */
#ifndef CALENDAR_HOLIDAY_RULE_H
#define CALENDAR_HOLIDAY_RULE_H

#include "server/calendar/almanac.h"
#include "server/calendar/holidays.h"

enum holiday_base {
	BASE_FIXED,    /* month, day */
	BASE_EASTER,   /* offset */
	BASE_ORTHODOX, /* offset */
	BASE_NTH,      /* nth weekday of month, offset; nth -1: the last */
	BASE_BESIDE,   /* weekday before, after or nearest to month, day */
	BASE_HEBREW,   /* hebrew month, day, offset */
	BASE_SOLSTICE, /* of June; offset: hours east of UTC */
	BASE_DATES,    /* listed */
};

enum holiday_beside { BESIDE_BEFORE, BESIDE_ON_OR_BEFORE, BESIDE_AFTER, BESIDE_ON_OR_AFTER, BESIDE_NEAREST };

enum { HOLIDAY_MOVES = 4, HOLIDAY_SPANS = 12, TO_FREE_DAY = 0 };

/* From one of these weekdays to the next or previous one of that kind. */
struct holiday_move {
	unsigned from; /* bit w: weekday w, 1 Monday .. 7 Sunday */
	int to;        /* weekday, or TO_FREE_DAY: the next working day that is no holiday */
	int step;      /* +1, -1 */
};

struct holiday_span {
	int from, until; /* years, both included */
};

struct holiday_rule {
	const char *key, *name;
	enum holiday_base base;
	int month, day, nth, weekday, offset;
	enum holiday_beside beside;
	enum hebrew_month hebrew;
	int64_t *dates;
	size_t date_count;
	unsigned only; /* bits of weekdays: no holiday in other years; 0: always */
	struct holiday_move moves[HOLIDAY_MOVES];
	int move_count;
	struct holiday_move substitutes[HOLIDAY_MOVES];
	int substitute_count;
	struct holiday_span spans[HOLIDAY_SPANS];
	int span_count; /* 0: always */
	bool optional;
};

#endif
