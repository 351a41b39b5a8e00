/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What stands behind a plan's shortage and what would help: what one more agent or one more hour is
 * worth, which rule to ease, and which rules, leave and locks leave an agent without any tour.
 *
 * All figures of money but those of the roster's shortages are differences between two linear
 * relaxations (tours taken in part; see solver/schedule/master.c): what the best plan would cost less,
 * as far as a relaxation can tell. A relaxation r with the requirement or the agents changed by n is a
 * convex function of n, so the n-th agent never saves more than the one before.
 *   most_cents   by the duals of the plan's relaxation alone (Lagrange): an upper bound, to the
 *                explanation's precision
 *   saved_cents  by solving the changed relaxation; when `solved`
 * What duties cost once used (used_cents) is in no relaxation, nor are training and meetings.
 * Plans of more than a hundred agents of few kinds with several queues have relaxations that take minutes:
 * there both are differences of two bounds near the best, and precision_cents says how near.
 *
 * Ownership: problem and roster belong to the caller and are read only; the explanation is ours until
 * wfm_explanation_free. Threads: no shared state; any number of calls at once.
 * Purity: no clock, no I/O; the same input gives the same explanation under iteration limits.
 */
#ifndef WFM_EXPLAIN_H
#define WFM_EXPLAIN_H

#include "wfm/schedule.h"

struct wfm_explain_options {
	double time_limit_s;       /* 0: none; needs now_s */
	int64_t iteration_limit;   /* pricing rounds and search steps together; 0: none */
	int32_t relaxation_limit;  /* eased rules to solve for, the most promising first; 0: 12 */
	double (*now_s)(void *context);  /* monotonic seconds; NULL: no time limit */
	bool (*cancel)(void *context);   /* true stops; may be NULL */
	void *context;
};

/* ---- one thing that binds ---------------------------------------------------------------- */

enum wfm_item_kind {
	WFM_ITEM_RULE,        /* a rule of a contract; all start windows of one together */
	WFM_ITEM_UNAVAILABLE, /* a span in which an agent is away */
	WFM_ITEM_LOCK,        /* a shift or a free day that must stand */
	WFM_ITEM_WISH,        /* a wish, taken for hard */
	WFM_ITEM_KINDS
};

struct wfm_item {
	enum wfm_item_kind kind;
	int32_t contract;   /* RULE: whose; else WFM_NONE */
	int32_t agent;      /* the others: whose; of a conflict also beside a rule */
	int32_t index;      /* into the contract's rules, or the agent's unavailable, locks or wishes */
	enum wfm_rule rule; /* RULE; else WFM_RULE_COUNT */
	char place[64];     /* /contracts/1/rules/3, /agents/3/locks/0 */
};

/*
 * Things of which an agent cannot have all: dropping all items makes a tour possible, dropping all but
 * any one of them does not. No items: no tour even without any of them (closed hours, skills, breaks).
 * An agent may have two sets, either of which is enough: one that spares leave and locks, one that
 * spares the rules.
 */
enum { WFM_CONFLICT_ITEMS = 48 };

struct wfm_conflict {
	int32_t agent;
	bool planned; /* has a tour; only the wishes the roster does not grant cannot all be had */
	int32_t item_count;
	struct wfm_item items[WFM_CONFLICT_ITEMS];
};

/* ---- marginal values --------------------------------------------------------------------- */

/* One more agent without leave, locks, wishes or past, of a contract, site and skills that the plan
 * has. Negative savings: such an agent must be paid for more hours than the plan has use for. */
struct wfm_marginal_agent {
	int32_t like;          /* an agent of the problem of that contract, site, calendar and skills */
	int32_t agents;        /* of that kind in the plan */
	double most_cents;     /* one more saves at most this */
	bool solved;
	double saved_cents;    /* one more saves this */
	double fixed_pay_cents;/* not counted above: pay of a salaried one for the hours of the best tour */
	int32_t good_for;      /* so many more agents each save at least half of what the first does,
				  tried at 1, 2, 4, ...; 0: unknown, or one saves nothing */
	double good_for_cents; /* and together this */
};

