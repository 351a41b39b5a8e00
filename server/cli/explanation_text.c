/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An explanation in sentences: one a line, money in units of a hundred cents. */
#include <math.h>
#include <stdio.h>

#include "server/base/clock.h"
#include "server/cli/explanation_form.h"

/* What a moved limit means; %s is the new value, then the old one. */
static const char *const lows[WFM_RULE_COUNT] = {
	[WFM_RULE_WEEK_MINUTES] = "a week of at least %s instead of %s",
	[WFM_RULE_WEEK_SHIFTS] = "at least %s instead of %s shifts a week",
	[WFM_RULE_SHIFT_MINUTES] = "shifts of %s beside those from %s",
	[WFM_RULE_START_WINDOW] = "starts from %s instead of %s",
	[WFM_RULE_START_STEP] = "starts every %s instead of every %s",
	[WFM_RULE_REST] = "%s of rest instead of %s",
	[WFM_RULE_CONSECUTIVE_DAYS] = "runs of %s working days instead of at least %s",
	[WFM_RULE_DAYS_OFF_TOGETHER] = "%s instead of %s days off together",
	[WFM_RULE_WEEKENDS_OFF] = "%s instead of %s weekends off",
	[WFM_RULE_DAYS_OFF_IN_A_ROW] = "runs of %s days off instead of at least %s",
	[WFM_RULE_PLAN_MINUTES] = "a plan of at least %s instead of %s",
	[WFM_RULE_PLAN_SHIFTS] = "at least %s instead of %s shifts in the plan",
	[WFM_RULE_WINDOW_SHIFTS] = "at least %s instead of %s shifts in the window",
	[WFM_RULE_WINDOW_MINUTES] = "at least %s instead of %s in the window",
	[WFM_RULE_WEEKENDS_WORKED] = "at least %s instead of %s weekends worked",
	[WFM_RULE_WEEKENDS_IN_A_ROW] = "runs of %s weekends instead of at least %s",
	[WFM_RULE_DUTIES_IN_A_ROW] = "runs of %s days on those duties instead of at least %s",
};

static const char *const highs[WFM_RULE_COUNT] = {
	[WFM_RULE_WEEK_MINUTES] = "a week of up to %s instead of %s",
	[WFM_RULE_WEEK_SHIFTS] = "up to %s instead of %s shifts a week",
	[WFM_RULE_SHIFT_MINUTES] = "shifts of %s beside those up to %s",
	[WFM_RULE_START_WINDOW] = "starts until %s instead of %s",
	[WFM_RULE_START_SPREAD] = "starts of a week up to %s instead of %s apart",
	[WFM_RULE_CONSECUTIVE_DAYS] = "up to %s instead of %s working days in a row",
	[WFM_RULE_DAYS_OFF_BLOCKS] = "up to %s instead of %s runs of days off a week",
	[WFM_RULE_NIGHT_SHIFTS] = "up to %s instead of %s night shifts a week",
	[WFM_RULE_SUNDAYS] = "up to %s instead of %s Sundays and holidays",
	[WFM_RULE_DAYS_OFF_IN_A_ROW] = "up to %s instead of %s days off in a row",
	[WFM_RULE_PLAN_MINUTES] = "a plan of up to %s instead of %s",
	[WFM_RULE_PLAN_SHIFTS] = "up to %s instead of %s shifts in the plan",
	[WFM_RULE_WINDOW_SHIFTS] = "up to %s instead of %s shifts in the window",
	[WFM_RULE_WINDOW_MINUTES] = "up to %s instead of %s in the window",
	[WFM_RULE_WEEKENDS_WORKED] = "up to %s instead of %s weekends worked",
	[WFM_RULE_WEEKENDS_IN_A_ROW] = "up to %s instead of %s weekends in a row",
	[WFM_RULE_DUTIES_IN_A_ROW] = "up to %s instead of %s days on those duties in a row",
	[WFM_RULE_OTHER_SKILL] = "up to %s instead of %s shifts without the duty's skill",
};

