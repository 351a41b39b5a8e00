/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Linear programs: minimise c x, row bounds, column bounds, columns added while it is solved. The only
 * door to the LP library; when that gives up with an internal error the call returns WFM_INTERNAL
 * with its words, every lp of the thread is dead (further calls return WFM_INTERNAL) and the next
 * lp_new starts afresh.
 *
 * One thread makes, uses and frees an lp; each thread has its own environment in the library,
 * released with the thread's last lp. Rows and columns count from 0.
 */
#ifndef WFM_LP_H
#define WFM_LP_H

#include "wfm/status.h"

#include <stdbool.h>

struct lp;

enum lp_method { LP_PRIMAL, LP_DUAL };

enum wfm_status lp_new(struct lp **out, struct wfm_error *e);
void lp_free(struct lp *lp);
/* A copy with its basis, in the environment of the calling thread; `from` may be another thread's,
 * which must leave it alone meanwhile. */
enum wfm_status lp_copy(struct lp **out, const struct lp *from, struct wfm_error *e);

/* Adds a row low <= a x <= high (HUGE_VAL: free side). Returns its index by *out when not NULL. */
enum wfm_status lp_add_row(struct lp *lp, double low, double high, int *out, struct wfm_error *e);
/* Adds a column with n entries; nonbasic at its lower bound. */
enum wfm_status lp_add_col(struct lp *lp, double low, double high, double cost, int n,
			   const int *rows, const double *values, int *out, struct wfm_error *e);
/* Replaces the entries of a column. */
enum wfm_status lp_set_entries(struct lp *lp, int col, int n, const int *rows, const double *values,
			       struct wfm_error *e);
enum wfm_status lp_set_bounds(struct lp *lp, int col, double low, double high, struct wfm_error *e);
/* New bounds of a row; the basis stays. */
enum wfm_status lp_set_row(struct lp *lp, int row, double low, double high, struct wfm_error *e);
/* A new cost of a column; the basis stays. */
enum wfm_status lp_set_cost(struct lp *lp, int col, double cost, struct wfm_error *e);
/* Removes columns; those behind move up, keeping their order. */
enum wfm_status lp_delete_cols(struct lp *lp, int n, const int *cols, struct wfm_error *e);
/* Puts a column into the starting basis (basic) or at its lower bound. */
enum wfm_status lp_set_basic(struct lp *lp, int col, bool basic, struct wfm_error *e);
/* Puts a row's slack into the starting basis, where new rows are, or at its bound. */
enum wfm_status lp_set_row_basic(struct lp *lp, int row, bool basic, struct wfm_error *e);

/* WFM_OK: optimal; WFM_LIMIT: pivots used up (values are the last ones); WFM_INFEASIBLE: no
 * solution, or unbounded. Starts from the basis there is. max_pivots 0: as many as it takes; should the
 * library go round in circles it starts once more by other rules, then it is WFM_INTERNAL. */
enum wfm_status lp_solve(struct lp *lp, enum lp_method method, int max_pivots, struct wfm_error *e);

/*
 * The same with the given columns whole, by branch and cut from a presolved copy: the basis stays as it
 * is and lp_value keeps what it was; the solution is read by lp_whole. WFM_LIMIT: max_nodes used up with
 * a solution there that may not be the best.
 */
enum wfm_status lp_solve_whole(struct lp *lp, int n, const int *cols, int max_nodes,
			       struct wfm_error *e);
double lp_whole(const struct lp *lp, int col);

double lp_objective(const struct lp *lp);
double lp_value(const struct lp *lp, int col);
double lp_reduced_cost(const struct lp *lp, int col);
double lp_dual(const struct lp *lp, int row);
bool lp_is_basic(const struct lp *lp, int col);
/* Simplex steps taken so far: work that can be counted without a clock. */
int lp_pivots(const struct lp *lp);
int lp_col_count(const struct lp *lp);

/* For tests: the n-th lp_solve from now in this thread fails inside the library; 0: never. */
void lp_inject_abort(int n);
/* For tests: the next n attempts at an lp_solve without max_pivots end after one pivot; 0: none. */
void lp_inject_stall(int n);

#endif
