/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Properties of explanations of plans of duties: the relaxation against a linear program over every tour
 * there is (listed and priced by the judge alone), values against the same program with one more agent,
 * one wanted less or a rule eased, published plans against solving from the beginning, causes by
 * construction, conflicts against every way to spare one item.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "solver/lp.h"
#include "solver/num/rng.h"
#include "solver/schedule/explain.h"
#include "solver/schedule/relaxed.h"
#include "tests/lib/published.h"
#include "wfm/explain.h"

enum { EARLY, LATE, NIGHT, DUTIES, DAYS = 4, SLOTS = 24 * (DAYS + 1), AGENTS = 3, TOURS = 256 };

static const struct wfm_duty duties[DUTIES] = {
	{ "early", 360, 480, WFM_NONE, 0, 0 },
	{ "late", 840, 480, WFM_NONE, 0, 0 },
	{ "night", 1320, 600, 0, WFM_NONE, 0 },
};

static struct ward {
	struct published x;
	struct wfm_rule_row rules[8];
	struct wfm_contract contract;
	struct wfm_agent agents[AGENTS];
	struct wfm_agent_skill skill[AGENTS];
	struct wfm_wish wishes[AGENTS][2];
	struct wfm_span away[AGENTS][2];
	struct wfm_lock locks[AGENTS][2];
	struct wfm_cover covers[DAYS * DUTIES];
	struct wfm_queue queue;
	double required[SLOTS];
} f;

static void make(int agents, int per_duty)
{
	memset(&f, 0, sizeof f);
	f.x.arena = arena_new(0);
	published_calendar(&f.x, DAYS, 4, 60);
	f.contract = (struct wfm_contract){ .rules = f.rules };
	for (int a = 0; a < AGENTS; a++) {
		f.skill[a] = (struct wfm_agent_skill){ 0, 1 };
		f.agents[a] = (struct wfm_agent){ .site = WFM_NONE, .skills = &f.skill[a], .skill_count = 1,
						  .wishes = f.wishes[a], .unavailable = f.away[a],
						  .locks = f.locks[a], .previous_end = WFM_NONE };
	}
	for (int i = 0; i < DAYS * DUTIES; i++)
		f.covers[i] = (struct wfm_cover){ i / DUTIES, UINT64_C(1) << i % DUTIES, per_duty, 10000, 100 };
	f.queue = (struct wfm_queue){ .skill = WFM_NONE, .site = WFM_NONE, .required = f.required,
				      .step1_share = 0.5, .short1_cents = 300, .short2_cents = 700,
				      .surplus_cents = 20 };
	struct wfm_problem *p = &f.x.p;
	p->skill_count = 1;
	p->contracts = &f.contract;
	p->contract_count = 1;
	p->agents = f.agents;
	p->agent_count = agents;
	p->duties = duties;
	p->duty_count = DUTIES;
	p->covers = f.covers;
	p->cover_count = DAYS * DUTIES;
	p->queues = &f.queue;
	p->queue_count = 1;
}

static void drop(void)
{
	published_free(&f.x);
}

static void add(struct wfm_rule_row row)
{
	f.rules[f.contract.rule_count++] = row;
}

static struct wfm_roster *solve(const struct wfm_problem *p, int64_t steps)
{
	struct wfm_solve_options o = { .seed = 1, .iteration_limit = steps };
	struct wfm_roster *r = NULL;
	struct wfm_error e = { 0 };
	enum wfm_status s = wfm_schedule_solve(p, &o, &r, &e);
	if (s != WFM_OK && s != WFM_LIMIT)
		fail_msg("%s %s", e.path, e.message);
	return r;
}

static struct wfm_explanation *explain(const struct wfm_problem *p, const struct wfm_roster *r, int limit)
{
	struct wfm_explain_options o = { .relaxation_limit = limit };
	struct wfm_explanation *x = NULL;
	struct wfm_error e = { 0 };
	if (wfm_schedule_explain(p, r, &o, &x, &e) != WFM_OK)
		fail_msg("%s %s", e.path, e.message);
	assert_true(x->complete);
	return x;
}

