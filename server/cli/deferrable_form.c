/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/cli/deferrable_form.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/cli/trial.h"

enum { O = FIELD_OPTIONAL };

static const struct field batch_rows[] = {
	F_INSTANT(struct form_batch, from, O, "it can be done from here on; null: from the beginning"),
	F_INSTANT(struct form_batch, due, 0, "and must be done by then"),
	F_REAL(struct form_batch, hours, 0, 0, 1000000, "agent-hours"),
};
static const struct fields batch_fields = FIELDS("ProblemBatch", struct form_batch, batch_rows);

static const struct field deferrable_rows[] = {
	F_TEXT(struct form_deferrable, queue, 0, 1, 80,
	       "one of the queues, which requires nobody; other work of the same skill is another queue"),
	F_LIST(struct form_deferrable, batches, batch_count, O, &batch_fields, 0, WFM_MAX_BATCHES,
	       "in the order in which they come and are due; none: from the queue's work, its due_s and backlog"),
	{ .name = "due_share", .type = FIELD_REAL, .offset = offsetof(struct form_deferrable, due_share), .flags = O,
	  .min = 0.01, .max = 1, .fallback = "1", .help = "share of what has fallen due that must be done" },
	F_REAL(struct form_deferrable, late_cents, 0, 0, 1000000000,
	       "price of an agent-hour still to be done, for each open hour past due"),
	F_REAL(struct form_deferrable, left_cents, 0, 0, 1000000000,
	       "price of an agent-hour due within the plan and never done"),
	F_LIST(struct form_deferrable, spare, spare_count, O, &problem_people_fields, 0, 5000,
	       "people's worth of it that others get done between their own work; slots not listed have none"),
};
const struct fields deferrable_fields = FIELDS("ProblemDeferrable", struct form_deferrable, deferrable_rows);

static const struct field figures_rows[] = {
	F_TEXT(struct form_deferrable_figures, queue, 0, 1, 80, "name in the problem"),
	F_REAL(struct form_deferrable_figures, done, 0, 0, 0, "agent-hours of it done"),
	F_REAL(struct form_deferrable_figures, due, 0, 0, 0, "agent-hours that fall due in the plan"),
	F_REAL(struct form_deferrable_figures, in_time, 0, 0, 0, "of these, done when due"),
	F_REAL(struct form_deferrable_figures, share, 0, 0, 0, "in_time / due"),
	F_REAL(struct form_deferrable_figures, left, 0, 0, 0, "of these, never done"),
	F_REAL(struct form_deferrable_figures, waiting, 0, 0, 0, "agent-hours there at the end and due later"),
	F_REAL(struct form_deferrable_figures, idle, 0, 0, 0, "agent-hours on the queue with nothing to do"),
	F_REAL(struct form_deferrable_figures, cents, 0, 0, 0, "price of what is late or left"),
};
const struct fields deferrable_figures_fields =
	FIELDS("RosterDeferrable", struct form_deferrable_figures, figures_rows);

static bool refuse(struct err *e, size_t i, const char *member, const char *why)
{
	char place[80];
	(void)snprintf(place, sizeof place, "/deferrable/%zu/%s", i, member);
	return err_at(e, ERR_INVALID, place, "%s", why);
}

/* ---- in ---------------------------------------------------------------------------------- */

/* The slot in which the instant lies; those before the plan are negative. */
static int32_t slot_at(const struct problem *p, int64_t utc, bool round_up)
{
	const int64_t length = (int64_t)p->wfm.slot_min * 60, past = utc - p->origin;
	int64_t slot = (past >= 0 ? past : past - length + 1) / length;
	slot += round_up && slot * length < past;
	return (int32_t)(slot < -1000000 ? -1000000 : slot > 1000000 ? 1000000 : slot);
}

static struct wfm_batch *listed(struct arena *a, const struct problem *p, const struct form_deferrable *x)
{
	struct wfm_batch *out = arena_array(a, x->batch_count + 1, sizeof *out);
	for (size_t b = 0; b < x->batch_count; b++) {
		const struct form_batch *y = &x->batches[b];
		/* Nothing is due before the plan: what is overdue then is so from its first slot on. */
		out[b].due = slot_at(p, y->due, false);
		out[b].from = y->from == FIELD_NULL ? INT32_MIN : slot_at(p, y->from, true);
		out[b].hours = y->hours;
	}
	return out;
}

/* What comes in a slot can be done from the next on. */
static struct wfm_batch *from_work(struct arena *a, const struct problem *p, size_t i, size_t queue,
				   size_t *count, struct err *e)
{
	const struct form_work *w = &p->form.queues[queue].work;
	size_t slots = (size_t)p->wfm.slot_count;
	int32_t within = (int32_t)(w->due_s / (60.0 * p->wfm.slot_min));
	if (w->arrival_count == 0 || within < 1) {
		(void)refuse(e, i, "batches", "the queue has no work to be done within due_s, a slot at least");
		return NULL;
	}
	double *volume = arena_array(a, slots, sizeof *volume), *aht_s = arena_array(a, slots, sizeof *aht_s);
	struct wfm_batch *out = arena_array(a, slots + 1, sizeof *out);
	if (!trial_arrivals(p, queue, volume, aht_s, e))
		return NULL;
	out[0] = (struct wfm_batch){ w->backlog * w->aht_s / 3600, 0, within };
	for (size_t t = 0; t < slots; t++)
		out[t + 1] = (struct wfm_batch){ volume[t] * aht_s[t] / 3600, (int32_t)t + 1,
						 (int32_t)t + 1 + within };
	*count = slots + 1;
	return out;
}

