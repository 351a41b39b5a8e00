/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The judge: reads a problem and a roster and recomputes every rule, cost and cover from the public
 * structs alone. It includes nothing of the solver and repeats its arithmetic on purpose (clock
 * readings, breaks, rules), so that a mistake there shows here.
 */
#include "solver/schedule/judge.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void judge_breach(struct judge *j, enum wfm_breach_kind kind, int32_t day, enum wfm_rule rule,
		  double amount, const char *fmt, ...)
{
	if (j->out->breach_count == j->capacity) {
		int32_t cap = j->capacity ? 2 * j->capacity : 16;
		struct wfm_breach *b = realloc(j->out->breaches, (size_t)cap * sizeof *b);
		if (!b) {
			j->oom = true;
			return;
		}
		j->out->breaches = b;
		j->capacity = cap;
	}
	struct wfm_breach *b = &j->out->breaches[j->out->breach_count++];
	memset(b, 0, sizeof *b);
	b->kind = kind;
	b->agent = j->agent;
	b->day = day;
	b->rule = rule;
	b->amount = amount;
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(b->message, sizeof b->message, fmt, ap);
	va_end(ap);
}

int32_t judge_clock(const struct judge *j, int32_t slot)
{
	/* The local day the slot lies in; after the last one its clock runs on. */
	int32_t d = j->cal->day_count - 1;
	while (d > 0 && j->cal->days[d].first_slot > slot)
		d--;
	int32_t in_day = slot - j->cal->days[d].first_slot;
	int32_t min = in_day * j->p->slot_min;
	if (j->cal->days[d].change_slot >= 0 && in_day >= j->cal->days[d].change_slot)
		min += j->cal->days[d].change_min;
	return ((min % 1440) + 1440) % 1440;
}

int32_t judge_start(const struct judge *j, const struct wfm_shift *s)
{
	const struct wfm_day *d = &j->cal->days[s->day];
	return judge_clock(j, s->start) + (s->start < d->first_slot + d->slots ? 0 : 1440);
}

int32_t judge_paid_minutes(const struct judge *j, const struct wfm_shift *s)
{
	int32_t slots = 0;
	for (int32_t i = 0; i < s->activity_count; i++)
		if (j->r->activities[s->first_activity + i].paid)
			slots += j->r->activities[s->first_activity + i].slots;
	return slots * j->p->slot_min;
}

bool judge_is_locked(const struct judge *j, const struct wfm_shift *s)
{
	for (int32_t i = 0; i < j->a->lock_count; i++)
		if (j->a->locks[i].day == s->day && j->a->locks[i].start == s->start &&
		    j->a->locks[i].end == s->end && j->a->locks[i].elsewhere == s->elsewhere)
			return true;
	return false;
}

/* ---- one agent ---- */

static void place_days(struct judge *j)
{
	for (int32_t d = 0; d < j->cal->day_count; d++) {
		j->on_day[d] = -1;
		j->week_of[d] = d == 0 ? 0 : j->week_of[d - 1] + (j->cal->days[d].weekday == 0);
	}
	j->weeks = j->week_of[j->cal->day_count - 1] + 1;
	for (int32_t i = 0; i < j->count; i++) {
		const struct wfm_shift *s = j->shift[i];
		if (j->on_day[s->day] >= 0 || (i > 0 && s->start < j->shift[i - 1]->end))
			judge_breach(j, WFM_BREACH_OVERLAP, s->day, WFM_RULE_COUNT, 0,
			       "two shifts on one day, or one begins before the other ends");
		j->on_day[s->day] = i;
	}
	if (j->p->cyclic && j->count > 0 && j->shift[j->count - 1]->end - j->p->slot_count > j->shift[0]->start)
		judge_breach(j, WFM_BREACH_OVERLAP, j->shift[0]->day, WFM_RULE_COUNT, 0,
			     "begins before the plan's last shift, which runs into the next round, ends");
}

