/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Systems with a dense symmetric positive definite matrix, stored by rows; only its lower triangle is
 * read. The caller owns everything.
 */
#ifndef WFM_NUM_CHOLESKY_H
#define WFM_NUM_CHOLESKY_H

#include <stdbool.h>
#include <stddef.h>

/* Makes a[n x n] its factor L of L L'. False: not positive definite; a is spoiled. */
bool cholesky_factor(double *a, size_t n);
/* x[n], the right-hand side, becomes the solution. */
void cholesky_solve(const double *l, size_t n, double *x);

#endif
