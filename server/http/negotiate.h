/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accept, Accept-Encoding and entity tags (RFC 9110). Thread rule: pure. */
#ifndef HTTP_NEGOTIATE_H
#define HTTP_NEGOTIATE_H

#include <stdbool.h>
#include <stddef.h>

/* The best of `offered` for an Accept header (NULL or empty: the first); -1 when none will do.
 * Equal wishes go to the earlier offer. */
int accept_choose(const char *accept, const char *const *offered, int count);
/* Whether Accept-Encoding wants this coding. */
bool accept_coding(const char *accept_encoding, const char *coding);
/* Whether a Content-Type header names this media type, whatever its parameters. */
bool media_type_is(const char *content_type, const char *type);
/* Whether an If-Match / If-None-Match list holds the entity tag (given with its quotes). weak: a
 * W/ prefix in the list does not matter (If-None-Match). "*" matches. */
bool etag_in_list(const char *list, const char *etag, bool weak);

#endif
