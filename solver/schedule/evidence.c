/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/schedule/evidence.h"

#include <math.h>

/* A bound above the cost by less than this share of it is rounding. */
static const double ROUNDING = 1e-7;

void evidence_add(const struct run *r, int32_t classes, struct wfm_roster *roster)
{
	double total = roster->cost.total, variable = total - roster->cost.fixed_pay;
	bool known = r->bound > -HUGE_VAL;
	roster->bound = r->bound + r->fixed_cents + roster->cost.fixed_pay;
	roster->seed = r->o.seed;
	roster->iterations = r->iterations;
	roster->columns = r->columns;
	roster->classes = classes;
	roster->start_tours = r->start_tours;
	roster->seconds = r->o.now_s ? r->o.now_s(r->o.context) - r->started_s : 0;
	double lack = total - roster->bound;
	if (lack < 0 && lack > -ROUNDING * fmax(1, fabs(total)))
		roster->bound = total, lack = 0;
	roster->gap = !known || total <= 0 ? lack > 0 : lack / total;
	roster->variable_gap = !known || variable <= 0 ? lack > 0 : lack / variable;
}

enum wfm_status evidence_judge(const struct wfm_problem *p, const struct wfm_roster *roster,
			       struct wfm_error *e)
{
	struct wfm_report *report = NULL;
	enum wfm_status s = wfm_schedule_verify(p, roster, true, &report, e);
	if (s == WFM_OK && report->breach_count > 0)
		s = wfm_fail(e, WFM_INTERNAL, "", "the roster found breaks a rule: %s (agent %d, day %d)",
			     report->breaches[0].message, report->breaches[0].agent,
			     report->breaches[0].day);
	wfm_report_free(report);
	return s;
}
