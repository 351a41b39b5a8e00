/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps of wfm_deferred_solve and what must hold of its problem. */
#include "deferred_impl.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { NODES = 500 };

/* The result with what it lives in; result first, so that its address is the whole's. */
struct whole_result {
	struct wfm_deferred result;
	struct pool pool;
};

static enum wfm_status refuse(struct wfm_error *e, const char *list, size_t i, const char *field,
			      const char *why)
{
	enum wfm_status status = wfm_fail(e, WFM_INVALID, "", "%s", why);
	if (e != NULL)
		(void)snprintf(e->path, sizeof e->path, "/%s/%zu%s", list, i, field);
	return status;
}

static enum wfm_status refuse_inside(struct wfm_error *e, size_t q, const char *list, size_t i,
				     const char *field, const char *why)
{
	enum wfm_status status = wfm_fail(e, WFM_INVALID, "", "%s", why);
	if (e != NULL)
		(void)snprintf(e->path, sizeof e->path, "/queues/%zu/%s/%zu/%s", q, list, i, field);
	return status;
}

static enum wfm_status check_loads(const struct wfm_deferred_problem *p, size_t at, bool *any,
				   struct wfm_error *e)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct wfm_load *l = &p->queues[at].loads[i];
		if (!(l->volume >= 0.0) || isinf(l->volume))
			return refuse_inside(e, at, "loads", i, "volume", "must be a finite number >= 0");
		if (l->volume == 0.0)
			continue;
		*any = true;
		if (!(l->aht_s > 0.0) || isinf(l->aht_s))
			return refuse_inside(e, at, "loads", i, "aht_s",
					     "must be a finite number > 0 where there is volume");
		if (l->volume * l->aht_s / p->interval_s > WFM_MAX_SERVERS / 2.0)
			return refuse_inside(e, at, "loads", i, "volume",
					     "is more than 100,000 agents could ever handle");
	}
	return WFM_OK;
}

static enum wfm_status check_batches(const struct wfm_deferred_problem *p, size_t at,
				     struct wfm_error *e)
{
	const struct wfm_deferred_queue *q = &p->queues[at];
	for (size_t i = 0; i < q->batch_count; i++) {
		const struct wfm_deferred_batch *b = &q->batches[i];
		if (!(b->work_s >= 0.0) || b->work_s > 1e12)
			return refuse_inside(e, at, "batches", i, "work_s", "must be a finite number >= 0");
		if (!isfinite(b->from_s) || b->from_s >= (double)p->n * p->interval_s)
			return refuse_inside(e, at, "batches", i, "from_s",
					     "must lie before the end of the horizon");
		if (!isfinite(b->due_s) || (b->from_s > 0.0 && b->due_s < b->from_s + p->interval_s))
			return refuse_inside(e, at, "batches", i, "due_s",
					     "must be at least one interval after from_s");
	}
	return WFM_OK;
}

static enum wfm_status check_queue(const struct wfm_deferred_problem *p, size_t i, struct wfm_error *e)
{
	const struct wfm_deferred_queue *q = &p->queues[i];
	bool any = false;
	enum wfm_status status = check_loads(p, i, &any, e);
	if (status == WFM_OK)
		status = check_batches(p, i, e);
	if (status != WFM_OK)
		return status;
	if (any && (!(q->turnaround_s >= p->interval_s) || isinf(q->turnaround_s)))
		return refuse(e, "queues", i, "/turnaround_s", "must be at least one interval");
	if (!(q->due_share >= 0.0 && q->due_share <= 1.0))
		return refuse(e, "queues", i, "/due_share", "must be between 0 and 1");
	if (q->end_backlog_s < 0.0 || isinf(q->end_backlog_s))
		return refuse(e, "queues", i, "/end_backlog_s", "must be a finite number >= 0");
	return WFM_OK;
}

static enum wfm_status check_class(const struct wfm_deferred_problem *p, size_t i, struct wfm_error *e)
{
	const struct wfm_deferred_class *c = &p->classes[i];
	if (!(c->cost > 0.0) || isinf(c->cost))
		return refuse(e, "classes", i, "/cost", "must be a finite number > 0");
	if (!(c->useful >= 0.0 && c->useful <= 1.0))
		return refuse(e, "classes", i, "/useful", "must be between 0 and 1");
	for (size_t t = 0; t < p->n; t++) {
		if (c->free_s != NULL && !(c->free_s[t] >= 0.0 && isfinite(c->free_s[t])))
			return refuse(e, "classes", i, "/free_s", "must be finite numbers >= 0");
		if (c->max_extra != NULL && c->max_extra[t] < 0)
			return refuse(e, "classes", i, "/max_extra", "must be >= 0");
	}
	return WFM_OK;
}

