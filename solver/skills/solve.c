/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A part from start to proof: pooled rows, cuts with a sketch of the simulation, cuts with all of it,
 * the search nearby, and a longer simulation with other random numbers. Where that finds a limit
 * better or worse kept than the search believed, the difference becomes the limit's margin and the
 * search goes on from there, a few times.
 */
#include "skills_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PROOFS_MOST = 5 };
/* A limit out of reach may lose so much more to what is not needed. */
static const double GIVE = 0.002;

static void cheapest_first(const struct sk_part *part, int32_t people, int32_t *n)
{
	for (int32_t g = 0; g < part->group_count; g++)
		people -= n[g] = part->least[g];
	while (people > 0) {
		int32_t best = -1;
		for (int32_t g = 0; g < part->group_count; g++)
			if (n[g] < part->most[g] && (best < 0 || part->cost[g] < part->cost[best]))
				best = g;
		if (best < 0)
			return;
		int32_t room = part->most[best] - n[best], add = people < room ? people : room;
		n[best] += add;
		people -= add;
	}
}

/* One queue of people alike: the formulas, as for any queue. */
static void solve_plain(const struct sk_horizon *h, const struct sk_part *part, struct sk_answer *a)
{
	const struct wfm_staffing_options *asked = &part->p->queues[part->queue[0]].staffing;
	struct wfm_staffing_options o = *asked;
	size_t at = (size_t)part->queue[0] * (size_t)part->p->interval_count + (size_t)part->interval;
	struct wfm_requirement r = { 0 };
	int32_t people = 0;
	o.interval_s = part->p->interval_s;
	o.counters = o.max_agents = o.min_agents = 0;
	cheapest_first(part, part->alone[0], a->n);
	for (int32_t g = 0; g < part->group_count; g++) {
		people += a->n[g];
		a->figures.worked[g][0] = a->n[g];
	}
	wfm_live_figures(&h->courses[at], people, &o, &r);
	a->met[0] = wfm_live_failing(&r, &o.target) == WFM_BINDS_NONE;
	a->figures.service_level[0] = a->figures.low[0] = a->figures.high[0] = r.service_level;
	a->figures.abandoned[0] = r.abandoned_share;
	a->figures.asa_s[0] = r.asa_s;
	a->exact = true;
}

static void keep(struct sk_answer *a, const struct sk_part *part, const struct sk_point *proof,
		 const struct sk_figures *f)
{
	memcpy(a->n, proof->n, sizeof a->n);
	a->proof = *proof;
	a->figures = *f;
	for (int32_t q = 0; q < part->queue_count; q++)
		a->met[q] = true;
	for (int32_t c = 0; c < part->limit_count; c++)
		if (proof->slack[c] < 0.0)
			a->met[part->limits[c].queue] = false;
}

static double proven_worst(const struct sk_part *part, const struct sk_point *p)
{
	double worst = INFINITY;
	for (int32_t c = 0; c < part->limit_count; c++)
		worst = fmin(worst, p->slack[c]);
	return worst;
}

static bool better(const struct sk_part *part, const struct sk_point *p, const struct sk_answer *a)
{
	double now = proven_worst(part, p), before = proven_worst(part, &a->proof);
	if ((now >= 0.0) != (before >= 0.0))
		return now >= 0.0;
	return now >= 0.0 ? sk_cost(part, p->n) < sk_cost(part, a->n) : now > before;
}

/* Limits that nobody's coming helps are held at what they reach, so that the rest can be put right. */
static bool accept_limits(struct sk_bench *b, const int32_t *n)
{
	const struct sk_point *p = sk_try(b, n, SK_JUDGE);
	if (p == NULL)
		return false;
	for (int32_t c = 0; c < b->part->limit_count; c++)
		if (p->slack[c] < b->margin[c])
			b->margin[c] = p->slack[c] - GIVE;
	return true;
}

