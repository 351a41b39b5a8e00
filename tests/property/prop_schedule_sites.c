/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sites against brute force: two short days, three agents, three queues, some at counters that are few;
 * of one site, or of two with agents who may work at either, perhaps with an hour's training at their own.
 * Days are independent but for "one or two shifts each" and training on one of them, so every way to staff a
 * day is gone through and the days are put together by who works on them and who is trained.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "solver/num/rng.h"
#include "tests/lib/schedule_fixture.h"

enum { DAYS = 2, AGENTS = 3, FROM = 8, TO = 15, CHOICES = 96, PRESENCES = 27, TRAINED = 2, SETS = 1 << (AGENTS + TRAINED) };

struct choice {
	int start, end; /* 0, 0: off */
	int place, travel;
	int sit; /* slot of the training; 0: none */
};

static struct fixture f;
static struct wfm_site sites[2];
static int32_t counters[2][FIX_SLOTS];
static struct wfm_elsewhere elsewhere[AGENTS];
static struct wfm_session session;
static bool trains; /* the first agents, who may go elsewhere */

static void draw_demand(struct rng *r, bool lend)
{
	f.p.queue_count = 3;
	for (int q = 0; q < 3; q++) {
		f.queues[q].site = !lend ? 0 : q < 2 ? q : WFM_NONE;
		f.queues[q].counter = f.queues[q].site >= 0 && rng_below(r, 3) > 0;
		f.queues[q].surplus_cents = 100 * (double)rng_below(r, 3);
		f.queues[q].short1_cents = 2000 + 1000 * (double)rng_below(r, 3);
		for (int t = 0; t < f.p.slot_count; t++) {
			f.open[q][t] = f.open[0][t];
			f.required[q][t] = f.open[q][t] ? rng_below(r, 3) : 0;
		}
	}
	for (int s = 0; s < 2; s++) {
		for (int t = 0; t < f.p.slot_count; t++)
			counters[s][t] = (int32_t)rng_below(r, 3);
		sites[s].counters = counters[s];
	}
	f.p.sites = sites;
}

/* Two sites: the first agent may go to the second, the second perhaps to the first. */
static void draw_sites(struct rng *r)
{
	for (int a = 0; a < AGENTS; a++) {
		f.agents[a].site = a == 1;
		f.agents[a].elsewhere = &elsewhere[a];
		f.agents[a].elsewhere_count = a == 0 || (a == 1 && rng_below(r, 2));
		elsewhere[a] = (struct wfm_elsewhere){ a != 1, 60 * (int32_t)rng_below(r, 2) };
	}
}

/* An hour, for each of the first agents at a time of their own. */
static void draw_training(struct rng *r)
{
	static const int32_t who[TRAINED] = { 0, 1 };
	session = (struct wfm_session){ .kind = WFM_TRAINING, .minutes = 60, .agents = who, .agent_count = TRAINED,
					.miss_cents = 500 + 2000.0 * rng_below(r, 3) };
	f.p.sessions = &session;
	f.p.session_count = 1;
}

static void tiny_problem(uint64_t seed, bool lend)
{
	struct rng r;
	rng_seed(&r, seed);
	fixture_init(&f, AGENTS, 1);
	fixture_small_days(&f, DAYS, (int)rng_below(&r, 7), FROM, TO);
	draw_demand(&r, lend);
	for (int c = 0; c < 2; c++) {
		f.contracts[c].rule_count = f.contracts[c].break_count = 0;
		f.contracts[c].salaried = false;
		fixture_add_rule(&f, c, (struct wfm_rule_row){ .rule = WFM_RULE_SHIFT_MINUTES, .low = 180,
							       .high = 300, .step = 60 });
		fixture_add_rule(&f, c, (struct wfm_rule_row){ .rule = WFM_RULE_PLAN_SHIFTS, .low = 1,
							       .high = 2 });
	}
	for (int a = 0; a < AGENTS; a++) {
		int n = 0;
		for (int q = 0; q < 3; q++)
			if ((int)rng_below(&r, 3) > 0 || q == a)
				f.skills[a][n++] = (struct wfm_agent_skill){ q, 1 };
		f.agents[a].skill_count = n;
	}
	if (lend)
		draw_sites(&r);
	if (trains)
		draw_training(&r);
	fixture_link(&f);
	f.calendar.day_count = DAYS;
}

