/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Forecasts share nothing: whatever runs beside one, and how often, its numbers are the same bits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <pthread.h>
#include <string.h>

#include "wfm/forecast.h"

enum { MONDAY = 18995, DAYS = 24 * 7, SLOTS = 48, QUEUES = 3, THREADS = 4 };

static struct wfm_observation rows_[QUEUES][DAYS * 24];

static void fill(int queue)
{
	for (int d = 0; d < DAYS; d++)
		for (int s = 0; s < 24; s++) {
			double shape = 1.0 + 0.5 * sin(0.3 * s) + 0.2 * sin(0.9 * d * (queue + 1));
			double week = d % 7 < 5 ? 1.0 : 0.4, odd = (d * 31 + s * 17 + queue) % 11;
			rows_[queue][d * 24 + s] = (struct wfm_observation){
				MONDAY + d, (int16_t)(16 + s), floor(week * (12.0 * shape + odd)), NAN, NAN
			};
		}
}

static void forecast(int queue, struct wfm_forecast *f)
{
	struct wfm_error e;
	struct wfm_series s = { 30, rows_[queue], DAYS * 24, NULL, 0, NULL };
	struct wfm_forecast_options o = { .first_day = MONDAY + DAYS, .days = 14, .origins = 2 };
	if (wfm_forecast_run(&s, &o, f, &e) != WFM_OK)
		memset(f, 0, sizeof *f);
}

struct worker {
	int first;
	struct wfm_forecast f[QUEUES];
};

static void *work(void *context)
{
	struct worker *w = context;
	for (int i = 0; i < QUEUES; i++) {
		int queue = (w->first + i) % QUEUES;
		forecast(queue, &w->f[queue]);
	}
	return NULL;
}

static void same_slots(const struct wfm_forecast *a, const struct wfm_forecast *b)
{
	assert_int_equal(a->n_slots, 14 * SLOTS);
	assert_int_equal(b->n_slots, a->n_slots);
	for (size_t i = 0; i < a->n_slots; i++) {
		assert_memory_equal(&a->slots[i].mean, &b->slots[i].mean, sizeof(double));
		assert_memory_equal(a->slots[i].quantile, b->slots[i].quantile,
				    sizeof a->slots[i].quantile);
	}
}

static void threads_do_not_matter(void **state)
{
	(void)state;
	static struct worker alone, worker[THREADS];
	pthread_t thread[THREADS];
	for (int q = 0; q < QUEUES; q++)
		fill(q);
	(void)work(&alone);
	for (int i = 0; i < THREADS; i++) {
		worker[i].first = i;
		assert_int_equal(pthread_create(&thread[i], NULL, work, &worker[i]), 0);
	}
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	for (int i = 0; i < THREADS; i++)
		for (int q = 0; q < QUEUES; q++) {
			same_slots(&alone.f[q], &worker[i].f[q]);
			wfm_forecast_free(&worker[i].f[q]);
		}
	for (int q = 0; q < QUEUES; q++)
		wfm_forecast_free(&alone.f[q]);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(threads_do_not_matter) };
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
