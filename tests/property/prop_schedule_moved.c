/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What must not matter: the order in which agents are listed, and the date. Random problems of
 * classes, of people told apart, of several queues and of duties are solved as they are, with the
 * agents shuffled, and some weeks later.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solver/num/rng.h"
#include "tests/lib/schedule_fixture.h"

enum { EACH = 3, DUTIES = 3 };

enum family { CLASSES, PEOPLE, QUEUES, OF_DUTIES, FAMILIES };

static const struct wfm_duty duties[DUTIES] = {
	{ "early", 480, 480, WFM_NONE, 0, 0 },
	{ "late", 720, 480, WFM_NONE, 0, 500 },
	{ "short", 600, 240, WFM_NONE, WFM_NONE, 0 },
};
static struct wfm_cover covers[7];

/* Wishes, locks, credits and a past that tell everybody from everybody. */
static void tell_apart(struct fixture *f, struct rng *r)
{
	for (int a = 0; a < f->p.agent_count; a++) {
		struct wfm_agent *x = &f->agents[a];
		f->wishes[a][0] = (struct wfm_wish){ .kind = WFM_WISH_START, .day = WFM_NONE,
						     .minute = 480 + 30 * (int)rng_below(r, 12),
						     .weight_cents = 10 + 7 * a };
		f->wishes[a][1] = (struct wfm_wish){ .kind = WFM_WISH_DAY_OFF,
						     .day = (int)rng_below(r, 7), .weight_cents = 900 };
		x->wish_count = 1 + (int)rng_below(r, 2);
		x->burden = (double)rng_below(r, 1000) + a / 100.0;
		x->seniority = a % 13;
		if (rng_below(r, 4) == 0) {
			f->locks[a][0] = (struct wfm_lock){ (int)rng_below(r, 7), 0, 0, 0 };
			x->lock_count = 1;
		}
		if (rng_below(r, 5) == 0) {
			f->credits[a][0] = (struct wfm_credit){ (int)rng_below(r, 7), 300, 1 };
			x->credit_count = 1;
		}
	}
}

static void make(struct fixture *f, enum family family, uint64_t seed)
{
	struct rng r;
	rng_seed(&r, seed);
	if (family == CLASSES) { /* 12 to 40 people of two contracts who take turns in the list */
		fixture_init(f, 12 + (int)rng_below(&r, 29), 4 + rng_below(&r, 6));
		return;
	}
	fixture_random(f, seed);
	if (family == PEOPLE)
		f->p.queue_count = 1;
	if (family == QUEUES)
		f->p.queue_count = 2 + (int)rng_below(&r, 2);
	tell_apart(f, &r);
	f->p.seniority = seed % 2 ? (struct wfm_seniority){ 3, 10 } : (struct wfm_seniority){ 0, 0 };
	if (family != OF_DUTIES)
		return;
	f->p.queue_count = 1;
	f->p.duties = duties;
	f->p.duty_count = DUTIES;
	for (int d = 0; d < 7; d++)
		covers[d] = (struct wfm_cover){ d, 4, 1, 4000, 100 };
	f->p.covers = covers;
	f->p.cover_count = 7;
	for (int c = 0; c < 2; c++) {
		f->contracts[c].break_count = 0;
		fixture_rule(f, c, WFM_RULE_WEEK_MINUTES)->mode = WFM_OFF;
		fixture_rule(f, c, WFM_RULE_WEEK_SHIFTS)->low = 2;
	}
}

static struct wfm_roster *solve(const struct fixture *f, uint64_t seed)
{
	struct wfm_solve_options o = { .seed = seed, .iteration_limit = 600 };
	struct wfm_roster *r = fixture_solve(&f->p, &o);
	fixture_expect_clean(&f->p, r);
	return r;
}

/* The list in a drawn order: agent a of x is agent place[a] of y. */
static void shuffle(const struct fixture *x, struct fixture *y, int place[FIX_AGENTS], uint64_t seed)
{
	struct rng r;
	rng_seed(&r, seed);
	*y = *x;
	fixture_link(y);
	for (int a = 0; a < x->p.agent_count; a++)
		place[a] = a;
	for (int a = x->p.agent_count - 1; a > 0; a--) {
		int b = (int)rng_below(&r, (uint32_t)a + 1), keep = place[a];
		place[a] = place[b];
		place[b] = keep;
	}
	/* The rows an agent points to stay where they are in x. */
	for (int a = 0; a < x->p.agent_count; a++)
		y->agents[place[a]] = x->agents[a];
}

static bool same_work(const struct wfm_roster *r, const struct wfm_shift *a, const struct wfm_roster *s,
		      const struct wfm_shift *b)
{
	if (a->day != b->day || a->start != b->start || a->end != b->end || a->duty != b->duty ||
	    a->activity_count != b->activity_count)
		return false;
	for (int i = 0; i < a->activity_count; i++) {
		const struct wfm_activity *x = &r->activities[a->first_activity + i];
		const struct wfm_activity *y = &s->activities[b->first_activity + i];
		if (x->kind != y->kind || x->queue != y->queue || x->start != y->start ||
		    x->slots != y->slots || x->paid != y->paid)
			return false;
	}
	return true;
}

