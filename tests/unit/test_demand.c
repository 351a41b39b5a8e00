/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Handling time, redials, patience and chats at once, on real records and on known models. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "wfm/demand.h"

enum { FEB_1 = 10623, CALLS_MAX = 40000 }; /* 1999-02-01, a Monday */

static uint64_t state_ = 7;

static double uniform(void)
{
	state_ = state_ * 6364136223846793005u + 1442695040888963407u;
	return ((double)(state_ >> 11) + 0.5) * 0x1p-53;
}

static double exponential(double mean)
{
	return -mean * log(uniform());
}

static double normal(void)
{
	return sqrt(-2.0 * log(uniform())) * cos(6.283185307179586 * uniform());
}

static double poisson(double mean)
{
	if (mean > 50.0)
		return fmax(0.0, floor(mean + sqrt(mean) * normal() + 0.5));
	double limit = exp(-mean), p = 1.0;
	int k = 0;
	while ((p *= uniform()) > limit)
		k++;
	return k;
}

/* ---- The records of February 1999 ---- */

struct record {
	int32_t day, second;
	uint64_t customer;
	char outcome;
	double wait_s, service_s;
};

static struct record records[CALLS_MAX];
static size_t n_records;

static int clock_second(const char *text)
{
	int h, m, s;
	return sscanf(text, "%d:%d:%d", &h, &m, &s) == 3 ? h * 3600 + m * 60 + s : -1;
}

static void read_records(void)
{
	const char *dir = getenv("CUADRANTE_SHARED_DATA");
	char path[512], line[512];
	(void)snprintf(path, sizeof path, "%s/bank-il-1999/february1999_calls.tsv.gz",
		       dir != NULL ? dir : "../shared/data");
	gzFile f = gzopen(path, "r");
	if (f == NULL)
		return;
	(void)gzgets(f, line, sizeof line);
	while (gzgets(f, line, sizeof line) != NULL && n_records < CALLS_MAX) {
		char *cell[17] = { line };
		int cells = 1;
		for (char *c = line; *c != '\0' && cells < 17; c++)
			if (*c == '\t') {
				*c = '\0';
				cell[cells++] = c + 1;
			}
		assert_int_equal(cells, 17);
		records[n_records++] = (struct record){
			.day = FEB_1 - 1 + (int32_t)(strtol(cell[5], NULL, 10) - 990200),
			.second = clock_second(cell[6]),
			.customer = strtoull(cell[2], NULL, 10),
			.outcome = cell[12][0],
			.wait_s = strtod(cell[11], NULL),
			.service_s = strtod(cell[15], NULL),
		};
	}
	(void)gzclose(f);
}

/* AGENT and HANG; PHANTOM calls are artefacts of the switch. */
static size_t contacts_of_february(struct wfm_contact *out)
{
	size_t n = 0;
	for (size_t i = 0; i < n_records; i++) {
		const struct record *r = &records[i];
		if (r->outcome != 'P')
			out[n++] = (struct wfm_contact){ (int64_t)r->day * 86400 + r->second,
							 r->wait_s, r->outcome == 'H',
							 r->customer };
	}
	return n;
}

static void test_patience_of_february(void **state)
{
	(void)state;
	if (n_records == 0)
		skip();
	static struct wfm_contact contacts[CALLS_MAX];
	size_t n = contacts_of_february(contacts);
	struct wfm_survival curve[] = { { .at_s = 0 },	 { .at_s = 60 },  { .at_s = 120 },
					{ .at_s = 300 }, { .at_s = 600 }, { .at_s = 1e6 } };
	struct wfm_patience p;
	struct wfm_error e;
	assert_int_equal(wfm_patience_from_contacts(contacts, n, &p, curve, 6, &e), WFM_OK);
	print_message("# %s: mean %.1f s (%.1f .. %.1f; days %.1f .. %.1f), median %.0f s "
		      "(%.0f .. %.0f), misfit %.3f\n",
		      p.reason, p.mean_s, p.low_s, p.high_s, p.low_days_s, p.high_days_s,
		      p.median_s, p.median_low_s, p.median_high_s, p.misfit);
	for (int i = 0; i < 6; i++)
		print_message("# S(%.0f s) %.4f (%.4f .. %.4f)\n", curve[i].at_s, curve[i].survival,
			      curve[i].low, curve[i].high);
	assert_true(p.known);
	assert_true(fabs(p.mean_s - 348.0) < 0.5);
	assert_true(p.low_s < 348 && p.high_s > 348 && p.high_s - p.low_s < 30);
	/* Few are lost in the first minute, many after five: no exponential, and it says so. */
	assert_true(p.misfit > 0.05);
}

