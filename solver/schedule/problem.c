/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Refuses a problem whose figures make no sense, naming the place, before anything is built. */
#include "solver/schedule/session.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_SLOTS = 96 * 7 * 10, MAX_AGENTS = 100000, MAX_QUEUES = 64, MAX_RULES = 100 };

#define REFUSE(e, path, ...) return wfm_fail(e, WFM_INVALID, path, __VA_ARGS__)

int32_t wfm_wall_minute(const struct wfm_problem *p, const struct wfm_calendar *c, int32_t day,
			int32_t slot)
{
	const struct wfm_day *d = &c->days[day];
	while (slot >= d->first_slot + d->slots && day + 1 < c->day_count)
		d = &c->days[++day];
	int32_t in_day = slot - d->first_slot;
	int32_t minute = in_day * p->slot_min;
	if (d->change_slot >= 0 && in_day >= d->change_slot)
		minute += d->change_min;
	minute %= 1440;
	return minute < 0 ? minute + 1440 : minute;
}

static enum wfm_status check_calendar(const struct wfm_problem *p, int32_t i, struct wfm_error *e)
{
	const struct wfm_calendar *c = &p->calendars[i];
	char path[96];
	(void)snprintf(path, sizeof path, "/calendars/%d/days", i);
	if (c->day_count < 1 || c->day_count > MODEL_MAX_DAYS)
		REFUSE(e, path, "a plan has 1 to %d days, not %d", MODEL_MAX_DAYS, c->day_count);
	for (int32_t d = 0; d < c->day_count; d++) {
		const struct wfm_day *x = &c->days[d];
		(void)snprintf(path, sizeof path, "/calendars/%d/days/%d", i, d);
		if (x->weekday < 0 || x->weekday > 6)
			REFUSE(e, path, "weekday must be 0 to 6");
		if (x->first_slot < 0 || x->slots < 1 || x->slots * p->slot_min > 26 * 60 ||
		    x->slots > p->slot_count - x->first_slot)
			REFUSE(e, path, "the day does not fit the horizon of %d slots", p->slot_count);
		if (x->change_slot < -1 || x->change_slot > x->slots || abs(x->change_min) > 180)
			REFUSE(e, path, "the clock change lies outside the day");
		if (d > 0 && (x->first_slot != x[-1].first_slot + x[-1].slots ||
			      x->date != x[-1].date + 1 || x->weekday != (x[-1].weekday + 1) % 7))
			REFUSE(e, path, "days must follow each other without a hole");
	}
	return WFM_OK;
}

static enum wfm_status check_queue(const struct wfm_problem *p, int32_t i, struct wfm_error *e)
{
	const struct wfm_queue *q = &p->queues[i];
	char path[96];
	(void)snprintf(path, sizeof path, "/queues/%d", i);
	if (q->skill != WFM_NONE && (q->skill < 0 || q->skill >= p->skill_count))
		REFUSE(e, path, "skill %d does not exist", q->skill);
	if (q->site != WFM_NONE && (q->site < 0 || q->site >= p->site_count))
		REFUSE(e, path, "site %d does not exist", q->site);
	if (q->required == NULL)
		REFUSE(e, path, "required is missing");
	if (q->counter && (q->site == WFM_NONE || p->duty_count > 0))
		REFUSE(e, path, "a queue at counters needs a site, and a plan without duties");
	if (!(q->short1_cents >= 0) || !(q->short2_cents >= q->short1_cents) ||
	    !(q->surplus_cents >= 0) || !(q->short2_cents <= 1e9) || !(q->surplus_cents <= 1e9))
		REFUSE(e, path, "prices must satisfy 0 <= short1 <= short2 and 0 <= surplus");
	if (!(q->step1_share >= 0 && q->step1_share <= 1e6))
		REFUSE(e, path, "step1_share must be a share");
	for (int32_t t = 0; t < p->slot_count; t++) {
		double s = q->step1 ? q->step1[t] : 0;
		if (!(q->required[t] >= 0 && q->required[t] < 1e6) || !(s >= 0 && s < 1e6)) {
			(void)snprintf(path, sizeof path, "/queues/%d/required/%d", i, t);
			REFUSE(e, path, "people must be between 0 and a million");
		}
	}
	return WFM_OK;
}

