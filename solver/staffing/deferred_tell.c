/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the work done comes to: backlog, what was done in time, which work is done when. In a stream
 * who comes first is done first, so the curves of work arrived, due and done say it all.
 */
#include "deferred_impl.h"

#include <math.h>
#include <stdlib.h>

/* Less than this part of an interval's work of one person is rounding, not work. */
static const double SOME = 1e-4;

/* Arrival time of the stream's work number x; t is the tranche from which to look on. */
static double arrival_of(const struct stream *s, double x, size_t *t, double seconds)
{
	while (*t + 1 < s->tranche_count && s->tranches[*t].upto < x)
		(*t)++;
	const struct tranche *r = &s->tranches[*t];
	double part = r->spread ? fmin(fmax(1.0 - (r->upto - x) / r->work, 0.0), 1.0) : 0.0;
	return ((double)r->from + part) * seconds;
}

static void stream_figures(struct deferred *d, const struct stream *s)
{
	double seconds = d->p->interval_s, before = 0.0, some = SOME * seconds;
	size_t at = 0;
	for (size_t i = 0; i < d->p->n; i++) {
		struct wfm_deferred_figures *f = &d->out->figures[(size_t)s->queue * d->p->n + i];
		double done = s->done[i], late = s->due[i + 1] - done;
		double due = s->due[i + 1] - (i > 0 ? s->due[i] : 0.0);
		double in_time = fmin(fmax(0.0, fmin(done, s->due[i + 1]) - s->due[i]),
				      s->due[i + 1] - s->due[i]);
		f->backlog_s += fmax(0.0, s->arrived[i] - done);
		f->late_s += late > some ? late : 0.0;
		f->due_s += due;
		f->in_time_s += in_time;
		d->out->due_s += due;
		d->out->in_time_s += in_time;
		if (done > before) /* summed here, divided when all streams are in */
			f->age_s += (done - before) *
				    fmax(0.0, ((double)i + 0.5) * seconds -
					      arrival_of(s, 0.5 * (before + done), &at, seconds));
		before = done;
	}
	for (size_t k = 0; k < s->points; k++) {
		double behind = s->arrived[s->interval[k]] - s->held[k] - s->done[s->interval[k]];
		d->out->late_s += behind > some ? behind : 0.0;
	}
}

/* The interval in which the stream's work number x is done; −1: not any more. */
static int32_t done_in(const struct stream *s, size_t n, double x)
{
	if (!(s->done[n - 1] >= x))
		return -1;
	size_t low = 0, high = n - 1;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (s->done[mid] >= x)
			high = mid;
		else
			low = mid + 1;
	}
	return (int32_t)low;
}

/* Of the work numbered low..high, what was not done when it fell due. */
static double late_of(const struct stream *s, size_t n, double low, double high, double some, size_t *j)
{
	double late = 0.0;
	while (*j <= n && s->due[*j] <= low)
		(*j)++;
	for (size_t k = *j; k <= n; k++) {
		double from = fmax(low, k > 0 ? s->due[k - 1] : 0.0), to = fmin(high, s->due[k]);
		double done = k > 0 ? s->done[k - 1] : 0.0;
		if (to > from)
			late += fmax(0.0, to - fmax(from, done));
		if (s->due[k] >= high)
			break;
	}
	return late > some ? late : 0.0;
}

static void stream_items(struct deferred *d, const struct stream *s)
{
	size_t n = d->p->n, j = 0;
	double least = SOME * d->p->interval_s;
	for (size_t t = 0; t < s->tranche_count; t++) {
		const struct tranche *r = &s->tranches[t];
		double low = r->upto - r->work, some = fmin(least, 0.5 * r->work);
		d->out->items[d->out->item_count++] = (struct wfm_deferred_item){
			.queue = s->queue,
			.interval = r->batch >= 0 && r->from == 0 ? -1 : r->from,
			.batch = r->batch, .work_s = r->work, .due_s = r->due_last,
			.done_first = done_in(s, n, low + some),
			.done_last = done_in(s, n, r->upto - some),
			.late_s = late_of(s, n, low, r->upto, least, &j),
		};
	}
}

static int by_queue_then_due(const void *a, const void *b)
{
	const struct wfm_deferred_item *x = a, *y = b;
	if (x->queue != y->queue)
		return x->queue < y->queue ? -1 : 1;
	if (x->due_s != y->due_s)
		return x->due_s < y->due_s ? -1 : 1;
	if (x->interval != y->interval)
		return x->interval < y->interval ? -1 : 1;
	return (x->batch > y->batch) - (x->batch < y->batch);
}

enum wfm_status wfm_deferred_tell(struct deferred *d, struct wfm_error *e)
{
	size_t n = d->p->n, all = n * d->p->queue_count;
	(void)e;
	d->out->late_s = d->out->left_over_s = d->out->due_s = d->out->in_time_s = 0.0;
	d->out->item_count = 0;
	for (size_t s = 0; s < d->stream_count; s++) {
		stream_figures(d, &d->streams[s]);
		stream_items(d, &d->streams[s]);
	}
	for (size_t i = 0; i < all; i++) {
		struct wfm_deferred_figures *f = &d->out->figures[i];
		f->age_s = f->done_s > 0.0 ? f->age_s / f->done_s : 0.0;
	}
	for (size_t q = 0; q < d->p->queue_count; q++) {
		double more = d->out->figures[q * n + n - 1].backlog_s - d->unreachable[q] -
			      d->end_allowed[q];
		d->out->left_over_s += more > SOME * d->p->interval_s ? more : 0.0;
	}
	qsort(d->out->items, d->out->item_count, sizeof *d->out->items, by_queue_then_due);
	return WFM_OK;
}