/* ---- against every tour written out ---- */

static struct tours {
	int count;
	struct {
		double cents, cover[DAYS * DUTIES], on[SLOTS];
	} list[TOURS];
} tours[AGENTS];

/* Every row of duties of one agent as a roster, judged; those that break nothing are tours. */
static void list_tours(const struct wfm_problem *p, int agent, struct tours *out)
{
	struct published one = f.x;
	one.p = *p;
	one.p.agents = &p->agents[agent];
	one.p.agent_count = 1;
	out->count = 0;
	for (int i = 0; i < TOURS; i++) {
		int duty[DAYS];
		for (int d = 0, k = i; d < DAYS; d++, k /= DUTIES + 1)
			duty[d] = k % (DUTIES + 1) - 1;
		struct wfm_roster *r = published_roster(&one, duty, DAYS);
		struct wfm_report *report = NULL;
		struct wfm_error e;
		assert_int_equal(wfm_schedule_verify(&one.p, r, false, &report, &e), WFM_OK);
		if (report->breach_count == 0) {
			const struct wfm_cost *c = &report->cost;
			out->list[out->count].cents = c->pay + c->rules + c->wishes;
			memcpy(out->list[out->count].cover, report->on_cover, sizeof out->list[0].cover);
			memcpy(out->list[out->count++].on, report->covered, sizeof out->list[0].on);
		}
		wfm_report_free(report);
		wfm_roster_free(r);
	}
}

static double first_step(const struct wfm_problem *p, int slot)
{
	const struct wfm_queue *q = &p->queues[0];
	return q->step1 ? q->step1[slot] : fmax(1, ceil(q->step1_share * q->required[slot] - 1e-9));
}

static void add_row(struct lp *lp, double want, double first, double short1, double short2, double surplus)
{
	struct wfm_error e = { 0 };
	double plus = 1, minus = -1;
	int row;
	assert_int_equal(lp_add_row(lp, want, want, &row, &e), WFM_OK);
	assert_int_equal(lp_add_col(lp, 0, first, short1, 1, &row, &plus, NULL, &e), WFM_OK);
	assert_int_equal(lp_add_col(lp, 0, HUGE_VAL, short2, 1, &row, &plus, NULL, &e), WFM_OK);
	assert_int_equal(lp_add_col(lp, 0, HUGE_VAL, surplus, 1, &row, &minus, NULL, &e), WFM_OK);
}

static double written_out(const struct wfm_problem *p)
{
	struct lp *lp;
	struct wfm_error e = { 0 };
	assert_int_equal(lp_new(&lp, &e), WFM_OK);
	for (int i = 0; i < p->cover_count; i++)
		add_row(lp, p->covers[i].required, 0, 0, p->covers[i].short_cents, p->covers[i].surplus_cents);
	for (int t = 0; t < p->slot_count; t++)
		add_row(lp, p->queues[0].required[t], first_step(p, t), p->queues[0].short1_cents,
			p->queues[0].short2_cents, p->queues[0].surplus_cents);
	for (int a = 0; a < p->agent_count; a++) {
		int pool, rows[DAYS * DUTIES + SLOTS + 1];
		double values[DAYS * DUTIES + SLOTS + 1];
		list_tours(p, a, &tours[a]);
		if (tours[a].count == 0)
			continue; /* left without shifts */
		assert_int_equal(lp_add_row(lp, 1, 1, &pool, &e), WFM_OK);
		for (int i = 0; i < tours[a].count; i++) {
			int n = 0;
			for (int k = 0; k < p->cover_count + p->slot_count; k++) {
				double v = k < p->cover_count ? tours[a].list[i].cover[k] :
								tours[a].list[i].on[k - p->cover_count];
				rows[n] = k;
				values[n] = v;
				n += v != 0;
			}
			rows[n] = pool;
			values[n++] = 1;
			assert_int_equal(lp_add_col(lp, 0, HUGE_VAL, tours[a].list[i].cents, n, rows, values, NULL, &e),
					 WFM_OK);
		}
	}
	assert_int_equal(lp_solve(lp, LP_PRIMAL, 0, &e), WFM_OK);
	double cents = lp_objective(lp);
	lp_free(lp);
	return cents;
}

