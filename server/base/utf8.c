/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/base/utf8.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

bool utf8_check(const char *bytes, size_t n, size_t *bad)
{
	const unsigned char *p = (const unsigned char *)bytes;
	for (size_t i = 0; i < n;) {
		if (p[i] < 0x80) {
			i++;
			continue;
		}
		size_t left = n - i;
		utf8proc_int32_t code;
		utf8proc_ssize_t used =
			utf8proc_iterate(p + i, left > 4 ? 4 : (utf8proc_ssize_t)left, &code);
		if (used <= 0) {
			*bad = i;
			return false;
		}
		i += (size_t)used;
	}
	return true;
}

size_t utf8_length(const char *text)
{
	size_t n = 0;
	for (; *text != '\0'; text++)
		n += ((unsigned char)*text & 0xC0) != 0x80;
	return n;
}

static bool is_ascii(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text >= 0x80)
			return false;
	}
	return true;
}

const char *utf8_compose(struct arena *a, const char *text)
{
	if (is_ascii(text))
		return arena_strdup(a, text);
	utf8proc_uint8_t *composed = NULL;
	utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)text, 0, &composed,
					  UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (n < 0)
		return NULL;
	const char *copy = arena_strndup(a, (const char *)composed, (size_t)n);
	free(composed);
	return copy;
}
