/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/week_staffing.h"

#include <math.h>

#include "server/domain/adjust_forecast.h"
#include "server/domain/stored_joint.h"

/* The same draw for the page and the job, so that both show the same people. */
enum { SCENARIOS = 500, SEED = 1 };

static const struct field day_rows[] = { REQUIREMENT_DAY_ROWS(struct requirement_day) };
const struct fields requirement_day_fields =
	FIELDS("RequirementDay", struct requirement_day, day_rows);

double week_least_level(const struct staffing_choice *c, const struct wfm_staffing_options *o)
{
	return isnan(c->least) ? 0.5 * o->target.service_level : c->least;
}

enum staffing_plain_reason week_plain_reason(const struct site_queue *q,
					     const struct wfm_staffing_options *o)
{
	const struct wfm_target *t = &o->target;
	if (!site_queue_is_live(q))
		return PLAIN_DEFERRED;
	if (t->service_level == 0 && t->max_abandoned == 0 && t->max_asa_s == 0)
		return PLAIN_NO_TARGET;
	return PLAIN_ASKED;
}

/* ---------------------------------------------------------------- scenarios */

static int64_t date_of(const struct week_problem *w, int64_t at, int *minute)
{
	int64_t date;
	zone_to_local(w->site.zone, at, &date, minute);
	return date;
}

/* Contacts of one scenario from an instant on, for some minutes: whole slots of the joint, or the part
 * of a longer one. */
static double contacts_of(const struct week_problem *w, const struct wfm_joint *j, const double *drawn,
			  int64_t start, int minutes)
{
	int slot_min = 1440 / j->slots, step = minutes < slot_min ? minutes : slot_min;
	double sum = 0;
	for (int m = 0; m < minutes; m += step) {
		int minute;
		int64_t day = date_of(w, start + m * 60, &minute) - j->first_day;
		if (day >= 0 && day < j->days)
			sum += drawn[(size_t)day * (size_t)j->slots + (size_t)(minute / slot_min)] * step /
			       slot_min;
	}
	return sum;
}

/* Interval by interval to the volumes planned for. Where no scenario has anyone, all have those. */
static void bring_to_loads(const struct wfm_load *loads, size_t n, int32_t count, double *volume)
{
	for (size_t i = 0; i < n; i++) {
		double sum = 0;
		for (int32_t s = 0; s < count; s++)
			sum += volume[(size_t)s * n + i];
		for (int32_t s = 0; s < count; s++) {
			double *v = &volume[(size_t)s * n + i];
			*v = !loads[i].open ? 0 : sum > 0 ? *v * loads[i].volume * count / sum
							  : loads[i].volume;
		}
	}
}

bool week_scenarios_draw(struct db *db, struct arena *a, const struct week_problem *w,
			 const struct site_queue *q, int minutes, const struct wfm_load *loads, size_t n,
			 struct week_scenarios *out, struct err *e)
{
	struct arena *scratch = arena_new(0); /* a forecast of twelve weeks draws many megabytes */
	struct stored_joint *joint;
	struct wfm_error we;
	size_t found;
	bool ok = false;

	*out = (struct week_scenarios){ 0 };
	if (!joint_load(db, scratch, w->forecast_id, q->id, &joint, &found, e))
		goto out;
	ok = true;
	if (found == 0)
		goto out;
	const struct wfm_joint *j = &joint->joint;
	size_t cells = (size_t)j->days * (size_t)j->slots;
	double *drawn = arena_array(scratch, SCENARIOS * cells, sizeof *drawn);
	ok = wfm_scenarios_draw(j, SEED, SCENARIOS, drawn, &we) == WFM_OK || err_from_wfm(e, &we);
	if (!ok)
		goto out;
	out->count = SCENARIOS;
	out->volume = arena_array(a, SCENARIOS * n, sizeof *out->volume);
	for (size_t s = 0; s < SCENARIOS; s++)
		for (size_t i = 0; i < n; i++)
			out->volume[s * n + i] = contacts_of(w, j, drawn + s * cells,
							     w->from + (int64_t)i * minutes * 60, minutes);
	bring_to_loads(loads, n, SCENARIOS, out->volume);
out:
	arena_free(scratch);
	return ok;
}

/* ---------------------------------------------------------------- people */

/* The local day of each interval, counted from the week's first; a clock that goes back at midnight
 * opens no day again. */
static int32_t *day_periods(struct arena *a, const struct week_problem *w, size_t n, int interval_s)
{
	int32_t *period = arena_array(a, n, sizeof *period);
	for (size_t i = 0; i < n; i++) {
		int minute;
		int32_t day = (int32_t)(date_of(w, w->from + (int64_t)i * interval_s, &minute) - w->monday);
		period[i] = i > 0 && day <= period[i - 1] ? period[i - 1] : i > 0 ? period[i - 1] + 1 : 0;
	}
	return period;
}

