/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Staffing against scenarios and over periods: fewest by brute force, promises kept, noise, errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solver/num/draw.h"
#include "solver/staffing/risk.h"
#include "wfm/simulate.h"

enum { SMALL = 3, FEW = 40, TOP = 16 };

static struct wfm_staffing_options voice(double patience_s)
{
	return (struct wfm_staffing_options){ .channel = WFM_VOICE,
					      .interval_s = 1800,
					      .target = { .service_level = 0.8, .within_s = 20 },
					      .patience_s = patience_s,
					      .load_model = WFM_LOAD_STATIONARY };
}

static void solve(const struct wfm_risk_problem *p, const struct wfm_staffing_options *o,
		  struct wfm_requirement *r, struct wfm_period_figures *f)
{
	struct wfm_error e = { 0 };
	if (wfm_staffing_risk(p, o, r, f, &e) != WFM_OK)
		fail_msg("%s: %s", e.path, e.message);
}

/* Contacts in time and abandoned of n agents, straight from the formula. */
static double good(double volume, int32_t n, const struct wfm_staffing_options *o, double *lost)
{
	struct wfm_requirement f;
	*lost = 0.0;
	if (!(volume > 0.0))
		return 0.0;
	assert_int_equal(wfm_staffing_figures(volume, 240, n, o, &f, NULL), WFM_OK);
	*lost = volume * f.abandoned_share;
	return volume * f.service_level;
}

/* Share of scenarios (or 1/0 of their sums) at target with agents n. */
static double reached(double table[SMALL][FEW][TOP + 1], double lost[SMALL][FEW][TOP + 1],
		      const double *volume, int count, const int32_t *n, bool together,
		      const struct wfm_target *t)
{
	double all = 0.0, all_good = 0.0, all_lost = 0.0, holds = 0.0;
	for (int s = 0; s < count; s++) {
		double v = 0.0, g = 0.0, l = 0.0;
		for (int i = 0; i < SMALL; i++) {
			v += volume[s * SMALL + i];
			g += table[i][s][n[i]];
			l += lost[i][s][n[i]];
		}
		holds += g >= t->service_level * v - 1e-9 &&
			 (t->max_abandoned == 0.0 || l <= t->max_abandoned * v + 1e-9);
		all += v;
		all_good += g;
		all_lost += l;
	}
	if (together)
		return all_good >= t->service_level * all - 1e-9 &&
		       (t->max_abandoned == 0.0 || all_lost <= t->max_abandoned * all + 1e-9);
	return holds / count;
}

static int32_t fewest(const double *volume, int count, double p, bool together,
		      const struct wfm_staffing_options *o)
{
	static double table[SMALL][FEW][TOP + 1], lost[SMALL][FEW][TOP + 1];
	int32_t best = SMALL * TOP, n[SMALL];
	for (int i = 0; i < SMALL; i++)
		for (int s = 0; s < count; s++)
			for (int32_t k = 0; k <= TOP; k++)
				table[i][s][k] = good(volume[s * SMALL + i], k, o, &lost[i][s][k]);
	for (n[0] = 0; n[0] <= TOP; n[0]++)
		for (n[1] = 0; n[1] <= TOP; n[1]++)
			for (n[2] = 0; n[2] <= TOP && n[0] + n[1] + n[2] < best; n[2]++)
				if (reached(table, lost, volume, count, n, together, &o->target) >= p)
					best = n[0] + n[1] + n[2];
	return best;
}

static void scenarios_draw(double *volume, const struct wfm_load *loads, int count, uint64_t seed)
{
	struct draw d;
	draw_seed(&d, seed);
	for (int s = 0; s < count; s++) {
		double day = exp(0.2 * draw_normal(&d));
		for (int i = 0; i < SMALL; i++)
			volume[s * SMALL + i] = draw_poisson(&d, loads[i].volume * day);
	}
}

static const struct wfm_load small_loads[4][SMALL] = {
	{ { 30, 240, true }, { 60, 240, true }, { 12, 240, true } },
	{ { 40, 240, true }, { 40, 240, true }, { 40, 240, true } },
	{ { 5, 240, true }, { 70, 240, true }, { 25, 240, true } },
	{ { 2, 240, true }, { 3, 240, true }, { 8, 240, true } },
};

