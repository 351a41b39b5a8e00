/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What cross-training saves: the same queues and targets with other groups. */
#include "skills_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Totals of many staffings, not one to be worked: fewer contacts and intervals are enough. */
enum { CONTACTS = 24000, SOLVED = 2 };

/* Groups to be tried, with room for their skills. */
struct team {
	struct wfm_skill_group groups[WFM_SKILLS_GROUPS];
	struct wfm_sim_skill skills[WFM_SKILLS_QUEUES + 2][WFM_SKILLS_QUEUES];
	int32_t count, skill_rows;
};

struct gain {
	const struct wfm_skills_problem *p;
	struct wfm_skills_options o;
	const struct wfm_skills_options *asked;
	struct wfm_training_gain *out;
	struct wfm_skills_result *now; /* the groups there are */
	int32_t *begin;                /* now, with room for two groups more */
	struct team *team;
	double cost, second_speed;
	int32_t done, all;
	struct wfm_error *e;
};

static bool pass_on(void *context, double part)
{
	struct gain *g = context;
	return g->asked->progress(g->asked->context, (g->done + part) / (g->all + 1));
}

static struct wfm_sim_skill *group_new(struct gain *g)
{
	struct team *t = g->team;
	struct wfm_sim_skill *skills = t->skills[t->skill_rows++];
	t->groups[t->count++] = (struct wfm_skill_group){ .skills = skills, .cost = g->cost, .most = -1 };
	return skills;
}

static void learn(struct gain *g, struct wfm_sim_skill *skills, int32_t queue, int32_t priority,
		  double speed)
{
	struct wfm_skill_group *group = &g->team->groups[g->team->count - 1];
	skills[group->skill_count++] = (struct wfm_sim_skill){ queue, priority, 0.0, speed };
}

static void help_each_other(struct gain *g, int32_t first, int32_t second)
{
	struct wfm_sim_skill *skills = group_new(g);
	learn(g, skills, first, 1, 1.0);
	learn(g, skills, second, 2, g->second_speed);
}

/* Who has a chat in hand takes no call, so calls and chats are better not mixed by turns. */
static bool has_chat(const struct wfm_skills_problem *p)
{
	for (int32_t q = 0; q < p->queue_count; q++)
		if (p->queues[q].staffing.channel == WFM_CHAT && p->queues[q].staffing.concurrency > 1.0)
			return true;
	return false;
}

static void form_team(struct gain *g, enum wfm_training training)
{
	int32_t queues = g->p->queue_count;
	struct wfm_sim_skill *skills;
	memset(g->team, 0, sizeof *g->team);
	switch (training) {
	case WFM_TRAIN_DEDICATED:
		for (int32_t q = 0; q < queues; q++)
			learn(g, group_new(g), q, 1, 1.0);
		return;
	case WFM_TRAIN_PRESENT:
		memcpy(g->team->groups, g->p->groups,
		       (size_t)g->p->group_count * sizeof *g->p->groups);
		g->team->count = g->p->group_count;
		return;
	case WFM_TRAIN_CHAIN:
		for (int32_t q = 0; q < queues && queues > 1; q++)
			help_each_other(g, q, (q + 1) % queues);
		if (queues == 1)
			learn(g, group_new(g), 0, 1, 1.0);
		return;
	case WFM_TRAIN_ALL: /* whoever has waited longest, or first who is most at home with whom */
		for (int32_t q = 0; q < queues; q++) {
			bool alike = g->second_speed == 1.0 && !has_chat(g->p);
			skills = group_new(g);
			for (int32_t k = 0; k < queues; k++)
				learn(g, skills, k, alike || k == q ? 1 : 2, k == q ? 1.0 : g->second_speed);
			if (alike)
				return;
		}
		return;
	case WFM_TRAININGS:
		return;
	}
}

static enum wfm_status try_team(struct gain *g, struct wfm_training_figures *f,
				struct wfm_skills_result **kept)
{
	struct wfm_skills_problem p = *g->p;
	struct wfm_skills_result *r = NULL;
	p.groups = g->team->groups;
	p.group_count = g->team->count;
	enum wfm_status status = wfm_skills_run(&p, &g->o, &r, g->e);
	g->done++;
	if (status != WFM_OK)
		return status;
	*f = (struct wfm_training_figures){ .person_hours = r->person_hours,
					    .cost_hours = r->cost_hours, .unmet = r->unmet };
	for (int32_t i = 0; i < p.interval_count; i++) {
		double people = 0.0;
		for (int32_t k = 0; k < p.group_count; k++)
			people += r->people[(size_t)i * (size_t)p.group_count + (size_t)k];
		f->people = fmax(f->people, people);
	}
	g->out->plays += r->plays;
	g->out->contacts += r->contacts;
	if (kept != NULL)
		*kept = r;
	else
		wfm_skills_free(r);
	return WFM_OK;
}

static bool takes(const struct wfm_skill_group *g, int32_t queue)
{
	for (int32_t i = 0; i < g->skill_count; i++)
		if (g->skills[i].queue == queue)
			return true;
	return false;
}

