/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocks in a list, freed together. */
#include "fc.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGN = 64 };

struct fc_block {
	struct fc_block *next;
	_Alignas(ALIGN) unsigned char data[];
};

void *fc_alloc(struct fc_pool *pool, size_t count, size_t size)
{
	if (count == 0)
		count = 1;
	if (size != 0 && count > (SIZE_MAX - sizeof(struct fc_block) - ALIGN) / size) {
		pool->failed = true;
		return NULL;
	}
	size_t bytes = (count * size + ALIGN - 1) / ALIGN * ALIGN;
	struct fc_block *b = aligned_alloc(ALIGN, sizeof *b + bytes);
	if (b == NULL) {
		pool->failed = true;
		return NULL;
	}
	memset(b->data, 0, bytes);
	b->next = pool->head;
	pool->head = b;
	return b->data;
}

void fc_pool_free(struct fc_pool *pool)
{
	while (pool->head != NULL) {
		struct fc_block *next = pool->head->next;
		free(pool->head);
		pool->head = next;
	}
	pool->failed = false;
}
