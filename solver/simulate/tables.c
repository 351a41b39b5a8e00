/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of a problem: routes by queue, skills by set, the roster's changes by time. */
#include "sim.h"

#include <stdlib.h>
#include <string.h>

static int by_priority(const void *a, const void *b)
{
	const struct wfm_sim_skill *x = a, *y = b;
	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	return (x->queue > y->queue) - (x->queue < y->queue);
}

static int by_route(const void *a, const void *b)
{
	const struct sim_route *x = a, *y = b;
	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	return (x->set > y->set) - (x->set < y->set);
}

static int by_time(const void *a, const void *b)
{
	const struct sim_change *x = a, *y = b;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->comes != y->comes)
		return x->comes ? 1 : -1;
	return (x->span > y->span) - (x->span < y->span);
}

static void fill_skills(struct sim_tables *t)
{
	const struct wfm_sim_problem *p = t->p;
	int32_t n = 0;
	for (int32_t s = 0; s < p->set_count; s++) {
		t->first_skill[s] = n;
		for (int32_t k = 0; k < p->sets[s].skill_count; k++)
			t->skills[n++] = p->sets[s].skills[k];
		qsort(t->skills + t->first_skill[s], (size_t)(n - t->first_skill[s]),
		      sizeof *t->skills, by_priority);
	}
	t->first_skill[p->set_count] = n;
	for (int32_t i = 0; i < p->set_count * p->queue_count; i++)
		t->skill_at[i] = -1;
	for (int32_t s = 0; s < p->set_count; s++)
		for (int32_t i = t->first_skill[s]; i < t->first_skill[s + 1]; i++)
			t->skill_at[s * p->queue_count + t->skills[i].queue] = i;
}

static void fill_routes(struct sim_tables *t)
{
	const struct wfm_sim_problem *p = t->p;
	int32_t n = 0;
	for (int32_t q = 0; q < p->queue_count; q++) {
		t->first_route[q] = n;
		for (int32_t s = 0; s < p->set_count; s++) {
			int32_t at = t->skill_at[s * p->queue_count + q];
			if (at >= 0)
				t->routes[n++] = (struct sim_route){ s, t->skills[at].priority,
								     t->skills[at].after_s };
		}
		qsort(t->routes + t->first_route[q], (size_t)(n - t->first_route[q]),
		      sizeof *t->routes, by_route);
	}
	t->first_route[p->queue_count] = n;
}

static void fill_changes(struct sim_tables *t)
{
	const struct wfm_sim_problem *p = t->p;
	int32_t agent = 0;
	for (int32_t i = 0; i < p->span_count; i++) {
		const struct wfm_sim_span *s = &p->spans[i];
		while (agent <= s->agent)
			t->first_span[agent++] = i;
		t->changes[2 * i] = (struct sim_change){ s->start_s, s->agent, i, true };
		t->changes[2 * i + 1] = (struct sim_change){ s->end_s, s->agent, i, false };
	}
	while (agent <= p->agent_count)
		t->first_span[agent++] = p->span_count;
	t->change_count = 2 * p->span_count;
	qsort(t->changes, (size_t)t->change_count, sizeof *t->changes, by_time);
}

static double mean_of(const struct wfm_variation *v)
{
	double sum = 0.0;
	if (v->spread != WFM_SPREAD_SAMPLE)
		return 1.0;
	for (int32_t i = 0; i < v->sample_count; i++)
		sum += v->sample[i];
	return sum / v->sample_count;
}

enum wfm_status sim_tables_build(const struct wfm_sim_problem *p, struct sim_tables *t,
				 struct wfm_error *e)
{
	size_t skills = 1, pairs = (size_t)p->set_count * (size_t)p->queue_count + 1;
	for (int32_t s = 0; s < p->set_count; s++)
		skills += (size_t)p->sets[s].skill_count;
	*t = (struct sim_tables){ .p = p, .most_at_once = 1 };
	t->end_s = p->interval_s * p->interval_count;
	t->day_count = p->day != NULL ? p->day[p->interval_count - 1] + 1 : 1;
	for (int32_t q = 0; q < p->queue_count; q++)
		if (p->queues[q].concurrency > t->most_at_once)
			t->most_at_once = p->queues[q].concurrency;
	t->routes = calloc(skills, sizeof *t->routes);
	t->first_route = calloc((size_t)p->queue_count + 1, sizeof *t->first_route);
	t->skill_at = calloc(pairs, sizeof *t->skill_at);
	t->skills = calloc(skills, sizeof *t->skills);
	t->first_skill = calloc((size_t)p->set_count + 1, sizeof *t->first_skill);
	t->changes = calloc(2 * (size_t)p->span_count + 1, sizeof *t->changes);
	t->first_span = calloc((size_t)p->agent_count + 2, sizeof *t->first_span);
	t->sample_mean = calloc(2 * (size_t)p->queue_count, sizeof *t->sample_mean);
	if (t->routes == NULL || t->first_route == NULL || t->skill_at == NULL ||
	    t->skills == NULL || t->first_skill == NULL || t->changes == NULL ||
	    t->first_span == NULL || t->sample_mean == NULL)
		return wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	fill_skills(t);
	fill_routes(t);
	fill_changes(t);
	for (int32_t q = 0; q < p->queue_count; q++) {
		t->sample_mean[2 * q] = mean_of(&p->queues[q].handling);
		t->sample_mean[2 * q + 1] = mean_of(&p->queues[q].patience);
	}
	return WFM_OK;
}

void sim_tables_free(struct sim_tables *t)
{
	free(t->routes);
	free(t->first_route);
	free(t->skill_at);
	free(t->skills);
	free(t->first_skill);
	free(t->changes);
	free(t->first_span);
	free(t->sample_mean);
	*t = (struct sim_tables){ 0 };
}

int32_t sim_day_of(const struct sim_tables *t, double at_s)
{
	const struct wfm_sim_problem *p = t->p;
	if (p->day == NULL)
		return 0;
	int32_t i = at_s >= t->end_s ? p->interval_count - 1 : (int32_t)(at_s / p->interval_s);
	return p->day[i];
}
