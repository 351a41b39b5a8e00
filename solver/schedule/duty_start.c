/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plans of duties from a roster given to start from: see start.h. */
#include "solver/schedule/start.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* People a duty may be worth on one row: the largest speed of a skill. */
static const double MOST_SPEED = 10;

struct duty_start {
	struct duty_solve *s;
	struct start_book book;
	double *cents; /* [days x (duties + 1)] */
	int8_t duty[MODEL_MAX_DAYS];
};

/* The duty of that shift: the one it names, when its times are so, or the first at its times; -1. */
static int32_t duty_of(const struct duty_model *m, const struct duty_kind *k, const struct wfm_shift *x)
{
	const struct wfm_day *day = &m->p->calendars[k->calendar].days[x->day];
	for (int32_t pass = 0; pass < 2; pass++)
		for (int32_t d = 0; d < m->duties; d++) {
			int32_t into = k->start[x->day * m->duties + d];
			if ((pass == 0 && d != x->duty) || into < 0)
				continue;
			if (day->first_slot + into == x->start && x->end - x->start == k->classes[d].slots)
				return d;
		}
	return -1;
}

/* False: some shift is none of the duties, on a day that does not exist, or the second of a day. */
static bool lay_out(struct duty_start *x, int32_t agent, int32_t type)
{
	const struct duty_model *m = x->s->m;
	const int32_t days = duty_days(m, type);
	bool fits = true;
	memset(x->duty, -1, sizeof x->duty);
	for (int32_t i = x->book.first[agent]; i < x->book.first[agent + 1]; i++) {
		const struct wfm_shift *shift = x->book.shift[i];
		bool there = shift->day >= 0 && shift->day < days && x->duty[shift->day] < 0;
		int32_t d = there ? duty_of(m, &m->kinds[m->types[type].kind], shift) : -1;
		fits &= d >= 0;
		if (d >= 0)
			x->duty[shift->day] = (int8_t)d;
	}
	return fits;
}

/* Best tour for other prices of the type's days. NAN: no memory. */
static double ask(struct duty_start *x, int32_t type, struct duty_tour *out)
{
	struct duty_type *t = &x->s->m->types[type];
	double *own = t->cents, most;
	t->cents = x->cents;
	double v = duty_price(x->s->pricer, type, x->s->worth, out, &most);
	t->cents = own;
	return v;
}

/* The days in x->duty as a tour with what it costs; -INFINITY: a rule forbids it; NAN: no memory. */
static double fit(struct duty_start *x, int32_t type, struct duty_tour *out)
{
	const struct duty_model *m = x->s->m;
	const int32_t width = m->duties + 1, days = duty_days(m, type);
	const double *own = m->types[type].cents;
	bool can = true;
	for (int32_t d = 0; d < m->days; d++) {
		int32_t at = d * width + (x->duty[d] < 0 ? m->duties : x->duty[d]);
		for (int32_t i = d * width; i < (d + 1) * width; i++)
			x->cents[i] = i == at ? own[i] : INFINITY;
		can &= d >= days || own[at] < INFINITY;
	}
	memset(x->s->worth, 0, (size_t)m->row_count * sizeof *x->s->worth);
	return can ? ask(x, type, out) : -INFINITY;
}

/* The tour that leaves most days as they were, at its best for what the plan lacks. False: no memory. */
static bool put_nearest(struct duty_start *x, struct duty_plan *plan, int32_t slot, int32_t agent)
{
	const struct duty_model *m = x->s->m;
	const int32_t type = plan->tours[slot].type, width = m->duties + 1;
	const double *own = m->types[type].cents;
	double prize = 1;
	struct duty_tour t = { 0 };
	(void)lay_out(x, agent, type);
	duty_plan_worth(m, plan, x->s->worth);
	for (int32_t r = 0; r < m->row_count; r++)
		prize += MOST_SPEED * fabs(x->s->worth[r]);
	for (int32_t d = 0; d < m->days; d++)
		for (int32_t c = 0; c < width; c++) {
			bool same = c == (x->duty[d] < 0 ? m->duties : x->duty[d]);
			x->cents[d * width + c] = own[d * width + c] + (same ? 0 : prize);
		}
	double v = ask(x, type, &t);
	memcpy(x->duty, t.duty, sizeof x->duty);
	if (v > -INFINITY)
		v = fit(x, type, &t); /* what it truly costs */
	if (v > -INFINITY)
		duty_plan_put(m, plan, slot, &t);
	return v > -INFINITY || (!isnan(v) && duty_insert(x->s, plan, slot));
}

