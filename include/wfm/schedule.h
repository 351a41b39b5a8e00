/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Weekly and multi-week schedules for named agents: the problem, the solver, the judge.
 *
 * Time is a row of equal slots (15 or 30 minutes, any divisor of 60) counted from the horizon's
 * first instant in UTC; slot t is [t, t+1). A calendar cuts the same slots into local days, so
 * several zones may share a problem and a day of a clock change simply has more or fewer slots
 * (92 or 100 quarter-hours). A shift belongs to the local day on which it starts and may run past
 * midnight and past the last day: give slot_count some tail slots for that. Wall-clock rules
 * (start windows, nights) read the calendar; durations (lengths, rest) count slots.
 *
 * Cost = pay + shortage + surplus + service + deferred + duties + soft rules + wishes + sessions, all in cents:
 *   pay       contract.hour_cents x paid hours
 *   shortage  per queue and slot, short1 an hour for the first `step1` people, short2 beyond;
 *             per cover row, short_cents a person
 *   surplus   per queue and slot, surplus_cents an hour for people above the requirement; per
 *             cover row, surplus_cents a person; who waits for a counter is a surplus too, at the
 *             cheapest surplus_cents of the agent's open queues
 *   service   per service, short_cents a contact not answered in time below the target
 *   deferred  per deferrable work, late_cents an agent-hour for each open hour past due, left_cents
 *             an agent-hour due in the plan and never done; people on its queue without whom as
 *             much would get done are surplus
 *   duties    used_cents of each duty that anybody works
 *   soft      rule weight x amount of violation (unit: see wfm_rules), wishes likewise (times what
 *             seniority makes of them: see wfm_seniority)
 *   sessions  miss_cents for each time an agent misses a training or meeting; who attends is paid
 *             and is not on the queue, which the shortage shows
 *
 * docs/examples/schedule.c is a whole program.
 *
 * Ownership: a problem and everything it points to belong to the caller, are read only and must
 * live until the call returns. Rosters and reports are ours until freed with their _free.
 * Threads: no shared state; any number of calls at once, each with its own problem or sharing one.
 * Purity: no clock, no I/O. Time limits need the caller's now_s; iteration limits do not and are
 * the ones under which a seed gives the same roster everywhere.
 */
#ifndef WFM_SCHEDULE_H
#define WFM_SCHEDULE_H

#include "wfm/schedule_demand.h"
#include "wfm/schedule_rules.h"
#include "wfm/status.h"

#include <stdbool.h>
#include <stdint.h>

/* ---- calendars ------------------------------------------------------------------------- */

struct wfm_day {
	int32_t date;        /* days since 1970-01-01 of the local date; consecutive */
	int32_t weekday;     /* 0 Monday ... 6 Sunday */
	int32_t first_slot;  /* slot at local midnight; days[0] may start at any slot >= 0 */
	int32_t slots;       /* length of the local day; days follow each other without a hole */
	int32_t change_slot; /* slots into the day at which the clock changes; -1: it does not */
	int32_t change_min;  /* minutes the clock jumps there: 60 in spring, -60 in autumn */
	bool holiday;
};

struct wfm_calendar {
	const struct wfm_day *days;
	int32_t day_count;
};

/* ---- duties ---------------------------------------------------------------------------- */

/* Rules, covers and wishes can name the first WFM_NAMED_DUTIES of them. */
enum { WFM_MAX_DUTIES = 120, WFM_NAMED_DUTIES = 64 };

/*
 * A shift with a name: always the same start and length. A problem that lists duties takes every
 * shift from that list, and start_window, start_step, start_spread and shift_minutes of contracts
 * say nothing there. Breaks of the contract are taken as early as they may be.
 */
