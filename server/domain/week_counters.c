/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/domain/week_counters.h"

#include <math.h>

bool week_queue_is_at_counter(const struct week_problem *w, const struct site_queue *q)
{
	return q->channel == WFM_WALK_IN && w->site.counters != FIELD_NULL;
}

double week_counter_people(const struct week_problem *w, const struct site_queue *q, double people)
{
	return week_queue_is_at_counter(w, q) ? fmin(people, (double)w->site.counters) : people;
}

/* Who has come in last week is at a counter until the night is over. */
static void take_nights(const struct week_problem *w, int32_t *counters)
{
	for (size_t i = 0; i < w->covered_count; i++)
		for (size_t q = 0; q < w->queue_count; q++) {
			if (w->queues[q].id != w->covered[i].queue_id || !week_queue_is_at_counter(w, &w->queues[q]))
				continue;
			for (int64_t t = w->covered[i].start; t < w->covered[i].end; t += SLOT_MIN * 60) {
				int64_t slot = (t - w->from) / (SLOT_MIN * 60);
				if (t >= w->from && slot < w->problem.slot_count && counters[slot] > 0)
					counters[slot]--;
			}
		}
}

void week_counters(struct arena *a, struct week_problem *w, struct wfm_queue *queues)
{
	struct wfm_site *site = arena_alloc(a, sizeof *site);
	int32_t *counters = arena_array(a, (size_t)w->problem.slot_count, sizeof *counters);
	bool any = false;
	for (size_t q = 0; q < w->queue_count; q++) {
		queues[q].counter = week_queue_is_at_counter(w, &w->queues[q]);
		if (queues[q].counter)
			queues[q].site = 0;
		any |= queues[q].counter;
	}
	if (!any)
		return;
	for (int32_t t = 0; t < w->problem.slot_count; t++)
		counters[t] = (int32_t)w->site.counters;
	take_nights(w, counters);
	*site = (struct wfm_site){ w->site.name, counters };
	w->problem.sites = site;
}
