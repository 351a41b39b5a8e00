/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A target for the week or the day against the same target in every interval: paid hours at the same
 * simulated service level. bank-us-2003, weekdays 07-21, actual calls of whole weeks as the mean of
 * each quarter of an hour; handling 240 s and patience 300 s, exponential, assumed (the data have
 * neither). 80 % within 20 s. Contracts of tests/lib/bank_staff.h.
 *
 *   interval  each quarter's requirement, a missing agent-hour at 30 x its pay
 *   week      floor: 50 % in each quarter at the same price; 80 % of the week's calls in time
 *   day       the same for each day
 *   matched   week or day target moved until the roster's simulated service level is that of the
 *             interval roster
 *
 * All rosters meet the same calls (common random numbers). SERVICE_WEEKS=1..6, SERVICE_SEEDS=1..5 and
 * SERVICE_SCALE=share of the calls (1 and 0.1) tell more or less; each roster has SERVICE_LIMIT_S (8)
 * seconds of the processor.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/lib/bank_staff.h"
#include "wfm/schedule.h"
#include "wfm/simulate.h"
#include "wfm/staffing.h"

enum { DAY = BANK_DAY, T = BANK_SLOTS, DAYS = 5, MATCHES = 4 };
static const double TARGET = 0.8, FLOOR = 0.5, WITHIN_S = 20, AHT_S = 240, PATIENCE_S = 300;
static const double HOUR_CENTS = 2000, DEAR = 30;

struct bench {
	struct wfm_problem p;
	struct bank_week week;
	struct wfm_queue queue;
	struct bank_staff staff;
	struct wfm_service services[DAYS];
	double interval[T], floor[T], aht[T], *served;
	int32_t people_max, day_of[T], plays;
	uint64_t seed;
	double limit_s;
};

struct outcome {
	double hours, level, low, high, worst, gap, cpu_s, planned;
};

static int setting(const char *name, int usual, int most)
{
	const char *v = getenv(name);
	int n = v != NULL ? (int)strtol(v, NULL, 10) : usual;
	return n < 1 ? 1 : n > most ? most : n;
}

static double cpu_s(void)
{
	struct rusage u;
	(void)getrusage(RUSAGE_SELF, &u);
	return (double)u.ru_utime.tv_sec + (double)u.ru_utime.tv_usec * 1e-6;
}

static double clock_s(void *context)
{
	(void)context;
	return cpu_s();
}

static struct wfm_staffing_options options(double target)
{
	return (struct wfm_staffing_options){
		.channel = WFM_VOICE, .interval_s = 900, .patience_s = PATIENCE_S,
		.target = { .service_level = target, .within_s = WITHIN_S } };
}

static void fill_demand(struct bench *b)
{
	static struct wfm_load loads[T];
	static struct wfm_requirement r[T];
	struct wfm_staffing_options o = options(TARGET), low = options(FLOOR);
	struct wfm_error e;
	double hours = 0;
	for (int t = 0; t < T; t++)
		loads[t] = (struct wfm_load){ b->week.volume[t], AHT_S, b->week.open[t] };
	if (wfm_staffing_run(loads, T, &o, r, &e) != WFM_OK)
		abort();
	for (int t = 0; t < T; t++) {
		b->interval[t] = r[t].agents;
		hours += r[t].agents / 4.0;
	}
	if (wfm_staffing_run(loads, T, &low, r, &e) != WFM_OK)
		abort();
	for (int t = 0; t < T; t++)
		b->floor[t] = r[t].agents;
	b->people_max = wfm_staffing_served_people(loads, T, &o);
	b->served = calloc((size_t)T * ((size_t)b->people_max + 1), sizeof *b->served);
	if (b->served == NULL ||
	    wfm_staffing_served(loads, T, &o, b->people_max, b->served, &e) != WFM_OK)
		abort();
	bank_staff_fill(&b->staff, HOUR_CENTS, hours);
}