static bool is_trained(const struct wfm_skills_problem *p, int32_t a, int32_t b)
{
	for (int32_t g = 0; g < p->group_count; g++)
		if (takes(&p->groups[g], a) && takes(&p->groups[g], b))
			return true;
	return false;
}

static enum wfm_status try_pair(struct gain *g, int32_t a, int32_t b)
{
	struct wfm_training_gain *out = g->out;
	struct wfm_training_pair pair = { .queue = a, .other = b };
	form_team(g, WFM_TRAIN_PRESENT);
	help_each_other(g, a, b);
	help_each_other(g, b, a);
	int32_t groups = g->p->group_count;
	for (size_t i = 0; i < (size_t)g->p->interval_count; i++)
		memcpy(g->begin + i * (size_t)g->team->count, g->now->people + i * (size_t)groups,
		       (size_t)groups * sizeof *g->begin);
	g->o.begin = g->begin;
	enum wfm_status status = try_team(g, &pair.figures, NULL);
	if (status != WFM_OK)
		return status;
	const struct wfm_training_figures *now = &out->training[WFM_TRAIN_PRESENT];
	if (pair.figures.cost_hours > now->cost_hours) /* nobody has to use it */
		pair.figures = *now;
	pair.saved_person_hours = now->person_hours - pair.figures.person_hours;
	pair.saved_cost_hours = now->cost_hours - pair.figures.cost_hours;
	int32_t at = out->pair_count++;
	for (; at > 0 && out->pairs[at - 1].saved_cost_hours < pair.saved_cost_hours; at--)
		out->pairs[at] = out->pairs[at - 1];
	out->pairs[at] = pair;
	return WFM_OK;
}

static double mean_second_speed(const struct wfm_skills_problem *p)
{
	double sum = 0.0, n = 0.0;
	for (int32_t g = 0; g < p->group_count; g++) {
		int32_t best = p->groups[g].skills[0].priority;
		for (int32_t i = 1; i < p->groups[g].skill_count; i++)
			if (p->groups[g].skills[i].priority < best)
				best = p->groups[g].skills[i].priority;
		for (int32_t i = 0; i < p->groups[g].skill_count; i++)
			if (p->groups[g].skills[i].priority > best) {
				sum += p->groups[g].skills[i].speed;
				n += 1.0;
			}
	}
	return n > 0.0 ? sum / n : 1.0;
}

static enum wfm_status try_all(struct gain *g)
{
	const struct wfm_skills_problem *p = g->p;
	enum wfm_status status = WFM_OK;
	for (int32_t t = 0; t < WFM_TRAININGS && status == WFM_OK; t++) {
		form_team(g, (enum wfm_training)t);
		status = try_team(g, &g->out->training[t], t == WFM_TRAIN_PRESENT ? &g->now : NULL);
	}
	for (int32_t a = 0; a < p->queue_count && p->group_count + 2 <= WFM_SKILLS_GROUPS; a++)
		for (int32_t b = a + 1; b < p->queue_count && status == WFM_OK; b++)
			if (!is_trained(p, a, b))
				status = try_pair(g, a, b);
	return status;
}

enum wfm_status wfm_skills_gain(const struct wfm_skills_problem *p, const struct wfm_skills_options *o,
				double second_speed, struct wfm_training_gain **out,
				struct wfm_error *e)
{
	struct gain g = { .p = p, .o = *o, .asked = o, .e = e };
	*out = NULL;
	enum wfm_status status = sk_check(p, o, e);
	if (status != WFM_OK)
		return status;
	if (second_speed != 0.0 && !(second_speed >= 0.05 && second_speed <= 20.0))
		return wfm_fail(e, WFM_INVALID, "/second_speed", "must be 0 or between 0.05 and 20");
	g.second_speed = second_speed > 0.0 ? second_speed : mean_second_speed(p);
	for (int32_t k = 0; k < p->group_count; k++)
		g.cost += p->groups[k].cost / p->group_count;
	g.all = WFM_TRAININGS + p->queue_count * (p->queue_count - 1) / 2;
	g.o.rough = true;
	if (g.o.contacts == 0)
		g.o.contacts = CONTACTS;
	if (g.o.solved == 0)
		g.o.solved = SOLVED;
	g.o.progress = o->progress != NULL ? pass_on : NULL;
	g.o.context = &g;
	g.o.begin = NULL;
	g.begin = calloc((size_t)p->interval_count * ((size_t)p->group_count + 2), sizeof *g.begin);
	g.team = malloc(sizeof *g.team);
	g.out = calloc(1, sizeof *g.out);
	if (g.out != NULL)
		g.out->pairs = calloc((size_t)g.all, sizeof *g.out->pairs);
	if (g.begin == NULL || g.team == NULL || g.out == NULL || g.out->pairs == NULL)
		status = wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	else
		status = try_all(&g);
	if (status == WFM_OK) {
		*out = g.out;
		g.out = NULL;
	}
	wfm_training_gain_free(g.out);
	wfm_skills_free(g.now);
	free(g.begin);
	free(g.team);
	return status;
}

void wfm_training_gain_free(struct wfm_training_gain *g)
{
	if (g == NULL)
		return;
	free(g->pairs);
	free(g);
}