/* One more person through a short run of slots (see shortages). */
struct wfm_marginal_hour {
	int32_t queue, start, slots;
	double short_hours;    /* agent-hours short there in the roster */
	double relaxed_hours;  /* of them those short in the relaxation too: no search can find them */
	double value_cents;    /* an agent-hour by the duals, mean over the run */
	bool solved;
	double saved_cents;    /* an agent-hour by solving with one person more */
	int32_t good_for;      /* people, as above */
};

/* One person more on a cover row, or one wanted less there, which is the same. */
struct wfm_marginal_cover {
	int32_t cover;
	double people;         /* short there in the roster; 0: met, at a price */
	double cents;          /* their cost */
	enum wfm_short_reason reason; /* when short */
	double relaxed_people; /* of them those short in the relaxation too */
	double value_cents;    /* a person by the duals */
	bool solved;
	double saved_cents;    /* by solving with one wanted less */
	int32_t good_for;      /* people, as above */
};

/* ---- what would help ---------------------------------------------------------------------- */

enum wfm_side { WFM_SIDE_LOW, WFM_SIDE_HIGH, WFM_SIDE_DROP };

enum { WFM_EXPLAIN_RUNS = 8 };

/* One item eased by one natural unit: a rule's low or high moved, a personal item dropped. */
struct wfm_relaxation {
	struct wfm_item item;
	enum wfm_side side;
	int32_t from, to;  /* of low or high, in the rule's unit */
	int32_t minutes;   /* of week_shifts: the week's minutes go up by so many too; else 0 */
	double most_cents; /* saves at most this; HUGE_VAL: not known */
	bool solved;
	double saved_cents;
	double short_hours; /* fewer agent-hours short in the whole relaxation */
	double short_people; /* fewer people short on its cover rows */
	double run_hours[WFM_EXPLAIN_RUNS]; /* the same in each of hours[] */
};

struct wfm_explanation {
	double cost_cents;      /* the roster, recomputed */
	double relaxed_cents;   /* the plan's relaxation, with the roster's fixed pay */
	double precision_cents; /* differences below this mean nothing */
	bool complete;          /* false: stopped before everything was asked */

	struct wfm_shortage *shortages; /* of the roster, by queue and time */
	int32_t shortage_count;
	struct wfm_marginal_agent *agents; /* by saved_cents, most_cents, largest first */
	int32_t agent_count;
	struct wfm_marginal_hour hours[WFM_EXPLAIN_RUNS]; /* of the dearest shortages of each site, and of all */
	int32_t hour_count;
	struct wfm_marginal_cover *covers; /* those short, the dearest first; then those met at the highest value */
	int32_t cover_count;
	struct wfm_relaxation *relaxations; /* solved ones first, by saving; then by most_cents */
	int32_t relaxation_count;
	struct wfm_conflict *conflicts; /* by agent */
	int32_t conflict_count;
};

/*
 * Explains a roster, solved or made by hand; what it states about itself is not read. WFM_OK;
 * WFM_LIMIT, WFM_CANCELLED: stopped before, *out has what was found; WFM_INVALID (the problem, or a
 * roster whose shifts do not fit it), WFM_NO_MEMORY, WFM_INTERNAL: *out is NULL. Options NULL:
 * defaults.
 */
enum wfm_status wfm_schedule_explain(const struct wfm_problem *p, const struct wfm_roster *r,
				     const struct wfm_explain_options *o,
				     struct wfm_explanation **out, struct wfm_error *e);
void wfm_explanation_free(struct wfm_explanation *x);

/* Stable snake_case words for JSON and messages. */
const char *wfm_item_kind_name(enum wfm_item_kind k);
const char *wfm_side_name(enum wfm_side s);

#endif
