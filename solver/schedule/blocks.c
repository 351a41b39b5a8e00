/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/schedule/blocks.h"
#include "solver/schedule/bound.h"
#include "solver/schedule/session.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1000, MAX_PASSES = 3 };

struct block {
	struct wfm_problem p;
	struct wfm_agent *agents;
	struct wfm_queue *queues;
	double *required, *step1; /* [queues x slots] */
	int32_t *slot;            /* [agents] of the whole plan */
	int32_t count;
	struct session_part sessions;
	struct model m;
	struct run run;
	struct plan *plan;
	uint64_t seed;
	double limit_s;
	enum wfm_status status;
	struct wfm_error error;
};

struct blocks {
	struct run *r;
	struct plan *plan;
	struct block *block;
	int32_t count, next;
	bool first; /* pass: shares of the requirement, no tours to start from */
	int32_t *agent; /* [plan slots] */
	int32_t *where; /* [agents] scratch: their numbers in a block, -1 elsewhere */
	double *mean;   /* [queues x slots] duals */
	struct master *master;
	atomic_bool halt;
	pthread_mutex_t lock; /* guards next */
};

bool blocks_suit(const struct plan *p)
{
	/* A service's target, a site's counters and work that may wait do not fall apart into blocks. */
	return p->count >= 2 * BLOCK && !plan_is_pooled(p) && p->cover->m->p->service_count == 0 &&
	       p->cover->m->desk_count == 0 && p->cover->m->stock_count == 0;
}

/* ---- one block as a problem ---- */

static void block_free(struct block *b)
{
	plan_free(b->plan);
	run_close(&b->run, &b->m);
	free(b->agents);
	free(b->queues);
	free(b->required);
	free(b->step1);
	free(b->slot);
	session_part_free(&b->sessions);
	*b = (struct block){ 0 };
}

static bool take_sessions(struct blocks *x, struct block *b)
{
	if (!x->plan->seats)
		return true;
	for (int32_t a = 0; a < x->r->m->p->agent_count; a++)
		x->where[a] = -1;
	for (int32_t i = 0; i < b->count; i++)
		x->where[x->agent[b->slot[i]]] = i;
	bool ok = session_part_make(&b->sessions, x->plan->seats, x->where);
	b->p.sessions = b->sessions.sessions;
	return ok;
}

static bool block_make(struct blocks *x, int32_t i)
{
	struct block *b = &x->block[i];
	const struct wfm_problem *p = x->r->m->p;
	size_t cells = (size_t)p->queue_count * (size_t)p->slot_count + 1;
	size_t most = (size_t)x->plan->count / (size_t)x->count + 2;
	*b = (struct block){ .seed = rng_next(&x->r->rng) };
	b->agents = calloc(most, sizeof *b->agents);
	b->queues = calloc((size_t)p->queue_count + 1, sizeof *b->queues);
	b->required = calloc(cells, sizeof *b->required);
	b->step1 = calloc(cells, sizeof *b->step1);
	b->slot = calloc(most, sizeof *b->slot);
	if (!b->agents || !b->queues || !b->required || !b->step1 || !b->slot)
		return false;
	for (int32_t k = i; k < x->plan->count; k += x->count) {
		b->slot[b->count] = k;
		b->agents[b->count++] = p->agents[x->agent[k]];
	}
	b->p = *p;
	if (!take_sessions(x, b))
		return false;
	b->p.agents = b->agents;
	b->p.agent_count = b->count;
	b->p.queues = b->queues;
	for (int32_t q = 0; q < p->queue_count; q++) {
		b->queues[q] = p->queues[q];
		b->queues[q].required = &b->required[q * p->slot_count];
		b->queues[q].step1 = &b->step1[q * p->slot_count];
	}
	return true;
}

