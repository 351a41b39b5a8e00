/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/schedule/session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double TELL_EVERY_S = 0.2;

bool run_stopped(const struct run *r)
{
	return r->limited || r->cancelled || r->reached;
}

void run_tell(struct run *r)
{
	if (r->teller)
		run_tell(r->teller);
	if (r->o.progress == NULL)
		return;
	struct wfm_progress p = { .phase = r->phase,
				  .objective = r->objective + r->fixed_cents,
				  .bound = r->bound + r->fixed_cents,
				  .gap = 1,
				  .fraction = r->fraction,
				  .iterations = r->iterations };
	if (r->objective < HUGE_VAL && r->bound > -HUGE_VAL && p.objective > 0)
		p.gap = (p.objective - p.bound) / p.objective;
	r->cancelled |= r->o.progress(r->o.context, &p);
	if (r->halt && r->cancelled)
		atomic_store(r->halt, true);
}

bool run_poll(struct run *r)
{
	if (r->halt && atomic_load_explicit(r->halt, memory_order_relaxed))
		r->cancelled = true;
	if (r->o.now_s) {
		double now = r->o.now_s(r->o.context), used = now - r->started_s;
		if (r->o.time_limit_s > 0 && used >= r->o.time_limit_s)
			r->limited = true;
		if (r->o.time_limit_s > 0 && used >= r->stage_share * r->o.time_limit_s)
			r->stage_over = true;
		if (now - r->last_told_s >= TELL_EVERY_S) {
			r->last_told_s = now;
			run_tell(r);
		}
	}
	return !run_stopped(r) && !r->stage_over;
}

bool run_step(struct run *r)
{
	r->iterations++;
	if (r->o.iteration_limit > 0 && r->iterations >= r->o.iteration_limit)
		r->limited = true;
	(void)run_poll(r);
	if (r->o.now_s == NULL && r->iterations % 64 == 0)
		run_tell(r);
	if (r->o.gap_target > 0 && r->objective < HUGE_VAL &&
	    r->objective - r->bound <= r->o.gap_target * fabs(r->objective))
		r->reached = true;
	return !run_stopped(r);
}

void run_stage(struct run *r, enum wfm_phase phase, double fraction, double end_share)
{
	r->phase = phase;
	r->fraction = fraction;
	r->stage_share = end_share;
	r->stage_over = false;
}

void run_raise_bound(struct run *r, double bound)
{
	if (bound > r->bound)
		r->bound = bound;
}

/* ---- plans ---- */

static size_t slot_size(const struct model *m)
{
	return tour_size(m->max_days > 0 ? m->max_days : 1);
}

struct plan *plan_new(const struct model *m)
{
	struct plan *p = calloc(1, sizeof *p);
	if (!p)
		return NULL;
	for (int32_t k = 0; k < m->type_count; k++)
		p->count += m->types[k].has_tour ? m->types[k].count : 0;
	p->tours = calloc((size_t)p->count + 1, sizeof *p->tours);
	p->cover = cover_new(m);
	size_t size = (slot_size(m) + 15) / 16 * 16;
	char *block = calloc((size_t)p->count + 1, size);
	if (!p->tours || !p->cover || !block) {
		free(block);
		free(p->tours);
		p->tours = NULL;
		plan_free(p);
		return NULL;
	}
	for (int32_t i = 0; i <= p->count; i++)
		p->tours[i] = (struct tour *)(void *)(block + (size_t)i * size);
	int32_t i = 0;
	for (int32_t k = 0; k < m->type_count; k++)
		for (int32_t j = 0; m->types[k].has_tour && j < m->types[k].count; j++)
			p->tours[i++]->type = k;
	if (m->p->session_count > 0 && !(p->seats = seats_new(m, p->count, p->tours))) {
		plan_free(p);
		return NULL;
	}
	return p;
}

void plan_free(struct plan *p)
{
	if (!p)
		return;
	if (p->tours)
		free(p->tours[0]);
	free(p->tours);
	cover_free(p->cover);
	seats_free(p->seats);
	free(p);
}

bool plan_copy(struct plan *to, const struct plan *from)
{
	if (to->count != from->count)
		return false;
	for (int32_t i = 0; i < from->count; i++)
		memcpy(to->tours[i], from->tours[i], tour_size(from->tours[i]->count));
	to->tour_cents = from->tour_cents;
	cover_copy(to->cover, from->cover);
	if (from->seats)
		seats_copy(to->seats, from->seats);
	return true;
}

double plan_cost(const struct plan *p)
{
	return p->tour_cents + cover_cents(p->cover) + (p->seats ? p->seats->cents : 0);
}

void plan_clear(struct plan *p, const struct plan *like)
{
	cover_reset(p->cover);
	p->tour_cents = 0;
	if (p->seats)
		seats_clear(p->seats, like->seats);
}

bool run_offer(struct run *r, const struct plan *p)
{
	if (r->best && plan_cost(p) >= plan_cost(r->best))
		return true;
	if (!r->best && !(r->best = plan_new(r->m)))
		return false;
	r->objective = plan_cost(p);
	return plan_copy(r->best, p);
}
