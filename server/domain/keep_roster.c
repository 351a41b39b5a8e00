/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes a finished roster: each table's rows travel as one JSON array into one statement. */
#include <math.h>

#include "server/domain/make_schedule.h"
#include "server/domain/require_week.h"
#include "server/domain/week_service.h"
#include "server/domain/week_waiting.h"

struct activity_out {
	int64_t position, queue_id, session_id, start, end;
	const char *kind, *label;
	bool paid;
};
static const struct field activity_rows[] = {
	F_INT(struct activity_out, position, 0, 0, 0, ""),
	F_TEXT(struct activity_out, kind, 0, 0, 0, ""),
	F_INT(struct activity_out, queue_id, FIELD_OPTIONAL, 0, 0, ""),
	F_INT(struct activity_out, session_id, FIELD_OPTIONAL, 0, 0, ""),
	F_TEXT(struct activity_out, label, FIELD_OPTIONAL, 0, 0, ""),
	F_INSTANT(struct activity_out, start, 0, ""),
	F_INSTANT(struct activity_out, end, 0, ""),
	F_BOOL(struct activity_out, paid, 0, ""),
};
static const struct fields activity_fields = FIELDS("ActivityRow", struct activity_out, activity_rows);

struct shift_out {
	int64_t agent_id, day, start, end, paid_minutes, cost_cents;
	struct activity_out *activities;
	size_t activity_count;
};
static const struct field shift_rows[] = {
	F_INT(struct shift_out, agent_id, 0, 0, 0, ""),
	F_DATE(struct shift_out, day, 0, ""),
	F_INSTANT(struct shift_out, start, 0, ""),
	F_INSTANT(struct shift_out, end, 0, ""),
	F_INT(struct shift_out, paid_minutes, 0, 0, 0, ""),
	F_INT(struct shift_out, cost_cents, 0, 0, 0, ""),
	F_LIST(struct shift_out, activities, activity_count, 0, &activity_fields, 0, 0, ""),
};
static const struct fields shift_fields = FIELDS("ShiftRow", struct shift_out, shift_rows);

struct shortage_out {
	int64_t queue_id, start;
	double people, hour_value_cents;
	const char *reason;
};
static const struct field shortage_rows[] = {
	F_INT(struct shortage_out, queue_id, 0, 0, 0, ""),
	F_INSTANT(struct shortage_out, start, 0, ""),
	F_REAL(struct shortage_out, people, 0, 0, 0, ""),
	F_TEXT(struct shortage_out, reason, 0, 0, 0, ""),
	F_REAL(struct shortage_out, hour_value_cents, FIELD_OPTIONAL, 0, 0, ""),
};
static const struct fields shortage_fields = FIELDS("ShortageRow", struct shortage_out, shortage_rows);

struct unplanned_out {
	int64_t agent_id;
	const char *agent;
	const char **rules;
	size_t rule_count;
};
static const struct field unplanned_rows[] = {
	F_INT(struct unplanned_out, agent_id, 0, 0, 0, ""),
	F_TEXT(struct unplanned_out, agent, 0, 0, 0, ""),
	F_LIST_OF(struct unplanned_out, rules, rule_count, 0, FIELD_TEXT, 0, 0, ""),
};
static const struct fields unplanned_fields =
	FIELDS("UnplannedAgent", struct unplanned_out, unplanned_rows);

struct parts_out {
	double pay, fixed_pay, shortage, surplus, rules, wishes, changes, service, sessions, deferred;
};
static const struct field parts_rows[] = {
	F_REAL(struct parts_out, pay, 0, 0, 0, ""),
	F_REAL(struct parts_out, fixed_pay, 0, 0, 0, ""),
	F_REAL(struct parts_out, shortage, 0, 0, 0, ""),
	F_REAL(struct parts_out, surplus, 0, 0, 0, ""),
	F_REAL(struct parts_out, rules, 0, 0, 0, ""),
	F_REAL(struct parts_out, wishes, 0, 0, 0, ""),
	F_REAL(struct parts_out, changes, 0, 0, 0, ""),
	F_REAL(struct parts_out, service, 0, 0, 0, ""),
	F_REAL(struct parts_out, sessions, 0, 0, 0, ""),
	F_REAL(struct parts_out, deferred, 0, 0, 0, ""),
};
static const struct fields parts_fields = FIELDS("CostParts", struct parts_out, parts_rows);