static enum wfm_status check_site(const struct wfm_problem *p, int32_t i, struct wfm_error *e)
{
	char path[96];
	for (int32_t t = 0; p->sites && p->sites[i].counters && t < p->slot_count; t++)
		if (p->sites[i].counters[t] < 0 || p->sites[i].counters[t] > MAX_AGENTS) {
			(void)snprintf(path, sizeof path, "/sites/%d/counters/%d", i, t);
			REFUSE(e, path, "counters must be 0 to %d", MAX_AGENTS);
		}
	return WFM_OK;
}

static enum wfm_status check_served(const struct wfm_problem *p, int32_t i, struct wfm_error *e)
{
	const struct wfm_service *x = &p->services[i];
	char path[96];
	for (int32_t t = x->first_slot; t < x->end_slot; t++) {
		const double *row = &x->served[(size_t)t * ((size_t)x->people_max + 1)];
		for (int32_t n = 0; n <= x->people_max; n++) {
			if (row[n] >= (n > 0 ? row[n - 1] : 0) && row[n] < 1e9)
				continue;
			(void)snprintf(path, sizeof path, "/services/%d/served/%d/%d", i, t, n);
			REFUSE(e, path, "contacts in time must be finite, >= 0 and not fall with people");
		}
	}
	return WFM_OK;
}

static enum wfm_status check_service(const struct wfm_problem *p, int32_t i, struct wfm_error *e)
{
	const struct wfm_service *x = &p->services[i];
	char path[96];
	(void)snprintf(path, sizeof path, "/services/%d", i);
	if (x->queue < 0 || x->queue >= p->queue_count)
		REFUSE(e, path, "queue %d does not exist", x->queue);
	if (x->first_slot < 0 || x->end_slot <= x->first_slot || x->end_slot > p->slot_count)
		REFUSE(e, path, "a service needs a stretch of slots within the horizon");
	if (!(x->target >= 0 && x->target < 1e9) || !(x->offered >= 0 && x->offered < 1e9))
		REFUSE(e, path, "target and offered contacts must be between 0 and a thousand million");
	if (!(x->short_cents >= 0 && x->short_cents <= 1e9))
		REFUSE(e, path, "short_cents must be a price");
	if (x->served == NULL || x->people_max < 1 || x->people_max > WFM_SERVICE_PEOPLE)
		REFUSE(e, path, "served needs 1 to %d people", WFM_SERVICE_PEOPLE);
	return check_served(p, i, e);
}

static enum wfm_status check_batches(const struct wfm_problem *p, int32_t i, struct wfm_error *e)
{
	const struct wfm_deferrable *x = &p->deferrable[i];
	char path[96];
	for (int32_t b = 0; b < x->batch_count; b++) {
		const struct wfm_batch *y = &x->batches[b];
		(void)snprintf(path, sizeof path, "/deferrable/%d/batches/%d", i, b);
		if (!(y->hours >= 0 && y->hours < 1e6))
			REFUSE(e, path, "hours must be between 0 and a million");
		if (y->due <= y->from)
			REFUSE(e, path, "work must be due after it comes");
		if (b > 0 && (y->from < y[-1].from || y->due < y[-1].due))
			REFUSE(e, path, "work must come and be due in the order listed; other work is another queue");
	}
	return WFM_OK;
}

