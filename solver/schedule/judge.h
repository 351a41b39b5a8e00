/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of the judge share. They include the public header and nothing of the solver: the
 * judge repeats its arithmetic on purpose, so that a mistake there shows here.
 */
#ifndef WFM_SCHEDULE_JUDGE_H
#define WFM_SCHEDULE_JUDGE_H

#include "wfm/schedule.h"

enum { DAYS = 64 };

struct judge {
	const struct wfm_problem *p;
	const struct wfm_roster *r;
	struct wfm_report *out;
	int32_t capacity;
	bool oom;
	int32_t *seated; /* [sites x slots] people at counters */
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

/* Does the set of duties hold this one? All bits: whatever there is. */
static inline bool judge_names(uint64_t duties, int32_t duty)
{
	return duties == UINT64_MAX || (duty < WFM_NAMED_DUTIES && ((duties >> duty) & 1));
}

/* Adds a breach of the agent in hand. */
void judge_breach(struct judge *j, enum wfm_breach_kind kind, int32_t day, enum wfm_rule rule,
		  double amount, const char *fmt, ...) __attribute__((format(printf, 6, 7)));

int32_t judge_clock(const struct judge *j, int32_t slot);
/* The clock at the shift's start, running on past 24:00 when it counts to the day before. */
int32_t judge_start(const struct judge *j, const struct wfm_shift *s);
int32_t judge_paid_minutes(const struct judge *j, const struct wfm_shift *s);
bool judge_is_locked(const struct judge *j, const struct wfm_shift *s);

/* False (and a breach): the shift cannot be judged further. */
bool judge_readable(struct judge *j, const struct wfm_shift *s);
/* Form, breaks, work, availability, locks, pay and wishes of one shift. */
void judge_shift(struct judge *j, const struct wfm_shift *s);
/* A rule over the whole plan, or over one ISO week of it. */
void judge_plan_row(struct judge *j, const struct wfm_rule_row *r);
void judge_week_row(struct judge *j, const struct wfm_rule_row *r, int32_t week);
/* A violated row: a breach when hard, cents when soft. */
void judge_hold(struct judge *j, const struct wfm_rule_row *r, int32_t day, double amount);
/* Runs, windows, weekends, patterns and sums over the plan. */
void judge_sequence_row(struct judge *j, const struct wfm_rule_row *r);
bool judge_has_skill(const struct judge *j, int32_t skill);
/* Cents of the agent's wishes, day by day, and how many are not granted. */
void judge_wishes(struct judge *j);
/* What the plan asks of the agent, but for wishes. */
void judge_fairness(struct judge *j);
/* People on cover rows, their cost and that of duties in use. */
void judge_covers(struct judge *j, const struct wfm_shift *const *shifts, int32_t count);
/* Training and meetings of all shifts, by agent and start; claims: those who miss must be listed. */
void judge_sessions(struct judge *j, const struct wfm_shift *const *shifts, int32_t count, bool claims);

/* What the agent in hand is worth on the queue in that shift; 0: may not serve it. */
double judge_speed(const struct judge *j, const struct wfm_shift *s, int32_t queue);
/* Work on no queue where the agent may wait for a counter: its cost as surplus, or a breach. */
void judge_waiting(struct judge *j, const struct wfm_shift *s, const struct wfm_activity *x);
/* People at counters, slot by slot; then whether each site has as many. */
void judge_sit_down(struct judge *j, const struct wfm_activity *x);
void judge_counters(struct judge *j);

/* Contacts answered in time and what is missing of the services; needs report->covered. */
void judge_services(struct judge *j);
/* Deferrable work done by the people counted, late and left; needs report->covered. */
void judge_deferrable(struct judge *j);
/* The roster's words about it. */
void judge_deferrable_claims(struct judge *j);
/* The roster's words about its services. */
void judge_service_claims(struct judge *j);

#endif
