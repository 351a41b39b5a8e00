/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows, kinds and types of a problem with duties; see duty.h. */
#include "solver/schedule/duty.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static enum wfm_status no_memory(struct wfm_error *e)
{
	return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the model");
}

double duty_row_cents(const struct duty_row *r, double people)
{
	double lack = r->required - people;
	if (lack <= 0)
		return -lack * r->surplus;
	double first = lack < r->step1 ? lack : r->step1;
	return first * r->short1 + (lack - first) * r->short2;
}

/* ---- rows ---- */

static bool is_open(const struct wfm_queue *q, int32_t t)
{
	return q->open == NULL || q->open[t];
}

static enum wfm_status build_rows(struct duty_model *m, struct wfm_error *e)
{
	const struct wfm_problem *p = m->p;
	const int32_t slots = p->slot_count;
	size_t cells = (size_t)p->queue_count * (size_t)slots;
	m->rows = pool_alloc(&m->pool, cells + (size_t)p->cover_count + 1, sizeof *m->rows);
	m->row_of_slot = pool_alloc(&m->pool, cells + 1, sizeof *m->row_of_slot);
	if (!m->rows || !m->row_of_slot)
		return no_memory(e);
	for (int32_t i = 0; i < p->cover_count; i++)
		m->rows[i] = (struct duty_row){ p->covers[i].required, 0, p->covers[i].short_cents,
						p->covers[i].short_cents, p->covers[i].surplus_cents };
	m->row_count = p->cover_count;
	double h = p->slot_min / 60.0;
	for (int32_t q = 0; q < p->queue_count; q++) {
		const struct wfm_queue *x = &p->queues[q];
		bool served = false;
		for (int32_t d = 0; d < p->duty_count; d++)
			served |= p->duties[d].queue == q;
		for (int32_t t = 0; t < slots; t++) {
			double share = fmax(1, ceil(x->step1_share * x->required[t] - 1e-9));
			struct duty_row r = { x->required[t], x->step1 ? x->step1[t] : share,
					      x->short1_cents * h, x->short2_cents * h, x->surplus_cents * h };
			m->row_of_slot[q * slots + t] = served ? m->row_count : -1;
			if (served)
				m->rows[m->row_count++] = r;
			else
				m->constant += duty_row_cents(&r, 0);
		}
	}
	return WFM_OK;
}

/* ---- kinds ---- */

static const struct wfm_rule_row *hard_row(const struct wfm_contract *c, enum wfm_rule rule)
{
	for (int32_t i = 0; i < c->rule_count; i++)
		if (c->rules[i].rule == rule && c->rules[i].mode != WFM_OFF)
			return &c->rules[i];
	return NULL;
}

static double speed_on(const struct wfm_problem *p, const struct wfm_agent *a, int32_t queue)
{
	if (queue == WFM_NONE)
		return 0;
	const struct wfm_queue *q = &p->queues[queue];
	if (q->site != WFM_NONE && q->site != a->site)
		return 0;
	double speed = q->skill == WFM_NONE ? 1 : 0;
	for (int32_t i = 0; i < a->skill_count; i++)
		if (a->skills[i].skill == q->skill)
			speed = a->skills[i].speed;
	return speed;
}

static bool has_skill(const struct wfm_agent *a, int32_t skill)
{
	for (int32_t i = 0; i < a->skill_count; i++)
		if (a->skills[i].skill == skill)
			return true;
	return skill == WFM_NONE;
}

/* Slots into the day at which that wall minute comes up, -1: it does not. */
static int32_t slot_into_day(const struct wfm_problem *p, const struct wfm_calendar *c, int32_t day,
			     const struct wfm_duty *d)
{
	const struct wfm_day *x = &c->days[day];
	for (int32_t i = 0; i < x->slots; i++)
		if (wfm_wall_minute(p, c, day, x->first_slot + i) == d->start)
			return p->cyclic || x->first_slot + i + d->minutes / p->slot_min <= p->slot_count ?
				       i :
				       -1;
	return -1;
}

