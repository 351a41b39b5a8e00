/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which duties are worth having at all: agents alike whose days no rule couples, and a price on every
 * duty that anybody works. Then a plan is a number of people per duty and day,
 *   min  sum of short and surplus + sum x_dt c_dt + sum over duties used of used_cents
 * and for a given list of duties what remains is a flow of intervals over time, whose linear program
 * has whole vertices. The list is found by local search over it: drop, add, exchange, each judged by
 * the program warm from the last; sideways steps and a short memory of what was moved.
 */
#include "solver/schedule/duty.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct list {
	struct duty_solve *s;
	const struct duty_model *m;
	struct lp *lp;
	int32_t first_column;     /* of duties x days, days innermost */
	bool on[WFM_MAX_DUTIES];
	int64_t quiet_until[WFM_MAX_DUTIES];
	double unit;
};

/* Rules that couple days: all but those of one shift, and the rest, which enough agents can share. */
static bool couples_days(const struct wfm_contract *c)
{
	for (int32_t i = 0; i < c->rule_count; i++) {
		const struct wfm_rule_row *r = &c->rules[i];
		if (r->mode != WFM_OFF && !(wfm_rules[r->rule].traits & WFM_TRAIT_TIMES))
			return true;
	}
	return false;
}

bool duty_list_applies(const struct duty_model *m)
{
	double used = 0;
	for (int32_t d = 0; d < m->duties; d++)
		used += m->p->duties[d].used_cents;
	if (used <= 0 || m->type_count != 1 ||
	    couples_days(&m->p->contracts[m->kinds[m->types[0].kind].contract]))
		return false;
	for (int32_t d = 0; d < m->days; d++)
		if (isinf(m->types[0].cents[d * (m->duties + 1) + m->duties]))
			return false;
	return true;
}

/* May duty b on day d + 1 (round the end when the plan repeats) follow duty a on day d? */
static bool may_follow(const struct duty_model *m, int32_t day, int32_t a, int32_t b)
{
	const struct duty_kind *k = &m->kinds[m->types[0].kind];
	const struct wfm_contract *c = &m->p->contracts[k->contract];
	int32_t rest = 0, next = (day + 1) % m->days;
	if (a < 0 || b < 0)
		return true;
	for (int32_t i = 0; i < c->rule_count; i++)
		if (c->rules[i].rule == WFM_RULE_REST && c->rules[i].mode != WFM_OFF)
			rest = (c->rules[i].low + m->p->slot_min - 1) / m->p->slot_min;
	return k->start[day * m->duties + a] + k->classes[a].slots + rest <=
	       m->p->calendars[k->calendar].days[day].slots + k->start[next * m->duties + b];
}

static double day_cents(const struct duty_model *m, int32_t day, int32_t duty)
{
	const double *row = &m->types[0].cents[day * (m->duties + 1)];
	return row[duty] - row[m->duties];
}

static enum wfm_status add_slacks(struct list *x, struct wfm_error *e)
{
	const struct duty_model *m = x->m;
	enum wfm_status s = WFM_OK;
	double plus = 1, minus = -1;
	for (int32_t r = 0; r < m->row_count && s == WFM_OK; r++) {
		const struct duty_row *row = &m->rows[r];
		int at = r;
		s = lp_add_row(x->lp, row->required, row->required, NULL, e);
		if (s == WFM_OK)
			s = lp_add_col(x->lp, 0, row->step1, row->short1 / x->unit, 1, &at, &plus, NULL, e);
		if (s == WFM_OK)
			s = lp_add_col(x->lp, 0, HUGE_VAL, row->short2 / x->unit, 1, &at, &plus, NULL, e);
		if (s == WFM_OK)
			s = lp_add_col(x->lp, 0, HUGE_VAL, row->surplus / x->unit, 1, &at, &minus, NULL, e);
	}
	x->first_column = 3 * m->row_count;
	return s;
}

