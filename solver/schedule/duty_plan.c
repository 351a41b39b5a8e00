/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole plans of duties, and local search on them: see duty.h. */
#include "solver/schedule/counters.h"
#include "solver/schedule/duty.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOVE = 3 };

struct duty_plan *duty_plan_new(const struct duty_model *m)
{
	struct duty_plan *p = calloc(1, sizeof *p);
	if (!p)
		return NULL;
	for (int32_t k = 0; k < m->type_count; k++)
		p->count += m->types[k].has_tour ? m->types[k].count : 0;
	p->tours = calloc((size_t)p->count + 1, sizeof *p->tours);
	p->people = calloc((size_t)m->row_count + 1, sizeof *p->people);
	if (!p->tours || !p->people) {
		duty_plan_free(p);
		return NULL;
	}
	int32_t n = 0;
	for (int32_t k = 0; k < m->type_count; k++)
		for (int32_t i = 0; m->types[k].has_tour && i < m->types[k].count; i++)
			p->tours[n++].type = k;
	duty_plan_clear(m, p);
	return p;
}

void duty_plan_free(struct duty_plan *p)
{
	if (!p)
		return;
	free(p->tours);
	free(p->people);
	free(p);
}

void duty_plan_clear(const struct duty_model *m, struct duty_plan *p)
{
	p->tour_cents = p->row_cents = 0;
	for (int32_t r = 0; r < m->row_count; r++) {
		p->people[r] = 0;
		p->row_cents += duty_row_cents(&m->rows[r], 0);
	}
}

void duty_plan_copy(const struct duty_model *m, struct duty_plan *to, const struct duty_plan *from)
{
	memcpy(to->tours, from->tours, (size_t)from->count * sizeof *to->tours);
	memcpy(to->people, from->people, (size_t)m->row_count * sizeof *to->people);
	to->tour_cents = from->tour_cents;
	to->row_cents = from->row_cents;
}

void duty_tour_people(const struct duty_model *m, const struct duty_tour *t, double sign, double *people)
{
	const struct duty_kind *k = &m->kinds[m->types[t->type].kind];
	for (int32_t d = 0; sign != 0 && d < m->days; d++) {
		if (t->duty[d] < 0)
			continue;
		const int32_t *first = &k->first[d * m->duties + t->duty[d]];
		for (int32_t i = first[0]; i < first[1]; i++)
			people[k->take[i].row] += sign * k->take[i].amount;
	}
}

static void add_people(const struct duty_model *m, struct duty_plan *p, const struct duty_tour *t,
		       double sign)
{
	const struct duty_kind *k = &m->kinds[m->types[t->type].kind];
	for (int32_t d = 0; d < m->days; d++) {
		if (t->duty[d] < 0)
			continue;
		const int32_t *first = &k->first[d * m->duties + t->duty[d]];
		for (int32_t i = first[0]; i < first[1]; i++) {
			int32_t r = k->take[i].row;
			double after = p->people[r] + sign * k->take[i].amount;
			p->row_cents += duty_row_cents(&m->rows[r], after) -
					duty_row_cents(&m->rows[r], p->people[r]);
			p->people[r] = after;
		}
	}
}

void duty_plan_put(const struct duty_model *m, struct duty_plan *p, int32_t i,
		   const struct duty_tour *t)
{
	p->tours[i] = *t;
	p->tour_cents += t->cents;
	add_people(m, p, t, 1);
}

void duty_plan_remove(const struct duty_model *m, struct duty_plan *p, int32_t i)
{
	p->tour_cents -= p->tours[i].cents;
	add_people(m, p, &p->tours[i], -1);
}

void duty_plan_worth(const struct duty_model *m, const struct duty_plan *p, double *worth)
{
	for (int32_t r = 0; r < m->row_count; r++)
		worth[r] = duty_row_cents(&m->rows[r], p->people[r]) -
			   duty_row_cents(&m->rows[r], p->people[r] + 1);
}

/* ---- one tour ---- */

/* The state after the day, soft rules and totals counted; -1: no rule book has such a day. */
static int32_t step_on(const struct automaton *a, int32_t day, int32_t state, int32_t cls, double *rules,
		       int32_t *sum)
{
	for (int32_t k = a->edge_first[day]; k < a->edge_first[day + 1]; k++) {
		const struct edge *e = &a->edges[k];
		if (e->from != state || e->cls != cls)
			continue;
		for (int32_t i = 0; i < a->total_count; i++)
			sum[i] += a->take[k * a->total_count + i];
		*rules += (double)e->penalty;
		return e->to;
	}
	return -1;
}