struct wfm_duty {
	const char *name;  /* for messages; may be NULL */
	int32_t start;     /* wall minute; a slot must begin there */
	int32_t minutes;   /* start to end, whole slots, up to 24 hours */
	int32_t skill;     /* agents need this skill (but see other_skill); WFM_NONE: everybody can */
	int32_t queue;     /* the work done, wherever the agent can; WFM_NONE: none, covers count it. It
			      may run on while the queue is closed, and nobody is on the work then */
	double used_cents; /* once a plan when anybody works it at all: keeps the list short */
};

/* People wanted on a day on any of some duties. Rows may overlap. */
struct wfm_cover {
	int32_t day;          /* index into every calendar */
	uint64_t duties;      /* bit i: duty i */
	double required;      /* people, >= 0 */
	double short_cents;   /* a person short */
	double surplus_cents; /* a person too many */
};

/* ---- contracts ------------------------------------------------------------------------- */

/* WFM_RULE_WEEK_MINUTES and so on, in the order of wfm/schedule_rules.h, which says what each means. */
enum wfm_rule {
#define WFM_RULE_ID(id, name, traits, soft, many, meaning, unit) WFM_RULE_##id,
	WFM_RULES(WFM_RULE_ID)
#undef WFM_RULE_ID
	WFM_RULE_COUNT
};

enum { WFM_MAX_WINDOW = 14, WFM_MAX_PATTERN = 14 };

/* One day of a pattern: what of the following it may be. */
struct wfm_pattern_day {
	uint64_t duties; /* bit i: works duty i; all bits: works */
	bool off;        /* a day off fits too */
};

enum wfm_mode { WFM_OFF, WFM_HARD, WFM_SOFT };

struct wfm_rule_row {
	enum wfm_rule rule;
	enum wfm_mode mode;
	int32_t low, high;    /* low = 0 and high = INT32_MAX: no limit on that side */
	int32_t step;         /* SHIFT_MINUTES only; 0: low and high alone */
	int32_t from, to;     /* NIGHT_SHIFTS only: wall minutes */
	uint8_t days;         /* START_WINDOW, PATTERN: bit w = weekday w, 0 = every day */
	double weight_cents;  /* soft only: price of one unit of violation */
	uint64_t duties;      /* where the rule speaks of them; 0: all */
	int32_t window;       /* WINDOW_*: days, 2..WFM_MAX_WINDOW */
	bool edges;           /* low of a run also counts for runs cut by the plan's ends */
	const struct wfm_pattern_day *pattern; /* PATTERN only */
	int32_t pattern_count; /* 2..WFM_MAX_PATTERN */
};

enum wfm_activity_kind {
	WFM_WORK,  /* on a queue */
	WFM_MEAL,
	WFM_REST_BREAK,
	WFM_TRAINING, /* a session's: off the queue, paid */
	WFM_MEETING,
	WFM_TRAVEL,   /* to another site and back: off the queue, paid */
	WFM_ACTIVITY_KINDS
};

/*
 * A shift takes, in the order listed, every break whose shift_low..shift_high holds its length.
 * Each starts earliest..latest minutes after the shift's start and at least gap minutes after the
 * end of the break before it.
 */
struct wfm_break {
	enum wfm_activity_kind kind; /* WFM_MEAL or WFM_REST_BREAK */
	int32_t minutes;
	bool paid;
	int32_t earliest, latest;
	int32_t gap;
	int32_t shift_low, shift_high;
};

struct wfm_contract {
	const char *name; /* for messages; may be NULL */
	const struct wfm_rule_row *rules;
	int32_t rule_count;
	const struct wfm_break *breaks;
	int32_t break_count;
	double hour_cents; /* pay of an hour */
	bool salaried;     /* paid whatever is planned: shown as fixed pay, never minimised */
	int32_t late_start_min; /* a shift that starts up to so many minutes after midnight may count to
				   the day before; its start is then read as after 24:00 */
	bool optional;     /* an agent may be left without any shift in the whole plan, free of rules; not
			      who has a locked shift */
};

