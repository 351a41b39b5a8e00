/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rest of a day once its morning is known: against exact conditioning, on holes and rubbish. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>
#include <time.h>

#include "wfm/intraday.h"

enum { MONDAY = 18995, SLOTS = 48, OPEN = 16, SHUT = 40, NOON = 24 };

static uint64_t state_ = 11;

static double uniform(void)
{
	state_ = state_ * 6364136223846793005u + 1442695040888963407u;
	return ((double)(state_ >> 11) + 0.5) * 0x1p-53;
}

static double normal(void)
{
	return sqrt(-2.0 * log(uniform())) * cos(6.283185307179586 * uniform());
}

/* 08:00 to 20:00, 100 a slot, a day factor of 10 %, one shape of morning against afternoon. */
static struct wfm_day_belief belief(double day_sd, double shape_sd)
{
	struct wfm_day_belief b = { .slots = SLOTS, .factors = 2 };
	for (int s = OPEN; s < SHUT; s++) {
		double y = 100 + 40 * sin(0.3 * s), x = sqrt(y);
		b.load[0][s] = 0.5 * day_sd * x;
		b.load[1][s] = shape_sd * (s < 28 ? 1 : -1);
		b.own[s] = 0.25;
		b.mean[s] = x * x + b.load[0][s] * b.load[0][s] + b.load[1][s] * b.load[1][s];
	}
	return b;
}

static struct wfm_intraday update(const struct wfm_day_belief *b, const double *y, int now)
{
	struct wfm_intraday out;
	struct wfm_error e;
	if (wfm_intraday_update(b, y, now, &out, &e) != WFM_OK)
		fail_msg("%s: %s", e.path, e.message);
	return out;
}

static void test_nothing_known(void **state)
{
	(void)state;
	struct wfm_day_belief b = belief(0.1, 0.3);
	double y[SLOTS], sum = 0;
	for (int s = 0; s < SLOTS; s++)
		y[s] = NAN;
	struct wfm_intraday out = update(&b, y, NOON);
	for (int s = NOON; s < SHUT; s++) {
		assert_true(fabs(out.slot[s].mean - b.mean[s]) < 1e-9);
		sum += b.mean[s];
	}
	assert_true(fabs(out.rest.mean - sum) < 1e-9 && fabs(out.factor - 1) < 1e-12);
	assert_int_equal(out.holes, NOON - OPEN);
	assert_int_equal(out.slots_observed, 0);
	assert_true(out.z == 0 && out.z_sd == 1);
	assert_true(out.slot[NOON - 1].mean == 0 && out.slot[SHUT].mean == 0);
}

/* One factor, no shape: f̂ = Σ Lr/own ÷ (1 + Σ L²/own), by hand. */
static void test_one_factor_by_hand(void **state)
{
	(void)state;
	struct wfm_day_belief b = belief(0.1, 0);
	double y[SLOTS] = { 0 }, top = 0, bottom = 1;
	for (int s = OPEN; s < NOON; s++) {
		y[s] = 1.08 * b.mean[s];
		double v = b.own[s] + b.load[0][s] * b.load[0][s];
		double r = sqrt(y[s] + 0.25) - sqrt(b.mean[s] + 0.25 - v);
		top += b.load[0][s] * r / b.own[s];
		bottom += b.load[0][s] * b.load[0][s] / b.own[s];
	}
	struct wfm_intraday out = update(&b, y, NOON);
	assert_true(fabs(out.z - top / bottom) < 1e-9);
	assert_true(fabs(out.z_sd - sqrt(1 / bottom)) < 1e-9);
	assert_true(out.factor > 1.05 && out.factor < 1.08);
	/* A day's factor known for certain beforehand is not moved by the morning. */
	b = belief(0, 0);
	assert_true(fabs(update(&b, y, NOON).factor - 1) < 1e-9);
}

