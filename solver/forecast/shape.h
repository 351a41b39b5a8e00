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
	double *residual;         /* slots: variance on the x scale of what is left */
};

enum wfm_status fc_shape_fit(const struct fc_train *t, const double *share, int count,
			     struct fc_shape *p, struct wfm_error *e);

#endif
