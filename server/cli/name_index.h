/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names to indices in O(log n): forms refer to agents, skills and sites by name. */
#ifndef CLI_NAME_INDEX_H
#define CLI_NAME_INDEX_H

#include "server/base/arena.h"
#include "server/base/err.h"

struct name_entry {
	const char *name;
	size_t at;
};

struct name_index {
	struct name_entry *entries; /* sorted by name */
	size_t count;
};

/* Names are read at base + i * stride. A name that stands twice is reported at "list/i/name" (or
 * "list/i" when the elements are the names themselves); false then. */
bool name_index_build(struct name_index *x, struct arena *a, const void *base, size_t stride,
		      size_t count, const char *list, bool bare, struct err *e);
bool name_index_find(const struct name_index *x, const char *name, size_t *at);

#endif