bool duty_measure(const struct duty_model *m, struct duty_tour *t)
{
	const struct duty_type *x = &m->types[t->type];
	const struct automaton *a = &m->automata[x->automaton];
	int32_t sum[COUNTER_TOTALS] = { 0 }, state = 0;
	bool idle = true;
	t->cents = t->rules = 0;
	for (int32_t d = 0; d < a->day_count; d++) {
		t->cents += x->cents[d * (m->duties + 1) + (t->duty[d] < 0 ? m->duties : t->duty[d])];
		idle &= t->duty[d] < 0;
	}
	if (isinf(t->cents) || (idle && x->optional))
		return !isinf(t->cents);
	for (int32_t d = 0; d < a->day_count && state >= 0; d++)
		state = step_on(a, d, state, t->duty[d], &t->rules, sum);
	for (int32_t i = 0; state >= 0 && i < a->total_count; i++) {
		double amount = counters_total_amount(a->total[i], sum[i]);
		if (amount > 0 && a->total[i]->mode == WFM_HARD)
			return false;
		t->rules += amount > 0 ? amount * a->total[i]->weight_cents : 0;
	}
	t->cents += t->rules;
	return state >= 0;
}

/* ---- the best plan ---- */

void duty_offer(struct duty_solve *s, const struct duty_plan *p)
{
	if (duty_plan_cents(p) >= s->run.objective - 1e-7)
		return;
	s->run.objective = duty_plan_cents(p);
	duty_plan_copy(s->m, s->best, p);
}

bool duty_proved(const struct duty_solve *s)
{
	double room = s->m->step > 0 ? s->m->step * 0.999 : 1e-6 * fabs(s->run.objective);
	return s->run.objective < HUGE_VAL && s->run.objective - s->run.bound < room;
}

/* ---- local search ---- */

bool duty_insert(struct duty_solve *s, struct duty_plan *p, int32_t i)
{
	struct duty_tour best;
	duty_plan_worth(s->m, p, s->worth);
	double most, v = duty_price(s->pricer, p->tours[i].type, s->worth, &best, &most);
	if (isnan(v))
		return false;
	const struct duty_tour *known = s->m->types[p->tours[i].type].first;
	duty_plan_put(s->m, p, i, v > -INFINITY || !known ? &best : known);
	return true;
}

static int32_t draw(struct duty_solve *s, const struct duty_plan *p, int32_t pick[MOVE])
{
	int32_t want = 1 + (int32_t)rng_below(&s->run.rng, MOVE), n = 0;
	want = want < p->count ? want : p->count;
	while (n < want) {
		int32_t i = (int32_t)rng_below(&s->run.rng, (uint32_t)p->count);
		bool again = false;
		for (int32_t k = 0; k < n; k++)
			again |= pick[k] == i;
		if (!again)
			pick[n++] = i;
	}
	return n;
}

bool duty_improve(struct duty_solve *s, struct duty_plan *p, int64_t steps, double heat)
{
	struct duty_tour old[MOVE];
	int32_t pick[MOVE];
	double scale = p->count > 0 ? heat * duty_plan_cents(p) / p->count : 0;
	for (int64_t i = 0; i < steps && p->count > 0 && run_step(&s->run) && !s->run.stage_over; i++) {
		double before = duty_plan_cents(p), cool = 1 - (double)(i + 1) / (double)steps;
		int32_t n = draw(s, p, pick);
		for (int32_t k = 0; k < n; k++) {
			old[k] = p->tours[pick[k]];
			duty_plan_remove(s->m, p, pick[k]);
		}
		for (int32_t k = n - 1; k >= 0; k--)
			if (!duty_insert(s, p, pick[k]))
				return false;
		if (duty_plan_cents(p) - before > 1e-9 + cool * cool * scale * rng_unit(&s->run.rng)) {
			for (int32_t k = 0; k < n; k++)
				duty_plan_remove(s->m, p, pick[k]);
			for (int32_t k = 0; k < n; k++)
				duty_plan_put(s->m, p, pick[k], &old[k]);
		} else {
			duty_offer(s, p);
		}
	}
	return true;
}