static void ask_share(const struct blocks *x, struct block *b)
{
	const struct model *m = x->r->m;
	if (x->plan->seats)
		session_part_share(&b->sessions, m, (int32_t)(b - x->block), x->count);
	double share = (double)b->count / x->plan->count;
	for (int32_t q = 0; q < m->p->queue_count; q++)
		for (int32_t t = 0; t < m->slots; t++) {
			int32_t at = q * m->slots + t;
			b->required[at] = m->p->queues[q].required[t] * share;
			b->step1[at] = m->step1[at] * share;
		}
}

/* What the others leave: taken as the requirement it has the same costs, but for a constant. */
static void ask_rest(const struct blocks *x, struct block *b)
{
	const struct model *m = x->r->m;
	const struct cover *c = x->plan->cover;
	for (int32_t i = 0; i < b->count; i++)
		plan_remove(x->plan, b->slot[i]);
	for (int32_t q = 0; q < m->p->queue_count; q++)
		for (int32_t t = 0; t < m->slots; t++) {
			int32_t at = q * m->slots + t;
			b->required[at] = fmax(0, m->p->queues[q].required[t] - c->have[at]);
			b->step1[at] = m->step1[at];
		}
	if (x->plan->seats)
		session_part_rest(&b->sessions, x->plan->seats);
	for (int32_t i = 0; i < b->count; i++) {
		struct places at;
		if (x->plan->seats)
			at = x->plan->seats->places[b->slot[i]];
		plan_put_at(x->plan, b->slot[i], x->plan->tours[b->slot[i]], &at);
	}
}

/* Visits the block's agents in the order of its own plan: f(block's place, whole plan's slot). */
static int32_t slot_at(const struct block *b, int32_t type, int32_t j)
{
	return b->slot[b->m.types[type].agents[j]];
}

static void bring(const struct blocks *x, struct block *b, int32_t at, int32_t slot, int32_t type)
{
	struct plan *whole = x->plan;
	struct places places;
	struct tour t;
	memcpy(&t, whole->tours[slot], tour_size(whole->tours[slot]->count));
	if (whole->seats)
		session_carry(&x->r->m->types[t.type], &whole->seats->places[slot], &b->m.types[type], NULL, &places);
	t.type = type;
	plan_put_at(b->plan, at, &t, &places);
}

static void bring_back(const struct blocks *x, struct block *b, int32_t at, int32_t slot)
{
	const struct plan *best = b->run.best;
	const int32_t type = x->plan->tours[slot]->type;
	struct places places;
	struct tour t;
	memcpy(&t, best->tours[at], tour_size(best->tours[at]->count));
	plan_remove(x->plan, slot);
	if (x->plan->seats)
		session_carry(&b->m.types[t.type], &best->seats->places[at], &x->r->m->types[type], x->plan->seats,
			      &places);
	t.type = type;
	plan_put_at(x->plan, slot, &t, &places);
}

/* The block's part of the whole plan as its first one, or its plan written back. */
static void carry(const struct blocks *x, struct block *b, bool back)
{
	int32_t at = 0;
	for (int32_t k = 0; k < b->m.type_count; k++)
		for (int32_t j = 0; b->m.types[k].has_tour && j < b->m.types[k].count; j++, at++) {
			if (back)
				bring_back(x, b, at, slot_at(b, k, j));
			else
				bring(x, b, at, slot_at(b, k, j), k);
		}
}