static bool open_bench(struct bench *b, const struct real_series *s, int32_t monday, double scale)
{
	if (!bank_week_fill(&b->week, s, monday, scale))
		return false;
	for (int t = 0; t < T; t++) {
		b->aht[t] = AHT_S;
		b->day_of[t] = t / DAY;
	}
	b->plays = scale < 0.5 ? 400 : 60;
	fill_demand(b);
	b->queue = (struct wfm_queue){ .skill = WFM_NONE, .site = WFM_NONE, .open = b->week.open,
				       .short1_cents = DEAR * HOUR_CENTS, .short2_cents = DEAR * HOUR_CENTS };
	b->p = (struct wfm_problem){ .slot_min = 15, .slot_count = T, .calendars = &b->week.calendar,
				     .calendar_count = 1, .queues = &b->queue, .queue_count = 1,
				     .contracts = b->staff.contracts, .contract_count = BANK_CONTRACTS,
				     .agents = b->staff.agents, .agent_count = b->staff.agent_count,
				     .services = b->services };
	return true;
}

static void close_bench(struct bench *b)
{
	free(b->staff.agents);
	free(b->served);
	free(b);
}

static void simulate(const struct bench *b, const struct wfm_roster *r, struct outcome *out)
{
	struct wfm_sim_people people;
	struct wfm_error e;
	struct wfm_sim_queue q = { .volume = b->week.volume, .aht_s = b->aht, .patience_s = PATIENCE_S,
				   .lobby = -1, .redial_after_s = 300, .within_s = WITHIN_S,
				   .target = TARGET };
	if (wfm_sim_people_from_roster(&b->p, r, NULL, &people, &e) != WFM_OK)
		abort();
	struct wfm_sim_problem p = { .interval_s = 900, .interval_count = T, .day = b->day_of,
				     .queues = &q, .queue_count = 1, .sets = people.sets,
				     .set_count = people.set_count, .spans = people.spans,
				     .span_count = people.span_count, .agent_count = b->p.agent_count };
	struct wfm_sim_options o = { .seed = 5, .replications = b->plays, .trace_replication = -1 };
	struct wfm_simulation *s = NULL;
	if (wfm_simulate(&p, &o, &s, &e) != WFM_OK) {
		printf("# %s %s\n", e.path, e.message);
		abort();
	}
	out->level = s->total[0].service_level;
	out->low = s->total[0].service_level_low;
	out->high = s->total[0].service_level_high;
	out->worst = 1;
	for (int t = 0; t < T; t++)
		if (b->week.open[t])
			out->worst = fmin(out->worst, s->interval[t].service_level);
	wfm_simulation_free(s);
	wfm_sim_people_free(&people);
}

/* days 0: interval targets; 1: each day; DAYS: the week. */
static struct outcome try_target(struct bench *b, int days, double share)
{
	struct wfm_solve_options o = { .seed = b->seed, .now_s = clock_s, .time_limit_s = b->limit_s };
	struct wfm_roster *r = NULL;
	struct wfm_report *report = NULL;
	struct wfm_error e;
	struct outcome out = { .cpu_s = cpu_s() };
	b->queue.required = days == 0 ? b->interval : b->floor;
	b->p.service_count = days == 0 ? 0 : DAYS / days;
	for (int s = 0; s < b->p.service_count; s++) {
		double offered = 0;
		for (int t = s * days * DAY; t < (s + 1) * days * DAY; t++)
			offered += b->week.volume[t];
		b->services[s] = (struct wfm_service){
			.first_slot = s * days * DAY, .end_slot = (s + 1) * days * DAY,
			.offered = offered, .target = share * offered, .short_cents = HOUR_CENTS,
			.served = b->served, .people_max = b->people_max };
	}
	enum wfm_status status = wfm_schedule_solve(&b->p, &o, &r, &e);
	if ((status != WFM_OK && status != WFM_LIMIT) ||
	    wfm_schedule_verify(&b->p, r, true, &report, &e) != WFM_OK || report->breach_count > 0) {
		printf("# %s %s\n", e.path, e.message);
		abort();
	}
	out.hours = report->paid_hours;
	out.gap = r->gap;
	double answered = 0, offered = 0;
	for (int s = 0; s < b->p.service_count; s++) {
		answered += report->services[s].answered;
		offered += b->services[s].offered;
	}
	out.planned = offered > 0 ? answered / offered : 0;
	simulate(b, r, &out);
	out.cpu_s = cpu_s() - out.cpu_s;
	printf("# target over %d days, %.4f: %.1f h, %.2f %%, gap %.2f %%, %.1f s\n", days, share, out.hours,
	       100 * out.level, 100 * out.gap, out.cpu_s);
	(void)fflush(stdout);
	wfm_report_free(report);
	wfm_roster_free(r);
	return out;
}