static size_t series_of_february(struct wfm_observation *rows)
{
	static struct wfm_observation grid[28][48];
	memset(grid, 0, sizeof grid);
	for (size_t i = 0; i < n_records; i++) {
		const struct record *r = &records[i];
		struct wfm_observation *o = &grid[r->day - FEB_1][r->second / 1800];
		o->offered += 1;
		if (r->outcome == 'A' && r->service_s > 0) {
			o->handled += 1;
			o->handle_time_s += r->service_s;
		}
	}
	size_t n = 0;
	for (int d = 0; d < 28; d++)
		for (int s = 0; s < 48; s++)
			if (grid[d][s].offered > 0) {
				rows[n] = grid[d][s];
				rows[n].day = FEB_1 + d;
				rows[n++].slot = (int16_t)s;
			}
	return n;
}

static void print_aht(const char *what, const struct wfm_aht *a)
{
	const struct wfm_aht_score *s = &a->score;
	print_message("# %s: level %.1f s, contact sd %.0f s, k slot %.0f, k cell %.0f, discount %.3f\n",
		      what, a->level_s, a->contact_sd_s, a->k_slot, a->k_cell, a->discount);
	print_message("# %s: WAPE %.2f %% (constant %.2f, four weeks %.2f, same interval %.2f, floor "
		      "%.2f), bias %+.2f, covers %.1f, %d origins\n",
		      what, 100 * s->wape, 100 * s->wape_constant, 100 * s->wape_four_weeks,
		      100 * s->wape_four_weeks_cell, 100 * s->floor, 100 * s->bias,
		      100 * s->coverage_80, s->origins);
}

static void test_aht_of_february(void **state)
{
	(void)state;
	if (n_records == 0)
		skip();
	static struct wfm_observation rows[28 * 48];
	struct wfm_series s = { .interval_min = 30, .observations = rows };
	s.n_observations = series_of_february(rows);
	struct wfm_aht a;
	struct wfm_error e;
	struct wfm_aht_options o = { 0 };
	assert_int_equal(wfm_aht_forecast(&s, &o, &a, &e), WFM_OK);
	print_aht("February 1999", &a);
	assert_true(a.score.wape < 0.95 * a.score.wape_constant);
	assert_true(a.score.wape < 0.95 * a.score.wape_four_weeks);
	assert_true(a.score.wape < 0.95 * a.score.wape_four_weeks_cell);
	assert_true(a.level_s > 170 && a.level_s < 190);
	wfm_aht_free(&a);
}

