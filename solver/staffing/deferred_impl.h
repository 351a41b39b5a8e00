/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of wfm_deferred_solve share: streams, the plan in fractions of people, the taut
 * string. Everything lives in the result's pool. One call, one thread.
 */
#ifndef WFM_DEFERRED_IMPL_H
#define WFM_DEFERRED_IMPL_H

#include "solver/schedule/mem.h"
#include "wfm/deferred.h"

/* Time and work of one queue as continuous curves. */
struct wfm_fluid {
	size_t n;
	double *arrived;   /* [n + 1] work arrived by the start of interval i */
	double *open_time; /* [n + 1] open seconds before interval i */
	double seconds;    /* of an interval */
};
/* Of what arrived (f->arrived[0] counts as arrived at 0), the work due by the start of interval i. */
double wfm_fluid_due(const struct wfm_fluid *f, size_t i, double turnaround_s, bool open_hours);
/* When what arrives at clock time t is due; INFINITY: past the end. */
double wfm_fluid_due_time(const struct wfm_fluid *f, double t, double turnaround_s, bool open_hours);

/* Between lower and upper from (0, lower[0]) to where they meet at the last point: the shortest way. */
struct wfm_string {
	size_t points;
	const double *lower, *upper;
	double *height; /* the answer */
};
void wfm_string_pull(struct wfm_string *s);

/* A piece of a stream: what one interval brought, or a batch. */
struct tranche {
	double work, upto;  /* upto: the stream's work with all before it */
	int32_t from;       /* interval from which it may be done */
	int32_t batch;      /* -1: arrived in the interval */
	double due_first, due_last;
	bool spread;        /* arrives over the interval, not at its start */
};

/* Work of one queue in which who comes first is due first. */
struct stream {
	int32_t queue;
	struct tranche *tranches;
	size_t tranche_count;
	double *arrived; /* [n] that may be done by the end of interval i */
	double *due;     /* [n + 1] due by the start of interval i */
	const struct wfm_load *loads; /* of the queue, for open */
	size_t points;
	size_t *interval; /* [points] open intervals in order */
	double *held;     /* [points] most that may wait at its end without being late */
	double *plan;     /* [points] done by its end, in fractions of people */
	double *late;     /* [points] of the plan */
	double *done;     /* [n] by the end of interval i, by whole people */
	double *wanted;   /* [n] the plan by interval, 0 where shut */
	double *must;     /* [n] least done by its end with nothing late, 0 where shut */
	double may_stay;  /* at the end, without leaving over more than whole people need to */
	double flat_peak; /* people that the flattest staffing would have at most */
};

/* Work that the plan has a class do of a stream in an interval. */
struct flow {
	int32_t stream;
	double work;
};
struct cell { /* of an interval and class */
	size_t first, count; /* flows */
};

struct deferred {
	const struct wfm_deferred_problem *p;
	struct pool pool;
	struct stream *streams;
	size_t stream_count;
	double *end_allowed; /* [queue] work that may be left after its last open interval */
	double *unreachable; /* [queue] work that arrives later still */
	double *step_size;   /* [class] people whom the plan has come and go together */
	struct cell *cells;  /* [n x class] */
	struct flow *flows;
	size_t flow_count;
	struct wfm_deferred *out;
};

static inline double class_useful(const struct wfm_deferred_class *c)
{
	return c->useful > 0.0 ? c->useful : 1.0;
}

static inline double due_share(const struct wfm_deferred_queue *q)
{
	return q->due_share > 0.0 ? q->due_share : 1.0;
}

/* The interval after i in which the stream may be worked, n: none. */
size_t wfm_stream_next(const struct stream *s, size_t point, size_t n);

enum wfm_status wfm_deferred_streams(struct deferred *d, struct wfm_error *e);
/* Fills streams' plan and late, cells, flows, and of the result what is exact; over blocks of at most
   so many intervals. */
enum wfm_status wfm_deferred_plan(struct deferred *d, size_t block, struct wfm_error *e);
/* Makes the plan flatter where one class alone is paid for a stream. */
enum wfm_status wfm_deferred_flatten(struct deferred *d, struct wfm_error *e);
/* Whole people and all figures. */
enum wfm_status wfm_deferred_whole(struct deferred *d, struct wfm_error *e);
enum wfm_status wfm_deferred_tell(struct deferred *d, struct wfm_error *e);

#endif
