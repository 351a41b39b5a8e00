/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/cross_training.h"

#include <math.h>
#include <string.h>

#include "wfm/skills.h"

/* A group's part of an interval's people may be so much over its part of all people. */
static const double OVER_ITS_PART = 1.25;
enum { CONTACTS = 24000, SOLVED = 4, SEED = 1 };

static const struct field request_rows[] = {
	F_INT(struct training_request, site_id, 0, 1, 1e15, "site"),
	F_WEEK(struct training_request, week, 0, "ISO week that the forecast covers"),
	F_INT(struct training_request, forecast_id, 0, 1, 1e15, "forecast of the site"),
};
const struct fields training_request_fields =
	FIELDS("CrossTrainingRequest", struct training_request, request_rows);

static const struct field queue_rows[] = {
	F_INT(struct training_queue, queue_id, 0, 1, 1e15, "live queue of the site"),
	F_REAL(struct training_queue, alone_hours, 0, 0, 0, "people x hours on the work, were nobody shared"),
	F_REAL(struct training_queue, shared_hours, 0, 0, 0, "the same with the people there are"),
	F_REAL(struct training_queue, alone_peak, 0, 0, 0, "most people at once, were nobody shared"),
	F_REAL(struct training_queue, shared_peak, 0, 0, 0, "the same with the people there are"),
};
static const struct fields queue_fields = FIELDS("CrossTrainingQueue", struct training_queue, queue_rows);

static const struct field group_rows[] = {
	F_LIST_OF(struct training_group, queues, queue_count, 0, FIELD_INT, 0, 0, "queue ids its people take"),
	F_INT(struct training_group, agents, 0, 0, 0, "people of the site in that week"),
	F_INT(struct training_group, peak, 0, 0, 0, "most people needed at once, on the work"),
	F_REAL(struct training_group, person_hours, 0, 0, 0, "people x hours on the work"),
};
static const struct fields group_fields = FIELDS("CrossTrainingGroup", struct training_group, group_rows);

static const struct field interval_rows[] = {
	F_INSTANT(struct training_interval, start, 0, "beginning"),
	F_LIST_OF(struct training_interval, people, people_count, 0, FIELD_INT, 0, 0,
		  "on the work, in the order of groups"),
};
static const struct fields interval_fields =
	FIELDS("CrossTrainingInterval", struct training_interval, interval_rows);

static const char *const training_names[] = { "dedicated", "present", "chain", "all", NULL }; /* enum wfm_training */
static const struct field scenario_rows[] = {
	F_ENUM(struct training_scenario, training, 0, training_names,
	       "dedicated: everybody one queue; present: the groups there are, without limits; chain: one "
	       "queue and the next; all: every queue"),
	F_REAL(struct training_scenario, people, 0, 0, 0, "most people at once, on the work"),
	F_REAL(struct training_scenario, person_hours, 0, 0, 0, "people x hours on the work"),
	F_INT(struct training_scenario, unmet, 0, 0, 0, "intervals of queues known to miss a target"),
};
static const struct fields scenario_fields =
	FIELDS("CrossTrainingScenario", struct training_scenario, scenario_rows);

static const struct field pair_rows[] = {
	F_INT(struct training_pair, queue_id, 0, 1, 1e15, "people who take this queue"),
	F_INT(struct training_pair, other_id, 0, 1, 1e15, "and this one, first or second"),
	F_REAL(struct training_pair, saved_people, 0, 0, 0, "in the interval that needs most"),
	F_REAL(struct training_pair, saved_person_hours, 0, 0, 0, "against the groups there are, without limits"),
};
static const struct fields pair_fields = FIELDS("CrossTrainingPair", struct training_pair, pair_rows);

static const struct field result_rows[] = {
	F_INT(struct training_result, site_id, 0, 1, 1e15, "site"),
	F_WEEK(struct training_result, week, 0, "ISO week"),
	F_INT(struct training_result, forecast_id, 0, 1, 1e15, "forecast"),
	F_INT(struct training_result, interval_min, 0, 0, 0, "length of an interval"),
	F_INT(struct training_result, unmet, 0, 0, 0,
	      "intervals of queues that the people there are cannot bring to target"),
	F_REAL(struct training_result, alone_hours, 0, 0, 0, "people x hours on the work, were nobody shared"),
	F_REAL(struct training_result, shared_hours, 0, 0, 0, "the same with the people there are"),
	F_LIST(struct training_result, queues, queue_count, 0, &queue_fields, 0, 0, "live queues"),
	F_LIST(struct training_result, groups, group_count, 0, &group_fields, 0, 0, "people alike in skills"),
	F_LIST(struct training_result, scenarios, scenario_count, 0, &scenario_fields, 0, 0,
	       "the same targets with other skills"),
	F_LIST(struct training_result, pairs, pair_count, 0, &pair_fields, 0, 0,
	       "one pair of queues more for people to share, best first"),
	F_LIST(struct training_result, intervals, interval_count, 0, &interval_fields, 0, 0,
	       "people per group where there is work"),
};
const struct fields training_result_fields =
	FIELDS("CrossTraining", struct training_result, result_rows);

