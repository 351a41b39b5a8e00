/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/schedule/order.h"
#include "solver/schedule/model.h"

#include <stdlib.h>
#include <string.h>

struct entry {
	const struct wfm_agent *agent;
	double seniority; /* of wishes; 1 without */
	int32_t place;
	uint64_t sessions[(WFM_MAX_SESSIONS + 63) / 64]; /* those asked of the agent */
};

static int of_ints(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int of_reals(double a, double b)
{
	return (a > b) - (a < b);
}

static int of_skills(const struct wfm_agent *a, const struct wfm_agent *b)
{
	int c = of_ints(a->skill_count, b->skill_count);
	for (int32_t i = 0; c == 0 && a->skills != b->skills && i < a->skill_count; i++) {
		c = of_ints(a->skills[i].skill, b->skills[i].skill);
		c = c ? c : of_reals(a->skills[i].speed, b->skills[i].speed);
	}
	return c;
}

static int of_absences(const struct wfm_agent *a, const struct wfm_agent *b)
{
	int c = of_ints(a->unavailable_count, b->unavailable_count);
	for (int32_t i = 0; c == 0 && i < a->unavailable_count; i++) {
		c = of_ints(a->unavailable[i].start, b->unavailable[i].start);
		c = c ? c : of_ints(a->unavailable[i].end, b->unavailable[i].end);
	}
	return c;
}

static int of_locks(const struct wfm_agent *a, const struct wfm_agent *b)
{
	int c = of_ints(a->lock_count, b->lock_count);
	for (int32_t i = 0; c == 0 && i < a->lock_count; i++) {
		c = of_ints(a->locks[i].day, b->locks[i].day);
		c = c ? c : of_ints(a->locks[i].start, b->locks[i].start);
		c = c ? c : of_ints(a->locks[i].end, b->locks[i].end);
		c = c ? c : of_ints(a->locks[i].elsewhere, b->locks[i].elsewhere);
	}
	return c;
}

static int of_wishes(const struct wfm_agent *a, const struct wfm_agent *b)
{
	int c = of_ints(a->wish_count, b->wish_count);
	for (int32_t i = 0; c == 0 && i < a->wish_count; i++) {
		const struct wfm_wish *x = &a->wishes[i], *y = &b->wishes[i];
		c = of_ints(x->kind, y->kind);
		c = c ? c : of_ints(x->day, y->day);
		c = c ? c : of_ints(x->minute, y->minute);
		c = c ? c : of_reals(x->weight_cents, y->weight_cents);
		c = c ? c : (x->duties > y->duties) - (x->duties < y->duties);
		c = c ? c : of_ints(x->start, y->start);
		c = c ? c : of_ints(x->end, y->end);
		c = c ? c : of_ints(x->elsewhere, y->elsewhere);
	}
	return c;
}

static int of_credits(const struct wfm_agent *a, const struct wfm_agent *b)
{
	int c = of_ints(a->credit_count, b->credit_count);
	for (int32_t i = 0; c == 0 && i < a->credit_count; i++) {
		c = of_ints(a->credits[i].day, b->credits[i].day);
		c = c ? c : of_ints(a->credits[i].minutes, b->credits[i].minutes);
		c = c ? c : of_ints(a->credits[i].shifts, b->credits[i].shifts);
	}
	return c;
}

static int of_sites(const struct wfm_agent *a, const struct wfm_agent *b)
{
	int c = of_ints(a->elsewhere_count, b->elsewhere_count);
	for (int32_t i = 0; c == 0 && i < a->elsewhere_count; i++) {
		c = of_ints(a->elsewhere[i].site, b->elsewhere[i].site);
		c = c ? c : of_ints(a->elsewhere[i].travel_min, b->elsewhere[i].travel_min);
	}
	return c;
}

/* A member of wfm_agent that is missing here may let the order of the list show. */
static int of_agents(const struct wfm_agent *a, const struct wfm_agent *b)
{
	int c = of_ints(a->contract, b->contract);
	c = c ? c : of_ints(a->site, b->site);
	c = c ? c : of_ints(a->calendar, b->calendar);
	c = c ? c : of_skills(a, b);
	c = c ? c : of_ints(a->previous_days_worked, b->previous_days_worked);
	c = c ? c : of_ints(a->previous_end, b->previous_end);
	c = c ? c : of_absences(a, b);
	c = c ? c : of_locks(a, b);
	c = c ? c : of_credits(a, b);
	c = c ? c : of_sites(a, b);
	c = c ? c : of_wishes(a, b);
	return c ? c : of_reals(a->burden, b->burden);
}

static double seniority(const struct wfm_problem *p, const struct wfm_agent *a)
{
	return a->wish_count > 0 ? model_seniority(p, a) : 1;
}

static int by_what_they_are(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int c = of_agents(x->agent, y->agent);
	c = c ? c : of_reals(x->seniority, y->seniority);
	c = c ? c : memcmp(x->sessions, y->sessions, sizeof x->sessions);
	return c ? c : of_ints(x->place, y->place);
}

static bool in_order(const struct wfm_problem *p, const struct wfm_agent *a, const struct wfm_agent *b)
{
	int c = of_agents(a, b);
	return c < 0 || (c == 0 && seniority(p, a) <= seniority(p, b));
}

/* The sessions again, with our indices of their agents. */
static bool name_members(struct order *o)
{
	const struct wfm_problem *p = &o->p;
	int32_t total = 0, n = 0;
	for (int32_t x = 0; x < p->session_count; x++)
		total += p->sessions[x].agent_count;
	o->sessions = malloc(((size_t)p->session_count + 1) * sizeof *o->sessions);
	o->members = malloc(((size_t)total + 1) * sizeof *o->members);
	int32_t *ours = malloc(((size_t)p->agent_count + 1) * sizeof *ours);
	bool ok = o->sessions && o->members && ours;
	for (int32_t i = 0; ok && i < p->agent_count; i++)
		ours[o->place[i]] = i;
	for (int32_t x = 0; ok && x < p->session_count; x++) {
		o->sessions[x] = p->sessions[x];
		o->sessions[x].agents = &o->members[n];
		for (int32_t k = 0; k < p->sessions[x].agent_count; k++)
			o->members[n++] = ours[p->sessions[x].agents[k]];
	}
	free(ours);
	if (ok)
		o->p.sessions = o->sessions;
	return ok;
}

bool order_open(struct order *o, const struct wfm_problem *p)
{
	*o = (struct order){ .p = *p };
	int32_t n = p->agent_count, i = 1;
	while (i < n && in_order(p, &p->agents[i - 1], &p->agents[i]))
		i++;
	if (i >= n && (p->session_count == 0 || n == 0))
		return true;
	struct entry *entries = malloc((size_t)n * sizeof *entries);
	o->agents = malloc((size_t)n * sizeof *o->agents);
	o->place = malloc((size_t)n * sizeof *o->place);
	bool ok = entries && o->agents && o->place;
	for (i = 0; ok && i < n; i++)
		entries[i] = (struct entry){ .agent = &p->agents[i], .seniority = seniority(p, &p->agents[i]), .place = i };
	for (int32_t x = 0; ok && x < p->session_count; x++)
		for (int32_t k = 0; k < p->sessions[x].agent_count; k++)
			entries[p->sessions[x].agents[k]].sessions[x / 64] |= UINT64_C(1) << (x % 64);
	if (ok)
		qsort(entries, (size_t)n, sizeof *entries, by_what_they_are);
	for (i = 0; ok && i < n; i++) {
		o->agents[i] = *entries[i].agent;
		o->place[i] = entries[i].place;
	}
	if (ok)
		o->p.agents = o->agents;
	free(entries);
	return ok && (p->session_count == 0 || name_members(o));
}

void order_close(struct order *o)
{
	free(o->agents);
	free(o->place);
	free(o->sessions);
	free(o->members);
}

static int by_agent_and_start(const void *a, const void *b)
{
	const struct wfm_shift *x = a, *y = b;
	int c = of_ints(x->agent, y->agent);
	return c ? c : of_ints(x->start, y->start);
}

static int by_session(const void *a, const void *b)
{
	const struct wfm_missed *x = a, *y = b;
	int c = of_ints(x->session, y->session);
	return c ? c : of_ints(x->agent, y->agent);
}

static int by_agent(const void *a, const void *b)
{
	const struct wfm_unplanned *x = a, *y = b;
	return of_ints(x->agent, y->agent);
}

bool order_back(const struct order *o, struct wfm_roster *r)
{
	if (!o->agents)
		return true;
	struct wfm_activity *row = malloc(((size_t)r->activity_count + 1) * sizeof *row);
	if (!row)
		return false;
	for (int32_t i = 0; i < r->shift_count; i++)
		r->shifts[i].agent = o->place[r->shifts[i].agent];
	for (int32_t i = 0; i < r->unplanned_count; i++)
		r->unplanned[i].agent = o->place[r->unplanned[i].agent];
	for (int32_t i = 0; i < r->missed_count; i++)
		r->missed[i].agent = o->place[r->missed[i].agent];
	if (r->missed_count > 1)
		qsort(r->missed, (size_t)r->missed_count, sizeof *r->missed, by_session);
	if (r->shift_count > 1)
		qsort(r->shifts, (size_t)r->shift_count, sizeof *r->shifts, by_agent_and_start);
	if (r->unplanned_count > 1)
		qsort(r->unplanned, (size_t)r->unplanned_count, sizeof *r->unplanned, by_agent);
	int32_t n = 0;
	for (int32_t i = 0; i < r->shift_count; i++) {
		struct wfm_shift *s = &r->shifts[i];
		memcpy(&row[n], &r->activities[s->first_activity],
		       (size_t)s->activity_count * sizeof *row);
		s->first_activity = n;
		n += s->activity_count;
	}
	free(r->activities);
	r->activities = row;
	r->activity_count = n;
	return true;
}

bool order_there(const struct order *o, const struct wfm_roster *from, struct wfm_roster *to)
{
	const int32_t n = o->p.agent_count, shifts = from->shift_count;
	int32_t *ours = malloc(((size_t)n + 1) * sizeof *ours);
	*to = *from;
	to->shifts = malloc(((size_t)shifts + 1) * sizeof *to->shifts);
	bool ok = ours && to->shifts;
	for (int32_t i = 0; ok && i < n; i++)
		ours[o->agents ? o->place[i] : i] = i;
	for (int32_t i = 0; ok && i < shifts; i++) {
		to->shifts[i] = from->shifts[i];
		to->shifts[i].agent = ours[from->shifts[i].agent];
	}
	free(ours);
	return ok;
}