/* Over a period the fewest people for the forecast, and for the mean of the scenarios. */
static void test_fewest_by_brute_force(void **state)
{
	static const int32_t one[SMALL];
	(void)state;
	for (int c = 0; c < 8; c++) {
		const struct wfm_load *loads = small_loads[c % 4];
		struct wfm_staffing_options o = voice(c % 2 ? 120 : 400);
		if (c >= 4)
			o.target = (struct wfm_target){ .service_level = 0.6, .within_s = 20,
							.max_abandoned = 0.04 };
		double volume[FEW * SMALL], point[SMALL];
		for (int i = 0; i < SMALL; i++)
			point[i] = loads[i].volume;
		scenarios_draw(volume, loads, FEW, (uint64_t)c + 1);
		struct wfm_risk_problem p = { .loads = loads, .n = SMALL, .period = one,
					      .scenarios = volume, .scenario_count = FEW };
		struct wfm_requirement r[SMALL];
		struct wfm_period_figures f;
		solve(&p, &o, r, &f);
		assert_true(f.met && f.p_target == 1.0);
		assert_int_equal(f.agents, fewest(point, 1, 1.0, true, &o));
		p.risk = WFM_RISK_EXPECTED;
		solve(&p, &o, r, &f);
		assert_true(f.met && f.service_level >= o.target.service_level - 1e-9);
		assert_int_equal(f.agents, fewest(volume, FEW, 1.0, true, &o));
	}
}

/* A staffing given does what it did when it was found, and another what the formula says. */
static void test_given_staffing(void **state)
{
	static const int32_t one[SMALL];
	(void)state;
	const struct wfm_load *loads = small_loads[0];
	struct wfm_staffing_options o = voice(180);
	double volume[FEW * SMALL], lost, all = 0.0, in_time = 0.0;
	scenarios_draw(volume, loads, FEW, 5);
	struct wfm_risk_problem p = { .loads = loads, .n = SMALL, .period = one, .risk = WFM_RISK_CHANCE,
				      .probability = 0.8, .scenarios = volume, .scenario_count = FEW };
	struct wfm_requirement r[SMALL], again[SMALL];
	struct wfm_period_figures f, g;
	int32_t agents[SMALL];
	solve(&p, &o, r, &f);
	for (int i = 0; i < SMALL; i++)
		agents[i] = r[i].agents;
	p.agents = agents;
	solve(&p, &o, again, &g);
	assert_memory_equal(r, again, sizeof r);
	assert_memory_equal(&f, &g, sizeof f);
	agents[1] -= 3;
	p.risk = WFM_RISK_EXPECTED;
	solve(&p, &o, again, &g);
	assert_int_equal(g.agents, f.agents - 3);
	assert_false(g.met);
	for (int s = 0; s < FEW; s++)
		for (int i = 0; i < SMALL; i++) {
			all += volume[s * SMALL + i];
			in_time += good(volume[s * SMALL + i], agents[i], &o, &lost);
		}
	assert_true(fabs(g.service_level - in_time / all) < 1e-6);
	p.risk = WFM_RISK_POINT;
	agents[0] = 0; /* nobody there: everyone who calls is lost */
	solve(&p, &o, again, &g);
	assert_true(again[0].abandoned_share == 1.0 && again[0].agents == 0);
	agents[0] = -1;
	struct wfm_error e = { 0 };
	assert_int_equal(wfm_staffing_risk(&p, &o, again, &g, &e), WFM_INVALID);
	assert_string_equal(e.path, "/agents");
}

/* With next to no noise of the queue's own the probability is a count of scenarios. */
static void test_chance(void **state)
{
	static const int32_t one[SMALL];
	(void)state;
	int more = 0;
	for (int c = 0; c < 3; c++) {
		struct wfm_staffing_options o = voice(180);
		double volume[FEW * SMALL];
		scenarios_draw(volume, small_loads[c], FEW, (uint64_t)c + 7);
		struct wfm_risk_problem p = { .loads = small_loads[c], .n = SMALL, .period = one,
					      .risk = WFM_RISK_CHANCE, .scenarios = volume,
					      .scenario_count = FEW };
		struct wfm_requirement r[SMALL];
		struct wfm_period_figures f;
		int64_t before = 0;
		for (p.probability = 0.5; p.probability < 0.95; p.probability += 0.1) {
			solve(&p, &o, r, &f);
			assert_true(f.met);
			assert_true(f.p_target >= p.probability && f.p_target < p.probability + 0.2);
			assert_true(f.sl_p10 <= f.sl_p50 && f.sl_p50 <= f.sl_p90);
			assert_true(f.agents >= before); /* surer costs more */
			before = f.agents;
			/* Without the noise the best is known; with it, it is within two. */
			int32_t best = fewest(volume, FEW, p.probability, false, &o);
			assert_true(f.agents >= best - 2 && f.agents <= best + 2);
			more += f.agents > best;
		}
	}
	assert_true(more > 0);
}

