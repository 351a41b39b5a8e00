/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Through the day. With r(t) = √(y(t)+¼) − x̂(t) of the slots known,
 *
 *   r(t) = Σ_k L_k(t)·f_k + D(t)·u(t) + e(t),   f ~ N(0, I),   u(t+1) = ρu(t) + √(1−ρ²)·η
 *
 * The f are the day's (Shen & Huang 2008, eq. 10-11: penalised least squares, the penalty being
 * the forecast's own variances). u is a drift within the day: what a slot has beyond Poisson noise
 * partly lasts for an hour or a few. How much (D² a share of that) and how long (ρ) is not known
 * beforehand: a handful of models runs side by side, weighted by how well they foretell the
 * morning; the first has no drift. Each is a Kalman filter over the slots, O(slots·K²).
 *
 * Wild slots count less: Huber weights w_t of the residuals that the driftless posterior leaves,
 * found by iteration from all ones; the filters take own(t)/w_t for the variance of e(t).
 *
 * Of the rest, slot t has x̂ + Lᵀf̂ + Dû and that state's variance; their sum has
 * Σ c_tᵀs_t with c the slopes 2x(L, D), of variance g₀ᵀPg₀ + Σ(1−ρ²)g_t[u]², g_t = c_t + Fᵀg_{t+1}.
 */
#include "joint.h"
#include "wfm/intraday.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { REWEIGHTS = 3 };
static const double HUBER = 3.0;
static const double QUANTILE_Z[WFM_QUANTILES] = { -1.6448536269514722, -1.2815515655446004,
						  -0.6744897501960817, 0.0,
						  0.6744897501960817,  1.2815515655446004,
						  1.6448536269514722 };

static double load_variance(const struct wfm_day_belief *b, int slot)
{
	double sum = 0.0;
	for (int k = 0; k < b->factors; k++)
		sum += b->load[k][slot] * b->load[k][slot];
	return sum;
}

/* The centre x̂ whose mean the belief has. */
static double centre(const struct wfm_day_belief *b, int slot)
{
	return fc_centre(b->mean[slot], b->own[slot] + load_variance(b, slot));
}

static enum wfm_status belief_check(const struct wfm_day_belief *b, struct wfm_error *e)
{
	char at[64];
	if (b->slots < 1 || b->slots > WFM_MAX_SLOTS)
		return wfm_fail(e, WFM_INVALID, "/slots", "must be between 1 and 288");
	if (b->factors < 0 || b->factors > WFM_BELIEF_FACTORS)
		return wfm_fail(e, WFM_INVALID, "/factors", "must be between 0 and %d",
				(int)WFM_BELIEF_FACTORS);
	for (int s = 0; s < b->slots; s++) {
		double load = load_variance(b, s);
		bool ok = b->mean[s] >= 0.0 && b->mean[s] <= 1e13 && b->own[s] >= 0.0 &&
			  b->own[s] <= 1e13 && load >= 0.0 && load <= 1e13;
		(void)snprintf(at, sizeof at, "/mean/%d", s);
		if (!ok)
			return wfm_fail(e, WFM_INVALID, at,
					"mean, own and loads must be between 0 and 1e13");
	}
	return WFM_OK;
}

enum { STATES = WFM_BELIEF_FACTORS + 1, MODELS = 5 };

/* Share of what is beyond Poisson noise that drifts, its half-life, and the trust beforehand. */
static const struct drift {
	double share, half_life_min, prior;
} drifts[MODELS] = {
	{ 0.0, 60.0, 0.4 },  { 0.4, 60.0, 0.15 }, { 0.4, 240.0, 0.15 },
	{ 0.8, 60.0, 0.15 }, { 0.8, 240.0, 0.15 },
};

/* Mean and covariance of (f, u) before slot `at`; u is the last. */
struct filter {
	const struct wfm_day_belief *b;
	int n; /* states */
	double share, keep;
	double m[STATES], P[STATES][STATES];
	double likelihood;
};

