/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whole people. In time order, each class gets the fewest people who do what the plan wants done by
 * the end of the interval; what they could do besides goes to what waits, earliest due first. By
 * induction nothing is ever behind the plan: if all streams are at or ahead of it, what they still
 * need is at most what the plan gives them, so ⌈·⌉ of the plan's people suffice, and a cap, a whole
 * number that the plan respects, is respected. Where it costs nothing, a person who came stays a
 * while (HOLD_S of work ahead of the plan) rather than coming and going by the interval.
 *
 * Then people are taken away wherever nothing gets later by it, those who come alone for an interval
 * first: others have time to spare, or the work may wait for them.
 */
#include "deferred_serve.h"

#include <math.h>
#include <string.h>

static const double HOLD_S = 7200.0, ROUND = 1e-7, SAME_WORK = 1e-6;

struct rounding {
	struct server v;
	double *run_left; /* [class x n] paid work that the plan still has after i until it next pauses */
	double *ahead;    /* [class] paid work ahead of the plan */
	int32_t *before;  /* [class] people in the interval before */
	double *trial;    /* [stream x n] done with somebody taken away */
};

static void fill_runs(struct rounding *w)
{
	const struct deferred *d = w->v.d;
	for (size_t c = 0; c < d->p->class_count; c++) {
		double left = 0.0, rate = class_useful(&d->p->classes[c]) * d->p->interval_s;
		for (size_t i = d->p->n; i-- > 0;) {
			double x = d->out->extra_exact[c * d->p->n + i];
			w->run_left[c * d->p->n + i] = left;
			if (x > ROUND)
				left += x * rate;
			else if (d->cells[i * d->p->class_count + c].count > 0)
				left = 0.0;
		}
	}
}

static double waiting_for(const struct rounding *w, size_t c, size_t i)
{
	const struct deferred *d = w->v.d;
	const struct cell *cell = &d->cells[i * d->p->class_count + c];
	double sum = 0.0;
	for (size_t f = cell->first; f < cell->first + cell->count; f++) {
		int32_t s = d->flows[f].stream;
		sum += fmax(0.0, d->streams[s].arrived[i] - w->v.done[s]);
	}
	return sum;
}

/* The fewest, or as many as before while that is only work done earlier. */
static int32_t people(struct rounding *w, size_t c, size_t i)
{
	const struct wfm_deferred_problem *p = w->v.d->p;
	const struct wfm_deferred_class *k = &p->classes[c];
	double rate = class_useful(k) * p->interval_s, free_s = class_free(k, i);
	double most = k->max_extra != NULL ? (double)k->max_extra[i] : WFM_MAX_SERVERS;
	double planned = w->v.d->out->extra_exact[c * p->n + i];
	double need = fmin(fmax(0.0, w->v.wants[c] - free_s) / rate, most);
	int32_t n = (int32_t)ceil(need - ROUND * (1.0 + need)), more = (int32_t)ceil(planned - ROUND);
	double ahead = w->ahead[c] + ((double)more - planned) * rate;
	if (n < more && more <= most && w->before[c] >= more && ahead <= HOLD_S &&
	    ahead <= w->run_left[c * p->n + i] && waiting_for(w, c, i) >= free_s + more * rate)
		n = more;
	w->ahead[c] = planned > ROUND || n > 0 ? w->ahead[c] + (n - planned) * rate : 0.0;
	w->before[c] = w->v.d->cells[i * p->class_count + c].count > 0 ? n : w->before[c];
	return n;
}

static void keep_done(struct rounding *w, size_t i)
{
	for (size_t s = 0; s < w->v.d->stream_count; s++)
		w->v.d->streams[s].done[i] = w->v.done[s];
}

static void round_up(struct rounding *w)
{
	struct deferred *d = w->v.d;
	wfm_server_rewind(&w->v, 0);
	for (size_t i = 0; i < d->p->n; i++) {
		wfm_server_ask(&w->v, i);
		for (size_t c = 0; c < d->p->class_count; c++)
			d->out->extra[c * d->p->n + i] = people(w, c, i);
		wfm_server_work(&w->v, i, d->out->extra);
		keep_done(w, i);
	}
}

/* Plays on from interval i. False: something would be later than it was, or left over. */
static bool nothing_later(struct rounding *w, size_t i, size_t *until)
{
	const struct deferred *d = w->v.d;
	size_t n = d->p->n;
	wfm_server_rewind(&w->v, i);
	for (*until = i; *until < n; (*until)++) {
		bool same = true;
		wfm_server_ask(&w->v, *until);
		wfm_server_work(&w->v, *until, d->out->extra);
		for (size_t s = 0; s < d->stream_count; s++) {
			const struct stream *t = &d->streams[s];
			double less = t->done[*until] - w->v.done[s];
			if (less > SAME_WORK && w->v.done[s] < t->must[*until] - SAME_WORK)
				return false;
			same &= fabs(less) <= SAME_WORK;
			w->trial[s * n + *until] = w->v.done[s];
		}
		if (same)
			return true;
	}
	for (size_t s = 0; s < d->stream_count; s++)
		if (w->v.done[s] < d->streams[s].done[n - 1] - SAME_WORK &&
		    d->streams[s].arrived[n - 1] - w->v.done[s] > d->streams[s].may_stay + SAME_WORK)
			return false;
	return true;
}

