/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The forecasting protocol: weekly rolling development origins on the two bank series, every
 * method beside the baselines; the same with only the last 2, 4 and 8 weeks to learn from; and
 * hourly emergency-department arrivals, an origin each 12 h of the last development year, 48 h
 * ahead. One line each, and name TAB figure TAB unit for the table.
 *
 * Usage: bench_forecast [METHOD...] ("judge" = what a caller gets who names none); BENCH_SERIES=A30,B30
 * runs some series only, COLD_WEEKS=4 gives only that much history. bench_forecast --ed METHOD...
 * runs the arrivals alone, every ED_STRIDE-th day.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

#include "wfm/forecast.h"

enum { ORIGINS = 8, HORIZON = 14 };

struct data {
	struct wfm_observation *rows;
	size_t n, room;
};

static int32_t date_of(int y, int m, int d)
{
	y -= m <= 2;
	int era = (y >= 0 ? y : y - 399) / 400, yoe = y - era * 400;
	int doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static bool load(const char *dir, const char *name, int interval_min, struct data *out)
{
	char path[512], line[256];
	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	gzFile f = gzopen(path, "rb");
	if (f == NULL) {
		printf("# skipped: no %s\n", path);
		return false;
	}
	memset(out, 0, sizeof *out);
	while (gzgets(f, line, sizeof line) != NULL) {
		const char *p = strchr(line, ',');
		int y, m, d, hh, mm;
		if (p == NULL || sscanf(p + 1, "%d-%d-%dT%d:%d", &y, &m, &d, &hh, &mm) != 5)
			continue;
		const char *q = strchr(p + 1, ',');
		double offered = strtod(q + 1, NULL);
		int16_t slot = (int16_t)((hh * 60 + mm) / interval_min);
		int32_t day = date_of(y, m, d);
		/* Finer data are summed; on clock-change days the mean is taken by the library. */
		struct wfm_observation *last = out->n > 0 ? &out->rows[out->n - 1] : NULL;
		if (last != NULL && last->day == day && last->slot == slot && interval_min != 60) {
			last->offered += offered;
			continue;
		}
		if (out->n == out->room) {
			out->room = out->room ? 2 * out->room : 4096;
			out->rows = realloc(out->rows, out->room * sizeof *out->rows);
			if (out->rows == NULL)
				abort();
		}
		out->rows[out->n++] = (struct wfm_observation){ day, slot, offered, NAN, NAN };
	}
	(void)gzclose(f);
	return true;
}

struct score {
	double error[2], volume[2]; /* week 1, both weeks */
	double error_median, signed_error, pinball, inside80, inside95, n, seconds;
	double days, days80, day_error, day_volume, shape_error, shape_volume;
};

/* (x, √v) of a slot back from its quantiles: they are normal on the root scale. */
static void recover(const double *q, double *x, double *sd)
{
	*x = sqrt(q[3] + 0.25);
	*sd = fmax(0.0, (sqrt(q[5] + 0.25) - *x) / 1.2815515655446004);
}

static double at(double x, double sd, double z)
{
	double r = x + sd * z;
	return r > 0.5 ? r * r - 0.25 : 0.0;
}

static void add_slot(struct score *s, const struct wfm_forecast_slot *f, double y, int h)
{
	static const double z[9] = { -1.2815515655446004, -0.8416212335729143, -0.5244005127080407,
				     -0.2533471031357997, 0.0, 0.2533471031357997,
				     0.5244005127080407, 0.8416212335729143, 1.2815515655446004 };
	double x, sd;
	recover(f->quantile, &x, &sd);
	for (int week = h < 7 ? 0 : 1; week < 2; week++) {
		s->error[week] += fabs(y - f->mean);
		s->volume[week] += y;
	}
	if (h >= 7)
		return;
	s->error_median += fabs(y - f->quantile[3]);
	s->signed_error += f->mean - y;
	for (int i = 0; i < 9; i++) {
		double d = y - at(x, sd, z[i]), tau = 0.1 * (i + 1);
		s->pinball += (d > 0 ? tau * d : (tau - 1) * d) / 9;
	}
	s->inside80 += y >= at(x, sd, -1.28155157) && y <= at(x, sd, 1.28155157);
	s->inside95 += y >= at(x, sd, -1.95996398) && y <= at(x, sd, 1.95996398);
	s->n += 1;
}

static const struct wfm_observation *find(const struct data *d, int32_t day, int slot)
{
	size_t low = 0, high = d->n;
	while (low < high) {
		size_t mid = (low + high) / 2;
		const struct wfm_observation *o = &d->rows[mid];
		if (o->day < day || (o->day == day && o->slot < slot))
			low = mid + 1;
		else
			high = mid;
	}
	return low < d->n && d->rows[low].day == day && d->rows[low].slot == slot ? &d->rows[low]
										   : NULL;
}

static void add_forecast(struct score *s, const struct data *d, const struct wfm_forecast *f)
{
	for (size_t i = 0; i < f->n_slots; i++) {
		const struct wfm_forecast_slot *p = &f->slots[i];
		const struct wfm_observation *o = find(d, p->day, p->slot);
		if (o != NULL && p->open)
			add_slot(s, p, o->offered, p->day - f->slots[0].day);
	}
	for (size_t i = 0; i < f->n_days && i < 7; i++) {
		double total = 0;
		int seen = 0;
		for (int t = 0; t < WFM_MAX_SLOTS; t++) {
			const struct wfm_observation *o = find(d, f->days[i].day, t);
			if (o != NULL) {
				total += o->offered;
				seen++;
			}
		}
		if (seen == 0 || !f->days[i].open)
			continue;
		s->days += 1;
		s->day_error += fabs(total - f->days[i].mean);
		s->day_volume += total;
		/* With the day's total known: what the shape alone gets wrong. */
		for (size_t k = 0; k < f->n_slots; k++) {
			const struct wfm_forecast_slot *p = &f->slots[k];
			const struct wfm_observation *o =
				p->day == f->days[i].day ? find(d, p->day, p->slot) : NULL;
			if (o != NULL && p->open) {
				s->shape_error +=
					fabs(o->offered - p->mean * total / f->days[i].mean);
				s->shape_volume += o->offered;
			}
		}
		s->days80 += total >= f->days[i].quantile[1] && total <= f->days[i].quantile[5];
	}
}

struct asked {
	const char *label;
	double wape;
};

/* Rows of the table: errors of every method, all of it for the forecast a caller gets. */
static void table(const char *label, const char *method, int cold, const struct score *s)
{
	static const struct asked asked[] = { { "A30", 5.4 }, { "A5", 7.3 }, { "B30", 21.5 } };
	char name[96], unit[32] = "%";
	int n = snprintf(name, sizeof name, "forecast %s %s", label, method ? method : "judge");
	if (cold > 0 && n > 0)
		(void)snprintf(name + n, sizeof name - (size_t)n, ", %d weeks of history", cold);
	for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++)
		if (method == NULL && cold == 0 && strcmp(asked[i].label, label) == 0)
			(void)snprintf(unit, sizeof unit, "%% (asked: %.1f)", asked[i].wape);
	printf("%s, WAPE week 1\t%.2f\t%s\n", name, 100 * s->error[0] / s->volume[0], unit);
	if (cold == 0)
		printf("%s, wQL week 1\t%.2f\t%%\n", name, 200 * s->pinball / s->volume[0]);
	if (method != NULL)
		return;
	const char *bounds = cold == 0 ? "% (asked: 77 to 84)" : "% (asked: 70)";
	printf("%s, WAPE weeks 1-2\t%.2f\t%%\n", name, 100 * s->error[1] / s->volume[1]);
	printf("%s, 80 %% coverage of intervals\t%.1f\t%s\n", name, 100 * s->inside80 / s->n, bounds);
	printf("%s, 80 %% coverage of days\t%.1f\t%s\n", name, 100 * s->days80 / s->days, bounds);
	if (cold == 0)
		printf("%s, with its backtest\t%.3f\ts\n", name, s->seconds / ORIGINS);
}

