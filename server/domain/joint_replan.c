/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/joint_replan.h"

/* Where of an agent's sites that is, as wfm_shift says it; -1: nowhere any more. */
static int32_t place_of(const struct wfm_agent *g, int32_t site)
{
	if (g->site == site)
		return 0;
	for (int32_t i = 0; i < g->elsewhere_count; i++)
		if (g->elsewhere[i].site == site)
			return i + 1;
	return -1;
}

/* The shifts of a week's roster whose people are still in the plan. */
static void add_start(const struct joint_week *j, size_t k, const struct replan *from, struct wfm_roster *out,
		      bool *stands)
{
	for (int32_t i = 0; i < from->start->shift_count; i++) {
		const struct wfm_shift *was = &from->start->shifts[i];
		const int32_t agent = joint_week_number(j, k, was->agent);
		const int32_t place = agent < 0 ? -1 : place_of(&j->problem.agents[agent], (int32_t)k);
		if (place < 0)
			continue;
		stands[out->shift_count] = from->stands[i];
		struct wfm_shift *s = &out->shifts[out->shift_count++];
		*s = *was;
		s->agent = agent;
		s->elsewhere = place;
		s->first_activity = out->activity_count;
		for (int32_t v = 0; v < s->activity_count; v++) {
			struct wfm_activity *x = &out->activities[out->activity_count++];
			*x = from->start->activities[was->first_activity + v];
			x->queue += x->queue == WFM_NONE ? 0 : j->first_queue[k];
		}
	}
}

static void merge_starts(struct arena *a, const struct joint_week *j, const struct replan *again, struct replan *whole)
{
	struct wfm_roster *r = arena_alloc(a, sizeof *r);
	size_t shifts = 0, parts = 0;
	for (size_t k = 0; k < j->count; k++) {
		shifts += (size_t)again[k].start->shift_count;
		parts += (size_t)again[k].start->activity_count;
	}
	bool *stands = arena_array(a, shifts, sizeof *stands);
	*r = (struct wfm_roster){ 0 };
	r->shifts = arena_array(a, shifts, sizeof *r->shifts);
	r->activities = arena_array(a, parts, sizeof *r->activities);
	for (size_t k = 0; k < j->count; k++)
		add_start(j, k, &again[k], r, stands);
	whole->start = r;
	whole->stands = stands;
}

/* Rosters that never knew of each other may have somebody at two sites on one day: of what stands only one could
 * be locked, yet both would be kept. */
static bool check_start(struct arena *a, const struct joint_week *j, const struct replan *whole, struct err *e)
{
	const int32_t locked = (int32_t)(whole->from - j->weeks[0].monday);
	const size_t slots = (size_t)j->problem.agent_count * WEEK_DAYS;
	const struct wfm_shift **of = arena_array(a, slots, sizeof *of);
	for (size_t i = 0; i < slots; i++)
		of[i] = NULL;
	for (int32_t i = 0; i < whole->start->shift_count; i++) {
		const struct wfm_shift *s = &whole->start->shifts[i];
		if (!whole->stands[i] || s->day >= locked)
			continue;
		const size_t at = (size_t)s->agent * WEEK_DAYS + (size_t)s->day;
		const struct wfm_shift *same = of[at], *before = s->day > 0 ? of[at - 1] : NULL;
		const struct wfm_shift *after = s->day + 1 < WEEK_DAYS ? of[at + 1] : NULL;
		if (same != NULL || (before != NULL && before->end > s->start) || (after != NULL && after->start < s->end)) {
			const char *name = j->problem.agents[s->agent].name;
			return err_at(e, ERR_INVALID, "/with", "their rosters are not of one plan; %s would work at two of the sites "
				      "at once on days that stay as they are. Keep rosters that were drawn in one, or plan each site "
				      "by itself", name != NULL ? name : "somebody");
		}
		of[at] = s;
	}
	return true;
}

bool joint_replan_open(struct arena *a, struct joint_week *j, struct replan *again, struct replan *whole,
		       struct err *e)
{
	struct wfm_change_cost *of_site = arena_array(a, j->count, sizeof *of_site);
	const int32_t contracts = j->problem.contract_count;
	for (size_t k = 0; k < j->count; k++) {
		of_site[k] = again[k].cost;
		again[k].frozen = 0;
	}
	whole->from = again[0].from;
	whole->cost = (struct wfm_change_cost){ .of_site = of_site };
	merge_starts(a, j, again, whole);
	if (!check_start(a, j, whole, e) || !replan_open(a, &j->problem, whole, j->weeks[0].monday, e))
		return false;
	for (int32_t i = 0; i < j->problem.agent_count; i++)
		again[j->problem.agents[i].site].frozen += j->problem.agents[i].contract >= contracts;
	return true;
}
