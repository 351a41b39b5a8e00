/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Staffing a period against scenarios. Sets: intervals i of the period, scenarios s (POINT: one,
 * the forecast itself). Variables: agents n_i, low_i <= n_i <= high_i.
 *
 *   G_s = Σ_i v_is g_i(n_i, m_is)   answered in time; likewise what it is divided by (B), abandoned
 *                                   (L) and seconds waited (W); v contacts, m offered load
 *   margin_s = least of  G/B − target, max_abandoned − L/V, 1 − W/((V−L)·max_asa)
 *   POINT, EXPECTED   margin of Σ_s G_s, ... >= 0
 *   CHANCE            mean over s of Φ(margin_s ÷ sd) >= p
 *   minimise Σ n_i
 *
 * Φ is the chance that the queue itself adds to a scenario (risk_noise.c), and what makes the
 * probability differentiable. Moves are ranked by the linear change they make and kept only when
 * the goal itself, recomputed, allows.
 */
#include "risk.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT = 4, MAX_MOVES_AN_INTERVAL = 200 };

/* One interval with n agents in every scenario: [part][scenario] sums of contacts. */
struct row {
	int32_t agents; /* −1: empty */
	double noise;   /* variance of the contacts in time that the queue itself adds */
	double *value;
};

struct cell {
	const struct wfm_load_course *point;
	const struct wfm_load_course *course; /* [scenarios], stride n of the whole problem */
	double low_erl, high_erl, aht_s;
	int32_t low, high, agents;
	struct row rows[KEPT];
};

struct risk {
	const struct wfm_risk_problem *p;
	const struct wfm_staffing_options *o;
	size_t stride;
	int32_t scenarios;
	unsigned parts;
	struct cell *cells;
	size_t n;             /* cells of this period */
	double *sum;          /* [part][scenario] of the staffing held */
	double *offered;      /* [scenario] */
	double *weight;       /* [part][scenario] gradient of the goal */
	double noise;         /* variance of contacts in time, of the staffing held */
	double *loss, *gain;  /* [n] of one person less, one more */
	bool failed;          /* out of memory */
};

static const struct wfm_load_course *course_of(const struct risk *k, const struct cell *c, int32_t s)
{
	return &c->course[(size_t)s * k->stride];
}

static void row_fill(const struct risk *k, const struct cell *c, struct row *r)
{
	struct wfm_curve curve = { .options = k->o, .agents = r->agents, .aht_s = c->aht_s,
				   .low = c->low_erl, .high = c->high_erl, .parts = k->parts };
	size_t scenarios = (size_t)k->scenarios;
	wfm_curve_build(&curve);
	for (int32_t s = 0; s < k->scenarios; s++) {
		const struct wfm_load_course *course = course_of(k, c, s);
		double total[WFM_PARTS] = { 0 };
		double volume = course->lambda * k->o->interval_s;
		for (int q = 0; q < course->points && volume > 0.0; q++) {
			double part[WFM_PARTS];
			wfm_curve_at(&curve, course->load_erl[q], part);
			for (int p = 0; p < WFM_PARTS; p++)
				total[p] += volume * course->weight[q] * part[p];
		}
		for (size_t p = 0; p < WFM_PARTS; p++)
			r->value[p * scenarios + (size_t)s] = total[p];
	}
	r->noise = k->p->risk == WFM_RISK_CHANCE
			   ? wfm_risk_noise(c->point, r->agents, k->o) : 0.0;
}

static const struct row *row_of(struct risk *k, struct cell *c, int32_t agents)
{
	struct row *r = &c->rows[agents % KEPT];
	if (r->agents == agents)
		return r;
	if (r->value == NULL) {
		r->value = calloc(WFM_PARTS * (size_t)k->scenarios, sizeof *r->value);
		if (r->value == NULL) {
			k->failed = true;
			return NULL;
		}
	}
	r->agents = agents;
	row_fill(k, c, r);
	return r;
}

/* Moves the staffing held from one number of agents to another, or adds it (from −1). */
static bool move(struct risk *k, struct cell *c, int32_t to)
{
	const struct row *b = row_of(k, c, to);
	const struct row *a = c->agents >= 0 ? row_of(k, c, c->agents) : NULL;
	if (b == NULL || (c->agents >= 0 && a == NULL))
		return false;
	/* The two may share a place when they are KEPT apart. */
	if (a == b || b->agents != to) {
		k->failed = true;
		return false;
	}
	size_t all = WFM_PARTS * (size_t)k->scenarios;
	for (size_t i = 0; i < all; i++)
		k->sum[i] += b->value[i] - (a != NULL ? a->value[i] : 0.0);
	k->noise += b->noise - (a != NULL ? a->noise : 0.0);
	c->agents = to;
	return true;
}

