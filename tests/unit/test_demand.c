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

static __attribute__((unused)) double exponential(double mean)
{
	return -mean * log(uniform());
}

static double normal(void)
{
	return sqrt(-2.0 * log(uniform())) * cos(6.283185307179586 * uniform());
}

static __attribute__((unused)) double poisson(double mean)
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
	wfm_aht_free(&a);
}

int main(void)
{
	read_records();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_patience_of_february),
		cmocka_unit_test(test_aht_of_february),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
