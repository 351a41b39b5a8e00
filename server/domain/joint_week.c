/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/joint_week.h"

#include <math.h>
#include <stdlib.h>

/* As many breaks leave room for travel at both ends (solver/schedule/model.h). */
enum { TRAVEL_BREAKS_MOST = 4 };

static bool same_days(const struct week_problem *w, const struct week_problem *v)
{
	if (w->from != v->from || w->problem.slot_count != v->problem.slot_count)
		return false;
	for (int d = 0; d < WEEK_DAYS; d++)
		if (w->problem.calendars[0].days[d].slots != v->problem.calendars[0].days[d].slots)
			return false;
	return true;
}

/* ---- sites, queues, contracts, targets ---- */

static int32_t skill_number(const int64_t *ids, int32_t count, int64_t id)
{
	int32_t i = 0;
	while (i < count && ids[i] != id)
		i++;
	return i;
}

/* Skills of all weeks by id; those of a week under its own numbers in `of`. */
static int32_t number_skills(struct arena *a, const struct joint_week *j, int32_t **of)
{
	size_t most = 0;
	for (size_t k = 0; k < j->count; k++)
		most += j->weeks[k].queue_count;
	int64_t *ids = arena_array(a, most, sizeof *ids);
	int32_t count = 0;
	for (size_t k = 0; k < j->count; k++) {
		const struct week_problem *w = &j->weeks[k];
		of[k] = arena_array(a, w->queue_count, sizeof *of[k]);
		for (size_t q = 0; q < w->queue_count; q++) {
			int32_t s = skill_number(ids, count, w->queues[q].skill_id);
			if (s == count)
				ids[count++] = w->queues[q].skill_id;
			of[k][w->problem.queues[q].skill] = s;
		}
	}
	return count;
}

static void add_queues(struct arena *a, struct joint_week *j, int32_t *const *skill)
{
	size_t n = 0;
	for (size_t k = 0; k < j->count; k++)
		n += j->weeks[k].queue_count;
	struct wfm_queue *queues = arena_array(a, n, sizeof *queues);
	struct wfm_site *sites = arena_array(a, j->count, sizeof *sites);
	struct wfm_calendar *calendars = arena_array(a, j->count, sizeof *calendars);
	for (size_t k = 0; k < j->count; k++) {
		const struct week_problem *w = &j->weeks[k];
		j->first_queue[k] = j->problem.queue_count;
		calendars[k] = w->problem.calendars[0];
		sites[k] = w->problem.sites != NULL ? w->problem.sites[0] : (struct wfm_site){ 0 };
		sites[k].name = w->site.name;
		for (size_t q = 0; q < w->queue_count; q++) {
			struct wfm_queue *out = &queues[j->problem.queue_count++];
			*out = w->problem.queues[q];
			out->skill = skill[k][out->skill];
			out->site = (int32_t)k;
		}
	}
	j->problem.queues = queues;
	j->problem.sites = sites;
	j->problem.site_count = (int32_t)j->count;
	j->problem.calendars = calendars;
	j->problem.calendar_count = (int32_t)j->count;
}

static void add_targets(struct arena *a, struct joint_week *j)
{
	size_t services = 0, deferrable = 0;
	for (size_t k = 0; k < j->count; k++) {
		services += (size_t)j->weeks[k].problem.service_count;
		deferrable += (size_t)j->weeks[k].problem.deferrable_count;
	}
	struct wfm_service *s = arena_array(a, services, sizeof *s);
	struct wfm_deferrable *d = arena_array(a, deferrable, sizeof *d);
	for (size_t k = 0; k < j->count; k++) {
		const struct wfm_problem *p = &j->weeks[k].problem;
		j->first_service[k] = j->problem.service_count;
		j->first_deferrable[k] = j->problem.deferrable_count;
		for (int32_t i = 0; i < p->service_count; i++) {
			s[j->problem.service_count] = p->services[i];
			s[j->problem.service_count++].queue += j->first_queue[k];
		}
		for (int32_t i = 0; i < p->deferrable_count; i++) {
			d[j->problem.deferrable_count] = p->deferrable[i];
			d[j->problem.deferrable_count++].queue += j->first_queue[k];
		}
	}
	j->problem.services = s;
	j->problem.deferrable = d;
}

/* ---- people ---- */

static int32_t find_agent(const struct week_problem *w, int64_t id)
{
	for (int32_t i = 0; i < w->problem.agent_count; i++)
		if (w->agent_ids[i] == id)
			return i;
	return -1;
}

