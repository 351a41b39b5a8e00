/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a replication is played on: heap, rings, lists, trace, and time spent by interval. */
#include "sim.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RING_START = 64, HEAP_START = 1024 };

void sim_push(struct sim_world *w, double at, int32_t kind, int32_t who, uint32_t stamp)
{
	if (w->heap_count == w->heap_room) {
		size_t room = w->heap_room > 0 ? 2 * w->heap_room : HEAP_START;
		struct sim_heap_event *more = realloc(w->heap, room * sizeof *more);
		if (more == NULL) {
			w->failed = true;
			return;
		}
		w->heap = more;
		w->heap_room = room;
	}
	size_t i = w->heap_count++;
	while (i > 0 && w->heap[(i - 1) / 2].at > at) {
		w->heap[i] = w->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	w->heap[i] = (struct sim_heap_event){ at, who, stamp, kind };
}

struct sim_heap_event sim_pop(struct sim_world *w)
{
	struct sim_heap_event top = w->heap[0], last = w->heap[--w->heap_count];
	size_t i = 0, n = w->heap_count;
	for (;;) {
		size_t child = 2 * i + 1;
		if (child >= n)
			break;
		if (child + 1 < n && w->heap[child + 1].at < w->heap[child].at)
			child++;
		if (w->heap[child].at >= last.at)
			break;
		w->heap[i] = w->heap[child];
		i = child;
	}
	w->heap[i] = last;
	return top;
}

uint32_t sim_ring_add(struct sim_world *w, struct sim_ring *r, const struct sim_contact *c)
{
	if (r->tail - r->head == r->size) {
		uint32_t size = r->size > 0 ? 2 * r->size : RING_START;
		struct sim_contact *at = malloc(size * sizeof *at);
		if (at == NULL) {
			w->failed = true;
			return r->tail;
		}
		for (uint32_t i = r->head; i != r->tail; i++)
			at[i & (size - 1)] = r->at[i & (r->size - 1)];
		free(r->at);
		r->at = at;
		r->size = size;
	}
	r->at[r->tail & (r->size - 1)] = *c;
	r->waiting++;
	return r->tail++;
}

int32_t sim_list_of(const struct sim_tables *t, int32_t set, int32_t queue, int32_t level)
{
	int32_t q = level == 0 ? 0 : queue;
	return (set * t->p->queue_count + q) * t->most_at_once + level;
}

void sim_list_add(struct sim_world *w, int32_t list, int32_t agent)
{
	struct sim_list *l = &w->lists[list];
	struct sim_agent *a = &w->agents[agent];
	a->list = list;
	a->next = -1;
	a->prev = l->tail;
	if (l->tail >= 0)
		w->agents[l->tail].next = agent;
	else
		l->head = agent;
	l->tail = agent;
	a->since = w->now;
}

void sim_list_remove(struct sim_world *w, int32_t agent)
{
	struct sim_agent *a = &w->agents[agent];
	if (a->list < 0)
		return;
	struct sim_list *l = &w->lists[a->list];
	if (a->prev >= 0)
		w->agents[a->prev].next = a->next;
	else
		l->head = a->next;
	if (a->next >= 0)
		w->agents[a->next].prev = a->prev;
	else
		l->tail = a->prev;
	a->list = -1;
}

void sim_note(struct sim_world *w, double at, enum wfm_sim_event_kind kind, int32_t queue,
	      int32_t agent, int32_t contact)
{
	if (!w->tracing)
		return;
	if (w->trace_count == w->trace_room) {
		size_t room = w->trace_room > 0 ? 2 * w->trace_room : HEAP_START;
		struct wfm_sim_event *more = realloc(w->trace, room * sizeof *more);
		if (more == NULL) {
			w->failed = true;
			return;
		}
		w->trace = more;
		w->trace_room = room;
	}
	w->trace[w->trace_count++] = (struct wfm_sim_event){ at, kind, queue, agent, contact };
}

void sim_spend(struct sim_world *w, int32_t set, double from, double to, bool busy)
{
	const struct wfm_sim_problem *p = w->t->p;
	struct wfm_sim_load *row = w->load + (size_t)set * (size_t)p->interval_count;
	to = fmin(to, w->t->end_s);
	int32_t i = (int32_t)(from / p->interval_s);
	while (from < to && i < p->interval_count) {
		double until = fmin(to, (i + 1) * p->interval_s);
		if (busy)
			row[i].busy_s += until - from;
		else
			row[i].present_s += until - from;
		from = until;
		i++;
	}
}

bool sim_world_open(struct sim_world *w, const struct sim_tables *t, const struct wfm_sim_options *o)
{
	const struct wfm_sim_problem *p = t->p;
	size_t queues = (size_t)p->queue_count, agents = (size_t)p->agent_count + 1;
	size_t at_once = (size_t)t->most_at_once;
	*w = (struct sim_world){ .t = t, .o = o };
	w->arrivals = calloc(queues, sizeof *w->arrivals);
	w->work = calloc(queues, sizeof *w->work);
	w->redials = calloc(queues, sizeof *w->redials);
	w->waiting = calloc(queues, sizeof *w->waiting);
	w->callbacks = calloc(queues, sizeof *w->callbacks);
	w->agents = calloc(agents, sizeof *w->agents);
	w->absent_span = calloc((size_t)p->span_count + 1, sizeof *w->absent_span);
	w->finish = calloc(agents * at_once, sizeof *w->finish);
	w->in_hand = calloc(agents * at_once, sizeof *w->in_hand);
	w->lists = calloc(((size_t)p->set_count + 1) * queues * at_once, sizeof *w->lists);
	w->tally = calloc(queues * (size_t)p->interval_count, sizeof *w->tally);
	w->count_from = o->count_from_s;
	w->count_to = o->count_to_s > 0.0 ? o->count_to_s : INFINITY;
	return w->arrivals != NULL && w->work != NULL && w->redials != NULL &&
	       w->waiting != NULL && w->callbacks != NULL && w->agents != NULL &&
	       w->absent_span != NULL && w->finish != NULL && w->in_hand != NULL && w->lists != NULL && w->tally != NULL;
}

void sim_world_close(struct sim_world *w)
{
	for (int32_t q = 0; w->t != NULL && q < w->t->p->queue_count; q++) {
		if (w->waiting != NULL)
			free(w->waiting[q].at);
		if (w->callbacks != NULL)
			free(w->callbacks[q].at);
	}
	free(w->arrivals);
	free(w->work);
	free(w->redials);
	free(w->waiting);
	free(w->callbacks);
	free(w->agents);
	free(w->absent_span);
	free(w->finish);
	free(w->in_hand);
	free(w->lists);
	free(w->tally);
	free(w->heap);
	free(w->trace);
	*w = (struct sim_world){ 0 };
}
