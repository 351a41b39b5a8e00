/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Transfers of people between queues in the relaxation; see master.c for what they are. */
#include "solver/schedule/master.h"

#include <string.h>

/* People of unit speed able to serve both queues: the most a transfer can ever move. */
static double movers(const struct master *m, int32_t from, int32_t to)
{
	double n = 0;
	for (int32_t k = 0; k < m->m->type_count; k++) {
		const struct kind *x = &m->m->kinds[master_kind(m, k)];
		bool a = false, b = false;
		for (int32_t j = 0; j < x->queue_count; j++) {
			a |= x->queue[j] == from && x->speed[j] == 1;
			b |= x->queue[j] == to && x->speed[j] == 1;
		}
		n += a && b && m->m->types[k].has_tour ? m->m->types[k].count : 0;
	}
	return n;
}

static enum wfm_status add_transfer(struct master *m, int32_t from, int32_t to, int32_t t,
				    double high, struct wfm_error *e)
{
	const int32_t n = m->m->slots, at[2] = { from * n + t, to * n + t };
	int rows[4], count = 0, col = -1;
	double values[4];
	for (int i = 0; i < 2; i++) {
		rows[count] = m->row[at[i]];
		values[count++] = i == 0 ? -1 : 1;
		if (t + 1 == n || m->row[at[i] + 1] < 0 || !m->joined[at[i] + 1])
			continue;
		rows[count] = m->row[at[i] + 1];
		values[count++] = i == 0 ? 1 : -1;
	}
	m->slack_count++;
	enum wfm_status s = lp_add_col(m->lp, 0, high, 0, count, rows, values, &col, e);
	m->transfers[(from * m->m->p->queue_count + to) * n + t] =
		(struct transfer){ col, (float)high };
	return s;
}

enum wfm_status master_add_transfers(struct master *m, struct wfm_error *e)
{
	const int32_t nq = m->m->p->queue_count, n = m->m->slots;
	enum wfm_status s = WFM_OK;
	for (int32_t i = 0; m->transfers && i < nq * nq * n; i++)
		m->transfers[i].col = -1;
	for (int32_t i = 0; m->transfers && i < nq * nq; i++) {
		int32_t from = i / nq, to = i % nq;
		double high = from == to ? 0 : movers(m, from, to);
		for (int32_t t = 0; high > 0 && t < n && s == WFM_OK; t++)
			if (m->row[from * n + t] >= 0 && m->row[to * n + t] >= 0)
				s = add_transfer(m, from, to, t, high, e);
	}
	return s;
}

struct supplying {
	struct master *m;
	const struct kind *kind;
	const int16_t *choice;
	double people;
};

static void supply_slot(void *context, int32_t t)
{
	struct supplying *x = context;
	int32_t j = *x->choice++, nq = x->m->m->p->queue_count;
	if (j < 0 || x->kind->speed[j] != 1)
		return;
	for (int32_t i = 0; i < x->kind->queue_count; i++)
		if (i != j && x->kind->speed[i] == 1)
			x->m->supply[(x->kind->queue[j] * nq + x->kind->queue[i]) * x->m->m->slots + t] +=
				x->people;
}

enum wfm_status master_cut_transfers(struct master *m, int32_t *cut, struct wfm_error *e)
{
	enum wfm_status s = WFM_OK;
	int32_t nq = m->m->p->queue_count, n = m->m->slots;
	*cut = 0;
	if (!m->transfers)
		return s;
	memset(m->supply, 0, (size_t)nq * (size_t)nq * (size_t)n * sizeof *m->supply);
	for (int32_t i = 0; i < m->column_count; i++) {
		const struct column *c = &m->columns[i];
		struct supplying x = { m, &m->m->kinds[master_kind(m, c->tour->type)], c->choice,
				       lp_value(m->lp, m->slack_count + i) };
		if (x.people > 1e-9)
			tour_visit(m->m, c->tour, supply_slot, &x);
	}
	for (int32_t i = 0; i < nq * nq * n && s == WFM_OK; i++) {
		struct transfer *t = &m->transfers[i];
		if (t->col < 0 || lp_value(m->lp, t->col) <= m->supply[i] + 1e-6)
			continue;
		t->high = (float)m->supply[i];
		s = lp_set_bounds(m->lp, t->col, 0, m->supply[i], e);
		(*cut)++;
	}
	return s;
}
