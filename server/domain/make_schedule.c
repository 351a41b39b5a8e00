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
	{ .name = "trial_weeks", .type = FIELD_INT, .offset = offsetof(struct schedule_request, trial_weeks),
	  .flags = FIELD_OPTIONAL, .min = TRIAL_WEEKS_LEAST, .max = TRIAL_WEEKS, .fallback = "240",
	  .help = "weeks played at most to try the roster; fewer are quicker and know less" },
	STAFFING_CHOICE_ROWS(struct schedule_request, choice),
	REPLAN_ROWS(struct schedule_request, keep),
	F_LIST_OF(struct schedule_request, with, with_count, FIELD_OPTIONAL, FIELD_INT, 0, JOINT_SITES_MOST - 1,
		  "other sites to plan in one with it: agents who may work at several go where they serve most, and "
		  "each site gets a roster; published together. With keep: each again from the roster that goes with it"),
};
const struct fields schedule_request_fields =
	FIELDS("ScheduleRequest", struct schedule_request, request_rows);

static const struct field share_rows[] = {
	F_INT(struct schedule_share, site_id, 0, 1, 1e15, "another site planned in one with it"),
	F_INT(struct schedule_share, plan_id, 0, 1, 1e15, "its plan"),
	F_INT(struct schedule_share, roster_id, 0, 1, 1e15, "its draft roster"),
	F_INT(struct schedule_share, forecast_id, 0, 1, 1e15, "the forecast that is for"),
	F_INT(struct schedule_share, shifts, 0, 0, 1e15, "shifts worked there"),
	F_INT(struct schedule_share, borrowed, 0, 0, 1e15, "of them, by people at home at other sites"),
};
static const struct fields share_fields = FIELDS("ScheduleShare", struct schedule_share, share_rows);

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
	F_INT(struct schedule_result, borrowed, 0, 0, 1e15, "of the shifts, by people at home at other sites"),
	F_LIST(struct schedule_result, with, with_count, 0, &share_fields, 0, 0,
	       "of a plan of several sites: what the others got; objective, bound and gap are of all together"),
};
const struct fields schedule_result_fields =
	FIELDS("ScheduleResult", struct schedule_result, result_rows);

/* Share of the job's progress bar that the forecast takes when one has to be made. */
static const double FORECAST_SHARE = 0.25;
/* A corrected draft needs as long as the first took, or this. Half of a long limit is kept for it. */
static const double CORRECTED_LEAST_S = 20;
static const double SOLVED = 0.98;
/* The explanation's part of the time asked for, and its most, for each site. */
static const double EXPLAIN_SHARE = 0.25, EXPLAIN_MOST_S = 10;

