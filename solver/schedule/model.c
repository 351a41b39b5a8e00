/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups agents into types; see model.h. */
#include "solver/schedule/desk.h"
#include "solver/schedule/model.h"
#include "solver/schedule/profile.h"
#include "solver/schedule/service.h"
#include "solver/schedule/session.h"
#include "solver/schedule/stock.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int32_t model_weeks(const struct wfm_calendar *c, int32_t first[MODEL_MAX_WEEKS + 1])
{
	int32_t n = 0;
	for (int32_t d = 0; d < c->day_count; d++)
		if (d == 0 || c->days[d].weekday == 0)
			first[n++] = d;
	assert(n <= MODEL_MAX_WEEKS);
	first[n] = c->day_count;
	return n;
}

static enum wfm_status no_memory(struct wfm_error *e)
{
	return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the model");
}

/* ---- demand ---- */

static bool build_demand(struct model *m)
{
	const struct wfm_problem *p = m->p;
	size_t n = (size_t)p->queue_count * (size_t)m->slots;
	m->step1 = pool_alloc(&m->pool, n, sizeof *m->step1);
	m->open = pool_alloc(&m->pool, n, 1);
	if (!m->step1 || !m->open)
		return false;
	for (int32_t q = 0; q < p->queue_count; q++) {
		const struct wfm_queue *x = &p->queues[q];
		for (int32_t t = 0; t < m->slots; t++) {
			double auto_step = fmax(1, ceil(x->step1_share * x->required[t] - 1e-9));
			m->step1[q * m->slots + t] = x->step1 ? x->step1[t] : auto_step;
			m->open[q * m->slots + t] = x->open == NULL || x->open[t];
		}
	}
	return true;
}

/* ---- kinds ---- */

/* What the agent serves at that site. */
static enum wfm_status kind_get(struct model *m, const struct wfm_agent *a, int32_t site, int32_t *out,
				struct wfm_error *e)
{
	const struct wfm_problem *p = m->p;
	int32_t queue[64], n = 0;
	double speed[64];
	for (int32_t q = 0; q < p->queue_count; q++) {
		const struct wfm_queue *x = &p->queues[q];
		if (x->site != WFM_NONE && x->site != site)
			continue;
		double s = x->skill == WFM_NONE ? 1 : 0;
		for (int32_t i = 0; i < a->skill_count; i++)
			if (a->skills[i].skill == x->skill)
				s = a->skills[i].speed;
		if (s > 0) {
			queue[n] = q;
			speed[n++] = s;
		}
	}
	size_t qs = (size_t)n * sizeof *queue, ss = (size_t)n * sizeof *speed;
	for (int32_t i = 0; i < m->kind_count; i++)
		if (m->kinds[i].queue_count == n && memcmp(m->kinds[i].queue, queue, qs) == 0 &&
		    memcmp(m->kinds[i].speed, speed, ss) == 0) {
			*out = i;
			return WFM_OK;
		}
	struct kind k = { .queue_count = n };
	k.queue = pool_alloc(&m->pool, (size_t)n, sizeof *queue);
	k.speed = pool_alloc(&m->pool, (size_t)n, sizeof *speed);
	k.workable = pool_alloc(&m->pool, (size_t)m->horizon, 1);
	if (!k.queue || !k.speed || !k.workable ||
	    !mem_reserve(&m->kinds, &m->kind_cap, m->kind_count + 1, sizeof k))
		return no_memory(e);
	memcpy(k.queue, queue, qs);
	memcpy(k.speed, speed, ss);
	for (int32_t t = 0; t < m->horizon; t++)
		for (int32_t i = 0; i < n; i++)
			k.workable[t] |= m->open[queue[i] * m->slots + t % m->slots];
	*out = m->kind_count;
	m->kinds[m->kind_count++] = k;
	return WFM_OK;
}

/* Where the agent may work. */
static enum wfm_status list_places(struct model *m, const struct wfm_agent *a, struct place *out,
				   struct wfm_error *e)
{
	memset(out, 0, (1 + (size_t)a->elsewhere_count) * sizeof *out);
	enum wfm_status s = kind_get(m, a, a->site, &out[0].kind, e);
	for (int32_t i = 0; s == WFM_OK && i < a->elsewhere_count; i++) {
		out[i + 1].travel = a->elsewhere[i].travel_min / m->p->slot_min;
		s = kind_get(m, a, a->elsewhere[i].site, &out[i + 1].kind, e);
	}
	return s;
}

/* ---- personal costs ---- */

double model_seniority(const struct wfm_problem *p, const struct wfm_agent *a)
{
	const struct wfm_seniority *s = &p->seniority;
	return s->most > 1 ? 1 + (s->most - 1) * fmin(a->seniority / s->full, 1) : 1;
}

