/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/cli/service_form.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/cli/trial.h"
#include "wfm/staffing.h"

enum { O = FIELD_OPTIONAL };

static const struct field service_rows[] = {
	F_TEXT(struct form_service, queue, 0, 1, 80, "one of the queues; it needs work"),
	F_INSTANT(struct form_service, start, O, "contacts from here on count; null: from the plan's beginning"),
	F_INSTANT(struct form_service, end, O, "and before this; null: to its end"),
	F_REAL(struct form_service, share, 0, 0, 1, "of these contacts answered within the work's within_s"),
	F_REAL(struct form_service, short_cents, 0, 0, 1000000000, "price of a contact below that share"),
};
const struct fields service_fields = FIELDS("ProblemService", struct form_service, service_rows);

static const struct field figures_rows[] = {
	F_TEXT(struct form_service_figures, queue, 0, 1, 80, "name in the problem"),
	F_INSTANT(struct form_service_figures, start, 0, "contacts from here on"),
	F_INSTANT(struct form_service_figures, end, 0, "and before this"),
	F_REAL(struct form_service_figures, offered, 0, 0, 0, "contacts expected"),
	F_REAL(struct form_service_figures, target, 0, 0, 0, "contacts to be answered in time"),
	F_REAL(struct form_service_figures, answered, 0, 0, 0, "contacts that are"),
	F_REAL(struct form_service_figures, share, 0, 0, 0, "answered / offered"),
	F_REAL(struct form_service_figures, missing, 0, 0, 0, "contacts below the target"),
	F_REAL(struct form_service_figures, cents, 0, 0, 0, "their price"),
};
const struct fields service_figures_fields =
	FIELDS("RosterService", struct form_service_figures, figures_rows);

static bool refuse(struct err *e, size_t i, const char *member, const char *why)
{
	char place[60];
	(void)snprintf(place, sizeof place, "/services/%zu/%s", i, member);
	return err_at(e, ERR_INVALID, place, "%s", why);
}

/* ---- in ---------------------------------------------------------------------------------- */

static struct wfm_staffing_options options_of(const struct problem *p, const struct form_work *w)
{
	return (struct wfm_staffing_options){
		.channel = w->concurrency > 1 ? WFM_CHAT : WFM_VOICE,
		.interval_s = 60 * p->wfm.slot_min,
		.target = { .service_level = isnan(w->target) ? 0.8 : fmin(w->target, 0.99),
			    .within_s = w->within_s,
			    .definition = (enum wfm_service_level)w->definition },
		.patience_s = isnan(w->patience_s) ? 0 : w->patience_s,
		.lobby_limited = w->lobby != FIELD_NULL,
		.lobby = w->lobby != FIELD_NULL ? (int32_t)w->lobby : 0,
		.redial = w->redial,
		.concurrency = (double)w->concurrency,
		.stretch = w->stretch,
	};
}

struct table {
	double *served, *volume;
	int32_t people_max;
};

/* The table of a queue's work; one for all services on it. */
static bool make_table(struct arena *a, const struct problem *p, size_t i, size_t queue, struct table *out,
		       struct err *e)
{
	const struct form_work *w = &p->form.queues[queue].work;
	size_t slots = (size_t)p->wfm.slot_count;
	if (w->arrival_count == 0 || w->due_s > 0)
		return refuse(e, i, "queue", "has no work of contacts that wait for an answer");
	double *aht_s = arena_array(a, slots, sizeof *aht_s);
	struct wfm_load *loads = arena_array(a, slots, sizeof *loads);
	out->volume = arena_array(a, slots, sizeof *out->volume);
	if (!trial_arrivals(p, queue, out->volume, aht_s, e))
		return false;
	for (size_t t = 0; t < slots; t++) {
		const uint8_t *open = p->wfm.queues[queue].open;
		loads[t] = (struct wfm_load){ out->volume[t], aht_s[t], open == NULL || open[t] };
		out->volume[t] = loads[t].open ? out->volume[t] : 0;
	}
	struct wfm_staffing_options o = options_of(p, w);
	struct wfm_error why = { 0 };
	char said[sizeof why.path + sizeof why.message + 20];
	out->people_max = wfm_staffing_served_people(loads, slots, &o);
	size_t cells = slots * ((size_t)out->people_max + 1);
	if (cells > arena_room(a) / (4 * sizeof *out->served))
		return err_set(e, ERR_TOO_LARGE, "too many people and slots for a service");
	out->served = arena_array(a, cells, sizeof *out->served);
	if (wfm_staffing_served(loads, slots, &o, out->people_max, out->served, &why) != WFM_OK) {
		(void)snprintf(said, sizeof said, "its work%s %s", why.path, why.message);
		return refuse(e, i, "queue", said);
	}
	return true;
}

