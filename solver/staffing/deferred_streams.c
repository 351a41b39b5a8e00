/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Queues as streams in which who comes first is due first: then work done and work due are two
 * curves, and nothing is late where the first is nowhere below the second. What arrives is one such
 * stream, and takes along batches that are there at the start and due before all that arrives. Other
 * batches are dealt to as few further streams as their due dates ask for.
 */
#include "deferred_impl.h"

#include <math.h>
#include <stdlib.h>

struct order {
	int32_t batch;
	size_t from;
	double due;
};

static int by_from_then_due(const void *a, const void *b)
{
	const struct order *x = a, *y = b;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	if (x->due != y->due)
		return x->due < y->due ? -1 : 1;
	return (x->batch > y->batch) - (x->batch < y->batch);
}

size_t wfm_stream_next(const struct stream *s, size_t point, size_t n)
{
	return point + 1 < s->points ? s->interval[point + 1] : n;
}

static size_t first_interval(const struct wfm_deferred_problem *p, const struct wfm_deferred_batch *b)
{
	return b->from_s <= 0.0 ? 0 : (size_t)ceil(b->from_s / p->interval_s - 1e-9);
}

static struct tranche batch_tranche(const struct wfm_deferred_problem *p,
				    const struct wfm_deferred_queue *q, int32_t batch)
{
	const struct wfm_deferred_batch *b = &q->batches[batch];
	return (struct tranche){ .work = b->work_s, .from = (int32_t)first_interval(p, b),
				 .batch = batch, .due_first = b->due_s, .due_last = b->due_s };
}

static struct stream *stream_add(struct deferred *d, int32_t queue, size_t room)
{
	struct stream *s = &d->streams[d->stream_count++];
	s->queue = queue;
	s->loads = d->p->queues[queue].loads;
	s->tranches = pool_alloc(&d->pool, room, sizeof *s->tranches);
	return s;
}

static bool fluid_of(struct deferred *d, const struct wfm_deferred_queue *q, struct wfm_fluid *f)
{
	size_t n = d->p->n;
	*f = (struct wfm_fluid){ n, pool_alloc(&d->pool, n + 1, sizeof *f->arrived),
				 pool_alloc(&d->pool, n + 1, sizeof *f->open_time),
				 d->p->interval_s };
	if (f->arrived == NULL || f->open_time == NULL)
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct wfm_load *l = &q->loads[i];
		f->arrived[i + 1] = f->arrived[i] + (l->volume > 0.0 ? l->volume * l->aht_s : 0.0);
		f->open_time[i + 1] = f->open_time[i] + (l->open ? f->seconds : 0.0);
	}
	return true;
}

/* The stream of what arrives, after the early batches at the head of `order`; returns how many. */
static size_t arrivals_stream(struct deferred *d, int32_t queue, const struct wfm_fluid *f,
			      const struct order *order, size_t batches)
{
	const struct wfm_deferred_queue *q = &d->p->queues[queue];
	double first_due = wfm_fluid_due_time(f, 0.0, q->turnaround_s, q->open_hours);
	size_t taken = 0;
	if (!(f->arrived[f->n] > 0.0))
		return 0;
	struct stream *s = stream_add(d, queue, batches + f->n);
	if (s->tranches == NULL)
		return 0;
	while (taken < batches && order[taken].from == 0 && order[taken].due <= first_due)
		s->tranches[s->tranche_count++] = batch_tranche(d->p, q, order[taken++].batch);
	for (size_t i = 0; i < f->n; i++)
		if (f->arrived[i + 1] > f->arrived[i])
			s->tranches[s->tranche_count++] = (struct tranche){
				.work = f->arrived[i + 1] - f->arrived[i],
				.from = (int32_t)i, .batch = -1, .spread = true,
				.due_first = wfm_fluid_due_time(f, (double)i * f->seconds,
								q->turnaround_s, q->open_hours),
				.due_last = wfm_fluid_due_time(f, (double)(i + 1) * f->seconds,
							       q->turnaround_s, q->open_hours),
			};
	return taken;
}

/* A batch joins the stream whose last is due nearest before it. */
static bool deal_batch(struct deferred *d, int32_t queue, size_t first, const struct order *o, size_t room)
{
	struct stream *best = NULL;
	double nearest = -INFINITY;
	for (size_t i = first; i < d->stream_count; i++) {
		struct stream *s = &d->streams[i];
		if (s->tranche_count == 0)
			continue;
		const struct tranche *last = &s->tranches[s->tranche_count - 1];
		if (last->batch >= 0 && last->due_last <= o->due && last->due_last > nearest) {
			best = s;
			nearest = last->due_last;
		}
	}
	if (best == NULL)
		best = stream_add(d, queue, room);
	if (best->tranches == NULL)
		return false;
	best->tranches[best->tranche_count++] = batch_tranche(d->p, &d->p->queues[queue], o->batch);
	return true;
}