static enum wfm_status check_deferrable(const struct wfm_problem *p, int32_t i, struct wfm_error *e)
{
	const struct wfm_deferrable *x = &p->deferrable[i];
	char path[96];
	(void)snprintf(path, sizeof path, "/deferrable/%d", i);
	if (x->queue < 0 || x->queue >= p->queue_count)
		REFUSE(e, path, "queue %d does not exist", x->queue);
	if (p->queues[x->queue].counter)
		REFUSE(e, path, "its queue is at counters: contacts there do not wait");
	for (int32_t k = 0; k < i; k++)
		if (p->deferrable[k].queue == x->queue)
			REFUSE(e, path, "its queue has deferrable work already");
	for (int32_t s = 0; s < p->service_count; s++)
		if (p->services[s].queue == x->queue)
			REFUSE(e, path, "its queue has a service: contacts there do not wait");
	for (int32_t t = 0; t < p->slot_count; t++)
		if (p->queues[x->queue].required[t] > 0)
			REFUSE(e, path, "its queue requires people in slot %d: its work asks for them", t);
	if (!(x->due_share >= 0 && x->due_share <= 1))
		REFUSE(e, path, "due_share must be a share");
	if (!(x->late_cents >= 0 && x->late_cents <= 1e9) || !(x->left_cents >= 0 && x->left_cents <= 1e9))
		REFUSE(e, path, "late_cents and left_cents must be prices");
	if (x->batch_count < 0 || x->batch_count > WFM_MAX_BATCHES)
		REFUSE(e, path, "at most %d batches", WFM_MAX_BATCHES);
	for (int32_t t = 0; x->spare && t < p->slot_count; t++)
		if (!(x->spare[t] >= 0 && x->spare[t] < 1e6))
			REFUSE(e, path, "spare people of slot %d must be between 0 and a million", t);
	return check_batches(p, i, e);
}

static enum wfm_status check_duty(const struct wfm_problem *p, int32_t i, struct wfm_error *e)
{
	const struct wfm_duty *d = &p->duties[i];
	char path[96];
	(void)snprintf(path, sizeof path, "/duties/%d", i);
	if (d->start < 0 || d->start >= 1440 || d->start % p->slot_min)
		REFUSE(e, path, "the start must be a multiple of the slot of %d minutes within the day",
		       p->slot_min);
	if (d->minutes < p->slot_min || d->minutes > 1440 || d->minutes % p->slot_min)
		REFUSE(e, path, "minutes must be a multiple of the slot of %d, up to 24 hours", p->slot_min);
	if (d->skill != WFM_NONE && (d->skill < 0 || d->skill >= p->skill_count))
		REFUSE(e, path, "skill %d does not exist", d->skill);
	if (d->queue != WFM_NONE && (d->queue < 0 || d->queue >= p->queue_count))
		REFUSE(e, path, "queue %d does not exist", d->queue);
	if (!(d->used_cents >= 0 && d->used_cents <= 1e9))
		REFUSE(e, path, "used_cents must be a price");
	return WFM_OK;
}

/* Bits that no duty has, or bits where there are no duties to have them. */
static bool has_strange_duties(const struct wfm_problem *p, uint64_t duties)
{
	return p->duty_count < WFM_NAMED_DUTIES && (duties >> p->duty_count) != 0;
}

static enum wfm_status check_cover(const struct wfm_problem *p, int32_t i, struct wfm_error *e)
{
	const struct wfm_cover *c = &p->covers[i];
	char path[96];
	(void)snprintf(path, sizeof path, "/covers/%d", i);
	for (int32_t k = 0; k < p->calendar_count; k++)
		if (c->day < 0 || c->day >= p->calendars[k].day_count)
			REFUSE(e, path, "day %d does not exist", c->day);
	if (c->duties == 0 || has_strange_duties(p, c->duties))
		REFUSE(e, path, "the duties must be some of those there are");
	if (!(c->required >= 0 && c->required < 1e6))
		REFUSE(e, path, "required must be between 0 and a million");
	if (!(c->short_cents >= 0 && c->short_cents <= 1e9) ||
	    !(c->surplus_cents >= 0 && c->surplus_cents <= 1e9))
		REFUSE(e, path, "short_cents and surplus_cents must be prices");
	return WFM_OK;
}

