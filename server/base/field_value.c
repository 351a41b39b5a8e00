/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/base/field_value.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/utf8.h"

#define EXACT_MAX 9007199254740992.0 /* 2^53 */

__attribute__((format(printf, 2, 3))) static bool refuse(struct field_why *why, const char *fmt,
							 ...)
{
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(why->text, sizeof why->text, fmt, ap);
	va_end(ap);
	return false;
}

size_t field_value_size(enum field_type type)
{
	switch (type) {
	case FIELD_BOOL:
		return sizeof(bool);
	case FIELD_REAL:
		return sizeof(double);
	case FIELD_TEXT:
	case FIELD_RAW:
		return sizeof(const char *);
	case FIELD_INT:
	case FIELD_INSTANT:
	case FIELD_DATE:
	case FIELD_WEEK:
	case FIELD_CLOCK:
	case FIELD_ENUM:
		return sizeof(int64_t);
	case FIELD_OBJECT:
	case FIELD_LIST:
		break;
	}
	(void)fprintf(stderr, "field: not a scalar type\n");
	abort();
}

void field_value_clear(enum field_type type, void *slot)
{
	if (type == FIELD_BOOL)
		*(bool *)slot = false;
	else if (type == FIELD_REAL)
		*(double *)slot = (double)NAN;
	else if (type == FIELD_TEXT || type == FIELD_RAW)
		*(const char **)slot = NULL;
	else
		*(int64_t *)slot = FIELD_NULL;
}

bool field_scalar_is_null(enum field_type type, const void *slot)
{
	if (type == FIELD_BOOL)
		return false;
	if (type == FIELD_REAL)
		return isnan(*(const double *)slot);
	if (type == FIELD_TEXT || type == FIELD_RAW)
		return *(const char *const *)slot == NULL;
	return *(const int64_t *)slot == FIELD_NULL;
}

/* An optional object that was absent holds nothing but nulls; it is written as null again. */
static bool object_is_empty(const struct fields *f, const void *obj)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct field *row = &f->rows[i];
		if (row->type == FIELD_BOOL ? *(const bool *)field_slot_const(row, obj)
					    : !field_value_is_null(row, obj))
			return false;
	}
	return true;
}

bool field_value_is_null(const struct field *f, const void *obj)
{
	if (f->type == FIELD_LIST)
		return field_count(f, obj) == 0;
	if (f->type == FIELD_OBJECT)
		return object_is_empty(f->sub, field_slot_const(f, obj));
	return field_scalar_is_null(f->type, field_slot_const(f, obj));
}

/* Limits as people write them: 1000000, not 1e+06. */
static const char *limit_text(double v, char out[32])
{
	(void)snprintf(out, 32, v == floor(v) && fabs(v) < 1e16 ? "%.0f" : "%.10g", v);
	return out;
}

static bool has_range(const struct field *f)
{
	return f->min < f->max || f->min > 0 || f->max < 0;
}

static bool range_check(const struct field *f, double v, struct field_why *why)
{
	char lo[32], hi[32];
	if (!has_range(f) || (v >= f->min && v <= f->max))
		return true;
	return refuse(why, "must be between %s and %s", limit_text(f->min, lo),
		      limit_text(f->max, hi));
}

bool field_int_check(const struct field *f, double v, struct field_why *why)
{
	if (v != floor(v))
		return refuse(why, "must be a whole number");
	if (fabs(v) > EXACT_MAX)
		return refuse(why, "is beyond 2^53, the largest exact integer");
	return range_check(f, v, why);
}

bool field_real_check(const struct field *f, double v, struct field_why *why)
{
	if (!isfinite(v))
		return refuse(why, "must be a finite number");
	return range_check(f, v, why);
}

static bool has_control(const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F)
			return true;
	}
	return false;
}

static bool text_read(const struct field *f, const char *text, struct arena *a, const char **slot,
		      struct field_why *why)
{
	size_t bad;
	if (!utf8_check(text, strlen(text), &bad))
		return refuse(why, "is not UTF-8 at byte %zu", bad);
	if (has_control(text))
		return refuse(why, "must not hold control characters");
	const char *composed = utf8_compose(a, text);
	if (composed == NULL)
		return refuse(why, "is not sound Unicode text");
	if (f->min >= 1 && composed[strspn(composed, " \t\r\n")] == '\0')
		return refuse(why, "must not be blank");
	if (has_range(f)) {
		double n = (double)utf8_length(composed);
		char lo[32], hi[32];
		if (n < f->min || n > f->max)
			return refuse(why, "must have %s to %s characters", limit_text(f->min, lo),
				      limit_text(f->max, hi));
	}
	*slot = composed;
	return true;
}

static bool two_digits(const char *p, int *v)
{
	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return false;
	*v = (p[0] - '0') * 10 + (p[1] - '0');
	return true;
}

