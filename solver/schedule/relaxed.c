/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Let L(pi) be Lagrange's bound of the changed plan at the duals pi of the base (master.c), z the base's
 * LP. The change saves at most z - L(pi), one pricing round; that sorts out what cannot help. The rest
 * is solved again: a column generation from the base's columns and basis, with pi as its centre.
 */
#include "solver/schedule/relaxed.h"
#include "solver/schedule/desk.h"
#include "solver/schedule/blocks.h"
#include "solver/schedule/soft.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Slices of pivots after which the simplex is taken to go in circles: from a near basis, from none. */
enum { STUCK = 8, FAR = 60 };

/* Steps of the dual: until it hardly moves, and for one question. */
enum { SETTLE_STEPS = 100, DUAL_STEPS = 40 };
/* How far from the best the duals are left, as a part of the cost. */
static const double DUAL_ERROR = 5e-4;

static enum wfm_status no_memory(struct wfm_error *e)
{
	return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the explanation");
}

bool relaxed_left(struct relaxed *r, struct wfm_solve_options *o)
{
	*o = r->limits;
	if (o->iteration_limit > 0) {
		o->iteration_limit -= r->iterations;
		r->stopped |= o->iteration_limit <= 0;
	}
	if (o->time_limit_s > 0 && o->now_s) {
		o->time_limit_s -= o->now_s(o->context) - r->started_s;
		r->stopped |= o->time_limit_s <= 0;
	}
	return !r->stopped;
}

void relaxed_count(struct relaxed *r, const struct run *run)
{
	r->iterations += run->iterations;
	r->stopped |= run_stopped(run);
}

/* ---- a relaxation from the beginning ---- */

static int64_t first_steps(const struct plan *p)
{
	int64_t steps = 15 * (int64_t)p->count;
	return plan_is_pooled(p) ? 0 : steps < 4000 ? steps : 4000;
}

static enum wfm_status solve_afresh(struct run *run, struct master **out, struct wfm_error *e)
{
	struct plan *plan = plan_new(run->m);
	if (!plan)
		return no_memory(e);
	run_stage(run, WFM_PHASE_BOUND, 0, 1);
	plan_greedy(run, plan);
	enum wfm_status s = WFM_OK;
	if (!run_offer(run, plan) || !plan_improve(run, plan, first_steps(plan), 1))
		s = no_memory(e);
	plan_free(plan);
	if (s == WFM_OK)
		s = master_new(run, out, e);
	if (s == WFM_OK) {
		(*out)->slice_limit = FAR;
		s = master_converge(*out, e);
	}
	if (s == WFM_OK && !run_stopped(run))
		s = master_refine(*out, e);
	return s;
}

static double lp_cents(const struct master *m)
{
	return lp_objective(m->lp) * m->unit + m->constant + m->run->fixed_cents;
}

static void read_short(const struct master *m, double *people)
{
	const struct model *x = m->m;
	for (int32_t i = 0; i < x->p->queue_count * x->slots; i++) {
		people[i] = 0;
		if (!m->asked[i])
			people[i] = x->open[i] ? x->p->queues[i / x->slots].required[i % x->slots] : 0;
		else if (m->short_col[i] >= 0)
			people[i] = lp_value(m->lp, m->short_col[i]) + lp_value(m->lp, m->short_col[i] + 1);
	}
}

/* ---- by duals alone ---- */

/* Its LP would take minutes: people for several queues, with many alike. */
static bool is_large(const struct model *m)
{
	bool shared = false;
	for (int32_t k = 0; k < m->kind_count; k++)
		shared |= m->kinds[k].queue_count > 1;
	return shared && m->p->agent_count > MASTER_SMALL && 16 * m->type_count <= m->slots && soft_fits(m);
}

