/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requirements: minimal and sufficient, caps, load models, deferrable work, errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "wfm/staffing.h"

static struct wfm_staffing_options voice(double sl, double within, double patience)
{
	return (struct wfm_staffing_options){ .channel = WFM_VOICE,
					      .interval_s = 1800,
					      .target = { .service_level = sl, .within_s = within },
					      .patience_s = patience,
					      .load_model = WFM_LOAD_STATIONARY };
}

static struct wfm_requirement one(double volume, double aht, const struct wfm_staffing_options *o)
{
	struct wfm_load load = { volume, aht, true };
	struct wfm_requirement r;
	struct wfm_error e = { 0 };
	if (wfm_staffing_run(&load, 1, o, &r, &e) != WFM_OK)
		fail_msg("%s: %s", e.path, e.message);
	return r;
}

static void test_published_example(void **state)
{
	(void)state;
	/* 100 calls in 30 min of 180 s, 80 % in 20 s, occupancy at most 85 %, shrinkage 30 %. */
	struct wfm_staffing_options o = voice(0.80, 20, 0);
	o.target.max_occupancy = 0.85;
	o.shrinkage[0] = 0.30;
	o.n_shrinkage = 1;
	struct wfm_requirement r = one(100, 180, &o);
	assert_int_equal(r.agents, 14);
	assert_int_equal(r.on_roster, 20);
	assert_true(fabs(r.service_level - 0.888) < 5e-4);
	assert_int_equal(r.binding, WFM_BINDS_SERVICE_LEVEL);
}

/* The answer meets every target and one agent fewer does not; all four targets, A and C. */
static void test_minimal(void **state)
{
	(void)state;
	const double volumes[] = { 0.01, 0.5, 3, 10, 60, 300, 2000, 30000 };
	const double patience[] = { 0, 60, 180, 3000 };
	const struct wfm_target targets[] = {
		{ .service_level = .8, .within_s = 20 },
		{ .service_level = .95, .within_s = 0 },
		{ .service_level = .5, .within_s = 300, .max_abandoned = .02 },
		{ .max_asa_s = 15 },
		{ .service_level = .3, .within_s = 20, .max_occupancy = .7 },
		{ .service_level = .8, .within_s = 20, .definition = WFM_SL_EXCLUDING_SHORT },
		{ .service_level = .8, .within_s = 20, .definition = WFM_SL_ANSWERED },
	};
	int below_load = 0;
	for (size_t t = 0; t < sizeof targets / sizeof targets[0]; t++)
		for (size_t p = 0; p < 4; p++)
			for (size_t v = 0; v < sizeof volumes / sizeof volumes[0]; v++) {
				struct wfm_staffing_options o = voice(0, 0, patience[p]);
				o.target = targets[t];
				struct wfm_requirement r = one(volumes[v], 240, &o), f;
				assert_true(r.met);
				assert_int_equal(wfm_staffing_figures(volumes[v], 240, r.agents, &o,
								      &f, NULL), WFM_OK);
				assert_true(f.met);
				assert_true(fabs(f.service_level - r.service_level) < 1e-12);
				if (r.agents == 1)
					continue;
				assert_int_equal(wfm_staffing_figures(volumes[v], 240, r.agents - 1,
								      &o, &f, NULL), WFM_OK);
				assert_false(f.met);
				below_load += r.agents < volumes[v] * 240 / 1800;
			}
	assert_true(below_load > 5); /* the search does look below the offered load */
}

static void test_caps_tell_what_they_reach(void **state)
{
	(void)state;
	struct wfm_staffing_options o = voice(0.85, 900, 1800);
	o.channel = WFM_WALK_IN;
	struct wfm_requirement free_ = one(40, 600, &o);
	o.counters = free_.agents - 2;
	struct wfm_requirement r = one(40, 600, &o), f;
	assert_int_equal(r.agents, o.counters);
	assert_false(r.met);
	assert_int_equal(r.binding, WFM_BINDS_CAP);
	assert_int_equal(wfm_staffing_figures(40, 600, o.counters, &o, &f, NULL), WFM_OK);
	assert_true(r.service_level == f.service_level && r.service_level < 0.85);
	assert_true(r.service_level > 0.0);
	o.counters = free_.agents;
	assert_true(one(40, 600, &o).met);
	/* Erlang C below the load: the best reachable is no answer in time at all. */
	o = voice(0.8, 20, 0);
	o.max_agents = 3;
	r = one(100, 180, &o);
	assert_int_equal(r.agents, 3);
	assert_false(r.met);
	assert_true(r.service_level == 0.0 && isinf(r.asa_s));
}

