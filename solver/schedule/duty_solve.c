/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order of a solve with duties, and the roster it ends with; see duty.h. */
#include "solver/schedule/assign.h"
#include "solver/schedule/duty.h"
#include "solver/schedule/duty_session.h"
#include "solver/schedule/evidence.h"
#include "solver/schedule/explain.h"
#include "solver/schedule/start.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the search ---- */

bool duty_greedy(struct duty_solve *s, struct duty_plan *p)
{
	int32_t *order = malloc(((size_t)p->count + 1) * sizeof *order);
	bool ok = order != NULL;
	for (int32_t i = 0; ok && i < p->count; i++)
		order[i] = i;
	for (int32_t i = p->count - 1; ok && i > 0; i--) {
		int32_t j = (int32_t)rng_below(&s->run.rng, (uint32_t)i + 1), swap = order[i];
		order[i] = order[j];
		order[j] = swap;
	}
	for (int32_t i = 0; ok && i < p->count; i++)
		ok = duty_insert(s, p, order[i]);
	free(order);
	return ok;
}

static enum wfm_status search(struct duty_solve *s, struct wfm_error *e)
{
	struct duty_master *master = NULL;
	struct duty_plan *plan = duty_plan_new(s->m);
	enum wfm_status st = WFM_NO_MEMORY;
	s->best = duty_plan_new(s->m);
	if (!plan || !s->best)
		goto out;
	if (s->run.o.start) {
		run_stage(&s->run, WFM_PHASE_START, 0, 0.1);
		if (!duty_start_plan(s, plan))
			goto out;
		run_tell(&s->run);
	}
	if (duty_list_applies(s->m)) {
		run_stage(&s->run, WFM_PHASE_IMPROVE, 0.1, 1);
		st = duty_list_search(s, plan, e);
		goto out;
	}
	run_stage(&s->run, WFM_PHASE_START, 0, 0.1);
	if (!s->run.o.start) {
		if (!duty_greedy(s, plan))
			goto out;
		duty_offer(s, plan);
	}
	if (!duty_improve(s, plan, 10 * (int64_t)plan->count, 0.05))
		goto out;
	st = WFM_OK;
	if (run_stopped(&s->run))
		goto out;
	run_stage(&s->run, WFM_PHASE_BOUND, 0.1, 0.5);
	st = duty_master_new(s, &master, e);
	if (st == WFM_OK)
		st = duty_converge(master, e);
	run_stage(&s->run, WFM_PHASE_IMPROVE, 0.5, 1);
	if (st == WFM_OK && !run_stopped(&s->run) && !duty_proved(s))
		st = duty_neighbourhoods(master, plan, e);
out:
	if (st == WFM_NO_MEMORY)
		(void)wfm_fail(e, st, "", "no memory for the search");
	duty_master_free(master);
	duty_plan_free(plan);
	return st;
}

/* ---- the roster ---- */

static void add_activity(struct wfm_roster *r, struct wfm_shift *s, struct wfm_activity a)
{
	if (a.slots <= 0)
		return;
	r->activities[r->activity_count++] = a;
	s->activity_count++;
}

/* Work, cut where the duty's queue is closed or not the agent's, as the judge wants it. */
static void add_work(const struct duty_model *m, struct wfm_roster *r, struct wfm_shift *s,
		     double speed, int32_t start, int32_t end)
{
	int32_t q = speed > 0 ? m->p->duties[s->duty].queue : WFM_NONE;
	add_activity(r, s, (struct wfm_activity){ WFM_WORK, q, start, end - start, true, 0 });
}

static int by_start(const void *a, const void *b)
{
	const struct wfm_activity *x = a, *y = b;
	return x->start < y->start ? -1 : x->start > y->start;
}

