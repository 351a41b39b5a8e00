/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The time ladder of each agent's day: planned time less absence, breaks, training and other duties
 * is time on the work, and that is handling or waiting. What the queues needed of handling is shared
 * out by time on the work.
 */
#include "server/demo/model.h"

#include <gsl/gsl_randist.h>
#include <math.h>
#include "server/base/clock.h"
#include "server/base/field.h"

/* Planned working seconds that day; 0: off. Fewer people are planned on a public holiday. */
static int planned_s(const struct demo *d, const struct demo_agent *g, int64_t date, gsl_rng *r)
{
	int minutes = g->minutes[date_weekday(date) - 1];
	if (minutes == 0 || !demo_agent_employed(g, date))
		return 0;
	bool closed;
	double factor = demo_special_factor(d, g->unit * DEMO_QUEUES_PER_SITE, date, &closed);
	if (factor < .9 && gsl_rng_uniform(r) < (1 - factor) * .85)
		return 0;
	return minutes * 60;
}

static void note_absence(struct demo_absence *x, struct demo_agent_day *a)
{
	int lost = a->rostered;
	if (x->until_min > x->from_min && (x->until_min - x->from_min) * 60 < lost)
		lost = (x->until_min - x->from_min) * 60;
	if (x->kind == AWAY_VACATION) { /* left off the roster beforehand */
		a->paid_leave = a->rostered;
		a->rostered = 0;
		return;
	}
	if (x->planned)
		a->absent_planned = lost;
	else
		a->absent_unplanned = lost;
	a->paid_leave = x->paid ? lost : 0;
	x->planned_minutes += lost / 60;
}

/* Breaks and duties of the time really there; the rest is work, counted as waiting for now. */
static void divide_day(const struct demo_agent *g, int64_t date, gsl_rng *r, struct demo_agent_day *a)
{
	int there = a->rostered - a->absent_planned - a->absent_unplanned;
	if (there <= 0)
		return;
	int64_t tenure = date - g->hired;
	double breaks = there * .0625 * exp(.12 * gsl_ran_ugaussian(r));
	double training = 0, other = there * .022 * gsl_ran_gamma(r, 2, .5);
	if (tenure < 14)
		training = there * .5;
	else if (gsl_rng_uniform(r) < .16)
		training = there * .10;
	a->breaks = (int)fmin(breaks, there * .15);
	a->training = (int)training;
	a->other = (int)fmin(other, there * .15);
	a->waiting = there - a->breaks - a->training - a->other;
	double kept = .945 - .02 * (g->frailty - 1) + .025 * gsl_ran_ugaussian(r);
	a->in_state = (int)(there * fmin(fmax(kept, .72), .995));
}

void demo_day_begin(struct demo *d, int unit, int t, gsl_rng *r, struct demo_shift_day *s)
{
	int64_t date = d->first_day + t;
	*s = (struct demo_shift_day){ .unit = unit, .t = t, .first = d->agent_days.count };
	for (size_t i = 0; i < d->agents.count; i++) {
		const struct demo_agent *g = &d->agents.items[i];
		if (g->unit != unit)
			continue;
		int planned = planned_s(d, g, date, r);
		if (planned == 0)
			continue;
		struct demo_agent_day *a = DEMO_PUSH(d, agent_days);
		*a = (struct demo_agent_day){ .agent = (int)i, .t = t, .rostered = planned,
					      .site = demo_agent_site(g, date) };
		int32_t away = g->away[t];
		if (away)
			note_absence(&d->absences.items[away - 1], a);
		divide_day(g, date, r, a);
		s->work_s += a->waiting;
		s->count++;
	}
}

void demo_day_finish(struct demo *d, const struct demo_shift_day *s, double handling_s, gsl_rng *r)
{
	double left_work = s->work_s, left = floor(handling_s);
	for (size_t i = s->first; i < s->first + s->count; i++) {
		struct demo_agent_day *a = &d->agent_days.items[i];
		int work = a->waiting;
		if (work == 0)
			continue;
		/* Towards the end of the row the exact remainder, so that the day adds up. */
		double share = left_work > work ? left * work / left_work : left;
		double noise = left_work > 4.0 * work ? exp(.045 * gsl_ran_ugaussian(r)) : 1;
		int handling = (int)fmin(fmin(round(share * noise), work), left);
		a->handling = handling;
		a->waiting = work - handling;
		left -= handling;
		left_work -= work;
	}
}
