/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One replication, event by event. Between events nothing changes, so the loop always takes the
 * earlier of the roster's next change and the heap's top.
 *
 * Those who give up are noticed late where nobody could tell the difference: when someone comes to
 * the head of the queue. Queues with a lobby, redials or callbacks can tell, and get an event.
 *
 * Chats: with i contacts in hand each goes forward at 1/(1 + stretch·(i−1)). All of an agent's
 * contacts go at one pace, so one virtual clock an agent serves them: a contact is done when the
 * clock reads its reading at the start plus its handling time.
 */
#include "sim.h"

#include <math.h>
#include <string.h>

enum event_kind { DONE, LEAVES, OVERFLOWS, RETURNS, REDIALS, ARRIVES };

static const struct wfm_sim_queue *queue_of(const struct sim_world *w, int32_t q)
{
	return &w->t->p->queues[q];
}

static bool live(const struct wfm_sim_queue *q)
{
	return q->due_s <= 0.0;
}

static bool exact_leaving(const struct wfm_sim_queue *q)
{
	return q->lobby >= 0 || q->redial > 0.0 || q->callback_after_s > 0.0;
}

/* ---- what became of a contact ------------------------------------------------------------ */

static struct sim_tally *tally_of(struct sim_world *w, int32_t q, const struct sim_contact *c)
{
	return &w->tally[(size_t)q * (size_t)w->t->p->interval_count + (size_t)c->interval];
}

static void count_answered(struct sim_world *w, int32_t q, const struct sim_contact *c, double done)
{
	if (!c->counted)
		return;
	const struct wfm_sim_queue *queue = queue_of(w, q);
	struct sim_tally *k = tally_of(w, q, c);
	double wait = w->now - c->arrived;
	k->answered += 1.0;
	k->wait_answered_s += wait;
	k->wait_s += wait;
	k->judged += 1.0;
	k->good += live(queue) ? wait <= queue->within_s : done - c->arrived <= queue->due_s;
}

static void count_lost(struct sim_world *w, int32_t q, const struct sim_contact *c, double wait)
{
	if (!c->counted)
		return;
	const struct wfm_sim_queue *queue = queue_of(w, q);
	struct sim_tally *k = tally_of(w, q, c);
	bool soon = wait <= queue->within_s;
	k->abandoned += 1.0;
	k->wait_s += wait;
	switch (queue->definition) {
	case WFM_SL_OFFERED:
	case WFM_SL_DEFINITIONS:
		k->judged += 1.0;
		break;
	case WFM_SL_EXCLUDING_SHORT:
		k->judged += !soon;
		break;
	case WFM_SL_WAIT:
		k->judged += 1.0;
		k->good += soon;
		break;
	case WFM_SL_ANSWERED:
		break;
	}
}

static void lose(struct sim_world *w, int32_t q, const struct sim_contact *c, double at,
		 enum wfm_sim_event_kind how)
{
	const struct wfm_sim_queue *queue = queue_of(w, q);
	count_lost(w, q, c, at - c->arrived);
	sim_note(w, at, how, q, -1, c->number);
	if (queue->redial > 0.0 && rng_unit(&w->redials[q].rng) < queue->redial) {
		double again = at + queue->redial_after_s * sim_draw_exponential(&w->redials[q]);
		if (again < w->t->end_s)
			sim_push(w, again, REDIALS, q, 0);
	}
}

/* ---- the queue --------------------------------------------------------------------------- */

static struct sim_contact *ring_at(struct sim_ring *r, uint32_t sequence)
{
	return &r->at[sequence & (r->size - 1)];
}

/* The contact at the head leaves as it would have: it gives up or turns into a callback. */
static void leave(struct sim_world *w, int32_t q, struct sim_contact *c)
{
	w->waiting[q].waiting--;
	c->gone = true;
	if (!c->calls_back) {
		lose(w, q, c, c->leave_at, WFM_SIM_GIVES_UP);
		return;
	}
	sim_note(w, c->leave_at, WFM_SIM_CALLBACK, q, -1, c->number);
	struct sim_contact back = *c;
	back.gone = false;
	back.leave_at = INFINITY;
	(void)sim_ring_add(w, &w->callbacks[q], &back);
}