/* What the duties worked cost once, where the search counts it. */
static double used_cents(const struct duty_model *m, const struct duty_plan *plan)
{
	bool seen[WFM_MAX_DUTIES] = { false };
	double sum = 0;
	for (int32_t i = 0; i < plan->count; i++)
		for (int32_t d = 0; d < m->days; d++)
			if (plan->tours[i].duty[d] >= 0)
				seen[plan->tours[i].duty[d]] = true;
	for (int32_t d = 0; d < m->duties; d++)
		sum += seen[d] ? m->p->duties[d].used_cents : 0;
	return sum;
}

static void offer(struct duty_start *x, struct duty_plan *plan)
{
	double used = duty_list_applies(x->s->m) ? used_cents(x->s->m, plan) : 0;
	plan->tour_cents += used;
	duty_offer(x->s, plan);
	plan->tour_cents -= used;
}

static int32_t agent_at(const struct duty_model *m, const struct duty_plan *plan, int32_t slot, int32_t *place)
{
	*place = slot > 0 && plan->tours[slot].type == plan->tours[slot - 1].type ? *place + 1 : 0;
	return m->types[plan->tours[slot].type].agents[*place];
}

enum fate { STANDS, NONE_LEGAL, NONE, STRAYS };

/* False: no memory. */
static bool fill(struct duty_start *x, struct duty_plan *plan, uint8_t *fate)
{
	bool whole = true;
	struct duty_tour t;
	for (int32_t i = 0, place = 0; i < plan->count; i++) {
		int32_t type = plan->tours[i].type, a = agent_at(x->s->m, plan, i, &place);
		bool none = x->book.first[a] == x->book.first[a + 1];
		double v = lay_out(x, a, type) ? fit(x, type, &t) : -INFINITY;
		if (isnan(v))
			return false;
		bool stands = v > -INFINITY;
		fate[i] = none ? (stands ? NONE_LEGAL : NONE) : stands ? STANDS : STRAYS;
		x->s->run.start_tours += fate[i] == STANDS;
		whole &= stands;
		if (stands)
			duty_plan_put(x->s->m, plan, i, &t);
	}
	if (whole)
		offer(x, plan);
	return true;
}

static bool fill_up(struct duty_start *x, struct duty_plan *plan, const uint8_t *fate)
{
	bool ok = true;
	for (int32_t i = 0, place = 0; ok && i < plan->count; i++) {
		int32_t a = agent_at(x->s->m, plan, i, &place);
		if (fate[i] == STRAYS)
			ok = put_nearest(x, plan, i, a);
	}
	for (int32_t i = 0; ok && i < plan->count; i++) {
		if (fate[i] == NONE_LEGAL)
			duty_plan_remove(x->s->m, plan, i);
		if (fate[i] == NONE_LEGAL || fate[i] == NONE)
			ok = duty_insert(x->s, plan, i);
	}
	return ok;
}

bool duty_start_plan(struct duty_solve *s, struct duty_plan *plan)
{
	struct duty_start x = { .s = s };
	uint8_t *fate = calloc((size_t)plan->count + 1, 1);
	x.cents = calloc((size_t)s->m->days * (size_t)(s->m->duties + 1) + 1, sizeof *x.cents);
	bool ok = fate && x.cents && start_book_open(&x.book, s->m->p, s->run.o.start) &&
		  fill(&x, plan, fate) && fill_up(&x, plan, fate);
	if (ok)
		offer(&x, plan);
	start_book_close(&x.book);
	free(fate);
	free(x.cents);
	return ok;
}
