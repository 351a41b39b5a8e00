/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A day-level dynamic linear model (West & Harrison 1997) with calendar effects: see dlm.c.
 * Steps are the days of weekdays that open, closures included as days without observation.
 * Everything lives in the caller's pool.
 */
#ifndef WFM_DLM_H
#define WFM_DLM_H

#include "fc.h"

enum dlm_param {
	DLM_R,       /* observation variance beyond the count's own */
	DLM_Q_LEVEL, /* random walk of the level */
	DLM_Q_AR,    /* innovation of the AR(1) */
	DLM_Q_WEEK,  /* random walk of the weekday effects */
	DLM_TAU_MONTH, /* variance of the effects of position in the month */
	DLM_TAU_HOLIDAY, /* variance of the effects of neighbouring closures */
	DLM_PHI,
	DLM_PARAMS,
};

enum { DLM_OPEN_CLASSES = 12, DLM_MONTH_DAYS = 31, DLM_CLOSURE_FLAGS = 3 };
/* What a model takes for granted; none: effects of the day of the month are rough, outliers lie
   beyond three standard deviations. */
enum dlm_kind {
	DLM_SMOOTH = 1, /* the effect of the day of the month varies smoothly */
	DLM_WARY = 2,   /* outliers lie beyond two standard deviations */
	DLM_MONTHLESS = 4, /* the day of the month has no effect */
	DLM_SCORE = 8,  /* of a day's shape: parameters need not be as exact */
};

/* Remembered of a model: parameters in the search's scale, weights of the weekdays, whether there
   are any, and the curvature there. */
enum { DLM_WEIGHTS_AT = DLM_PARAMS, DLM_KNOWN_AT = DLM_WEIGHTS_AT + 7, DLM_CURVATURE_AT,
       DLM_MEMORY = DLM_CURVATURE_AT + DLM_PARAMS * DLM_PARAMS };
enum { DLM_NONZERO = 12, DLM_STATES = 64 };
enum { DLM_SIZE_MODELS = 4 }; /* the first of a memory's models are of the same series (size.h) */
enum { DLM_OUTLOOKS = 13, DLM_OUTLOOK_DAYS = 14 };

/* The design row of one step: which states add to its observation. */
struct dlm_row {
	int8_t n;
	int8_t at[DLM_NONZERO];
	float value[DLM_NONZERO];
	int8_t weekday;
};

/* What the model foresaw at the end of a week: mean and variance of the steps ahead. */
struct dlm_outlook {
	int from; /* step */
	double mean[DLM_OUTLOOK_DAYS], variance[DLM_OUTLOOK_DAYS];
};

struct dlm {
	int n, n_total;      /* steps with past, and past + horizon */
	int *day;            /* n_total: grid day of a step */
	int *step_of_day;    /* grid days: step, or −1 */
	struct dlm_row *row; /* n_total */
	double *z;           /* n: centred observation, NaN = missing */
	double centre[7];    /* subtracted, by weekday */
	double count_noise[7]; /* known part of the observation variance */
	int states, width;    /* width: states and what fills the last block of eight */
	int week_at, week_n;  /* weekday states */
	int open_at, month_at, month_n, closure_at, annual_at, annual_n;
	int week_state[7];    /* state of a weekday or −1 */
	double is_week[2 * FC_BLOCK]; /* 1 = a weekday's state, of the first ones */
	double open_rho[DLM_OPEN_CLASSES], month_rho[DLM_MONTH_DAYS]; /* by distance */
	bool smooth;          /* month effects are smooth, not rough */
	bool rough_search;
	double outlier;       /* squared standardised errors beyond it count as that */
	double cost;          /* −log posterior of the parameters, to compare models by */
	double scale;         /* v: half the squared robust day-to-day spread */
	double hold;          /* the priors of the parameters are so many times as wide: 1, or less */
	double level_prior;   /* variance of the level at the start */
	double param[DLM_PARAMS]; /* natural scale */
	double weight[7];     /* of a weekday's observation variance */
	double kappa2;        /* forecast variances are this much larger than the model's */
	double *m, *P;        /* filtered at the end of the past */
	struct dlm_outlook *outlook; /* of the last weeks, oldest first; room for DLM_OUTLOOKS */
	int n_outlooks;
};

bool dlm_has_annual(const struct fc_train *t); /* more than a year to learn from */

/*
 * Lays out steps and states for observations by grid day (NaN = missing, t->n of them).
 * count_noise may be NULL; kind: of enum dlm_kind.
 */
enum wfm_status dlm_build(const struct fc_train *t, const double *by_day,
			  const double *count_noise, unsigned kind, struct dlm *k,
			  struct wfm_error *e);

/*
 * Fits parameters (from memory when it holds some and refit is false), filters, calibrates.
 * memory has DLM_MEMORY numbers, all zero when empty; like: the same of a model that is likely to
 * have similar parameters, or NULL.
 */
enum wfm_status dlm_fit(struct dlm *k, struct fc_pool *pool, double *memory, const double *like,
			bool refit, struct wfm_error *e);

/* Goes on to the training's end, which lies after the model's: parameters, centres and the past
   stay as they are; dlm_follow.c. */
void dlm_follow(struct dlm *k, const struct fc_train *t, const double *by_day,
		const double *count_noise);

/* Mean and variance (κ² included) of the steps after the past; arrays of n_total − n. */
void dlm_forecast(const struct dlm *k, double *mean, double *variance);

/*
 * Covariance between the days' errors ahead, κ² included, observation variance not, in *cov,
 * days × days of the training's horizon (zero where a weekday never opens); dlm_covariance.c.
 */
enum wfm_status dlm_covariance(const struct dlm *k, const struct fc_train *t, double **cov,
			       struct wfm_error *e);

/*
 * How much more than the model's variance week totals err in the past, in-sample: every week of
 * the last two years from the state before it, days weighted by weekday; dlm_week.c.
 */
enum wfm_status dlm_week_ratio(const struct dlm *k, struct fc_pool *pool, const double weight[7],
			       double *ratio, struct wfm_error *e);

/*
 * All of it: builds k, fits with the index-th part of memory, and gives mean and variance of
 * the steps ahead in the training's pool. In a backtest the model of the origin before goes on.
 */
enum wfm_status dlm_run(const struct fc_train *t, const double *by_day, const double *count_noise,
			unsigned kind, struct fc_memory *memory, int index, struct dlm *k, double **mean,
			double **variance, struct wfm_error *e);

/* Calendar effects as factors, appended to out->effects. */
void dlm_effects(const struct dlm *k, struct fc_output *out);

#endif
