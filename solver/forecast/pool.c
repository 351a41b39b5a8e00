/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Blocks in a list, cut into pieces from the front and freed together. A pool that is emptied
 * keeps its blocks: memory that was touched before is far cheaper than new.
 */
#include "fc.h"

#include <stdlib.h>
#include <string.h>

/* Sanitizers see what lies past a piece only when each has a block of its own. */
#ifdef __SANITIZE_ADDRESS__
enum { ALIGN = 64, FIRST_BLOCK = ALIGN, NEXT_BLOCK = ALIGN };
#else
enum { ALIGN = 64, FIRST_BLOCK = 32 * 1024, NEXT_BLOCK = 1024 * 1024 };
#endif

struct fc_block {
	struct fc_block *next;
	size_t size, used;
	_Alignas(ALIGN) unsigned char data[];
};

static struct fc_block *grow(struct fc_pool *pool, size_t bytes)
{
	size_t least = pool->head == NULL ? FIRST_BLOCK : NEXT_BLOCK;
	size_t size = bytes > least ? bytes : least;
	struct fc_block *b = aligned_alloc(ALIGN, sizeof *b + size);
	if (b == NULL)
		return NULL;
	*b = (struct fc_block){ .size = size };
	if (pool->last != NULL) {
		b->next = pool->last->next;
		pool->last->next = b;
	} else {
		pool->head = b;
	}
	pool->last = b;
	return b;
}

void *fc_alloc_unset(struct fc_pool *pool, size_t count, size_t size)
{
	if (count == 0)
		count = 1;
	if (size != 0 && count > (SIZE_MAX - sizeof(struct fc_block) - ALIGN) / size) {
		pool->failed = true;
		return NULL;
	}
	size_t bytes = (count * size + ALIGN - 1) / ALIGN * ALIGN;
	struct fc_block *b = pool->last;
	while (b != NULL && b->size - b->used < bytes) /* blocks past the last are empty */
		b = b->next;
	if (b != NULL)
		pool->last = b;
	else
		b = grow(pool, bytes);
	if (b == NULL) {
		pool->failed = true;
		return NULL;
	}
	unsigned char *piece = b->data + b->used;
	b->used += bytes;
	return piece;
}

void *fc_alloc(struct fc_pool *pool, size_t count, size_t size)
{
	void *piece = fc_alloc_unset(pool, count, size);
	return piece != NULL ? memset(piece, 0, count * size) : NULL;
}

struct fc_mark fc_pool_mark(const struct fc_pool *pool)
{
	return (struct fc_mark){ pool->last, pool->last != NULL ? pool->last->used : 0 };
}

void fc_pool_rewind(struct fc_pool *pool, const struct fc_mark *mark)
{
	struct fc_block *b = mark->last != NULL ? mark->last->next : pool->head;
	for (; b != NULL; b = b->next)
		b->used = 0;
	if (mark->last != NULL)
		mark->last->used = mark->used;
	pool->last = mark->last != NULL ? mark->last : pool->head;
}

void fc_pool_empty(struct fc_pool *pool)
{
	fc_pool_rewind(pool, &(struct fc_mark){ 0 });
	pool->failed = false;
}

void fc_pool_free(struct fc_pool *pool)
{
	while (pool->head != NULL) {
		struct fc_block *next = pool->head->next;
		free(pool->head);
		pool->head = next;
	}
	pool->last = NULL;
	pool->failed = false;
}
