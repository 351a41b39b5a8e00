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

enum { FEW_QUEUES = 8, MANY_QUEUES = 64 };

static const double BROKEN = 1e-3; /* people */

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
static struct queue_set *set_add(struct master *m, bool whole)
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
		struct queue_set *b = set_add(to, a->whole);
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

static double asked_of(const struct master *m, const struct queue_set *s, int32_t t)
{
	double sum = 0;
	for (int32_t q = 0; q < m->m->p->queue_count; q++)
		if (s->in[q] && m->asked[q * m->m->slots + t])
			sum += m->m->p->queues[q].required[t];
	return sum;
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

static bool meets(const struct queue_set *s, const struct kind *k)
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

static enum wfm_status add_row(struct master *m, struct queue_set *s, int32_t t, struct wfm_error *e)
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
static int32_t person_entries(const struct master *m, const struct queue_set *s, int32_t t,
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

static int32_t lack_entries(const struct master *m, int32_t q, int32_t t)
{
	int32_t n = 0;
	for (int32_t i = 0; i < m->set_count; i++)
		if (m->sets[i].in[q])
			n = person_entries(m, &m->sets[i], t, 1, n);
	return n;
}

static enum wfm_status add_slack(struct master *m, int32_t n, double high, double cents,
				 int32_t *column, struct wfm_error *e)
{
	*column = m->slack_count++;
	return lp_add_col(m->lp, 0, high, cents / m->unit, n, m->entry_row, m->entry, NULL, e);
}

static enum wfm_status add_slacks(struct master *m, struct queue_set *s, int32_t t,
				  struct wfm_error *e)
{
	const struct model *x = m->m;
	double surplus = HUGE_VAL;
	int32_t second;
	enum wfm_status st = WFM_OK;
	for (int32_t q = 0; q < x->p->queue_count && st == WFM_OK; q++) {
		int32_t at = q * x->slots + t;
		const struct wfm_queue *u = &x->p->queues[q];
		if (!s->in[q] || !m->asked[at])
			continue;
		int32_t n = lack_entries(m, q, t);
		surplus = fmin(surplus, u->surplus_cents * x->slot_h);
		st = add_slack(m, n, x->step1[at], u->short1_cents * x->slot_h, &m->short_col[at], e);
		if (st == WFM_OK)
			st = add_slack(m, n, HUGE_VAL, u->short2_cents * x->slot_h, &second, e);
	}
	int32_t n = person_entries(m, s, t, -1, 0);
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

/* Queues tied by people who serve several, as whole sets in the order of their first queues. */
static enum wfm_status make_groups(struct master *m, struct wfm_error *e)
{
	const struct model *x = m->m;
	const int32_t n = x->p->queue_count;
	int32_t *parent = malloc(((size_t)n + 1) * sizeof *parent);
	if (!parent)
		return no_memory(e);
	for (int32_t q = 0; q < n; q++) {
		parent[q] = q;
		m->group[q] = -1;
	}
	for (int32_t k = 0; k < x->type_count; k++) {
		const struct kind *kind = &x->kinds[master_kind(m, k)];
		for (int32_t j = 1; x->types[k].has_tour && j < kind->queue_count; j++) {
			int32_t a = root(parent, kind->queue[0]), b = root(parent, kind->queue[j]);
			parent[a > b ? a : b] = a > b ? b : a;
		}
	}
	enum wfm_status s = WFM_OK;
	for (int32_t q = 0; q < n && s == WFM_OK; q++) {
		int32_t r = root(parent, q);
		if (r == q && !set_add(m, true))
			s = no_memory(e);
		m->group[q] = r == q ? m->set_count - 1 : m->group[r];
		if (s == WFM_OK)
			m->sets[m->group[q]].in[q] = 1;
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
				s = add_row(m, &m->sets[i], t, e);
	int32_t cells = 0;
	for (int32_t i = 0; i < m->set_count; i++)
		for (int32_t t = 0; t < n && s == WFM_OK; t++)
			if (m->sets[i].row[t] >= 0) {
				int32_t before = m->slack_count;
				s = add_slacks(m, &m->sets[i], t, e);
				cells += (m->slack_count - before) / 2;
			}
	m->spare_first = m->slack_count;
	m->spare_count = m->shared ? SETS_SPARE * cells : 0;
	for (int32_t i = 0, column; i < m->spare_count && s == WFM_OK; i++)
		s = add_slack(m, 0, HUGE_VAL, 0, &column, e);
	return s;
}

/* ---- tours ---- */

static void mark_on(void *context, int32_t t)
{
	struct master *m = context;
	m->on[t] = 1;
}

static void clear_on(struct master *m)
{
	for (int32_t t = 0; t < m->m->slots; t++)
		m->on[t] = 0;
}

static int32_t tour_entry(struct master *m, const struct queue_set *s, const struct kind *k, int32_t t,
			  int32_t n)
{
	int32_t row = s->row[t];
	if (row < 0 || m->stamp[row] == m->stamp_now)
		return n;
	m->stamp[row] = m->stamp_now;
	double v = m->on[t] ? serves(m, s, k, t) : 0;
	if (s->joined[t] && m->on[t - 1])
		v -= serves(m, s, k, t - 1);
	if (v == 0)
		return n;
	m->entry_row[n] = row;
	m->entry[n] = v;
	return n + 1;
}

int32_t sets_entries(struct master *m, const struct tour *t)
{
	const struct profile *pr = &m->m->profiles[m->m->types[t->type].profile];
	const struct kind *k = &m->m->kinds[pr->kind];
	int32_t n = 0;
	m->stamp_now++;
	tour_visit(m->m, t, mark_on, m);
	for (int32_t i = 0; i < m->set_count; i++) {
		if (!meets(&m->sets[i], k))
			continue;
		for (int32_t j = 0; j < t->count; j++) {
			const struct opt *o = &pr->opts[t->s[j].opt];
			for (int32_t x = o->start; x <= o->end; x++)
				n = tour_entry(m, &m->sets[i], k, x % m->m->slots, n);
		}
	}
	clear_on(m);
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
	for (int32_t q = 0; q < queues; q++) {
		const struct wfm_queue *u = &m->m->p->queues[q];
		double h = m->m->slot_h / m->unit;
		for (int32_t t = 0; t < n; t++)
			m->pi[q * n + t] = fmin(fmax(m->pi[q * n + t], -u->surplus_cents * h),
						u->short2_cents * h);
	}
}

/* ---- sets that a solution breaks ---- */

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
	double *work = &m->at_work[master_kind(m, t->type) * m->m->slots];
	tour_visit(m->m, t, mark_on, m);
	for (int32_t k = 0; k < m->m->slots; k++)
		if (m->on[k])
			work[k] += x;
	clear_on(m);
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
		v->queue[v->n] = q;
		v->done[v->n++] = m->m->p->queues[q].required[t] - lp_value(m->lp, m->short_col[at]) -
				  lp_value(m->lp, m->short_col[at] + 1);
	}
	for (int32_t k = 0; k < m->m->kind_count; k++) {
		const struct kind *x = &m->m->kinds[k];
		if (m->at_work[k * n + t] <= 0 || !meets(whole, x))
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
	struct queue_set *s = set_add(m, false);
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

/* Entries of all columns that the new rows count. */
static enum wfm_status rewrite(struct look *l, struct wfm_error *e)
{
	struct master *m = l->m;
	const int32_t n = m->m->slots;
	enum wfm_status s = WFM_OK;
	for (int32_t q = 0; q < m->m->p->queue_count; q++)
		for (int32_t t = 0; t < n && s == WFM_OK; t++) {
			int32_t at = q * n + t;
			if (!l->touched[t] || !m->asked[at])
				continue;
			int32_t k = lack_entries(m, q, t);
			for (int32_t i = 0; i < 2 && s == WFM_OK; i++)
				s = lp_set_entries(m->lp, m->short_col[at] + i, k, m->entry_row,
						   m->entry, e);
		}
	for (int32_t i = 0; i < m->set_count; i++)
		for (int32_t t = 0; t < n && s == WFM_OK; t++) {
			int32_t k = person_entries(m, &m->sets[i], t, -1, 0);
			if (k > 0 && l->touched[t])
				s = lp_set_entries(m->lp, m->sets[i].over[t], k, m->entry_row,
						   m->entry, e);
		}
	for (int32_t i = 0; i < m->column_count && s == WFM_OK; i++) {
		bool changed = false;
		tour_visit(m->m, m->columns[i].tour, mark_on, m);
		for (int32_t t = 0; t < n && !changed; t++)
			changed = m->on[t] && l->touched[t];
		clear_on(m);
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
		s = add_row(m, set, t, e);
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
