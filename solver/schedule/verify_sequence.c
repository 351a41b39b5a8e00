/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The judge of runs, windows, weekends, patterns, sums over the plan, wishes and covers. Each rule is
 * read off the whole row of days at once, not day by day as the solver does. See judge.h.
 */
#include "solver/schedule/judge.h"

#include <math.h>
#include <stdlib.h>

bool judge_has_skill(const struct judge *j, int32_t skill)
{
	if (skill == WFM_NONE)
		return true;
	for (int32_t i = 0; i < j->a->skill_count; i++)
		if (j->a->skills[i].skill == skill)
			return true;
	return false;
}

static const struct wfm_shift *shift_on(const struct judge *j, int32_t day)
{
	return j->on_day[day] < 0 ? NULL : j->shift[j->on_day[day]];
}

static bool works(const struct judge *j, int32_t day)
{
	return j->on_day[day] >= 0;
}

/* Does the agent work one of these duties (0: any) on the day? */
static bool works_one(const struct judge *j, int32_t day, uint64_t duties)
{
	const struct wfm_shift *s = shift_on(j, day);
	return s && (duties == 0 || j->p->duty_count == 0 || judge_names(duties, s->duty));
}

static double outside(const struct wfm_rule_row *r, double v)
{
	return v > r->high ? v - r->high : v < r->low ? r->low - v : 0;
}

static double too_many(const struct wfm_rule_row *r, double v)
{
	return v > r->high ? v - r->high : 0;
}

/* ---- runs over a row of yes and no ---- */

/* before: how long the run at hand already is when the row begins; -1: not known. */
static void hold_runs(struct judge *j, const struct wfm_rule_row *r, const bool *in, int32_t n,
		      const int32_t *day, int32_t before)
{
	for (int32_t i = 0; i < n;) {
		int32_t k = i, past = i == 0 && before > 0 ? before : 0;
		while (k < n && in[k] == in[i])
			k++;
		if (i == 0 && past > 0 && !in[0] && past < r->low)
			judge_hold(j, r, day[0], r->low - past);
		if (in[i]) {
			int32_t length = k - i + past;
			/* What the past alone was over is not this plan's. */
			double over = length > r->high ? length - (past > r->high ? past : r->high) : 0;
			bool cut = (i == 0 && before <= 0) || k == n;
			judge_hold(j, r, day[i], over);
			if (length < r->low && (r->edges || !cut))
				judge_hold(j, r, day[i], r->low - length);
		}
		i = k;
	}
}

/* The row closed to a ring: no run is cut, and one without end is too long with all its days. */
static void hold_ring(struct judge *j, const struct wfm_rule_row *r, const bool *in, int32_t n)
{
	int32_t gap = 0;
	while (gap < n && in[gap])
		gap++;
	if (gap == n) {
		judge_hold(j, r, 0, r->high < INT32_MAX ? n : 0);
		return;
	}
	for (int32_t i = 1, length = 0; i <= n; i++) {
		const int32_t d = (gap + i) % n;
		if (in[d]) {
			length++;
			continue;
		}
		if (length > 0)
			judge_hold(j, r, (d - length + n) % n, outside(r, length));
		length = 0;
	}
}

static void judge_runs(struct judge *j, const struct wfm_rule_row *r)
{
	bool in[DAYS];
	int32_t day[DAYS], n = j->cal->day_count;
	for (int32_t d = 0; d < n; d++) {
		day[d] = d;
		in[d] = r->rule == WFM_RULE_DAYS_OFF_IN_A_ROW ? !works(j, d) :
			r->rule == WFM_RULE_DUTIES_IN_A_ROW   ? works_one(j, d, r->duties) :
								works(j, d);
	}
	if (j->p->cyclic)
		hold_ring(j, r, in, n);
	else
		hold_runs(j, r, in, n, day,
			  r->rule == WFM_RULE_CONSECUTIVE_DAYS ? j->a->previous_days_worked : -1);
}

/* ---- weekends ---- */

/* First day (Saturday, or Sunday when the plan begins on it) and last day of each weekend. */
static int32_t weekends(const struct judge *j, int32_t *first, int32_t *last)
{
	int32_t n = 0;
	for (int32_t d = 0; d < j->cal->day_count; d++) {
		int32_t w = j->cal->days[d].weekday;
		if (w == 5 || (w == 6 && d == 0)) {
			first[n] = d;
			last[n++] = w == 5 && d + 1 < j->cal->day_count ? d + 1 : d;
		}
	}
	return n;
}

