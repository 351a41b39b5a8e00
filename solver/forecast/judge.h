/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the rolling-origin judge keeps of its backtest: the errors at each origin of every method
 * that ran, special days applied. Lives in the caller's pool.
 */
#ifndef WFM_FC_JUDGE_H
#define WFM_FC_JUDGE_H

#include "fc.h"

struct fc_origin {
	int n;        /* grid days before it */
	double share; /* of today's usable days it could learn from */
	int usable;
	bool ran[WFM_MAX_METHODS];
	double error[WFM_MAX_METHODS]; /* Σ|f−y|, of slots, or of day totals where slots are sparse */
	double volume;                 /* Σy */
	/* The main method's errors on the root scale in standard deviations, without sign. */
	double *slot_z, *day_z;
	int slots, days;
};

struct fc_backtest {
	const struct fc_grid *grid;
	int days; /* horizon scored */
	bool sparse; /* slots mostly empty: methods are weighed by their day totals */
	int n;
	struct fc_origin *origin; /* oldest first */
	int main; /* the method whose forecasts are made: the one asked for, or the mixture */
};

/* weigh.c: shares of the methods for a forecast at grid day n with so many usable days, from
   origins whose horizon had ended by then. They sum to 1. */
void fc_weigh(const struct fc_backtest *b, int n, int usable, double weight[WFM_MAX_METHODS]);
/* report.c: the sentence that says why. */
void fc_explain(const struct fc_backtest *b, bool asked, struct wfm_report_card *card);

/* calibrate.c: scales of the standard deviations of slots and of day totals, learnt from the
   main method's errors at origins whose horizon had ended by grid day n; 1 = as they are. */
struct fc_scales fc_calibrate(const struct fc_backtest *b, int n, struct fc_pool *scratch);
/* Fills an origin's slot_z and day_z from the main method's output there. */
bool fc_keep_errors(struct fc_pool *keep, struct fc_pool *scratch, const struct fc_backtest *b,
		    const struct fc_output *out, struct fc_origin *p);
void fc_rescale(const struct fc_scales *k, int slots, struct fc_output *out);
/* score.c */
struct fc_tally {
	double error, error_week1, signed_error, pinball;
	double volume, volume_week1;
	double inside_80, inside_95, slots;
	double days, days_inside_80, day_error, day_volume;
	int origins;
};
void fc_score_origin(struct fc_tally *k, const struct fc_grid *g, int n, const struct fc_output *o);
void fc_score_add(struct fc_tally *sum, const struct fc_tally *k);
void fc_score_write(struct wfm_method_score *s, const struct fc_tally *k, double scale);
/* The day's observed total when it may be scored as a whole. */
bool fc_scored_total(const struct fc_grid *g, int day, double *total);
bool fc_scored_day(const struct fc_grid *g, int day);

#endif
