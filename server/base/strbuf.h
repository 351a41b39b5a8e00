/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A growing byte string with a cap given at birth.
 *
 * Invariants: data is always NUL-terminated at data[len]; len <= cap. Once an append would pass the
 * cap, `overflow` is set and every later append is a no-op, so callers may check once at the end.
 * The owner frees with strbuf_free (accepts a zeroed struct). Thread rule: one thread at a time.
 */
#ifndef BASE_STRBUF_H
#define BASE_STRBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct strbuf {
	char *data;
	size_t len;
	size_t alloc;
	size_t cap;
	bool overflow;
};

void strbuf_init(struct strbuf *s, size_t cap);
void strbuf_free(struct strbuf *s);
void strbuf_reset(struct strbuf *s); /* length 0, keeps the memory, clears overflow */

void strbuf_add(struct strbuf *s, const void *bytes, size_t n);
void strbuf_puts(struct strbuf *s, const char *text);
void strbuf_putc(struct strbuf *s, char c);
void strbuf_printf(struct strbuf *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

void strbuf_json_text(struct strbuf *s, const char *text); /* quoted and escaped; NULL -> null */
void strbuf_json_real(struct strbuf *s, double v);         /* shortest round trip; non-finite -> null */
/* One CSV cell, quoted when needed; text beginning with = + - @ TAB CR gets a leading apostrophe. */
void strbuf_csv_text(struct strbuf *s, const char *text);

#endif