static bool find_queue(const struct problem *p, const char *name, size_t *queue)
{
	for (*queue = 0; *queue < p->form.queue_count; (*queue)++)
		if (strcmp(p->form.queues[*queue].name, name) == 0)
			return true;
	return false;
}

static bool map_service(struct arena *a, const struct problem *p, size_t i, struct table *tables,
			struct wfm_service *to, struct err *e)
{
	const struct form_service *s = &p->form.services[i];
	size_t queue;
	if (!find_queue(p, s->queue, &queue))
		return refuse(e, i, "queue", "is not defined");
	to->queue = (int32_t)queue;
	to->end_slot = p->wfm.slot_count;
	if (s->start != FIELD_NULL && !problem_slot(p, s->start, &to->first_slot))
		return refuse(e, i, "start", "is not the beginning of a slot");
	if (s->end != FIELD_NULL && !problem_slot(p, s->end, &to->end_slot))
		return refuse(e, i, "end", "is not the end of a slot");
	if (to->first_slot < 0 || to->end_slot > p->wfm.slot_count || to->first_slot >= to->end_slot)
		return refuse(e, i, "end", "start and end must lie in the plan, one after the other");
	struct table *x = &tables[queue];
	if (x->served == NULL && !make_table(a, p, i, queue, x, e))
		return false;
	for (int32_t t = to->first_slot; t < to->end_slot; t++)
		to->offered += x->volume[t];
	to->name = s->queue;
	to->target = s->share * to->offered;
	to->short_cents = s->short_cents;
	to->served = x->served;
	to->people_max = x->people_max;
	return true;
}

bool services_map(struct arena *a, struct problem *p, struct err *e)
{
	size_t n = p->form.service_count;
	struct table *tables = arena_array(a, p->form.queue_count + 1, sizeof *tables);
	struct wfm_service *services = arena_array(a, n + 1, sizeof *services);
	for (size_t i = 0; i < n; i++)
		if (!map_service(a, p, i, tables, &services[i], e))
			return false;
	p->wfm.services = services;
	p->wfm.service_count = (int32_t)n;
	return true;
}

/* ---- rosters ----------------------------------------------------------------------------- */

struct form_service_figures *services_write(struct arena *a, const struct problem *p,
					    const struct wfm_service_figures *figures, size_t *n)
{
	*n = figures == NULL ? 0 : (size_t)p->wfm.service_count;
	struct form_service_figures *out = arena_array(a, *n + 1, sizeof *out);
	for (size_t i = 0; i < *n; i++) {
		const struct wfm_service *s = &p->wfm.services[i];
		out[i] = (struct form_service_figures){
			.queue = p->form.queues[s->queue].name,
			.start = problem_instant(p, s->first_slot),
			.end = problem_instant(p, s->end_slot),
			.offered = s->offered, .target = s->target,
			.answered = figures[i].answered,
			.share = s->offered > 0 ? figures[i].answered / s->offered : 1,
			.missing = figures[i].missing, .cents = figures[i].cents,
		};
	}
	return out;
}

bool services_read(const struct form_service_figures *f, size_t n, struct wfm_roster *r)
{
	if (n == 0)
		return true;
	r->services = calloc(n, sizeof *r->services);
	if (r->services == NULL)
		return false;
	r->service_count = (int32_t)n;
	for (size_t i = 0; i < n; i++)
		r->services[i] = (struct wfm_service_figures){ f[i].answered, f[i].missing, f[i].cents };
	return true;
}
