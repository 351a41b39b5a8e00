/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Kelley's method (1960) from a staffing that suffices: tangents of all limits there, no pooled rows;
 * the cheapest staffing under the tangents is tried, gives tangents of its own, and so on. A tangent
 * at whole numbers is the mean of the differences to either side. Service is concave in people about
 * the target, so tangents promise too much rather than too little; what they promise is tried.
 */
#include "skills_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS_MOST = 10 };
static const double POINTS = 100.0, PEOPLE_A_POINT = 10.0, SAME_COST = 1e-9;
/* A limit so far on the good side says nothing about the border. */
static const double FAR = 0.12;

static double slope(const struct sk_around *a, int32_t g, int32_t c)
{
	double sum = 0.0, sides = 0.0;
	if (a->less[g] != NULL) {
		sum += a->sketch->slack[c] - a->less[g]->slack[c];
		sides += 1.0;
	}
	if (a->more[g] != NULL) {
		sum += a->more[g]->slack[c] - a->sketch->slack[c];
		sides += 1.0;
	}
	return sides > 0.0 ? fmax(0.0, sum / sides) : 0.0;
}

static bool add_tangents(struct sk_bench *b, const int32_t *n, struct sk_rows *rows)
{
	const struct sk_part *part = b->part;
	struct sk_around a;
	double dearest = 0.0;
	if (!sk_look_around(b, n, &a))
		return false;
	for (int32_t g = 0; g < part->group_count; g++)
		dearest = fmax(dearest, part->cost[g]);
	for (int32_t c = 0; c < part->limit_count; c++) {
		struct sk_row row = { .penalty = PEOPLE_A_POINT * dearest };
		double best = 0.0;
		if (a.at->slack[c] - b->margin[c] > FAR)
			continue;
		row.least = POINTS * (b->margin[c] - a.at->slack[c]);
		for (int32_t g = 0; g < part->group_count; g++) {
			row.coef[g] = POINTS * slope(&a, g, c);
			row.least += row.coef[g] * n[g];
			best = fmax(best, row.coef[g]);
		}
		if (best > 0.0 && !sk_rows_add(rows, &row)) {
			b->status = wfm_fail(b->e, WFM_NO_MEMORY, "", "out of memory");
			return false;
		}
		b->cuts++;
	}
	return true;
}

bool sk_polish(struct sk_bench *b, int32_t *n)
{
	size_t bytes = (size_t)b->part->group_count * sizeof *n;
	struct sk_rows rows = { 0 };
	int32_t next[WFM_SKILLS_GROUPS], last[WFM_SKILLS_GROUPS];
	const struct sk_point *p = sk_try(b, n, SK_JUDGE);
	bool ok = p != NULL;
	if (ok && sk_worst(b, p) < 0.0)
		return true;
	memcpy(last, n, bytes);
	for (int round = 0; round < ROUNDS_MOST && ok; round++) {
		ok = add_tangents(b, last, &rows) && sk_cheapest(b, &rows, next);
		if (!ok || memcmp(next, last, bytes) == 0 ||
		    sk_cost(b->part, next) > sk_cost(b->part, n) - SAME_COST)
			break;
		p = sk_try(b, next, SK_JUDGE);
		ok = p != NULL;
		if (ok && sk_worst(b, p) >= 0.0)
			memcpy(n, next, bytes);
		memcpy(last, next, bytes);
	}
	free(rows.rows);
	return ok;
}
