/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Both questions are put to the pricing, which knows every rule: with all shifts but the agent's own
 * priced out, and worth only where they worked, the best tour is theirs, breaks included, or there is
 * none; with a prize on each day left as it was, above all that cover may be worth, the best tour is
 * the nearest one, and among those as near the one that serves the others best.
 */
#include "solver/schedule/start.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the roster by agent ---- */

enum wfm_status start_check(const struct wfm_problem *p, const struct wfm_roster *start,
			    struct wfm_error *e)
{
	char path[60];
	for (int32_t i = 0; i < start->shift_count; i++) {
		const struct wfm_shift *s = &start->shifts[i];
		const char *bad = s->agent < 0 || s->agent >= p->agent_count ? "agent" :
				  s->end <= s->start				 ? "end" :
				  s->activity_count < 0 || s->first_activity < 0 ||
						  s->first_activity > start->activity_count ||
						  s->activity_count > start->activity_count - s->first_activity ?
									   "activities" :
				  p->duty_count > 0 && s->duty != WFM_NONE &&
						  (s->duty < 0 || s->duty >= p->duty_count) ?
									   "duty" :
									   NULL;
		if (bad == NULL)
			continue;
		(void)snprintf(path, sizeof path, "/start/shifts/%d/%s", (int)i, bad);
		return wfm_fail(e, WFM_INVALID, path, "is nothing that the problem or the roster has");
	}
	return WFM_OK;
}

static int by_day(const void *a, const void *b)
{
	const struct wfm_shift *const *x = a, *const *y = b;
	if ((*x)->agent != (*y)->agent)
		return (*x)->agent < (*y)->agent ? -1 : 1;
	if ((*x)->day != (*y)->day)
		return (*x)->day < (*y)->day ? -1 : 1;
	return (*x)->start < (*y)->start ? -1 : (*x)->start > (*y)->start;
}

bool start_book_open(struct start_book *b, const struct wfm_problem *p,
		     const struct wfm_roster *start)
{
	const int32_t n = start->shift_count;
	b->first = calloc((size_t)p->agent_count + 2, sizeof *b->first);
	b->shift = calloc((size_t)n + 1, sizeof *b->shift);
	if (!b->first || !b->shift) {
		start_book_close(b);
		return false;
	}
	for (int32_t i = 0; i < n; i++) {
		b->shift[i] = &start->shifts[i];
		b->first[start->shifts[i].agent + 1]++;
	}
	for (int32_t a = 0; a < p->agent_count; a++)
		b->first[a + 1] += b->first[a];
	if (n > 0)
		qsort(b->shift, (size_t)n, sizeof *b->shift, by_day);
	return true;
}

void start_book_close(struct start_book *b)
{
	free(b->first);
	free(b->shift);
	*b = (struct start_book){ 0 };
}

/* ---- one agent ---- */

struct start {
	struct run *r;
	struct model *m;
	struct start_book book;
	float *extra;    /* [opts] */
	uint8_t *must;   /* [days] */
	int32_t *of_day; /* [days] index into the book, -1: off */
};

static const struct profile *profile_of(const struct start *s, int32_t type)
{
	return &s->m->profiles[s->m->types[type].profile];
}

static float own_extra(const struct type *t, int32_t opt)
{
	return t->extra ? t->extra[opt] : 0;
}

/* Lays the agent's shifts out by day; false: some day does not exist or has two of them. */
static bool lay_out(struct start *s, int32_t agent, int32_t days)
{
	bool fits = true;
	for (int32_t d = 0; d < days; d++)
		s->of_day[d] = -1;
	for (int32_t i = s->book.first[agent]; i < s->book.first[agent + 1]; i++) {
		int32_t d = s->book.shift[i]->day;
		if (d >= 0 && d < days && s->of_day[d] < 0)
			s->of_day[d] = i;
		else
			fits = false;
	}
	return fits;
}

