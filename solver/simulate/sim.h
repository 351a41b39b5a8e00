/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The simulator's inside. Tables are built once from the problem and shared, read only; each thread
 * has a world of its own, which plays one replication at a time into tallies by queue and interval.
 *
 * Events are of two kinds: the roster's (known in advance, a sorted row) and those that the play
 * itself makes, in a binary heap. Contacts wait in a ring per queue in order of arrival; people who
 * may take one more contact stand in lists by set, longest idle first.
 */
#ifndef WFM_SIM_H
#define WFM_SIM_H

#include "solver/num/rng.h"
#include "wfm/simulate.h"

/* ---- tables ---------------------------------------------------------------------------- */

/* Who may take a queue's contact: the sets by priority. */
struct sim_route {
	int32_t set, priority;
	double after_s;
};

struct sim_change {
	double at;
	int32_t agent, span;
	bool comes;
};

struct sim_tables {
	const struct wfm_sim_problem *p;
	double end_s;
	int32_t day_count, most_at_once; /* most concurrency of any queue */
	struct sim_route *routes;        /* of queue q: [first_route[q], first_route[q + 1]) */
	int32_t *first_route;
	int32_t *skill_at;               /* [set x queue] index into the set's skills, −1: none */
	struct wfm_sim_skill *skills;    /* of all sets, by priority within each */
	int32_t *first_skill;            /* [set_count + 1] */
	struct sim_change *changes;      /* by time; who goes before who comes */
	int32_t change_count;
	int32_t *first_span;             /* [agent_count + 1] */
	double *sample_mean;             /* [queue x 2] of handling's and patience's samples */
};

enum wfm_status sim_tables_build(const struct wfm_sim_problem *p, struct sim_tables *t,
				 struct wfm_error *e);
void sim_tables_free(struct sim_tables *t);
int32_t sim_day_of(const struct sim_tables *t, double at_s);

/* check.c */
enum wfm_status sim_check(const struct wfm_sim_problem *p, const struct wfm_sim_options *o,
			  struct wfm_error *e);

/* ---- draws ----------------------------------------------------------------------------- */

struct sim_stream {
	struct rng rng;
	double spare; /* second normal of a pair */
	bool has_spare;
};

enum sim_purpose { SIM_ARRIVALS, SIM_WORK, SIM_REDIALS, SIM_ABSENCE, SIM_PURPOSES };

void sim_stream_open(struct sim_stream *s, uint64_t seed, int32_t replication,
		     enum sim_purpose purpose, int32_t index);
double sim_draw_exponential(struct sim_stream *s); /* of mean 1 */
double sim_draw_unit(struct sim_stream *s, const struct wfm_variation *v, double sample_mean);

/* The arrivals of one queue, one after the other. */
struct sim_arrivals {
	struct sim_stream stream;
	const double *volume, *counts; /* counts: exact, or NULL */
	int32_t interval, intervals, left; /* left: of the interval's exact count */
	double interval_s, at;
};
void sim_arrivals_open(struct sim_arrivals *a, const struct sim_tables *t, int32_t queue,
		       uint64_t seed, int32_t replication);
/* The next arrival, INFINITY after the last. */
double sim_arrivals_next(struct sim_arrivals *a);

/* ---- tallies --------------------------------------------------------------------------- */

/* Of one queue and interval in one replication. */
struct sim_tally {
	double offered, good, judged; /* service level = good ÷ judged */
	double answered, abandoned;
	double wait_answered_s, wait_s;
};

/* Σ over replications of x, y and their products, for the ratio Σx ÷ Σy. */
struct sim_ratio {
	double x, y, xx, xy, yy;
};

struct sim_sums {
	double offered, wait_s;
	struct sim_ratio service, abandoned, asa;
};

/* What a block of replications adds up to. */
struct sim_block {
	struct sim_sums *interval, *day, *total;
	struct wfm_sim_load *load;
	double *handled_s; /* [set x queue] */
	float *day_service_level; /* of the block's replications */
	struct sim_tally *day_tally; /* scratch */
	int64_t contacts;
};

enum { SIM_BLOCK = 8 }; /* replications of one; thread number must not show in the sums */

