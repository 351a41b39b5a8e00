/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order of a solve: a greedy plan and some local search (a roster within moments), column
 * generation for the bound and good tours, a dive to whole numbers, local search again, names and
 * queues, the explanation, and the judge. Whatever stops it, the best plan so far is written out.
 */
#include "solver/schedule/anneal.h"
#include "solver/schedule/assign.h"
#include "solver/schedule/blocks.h"
#include "solver/schedule/bound.h"
#include "solver/schedule/duty.h"
#include "solver/schedule/evidence.h"
#include "solver/schedule/exchange.h"
#include "solver/schedule/layers.h"
#include "solver/schedule/order.h"
#include "solver/schedule/start.h"
#include "solver/schedule/session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_ROUNDS = 40 };

static const double WARM = 0.08, COOL = 0.04; /* see anneal_plan */

struct wfm_roster *wfm_roster_new(int32_t shifts, int32_t activities, int32_t unplanned)
{
	struct wfm_roster *r = calloc(1, sizeof *r);
	if (!r)
		return NULL;
	r->shifts = calloc((size_t)shifts + 1, sizeof *r->shifts);
	r->activities = calloc((size_t)activities + 1, sizeof *r->activities);
	r->unplanned = calloc((size_t)unplanned + 1, sizeof *r->unplanned);
	if (!r->shifts || !r->activities || !r->unplanned) {
		wfm_roster_free(r);
		return NULL;
	}
	r->shift_count = shifts;
	r->activity_count = activities;
	r->unplanned_count = unplanned;
	r->bound = -HUGE_VAL;
	r->gap = r->variable_gap = 1;
	return r;
}

void wfm_roster_free(struct wfm_roster *r)
{
	if (!r)
		return;
	free(r->shifts);
	free(r->activities);
	free(r->unplanned);
	free(r->shortages);
	free(r->value_cents);
	free(r->services);
	free(r->deferrable);
	free(r->missed);
	free(r);
}

/* Which types have any tour at all: the best one for no worth anywhere. */
static void find_tours(struct run *r, struct model *m)
{
	struct tour t;
	memset(r->worth, 0, (size_t)m->max_places * (size_t)m->horizon * sizeof *r->worth);
	for (int32_t k = 0; k < m->type_count; k++) {
		pricer_set(r->pricer, m->types[k].profile, r->worth);
		m->types[k].has_tour = pricer_best(r->pricer, k, &t) > -INFINITY;
	}
}

enum wfm_status run_open(struct run *r, struct model *m, const struct wfm_problem *p,
			 const struct wfm_solve_options *o, struct wfm_error *e)
{
	*r = (struct run){ .m = m, .objective = HUGE_VAL, .bound = -HUGE_VAL };
	enum wfm_status s = model_build(m, p, e);
	if (s != WFM_OK)
		return s;
	if (o)
		r->o = *o;
	rng_seed(&r->rng, r->o.seed);
	r->started_s = r->last_told_s = r->o.now_s ? r->o.now_s(r->o.context) : 0;
	r->fixed_cents = m->closed_cents + m->idle_cents;
	r->pricer = pricer_new(m);
	r->worth = calloc((size_t)m->max_places * (size_t)m->horizon + 1, sizeof *r->worth);
	r->duals = calloc((size_t)p->queue_count * (size_t)m->slots + 1, sizeof *r->duals);
	r->mu = calloc((size_t)p->service_count + 1, sizeof *r->mu);
	if (!r->pricer || !r->worth || !r->duals || !r->mu)
		return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the solver");
	find_tours(r, m);
	r->fixed_cents += session_lost(m);
	return WFM_OK;
}

void run_close(struct run *r, struct model *m)
{
	pricer_free(r->pricer);
	free(r->worth);
	free(r->duals);
	free(r->mu);
	plan_free(r->best);
	model_free(m);
}

/* Local-search steps worth taking: enough for small plans, affordable for large ones. */
static int64_t search_steps(const struct plan *p)
{
	int64_t steps = 60 * (int64_t)p->count, cap = p->count > 1000 && plan_is_pooled(p) ? 2000 : 16000;
	return steps < cap ? steps : cap;
}

/* Before the relaxation; where agents are many and alike, that soon does better. */
static int64_t first_steps(const struct plan *p)
{
	return plan_is_pooled(p) ? 0 : search_steps(p) / 4;
}

static enum wfm_status improve_dive(struct run *r, struct plan *plan, struct wfm_error *e)
{
	const bool layered = layers_suit(r->m);
	enum wfm_status s = layered ? days_improve(r, plan, DAY_ROUNDS, e) : WFM_OK;
	bool ok = true;
	if (s == WFM_OK && (layered || anneal_suits(r->m)))
		ok = anneal_plan(r, plan, anneal_length(plan), WARM, COOL);
	else if (s == WFM_OK)
		ok = plan_improve(r, plan, search_steps(plan), 0.3);
	return ok || s != WFM_OK ? s : WFM_NO_MEMORY;
}

