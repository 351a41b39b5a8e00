/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the problem form's work to struct wfm_sim_problem. */
#include "server/cli/trial.h"

#include <math.h>
#include <stdio.h>

static bool refuse(struct err *e, const char *why, size_t queue, size_t run)
{
	char place[80];
	(void)snprintf(place, sizeof place, "/queues/%zu/work/arrivals/%zu", queue, run);
	return err_at(e, ERR_INVALID, place, "%s", why);
}

/* Slots in no run get nobody; a slot in two runs is a mistake. */
bool trial_arrivals(const struct problem *p, size_t queue, double *volume, double *aht_s, struct err *e)
{
	const struct form_work *w = &p->form.queues[queue].work;
	int32_t slots = p->wfm.slot_count;
	for (int32_t t = 0; t < slots; t++)
		aht_s[t] = w->aht_s;
	for (int32_t t = 0; t < slots; t++)
		volume[t] = NAN;
	for (size_t k = 0; k < w->arrival_count; k++) {
		const struct form_arrivals *run = &w->arrivals[k];
		int32_t first;
		if (!problem_slot(p, run->start, &first))
			return refuse(e, "does not start with a slot", queue, k);
		if (first < 0 || first >= slots || run->contact_count > (size_t)(slots - first))
			return refuse(e, "reaches outside the plan", queue, k);
		for (size_t i = 0; i < run->contact_count; i++) {
			size_t t = (size_t)first + i;
			if (!isnan(volume[t]))
				return refuse(e, "has a slot that stands in an earlier run too", queue, k);
			if (run->contacts[i] < 0 || run->contacts[i] > 1e6)
				return refuse(e, "contacts must be between 0 and 1000000", queue, k);
			volume[t] = run->contacts[i];
			if (!isnan(run->aht_s))
				aht_s[t] = run->aht_s;
		}
	}
	for (int32_t t = 0; t < slots; t++)
		volume[t] = isnan(volume[t]) ? 0.0 : volume[t];
	return true;
}

static struct wfm_sim_queue queue_of(const struct form_work *w)
{
	return (struct wfm_sim_queue){
		.handling = { .spread = w->handling_cv > 0.0 ? WFM_SPREAD_LOGNORMAL
							     : WFM_SPREAD_CONSTANT,
			      .cv = w->handling_cv },
		.patience_s = isnan(w->patience_s) ? 0.0 : w->patience_s,
		.lobby = w->lobby == FIELD_NULL ? -1 : (int32_t)w->lobby,
		.redial = w->redial,
		.redial_after_s = w->redial_after_s,
		.concurrency = (int32_t)w->concurrency,
		.stretch = w->stretch,
		.callback_after_s = w->callback_after_s,
		.callback_share = w->callback_share,
		.due_s = w->due_s,
		.backlog = w->backlog,
		.within_s = w->within_s,
		.definition = (enum wfm_service_level)w->definition,
		.target = isnan(w->target) ? 0.0 : w->target,
	};
}

/* Local days of the first site; what lies after the last belongs to it. */
static const int32_t *days_of(struct arena *a, const struct problem *p)
{
	const struct wfm_calendar *c = &p->wfm.calendars[0];
	int32_t *day = arena_array(a, (size_t)p->wfm.slot_count, sizeof *day);
	for (int32_t t = 0, d = 0; t < p->wfm.slot_count; t++) {
		while (d + 1 < c->day_count && t >= c->days[d + 1].first_slot)
			d++;
		day[t] = d;
	}
	return day;
}

bool trial_work(struct arena *a, const struct problem *p, struct wfm_sim_problem *out, struct err *e)
{
	size_t slots = (size_t)p->wfm.slot_count, n = p->form.queue_count, played = 0;
	struct wfm_sim_queue *queues = arena_array(a, n, sizeof *queues);
	double *absence = arena_array(a, p->form.agent_count, sizeof *absence);
	for (size_t q = 0; q < n; q++) {
		const struct form_work *w = &p->form.queues[q].work;
		double *volume = arena_array(a, slots, sizeof *volume);
		double *aht_s = arena_array(a, slots, sizeof *aht_s);
		queues[q] = (struct wfm_sim_queue){ .lobby = -1 };
		if (w->arrival_count > 0) {
			queues[q] = queue_of(w);
			played++;
			if (!trial_arrivals(p, q, volume, aht_s, e))
				return false;
		}
		queues[q].volume = volume;
		queues[q].aht_s = aht_s;
	}
	if (played == 0)
		return err_at(e, ERR_INVALID, "/queues", "no queue has work to simulate");
	for (size_t i = 0; i < p->form.agent_count; i++)
		absence[i] = p->form.agents[i].absence;
	*out = (struct wfm_sim_problem){
		.interval_s = 60.0 * p->wfm.slot_min,
		.interval_count = p->wfm.slot_count,
		.day = days_of(a, p),
		.queues = queues,
		.queue_count = (int32_t)n,
		.agent_count = (int32_t)p->form.agent_count,
		.absence = absence,
	};
	return true;
}
