/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows of the relaxation for sets of queues.
 *
 * What people at work in a slot can serve together is told by sets of queues alone (Hall): those who
 * serve any queue of S must be as many as work in S is done,
 *
 *   sum over kinds that meet S of people + sum_{q in S} (u1_q + u2_q) - over_S = sum_{q in S} r_q.
 *
 * The whole set, all queues tied by people who serve several, is a row in every slot, and its "over" is
 * what is paid as surplus. Other sets are added, slot by slot, where a solution breaks them. A tour
 * thus only says when it is at work, not for whom. People of unlike speeds count as their best in the
 * set and surplus as its cheapest: that relaxes a little, and no bound and no roster rests on it.
 *
 * pi_qt is the sum of the duals of the rows that hold q; the worth of a kind at pi is the best of
 * its queues, never more than the duals of the rows that count it, so Lagrange's bound there is no
 * worse than the relaxation's value.
 */
#include "solver/schedule/master.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static enum wfm_status no_memory(struct wfm_error *e)
{
	return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the relaxation");
}

/* ---- sets ---- */

static void set_free(struct queue_set *s)
{
	free(s->in);
	free(s->row);
	free(s->over);
	free(s->joined);
}

void sets_free(struct master *m)
{
	for (int32_t i = 0; i < m->set_count; i++)
		set_free(&m->sets[i]);
	free(m->sets);
}

/* A set without queues or rows; NULL: no memory. */
struct queue_set *sets_add(struct master *m, bool whole)
{
	const size_t n = (size_t)m->m->slots + 1;
	if (!mem_reserve(&m->sets, &m->set_cap, m->set_count + 1, sizeof *m->sets))
		return NULL;
	struct queue_set s = { .whole = whole };
	s.in = calloc((size_t)m->m->p->queue_count + 1, 1);
	s.row = malloc(n * sizeof *s.row);
	s.over = calloc(n, sizeof *s.over);
	s.joined = calloc(n, 1);
	if (!s.in || !s.row || !s.over || !s.joined) {
		set_free(&s);
		return NULL;
	}
	for (size_t t = 0; t < n; t++)
		s.row[t] = -1;
	m->sets[m->set_count] = s;
	return &m->sets[m->set_count++];
}

bool sets_copy(struct master *to, const struct master *from)
{
	const size_t n = (size_t)from->m->slots;
	for (int32_t i = 0; i < from->set_count; i++) {
		const struct queue_set *a = &from->sets[i];
		struct queue_set *b = sets_add(to, a->whole);
		if (!b)
			return false;
		memcpy(b->in, a->in, (size_t)from->m->p->queue_count);
		memcpy(b->row, a->row, n * sizeof *b->row);
		memcpy(b->over, a->over, n * sizeof *b->over);
		memcpy(b->joined, a->joined, n);
	}
	return true;
}

static bool joins(const struct master *m, const struct queue_set *s, int32_t t)
{
	return t < m->m->slots && s->row[t] >= 0 && s->joined[t];
}

/* What one of the kind at work is worth to the set. */
static double serves(const struct master *m, const struct queue_set *s, const struct kind *k, int32_t t)
{
	double best = 0;
	for (int32_t j = 0; j < k->queue_count; j++)
		if (s->in[k->queue[j]] && m->asked[k->queue[j] * m->m->slots + t])
			best = fmax(best, k->speed[j]);
	return best;
}

/* The set's requirement, and those who are in sessions instead (session_see). */
static double asked_of(const struct master *m, const struct queue_set *s, int32_t t)
{
	double sum = 0;
	for (int32_t k = 0; m->absent && k < m->m->kind_count; k++)
		if (m->absent[k * m->m->slots + t] > 0)
			sum += m->absent[k * m->m->slots + t] * serves(m, s, &m->m->kinds[k], t);
	for (int32_t q = 0; q < m->m->p->queue_count; q++)
		if (s->in[q] && m->asked[q * m->m->slots + t])
			sum += m->m->p->queues[q].required[t];
	return sum;
}

bool sets_meet(const struct queue_set *s, const struct kind *k)
{
	for (int32_t j = 0; j < k->queue_count; j++)
		if (s->in[k->queue[j]])
			return true;
	return false;
}

/* ---- rows and their slacks ---- */

/* The right-hand side of a row. */
static double side(const struct master *m, const struct queue_set *s, int32_t t)
{
	return asked_of(m, s, t) - (s->joined[t] ? asked_of(m, s, t - 1) : 0);
}

enum wfm_status sets_add_row(struct master *m, struct queue_set *s, int32_t t, struct wfm_error *e)
{
	s->joined[t] = t > 0 && s->row[t - 1] >= 0;
	m->rows++;
	return lp_add_row(m->lp, side(m, s, t), side(m, s, t), &s->row[t], e);
}

