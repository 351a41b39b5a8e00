/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rules of contracts, one row each; part of wfm/schedule.h. Everything that lists rules or their
 * names is made from these rows: enum wfm_rule, wfm_rules[], the words of the JSON forms. A new rule
 * is a row here, what it does to a tour in solver/schedule/counters.c (a function and its line in the
 * table there), and its judge in solver/schedule/verify_rules.c (rules of a week or the plan) or
 * verify_sequence.c (runs, sums, windows). tests/unit/test_schedule_duties.c refuses a rule without a
 * line that shows a breach of it. A rule of one shift is in profile.c and verify_shift.c instead.
 * Rows stand in the order of the enum, which is also that of the forms.
 *
 * X(id, name, traits, may be soft, may stand in several rows, meaning, unit of weight_cents)
 */
#ifndef WFM_SCHEDULE_RULES_H
#define WFM_SCHEDULE_RULES_H

enum wfm_rule_trait {
	WFM_TRAIT_NONE = 0,
	WFM_TRAIT_RANGE = 1,  /* reads low and high both */
	WFM_TRAIT_WINDOW = 2, /* reads window */
	WFM_TRAIT_DUTIES = 4, /* only in problems with duties */
	WFM_TRAIT_PAID = 8,   /* sums paid minutes */
	WFM_TRAIT_TIMES = 16, /* of one shift's times or of times between shifts: does not count days */
};

#define WFM_RULES(X) \
	X(WEEK_MINUTES, week_minutes, WFM_TRAIT_RANGE | WFM_TRAIT_PAID, true, true, \
	  "paid minutes in an ISO week, low to high", \
	  "hour outside low..high") \
	X(WEEK_SHIFTS, week_shifts, WFM_TRAIT_RANGE, true, true, \
	  "shifts starting in an ISO week, low to high", \
	  "shift outside low..high") \
	X(SHIFT_MINUTES, shift_minutes, WFM_TRAIT_RANGE | WFM_TRAIT_TIMES, false, true, \
	  "start to end in minutes: low, low + step ... high; several rows are alternatives", \
	  "") \
	X(START_WINDOW, start_window, WFM_TRAIT_TIMES, true, true, \
	  "wall-clock minute of the start, low to high (low > high wraps past midnight), on " \
	  "the given weekdays; several rows are alternatives and a weekday without a hard one " \
	  "cannot start", \
	  "hour outside the nearest soft window of the weekday, if it has one") \
	X(START_STEP, start_step, WFM_TRAIT_TIMES, false, false, \
	  "the start is a multiple of low wall-clock minutes", \
	  "") \
	X(START_SPREAD, start_spread, WFM_TRAIT_TIMES, false, false, \
	  "wall-clock starts of an ISO week differ by at most high minutes", \
	  "") \
	X(REST, rest, WFM_TRAIT_TIMES, false, false, \
	  "at least low minutes between two shifts, the last before the plan included", \
	  "") \
	X(CONSECUTIVE_DAYS, consecutive_days, WFM_TRAIT_RANGE, true, true, \
	  "working days in a row, those just before the plan included, low to high; low is waived " \
	  "for runs cut by the plan's ends unless edges is set; a cyclic plan joins its ends", \
	  "day outside low..high of each run") \
	X(DAYS_OFF_TOGETHER, days_off_together, WFM_TRAIT_NONE, true, true, \
	  "an ISO week has low days off in a row", \
	  "week without") \
	X(DAYS_OFF_BLOCKS, days_off_blocks, WFM_TRAIT_NONE, true, true, \
	  "runs of days off in an ISO week, at most high; a cyclic plan joins Sunday and Monday", \
	  "run beyond high") \
	X(NIGHT_SHIFTS, night_shifts, WFM_TRAIT_NONE, true, false, \
	  "shifts of an ISO week that touch wall-clock minutes from..to, at most high", \
	  "shift beyond high") \
	X(SUNDAYS, sundays, WFM_TRAIT_NONE, true, false, \
	  "shifts on Sundays and holidays in the plan, at most high", \
	  "shift beyond high") \
	X(WEEKENDS_OFF, weekends_off, WFM_TRAIT_NONE, true, false, \
	  "weekends of the plan with neither Saturday nor Sunday worked, at least low", \
	  "weekend lacking") \
	X(DAYS_OFF_IN_A_ROW, days_off_in_a_row, WFM_TRAIT_RANGE, true, true, \
	  "days off in a row, low to high; ends of the plan as for consecutive_days", \
	  "day outside low..high of each run") \
	X(PLAN_MINUTES, plan_minutes, WFM_TRAIT_RANGE | WFM_TRAIT_PAID, true, true, \
	  "paid minutes in the plan, low to high", \
	  "hour outside low..high") \
	X(PLAN_SHIFTS, plan_shifts, WFM_TRAIT_RANGE, true, true, \
	  "shifts in the plan, of the given duties if any, low to high", \
	  "shift outside low..high") \
	X(WINDOW_SHIFTS, window_shifts, WFM_TRAIT_RANGE | WFM_TRAIT_WINDOW, true, true, \
	  "shifts in any window days in a row, of the given duties if any, low to high", \
	  "shift outside low..high of each window") \
	X(WINDOW_MINUTES, window_minutes, \
	  WFM_TRAIT_RANGE | WFM_TRAIT_WINDOW | WFM_TRAIT_PAID, true, true, \
	  "paid minutes in any window days in a row, low to high", \
	  "hour outside low..high of each window") \
	X(WEEKENDS_WORKED, weekends_worked, WFM_TRAIT_RANGE, true, true, \
	  "weekends of the plan with Saturday or Sunday worked, low to high", \
	  "weekend outside low..high") \
	X(WEEKENDS_IN_A_ROW, weekends_in_a_row, WFM_TRAIT_RANGE, true, true, \
	  "weekends worked in a row, low to high; ends of the plan as for consecutive_days", \
	  "weekend outside low..high of each run") \
	X(WEEKENDS_WHOLE, weekends_whole, WFM_TRAIT_NONE, true, false, \
	  "Saturday and Sunday are both worked or both off", \
	  "weekend worked by half") \
	X(WEEKENDS_SAME, weekends_same, WFM_TRAIT_DUTIES, true, false, \
	  "Saturday and Sunday, when both are worked, have the same duty (the same start " \
	  "without duties)", \
	  "weekend that mixes") \
	X(DUTIES_IN_A_ROW, duties_in_a_row, WFM_TRAIT_RANGE | WFM_TRAIT_DUTIES, true, true, \
	  "days on the given duties in a row, low to high; ends of the plan as for " \
	  "consecutive_days", \
	  "day outside low..high of each run") \
	X(PATTERN, pattern, WFM_TRAIT_NONE, true, true, \
	  "days as in pattern must not follow each other, beginning on the given weekdays if " \
	  "any", \
	  "occurrence") \
	X(OTHER_SKILL, other_skill, WFM_TRAIT_DUTIES, true, false, \
	  "shifts in the plan on duties whose skill the agent lacks, at most high; none " \
	  "without this rule", \
	  "shift beyond high")

#endif
