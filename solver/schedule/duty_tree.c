/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whole tours from the relaxation by a tree: settle what an agent does on a day, solve and price
 * again, go on; where the relaxation is no better than the best plan, step back and forbid what was
 * settled last. Settling is done by barring the other duties of that day to the agent, which pricing
 * and the columns there are obey, so every node is an honest relaxation (branch and price).
 *
 * Neighbourhoods are the same tree with most of the best plan settled beforehand: all days of some
 * agents, or some days of all. The relaxation of one says at once whether it can hold anything better.
 * The tree needs agents one by one; types of several agents are dealt with by dives (duty_master.c).
 */
#include "solver/schedule/duty_master.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double WHOLE = 1e-6, SURE = 0.95;

struct decision {
	int32_t first; /* of its settlements in the trail */
	bool second;   /* the other way round already */
};

struct settled {
	int32_t type, day, duty; /* duty: index, or duties for off */
};

struct tree {
	struct duty_master *m;
	struct duty_plan *out;
	uint8_t *barred; /* [types x days x (duties + 1)] counts: how often barred */
	struct settled *trail;
	int32_t trail_count, trail_cap;
	struct decision *stack;
	int32_t depth, stack_cap;
	double *share; /* [types x days x (duties + 1)] of the relaxation */
	uint8_t *touched; /* [types] barring changed since the columns were looked at */
	int32_t width, cells; /* cells of a type */
	double aspired; /* the search steps back from nodes dearer than this, in cents */
	int32_t fails;  /* and ends after so many steps back */
};

static enum wfm_status no_memory(struct wfm_error *e)
{
	return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the search");
}

/* ---- barring ---- */

static uint8_t *barred_at(const struct tree *t, int32_t type, int32_t day)
{
	return t->barred + (size_t)type * (size_t)t->cells + (size_t)(day * t->width);
}

/* Everything else on that day, once more (1) or less (-1). */
static void bar_others(struct tree *t, const struct settled *x, int sign)
{
	uint8_t *b = barred_at(t, x->type, x->day);
	for (int32_t k = 0; k < t->width; k++)
		if (k != x->duty)
			b[k] = (uint8_t)(b[k] + sign);
	t->touched[x->type] = 1;
}

static void bar_it(struct tree *t, const struct settled *x, int sign)
{
	uint8_t *b = barred_at(t, x->type, x->day) + x->duty;
	*b = (uint8_t)(*b + sign);
	t->touched[x->type] = 1;
}

static bool is_shut(const struct tree *t, const struct duty_tour *x)
{
	for (int32_t d = 0; d < duty_days(t->m->m, x->type); d++)
		if (barred_at(t, x->type, d)[x->duty[d] < 0 ? t->width - 1 : x->duty[d]])
			return true;
	return false;
}

/* Columns that what is barred forbids are held at zero. */
static enum wfm_status shut_columns(struct tree *t, struct wfm_error *e)
{
	enum wfm_status s = WFM_OK;
	for (int32_t i = 0; i < t->m->column_count && s == WFM_OK; i++) {
		struct duty_column *c = &t->m->columns[i];
		if (!t->touched[c->tour.type])
			continue;
		bool shut = is_shut(t, &c->tour);
		if (shut != c->shut)
			s = lp_set_bounds(t->m->lp, t->m->slack_count + i, 0, shut ? 0 : HUGE_VAL, e);
		c->shut = shut;
	}
	memset(t->touched, 0, (size_t)t->m->m->type_count);
	return s;
}

/* ---- decisions ---- */

static bool settle(struct tree *t, struct settled x)
{
	if (!mem_reserve(&t->trail, &t->trail_cap, t->trail_count + 1, sizeof x))
		return false;
	t->trail[t->trail_count++] = x;
	bar_others(t, &x, 1);
	return true;
}

static bool open_decision(struct tree *t)
{
	if (!mem_reserve(&t->stack, &t->stack_cap, t->depth + 1, sizeof *t->stack))
		return false;
	t->stack[t->depth++] = (struct decision){ t->trail_count, false };
	return true;
}

