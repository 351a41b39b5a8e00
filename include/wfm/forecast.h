/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Forecast of one queue: mean, quantiles and handling time of each future slot,
 * with the report card that says how far to trust it.
 *
 * Several methods run over past origins of the series (rolling-origin judge), which then
 * chooses one or weights several, and says why in one sentence (report.reason), or the
 * caller names one.
 *
 * Every number that comes back is finite, quantiles are in order and none is negative,
 * whatever the history: short, all zero, constant, full of holes.
 *
 * Ownership: the caller owns struct wfm_forecast; wfm_forecast_run fills it and
 * wfm_forecast_free releases what it points to (safe on a zeroed struct, twice).
 * Thread rule: no shared state; run as many at once as you like.
 */
#ifndef WFM_FORECAST_H
#define WFM_FORECAST_H

#include "wfm/series.h"

enum { WFM_QUANTILES = 7 };

/* .05 .10 .25 .50 .75 .90 .95 */
extern const double wfm_quantile_levels[WFM_QUANTILES];

struct wfm_forecast_options {
	int32_t first_day; /* first local date to forecast; 0 = the day after the last observed.
			      Observations at or after it are ignored, except those of first_day
			      itself before first_slot. */
	int16_t first_slot; /* 0 = whole days; > 0: the day has begun, targets start here, and
			       what was observed of it so far moves them (wfm/intraday.h); the
			       first day's total is that of the rest */
	int32_t days;       /* 1 .. 546 local dates, first_day included */
	const char *method; /* NULL = the judge weighs; else a name of wfm_forecast_method_name */
	int origins;        /* backtest origins, weekly; 0 = 8, fewer when history is short; -1 = none */
	int backtest_days;  /* horizon scored at each origin; 0 = 14 */
	/* Cold start: with no usable history, the profile of `reference` (may be NULL: flat
	   over the opening mask) scaled to this many contacts a week. */
	const struct wfm_series *reference;
	double expected_week_volume; /* 0 = not given */
	double default_aht_s;        /* used where history has no handling time; 0 = 180 */
	/* Called between steps with 0..1; return true to stop (WFM_CANCELLED). May be NULL. */
	bool (*progress)(void *user, double done);
	void *user;
};

/* One future slot. Closed slots are listed too, with open false and zeros. */
struct wfm_forecast_slot {
	int32_t day;
	int16_t slot;
	bool open;
	double mean;
	double quantile[WFM_QUANTILES];
	double aht_s;
};

/* The same for a day's total: quantiles of a sum are not sums of quantiles. */
struct wfm_forecast_day {
	int32_t day;
	bool open;
	double mean;
	double quantile[WFM_QUANTILES];
};

/*
 * How a method did on past origins of this series. Errors are pooled over origins:
 * wape = Σ|f−y| ÷ Σy, bias = Σ(f−y) ÷ Σy, wql = 2 × mean pinball of the deciles ÷ mean y,
 * coverage_80 = share of observations between the .10 and .90 quantiles, coverage_95
 * between .025 and .975. NaN where nothing could be scored.
 */
struct wfm_method_score {
	char method[24];
	double wape;
	double wape_week1; /* of the first 7 days only */
	double wape_day;   /* of day totals */
	double bias;
	double wql;
	double mase; /* against the weekly naive's in-sample error */
	double coverage_80;
	double coverage_95;
	double coverage_80_day; /* of day totals */
	int origins;            /* 0 = not tried (history too short) */
	int32_t scored;         /* slots scored */
	double weight;          /* its share in this forecast; the shares of a card sum to 1 */
};

enum { WFM_MAX_METHODS = 12 };

/* The report card: the chosen method beside every other that ran. */
struct wfm_report_card {
	struct wfm_method_score score[WFM_MAX_METHODS];
	int n_scores;
	int chosen;         /* index into score */
	int seasonal_naive; /* index of last-week-same-interval */
	int four_week_mean; /* index of the 4-week mean */
	double poisson_floor; /* WAPE nobody can beat: a perfect rate with Poisson counts */
	int32_t weeks;        /* of history used */
	int32_t days_used;
	int32_t outliers;     /* slots replaced in training */
	int32_t first_day_used; /* the dates learnt from; 0 when none */
	int32_t last_day_used;
	int32_t longest_gap_days; /* open days in a row without data, at most, between those */
	/* Plain sentences without a full stop, ready to be shown: why these methods, and what
	   of the history was used ("102 days from 2003-03-03 to 2003-07-31; 21 days missing"). */
	char reason[240];
	char history[200];
};

/* A slot whose observation was taken for a fault or a freak and not learnt from. */
struct wfm_outlier {
	int32_t day;
	int16_t slot;
	double offered; /* as observed */
	double usual;   /* what training used in its place */
};

/*
 * A calendar effect as a readable number: "day after a closure: +14 %". The names, stable:
 *   monday … sunday          the weekday beside the mean of the week
 *   open_day_first_1 … _8    nth open day of a month (paydays, start of month)
 *   open_day_last_4 … _1     nth open day from its end
 *   month_day_1 … _31        day of the month
 *   after_closure_1, _2      first and second open day after a closure (a holiday)
 *   before_closure           open day before one
 *   special_group_G          special days of group G, all day (group as in wfm_special_day)
 *   after_special_group_G    the open day after such a day, before_special_group_G the one before
 *                            (of days that are `neighbours` it is after_closure, before_closure)
 */
struct wfm_forecast_effect {
	char name[32];
	double factor; /* 1.14 = +14 % */
	double sd;     /* of log factor */
};

enum { WFM_MAX_EFFECTS = 96 };

/* A day total as it was forecast in the backtest, and as it came. */
struct wfm_backtest_day {
	int32_t day;
	int16_t ahead;   /* 0 = the origin itself */
	double observed, mean;
	double z; /* the error in standard deviations of its forecast, on the root scale */
};

struct wfm_forecast {
	struct wfm_forecast_slot *slots; /* in order of day, slot */
	size_t n_slots;
	struct wfm_forecast_day *days;
	size_t n_days;
	struct wfm_report_card report;
	struct wfm_forecast_effect effects[WFM_MAX_EFFECTS];
	int n_effects;
	struct wfm_outlier *outliers; /* in order of day, slot */
	size_t n_outliers;
	struct wfm_joint *joint; /* for scenarios and totals (wfm/scenarios.h) */
	struct wfm_backtest_day *backtest; /* of the chosen method, in order of origin, day */
	size_t n_backtest;
	char method[24]; /* the one that made this forecast, "weighted" when several did */
};

/*
 * WFM_INVALID: the series or an option is out of range (path names it). WFM_INFEASIBLE:
 * no usable history and no expected_week_volume. WFM_CANCELLED, WFM_NO_MEMORY.
 */
enum wfm_status wfm_forecast_run(const struct wfm_series *series,
				 const struct wfm_forecast_options *options,
				 struct wfm_forecast *forecast, struct wfm_error *e);
void wfm_forecast_free(struct wfm_forecast *forecast);

/* Names of the methods built in, by index; NULL past the last. */
const char *wfm_forecast_method_name(int index);

#endif