static bool is_unplanned(const struct judge *j)
{
	for (int32_t i = 0; i < j->r->unplanned_count; i++)
		if (j->r->unplanned[i].agent == j->agent)
			return true;
	return false;
}

static void judge_agent(struct judge *j, int32_t agent)
{
	j->agent = agent;
	j->a = &j->p->agents[agent];
	j->contract = &j->p->contracts[j->a->contract];
	j->cal = &j->p->calendars[j->a->calendar];
	place_days(j);
	judge_wishes(j);
	judge_fairness(j);
	for (int32_t i = 0; i < j->count; i++)
		judge_shift(j, j->shift[i]);
	if (is_unplanned(j)) {
		if (j->count > 0)
			judge_breach(j, WFM_BREACH_UNPLANNED, WFM_NONE, WFM_RULE_COUNT, j->count,
			       "listed as unplanned, yet has shifts");
		return;
	}
	for (int32_t i = 0; i < j->a->lock_count; i++) {
		const struct wfm_lock *l = &j->a->locks[i];
		if (l->end > 0 && (j->on_day[l->day] < 0 ||
				   !judge_is_locked(j, j->shift[j->on_day[l->day]])))
			judge_breach(j, WFM_BREACH_LOCK, l->day, WFM_RULE_COUNT, 0, "the locked shift is missing");
	}
	if (j->contract->optional && j->count == 0)
		return;
	for (int32_t i = 0; i < j->contract->rule_count; i++) {
		if (j->contract->rules[i].mode == WFM_OFF)
			continue;
		judge_plan_row(j, &j->contract->rules[i]);
		judge_sequence_row(j, &j->contract->rules[i]);
		for (int32_t w = 0; w < j->weeks; w++)
			judge_week_row(j, &j->contract->rules[i], w);
	}
}

/* ---- cover and claims ---- */

static bool is_deferrable(const struct wfm_problem *p, int32_t q)
{
	for (int32_t i = 0; i < p->deferrable_count; i++)
		if (p->deferrable[i].queue == q)
			return true;
	return false;
}

static void judge_cover(struct judge *j)
{
	const struct wfm_problem *p = j->p;
	double h = p->slot_min / 60.0;
	for (int32_t q = 0; q < p->queue_count; q++) {
		const struct wfm_queue *x = &p->queues[q];
		if (is_deferrable(p, q))
			continue;
		for (int32_t t = 0; t < p->slot_count; t++) {
			double lack = x->required[t] - j->out->covered[q * p->slot_count + t];
			double share = ceil(x->step1_share * x->required[t] - 1e-9);
			double step = x->step1 ? x->step1[t] : share > 1 ? share : 1;
			double first = lack > step ? step : lack;
			j->out->required_hours += x->required[t] * h;
			if (lack > 0) {
				j->out->short_hours += lack * h;
				j->out->cost.shortage += h * (first * x->short1_cents +
							      (lack - first) * x->short2_cents);
			} else {
				j->out->surplus_hours -= lack * h;
				j->out->cost.surplus -= h * lack * x->surplus_cents;
			}
		}
	}
	struct wfm_cost *c = &j->out->cost;
	judge_services(j);
	judge_deferrable(j);
	c->total = c->pay + c->fixed_pay + c->shortage + c->surplus + c->rules + c->wishes + c->duties +
		   c->service + c->sessions + c->deferred;
}

static void compare(struct judge *j, const char *name, double stated, double found)
{
	double scale = fmax(1, fmax(fabs(found), fabs(j->out->cost.total)));
	if (!(fabs(stated - found) <= 1e-6 * scale))
		judge_breach(j, WFM_BREACH_COST, WFM_NONE, WFM_RULE_COUNT, stated - found,
		       "%s is stated as %.4f and comes to %.4f", name, stated, found);
}