/* The curves of a stream: work there by the end of each interval, due by its start. */
static bool fill_curves(struct deferred *d, struct stream *s, const struct wfm_fluid *f)
{
	const struct wfm_deferred_queue *q = &d->p->queues[s->queue];
	size_t n = d->p->n;
	double upto = 0.0;
	bool arrivals = false;
	s->arrived = pool_alloc(&d->pool, n, sizeof *s->arrived);
	s->due = pool_alloc(&d->pool, n + 1, sizeof *s->due);
	s->done = pool_alloc(&d->pool, n, sizeof *s->done);
	s->interval = pool_alloc(&d->pool, n, sizeof *s->interval);
	s->held = pool_alloc(&d->pool, n, sizeof *s->held);
	s->plan = pool_alloc(&d->pool, n, sizeof *s->plan);
	s->late = pool_alloc(&d->pool, n, sizeof *s->late);
	if (!s->arrived || !s->due || !s->done || !s->interval || !s->held || !s->plan || !s->late)
		return false;
	for (size_t t = 0; t < s->tranche_count; t++) {
		struct tranche *r = &s->tranches[t];
		r->upto = upto += r->work;
		arrivals |= r->batch < 0;
		if ((size_t)r->from < n)
			s->arrived[r->from] += r->work;
		if (r->batch >= 0) {
			double at = ceil(r->due_last / f->seconds - 1e-9);
			if (at <= (double)n)
				s->due[at > 0.0 ? (size_t)at : 0] += r->work;
		}
	}
	for (size_t i = 1; i < n; i++)
		s->arrived[i] += s->arrived[i - 1];
	for (size_t i = 1; i <= n; i++)
		s->due[i] += s->due[i - 1];
	for (size_t i = 0; i <= n && arrivals; i++)
		s->due[i] += wfm_fluid_due(f, i, q->turnaround_s, q->open_hours);
	for (size_t i = 0; i < n; i++)
		if (s->loads[i].open)
			s->interval[s->points++] = i;
	for (size_t k = 0; k < s->points; k++) {
		double there = s->arrived[s->interval[k]];
		s->held[k] = fmax(0.0, there - due_share(q) * s->due[wfm_stream_next(s, k, n)]);
	}
	return true;
}

/* As much as waited at the start, and of what is due after the end what its time allows. */
static double end_allowance(const struct wfm_deferred_problem *p, const struct wfm_deferred_queue *q)
{
	double sum = 0.0, end = (double)p->n * p->interval_s;
	if (!isnan(q->end_backlog_s))
		return q->end_backlog_s;
	for (size_t b = 0; b < q->batch_count; b++) {
		const struct wfm_deferred_batch *t = &q->batches[b];
		double from = fmax(0.0, t->from_s);
		if (t->due_s <= end)
			sum += from > 0.0 ? 0.0 : t->work_s;
		else
			sum += t->work_s * fmin(1.0, (t->due_s - end) / (t->due_s - from));
	}
	return sum;
}

static enum wfm_status queue_streams(struct deferred *d, int32_t queue, struct wfm_error *e)
{
	const struct wfm_deferred_queue *q = &d->p->queues[queue];
	struct wfm_fluid f;
	size_t first = d->stream_count, n = 0;
	struct order *order = pool_alloc(&d->pool, q->batch_count, sizeof *order);
	if (order == NULL || !fluid_of(d, q, &f))
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	for (size_t b = 0; b < q->batch_count; b++)
		if (q->batches[b].work_s > 0.0)
			order[n++] = (struct order){ (int32_t)b, first_interval(d->p, &q->batches[b]),
						     q->batches[b].due_s };
	qsort(order, n, sizeof *order, by_from_then_due);
	bool ok = true;
	for (size_t b = arrivals_stream(d, queue, &f, order, n); b < n && ok; b++)
		ok = deal_batch(d, queue, first, &order[b], n);
	for (size_t i = first; i < d->stream_count && ok; i++)
		ok = d->streams[i].tranches != NULL && fill_curves(d, &d->streams[i], &f);
	if (!ok)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	if (d->stream_count > first && d->streams[first].points == 0)
		return wfm_fail(e, WFM_INVALID, "/queues", "queue %d has work but no open interval",
				(int)queue);
	for (size_t i = first; i < d->stream_count; i++) {
		const struct stream *s = &d->streams[i];
		d->unreachable[queue] += s->arrived[d->p->n - 1] - s->arrived[s->interval[s->points - 1]];
	}
	d->end_allowed[queue] = fmax(0.0, end_allowance(d->p, q) - d->unreachable[queue]);
	return WFM_OK;
}

enum wfm_status wfm_deferred_streams(struct deferred *d, struct wfm_error *e)
{
	size_t most = 0;
	for (size_t q = 0; q < d->p->queue_count; q++)
		most += 1 + d->p->queues[q].batch_count;
	d->streams = pool_alloc(&d->pool, most, sizeof *d->streams);
	d->end_allowed = pool_alloc(&d->pool, d->p->queue_count, sizeof *d->end_allowed);
	d->unreachable = pool_alloc(&d->pool, d->p->queue_count, sizeof *d->unreachable);
	if (d->streams == NULL || d->end_allowed == NULL || d->unreachable == NULL)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	for (size_t q = 0; q < d->p->queue_count; q++) {
		enum wfm_status status = queue_streams(d, (int32_t)q, e);
		if (status != WFM_OK)
			return status;
	}
	return WFM_OK;
}
