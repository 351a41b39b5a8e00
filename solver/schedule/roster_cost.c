/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a roster's people on each queue cost, and what they do for services and deferrable work. */
#include "solver/schedule/assign.h"
#include "solver/schedule/service.h"
#include "solver/schedule/stock.h"

#include <math.h>
#include <stdlib.h>

bool roster_add_figures(const struct model *m, struct wfm_roster *out)
{
	if (m->p->service_count > 0) {
		out->services = calloc((size_t)m->p->service_count, sizeof *out->services);
		out->service_count = m->p->service_count;
	}
	if (m->stock_count > 0) {
		out->deferrable = calloc((size_t)m->stock_count, sizeof *out->deferrable);
		out->deferrable_count = m->stock_count;
	}
	return (out->services || m->p->service_count == 0) && (out->deferrable || m->stock_count == 0);
}

/* Shortage and surplus of the division of queues, closed slots included. */
void roster_count_cover(const struct model *m, struct wfm_roster *r, double *have)
{
	const struct wfm_problem *p = m->p;
	for (int32_t i = 0; i < r->shift_count; i++) {
		const struct wfm_shift *s = &r->shifts[i];
		const struct kind *k = model_shift_kind(m, s);
		for (int32_t a = s->first_activity; a < s->first_activity + s->activity_count; a++) {
			const struct wfm_activity *x = &r->activities[a];
			for (int32_t t = 0; x->kind == WFM_WORK && x->queue == WFM_NONE && k->wait && t < x->slots; t++)
				r->cost.surplus += k->wait[(x->start + t) % p->slot_count];
			for (int32_t j = 0; x->kind == WFM_WORK && j < k->queue_count; j++)
				for (int32_t t = 0; k->queue[j] == x->queue && t < x->slots; t++)
					have[x->queue * p->slot_count + (x->start + t) % p->slot_count] +=
						k->speed[j];
		}
	}
	for (int32_t q = 0; q < p->queue_count; q++)
		for (int32_t t = 0; t < p->slot_count; t++) {
			double people = have[q * p->slot_count + t];
			double cents = model_slot_cost(m, q, t, people);
			*(people > p->queues[q].required[t] ? &r->cost.surplus : &r->cost.shortage) += cents;
		}
	for (int32_t s = 0; s < p->service_count; s++) {
		const struct wfm_service *x = &p->services[s];
		struct wfm_service_figures *f = &r->services[s];
		for (int32_t t = x->first_slot; t < x->end_slot; t++)
			f->answered += service_answered(m, s, t, have[x->queue * p->slot_count + t]);
		f->missing = fmax(0, x->target - f->answered);
		f->cents = service_cents(m, s, f->answered);
		r->cost.service += f->cents;
	}
	for (int32_t i = 0; i < p->deferrable_count; i++) {
		const struct stock *s = &m->stocks[i];
		stock_figures(m, i, &have[s->queue * p->slot_count], &r->deferrable[i]);
		r->cost.deferred += r->deferrable[i].cents;
		r->cost.surplus += r->deferrable[i].idle * p->queues[s->queue].surplus_cents;
	}
	r->cost.total = r->cost.pay + r->cost.fixed_pay + r->cost.shortage + r->cost.surplus +
			r->cost.rules + r->cost.wishes + r->cost.service + r->cost.deferred;
}