enum wfm_status sets_reset(struct master *m, struct wfm_error *e)
{
	enum wfm_status s = WFM_OK;
	for (int32_t i = 0; i < m->set_count; i++)
		for (int32_t t = 0; t < m->m->slots && s == WFM_OK; t++)
			if (m->sets[i].row[t] >= 0)
				s = lp_set_row(m->lp, m->sets[i].row[t], side(m, &m->sets[i], t),
					       side(m, &m->sets[i], t), e);
	return s;
}

/* Entries of one person more in slot t of the set, n of them before. */
int32_t sets_person_entries(const struct master *m, const struct queue_set *s, int32_t t,
			      double sign, int32_t n)
{
	if (s->row[t] < 0)
		return n;
	m->entry_row[n] = s->row[t];
	m->entry[n++] = sign;
	if (joins(m, s, t + 1)) {
		m->entry_row[n] = s->row[t + 1];
		m->entry[n++] = -sign;
	}
	return n;
}

int32_t sets_queue_entries(const struct master *m, int32_t q, int32_t t, double sign)
{
	int32_t n = 0;
	for (int32_t i = 0; i < m->set_count; i++)
		if (m->sets[i].in[q])
			n = sets_person_entries(m, &m->sets[i], t, sign, n);
	return master_desk_entry(m, q, t, sign, n);
}

static enum wfm_status add_slack(struct master *m, int32_t n, double high, double cents,
				 int32_t *column, struct wfm_error *e)
{
	*column = m->slack_count++;
	return lp_add_col(m->lp, 0, high, cents / m->unit, n, m->entry_row, m->entry, NULL, e);
}

static enum wfm_status add_queue_slacks(struct master *m, int32_t q, int32_t t, struct wfm_error *e)
{
	const struct model *x = m->m;
	const struct wfm_queue *u = &x->p->queues[q];
	int32_t at = q * x->slots + t, second;
	m->slack_of[at].first = m->slack_count;
	m->short_col[at] = x->in_service[q] || x->stock_of[q] >= 0 ? -1 : m->slack_count;
	if (x->in_service[q])
		return master_add_steps(m, q, t, e);
	if (x->stock_of[q] >= 0)
		return master_add_workers(m, q, t, e);
	m->slack_of[at].count = m->slack_of[at].below = 2;
	int32_t n = sets_queue_entries(m, q, t, 1);
	enum wfm_status s = add_slack(m, n, x->step1[at], u->short1_cents * x->slot_h, &second, e);
	return s == WFM_OK ? add_slack(m, n, HUGE_VAL, u->short2_cents * x->slot_h, &second, e) : s;
}

static enum wfm_status add_slacks(struct master *m, struct queue_set *s, int32_t t,
				  struct wfm_error *e)
{
	const struct model *x = m->m;
	double surplus = HUGE_VAL;
	enum wfm_status st = WFM_OK;
	for (int32_t q = 0; q < x->p->queue_count && st == WFM_OK; q++) {
		if (!s->in[q] || !m->asked[q * x->slots + t])
			continue;
		surplus = fmin(surplus, x->p->queues[q].surplus_cents * x->slot_h);
		st = add_queue_slacks(m, q, t, e);
	}
	int32_t n = sets_person_entries(m, s, t, -1, 0);
	return st == WFM_OK ? add_slack(m, n, HUGE_VAL, surplus, &s->over[t], e) : st;
}

static bool asks(const struct master *m, const struct queue_set *s, int32_t t)
{
	for (int32_t q = 0; q < m->m->p->queue_count; q++)
		if (s->in[q] && m->asked[q * m->m->slots + t])
			return true;
	return false;
}

static int32_t root(const int32_t *parent, int32_t q)
{
	while (parent[q] != q)
		q = parent[q];
	return q;
}

static void tie(int32_t *parent, const struct kind *kind)
{
	for (int32_t j = 1; j < kind->queue_count; j++) {
		int32_t a = root(parent, kind->queue[0]), b = root(parent, kind->queue[j]);
		parent[a > b ? a : b] = a > b ? b : a;
	}
}

/* Queues tied by people who serve several, as whole sets in the order of their first queues. */
static enum wfm_status make_groups(struct master *m, struct wfm_error *e)
{
	const struct model *x = m->m;
	const int32_t n = x->p->queue_count;
	int32_t *parent = malloc((2 * (size_t)n + 1) * sizeof *parent), *set_of;
	if (!parent)
		return no_memory(e);
	set_of = parent + n;
	for (int32_t q = 0; q < n; q++)
		parent[q] = q;
	for (int32_t k = 0; k < x->type_count; k++) {
		const struct profile *pr = &x->profiles[x->types[k].profile];
		for (int32_t i = 0; x->types[k].has_tour && i < pr->place_count; i++)
			tie(parent, &x->kinds[pr->place[i].kind]);
	}
	enum wfm_status s = WFM_OK;
	for (int32_t q = 0; q < n && s == WFM_OK; q++) {
		int32_t r = root(parent, q);
		if (r == q && !sets_add(m, true))
			s = no_memory(e);
		set_of[q] = r == q ? m->set_count - 1 : set_of[r];
		if (s == WFM_OK)
			m->sets[set_of[q]].in[q] = 1;
	}
	free(parent);
	return s;
}