static const char *const reasons[WFM_SHORT_REASONS] = {
	[WFM_SHORT_NO_SKILL] = "nobody has the skill",
	[WFM_SHORT_AWAY] = "all who may are away or locked",
	[WFM_SHORT_NO_SHIFT] = "no shift of their contracts reaches it",
	[WFM_SHORT_ALL_AT_WORK] = "all who may are at work or on a break",
	[WFM_SHORT_COUNTERS] = "every counter is taken",
	[WFM_SHORT_HOURS] = "the others have used up their hours or days",
	[WFM_SHORT_PRICE] = "someone could, at more than it costs",
};

static bool in_minutes(enum wfm_rule rule)
{
	return rule == WFM_RULE_WEEK_MINUTES || rule == WFM_RULE_SHIFT_MINUTES ||
	       rule == WFM_RULE_START_STEP || rule == WFM_RULE_START_SPREAD ||
	       rule == WFM_RULE_REST || rule == WFM_RULE_PLAN_MINUTES || rule == WFM_RULE_WINDOW_MINUTES;
}

static void limit_text(enum wfm_rule rule, int32_t v, char out[24])
{
	if (rule == WFM_RULE_START_WINDOW)
		(void)snprintf(out, 24, "%02d:%02d", v / 60, v % 60);
	else if (in_minutes(rule) && v % 60 == 0)
		(void)snprintf(out, 24, "%d h", v / 60);
	else if (in_minutes(rule) && v > 60)
		(void)snprintf(out, 24, "%d h %d min", v / 60, v % 60);
	else
		(void)snprintf(out, 24, in_minutes(rule) ? "%d min" : "%d", v);
}

/* Wherever %s stands in the sentence, the words in their order. */
static void fill_in(const char *sentence, const char *first, const char *second, struct strbuf *s)
{
	const char *words[2] = { first, second };
	for (int n = 0; *sentence; sentence++) {
		if (sentence[0] == '%' && sentence[1] == 's') {
			strbuf_puts(s, words[n++ > 0]);
			sentence++;
		} else {
			strbuf_putc(s, *sentence);
		}
	}
}

static void when(const struct problem *p, int32_t start, int32_t slots, struct strbuf *s)
{
	struct err e = ERR_INIT;
	const struct zone *z;
	int64_t from = problem_instant(p, start), to = problem_instant(p, start + slots), date, end_date;
	int minute, end;
	char day[11];
	if (!zone_find(p->form.sites[0].zone, &z, &e))
		return; /* the problem was read with it */
	zone_to_local(z, from, &date, &minute);
	zone_to_local(z, to, &end_date, &end);
	date_format(date, day);
	strbuf_printf(s, "%s %02d:%02d-%02d:%02d", day, minute / 60, minute % 60, end / 60, end % 60);
}

static const char *item_name(const struct problem *p, const struct wfm_item *x, struct strbuf *s)
{
	if (x->kind == WFM_ITEM_RULE)
		strbuf_printf(s, "%s of contract %s", problem_rule_names[x->rule],
			      p->form.contracts[x->contract].name);
	else
		strbuf_printf(s, "%s %d of %s",
			      x->kind == WFM_ITEM_UNAVAILABLE ? "time away" :
			      x->kind == WFM_ITEM_LOCK	      ? "lock" :
								"wish",
			      x->index + 1, p->form.agents[x->agent].name);
	return x->place;
}

static void eased(const struct problem *p, const struct wfm_relaxation *x, struct strbuf *s)
{
	char from[24], to[24];
	if (x->side == WFM_SIDE_DROP) {
		strbuf_puts(s, "without ");
		const char *place = item_name(p, &x->item, s);
		strbuf_printf(s, " (%s)", place);
		return;
	}
	limit_text(x->item.rule, x->to, to);
	limit_text(x->item.rule, x->from, from);
	strbuf_printf(s, "contract %s with ", p->form.contracts[x->item.contract].name);
	fill_in(x->side == WFM_SIDE_LOW ? lows[x->item.rule] : highs[x->item.rule], to, from, s);
	if (x->minutes > 0)
		strbuf_printf(s, ", and %d min more a week", x->minutes);
}

