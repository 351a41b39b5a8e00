/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The judge of rules over several days. See judge.h. */
#include "solver/schedule/judge.h"

/* ---- rules over several days ---- */

void judge_hold(struct judge *j, const struct wfm_rule_row *r, int32_t day, double amount)
{
	if (amount <= 1e-12)
		return;
	if (r->mode == WFM_SOFT)
		j->out->cost.rules += amount * r->weight_cents;
	else
		judge_breach(j, WFM_BREACH_RULE, day, r->rule, amount, "%s is broken by %g",
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
		int32_t w = judge_clock(j, t);
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

void judge_week_row(struct judge *j, const struct wfm_rule_row *r, int32_t week)
{
	int32_t a = first_day_of(j, week), b = after_week(j, week), longest, runs;
	int32_t shifts = 0, worked = 0, minutes = 0, nights = 0, early = INT32_MAX, late = 0;
	for (int32_t d = a; d < b; d++) {
		if (j->on_day[d] < 0)
			continue;
		const struct wfm_shift *s = j->shift[j->on_day[d]];
		int32_t wall = judge_start(j, s);
		shifts += r->duties == 0 || j->p->duty_count == 0 || judge_names(r->duties, s->duty);
		worked++;
		minutes += judge_paid_minutes(j, s);
		nights += at_night(j, r, s);
		early = wall < early ? wall : early;
		late = wall > late ? wall : late;
	}
	days_off(j, a, b, &longest, &runs);
	if (r->rule == WFM_RULE_WEEK_MINUTES)
		judge_hold(j, r, a, out_of_range(minutes + count_credit(j, week, true), r) / 60);
	else if (r->rule == WFM_RULE_WEEK_SHIFTS)
		judge_hold(j, r, a, out_of_range(shifts + count_credit(j, week, false), r));
	else if (r->rule == WFM_RULE_START_SPREAD && worked > 0 && j->p->duty_count == 0)
		judge_hold(j, r, a, late - early > r->high ? (late - early - r->high) / 60.0 : 0);
	else if (r->rule == WFM_RULE_DAYS_OFF_TOGETHER)
		judge_hold(j, r, a, longest < r->low);
	else if (r->rule == WFM_RULE_DAYS_OFF_BLOCKS)
		judge_hold(j, r, a, runs > r->high ? runs - r->high : 0);
	else if (r->rule == WFM_RULE_NIGHT_SHIFTS)
		judge_hold(j, r, a, nights > r->high ? nights - r->high : 0);
}

static void judge_rest(struct judge *j, const struct wfm_rule_row *r)
{
	int64_t before = j->a->previous_end == WFM_NONE ? -1000000 : j->a->previous_end;
	if (j->p->cyclic && j->count > 0)
		before = j->shift[j->count - 1]->end - j->p->slot_count;
	for (int32_t i = 0; i < j->count; i++) {
		int64_t rest = (j->shift[i]->start - before) * j->p->slot_min;
		if (rest < r->low && !(i == 0 && judge_is_locked(j, j->shift[i])))
			judge_hold(j, r, j->shift[i]->day, (double)(r->low - rest));
		before = j->shift[i]->end;
	}
}

void judge_plan_row(struct judge *j, const struct wfm_rule_row *r)
{
	int32_t sundays = 0, weekends = 0;
	for (int32_t d = 0; d < j->cal->day_count; d++) {
		const struct wfm_day *x = &j->cal->days[d];
		bool work = j->on_day[d] >= 0;
		sundays += work && (x->weekday == 6 || x->holiday);
		weekends += x->weekday == 6 && !work && (d == 0 || j->on_day[d - 1] < 0);
	}
	if (r->rule == WFM_RULE_SUNDAYS)
		judge_hold(j, r, WFM_NONE, sundays > r->high ? sundays - r->high : 0);
	if (r->rule == WFM_RULE_WEEKENDS_OFF)
		judge_hold(j, r, WFM_NONE, weekends < r->low ? r->low - weekends : 0);
	if (r->rule == WFM_RULE_REST)
		judge_rest(j, r);
}
