/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Modified offered load. λ and AHT are constant in an interval of I seconds, so with m at
 * its start m(t) = a + (m − a)·e^{−t/AHT}, a = λ·AHT, and the mean over the interval is
 * a + (m − a)(1 − e^{−I/AHT})·AHT/I. Where m hardly moves one point (the mean) stands for
 * the interval; otherwise five Gauss-Legendre points in time do.
 *
 * That m counts everybody as served at once. Who waits leaves at the rate of patience, θ, not of
 * service, μ, so where many give up the load moves with θ: a line of n that patience of a minute
 * empties is at λ·AHT within the minute, however long the AHT. With x(t) there on the mean, and
 * x normal about it,
 *
 *   d(t) = E min(x, n) + (θ/μ)·E (x−n)⁺ = x + (θ/μ − 1)·E (x−n)⁺,      x' = μ(a − d)
 *
 * and d, departures a second times AHT, is the load: it is a when nothing moves, and m when θ = μ or
 * nobody waits.
 */
#include "staffing_impl.h"

#include <math.h>

static const double node5[5] = { 0.046910077030668, 0.230765344947158, 0.5, 0.769234655052842,
				 0.953089922969332 };
static const double weight5[5] = { 0.118463442528095, 0.239314335249683, 0.284444444444444,
				   0.239314335249683, 0.118463442528095 };
enum { STEPS = 2 }; /* at first, between two points */

static void course_single(struct wfm_load_course *c, double erl)
{
	c->points = 1;
	c->load_erl[0] = erl;
	c->weight[0] = 1.0;
}

static bool hardly_moves(double from, double to)
{
	return fabs(to - from) < 0.15 * sqrt(0.5 * (from + to));
}

/* Who leaves while x are there. Times in handling times: μ = 1. */
struct flow {
	double a, n, theta;
};

/* d(x), and its slope. */
static double leaving(const struct flow *f, double x, double *slope)
{
	double above = 0.5 * erfc((f->n - x) / sqrt(2.0 * fmax(x, 1e-9)));
	/* Patience shorter than a handling time keeps those there closer together. */
	double spread = sqrt(fmax(x, 1e-9) / fmax(1.0 + (f->theta - 1.0) * above, 1.0));
	double z = (x - f->n) / spread;
	above = 0.5 * erfc(-z * M_SQRT1_2);
	double queue = spread * (z * above + exp(-0.5 * z * z) * 0.5 * M_2_SQRTPI * M_SQRT1_2);
	queue = fmin(queue, x * above); /* too few for a normal */
	*slope = fmax(1.0 + (f->theta - 1.0) * above, 1e-12);
	return x + (f->theta - 1.0) * queue;
}

/* The x at which as many leave as come: Newton, kept between bounds. */
static double flow_rest(const struct flow *f)
{
	double low = 0.0, high = f->a / fmin(f->theta, 1.0), x = f->a, slope;
	for (int i = 0; i < 100 && high - low > 1e-9 * (1.0 + low); i++) {
		double more = f->a - leaving(f, x, &slope);
		if (more > 0.0)
			low = x;
		else
			high = x;
		double next = x + more / slope;
		x = next > low && next < high ? next : 0.5 * (low + high);
		if (fabs(more) < 1e-9 * f->a)
			break;
	}
	return x;
}

/*
 * x after a time, by exponential Rosenbrock steps, stiff where patience is short. The slope goes from
 * 1 to θ within a spread or two about n: a step that passes there is halved. No path passes its rest.
 */
static double flow_on(const struct flow *f, double x, double time)
{
	double slope, at = leaving(f, x, &slope), h = time / STEPS;
	for (double left = time; left > 1e-9 * time;) {
		h = fmin(h, left);
		double next, to = fmax(x + (f->a - at) * -expm1(-slope * h) / slope, 0.0);
		double next_at = leaving(f, to, &next);
		if ((next > 1.5 * slope || slope > 1.5 * next) && h > 1e-3 * time &&
		    fabs(to - x) > 0.3 * sqrt(f->n + 1.0)) {
			h *= 0.5;
			continue;
		}
		if ((next_at > f->a) != (at > f->a))
			return flow_rest(f);
		left -= h;
		x = to;
		at = next_at;
		slope = next;
		h *= 1.5;
	}
	return x;
}