static void print_hours(const struct problem *p, const struct wfm_explanation *x, struct strbuf *s)
{
	for (int32_t i = 0; i < x->shortage_count; i++) {
		const struct wfm_shortage *y = &x->shortages[i];
		strbuf_printf(s, "short: %s ", p->form.queues[y->queue].name);
		when(p, y->start, y->slots, s);
		strbuf_printf(s, ", %.1f people, costs %.2f: %s\n", y->people, y->cents / 100,
			      reasons[y->reason]);
	}
	for (int32_t i = 0; i < x->hour_count && isfinite(x->precision_cents); i++) {
		const struct wfm_marginal_hour *y = &x->hours[i];
		double cents = y->solved ? y->saved_cents : y->value_cents;
		strbuf_printf(s, "one more person on %s ", p->form.queues[y->queue].name);
		when(p, y->start, y->slots, s);
		strbuf_printf(s, cents < 0 ? " costs %.2f an hour more than it helps" : " saves %.2f an hour",
			      fabs(cents) / 100);
		if (y->relaxed_hours < 0.5 * y->short_hours)
			strbuf_puts(s, "; another roster could do without it");
		if (y->good_for > 1)
			strbuf_printf(s, "; each of up to %d at least half of that", (int)y->good_for);
		strbuf_puts(s, "\n");
	}
}

static void print_covers(const struct problem *p, const struct wfm_explanation *x, struct strbuf *s)
{
	for (int32_t i = 0; i < x->cover_count; i++) {
		const struct wfm_marginal_cover *y = &x->covers[i];
		const struct form_cover *c = &p->form.covers[y->cover];
		char day[11];
		date_format(c->date, day);
		if (y->people == 0 && y->solved && y->saved_cents <= x->precision_cents)
			continue;
		strbuf_puts(s, y->people > 0 ? "short: " : "met at a price: ");
		for (size_t d = 0; d < c->duty_count; d++)
			strbuf_printf(s, "%s%s", d > 0 ? " or " : "", c->duties[d]);
		strbuf_printf(s, " %s", day);
		if (y->people > 0)
			strbuf_printf(s, ", %.1f people, costs %.2f: %s", y->people, y->cents / 100,
				      reasons[y->reason]);
		if (y->solved)
			strbuf_printf(s, "; one person more, or one wanted less, saves %.2f",
				      fmax(0, y->saved_cents) / 100);
		if (y->solved && y->relaxed_people < 0.5 * y->people)
			strbuf_puts(s, "; another roster could do without it");
		if (y->good_for > 1)
			strbuf_printf(s, "; each of up to %d at least half of that", (int)y->good_for);
		strbuf_puts(s, "\n");
	}
}

static void print_agents(const struct problem *p, const struct wfm_explanation *x, struct strbuf *s)
{
	for (int32_t i = 0; i < x->agent_count; i++) {
		const struct wfm_marginal_agent *y = &x->agents[i];
		const struct form_agent *a = &p->form.agents[y->like];
		strbuf_printf(s, "one more %s like %s ", a->contract, a->name);
		if (!y->solved && isfinite(y->most_cents))
			strbuf_printf(s, "saves at most %.2f", y->most_cents / 100);
		else if (!y->solved)
			strbuf_puts(s, "was not tried");
		else if (y->saved_cents < -x->precision_cents)
			strbuf_printf(s, "costs %.2f more than it helps", -y->saved_cents / 100);
		else if (isinf(x->precision_cents))
			strbuf_puts(s, "was not tried");
		else if (y->saved_cents <= x->precision_cents)
			strbuf_puts(s, "saves nothing");
		else
			strbuf_printf(s, "saves %.2f", y->saved_cents / 100);
		if (y->fixed_pay_cents > 0)
			strbuf_printf(s, " before %.2f of fixed pay", y->fixed_pay_cents / 100);
		if (y->good_for > 1)
			strbuf_printf(s, "; each of up to %d at least half of that, together %.2f",
				      (int)y->good_for, y->good_for_cents / 100);
		strbuf_puts(s, "\n");
	}
}

