/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A joint's numbers worked out for drawing: what each slot takes from its day's factor, from the
 * shapes and from itself (plan), and the making of a joint from a method's output.
 * A plan lives in the caller's pool.
 */
#ifndef WFM_FC_JOINT_H
#define WFM_FC_JOINT_H

#include "fc.h"
#include "wfm/scenarios.h"

struct fc_plan {
	const struct wfm_joint *joint;
	double *centre; /* days × slots: root of the rate, before its deviations; 0 = shut */
	double *day;    /* … its change by a day factor of 1 */
	double *own;    /* … sd of the slot's own part; negative: Poisson noise is too much for
			   the forecast's variance, −own is the sd of the count's root instead */
	double *shape;  /* days × slots × shapes: change by a score of one sd */
};

/* Variance of a day's factor, own part included. */
double fc_joint_day_variance(const struct wfm_joint *j, int day);
/* One slot's split, given the variance of its day's factor: fc_plan's numbers. */
struct fc_slot_split {
	double centre, day, own;
	bool poisson;
};
struct fc_slot_split fc_slot_split(double mean, double variance, double day_variance);
bool fc_plan_build(struct fc_pool *pool, const struct wfm_joint *j, struct fc_plan *plan);

/* Lower Cholesky factor; a matrix that is not quite positive definite loses those columns. */
void fc_cholesky(const double *a, size_t n, double *l);

/* joint_build.c: the joint of a finished output (special days applied). NULL = no memory. */
struct wfm_joint *fc_joint_build(struct fc_pool *pool, const struct fc_grid *g,
				 const struct fc_output *out);

/* partial_day.c: out of a day that has begun, told what came in before first_slot > 0. */
enum wfm_status fc_partial_day(struct fc_pool *pool, const struct fc_grid *g, int first_slot,
			       struct fc_output *out, struct wfm_error *e);

#endif
