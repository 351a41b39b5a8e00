/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/make_schedule.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/domain/explain_roster.h"
#include "server/domain/make_forecast.h"
#include "server/domain/plan_sessions.h"

static const struct field request_rows[] = {
	F_INT(struct schedule_request, site_id, 0, 1, 1e15, "site to plan"),
	F_WEEK(struct schedule_request, week, 0, "ISO week, e.g. 2026-W48"),
	F_INT(struct schedule_request, forecast_id, FIELD_OPTIONAL, 1, 1e15,
	      "forecast to plan for; absent: a new one is made"),
	{ .name = "time_limit_s", .type = FIELD_REAL,
	  .offset = offsetof(struct schedule_request, time_limit_s), .flags = FIELD_OPTIONAL,
	  .min = 1, .max = 1200, .fallback = "20", .help = "stop improving after so many seconds" },
	{ .name = "iteration_limit", .type = FIELD_INT,
	  .offset = offsetof(struct schedule_request, iteration_limit), .flags = FIELD_OPTIONAL,
	  .min = 0, .max = 1e12, .fallback = "0",
	  .help = "stop after so many iterations, whatever the clock; 0: the solver's own" },
	{ .name = "gap", .type = FIELD_REAL, .offset = offsetof(struct schedule_request, gap),
	  .flags = FIELD_OPTIONAL, .min = 0, .max = 1, .fallback = "0.005",
	  .help = "stop when proven this close to the optimum" },
	{ .name = "seed", .type = FIELD_INT, .offset = offsetof(struct schedule_request, seed),
	  .flags = FIELD_OPTIONAL, .min = 0, .max = 1e15, .fallback = "1",
	  .help = "same seed and iteration limit, same roster" },
	STAFFING_CHOICE_ROWS(struct schedule_request, choice),
	REPLAN_ROWS(struct schedule_request, keep),
};
const struct fields schedule_request_fields =
	FIELDS("ScheduleRequest", struct schedule_request, request_rows);

static const struct field result_rows[] = {
	F_INT(struct schedule_result, plan_id, 0, 1, 1e15, "the plan"),
	F_INT(struct schedule_result, roster_id, 0, 1, 1e15, "the draft roster"),
	F_INT(struct schedule_result, forecast_id, 0, 1, 1e15, "the forecast it is for"),
	F_REAL(struct schedule_result, objective, 0, 0, 0, "cost in cents"),
	F_REAL(struct schedule_result, bound, FIELD_OPTIONAL, 0, 0, "proven lower bound of the cost"),
	F_REAL(struct schedule_result, gap, 0, 0, 0, "(objective - bound) / objective"),
	F_INT(struct schedule_result, shifts, 0, 0, 1e15, "shifts planned"),
	F_INT(struct schedule_result, shortages, 0, 0, 1e15, "stretches short of people"),
	F_INT(struct schedule_result, unplanned, 0, 0, 1e15, "agents whom no plan suits"),
	F_INT(struct schedule_result, changed_shifts, FIELD_OPTIONAL, 0, 1e15,
	      "shifts that are not as in the roster kept; null: none was"),
	F_REAL(struct schedule_result, change_cents, FIELD_OPTIONAL, 0, 0, "their price, part of objective"),
};
const struct fields schedule_result_fields =
	FIELDS("ScheduleResult", struct schedule_result, result_rows);

/* Share of the job's progress bar that the forecast takes when one has to be made. */
static const double FORECAST_SHARE = 0.25;
/* A corrected draft needs as long as the first took, or this. Half of a long limit is kept for it. */
static const double CORRECTED_LEAST_S = 20;
static const double SOLVED = 0.98;
/* The explanation's part of the time asked for, and its most. */
static const double EXPLAIN_SHARE = 0.25, EXPLAIN_MOST_S = 10;

struct making {
	const struct schedule_watch *watch;
	const struct replan *again;
	double start, end; /* of the progress bar, while the solver runs */
	bool cancelled;
};

