/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Transfers of people between queues in the relaxation; see master.c for what they are. */
#include "solver/schedule/master.h"

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
	int rows[4], count = 0;
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
	return lp_add_col(m->lp, 0, high, 0, count, rows, values, NULL, e);
}

enum wfm_status master_add_transfers(struct master *m, struct wfm_error *e)
{
	const int32_t nq = m->m->p->queue_count, n = m->m->slots;
	enum wfm_status s = WFM_OK;
	for (int32_t i = 0; m->shared && i < nq * nq; i++) {
		int32_t from = i / nq, to = i % nq;
		double high = from == to ? 0 : movers(m, from, to);
		for (int32_t t = 0; high > 0 && t < n && s == WFM_OK; t++)
			if (m->row[from * n + t] >= 0 && m->row[to * n + t] >= 0)
				s = add_transfer(m, from, to, t, high, e);
	}
	return s;
}
