/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fields table towards text: JSON out, SQL parameters in and out, CSV. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/field.h"
#include "server/base/field_value.h"

enum { TEXT_BYTES_MAX = 64 << 20 };

static void write_list(const struct field *f, const void *obj, struct strbuf *s)
{
	const unsigned char *items;
	memcpy(&items, field_slot_const(f, obj), sizeof items);
	size_t n = field_count(f, obj);
	if (f->sub != NULL) {
		field_list_to_json(f->sub, items, n, s);
		return;
	}
	size_t size = field_value_size(f->element);
	strbuf_putc(s, '[');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			strbuf_putc(s, ',');
		field_value_json(f, f->element, items + i * size, s);
	}
	strbuf_putc(s, ']');
}

static void write_value(const struct field *f, const void *obj, struct strbuf *s)
{
	if (f->type == FIELD_LIST) {
		write_list(f, obj, s);
	} else if (f->type == FIELD_OBJECT) {
		if ((f->flags & FIELD_OPTIONAL) != 0 && field_value_is_null(f, obj))
			strbuf_puts(s, "null");
		else
			field_to_json(f->sub, field_slot_const(f, obj), s);
	} else {
		field_value_json(f, f->type, field_slot_const(f, obj), s);
	}
}

void field_to_json(const struct fields *f, const void *obj, struct strbuf *s)
{
	bool first = true;
	strbuf_putc(s, '{');
	for (size_t i = 0; i < f->count; i++) {
		const struct field *row = &f->rows[i];
		if ((row->flags & FIELD_SECRET) != 0)
			continue;
		if (!first)
			strbuf_putc(s, ',');
		first = false;
		strbuf_json_text(s, row->name);
		strbuf_putc(s, ':');
		write_value(row, obj, s);
	}
	strbuf_putc(s, '}');
}

void field_list_to_json(const struct fields *f, const void *rows, size_t count, struct strbuf *s)
{
	strbuf_putc(s, '[');
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			strbuf_putc(s, ',');
		field_to_json(f, (const unsigned char *)rows + i * f->size, s);
	}
	strbuf_putc(s, ']');
}

static bool bool_read(const char *text, bool *out)
{
	static const char *const yes[] = { "t", "true", "1" }, *const no[] = { "f", "false", "0" };
	for (size_t i = 0; i < 3; i++) {
		if (strcmp(text, yes[i]) == 0 || strcmp(text, no[i]) == 0) {
			*out = strcmp(text, yes[i]) == 0;
			return true;
		}
	}
	return false;
}

/* strtod would also take " 1", "0x10", "inf" and "nan". */
static bool number_read(const char *text, double *out)
{
	char *end;
	if (text[0] == '\0' || strspn(text, "0123456789+-.eE") != strlen(text))
		return false;
	*out = strtod(text, &end);
	return *end == '\0';
}

static bool int_read(const struct field *f, const char *text, int64_t *out, struct field_why *why)
{
	char *end;
	const char *digits = text[0] == '-' || text[0] == '+' ? text + 1 : text;
	errno = 0;
	long long v = strtoll(text, &end, 10);
	if (*digits < '0' || *digits > '9' || *end != '\0') {
		(void)snprintf(why->text, sizeof why->text, "must be a whole number");
		return false;
	}
	double near = errno == ERANGE ? 1e300 : (double)v;
	/* (double)(2^53 + 1) is 2^53: compare as integers too. */
	if (v > 9007199254740992 || v < -9007199254740992)
		near = 1e300;
	if (!field_int_check(f, near, why))
		return false;
	*out = v;
	return true;
}

