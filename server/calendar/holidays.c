/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules into dates. A year is computed with the years beside it, because a holiday may move
 * over New Year. Substitutes to "the next free day" come last, when all other days are known.
 */
#include "server/calendar/holidays.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/calendar/holiday_rule.h"

extern const char holiday_text[]; /* generated from holidays.txt */

static struct holiday_book built_in;

static void read_built_in(void)
{
	struct err e = ERR_INIT;
	/* Its arena lives as long as the program. */
	if (holiday_book_parse(holiday_text, arena_new(0), &built_in, &e))
		return;
	for (size_t i = 0; i < e.items_kept; i++)
		log_error("holidays.txt %s: %s", e.items[i].pointer, e.items[i].message);
	abort(); /* a bad built-in table is a bug of the build, and a unit test reads it first */
}

const struct holiday_book *holiday_book(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, read_built_in);
	return &built_in;
}

const struct holiday_country *holiday_country_find(const struct holiday_book *b, const char *code)
{
	for (size_t i = 0; i < b->country_count; i++)
		if (strcmp(b->countries[i].code, code) == 0)
			return &b->countries[i];
	return NULL;
}

/* ---------------------------------------------------------------- one rule, one year */

static int64_t nth_weekday(int year, int month, int nth, int weekday)
{
	if (nth > 0) {
		int64_t first = date_from_ymd(year, month, 1);
		return first + (weekday - date_weekday(first) + 7) % 7 + 7 * (nth - 1);
	}
	int64_t last = date_from_ymd(month == 12 ? year + 1 : year, month % 12 + 1, 1) - 1;
	return last - (date_weekday(last) - weekday + 7) % 7;
}

static int64_t weekday_beside(int64_t date, int weekday, enum holiday_beside beside)
{
	int ahead = (weekday - date_weekday(date) + 7) % 7; /* 0: is that weekday itself */

	switch (beside) {
	case BESIDE_ON_OR_AFTER:
		return date + ahead;
	case BESIDE_AFTER:
		return date + (ahead > 0 ? ahead : 7);
	case BESIDE_ON_OR_BEFORE:
		return date - (7 - ahead) % 7;
	case BESIDE_BEFORE:
		return date - (7 - ahead);
	case BESIDE_NEAREST:
	default:
		return ahead <= 3 ? date + ahead : date + ahead - 7;
	}
}

static bool in_force(const struct holiday_rule *r, int year)
{
	for (int i = 0; i < r->span_count; i++)
		if (year >= r->spans[i].from && year <= r->spans[i].until)
			return true;
	return r->span_count == 0;
}

/* The day before any move; false when the rule has none that year. Hebrew dates and lists aside. */
static bool base_date(const struct holiday_rule *r, int year, int64_t *date)
{
	switch (r->base) {
	case BASE_FIXED:
		*date = date_from_ymd(year, r->month, r->day);
		break;
	case BASE_EASTER:
		*date = almanac_easter(year) + r->offset;
		break;
	case BASE_ORTHODOX:
		*date = almanac_orthodox_easter(year) + r->offset;
		break;
	case BASE_NTH:
		*date = nth_weekday(year, r->month, r->nth, r->weekday) + r->offset;
		break;
	case BASE_BESIDE:
		*date = weekday_beside(date_from_ymd(year, r->month, r->day), r->weekday, r->beside);
		break;
	case BASE_SOLSTICE:
		*date = almanac_june_solstice(year, r->offset);
		break;
	case BASE_HEBREW:
	case BASE_DATES:
	default:
		return false;
	}
	return true;
}

static bool move_applies(const struct holiday_move *m, int64_t date)
{
	return (m->from >> date_weekday(date) & 1u) != 0;
}

static int64_t moved(const struct holiday_rule *r, int64_t date)
{
	for (int i = 0; i < r->move_count; i++) {
		if (!move_applies(&r->moves[i], date))
			continue;
		int64_t to = date;
		do
			to += r->moves[i].step;
		while (date_weekday(to) != r->moves[i].to);
		return to;
	}
	return date;
}

