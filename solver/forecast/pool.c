/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocks in a list, freed together. */
#include "fc.h"

#include <stdlib.h>

struct fc_block {
	struct fc_block *next;
	max_align_t data[];
};

void *fc_alloc(struct fc_pool *pool, size_t count, size_t size)
{
	if (count == 0)
		count = 1;
	if (size != 0 && count > (SIZE_MAX - sizeof(struct fc_block)) / size) {
		pool->failed = true;
		return NULL;
	}
	struct fc_block *b = calloc(1, sizeof *b + count * size);
	if (b == NULL) {
		pool->failed = true;
		return NULL;
	}
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
