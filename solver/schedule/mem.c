/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/schedule/mem.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGN = 16, CHUNK = 1 << 16 };

struct pool_chunk {
	struct pool_chunk *next;
	_Alignas(16) unsigned char data[];
};

void *pool_alloc(struct pool *p, size_t n, size_t item)
{
	size_t bytes;
	if (__builtin_mul_overflow(n, item, &bytes) || bytes > SIZE_MAX / 2)
		return NULL;
	bytes = bytes == 0 ? ALIGN : (bytes + ALIGN - 1) / ALIGN * ALIGN;
	if (p->chunks == NULL || p->size - p->used < bytes) {
		size_t size = bytes > CHUNK ? bytes : CHUNK;
		struct pool_chunk *c = malloc(sizeof *c + size);
		if (c == NULL)
			return NULL;
		c->next = p->chunks;
		p->chunks = c;
		p->used = 0;
		p->size = size;
	}
	void *at = p->chunks->data + p->used;
	p->used += bytes;
	return memset(at, 0, bytes);
}

void pool_free(struct pool *p)
{
	while (p->chunks) {
		struct pool_chunk *next = p->chunks->next;
		free(p->chunks);
		p->chunks = next;
	}
	p->used = p->size = 0;
}

bool mem_reserve(void *array, int32_t *capacity, int32_t need, size_t item)
{
	if (need <= *capacity)
		return true;
	int32_t cap = *capacity > 8 ? *capacity : 8;
	while (cap < need) {
		if (cap > INT32_MAX / 2)
			return false;
		cap *= 2;
	}
	void *old;
	memcpy(&old, array, sizeof old);
	size_t bytes;
	if (__builtin_mul_overflow((size_t)cap, item, &bytes))
		return false;
	void *grown = realloc(old, bytes);
	if (grown == NULL)
		return false;
	memcpy(array, &grown, sizeof grown);
	*capacity = cap;
	return true;
}
