/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From volume to people: the requirement of each interval of one queue.
 *
 * wfm_staffing_run takes consecutive intervals (in time order, closed ones too) and
 * gives for each the fewest agents that meet every target at once, the figures they
 * reach, and the number to roster after shrinkage. When a cap (counters, max_agents)
 * makes a target impossible the cap is the answer, `met` is false and the figures say
 * what it reaches; that is not an error.
 *
 * Channels:
 *   voice, walk_in   Erlang A (patience given) or C; walk_in caps agents at `counters`
 *   chat             Erlang A/C on n × concurrency slots, with handling that stretches as
 *                    an agent takes more chats at once
 *   email, back_office, outbound
 *                    deferrable: work may wait for its turnaround, inside open hours (below)
 *   portfolio        volume ÷ what one person does an interval at target occupancy
 *   trunks           Erlang B, max_blocking
 *
 * Deferrable work: work that arrives is due `turnaround_s` of open time (or of clock
 * time) later. The agents are the flattest staffing that has every piece done when due,
 * earliest due first: the taut string between "work arrived" and "work due", which
 * minimises the peak and the variance at once. The last interval leaves no more work
 * waiting than there was at the start, as far as it has arrived in open time.
 *
 * The caller owns all arrays. Pure, thread safe.
 */
#ifndef WFM_STAFFING_H
#define WFM_STAFFING_H

#include <stddef.h>

#include "wfm/erlang.h"

enum wfm_channel {
	WFM_VOICE,
	WFM_CHAT,
	WFM_WALK_IN,
	WFM_EMAIL,
	WFM_BACK_OFFICE,
	WFM_OUTBOUND,
	WFM_PORTFOLIO,
	WFM_TRUNKS,
	WFM_CHANNELS,
};

/* "voice" "chat" "walk_in" "email" "back_office" "outbound" "portfolio" "trunks"; NULL/-1 out
   of range. */
const char *wfm_channel_name(enum wfm_channel channel);
int wfm_channel_from_name(const char *name);

/* What must hold at once; 0 switches a target off. */
struct wfm_target {
	double service_level; /* share in (0,1): .80 */
	double within_s;      /* of these seconds: 20 */
	enum wfm_service_level definition;
	double max_abandoned; /* share in (0,1): .02 */
	double max_asa_s;     /* mean wait of those answered */
	double max_occupancy; /* share in (0,1]: .88 */
	double max_blocking;  /* trunks only: .01 */
};

/*
 * How a load that moves within the day is staffed. Staffing each interval by itself breaks
 * down once handling passes a third of the interval; the modified offered load m, the mean
 * number busy if everyone were served at once, m′ = λ(t) − m/AHT (Jennings et al. 1996),
 * carries the work that an interval leaves to the next. At the start m is 0 when the first
 * interval follows closed time, λ·AHT when the first interval given is open: give the shut interval
 * before opening and the first callers, who find nobody before them, are staffed as such. Nobody is
 * asked for after closing: contacts in hand are finished by who has them, and those still waiting
 * go, which only the last interval feels.
 * What it saves or costs beside the stationary model shows where people who go hand their contacts
 * over; who finishes them lends that time to the interval after (tests/bench/bench_moving_load.c).
 */
enum wfm_load_model {
	WFM_LOAD_MODIFIED,     /* default: figures averaged over the interval's course of m */
	WFM_LOAD_MODIFIED_MAX, /* the interval's greatest m: a guarantee at every moment */
	WFM_LOAD_STATIONARY,   /* each interval by itself: a = λ·AHT */
};

enum { WFM_MAX_SHRINKAGE = 8 };