/* What the wishes cost on a day with a shift start..end, or without (end = 0). */
double model_wish_cents(const struct wfm_problem *p, const struct wfm_agent *a, int32_t day, int32_t wall,
			int32_t start, int32_t end, int32_t place, uint64_t duty)
{
	double cost = 0, keep = 0;
	for (int32_t i = 0; i < a->wish_count; i++) {
		const struct wfm_wish *w = &a->wishes[i];
		bool work = end > 0, meant = work && (w->duties == 0 || (w->duties & duty) != 0);
		if (w->day != WFM_NONE && w->day != day)
			continue;
		if (w->kind == WFM_WISH_DAY_OFF)
			cost += meant ? w->weight_cents : 0;
		else if (w->kind == WFM_WISH_DAY_ON)
			cost += meant ? 0 : w->weight_cents;
		else if (w->kind == WFM_WISH_KEEP)
			keep += (w->start == w->end ? work :
				 !meant || start != w->start || end != w->end || place != w->elsewhere) ?
					w->weight_cents :
					0;
		else if (work)
			cost += w->weight_cents * abs(wall - w->minute) / 60.0;
	}
	return keep + (cost > 0 ? cost * model_seniority(p, a) : 0);
}

double model_idle_cents(const struct wfm_problem *p, const struct wfm_agent *a)
{
	double cost = 0;
	for (int32_t d = 0; a->wish_count > 0 && d < p->calendars[a->calendar].day_count; d++)
		cost += model_wish_cents(p, a, d, 0, 0, 0, 0, 0);
	return cost;
}

const struct wfm_lock *model_lock_of_day(const struct wfm_agent *a, int32_t day)
{
	for (int32_t i = 0; i < a->lock_count; i++)
		if (a->locks[i].day == day)
			return &a->locks[i];
	return NULL;
}

bool model_is_optional(const struct wfm_problem *p, const struct wfm_agent *a)
{
	bool locked = false;
	for (int32_t i = 0; i < a->lock_count; i++)
		locked |= a->locks[i].end > 0;
	return p->contracts[a->contract].optional && !locked;
}

bool model_is_away(const struct wfm_agent *a, int32_t start, int32_t end)
{
	for (int32_t i = 0; i < a->unavailable_count; i++)
		if (a->unavailable[i].start < end && a->unavailable[i].end > start)
			return true;
	return false;
}

/* Cost of the shift to this agent in particular; INFINITY: impossible. */
static double personal_cost(const struct model *m, const struct wfm_agent *a,
			    const struct profile *pr, int32_t opt)
{
	const struct opt *o = &pr->opts[opt];
	const struct wfm_lock *lock = model_lock_of_day(a, o->day);
	double wish = 0;
	if (a->wish_count > 0) {
		int32_t wall = model_start_minute(m->p, a->calendar, o->day, o->start);
		wish = model_wish_cents(m->p, a, o->day, wall, o->start, o->end, model_opt_place(pr, opt),
					UINT64_MAX) -
		       model_wish_cents(m->p, a, o->day, 0, 0, 0, 0, 0);
	}
	if (lock)
		return lock->start == o->start && lock->end == o->end &&
				       lock->elsewhere == model_opt_place(pr, opt) ?
			       wish :
			       INFINITY;
	if (model_is_away(a, o->start, o->end))
		return INFINITY;
	if (a->previous_end != WFM_NONE && o->start < a->previous_end + pr->rest)
		return INFINITY;
	return wish;
}

/* ---- types ---- */

static bool same_type(const struct type *a, const struct type *b, int32_t opts, int32_t days)
{
	if (a->profile != b->profile || a->automaton != b->automaton ||
	    !a->extra != !b->extra || !a->must_work != !b->must_work || a->sit_count != b->sit_count)
		return false;
	if (a->sit_count > 0 && memcmp(a->sit, b->sit, (size_t)a->sit_count * sizeof *a->sit) != 0)
		return false;
	if (a->extra && memcmp(a->extra, b->extra, (size_t)opts * sizeof *a->extra) != 0)
		return false;
	return !a->must_work || memcmp(a->must_work, b->must_work, (size_t)days) == 0;
}

/* Fills t.extra into the scratch row when anything personal shows; false: nothing does. */
static bool personal_row(const struct model *m, const struct wfm_agent *a, const struct profile *pr,
			 float *row)
{
	bool any = false;
	for (int32_t i = 0; i < pr->opt_count; i++) {
		row[i] = (float)personal_cost(m, a, pr, i);
		any |= row[i] != 0;
	}
	return any;
}