/* Exponential patience of 200 s against waits of 60 s on average: exact intervals cover. */
static void test_patience_covers(void **state)
{
	(void)state;
	enum { CALLS = 400, RUNS = 400 };
	static struct wfm_contact c[CALLS];
	double covered = 0, by_days = 0, medians = 0;
	for (int k = 0; k < RUNS; k++) {
		for (int i = 0; i < CALLS; i++) {
			double patience = exponential(200), wait = exponential(60);
			c[i] = (struct wfm_contact){ (int64_t)(i % 10) * 86400 + i, fmin(patience, wait),
						     patience < wait, 0 };
		}
		struct wfm_patience p;
		struct wfm_error e;
		assert_int_equal(wfm_patience_from_contacts(c, CALLS, &p, NULL, 0, &e), WFM_OK);
		assert_true(p.known && p.low_s < p.mean_s && p.mean_s < p.high_s);
		covered += p.low_s <= 200 && 200 <= p.high_s;
		by_days += p.low_days_s <= 200 && 200 <= p.high_days_s;
		if (!isnan(p.median_s))
			medians += p.median_low_s <= 138.63 && 138.63 <= p.median_high_s;
		else
			medians += 1; /* says that it cannot tell */
		assert_true(p.misfit < 0.35);
	}
	print_message("# 95 %% intervals held %.3f, by days %.3f, of the median %.3f\n",
		      covered / RUNS, by_days / RUNS, medians / RUNS);
	assert_true(covered / RUNS > 0.92 && covered / RUNS < 0.98);
	assert_true(by_days / RUNS > 0.90);
	assert_true(medians / RUNS > 0.90);
}

/* Sums of the same waiting give the same estimate; χ² limits by hand. */
static void test_patience_of_sums(void **state)
{
	(void)state;
	struct wfm_wait_sums rows[] = { { 1, 4, 900 }, { 1, 0, 100 }, { 2, 6, 1000 },
					{ 3, NAN, 50 }, { 4, 2, NAN } };
	struct wfm_patience p;
	struct wfm_error e;
	assert_int_equal(wfm_patience_from_sums(rows, 5, &p, &e), WFM_OK);
	assert_true(p.known && p.abandons == 10 && p.waiting_s == 2000 && p.days == 2);
	assert_true(fabs(p.mean_s - 200) < 1e-9);
	assert_true(fabs(p.low_s - 4000 / 36.7807) < 0.01);  /* χ²(22) at .975 */
	assert_true(fabs(p.high_s - 4000 / 9.59078) < 0.01); /* χ²(20) at .025 */
	assert_true(isnan(p.low_days_s) && isnan(p.median_s));

	for (int i = 0; i < 5; i++)
		rows[i].abandoned = 0;
	assert_int_equal(wfm_patience_from_sums(rows, 4, &p, &e), WFM_OK);
	assert_true(!p.known && isinf(p.mean_s) && isinf(p.high_s));
	assert_true(fabs(p.low_s - 2050 / 2.99573) < 0.01); /* no abandon in T: above T/−ln .05 */
	assert_non_null(strstr(p.reason, "cannot tell"));
	assert_int_equal(wfm_patience_from_sums(rows, 0, &p, &e), WFM_OK);
	assert_true(!p.known && p.low_s == 0);
	assert_non_null(strstr(p.reason, "cannot tell"));
	/* Any number of abandons, fractions and millions too: finite and in order. */
	for (double d = 1e-3; d < 1e8; d *= 1.7) {
		rows[0] = (struct wfm_wait_sums){ 1, d, 100 * d };
		assert_int_equal(wfm_patience_from_sums(rows, 1, &p, &e), WFM_OK);
		assert_true(p.known && fabs(p.mean_s - 100) < 1e-9);
		assert_true(p.low_s > 0 && p.low_s < 100 && p.high_s > 100);
	}
	rows[1].wait_s = -3;
	assert_int_equal(wfm_patience_from_sums(rows, 4, &p, &e), WFM_INVALID);
	assert_string_equal(e.path, "/rows/1/wait_s");
}