static enum wfm_status check(const struct wfm_deferred_problem *p, struct wfm_error *e)
{
	if (p->n == 0 || p->n > 100000 || p->interval_s <= 0)
		return wfm_fail(e, WFM_INVALID, "/n", "needs 1 to 100,000 intervals of some length");
	if (p->queue_count == 0 || p->queue_count > 64)
		return wfm_fail(e, WFM_INVALID, "/queues", "must be 1 to 64");
	if (p->class_count == 0 || p->class_count > 64)
		return wfm_fail(e, WFM_INVALID, "/classes", "must be 1 to 64");
	if (!(p->late_cost >= 0.0) || isinf(p->late_cost))
		return wfm_fail(e, WFM_INVALID, "/late_cost", "must be a finite number >= 0");
	enum wfm_status status = WFM_OK;
	for (size_t i = 0; i < p->queue_count && status == WFM_OK; i++)
		status = check_queue(p, i, e);
	for (size_t i = 0; i < p->class_count && status == WFM_OK; i++)
		status = check_class(p, i, e);
	return status;
}

static bool make_result(struct deferred *d, struct wfm_deferred *r)
{
	const struct wfm_deferred_problem *p = d->p;
	size_t cells = p->n * p->class_count, items = 0;
	for (size_t q = 0; q < p->queue_count; q++)
		items += p->n + p->queues[q].batch_count;
	r->n = p->n;
	r->queue_count = p->queue_count;
	r->class_count = p->class_count;
	r->extra = pool_alloc(&d->pool, cells, sizeof *r->extra);
	r->extra_exact = pool_alloc(&d->pool, cells, sizeof *r->extra_exact);
	r->free_used_s = pool_alloc(&d->pool, cells, sizeof *r->free_used_s);
	r->figures = pool_alloc(&d->pool, p->n * p->queue_count, sizeof *r->figures);
	r->items = pool_alloc(&d->pool, items, sizeof *r->items);
	d->out = r;
	return r->extra && r->extra_exact && r->free_used_s && r->figures && r->items;
}

/* Intervals a block so that the program has a size that is solved at once, and half of the shortest
   turnaround at most. */
static size_t block_length(const struct deferred *d)
{
	size_t nodes = 0, most = SIZE_MAX;
	for (size_t s = 0; s < d->stream_count; s++) {
		const struct wfm_deferred_queue *q = &d->p->queues[d->streams[s].queue];
		nodes += d->streams[s].points;
		if (d->streams[s].tranches[d->streams[s].tranche_count - 1].batch < 0)
			most = (size_t)fmin((double)most, q->turnaround_s / (2.0 * d->p->interval_s));
	}
	size_t wanted = (nodes + NODES - 1) / NODES;
	return wanted < most ? (wanted > 1 ? wanted : 1) : (most > 1 ? most : 1);
}

static enum wfm_status try_blocks(struct deferred *d, size_t block, struct wfm_error *e)
{
	enum wfm_status status = wfm_deferred_plan(d, block, e);
	if (status == WFM_OK)
		status = wfm_deferred_flatten(d, e);
	if (status == WFM_OK)
		status = wfm_deferred_whole(d, e);
	if (status == WFM_OK)
		status = wfm_deferred_tell(d, e);
	return status;
}

enum wfm_status wfm_deferred_solve(const struct wfm_deferred_problem *p, struct wfm_deferred **out,
				   struct wfm_error *e)
{
	*out = NULL;
	enum wfm_status status = check(p, e);
	if (status != WFM_OK)
		return status;
	struct whole_result *r = calloc(1, sizeof *r);
	struct deferred d = { .p = p };
	if (r == NULL || !make_result(&d, &r->result))
		status = wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	if (status == WFM_OK)
		status = wfm_deferred_streams(&d, e);
	size_t block = status == WFM_OK ? block_length(&d) : 1;
	if (status == WFM_OK)
		status = try_blocks(&d, block, e);
	if (status == WFM_OK && block > 1 && r->result.late_s > 0.0)
		status = try_blocks(&d, 1, e);
	if (status != WFM_OK) {
		pool_free(&d.pool);
		free(r);
		return status;
	}
	r->pool = d.pool;
	*out = &r->result;
	return WFM_OK;
}

void wfm_deferred_free(struct wfm_deferred *result)
{
	if (result == NULL)
		return;
	struct whole_result *r = (struct whole_result *)(void *)result;
	pool_free(&r->pool);
	free(r);
}
