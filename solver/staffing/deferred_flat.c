/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A plan made as flat as it can be where one class, without a cap, is paid for one stream only: what
 * is done in free time stays, and what is paid becomes the taut string between
 *
 *   due − done in free time  <=  paid so far  <=  arrived − done in free time
 *
 * which has the least peak and the least variance of all with the same total. Not where few people
 * do: the plan goes by whole people there, and a third of a person all day is no better than one in
 * the morning.
 */
#include "deferred_impl.h"

#include <math.h>

enum { NOBODY = -1, SEVERAL = -2 };

static int only(int known, size_t now)
{
	return known == NOBODY ? (int)now : SEVERAL;
}

/* The class alone paid for the stream and for no other, or −1. */
static int paid_class(const struct deferred *d, size_t stream)
{
	const struct wfm_deferred_problem *p = d->p;
	int by = NOBODY, streams = NOBODY;
	for (size_t c = 0; c < p->class_count; c++) {
		bool pays = p->classes[c].max_extra == NULL;
		for (size_t i = 0; i < p->n && !pays; i++)
			pays = p->classes[c].max_extra[i] > 0;
		if (pays && p->classes[c].queues[d->streams[stream].queue] != 0)
			by = only(by, c);
	}
	if (by < 0 || p->classes[by].max_extra != NULL)
		return NOBODY;
	for (size_t s = 0; s < d->stream_count; s++)
		if (p->classes[by].queues[d->streams[s].queue] != 0)
			streams = only(streams, s);
	return streams < 0 ? NOBODY : by;
}

static void bounds(const struct deferred *d, const struct stream *s, const double *paid,
		   double *lower, double *upper)
{
	double most = 0.0, y = 0.0;
	for (size_t k = 0; k < s->points; k++) {
		double there = s->arrived[s->interval[k]];
		y += paid[s->interval[k]] * d->p->interval_s;
		double free_done = s->plan[k] - y;
		most = fmax(most, there - s->held[k] - s->late[k] - free_done);
		lower[k + 1] = most;
		upper[k + 1] = there - free_done;
	}
	upper[s->points] = lower[s->points] = y;
	for (size_t k = s->points; k-- > 1;)
		upper[k] = fmax(0.0, fmin(upper[k], upper[k + 1]));
	for (size_t k = 1; k < s->points; k++) /* rounding, and what blocks of intervals left open */
		lower[k] = fmin(lower[k], upper[k]);
}

static void flatten(struct deferred *d, struct stream *s, size_t c, double *room)
{
	const struct wfm_deferred_problem *p = d->p;
	double useful = class_useful(&p->classes[c]), *paid = room + 3 * (p->n + 1), shift = 0.0;
	struct wfm_string t = { s->points + 1, room, room + (p->n + 1), room + 2 * (p->n + 1) };
	for (size_t i = 0; i < p->n; i++)
		paid[i] = d->out->extra_exact[c * p->n + i] * useful;
	room[0] = room[p->n + 1] = 0.0;
	bounds(d, s, paid, room, room + (p->n + 1));
	wfm_string_pull(&t);
	for (size_t k = 0; k < s->points; k++) {
		size_t i = s->interval[k];
		double now = fmax(0.0, t.height[k + 1] - t.height[k]);
		double more = now - paid[i] * p->interval_s;
		d->out->extra_exact[c * p->n + i] = now / useful / p->interval_s;
		d->flows[d->cells[i * p->class_count + c].first].work += more;
		shift += more;
		s->plan[k] += shift;
	}
}

enum wfm_status wfm_deferred_flatten(struct deferred *d, struct wfm_error *e)
{
	double *room = pool_alloc(&d->pool, 4 * (d->p->n + 1), sizeof *room);
	if (room == NULL)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	for (size_t s = 0; s < d->stream_count; s++) {
		int c = paid_class(d, s);
		if (c >= 0 && d->step_size[c] > 1.0)
			flatten(d, &d->streams[s], (size_t)c, room);
	}
	return WFM_OK;
}