static bool improve(struct sk_bench *b, int32_t *n)
{
	const struct sk_point *p;
	if (!sk_repair(b, SK_JUDGE, n) || (p = sk_try(b, n, SK_JUDGE)) == NULL)
		return false;
	if (sk_worst(b, p) < 0.0 && !accept_limits(b, n))
		return false;
	return (b->light || sk_polish(b, n)) && sk_reduce(b, n);
}

/* quick: the first that is proved will do. */
static bool prove(struct sk_bench *b, int32_t *n, bool quick, struct sk_answer *a)
{
	const struct sk_part *part = b->part;
	int32_t seen[PROOFS_MOST][WFM_SKILLS_GROUPS];
	size_t bytes = (size_t)part->group_count * sizeof *n;
	struct sk_figures *f = malloc(sizeof *f);
	bool ok = f != NULL;
	if (!ok)
		b->status = wfm_fail(b->e, WFM_NO_MEMORY, "", "out of memory");
	for (int k = 0; k < PROOFS_MOST && ok; k++) {
		struct sk_point proof;
		bool again = false;
		for (int i = 0; i < k; i++)
			again = again || memcmp(seen[i], n, bytes) == 0;
		if (again)
			break;
		memcpy(seen[k], n, bytes);
		const struct sk_point *judged = sk_try(b, n, SK_JUDGE);
		ok = judged != NULL && sk_prove(b, n, &proof, f);
		if (!ok)
			break;
		if (k == 0 || better(part, &proof, a))
			keep(a, part, &proof, f);
		if (quick && proven_worst(part, &a->proof) >= 0.0)
			break;
		for (int32_t c = 0; c < part->limit_count; c++)
			b->margin[c] = judged->slack[c] - proof.slack[c];
		ok = improve(b, n);
	}
	free(f);
	return ok;
}

/* From the rows by cuts; and from `start` when there is one, if that ends cheaper. */
static bool search(struct sk_bench *b, const int32_t *start, bool by_rows, int32_t *n)
{
	const struct sk_part *part = b->part;
	size_t bytes = (size_t)part->group_count * sizeof *n;
	int32_t other[WFM_SKILLS_GROUPS] = { 0 };
	struct sk_rows rows = { 0 };
	const struct sk_point *p, *o;
	bool ok = true;
	if (start != NULL) {
		memcpy(n, start, bytes);
		ok = improve(b, n);
	}
	if (!ok || !by_rows)
		return ok;
	b->status = sk_pooled_rows(part, &rows, b->e);
	ok = sk_cheapest(b, &rows, other) && sk_cut(b, &rows, SK_SKETCH, other) &&
	     sk_cut(b, &rows, SK_JUDGE, other) && improve(b, other);
	free(rows.rows);
	if (!ok || start == NULL) {
		memcpy(n, other, bytes);
		return ok;
	}
	p = sk_try(b, n, SK_JUDGE);
	o = sk_try(b, other, SK_JUDGE);
	if (p == NULL || o == NULL)
		return false;
	bool enough = sk_worst(b, o) >= 0.0, before = sk_worst(b, p) >= 0.0;
	if (enough != before ? enough : sk_cost(part, other) < sk_cost(part, n))
		memcpy(n, other, bytes);
	return true;
}

enum wfm_status sk_solve(const struct sk_horizon *h, const struct sk_part *part,
			 const struct wfm_skills_options *o, const int32_t *start, bool by_rows,
			 struct sk_answer *answer, struct wfm_error *e)
{
	struct sk_bench b;
	int32_t n[WFM_SKILLS_GROUPS] = { 0 };
	memset(answer, 0, sizeof *answer);
	if (sk_part_is_plain(part)) {
		solve_plain(h, part, answer);
		return WFM_OK;
	}
	sk_bench_open(&b, part, o, e);
	b.light = !by_rows;
	bool ok = search(&b, start, by_rows, n);
	ok = ok && prove(&b, n, !by_rows, answer);
	answer->plays = b.plays;
	answer->cuts = b.cuts;
	answer->contacts = b.contacts;
	sk_bench_close(&b);
	return ok ? WFM_OK : b.status;
}