/* All cells at once, the sums added up afresh: no rounding is carried on. */
static bool hold(struct risk *k, const int32_t *agents)
{
	memset(k->sum, 0, WFM_PARTS * (size_t)k->scenarios * sizeof *k->sum);
	k->noise = 0.0;
	for (size_t i = 0; i < k->n; i++) {
		k->cells[i].agents = -1;
		if (!move(k, &k->cells[i], agents[i]))
			return false;
	}
	return true;
}

/*
 * The least margin of the targets for sums t over `offered` contacts, in units of the service
 * level's sd; slope gets its derivatives by part when not NULL.
 */
static double margin(const struct wfm_target *g, const double t[WFM_PARTS], double offered, double sd,
		     double slope[WFM_PARTS])
{
	double least = INFINITY, answered = offered - t[WFM_PART_LOST];
	if (slope != NULL)
		memset(slope, 0, WFM_PARTS * sizeof *slope);
	if (g->service_level > 0.0) {
		double base = fmax(t[WFM_PART_BASE], 1e-300), level = t[WFM_PART_GOOD] / base;
		least = (level - g->service_level) / sd;
		if (slope != NULL) {
			slope[WFM_PART_GOOD] = 1.0 / (base * sd);
			slope[WFM_PART_BASE] = -level / (base * sd);
		}
	}
	double lost = (g->max_abandoned - t[WFM_PART_LOST] / offered) / sd;
	if (g->max_abandoned > 0.0 && lost < least) {
		least = lost;
		if (slope != NULL) {
			memset(slope, 0, WFM_PARTS * sizeof *slope);
			slope[WFM_PART_LOST] = -1.0 / (offered * sd);
		}
	}
	double asa = answered > 0.0 ? t[WFM_PART_WAIT] / answered : INFINITY;
	double late = (1.0 - asa / g->max_asa_s) / sd;
	if (g->max_asa_s > 0.0 && late < least) {
		least = late;
		if (slope != NULL) {
			double u = 1.0 / (g->max_asa_s * sd * fmax(answered, 1e-300));
			memset(slope, 0, WFM_PARTS * sizeof *slope);
			slope[WFM_PART_WAIT] = -u;
			slope[WFM_PART_LOST] = isinf(asa) ? 0.0 : -u * asa;
		}
	}
	return least;
}

static double spread(const struct risk *k, double offered)
{
	return fmax(sqrt(fmax(k->noise, 0.0)) / offered, 1e-3);
}

/* Sums of scenario s (or of all: s < 0). */
static double sums_of(const struct risk *k, int32_t s, double t[WFM_PARTS])
{
	size_t scenarios = (size_t)k->scenarios;
	double offered = 0.0;
	if (s >= 0) {
		for (size_t p = 0; p < WFM_PARTS; p++)
			t[p] = k->sum[p * scenarios + (size_t)s];
		return k->offered[s];
	}
	for (size_t p = 0; p < WFM_PARTS; p++) {
		t[p] = 0.0;
		for (size_t q = 0; q < scenarios; q++)
			t[p] += k->sum[p * scenarios + q];
	}
	for (size_t q = 0; q < scenarios; q++)
		offered += k->offered[q];
	return offered;
}

/* Probability that a period with the sums held reaches its targets. */
static double chance(const struct risk *k)
{
	double sum = 0.0, t[WFM_PARTS];
	for (int32_t s = 0; s < k->scenarios; s++) {
		double offered = sums_of(k, s, t);
		if (!(offered > 0.0)) {
			sum += 1.0;
			continue;
		}
		double z = margin(&k->o->target, t, offered, spread(k, offered), NULL);
		sum += 0.5 * erfc(-z * M_SQRT1_2);
	}
	return sum / k->scenarios;
}

/* >= 0 when the goal is reached. */
static double goal(const struct risk *k)
{
	if (k->p->risk == WFM_RISK_CHANCE)
		return chance(k) - k->p->probability;
	double t[WFM_PARTS], offered = sums_of(k, -1, t);
	return offered > 0.0 ? margin(&k->o->target, t, offered, 1.0, NULL) + 1e-12 : 0.0;
}