static void draw_problem(uint64_t seed)
{
	struct rng r;
	rng_seed(&r, seed);
	make(2, 1);
	for (int t = 0; t < 24 * DAYS; t++)
		f.required[t] = t % 24 >= 6 && t % 24 < 22 ? rng_below(&r, 3) : 0;
	for (int i = 0; i < DAYS * DUTIES; i++)
		f.covers[i].required = rng_below(&r, 3);
	f.contract.hour_cents = rng_below(&r, 2) ? 150 : 900;
	add((struct wfm_rule_row){ .rule = WFM_RULE_REST, .mode = WFM_HARD, .low = 60 * (9 + (int)rng_below(&r, 4)) });
	add((struct wfm_rule_row){ .rule = WFM_RULE_CONSECUTIVE_DAYS, .mode = rng_below(&r, 2) ? WFM_HARD : WFM_SOFT,
				   .low = 2, .high = 3, .weight_cents = 700 });
	add((struct wfm_rule_row){ .rule = WFM_RULE_PLAN_SHIFTS, .mode = WFM_HARD,
				   .low = (int)rng_below(&r, 2), .high = 2 });
	add((struct wfm_rule_row){ .rule = WFM_RULE_WEEKENDS_WHOLE, .mode = WFM_SOFT, .weight_cents = 1100 });
	add((struct wfm_rule_row){ .rule = WFM_RULE_PLAN_MINUTES, .mode = WFM_HARD, .high = 960 + (int)rng_below(&r, 3) * 60 });
	for (int a = 0; a < 2; a++) {
		f.wishes[a][0] = (struct wfm_wish){ .kind = WFM_WISH_DAY_OFF, .day = (int)rng_below(&r, DAYS),
						    .weight_cents = 1500 };
		f.agents[a].wish_count = 1;
		f.away[a][0] = (struct wfm_span){ 24 * a + 5, 24 * a + 16 };
		f.agents[a].unavailable_count = 1;
	}
}

static void expect(uint64_t seed, const char *what, double said, double saved, double most, double room)
{
	if (fabs(said - saved) > room || most < saved - room)
		fail_msg("seed %d: %s saves %f, said %f of at most %f", (int)seed, what, saved, said, most);
}