struct training {
	struct arena *a;
	const struct training_watch *watch;
	struct week_problem w;
	size_t live[WFM_SKILLS_QUEUES]; /* queue indices of the week */
	size_t live_count;
	int minutes;
	struct wfm_skill_queue queues[WFM_SKILLS_QUEUES];
	struct wfm_skill_group groups[WFM_SKILLS_GROUPS];
	uint32_t takes[WFM_SKILLS_GROUPS]; /* bits of live queues */
	int64_t heads[WFM_SKILLS_GROUPS];
	double speed[WFM_SKILLS_GROUPS][WFM_SKILLS_QUEUES]; /* sums over heads */
	double *alone; /* [live x interval] people */
	struct wfm_skills_problem p;
	double share; /* of the progress: which half */
};

static bool waits_on_the_line(const struct site_queue *q)
{
	return q->channel == WFM_VOICE || q->channel == WFM_CHAT || q->channel == WFM_WALK_IN;
}

static bool find_live(const struct site_queue *queues, size_t count, struct training *t,
		      const char *site, struct err *e)
{
	for (size_t i = 0; i < count; i++) {
		if (!waits_on_the_line(&queues[i]))
			continue;
		if (t->live_count == WFM_SKILLS_QUEUES)
			return err_at(e, ERR_INVALID, "/site_id", "site %s has more than %d live queues", site,
				      WFM_SKILLS_QUEUES);
		t->live[t->live_count++] = i;
	}
	return t->live_count >= 2 ||
	       err_at(e, ERR_INVALID, "/site_id",
		      "site %s has fewer than two live queues: there is nothing to share", site);
}

bool training_check(struct db *db, struct arena *a, const struct training_request *r, struct err *e)
{
	struct training t = { .a = a };
	struct site_calendar site;
	struct site_queue *queues;
	size_t count;
	int64_t covers;

	if (!site_calendar_load(db, a, r->site_id, &site, e) ||
	    !site_queues_load(db, a, r->site_id, &queues, &count, e) ||
	    !find_live(queues, count, &t, site.code, e) ||
	    !db_int_value(db, SQL_SCHEDULE_FORECAST_COVERS,
			  DB_ARGS(db_int("site_id", r->site_id), db_date("monday", r->week),
				  db_int("forecast_id", r->forecast_id)),
			  NULL, &covers, e))
		return false;
	return covers > 0 || err_at(e, ERR_INVALID, "/forecast_id",
				    "no forecast of this site and week has the id %lld",
				    (long long)r->forecast_id);
}

/* ---- the week as groups and loads ------------------------------------------------------------ */

/* All queues on the grid of the longest interval, of which the others' are parts. */
static bool find_grid(struct training *t, struct err *e)
{
	for (size_t k = 0; k < t->live_count; k++) {
		const struct queue_requirement *r = &t->w.requirements[t->live[k]];
		if (r->count > 0 && (int)r->rows[0].minutes > t->minutes)
			t->minutes = (int)r->rows[0].minutes;
	}
	for (size_t k = 0; k < t->live_count; k++) {
		const struct queue_requirement *r = &t->w.requirements[t->live[k]];
		if (r->count == 0 || t->minutes % (int)r->rows[0].minutes != 0)
			return err_at(e, ERR_INVALID, "/site_id",
				      "queue %s has intervals that no other's are made of: queues that share "
				      "people need intervals of one length", t->w.queues[t->live[k]].code);
	}
	t->p.interval_s = 60 * t->minutes;
	t->p.interval_count = (int32_t)((t->w.until - t->w.from) / t->p.interval_s);
	return true;
}

static void fill_loads(struct training *t, size_t k)
{
	const struct queue_requirement *r = &t->w.requirements[t->live[k]];
	size_t n = (size_t)t->p.interval_count;
	struct wfm_load *loads = arena_array(t->a, n, sizeof *loads);
	for (size_t i = 0; i < r->count; i++) {
		const struct requirement_row *row = &r->rows[i];
		size_t at = (size_t)((row->start - t->w.from) / t->p.interval_s);
		if (at >= n)
			continue;
		loads[at].volume += row->volume;
		loads[at].aht_s += row->volume * row->aht_s;
		loads[at].open |= row->agents > 0;
		t->alone[k * n + at] = fmax(t->alone[k * n + at], row->agents);
	}
	for (size_t i = 0; i < n; i++)
		loads[i].aht_s = loads[i].volume > 0 ? loads[i].aht_s / loads[i].volume : 1;
	t->queues[k] = (struct wfm_skill_queue){
		loads, week_staffing_options(&t->w, &t->w.queues[t->live[k]], t->minutes) };
}

