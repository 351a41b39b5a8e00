/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text as the service keeps it: valid UTF-8, composed (NFC), counted in code points.
 * Thread rule: pure functions, safe everywhere.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include "server/base/arena.h"

/* True when all n bytes are sound UTF-8; else *bad is the offset of the first that is not. */
bool utf8_check(const char *bytes, size_t n, size_t *bad);
size_t utf8_length(const char *text); /* code points of a sound NUL-terminated text */
/* The text in NFC, in the arena; NULL when it is not sound UTF-8. */
const char *utf8_compose(struct arena *a, const char *text);

#endif
