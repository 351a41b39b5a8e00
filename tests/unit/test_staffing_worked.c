/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requirements put to work: a finite lobby, sharp opening and closing, a load that moves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "tests/lib/worked_day.h"

enum { SLOTS = 28 };

static struct wfm_staffing_options voice(double level, double within_s, double patience_s)
{
	return (struct wfm_staffing_options){ .channel = WFM_VOICE,
					      .interval_s = 1800,
					      .target = { .service_level = level,
							  .within_s = within_s },
					      .patience_s = patience_s };
}

static void staff(const struct wfm_load *loads, const struct wfm_staffing_options *o,
		  struct wfm_requirement *r)
{
	struct wfm_error e = { 0 };
	if (wfm_staffing_run(loads, SLOTS, o, r, &e) != WFM_OK)
		fail_msg("%s: %s", e.path, e.message);
}

/* Few may wait: the requirement's figures are those of the simulator, turned away included. */
static void test_lobby(void **state)
{
	(void)state;
	const struct { int32_t lobby; double volume; } cases[] = { { 0, 60 }, { 2, 60 }, { 5, 90 } };
	for (int c = 0; c < 3; c++) {
		struct wfm_load loads[SLOTS];
		struct wfm_requirement r[SLOTS], free_[SLOTS];
		for (int i = 0; i < SLOTS; i++)
			loads[i] = (struct wfm_load){ cases[c].volume, 200, true };
		struct wfm_staffing_options o = voice(0.8, 20, 120);
		staff(loads, &o, free_);
		o.lobby_limited = true;
		o.lobby = cases[c].lobby;
		staff(loads, &o, r);
		assert_true(r[0].met && r[0].service_level >= 0.8);
		assert_true(r[0].agents >= free_[0].agents - 1);
		struct worked_day d = { loads, r, SLOTS, &o, 300, 11 };
		struct wfm_simulation *s = worked_day_play(&d);
		assert_non_null(s);
		double level = 0.0, lost = 0.0;
		for (int i = 8; i < SLOTS; i++) { /* the day begins empty */
			level += s->interval[i].service_level / (SLOTS - 8);
			lost += s->interval[i].abandoned_share / (SLOTS - 8);
		}
		wfm_simulation_free(s);
		assert_true(fabs(level - r[10].service_level) < 0.006);
		assert_true(fabs(lost - r[10].abandoned_share) < 0.006);
	}
}

/* Thirty erlangs from the first minute to the last, shut before and after. */
static void test_sharp_edges(void **state)
{
	(void)state;
	struct wfm_load loads[SLOTS] = { { 0 } };
	struct wfm_requirement mol[SLOTS], sipp[SLOTS];
	for (int i = 0; i < SLOTS; i++)
		loads[i] = (struct wfm_load){ i >= 4 && i < 24 ? 60 : 0, 900, i >= 4 && i < 24 };
	struct wfm_staffing_options o = voice(0.8, 30, 300);
	staff(loads, &o, mol);
	o.load_model = WFM_LOAD_STATIONARY;
	staff(loads, &o, sipp);
	assert_true(mol[4].agents <= sipp[4].agents - 4); /* the first callers find nobody before them */
	assert_int_equal(mol[12].agents, sipp[12].agents);
	assert_int_equal(mol[23].agents, mol[12].agents);
	assert_int_equal(mol[3].agents + mol[24].agents, 0);
	struct worked_day d = { loads, mol, SLOTS, &o, 1000, 2 };
	struct wfm_simulation *s = worked_day_play(&d);
	assert_non_null(s);
	for (int i = 4; i < 24; i++) {
		/* The last minutes' callers still wait when people go: the one edge that costs. */
		double level = s->interval[i].service_level;
		if (!(level >= (i == 23 ? 0.72 : 0.76)))
			fail_msg("interval %d: %.3f", i, level);
	}
	assert_true(s->total[0].service_level > 0.79);
	wfm_simulation_free(s);
}

