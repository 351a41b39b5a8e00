/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A roster's shifts as spans. Agents alike in what they may take and in what they are planned for
 * share a set, so that the simulator has few lists however many people there are.
 */
#include "wfm/simulate.h"

#include <stdlib.h>
#include <string.h>

struct maker {
	const struct wfm_problem *p;
	const uint8_t *planned_only;
	struct wfm_sim_people *out;
	struct wfm_sim_skill *row; /* the set being looked for, at the end of out->skills */
	int32_t set_room, skill_count, skill_room;
	bool failed;
};

/* What the agent is worth on a queue; 0: may not serve it. */
static double speed_on(const struct wfm_agent *a, int32_t site, const struct wfm_queue *q)
{
	if (q->site != WFM_NONE && q->site != site)
		return 0.0;
	if (q->skill == WFM_NONE)
		return 1.0;
	for (int32_t i = 0; i < a->skill_count; i++)
		if (a->skills[i].skill == q->skill)
			return a->skills[i].speed;
	return 0.0;
}

static bool more(void **array, int32_t *room, int32_t need, size_t size)
{
	if (need <= *room)
		return true;
	int32_t wanted = 2 * need + 16;
	void *bigger = realloc(*array, (size_t)wanted * size);
	if (bigger == NULL)
		return false;
	*array = bigger;
	*room = wanted;
	return true;
}

/* Who is not planned at a counter has none to help out at. */
static bool lacks_counter(const struct wfm_problem *p, int32_t q, int32_t planned)
{
	return p->queues[q].counter && (planned == WFM_NONE || !p->queues[planned].counter);
}

static int32_t list_skills(struct maker *m, const struct wfm_shift *shift, int32_t planned)
{
	const struct wfm_agent *a = &m->p->agents[shift->agent];
	int32_t n = 0, site = shift->elsewhere > 0 ? a->elsewhere[shift->elsewhere - 1].site : a->site;
	for (int32_t q = 0; q < m->p->queue_count; q++) {
		double speed = speed_on(a, site, &m->p->queues[q]);
		if (speed <= 0.0 || lacks_counter(m->p, q, planned) ||
		    (q != planned && m->planned_only != NULL && m->planned_only[q] != 0))
			continue;
		m->row[n++] = (struct wfm_sim_skill){ q, q == planned ? 1 : 2, 0.0, speed };
	}
	return n;
}

/* The sets' skills are pointed to at the end, for the array may move: until then an offset. */
static int32_t set_of(struct maker *m, const struct wfm_shift *shift, int32_t planned, int32_t *first)
{
	struct wfm_sim_people *out = m->out;
	void *skills = out->skills, *sets = out->sets;
	bool room = more(&skills, &m->skill_room, m->skill_count + m->p->queue_count, sizeof *out->skills);
	out->skills = skills;
	int32_t set_room = m->set_room;
	room = more(&sets, &set_room, out->set_count + 1, sizeof *out->sets) && room;
	out->sets = sets;
	m->set_room = set_room;
	if (!room) {
		m->failed = true;
		return 0;
	}
	m->row = out->skills + m->skill_count;
	memset(m->row, 0, (size_t)m->p->queue_count * sizeof *m->row);
	int32_t n = list_skills(m, shift, planned);
	for (int32_t s = 0; s < out->set_count; s++)
		if (out->sets[s].skill_count == n &&
		    memcmp(out->skills + first[s], m->row, (size_t)n * sizeof *m->row) == 0)
			return s;
	first[out->set_count] = m->skill_count;
	out->sets[out->set_count] = (struct wfm_sim_set){ NULL, n };
	m->skill_count += n;
	return out->set_count++;
}

static void add_shift(struct maker *m, const struct wfm_roster *r, const struct wfm_shift *shift,
		      int32_t *first)
{
	struct wfm_sim_people *out = m->out;
	double slot_s = 60.0 * m->p->slot_min;
	bool after_break = false;
	for (int32_t i = 0; i < shift->activity_count && !m->failed; i++) {
		const struct wfm_activity *a = &r->activities[shift->first_activity + i];
		struct wfm_sim_span *before = i > 0 && out->span_count > 0
						      ? &out->spans[out->span_count - 1] : NULL;
		if (a->kind != WFM_WORK) {
			after_break = before != NULL && before->agent == shift->agent;
			continue;
		}
		int32_t set = set_of(m, shift, a->queue, first);
		double start = a->start * slot_s, end = (a->start + a->slots) * slot_s;
		if (before != NULL && !after_break && before->agent == shift->agent &&
		    before->set == set && before->end_s >= start)
			before->end_s = end;
		else
			out->spans[out->span_count++] = (struct wfm_sim_span){ shift->agent, set, start,
									       end, after_break };
		after_break = false;
	}
}

enum wfm_status wfm_sim_people_from_roster(const struct wfm_problem *p, const struct wfm_roster *r,
					   const uint8_t *planned_only, struct wfm_sim_people *out,
					   struct wfm_error *e)
{
	*out = (struct wfm_sim_people){ 0 };
	struct maker m = { .p = p, .planned_only = planned_only, .out = out };
	size_t most = (size_t)r->activity_count + 1;
	out->spans = calloc(most, sizeof *out->spans);
	int32_t *first = calloc(most, sizeof *first); /* a new set takes an activity */
	m.failed = out->spans == NULL || first == NULL;
	for (int32_t i = 0; i < r->shift_count && !m.failed; i++)
		add_shift(&m, r, &r->shifts[i], first);
	for (int32_t s = 0; s < out->set_count && !m.failed; s++)
		out->sets[s].skills = out->skills + first[s];
	free(first);
	if (!m.failed)
		return WFM_OK;
	wfm_sim_people_free(out);
	return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
}

void wfm_sim_people_free(struct wfm_sim_people *people)
{
	free(people->sets);
	free(people->spans);
	free(people->skills);
	*people = (struct wfm_sim_people){ 0 };
}
