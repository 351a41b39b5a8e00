/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks, loads by interval, and the parts into which an interval falls. */
#include "skills_impl.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum wfm_status bad(struct wfm_error *e, const char *what, int32_t i, const char *rest,
			   const char *message)
{
	char path[120];
	(void)snprintf(path, sizeof path, "/%s/%d/%s", what, i, rest);
	return wfm_fail(e, WFM_INVALID, path, "%s", message);
}

static enum wfm_status check_group(const struct wfm_skills_problem *p, int32_t g, struct wfm_error *e)
{
	const struct wfm_skill_group *group = &p->groups[g];
	uint32_t seen = 0;
	char place[40];
	if (group->skill_count < 1 || group->skill_count > p->queue_count)
		return bad(e, "groups", g, "skills", "a group takes one queue at least, each once");
	for (int32_t i = 0; i < group->skill_count; i++) {
		const struct wfm_sim_skill *s = &group->skills[i];
		(void)snprintf(place, sizeof place, "skills/%d", i);
		if (s->queue < 0 || s->queue >= p->queue_count)
			return bad(e, "groups", g, place, "there is no such queue");
		if (seen >> s->queue & 1)
			return bad(e, "groups", g, place, "this queue stands there twice");
		seen |= UINT32_C(1) << s->queue;
		if (!(s->speed >= 0.05 && s->speed <= 20.0))
			return bad(e, "groups", g, place, "speed must be between 0.05 and 20");
		if (s->priority < 1 || s->after_s != 0.0)
			return bad(e, "groups", g, place, "priority must be 1 or later, after_s 0");
	}
	if (!(group->cost > 0.0 && group->cost <= 1e9))
		return bad(e, "groups", g, "cost", "must be above 0");
	if (group->least < 0 || group->most < -1 || group->least > SK_PEOPLE_MOST ||
	    (group->most >= 0 && group->most < group->least))
		return bad(e, "groups", g, "most", "must be -1 or at least `least`, which is from 0");
	for (int32_t i = 0; group->most_in != NULL && i < p->interval_count; i++)
		if (group->most_in[i] < group->least)
			return bad(e, "groups", g, "most_in", "must not be below `least`");
	return WFM_OK;
}

static enum wfm_status check_queue(const struct wfm_skills_problem *p, int32_t q, struct wfm_error *e)
{
	const struct wfm_skill_queue *queue = &p->queues[q];
	enum wfm_channel c = queue->staffing.channel;
	if (c != WFM_VOICE && c != WFM_CHAT && c != WFM_WALK_IN)
		return bad(e, "queues", q, "channel", "must be voice, chat or walk_in");
	for (int32_t g = 0; g < p->group_count; g++)
		for (int32_t i = 0; i < p->groups[g].skill_count; i++)
			if (p->groups[g].skills[i].queue == q)
				return WFM_OK;
	return bad(e, "queues", q, "", "no group takes this queue");
}

enum wfm_status sk_check(const struct wfm_skills_problem *p, const struct wfm_skills_options *o,
			 struct wfm_error *e)
{
	enum wfm_status status = WFM_OK;
	if (p->interval_s < 60 || p->interval_s > 86400)
		return wfm_fail(e, WFM_INVALID, "/interval_s", "must be between 60 and 86400");
	if (p->interval_count < 1 || p->interval_count > WFM_SKILLS_INTERVALS)
		return wfm_fail(e, WFM_INVALID, "/interval_count", "must be between 1 and %d",
				WFM_SKILLS_INTERVALS);
	if (p->queue_count < 1 || p->queue_count > WFM_SKILLS_QUEUES)
		return wfm_fail(e, WFM_INVALID, "/queues", "there must be 1 to %d queues",
				WFM_SKILLS_QUEUES);
	if (p->group_count < 1 || p->group_count > WFM_SKILLS_GROUPS)
		return wfm_fail(e, WFM_INVALID, "/groups", "there must be 1 to %d groups",
				WFM_SKILLS_GROUPS);
	if (o->contacts != 0 && (o->contacts < 2000 || o->contacts > 10000000))
		return wfm_fail(e, WFM_INVALID, "/contacts", "must be 0 or from 2000 to 10000000");
	for (int32_t g = 0; g < p->group_count && status == WFM_OK; g++)
		status = check_group(p, g, e);
	for (int32_t q = 0; q < p->queue_count && status == WFM_OK; q++)
		status = check_queue(p, q, e);
	return status;
}

/* The queue by itself: its courses, and the people it would need. That also checks its options. */
static enum wfm_status open_queue(struct sk_horizon *h, int32_t q, struct wfm_requirement *r,
				  struct wfm_error *e)
{
	const struct wfm_skills_problem *p = h->p;
	size_t n = (size_t)p->interval_count, at = (size_t)q * n;
	struct wfm_staffing_options o = p->queues[q].staffing;
	struct wfm_error inner;
	o.interval_s = p->interval_s;
	o.counters = o.max_agents = o.min_agents = 0;
	o.n_shrinkage = 0;
	enum wfm_status status = wfm_staffing_run(p->queues[q].loads, n, &o, r, &inner);
	if (status != WFM_OK) {
		char path[200];
		(void)snprintf(path, sizeof path, "/queues/%d%s", q, inner.path);
		return wfm_fail(e, status, path, "%s", inner.message);
	}
	for (size_t i = 0; i < n; i++) {
		h->alone[at + i] = r[i].agents;
		if (r[i].agents > SK_PEOPLE_MOST)
			return bad(e, "queues", q, "loads", "asks for more than 20000 people");
	}
	wfm_load_courses(p->queues[q].loads, n, &o, h->alone + at, h->courses + at);
	return WFM_OK;
}