/* Two peaks and an ebb, 1,200 s: by itself an interval forgets who is still being served. */
static void test_moving_load(void **state)
{
	(void)state;
	struct wfm_load loads[SLOTS];
	struct wfm_requirement r[SLOTS];
	int missing[2] = { 0 };
	double hours[2] = { 0 }, worst[2] = { 1.0, 1.0 };
	struct wfm_staffing_options o = voice(0.8, 60, 300);
	for (int i = 0; i < SLOTS; i++)
		loads[i] = (struct wfm_load){ 60.0 * (1.0 - 0.7 * cos(2.0 * M_PI * (i + 0.5) / 14.0)),
					      1200, true };
	for (int m = 0; m < 2; m++) {
		double level[SLOTS];
		o.load_model = m == 0 ? WFM_LOAD_MODIFIED : WFM_LOAD_STATIONARY;
		staff(loads, &o, r);
		struct worked_day d = { loads, r, SLOTS, &o, 1, 1 };
		worked_day_exact(&d, level);
		for (int i = 0; i < SLOTS; i++) {
			hours[m] += r[i].agents * 0.5;
			missing[m] += level[i] < 0.75;
			worst[m] = fmin(worst[m], level[i]);
		}
	}
	print_message("# modified load %.1f h, worst %.3f; by itself %.1f h, worst %.3f, %d short\n",
		      hours[0], worst[0], hours[1], worst[1], missing[1]);
	assert_int_equal(missing[0], 0);
	assert_true(missing[1] >= 5 && worst[1] < 0.65);
	assert_true(fabs(hours[0] - hours[1]) < 0.02 * hours[1]);
}

/*
 * Hundreds of agents and callers with little patience: who waits goes long before a call ends, and the
 * load follows the calls that come and not, a handling time later, those that were served.
 */
static void test_moving_impatient(void **state)
{
	(void)state;
	const struct { double erl, aht_s, patience_s, least; } cases[] = {
		{ 750, 1200, 60, 0.77 }, { 300, 1200, 15, 0.75 }, { 200, 300, 120, 0.78 },
		{ 40, 1200, 15, 0.76 },
	};
	for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
		struct wfm_load loads[SLOTS];
		struct wfm_requirement r[SLOTS];
		double level[SLOTS], worst = 1.0, hours = 0.0, alone = 0.0, good = 0.0, all = 0.0;
		struct wfm_staffing_options o = voice(0.8, 20, cases[c].patience_s);
		for (int i = 0; i < SLOTS; i++) { /* shut at first: everything begins empty */
			double erl = cases[c].erl * (1.0 - 0.7 * cos(2.0 * M_PI * (i - 0.5) / 13.5));
			loads[i] = (struct wfm_load){ i > 0 ? erl * 1800 / cases[c].aht_s : 0,
						      cases[c].aht_s, i > 0 };
		}
		o.load_model = WFM_LOAD_STATIONARY;
		staff(loads, &o, r);
		for (int i = 0; i < SLOTS; i++)
			alone += r[i].agents * 0.5;
		o.load_model = WFM_LOAD_MODIFIED;
		staff(loads, &o, r);
		struct worked_day d = { loads, r, SLOTS, &o, 1, 1 };
		worked_day_exact(&d, level);
		for (int i = 1; i < SLOTS; i++) {
			hours += r[i].agents * 0.5;
			worst = fmin(worst, level[i]);
			good += level[i] * loads[i].volume;
			all += loads[i].volume;
		}
		print_message("# %.0f erlangs, %.0f s, patience %.0f s: %.0f h (by itself %.0f), worst "
			      "%.3f, day %.3f\n", cases[c].erl, cases[c].aht_s, cases[c].patience_s,
			      hours, alone, worst, good / all);
		assert_true(worst > cases[c].least);
		assert_true(good / all > 0.79 && good / all < 0.83);
		assert_true(hours < 1.01 * alone);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lobby),
		cmocka_unit_test(test_sharp_edges),
		cmocka_unit_test(test_moving_load),
		cmocka_unit_test(test_moving_impatient),
	};
	return cmocka_run_group_tests_name("staffing worked", tests, NULL, NULL);
}
