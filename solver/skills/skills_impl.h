/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of the multi-skill requirement share.
 *
 * A part is queues and groups of one interval that hang together by skills; parts do not touch each
 * other and are solved apart. A staffing is the number of people in each of a part's groups. Its slack
 * in a limit (a target of a queue) is how far the figure is on the good side (play.c); a staffing holds when no slack is below the limit's margin.
 */
#ifndef WFM_SKILLS_IMPL_H
#define WFM_SKILLS_IMPL_H

#include "solver/staffing/staffing_impl.h"
#include "wfm/skills.h"

enum { SK_LIMITS = 4 * WFM_SKILLS_QUEUES, SK_PEOPLE_MOST = 20000 };

enum sk_measure { SK_SERVICE_LEVEL, SK_ABANDONED, SK_ASA, SK_OCCUPANCY };

struct sk_limit {
	int32_t queue; /* of the part */
	enum sk_measure measure;
	double bound;
};

struct sk_part {
	const struct wfm_skills_problem *p;
	int32_t interval, queue_count, group_count, limit_count;
	int32_t queue[WFM_SKILLS_QUEUES], group[WFM_SKILLS_GROUPS]; /* their indices in p */
	double per_s[WFM_SKILLS_QUEUES], aht_s[WFM_SKILLS_QUEUES];
	double pace[WFM_SKILLS_QUEUES]; /* handling a person does at once at most: chat, else 1 */
	int32_t alone[WFM_SKILLS_QUEUES]; /* people who would do it if they took nothing else */
	struct wfm_sim_skill skills[WFM_SKILLS_GROUPS][WFM_SKILLS_QUEUES];
	int32_t skill_count[WFM_SKILLS_GROUPS];
	uint32_t takes[WFM_SKILLS_GROUPS]; /* bits of the part's queues */
	double cost[WFM_SKILLS_GROUPS];
	int32_t least[WFM_SKILLS_GROUPS], most[WFM_SKILLS_GROUPS];
	struct sk_limit limits[SK_LIMITS];
};

/* ---- the horizon (loads.c) --------------------------------------------------------------- */

struct sk_horizon {
	const struct wfm_skills_problem *p;
	struct wfm_load_course *courses; /* [queue x interval] */
	int32_t *alone;                  /* [queue x interval] */
};

enum wfm_status sk_check(const struct wfm_skills_problem *p, const struct wfm_skills_options *o,
			 struct wfm_error *e);
enum wfm_status sk_horizon_open(struct sk_horizon *h, const struct wfm_skills_problem *p,
				struct wfm_error *e);
void sk_horizon_close(struct sk_horizon *h);
double sk_load(const struct sk_horizon *h, int32_t queue, int32_t interval);
/*
 * The next part of an interval that has work, from *seen = 0 (bits of queues already in parts). False:
 * there is none left.
 */
bool sk_part_next(const struct sk_horizon *h, int32_t interval, uint32_t *seen, struct sk_part *part);
/* The only queue's people all take nothing else at speed 1: no simulation is needed. */
bool sk_part_is_plain(const struct sk_part *part);

/* The queue as the simulator plays it; the arrays stay the caller's. */
struct wfm_sim_queue sk_sim_queue(const struct wfm_staffing_options *o, const double *volume,
				  const double *aht_s);

/* ---- one staffing tried (play.c) --------------------------------------------------------- */

enum sk_effort { SK_SKETCH, SK_JUDGE, SK_PROVE, SK_EFFORTS };

struct sk_point {
	int32_t n[WFM_SKILLS_GROUPS];
	enum sk_effort effort;
	double slack[SK_LIMITS];
};

struct sk_figures {
	double service_level[WFM_SKILLS_QUEUES], low[WFM_SKILLS_QUEUES], high[WFM_SKILLS_QUEUES];
	double abandoned[WFM_SKILLS_QUEUES], asa_s[WFM_SKILLS_QUEUES];
	double worked[WFM_SKILLS_GROUPS][WFM_SKILLS_QUEUES]; /* people */
};

