/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Scenarios of one joint, slot by slot. Every scenario has its own stream of random numbers,
 * seeded by its index, so the i-th is the same however many are drawn.
 */
#include "joint.h"
#include "solver/num/draw.h"

#include <math.h>

/* A count steadier than Poisson, from its own root. */
static double steady_count(struct draw *d, double root, double sd)
{
	root += sd * draw_normal(d);
	return root > 0.5 ? floor(root * root - 0.25 + rng_unit(&d->rng)) : 0.0;
}

/* Roots of the rates of one day, in volume: the day's factor, shapes, the slots' own parts. */
static void draw_roots(const struct fc_plan *p, int h, double factor, struct draw *d,
		       double *volume)
{
	const struct wfm_joint *j = p->joint;
	double score[WFM_JOINT_SHAPES], sum = 0.0, norm = 0.0, back = j->day_own[3 * h + 2];
	for (int k = 0; k < j->shapes; k++)
		score[k] = draw_normal(d);
	for (int s = 0; s < j->slots; s++) {
		size_t c = (size_t)h * (size_t)j->slots + (size_t)s;
		double root = p->centre[c] + p->day[c] * factor;
		const double *e = p->shape + c * (size_t)j->shapes;
		for (int k = 0; k < j->shapes; k++)
			root += e[k] * score[k];
		if (p->own[c] > 0.0) {
			double own = p->own[c] * draw_normal(d);
			root += own;
			sum += p->centre[c] * own;
			norm += p->centre[c] * p->centre[c];
		}
		volume[s] = root;
	}
	for (int s = 0; s < j->slots && back > 0.0 && norm > 0.0; s++) {
		size_t c = (size_t)h * (size_t)j->slots + (size_t)s;
		if (p->own[c] > 0.0)
			volume[s] -= back * sum / norm * p->centre[c];
	}
}

static void draw_day(const struct fc_plan *p, int h, double factor, struct draw *d, double *volume)
{
	const struct wfm_joint *j = p->joint;
	draw_roots(p, h, factor, d, volume);
	for (int s = 0; s < j->slots; s++) {
		size_t c = (size_t)h * (size_t)j->slots + (size_t)s;
		double root = volume[s];
		if (p->own[c] < 0.0)
			volume[s] = steady_count(d, root, -p->own[c]);
		else
			volume[s] = draw_poisson(d, fmin(root * root, 1e12));
	}
}

/* Day factors that queues share: every queue draws all of them and takes its own mixture. */
struct together {
	const double *row; /* the queue's of the Cholesky factor, n numbers */
	size_t n;
	int factors; /* the most of any queue, so that all stay in step */
	struct draw d;
};

static double day_normal(struct together *t, struct draw *d)
{
	if (t == NULL)
		return draw_normal(d);
	double x = 0.0;
	for (size_t i = 0; i < t->n; i++)
		x += t->row[i] * draw_normal(&t->d);
	return x;
}

static void draw_one(const struct fc_plan *p, struct together *t, struct draw *d, double *volume)
{
	const struct wfm_joint *j = p->joint;
	double common[WFM_JOINT_FACTORS], own = 0.0;
	for (int k = 0; k < j->factors; k++)
		common[k] = day_normal(t, d);
	for (int k = j->factors; t != NULL && k < t->factors; k++)
		(void)day_normal(t, d);
	for (int h = 0; h < j->days; h++) {
		double tie = j->day_own[3 * h + 1];
		own = tie * own + sqrt(1.0 - tie * tie) * day_normal(t, d);
		double factor = j->day_own[3 * h] * own;
		for (int k = 0; k < j->factors; k++)
			factor += j->day_load[h * j->factors + k] * common[k];
		draw_day(p, h, factor, d, volume + (size_t)h * (size_t)j->slots);
	}
}

enum wfm_status wfm_scenarios_draw(const struct wfm_joint *joint, uint64_t seed, int n,
				   double *volume, struct wfm_error *e)
{
	struct fc_pool pool = { 0 };
	struct fc_plan plan;
	size_t cells = (size_t)joint->days * (size_t)joint->slots;
	enum wfm_status status = WFM_OK;
	if (n < 0)
		return wfm_fail(e, WFM_INVALID, "/n", "must not be negative");
	if (!fc_plan_build(&pool, joint, &plan))
		status = wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	for (int i = 0; i < n && status == WFM_OK; i++) {
		struct draw d;
		draw_seed_stream(&d, seed, (uint64_t)i);
		draw_one(&plan, NULL, &d, volume + (size_t)i * cells);
	}
	fc_pool_free(&pool);
	return status;
}

static enum wfm_status check_queues(const struct wfm_queues *q, size_t which, int n,
				    struct wfm_error *e)
{
	if (n < 0)
		return wfm_fail(e, WFM_INVALID, "/n", "must not be negative");
	if (which >= q->n_joints)
		return wfm_fail(e, WFM_INVALID, "/which", "must be one of the queues");
	for (size_t i = 1; i < q->n_joints; i++)
		if (q->joints[i]->first_day != q->joints[0]->first_day ||
		    q->joints[i]->days != q->joints[0]->days)
			return wfm_fail(e, WFM_INVALID, "/joints", "must cover the same days");
	return WFM_OK;
}

enum wfm_status wfm_scenarios_draw_queue(const struct wfm_queues *queues, size_t which,
					 uint64_t seed, int n, double *volume, struct wfm_error *e)
{
	enum wfm_status status = check_queues(queues, which, n, e);
	if (status != WFM_OK)
		return status;
	struct fc_pool pool = { 0 };
	struct fc_plan plan;
	const struct wfm_joint *joint = queues->joints[which];
	size_t cells = (size_t)joint->days * (size_t)joint->slots, count = queues->n_joints;
	double *root = fc_alloc(&pool, count * count, sizeof *root);
	if (pool.failed || !fc_plan_build(&pool, joint, &plan)) {
		fc_pool_free(&pool);
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	}
	fc_cholesky(queues->correlation, count, root);
	struct together t = { .row = root + which * count, .n = count };
	for (size_t i = 0; i < count; i++)
		if (queues->joints[i]->factors > t.factors)
			t.factors = queues->joints[i]->factors;
	for (int i = 0; i < n; i++) {
		struct draw d;
		draw_seed_stream(&t.d, seed, (uint64_t)i);
		draw_seed_stream(&d, seed + 1 + which, (uint64_t)i);
		draw_one(&plan, &t, &d, volume + (size_t)i * cells);
	}
	fc_pool_free(&pool);
	return WFM_OK;
}