static void add_skills(const struct wfm_agent *g, const int32_t *number, struct wfm_agent_skill *skills,
		       struct wfm_agent *out)
{
	for (int32_t i = 0; i < g->skill_count; i++) {
		struct wfm_agent_skill s = { number[g->skills[i].skill], g->skills[i].speed };
		bool known = false;
		for (int32_t k = 0; k < out->skill_count; k++)
			known |= skills[k].skill == s.skill;
		if (!known)
			skills[out->skill_count++] = s;
	}
}

/* An agent of week k in the whole: skills are those that any of the sites asks for. */
static void add_agent(struct arena *a, struct joint_week *j, size_t k, int32_t i, int32_t *const *skill,
		      const int32_t *contract, int32_t skills_most, struct wfm_agent *out)
{
	const struct week_problem *w = &j->weeks[k];
	const struct week_home *home = &w->homes[i];
	struct wfm_agent_skill *skills = arena_array(a, (size_t)skills_most, sizeof *skills);
	struct wfm_elsewhere *elsewhere = arena_array(a, j->count, sizeof *elsewhere);
	int32_t at = j->problem.agent_count;
	*out = w->problem.agents[i];
	out->site = out->calendar = (int32_t)k;
	out->skill_count = 0;
	add_skills(&w->problem.agents[i], skill[k], skills, out);
	for (size_t v = 0; v < j->count; v++)
		j->index[v][at] = v == k ? i : -1;
	for (size_t n = 0; n < home->away_count; n++)
		for (size_t v = 0; v < j->count; v++) {
			const struct week_away *away = &home->away[n];
			if (v == k || j->weeks[v].site.site_id != away->site_id)
				continue;
			int32_t there = find_agent(&j->weeks[v], w->agent_ids[i]);
			if (there < 0 || (away->travel_min > 0 &&
					  w->problem.contracts[out->contract].break_count > TRAVEL_BREAKS_MOST))
				continue;
			j->index[v][at] = there;
			add_skills(&j->weeks[v].problem.agents[there], skill[v], skills, out);
			elsewhere[out->elsewhere_count++] = (struct wfm_elsewhere){ (int32_t)v, (int32_t)away->travel_min };
		}
	out->contract = contract[out->contract];
	out->skills = skills;
	out->elsewhere = elsewhere;
	j->problem.agent_count++;
}

/* Sites may let seniority count differently: each agent's, as a share of what it adds where it adds most. */
static void add_seniority(struct joint_week *j, struct wfm_agent *agents)
{
	double most = 1;
	for (size_t k = 0; k < j->count; k++)
		most = fmax(most, j->weeks[k].problem.seniority.most);
	j->problem.seniority = (struct wfm_seniority){ most, 1 };
	for (int32_t i = 0; i < j->problem.agent_count; i++) {
		const struct wfm_seniority *s = &j->weeks[agents[i].site].problem.seniority;
		agents[i].seniority = s->most > 1 ? (s->most - 1) * fmin(agents[i].seniority / s->full, 1) / (most - 1) : 0;
	}
}

/* A contract of several sites is one; those of a week under its own numbers in `number`. */
static void add_contracts(struct joint_week *j, const struct week_problem *w, struct wfm_contract *contracts,
			  int64_t *ids, int32_t *number)
{
	for (int32_t i = 0; i < w->problem.contract_count; i++) {
		int32_t at = 0;
		while (at < j->problem.contract_count && ids[at] != w->contracts.ids[i])
			at++;
		number[i] = at;
		if (at < j->problem.contract_count)
			continue;
		ids[at] = w->contracts.ids[i];
		contracts[at] = w->problem.contracts[i];
		j->problem.contract_count++;
	}
}

static void add_people(struct arena *a, struct joint_week *j, int32_t *const *skill)
{
	size_t contracts = 0, agents = 0;
	for (size_t k = 0; k < j->count; k++) {
		contracts += (size_t)j->weeks[k].problem.contract_count;
		agents += (size_t)j->weeks[k].problem.agent_count;
	}
	struct wfm_contract *c = arena_array(a, contracts, sizeof *c);
	int64_t *ids = arena_array(a, contracts, sizeof *ids);
	int32_t *number = arena_array(a, contracts, sizeof *number);
	struct wfm_agent *g = arena_array(a, agents, sizeof *g);
	for (size_t k = 0; k < j->count; k++)
		j->index[k] = arena_array(a, agents, sizeof *j->index[k]);
	for (size_t k = 0; k < j->count; k++) {
		const struct week_problem *w = &j->weeks[k];
		add_contracts(j, w, c, ids, number);
		for (int32_t i = 0; i < w->problem.agent_count; i++)
			if (w->homes[i].site_id == w->site.site_id)
				add_agent(a, j, k, i, skill, number, j->problem.skill_count,
					  &g[j->problem.agent_count]);
	}
	j->problem.contracts = c;
	j->problem.agents = g;
	add_seniority(j, g);
}