/* The parts of a rule that speak of duties, windows and patterns. */
static enum wfm_status check_long_rule(const struct wfm_problem *p, const struct wfm_rule_row *r,
				       const char *path, struct wfm_error *e)
{
	const char *name = wfm_rules[r->rule].name;
	bool window = wfm_rules[r->rule].traits & WFM_TRAIT_WINDOW;
	if ((wfm_rules[r->rule].traits & WFM_TRAIT_DUTIES) && p->duty_count == 0)
		REFUSE(e, path, "%s needs a problem with duties", name);
	if (has_strange_duties(p, r->duties))
		REFUSE(e, path, "%s names a duty that does not exist", name);
	if (window && (r->window < 2 || r->window > WFM_MAX_WINDOW))
		REFUSE(e, path, "%s: window must be 2 to %d days", name, WFM_MAX_WINDOW);
	if (r->rule != WFM_RULE_PATTERN)
		return WFM_OK;
	if (r->pattern == NULL || r->pattern_count < 2 || r->pattern_count > WFM_MAX_PATTERN)
		REFUSE(e, path, "%s: 2 to %d days", name, WFM_MAX_PATTERN);
	for (int32_t i = 0; i < r->pattern_count; i++) {
		const struct wfm_pattern_day *d = &r->pattern[i];
		if (d->duties == 0 && !d->off)
			REFUSE(e, path, "%s: day %d fits nothing", name, i);
		if (d->duties != UINT64_MAX && p->duty_count > 0 && has_strange_duties(p, d->duties))
			REFUSE(e, path, "%s: day %d names a duty that does not exist", name, i);
		if (d->duties != UINT64_MAX && d->duties != 0 && p->duty_count == 0)
			REFUSE(e, path, "%s: day %d names a duty, and there are none", name, i);
	}
	return WFM_OK;
}

static enum wfm_status check_rule(const struct wfm_rule_row *r, const char *path, int32_t slot_min,
				  struct wfm_error *e)
{
	if ((unsigned)r->rule >= WFM_RULE_COUNT || (unsigned)r->mode > WFM_SOFT)
		REFUSE(e, path, "unknown rule or mode");
	if (r->mode == WFM_OFF)
		return WFM_OK;
	const char *name = wfm_rules[r->rule].name;
	if (r->mode == WFM_SOFT && !wfm_rules[r->rule].may_be_soft)
		REFUSE(e, path, "%s can only be hard or off", name);
	if (r->mode == WFM_SOFT && !(r->weight_cents >= 0 && r->weight_cents <= 1e9))
		REFUSE(e, path, "%s: weight_cents must be a price", name);
	if (r->low < 0 || r->high < 0)
		REFUSE(e, path, "%s: low and high must not be negative", name);
	bool window = r->rule == WFM_RULE_START_WINDOW;
	if ((wfm_rules[r->rule].traits & WFM_TRAIT_RANGE) && r->low > r->high)
		REFUSE(e, path, "%s: low %d is above high %d", name, r->low, r->high);
	if ((window && (r->low > 1440 || r->high > 1440)) ||
	    (r->rule == WFM_RULE_NIGHT_SHIFTS &&
	     (r->from < 0 || r->from > 1440 || r->to < 0 || r->to > 1440)))
		REFUSE(e, path, "%s: a minute of the day is 0 to 1440", name);
	if (r->rule == WFM_RULE_SHIFT_MINUTES &&
	    (r->low < slot_min || r->high > 1440 || r->low % slot_min || r->step < 0 ||
	     r->step % slot_min || (r->step == 0 && r->high % slot_min)))
		REFUSE(e, path, "%s: lengths are multiples of the slot of %d minutes, up to 24 hours", name,
		       slot_min);
	if (r->rule == WFM_RULE_START_STEP && (r->low < 1 || r->low > 1440))
		REFUSE(e, path, "%s: low must be 1 to 1440 minutes", name);
	if (r->rule == WFM_RULE_REST && r->low > 1440)
		REFUSE(e, path, "%s: at most 1440 minutes", name);
	if (r->rule == WFM_RULE_DAYS_OFF_TOGETHER && r->low > 7)
		REFUSE(e, path, "%s: a week has 7 days", name);
	return WFM_OK;
}

