/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The relaxation of a plan of duties, and questions to it; see relaxed.h and duty_master.c.
 *
 * A question is a model of its own. Its rows of demand are those of the base in the same order, whatever is
 * eased, so the base's duals give a bound with one pricing round; its columns begin with the base's (the basic
 * ones, if they are many), each completed anew for the types that its agents have become. Prices on duties used at all
 * (used_cents) are in neither.
 */
#include "solver/schedule/duty_master.h"
#include "solver/schedule/relaxed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FEW_COLUMNS = 4000 };

static enum wfm_status no_memory(struct wfm_error *e)
{
	return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the explanation");
}

static double lp_cents(const struct duty_base *b)
{
	return duty_lp_cents(b->master) + b->s.run.fixed_cents;
}

static double bound_cents(const struct duty_base *b)
{
	return b->master->lagrange + b->s.run.fixed_cents;
}

static void read_short(const struct duty_base *b, double *people, double *cover)
{
	const struct wfm_problem *p = b->m.p;
	double *row = b->s.worth; /* scratch of that size */
	duty_read_short(b->master, row);
	for (int32_t i = 0; i < p->cover_count; i++)
		cover[i] = row[i];
	for (int32_t i = 0; i < p->queue_count * p->slot_count; i++)
		people[i] = b->m.row_of_slot[i] >= 0 ? row[b->m.row_of_slot[i]] :
						       p->queues[i / p->slot_count].required[i % p->slot_count];
}

static enum wfm_status converge(struct duty_base *b, struct wfm_error *e)
{
	b->s.run.objective = HUGE_VAL; /* a plan proved best would end it early */
	return duty_converge(b->master, e);
}

static void close_base(struct duty_base *b)
{
	duty_master_free(b->master);
	if (b->s.m)
		duty_close(&b->s);
}

/* ---- the base ---- */

/* People at the first price, so that a question can ask for fewer people at the same steps. */
static double *steps_of(const struct wfm_problem *p)
{
	double *step1 = calloc((size_t)p->queue_count * (size_t)p->slot_count + 1, sizeof *step1);
	for (int32_t i = 0; step1 && i < p->queue_count * p->slot_count; i++) {
		const struct wfm_queue *q = &p->queues[i / p->slot_count];
		const int32_t t = i % p->slot_count;
		step1[i] = q->step1 ? q->step1[t] : fmax(1, ceil(q->step1_share * q->required[t] - 1e-9));
	}
	return step1;
}

static enum wfm_status solve_base(struct duty_base *b, struct wfm_error *e)
{
	struct duty_plan *plan = duty_plan_new(&b->m);
	b->s.best = duty_plan_new(&b->m);
	run_stage(&b->s.run, WFM_PHASE_BOUND, 0, 1);
	bool ok = plan && b->s.best && duty_greedy(&b->s, plan);
	if (ok) {
		duty_offer(&b->s, plan);
		ok = duty_improve(&b->s, plan, 5 * (int64_t)plan->count, 0.05);
	}
	duty_plan_free(plan);
	enum wfm_status s = ok ? duty_master_new(&b->s, &b->master, e) : no_memory(e);
	return s == WFM_OK ? converge(b, e) : s;
}

enum wfm_status duty_relaxed_open(struct relaxed *r, struct wfm_error *e)
{
	const struct wfm_problem *p = r->p;
	struct duty_base *b = r->duty = calloc(1, sizeof *b);
	r->step1 = steps_of(p);
	r->short_people = calloc((size_t)p->queue_count * (size_t)p->slot_count + 1, sizeof *r->short_people);
	r->short_cover = calloc((size_t)p->cover_count + 1, sizeof *r->short_cover);
	if (!b || !r->step1 || !r->short_people || !r->short_cover)
		return no_memory(e);
	enum wfm_status s = duty_open(&b->s, &b->m, p, &r->limits, e);
	if (s == WFM_OK)
		s = solve_base(b, e);
	relaxed_count(r, &b->s.run);
	if (s != WFM_OK)
		return s;
	r->cents = lp_cents(b);
	r->bound = bound_cents(b);
	read_short(b, r->short_people, r->short_cover);
	r->unsettled = r->stopped;
	return r->stopped ? WFM_LIMIT : WFM_OK;
}

void duty_relaxed_close(struct relaxed *r)
{
	if (!r->duty)
		return;
	close_base(r->duty);
	free(r->duty);
	free(r->step1);
	free(r->short_cover);
	r->duty = NULL;
}

/* ---- questions ---- */

/* The agents of the question as often as they count. */
static void change_counts(struct duty_base *x, const struct relaxed_question *q)
{
	for (int i = 0; i < 2; i++) {
		const struct wfm_agent *a = &q->p->agents[q->agent[i]];
		if (q->change[i] == 0)
			continue;
		struct duty_type *t = &x->m.types[x->m.type_of[q->agent[i]]];
		t->count += q->change[i];
		if (!t->has_tour)
			x->s.run.fixed_cents += q->change[i] * model_idle_cents(q->p, a);
	}
}

/* One tour a type, so that the LP has a solution. */
static bool first_tours(struct duty_base *x)
{
	x->s.best = duty_plan_new(&x->m);
	for (int32_t i = 0; x->s.best && i < x->s.best->count; i++)
		x->s.best->tours[i] = *x->m.types[x->s.best->tours[i].type].first;
	return x->s.best != NULL;
}