static double drift_variance(const struct filter *k, int slot)
{
	const struct wfm_day_belief *b = k->b;
	return k->share * fmax(0.0, b->own[slot] - fc_poisson_noise(b->mean[slot]));
}

/* The slot's row (L, D), and what the state says of it: value and variance; Ph may be NULL. */
static double project(const struct filter *k, int slot, double h[STATES], double *Ph, double *value)
{
	const struct wfm_day_belief *b = k->b;
	double variance = 0.0;
	for (int i = 0; i < b->factors; i++)
		h[i] = b->load[i][slot];
	h[b->factors] = sqrt(drift_variance(k, slot));
	*value = 0.0;
	for (int i = 0; i < k->n; i++) {
		double sum = 0.0;
		for (int j = 0; j < k->n; j++)
			sum += k->P[i][j] * h[j];
		variance += h[i] * sum;
		*value += h[i] * k->m[i];
		if (Ph != NULL)
			Ph[i] = sum;
	}
	return fmax(variance, 0.0);
}

static void filter_start(struct filter *k, const struct wfm_day_belief *b, const struct drift *d)
{
	*k = (struct filter){ .b = b, .n = b->factors + 1, .share = d->share };
	k->keep = exp2(-1440.0 / b->slots / d->half_life_min);
	for (int i = 0; i < k->n; i++)
		k->P[i][i] = 1.0;
}

static void filter_observe(struct filter *k, int slot, double residual, double weight)
{
	double h[STATES], Ph[STATES], value;
	double variance = project(k, slot, h, Ph, &value);
	double own = fmax(k->b->own[slot] - drift_variance(k, slot), 1e-3) / weight;
	double S = variance + own, error = residual - value;
	k->likelihood -= 0.5 * (log(S) + error * error / S);
	for (int i = 0; i < k->n; i++) {
		k->m[i] += Ph[i] / S * error;
		for (int j = 0; j < k->n; j++)
			k->P[i][j] -= Ph[i] * Ph[j] / S;
	}
}

static void filter_step(struct filter *k)
{
	int u = k->n - 1;
	k->m[u] *= k->keep;
	for (int i = 0; i < u; i++) {
		k->P[i][u] *= k->keep;
		k->P[u][i] *= k->keep;
	}
	k->P[u][u] = k->keep * k->keep * k->P[u][u] + 1.0 - k->keep * k->keep;
}

/* residual: r(t), NaN where unknown or shut; weight: of each. */
static void filter_run(struct filter *k, const double *residual, const double *weight, int now)
{
	for (int s = 0; s < now; s++) {
		if (!isnan(residual[s]))
			filter_observe(k, s, residual[s], weight[s]);
		filter_step(k);
	}
}

/* Huber weights, by the driftless model. */
static void weigh_slots(const struct wfm_day_belief *b, const double *residual, int now,
			double *weight)
{
	for (int s = 0; s < now; s++)
		weight[s] = 1.0;
	for (int round = 0; round < REWEIGHTS; round++) {
		struct filter k;
		double h[STATES], value;
		filter_start(&k, b, &drifts[0]);
		filter_run(&k, residual, weight, now);
		for (int s = 0; s < now; s++) {
			if (isnan(residual[s]))
				continue;
			(void)project(&k, s, h, NULL, &value);
			double left = fabs(residual[s] - value) / sqrt(fmax(b->own[s], 1e-3));
			weight[s] = left > HUBER ? HUBER / left : 1.0;
		}
	}
}

/* What one model says of a slot or of the rest: mean and variance on the root scale. */
struct said {
	double mean, x, v;
};

/* own(t) as it is at another mean: Poisson noise as a count has it, the rest in proportion. */
static double own_at(const struct wfm_day_belief *b, int slot, double mean)
{
	double usual = fc_poisson_noise(b->mean[slot]), noise = fmin(usual, b->own[slot]);
	double moved = usual > 0.0 ? noise * fc_poisson_noise(mean) / usual : 0.0;
	return moved + (b->own[slot] - noise) * mean / b->mean[slot];
}

