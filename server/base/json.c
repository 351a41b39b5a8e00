/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A text is first scanned by the grammar of RFC 8259, which cJSON follows only loosely (it lets
 * through duplicate keys, rounded integers, odd numbers, raw control characters), and only then
 * given to cJSON. The scan allocates nothing, so a hostile text costs nothing but its own bytes.
 */
#include "server/base/json.h"

#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/json_cjson.h"
#include "server/base/utf8.h"

enum {
	NUMBER_CHARS_MAX = 60, /* cJSON copies a number into 64 bytes and cuts what is longer */
	NODE_BYTES = sizeof(cJSON) + 16,
};

struct scan {
	const char *text;
	size_t len;
	size_t at;
	size_t values;
	int depth;
	struct err *e;
};

__attribute__((format(printf, 3, 4))) static bool fail_at(struct scan *s, size_t at,
							  const char *fmt, ...)
{
	size_t line = 1, column = 1;
	for (size_t i = 0; i < at && i < s->len; i++) {
		column = s->text[i] == '\n' ? 1 : column + 1;
		line += s->text[i] == '\n';
	}
	char why[200];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	return err_set(s->e, ERR_MALFORMED, "byte %zu (line %zu, column %zu): %s", at, line, column,
		       why);
}

static int peek(const struct scan *s)
{
	return s->at < s->len ? (unsigned char)s->text[s->at] : -1;
}

static void skip_space(struct scan *s)
{
	while (s->at < s->len && memchr(" \t\r\n", s->text[s->at], 4) != NULL)
		s->at++;
}

static bool fail_here(struct scan *s, const char *wanted)
{
	int c = peek(s);
	if (c < 0)
		return fail_at(s, s->at, "the text ends where %s should follow", wanted);
	if (c >= 0x20 && c < 0x7F)
		return fail_at(s, s->at, "%s expected, found '%c'", wanted, c);
	return fail_at(s, s->at, "%s expected, found byte 0x%02x", wanted, (unsigned)c);
}

static bool scan_hex4(struct scan *s, unsigned *code)
{
	unsigned v = 0;
	for (int i = 0; i < 4; i++, s->at++) {
		int c = peek(s);
		unsigned d;
		if (c >= '0' && c <= '9')
			d = (unsigned)(c - '0');
		else if (c >= 'a' && c <= 'f')
			d = (unsigned)(c - 'a') + 10;
		else if (c >= 'A' && c <= 'F')
			d = (unsigned)(c - 'A') + 10;
		else
			return fail_here(s, "a hexadecimal digit");
		v = v * 16 + d;
	}
	*code = v;
	return true;
}

/* At the byte after a backslash. */
static bool scan_escape(struct scan *s)
{
	size_t start = s->at - 1;
	int c = peek(s);
	if (c < 0 || memchr("\"\\/bfnrtu", c, 9) == NULL)
		return fail_here(s, "an escape such as \\n or \\u00e9");
	s->at++;
	if (c != 'u')
		return true;
	unsigned code;
	if (!scan_hex4(s, &code))
		return false;
	if (code == 0)
		return fail_at(s, start, "\\u0000 is not allowed");
	if (code >= 0xDC00 && code <= 0xDFFF)
		return fail_at(s, start, "half of a surrogate pair");
	if (code < 0xD800 || code > 0xDBFF)
		return true;
	if (s->len - s->at < 2 || s->text[s->at] != '\\' || s->text[s->at + 1] != 'u')
		return fail_at(s, start, "half of a surrogate pair");
	s->at += 2;
	if (!scan_hex4(s, &code))
		return false;
	if (code < 0xDC00 || code > 0xDFFF)
		return fail_at(s, start, "half of a surrogate pair");
	return true;
}

static bool scan_string(struct scan *s)
{
	size_t start = s->at;
	if (peek(s) != '"')
		return fail_here(s, "a quoted name");
	s->at++;
	for (;;) {
		int c = peek(s);
		if (c < 0)
			return fail_at(s, start, "this string is never closed");
		if (c < 0x20)
			return fail_at(s, s->at, "a control character inside a string");
		s->at++;
		if (c == '"')
			return true;
		if (c == '\\' && !scan_escape(s))
			return false;
	}
}

