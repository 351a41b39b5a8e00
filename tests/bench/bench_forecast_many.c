/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A thousand queues forecast in one process: 104 weeks of half-hours each, two weeks ahead with
 * intervals and backtest, on two threads, every forecast kept to the end. Prints wall and
 * processor time, the peak of memory, and instructions per forecast by callgrind.
 * Usage: bench_forecast_many; MANY_QUEUES=60 runs fewer, MANY_THREADS=1 on one thread.
 *        bench_forecast_many --one N forecasts the N-th queue only, for a profiler, and
 *        prints a sum by which to see any change.
 *
 * Queues are simulated, each from its number: day totals with a wandering level, an AR(1), a
 * weekday pattern, a season, a busy start and end of the month and a day after holidays;
 * a shape with two humps; Poisson counts. Every other queue is open all hours, the rest
 * 08:00-20:00 from Monday to Saturday; 40 to 4,000 contacts a day.
 */
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "tests/lib/instructions.h"
#include "wfm/forecast.h"

enum { DAYS = 104 * 7, SLOTS = 48, FIRST = 19000 - 5, HORIZON = 14, QUEUES = 1000, HOLIDAYS = 20 };

struct queue {
	uint64_t state;
	struct wfm_observation rows[DAYS * SLOTS];
	struct wfm_special_day closed[HOLIDAYS];
	size_t n, n_closed;
	uint8_t open[7 * SLOTS];
};