static enum wfm_status open_dual(struct relaxed *r, struct wfm_error *e)
{
	struct master *m = NULL;
	size_t cells = (size_t)r->p->queue_count * (size_t)r->p->slot_count;
	r->dual.x = calloc(cells + 1, sizeof *r->dual.x);
	struct smooth_point on = { .x = calloc(cells + 1, sizeof *on.x) };
	enum wfm_status s = r->dual.x && on.x ? master_bare(&r->run, &m, e) : no_memory(e);
	run_stage(&r->run, WFM_PHASE_BOUND, 0, 1);
	if (s == WFM_OK)
		s = master_smooth_bound(m, &r->dual, 0, NULL, e);
	if (s == WFM_OK && !run_stopped(&r->run))
		s = master_smooth_bound(m, &r->dual, SETTLE_STEPS, NULL, e);
	/* The questions start here, and what steps gain without any question is no answer. */
	memcpy(on.x, r->dual.x, cells * sizeof *on.x);
	on.mu = r->dual.mu;
	on.wall = r->dual.wall;
	if (s == WFM_OK && !run_stopped(&r->run))
		s = master_smooth_bound(m, &on, DUAL_STEPS, r->short_people, e);
	free(on.x);
	master_free(m);
	return s;
}

enum wfm_status relaxed_open(struct relaxed *r, const struct wfm_problem *p,
			     const struct wfm_solve_options *limits, struct wfm_error *e)
{
	*r = (struct relaxed){ .p = p, .limits = *limits, .slot_h = p->slot_min / 60.0 };
	r->started_s = limits->now_s ? limits->now_s(limits->context) : 0;
	if (p->duty_count > 0)
		return duty_relaxed_open(r, e);
	size_t cells = (size_t)p->queue_count * (size_t)p->slot_count;
	enum wfm_status s = run_open(&r->run, &r->m, p, limits, e);
	r->step1 = r->m.step1;
	r->short_people = calloc(cells + 1, sizeof *r->short_people);
	if (s == WFM_OK && !r->short_people)
		s = no_memory(e);
	if (s == WFM_OK)
		s = is_large(&r->m) ? open_dual(r, e) : solve_afresh(&r->run, &r->master, e);
	relaxed_count(r, &r->run);
	if (s != WFM_OK)
		return s;
	r->bound = r->run.bound + r->run.fixed_cents;
	r->cents = r->dual.x ? r->bound : lp_cents(r->master);
	r->widest = r->dual.x ? DUAL_ERROR * fabs(r->cents) : 0;
	if (r->master)
		read_short(r->master, r->short_people);
	r->unsettled = r->stopped;
	return r->stopped ? WFM_LIMIT : WFM_OK;
}

void relaxed_close(struct relaxed *r)
{
	duty_relaxed_close(r);
	master_free(r->master);
	run_close(&r->run, &r->m);
	free(r->short_people);
	free(r->dual.x);
}

/* ---- questions ---- */

struct asking {
	struct relaxed *r;
	const struct relaxed_question *q;
	struct model m;
	struct run run;
	struct master *master;
};

/* The agents of the question as often as they count. */
static void change_counts(struct asking *x)
{
	for (int i = 0; i < 2; i++) {
		if (x->q->change[i] == 0)
			continue;
		const struct wfm_agent *a = &x->q->p->agents[x->q->agent[i]];
		x->m.types[x->m.type_of[x->q->agent[i]]].count += x->q->change[i];
		x->run.fixed_cents += x->q->change[i] * model_idle_cents(x->q->p, a);
	}
}

/* Are the rows of the base those of the question, but for further types? */
static bool same_shape(const struct asking *x)
{
	const struct model *a = &x->r->m, *b = &x->m;
	if (a->slots != b->slots || a->horizon != b->horizon || a->kind_count != b->kind_count ||
	    b->type_count < a->type_count || x->r->master == NULL)
		return false;
	for (int32_t i = 0; i < a->p->agent_count; i++)
		if (a->type_of[i] != b->type_of[i])
			return false;
	/* The steps of services begin at the requirement, and rows of counters stand where it is beyond them. */
	for (int32_t q = 0; q < b->p->queue_count; q++)
		if ((b->in_service[q] || desk_of(b, q) >= 0) && a->p->queues[q].required != b->p->queues[q].required)
			return false;
	for (int32_t k = 0; k < b->type_count; k++) {
		if (k < a->type_count && a->types[k].has_tour != b->types[k].has_tour)
			return false;
		if (k >= a->type_count && b->types[k].count > 0 && !b->types[k].has_tour)
			return false;
	}
	return true;
}