/* The group of this set of queues, made when it is new; −1: no room for more groups. */
static int32_t group_of(struct training *t, uint32_t takes)
{
	for (int32_t g = 0; g < t->p.group_count; g++)
		if (t->takes[g] == takes)
			return g;
	if (t->p.group_count == WFM_SKILLS_GROUPS)
		return -1;
	t->takes[t->p.group_count] = takes;
	return t->p.group_count++;
}

static bool count_heads(struct training *t, struct err *e)
{
	for (int32_t i = 0; i < t->w.problem.agent_count; i++) {
		const struct wfm_agent *agent = &t->w.problem.agents[i];
		double speed[WFM_SKILLS_QUEUES] = { 0 };
		uint32_t takes = 0;
		for (int32_t s = 0; s < agent->skill_count; s++)
			for (size_t k = 0; k < t->live_count; k++)
				if (t->w.problem.queues[t->live[k]].skill == agent->skills[s].skill) {
					takes |= UINT32_C(1) << k;
					speed[k] = agent->skills[s].speed;
				}
		if (takes == 0)
			continue;
		int32_t g = group_of(t, takes);
		if (g < 0)
			return err_at(e, ERR_INVALID, "/site_id", "site %s has more than %d sets of skills",
				      t->w.site.code, WFM_SKILLS_GROUPS);
		t->heads[g]++;
		for (size_t k = 0; k < t->live_count; k++)
			t->speed[g][k] += speed[k];
	}
	return true;
}

static void fill_groups(struct training *t)
{
	size_t n = (size_t)t->p.interval_count;
	double heads = 0;
	for (int32_t g = 0; g < t->p.group_count; g++)
		heads += (double)t->heads[g];
	for (int32_t g = 0; g < t->p.group_count; g++) {
		struct wfm_sim_skill *skills = arena_array(t->a, t->live_count, sizeof *skills);
		int32_t *most = arena_array(t->a, n, sizeof *most), count = 0;
		for (size_t k = 0; k < t->live_count; k++)
			if (t->takes[g] >> k & 1)
				skills[count++] = (struct wfm_sim_skill){
					(int32_t)k, 1, 0, fmax(0.05, t->speed[g][k] / (double)t->heads[g]) };
		for (size_t i = 0; i < n; i++) {
			double needed = 0;
			for (size_t k = 0; k < t->live_count; k++)
				needed += t->alone[k * n + i];
			most[i] = (int32_t)ceil((double)t->heads[g] *
						fmin(1, OVER_ITS_PART * needed / heads));
		}
		t->groups[g] = (struct wfm_skill_group){ .skills = skills, .skill_count = count, .cost = 1,
							 .most = -1, .most_in = most };
	}
}

static bool build(struct training *t, struct err *e)
{
	if (!find_grid(t, e))
		return false;
	t->alone = arena_array(t->a, t->live_count * (size_t)t->p.interval_count, sizeof *t->alone);
	for (size_t k = 0; k < t->live_count; k++)
		fill_loads(t, k);
	if (!count_heads(t, e))
		return false;
	for (size_t k = 0; k < t->live_count; k++) {
		bool any = false;
		for (int32_t g = 0; g < t->p.group_count; g++)
			any = any || (t->takes[g] >> k & 1);
		if (!any)
			return err_at(e, ERR_INVALID, "/site_id", "nobody of site %s can take queue %s",
				      t->w.site.code, t->w.queues[t->live[k]].code);
	}
	fill_groups(t);
	t->p.queues = t->queues;
	t->p.queue_count = (int32_t)t->live_count;
	t->p.groups = t->groups;
	return true;
}

/* ---- results --------------------------------------------------------------------------------- */

static double hours_of(const struct training *t)
{
	return (double)t->minutes / 60;
}

static void fill_queues(const struct training *t, const struct wfm_skills_result *r,
			struct training_result *out)
{
	size_t n = (size_t)t->p.interval_count;
	out->queues = arena_array(t->a, t->live_count, sizeof *out->queues);
	out->queue_count = t->live_count;
	for (size_t k = 0; k < t->live_count; k++) {
		struct training_queue *q = &out->queues[k];
		q->queue_id = t->w.queues[t->live[k]].id;
		for (size_t i = 0; i < n; i++) {
			double alone = t->alone[k * n + i], shared = r->queue[i * t->live_count + k].people;
			q->alone_hours += hours_of(t) * alone;
			q->shared_hours += hours_of(t) * shared;
			q->alone_peak = fmax(q->alone_peak, alone);
			q->shared_peak = fmax(q->shared_peak, shared);
		}
		out->alone_hours += q->alone_hours;
	}
}

