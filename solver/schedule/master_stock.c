/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Deferrable work in the relaxation. Over the open slots k of its queue (stock.h):
 *
 *   w_k   people on it who have something to do: asked for in the rows of sets that hold the queue
 *   b_k   work that waits after slot k and may,  0 <= b_k <= A_k - D_k
 *   l_k   work that waits and is late, c_k cents
 *   i_k   of f_k, others' part of the work, what has nothing to do: at the price of idle people
 *   row   b_k + l_k - b_{k-1} - l_{k-1} + w_k - i_k = A_k - A_{k-1} - f_k
 *
 * The row's dual is what a person there is worth, and w_k keeps it at or below what the rows of sets say.
 * It never falls by more than c_k from one slot to the next, so the value of an hour stands for all slots
 * from which the same late work can be reached. With that as pi, Lagrange's bound is the relaxation's.
 */
#include "solver/schedule/master.h"
#include "solver/schedule/stock.h"

#include <math.h>

static int32_t row_of(const struct master *m, int32_t stock, int32_t k)
{
	return m->stock_row[stock * m->m->slots + k];
}

/* What waits after place k of the stock, up to `high`, at `cents`. */
static enum wfm_status add_waiting(struct master *m, int32_t i, int32_t k, double high, double cents,
				   struct wfm_error *e)
{
	int row[2] = { row_of(m, i, k), 0 };
	double value[2] = { 1, -1 };
	int n = 1;
	if (k + 1 < m->m->stocks[i].count)
		row[n++] = row_of(m, i, k + 1);
	m->slack_count++;
	return lp_add_col(m->lp, 0, high, cents / m->unit, n, row, value, NULL, e);
}

static enum wfm_status add_unused(struct master *m, int32_t i, int32_t k, struct wfm_error *e)
{
	int row = row_of(m, i, k);
	double value = -1;
	m->slack_count++;
	return lp_add_col(m->lp, 0, HUGE_VAL, m->m->stocks[i].idle / m->unit, 1, &row, &value, NULL, e);
}

static enum wfm_status add_stock(struct master *m, int32_t i, struct wfm_error *e)
{
	const struct stock *x = &m->m->stocks[i];
	enum wfm_status s = WFM_OK;
	for (int32_t k = 0; k < x->count && s == WFM_OK; k++) {
		double comes = x->come[k] - (k > 0 ? x->come[k - 1] : 0) - x->spare[k];
		s = lp_add_row(m->lp, comes, comes, &m->stock_row[i * m->m->slots + k], e);
		m->rows++;
	}
	for (int32_t k = 0; k < x->count && s == WFM_OK; k++) {
		double may = x->come[k] - x->due[k];
		if (may > 0)
			s = add_waiting(m, i, k, may, 0, e);
		if (s == WFM_OK && x->due[k] > 0)
			s = add_waiting(m, i, k, HUGE_VAL, x->late[k], e);
		if (s == WFM_OK && x->spare[k] > 0)
			s = add_unused(m, i, k, e);
	}
	return s;
}

enum wfm_status master_add_stocks(struct master *m, struct wfm_error *e)
{
	enum wfm_status s = WFM_OK;
	for (int32_t i = 0; i < m->m->stock_count && s == WFM_OK; i++)
		s = add_stock(m, i, e);
	return s;
}

/* The i-th column of the slot: new, or its entries anew. */
static enum wfm_status put(struct master *m, int32_t at, int32_t i, int32_t n, double cents,
			   struct wfm_error *e)
{
	struct queue_slacks *x = &m->slack_of[at];
	if (i < x->count)
		return lp_set_entries(m->lp, x->first + i, n, m->entry_row, m->entry, e);
	x->count++;
	m->slack_count++;
	return lp_add_col(m->lp, 0, HUGE_VAL, cents / m->unit, n, m->entry_row, m->entry, NULL, e);
}

enum wfm_status master_add_workers(struct master *m, int32_t q, int32_t t, struct wfm_error *e)
{
	const int32_t i = m->m->stock_of[q], at = q * m->m->slots + t;
	const struct stock *x = &m->m->stocks[i];
	enum wfm_status s = WFM_OK;
	int32_t column = 0, n;
	/* Rows that ask for those in sessions (session_see) may lack them. */
	if (m->absent) {
		n = sets_queue_entries(m, q, t, 1);
		s = put(m, at, column++, n, stock_dearest(x), e);
		m->slack_of[at].below = 1;
	}
	n = sets_queue_entries(m, q, t, -1);
	m->entry_row[n] = row_of(m, i, x->at[t]);
	m->entry[n++] = 1;
	return s == WFM_OK ? put(m, at, column, n, 0, e) : s;
}

void master_read_stocks(struct master *m)
{
	for (int32_t i = 0; i < m->m->stock_count; i++) {
		const struct stock *x = &m->m->stocks[i];
		double next = 0;
		for (int32_t k = x->count - 1; k >= 0; k--) {
			double v = fmin(lp_dual(m->lp, row_of(m, i, k)), next + x->late[k] / m->unit);
			next = fmax(v, -x->idle / m->unit);
			m->pi[x->queue * m->m->slots + x->slot[k]] = next;
		}
	}
}

double master_stock_bound(const struct master *m)
{
	double sum = 0;
	for (int32_t i = 0; i < m->m->stock_count; i++) {
		const struct stock *x = &m->m->stocks[i];
		double next = 0;
		for (int32_t k = x->count - 1; k >= 0; k--) {
			double pi = m->at[x->queue * m->m->slots + x->slot[k]] * m->unit;
			double falls = pi - next;
			sum += falls > 0 ? fmin(falls, x->late[k]) * x->due[k] : falls * x->come[k];
			sum -= pi * x->spare[k];
			next = pi;
		}
	}
	return sum;
}
