/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/base/strbuf.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char nothing[1]; /* data of a buffer that has allocated nothing; never written */

void strbuf_init(struct strbuf *s, size_t cap)
{
	assert(cap < SIZE_MAX / 2);
	*s = (struct strbuf){ .data = nothing, .cap = cap };
}

void strbuf_free(struct strbuf *s)
{
	if (s->alloc != 0)
		free(s->data);
	*s = (struct strbuf){ .data = nothing, .cap = s->cap };
}

void strbuf_reset(struct strbuf *s)
{
	s->len = 0;
	s->overflow = false;
	if (s->alloc != 0)
		s->data[0] = '\0';
}

/* Room for n more bytes and the NUL; false, with overflow set, when the cap or memory ends. */
static bool reserve(struct strbuf *s, size_t n)
{
	if (s->overflow)
		return false;
	if (n > s->cap - s->len) {
		s->overflow = true;
		return false;
	}
	size_t need = s->len + n + 1;
	if (need <= s->alloc)
		return true;
	size_t alloc = s->alloc < 128 ? 256 : s->alloc * 2;
	if (alloc < need)
		alloc = need;
	if (alloc > s->cap + 1)
		alloc = s->cap + 1;
	char *data = realloc(s->alloc != 0 ? s->data : NULL, alloc);
	if (data == NULL) {
		s->overflow = true;
		return false;
	}
	if (s->alloc == 0)
		data[0] = '\0';
	s->data = data;
	s->alloc = alloc;
	return true;
}

void strbuf_add(struct strbuf *s, const void *bytes, size_t n)
{
	if (n == 0 || !reserve(s, n))
		return;
	memcpy(s->data + s->len, bytes, n);
	s->len += n;
	s->data[s->len] = '\0';
}

void strbuf_puts(struct strbuf *s, const char *text)
{
	strbuf_add(s, text, strlen(text));
}

void strbuf_putc(struct strbuf *s, char c)
{
	strbuf_add(s, &c, 1);
}

void strbuf_printf(struct strbuf *s, const char *fmt, ...)
{
	char small[256];
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(small, sizeof small, fmt, ap);
	va_end(ap);
	if (n < 0) {
		s->overflow = true;
	} else if ((size_t)n < sizeof small) {
		strbuf_add(s, small, (size_t)n);
	} else if (reserve(s, (size_t)n)) {
		(void)vsnprintf(s->data + s->len, (size_t)n + 1, fmt, again);
		s->len += (size_t)n;
	}
	va_end(again);
}

void strbuf_json_text(struct strbuf *s, const char *text)
{
	if (text == NULL) {
		strbuf_puts(s, "null");
		return;
	}
	strbuf_putc(s, '"');
	const char *run = text;
	for (const char *p = text;; p++) {
		unsigned char c = (unsigned char)*p;
		if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7F)
			continue;
		strbuf_add(s, run, (size_t)(p - run));
		run = p + 1;
		if (c == '\0')
			break;
		switch (c) {
		case '"':
			strbuf_puts(s, "\\\"");
			break;
		case '\\':
			strbuf_puts(s, "\\\\");
			break;
		case '\n':
			strbuf_puts(s, "\\n");
			break;
		case '\r':
			strbuf_puts(s, "\\r");
			break;
		case '\t':
			strbuf_puts(s, "\\t");
			break;
		default:
			strbuf_printf(s, "\\u%04x", c);
			break;
		}
	}
	strbuf_putc(s, '"');
}

void strbuf_json_real(struct strbuf *s, double v)
{
	if (!isfinite(v)) {
		strbuf_puts(s, "null");
		return;
	}
	if (v == floor(v) && fabs(v) <= 9007199254740992.0) { /* 2^53; 0 also for -0 */
		strbuf_printf(s, "%lld", (long long)v);
		return;
	}
	char text[40];
	for (int digits = 15; digits <= 17; digits++) {
		(void)snprintf(text, sizeof text, "%.*g", digits, v);
		if (digits == 17 || strtod(text, NULL) == v)
			break;
	}
	strbuf_puts(s, text);
	/* Past 2^53 a text of digits alone would claim to be an exact integer. */
	if (strpbrk(text, ".e") == NULL)
		strbuf_puts(s, ".0");
}

void strbuf_csv_text(struct strbuf *s, const char *text)
{
	if (text == NULL)
		return;
	bool formula = text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
	if (strpbrk(text, ",;\"\r\n\t") == NULL) {
		if (formula)
			strbuf_putc(s, '\'');
		strbuf_puts(s, text);
		return;
	}
	strbuf_putc(s, '"');
	if (formula)
		strbuf_putc(s, '\'');
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '"')
			strbuf_putc(s, '"');
		strbuf_putc(s, *p);
	}
	strbuf_putc(s, '"');
}
