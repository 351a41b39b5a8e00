/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "deferred_serve.h"

#include <math.h>

static const double LEAST_PEOPLE = 1e-7, LEAST_WORK = 1e-9;

bool wfm_server_init(struct server *v, struct deferred *d)
{
	size_t classes = d->p->class_count, streams = d->stream_count;
	*v = (struct server){ .d = d };
	v->order = pool_alloc(&d->pool, classes, sizeof *v->order);
	v->head = pool_alloc(&d->pool, streams, sizeof *v->head);
	v->done = pool_alloc(&d->pool, 2 * streams, sizeof *v->done);
	v->share = pool_alloc(&d->pool, d->flow_count, sizeof *v->share);
	v->wants = pool_alloc(&d->pool, 3 * classes, sizeof *v->wants);
	if (!v->order || !v->head || !v->done || !v->share || !v->wants)
		return false;
	v->need = v->done + streams;
	v->left = v->wants + classes;
	v->free_left = v->left + classes;
	for (size_t c = 0; c < classes; c++) {
		size_t may = 0, at = c;
		for (size_t q = 0; q < d->p->queue_count; q++)
			may += d->p->classes[c].queues[q] != 0;
		v->wants[c] = (double)may;
		for (; at > 0 && v->wants[v->order[at - 1]] > (double)may; at--)
			v->order[at] = v->order[at - 1];
		v->order[at] = c;
	}
	return true;
}

static bool is_done(const struct stream *s, size_t tranche, double done)
{
	return s->tranches[tranche].upto <= done * (1.0 + 1e-12);
}

void wfm_server_rewind(struct server *v, size_t i)
{
	for (size_t s = 0; s < v->d->stream_count; s++) {
		const struct stream *t = &v->d->streams[s];
		size_t low = 0, high = t->tranche_count - 1; /* the first that is not done, or the last */
		v->done[s] = i > 0 ? t->done[i - 1] : 0.0;
		while (low < high) {
			size_t mid = low + (high - low) / 2;
			if (is_done(t, mid, v->done[s]))
				low = mid + 1;
			else
				high = mid;
		}
		v->head[s] = low;
	}
}

static void share_out(struct server *v, size_t i, size_t c)
{
	const struct cell *cell = &v->d->cells[i * v->d->p->class_count + c];
	for (size_t f = cell->first; f < cell->first + cell->count; f++) {
		const struct flow *w = &v->d->flows[f];
		v->share[f] = fmin(w->work, v->need[w->stream]);
		v->need[w->stream] -= v->share[f];
		v->wants[c] += v->share[f];
	}
}

/* What a plan by blocks leaves open within them: free time first, then whoever may be paid. */
static void share_rest(struct server *v, size_t i, size_t c, bool paid)
{
	const struct wfm_deferred_problem *p = v->d->p;
	const struct wfm_deferred_class *k = &p->classes[c];
	const struct cell *cell = &v->d->cells[i * p->class_count + c];
	double room = class_free(k, i) - v->wants[c];
	if (paid)
		room += k->max_extra == NULL
				? INFINITY
				: k->max_extra[i] * class_useful(k) * p->interval_s;
	for (size_t f = cell->first; f < cell->first + cell->count && room > 0.0; f++) {
		double more = fmin(v->need[v->d->flows[f].stream], room);
		v->share[f] += more;
		v->need[v->d->flows[f].stream] -= more;
		v->wants[c] += more;
		room -= more;
	}
}

void wfm_server_ask(struct server *v, size_t i)
{
	const struct deferred *d = v->d;
	size_t classes = d->p->class_count;
	double rest = 0.0;
	for (size_t s = 0; s < d->stream_count; s++)
		v->need[s] = fmax(0.0, d->streams[s].wanted[i] - v->done[s]);
	for (size_t c = 0; c < classes; c++)
		v->wants[c] = 0.0;
	for (int paid = 0; paid < 2; paid++)
		for (size_t c = 0; c < classes; c++)
			if ((d->out->extra_exact[c * d->p->n + i] > LEAST_PEOPLE) == (paid == 1))
				share_out(v, i, c);
	for (size_t s = 0; s < d->stream_count; s++)
		rest += v->need[s];
	for (int paid = 0; paid < 2 && rest > LEAST_WORK; paid++)
		for (size_t c = 0; c < classes; c++)
			share_rest(v, i, c, paid == 1);
}

/* The class spends seconds on a stream, free ones first. */
static void spend(struct server *v, size_t c, size_t s, size_t i, double seconds)
{
	double free_s = fmin(seconds, v->free_left[c]);
	v->free_left[c] -= free_s;
	v->left[c] -= seconds;
	v->done[s] += seconds;
	if (!v->record)
		return;
	struct wfm_deferred *out = v->d->out;
	struct wfm_deferred_figures *f = &out->figures[(size_t)v->d->streams[s].queue * out->n + i];
	f->done_s += seconds;
	f->free_s += free_s;
	out->free_used_s[c * out->n + i] += free_s;
}

static double next_due(struct server *v, size_t s)
{
	const struct stream *t = &v->d->streams[s];
	while (v->head[s] + 1 < t->tranche_count && is_done(t, v->head[s], v->done[s]))
		v->head[s]++;
	return t->tranches[v->head[s]].due_first;
}

/* Time left over goes to what waits, earliest due first. */
static void work_ahead(struct server *v, size_t c, size_t i)
{
	const struct cell *cell = &v->d->cells[i * v->d->p->class_count + c];
	for (size_t turn = 0; turn < cell->count && v->left[c] > LEAST_WORK; turn++) {
		size_t best = 0;
		double soonest = INFINITY, waits = 0.0;
		for (size_t f = cell->first; f < cell->first + cell->count; f++) {
			size_t s = (size_t)v->d->flows[f].stream;
			double here = v->d->streams[s].arrived[i] - v->done[s];
			if (!(here > LEAST_WORK))
				continue;
			double due = next_due(v, s);
			if (!(waits > 0.0) || due < soonest) {
				best = s;
				soonest = due;
				waits = here;
			}
		}
		if (!(waits > 0.0))
			return;
		spend(v, c, best, i, fmin(v->left[c], waits));
	}
}

void wfm_server_work(struct server *v, size_t i, const int32_t *people)
{
	const struct wfm_deferred_problem *p = v->d->p;
	for (size_t c = 0; c < p->class_count; c++) {
		const struct wfm_deferred_class *k = &p->classes[c];
		const struct cell *cell = &v->d->cells[i * p->class_count + c];
		v->free_left[c] = class_free(k, i);
		v->left[c] = v->free_left[c] + people[c * p->n + i] * class_useful(k) * p->interval_s;
		for (size_t f = cell->first; f < cell->first + cell->count; f++)
			spend(v, c, (size_t)v->d->flows[f].stream, i, fmin(v->share[f], v->left[c]));
	}
	for (size_t c = 0; c < p->class_count; c++)
		work_ahead(v, v->order[c], i);
}
