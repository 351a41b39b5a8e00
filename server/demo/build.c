/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/demo/model.h"

#include "server/base/clock.h"
#include "server/base/field.h"

bool demo_build(const struct demo_options *o, struct arena *a, struct demo **out, struct err *e)
{
	struct demo *d = arena_alloc(a, sizeof *d);
	d->arena = a;
	d->seed = o->seed;
	d->until = o->until;
	int64_t monday = o->until - (date_weekday(o->until) - 1);
	d->first_day = monday - 7 * DEMO_WEEKS;
	d->days = (int)(d->until - d->first_day);
	d->all_days = d->days + DEMO_AHEAD;
	for (int i = 0; i < DEMO_WAVES; i++)
		d->wave[i] = monday - 7 * (34 - 4 * i);
	for (int i = 0; i < DEMO_SITES; i++)
		if (!zone_find(demo_sites[i].zone, &d->zones[i], e))
			return false;
	demo_make_specials(d);
	if (!demo_make_people(d, e) || !demo_make_absences(d, e) || !demo_make_traffic(d, e))
		return false;
	*out = d;
	return true;
}

struct demo_counts demo_count(const struct demo *d)
{
	struct demo_counts c = { .sites = DEMO_SITES, .queues = DEMO_QUEUES,
				 .intervals = d->intervals.count, .agent_days = d->agent_days.count,
				 .absences = d->absences.count, .first_day = d->first_day,
				 .last_day = d->until - 1 };
	for (size_t i = 0; i < d->agents.count; i++) {
		const struct demo_agent *g = &d->agents.items[i];
		if (g->left == FIELD_NULL || g->left >= d->until)
			c.agents++;
		else
			c.leavers++;
	}
	return c;
}