static void show(const char *name, const struct outcome *x, const struct outcome *than)
{
	printf("%s: paid hours\t%.1f\th\n", name, x->hours);
	printf("%s: service level, simulated\t%.2f\t%%\n", name, 100 * x->level);
	printf("# worst quarter %.1f %%, level %.2f..%.2f, planned %.2f %%, gap %.2f %%, %.1f s; hours %+.2f %%\n",
	       100 * x->worst, 100 * x->low, 100 * x->high, 100 * x->planned, 100 * x->gap, x->cpu_s,
	       than != NULL ? 100 * (x->hours / than->hours - 1) : 0);
	(void)fflush(stdout);
}

/* Moves the target until the simulated level is that of the interval roster, or a little above. */
static struct outcome match(struct bench *b, int days, double level, struct outcome x)
{
	double share = TARGET, most = 0.0005;
	struct outcome best = { .hours = HUGE_VAL };
	for (int i = 0; i < MATCHES; i++) {
		share += level - x.level + 0.0002;
		x = try_target(b, days, share);
		if (x.level >= level && x.hours < best.hours)
			best = x;
		if (x.level >= level && x.level <= level + most)
			break;
	}
	return best.hours < HUGE_VAL ? best : x;
}

struct sums {
	double hours[5], level[5];
	int n;
};

static void run(struct bench *b, const char *week, double scale, struct sums *sums)
{
	static const char *const names[5] = { "interval", "week", "day", "week, matched", "day, matched" };
	struct outcome x[5];
	char name[120];
	x[0] = try_target(b, 0, 0);
	x[1] = try_target(b, DAYS, TARGET);
	x[2] = try_target(b, 1, TARGET);
	x[3] = match(b, DAYS, x[0].level, x[1]);
	x[4] = match(b, 1, x[0].level, x[2]);
	for (int i = 0; i < 5; i++) {
		(void)snprintf(name, sizeof name, "%s of %s x %.1f, seed %d", names[i], week, scale,
			       (int)b->seed);
		show(name, &x[i], i > 0 ? &x[0] : NULL);
		sums->hours[i] += x[i].hours;
		sums->level[i] += x[i].level;
	}
	sums->n++;
}

static void conclude(const struct sums *s, double scale)
{
	static const char *const names[5] = { "interval", "week", "day", "week, matched", "day, matched" };
	for (int i = 0; i < 5 && s->n > 0; i++) {
		printf("all of x %.1f, %s: paid hours a week\t%.1f\th\n", scale, names[i],
		       s->hours[i] / s->n);
		printf("all of x %.1f, %s: against interval\t%+.2f\t%%\n", scale, names[i],
		       100 * (s->hours[i] / s->hours[0] - 1));
		printf("all of x %.1f, %s: service level, simulated\t%.2f\t%%\n", scale, names[i],
		       100 * s->level[i] / s->n);
	}
}

int main(void)
{
	static const int mondays[][2] = { { 6, 9 }, { 5, 5 }, { 7, 14 }, { 8, 11 }, { 3, 17 }, { 6, 23 } };
	static const double scales[] = { 0.1, 1 };
	const char *only = getenv("SERVICE_SCALE");
	int weeks = setting("SERVICE_WEEKS", 1, 6), seeds = setting("SERVICE_SEEDS", 1, 5);
	struct real_series s;
	if (!real_series_load("A5", &s)) {
		printf("# skipped: no bank-us-2003\n");
		return 0;
	}
	for (size_t k = 0; k < sizeof scales / sizeof scales[0]; k++) {
		struct sums sums = { 0 };
		for (int w = 0; w < weeks; w++) {
			char name[40];
			struct bench *b = calloc(1, sizeof *b);
			if (b == NULL)
				abort();
			(void)snprintf(name, sizeof name, "2003-%02d-%02d", mondays[w][0], mondays[w][1]);
			if ((only == NULL || strtod(only, NULL) == scales[k]) &&
			    open_bench(b, &s, real_date(2003, mondays[w][0], mondays[w][1]), scales[k]))
				for (int i = 1; i <= seeds; i++) {
					b->seed = (uint64_t)i;
					b->limit_s = setting("SERVICE_LIMIT_S", 8, 600);
					run(b, name, scales[k], &sums);
				}
			close_bench(b);
		}
		conclude(&sums, scales[k]);
	}
	free(s.rows);
	return 0;
}