static void test_values_equal_all_tours_written_out(void **state)
{
	(void)state;
	int rules_say = 0, personal_say = 0, hours_say = 0, covers_say = 0, agents_say = 0;
	for (uint64_t seed = 1; seed <= 6; seed++) {
		draw_problem(seed);
		double base = written_out(&f.x.p), room = 1e-2;
		struct wfm_roster *r = solve(&f.x.p, 60);
		struct wfm_explanation *x = explain(&f.x.p, r, 100);
		assert_true(x->precision_cents < 1e-3);
		if (fabs(x->relaxed_cents - base) > room)
			fail_msg("seed %d: relaxation %f, written out %f", (int)seed, x->relaxed_cents, base);
		assert_true(x->relaxed_cents <= x->cost_cents + room);
		struct wfm_problem more = f.x.p;
		struct wfm_agent agents[AGENTS] = { f.agents[0], f.agents[1], f.agents[0] };
		agents[2].wish_count = agents[2].unavailable_count = 0;
		more.agents = agents;
		more.agent_count = 3;
		expect(seed, "one more agent", x->agents[0].saved_cents, base - written_out(&more),
		       x->agents[0].most_cents, room);
		agents_say += x->agents[0].saved_cents > 1;
		for (int i = 0; i < x->cover_count; i++) {
			struct wfm_cover covers[DAYS * DUTIES];
			const struct wfm_marginal_cover *c = &x->covers[i];
			memcpy(covers, f.covers, sizeof covers);
			covers[c->cover].required -= 1;
			struct wfm_problem less = f.x.p;
			less.covers = covers;
			assert_true(c->solved || (i >= WFM_EXPLAIN_RUNS && c->people > 0));
			if (c->solved)
				expect(seed, "one wanted less", c->saved_cents, base - written_out(&less),
				       c->value_cents, room);
			covers_say += c->solved && c->saved_cents > 1;
			assert_true(c->relaxed_people <= c->people);
		}
		for (int i = 0; i < x->hour_count; i++) {
			const struct wfm_marginal_hour *h = &x->hours[i];
			double required[SLOTS], step1[SLOTS];
			struct wfm_queue queue = f.queue;
			struct wfm_problem less = f.x.p;
			memcpy(required, f.required, sizeof required);
			for (int t = 0; t < SLOTS; t++)
				step1[t] = first_step(&f.x.p, t);
			for (int t = h->start; t < h->start + h->slots; t++)
				required[t] = fmax(0, required[t] - 1);
			queue.required = required;
			queue.step1 = step1;
			less.queues = &queue;
			expect(seed, "one more hour", h->saved_cents * h->slots, base - written_out(&less), HUGE_VAL, room);
			hours_say += h->saved_cents > 1;
		}
		for (int i = 0; i < x->relaxation_count; i++) {
			const struct wfm_relaxation *w = &x->relaxations[i];
			struct eased eased;
			assert_true(eased_new(&eased, &f.x.p));
			eased_set(&eased, &f.x.p, w);
			bool rule = w->item.kind == WFM_ITEM_RULE;
			if (!rule) { /* in the agent's place */
				eased.agents[w->item.agent] = eased.agents[f.x.p.agent_count];
				eased.p.agent_count--;
			}
			expect(seed, w->item.place, w->solved ? w->saved_cents : 0, base - written_out(&eased.p),
			       w->most_cents, room);
			rules_say += rule && w->solved && w->saved_cents > 1;
			personal_say += !rule && w->solved && w->saved_cents > 1;
			eased_free(&eased);
		}
		wfm_explanation_free(x);
		wfm_roster_free(r);
		drop();
	}
	assert_true(agents_say > 0 && rules_say > 2 && personal_say > 0 && hours_say > 0 && covers_say > 2);
}

/* ---- published plans against solving afresh ---- */

static double relaxation(const struct wfm_problem *p, uint64_t seed, double *precision)
{
	struct relaxed r;
	struct wfm_error e = { 0 };
	struct wfm_solve_options o = { .seed = seed };
	assert_int_equal(relaxed_open(&r, p, &o, &e), WFM_OK);
	double cents = r.cents;
	*precision += fmax(0, r.cents - r.bound) + 1e-3;
	relaxed_close(&r);
	return cents;
}

static void compare_afresh(const struct wfm_problem *p, int relaxations)
{
	struct wfm_roster *r = solve(p, 300);
	struct wfm_explanation *x = explain(p, r, relaxations);
	double room = x->precision_cents;
	double base = relaxation(p, 7, &room);
	assert_true(fabs(base - x->relaxed_cents) <= room);
	struct eased eased;
	assert_true(eased_new(&eased, p));
	for (int i = 0; i < x->agent_count; i++) {
		double off = room;
		eased_add_agent(&eased, p, x->agents[i].like);
		double saved = base - relaxation(&eased.p, 8, &off);
		expect(8, "one more agent", x->agents[i].saved_cents, saved, x->agents[i].most_cents, off);
		assert_true(saved > 1);
	}
	for (int i = 0; i < relaxations; i++) {
		const struct wfm_relaxation *w = &x->relaxations[i];
		double off = room;
		assert_true(w->solved);
		eased_set(&eased, p, w);
		if (w->item.kind != WFM_ITEM_RULE) {
			eased.agents[w->item.agent] = eased.agents[p->agent_count];
			eased.p.agent_count--;
		}
		double saved = base - relaxation(&eased.p, 9, &off);
		expect(9, w->item.place, w->saved_cents, saved, w->most_cents, off);
	}
	eased_free(&eased);
	wfm_explanation_free(x);
	wfm_roster_free(r);
}