bool sim_block_alloc(struct sim_block *b, const struct sim_tables *t);
void sim_block_free(struct sim_block *b);
void sim_block_clear(struct sim_block *b, const struct sim_tables *t);
/* Adds a replication's tallies [queue x interval]; at: its place within the block. */
void sim_block_add(struct sim_block *b, const struct sim_tables *t, const struct sim_tally *tally,
		   int32_t at);

struct wfm_simulation *sim_result_new(const struct sim_tables *t, int32_t replications);
/* Blocks in order; the sums of all of them in `all`. */
void sim_result_merge(struct wfm_simulation *r, struct sim_block *all, const struct sim_block *b,
		      const struct sim_tables *t, int32_t count);
bool sim_result_finish(struct wfm_simulation *r, const struct sim_block *all,
		       const struct sim_tables *t);
/* Half the width of the worst queue's 95 % interval of service level. */
double sim_half_width(const struct sim_block *all, const struct sim_tables *t, int32_t replications);

/* ---- the play -------------------------------------------------------------------------- */

struct sim_contact {
	double arrived, leave_at; /* leave_at: gives up or is called back; INFINITY: stays */
	double handling_s;
	int32_t number, interval;
	bool calls_back, gone, counted;
};

/* A ring of contacts; at[] is indexed by sequence number modulo size, a power of two. */
struct sim_ring {
	struct sim_contact *at;
	uint32_t head, tail, size;
	int32_t waiting; /* those not gone */
};

struct sim_heap_event {
	double at;
	int32_t who;    /* agent or queue */
	uint32_t stamp; /* agent's version or the contact's sequence number */
	int32_t kind;
};

struct sim_agent {
	int32_t set;  /* −1: away */
	int32_t load; /* contacts in hand */
	int32_t queue; /* of those */
	int32_t span;  /* the one being worked, or worked last */
	int32_t prev, next, list;
	uint32_t version;
	bool leaving; /* goes when the contact in hand is done */
	double since; /* in its list */
	double came_at, left_at;
	double virtual_s, virtual_at; /* progress of the contacts in hand */
	double busy_from;
};

struct sim_list {
	int32_t head, tail;
};

struct sim_world {
	const struct sim_tables *t;
	const struct wfm_sim_options *o;
	double now;
	bool failed; /* out of memory */
	struct sim_arrivals *arrivals;  /* [queue] */
	struct sim_stream *work, *redials; /* [queue] */
	struct sim_ring *waiting, *callbacks; /* [queue] */
	struct sim_agent *agents;
	bool *absent_span; /* [span] */
	double *finish;    /* [agent x most_at_once] virtual finish of contacts in hand */
	int32_t *in_hand;  /* [agent x most_at_once] their numbers */
	struct sim_list *lists; /* [set x queue x most_at_once]; level 0 at queue 0 */
	struct sim_heap_event *heap;
	size_t heap_count, heap_room;
	struct sim_tally *tally; /* [queue x interval] */
	struct wfm_sim_load *load; /* [set x interval] of the block */
	double *handled_s; /* [set x queue] of the block */
	int32_t contacts;
	struct wfm_sim_event *trace;
	size_t trace_count, trace_room;
	bool tracing;
	double count_from, count_to;
};

bool sim_world_open(struct sim_world *w, const struct sim_tables *t, const struct wfm_sim_options *o);
void sim_world_close(struct sim_world *w);
/* Plays a replication: w->tally and the block's load are filled. */
void sim_play(struct sim_world *w, int32_t replication, struct sim_block *b);

/* world.c */
void sim_push(struct sim_world *w, double at, int32_t kind, int32_t who, uint32_t stamp);
struct sim_heap_event sim_pop(struct sim_world *w);
uint32_t sim_ring_add(struct sim_world *w, struct sim_ring *r, const struct sim_contact *c);
void sim_list_add(struct sim_world *w, int32_t list, int32_t agent);
void sim_list_remove(struct sim_world *w, int32_t agent);
int32_t sim_list_of(const struct sim_tables *t, int32_t set, int32_t queue, int32_t level);
void sim_note(struct sim_world *w, double at, enum wfm_sim_event_kind kind, int32_t queue,
	      int32_t agent, int32_t contact);
/* Adds the stretch to a set's people present (busy false) or busy, by interval. */
void sim_spend(struct sim_world *w, int32_t set, double from, double to, bool busy);

#endif
