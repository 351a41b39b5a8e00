/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Duals to begin with, from the smoothed dual: minimise over the box of duals
 *
 *   F(pi) = sum_k n_k V_k(pi) + sum_qt [step1 max(0, pi - short1) - r pi]        (soft.h)
 *
 * for entropies that fall step by step (the exponential penalty's path: Cominetti & San Martin 1994):
 * by Newton's steps where second derivatives are to be had (soft_bend.c), which come within a millionth of
 * the optimum, else by limited-memory quasi-Newton steps (Nocedal 1980). On the way and at the end the
 * exact prices there give bounds and columns, so that the relaxation starts near its optimum instead
 * of wandering there by thousands of pivots. Steps are counted, so the result does not hang on the
 * clock.
 */
#include "solver/num/cholesky.h"
#include "solver/schedule/master.h"
#include "solver/schedule/soft.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LEVELS = 16, MEMORY = 16, NEWTON_STEPS = 40 };

static const double FALL = 4, CLOSE = 0.002, FIRST_ENTROPY = 0.005, KEEP_WITHIN = 0.004;
/* Of the cost of a dear tour, without and with second derivatives. */
static const double LAST_ROUGH = 5e-6, LAST_FINE = 7e-8;
/* Where bounds alone are wanted. */
static const double LAST_BARE = 4e-6;
/* Newton: relative damping to begin with, the least part of a step worth taking, and what a level may
 * leave undone, as a part of what the entropy is worth. */
static const double DAMP = 1e-12, ROOM = 1e-6, DONE = 0.02;

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
	struct soft_bend *bend;    /* NULL: second derivatives are not to be had */
	double *second;            /* [cells] of the rows' parts */
	double damp;
	int32_t *open, open_count; /* rows there are */
	bool bare;                 /* no LP: bounds alone */
	double last_mu;            /* the path so far: where it was, 0: nowhere */
	double *last;
};

static void smooth_free(struct smooth *s)
{
	soft_bend_free(s->bend);
	soft_free(s->soft);
	free(s->x);
	free(s->open);
}

static bool smooth_make(struct smooth *s, struct master *m)
{
	const struct model *x = m->m;
	*s = (struct smooth){ .m = m, .cells = x->p->queue_count * x->slots };
	size_t n = (size_t)s->cells + 1;
	double *block = calloc((8 + 2 * MEMORY) * n, sizeof *block);
	s->soft = soft_new(x);
	s->open = calloc(n, sizeof *s->open);
	if (!s->soft || !block || !s->open) {
		free(block);
		return false;
	}
	double **part[] = { &s->x, &s->next, &s->way, &s->grad, &s->next_grad, &s->slope,
			   &s->second, &s->last };
	for (size_t i = 0; i < 8; i++)
		*part[i] = block + i * n;
	for (size_t i = 0; i < MEMORY; i++) {
		s->moves[i] = block + (8 + 2 * i) * n;
		s->turns[i] = block + (9 + 2 * i) * n;
	}
	s->bend = soft_bend_fits(x) ? soft_bend_new(s->soft) : NULL;
	return s->bend || !soft_bend_fits(x);
}

/* One row's part: r pi, the kink and the walls of the box made smooth; HUGE_VAL outside. */
static double row_part(const struct smooth *s, int32_t q, int32_t t, double pi, double *slope,
		       double *second)
{
	const struct model *x = s->m->m;
	const struct wfm_queue *u = &x->p->queues[q];
	const double h = x->slot_h, first = x->step1[q * x->slots + t];
	double below = pi + u->surplus_cents * h, above = u->short2_cents * h - pi;
	if (below <= 0 || above <= 0)
		return HUGE_VAL;
	double f = -u->required[t] * pi - s->wall * (log(below) + log(above));
	*slope = -u->required[t] - s->wall / below + s->wall / above;
	*second = s->wall / (below * below) + s->wall / (above * above);
	if (first <= 0 || u->short2_cents <= u->short1_cents)
		return f;
	double soft = 2 * s->wall / first, z = (pi - u->short1_cents * h) / soft;
	double part = z > 30 ? 1 : 1 / (1 + exp(-z));
	*slope += first * part;
	*second += first * part * (1 - part) / soft;
	return f + (z > 30 ? first * soft * z : first * soft * log1p(exp(z)));
}