static void block_solve(struct blocks *x, struct block *b, bool callers_thread)
{
	struct wfm_solve_options o = x->r->o;
	o.progress = NULL;
	o.seed = b->seed;
	o.time_limit_s = b->limit_s;
	o.iteration_limit /= MAX_PASSES * x->count;
	if (o.iteration_limit == 0 && x->r->o.iteration_limit > 0)
		o.iteration_limit = 1; /* 0 would be none */
	o.gap_target = 0;
	b->status = run_open(&b->run, &b->m, &b->p, &o, &b->error);
	if (b->status != WFM_OK)
		return;
	b->m.sit_others = b->sessions.others;
	b->run.halt = &x->halt;
	b->run.teller = callers_thread ? x->r : NULL;
	b->plan = plan_new(&b->m);
	if (!b->plan) {
		b->status = wfm_fail(&b->error, WFM_NO_MEMORY, "", "no memory for a block");
		return;
	}
	if (b->plan->seats)
		session_part_meet(x->plan->seats, b->plan->seats);
	run_stage(&b->run, WFM_PHASE_START, 0, 0.1);
	if (x->first && !x->r->o.start)
		plan_greedy(&b->run, b->plan);
	else
		carry(x, b, false);
	if (!run_offer(&b->run, b->plan) ||
	    (x->first && !plan_improve(&b->run, b->plan, 4 * (int64_t)b->count, 1)))
		b->status = wfm_fail(&b->error, WFM_NO_MEMORY, "", "no memory for a block");
	else if (!run_stopped(&b->run))
		b->status = search_whole(&b->run, b->plan, false, &b->error);
}

/* ---- the passes ---- */

static void work(struct blocks *x, bool callers_thread)
{
	for (;;) {
		(void)pthread_mutex_lock(&x->lock);
		int32_t i = x->next < x->count ? x->next++ : -1;
		(void)pthread_mutex_unlock(&x->lock);
		if (i < 0)
			return;
		block_solve(x, &x->block[i], callers_thread);
	}
}

static void *help(void *context)
{
	work(context, false);
	return NULL;
}

/* Takes the block's plan into the whole one when that is better. */
static enum wfm_status take(struct blocks *x, struct block *b, bool always, struct wfm_error *e)
{
	if (b->status != WFM_OK) {
		*e = b->error;
		return b->status;
	}
	x->r->iterations += b->run.iterations;
	x->r->columns += b->run.columns;
	carry(x, b, true);
	if (!always && plan_cost(x->plan) > plan_cost(x->r->best))
		return plan_copy(x->plan, x->r->best) ? WFM_OK : WFM_INTERNAL;
	return WFM_OK;
}

static enum wfm_status offer(struct blocks *x, struct wfm_error *e)
{
	if (!run_offer(x->r, x->plan))
		return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the plan");
	(void)run_step(x->r);
	return WFM_OK;
}

static double seconds_left(const struct run *r)
{
	return r->o.time_limit_s - (r->o.now_s(r->o.context) - r->started_s);
}

/* Seconds a block may take when `n` are to be solved one after the other in that share of the rest. */
static double share_of_time(const struct run *r, double share, int32_t n)
{
	if (r->o.time_limit_s <= 0 || !r->o.now_s)
		return 0;
	return fmax(0.01, share * seconds_left(r) / n);
}

static enum wfm_status bound_by(struct blocks *x, const double *duals, struct wfm_error *e)
{
	enum wfm_status s = WFM_OK;
	if (!x->master)
		s = master_new(x->r, &x->master, e);
	return s == WFM_OK ? master_bound_at(x->master, duals, e) : s;
}

static enum wfm_status bound_from_blocks(struct blocks *x, struct wfm_error *e)
{
	int32_t cells = x->r->m->p->queue_count * x->r->m->slots;
	enum wfm_status s = WFM_OK;
	for (int32_t i = 0; i < x->count; i++)
		for (int32_t k = 0; k < cells; k++)
			x->mean[k] += x->block[i].run.duals[k] / x->count;
	s = bound_by(x, x->mean, e);
	for (int32_t i = 0; i < x->count && s == WFM_OK; i++)
		s = bound_by(x, x->block[i].run.duals, e);
	return s;
}

