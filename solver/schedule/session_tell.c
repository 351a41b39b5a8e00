/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who misses which session, and why; read off the roster. */
#include "solver/schedule/session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct telling {
	const struct run *r;
	const struct wfm_problem *p;
	struct wfm_roster *roster;
	int32_t *shift_first; /* [agents + 1] */
	int32_t *busy;        /* [slots] of the session in hand */
	int32_t at;           /* of a meeting; -1: not held */
	int32_t capacity;
	uint8_t *asked;       /* [agents] for the session in hand */
};

static int32_t length(const struct telling *k, int32_t x)
{
	return k->p->sessions[x].minutes / k->p->slot_min;
}

static const struct wfm_activity *activity(const struct telling *k, const struct wfm_shift *s, int32_t i)
{
	return &k->roster->activities[s->first_activity + i];
}

static bool is_sit(const struct wfm_activity *a, int32_t x)
{
	return (a->kind == WFM_TRAINING || a->kind == WFM_MEETING) && a->session == x;
}

static int32_t count_had(struct telling *k, int32_t agent, int32_t x)
{
	int32_t n = 0;
	for (int32_t i = k->shift_first[agent]; i < k->shift_first[agent + 1]; i++)
		for (int32_t j = 0; j < k->roster->shifts[i].activity_count; j++)
			n += is_sit(activity(k, &k->roster->shifts[i], j), x);
	return n;
}

static void note_busy(struct telling *k, int32_t x)
{
	k->at = -1;
	for (int32_t t = 0; t < k->p->slot_count; t++)
		k->busy[t] = 0;
	for (int32_t i = 0; i < k->roster->shift_count; i++)
		for (int32_t j = 0; j < k->roster->shifts[i].activity_count; j++) {
			const struct wfm_activity *a = activity(k, &k->roster->shifts[i], j);
			if (!is_sit(a, x))
				continue;
			k->at = a->start % k->p->slot_count;
			for (int32_t t = a->start; t < a->start + a->slots; t++)
				k->busy[t % k->p->slot_count]++;
		}
}

static bool is_full(const struct telling *k, int32_t x, int32_t t)
{
	int32_t most = k->p->sessions[x].at_once;
	for (int32_t i = 0; most > 0 && i < length(k, x); i++)
		if (k->busy[(t + i) % k->p->slot_count] >= most)
			return true;
	return false;
}

/* Is all of t .. t + n work (on a queue)? */
static bool is_work(const struct telling *k, const struct wfm_shift *s, int32_t t, int32_t n)
{
	for (int32_t j = 0; j < s->activity_count; j++) {
		const struct wfm_activity *a = activity(k, s, j);
		if (a->kind != WFM_WORK && a->start < t + n && t < a->start + a->slots)
			return false;
	}
	return true;
}

static enum wfm_miss_reason reason_of(const struct telling *k, int32_t agent, int32_t x)
{
	const struct wfm_session *w = &k->p->sessions[x];
	const struct model *m = k->r->m;
	const struct type *type = &m->types[m->type_of[agent]];
	const int32_t n = length(k, x), margin = (w->margin_min + k->p->slot_min - 1) / k->p->slot_min;
	bool able = false, reached = false, room = false, free_work = false;
	for (int32_t j = 0; type->has_tour && j < type->sit_count; j++)
		able |= type->sit[j] == x;
	if (!able)
		return WFM_MISS_NEVER;
	if (w->together && k->at < 0)
		return WFM_MISS_NOT_HELD;
	for (int32_t i = k->shift_first[agent]; i < k->shift_first[agent + 1]; i++) {
		const struct wfm_shift *s = &k->roster->shifts[i];
		bool had = s->elsewhere > 0;
		for (int32_t j = 0; j < s->activity_count; j++)
			had |= is_sit(activity(k, s, j), x);
		for (int32_t t = s->start + margin; !had && t + n + margin <= s->end; t++) {
			if (!session_may(m, x, t) || (w->together && t % m->slots != k->at))
				continue;
			reached = true;
			room |= !is_full(k, x, t);
			free_work |= !is_full(k, x, t) && is_work(k, s, t, n);
		}
	}
	return !reached	   ? WFM_MISS_OFF :
	       !room	   ? WFM_MISS_FULL :
	       !free_work ? WFM_MISS_BREAKS :
			     WFM_MISS_PRICE;
}

static bool tell_session(struct telling *k, int32_t x)
{
	const struct wfm_session *w = &k->p->sessions[x];
	note_busy(k, x);
	memset(k->asked, 0, (size_t)k->p->agent_count);
	for (int32_t i = 0; i < w->agent_count; i++)
		k->asked[w->agents[i]] = 1;
	for (int32_t a = 0; a < k->p->agent_count; a++) {
		int32_t missing = k->asked[a] ? (w->times > 1 ? w->times : 1) - count_had(k, a, x) : 0;
		if (missing <= 0)
			continue;
		struct wfm_roster *r = k->roster;
		if (!mem_reserve(&r->missed, &k->capacity, r->missed_count + 1, sizeof *r->missed))
			return false;
		r->missed[r->missed_count++] = (struct wfm_missed){ x, a, missing, reason_of(k, a, x) };
		r->cost.sessions += missing * w->miss_cents;
	}
	return true;
}

bool session_tell(const struct run *r, struct wfm_roster *roster)
{
	const struct wfm_problem *p = r->m->p;
	struct telling k = { .r = r, .p = p, .roster = roster };
	bool ok = false;
	if (p->session_count == 0)
		return true;
	k.shift_first = calloc((size_t)p->agent_count + 2, sizeof *k.shift_first);
	k.busy = calloc((size_t)p->slot_count + 1, sizeof *k.busy);
	k.asked = calloc((size_t)p->agent_count + 1, 1);
	if (!k.shift_first || !k.busy || !k.asked)
		goto out;
	for (int32_t i = 0; i < roster->shift_count; i++)
		k.shift_first[roster->shifts[i].agent + 1]++;
	for (int32_t a = 0; a < p->agent_count; a++)
		k.shift_first[a + 1] += k.shift_first[a];
	ok = true;
	for (int32_t x = 0; x < p->session_count && ok; x++)
		ok = tell_session(&k, x);
	double taken = seats_cents(r->best);
	ok &= !isnan(taken);
	roster->session_cents = taken + roster->cost.sessions;
	roster->cost.total += roster->cost.sessions;
out:
	free(k.shift_first);
	free(k.busy);
	free(k.asked);
	return ok;
}
