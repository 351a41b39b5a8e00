/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The door to staffing against scenarios: checks, loads of every scenario, period after period. */
#include "risk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NUMBERS = 2000000 };

static enum wfm_status problem_check(const struct wfm_risk_problem *p,
				     const struct wfm_staffing_options *o, struct wfm_error *e)
{
	bool live = o->channel == WFM_VOICE || o->channel == WFM_CHAT || o->channel == WFM_WALK_IN;
	const struct wfm_target *t = &o->target;
	if (!live)
		return wfm_fail(e, WFM_INVALID, "/channel",
				"%s work is not staffed by scenarios: only voice, chat and walk_in",
				wfm_channel_name(o->channel));
	if (t->service_level == 0.0 && t->max_abandoned == 0.0 && t->max_asa_s == 0.0)
		return wfm_fail(e, WFM_INVALID, "/target",
				"a period needs a service level, an abandoned share or an ASA to reach");
	if ((unsigned)p->risk > WFM_RISK_CHANCE)
		return wfm_fail(e, WFM_INVALID, "/risk", "unknown way to take the risk");
	if (p->risk == WFM_RISK_CHANCE && !(p->probability > 0.0 && p->probability < 1.0))
		return wfm_fail(e, WFM_INVALID, "/probability",
				"must be above 0 and below 1: no staffing is certain to do");
	if (!(p->least_service_level >= 0.0 && p->least_service_level < 1.0))
		return wfm_fail(e, WFM_INVALID, "/least_service_level",
				"must be at least 0 and below 1");
	if (p->risk != WFM_RISK_POINT &&
	    (p->scenarios == NULL || p->scenario_count < 1 || p->scenario_count > 10000))
		return wfm_fail(e, WFM_INVALID, "/scenarios", "must be between 1 and 10,000");
	if (p->risk != WFM_RISK_POINT && (size_t)p->scenario_count > MAX_NUMBERS / (p->n + 1))
		return wfm_fail(e, WFM_INVALID, "/scenarios",
				"are more than %d numbers: staff fewer days at once", MAX_NUMBERS);
	for (size_t i = 0; p->period != NULL && i < p->n; i++) {
		int32_t before = i > 0 ? p->period[i - 1] : -1;
		if (p->period[i] != before + 1 && !(i > 0 && p->period[i] == before))
			return wfm_fail(e, WFM_INVALID, "/period",
					"must begin at 0 and go up by 0 or 1 (interval %zu)", i);
	}
	for (size_t i = 0; p->agents != NULL && i < p->n; i++)
		if (p->agents[i] < 0 || p->agents[i] > WFM_MAX_SERVERS / 2)
			return wfm_fail(e, WFM_INVALID, "/agents", "must be between 0 and %d (interval %zu)",
					WFM_MAX_SERVERS / 2, i);
	return WFM_OK;
}

/* The courses of every scenario, [scenario][interval]; POINT has one, the forecast. Where loads move,
   they do with the agents that the forecast itself asks for. */
static enum wfm_status courses_fill(const struct wfm_risk_problem *p,
				    const struct wfm_staffing_options *o, int32_t scenarios,
				    const int32_t *agents, struct wfm_load *loads,
				    struct wfm_load_course *courses, struct wfm_error *e)
{
	for (int32_t s = 0; s < scenarios; s++) {
		const double *volume = p->risk != WFM_RISK_POINT
					       ? p->scenarios + (size_t)s * p->n : NULL;
		for (size_t i = 0; i < p->n; i++) {
			loads[i] = p->loads[i];
			if (volume != NULL)
				loads[i].volume = loads[i].open ? volume[i] : 0.0;
		}
		enum wfm_status status = wfm_staffing_check(loads, p->n, o, e);
		if (status != WFM_OK) {
			if (e != NULL && volume != NULL) {
				size_t used = strlen(e->message);
				(void)snprintf(e->message + used, sizeof e->message - used,
					       " (scenario %d)", s);
			}
			return status;
		}
		wfm_load_courses(loads, p->n, o, agents, courses + (size_t)s * p->n);
	}
	return WFM_OK;
}

static bool periods_solve(struct wfm_risk_period *k, struct wfm_requirement *r,
			  struct wfm_period_figures *periods)
{
	const struct wfm_risk_problem *p = k->problem;
	for (size_t at = 0; k->first < p->n; at++, k->first += k->n) {
		k->n = 1;
		while (p->period != NULL && k->first + k->n < p->n &&
		       p->period[k->first + k->n] == p->period[k->first])
			k->n++;
		if (!wfm_risk_period(k, r, periods != NULL ? &periods[at] : NULL))
			return false;
	}
	return true;
}

enum wfm_status wfm_staffing_risk(const struct wfm_risk_problem *p,
				  const struct wfm_staffing_options *o,
				  struct wfm_requirement *r, struct wfm_period_figures *periods,
				  struct wfm_error *e)
{
	enum wfm_status status = wfm_staffing_check(p->loads, p->n, o, e);
	if (status == WFM_OK)
		status = problem_check(p, o, e);
	if (status != WFM_OK || p->n == 0)
		return status;
	int32_t scenarios = p->risk == WFM_RISK_POINT ? 1 : p->scenario_count;
	struct wfm_load_course *courses =
		calloc(((size_t)scenarios + 1) * p->n, sizeof *courses);
	struct wfm_load *loads = calloc(p->n, sizeof *loads);
	int32_t *agents = calloc(p->n, sizeof *agents);
	if (courses == NULL || loads == NULL || agents == NULL) {
		status = wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
		goto out;
	}
	struct wfm_load_course *point = courses + (size_t)scenarios * p->n;
	status = wfm_staffing_run(p->loads, p->n, o, r, e);
	for (size_t i = 0; i < p->n && status == WFM_OK; i++)
		agents[i] = r[i].agents;
	if (status == WFM_OK)
		status = courses_fill(p, o, scenarios, agents, loads, courses, e);
	if (status != WFM_OK)
		goto out;
	wfm_load_courses(p->loads, p->n, o, agents, point);
	memset(r, 0, p->n * sizeof *r);
	struct wfm_risk_period k = { .problem = p, .options = o, .point = point,
				     .courses = courses, .scenarios = scenarios };
	if (!periods_solve(&k, r, periods)) {
		status = wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
		goto out;
	}
	for (size_t i = 0; i < p->n; i++)
		r[i].on_roster = wfm_roster_size(r[i].agents, o->shrinkage, o->n_shrinkage);
out:
	free(agents);
	free(loads);
	free(courses);
	return status;
}