int32_t duty_breaks(const struct wfm_problem *p, const struct wfm_contract *c, int32_t slots,
		    int32_t row[MODEL_MAX_BREAKS], int32_t at[MODEL_MAX_BREAKS])
{
	int32_t n = 0, free_at = 0, u = p->slot_min;
	for (int32_t i = 0; i < c->break_count; i++) {
		const struct wfm_break *b = &c->breaks[i];
		if (slots * u < b->shift_low || slots * u > b->shift_high)
			continue;
		int32_t gap = n > 0 ? (b->gap + u - 1) / u : 0, first = (b->earliest + u - 1) / u;
		at[n] = free_at + gap > first ? free_at + gap : first;
		if (at[n] * u > b->latest || at[n] + b->minutes / u > slots)
			return -1;
		free_at = at[n] + b->minutes / u;
		row[n++] = i;
	}
	return n;
}

static bool touches_night(const struct duty_model *m, const struct duty_kind *k, int32_t duty)
{
	const struct wfm_rule_row *r = hard_row(&m->p->contracts[k->contract], WFM_RULE_NIGHT_SHIFTS);
	const struct wfm_duty *d = &m->p->duties[duty];
	for (int32_t x = 0; r && x < d->minutes; x += m->p->slot_min) {
		int32_t w = (d->start + x) % 1440;
		if (r->from <= r->to ? w >= r->from && w < r->to : w >= r->from || w < r->to)
			return true;
	}
	return false;
}

static void describe_duty(struct duty_model *m, struct duty_kind *k, int32_t duty)
{
	const struct wfm_duty *d = &m->p->duties[duty];
	const struct wfm_contract *c = &m->p->contracts[k->contract];
	int32_t row[MODEL_MAX_BREAKS], at[MODEL_MAX_BREAKS], paid = d->minutes;
	int32_t n = duty_breaks(m->p, c, d->minutes / m->p->slot_min, row, at);
	for (int32_t i = 0; i < n; i++)
		paid -= c->breaks[row[i]].paid ? 0 : c->breaks[row[i]].minutes;
	k->classes[duty] = (struct shift_class){
		.paid_min = paid,
		.night = touches_night(m, k, duty),
		.other_skill = !k->skilled[duty],
		.duty = duty_bit(duty),
		.slots = d->minutes / m->p->slot_min,
	};
	for (int32_t day = 0; day < m->days; day++) {
		bool in = day < m->p->calendars[k->calendar].day_count && n >= 0;
		k->start[day * m->duties + duty] =
			in ? slot_into_day(m->p, &m->p->calendars[k->calendar], day, d) : -1;
	}
}

/* Rows served by a duty on a day; written when out is not NULL. */
static int32_t list_takes(const struct duty_model *m, const struct duty_kind *k, int32_t day,
			  int32_t duty, struct duty_take *out)
{
	const struct wfm_problem *p = m->p;
	int32_t n = 0, row[MODEL_MAX_BREAKS], at[MODEL_MAX_BREAKS], start = k->start[day * m->duties + duty];
	if (start < 0)
		return 0;
	for (int32_t i = 0; i < p->cover_count; i++)
		if (p->covers[i].day == day && (p->covers[i].duties & duty_bit(duty))) {
			if (out)
				out[n] = (struct duty_take){ i, 1 };
			n++;
		}
	int32_t q = p->duties[duty].queue, slots = k->classes[duty].slots, b = 0;
	if (q == WFM_NONE || k->speed[duty] <= 0)
		return n;
	const struct wfm_contract *c = &p->contracts[k->contract];
	int32_t breaks = duty_breaks(p, c, slots, row, at);
	start += p->calendars[k->calendar].days[day].first_slot;
	for (int32_t x = 0; x < slots; x++) {
		int32_t t = (start + x) % p->slot_count;
		if (b < breaks && x == at[b]) {
			x += c->breaks[row[b++]].minutes / p->slot_min - 1;
			continue;
		}
		if (!is_open(&p->queues[q], t))
			continue;
		if (out)
			out[n] = (struct duty_take){ m->row_of_slot[q * p->slot_count + t], k->speed[duty] };
		n++;
	}
	return n;
}