/* The first who still waits, NULL when nobody does. */
static struct sim_contact *head_of(struct sim_world *w, int32_t q)
{
	struct sim_ring *r = &w->waiting[q];
	while (r->head != r->tail) {
		struct sim_contact *c = ring_at(r, r->head);
		if (!c->gone && c->leave_at > w->now)
			return c;
		if (!c->gone)
			leave(w, q, c);
		r->head++;
	}
	return w->callbacks[q].head != w->callbacks[q].tail
		       ? ring_at(&w->callbacks[q], w->callbacks[q].head)
		       : NULL;
}

static struct sim_contact take_head(struct sim_world *w, int32_t q)
{
	struct sim_ring *r = w->waiting[q].head != w->waiting[q].tail ? &w->waiting[q] : &w->callbacks[q];
	r->waiting--;
	return *ring_at(r, r->head++);
}

/* ---- people ------------------------------------------------------------------------------ */

static double speed_of(const struct sim_world *w, int32_t set, int32_t q)
{
	return w->t->skills[w->t->skill_at[set * w->t->p->queue_count + q]].speed;
}

static int32_t at_once(const struct wfm_sim_queue *q)
{
	return q->concurrency > 1 ? q->concurrency : 1;
}

static double pace(const struct wfm_sim_queue *q, int32_t load)
{
	return 1.0 / (1.0 + q->stretch * (load - 1));
}

static void advance(struct sim_world *w, struct sim_agent *a)
{
	if (a->load > 0)
		a->virtual_s += (w->now - a->virtual_at) * pace(queue_of(w, a->queue), a->load);
	a->virtual_at = w->now;
}

static int32_t first_done(const struct sim_world *w, int32_t agent)
{
	const double *finish = w->finish + (size_t)agent * (size_t)w->t->most_at_once;
	int32_t first = 0;
	for (int32_t i = 1; i < w->agents[agent].load; i++)
		if (finish[i] < finish[first])
			first = i;
	return first;
}

static void expect_done(struct sim_world *w, int32_t agent)
{
	struct sim_agent *a = &w->agents[agent];
	const double *finish = w->finish + (size_t)agent * (size_t)w->t->most_at_once;
	double ahead = fmax(0.0, finish[first_done(w, agent)] - a->virtual_s);
	sim_push(w, w->now + ahead / pace(queue_of(w, a->queue), a->load), DONE, agent, ++a->version);
}

/* Into the list of those who may take one more, when there is room. */
static void stand_by(struct sim_world *w, int32_t agent)
{
	struct sim_agent *a = &w->agents[agent];
	sim_list_remove(w, agent);
	if (a->set < 0 || a->leaving || (a->load > 0 && a->load >= at_once(queue_of(w, a->queue))))
		return;
	sim_list_add(w, sim_list_of(w->t, a->set, a->queue, a->load), agent);
}

static void begin(struct sim_world *w, int32_t agent, int32_t q, const struct sim_contact *c)
{
	struct sim_agent *a = &w->agents[agent];
	size_t slot = (size_t)agent * (size_t)w->t->most_at_once;
	double handling = c->handling_s / speed_of(w, a->set, q);
	advance(w, a);
	if (a->load == 0) {
		a->virtual_s = 0.0;
		a->busy_from = w->now;
		a->queue = q;
	}
	slot += (size_t)a->load++;
	w->finish[slot] = a->virtual_s + handling;
	w->in_hand[slot] = c->number;
	if (c->counted)
		w->handled_s[a->set * w->t->p->queue_count + q] += handling;
	count_answered(w, q, c, w->now + handling);
	sim_note(w, w->now, WFM_SIM_BEGINS, q, agent, c->number);
	stand_by(w, agent);
	expect_done(w, agent);
}

/* The queue from which this agent takes next, −1 for none. */
static int32_t next_queue(struct sim_world *w, const struct sim_agent *a)
{
	const struct sim_tables *t = w->t;
	int32_t best = -1, priority = 0;
	double longest = 0.0;
	for (int32_t i = t->first_skill[a->set]; i < t->first_skill[a->set + 1]; i++) {
		const struct wfm_sim_skill *s = &t->skills[i];
		if (best >= 0 && s->priority > priority)
			break;
		if (a->load > 0 && s->queue != a->queue)
			continue;
		const struct sim_contact *c = head_of(w, s->queue);
		if (c == NULL || w->now - c->arrived < s->after_s)
			continue;
		if (best < 0 || w->now - c->arrived > longest) {
			best = s->queue;
			priority = s->priority;
			longest = w->now - c->arrived;
		}
	}
	return best;
}