/* The relaxation, its dive and local search for what is in the run's best plan. */
enum wfm_status search_whole(struct run *r, struct plan *plan, bool long_search, struct wfm_error *e)
{
	struct master *master = NULL;
	run_stage(r, WFM_PHASE_BOUND, 0.1, 0.65);
	enum wfm_status s = master_new(r, &master, e);
	if (s == WFM_OK)
		s = master_converge(master, e);
	run_stage(r, WFM_PHASE_BOUND, 0.4, 0.72);
	if (s == WFM_OK && r->best->seats && !run_stopped(r))
		s = session_bound_again(master, r->best, e);
	run_stage(r, WFM_PHASE_INTEGER, 0.5, 0.85);
	if (s == WFM_OK && !run_stopped(r))
		s = session_see(master, r->best, e);
	if (s == WFM_OK && !run_stopped(r))
		s = layers_suit(r->m) ? master_dive_patterns(master, plan, e) : master_dive(master, plan, e);
	run_stage(r, WFM_PHASE_IMPROVE, 0.7, 0.92);
	if (s == WFM_OK && !run_stopped(r))
		s = improve_dive(r, plan, e);
	run_stage(r, WFM_PHASE_IMPROVE, 0.8, 1);
	if (s == WFM_OK && long_search && !run_stopped(r))
		s = crew_search(r, master, plan, e);
	master_free(master);
	return s;
}

static enum wfm_status search(struct run *r, struct model *m, struct wfm_error *e)
{
	struct plan *plan = plan_new(r->m);
	enum wfm_status s = WFM_NO_MEMORY;
	if (!plan)
		goto out;
	bool blocks = blocks_suit(plan);
	run_stage(r, WFM_PHASE_START, 0, 0.1);
	plan_find_prices(r, plan);
	if (r->o.start == NULL)
		plan_greedy(r, plan);
	else if (!start_plan(r, m, plan))
		goto out;
	seats_polish(r, plan);
	if (!run_offer(r, plan))
		goto out;
	run_tell(r);
	if (!plan_improve(r, plan, blocks ? 0 : first_steps(plan), 1))
		goto out;
	s = WFM_OK;
	if (!run_stopped(r))
		s = blocks ? blocks_search(r, plan, e) : search_whole(r, plan, true, e);
	if (r->best->seats) {
		(void)plan_copy(plan, r->best);
		seats_polish(r, plan);
		(void)run_offer(r, plan); /* r->best is there already: nothing to be short of */
		seats_settle(r->best);
		r->objective = plan_cost(r->best);
	}
	if (!exchange_tours(m, r->best))
		s = WFM_NO_MEMORY;
	else if (plan_cost(r->best) < r->objective)
		r->objective = plan_cost(r->best);
out:
	if (s == WFM_NO_MEMORY)
		(void)wfm_fail(e, s, "", "no memory for the search");
	plan_free(plan);
	return s;
}

static enum wfm_status finish(struct run *r, struct wfm_roster **out, struct wfm_error *e)
{
	struct wfm_roster *roster = assign_roster(r);
	enum wfm_status s = WFM_NO_MEMORY;
	if (!roster || !session_tell(r, roster) || !explain_shortages(r, roster) ||
	    !explain_unplanned(r->m->p, roster)) {
		(void)wfm_fail(e, s, "", "no memory for the roster");
		goto fail;
	}
	evidence_add(r, r->m->type_count, roster);
	s = evidence_judge(r->m->p, roster, e);
	if (s != WFM_OK)
		goto fail;
	r->phase = WFM_PHASE_DONE;
	r->fraction = 1;
	bool cancelled = r->cancelled;
	run_tell(r);
	*out = roster;
	return cancelled ? WFM_CANCELLED : r->limited ? WFM_LIMIT : WFM_OK;
fail:
	wfm_roster_free(roster);
	return s;
}

static enum wfm_status solve_ordered(const struct wfm_problem *p, const struct wfm_solve_options *o,
				     struct wfm_roster **out, struct wfm_error *e)
{
	if (p->duty_count > 0)
		return duty_schedule_solve(p, o, out, e);
	struct model m = { 0 };
	struct run r = { 0 };
	enum wfm_status s = run_open(&r, &m, p, o, e);
	if (s == WFM_OK)
		s = search(&r, &m, e);
	if (s == WFM_OK)
		s = finish(&r, out, e);
	run_close(&r, &m);
	return s;
}

enum wfm_status wfm_schedule_solve(const struct wfm_problem *p, const struct wfm_solve_options *o,
				   struct wfm_roster **out, struct wfm_error *e)
{
	*out = NULL;
	struct order order = { 0 };
	enum wfm_status s = wfm_problem_check(p, e);
	struct wfm_solve_options with = o ? *o : (struct wfm_solve_options){ 0 };
	struct wfm_roster start = { 0 };
	if (s == WFM_OK && with.start)
		s = start_check(p, with.start, e);
	if (s == WFM_OK &&
	    (!order_open(&order, p) || (with.start && !order_there(&order, with.start, &start))))
		s = wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the agents");
	with.start = with.start ? &start : NULL;
	if (s == WFM_OK)
		s = solve_ordered(&order.p, &with, out, e);
	if (*out && !order_back(&order, *out)) {
		wfm_roster_free(*out);
		*out = NULL;
		s = wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the roster");
	}
	free(start.shifts);
	order_close(&order);
	return s;
}
