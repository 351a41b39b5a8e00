/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory that lives as long as one request or one job and is freed at once.
 *
 * The owner calls arena_new and arena_free; nothing taken from an arena is freed alone. All
 * allocation is zeroed and aligned for any type. Running out of memory (or past the cap) aborts:
 * a capped arena bounds what one request may take. Thread rule: one thread at a time.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena;

struct arena *arena_new(size_t cap_bytes); /* 0: no cap */
void arena_free(struct arena *a);          /* accepts NULL */

/* Bytes left under the cap; SIZE_MAX without one. Ask before taking what a client's input sizes. */
size_t arena_room(const struct arena *a);
void *arena_alloc(struct arena *a, size_t size);
void *arena_array(struct arena *a, size_t count, size_t size); /* checks the product */
/* Doubles *items when count == *cap; returns a pointer to the (zeroed) slot at count. */
void *arena_grow(struct arena *a, void **items, size_t *cap, size_t count, size_t size);
char *arena_strdup(struct arena *a, const char *s);            /* NULL stays NULL */
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