/* Kaplan-Meier of six records, worked out by hand. */
static void test_kaplan_meier_by_hand(void **state)
{
	(void)state;
	struct wfm_contact c[] = { { 0, 10, true, 0 },	{ 0, 20, false, 0 }, { 0, 30, true, 0 },
				   { 0, 30, false, 0 }, { 0, 40, true, 0 },  { 0, 60, false, 0 },
				   { 0, 0, true, 0 } };
	struct wfm_survival curve[] = { { .at_s = 5 },	{ .at_s = 10 }, { .at_s = 35 },
					{ .at_s = 50 }, { .at_s = 60 }, { .at_s = 61 } };
	struct wfm_patience p;
	struct wfm_error e;
	assert_int_equal(wfm_patience_from_contacts(c, 7, &p, curve, 6, &e), WFM_OK);
	const double want[] = { 1, 5. / 6, 5. / 6 * 3 / 4, 5. / 6 * 3 / 4 / 2, 5. / 6 * 3 / 4 / 2 };
	for (int i = 0; i < 5; i++) {
		assert_true(fabs(curve[i].survival - want[i]) < 1e-12);
		assert_true(curve[i].low <= want[i] && want[i] <= curve[i].high);
	}
	assert_true(isnan(curve[5].survival)); /* nobody was watched for so long */
	assert_true(p.median_s == 40);
	assert_true(fabs(p.mean_s - 190. / 3) < 1e-12);
}

/* ---- Handling time ---- */

static const double slot_shape[24] = { 1, 1, 1, 1, 1, 1, 1, 1, .8, .85, .9, 1, 1.1, 1.2,
				       1.1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };

/* Twelve weeks by the hour; Mondays 20 % longer, mornings shorter; CV of a contact 1. */
static size_t draw_aht(struct wfm_observation *rows, int days, double contacts, double trend_a_day)
{
	size_t n = 0;
	for (int d = 0; d < days; d++)
		for (int s = 8; s < 20; s++) {
			double k = poisson(contacts), mean = 240 * slot_shape[s] * exp(trend_a_day * d);
			if (d % 7 == 0)
				mean *= 1.2;
			double sum = k > 0 ? fmax(k * mean + sqrt(k) * mean * normal(), 0.05 * k * mean) :
					     0;
			rows[n++] = (struct wfm_observation){ 18995 + d, (int16_t)s, k, k, sum };
		}
	return n;
}

static struct wfm_aht aht_of(const struct wfm_observation *rows, size_t n)
{
	struct wfm_series s = { .interval_min = 60, .observations = rows, .n_observations = n };
	struct wfm_aht a;
	struct wfm_error e;
	struct wfm_aht_options o = { 0 };
	if (wfm_aht_forecast(&s, &o, &a, &e) != WFM_OK)
		fail_msg("%s: %s", e.path, e.message);
	return a;
}

static void test_aht_of_a_model(void **state)
{
	(void)state;
	static struct wfm_observation rows[84 * 12];
	state_ = 21;
	size_t n = draw_aht(rows, 84, 40, 0);
	struct wfm_aht a = aht_of(rows, n);
	print_aht("model", &a);
	double error = 0, cells = 0;
	for (int w = 0; w < 7; w++)
		for (int s = 8; s < 20; s++) {
			double truth = 240 * slot_shape[s] * (w == 0 ? 1.2 : 1);
			error += fabs(a.aht_s[w * 24 + s] / truth - 1);
			cells += 1;
		}
	print_message("# mean error of a cell %.2f %%\n", 100 * error / cells);
	assert_true(error / cells < 0.03);
	const struct wfm_aht_score *k = &a.score;
	assert_true(k->wape < 0.95 * k->wape_constant && k->wape < 0.95 * k->wape_four_weeks &&
		    k->wape < 0.95 * k->wape_four_weeks_cell);
	assert_true(k->wape < 1.06 * k->floor && fabs(k->bias) < 0.03 && k->origins == 8);
	assert_true(fabs(k->coverage_80 - 0.8) < 0.04);
	/* Quantiles: wider for few contacts, ordered, around the mean. */
	double few = wfm_aht_quantile(&a, 0, 9, 4, 0.9), many = wfm_aht_quantile(&a, 0, 9, 400, 0.9);
	assert_true(few > many && many > a.aht_s[9] && wfm_aht_quantile(&a, 0, 9, 4, 0.1) < a.aht_s[9]);
	wfm_aht_free(&a);
}

