/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The judge of one shift: can it be read, its form, its breaks, its work. See judge.h. */
#include "solver/schedule/judge.h"

#include <math.h>
#include <stdlib.h>

static int32_t minutes_of(const struct judge *j, const struct wfm_shift *s)
{
	return (s->end - s->start) * j->p->slot_min;
}

/* ---- shapes: what must hold before anything else can be read ---- */

bool judge_readable(struct judge *j, const struct wfm_shift *s)
{
	const struct wfm_roster *r = j->r;
	const struct wfm_problem *p = j->p;
	if (s->agent < 0 || s->agent >= p->agent_count) {
		judge_breach(j, WFM_BREACH_SHAPE, WFM_NONE, WFM_RULE_COUNT, 0, "agent %d does not exist",
		       s->agent);
		return false;
	}
	j->agent = s->agent;
	const struct wfm_calendar *c = &p->calendars[p->agents[s->agent].calendar];
	if (s->day < 0 || s->day >= c->day_count || s->start < c->days[s->day].first_slot ||
	    s->start > c->days[s->day].first_slot + c->days[s->day].slots - 1 +
			       p->contracts[p->agents[s->agent].contract].late_start_min / p->slot_min) {
		judge_breach(j, WFM_BREACH_SHAPE, s->day, WFM_RULE_COUNT, 0, "the shift does not start on its day");
		return false;
	}
	if (s->end <= s->start || (!p->cyclic && s->end > p->slot_count) ||
	    s->end - s->start > 1440 / p->slot_min) {
		judge_breach(j, WFM_BREACH_SHAPE, s->day, WFM_RULE_COUNT, 0,
		       "the shift ends before it starts, after a day, or outside the horizon");
		return false;
	}
	if (s->elsewhere < 0 || s->elsewhere > p->agents[s->agent].elsewhere_count) {
		judge_breach(j, WFM_BREACH_SHAPE, s->day, WFM_RULE_COUNT, 0, "the agent has no other site %d",
			     s->elsewhere);
		return false;
	}
	if (p->duty_count > 0 && (s->duty < 0 || s->duty >= p->duty_count)) {
		judge_breach(j, WFM_BREACH_DUTY, s->day, WFM_RULE_COUNT, 0, "duty %d does not exist", s->duty);
		return false;
	}
	int32_t at = s->start;
	bool whole = s->first_activity >= 0 && s->activity_count > 0 &&
		     s->activity_count <= r->activity_count &&
		     s->first_activity <= r->activity_count - s->activity_count;
	for (int32_t i = 0; whole && i < s->activity_count; i++) {
		const struct wfm_activity *x = &r->activities[s->first_activity + i];
		whole = x->start == at && x->slots > 0 && x->slots <= s->end - at &&
			(unsigned)x->kind < WFM_ACTIVITY_KINDS &&
			(x->queue == WFM_NONE || (x->queue >= 0 && x->queue < p->queue_count));
		at += whole ? x->slots : 0;
	}
	if (!whole || at != s->end) {
		judge_breach(j, WFM_BREACH_SHAPE, s->day, WFM_RULE_COUNT, 0,
		       "the activities do not cover the shift from start to end");
		return false;
	}
	return true;
}

/* ---- one shift ---- */

double judge_speed(const struct judge *j, const struct wfm_shift *s, int32_t queue)
{
	if (queue == WFM_NONE)
		return 0;
	const struct wfm_queue *q = &j->p->queues[queue];
	int32_t site = s->elsewhere > 0 ? j->a->elsewhere[s->elsewhere - 1].site : j->a->site;
	if (q->site != WFM_NONE && q->site != site)
		return 0;
	if (q->skill == WFM_NONE)
		return 1;
	double speed = 0;
	for (int32_t i = 0; i < j->a->skill_count; i++)
		if (j->a->skills[i].skill == q->skill)
			speed = j->a->skills[i].speed;
	return speed;
}

