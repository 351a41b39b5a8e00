/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The multi-skill requirement: the cheapest number of people in each skill group with which every
 * queue meets its targets, when some people can take several queues; and what cross-training saves.
 *
 * A queue has its load by interval, targets, patience and channel (voice, chat, walk_in). A group is
 * people alike: the queues they take, best priority first, with the speed at each, what one costs and
 * how many there may be. Routing is that of wfm/simulate.h.
 *
 * Each interval is staffed for its steady state at the modified offered load (wfm/staffing.h). A queue
 * whose people all take nothing else and work at speed 1 is staffed by the exact formulas; where people
 * are shared the requirement is found by simulation cuts (Atlason, Epelman & Henderson 2004; Cezik &
 * L'Ecuyer 2008) and a search nearby, and tried again with random numbers that it was not made on.
 * When a target cannot be met (limits of groups), `met` is false and the figures say what is reached.
 *
 * Many intervals: a few that stand for the others are solved from the start, the rest begin with the
 * same safety above their loads and are then tried and put right by themselves.
 *
 * Randomness: same input and seed, same answer. Ownership: the caller owns the problem, read only
 * during the call; the result is the caller's until wfm_skills_free. Threads: nothing is shared.
 */
#ifndef WFM_SKILLS_H
#define WFM_SKILLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wfm/simulate.h"
#include "wfm/staffing.h"

enum { WFM_SKILLS_QUEUES = 32, WFM_SKILLS_GROUPS = 64, WFM_SKILLS_INTERVALS = 10000 };

struct wfm_skill_queue {
	const struct wfm_load *loads; /* [interval_count] */
	/* channel, target, patience_s, load_model, lobby, redial, concurrency and stretch count; a cap
	   (counters, max_agents) is of the groups, and shrinkage the caller's. */
	struct wfm_staffing_options staffing;
};

struct wfm_skill_group {
	const struct wfm_sim_skill *skills; /* after_s must be 0 */
	int32_t skill_count;
	double cost;  /* of a person, in any unit; > 0 */
	int32_t least; /* in every interval with work for the group */
	int32_t most;  /* -1: no limit */
	const int32_t *most_in; /* [interval_count] in place of most; NULL: most */
};

struct wfm_skills_problem {
	int interval_s;
	int32_t interval_count;
	const struct wfm_skill_queue *queues;
	int32_t queue_count;
	const struct wfm_skill_group *groups;
	int32_t group_count;
};

struct wfm_skills_options {
	uint64_t seed;
	/* Contacts played to judge one staffing of one interval; 0: 60,000, and 30,000 where a solved
	   interval stands near. Four times as many prove it. */
	int32_t contacts;
	int32_t solved; /* intervals solved from the start; 0: 4 */
	bool rough;     /* the others are not tried: for totals */
	const int32_t *begin; /* [interval x group] people from whom a search begins too; NULL: none */
	bool (*progress)(void *context, double done); /* true cancels; may be NULL */
	void *context;
};

/* Of one queue and interval. */
struct wfm_skills_queue {
	double load_erl;
	double people; /* of all groups, by the part of their handling that is this queue's */
	bool met;      /* every target, on the mean */
	bool exact;    /* by formula: the intervals are of no width */
	bool tried;    /* figures are of this staffing; false: a rough interval, they are NaN */
	double service_level, low, high; /* 95 % interval */
	double abandoned_share, asa_s;
};

struct wfm_skills_result {
	int32_t interval_count, queue_count, group_count;
	int32_t *people;                /* [interval x group] */
	double *worked;                 /* [interval x group x queue] people by the work they do */
	struct wfm_skills_queue *queue; /* [interval x queue] */
	int32_t unmet;                  /* (interval, queue) pairs that miss a target */
	double person_hours, cost_hours; /* sums over intervals; cost_hours: cost x hours */
	int64_t plays, cuts, contacts;  /* staffings simulated, rows they gave, contacts played */
	/* More than one interval, none rough: the whole horizon played through with people coming and
	   going as the requirement says, [queue]; else NULL. */
	struct wfm_sim_figures *horizon;
};

/* WFM_INVALID names "/groups/2/skills/0/queue"; WFM_CANCELLED, WFM_NO_MEMORY, WFM_INTERNAL: *out NULL. */
enum wfm_status wfm_skills_run(const struct wfm_skills_problem *p, const struct wfm_skills_options *o,
			       struct wfm_skills_result **out, struct wfm_error *e);
void wfm_skills_free(struct wfm_skills_result *r);

/* ---- what cross-training saves ------------------------------------------------------------- */

enum wfm_training {
	WFM_TRAIN_DEDICATED, /* everybody takes one queue */
	WFM_TRAIN_PRESENT,   /* the groups there are */
	WFM_TRAIN_CHAIN,     /* everybody takes a queue and helps with the next, the last with the first */
	WFM_TRAIN_ALL,       /* everybody takes every queue */
	WFM_TRAININGS,
};

/* Sums over the intervals at the same targets. Groups that do not exist yet have no limits. */
struct wfm_training_figures {
	double people;       /* in the interval that needs most */
	double person_hours;
	double cost_hours;
	int32_t unmet;       /* (interval, queue) pairs that miss a target */
};

/* Somebody who takes one of two queues also helps with the other. */
struct wfm_training_pair {
	int32_t queue, other;
	struct wfm_training_figures figures;
	double saved_person_hours, saved_cost_hours; /* against the groups there are */
};

struct wfm_training_gain {
	struct wfm_training_figures training[WFM_TRAININGS];
	struct wfm_training_pair *pairs; /* that no group has yet, best first */
	int32_t pair_count;
	int64_t plays, contacts;
};

/*
 * New groups cost the mean of the groups there are; at their second queue people are as fast as
 * `second_speed` (0: the mean speed of present groups at what is not their best priority, or 1).
 * Options are as above, but intervals are always rough, and by default two of them are solved with
 * 24,000 contacts a staffing: savings are known to about one person in a hundred.
 */
enum wfm_status wfm_skills_gain(const struct wfm_skills_problem *p, const struct wfm_skills_options *o,
				double second_speed, struct wfm_training_gain **out,
				struct wfm_error *e);
void wfm_training_gain_free(struct wfm_training_gain *g);

#endif
