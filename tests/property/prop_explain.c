/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Properties of explanations: the relaxation against a linear program over every tour there is (listed
 * and priced by the judge alone), values against solving with one more agent or person, eased rules
 * against solving each, conflicts against every subset of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solver/lp.h"
#include "solver/num/rng.h"
#include "solver/schedule/explain.h"
#include "solver/schedule/relaxed.h"
#include "tests/lib/schedule_fixture.h"
#include "wfm/explain.h"

static struct wfm_roster *solve(const struct wfm_problem *p, int64_t steps)
{
	struct wfm_solve_options o = { .seed = 1, .iteration_limit = steps };
	return fixture_solve(p, &o);
}

static int relaxation_limit = 100;

static struct wfm_explanation *explain(const struct wfm_problem *p, const struct wfm_roster *r)
{
	struct wfm_explanation *x = NULL;
	struct wfm_error e = { 0 };
	struct wfm_explain_options o = { .relaxation_limit = relaxation_limit };
	enum wfm_status s = wfm_schedule_explain(p, r, &o, &x, &e);
	if (s != WFM_OK)
		fail_msg("%s %s %s", wfm_status_name(s), e.path, e.message);
	assert_true(x->complete);
	return x;
}

static struct wfm_explanation *explain_solved(const struct wfm_problem *p)
{
	struct wfm_roster *r = solve(p, 300);
	struct wfm_explanation *x = explain(p, r);
	wfm_roster_free(r);
	return x;
}

/* The relaxation of a problem from the beginning; *precision: how far it may be off. */
static double relaxation(const struct wfm_problem *p, double *precision)
{
	struct relaxed r;
	struct wfm_error e = { 0 };
	struct wfm_solve_options o = { .seed = 7 };
	assert_int_equal(relaxed_open(&r, p, &o, &e), WFM_OK);
	double cents = r.cents;
	*precision = fmax(0, r.cents - r.bound) + 1e-4;
	relaxed_close(&r);
	return cents;
}

/* ---- against a linear program over all tours: three days, one queue, no breaks ---- */

enum { DAYS = 3, MAX_TOURS = 3000, FIRST = 8, LAST = 14, CELLS = DAYS * (LAST - FIRST) };

static struct fixture f;

static void tiny_problem(uint64_t seed)
{
	struct rng r;
	rng_seed(&r, seed);
	fixture_init(&f, 2, 1);
	fixture_small_days(&f, DAYS, (int)rng_below(&r, 7), FIRST, LAST);
	for (int t = 0; t < f.p.slot_count; t++)
		f.required[0][t] = f.open[0][t] ? 1 + rng_below(&r, 3) : 0;
	for (int c = 0; c < 2; c++) {
		f.contracts[c].rule_count = f.contracts[c].break_count = 0;
		f.contracts[c].salaried = false;
		fixture_add_rule(&f, c, (struct wfm_rule_row){ .rule = WFM_RULE_SHIFT_MINUTES, .low = 180,
							       .high = 240, .step = 60 });
		fixture_add_rule(&f, c, (struct wfm_rule_row){ .rule = WFM_RULE_WEEK_SHIFTS,
							       .low = (int)rng_below(&r, 2), .high = 2 });
		fixture_add_rule(&f, c, (struct wfm_rule_row){ .rule = WFM_RULE_WEEK_MINUTES, .mode = WFM_SOFT,
							       .low = 240, .high = 420, .weight_cents = 300 });
		fixture_add_rule(&f, c, (struct wfm_rule_row){ .rule = WFM_RULE_REST,
							       .low = 60 * (14 + (int)rng_below(&r, 6)) });
		fixture_add_rule(&f, c, (struct wfm_rule_row){ .rule = WFM_RULE_START_WINDOW,
							       .low = 60 * (8 + (int)rng_below(&r, 2)),
							       .high = 660 });
		fixture_add_rule(&f, c, (struct wfm_rule_row){ .rule = WFM_RULE_CONSECUTIVE_DAYS,
							       .mode = rng_below(&r, 2) ? WFM_SOFT : WFM_HARD,
							       .high = 1, .weight_cents = 900 });
	}
	for (int a = 0; a < 2; a++) {
		f.agents[a].previous_days_worked = (int)rng_below(&r, 2);
		f.wishes[a][0] = (struct wfm_wish){ WFM_WISH_DAY_OFF, (int)rng_below(&r, DAYS), 0, 800, 0, 0, 0, 0 };
		f.agents[a].wish_count = 1;
		f.spans[a][0] = (struct wfm_span){ 24 * a + 10, 24 * a + 12 };
		f.agents[a].unavailable_count = 1;
	}
	fixture_link(&f);
	f.calendar.day_count = DAYS;
}