/* A level that falls 0.4 % a day is followed; without a trend the discount says so. */
static void test_aht_follows_a_trend(void **state)
{
	(void)state;
	static struct wfm_observation rows[140 * 12];
	state_ = 22;
	size_t n = draw_aht(rows, 140, 40, -0.004);
	struct wfm_aht a = aht_of(rows, n);
	print_aht("trend", &a);
	double now = 240 * exp(-0.004 * 140);
	assert_true(fabs(a.aht_s[4 * 24 + 15] / now - 1) < 0.08);
	assert_true(a.discount < 1 && a.score.wape < a.score.wape_constant);
	wfm_aht_free(&a);
}

/* Impossible figures, missing ones and none at all. */
static void test_aht_of_rubbish(void **state)
{
	(void)state;
	static struct wfm_observation rows[84 * 12];
	state_ = 23;
	size_t n = draw_aht(rows, 84, 40, 0);
	struct wfm_aht a = aht_of(rows, n);
	rows[n - 20].handle_time_s *= 1000; /* milliseconds, once */
	rows[n - 30].handle_time_s = 0;	    /* nobody kept it */
	rows[n - 31].handle_time_s = NAN;
	struct wfm_aht b = aht_of(rows, n);
	assert_int_equal(b.outliers, a.outliers + 2);
	assert_true(fabs(b.level_s / a.level_s - 1) < 0.02);
	for (int c = 0; c < 7 * 24; c++)
		assert_true(fabs(b.aht_s[c] / a.aht_s[c] - 1) < 0.1);
	wfm_aht_free(&a);
	wfm_aht_free(&b);
	a = aht_of(rows, 0);
	assert_true(a.aht_s[0] == 180 && a.contacts == 0 && isnan(a.score.wape));
	assert_true(a.sd_s[0] > 20); /* a guess */
	wfm_aht_free(&a);
	/* Numbers at the edge of what doubles hold. */
	const double edge[] = { 1e-300, 1e-3, 1, 1e9, 1e300 };
	for (int i = 0; i < 25; i++) {
		for (size_t j = 0; j < 60; j++)
			rows[j] = (struct wfm_observation){ 18995 + (int32_t)(j / 3), (int16_t)(j % 3),
							    1, edge[i / 5], edge[i % 5] };
		rows[0].handled = 3;
		a = aht_of(rows, 60);
		for (int c = 0; c < 7 * 24; c++)
			assert_true(isfinite(a.aht_s[c]) && a.aht_s[c] > 0 && isfinite(a.sd_s[c]));
		wfm_aht_free(&a);
	}
	/* Two contacts weigh little against the thirty that the default stands for. */
	struct wfm_observation two = { 18995, 9, 2, 2, 1200 };
	a = aht_of(&two, 1);
	assert_true(a.aht_s[9] > 185 && a.aht_s[9] < 260);
	wfm_aht_free(&a);
}

/* ---- Redials ---- */

static void test_redials_of_february(void **state)
{
	(void)state;
	if (n_records == 0)
		skip();
	static struct wfm_contact contacts[CALLS_MAX];
	size_t n = contacts_of_february(contacts);
	struct wfm_redial_estimate r;
	struct wfm_error e;
	assert_int_equal(wfm_redial_from_contacts(contacts, n, 0, &r, &e), WFM_OK);
	print_message("# %s: p %.3f (%.3f .. %.3f), delay %.0f s\n", r.reason, r.redial.probability,
		      r.low, r.high, r.redial.delay_s);
	assert_true(r.known && r.low > 0.1 && r.high < 0.9);
}

