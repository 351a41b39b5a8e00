/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/base/field.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "server/base/field_value.h"
#include "server/base/json_cjson.h"

enum { RAW_BYTES_MAX = 16 << 20 };

/* Where in the document the reader is; a step is undone by putting len back. */
struct reader {
	struct arena *a;
	struct err *e;
	size_t len;
	char pointer[160];
	bool bad;
	bool full; /* a capped arena has no room left: said once, then nothing more is read */
};

static void step(struct reader *r, const char *name)
{
	size_t room = sizeof r->pointer - 1;
	if (r->len < room)
		r->pointer[r->len++] = '/';
	for (; *name != '\0' && r->len < room; name++) {
		if (*name != '~' && *name != '/') {
			r->pointer[r->len++] = *name;
		} else if (r->len + 2 <= room) { /* RFC 6901 */
			r->pointer[r->len++] = '~';
			r->pointer[r->len++] = *name == '~' ? '0' : '1';
		}
	}
	r->pointer[r->len] = '\0';
}

static void back(struct reader *r, size_t len)
{
	r->len = len;
	r->pointer[len] = '\0';
}

static bool refuse(struct reader *r, const char *why)
{
	r->bad = true;
	return err_at(r->e, ERR_INVALID, r->pointer, "%s", why);
}

/* Room for bytes more, far from the cap at which the arena would end the process. */
static bool has_room(struct reader *r, size_t bytes)
{
	if (r->full || bytes > arena_room(r->a) / 4) {
		if (!r->full)
			(void)refuse(r, "is more than is taken at once");
		r->full = true;
		return false;
	}
	return true;
}

void field_init(const struct fields *f, void *obj)
{
	memset(obj, 0, f->size);
	for (size_t i = 0; i < f->count; i++) {
		const struct field *row = &f->rows[i];
		if (row->type == FIELD_OBJECT)
			field_init(row->sub, field_slot(row, obj));
		else if (row->type != FIELD_LIST)
			field_value_clear(row->type, field_slot(row, obj));
	}
}

const struct field *field_find(const struct fields *f, const char *name)
{
	for (size_t i = 0; i < f->count; i++) {
		if (strcmp(f->rows[i].name, name) == 0)
			return &f->rows[i];
	}
	return NULL;
}

static void read_object(struct reader *r, const struct fields *f, const cJSON *node, void *obj);

static const char *raw_text(struct reader *r, const cJSON *node)
{
	struct strbuf s;
	strbuf_init(&s, RAW_BYTES_MAX);
	json_node_write(node, &s);
	const char *text = s.overflow || !has_room(r, s.len) ? NULL : arena_strndup(r->a, s.data, s.len);
	strbuf_free(&s);
	return text;
}

static void read_scalar(struct reader *r, const struct field *f, enum field_type type,
			const cJSON *node, void *slot)
{
	struct field_why why;
	if (type == FIELD_BOOL) {
		if (!cJSON_IsBool(node))
			(void)refuse(r, "must be true or false");
		else
			*(bool *)slot = cJSON_IsTrue(node);
	} else if (type == FIELD_INT || type == FIELD_REAL) {
		if (!cJSON_IsNumber(node))
			(void)refuse(r, "must be a number");
		else if (!(type == FIELD_INT ? field_int_check(f, node->valuedouble, &why)
					     : field_real_check(f, node->valuedouble, &why)))
			(void)refuse(r, why.text);
		else if (type == FIELD_INT)
			*(int64_t *)slot = (int64_t)node->valuedouble;
		else
			*(double *)slot = node->valuedouble;
	} else if (type == FIELD_RAW) {
		*(const char **)slot = raw_text(r, node);
		if (*(const char **)slot == NULL && !r->full)
			(void)refuse(r, "is too large");
	} else if (!cJSON_IsString(node)) {
		(void)refuse(r, "must be a text");
	} else if (!has_room(r, 4 * strlen(node->valuestring) + 64)) {
		return;
	} else if (!field_string_read(f, type, node->valuestring, false, r->a, slot, &why)) {
		(void)refuse(r, why.text);
	}
}

/* The rules of F_LIST_OF's min and max are about the count, never about an element. */
static struct field element_of(const struct field *f)
{
	struct field element = *f;
	element.min = 0;
	element.max = f->element == FIELD_CLOCK ? 2880 : 0;
	return element;
}