/* The part of the rows, in s->slope and s->second its derivatives; HUGE_VAL outside the box. */
static double rows_at(struct smooth *s, const double *pi)
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
			double part = row_part(s, q, t, pi[at], &s->slope[at], &s->second[at]);
			if (part == HUGE_VAL)
				return HUGE_VAL;
			f += part;
		}
	return f;
}

/* The smoothed dual and its gradient; HUGE_VAL outside the box. */
static double value_at(struct smooth *s, const double *pi, double *grad)
{
	double f = rows_at(s, pi);
	if (f == HUGE_VAL)
		return f;
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
static double longest_step(const struct smooth *s, bool careful)
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
			if (careful)
				longest = fmin(longest, 0.02 * (high - low) / fabs(d));
		}
	return longest;
}

/* Moves x along the way and remembers the step; false: no step helps. */
static bool move(struct smooth *s)
{
	double slope = dot(s, s->way, s->grad), step = longest_step(s, !s->bend && s->memory == 0);
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
	if (s->bare)
		return master_bound_at(m, s->x, e);
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

static enum wfm_status run_level(struct smooth *s, int32_t steps, struct wfm_error *e)
{
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
	return price_here(s, e);
}

static int32_t level_steps(const struct master *m)
{
	return 100 + m->rows / 2;
}

/* The second derivatives at x for the rows there are, both triangles; their diagonal in s->second,
 * s->open lists the rows. */
static double *bend_at(struct smooth *s)
{
	double *cover, *bend;
	size_t n = (size_t)s->cells, open = 0;
	(void)rows_at(s, s->x);
	(void)soft_bend_at(s->bend, s->x, s->mu, &cover, &bend);
	for (size_t i = 0; i < n; i++)
		if (s->m->asked[i])
			s->open[open++] = (int32_t)i;
	s->open_count = (int32_t)open;
	for (size_t i = 0; i < open; i++) {
		const double *row = bend + (size_t)s->open[i] * n; /* not behind what is written */
		double diagonal = row[s->open[i]] + s->second[s->open[i]];
		for (size_t j = 0; j < i; j++)
			bend[j * open + i] = bend[i * open + j] = row[s->open[j]];
		s->second[i] = diagonal;
	}
	return bend;
}

/* way = -(second derivatives + damp x their mean)^-1 grad, damped until it is good for a part at least;
 * returns what it promises to gain, twice; < 0: nothing. */
static double newton_way(struct smooth *s)
{
	double *bend = bend_at(s), mean = 0, *x = s->next;
	size_t n = (size_t)s->open_count;
	for (size_t i = 0; i < n; i++)
		mean += s->second[i] / (double)n;
	for (int32_t tries = 0; tries < 12; tries++, s->damp *= 10) {
		for (size_t i = 0; i < n; i++) {
			for (size_t j = 0; j < i; j++)
				bend[i * n + j] = bend[j * n + i];
			bend[i * n + i] = s->second[i] + s->damp * mean;
			x[i] = -s->grad[s->open[i]];
		}
		if (!cholesky_factor(bend, n))
			continue;
		cholesky_solve(bend, n, x);
		memset(s->way, 0, (size_t)s->cells * sizeof *s->way);
		for (size_t i = 0; i < n; i++)
			s->way[s->open[i]] = x[i];
		if (longest_step(s, false) > ROOM)
			return -dot(s, s->way, s->grad);
	}
	return -1;
}

/* The places of the minimum for falling entropy lie on a path that is soon straight. */
static void follow_path(struct smooth *s, double mu_before)
{
	if (s->last_mu > 0)
		for (int32_t i = 0; i < s->cells; i++) {
			double slope = (s->x[i] - s->last[i]) / (mu_before - s->last_mu);
			s->way[i] = slope * (s->mu - mu_before);
		}
	double step = s->last_mu > 0 ? longest_step(s, false) : 0;
	memcpy(s->last, s->x, (size_t)s->cells * sizeof *s->last);
	s->last_mu = mu_before;
	s->f = value_at(s, s->x, s->grad);
	for (; step > 0.1; step *= 0.5) {
		for (int32_t i = 0; i < s->cells; i++)
			s->next[i] = s->x[i] + step * s->way[i];
		double f = value_at(s, s->next, s->next_grad);
		if (f >= s->f)
			continue;
		memcpy(s->x, s->next, (size_t)s->cells * sizeof *s->x);
		memcpy(s->grad, s->next_grad, (size_t)s->cells * sizeof *s->grad);
		s->f = f;
		return;
	}
}

static enum wfm_status newton_level(struct smooth *s, double mu_before, struct wfm_error *e)
{
	follow_path(s, mu_before);
	s->damp = DAMP;
	for (int32_t i = 0; i < NEWTON_STEPS && run_step(s->m->run) && !s->m->run->stage_over; i++) {
		double gain = newton_way(s);
		if (gain < DONE * s->mu * s->people || !move(s))
			break;
		s->damp = fmax(DAMP, s->damp / 10);
	}
	return price_here(s, e);
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
	const double last = (s.bend ? LAST_FINE : LAST_ROUGH) * s.scale;
	for (int32_t i = 0; i < MAX_LEVELS && st == WFM_OK && !run_stopped(m->run) &&
			    !m->run->stage_over && s.mu >= last; i++) {
		st = s.bend ? newton_level(&s, FALL * s.mu, e) : run_level(&s, level_steps(m), e);
		if (st == WFM_OK && s.mu < (s.bend ? 16 : 32) * last)
			st = draw_columns(&s, m->rows, e);
		s.mu /= FALL;
		s.wall /= FALL;
	}
	smooth_free(&s);
	return st;
}

/* People short at x, as far as the smoothed rows tell. */
static void read_short(const struct smooth *s, double *people)
{
	const struct model *x = s->m->m;
	double ignored;
	for (int32_t q = 0; q < x->p->queue_count; q++)
		for (int32_t t = 0; t < x->slots; t++) {
			const struct wfm_queue *u = &x->p->queues[q];
			int32_t at = q * x->slots + t;
			double slope = 0;
			people[at] = 0;
			if (!s->m->asked[at]) {
				people[at] = x->open[at] ? u->required[t] : 0;
				continue;
			}
			(void)row_part(s, q, t, s->x[at], &slope, &ignored);
			slope += u->required[t] + s->wall / (s->x[at] + u->surplus_cents * x->slot_h);
			people[at] = fmin(fmax(0, slope), u->required[t]);
		}
}

enum wfm_status master_smooth_bound(struct master *m, struct smooth_point *at, int32_t steps, double *people,
				    struct wfm_error *e)
{
	struct smooth s;
	enum wfm_status st = WFM_OK;
	if (!smooth_make(&s, m)) {
		smooth_free(&s);
		return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the duals");
	}
	s.bare = s.soft->quick = true;
	soft_bend_free(s.bend);
	s.bend = NULL;
	start_at(&s);
	s.mu = at->mu > 0 ? at->mu : FIRST_ENTROPY * s.scale;
	s.wall = at->mu > 0 ? at->wall : s.mu * 4 * s.people / m->rows;
	for (int32_t i = 0; at->mu > 0 && i < s.cells; i++)
		if (at->x[i] != 0)
			s.x[i] = at->x[i];
	const double last = at->mu > 0 ? at->mu : LAST_BARE * s.scale;
	for (;; s.mu /= FALL, s.wall /= FALL) {
		st = run_level(&s, steps > 0 ? steps : level_steps(m), e);
		if (st != WFM_OK || run_stopped(m->run) || s.mu < FALL * last)
			break;
	}
	memcpy(at->x, s.x, (size_t)s.cells * sizeof *at->x);
	at->mu = s.mu;
	at->wall = s.wall;
	if (people)
		read_short(&s, people);
	smooth_free(&s);
	return st;
}