/* ---- a slot ---- */

static double queue_cents(int q, int t, double have)
{
	const struct wfm_queue *x = &f.queues[q];
	double lack = f.required[q][t] - have;
	return lack > 0 ? fmin(lack, 1) * x->short1_cents + fmax(lack - 1, 0) * x->short2_cents :
			  -lack * x->surplus_cents;
}

/* Where agent a works by its digit of the presence, to base 3: 0 nowhere, 1 own site, 2 the other one. */
static int digit(int presence, int a)
{
	for (; a > 0; a--)
		presence /= 3;
	return presence % 3;
}

/* The agents from a on choose: a queue each, or waiting where one of theirs is at counters. */
static double divide(int t, int present, int a, double *have, int *seated, double waited)
{
	if (seated[0] > counters[0][t] || seated[1] > counters[1][t])
		return HUGE_VAL;
	if (a == AGENTS) {
		double sum = waited;
		for (int q = 0; q < f.p.queue_count; q++)
			sum += queue_cents(q, t, have[q]);
		return sum;
	}
	if (digit(present, a) == 0)
		return divide(t, present, a + 1, have, seated, waited);
	double best = HUGE_VAL, least = HUGE_VAL;
	bool waits = false;
	for (int i = 0; i < f.agents[a].skill_count; i++) {
		int q = f.skills[a][i].skill, own = f.agents[a].site, at = f.queues[q].site;
		if (at != WFM_NONE && at != (digit(present, a) == 1 ? own : elsewhere[a].site))
			continue;
		waits |= f.queues[q].counter;
		least = fmin(least, f.queues[q].surplus_cents);
		have[q]++;
		if (f.queues[q].counter)
			seated[at]++;
		best = fmin(best, divide(t, present, a + 1, have, seated, waited));
		if (f.queues[q].counter)
			seated[at]--;
		have[q]--;
	}
	return waits ? fmin(best, divide(t, present, a + 1, have, seated, waited + least)) : best;
}

/* ---- a day ---- */

static bool serves(int a, int place)
{
	int site = place == 0 ? f.agents[a].site : elsewhere[a].site;
	for (int i = 0; i < f.agents[a].skill_count; i++) {
		int at = f.queues[f.skills[a][i].skill].site;
		if (at == WFM_NONE || at == site)
			return true;
	}
	return false;
}

static int list_choices(int day, int a, struct choice *list)
{
	int n = 0;
	list[n++] = (struct choice){ 0, 0, 0, 0, 0 };
	for (int place = 0; place <= f.agents[a].elsewhere_count; place++) {
		int travel = place == 0 ? 0 : elsewhere[a].travel_min / 60;
		for (int s = FROM - travel; s < TO; s++)
			for (int h = 3; h <= 5 && s + h <= TO + travel; h++)
				for (int k = -1; serves(a, place) && k < (trains && a < TRAINED && place == 0 ? h : 0); k++)
					list[n++] = (struct choice){ 24 * day + s, 24 * day + s + h, place, travel,
								     k < 0 ? 0 : 24 * day + s + k };
	}
	return n;
}

/* The digit of an agent on that shift at t. */
static int works(const struct choice *c, int t)
{
	return t != c->sit && t >= c->start + c->travel && t < c->end - c->travel ? 1 + c->place : 0;
}

/* Least cost of the day for each set of agents who work, and of those who are trained. */
static void staff_day(int day, double least[SETS])
{
	static struct choice list[AGENTS][CHOICES];
	static double cents[TO][PRESENCES];
	int n[AGENTS];
	for (int a = 0; a < AGENTS; a++)
		n[a] = list_choices(day, a, list[a]);
	for (int t = FROM; t < TO; t++)
		for (int m = 0; m < PRESENCES; m++) {
			double have[3] = { 0 };
			int seated[2] = { 0 };
			cents[t][m] = divide(24 * day + t, m, 0, have, seated, 0);
		}
	for (int m = 0; m < SETS; m++)
		least[m] = HUGE_VAL;
	for (int i = 0; i < n[0] * n[1] * n[2]; i++) {
		const struct choice *who[AGENTS];
		unsigned mask = 0;
		double cost = 0;
		for (int a = 0, k = i; a < AGENTS; k /= n[a], a++) {
			who[a] = &list[a][k % n[a]];
			mask |= (unsigned)(k % n[a] > 0) << a | (unsigned)(who[a]->sit > 0) << (AGENTS + a);
			cost += (who[a]->end - who[a]->start) * f.contracts[f.agents[a].contract].hour_cents;
		}
		for (int t = FROM; t < TO; t++)
			cost += cents[t][works(who[0], 24 * day + t) + 3 * works(who[1], 24 * day + t) +
					 9 * works(who[2], 24 * day + t)];
		least[mask] = fmin(least[mask], cost);
	}
}

