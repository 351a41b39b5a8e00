/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Joint scenarios: whole counts, the forecast's own quantiles at every level, queues together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "solver/num/draw.h"
#include "wfm/hierarchy.h"

enum { MONDAY = 18995, HISTORY = 182, DRAWN = 4000 };

struct made {
	struct wfm_observation *rows;
	struct wfm_forecast f;
};

/* Half hours 08:00-20:00 with days that vary 8 %, forecast for `days` days. */
static struct made make(double per_day, int32_t days, uint64_t seed)
{
	struct made m = { 0 };
	struct draw d;
	draw_seed(&d, seed);
	m.rows = calloc(HISTORY * 24, sizeof *m.rows);
	assert_non_null(m.rows);
	static const double week[7] = { 1.3, 1.1, 1.0, 1.0, 0.9, 0.5, 0.3 };
	size_t n = 0;
	double ar = 0.0;
	for (int h = 0; h < HISTORY; h++) {
		ar = 0.7 * ar + 0.06 * draw_normal(&d);
		for (int s = 16; s < 40; s++) {
			double rate = per_day / 24 * week[h % 7] * exp(ar) *
				      (1.0 + 0.8 * sin((s - 16) * 0.26));
			m.rows[n++] = (struct wfm_observation){ MONDAY + h, (int16_t)s,
								draw_poisson(&d, rate), NAN, NAN };
		}
	}
	struct wfm_series series = { .interval_min = 30, .observations = m.rows, .n_observations = n };
	struct wfm_forecast_options o = { .days = days };
	struct wfm_error e;
	assert_int_equal(wfm_forecast_run(&series, &o, &m.f, &e), WFM_OK);
	assert_non_null(m.f.joint);
	return m;
}

