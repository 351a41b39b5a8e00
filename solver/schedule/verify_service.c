/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Services: contacts answered in time by the people counted, from the tables alone. */
#include "solver/schedule/judge.h"

#include <math.h>
#include <stddef.h>

/* Straight lines between whole people. */
static double in_time(const struct wfm_service *x, int32_t t, double people)
{
	const double *row = x->served + (size_t)t * ((size_t)x->people_max + 1);
	if (people >= x->people_max)
		return row[x->people_max];
	double whole = floor(people);
	int32_t n = (int32_t)whole;
	return row[n] * (1 - (people - whole)) + row[n + 1] * (people - whole);
}

void judge_services(struct judge *j)
{
	for (int32_t i = 0; i < j->p->service_count; i++) {
		const struct wfm_service *x = &j->p->services[i];
		struct wfm_service_figures *f = &j->out->services[i];
		for (int32_t t = x->first_slot; t < x->end_slot; t++)
			f->answered += in_time(x, t, j->out->covered[x->queue * j->p->slot_count + t]);
		f->missing = f->answered < x->target ? x->target - f->answered : 0;
		f->cents = f->missing * x->short_cents;
		j->out->cost.service += f->cents;
	}
}

void judge_service_claims(struct judge *j)
{
	if (j->r->services == NULL)
		return;
	if (j->r->service_count != j->p->service_count) {
		judge_breach(j, WFM_BREACH_COST, WFM_NONE, WFM_RULE_COUNT, j->r->service_count,
			     "figures of %d services are stated where there are %d",
			     j->r->service_count, j->p->service_count);
		return;
	}
	for (int32_t i = 0; i < j->p->service_count; i++) {
		const struct wfm_service_figures *s = &j->r->services[i], *f = &j->out->services[i];
		double scale = 1e-6 * fmax(1, f->answered + f->missing);
		if (!(fabs(s->answered - f->answered) <= scale) || !(fabs(s->missing - f->missing) <= scale))
			judge_breach(j, WFM_BREACH_COST, WFM_NONE, WFM_RULE_COUNT,
				     s->answered - f->answered,
				     "service %d: %.4f contacts in time and %.4f missing are stated, it comes "
				     "to %.4f and %.4f",
				     i, s->answered, s->missing, f->answered, f->missing);
	}
}