/* One row per rule kind: its name, what low/high mean, and what one unit of violation is. */
struct wfm_rule_info {
	enum wfm_rule rule;
	const char *name;    /* snake_case, stable: used in JSON */
	const char *meaning;
	const char *unit;    /* of weight_cents when soft */
	bool may_be_soft;
	bool many;           /* several rows of it may stand in one contract */
	uint8_t traits;      /* enum wfm_rule_trait, together */
};
extern const struct wfm_rule_info wfm_rules[WFM_RULE_COUNT];

/* WFM_RULE_COUNT when there is none of that name. */
enum wfm_rule wfm_rule_by_name(const char *name);

/* ---- agents ---------------------------------------------------------------------------- */

struct wfm_agent_skill {
	int32_t skill;
	double speed; /* people this agent is worth on it: 1 is normal, > 0 */
};

struct wfm_span {
	int32_t start, end; /* slots [start, end); may reach outside the horizon */
};

/* A shift that must stand (end > start), or a day that must stay free (start = end = 0). */
struct wfm_lock {
	int32_t day; /* index into the agent's calendar */
	int32_t start, end;
	int32_t elsewhere; /* as in wfm_shift */
};

/*
 * Another site at which the agent may work, a whole shift at a time. Travel is working time: the shift's
 * first and last travel_min minutes, paid, off the queue, before and after its breaks. So every rule
 * sees the shift with its travel, and hours, rest and absences run over all sites; the clock is that of
 * the agent's calendar.
 */
struct wfm_elsewhere {
	int32_t site;
	int32_t travel_min; /* each way, whole slots; 0: none */
};

enum { WFM_MAX_ELSEWHERE = 8 };

enum wfm_wish_kind {
	WFM_WISH_DAY_OFF,  /* weight for a shift that starts on `day` (on one of `duties`) */
	WFM_WISH_START,    /* weight for each hour between start and `minute` of the wall clock */
	WFM_WISH_DAY_ON,   /* weight for no shift on `day` (on one of `duties`) */
	WFM_WISH_KEEP,     /* weight unless the shift start..end of `day` (on one of `duties`) stands as
			      it is, or with start = end the day stays free: short notice, a
			      published roster; see wfm/replan.h */
};

struct wfm_wish {
	enum wfm_wish_kind kind;
	int32_t day;    /* WFM_NONE: every day */
	int32_t minute;
	double weight_cents;
	uint64_t duties;    /* 0: any shift */
	int32_t start, end; /* KEEP only: slots */
	int32_t elsewhere;  /* KEEP only, of the shift: as in wfm_shift */
};

/* Leave that counts as time worked towards the week's minutes and shifts of that day's week. */
struct wfm_credit {
	int32_t day;
	int32_t minutes;
	int32_t shifts;
};

struct wfm_agent {
	const char *name; /* for messages; may be NULL */
	int32_t contract, site, calendar;
	const struct wfm_agent_skill *skills;
	int32_t skill_count;
	const struct wfm_span *unavailable; /* leave, meetings elsewhere, availability: no shift there */
	int32_t unavailable_count;
	const struct wfm_lock *locks;
	int32_t lock_count;
	const struct wfm_wish *wishes;
	int32_t wish_count;
	const struct wfm_credit *credits;
	int32_t credit_count;
	const struct wfm_elsewhere *elsewhere; /* other sites; not with duties */
	int32_t elsewhere_count;
	int32_t previous_end;         /* slot at which the last shift before day 0 ended (<= 0 mostly);
					 WFM_NONE: none */
	int32_t previous_days_worked; /* working days in a row just before day 0 */
	double burden;                /* weekends, nights and early starts of the past, in any unit; who
					 has more gets fewer when alike agents are named */
	double seniority;             /* years of service, or a rank that grows: see wfm_seniority */
};