static void judge_claims(struct judge *j)
{
	const struct wfm_cost *s = &j->r->cost, *f = &j->out->cost;
	j->agent = WFM_NONE;
	compare(j, "pay", s->pay, f->pay);
	compare(j, "fixed_pay", s->fixed_pay, f->fixed_pay);
	compare(j, "shortage", s->shortage, f->shortage);
	compare(j, "surplus", s->surplus, f->surplus);
	compare(j, "rules", s->rules, f->rules);
	compare(j, "wishes", s->wishes, f->wishes);
	compare(j, "duties", s->duties, f->duties);
	compare(j, "service", s->service, f->service);
	compare(j, "sessions", s->sessions, f->sessions);
	compare(j, "deferred", s->deferred, f->deferred);
	compare(j, "total", s->total, f->total);
	judge_service_claims(j);
	judge_deferrable_claims(j);
	if (j->r->bound > f->total + 1e-6 * fmax(1, fabs(f->total)))
		judge_breach(j, WFM_BREACH_BOUND, WFM_NONE, WFM_RULE_COUNT, j->r->bound - f->total,
		       "the bound %.4f lies above the cost %.4f", j->r->bound, f->total);
}

static int by_agent_start(const void *a, const void *b)
{
	const struct wfm_shift *x = *(const struct wfm_shift *const *)a,
			       *y = *(const struct wfm_shift *const *)b;
	if (x->agent != y->agent)
		return x->agent < y->agent ? -1 : 1;
	return x->start < y->start ? -1 : x->start > y->start;
}

enum wfm_status wfm_schedule_verify(const struct wfm_problem *p, const struct wfm_roster *r,
				    bool check_claims, struct wfm_report **out, struct wfm_error *e)
{
	*out = NULL;
	enum wfm_status s = wfm_problem_check(p, e);
	if (s != WFM_OK)
		return s;
	struct judge j = { .p = p, .r = r, .agent = WFM_NONE };
	size_t cells = (size_t)p->queue_count * (size_t)p->slot_count + 1;
	const struct wfm_shift **all = calloc((size_t)r->shift_count + 1, sizeof *all);
	j.out = calloc(1, sizeof *j.out);
	if (j.out)
		j.out->covered = calloc(cells, sizeof *j.out->covered);
	if (j.out)
		j.out->on_cover = calloc((size_t)p->cover_count + 1, sizeof *j.out->on_cover);
	if (j.out)
		j.out->services = calloc((size_t)p->service_count + 1, sizeof *j.out->services);
	if (j.out)
		j.out->deferrable = calloc((size_t)p->deferrable_count + 1, sizeof *j.out->deferrable);
	if (j.out)
		j.out->agents = calloc((size_t)p->agent_count + 1, sizeof *j.out->agents);
	j.seated = calloc((size_t)p->site_count * (size_t)p->slot_count + 1, sizeof *j.seated);
	if (!all || !j.seated || !j.out || !j.out->covered || !j.out->on_cover || !j.out->services ||
	    !j.out->deferrable || !j.out->agents) {
		j.oom = true;
		goto out;
	}
	int32_t n = 0;
	for (int32_t i = 0; i < r->shift_count; i++)
		if (judge_readable(&j, &r->shifts[i]))
			all[n++] = &r->shifts[i];
	if (n > 0)
		qsort(all, (size_t)n, sizeof *all, by_agent_start);
	int32_t at = 0;
	for (int32_t a = 0; a < p->agent_count; a++) {
		j.shift = &all[at];
		j.count = 0;
		for (; at < n && all[at]->agent == a; at++)
			j.count++;
		judge_agent(&j, a);
	}
	judge_covers(&j, all, n);
	judge_sessions(&j, all, n, check_claims);
	judge_counters(&j);
	judge_cover(&j);
	if (check_claims)
		judge_claims(&j);
out:
	free(all);
	free(j.seated);
	if (j.oom) {
		wfm_report_free(j.out);
		return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the report");
	}
	*out = j.out;
	return WFM_OK;
}

void wfm_report_free(struct wfm_report *r)
{
	if (!r)
		return;
	free(r->breaches);
	free(r->covered);
	free(r->on_cover);
	free(r->services);
	free(r->deferrable);
	free(r->agents);
	free(r);
}