/* Without a bound on the plan as it is (its precision then is infinite) nothing is known to save nothing. */
static bool saves_nothing(const struct wfm_explanation *x, const struct wfm_relaxation *y)
{
	return isfinite(x->precision_cents) && (y->solved ? y->saved_cents : y->most_cents) <= x->precision_cents;
}

/* Those that save something, then how many do not, then what was not tried. */
static void print_relaxations(const struct problem *p, const struct wfm_explanation *x, struct strbuf *s)
{
	int nothing = 0, untried = 0;
	for (int32_t i = 0; i < x->relaxation_count; i++) {
		const struct wfm_relaxation *y = &x->relaxations[i];
		if (saves_nothing(x, y)) {
			nothing++;
			continue;
		}
		if (!y->solved && !isfinite(y->most_cents)) {
			untried++;
			continue;
		}
		eased(p, y, s);
		strbuf_printf(s, y->solved ? " saves %.2f" : " saves at most %.2f",
			      (y->solved ? y->saved_cents : y->most_cents) / 100);
		if (y->solved && y->short_hours > 0.05)
			strbuf_printf(s, ", %.1f agent-hours fewer short", y->short_hours);
		if (y->solved && y->short_people > 0.05)
			strbuf_printf(s, ", %.1f people fewer short", y->short_people);
		strbuf_puts(s, "\n");
	}
	if (nothing > 0)
		strbuf_printf(s, "%d others save nothing:", nothing);
	for (int32_t i = 0, n = 0; i < x->relaxation_count && nothing > 0; i++) {
		const struct wfm_relaxation *y = &x->relaxations[i];
		if (!saves_nothing(x, y))
			continue;
		strbuf_puts(s, n++ > 0 ? "; " : " ");
		eased(p, y, s);
	}
	strbuf_puts(s, nothing > 0 ? "\n" : "");
	if (untried > 0)
		strbuf_printf(s, "%d others were not tried\n", untried);
}

static void print_conflicts(const struct problem *p, const struct wfm_explanation *x, struct strbuf *s)
{
	for (int32_t i = 0; i < x->conflict_count; i++) {
		const struct wfm_conflict *y = &x->conflicts[i];
		const char *name = p->form.agents[y->agent].name;
		if (y->item_count == 0)
			strbuf_printf(s, "no tour for %s: no shift of the contract fits the open hours\n", name);
		else if (y->planned)
			strbuf_printf(s, "%s cannot have all wishes, but all except:", name);
		else
			strbuf_printf(s, "no tour for %s, unless without:", name);
		for (int32_t k = 0; k < y->item_count; k++) {
			strbuf_puts(s, k > 0 ? "; " : " ");
			const char *place = item_name(p, &y->items[k], s);
			strbuf_printf(s, " (%s)", place);
		}
		strbuf_puts(s, y->item_count > 0 ? "\n" : "");
	}
}

void explanation_print(const struct problem *p, const struct wfm_explanation *x, struct strbuf *s)
{
	strbuf_printf(s, "the roster costs %.2f, the plan's relaxation %.2f; differences below %.2f mean "
		 "nothing, and savings leave salaries out\n", x->cost_cents / 100, x->relaxed_cents / 100, x->precision_cents / 100);
	print_hours(p, x, s);
	print_covers(p, x, s);
	print_agents(p, x, s);
	print_relaxations(p, x, s);
	print_conflicts(p, x, s);
	if (!x->complete)
		strbuf_puts(s, "stopped by a limit before everything was asked\n");
}
