/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Work that may wait, over a week: e-mail, back office and lists to call, several queues of a site at
 * once, done in the idle time of those who wait for contacts and by extra people where that is not
 * enough.
 *
 * Work belongs to a queue. It becomes known in some interval, may be done from then on while the
 * queue is open, and is due a turnaround later (in the queue's open time or by the clock) or, for
 * batches (a backlog carried in, a list to be called by a date), at an instant of its own. Classes
 * of people differ in the queues that they may do. A class has free time that costs nothing (usable
 * idle time of live agents, people on the roster whom no contact needs) and may be given extra
 * people at a price.
 *
 * The answer has the least cost of extra people and lateness, where a late hour of work is dearer
 * than any person, among such answers a flat one, and whole people: those never make later what
 * fractions of people would have done in time. What is over the capacity shows as late work, by
 * queue and interval. Within a queue the earliest due is done first, and so it is told when which
 * work is done.
 *
 * Work is measured in seconds of handling, times in seconds from the start of the first interval.
 * The caller owns the problem, read only during the call; the result is the caller's until
 * wfm_deferred_free. Threads: no shared state between calls (GLPK has an environment a thread).
 */
#ifndef WFM_DEFERRED_H
#define WFM_DEFERRED_H

#include "wfm/staffing.h"

/* Work with a due date of its own. Counted whole intervals: known from the first that begins at
   from_s or later, in time when done by the end of the interval in which due_s falls. */
struct wfm_deferred_batch {
	double work_s;
	double from_s; /* <= 0: there at the start */
	double due_s;  /* <= 0: overdue already */
};

struct wfm_deferred_queue {
	const struct wfm_load *loads; /* [n] what arrives; open: may be worked then */
	double turnaround_s;          /* of what arrives; at least one interval */
	bool open_hours;              /* the turnaround's clock runs in open intervals only */
	double due_share;             /* share that must be done in time; 0: all */
	const struct wfm_deferred_batch *batches;
	size_t batch_count;
	/* Work that may be left waiting at the end. NaN: as much as waited at the start, and of
	   batches due later the part that their remaining time allows. */
	double end_backlog_s;
};

struct wfm_deferred_class {
	const uint8_t *queues;     /* [queue_count] 1: may do this queue */
	const double *free_s;      /* [n] seconds of work that cost nothing; NULL: none */
	const int32_t *max_extra;  /* [n] most extra people; NULL: as many as needed */
	double cost;               /* of an extra person an interval, > 0 */
	double useful;             /* share of their time that work fills; 0: all of it */
};

struct wfm_deferred_problem {
	size_t n;
	int interval_s;
	const struct wfm_deferred_queue *queues;
	size_t queue_count; /* 1 .. 64 */
	const struct wfm_deferred_class *classes;
	size_t class_count; /* 1 .. 64 */
	/* Of a person-interval of work for each open interval that it is late; 0: a hundred times
	   what the dearest person costs. */
	double late_cost;
};

/* One queue in one interval. */
struct wfm_deferred_figures {
	double done_s;    /* work done */
	double free_s;    /* of which in free time */
	double backlog_s; /* waiting at the interval's end */
	double late_s;    /* of which past due */
	double due_s;     /* fell due in the interval; in the first also what was overdue */
	double in_time_s; /* of which was done */
	double age_s;     /* mean age of the work done */
};

/* What arrived in one interval, or one batch. */
struct wfm_deferred_item {
	int32_t queue, interval; /* interval in which it became known; -1: before the start */
	int32_t batch;           /* -1: arrived in the interval */
	double work_s;
	double due_s;            /* of its last piece; past the end: not in this horizon */
	int32_t done_first, done_last; /* interval in which its first and last piece is done; -1: not in
					  this horizon */
	double late_s;           /* work of it that was not done when due */
};

struct wfm_deferred {
	size_t n, queue_count, class_count;
	int32_t *extra;      /* [class x n] whole people */
	double *extra_exact; /* [class x n] before they became whole */
	double *free_used_s; /* [class x n] */
	struct wfm_deferred_figures *figures; /* [queue x n] */
	struct wfm_deferred_item *items;      /* by queue, then due */
	size_t item_count;
	double cost;         /* of the whole people */
	double exact_cost;   /* of fractions of people, who never cost more */
	double late_s;       /* seconds of work × open intervals late */
	double exact_late_s; /* the same for fractions of people */
	double left_over_s;  /* waiting at the end beyond what may */
	double exact_left_over_s;
	double due_s, in_time_s; /* sums over queues and intervals */
	int rows, columns; /* of the linear program */
};

/* WFM_INVALID with a path such as "/queues/1/batches/0/due_s"; WFM_NO_MEMORY; WFM_INTERNAL when the
   LP library gives up. */
enum wfm_status wfm_deferred_solve(const struct wfm_deferred_problem *problem,
				   struct wfm_deferred **out, struct wfm_error *e);
void wfm_deferred_free(struct wfm_deferred *result);

#endif
