/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the sets of queues that a solution of the relaxation breaks and adds their rows; see
 * queue_sets.c for what they are. */
#include "solver/schedule/master.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FEW_QUEUES = 8, MANY_QUEUES = 64 };

static const double BROKEN = 1e-3; /* people */

static enum wfm_status no_memory(struct wfm_error *e)
{
	return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the relaxation");
}

/* One slot of a whole set. */
struct view {
	int32_t n, kinds;
	int32_t queue[MANY_QUEUES];
	double done[MANY_QUEUES]; /* work done on each */
	double *people;           /* [kinds] */
	double *speed;            /* [kinds x MANY_QUEUES] */
};

/* A row to add. */
struct wanted {
	int32_t set, t;
};

struct look {
	struct master *m;
	struct view v;
	struct wanted *list;
	int32_t count;
	uint8_t *touched; /* [slots] rows of this slot or their differences change */
	uint8_t *in;      /* [queues] scratch */
};

static void add_at_work(struct master *m, int32_t i, double x)
{
	const struct tour *t = m->columns[i].tour;
	tour_visit(m->m, t, sets_mark_on, m);
	for (int32_t k = 0; k < m->m->slots; k++)
		if (m->on[k])
			m->at_work[(m->on[k] - 1) * m->m->slots + k] += x;
	sets_clear_on(m);
}

static void read_at_work(struct master *m)
{
	memset(m->at_work, 0,
	       (size_t)m->m->kind_count * (size_t)m->m->slots * sizeof *m->at_work);
	for (int32_t i = 0; i < m->column_count; i++) {
		double x = lp_value(m->lp, m->slack_count + i);
		if (x > 1e-9)
			add_at_work(m, i, x);
	}
}

static void view_slot(struct look *l, const struct queue_set *whole, int32_t t)
{
	const struct master *m = l->m;
	struct view *v = &l->v;
	const int32_t n = m->m->slots;
	v->n = v->kinds = 0;
	for (int32_t q = 0; q < m->m->p->queue_count && v->n < MANY_QUEUES; q++) {
		int32_t at = q * n + t;
		if (!whole->in[q] || !m->asked[at])
			continue;
		const struct queue_slacks *k = &m->slack_of[at];
		double done = m->m->p->queues[q].required[t];
		for (int32_t i = 0; i < k->count; i++)
			done += (i < k->below ? -1 : 1) * lp_value(m->lp, k->first + i);
		v->queue[v->n] = q;
		v->done[v->n++] = done;
	}
	for (int32_t k = 0; k < m->m->kind_count; k++) {
		const struct kind *x = &m->m->kinds[k];
		if (m->at_work[k * n + t] <= 0 || !sets_meet(whole, x))
			continue;
		double *speed = &v->speed[v->kinds * MANY_QUEUES];
		for (int32_t i = 0; i < v->n; i++) {
			speed[i] = 0;
			for (int32_t j = 0; j < x->queue_count; j++)
				speed[i] = x->queue[j] == v->queue[i] ? x->speed[j] : speed[i];
		}
		v->people[v->kinds++] = m->at_work[k * n + t];
	}
}

/* People who serve some queue of the set less the work done there. */
static double left_over(const struct view *v, uint64_t set)
{
	double sum = 0;
	for (int32_t i = 0; i < v->n; i++)
		sum -= set >> i & 1 ? v->done[i] : 0;
	for (int32_t k = 0; k < v->kinds; k++) {
		const double *speed = &v->speed[k * MANY_QUEUES];
		double best = 0;
		for (int32_t i = 0; i < v->n; i++)
			best = set >> i & 1 && speed[i] > best ? speed[i] : best;
		sum += v->people[k] * best;
	}
	return sum;
}

/* Grows a set from one queue while that breaks it more. */
static double grow(const struct view *v, uint64_t *set)
{
	double least = left_over(v, *set);
	for (bool better = true; better;) {
		uint64_t from = *set;
		better = false;
		for (int32_t i = 0; i < v->n; i++) {
			double x = from >> i & 1 ? HUGE_VAL : left_over(v, from | 1ULL << i);
			if (x < least - 1e-9) {
				least = x;
				*set = from | 1ULL << i;
				better = true;
			}
		}
	}
	return least;
}

/* The set broken most, exactly for a few queues; 0: none is. */
static uint64_t find_broken(const struct view *v)
{
	uint64_t worst = 0;
	double least = -BROKEN;
	if (v->n < 2)
		return 0;
	if (v->n <= FEW_QUEUES) {
		for (uint64_t set = 1; set + 1 < 1ULL << v->n; set++) {
			double x = left_over(v, set);
			worst = x < least ? set : worst;
			least = fmin(x, least);
		}
		return worst;
	}
	for (int32_t i = 0; i < v->n; i++) {
		uint64_t set = 1ULL << i;
		double x = grow(v, &set);
		worst = x < least ? set : worst;
		least = fmin(x, least);
	}
	return worst;
}

/* The set of these queues of the view, and those of the whole one closed then; -1: no memory. */
static int32_t find_set(struct look *l, uint64_t bits)
{
	struct master *m = l->m;
	const size_t n = (size_t)m->m->p->queue_count;
	memset(l->in, 0, n);
	for (int32_t i = 0; i < l->v.n; i++)
		l->in[l->v.queue[i]] = bits >> i & 1;
	for (int32_t i = 0; i < m->set_count; i++)
		if (memcmp(m->sets[i].in, l->in, n) == 0)
			return i;
	struct queue_set *s = sets_add(m, false);
	if (!s)
		return -1;
	memcpy(s->in, l->in, n);
	return m->set_count - 1;
}