/* The best tour for who is new, and its pay; false: nobody is, or has none. */
static bool tour_of_new(struct asking *x, struct relaxed_answer *a, struct tour *tour)
{
	int32_t k = x->m.type_of[x->q->agent[0]];
	const struct type *t = &x->m.types[k];
	const struct profile *pr = &x->m.profiles[t->profile];
	const struct wfm_contract *c = &x->m.p->contracts[pr->contract];
	if (x->q->agent[0] < x->r->p->agent_count || !t->has_tour)
		return false;
	master_set_worth(x->master, t->profile);
	pricer_set(x->run.pricer, t->profile, x->master->worth);
	(void)pricer_best(x->run.pricer, k, tour);
	for (int32_t i = 0; c->salaried && i < tour->count; i++)
		a->fixed_pay_cents += pr->opts[tour->s[i].opt].paid_min / 60.0 * c->hour_cents;
	return true;
}

/* So that the LP has a solution. */
static enum wfm_status add_new_tour(struct asking *x, struct relaxed_answer *a, struct wfm_error *e)
{
	struct tour tour;
	return tour_of_new(x, a, &tour) ? master_add_tour(x->master, &tour, e) : WFM_OK;
}

/* Do the rows' sides differ from those of the base? */
static bool new_sides(const struct asking *x)
{
	const struct model *a = &x->r->m, *b = &x->m;
	bool differ = b->type_count > a->type_count;
	for (int32_t k = 0; k < a->type_count; k++)
		differ |= a->types[k].count != b->types[k].count;
	for (int32_t q = 0; q < b->p->queue_count; q++)
		differ |= a->p->queues[q].required != b->p->queues[q].required;
	return differ;
}

static enum wfm_status ask_warm(struct asking *x, struct relaxed_answer *a, struct wfm_error *e)
{
	enum wfm_status s = master_clone(x->r->master, &x->run, &x->master, e);
	run_stage(&x->run, WFM_PHASE_BOUND, 0, 1);
	if (s == WFM_OK)
		s = master_reset_rows(x->master, e);
	for (int32_t i = 0; s == WFM_OK && i < x->m.p->service_count; i++)
		x->master->mu_at[i] = x->r->run.mu[i] / x->master->unit;
	if (s == WFM_OK)
		s = master_bound_at(x->master, x->r->run.duals, e);
	if (s != WFM_OK)
		return s;
	a->most_cents = x->r->cents - x->run.bound - x->run.fixed_cents;
	s = add_new_tour(x, a, e);
	if (s == WFM_OK && a->most_cents > x->q->worth_it) {
		if (new_sides(x)) { /* the basis stays good for the dual simplex; else the primal tries */
			x->master->slice_limit = STUCK / 4;
			s = master_solve(x->master, LP_DUAL, e);
			x->run.limited &= !x->master->stuck;
			x->master->stuck = false;
		}
		x->master->slice_limit = STUCK;
		if (s == WFM_OK)
			s = master_refine(x->master, e);
	}
	return s;
}

/* For changes of types: no bound without solving. */
static enum wfm_status ask_cold(struct asking *x, struct relaxed_answer *a, struct wfm_error *e)
{
	a->most_cents = HUGE_VAL;
	enum wfm_status s = solve_afresh(&x->run, &x->master, e);
	if (s == WFM_OK && x->run.bound > -HUGE_VAL)
		a->most_cents = x->r->cents - x->run.bound - x->run.fixed_cents;
	return s;
}

