/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums over all tours: above the best tour, close to it when cold, and with the right gradient. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solver/schedule/pricing.h"
#include "solver/schedule/soft.h"
#include "tests/lib/schedule_fixture.h"

enum { CELLS = FIX_QUEUES * FIX_SLOTS };

struct setting {
	struct fixture f;
	struct model m;
	struct soft *soft;
	double pi[CELLS];
	int32_t cells;
};

static void set_up(struct setting *s)
{
	struct wfm_error e;
	struct rng r;
	fixture_init(&s->f, 8, 3);
	for (int c = 0; c < 2; c++)
		fixture_add_rule(&s->f, c, (struct wfm_rule_row){ .rule = WFM_RULE_START_SPREAD,
								  .mode = WFM_HARD, .high = 120 });
	assert_int_equal(model_build(&s->m, &s->f.p, &e), WFM_OK);
	for (int32_t k = 0; k < s->m.type_count; k++)
		s->m.types[k].has_tour = true;
	assert_true(soft_fits(&s->m));
	s->soft = soft_new(&s->m);
	assert_non_null(s->soft);
	s->cells = s->f.p.queue_count * s->m.slots;
	rng_seed(&r, 5);
	for (int32_t i = 0; i < s->cells; i++)
		s->pi[i] = 2000 * rng_unit(&r);
}

static void tear_down(struct setting *s)
{
	soft_free(s->soft);
	model_free(&s->m);
}

static double best_values(struct setting *s)
{
	struct pricer *p = pricer_new(&s->m);
	struct tour t;
	double *w = calloc((size_t)s->m.horizon + 1, sizeof *w), sum = 0;
	assert_true(p && w);
	for (int32_t k = 0; k < s->m.type_count; k++) {
		const struct kind *kind = &s->m.kinds[s->m.profiles[s->m.types[k].profile].place[0].kind];
		for (int32_t i = 0; i < s->m.horizon; i++) {
			w[i] = 0;
			for (int32_t j = 0; j < kind->queue_count; j++) {
				int32_t at = kind->queue[j] * s->m.slots + i % s->m.slots;
				double v = s->m.open[at] ? kind->speed[j] * s->pi[at] : 0;
				w[i] = fmax(w[i], v);
			}
		}
		pricer_set(p, s->m.types[k].profile, w);
		sum += s->m.types[k].count * pricer_best(p, k, &t);
	}
	free(w);
	pricer_free(p);
	return sum;
}

static void test_between_best_and_entropy(void **state)
{
	(void)state;
	struct setting s;
	set_up(&s);
	double best = best_values(&s), cold = soft_value(s.soft, s.pi, 0.01, NULL);
	assert_true(cold >= best - 1e-6);
	assert_true(cold <= best + 0.01 * 25 * s.f.p.agent_count);
	assert_true(soft_value(s.soft, s.pi, 50, NULL) > cold);
	tear_down(&s);
}

static void test_gradient_is_the_slope(void **state)
{
	(void)state;
	struct setting s;
	double cover[CELLS], mu = 60, h = 1e-3;
	set_up(&s);
	(void)soft_value(s.soft, s.pi, mu, cover);
	for (int32_t i = 20; i < s.cells; i += 7) {
		double keep = s.pi[i];
		s.pi[i] = keep + h;
		double up = soft_value(s.soft, s.pi, mu, NULL);
		s.pi[i] = keep - h;
		double down = soft_value(s.soft, s.pi, mu, NULL);
		s.pi[i] = keep;
		assert_true(fabs((up - down) / (2 * h) - cover[i]) < 1e-4);
	}
	tear_down(&s);
}

/* Second derivatives against differences of the gradient, where each kind serves one queue. */
static void test_bend_is_the_slope_of_the_gradient(void **state)
{
	(void)state;
	struct setting s;
	double up[CELLS], down[CELLS], gradient[CELLS], mu = 60, h = 1e-3, most = 0;
	double *cover, *bend;
	set_up(&s);
	for (int32_t k = 0; k < s.m.kind_count; k++)
		s.m.kinds[k].speed[0] = 1.25;
	assert_true(soft_bend_fits(&s.m));
	struct soft_bend *b = soft_bend_new(s.soft);
	assert_non_null(b);
	double value = soft_value(s.soft, s.pi, mu, gradient);
	assert_true(fabs(soft_bend_at(b, s.pi, mu, &cover, &bend) - value) < 1e-6);
	for (int32_t i = 0; i < s.cells; i++)
		assert_true(fabs(cover[i] - gradient[i]) < 1e-9);
	for (int32_t i = 20; i < s.cells; i += 7) {
		double keep = s.pi[i];
		s.pi[i] = keep + h;
		(void)soft_value(s.soft, s.pi, mu, up);
		s.pi[i] = keep - h;
		(void)soft_value(s.soft, s.pi, mu, down);
		s.pi[i] = keep;
		for (int32_t j = 0; j <= i; j++) {
			double there = bend[i * s.cells + j];
			most = fmax(most, fabs(there));
			if (s.m.open[i] && s.m.open[j])
				assert_true(fabs((up[j] - down[j]) / (2 * h) - there) < 1e-6);
		}
	}
	assert_true(most > 1e-3);
	soft_bend_free(b);
	tear_down(&s);
}

struct count {
	struct setting *s;
	double *cover;
	int32_t tours;
};

static void count_slot(void *context, int32_t t, int32_t kind)
{
	struct count *c = context;
	(void)kind;
	c->cover[t] += 1;
}

static bool count_tour(void *context, const struct tour *t)
{
	struct count *c = context;
	tour_visit(&c->s->m, t, count_slot, c);
	c->tours++;
	return true;
}

/* Many tours drawn cover on average what the gradient says. */
static void test_draws_follow_the_weights(void **state)
{
	(void)state;
	struct setting s;
	double cover[CELLS], drawn[CELLS];
	struct rng r;
	set_up(&s);
	memset(drawn, 0, sizeof drawn);
	struct count c = { .s = &s, .cover = drawn };
	rng_seed(&r, 9);
	for (int32_t k = 1; k < s.m.type_count; k++)
		s.m.types[k].has_tour = false;
	(void)soft_value(s.soft, s.pi, 60, cover);
	soft_profile(s.soft, s.m.types[0].profile, s.pi);
	(void)soft_type(s.soft, &s.m.types[0]);
	assert_true(soft_draw(s.soft, 0, 4000, &r, count_tour, &c));
	assert_true(c.tours >= 3990 && c.tours <= 4001);
	for (int32_t i = 0; i < s.cells; i++)
		assert_true(fabs(drawn[i] / c.tours - cover[i] / s.m.types[0].count) < 0.05);
	tear_down(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_between_best_and_entropy),
		cmocka_unit_test(test_gradient_is_the_slope),
		cmocka_unit_test(test_bend_is_the_slope_of_the_gradient),
		cmocka_unit_test(test_draws_follow_the_weights),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("schedule_soft", tests, NULL, NULL);
}
