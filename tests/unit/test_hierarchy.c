/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reconciliation: sums that add up, nothing done where nothing is to be done, and less error. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solver/num/draw.h"
#include "wfm/hierarchy.h"

/* Network, two regions, two sites in each, three queues in each: 1 + 2 + 4 + 12 nodes. */
enum { NODES = 19, LEAF = 7, ROWS = 60, AHEAD = 8 };
static const int32_t parents[NODES] = { -1, 0, 0, 1, 1, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6 };
static const struct wfm_hierarchy tree = { parents, NODES };

static void sum_up(double *y)
{
	for (int i = 0; i < LEAF; i++)
		y[i] = 0.0;
	for (int i = NODES; i-- > 1;)
		y[parents[i]] += y[i];
}

static void assert_coherent(const double *y)
{
	double sum[NODES];
	memcpy(sum, y, sizeof sum);
	sum_up(sum);
	for (int i = 0; i < NODES; i++) {
		assert_true(isfinite(y[i]) && y[i] >= 0.0);
		assert_true(fabs(sum[i] - y[i]) <= 1e-9 * (1.0 + y[i]));
	}
}

/*
 * One moment: truth that adds up, and base forecasts with an error common to all, one of each
 * node, small where the node is large (it sees the common signal better).
 */
static void draw_moment(struct draw *d, double *truth, double *base)
{
	double common = 0.06 * draw_normal(d);
	for (int i = LEAF; i < NODES; i++)
		truth[i] = (50.0 + 20.0 * i) * exp(0.1 * draw_normal(d));
	sum_up(truth);
	for (int i = 0; i < NODES; i++) {
		double own = i == 0 ? 0.02 : i < 3 ? 0.03 : i < LEAF ? 0.05 : 0.15;
		base[i] = truth[i] * exp(common + own * draw_normal(d));
	}
}

static void draw_errors(struct draw *d, double *error)
{
	double truth[NODES], base[NODES];
	for (int k = 0; k < ROWS; k++) {
		draw_moment(d, truth, base);
		for (int i = 0; i < NODES; i++)
			error[k * NODES + i] = truth[i] - base[i];
	}
}

static void test_beats_base_and_bottom_up(void **state)
{
	(void)state;
	struct draw d;
	double error[ROWS * NODES], truth[AHEAD * NODES], base[AHEAD * NODES], out[AHEAD * NODES];
	double of_base = 0.0, of_bottom = 0.0, of_mint = 0.0;
	draw_seed(&d, 11);
	for (int round = 0; round < 40; round++) {
		double shrinkage = NAN;
		struct wfm_error e;
		draw_errors(&d, error);
		for (int h = 0; h < AHEAD; h++)
			draw_moment(&d, truth + h * NODES, base + h * NODES);
		struct wfm_hierarchy_errors errors = { error, ROWS };
		assert_int_equal(wfm_hierarchy_reconcile(&tree, &errors, base, AHEAD, out,
							 &shrinkage, &e),
				 WFM_OK);
		assert_true(shrinkage > 0.0 && shrinkage < 1.0);
		for (int h = 0; h < AHEAD; h++) {
			double bottom[NODES];
			memcpy(bottom, base + h * NODES, sizeof bottom);
			sum_up(bottom);
			assert_coherent(out + h * NODES);
			for (int i = 0; i < NODES; i++) {
				double y = truth[h * NODES + i];
				of_base += fabs(base[h * NODES + i] - y);
				of_bottom += fabs(bottom[i] - y);
				of_mint += fabs(out[h * NODES + i] - y);
			}
		}
	}
	print_message("error: reconciled 1, base %.3f, bottom up %.3f\n", of_base / of_mint,
		      of_bottom / of_mint);
	assert_true(of_mint < 0.97 * of_base && of_mint < 0.97 * of_bottom);
}

static void test_coherent_stays(void **state)
{
	(void)state;
	struct draw d;
	double error[ROWS * NODES], y[NODES], out[NODES];
	struct wfm_error e;
	draw_seed(&d, 12);
	draw_errors(&d, error);
	for (int i = LEAF; i < NODES; i++)
		y[i] = 10.0 * i;
	sum_up(y);
	for (size_t rows = 0; rows <= ROWS; rows += ROWS) {
		struct wfm_hierarchy_errors errors = { error, rows };
		assert_int_equal(wfm_hierarchy_reconcile(&tree, &errors, y, 1, out, NULL, &e), WFM_OK);
		for (int i = 0; i < NODES; i++)
			assert_true(fabs(out[i] - y[i]) < 1e-9 * y[i]);
	}
}