static void take_work(struct sim_world *w, int32_t agent)
{
	struct sim_agent *a = &w->agents[agent];
	while (a->load == 0 || a->load < at_once(queue_of(w, a->queue))) {
		int32_t q = next_queue(w, a);
		if (q < 0)
			break;
		struct sim_contact c = take_head(w, q);
		begin(w, agent, q, &c);
	}
	stand_by(w, agent);
}

/* Whom a contact that has waited `waited` goes to: best priority, fewest in hand, longest idle. */
static int32_t whom(const struct sim_world *w, int32_t q, double waited)
{
	const struct sim_tables *t = w->t;
	int32_t best = -1, level = 0, priority = 0, levels = at_once(queue_of(w, q));
	for (int32_t i = t->first_route[q]; i < t->first_route[q + 1]; i++) {
		const struct sim_route *r = &t->routes[i];
		if (best >= 0 && r->priority > priority)
			break;
		for (int32_t k = 0; k < levels && waited >= r->after_s; k++) {
			int32_t agent = w->lists[sim_list_of(t, r->set, q, k)].head;
			if (agent < 0)
				continue;
			if (best < 0 || k < level ||
			    (k == level && w->agents[agent].since < w->agents[best].since)) {
				best = agent;
				level = k;
				priority = r->priority;
			}
			break;
		}
	}
	return best;
}

/* ---- events ------------------------------------------------------------------------------ */

static void expect_overflow(struct sim_world *w, int32_t q)
{
	const struct sim_tables *t = w->t;
	for (int32_t i = t->first_route[q]; i < t->first_route[q + 1]; i++)
		if (t->routes[i].after_s > 0.0)
			sim_push(w, w->now + t->routes[i].after_s, OVERFLOWS, q, 0);
}

static struct sim_contact contact_new(struct sim_world *w, int32_t q, struct sim_stream *s)
{
	const struct wfm_sim_queue *queue = queue_of(w, q);
	const double *mean = w->t->sample_mean + 2 * (size_t)q;
	int32_t interval = (int32_t)(w->now / w->t->p->interval_s);
	if (interval >= w->t->p->interval_count)
		interval = w->t->p->interval_count - 1;
	struct sim_contact c = { .arrived = w->now, .interval = interval, .number = w->contacts++ };
	c.counted = w->now >= w->count_from && w->now < w->count_to;
	c.handling_s = queue->aht_s[interval] * sim_draw_unit(s, &queue->handling, mean[0]);
	c.leave_at = INFINITY;
	if (live(queue) && queue->patience_s > 0.0 && !isinf(queue->patience_s))
		c.leave_at = w->now +
			     queue->patience_s * sim_draw_unit(s, &queue->patience, mean[1]);
	if (queue->callback_after_s > 0.0) {
		double offered = w->now + queue->callback_after_s;
		if (rng_unit(&s->rng) < queue->callback_share && c.leave_at > offered) {
			c.leave_at = offered;
			c.calls_back = true;
		}
	}
	return c;
}

static void arrive(struct sim_world *w, int32_t q, struct sim_stream *s)
{
	const struct wfm_sim_queue *queue = queue_of(w, q);
	struct sim_contact c = contact_new(w, q, s);
	if (c.counted)
		tally_of(w, q, &c)->offered += 1.0;
	sim_note(w, w->now, WFM_SIM_ARRIVES, q, -1, c.number);
	int32_t agent = whom(w, q, 0.0);
	if (agent >= 0) {
		begin(w, agent, q, &c);
		return;
	}
	if (queue->lobby >= 0 && w->waiting[q].waiting >= queue->lobby) {
		lose(w, q, &c, w->now, WFM_SIM_TURNED_AWAY);
		return;
	}
	uint32_t sequence = sim_ring_add(w, &w->waiting[q], &c);
	if (!isinf(c.leave_at) && exact_leaving(queue))
		sim_push(w, c.leave_at, LEAVES, q, sequence);
	expect_overflow(w, q);
}

static void expect_arrival(struct sim_world *w, int32_t q)
{
	double at = sim_arrivals_next(&w->arrivals[q]);
	if (!isinf(at))
		sim_push(w, at, ARRIVES, q, 0);
}

