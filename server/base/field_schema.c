/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fields table as JSON Schema 2020-12. */
#include <assert.h>
#include <string.h>

#include "server/base/field.h"

static const char *json_type(enum field_type type)
{
	switch (type) {
	case FIELD_BOOL:
		return "boolean";
	case FIELD_INT:
		return "integer";
	case FIELD_REAL:
		return "number";
	case FIELD_LIST:
		return "array";
	case FIELD_OBJECT:
		return "object";
	case FIELD_TEXT:
	case FIELD_INSTANT:
	case FIELD_DATE:
	case FIELD_WEEK:
	case FIELD_CLOCK:
	case FIELD_ENUM:
		return "string";
	case FIELD_RAW:
		break;
	}
	return NULL;
}

static void add_number(struct strbuf *s, const char *keyword, double v)
{
	strbuf_printf(s, ",\"%s\":", keyword);
	strbuf_json_real(s, v);
}

static void add_enum(struct strbuf *s, const struct field *f, bool nullable)
{
	strbuf_puts(s, ",\"enum\":[");
	for (size_t i = 0; f->names[i] != NULL; i++) {
		if (i > 0)
			strbuf_putc(s, ',');
		strbuf_json_text(s, f->names[i]);
	}
	strbuf_puts(s, nullable ? ",null]" : "]");
}

static void add_form(struct strbuf *s, enum field_type type)
{
	if (type == FIELD_INSTANT)
		strbuf_puts(s, ",\"format\":\"date-time\"");
	else if (type == FIELD_DATE)
		strbuf_puts(s, ",\"format\":\"date\"");
	else if (type == FIELD_WEEK)
		strbuf_puts(s, ",\"pattern\":\"^[0-9]{4}-W[0-9]{2}$\"");
	else if (type == FIELD_CLOCK)
		strbuf_puts(s, ",\"pattern\":\"^[0-4][0-9]:[0-5][0-9]$\"");
}

static void add_limits(struct strbuf *s, const struct field *f)
{
	if (f->min == 0 && f->max == 0)
		return;
	if (f->type == FIELD_INT || f->type == FIELD_REAL) {
		add_number(s, "minimum", f->min);
		add_number(s, "maximum", f->max);
	} else if (f->type == FIELD_TEXT) {
		add_number(s, "minLength", f->min);
		add_number(s, "maxLength", f->max);
	} else if (f->type == FIELD_LIST) {
		add_number(s, "minItems", f->min);
		if (f->max > 0)
			add_number(s, "maxItems", f->max);
	}
}

/* Everything inside the braces but description and default. */
static void add_type(struct strbuf *s, const struct field *f, enum field_type type, bool nullable)
{
	const char *name = json_type(type);
	if (name == NULL) {
		strbuf_puts(s, "\"title\":\"any JSON\"");
		return;
	}
	strbuf_printf(s, nullable ? "\"type\":[\"%s\",\"null\"]" : "\"type\":\"%s\"", name);
	if (type == FIELD_ENUM)
		add_enum(s, f, nullable);
	add_form(s, type);
}

static void add_ref(struct strbuf *s, const struct fields *sub, const char *prefix)
{
	if (prefix == NULL) {
		field_schema(sub, prefix, s);
		return;
	}
	strbuf_printf(s, "{\"$ref\":\"%s%s\"}", prefix, sub->name);
}

void field_schema_of(const struct field *f, const char *prefix, struct strbuf *s)
{
	bool nullable = (f->flags & FIELD_OPTIONAL) != 0 && f->type != FIELD_BOOL &&
			f->type != FIELD_LIST;
	strbuf_putc(s, '{');
	if (f->type == FIELD_OBJECT) {
		strbuf_puts(s, nullable ? "\"anyOf\":[" : "\"allOf\":[");
		add_ref(s, f->sub, prefix);
		strbuf_puts(s, nullable ? ",{\"type\":\"null\"}]" : "]");
	} else {
		add_type(s, f, f->type, nullable);
	}
	if (f->type == FIELD_LIST) {
		strbuf_puts(s, ",\"items\":");
		if (f->sub != NULL) {
			add_ref(s, f->sub, prefix);
		} else {
			strbuf_putc(s, '{');
			add_type(s, f, f->element, false);
			strbuf_putc(s, '}');
		}
	}
	add_limits(s, f);
	if ((f->flags & FIELD_SECRET) != 0)
		strbuf_puts(s, ",\"writeOnly\":true");
	if (f->fallback != NULL)
		strbuf_printf(s, ",\"default\":%s", f->fallback);
	if (f->help != NULL) {
		strbuf_puts(s, ",\"description\":");
		strbuf_json_text(s, f->help);
	}
	strbuf_putc(s, '}');
}

static bool always_there(const struct field *f)
{
	return (f->flags & (FIELD_OPTIONAL | FIELD_SECRET)) == 0 || (f->flags & FIELD_GIVEN) != 0;
}

static void add_property(struct strbuf *s, const struct field *f, const char *prefix)
{
	strbuf_json_text(s, f->name);
	strbuf_putc(s, ':');
	field_schema_of(f, prefix, s);
}

/* The members of the schema object, without its braces. */
static void add_members(struct strbuf *s, const struct fields *f, const char *prefix)
{
	bool first = true;
	strbuf_puts(s, "\"type\":\"object\",\"additionalProperties\":false,\"required\":[");
	for (size_t i = 0; i < f->count; i++) {
		if (!always_there(&f->rows[i]))
			continue;
		if (!first)
			strbuf_putc(s, ',');
		first = false;
		strbuf_json_text(s, f->rows[i].name);
	}
	strbuf_puts(s, "],\"properties\":{");
	for (size_t i = 0; i < f->count; i++) {
		if (i > 0)
			strbuf_putc(s, ',');
		add_property(s, &f->rows[i], prefix);
	}
	strbuf_putc(s, '}');
}

void field_schema(const struct fields *f, const char *ref_prefix, struct strbuf *s)
{
	strbuf_putc(s, '{');
	add_members(s, f, ref_prefix);
	strbuf_putc(s, '}');
}

enum { NESTED_MAX = 64 };

static size_t collect(const struct fields *f, const struct fields **seen, size_t n)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct fields *sub = f->rows[i].sub;
		bool known = sub == NULL;
		for (size_t k = 0; k < n && !known; k++)
			known = seen[k] == sub;
		if (known)
			continue;
		assert(n < NESTED_MAX);
		seen[n++] = sub;
		n = collect(sub, seen, n);
	}
	return n;
}

void field_schema_document(const struct fields *f, const char *title, struct strbuf *s)
{
	const struct fields *nested[NESTED_MAX];
	size_t n = collect(f, nested, 0);
	strbuf_puts(s, "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"title\":");
	strbuf_json_text(s, title);
	strbuf_putc(s, ',');
	add_members(s, f, "#/$defs/");
	strbuf_puts(s, ",\"$defs\":{");
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			strbuf_putc(s, ',');
		strbuf_json_text(s, nested[i]->name);
		strbuf_putc(s, ':');
		field_schema(nested[i], "#/$defs/", s);
	}
	strbuf_puts(s, "}}");
}