static double uniform(struct queue *q)
{
	q->state += 0x9e3779b97f4a7c15u; /* splitmix64 */
	uint64_t z = q->state;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static double normal(struct queue *q)
{
	return sqrt(-2.0 * log(1.0 - uniform(q))) * cos(2.0 * M_PI * uniform(q));
}

static double poisson(struct queue *q, double mean)
{
	if (mean > 50.0)
		return fmax(0.0, floor(mean + sqrt(mean) * normal(q) + 0.5));
	double limit = exp(-mean), p = 1.0;
	int k = 0;
	while ((p *= uniform(q)) > limit)
		k++;
	return k;
}

static double shape(int slot, int weekday, double skew)
{
	double hour = 0.5 * slot, a = (hour - 11.0) / 2.5, b = (hour - 16.5) / 2.5;
	double evening = weekday > 4 ? 0.3 : 0.9;
	return 0.02 + exp(-0.5 * a * a) * (1.0 + skew) + evening * exp(-0.5 * b * b) * (1.0 - skew);
}

/* Log factors of the calendar; simulated months have 30.4 days. */
static double calendar(int day, int weekday)
{
	static const double week[7] = { 0.15, 0.08, 0.02, 0.0, 0.05, -0.4, -0.9 };
	double month = fmod(day, 30.4);
	return week[weekday] + (month < 3.0 ? 0.12 : month > 27.0 ? 0.08 : 0.0) +
	       0.08 * sin(2.0 * M_PI * day / 365.25);
}

static void simulate(struct queue *q, int number)
{
	memset(q, 0, sizeof *q);
	q->state = 0x5eed0000u + (uint64_t)number;
	bool always = number % 2 == 0;
	double per_day = 40.0 * pow(100.0, uniform(q)), level = 0.0, ar = 0.0, skew = 0.0;
	for (int w = 0; w < 7; w++)
		for (int s = 0; s < SLOTS; s++)
			q->open[w * SLOTS + s] = always || (w < 6 && s >= 16 && s < 40);
	for (int d = 0; d < DAYS + HORIZON; d++) {
		int w = wfm_weekday(FIRST + d);
		bool holiday = !always && d % 37 == 20;
		level += 0.008 * normal(q);
		ar = 0.5 * ar + 0.05 * normal(q);
		skew = 0.7 * skew + 0.03 * normal(q);
		if (holiday)
			q->closed[q->n_closed++] = (struct wfm_special_day){
				.day = FIRST + d, .kind = WFM_DAY_CLOSED, .group = -1
			};
		if (holiday || d >= DAYS)
			continue;
		double after = !always && d % 37 == 21 ? 0.15 : 0.0, sum = 0.0;
		double total = per_day * exp(level + ar + calendar(d, w) + after);
		for (int s = 0; s < SLOTS; s++)
			sum += q->open[w * SLOTS + s] ? shape(s, w, skew) : 0.0;
		for (int s = 0; s < SLOTS; s++)
			if (q->open[w * SLOTS + s])
				q->rows[q->n++] = (struct wfm_observation){
					FIRST + d, (int16_t)s,
					poisson(q, total * shape(s, w, skew) / sum), NAN, NAN
				};
	}
}

static void forecast(struct queue *q, int number, struct wfm_forecast *f)
{
	struct wfm_error e;
	simulate(q, number);
	struct wfm_series s = { 30, q->rows, q->n, q->closed, q->n_closed, q->open };
	struct wfm_forecast_options o = { .first_day = FIRST + DAYS, .days = HORIZON };
	if (wfm_forecast_run(&s, &o, f, &e) != WFM_OK) {
		fprintf(stderr, "queue %d: %s %s\n", number, e.path, e.message);
		exit(1);
	}
}

struct work {
	struct wfm_forecast *forecasts;
	int queues;
	atomic_int next;
};

static void *worker(void *context)
{
	struct work *w = context;
	struct queue *q = malloc(sizeof *q);
	if (q == NULL)
		abort();
	for (int i; (i = atomic_fetch_add(&w->next, 1)) < w->queues;)
		forecast(q, i, &w->forecasts[i]);
	free(q);
	return NULL;
}

static double now(clockid_t clock)
{
	struct timespec t;
	(void)clock_gettime(clock, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int number_of(const char *name, int otherwise, int most)
{
	const char *text = getenv(name);
	long n = text != NULL ? strtol(text, NULL, 10) : otherwise;
	return n < 1 ? 1 : n > most ? most : (int)n;
}

static double error_of(const struct wfm_report_card *r, int method)
{
	return r->score[method].wape_week1;
}

static void run_many(void)
{
	struct work w = { .queues = number_of("MANY_QUEUES", QUEUES, QUEUES) };
	int threads = number_of("MANY_THREADS", 2, 16);
	pthread_t thread[16];
	w.forecasts = calloc(QUEUES, sizeof *w.forecasts);
	if (w.forecasts == NULL)
		abort();
	double wall = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
	for (int i = 0; i < threads; i++)
		if (pthread_create(&thread[i], NULL, worker, &w) != 0)
			abort();
	for (int i = 0; i < threads; i++)
		(void)pthread_join(thread[i], NULL);
	wall = now(CLOCK_MONOTONIC) - wall;
	cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	struct rusage use;
	(void)getrusage(RUSAGE_SELF, &use);
	double chosen = 0.0, naive = 0.0;
	for (int i = 0; i < w.queues; i++) {
		const struct wfm_report_card *r = &w.forecasts[i].report;
		chosen += error_of(r, r->chosen) / w.queues;
		naive += error_of(r, r->seasonal_naive) / w.queues;
		wfm_forecast_free(&w.forecasts[i]);
	}
	free(w.forecasts);
	const char *scaled = w.queues < QUEUES ? ", extrapolated" : "";
	printf("# %d queues on %d threads: %.1f s\n", w.queues, threads, wall);
	printf("forecast of 1,000 queues x 104 weeks x 30 min, %d threads%s\t%.0f\ts\n", threads, scaled,
	       wall * QUEUES / w.queues);
	printf("forecast of one such queue with its backtest\t%.3f\tCPU s\n", cpu / w.queues);
	printf("forecast of %d such queues, peak memory\t%.0f\tMB\n", w.queues,
	       (double)use.ru_maxrss / 1024.0);
	printf("forecast of such queues, backtest WAPE week 1\t%.2f\t%%, naive %.2f\n", 100 * chosen,
	       100 * naive);
	(void)fflush(stdout);
}

static void count_instructions(const char *arguments, const char *what)
{
	double count = instructions_of("wfm_forecast_run", arguments);
	if (!isnan(count))
		printf("instructions per forecast, %s\t%.1f\tmillion\n", what, 1e-6 * count);
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "--one") == 0) {
		struct queue *q = malloc(sizeof *q);
		struct wfm_forecast f;
		if (q == NULL)
			abort();
		forecast(q, (int)strtol(argv[2], NULL, 10), &f);
		double sum = 0.0; /* all its digits: to see whether anything changed */
		for (size_t i = 0; i < f.n_slots; i++)
			sum += f.slots[i].mean + f.slots[i].quantile[1] + f.slots[i].quantile[5];
		printf("# %s, sum of slots %.17g\n", f.method, sum);
		wfm_forecast_free(&f);
		free(q);
		return 0;
	}
	run_many();
	count_instructions("--one 0", "open all hours");
	count_instructions("--one 1", "open 12 h, Monday to Saturday");
	return 0;
}
