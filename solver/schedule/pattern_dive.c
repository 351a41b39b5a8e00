/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Agents are committed to patterns, the days of work and the band of starts: each pattern has a row
 *
 *   sum over its columns x_j = its people
 *
 * and columns of its own, which the relaxation prices like others, under the row's dual. What is whole is
 * committed first, then the largest fractions, a few at a time. The last agents are left free:
 * whether there is one more of them matters more than where, and the days decide that better.
 */
#include "solver/schedule/anneal.h"
#include "solver/schedule/layers.h"
#include "solver/schedule/master.h"
#include "solver/schedule/parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PRICINGS = 3, PRICINGS_AFTER = 12, MOST_UNLIKE = 200 };

static const double WHOLE = 1e-5, SURE = 0.7, SHARE = 0.15, REDUCED_EPS = 1e-6;
/* Rows to the third power, about what a dive over tours works, with which one still pays. */
static const double DEAR = 2e8;
/* Agents left free, with and without such a dive. */
static const double LEFT_TO_DIVE = 2, LEFT_TO_DAYS = 5;

/* A free column in use. */
struct share {
	uint64_t days;
	int32_t type, column, low, high; /* walls */
	double mass;
	bool taken;
};

/* People of a pattern that the relaxation has without a commitment. */
struct offer {
	uint64_t days;
	int32_t type, band;
	double mass;
};

bool layers_suit(const struct model *m)
{
	int32_t first[MODEL_MAX_WEEKS + 1];
	bool ok = (m->p->agent_count <= MOST_UNLIKE && anneal_can(m)) || anneal_suits(m);
	for (int32_t k = 0; k < m->profile_count; k++)
		ok &= m->profiles[k].rest_implied && m->profiles[k].band_count > 0 &&
		      model_weeks(&m->p->calendars[m->profiles[k].calendar], first) == 1;
	return ok;
}

static bool is_dear(const struct master *m)
{
	const double rows = m->rows - m->pattern_count;
	return rows * rows * rows >= DEAR;
}

static struct share share_of(const struct master *m, int32_t column, double mass)
{
	const struct tour *t = m->columns[column].tour;
	const struct profile *pr = &m->m->profiles[m->m->types[t->type].profile];
	struct share s = { .type = t->type, .column = column, .mass = mass, .low = pr->wall_count, .high = -1 };
	for (int32_t n = 0; n < t->count; n++) {
		const struct opt *o = &pr->opts[t->s[n].opt];
		int32_t wall = o->cell % pr->wall_count;
		s.days |= (uint64_t)1 << o->day;
		s.low = wall < s.low ? wall : s.low;
		s.high = wall > s.high ? wall : s.high;
	}
	return s;
}

static int by_days(const void *a, const void *b)
{
	const struct share *x = a, *y = b;
	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	if (x->days != y->days)
		return x->days < y->days ? -1 : 1;
	return x->column < y->column ? -1 : x->column > y->column;
}

static int by_mass(const void *a, const void *b)
{
	const struct offer *x = a, *y = b;
	double fx = x->mass - floor(x->mass + WHOLE), fy = y->mass - floor(y->mass + WHOLE);
	if (fx != fy)
		return fx > fy ? -1 : 1;
	return by_days(&(struct share){ .type = x->type, .days = x->days, .column = x->band },
		       &(struct share){ .type = y->type, .days = y->days, .column = y->band });
}

/* The band that most of the shares fit into; they are taken. */
static struct offer best_band(const struct profile *pr, struct share *s, int32_t n)
{
	struct offer best = { .days = s->days, .type = s->type, .band = -1, .mass = 0 };
	for (int32_t b = 0; b < pr->band_count; b++) {
		double mass = 0;
		for (int32_t i = 0; i < n; i++)
			if (!s[i].taken && s[i].low >= pr->band_low[b] && s[i].high <= pr->band_high[b])
				mass += s[i].mass;
		if (mass > best.mass + 1e-9) {
			best.mass = mass;
			best.band = b;
		}
	}
	for (int32_t i = 0; i < n && best.band >= 0; i++)
		s[i].taken |= s[i].low >= pr->band_low[best.band] && s[i].high <= pr->band_high[best.band];
	return best;
}