/* Half of the abandoners call again after ten minutes on average; staffing moves abandons. */
static size_t draw_redials(struct wfm_attempts *rows, int days, double p)
{
	size_t n = 0;
	for (int d = 0; d < days; d++) {
		double drift = 0, pool = 0, keep = exp(-0.5);
		for (int s = 0; s < 120; s++) { /* 08:00 to 18:00 by 5 minutes */
			drift = 0.9 * drift + 0.04 * normal();
			double fresh = poisson(60 * exp(drift) * (1 + 0.3 * sin(0.05 * s)));
			double bad = uniform() < 0.1 ? 0.4 : 0.05; /* somebody went missing */
			double back = pool * (1 - keep);
			pool *= keep;
			double offered = fresh + poisson(back), abandoned = floor(bad * offered);
			double at_once = 1 - 2 * (1 - keep);
			double again = poisson(p * abandoned * at_once);
			pool += p * abandoned * (1 - at_once);
			rows[n++] = (struct wfm_attempts){ (int64_t)d * 86400 + 28800 + s * 300,
							   offered + again, NAN, abandoned };
		}
	}
	return n;
}

static void test_redials_of_intervals(void **state)
{
	(void)state;
	static struct wfm_attempts rows[60 * 120];
	double held = 0, known = 0, none = 0;
	enum { RUNS = 20 };
	for (int k = 0; k < RUNS; k++) {
		struct wfm_redial_estimate r;
		struct wfm_error e;
		state_ = 300 + (uint64_t)k;
		size_t n = draw_redials(rows, 60, 0.5);
		assert_int_equal(wfm_redial_from_intervals(rows, n, 300, 600, &r, &e), WFM_OK);
		held += r.low <= 0.5 && 0.5 <= r.high;
		known += r.known;
		if (k == 0)
			print_message("# p %.2f (%.2f .. %.2f): %s\n", r.redial.probability, r.low, r.high,
				      r.reason);
		n = draw_redials(rows, 60, 0);
		assert_int_equal(wfm_redial_from_intervals(rows, n, 300, 600, &r, &e), WFM_OK);
		none += r.known;
	}
	print_message("# held %.0f of 20, known %.0f, claimed where none is %.0f\n", held, known, none);
	assert_true(held >= 16 && known >= 16 && none <= 3);
	struct wfm_redial_estimate r;
	struct wfm_error e;
	assert_int_equal(wfm_redial_from_intervals(rows, 240, 300, 600, &r, &e), WFM_OK);
	assert_false(r.known); /* two days */
	assert_true(r.redial.probability == 0);
}

static void test_offered_load(void **state)
{
	(void)state;
	/* All of 40 abandons of one interval come back; a half-hour, ten minutes' delay. */
	struct wfm_attempts rows[6];
	for (int i = 0; i < 6; i++)
		rows[i] = (struct wfm_attempts){ i * 1800, 100, 100, 0 };
	rows[1].abandoned = 40;
	rows[1].handled = 60;
	struct wfm_redial half = { .probability = 0.5, .delay_s = 600 };
	struct wfm_offered_load t;
	struct wfm_error e;
	double fresh[6];
	assert_int_equal(wfm_offered_load(rows, 6, 1800, &half, fresh, &t, &e), WFM_OK);
	double at_once = 1 - (1 - exp(-3.0)) / 3;
	assert_true(fresh[0] == 100 && fabs(fresh[1] - (100 - 20 * at_once)) < 1e-9);
	assert_true(fabs(fresh[2] - (100 - 20 * (1 - at_once) * (1 - exp(-3.0)))) < 1e-9);
	assert_true(fabs(t.offered - 600) < 1e-9 && fabs(t.fresh + t.redials - 600) < 1e-9);
	assert_true(fabs(t.redials - 20) < 0.01 && t.unplaced < 1e-9);
	/* Demand from handled and abandoned where nobody counted the offered; a hole stays one. */
	rows[1].offered = NAN;
	rows[4] = (struct wfm_attempts){ 4 * 1800, NAN, 80, NAN };
	half.probability = 0;
	assert_int_equal(wfm_offered_load(rows, 6, 1800, &half, fresh, &t, &e), WFM_OK);
	assert_true(fresh[1] == 100 && isnan(fresh[4]) && t.unknown == 1);
	/* More redials than calls: never below nothing, and said so. */
	rows[1] = (struct wfm_attempts){ 1800, 1000, NAN, 1000 };
	rows[2].offered = rows[3].offered = 1;
	half.probability = 0.9;
	half.delay_s = 3600;
	assert_int_equal(wfm_offered_load(rows, 6, 1800, &half, fresh, &t, &e), WFM_OK);
	assert_true(fresh[2] == 0 && fresh[3] == 0 && t.unplaced > 100);
	assert_true(fabs(t.fresh + t.redials - t.offered) < 1e-9);
	half.probability = 0.99;
	assert_int_equal(wfm_offered_load(rows, 6, 1800, &half, fresh, &t, &e), WFM_INVALID);
	assert_string_equal(e.path, "/probability");
	half.probability = 0.5;
	rows[3].start_s = rows[2].start_s;
	assert_int_equal(wfm_offered_load(rows, 6, 1800, &half, fresh, &t, &e), WFM_INVALID);
	assert_string_equal(e.path, "/rows/3/start_s");
}