static bool fill_kind(struct duty_model *m, struct duty_kind *k)
{
	size_t cells = (size_t)(m->days * m->duties);
	k->start = pool_alloc(&m->pool, cells, sizeof *k->start);
	k->first = pool_alloc(&m->pool, cells + 1, sizeof *k->first);
	k->classes = pool_alloc(&m->pool, (size_t)m->duties, sizeof *k->classes);
	if (!k->start || !k->first || !k->classes)
		return false;
	for (int32_t d = 0; d < m->duties; d++)
		describe_duty(m, k, d);
	int32_t n = 0;
	for (int32_t i = 0; i < m->days * m->duties; i++) {
		k->first[i] = n;
		n += list_takes(m, k, i / m->duties, i % m->duties, NULL);
	}
	k->first[m->days * m->duties] = n;
	k->take = pool_alloc(&m->pool, (size_t)n + 1, sizeof *k->take);
	for (int32_t i = 0; k->take && i < m->days * m->duties; i++)
		(void)list_takes(m, k, i / m->duties, i % m->duties, &k->take[k->first[i]]);
	return k->take != NULL;
}

static enum wfm_status kind_get(struct duty_model *m, const struct wfm_agent *a, int32_t *out,
				struct wfm_error *e)
{
	struct duty_kind k = { .contract = a->contract, .calendar = a->calendar };
	double speed[WFM_MAX_DUTIES];
	for (int32_t d = 0; d < m->duties; d++) {
		speed[d] = speed_on(m->p, a, m->p->duties[d].queue);
		k.skilled[d] = has_skill(a, m->p->duties[d].skill);
	}
	size_t size = (size_t)m->duties * sizeof *speed;
	for (int32_t i = 0; i < m->kind_count; i++)
		if (m->kinds[i].contract == k.contract && m->kinds[i].calendar == k.calendar &&
		    memcmp(m->kinds[i].skilled, k.skilled, sizeof k.skilled) == 0 && memcmp(m->kinds[i].speed, speed, size) == 0) {
			*out = i;
			return WFM_OK;
		}
	k.speed = pool_alloc(&m->pool, (size_t)m->duties, sizeof *speed);
	if (!k.speed || !mem_reserve(&m->kinds, &m->kind_cap, m->kind_count + 1, sizeof k))
		return no_memory(e);
	memcpy(k.speed, speed, size);
	if (!fill_kind(m, &k))
		return no_memory(e);
	*out = m->kind_count;
	m->kinds[m->kind_count++] = k;
	return WFM_OK;
}

/* ---- automata ---- */

struct offer {
	const struct duty_model *m;
	const struct duty_kind *kind;
	bool never[WFM_MAX_DUTIES]; /* a hard rule allows none */
};

static bool duty_offered(const struct automaton_spec *spec, int32_t day, int32_t duty)
{
	const struct offer *o = spec->context;
	return o->kind->start[day * o->m->duties + duty] >= 0 && !o->never[duty];
}

static void mark_never(const struct duty_model *m, const struct duty_kind *k, bool locks, bool *never)
{
	const struct wfm_contract *c = &m->p->contracts[k->contract];
	bool any_skill = hard_row(c, WFM_RULE_OTHER_SKILL) || locks;
	for (int32_t d = 0; d < m->duties; d++) {
		never[d] = !any_skill && !k->skilled[d];
		for (int32_t i = 0; i < c->rule_count; i++) {
			const struct wfm_rule_row *r = &c->rules[i];
			if (r->rule == WFM_RULE_PLAN_SHIFTS && r->mode == WFM_HARD && r->high == 0)
				never[d] |= r->duties == 0 || (r->duties & duty_bit(d)) != 0;
		}
	}
}

static enum wfm_status automaton_get(struct duty_model *m, int32_t kind, const struct wfm_agent *a,
				     int32_t *out, struct wfm_error *e)
{
	const struct duty_kind *k = &m->kinds[kind];
	bool worked = false;
	for (int32_t i = 0; i < a->lock_count; i++)
		worked |= a->locks[i].end > 0;
	bool own = a->credit_count > 0 || worked;
	for (int32_t i = 0; !own && i < m->automaton_count; i++)
		if (m->automaton_kind[i] == kind && m->automata[i].credit_agent < 0 &&
		    m->automata[i].previous_days_worked == a->previous_days_worked) {
			*out = i;
			return WFM_OK;
		}
	struct offer offer = { m, k, { false } };
	mark_never(m, k, worked, offer.never);
	struct automaton_spec spec = {
		.p = m->p, .contract = &m->p->contracts[k->contract], .cal = &m->p->calendars[k->calendar],
		.credit_of = a, .previous_days_worked = a->previous_days_worked, .minutes_matter = true,
		.split_totals = true, .classes = k->classes, .class_count = m->duties, .start = k->start,
		.offered = duty_offered, .context = &offer,
	};
	struct automaton x;
	enum wfm_status s = automaton_make(&m->pool, &spec, &x, e);
	if (s != WFM_OK)
		return s;
	int32_t cap = m->automaton_cap;
	if (!mem_reserve(&m->automata, &m->automaton_cap, m->automaton_count + 1, sizeof x) ||
	    !mem_reserve(&m->automaton_kind, &cap, m->automaton_count + 1, sizeof kind))
		return no_memory(e);
	x.previous_days_worked = a->previous_days_worked;
	x.credit_agent = own ? 0 : -1;
	*out = m->automaton_count;
	m->automaton_kind[m->automaton_count] = kind;
	m->automata[m->automaton_count++] = x;
	return WFM_OK;
}

