/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A drawn roster's trial: its week is played many times before anyone works it, with the real
 * breaks, skills and absences, and the service level that came out stands beside the one that the
 * formulas promise for the same people.
 *
 * It is played twice: around the volumes expected, which is what the formulas promise for; and over
 * the forecast's joint scenarios, which tells how days will differ. Live queues only are judged; work
 * that may wait is played too, for it keeps people busy. The same roster and seed give the same
 * figures. Everything lives in the arena. One connection, one thread (two inside).
 */
#ifndef DOMAIN_TRY_ROSTER_H
#define DOMAIN_TRY_ROSTER_H

#include "server/domain/week_problem.h"

struct trial_row {
	int64_t queue_id, day, replications;
	double offered, target, promised, simulated, low, high;
	double sl_p10, sl_p50, sl_p90, p_target, abandoned_share, asa_s;
	double abandoned_low, abandoned_high, asa_low_s, asa_high_s, worst_level, correction;
	int64_t worst_start;
};
extern const struct fields trial_row_fields;

/* People who may take the same queues, on one day. */
struct trial_group {
	int64_t day, *queue_ids;
	size_t queue_count;
	double present_hours, busy_hours;
};
extern const struct fields trial_group_fields;

/* What became of differences between promise and simulation. */
enum trial_outcome {
	TRIAL_AGREES,    /* none of more than a point for sure */
	TRIAL_CORRECTED, /* the requirement was corrected and the week drawn again */
	TRIAL_KEPT,      /* so it was, but the first draft served better */
	TRIAL_NO_TIME,  /* not corrected: as roster_try leaves it */
	TRIAL_UNSHARED,  /* nobody can do several live queues: nothing there to correct */
};
extern const char *const trial_outcome_names[];

struct roster_trial {
	struct trial_row *rows; /* by queue, then day; days on which nothing is expected have none */
	size_t count;
	int64_t corrected; /* queues' days whose requirement an earlier trial changed */
	double *slope;     /* by row: what one per cent more people promises in service level */
	double *share;     /* by row: by how much its requirement is off; 0: it is right, or nobody can tell */
	struct trial_group *groups;
	size_t group_count;
	int64_t outcome;   /* enum trial_outcome */
};

enum { TRIAL_WEEKS = 240, TRIAL_WEEKS_LEAST = 10 };

/* The roster must have passed wfm_schedule_verify on w->problem. weeks: the most played; 0: TRIAL_WEEKS. */
bool roster_try(struct db *db, struct arena *a, const struct week_problem *w, const struct wfm_roster *r,
		uint64_t seed, int64_t weeks, struct roster_trial *out, struct err *e);

/*
 * Changes the requirement of the days on which the trial was more than a point from the promise and
 * surely so: people who help out in other queues are worth more than the formulas say, those who are
 * taken away less. Returns how many; the problem can then be solved again.
 */
int64_t roster_trial_correct(struct week_problem *w, const struct roster_trial *t);
/* How many rows that would be. */
int64_t roster_trial_off(const struct roster_trial *t);

/* The requirement as it was, for a correction that is not kept: a roster is stored beside what it was
 * drawn for. */
struct week_required {
	double **slots, **rows; /* by queue: of the problem, and on roster of the table's rows */
};
struct week_required week_required_copy(const struct week_problem *w, struct arena *a);
void week_required_restore(struct week_problem *w, const struct week_required *c);

/* Contacts of the week that got less than their target, as far as `promise` (an earlier trial's, or
 * NULL: its own) said that it would be reached. */
double roster_trial_shortfall(const struct roster_trial *t, const struct roster_trial *promise);

/* A corrected draft tells what it was corrected by, and keeps the first one's promise. */
void roster_trial_follow(struct roster_trial *second, const struct roster_trial *first);

/* Rows of tables roster_trial and roster_trial_group; part of roster_keep's transaction. */
bool roster_trial_keep(struct db *db, const struct roster_trial *t, int64_t roster_id, struct err *e);

#endif