/* Runs of people by slot; a slot of two runs has the later one's. */
static bool map_spare(struct arena *a, const struct problem *p, size_t i, const double **to, struct err *e)
{
	const struct form_deferrable *x = &p->form.deferrable[i];
	double *spare = arena_array(a, (size_t)p->wfm.slot_count, sizeof *spare);
	for (size_t k = 0; k < x->spare_count; k++) {
		const struct form_people *run = &x->spare[k];
		int32_t first;
		if (!problem_slot(p, run->start, &first))
			return refuse(e, i, "spare", "a run does not begin with a slot");
		if (first < 0 || first >= p->wfm.slot_count ||
		    run->people_count > (size_t)(p->wfm.slot_count - first))
			return refuse(e, i, "spare", "a run reaches outside the plan");
		memcpy(spare + first, run->people, run->people_count * sizeof *spare);
	}
	*to = x->spare_count > 0 ? spare : NULL;
	return true;
}

static bool map_one(struct arena *a, const struct problem *p, size_t i, struct wfm_deferrable *to, struct err *e)
{
	const struct form_deferrable *x = &p->form.deferrable[i];
	size_t queue = 0, count = x->batch_count;
	while (queue < p->form.queue_count && strcmp(p->form.queues[queue].name, x->queue) != 0)
		queue++;
	if (queue == p->form.queue_count)
		return refuse(e, i, "queue", "is not defined");
	struct wfm_batch *batches = count > 0 ? listed(a, p, x) : from_work(a, p, i, queue, &count, e);
	if (batches == NULL)
		return false;
	*to = (struct wfm_deferrable){ .name = x->queue, .queue = (int32_t)queue, .batches = batches,
				       .batch_count = (int32_t)count, .due_share = x->due_share,
				       .late_cents = x->late_cents, .left_cents = x->left_cents };
	return map_spare(a, p, i, &to->spare, e);
}

bool deferrable_map(struct arena *a, struct problem *p, struct err *e)
{
	size_t n = p->form.deferrable_count;
	struct wfm_deferrable *all = arena_array(a, n + 1, sizeof *all);
	for (size_t i = 0; i < n; i++)
		if (!map_one(a, p, i, &all[i], e))
			return false;
	p->wfm.deferrable = all;
	p->wfm.deferrable_count = (int32_t)n;
	return true;
}

/* ---- rosters ----------------------------------------------------------------------------- */

struct form_deferrable_figures *deferrable_write(struct arena *a, const struct problem *p,
						 const struct wfm_deferrable_figures *figures, size_t *n)
{
	*n = figures == NULL ? 0 : (size_t)p->wfm.deferrable_count;
	struct form_deferrable_figures *out = arena_array(a, *n + 1, sizeof *out);
	for (size_t i = 0; i < *n; i++) {
		const struct wfm_deferrable_figures *f = &figures[i];
		out[i] = (struct form_deferrable_figures){
			.queue = p->form.queues[p->wfm.deferrable[i].queue].name,
			.done = f->done, .due = f->due, .in_time = f->in_time,
			.share = f->due > 0 ? f->in_time / f->due : 1,
			.left = f->left, .waiting = f->waiting, .idle = f->idle, .cents = f->cents,
		};
	}
	return out;
}

bool deferrable_read(const struct form_deferrable_figures *f, size_t n, struct wfm_roster *r)
{
	if (n == 0)
		return true;
	r->deferrable = calloc(n, sizeof *r->deferrable);
	if (r->deferrable == NULL)
		return false;
	r->deferrable_count = (int32_t)n;
	for (size_t i = 0; i < n; i++)
		r->deferrable[i] = (struct wfm_deferrable_figures){ f[i].done,	  f[i].due,  f[i].in_time, f[i].left,
								    f[i].waiting, f[i].idle, f[i].cents };
	return true;
}

void deferrable_print(const struct problem *p, const struct wfm_deferrable_figures *figures, struct strbuf *s)
{
	for (int32_t i = 0; i < p->wfm.deferrable_count; i++) {
		const struct wfm_deferrable_figures *f = &figures[i];
		strbuf_printf(s, "deferrable %s: %.1f of %.1f hours done when due (%.1f %%), %.1f left, %.1f waiting, "
				 "%.1f idle, cost %.2f\n",
			      p->wfm.deferrable[i].name, f->in_time, f->due,
			      f->due > 0 ? 100 * f->in_time / f->due : 100, f->left, f->waiting, f->idle, f->cents);
	}
}
