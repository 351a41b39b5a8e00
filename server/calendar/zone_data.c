/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/calendar/zone_data.h"

#include <stdlib.h>
#include <string.h>
#include "server/base/clock.h"

enum { DAY_S = 86400, CYCLE_YEARS = 400, HEADER_BYTES = 44, FILE_MAX_COUNT = 100000 };

/* ---- the footer: a POSIX TZ string ---- */

static bool take_number(const char **p, int max, int *out)
{
	const char *s = *p;
	int v = 0;

	if (*s < '0' || *s > '9')
		return false;
	for (; *s >= '0' && *s <= '9'; s++) {
		v = v * 10 + (*s - '0');
		if (v > max)
			return false;
	}
	*p = s;
	*out = v;
	return true;
}

static bool take_abbr(const char **p, char out[ZONE_ABBR_MAX])
{
	const char *s = *p;
	bool quoted = *s == '<';
	size_t n = 0;

	if (quoted)
		s++;
	while ((*s >= 'A' && *s <= 'Z') || (*s >= 'a' && *s <= 'z') ||
	       (quoted && ((*s >= '0' && *s <= '9') || *s == '+' || *s == '-'))) {
		if (n + 1 >= ZONE_ABBR_MAX)
			return false;
		out[n++] = *s++;
	}
	out[n] = '\0';
	if (quoted && *s++ != '>')
		return false;
	*p = s;
	return n >= 3;
}

/* [+-]hh[:mm[:ss]] with hh up to 167 (RFC 9636, 3.3.1). */
static bool take_time(const char **p, int *seconds)
{
	int sign = 1, h, m = 0, s = 0;

	if (**p == '+' || **p == '-')
		sign = *(*p)++ == '-' ? -1 : 1;
	if (!take_number(p, 167, &h))
		return false;
	if (**p == ':') {
		(*p)++;
		if (!take_number(p, 59, &m))
			return false;
		if (**p == ':') {
			(*p)++;
			if (!take_number(p, 59, &s))
				return false;
		}
	}
	*seconds = sign * (h * 3600 + m * 60 + s);
	return true;
}

static bool take_rule(const char **p, struct zone_rule *r)
{
	r->time_s = 2 * 3600;
	if (**p == 'M') {
		(*p)++;
		r->form = ZONE_DAY_M;
		if (!take_number(p, 12, &r->month) || r->month < 1 || *(*p)++ != '.' ||
		    !take_number(p, 5, &r->week) || r->week < 1 || *(*p)++ != '.' ||
		    !take_number(p, 6, &r->day))
			return false;
	} else if (**p == 'J') {
		(*p)++;
		r->form = ZONE_DAY_J;
		if (!take_number(p, 365, &r->day) || r->day < 1)
			return false;
	} else {
		r->form = ZONE_DAY_N;
		if (!take_number(p, 365, &r->day))
			return false;
	}
	if (**p != '/')
		return true;
	(*p)++;
	return take_time(p, &r->time_s);
}

/* POSIX writes offsets west-positive. */
static bool parse_footer(const char *s, struct zone_footer *f)
{
	int west;

	if (!take_abbr(&s, f->std_abbr) || !take_time(&s, &west))
		return false;
	f->present = true;
	f->std_offset_s = -west;
	f->dst_offset_s = f->std_offset_s + 3600;
	if (*s == '\0')
		return true;
	if (!take_abbr(&s, f->dst_abbr))
		return false;
	if (*s != ',') {
		if (!take_time(&s, &west))
			return false;
		f->dst_offset_s = -west;
	}
	if (*s++ != ',' || !take_rule(&s, &f->to_dst) || *s++ != ',' || !take_rule(&s, &f->to_std))
		return false;
	f->has_dst = true;
	return *s == '\0';
}

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t rule_date(const struct zone_rule *r, int year)
{
	if (r->form == ZONE_DAY_N)
		return date_from_ymd(year, 1, 1) + r->day;
	if (r->form == ZONE_DAY_J)
		return date_from_ymd(year, 1, 1) + r->day - 1 + (is_leap(year) && r->day >= 60);

	int64_t first = date_from_ymd(year, r->month, 1);
	int64_t next = r->month == 12 ? date_from_ymd(year + 1, 1, 1)
				      : date_from_ymd(year, r->month + 1, 1);
	int64_t date = first + (r->day - date_weekday(first) % 7 + 7) % 7 + 7 * (r->week - 1);
	while (date >= next)
		date -= 7;
	return date;
}

int64_t zone_rule_at(const struct zone_rule *r, int year, int offset_s)
{
	return rule_date(r, year) * DAY_S + r->time_s - offset_s;
}

/* ---- the transitions ---- */

static int year_of(int64_t utc)
{
	int64_t date = (utc >= 0 ? utc : utc - (DAY_S - 1)) / DAY_S;
	int year, month, day;

	date_to_ymd(date, &year, &month, &day);
	return year;
}

static void push(struct zone *z, int64_t at, int offset_s)
{
	/* All-year daylight time: the rule leaves it at the very instant it enters it again. */
	if (z->count > 0 && z->transitions[z->count - 1].at == at) {
		z->transitions[z->count - 1].offset_s = offset_s;
		return;
	}
	z->transitions[z->count++] = (struct zone_transition){ at, offset_s };
}