/* Who has a training or meeting less often than asked. */
struct missed_out {
	int64_t session_id, agent_id, times;
	const char *session, *agent, *reason;
};
static const struct field missed_rows[] = {
	F_INT(struct missed_out, session_id, 0, 0, 0, ""),
	F_TEXT(struct missed_out, session, 0, 0, 0, ""),
	F_INT(struct missed_out, agent_id, 0, 0, 0, ""),
	F_TEXT(struct missed_out, agent, 0, 0, 0, ""),
	F_INT(struct missed_out, times, 0, 0, 0, ""),
	F_TEXT(struct missed_out, reason, 0, 0, 0, ""),
};
static const struct fields missed_fields = FIELDS("MissedSession", struct missed_out, missed_rows);

/* Against the roster that the week was planned again from. */
struct changes_out {
	int64_t roster_id, version, from, shifts, added, removed, moved, frozen;
	double cents, notice_cents; /* the second is part of the first */
};
static const struct field changes_rows[] = {
	F_INT(struct changes_out, roster_id, 0, 0, 0, ""),
	F_INT(struct changes_out, version, 0, 0, 0, ""),
	F_DATE(struct changes_out, from, 0, ""),
	F_INT(struct changes_out, shifts, 0, 0, 0, ""),
	F_INT(struct changes_out, added, 0, 0, 0, ""),
	F_INT(struct changes_out, removed, 0, 0, 0, ""),
	F_INT(struct changes_out, moved, 0, 0, 0, ""),
	F_INT(struct changes_out, frozen, 0, 0, 0, ""),
	F_REAL(struct changes_out, cents, 0, 0, 0, ""),
	F_REAL(struct changes_out, notice_cents, 0, 0, 0, ""),
};
static const struct fields changes_fields = FIELDS("RosterChangesMade", struct changes_out, changes_rows);

struct evidence_out {
	double objective, bound, gap, variable_gap, seconds;
	int64_t seed, iterations, columns, classes, corrected, trial, risk, over, unmet;
	double probability, shrinkage;
	bool verified;
	struct parts_out parts;
	struct changes_out changes;
	const char **unmet_notes; /* of queues whose targets cannot be met */
	size_t unmet_note_count;
	struct unplanned_out *unplanned;
	size_t unplanned_count;
	struct service_row *services;
	size_t service_count;
	struct waiting_row *waiting;
	size_t waiting_count;
	double session_cents;
	struct missed_out *missed;
	size_t missed_count;
	int64_t *together, together_shifts, borrowed;
	size_t together_count;
};
static const struct field evidence_rows[] = {
	F_REAL(struct evidence_out, objective, 0, 0, 0, ""),
	F_OBJECT(struct evidence_out, parts, 0, &parts_fields, ""),
	F_REAL(struct evidence_out, bound, FIELD_OPTIONAL, 0, 0, ""),
	F_REAL(struct evidence_out, gap, 0, 0, 0, ""),
	F_REAL(struct evidence_out, variable_gap, 0, 0, 0, ""),
	F_INT(struct evidence_out, seed, 0, 0, 0, ""),
	F_REAL(struct evidence_out, seconds, 0, 0, 0, ""),
	F_INT(struct evidence_out, iterations, 0, 0, 0, ""),
	F_INT(struct evidence_out, columns, 0, 0, 0, ""),
	F_INT(struct evidence_out, classes, 0, 0, 0, ""),
	F_INT(struct evidence_out, corrected, 0, 0, 0, ""),
	F_ENUM(struct evidence_out, trial, 0, trial_outcome_names, ""),
	F_ENUM(struct evidence_out, risk, 0, staffing_risk_names, ""),
	F_ENUM(struct evidence_out, over, 0, staffing_over_names, ""),
	F_REAL(struct evidence_out, probability, FIELD_OPTIONAL, 0, 0, ""),
	F_REAL(struct evidence_out, shrinkage, 0, 0, 0, ""),
	F_INT(struct evidence_out, unmet, 0, 0, 0, ""),
	F_LIST_OF(struct evidence_out, unmet_notes, unmet_note_count, 0, FIELD_TEXT, 0, 0, ""),
	F_BOOL(struct evidence_out, verified, 0, ""),
	F_OBJECT(struct evidence_out, changes, FIELD_OPTIONAL, &changes_fields, ""),
	F_LIST(struct evidence_out, unplanned, unplanned_count, 0, &unplanned_fields, 0, 0, ""),
	F_LIST(struct evidence_out, services, service_count, 0, &service_row_fields, 0, 0, ""),
	F_LIST(struct evidence_out, waiting, waiting_count, 0, &waiting_row_fields, 0, 0, ""),
	F_REAL(struct evidence_out, session_cents, FIELD_OPTIONAL, 0, 0, ""),
	F_LIST(struct evidence_out, missed, missed_count, 0, &missed_fields, 0, 0, ""),
	F_LIST_OF(struct evidence_out, together, together_count, 0, FIELD_INT, 0, 0, ""),
	F_INT(struct evidence_out, together_shifts, FIELD_OPTIONAL, 0, 0, ""),
	F_INT(struct evidence_out, borrowed, 0, 0, 0, ""),
};
static const struct fields evidence_fields = FIELDS("Evidence", struct evidence_out, evidence_rows);