static enum wfm_status type_of_agent(struct model *m, int32_t i, int32_t *out, struct wfm_error *e)
{
	const struct wfm_agent *a = &m->p->agents[i];
	int32_t days = m->p->calendars[a->calendar].day_count;
	struct place places[1 + WFM_MAX_ELSEWHERE];
	enum wfm_status s = list_places(m, a, places, e);
	struct type t = { .optional = model_is_optional(m->p, a) };
	if (s == WFM_OK)
		s = profile_get(m, a->contract, a->calendar, places, 1 + a->elsewhere_count,
				a->lock_count > 0 ? i : -1, a->credit_count > 0, &t.profile, e);
	int32_t before = 0;
	for (int32_t k = 0; k < m->p->contracts[a->contract].rule_count; k++) {
		const struct wfm_rule_row *r = &m->p->contracts[a->contract].rules[k];
		if (r->rule == WFM_RULE_CONSECUTIVE_DAYS && r->mode != WFM_OFF &&
		    (r->low > 1 || a->previous_days_worked > r->high - days))
			before = a->previous_days_worked;
	}
	if (s == WFM_OK)
		s = automaton_build(m, t.profile, before, a->credit_count > 0 ? i : -1,
				    &t.automaton, e);
	if (s != WFM_OK)
		return s;
	const struct profile *pr = &m->profiles[t.profile];
	t.extra = malloc((size_t)(pr->opt_count + 1) * sizeof *t.extra);
	t.must_work = calloc((size_t)days, 1);
	if (!t.extra || !t.must_work) {
		free(t.extra);
		free(t.must_work);
		return no_memory(e);
	}
	float *row = t.extra;
	uint8_t *must = t.must_work;
	bool locked = false;
	for (int32_t k = 0; k < a->lock_count; k++)
		locked |= must[a->locks[k].day] = a->locks[k].end > 0;
	if (!locked)
		t.must_work = NULL;
	if (!personal_row(m, a, pr, row))
		t.extra = NULL;
	int32_t sit[WFM_MAX_SEATS];
	t.sit = sit;
	t.sit_count = session_list(m, i, pr, row, sit);
	int32_t at = 0;
	while (at < m->type_count && !same_type(&m->types[at], &t, pr->opt_count, days))
		at++;
	*out = at;
	if (at == m->type_count) {
		struct type keep = t;
		if (t.extra)
			keep.extra = pool_alloc(&m->pool, (size_t)pr->opt_count, sizeof *row);
		if (t.must_work)
			keep.must_work = pool_alloc(&m->pool, (size_t)days, 1);
		keep.sit = pool_alloc(&m->pool, (size_t)t.sit_count, sizeof *sit);
		if ((t.extra && !keep.extra) || (t.must_work && !keep.must_work) || !keep.sit ||
		    !mem_reserve(&m->types, &m->type_cap, at + 1, sizeof keep)) {
			s = no_memory(e);
		} else {
			if (t.extra)
				memcpy(keep.extra, row, (size_t)pr->opt_count * sizeof *row);
			if (t.must_work)
				memcpy(keep.must_work, must, (size_t)days);
			memcpy(keep.sit, sit, (size_t)t.sit_count * sizeof *sit);
			m->types[m->type_count++] = keep;
		}
	}
	free(row);
	free(must);
	return s;
}

static enum wfm_status build_types(struct model *m, struct wfm_error *e)
{
	int32_t n = m->p->agent_count;
	m->type_of = pool_alloc(&m->pool, (size_t)n, sizeof *m->type_of);
	if (!m->type_of)
		return no_memory(e);
	for (int32_t i = 0; i < n; i++) {
		enum wfm_status s = type_of_agent(m, i, &m->type_of[i], e);
		if (s != WFM_OK)
			return s;
		m->types[m->type_of[i]].count++;
		m->idle_cents += model_idle_cents(m->p, &m->p->agents[i]);
	}
	for (int32_t k = 0; k < m->type_count; k++) {
		struct type *t = &m->types[k];
		t->agents = pool_alloc(&m->pool, (size_t)t->count, sizeof *t->agents);
		if (!t->agents)
			return no_memory(e);
		t->count = 0;
	}
	for (int32_t i = 0; i < n; i++) {
		struct type *t = &m->types[m->type_of[i]];
		t->agents[t->count++] = i;
	}
	return WFM_OK;
}

/* Slots in which a queue is open yet nobody's kind serves it stay rows of the master: they cost
 * what they cost. Closed slots with a requirement are a constant, as is work that comes too late. */
static void price_closed(struct model *m)
{
	for (int32_t q = 0; q < m->p->queue_count; q++)
		for (int32_t t = 0; t < m->slots; t++)
			if (!m->open[q * m->slots + t])
				m->closed_cents += model_slot_cost(m, q, t, 0);
	for (int32_t i = 0; i < m->stock_count; i++)
		m->closed_cents += m->stocks[i].fixed - m->stocks[i].unused * m->stocks[i].idle;
}

enum wfm_status model_build(struct model *m, const struct wfm_problem *p, struct wfm_error *e)
{
	memset(m, 0, sizeof *m);
	m->p = p;
	m->slots = p->slot_count;
	int32_t late = 0;
	for (int32_t i = 0; i < p->contract_count; i++)
		late = p->contracts[i].late_start_min > late ? p->contracts[i].late_start_min : late;
	m->max_places = 1;
	m->horizon = p->cyclic ? p->slot_count + (1440 + late) / p->slot_min : p->slot_count;
	m->slot_h = p->slot_min / 60.0;
	if (!build_demand(m) || !stock_build(m) || !service_build(m) || !session_model(m))
		return no_memory(e);
	price_closed(m);
	enum wfm_status s = build_types(m, e);
	return s == WFM_OK && !desk_build(m) ? no_memory(e) : s;
}

void model_free(struct model *m)
{
	free(m->kinds);
	free(m->profiles);
	free(m->automata);
	free(m->types);
	pool_free(&m->pool);
	memset(m, 0, sizeof *m);
}