/*
 * Whose wishes win where not all can be had. The weight of a wish of an agent of seniority s counts
 *   1 + (most - 1) x min(s, full) / full
 * times: once for a newcomer, `most` times from `full` on. So two wishes of like weight for one place go
 * to the senior, and several juniors' together still outweigh one senior's. KEEP is no wish of the agent
 * and counts once. Without wishes seniority changes nothing.
 */
struct wfm_seniority {
	double most; /* up to WFM_SENIORITY_MOST; 0 or 1: seniority does not count */
	double full; /* > 0 where it counts */
};

#define WFM_SENIORITY_MOST 10.0

/* ---- training and meetings --------------------------------------------------------------- */

/* Sessions of one plan, and of one agent in it (each of `times` counts). */
enum { WFM_MAX_SESSIONS = 200, WFM_MAX_SEATS = 16 };

/*
 * Time off the queue that finds its own place: where it costs least cover. It lies in one shift of
 * the agent at the agent's own site, not over breaks, wholly in one of the windows; an agent has it at most once a shift.
 * Plans of thousands are solved in blocks of agents; who meets together may be of several.
 * In a cyclic plan it may lie in what a shift works past the end; windows wrap around as slots do. In plans of
 * duties the breaks stand where they are, and covers do not feel a session, for they count who works the duty.
 */
struct wfm_session {
	const char *name;            /* for messages; may be NULL */
	enum wfm_activity_kind kind; /* WFM_TRAINING or WFM_MEETING: what the roster calls it */
	int32_t minutes;             /* whole slots */
	const int32_t *agents;       /* who; each once */
	int32_t agent_count;
	const struct wfm_span *windows; /* none: any time of the plan */
	int32_t window_count;
	bool together;   /* all at one time; else everybody at a time of his own */
	int32_t quorum;  /* together: with fewer it is not held; 0: one will do */
	int32_t at_once; /* not together: at most so many at a time; 0: no limit */
	int32_t times;   /* each agent so often, once when together; 0: once */
	int32_t margin_min; /* minutes from either end of the shift */
	bool must;       /* missed only by who cannot be placed, and then the roster says so */
	double miss_cents; /* each time an agent misses it */
};

/* ---- the problem ----------------------------------------------------------------------- */

struct wfm_problem {
	int32_t slot_min;   /* divides 60 */
	int32_t slot_count; /* tail included */
	bool cyclic;        /* the plan repeats: slot_count is the period, slots wrap around; shifts, rest and
			       runs of days are joined where it does, windows, patterns and weekends in a
			       row are not, and what agents did before it does not count */
	int32_t skill_count, site_count;
	const struct wfm_site *sites; /* [site_count]; NULL: nothing to say of them */
	const struct wfm_calendar *calendars;
	int32_t calendar_count;
	const struct wfm_queue *queues;
	int32_t queue_count;
	const struct wfm_contract *contracts;
	int32_t contract_count;
	const struct wfm_agent *agents;
	int32_t agent_count;
	const struct wfm_duty *duties; /* none: contracts say what a shift may be */
	int32_t duty_count;
	const struct wfm_cover *covers;
	int32_t cover_count;
	const struct wfm_service *services; /* not together with duties, whose rows have one price a person */
	int32_t service_count;
	const struct wfm_session *sessions;
	int32_t session_count;
	const struct wfm_deferrable *deferrable; /* not together with duties, nor in cyclic plans */
	int32_t deferrable_count;
	struct wfm_seniority seniority;
};

/* WFM_OK, or WFM_INVALID with the place (/agents/3/locks/0/end) and the reason. */
enum wfm_status wfm_problem_check(const struct wfm_problem *p, struct wfm_error *e);

/* Wall-clock minute (0..1439) of a slot's beginning, read on the given day of the calendar; the
 * slot may lie after the day's end. */
int32_t wfm_wall_minute(const struct wfm_problem *p, const struct wfm_calendar *c, int32_t day,
			int32_t slot);

/* ---- solving --------------------------------------------------------------------------- */