/* cold > 0: with only so many weeks of history. */
static void run(const char *label, const struct wfm_series *series, const struct data *d,
		int32_t origin, const char *method, int origins, int cold)
{
	struct score s = { 0 };
	for (int k = 0; k < ORIGINS; k++) {
		struct wfm_forecast_options o = { .first_day = origin + 7 * k,
						  .days = HORIZON,
						  .method = method,
						  .origins = origins };
		struct wfm_forecast f;
		struct wfm_error e;
		struct timespec a, b;
		(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
		struct wfm_series seen = *series;
		for (size_t i = 0; cold > 0 && i < d->n; i++)
			if (d->rows[i].day >= o.first_day - 7 * cold) {
				seen.observations = d->rows + i;
				seen.n_observations = d->n - i;
				break;
			}
		if (wfm_forecast_run(&seen, &o, &f, &e) != WFM_OK) {
			printf("%s: %s %s\n", label, e.path, e.message);
			return;
		}
		(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
		s.seconds += (double)(b.tv_sec - a.tv_sec) + 1e-9 * (double)(b.tv_nsec - a.tv_nsec);
		add_forecast(&s, d, &f);
		if (method == NULL)
			printf("#   %s origin %d: %s\n", label, k, f.report.reason);
		wfm_forecast_free(&f);
	}
	printf("%-4s %-16s WAPE %6.2f %6.2f  median %6.2f  bias %+5.2f  wQL %6.2f  cover %4.1f/%4.1f"
	       "  day %4.1f WAPE %5.2f shape %5.2f  %.3f s\n",
	       label, method ? method : "(judge)", 100 * s.error[0] / s.volume[0],
	       100 * s.error[1] / s.volume[1], 100 * s.error_median / s.volume[0],
	       100 * s.signed_error / s.volume[0], 200 * s.pinball / s.volume[0],
	       100 * s.inside80 / s.n, 100 * s.inside95 / s.n, 100 * s.days80 / s.days,
	       100 * s.day_error / s.day_volume, 100 * s.shape_error / s.shape_volume,
	       s.seconds / ORIGINS);
	table(label, method, cold, &s);
	(void)fflush(stdout);
}

static void protocol(const char *label, const char *dir, const char *file, int interval_min,
		     const int (*closed)[3], int n_closed, int32_t origin, char **methods, int n)
{
	struct data d;
	if (!load(dir, file, interval_min, &d))
		return;
	struct wfm_special_day special[16];
	for (int i = 0; i < n_closed; i++)
		special[i] = (struct wfm_special_day){
			.day = date_of(closed[i][0], closed[i][1], closed[i][2]),
			.kind = WFM_DAY_CLOSED
		};
	struct wfm_series s = { interval_min, d.rows, d.n, special, (size_t)n_closed, NULL };
	const char *weeks = getenv("COLD_WEEKS");
	int cold = weeks != NULL ? (int)strtol(weeks, NULL, 10) : 0;
	for (int i = 0; i < n; i++) {
		bool judge = strcmp(methods[i], "judge") == 0;
		run(label, &s, &d, origin, judge ? NULL : methods[i], judge ? 0 : -1, cold);
	}
	/* Five minutes of two weeks say what half-hours say: the cold starts are of half-hours. */
	for (cold = 0; cold <= (interval_min == 30 ? 8 : 0) && n == 0; cold = cold ? 2 * cold : 2) {
		for (int i = 0; wfm_forecast_method_name(i) != NULL; i++)
			if (strcmp(wfm_forecast_method_name(i), "croston") != 0)
				run(label, &s, &d, origin, wfm_forecast_method_name(i), -1, cold);
		run(label, &s, &d, origin, NULL, 0, cold);
	}
	free(d.rows);
}

/* Mean pinball over .05 .. .95, origins at 00:00 and 12:00 of every step-th day of the last year. */
static void emergency(const char *dir, const char *method, int32_t step)
{
	struct data d;
	if (!load(dir, "ed-arrivals/history.csv", 60, &d))
		return;
	struct wfm_series s = { 60, d.rows, d.n, NULL, 0, NULL };
	int32_t last = d.rows[d.n - 1].day - 2;
	double sum = 0, n = 0, inside = 0;
	for (int32_t day = last - 364; day <= last; day += step)
		for (int16_t slot = 0; slot < 24; slot = (int16_t)(slot + 12)) {
			struct wfm_forecast_options o = { .first_day = day, .first_slot = slot,
							  .days = 3, .method = method,
							  .origins = -1 };
			struct wfm_forecast f;
			struct wfm_error e;
			if (wfm_forecast_run(&s, &o, &f, &e) != WFM_OK) {
				printf("ed: %s %s\n", e.path, e.message);
				return;
			}
			for (size_t i = 0; i < f.n_slots && i < 48; i++) {
				const struct wfm_observation *y =
					find(&d, f.slots[i].day, f.slots[i].slot);
				if (y == NULL)
					continue;
				static const double zq[19] = {
					-1.644853627, -1.281551566, -1.036433389, -0.841621234,
					-0.67448975,  -0.524400513, -0.385320466, -0.253347103,
					-0.125661347, 0.0,	    0.125661347,  0.253347103,
					0.385320466,  0.524400513,  0.67448975,	  0.841621234,
					1.036433389,  1.281551566,  1.644853627 };
				double x, sd;
				recover(f.slots[i].quantile, &x, &sd);
				for (int k = 0; k < 19; k++) {
					double e1 = y->offered - at(x, sd, zq[k]);
					double tau = 0.05 * (k + 1);
					sum += (e1 > 0 ? tau * e1 : (tau - 1) * e1) / 19;
				}
				inside += y->offered >= f.slots[i].quantile[1] &&
					  y->offered <= f.slots[i].quantile[5];
				n += 1;
			}
			wfm_forecast_free(&f);
		}
	printf("ED   %-16s pinball %.4f  cover80 %.1f  (%d slots)\n", method, sum / n,
	       100 * inside / n, (int)n);
	bool ours = strcmp(method, "weighted") == 0;
	char days[32];
	(void)snprintf(days, sizeof days, step == 1 ? "every day" : "every %d days", (int)step);
	printf("forecast ED arrivals %s, origins %s of a year, mean pinball\t%.4f\t%s\n", method, days,
	       sum / n, ours ? "(asked: 1.19)" : "contacts");
	if (ours)
		printf("forecast ED arrivals %s, 80 %% coverage of hours\t%.1f\t%%\n", method,
		       100 * inside / n);
	free(d.rows);
}

int main(int argc, char **argv)
{
	const char *dir = getenv("CUADRANTE_SHARED_DATA");
	if (dir == NULL)
		dir = "../shared/data";
	const char *stride = getenv("ED_STRIDE");
	int32_t step = stride != NULL ? (int32_t)strtol(stride, NULL, 10) : 1;
	if (argc > 2 && strcmp(argv[1], "--ed") == 0) {
		for (int i = 2; i < argc; i++)
			emergency(dir, argv[i], step > 0 ? step : 1);
		return 0;
	}
	static const int closed_a[][3] = { { 2003, 5, 26 }, { 2003, 7, 4 }, { 2003, 9, 1 } };
	static const int closed_b[][3] = { { 1999, 4, 1 },  { 1999, 4, 7 },  { 1999, 4, 21 },
					   { 1999, 5, 21 }, { 1999, 9, 11 }, { 1999, 9, 12 },
					   { 1999, 9, 20 }, { 1999, 9, 25 }, { 1999, 10, 2 } };
	int n = argc - 1;
	char **methods = argv + 1;
	const char *only = getenv("BENCH_SERIES");
	if (only == NULL || strstr(only, "A30"))
		protocol("A30", dir, "bank-us-2003/history.csv.gz", 30, closed_a, 3,
			 date_of(2003, 6, 23), methods, n);
	if (only == NULL || strstr(only, "A5"))
		protocol("A5", dir, "bank-us-2003/history.csv.gz", 5, closed_a, 3,
			 date_of(2003, 6, 23), methods, n);
	if (only == NULL || strstr(only, "B30"))
		protocol("B30", dir, "bank-il-1999/history.csv", 30, closed_b, 9,
			 date_of(1999, 6, 20), methods, n);
	static const char *const arrivals[] = { "seasonal_naive", "four_week_mean",
						"day_profile_ar", "weighted" };
	for (int i = 0; i < 4 && argc == 1 && only == NULL; i++)
		emergency(dir, arrivals[i], step > 0 ? step : 1);
	return 0;
}
