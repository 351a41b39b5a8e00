/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The judge of training and meetings: each where and with whom it may be, nobody missing who must be
 * there and could, and the cents of those who miss. See judge.h.
 */
#include "solver/schedule/judge.h"

#include <stdlib.h>
#include <string.h>

struct sitting {
	struct judge *j;
	const struct wfm_session *s;
	int32_t x;
	int32_t *had, *told; /* [agents] times it is had, and said to be missed */
	int32_t *busy; /* [slots] who is there */
	uint8_t *asked; /* [agents] */
	int32_t at, present; /* together: when the first found begins; how many are there */
};

static bool is_session(const struct wfm_activity *a)
{
	return a->kind == WFM_TRAINING || a->kind == WFM_MEETING;
}

static const struct wfm_activity *at(const struct judge *j, const struct wfm_shift *s, int32_t i)
{
	return &j->r->activities[s->first_activity + i];
}

/* A plan that repeats has the window every time round. */
static bool in_window(const struct judge *j, const struct wfm_session *s, int32_t start, int32_t end)
{
	for (int32_t k = 0; k < s->window_count; k++) {
		const struct wfm_span *w = &s->windows[k];
		int64_t into = (int64_t)start - w->start;
		if (j->p->cyclic)
			into = (into % j->p->slot_count + j->p->slot_count) % j->p->slot_count;
		if (into >= 0 && w->start + into + (end - start) <= w->end)
			return true;
	}
	return s->window_count == 0;
}

/* The slot of the plan's one round. */
static int32_t slot_of(const struct sitting *k, int32_t t)
{
	return k->j->p->cyclic ? t % k->j->p->slot_count : t;
}

static bool keeps_margin(const struct judge *j, const struct wfm_session *s, const struct wfm_shift *shift,
			 int32_t start, int32_t end)
{
	return (start - shift->start) * j->p->slot_min >= s->margin_min &&
	       (shift->end - end) * j->p->slot_min >= s->margin_min;
}

static void complain(struct sitting *k, int32_t agent, int32_t day, double amount, const char *what)
{
	const char *name = k->s->name;
	k->j->agent = agent;
	judge_breach(k->j, WFM_BREACH_SESSION, day, WFM_RULE_COUNT, amount, "session %d%s%.40s%s: %s", k->x,
		     name ? " (" : "", name ? name : "", name ? ")" : "", what);
}

static void judge_sit(struct sitting *k, const struct wfm_shift *shift, const struct wfm_activity *a)
{
	const struct wfm_session *s = k->s;
	const struct wfm_problem *p = k->j->p;
	const int32_t end = a->start + a->slots, agent = shift->agent, day = shift->day;
	if (a->kind != s->kind || a->queue != WFM_NONE || !a->paid || a->slots * p->slot_min != s->minutes)
		complain(k, agent, day, 0, "has another kind, length or pay");
	if (!k->asked[agent])
		complain(k, agent, day, 1, "the agent is not one of its agents");
	if (shift->elsewhere > 0)
		complain(k, agent, day, 0, "is in a shift at another site than the agent's");
	if (!in_window(k->j, s, a->start, end))
		complain(k, agent, day, 0, "lies outside its windows");
	if (!keeps_margin(k->j, s, shift, a->start, end))
		complain(k, agent, day, 0, "is too near an end of the shift");
	if (s->together && k->present > 0 && slot_of(k, a->start) != k->at)
		complain(k, agent, day, slot_of(k, a->start) - k->at, "is not when the others have it");
	if (k->present++ == 0)
		k->at = slot_of(k, a->start);
	k->had[agent]++;
	for (int32_t t = a->start; t < end; t++)
		k->busy[slot_of(k, t)]++;
}

static void read_sits(struct sitting *k, const struct wfm_shift *const *shifts, int32_t count)
{
	for (int32_t i = 0; i < count; i++) {
		int32_t n = 0;
		for (int32_t b = 0; b < shifts[i]->activity_count; b++) {
			const struct wfm_activity *a = at(k->j, shifts[i], b);
			if (!is_session(a) || a->session != k->x)
				continue;
			judge_sit(k, shifts[i], a);
			n++;
		}
		if (n > 1)
			complain(k, shifts[i]->agent, shifts[i]->day, n - 1, "twice in one shift");
	}
}

static bool has_room(const struct sitting *k, int32_t start, int32_t end)
{
	for (int32_t t = start; t < end && k->s->at_once > 0; t++)
		if (k->busy[slot_of(k, t)] >= k->s->at_once)
			return false;
	return true;
}

