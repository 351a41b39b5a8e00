/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The judge: reads a problem and a roster and recomputes every rule, cost and cover from the public
 * structs alone. It includes nothing of the solver and repeats its arithmetic on purpose (clock
 * readings, breaks, rules), so that a mistake there shows here.
 */
#include "wfm/schedule.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAYS = 64 };

struct judge {
	const struct wfm_problem *p;
	const struct wfm_roster *r;
	struct wfm_report *out;
	int32_t capacity;
	bool oom;
	/* of the agent in hand */
	int32_t agent;
	const struct wfm_agent *a;
	const struct wfm_contract *contract;
	const struct wfm_calendar *cal;
	const struct wfm_shift **shift; /* by start */
	int32_t count;
	int32_t on_day[DAYS]; /* index into shift; -1: off */
	int32_t week_of[DAYS], weeks;
};

static void __attribute__((format(printf, 6, 7))) breach(struct judge *j, enum wfm_breach_kind kind,
							 int32_t day, enum wfm_rule rule,
							 double amount, const char *fmt, ...)
{
	if (j->out->breach_count == j->capacity) {
		int32_t cap = j->capacity ? 2 * j->capacity : 16;
		struct wfm_breach *b = reallocarray(j->out->breaches, (size_t)cap, sizeof *b);
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

static int32_t clock_minute(const struct judge *j, int32_t slot)
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

static int32_t minutes_of(const struct judge *j, const struct wfm_shift *s)
{
	return (s->end - s->start) * j->p->slot_min;
}

static int32_t paid_minutes(const struct judge *j, const struct wfm_shift *s)
{
	int32_t slots = 0;
	for (int32_t i = 0; i < s->activity_count; i++)
		if (j->r->activities[s->first_activity + i].paid)
			slots += j->r->activities[s->first_activity + i].slots;
	return slots * j->p->slot_min;
}

static bool is_locked(const struct judge *j, const struct wfm_shift *s)
{
	for (int32_t i = 0; i < j->a->lock_count; i++)
		if (j->a->locks[i].day == s->day && j->a->locks[i].start == s->start &&
		    j->a->locks[i].end == s->end)
			return true;
	return false;
}

/* ---- shapes: what must hold before anything else can be read ---- */

static bool shift_readable(struct judge *j, const struct wfm_shift *s)
{
	const struct wfm_roster *r = j->r;
	const struct wfm_problem *p = j->p;
	if (s->agent < 0 || s->agent >= p->agent_count) {
		breach(j, WFM_BREACH_SHAPE, WFM_NONE, WFM_RULE_COUNT, 0, "agent %d does not exist",
		       s->agent);
		return false;
	}
	j->agent = s->agent;
	const struct wfm_calendar *c = &p->calendars[p->agents[s->agent].calendar];
	if (s->day < 0 || s->day >= c->day_count || s->start < c->days[s->day].first_slot ||
	    s->start >= c->days[s->day].first_slot + c->days[s->day].slots) {
		breach(j, WFM_BREACH_SHAPE, s->day, WFM_RULE_COUNT, 0, "the shift does not start on its day");
		return false;
	}
	if (s->end <= s->start || (!p->cyclic && s->end > p->slot_count) ||
	    s->end - s->start > 1440 / p->slot_min) {
		breach(j, WFM_BREACH_SHAPE, s->day, WFM_RULE_COUNT, 0,
		       "the shift ends before it starts, after a day, or outside the horizon");
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
		breach(j, WFM_BREACH_SHAPE, s->day, WFM_RULE_COUNT, 0,
		       "the activities do not cover the shift from start to end");
		return false;
	}
	return true;
}

/* ---- one shift ---- */

static double speed_on(const struct judge *j, int32_t queue)
{
	const struct wfm_queue *q = &j->p->queues[queue];
	if (q->site != WFM_NONE && q->site != j->a->site)
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
	bool locked = is_locked(j, s);
	if (!x->paid)
		breach(j, WFM_BREACH_SHAPE, s->day, WFM_RULE_COUNT, 0, "work is paid");
	if (x->queue == WFM_NONE) {
		if (!locked)
			breach(j, WFM_BREACH_CLOSED, s->day, WFM_RULE_COUNT, x->slots,
			       "work on no queue from slot %d", x->start);
		return;
	}
	double speed = speed_on(j, x->queue);
	if (speed <= 0) {
		breach(j, WFM_BREACH_SKILL, s->day, WFM_RULE_COUNT, x->slots,
		       "queue %d is not the agent's", x->queue);
		return;
	}
	const struct wfm_queue *q = &j->p->queues[x->queue];
	for (int32_t i = 0; i < x->slots; i++) {
		int32_t t = (x->start + i) % j->p->slot_count;
		if (q->open && !q->open[t])
			breach(j, WFM_BREACH_CLOSED, s->day, WFM_RULE_COUNT, 1,
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
		while (row < j->contract->break_count &&
		       (length < j->contract->breaks[row].shift_low ||
			length > j->contract->breaks[row].shift_high))
			row++;
		if (row == j->contract->break_count) {
			breach(j, WFM_BREACH_BREAK, s->day, WFM_RULE_COUNT, 1, "a break too many");
			return;
		}
		const struct wfm_break *b = &j->contract->breaks[row++];
		int32_t at = (x->start - s->start) * u;
		if (x->kind != b->kind || x->slots * u != b->minutes || x->paid != b->paid ||
		    x->queue != WFM_NONE)
			breach(j, WFM_BREACH_BREAK, s->day, WFM_RULE_COUNT, 0,
			       "break %d has another kind, length or pay", row - 1);
		if (at < b->earliest || at > b->latest)
			breach(j, WFM_BREACH_BREAK, s->day, WFM_RULE_COUNT,
			       at < b->earliest ? b->earliest - at : at - b->latest,
			       "break %d starts %d minutes into the shift, not %d to %d", row - 1, at,
			       b->earliest, b->latest);
		if (last_end >= 0 && at - last_end < b->gap)
			breach(j, WFM_BREACH_BREAK, s->day, WFM_RULE_COUNT, b->gap - (at - last_end),
			       "break %d follows the one before after %d minutes", row - 1,
			       at - last_end);
		last_end = at + b->minutes;
	}
	for (; row < j->contract->break_count; row++)
		if (length >= j->contract->breaks[row].shift_low &&
		    length <= j->contract->breaks[row].shift_high)
			breach(j, WFM_BREACH_BREAK, s->day, WFM_RULE_COUNT, 1, "break %d is missing", row);
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

/* Start and length of one shift against the rows of the contract. */
static void judge_form(struct judge *j, const struct wfm_shift *s)
{
	int32_t wall = clock_minute(j, s->start), weekday = j->cal->days[s->day].weekday;
	bool locked = is_locked(j, s), windows = false, in = false, lengths = false, fits = false;
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
			breach(j, WFM_BREACH_RULE, s->day, r->rule, wall % r->low,
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
		breach(j, WFM_BREACH_RULE, s->day, WFM_RULE_START_WINDOW, 0,
		       "starts at minute %d of the day, outside every window", wall);
	if (lengths && !fits && !locked)
		breach(j, WFM_BREACH_RULE, s->day, WFM_RULE_SHIFT_MINUTES, 0, "is %d minutes long",
		       minutes_of(j, s));
}

static void judge_shift(struct judge *j, const struct wfm_shift *s)
{
	judge_form(j, s);
	judge_breaks(j, s);
	for (int32_t i = 0; i < j->a->unavailable_count; i++) {
		const struct wfm_span *u = &j->a->unavailable[i];
		if (u->start < u->end && u->start < s->end && s->start < u->end && !is_locked(j, s))
			breach(j, WFM_BREACH_UNAVAILABLE, s->day, WFM_RULE_COUNT, 0,
			       "the agent is away in slots %d to %d", u->start, u->end);
	}
	for (int32_t i = 0; i < j->a->lock_count; i++)
		if (j->a->locks[i].day == s->day && !is_locked(j, s))
			breach(j, WFM_BREACH_LOCK, s->day, WFM_RULE_COUNT, 0,
			       "the day is locked to something else");
	double hours = paid_minutes(j, s) / 60.0;
	j->out->paid_hours += hours;
	*(j->contract->salaried ? &j->out->cost.fixed_pay : &j->out->cost.pay) +=
		hours * j->contract->hour_cents;
	int32_t wall = clock_minute(j, s->start);
	for (int32_t i = 0; i < j->a->wish_count; i++) {
		const struct wfm_wish *w = &j->a->wishes[i];
		if (w->day != WFM_NONE && w->day != s->day)
			continue;
		double amount = w->kind == WFM_WISH_DAY_OFF ? 1 : abs(wall - w->minute) / 60.0;
		j->out->cost.wishes += amount * w->weight_cents;
	}
}

/* ---- rules over several days ---- */

/* A violated row: a breach when hard, cents when soft. */
static void hold(struct judge *j, const struct wfm_rule_row *r, int32_t day, double amount)
{
	if (amount <= 1e-12)
		return;
	if (r->mode == WFM_SOFT)
		j->out->cost.rules += amount * r->weight_cents;
	else
		breach(j, WFM_BREACH_RULE, day, r->rule, amount, "%s is broken by %g",
		       wfm_rules[r->rule].name, amount);
}

static double out_of_range(double v, const struct wfm_rule_row *r)
{
	return v > r->high ? v - r->high : v < r->low ? r->low - v : 0;
}

static int32_t first_day_of(const struct judge *j, int32_t week)
{
	int32_t d = 0;
	while (j->week_of[d] != week)
		d++;
	return d;
}

static int32_t after_week(const struct judge *j, int32_t week)
{
	int32_t d = first_day_of(j, week);
	while (d < j->cal->day_count && j->week_of[d] == week)
		d++;
	return d;
}

static double count_credit(const struct judge *j, int32_t week, bool minutes)
{
	double sum = 0;
	for (int32_t i = 0; i < j->a->credit_count; i++)
		if (j->week_of[j->a->credits[i].day] == week)
			sum += minutes ? j->a->credits[i].minutes : j->a->credits[i].shifts;
	return sum;
}

static bool at_night(const struct judge *j, const struct wfm_rule_row *r, const struct wfm_shift *s)
{
	for (int32_t t = s->start; t < s->end; t++) {
		int32_t w = clock_minute(j, t);
		if (r->from <= r->to ? w >= r->from && w < r->to : w >= r->from || w < r->to)
			return true;
	}
	return false;
}

/* Longest run of days off in [a, b), and how many runs; a cyclic week joins its ends. */
static void days_off(const struct judge *j, int32_t a, int32_t b, int32_t *longest, int32_t *runs)
{
	int32_t n = b - a, run = 0;
	bool ring = j->p->cyclic && j->weeks == 1;
	*longest = *runs = 0;
	for (int32_t i = 0; i < (ring ? 2 * n : n); i++) {
		bool off = j->on_day[a + i % n] < 0;
		run = off ? run + 1 : 0;
		int32_t shown = run < n ? run : n;
		*longest = shown > *longest ? shown : *longest;
		bool before = i > 0 ? j->on_day[a + (i - 1) % n] < 0 : false;
		if (off && !before && (!ring || i >= n))
			(*runs)++;
	}
	if (ring && *longest == n)
		*runs = 1;
}

static void judge_week_row(struct judge *j, const struct wfm_rule_row *r, int32_t week)
{
	int32_t a = first_day_of(j, week), b = after_week(j, week), longest, runs;
	int32_t shifts = 0, minutes = 0, nights = 0, early = INT32_MAX, late = 0;
	for (int32_t d = a; d < b; d++) {
		if (j->on_day[d] < 0)
			continue;
		const struct wfm_shift *s = j->shift[j->on_day[d]];
		int32_t wall = clock_minute(j, s->start);
		shifts++;
		minutes += paid_minutes(j, s);
		nights += at_night(j, r, s);
		early = wall < early ? wall : early;
		late = wall > late ? wall : late;
	}
	days_off(j, a, b, &longest, &runs);
	if (r->rule == WFM_RULE_WEEK_MINUTES)
		hold(j, r, a, out_of_range(minutes + count_credit(j, week, true), r) / 60);
	else if (r->rule == WFM_RULE_WEEK_SHIFTS)
		hold(j, r, a, out_of_range(shifts + count_credit(j, week, false), r));
	else if (r->rule == WFM_RULE_START_SPREAD && shifts > 0)
		hold(j, r, a, late - early > r->high ? (late - early - r->high) / 60.0 : 0);
	else if (r->rule == WFM_RULE_DAYS_OFF_TOGETHER)
		hold(j, r, a, longest < r->low);
	else if (r->rule == WFM_RULE_DAYS_OFF_BLOCKS)
		hold(j, r, a, runs > r->high ? runs - r->high : 0);
	else if (r->rule == WFM_RULE_NIGHT_SHIFTS)
		hold(j, r, a, nights > r->high ? nights - r->high : 0);
}

static void judge_rest(struct judge *j, const struct wfm_rule_row *r)
{
	int64_t before = j->a->previous_end == WFM_NONE ? -1000000 : j->a->previous_end;
	if (j->p->cyclic && j->count > 0)
		before = j->shift[j->count - 1]->end - j->p->slot_count;
	for (int32_t i = 0; i < j->count; i++) {
		int64_t rest = (j->shift[i]->start - before) * j->p->slot_min;
		if (rest < r->low && !(i == 0 && is_locked(j, j->shift[i])))
			hold(j, r, j->shift[i]->day, (double)(r->low - rest));
		before = j->shift[i]->end;
	}
}

static void judge_plan_row(struct judge *j, const struct wfm_rule_row *r)
{
	int32_t sundays = 0, weekends = 0, run = j->a->previous_days_worked;
	for (int32_t d = 0; d < j->cal->day_count; d++) {
		const struct wfm_day *x = &j->cal->days[d];
		bool work = j->on_day[d] >= 0;
		run = work ? run + 1 : 0;
		if (r->rule == WFM_RULE_CONSECUTIVE_DAYS && run > r->high)
			hold(j, r, d, 1);
		sundays += work && (x->weekday == 6 || x->holiday);
		weekends += x->weekday == 6 && !work && (d == 0 || j->on_day[d - 1] < 0);
	}
	if (r->rule == WFM_RULE_SUNDAYS)
		hold(j, r, WFM_NONE, sundays > r->high ? sundays - r->high : 0);
	if (r->rule == WFM_RULE_WEEKENDS_OFF)
		hold(j, r, WFM_NONE, weekends < r->low ? r->low - weekends : 0);
	if (r->rule == WFM_RULE_REST)
		judge_rest(j, r);
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
			breach(j, WFM_BREACH_OVERLAP, s->day, WFM_RULE_COUNT, 0,
			       "two shifts on one day, or one begins before the other ends");
		j->on_day[s->day] = i;
	}
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
	for (int32_t i = 0; i < j->count; i++)
		judge_shift(j, j->shift[i]);
	if (is_unplanned(j)) {
		if (j->count > 0)
			breach(j, WFM_BREACH_UNPLANNED, WFM_NONE, WFM_RULE_COUNT, j->count,
			       "listed as unplanned, yet has shifts");
		return;
	}
	for (int32_t i = 0; i < j->a->lock_count; i++) {
		const struct wfm_lock *l = &j->a->locks[i];
		if (l->end > 0 && (j->on_day[l->day] < 0 ||
				   !is_locked(j, j->shift[j->on_day[l->day]])))
			breach(j, WFM_BREACH_LOCK, l->day, WFM_RULE_COUNT, 0, "the locked shift is missing");
	}
	if (j->contract->optional && j->count == 0)
		return;
	for (int32_t i = 0; i < j->contract->rule_count; i++) {
		if (j->contract->rules[i].mode == WFM_OFF)
			continue;
		judge_plan_row(j, &j->contract->rules[i]);
		for (int32_t w = 0; w < j->weeks; w++)
			judge_week_row(j, &j->contract->rules[i], w);
	}
}

/* ---- cover and claims ---- */

static void judge_cover(struct judge *j)
{
	const struct wfm_problem *p = j->p;
	double h = p->slot_min / 60.0;
	for (int32_t q = 0; q < p->queue_count; q++) {
		const struct wfm_queue *x = &p->queues[q];
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
	c->total = c->pay + c->fixed_pay + c->shortage + c->surplus + c->rules + c->wishes;
}

static void compare(struct judge *j, const char *name, double stated, double found)
{
	double scale = fmax(1, fmax(fabs(found), fabs(j->out->cost.total)));
	if (!(fabs(stated - found) <= 1e-6 * scale))
		breach(j, WFM_BREACH_COST, WFM_NONE, WFM_RULE_COUNT, stated - found,
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
	compare(j, "total", s->total, f->total);
	if (j->r->bound > f->total + 1e-6 * fmax(1, fabs(f->total)))
		breach(j, WFM_BREACH_BOUND, WFM_NONE, WFM_RULE_COUNT, j->r->bound - f->total,
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
	if (!all || !j.out || !j.out->covered) {
		j.oom = true;
		goto out;
	}
	int32_t n = 0;
	for (int32_t i = 0; i < r->shift_count; i++)
		if (shift_readable(&j, &r->shifts[i]))
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
	judge_cover(&j);
	if (check_claims)
		judge_claims(&j);
out:
	free(all);
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
	free(r);
}
