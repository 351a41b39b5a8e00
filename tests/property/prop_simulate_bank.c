/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A real month replayed: the calls of a small bank's centre in February 1999, arrival counts by half
 * hour, service times as recorded, patience by maximum likelihood, people as their calls show them.
 *
 * The records do not say who was at work. An agent counts as present from one call to the next when
 * the gap is at most five minutes: of the gaps during which somebody was waiting all the time 99 in
 * 100 are shorter. Such gaps, up to two minutes, are the wrap-up that follows a call.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#include "wfm/simulate.h"

enum { DAYS = 28, HALF_HOURS = 48, QUEUES = 3, CALLS = 40000, AWAY_S = 300, WRAP_MOST_S = 120 };

struct call {
	int day, queue, arrived, waited, begun, ended; /* seconds of the day */
	bool answered, gave_up;
	char server[16];
};

static struct call calls[CALLS];
static int call_count;

static int clock_s(const char *text)
{
	int h = 0, m = 0, s = 0;
	(void)sscanf(text, "%d:%d:%d", &h, &m, &s);
	return h * 3600 + m * 60 + s;
}

/* Ordinary calls, stock exchange, internet support: work of different people. */
static int queue_of(const char *type)
{
	return strcmp(type, "NE") == 0 ? 1 : strcmp(type, "IN") == 0 ? 2 : 0;
}

static void read_call(char *line)
{
	char *field[17], *next = line;
	for (int i = 0; i < 17; i++)
		field[i] = strsep(&next, "\t\n");
	struct call *c = &calls[call_count];
	c->answered = strcmp(field[12], "AGENT") == 0;
	c->waited = (int)strtol(field[11], NULL, 10);
	c->gave_up = strcmp(field[12], "HANG") == 0 && c->waited > 0; /* else within the voice menu */
	if (!c->answered && !c->gave_up)
		return;
	c->day = (int)strtol(field[5] + 4, NULL, 10) - 1;
	c->queue = queue_of(field[4]);
	c->arrived = clock_s(field[9]) > 0 ? clock_s(field[9]) : clock_s(field[7]);
	c->begun = clock_s(field[13]);
	c->ended = clock_s(field[14]);
	(void)snprintf(c->server, sizeof c->server, "%s", field[16]);
	call_count++;
}

static bool load(void)
{
	const char *dir = getenv("CUADRANTE_SHARED_DATA");
	char path[512], line[512];
	(void)snprintf(path, sizeof path, "%s/bank-il-1999/february1999_calls.tsv.gz",
		       dir != NULL ? dir : "../shared/data");
	gzFile f = gzopen(path, "rb");
	if (f == NULL)
		return false;
	(void)gzgets(f, line, sizeof line);
	while (gzgets(f, line, sizeof line) != NULL && call_count < CALLS)
		read_call(line);
	(void)gzclose(f);
	return true;
}

static int by_server(const void *a, const void *b)
{
	const struct call *x = a, *y = b;
	if (x->day != y->day)
		return x->day - y->day;
	int names = strcmp(x->server, y->server);
	return names != 0 ? names : x->begun - y->begun;
}

/* Somebody waits all the time from `from` to `to` (checked every five seconds). */
static bool queue_waits(int day, int from, int to)
{
	for (int t = from; t <= to; t += 5) {
		bool waits = false;
		for (int i = 0; i < call_count && !waits; i++)
			waits = calls[i].day == day && calls[i].waited > 0 && calls[i].arrived <= t &&
				calls[i].arrived + calls[i].waited >= t;
		if (!waits)
			return false;
	}
	return true;
}

static bool served(const struct call *c)
{
	return c->answered && c->ended > c->begun && strcmp(c->server, "NO_SERVER") != 0;
}

/* A sample of wrap-up: gaps of people whom callers were waiting for. Every seventh pair. */
static int wrap_ups(int *wrap, int most)
{
	int n = 0;
	for (int i = 1; i < call_count && n < most; i += 7) {
		const struct call *a = &calls[i - 1], *b = &calls[i];
		int gap = b->begun - a->ended;
		if (served(a) && served(b) && a->day == b->day && strcmp(a->server, b->server) == 0 &&
		    gap >= 0 && gap <= WRAP_MOST_S && queue_waits(a->day, a->ended, b->begun))
			wrap[n++] = gap;
	}
	return n;
}

struct month {
	double service[QUEUES][CALLS], patience_s;
	int services[QUEUES];
	double counts[DAYS][QUEUES * HALF_HOURS];
	/* By day, for the data's own uncertainty. */
	double offered[DAYS], gave_up[DAYS], waited[DAYS];
};

static void collect(struct month *m)
{
	static int wrap[2000];
	int wraps = wrap_ups(wrap, 2000);
	assert_true(wraps > 300);
	double waited = 0.0, gave_up = 0.0;
	for (int i = 0; i < call_count; i++) {
		const struct call *c = &calls[i];
		int half_hour = c->arrived / 1800 < HALF_HOURS ? c->arrived / 1800 : HALF_HOURS - 1;
		m->counts[c->day][c->queue * HALF_HOURS + half_hour] += 1.0;
		m->offered[c->day] += 1.0;
		m->gave_up[c->day] += c->gave_up;
		m->waited[c->day] += c->waited;
		waited += c->waited;
		gave_up += c->gave_up;
		if (c->answered && c->ended > c->begun)
			m->service[c->queue][m->services[c->queue]++] =
				c->ended - c->begun + wrap[i % wraps];
	}
	m->patience_s = waited / gave_up; /* exponential, censored: total waiting ÷ abandonments */
}