struct making {
	const struct schedule_watch *watch;
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
	struct making *m = context;
	return tell(m, m->start + (m->end - m->start) * fraction, "forecast", NAN, NAN, NAN);
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

/* What is drawn in one: a site's week, or those of several that lend each other people. */
struct drawing {
	struct week_problem *weeks;
	size_t count;
	struct replan *again;    /* by week; not begun: weeks drawn anew */
	struct replan *whole;    /* of several: the same of all; else again */
	struct joint_week joint; /* of several */
};

/* The weeks as one problem, and what stands in it; again after the requirements have changed. */
static bool join(struct arena *a, struct drawing *d, struct err *e)
{
	return d->count == 1 || (joint_week_make(a, d->weeks, d->count, &d->joint, e) &&
				 (d->again[0].start == NULL || joint_replan_open(a, &d->joint, d->again, d->whole, e)));
}

static const struct wfm_problem *problem_of(const struct drawing *d)
{
	return replan_problem(d->whole, d->count > 1 ? &d->joint.problem : &d->weeks[0].problem);
}

/* The solver's answer, accepted by the judge; anything else is an error and *out stays NULL. */
static bool solve_and_judge(const struct drawing *d, const struct schedule_request *r,
			    struct making *m, struct wfm_roster **out, struct err *e)
{
	const struct wfm_problem *problem = problem_of(d);
	struct wfm_solve_options o = {
		.seed = (uint64_t)r->seed,
		.time_limit_s = r->time_limit_s,
		.iteration_limit = r->iteration_limit,
		.gap_target = r->gap,
		.now_s = solve_now,
		.progress = solve_progress,
		.context = m,
		.start = d->whole->start,
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
	else if ((*out)->unplanned_count == problem->agent_count)
		err_at(e, ERR_INVALID, "/site_id",
		       "no agent of site %s can be planned: their contracts allow no shift in its opening hours",
		       d->weeks[0].site.code);
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
	const struct wfm_roster **parts; /* by week; of one week the roster itself */
	struct roster_trial *trials;
};

static bool draw(struct db *db, struct arena *a, const struct drawing *d, const struct schedule_request *r,
		 double time_limit_s, struct making *m, struct draft *out, struct err *e)
{
	struct schedule_request limited = *r;
	bool ok = true;
	limited.time_limit_s = time_limit_s;
	*out = (struct draft){ .parts = arena_array(a, d->count, sizeof *out->parts),
			       .trials = arena_array(a, d->count, sizeof *out->trials) };
	if (!solve_and_judge(d, &limited, m, &out->roster, e))
		return false;
	(void)tell(m, m->end, "trial", out->roster->cost.total,
		   isfinite(out->roster->bound) ? out->roster->bound : NAN, out->roster->gap);
	for (size_t k = 0; ok && k < d->count; k++) {
		out->parts[k] = d->count > 1 ? joint_week_part(a, &d->joint, out->roster, k) : out->roster;
		ok = roster_try(db, a, &d->weeks[k], out->parts[k], (uint64_t)r->seed, r->trial_weeks,
				&out->trials[k], e);
	}
	if (ok)
		return true;
	wfm_roster_free(out->roster);
	out->roster = NULL;
	return false;
}

/* The corrected draft stands unless it serves fewer contacts as promised, or as many for more. */
static bool choose(struct draft *first, struct draft *second, size_t count)
{
	double before = 0, after = 0;
	for (size_t k = 0; k < count; k++) {
		before += roster_trial_shortfall(&first->trials[k], NULL);
		after += roster_trial_shortfall(&second->trials[k], &first->trials[k]);
	}
	bool cheaper = second->roster->cost.pay < first->roster->cost.pay;
	bool better = after < before * 0.95 || (after <= before * 1.05 && cheaper);
	for (size_t k = 0; k < count; k++) {
		struct roster_trial *t = better ? &second->trials[k] : &first->trials[k];
		if (better)
			roster_trial_follow(t, &first->trials[k]);
		if (second->trials[k].corrected > 0)
			t->outcome = better ? TRIAL_CORRECTED : TRIAL_KEPT;
	}
	wfm_roster_free(better ? first->roster : second->roster);
	if (better)
		*first = *second;
	return better;
}

/* How many days' requirements the trials have changed, all weeks together. */
static bool correct(struct arena *a, struct drawing *d, const struct draft *draft, int64_t *corrected,
		    int64_t *all, struct err *e)
{
	*all = 0;
	for (size_t k = 0; k < d->count; k++) {
		corrected[k] = roster_trial_correct(&d->weeks[k], &draft->trials[k]);
		*all += corrected[k];
	}
	return *all == 0 || join(a, d, e);
}

static bool is_pooled(const struct drawing *d)
{
	for (size_t k = 0; k < d->count; k++)
		if (week_is_pooled(&d->weeks[k]))
			return true;
	return false;
}

static bool draw_again(struct db *db, struct arena *a, struct drawing *d, const struct schedule_request *r,
		       double left, struct making *m, struct draft *out, struct err *e)
{
	struct week_required *before = arena_array(a, d->count, sizeof *before);
	int64_t *corrected = arena_array(a, d->count, sizeof *corrected), all;
	struct draft second;
	for (size_t k = 0; k < d->count; k++)
		before[k] = week_required_copy(&d->weeks[k], a);
	if (!correct(a, d, out, corrected, &all, e))
		return false;
	if (all == 0)
		return true;
	m->start = fmin(m->end, 0.9);
	m->end = SOLVED;
	if (!draw(db, a, d, r, left, m, &second, e))
		return false;
	for (size_t k = 0; k < d->count; k++)
		second.trials[k].corrected = corrected[k];
	if (choose(out, &second, d->count))
		return true;
	for (size_t k = 0; k < d->count; k++)
		week_required_restore(&d->weeks[k], &before[k]);
	return join(a, d, e);
}

/*
 * Formulas take queues one by one; people who can do several make the truth differ. So a draft is
 * tried, the requirement corrected where it was wrong, and the rest of the time spent on that.
 */
static bool draw_corrected(struct db *db, struct arena *a, struct drawing *d,
			   const struct schedule_request *r, struct making *m, struct draft *out, struct err *e)
{
	bool pooled = is_pooled(d);
	bool halve = pooled && r->time_limit_s >= 2 * CORRECTED_LEAST_S;
	double begun = clock_monotonic_s();

	m->end = halve ? 0.5 * (m->start + SOLVED) : SOLVED;
	if (!draw(db, a, d, r, halve ? 0.5 * r->time_limit_s : r->time_limit_s, m, out, e))
		return false;
	double took = clock_monotonic_s() - begun, left = r->time_limit_s - took;
	for (size_t k = 0; k < d->count; k++)
		if (!week_is_pooled(&d->weeks[k]) && out->trials[k].outcome == TRIAL_NO_TIME)
			out->trials[k].outcome = TRIAL_UNSHARED;
	if (!pooled || m->cancelled || left < fmin(took, CORRECTED_LEAST_S))
		return true;
	if (draw_again(db, a, d, r, left, m, out, e))
		return true;
	wfm_roster_free(out->roster);
	return false;
}

static bool explain_stop(void *context)
{
	struct making *m = context;
	m->cancelled |= tell(m, SOLVED, "explain", NAN, NAN, NAN);
	return m->cancelled;
}

/* What would help, within a part of the time asked for, by week. A roster without it is still a good one. */
static const char **explain(struct arena *a, const struct drawing *d, const struct schedule_request *r,
			    const struct wfm_roster *roster, struct making *m)
{
	struct explain_limits limits = {
		.time_limit_s = (double)d->count * fmin(fmax(EXPLAIN_SHARE * r->time_limit_s, 1), EXPLAIN_MOST_S),
		.iteration_limit = r->iteration_limit, .cancel = explain_stop, .context = m,
	};
	struct err e = ERR_INIT;
	const char **json = arena_array(a, d->count, sizeof *json);
	if (m->cancelled)
		return NULL;
	if (!roster_explain(a, &d->weeks[0], d->count > 1 ? &d->joint : NULL, roster, &limits, json, &e)) {
		log_warn("roster of site %s could not be explained: %s", d->weeks[0].site.code, e.message);
		return NULL;
	}
	return json;
}

/* The request as the plan of one of the sites keeps it. */
static struct schedule_request request_of(struct arena *a, const struct schedule_request *r, const struct drawing *d,
					  size_t week)
{
	struct schedule_request own = *r;
	own.site_id = d->weeks[week].site.site_id;
	own.forecast_id = d->weeks[week].forecast_id;
	if (replan_asked(&r->keep))
		own.keep.roster_id = d->again[week].roster_id;
	own.with = arena_array(a, d->count, sizeof *own.with);
	own.with_count = 0;
	for (size_t k = 0; k < d->count; k++)
		if (k != week)
			own.with[own.with_count++] = d->weeks[k].site.site_id;
	return own;
}

/* Always in the same order, lest two plans of the same sites wait for each other. */
static bool lock_weeks(struct db *db, const struct drawing *d, struct err *e)
{
	int64_t last = 0;
	for (size_t n = 0; n < d->count; n++) {
		int64_t next = INT64_MAX;
		for (size_t k = 0; k < d->count; k++)
			if (d->weeks[k].site.site_id > last && d->weeks[k].site.site_id < next)
				next = d->weeks[k].site.site_id;
		last = next;
		if (!db_run(db, SQL_ROSTER_LOCK_WEEK,
			    DB_ARGS(db_int("site_id", last), db_date("monday", d->weeks[0].monday)), NULL, NULL, e))
			return false;
	}
	return true;
}

static bool number_together(struct db *db, struct arena *a, const struct drawing *d, const struct draft *draft,
			    struct drawn_together *out, struct err *e)
{
	struct wfm_changes n;
	struct wfm_error we;
	*out = (struct drawn_together){ .shifts = draft->roster->shift_count, .site_count = d->count,
					.site_ids = arena_array(a, d->count, sizeof *out->site_ids) };
	for (size_t k = 0; k < d->count; k++)
		out->site_ids[k] = d->weeks[k].site.site_id;
	if (d->whole->start != NULL) {
		if (wfm_replan_count(&d->joint.problem, d->whole->start, draft->roster, &d->whole->cost, &n, &we) != WFM_OK)
			return err_from_wfm(e, &we);
		out->changed = (int64_t)n.added + n.removed + n.moved;
		out->change_cents = n.cents;
		out->notice_cents = n.cents - d->again[0].cost.shift_cents * (double)out->changed;
	}
	if (!db_int_value(db, SQL_PLAN_TOGETHER_NUMBER, NULL, NULL, &out->number, e))
		return false;
	/* Some of the sites' drafts again: those of the others still belong to them. */
	out->beside = d->again[0].beside != FIELD_NULL ? d->again[0].beside : out->number;
	return true;
}

struct keeping {
	int64_t user_id, job_id;
	const char **told; /* by week; NULL: no explanation */
	const struct schedule_watch *watch;
};

static bool keep_all(struct db *db, struct arena *a, const struct drawing *d, const struct schedule_request *r,
		     const struct draft *draft, const struct keeping *x, struct schedule_result *out, struct err *e)
{
	struct drawn_together together;
	struct schedule_share *shares = arena_array(a, d->count, sizeof *shares);
	if (!lock_weeks(db, d, e) || (d->count > 1 && !number_together(db, a, d, draft, &together, e)))
		return false;
	for (size_t k = 0; k < d->count; k++) {
		struct schedule_request own = request_of(a, r, d, k);
		struct schedule_result kept;
		if (!roster_keep(db, a, &d->weeks[k], &own, x->user_id, x->job_id, draft->parts[k], &draft->trials[k],
				 &d->again[k], d->count > 1 ? &together : NULL, &kept, e) ||
		    (x->told != NULL && !roster_explanation_keep(db, kept.roster_id, x->told[k], e)))
			return false;
		shares[k] = (struct schedule_share){ own.site_id, kept.plan_id, kept.roster_id, own.forecast_id,
						     kept.shifts, kept.borrowed };
		if (k == 0)
			*out = kept;
	}
	out->with = shares + 1;
	out->with_count = d->count - 1;
	return true;
}

static bool save(struct db *db, struct arena *a, const struct drawing *d, const struct schedule_request *r,
		 const struct draft *draft, const struct keeping *x, struct schedule_result *out, struct err *e)
{
	if (!db_begin(db, e))
		return false;
	if (keep_all(db, a, d, r, draft, x, out, e) &&
	    (x->watch == NULL || x->watch->saved == NULL || x->watch->saved(x->watch->context, out, e)))
		return db_commit(db, e);
	db_rollback(db);
	return false;
}

/* The ids of the others, as a statement takes them. */
static const char *others_json(struct arena *a, const struct schedule_request *r, size_t week)
{
	const char *ids = "";
	for (size_t k = 0; k <= r->with_count; k++)
		if (k != week)
			ids = arena_printf(a, "%s%s%lld", ids, *ids != 0 ? "," : "",
					   (long long)(k == 0 ? r->site_id : r->with[k - 1]));
	return arena_printf(a, "[%s]", ids);
}

/* The weeks and their problem; forecasts by week. */
static bool open_drawing(struct db *db, struct arena *a, const struct schedule_request *r, const int64_t *forecasts,
			 struct replan *again, struct drawing *d, struct err *e)
{
	const bool keeps = replan_asked(&r->keep);
	*d = (struct drawing){ .count = 1 + r->with_count, .again = again };
	d->whole = d->count > 1 ? arena_alloc(a, sizeof *d->whole) : again;
	d->weeks = arena_array(a, d->count, sizeof *d->weeks);
	for (size_t k = 0; k < d->count; k++) {
		struct week_problem *w = &d->weeks[k];
		if (!week_open(db, a, k == 0 ? r->site_id : r->with[k - 1], r->week, forecasts[k], &r->choice, w, e))
			return false;
		w->with = others_json(a, r, k);
		w->kept = keeps ? again[k].roster_id : FIELD_NULL;
		if (!week_problem_fill(db, a, w, e) ||
		    !week_sessions(db, a, w, w->kept, keeps ? again[k].from : FIELD_NULL, e) ||
		    (keeps && !replan_load(db, a, w, &again[k], e)))
			return false;
	}
	if (keeps && d->count == 1)
		return replan_open(a, &d->weeks[0].problem, again, r->week, e);
	return join(a, d, e);
}

/* Requirement, roster and rows, once there are forecasts. */
static bool plan(struct db *db, struct arena *a, const struct schedule_request *r, const int64_t *forecasts,
		 struct replan *again, int64_t user_id, int64_t job_id, struct making *m,
		 struct schedule_result *out, struct err *e)
{
	struct drawing d;
	struct draft draft;
	tell(m, m->start, "requirement", NAN, NAN, NAN);
	bool ok = open_drawing(db, a, r, forecasts, again, &d, e) && draw_corrected(db, a, &d, r, m, &draft, e);
	if (ok) {
		struct keeping x = { user_id, job_id, NULL, m->watch };
		x.told = explain(a, &d, r, draft.roster, m);
		ok = save(db, a, &d, r, &draft, &x, out, e);
		wfm_roster_free(draft.roster);
	}
	replan_close(d.whole);
	return ok;
}

/* The forecasts that the sites' weeks have, and new ones for those without. */
static bool make_forecasts(struct db *db, struct arena *a, const struct schedule_request *r,
			   const struct replan *again, int64_t user_id, int64_t job_id, struct making *m,
			   int64_t *forecasts, struct err *e)
{
	const double each = FORECAST_SHARE / (double)(1 + r->with_count);
	forecasts[0] = r->forecast_id;
	for (size_t k = 0; k <= r->with_count; k++) {
		struct forecast_request f = { k == 0 ? r->site_id : r->with[k - 1], r->week, 1 };
		struct forecast_watch fw = { .progress = forecast_progress, .context = m };
		if (k > 0)
			forecasts[k] = again[k].forecast_id;
		if (k > 0 && forecasts[k] == FIELD_NULL && !schedule_newest_forecast(db, f.site_id, r->week, &forecasts[k], e))
			return false;
		if (forecasts[k] != FIELD_NULL)
			continue;
		m->end = m->start + each;
		if (!forecast_make(db, a, &f, user_id, job_id, &fw, &forecasts[k], e))
			return false;
		m->start = m->end;
	}
	return true;
}

bool schedule_make(struct db *db, struct arena *a, const struct schedule_request *asked,
		   int64_t user_id, int64_t job_id, const struct schedule_watch *watch,
		   struct schedule_result *out, struct err *e)
{
	struct schedule_request r = *asked;
	struct making m = { .watch = watch };
	struct replan *again = arena_array(a, 1 + r.with_count, sizeof *again);

	if (!schedule_check_replan(db, a, &r, again, e) || !staffing_choice_resolve(&r.choice, "/", e))
		return false;
	r.forecast_id = r.forecast_id != FIELD_NULL ? r.forecast_id : again[0].forecast_id;
	int64_t *forecasts = arena_array(a, 1 + r.with_count, sizeof *forecasts);
	if (!make_forecasts(db, a, &r, again, user_id, job_id, &m, forecasts, e))
		return false;
	r.forecast_id = forecasts[0];
	return plan(db, a, &r, forecasts, again, user_id, job_id, &m, out, e);
}
