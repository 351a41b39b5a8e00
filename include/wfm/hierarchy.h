/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Forecasts of queues, sites, regions and the network that add up: minimum-trace
 * reconciliation with a shrunk error covariance (Wickramasuriya, Athanasopoulos & Hyndman
 * 2019; shrinkage of Schäfer & Strimmer 2005). Each node has its own forecast, made from its
 * own history; the reconciled ones are the coherent combination with the least total error
 * variance. A leaf forecast as nothing (shut that day) stays nothing, and so does one that
 * would come out negative; the others then take the change.
 *
 * Ownership: the caller owns every array; nothing is kept. Thread rule: no shared state.
 */
#ifndef WFM_HIERARCHY_H
#define WFM_HIERARCHY_H

#include "wfm/scenarios.h"

/*
 * A tree. Leaves are the nodes that are nobody's parent; every other node is the sum of its
 * children. A parent stands before its children: parent[i] < i, and −1 for a root.
 */
enum { WFM_HIERARCHY_NODES = 4000 }; /* at most */

struct wfm_hierarchy {
	const int32_t *parent;
	size_t n_nodes;
};

/*
 * The base forecasts' errors in the past, same moments for every node: rows × n_nodes
 * (observed − forecast), NaN where one is not known. Without rows (n_rows 0) nodes weigh as the
 * number of leaves below them (structural scaling).
 */
struct wfm_hierarchy_errors {
	const double *error;
	size_t n_rows;
};

/*
 * base and reconciled: horizon × n_nodes means (they may be the same array). shrinkage (may be
 * NULL) tells the intensity used, 1 = errors taken for uncorrelated.
 * WFM_INVALID: not such a tree, or a number that is not finite.
 */
enum wfm_status wfm_hierarchy_reconcile(const struct wfm_hierarchy *tree,
					const struct wfm_hierarchy_errors *errors,
					const double *base, size_t horizon, double *reconciled,
					double *shrinkage, struct wfm_error *e);

/*
 * The error rows of n forecasts from their backtests, a row for each day and distance that any was
 * scored on, NaN for the others. error (may be NULL, to count) has room for max_rows × n; rows is
 * set to the rows there are. WFM_NO_MEMORY.
 */
enum wfm_status wfm_hierarchy_backtest(const struct wfm_day_errors *nodes, size_t n, double *error,
				       size_t max_rows, size_t *rows, struct wfm_error *e);

/*
 * Moves a forecast to a new mean of day `index`: its slots, their quantiles and those of the
 * day, and the joint, all by the same factor (contacts keep their share of the day).
 */
void wfm_forecast_move_day(struct wfm_forecast *forecast, size_t index, double mean);

#endif
