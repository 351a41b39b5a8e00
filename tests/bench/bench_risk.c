/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Is a promised probability kept? bank-us-2003 at half hours: at origins a week apart the days to
 * come are forecast, staffed by each way to take the risk, and worked in simulation with the
 * contacts that really came. Handling and patience are ours, for the data have none: 200 s, lognormal of
 * cv 1.2, and 180 s; target 80 % in 20 s over the day. Usage: bench_risk [ORIGINS]
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/lib/real_series.h"
#include "wfm/scenarios.h"
#include "wfm/simulate.h"
#include "wfm/staffing.h"

enum { SLOTS = 48, DAYS = 7, SCENARIOS = 1000, PLAYS = 20, MODES = 4 };
static const double AHT_S = 200.0, PATIENCE_S = 180.0;

static const struct {
	const char *name;
	enum wfm_risk risk;
	double p;
} modes[MODES] = {
	{ "at the point forecast", WFM_RISK_POINT, 0.0 },
	{ "expected 80 %", WFM_RISK_EXPECTED, 0.0 },
	{ "P(day >= 80 %) >= 0.8", WFM_RISK_CHANCE, 0.8 },
	{ "P(day >= 80 %) >= 0.5", WFM_RISK_CHANCE, 0.5 },
};

struct score {
	double days, at_target, promised, agents, level, seconds;
};