static bool is_shift(const struct start *s, const struct profile *pr, int32_t opt)
{
	const struct opt *o = &pr->opts[opt];
	const struct wfm_shift *x = s->of_day[o->day] >= 0 ? s->book.shift[s->of_day[o->day]] : NULL;
	return x && x->start == o->start && x->end == o->end && x->elsewhere == model_opt_place(pr, opt);
}

/* Training and meetings lie in working time, and are placed anew. */
static bool is_break(const struct wfm_activity *a)
{
	return a->kind == WFM_MEAL || a->kind == WFM_REST_BREAK;
}

/* A slot of work is worth a cent, breaks and the rest nothing. */
static void set_worth(struct start *s, int32_t agent)
{
	const struct wfm_roster *from = s->r->o.start;
	memset(s->r->worth, 0, (size_t)s->m->horizon * sizeof *s->r->worth);
	for (int32_t i = s->book.first[agent]; i < s->book.first[agent + 1]; i++) {
		const struct wfm_shift *x = s->book.shift[i];
		for (int32_t k = x->first_activity; k < x->first_activity + x->activity_count; k++) {
			const struct wfm_activity *a = &from->activities[k];
			for (int32_t t = 0; !is_break(a) && t < a->slots; t++)
				if (a->start + t >= 0 && a->start + t < s->m->horizon)
					s->r->worth[a->start + t] = 1;
		}
	}
	for (int32_t i = 1; i < s->m->max_places; i++)
		memcpy(s->r->worth + i * s->m->horizon, s->r->worth,
		       (size_t)s->m->horizon * sizeof *s->r->worth);
}

static bool same_breaks(const struct start *s, const struct profile *pr, const struct tour_shift *ts)
{
	const struct opt *o = &pr->opts[ts->opt];
	const struct break_set *set = &pr->sets[o->set];
	const struct wfm_shift *x = s->book.shift[s->of_day[o->day]];
	int32_t n = 0;
	for (int32_t k = x->first_activity; k < x->first_activity + x->activity_count; k++) {
		const struct wfm_activity *a = &s->r->o.start->activities[k];
		if (!is_break(a))
			continue;
		n += n < set->count && set->b[n].row < 0; /* travel stands where it must */
		if (n == set->count || a->start - x->start != ts->brk[n] || a->slots != set->b[n].slots)
			return false;
		n++;
	}
	n += n < set->count && set->b[n].row < 0;
	n += n < set->count && set->b[n].row < 0; /* there and back, when nothing lies between */
	return n == set->count;
}

static double ask(struct start *s, int32_t type, const struct type *as, struct tour *out)
{
	struct type own = s->m->types[type];
	s->m->types[type] = *as;
	pricer_set(s->r->pricer, own.profile, s->r->worth);
	double v = pricer_best(s->r->pricer, type, out);
	s->m->types[type] = own;
	return v;
}

/* The agent's shifts as a tour, when every rule allows them. */
static bool fit(struct start *s, int32_t agent, int32_t type, struct tour *out)
{
	struct type as = s->m->types[type];
	const struct type own = as;
	const struct profile *pr = profile_of(s, type);
	const int32_t days = s->m->p->calendars[pr->calendar].day_count;
	int32_t n = s->book.first[agent + 1] - s->book.first[agent], found = 0;
	if (!lay_out(s, agent, days))
		return false;
	for (int32_t i = 0; i < pr->opt_count; i++) {
		bool is = is_shift(s, pr, i);
		s->extra[i] = is ? own_extra(&own, i) : INFINITY;
		found += is;
	}
	if (found < n)
		return false;
	for (int32_t d = 0; d < days; d++)
		s->must[d] = s->of_day[d] >= 0 || (own.must_work && own.must_work[d]);
	set_worth(s, agent);
	as.extra = s->extra;
	as.must_work = s->must;
	as.optional = own.optional && n == 0;
	bool same = ask(s, type, &as, out) > -INFINITY && out->count == n;
	for (int32_t i = 0; same && i < n; i++)
		same = same_breaks(s, pr, &out->s[i]);
	return same;
}