/* What of the shift is not work, in order. */
static int32_t list_off_work(const struct duty_model *m, const struct wfm_shift *s, const struct duty_seats *seats,
			     struct wfm_activity *out)
{
	const struct wfm_contract *c = &m->p->contracts[m->p->agents[s->agent].contract];
	int32_t row[MODEL_MAX_BREAKS], at[MODEL_MAX_BREAKS], n = duty_breaks(m->p, c, s->end - s->start, row, at);
	for (int32_t i = 0; i < n; i++) {
		const struct wfm_break *b = &c->breaks[row[i]];
		out[i] = (struct wfm_activity){ b->kind, WFM_NONE, s->start + at[i], b->minutes / m->p->slot_min,
						b->paid, 0 };
	}
	for (int32_t j = seats ? seats->first[s->agent] : 0; seats && j < seats->first[s->agent + 1]; j++) {
		const struct wfm_session *w = &m->p->sessions[seats->sit[j]];
		if (seats->start[j] >= s->start && seats->start[j] < s->end)
			out[n++] = (struct wfm_activity){ w->kind, WFM_NONE, seats->start[j],
							  w->minutes / m->p->slot_min, true, seats->sit[j] };
	}
	if (n > 0)
		qsort(out, (size_t)n, sizeof *out, by_start);
	return n;
}

static void write_shift(const struct duty_model *m, struct wfm_roster *r, int32_t agent, int32_t day,
			int32_t duty, const struct duty_seats *seats)
{
	const struct duty_kind *k = &m->kinds[m->types[m->type_of[agent]].kind];
	const struct wfm_contract *c = &m->p->contracts[k->contract];
	struct wfm_activity off[MODEL_MAX_BREAKS + WFM_MAX_SEATS];
	int32_t start = m->p->calendars[k->calendar].days[day].first_slot + k->start[day * m->duties + duty];
	struct wfm_shift *s = &r->shifts[r->shift_count++];
	*s = (struct wfm_shift){ agent, day, start, start + k->classes[duty].slots, r->activity_count, 0, duty, 0 };
	int32_t n = list_off_work(m, s, seats, off), from = start;
	for (int32_t i = 0; i < n; i++) {
		add_work(m, r, s, k->speed[duty], from, off[i].start);
		add_activity(r, s, off[i]);
		from = off[i].start + off[i].slots;
	}
	add_work(m, r, s, k->speed[duty], from, s->end);
	double pay = k->classes[duty].paid_min / 60.0 * c->hour_cents;
	*(c->salaried ? &r->cost.fixed_pay : &r->cost.pay) += pay;
}

static void write_agent(const struct duty_model *m, struct wfm_roster *r, int32_t agent,
			const struct duty_tour *t, const struct duty_seats *seats)
{
	const struct wfm_contract *c = &m->p->contracts[m->p->agents[agent].contract];
	double pay = r->cost.pay;
	for (int32_t d = 0; d < duty_days(m, t->type); d++)
		if (t->duty[d] >= 0)
			write_shift(m, r, agent, d, t->duty[d], seats);
	r->cost.rules += t->rules;
	r->cost.wishes += t->cents - t->rules - (c->salaried ? 0 : r->cost.pay - pay);
}

/* Tours go to the agents of their type in order; who has borne more gets the fewer weekends. */
static void deal(const struct duty_model *m, const struct duty_plan *p, const struct duty_tour **of)
{
	for (int32_t k = 0, at = 0; k < m->type_count; k++)
		for (int32_t i = 0; m->types[k].has_tour && i < m->types[k].count; i++)
			of[m->types[k].agents[i]] = &p->tours[at++];
}

static void add_row_costs(const struct duty_model *m, const double *people, struct wfm_roster *r)
{
	for (int32_t i = 0; i < m->row_count; i++) {
		double cents = duty_row_cents(&m->rows[i], people[i]);
		*(people[i] > m->rows[i].required ? &r->cost.surplus : &r->cost.shortage) += cents;
	}
	r->cost.shortage += m->constant;
	bool used[WFM_MAX_DUTIES] = { false };
	for (int32_t i = 0; i < r->shift_count; i++)
		used[r->shifts[i].duty] = true;
	for (int32_t d = 0; d < m->duties; d++)
		r->cost.duties += used[d] ? m->p->duties[d].used_cents : 0;
	struct wfm_cost *c = &r->cost;
	c->total = c->pay + c->fixed_pay + c->shortage + c->surplus + c->rules + c->wishes + c->duties + c->sessions;
}

