/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The arena: alignment, zeroes, growth, and that its cap is a wall. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdbool.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "server/base/arena.h"

static void memory_is_zeroed_aligned_and_apart(void **state)
{
	(void)state;
	struct arena *a = arena_new(0);
	unsigned char *taken[600];
	for (size_t i = 0; i < 600; i++) {
		size_t size = i * i % 40000;
		taken[i] = arena_alloc(a, size);
		assert_int_equal((uintptr_t)taken[i] % alignof(max_align_t), 0);
		for (size_t k = 0; k < size; k++)
			assert_int_equal(taken[i][k], 0);
		memset(taken[i], (int)(i % 255) + 1, size);
	}
	for (size_t i = 0; i < 600; i++) {
		size_t size = i * i % 40000;
		for (size_t k = 0; k < size; k++)
			assert_int_equal(taken[i][k], i % 255 + 1);
	}
	arena_free(a);
	arena_free(NULL);
}

static void texts(void **state)
{
	(void)state;
	struct arena *a = arena_new(0);
	assert_null(arena_strdup(a, NULL));
	assert_string_equal(arena_strdup(a, "abc"), "abc");
	assert_string_equal(arena_strndup(a, "abc", 2), "ab");
	assert_string_equal(arena_strndup(a, "abc", 20), "abc");
	assert_string_equal(arena_printf(a, "%s-%05d", "x", 42), "x-00042");
	assert_int_equal(strlen(arena_printf(a, "%100000d", 1)), 100000);
	arena_free(a);
}

static void a_list_grows_and_keeps(void **state)
{
	(void)state;
	struct arena *a = arena_new(0);
	int64_t *items = NULL;
	size_t cap = 0, count = 0;
	for (; count < 10000; count++) {
		void *list = items;
		int64_t *slot = arena_grow(a, &list, &cap, count, sizeof *items);
		items = list;
		assert_int_equal(*slot, 0);
		*slot = (int64_t)count * 3;
	}
	for (size_t i = 0; i < count; i++)
		assert_int_equal(items[i], i * 3);
	arena_free(a);
}

/* Runs use(arena of 100 KiB) in a child; true when it was killed by abort. */
static bool aborts(void (*use)(struct arena *))
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct rlimit none = { 0, 0 };
		(void)setrlimit(RLIMIT_CORE, &none);
		(void)signal(SIGABRT, SIG_DFL);
		(void)close(STDERR_FILENO);
		struct arena *a = arena_new(100 << 10);
		use(a);
		arena_free(a);
		_exit(0);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true((WIFEXITED(status) && WEXITSTATUS(status) == 0) || WIFSIGNALED(status));
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void use_within(struct arena *a)
{
	for (int i = 0; i < 90; i++)
		(void)arena_alloc(a, 1000);
}

static void use_small(struct arena *a)
{
	for (int i = 0; i < 110; i++)
		(void)arena_alloc(a, 1000);
}

static void use_large(struct arena *a)
{
	(void)arena_alloc(a, 101 << 10);
}

static void use_overflow(struct arena *a)
{
	(void)arena_array(a, SIZE_MAX / 2, 3);
}

static void use_huge(struct arena *a)
{
	(void)arena_alloc(a, SIZE_MAX);
}

static void the_cap_is_a_wall(void **state)
{
	(void)state;
	assert_false(aborts(use_within));
	assert_true(aborts(use_small));
	assert_true(aborts(use_large));
	assert_true(aborts(use_overflow));
	assert_true(aborts(use_huge));
	struct arena *a = arena_new(100 << 10);
	assert_int_equal(arena_room(a), 100 << 10);
	(void)arena_alloc(a, 1);
	assert_true(arena_room(a) < 100 << 10);
	arena_free(a);
	a = arena_new(0);
	assert_true(arena_room(a) == SIZE_MAX);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_aligned_and_apart), cmocka_unit_test(texts),
		cmocka_unit_test(a_list_grows_and_keeps), cmocka_unit_test(the_cap_is_a_wall),
	};
	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
