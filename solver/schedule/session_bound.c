/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sessions in the relaxation.
 *
 * Bound. For duals pi let w_k(t) be the worth of a slot of kind k (pricing.h). A tour with sits is
 * worth what it is without them less the sum of w_k over the sits' slots, so the best of tours with
 * sits is at most the best tour less the least its sits can take:
 *   own sit of session s     min { miss_s, min over starts t of W_k(t) },  W_k(t) = sum of w_k over it
 *   a meeting of s           min over t of  sum of its members' min { miss_s, W_k(t) }
 * These are added to Lagrange's bound: valid for any pi, since breaks, shifts and numbers at a time
 * are left out of the minimum. They may be negative where surplus costs.
 *
 * Rows. When it comes to whole tours, the rows ask for those in sessions as well, as many as the best
 * plan has where it has them, so that tours grow where sessions take people away.
 */
#include "solver/schedule/master.h"
#include "solver/schedule/session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct bounding {
	const struct master *m;
	double *sum; /* [slots + 1] prefix sums of the kind's worths */
	double *together; /* [sessions x slots] */
};

static double window_worth(const struct bounding *b, int32_t t, int32_t n)
{
	return b->sum[t + n] - b->sum[t];
}

/* Least an own sit takes from an agent of the kind in hand. */
static double least_taken(const struct bounding *b, int32_t x)
{
	const struct model *m = b->m->m;
	double least = m->p->sessions[x].miss_cents;
	for (int32_t t = 0; t < m->slots; t++)
		if (m->sit_ok[x * m->slots + t])
			least = fmin(least, window_worth(b, t, session_slots(m, x)));
	return least;
}

static double add_type(struct bounding *b, const struct type *t)
{
	const struct model *m = b->m->m;
	double sum = 0;
	for (int32_t j = 0; j < t->sit_count; j++) {
		const int32_t x = t->sit[j], n = session_slots(m, x);
		if (!m->p->sessions[x].together) {
			sum += t->count * least_taken(b, x);
			continue;
		}
		for (int32_t v = 0; v < m->slots; v++)
			if (m->sit_ok[x * m->slots + v])
				b->together[x * m->slots + v] +=
					t->count * fmin(m->p->sessions[x].miss_cents, window_worth(b, v, n));
	}
	return sum;
}

static double meetings_take(const struct bounding *b)
{
	const struct model *m = b->m->m;
	double sum = 0;
	for (int32_t x = 0; x < m->p->session_count; x++) {
		double least = INFINITY;
		for (int32_t t = 0; m->p->sessions[x].together && t < m->slots; t++)
			if (m->sit_ok[x * m->slots + t])
				least = fmin(least, b->together[x * m->slots + t]);
		sum += least < INFINITY ? least : 0;
	}
	return sum;
}

double session_bound(struct master *m)
{
	const struct model *x = m->m;
	struct bounding b = { .m = m };
	double sum = -HUGE_VAL;
	int32_t profile = -1;
	b.sum = malloc(((size_t)x->slots + 1) * sizeof *b.sum);
	b.together = calloc((size_t)x->p->session_count * (size_t)x->slots + 1, sizeof *b.together);
	if (!b.sum || !b.together)
		goto out;
	sum = 0;
	for (int32_t i = 0; i < x->type_count; i++) {
		const struct type *t = &x->types[m->by_profile[i]];
		if (!t->has_tour || t->sit_count == 0)
			continue;
		if (t->profile != profile) {
			profile = t->profile;
			master_set_worth(m, x->profiles[profile].kind);
			b.sum[0] = 0;
			for (int32_t v = 0; v < x->slots; v++)
				b.sum[v + 1] = b.sum[v] + m->worth[v];
		}
		sum += add_type(&b, t);
	}
	sum += meetings_take(&b);
out:
	free(b.sum);
	free(b.together);
	return sum;
}

enum wfm_status session_see(struct master *m, const struct plan *p, struct wfm_error *e)
{
	const struct model *x = m->m;
	if (!m->absent)
		return WFM_OK;
	memset(m->absent, 0, (size_t)x->kind_count * (size_t)x->slots * sizeof *m->absent);
	for (int32_t i = 0; i < p->count; i++) {
		const struct type *type = &x->types[p->tours[i]->type];
		int32_t *row = &m->absent[x->profiles[type->profile].kind * x->slots];
		for (int32_t j = 0; j < type->sit_count; j++) {
			int32_t start = p->seats->places[i].start[j];
			for (int32_t t = start; start >= 0 && t < start + session_slots(x, type->sit[j]); t++)
				row[t]++;
		}
	}
	return sets_reset(m, e);
}