/* Could an agent who misses it have it in this shift, all else as it is? */
static bool could_be(const struct sitting *k, const struct wfm_shift *shift)
{
	const int32_t n = k->s->minutes / k->j->p->slot_min;
	if (shift->elsewhere > 0)
		return false;
	for (int32_t b = 0; b < shift->activity_count; b++)
		if (is_session(at(k->j, shift, b)) && at(k->j, shift, b)->session == k->x)
			return false;
	/* Stretches of work, on whatever queues. */
	for (int32_t b = 0, from = shift->start; b <= shift->activity_count; b++) {
		const struct wfm_activity *a = b < shift->activity_count ? at(k->j, shift, b) : NULL;
		if (a && a->kind == WFM_WORK)
			continue;
		int32_t to = a ? a->start : shift->end;
		for (int32_t t = from; t + n <= to; t++)
			if ((!k->s->together || slot_of(k, t) == k->at) && in_window(k->j, k->s, t, t + n) &&
			    keeps_margin(k->j, k->s, shift, t, t + n) && has_room(k, t, t + n))
				return true;
		from = a ? a->start + a->slots : to;
	}
	return false;
}

static void judge_missing(struct sitting *k, const struct wfm_shift *const *shifts, int32_t count,
			  bool claims)
{
	const int32_t times = k->s->times > 1 ? k->s->times : 1;
	int32_t i = 0;
	for (int32_t a = 0; a < k->j->p->agent_count; a++) {
		const int32_t first = i;
		while (i < count && shifts[i]->agent == a)
			i++;
		if (!k->asked[a])
			continue;
		int32_t missing = times - k->had[a];
		if (missing < 0)
			complain(k, a, WFM_NONE, -missing, "more often than asked");
		if (missing > 0)
			k->j->out->cost.sessions += missing * k->s->miss_cents;
		if ((claims || k->s->must) && missing >= 0 && k->told[a] != missing)
			complain(k, a, WFM_NONE, missing, "missed, and the roster does not say so");
		bool held = !k->s->together || k->present > 0;
		for (int32_t n = first; missing > 0 && k->s->must && held && n < i; n++)
			if (could_be(k, shifts[n])) {
				complain(k, a, shifts[n]->day, 1, "missed where there is room for it");
				break;
			}
	}
}

static void judge_session(struct sitting *k, const struct wfm_shift *const *shifts, int32_t count,
			  bool claims)
{
	const struct wfm_problem *p = k->j->p;
	memset(k->had, 0, (size_t)p->agent_count * sizeof *k->had);
	memset(k->told, 0, (size_t)p->agent_count * sizeof *k->told);
	for (int32_t i = 0; i < k->j->r->missed_count; i++) {
		const struct wfm_missed *m = &k->j->r->missed[i];
		if (m->session == k->x && m->agent >= 0 && m->agent < p->agent_count)
			k->told[m->agent] += m->times;
	}
	memset(k->busy, 0, (size_t)p->slot_count * sizeof *k->busy);
	memset(k->asked, 0, (size_t)p->agent_count);
	for (int32_t i = 0; i < k->s->agent_count; i++)
		k->asked[k->s->agents[i]] = 1;
	k->present = 0;
	k->at = 0;
	read_sits(k, shifts, count);
	if (k->s->together && k->present > 0 && k->present < k->s->quorum)
		complain(k, WFM_NONE, WFM_NONE, k->s->quorum - k->present, "held with fewer than its quorum");
	for (int32_t t = 0; k->s->at_once > 0 && t < p->slot_count; t++)
		if (k->busy[t] > k->s->at_once) {
			complain(k, WFM_NONE, WFM_NONE, k->busy[t] - k->s->at_once, "more at a time than may be");
			break;
		}
	judge_missing(k, shifts, count, claims);
}

void judge_sessions(struct judge *j, const struct wfm_shift *const *shifts, int32_t count, bool claims)
{
	const struct wfm_problem *p = j->p;
	struct sitting k = { .j = j };
	k.had = calloc((size_t)p->agent_count + 1, sizeof *k.had);
	k.told = calloc((size_t)p->agent_count + 1, sizeof *k.told);
	k.busy = calloc((size_t)p->slot_count + 1, sizeof *k.busy);
	k.asked = calloc((size_t)p->agent_count + 1, 1);
	j->oom |= !k.had || !k.told || !k.busy || !k.asked;
	for (int32_t i = 0; i < count; i++)
		for (int32_t b = 0; b < shifts[i]->activity_count; b++) {
			const struct wfm_activity *a = at(j, shifts[i], b);
			j->agent = shifts[i]->agent;
			if (is_session(a) && (a->session < 0 || a->session >= p->session_count))
				judge_breach(j, WFM_BREACH_SESSION, shifts[i]->day, WFM_RULE_COUNT, 0,
					     "session %d does not exist", a->session);
		}
	for (int32_t x = 0; x < p->session_count && !j->oom; x++) {
		k.x = x;
		k.s = &p->sessions[x];
		judge_session(&k, shifts, count, claims);
	}
	free(k.had);
	free(k.told);
	free(k.busy);
	free(k.asked);
}
