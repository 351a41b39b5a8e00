/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fields table: one descriptor per struct drives JSON -> struct with range checks and exact
 * pointers, struct -> JSON, database row -> struct, struct -> SQL parameter text, CSV columns and
 * the JSON Schema used by OpenAPI and `cuadrante schema`.
 *
 * C types behind each field type are fixed, so that a descriptor needs no size:
 *   BOOL bool · INT int64_t · REAL double · TEXT const char * (UTF-8, NFC) · INSTANT int64_t (UTC s)
 *   DATE int64_t (days since 1970-01-01) · WEEK int64_t (its Monday) · CLOCK int64_t (minutes after
 *   local midnight, "HH:MM", up to 48:00) · ENUM int64_t (index into names) · RAW const char * (JSON text)
 *   OBJECT the struct itself, inline · LIST pointer to elements at `offset`, size_t at `count_offset`;
 *   elements are structs of `sub`, or scalars of type `element` when sub is NULL.
 * Absent or null: INT/INSTANT/DATE/WEEK/CLOCK/ENUM hold FIELD_NULL, REAL holds NaN, TEXT/RAW NULL,
 * LIST count 0; BOOL false. A field is required unless FIELD_OPTIONAL; defaults are written with
 * FIELD_OPTIONAL and `fallback` (JSON text).
 * A null given for a field with a fallback counts as absent. TEXT with min >= 1 must not be blank and
 * never holds control characters but tab and line ends. An optional OBJECT that was absent holds only
 * nulls, and is written as null again.
 * Unknown members are refused. Strings point into the arena. Thread rule: descriptors are const.
 */
#ifndef BASE_FIELD_H
#define BASE_FIELD_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "server/base/arena.h"
#include "server/base/err.h"
#include "server/base/json.h"
#include "server/base/strbuf.h"

#define FIELD_NULL INT64_MIN

enum field_type {
	FIELD_BOOL, FIELD_INT, FIELD_REAL, FIELD_TEXT, FIELD_INSTANT, FIELD_DATE, FIELD_WEEK,
	FIELD_CLOCK, FIELD_ENUM, FIELD_RAW, FIELD_OBJECT, FIELD_LIST,
};

enum field_flag {
	FIELD_OPTIONAL = 1, /* may be absent or null */
	FIELD_SECRET = 2,   /* never written out, never logged (passwords) */
	FIELD_GIVEN = 4,    /* with FIELD_OPTIONAL: may be null, but not absent */
};

struct fields;

struct field {
	const char *name;
	enum field_type type;
	size_t offset;
	unsigned flags;
	double min, max;           /* INT, REAL, CLOCK: range; TEXT: length in code points; LIST: count. 0,0: none */
	const char *const *names;  /* ENUM: NULL-terminated */
	const struct fields *sub;  /* OBJECT, LIST of structs */
	enum field_type element;   /* LIST of scalars */
	size_t count_offset;       /* LIST */
	const char *fallback;      /* JSON text used when absent */
	const char *help;          /* one line, becomes the schema's description */
};

struct fields {
	const char *name; /* schema name: "Site" */
	size_t size;      /* sizeof the struct */
	const struct field *rows;
	size_t count;
	size_t nulls_at;  /* offset of a uint64_t that read JSON leaves there: bit i, row i was given as null;
			     0: not wanted */
};

/* Defines `const struct fields name_fields` for struct type from rows. Use:
 *   static const struct field site_rows[] = { F_INT(struct site, id, 0, 1, 1e15, "permanent id"), ... };
 *   const struct fields site_fields = FIELDS("Site", struct site, site_rows); */
#define FIELDS(schema_name, type, table) FIELDS_WITH(schema_name, type, table, 0)
/* For PATCH, where null removes a value and absence keeps it (RFC 7396): the struct has uint64_t nulls. */
#define FIELDS_PATCH(schema_name, type, table) FIELDS_WITH(schema_name, type, table, offsetof(type, nulls))
#define FIELDS_WITH(schema_name, type, table, at) \
	{ schema_name, sizeof(type), table, sizeof(table) / sizeof((table)[0]), at }
