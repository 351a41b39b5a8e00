/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sessions where a plan is solved in blocks (blocks.h). A block asks its own agents to everything the
 * whole plan asks of them, so its tours grow where sessions take people away. What couples blocks is
 * decided by the whole plan:
 *   meetings    are held when the whole plan has them; one it does not hold no block holds. Quorums are
 *               the whole plan's, and it moves meetings before, between and after the blocks
 *   at_once     side by side each block has its share of the places, the odd ones in turn by the time of
 *               day; one after the other each has what the rest leave free
 *   must        as in a whole plan: a price above any other. Who finds no place in the block is placed
 *               by the whole plan, at last by seats_polish, so that nobody misses what has room
 */
#include "solver/schedule/session.h"

#include <stdlib.h>
#include <string.h>

void session_part_free(struct session_part *s)
{
	free(s->sessions);
	free(s->agents);
	free(s->spans);
	free(s->others);
	*s = (struct session_part){ 0 };
}

/* A meeting is when it is, for all who meet anywhere; -1: not held. */
static void set_time(struct session_part *s, const struct seats *whole, int32_t x)
{
	struct wfm_session *w = &s->sessions[x];
	if (!w->together)
		return;
	int32_t at = whole->at[x];
	s->spans[x] = (struct wfm_span){ at, at + session_slots(whole->m, x) };
	w->windows = &s->spans[x];
	w->window_count = 1;
	w->quorum = 0;
	w->agent_count = at < 0 ? 0 : w->agent_count;
}

bool session_part_make(struct session_part *out, const struct seats *whole, const int32_t *where)
{
	const struct wfm_problem *p = whole->m->p;
	size_t n = (size_t)p->session_count, total = 0, at = 0;
	for (size_t x = 0; x < n; x++)
		for (int32_t k = 0; k < p->sessions[x].agent_count; k++)
			total += where[p->sessions[x].agents[k]] >= 0;
	out->sessions = calloc(n + 1, sizeof *out->sessions);
	out->agents = calloc(total + 1, sizeof *out->agents);
	out->spans = calloc(n + 1, sizeof *out->spans);
	out->others = calloc(n * (size_t)whole->m->slots + 1, sizeof *out->others);
	if (!out->sessions || !out->agents || !out->spans || !out->others)
		return false;
	for (size_t x = 0; x < n; x++) {
		struct wfm_session *w = &out->sessions[x];
		*w = p->sessions[x];
		w->agents = &out->agents[at];
		w->agent_count = 0;
		for (int32_t k = 0; k < p->sessions[x].agent_count; k++)
			if (where[p->sessions[x].agents[k]] >= 0) {
				out->agents[at++] = where[p->sessions[x].agents[k]];
				w->agent_count++;
			}
		set_time(out, whole, (int32_t)x);
	}
	return true;
}

void session_part_share(struct session_part *s, const struct model *m, int32_t block, int32_t count)
{
	for (int32_t x = 0; x < m->p->session_count; x++) {
		const int32_t most = m->p->sessions[x].at_once;
		for (int32_t t = 0; t < m->slots; t++) {
			int32_t turn = (t / session_slots(m, x) + block) % count;
			int32_t share = most / count + (turn < most % count);
			s->others[x * m->slots + t] = most - share;
		}
	}
}

void session_part_rest(struct session_part *s, const struct seats *whole)
{
	const struct model *m = whole->m;
	memcpy(s->others, whole->busy,
	       (size_t)m->p->session_count * (size_t)m->slots * sizeof *s->others);
}

void session_part_meet(const struct seats *whole, struct seats *part)
{
	memcpy(part->at, whole->at, (size_t)whole->m->p->session_count * sizeof *part->at);
}

/* How often the session stands before place j of the type's sits. */
static int32_t before(const struct type *t, int32_t j)
{
	int32_t n = 0;
	for (int32_t i = 0; i < j; i++)
		n += t->sit[i] == t->sit[j];
	return n;
}

void session_carry(const struct type *from, const struct places *had, const struct type *to,
		   const struct seats *room, struct places *out)
{
	for (int32_t j = 0; j < to->sit_count; j++) {
		int32_t skip = before(to, j);
		out->start[j] = -1;
		for (int32_t i = 0; i < from->sit_count && skip >= 0; i++)
			if (from->sit[i] == to->sit[j] && skip-- == 0)
				out->start[j] = had->start[i];
		if (room && out->start[j] >= 0 && seats_full(room, to->sit[j], out->start[j]))
			out->start[j] = -1;
	}
}