enum { ROWS_BYTES = 64 << 20 };

/* Sends rows as the one JSON argument of a statement, beside the ids it needs. */
static bool send_rows(struct db *db, enum sql_id id, const char *name, const struct fields *f,
		      const void *rows, size_t count, struct db_arg first, struct db_arg second,
		      struct err *e)
{
	struct strbuf json;
	strbuf_init(&json, ROWS_BYTES);
	field_list_to_json(f, rows, count, &json);
	bool ok = json.overflow
			  ? err_set(e, ERR_TOO_LARGE, "the roster has too many rows to keep")
			  : db_run(db, id, DB_ARGS(first, db_text(name, json.data), second), NULL,
				   NULL, e);
	strbuf_free(&json);
	return ok;
}

static bool keep_requirements(struct db *db, const struct week_problem *w, int64_t plan_id,
			      struct err *e)
{
	for (size_t i = 0; i < w->queue_count; i++)
		if (!db_run(db, SQL_PLAN_QUEUE_INSERT,
			    DB_ARGS(db_int("plan_id", plan_id), db_int("queue_id", w->queues[i].id),
				    db_real("again", w->queues[i].again)),
			    NULL, NULL, e) ||
		    !send_rows(db, SQL_REQUIREMENT_INSERT, "rows", &requirement_row_fields,
			       w->requirements[i].rows, w->requirements[i].count,
			       db_int("plan_id", plan_id), db_int("queue_id", w->queues[i].id), e) ||
		    !send_rows(db, SQL_REQUIREMENT_DAYS_INSERT, "rows", &requirement_day_fields,
			       w->requirements[i].days, w->requirements[i].day_count,
			       db_int("plan_id", plan_id), db_int("queue_id", w->queues[i].id), e))
			return false;
	return true;
}

static void fill_shift(const struct week_problem *w, const struct wfm_roster *r, struct arena *a,
		       const struct wfm_shift *s, struct shift_out *out)
{
	const struct wfm_agent *g = &w->problem.agents[s->agent];
	int64_t paid = 0;

	out->activities = arena_array(a, (size_t)s->activity_count, sizeof *out->activities);
	out->activity_count = (size_t)s->activity_count;
	for (int32_t i = 0; i < s->activity_count; i++) {
		const struct wfm_activity *v = &r->activities[s->first_activity + i];
		const bool sits = v->kind == WFM_TRAINING || v->kind == WFM_MEETING;
		out->activities[i] = (struct activity_out){
			.position = i + 1,
			.kind = wfm_activity_kind_name(v->kind),
			.queue_id = v->queue == WFM_NONE ? FIELD_NULL : w->queues[v->queue].id,
			.session_id = sits ? w->session_ids[v->session] : FIELD_NULL,
			.label = sits ? w->problem.sessions[v->session].name : NULL,
			.start = week_slot_instant(w, v->start),
			.end = week_slot_instant(w, v->start + v->slots),
			.paid = v->paid,
		};
		paid += v->paid ? v->slots * SLOT_MIN : 0;
	}
	out->agent_id = w->agent_ids[s->agent];
	out->day = w->monday + s->day;
	out->start = week_slot_instant(w, s->start);
	out->end = week_slot_instant(w, s->end);
	out->paid_minutes = paid;
	out->cost_cents = (paid * (int64_t)w->problem.contracts[g->contract].hour_cents + 30) / 60;
}

static bool keep_shifts(struct db *db, struct arena *a, const struct week_problem *w,
			const struct wfm_roster *r, int64_t roster_id, struct err *e)
{
	struct shift_out *rows = arena_array(a, (size_t)r->shift_count, sizeof *rows);
	for (int32_t i = 0; i < r->shift_count; i++)
		fill_shift(w, r, a, &r->shifts[i], &rows[i]);
	return send_rows(db, SQL_SHIFTS_INSERT, "shifts", &shift_fields, rows, (size_t)r->shift_count,
			 db_int("roster_id", roster_id), db_int("site_id", w->site.site_id), e);
}

/* The requirement carries a fraction for unplanned absence; less than half a person is not a shortage
 * that anybody can act on. */
static const double SHORT_PEOPLE_MIN = 0.5;

/* A run of short slots becomes one row a quarter-hour, so that the page can shade them; what lies
 * past Sunday belongs to the next week's roster. */