/* Days drawn from the belief: 80 % of what follows lies in the 80 % bands, of slots and of totals. */
static void test_calibrated(void **state)
{
	(void)state;
	struct wfm_day_belief b = belief(0.12, 0.4);
	double n = 0, inside = 0, days = 0, totals = 0, error = 0, before = 0;
	for (int k = 0; k < 1000; k++) {
		double y[SLOTS] = { 0 }, f0 = normal(), f1 = normal(), total = 0;
		for (int s = OPEN; s < SHUT; s++) {
			double v = b.own[s] + b.load[0][s] * b.load[0][s] +
				   b.load[1][s] * b.load[1][s];
			double x = sqrt(b.mean[s] + 0.25 - v) + b.load[0][s] * f0 +
				   b.load[1][s] * f1 + sqrt(b.own[s]) * normal();
			y[s] = fmax(0, x * x - 0.25);
			total += s >= NOON ? y[s] : 0;
		}
		struct wfm_intraday out = update(&b, y, NOON);
		for (int s = NOON; s < SHUT; s++) {
			n += 1;
			inside += y[s] >= out.slot[s].quantile[1] && y[s] <= out.slot[s].quantile[5];
			error += fabs(y[s] - out.slot[s].mean);
			before += fabs(y[s] - b.mean[s]);
		}
		days += 1;
		totals += total >= out.rest.quantile[1] && total <= out.rest.quantile[5];
	}
	assert_true(fabs(inside / n - 0.8) < 0.02);
	assert_true(fabs(totals / days - 0.8) < 0.04);
	assert_true(error < 0.9 * before); /* morning and afternoon pull apart */
}

/* Holes say nothing: they weaken the update and are not taken for empty intervals. */
static void test_holes(void **state)
{
	(void)state;
	struct wfm_day_belief b = belief(0.1, 0.2);
	double y[SLOTS] = { 0 };
	for (int s = OPEN; s < NOON; s++)
		y[s] = 1.2 * b.mean[s];
	struct wfm_intraday whole = update(&b, y, NOON);
	for (int s = OPEN; s < NOON - 2; s++)
		y[s] = NAN;
	struct wfm_intraday two = update(&b, y, NOON);
	assert_int_equal(two.holes, NOON - OPEN - 2);
	assert_true(two.factor > 1.02 && two.factor < whole.factor);
	assert_true(two.z_sd > whole.z_sd);
	double wide = two.rest.quantile[5] - two.rest.quantile[1];
	assert_true(wide / two.rest.mean >
		    (whole.rest.quantile[5] - whole.rest.quantile[1]) / whole.rest.mean);
}

/* An interval that the switch counted a hundredfold moves the afternoon little. */
static void test_one_wild_interval(void **state)
{
	(void)state;
	struct wfm_day_belief b = belief(0.1, 0.2);
	double y[SLOTS] = { 0 };
	for (int s = OPEN; s < NOON; s++)
		y[s] = b.mean[s];
	double calm = update(&b, y, NOON).rest.mean;
	y[OPEN + 3] *= 100;
	double wild = update(&b, y, NOON).rest.mean;
	assert_true(fabs(wild / calm - 1) < 0.05);
}

static void test_refusals(void **state)
{
	(void)state;
	struct wfm_day_belief b = belief(0.1, 0.2);
	struct wfm_intraday out;
	struct wfm_error e;
	double y[SLOTS] = { 0 };
	assert_int_equal(wfm_intraday_update(&b, y, SLOTS + 1, &out, &e), WFM_INVALID);
	assert_string_equal(e.path, "/now");
	y[20] = -1;
	assert_int_equal(wfm_intraday_update(&b, y, NOON, &out, &e), WFM_INVALID);
	assert_string_equal(e.path, "/observed/20");
	y[20] = INFINITY;
	assert_int_equal(wfm_intraday_update(&b, y, NOON, &out, &e), WFM_INVALID);
	assert_int_equal(wfm_intraday_update(&b, y, 20, &out, &e), WFM_OK); /* after now */
	b.own[18] = NAN;
	assert_int_equal(wfm_intraday_update(&b, y, 20, &out, &e), WFM_INVALID);
	assert_string_equal(e.path, "/mean/18");
}

/* Ten weeks, then a Monday 25 % above its like until noon. */
static size_t history(struct wfm_observation *rows, double lift)
{
	size_t n = 0;
	for (int d = 0; d <= 70; d++) {
		double f = exp(0.06 * normal());
		for (int s = OPEN; s < SHUT; s++) {
			double y = (100 + 40 * sin(0.3 * s)) * f;
			if (d == 70)
				y = (100 + 40 * sin(0.3 * s)) * lift;
			if (d == 70 && s >= NOON)
				break;
			rows[n++] = (struct wfm_observation){ MONDAY + d, (int16_t)s,
							      floor(y + sqrt(y) * normal()), NAN, NAN };
		}
	}
	return n;
}

