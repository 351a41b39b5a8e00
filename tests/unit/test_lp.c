/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The linear programs' door: a program that does not end is started once more, then told in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "solver/lp.h"

enum { SIDE = 6 };

/* Who does which task: cost (i + 1) (j + 1), so that the best is sum of (i + 1) (SIDE - i). */
static struct lp *assignment(void)
{
	struct wfm_error e = { 0 };
	struct lp *lp = NULL;
	const double ones[2] = { 1, 1 };
	assert_int_equal(lp_new(&lp, &e), WFM_OK);
	for (int i = 0; i < 2 * SIDE; i++)
		assert_int_equal(lp_add_row(lp, 1, 1, NULL, &e), WFM_OK);
	for (int i = 0; i < SIDE; i++)
		for (int j = 0; j < SIDE; j++) {
			const int rows[2] = { i, SIDE + j };
			assert_int_equal(lp_add_col(lp, 0, HUGE_VAL, (i + 1) * (j + 1), 2, rows, ones, NULL, &e),
					 WFM_OK);
		}
	return lp;
}

static double best(void)
{
	double sum = 0;
	for (int i = 0; i < SIDE; i++)
		sum += (i + 1) * (SIDE - i);
	return sum;
}

static void test_one_stall_is_got_over(void **state)
{
	(void)state;
	for (int method = LP_PRIMAL; method <= LP_DUAL; method++) {
		struct wfm_error e = { 0 };
		struct lp *lp = assignment();
		lp_inject_stall(1);
		assert_int_equal(lp_solve(lp, (enum lp_method)method, 0, &e), WFM_OK);
		assert_float_equal(lp_objective(lp), best(), 1e-9);
		lp_free(lp);
	}
}

static void test_a_program_without_end_is_an_error_in_words(void **state)
{
	(void)state;
	struct wfm_error e = { 0 };
	struct lp *lp = assignment();
	lp_inject_stall(2);
	assert_int_equal(lp_solve(lp, LP_PRIMAL, 0, &e), WFM_INTERNAL);
	assert_non_null(strstr(e.message, "was not solved in 1 steps"));
	assert_int_equal(lp_solve(lp, LP_PRIMAL, 0, &e), WFM_OK); /* nothing is broken */
	assert_float_equal(lp_objective(lp), best(), 1e-9);
	lp_free(lp);
}

/* A limit the caller set is a limit, not a stall. */
static void test_a_limit_of_pivots_is_kept(void **state)
{
	(void)state;
	struct wfm_error e = { 0 };
	struct lp *lp = assignment();
	int before = lp_pivots(lp);
	assert_int_equal(lp_solve(lp, LP_PRIMAL, 2, &e), WFM_LIMIT);
	assert_int_equal(lp_pivots(lp) - before, 2);
	assert_int_equal(lp_solve(lp, LP_PRIMAL, 0, &e), WFM_OK);
	assert_float_equal(lp_objective(lp), best(), 1e-9);
	lp_free(lp);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_stall_is_got_over),
		cmocka_unit_test(test_a_program_without_end_is_an_error_in_words),
		cmocka_unit_test(test_a_limit_of_pivots_is_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