static void fill_people(const struct training *t, const struct wfm_skills_result *r,
			struct training_result *out)
{
	size_t n = (size_t)t->p.interval_count, groups = (size_t)t->p.group_count;
	out->groups = arena_array(t->a, groups, sizeof *out->groups);
	out->group_count = groups;
	out->intervals = arena_array(t->a, n, sizeof *out->intervals);
	for (size_t g = 0; g < groups; g++) {
		struct training_group *to = &out->groups[g];
		to->queues = arena_array(t->a, t->live_count, sizeof *to->queues);
		to->agents = t->heads[g];
		for (size_t k = 0; k < t->live_count; k++)
			if (t->takes[g] >> k & 1)
				to->queues[to->queue_count++] = t->w.queues[t->live[k]].id;
	}
	for (size_t i = 0; i < n; i++) {
		struct training_interval v = { t->w.from + (int64_t)i * t->p.interval_s,
					       arena_array(t->a, groups, sizeof *v.people), groups };
		int64_t any = 0;
		for (size_t g = 0; g < groups; g++) {
			v.people[g] = r->people[i * groups + g];
			any += v.people[g];
			out->groups[g].person_hours += hours_of(t) * (double)v.people[g];
			if (v.people[g] > out->groups[g].peak)
				out->groups[g].peak = v.people[g];
		}
		if (any > 0)
			out->intervals[out->interval_count++] = v;
	}
}

static void fill_gain(const struct training *t, const struct wfm_training_gain *g,
		      struct training_result *out)
{
	out->scenario_count = WFM_TRAININGS;
	out->scenarios = arena_array(t->a, WFM_TRAININGS, sizeof *out->scenarios);
	for (int k = 0; k < WFM_TRAININGS; k++)
		out->scenarios[k] = (struct training_scenario){ k, g->training[k].people,
								g->training[k].person_hours,
								g->training[k].unmet };
	out->pair_count = (size_t)g->pair_count;
	out->pairs = arena_array(t->a, out->pair_count, sizeof *out->pairs);
	for (size_t i = 0; i < out->pair_count; i++) {
		const struct wfm_training_pair *p = &g->pairs[i];
		out->pairs[i] = (struct training_pair){
			t->w.queues[t->live[p->queue]].id, t->w.queues[t->live[p->other]].id,
			g->training[WFM_TRAIN_PRESENT].people - p->figures.people, p->saved_person_hours };
	}
}

static bool progress(void *context, double part)
{
	const struct training *t = context;
	return t->watch->progress(t->watch->context, 0.5 * (t->share + part));
}

static bool simulate(struct training *t, struct training_result *out, struct err *e)
{
	struct wfm_skills_options o = { .seed = SEED, .contacts = CONTACTS, .solved = SOLVED, .rough = true,
					.progress = t->watch != NULL ? progress : NULL, .context = t };
	struct wfm_skills_result *r = NULL;
	struct wfm_training_gain *gain = NULL;
	struct wfm_error we;
	enum wfm_status s = wfm_skills_run(&t->p, &o, &r, &we);
	if (s == WFM_OK) {
		fill_queues(t, r, out);
		fill_people(t, r, out);
		out->shared_hours = r->person_hours;
		out->unmet = r->unmet;
		for (int32_t g = 0; g < t->p.group_count; g++)
			t->groups[g].most_in = NULL; /* what could be, not who is there */
		t->share = 1;
		s = wfm_skills_gain(&t->p, &o, 0, &gain, &we);
	}
	if (s == WFM_OK)
		fill_gain(t, gain, out);
	wfm_skills_free(r);
	wfm_training_gain_free(gain);
	if (s == WFM_CANCELLED)
		return err_set(e, ERR_CONFLICT, "cancelled");
	return s == WFM_OK || err_from_wfm(e, &we);
}

bool training_find(struct db *db, struct arena *a, const struct training_request *r,
		   const struct training_watch *watch, struct training_result *out, struct err *e)
{
	struct training *t = arena_alloc(a, sizeof *t);
	*t = (struct training){ .a = a, .watch = watch };
	*out = (struct training_result){ .site_id = r->site_id, .week = r->week,
					 .forecast_id = r->forecast_id };
	if (!training_check(db, a, r, e) ||
	    !week_problem_build(db, a, r->site_id, r->week, r->forecast_id, &t->w, e) ||
	    !find_live(t->w.queues, t->w.queue_count, t, t->w.site.code, e) || !build(t, e))
		return false;
	out->interval_min = t->minutes;
	return simulate(t, out, e);
}