/* The tour that leaves the most days as they were, at its best for what the plan lacks. */
static void put_nearest(struct start *s, struct plan *plan, int32_t slot, int32_t agent)
{
	const int32_t type = plan->tours[slot]->type;
	struct type as = s->m->types[type];
	const struct type own = as;
	const struct profile *pr = profile_of(s, type);
	struct tour t;
	double prize = 1;
	(void)lay_out(s, agent, s->m->p->calendars[pr->calendar].day_count);
	cover_worths(plan->cover, pr, s->r->worth);
	for (int32_t i = 0; i < pr->place_count * s->m->horizon; i++)
		prize += fabs(s->r->worth[i]);
	for (int32_t i = 0; i < pr->opt_count; i++) {
		const struct opt *o = &pr->opts[i];
		double change = s->of_day[o->day] < 0 ? prize : is_shift(s, pr, i) ? -prize : 0;
		s->extra[i] = (float)(change + (double)own_extra(&own, i));
	}
	as.extra = s->extra;
	if (!(ask(s, type, &as, &t) > -INFINITY)) { /* as the type has tours, it has a nearest one */
		plan_insert(s->r, plan, slot);
		return;
	}
	for (int32_t i = 0; i < t.count; i++)
		t.cost += (double)own_extra(&own, t.s[i].opt) - (double)s->extra[t.s[i].opt];
	plan_put(plan, slot, &t);
}

/* ---- everybody ---- */

enum fate { STANDS, NONE, STRAYS };

static int32_t agent_at(const struct start *s, const struct plan *plan, int32_t slot, int32_t *place)
{
	*place = slot > 0 && plan->tours[slot]->type == plan->tours[slot - 1]->type ? *place + 1 : 0;
	return s->m->types[plan->tours[slot]->type].agents[*place];
}

static bool fill(struct start *s, struct plan *plan, uint8_t *fate)
{
	bool whole = true;
	struct tour t;
	for (int32_t i = 0, place = 0; i < plan->count; i++) {
		int32_t a = agent_at(s, plan, i, &place);
		bool stands = fit(s, a, plan->tours[i]->type, &t), none = s->book.first[a] == s->book.first[a + 1];
		fate[i] = none ? NONE : stands ? STANDS : STRAYS;
		s->r->start_tours += stands && !none;
		whole &= stands;
		if (stands)
			plan_put(plan, i, &t);
		else
			plan->tours[i]->count = -1;
	}
	return !whole || run_offer(s->r, plan);
}

/* Those whose shifts are no tour, then those who had none: they are put where they serve best. */
static void fill_up(struct start *s, struct plan *plan, const uint8_t *fate)
{
	for (int32_t i = 0, place = 0; i < plan->count; i++) {
		int32_t a = agent_at(s, plan, i, &place);
		if (fate[i] == STRAYS)
			put_nearest(s, plan, i, a);
	}
	for (int32_t i = 0; i < plan->count; i++) {
		if (fate[i] != NONE)
			continue;
		if (plan->tours[i]->count >= 0)
			plan_remove(plan, i);
		plan_insert(s->r, plan, i);
	}
}

bool start_plan(struct run *r, struct model *m, struct plan *plan)
{
	struct start s = { .r = r, .m = m };
	uint8_t *fate = calloc((size_t)plan->count + 1, 1);
	bool ok = false;
	s.extra = malloc(((size_t)m->max_opts + 1) * sizeof *s.extra);
	s.must = calloc((size_t)m->max_days + 1, 1);
	s.of_day = calloc((size_t)m->max_days + 1, sizeof *s.of_day);
	if (!fate || !s.extra || !s.must || !s.of_day || !start_book_open(&s.book, m->p, r->o.start))
		goto out;
	if (!fill(&s, plan, fate))
		goto out;
	fill_up(&s, plan, fate);
	ok = run_offer(r, plan);
out:
	start_book_close(&s.book);
	free(fate);
	free(s.extra);
	free(s.must);
	free(s.of_day);
	return ok;
}
