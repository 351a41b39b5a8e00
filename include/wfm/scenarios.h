/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Joint scenarios of a forecast: whole futures, not slots one by one. A busy Monday is busy
 * all day and makes a busy Tuesday likelier; quantiles of a day, a week or several queues
 * together follow from such futures and from nothing less.
 *
 * In a scenario the rate of a slot is (r + r·D/2 + Σ C_k v_k + own)²: D is the day's common
 * factor (of the log of its volume), correlated between days as the forecasting model has it;
 * C_k the scores of shapes v_k, which move contacts within the day; own is the slot's. Counts are
 * Poisson around the rate. Each slot alone has the mean and the quantiles of its forecast,
 * each day total those of the forecast's days, up to the steps of whole contacts.
 *
 * struct wfm_joint is flat: sizes and five plain arrays of doubles, to be stored as numbers
 * and given back later (wfm_joint_alloc, fill, wfm_joint_check).
 *
 * Ownership: a joint made by wfm_joint_alloc, or by wfm_forecast_run as forecast->joint (then
 * wfm_forecast_free frees it), is one block with its arrays; wfm_joint_free(NULL) does nothing.
 * Thread rule: no shared state; joints are only read here.
 */
#ifndef WFM_SCENARIOS_H
#define WFM_SCENARIOS_H

#include "wfm/forecast.h"

enum { WFM_JOINT_FACTORS = 28, WFM_JOINT_SHAPES = 8 };

struct wfm_joint {
	int32_t first_day; /* local date, days since 1970-01-01 */
	int32_t days;      /* 1 .. 546 */
	int32_t slots;     /* a day: 1440 ÷ interval_min */
	int32_t factors;   /* 0 .. WFM_JOINT_FACTORS */
	int32_t shapes;    /* 0 .. WFM_JOINT_SHAPES */
	double *mean;      /* days × slots: expected contacts; 0 where shut */
	double *variance;  /* days × slots: of the count's root √(y+¼), as its quantiles have it */
	double *day_load;  /* days × factors: loading of ln(day volume) on each common factor */
	double *day_own;   /* days × 3: sd of the day's own part of ln(volume); correlation of that
			      part with the day before's; share of the sum of the slots' own parts
			      that they take back among themselves, so that the day is no wider */
	double *shape;     /* shapes × slots on the root scale, then days × shapes: sd of the scores */
};

/* Numbers in each array of a joint of these sizes, in the order of the struct: 5 counts. */
void wfm_joint_counts(const struct wfm_joint *sizes, size_t counts[5]);
/* A zeroed joint of these sizes (pointers of `sizes` are ignored); NULL when out of memory. */
struct wfm_joint *wfm_joint_alloc(const struct wfm_joint *sizes);
void wfm_joint_free(struct wfm_joint *joint);
/* WFM_INVALID with a path and a sentence when a size or a number is out of range. */
enum wfm_status wfm_joint_check(const struct wfm_joint *joint, struct wfm_error *e);
/* Multiplies one day's volume by factor >= 0 (an adjustment, a reconciliation), slots and all. */
void wfm_joint_scale(struct wfm_joint *joint, int32_t day, double factor);
/* The same for slots [first, first + n) of the day; n = 0: to its end. */
void wfm_joint_scale_slots(struct wfm_joint *joint, int32_t day, int first, int n, double factor);

/*
 * n scenarios, whole counts: volume has n × days × slots numbers, scenario by scenario. The
 * same joint, seed and n give the same numbers on every run; scenario i does not depend on n.
 */
enum wfm_status wfm_scenarios_draw(const struct wfm_joint *joint, uint64_t seed, int n,
				   double *volume, struct wfm_error *e);

/*
 * The same of one of several queues that move together: draw each with the same queues, seed and
 * n, and scenario i of all of them is one future. Each queue alone keeps its own distribution;
 * the normal deviates behind the day factors of queues p and q have the correlation asked for
 * (wfm_day_correlation), day by day, and all else is each queue's own. Queue by queue, because
 * all of them at once can be more than fits in memory.
 */
struct wfm_queues {
	const struct wfm_joint *const *joints; /* with the same first_day and days; intervals may differ */
	size_t n_joints;
	const double *correlation; /* n_joints² row by row, diagonal 1 */
};
enum wfm_status wfm_scenarios_draw_queue(const struct wfm_queues *queues, size_t which,
					 uint64_t seed, int n, double *volume, struct wfm_error *e);

struct wfm_total {
	double mean;
	double quantile[WFM_QUANTILES];
};

/* What to add up. Every day of the joints belongs to one sum or to none. */
struct wfm_sums {
	const struct wfm_joint *const *joints; /* with the same first_day and days; intervals may differ */
	size_t n_joints;
	/* n_joints² row by row: how the queues' day factors move together (wfm_day_correlation).
	   NULL = independent queues. */
	const double *correlation;
	const int32_t *sum_of_day; /* per day: 0 .. n_sums − 1, or −1 = in none; NULL = one sum a day */
	size_t n_sums;
	uint64_t seed;
	int scenarios; /* 0 = 1000 */
};

/* totals has n_sums entries. */
enum wfm_status wfm_scenarios_total(const struct wfm_sums *sums, struct wfm_total *totals,
				    struct wfm_error *e);

/*
 * Correlation of the day errors of n queues, from their backtests (forecast->backtest), shrunk
 * towards their mean correlation and that towards none (Schäfer & Strimmer 2005), so that it is
 * positive definite however few days there are. correlation has n² numbers.
 */
struct wfm_day_errors {
	const struct wfm_backtest_day *days;
	size_t n;
};
enum wfm_status wfm_day_correlation(const struct wfm_day_errors *queues, size_t n,
				    double *correlation, struct wfm_error *e);

#endif
