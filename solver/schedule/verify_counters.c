/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The judge of counters: who sits at one, who waits for one, and whether a site has as many. */
#include "solver/schedule/judge.h"

#include <math.h>
#include <stddef.h>

static bool is_few(const struct wfm_problem *p, const struct wfm_queue *q)
{
	return q->counter && p->sites && p->sites[q->site].counters;
}

void judge_sit_down(struct judge *j, const struct wfm_activity *x)
{
	const struct wfm_queue *q = &j->p->queues[x->queue];
	for (int32_t i = 0; is_few(j->p, q) && i < x->slots; i++)
		j->seated[q->site * j->p->slot_count + (x->start + i) % j->p->slot_count]++;
}

void judge_counters(struct judge *j)
{
	const struct wfm_problem *p = j->p;
	j->agent = WFM_NONE;
	for (int32_t s = 0; p->sites && s < p->site_count; s++)
		for (int32_t t = 0; p->sites[s].counters && t < p->slot_count; t++) {
			int32_t over = j->seated[s * p->slot_count + t] - p->sites[s].counters[t];
			if (over > 0)
				judge_breach(j, WFM_BREACH_COUNTERS, WFM_NONE, WFM_RULE_COUNT, over,
				       "%d people at the %d counters of site %d in slot %d",
				       over + p->sites[s].counters[t], p->sites[s].counters[t], s, t);
		}
}

/* Surplus of one who waits in slot t, an hour; HUGE_VAL: nothing to wait for. */
static double waiting_price(const struct judge *j, const struct wfm_shift *s, int32_t t)
{
	double least = HUGE_VAL;
	bool waits = false;
	for (int32_t q = 0; q < j->p->queue_count; q++) {
		const struct wfm_queue *x = &j->p->queues[q];
		double speed = judge_speed(j, s, q);
		if (speed <= 0)
			continue;
		waits |= is_few(j->p, x);
		if (x->open == NULL || x->open[t])
			least = fmin(least, speed * x->surplus_cents);
	}
	return waits ? least : HUGE_VAL;
}

void judge_waiting(struct judge *j, const struct wfm_shift *s, const struct wfm_activity *x)
{
	int32_t lost = 0;
	for (int32_t i = 0; i < x->slots; i++) {
		double price = waiting_price(j, s, (x->start + i) % j->p->slot_count);
		double hours = j->p->slot_min / 60.0;
		if (price == HUGE_VAL) {
			lost++;
			continue;
		}
		j->out->waiting_hours += hours;
		j->out->cost.surplus += hours * price;
	}
	if (lost > 0 && !judge_is_locked(j, s))
		judge_breach(j, WFM_BREACH_CLOSED, s->day, WFM_RULE_COUNT, lost, "work on no queue from slot %d",
		       x->start);
}
