/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Service targets in the relaxation. With r_t the requirement of slot t and g_t its hull of contacts
 * answered in time, the people of the slot are r_t less the steps below it and more the steps above:
 *
 *   sum_t g_t(r_t) - sum (slope of steps below) + sum (slope of steps above) + missing >= target
 *
 * Steps with nearly the same slope are one: the LP then sees a little less than the hull, which only
 * moves its duals a little. The bound is of the whole hull (service_slot_bound).
 */
#include "solver/schedule/master.h"
#include "solver/schedule/service.h"

#include <math.h>

/* Steps are one while the slope falls by less than the first, or is below the second of the steepest. */
static const double SAME = 0.85, FLAT = 0.003;

/* A slot whose people are counted by a row; elsewhere there is nobody. */
static bool is_counted(const struct master *m, int32_t s, int32_t t)
{
	return m->asked[m->m->p->services[s].queue * m->m->slots + t];
}

double master_service_due(const struct master *m, int32_t s)
{
	const struct wfm_service *x = &m->m->p->services[s];
	double due = x->target;
	for (int32_t t = x->first_slot; t < x->end_slot; t++)
		if (!is_counted(m, s, t))
			due -= service_answered(m->m, s, t, 0);
	return due;
}

enum wfm_status master_add_services(struct master *m, struct wfm_error *e)
{
	enum wfm_status st = WFM_OK;
	for (int32_t s = 0; s < m->m->p->service_count && st == WFM_OK; s++) {
		const struct wfm_service *x = &m->m->p->services[s];
		double due = master_service_due(m, s), one = 1;
		for (int32_t t = x->first_slot; t < x->end_slot; t++)
			if (is_counted(m, s, t))
				due -= service_hull(m->m, s, t, m->m->p->queues[x->queue].required[t]);
		st = lp_add_row(m->lp, due, HUGE_VAL, &m->service_row[s], e);
		m->rows++;
		m->slack_count++;
		if (st == WFM_OK)
			st = lp_add_col(m->lp, 0, HUGE_VAL, x->short_cents / m->unit, 1,
					&m->service_row[s], &one, NULL, e);
	}
	return st;
}

struct step {
	double from, to; /* people */
	double cents;    /* a person more costs, contacts not counted */
};

/* The i-th of the slot: a new column, or its entries anew. */
static enum wfm_status add_step(struct master *m, int32_t q, int32_t t, int32_t i, const struct step *x,
				struct wfm_error *e)
{
	const struct model *w = m->m;
	int32_t at = q * w->slots + t;
	bool below = x->to <= w->p->queues[q].required[t];
	double sign = below ? 1 : -1, wide = x->to - x->from;
	int32_t n = sets_queue_entries(m, q, t, sign);
	for (int32_t k = 0, s; (s = service_next(w, q, t, &k)) >= 0;) {
		double gain = x->from < 0 ? service_hull(w, s, t, 1) - service_hull(w, s, t, 0) :
			      wide < HUGE_VAL ?
				      service_hull(w, s, t, x->to) - service_hull(w, s, t, x->from) :
				      0;
		if (gain <= 0)
			continue;
		m->entry_row[n] = m->service_row[s];
		m->entry[n++] = -sign * gain / wide;
	}
	if (i < m->slack_of[at].count)
		return lp_set_entries(m->lp, m->slack_of[at].first + i, n, m->entry_row, m->entry, e);
	m->slack_of[at].count++;
	m->slack_of[at].below += below;
	m->slack_count++;
	/* Nobody can be fewer than none, so the last step down need not end. */
	return lp_add_col(m->lp, 0, x->from <= 0 && below ? HUGE_VAL : wide, -sign * x->cents / m->unit, n,
			  m->entry_row, m->entry, NULL, e);
}

/* Contacts by the person more at those people, all services at the price of those below target. */
static double slope(const struct model *w, int32_t q, int32_t t, double people)
{
	double sum = 0;
	for (int32_t k = 0, s; (s = service_next(w, q, t, &k)) >= 0;)
		sum += service_hull(w, s, t, people + 1) - service_hull(w, s, t, people);
	return sum;
}

/* Where the step that begins with `from` people ends. */
static double step_end(const struct model *w, int32_t q, int32_t t, double from, double steepest,
		       int32_t most)
{
	double first = slope(w, q, t, floor(from)), to = floor(from) + 1;
	double r = w->p->queues[q].required[t], low = r - w->step1[q * w->slots + t];
	while (to < most && (slope(w, q, t, to) >= SAME * first || first <= FLAT * steepest))
		to++;
	if (from < r && r < to)
		to = r;
	return from < low && low < to ? low : to;
}

enum wfm_status master_add_steps(struct master *m, int32_t q, int32_t t, struct wfm_error *e)
{
	const struct model *w = m->m;
	const struct wfm_queue *u = &w->p->queues[q];
	double r = u->required[t], low = r - w->step1[q * w->slots + t], steepest = slope(w, q, t, 0);
	int32_t most = (int32_t)fmin(ceil(r), 1e6), n = 0;
	enum wfm_status st = WFM_OK;
	for (int32_t k = 0, s; (s = service_next(w, q, t, &k)) >= 0;)
		if (w->p->services[s].people_max > most)
			most = w->p->services[s].people_max;
	/* Where nobody is required, rows that ask for those in sessions (session_see) may lack them too. */
	struct step none = { .from = -1, .to = 0, .cents = -u->short2_cents * w->slot_h };
	if (m->absent && r <= 0 && st == WFM_OK)
		st = add_step(m, q, t, n++, &none, e);
	for (double from = 0; from < most && st == WFM_OK;) {
		struct step x = { .from = from, .to = step_end(w, q, t, from, steepest, most) };
		double price = x.to <= low ? u->short2_cents : x.to <= r ? u->short1_cents : -u->surplus_cents;
		x.cents = -price * w->slot_h;
		st = add_step(m, q, t, n++, &x, e);
		from = x.to;
	}
	struct step rest = { .from = most, .to = HUGE_VAL, .cents = u->surplus_cents * w->slot_h };
	return st == WFM_OK ? add_step(m, q, t, n, &rest, e) : st;
}
