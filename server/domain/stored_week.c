/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/stored_week.h"

#include <string.h>

#include "server/base/clock.h"
#include "server/domain/week_counters.h"

struct head_row {
	int64_t site_id, week, plan_id, forecast_id;
};
static const struct field head_rows[] = {
	F_INT(struct head_row, site_id, 0, 0, 0, ""),
	F_WEEK(struct head_row, week, 0, ""),
	F_INT(struct head_row, plan_id, 0, 0, 0, ""),
	F_INT(struct head_row, forecast_id, 0, 0, 0, ""),
};
static const struct fields head_fields = FIELDS("Roster", struct head_row, head_rows);

struct agent_row {
	int64_t id;
	const char *name;
	struct week_skill_row *skills;
	size_t skill_count;
};
static const struct field agent_rows[] = {
	F_INT(struct agent_row, id, 0, 0, 0, ""),
	F_TEXT(struct agent_row, name, 0, 0, 0, ""),
	F_LIST(struct agent_row, skills, skill_count, 0, &week_skill_fields, 0, 0, ""),
};
static const struct fields agent_fields = FIELDS("StoredWeekAgent", struct agent_row, agent_rows);

struct activity_row {
	int64_t shift_id, agent_id, queue_id, start, end;
	bool work;
};
static const struct field activity_rows[] = {
	F_INT(struct activity_row, shift_id, 0, 0, 0, ""),
	F_INT(struct activity_row, agent_id, 0, 0, 0, ""),
	F_INT(struct activity_row, queue_id, FIELD_OPTIONAL, 0, 0, ""),
	F_INSTANT(struct activity_row, start, 0, ""),
	F_INSTANT(struct activity_row, end, 0, ""),
	F_BOOL(struct activity_row, work, 0, ""),
};
static const struct fields activity_fields =
	FIELDS("StoredWeekActivity", struct activity_row, activity_rows);

/* What a play needs of a requirement. */
static const struct field volume_rows[] = {
	F_INSTANT(struct requirement_row, start, 0, ""),
	F_INT(struct requirement_row, minutes, 0, 0, 0, ""),
	F_REAL(struct requirement_row, volume, 0, 0, 0, ""),
	F_REAL(struct requirement_row, aht_s, 0, 0, 0, ""),
};
static const struct fields volume_fields =
	FIELDS("StoredWeekVolume", struct requirement_row, volume_rows);

struct reckoned_row {
	int64_t queue_id;
	double again;
};
static const struct field reckoned_rows[] = {
	F_INT(struct reckoned_row, queue_id, 0, 0, 0, ""),
	F_REAL(struct reckoned_row, again, 0, 0, 0, ""),
};
static const struct fields reckoned_fields = FIELDS("PlanQueue", struct reckoned_row, reckoned_rows);

static int32_t queue_index(const struct week_problem *w, int64_t queue_id)
{
	for (size_t q = 0; q < w->queue_count; q++)
		if (w->queues[q].id == queue_id)
			return (int32_t)q;
	return WFM_NONE;
}

/* Skills that no queue of the site asks for do not matter here. */
static void give_skills(const struct week_problem *w, const struct agent_row *r, struct arena *a,
			struct wfm_agent *out)
{
	struct wfm_agent_skill *skills = arena_array(a, r->skill_count, sizeof *skills);
	for (size_t i = 0; i < r->skill_count; i++)
		for (size_t q = 0; q < w->queue_count; q++)
			if (w->queues[q].skill_id == r->skills[i].skill_id) {
				skills[out->skill_count++] = (struct wfm_agent_skill){
					w->problem.queues[q].skill, r->skills[i].proficiency };
				break;
			}
	out->skills = skills;
}

static bool load_agents(struct db *db, struct arena *a, struct week_problem *w, struct err *e)
{
	struct agent_row *rows;
	size_t n;
	if (!db_rows(db, SQL_STORED_WEEK_AGENTS,
		     DB_ARGS(db_int("site_id", w->site.site_id), db_date("monday", w->monday)), NULL,
		     &agent_fields, a, (void **)&rows, &n, e))
		return false;
	struct wfm_agent *agents = arena_array(a, n, sizeof *agents);
	w->agent_ids = arena_array(a, n, sizeof *w->agent_ids);
	w->agent_names = arena_array(a, n, sizeof *w->agent_names);
	for (size_t i = 0; i < n; i++) {
		agents[i].name = w->agent_names[i] = rows[i].name;
		w->agent_ids[i] = rows[i].id;
		give_skills(w, &rows[i], a, &agents[i]);
	}
	w->problem.agents = agents;
	w->problem.agent_count = (int32_t)n;
	return true;
}

