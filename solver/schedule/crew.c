/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two searchers look through large neighbourhoods of the best plan, each with a relaxation and a
 * generator of its own, and share what they found after each round. With one thread they take turns,
 * with two they work side by side; since they meet only between rounds, the roster is the same. The
 * second one lives in one thread all the time, as its linear program demands.
 */
#include "solver/schedule/anneal.h"
#include "solver/schedule/layers.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_AGENTS = 2000, PATIENCE = 8, MAX_ROUNDS = 40, LONG = 100 };

enum order { REST, CLONE, ROUND, LEAVE };

/* Ways of looking for a better plan, and how much of what they once gained is forgotten each time. */
enum way { DIVE, SMALL_MOVES, WAYS };
enum { OTHER_EVERY = 5 };
static const double FORGET = 0.6, COOLEST = 0.04, HOTTEST = 0.12;
/* Work of a thousand small moves in pivots times rows squared. */
static const double SMALL_WORK = 1.3e5;

struct searcher {
	struct run *run;
	struct master *master;
	struct plan *out;
	struct hood *hood;
	double gain[WAYS], work[WAYS]; /* of late */
	int32_t rounds[WAYS];
	enum wfm_status status;
	struct wfm_error error;
};

struct crew {
	const struct master *from;
	struct searcher first, second;
	struct run helper; /* of the second */
	atomic_bool halt;
	int32_t round;
	bool threaded;
	pthread_t thread;
	pthread_mutex_t lock; /* guards order */
	pthread_cond_t turn;
	enum order order;
};

/* ---- a searcher's work ---- */

static enum wfm_status no_memory(struct wfm_error *e)
{
	return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the search");
}

/* Frees a part of the plan and dives for it again; returns the work. */
static double dive_round(struct searcher *s, int32_t round)
{
	/* Named plans gain most from large neighbourhoods, pools from any. */
	bool pooled = plan_is_pooled(s->out);
	double low = pooled ? 0.15 : 0.5, high = pooled ? 0.6 : 0.9, before = hood_work(s->hood);
	double share = round % 8 == 0 ? 1 : low + (high - low) * rng_unit(&s->run->rng);
	s->status = hood_round(s->hood, share, round, &s->error);
	return hood_work(s->hood) - before;
}

/* Small moves from the best plan; returns the work. */
static double small_round(struct searcher *s)
{
	int64_t thousands = anneal_length(s->out) * (4 + s->rounds[SMALL_MOVES]) / 8;
	double hot = COOLEST + (HOTTEST - COOLEST) * rng_unit(&s->run->rng);
	if (!plan_copy(s->out, s->run->best) || !anneal_plan(s->run, s->out, thousands, hot, COOLEST))
		s->status = no_memory(&s->error);
	else if (layers_suit(s->run->m) && !run_stopped(s->run))
		s->status = days_improve(s->run, s->out, 1, &s->error);
	return (double)thousands * SMALL_WORK;
}

/* What has gained the more for its work of late; now and then the other, whose time may have come. */
static enum way choose_way(const struct searcher *s, int32_t round)
{
	if (!anneal_suits(s->run->m))
		return DIVE;
	double dives = s->gain[DIVE] * s->work[SMALL_MOVES], moves = s->gain[SMALL_MOVES] * s->work[DIVE];
	enum way better = dives > moves || (dives == moves && round % 2 == 1) ? DIVE : SMALL_MOVES;
	return round % OTHER_EVERY == OTHER_EVERY - 1 ? DIVE + SMALL_MOVES - better : better;
}

static void work_round(struct searcher *s, int32_t round)
{
	if (s->status != WFM_OK || !run_step(s->run))
		return;
	enum way way = choose_way(s, round);
	double before = s->run->objective;
	double work = way == DIVE ? dive_round(s, s->rounds[DIVE]) : small_round(s);
	s->rounds[way]++;
	s->gain[way] = (1 - FORGET) * s->gain[way] + before - s->run->objective;
	s->work[way] = (1 - FORGET) * s->work[way] + work;
}

static void make_second(struct crew *c)
{
	struct searcher *s = &c->second;
	s->status = master_clone(c->from, s->run, &s->master, &s->error);
	if (s->status != WFM_OK)
		return;
	s->hood = hood_new(s->master, s->out);
	if (!s->hood)
		s->status = no_memory(&s->error);
}

static void do_order(struct crew *c, enum order order)
{
	if (order == CLONE)
		make_second(c);
	if (order == ROUND)
		work_round(&c->second, c->round);
	if (order == LEAVE) {
		hood_free(c->second.hood);
		master_free(c->second.master);
	}
}

/* ---- the second one's thread ---- */

static void *attend(void *context)
{
	struct crew *c = context;
	enum order order = REST;
	while (order != LEAVE) {
		(void)pthread_mutex_lock(&c->lock);
		while (c->order == REST)
			(void)pthread_cond_wait(&c->turn, &c->lock);
		order = c->order;
		(void)pthread_mutex_unlock(&c->lock);
		do_order(c, order);
		(void)pthread_mutex_lock(&c->lock);
		c->order = REST;
		(void)pthread_cond_broadcast(&c->turn);
		(void)pthread_mutex_unlock(&c->lock);
	}
	return NULL;
}