/* Undoes the last decision that stands its first way and turns it round: what it settled first is
 * barred instead. False: none is left. */
static bool step_back(struct tree *t)
{
	while (t->depth > 0) {
		struct decision *d = &t->stack[t->depth - 1];
		struct settled first = t->trail[d->first];
		if (d->second) {
			bar_it(t, &first, -1);
			t->trail_count = d->first;
			t->depth--;
			continue;
		}
		while (t->trail_count > d->first)
			bar_others(t, &t->trail[--t->trail_count], -1);
		d->second = true;
		t->trail_count++; /* keep what is barred in its place */
		bar_it(t, &first, 1);
		return true;
	}
	return false;
}

/* ---- nodes ---- */

static void read_shares(struct tree *t)
{
	size_t n = (size_t)t->m->m->type_count * (size_t)t->cells;
	memset(t->share, 0, n * sizeof *t->share);
	for (int32_t i = 0; i < t->m->column_count; i++) {
		const struct duty_tour *x = &t->m->columns[i].tour;
		double v = lp_value(t->m->lp, t->m->slack_count + i);
		if (v < WHOLE)
			continue;
		double *share = t->share + (size_t)x->type * (size_t)t->cells;
		for (int32_t d = 0; d < duty_days(t->m->m, x->type); d++)
			share[d * t->width + (x->duty[d] < 0 ? t->width - 1 : x->duty[d])] += v;
	}
}

/* Settles the day that is nearest to settled and those that are nearly so; *open: there was one.
 * False: no memory. */
static bool branch(struct tree *t, bool *open)
{
	struct settled best = { -1, 0, 0 };
	double top = 0;
	*open = false;
	for (int32_t k = 0; k < t->m->m->type_count; k++)
		for (int32_t c = 0; c < t->cells; c++) {
			double v = t->share[k * t->cells + c];
			if (v < WHOLE || v > 1 - WHOLE)
				continue;
			double rank = v + t->m->noise * rng_unit(&t->m->s->run.rng) +
				      (c % t->width == t->width - 1 ? -0.2 : 0);
			if (best.type < 0 || rank > top) {
				top = rank;
				best = (struct settled){ k, c / t->width, c % t->width };
			}
		}
	if (best.type < 0)
		return true;
	*open = true;
	if (!open_decision(t) || !settle(t, best))
		return false;
	for (int32_t k = 0; k < t->m->m->type_count; k++)
		for (int32_t c = 0; c < t->cells; c++)
			if (t->share[k * t->cells + c] > SURE && t->share[k * t->cells + c] < 1 - WHOLE &&
			    !settle(t, (struct settled){ k, c / t->width, c % t->width }))
				return false;
	return true;
}

static void offer_plan(struct tree *t)
{
	const struct duty_model *m = t->m->m;
	int32_t at = 0;
	duty_plan_clear(m, t->out);
	for (int32_t k = 0; k < m->type_count; k++) {
		if (!m->types[k].has_tour)
			continue;
		for (int32_t i = 0; i < t->m->column_count; i++)
			if (t->m->columns[i].tour.type == k &&
			    lp_value(t->m->lp, t->m->slack_count + i) > 0.5) {
				duty_plan_put(m, t->out, at++, &t->m->columns[i].tour);
				break;
			}
	}
	if (at == t->out->count)
		duty_offer(t->m->s, t->out);
}

/* Can the node hold anything better than the best plan, and as good as is aspired to? */
static bool is_hopeless(const struct tree *t)
{
	const struct run *run = &t->m->s->run;
	double step = t->m->m->step > 0 ? 0.999 * t->m->m->step : 1e-6 * fabs(run->objective);
	double cents = duty_lp_cents(t->m);
	return cents > run->objective - step || cents > t->aspired;
}

static enum wfm_status solve_node(struct tree *t, struct wfm_error *e)
{
	enum wfm_status s = shut_columns(t, e);
	if (s == WFM_OK)
		s = duty_lp(t->m, LP_DUAL, e);
	if (s == WFM_OK)
		s = duty_reprice(t->m, 300, e);
	return s;
}