/* A row a day holds the number of agents; a column a duty and day. */
static enum wfm_status add_people(struct list *x, struct wfm_error *e)
{
	const struct duty_model *m = x->m;
	const struct duty_kind *k = &m->kinds[m->types[0].kind];
	enum wfm_status s = WFM_OK;
	int *row = malloc(((size_t)m->row_count + 1) * sizeof *row);
	double *v = malloc(((size_t)m->row_count + 1) * sizeof *v);
	if (!row || !v)
		s = wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the relaxation");
	for (int32_t d = 0; d < m->days && s == WFM_OK; d++)
		s = lp_add_row(x->lp, -HUGE_VAL, m->types[0].count, NULL, e);
	for (int32_t i = 0; i < m->duties * m->days && s == WFM_OK; i++) {
		int32_t duty = i / m->days, day = i % m->days, n = 0;
		const int32_t *first = &k->first[day * m->duties + duty];
		double cents = day_cents(m, day, duty);
		for (int32_t t = first[0]; t < first[1]; t++) {
			row[n] = k->take[t].row;
			v[n++] = k->take[t].amount;
		}
		row[n] = m->row_count + day;
		v[n++] = 1;
		s = lp_add_col(x->lp, 0, isinf(cents) ? 0 : HUGE_VAL, isinf(cents) ? 0 : cents / x->unit, n, row,
			       v, NULL, e);
	}
	free(row);
	free(v);
	return s;
}

static enum wfm_status set_duty(struct list *x, int32_t duty, bool on, struct wfm_error *e)
{
	enum wfm_status s = WFM_OK;
	x->on[duty] = on;
	for (int32_t d = 0; d < x->m->days && s == WFM_OK; d++) {
		bool can = on && !isinf(day_cents(x->m, d, duty));
		s = lp_set_bounds(x->lp, x->first_column + duty * x->m->days + d, 0, can ? HUGE_VAL : 0, e);
	}
	return s;
}

static double column(const struct list *x, int32_t duty, int32_t day)
{
	return lp_value(x->lp, x->first_column + duty * x->m->days + day);
}

static bool is_used(const struct list *x, int32_t duty)
{
	for (int32_t d = 0; d < x->m->days; d++)
		if (column(x, duty, d) > 1e-7)
			return true;
	return false;
}

/* Cents of the best people for the list; duties nobody works are not charged. */
static enum wfm_status cost_of(struct list *x, double *cents, struct wfm_error *e)
{
	enum wfm_status s = lp_solve(x->lp, LP_DUAL, 0, e);
	if (s == WFM_INFEASIBLE)
		s = lp_solve(x->lp, LP_PRIMAL, 0, e);
	*cents = s == WFM_OK ? lp_objective(x->lp) * x->unit : HUGE_VAL;
	for (int32_t d = 0; d < x->m->duties && s == WFM_OK; d++)
		if (x->on[d] && is_used(x, d))
			*cents += x->m->p->duties[d].used_cents;
	return s;
}

/* Somebody free on the day for whom the duty fits between those of the days beside it; -1: nobody. */
static int32_t who_can(const struct list *x, const struct duty_plan *plan, int32_t day, int32_t duty)
{
	const struct duty_model *m = x->m;
	for (int32_t i = 0; i < plan->count; i++) {
		const int8_t *t = plan->tours[i].duty;
		bool first = day == 0 && !m->p->cyclic, last = day + 1 == m->days && !m->p->cyclic;
		if (t[day] >= 0 ||
		    !(first || may_follow(m, (day + m->days - 1) % m->days, t[(day + m->days - 1) % m->days], duty)) ||
		    !(last || may_follow(m, day, duty, t[(day + 1) % m->days])))
			continue;
		return i;
	}
	return -1;
}

/* The program's people, rounded, handed to agents day by day; offered when best. */
static void offer(struct list *x, struct duty_plan *plan)
{
	const struct duty_model *m = x->m;
	double used = 0;
	duty_plan_clear(m, plan);
	for (int32_t i = 0; i < plan->count; i++) {
		plan->tours[i].type = 0;
		memset(plan->tours[i].duty, -1, sizeof plan->tours[i].duty);
	}
	for (int32_t day = 0; day < m->days; day++)
		for (int32_t duty = 0; duty < m->duties; duty++)
			for (int32_t n = (int32_t)lrint(column(x, duty, day)); n > 0; n--) {
				int32_t who = who_can(x, plan, day, duty);
				if (who >= 0) /* else a person short, which the cost will show */
					plan->tours[who].duty[day] = (int8_t)duty;
			}
	bool seen[WFM_MAX_DUTIES] = { false };
	for (int32_t i = 0; i < plan->count; i++) {
		struct duty_tour t = plan->tours[i];
		t.cents = t.rules = 0;
		for (int32_t d = 0; d < m->days; d++) {
			int32_t cls = t.duty[d] < 0 ? m->duties : t.duty[d];
			t.cents += m->types[0].cents[d * (m->duties + 1) + cls];
			if (t.duty[d] >= 0)
				seen[t.duty[d]] = true;
		}
		duty_plan_put(m, plan, i, &t);
	}
	for (int32_t d = 0; d < m->duties; d++)
		used += seen[d] ? m->p->duties[d].used_cents : 0;
	plan->tour_cents += used;
	duty_offer(x->s, plan);
}

