/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small scheduling problem for tests: one calendar of 7 days from a Monday, half-hour slots, a
 * queue open 08-20, two contracts, agents to be changed by the test. All storage lies in the struct,
 * so a copy needs fixture_link again.
 */
#ifndef TESTS_SCHEDULE_FIXTURE_H
#define TESTS_SCHEDULE_FIXTURE_H

#include "wfm/schedule.h"

enum { FIX_AGENTS = 64, FIX_SLOTS = 8 * 48, FIX_RULES = 2 * WFM_RULE_COUNT, FIX_QUEUES = 3 };

struct fixture {
	struct wfm_problem p;
	struct wfm_day days[7];
	struct wfm_calendar calendar;
	struct wfm_queue queues[FIX_QUEUES];
	double required[FIX_QUEUES][FIX_SLOTS];
	uint8_t open[FIX_QUEUES][FIX_SLOTS];
	struct wfm_rule_row rules[2][FIX_RULES];
	struct wfm_break breaks[2][2];
	struct wfm_contract contracts[2];
	struct wfm_agent agents[FIX_AGENTS];
	struct wfm_agent_skill skills[FIX_AGENTS][FIX_QUEUES];
	struct wfm_span spans[FIX_AGENTS][4];
	struct wfm_lock locks[FIX_AGENTS][4];
	struct wfm_wish wishes[FIX_AGENTS][4];
	struct wfm_credit credits[FIX_AGENTS][4];
};

/* Full-time (5 x 8 h + meal) and part-time (4 x 4-6 h) agents alternate, all with skill 0; demand
 * of one queue is a hump of about `people` heads. */
void fixture_init(struct fixture *f, int agents, double people);
/* The same with 6 to 19 agents, one to three queues, skills, leave and a previous week, all drawn. */
void fixture_random(struct fixture *f, uint64_t seed);
/* Hourly slots, so many days from a weekday (0 Monday), a tail of half a day, one queue without demand
 * that is open from `from` to `to` o'clock: small enough to go through all rosters. After fixture_init. */
void fixture_small_days(struct fixture *f, int days, int weekday, int from, int to);
/* A roster under an effort; fails the test when there is none. */
struct wfm_roster *fixture_solve(const struct wfm_problem *p, const struct wfm_solve_options *o);
/* Fails the test unless the judge finds the roster, its cost and its bound good. */
void fixture_expect_clean(const struct wfm_problem *p, const struct wfm_roster *r);
/* Points the problem at the struct's own storage (after a copy). */
void fixture_link(struct fixture *f);
/* The contract's row of that rule, for changing; NULL: none. */
struct wfm_rule_row *fixture_rule(struct fixture *f, int contract, enum wfm_rule rule);
void fixture_add_rule(struct fixture *f, int contract, struct wfm_rule_row row);

#endif