/* Searches below what is barred now; *ended: to its end. That proves nothing: several days may be
 * settled at once, of which only the first is turned round. */
static enum wfm_status search(struct tree *t, int32_t nodes, bool *ended, struct wfm_error *e)
{
	enum wfm_status s = solve_node(t, e);
	int32_t failed = 0;
	*ended = false;
	for (int32_t i = 0; s == WFM_OK && i < nodes && !run_stopped(&t->m->s->run); i++) {
		bool open = false;
		if (!is_hopeless(t)) {
			read_shares(t);
			if (!branch(t, &open))
				return no_memory(e);
			if (!open)
				offer_plan(t);
		}
		if (duty_proved(t->m->s))
			break;
		if (!open && !step_back(t)) {
			*ended = true;
			break;
		}
		if (!open && ++failed > t->fails)
			break;
		s = solve_node(t, e);
	}
	while (t->depth > 0) { /* leave nothing barred */
		t->depth--;
		int32_t first = t->stack[t->depth].first;
		if (t->stack[t->depth].second)
			bar_it(t, &t->trail[first], -1);
		else
			while (t->trail_count > first)
				bar_others(t, &t->trail[--t->trail_count], -1);
		t->trail_count = first;
	}
	return s;
}

/* ---- neighbourhoods ---- */

/* Settles agents and days as the best plan has them but for those left free. */
static void settle_rest(struct tree *t, const bool *free_agent, int32_t from, int32_t to, int sign)
{
	const struct duty_plan *p = t->m->s->best;
	for (int32_t i = 0; i < p->count; i++) {
		const struct duty_tour *x = &p->tours[i];
		for (int32_t d = 0; d < duty_days(t->m->m, x->type); d++) {
			struct settled fix = { x->type, d, x->duty[d] < 0 ? t->width - 1 : x->duty[d] };
			if (!free_agent[i] && (d < from || d >= to))
				bar_others(t, &fix, sign);
		}
	}
}

/* Agents who meet rows that are short or overfull, or cost much, come first. */
static double pain_of(const struct duty_master *m, const struct duty_plan *p, int32_t i)
{
	const struct duty_tour *t = &p->tours[i];
	const struct duty_kind *k = &m->m->kinds[m->m->types[t->type].kind];
	double sum = 0.3 + t->cents / m->unit;
	for (int32_t d = 0; d < m->m->days; d++) {
		if (t->duty[d] < 0)
			continue;
		const int32_t *first = &k->first[d * m->m->duties + t->duty[d]];
		for (int32_t j = first[0]; j < first[1]; j++)
			sum += p->people[k->take[j].row] > m->m->rows[k->take[j].row].required;
	}
	return sum;
}

static void choose_agents(struct duty_master *m, double share, bool by_pain)
{
	const struct duty_plan *p = m->s->best;
	double total = 0;
	for (int32_t i = 0; i < p->count; i++)
		total += pain_of(m, p, i);
	for (int32_t i = 0; i < p->count; i++) {
		double x = by_pain ? share * p->count * pain_of(m, p, i) / total : share;
		m->free_agent[i] = rng_unit(&m->s->run.rng) < x;
	}
}

/* Ways to leave part of the best plan free and look for a better one. */
enum way { AGENTS_BY_DIVE, AGENTS_BY_TREE, DAYS_BY_TREE, WAYS };

static enum wfm_status unfix(struct duty_master *m, struct wfm_error *e)
{
	enum wfm_status s = WFM_OK;
	for (int32_t c = 0; c < m->column_count && s == WFM_OK; c++)
		if (m->columns[c].low > 0)
			s = duty_fix(m, c, 0, e);
	return s;
}

static enum wfm_status dive(struct tree *t, bool *ended, struct wfm_error *e)
{
	enum wfm_status s = solve_node(t, e);
	*ended = s == WFM_OK && is_hopeless(t);
	if (s != WFM_OK || *ended)
		return s;
	s = duty_dive(t->m, t->out, e);
	return s == WFM_OK ? unfix(t->m, e) : s;
}