enum wfm_phase { WFM_PHASE_START, WFM_PHASE_BOUND, WFM_PHASE_INTEGER, WFM_PHASE_IMPROVE, WFM_PHASE_DONE };

struct wfm_progress {
	enum wfm_phase phase;
	double objective; /* best roster so far; HUGE_VAL before the first */
	double bound;     /* certified; -HUGE_VAL before the first */
	double gap;       /* (objective - bound) / objective; 1 when unknown */
	double fraction;  /* rough share of the work done, 0..1 */
	int64_t iterations;
};

struct wfm_solve_options {
	uint64_t seed;
	double time_limit_s;      /* 0: none; needs now_s */
	int64_t iteration_limit;  /* pricing rounds and local-search steps together; 0: default effort */
	double gap_target;        /* stop when the variable gap is at most this; 0: run to the end */
	int32_t threads;          /* 0 or 1: the caller's; 2: one more. The roster is the same */
	double (*now_s)(void *context); /* monotonic seconds; NULL: no time limit, seconds = 0; with
					   2 threads it is called in both at once */
	bool (*progress)(void *context, const struct wfm_progress *); /* true cancels; may be NULL */
	void *context;
	const struct wfm_roster *start; /* where to begin; NULL: nowhere. See below */
};

/* ---- the answer ------------------------------------------------------------------------ */

struct wfm_activity {
	enum wfm_activity_kind kind;
	int32_t queue; /* WFM_NONE on breaks; also on work time in which every queue it may serve is
			  closed */
	int32_t start, slots;
	bool paid;
	int32_t session; /* of training and meetings; else not read */
};

/* Activities cover [start, end) without hole or overlap, in order. */
struct wfm_shift {
	int32_t agent;
	int32_t day; /* index into the agent's calendar */
	int32_t start, end;
	int32_t first_activity, activity_count; /* into roster.activities */
	int32_t duty;  /* in problems with duties; else not read */
	int32_t elsewhere; /* 0: at the agent's site; i + 1: at its elsewhere[i] */
};

enum wfm_short_reason {
	WFM_SHORT_NO_SKILL,  /* no agent of the plan may serve the queue */
	WFM_SHORT_AWAY,      /* all who may are unavailable, locked elsewhere or have no tour */
	WFM_SHORT_NO_SHIFT,  /* no shift of their contracts reaches the slot (windows, hours) */
	WFM_SHORT_ALL_AT_WORK, /* everybody who may be is on the work, a break or another queue */
	WFM_SHORT_COUNTERS,    /* every counter of the site is taken */
	WFM_SHORT_HOURS,     /* the others have used up their minutes, shifts or days */
	WFM_SHORT_PRICE,     /* someone could, at more than the shortage costs (or rest and starts of
				the neighbouring days would give way elsewhere) */
	WFM_SHORT_REASONS
};

struct wfm_shortage {
	int32_t queue, start, slots; /* a run of slots with the same reason */
	double people;               /* mean people short over the run; of deferrable work: whose work of a
					slot becomes late or is left, but for what comes after its last slot */
	double cents;                /* cost of the run */
	double value_cents;          /* mean dual: worth of one more agent-hour there; 0 unknown */
	enum wfm_short_reason reason;
};

/* An agent for whom no tour satisfies every hard rule; left without shifts. */
struct wfm_unplanned {
	int32_t agent;
	int32_t conflict_count;
	enum wfm_rule conflicts[WFM_RULE_COUNT]; /* dropping all of these makes a tour possible, and
						    none of them can be spared; empty: unavailable
						    or locked against any rule */
};

enum wfm_miss_reason {
	WFM_MISS_NEVER,    /* no shift the agent can be given reaches its windows, or there is no tour */
	WFM_MISS_NOT_HELD, /* fewer than its quorum can be there together */
	WFM_MISS_OFF,      /* the agent's shifts lie outside its time */
	WFM_MISS_FULL,     /* as many as may be are there whenever the agent could */
	WFM_MISS_BREAKS,   /* breaks and other sessions leave no stretch as long */
	WFM_MISS_PRICE,    /* it could be, at more than missing it costs */
	WFM_MISS_REASONS
};