static struct said say_slot(const struct filter *k, int slot, double *own, double h[STATES])
{
	double value, common = project(k, slot, h, NULL, &value);
	struct said a = { .x = fmax(0.5, centre(k->b, slot) + value) };
	double drifting = drift_variance(k, slot);
	double rest = fmax(0.0, k->b->own[slot] - drifting);
	a.mean = fmax(0.0, a.x * a.x + common + rest - 0.25);
	*own = fmax(0.0, own_at(k->b, slot, a.mean) - drifting);
	a.v = common + *own;
	a.mean = fc_mean(a.x, a.v);
	return a;
}

static struct said say_rest(const struct filter *at_now, int now, struct said *slots)
{
	struct filter k = *at_now;
	const struct wfm_day_belief *b = k.b;
	struct said rest = { 0 };
	double spread = 0.0, g[STATES] = { 0 }, slope[WFM_MAX_SLOTS][STATES];
	int u = k.n - 1;
	for (int s = now; s < b->slots; s++, filter_step(&k)) {
		double own;
		memset(slope[s], 0, sizeof slope[s]);
		slots[s] = (struct said){ 0 };
		if (!(b->mean[s] > 0.0))
			continue;
		slots[s] = say_slot(&k, s, &own, slope[s]);
		double x = slots[s].x;
		for (int i = 0; i < k.n; i++)
			slope[s][i] *= 2.0 * x;
		spread += 4.0 * x * x * own + 2.0 * own * own;
		rest.mean += slots[s].mean;
	}
	for (int s = b->slots - 1; s >= now; s--) {
		g[u] *= k.keep;
		for (int i = 0; i < k.n; i++)
			g[i] += slope[s][i];
		if (s > now)
			spread += (1.0 - k.keep * k.keep) * g[u] * g[u];
	}
	for (int i = 0; i < k.n; i++)
		for (int j = 0; j < k.n; j++)
			spread += g[i] * at_now->P[i][j] * g[j];
	rest.v = rest.mean > 0.0 ? 0.25 * spread / fmax(rest.mean, 0.25) : 0.0;
	rest.v = fmin(rest.v, rest.mean + 0.25);
	rest.x = fc_centre(rest.mean, rest.v);
	return rest;
}

/* Several models' words as one: mean of x, variance within and between. */
static struct said mix(const struct said *said, size_t stride, const double *weight)
{
	struct said all = { 0 };
	for (int i = 0; i < MODELS; i++)
		all.x += weight[i] * said[(size_t)i * stride].x;
	for (int i = 0; i < MODELS; i++) {
		const struct said *one = &said[(size_t)i * stride];
		all.v += weight[i] * (one->v + (one->x - all.x) * (one->x - all.x));
	}
	all.mean = fc_mean(all.x, all.v);
	return all;
}

static void write_slot(struct wfm_intraday_slot *out, const struct said *a)
{
	out->mean = a->mean;
	for (int i = 0; i < WFM_QUANTILES; i++)
		out->quantile[i] = fc_quantile(a->x, a->v, QUANTILE_Z[i]);
}

/* Weights of the models after the morning; before anything is known only the first speaks. */
static void weigh_models(const struct filter *filters, bool known, double weight[MODELS])
{
	double best = -INFINITY, sum = 0.0;
	for (int i = 0; i < MODELS; i++)
		best = fmax(best, filters[i].likelihood);
	for (int i = 0; i < MODELS; i++) {
		weight[i] = known ? drifts[i].prior * exp(filters[i].likelihood - best) : i == 0;
		sum += weight[i];
	}
	for (int i = 0; i < MODELS; i++)
		weight[i] /= sum;
}

