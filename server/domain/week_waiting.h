/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Work that may wait inside the week's problem: e-mail, back office and lists to call ask for nobody in a
 * slot. The problem gets their work in batches, from when it can be done and by when it is due, and the
 * solver places it together with the shifts; what a roster does of it is reckoned from the roster alone.
 *
 * A batch is as large as the rostered people it takes: absence nobody planned and the queue's occupancy are
 * in its hours. Live queues' usable idle time, as week_defer shares it out, and last week's nights are
 * `spare` of the work (wfm/schedule_demand.h). All that comes while the week can still do it is to be done in
 * it, as no later week knows of it; what comes after the last closing is next Monday's, and as much of last
 * week's is there at the beginning. Everything lives in the arena. One connection, one thread.
 */
#ifndef DOMAIN_WEEK_WAITING_H
#define DOMAIN_WEEK_WAITING_H

#include "server/domain/week_problem.h"

/* A queue's work by slot in which it comes, what waited at the beginning first. */
struct week_waiting {
	size_t queue;    /* of the week's */
	int32_t slots;   /* of the week */
	int32_t count;   /* of work: slots + 1 */
	double *work_s;  /* [count] seconds of handling; for a draft: still to be done at `begun` */
	int32_t *from;   /* [count] slot from which it can be done; past the week: not in it */
	int32_t *due;    /* [count] first slot that is too late; past the week: not due in it */
	double *spare_s; /* [slots] seconds of handling done besides */
	double *each_s;  /* [slots] what one rostered person does in it */
	double useful;   /* share of the time at work that the work fills */
	int32_t begun;   /* slots before it are past: their people are those of the roster kept */
	double *past;    /* [slots] of these, people on the queue */
	struct wfm_batch *batches; /* of the problem */
};

/* What a roster does of a queue's work. */
struct waiting_row {
	int64_t queue_id;
	double due_hours, in_time_hours, late_hours, backlog_hours, idle_used_hours;
};
extern const struct fields waiting_row_fields;

/* Gives the problem its deferrable work, once it has queues and covered nights are known. */
bool week_waiting_ask(struct arena *a, struct week_problem *w, struct err *e);
/* And its prices, once its people are known. */
void week_waiting_price(struct week_problem *w);
/* The slots before `begun` are past and went as in `kept`, its shifts that stand: what that left is what there is
 * to do. */
void week_waiting_begin(struct arena *a, struct week_problem *w, const struct wfm_roster *kept, const bool *stands,
			int32_t begun);
/* The requirements, with those of work that may wait as the roster does it: people with work to do and
 * those whom the roster lacks. *rows: one by queue of such work. */
struct queue_requirement *week_waiting_rows(struct arena *a, const struct week_problem *w,
					    const struct wfm_roster *r, struct waiting_row **rows, size_t *count);
#endif