static enum wfm_status list_broken(struct look *l, struct wfm_error *e)
{
	struct master *m = l->m;
	const int32_t groups = m->set_count;
	for (int32_t i = 0; i < groups; i++)
		for (int32_t t = 0; m->sets[i].whole && t < m->m->slots; t++) {
			view_slot(l, &m->sets[i], t);
			uint64_t bits = find_broken(&l->v);
			int32_t set = bits ? find_set(l, bits) : 0;
			if (set < 0)
				return no_memory(e);
			if (bits && m->sets[set].row[t] < 0 && l->count < m->spare_count)
				l->list[l->count++] = (struct wanted){ set, t };
		}
	return WFM_OK;
}

static enum wfm_status rewrite_queue(struct master *m, int32_t q, int32_t t, struct wfm_error *e)
{
	const struct queue_slacks *x = &m->slack_of[q * m->m->slots + t];
	enum wfm_status s = WFM_OK;
	if (m->m->in_service[q])
		return master_add_steps(m, q, t, e);
	if (m->m->stock_of[q] >= 0)
		return master_add_workers(m, q, t, e);
	int32_t n = sets_queue_entries(m, q, t, 1);
	for (int32_t i = 0; i < x->count && s == WFM_OK; i++)
		s = lp_set_entries(m->lp, x->first + i, n, m->entry_row, m->entry, e);
	return s;
}

/* Entries of all columns that the new rows count. */
static enum wfm_status rewrite(struct look *l, struct wfm_error *e)
{
	struct master *m = l->m;
	const int32_t n = m->m->slots;
	enum wfm_status s = WFM_OK;
	for (int32_t q = 0; q < m->m->p->queue_count; q++)
		for (int32_t t = 0; t < n && s == WFM_OK; t++)
			if (l->touched[t] && m->asked[q * n + t])
				s = rewrite_queue(m, q, t, e);
	for (int32_t i = 0; i < m->set_count; i++)
		for (int32_t t = 0; t < n && s == WFM_OK; t++) {
			int32_t k = sets_person_entries(m, &m->sets[i], t, -1, 0);
			if (k > 0 && l->touched[t])
				s = lp_set_entries(m->lp, m->sets[i].over[t], k, m->entry_row,
						   m->entry, e);
		}
	for (int32_t i = 0; i < m->column_count && s == WFM_OK; i++) {
		bool changed = false;
		tour_visit(m->m, m->columns[i].tour, sets_mark_on, m);
		for (int32_t t = 0; t < n && !changed; t++)
			changed = m->on[t] && l->touched[t];
		sets_clear_on(m);
		if (changed) {
			int32_t k = sets_entries(m, m->columns[i].tour);
			s = lp_set_entries(m->lp, m->slack_count + i, k, m->entry_row, m->entry, e);
		}
	}
	return s;
}

static enum wfm_status add_wanted(struct look *l, struct wfm_error *e)
{
	struct master *m = l->m;
	enum wfm_status s = WFM_OK;
	for (int32_t i = 0; i < l->count && s == WFM_OK; i++) {
		struct queue_set *set = &m->sets[l->list[i].set];
		int32_t t = l->list[i].t;
		s = sets_add_row(m, set, t, e);
		set->over[t] = m->spare_first++;
		m->spare_count--;
		l->touched[t] = 1;
		if (t > 0)
			l->touched[t - 1] = 1;
	}
	if (s == WFM_OK)
		s = rewrite(l, e);
	/* The new slacks in place of the new rows: what was optimal stays dual feasible. */
	for (int32_t i = 0; i < l->count && s == WFM_OK; i++) {
		const struct queue_set *set = &m->sets[l->list[i].set];
		s = lp_set_basic(m->lp, set->over[l->list[i].t], true, e);
		if (s == WFM_OK)
			s = lp_set_row_basic(m->lp, set->row[l->list[i].t], false, e);
	}
	return s;
}

enum wfm_status sets_separate(struct master *m, int32_t *added, struct wfm_error *e)
{
	const size_t kinds = (size_t)m->m->kind_count + 1, slots = (size_t)m->m->slots + 1;
	struct look l = { .m = m };
	enum wfm_status s = WFM_NO_MEMORY;
	l.v.people = calloc(kinds, sizeof *l.v.people);
	l.v.speed = calloc(kinds * MANY_QUEUES, sizeof *l.v.speed);
	l.list = calloc(slots * (size_t)(m->set_count + 1), sizeof *l.list);
	l.touched = calloc(slots, 1);
	l.in = calloc((size_t)m->m->p->queue_count + 1, 1);
	if (l.v.people && l.v.speed && l.list && l.touched && l.in) {
		read_at_work(m);
		s = list_broken(&l, e);
		if (s == WFM_OK && l.count > 0)
			s = add_wanted(&l, e);
	} else {
		s = no_memory(e);
	}
	*added = l.count;
	free(l.v.people);
	free(l.v.speed);
	free(l.list);
	free(l.touched);
	free(l.in);
	return s;
}