static bool tell(const struct making *m, double fraction, const char *phase, double objective,
		 double bound, double gap)
{
	return m->watch != NULL && m->watch->progress != NULL &&
	       m->watch->progress(m->watch->context, fraction, phase, objective, bound, gap);
}

static bool forecast_progress(void *context, double fraction, const char *queue)
{
	(void)queue;
	return tell(context, FORECAST_SHARE * fraction, "forecast", NAN, NAN, NAN);
}

static bool solve_progress(void *context, const struct wfm_progress *p)
{
	struct making *m = context;
	m->cancelled |= tell(m, m->start + (m->end - m->start) * p->fraction, wfm_phase_name(p->phase),
			     isfinite(p->objective) ? p->objective : NAN,
			     isfinite(p->bound) ? p->bound : NAN, p->gap < 1 ? p->gap : NAN);
	return m->cancelled;
}

static double solve_now(void *context)
{
	(void)context;
	return clock_monotonic_s();
}

static bool check(struct db *db, struct arena *a, const struct schedule_request *r, struct replan *again,
		  struct err *e)
{
	struct staffing_choice choice = r->choice;
	struct site_calendar site;
	int64_t agents, covers;

	if (!staffing_choice_resolve(&choice, "/", e) ||
	    !site_calendar_load(db, a, r->site_id, &site, e))
		return false;
	int64_t today;
	int minute;
	zone_to_local(site.zone, clock_now(), &today, &minute);
	if (r->week <= today && !replan_asked(&r->keep))
		return err_at(e, ERR_INVALID, "/week",
			      "has begun or is past; plan a week that begins after today, or again from a "
			      "roster of this one (keep)");
	if (!replan_check(db, a, r->site_id, r->week, today, &r->keep, again, e))
		return false;
	if (!db_int_value(db, SQL_SCHEDULE_AGENT_COUNT,
			  DB_ARGS(db_int("site_id", r->site_id), db_date("monday", r->week)), NULL,
			  &agents, e))
		return false;
	if (agents == 0)
		return err_at(e, ERR_INVALID, "/site_id", "site %s has no agents in that week",
			      site.code);
	struct forecast_request f = { r->site_id, r->week, 1 };
	if (r->forecast_id == FIELD_NULL && again->forecast_id == FIELD_NULL)
		return forecast_check(db, a, &f, e);
	if (!db_int_value(db, SQL_SCHEDULE_FORECAST_COVERS,
			  DB_ARGS(db_int("site_id", r->site_id), db_date("monday", r->week),
				  db_int("forecast_id", r->forecast_id != FIELD_NULL ? r->forecast_id :
										       again->forecast_id)),
			  NULL, &covers, e))
		return false;
	return covers > 0 || err_at(e, ERR_INVALID, "/forecast_id",
				    "no forecast of this site and week has the id %lld",
				    (long long)r->forecast_id);
}

bool schedule_check(struct db *db, struct arena *a, const struct schedule_request *r, struct err *e)
{
	struct replan again;
	return check(db, a, r, &again, e);
}

/* The solver's answer, accepted by the judge; anything else is an error and *out stays NULL. */
static bool solve_and_judge(const struct week_problem *w, const struct schedule_request *r,
			    struct making *m, struct wfm_roster **out, struct err *e)
{
	const struct wfm_problem *problem = replan_problem(m->again, w);
	struct wfm_solve_options o = {
		.seed = (uint64_t)r->seed,
		.time_limit_s = r->time_limit_s,
		.iteration_limit = r->iteration_limit,
		.gap_target = r->gap,
		.now_s = solve_now,
		.progress = solve_progress,
		.context = m,
		.start = m->again->start,
	};
	struct wfm_report *report = NULL;
	struct wfm_error we;
	bool ok = false;