/* ---- training and meetings ---- */

int32_t joint_week_number(const struct joint_week *j, size_t k, int32_t agent)
{
	for (int32_t i = 0; i < j->problem.agent_count; i++)
		if (j->index[k][i] == agent)
			return i;
	return -1;
}

/* Each of its own site's people, in shifts there. */
static bool add_sessions(struct arena *a, struct joint_week *j, struct err *e)
{
	size_t n = 0;
	for (size_t k = 0; k < j->count; k++)
		n += (size_t)j->weeks[k].problem.session_count;
	if (n > WFM_MAX_SESSIONS)
		return err_at(e, ERR_INVALID, "/with", "the sites have %d trainings and meetings in that week, more than "
			      "the %d that one plan can hold", (int)n, WFM_MAX_SESSIONS);
	struct wfm_session *sessions = arena_array(a, n, sizeof *sessions);
	for (size_t k = 0; k < j->count; k++) {
		const struct wfm_problem *p = &j->weeks[k].problem;
		j->first_session[k] = j->problem.session_count;
		for (int32_t i = 0; i < p->session_count; i++) {
			struct wfm_session *s = &sessions[j->problem.session_count++];
			int32_t *agents = arena_array(a, (size_t)p->sessions[i].agent_count, sizeof *agents);
			*s = p->sessions[i];
			s->agent_count = 0;
			for (int32_t m = 0; m < p->sessions[i].agent_count; m++) {
				agents[s->agent_count] = joint_week_number(j, k, p->sessions[i].agents[m]);
				s->agent_count += agents[s->agent_count] >= 0;
			}
			s->agents = agents;
			s->quorum = s->quorum < s->agent_count ? s->quorum : s->agent_count;
		}
	}
	j->problem.sessions = sessions;
	return true;
}

/* ---- the whole ---- */

bool joint_week_make(struct arena *a, struct week_problem *weeks, size_t count, struct joint_week *j,
		     struct err *e)
{
	struct wfm_error we;
	int32_t **skill = arena_array(a, count, sizeof *skill);
	*j = (struct joint_week){ .weeks = weeks, .count = count,
				  .first_queue = arena_array(a, count, sizeof *j->first_queue),
				  .first_service = arena_array(a, count, sizeof *j->first_service),
				  .first_deferrable = arena_array(a, count, sizeof *j->first_deferrable),
				  .first_session = arena_array(a, count, sizeof *j->first_session),
				  .index = arena_array(a, count, sizeof *j->index) };
	for (size_t k = 1; k < count; k++)
		if (!same_days(&weeks[0], &weeks[k]))
			return err_at(e, ERR_INVALID, "/with",
				      "the clocks of %s and %s differ in that week; plan each by itself",
				      weeks[0].site.code, weeks[k].site.code);
	j->problem.slot_min = SLOT_MIN;
	j->problem.slot_count = weeks[0].problem.slot_count;
	j->problem.skill_count = number_skills(a, j, skill);
	add_queues(a, j, skill);
	add_targets(a, j);
	add_people(a, j, skill);
	if (!add_sessions(a, j, e))
		return false;
	return wfm_problem_check(&j->problem, &we) == WFM_OK || err_from_wfm(e, &we);
}

/* ---- one site's part of a roster ---- */

static int32_t worked_at(const struct wfm_problem *p, const struct wfm_shift *s)
{
	const struct wfm_agent *g = &p->agents[s->agent];
	return s->elsewhere > 0 ? g->elsewhere[s->elsewhere - 1].site : g->site;
}

struct taken {
	int32_t agent, shift; /* in the week's number, and in the whole roster's */
};

static int by_agent(const void *a, const void *b)
{
	const struct taken *x = a, *y = b;
	return x->agent != y->agent ? (x->agent > y->agent) - (x->agent < y->agent)
				    : (x->shift > y->shift) - (x->shift < y->shift);
}