static void give_order(struct crew *c, enum order order)
{
	if (!c->threaded) {
		do_order(c, order);
		return;
	}
	(void)pthread_mutex_lock(&c->lock);
	c->order = order;
	(void)pthread_cond_broadcast(&c->turn);
	(void)pthread_mutex_unlock(&c->lock);
}

static void await(struct crew *c)
{
	if (!c->threaded)
		return;
	(void)pthread_mutex_lock(&c->lock);
	while (c->order != REST)
		(void)pthread_cond_wait(&c->turn, &c->lock);
	(void)pthread_mutex_unlock(&c->lock);
}

/* ---- together ---- */

/* Both go on from the better plan; the first one's run tells the caller. */
static bool share(struct crew *c)
{
	struct run *a = c->first.run, *b = c->second.run;
	bool ok = true;
	if (b->objective < a->objective - 1e-9)
		ok = run_offer(a, b->best);
	else if (a->objective < b->objective - 1e-9)
		ok = run_offer(b, a->best);
	a->iterations += b->iterations - c->helper.base_iterations;
	b->iterations = b->base_iterations = a->iterations;
	a->limited |= b->limited;
	a->reached |= b->reached;
	return ok;
}

static enum wfm_status search(struct crew *c, struct wfm_error *e)
{
	struct run *r = c->first.run;
	enum wfm_status s = WFM_OK;
	give_order(c, CLONE);
	await(c); /* the first one's relaxation must rest meanwhile */
	/* A limit given is an effort asked for. */
	int32_t more = r->o.time_limit_s > 0 || r->o.iteration_limit > 0 ? LONG : 1;
	for (int32_t idle = 0; c->round < more * MAX_ROUNDS && idle < more * PATIENCE; c->round++) {
		double before = r->objective;
		if (run_stopped(r) || before - r->bound <= 1e-6 * fabs(before))
			break;
		give_order(c, ROUND);
		work_round(&c->first, c->round);
		await(c);
		s = c->first.status != WFM_OK ? c->first.status : c->second.status;
		if (s != WFM_OK) {
			*e = c->first.status != WFM_OK ? c->first.error : c->second.error;
			break;
		}
		if (!share(c))
			s = no_memory(e);
		if (s != WFM_OK)
			break;
		r->fraction = fmin(0.99, 0.8 + 0.2 * c->round / (more * MAX_ROUNDS));
		idle = r->objective < before - 1e-9 || c->round == 0 ? 0 : idle + 1;
	}
	give_order(c, LEAVE);
	return s;
}

/* A run for the second searcher: its own generator, scratch and best plan, and no word to the caller. */
static bool make_helper(struct crew *c, struct run *r)
{
	struct run *h = &c->helper;
	size_t cells = (size_t)r->m->p->queue_count * (size_t)r->m->slots + 1;
	*h = *r;
	h->o.progress = NULL;
	h->pricer = pricer_new(r->m);
	h->worth = calloc((size_t)r->m->max_places * (size_t)r->m->horizon + 1, sizeof *h->worth);
	h->duals = calloc(cells, sizeof *h->duals);
	h->mu = calloc((size_t)r->m->p->service_count + 1, sizeof *h->mu);
	h->best = plan_new(r->m);
	h->base_iterations = r->iterations;
	h->halt = r->halt = &c->halt;
	rng_seed(&h->rng, rng_next(&r->rng));
	if (h->mu)
		memcpy(h->mu, r->mu, (size_t)r->m->p->service_count * sizeof *h->mu);
	return h->pricer && h->worth && h->duals && h->mu && h->best && plan_copy(h->best, r->best);
}

static void free_helper(struct crew *c)
{
	pricer_free(c->helper.pricer);
	free(c->helper.worth);
	free(c->helper.duals);
	free(c->helper.mu);
	plan_free(c->helper.best);
}

enum wfm_status crew_search(struct run *r, struct master *m, struct plan *out, struct wfm_error *e)
{
	if (out->count < 2 || (out->count > MAX_AGENTS && !plan_is_pooled(out)))
		return WFM_OK;
	struct crew c = { .from = m };
	enum wfm_status s = WFM_OK;
	c.first = (struct searcher){ .run = r, .master = m, .out = out, .hood = hood_new(m, out) };
	c.second = (struct searcher){ .run = &c.helper, .out = plan_new(r->m) };
	if (!make_helper(&c, r) || !c.first.hood || !c.second.out) {
		s = no_memory(e);
		goto out;
	}
	(void)pthread_mutex_init(&c.lock, NULL);
	(void)pthread_cond_init(&c.turn, NULL);
	c.threaded = r->o.threads > 1 && pthread_create(&c.thread, NULL, attend, &c) == 0;
	s = search(&c, e);
	if (c.threaded)
		(void)pthread_join(c.thread, NULL);
	(void)pthread_cond_destroy(&c.turn);
	(void)pthread_mutex_destroy(&c.lock);
out:
	r->halt = NULL;
	hood_free(c.first.hood);
	plan_free(c.second.out);
	free_helper(&c);
	return s;
}