static double now(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void must(enum wfm_status status, const struct wfm_error *e)
{
	if (status == WFM_OK)
		return;
	fprintf(stderr, "%s %s\n", e->path, e->message);
	exit(1);
}

/* Person j works while the day needs more than j. */
static int32_t spans_of(const struct wfm_requirement *r, struct wfm_sim_span *spans, int32_t *agents)
{
	int32_t n = 0, most = 0;
	for (int i = 0; i < SLOTS; i++)
		most = r[i].agents > most ? r[i].agents : most;
	for (int32_t j = 0; j < most; j++)
		for (int i = 0; i < SLOTS; i++) {
			if (r[i].agents <= j)
				continue;
			if (n > 0 && spans[n - 1].agent == j && spans[n - 1].end_s == i * 1800.0)
				spans[n - 1].end_s += 1800.0;
			else
				spans[n++] = (struct wfm_sim_span){ j, 0, i * 1800.0,
								    (i + 1) * 1800.0, false };
		}
	*agents = most;
	return n;
}

/* Share of plays of the day's own contacts that reach the target. */
static double play(const struct wfm_requirement *r, const double *counts, uint64_t seed, double *level)
{
	static struct wfm_sim_span spans[4096 * 4];
	static double aht[SLOTS];
	for (int i = 0; i < SLOTS; i++)
		aht[i] = AHT_S;
	int32_t agents;
	int32_t n = spans_of(r, spans, &agents);
	struct wfm_sim_queue queue = { .volume = counts, .aht_s = aht, .lobby = -1,
				       .patience_s = PATIENCE_S, .within_s = 20.0, .target = 0.8,
				       .handling = { .spread = WFM_SPREAD_LOGNORMAL, .cv = 1.2 } };
	struct wfm_sim_skill skill = { 0, 1, 0.0, 1.0 };
	struct wfm_sim_set set = { &skill, 1 };
	struct wfm_sim_problem p = { .interval_s = 1800.0, .interval_count = SLOTS, .queues = &queue,
				     .queue_count = 1, .sets = &set, .set_count = 1, .spans = spans,
				     .span_count = n, .agent_count = agents, .scenarios = counts,
				     .scenario_count = 1 };
	struct wfm_sim_options o = { .seed = seed, .replications = PLAYS, .threads = 1,
				     .trace_replication = -1 };
	struct wfm_simulation *s;
	struct wfm_error e;
	must(wfm_simulate(&p, &o, &s, &e), &e);
	double share = s->day[0].p_target;
	*level = s->total[0].service_level;
	wfm_simulation_free(s);
	return share;
}

static bool counts_of(const struct real_series *s, int32_t day, double *counts)
{
	bool seen = false;
	for (int i = 0; i < SLOTS; i++) {
		const struct wfm_observation *o = real_series_at(s, day, i);
		counts[i] = o != NULL && o->offered > 0.0 ? o->offered : 0.0;
		seen |= counts[i] > 0.0;
	}
	return seen;
}

static void day_score(const struct real_series *s, const struct wfm_forecast *f, int h,
		      const double *volume, struct score *scores)
{
	static double scenarios[SCENARIOS * SLOTS];
	static const int32_t one_period[SLOTS];
	struct wfm_load loads[SLOTS];
	double counts[SLOTS];
	if (!f->days[h].open || !counts_of(s, f->days[h].day, counts))
		return;
	for (int i = 0; i < SLOTS; i++) {
		const struct wfm_forecast_slot *v = &f->slots[h * SLOTS + i];
		loads[i] = (struct wfm_load){ v->open ? v->mean : 0.0, AHT_S, v->open };
	}
	for (int k = 0; k < SCENARIOS; k++)
		memcpy(&scenarios[k * SLOTS], &volume[((size_t)k * DAYS + (size_t)h) * SLOTS],
		       SLOTS * sizeof *scenarios);
	struct wfm_staffing_options o = { .channel = WFM_VOICE, .interval_s = 1800,
					  .target = { .service_level = 0.8, .within_s = 20.0 },
					  .patience_s = PATIENCE_S };
	for (int m = 0; m < MODES; m++) {
		struct wfm_risk_problem p = { .loads = loads, .n = SLOTS, .period = one_period,
					      .risk = modes[m].risk, .probability = modes[m].p,
					      .scenarios = scenarios, .scenario_count = SCENARIOS,
					      .least_service_level = 0.4 };
		struct wfm_requirement r[SLOTS];
		struct wfm_period_figures figures;
		struct wfm_error e;
		double begun = now(), level;
		must(wfm_staffing_risk(&p, &o, r, &figures, &e), &e);
		scores[m].seconds += now() - begun;
		double share = play(r, counts, (uint64_t)f->days[h].day, &level);
		scores[m].days += 1.0;
		scores[m].at_target += share;
		scores[m].promised += figures.p_target;
		scores[m].agents += (double)figures.agents;
		scores[m].level += level;
		printf("# day %d %s: %lld agent intervals, promised %.3f (p10 %.3f p50 %.3f), SL %.3f, "
		       "simulated %.3f, at target %.2f\n", f->days[h].day, modes[m].name,
		       (long long)figures.agents, figures.p_target, figures.sl_p10, figures.sl_p50,
		       figures.service_level, level, share);
	}
}

int main(int argc, char **argv)
{
	static double volume[SCENARIOS * DAYS * SLOTS];
	struct real_series s;
	struct score scores[MODES] = { { 0 } };
	struct wfm_error e;
	int origins = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 8;
	if (!real_series_load("A30", &s)) {
		printf("# skipped: no bank-us-2003\n");
		return 0;
	}
	for (int k = 0; k < origins; k++) {
		struct wfm_forecast f;
		struct wfm_forecast_options o = { .first_day = real_date(2003, 6, 23) + 7 * k,
						  .days = DAYS };
		must(wfm_forecast_run(&s.series, &o, &f, &e), &e);
		must(wfm_scenarios_draw(f.joint, 17, SCENARIOS, volume, &e), &e);
		for (int h = 0; h < DAYS; h++)
			day_score(&s, &f, h, volume, scores);
		wfm_forecast_free(&f);
	}
	for (int m = 0; m < MODES; m++) {
		const struct score *v = &scores[m];
		printf("bank-us-2003, %.0f days, %s: days at target\t%.1f\t%%\n", v->days,
		       modes[m].name, 100.0 * v->at_target / v->days);
		printf("bank-us-2003, %.0f days, %s: people beside the point's\t%.1f\t%%\n", v->days,
		       modes[m].name, 100.0 * (v->agents / scores[0].agents - 1.0));
		printf("staffing a day of 1,000 scenarios, %s\t%.0f\tms\n", modes[m].name,
		       1e3 * v->seconds / v->days);
	}
	free(s.rows);
	return 0;
}
