/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Our forecaster in the frame that every peer gets: ours METHOD TRAIN FUTURE OUT, where METHOD is
 * a name of the library's or "judge" (the default, with its backtest). TRAIN and FUTURE are those
 * of protocol.py; OUT gets "# seconds" (processor time) and mean, .025, .10 to .90, .975 a row.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wfm/forecast.h"

enum { ROW = 12, MAX_CLOSED = 64 };

struct table {
	struct wfm_observation *rows; /* offered NaN = a hole */
	size_t n, room;
	int16_t opens; /* the earliest slot of any day */
	struct wfm_special_day closed[MAX_CLOSED];
	size_t n_closed;
};

static void note_closed(struct table *t, int32_t day)
{
	if (t->n_closed > 0 && t->closed[t->n_closed - 1].day == day)
		return;
	if (t->n_closed == MAX_CLOSED) {
		fprintf(stderr, "more than %d closed days\n", MAX_CLOSED);
		exit(1);
	}
	t->closed[t->n_closed++] = (struct wfm_special_day){ .day = day, .kind = WFM_DAY_CLOSED };
}

/* Rows of: time, day, slot, closed, offered (empty = hole), filled. */
static void load(struct table *t, const char *path)
{
	char line[256];
	FILE *f = fopen(path, "r");
	if (f == NULL || fgets(line, sizeof line, f) == NULL) {
		fprintf(stderr, "cannot read %s\n", path);
		exit(1);
	}
	while (fgets(line, sizeof line, f) != NULL) {
		int day, slot, closed, used = 0;
		if (sscanf(line, "%*[^,],%d,%d,%d,%n", &day, &slot, &closed, &used) != 3 || !used) {
			fprintf(stderr, "%s: not a row: %s", path, line);
			exit(1);
		}
		if (closed)
			note_closed(t, day);
		if (t->n == 0 || slot < t->opens)
			t->opens = (int16_t)slot;
		if (t->n == t->room) {
			t->room = t->room ? 2 * t->room : 4096;
			t->rows = realloc(t->rows, t->room * sizeof *t->rows);
			if (t->rows == NULL)
				abort();
		}
		char *end;
		double offered = strtod(line + used, &end);
		if (end == line + used || closed)
			offered = NAN;
		t->rows[t->n++] =
			(struct wfm_observation){ day, (int16_t)slot, offered, NAN, NAN };
	}
	(void)fclose(f);
}

/* Any quantile of a slot: they are normal on the root scale. */
static double quantile(const struct wfm_forecast_slot *s, double z)
{
	double x = sqrt(s->quantile[3] + 0.25);
	double sd = fmax(0.0, (sqrt(s->quantile[5] + 0.25) - x) / 1.2815515655446004);
	double r = x + sd * z;
	return r > 0.5 ? r * r - 0.25 : 0.0;
}

static const struct wfm_forecast_slot *find(const struct wfm_forecast *f, int32_t day, int slot)
{
	for (size_t i = 0; i < f->n_slots; i++)
		if (f->slots[i].day == day && f->slots[i].slot == slot)
			return &f->slots[i];
	return NULL;
}

static void write_out(const char *path, const struct wfm_forecast *f, const struct table *future,
		      double seconds)
{
	static const double z[ROW - 1] = { -1.9599639845400545, -1.2815515655446004,
					   -0.8416212335729143, -0.5244005127080407,
					   -0.2533471031357997, 0.0,
					   0.2533471031357997,	0.5244005127080407,
					   0.8416212335729143,	1.2815515655446004,
					   1.9599639845400545 };
	FILE *out = fopen(path, "w");
	if (out == NULL) {
		fprintf(stderr, "cannot write %s\n", path);
		exit(1);
	}
	fprintf(out, "# seconds %.6f\n# note %s\n", seconds, f->method);
	for (size_t i = 0; i < future->n; i++) {
		const struct wfm_forecast_slot *s =
			find(f, future->rows[i].day, future->rows[i].slot);
		fprintf(out, "%.6f", s ? s->mean : 0.0);
		for (int k = 0; k < ROW - 1; k++)
			fprintf(out, ",%.6f", s ? quantile(s, z[k]) : 0.0);
		fputc('\n', out);
	}
	if (fclose(out) != 0)
		exit(1);
}

int main(int argc, char **argv)
{
	if (argc != 6) {
		fprintf(stderr, "usage: ours METHOD INTERVAL_MIN TRAIN FUTURE OUT\n");
		return 2;
	}
	struct table past = { 0 }, future = { 0 };
	load(&past, argv[3]);
	load(&future, argv[4]);
	struct wfm_special_day special[2 * MAX_CLOSED];
	memcpy(special, past.closed, past.n_closed * sizeof *special);
	memcpy(special + past.n_closed, future.closed, future.n_closed * sizeof *special);
	struct wfm_series series = { (int)strtol(argv[2], NULL, 10),	past.rows, past.n, special,
				     past.n_closed + future.n_closed, NULL };
	bool judge = strcmp(argv[1], "judge") == 0;
	struct wfm_forecast_options o = {
		.first_day = future.rows[0].day,
		.days = future.rows[future.n - 1].day - future.rows[0].day + 1,
		.first_slot = future.rows[0].slot > past.opens ? future.rows[0].slot : 0,
		.method = judge ? NULL : argv[1],
		.origins = judge ? 0 : -1
	};
	struct wfm_forecast f;
	struct wfm_error e;
	struct timespec a, b;
	/* The thread's clock: the process's counts in ticks once its processor time has a limit. */
	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
	if (wfm_forecast_run(&series, &o, &f, &e) != WFM_OK) {
		fprintf(stderr, "%s: %s\n", e.path, e.message);
		return 1;
	}
	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
	write_out(argv[5], &f, &future,
		  (double)(b.tv_sec - a.tv_sec) + 1e-9 * (double)(b.tv_nsec - a.tv_nsec));
	wfm_forecast_free(&f);
	free(past.rows);
	free(future.rows);
	return 0;
}
