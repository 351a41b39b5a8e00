/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Series drawn from a known model are covered at the stated rate: slots, days, weeks, and two
 * queues with common shocks together. Limits are three standard errors and more around 80 %,
 * reckoned with as many independent ones as there are weeks or series, not slots.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solver/num/draw.h"
#include "wfm/scenarios.h"

enum { MONDAY = 18995, HISTORY = 364, AHEAD = 14, SLOTS = 24, OPEN = 8, SHUT = 20, PAIRS = 36 };

struct queue {
	struct wfm_observation *rows;
	size_t n;
	double truth[AHEAD][SLOTS];
	struct wfm_forecast f;
};

struct world {
	struct draw d;
	double level[3], day[3]; /* two queues' own, and what they share */
};

static double step(struct world *w, int i)
{
	w->level[i] += 0.004 * draw_normal(&w->d);
	w->day[i] = 0.6 * w->day[i] + 0.03 * draw_normal(&w->d);
	return w->level[i] + w->day[i];
}

/* Both queues' counts of one day, as large as per_day says on an ordinary weekday. */
static void draw_day(struct world *w, int day, const double *per_day, struct queue *q)
{
	static const double week[7] = { 1.25, 1.1, 1.0, 1.0, 0.95, 0.5, 0.3 };
	double shared = step(w, 2);
	for (int i = 0; i < 2; i++) {
		double f = exp(step(w, i) + shared) * week[day % 7] * per_day[i] / (SHUT - OPEN);
		for (int s = OPEN; s < SHUT; s++) {
			double rate = f * (1.0 + 0.5 * sin((s - OPEN) * 0.5 + i));
			rate *= exp(0.04 * draw_normal(&w->d));
			double y = draw_poisson(&w->d, rate);
			if (day >= HISTORY)
				q[i].truth[day - HISTORY][s] = y;
			else
				q[i].rows[q[i].n++] = (struct wfm_observation){
					MONDAY + day, (int16_t)s, y, NAN, NAN
				};
		}
	}
}

static void draw_pair(uint64_t seed, struct queue *q)
{
	static const double sizes[3][2] = { { 2000, 1500 }, { 300, 600 }, { 60, 5000 } };
	struct world w = { 0 };
	draw_seed(&w.d, seed);
	memset(q, 0, 2 * sizeof *q);
	for (int i = 0; i < 2; i++) {
		q[i].rows = calloc((size_t)HISTORY * SLOTS, sizeof *q[i].rows);
		assert_non_null(q[i].rows);
	}
	for (int day = 0; day < HISTORY + AHEAD; day++)
		draw_day(&w, day, sizes[seed % 3], q);
	for (int i = 0; i < 2; i++) {
		struct wfm_series s = { .interval_min = 60, .observations = q[i].rows,
					.n_observations = q[i].n };
		struct wfm_forecast_options o = { .days = AHEAD };
		struct wfm_error e;
		assert_int_equal(wfm_forecast_run(&s, &o, &q[i].f, &e), WFM_OK);
	}
}

struct tally {
	double n, inside;
};

static void count(struct tally *t, const double *quantile, double y)
{
	t->n += 1.0;
	t->inside += y >= quantile[1] && y <= quantile[5];
}

static void totals(const struct wfm_joint *const *joints, size_t n, const double *correlation,
		   struct wfm_total *days, struct wfm_total *weeks)
{
	int32_t of[AHEAD];
	struct wfm_error e;
	for (int h = 0; h < AHEAD; h++)
		of[h] = h / 7;
	struct wfm_sums s = { .joints = joints, .n_joints = n, .correlation = correlation,
			      .n_sums = AHEAD };
	assert_int_equal(wfm_scenarios_total(&s, days, &e), WFM_OK);
	s.sum_of_day = of;
	s.n_sums = 2;
	assert_int_equal(wfm_scenarios_total(&s, weeks, &e), WFM_OK);
}

struct levels {
	struct tally slot, day, week, both_day, both_week;
};

static void score_queue(const struct queue *q, struct levels *l, double day[AHEAD], double week[2])
{
	const struct wfm_joint *joints[1] = { q->f.joint };
	struct wfm_total days[AHEAD], weeks[2];
	double own[2] = { 0.0 };
	totals(joints, 1, NULL, days, weeks);
	for (size_t i = 0; i < q->f.n_slots; i++) {
		const struct wfm_forecast_slot *s = &q->f.slots[i];
		if (s->open && s->mean > 8.0) /* below, a count's own steps decide */
			count(&l->slot, s->quantile, q->truth[s->day - MONDAY - HISTORY][s->slot]);
	}
	for (int h = 0; h < AHEAD; h++) {
		double sum = 0.0;
		for (int s = 0; s < SLOTS; s++)
			sum += q->truth[h][s];
		count(&l->day, days[h].quantile, sum);
		day[h] += sum;
		own[h / 7] += sum;
		week[h / 7] += sum;
	}
	count(&l->week, weeks[0].quantile, own[0]);
	count(&l->week, weeks[1].quantile, own[1]);
}