static bool scan_digits(struct scan *s)
{
	if (peek(s) < '0' || peek(s) > '9')
		return fail_here(s, "a digit");
	while (peek(s) >= '0' && peek(s) <= '9')
		s->at++;
	return true;
}

static bool check_number(struct scan *s, size_t start, bool whole)
{
	char copy[NUMBER_CHARS_MAX + 1];
	size_t n = s->at - start;
	if (n > NUMBER_CHARS_MAX)
		return fail_at(s, start, "a number of more than %d characters", NUMBER_CHARS_MAX);
	memcpy(copy, s->text + start, n);
	copy[n] = '\0';
	double v = strtod(copy, NULL);
	if (!isfinite(v))
		return fail_at(s, start, "%s is too large for a number", copy);
	/* 2^53 + 1 reads as 2^53, so the text itself must be compared. */
	const char *digits = copy[0] == '-' ? copy + 1 : copy;
	size_t count = strlen(digits);
	if (whole && (count > 16 || (count == 16 && strcmp(digits, "9007199254740992") > 0)))
		return fail_at(s, start, "%s is beyond 2^53, the largest exact integer", copy);
	return true;
}

static bool scan_number(struct scan *s)
{
	size_t start = s->at;
	bool whole = true;
	if (peek(s) == '-')
		s->at++;
	if (peek(s) == '0')
		s->at++;
	else if (!scan_digits(s))
		return false;
	if (peek(s) >= '0' && peek(s) <= '9')
		return fail_at(s, start, "a number with a leading zero");
	if (peek(s) == '.') {
		whole = false;
		s->at++;
		if (!scan_digits(s))
			return false;
	}
	if (peek(s) == 'e' || peek(s) == 'E') {
		whole = false;
		s->at++;
		if (peek(s) == '+' || peek(s) == '-')
			s->at++;
		if (!scan_digits(s))
			return false;
	}
	return check_number(s, start, whole);
}

static bool scan_word(struct scan *s, const char *word)
{
	size_t n = strlen(word);
	if (s->len - s->at < n || memcmp(s->text + s->at, word, n) != 0)
		return fail_here(s, "a value");
	s->at += n;
	return true;
}

static bool scan_value(struct scan *s);

static bool scan_member(struct scan *s)
{
	if (!scan_string(s))
		return false;
	skip_space(s);
	if (peek(s) != ':')
		return fail_here(s, "':'");
	s->at++;
	return scan_value(s);
}

static bool scan_container(struct scan *s, char close)
{
	if (++s->depth > JSON_DEPTH_MAX)
		return fail_at(s, s->at, "nested deeper than %d levels", JSON_DEPTH_MAX);
	s->at++;
	skip_space(s);
	if (peek(s) == close) {
		s->at++;
		s->depth--;
		return true;
	}
	for (;;) {
		skip_space(s);
		if (!(close == '}' ? scan_member(s) : scan_value(s)))
			return false;
		skip_space(s);
		int c = peek(s);
		if (c == close)
			break;
		if (c != ',')
			return fail_here(s, close == '}' ? "',' or '}'" : "',' or ']'");
		s->at++;
	}
	s->at++;
	s->depth--;
	return true;
}

static bool scan_value(struct scan *s)
{
	skip_space(s);
	s->values++;
	switch (peek(s)) {
	case '{':
		return scan_container(s, '}');
	case '[':
		return scan_container(s, ']');
	case '"':
		return scan_string(s);
	case 't':
		return scan_word(s, "true");
	case 'f':
		return scan_word(s, "false");
	case 'n':
		return scan_word(s, "null");
	default:
		break;
	}
	if (peek(s) == '-' || (peek(s) >= '0' && peek(s) <= '9'))
		return scan_number(s);
	return fail_here(s, "a value");
}

static bool scan_text(struct scan *s)
{
	size_t bad = 0;
	if (!utf8_check(s->text, s->len, &bad))
		return fail_at(s, bad, "not UTF-8");
	if (!scan_value(s))
		return false;
	skip_space(s);
	if (s->at < s->len)
		return fail_at(s, s->at, "something follows the value");
	return true;
}

/* cJSON's allocator is one for the process; each thread points it at the arena it parses into. */
static _Thread_local struct arena *target;

