/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Simulation cuts. The master problem over whole n_g is
 *
 *     minimise Σ cost_g n_g   subject to  pooled rows, cuts, least_g <= n_g <= most_g
 *
 * and at its answer n* every limit c that falls short gives a cut
 *
 *     s_c(n*) + Σ_g q_cg (n_g − n*_g) >= margin_c,   q_cg = (s_c(n* + d e_g) − s_c(n*)) ÷ d
 *
 * with slacks s and differences from simulation under common random numbers. Where service is a
 * concave function of people no good staffing is cut off; far below the target it is convex, so there
 * d is longer, and what is cut off wrongly the search nearby finds again.
 */
#include "skills_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solver/lp.h"

enum { ROUNDS_MOST = 20, NODES_MOST = 5000 };
/* A point that cannot be had is worth ten people: what near.c hopes of one. */
static const double DEEP = 0.15, FLAT = 1e-4, POINTS = 100.0, PEOPLE_A_POINT = 10.0;

static enum wfm_status fill_lp(const struct sk_part *part, const struct sk_rows *rows, struct lp *lp,
			       int *ids, double *values, struct wfm_error *e)
{
	enum wfm_status s = WFM_OK;
	for (size_t i = 0; i < rows->count && s == WFM_OK; i++)
		s = lp_add_row(lp, rows->rows[i].least, HUGE_VAL, NULL, e);
	for (int32_t g = 0; g < part->group_count && s == WFM_OK; g++) {
		int n = 0;
		for (size_t i = 0; i < rows->count; i++)
			if (rows->rows[i].coef[g] > 0.0) {
				ids[n] = (int)i;
				values[n++] = rows->rows[i].coef[g];
			}
		s = lp_add_col(lp, part->least[g], part->most[g], part->cost[g], n, ids, values,
			       NULL, e);
	}
	const double one = 1.0;
	for (int i = 0; i < (int)rows->count && s == WFM_OK; i++)
		s = lp_add_col(lp, 0.0, HUGE_VAL, rows->rows[i].penalty, 1, &i, &one, NULL, e);
	return s;
}

bool sk_cheapest(struct sk_bench *b, const struct sk_rows *rows, int32_t *n)
{
	const struct sk_part *part = b->part;
	int *ids = calloc(rows->count + WFM_SKILLS_GROUPS, sizeof *ids);
	double *values = calloc(rows->count + 1, sizeof *values);
	struct lp *lp = NULL;
	enum wfm_status s = WFM_NO_MEMORY;
	if (b->status != WFM_OK)
		goto out;
	if (ids == NULL || values == NULL)
		(void)wfm_fail(b->e, s, "", "out of memory");
	else
		s = lp_new(&lp, b->e);
	if (s == WFM_OK)
		s = fill_lp(part, rows, lp, ids, values, b->e);
	for (int32_t g = 0; g < part->group_count && s == WFM_OK; g++)
		ids[g] = g;
	if (s == WFM_OK)
		s = lp_solve_whole(lp, part->group_count, ids, NODES_MOST, b->e);
	if (s == WFM_OK || s == WFM_LIMIT)
		for (int32_t g = 0; g < part->group_count; g++)
			n[g] = (int32_t)lround(lp_whole(lp, g));
	b->status = s == WFM_LIMIT ? WFM_OK : s;
out:
	lp_free(lp);
	free(ids);
	free(values);
	return b->status == WFM_OK;
}

/* n with d more in a group, or fewer where there may not be more; returns the change. */
static int32_t step_of(const struct sk_part *part, const int32_t *n, int32_t g, int32_t d, int32_t *to)
{
	int32_t room = part->most[g] - n[g];
	memcpy(to, n, (size_t)part->group_count * sizeof *n);
	int32_t change = room >= d ? d : room > 0 ? room : n[g] > part->least[g] ? -1 : 0;
	to[g] += change;
	return change;
}

/* Whom a limit's row must ask for when no single group helps: more of those who take the queue. */
static void row_of_people(const struct sk_part *part, const int32_t *n, int32_t queue, struct sk_row *row)
{
	row->least = 1.0;
	for (int32_t g = 0; g < part->group_count; g++) {
		row->coef[g] = part->takes[g] >> queue & 1 ? 1.0 : 0.0;
		row->least += row->coef[g] * n[g];
	}
}

static bool add_cuts(struct sk_bench *b, struct sk_rows *rows, const struct sk_point *at,
		     enum sk_effort effort)
{
	const struct sk_part *part = b->part;
	const struct sk_point *beside[WFM_SKILLS_GROUPS] = { NULL };
	int32_t change[WFM_SKILLS_GROUPS], to[WFM_SKILLS_GROUPS], total = 0;
	double dearest = 0.0;
	for (int32_t g = 0; g < part->group_count; g++) {
		total += at->n[g];
		dearest = fmax(dearest, part->cost[g]);
	}
	int32_t d = sk_worst(b, at) < -DEEP ? 1 + (int32_t)(0.2 * sqrt(total)) : 1;
	for (int32_t g = 0; g < part->group_count; g++) {
		change[g] = step_of(part, at->n, g, d, to);
		if (change[g] != 0 && (beside[g] = sk_try(b, to, effort)) == NULL)
			return false;
	}
	for (int32_t c = 0; c < part->limit_count; c++) {
		struct sk_row row = { .penalty = PEOPLE_A_POINT * dearest };
		double best = 0.0;
		if (at->slack[c] >= b->margin[c])
			continue;
		row.least = POINTS * (b->margin[c] - at->slack[c]);
		for (int32_t g = 0; g < part->group_count; g++) {
			double q = beside[g] != NULL ? (beside[g]->slack[c] - at->slack[c]) / change[g] : 0.0;
			row.coef[g] = q > FLAT ? POINTS * q : 0.0;
			row.least += row.coef[g] * at->n[g];
			best = fmax(best, row.coef[g]);
		}
		if (!(best > 0.0))
			row_of_people(part, at->n, part->limits[c].queue, &row);
		if (!sk_rows_add(rows, &row)) {
			b->status = wfm_fail(b->e, WFM_NO_MEMORY, "", "out of memory");
			return false;
		}
		b->cuts++;
	}
	return true;
}

bool sk_cut(struct sk_bench *b, struct sk_rows *rows, enum sk_effort effort, int32_t *n)
{
	size_t bytes = (size_t)b->part->group_count * sizeof *n;
	int32_t next[WFM_SKILLS_GROUPS];
	for (int round = 0; round < ROUNDS_MOST; round++) {
		const struct sk_point *at = sk_try(b, n, effort);
		if (at == NULL)
			return false;
		if (sk_worst(b, at) >= 0.0)
			return true;
		if (!add_cuts(b, rows, at, effort) || !sk_cheapest(b, rows, next))
			return false;
		if (memcmp(next, n, bytes) == 0)
			return true; /* the caps leave nothing better */
		memcpy(n, next, bytes);
	}
	return true;
}