static bool alone(const int32_t *extra, size_t i, size_t n)
{
	int32_t before = i > 0 ? extra[i - 1] : 0, after = i + 1 < n ? extra[i + 1] : 0;
	return extra[i] > before && extra[i] > after;
}

static void take_away(struct rounding *w, bool only_alone)
{
	struct deferred *d = w->v.d;
	size_t n = d->p->n, until;
	for (size_t i = n; i-- > 0;)
		for (size_t c = 0; c < d->p->class_count; c++) {
			int32_t *extra = &d->out->extra[c * n];
			while (extra[i] > 0 && (!only_alone || alone(extra, i, n))) {
				extra[i]--;
				if (!nothing_later(w, i, &until)) {
					extra[i]++;
					break;
				}
				for (size_t s = 0; s < d->stream_count; s++)
					for (size_t k = i; k < until; k++)
						d->streams[s].done[k] = w->trial[s * n + k];
			}
		}
}

/* How much of each stream waits at the end as it is, or may. */
static void fill_stays(struct rounding *w)
{
	struct deferred *d = w->v.d;
	size_t n = d->p->n;
	for (size_t q = 0; q < d->p->queue_count; q++) {
		double waits = 0.0;
		for (size_t s = 0; s < d->stream_count; s++)
			if ((size_t)d->streams[s].queue == q)
				waits += d->streams[s].arrived[n - 1] - d->streams[s].done[n - 1];
		/* What the queue may still leave goes to its first stream. */
		double spare = fmax(0.0, d->end_allowed[q] + d->unreachable[q] - waits);
		for (size_t s = 0; s < d->stream_count; s++)
			if ((size_t)d->streams[s].queue == q) {
				d->streams[s].may_stay = d->streams[s].arrived[n - 1] -
							 d->streams[s].done[n - 1] + spare;
				spare = 0.0;
			}
	}
}

static void play_and_record(struct rounding *w)
{
	struct deferred *d = w->v.d;
	d->out->cost = 0.0;
	memset(d->out->figures, 0, d->p->queue_count * d->p->n * sizeof *d->out->figures);
	memset(d->out->free_used_s, 0, d->p->class_count * d->p->n * sizeof *d->out->free_used_s);
	w->v.record = true;
	wfm_server_rewind(&w->v, 0);
	for (size_t i = 0; i < d->p->n; i++) {
		wfm_server_ask(&w->v, i);
		wfm_server_work(&w->v, i, d->out->extra);
		keep_done(w, i);
		for (size_t c = 0; c < d->p->class_count; c++)
			d->out->cost += d->out->extra[c * d->p->n + i] * d->p->classes[c].cost;
	}
}

/* By interval: the plan, and what must be done for nothing to be late. */
static bool fill_wanted(struct deferred *d)
{
	for (size_t s = 0; s < d->stream_count; s++) {
		struct stream *t = &d->streams[s];
		size_t k = 0;
		t->wanted = pool_alloc(&d->pool, d->p->n, sizeof *t->wanted);
		t->must = pool_alloc(&d->pool, d->p->n, sizeof *t->must);
		if (t->wanted == NULL || t->must == NULL)
			return false;
		for (size_t i = 0; i < d->p->n; i++)
			if (t->loads[i].open) {
				t->wanted[i] = t->plan[k];
				t->must[i] = t->arrived[i] - t->held[k++];
			}
	}
	return true;
}

enum wfm_status wfm_deferred_whole(struct deferred *d, struct wfm_error *e)
{
	size_t classes = d->p->class_count, n = d->p->n;
	struct rounding w = { .ahead = pool_alloc(&d->pool, classes, sizeof *w.ahead) };
	bool ok = wfm_server_init(&w.v, d) && fill_wanted(d);
	w.run_left = pool_alloc(&d->pool, classes * n, sizeof *w.run_left);
	w.before = pool_alloc(&d->pool, classes, sizeof *w.before);
	w.trial = pool_alloc(&d->pool, d->stream_count * n, sizeof *w.trial);
	if (!ok || !w.ahead || !w.run_left || !w.before || !w.trial)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	fill_runs(&w);
	round_up(&w);
	fill_stays(&w);
	take_away(&w, true);
	take_away(&w, false);
	play_and_record(&w);
	return WFM_OK;
}
