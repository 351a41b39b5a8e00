/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * E-mail placed by the scheduling LP against e-mail placed before it: paid hours at the same prices.
 * bank-us-2003, weekdays, actual calls of whole weeks as the mean of each quarter of an hour; handling
 * 240 s and patience 300 s, assumed; 80 % within 20 s in each quarter, a missing agent-hour at 30 x its
 * pay. E-mail assumed: for every ten calls three, of 6 minutes each, as they come; to be done within 8
 * open hours. Everybody does both. Contracts of tests/lib/bank_staff.h.
 *
 *   before   people for e-mail in each quarter, as flat as its arrivals and due times allow
 *            (wfm_staffing_run), short at the same price as a call's
 *   placed   struct wfm_deferrable: an agent-hour late at its pay an open hour, left at 30 x
 *
 * Both rosters are judged by what they do of the e-mail. DEFERRABLE_WEEKS=1..6, DEFERRABLE_SEEDS=1..5,
 * DEFERRABLE_SCALE=share of the calls (1 and 0.1); each roster has DEFERRABLE_LIMIT_S (10) seconds of
 * the processor.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "tests/lib/bank_staff.h"
#include "wfm/staffing.h"

enum { DAY = BANK_DAY, T = BANK_SLOTS, VOICE = 0, MAIL = 1 };
static const double AHT_S = 240, PATIENCE_S = 300, HOUR_CENTS = 2000, DEAR = 30;
static const double MAILS_A_CALL = 0.3, MAIL_S = 360, TURNAROUND_S = 8 * 3600;

struct bench {
	struct wfm_problem p;
	struct bank_week week;
	struct wfm_queue queues[2];
	struct bank_staff staff;
	double voice[T], mail[T], nobody[T];
	struct wfm_batch batches[T];
	struct wfm_deferrable work;
	double limit_s;
	uint64_t seed;
};

static int setting(const char *name, int usual, int most)
{
	const char *v = getenv(name);
	int n = v != NULL ? (int)strtol(v, NULL, 10) : usual;
	return n < 1 ? 1 : n > most ? most : n;
}

static double clock_s(void *context)
{
	struct rusage u;
	(void)context;
	(void)getrusage(RUSAGE_SELF, &u);
	return (double)u.ru_utime.tv_sec + (double)u.ru_utime.tv_usec * 1e-6;
}

static double staff(const struct bench *b, enum wfm_channel channel, double *required)
{
	static struct wfm_load loads[T];
	static struct wfm_requirement r[T];
	struct wfm_error e;
	const bool mail = channel == WFM_EMAIL;
	struct wfm_staffing_options o = { .channel = channel, .interval_s = 900,
					  .patience_s = mail ? 0 : PATIENCE_S,
					  .target = { .service_level = mail ? 0 : 0.8, .within_s = mail ? 0 : 20 },
					  .turnaround_s = mail ? TURNAROUND_S : 0, .turnaround_open_hours = mail };
	double hours = 0;
	for (int t = 0; t < T; t++)
		loads[t] = (struct wfm_load){ mail ? MAILS_A_CALL * b->week.volume[t] : b->week.volume[t],
					      mail ? MAIL_S : AHT_S, b->week.open[t] };
	if (wfm_staffing_run(loads, T, &o, r, &e) != WFM_OK) {
		printf("# %s %s\n", e.path, e.message);
		abort();
	}
	for (int t = 0; t < T; t++) {
		required[t] = r[t].agents;
		hours += r[t].agents / 4.0;
	}
	return hours;
}

/* The slot so many open ones on; what is due after the last is so at its end. */
static int open_after(const struct bench *b, int t, int slots)
{
	int last = t;
	for (; t < T && slots > 0; t++)
		if (b->week.open[t]) {
			slots--;
			last = t + 1;
		}
	return last;
}

static void fill_work(struct bench *b)
{
	int n = 0;
	for (int t = 0; t < T; t++)
		if (b->week.volume[t] > 0)
			b->batches[n++] = (struct wfm_batch){ MAILS_A_CALL * b->week.volume[t] * MAIL_S / 3600, t + 1,
							      open_after(b, t + 1, (int)(TURNAROUND_S / 900)) };
	for (int i = 0; i < n; i++) /* the last quarter's comes as it shuts: it can be done in it */
		b->batches[i].from = b->batches[i].due <= b->batches[i].from ? b->batches[i].due - 1 :
									       b->batches[i].from;
	b->work = (struct wfm_deferrable){ .queue = MAIL, .batches = b->batches, .batch_count = n,
					   .late_cents = HOUR_CENTS, .left_cents = DEAR * HOUR_CENTS };
}