static struct wfm_forecast forecast(const struct wfm_observation *rows, size_t n, int16_t first_slot)
{
	struct wfm_series s = { 30, rows, n, NULL, 0, NULL };
	struct wfm_forecast_options o = { .first_day = MONDAY + 70, .first_slot = first_slot,
					  .days = 3, .method = "state_space", .origins = -1 };
	struct wfm_forecast f;
	struct wfm_error e;
	if (wfm_forecast_run(&s, &o, &f, &e) != WFM_OK)
		fail_msg("%s: %s", e.path, e.message);
	return f;
}

/* wfm_forecast_run from noon on does the same as forecasting in the morning and updating. */
static void test_forecast_from_noon(void **state)
{
	(void)state;
	static struct wfm_observation rows[71 * 24];
	size_t n = history(rows, 1.25);
	struct wfm_forecast morning = forecast(rows, n, 0), noon = forecast(rows, n, NOON);
	struct wfm_day_belief b, plain;
	struct wfm_error e;
	double y[SLOTS], rest = 0;
	for (int s = 0; s < SLOTS; s++)
		y[s] = NAN;
	for (size_t i = 0; i < n; i++)
		if (rows[i].day == MONDAY + 70)
			y[rows[i].slot] = rows[i].offered;
	assert_int_equal(wfm_day_belief_from_joint(morning.joint, MONDAY + 70, &b, &e), WFM_OK);
	struct wfm_intraday out = update(&b, y, NOON);
	assert_int_equal(noon.slots[0].slot, NOON);
	for (int s = NOON; s < SHUT; s++) {
		const struct wfm_forecast_slot *p = &noon.slots[s - NOON];
		assert_true(fabs(p->mean / out.slot[s].mean - 1) < 0.01);
		assert_true(p->mean > 1.05 * morning.slots[s].mean);
		rest += p->mean;
	}
	assert_true(fabs(rest - noon.days[0].mean) < 1e-6 * rest);
	assert_true(noon.days[0].quantile[1] < rest && rest < noon.days[0].quantile[5]);
	assert_true(noon.days[1].mean >= morning.days[1].mean * 0.999);
	/* Stored slots alone, without shapes, see the same lift. */
	assert_int_equal(wfm_day_belief_from_slots(morning.slots, morning.n_slots, &morning.days[0], 30,
						   &plain, &e), WFM_OK);
	assert_true(fabs(update(&plain, y, NOON).factor / out.factor - 1) < 0.05);
	wfm_forecast_free(&morning);
	wfm_forecast_free(&noon);
}

/* The finest data at noon, every factor in use: under a millisecond, with room to spare. */
static void test_fast(void **state)
{
	(void)state;
	static struct wfm_day_belief b = { .slots = WFM_MAX_SLOTS, .factors = WFM_BELIEF_FACTORS };
	static double y[WFM_MAX_SLOTS];
	static struct wfm_intraday out;
	struct wfm_error e;
	for (int s = 0; s < WFM_MAX_SLOTS; s++) {
		b.mean[s] = y[s] = 20;
		b.own[s] = 0.3;
		for (int k = 0; k < b.factors; k++)
			b.load[k][s] = 0.05 * sin(0.02 * (k + 1) * s);
	}
	struct timespec from, to;
	enum { TIMES = 50 };
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	for (int i = 0; i < TIMES; i++)
		assert_int_equal(wfm_intraday_update(&b, y, WFM_MAX_SLOTS / 2, &out, &e), WFM_OK);
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	double ms = 1e3 * (double)(to.tv_sec - from.tv_sec) + 1e-6 * (double)(to.tv_nsec - from.tv_nsec);
	print_message("# %.3f ms an update of 288 slots and %d factors\n", ms / TIMES, b.factors);
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__)
	assert_true(ms / TIMES < 1.0);
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(test_one_factor_by_hand),
		cmocka_unit_test(test_calibrated),
		cmocka_unit_test(test_holes),
		cmocka_unit_test(test_one_wild_interval),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_forecast_from_noon),
		cmocka_unit_test(test_fast),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