/* ---- types ---- */

static double duty_cents(const struct duty_model *m, const struct duty_kind *k,
			 const struct wfm_agent *a, int32_t day, int32_t duty)
{
	const struct wfm_contract *c = &m->p->contracts[k->contract];
	int32_t into = k->start[day * m->duties + duty];
	if (into < 0)
		return INFINITY;
	int32_t start = m->p->calendars[k->calendar].days[day].first_slot + into;
	int32_t end = start + k->classes[duty].slots;
	const struct wfm_lock *lock = model_lock_of_day(a, day);
	const struct wfm_rule_row *rest = hard_row(c, WFM_RULE_REST);
	int64_t gap = rest ? (rest->low + m->p->slot_min - 1) / m->p->slot_min : 0;
	if (lock && (lock->start != start || lock->end != end))
		return INFINITY;
	if (!lock && model_is_away(a, start, end))
		return INFINITY;
	if (!lock && a->previous_end != WFM_NONE && start < a->previous_end + gap)
		return INFINITY;
	if (!lock && !k->skilled[duty] && !hard_row(c, WFM_RULE_OTHER_SKILL))
		return INFINITY;
	double pay = c->salaried ? 0 : k->classes[duty].paid_min / 60.0 * c->hour_cents;
	return pay + model_wish_cents(m->p, a, day, m->p->duties[duty].start, start, end, 0,
				      duty_bit(duty));
}

static void price_days(const struct duty_model *m, const struct duty_kind *k,
		       const struct wfm_agent *a, double *cents)
{
	for (int32_t day = 0; day < m->days; day++) {
		double *row = &cents[day * (m->duties + 1)];
		const struct wfm_lock *lock = model_lock_of_day(a, day);
		for (int32_t d = 0; d < m->duties; d++)
			row[d] = duty_cents(m, k, a, day, d);
		bool in = day < m->p->calendars[k->calendar].day_count;
		row[m->duties] = lock && lock->end > 0 ? INFINITY :
				 in		       ? model_wish_cents(m->p, a, day, 0, 0, 0, 0, 0) :
							 0;
	}
}

static enum wfm_status type_of_agent(struct duty_model *m, int32_t i, struct wfm_error *e)
{
	const struct wfm_agent *a = &m->p->agents[i];
	size_t cells = (size_t)(m->days * (m->duties + 1));
	struct duty_type t = { .optional = model_is_optional(m->p, a) };
	enum wfm_status s = kind_get(m, a, &t.kind, e);
	if (s == WFM_OK)
		s = automaton_get(m, t.kind, a, &t.automaton, e);
	if (s != WFM_OK)
		return s;
	t.cents = pool_alloc(&m->pool, cells, sizeof *t.cents);
	if (!t.cents)
		return no_memory(e);
	price_days(m, &m->kinds[t.kind], a, t.cents);
	int32_t at = 0;
	while (at < m->type_count &&
	       (m->types[at].automaton != t.automaton ||
		memcmp(m->types[at].cents, t.cents, cells * sizeof *t.cents) != 0))
		at++;
	if (at == m->type_count) {
		if (!mem_reserve(&m->types, &m->type_cap, at + 1, sizeof t))
			return no_memory(e);
		m->types[m->type_count++] = t;
	}
	m->type_of[i] = at;
	m->types[at].count++;
	return WFM_OK;
}