/* The queues of which a server took at least one call in a hundred, as a bit mask. */
static int skills_of(const char *server)
{
	int taken[QUEUES] = { 0 }, all = 0, mask = 0;
	for (int i = 0; i < call_count; i++)
		if (served(&calls[i]) && strcmp(calls[i].server, server) == 0) {
			taken[calls[i].queue]++;
			all++;
		}
	for (int q = 0; q < QUEUES; q++)
		mask |= taken[q] >= 3 && taken[q] * 100 >= all ? 1 << q : 0;
	return mask;
}

/* Calls in order of server and time; returns the number of spans. */
static int spans_of(int day, struct wfm_sim_span *spans, int *agents)
{
	int n = 0, mask = 0;
	const char *server = "";
	*agents = 0;
	for (int i = 0; i < call_count; i++) {
		const struct call *c = &calls[i];
		if (c->day != day || !served(c))
			continue;
		bool another = strcmp(c->server, server) != 0;
		if (another) {
			mask = skills_of(c->server);
			server = c->server;
			*agents += mask != 0;
		}
		if (mask == 0)
			continue;
		struct wfm_sim_span *last = n > 0 && !another ? &spans[n - 1] : NULL;
		if (last != NULL && c->begun - last->end_s <= AWAY_S)
			last->end_s = fmax(last->end_s, c->ended);
		else
			spans[n++] = (struct wfm_sim_span){ *agents - 1, mask, c->begun, c->ended, false };
	}
	return n;
}

static void play_day(const struct month *m, int day, double *offered, double *lost, double *waited)
{
	static double aht[QUEUES][HALF_HOURS];
	static struct wfm_sim_span spans[3000];
	struct wfm_sim_skill skills[8][QUEUES];
	struct wfm_sim_set sets[8];
	struct wfm_sim_queue queues[QUEUES];
	int agents;
	for (int mask = 0; mask < 8; mask++) {
		sets[mask] = (struct wfm_sim_set){ skills[mask], 0 };
		for (int q = 0; q < QUEUES; q++)
			if (mask >> q & 1)
				skills[mask][sets[mask].skill_count++] =
					(struct wfm_sim_skill){ q, 1, 0.0, 1.0 };
	}
	for (int q = 0; q < QUEUES; q++) {
		double sum = 0.0;
		for (int i = 0; i < m->services[q]; i++)
			sum += m->service[q][i];
		for (int i = 0; i < HALF_HOURS; i++)
			aht[q][i] = sum / m->services[q];
		queues[q] = (struct wfm_sim_queue){
			.volume = m->counts[day] + q * HALF_HOURS, .aht_s = aht[q], .lobby = -1,
			.patience_s = m->patience_s, .within_s = 20.0,
			.handling = { WFM_SPREAD_SAMPLE, 0.0, m->service[q], m->services[q] },
		};
	}
	struct wfm_sim_problem p = { .interval_s = 1800.0, .interval_count = HALF_HOURS,
				     .queues = queues, .queue_count = QUEUES, .sets = sets,
				     .set_count = 8, .spans = spans, .scenarios = m->counts[day],
				     .scenario_count = 1 };
	p.span_count = spans_of(day, spans, &agents);
	p.agent_count = agents;
	struct wfm_sim_options o = { .seed = (uint64_t)day, .replications = 40, .threads = 2,
				     .trace_replication = -1 };
	struct wfm_simulation *r = NULL;
	struct wfm_error e = { 0 };
	if (wfm_simulate(&p, &o, &r, &e) != WFM_OK)
		fail_msg("%s %s", e.path, e.message);
	for (int q = 0; q < QUEUES; q++)
		if (r->total[q].offered > 0.0) {
			*offered += r->total[q].offered;
			*lost += r->total[q].offered * r->total[q].abandoned_share;
			*waited += r->total[q].offered * r->total[q].wait_s;
		}
	wfm_simulation_free(r);
}

/* Half the 95 % interval of Σx ÷ Σy over days (ratio estimator). */
static double day_half_width(const double *x, const double *y)
{
	double sx = 0.0, sy = 0.0, squares = 0.0;
	for (int d = 0; d < DAYS; d++) {
		sx += x[d];
		sy += y[d];
	}
	for (int d = 0; d < DAYS; d++)
		squares += pow(x[d] - sx / sy * y[d], 2.0);
	return 1.96 * sqrt(squares * DAYS / (DAYS - 1.0)) / sy;
}

static double ratio(const double *x, const double *y)
{
	double sx = 0.0, sy = 0.0;
	for (int d = 0; d < DAYS; d++) {
		sx += x[d];
		sy += y[d];
	}
	return sx / sy;
}

static void test_february_1999(void **state)
{
	(void)state;
	static struct month m;
	double offered = 0.0, lost = 0.0, waited = 0.0;
	if (!load()) {
		print_message("# skipped: no bank-il-1999 data\n");
		skip();
	}
	qsort(calls, (size_t)call_count, sizeof *calls, by_server);
	collect(&m);
	for (int day = 0; day < DAYS; day++)
		play_day(&m, day, &offered, &lost, &waited);
	double abandoned = ratio(m.gave_up, m.offered), wait_s = ratio(m.waited, m.offered);
	double abandoned_half = day_half_width(m.gave_up, m.offered);
	double wait_half = day_half_width(m.waited, m.offered);
	print_message("# %d calls, patience %.0f s; abandoned %.1f %% +- %.1f, simulated %.1f %%; "
		      "mean wait %.1f s +- %.1f, simulated %.1f\n",
		      call_count, m.patience_s, 100.0 * abandoned, 100.0 * abandoned_half,
		      100.0 * lost / offered, wait_s, wait_half, waited / offered);
	assert_true(fabs(offered - call_count) < 1.0);
	assert_true(fabs(lost / offered - abandoned) <= abandoned_half);
	assert_true(fabs(waited / offered - wait_s) <= wait_half);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_february_1999) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