static struct {
	uint8_t on[CELLS];
	double cents;
} tours[MAX_TOURS];
static int tour_count;

/* The tour as a roster of the one agent, judged; HUGE_VAL: breaks a rule. */
static double judged(const struct wfm_problem *one, const int *start, const int *end)
{
	struct wfm_roster *r = wfm_roster_new(DAYS, DAYS, 0);
	struct wfm_report *report = NULL;
	struct wfm_error e;
	r->shift_count = r->activity_count = 0;
	for (int d = 0; d < DAYS; d++) {
		if (end[d] == 0)
			continue;
		r->activities[r->activity_count] = (struct wfm_activity){ WFM_WORK, 0, start[d],
									  end[d] - start[d], true, 0 };
		r->shifts[r->shift_count++] = (struct wfm_shift){ 0, d, start[d], end[d],
								  r->activity_count++, 1, WFM_NONE, 0 };
	}
	assert_int_equal(wfm_schedule_verify(one, r, false, &report, &e), WFM_OK);
	double cents = report->breach_count > 0 ? HUGE_VAL :
						  report->cost.pay + report->cost.rules + report->cost.wishes;
	wfm_report_free(report);
	wfm_roster_free(r);
	return cents;
}

static void list_tours(const struct wfm_problem *one, int day, int *start, int *end)
{
	if (day == DAYS) {
		double cents = judged(one, start, end);
		if (cents == HUGE_VAL)
			return;
		assert_true(tour_count < MAX_TOURS);
		memset(tours[tour_count].on, 0, CELLS);
		for (int d = 0; d < DAYS; d++)
			for (int t = start[d]; t < end[d]; t++)
				tours[tour_count].on[d * (LAST - FIRST) + t - 24 * d - FIRST] = 1;
		tours[tour_count++].cents = cents;
		return;
	}
	start[day] = end[day] = 0;
	list_tours(one, day + 1, start, end);
	for (int s = FIRST; s < LAST; s++)
		for (int n = 2; n <= 5 && s + n <= LAST; n++) {
			start[day] = 24 * day + s;
			end[day] = 24 * day + s + n;
			list_tours(one, day + 1, start, end);
		}
	start[day] = end[day] = 0;
}

static double row_wants(const struct wfm_problem *p, int cell)
{
	return p->queues[0].required[24 * (cell / (LAST - FIRST)) + FIRST + cell % (LAST - FIRST)];
}

/* The relaxation written out: every tour of every agent a column. */
static double written_out(const struct wfm_problem *p)
{
	struct lp *lp;
	struct wfm_error e = { 0 };
	assert_int_equal(lp_new(&lp, &e), WFM_OK);
	for (int c = 0; c < CELLS; c++) {
		double want = row_wants(p, c), plus = 1, minus = -1;
		double first = p->queues[0].step1 ? 0 : fmax(1, ceil(0.05 * want - 1e-9));
		assert_int_equal(lp_add_row(lp, want, want, NULL, &e), WFM_OK);
		assert_int_equal(lp_add_col(lp, 0, first, 3000, 1, &c, &plus, NULL, &e), WFM_OK);
		assert_int_equal(lp_add_col(lp, 0, HUGE_VAL, 12000, 1, &c, &plus, NULL, &e), WFM_OK);
		assert_int_equal(lp_add_col(lp, 0, HUGE_VAL, 200, 1, &c, &minus, NULL, &e), WFM_OK);
	}
	for (int a = 0; a < p->agent_count; a++) {
		struct wfm_problem one = *p;
		int start[DAYS] = { 0 }, end[DAYS] = { 0 }, pool, rows[CELLS + 1];
		double values[CELLS + 1];
		one.agents = &p->agents[a];
		one.agent_count = 1;
		tour_count = 0;
		list_tours(&one, 0, start, end);
		if (tour_count == 0)
			continue; /* left without shifts */
		assert_int_equal(lp_add_row(lp, 1, 1, &pool, &e), WFM_OK);
		for (int i = 0; i < tour_count; i++) {
			int n = 0;
			for (int c = 0; c < CELLS; c++)
				if (tours[i].on[c]) {
					rows[n] = c;
					values[n++] = 1;
				}
			rows[n] = pool;
			values[n++] = 1;
			assert_int_equal(lp_add_col(lp, 0, HUGE_VAL, tours[i].cents, n, rows, values, NULL, &e),
					 WFM_OK);
		}
	}
	assert_int_equal(lp_solve(lp, LP_PRIMAL, 0, &e), WFM_OK);
	double cents = lp_objective(lp);
	lp_free(lp);
	return cents;
}