static enum wfm_status build_types(struct duty_model *m, struct wfm_error *e)
{
	int32_t n = m->p->agent_count;
	m->type_of = pool_alloc(&m->pool, (size_t)n + 1, sizeof *m->type_of);
	if (!m->type_of)
		return no_memory(e);
	for (int32_t i = 0; i < n; i++) {
		enum wfm_status s = type_of_agent(m, i, e);
		if (s != WFM_OK)
			return s;
	}
	for (int32_t k = 0; k < m->type_count; k++) {
		m->types[k].agents = pool_alloc(&m->pool, (size_t)m->types[k].count, sizeof(int32_t));
		if (!m->types[k].agents)
			return no_memory(e);
		m->types[k].count = 0;
	}
	for (int32_t i = 0; i < n; i++) {
		struct duty_type *t = &m->types[m->type_of[i]];
		t->agents[t->count++] = i;
	}
	return WFM_OK;
}

/* ---- the step of costs ---- */

static bool join_step(double *step, double cents)
{
	double a = fabs(cents), b = *step;
	if (a != floor(a) || a > 1e12)
		return false;
	while (a > 0) {
		double rest = fmod(b, a);
		b = a;
		a = rest;
	}
	*step = b;
	return true;
}

/* The largest number of cents of which every cost is a multiple; 0 when there is none. */
static double cost_step(const struct duty_model *m)
{
	double step = 0;
	bool ok = true;
	for (int32_t i = 0; i < m->row_count; i++) {
		const struct duty_row *r = &m->rows[i];
		ok &= r->required == floor(r->required) && r->step1 == floor(r->step1) &&
		      join_step(&step, r->short1) && join_step(&step, r->short2) &&
		      join_step(&step, r->surplus);
	}
	for (int32_t i = 0; i < m->kind_count; i++)
		for (int32_t d = 0; d < m->duties; d++)
			ok &= m->kinds[i].speed[d] == floor(m->kinds[i].speed[d]);
	for (int32_t i = 0; i < m->type_count; i++)
		for (int32_t k = 0; k < m->days * (m->duties + 1); k++)
			ok &= isinf(m->types[i].cents[k]) || join_step(&step, m->types[i].cents[k]);
	for (int32_t c = 0; c < m->p->contract_count; c++)
		for (int32_t i = 0; i < m->p->contracts[c].rule_count; i++) {
			const struct wfm_rule_row *r = &m->p->contracts[c].rules[i];
			bool minutes = wfm_rules[r->rule].traits & WFM_TRAIT_PAID;
			if (r->mode == WFM_SOFT)
				ok &= !minutes && join_step(&step, r->weight_cents);
		}
	for (int32_t d = 0; d < m->duties; d++)
		ok &= join_step(&step, m->p->duties[d].used_cents);
	return ok ? step : 0;
}

/* Shifts of a cyclic plan's end and beginning may meet: only where no rest can be too short. */
static enum wfm_status check_cyclic(const struct duty_model *m, struct wfm_error *e)
{
	for (int32_t c = 0; m->p->cyclic && c < m->p->contract_count; c++) {
		const struct wfm_rule_row *r = hard_row(&m->p->contracts[c], WFM_RULE_REST);
		for (int32_t i = 0; i < m->duties; i++)
			for (int32_t k = 0; k < m->duties; k++)
				if (m->p->duties[k].start + 1440 - m->p->duties[i].start -
					    m->p->duties[i].minutes < (r ? r->low : 0))
					return wfm_fail(e, WFM_INVALID, "/cyclic",
							"a cyclic plan needs duties that leave the rest in any order");
	}
	return WFM_OK;
}

enum wfm_status duty_model_build(struct duty_model *m, const struct wfm_problem *p,
				 struct wfm_error *e)
{
	*m = (struct duty_model){ .p = p, .duties = p->duty_count };
	for (int32_t i = 0; i < p->calendar_count; i++)
		m->days = p->calendars[i].day_count > m->days ? p->calendars[i].day_count : m->days;
	enum wfm_status s = build_rows(m, e);
	if (s == WFM_OK)
		s = build_types(m, e);
	if (s == WFM_OK && !duty_list_applies(m))
		s = check_cyclic(m, e);
	m->step = s == WFM_OK ? cost_step(m) : 0;
	m->rows_top = 1;
	for (int32_t i = 0; i < m->row_count; i++)
		m->rows_top = fmax(m->rows_top, m->rows[i].short2);
	return s;
}

void duty_model_free(struct duty_model *m)
{
	free(m->kinds);
	free(m->automata);
	free(m->automaton_kind);
	free(m->types);
	pool_free(&m->pool);
	memset(m, 0, sizeof *m);
}