bool field_from_text(const struct field *f, const char *text, struct arena *a, void *obj,
		     const char *pointer, struct err *e)
{
	void *slot = field_slot(f, obj);
	struct field_why why = { "" };
	bool sound = true;
	if (f->type == FIELD_LIST || f->type == FIELD_OBJECT) {
		if (text != NULL)
			return field_json_text_read(f, text, a, obj, pointer, e);
		if (f->type == FIELD_OBJECT) {
			field_init(f->sub, slot);
		} else {
			memset(slot, 0, sizeof(void *));
			*(size_t *)(void *)((unsigned char *)obj + f->count_offset) = 0;
		}
		return true;
	}
	field_value_clear(f->type, slot);
	if (text == NULL)
		return true;
	if (f->type == FIELD_RAW)
		return field_json_text_read(f, text, a, obj, pointer, e);
	if (f->type == FIELD_BOOL) {
		sound = bool_read(text, slot);
		if (!sound)
			(void)snprintf(why.text, sizeof why.text, "must be true or false");
	} else if (f->type == FIELD_INT) {
		sound = int_read(f, text, slot, &why);
	} else if (f->type == FIELD_REAL) {
		double v = 0;
		sound = number_read(text, &v);
		if (!sound)
			(void)snprintf(why.text, sizeof why.text, "must be a number");
		else if ((sound = field_real_check(f, v, &why)))
			*(double *)slot = v;
	} else {
		sound = field_string_read(f, f->type, text, true, a, slot, &why);
	}
	return sound || err_at(e, ERR_INVALID, pointer, "%s", why.text);
}

const char *field_to_text(const struct field *f, const void *obj, struct arena *a)
{
	const void *slot = field_slot_const(f, obj);
	if (f->type != FIELD_LIST && f->type != FIELD_OBJECT) {
		if (field_scalar_is_null(f->type, slot))
			return NULL;
		if (f->type == FIELD_TEXT || f->type == FIELD_RAW)
			return *(const char *const *)slot;
		if (f->type == FIELD_CLOCK)
			return arena_printf(a, "%lld", (long long)*(const int64_t *)slot);
		if (f->type == FIELD_WEEK) {
			char date[11];
			date_format(*(const int64_t *)slot, date);
			return arena_strdup(a, date);
		}
	} else if (f->type == FIELD_OBJECT && (f->flags & FIELD_OPTIONAL) != 0 &&
		   field_value_is_null(f, obj)) {
		return NULL;
	}
	struct strbuf s;
	strbuf_init(&s, TEXT_BYTES_MAX);
	if (f->type == FIELD_LIST || f->type == FIELD_OBJECT)
		write_value(f, obj, &s);
	else
		field_value_print(f, f->type, slot, &s);
	assert(!s.overflow);
	const char *text = arena_strndup(a, s.data, s.len);
	strbuf_free(&s);
	return text;
}

static bool in_csv(const struct field *f)
{
	return f->type != FIELD_LIST && f->type != FIELD_RAW && (f->flags & FIELD_SECRET) == 0;
}

/* A member of an object becomes object_member; its `value` bears the object's own name. */
static void csv_names(const struct fields *f, const char *prefix, bool *first, struct strbuf *s)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct field *row = &f->rows[i];
		char name[160];
		if (!in_csv(row))
			continue;
		if (prefix[0] == '\0')
			(void)snprintf(name, sizeof name, "%s", row->name);
		else if (strcmp(row->name, "value") == 0)
			(void)snprintf(name, sizeof name, "%s", prefix);
		else
			(void)snprintf(name, sizeof name, "%s_%s", prefix, row->name);
		if (row->type == FIELD_OBJECT) {
			csv_names(row->sub, name, first, s);
			continue;
		}
		if (!*first)
			strbuf_putc(s, ',');
		*first = false;
		strbuf_csv_text(s, name);
	}
}

static void csv_cells(const struct fields *f, const void *obj, bool *first, struct strbuf *s)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct field *row = &f->rows[i];
		const void *slot = field_slot_const(row, obj);
		if (!in_csv(row))
			continue;
		if (row->type == FIELD_OBJECT) {
			csv_cells(row->sub, slot, first, s);
			continue;
		}
		if (!*first)
			strbuf_putc(s, ',');
		*first = false;
		if (field_scalar_is_null(row->type, slot))
			continue;
		if (row->type == FIELD_TEXT)
			strbuf_csv_text(s, *(const char *const *)slot);
		else
			field_value_print(row, row->type, slot, s);
	}
}

void field_csv_header(const struct fields *f, struct strbuf *s)
{
	bool first = true;
	csv_names(f, "", &first, s);
	strbuf_putc(s, '\n');
}

void field_csv_row(const struct fields *f, const void *obj, struct strbuf *s)
{
	bool first = true;
	csv_cells(f, obj, &first, s);
	strbuf_putc(s, '\n');
}
