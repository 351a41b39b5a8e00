/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The multi-skill requirement where the answer is known: formulas, published figures, limits. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wfm/skills.h"

enum { MOST = 8, INTERVALS = 12 };

struct site {
	struct wfm_load loads[MOST][INTERVALS];
	struct wfm_skill_queue queues[MOST];
	struct wfm_sim_skill skills[MOST][MOST];
	struct wfm_skill_group groups[MOST];
	struct wfm_skills_problem p;
};

static void site_open(struct site *s, int32_t intervals)
{
	memset(s, 0, sizeof *s);
	s->p = (struct wfm_skills_problem){ .interval_s = 1800, .interval_count = intervals,
					    .queues = s->queues, .groups = s->groups };
}

static void add_queue(struct site *s, double load_erl, double aht_s, double patience_s, double target)
{
	int32_t q = s->p.queue_count++;
	for (int i = 0; i < INTERVALS; i++)
		s->loads[q][i] = (struct wfm_load){ load_erl * 1800 / aht_s, aht_s, true };
	s->queues[q] = (struct wfm_skill_queue){
		s->loads[q], { .channel = WFM_VOICE, .patience_s = patience_s,
			       .target = { .service_level = target, .within_s = 20 } } };
}

static void add_group(struct site *s, double cost, int32_t first, int32_t second, double speed)
{
	int32_t g = s->p.group_count++;
	s->skills[g][0] = (struct wfm_sim_skill){ first, 1, 0, speed };
	s->skills[g][1] = (struct wfm_sim_skill){ second, 2, 0, speed };
	s->groups[g] = (struct wfm_skill_group){ .skills = s->skills[g], .skill_count = second < 0 ? 1 : 2,
						 .cost = cost, .most = -1 };
}

static struct wfm_skills_result *play(const struct site *s, uint64_t seed, int32_t contacts)
{
	struct wfm_skills_options o = { .seed = seed, .contacts = contacts };
	struct wfm_skills_result *r = NULL;
	struct wfm_error e = { 0 };
	if (wfm_skills_run(&s->p, &o, &r, &e) != WFM_OK)
		fail_msg("%s %s", e.path, e.message);
	return r;
}

static struct wfm_skills_result *run(const struct site *s, uint64_t seed)
{
	return play(s, seed, 0);
}

static int32_t alone(const struct site *s, int32_t q)
{
	struct wfm_requirement r[INTERVALS];
	struct wfm_staffing_options o = s->queues[q].staffing;
	struct wfm_error e;
	o.interval_s = s->p.interval_s;
	assert_int_equal(wfm_staffing_run(s->loads[q], (size_t)s->p.interval_count, &o, r, &e), WFM_OK);
	return r[0].agents;
}

/* 5 kinds of call, 20 erlangs each, 100 people: the skills decide, not their number. */
static void pooling_is_as_published(void **state)
{
	static const double known[] = { 0.655, 0.771, 0.801 };
	(void)state;
	for (int kind = 0; kind < 3; kind++) {
		struct site s;
		site_open(&s, 1);
		for (int q = 0; q < 5; q++)
			add_queue(&s, 20, 300, 180, 0.8);
		for (int g = 0; g < (kind == 2 ? 1 : 5); g++) {
			add_group(&s, 1, g, kind == 1 ? (g + 1) % 5 : -1, 1);
			s.groups[g].least = s.groups[g].most = kind == 2 ? 100 : 20;
		}
		for (int g = 0; g < 5 && kind == 1; g++)
			s.skills[g][1].priority = 1;
		for (int q = 0; q < 5 && kind == 2; q++)
			s.skills[0][q] = (struct wfm_sim_skill){ q, 1, 0, 1 };
		if (kind == 2)
			s.groups[0].skill_count = 5;
		struct wfm_skills_result *r = play(&s, 1, 200000);
		double mean = 0;
		for (int q = 0; q < 5; q++)
			mean += r->queue[q].service_level / 5;
		print_message("service level %.4f where %.3f is known\n", mean, known[kind]);
		assert_true(fabs(mean - known[kind]) < 0.006);
		assert_int_equal(r->unmet, kind == 2 ? r->unmet : 5);
		wfm_skills_free(r);
	}
}

