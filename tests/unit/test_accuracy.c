/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The test that flags a queue: how often it cries wolf, and how soon it sees one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>

#include "server/domain/forecast_accuracy.h"

enum { WEEKS = 26, RUNS = 4000 };

static void draw(gsl_rng *r, double sd, int from, double times, struct accuracy_week *w)
{
	for (int i = 0; i < WEEKS; i++) {
		double x = sd * gsl_ran_ugaussian(r);
		w[i] = (struct accuracy_week){ 7 * i, 0.06 * exp(x) * (i >= from ? times : 1), 0.06 };
	}
}

static double share_flagged(double sd, int from, double times, enum accuracy_horizon h)
{
	gsl_rng *r = gsl_rng_alloc(gsl_rng_mt19937);
	struct accuracy_week w[WEEKS];
	int flags = 0;

	for (int i = 0; i < RUNS; i++) {
		draw(r, sd, from, times, w);
		flags += accuracy_judge(w, WEEKS, h).flag;
	}
	gsl_rng_free(r);
	return (double)flags / RUNS;
}

static void test_no_change_is_hardly_ever_flagged(void **state)
{
	(void)state;
	/* At any one time: flagged weeks a run to a false alarm, some 3 in 930. */
	for (double sd = 0.1; sd < 0.45; sd += 0.1) {
		assert_true(share_flagged(sd, WEEKS, 1, AHEAD_1) < 0.012);
		assert_true(share_flagged(sd, WEEKS, 1, AHEAD_3_4) < 0.02);
	}
}

static void test_double_error_is_seen_within_five_weeks(void **state)
{
	(void)state;
	for (double sd = 0.1; sd < 0.35; sd += 0.1) {
		assert_true(share_flagged(sd, WEEKS - 5, 2, AHEAD_1) > 0.9);
		assert_true(share_flagged(sd, WEEKS - 3, 2.7, AHEAD_2) > 0.8);
	}
	assert_true(share_flagged(0.2, WEEKS - 4, 2.7, AHEAD_5_UP) > 0.9);
}

static void fill(struct accuracy_week *w, int n, double wape)
{
	for (int i = 0; i < n; i++)
		w[i] = (struct accuracy_week){ 7 * i, wape * (i % 2 ? 1.05 : 0.95), 0.06 };
}

static void test_one_week_alone_is_no_breakdown(void **state)
{
	struct accuracy_week w[WEEKS];
	(void)state;
	fill(w, WEEKS, 0.06);
	w[WEEKS - 1].wape = 6;
	assert_false(accuracy_judge(w, WEEKS, AHEAD_1).flag);
	w[WEEKS - 2].wape = w[WEEKS - 3].wape = 0.3;
	struct accuracy_verdict v = accuracy_judge(w, WEEKS, AHEAD_1);
	assert_true(v.flag);
	assert_true(v.since >= 7 * (WEEKS - 4) && v.since <= 7 * (WEEKS - 3));
	assert_true(v.wape > 0.3 && fabs(v.promised - 0.06) < 1e-9);
}

static void test_recovery_clears_the_flag(void **state)
{
	struct accuracy_week w[WEEKS];
	(void)state;
	fill(w, WEEKS, 0.06);
	for (int i = 8; i < 14; i++)
		w[i].wape = 0.3;
	assert_true(accuracy_judge(w, 14, AHEAD_1).flag);
	assert_false(accuracy_judge(w, 19, AHEAD_1).flag);
	/* A new backtest that owns up to the error is as good as a recovery. */
	for (int i = 14; i < 19; i++)
		w[i].wape = w[i].promised = 0.3;
	assert_false(accuracy_judge(w, 19, AHEAD_1).flag);
}

static void test_too_little_says_nothing(void **state)
{
	struct accuracy_week w[WEEKS] = { 0 };
	(void)state;
	assert_false(accuracy_judge(w, 0, AHEAD_1).flag);
	fill(w, WEEKS, 0.9);
	assert_false(accuracy_judge(w, 9, AHEAD_3_4).flag);
	assert_false(accuracy_judge(w, WEEKS, AHEAD_3_4).flag); /* always so: its own usual */
	assert_true(accuracy_judge(w, WEEKS, AHEAD_1).flag);
	for (int i = 0; i < WEEKS; i++)
		w[i].promised = NAN;
	assert_false(accuracy_judge(w, WEEKS, AHEAD_1).flag);
	fill(w, WEEKS, 0);
	assert_false(accuracy_judge(w, WEEKS, AHEAD_1).flag);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_change_is_hardly_ever_flagged),
		cmocka_unit_test(test_double_error_is_seen_within_five_weeks),
		cmocka_unit_test(test_one_week_alone_is_no_breakdown),
		cmocka_unit_test(test_recovery_clears_the_flag),
		cmocka_unit_test(test_too_little_says_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