static enum wfm_status check_contract(const struct wfm_problem *p, int32_t i, struct wfm_error *e)
{
	const struct wfm_contract *c = &p->contracts[i];
	char path[96];
	int seen[WFM_RULE_COUNT] = { 0 };
	if (c->rule_count < 0 || c->rule_count > MAX_RULES)
		REFUSE(e, "/contracts", "at most %d rules in a contract", MAX_RULES);
	for (int32_t k = 0; k < c->rule_count; k++) {
		(void)snprintf(path, sizeof path, "/contracts/%d/rules/%d", i, k);
		enum wfm_status s = check_rule(&c->rules[k], path, p->slot_min, e);
		if (s == WFM_OK && c->rules[k].mode != WFM_OFF)
			s = check_long_rule(p, &c->rules[k], path, e);
		if (s != WFM_OK)
			return s;
		if (c->rules[k].mode != WFM_OFF && seen[c->rules[k].rule]++ &&
		    !wfm_rules[c->rules[k].rule].many)
			REFUSE(e, path, "%s stands twice", wfm_rules[c->rules[k].rule].name);
	}
	(void)snprintf(path, sizeof path, "/contracts/%d", i);
	if (c->late_start_min < 0 || c->late_start_min > 360 || c->late_start_min % p->slot_min)
		REFUSE(e, path, "late_start_min is a multiple of the slot, up to 360 minutes");
	if (!(c->hour_cents >= 0 && c->hour_cents <= 1e9))
		REFUSE(e, path, "hour_cents must be a price");
	if (!seen[WFM_RULE_SHIFT_MINUTES] && p->duty_count == 0)
		REFUSE(e, path, "a contract needs at least one shift_minutes rule");
	if (c->break_count < 0 || c->break_count > MODEL_MAX_BREAKS)
		REFUSE(e, path, "at most %d breaks", MODEL_MAX_BREAKS);
	for (int32_t k = 0; k < c->break_count; k++) {
		const struct wfm_break *b = &c->breaks[k];
		(void)snprintf(path, sizeof path, "/contracts/%d/breaks/%d", i, k);
		if (b->kind != WFM_MEAL && b->kind != WFM_REST_BREAK)
			REFUSE(e, path, "kind must be meal or break");
		if (b->minutes < p->slot_min || b->minutes % p->slot_min || b->minutes > 480)
			REFUSE(e, path, "minutes must be a multiple of the slot of %d", p->slot_min);
		if (b->earliest < 0 || b->latest < b->earliest || b->latest > 1440 || b->gap < 0 ||
		    b->shift_low > b->shift_high)
			REFUSE(e, path, "the window must satisfy 0 <= earliest <= latest");
	}
	return WFM_OK;
}

static enum wfm_status check_agent_rows(const struct wfm_problem *p, int32_t i, struct wfm_error *e)
{
	const struct wfm_agent *a = &p->agents[i];
	const struct wfm_calendar *cal = &p->calendars[a->calendar];
	char path[96];
	for (int32_t k = 0; k < a->lock_count; k++) {
		const struct wfm_lock *l = &a->locks[k];
		(void)snprintf(path, sizeof path, "/agents/%d/locks/%d", i, k);
		if (l->day < 0 || l->day >= cal->day_count)
			REFUSE(e, path, "day %d does not exist", l->day);
		const struct wfm_day *d = &cal->days[l->day];
		bool off = l->start == 0 && l->end == 0;
		if (!off && (l->start < d->first_slot || l->start >= d->first_slot + d->slots ||
			     l->end <= l->start || l->end - l->start > 1440 / p->slot_min ||
			     (!p->cyclic && l->end > p->slot_count)))
			REFUSE(e, path, "a locked shift starts on its day and ends within the horizon");
		for (int32_t j = 0; j < k; j++)
			if (a->locks[j].day == l->day)
				REFUSE(e, path, "the day is locked twice");
	}
	for (int32_t k = 0; k < a->wish_count; k++) {
		const struct wfm_wish *w = &a->wishes[k];
		(void)snprintf(path, sizeof path, "/agents/%d/wishes/%d", i, k);
		if ((unsigned)w->kind > WFM_WISH_KEEP || !(w->weight_cents >= 0) ||
		    !(w->weight_cents <= 1e9) ||
		    (w->day != WFM_NONE && (w->day < 0 || w->day >= cal->day_count)) ||
		    w->minute < 0 || w->minute > 1440)
			REFUSE(e, path, "a wish needs a kind, an existing day, a minute and a weight >= 0");
		if (has_strange_duties(p, w->duties))
			REFUSE(e, path, "the wish names a duty that does not exist");
		if (w->kind == WFM_WISH_KEEP && (w->day == WFM_NONE || w->start > w->end))
			REFUSE(e, path, "a shift to keep needs a day, and must not end before it starts");
		if (w->elsewhere < 0 || w->elsewhere > (w->kind == WFM_WISH_KEEP ? a->elsewhere_count : 0))
			REFUSE(e, path, "the agent has no such other site");
	}
	for (int32_t k = 0; k < a->credit_count; k++) {
		const struct wfm_credit *c = &a->credits[k];
		(void)snprintf(path, sizeof path, "/agents/%d/credits/%d", i, k);
		if (c->day < 0 || c->day >= cal->day_count || c->minutes < 0 || c->minutes > 1440 ||
		    c->shifts < 0 || c->shifts > 1)
			REFUSE(e, path, "a credit needs an existing day, 0..1440 minutes, 0 or 1 shift");
	}
	return WFM_OK;
}

