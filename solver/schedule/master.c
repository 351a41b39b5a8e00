/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The linear relaxation over all tours, by column generation.
 *
 * Sets     types k with n_k agents, tours j of type k with cost c_j, queues q, slots t.
 * Columns  x_j >= 0 tours taken. u1_qt <= step1, u2_qt shortage; o_qt surplus.
 * Rows     sum_j in k x_j = n_k
 *          sum_j a_jqt x_j + u1 + u2 - o = r_qt, written as the difference to the row of slot t-1:
 *          a shift then has entries only where work begins and ends (Koole's trick; 3-7 x faster).
 *          Where people serve several queues the rows are those of sets of queues (queue_sets.c).
 * Duals    pi_qt, of y_t - y_t+1, lies in [-surplus, short2] at every basis by the slacks.
 * Bound    for any pi in that box (Lagrange):
 *          sum_qt [r pi - step1 max(0, pi - short1)] - sum_k n_k max_j (sum_t max_q s_kq pi_qt - c_j)
 *          where the inner maximum is exact over all legal tours (pricing.h).
 * Services master_service.c: a row each, sum of contacts in time + missing >= target with dual mu in
 *          [0, short]; the slots of their queues have one slack a step of people in place of u1, u2, o.
 *          The bound's part of such a slot is min over n of c(n) - mu g(n) + pi n (service.h), and
 *          sum_s mu_s target_s comes to it.
 * Counters desk.h: a row each site and slot over the slacks, and its part of the bound.
 * Stocks   master_stock.c: deferrable work asks for people as a column, and a row a slot keeps the balance.
 * Pricing  at a mix of the best such pi and the LP's (Wentges 1997); when that yields nothing the
 *          mix moves to the LP's own duals, where "nothing" proves optimality.
 */
#include "solver/schedule/desk.h"
#include "solver/schedule/master.h"
#include "solver/schedule/service.h"
#include "solver/schedule/session.h"
#include "solver/schedule/soft.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SLICE = 1500, LOOKS = 4, DUAL_SLICES = 4 };

static const double SMOOTH = 0.7, TRUSTING = 0.9, REDUCED_EPS = 1e-6, NEARLY = 0.01;
/* Work of pivots, each about rows squared, that is worth saving. */
static const double DEAR = 1e9;

static enum wfm_status no_memory(struct wfm_error *e)
{
	return wfm_fail(e, WFM_NO_MEMORY, "", "no memory for the relaxation");
}

/* ---- columns of tours ---- */

enum wfm_status master_add_tour_of(struct master *m, const struct tour *t, int32_t pattern,
				   struct wfm_error *e)
{
	struct column c = { .pattern = pattern, .tour = malloc(tour_size(t->count > 0 ? t->count : 1)) };
	if (!c.tour || !mem_reserve(&m->columns, &m->column_cap, m->column_count + 1,
				    sizeof *m->columns)) {
		free(c.tour);
		return no_memory(e);
	}
	memcpy(c.tour, t, tour_size(t->count));
	int32_t n = sets_entries(m, t);
	if (pattern >= 0) {
		m->entry_row[n] = m->patterns[pattern].row;
		m->entry[n++] = 1;
	}
	m->columns[m->column_count++] = c;
	return lp_add_col(m->lp, 0, HUGE_VAL, t->cost / m->unit, n, m->entry_row, m->entry, NULL, e);
}

enum wfm_status master_add_tour(struct master *m, const struct tour *t, struct wfm_error *e)
{
	return master_add_tour_of(m, t, -1, e);
}

/* Reduced cost of a tour at the LP's duals; what it serves in a slot is the best of its queues. */
struct pricing_sum {
	const struct master *m;
	double sum;
};

static void sum_slot(void *context, int32_t t, int32_t whose)
{
	struct pricing_sum *x = context;
	const struct kind *kind = &x->m->m->kinds[whose];
	double best = -INFINITY;
	for (int32_t j = 0; j < kind->queue_count; j++) {
		int32_t at = kind->queue[j] * x->m->m->slots + t;
		if (x->m->asked[at])
			best = fmax(best, kind->speed[j] * x->m->pi[at]);
	}
	x->sum += best > -INFINITY ? best : 0;
}

double master_reduced_cost(const struct master *m, const struct tour *t)
{
	struct pricing_sum x = { m, 0 };
	tour_visit(m->m, t, sum_slot, &x);
	return t->cost / m->unit - x.sum - m->sigma[t->type];
}

/*
 * By the rows themselves. Where a slot has more people than the whole set needs, unlike speeds make a tour
 * worth more to one queue than the rows give it; taken by that worth it would come again for ever.
 */
static bool gains_by_rows(struct master *m, const struct tour *t)
{
	if (!m->shared)
		return true;
	double cost = t->cost / m->unit;
	int32_t n = sets_entries(m, t);
	for (int32_t i = 0; i < n; i++)
		cost -= m->entry[i] * lp_dual(m->lp, m->entry_row[i]);
	return cost <= -REDUCED_EPS;
}

/* ---- the LP ---- */

static void read_duals(struct master *m)
{
	for (int32_t s = 0; s < m->m->p->service_count; s++)
		m->mu[s] = fmin(fmax(0, lp_dual(m->lp, m->service_row[s])),
				m->m->p->services[s].short_cents / m->unit);
	sets_read_duals(m);
	for (int32_t k = 0; k < m->m->type_count; k++)
		if (m->type_row[k] >= 0)
			m->sigma[k] = lp_dual(m->lp, m->type_row[k]);
}

static enum wfm_status solve_once(struct master *m, enum lp_method method, struct wfm_error *e)
{
	/* In slices of pivots, so that limits and cancelling are seen; where a slice ends is fixed. Each
	 * begins without the perturbation that helped the one before against ties, so a slow LP gets
	 * longer ones, and the primal where the dual goes in circles. */
	enum wfm_status s = lp_solve(m->lp, method, SLICE, e);
	for (int32_t i = 1; s == WFM_LIMIT && run_poll(m->run); i++) {
		int longer = i < 2 ? 1 : i < 4 ? 2 : 4;
		m->stuck |= m->slice_limit > 0 && i >= m->slice_limit;
		m->run->limited |= m->stuck;
		if (!m->run->limited)
			s = lp_solve(m->lp, i < DUAL_SLICES ? method : LP_PRIMAL, longer * SLICE, e);
	}
	if (s == WFM_LIMIT)
		return WFM_OK; /* any duals bound; the loops above see the run stopped */
	if (s == WFM_INFEASIBLE && method == LP_DUAL) /* numerical: the primal settles it */
		s = lp_solve(m->lp, LP_PRIMAL, 0, e);
	if (s != WFM_OK)
		return s == WFM_INFEASIBLE ? wfm_fail(e, WFM_INTERNAL, "", "the relaxation lost its way") : s;
	read_duals(m);
	return WFM_OK;
}

enum wfm_status master_solve(struct master *m, enum lp_method method, struct wfm_error *e)
{
	/* Sets broken are added while that changes the solution; a few rounds have the most of it. */
	enum wfm_status s = solve_once(m, method, e);
	int32_t added = m->watchful;
	for (int i = 0; i < LOOKS && added > 0 && s == WFM_OK && run_poll(m->run); i++) {
		s = sets_separate(m, &added, e);
		if (added > 0 && s == WFM_OK)
			s = solve_once(m, LP_DUAL, e);
	}
	return s;
}

enum wfm_status master_solve_some(struct master *m, int32_t pivots, struct wfm_error *e)
{
	enum wfm_status s = lp_solve(m->lp, LP_PRIMAL, pivots, e);
	if (s == WFM_LIMIT || s == WFM_OK) {
		read_duals(m);
		return WFM_OK;
	}
	return s == WFM_INFEASIBLE ? wfm_fail(e, WFM_INTERNAL, "", "the relaxation lost its way") : s;
}

/* ---- pricing ---- */

/* Worths of slots to a kind at the point priced. */
static void set_worth(const struct master *m, const struct kind *k, double *worth)
{
	const int32_t n = m->m->slots;
	for (int32_t t = 0; t < n; t++) {
		double best = -INFINITY;
		for (int32_t j = 0; j < k->queue_count; j++) {
			int32_t at = k->queue[j] * n + t;
			if (m->asked[at])
				best = fmax(best, m->at[at] * k->speed[j]);
		}
		worth[t] = best > -INFINITY ? best * m->unit : 0;
	}
	for (int32_t t = n; t < m->m->horizon; t++)
		worth[t] = worth[t - n];
}

void master_set_worth(struct master *m, int32_t profile)
{
	const struct profile *pr = &m->m->profiles[profile];
	for (int32_t i = 0; i < pr->place_count; i++)
		set_worth(m, &m->m->kinds[pr->place[i].kind], m->worth + (size_t)i * (size_t)m->m->horizon);
}

/* The part of the bound that depends on the cover rows alone, cents. */
static double cover_bound(const struct master *m)
{
	double sum = m->constant;
	for (int32_t s = 0; s < m->m->p->service_count; s++) {
		m->mu_cents[s] = m->mu_at[s] * m->unit;
		sum += m->mu_cents[s] * master_service_due(m, s);
	}
	for (int32_t q = 0; q < m->m->p->queue_count; q++) {
		const struct wfm_queue *x = &m->m->p->queues[q];
		for (int32_t t = 0; t < m->m->slots; t++) {
			int32_t at = q * m->m->slots + t;
			double pi = m->at[at] * m->unit, first = x->short1_cents * m->m->slot_h;
			if (desk_of(m->m, q) >= 0 || m->m->stock_of[q] >= 0)
				continue; /* below, all queues of its site together, and all slots */
			if (m->asked[at] && m->m->in_service[q])
				sum += service_slot_bound(m->m, m->mu_cents, q, t, pi);
			else if (m->asked[at])
				sum += x->required[t] * pi - m->m->step1[at] * fmax(0, pi - first);
		}
	}
	for (int32_t d = 0; d < m->m->desk_count; d++)
		for (int32_t t = 0; t < m->m->slots; t++)
			sum += desk_slot_bound(m->m, &m->m->desks[d], t, m->asked, m->at, m->unit, m->mu_cents);
	return sum + master_stock_bound(m);
}

/* near >= 0: takes what is worth that much less than the best, whatever the LP's duals are. */
static enum wfm_status price_type(struct master *m, int32_t k, double near, double *bound,
				  int32_t *added, struct wfm_error *e)
{
	const struct type *t = &m->m->types[k];
	double values[MASTER_SEVERAL], best = -INFINITY;
	int32_t max = t->count > 1 ? MASTER_SEVERAL : 1;
	double floor = near < 0 ? -m->sigma[k] * m->unit : -INFINITY;
	int32_t n = pricer_several(m->run->pricer, k, floor, max, m->found, values, &best);
	*bound -= t->count * best;
	if (near >= 0)
		m->sigma[k] = (near - best) / m->unit;
	enum wfm_status s = WFM_OK;
	for (int32_t i = 0; i < n && s == WFM_OK; i++) {
		if (master_reduced_cost(m, &m->found[i]) > -REDUCED_EPS || (near < 0 && !gains_by_rows(m, &m->found[i])))
			continue;
		s = master_add_tour(m, &m->found[i], e);
		(*added)++;
	}
	return s;
}

static enum wfm_status price_all(struct master *m, bool skip_fixed, double near, double *bound,
				 int32_t *added, struct wfm_error *e)
{
	int32_t profile = -1;
	enum wfm_status s = WFM_OK;
	*bound = cover_bound(m);
	*added = 0;
	for (int32_t i = 0; i < m->m->type_count && s == WFM_OK; i++) {
		int32_t k = m->by_profile[i];
		const struct type *t = &m->m->types[k];
		if (!t->has_tour || t->count == 0 || (skip_fixed && m->fixed[k] >= t->count))
			continue;
		if (t->profile != profile) {
			profile = t->profile;
			master_set_worth(m, profile);
			pricer_set(m->run->pricer, profile, m->worth);
		}
		s = price_type(m, k, near, bound, added, e);
		if (s == WFM_OK && m->pattern_count > 0)
			s = patterns_price(m, k, added, e);
	}
	if (s == WFM_OK && !skip_fixed && m->absent)
		*bound += session_bound(m);
	return s;
}

enum wfm_status master_price(struct master *m, bool skip_fixed, double *bound, int32_t *added,
			     struct wfm_error *e)
{
	return price_all(m, skip_fixed, -1, bound, added, e);
}

enum wfm_status master_price_near(struct master *m, double near, double *bound, int32_t *added,
				  struct wfm_error *e)
{
	return price_all(m, false, near, bound, added, e);
}

static void mix(struct master *m, double alpha)
{
	int32_t n = m->m->p->queue_count * m->m->slots;
	if (!m->has_centre)
		alpha = 0;
	for (int32_t i = 0; i < n; i++)
		m->at[i] = alpha * m->centre[i] + (1 - alpha) * m->pi[i];
	for (int32_t s = 0; s < m->m->p->service_count; s++)
		m->mu_at[s] = alpha * m->mu_centre[s] + (1 - alpha) * m->mu[s];
}

void master_keep_centre(struct master *m, double bound)
{
	size_t n = (size_t)m->m->p->queue_count * (size_t)m->m->slots;
	if (m->has_centre && bound <= m->run->bound)
		return;
	memcpy(m->centre, m->at, n * sizeof *m->centre);
	m->has_centre = true;
	run_raise_bound(m->run, bound);
	for (size_t i = 0; i < n; i++)
		m->run->duals[i] = m->at[i] * m->unit;
	for (int32_t s = 0; s < m->m->p->service_count; s++) {
		m->mu_centre[s] = m->mu_at[s];
		m->run->mu[s] = m->mu_at[s] * m->unit;
	}
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

/* Reduced cost above which idle columns go when `keep` of them stay; HUGE_VAL: all may. */
static double least_useful(const struct master *m, double *sizes, int32_t keep)
{
	int32_t idle = 0;
	for (int32_t i = 0; i < m->column_count; i++)
		if (!lp_is_basic(m->lp, m->slack_count + i))
			sizes[idle++] = lp_reduced_cost(m->lp, m->slack_count + i);
	if (idle <= keep)
		return HUGE_VAL;
	qsort(sizes, (size_t)idle, sizeof *sizes, by_size);
	return sizes[keep];
}

/* Columns that have long been useless make every pivot dearer. */
enum wfm_status master_trim(struct master *m, int32_t keep, struct wfm_error *e)
{
	if (m->column_count < m->rows + 2 * keep)
		return WFM_OK;
	double *sizes = malloc(((size_t)m->column_count + 1) * sizeof *sizes);
	int *gone = malloc(((size_t)m->column_count + 1) * sizeof *gone);
	int32_t n = 0, kept = 0;
	enum wfm_status s = WFM_OK;
	if (!gone || !sizes)
		s = no_memory(e);
	double cut = s == WFM_OK ? least_useful(m, sizes, keep) : HUGE_VAL;
	for (int32_t i = 0; i < m->column_count && cut < HUGE_VAL; i++) {
		int col = m->slack_count + i;
		if (!lp_is_basic(m->lp, col) && lp_reduced_cost(m->lp, col) > cut &&
		    m->columns[i].low == 0) {
			gone[n++] = col;
			free(m->columns[i].tour);
		} else {
			m->columns[kept++] = m->columns[i];
		}
	}
	if (n > 0) {
		m->column_count = kept;
		s = lp_delete_cols(m->lp, n, gone, e);
	}
	free(sizes);
	free(gone);
	return s;
}

/* The last digits of the bound cost many rounds and matter only where rounding hardly does; the more
 * the relaxation has cost already, the sooner it is enough. */
static double close_enough(const struct master *m)
{
	double x = 0.02 / (m->m->p->agent_count + 1);
	x = x < 1e-6 ? 1e-6 : x > 2e-4 ? 2e-4 : x;
	double work = (double)lp_pivots(m->lp) * m->rows * m->rows / DEAR;
	return work < 1 ? x : work < 3 ? 5 * x : 10 * x;
}

/* Prices and solves, mixing that much of the centre in, until the bound is within close(m) of the LP. */
static enum wfm_status approach(struct master *m, double top, double (*close)(const struct master *),
				struct wfm_error *e)
{
	double alpha = top;
	enum wfm_status s = master_solve(m, LP_PRIMAL, e);
	while (s == WFM_OK && run_step(m->run) && !m->run->stage_over) {
		double bound, lp = lp_objective(m->lp) * m->unit + m->constant;
		int32_t added;
		mix(m, alpha);
		s = master_price(m, false, &bound, &added, e);
		if (s != WFM_OK)
			break;
		master_keep_centre(m, bound);
		if (m->shared && !m->watchful &&
		    (lp - m->run->bound <= NEARLY * fabs(lp) || (added == 0 && alpha == 0))) {
			m->watchful = true;
			s = master_solve(m, LP_PRIMAL, e);
			continue;
		}
		if (lp - m->run->bound <= close(m) * fabs(lp))
			break;
		if (added == 0) {
			if (alpha == 0 || !m->has_centre)
				break;
			alpha = alpha > 0.2 ? alpha - 0.3 : 0;
			alpha = alpha < 0.05 ? 0 : alpha;
			continue;
		}
		alpha = top;
		s = master_trim(m, 3 * m->rows / 2 + 1000, e);
		if (s == WFM_OK)
			s = master_solve(m, LP_PRIMAL, e);
		m->run->columns = m->column_count;
	}
	return s;
}

/* Many alike: their LP has many ties, and the smoothed dual none, unless that leaves the rest between shifts
 * out. */
static bool wants_smoothing(const struct master *m)
{
	bool implied = true;
	for (int32_t i = 0; i < m->m->profile_count; i++)
		implied &= m->m->profiles[i].rest_implied;
	return implied && soft_fits(m->m) && 16 * m->m->type_count <= m->rows;
}

enum wfm_status master_converge(struct master *m, struct wfm_error *e)
{
	double top = SMOOTH;
	enum wfm_status s = WFM_OK;
	if (wants_smoothing(m)) {
		s = master_smooth_start(m, e);
		m->smoothed = true;
		top = TRUSTING;
	}
	return s == WFM_OK ? approach(m, top, close_enough, e) : s;
}

enum wfm_status master_again(struct master *m, struct wfm_error *e)
{
	return approach(m, SMOOTH, close_enough, e);
}

/* Differences between two relaxations are small: a five-hundredth of what one agent costs. */
static double very_close(const struct master *m)
{
	double x = 0.002 / (m->m->p->agent_count + 1);
	return x < 1e-8 ? 1e-8 : x > 2e-5 ? 2e-5 : x;
}

enum wfm_status master_refine(struct master *m, struct wfm_error *e)
{
	return approach(m, SMOOTH, very_close, e);
}

enum wfm_status master_bound_at(struct master *m, const double *duals, struct wfm_error *e)
{
	double bound;
	int32_t added;
	for (int32_t q = 0; q < m->m->p->queue_count; q++)
		for (int32_t t = 0; t < m->m->slots; t++) {
			const struct wfm_queue *x = &m->m->p->queues[q];
			int32_t at = q * m->m->slots + t;
			double v = fmax(duals[at], -x->surplus_cents * m->m->slot_h);
			bool capped = !m->m->in_service[q] && m->m->stock_of[q] < 0;
			m->at[at] = (capped ? fmin(v, x->short2_cents * m->m->slot_h) : v) / m->unit;
		}
	for (int32_t k = 0; k < m->m->type_count; k++)
		m->sigma[k] = -HUGE_VAL; /* no column is wanted */
	enum wfm_status s = master_price(m, false, &bound, &added, e);
	if (s == WFM_OK)
		master_keep_centre(m, bound);
	return s;
}
