/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The trial of a roster before anyone works it: a discrete-event simulation of whole days.
 *
 * One replication plays the horizon once. Contacts arrive (Poisson around the volumes, or the exact
 * counts of a scenario), wait in the order in which they came, lose patience, are answered by the
 * people the roster has there at that moment, and people finish what they began before they take a
 * break, change to other work or go home. Many replications give each figure with its confidence
 * interval.
 *
 * Time is seconds from the start of the horizon, cut into equal intervals. A contact belongs to the
 * interval and day in which it first arrived, whenever it was answered.
 *
 *   routing    who becomes free takes, among the queues of best priority with somebody waiting long
 *              enough (after_s), the contact that has waited longest; a contact goes to the person
 *              of best priority who has been idle longest. Of chat, to who has fewest.
 *   deferred   a queue with due_s > 0 is work that may wait: nobody gives up, and the question is
 *              what was done in time. Give it a late priority and it fills idle time.
 *   breaks     start when the contact in hand is done and keep their length; shifts end likewise.
 *   absence    each (agent, day) is missing with the agent's probability.
 *
 * Randomness: every queue's arrivals, handling times and patience, every agent's absences and the
 * redials have streams of their own made of (seed, replication), so that two rosters tried with one
 * seed meet the same contacts (common random numbers). Same input, seed and replications: same
 * answer, whatever the number of threads.
 *
 * Ownership: the caller owns the problem and everything it points to, read only during the call; the
 * result is the caller's until wfm_simulation_free. Threads: no shared state between calls.
 */
#ifndef WFM_SIMULATE_H
#define WFM_SIMULATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wfm/erlang.h"
#include "wfm/schedule.h"

enum wfm_spread {
	WFM_SPREAD_EXPONENTIAL, /* default */
	WFM_SPREAD_CONSTANT,
	WFM_SPREAD_LOGNORMAL, /* of coefficient of variation cv */
	WFM_SPREAD_SAMPLE,    /* drawn from sample, scaled to the wanted mean */
};

/* How times vary around their mean. */
struct wfm_variation {
	enum wfm_spread spread;
	double cv;            /* LOGNORMAL: standard deviation ÷ mean, > 0 */
	const double *sample; /* SAMPLE: seconds >= 0, mean > 0 */
	int32_t sample_count;
};

struct wfm_sim_queue {
	const double *volume; /* [interval_count] mean arrivals, >= 0 */
	const double *aht_s;  /* [interval_count] mean handling, > 0 where volume > 0 */
	struct wfm_variation handling;
	double patience_s;    /* mean; 0 or INFINITY: nobody gives up */
	struct wfm_variation patience;
	int32_t lobby;        /* contacts that may wait; the next is turned away; -1: no limit */
	double redial;        /* share of those who gave up or were turned away that come again */
	double redial_after_s; /* ... after a mean of so many seconds, exponential; > 0 */
	int32_t concurrency;  /* contacts a person has at once; 0 or 1: one */
	double stretch;       /* chat: each further contact at once slows all by this share of 1 */
	double callback_after_s; /* who has waited so long is offered a callback; 0: never */
	double callback_share;   /* ... and accepts with this probability */
	double due_s;         /* deferred work: to be done within; 0: live */
	double backlog;       /* deferred: items waiting at the start, due within due_s of it */
	double within_s;      /* the service level's T (live) */
	enum wfm_service_level definition;
	double target;        /* share in (0,1]: a day is good when its service level reaches it; 0: none */
};

/* What somebody may take, best first by priority. */
struct wfm_sim_skill {
	int32_t queue;
	int32_t priority; /* 1 is best */
	double after_s;   /* only contacts that have waited so long (overflow); 0: all */
	double speed;     /* handling takes 1 ÷ speed of its time; > 0 */
};

struct wfm_sim_set {
	const struct wfm_sim_skill *skills;
	int32_t skill_count;
};

/* A stretch in which an agent may take the queues of a set. Per agent in order, without overlap. */
struct wfm_sim_span {
	int32_t agent;
	int32_t set;
	double start_s, end_s;
	bool after_break; /* the gap before it is a break, taken whole even when it began late */
};

struct wfm_sim_problem {
	double interval_s;
	int32_t interval_count;
	const int32_t *day; /* [interval_count] index of its day, ascending from 0; NULL: one day */
	const struct wfm_sim_queue *queues;
	int32_t queue_count;
	const struct wfm_sim_set *sets;
	int32_t set_count;
	const struct wfm_sim_span *spans; /* by agent, then start */
	int32_t span_count;
	int32_t agent_count;
	/* Probability that an agent's day fails: [agent_count x absence_days], the last also of later
	   days. NULL: none; absence_days 0: one figure an agent. */
	const double *absence;
	int32_t absence_days;
	/* Volumes to draw from in place of `volume`, one scenario a replication, in turn:
	   [scenario_count x queue_count x interval_count] whole counts. NULL: Poisson(volume). */
	const double *scenarios;
	int32_t scenario_count;
};

