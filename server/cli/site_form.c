/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the problem form to what the solver knows of sites. */
#include <stdio.h>
#include <string.h>

#include "server/cli/problem_form.h"

/* First slot that begins at the instant or after it, within the plan. */
static int32_t slot_after(const struct problem *p, int64_t utc)
{
	int64_t s = (int64_t)p->wfm.slot_min * 60, d = utc - p->origin, at = d / s + (d % s > 0);
	return (int32_t)(at < 0 ? 0 : at > p->wfm.slot_count ? p->wfm.slot_count : at);
}

/* Fewer counters take the slots that they touch, more of them those that they hold. */
static bool map_changes(const struct problem *p, size_t i, int32_t *counters, struct err *e)
{
	const struct form_site *x = &p->form.sites[i];
	const int64_t slot_s = (int64_t)p->wfm.slot_min * 60;
	for (size_t k = 0; k < x->change_count; k++) {
		const struct form_counters *c = &x->changes[k];
		char place[80];
		(void)snprintf(place, sizeof place, "/sites/%zu/counter_changes/%zu/end", i, k);
		if (c->start >= c->end)
			return err_at(e, ERR_INVALID, place, "must end after it starts");
		int32_t touched = slot_after(p, c->start - slot_s + 1), until = slot_after(p, c->end);
		int32_t first = slot_after(p, c->start), end = slot_after(p, c->end - slot_s + 1);
		for (int32_t t = touched; t < until; t++)
			if (c->counters < counters[t] || (t >= first && t < end))
				counters[t] = (int32_t)c->counters;
	}
	return true;
}

bool sites_map(struct arena *a, struct problem *p, struct err *e)
{
	struct wfm_site *sites = arena_array(a, p->form.site_count, sizeof *sites);
	bool ok = true;
	for (size_t i = 0; ok && i < p->form.site_count; i++) {
		const struct form_site *x = &p->form.sites[i];
		sites[i].name = x->name;
		if (x->counters == FIELD_NULL && x->change_count == 0)
			continue;
		int32_t *counters = arena_array(a, (size_t)p->wfm.slot_count + 1, sizeof *counters);
		for (int32_t t = 0; t < p->wfm.slot_count; t++)
			counters[t] = x->counters == FIELD_NULL ? 100000 : (int32_t)x->counters;
		ok = map_changes(p, i, counters, e);
		sites[i].counters = counters;
	}
	p->wfm.sites = sites;
	return ok;
}

int32_t problem_place(const struct problem *p, int32_t agent, const char *site)
{
	const struct form_agent *g = &p->form.agents[agent];
	if (strcmp(g->site, site) == 0)
		return 0;
	for (size_t i = 0; i < g->elsewhere_count; i++)
		if (strcmp(g->elsewhere[i].site, site) == 0)
			return (int32_t)i + 1;
	return -1;
}