/* One problem each way: as it is, with one and two more agents, with one person more, eased. */
static void test_values_equal_all_tours_written_out(void **state)
{
	(void)state;
	int solved_rules = 0;
	for (uint64_t seed = 1; seed <= 2; seed++) {
		tiny_problem(seed);
		double base = written_out(&f.p);
		struct wfm_explanation *x = explain_solved(&f.p);
		double room = x->precision_cents + 1e-3;
		assert_true(fabs(x->relaxed_cents - base) <= room);
		for (int i = 0; i < x->agent_count; i++) {
			const struct wfm_marginal_agent *m = &x->agents[i];
			struct wfm_agent agents[3] = { f.agents[0], f.agents[1], f.agents[m->like] };
			struct wfm_problem more = f.p;
			agents[2].wish_count = agents[2].unavailable_count = agents[2].previous_days_worked = 0;
			agents[2].previous_end = WFM_NONE;
			more.agents = agents;
			more.agent_count = 3;
			double saved = base - written_out(&more);
			assert_true(m->solved);
			if (fabs(m->saved_cents - saved) > 2 * room || m->most_cents < saved - 2 * room)
				fail_msg("seed %d: one more saves %f, said %f at most %f", (int)seed, saved,
					 m->saved_cents, m->most_cents);
		}
		for (int i = 0; i < x->relaxation_count; i++) {
			const struct wfm_relaxation *w = &x->relaxations[i];
			struct eased eased;
			assert_true(eased_new(&eased, &f.p));
			eased_set(&eased, &f.p, w);
			if (w->item.kind != WFM_ITEM_RULE) { /* in the agent's place */
				eased.agents[w->item.agent] = eased.agents[f.p.agent_count];
				eased.p.agent_count--;
			}
			double saved = base - written_out(&eased.p);
			double said = w->solved ? w->saved_cents : w->most_cents;
			solved_rules += w->solved && w->saved_cents > room;
			assert_true(w->solved || w->most_cents <= room);
			if (w->solved ? fabs(said - saved) > 2 * room : saved > said + 2 * room)
				fail_msg("seed %d: %s side %s saves %f, said %f", (int)seed, w->item.place,
					 wfm_side_name(w->side), saved, said);
			eased_free(&eased);
		}
		wfm_explanation_free(x);
	}
	assert_true(solved_rules >= 2); /* the instances say something */
}

/* ---- larger plans against solving from the beginning ---- */

static void random_problem(struct fixture *x, uint64_t seed, bool optional)
{
	struct rng r;
	rng_seed(&r, seed);
	fixture_init(x, 8 + (int)rng_below(&r, 6), 5 + rng_below(&r, 5));
	x->p.queue_count = 1 + (int)rng_below(&r, 2);
	for (int c = 0; c < 2; c++)
		x->contracts[c].optional = optional;
	for (int a = 0; a < x->p.agent_count; a++) {
		x->agents[a].contract = (int)rng_below(&r, 2);
		x->agents[a].skill_count = 1 + (int)rng_below(&r, (uint32_t)x->p.queue_count);
		if (rng_below(&r, 3) == 0) {
			int d = (int)rng_below(&r, 7);
			x->spans[a][0] = (struct wfm_span){ 48 * d, 48 * d + 48 };
			x->agents[a].unavailable_count = 1;
		}
		x->agents[a].previous_days_worked = (int)rng_below(&r, 3);
	}
}