/* Draws a move: duties to take off and to put on, -1 none. */
static void draw(struct list *x, int64_t now, int32_t *off, int32_t *on)
{
	struct rng *rng = &x->s->run.rng;
	int32_t from[WFM_MAX_DUTIES], to[WFM_MAX_DUTIES], nf = 0, nt = 0;
	for (int32_t d = 0; d < x->m->duties; d++) {
		if (x->quiet_until[d] > now)
			continue;
		if (x->on[d])
			from[nf++] = d;
		else
			to[nt++] = d;
	}
	uint32_t kind = rng_below(rng, 8);
	*off = kind != 7 && nf > 0 ? from[rng_below(rng, (uint32_t)nf)] : -1;
	*on = kind > 1 && nt > 0 ? to[rng_below(rng, (uint32_t)nt)] : -1;
}

static enum wfm_status apply(struct list *x, int32_t off, int32_t on, struct wfm_error *e)
{
	enum wfm_status s = off >= 0 ? set_duty(x, off, false, e) : WFM_OK;
	if (s == WFM_OK && on >= 0)
		s = set_duty(x, on, true, e);
	return s;
}

static enum wfm_status drop_idle(struct list *x, struct wfm_error *e)
{
	enum wfm_status s = WFM_OK;
	for (int32_t d = 0; d < x->m->duties && s == WFM_OK; d++)
		if (x->on[d] && !is_used(x, d))
			s = set_duty(x, d, false, e);
	return s;
}

/* Annealing over the list, from all that the program uses; cooled over and over. */
static enum wfm_status anneal(struct list *x, struct duty_plan *plan, struct wfm_error *e)
{
	enum { CYCLE = 1500, MOST = 12000 };
	struct run *run = &x->s->run;
	double now = 0, dear = 0;
	enum wfm_status s = cost_of(x, &now, e);
	for (int32_t d = 0; d < x->m->duties; d++)
		dear = fmax(dear, x->m->p->duties[d].used_cents);
	if (s == WFM_OK) {
		run_raise_bound(run, lp_objective(x->lp) * x->unit - 1e-6 * fabs(now));
		offer(x, plan);
		s = drop_idle(x, e);
	}
	bool limited = run->o.time_limit_s > 0 || run->o.iteration_limit > 0;
	for (int64_t i = 0; s == WFM_OK && run_step(run) && (limited || i < MOST) && !duty_proved(x->s); i++) {
		int32_t off, on;
		double heat = dear * pow(1 - (double)(i % CYCLE) / CYCLE, 2), cents;
		draw(x, i, &off, &on);
		if (off < 0 && on < 0)
			continue;
		s = apply(x, off, on, e);
		if (s == WFM_OK)
			s = cost_of(x, &cents, e);
		if (s != WFM_OK)
			break;
		if (cents > now - heat * log(1 - rng_unit(&run->rng)) + 1e-6) {
			s = apply(x, on, off, e);
			continue;
		}
		now = cents;
		if (off >= 0)
			x->quiet_until[off] = i + 10;
		if (now < run->objective - 1e-6)
			offer(x, plan);
		s = drop_idle(x, e);
	}
	return s;
}

enum wfm_status duty_list_search(struct duty_solve *s, struct duty_plan *plan, struct wfm_error *e)
{
	struct list x = { .s = s, .m = s->m, .unit = s->m->rows_top / 10 };
	enum wfm_status st = lp_new(&x.lp, e);
	if (st == WFM_OK)
		st = add_slacks(&x, e);
	if (st == WFM_OK)
		st = add_people(&x, e);
	for (int32_t d = 0; d < s->m->duties; d++)
		x.on[d] = true;
	if (st == WFM_OK)
		st = anneal(&x, plan, e);
	lp_free(x.lp);
	return st;
}