/* Two questions, as an explanation asks them: one more agent, a rule without which tours are more. */
static void ask_afresh(const struct wfm_problem *p)
{
	struct relaxed r;
	struct eased eased;
	struct wfm_error e = { 0 };
	struct wfm_solve_options o = { .seed = 7 };
	const struct wfm_relaxation drop_rule = { .item = { .kind = WFM_ITEM_RULE, .contract = 0, .index = 0 },
						  .side = WFM_SIDE_DROP };
	assert_int_equal(relaxed_open(&r, p, &o, &e), WFM_OK);
	assert_true(eased_new(&eased, p));
	for (int i = 0; i < 2; i++) {
		struct relaxed_answer a = { 0 };
		double off = r.cents - r.bound + 1e-3;
		if (i == 0)
			eased_add_agent(&eased, p, 0);
		else
			eased_set(&eased, p, &drop_rule);
		struct relaxed_question q = { .p = &eased.p, .worth_it = -HUGE_VAL };
		assert_int_equal(relaxed_ask(&r, &q, &a, &e), WFM_OK);
		assert_true(a.solved && a.saved_cents > 1);
		expect(7, i == 0 ? "one more nurse" : "without the first rule", a.saved_cents,
		       r.cents - relaxation(&eased.p, 8, &off), a.most_cents, off);
	}
	eased_free(&eased);
	relaxed_close(&r);
}

static void test_published_values_equal_solving_afresh(void **state)
{
	(void)state;
	const char *data = getenv("CUADRANTE_SHARED_DATA");
	char path[512];
	struct published x;
	data = data ? data : "../shared/data";
	(void)snprintf(path, sizeof path, "%s/shift-scheduling/instances/Instance1.txt", data);
	if (access(path, R_OK) != 0)
		skip();
	assert_true(published_read_shifts(&x, path));
	compare_afresh(&x.p, 6);
	published_free(&x);
	(void)snprintf(path, sizeof path, "%s/nurse-rostering/sprint01.txt", data);
	assert_true(published_read_nurses(&x, path));
	ask_afresh(&x.p);
	published_free(&x);
}

/* ---- causes ---- */

static enum wfm_short_reason reason_of_cover(int cover)
{
	struct wfm_roster *r = solve(&f.x.p, 60);
	struct wfm_explanation *x = explain(&f.x.p, r, 1);
	enum wfm_short_reason reason = WFM_SHORT_REASONS;
	for (int i = 0; i < x->cover_count; i++)
		if (x->covers[i].cover == cover && x->covers[i].people > 0)
			reason = x->covers[i].reason;
	wfm_explanation_free(x);
	wfm_roster_free(r);
	drop();
	return reason;
}

/* One agent; wanted on that cover alone. */
static void want(int day, int duty)
{
	make(1, 0);
	f.covers[day * DUTIES + duty].required = 1;
}

static void test_each_cause_is_told(void **state)
{
	(void)state;
	want(1, NIGHT);
	f.agents[0].skill_count = 0;
	assert_int_equal(reason_of_cover(DUTIES + NIGHT), WFM_SHORT_NO_SKILL);
	want(1, LATE);
	f.away[0][0] = (struct wfm_span){ 24, 48 };
	f.agents[0].unavailable_count = 1;
	assert_int_equal(reason_of_cover(DUTIES + LATE), WFM_SHORT_AWAY);
	want(1, LATE);
	add((struct wfm_rule_row){ .rule = WFM_RULE_PLAN_SHIFTS, .mode = WFM_HARD, .duties = 1 << LATE });
	assert_int_equal(reason_of_cover(DUTIES + LATE), WFM_SHORT_NO_SHIFT);
	want(1, LATE);
	f.covers[DUTIES + LATE].required = 2;
	assert_int_equal(reason_of_cover(DUTIES + LATE), WFM_SHORT_ALL_AT_WORK);
	want(1, LATE);
	f.covers[LATE].required = 1;
	f.covers[LATE].short_cents = 20000;
	add((struct wfm_rule_row){ .rule = WFM_RULE_PLAN_SHIFTS, .mode = WFM_HARD, .high = 1 });
	assert_int_equal(reason_of_cover(DUTIES + LATE), WFM_SHORT_HOURS);
	want(1, LATE);
	f.contract.hour_cents = 2000;
	assert_int_equal(reason_of_cover(DUTIES + LATE), WFM_SHORT_PRICE);
}