static void test_more_agents_never_cost_more(void **state)
{
	(void)state;
	static struct fixture x;
	for (uint64_t seed = 1; seed <= 1; seed++) {
		random_problem(&x, seed, true);
		relaxation_limit = 1;
		struct wfm_explanation *y = explain_solved(&x.p);
		relaxation_limit = 100;
		double room = y->precision_cents + 1e-3;
		for (int i = 0; i < y->agent_count; i++) {
			const struct wfm_marginal_agent *m = &y->agents[i];
			assert_true(m->solved);
			assert_true(m->saved_cents >= -room);
			assert_true(m->saved_cents <= m->most_cents + room);
			/* n more never save more than n times what one does */
			assert_true(m->good_for_cents <= m->good_for * (m->saved_cents + room) + room);
		}
		/* In the LP itself, agent by agent. */
		double precision, before = HUGE_VAL, all = x.p.agent_count;
		for (int n = (int)all - 1; n <= (int)all; n++) {
			x.p.agent_count = n;
			double cents = relaxation(&x.p, &precision);
			assert_true(cents <= before + precision);
			before = cents;
		}
		wfm_explanation_free(y);
	}
}

static void test_values_equal_solving_afresh(void **state)
{
	(void)state;
	static struct fixture x;
	for (uint64_t seed = 3; seed <= 3; seed++) {
		random_problem(&x, seed, false);
		struct wfm_explanation *y = explain_solved(&x.p);
		double precision, base = relaxation(&x.p, &precision);
		for (int i = 0; i < y->agent_count; i++) {
			const struct wfm_marginal_agent *m = &y->agents[i];
			struct eased eased;
			double off;
			assert_true(eased_new(&eased, &x.p));
			eased_add_agent(&eased, &x.p, m->like);
			double saved = base - relaxation(&eased.p, &off);
			off += precision + y->precision_cents;
			if (fabs(saved - m->saved_cents) > off || m->most_cents < saved - off)
				fail_msg("seed %d: one more saves %f, said %f of at most %f", (int)seed, saved,
					 m->saved_cents, m->most_cents);
			eased_free(&eased);
		}
		for (int i = 0; i < y->relaxation_count; i += 7) { /* the best, and some of the rest */
			const struct wfm_relaxation *w = &y->relaxations[i];
			struct eased eased;
			double off;
			assert_true(eased_new(&eased, &x.p));
			eased_set(&eased, &x.p, w);
			if (w->item.kind != WFM_ITEM_RULE) {
				eased.agents[w->item.agent] = eased.agents[x.p.agent_count];
				eased.p.agent_count--;
			}
			double saved = base - relaxation(&eased.p, &off);
			off += precision + y->precision_cents;
			if (w->solved ? fabs(saved - w->saved_cents) > off : saved > w->most_cents + off)
				fail_msg("seed %d: %s %s saves %f, said %f", (int)seed, w->item.place,
					 wfm_side_name(w->side), saved, w->solved ? w->saved_cents : w->most_cents);
			eased_free(&eased);
		}
		for (int i = 0; i < y->hour_count; i += 4) {
			const struct wfm_marginal_hour *h = &y->hours[i];
			static struct fixture z;
			double off, step1[FIX_SLOTS];
			z = x;
			fixture_link(&z);
			for (int t = 0; t < FIX_SLOTS; t++) /* the price steps stay */
				step1[t] = fmax(1, ceil(0.05 * x.required[h->queue][t] - 1e-9));
			z.queues[h->queue].step1 = step1;
			for (int t = h->start; t < h->start + h->slots; t++)
				z.required[h->queue][t] = fmax(0, z.required[h->queue][t] - 1);
			double saved = base - relaxation(&z.p, &off);
			off += precision + y->precision_cents;
			assert_true(h->solved);
			assert_true(fabs(saved - h->saved_cents * h->slots / 2) <= off);
		}
		wfm_explanation_free(y);
	}
}

/* ---- conflicts ---- */