/* By agent of the week: who has come from another site stands after those at home here. */
static void take_shifts(struct arena *a, const struct joint_week *j, const struct wfm_roster *r, size_t k,
			struct wfm_roster *out)
{
	struct taken *taken = arena_array(a, (size_t)r->shift_count, sizeof *taken);
	size_t n = 0;
	for (int32_t i = 0; i < r->shift_count; i++)
		if (worked_at(&j->problem, &r->shifts[i]) == (int32_t)k)
			taken[n++] = (struct taken){ j->index[k][r->shifts[i].agent], i };
	qsort(taken, n, sizeof *taken, by_agent);
	out->shifts = arena_array(a, n, sizeof *out->shifts);
	out->activities = arena_array(a, (size_t)r->activity_count, sizeof *out->activities);
	for (size_t i = 0; i < n; i++) {
		const struct wfm_shift *from = &r->shifts[taken[i].shift];
		struct wfm_shift *s = &out->shifts[out->shift_count++];
		*s = *from;
		s->agent = taken[i].agent;
		s->elsewhere = 0;
		s->first_activity = out->activity_count;
		for (int32_t v = 0; v < s->activity_count; v++) {
			struct wfm_activity *x = &out->activities[out->activity_count++];
			*x = r->activities[from->first_activity + v];
			x->queue -= x->queue == WFM_NONE ? 0 : j->first_queue[k];
			x->session -= x->kind == WFM_TRAINING || x->kind == WFM_MEETING ? j->first_session[k] : 0;
		}
	}
}

static void take_lacks(struct arena *a, const struct joint_week *j, const struct wfm_roster *r, size_t k,
		       struct wfm_roster *out)
{
	const int32_t first = j->first_queue[k], end = first + (int32_t)j->weeks[k].queue_count;
	out->shortages = arena_array(a, (size_t)r->shortage_count, sizeof *out->shortages);
	for (int32_t i = 0; i < r->shortage_count; i++)
		if (r->shortages[i].queue >= first && r->shortages[i].queue < end) {
			out->shortages[out->shortage_count] = r->shortages[i];
			out->shortages[out->shortage_count++].queue -= first;
		}
	out->unplanned = arena_array(a, (size_t)r->unplanned_count, sizeof *out->unplanned);
	for (int32_t i = 0; i < r->unplanned_count; i++)
		if (j->problem.agents[r->unplanned[i].agent].site == (int32_t)k) {
			out->unplanned[out->unplanned_count] = r->unplanned[i];
			out->unplanned[out->unplanned_count++].agent = j->index[k][r->unplanned[i].agent];
		}
}

static void take_missed(struct arena *a, const struct joint_week *j, const struct wfm_roster *r, size_t k,
			struct wfm_roster *out)
{
	const int32_t first = j->first_session[k], end = first + j->weeks[k].problem.session_count;
	out->missed = arena_array(a, (size_t)r->missed_count, sizeof *out->missed);
	for (int32_t i = 0; i < r->missed_count; i++)
		if (r->missed[i].session >= first && r->missed[i].session < end) {
			struct wfm_missed *m = &out->missed[out->missed_count++];
			*m = r->missed[i];
			m->session -= first;
			m->agent = j->index[k][m->agent];
		}
}

struct wfm_roster *joint_week_part(struct arena *a, const struct joint_week *j, const struct wfm_roster *r,
				   size_t k)
{
	const struct wfm_problem *p = &j->weeks[k].problem;
	struct wfm_roster *out = arena_alloc(a, sizeof *out);
	*out = (struct wfm_roster){ .cost = r->cost, .bound = r->bound, .gap = r->gap,
				    .variable_gap = r->variable_gap, .seed = r->seed,
				    .iterations = r->iterations, .columns = r->columns, .classes = r->classes,
				    .seconds = r->seconds, .session_cents = r->session_cents };
	take_shifts(a, j, r, k, out);
	take_lacks(a, j, r, k, out);
	take_missed(a, j, r, k, out);
	if (r->services != NULL) {
		out->services = r->services + j->first_service[k];
		out->service_count = p->service_count;
	}
	if (r->deferrable != NULL) {
		out->deferrable = r->deferrable + j->first_deferrable[k];
		out->deferrable_count = p->deferrable_count;
	}
	return out;
}

int64_t joint_week_borrowed(const struct week_problem *w, const struct wfm_roster *part)
{
	int64_t n = 0;
	for (int32_t i = 0; i < part->shift_count; i++)
		n += w->homes[part->shifts[i].agent].site_id != w->site.site_id;
	return n;
}