static bool open_bench(struct bench *b, const struct real_series *s, int32_t monday, double scale)
{
	if (!bank_week_fill(&b->week, s, monday, scale))
		return false;
	double hours = staff(b, WFM_VOICE, b->voice);
	hours += staff(b, WFM_EMAIL, b->mail);
	bank_staff_fill(&b->staff, HOUR_CENTS, hours);
	fill_work(b);
	for (int q = 0; q < 2; q++)
		b->queues[q] = (struct wfm_queue){ .skill = WFM_NONE, .site = WFM_NONE, .open = b->week.open,
						   .required = q == VOICE ? b->voice : b->mail,
						   .short1_cents = DEAR * HOUR_CENTS, .short2_cents = DEAR * HOUR_CENTS };
	b->p = (struct wfm_problem){ .slot_min = 15, .slot_count = T, .calendars = &b->week.calendar,
				     .calendar_count = 1, .queues = b->queues, .queue_count = 2,
				     .contracts = b->staff.contracts, .contract_count = BANK_CONTRACTS,
				     .agents = b->staff.agents, .agent_count = b->staff.agent_count };
	return true;
}

struct outcome {
	double hours, short_hours, in_time, gap, cents, cpu_s;
};

static struct wfm_report *judge(const struct bench *b, const struct wfm_roster *r, bool claims)
{
	struct wfm_report *report = NULL;
	struct wfm_error e;
	if (wfm_schedule_verify(&b->p, r, claims, &report, &e) != WFM_OK || report->breach_count > 0) {
		printf("# %s\n", report != NULL ? report->breaches[0].message : e.message);
		abort();
	}
	return report;
}

static struct outcome try_way(struct bench *b, bool placed)
{
	struct wfm_solve_options o = { .seed = b->seed, .now_s = clock_s, .time_limit_s = b->limit_s };
	struct wfm_roster *r = NULL;
	struct wfm_error e;
	struct outcome out = { .cpu_s = clock_s(NULL) };
	b->queues[MAIL].required = placed ? b->nobody : b->mail;
	b->p.deferrable = &b->work;
	b->p.deferrable_count = placed;
	enum wfm_status s = wfm_schedule_solve(&b->p, &o, &r, &e);
	if (s != WFM_OK && s != WFM_LIMIT) {
		printf("# %s %s\n", e.path, e.message);
		abort();
	}
	out.cpu_s = clock_s(NULL) - out.cpu_s;
	out.gap = r->gap;
	wfm_report_free(judge(b, r, true));
	b->queues[MAIL].required = b->nobody;
	b->p.deferrable_count = 1;
	struct wfm_report *report = judge(b, r, false);
	out.hours = report->paid_hours;
	out.short_hours = report->short_hours;
	out.in_time = report->deferrable[0].in_time / report->deferrable[0].due;
	out.cents = report->cost.total;
	wfm_report_free(report);
	wfm_roster_free(r);
	return out;
}

static void run(struct bench *b, const char *week, double scale)
{
	static const char *const names[] = { "before", "placed" };
	struct outcome x[2];
	for (int i = 0; i < 2; i++) {
		x[i] = try_way(b, i == 1);
		printf("%s, %s x %.1f, seed %d: paid hours\t%.1f\th\n", names[i], week, scale, (int)b->seed,
		       x[i].hours);
		printf("# e-mail in time %.2f %%, calls short %.2f h, cost at the same prices %.0f, gap %.2f %%, "
		       "%.1f s; hours %+.2f %%\n",
		       100 * x[i].in_time, x[i].short_hours, x[i].cents, 100 * x[i].gap, x[i].cpu_s,
		       100 * (x[i].hours / x[0].hours - 1));
		(void)fflush(stdout);
	}
}

int main(void)
{
	static const int mondays[][2] = { { 6, 9 }, { 5, 5 }, { 7, 14 }, { 8, 11 }, { 3, 17 }, { 6, 23 } };
	static const double scales[] = { 0.1, 1 };
	const char *only = getenv("DEFERRABLE_SCALE");
	int weeks = setting("DEFERRABLE_WEEKS", 1, 6), seeds = setting("DEFERRABLE_SEEDS", 1, 5);
	struct real_series s;
	if (!real_series_load("A5", &s)) {
		printf("# skipped: no bank-us-2003\n");
		return 0;
	}
	for (int k = 0; k < 2; k++)
		for (int w = 0; w < weeks; w++) {
			char name[40];
			struct bench *b = calloc(1, sizeof *b);
			if (b == NULL)
				abort();
			(void)snprintf(name, sizeof name, "2003-%02d-%02d", mondays[w][0], mondays[w][1]);
			b->limit_s = setting("DEFERRABLE_LIMIT_S", 10, 600);
			if ((only == NULL || strtod(only, NULL) == scales[k]) &&
			    open_bench(b, &s, real_date(2003, mondays[w][0], mondays[w][1]), scales[k]))
				for (b->seed = 1; b->seed <= (uint64_t)seeds; b->seed++)
					run(b, name, scales[k]);
			free(b->staff.agents);
			free(b);
		}
	free(s.rows);
	return 0;
}
