/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The day-level filter: its cost against plain Gaussian algebra, its derivatives against differences. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "solver/forecast/dlm_filter.h"

enum { MONDAY = 18995, DAYS = 460 };

struct model {
	struct fc_pool pool;
	struct fc_grid grid;
	struct fc_day days[DAYS];
	struct fc_train train;
	double z[DAYS];
	struct dlm k;
	struct dlm_pass pass;
	double *adjoint;
	double param[DLM_PARAMS];
};

/* 400 and more days of six weekdays with closures, holes and a few wild values. */
static void build(struct model *t, int n, bool smooth)
{
	struct wfm_error e;
	memset(t, 0, sizeof *t);
	t->grid = (struct fc_grid){ .slots = 1, .n_days = DAYS, .n_history = n, .days = t->days };
	t->train = (struct fc_train){ .grid = &t->grid, .pool = &t->pool, .n = n, .horizon = 0 };
	for (int w = 0; w < 6; w++)
		t->grid.open_slots[w] = 1.0;
	for (int d = 0; d < DAYS; d++) {
		bool closed = d % 23 == 11;
		int class = d % 30 < 8 ? d % 30 + 1 : d % 30 >= 26 ? d % 30 - 30 : 0;
		t->days[d] = (struct fc_day){ .date = MONDAY + d,
					      .weekday = (int8_t)(d % 7),
					      .open = !closed,
					      .month_day = (int8_t)(d % 31 + 1),
					      .open_of_month = (int8_t)class,
					      .after_closure = { d % 23 == 12, d % 23 == 13 },
					      .before_closure = d % 23 == 10 };
		t->z[d] = 5.0 + 0.3 * sin(0.02 * d) + 0.2 * sin(1.7 * d * d) + (d % 97 == 50);
		if (closed || d % 41 == 7)
			t->z[d] = NAN;
	}
	assert_int_equal(dlm_build(&t->train, t->z, NULL, smooth, &t->k, &e), WFM_OK);
	t->pass = (struct dlm_pass){ .k = &t->k, .m = t->k.m, .P = t->k.P };
	t->pass.Ph = fc_alloc(&t->pool, DLM_STATES, sizeof(double));
	t->pass.trace = fc_alloc(&t->pool, (size_t)n, sizeof *t->pass.trace);
	t->adjoint = fc_alloc(&t->pool, (DLM_STATES + 2) * DLM_STATES, sizeof(double));
	const double param[DLM_PARAMS] = { 0.3, 0.02, 0.4, 0.002, 0.8, 1.5, 0.6 };
	for (int j = 0; j < DLM_PARAMS; j++)
		t->param[j] = param[j] * (j == DLM_PHI ? 1.0 : t->k.scale);
}

static void check_gradient(int n, bool smooth)
{
	static struct model t;
	double gradient[DLM_PARAMS];
	build(&t, n, smooth);
	(void)dlm_filter(&t.pass, t.param);
	int capped = 0;
	for (int i = 0; i < t.k.n; i++)
		capped += t.pass.trace[i].capped;
	assert_true(capped > 0);
	dlm_gradient(&t.pass, t.param, t.adjoint, gradient);
	for (int j = 0; j < DLM_PARAMS; j++) {
		double x = t.param[j], h = 1e-5 * x;
		t.param[j] = x + h;
		double up = dlm_filter(&t.pass, t.param);
		t.param[j] = x - h;
		double down = dlm_filter(&t.pass, t.param);
		t.param[j] = x;
		double slope = (up - down) / (2.0 * h);
		assert_true(fabs(gradient[j] * x - slope * x) < 1e-5 * (1.0 + fabs(slope * x)));
	}
	fc_pool_free(&t.pool);
}

static void gradient_equals_differences(void **state)
{
	(void)state;
	check_gradient(150, true);
	check_gradient(DAYS, false); /* with annual terms */
}

/* The cost of two steps is −ln of the normal density of both, from the prior covariance. */
static void two_steps_are_bayes(void **state)
{
	(void)state;
	static struct model t;
	build(&t, 2, true);
	double cost = dlm_filter(&t.pass, t.param);
	/* Prior covariance of the two observations from the same design, without the filter. */
	double P[DLM_STATES * DLM_STATES], m[DLM_STATES], C[2][2];
	dlm_start(&t.k, t.param, m, P);
	for (int a = 0; a < 2; a++)
		for (int b = a; b < 2; b++) {
			const struct dlm_row *r = &t.k.row[a], *q = &t.k.row[b];
			C[a][b] = 0.0;
			for (int i = 0; i < r->n; i++)
				for (int j = 0; j < q->n; j++) {
					int u = r->at[i], v = q->at[j];
					double p = u < v ? P[u * DLM_STATES + v]
							 : P[v * DLM_STATES + u];
					if (u == 1 && v == 1 && a != b)
						p *= t.param[DLM_PHI];
					C[a][b] += (double)r->value[i] * (double)q->value[j] * p;
				}
		}
	double drift = t.param[DLM_Q_LEVEL] + t.param[DLM_Q_WEEK] * (1.0 - 1.0 / t.k.week_n);
	C[1][1] += drift;
	C[0][0] += dlm_observation_variance(&t.k, t.param, 0);
	C[1][1] += dlm_observation_variance(&t.k, t.param, 1);
	double d = C[0][0] * C[1][1] - C[0][1] * C[0][1], x = t.k.z[0], y = t.k.z[1];
	double q = (C[1][1] * x * x - 2.0 * C[0][1] * x * y + C[0][0] * y * y) / d;
	assert_true(fabs(cost - 0.5 * (log(d) + q)) < 1e-9 * (1.0 + fabs(cost)));
	fc_pool_free(&t.pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gradient_equals_differences),
		cmocka_unit_test(two_steps_are_bayes),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
