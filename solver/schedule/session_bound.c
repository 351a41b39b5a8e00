/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sessions in the relaxation.
 *
 * Bound. For duals pi let w_k(t) be the worth of a slot of kind k (pricing.h). A tour with sits is
 * worth what it is without them less the sum of w_k over the sits' slots, so the best of tours with
 * sits is at most the best tour less the least its sits can take:
 *   own sit of session s     min { miss_s, min over starts t of W_k(t) },  W_k(t) = sum of w_k over it
 *   a meeting of s           min over t of  sum of its members' min { miss_s, W_k(t) }
 * where t are the starts that some shift of the profile can hold, its margins kept; others cannot be.
 * These are added to Lagrange's bound: valid for any pi, since breaks, the shifts of the tour and numbers
 * at a time are left out of the minimum. They may be negative where surplus costs.
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
	double *sum; /* [horizon + 1] prefix sums of the kind's worths */
	double *together; /* [sessions x slots] */
	const struct profile *pr; /* in hand */
	int32_t *shifts;  /* [horizon + 1] of it that hold the session in hand from there, as differences */
	double *taken;    /* [sessions x slots] W_k where the profile in hand can have it, else INFINITY */
	double *least;    /* [sessions] least of these */
	uint8_t *known;   /* [sessions] the last two are filled for the profile in hand */
};

static double window_worth(const struct bounding *b, int32_t t, int32_t n)
{
	return b->sum[t + n] - b->sum[t];
}

/* Which starts of session x some shift of the profile in hand can hold, and what each takes. */
static void know(struct bounding *b, int32_t x)
{
	const struct model *m = b->m->m;
	const int32_t n = session_slots(m, x), u = m->p->slot_min;
	const int32_t margin = (m->p->sessions[x].margin_min + u - 1) / u;
	double *taken = &b->taken[x * m->slots];
	if (b->known[x])
		return;
	b->known[x] = 1;
	b->least[x] = INFINITY;
	memset(b->shifts, 0, ((size_t)m->horizon + 1) * sizeof *b->shifts);
	for (int32_t i = 0; i < b->pr->opt_count; i++) {
		const struct opt *o = &b->pr->opts[i];
		if (!session_at(b->pr, i) || o->start + margin + n + margin > o->end)
			continue;
		b->shifts[o->start + margin]++;
		b->shifts[o->end - margin - n + 1]--;
	}
	for (int32_t t = 1; t < m->horizon; t++)
		b->shifts[t] += b->shifts[t - 1];
	for (int32_t t = 0; t < m->slots; t++) {
		bool holds = false;
		for (int32_t v = t; v < m->horizon; v += m->slots)
			holds |= b->shifts[v] > 0;
		taken[t] = holds && m->sit_ok[x * m->slots + t] ? window_worth(b, t, n) : INFINITY;
		b->least[x] = fmin(b->least[x], taken[t]);
	}
}

static double add_type(struct bounding *b, const struct type *t)
{
	const struct model *m = b->m->m;
	double sum = 0;
	for (int32_t j = 0; j < t->sit_count; j++) {
		const int32_t x = t->sit[j];
		const double miss = m->p->sessions[x].miss_cents;
		know(b, x);
		if (!m->p->sessions[x].together) {
			sum += t->count * fmin(miss, b->least[x]);
			continue;
		}
		for (int32_t v = 0; v < m->slots; v++)
			if (m->sit_ok[x * m->slots + v])
				b->together[x * m->slots + v] +=
					t->count * fmin(miss, b->taken[x * m->slots + v]);
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

static void begin_profile(struct bounding *b, struct master *m, int32_t profile)
{
	const struct model *x = m->m;
	b->pr = &x->profiles[profile];
	memset(b->known, 0, (size_t)x->p->session_count);
	master_set_worth(m, profile); /* first of the own site, where sessions are */
	b->sum[0] = 0;
	for (int32_t v = 0; v < x->horizon; v++)
		b->sum[v + 1] = b->sum[v] + m->worth[v];
}

double session_bound(struct master *m)
{
	const struct model *x = m->m;
	const size_t n = (size_t)x->p->session_count, slots = (size_t)x->slots;
	struct bounding b = { .m = m };
	double sum = -HUGE_VAL;
	int32_t profile = -1;
	b.sum = malloc(((size_t)x->horizon + 1) * sizeof *b.sum);
	b.together = calloc(n * slots + 1, sizeof *b.together);
	b.shifts = malloc(((size_t)x->horizon + 1) * sizeof *b.shifts);
	b.taken = malloc((n * slots + 1) * sizeof *b.taken);
	b.least = malloc((n + 1) * sizeof *b.least);
	b.known = calloc(n + 1, 1);
	if (!b.sum || !b.together || !b.shifts || !b.taken || !b.least || !b.known)
		goto out;
	sum = 0;
	for (int32_t i = 0; i < x->type_count; i++) {
		const struct type *t = &x->types[m->by_profile[i]];
		if (!t->has_tour || t->sit_count == 0)
			continue;
		if (t->profile != profile)
			begin_profile(&b, m, profile = t->profile);
		sum += add_type(&b, t);
	}
	sum += meetings_take(&b);
out:
	free(b.sum);
	free(b.together);
	free(b.shifts);
	free(b.taken);
	free(b.least);
	free(b.known);
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
		int32_t *row = &m->absent[x->profiles[type->profile].place[0].kind * x->slots];
		for (int32_t j = 0; j < type->sit_count; j++) {
			int32_t start = p->seats->places[i].start[j];
			for (int32_t t = start; start >= 0 && t < start + session_slots(x, type->sit[j]); t++)
				row[t % x->slots]++;
		}
	}
	return sets_reset(m, e);
}

enum wfm_status session_bound_again(const struct master *m, const struct plan *p, struct wfm_error *e)
{
	const struct model *x = m->m;
	const size_t cells = (size_t)x->p->queue_count * (size_t)x->slots;
	struct master *other = NULL;
	enum wfm_status s = master_clone(m, m->run, &other, e);
	if (s == WFM_OK) {
		memcpy(other->centre, m->centre, cells * sizeof *other->centre);
		memcpy(other->mu_centre, m->mu_centre, (size_t)x->p->service_count * sizeof *other->mu_centre);
		other->has_centre = m->has_centre;
		s = session_see(other, p, e);
	}
	if (s == WFM_OK)
		s = master_again(other, e);
	master_free(other);
	return s;
}
