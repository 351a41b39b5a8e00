/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plans too large for one relaxation, and shifts that count to the day before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/schedule_fixture.h"

enum { MANY = 2200 };

/* Agents told apart by the hour they would like to begin, on two days. */
static struct wfm_agent *many_agents(struct fixture *f, struct wfm_wish *wishes)
{
	struct wfm_agent *agents = calloc(MANY, sizeof *agents);
	assert_non_null(agents);
	for (int i = 0; i < MANY; i++) {
		wishes[i] = (struct wfm_wish){ .kind = WFM_WISH_START, .day = WFM_NONE,
					       .minute = 480 + 30 * (i % 13), .weight_cents = 10 + i % 40 };
		agents[i] = f->agents[i % 2];
		agents[i].wishes = &wishes[i];
		agents[i].wish_count = 1;
	}
	f->p.agents = agents;
	f->p.agent_count = MANY;
	f->calendar.day_count = 2;
	for (int c = 0; c < 2; c++) {
		struct wfm_rule_row *shifts = fixture_rule(f, c, WFM_RULE_WEEK_SHIFTS);
		shifts->low = shifts->high = 1;
		fixture_rule(f, c, WFM_RULE_WEEK_MINUTES)->mode = WFM_OFF;
		fixture_rule(f, c, WFM_RULE_DAYS_OFF_TOGETHER)->mode = WFM_OFF;
	}
	return agents;
}

static void test_blocks_cover_and_bound(void **state)
{
	(void)state;
	struct fixture f;
	struct wfm_roster *r[2];
	struct wfm_error e;
	struct wfm_wish *wishes = calloc(MANY, sizeof *wishes);
	assert_non_null(wishes);
	fixture_init(&f, 2, 600);
	struct wfm_agent *agents = many_agents(&f, wishes);
	for (int i = 0; i < 2; i++) {
		struct wfm_solve_options o = { .seed = 4, .iteration_limit = 60000, .threads = 1 + i };
		enum wfm_status s = wfm_schedule_solve(&f.p, &o, &r[i], &e);
		if (s != WFM_OK && s != WFM_LIMIT)
			fail_msg("%s %s %s", wfm_status_name(s), e.path, e.message);
		fixture_expect_clean(&f.p, r[i]);
	}
	assert_int_equal(r[0]->shift_count, MANY);
	assert_true(r[0]->bound <= r[0]->cost.total + 1e-6);
	assert_true(r[0]->variable_gap < 0.02);
	assert_memory_equal(r[0]->shifts, r[1]->shifts, MANY * sizeof *r[0]->shifts);
	assert_true(r[0]->cost.total == r[1]->cost.total && r[0]->bound == r[1]->bound);
	wfm_roster_free(r[0]);
	wfm_roster_free(r[1]);
	free(agents);
	free(wishes);
}

/* ---- training and meetings ---- */

enum { TEAMS = 20 };

static struct wfm_session sessions[1 + TEAMS];
static int32_t members[2][MANY];

/* An hour's training for all, so many at a time, which nobody is to miss; a meeting for each of twenty
 * teams, whose people are of all blocks. */
static void ask_everybody(struct fixture *f)
{
	int32_t at = 0;
	for (int32_t i = 0; i < MANY; i++)
		members[0][i] = i;
	sessions[0] = (struct wfm_session){ .kind = WFM_TRAINING, .minutes = 60, .agents = members[0],
					    .agent_count = MANY, .at_once = 151, .must = true };
	for (int32_t k = 0; k < TEAMS; k++) {
		const int32_t first = at;
		for (int32_t i = k; i < MANY; i += TEAMS)
			members[1][at++] = i;
		sessions[1 + k] = (struct wfm_session){ .kind = WFM_MEETING, .minutes = 30,
							.agents = &members[1][first], .agent_count = at - first,
							.together = true, .quorum = 10, .miss_cents = 3000 };
	}
	f->p.sessions = sessions;
	f->p.session_count = 1 + TEAMS;
	for (int32_t t = 2 * 48; t < FIX_SLOTS; t++)
		f->required[0][t] = 0;
}