static void one_queue_is_erlang_a(void **state)
{
	static const double loads[] = { 0.4, 3, 12, 35, 90 };
	(void)state;
	for (size_t i = 0; i < sizeof loads / sizeof loads[0]; i++) {
		struct site s;
		site_open(&s, 1);
		add_queue(&s, loads[i], 240, 150, 0.8);
		add_group(&s, 1, 0, -1, 1);
		struct wfm_skills_result *r = run(&s, 1);
		assert_int_equal(r->people[0], alone(&s, 0));
		assert_true(r->queue[0].exact && r->queue[0].met);
		wfm_skills_free(r);
		/* The same by simulation, which the speed asks for. */
		s.skills[0][0].speed = 1.0000001;
		r = run(&s, 1);
		assert_false(r->queue[0].exact);
		assert_true(r->plays > 0);
		assert_true(abs(r->people[0] - alone(&s, 0)) <= 1);
		wfm_skills_free(r);
	}
}

static void queues_apart_add_up(void **state)
{
	struct site s;
	(void)state;
	site_open(&s, 1);
	add_queue(&s, 7, 200, 120, 0.8);
	add_queue(&s, 15, 300, 0, 0.9);
	add_group(&s, 2, 0, -1, 1);
	add_group(&s, 1, 0, -1, 1);
	add_group(&s, 1, 1, -1, 1);
	struct wfm_skills_result *r = run(&s, 1);
	assert_int_equal(r->people[0], 0); /* the dearer of two alike */
	assert_int_equal(r->people[1], alone(&s, 0));
	assert_int_equal(r->people[2], alone(&s, 1));
	assert_true(fabs(r->person_hours - 0.5 * (alone(&s, 0) + alone(&s, 1))) < 1e-9);
	wfm_skills_free(r);
}

/* Who takes both costs nothing more: fewer people than apart, about the pooled number. */
static void sharing_saves(void **state)
{
	struct site s;
	(void)state;
	site_open(&s, 1);
	add_queue(&s, 10, 240, 180, 0.8);
	add_queue(&s, 10, 240, 180, 0.8);
	add_group(&s, 1, 0, -1, 1);
	add_group(&s, 1, 1, -1, 1);
	add_group(&s, 1, 0, 1, 1);
	struct wfm_skills_result *r = run(&s, 3);
	int32_t people = r->people[0] + r->people[1] + r->people[2];
	int32_t apart = alone(&s, 0) + alone(&s, 1);
	for (int i = 0; i < INTERVALS; i++)
		s.loads[0][i].volume *= 2;
	int32_t pooled = alone(&s, 0);
	print_message("%d people, %d apart, %d pooled\n", people, apart, pooled);
	assert_true(people < apart);
	assert_true(people >= pooled && people <= pooled + 1);
	double worked = r->queue[0].people + r->queue[1].people;
	assert_true(fabs(worked - people) < 1e-6);
	assert_true(r->queue[0].met && r->queue[1].met && r->unmet == 0);
	wfm_skills_free(r);
}

/* When those who take both cost much more, few of them are asked for. */
static void cost_decides_who(void **state)
{
	struct site s;
	int32_t both[2];
	(void)state;
	for (int dear = 0; dear < 2; dear++) {
		site_open(&s, 1);
		add_queue(&s, 10, 240, 180, 0.8);
		add_queue(&s, 10, 240, 180, 0.8);
		add_group(&s, 1, 0, -1, 1);
		add_group(&s, 1, 1, -1, 1);
		add_group(&s, dear ? 1.4 : 0.9, 0, 1, 1);
		struct wfm_skills_result *r = run(&s, 3);
		both[dear] = r->people[2];
		assert_int_equal(r->unmet, 0);
		wfm_skills_free(r);
	}
	print_message("%d who take both at 0.9, %d at 1.4\n", both[0], both[1]);
	assert_true(both[0] >= 18);
	assert_true(both[1] <= 6);
}

