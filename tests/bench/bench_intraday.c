/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rest of the day at noon, on the development weeks of the two bank series: what the morning's
 * forecast says of it, what it says once the morning is known, and beside them the plain rule
 * b = 1 + w(actual/forecast − 1). Forecasts are a day old (made each morning) or a week old (made
 * on Monday). BENCH_SERIES=A30 runs one series only.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

#include "wfm/intraday.h"

enum { WEEKS = 8 };

static int32_t date_of(int y, int m, int d)
{
	y -= m <= 2;
	int era = y / 400, yoe = y - era * 400;
	int doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static struct wfm_observation *load(const char *file, int interval_min, size_t *n)
{
	const char *dir = getenv("CUADRANTE_SHARED_DATA");
	char path[512], line[256];
	size_t room = 1 << 18;
	(void)snprintf(path, sizeof path, "%s/%s", dir != NULL ? dir : "../shared/data", file);
	gzFile f = gzopen(path, "rb");
	if (f == NULL) {
		printf("# skipped: no %s\n", path);
		return NULL;
	}
	struct wfm_observation *rows = calloc(room, sizeof *rows);
	*n = 0;
	while (rows != NULL && gzgets(f, line, sizeof line) != NULL && *n < room) {
		const char *p = strchr(line, ',');
		int y, m, d, hh, mm;
		if (p == NULL || sscanf(p + 1, "%d-%d-%dT%d:%d", &y, &m, &d, &hh, &mm) != 5)
			continue;
		double offered = strtod(strchr(p + 1, ',') + 1, NULL);
		int32_t day = date_of(y, m, d);
		int16_t slot = (int16_t)((hh * 60 + mm) / interval_min);
		struct wfm_observation *last = *n > 0 ? &rows[*n - 1] : NULL;
		if (last != NULL && last->day == day && last->slot == slot)
			last->offered += offered;
		else
			rows[(*n)++] = (struct wfm_observation){ day, slot, offered, NAN, NAN };
	}
	(void)gzclose(f);
	return rows;
}

static bool day_of(const struct wfm_observation *rows, size_t n, int32_t day, int slots, double *y)
{
	bool any = false;
	for (int s = 0; s < slots; s++)
		y[s] = NAN;
	for (size_t i = 0; i < n; i++)
		if (rows[i].day == day) {
			y[rows[i].slot] = rows[i].offered;
			any = true;
		}
	return any;
}

struct score {
	double none, rule, slots, joint, volume, cover, total_cover, n, days, first_slot, day_error;
	double micros, updates, reforecast, reforecast_volume, reforecast_n, reforecast_cover;
};

static double seconds(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* w = σ²F/(φ + σ²F), F what the forecast had until now. */
static double rule(const double *mean, const double *y, int now, double sigma, double phi)
{
	double forecast = 0, actual = 0;
	for (int s = 0; s < now; s++)
		if (!isnan(y[s])) {
			forecast += mean[s];
			actual += y[s];
		}
	double w = sigma * sigma * forecast / (phi + sigma * sigma * forecast);
	return forecast > 0 ? 1 + w * (actual / forecast - 1) : 1;
}

static void one_day(const struct wfm_forecast *f, int32_t day, int interval_min, const double *y,
		    int now, double phi, struct score *k)
{
	static struct wfm_day_belief joint, plain;
	static struct wfm_intraday a, b;
	struct wfm_error e = { 0 };
	const struct wfm_forecast_day *d = &f->days[day - f->days[0].day];
	if (wfm_day_belief_from_joint(f->joint, day, &joint, &e) != WFM_OK ||
	    wfm_day_belief_from_slots(f->slots, f->n_slots, d, interval_min, &plain, &e) != WFM_OK) {
		printf("%s %s\n", e.path, e.message);
		exit(1);
	}
	double start = seconds();
	enum { TIMES = 20 };
	for (int i = 0; i < TIMES; i++)
		(void)wfm_intraday_update(&joint, y, now, &a, &e);
	k->micros += 1e6 * (seconds() - start) / TIMES;
	k->updates += 1;
	(void)wfm_intraday_update(&plain, y, now, &b, &e);
	double sigma = (d->quantile[5] - d->quantile[1]) / 2.563 / d->mean, total = 0;
	double factor = rule(joint.mean, y, now, sigma, phi);
	for (int s = now; s < joint.slots; s++) {
		if (isnan(y[s]) || !(joint.mean[s] > 0))
			continue;
		k->none += fabs(y[s] - joint.mean[s]);
		k->rule += fabs(y[s] - factor * joint.mean[s]);
		k->slots += fabs(y[s] - b.slot[s].mean);
		k->joint += fabs(y[s] - a.slot[s].mean);
		k->cover += y[s] >= a.slot[s].quantile[1] && y[s] <= a.slot[s].quantile[5];
		k->volume += y[s];
		total += y[s];
		k->n += 1;
	}
	k->total_cover += total >= a.rest.quantile[1] && total <= a.rest.quantile[5];
	k->days += 1;
}

/* A whole new forecast with the morning in it. */
static void again(const struct wfm_series *s, int32_t day, int now, const double *y, struct score *k)
{
	struct wfm_forecast_options o = { .first_day = day, .days = 1, .origins = -1,
					  .first_slot = (int16_t)now };
	o.method = "weighted";
	struct wfm_forecast f;
	struct wfm_error e = { 0 };
	if (wfm_forecast_run(s, &o, &f, &e) != WFM_OK)
		exit(1);
	for (size_t i = 0; i < f.n_slots; i++)
		if (f.slots[i].open && !isnan(y[f.slots[i].slot])) {
			double v = y[f.slots[i].slot];
			k->reforecast += fabs(v - f.slots[i].mean);
			k->reforecast_volume += v;
			k->reforecast_n += 1;
			k->reforecast_cover += v >= f.slots[i].quantile[1] &&
					       v <= f.slots[i].quantile[5];
		}
	wfm_forecast_free(&f);
}

static void print(const char *label, const char *age, const struct score *k)
{
	printf("intraday %s noon, %s, WAPE of the rest as forecast\t%.2f\t%%\n", label, age,
	       100 * k->none / k->volume);
	printf("intraday %s noon, %s, by the rule b\t%.2f\t%%\n", label, age,
	       100 * k->rule / k->volume);
	printf("intraday %s noon, %s, updated, stored slots only\t%.2f\t%%\n", label, age,
	       100 * k->slots / k->volume);
	printf("intraday %s noon, %s, updated\t%.2f\t%%\n", label, age, 100 * k->joint / k->volume);
	printf("intraday %s noon, %s, 80 %% coverage of intervals\t%.1f\t%%\n", label, age,
	       100 * k->cover / k->n);
	printf("intraday %s noon, %s, 80 %% coverage of the rest's total\t%.1f\t%%\n", label, age,
	       100 * k->total_cover / k->days);
	if (k->reforecast_n > 0)
		printf("intraday %s noon, forecast anew with first_slot\t%.2f\t%%\n", label,
		       100 * k->reforecast / k->reforecast_volume);
	printf("intraday %s, one update\t%.1f\tus\n", label, k->micros / k->updates);
	(void)fflush(stdout);
}

static void protocol(const char *label, const char *file, int interval_min, const int (*closed)[3],
		     int n_closed, int32_t origin, double phi)
{
	struct wfm_special_day special[16];
	struct wfm_series s = { .interval_min = interval_min, .special_days = special,
				.n_special_days = (size_t)n_closed };
	struct wfm_observation *rows = load(file, interval_min, &s.n_observations);
	if (rows == NULL)
		return;
	s.observations = rows;
	for (int i = 0; i < n_closed; i++)
		special[i] = (struct wfm_special_day){
			.day = date_of(closed[i][0], closed[i][1], closed[i][2]),
			.kind = WFM_DAY_CLOSED };
	int slots = 1440 / interval_min, now = slots / 2;
	struct score old = { 0 }, fresh = { 0 };
	double y[WFM_MAX_SLOTS];
	for (int h = 0; h < 7 * WEEKS; h++) {
		int32_t day = origin + h, monday = origin + h / 7 * 7;
		if (!day_of(rows, s.n_observations, day, slots, y))
			continue;
		for (int age = 0; age < 2; age++) {
			struct wfm_forecast_options o = { .first_day = age ? monday : day,
							  .days = age ? 7 : 1, .origins = -1,
							  .method = "weighted" };
			struct wfm_forecast f;
			struct wfm_error e = { 0 };
			if (wfm_forecast_run(&s, &o, &f, &e) != WFM_OK)
				exit(1);
			if (f.days[day - o.first_day].open)
				one_day(&f, day, interval_min, y, now, phi, age ? &old : &fresh);
			wfm_forecast_free(&f);
		}
		again(&s, day, now, y, &fresh);
	}
	print(label, "a day old", &fresh);
	print(label, "a week old", &old);
	free(rows);
}

int main(void)
{
	static const int closed_a[][3] = { { 2003, 5, 26 }, { 2003, 7, 4 }, { 2003, 9, 1 } };
	static const int closed_b[][3] = { { 1999, 4, 1 },  { 1999, 4, 7 },  { 1999, 4, 21 },
					   { 1999, 5, 21 }, { 1999, 9, 11 }, { 1999, 9, 12 },
					   { 1999, 9, 20 }, { 1999, 9, 25 }, { 1999, 10, 2 } };
	const char *only = getenv("BENCH_SERIES");
	if (only == NULL || strstr(only, "A30") != NULL)
		protocol("A30", "bank-us-2003/history.csv.gz", 30, closed_a, 3,
			 date_of(2003, 6, 23), 3.5);
	if (only == NULL || strstr(only, "B30") != NULL)
		protocol("B30", "bank-il-1999/history.csv", 30, closed_b, 9, date_of(1999, 6, 20),
			 1.8);
	return 0;
}