/* Gradient of the goal by part and scenario. */
static void weigh(struct risk *k)
{
	size_t scenarios = (size_t)k->scenarios;
	double t[WFM_PARTS], slope[WFM_PARTS];
	if (k->p->risk != WFM_RISK_CHANCE) {
		double offered = sums_of(k, -1, t);
		(void)margin(&k->o->target, t, offered, 1.0, slope);
		for (size_t p = 0; p < WFM_PARTS; p++)
			for (size_t s = 0; s < scenarios; s++)
				k->weight[p * scenarios + s] = slope[p];
		return;
	}
	for (size_t s = 0; s < scenarios; s++) {
		double offered = sums_of(k, (int32_t)s, t), density = 0.0;
		memset(slope, 0, sizeof slope);
		if (offered > 0.0) {
			/* At least two points wide, so that far scenarios still point the way. */
			double sd = fmax(spread(k, offered), 0.02);
			double z = margin(&k->o->target, t, offered, sd, slope);
			density = exp(-0.5 * z * z);
		}
		for (size_t p = 0; p < WFM_PARTS; p++)
			k->weight[p * scenarios + s] = density * slope[p];
	}
}

/* Linear change of the goal from one number of agents in a cell to another; NaN: no memory. */
static double change(struct risk *k, struct cell *c, int32_t to)
{
	const struct row *a = row_of(k, c, c->agents), *b = row_of(k, c, to);
	if (a == NULL || b == NULL)
		return NAN;
	size_t scenarios = (size_t)k->scenarios;
	double sum = 0.0;
	for (size_t p = 0; p < WFM_PARTS; p++) {
		if (!(k->parts >> p & 1u))
			continue;
		const double *w = k->weight + p * scenarios;
		for (size_t s = 0; s < scenarios; s++)
			sum += w[s] * (b->value[p * scenarios + s] - a->value[p * scenarios + s]);
	}
	return sum;
}

static bool measure(struct risk *k, bool gains)
{
	weigh(k);
	for (size_t i = 0; i < k->n && !k->failed; i++) {
		struct cell *c = &k->cells[i];
		k->loss[i] = c->agents > c->low ? -change(k, c, c->agents - 1) : INFINITY;
		if (gains)
			k->gain[i] = c->agents < c->high ? change(k, c, c->agents + 1) : -INFINITY;
	}
	return !k->failed;
}

static size_t least(const double *v, size_t n)
{
	size_t best = 0;
	for (size_t i = 1; i < n; i++)
		if (v[i] < v[best])
			best = i;
	return best;
}

/* Takes one person away where the goal allows; the linear order is tried a few deep. */
static bool take_away(struct risk *k)
{
	if (!measure(k, false))
		return false;
	for (int i = 0; i < 4; i++) {
		size_t at = least(k->loss, k->n);
		struct cell *c = &k->cells[at];
		if (isinf(k->loss[at]))
			return false;
		if (!move(k, c, c->agents - 1))
			return false;
		if (goal(k) >= 0.0)
			return true;
		if (!move(k, c, c->agents + 1))
			return false;
		k->loss[at] = INFINITY;
	}
	return false;
}

/* Moves one person from where the loss is least to where the gain is greatest, if that helps. */
static bool shift(struct risk *k)
{
	if (!measure(k, true))
		return false;
	size_t from = least(k->loss, k->n), to = 0;
	for (size_t i = 1; i < k->n; i++)
		if (k->gain[i] > k->gain[to])
			to = i;
	if (from == to || isinf(k->loss[from]) || !(k->gain[to] > k->loss[from] * (1.0 + 1e-6)))
		return false;
	double before = goal(k);
	struct cell *a = &k->cells[from], *b = &k->cells[to];
	if (!move(k, a, a->agents - 1) || !move(k, b, b->agents + 1))
		return false;
	if (goal(k) > before + 1e-9)
		return true;
	(void)(move(k, a, a->agents + 1) && move(k, b, b->agents - 1));
	return false;
}

/* n_i from the own requirements lifted by `lift` √load each. */
static bool lift(struct risk *k, const int32_t *own, double by, int32_t *agents, bool *topped)
{
	*topped = true;
	for (size_t i = 0; i < k->n; i++) {
		const struct cell *c = &k->cells[i];
		double root = sqrt(fmax(0.5 * (c->low_erl + c->high_erl), 0.0));
		double v = fmin(fmax(own[i] + round(by * root), c->low), c->high);
		agents[i] = (int32_t)v;
		*topped &= agents[i] == c->high;
	}
	return hold(k, agents);
}