struct wfm_staffing_options {
	enum wfm_channel channel;
	int interval_s; /* > 0 */
	struct wfm_target target;
	double patience_s;  /* 0 or INFINITY = Erlang C */
	bool lobby_limited; /* live channels: only `lobby` contacts may wait, the next is turned away
			       (which abandoned shares include) */
	int32_t lobby;
	double redial;      /* share of the abandoned who call again, [0,1): λ = λ0 + p·P(ab)·λ */
	enum wfm_load_model load_model;
	int32_t min_agents; /* in any open interval with volume */
	int32_t max_agents; /* 0 = none; also a room's or licence cap */
	int32_t counters;   /* walk_in: hard cap; 0 = none */
	double concurrency; /* chat: chats an agent handles at once, 1 .. 10 whole number */
	double stretch;     /* chat: each further chat at once lengthens handling by this share of
			       aht_s, the handling time of a chat alone: .10 */
	double turnaround_s;      /* deferrable: done within this, at least one interval */
	bool turnaround_open_hours; /* the turnaround's clock runs in open intervals only */
	double initial_backlog_s; /* deferrable: work waiting at the start, seconds of handling;
				     due within the first turnaround */
	double due_share;         /* deferrable: share that must be done in time; 0 = all */
	double per_person;        /* portfolio: units one person does in an interval_s */
	double shrinkage[WFM_MAX_SHRINKAGE]; /* successive shares in [0,1): roster =
						⌈required ÷ Π(1−s_i)⌉ */
	int n_shrinkage;
};

struct wfm_load {
	double volume; /* contacts that arrive in the interval, >= 0 (a mean) */
	double aht_s;  /* > 0 when volume > 0 */
	bool open;     /* false: nobody may work; voice volume here is ignored, deferrable work
			  still arrives */
};

/* Which condition decided the number. */
enum wfm_binding {
	WFM_BINDS_NONE, /* no work */
	WFM_BINDS_SERVICE_LEVEL,
	WFM_BINDS_ABANDONED,
	WFM_BINDS_ASA,
	WFM_BINDS_OCCUPANCY,
	WFM_BINDS_MINIMUM,
	WFM_BINDS_CAP,      /* a cap: some target is not met */
	WFM_BINDS_WORKLOAD, /* deferrable, portfolio: the work itself; Erlang C: stability */
	WFM_BINDS_BLOCKING,
};

const char *wfm_binding_name(enum wfm_binding binding);

struct wfm_requirement {
	int32_t agents;    /* on the work */
	int32_t on_roster; /* after shrinkage */
	double load_erl;   /* the offered load staffed for */
	bool met;          /* every target holds */
	enum wfm_binding binding;
	double service_level; /* of the definition asked for; deferrable: share done in time of
				 the work due in this interval, 1 when none is due */
	double abandoned_share;
	double asa_s;      /* of those answered; deferrable: mean age of work when done */
	double occupancy;
	double backlog_s;  /* deferrable: seconds of work waiting at the interval's end */
};

/* WFM_INVALID names the option or "/loads/17/aht_s"; WFM_NO_MEMORY. requirements has n. */
enum wfm_status wfm_staffing_run(const struct wfm_load *loads, size_t n,
				 const struct wfm_staffing_options *options,
				 struct wfm_requirement *requirements, struct wfm_error *e);

/*
 * The figures of a given number of agents in steady state on one interval's load: what the
 * board shows for "12 planned where 14 are required". Voice, chat, walk_in, trunks.
 */
enum wfm_status wfm_staffing_figures(double volume, double aht_s, int32_t agents,
				     const struct wfm_staffing_options *options,
				     struct wfm_requirement *figures, struct wfm_error *e);

/*
 * The table behind struct wfm_service (schedule.h): contacts of each interval answered within
 * target.within_s with n = 0..people_max agents, by the same model of load, patience, redials and lobby
 * as the requirement; never falling with n, and not rising beyond a cap (counters, max_agents). Of the
 * definitions only those that divide by the contacts offered make a sum that can be planned:
 * WFM_SL_OFFERED and WFM_SL_WAIT. Voice, chat and walk_in. What an interval leaves to the next is taken
 * from the requirement of each. served has [n x (people_max + 1)]; zeros where an interval is shut.
 * WFM_INVALID, WFM_NO_MEMORY.
 */
