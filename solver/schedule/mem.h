/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory of one solve: a pool whose pieces live until the pool is freed, and growable arrays.
 * Not shared between threads.
 */
#ifndef WFM_SCHEDULE_MEM_H
#define WFM_SCHEDULE_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pool_chunk;
struct pool {
	struct pool_chunk *chunks;
	size_t used, size; /* of the first chunk */
};

/* Zeroed room for n items; NULL: no memory. n = 0 gives a valid pointer. */
void *pool_alloc(struct pool *p, size_t n, size_t item);
void pool_free(struct pool *p);

/* Makes room for `need` items in *array (malloc'ed, doubling). False: no memory, array untouched.
 * array is the address of a pointer variable. */
bool mem_reserve(void *array, int32_t *capacity, int32_t need, size_t item);

#endif