/* ---------------------------------------------------------------- all of them */

struct collecting {
	struct arena *arena;
	struct holiday *rows;
	const struct holiday_rule **rules; /* of each row */
	size_t count, cap, rules_cap;
};

static void add(struct collecting *c, const struct holiday_rule *r, int64_t date, bool substitute)
{
	struct holiday *h = arena_grow(c->arena, (void **)&c->rows, &c->cap, c->count, sizeof *h);
	const struct holiday_rule **rule = arena_grow(c->arena, (void **)(void *)&c->rules,
						      &c->rules_cap, c->count, sizeof *rule);
	*h = (struct holiday){
		.date = date,
		.key = substitute ? arena_printf(c->arena, "%s_observed", r->key) : r->key,
		.name = r->name,
		.substitute = substitute,
		.optional = r->optional,
	};
	*rule = r;
	c->count++;
}

static void add_base(struct collecting *c, const struct holiday_rule *r, int64_t date)
{
	if (r->only == 0 || (r->only >> date_weekday(date) & 1u) != 0)
		add(c, r, moved(r, date), false);
}

static void add_rule(struct collecting *c, const struct holiday_rule *r, int year)
{
	int64_t date;
	int y, m, d;

	if (r->base == BASE_DATES) {
		for (size_t i = 0; i < r->date_count; i++) {
			date_to_ymd(r->dates[i], &y, &m, &d);
			if (y == year)
				add_base(c, r, r->dates[i]);
		}
		return;
	}
	if (!in_force(r, year))
		return;
	if (r->base == BASE_HEBREW) {
		/* A Gregorian year holds parts of two Hebrew ones; a day may fall in both or neither. */
		for (int hebrew = year + 3760; hebrew <= year + 3761; hebrew++) {
			date = almanac_hebrew(hebrew, r->hebrew, r->day) + r->offset;
			date_to_ymd(date, &y, &m, &d);
			if (y == year)
				add_base(c, r, date);
		}
		return;
	}
	if (base_date(r, year, &date))
		add_base(c, r, date);
}

static bool taken(const struct collecting *c, int64_t date)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->rows[i].date == date && !c->rows[i].optional)
			return true;
	return false;
}

static void add_substitutes(struct collecting *c)
{
	size_t n = c->count;

	for (size_t i = 0; i < n; i++) {
		const struct holiday_rule *r = c->rules[i];
		for (int k = 0; k < r->substitute_count; k++) {
			const struct holiday_move *m = &r->substitutes[k];
			if (!move_applies(m, c->rows[i].date))
				continue;
			int64_t to = c->rows[i].date;
			do
				to += m->step;
			while (m->to == TO_FREE_DAY ? date_weekday(to) > 5 || taken(c, to)
						    : date_weekday(to) != m->to);
			add(c, r, to, true);
			break;
		}
	}
}

/* Stable: the order of the rules decides between holidays of one day. */
static void sort_by_date(struct holiday *rows, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct holiday h = rows[i];
		size_t at = i;
		for (; at > 0 && rows[at - 1].date > h.date; at--)
			rows[at] = rows[at - 1];
		rows[at] = h;
	}
}

void holidays_of_year(const struct holiday_country *country, int year, struct arena *a,
		      struct holiday **out, size_t *count)
{
	struct collecting c = { .arena = a };
	int64_t first = date_from_ymd(year, 1, 1), end = date_from_ymd(year + 1, 1, 1);
	size_t kept = 0;

	for (int y = year - 1; y <= year + 1; y++)
		for (size_t i = 0; i < country->rule_count; i++)
			add_rule(&c, &country->rules[i], y);
	add_substitutes(&c);
	for (size_t i = 0; i < c.count; i++)
		if (c.rows[i].date >= first && c.rows[i].date < end)
			c.rows[kept++] = c.rows[i];
	sort_by_date(c.rows, kept);
	*out = c.rows;
	*count = kept;
}