/* Appends the footer's transitions that come after `after`, through a whole cycle. The array has room. */
static void extend_by_footer(struct zone *z, int64_t after, int first_year)
{
	const struct zone_footer *f = &z->footer;

	/* From the year before, since a rule of December may fire in January. */
	for (int y = first_year - 1; y <= first_year + CYCLE_YEARS + 2; y++) {
		int64_t on = zone_rule_at(&f->to_dst, y, f->std_offset_s);
		int64_t off = zone_rule_at(&f->to_std, y, f->dst_offset_s);
		bool on_first = on < off;
		int64_t at[2] = { on_first ? on : off, on_first ? off : on };
		int offset_s[2] = { on_first ? f->dst_offset_s : f->std_offset_s,
				    on_first ? f->std_offset_s : f->dst_offset_s };

		for (int i = 0; i < 2; i++)
			if (at[i] > after)
				push(z, at[i], offset_s[i]);
	}
	/* Wrapping lands in first_year + 1 at the earliest: all rule, with a year of margin beyond. */
	z->wrap_after = date_from_ymd(first_year + CYCLE_YEARS + 1, 1, 1) * DAY_S;
}

static struct zone *zone_new(const char *name, size_t file_transitions)
{
	struct zone *z = calloc(1, sizeof *z);

	if (!z)
		return NULL;
	z->wrap_after = INT64_MAX;
	memcpy(z->name, name, strlen(name));
	z->transitions = calloc(file_transitions + 2 * (CYCLE_YEARS + 4), sizeof *z->transitions);
	if (!z->transitions) {
		zone_free(z);
		return NULL;
	}
	return z;
}

void zone_free(struct zone *z)
{
	if (!z)
		return;
	free(z->transitions);
	free(z);
}

/* ---- the file ---- */

static int64_t read_be(const unsigned char *p, size_t n)
{
	uint64_t v = (p[0] & 0x80) ? UINT64_MAX : 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[i];
	return (int64_t)v;
}

struct tzif_counts {
	size_t isut, isstd, leap, time, type, chars;
};

static bool read_header(const unsigned char *p, size_t left, struct tzif_counts *c)
{
	size_t *into[] = { &c->isut, &c->isstd, &c->leap, &c->time, &c->type, &c->chars };

	if (left < HEADER_BYTES || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
		return false;
	for (size_t i = 0; i < 6; i++) {
		int64_t v = read_be(p + 20 + 4 * i, 4);

		if (v < 0 || v > FILE_MAX_COUNT)
			return false;
		*into[i] = (size_t)v;
	}
	return true;
}

static size_t block_bytes(const struct tzif_counts *c, size_t time_bytes)
{
	return c->time * (time_bytes + 1) + c->type * 6 + c->chars + c->leap * (time_bytes + 4) +
	       c->isstd + c->isut;
}

/* The 64-bit block and the footer after it; leap-second ("right") files are not for civil time. */
static bool read_block(const char *name, const unsigned char *p, size_t left, struct zone **out)
{
	struct tzif_counts c;
	struct zone *z;
	char footer[128];

	if (!read_header(p, left, &c) || c.type == 0 || c.leap != 0)
		return false;
	p += HEADER_BYTES;
	left -= HEADER_BYTES;
	size_t bytes = block_bytes(&c, 8);
	if (left < bytes + 2 || p[bytes] != '\n')
		return false;
	const unsigned char *end = memchr(p + bytes + 1, '\n', left - bytes - 1);
	size_t footer_len = end ? (size_t)(end - (p + bytes + 1)) : sizeof footer;
	if (footer_len >= sizeof footer)
		return false;
	memcpy(footer, p + bytes + 1, footer_len);
	footer[footer_len] = '\0';

	z = zone_new(name, c.time);
	if (!z)
		return false;
	const unsigned char *kinds = p + c.time * 8, *types = kinds + c.time;
	z->first_offset_s = (int)read_be(types, 4);
	for (size_t i = 0; i < c.time; i++) {
		int64_t at = read_be(p + 8 * i, 8);

		if (kinds[i] >= c.type || (i > 0 && at <= z->transitions[z->count - 1].at)) {
			zone_free(z);
			return false;
		}
		push(z, at, (int)read_be(types + 6 * kinds[i], 4));
	}
	if (footer_len > 0 && !parse_footer(footer, &z->footer)) {
		zone_free(z);
		return false;
	}
	if (z->footer.has_dst) {
		int64_t oldest = date_from_ymd(1900, 1, 1) * DAY_S;
		int64_t last = z->count ? z->transitions[z->count - 1].at : oldest;

		extend_by_footer(z, last, year_of(last > oldest ? last : oldest));
	}
	*out = z;
	return true;
}

static uint32_t fnv1a(const unsigned char *bytes, size_t len)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ bytes[i]) * 16777619u;
	return h;
}

bool zone_read(const char *name, const unsigned char *bytes, size_t len, struct zone **out,
	       struct err *e)
{
	struct tzif_counts c;

	if (strlen(name) < ZONE_NAME_MAX && read_header(bytes, len, &c)) {
		size_t skip = HEADER_BYTES + block_bytes(&c, 4);

		if (skip < len && read_block(name, bytes + skip, len - skip, out)) {
			(*out)->digest = fnv1a(bytes, len);
			return true;
		}
	}
	return err_set(e, ERR_INVALID, "time zone %s: the system's file is not sound TZif 2", name);
}

bool zone_by_footer(const struct zone_footer *footer, struct zone **out, struct err *e)
{
	struct zone *z = zone_new("", 0);

	if (!z)
		return err_set(e, ERR_INTERNAL, "out of memory");
	z->footer = *footer;
	z->first_offset_s = footer->std_offset_s;
	if (footer->has_dst)
		extend_by_footer(z, INT64_MIN, 1970);
	*out = z;
	return true;
}