/* One agent early, two wanted on the queue; at night nobody, whose duty works elsewhere. */
static void test_slots_of_queues_have_their_causes(void **state)
{
	(void)state;
	make(1, 0);
	for (int t = 6; t < 14; t++)
		f.required[t] = 2;
	f.required[23] = 1;
	struct wfm_roster *r = solve(&f.x.p, 60);
	struct wfm_explanation *x = explain(&f.x.p, r, 1);
	assert_int_equal(r->shortage_count, 2);
	for (int i = 0; i < 2; i++) {
		assert_true(r->shortages[i].start == x->shortages[i].start && r->shortages[i].slots == x->shortages[i].slots);
		assert_int_equal(r->shortages[i].reason, x->shortages[i].reason);
	}
	assert_true(fabs(r->value_cents[10] - 300) < 1e-6 && r->value_cents[2] == 0);
	assert_int_equal(x->shortage_count, 2);
	assert_int_equal(x->shortages[0].start, 6);
	assert_int_equal(x->shortages[0].slots, 8);
	assert_true(x->shortages[0].people == 1 && fabs(x->shortages[0].cents - 8 * 300) < 1e-6);
	assert_int_equal(x->shortages[0].reason, WFM_SHORT_ALL_AT_WORK);
	assert_int_equal(x->shortages[1].start, 23);
	assert_int_equal(x->shortages[1].reason, WFM_SHORT_NO_SHIFT);
	assert_int_equal(x->hour_count, 2);
	assert_true(x->hours[0].solved && fabs(x->hours[0].saved_cents - 300) < 1e-6);
	assert_true(fabs(x->hours[0].relaxed_hours - 8) < 1e-6);
	wfm_explanation_free(x);
	wfm_roster_free(r);
	drop();
}

/* ---- conflicts ---- */

/* Is there a tour without these items of the only agent? */
static bool possible(const struct wfm_conflict *c, int but)
{
	static struct wfm_rule_row rules[8];
	struct wfm_contract contract = f.contract;
	struct wfm_agent agent = f.agents[0];
	struct wfm_span away[2];
	struct wfm_lock locks[2];
	struct wfm_problem p = f.x.p;
	bool gone[WFM_ITEM_KINDS][8] = { { false } };
	for (int i = 0; i < c->item_count; i++)
		gone[c->items[i].kind][c->items[i].index] |= i != but;
	memcpy(rules, f.rules, sizeof rules);
	for (int i = 0; i < contract.rule_count; i++)
		rules[i].mode = gone[WFM_ITEM_RULE][i] ? WFM_OFF : rules[i].mode;
	agent.unavailable_count = agent.lock_count = 0;
	for (int i = 0; i < f.agents[0].unavailable_count; i++)
		if (!gone[WFM_ITEM_UNAVAILABLE][i])
			away[agent.unavailable_count++] = f.away[0][i];
	for (int i = 0; i < f.agents[0].lock_count; i++)
		if (!gone[WFM_ITEM_LOCK][i])
			locks[agent.lock_count++] = f.locks[0][i];
	agent.unavailable = away;
	agent.locks = locks;
	contract.rules = rules;
	p.agents = &agent;
	p.contracts = &contract;
	struct wfm_roster *r = solve(&p, 30);
	bool yes = r->unplanned_count == 0;
	wfm_roster_free(r);
	return yes;
}

