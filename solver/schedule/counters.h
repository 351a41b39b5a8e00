/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rules over several days as counters: what has to be remembered of the days before to judge the
 * next one. One row of a table per kind of rule (counters.c) says how many cells it needs and what a
 * day does to them; everything that builds tours reads the rules here and nowhere else.
 *
 * A rule either charges as it goes (runs, weeks, windows, patterns) or is a sum over the plan that
 * is compared with low..high at its end (a total). Totals are charged as they go too, unless the
 * caller carries them itself (split).
 *
 * Cells are kept canonical: what can no longer make a difference is folded away, so that partial
 * tours with equal cells have the same completions and few states arise. Read only after
 * counters_init; threads may share it.
 */
#ifndef WFM_SCHEDULE_COUNTERS_H
#define WFM_SCHEDULE_COUNTERS_H

#include "solver/schedule/model.h"

enum { COUNTER_CELLS = 96, COUNTER_ROWS = 104, COUNTER_TOTALS = 16 };

struct counter_row {
	const struct wfm_rule_row *r;
	int32_t first; /* its cells */
	int32_t total; /* among the totals; -1: none, or charged as it goes */
};

struct counters {
	const struct wfm_problem *p;
	const struct wfm_calendar *cal;
	struct counter_row row[COUNTER_ROWS];
	int32_t row_count, cell_count, total_count;
	int32_t total_row[COUNTER_TOTALS];
	int32_t week_of[MODEL_MAX_DAYS];
	int32_t credit_minutes[MODEL_MAX_WEEKS], credit_shifts[MODEL_MAX_WEEKS];
	bool cyclic_week;
	int32_t previous_days_worked;
};

/* A day as the rules see it. */
struct day_event {
	int32_t day;
	bool work;
	uint64_t duty;    /* its bit; all bits where there are no duties; 0: one no rule can name */
	int32_t which;    /* its number */
	int32_t paid_min; /* 0 when minutes cannot matter */
	bool night, other_skill;
	int32_t start, end; /* of duties: slots after the day's first */
};

/* a NULL: nobody in particular (no credits). False: too many rules. */
bool counters_init(struct counters *x, const struct wfm_problem *p, const struct wfm_contract *c,
		   const struct wfm_calendar *cal, const struct wfm_agent *a,
		   int32_t previous_days_worked, bool minutes_matter, bool split);

/* Whether what counts as worked comes to the same in every week. Both of one calendar. */
bool counters_same_credits(const struct wfm_calendar *cal, const struct wfm_agent *a, const struct wfm_agent *b);

/* Before the first day. */
void counters_start(const struct counters *x, uint16_t *cell);

/* Moves the cells over a day and adds to *penalty; false: a hard rule forbids it. take[total_count]
 * gets what the day adds to the totals carried by the caller. */
bool counters_day(const struct counters *x, uint16_t *cell, const struct day_event *ev,
		  double *penalty, uint16_t *take);

/* Units of violation of a total that came to `value`. */
double counters_total_amount(const struct wfm_rule_row *r, int32_t value);

#endif