static void judge_weekends(struct judge *j, const struct wfm_rule_row *r)
{
	int32_t first[DAYS], last[DAYS], n = weekends(j, first, last), sum = 0;
	bool worked[DAYS];
	for (int32_t i = 0; i < n; i++) {
		bool a = works(j, first[i]), b = works(j, last[i]);
		worked[i] = a || b;
		sum += worked[i];
		if (r->rule == WFM_RULE_WEEKENDS_WHOLE && a != b)
			judge_hold(j, r, first[i], 1);
		const struct wfm_shift *x = shift_on(j, first[i]), *y = shift_on(j, last[i]);
		if (r->rule == WFM_RULE_WEEKENDS_SAME && x && y && x->duty != y->duty)
			judge_hold(j, r, first[i], 1);
	}
	if (r->rule == WFM_RULE_WEEKENDS_WORKED)
		judge_hold(j, r, WFM_NONE, outside(r, sum));
	if (r->rule == WFM_RULE_WEEKENDS_IN_A_ROW)
		hold_runs(j, r, worked, n, first, -1);
}

/* ---- sums ---- */

static void judge_sums(struct judge *j, const struct wfm_rule_row *r)
{
	double minutes = 0, shifts = 0, others = 0;
	for (int32_t d = 0; d < j->cal->day_count; d++) {
		const struct wfm_shift *s = shift_on(j, d);
		minutes += s ? judge_paid_minutes(j, s) : 0;
		shifts += works_one(j, d, r->duties);
		others += s && j->p->duty_count > 0 && !judge_has_skill(j, j->p->duties[s->duty].skill);
	}
	if (r->rule == WFM_RULE_PLAN_MINUTES)
		judge_hold(j, r, WFM_NONE, outside(r, minutes) / 60);
	if (r->rule == WFM_RULE_PLAN_SHIFTS)
		judge_hold(j, r, WFM_NONE, outside(r, shifts));
	if (r->rule == WFM_RULE_OTHER_SKILL)
		judge_hold(j, r, WFM_NONE, too_many(r, others));
}

/* Windows that begin before the plan hold their high only: nobody knows what lay there. */
static void judge_windows(struct judge *j, const struct wfm_rule_row *r)
{
	for (int32_t d = 0; d < j->cal->day_count; d++) {
		double shifts = 0, minutes = 0;
		for (int32_t k = d; k >= 0 && k > d - r->window; k--) {
			shifts += works_one(j, k, r->duties);
			minutes += works(j, k) ? judge_paid_minutes(j, shift_on(j, k)) : 0;
		}
		double v = r->rule == WFM_RULE_WINDOW_MINUTES ? minutes : shifts;
		double amount = d + 1 >= r->window ? outside(r, v) : too_many(r, v);
		judge_hold(j, r, d, r->rule == WFM_RULE_WINDOW_MINUTES ? amount / 60 : amount);
	}
}

static void judge_pattern(struct judge *j, const struct wfm_rule_row *r)
{
	for (int32_t d = 0; d + r->pattern_count <= j->cal->day_count; d++) {
		bool fits = r->days == 0 || ((r->days >> j->cal->days[d].weekday) & 1);
		for (int32_t i = 0; fits && i < r->pattern_count; i++) {
			const struct wfm_pattern_day *x = &r->pattern[i];
			fits = works(j, d + i) ? x->duties != 0 && works_one(j, d + i, x->duties) : x->off;
		}
		if (fits)
			judge_hold(j, r, d, 1);
	}
}

void judge_sequence_row(struct judge *j, const struct wfm_rule_row *r)
{
	static void (*const judges[WFM_RULE_COUNT])(struct judge *, const struct wfm_rule_row *) = {
		[WFM_RULE_CONSECUTIVE_DAYS] = judge_runs,
		[WFM_RULE_DAYS_OFF_IN_A_ROW] = judge_runs,
		[WFM_RULE_DUTIES_IN_A_ROW] = judge_runs,
		[WFM_RULE_WEEKENDS_WORKED] = judge_weekends,
		[WFM_RULE_WEEKENDS_IN_A_ROW] = judge_weekends,
		[WFM_RULE_WEEKENDS_WHOLE] = judge_weekends,
		[WFM_RULE_WEEKENDS_SAME] = judge_weekends,
		[WFM_RULE_PLAN_MINUTES] = judge_sums,
		[WFM_RULE_PLAN_SHIFTS] = judge_sums,
		[WFM_RULE_OTHER_SKILL] = judge_sums,
		[WFM_RULE_WINDOW_SHIFTS] = judge_windows,
		[WFM_RULE_WINDOW_MINUTES] = judge_windows,
		[WFM_RULE_PATTERN] = judge_pattern,
	};
	if (judges[r->rule])
		judges[r->rule](j, r);
}