/* Callbacks and contacts that now may overflow: give what waits to who is free. */
static void serve(struct sim_world *w, int32_t q)
{
	for (;;) {
		const struct sim_contact *head = head_of(w, q);
		int32_t agent = head != NULL ? whom(w, q, w->now - head->arrived) : -1;
		if (agent < 0)
			return;
		struct sim_contact c = take_head(w, q);
		begin(w, agent, q, &c);
	}
}

static void leaves(struct sim_world *w, int32_t q, uint32_t sequence)
{
	struct sim_ring *r = &w->waiting[q];
	if (sequence - r->head >= r->tail - r->head)
		return; /* answered meanwhile */
	struct sim_contact *c = ring_at(r, sequence);
	if (c->gone)
		return;
	bool calls_back = c->calls_back;
	leave(w, q, c);
	if (calls_back)
		serve(w, q);
}

static void go(struct sim_world *w, int32_t agent)
{
	struct sim_agent *a = &w->agents[agent];
	sim_list_remove(w, agent);
	sim_spend(w, a->set, a->came_at, w->now, false);
	a->set = -1;
	a->leaving = false;
	a->left_at = w->now;
	sim_note(w, w->now, WFM_SIM_GOES, -1, agent, -1);
}

static void come(struct sim_world *w, int32_t agent, int32_t at)
{
	struct sim_agent *a = &w->agents[agent];
	const struct wfm_sim_span *span = &w->t->p->spans[at];
	a->span = at;
	if (w->now >= span->end_s)
		return; /* what came before ran past all of it */
	a->set = span->set;
	a->came_at = w->now;
	sim_note(w, w->now, WFM_SIM_COMES, -1, agent, -1);
	take_work(w, agent);
}

/* A span begins: at once, or when a break that began late is over. */
static void due_to_come(struct sim_world *w, int32_t agent, int32_t at)
{
	const struct sim_agent *a = &w->agents[agent];
	const struct wfm_sim_span *span = &w->t->p->spans[at];
	if (span->after_break && a->span == at - 1) {
		double back = a->left_at + (span->start_s - w->t->p->spans[at - 1].end_s);
		if (back > w->now + 1e-9) {
			sim_push(w, back, RETURNS, agent, (uint32_t)at);
			return;
		}
	}
	come(w, agent, at);
}

/* Away, or straight into the next span if that has begun. */
static void end_span(struct sim_world *w, int32_t agent)
{
	int32_t next = w->agents[agent].span + 1;
	go(w, agent);
	if (next < w->t->first_span[agent + 1] && w->t->p->spans[next].start_s <= w->now &&
	    !w->absent_span[next])
		due_to_come(w, agent, next);
}

static void done(struct sim_world *w, int32_t agent)
{
	struct sim_agent *a = &w->agents[agent];
	double *finish = w->finish + (size_t)agent * (size_t)w->t->most_at_once;
	int32_t *in_hand = w->in_hand + (size_t)agent * (size_t)w->t->most_at_once;
	int32_t i = first_done(w, agent);
	advance(w, a);
	sim_note(w, w->now, WFM_SIM_ENDS, a->queue, agent, in_hand[i]);
	a->load--;
	finish[i] = finish[a->load];
	in_hand[i] = in_hand[a->load];
	if (a->load == 0)
		sim_spend(w, a->set, a->busy_from, w->now, true);
	uint32_t version = a->version;
	if (!a->leaving)
		take_work(w, agent);
	if (a->load == 0 && a->leaving)
		end_span(w, agent);
	else if (a->load > 0 && a->version == version)
		expect_done(w, agent);
}

static void roster_change(struct sim_world *w, const struct sim_change *c)
{
	struct sim_agent *a = &w->agents[c->agent];
	if (w->absent_span[c->span])
		return;
	if (c->comes) {
		if (a->set < 0) /* else still busy from the span before, or here already */
			due_to_come(w, c->agent, c->span);
		return;
	}
	if (a->set < 0 || a->span != c->span)
		return; /* never came */
	if (a->load > 0) {
		a->leaving = true;
		sim_list_remove(w, c->agent);
	} else {
		end_span(w, c->agent);
	}
}

static void happen(struct sim_world *w, const struct sim_heap_event *event)
{
	int32_t who = event->who;
	switch ((enum event_kind)event->kind) {
	case DONE:
		if (w->agents[who].version == event->stamp)
			done(w, who);
		return;
	case LEAVES:
		leaves(w, who, event->stamp);
		return;
	case OVERFLOWS:
		serve(w, who);
		return;
	case RETURNS:
		if (w->agents[who].set < 0 && w->agents[who].span == (int32_t)event->stamp - 1)
			come(w, who, (int32_t)event->stamp);
		return;
	case REDIALS:
		arrive(w, who, &w->redials[who]);
		return;
	case ARRIVES:
		arrive(w, who, &w->work[who]);
		expect_arrival(w, who);
		return;
	}
}