	enum wfm_status s = wfm_schedule_solve(problem, &o, out, &we);
	if (s != WFM_OK && s != WFM_LIMIT && s != WFM_CANCELLED)
		return err_from_wfm(e, &we);
	assert(*out != NULL); /* whatever stopped it, the best so far */
	if (wfm_schedule_verify(problem, *out, true, &report, &we) != WFM_OK)
		err_from_wfm(e, &we);
	else if (report->breach_count > 0)
		err_set(e, ERR_INTERNAL,
			"the roster was rejected by its judge (%d breaches, first: %s); nothing was saved",
			(int)report->breach_count, report->breaches[0].message);
	else if ((*out)->unplanned_count == w->problem.agent_count)
		err_at(e, ERR_INVALID, "/site_id",
		       "no agent of site %s can be planned: their contracts allow no shift in its opening hours",
		       w->site.code);
	else
		ok = true;
	wfm_report_free(report);
	if (!ok) {
		wfm_roster_free(*out);
		*out = NULL;
	}
	return ok;
}

struct draft {
	struct wfm_roster *roster;
	struct roster_trial trial;
};

static bool draw(struct db *db, struct arena *a, const struct week_problem *w, const struct schedule_request *r,
		 double time_limit_s, struct making *m, struct draft *out, struct err *e)
{
	struct schedule_request limited = *r;
	limited.time_limit_s = time_limit_s;
	*out = (struct draft){ 0 };
	if (!solve_and_judge(w, &limited, m, &out->roster, e))
		return false;
	(void)tell(m, m->end, "trial", out->roster->cost.total,
		   isfinite(out->roster->bound) ? out->roster->bound : NAN, out->roster->gap);
	if (roster_try(db, a, w, out->roster, (uint64_t)r->seed, &out->trial, e))
		return true;
	wfm_roster_free(out->roster);
	out->roster = NULL;
	return false;
}

/* The corrected draft stands unless it serves fewer contacts as promised, or as many for more. */
static void choose(struct draft *first, struct draft *second)
{
	double before = roster_trial_shortfall(&first->trial, NULL);
	double after = roster_trial_shortfall(&second->trial, &first->trial);
	bool cheaper = second->roster->cost.pay < first->roster->cost.pay;
	if (after < before * 0.95 || (after <= before * 1.05 && cheaper)) {
		roster_trial_follow(&second->trial, &first->trial);
		second->trial.outcome = TRIAL_CORRECTED;
		wfm_roster_free(first->roster);
		*first = *second;
	} else {
		first->trial.outcome = TRIAL_KEPT;
		wfm_roster_free(second->roster);
	}
}

/*
 * Formulas take queues one by one; people who can do several make the truth differ. So a draft is
 * tried, the requirement corrected where it was wrong, and the rest of the time spent on that.
 */
static bool draw_corrected(struct db *db, struct arena *a, struct week_problem *w,
			   const struct schedule_request *r, struct making *m, struct draft *out, struct err *e)
{
	struct draft second;
	bool pooled = week_is_pooled(w);
	bool halve = pooled && r->time_limit_s >= 2 * CORRECTED_LEAST_S;
	double begun = clock_monotonic_s();

	m->end = halve ? 0.5 * (m->start + SOLVED) : SOLVED;
	if (!draw(db, a, w, r, halve ? 0.5 * r->time_limit_s : r->time_limit_s, m, out, e))
		return false;
	double took = clock_monotonic_s() - begun, left = r->time_limit_s - took;
	if (!pooled && out->trial.outcome == TRIAL_NO_TIME)
		out->trial.outcome = TRIAL_UNSHARED;
	if (!pooled || m->cancelled || left < fmin(took, CORRECTED_LEAST_S))
		return true;
	struct week_required before = week_required_copy(w, a);
	int64_t corrected = roster_trial_correct(w, &out->trial);
	if (corrected == 0)
		return true;
	m->start = fmin(m->end, 0.9);
	m->end = SOLVED;
	if (!draw(db, a, w, r, left, m, &second, e)) {
		wfm_roster_free(out->roster);
		return false;
	}
	second.trial.corrected = corrected;
	choose(out, &second);
	if (out->trial.corrected == 0)
		week_required_restore(w, &before);
	return true;
}

