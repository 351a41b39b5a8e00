/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of holiday rules into structs; server/calendar/holidays.txt opens with the grammar. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/calendar/holiday_rule.h"

enum { WORDS_MAX = 80, FIELDS_MAX = 4 };

struct reader {
	struct arena *arena;
	struct err *err;
	int line;
	struct holiday_country *countries;
	size_t country_count, country_cap;
	struct holiday_rule *rules; /* of the country being read */
	size_t rule_count, rule_cap;
};

/* The words of a rule, taken one after another. */
struct words {
	char *at[WORDS_MAX];
	int n, next;
};

static bool fail(struct reader *r, const char *what, const char *word)
{
	char place[32];
	snprintf(place, sizeof place, "line %d", r->line);
	return err_at(r->err, ERR_INVALID, place, "%s: \"%s\"", what, word ? word : "");
}

static const char *const weekday_names[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun", 0 };
static const char *const nth_names[] = { "1st", "2nd", "3rd", "4th", "5th", 0 };
static const char *const beside_names[] = { "before",	"on-or-before", "after",
					    "on-or-after", "nearest",	0 };

static int index_of(const char *const *names, const char *word)
{
	for (int i = 0; names[i]; i++)
		if (word && strcmp(names[i], word) == 0)
			return i;
	return -1;
}

static const char *peek(const struct words *w)
{
	return w->next < w->n ? w->at[w->next] : NULL;
}

static const char *take(struct words *w)
{
	return w->next < w->n ? w->at[w->next++] : NULL;
}

/* A whole number with or without sign; nothing else. */
static bool number(const char *s, long low, long high, int *out)
{
	char *end;
	if (!s || !(isdigit((unsigned char)*s) || ((*s == '+' || *s == '-') && isdigit((unsigned char)s[1]))))
		return false;
	long v = strtol(s, &end, 10);
	*out = (int)v;
	return *end == 0 && v >= low && v <= high;
}

/* A following "+3" or "-47" is taken; without one the offset is 0. */
static void offset(struct words *w, struct holiday_rule *h)
{
	const char *s = peek(w);
	if (s && (*s == '+' || *s == '-') && number(s, -366, 366, &h->offset))
		w->next++;
}

static bool month_day(struct reader *r, const char *s, struct holiday_rule *h)
{
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	if (!s || strlen(s) != 5 || s[2] != '-' || sscanf(s, "%2d-%2d", &h->month, &h->day) != 2 ||
	    h->month < 1 || h->month > 12 || h->day < 1 || h->day > days[h->month - 1])
		return fail(r, "a day of the year is written 12-25", s);
	return true;
}

/* "sat,sun" as bits. */
static bool weekdays(const char *s, size_t len, unsigned *bits)
{
	*bits = 0;
	for (size_t i = 0; i < len; i += 4) {
		char name[4] = "";
		if (len - i < 3 || (len - i > 3 && s[i + 3] != ','))
			return false;
		memcpy(name, s + i, 3);
		int at = index_of(weekday_names, name);
		if (at < 0)
			return false;
		*bits |= 1u << (at + 1);
	}
	return *bits != 0;
}

/* "sat<fri", "tue,wed>mon", "sat,sun>free" */
static bool move(struct reader *r, const char *s, bool substitute, struct holiday_move *m)
{
	size_t len = strcspn(s, "<>");
	if (s[len] == 0 || !weekdays(s, len, &m->from))
		return fail(r, "weekdays are moved like sat<fri or sun,mon>tue", s);
	m->step = s[len] == '<' ? -1 : 1;
	int to = index_of(weekday_names, s + len + 1);
	if (to < 0 && !(substitute && m->step > 0 && strcmp(s + len + 1, "free") == 0))
		return fail(r, "what it is moved to is a weekday (or free, after observed)", s);
	m->to = to < 0 ? TO_FREE_DAY : to + 1;
	return true;
}

static bool read_dates(struct reader *r, struct words *w, struct holiday_rule *h)
{
	h->dates = arena_array(r->arena, WORDS_MAX, sizeof *h->dates);
	for (const char *s = peek(w); s && isdigit((unsigned char)*s); s = peek(w)) {
		if (!date_parse(s, &h->dates[h->date_count++]))
			return fail(r, "a date is written 2026-11-23", s);
		w->next++;
	}
	return h->date_count > 0 || fail(r, "dates must follow", "dates");
}

static bool read_hebrew(struct reader *r, struct words *w, struct holiday_rule *h)
{
	const char *day = take(w), *name = take(w);
	int month = index_of(hebrew_month_names, name);
	h->base = BASE_HEBREW;
	if (!number(day, 1, 30, &h->day))
		return fail(r, "a Hebrew date is written hebrew 15 nisan", day);
	if (month < 0)
		return fail(r, "there is no such Hebrew month", name);
	h->hebrew = (enum hebrew_month)month;
	offset(w, h);
	return true;
}

static bool read_solstice(struct reader *r, struct words *w, struct holiday_rule *h)
{
	const char *hours = take(w);
	h->base = BASE_SOLSTICE;
	return number(hours, -12, 14, &h->offset) ||
	       fail(r, "the solstice needs hours east of UTC, as june-solstice -4", hours);
}

/* "last mon 05", "4th thu 11 +1" */
static bool read_nth(struct reader *r, const char *first, struct words *w, struct holiday_rule *h)
{
	const char *day = take(w), *month = take(w);
	h->base = BASE_NTH;
	h->nth = strcmp(first, "last") == 0 ? -1 : index_of(nth_names, first) + 1;
	h->weekday = index_of(weekday_names, day) + 1;
	if (h->weekday == 0)
		return fail(r, "weekdays are mon tue wed thu fri sat sun", day);
	if (!number(month, 1, 12, &h->month))
		return fail(r, "a month is 01 to 12", month);
	offset(w, h);
	return true;
}

/* "mon before 05-25" */
static bool read_beside(struct reader *r, int weekday, struct words *w, struct holiday_rule *h)
{
	const char *where = take(w);
	int beside = index_of(beside_names, where);
	h->base = BASE_BESIDE;
	h->weekday = weekday;
	h->beside = (enum holiday_beside)beside;
	if (beside < 0)
		return fail(r, "after a weekday comes before, on-or-before, after, on-or-after or nearest",
			    where);
	return month_day(r, take(w), h);
}

static bool read_base(struct reader *r, struct words *w, struct holiday_rule *h)
{
	const char *first = take(w);

	if (!first)
		return fail(r, "the rule is missing", "");
	if (strcmp(first, "easter") == 0 || strcmp(first, "orthodox") == 0) {
		h->base = *first == 'e' ? BASE_EASTER : BASE_ORTHODOX;
		offset(w, h);
		return true;
	}
	if (strcmp(first, "hebrew") == 0)
		return read_hebrew(r, w, h);
	if (strcmp(first, "june-solstice") == 0)
		return read_solstice(r, w, h);
	if (strcmp(first, "dates") == 0) {
		h->base = BASE_DATES;
		return read_dates(r, w, h);
	}
	if (strcmp(first, "last") == 0 || index_of(nth_names, first) >= 0)
		return read_nth(r, first, w, h);
	if (index_of(weekday_names, first) >= 0)
		return read_beside(r, index_of(weekday_names, first) + 1, w, h);
	h->base = BASE_FIXED;
	return month_day(r, first, h);
}

static bool read_modifiers(struct reader *r, struct words *w, struct holiday_rule *h)
{
	bool substitute = false;
	const char *s;

	while ((s = take(w)) != NULL) {
		if (strcmp(s, "optional") == 0) {
			h->optional = true;
		} else if (strcmp(s, "observed") == 0 && peek(w)) {
			substitute = true;
		} else if (strcmp(s, "if") == 0) {
			const char *days = take(w);
			if (!days || !weekdays(days, strlen(days), &h->only))
				return fail(r, "weekdays must follow if", days);
		} else {
			struct holiday_move m = { 0 };
			if (!move(r, s, substitute, &m))
				return false;
			int *n = substitute ? &h->substitute_count : &h->move_count;
			if (*n == HOLIDAY_MOVES)
				return fail(r, "too many moves", s);
			(substitute ? h->substitutes : h->moves)[(*n)++] = m;
		}
	}
	return true;
}

static void split_words(char *text, struct words *w)
{
	char *save = NULL;
	*w = (struct words){ 0 };
	for (char *s = strtok_r(text, " \t", &save); s && w->n < WORDS_MAX; s = strtok_r(NULL, " \t", &save))
		w->at[w->n++] = s;
}

/* "1990-", "-2016", "2011-2015", "2022", several with spaces between. */
static bool read_years(struct reader *r, char *text, struct holiday_rule *h)
{
	struct words w;
	const char *s;

	split_words(text, &w);
	while ((s = take(&w)) != NULL) {
		struct holiday_span span = { HOLIDAY_YEAR_MIN - 1, HOLIDAY_YEAR_MAX + 1 };
		const char *dash = strchr(s, '-');
		char from[8] = "";
		size_t len = dash ? (size_t)(dash - s) : strlen(s);
		snprintf(from, sizeof from, "%.*s", len > 7 ? 7 : (int)len, s);
		bool ok = (len == 0 && dash && dash[1]) || number(from, 1800, 2300, &span.from);
		if (!dash)
			span.until = span.from;
		else if (dash[1])
			ok = ok && number(dash + 1, 1800, 2300, &span.until);
		if (!ok || span.until < span.from || h->span_count == HOLIDAY_SPANS)
			return fail(r, "years are written 1990- or -2016 or 2011-2015 or 2022", s);
		h->spans[h->span_count++] = span;
	}
	return true;
}

static char *trimmed(char *s)
{
	while (isspace((unsigned char)*s))
		s++;
	size_t n = strlen(s);
	while (n > 0 && isspace((unsigned char)s[n - 1]))
		s[--n] = 0;
	return s;
}

static bool key_is_good(const char *key)
{
	size_t n = strlen(key);
	return n > 0 && n <= 40 && islower((unsigned char)*key) &&
	       strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_") == n;
}

/* "key | name | rule | years" */
static bool read_rule(struct reader *r, char *line)
{
	char *field[FIELDS_MAX];
	int n = 0;
	struct words w;
	struct holiday_rule h = { 0 };

	for (char *s = line; s && n < FIELDS_MAX; n++) {
		char *bar = strchr(s, '|');
		if (bar)
			*bar++ = 0;
		field[n] = trimmed(s);
		s = bar;
	}
	if (n < 3)
		return fail(r, "a holiday is written key | name | rule | years", line);
	if (r->country_count == 0)
		return fail(r, "a holiday before the first country", field[0]);
	if (!key_is_good(field[0]))
		return fail(r, "a key is lower-case letters, digits and _", field[0]);
	if (*field[1] == 0)
		return fail(r, "the name is missing", field[0]);
	h.key = arena_strdup(r->arena, field[0]);
	h.name = arena_strdup(r->arena, field[1]);
	split_words(field[2], &w);
	if (!read_base(r, &w, &h) || !read_modifiers(r, &w, &h) ||
	    (n == 4 && !read_years(r, field[3], &h)))
		return false;
	*(struct holiday_rule *)arena_grow(r->arena, (void **)&r->rules, &r->rule_cap, r->rule_count,
					   sizeof h) = h;
	r->rule_count++;
	return true;
}

static void close_country(struct reader *r)
{
	if (r->country_count == 0)
		return;
	r->countries[r->country_count - 1].rules = r->rules;
	r->countries[r->country_count - 1].rule_count = r->rule_count;
	r->rules = NULL;
	r->rule_count = r->rule_cap = 0;
}

/* "country CL Chile" */
static bool read_country(struct reader *r, char *rest)
{
	char *s = trimmed(rest), *name = s + strcspn(s, " \t");
	if (name - s != 2 || !isupper((unsigned char)s[0]) || !isupper((unsigned char)s[1]) || *name == 0)
		return fail(r, "a country is written country CL Chile", s);
	*name++ = 0;
	close_country(r);
	for (size_t i = 0; i < r->country_count; i++)
		if (strcmp(r->countries[i].code, s) == 0)
			return fail(r, "this country was there before", s);
	struct holiday_country *c = arena_grow(r->arena, (void **)&r->countries, &r->country_cap,
					       r->country_count, sizeof *c);
	c->code = arena_strdup(r->arena, s);
	c->name = arena_strdup(r->arena, trimmed(name));
	r->country_count++;
	return true;
}

bool holiday_book_parse(const char *text, struct arena *a, struct holiday_book *out, struct err *e)
{
	struct reader r = { .arena = a, .err = e };
	bool ok = true;

	while (*text) {
		size_t len = strcspn(text, "\n");
		char *line = trimmed(arena_strndup(a, text, len));
		text += len + (text[len] == '\n');
		r.line++;
		if (*line == 0 || *line == '#')
			continue;
		bool good = strncmp(line, "country ", 8) == 0 ? read_country(&r, line + 8)
							       : read_rule(&r, line);
		ok = good && ok;
	}
	close_country(&r);
	*out = (struct holiday_book){ r.countries, r.country_count, a };
	return ok;
}