static enum wfm_status ask_dual(struct asking *x, struct relaxed_answer *a, struct wfm_error *e)
{
	const struct relaxed *r = x->r;
	size_t cells = (size_t)r->p->queue_count * (size_t)r->p->slot_count;
	struct smooth_point at = { .x = calloc(cells + 1, sizeof *at.x), .mu = r->dual.mu, .wall = r->dual.wall };
	enum wfm_status s = at.x ? master_bare(&x->run, &x->master, e) : no_memory(e);
	run_stage(&x->run, WFM_PHASE_BOUND, 0, 1);
	if (s == WFM_OK)
		s = master_bound_at(x->master, r->run.duals, e);
	if (s == WFM_OK) {
		memcpy(at.x, r->dual.x, cells * sizeof *at.x);
		a->most_cents = r->cents - x->run.bound - x->run.fixed_cents;
		at.mu = x->q->near ? at.mu : 0; /* the long way is the shorter one to what is far */
		if (a->most_cents > x->q->worth_it)
			s = master_smooth_bound(x->master, &at, x->q->near ? DUAL_STEPS : 0,
						a->short_people, e);
		a->saved_cents = fmin(a->most_cents, r->cents - x->run.bound - x->run.fixed_cents);
		struct tour tour;
		(void)tour_of_new(x, a, &tour);
	}
	free(at.x);
	return s;
}

enum wfm_status relaxed_ask(struct relaxed *r, const struct relaxed_question *q,
			    struct relaxed_answer *a, struct wfm_error *e)
{
	struct asking x = { .r = r, .q = q };
	struct wfm_solve_options o;
	if (r->duty)
		return duty_relaxed_ask(r, q, a, e);
	a->solved = false;
	a->most_cents = HUGE_VAL;
	a->saved_cents = a->fixed_pay_cents = 0;
	if (!relaxed_left(r, &o))
		return WFM_LIMIT;
	enum wfm_status s = run_open(&x.run, &x.m, q->p, &o, e);
	if (s != WFM_OK)
		goto out;
	run_tell(&x.run); /* a question is too short to tell of itself */
	change_counts(&x);
	s = r->dual.x	    ? ask_dual(&x, a, e) :
	    same_shape(&x) ? ask_warm(&x, a, e) :
			     ask_cold(&x, a, e);
	/* Where the simplex went in circles, this question alone is left open. */
	bool stuck = x.master && x.master->stuck;
	x.run.limited &= !stuck;
	relaxed_count(r, &x.run);
	if (s != WFM_OK || a->most_cents <= q->worth_it)
		goto out;
	if (r->stopped || stuck) {
		s = WFM_LIMIT;
		goto out;
	}
	a->solved = true;
	if (r->dual.x)
		goto out;
	/* Rows of sets may still be broken; the bound knows better. */
	a->saved_cents = fmin(r->cents - lp_cents(x.master), a->most_cents);
	r->widest = fmax(r->widest, lp_cents(x.master) - x.run.bound - x.run.fixed_cents);
	if (a->short_people)
		read_short(x.master, a->short_people);
out:
	master_free(x.master);
	run_close(&x.run, &x.m);
	return s;
}

/* A slot to one of the kind, at the base's duals. */
static double worth_of(const struct relaxed *r, const struct model *m, const struct kind *k, int32_t t)
{
	double best = -INFINITY;
	for (int32_t j = 0; j < k->queue_count; j++) {
		int32_t at = k->queue[j] * m->slots + t;
		if (m->open[at])
			best = fmax(best, k->speed[j] * r->run.duals[at]);
	}
	return isinf(best) ? 0 : best;
}

enum wfm_status relaxed_value_of_one(struct relaxed *r, const struct wfm_problem *one,
				     double *cents, struct wfm_error *e)
{
	struct model m;
	struct tour t;
	*cents = -INFINITY;
	if (r->duty)
		return duty_relaxed_value_of_one(r, one, cents, e);
	enum wfm_status s = model_build(&m, one, e);
	struct pricer *pricer = s == WFM_OK ? pricer_new(&m) : NULL;
	double *worth = calloc((size_t)m.max_places * (size_t)m.horizon + 1, sizeof *worth);
	if (s == WFM_OK && (!pricer || !worth))
		s = no_memory(e);
	if (s == WFM_OK) {
		const struct profile *pr = &m.profiles[m.types[0].profile];
		for (int32_t i = 0; i < pr->place_count * m.horizon; i++)
			worth[i] = worth_of(r, &m, &m.kinds[pr->place[i / m.horizon].kind],
					    i % m.horizon % m.slots);
		pricer_set(pricer, m.types[0].profile, worth);
		*cents = pricer_best(pricer, 0, &t) - m.idle_cents;
	}
	free(worth);
	pricer_free(pricer);
	model_free(&m);
	return s;
}
