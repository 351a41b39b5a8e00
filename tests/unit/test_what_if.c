/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figures of one interval at the edges that no form keeps out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>

#include "server/domain/what_if.h"

/* A hundred people for a hair under a hundred erlangs: waits of centuries, and lines for them. */
static void test_all_but_overloaded(void **state)
{
	(void)state;
	const struct what_if_query q = {
		.channel = 0, .volume = 999.9999999999, .interval_min = 30, .aht_s = 180,
		.patience_s = NAN, .within_s = 20, .target = 0.8, .max_abandoned_share = NAN,
		.max_occupancy = NAN, .concurrency = 1, .counters = 100,
	};
	struct arena *a = arena_new(0);
	struct err e = ERR_INIT;
	struct what_if out;
	if (!what_if(a, &q, &out, &e))
		fail_msg("%s", e.message);
	assert_int_equal(out.agents, 100);
	assert_false(out.met);
	assert_true(out.lines_load_erl < 1200);
	for (size_t i = 0; i < out.line_count; i++)
		assert_true((double)out.lines[i].lines > 0.9 * out.lines_load_erl);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_but_overloaded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
