/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sizes of the days ahead on the log scale, see size.c. Lives in the training's pool. */
#ifndef WFM_FC_SIZE_H
#define WFM_FC_SIZE_H

#include "dlm.h"

struct fc_size {
	struct dlm model;        /* the first one: steps, effects */
	double *mean, *variance; /* by step ahead */
	double *cov;             /* horizon × horizon days, without what is each day's own; NULL in a
				    backtest */
};

enum { FC_SIZE_MODELS = DLM_SIZE_MODELS }; /* parts of the memory it takes, from index on */

/* log_size: t->n days, NaN = missing; noise: known part of its variance by weekday. */
enum wfm_status fc_size_fit(const struct fc_train *t, const double *log_size,
			    const double noise[7], struct fc_memory *memory, int index,
			    struct fc_size *s, struct wfm_error *e);

#endif