/* ---- Chats at once ---- */

static void test_chat_stretch(void **state)
{
	(void)state;
	enum { ROWS = 200, RUNS = 200 };
	static struct wfm_chat_row rows[ROWS];
	struct wfm_chat_stretch s;
	struct wfm_error e;
	double held = 0;
	state_ = 31;
	for (int k = 0; k < RUNS; k++) {
		for (int i = 0; i < ROWS; i++) {
			double n = 5 + floor(30 * uniform()), c = 1 + 2 * uniform();
			double mean = 300 * (1 + 0.25 * (c - 1));
			double h = mean * (1 + 0.05 * normal() + normal() / sqrt(n));
			rows[i] = (struct wfm_chat_row){ n, n * fmax(h, 30), c };
		}
		assert_int_equal(wfm_chat_stretch_estimate(rows, ROWS, &s, &e), WFM_OK);
		held += fabs(s.stretch - 0.25) < 1.96 * s.stretch_sd;
	}
	double sd, at = wfm_chat_aht(&s, 2.5, &sd);
	print_message("# %s: stretch %.3f ± %.3f, alone %.0f ± %.0f s, at 2.5 %.0f ± %.0f s; held %.3f\n",
		      s.reason, s.stretch, s.stretch_sd, s.aht_alone_s, s.aht_alone_sd_s, at, sd,
		      held / RUNS);
	assert_true(s.known && held / RUNS > 0.88);
	assert_true(fabs(at / (300 * 1.375) - 1) < 0.05 && sd < 0.03 * at);
	/* Always the same concurrency: the usual 10 %, and said so. */
	for (int i = 0; i < ROWS; i++)
		rows[i].concurrency = 2;
	assert_int_equal(wfm_chat_stretch_estimate(rows, ROWS, &s, &e), WFM_OK);
	assert_true(!s.known && fabs(s.stretch - 0.1) < 0.01 && s.stretch_sd > 0.07);
	assert_int_equal(wfm_chat_stretch_estimate(rows, 0, &s, &e), WFM_OK);
	assert_true(!s.known && isnan(s.aht_alone_s));
	rows[7].concurrency = 0.5;
	assert_int_equal(wfm_chat_stretch_estimate(rows, ROWS, &s, &e), WFM_INVALID);
	assert_string_equal(e.path, "/rows/7/concurrency");
}

int main(void)
{
	read_records();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_patience_of_february),
		cmocka_unit_test(test_patience_covers),
		cmocka_unit_test(test_patience_of_sums),
		cmocka_unit_test(test_kaplan_meier_by_hand),
		cmocka_unit_test(test_aht_of_february),
		cmocka_unit_test(test_aht_of_a_model),
		cmocka_unit_test(test_aht_follows_a_trend),
		cmocka_unit_test(test_aht_of_rubbish),
		cmocka_unit_test(test_redials_of_february),
		cmocka_unit_test(test_redials_of_intervals),
		cmocka_unit_test(test_offered_load),
		cmocka_unit_test(test_chat_stretch),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