/* Has the agent a tour when these of the items are dropped? By a solve of its own. */
static bool possible(const struct wfm_problem *p, const struct wfm_conflict *c, unsigned dropped)
{
	static struct wfm_rule_row rows[FIX_RULES];
	struct wfm_agent a = p->agents[c->agent];
	struct wfm_contract contract = p->contracts[a.contract];
	struct wfm_span spans[4];
	struct wfm_lock locks[4];
	bool span_off[4] = { false }, lock_off[4] = { false };
	memcpy(rows, contract.rules, (size_t)contract.rule_count * sizeof *rows);
	for (int i = 0; i < c->item_count; i++) {
		const struct wfm_item *x = &c->items[i];
		if (!(dropped >> i & 1))
			continue;
		if (x->kind == WFM_ITEM_RULE)
			rows[x->index].mode = WFM_OFF;
		else if (x->kind == WFM_ITEM_LOCK)
			lock_off[x->index] = true;
		else
			span_off[x->index] = true;
	}
	int spans_left = 0, locks_left = 0;
	for (int i = 0; i < a.unavailable_count; i++)
		if (!span_off[i])
			spans[spans_left++] = a.unavailable[i];
	for (int i = 0; i < a.lock_count; i++)
		if (!lock_off[i])
			locks[locks_left++] = a.locks[i];
	a.unavailable = spans;
	a.unavailable_count = spans_left;
	a.locks = locks;
	a.lock_count = locks_left;
	a.contract = 0;
	contract.rules = rows;
	struct wfm_problem one = *p;
	one.contracts = &contract;
	one.agents = &a;
	one.contract_count = one.agent_count = 1;
	struct wfm_roster *r = solve(&one, 30);
	bool yes = r->unplanned_count == 0;
	wfm_roster_free(r);
	return yes;
}

static void test_conflicts_are_minimal(void **state)
{
	(void)state;
	static struct fixture x;
	int sets = 0, with_personal = 0, with_rules = 0;
	for (uint64_t seed = 1; seed <= 12; seed++) {
		struct rng r;
		rng_seed(&r, seed);
		fixture_init(&x, 1, 2);
		x.agents[0].contract = (int)rng_below(&r, 2);
		x.agents[0].previous_days_worked = (int)rng_below(&r, 7);
		for (int i = 0; i < 2; i++) {
			int d = (int)rng_below(&r, 7);
			x.spans[0][i] = (struct wfm_span){ 48 * d, 48 * (d + 1 + (int)rng_below(&r, 2)) };
			x.locks[0][i].day = 2 * i + (int)rng_below(&r, 2);
			if (rng_below(&r, 2)) {
				int at = 48 * x.locks[0][i].day + 16 + (int)rng_below(&r, 6);
				x.locks[0][i].start = at;
				x.locks[0][i].end = at + 12;
			}
		}
		x.agents[0].unavailable_count = x.agents[0].lock_count = 2;
		struct wfm_roster *none = wfm_roster_new(0, 0, 0);
		struct wfm_explanation *y = explain(&x.p, none);
		struct wfm_conflict whole = { .agent = 0 };
		assert_int_equal(y->conflict_count == 0, possible(&x.p, &whole, 0));
		for (int k = 0; k < y->conflict_count; k++) {
			const struct wfm_conflict *c = &y->conflicts[k];
			assert_false(c->planned);
			assert_in_range(c->item_count, 1, 8);
			unsigned all = (1u << c->item_count) - 1;
			assert_true(possible(&x.p, c, all));
			for (unsigned some = 0; some < all; some++)
				if (possible(&x.p, c, some))
					fail_msg("seed %d: %u of %u is enough", (int)seed, some, all);
			sets++;
			for (int i = 0; i < c->item_count; i++) {
				with_rules += c->items[i].kind == WFM_ITEM_RULE;
				with_personal += c->items[i].kind != WFM_ITEM_RULE;
				assert_true(c->items[i].place[0] == '/');
			}
		}
		wfm_explanation_free(y);
		wfm_roster_free(none);
	}
	assert_true(sets >= 8 && with_rules > 0 && with_personal > 0);
}

/* Wishes that cannot all be had: five days off, of an agent who works five days. */
static void test_wishes_as_hard(void **state)
{
	(void)state;
	static struct fixture x;
	fixture_init(&x, 1, 2);
	for (int i = 0; i < 4; i++)
		x.wishes[0][i] = (struct wfm_wish){ WFM_WISH_DAY_OFF, 2 * (i % 3), 0, 100, 0, 0, 0, 0 };
	x.agents[0].wish_count = 3; /* Monday, Wednesday, Friday off: two of seven can be */
	struct wfm_explanation *y = explain_solved(&x.p);
	assert_int_equal(y->conflict_count, 1);
	assert_true(y->conflicts[0].planned);
	assert_int_equal(y->conflicts[0].item_count, 1);
	assert_string_equal(y->conflicts[0].items[0].place, "/agents/0/wishes/2");
	wfm_explanation_free(y);
}

