/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Modified offered load. λ and AHT are constant in an interval of I seconds, so with m at
 * its start m(t) = a + (m − a)·e^{−t/AHT}, a = λ·AHT, and the mean over the interval is
 * a + (m − a)(1 − e^{−I/AHT})·AHT/I. Where m hardly moves one point (the mean) stands for
 * the interval; otherwise five Gauss-Legendre points in time do.
 */
#include "staffing_impl.h"

#include <math.h>

static const double node5[5] = { 0.046910077030668, 0.230765344947158, 0.5, 0.769234655052842,
				 0.953089922969332 };
static const double weight5[5] = { 0.118463442528095, 0.239314335249683, 0.284444444444444,
				   0.239314335249683, 0.118463442528095 };

static void course_single(struct wfm_load_course *c, double erl)
{
	c->points = 1;
	c->load_erl[0] = erl;
	c->weight[0] = 1.0;
}

/* Returns m at the interval's end. */
static double course_modified(struct wfm_load_course *c, double start, double seconds, bool worst)
{
	double a = c->lambda * c->aht_s, decay = exp(-seconds / c->aht_s);
	double end = a + (start - a) * decay;
	c->mean_erl = a + (start - a) * (1.0 - decay) * c->aht_s / seconds;
	if (worst) {
		course_single(c, fmax(start, end));
	} else if (fabs(end - start) < 0.15 * sqrt(c->mean_erl)) {
		course_single(c, c->mean_erl);
	} else {
		c->points = WFM_MAX_LOAD_POINTS;
		for (int i = 0; i < WFM_MAX_LOAD_POINTS; i++) {
			c->load_erl[i] = a + (start - a) * exp(-node5[i] * seconds / c->aht_s);
			c->weight[i] = weight5[i];
		}
	}
	return end;
}

void wfm_load_courses(const struct wfm_load *loads, size_t n,
		      const struct wfm_staffing_options *options, struct wfm_load_course *courses)
{
	double seconds = options->interval_s, m = 0.0;
	for (size_t i = 0; i < n; i++) {
		struct wfm_load_course *c = &courses[i];
		*c = (struct wfm_load_course){ 0 };
		if (!loads[i].open) { /* contacts under way at closing are finished */
			m = 0.0;
			continue;
		}
		c->lambda = loads[i].volume / seconds;
		c->aht_s = loads[i].aht_s;
		double a = c->lambda * c->aht_s;
		if (options->load_model == WFM_LOAD_STATIONARY) {
			c->mean_erl = a;
			course_single(c, a);
			continue;
		}
		if (i == 0)
			m = a;
		if (loads[i].volume > 0.0)
			m = course_modified(c, m, seconds,
					    options->load_model == WFM_LOAD_MODIFIED_MAX);
		else /* nothing new arrives; what is under way is finished meanwhile */
			m = loads[i].aht_s > 0.0 ? m * exp(-seconds / loads[i].aht_s) : 0.0;
	}
}
