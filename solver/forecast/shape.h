/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shape factors of a queue's days, see shape.c. Lives in the training's pool. */
#ifndef WFM_SHAPE_H
#define WFM_SHAPE_H

#include "fc.h"

enum { FC_SHAPES = 2 };

struct fc_shape {
	int count;                /* factors used, 0 .. FC_SHAPES */
	double *v[FC_SHAPES];     /* slots each, orthonormal */
	double *score[FC_SHAPES]; /* t->n each; NaN on days without data */
	double *excess;           /* slots: dispersion of what is left, fc_excess_fit */
};

enum wfm_status fc_shape_fit(const struct fc_train *t, const struct fc_profile *profile, int count,
			     struct fc_memory *memory, struct fc_shape *p, struct wfm_error *e);

double fc_dot(const double *a, const double *b, int n);

/* count vectors of slots into v; R has a row per day of t, read where t->total is known.
   False when out of memory. */
bool fc_leading_vectors(const struct fc_train *t, const double *R, int count, double *v);
/* Those of the first origin of a backtest at the later ones, so that scores stay comparable. */
bool fc_directions(const struct fc_train *t, const double *R, int count, struct fc_memory *memory,
		   double *v);

#endif