static void limits_are_said(void **state)
{
	struct site s;
	(void)state;
	site_open(&s, 1);
	add_queue(&s, 10, 240, 180, 0.8);
	add_queue(&s, 4, 240, 180, 0.8);
	add_group(&s, 1, 0, -1, 1);
	add_group(&s, 1, 1, -1, 1);
	add_group(&s, 1, 0, 1, 1);
	s.groups[0].most = 6;
	s.groups[2].most = 1;
	struct wfm_skills_result *r = run(&s, 1);
	print_message("%d for queue 1, %d alone; queue 0 at %.3f\n", r->people[1], alone(&s, 1),
		      r->queue[0].service_level);
	assert_int_equal(r->people[0], 6);
	assert_int_equal(r->people[2], 1);
	assert_false(r->queue[0].met);
	assert_true(r->queue[1].met);
	assert_int_equal(r->unmet, 1);
	assert_true(r->queue[0].service_level > 0.1 && r->queue[0].service_level < 0.6);
	assert_true(r->people[1] <= alone(&s, 1) + 1); /* one more helps a little */
	wfm_skills_free(r);
	/* A plain queue that may not have enough. */
	s.p.queue_count = s.p.group_count = 1;
	r = run(&s, 1);
	assert_int_equal(r->people[0], 6);
	assert_true(!r->queue[0].met && r->queue[0].exact && r->unmet == 1);
	wfm_skills_free(r);
}

static void same_seed_same_answer(void **state)
{
	struct site s;
	(void)state;
	site_open(&s, 1);
	add_queue(&s, 6, 240, 180, 0.8);
	add_queue(&s, 9, 200, 100, 0.75);
	add_group(&s, 1, 0, -1, 1);
	add_group(&s, 1.2, 0, 1, 0.95);
	add_group(&s, 1, 1, -1, 1);
	struct wfm_skills_result *a = run(&s, 5), *b = run(&s, 5);
	assert_memory_equal(a->people, b->people, 3 * sizeof *a->people);
	assert_true(a->queue[0].service_level == b->queue[0].service_level);
	assert_int_equal(a->plays, b->plays);
	wfm_skills_free(a);
	wfm_skills_free(b);
}

/* Every target counts: a share that may give up, a wait, how busy people may be. */
static void every_target_holds(void **state)
{
	struct site s;
	(void)state;
	site_open(&s, 1);
	add_queue(&s, 8, 240, 180, 0.7);
	add_queue(&s, 8, 240, 180, 0.7);
	add_group(&s, 1, 0, 1, 1);
	add_group(&s, 1, 1, -1, 1);
	struct wfm_skills_result *r = run(&s, 1);
	double loose = r->cost_hours;
	wfm_skills_free(r);
	for (int k = 0; k < 3; k++) {
		struct wfm_target t = { .service_level = 0.7, .within_s = 20 };
		t.max_abandoned = k == 0 ? 0.02 : 0;
		t.max_asa_s = k == 1 ? 5 : 0;
		t.max_occupancy = k == 2 ? 0.7 : 0;
		s.queues[0].staffing.target = t;
		r = run(&s, 1);
		print_message("%.1f person-hours where %.1f are enough; abandoned %.4f, wait %.2f s\n",
			      r->cost_hours, loose, r->queue[0].abandoned_share, r->queue[0].asa_s);
		assert_true(r->cost_hours > loose);
		assert_int_equal(r->unmet, 0);
		assert_true(k != 0 || r->queue[0].abandoned_share <= 0.02);
		assert_true(k != 1 || r->queue[0].asa_s <= 5);
		wfm_skills_free(r);
	}
}

static void a_day_is_met_when_played(void **state)
{
	static const double shape[INTERVALS] = { 0, 0.5, 0.9, 1.1, 1.2, 1.1, 0.9, 0.8, 0.9, 1, 0.7, 0 };
	struct site s;
	(void)state;
	site_open(&s, INTERVALS);
	add_queue(&s, 12, 240, 180, 0.8);
	add_queue(&s, 7, 300, 180, 0.8);
	add_group(&s, 1, 0, -1, 1);
	add_group(&s, 1, 1, -1, 1);
	add_group(&s, 1.1, 0, 1, 1);
	for (int q = 0; q < 2; q++)
		for (int i = 0; i < INTERVALS; i++) {
			s.loads[q][i].volume *= shape[i] * (q == 1 && i == 3 ? 0 : 1);
			s.loads[q][i].open = shape[i] > 0;
		}
	struct wfm_skills_result *r = run(&s, 1);
	for (int g = 0; g < 3; g++) {
		assert_int_equal(r->people[g], 0);
		assert_int_equal(r->people[3 * (INTERVALS - 1) + g], 0);
	}
	assert_int_equal(r->unmet, 0);
	assert_non_null(r->horizon);
	for (int q = 0; q < 2; q++) {
		print_message("queue %d: played %.3f\n", q, r->horizon[q].service_level);
		assert_true(r->horizon[q].service_level > 0.79);
		assert_true(r->horizon[q].service_level < 0.90);
	}
	for (int i = 0; i < INTERVALS; i++)
		for (int q = 0; q < 2; q++)
			if (shape[i] > 0 && r->queue[2 * i + q].load_erl > 0)
				assert_true(r->queue[2 * i + q].service_level >= 0.8);
	wfm_skills_free(r);
}