static void test_interval_by_interval(void **state)
{
	(void)state;
	for (int c = 0; c < 4; c++) {
		struct wfm_staffing_options o = voice(c % 2 ? 0 : 180);
		o.load_model = WFM_LOAD_MODIFIED;
		struct wfm_risk_problem p = { .loads = small_loads[c], .n = SMALL };
		struct wfm_requirement a[SMALL], b[SMALL];
		struct wfm_period_figures f[SMALL];
		solve(&p, &o, a, f);
		assert_int_equal(wfm_staffing_run(p.loads, SMALL, &o, b, NULL), WFM_OK);
		for (int i = 0; i < SMALL; i++) {
			assert_int_equal(a[i].agents, b[i].agents);
			assert_int_equal(f[i].agents, b[i].agents);
			assert_true(fabs(a[i].service_level - b[i].service_level) < 1e-12);
			assert_true(fabs(f[i].service_level - b[i].service_level) < 1e-4);
		}
	}
}

static void test_curves_follow_the_formula(void **state)
{
	(void)state;
	const int32_t agents[] = { 1, 3, 20, 150, 900 };
	const double patience[] = { 20, 180, 3000 };
	double worst = 0.0;
	for (int a = 0; a < 5; a++)
		for (int q = 0; q < 3; q++)
			for (int d = 0; d < WFM_SL_DEFINITIONS; d++) {
				struct wfm_staffing_options o = voice(patience[q]);
				o.target.definition = (enum wfm_service_level)d;
				struct wfm_curve c = { .options = &o, .agents = agents[a],
						       .aht_s = 240, .low = 0.6 * agents[a],
						       .high = 1.5 * agents[a], .parts = 15 };
				wfm_curve_build(&c);
				for (int i = 0; i <= 50; i++) {
					double erl = c.low + i * (c.high - c.low) / 50, part[WFM_PARTS];
					struct wfm_requirement f;
					wfm_curve_at(&c, erl, part);
					assert_int_equal(wfm_staffing_figures(erl * 1800 / 240, 240,
									      agents[a], &o, &f, NULL),
							 WFM_OK);
					double gap = fabs(part[WFM_PART_GOOD] / part[WFM_PART_BASE] -
							  f.service_level);
					worst = fmax(worst, gap);
					assert_true(fabs(part[WFM_PART_LOST] - f.abandoned_share) < 2e-5);
				}
			}
	assert_true(worst < 5e-5);
}

/* The day's service level over simulated days of the same counts strays as the noise says. */
static void test_noise_against_simulation(void **state)
{
	enum { HOURS = 40, PLAYS = 400 };
	static double counts[HOURS], aht[HOURS];
	static struct wfm_sim_span spans[80];
	(void)state;
	const struct { double count, aht; int32_t agents; } cases[] = {
		{ 60, 200, 8 }, { 300, 180, 32 }, { 300, 180, 28 }, { 12, 240, 3 },
	};
	for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
		struct wfm_staffing_options o = voice(180);
		for (int i = 0; i < HOURS; i++) {
			counts[i] = cases[c].count;
			aht[i] = cases[c].aht;
		}
		for (int32_t j = 0; j < cases[c].agents; j++)
			spans[j] = (struct wfm_sim_span){ j, 0, 0.0, HOURS * 1800.0, false };
		struct wfm_sim_queue queue = { .volume = counts, .aht_s = aht, .lobby = -1,
					       .patience_s = 180, .within_s = 20 };
		struct wfm_sim_skill skill = { 0, 1, 0.0, 1.0 };
		struct wfm_sim_set set = { &skill, 1 };
		struct wfm_sim_problem p = {
			.interval_s = 1800, .interval_count = HOURS, .queues = &queue,
			.queue_count = 1, .sets = &set, .set_count = 1, .spans = spans,
			.span_count = cases[c].agents, .agent_count = cases[c].agents,
			.scenarios = counts, .scenario_count = 1,
		};
		struct wfm_sim_options so = { .seed = 5, .replications = PLAYS,
					      .trace_replication = -1 };
		struct wfm_simulation *s;
		assert_int_equal(wfm_simulate(&p, &so, &s, NULL), WFM_OK);
		double sum = 0.0, squares = 0.0;
		for (int k = 0; k < PLAYS; k++) {
			double v = (double)s->day_service_level[k];
			sum += v;
			squares += v * v;
		}
		double sd = sqrt((squares - sum * sum / PLAYS) / (PLAYS - 1));
		wfm_simulation_free(s);
		double erl = cases[c].count * cases[c].aht / 1800;
		struct wfm_load_course course = { .lambda = cases[c].count / 1800,
						  .aht_s = cases[c].aht, .mean_erl = erl,
						  .points = 1, .load_erl = { erl },
						  .weight = { 1.0 } };
		double noise = HOURS * wfm_risk_noise(&course, cases[c].agents, &o);
		double said = sqrt(noise) / (HOURS * cases[c].count);
		print_message("# sd of a day's service level: %.4f simulated, %.4f said\n", sd, said);
		assert_true(said > 0.7 * sd && said < 1.4 * sd);
	}
}

