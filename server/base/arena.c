/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 16 * 1024 };

struct block {
	struct block *next;
	size_t used;
	size_t size;
	alignas(max_align_t) unsigned char bytes[];
};

struct arena {
	struct block *first; /* the one being filled; full and outsized ones follow */
	size_t cap;
	size_t taken;
};

__attribute__((noreturn)) static void give_up(const char *why, size_t size)
{
	(void)fprintf(stderr, "arena: %s (%zu bytes asked)\n", why, size);
	abort();
}

struct arena *arena_new(size_t cap_bytes)
{
	struct arena *a = calloc(1, sizeof *a);
	if (a == NULL)
		give_up("out of memory", sizeof *a);
	a->cap = cap_bytes;
	return a;
}

void arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	for (struct block *b = a->first; b != NULL;) {
		struct block *next = b->next;
		free(b);
		b = next;
	}
	free(a);
}

size_t arena_room(const struct arena *a)
{
	return a->cap == 0 ? SIZE_MAX : a->cap - a->taken;
}

static struct block *block_new(struct arena *a, size_t size)
{
	if (size > SIZE_MAX - sizeof(struct block))
		give_up("size overflow", size);
	if (a->cap != 0 && (size > a->cap || a->taken > a->cap - size))
		give_up("cap exceeded", size);
	struct block *b = calloc(1, sizeof *b + size);
	if (b == NULL)
		give_up("out of memory", size);
	a->taken += size;
	b->size = size;
	return b;
}

/* A block of its own for what is large, put behind the one being filled so that its room is kept. */
static void *alloc_outsized(struct arena *a, size_t size)
{
	struct block *b = block_new(a, size);
	b->used = size;
	if (a->first != NULL) {
		b->next = a->first->next;
		a->first->next = b;
	} else {
		a->first = b;
	}
	return b->bytes;
}

void *arena_alloc(struct arena *a, size_t size)
{
	const size_t align = alignof(max_align_t);
	if (size > SIZE_MAX - align)
		give_up("size overflow", size);
	size = size == 0 ? align : (size + align - 1) / align * align;
	struct block *b = a->first;
	if (b == NULL || b->size - b->used < size) {
		if (size > BLOCK_BYTES / 4)
			return alloc_outsized(a, size);
		size_t room = BLOCK_BYTES;
		if (a->cap != 0 && a->cap - a->taken < room)
			room = a->cap - a->taken > size ? a->cap - a->taken : size;
		b = block_new(a, room);
		b->next = a->first;
		a->first = b;
	}
	void *p = b->bytes + b->used;
	b->used += size;
	return p;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	size_t total = 0;
	if (__builtin_mul_overflow(count, size, &total))
		give_up("array size overflow", count);
	return arena_alloc(a, total);
}

void *arena_grow(struct arena *a, void **items, size_t *cap, size_t count, size_t size)
{
	assert(count <= *cap);
	if (count == *cap) {
		size_t more = *cap == 0 ? 8 : *cap * 2;
		if (more < *cap)
			give_up("array size overflow", count);
		void *fresh = arena_array(a, more, size);
		if (count > 0)
			memcpy(fresh, *items, count * size);
		*items = fresh;
		*cap = more;
	}
	unsigned char *slot = (unsigned char *)*items + count * size;
	memset(slot, 0, size);
	return slot;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return s == NULL ? NULL : arena_strndup(a, s, strlen(s));
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	if (s == NULL)
		return NULL;
	n = strnlen(s, n);
	char *copy = arena_alloc(a, n + 1);
	memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		give_up("bad format", 0);
	char *text = arena_alloc(a, (size_t)n + 1);
	(void)vsnprintf(text, (size_t)n + 1, fmt, again);
	va_end(again);
	return text;
}