static int32_t missed(const struct wfm_roster *r, int32_t session)
{
	int32_t n = 0;
	for (int32_t i = 0; i < r->missed_count; i++)
		n += r->missed[i].session == session || (session > 0 && r->missed[i].session > 0);
	return n;
}

static void test_sessions_in_blocks(void **state)
{
	(void)state;
	struct fixture f;
	struct wfm_roster *r[2];
	struct wfm_wish *wishes = calloc(MANY, sizeof *wishes);
	assert_non_null(wishes);
	fixture_init(&f, 2, 560);
	struct wfm_agent *agents = many_agents(&f, wishes);
	ask_everybody(&f);
	for (int i = 0; i < 2; i++) {
		struct wfm_solve_options o = { .seed = 4, .iteration_limit = 30000, .threads = 1 + i };
		r[i] = fixture_solve(&f.p, &o);
		fixture_expect_clean(&f.p, r[i]);
	}
	assert_int_equal(missed(r[0], 0), 0);
	/* One shift in two days: not all of a team can be there at any time. */
	assert_true(missed(r[0], 1) < MANY / 4);
	if (r[0]->variable_gap > 0.5) /* the bound does not know of numbers at a time */
		fail_msg("gap %f", r[0]->variable_gap);
	assert_memory_equal(r[0]->shifts, r[1]->shifts, (size_t)r[0]->shift_count * sizeof *r[0]->shifts);
	assert_true(r[0]->cost.total == r[1]->cost.total && r[0]->bound == r[1]->bound);
	/* From its own roster. */
	struct wfm_solve_options again = { .seed = 5, .iteration_limit = 15000, .start = r[0] };
	wfm_roster_free(r[1]);
	r[1] = fixture_solve(&f.p, &again);
	fixture_expect_clean(&f.p, r[1]);
	assert_true(r[1]->cost.total <= r[0]->cost.total + 1e-6);
	wfm_roster_free(r[0]);
	wfm_roster_free(r[1]);
	free(agents);
	free(wishes);
}

/* Work only just after midnight of Tuesday, by someone who would rather have Tuesday off. */
static void midnight_work(struct fixture *f, int32_t late_start_min)
{
	fixture_init(f, 1, 0);
	f->contracts[0].late_start_min = late_start_min;
	struct wfm_rule_row *shifts = fixture_rule(f, 0, WFM_RULE_WEEK_SHIFTS);
	shifts->low = shifts->high = 1;
	fixture_rule(f, 0, WFM_RULE_WEEK_MINUTES)->mode = WFM_OFF;
	fixture_rule(f, 0, WFM_RULE_START_WINDOW)->mode = WFM_OFF;
	memset(f->open, 0, sizeof f->open);
	for (int t = 48; t < 48 + 20; t++) {
		f->open[0][t] = 1;
		f->required[0][t] = 1;
	}
	f->wishes[0][0] = (struct wfm_wish){ .kind = WFM_WISH_DAY_OFF, .day = 1, .weight_cents = 500 };
	f->agents[0].wish_count = 1;
}

static void test_late_start_counts_to_the_day_before(void **state)
{
	(void)state;
	for (int32_t late = 0; late <= 60; late += 60) {
		struct fixture f;
		struct wfm_roster *r = NULL;
		struct wfm_error e = { 0 };
		midnight_work(&f, late);
		assert_int_equal(wfm_schedule_solve(&f.p, NULL, &r, &e), WFM_OK);
		fixture_expect_clean(&f.p, r);
		assert_int_equal(r->shift_count, 1);
		assert_true(r->shifts[0].start >= 48);
		assert_int_equal(r->shifts[0].day, late ? 0 : 1);
		assert_true(fabs(r->cost.wishes - (late ? 0 : 500)) < 1e-9);
		/* The judge does not take it from a contract without. */
		f.contracts[0].late_start_min = 0;
		struct wfm_report *report = NULL;
		assert_int_equal(wfm_schedule_verify(&f.p, r, true, &report, &e), WFM_OK);
		assert_int_equal(report->breach_count > 0, late > 0);
		wfm_report_free(report);
		wfm_roster_free(r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blocks_cover_and_bound),
		cmocka_unit_test(test_sessions_in_blocks),
		cmocka_unit_test(test_late_start_counts_to_the_day_before),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("schedule_blocks", tests, NULL, NULL);
}