static void *node_alloc(size_t n)
{
	return arena_alloc(target, n);
}

static void node_free(void *p)
{
	(void)p; /* the arena frees all at once */
}

static void set_hooks(void)
{
	cJSON_Hooks hooks = { .malloc_fn = node_alloc, .free_fn = node_free };
	cJSON_InitHooks(&hooks);
}

static int by_key(const void *a, const void *b)
{
	const cJSON *const *x = a, *const *y = b;
	return strcmp((*x)->string, (*y)->string);
}

/* Sorting keeps a hostile object of a million names from costing a million times a million. */
static const char *duplicate_key(struct arena *a, const cJSON *object)
{
	size_t n = 0;
	for (const cJSON *c = object->child; c != NULL; c = c->next)
		n++;
	if (n < 2)
		return NULL;
	const cJSON *few[32];
	const cJSON **members = n <= 32 ? few : arena_array(a, n, sizeof(const cJSON *));
	n = 0;
	for (const cJSON *c = object->child; c != NULL; c = c->next)
		members[n++] = c;
	qsort(members, n, sizeof members[0], by_key);
	for (size_t i = 1; i < n; i++) {
		if (strcmp(members[i - 1]->string, members[i]->string) == 0)
			return members[i]->string;
	}
	return NULL;
}

/* The offending object's JSON pointer is put together on the way back up. */
static bool refuse_duplicates(struct arena *a, const cJSON *node, const char *pointer, struct err *e)
{
	if (cJSON_IsObject(node)) {
		const char *key = duplicate_key(a, node);
		if (key != NULL)
			return err_set(e, ERR_MALFORMED, "%s/%s: this name stands twice", pointer,
				       key);
	}
	size_t i = 0;
	for (const cJSON *c = node->child; c != NULL; c = c->next, i++) {
		if (c->child == NULL)
			continue;
		char deeper[160];
		if (cJSON_IsObject(node))
			(void)snprintf(deeper, sizeof deeper, "%s/%s", pointer, c->string);
		else
			(void)snprintf(deeper, sizeof deeper, "%s/%zu", pointer, i);
		if (!refuse_duplicates(a, c, deeper, e))
			return false;
	}
	return true;
}

bool json_parse(struct arena *a, const char *text, size_t len, size_t max_bytes,
		const struct json **out, struct err *e)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	if (len > max_bytes)
		return err_set(e, ERR_TOO_LARGE, "%zu bytes where at most %zu are taken", len,
			       max_bytes);
	if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
		text += 3;
		len -= 3;
	}
	struct scan s = { .text = text, .len = len, .e = e };
	if (!scan_text(&s))
		return false;
	/* With what blocks leave unused this keeps the tree below two thirds of a capped arena. */
	if (s.values > (arena_room(a) / 4) / NODE_BYTES || len > arena_room(a) / 8)
		return err_set(e, ERR_TOO_LARGE, "%zu values are more than are taken at once",
			       s.values);
	(void)pthread_once(&once, set_hooks);
	target = a;
	const cJSON *node = cJSON_ParseWithLength(text, len);
	target = NULL;
	if (node == NULL)
		return err_set(e, ERR_MALFORMED, "not sound JSON");
	if (!refuse_duplicates(a, node, "", e))
		return false;
	*out = json_of_node(node);
	return true;
}

void json_node_write(const cJSON *node, struct strbuf *s)
{
	if (cJSON_IsBool(node)) {
		strbuf_puts(s, cJSON_IsTrue(node) ? "true" : "false");
	} else if (cJSON_IsNumber(node)) {
		strbuf_json_real(s, node->valuedouble);
	} else if (cJSON_IsString(node)) {
		strbuf_json_text(s, node->valuestring);
	} else if (cJSON_IsArray(node) || cJSON_IsObject(node)) {
		bool object = cJSON_IsObject(node);
		strbuf_putc(s, object ? '{' : '[');
		for (const cJSON *c = node->child; c != NULL; c = c->next) {
			if (c != node->child)
				strbuf_putc(s, ',');
			if (object) {
				strbuf_json_text(s, c->string);
				strbuf_putc(s, ':');
			}
			json_node_write(c, s);
		}
		strbuf_putc(s, object ? '}' : ']');
	} else {
		strbuf_puts(s, "null");
	}
}