static bool explain_stop(void *context)
{
	struct making *m = context;
	m->cancelled |= tell(m, SOLVED, "explain", NAN, NAN, NAN);
	return m->cancelled;
}

/* What would help, within a part of the time asked for. A roster without it is still a good one. */
static const char *explain(struct arena *a, const struct week_problem *w, const struct schedule_request *r,
			   const struct wfm_roster *roster, struct making *m)
{
	struct explain_limits limits = {
		.time_limit_s = fmin(fmax(EXPLAIN_SHARE * r->time_limit_s, 1), EXPLAIN_MOST_S),
		.iteration_limit = r->iteration_limit, .cancel = explain_stop, .context = m,
	};
	struct err e = ERR_INIT;
	const char *json = NULL;
	if (m->cancelled)
		return NULL;
	if (!roster_explain(a, w, roster, &limits, &json, &e)) {
		log_warn("roster of site %s could not be explained: %s", w->site.code, e.message);
		return NULL;
	}
	return json;
}

static bool save(struct db *db, struct arena *a, const struct week_problem *w,
		 const struct schedule_request *r, int64_t user_id, int64_t job_id,
		 const struct wfm_roster *roster, const struct roster_trial *trial,
		 const struct replan *again, const char *told, const struct schedule_watch *watch,
		 struct schedule_result *out, struct err *e)
{
	if (!db_begin(db, e))
		return false;
	if (roster_keep(db, a, w, r, user_id, job_id, roster, trial, again, out, e) &&
	    (told == NULL || roster_explanation_keep(db, out->roster_id, told, e)) &&
	    (watch == NULL || watch->saved == NULL || watch->saved(watch->context, out, e)))
		return db_commit(db, e);
	db_rollback(db);
	return false;
}

/* Requirement, roster and rows, once there is a forecast. */
static bool plan(struct db *db, struct arena *a, const struct schedule_request *r, struct replan *again,
		 int64_t user_id, int64_t job_id, struct making *m, struct schedule_result *out, struct err *e)
{
	struct week_problem w;
	struct draft draft;
	m->again = again;
	tell(m, m->start, "requirement", NAN, NAN, NAN);
	if (!week_open(db, a, r->site_id, r->week, r->forecast_id, &r->choice, &w, e) ||
	    !week_problem_fill(db, a, &w, e) ||
	    !week_sessions(db, a, &w, replan_asked(&r->keep) ? r->keep.roster_id : FIELD_NULL,
			   replan_asked(&r->keep) ? again->from : FIELD_NULL, e) ||
	    !replan_open(db, a, &w, &r->keep, again, e) ||
	    !draw_corrected(db, a, &w, r, m, &draft, e))
		return false;
	const char *told = explain(a, &w, r, draft.roster, m);
	bool ok = save(db, a, &w, r, user_id, job_id, draft.roster, &draft.trial, again, told, m->watch,
		       out, e);
	wfm_roster_free(draft.roster);
	return ok;
}

bool schedule_make(struct db *db, struct arena *a, const struct schedule_request *asked,
		   int64_t user_id, int64_t job_id, const struct schedule_watch *watch,
		   struct schedule_result *out, struct err *e)
{
	struct schedule_request r = *asked;
	struct making m = { .watch = watch };
	struct replan again;

	if (!check(db, a, &r, &again, e) || !staffing_choice_resolve(&r.choice, "/", e))
		return false;
	r.forecast_id = r.forecast_id != FIELD_NULL ? r.forecast_id : again.forecast_id;
	if (r.forecast_id == FIELD_NULL) {
		struct forecast_request f = { r.site_id, r.week, 1 };
		struct forecast_watch fw = { .progress = forecast_progress, .context = &m };
		if (!forecast_make(db, a, &f, user_id, job_id, &fw, &r.forecast_id, e))
			return false;
		m.start = FORECAST_SHARE;
	}
	bool ok = plan(db, a, &r, &again, user_id, job_id, &m, out, e);
	replan_close(&again);
	return ok;
}