/* What sessions change of demand, and what is missed of them. */
static bool add_sessions(const struct duty_seats *seats, struct wfm_roster *r)
{
	const struct duty_model *m = seats->m;
	bool ok = duty_seats_tell(seats, r);
	double *without = calloc((size_t)m->row_count + 1, sizeof *without);
	for (int32_t a = 0; without && a < m->p->agent_count; a++)
		duty_tour_people(m, &seats->tour[a], seats->has[a] ? 1 : 0, without);
	for (int32_t i = 0; without && i < m->row_count; i++)
		r->session_cents += duty_row_cents(&m->rows[i], seats->people[i]) - duty_row_cents(&m->rows[i], without[i]);
	r->session_cents += r->cost.sessions;
	ok &= without != NULL;
	free(without);
	return ok;
}

static struct wfm_roster *build_roster(struct duty_solve *s)
{
	const struct duty_model *m = s->m;
	int32_t shifts = 0, unplanned = 0;
	const struct duty_tour **of = calloc((size_t)m->p->agent_count + 1, sizeof *of);
	if (!of)
		return NULL;
	struct duty_seats seats = { .s = s };
	struct wfm_roster *r = NULL;
	bool ok = true;
	deal(m, s->best, of);
	if (m->p->session_count > 0) {
		ok = duty_seats_open(&seats, s, of) && duty_seats_search(&seats);
		for (int32_t a = 0; ok && a < m->p->agent_count; a++)
			of[a] = seats.has[a] ? &seats.tour[a] : NULL;
		s->run.bound += ok ? duty_seats_least(&seats) : 0;
	}
	for (int32_t a = 0; a < m->p->agent_count; a++) {
		unplanned += !of[a];
		for (int32_t d = 0; of[a] && d < m->days; d++)
			shifts += of[a]->duty[d] >= 0;
	}
	if (ok)
		r = wfm_roster_new(shifts, shifts * (2 * (MODEL_MAX_BREAKS + WFM_MAX_SEATS) + 1), unplanned);
	if (!r)
		goto out;
	r->shift_count = r->activity_count = r->unplanned_count = 0;
	for (int32_t a = 0; a < m->p->agent_count; a++) {
		if (of[a]) {
			write_agent(m, r, a, of[a], seats.m ? &seats : NULL);
			continue;
		}
		r->unplanned[r->unplanned_count++].agent = a;
		r->cost.wishes += model_idle_cents(m->p, &m->p->agents[a]);
	}
	if (seats.m && !add_sessions(&seats, r)) {
		wfm_roster_free(r);
		r = NULL;
		goto out;
	}
	add_row_costs(m, seats.m ? seats.people : s->best->people, r);
	if (seats.m)
		s->run.objective = r->cost.total - r->cost.fixed_pay - s->run.fixed_cents;
out:
	duty_seats_close(&seats);
	free(of);
	return r;
}

/* Slots of queues that are short, why, and what an hour there is worth. */
static bool add_shortages(const struct duty_solve *s, struct wfm_roster *r)
{
	const struct duty_model *m = s->m;
	const int32_t cells = m->p->queue_count * m->p->slot_count;
	struct short_list list = { 0 };
	r->value_cents = calloc((size_t)cells + 1, sizeof *r->value_cents);
	if (!r->value_cents)
		return false;
	for (int32_t i = 0; i < cells; i++)
		if (m->row_of_slot[i] >= 0)
			r->value_cents[i] = fmax(0, s->duals[m->row_of_slot[i]]) * 60 / m->p->slot_min;
	bool ok = explain_list_duty_shortages(m, s->duals, r, &list, NULL);
	r->shortages = list.list;
	r->shortage_count = list.count;
	return ok;
}

static enum wfm_status finish(struct duty_solve *s, bool limited, struct wfm_roster **out, struct wfm_error *e)
{
	struct wfm_roster *r = build_roster(s);
	enum wfm_status st = WFM_OK;
	if (!r || !add_shortages(s, r) || (!s->undecided && !explain_unplanned(s->m->p, r))) {
		wfm_roster_free(r);
		return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the roster");
	}
	evidence_add(&s->run, s->m->type_count, r);
	st = evidence_judge(s->m->p, r, e);
	if (st != WFM_OK) {
		wfm_roster_free(r);
		return st;
	}
	s->run.phase = WFM_PHASE_DONE;
	s->run.fraction = 1;
	bool cancelled = s->run.cancelled;
	run_tell(&s->run);
	*out = r;
	return cancelled ? WFM_CANCELLED : limited || s->run.limited ? WFM_LIMIT : WFM_OK;
}