static void training_is_counted(void **state)
{
	struct site s;
	struct wfm_training_gain *g = NULL;
	struct wfm_skills_options o = { .seed = 1, .contacts = 20000 };
	struct wfm_error e = { 0 };
	(void)state;
	site_open(&s, 1);
	for (int q = 0; q < 3; q++)
		add_queue(&s, q == 2 ? 3 : 12, 240, 180, 0.8);
	add_group(&s, 1, 0, -1, 1);
	add_group(&s, 1, 1, -1, 1);
	add_group(&s, 1, 2, -1, 1);
	if (wfm_skills_gain(&s.p, &o, 0, &g, &e) != WFM_OK)
		fail_msg("%s %s", e.path, e.message);
	const struct wfm_training_figures *t = g->training;
	int32_t apart = alone(&s, 0) + alone(&s, 1) + alone(&s, 2);
	print_message("apart %.0f, chain %.0f, all %.0f; best pair %d-%d saves %.1f hours\n",
		      t[WFM_TRAIN_DEDICATED].people, t[WFM_TRAIN_CHAIN].people, t[WFM_TRAIN_ALL].people,
		      g->pairs[0].queue, g->pairs[0].other, g->pairs[0].saved_person_hours);
	assert_true(t[WFM_TRAIN_DEDICATED].people == apart);
	assert_true(t[WFM_TRAIN_PRESENT].people == apart);
	assert_true(t[WFM_TRAIN_CHAIN].people < apart);
	assert_true(t[WFM_TRAIN_ALL].people <= t[WFM_TRAIN_CHAIN].people);
	assert_int_equal(g->pair_count, 3);
	assert_true(g->pairs[0].saved_person_hours >= 0.5);
	assert_true(g->pairs[0].saved_cost_hours >= g->pairs[2].saved_cost_hours);
	assert_true(t[WFM_TRAIN_PRESENT].person_hours - g->pairs[0].figures.person_hours ==
		    g->pairs[0].saved_person_hours);
	wfm_training_gain_free(g);
}

static bool stop(void *context, double part)
{
	(void)part;
	return ++*(int *)context > 3;
}

static void mistakes_are_named(void **state)
{
	struct site s;
	struct wfm_skills_result *r;
	struct wfm_error e;
	int calls = 0;
	struct wfm_skills_options o = { .seed = 1 };
	(void)state;
	site_open(&s, 1);
	add_queue(&s, 8, 240, 180, 0.8);
	add_queue(&s, 8, 240, 180, 0.8);
	add_group(&s, 1, 0, -1, 1);
	assert_int_equal(wfm_skills_run(&s.p, &o, &r, &e), WFM_INVALID);
	assert_string_equal(e.path, "/queues/1/");
	add_group(&s, 1, 1, 2, 1);
	assert_int_equal(wfm_skills_run(&s.p, &o, &r, &e), WFM_INVALID);
	assert_string_equal(e.path, "/groups/1/skills/1");
	s.skills[1][1].queue = 0;
	s.loads[0][0].aht_s = 0;
	assert_int_equal(wfm_skills_run(&s.p, &o, &r, &e), WFM_INVALID);
	assert_string_equal(e.path, "/queues/0/loads/0/aht_s");
	s.loads[0][0].aht_s = 240;
	o.progress = stop;
	o.context = &calls;
	assert_int_equal(wfm_skills_run(&s.p, &o, &r, &e), WFM_CANCELLED);
	assert_null(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pooling_is_as_published),
		cmocka_unit_test(one_queue_is_erlang_a),
		cmocka_unit_test(queues_apart_add_up),
		cmocka_unit_test(sharing_saves),
		cmocka_unit_test(cost_decides_who),
		cmocka_unit_test(limits_are_said),
		cmocka_unit_test(same_seed_same_answer),
		cmocka_unit_test(every_target_holds),
		cmocka_unit_test(a_day_is_met_when_played),
		cmocka_unit_test(training_is_counted),
		cmocka_unit_test(mistakes_are_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
