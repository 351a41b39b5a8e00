/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Correlation of past errors of several forecasts, and how far to believe it
 * (Schäfer & Strimmer 2005). Errors are rows × n, NaN where not known; they have mean zero by
 * assumption, for a bias that forecasts share is an error they share.
 */
#ifndef WFM_FC_ERRORS_H
#define WFM_FC_ERRORS_H

#include "fc.h"

struct fc_correlation {
	double *r;	  /* n × n, ones on the diagonal; 0 where no row has both */
	double *variance; /* n: mean square; NaN = never known */
	double *spread;	  /* n × n: estimated variance of r */
};

/* rows may be 0. */
bool fc_correlate(struct fc_pool *pool, const double *error, size_t rows, size_t n,
		  struct fc_correlation *c);
/* Σ Var(r) ÷ Σ (r − target)² over pairs, within 0 .. 1; 1 when there is nothing to tell by. */
double fc_shrinkage(const struct fc_correlation *c, size_t n, double target);

#endif