static void drop(struct made *m)
{
	wfm_forecast_free(&m->f);
	free(m->rows);
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void test_draws(void **state)
{
	(void)state;
	struct draw d;
	draw_seed(&d, 7);
	double sum = 0.0, squares = 0.0;
	for (int i = 0; i < 200000; i++) {
		double x = draw_normal(&d);
		sum += x;
		squares += x * x;
	}
	assert_true(fabs(sum / 200000) < 0.01 && fabs(squares / 200000 - 1.0) < 0.02);
	static const double means[] = { 0.3, 4.0, 11.9, 12.1, 80.0, 5000.0 };
	for (size_t k = 0; k < sizeof means / sizeof means[0]; k++) {
		double s = 0.0, q = 0.0, third = 0.0, m = means[k];
		for (int i = 0; i < 100000; i++) {
			double y = draw_poisson(&d, m);
			assert_true(y >= 0.0 && y == floor(y));
			s += y;
			q += (y - m) * (y - m);
			third += (y - m) * (y - m) * (y - m);
		}
		assert_true(fabs(s / 100000 - m) < 4.0 * sqrt(m / 100000));
		assert_true(fabs(q / 100000 / m - 1.0) < 0.04);
		/* Skewness of Poisson: 1/√mean. */
		assert_true(fabs(third / 100000 / pow(m, 1.5) - 1.0 / sqrt(m)) < 0.06);
	}
}

/* Share of counts at or below the published quantile is at least its level, and not far more. */
static void test_slot_marginals(void **state)
{
	(void)state;
	struct made m = make(900.0, 8, 1);
	const struct wfm_joint *j = m.f.joint;
	size_t cells = (size_t)j->days * (size_t)j->slots;
	double *v = calloc(DRAWN * cells, sizeof *v);
	struct wfm_error e;
	assert_non_null(v);
	assert_int_equal(wfm_scenarios_draw(j, 42, DRAWN, v, &e), WFM_OK);
	double worst_mean = 0.0, off = 0.0, most = 0.0, n = 0.0;
	for (size_t i = 0; i < m.f.n_slots; i++) {
		const struct wfm_forecast_slot *s = &m.f.slots[i];
		size_t c = (size_t)(s->day - j->first_day) * (size_t)j->slots + (size_t)s->slot;
		double sum = 0.0, below[WFM_QUANTILES] = { 0 };
		for (size_t k = 0; k < DRAWN; k++) {
			double y = v[k * cells + c];
			assert_true(y >= 0.0 && y == floor(y));
			assert_true(s->open || y == 0.0);
			sum += y;
			/* A whole count stands for the unit around it. */
			for (int q = 0; q < WFM_QUANTILES; q++)
				below[q] += fmin(fmax(s->quantile[q] - y + 0.5, 0.0), 1.0);
		}
		if (!s->open || s->mean < 10.0)
			continue;
		worst_mean = fmax(worst_mean, fabs(sum / DRAWN / s->mean - 1.0));
		for (int q = 0; q < WFM_QUANTILES; q++) {
			off += fabs(below[q] / DRAWN - wfm_quantile_levels[q]);
			n += 1.0;
			most = fmax(most, fabs(below[q] / DRAWN - wfm_quantile_levels[q]));
		}
	}
	print_message("slot quantiles are off by %.4f on average, %.4f at most\n", off / n, most);
	assert_true(n > 500.0 && off / n < 0.012 && most < 0.04);
	assert_true(worst_mean < 0.03);
	free(v);
	drop(&m);
}

static void test_same_seed_same_numbers(void **state)
{
	(void)state;
	struct made m = make(300.0, 7, 2);
	size_t cells = (size_t)m.f.joint->days * (size_t)m.f.joint->slots;
	double *a = calloc(20 * cells, sizeof *a), *b = calloc(20 * cells, sizeof *b);
	struct wfm_error e;
	assert_true(a != NULL && b != NULL);
	assert_int_equal(wfm_scenarios_draw(m.f.joint, 5, 20, a, &e), WFM_OK);
	assert_int_equal(wfm_scenarios_draw(m.f.joint, 5, 10, b, &e), WFM_OK);
	assert_memory_equal(a, b, 10 * cells * sizeof *a);
	assert_int_equal(wfm_scenarios_draw(m.f.joint, 6, 10, b, &e), WFM_OK);
	assert_memory_not_equal(a, b, 10 * cells * sizeof *a);
	free(a);
	free(b);
	drop(&m);
}

/* Day totals of the scenarios have the published day quantiles; fast sums agree with slots. */
static void test_day_and_week_totals(void **state)
{
	(void)state;
	struct made m = make(2000.0, 14, 3);
	const struct wfm_joint *j = m.f.joint;
	size_t cells = (size_t)j->days * (size_t)j->slots;
	double *v = calloc(DRAWN * cells, sizeof *v), *week = calloc(DRAWN, sizeof *week);
	double *day = calloc(DRAWN, sizeof *day);
	struct wfm_error e;
	assert_true(v != NULL && week != NULL && day != NULL);
	assert_int_equal(wfm_scenarios_draw(j, 9, DRAWN, v, &e), WFM_OK);
	for (size_t h = 0; h < 14; h++) {
		for (size_t k = 0; k < DRAWN; k++) {
			day[k] = 0.0;
			for (size_t s = 0; s < (size_t)j->slots; s++)
				day[k] += v[k * cells + h * (size_t)j->slots + s];
			week[k] += h < 7 ? day[k] : 0.0;
		}
		qsort(day, DRAWN, sizeof *day, ascending);
		const double *q = m.f.days[h].quantile;
		for (int i = 1; i < 6; i++) {
			double own = day[(size_t)(wfm_quantile_levels[i] * DRAWN)];
			assert_true(fabs(own - q[i]) < 0.15 * (q[5] - q[1]));
		}
	}
	qsort(week, DRAWN, sizeof *week, ascending);
	int32_t of[14];
	for (int h = 0; h < 14; h++)
		of[h] = h / 7;
	const struct wfm_joint *joints[1] = { j };
	struct wfm_sums sums = { .joints = joints, .n_joints = 1, .sum_of_day = of, .n_sums = 2,
				 .seed = 3, .scenarios = DRAWN };
	struct wfm_total t[2];
	assert_int_equal(wfm_scenarios_total(&sums, t, &e), WFM_OK);
	double width = t[0].quantile[5] - t[0].quantile[1], sum = 0.0, days = 0.0;
	assert_true(fabs(week[DRAWN / 10] - t[0].quantile[1]) < 0.1 * width);
	assert_true(fabs(week[DRAWN * 9 / 10] - t[0].quantile[5]) < 0.1 * width);
	for (int h = 0; h < 7; h++) {
		sum += m.f.days[h].mean;
		double w = m.f.days[h].quantile[5] - m.f.days[h].quantile[1];
		days += w * w;
	}
	assert_true(fabs(sum - t[0].mean) < 1e-6 * sum);
	/* Days that move together: a week is wider than independent days would make it. */
	assert_true(width > 1.15 * sqrt(days));
	free(v);
	free(week);
	free(day);
	drop(&m);
}

static void test_queues_with_common_shocks(void **state)
{
	(void)state;
	struct made a = make(2000.0, 7, 4), b = make(1500.0, 7, 5);
	const struct wfm_joint *joints[2] = { a.f.joint, b.f.joint };
	static const double together[4] = { 1.0, 0.9, 0.9, 1.0 };
	struct wfm_sums sums = { .joints = joints, .n_joints = 2, .n_sums = 7, .scenarios = DRAWN };
	struct wfm_total apart[7], close[7];
	struct wfm_error e;
	assert_int_equal(wfm_scenarios_total(&sums, apart, &e), WFM_OK);
	sums.correlation = together;
	assert_int_equal(wfm_scenarios_total(&sums, close, &e), WFM_OK);
	for (int h = 0; h < 7; h++) {
		double ratio = (close[h].quantile[5] - close[h].quantile[1]) /
			       (apart[h].quantile[5] - apart[h].quantile[1]);
		assert_true(ratio > 1.15 && ratio < 1.45);
		assert_true(close[h].mean == apart[h].mean);
	}
	drop(&a);
	drop(&b);
}

/* Logs of day totals of a queue drawn with another: DRAWN × 7. */
static double *drawn_days(const struct wfm_queues *queues, size_t which)
{
	const struct wfm_joint *j = queues->joints[which];
	size_t slots = (size_t)j->slots;
	double *v = calloc(DRAWN * 7 * slots, sizeof *v), *day = calloc(DRAWN * 7, sizeof *day);
	struct wfm_error e;
	assert_true(v != NULL && day != NULL && j->days == 7);
	assert_int_equal(wfm_scenarios_draw_queue(queues, which, 11, DRAWN, v, &e), WFM_OK);
	for (size_t i = 0; i < DRAWN * 7; i++) {
		for (size_t s = 0; s < slots; s++)
			day[i] += v[i * slots + s];
		day[i] = log(day[i]);
	}
	free(v);
	return day;
}

struct moments {
	double mean_a, mean_b, sd_a, sd_b, correlation;
};
static struct moments moments_of(const double *a, const double *b, size_t day)
{
	double sa = 0, sb = 0, aa = 0, bb = 0, ab = 0, n = DRAWN;
	for (size_t i = day; i < DRAWN * 7; i += 7) {
		sa += a[i];
		sb += b[i];
		aa += a[i] * a[i];
		bb += b[i] * b[i];
		ab += a[i] * b[i];
	}
	double va = aa / n - sa / n * sa / n, vb = bb / n - sb / n * sb / n;
	return (struct moments){ sa / n, sb / n, sqrt(va), sqrt(vb),
				 (ab / n - sa / n * sb / n) / sqrt(va * vb) };
}

/* Volumes so large that the noise of counts is nothing beside the day factors. */
static void test_queues_drawn_together(void **state)
{
	(void)state;
	struct made a = make(2e6, 7, 4), b = make(3e6, 7, 5);
	const struct wfm_joint *joints[2] = { a.f.joint, b.f.joint };
	double *alone[2], *drawn[2];
	for (int k = 0; k < 3; k++) {
		double asked = 0.4 * k - 0.1; /* -0.1, 0.3, 0.7 */
		double matrix[4] = { 1.0, asked, asked, 1.0 };
		const struct wfm_queues both = { joints, 2, matrix };
		static const double one = 1.0;
		for (size_t q = 0; q < 2; q++) {
			drawn[q] = drawn_days(&both, q);
			alone[q] = drawn_days(&(struct wfm_queues){ joints + q, 1, &one }, 0);
		}
		for (size_t h = 0; h < 7; h++) {
			struct moments m = moments_of(drawn[0], drawn[1], h);
			struct moments own = moments_of(alone[0], alone[1], h);
			assert_true(fabs(m.correlation - asked) < 0.08);
			assert_true(fabs(m.sd_a / own.sd_a - 1) < 0.06);
			assert_true(fabs(m.sd_b / own.sd_b - 1) < 0.06);
			assert_true(fabs(m.mean_a - own.mean_a) < 0.1 * own.sd_a);
			assert_true(fabs(m.mean_b - own.mean_b) < 0.1 * own.sd_b);
		}
		for (size_t q = 0; q < 2; q++) {
			free(drawn[q]);
			free(alone[q]);
		}
	}
	struct wfm_error e;
	const double matrix[4] = { 1, 0, 0, 1 };
	const struct wfm_queues both = { joints, 2, matrix };
	assert_int_equal(wfm_scenarios_draw_queue(&both, 2, 1, 0, NULL, &e), WFM_INVALID);
	b.f.joint->first_day++;
	assert_int_equal(wfm_scenarios_draw_queue(&both, 0, 1, 0, NULL, &e), WFM_INVALID);
	assert_string_equal(e.path, "/joints");
	b.f.joint->first_day--;
	drop(&a);
	drop(&b);
}

static void test_flat_and_checked(void **state)
{
	(void)state;
	struct made m = make(400.0, 20, 6);
	const struct wfm_joint *j = m.f.joint;
	size_t counts[5];
	wfm_joint_counts(j, counts);
	/* Stored as plain numbers and given back, it draws the same. */
	struct wfm_joint *copy = wfm_joint_alloc(j);
	assert_non_null(copy);
	memcpy(copy->mean, j->mean, counts[0] * sizeof(double));
	memcpy(copy->variance, j->variance, counts[1] * sizeof(double));
	memcpy(copy->day_load, j->day_load, counts[2] * sizeof(double));
	memcpy(copy->day_own, j->day_own, counts[3] * sizeof(double));
	memcpy(copy->shape, j->shape, counts[4] * sizeof(double));
	struct wfm_error e;
	assert_int_equal(wfm_joint_check(copy, &e), WFM_OK);
	double *v = calloc(2 * counts[0], sizeof *v);
	assert_non_null(v);
	assert_int_equal(wfm_scenarios_draw(j, 1, 1, v, &e), WFM_OK);
	assert_int_equal(wfm_scenarios_draw(copy, 1, 1, v + counts[0], &e), WFM_OK);
	assert_memory_equal(v, v + counts[0], counts[0] * sizeof *v);
	double before = 0.0, after = 0.0;
	for (size_t s = 0; s < 48; s++)
		before += copy->mean[48 + s];
	wfm_joint_scale(copy, copy->first_day + 1, 1.5);
	wfm_joint_scale(copy, copy->first_day + 99, 0.0); /* outside: nothing */
	for (size_t s = 0; s < 48; s++)
		after += copy->mean[48 + s];
	assert_true(fabs(after - 1.5 * before) < 1e-9 * after);
	assert_int_equal(wfm_joint_check(copy, &e), WFM_OK);
	copy->mean[3] = NAN;
	assert_int_equal(wfm_joint_check(copy, &e), WFM_INVALID);
	assert_string_equal(e.path, "/mean/3");
	wfm_joint_free(copy);
	wfm_joint_free(NULL);
	free(v);
	drop(&m);
}

/* A day moved to another mean takes everything along, and no other day. */
static void test_moved_day(void **state)
{
	(void)state;
	struct made m = make(800.0, 7, 9);
	struct wfm_forecast *f = &m.f;
	double before = f->days[2].mean, slot = f->slots[48 * 2 + 20].mean;
	double high = f->slots[48 * 2 + 20].quantile[5], other = f->days[3].mean;
	double day_high = f->days[2].quantile[5], joint = 0.0, sum = 0.0;
	wfm_forecast_move_day(f, 2, 1.2 * before);
	for (int s = 0; s < 48; s++) {
		sum += f->slots[48 * 2 + s].mean;
		joint += f->joint->mean[48 * 2 + s];
	}
	assert_true(fabs(sum - 1.2 * before) < 1e-6 * sum && fabs(joint - sum) < 1e-6 * sum);
	assert_true(fabs(f->slots[48 * 2 + 20].mean - 1.2 * slot) < 1e-9 * slot);
	assert_true(fabs(f->slots[48 * 2 + 20].quantile[5] - 1.2 * high) < 1e-9 * high);
	assert_true(fabs(f->days[2].quantile[5] - 1.2 * day_high) < 1e-9 * day_high);
	assert_true(f->days[3].mean == other);
	wfm_forecast_move_day(f, 2, 0.0);
	assert_true(f->days[2].mean == 0.0 && f->slots[48 * 2 + 20].quantile[6] == 0.0);
	wfm_forecast_move_day(f, 2, 5.0); /* of nothing nothing can be made */
	assert_true(f->days[2].mean == 0.0);
	drop(&m);
}

static void test_speed(void **state)
{
	(void)state;
	struct made m = make(2000.0, 7, 8);
	double *v = calloc(1000 * 336, sizeof *v);
	struct wfm_error e;
	struct timespec a, b;
	assert_non_null(v);
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	assert_int_equal(wfm_scenarios_draw(m.f.joint, 1, 1000, v, &e), WFM_OK);
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	print_message("1,000 scenarios of a week of half hours: %.1f ms\n",
		      1e3 * (double)(b.tv_sec - a.tv_sec) + 1e-6 * (double)(b.tv_nsec - a.tv_nsec));
	free(v);
	drop(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_draws),
		cmocka_unit_test(test_slot_marginals),
		cmocka_unit_test(test_same_seed_same_numbers),
		cmocka_unit_test(test_day_and_week_totals),
		cmocka_unit_test(test_queues_with_common_shocks),
		cmocka_unit_test(test_queues_drawn_together),
		cmocka_unit_test(test_flat_and_checked),
		cmocka_unit_test(test_moved_day),
		cmocka_unit_test(test_speed),
	};
	return cmocka_run_group_tests_name("scenarios", tests, NULL, NULL);
}