static bool keep_shortages(struct db *db, struct arena *a, const struct week_problem *w,
			   const struct wfm_roster *r, int64_t roster_id, struct err *e)
{
	size_t most = 0, n = 0;
	for (int32_t i = 0; i < r->shortage_count; i++)
		most += (size_t)r->shortages[i].slots;
	struct shortage_out *rows = arena_array(a, most, sizeof *rows);
	for (int32_t i = 0; i < r->shortage_count; i++) {
		const struct wfm_shortage *s = &r->shortages[i];
		if (s->people < SHORT_PEOPLE_MIN)
			continue;
		for (int32_t t = s->start;
		     t < s->start + s->slots && week_slot_instant(w, t) < w->until; t++)
			rows[n++] = (struct shortage_out){
				.queue_id = w->queues[s->queue].id,
				.start = week_slot_instant(w, t),
				.people = s->people,
				.reason = wfm_short_reason_name(s->reason),
				.hour_value_cents = s->value_cents > 0 ? s->value_cents : NAN,
			};
	}
	return send_rows(db, SQL_SHORTAGES_INSERT, "rows", &shortage_fields, rows, n,
			 db_int("roster_id", roster_id), (struct db_arg){ 0 }, e);
}

static void note_unmet(struct arena *a, const struct week_problem *w, struct evidence_out *o)
{
	o->unmet_notes = arena_array(a, w->queue_count, sizeof *o->unmet_notes);
	for (size_t q = 0; q < w->queue_count; q++) {
		struct requirement_unmet u = requirement_unmet_find(a, w, q);
		o->unmet += u.count;
		if (u.count > 0)
			o->unmet_notes[o->unmet_note_count++] =
				arena_printf(a, "queue %s: %s", w->queues[q].code, u.note);
	}
}

static const char *evidence_json(struct arena *a, const struct week_problem *w,
				 const struct wfm_roster *r, const struct roster_trial *trial,
				 const struct changes_out *changes, const struct drawn_together *together,
				 struct waiting_row *waiting, size_t waiting_count)
{
	const double priced = changes->roster_id == FIELD_NULL ? 0 : changes->cents;
	struct evidence_out o = {
		.changes = *changes,
		.objective = r->cost.total, .bound = isfinite(r->bound) ? r->bound : NAN,
		.gap = r->gap, .variable_gap = r->variable_gap, .seconds = r->seconds,
		.seed = (int64_t)r->seed, .iterations = r->iterations, .columns = r->columns,
		.classes = r->classes, .corrected = trial->corrected, .trial = trial->outcome, .verified = true,
		.risk = w->choice.risk, .over = w->choice.over,
		.probability = w->choice.risk == WFM_RISK_CHANCE ? w->choice.probability : NAN,
		.shrinkage = w->site.shrinkage_unplanned,
		.parts = { r->cost.pay, r->cost.fixed_pay, r->cost.shortage, r->cost.surplus,
			   r->cost.rules, r->cost.wishes - priced, priced, r->cost.service, r->cost.sessions,
			   r->cost.deferred },
		.waiting = waiting, .waiting_count = waiting_count,
		.together = together != NULL ? together->site_ids : NULL,
		.together_count = together != NULL ? together->site_count : 0,
		.together_shifts = together != NULL ? together->shifts : FIELD_NULL,
		.borrowed = joint_week_borrowed(w, r),
		.session_cents = w->problem.session_count > 0 ? r->session_cents : NAN,
		.unplanned = arena_array(a, (size_t)r->unplanned_count, sizeof *o.unplanned),
		.unplanned_count = (size_t)r->unplanned_count,
	};
	for (int32_t i = 0; i < r->unplanned_count; i++) {
		const struct wfm_unplanned *u = &r->unplanned[i];
		struct unplanned_out *out = &o.unplanned[i];
		out->agent_id = w->agent_ids[u->agent];
		out->agent = w->agent_names[u->agent];
		out->rule_count = (size_t)u->conflict_count;
		out->rules = arena_array(a, out->rule_count, sizeof *out->rules);
		for (int32_t k = 0; k < u->conflict_count; k++)
			out->rules[k] = wfm_rules[u->conflicts[k]].name;
	}
	o.missed_count = (size_t)r->missed_count;
	o.missed = arena_array(a, o.missed_count, sizeof *o.missed);
	for (size_t i = 0; i < o.missed_count; i++) {
		const struct wfm_missed *m = &r->missed[i];
		o.missed[i] = (struct missed_out){ w->session_ids[m->session], w->agent_ids[m->agent], m->times,
						   w->problem.sessions[m->session].name,
						   w->agent_names[m->agent], wfm_miss_reason_name(m->reason) };
	}
	note_unmet(a, w, &o);
	o.services = week_service_rows(a, w, r, &o.service_count);
	struct strbuf s;
	strbuf_init(&s, ROWS_BYTES);
	field_to_json(&evidence_fields, &o, &s);
	const char *text = arena_strdup(a, s.data);
	strbuf_free(&s);
	return text;
}

