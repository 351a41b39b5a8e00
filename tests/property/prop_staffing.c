/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws that hold for every queue, over a thousand drawn at random (fixed seed). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "wfm/staffing.h"

static uint64_t state_ = 20261122;

static double uniform(double low, double high)
{
	state_ = state_ * 6364136223846793005u + 1442695040888963407u;
	return low + (high - low) * (double)(state_ >> 11) * 0x1p-53;
}

static double log_uniform(double low, double high)
{
	return exp(uniform(log(low), log(high)));
}

static struct wfm_staffing_options draw(void)
{
	struct wfm_staffing_options o = { .channel = WFM_VOICE, .interval_s = 1800 };
	o.target.service_level = uniform(0.3, 0.98);
	o.target.within_s = uniform(0, 120);
	o.patience_s = uniform(0, 1) < 0.3 ? 0 : log_uniform(20, 2000);
	o.load_model = WFM_LOAD_STATIONARY;
	return o;
}

static int32_t agents(double volume, double aht, const struct wfm_staffing_options *o,
		      struct wfm_requirement *r)
{
	struct wfm_load load = { volume, aht, true };
	assert_int_equal(wfm_staffing_run(&load, 1, o, r, NULL), WFM_OK);
	assert_true(r->met);
	return r->agents;
}

static void test_monotone(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct wfm_staffing_options o = draw(), harder = o;
		double volume = log_uniform(0.1, 5000), aht = log_uniform(30, 1500);
		struct wfm_requirement r, s;
		int32_t n = agents(volume, aht, &o, &r);
		assert_true(agents(volume * 1.3, aht, &o, &s) >= n);
		assert_true(agents(volume, aht * 1.2, &o, &s) >= n);
		harder.target.service_level = 0.5 + 0.5 * o.target.service_level;
		assert_true(agents(volume, aht, &harder, &s) >= n);
		harder = o;
		harder.target.max_abandoned = 0.02;
		harder.target.max_occupancy = 0.85;
		assert_true(agents(volume, aht, &harder, &s) >= n);
		/* Pooling two equal queues never needs more than two of them, but in overload,
		   where variability is what lets some calls through in time. */
		if (n > volume * aht / 1800)
			assert_true(agents(2 * volume, aht, &o, &s) <= 2 * n);
	}
}

/* Units do not matter: twice as fast a world with half the times is the same world. */
static void test_time_scale(void **state)
{
	(void)state;
	for (int i = 0; i < 500; i++) {
		struct wfm_staffing_options o = draw(), p = o;
		double volume = log_uniform(0.1, 5000), aht = log_uniform(30, 1500);
		struct wfm_requirement r, s;
		p.interval_s = o.interval_s / 2;
		p.patience_s = o.patience_s / 2;
		p.target.within_s = o.target.within_s / 2;
		assert_int_equal(agents(volume, aht, &o, &r), agents(volume, aht / 2, &p, &s));
		assert_true(fabs(r.service_level - s.service_level) < 1e-10);
		assert_true(fabs(r.occupancy - s.occupancy) < 1e-10);
	}
}

/* The modified load conserves work: what arrives over a closed day is all carried. */
static void test_modified_load_conserves(void **state)
{
	(void)state;
	enum { N = 60 };
	for (int i = 0; i < 300; i++) {
		struct wfm_staffing_options o = draw();
		struct wfm_load loads[N] = { { 0, 0, true } };
		struct wfm_requirement r[N];
		double aht = log_uniform(60, 2400), work = 0, carried = 0;
		/* A day of arrivals, then silent hours in which the last contacts end. */
		for (int k = 0; k < N; k++) {
			bool busy = k > 0 && k < 20;
			loads[k] = (struct wfm_load){ busy ? uniform(0, 200) : 1e-9, aht, true };
			work += loads[k].volume * aht;
		}
		o.load_model = WFM_LOAD_MODIFIED;
		assert_int_equal(wfm_staffing_run(loads, N, &o, r, NULL), WFM_OK);
		for (int k = 0; k < N; k++)
			carried += r[k].load_erl * 1800;
		assert_true(fabs(carried / work - 1) < 1e-6);
	}
}

/* Deferrable work without a cap is never late, never done before it came, and flat. */
static void test_backlog_never_late(void **state)
{
	(void)state;
	enum { N = 120 };
	for (int i = 0; i < 400; i++) {
		struct wfm_load loads[N];
		struct wfm_requirement r[N];
		struct wfm_staffing_options o = {
			.channel = WFM_BACK_OFFICE,
			.interval_s = 3600,
			.turnaround_s = 3600 * floor(uniform(1, 40)),
			.turnaround_open_hours = true,
			.initial_backlog_s = uniform(0, 1) < 0.5 ? 0 : uniform(0, 1e5),
		};
		int opens = (int)uniform(0, 12), closes = (int)uniform(13, 24);
		double arrived = o.initial_backlog_s, done = 0, most = 0, capacity = 0;
		for (int k = 0; k < N; k++)
			loads[k] = (struct wfm_load){ uniform(0, 1) < 0.3 ? 0 : uniform(0, 30), 300,
						      k % 24 >= opens && k % 24 < closes };
		assert_int_equal(wfm_staffing_run(loads, N, &o, r, NULL), WFM_OK);
		for (int k = 0; k < N; k++) {
			arrived += loads[k].volume * 300;
			capacity += r[k].agents * 3600.0;
			done = arrived - r[k].backlog_s;
			assert_true(r[k].met);
			assert_true(r[k].service_level > 1 - 1e-9);
			assert_true(r[k].backlog_s > -1e-6);
			assert_true(done <= capacity + 1e-3);
			assert_true(loads[k].open || r[k].agents == 0);
			most = fmax(most, r[k].agents);
		}
		/* Nobody could do with a lower peak: some stretch's due work needs it. */
		struct wfm_requirement capped[N];
		o.max_agents = (int32_t)most - 2;
		if (o.max_agents < 1)
			continue;
		assert_int_equal(wfm_staffing_run(loads, N, &o, capped, NULL), WFM_OK);
		double end = capped[N - 1].backlog_s, free_end = r[N - 1].backlog_s;
		bool late = false;
		for (int k = 0; k < N; k++)
			late = late || !capped[k].met;
		assert_true(late || end > free_end + 1e-6);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_monotone),
		cmocka_unit_test(test_time_scale),
		cmocka_unit_test(test_modified_load_conserves),
		cmocka_unit_test(test_backlog_never_late),
	};
	return cmocka_run_group_tests_name("staffing properties", tests, NULL, NULL);
}
