/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Why a plan of duties is short: per row of demand (a cover, or a slot of a queue) the agents who could
 * stand on it are sorted by what keeps them from it, as in explain.c. Who is free that day could, if the
 * contract bears one more of its duties beside the shifts the roster has.
 */
#include "solver/schedule/explain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Covers met, listed for their value alone. */
enum { WORTH_NAMING = 8 };

struct duty_status {
	const struct duty_model *m;
	struct duty_tour *tour; /* [agents] of the roster, types set */
	uint8_t *offered;       /* [automata x days x duties] some legal tour may have it there */
	double *people;         /* [rows] */
};

/* One row in hand: what stands between it and somebody on it. */
struct reach {
	int32_t slot; /* of a queue; -1: a cover */
	bool wanted, skilled, reached, able, idle, spare;
};

static void note_offered(struct duty_status *s)
{
	const struct duty_model *m = s->m;
	for (int32_t i = 0; i < m->automaton_count; i++) {
		const struct automaton *a = &m->automata[i];
		for (int32_t d = 0; d < a->day_count; d++)
			for (int32_t k = a->edge_first[d]; k < a->edge_first[d + 1]; k++)
				if (a->edges[k].cls >= 0)
					s->offered[(i * m->days + d) * m->duties + a->edges[k].cls] = 1;
	}
}

/* Who is in a session is off the duty's queue. */
static void note_sessions(struct duty_status *s, const struct wfm_roster *r, const struct wfm_shift *x, double speed)
{
	const struct wfm_problem *p = s->m->p;
	const int32_t q = p->duties[x->duty].queue;
	for (int32_t i = 0; q != WFM_NONE && speed > 0 && i < x->activity_count; i++) {
		const struct wfm_activity *a = &r->activities[x->first_activity + i];
		for (int32_t t = a->start; t < a->start + a->slots; t++) {
			const int32_t v = t % p->slot_count;
			if ((a->kind == WFM_TRAINING || a->kind == WFM_MEETING) && (!p->queues[q].open || p->queues[q].open[v]))
				s->people[s->m->row_of_slot[q * p->slot_count + v]] -= speed;
		}
	}
}

static void note_shifts(struct duty_status *s, const struct wfm_roster *r)
{
	const struct duty_model *m = s->m;
	for (int32_t a = 0; a < m->p->agent_count; a++) {
		s->tour[a].type = m->type_of[a];
		memset(s->tour[a].duty, -1, sizeof s->tour[a].duty);
	}
	for (int32_t i = 0; i < r->shift_count; i++) {
		const struct wfm_shift *x = &r->shifts[i];
		const struct duty_kind *k = &m->kinds[m->types[m->type_of[x->agent]].kind];
		const int32_t *first = &k->first[x->day * m->duties + x->duty];
		s->tour[x->agent].duty[x->day] = (int8_t)x->duty;
		for (int32_t j = first[0]; j < first[1]; j++)
			s->people[k->take[j].row] += k->take[j].amount;
		note_sessions(s, r, x, k->speed[x->duty]);
	}
}

/* Is the agent on a shift in the slot? */
static bool at_work(const struct duty_status *s, int32_t agent, int32_t slot)
{
	const struct duty_model *m = s->m;
	const struct duty_kind *k = &m->kinds[m->types[m->type_of[agent]].kind];
	const struct wfm_calendar *c = &m->p->calendars[k->calendar];
	for (int32_t d = 0; d < c->day_count; d++) {
		int32_t duty = s->tour[agent].duty[d];
		if (duty < 0)
			continue;
		int32_t start = c->days[d].first_slot + k->start[d * m->duties + duty];
		int32_t into = slot < start && m->p->cyclic ? slot + m->p->slot_count - start : slot - start;
		if (into >= 0 && into < k->classes[duty].slots)
			return true;
	}
	return false;
}

/* Could the agent work the duty as well? */
static bool could(const struct duty_status *s, int32_t agent, int32_t day, int32_t duty)
{
	struct duty_tour t = s->tour[agent];
	t.duty[day] = (int8_t)duty;
	return s->tour[agent].duty[day] < 0 && duty_measure(s->m, &t);
}

static void look_at_type(const struct duty_status *s, struct reach *x, int32_t type, int32_t day, int32_t duty)
{
	const struct duty_model *m = s->m;
	const struct duty_type *t = &m->types[type];
	/* What keeps all of a type from every tour is personal, whatever else. */
	bool offered = s->offered[(t->automaton * m->days + day) * m->duties + duty];
	x->reached |= offered || !t->has_tour;
	if (!t->has_tour || !offered || isinf(t->cents[day * (m->duties + 1) + duty]))
		return;
	x->able = true;
	for (int32_t i = 0; i < t->count && !x->spare; i++) {
		int32_t a = t->agents[i];
		bool busy = x->slot >= 0 ? at_work(s, a, x->slot) : s->tour[a].duty[day] >= 0;
		x->idle |= !busy;
		x->spare = !busy && could(s, a, day, duty);
	}
}

/* Contracts that bear shifts on duties without their skill. */
static bool any_skill(const struct wfm_contract *c)
{
	for (int32_t i = 0; i < c->rule_count; i++)
		if (c->rules[i].rule == WFM_RULE_OTHER_SKILL && c->rules[i].mode != WFM_OFF)
			return true;
	return false;
}