/* The least lift that reaches the goal, to a sixteenth; false when even the ceiling does not. */
static bool start(struct risk *k, const int32_t *own, int32_t *agents)
{
	double step = 0.5, bad, good;
	bool topped;
	if (!lift(k, own, 0.0, agents, &topped))
		return false;
	if (goal(k) >= 0.0) {
		good = 0.0;
		bad = -4.0;
	} else {
		bad = 0.0;
		for (good = step;; good += step *= 2.0) {
			if (!lift(k, own, good, agents, &topped))
				return false;
			if (goal(k) >= 0.0)
				break;
			if (topped)
				return false;
			bad = good;
		}
	}
	while (good - bad > 0.0625 && good > 0.0) {
		double mid = 0.5 * (good + bad);
		if (!lift(k, own, mid, agents, &topped))
			return false;
		if (goal(k) >= 0.0)
			good = mid;
		else
			bad = mid;
	}
	return lift(k, own, good, agents, &topped);
}

/* The staffing that the problem gives. */
static bool hold_given(struct risk *k, size_t first, int32_t *agents)
{
	for (size_t i = 0; i < k->n; i++)
		agents[i] = k->p->agents[first + i];
	return hold(k, agents);
}

static bool improve(struct risk *k)
{
	size_t most = MAX_MOVES_AN_INTERVAL * k->n;
	for (size_t moves = 0; moves < most && !k->failed; moves++)
		if (!take_away(k) && !shift(k))
			break;
	return !k->failed;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double quantile(const double *sorted, size_t n, double p)
{
	double at = p * (double)(n - 1);
	size_t low = (size_t)at;
	return low + 1 < n ? sorted[low] + (at - (double)low) * (sorted[low + 1] - sorted[low])
			   : sorted[n - 1];
}

/* weight is free by then: the service levels of the scenarios are sorted there. */
static void report(struct risk *k, bool met, struct wfm_period_figures *f)
{
	double t[WFM_PARTS], offered = sums_of(k, -1, t), answered = offered - t[WFM_PART_LOST];
	size_t n = 0;
	*f = (struct wfm_period_figures){ .met = met, .offered = offered / k->scenarios,
					  .service_level = 1.0, .p_target = chance(k),
					  .sl_p10 = 1.0, .sl_p50 = 1.0, .sl_p90 = 1.0 };
	for (size_t i = 0; i < k->n; i++)
		f->agents += k->cells[i].agents;
	if (k->p->risk == WFM_RISK_POINT)
		f->p_target = met ? 1.0 : 0.0;
	if (!(offered > 0.0))
		return;
	f->service_level = t[WFM_PART_BASE] > 0.0 ? t[WFM_PART_GOOD] / t[WFM_PART_BASE] : 0.0;
	f->abandoned_share = t[WFM_PART_LOST] / offered;
	f->asa_s = answered > 0.0 ? t[WFM_PART_WAIT] / answered : INFINITY;
	for (int32_t s = 0; s < k->scenarios; s++)
		if (sums_of(k, s, t) > 0.0)
			k->weight[n++] = t[WFM_PART_BASE] > 0.0
						 ? t[WFM_PART_GOOD] / t[WFM_PART_BASE] : 0.0;
	qsort(k->weight, n, sizeof *k->weight, by_value);
	f->sl_p10 = quantile(k->weight, n, 0.1);
	f->sl_p50 = quantile(k->weight, n, 0.5);
	f->sl_p90 = quantile(k->weight, n, 0.9);
}

/* Every part, for the report: the rows are made anew. */
static bool hold_all_parts(struct risk *k, int32_t *agents)
{
	k->parts = (1u << WFM_PARTS) - 1u;
	for (size_t i = 0; i < k->n; i++) {
		agents[i] = k->cells[i].agents;
		for (int r = 0; r < KEPT; r++)
			k->cells[i].rows[r].agents = -1;
	}
	return hold(k, agents);
}

static void write_out(const struct risk *k, const int32_t *own, bool met, struct wfm_requirement *r)
{
	for (size_t i = 0; i < k->n; i++) {
		const struct cell *c = &k->cells[i];
		enum wfm_binding why = r[i].binding;
		if (c->point->points > 0 && c->point->lambda > 0.0) {
			wfm_live_figures(c->point, c->agents, k->o, &r[i]);
		} else {
			r[i] = (struct wfm_requirement){ .agents = c->agents, .service_level = 1.0 };
		}
		r[i].met = met;
		r[i].binding = !met ? WFM_BINDS_CAP : c->agents == 0 ? WFM_BINDS_NONE :
			       c->agents == c->low && c->agents > own[i] ? WFM_BINDS_MINIMUM :
			       why == WFM_BINDS_NONE || why == WFM_BINDS_CAP ?
			       WFM_BINDS_SERVICE_LEVEL : why;
	}
}

/* Range of loads, bounds and scenarios of a cell; own[i] becomes its requirement by itself. */
static void cell_open(struct risk *k, struct cell *c, double aht_s, int32_t *own,
		      struct wfm_requirement *r)
{
	struct wfm_staffing_options floor_of = *k->o;
	int32_t cap = wfm_staffing_cap(k->o);
	double beta = 0.0;
	c->aht_s = aht_s;
	c->agents = -1;
	c->low_erl = INFINITY;
	for (int32_t s = 0; s < k->scenarios; s++) {
		const struct wfm_load_course *course = course_of(k, c, s);
		k->offered[s] += course->lambda * k->o->interval_s;
		for (int q = 0; q < course->points && course->lambda > 0.0; q++) {
			c->low_erl = fmin(c->low_erl, course->load_erl[q]);
			c->high_erl = fmax(c->high_erl, course->load_erl[q]);
		}
	}
	for (int q = 0; q < KEPT; q++)
		c->rows[q].agents = -1;
	*own = 0;
	if (isinf(c->low_erl)) { /* no contact in any scenario */
		c->low_erl = 0.0;
		return;
	}
	c->high = cap < WFM_MAX_SERVERS / 2 ? cap : WFM_MAX_SERVERS / 2;
	c->low = k->o->min_agents < c->high ? k->o->min_agents : c->high;
	if (c->point->points == 0 || !(c->point->lambda > 0.0))
		return;
	wfm_live_requirement(c->point, k->o, &beta, r);
	*own = r->agents;
	floor_of.target = (struct wfm_target){ .service_level = k->p->least_service_level,
					       .within_s = k->o->target.within_s,
					       .definition = k->o->target.definition,
					       .max_occupancy = k->o->target.max_occupancy };
	if (floor_of.target.service_level > 0.0 || floor_of.target.max_occupancy > 0.0) {
		struct wfm_requirement least_r = { 0 };
		beta = 0.0;
		wfm_live_requirement(c->point, &floor_of, &beta, &least_r);
		if (least_r.agents > c->low)
			c->low = least_r.agents;
	}
}

static unsigned parts_of(const struct wfm_target *t)
{
	unsigned parts = 0;
	if (t->service_level > 0.0)
		parts |= 1u << WFM_PART_GOOD | 1u << WFM_PART_BASE;
	if (t->max_abandoned > 0.0 || t->max_asa_s > 0.0)
		parts |= 1u << WFM_PART_LOST;
	if (t->max_asa_s > 0.0)
		parts |= 1u << WFM_PART_WAIT;
	return parts;
}

bool wfm_risk_period(const struct wfm_risk_period *period, struct wfm_requirement *r,
		     struct wfm_period_figures *f)
{
	struct risk state = { .p = period->problem, .o = period->options,
			      .stride = period->problem->n, .scenarios = period->scenarios,
			      .n = period->n };
	struct risk *k = &state;
	size_t first = period->first;
	bool done = false;
	size_t scenarios = (size_t)k->scenarios;
	int32_t *own = calloc(2 * k->n, sizeof *own), *agents = own + k->n;
	double *numbers = calloc((2 * WFM_PARTS + 1) * scenarios + 2 * k->n, sizeof *numbers);
	k->cells = calloc(k->n, sizeof *k->cells);
	if (own == NULL || numbers == NULL || k->cells == NULL)
		goto out;
	k->sum = numbers;
	k->weight = k->sum + WFM_PARTS * scenarios;
	k->offered = k->weight + WFM_PARTS * scenarios;
	k->loss = k->offered + scenarios;
	k->gain = k->loss + k->n;
	k->parts = parts_of(&k->o->target);
	for (size_t i = 0; i < k->n; i++) {
		k->cells[i].point = &period->point[first + i];
		k->cells[i].course = &period->courses[first + i];
		cell_open(k, &k->cells[i], k->p->loads[first + i].aht_s, &own[i], &r[first + i]);
	}
	bool given = k->p->agents != NULL;
	bool met = given ? hold_given(k, first, agents) : start(k, own, agents);
	if (k->failed || (met && !given && !improve(k)) || !hold_all_parts(k, agents))
		goto out;
	if (given)
		met = goal(k) >= 0.0;
	write_out(k, own, met, r + first);
	if (f != NULL)
		report(k, met, f);
	done = true;
out:
	for (size_t i = 0; i < k->n && k->cells != NULL; i++)
		for (int q = 0; q < KEPT; q++)
			free(k->cells[i].rows[q].value);
	free(k->cells);
	free(numbers);
	free(own);
	return done;
}