static void test_minimum_and_closed(void **state)
{
	(void)state;
	struct wfm_staffing_options o = voice(0.8, 20, 180);
	o.min_agents = 2;
	struct wfm_load loads[3] = { { 1, 60, true }, { 50, 200, false }, { 0, 0, true } };
	struct wfm_requirement r[3];
	assert_int_equal(wfm_staffing_run(loads, 3, &o, r, NULL), WFM_OK);
	assert_int_equal(r[0].agents, 2);
	assert_int_equal(r[0].binding, WFM_BINDS_MINIMUM);
	assert_int_equal(r[1].agents, 0);
	assert_int_equal(r[2].agents, 0);
	assert_true(r[1].met && r[2].met);
}

static void test_roster_size(void **state)
{
	(void)state;
	const double thirty[] = { 0.3 }, three[] = { 0.1, 0.2, 0.05 };
	assert_int_equal(wfm_roster_size(7, thirty, 1), 10); /* 7 ÷ 0.7 in doubles is above 10 */
	assert_int_equal(wfm_roster_size(14, thirty, 1), 20);
	assert_int_equal(wfm_roster_size(0, thirty, 1), 0);
	assert_int_equal(wfm_roster_size(100, three, 3), 147); /* 100 ÷ .684 = 146.2 */
	assert_int_equal(wfm_roster_size(100, NULL, 0), 100);
}

/* Long handling, a morning peak: the modified load lags behind, and loses nothing. */
static void test_modified_load(void **state)
{
	(void)state;
	enum { N = 40 };
	struct wfm_load loads[N];
	for (int i = 0; i < N; i++)
		loads[i] = (struct wfm_load){ i < 24 ? 100 + 80 * sin(i * 0.26) : 0.0, 1200, true };
	loads[0].volume = 0.0; /* starts empty */
	struct wfm_staffing_options o = voice(0.8, 60, 300);
	o.interval_s = 1800;
	struct wfm_requirement sipp[N], mol[N], most[N];
	assert_int_equal(wfm_staffing_run(loads, N, &o, sipp, NULL), WFM_OK);
	o.load_model = WFM_LOAD_MODIFIED;
	assert_int_equal(wfm_staffing_run(loads, N, &o, mol, NULL), WFM_OK);
	o.load_model = WFM_LOAD_MODIFIED_MAX;
	assert_int_equal(wfm_staffing_run(loads, N, &o, most, NULL), WFM_OK);
	assert_true(mol[1].agents < sipp[1].agents);   /* the first calls are still few */
	assert_true(mol[15].agents > sipp[15].agents); /* the afternoon inherits the peak */
	for (int i = 1; i < 24; i++) {
		assert_true(most[i].agents >= mol[i].agents);
		assert_true(mol[i].met && mol[i].load_erl > 0.0);
	}
	/* A constant load from an open start is stationary. */
	for (int i = 0; i < N; i++)
		loads[i].volume = 55.0;
	o.load_model = WFM_LOAD_MODIFIED;
	assert_int_equal(wfm_staffing_run(loads, N, &o, mol, NULL), WFM_OK);
	o.load_model = WFM_LOAD_STATIONARY;
	assert_int_equal(wfm_staffing_run(loads, N, &o, sipp, NULL), WFM_OK);
	for (int i = 0; i < N; i++)
		assert_int_equal(mol[i].agents, sipp[i].agents);
}

static void test_redials_add_load(void **state)
{
	(void)state;
	struct wfm_staffing_options o = voice(0.8, 20, 60), twice = o;
	twice.redial = 0.5;
	struct wfm_requirement a, b;
	assert_int_equal(wfm_staffing_figures(300, 240, 36, &o, &a, NULL), WFM_OK);
	assert_int_equal(wfm_staffing_figures(300, 240, 36, &twice, &b, NULL), WFM_OK);
	assert_true(b.abandoned_share > a.abandoned_share);
	assert_true(b.service_level < a.service_level);
	/* λ = λ0 + p·P(ab)·λ: the same station given that λ agrees. */
	struct wfm_requirement c;
	double all = 300 / (1 - 0.5 * b.abandoned_share);
	assert_int_equal(wfm_staffing_figures(all, 240, 36, &o, &c, NULL), WFM_OK);
	assert_true(fabs(c.abandoned_share - b.abandoned_share) < 1e-10);
}

