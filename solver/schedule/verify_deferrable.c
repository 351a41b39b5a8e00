/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Deferrable work batch by batch: in each open slot the people counted, and who does it besides, do the
 * batch due first of those that have come. */
#include "solver/schedule/judge.h"

#include <math.h>
#include <stdlib.h>

struct pile {
	const struct wfm_deferrable *x;
	double *left; /* [batches] hours to be done */
	int32_t first; /* not done */
	double fallen_due;
};

/* Hours due by the slot and not done; what falls due by it is counted to fallen_due from *next on. */
static double overdue(struct pile *p, int32_t slot, int32_t *next)
{
	double sum = 0;
	for (; *next < p->x->batch_count && p->x->batches[*next].due <= slot; ++*next)
		p->fallen_due += p->x->batches[*next].hours;
	for (int32_t b = p->first; b < *next; b++)
		sum += p->left[b];
	return sum;
}

/* Hours that the people find to do. */
static double work(struct pile *p, int32_t slot, double hours, struct wfm_deferrable_figures *f)
{
	double rest = hours;
	for (int32_t b = p->first; b < p->x->batch_count && p->x->batches[b].from <= slot && rest > 0; b++) {
		double part = fmin(rest, p->left[b]);
		p->left[b] -= part;
		rest -= part;
		if (slot < p->x->batches[b].due)
			f->in_time += part;
		if (p->left[b] <= 0 && b == p->first)
			p->first++;
	}
	return hours - rest;
}

/* People on it are idle by what would get done without them. */
static double done_without(const struct judge *j, struct pile *p)
{
	const struct wfm_queue *q = &j->p->queues[p->x->queue];
	struct wfm_deferrable_figures none = { 0 };
	double done = 0;
	for (int32_t b = 0; b < p->x->batch_count; b++)
		p->left[b] = p->x->batches[b].hours;
	for (int32_t t = 0; p->x->spare && t < j->p->slot_count; t++)
		if (!q->open || q->open[t])
			done += work(p, t, p->x->spare[t] * j->p->slot_min / 60.0, &none);
	p->first = 0;
	return done;
}

static void judge_one(struct judge *j, const struct wfm_deferrable *x, struct pile *p,
		      struct wfm_deferrable_figures *f)
{
	const double h = j->p->slot_min / 60.0, share = x->due_share > 0 ? x->due_share : 1;
	const struct wfm_queue *q = &j->p->queues[x->queue];
	int32_t next = 0;
	double in_time_later = 0, people = 0, without = done_without(j, p);
	for (int32_t b = 0; b < x->batch_count; b++)
		p->left[b] = x->batches[b].hours;
	for (int32_t t = 0; t < j->p->slot_count; t++) {
		if (q->open && !q->open[t])
			continue;
		double late = overdue(p, t, &next) - (1 - share) * p->fallen_due;
		f->cents += fmax(0, late) * h * x->late_cents;
		double here = j->out->covered[x->queue * j->p->slot_count + t] * h;
		people += here;
		f->done += work(p, t, here + (x->spare ? x->spare[t] * h : 0), f);
	}
	f->idle = people - (f->done - without);
	f->left = overdue(p, j->p->slot_count, &next);
	f->due = p->fallen_due;
	f->cents += f->left * x->left_cents;
	for (int32_t b = next; b < x->batch_count; b++) {
		bool here = x->batches[b].from < j->p->slot_count;
		f->waiting += here ? p->left[b] : 0;
		in_time_later += here ? x->batches[b].hours - p->left[b] : 0;
	}
	f->in_time -= in_time_later; /* work not yet due in the plan */
	j->out->cost.deferred += f->cents;
	j->out->cost.surplus += f->idle * q->surplus_cents;
	j->out->surplus_hours += f->idle;
}

void judge_deferrable(struct judge *j)
{
	for (int32_t i = 0; i < j->p->deferrable_count; i++) {
		const struct wfm_deferrable *x = &j->p->deferrable[i];
		struct pile p = { .x = x, .left = calloc((size_t)x->batch_count + 1, sizeof *p.left) };
		if (p.left)
			judge_one(j, x, &p, &j->out->deferrable[i]);
		else
			j->oom = true;
		free(p.left);
	}
}

void judge_deferrable_claims(struct judge *j)
{
	if (j->r->deferrable == NULL)
		return;
	if (j->r->deferrable_count != j->p->deferrable_count) {
		judge_breach(j, WFM_BREACH_COST, WFM_NONE, WFM_RULE_COUNT, j->r->deferrable_count,
			     "figures of %d deferrable works are stated where there are %d",
			     j->r->deferrable_count, j->p->deferrable_count);
		return;
	}
	for (int32_t i = 0; i < j->p->deferrable_count; i++) {
		const struct wfm_deferrable_figures *s = &j->r->deferrable[i], *f = &j->out->deferrable[i];
		const double stated[] = { s->done, s->due, s->in_time, s->left, s->waiting, s->idle },
			     found[] = { f->done, f->due, f->in_time, f->left, f->waiting, f->idle };
		static const char *const name[] = { "done", "due", "in time", "left", "waiting", "idle" };
		for (int k = 0; k < 6; k++)
			if (!(fabs(stated[k] - found[k]) <= 1e-6 * fmax(1, f->due + f->done)))
				judge_breach(j, WFM_BREACH_COST, WFM_NONE, WFM_RULE_COUNT,
					     stated[k] - found[k],
					     "deferrable work %d: %.4f hours %s are stated, it comes to %.4f", i,
					     stated[k], name[k], found[k]);
	}
}