/* All blocks with their shares of the requirement, side by side. */
static enum wfm_status first_pass(struct blocks *x, struct wfm_error *e)
{
	int32_t threads = x->r->o.threads > 1 ? 2 : 1;
	double limit = share_of_time(x->r, 0.5, (x->count + threads - 1) / threads);
	pthread_t helper;
	enum wfm_status s = WFM_OK;
	for (int32_t i = 0; i < x->count; i++) {
		if (!block_make(x, i))
			return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the blocks");
		ask_share(x, &x->block[i]);
		x->block[i].limit_s = limit;
	}
	bool helped = threads > 1 && pthread_create(&helper, NULL, help, x) == 0;
	work(x, true);
	if (helped)
		(void)pthread_join(helper, NULL);
	for (int32_t i = 0; i < x->count && s == WFM_OK; i++)
		s = take(x, &x->block[i], true, e);
	seats_polish(x->r, x->plan);
	if (s == WFM_OK)
		s = offer(x, e);
	/* A roster to start from may be better than what shares of the requirement lead to. */
	if (s == WFM_OK && plan_cost(x->plan) > plan_cost(x->r->best) && !plan_copy(x->plan, x->r->best))
		s = WFM_INTERNAL;
	if (s == WFM_OK && !run_stopped(x->r))
		s = bound_from_blocks(x, e);
	for (int32_t i = 0; i < x->count; i++)
		block_free(&x->block[i]);
	return s;
}

/* Blocks one after the other, each for what the others leave. */
static enum wfm_status repair_pass(struct blocks *x, double share, struct wfm_error *e)
{
	enum wfm_status s = WFM_OK;
	for (int32_t i = 0; i < x->count && s == WFM_OK && !run_stopped(x->r); i++) {
		struct block *b = &x->block[i];
		if (!block_make(x, i))
			return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the blocks");
		ask_rest(x, b);
		b->limit_s = share_of_time(x->r, share, x->count - i);
		block_solve(x, b, true);
		s = take(x, b, false, e);
		if (s == WFM_OK)
			s = offer(x, e);
		block_free(b);
	}
	return s;
}

static void list_agents(struct blocks *x)
{
	const struct model *m = x->r->m;
	for (int32_t k = 0, at = 0; k < m->type_count; k++)
		for (int32_t j = 0; m->types[k].has_tour && j < m->types[k].count; j++)
			x->agent[at++] = m->types[k].agents[j];
}

static enum wfm_status run_passes(struct blocks *x, struct wfm_error *e)
{
	struct run *r = x->r;
	x->first = true;
	run_stage(r, WFM_PHASE_BOUND, 0.1, 1);
	enum wfm_status s = first_pass(x, e);
	x->first = false;
	for (int32_t i = 1; i < MAX_PASSES && s == WFM_OK && !run_stopped(r); i++) {
		run_stage(r, WFM_PHASE_IMPROVE, 0.3 + 0.2 * i, 1);
		s = repair_pass(x, 1.0 / (MAX_PASSES - i), e);
	}
	if (s == WFM_OK && !run_stopped(r) &&
	    !plan_improve(r, x->plan, 2 * (int64_t)x->plan->count, 0))
		s = wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the plan");
	return s;
}

enum wfm_status blocks_search(struct run *r, struct plan *plan, struct wfm_error *e)
{
	struct blocks x = { .r = r, .plan = plan, .count = 1 + (plan->count - 1) / BLOCK };
	enum wfm_status s = WFM_NO_MEMORY;
	x.block = calloc((size_t)x.count, sizeof *x.block);
	x.agent = calloc((size_t)plan->count + 1, sizeof *x.agent);
	x.where = calloc((size_t)r->m->p->agent_count + 1, sizeof *x.where);
	x.mean = calloc((size_t)r->m->p->queue_count * (size_t)r->m->slots + 1, sizeof *x.mean);
	(void)pthread_mutex_init(&x.lock, NULL);
	r->halt = &x.halt;
	if (x.block && x.agent && x.where && x.mean) {
		list_agents(&x);
		s = run_passes(&x, e);
	}
	for (int32_t i = 0; x.block && i < x.count; i++)
		block_free(&x.block[i]);
	r->halt = NULL;
	master_free(x.master);
	(void)pthread_mutex_destroy(&x.lock);
	free(x.block);
	free(x.agent);
	free(x.where);
	free(x.mean);
	return s;
}