static bool load_requirements(struct db *db, struct arena *a, int64_t plan_id, struct week_problem *w,
			      struct err *e)
{
	w->requirements = arena_array(a, w->queue_count, sizeof *w->requirements);
	for (size_t q = 0; q < w->queue_count; q++) {
		struct requirement_row *rows;
		if (!db_rows(db, SQL_STORED_WEEK_VOLUMES,
			     DB_ARGS(db_int("plan_id", plan_id), db_int("queue_id", w->queues[q].id)), NULL,
			     &volume_fields, a, (void **)&rows, &w->requirements[q].count, e))
			return false;
		w->requirements[q].rows = rows;
	}
	return true;
}

/* Those who call again as the plan reckoned with them: the setting may be another today. */
static bool load_reckoned(struct db *db, struct arena *a, int64_t plan_id, struct week_problem *w, struct err *e)
{
	struct reckoned_row *rows;
	size_t n;
	if (!db_rows(db, SQL_STORED_WEEK_QUEUES, DB_ARGS(db_int("plan_id", plan_id)), NULL, &reckoned_fields, a,
		     (void **)&rows, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		int32_t q = queue_index(w, rows[i].queue_id);
		if (q >= 0)
			w->queues[q].again = rows[i].again;
	}
	return true;
}

static bool head_load(struct db *db, struct arena *a, int64_t roster_id, struct head_row *out, struct err *e)
{
	return db_one(db, SQL_STORED_WEEK_HEAD, DB_ARGS(db_int("roster_id", roster_id)), NULL, &head_fields,
		      a, out, e);
}

bool stored_week_load(struct db *db, struct arena *a, int64_t roster_id, struct stored_week *out,
		      struct err *e)
{
	struct week_problem *w = &out->w;
	struct head_row head;
	if (!head_load(db, a, roster_id, &head, e) ||
	    !week_open(db, a, head.site_id, head.week, head.forecast_id, NULL, w, e))
		return false;
	out->roster_id = roster_id;
	out->plan_id = head.plan_id;
	struct wfm_queue *queues = arena_array(a, w->queue_count, sizeof *queues);
	week_calendar(a, w);
	week_number_skills(w, queues);
	for (size_t q = 0; q < w->queue_count; q++)
		queues[q].site = WFM_NONE;
	w->problem.site_count = 1;
	w->problem.queues = queues;
	w->problem.queue_count = (int32_t)w->queue_count;
	if (!load_reckoned(db, a, head.plan_id, w, e) || !load_requirements(db, a, head.plan_id, w, e) ||
	    !week_covered_load(db, a, w, e))
		return false;
	week_counters(a, w, queues);
	return load_agents(db, a, w, e) && stored_roster_load(db, a, w, roster_id, &out->roster, e);
}

static bool add_activity(const struct week_problem *w, const struct activity_row *r, int64_t shift_id,
			 struct wfm_roster *out, struct err *e)
{
	int64_t start = (r->start - w->from) / (SLOT_MIN * 60), end = (r->end - w->from) / (SLOT_MIN * 60);
	int32_t agent = out->shift_count > 0 ? out->shifts[out->shift_count - 1].agent : 0;
	while (agent < w->problem.agent_count && w->agent_ids[agent] != r->agent_id)
		agent++;
	if (agent == w->problem.agent_count || start < 0)
		return err_set(e, ERR_UNAVAILABLE, "the roster changed meanwhile; try again");
	if (r->shift_id != shift_id)
		out->shifts[out->shift_count++] = (struct wfm_shift){
			.agent = agent, .start = (int32_t)start, .first_activity = out->activity_count };
	struct wfm_shift *shift = &out->shifts[out->shift_count - 1];
	out->activities[out->activity_count++] = (struct wfm_activity){
		.kind = r->work ? WFM_WORK : WFM_MEAL, /* or any other pause */
		.queue = queue_index(w, r->queue_id), .start = (int32_t)start,
		.slots = (int32_t)(end - start) };
	shift->activity_count++;
	shift->end = (int32_t)end;
	return true;
}

bool stored_roster_load(struct db *db, struct arena *a, const struct week_problem *w, int64_t roster_id,
			struct wfm_roster *out, struct err *e)
{
	struct activity_row *rows;
	struct head_row head;
	size_t n;
	*out = (struct wfm_roster){ 0 };
	if (!head_load(db, a, roster_id, &head, e))
		return false;
	if (head.site_id != w->site.site_id || head.week != w->monday)
		return err_set(e, ERR_INVALID, "roster %lld is not of the same site and week",
			       (long long)roster_id);
	if (!db_rows(db, SQL_STORED_WEEK_ACTIVITIES, DB_ARGS(db_int("roster_id", roster_id)), NULL,
		     &activity_fields, a, (void **)&rows, &n, e))
		return false;
	out->shifts = arena_array(a, n, sizeof *out->shifts);
	out->activities = arena_array(a, n, sizeof *out->activities);
	for (size_t i = 0; i < n; i++)
		if (!add_activity(w, &rows[i], i > 0 ? rows[i - 1].shift_id : FIELD_NULL, out, e))
			return false;
	return true;
}
