/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Handling time and patience: how good on the records of February 1999, and how long a handling-time
 * forecast of two years by half hours takes within a forecast.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

#include "wfm/demand.h"

enum { FEB_1 = 10623, DAYS = 28, SLOTS = 48, CALLS_MAX = 40000, YEARS_DAYS = 728 };

static struct wfm_contact calls[CALLS_MAX];
static struct wfm_observation grid[DAYS * SLOTS];

/* One line of 17 cells separated by tabs; false past the end or on another form. */
static bool read_call(gzFile f, char line[512], char *cell[17])
{
	int cells = 1;
	if (gzgets(f, line, 512) == NULL)
		return false;
	cell[0] = line;
	for (char *c = line; *c != '\0' && cells < 17; c++)
		if (*c == '\t') {
			*c = '\0';
			cell[cells++] = c + 1;
		}
	return cells == 17;
}

static size_t read_february(void)
{
	const char *dir = getenv("CUADRANTE_SHARED_DATA");
	char path[512], line[512], *cell[17];
	size_t n = 0;
	(void)snprintf(path, sizeof path, "%s/bank-il-1999/february1999_calls.tsv.gz",
		       dir != NULL ? dir : "../shared/data");
	gzFile f = gzopen(path, "r");
	if (f == NULL) {
		printf("# skipped: no %s\n", path);
		return 0;
	}
	(void)read_call(f, line, cell);
	while (n < CALLS_MAX && read_call(f, line, cell)) {
		int h, m, s;
		int day = (int)(strtol(cell[5], NULL, 10) - 990201);
		double service = strtod(cell[15], NULL);
		if (cell[12][0] == 'P' || sscanf(cell[6], "%d:%d:%d", &h, &m, &s) != 3)
			continue;
		calls[n++] = (struct wfm_contact){ (int64_t)(FEB_1 + day) * 86400 + h * 3600 + m * 60 + s,
						   strtod(cell[11], NULL), cell[12][0] == 'H', 0 };
		struct wfm_observation *o = &grid[day * SLOTS + h * 2 + m / 30];
		*o = (struct wfm_observation){ FEB_1 + day, (int16_t)(h * 2 + m / 30), o->offered + 1,
					       o->handled, o->handle_time_s };
		if (cell[12][0] == 'A' && service > 0) {
			o->handled += 1;
			o->handle_time_s += service;
		}
	}
	(void)gzclose(f);
	return n;
}

static void february(void)
{
	size_t n = read_february(), rows = 0;
	struct wfm_error e;
	struct wfm_patience p;
	struct wfm_aht aht;
	struct wfm_aht_options o = { 0 };
	if (n == 0)
		return;
	for (size_t i = 0; i < DAYS * SLOTS; i++)
		if (grid[i].offered > 0)
			grid[rows++] = grid[i];
	struct wfm_series s = { .interval_min = 30, .observations = grid, .n_observations = rows };
	if (wfm_patience_from_contacts(calls, n, &p, NULL, 0, &e) != WFM_OK ||
	    wfm_aht_forecast(&s, &o, &aht, &e) != WFM_OK) {
		printf("%s %s\n", e.path, e.message);
		exit(1);
	}
	printf("patience, February 1999, exponential\t%.1f\ts\n", p.mean_s);
	printf("patience, 95 %% interval, half width\t%.1f\ts\n", (p.high_s - p.low_s) / 2);
	printf("patience, the same when days differ\t%.1f\ts\n", (p.high_days_s - p.low_days_s) / 2);
	printf("patience, Kaplan-Meier median\t%.0f\ts\n", p.median_s);
	printf("AHT, February 1999, WAPE by contacts\t%.2f\t%%\n", 100 * aht.score.wape);
	printf("AHT, one mean of all history\t%.2f\t%%\n", 100 * aht.score.wape_constant);
	printf("AHT, last four weeks' mean\t%.2f\t%%\n", 100 * aht.score.wape_four_weeks);
	printf("AHT, same interval of four weeks\t%.2f\t%%\n", 100 * aht.score.wape_four_weeks_cell);
	printf("AHT, nobody below\t%.2f\t%%\n", 100 * aht.score.floor);
	printf("AHT, 80 %% coverage by contacts\t%.1f\t%%\n", 100 * aht.score.coverage_80);
	wfm_aht_free(&aht);
}

static void two_years(void)
{
	struct wfm_observation *rows = calloc((size_t)YEARS_DAYS * SLOTS, sizeof *rows);
	struct wfm_series s = { .interval_min = 30, .observations = rows };
	struct wfm_aht_options o = { .origins = -1 };
	struct wfm_aht aht;
	struct wfm_error e;
	struct timespec a, b;
	if (rows == NULL)
		exit(1);
	for (int d = 0; d < YEARS_DAYS; d++)
		for (int t = 16; t < 40; t++) {
			double n = 20 + (d * 7 + t * 3) % 11;
			rows[s.n_observations++] = (struct wfm_observation){
				FEB_1 + d, (int16_t)t, n, n, n * (180 + 20 * sin(t + 0.3 * d)) };
		}
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	if (wfm_aht_forecast(&s, &o, &aht, &e) != WFM_OK)
		exit(1);
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	printf("AHT, 104 weeks of 30 min, one queue\t%.2f\tms\n",
	       1e3 * (double)(b.tv_sec - a.tv_sec) + 1e-6 * (double)(b.tv_nsec - a.tv_nsec));
	wfm_aht_free(&aht);
	free(rows);
}

int main(void)
{
	february();
	two_years();
	return 0;
}