/* An agent who has a session less often than asked. */
struct wfm_missed {
	int32_t session, agent, times;
	enum wfm_miss_reason reason;
};

struct wfm_cost {
	double pay;       /* variable pay */
	double fixed_pay; /* of salaried contracts */
	double shortage, surplus, rules, wishes;
	double duties;    /* used_cents of those worked */
	double service;   /* contacts below the services' targets */
	double sessions;  /* missed */
	double deferred;  /* deferrable work late or left */
	double total;
};

struct wfm_roster {
	struct wfm_shift *shifts; /* by agent, then start */
	int32_t shift_count;
	struct wfm_activity *activities;
	int32_t activity_count;
	struct wfm_unplanned *unplanned;
	int32_t unplanned_count;
	struct wfm_shortage *shortages;
	int32_t shortage_count;
	struct wfm_missed *missed; /* by session, then agent */
	int32_t missed_count;
	double session_cents; /* of the cost, what sessions take: misses, and cover lost to them */
	double *value_cents; /* [queue_count x slot_count] worth of one more agent-hour; may be NULL */
	struct wfm_service_figures *services; /* [service_count] as stated; NULL: no such claims */
	int32_t service_count;
	struct wfm_deferrable_figures *deferrable; /* the same of deferrable work */
	int32_t deferrable_count;
	struct wfm_cost cost;
	double bound;        /* certified lower bound of the variable cost, plus this roster's fixed pay,
				to be read against cost.total; -HUGE_VAL if stopped before one */
	double gap;          /* (total - bound) / total */
	double variable_gap; /* the same without fixed pay */
	uint64_t seed;
	int64_t iterations;
	int32_t columns;
	int32_t classes;     /* groups of interchangeable agents the solver worked with */
	int32_t start_tours; /* agents whose shifts of options.start stood as they were; 0 without */
	double seconds;      /* by now_s; 0 without */
};

/*
 * Finds a roster and a bound, the same whatever the order in which agents are listed (those alike in
 * everything may change places). Options NULL: defaults. WFM_OK: ran to its end or gap_target;
 * WFM_LIMIT, WFM_CANCELLED: stopped before, *out is the best roster; a demand that cannot be met or
 * an agent without a tour is no error but told in the roster. WFM_INVALID (see
 * wfm_problem_check), WFM_NO_MEMORY, WFM_INTERNAL: *out is NULL.
 *
 * options.start is any roster in the slots and days of this problem: its last one, last week's moved
 * by the caller, one made by hand. Of it only agent, day, start, end, elsewhere, breaks and duty are read; who
 * serves which queue is divided anew, and sessions are placed anew. An agent whose shifts obey every rule gets them as they are.
 * Shifts that exist no more, stand on other days than the problem's or break a rule or lock are left
 * out, and the agent gets the legal tour that changes the fewest days; agents without any shift are
 * planned anew. That is the first plan told to `progress` and the relaxation's first tours, so a start
 * that breaks nothing is never made worse. Indices that point nowhere: WFM_INVALID at
 * /start/shifts/3/agent. See wfm/replan.h for a price on changing it.
 */
enum wfm_status wfm_schedule_solve(const struct wfm_problem *p, const struct wfm_solve_options *o,
				   struct wfm_roster **out, struct wfm_error *e);

/* Zeroed arrays of these sizes, for callers that read a roster from elsewhere. NULL: no memory. */
struct wfm_roster *wfm_roster_new(int32_t shifts, int32_t activities, int32_t unplanned);
void wfm_roster_free(struct wfm_roster *r);

/* ---- the judge: shares no code with the solver ------------------------------------------- */

