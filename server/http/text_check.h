/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small checks on text from outside. Thread rule: pure. */
#ifndef HTTP_TEXT_CHECK_H
#define HTTP_TEXT_CHECK_H

#include <stdbool.h>
#include <stddef.h>

bool text_is_base64url(const char *text, size_t len);
bool text_is_plain_utf8(const char *text, size_t len); /* valid, and no control characters */

#endif