static enum wfm_status carry_tour(const struct duty_base *from, const struct duty_tour *had, struct duty_base *to,
				  bool *seen, struct wfm_error *e)
{
	const struct duty_type *k = &from->m.types[had->type];
	enum wfm_status s = WFM_OK;
	memset(seen, 0, (size_t)to->m.type_count * sizeof *seen);
	for (int32_t i = 0; i < k->count && s == WFM_OK; i++) {
		struct duty_tour t = *had;
		t.type = to->m.type_of[k->agents[i]];
		if (seen[t.type] || !to->m.types[t.type].has_tour)
			continue;
		seen[t.type] = true;
		if (duty_measure(&to->m, &t))
			s = duty_add_tour(to->master, &t, e);
	}
	return s;
}

static enum wfm_status carry_tours(const struct duty_base *from, struct duty_base *to, struct wfm_error *e)
{
	bool *seen = calloc((size_t)to->m.type_count + 1, sizeof *seen);
	enum wfm_status s = seen ? WFM_OK : no_memory(e);
	const bool few = from->master->column_count <= FEW_COLUMNS;
	for (int32_t i = 0; i < from->master->column_count && s == WFM_OK; i++)
		if (few || lp_is_basic(from->master->lp, from->master->slack_count + i))
			s = carry_tour(from, &from->master->columns[i].tour, to, seen, e);
	free(seen);
	return s;
}

/* Pay of the best tour of who is new, if salaried. */
static bool pay_of_new(struct duty_base *x, const struct relaxed_question *q, int32_t agents,
		       struct relaxed_answer *a)
{
	const int32_t type = x->m.type_of[q->agent[0]];
	const struct duty_kind *k = &x->m.kinds[x->m.types[type].kind];
	const struct wfm_contract *c = &x->m.p->contracts[k->contract];
	struct duty_tour t;
	double most;
	if (q->agent[0] < agents || !c->salaried || !x->m.types[type].has_tour)
		return true;
	double v = duty_price(x->s.pricer, type, x->s.duals, &t, &most);
	for (int32_t d = 0; v > -INFINITY && d < duty_days(&x->m, type); d++)
		if (t.duty[d] >= 0)
			a->fixed_pay_cents += k->classes[t.duty[d]].paid_min / 60.0 * c->hour_cents;
	return !isnan(v);
}

static enum wfm_status answer(struct relaxed *r, struct duty_base *x, const struct relaxed_question *q,
			      struct relaxed_answer *a, struct wfm_error *e)
{
	run_stage(&x->s.run, WFM_PHASE_BOUND, 0, 1);
	run_tell(&x->s.run); /* a question is too short to tell of itself */
	change_counts(x, q);
	enum wfm_status s = first_tours(x) ? duty_master_new(&x->s, &x->master, e) : no_memory(e);
	if (s == WFM_OK)
		s = duty_bound_at(x->master, r->duty->s.duals, e);
	if (s != WFM_OK)
		return s;
	if (x->master->lagrange > -HUGE_VAL)
		a->most_cents = r->cents - bound_cents(x);
	if (a->most_cents <= q->worth_it)
		return WFM_OK;
	s = carry_tours(r->duty, x, e);
	if (s == WFM_OK)
		s = converge(x, e);
	if (s == WFM_OK && !pay_of_new(x, q, r->p->agent_count, a))
		s = no_memory(e);
	return s;
}

enum wfm_status duty_relaxed_ask(struct relaxed *r, const struct relaxed_question *q,
				 struct relaxed_answer *a, struct wfm_error *e)
{
	struct duty_base x = { .master = NULL };
	struct wfm_solve_options o;
	a->solved = false;
	a->most_cents = HUGE_VAL;
	a->saved_cents = a->fixed_pay_cents = 0;
	if (!relaxed_left(r, &o))
		return WFM_LIMIT;
	enum wfm_status s = duty_open(&x.s, &x.m, q->p, &o, e);
	if (s == WFM_OK)
		s = answer(r, &x, q, a, e);
	relaxed_count(r, &x.s.run);
	if (s == WFM_OK && a->most_cents > q->worth_it) {
		if (r->stopped) {
			s = WFM_LIMIT;
		} else {
			a->solved = true;
			a->saved_cents = fmin(r->cents - lp_cents(&x), a->most_cents);
			r->widest = fmax(r->widest, lp_cents(&x) - bound_cents(&x));
			if (a->short_people)
				read_short(&x, a->short_people, a->short_cover);
		}
	}
	close_base(&x);
	return s;
}

enum wfm_status duty_relaxed_value_of_one(struct relaxed *r, const struct wfm_problem *one, double *cents,
					  struct wfm_error *e)
{
	struct duty_model m;
	struct duty_solve s;
	struct wfm_solve_options o;
	struct duty_tour t;
	*cents = -INFINITY;
	if (!relaxed_left(r, &o))
		return WFM_OK;
	enum wfm_status st = duty_open(&s, &m, one, &o, e);
	if (st == WFM_OK && m.types[0].has_tour) {
		double v = duty_price(s.pricer, 0, r->duty->s.duals, &t, cents);
		r->widest = fmax(r->widest, v > -INFINITY ? *cents - v : 0); /* a search cut short */
		st = isnan(v) ? no_memory(e) : WFM_OK;
	}
	relaxed_count(r, &s.run);
	duty_close(&s);
	return st;
}