static void judge_work(struct judge *j, const struct wfm_shift *s, const struct wfm_activity *x)
{
	bool duties = j->p->duty_count > 0;
	if (!x->paid)
		judge_breach(j, WFM_BREACH_SHAPE, s->day, WFM_RULE_COUNT, 0, "work is paid");
	if (duties && x->queue != j->p->duties[s->duty].queue &&
	    !(x->queue == WFM_NONE && judge_speed(j, s, j->p->duties[s->duty].queue) <= 0))
		judge_breach(j, WFM_BREACH_DUTY, s->day, WFM_RULE_COUNT, x->slots,
		       "works on queue %d, which is not the duty's", x->queue);
	if (x->queue == WFM_NONE) {
		if (!duties)
			judge_waiting(j, s, x);
		return;
	}
	double speed = judge_speed(j, s, x->queue);
	if (speed <= 0) {
		judge_breach(j, WFM_BREACH_SKILL, s->day, WFM_RULE_COUNT, x->slots,
		       "queue %d is not the agent's", x->queue);
		return;
	}
	const struct wfm_queue *q = &j->p->queues[x->queue];
	judge_sit_down(j, x);
	for (int32_t i = 0; i < x->slots; i++) {
		int32_t t = (x->start + i) % j->p->slot_count;
		if (q->open && !q->open[t] && duties)
			continue; /* a duty goes on while its queue is closed, and counts for nothing there */
		if (q->open && !q->open[t])
			judge_breach(j, WFM_BREACH_CLOSED, s->day, WFM_RULE_COUNT, 1,
			       "queue %d is closed in slot %d", x->queue, t);
		j->out->covered[x->queue * j->p->slot_count + t] += speed;
	}
}

static void judge_breaks(struct judge *j, const struct wfm_shift *s)
{
	int32_t length = minutes_of(j, s), row = 0, last_end = -1, u = j->p->slot_min;
	for (int32_t i = 0; i < s->activity_count; i++) {
		const struct wfm_activity *x = &j->r->activities[s->first_activity + i];
		if (x->kind == WFM_WORK) {
			judge_work(j, s, x);
			continue;
		}
		if (x->kind == WFM_TRAINING || x->kind == WFM_MEETING || x->kind == WFM_TRAVEL)
			continue; /* see verify_sessions.c and judge_travel */
		while (row < j->contract->break_count &&
		       (length < j->contract->breaks[row].shift_low ||
			length > j->contract->breaks[row].shift_high))
			row++;
		if (row == j->contract->break_count) {
			judge_breach(j, WFM_BREACH_BREAK, s->day, WFM_RULE_COUNT, 1, "a break too many");
			return;
		}
		const struct wfm_break *b = &j->contract->breaks[row++];
		int32_t at = (x->start - s->start) * u;
		if (x->kind != b->kind || x->slots * u != b->minutes || x->paid != b->paid ||
		    x->queue != WFM_NONE)
			judge_breach(j, WFM_BREACH_BREAK, s->day, WFM_RULE_COUNT, 0,
			       "break %d has another kind, length or pay", row - 1);
		if (at < b->earliest || at > b->latest)
			judge_breach(j, WFM_BREACH_BREAK, s->day, WFM_RULE_COUNT,
			       at < b->earliest ? b->earliest - at : at - b->latest,
			       "break %d starts %d minutes into the shift, not %d to %d", row - 1, at,
			       b->earliest, b->latest);
		if (last_end >= 0 && at - last_end < b->gap)
			judge_breach(j, WFM_BREACH_BREAK, s->day, WFM_RULE_COUNT, b->gap - (at - last_end),
			       "break %d follows the one before after %d minutes", row - 1,
			       at - last_end);
		last_end = at + b->minutes;
	}
	for (; row < j->contract->break_count; row++)
		if (length >= j->contract->breaks[row].shift_low &&
		    length <= j->contract->breaks[row].shift_high)
			judge_breach(j, WFM_BREACH_BREAK, s->day, WFM_RULE_COUNT, 1, "break %d is missing", row);
}

/* A shift elsewhere begins and ends with the way there and back; no other has any. */
static void judge_travel(struct judge *j, const struct wfm_shift *s)
{
	const struct wfm_activity *first = &j->r->activities[s->first_activity];
	int32_t travel = s->elsewhere > 0 ? j->a->elsewhere[s->elsewhere - 1].travel_min / j->p->slot_min : 0;
	for (int32_t i = 0; i < s->activity_count; i++) {
		const struct wfm_activity *x = &first[i];
		bool there = travel > 0 && i == 0, back = travel > 0 && i == s->activity_count - 1;
		if ((x->kind == WFM_TRAVEL) != (there || back))
			judge_breach(j, WFM_BREACH_TRAVEL, s->day, WFM_RULE_COUNT, x->slots,
				     "travel is %s at slot %d", there || back ? "missing" : "not to be", x->start);
		else if (x->kind == WFM_TRAVEL && (x->slots != travel || !x->paid || x->queue != WFM_NONE ||
						   s->activity_count == 1))
			judge_breach(j, WFM_BREACH_TRAVEL, s->day, WFM_RULE_COUNT, x->slots - travel,
				     "travel takes %d paid slots each way, not %d", travel, x->slots);
	}
}

static bool length_allowed(const struct wfm_rule_row *r, int32_t length)
{
	if (r->step == 0)
		return length == r->low || length == r->high;
	return length >= r->low && length <= r->high && (length - r->low) % r->step == 0;
}

