/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/schedule_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "solver/num/rng.h"

void fixture_add_rule(struct fixture *f, int contract, struct wfm_rule_row row)
{
	if (row.mode == WFM_OFF)
		row.mode = WFM_HARD;
	assert_true(f->contracts[contract].rule_count < FIX_RULES);
	f->rules[contract][f->contracts[contract].rule_count++] = row;
}

struct wfm_rule_row *fixture_rule(struct fixture *f, int contract, enum wfm_rule rule)
{
	for (int i = 0; i < f->contracts[contract].rule_count; i++)
		if (f->rules[contract][i].rule == rule)
			return &f->rules[contract][i];
	return NULL;
}

void fixture_link(struct fixture *f)
{
	f->calendar = (struct wfm_calendar){ f->days, 7 };
	f->p.calendars = &f->calendar;
	f->p.queues = f->queues;
	f->p.contracts = f->contracts;
	f->p.agents = f->agents;
	for (int q = 0; q < FIX_QUEUES; q++) {
		f->queues[q].required = f->required[q];
		f->queues[q].open = f->open[q];
	}
	for (int c = 0; c < 2; c++) {
		f->contracts[c].rules = f->rules[c];
		f->contracts[c].breaks = f->breaks[c];
	}
	for (int a = 0; a < FIX_AGENTS; a++) {
		f->agents[a].skills = f->skills[a];
		f->agents[a].unavailable = f->spans[a];
		f->agents[a].locks = f->locks[a];
		f->agents[a].wishes = f->wishes[a];
		f->agents[a].credits = f->credits[a];
	}
}

static void fill_contracts(struct fixture *f)
{
	f->contracts[0] = (struct wfm_contract){ .name = "full", .break_count = 2, .hour_cents = 1000,
						 .salaried = true };
	f->contracts[1] = (struct wfm_contract){ .name = "part", .break_count = 1, .hour_cents = 900 };
	f->breaks[0][0] = (struct wfm_break){ WFM_REST_BREAK, 30, true, 60, 150, 0, 0, 1440 };
	f->breaks[0][1] = (struct wfm_break){ WFM_MEAL, 60, false, 210, 330, 60, 0, 1440 };
	f->breaks[1][0] = (struct wfm_break){ WFM_REST_BREAK, 30, true, 60, 180, 0, 300, 1440 };
	for (int c = 0; c < 2; c++) {
		int days = c == 0 ? 5 : 4;
		fixture_add_rule(f, c, (struct wfm_rule_row){ .rule = WFM_RULE_WEEK_SHIFTS, .low = days,
							      .high = days });
		fixture_add_rule(f, c, (struct wfm_rule_row){ .rule = WFM_RULE_WEEK_MINUTES,
							      .low = c == 0 ? 2400 : 1080,
							      .high = c == 0 ? 2400 : 1320 });
		fixture_add_rule(f, c, (struct wfm_rule_row){ .rule = WFM_RULE_SHIFT_MINUTES,
							      .low = c == 0 ? 540 : 240,
							      .high = c == 0 ? 540 : 360, .step = 60 });
		fixture_add_rule(f, c, (struct wfm_rule_row){ .rule = WFM_RULE_START_WINDOW, .low = 480,
							      .high = 1020 });
		fixture_add_rule(f, c, (struct wfm_rule_row){ .rule = WFM_RULE_START_SPREAD,
							      .high = 180 });
		fixture_add_rule(f, c, (struct wfm_rule_row){ .rule = WFM_RULE_REST, .low = 720 });
		fixture_add_rule(f, c, (struct wfm_rule_row){ .rule = WFM_RULE_CONSECUTIVE_DAYS,
							      .high = 6 });
		fixture_add_rule(f, c, (struct wfm_rule_row){ .rule = WFM_RULE_DAYS_OFF_TOGETHER,
							      .mode = WFM_SOFT, .low = 2,
							      .weight_cents = 1500 });
	}
}