/* All that has been tried of a part. */
struct sk_bench {
	const struct sk_part *part;
	const struct wfm_skills_options *o;
	struct sk_point **points;
	size_t count, room;
	double margin[SK_LIMITS];
	int64_t plays, contacts, cuts;
	bool light; /* only the neighbourhood is searched: the start is a good one */
	enum wfm_status status; /* the first failure; then everything stops */
	struct wfm_error *e;
};

void sk_bench_open(struct sk_bench *b, const struct sk_part *part, const struct wfm_skills_options *o,
		   struct wfm_error *e);
void sk_bench_close(struct sk_bench *b);
/* Tried before, or tried now; NULL: b->status says why not. SK_PROVE uses other random numbers. */
const struct sk_point *sk_try(struct sk_bench *b, const int32_t *n, enum sk_effort effort);
/* SK_PROVE with all figures. */
bool sk_prove(struct sk_bench *b, const int32_t *n, struct sk_point *point, struct sk_figures *f);
/* The least of slack − margin; INFINITY without limits. */
double sk_worst(const struct sk_bench *b, const struct sk_point *point);
double sk_cost(const struct sk_part *part, const int32_t *n);

/* ---- search ------------------------------------------------------------------------------ */

/*
 * Rows Σ coef·n >= least of the LP. What a row lacks at the caps is paid for by penalty a unit, so that
 * there is always an answer: the nearest one.
 */
struct sk_row {
	double coef[WFM_SKILLS_GROUPS];
	double least, penalty;
};

struct sk_rows {
	struct sk_row *rows;
	size_t count, room;
};

bool sk_rows_add(struct sk_rows *rows, const struct sk_row *row);

/* pooled.c: what sets of queues need at least if all their people could take all of them. */
enum wfm_status sk_pooled_rows(const struct sk_part *part, struct sk_rows *rows, struct wfm_error *e);
/* cuts.c: the cheapest staffing by the rows; then cuts until a staffing suffices (or repeats itself). */
bool sk_cheapest(struct sk_bench *b, const struct sk_rows *rows, int32_t *n);
bool sk_cut(struct sk_bench *b, struct sk_rows *rows, enum sk_effort effort, int32_t *n);
/*
 * The single steps around a staffing, by a sketch: only their differences count, added to the slack
 * that the full simulation found.
 */
struct sk_around {
	const struct sk_point *at, *sketch, *less[WFM_SKILLS_GROUPS], *more[WFM_SKILLS_GROUPS];
	int32_t n[WFM_SKILLS_GROUPS];
};
bool sk_look_around(struct sk_bench *b, const int32_t *n, struct sk_around *around);

/* tangents.c: from a staffing that suffices to a cheaper one farther off, by tangents at both. */
bool sk_polish(struct sk_bench *b, int32_t *n);
/* near.c: from a staffing that suffices to a cheaper one, taking away and exchanging. */
bool sk_reduce(struct sk_bench *b, int32_t *n);
/* near.c: adds who helps most for what they cost, until it suffices or nobody helps. */
bool sk_repair(struct sk_bench *b, enum sk_effort effort, int32_t *n);

struct sk_answer {
	int32_t n[WFM_SKILLS_GROUPS];
	struct sk_point proof;
	struct sk_figures figures;
	bool met[WFM_SKILLS_QUEUES];
	bool exact;
	int64_t plays, cuts, contacts;
};

/* solve.c: a part; start: [groups] people to begin with, or NULL; by_rows: from the rows too. */
enum wfm_status sk_solve(const struct sk_horizon *h, const struct sk_part *part,
			 const struct wfm_skills_options *o, const int32_t *start, bool by_rows,
			 struct sk_answer *answer, struct wfm_error *e);

/* horizon.c: fills r->horizon. */
enum wfm_status sk_play_horizon(const struct wfm_skills_problem *p, const struct wfm_skills_options *o,
				struct wfm_skills_result *r, struct wfm_error *e);

#endif