static void look_at_kind(const struct duty_status *s, struct reach *x, int32_t kind, int32_t row)
{
	const struct duty_model *m = s->m;
	const struct duty_kind *k = &m->kinds[kind];
	const bool bears = any_skill(&m->p->contracts[k->contract]);
	for (int32_t i = 0; i < m->days * m->duties && !x->spare; i++) {
		const int32_t day = i / m->duties, duty = i % m->duties;
		bool takes = false;
		for (int32_t j = k->first[i]; j < k->first[i + 1] && !takes; j++)
			takes = k->take[j].row == row;
		if (!takes || k->start[i] < 0)
			continue;
		x->wanted = true;
		if (!k->skilled[duty] && !bears)
			continue;
		x->skilled = true;
		for (int32_t t = 0; t < m->type_count && !x->spare; t++)
			if (m->types[t].kind == kind)
				look_at_type(s, x, t, day, duty);
	}
}

/* Who serves the queue at all, at whatever time. */
static bool is_served(const struct duty_model *m, int32_t queue)
{
	for (int32_t i = 0; i < m->kind_count; i++)
		for (int32_t d = 0; d < m->duties; d++)
			if (m->p->duties[d].queue == queue && m->kinds[i].speed[d] > 0 && m->kinds[i].skilled[d])
				return true;
	return false;
}

static enum wfm_short_reason reason_of(const struct duty_status *s, int32_t row, int32_t queue, int32_t slot)
{
	struct reach x = { .slot = slot };
	for (int32_t k = 0; k < s->m->kind_count && !x.spare; k++)
		look_at_kind(s, &x, k, row);
	if (!x.wanted && queue >= 0)
		return is_served(s->m, queue) ? WFM_SHORT_NO_SHIFT : WFM_SHORT_NO_SKILL;
	return !x.wanted  ? WFM_SHORT_NO_SHIFT :
	       !x.skilled ? WFM_SHORT_NO_SKILL :
	       !x.reached ? WFM_SHORT_NO_SHIFT :
	       !x.able	  ? WFM_SHORT_AWAY :
	       x.spare	  ? WFM_SHORT_PRICE :
	       x.idle	  ? WFM_SHORT_HOURS :
			    WFM_SHORT_ALL_AT_WORK;
}

/* ---- slots of queues ---- */

static bool list_slots(const struct duty_status *s, const double *duals, struct short_list *out)
{
	const struct wfm_problem *p = s->m->p;
	const double hour = p->slot_min / 60.0;
	for (int32_t i = 0; i < p->queue_count * p->slot_count; i++) {
		const int32_t q = i / p->slot_count, t = i % p->slot_count, row = s->m->row_of_slot[i];
		double lack = p->queues[q].required[t] - (row >= 0 ? s->people[row] : 0);
		if (lack <= 1e-9)
			continue;
		const struct wfm_queue *x = &p->queues[q];
		double first = x->step1 ? x->step1[t] : fmax(1, ceil(x->step1_share * x->required[t] - 1e-9));
		first = lack < first ? lack : first;
		struct wfm_shortage y = {
			q, t, 1, lack, (first * x->short1_cents + (lack - first) * x->short2_cents) * hour,
			row >= 0 ? fmax(0, duals[row]) / hour : 0,
			row >= 0 && (!x->open || x->open[t]) ? reason_of(s, row, q, t) : WFM_SHORT_NO_SHIFT
		};
		if (!explain_add_short(out, y))
			return false;
	}
	explain_mean_shorts(out);
	return true;
}

/* ---- covers ---- */

static int by_need(const void *a, const void *b)
{
	const struct wfm_marginal_cover *x = a, *y = b;
	if (x->cents != y->cents)
		return x->cents > y->cents ? -1 : 1;
	if (x->value_cents != y->value_cents)
		return x->value_cents > y->value_cents ? -1 : 1;
	return x->cover - y->cover;
}

static bool list_covers(const struct duty_status *s, const double *duals, struct cover_list *out)
{
	const struct wfm_problem *p = s->m->p;
	int32_t kept = 0, met = 0;
	for (int32_t i = 0; i < p->cover_count; i++) {
		double lack = p->covers[i].required - s->people[i];
		struct wfm_marginal_cover x = { .cover = i, .value_cents = fmax(0, duals[i]) };
		if (lack > 1e-9) {
			x.people = lack;
			x.cents = lack * p->covers[i].short_cents;
			x.reason = reason_of(s, i, -1, -1);
		}
		if (x.people == 0 && (duals[i] <= 1e-6 * s->m->rows_top || p->covers[i].required < 1))
			continue;
		if (!mem_reserve(&out->list, &out->capacity, out->count + 1, sizeof x))
			return false;
		out->list[out->count++] = x;
	}
	if (out->count > 0)
		qsort(out->list, (size_t)out->count, sizeof *out->list, by_need);
	for (int32_t i = 0; i < out->count; i++)
		if (out->list[i].people > 0 || met++ < WORTH_NAMING)
			out->list[kept++] = out->list[i];
	out->count = kept;
	return true;
}

bool explain_list_duty_shortages(const struct duty_model *m, const double *duals,
				 const struct wfm_roster *roster, struct short_list *out, struct cover_list *covers)
{
	struct duty_status s = { .m = m };
	s.tour = calloc((size_t)m->p->agent_count + 1, sizeof *s.tour);
	s.offered = calloc((size_t)m->automaton_count * (size_t)m->days * (size_t)m->duties + 1, 1);
	s.people = calloc((size_t)m->row_count + 1, sizeof *s.people);
	bool ok = s.tour && s.offered && s.people;
	if (ok) {
		note_offered(&s);
		note_shifts(&s, roster);
		ok = list_slots(&s, duals, out) && (!covers || list_covers(&s, duals, covers));
	}
	free(s.tour);
	free(s.offered);
	free(s.people);
	return ok;
}
