/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/cli/name_index.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b)
{
	const struct name_entry *x = a, *y = b;
	int c = strcmp(x->name, y->name);
	return c != 0 ? c : (x->at > y->at) - (x->at < y->at);
}

bool name_index_build(struct name_index *x, struct arena *a, const void *base, size_t stride,
		      size_t count, const char *list, bool bare, struct err *e)
{
	bool ok = true;
	x->entries = arena_array(a, count, sizeof *x->entries);
	x->count = count;
	for (size_t i = 0; i < count; i++) {
		const char *name;
		memcpy(&name, (const unsigned char *)base + i * stride, sizeof name);
		x->entries[i] = (struct name_entry){ name, i };
	}
	if (count > 1)
		qsort(x->entries, count, sizeof x->entries[0], by_name);
	for (size_t i = 1; i < count; i++) {
		char pointer[80];
		if (strcmp(x->entries[i - 1].name, x->entries[i].name) != 0)
			continue;
		(void)snprintf(pointer, sizeof pointer, "%s/%zu%s", list, x->entries[i].at,
			       bare ? "" : "/name");
		ok = err_at(e, ERR_INVALID, pointer, "\"%.60s\" stands twice", x->entries[i].name);
	}
	return ok;
}

bool name_index_find(const struct name_index *x, const char *name, size_t *at)
{
	size_t low = 0, high = x->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(x->entries[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == x->count || strcmp(x->entries[low].name, name) != 0)
		return false;
	*at = x->entries[low].at;
	return true;
}
