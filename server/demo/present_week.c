/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The present week of Santiago, planned, judged and published by the code that plans any week, so that
 * agents have shifts today and the nights of Sunday reach into the week a planner builds next.
 */
#include "server/demo/demo.h"

#include "server/base/clock.h"
#include "server/domain/make_forecast.h"
#include "server/domain/make_schedule.h"
#include "server/domain/publish_roster.h"

enum { SANTIAGO_ID = 1, TIME_LIMIT_S = 3 };

static const double GAP = .03; /* a good roster now rather than the best later */

static double monotonic(void *context)
{
	(void)context;
	return clock_monotonic_s();
}

static bool solve(const struct week_problem *w, struct wfm_roster **roster, struct err *e)
{
	struct wfm_solve_options o = { .seed = 1, .time_limit_s = TIME_LIMIT_S, .gap_target = GAP,
				       .now_s = monotonic };
	struct wfm_report *report = NULL;
	struct wfm_error why;
	enum wfm_status s = wfm_schedule_solve(&w->problem, &o, roster, &why);
	if (s != WFM_OK && s != WFM_LIMIT)
		return err_from_wfm(e, &why);
	if (*roster == NULL)
		return err_set(e, ERR_CONFLICT, "no roster was found in %d s", TIME_LIMIT_S);
	if (wfm_schedule_verify(&w->problem, *roster, true, &report, &why) != WFM_OK)
		return err_from_wfm(e, &why);
	bool good = report->breach_count == 0;
	wfm_report_free(report);
	return good || err_set(e, ERR_INTERNAL, "the demo's present week was rejected by its judge");
}

static bool keep_and_publish(struct db *db, struct arena *a, const struct week_problem *w,
			     const struct schedule_request *r, const struct wfm_roster *roster,
			     struct err *e)
{
	struct schedule_result kept;
	struct roster draft;
	struct roster_trial trial;
	if (!roster_try(db, a, w, roster, (uint64_t)r->seed, r->trial_weeks, &trial, e) || !db_begin(db, e))
		return false;
	if (roster_keep(db, a, w, r, FIELD_NULL, FIELD_NULL, roster, &trial, NULL, NULL, &kept, e) &&
	    roster_lock(db, a, kept.roster_id, &draft, e) &&
	    roster_publish(db, a, &draft, FIELD_NULL, e) && db_commit(db, e))
		return true;
	db_rollback(db);
	return false;
}

bool demo_plan_present_week(struct db *db, int64_t today, struct err *e)
{
	struct arena *a = arena_new(0);
	int64_t monday = today - (date_weekday(today) - 1);
	struct forecast_request f = { SANTIAGO_ID, monday, 1 };
	struct schedule_request r = { .site_id = SANTIAGO_ID, .week = monday, .seed = 1,
				      .time_limit_s = TIME_LIMIT_S, .gap = GAP, .trial_weeks = TRIAL_WEEKS };
	struct week_problem w;
	struct wfm_roster *roster = NULL;
	bool ok = forecast_make(db, a, &f, FIELD_NULL, FIELD_NULL, NULL, &r.forecast_id, e) &&
		  week_problem_build(db, a, SANTIAGO_ID, monday, r.forecast_id, &w, e) &&
		  solve(&w, &roster, e) && keep_and_publish(db, a, &w, &r, roster, e);
	wfm_roster_free(roster);
	arena_free(a);
	return ok;
}
