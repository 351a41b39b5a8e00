/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wfm/replan.h"

#include "solver/schedule/start.h"

#include <stdlib.h>
#include <string.h>

struct wfm_replan {
	struct wfm_problem p;
	struct wfm_agent *agents;
	struct wfm_wish *wishes;
};

double wfm_change_cents(const struct wfm_change_cost *c, int32_t day)
{
	int32_t ahead = day > c->first_day ? day - c->first_day : 0;
	if (ahead >= c->notice_days)
		return c->shift_cents;
	return c->shift_cents + c->notice_cents * (1 - (double)ahead / c->notice_days);
}

/* That of agents at home there. */
static const struct wfm_change_cost *cost_of(const struct wfm_problem *p, const struct wfm_change_cost *c,
					     int32_t agent)
{
	const int32_t site = p->agents[agent].site;
	return c->of_site && site != WFM_NONE ? &c->of_site[site] : c;
}

static bool sound(const struct wfm_change_cost *c)
{
	return c->shift_cents >= 0 && c->shift_cents < 1e9 && c->notice_cents >= 0 &&
	       c->shift_cents + c->notice_cents < 1e9 && c->notice_days >= 0;
}

static int32_t days_of(const struct wfm_problem *p, int32_t agent)
{
	return p->calendars[p->agents[agent].calendar].day_count;
}

/* The agent's first shift on that day; NULL: none. *at walks through the agent's part of the book. */
static const struct wfm_shift *shift_on(const struct start_book *b, int32_t agent, int32_t day, int32_t *at)
{
	while (*at < b->first[agent + 1] && b->shift[*at]->day < day)
		++*at;
	return *at < b->first[agent + 1] && b->shift[*at]->day == day ? b->shift[*at] : NULL;
}

/* ---- the price as wishes ---- */

static struct wfm_wish keep(const struct wfm_problem *p, const struct wfm_shift *s, int32_t day, double cents)
{
	struct wfm_wish w = { .kind = WFM_WISH_KEEP, .day = day, .weight_cents = cents };
	if (s) {
		w.start = s->start;
		w.end = s->end;
		w.elsewhere = s->elsewhere;
		w.duties = p->duty_count > 0 && s->duty >= 0 ? duty_bit(s->duty) : 0;
	}
	return w;
}

static void add_wishes(struct wfm_replan *r, const struct start_book *b, const struct wfm_change_cost *c)
{
	struct wfm_wish *next = r->wishes;
	for (int32_t i = 0; i < r->p.agent_count; i++) {
		struct wfm_agent *a = &r->agents[i];
		struct wfm_wish *first = next;
		for (int32_t k = 0; k < a->wish_count; k++)
			*next++ = a->wishes[k];
		for (int32_t d = 0, at = b->first[i]; d < days_of(&r->p, i); d++) {
			const struct wfm_shift *s = shift_on(b, i, d, &at);
			double cents = wfm_change_cents(cost_of(&r->p, c, i), d);
			if (cents > 0)
				*next++ = keep(&r->p, s, d, cents);
		}
		a->wishes = first;
		a->wish_count = (int32_t)(next - first);
	}
}

enum wfm_status wfm_replan_open(const struct wfm_problem *p, const struct wfm_roster *start,
				const struct wfm_change_cost *c, struct wfm_replan **out,
				struct wfm_error *e)
{
	struct start_book book = { 0 };
	size_t wishes = 0;
	*out = NULL;
	enum wfm_status s = wfm_problem_check(p, e);
	if (s == WFM_OK)
		s = start_check(p, start, e);
	bool all_sound = sound(c);
	for (int32_t i = 0; c->of_site && i < p->site_count; i++)
		all_sound &= sound(&c->of_site[i]);
	if (s == WFM_OK && !all_sound)
		s = wfm_fail(e, WFM_INVALID, "/change_cost", "cents and days must not be negative");
	if (s != WFM_OK)
		return s;
	for (int32_t i = 0; i < p->agent_count; i++)
		wishes += (size_t)p->agents[i].wish_count + (size_t)days_of(p, i);
	struct wfm_replan *r = calloc(1, sizeof *r);
	if (r) {
		r->p = *p;
		r->agents = calloc((size_t)p->agent_count + 1, sizeof *r->agents);
		r->wishes = calloc(wishes + 1, sizeof *r->wishes);
	}
	if (!r || !r->agents || !r->wishes || !start_book_open(&book, p, start)) {
		wfm_replan_close(r);
		return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the problem");
	}
	memcpy(r->agents, p->agents, (size_t)p->agent_count * sizeof *r->agents);
	r->p.agents = r->agents;
	add_wishes(r, &book, c);
	start_book_close(&book);
	*out = r;
	return WFM_OK;
}

const struct wfm_problem *wfm_replan_problem(const struct wfm_replan *r)
{
	return &r->p;
}

void wfm_replan_close(struct wfm_replan *r)
{
	if (!r)
		return;
	free(r->agents);
	free(r->wishes);
	free(r);
}

/* ---- what changed ---- */

static bool differ(const struct wfm_problem *p, const struct wfm_shift *a, const struct wfm_shift *b)
{
	if (a->start != b->start || a->end != b->end || a->elsewhere != b->elsewhere)
		return true;
	return p->duty_count > 0 && a->duty >= 0 && duty_bit(a->duty) != 0 && a->duty != b->duty;
}

enum wfm_status wfm_replan_count(const struct wfm_problem *p, const struct wfm_roster *before,
				 const struct wfm_roster *after, const struct wfm_change_cost *c,
				 struct wfm_changes *out, struct wfm_error *e)
{
	static const struct wfm_change_cost free_of_charge = { 0 };
	struct start_book was = { 0 }, is = { 0 };
	*out = (struct wfm_changes){ 0 };
	enum wfm_status s = start_check(p, before, e);
	if (s == WFM_OK)
		s = start_check(p, after, e);
	if (s == WFM_OK && (!start_book_open(&was, p, before) || !start_book_open(&is, p, after)))
		s = wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the rosters");
	for (int32_t i = 0; s == WFM_OK && i < p->agent_count; i++)
		for (int32_t d = 0, x = was.first[i], y = is.first[i]; d < days_of(p, i); d++) {
			const struct wfm_shift *a = shift_on(&was, i, d, &x), *b = shift_on(&is, i, d, &y);
			bool moved = a && b && differ(p, a, b);
			out->added += !a && b;
			out->removed += a && !b;
			out->moved += moved;
			if (moved || !a != !b)
				out->cents += wfm_change_cents(cost_of(p, c ? c : &free_of_charge, i), d);
		}
	start_book_close(&was);
	start_book_close(&is);
	return s;
}