enum wfm_status sk_horizon_open(struct sk_horizon *h, const struct wfm_skills_problem *p,
				struct wfm_error *e)
{
	size_t cells = (size_t)p->queue_count * (size_t)p->interval_count;
	struct wfm_requirement *r = calloc((size_t)p->interval_count, sizeof *r);
	enum wfm_status status = WFM_OK;
	*h = (struct sk_horizon){ .p = p };
	h->courses = calloc(cells, sizeof *h->courses);
	h->alone = calloc(cells, sizeof *h->alone);
	if (r == NULL || h->courses == NULL || h->alone == NULL)
		status = wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
	for (int32_t q = 0; q < p->queue_count && status == WFM_OK; q++)
		status = open_queue(h, q, r, e);
	free(r);
	return status;
}

void sk_horizon_close(struct sk_horizon *h)
{
	free(h->courses);
	free(h->alone);
	*h = (struct sk_horizon){ 0 };
}

double sk_load(const struct sk_horizon *h, int32_t queue, int32_t interval)
{
	size_t at = (size_t)queue * (size_t)h->p->interval_count + (size_t)interval;
	return h->alone[at] > 0 ? h->courses[at].mean_erl : 0.0;
}

static uint32_t queues_of(const struct wfm_skill_group *g, uint32_t with_work)
{
	uint32_t bits = 0;
	for (int32_t i = 0; i < g->skill_count; i++)
		bits |= UINT32_C(1) << g->skills[i].queue;
	return bits & with_work;
}

static void add_limit(struct sk_part *part, int32_t queue, enum sk_measure measure, double bound)
{
	if (bound > 0.0)
		part->limits[part->limit_count++] = (struct sk_limit){ queue, measure, bound };
}

static void add_queue(const struct sk_horizon *h, struct sk_part *part, int32_t q)
{
	const struct wfm_skills_problem *p = h->p;
	const struct wfm_staffing_options *o = &p->queues[q].staffing;
	int32_t i = part->queue_count++;
	size_t at = (size_t)q * (size_t)p->interval_count + (size_t)part->interval;
	part->queue[i] = q;
	part->aht_s[i] = h->courses[at].aht_s;
	part->per_s[i] = h->courses[at].mean_erl / h->courses[at].aht_s;
	part->alone[i] = h->alone[at];
	part->pace[i] = 1.0;
	if (o->channel == WFM_CHAT)
		part->pace[i] = o->concurrency / (1.0 + o->stretch * (o->concurrency - 1.0));
	add_limit(part, i, SK_SERVICE_LEVEL, o->target.service_level);
	add_limit(part, i, SK_ABANDONED, o->target.max_abandoned);
	add_limit(part, i, SK_ASA, o->target.max_asa_s);
	add_limit(part, i, SK_OCCUPANCY, o->target.max_occupancy);
}

static void add_group(struct sk_part *part, int32_t g, uint32_t bits, int32_t ceiling)
{
	const struct wfm_skill_group *group = &part->p->groups[g];
	int32_t at = part->group_count++, most = group->most;
	part->group[at] = g;
	for (int32_t i = 0; i < group->skill_count; i++)
		for (int32_t q = 0; q < part->queue_count; q++)
			if (part->queue[q] == group->skills[i].queue && (bits >> part->queue[q] & 1)) {
				struct wfm_sim_skill s = group->skills[i];
				s.queue = q;
				part->skills[at][part->skill_count[at]++] = s;
				part->takes[at] |= UINT32_C(1) << q;
			}
	if (group->most_in != NULL)
		most = group->most_in[part->interval];
	part->cost[at] = group->cost;
	part->least[at] = group->least;
	part->most[at] = most >= 0 && most < ceiling ? most : ceiling;
	if (part->most[at] < part->least[at])
		part->most[at] = part->least[at];
}

bool sk_part_next(const struct sk_horizon *h, int32_t interval, uint32_t *seen, struct sk_part *part)
{
	const struct wfm_skills_problem *p = h->p;
	uint32_t work = 0, bits = 0;
	double slowest = 1.0;
	int64_t ceiling = 4;
	for (int32_t q = 0; q < p->queue_count; q++)
		if (sk_load(h, q, interval) > 0.0)
			work |= UINT32_C(1) << q;
	for (int32_t q = 0; q < p->queue_count && bits == 0; q++)
		bits = work & ~*seen & UINT32_C(1) << q;
	if (bits == 0)
		return false;
	for (uint32_t before = 0; before != bits;) {
		before = bits;
		for (int32_t g = 0; g < p->group_count; g++)
			if (queues_of(&p->groups[g], work) & bits)
				bits |= queues_of(&p->groups[g], work);
	}
	*seen |= bits;
	memset(part, 0, sizeof *part);
	part->p = p;
	part->interval = interval;
	for (int32_t q = 0; q < p->queue_count; q++)
		if (bits >> q & 1) {
			add_queue(h, part, q);
			ceiling += part->alone[part->queue_count - 1];
		}
	for (int32_t g = 0; g < p->group_count; g++)
		for (int32_t i = 0; i < p->groups[g].skill_count; i++)
			slowest = fmin(slowest, p->groups[g].skills[i].speed);
	/* Nobody needs more than all queues would apart, were all as slow as the slowest. */
	double most = fmin(SK_PEOPLE_MOST, 1.25 * (double)ceiling / slowest + 2.0);
	for (int32_t g = 0; g < p->group_count; g++)
		if (queues_of(&p->groups[g], work) & bits)
			add_group(part, g, bits, (int32_t)most);
	return true;
}

bool sk_part_is_plain(const struct sk_part *part)
{
	bool plain = part->queue_count == 1;
	for (int32_t g = 0; g < part->group_count; g++)
		plain = plain && part->skills[g][0].speed == 1.0;
	return plain;
}