enum wfm_breach_kind {
	WFM_BREACH_RULE,        /* a hard rule of the contract: see rule */
	WFM_BREACH_BREAK,       /* a break missing, too many, of wrong length, pay or place */
	WFM_BREACH_SHAPE,       /* wrong day, outside the horizon, activities with holes, bad index */
	WFM_BREACH_OVERLAP,     /* two shifts of one agent meet or start on one day */
	WFM_BREACH_UNAVAILABLE,
	WFM_BREACH_LOCK,
	WFM_BREACH_CLOSED,      /* works when no queue it may serve is open */
	WFM_BREACH_SKILL,       /* a queue the agent may not serve */
	WFM_BREACH_UNPLANNED,   /* listed as unplanned, yet has shifts */
	WFM_BREACH_COST,        /* a stated cost differs from the recomputed one */
	WFM_BREACH_BOUND,       /* the stated bound is above the cost */
	WFM_BREACH_DUTY,        /* not one of the duties, or not at its time */
	WFM_BREACH_SESSION,     /* a session out of place, too often, too full, or missed without need */
	WFM_BREACH_COUNTERS,    /* more people at the counters of a site than it has */
	WFM_BREACH_TRAVEL,      /* travel missing, too much, or not at the shift's ends */
	WFM_BREACH_KINDS
};

struct wfm_breach {
	enum wfm_breach_kind kind;
	int32_t agent, day;  /* WFM_NONE: of the whole roster, of the whole plan */
	enum wfm_rule rule;  /* WFM_RULE_COUNT unless kind is RULE */
	double amount;       /* how far, in the rule's unit */
	char message[160];
};

/* What the plan asks of an agent: for comparing people, and for the next plan's burden. */
struct wfm_fairness {
	int32_t shifts, paid_min;
	int32_t weekend_shifts; /* start on a Saturday, Sunday or holiday */
	int32_t early_shifts;   /* start before 07:00 on the wall clock */
	int32_t late_shifts;    /* end after 22:00, nights included */
	int32_t wishes;         /* days off, days on and starts wished for; KEEP is no wish of the agent */
	int32_t wishes_missed;  /* of them, not granted on at least one day (a start: not to the minute) */
	double wish_cents;      /* their cost */
	double burden;          /* the agent's of the past + 2 a weekend shift + 1 an early or late one, the
				   measure by which tours of alike agents are named */
};

struct wfm_report {
	struct wfm_breach *breaches;
	int32_t breach_count;
	struct wfm_cost cost;    /* recomputed */
	double *covered;         /* [queue_count x slot_count] people on each queue */
	double short_hours, surplus_hours, required_hours, paid_hours; /* on queues */
	double waiting_hours;    /* of people without a counter; not in surplus_hours */
	double *on_cover;        /* [cover_count] people on each cover row */
	double short_people, surplus_people; /* on cover rows */
	struct wfm_service_figures *services; /* [service_count of the problem] */
	struct wfm_deferrable_figures *deferrable; /* [deferrable_count of the problem] */
	struct wfm_fairness *agents;          /* [agent_count of the problem] */
};

/* Recomputes everything from the roster alone. WFM_OK says the judging worked; the roster is good
 * when breach_count is 0. check_claims false leaves out COST and BOUND (a hand-made roster). */
enum wfm_status wfm_schedule_verify(const struct wfm_problem *p, const struct wfm_roster *r,
				    bool check_claims, struct wfm_report **out, struct wfm_error *e);
void wfm_report_free(struct wfm_report *r);

/* Stable snake_case words for JSON and messages. */
const char *wfm_activity_kind_name(enum wfm_activity_kind k);
const char *wfm_short_reason_name(enum wfm_short_reason r);
const char *wfm_miss_reason_name(enum wfm_miss_reason r);
const char *wfm_breach_kind_name(enum wfm_breach_kind k);
const char *wfm_phase_name(enum wfm_phase p);

#endif