/* The agent's other sites, and locks that name them. */
static enum wfm_status check_elsewhere(const struct wfm_problem *p, int32_t i, struct wfm_error *e)
{
	const struct wfm_agent *a = &p->agents[i];
	char path[96];
	(void)snprintf(path, sizeof path, "/agents/%d/elsewhere", i);
	if (a->elsewhere_count < 0 || a->elsewhere_count > WFM_MAX_ELSEWHERE)
		REFUSE(e, path, "at most %d other sites", WFM_MAX_ELSEWHERE);
	if (a->elsewhere_count > 0 && p->duty_count > 0)
		REFUSE(e, path, "a plan with duties keeps everybody at one site");
	for (int32_t k = 0; k < a->elsewhere_count; k++) {
		const struct wfm_elsewhere *x = &a->elsewhere[k];
		(void)snprintf(path, sizeof path, "/agents/%d/elsewhere/%d", i, k);
		if (x->site < 0 || x->site >= p->site_count)
			REFUSE(e, path, "site %d does not exist", x->site);
		for (int32_t j = -1; j < k; j++)
			if (x->site == (j < 0 ? a->site : a->elsewhere[j].site))
				REFUSE(e, path, "the site stands twice");
		if (x->travel_min < 0 || x->travel_min > 720 || x->travel_min % p->slot_min)
			REFUSE(e, path, "travel_min is a multiple of the slot, up to 720 minutes");
		if (x->travel_min > 0 && p->contracts[a->contract].break_count > MODEL_MAX_BREAKS - 2)
			REFUSE(e, path, "who travels has at most %d breaks", MODEL_MAX_BREAKS - 2);
	}
	for (int32_t k = 0; k < a->lock_count; k++) {
		(void)snprintf(path, sizeof path, "/agents/%d/locks/%d", i, k);
		if (a->locks[k].elsewhere < 0 || a->locks[k].elsewhere > a->elsewhere_count)
			REFUSE(e, path, "the agent has no such other site");
	}
	return WFM_OK;
}

static enum wfm_status check_agent(const struct wfm_problem *p, int32_t i, struct wfm_error *e)
{
	const struct wfm_agent *a = &p->agents[i];
	char path[96];
	(void)snprintf(path, sizeof path, "/agents/%d", i);
	if (a->contract < 0 || a->contract >= p->contract_count)
		REFUSE(e, path, "contract %d does not exist", a->contract);
	if (a->calendar < 0 || a->calendar >= p->calendar_count)
		REFUSE(e, path, "calendar %d does not exist", a->calendar);
	if (a->site != WFM_NONE && (a->site < 0 || a->site >= p->site_count))
		REFUSE(e, path, "site %d does not exist", a->site);
	if (a->previous_days_worked < 0)
		REFUSE(e, path, "previous_days_worked must not be negative");
	if (!(a->seniority >= 0 && a->seniority <= 1e9))
		REFUSE(e, path, "seniority must not be negative");
	for (int32_t k = 0; k < a->skill_count; k++) {
		(void)snprintf(path, sizeof path, "/agents/%d/skills/%d", i, k);
		if (a->skills[k].skill < 0 || a->skills[k].skill >= p->skill_count)
			REFUSE(e, path, "skill %d does not exist", a->skills[k].skill);
		if (!(a->skills[k].speed > 0 && a->skills[k].speed <= 10))
			REFUSE(e, path, "speed must be above 0 and at most 10");
	}
	for (int32_t k = 0; k < a->unavailable_count; k++) {
		(void)snprintf(path, sizeof path, "/agents/%d/unavailable/%d", i, k);
		if (a->unavailable[k].start > a->unavailable[k].end)
			REFUSE(e, path, "start is after end");
	}
	enum wfm_status s = check_elsewhere(p, i, e);
	return s == WFM_OK ? check_agent_rows(p, i, e) : s;
}

