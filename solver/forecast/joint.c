/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The flat joint: making, checking, scaling, and its split into the parts that scenarios add up.
 *
 * With r0² = mean − w, w the variance of the rate's root (the count's less Poisson noise), a
 * slot's root is r0(1 + c·D/2) + Σ C_k e_k + own: the day's factor first, as far as w has room or
 * a little further (c <= 1), then the shapes, then the rest. E of its square is the mean, whatever the split.
 */
#include "joint.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double WIDER = 1.1;

void wfm_joint_counts(const struct wfm_joint *s, size_t counts[5])
{
	size_t days = (size_t)s->days, slots = (size_t)s->slots, shapes = (size_t)s->shapes;
	counts[0] = counts[1] = days * slots;
	counts[2] = days * (size_t)s->factors;
	counts[3] = 3 * days;
	counts[4] = shapes * slots + days * shapes;
}

static bool sizes_ok(const struct wfm_joint *s, struct wfm_error *e)
{
	bool ok = false;
	if (s->days < 1 || s->days > 546)
		(void)wfm_fail(e, WFM_INVALID, "/days", "must be between 1 and 546");
	else if (s->slots < 1 || s->slots > WFM_MAX_SLOTS)
		(void)wfm_fail(e, WFM_INVALID, "/slots", "must be between 1 and 288");
	else if (s->factors < 0 || s->factors > WFM_JOINT_FACTORS)
		(void)wfm_fail(e, WFM_INVALID, "/factors", "must be between 0 and %d",
			       WFM_JOINT_FACTORS);
	else if (s->shapes < 0 || s->shapes > WFM_JOINT_SHAPES)
		(void)wfm_fail(e, WFM_INVALID, "/shapes", "must be between 0 and %d",
			       WFM_JOINT_SHAPES);
	else
		ok = true;
	return ok;
}

struct wfm_joint *wfm_joint_alloc(const struct wfm_joint *sizes)
{
	size_t counts[5], all = 0;
	if (!sizes_ok(sizes, NULL))
		return NULL;
	wfm_joint_counts(sizes, counts);
	for (int i = 0; i < 5; i++)
		all += counts[i];
	/* The struct's size is a multiple of a double's alignment, for it holds pointers. */
	struct wfm_joint *j = calloc(1, sizeof *j + all * sizeof(double));
	if (j == NULL)
		return NULL;
	*j = *sizes;
	j->mean = (double *)(void *)(j + 1);
	j->variance = j->mean + counts[0];
	j->day_load = j->variance + counts[1];
	j->day_own = j->day_load + counts[2];
	j->shape = j->day_own + counts[3];
	return j;
}

void wfm_joint_free(struct wfm_joint *joint)
{
	free(joint);
}

static bool within(const double *v, size_t n, double least, double most, const char *name,
		   struct wfm_error *e)
{
	char path[64];
	for (size_t i = 0; i < n; i++)
		if (!(v[i] >= least && v[i] <= most)) {
			(void)snprintf(path, sizeof path, "/%s/%zu", name, i);
			(void)wfm_fail(e, WFM_INVALID, path, "must be between %g and %g", least, most);
			return false;
		}
	return true;
}

enum wfm_status wfm_joint_check(const struct wfm_joint *j, struct wfm_error *e)
{
	size_t counts[5];
	if (!sizes_ok(j, e))
		return WFM_INVALID;
	wfm_joint_counts(j, counts);
	size_t vectors = (size_t)j->shapes * (size_t)j->slots;
	bool ok = within(j->mean, counts[0], 0.0, 1e13, "mean", e) &&
		  within(j->variance, counts[1], 0.0, 1e13, "variance", e) &&
		  within(j->day_load, counts[2], -100.0, 100.0, "day_load", e) &&
		  within(j->day_own, counts[3], -1.0, 100.0, "day_own", e) &&
		  within(j->shape, vectors, -1.0, 1.0, "shape", e) &&
		  within(j->shape + vectors, counts[4] - vectors, 0.0, 1e13, "shape", e);
	for (int32_t h = 0; h < j->days && ok; h++)
		ok = within(j->day_own + 3 * h, 1, 0.0, 100.0, "day_own", e) &&
		     within(j->day_own + 3 * h + 1, 2, 0.0, 1.0, "day_own", e);
	return ok ? WFM_OK : WFM_INVALID;
}

static void scale_slot(double *mean, double *variance, double f)
{
	double noise = fc_poisson_noise(*mean), beyond = *variance - noise;
	*mean *= f;
	*variance = beyond >= 0.0 ? fc_poisson_noise(*mean) + beyond * f : *variance * fmin(f, 1.0);
}