/* ---- a replication ----------------------------------------------------------------------- */

/* A day's spans fail together: absence is drawn once an agent and day, in one fixed order. */
static void draw_absences(struct sim_world *w, int32_t replication)
{
	const struct wfm_sim_problem *p = w->t->p;
	if (p->absence == NULL)
		return;
	struct sim_stream s;
	for (int32_t a = 0; a < p->agent_count; a++) {
		int32_t day = -1;
		bool absent = false;
		sim_stream_open(&s, w->o->seed, replication, SIM_ABSENCE, a);
		for (int32_t i = w->t->first_span[a]; i < w->t->first_span[a + 1]; i++) {
			/* A break does not make a new day of a night shift. */
			int32_t of = p->spans[i].after_break ? day : sim_day_of(w->t, p->spans[i].start_s);
			while (day < of)
				absent = rng_unit(&s.rng) < wfm_sim_absence(p, a, ++day);
			w->absent_span[i] = absent;
		}
	}
}

static void open_replication(struct sim_world *w, int32_t replication, struct sim_block *b)
{
	const struct wfm_sim_problem *p = w->t->p;
	size_t lists = (size_t)p->set_count * (size_t)p->queue_count * (size_t)w->t->most_at_once;
	w->now = 0.0;
	w->heap_count = 0;
	w->contacts = 0;
	w->load = b->load;
	w->handled_s = b->handled_s;
	w->tracing = replication == w->o->trace_replication;
	memset(w->lists, -1, lists * sizeof *w->lists);
	memset(w->tally, 0, (size_t)p->queue_count * (size_t)p->interval_count * sizeof *w->tally);
	for (int32_t a = 0; a < p->agent_count; a++)
		w->agents[a] = (struct sim_agent){ .set = -1, .list = -1,
						   .span = w->t->first_span[a] - 1 };
	draw_absences(w, replication);
	for (int32_t q = 0; q < p->queue_count; q++) {
		sim_stream_open(&w->work[q], w->o->seed, replication, SIM_WORK, q);
		sim_stream_open(&w->redials[q], w->o->seed, replication, SIM_REDIALS, q);
		sim_arrivals_open(&w->arrivals[q], w->t, q, w->o->seed, replication);
		w->waiting[q].head = w->waiting[q].tail = 0;
		w->callbacks[q].head = w->callbacks[q].tail = 0;
		w->waiting[q].waiting = w->callbacks[q].waiting = 0;
		for (double k = 0.5; k < p->queues[q].backlog; k += 1.0)
			arrive(w, q, &w->work[q]);
		expect_arrival(w, q);
	}
}

/* Who still waits when everything is over: live contacts are lost; of deferred work what was due. */
static void left_over(struct sim_world *w, int32_t q)
{
	const struct wfm_sim_queue *queue = queue_of(w, q);
	while (head_of(w, q) != NULL) {
		struct sim_contact c = take_head(w, q);
		double end = fmax(w->now, w->t->end_s);
		if (live(queue))
			lose(w, q, &c, fmin(c.leave_at, end), WFM_SIM_GIVES_UP);
		else if (c.counted && c.arrived + queue->due_s <= end)
			count_lost(w, q, &c, end - c.arrived);
	}
}

void sim_play(struct sim_world *w, int32_t replication, struct sim_block *b)
{
	const struct sim_tables *t = w->t;
	int32_t change = 0;
	open_replication(w, replication, b);
	while (!w->failed) {
		double roster = change < t->change_count ? t->changes[change].at : INFINITY;
		double play = w->heap_count > 0 ? w->heap[0].at : INFINITY;
		if (isinf(roster) && isinf(play))
			break;
		w->now = fmax(w->now, fmin(roster, play));
		if (roster <= play) {
			roster_change(w, &t->changes[change++]);
		} else {
			struct sim_heap_event event = sim_pop(w);
			happen(w, &event);
		}
	}
	for (int32_t q = 0; q < t->p->queue_count; q++)
		left_over(w, q);
	b->contacts += w->contacts;
}
