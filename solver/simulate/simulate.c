/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The door to the simulator: threads take blocks of replications in turn and merge them in order.
 * Whether enough is known is asked at each merge, so the answer is the same for one thread or many.
 */
#include "sim.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

struct crew {
	const struct sim_tables *t;
	const struct wfm_sim_options *o;
	struct wfm_simulation *result;
	struct sim_block all;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t merged;
	int32_t next_block, next_merge, blocks;
	bool stop, cancelled, failed;
};

static int32_t take_block(struct crew *c)
{
	(void)pthread_mutex_lock(&c->lock);
	int32_t block = c->stop || c->next_block >= c->blocks ? -1 : c->next_block++;
	(void)pthread_mutex_unlock(&c->lock);
	return block;
}

static int32_t block_size(const struct crew *c, int32_t block)
{
	int32_t left = c->o->replications - block * SIM_BLOCK;
	return left < SIM_BLOCK ? left : SIM_BLOCK;
}

/* Under the lock, in the order of blocks. */
static void judge_stop(struct crew *c, const struct sim_world *w)
{
	const struct wfm_sim_options *o = c->o;
	double part = (double)c->result->replications / o->replications;
	if (w->failed)
		c->failed = true;
	if (o->progress != NULL && o->progress(o->context, part))
		c->cancelled = true;
	bool known = o->half_width > 0.0 && c->result->replications >= 2 * SIM_BLOCK &&
		     sim_half_width(&c->all, c->t, c->result->replications) <= o->half_width &&
		     c->result->replications > o->trace_replication;
	c->stop = c->failed || c->cancelled || known;
}

static void merge(struct crew *c, const struct sim_world *w, const struct sim_block *b, int32_t block)
{
	(void)pthread_mutex_lock(&c->lock);
	while (c->next_merge != block)
		(void)pthread_cond_wait(&c->merged, &c->lock);
	if (!c->stop) {
		sim_result_merge(c->result, &c->all, b, c->t, block_size(c, block));
		judge_stop(c, w);
	}
	c->next_merge++;
	(void)pthread_cond_broadcast(&c->merged);
	(void)pthread_mutex_unlock(&c->lock);
}

static void keep_trace(struct crew *c, struct sim_world *w)
{
	if (w->trace == NULL)
		return;
	(void)pthread_mutex_lock(&c->lock);
	c->result->trace = w->trace;
	c->result->trace_count = w->trace_count;
	(void)pthread_mutex_unlock(&c->lock);
	w->trace = NULL;
}

static void *play_blocks(void *crew)
{
	struct crew *c = crew;
	struct sim_world w;
	struct sim_block b = { 0 };
	bool ready = sim_world_open(&w, c->t, c->o);
	ready = sim_block_alloc(&b, c->t) && ready;
	if (!ready) {
		(void)pthread_mutex_lock(&c->lock);
		c->stop = c->failed = true;
		(void)pthread_mutex_unlock(&c->lock);
	}
	for (int32_t block; ready && (block = take_block(c)) >= 0;) {
		sim_block_clear(&b, c->t);
		for (int32_t i = 0; i < block_size(c, block); i++) {
			sim_play(&w, block * SIM_BLOCK + i, &b);
			sim_block_add(&b, c->t, w.tally, i);
		}
		merge(c, &w, &b, block);
	}
	keep_trace(c, &w);
	sim_block_free(&b);
	sim_world_close(&w);
	return NULL;
}

/* By time, else as noted: who gave up is noted late, so the row is nearly in order already. */
static void sort_trace(struct wfm_sim_event *v, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct wfm_sim_event x = v[i];
		size_t k = i;
		for (; k > 0 && v[k - 1].at_s > x.at_s; k--)
			v[k] = v[k - 1];
		v[k] = x;
	}
}

static void play_all(struct crew *c)
{
	enum { MOST_THREADS = 64 };
	pthread_t thread[MOST_THREADS];
	int started = 0;
	for (int i = 1; i < c->o->threads; i++)
		if (pthread_create(&thread[started], NULL, play_blocks, c) == 0)
			started++; /* fewer threads: slower, the same answer */
	(void)play_blocks(c);
	for (int i = 0; i < started; i++)
		(void)pthread_join(thread[i], NULL);
}

enum wfm_status wfm_simulate(const struct wfm_sim_problem *p, const struct wfm_sim_options *o,
			     struct wfm_simulation **out, struct wfm_error *e)
{
	struct sim_tables t = { 0 };
	struct crew c = { .t = &t, .o = o };
	*out = NULL;
	enum wfm_status status = sim_check(p, o, e);
	if (status != WFM_OK)
		return status;
	(void)pthread_mutex_init(&c.lock, NULL);
	(void)pthread_cond_init(&c.merged, NULL);
	c.blocks = (o->replications + SIM_BLOCK - 1) / SIM_BLOCK;
	status = sim_tables_build(p, &t, e);
	if (status != WFM_OK)
		goto out;
	c.result = sim_result_new(&t, o->replications);
	status = WFM_NO_MEMORY;
	if (c.result == NULL || !sim_block_alloc(&c.all, &t))
		goto out;
	play_all(&c);
	if (c.cancelled)
		status = wfm_fail(e, WFM_CANCELLED, "", "cancelled");
	else if (!c.failed && sim_result_finish(c.result, &c.all, &t))
		status = WFM_OK;
	if (status == WFM_OK) {
		sort_trace(c.result->trace, c.result->trace_count);
		*out = c.result;
		c.result = NULL;
	}
out:
	if (status == WFM_NO_MEMORY)
		(void)wfm_fail(e, status, "", "out of memory");
	wfm_simulation_free(c.result);
	sim_block_free(&c.all);
	sim_tables_free(&t);
	(void)pthread_cond_destroy(&c.merged);
	(void)pthread_mutex_destroy(&c.lock);
	return status;
}