/* Groups the shares into offers; returns how many. */
static int32_t gather(const struct master *m, struct share *s, int32_t n, struct offer *out)
{
	int32_t offers = 0;
	qsort(s, (size_t)n, sizeof *s, by_days);
	for (int32_t i = 0, end; i < n; i = end) {
		const struct profile *pr = &m->m->profiles[m->m->types[s[i].type].profile];
		for (end = i + 1; end < n && s[end].type == s[i].type && s[end].days == s[i].days;)
			end++;
		for (;;) {
			struct offer o = best_band(pr, s + i, end - i);
			if (o.band < 0)
				break;
			out[offers++] = o;
		}
	}
	qsort(out, (size_t)offers, sizeof *out, by_mass);
	return offers;
}

static enum wfm_status no_memory(struct wfm_error *e)
{
	return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the dive");
}

static enum wfm_status find_pattern(struct master *m, const struct offer *o, int32_t *out, struct wfm_error *e)
{
	for (int32_t i = 0; i < m->pattern_count; i++) {
		const struct pattern *p = &m->patterns[i];
		if (p->type == o->type && p->band == o->band && p->days == o->days) {
			*out = i;
			return WFM_OK;
		}
	}
	if (!mem_reserve(&m->patterns, &m->pattern_cap, m->pattern_count + 1, sizeof *m->patterns))
		return no_memory(e);
	struct pattern p = { .type = o->type, .band = o->band, .days = o->days };
	enum wfm_status s = lp_add_row(m->lp, 0, 0, &p.row, e);
	m->rows++;
	*out = m->pattern_count;
	m->patterns[m->pattern_count++] = p;
	return s;
}

/* People more for the pattern, who may take what free columns in use have for it. */
static enum wfm_status commit(struct master *m, const struct offer *o, int32_t people, const struct share *s,
			      int32_t n, struct wfm_error *e)
{
	int32_t k = 0;
	const struct profile *pr = &m->m->profiles[m->m->types[o->type].profile];
	enum wfm_status st = find_pattern(m, o, &k, e);
	if (st != WFM_OK)
		return st;
	struct pattern *p = &m->patterns[k];
	p->people += people;
	st = lp_set_row(m->lp, p->row, p->people, p->people, e);
	for (int32_t i = 0; i < n && st == WFM_OK; i++)
		if (s[i].type == o->type && s[i].days == o->days && s[i].low >= pr->band_low[o->band] &&
		    s[i].high <= pr->band_high[o->band])
			st = master_add_tour_of(m, m->columns[s[i].column].tour, k, e);
	return st;
}

bool patterns_leave_room(const struct master *m, int32_t type)
{
	int32_t people = m->fixed[type];
	for (int32_t i = 0; i < m->pattern_count; i++)
		if (m->patterns[i].type == type)
			people += m->patterns[i].people - m->patterns[i].fixed;
	return people < m->m->types[type].count;
}

/* Free columns in use; returns how many. */
static int32_t list_free(const struct master *m, struct share *out)
{
	int32_t n = 0;
	for (int32_t i = 0; i < m->column_count; i++) {
		double x = lp_value(m->lp, m->slack_count + i) - m->columns[i].low;
		if (x > WHOLE && m->columns[i].pattern < 0 && m->columns[i].tour->count > 0)
			out[n++] = share_of(m, i, x);
	}
	return n;
}

/* *open gets whether some are left to be committed. */
static enum wfm_status commit_some(struct master *m, struct share *s, struct offer *offers, bool *open,
				   struct wfm_error *e)
{
	const int32_t n = list_free(m, s), k = gather(m, s, n, offers);
	double mass = 0, parts = 0, taken = 0;
	enum wfm_status st = WFM_OK;
	for (int32_t i = 0; i < k; i++)
		mass += offers[i].mass;
	*open = mass >= (is_dear(m) ? LEFT_TO_DAYS : LEFT_TO_DIVE);
	for (int32_t i = 0; i < k && *open && st == WFM_OK; i++) {
		int32_t whole = (int32_t)floor(offers[i].mass + WHOLE);
		if (whole > 0)
			st = commit(m, &offers[i], whole, s, n, e);
		offers[i].mass -= whole;
		parts += offers[i].mass;
	}
	for (int32_t i = 0; i < k && *open && st == WFM_OK; i++) {
		double part = offers[i].mass;
		if (part <= WHOLE || (part < SURE && taken >= SHARE * parts))
			break; /* they come by size */
		if (!patterns_leave_room(m, offers[i].type))
			continue;
		st = commit(m, &offers[i], 1, s, n, e);
		taken += part;
	}
	return st;
}