static bool clock_read(const struct field *f, const char *text, bool loose, int64_t *slot,
		       struct field_why *why)
{
	size_t n = strlen(text);
	int h, m;
	int64_t minutes = -1;
	if (n >= 5 && text[2] == ':' && two_digits(text, &h) && two_digits(text + 3, &m) &&
	    m < 60 && (n == 5 || (loose && strcmp(text + 5, ":00") == 0)))
		minutes = h * 60 + m;
	else if (loose && n >= 1 && n <= 4 && strspn(text, "0123456789") == n)
		minutes = strtol(text, NULL, 10);
	if (minutes < 0)
		return refuse(why, "must be a time of day such as 08:30");
	int64_t lo = (int64_t)f->min, hi = (int64_t)f->max;
	if (has_range(f) && (minutes < lo || minutes > hi)) {
		return refuse(why, "must be between %02d:%02d and %02d:%02d", (int)(lo / 60),
			      (int)(lo % 60), (int)(hi / 60), (int)(hi % 60));
	}
	if (minutes > 2880)
		return refuse(why, "must not be after 48:00");
	*slot = minutes;
	return true;
}

static bool enum_read(const struct field *f, const char *text, int64_t *slot, struct field_why *why)
{
	assert(f->names != NULL);
	size_t used = 0;
	why->text[0] = '\0';
	for (size_t i = 0; f->names[i] != NULL; i++) {
		if (strcmp(f->names[i], text) == 0) {
			*slot = (int64_t)i;
			return true;
		}
		int n = snprintf(why->text + used, sizeof why->text - used, "%s%s",
				 i == 0 ? "must be one of " : ", ", f->names[i]);
		if (n > 0 && (size_t)n < sizeof why->text - used)
			used += (size_t)n;
		else
			why->text[used] = '\0';
	}
	return false;
}

static bool week_read(const char *text, bool loose, int64_t *slot, struct field_why *why)
{
	int64_t v;
	if (week_parse(text, &v))
		*slot = v;
	else if (loose && date_parse(text, &v))
		*slot = v - (date_weekday(v) - 1);
	else
		return refuse(why, "must be an ISO week such as 2026-W48");
	return true;
}

bool field_string_read(const struct field *f, enum field_type type, const char *text, bool loose,
		       struct arena *a, void *slot, struct field_why *why)
{
	switch (type) {
	case FIELD_TEXT:
		return text_read(f, text, a, slot, why);
	case FIELD_INSTANT:
		return instant_parse(text, slot) ||
		       refuse(why, "must be an instant with an offset such as "
				   "2026-11-23T08:00:00-03:00");
	case FIELD_DATE:
		return date_parse(text, slot) || refuse(why, "must be a date such as 2026-11-23");
	case FIELD_WEEK:
		return week_read(text, loose, slot, why);
	case FIELD_CLOCK:
		return clock_read(f, text, loose, slot, why);
	case FIELD_ENUM:
		return enum_read(f, text, slot, why);
	case FIELD_BOOL:
	case FIELD_INT:
	case FIELD_REAL:
	case FIELD_RAW:
	case FIELD_OBJECT:
	case FIELD_LIST:
		break;
	}
	(void)fprintf(stderr, "field: not a type read from text\n");
	abort();
}

static void print_int(const struct field *f, enum field_type type, int64_t v, struct strbuf *s)
{
	char text[32];
	if (type == FIELD_INSTANT) {
		instant_format(v, 0, text);
	} else if (type == FIELD_DATE) {
		date_format(v, text);
	} else if (type == FIELD_WEEK) {
		week_format(v, text);
	} else if (type == FIELD_CLOCK) {
		assert(v >= 0 && v < 6000);
		(void)snprintf(text, sizeof text, "%02d:%02d", (int)(v / 60), (int)(v % 60));
	} else if (type == FIELD_ENUM) {
		size_t known = 0;
		while (f->names[known] != NULL)
			known++;
		assert(v >= 0 && (size_t)v < known);
		strbuf_puts(s, f->names[v]);
		return;
	} else {
		(void)snprintf(text, sizeof text, "%lld", (long long)v);
	}
	strbuf_puts(s, text);
}

void field_value_print(const struct field *f, enum field_type type, const void *slot,
		       struct strbuf *s)
{
	assert(!field_scalar_is_null(type, slot));
	if (type == FIELD_BOOL)
		strbuf_puts(s, *(const bool *)slot ? "true" : "false");
	else if (type == FIELD_REAL)
		strbuf_json_real(s, *(const double *)slot);
	else if (type == FIELD_TEXT || type == FIELD_RAW)
		strbuf_puts(s, *(const char *const *)slot);
	else
		print_int(f, type, *(const int64_t *)slot, s);
}

void field_value_json(const struct field *f, enum field_type type, const void *slot,
		      struct strbuf *s)
{
	if (field_scalar_is_null(type, slot)) {
		strbuf_puts(s, "null");
	} else if (type == FIELD_TEXT) {
		strbuf_json_text(s, *(const char *const *)slot);
	} else if (type == FIELD_INSTANT || type == FIELD_DATE || type == FIELD_WEEK ||
		   type == FIELD_CLOCK || type == FIELD_ENUM) {
		strbuf_putc(s, '"');
		field_value_print(f, type, slot, s);
		strbuf_putc(s, '"');
	} else {
		field_value_print(f, type, slot, s);
	}
}