enum wfm_status wfm_staffing_served(const struct wfm_load *loads, size_t n,
				    const struct wfm_staffing_options *options, int32_t people_max,
				    double *served, struct wfm_error *e);

/* People beyond which nobody waits on these loads, at most WFM_SERVICE_PEOPLE: a fit people_max. */
int32_t wfm_staffing_served_people(const struct wfm_load *loads, size_t n,
				   const struct wfm_staffing_options *options);

/*
 * Staffing against an uncertain forecast, and targets that hold over a day or a week instead of in
 * each interval. Live channels (voice, chat, walk_in).
 *
 * Intervals belong to periods. In each the fewest agent-intervals are found with which
 *   POINT      the period reaches its targets if the loads come as forecast
 *   EXPECTED   it reaches them over all scenarios together (sums over sums)
 *   CHANCE     it reaches them with the probability asked for, over scenarios and the queue's
 *              own chance
 * Over a period the targets are of sums: answered in time ÷ offered of all its contacts. The
 * scenarios are counts of contacts (wfm_scenarios_draw): an interval's count is taken for its rate,
 * and the modified offered load carries work from interval to interval in each scenario by itself.
 *
 * Found by marginal analysis: from a feasible staffing (each interval's own requirement, lifted
 * alike by multiples of √load) people are taken away where that costs least, then moved to where
 * they gain most, until neither is possible. For POINT and EXPECTED this is the optimum where the
 * share answered is concave in the number of people, which it is but in deep understaffing (Fox
 * 1966); for CHANCE the losses are the gradient of the probability and the result a local optimum.
 */
enum wfm_risk { WFM_RISK_POINT, WFM_RISK_EXPECTED, WFM_RISK_CHANCE };

struct wfm_risk_problem {
	const struct wfm_load *loads; /* the point forecast; aht_s also where only scenarios have
					 volume */
	size_t n;
	const int32_t *period; /* [n] 0, 1, ... ascending without gaps; NULL: each interval alone */
	enum wfm_risk risk;
	double probability;      /* CHANCE: in (0, 1) */
	const double *scenarios; /* [scenario_count x n] contacts; not used by POINT */
	int32_t scenario_count;  /* 1 .. 10,000; times n at most two million */
	/* No interval's service level at the point forecast is below this, whatever its period
	   would save; 0: nights may be left alone for the sake of the day. */
	double least_service_level;
	/* [n] or NULL. Given, nothing is searched for: the answer is what these people do. */
	const int32_t *agents;
};

struct wfm_period_figures {
	int64_t agents;  /* agent-intervals */
	bool met;        /* false: a cap is in the way, and all have as many as it allows */
	double offered;  /* contacts: means over the scenarios, here and below */
	double service_level, abandoned_share, asa_s; /* sums over sums */
	double p_target; /* probability that the period reaches its targets; POINT: 1 or 0 */
	double sl_p10, sl_p50, sl_p90; /* of the period's service level over the scenarios */
};

/*
 * requirements has n: figures of each interval are at the point forecast, `met` is its period's.
 * periods has as many as there are (n when period is NULL), or is NULL. WFM_INVALID, WFM_NO_MEMORY.
 */
enum wfm_status wfm_staffing_risk(const struct wfm_risk_problem *problem,
				  const struct wfm_staffing_options *options,
				  struct wfm_requirement *requirements,
				  struct wfm_period_figures *periods, struct wfm_error *e);

/*
 * What one person does of a portfolio in an interval, for options.per_person, from how people say it:
 * 20 claims a day, 300 accounts a month. Within a day the interval's share of the working day's hours;
 * an interval of whole days is so many working days.
 */
enum wfm_pace { WFM_PACE_INTERVAL, WFM_PACE_HOUR, WFM_PACE_DAY, WFM_PACE_MONTH };
double wfm_portfolio_pace(double units, enum wfm_pace per, double day_hours, double month_days,
			  int interval_s);

/* ⌈agents ÷ Π(1−s_i)⌉, exact at whole quotients. */
int32_t wfm_roster_size(int32_t agents, const double *shrinkage, int n);

#endif