static void test_chat(void **state)
{
	(void)state;
	struct wfm_staffing_options o = voice(0.8, 30, 240), chat = o;
	chat.channel = WFM_CHAT;
	chat.concurrency = 1;
	assert_int_equal(one(200, 400, &chat).agents, one(200, 400, &o).agents);
	/* Without stretch, k slots an agent are k agents. */
	chat.concurrency = 3;
	struct wfm_requirement f, g;
	assert_int_equal(wfm_staffing_figures(200, 400, 15, &chat, &f, NULL), WFM_OK);
	assert_int_equal(wfm_staffing_figures(200, 400, 45, &o, &g, NULL), WFM_OK);
	assert_true(fabs(f.service_level - g.service_level) < 1e-12);
	assert_true(fabs(f.abandoned_share - g.abandoned_share) < 1e-12);
	/* Stretch costs people, and three slots never cost more than one. */
	int32_t before = one(200, 400, &chat).agents;
	chat.stretch = 0.3;
	int32_t after = one(200, 400, &chat).agents;
	assert_true(after > before);
	assert_true(after <= one(200, 400, &o).agents);
}

static void test_trunks_and_portfolio(void **state)
{
	(void)state;
	struct wfm_staffing_options o = { .channel = WFM_TRUNKS,
					  .interval_s = 3600,
					  .target = { .max_blocking = 0.01 } };
	struct wfm_requirement r = one(200, 1800, &o); /* 100 erlangs */
	assert_int_equal(r.agents, 117);
	o = (struct wfm_staffing_options){ .channel = WFM_PORTFOLIO,
					   .interval_s = 86400,
					   .per_person = 20 };
	assert_int_equal(one(400, 0, &o).agents, 20);
	assert_int_equal(one(401, 0, &o).agents, 21);
	o.max_agents = 10;
	r = one(400, 0, &o);
	assert_false(r.met);
	assert_true(fabs(r.service_level - 0.5) < 1e-12);
}

static int32_t portfolio(double volume, double per_person, double occupancy)
{
	struct wfm_staffing_options o = { .channel = WFM_PORTFOLIO,
					  .interval_s = 86400,
					  .target = { .max_occupancy = occupancy },
					  .per_person = per_person };
	return one(volume, 0, &o).agents;
}

