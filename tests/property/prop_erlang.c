/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Erlang A against its states and the search for agents against counting up, on random queues. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "tests/lib/exact_queue.h"
#include "wfm/staffing.h"

static uint64_t state_ = 19170101;

static double uniform(double low, double high)
{
	state_ = state_ * 6364136223846793005u + 1442695040888963407u;
	return low + (high - low) * (double)(state_ >> 11) * 0x1p-53;
}

static double log_uniform(double low, double high)
{
	return exp(uniform(log(low), log(high)));
}

/* Empty to three times overloaded, every third near balance; queues of at most 300,000 places. */
static struct wfm_station draw(double most_servers)
{
	for (;;) {
		struct wfm_station st = { .servers = (int32_t)log_uniform(1, most_servers + 0.99) };
		double kind = uniform(0, 1), n = st.servers;
		double load = kind < 0.4   ? uniform(0.001, 3)
			      : kind < 0.8 ? fmax(1 + uniform(-4, 4) / sqrt(n), 0.01)
					   : log_uniform(1e-6, 1);
		st.aht_s = uniform(0, 1) < 0.8 ? log_uniform(1, 5000) : log_uniform(1e-3, 1e7);
		st.arrivals_per_s = fmin(load, 3) * n / st.aht_s;
		st.patience_s = uniform(0, 1) < 0.8 ? log_uniform(5, 5000) : log_uniform(1e-6, 1e9);
		st.within_s = uniform(0, 1) < 0.1 ? 0 : log_uniform(0.1, 3600);
		double away = st.patience_s / st.aht_s;
		if (fmax(load - 1, 0) * n * away + sqrt(n * away) < 3e5)
			return st;
	}
}

static double relative(double got, double want)
{
	return got == want ? 0.0 : fabs(got - want) / fmax(fabs(want), 1e-290);
}

static void compare(int cases, double most_servers)
{
	double worst = 0, worst_level = 0;
	for (int i = 0; i < cases; i++) {
		struct wfm_station st = draw(most_servers);
		struct wfm_station_figures f, g;
		assert_int_equal(wfm_station_figures(&st, &f, NULL), WFM_OK);
		exact_queue_figures(&st, &g);
		double error = fmax(relative(f.p_wait, g.p_wait), relative(f.p_abandon, g.p_abandon));
		error = fmax(error, relative(f.mean_wait_s, g.mean_wait_s));
		error = fmax(error, relative(f.asa_answered_s, g.asa_answered_s));
		error = fmax(error, relative(f.occupancy, g.occupancy));
		error = fmax(error, relative(f.queue_length, g.queue_length));
		double level = 0;
		for (int k = 0; k < WFM_SL_DEFINITIONS; k++)
			level = fmax(level, fabs(f.service_level[k] - g.service_level[k]));
		if (!(error <= 1e-12) || !(level <= 1e-13))
			fail_msg("n=%d a=%.17g AHT %.17g patience %.17g T %.17g: %.2e, SL %.2e",
				 st.servers, st.arrivals_per_s * st.aht_s, st.aht_s, st.patience_s,
				 st.within_s, error, level);
		worst = fmax(worst, error);
		worst_level = fmax(worst_level, level);
	}
	print_message("%d stations of up to %.0f servers: worst relative error %.1e, service level "
		      "%.1e\n", cases, most_servers, worst, worst_level);
}

static void test_states(void **state)
{
	(void)state;
	compare(10000, 2000);
	compare(300, 100000);
}

static struct wfm_staffing_options draw_options(void)
{
	struct wfm_staffing_options o = { .channel = WFM_VOICE, .interval_s = 1800,
					  .load_model = WFM_LOAD_STATIONARY };
	int targets = 1 + (int)uniform(0, 15);
	if (targets & 1) {
		o.target.service_level = uniform(0, 1) < 0.1 ? 1 - 1e-9 : uniform(0.01, 0.999);
		o.target.within_s = uniform(0, 1) < 0.1 ? 0 : log_uniform(1, 1000);
	}
	o.target.definition = (enum wfm_service_level)uniform(0, WFM_SL_DEFINITIONS);
	if (targets & 2)
		o.target.max_abandoned = uniform(0, 1) < 0.3 ? log_uniform(1e-9, 1) : uniform(0.001, 0.9);
	if (targets & 4)
		o.target.max_asa_s = log_uniform(0.01, 1000);
	if (targets & 8)
		o.target.max_occupancy = uniform(0.05, 1);
	o.patience_s = uniform(0, 1) < 0.2 ? 0 : log_uniform(5, 3000);
	o.redial = uniform(0, 1) < 0.2 ? uniform(0, 0.9) : 0;
	if (uniform(0, 1) < 0.2) {
		o.lobby_limited = true;
		o.lobby = (int32_t)uniform(0, 50);
	}
	if (uniform(0, 1) < 0.15) {
		o.channel = WFM_CHAT;
		o.concurrency = 1 + floor(uniform(0, 4));
		o.stretch = uniform(0, 0.9);
	}
	return o;
}

/* The fewest agents, one at a time from one. Neighbouring searches are warm, so three intervals. */
static void test_fewest(void **state)
{
	(void)state;
	enum { RUNS = 1500, LOADS = 3 };
	for (int i = 0; i < RUNS; i++) {
		struct wfm_staffing_options o = draw_options();
		struct wfm_load loads[LOADS];
		struct wfm_requirement r[LOADS], at;
		double aht = log_uniform(20, 1500), volume = log_uniform(0.05, 120 * 1800 / aht);
		for (int k = 0; k < LOADS; k++)
			loads[k] = (struct wfm_load){ volume * uniform(0.4, 1.6), aht, true };
		assert_int_equal(wfm_staffing_run(loads, LOADS, &o, r, NULL), WFM_OK);
		for (int k = 0; k < LOADS; k++) {
			int32_t n = 0;
			do {
				n++;
				assert_int_equal(wfm_staffing_figures(loads[k].volume, aht, n, &o, &at,
								      NULL), WFM_OK);
			} while (!at.met && n < 200000);
			if (r[k].agents != n || !r[k].met)
				fail_msg("run %d, interval %d: %d agents, counting says %d", i, k,
					 r[k].agents, n);
			assert_true(fabs(r[k].service_level - at.service_level) < 1e-12);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_fewest),
	};
	return cmocka_run_group_tests_name("erlang properties", tests, NULL, NULL);
}