static double brute_force(void)
{
	double day[DAYS][SETS], best = HUGE_VAL;
	for (int d = 0; d < DAYS; d++)
		staff_day(d, day[d]);
	for (int a = 0; a < SETS; a++)
		for (int b = 0; b < SETS; b++) {
			double missed = 0;
			for (int k = 0; trains && k < TRAINED; k++)
				missed += ((a | b) >> (AGENTS + k) & 1) ? 0 : session.miss_cents;
			if (((a | b) & ((1 << AGENTS) - 1)) == (1 << AGENTS) - 1 && ((a & b) >> AGENTS) == 0)
				best = fmin(best, day[0][a] + day[1][b] + missed);
		}
	return best;
}

static void compare(bool lend)
{
	int waited = 0, exact = 0, away = 0, sits = 0;
	for (uint64_t seed = 1; seed <= 25; seed++) {
		tiny_problem(seed, lend);
		double best = brute_force();
		struct wfm_solve_options o = { .seed = seed, .iteration_limit = 800 };
		struct wfm_roster *r = fixture_solve(&f.p, &o);
		struct wfm_report *report = NULL;
		struct wfm_error e;
		fixture_expect_clean(&f.p, r);
		assert_int_equal(wfm_schedule_verify(&f.p, r, true, &report, &e), WFM_OK);
		waited += report->waiting_hours > 0;
		for (int i = 0; i < r->shift_count; i++)
			away += r->shifts[i].elsewhere > 0;
		for (int i = 0; i < r->activity_count; i++)
			sits += r->activities[i].kind == WFM_TRAINING;
		wfm_report_free(report);
		if (r->bound > best + 1e-4 || r->cost.total < best - 1e-4 || r->cost.total > 1.02 * best)
			fail_msg("seed %d: bound %f cost %f, brute force %f", (int)seed, r->bound,
				 r->cost.total, best);
		exact += r->cost.total < best + 1e-4;
		wfm_roster_free(r);
	}
	print_message("# %d exact, %d with waiting, %d shifts elsewhere, %d trained\n", exact, waited, away, sits);
	assert_true(waited >= 3 && (sits > 10) == trains);
	assert_true(lend ? away >= 10 : away == 0);
	assert_true(exact >= 19); /* of 25: the search is not */
}

static void test_counters_equal_brute_force(void **state)
{
	(void)state;
	compare(false);
}

static void test_lending_equals_brute_force(void **state)
{
	(void)state;
	compare(true);
}

/* Training is at the own site only: who goes elsewhere on all days misses it. */
static void test_lending_with_training_equals_brute_force(void **state)
{
	(void)state;
	trains = true;
	compare(true);
	trains = false;
}

/* ---- larger ---- */

/* Work elsewhere turned into training is caught. */
static void expect_caught_elsewhere(struct fixture *x, struct wfm_roster *r)
{
	struct wfm_report *report = NULL;
	struct wfm_error e;
	bool caught = false;
	for (int i = 0; i < r->shift_count; i++) {
		const struct wfm_shift *s = &r->shifts[i];
		if (s->elsewhere == 0)
			continue;
		for (int k = s->first_activity; k < s->first_activity + s->activity_count && !caught; k++) {
			struct wfm_activity was = r->activities[k], *a = &r->activities[k];
			if (was.kind != WFM_WORK)
				continue;
			*a = (struct wfm_activity){ WFM_TRAINING, WFM_NONE, was.start, was.slots, true, 1 };
			assert_int_equal(wfm_schedule_verify(&x->p, r, false, &report, &e), WFM_OK);
			for (int b = 0; b < report->breach_count; b++)
				caught |= report->breaches[b].kind == WFM_BREACH_SESSION &&
					  strstr(report->breaches[b].message, "another site") != NULL;
			wfm_report_free(report);
			*a = was;
			assert_true(caught);
		}
	}
}