/* ---- wishes ---- */

static double wish_amount(const struct judge *j, const struct wfm_wish *w, int32_t day)
{
	const struct wfm_shift *s = shift_on(j, day);
	switch (w->kind) {
	case WFM_WISH_DAY_OFF:
		return works_one(j, day, w->duties);
	case WFM_WISH_DAY_ON:
		return !works_one(j, day, w->duties);
	case WFM_WISH_START:
		return s ? abs(judge_start(j, s) - w->minute) / 60.0 : 0;
	case WFM_WISH_KEEP:
		if (w->start == w->end)
			return s != NULL;
		return !works_one(j, day, w->duties) || s->start != w->start || s->end != w->end ||
		       s->elsewhere != w->elsewhere;
	}
	return 0;
}

/* What a weight of one comes to for the agent. */
static double seniority_weight(const struct judge *j)
{
	const struct wfm_seniority *s = &j->p->seniority;
	if (s->most <= 1)
		return 1;
	return j->a->seniority >= s->full ? s->most : 1 + (s->most - 1) * j->a->seniority / s->full;
}

void judge_wishes(struct judge *j)
{
	struct wfm_fairness *f = &j->out->agents[j->agent];
	const double weight = seniority_weight(j);
	for (int32_t i = 0; i < j->a->wish_count; i++) {
		const struct wfm_wish *w = &j->a->wishes[i];
		double missed = 0;
		for (int32_t d = 0; d < j->cal->day_count; d++)
			if (w->day == WFM_NONE || w->day == d)
				missed += wish_amount(j, w, d);
		double cents = missed * w->weight_cents * (w->kind == WFM_WISH_KEEP ? 1 : weight);
		j->out->cost.wishes += cents;
		if (w->kind == WFM_WISH_KEEP)
			continue;
		f->wishes++;
		f->wishes_missed += missed > 0;
		f->wish_cents += cents;
	}
}

/* ---- fairness ---- */

void judge_fairness(struct judge *j)
{
	enum { EARLY_BEFORE = 7 * 60, LATE_AFTER = 22 * 60, A_WEEKEND = 2 };
	struct wfm_fairness *f = &j->out->agents[j->agent];
	f->burden = j->a->burden;
	f->shifts = j->count;
	for (int32_t i = 0; i < j->count; i++) {
		const struct wfm_shift *s = j->shift[i];
		const struct wfm_day *day = &j->cal->days[s->day];
		int32_t start = judge_start(j, s), end = start + (s->end - s->start) * j->p->slot_min;
		bool weekend = day->weekday >= 5 || day->holiday;
		f->paid_min += judge_paid_minutes(j, s);
		f->weekend_shifts += weekend;
		f->early_shifts += start < EARLY_BEFORE;
		f->late_shifts += end > LATE_AFTER;
		f->burden += (weekend ? A_WEEKEND : 0) + (start < EARLY_BEFORE || end > LATE_AFTER);
	}
}

/* ---- covers ---- */

void judge_covers(struct judge *j, const struct wfm_shift *const *shifts, int32_t count)
{
	const struct wfm_problem *p = j->p;
	struct wfm_report *out = j->out;
	bool used[WFM_MAX_DUTIES] = { false };
	for (int32_t i = 0; i < count && p->duty_count > 0; i++) {
		used[shifts[i]->duty] = true;
		for (int32_t c = 0; c < p->cover_count; c++)
			if (p->covers[c].day == shifts[i]->day && judge_names(p->covers[c].duties, shifts[i]->duty))
				out->on_cover[c]++;
	}
	for (int32_t c = 0; c < p->cover_count; c++) {
		double lack = p->covers[c].required - out->on_cover[c];
		out->short_people += fmax(0, lack);
		out->surplus_people += fmax(0, -lack);
		out->cost.shortage += fmax(0, lack) * p->covers[c].short_cents;
		out->cost.surplus += fmax(0, -lack) * p->covers[c].surplus_cents;
	}
	for (int32_t d = 0; d < p->duty_count; d++)
		if (used[d])
			out->cost.duties += p->duties[d].used_cents;
}