/* ---- all ---- */

/* Which types have a tour at all. One not known when the run stops gets none, and there is no bound
 * then. False: no memory. */
static bool find_tours(struct duty_solve *s)
{
	struct duty_tour t = { 0 };
	memset(s->worth, 0, (size_t)s->m->row_count * sizeof *s->worth);
	for (int32_t k = 0; k < s->m->type_count; k++) {
		double most, v = duty_price(s->pricer, k, s->worth, &t, &most);
		if (isnan(v))
			return false;
		struct duty_type *type = &s->m->types[k];
		type->has_tour = v > -INFINITY;
		s->undecided |= !type->has_tour && most > -INFINITY;
		if (type->has_tour && !(type->first = pool_alloc(&s->m->pool, 1, sizeof t)))
			return false;
		if (type->first)
			*type->first = t;
	}
	return true;
}

static bool prepare(struct duty_solve *s)
{
	size_t rows = (size_t)s->m->row_count + 1;
	s->pricer = duty_pricer_new(s->m, &s->run);
	s->worth = calloc(rows, sizeof *s->worth);
	s->duals = calloc(rows, sizeof *s->duals);
	return s->pricer && s->worth && s->duals && find_tours(s);
}

void duty_close(struct duty_solve *s)
{
	duty_pricer_free(s->pricer);
	duty_plan_free(s->best);
	free(s->worth);
	free(s->duals);
	duty_model_free(s->m);
}

enum wfm_status duty_open(struct duty_solve *s, struct duty_model *m, const struct wfm_problem *p,
			  const struct wfm_solve_options *o, struct wfm_error *e)
{
	*s = (struct duty_solve){ .m = m, .run = { .objective = HUGE_VAL, .bound = -HUGE_VAL } };
	enum wfm_status st = duty_model_build(m, p, e);
	if (o)
		s->run.o = *o;
	rng_seed(&s->run.rng, s->run.o.seed);
	s->run.started_s = s->run.last_told_s = s->run.o.now_s ? s->run.o.now_s(s->run.o.context) : 0;
	s->run.fixed_cents = m->constant;
	if (st == WFM_OK && !prepare(s))
		st = wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the solver");
	for (int32_t a = 0; st == WFM_OK && a < p->agent_count; a++)
		if (!m->types[m->type_of[a]].has_tour)
			s->run.fixed_cents += model_idle_cents(p, &p->agents[a]);
	return st;
}

/* So that sessions have some of the limits. */
static void leave_time(struct wfm_solve_options *o)
{
	o->time_limit_s *= 0.7;
	o->iteration_limit -= o->iteration_limit / 3;
}

enum wfm_status duty_schedule_solve(const struct wfm_problem *p, const struct wfm_solve_options *o,
				    struct wfm_roster **out, struct wfm_error *e)
{
	struct duty_model m;
	struct duty_solve s;
	enum wfm_status st = duty_open(&s, &m, p, o, e);
	struct wfm_solve_options whole = s.run.o;
	if (p->session_count > 0)
		leave_time(&s.run.o);
	if (st == WFM_OK)
		st = search(&s, e);
	bool limited = s.run.limited;
	if (p->session_count > 0) { /* the sessions have what is left */
		s.run.o = whole;
		s.run.limited = s.run.reached = false;
		run_stage(&s.run, WFM_PHASE_IMPROVE, 0.8, 1);
		(void)run_poll(&s.run);
	}
	if (st == WFM_OK)
		st = finish(&s, limited, out, e);
	duty_close(&s);
	return st;
}

enum wfm_status duty_least_cents(const struct wfm_problem *p, double *cents, struct wfm_error *e)
{
	struct duty_model m;
	struct duty_solve s = { .m = &m };
	struct duty_tour t;
	double most;
	enum wfm_status st = duty_model_build(&m, p, e);
	*cents = INFINITY;
	if (st == WFM_OK && !prepare(&s))
		st = wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the explanation");
	if (st == WFM_OK && m.types[0].has_tour)
		*cents = -duty_price(s.pricer, 0, s.worth, &t, &most);
	if (st == WFM_OK && isnan(*cents))
		st = wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the explanation");
	duty_close(&s);
	return st;
}
