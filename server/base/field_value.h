/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Private to field*.c: single values of the fields table, as text and in memory.
 * Thread rule: pure functions.
 */
#ifndef BASE_FIELD_VALUE_H
#define BASE_FIELD_VALUE_H

#include "server/base/field.h"

/* Why a value was refused: a sentence that follows the pointer. */
struct field_why {
	char text[240];
};

static inline void *field_slot(const struct field *f, void *obj)
{
	return (unsigned char *)obj + f->offset;
}

static inline const void *field_slot_const(const struct field *f, const void *obj)
{
	return (const unsigned char *)obj + f->offset;
}

static inline size_t field_count(const struct field *f, const void *obj)
{
	return *(const size_t *)(const void *)((const unsigned char *)obj + f->count_offset);
}

size_t field_value_size(enum field_type type); /* of a scalar in memory */
void field_value_clear(enum field_type type, void *slot);
bool field_value_is_null(const struct field *f, const void *obj);

bool field_int_check(const struct field *f, double v, struct field_why *why);
bool field_real_check(const struct field *f, double v, struct field_why *why);
/* TEXT, INSTANT, DATE, WEEK, CLOCK, ENUM from a string. `loose` adds the forms of PostgreSQL and of
 * query strings: a WEEK by a date, a CLOCK by minutes or with seconds. */
bool field_string_read(const struct field *f, enum field_type type, const char *text, bool loose,
		       struct arena *a, void *slot, struct field_why *why);

/* The value at slot without quotes; NULL-valued slots must be handled before. CLOCK as HH:MM. */
void field_value_print(const struct field *f, enum field_type type, const void *slot,
		       struct strbuf *s);
void field_value_json(const struct field *f, enum field_type type, const void *slot,
		      struct strbuf *s);
bool field_scalar_is_null(enum field_type type, const void *slot);

/* LIST, OBJECT and RAW from JSON text (field.c). */
bool field_json_text_read(const struct field *f, const char *text, struct arena *a, void *obj,
			  const char *pointer, struct err *e);

#endif
