/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The demo network's tables (network.c) and what the generator makes of them.
 *
 * Dates are days since 1970-01-01; `t` is a day counted from demo.first_day. Ids are index + 1.
 * Everything is owned by demo.arena. Private to server/demo.
 */
#ifndef DEMO_MODEL_H
#define DEMO_MODEL_H

#include <gsl/gsl_rng.h>
#include "server/calendar/zones.h"
#include "server/demo/demo.h"

enum {
	DEMO_REGIONS = 4,
	DEMO_SITES = 8,
	DEMO_SKILLS = 7,
	DEMO_CONTRACTS = 7,
	DEMO_QUEUES = 24,
	DEMO_QUEUES_PER_SITE = 3,
	DEMO_WEEKS = 57,  /* of history before the reference date's week */
	DEMO_AHEAD = 120, /* days known after the reference date: leave, holidays */
	DEMO_TEAMS_MAX = 48,
	DEMO_WAVES = 3,   /* in which Valdivia moved out of Santiago */
	DEMO_STEP_S = 1800,
};

enum demo_site_index { SCL, VAL, SSA, STA, GUA, QUE, MAN, LEO };
enum demo_skill_index { SERVICE, URGENT, CHAT, EMAIL, BACK, COUNTER, ADVICE };
enum demo_contract_index { FT42, NT42, PT30, PT20, WE18, FT44, PT24 };

struct demo_region {
	const char *code, *name;
};

struct demo_site {
	const char *code, *name, *country, *zone;
	int region;
	bool branch;
	int counters;
	double shrinkage_planned, shrinkage_unplanned;
	double turnover;   /* leavers a year ÷ headcount */
	double unplanned;  /* share of planned hours lost unplanned */
	double handling;   /* AHT against the network's */
	double resolved;   /* first-contact resolution */
	double satisfied;  /* mean of 1..5 */
};

struct demo_skill {
	const char *code, *name;
};

struct demo_queue {
	const char *code, *name;
	int site, skill;
	const char *channel;
	double target_share, target_s, max_abandoned, max_occupancy, patience_s; /* 0: none */
	double concurrency;
	int turnaround_min; /* 0: live work */
	double aht_s;
	double week_load_h; /* handling hours of a normal week */
	int shape;          /* row of demo_shapes */
};

struct demo_shape {
	double weekday[7]; /* Monday first */
	double hour[24];   /* level at the hour's beginning; linear between */
};

struct demo_rule {
	const char *name;
	double low, high; /* NaN: no limit */
};

struct demo_break {
	const char *kind;
	int minutes;
	bool paid;
	int earliest, latest, from;
};

struct demo_contract {
	const char *code, *name;
	int cost_cents;
	int shift_min, shift_max, start_earliest, start_latest;
	struct demo_rule rules[6];
	struct demo_break breaks[3];
	int days;          /* working days a week in the past */
	int day_minutes;   /* planned working time of such a day */
};

/* A group of alike seats at a site. */
struct demo_seats {
	int site, contract, count;
	unsigned skills; /* bits of enum demo_skill_index */
};

extern const struct demo_region demo_regions[DEMO_REGIONS];
extern const struct demo_site demo_sites[DEMO_SITES];
extern const struct demo_skill demo_skills[DEMO_SKILLS];
extern const struct demo_contract demo_contracts[DEMO_CONTRACTS];
extern const struct demo_queue demo_queues[DEMO_QUEUES];
extern const struct demo_shape demo_shapes[];
extern const struct demo_seats demo_seats[];
extern const size_t demo_seats_count;

enum demo_absence_kind {
	AWAY_VACATION, AWAY_SICKNESS, AWAY_MATERNITY, AWAY_PATERNITY, AWAY_ACCIDENT,
	AWAY_UNJUSTIFIED, AWAY_TRAINING, AWAY_UNPAID, AWAY_KINDS,
};
extern const char *const demo_absence_names[AWAY_KINDS];

struct demo_absence {
	int agent;
	enum demo_absence_kind kind;
	const char *state;
	int first, last;          /* days t, whole days unless until_min */
	int from_min, until_min;  /* within one day; 0, 0: whole days */
	bool planned, paid, excused;
	int64_t planned_minutes;  /* rostered minutes it took away up to the reference date */
};

