/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Duals to begin with, from the smoothed dual: minimise over the box of duals
 *
 *   F(pi) = sum_k n_k V_k(pi) + sum_qt [step1 max(0, pi - short1) - r pi]        (soft.h)
 *
 * by accelerated proximal gradient steps (Beck & Teboulle 2009), begun anew when they turn back
 * (O'Donoghue & Candes 2015), for entropies that fall step by step. On the way and at the end the
 * exact prices there give bounds and columns, so that the relaxation starts near its optimum instead
 * of wandering there by thousands of pivots. Steps are counted, so the result does not hang on the
 * clock.
 */
#include "solver/schedule/master.h"
#include "solver/schedule/soft.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LEVELS = 12, MEMORY = 16 };

static const double FALL = 4, CLOSE = 0.002, FIRST_ENTROPY = 0.005, LAST_ENTROPY = 0.000005, KEEP_WITHIN = 0.004;

struct smooth {
	struct master *m;
	struct soft *soft;
	int32_t cells;
	double *x, *next, *way;    /* cents a slot */
	double *grad, *next_grad, *slope;
	double *moves[MEMORY], *turns[MEMORY];
	int32_t memory;            /* steps remembered since the start of the level */
	double f, mu, wall, scale; /* scale: cents of a dear tour */
	double people, people_slots;
};

static void smooth_free(struct smooth *s)
{
	soft_free(s->soft);
	free(s->x);
}

static bool smooth_make(struct smooth *s, struct master *m)
{
	const struct model *x = m->m;
	*s = (struct smooth){ .m = m, .cells = x->p->queue_count * x->slots };
	size_t n = (size_t)s->cells + 1;
	double *block = calloc((6 + 2 * MEMORY) * n, sizeof *block);
	s->soft = soft_new(x);
	if (!s->soft || !block) {
		free(block);
		return false;
	}
	double **part[] = { &s->x, &s->next, &s->way, &s->grad, &s->next_grad, &s->slope };
	for (size_t i = 0; i < 6; i++)
		*part[i] = block + i * n;
	for (size_t i = 0; i < MEMORY; i++) {
		s->moves[i] = block + (6 + 2 * i) * n;
		s->turns[i] = block + (7 + 2 * i) * n;
	}
	return true;
}

/* One row's part: r pi, the kink and the walls of the box made smooth; HUGE_VAL outside. */
static double row_part(const struct smooth *s, int32_t q, int32_t t, double pi, double *slope)
{
	const struct model *x = s->m->m;
	const struct wfm_queue *u = &x->p->queues[q];
	const double h = x->slot_h, first = x->step1[q * x->slots + t];
	double below = pi + u->surplus_cents * h, above = u->short2_cents * h - pi;
	if (below <= 0 || above <= 0)
		return HUGE_VAL;
	double f = -u->required[t] * pi - s->wall * (log(below) + log(above));
	*slope = -u->required[t] - s->wall / below + s->wall / above;
	if (first <= 0 || u->short2_cents <= u->short1_cents)
		return f;
	double soft = 2 * s->wall / first, z = (pi - u->short1_cents * h) / soft;
	*slope += z > 30 ? first : first / (1 + exp(-z));
	return f + (z > 30 ? first * soft * z : first * soft * log1p(exp(z)));
}

/* The smoothed dual and its gradient; HUGE_VAL outside the box. */
static double value_at(struct smooth *s, const double *pi, double *grad)
{
	const struct model *x = s->m->m;
	double f = 0;
	for (int32_t i = 0; i < s->cells; i++)
		s->slope[i] = 0;
	for (int32_t q = 0; q < x->p->queue_count; q++)
		for (int32_t t = 0; t < x->slots; t++) {
			int32_t at = q * x->slots + t;
			if (!s->m->asked[at])
				continue;
			double part = row_part(s, q, t, pi[at], &s->slope[at]);
			if (part == HUGE_VAL)
				return HUGE_VAL;
			f += part;
		}
	f += soft_value(s->soft, pi, s->mu, grad);
	for (int32_t i = 0; i < s->cells; i++)
		grad[i] = s->m->asked[i] ? grad[i] + s->slope[i] : 0;
	return f;
}

static double dot(const struct smooth *s, const double *a, const double *b)
{
	double sum = 0;
	for (int32_t i = 0; i < s->cells; i++)
		sum += a[i] * b[i];
	return sum;
}

/* way = -(approximate inverse Hessian) grad, from the last steps (Nocedal 1980). */
static void find_way(struct smooth *s)
{
	double alpha[MEMORY];
	for (int32_t i = 0; i < s->cells; i++)
		s->way[i] = -s->grad[i];
	for (int32_t k = s->memory - 1; k >= 0; k--) {
		const double *move = s->moves[k % MEMORY], *turn = s->turns[k % MEMORY];
		if (k < s->memory - MEMORY)
			break;
		alpha[k % MEMORY] = dot(s, move, s->way) / dot(s, move, turn);
		for (int32_t i = 0; i < s->cells; i++)
			s->way[i] -= alpha[k % MEMORY] * turn[i];
	}
	if (s->memory > 0) {
		int32_t k = (s->memory - 1) % MEMORY;
		double scale = dot(s, s->moves[k], s->turns[k]) / dot(s, s->turns[k], s->turns[k]);
		for (int32_t i = 0; i < s->cells; i++)
			s->way[i] *= scale;
	}
	for (int32_t k = s->memory > MEMORY ? s->memory - MEMORY : 0; k < s->memory; k++) {
		const double *move = s->moves[k % MEMORY], *turn = s->turns[k % MEMORY];
		double beta = dot(s, turn, s->way) / dot(s, move, turn);
		for (int32_t i = 0; i < s->cells; i++)
			s->way[i] += (alpha[k % MEMORY] - beta) * move[i];
	}
}

/* The longest step along the way, at most 1 (first steps: a tenth of the box), that stays inside. */
static double longest_step(const struct smooth *s)
{
	const struct model *x = s->m->m;
	double longest = 1;
	for (int32_t q = 0; q < x->p->queue_count; q++)
		for (int32_t t = 0; t < x->slots; t++) {
			int32_t at = q * x->slots + t;
			double low = -x->p->queues[q].surplus_cents * x->slot_h,
			       high = x->p->queues[q].short2_cents * x->slot_h, d = s->way[at];
			if (!s->m->asked[at] || d == 0)
				continue;
			double room = d > 0 ? (high - s->x[at]) / d : (low - s->x[at]) / d;
			longest = fmin(longest, 0.95 * room);
			if (s->memory == 0)
				longest = fmin(longest, 0.02 * (high - low) / fabs(d));
		}
	return longest;
}

/* Moves x along the way and remembers the step; false: no step helps. */
static bool move(struct smooth *s)
{
	double slope = dot(s, s->way, s->grad), step = longest_step(s);
	for (int32_t tries = 0; tries < 30; tries++, step *= tries > 1 ? 0.25 : 0.5) {
		for (int32_t i = 0; i < s->cells; i++)
			s->next[i] = s->x[i] + step * s->way[i];
		double f = value_at(s, s->next, s->next_grad);
		if (!(f <= s->f + 1e-4 * step * slope))
			continue;
		double *moved = s->moves[s->memory % MEMORY], *turned = s->turns[s->memory % MEMORY];
		for (int32_t i = 0; i < s->cells; i++) {
			moved[i] = s->next[i] - s->x[i];
			turned[i] = s->next_grad[i] - s->grad[i];
			s->x[i] = s->next[i];
			s->grad[i] = s->next_grad[i];
		}
		s->f = f;
		if (dot(s, moved, turned) > 1e-12 * dot(s, turned, turned))
			s->memory++;
		return true;
	}
	return false;
}

/* Exact prices at x: a bound, and every tour nearly as good as the best of its type. */
static enum wfm_status price_here(struct smooth *s, struct wfm_error *e)
{
	struct master *m = s->m;
	double bound;
	int32_t added;
	for (int32_t i = 0; i < s->cells; i++)
		m->at[i] = m->pi[i] = s->x[i] / m->unit;
	enum wfm_status st = master_price_near(m, KEEP_WITHIN * s->scale, &bound, &added, e);
	if (st == WFM_OK)
		master_keep_centre(m, bound);
	return st;
}

struct taking {
	struct master *m;
	struct wfm_error *e;
	enum wfm_status status;
	int32_t first; /* columns from here on are compared with */
};

static bool take_drawn(void *context, const struct tour *t)
{
	struct taking *x = context;
	for (int32_t i = x->first; i < x->m->column_count; i++)
		if (tour_same(x->m->columns[i].tour, t))
			return true;
	x->status = master_add_tour(x->m, t, x->e);
	return x->status == WFM_OK;
}

/* Tours drawn at x: together they cover what the smoothed solution covers. */
static enum wfm_status draw_columns(struct smooth *s, int32_t n, struct wfm_error *e)
{
	struct master *m = s->m;
	struct taking taking = { m, e, WFM_OK, m->column_count };
	double people = 0;
	for (int32_t k = 0; k < m->m->type_count; k++)
		people += m->m->types[k].has_tour ? m->m->types[k].count : 0;
	for (int32_t i = 0; i < s->cells; i++)
		m->at[i] = s->x[i] / m->unit;
	s->soft->mu = s->mu;
	for (int32_t i = 0, profile = -1; i < m->m->type_count && taking.status == WFM_OK; i++) {
		int32_t k = m->by_profile[i];
		const struct type *t = &m->m->types[k];
		if (!t->has_tour)
			continue;
		if (t->profile != profile) {
			profile = t->profile;
			soft_profile(s->soft, profile, s->x);
		}
		taking.first = t->count > 1 ? taking.first : m->column_count;
		if (soft_type(s->soft, t) > -INFINITY)
			(void)soft_draw(s->soft, k, 1 + (int32_t)(n * t->count / people), &m->run->rng,
					take_drawn, &taking);
	}
	return taking.status;
}

static double residual(const struct smooth *s)
{
	double sum = 0;
	for (int32_t i = 0; i < s->cells; i++)
		sum += fabs(s->grad[i]);
	return sum;
}

static enum wfm_status run_level(struct smooth *s, struct wfm_error *e)
{
	const int32_t steps = 100 + s->m->rows / 2;
	enum wfm_status st = WFM_OK;
	s->memory = 0;
	s->f = value_at(s, s->x, s->grad);
	for (int32_t i = 0; i < steps && run_step(s->m->run) && !s->m->run->stage_over; i++) {
		if (residual(s) < CLOSE * s->people_slots)
			break;
		find_way(s);
		if (dot(s, s->way, s->grad) >= 0)
			s->memory = 0, find_way(s);
		if (!move(s)) {
			if (s->memory == 0)
				break;
			s->memory = 0;
		}
	}
	st = price_here(s, e);
	return st;
}

static void start_at(struct smooth *s)
{
	const struct model *x = s->m->m;
	double cost = 0, people = 0;
	for (int32_t k = 0; k < x->type_count; k++)
		people += x->types[k].has_tour ? x->types[k].count : 0;
	for (int32_t q = 0; q < x->p->queue_count; q++)
		for (int32_t i = 0; i < x->slots; i++) {
			int32_t at = q * x->slots + i;
			if (!s->m->asked[at])
				continue;
			double price = x->p->queues[q].short1_cents * x->slot_h;
			s->x[at] = price / 2;
			s->people_slots += x->p->queues[q].required[i];
			cost += x->p->queues[q].required[i] * price;
		}
	s->people = people;
	s->scale = people > 0 ? cost / people : 1;
}

enum wfm_status master_smooth_start(struct master *m, struct wfm_error *e)
{
	struct smooth s;
	enum wfm_status st = WFM_OK;
	if (!smooth_make(&s, m)) {
		smooth_free(&s);
		return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the first duals");
	}
	start_at(&s);
	s.mu = FIRST_ENTROPY * s.scale;
	s.wall = s.mu * 4 * s.people / m->rows;
	for (int32_t i = 0; i < MAX_LEVELS && st == WFM_OK && !run_stopped(m->run) &&
			    !m->run->stage_over && s.mu >= LAST_ENTROPY * s.scale; i++) {
		st = run_level(&s, e);
		if (st == WFM_OK && s.mu < 32 * LAST_ENTROPY * s.scale)
			st = draw_columns(&s, m->rows, e);
		s.mu /= FALL;
		s.wall /= FALL;
	}
	smooth_free(&s);
	return st;
}