/* Without past errors: by structure, so one leaf too many moves half to the leaf, half up. */
static void test_structural(void **state)
{
	(void)state;
	static const int32_t two[3] = { -1, 0, 0 };
	const struct wfm_hierarchy small = { two, 3 };
	const struct wfm_hierarchy_errors none = { NULL, 0 };
	double base[3] = { 100.0, 60.0, 60.0 }, out[3];
	struct wfm_error e;
	assert_int_equal(wfm_hierarchy_reconcile(&small, &none, base, 1, out, NULL, &e), WFM_OK);
	/* W = diag(2, 1, 1), gap −20: the top gains 10, each leaf loses 5. */
	assert_true(fabs(out[0] - 110.0) < 1e-6);
	assert_true(fabs(out[1] - 55.0) < 1e-6 && fabs(out[2] - 55.0) < 1e-6);
}

static void test_shut_and_negative(void **state)
{
	(void)state;
	static const int32_t three[4] = { -1, 0, 0, 0 };
	const struct wfm_hierarchy small = { three, 4 };
	const struct wfm_hierarchy_errors none = { NULL, 0 };
	double base[4] = { 30.0, 0.0, 10.0, 10.0 }, out[4];
	struct wfm_error e;
	assert_int_equal(wfm_hierarchy_reconcile(&small, &none, base, 1, out, NULL, &e), WFM_OK);
	assert_true(out[1] == 0.0 && out[2] > 10.0 && fabs(out[2] - out[3]) < 1e-9);
	assert_true(fabs(out[0] - out[2] - out[3]) < 1e-9);
	/* Far less on top than below: the small leaf would go under nothing. */
	double far[4] = { 0.0, 1.0, 100.0, 100.0 };
	assert_int_equal(wfm_hierarchy_reconcile(&small, &none, far, 1, out, NULL, &e), WFM_OK);
	assert_true(out[1] == 0.0 && out[2] > 0.0);
	assert_true(fabs(out[0] - out[1] - out[2] - out[3]) < 1e-9);
	/* All nothing. */
	double zero[4] = { 0.0 };
	assert_int_equal(wfm_hierarchy_reconcile(&small, &none, zero, 1, out, NULL, &e), WFM_OK);
	for (int i = 0; i < 4; i++)
		assert_true(out[i] == 0.0);
}

/* Nodes in another order, same answer; a scale on everything scales the answer. */
static void test_scale_and_missing(void **state)
{
	(void)state;
	struct draw d;
	double error[ROWS * NODES], truth[NODES], base[NODES], out[NODES], scaled[NODES];
	struct wfm_error e;
	draw_seed(&d, 13);
	draw_errors(&d, error);
	draw_moment(&d, truth, base);
	struct wfm_hierarchy_errors errors = { error, ROWS };
	assert_int_equal(wfm_hierarchy_reconcile(&tree, &errors, base, 1, out, NULL, &e), WFM_OK);
	for (int i = 0; i < ROWS * NODES; i++)
		error[i] *= 1000.0;
	for (int i = 0; i < NODES; i++)
		base[i] *= 1000.0;
	assert_int_equal(wfm_hierarchy_reconcile(&tree, &errors, base, 1, scaled, NULL, &e), WFM_OK);
	for (int i = 0; i < NODES; i++)
		assert_true(fabs(scaled[i] - 1000.0 * out[i]) < 1e-6 * scaled[i]);
	for (int i = 0; i < ROWS * NODES; i += 7)
		error[i] = NAN;
	for (int k = 0; k < ROWS; k++)
		error[k * NODES + 9] = NAN; /* a queue without any backtest */
	assert_int_equal(wfm_hierarchy_reconcile(&tree, &errors, base, 1, out, NULL, &e), WFM_OK);
	assert_coherent(out);
}