static struct flow flow_of(const struct wfm_load_course *c, int32_t agents,
			   const struct wfm_staffing_options *o)
{
	double n = agents;
	if (o->channel == WFM_CHAT) /* with all slots busy */
		n *= o->concurrency / (1.0 + o->stretch * (o->concurrency - 1.0));
	return (struct flow){ c->lambda * c->aht_s, n, c->aht_s * wfm_leaving_rate(o->patience_s) };
}

double wfm_load_course_staff(struct wfm_load_course *c, int32_t agents,
			     const struct wfm_staffing_options *o)
{
	if (!c->moves)
		return NAN;
	struct flow f = flow_of(c, agents, o);
	double time = c->seconds / c->aht_s, x = isnan(c->present) ? flow_rest(&f) : c->present;
	double slope, at = 0.0, mean = 0.0, most = 0.0, least = INFINITY;
	double most_erl = (1.0 - o->redial) * WFM_MAX_SERVERS; /* twice what may be asked for */
	c->points = WFM_MAX_LOAD_POINTS;
	for (int i = 0; i < WFM_MAX_LOAD_POINTS; i++) {
		x = flow_on(&f, x, (node5[i] - at) * time);
		at = node5[i];
		/* For a moment, when many people go at once, any number leaves. */
		c->load_erl[i] = fmin(leaving(&f, x, &slope), most_erl);
		c->weight[i] = weight5[i];
		mean += weight5[i] * c->load_erl[i];
		most = fmax(most, c->load_erl[i]);
		least = fmin(least, c->load_erl[i]);
	}
	x = flow_on(&f, x, (1.0 - at) * time);
	if (o->load_model == WFM_LOAD_MODIFIED_MAX)
		course_single(c, fmax(most, fmin(leaving(&f, x, &slope), most_erl)));
	else if (hardly_moves(least, most))
		course_single(c, mean);
	return x;
}

/* Returns m at the interval's end. */
static double course_modified(struct wfm_load_course *c, double start, bool worst)
{
	double a = c->lambda * c->aht_s, time = c->seconds / c->aht_s;
	double end = start * exp(-time) - a * expm1(-time);
	c->mean_erl = (a * wfm_expm_curve(time) - start * expm1(-time)) / time;
	if (worst) {
		course_single(c, fmax(start, end));
	} else if (hardly_moves(start, end)) {
		course_single(c, c->mean_erl);
	} else {
		c->points = WFM_MAX_LOAD_POINTS;
		for (int i = 0; i < WFM_MAX_LOAD_POINTS; i++) {
			c->load_erl[i] = start * exp(-node5[i] * time) - a * expm1(-node5[i] * time);
			c->weight[i] = weight5[i];
		}
	}
	return end;
}

void wfm_load_course_next(const struct wfm_load *load, const struct wfm_staffing_options *o,
			  double *m, double *present, struct wfm_load_course *c)
{
	double seconds = o->interval_s;
	*c = (struct wfm_load_course){ .seconds = seconds, .present = *present };
	if (!load->open) { /* contacts under way at closing are finished */
		*m = *present = 0.0;
		return;
	}
	c->lambda = load->volume / seconds;
	c->aht_s = load->aht_s;
	double a = load->volume > 0.0 ? c->lambda * c->aht_s : 0.0;
	if (a < WFM_EMPTY_ERL)
		a = c->lambda = 0.0;
	if (o->load_model == WFM_LOAD_STATIONARY) {
		c->mean_erl = a;
		course_single(c, a);
		return;
	}
	if (isnan(*m))
		*m = a;
	if (c->lambda > 0.0) {
		*m = course_modified(c, *m, o->load_model == WFM_LOAD_MODIFIED_MAX);
		c->moves = o->patience_s > 0.0 && !isinf(o->patience_s);
	} else { /* nothing new arrives; what is under way is finished meanwhile */
		*m = load->aht_s > 0.0 ? *m * exp(-seconds / load->aht_s) : 0.0;
		*present = *m;
	}
}

void wfm_load_courses(const struct wfm_load *loads, size_t n,
		      const struct wfm_staffing_options *o, const int32_t *agents,
		      struct wfm_load_course *courses)
{
	double m = NAN, present = NAN;
	for (size_t i = 0; i < n; i++) {
		wfm_load_course_next(&loads[i], o, &m, &present, &courses[i]);
		if (agents != NULL && courses[i].moves)
			present = wfm_load_course_staff(&courses[i], agents[i], o);
	}
}