static void test_cap_and_floor(void **state)
{
	static const int32_t one[SMALL];
	(void)state;
	struct wfm_staffing_options o = voice(180);
	double volume[FEW * SMALL];
	scenarios_draw(volume, small_loads[2], FEW, 3);
	struct wfm_risk_problem p = { .loads = small_loads[2], .n = SMALL, .period = one,
				      .risk = WFM_RISK_CHANCE, .probability = 0.9,
				      .scenarios = volume, .scenario_count = FEW };
	struct wfm_requirement r[SMALL];
	struct wfm_period_figures f;
	o.max_agents = 6;
	solve(&p, &o, r, &f);
	assert_false(f.met);
	assert_int_equal(r[1].agents, 6);
	assert_int_equal(r[1].binding, WFM_BINDS_CAP);
	assert_true(f.p_target < 0.9 && f.service_level > 0.0 && f.service_level < 0.8);
	o.max_agents = 0;
	p.risk = WFM_RISK_POINT;
	solve(&p, &o, r, &f);
	int64_t without = f.agents;
	assert_true(r[0].service_level < 0.75); /* five calls do not weigh */
	p.least_service_level = 0.75;
	solve(&p, &o, r, &f);
	for (int i = 0; i < SMALL; i++)
		assert_true(r[i].service_level >= 0.75);
	assert_true(f.agents >= without);
}

static void test_errors(void **state)
{
	(void)state;
	struct wfm_staffing_options o = voice(180);
	double volume[2 * SMALL] = { 1, 2, 3, 4, -1, 6 };
	struct wfm_risk_problem p = { .loads = small_loads[0], .n = SMALL, .risk = WFM_RISK_CHANCE,
				      .probability = 1.0, .scenarios = volume, .scenario_count = 2 };
	struct wfm_requirement r[SMALL];
	struct wfm_error e = { 0 };
	assert_int_equal(wfm_staffing_risk(&p, &o, r, NULL, &e), WFM_INVALID);
	assert_string_equal(e.path, "/probability");
	p.probability = 0.8;
	assert_int_equal(wfm_staffing_risk(&p, &o, r, NULL, &e), WFM_INVALID);
	assert_string_equal(e.path, "/loads/1/volume");
	assert_non_null(strstr(e.message, "scenario 1"));
	volume[4] = 5;
	assert_int_equal(wfm_staffing_risk(&p, &o, r, NULL, &e), WFM_OK);
	const int32_t gap[SMALL] = { 0, 2, 2 };
	p.period = gap;
	assert_int_equal(wfm_staffing_risk(&p, &o, r, NULL, &e), WFM_INVALID);
	assert_string_equal(e.path, "/period");
	p.period = NULL;
	p.scenario_count = 0;
	assert_int_equal(wfm_staffing_risk(&p, &o, r, NULL, &e), WFM_INVALID);
	assert_string_equal(e.path, "/scenarios");
	o.channel = WFM_PORTFOLIO;
	o.per_person = 10;
	assert_int_equal(wfm_staffing_risk(&p, &o, r, NULL, &e), WFM_INVALID);
	assert_string_equal(e.path, "/channel");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fewest_by_brute_force),
		cmocka_unit_test(test_given_staffing),
		cmocka_unit_test(test_chance),
		cmocka_unit_test(test_interval_by_interval),
		cmocka_unit_test(test_curves_follow_the_formula),
		cmocka_unit_test(test_noise_against_simulation),
		cmocka_unit_test(test_cap_and_floor),
		cmocka_unit_test(test_errors),
	};
	return cmocka_run_group_tests_name("risk", tests, NULL, NULL);
}