static void write_rest(const struct filter *filters, const double *weight, int now,
		       struct wfm_intraday *out)
{
	const struct wfm_day_belief *b = filters[0].b;
	static const size_t stride = WFM_MAX_SLOTS;
	struct said slots[MODELS][WFM_MAX_SLOTS], rest[MODELS];
	double before = 0.0;
	for (int i = 0; i < MODELS; i++)
		if (weight[i] > 1e-4 || i == 0)
			rest[i] = say_rest(&filters[i], now, slots[i]);
		else { /* next to nothing: the first model's words, so that the mean is over something */
			memcpy(slots[i], slots[0], sizeof slots[0]);
			rest[i] = rest[0];
		}
	for (int s = now; s < b->slots; s++) {
		if (!(b->mean[s] > 0.0))
			continue;
		struct said one = mix(&slots[0][s], stride, weight);
		write_slot(&out->slot[s], &one);
		before += b->mean[s];
		out->rest.mean += one.mean;
	}
	struct said all = mix(rest, 1, weight);
	all.mean = out->rest.mean; /* the slots add up */
	write_slot(&out->rest, &all);
	out->factor = before > 0.0 ? out->rest.mean / before : 1.0;
}

enum wfm_status wfm_intraday_update(const struct wfm_day_belief *belief, const double *observed,
				    int now, struct wfm_intraday *out, struct wfm_error *e)
{
	double residual[WFM_MAX_SLOTS], slot_weight[WFM_MAX_SLOTS], weight[MODELS];
	struct filter filters[MODELS];
	memset(out, 0, sizeof *out);
	enum wfm_status status = belief_check(belief, e);
	if (status != WFM_OK)
		return status;
	if (now < 0 || now > belief->slots)
		return wfm_fail(e, WFM_INVALID, "/now", "must be between 0 and %d", belief->slots);
	out->now = now;
	for (int s = 0; s < now; s++) {
		char at[64];
		(void)snprintf(at, sizeof at, "/observed/%d", s);
		if (observed[s] < 0.0 || observed[s] > 1e13)
			return wfm_fail(e, WFM_INVALID, at, "must be between 0 and 1e13");
		residual[s] = NAN;
		if (!(belief->mean[s] > 0.0))
			continue;
		if (isnan(observed[s])) {
			out->holes++;
			continue;
		}
		out->slots_observed++;
		out->observed_so_far += observed[s];
		out->expected_so_far += belief->mean[s];
		residual[s] = fc_root(observed[s]) - centre(belief, s);
	}
	weigh_slots(belief, residual, now, slot_weight);
	for (int i = 0; i < MODELS; i++) {
		filter_start(&filters[i], belief, &drifts[i]);
		filter_run(&filters[i], residual, slot_weight, now);
	}
	weigh_models(filters, out->slots_observed > 0, weight);
	out->z_sd = belief->factors > 0 ? 0.0 : 1.0;
	for (int i = 0; i < MODELS && belief->factors > 0; i++) {
		out->z += weight[i] * filters[i].m[0];
		out->z_sd += weight[i] * sqrt(fmax(filters[i].P[0][0], 0.0));
	}
	write_rest(filters, weight, now, out);
	return WFM_OK;
}

enum wfm_status wfm_day_belief_from_joint(const struct wfm_joint *joint, int32_t day,
					  struct wfm_day_belief *b, struct wfm_error *e)
{
	memset(b, 0, sizeof *b);
	enum wfm_status status = wfm_joint_check(joint, e);
	if (status != WFM_OK)
		return status;
	if (day < joint->first_day || day >= joint->first_day + joint->days)
		return wfm_fail(e, WFM_INVALID, "/day", "is not a day of this joint");
	int h = day - joint->first_day;
	struct wfm_joint sizes = *joint;
	sizes.first_day = day;
	sizes.days = 1;
	struct wfm_joint *one = wfm_joint_alloc(&sizes);
	struct fc_pool pool = { 0 };
	struct fc_plan plan;
	if (one == NULL) {
		status = wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
		goto out;
	}
	size_t slots = (size_t)joint->slots, shapes = (size_t)joint->shapes, row = (size_t)h * slots;
	memcpy(one->mean, joint->mean + row, slots * sizeof *one->mean);
	memcpy(one->variance, joint->variance + row, slots * sizeof *one->variance);
	memcpy(one->shape, joint->shape, shapes * slots * sizeof *one->shape);
	memcpy(one->shape + shapes * slots, joint->shape + shapes * slots + (size_t)h * shapes,
	       shapes * sizeof *one->shape);
	double sd = sqrt(fc_joint_day_variance(joint, h));
	one->day_own[0] = sd;
	if (!fc_plan_build(&pool, one, &plan)) {
		status = wfm_fail(e, WFM_NO_MEMORY, "", "out of memory");
		goto out;
	}
	b->slots = joint->slots;
	b->factors = 1 + joint->shapes;
	for (int s = 0; s < b->slots; s++) {
		b->mean[s] = one->mean[s];
		b->load[0][s] = plan.day[s] * sd;
		for (int k = 0; k < joint->shapes; k++)
			b->load[k + 1][s] = plan.shape[(size_t)s * shapes + (size_t)k];
		b->own[s] = fmax(0.0, one->variance[s] - load_variance(b, s));
	}
out:
	wfm_joint_free(one);
	fc_pool_free(&pool);
	return status;
}