enum wfm_status patterns_price(struct master *m, int32_t type, int32_t *added, struct wfm_error *e)
{
	enum wfm_status s = WFM_OK;
	pricer_look(m->run->pricer, type);
	for (int32_t i = 0; i < m->pattern_count && s == WFM_OK; i++) {
		const struct pattern *p = &m->patterns[i];
		struct tour *t = &m->found[0];
		if (p->type != type || p->fixed >= p->people)
			continue;
		if (pricer_pattern(m->run->pricer, p->band, p->days, t) == -INFINITY)
			continue;
		if (master_reduced_cost(m, t) - lp_dual(m->lp, p->row) > -REDUCED_EPS)
			continue;
		s = master_add_tour_of(m, t, i, e);
		(*added)++;
	}
	return s;
}

static enum wfm_status commit_step(struct master *m, bool *open, struct wfm_error *e)
{
	size_t n = (size_t)m->column_count + 1;
	struct share *s = malloc(n * sizeof *s);
	struct offer *offers = malloc(n * sizeof *offers);
	enum wfm_status st = s && offers ? commit_some(m, s, offers, open, e) : no_memory(e);
	free(s);
	free(offers);
	if (st == WFM_OK && *open)
		st = master_solve(m, LP_DUAL, e);
	if (st == WFM_OK && *open)
		st = master_trim(m, m->rows, e);
	return st == WFM_OK && *open ? master_reprice(m, PRICINGS, e) : st;
}

/* ---- rough tours ---- */

/* Whole parts of all columns, then the largest fractions of each pattern until its people are there. */
static enum wfm_status round_roughly(struct master *m, struct wfm_error *e)
{
	struct part *parts = malloc(((size_t)m->column_count + 1) * sizeof *parts);
	int32_t n = 0;
	enum wfm_status s = parts ? WFM_OK : no_memory(e);
	for (int32_t i = 0; i < m->column_count && s == WFM_OK; i++) {
		const struct column *c = &m->columns[i];
		double x = lp_value(m->lp, m->slack_count + i), whole = fmax(c->low, floor(x + WHOLE));
		s = master_fix(m, i, (int32_t)whole, e);
		if (c->pattern >= 0 && x - whole > WHOLE)
			parts[n++] = (struct part){ x - whole, i };
	}
	parts_sort(parts, n);
	for (int32_t i = 0; i < n && s == WFM_OK; i++) {
		const struct column *c = &m->columns[parts[i].column];
		const struct pattern *p = &m->patterns[c->pattern];
		if (p->fixed < p->people && m->fixed[p->type] < m->m->types[p->type].count)
			s = master_fix(m, parts[i].column, c->low + 1, e);
	}
	free(parts);
	return s;
}

static enum wfm_status leave_roughly(struct master *m, struct plan *out, struct wfm_error *e)
{
	enum wfm_status s = round_roughly(m, e);
	return s == WFM_OK ? master_read(m, out, e) : s;
}

enum wfm_status master_dive_patterns(const struct master *from, struct plan *out, struct wfm_error *e)
{
	struct master *m = NULL;
	bool open = true;
	enum wfm_status s = master_clone(from, from->run, &m, e);
	if (s == WFM_OK)
		s = master_nudge(m, e);
	while (s == WFM_OK && open && !run_stopped(m->run) && !m->run->stage_over)
		s = commit_step(m, &open, e);
	if (s == WFM_OK && !m->run->stage_over)
		s = master_reprice(m, PRICINGS_AFTER, e);
	if (s == WFM_OK && !is_dear(m))
		s = master_dive(m, out, e);
	else if (s == WFM_OK)
		s = leave_roughly(m, out, e);
	master_free(m);
	return s;
}