static inline double wfm_sim_absence(const struct wfm_sim_problem *p, int32_t agent, int32_t day)
{
	int32_t days = p->absence_days > 0 ? p->absence_days : 1;
	return p->absence == NULL ? 0.0 : p->absence[(size_t)agent * (size_t)days +
						     (size_t)(day < days ? day : days - 1)];
}

struct wfm_sim_options {
	uint64_t seed;
	int32_t replications; /* 1 .. 1,000,000; the most when half_width is given */
	int32_t threads;      /* 0 or 1: the caller's own; at most 64 */
	double half_width;    /* > 0: stop when every queue's service level is known to within this */
	double count_from_s, count_to_s; /* only contacts that arrive in between; 0, 0: all */
	int32_t trace_replication; /* this one's events are kept; -1: none */
	bool (*progress)(void *context, double done); /* true cancels; may be NULL */
	void *context;
};

/*
 * Figures of a stretch (interval, day, all) of one queue, means over replications. Shares are sums
 * over sums; their intervals are 95 % by the ratio estimator (Cochran 1977, 6.3) over replications.
 */
struct wfm_sim_figures {
	double offered;    /* contacts a replication, redials included */
	double service_level, service_level_low, service_level_high; /* NaN: nothing offered */
	double abandoned_share, abandoned_low, abandoned_high; /* turned away and left over included */
	double asa_s, asa_low_s, asa_high_s; /* of those answered; deferred: mean age when begun */
	double wait_s;     /* mean over all who came */
};

/* Of one queue and day, over replications. */
struct wfm_sim_day {
	struct wfm_sim_figures figures;
	double sl_p10, sl_p50, sl_p90; /* of the day's service level */
	double p_target; /* share of replications at or above the target; NaN without one */
};

struct wfm_sim_load {
	double present_s; /* mean over replications */
	double busy_s;
};

enum wfm_sim_event_kind {
	WFM_SIM_ARRIVES,
	WFM_SIM_BEGINS,   /* agent takes contact */
	WFM_SIM_ENDS,
	WFM_SIM_GIVES_UP,
	WFM_SIM_TURNED_AWAY,
	WFM_SIM_CALLBACK, /* accepts to be called back */
	WFM_SIM_COMES,    /* agent begins a span */
	WFM_SIM_GOES,
};

struct wfm_sim_event {
	double at_s;
	enum wfm_sim_event_kind kind;
	int32_t queue;   /* -1: none */
	int32_t agent;   /* -1: none */
	int32_t contact; /* number within the replication; -1: none */
};

struct wfm_simulation {
	int32_t replications; /* played */
	int32_t queue_count, interval_count, day_count, set_count;
	struct wfm_sim_figures *interval; /* [queue x interval] */
	struct wfm_sim_day *day;          /* [queue x day] */
	struct wfm_sim_figures *total;    /* [queue] */
	struct wfm_sim_load *load;        /* [set x interval] people present and busy */
	double *handled_s; /* [set x queue] seconds of handling begun, mean over replications */
	float *day_service_level; /* [replication x queue x day]; NaN where nothing was offered */
	struct wfm_sim_event *trace;
	size_t trace_count;
	int64_t contacts; /* simulated in all */
};

/*
 * A finished roster as the simulator wants it: each agent's work in spans between breaks. While on
 * the work of one queue an agent takes that queue first, and when nobody waits there any other that
 * the agent may serve, but for those that only people planned on them take: planned_only has a
 * non-zero byte for these by queue, NULL for none. (Work that may wait is such a queue where nobody
 * begins an e-mail between two calls.) Queues are those of the problem, time 0 is its slot 0.
 */
struct wfm_sim_people {
	struct wfm_sim_set *sets;
	int32_t set_count;
	struct wfm_sim_span *spans;
	int32_t span_count;
	struct wfm_sim_skill *skills; /* of all sets */
};

/* The roster must be one that wfm_schedule_verify found no breach in. WFM_NO_MEMORY. */
enum wfm_status wfm_sim_people_from_roster(const struct wfm_problem *p, const struct wfm_roster *r,
					   const uint8_t *planned_only, struct wfm_sim_people *out,
					   struct wfm_error *e);
void wfm_sim_people_free(struct wfm_sim_people *people);

/* WFM_INVALID names the place ("/queues/1/aht_s/7"); WFM_CANCELLED and WFM_NO_MEMORY: *out NULL. */
enum wfm_status wfm_simulate(const struct wfm_sim_problem *p, const struct wfm_sim_options *o,
			     struct wfm_simulation **out, struct wfm_error *e);
void wfm_simulation_free(struct wfm_simulation *s);

/* One roster against another: mean of the second minus the first, with its 95 % interval. */
struct wfm_sim_difference {
	double service_level, low, high;
};

/* Both tried with the same seed and replications: WFM_INVALID otherwise. out: [queue x day]. */
enum wfm_status wfm_simulation_compare(const struct wfm_simulation *a, const struct wfm_simulation *b,
				       struct wfm_sim_difference *out, struct wfm_error *e);

#endif
