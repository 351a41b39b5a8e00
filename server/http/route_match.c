/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <string.h>
#include "server/http/route_match.h"
#include "server/http/text_check.h"

static const char *const method_names[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };
enum { METHOD_COUNT = sizeof(method_names) / sizeof(method_names[0]) };

const char *method_name(enum method m)
{
	return method_names[m];
}

static int method_find(const char *text)
{
	if (strcmp(text, "HEAD") == 0)
		return METHOD_GET;
	for (int i = 0; i < METHOD_COUNT; i++)
		if (strcmp(text, method_names[i]) == 0)
			return i;
	return -1;
}

const char *route_allow_text(unsigned allow, struct arena *a)
{
	const char *out = "";
	for (int i = 0; i < METHOD_COUNT; i++) {
		if (!(allow & (1u << i)))
			continue;
		out = arena_printf(a, "%s%s%s", out, *out ? ", " : "", method_names[i]);
		if (i == METHOD_GET)
			out = arena_printf(a, "%s, HEAD", out);
	}
	return out;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool percent_decode(const char *text, size_t len, bool plus_is_space, char *out, size_t *out_len)
{
	size_t n = 0;
	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		if (c == '%') {
			if (i + 2 >= len || hex_digit(text[i + 1]) < 0 || hex_digit(text[i + 2]) < 0)
				return false;
			c = (char)(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
			i += 2;
		} else if (c == '+' && plus_is_space) {
			c = ' ';
		}
		if (c == '\0')
			return false;
		out[n++] = c;
	}
	out[n] = '\0';
	*out_len = n;
	return true;
}

bool route_template_param(const char *template, size_t *at, char name[32], enum param_type *type)
{
	const char *open = strchr(template + *at, '{');
	if (!open)
		return false;
	const char *colon = strchr(open, ':'), *close = strchr(open, '}');
	assert(colon && close && colon < close && colon - open - 1 < 32 && "{name:type} expected");
	size_t n = (size_t)(colon - open - 1), type_len = (size_t)(close - colon - 1);
	memcpy(name, open + 1, n);
	name[n] = '\0';
	if (type_len == 3 && memcmp(colon + 1, "int", 3) == 0)
		*type = PARAM_INT;
	else if (type_len == 5 && memcmp(colon + 1, "token", 5) == 0)
		*type = PARAM_TOKEN;
	else if (type_len == 4 && memcmp(colon + 1, "text", 4) == 0)
		*type = PARAM_TEXT;
	else
		assert(false); /* a template in the table is wrong: int, text or token */
	*at = (size_t)(close + 1 - template);
	return true;
}

struct segment {
	const char *text;
	size_t len;
};

/* Splits behind the leading slash. False when the path has an empty segment (but "/" itself is one
 * empty segment), a broken escape, or too many segments. */
static bool split_path(const char *path, size_t len, struct arena *a,
		       struct segment out[ROUTE_SEGMENTS_MAX], size_t *count)
{
	if (len == 0 || path[0] != '/')
		return false;
	size_t n = 0, start = 1;
	for (size_t i = 1; i <= len; i++) {
		if (i < len && path[i] != '/')
			continue;
		if (n == ROUTE_SEGMENTS_MAX || (i == start && len > 1))
			return false;
		char *text = arena_alloc(a, i - start + 1);
		if (!percent_decode(path + start, i - start, false, text, &out[n].len))
			return false;
		out[n++].text = text;
		start = i + 1;
	}
	*count = n;
	return true;
}

static bool param_int(const struct segment *s, int64_t *value)
{
	if (s->len == 0 || s->len > 16 || s->text[0] == '0')
		return false;
	int64_t v = 0;
	for (size_t i = 0; i < s->len; i++) {
		if (s->text[i] < '0' || s->text[i] > '9')
			return false;
		v = v * 10 + (s->text[i] - '0');
	}
	*value = v;
	return v <= INT64_C(9007199254740992);
}

static bool param_fill(const struct segment *s, struct route_param *p)
{
	p->text = s->text;
	switch (p->type) {
	case PARAM_INT:
		return param_int(s, &p->number);
	case PARAM_TOKEN:
		return s->len == 43 && text_is_base64url(s->text, s->len);
	case PARAM_TEXT:
		return s->len > 0 && text_is_plain_utf8(s->text, s->len);
	}
	return false;
}

/* Compares one template; *literal gets a bit per literal segment, first segment highest. */
static bool match_template(const char *template, const struct segment *seg, size_t seg_count,
			   struct route_match *m, unsigned *literal)
{
	const char *t = template + 1;
	m->count = 0;
	*literal = 0;
	for (size_t i = 0; i < seg_count; i++) {
		const char *end = strchrnul(t, '/');
		*literal <<= 1;
		if (*t == '{') {
			assert(m->count < ROUTE_PARAMS_MAX);
			struct route_param *p = &m->params[m->count++];
			size_t at = 0;
			route_template_param(t, &at, p->name, &p->type);
			if (!param_fill(&seg[i], p))
				return false;
		} else {
			if ((size_t)(end - t) != seg[i].len || memcmp(t, seg[i].text, seg[i].len) != 0)
				return false;
			*literal |= 1;
		}
		if (*end == '\0')
			return i + 1 == seg_count;
		t = end + 1;
	}
	return false;
}

enum route_result route_match(const struct route *table, size_t count, const char *method,
			      const char *path, size_t path_len, struct arena *a,
			      struct route_match *out)
{
	struct segment seg[ROUTE_SEGMENTS_MAX];
	size_t seg_count = 0;
	*out = (struct route_match){ 0 };
	if (!split_path(path, path_len, a, seg, &seg_count))
		return ROUTE_NO_PATH;
	int wanted = method_find(method);
	unsigned best = 0;
	struct route_match found = { 0 }, m;
	for (size_t i = 0; i < count; i++) {
		unsigned literal;
		if (!match_template(table[i].path, seg, seg_count, &m, &literal))
			continue;
		if (found.allow == 0 || literal > best) {
			best = literal;
			found = m;
			found.route = NULL;
			found.allow = 0;
		}
		if (literal < best)
			continue;
		found.allow |= 1u << table[i].method;
		if ((int)table[i].method == wanted)
			found.route = &table[i];
	}
	*out = found;
	if (found.allow == 0)
		return ROUTE_NO_PATH;
	return found.route ? ROUTE_FOUND : ROUTE_NO_METHOD;
}
