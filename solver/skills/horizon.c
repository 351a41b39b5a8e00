/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole horizon played with people who come and go as the requirement says. */
#include "skills_impl.h"

#include <stdlib.h>
#include <string.h>

enum { CONTACTS_WANTED = 2000000, PLAYS_LEAST = 10, PLAYS_MOST = 100 };

struct days {
	struct wfm_sim_problem p;
	struct wfm_sim_queue *queues;
	struct wfm_sim_set *sets;
	struct wfm_sim_span *spans;
	double *rows;
	double contacts;
};

static void add_queues(const struct wfm_skills_problem *p, struct days *d)
{
	size_t n = (size_t)p->interval_count;
	for (int32_t q = 0; q < p->queue_count; q++) {
		const struct wfm_skill_queue *from = &p->queues[q];
		const struct wfm_staffing_options *o = &from->staffing;
		double *volume = d->rows + 2 * (size_t)q * n, *aht_s = volume + n;
		for (size_t i = 0; i < n; i++) {
			volume[i] = from->loads[i].open ? from->loads[i].volume : 0.0;
			aht_s[i] = from->loads[i].aht_s > 0.0 ? from->loads[i].aht_s : 1.0;
			d->contacts += volume[i];
		}
		d->queues[q] = sk_sim_queue(o, volume, aht_s);
	}
}

/* The k-th of a group is there wherever more than k are asked for. Counts, or writes when spans are. */
static void add_people(const struct wfm_skills_problem *p, const struct wfm_skills_result *r,
		       struct days *d)
{
	d->p.agent_count = d->p.span_count = 0;
	for (int32_t g = 0; g < p->group_count; g++)
		for (int32_t k = 0, any = 1; any; k++) {
			int32_t from = -1;
			any = 0;
			for (int32_t i = 0; i <= p->interval_count; i++) {
				bool here = i < p->interval_count &&
					    r->people[(size_t)i * (size_t)p->group_count + (size_t)g] > k;
				if (here && from < 0)
					from = i;
				if (here || from < 0)
					continue;
				if (d->spans != NULL)
					d->spans[d->p.span_count] = (struct wfm_sim_span){
						d->p.agent_count, g, from * (double)p->interval_s,
						i * (double)p->interval_s, false };
				d->p.span_count++;
				from = -1;
				any = 1;
			}
			d->p.agent_count += any;
		}
}

enum wfm_status sk_play_horizon(const struct wfm_skills_problem *p, const struct wfm_skills_options *o,
				struct wfm_skills_result *r, struct wfm_error *e)
{
	struct days d = { .p = { .interval_s = p->interval_s, .interval_count = p->interval_count,
				 .queue_count = p->queue_count, .set_count = p->group_count } };
	struct wfm_simulation *s = NULL;
	enum wfm_status status = WFM_NO_MEMORY;
	d.queues = calloc((size_t)p->queue_count, sizeof *d.queues);
	d.sets = calloc((size_t)p->group_count, sizeof *d.sets);
	d.rows = calloc(2 * (size_t)p->queue_count * (size_t)p->interval_count, sizeof *d.rows);
	r->horizon = calloc((size_t)p->queue_count, sizeof *r->horizon);
	if (d.queues == NULL || d.sets == NULL || d.rows == NULL || r->horizon == NULL)
		goto out;
	add_queues(p, &d);
	add_people(p, r, &d);
	d.spans = calloc((size_t)d.p.span_count + 1, sizeof *d.spans);
	if (d.spans == NULL)
		goto out;
	add_people(p, r, &d);
	for (int32_t g = 0; g < p->group_count; g++)
		d.sets[g] = (struct wfm_sim_set){ p->groups[g].skills, p->groups[g].skill_count };
	d.p.queues = d.queues;
	d.p.sets = d.sets;
	d.p.spans = d.spans;
	double plays = CONTACTS_WANTED / (d.contacts + 1.0);
	struct wfm_sim_options so = {
		.seed = 2 * o->seed + 1,
		.replications = plays < PLAYS_LEAST ? PLAYS_LEAST
			      : plays > PLAYS_MOST  ? PLAYS_MOST : (int32_t)plays,
		.trace_replication = -1,
		.progress = o->progress,
		.context = o->context,
	};
	status = wfm_simulate(&d.p, &so, &s, e);
	if (status == WFM_OK)
		memcpy(r->horizon, s->total, (size_t)p->queue_count * sizeof *r->horizon);
out:
	if (status == WFM_NO_MEMORY)
		(void)wfm_fail(e, status, "", "out of memory");
	wfm_simulation_free(s);
	free(d.queues);
	free(d.sets);
	free(d.spans);
	free(d.rows);
	return status;
}