static void score_pair(const struct queue *q, struct levels *l)
{
	const struct wfm_joint *joints[2] = { q[0].f.joint, q[1].f.joint };
	struct wfm_day_errors errors[2] = { { q[0].f.backtest, q[0].f.n_backtest },
					    { q[1].f.backtest, q[1].f.n_backtest } };
	struct wfm_total days[AHEAD], weeks[2];
	double day[AHEAD] = { 0.0 }, week[2] = { 0.0 }, correlation[4];
	struct wfm_error e;
	score_queue(&q[0], l, day, week);
	score_queue(&q[1], l, day, week);
	assert_int_equal(wfm_day_correlation(errors, 2, correlation, &e), WFM_OK);
	assert_true(fabs(correlation[1]) < 1.0);
	totals(joints, 2, correlation, days, weeks);
	for (int h = 0; h < AHEAD; h++)
		count(&l->both_day, days[h].quantile, day[h]);
	for (int w = 0; w < 2; w++)
		count(&l->both_week, weeks[w].quantile, week[w]);
}

static void assert_share(const char *what, const struct tally *t, double low, double high)
{
	double share = t->inside / t->n;
	print_message("80 %% intervals held %.1f %% of %s (%.0f)\n", 100.0 * share, what, t->n);
	assert_true(share >= low && share <= high);
}

static void test_covered(void **state)
{
	(void)state;
	struct levels l = { 0 };
	for (uint64_t seed = 0; seed < PAIRS; seed++) {
		struct queue q[2];
		draw_pair(seed, q);
		score_pair(q, &l);
		for (int i = 0; i < 2; i++) {
			wfm_forecast_free(&q[i].f);
			free(q[i].rows);
		}
	}
	assert_share("slots", &l.slot, 0.77, 0.87);
	assert_share("days", &l.day, 0.74, 0.88);
	assert_share("weeks", &l.week, 0.69, 0.92);
	assert_share("days of two queues", &l.both_day, 0.72, 0.89);
	assert_share("weeks of two queues", &l.both_week, 0.66, 0.94);
}

/* Nothing of a joint is ever NaN, whatever the history. */
static void test_odd_histories(void **state)
{
	(void)state;
	for (int kind = 0; kind < 6; kind++) {
		struct wfm_observation rows[60 * SLOTS];
		size_t n = 0;
		struct draw d;
		draw_seed(&d, (uint64_t)kind);
		int days = kind == 4 ? 3 : 60;
		for (int h = 0; h < days; h++)
			for (int s = OPEN; s < SHUT; s++) {
				double y = kind == 0 ? 0.0 : kind == 1 ? 50.0 : kind == 2 ? 0.02
					   : kind == 3 ? 1e6 : 20.0;
				if (kind != 1)
					y = draw_poisson(&d, y);
				if (kind == 5 && h == 30)
					y *= 100.0;
				rows[n++] = (struct wfm_observation){ MONDAY + h, (int16_t)s, y, NAN, NAN };
			}
		struct wfm_series series = { .interval_min = 60, .observations = rows,
					     .n_observations = n };
		struct wfm_forecast_options o = { .days = kind == 3 ? 200 : 10 };
		struct wfm_forecast f;
		struct wfm_error e;
		assert_int_equal(wfm_forecast_run(&series, &o, &f, &e), WFM_OK);
		assert_int_equal(wfm_joint_check(f.joint, &e), WFM_OK);
		size_t cells = (size_t)f.joint->days * SLOTS;
		double *v = calloc(50 * cells, sizeof *v), sum = 0.0, mean = 0.0;
		assert_non_null(v);
		assert_int_equal(wfm_scenarios_draw(f.joint, 1, 50, v, &e), WFM_OK);
		for (size_t i = 0; i < 50 * cells; i++) {
			assert_true(isfinite(v[i]) && v[i] >= 0.0 && v[i] == floor(v[i]));
			sum += v[i] / 50.0;
		}
		for (size_t i = 0; i < f.n_slots; i++)
			mean += f.slots[i].mean;
		assert_true(fabs(sum - mean) <= 0.25 * mean + 3.0);
		free(v);
		wfm_forecast_free(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_covered),
		cmocka_unit_test(test_odd_histories),
	};
	return cmocka_run_group_tests_name("scenarios: laws", tests, NULL, NULL);
}
