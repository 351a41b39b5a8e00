/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Histories of queues added up: what one of them does not tell is no zero in the sum. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "server/domain/network_series.h"

enum { MONDAY = 20003, FORECAST = MONDAY + 7 * 20, DAYS = 140 };

/* Ten contacts at nine, Mondays to Fridays, on the first `days` days from MONDAY. */
static struct wfm_series weekdays(struct wfm_observation *o, int days)
{
	size_t n = 0;
	for (int d = 0; d < days; d++)
		if (d % 7 < 5)
			o[n++] = (struct wfm_observation){ .day = MONDAY + d, .slot = 9, .offered = 10.0 };
	return (struct wfm_series){ .interval_min = 60, .observations = o, .n_observations = n };
}

/* The sum of a whole queue and of one whose rows end `late` days earlier; -1: not known. */
static void add_late(int late, double sum[DAYS])
{
	struct wfm_observation rows[2][DAYS];
	struct arena *a = arena_new(0);
	struct network_series s;
	struct wfm_series whole = weekdays(rows[0], DAYS), lagging = weekdays(rows[1], DAYS - late);
	network_series_start(a, FORECAST, 8, &s);
	network_series_add(a, &whole, &s);
	network_series_add(a, &lagging, &s);
	for (int d = 0; d < DAYS; d++)
		sum[d] = -1.0;
	struct wfm_series all = network_series_of(a, &s);
	for (size_t i = 0; i < all.n_observations; i++)
		sum[all.observations[i].day - MONDAY] = all.observations[i].offered;
	arena_free(a);
}

static void test_late_import_is_no_zero(void **state)
{
	(void)state;
	double sum[DAYS];
	for (int late = 0; late <= 28; late += 7) {
		add_late(late, sum);
		for (int d = 0; d < DAYS; d++)
			assert_true(sum[d] == (d % 7 < 5 && d < DAYS - late ? 20.0 : -1.0));
	}
}

/* Silent for longer, it has ended: the sum goes on without it. */
static void test_ended_branch(void **state)
{
	(void)state;
	double sum[DAYS];
	add_late(70, sum);
	for (int d = 0; d < DAYS; d++)
		if (d % 7 < 5)
			assert_true(sum[d] == (d < 70 ? 20.0 : d < 70 + 28 ? -1.0 : 10.0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_late_import_is_no_zero),
		cmocka_unit_test(test_ended_branch),
	};
	return cmocka_run_group_tests_name("network_series", tests, NULL, NULL);
}