enum wfm_status wfm_problem_check(const struct wfm_problem *p, struct wfm_error *e)
{
	if (p->slot_min < 5 || p->slot_min > 60 || 60 % p->slot_min != 0)
		REFUSE(e, "/slot_min", "slots are 5 to 60 minutes and divide the hour");
	if (p->slot_count < 1 || p->slot_count > MAX_SLOTS)
		REFUSE(e, "/slot_count", "1 to %d slots", MAX_SLOTS);
	if (p->queue_count < 0 || p->queue_count > MAX_QUEUES)
		REFUSE(e, "/queues", "at most %d queues", MAX_QUEUES);
	if (p->agent_count < 0 || p->agent_count > MAX_AGENTS)
		REFUSE(e, "/agents", "at most %d agents", MAX_AGENTS);
	if (p->duty_count < 0 || p->duty_count > WFM_MAX_DUTIES)
		REFUSE(e, "/duties", "at most %d duties", WFM_MAX_DUTIES);
	if (p->cover_count < 0 || (p->cover_count > 0 && p->duty_count == 0))
		REFUSE(e, "/covers", "covers need duties");
	if (p->service_count < 0 || p->service_count > WFM_MAX_SERVICES)
		REFUSE(e, "/services", "at most %d services", WFM_MAX_SERVICES);
	if (p->service_count > 0 && p->duty_count > 0)
		REFUSE(e, "/services", "a plan with duties takes its demand from covers and requirements");
	if (p->deferrable_count < 0 || p->deferrable_count > WFM_MAX_DEFERRABLE)
		REFUSE(e, "/deferrable", "at most %d", WFM_MAX_DEFERRABLE);
	if (p->deferrable_count > 0 && (p->duty_count > 0 || p->cyclic))
		REFUSE(e, "/deferrable", "not in cyclic plans nor in those with duties");
	if (!(p->seniority.most >= 0 && p->seniority.most <= WFM_SENIORITY_MOST))
		REFUSE(e, "/seniority/most", "0 to %.0f", WFM_SENIORITY_MOST);
	if (p->seniority.most > 1 && !(p->seniority.full > 0 && p->seniority.full <= 1e9))
		REFUSE(e, "/seniority/full", "must be above 0");
	enum wfm_status s = WFM_OK;
	for (int32_t i = 0; s == WFM_OK && i < p->calendar_count; i++)
		s = check_calendar(p, i, e);
	for (int32_t i = 0; s == WFM_OK && i < p->duty_count; i++)
		s = check_duty(p, i, e);
	for (int32_t i = 0; s == WFM_OK && i < p->cover_count; i++)
		s = check_cover(p, i, e);
	for (int32_t i = 0; s == WFM_OK && i < p->site_count; i++)
		s = check_site(p, i, e);
	for (int32_t i = 0; s == WFM_OK && i < p->queue_count; i++)
		s = check_queue(p, i, e);
	for (int32_t i = 0; s == WFM_OK && i < p->service_count; i++)
		s = check_service(p, i, e);
	for (int32_t i = 0; s == WFM_OK && i < p->deferrable_count; i++)
		s = check_deferrable(p, i, e);
	for (int32_t i = 0; s == WFM_OK && i < p->contract_count; i++)
		s = check_contract(p, i, e);
	for (int32_t i = 0; s == WFM_OK && i < p->agent_count; i++)
		s = check_agent(p, i, e);
	return s == WFM_OK ? session_check(p, e) : s;
}