/* Three shifts asked, away on one day, a free day locked, no two days in a row. */
static void test_conflicts_are_minimal(void **state)
{
	(void)state;
	make(1, 1);
	add((struct wfm_rule_row){ .rule = WFM_RULE_PLAN_SHIFTS, .mode = WFM_HARD, .low = 3, .high = 4 });
	add((struct wfm_rule_row){ .rule = WFM_RULE_CONSECUTIVE_DAYS, .mode = WFM_HARD, .high = 2 });
	add((struct wfm_rule_row){ .rule = WFM_RULE_REST, .mode = WFM_HARD, .low = 600 });
	f.away[0][0] = (struct wfm_span){ 0, 30 };
	f.agents[0].unavailable_count = 1;
	f.locks[0][0] = (struct wfm_lock){ .day = 3 };
	f.agents[0].lock_count = 1;
	struct wfm_roster *r = solve(&f.x.p, 60);
	assert_int_equal(r->unplanned_count, 1);
	struct wfm_explanation *x = explain(&f.x.p, r, 100);
	assert_true(x->conflict_count >= 2);
	for (int i = 0; i < x->conflict_count; i++) {
		const struct wfm_conflict *c = &x->conflicts[i];
		assert_true(c->agent == 0 && !c->planned && c->item_count > 0);
		assert_true(possible(c, -1));
		for (int k = 0; k < c->item_count; k++)
			if (possible(c, k))
				fail_msg("%s could be spared", c->items[k].place);
	}
	wfm_explanation_free(x);
	wfm_roster_free(r);
	drop();
}

/* ---- the same again, and stopped ---- */

static bool stop(void *context)
{
	(void)context;
	return true;
}

static void test_same_again_and_stopped(void **state)
{
	(void)state;
	draw_problem(3);
	struct wfm_roster *r = solve(&f.x.p, 60);
	struct wfm_explanation *a = explain(&f.x.p, r, 100), *b = explain(&f.x.p, r, 100), *c = NULL;
	struct wfm_error e = { 0 };
	assert_int_equal(a->relaxation_count, b->relaxation_count);
	for (int i = 0; i < a->relaxation_count; i++)
		assert_true(strcmp(a->relaxations[i].item.place, b->relaxations[i].item.place) == 0 &&
			    a->relaxations[i].side == b->relaxations[i].side &&
			    a->relaxations[i].saved_cents == b->relaxations[i].saved_cents);
	assert_int_equal(a->cover_count, b->cover_count);
	for (int i = 0; i < a->cover_count; i++)
		assert_true(a->covers[i].cover == b->covers[i].cover &&
			    a->covers[i].saved_cents == b->covers[i].saved_cents);
	for (int64_t limit = 1; limit < 40; limit += 6) {
		struct wfm_explain_options o = { .iteration_limit = limit };
		assert_int_equal(wfm_schedule_explain(&f.x.p, r, &o, &c, &e), WFM_LIMIT);
		assert_false(c->complete);
		for (int i = 0; i < c->relaxation_count; i++)
			assert_true(!c->relaxations[i].solved ||
				    c->relaxations[i].saved_cents <= c->relaxations[i].most_cents + 1e-6);
		wfm_explanation_free(c);
	}
	struct wfm_explain_options o = { .cancel = stop };
	assert_int_equal(wfm_schedule_explain(&f.x.p, r, &o, &c, &e), WFM_CANCELLED);
	wfm_explanation_free(c);
	wfm_explanation_free(a);
	wfm_explanation_free(b);
	wfm_roster_free(r);
	drop();
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_equal_all_tours_written_out),
		cmocka_unit_test(test_published_values_equal_solving_afresh),
		cmocka_unit_test(test_each_cause_is_told),
		cmocka_unit_test(test_slots_of_queues_have_their_causes),
		cmocka_unit_test(test_conflicts_are_minimal),
		cmocka_unit_test(test_same_again_and_stopped),
	};
	return cmocka_run_group_tests_name("explain_duties", tests, NULL, NULL);
}
