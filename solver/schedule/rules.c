/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rules of contracts: one row each with its name, what low and high mean and what a unit of
 * violation is, and the check of a row's own figures. What a rule does to a tour is said in two
 * more places only: automaton.c (counters while a tour is built) or model.c (which shifts exist),
 * and verify.c (the judge).
 */
#include "wfm/schedule.h"

#include <string.h>

const struct wfm_rule_info wfm_rules[WFM_RULE_COUNT] = {
	{ WFM_RULE_WEEK_MINUTES, "week_minutes", "paid minutes in an ISO week, low to high",
	  "hour outside low..high", true, true },
	{ WFM_RULE_WEEK_SHIFTS, "week_shifts", "shifts starting in an ISO week, low to high",
	  "shift outside low..high", true, true },
	{ WFM_RULE_SHIFT_MINUTES, "shift_minutes",
	  "start to end in minutes: low, low + step ... high; several rows are alternatives", "", false,
	  true },
	{ WFM_RULE_START_WINDOW, "start_window",
	  "wall-clock minute of the start, low to high (low > high wraps past midnight), on the given "
	  "weekdays; several rows are alternatives and a weekday without a hard one cannot start",
	  "hour outside the nearest soft window of the weekday, if it has one", true, true },
	{ WFM_RULE_START_STEP, "start_step", "the start is a multiple of low wall-clock minutes", "",
	  false, false },
	{ WFM_RULE_START_SPREAD, "start_spread",
	  "wall-clock starts of an ISO week differ by at most high minutes", "", false, false },
	{ WFM_RULE_REST, "rest", "at least low minutes between two shifts", "", false, false },
	{ WFM_RULE_CONSECUTIVE_DAYS, "consecutive_days",
	  "working days in a row, low to high; low is waived for runs cut by the plan's ends unless edges "
	  "is set", "day outside low..high of each run", true, true },
	{ WFM_RULE_DAYS_OFF_TOGETHER, "days_off_together", "an ISO week has low days off in a row",
	  "week without", true, true },
	{ WFM_RULE_DAYS_OFF_BLOCKS, "days_off_blocks", "runs of days off in an ISO week, at most high",
	  "run beyond high", true, true },
	{ WFM_RULE_NIGHT_SHIFTS, "night_shifts",
	  "shifts of an ISO week that touch wall-clock minutes from..to, at most high",
	  "shift beyond high", true, false },
	{ WFM_RULE_SUNDAYS, "sundays", "shifts on Sundays and holidays in the plan, at most high",
	  "shift beyond high", true, false },
	{ WFM_RULE_WEEKENDS_OFF, "weekends_off",
	  "weekends of the plan with neither Saturday nor Sunday worked, at least low",
	  "weekend lacking", true, false },
	{ WFM_RULE_DAYS_OFF_IN_A_ROW, "days_off_in_a_row",
	  "days off in a row, low to high; ends of the plan as for consecutive_days",
	  "day outside low..high of each run", true, true },
	{ WFM_RULE_PLAN_MINUTES, "plan_minutes", "paid minutes in the plan, low to high",
	  "hour outside low..high", true, true },
	{ WFM_RULE_PLAN_SHIFTS, "plan_shifts",
	  "shifts in the plan, of the given duties if any, low to high", "shift outside low..high", true,
	  true },
	{ WFM_RULE_WINDOW_SHIFTS, "window_shifts",
	  "shifts in any window days in a row, of the given duties if any, low to high",
	  "shift outside low..high of each window", true, true },
	{ WFM_RULE_WINDOW_MINUTES, "window_minutes",
	  "paid minutes in any window days in a row, low to high", "hour outside low..high of each window",
	  true, true },
	{ WFM_RULE_WEEKENDS_WORKED, "weekends_worked",
	  "weekends of the plan with Saturday or Sunday worked, low to high", "weekend outside low..high",
	  true, true },
	{ WFM_RULE_WEEKENDS_IN_A_ROW, "weekends_in_a_row",
	  "weekends worked in a row, low to high; ends of the plan as for consecutive_days",
	  "weekend outside low..high of each run", true, true },
	{ WFM_RULE_WEEKENDS_WHOLE, "weekends_whole", "Saturday and Sunday are both worked or both off",
	  "weekend worked by half", true, false },
	{ WFM_RULE_WEEKENDS_SAME, "weekends_same",
	  "Saturday and Sunday, when both are worked, have the same duty (the same start without duties)",
	  "weekend that mixes", true, false },
	{ WFM_RULE_DUTIES_IN_A_ROW, "duties_in_a_row",
	  "days on the given duties in a row, low to high; ends of the plan as for consecutive_days",
	  "day outside low..high of each run", true, true },
	{ WFM_RULE_PATTERN, "pattern",
	  "days as in pattern must not follow each other, beginning on the given weekdays if any",
	  "occurrence", true, true },
	{ WFM_RULE_OTHER_SKILL, "other_skill",
	  "shifts in the plan on duties whose skill the agent lacks, at most high; none without this rule",
	  "shift beyond high", true, false },
};

enum wfm_rule wfm_rule_by_name(const char *name)
{
	for (int i = 0; i < WFM_RULE_COUNT; i++)
		if (name && strcmp(wfm_rules[i].name, name) == 0)
			return wfm_rules[i].rule;
	return WFM_RULE_COUNT;
}

const char *wfm_activity_kind_name(enum wfm_activity_kind k)
{
	static const char *const names[] = { "work", "meal", "break", "training", "meeting" };
	return (unsigned)k < WFM_ACTIVITY_KINDS ? names[k] : "unknown";
}

const char *wfm_short_reason_name(enum wfm_short_reason r)
{
	static const char *const names[] = { "no_skill",    "away",  "no_shift",
					     "all_at_work", "hours", "price" };
	return (unsigned)r < WFM_SHORT_REASONS ? names[r] : "unknown";
}

const char *wfm_miss_reason_name(enum wfm_miss_reason r)
{
	static const char *const names[] = { "never", "not_held", "off", "full", "breaks", "price" };
	return (unsigned)r < WFM_MISS_REASONS ? names[r] : "unknown";
}

const char *wfm_breach_kind_name(enum wfm_breach_kind k)
{
	static const char *const names[] = { "rule",  "break",  "shape", "overlap",   "unavailable", "lock",
					     "closed", "skill", "unplanned", "cost", "bound", "duty", "session" };
	return (unsigned)k < WFM_BREACH_KINDS ? names[k] : "unknown";
}

const char *wfm_phase_name(enum wfm_phase p)
{
	static const char *const names[] = { "start", "bound", "integer", "improve", "done" };
	return (unsigned)p <= WFM_PHASE_DONE ? names[p] : "unknown";
}