void wfm_joint_scale_slots(struct wfm_joint *j, int32_t day, int first, int n, double factor)
{
	if (day < j->first_day || day >= j->first_day + j->days || first < 0)
		return;
	size_t row = (size_t)(day - j->first_day) * (size_t)j->slots;
	int last = n > 0 && first + n < j->slots ? first + n : j->slots;
	for (int s = first; s < last; s++)
		scale_slot(&j->mean[row + (size_t)s], &j->variance[row + (size_t)s], factor);
}

void wfm_joint_scale(struct wfm_joint *j, int32_t day, double factor)
{
	if (day < j->first_day || day >= j->first_day + j->days)
		return;
	wfm_joint_scale_slots(j, day, 0, 0, factor);
	double *sd = j->shape + j->shapes * j->slots + (day - j->first_day) * j->shapes;
	for (int k = 0; k < j->shapes; k++)
		sd[k] *= sqrt(factor);
}

double fc_joint_day_variance(const struct wfm_joint *j, int day)
{
	double own = j->day_own[3 * day], sum = own * own;
	const double *load = j->day_load + (size_t)day * (size_t)j->factors;
	for (int k = 0; k < j->factors; k++)
		sum += load[k] * load[k];
	return sum;
}

struct fc_slot_split fc_slot_split(double mean, double variance, double day_variance)
{
	struct fc_slot_split s = { 0 };
	double noise = fc_poisson_noise(mean);
	if (!(mean > 0.0))
		return s;
	s.poisson = variance >= 0.9 * noise;
	if (!s.poisson) { /* counts steadier than Poisson: no rate behind them, only the count */
		s.centre = fc_centre(mean, variance);
		s.own = sqrt(variance);
		return s;
	}
	double rate = fmin(fmax(variance - noise, 0.0), mean);
	s.centre = sqrt(mean - rate);
	s.day = 0.5 * s.centre;
	double taken = s.day * s.day * day_variance;
	/* Slots and days are calibrated apart: where a slot has no room for its day it gets a
	   little, or a sum of such slots would lose what ties it together. */
	double room = fmax(rate, WIDER * WIDER * variance - noise);
	if (taken > room) {
		s.day *= sqrt(room / taken);
		taken = room;
	}
	s.own = sqrt(fmax(0.0, rate - taken));
	return s;
}

/* The shapes' part of day h: orthogonal to the day's volume, and no more than slots have room for. */
static void plan_shapes(struct fc_plan *p, int h)
{
	const struct wfm_joint *j = p->joint;
	size_t row = (size_t)h * (size_t)j->slots;
	const double *sd = j->shape + j->shapes * j->slots + h * j->shapes;
	double norm = 0.0;
	for (int s = 0; s < j->slots; s++)
		norm += p->centre[row + (size_t)s] * p->centre[row + (size_t)s];
	for (int k = 0; k < j->shapes && norm > 0.0; k++) {
		const double *v = j->shape + k * j->slots;
		double along = 0.0;
		for (int s = 0; s < j->slots; s++)
			along += v[s] * p->centre[row + (size_t)s] / norm;
		for (int s = 0; s < j->slots; s++) {
			double c = p->centre[row + (size_t)s];
			p->shape[(row + (size_t)s) * (size_t)j->shapes + (size_t)k] =
				c > 0.0 ? sd[k] * (v[s] - along * c) : 0.0;
		}
	}
	for (int s = 0; s < j->slots; s++) {
		size_t c = row + (size_t)s;
		if (!(p->centre[c] > 0.0) || p->own[c] < 0.0)
			continue;
		double *e = p->shape + c * (size_t)j->shapes, q = 0.0;
		for (int k = 0; k < j->shapes; k++)
			q += e[k] * e[k];
		double room = p->own[c] * p->own[c];
		for (int k = 0; k < j->shapes && q > room; k++)
			e[k] *= sqrt(room / q);
		p->own[c] = sqrt(fmax(0.0, room - q));
	}
}

bool fc_plan_build(struct fc_pool *pool, const struct wfm_joint *j, struct fc_plan *p)
{
	size_t cells = (size_t)j->days * (size_t)j->slots;
	p->joint = j;
	p->centre = fc_alloc(pool, cells, sizeof(double));
	p->day = fc_alloc(pool, cells, sizeof(double));
	p->own = fc_alloc(pool, cells, sizeof(double));
	p->shape = fc_alloc(pool, cells * (size_t)j->shapes + 1, sizeof(double));
	if (pool->failed)
		return false;
	for (int h = 0; h < j->days; h++) {
		double V = fc_joint_day_variance(j, h);
		for (int s = 0; s < j->slots; s++) {
			size_t c = (size_t)h * (size_t)j->slots + (size_t)s;
			struct fc_slot_split split =
				fc_slot_split(j->mean[c], j->variance[c], V);
			p->centre[c] = split.centre;
			p->day[c] = split.day;
			p->own[c] = split.poisson || !(j->mean[c] > 0.0)
						    ? split.own
						    : -fmax(split.own, 1e-9);
		}
		plan_shapes(p, h);
	}
	return true;
}