#define F_BOOL(s, m, fl, h) { .name = #m, .type = FIELD_BOOL, .offset = offsetof(s, m), .flags = (fl), .help = (h) }
#define F_INT(s, m, fl, lo, hi, h) { .name = #m, .type = FIELD_INT, .offset = offsetof(s, m), .flags = (fl), .min = (lo), .max = (hi), .help = (h) }
#define F_REAL(s, m, fl, lo, hi, h) { .name = #m, .type = FIELD_REAL, .offset = offsetof(s, m), .flags = (fl), .min = (lo), .max = (hi), .help = (h) }
#define F_TEXT(s, m, fl, lo, hi, h) { .name = #m, .type = FIELD_TEXT, .offset = offsetof(s, m), .flags = (fl), .min = (lo), .max = (hi), .help = (h) }
#define F_INSTANT(s, m, fl, h) { .name = #m, .type = FIELD_INSTANT, .offset = offsetof(s, m), .flags = (fl), .help = (h) }
#define F_DATE(s, m, fl, h) { .name = #m, .type = FIELD_DATE, .offset = offsetof(s, m), .flags = (fl), .help = (h) }
#define F_WEEK(s, m, fl, h) { .name = #m, .type = FIELD_WEEK, .offset = offsetof(s, m), .flags = (fl), .help = (h) }
#define F_CLOCK(s, m, fl, h) { .name = #m, .type = FIELD_CLOCK, .offset = offsetof(s, m), .flags = (fl), .max = 2880, .help = (h) }
#define F_ENUM(s, m, fl, n, h) { .name = #m, .type = FIELD_ENUM, .offset = offsetof(s, m), .flags = (fl), .names = (n), .help = (h) }
#define F_RAW(s, m, fl, h) { .name = #m, .type = FIELD_RAW, .offset = offsetof(s, m), .flags = (fl), .help = (h) }
#define F_OBJECT(s, m, fl, f, h) { .name = #m, .type = FIELD_OBJECT, .offset = offsetof(s, m), .flags = (fl), .sub = (f), .help = (h) }
#define F_LIST(s, m, n, fl, f, lo, hi, h) { .name = #m, .type = FIELD_LIST, .offset = offsetof(s, m), .count_offset = offsetof(s, n), .flags = (fl), .sub = (f), .min = (lo), .max = (hi), .help = (h) }
#define F_LIST_OF(s, m, n, fl, t, lo, hi, h) { .name = #m, .type = FIELD_LIST, .offset = offsetof(s, m), .count_offset = offsetof(s, n), .flags = (fl), .element = (t), .min = (lo), .max = (hi), .help = (h) }

/* JSON -> struct. Collects every mistake: "/breaks/1/minutes: must be between 5 and 240". */
bool field_from_json(const struct fields *f, const struct json *j, struct arena *a, void *out,
		     struct err *e);
/* Parse + convert in one call. */
bool field_from_text_json(const struct fields *f, const char *text, size_t len, size_t max_bytes,
			  struct arena *a, void *out, struct err *e);

/* Struct -> JSON object, compact, field order. */
void field_to_json(const struct fields *f, const void *obj, struct strbuf *s);
void field_list_to_json(const struct fields *f, const void *rows, size_t count, struct strbuf *s);

/* One value from text as PostgreSQL or a query string gives it (NULL: null). LIST/OBJECT/RAW: JSON text.
 * BOOL takes t/f/true/false/1/0. pointer names the place in errors. */
bool field_from_text(const struct field *f, const char *text, struct arena *a, void *obj,
		     const char *pointer, struct err *e);
/* One value as text for a SQL parameter; NULL when null. LIST and OBJECT become JSON text, CLOCK its
 * minutes (integer column), WEEK the date of its Monday (date column), ENUM its name. */
const char *field_to_text(const struct field *f, const void *obj, struct arena *a);

/* Scalars, and objects flattened: place.town is place_town, but a member `value` bears the object's own
 * name (total, total_numerator). No lists, no raw JSON, never secrets; lines end in LF. */
void field_csv_header(const struct fields *f, struct strbuf *s);
void field_csv_row(const struct fields *f, const void *obj, struct strbuf *s);

const struct field *field_find(const struct fields *f, const char *name);

/* JSON Schema (2020-12) object of this struct; nested structs as {"$ref": ref_prefix + name}. */
void field_schema(const struct fields *f, const char *ref_prefix, struct strbuf *s);
/* The schema of one field alone (a query parameter). */
void field_schema_of(const struct field *f, const char *ref_prefix, struct strbuf *s);
/* A whole schema document: $schema, title, and every nested struct under $defs. */
void field_schema_document(const struct fields *f, const char *title, struct strbuf *s);
/* Was the member given as null? Of structs read with FIELDS_PATCH. */
bool field_was_null(const struct fields *f, const void *obj, const char *name);
/* Fills a struct with its null values. */
void field_init(const struct fields *f, void *obj);

#endif
