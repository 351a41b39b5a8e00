/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counters in the relaxation (desk.h): of a site's queues that need one,
 *
 *   sum_q (people short - people above what is required) / V_q >= sum_q r_q / V_q - C
 *
 * in every slot in which that can bind. People above stand here only for queues of services, whose
 * steps go beyond the requirement; others never count more than it.
 */
#include "solver/schedule/desk.h"
#include "solver/schedule/master.h"

#include <math.h>
#include <stdlib.h>

/* People that the queues ask for beyond the counters, in persons; -HUGE_VAL: they cannot bind. */
static double beyond(const struct master *m, const struct desk *k, int32_t t)
{
	const struct model *x = m->m;
	double sum = -k->seats[t];
	bool serves = false;
	for (int32_t i = 0; i < k->queue_count; i++) {
		int32_t q = k->queue[i];
		if (!m->asked[q * x->slots + t])
			continue;
		sum += x->p->queues[q].required[t] / x->fastest[q];
		serves |= x->in_service[q];
	}
	return sum > 0 || serves ? sum : -HUGE_VAL;
}

enum wfm_status master_add_desks(struct master *m, struct wfm_error *e)
{
	const struct model *x = m->m;
	enum wfm_status s = WFM_OK;
	for (int32_t d = 0; d < x->desk_count; d++)
		for (int32_t t = 0; t < x->slots && s == WFM_OK; t++) {
			double least = beyond(m, &x->desks[d], t);
			m->desk_row[d * x->slots + t] = -1;
			if (least == -HUGE_VAL)
				continue;
			s = lp_add_row(m->lp, least, HUGE_VAL, &m->desk_row[d * x->slots + t], e);
			m->rows++;
		}
	return s;
}

int32_t master_desk_entry(const struct master *m, int32_t q, int32_t t, double sign, int32_t n)
{
	int32_t d = desk_of(m->m, q), row = d >= 0 ? m->desk_row[d * m->m->slots + t] : -1;
	if (row < 0)
		return n;
	m->entry_row[n] = row;
	m->entry[n] = sign / m->m->fastest[q];
	return n + 1;
}