/* The trade's own ratios: 20 claims, 46 service orders, 10 payment plans a day, 300 accounts a month. */
static void test_portfolio_ratios(void **state)
{
	(void)state;
	enum { DAY = 86400 };
	assert_int_equal(portfolio(500, wfm_portfolio_pace(20, WFM_PACE_DAY, 8, 21, DAY), 0), 25);
	assert_int_equal(portfolio(501, wfm_portfolio_pace(20, WFM_PACE_DAY, 8, 21, DAY), 0), 26);
	assert_int_equal(portfolio(460, wfm_portfolio_pace(46, WFM_PACE_DAY, 8, 21, DAY), 0), 10);
	assert_int_equal(portfolio(95, wfm_portfolio_pace(10, WFM_PACE_DAY, 8, 21, DAY), 0), 10);
	/* 6,000 accounts a month are 20 people, whatever part of the month one looks at. */
	assert_int_equal(portfolio(6000.0 / 21, wfm_portfolio_pace(300, WFM_PACE_MONTH, 8, 21, DAY), 0), 20);
	assert_int_equal(portfolio(6000.0 / 21 / 16, wfm_portfolio_pace(300, WFM_PACE_MONTH, 8, 21, 1800), 0),
			 20);
	/* By the hour: 2.5 an hour are 20 in eight, and 1.25 in half an hour. */
	assert_true(fabs(wfm_portfolio_pace(2.5, WFM_PACE_HOUR, 8, 21, DAY) - 20) < 1e-12);
	assert_true(fabs(wfm_portfolio_pace(2.5, WFM_PACE_HOUR, 8, 21, 1800) - 1.25) < 1e-12);
	assert_true(fabs(wfm_portfolio_pace(20, WFM_PACE_DAY, 8, 21, 1800) - 1.25) < 1e-12);
	assert_true(wfm_portfolio_pace(7, WFM_PACE_INTERVAL, 8, 21, 1800) == 7);
	/* At 80 % occupancy a fifth of everybody's day is not for claims. */
	assert_int_equal(portfolio(500, 20, 0.8), 32);
	struct wfm_staffing_options o = { .channel = WFM_PORTFOLIO, .interval_s = DAY, .per_person = 20,
					  .target = { .max_occupancy = 0.8 }, .min_agents = 40 };
	struct wfm_requirement r = one(500, 0, &o);
	assert_int_equal(r.agents, 40);
	assert_int_equal(r.binding, WFM_BINDS_MINIMUM);
	assert_true(fabs(r.occupancy - 25.0 / 40) < 1e-12);
	o.min_agents = 0;
	o.shrinkage[0] = 0.2;
	o.n_shrinkage = 1;
	assert_int_equal(one(500, 0, &o).on_roster, 40);
	struct wfm_load shut = { 500, 0, false };
	assert_int_equal(wfm_staffing_run(&shut, 1, &o, &r, NULL), WFM_OK);
	assert_int_equal(r.agents, 0);
	o.per_person = 0;
	assert_int_equal(wfm_staffing_run(&shut, 1, &o, &r, NULL), WFM_INVALID);
}

/* Nights closed, work arrives round the clock, eight open hours to answer. */
static void test_backlog_in_time(void **state)
{
	(void)state;
	enum { N = 7 * 48 };
	struct wfm_load loads[N];
	for (int i = 0; i < N; i++) {
		int slot = i % 48, day = i / 48;
		loads[i] = (struct wfm_load){ 10 + 8 * sin(slot * 0.13), 420,
					      day < 5 && slot >= 16 && slot < 36 };
	}
	struct wfm_staffing_options o = { .channel = WFM_EMAIL,
					  .interval_s = 1800,
					  .turnaround_s = 8 * 3600,
					  .turnaround_open_hours = true,
					  .initial_backlog_s = 20000 };
	struct wfm_requirement r[N];
	assert_int_equal(wfm_staffing_run(loads, N, &o, r, NULL), WFM_OK);
	double work = 20000, capacity = 0, peak = 0, least = 0;
	for (int i = 0; i < N; i++) {
		work += loads[i].volume * loads[i].aht_s;
		capacity += r[i].agents * 1800.0;
		assert_true(r[i].met);
		assert_true(r[i].service_level > 1 - 1e-9);
		assert_true(loads[i].open || r[i].agents == 0);
		assert_true(r[i].backlog_s > -1e-6);
		peak = fmax(peak, r[i].agents);
	}
	assert_true(capacity >= work - r[N - 1].backlog_s - 1);
	/* Flat: the peak is one agent at most above the busiest stretch's mean rate, which no
	   staffing can undercut. Tuesday's stretch: all that arrives from Monday's close on. */
	for (int day = 0; day < 5; day++) {
		double day_work = 0;
		for (int i = day * 48; i < day * 48 + 48; i++)
			day_work += r[i].load_erl;
		least = fmax(least, day_work / 20);
	}
	assert_true(peak <= ceil(least * 2) && peak >= least);
	/* Everything due the same half hour costs more at the peak. */
	o.turnaround_s = 1800;
	struct wfm_requirement tight[N];
	assert_int_equal(wfm_staffing_run(loads, N, &o, tight, NULL), WFM_OK);
	double tight_peak = 0;
	for (int i = 0; i < N; i++)
		tight_peak = fmax(tight_peak, tight[i].agents);
	assert_true(tight_peak > 2 * peak);
}