struct demo_team {
	int site;
	int number;
};

struct demo_agent {
	int unit;                 /* site whose queues this agent has always served */
	int site, contract, team, number;
	unsigned skills;
	int64_t hired, left;      /* left: FIELD_NULL while employed */
	bool voluntary;
	int64_t moved;            /* first day at Valdivia; FIELD_NULL: always at site */
	int old_team;             /* before the move */
	double frailty;           /* how easily away: mean 1 */
	int minutes[7];           /* planned working time by weekday, Monday first */
	int32_t *away;            /* [days] index of the absence + 1; 0: none */
};

struct demo_special {
	int64_t day;
	const char *country;      /* exactly one of country, site, queue */
	int site, queue;          /* -1: none */
	const char *kind, *name;
	const char *group;        /* NULL: learnt by its name */
	bool closed;
	double factor;            /* what it does to volume */
	bool tell;                /* factor is loaded; else it is to be learnt */
};

struct demo_interval {
	int queue;
	int64_t start;
	int offered, handled, abandoned, in_target;
	double handle_s, wait_s;
};

struct demo_agent_day {
	int agent, site, t;
	int rostered, handling, waiting, breaks, training, other, paid_leave, in_state;
	int absent_planned, absent_unplanned;
};

struct demo_handled {
	int site, queue, t;
	int offered, handled, abandoned, in_target, resolved, satisfaction_count, satisfaction_sum, sales;
	double handle_s;
};

/* A growing row of structs in the arena. */
#define DEMO_LIST(type) struct { type *items; size_t count, cap; }

struct demo {
	struct arena *arena;
	uint64_t seed;
	int64_t until, first_day;
	int days;       /* first_day .. until - 1 */
	int all_days;   /* with those ahead */
	const struct zone *zones[DEMO_SITES];
	int64_t wave[DEMO_WAVES];
	struct demo_team teams[DEMO_TEAMS_MAX];
	int team_count;
	DEMO_LIST(struct demo_agent) agents;
	DEMO_LIST(struct demo_special) specials;
	DEMO_LIST(struct demo_absence) absences;
	DEMO_LIST(struct demo_interval) intervals;
	DEMO_LIST(struct demo_agent_day) agent_days;
	DEMO_LIST(struct demo_handled) handled;
};

#define DEMO_PUSH(d, list) \
	((void)arena_grow((d)->arena, (void **)&(d)->list.items, &(d)->list.cap, (d)->list.count, \
			  sizeof(*(d)->list.items)), \
	 &(d)->list.items[(d)->list.count++])

/* A generator of its own for each purpose, so that one part's draws do not move another's. */
enum demo_stream { STREAM_PEOPLE = 1, STREAM_ABSENCE, STREAM_TRAFFIC, STREAM_DAYS };
gsl_rng *demo_rng(uint64_t seed, enum demo_stream stream, uint64_t index); /* gsl_rng_free it */

/* The site where the agent works on date. */
int demo_agent_site(const struct demo_agent *g, int64_t date);
bool demo_agent_employed(const struct demo_agent *g, int64_t date);

/* Opening of a site on a weekday (1 Monday); false: closed. close_min is at most 1440. */
bool demo_open(int site, int weekday, int *open_min, int *close_min);
/* Product of special-day factors on a queue's volume; *closed when its site does not open. */
double demo_special_factor(const struct demo *d, int queue, int64_t date, bool *closed);
/* Expected contacts in the half hour of a normal week at local minute; before noise. */
double demo_expected(const struct demo *d, int queue, int64_t date, int minute);

bool demo_make_people(struct demo *d, struct err *e);
bool demo_make_absences(struct demo *d, struct err *e);
void demo_make_specials(struct demo *d);
bool demo_make_traffic(struct demo *d, struct err *e);

/* The people of one operating unit at work on one day, for days.c. */
struct demo_shift_day {
	int unit;        /* site whose queues they serve */
	int t;
	double work_s;   /* on the work: handling and waiting */
	size_t first, count; /* their rows in agent_days */
};
void demo_day_begin(struct demo *d, int unit, int t, gsl_rng *r, struct demo_shift_day *s);
/* Shares handled seconds among them. */
void demo_day_finish(struct demo *d, const struct demo_shift_day *s, double handling_s, gsl_rng *r);

#endif