/* Adjustments are checked against the newest forecast of their day; this one may be another. */
static bool check_volumes(const struct week_problem *w, const struct site_queue *q,
			  const struct wfm_load *loads, size_t n, int interval_s, struct err *e)
{
	double most = ADJUSTED_MOST * interval_s / (60 * (double)q->interval_min);
	for (size_t i = 0; i < n; i++) {
		char at[26];
		if (loads[i].volume <= most)
			continue;
		instant_format(w->from + (int64_t)i * interval_s, 0, at);
		return err_set(e, ERR_INVALID,
			       "queue %s: %.0f contacts in the interval of %s are more than the %.0f that are "
			       "planned for: revoke one of the forecast's adjustments there",
			       q->code, loads[i].volume, at, most);
	}
	return true;
}

/* A queue that the forecast left out has none: nobody is needed, however sure. */
static bool has_contacts(const struct wfm_load *loads, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (loads[i].volume > 0)
			return true;
	return false;
}

bool week_staff(struct db *db, struct arena *a, const struct week_problem *w, const struct site_queue *q,
		const struct wfm_load *loads, size_t n, const struct wfm_staffing_options *o,
		struct wfm_requirement *r, struct week_scenarios *scenarios, struct err *e)
{
	const struct staffing_choice *c = &w->choice;
	bool live = week_plain_reason(q, o) == PLAIN_ASKED;
	struct wfm_error we;
	enum wfm_status s;

	*scenarios = (struct week_scenarios){ 0 };
	if (!check_volumes(w, q, loads, n, o->interval_s, e))
		return false;
	if (live && !week_scenarios_draw(db, a, w, q, o->interval_s / 60, loads, n, scenarios, e))
		return false;
	if (staffing_choice_plain(c) || !live || !has_contacts(loads, n)) {
		s = wfm_staffing_run(loads, n, o, r, &we);
	} else {
		if (c->risk != WFM_RISK_POINT && scenarios->volume == NULL)
			return err_at(e, ERR_INVALID, "/forecast_id",
				      "queue %s has no scenarios in this forecast: make a new one", q->code);
		struct wfm_risk_problem p = {
			.loads = loads, .n = n, .risk = (enum wfm_risk)c->risk,
			.probability = c->probability, .scenarios = scenarios->volume,
			.scenario_count = scenarios->count,
			.least_service_level = c->over == OVER_INTERVAL ? 0 : week_least_level(c, o),
			.period = c->over == OVER_DAY ? day_periods(a, w, n, o->interval_s)
				  : c->over == OVER_WEEK ? arena_array(a, n, sizeof(int32_t)) : NULL,
		};
		s = wfm_staffing_risk(&p, o, r, NULL, &we);
	}
	return s == WFM_OK || err_set(e, ERR_INVALID, "queue %s: %s: %s", q->code, we.path, we.message);
}

/* ---------------------------------------------------------------- days */

static double finite_or_null(double v)
{
	return isfinite(v) ? v : NAN;
}

bool week_judge_days(struct arena *a, const struct week_problem *w, const struct wfm_load *loads, size_t n,
		     const struct wfm_staffing_options *o, const struct wfm_requirement *r,
		     const struct week_scenarios *scenarios, struct requirement_day **days,
		     size_t *count, struct err *e)
{
	*count = 0;
	*days = NULL;
	if (scenarios->volume == NULL)
		return true;
	int32_t *agents = arena_array(a, n, sizeof *agents), *period = day_periods(a, w, n, o->interval_s);
	struct wfm_requirement *figures = arena_array(a, n, sizeof *figures);
	struct wfm_period_figures *f = arena_array(a, (size_t)period[n - 1] + 1, sizeof *f);
	struct wfm_error we;
	for (size_t i = 0; i < n; i++)
		agents[i] = r[i].agents;
	struct wfm_risk_problem p = { .loads = loads, .n = n, .period = period, .risk = WFM_RISK_CHANCE,
				      .probability = 0.5, .scenarios = scenarios->volume,
				      .scenario_count = scenarios->count, .agents = agents };
	if (wfm_staffing_risk(&p, o, figures, f, &we) != WFM_OK)
		return err_from_wfm(e, &we);
	*count = (size_t)period[n - 1] + 1;
	*days = arena_array(a, *count, sizeof **days);
	for (size_t d = 0; d < *count; d++) {
		double hours = (double)f[d].agents * o->interval_s / 3600;
		bool quiet = !(f[d].offered > 0);
		(*days)[d] = (struct requirement_day){
			.day = w->monday + (int64_t)d, .offered = f[d].offered, .agent_hours = hours,
			.roster_hours = hours / (1 - week_unplanned(w, w->monday + (int64_t)d)),
			.service_level = quiet ? NAN : f[d].service_level,
			.abandoned_share = quiet ? NAN : f[d].abandoned_share,
			.asa_s = quiet ? NAN : finite_or_null(f[d].asa_s),
			.p_target = quiet ? NAN : f[d].p_target,
			.sl_p10 = quiet ? NAN : f[d].sl_p10, .sl_p50 = quiet ? NAN : f[d].sl_p50,
			.sl_p90 = quiet ? NAN : f[d].sl_p90,
		};
	}
	return true;
}