static void read_list(struct reader *r, const struct field *f, const cJSON *node, void *obj)
{
	if (!cJSON_IsArray(node)) {
		(void)refuse(r, "must be a list");
		return;
	}
	size_t n = 0, i = 0, len = r->len;
	for (const cJSON *c = node->child; c != NULL; c = c->next)
		n++;
	char why[120];
	if ((double)n < f->min || (f->max > 0 && (double)n > f->max)) {
		(void)snprintf(why, sizeof why, "must have %.0f to %.0f entries, has %zu", f->min,
			       f->max, n);
		(void)refuse(r, why);
		return;
	}
	size_t size = f->sub != NULL ? f->sub->size : field_value_size(f->element);
	if (n > SIZE_MAX / 8 / size || !has_room(r, n * size))
		return;
	const struct field element = element_of(f);
	unsigned char *items = arena_array(r->a, n, size); /* not NULL: an empty list was given */
	for (const cJSON *c = node->child; c != NULL; c = c->next, i++) {
		char index[24];
		(void)snprintf(index, sizeof index, "%zu", i);
		step(r, index);
		if (f->sub != NULL)
			read_object(r, f->sub, c, items + i * size);
		else if (cJSON_IsNull(c) && f->element != FIELD_RAW)
			(void)refuse(r, "must not be null");
		else
			read_scalar(r, &element, f->element, c, items + i * size);
		back(r, len);
	}
	memcpy(field_slot(f, obj), &items, sizeof items);
	*(size_t *)(void *)((unsigned char *)obj + f->count_offset) = n;
}

static void read_value(struct reader *r, const struct field *f, const cJSON *node, void *obj)
{
	if (f->type == FIELD_OBJECT)
		read_object(r, f->sub, node, field_slot(f, obj));
	else if (f->type == FIELD_LIST)
		read_list(r, f, node, obj);
	else
		read_scalar(r, f, f->type, node, field_slot(f, obj));
}

static const cJSON *member(const cJSON *object, const char *name)
{
	for (const cJSON *c = object->child; c != NULL; c = c->next) {
		if (strcmp(c->string, name) == 0)
			return c;
	}
	return NULL;
}

static void read_fallback(struct reader *r, const struct field *f, void *obj)
{
	const struct json *j = NULL;
	if (!has_room(r, 64 * strlen(f->fallback) + 1024))
		return;
	bool sound = json_parse(r->a, f->fallback, strlen(f->fallback), 4096, &j, NULL);
	assert(sound);
	(void)sound;
	read_value(r, f, json_node(j), obj);
}

static void read_row(struct reader *r, const struct field *f, const cJSON *object, void *obj)
{
	const cJSON *node = member(object, f->name);
	size_t len = r->len;
	if (r->full)
		return;
	step(r, f->name);
	if (node != NULL && !cJSON_IsNull(node))
		read_value(r, f, node, obj);
	else if (f->fallback != NULL)
		read_fallback(r, f, obj);
	else if ((f->flags & FIELD_OPTIONAL) == 0 || (node == NULL && (f->flags & FIELD_GIVEN) != 0))
		(void)refuse(r, node == NULL ? "is missing" : "must not be null");
	back(r, len);
}

static void read_object(struct reader *r, const struct fields *f, const cJSON *node, void *obj)
{
	field_init(f, obj);
	if (!cJSON_IsObject(node)) {
		(void)refuse(r, "must be an object");
		return;
	}
	size_t len = r->len;
	for (const cJSON *c = node->child; c != NULL; c = c->next) {
		if (field_find(f, c->string) != NULL)
			continue;
		step(r, c->string);
		(void)refuse(r, "is not a known name here");
		back(r, len);
	}
	uint64_t nulls = 0;
	for (size_t i = 0; i < f->count; i++) {
		read_row(r, &f->rows[i], node, obj);
		if (f->nulls_at != 0 && cJSON_IsNull(member(node, f->rows[i].name)))
			nulls |= UINT64_C(1) << i;
	}
	if (f->nulls_at != 0)
		memcpy((char *)obj + f->nulls_at, &nulls, sizeof nulls);
}

bool field_was_null(const struct fields *f, const void *obj, const char *name)
{
	const struct field *row = field_find(f, name);
	uint64_t nulls;
	assert(f->nulls_at != 0 && f->count <= 64 && row != NULL);
	memcpy(&nulls, (const char *)obj + f->nulls_at, sizeof nulls);
	return nulls >> (row - f->rows) & 1;
}

bool field_from_json(const struct fields *f, const struct json *j, struct arena *a, void *out,
		     struct err *e)
{
	struct reader r = { .a = a, .e = e };
	read_object(&r, f, json_node(j), out);
	return !r.bad;
}

bool field_from_text_json(const struct fields *f, const char *text, size_t len, size_t max_bytes,
			  struct arena *a, void *out, struct err *e)
{
	const struct json *j;
	return json_parse(a, text, len, max_bytes, &j, e) && field_from_json(f, j, a, out, e);
}

bool field_json_text_read(const struct field *f, const char *text, struct arena *a, void *obj,
			  const char *pointer, struct err *e)
{
	const struct json *j;
	struct reader r = { .a = a, .e = e };
	int n = snprintf(r.pointer, sizeof r.pointer, "%s", pointer);
	r.len = (size_t)n < sizeof r.pointer ? (size_t)n : sizeof r.pointer - 1;
	struct err why = ERR_INIT;
	if (!json_parse(a, text, strlen(text), RAW_BYTES_MAX, &j, &why))
		return refuse(&r, why.message);
	read_value(&r, f, json_node(j), obj);
	return !r.bad;
}
