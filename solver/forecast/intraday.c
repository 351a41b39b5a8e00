/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Through the day. With r(t) = √(y(t)+¼) − x̂(t) of the slots known and f ~ N(0, I) a priori,
 *
 *   P = (I + Σ_t w_t L(t)L(t)ᵀ/own(t))⁻¹,  f̂ = P Σ_t w_t L(t)r(t)/own(t)
 *
 * (Shen & Huang 2008, eq. 10-11: penalised least squares, the penalty being the forecast's own
 * variances). w_t: Huber weights of the residuals that f̂ leaves, from all ones. The rest of the
 * day has x̂′ = x̂ + Lᵀf̂ and variance own′ + LᵀPL, where own′ follows the new mean: Poisson noise
 * as a count of that mean has it, what is beyond in proportion.
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

/* Solves in place (I + A) P = I by Cholesky; K is at most nine. */
static void invert(double A[WFM_BELIEF_FACTORS][WFM_BELIEF_FACTORS], int K,
		   double P[WFM_BELIEF_FACTORS][WFM_BELIEF_FACTORS])
{
	double C[WFM_BELIEF_FACTORS][WFM_BELIEF_FACTORS] = { { 0 } };
	for (int i = 0; i < K; i++)
		for (int j = 0; j <= i; j++) {
			double sum = A[i][j] + (i == j);
			for (int k = 0; k < j; k++)
				sum -= C[i][k] * C[j][k];
			C[i][j] = i == j ? sqrt(fmax(sum, 1e-12)) : sum / C[j][j];
		}
	for (int c = 0; c < K; c++) {
		double z[WFM_BELIEF_FACTORS];
		for (int i = 0; i < K; i++) {
			z[i] = i == c;
			for (int k = 0; k < i; k++)
				z[i] -= C[i][k] * z[k];
			z[i] /= C[i][i];
		}
		for (int i = K - 1; i >= 0; i--) {
			for (int k = i + 1; k < K; k++)
				z[i] -= C[k][i] * P[k][c];
			P[i][c] = z[i] / C[i][i];
		}
	}
}

struct posterior {
	double f[WFM_BELIEF_FACTORS];
	double P[WFM_BELIEF_FACTORS][WFM_BELIEF_FACTORS];
};

static double moved(const struct wfm_day_belief *b, const struct posterior *p, int slot)
{
	double sum = 0.0;
	for (int k = 0; k < b->factors; k++)
		sum += b->load[k][slot] * p->f[k];
	return sum;
}

/* residual: r(t), NaN where unknown or shut. */
static void condition(const struct wfm_day_belief *b, const double *residual, int now,
		      struct posterior *p)
{
	int K = b->factors;
	memset(p, 0, sizeof *p);
	for (int i = 0; i < REWEIGHTS; i++) {
		double A[WFM_BELIEF_FACTORS][WFM_BELIEF_FACTORS] = { { 0 } };
		double v[WFM_BELIEF_FACTORS] = { 0 };
		for (int s = 0; s < now; s++) {
			if (isnan(residual[s]))
				continue;
			double own = fmax(b->own[s], 1e-3), sd = sqrt(own);
			double left = i > 0 ? fabs(residual[s] - moved(b, p, s)) / sd : 0.0;
			double w = (left > HUBER ? HUBER / left : 1.0) / own;
			for (int j = 0; j < K; j++) {
				v[j] += w * b->load[j][s] * residual[s];
				for (int k = 0; k <= j; k++)
					A[j][k] += w * b->load[j][s] * b->load[k][s];
			}
		}
		invert(A, K, p->P);
		for (int j = 0; j < K; j++) {
			p->f[j] = 0.0;
			for (int k = 0; k < K; k++)
				p->f[j] += p->P[j][k] * v[k];
		}
	}
}

static void write_slot(struct wfm_intraday_slot *out, double x, double v)
{
	out->mean = fc_mean(x, v);
	for (int i = 0; i < WFM_QUANTILES; i++)
		out->quantile[i] = fc_quantile(x, v, QUANTILE_Z[i]);
}

/* The rest: slots, and their sum with what they have in common. */
static void write_rest(const struct wfm_day_belief *b, const struct posterior *p, int now,
		       struct wfm_intraday *out)
{
	int K = b->factors;
	double before = 0.0, spread = 0.0, slope[WFM_BELIEF_FACTORS] = { 0 };
	for (int s = now; s < b->slots; s++) {
		if (!(b->mean[s] > 0.0))
			continue;
		double x = fmax(0.5, centre(b, s) + moved(b, p, s)), common = 0.0;
		for (int j = 0; j < K; j++)
			for (int k = 0; k < K; k++)
				common += b->load[j][s] * p->P[j][k] * b->load[k][s];
		double mean = fmax(0.0, x * x + common + b->own[s] - 0.25);
		double noise = fmin(fc_poisson_noise(b->mean[s]), b->own[s]);
		double own = noise * (noise > 0.0 ? fc_poisson_noise(mean) /
							    fc_poisson_noise(b->mean[s]) :
						    1.0) +
			     (b->own[s] - noise) * mean / b->mean[s];
		write_slot(&out->slot[s], x, own + common);
		before += b->mean[s];
		out->rest.mean += out->slot[s].mean;
		spread += 4.0 * x * x * own + 2.0 * own * own;
		for (int k = 0; k < K; k++)
			slope[k] += 2.0 * x * b->load[k][s];
	}
	for (int j = 0; j < K; j++)
		for (int k = 0; k < K; k++)
			spread += slope[j] * p->P[j][k] * slope[k];
	double mean = out->rest.mean, v = mean > 0.0 ? 0.25 * spread / fmax(mean, 0.25) : 0.0;
	v = fmin(v, mean + 0.25);
	write_slot(&out->rest, fc_centre(mean, v), v);
	out->rest.mean = mean;
	out->factor = before > 0.0 ? mean / before : 1.0;
}

enum wfm_status wfm_intraday_update(const struct wfm_day_belief *belief, const double *observed,
				    int now, struct wfm_intraday *out, struct wfm_error *e)
{
	double residual[WFM_MAX_SLOTS];
	struct posterior p;
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
	condition(belief, residual, now, &p);
	out->z = belief->factors > 0 ? p.f[0] : 0.0;
	out->z_sd = belief->factors > 0 ? sqrt(p.P[0][0]) : 1.0;
	write_rest(belief, &p, now, out);
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