void fixture_init(struct fixture *f, int agents, double people)
{
	memset(f, 0, sizeof *f);
	f->p = (struct wfm_problem){ .slot_min = 30, .slot_count = FIX_SLOTS, .skill_count = FIX_QUEUES,
				     .site_count = 2, .calendar_count = 1, .queue_count = 1,
				     .contract_count = 2, .agent_count = agents };
	for (int d = 0; d < 7; d++)
		f->days[d] = (struct wfm_day){ 19723 + d, d, 48 * d, 48, -1, 0, false };
	for (int q = 0; q < FIX_QUEUES; q++) {
		f->queues[q] = (struct wfm_queue){ .name = "queue", .skill = q, .site = WFM_NONE,
						   .step1_share = 0.05, .short1_cents = 3000,
						   .short2_cents = 12000, .surplus_cents = 200 };
		for (int t = 0; t < 7 * 48; t++) {
			double hour = t % 48 / 2.0, hump = sin((hour - 8) / 12 * 3.14159265);
			f->open[q][t] = hour >= 8 && hour < 20;
			if (f->open[q][t])
				f->required[q][t] = floor(people * (0.4 + 0.6 * hump) *
							  (t / 48 >= 5 ? 0.6 : 1));
		}
	}
	fill_contracts(f);
	for (int a = 0; a < FIX_AGENTS; a++) {
		f->agents[a] = (struct wfm_agent){ .contract = a % 2, .skill_count = 1,
						   .previous_end = WFM_NONE };
		for (int q = 0; q < FIX_QUEUES; q++)
			f->skills[a][q] = (struct wfm_agent_skill){ q, 1 };
	}
	fixture_link(f);
}

static void set_mode(struct fixture *x, int contract, enum wfm_rule rule, enum wfm_mode mode)
{
	struct wfm_rule_row *row = fixture_rule(x, contract, rule);
	assert_non_null(row);
	if (row)
		row->mode = mode;
}

void fixture_random(struct fixture *x, uint64_t seed)
{
	struct rng r;
	rng_seed(&r, seed);
	fixture_init(x, 6 + (int)rng_below(&r, 14), 2 + rng_below(&r, 6));
	x->p.queue_count = 1 + (int)rng_below(&r, 3);
	for (int a = 0; a < x->p.agent_count; a++) {
		x->agents[a].contract = (int)rng_below(&r, 2);
		x->agents[a].skill_count = 0;
		for (int q = 0; q < x->p.queue_count; q++)
			if (rng_below(&r, 2) || (q == 0 && a % 2 == 0))
				x->skills[a][x->agents[a].skill_count++] =
					(struct wfm_agent_skill){ q, rng_below(&r, 3) ? 1 : 0.75 };
		if (rng_below(&r, 3) == 0) {
			int d = (int)rng_below(&r, 7);
			x->spans[a][0] = (struct wfm_span){ 48 * d, 48 * d + 48 };
			x->agents[a].unavailable_count = 1;
		}
		x->agents[a].previous_days_worked = (int)rng_below(&r, 7);
		x->agents[a].previous_end = rng_below(&r, 2) ? -(int)rng_below(&r, 20) : WFM_NONE;
	}
	if (rng_below(&r, 2)) /* no spread: rest must be carried by the pricing */
		set_mode(x, 0, WFM_RULE_START_SPREAD, WFM_OFF);
	if (rng_below(&r, 2))
		set_mode(x, 1, WFM_RULE_DAYS_OFF_TOGETHER, WFM_HARD);
	if (rng_below(&r, 3) == 0)
		fixture_add_rule(x, 1, (struct wfm_rule_row){ .rule = WFM_RULE_SUNDAYS, .high = 0 });
}

void fixture_small_days(struct fixture *x, int days, int weekday, int from, int to)
{
	x->p.slot_min = 60;
	x->p.slot_count = 24 * days + 12;
	x->calendar.day_count = days;
	for (int d = 0; d < days; d++)
		x->days[d] = (struct wfm_day){ 19723 + d, (weekday + d) % 7, 24 * d, 24, -1, 0, false };
	memset(x->required, 0, sizeof x->required);
	for (int t = 0; t < x->p.slot_count; t++)
		x->open[0][t] = t < 24 * days && t % 24 >= from && t % 24 < to;
}

struct wfm_roster *fixture_solve(const struct wfm_problem *p, const struct wfm_solve_options *o)
{
	struct wfm_roster *r = NULL;
	struct wfm_error e = { 0 };
	enum wfm_status s = wfm_schedule_solve(p, o, &r, &e);
	if (s != WFM_OK && s != WFM_LIMIT)
		fail_msg("%s %s %s", wfm_status_name(s), e.path, e.message);
	return r;
}

void fixture_expect_clean(const struct wfm_problem *p, const struct wfm_roster *r)
{
	struct wfm_report *report = NULL;
	struct wfm_error e;
	assert_int_equal(wfm_schedule_verify(p, r, true, &report, &e), WFM_OK);
	if (report->breach_count > 0)
		fail_msg("%s: %s", wfm_breach_kind_name(report->breaches[0].kind),
			 report->breaches[0].message);
	wfm_report_free(report);
}