enum wfm_status sets_begin(struct master *m, struct wfm_error *e)
{
	const int32_t n = m->m->slots;
	enum wfm_status s = make_groups(m, e);
	for (int32_t i = 0; i < m->set_count; i++)
		for (int32_t t = 0; t < n && s == WFM_OK; t++)
			if (asks(m, &m->sets[i], t))
				s = sets_add_row(m, &m->sets[i], t, e);
	if (s == WFM_OK)
		s = master_add_services(m, e);
	if (s == WFM_OK)
		s = master_add_desks(m, e);
	if (s == WFM_OK)
		s = master_add_stocks(m, e);
	int32_t rows = 0;
	for (int32_t i = 0; i < m->set_count; i++)
		for (int32_t t = 0; t < n && s == WFM_OK; t++)
			if (m->sets[i].row[t] >= 0)
				s = add_slacks(m, &m->sets[i], t, e);
	for (int32_t i = 0; i < m->m->p->queue_count * n; i++)
		rows += m->asked[i];
	m->spare_first = m->slack_count;
	m->spare_count = m->shared ? SETS_SPARE * rows : 0;
	for (int32_t i = 0, column; i < m->spare_count && s == WFM_OK; i++)
		s = add_slack(m, 0, HUGE_VAL, 0, &column, e);
	return s;
}

/* ---- tours ---- */

void sets_mark_on(void *context, int32_t t, int32_t kind)
{
	struct master *m = context;
	m->on[t] = kind + 1;
}

void sets_clear_on(struct master *m)
{
	for (int32_t t = 0; t < m->m->slots; t++)
		m->on[t] = 0;
}

static int32_t tour_entry(struct master *m, const struct queue_set *s, int32_t t, int32_t n)
{
	int32_t row = s->row[t];
	if (row < 0 || m->stamp[row] == m->stamp_now)
		return n;
	m->stamp[row] = m->stamp_now;
	const struct kind *kinds = m->m->kinds;
	double v = m->on[t] ? serves(m, s, &kinds[m->on[t] - 1], t) : 0;
	if (s->joined[t] && m->on[t - 1])
		v -= serves(m, s, &kinds[m->on[t - 1] - 1], t - 1);
	if (v == 0)
		return n;
	m->entry_row[n] = row;
	m->entry[n] = v;
	return n + 1;
}

int32_t sets_entries(struct master *m, const struct tour *t)
{
	const struct profile *pr = &m->m->profiles[m->m->types[t->type].profile];
	int32_t n = 0;
	m->stamp_now++;
	tour_visit(m->m, t, sets_mark_on, m);
	for (int32_t i = 0; i < m->set_count; i++) {
		bool meets = sets_meet(&m->sets[i], &m->m->kinds[pr->place[0].kind]);
		for (int32_t j = 0; (meets || pr->place_count > 1) && j < t->count; j++) {
			const struct opt *o = &pr->opts[t->s[j].opt];
			if (pr->place_count > 1 &&
			    !sets_meet(&m->sets[i], &m->m->kinds[model_opt_kind(pr, t->s[j].opt)]))
				continue;
			for (int32_t x = o->start; x <= o->end; x++)
				n = tour_entry(m, &m->sets[i], x % m->m->slots, n);
		}
	}
	sets_clear_on(m);
	m->entry_row[n] = m->type_row[t->type];
	m->entry[n++] = 1;
	return n;
}

/* ---- duals ---- */

void sets_read_duals(struct master *m)
{
	const int32_t n = m->m->slots, queues = m->m->p->queue_count;
	memset(m->pi, 0, (size_t)queues * (size_t)n * sizeof *m->pi);
	for (int32_t i = 0; i < m->set_count; i++) {
		const struct queue_set *s = &m->sets[i];
		for (int32_t t = 0; t < n; t++) {
			if (s->row[t] < 0)
				continue;
			double y = lp_dual(m->lp, s->row[t]);
			if (joins(m, s, t + 1))
				y -= lp_dual(m->lp, s->row[t + 1]);
			for (int32_t q = 0; q < queues; q++)
				if (s->in[q] && m->asked[q * n + t])
					m->pi[q * n + t] += y;
		}
	}
	master_read_stocks(m);
	for (int32_t q = 0; q < queues; q++) {
		const struct wfm_queue *u = &m->m->p->queues[q];
		double h = m->m->slot_h / m->unit;
		for (int32_t t = 0; t < n; t++)
			m->pi[q * n + t] = fmin(fmax(m->pi[q * n + t], -u->surplus_cents * h),
						m->m->in_service[q] || m->m->stock_of[q] >= 0 ? HUGE_VAL : u->short2_cents * h);
	}
}