static int32_t window_miss(const struct wfm_rule_row *r, int32_t wall)
{
	bool wraps = r->low > r->high;
	bool inside = wraps ? wall >= r->low || wall <= r->high : wall >= r->low && wall <= r->high;
	if (inside)
		return 0;
	int32_t early = r->low - wall, late = wall - r->high;
	if (!wraps)
		return early > 0 ? early : late;
	return early < late ? early : late;
}

/* Is the shift one of the duties, at its time, and one the agent may take? */
static void judge_duty(struct judge *j, const struct wfm_shift *s)
{
	const struct wfm_duty *d = &j->p->duties[s->duty];
	if (judge_clock(j, s->start) != d->start || minutes_of(j, s) != d->minutes)
		judge_breach(j, WFM_BREACH_DUTY, s->day, WFM_RULE_COUNT, 0,
		       "the shift is not at the time of duty %d", s->duty);
	bool other = false;
	for (int32_t i = 0; i < j->contract->rule_count; i++)
		other |= j->contract->rules[i].rule == WFM_RULE_OTHER_SKILL &&
			 j->contract->rules[i].mode != WFM_OFF;
	if (!other && !judge_has_skill(j, d->skill) && !judge_is_locked(j, s))
		judge_breach(j, WFM_BREACH_SKILL, s->day, WFM_RULE_COUNT, 1,
		       "the agent lacks the skill of duty %d", s->duty);
}

/* Start and length of one shift against the rows of the contract. */
static void judge_form(struct judge *j, const struct wfm_shift *s)
{
	if (j->p->duty_count > 0) {
		judge_duty(j, s);
		return;
	}
	int32_t wall = judge_clock(j, s->start), weekday = j->cal->days[s->day].weekday;
	bool locked = judge_is_locked(j, s), windows = false, in = false, lengths = false, fits = false;
	double soft = HUGE_VAL;
	for (int32_t i = 0; i < j->contract->rule_count; i++) {
		const struct wfm_rule_row *r = &j->contract->rules[i];
		if (r->mode == WFM_OFF)
			continue;
		if (r->rule == WFM_RULE_SHIFT_MINUTES) {
			lengths = true;
			fits |= length_allowed(r, minutes_of(j, s));
		}
		if (r->rule == WFM_RULE_START_STEP && wall % r->low != 0 && !locked)
			judge_breach(j, WFM_BREACH_RULE, s->day, r->rule, wall % r->low,
			       "starts at minute %d of the day", wall);
		if (r->rule != WFM_RULE_START_WINDOW)
			continue;
		windows |= r->mode == WFM_HARD;
		if (r->days != 0 && !((r->days >> weekday) & 1))
			continue;
		int32_t miss = window_miss(r, wall);
		if (r->mode == WFM_HARD)
			in |= miss == 0;
		else
			soft = fmin(soft, miss * r->weight_cents / 60);
	}
	if (soft < HUGE_VAL)
		j->out->cost.rules += soft;
	if (windows && !in && !locked)
		judge_breach(j, WFM_BREACH_RULE, s->day, WFM_RULE_START_WINDOW, 0,
		       "starts at minute %d of the day, outside every window", wall);
	if (lengths && !fits && !locked)
		judge_breach(j, WFM_BREACH_RULE, s->day, WFM_RULE_SHIFT_MINUTES, 0, "is %d minutes long",
		       minutes_of(j, s));
}

void judge_shift(struct judge *j, const struct wfm_shift *s)
{
	judge_form(j, s);
	judge_breaks(j, s);
	judge_travel(j, s);
	for (int32_t i = 0; i < j->a->unavailable_count; i++) {
		const struct wfm_span *u = &j->a->unavailable[i];
		if (u->start < u->end && u->start < s->end && s->start < u->end && !judge_is_locked(j, s))
			judge_breach(j, WFM_BREACH_UNAVAILABLE, s->day, WFM_RULE_COUNT, 0,
			       "the agent is away in slots %d to %d", u->start, u->end);
	}
	for (int32_t i = 0; i < j->a->lock_count; i++)
		if (j->a->locks[i].day == s->day && !judge_is_locked(j, s))
			judge_breach(j, WFM_BREACH_LOCK, s->day, WFM_RULE_COUNT, 0,
			       "the day is locked to something else");
	double hours = judge_paid_minutes(j, s) / 60.0;
	j->out->paid_hours += hours;
	*(j->contract->salaried ? &j->out->cost.fixed_pay : &j->out->cost.pay) +=
		hours * j->contract->hour_cents;
}