/* Has agent b of s exactly the shifts of agent a of r? Both lists are by agent, then start. */
static bool same_tour(const struct wfm_roster *r, int a, const struct wfm_roster *s, int b)
{
	int i = 0, k = 0;
	while (i < r->shift_count && r->shifts[i].agent < a)
		i++;
	while (k < s->shift_count && s->shifts[k].agent < b)
		k++;
	for (;; i++, k++) {
		bool more = i < r->shift_count && r->shifts[i].agent == a;
		if (more != (k < s->shift_count && s->shifts[k].agent == b))
			return false;
		if (!more)
			return true;
		if (!same_work(r, &r->shifts[i], s, &s->shifts[k]))
			return false;
	}
}

/* Each agent's tour again at its new place, or, where agents are alike, at another's like it. */
static void expect_renumbered(const struct fixture *f, bool alike, const struct wfm_roster *r,
			      const struct wfm_roster *s, const int place[FIX_AGENTS])
{
	bool taken[FIX_AGENTS] = { false };
	for (int a = 0; a < f->p.agent_count; a++) {
		int found = -1;
		for (int b = 0; b < f->p.agent_count && found < 0; b++) {
			bool may = alike ? f->agents[b].contract == f->agents[a].contract : b == a;
			if (may && !taken[b] && same_tour(r, a, s, place[b]))
				found = b;
		}
		if (found < 0)
			fail_msg("agent %d works otherwise at place %d", a, place[a]);
		taken[found] = true;
	}
}

static void test_order_of_agents(void **state)
{
	(void)state;
	static struct fixture x, y;
	int place[FIX_AGENTS];
	for (int family = 0; family < FAMILIES; family++)
		for (uint64_t seed = 1; seed <= EACH; seed++) {
			make(&x, (enum family)family, seed);
			shuffle(&x, &y, place, 100 + seed);
			struct wfm_roster *r = solve(&x, seed), *s = solve(&y, seed);
			assert_true(r->bound > -HUGE_VAL);
			if (r->cost.total != s->cost.total || r->bound != s->bound)
				fail_msg("family %d seed %d: cost %.9g and %.9g, bound %.9g and %.9g", family,
					 (int)seed, r->cost.total, s->cost.total, r->bound, s->bound);
			assert_int_equal(r->shift_count, s->shift_count);
			assert_int_equal(r->unplanned_count, s->unplanned_count);
			expect_renumbered(&x, family == CLASSES, r, s, place);
			wfm_roster_free(r);
			wfm_roster_free(s);
		}
}

static void expect_equal(const struct wfm_roster *r, const struct wfm_roster *s)
{
	assert_true(r->cost.total == s->cost.total && r->bound == s->bound);
	assert_int_equal(r->shift_count, s->shift_count);
	assert_int_equal(r->activity_count, s->activity_count);
	assert_int_equal(r->unplanned_count, s->unplanned_count);
	assert_int_equal(r->shortage_count, s->shortage_count);
	for (int i = 0; i < r->shift_count; i++) {
		assert_int_equal(r->shifts[i].agent, s->shifts[i].agent);
		assert_true(same_work(r, &r->shifts[i], s, &s->shifts[i]));
	}
	for (int i = 0; i < r->shortage_count; i++) {
		assert_int_equal(r->shortages[i].start, s->shortages[i].start);
		assert_int_equal(r->shortages[i].reason, s->shortages[i].reason);
	}
}

static void test_weeks_shifted(void **state)
{
	(void)state;
	static struct fixture x, y;
	static const int weeks[] = { 1, 52, -40 };
	for (int family = 0; family < FAMILIES; family++)
		for (uint64_t seed = 1; seed <= EACH; seed++) {
			make(&x, (enum family)family, seed);
			y = x;
			fixture_link(&y);
			for (int d = 0; d < 7; d++)
				y.days[d].date += 7 * weeks[seed % 3];
			struct wfm_roster *r = solve(&x, seed), *s = solve(&y, seed);
			assert_true(r->bound > -HUGE_VAL);
			expect_equal(r, s);
			wfm_roster_free(r);
			wfm_roster_free(s);
		}
}

/* The order must not show in what is said of those who cannot be planned either. */
static void test_unplanned_follow(void **state)
{
	(void)state;
	static struct fixture x, y;
	int place[FIX_AGENTS];
	fixture_init(&x, 10, 4);
	for (int a = 2; a < 8; a += 5) { /* one of each contract, away Monday to Friday or longer */
		x.spans[a][0] = (struct wfm_span){ 0, (a == 2 ? 5 : 6) * 48 };
		x.agents[a].unavailable_count = 1;
	}
	shuffle(&x, &y, place, 5);
	struct wfm_roster *r = solve(&x, 1), *s = solve(&y, 1);
	assert_int_equal(r->unplanned_count, 2);
	assert_int_equal(s->unplanned_count, 2);
	for (int i = 0; i < 2; i++) {
		const struct wfm_unplanned *u = &r->unplanned[i];
		const struct wfm_unplanned *v = &s->unplanned[s->unplanned[0].agent != place[u->agent]];
		assert_int_equal(place[u->agent], v->agent);
		assert_int_equal(u->conflict_count, v->conflict_count);
		assert_memory_equal(u->conflicts, v->conflicts,
				    (size_t)u->conflict_count * sizeof u->conflicts[0]);
	}
	wfm_roster_free(r);
	wfm_roster_free(s);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_of_agents),
		cmocka_unit_test(test_weeks_shifted),
		cmocka_unit_test(test_unplanned_follow),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