/* ---- limits and repetition ---- */

static void test_same_again_and_stopped(void **state)
{
	(void)state;
	static struct fixture x;
	random_problem(&x, 2, false);
	struct wfm_roster *r = solve(&x.p, 300);
	struct wfm_explanation *a = explain(&x.p, r), *b = explain(&x.p, r), *c = NULL;
	struct wfm_error e;
	assert_int_equal(a->relaxation_count, b->relaxation_count);
	for (int i = 0; i < a->relaxation_count; i++)
		assert_true(a->relaxations[i].saved_cents == b->relaxations[i].saved_cents &&
			    strcmp(a->relaxations[i].item.place, b->relaxations[i].item.place) == 0);
	struct wfm_explain_options o = { .iteration_limit = 200 };
	assert_int_equal(wfm_schedule_explain(&x.p, r, &o, &c, &e), WFM_LIMIT);
	assert_false(c->complete);
	wfm_explanation_free(a);
	wfm_explanation_free(b);
	wfm_explanation_free(c);
	wfm_roster_free(r);
}

/* ---- many alike for two queues: by duals alone ---- */

enum { MANY = 121 };

static void many_problem(struct wfm_problem *p, struct wfm_agent agents[MANY])
{
	fixture_init(&f, 60, 70);
	f.p.queue_count = f.p.skill_count = 2;
	f.queues[1] = f.queues[0];
	f.queues[1].skill = 1;
	for (int t = 0; t < FIX_SLOTS; t++) {
		f.required[1][t] = floor(f.required[0][t] / 3);
		f.open[1][t] = f.open[0][t];
	}
	for (int a = 0; a < 60; a++) {
		f.skills[a][1] = (struct wfm_agent_skill){ 1, 1 };
		f.agents[a].skill_count = a % 3 == 0 ? 2 : 1;
	}
	fixture_link(&f);
	for (int a = 0; a < MANY; a++)
		agents[a] = f.agents[a % 60];
	*p = f.p;
	p->agents = agents;
	p->agent_count = MANY - 1;
}

/* Few steps from the plan's duals tell what the whole way from the beginning tells. */
static void test_many_alike_by_duals(void **state)
{
	(void)state;
	static struct wfm_agent agents[MANY];
	struct wfm_problem p;
	struct relaxed r, more;
	struct wfm_error e;
	struct wfm_solve_options o = { .seed = 7 };
	many_problem(&p, agents);
	assert_int_equal(relaxed_open(&r, &p, &o, &e), WFM_OK);
	assert_non_null(r.dual.x);
	struct wfm_solve_options limited = { .seed = 1, .iteration_limit = 1500 };
	struct wfm_roster *roster = fixture_solve(&p, &limited);
	assert_true(r.cents <= roster->cost.total - roster->cost.fixed_pay + 1e-6);
	assert_true(r.cents >= roster->bound - roster->cost.fixed_pay - r.widest);
	for (int like = 0; like < 4; like++) {
		struct relaxed_answer a = { 0 };
		agents[MANY - 1] = agents[like];
		struct wfm_problem with = p;
		with.agent_count = MANY;
		struct relaxed_question q = { .p = &with, .worth_it = -HUGE_VAL, .near = true };
		q.agent[0] = MANY - 1;
		assert_int_equal(relaxed_ask(&r, &q, &a, &e), WFM_OK);
		assert_true(a.solved);
		assert_true(a.saved_cents <= a.most_cents);
		assert_int_equal(relaxed_open(&more, &with, &o, &e), WFM_OK);
		print_message("# like %d: %.1f, the whole way %.1f, precision %.1f\n", like, a.saved_cents,
			      r.cents - more.cents, r.widest);
		assert_true(fabs(a.saved_cents - (r.cents - more.cents)) <= 0.1 * r.widest);
		relaxed_close(&more);
	}
	relaxed_close(&r);
	wfm_roster_free(roster);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_equal_all_tours_written_out),
		cmocka_unit_test(test_more_agents_never_cost_more),
		cmocka_unit_test(test_values_equal_solving_afresh),
		cmocka_unit_test(test_conflicts_are_minimal),
		cmocka_unit_test(test_wishes_as_hard),
		cmocka_unit_test(test_same_again_and_stopped),
		cmocka_unit_test(test_many_alike_by_duals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
