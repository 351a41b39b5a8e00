/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An interval's work by given people: what the plan wants of each class first, then what waits,
 * earliest due first. See deferred_impl.h. One call, one thread.
 */
#ifndef WFM_DEFERRED_SERVE_H
#define WFM_DEFERRED_SERVE_H

#include "deferred_impl.h"

struct server {
	struct deferred *d;
	size_t *order;     /* [class] those who may do least first */
	size_t *head;      /* [stream] tranche being done, or one before */
	double *done;      /* [stream] so far */
	double *need;      /* [stream] that the plan wants done by the end of the interval */
	double *share;     /* [flow] of which by the flow's class */
	double *wants;     /* [class] sum of its shares */
	double *left;      /* [class] seconds it has left */
	double *free_left; /* [class] of which cost nothing */
	bool record;       /* fill the result's figures */
};

bool wfm_server_init(struct server *v, struct deferred *d);
/* What was done by the end of the interval before i. */
void wfm_server_rewind(struct server *v, size_t i);
/* Fills need, share and wants: paid work is spared where a stream is ahead of the plan. */
void wfm_server_ask(struct server *v, size_t i);
/* After wfm_server_ask: by people[class x n]. */
void wfm_server_work(struct server *v, size_t i, const int32_t *people);

static inline double class_free(const struct wfm_deferred_class *c, size_t i)
{
	return c->free_s != NULL ? c->free_s[i] : 0.0;
}

#endif