/* In this roster; their price is that of the whole plan, like all its costs. */
static bool count_changes(const struct week_problem *w, const struct wfm_roster *r,
			  const struct replan *again, const struct drawn_together *together,
			  struct changes_out *out, struct err *e)
{
	struct wfm_changes n;
	struct wfm_error we;
	field_init(&changes_fields, out);
	if (again == NULL || again->start == NULL)
		return true;
	if (wfm_replan_count(&w->problem, again->start, r, &again->cost, &n, &we) != WFM_OK)
		return err_from_wfm(e, &we);
	*out = (struct changes_out){ .roster_id = again->roster_id, .version = again->version,
				     .from = again->from, .shifts = (int64_t)n.added + n.removed + n.moved,
				     .added = n.added, .removed = n.removed, .moved = n.moved,
				     .frozen = again->frozen, .cents = n.cents,
				     .notice_cents = n.cents - again->cost.shift_cents * (n.added + n.removed + n.moved) };
	if (together != NULL) {
		out->cents = together->change_cents;
		out->notice_cents = together->notice_cents;
	}
	return true;
}

static const char *request_json(struct arena *a, const struct schedule_request *r)
{
	struct strbuf s;
	strbuf_init(&s, 4096);
	field_to_json(&schedule_request_fields, r, &s);
	const char *text = arena_strdup(a, s.data);
	strbuf_free(&s);
	return text;
}

bool roster_keep(struct db *db, struct arena *a, const struct week_problem *w,
		 const struct schedule_request *r, int64_t user_id, int64_t job_id,
		 const struct wfm_roster *roster, const struct roster_trial *trial,
		 const struct replan *again, const struct drawn_together *together,
		 struct schedule_result *out, struct err *e)
{
	struct changes_out changes;
	struct db_arg site = db_int("site_id", w->site.site_id), monday = db_date("monday", w->monday);
	struct week_problem as_placed = *w; /* work that may wait stands where the roster does it */
	struct waiting_row *waiting;
	size_t waiting_count;
	as_placed.requirements = week_waiting_rows(a, w, roster, &waiting, &waiting_count);
	w = &as_placed;

	if (!count_changes(w, roster, again, together, &changes, e))
		return false;
	*out = (struct schedule_result){
		.changed_shifts = changes.roster_id == FIELD_NULL ? FIELD_NULL :
				  together != NULL	      ? together->changed : changes.shifts,
		.change_cents = changes.roster_id == FIELD_NULL ? NAN : changes.cents,
		.forecast_id = r->forecast_id,
		.objective = roster->cost.total,
		.bound = isfinite(roster->bound) ? roster->bound : NAN,
		.gap = roster->gap,
		.shifts = roster->shift_count,
		.borrowed = joint_week_borrowed(w, roster),
		.shortages = roster->shortage_count,
		.unplanned = roster->unplanned_count,
	};
	return db_run(db, SQL_ROSTER_LOCK_WEEK, DB_ARGS(site, monday), NULL, NULL, e) &&
	       db_int_value(db, SQL_PLAN_INSERT,
			    DB_ARGS(site, monday, db_int("forecast_id", r->forecast_id),
				    db_text("request", request_json(a, r)), db_int("user_id", user_id),
				    db_int("job_id", job_id),
				    db_int("together", together != NULL ? together->number : FIELD_NULL),
				    db_int("beside", together != NULL ? together->beside : again != NULL ? again->beside : FIELD_NULL)),
			    NULL, &out->plan_id, e) &&
	       keep_requirements(db, w, out->plan_id, e) &&
	       db_int_value(db, SQL_ROSTER_INSERT,
			    DB_ARGS(site, monday, db_int("plan_id", out->plan_id),
				    db_text("evidence", evidence_json(a, w, roster, trial, &changes, together,
								      waiting, waiting_count))),
			    NULL, &out->roster_id, e) &&
	       keep_shifts(db, a, w, roster, out->roster_id, e) &&
	       (changes.roster_id == FIELD_NULL ||
		replan_restore(db, again, w->with, out->roster_id, e)) &&
	       keep_shortages(db, a, w, roster, out->roster_id, e) &&
	       roster_trial_keep(db, trial, out->roster_id, e);
}
