/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Service targets over many slots (struct wfm_service), as the solver sees them.
 *
 * At a price mu a contact the slots fall apart: slot t of a queue costs
 *
 *   c_t(n) - sum_s mu_s g_st(n)
 *
 * with c the shortage and surplus of the requirement and g the contacts answered in time. The bound takes
 * the least of that over n by the tables as they are. Where a function has to be convex in n (the
 * relaxation's rows, what one more person is worth to local search) g is a concave hull from the
 * requirement on. The relaxation finds the prices (master.c); a roster's true cost is of the tables.
 */
#ifndef WFM_SCHEDULE_SERVICE_H
#define WFM_SCHEDULE_SERVICE_H

#include "solver/schedule/model.h"

/* Concave hulls of the tables from the requirement on. False: no memory. */
bool service_build(struct model *m);

/* The next service that holds in slot t of queue q; *k begins with 0. -1: no more. */
static inline int32_t service_next(const struct model *m, int32_t q, int32_t t, int32_t *k)
{
	while (m->service_first[q] + *k < m->service_first[q + 1]) {
		int32_t s = m->service_of[m->service_first[q] + (*k)++];
		if (t >= m->p->services[s].first_slot && t < m->p->services[s].end_slot)
			return s;
	}
	return -1;
}

/* Contacts of the slot answered in time, by the table and by its hull. */
double service_answered(const struct model *m, int32_t s, int32_t t, double people);
double service_hull(const struct model *m, int32_t s, int32_t t, double people);

/* Cents of the slot at those prices a contact, by hulls. */
double service_slot_cost(const struct model *m, const double *mu, int32_t q, int32_t t, double people);
/* min over n >= 0 of that plus worth x n, in cents: the slot's part of Lagrange's bound. */
double service_slot_bound(const struct model *m, const double *mu, int32_t q, int32_t t, double worth);

/* Cents for so many contacts in time. */
static inline double service_cents(const struct model *m, int32_t s, double answered)
{
	double lack = m->p->services[s].target - answered;
	return lack > 0 ? lack * m->p->services[s].short_cents : 0;
}

#endif