static void test_backlog_cap_says_late(void **state)
{
	(void)state;
	struct wfm_load loads[8];
	for (int i = 0; i < 8; i++)
		loads[i] = (struct wfm_load){ i == 0 ? 80 : 0, 900, true };
	struct wfm_staffing_options o = { .channel = WFM_BACK_OFFICE,
					  .interval_s = 3600,
					  .turnaround_s = 4 * 3600 };
	struct wfm_requirement r[8];
	assert_int_equal(wfm_staffing_run(loads, 8, &o, r, NULL), WFM_OK);
	/* What arrives through the first hour is due through the fifth: 20 hours over five. */
	for (int i = 0; i < 5; i++)
		assert_int_equal(r[i].agents, 4);
	for (int i = 5; i < 8; i++)
		assert_int_equal(r[i].agents, 0);
	o.max_agents = 3;
	assert_int_equal(wfm_staffing_run(loads, 8, &o, r, NULL), WFM_OK);
	int late = 0;
	for (int i = 0; i < 8; i++) {
		assert_true(r[i].agents <= 3);
		late += !r[i].met;
	}
	assert_true(late > 0);
	assert_int_equal(r[0].binding, WFM_BINDS_CAP);
}

static void test_errors_name_the_place(void **state)
{
	(void)state;
	struct wfm_requirement r[2];
	struct wfm_error e = { 0 };
	struct wfm_load loads[2] = { { 10, 200, true }, { 10, 0, true } };
	struct wfm_staffing_options o = voice(0.8, 20, 180);
	assert_int_equal(wfm_staffing_run(loads, 2, &o, r, &e), WFM_INVALID);
	assert_string_equal(e.path, "/loads/1/aht_s");
	loads[1] = (struct wfm_load){ -1, 200, true };
	assert_int_equal(wfm_staffing_run(loads, 2, &o, r, &e), WFM_INVALID);
	assert_string_equal(e.path, "/loads/1/volume");
	loads[1] = (struct wfm_load){ NAN, 200, true };
	assert_int_equal(wfm_staffing_run(loads, 2, &o, r, &e), WFM_INVALID);
	loads[1] = (struct wfm_load){ 1e12, 200, true };
	assert_int_equal(wfm_staffing_run(loads, 2, &o, r, &e), WFM_INVALID);
	o.target.service_level = 1.0;
	assert_int_equal(wfm_staffing_run(loads, 1, &o, r, &e), WFM_INVALID);
	assert_string_equal(e.path, "/target/service_level");
	o = voice(0, 20, 180);
	assert_int_equal(wfm_staffing_run(loads, 1, &o, r, &e), WFM_INVALID);
	assert_string_equal(e.path, "/target");
	o = voice(0.8, 20, -1);
	assert_int_equal(wfm_staffing_run(loads, 1, &o, r, &e), WFM_INVALID);
	assert_string_equal(e.path, "/patience_s");
	o = voice(0.8, 20, 180);
	o.shrinkage[0] = 1.0;
	o.n_shrinkage = 1;
	assert_int_equal(wfm_staffing_run(loads, 1, &o, r, &e), WFM_INVALID);
	assert_string_equal(e.path, "/shrinkage");
	o = voice(0.8, 20, 180);
	o.channel = WFM_EMAIL;
	assert_int_equal(wfm_staffing_run(loads, 1, &o, r, &e), WFM_INVALID);
	assert_string_equal(e.path, "/turnaround_s");
}

static void test_names(void **state)
{
	(void)state;
	for (int i = 0; i < WFM_CHANNELS; i++)
		assert_int_equal(wfm_channel_from_name(wfm_channel_name((enum wfm_channel)i)), i);
	assert_int_equal(wfm_channel_from_name("telepathy"), -1);
	assert_null(wfm_channel_name(WFM_CHANNELS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_published_example),
		cmocka_unit_test(test_minimal),
		cmocka_unit_test(test_caps_tell_what_they_reach),
		cmocka_unit_test(test_minimum_and_closed),
		cmocka_unit_test(test_roster_size),
		cmocka_unit_test(test_modified_load),
		cmocka_unit_test(test_redials_add_load),
		cmocka_unit_test(test_chat),
		cmocka_unit_test(test_trunks_and_portfolio),
		cmocka_unit_test(test_portfolio_ratios),
		cmocka_unit_test(test_backlog_in_time),
		cmocka_unit_test(test_backlog_cap_says_late),
		cmocka_unit_test(test_errors_name_the_place),
		cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests_name("staffing", tests, NULL, NULL);
}
