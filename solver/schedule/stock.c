/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/schedule/stock.h"

#include <math.h>

/* Work of the batches, hours, that comes by slot `from`, or falls due by slot `due`. */
static double come_by(const struct wfm_deferrable *x, int32_t slot)
{
	double sum = 0;
	for (int32_t i = 0; i < x->batch_count && x->batches[i].from <= slot; i++)
		sum += x->batches[i].hours;
	return sum;
}

static double due_by(const struct wfm_deferrable *x, int32_t slot)
{
	double sum = 0;
	for (int32_t i = 0; i < x->batch_count && x->batches[i].due <= slot; i++)
		sum += x->batches[i].hours;
	return sum;
}

static double share_of(const struct wfm_deferrable *x)
{
	return x->due_share > 0 ? x->due_share : 1;
}

/* Done by the end of place k, when `done` was before. */
static double work_on(const struct stock *s, int32_t k, double done, double people, double *idle)
{
	double could = done + people + s->spare[k], all = could < s->come[k] ? could : s->come[k];
	*idle += could - all;
	return all;
}

static void count_unused(struct stock *s)
{
	double done = 0;
	for (int32_t k = 0; k < s->count; k++)
		done = work_on(s, k, done, 0, &s->unused);
}

static void fill(struct stock *s, const struct model *m, const struct wfm_deferrable *x)
{
	const double h = m->slot_h, late = x->late_cents * h * h, share = share_of(x);
	s->idle = m->p->queues[x->queue].surplus_cents * h;
	if (s->count == 0) {
		s->fixed = due_by(x, m->slots) * x->left_cents;
		return;
	}
	s->fixed = share * due_by(x, s->slot[0]) / h * late;
	for (int32_t k = 0; k < s->count; k++) {
		bool last = k + 1 == s->count;
		double due = last ? due_by(x, m->slots) : share * due_by(x, s->slot[k + 1]);
		s->come[k] = come_by(x, s->slot[k]) / h;
		s->late[k] = last ? x->left_cents * h : late;
		s->due[k] = fmin(due / h, s->come[k]);
		s->fixed += (due / h - s->due[k]) * s->late[k];
	}
	count_unused(s);
}

static bool build_one(struct model *m, int32_t i)
{
	const struct wfm_deferrable *x = &m->p->deferrable[i];
	struct stock *s = &m->stocks[i];
	size_t n = (size_t)m->slots + 1;
	s->queue = x->queue;
	m->stock_of[x->queue] = i;
	s->slot = pool_alloc(&m->pool, n, sizeof *s->slot);
	s->at = pool_alloc(&m->pool, n, sizeof *s->at);
	s->come = pool_alloc(&m->pool, n, sizeof *s->come);
	s->due = pool_alloc(&m->pool, n, sizeof *s->due);
	s->late = pool_alloc(&m->pool, n, sizeof *s->late);
	s->spare = pool_alloc(&m->pool, n, sizeof *s->spare);
	if (!s->slot || !s->at || !s->come || !s->due || !s->late || !s->spare)
		return false;
	for (int32_t t = 0; t < m->slots; t++) {
		bool open = m->open[x->queue * m->slots + t];
		s->at[t] = open ? s->count : -1;
		if (!open)
			continue;
		s->spare[s->count] = x->spare ? x->spare[t] : 0;
		s->slot[s->count++] = t;
	}
	fill(s, m, x);
	return true;
}

bool stock_build(struct model *m)
{
	const struct wfm_problem *p = m->p;
	m->stocks = pool_alloc(&m->pool, (size_t)p->deferrable_count + 1, sizeof *m->stocks);
	m->stock_of = pool_alloc(&m->pool, (size_t)p->queue_count + 1, sizeof *m->stock_of);
	m->surplus = pool_alloc(&m->pool, (size_t)p->queue_count + 1, sizeof *m->surplus);
	if (!m->stocks || !m->stock_of || !m->surplus)
		return false;
	m->stock_count = p->deferrable_count;
	for (int32_t q = 0; q < p->queue_count; q++) {
		m->stock_of[q] = -1;
		m->surplus[q] = p->queues[q].surplus_cents;
	}
	for (int32_t i = 0; i < m->stock_count; i++) {
		if (!build_one(m, i))
			return false;
		m->surplus[m->stocks[i].queue] = 0;
	}
	return true;
}

double stock_late_cents(const struct stock *s, const double *have, double *idle)
{
	double done = 0, cents = 0, spare = 0;
	for (int32_t k = 0; k < s->count; k++) {
		done = work_on(s, k, done, have[s->slot[k]], &spare);
		if (done < s->due[k])
			cents += s->late[k] * (s->due[k] - done);
	}
	if (idle)
		*idle = spare;
	return cents;
}

double stock_cents(const struct stock *s, const double *have)
{
	double idle, late = stock_late_cents(s, have, &idle);
	return late + idle * s->idle;
}

void stock_figures(const struct model *m, int32_t i, const double *have, struct wfm_deferrable_figures *f)
{
	const struct stock *s = &m->stocks[i];
	const struct wfm_deferrable *x = &m->p->deferrable[i];
	const double h = m->slot_h;
	double done = 0, idle = 0, before = 0;
	*f = (struct wfm_deferrable_figures){ .due = due_by(x, m->slots) };
	if (s->count > 0)
		before = due_by(x, s->slot[0]);
	for (int32_t k = 0; k < s->count; k++) {
		/* What falls due by the next open slot is in time when it is done by then. */
		double due = due_by(x, k + 1 < s->count ? s->slot[k + 1] : m->slots);
		done = work_on(s, k, done, have[s->slot[k]], &idle);
		f->in_time += fmax(0, fmin(done * h, due) - before);
		before = due;
	}
	f->done = done * h;
	f->idle = (idle - s->unused) * h;
	f->left = fmax(0, f->due - f->done);
	f->waiting = fmax(0, come_by(x, m->slots - 1) - fmax(f->done, f->due));
	f->cents = s->fixed + stock_late_cents(s, have, NULL);
}

double stock_dearest(const struct stock *s)
{
	double sum = s->idle;
	for (int32_t k = 0; k < s->count; k++)
		sum += s->late[k];
	return sum;
}