/* Variance on the root scale between the .10 and .90 quantiles. */
static double variance_of(const double *quantile)
{
	double wide = fc_root(quantile[5]) - fc_root(quantile[1]);
	/* A lower quantile at nothing is cut off: the upper half tells. */
	if (!(quantile[1] > 0.0))
		wide = 2.0 * (fc_root(quantile[5]) - fc_root(quantile[3]));
	double sd = wide / (QUANTILE_Z[5] - QUANTILE_Z[1]);
	return sd * sd;
}

static bool slot_finite(const struct wfm_forecast_slot *p)
{
	bool ok = p->mean >= 0.0 && p->mean <= 1e13;
	for (int i = 0; i < WFM_QUANTILES; i++)
		ok = ok && p->quantile[i] >= 0.0 && p->quantile[i] <= 1e14;
	return ok;
}

enum wfm_status wfm_day_belief_from_slots(const struct wfm_forecast_slot *slots, size_t n_slots,
					  const struct wfm_forecast_day *day, int interval_min,
					  struct wfm_day_belief *b, struct wfm_error *e)
{
	memset(b, 0, sizeof *b);
	if (interval_min < 5 || interval_min > 60 || 1440 % interval_min != 0)
		return wfm_fail(e, WFM_INVALID, "/interval_min", "is no interval of a day");
	b->slots = 1440 / interval_min;
	double noise = 0.0, total = 0.0, quadratic = 0.0;
	for (size_t i = 0; i < n_slots; i++) {
		const struct wfm_forecast_slot *p = &slots[i];
		if (p->day != day->day || !p->open)
			continue;
		if (p->slot < 0 || p->slot >= b->slots || !slot_finite(p)) {
			char at[64];
			(void)snprintf(at, sizeof at, "/slots/%zu", i);
			return wfm_fail(e, WFM_INVALID, at, "is no slot of this day's forecast");
		}
		b->mean[p->slot] = p->mean;
		b->own[p->slot] = fmin(variance_of(p->quantile), p->mean + 0.25);
		total += p->mean;
		noise += 4.0 * p->mean * b->own[p->slot];
		quadratic += p->mean * p->mean;
	}
	if (!(total > 0.0))
		return WFM_OK;
	/* σ of ln(volume): the total's variance T²σ² + Σ 4y(v − yσ²/4) solved for σ². */
	double wanted = 4.0 * total * variance_of(day->quantile);
	double room = total * total - quadratic;
	double V = room > 0.0 ? fmin(fmax((wanted - noise) / room, 0.0), 1.0) : 0.0;
	b->factors = 1;
	for (int s = 0; s < b->slots; s++) {
		double x = fc_centre(b->mean[s], b->own[s]);
		double room_s = fmax(0.0, b->own[s] - 0.9 * fc_poisson_noise(b->mean[s]));
		b->load[0][s] = fmin(0.5 * x * sqrt(V), sqrt(room_s));
		b->own[s] -= b->load[0][s] * b->load[0][s];
	}
	return WFM_OK;
}