static enum wfm_status one_hood(struct tree *t, double *shares, enum way way, int32_t nodes,
				struct wfm_error *e)
{
	struct duty_master *m = t->m;
	struct rng *rng = &m->s->run.rng;
	double *share = &shares[way];
	int32_t from = 0, to = 0, all = m->m->days;
	if (way == DAYS_BY_TREE) {
		int32_t n = (int32_t)(*share * all + rng_unit(rng));
		n = n < 1 ? 1 : n > all ? all : n;
		from = (int32_t)rng_below(rng, (uint32_t)(all - n + 1));
		to = from + n;
		choose_agents(m, 0.1, false);
	} else {
		double free_share = way == AGENTS_BY_DIVE ? 0.15 + 0.45 * rng_unit(rng) : *share;
		choose_agents(m, free_share, rng_below(rng, 2));
	}
	bool *free_agent = malloc((size_t)m->s->best->count + 1);
	struct duty_plan *base = duty_plan_new(m->m);
	if (!free_agent || !base) {
		free(free_agent);
		duty_plan_free(base);
		return no_memory(e);
	}
	memcpy(free_agent, m->free_agent, (size_t)m->s->best->count * sizeof *free_agent);
	duty_plan_copy(m->m, base, m->s->best);
	settle_rest(t, free_agent, from, to, 1);
	double before = m->s->run.objective;
	bool ended = false;
	m->noise = way == AGENTS_BY_DIVE ? 0.1 + 0.4 * rng_unit(rng) : 0.3 * rng_unit(rng);
	enum wfm_status s = way == AGENTS_BY_DIVE ? dive(t, &ended, e) : search(t, nodes, &ended, e);
	/* Unsettle what the plan was when it was settled, even if a better one has come. */
	struct duty_plan *now = m->s->best;
	m->s->best = base;
	settle_rest(t, free_agent, from, to, -1);
	m->s->best = now;
	if (ended && m->s->run.objective >= before)
		*share = fmin(1, *share * 1.05 + 0.002);
	else if (!ended)
		*share = fmax(0.05, *share * 0.93);
	free(free_agent);
	duty_plan_free(base);
	return s;
}

static bool tree_open(struct tree *t, struct duty_master *m, struct duty_plan *out)
{
	size_t types = (size_t)m->m->type_count;
	*t = (struct tree){ .m = m, .out = out, .width = m->m->duties + 1 };
	t->cells = t->width * m->m->days;
	t->aspired = HUGE_VAL;
	t->fails = INT32_MAX;
	t->barred = calloc(types * (size_t)t->cells + 1, 1);
	t->share = calloc(types * (size_t)t->cells + 1, sizeof *t->share);
	t->touched = calloc(types + 1, 1);
	for (size_t k = 0; t->barred && k < types; k++)
		m->s->m->types[k].barred = t->barred + k * (size_t)t->cells;
	return t->barred && t->share && t->touched;
}

static void tree_close(struct tree *t)
{
	for (int32_t k = 0; k < t->m->m->type_count; k++)
		t->m->s->m->types[k].barred = NULL;
	free(t->barred);
	free(t->share);
	free(t->touched);
	free(t->trail);
	free(t->stack);
}

/* The plan's tours as columns, where the relaxation has dropped them. */
static enum wfm_status add_best(struct duty_master *m, struct wfm_error *e)
{
	enum wfm_status s = WFM_OK;
	for (int32_t i = 0; i < m->s->best->count && s == WFM_OK; i++) {
		const struct duty_tour *t = &m->s->best->tours[i];
		bool there = false;
		for (int32_t c = 0; c < m->column_count && !there; c++)
			there = m->columns[c].tour.type == t->type &&
				memcmp(m->columns[c].tour.duty, t->duty, sizeof t->duty) == 0;
		if (!there)
			s = duty_add_tour(m, t, e);
	}
	return s;
}

/*
 * Trees over everything. While the best plan is poor nothing would stop a descent that goes wrong
 * early; so a tree aspires to little above the bound, and soon gives way to another, of more patience.
 */