/* Two sites that lend each other people, a meeting and training: sits only in shifts at the own site. */
static void test_random_lending_with_sessions_verifies(void **state)
{
	(void)state;
	static struct fixture x;
	static struct wfm_elsewhere other[FIX_AGENTS];
	static struct wfm_session asked[2];
	static int32_t all[FIX_AGENTS];
	int sits = 0, away = 0;
	for (uint64_t seed = 1; seed <= 8; seed++) {
		struct rng r;
		rng_seed(&r, seed);
		fixture_random(&x, seed);
		sites[0].counters = sites[1].counters = NULL;
		x.p.sites = sites;
		x.p.site_count = 2;
		for (int q = 0; q < x.p.queue_count; q++)
			x.queues[q].site = q % 2;
		for (int a = 0; a < x.p.agent_count; a++) {
			all[a] = a;
			x.agents[a].site = a % 2;
			x.agents[a].elsewhere = &other[a];
			x.agents[a].elsewhere_count = rng_below(&r, 3) > 0;
			other[a] = (struct wfm_elsewhere){ 1 - a % 2, x.p.slot_min * (int32_t)rng_below(&r, 3) };
		}
		asked[0] = (struct wfm_session){ .kind = WFM_MEETING, .minutes = 60, .agents = all, .agent_count = 6,
						 .together = true, .quorum = 3, .miss_cents = 4000 };
		asked[1] = (struct wfm_session){ .kind = WFM_TRAINING, .minutes = 30, .agents = all, .times = 2,
						 .agent_count = x.p.agent_count, .at_once = 2, .miss_cents = 3000,
						 .must = seed % 2 };
		x.p.sessions = asked;
		x.p.session_count = 2;
		struct wfm_solve_options o = { .seed = seed, .iteration_limit = 500 };
		struct wfm_roster *got = fixture_solve(&x.p, &o);
		fixture_expect_clean(&x.p, got);
		assert_true(got->bound <= got->cost.total + 1e-6);
		for (int i = 0; i < got->shift_count; i++) {
			const struct wfm_shift *s = &got->shifts[i];
			away += s->elsewhere > 0;
			for (int k = s->first_activity; k < s->first_activity + s->activity_count; k++) {
				bool sit = got->activities[k].kind == WFM_TRAINING || got->activities[k].kind == WFM_MEETING;
				sits += sit;
				assert_false(sit && s->elsewhere > 0);
			}
		}
		expect_caught_elsewhere(&x, got);
		struct wfm_roster *again = fixture_solve(&x.p, &o);
		assert_true(again->cost.total == got->cost.total && again->activity_count == got->activity_count);
		wfm_roster_free(again);
		wfm_roster_free(got);
	}
	print_message("# %d shifts elsewhere, %d sits\n", away, sits);
	assert_true(away > 20 && sits > 60);
}

static void test_random_problems_verify(void **state)
{
	(void)state;
	static struct fixture x;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct rng r;
		rng_seed(&r, seed);
		fixture_random(&x, seed);
		for (int q = 0; q < x.p.queue_count; q++) {
			x.queues[q].site = 0;
			x.queues[q].counter = q != 1;
		}
		for (int t = 0; t < x.p.slot_count; t++)
			counters[0][t] = 1 + (int32_t)rng_below(&r, 8);
		sites[0].counters = counters[0];
		sites[1].counters = NULL;
		x.p.sites = sites;
		struct wfm_solve_options o = { .seed = seed, .iteration_limit = 600 };
		struct wfm_roster *got = fixture_solve(&x.p, &o);
		fixture_expect_clean(&x.p, got);
		assert_true(got->bound <= got->cost.total + 1e-6);
		print_message("# seed %d: bound %.0f, cost %.0f\n", (int)seed, got->bound, got->cost.total);
		/* Without the cap the plan cannot cost more. */
		x.p.sites = NULL;
		struct wfm_roster *free_of_it = fixture_solve(&x.p, &o);
		assert_true(free_of_it->bound <= got->cost.total + 1e-6);
		wfm_roster_free(got);
		wfm_roster_free(free_of_it);
	}
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counters_equal_brute_force),
		cmocka_unit_test(test_lending_equals_brute_force),
		cmocka_unit_test(test_lending_with_training_equals_brute_force),
		cmocka_unit_test(test_random_lending_with_sessions_verifies),
		cmocka_unit_test(test_random_problems_verify),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