/* Both children seem to err with their parent and against each other, for they do so on other days. */
static void test_impossible_correlations(void **state)
{
	(void)state;
	enum { DAYS = 90 };
	static const int32_t of[] = { -1, 0, 0 };
	static double error[DAYS * 3];
	struct draw d;
	draw_seed(&d, 7);
	for (int k = 0; k < DAYS; k++) {
		double x = draw_normal(&d), *e = &error[3 * k];
		e[0] = k < 60 ? x : NAN;
		e[1] = k >= 30 ? x : k < 30 && k % 2 == 0 ? x : NAN;
		e[2] = k < 30 ? x : k >= 60 ? -x : NAN;
	}
	const struct wfm_hierarchy family = { of, 3 };
	const struct wfm_hierarchy_errors errors = { error, DAYS };
	const double base[] = { 100, 30, 50 };
	double out[3], shrinkage;
	struct wfm_error e = { 0 };
	assert_int_equal(wfm_hierarchy_reconcile(&family, &errors, base, 1, out, &shrinkage, &e), WFM_OK);
	assert_true(fabs(out[0] - out[1] - out[2]) < 1e-9);
	assert_true(shrinkage > 0.0 && shrinkage < 1.0);
	/* All three vary alike: nobody is corrected by more than the gap of 20. */
	for (int i = 0; i < 3; i++)
		if (fabs(out[i] - base[i]) > 20.0)
			fail_msg("%d: %g, not near %g (shrinkage %g)", i, out[i], base[i], shrinkage);
}

static void test_refusals(void **state)
{
	(void)state;
	static const int32_t cycle[3] = { -1, 2, 1 };
	const struct wfm_hierarchy bad = { cycle, 3 };
	const struct wfm_hierarchy_errors none = { NULL, 0 };
	double base[NODES] = { 1.0, 1.0, 1.0 }, out[NODES];
	struct wfm_error e;
	assert_int_equal(wfm_hierarchy_reconcile(&bad, &none, base, 1, out, NULL, &e), WFM_INVALID);
	assert_string_equal(e.path, "/parent/1");
	base[4] = NAN;
	assert_int_equal(wfm_hierarchy_reconcile(&tree, &none, base, 1, out, NULL, &e), WFM_INVALID);
	assert_string_equal(e.path, "/base");
}

static void test_correlation(void **state)
{
	(void)state;
	enum { DAYS = 100, N = 3 };
	struct wfm_backtest_day days[N][DAYS];
	struct wfm_day_errors queues[N];
	struct draw d;
	struct wfm_error e;
	double r[N * N], own[N * N];
	draw_seed(&d, 14);
	for (int k = 0; k < DAYS; k++) {
		double common = draw_normal(&d);
		for (int q = 0; q < N; q++)
			days[q][k] = (struct wfm_backtest_day){
				.day = 100 + k, .observed = 10.0, .mean = 9.0,
				.z = 0.8 * common + 0.6 * draw_normal(&d)
			};
	}
	for (int q = 0; q < N; q++)
		queues[q] = (struct wfm_day_errors){ days[q], DAYS };
	assert_int_equal(wfm_day_correlation(queues, N, r, &e), WFM_OK);
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++)
			assert_true(i == j ? r[i * N + j] == 1.0
					   : r[i * N + j] > 0.4 && r[i * N + j] < 0.85);
	size_t count = 0;
	assert_int_equal(wfm_hierarchy_backtest(queues, N, NULL, 0, &count, &e), WFM_OK);
	assert_int_equal(count, DAYS);
	queues[1].n = DAYS - 5;
	double rows[DAYS * N];
	assert_int_equal(wfm_hierarchy_backtest(queues, N, rows, DAYS, &count, &e), WFM_OK);
	assert_int_equal(count, DAYS);
	assert_true(rows[0] == 1.0 && isnan(rows[(DAYS - 1) * N + 1]) && rows[DAYS * N - 1] == 1.0);
	for (int q = 0; q < N; q++)
		for (int k = 0; k < DAYS; k++)
			days[q][k].z = draw_normal(&d);
	assert_int_equal(wfm_day_correlation(queues, N, own, &e), WFM_OK);
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++)
			assert_true(i == j || fabs(own[i * N + j]) < 0.2);
	/* Nothing to tell by: independent. */
	queues[0].n = queues[1].n = queues[2].n = 0;
	assert_int_equal(wfm_day_correlation(queues, N, own, &e), WFM_OK);
	assert_true(own[1] == 0.0 && own[0] == 1.0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_beats_base_and_bottom_up),
		cmocka_unit_test(test_coherent_stays),
		cmocka_unit_test(test_structural),
		cmocka_unit_test(test_shut_and_negative),
		cmocka_unit_test(test_scale_and_missing),
		cmocka_unit_test(test_impossible_correlations),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_correlation),
	};
	return cmocka_run_group_tests_name("hierarchy", tests, NULL, NULL);
}