static enum wfm_status grow(struct tree *t, int32_t nodes, struct wfm_error *e)
{
	enum { TREES = 4, FAILS = 12 };
	struct duty_master *m = t->m;
	const struct run *run = &m->s->run;
	double before = run->objective, slack = 0.02;
	enum wfm_status s = WFM_OK;
	bool ended = false;
	for (int32_t i = 0; i < TREES && s == WFM_OK && !run_stopped(run) && run->objective >= before; i++) {
		t->aspired = run->bound + slack * fmax(fabs(run->bound), m->m->step);
		t->fails = FAILS << i;
		s = search(t, nodes, &ended, e);
		m->noise = 0.3 * rng_unit(&m->s->run.rng);
		slack *= 1.5;
	}
	t->aspired = HUGE_VAL;
	t->fails = INT32_MAX;
	return s;
}

/* Trees and a dive over everything, then local search on what was found. */
static enum wfm_status whole(struct tree *t, int32_t nodes, struct wfm_error *e)
{
	const struct run *run = &t->m->s->run;
	bool ended = false;
	int64_t steps = 4 * (int64_t)t->out->count;
	enum wfm_status s = grow(t, nodes, e);
	if (s != WFM_OK || run_stopped(run) || duty_proved(t->m->s))
		return s;
	s = dive(t, &ended, e);
	if (s == WFM_OK && !ended && !run_stopped(run) && !duty_improve(t->m->s, t->out, steps, 0))
		s = no_memory(e);
	return s;
}

static enum wfm_status by_tree(struct duty_master *m, struct duty_plan *out, struct wfm_error *e)
{
	struct run *run = &m->s->run;
	struct tree t;
	double shares[WAYS] = { 0.35, 0.3, 0.25 };
	enum wfm_status s = tree_open(&t, m, out) ? WFM_OK : no_memory(e);
	if (s == WFM_OK)
		s = whole(&t, 150, e);
	for (int32_t i = 0; s == WFM_OK && run_step(run) && !duty_proved(m->s); i++) {
		enum way way = (enum way)(i % WAYS);
		s = add_best(m, e);
		if (s == WFM_OK && i % 60 == 59)
			s = whole(&t, 300, e);
		else if (s == WFM_OK)
			s = one_hood(&t, shares, way, 60, e);
		if (s == WFM_OK && way == AGENTS_BY_DIVE && out->tour_cents > 0 && !run_stopped(run) &&
		    duty_plan_cents(out) < 1.2 * run->objective &&
		    !duty_improve(m->s, out, 2 * (int64_t)out->count, 0))
			s = no_memory(e);
		if (s == WFM_OK)
			s = duty_trim(m, e);
		run->fraction = fmin(0.99, 0.5 + 0.001 * i);
		if (run->o.time_limit_s <= 0 && run->o.iteration_limit <= 0 && i >= 200)
			break;
	}
	tree_close(&t);
	return s;
}

static enum wfm_status by_dives(struct duty_master *m, struct duty_plan *out, struct wfm_error *e)
{
	struct run *run = &m->s->run;
	enum wfm_status s = WFM_OK;
	for (int32_t i = 0; s == WFM_OK && i < 20 && run_step(run) && !duty_proved(m->s); i++) {
		s = unfix(m, e);
		m->noise = 0.1 + 0.3 * rng_unit(&run->rng);
		if (s == WFM_OK)
			s = duty_lp(m, LP_PRIMAL, e);
		if (s == WFM_OK)
			s = duty_dive(m, out, e);
		if (s == WFM_OK && !run_stopped(run) && !duty_improve(m->s, out, 4 * (int64_t)out->count, 0))
			s = no_memory(e);
		if (s == WFM_OK)
			s = duty_trim(m, e);
	}
	return s;
}

enum wfm_status duty_neighbourhoods(struct duty_master *m, struct duty_plan *out,
				    struct wfm_error *e)
{
	for (int32_t k = 0; k < m->m->type_count; k++)
		if (m->m->types[k].has_tour && m->m->types[k].count > 1)
			return by_dives(m, out, e);
	return by_tree(m, out, e);
}
