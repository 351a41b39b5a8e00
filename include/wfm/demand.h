/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What else staffing needs to know of a queue besides volume: how long contacts take, how many
 * of the offered are callers trying again, how long callers wait, and what handling several
 * chats at once costs. Each estimate carries its own error and says when the data cannot tell.
 *
 * Ownership: the caller owns every array and struct; only struct wfm_aht has something to
 * release. Thread rule: no shared state.
 */
#ifndef WFM_DEMAND_H
#define WFM_DEMAND_H

#include "wfm/series.h"

/* ---- Handling time ---------------------------------------------------------------------- */

/*
 * AHT by weekday and slot: hierarchical credibility (Bühlmann & Straub 1970; Jewell 1975). Each
 * cell is (Σω·handle + k·AHT₀) ÷ (Σω·n + k) with AHT₀ the estimate one layer up (queue → hour →
 * slot of day → weekday × slot, weekday factor included) and k = σ²/τ² from the data: σ² the
 * variance of one contact's handling, τ² that of cells around their layer. A layer that tells
 * nothing gets k = ∞ and disappears. The level follows a discounted mean whose discount is the
 * one that predicted past days best (West & Harrison 1997, ch. 6).
 */
struct wfm_aht_options {
	int32_t first_day;    /* observations at or after it are not used; 0 = all */
	double default_aht_s; /* where nothing is known; 0 = 180 */
	double default_contacts; /* how many contacts that default is worth; 0 = 30 */
	int origins;          /* weekly backtest origins; 0 = 8, fewer when short; -1 = none */
};

/* Contacts-weighted: wape = Σ n·|actual AHT − forecast| ÷ Σ n·actual AHT over past origins. */
struct wfm_aht_score {
	double wape;            /* NaN where nothing could be scored, as below */
	double wape_constant;   /* the mean of all history, one number */
	double wape_four_weeks; /* the last four weeks' mean, one number */
	double wape_four_weeks_cell; /* the last four weeks of the same weekday and slot */
	double floor;           /* what a perfect rate would still miss by, as contacts differ */
	double bias;
	double coverage_80;     /* share of contacts whose interval lay inside the 80 % band */
	int origins;
	double contacts;        /* scored */
};

struct wfm_aht {
	int slots;
	double *aht_s;     /* 7 × slots, Monday first; never NaN */
	double *sd_s;      /* 7 × slots: of the expected AHT, a week or two ahead */
	double level_s;    /* the queue's mean now */
	double contact_sd_s; /* σ: how one contact's handling scatters */
	double k_slot, k_cell; /* contacts a prior is worth; INFINITY = the layer says nothing */
	double discount;   /* of the level, per day; 1 = no trend */
	double contacts;   /* learnt from */
	int32_t outliers;  /* observations pulled in as impossible */
	struct wfm_aht_score score;
};

/* WFM_INVALID as wfm_series_check; WFM_NO_MEMORY. No handling time at all is not an error. */
enum wfm_status wfm_aht_forecast(const struct wfm_series *series,
				 const struct wfm_aht_options *options, struct wfm_aht *aht,
				 struct wfm_error *e);
void wfm_aht_free(struct wfm_aht *aht);

/*
 * Quantile of the AHT that `contacts` contacts will show in that cell (their mean scatters the
 * more the fewer they are); level in (0,1). contacts <= 0: of the expected AHT itself. Lognormal.
 */
double wfm_aht_quantile(const struct wfm_aht *aht, int weekday, int slot, double contacts,
			double level);

/* ---- Offered load without those who try again ------------------------------------------- */

/* One interval of one queue, in time order; several without gaps make a day or more. */
struct wfm_attempts {
	int64_t start_s;  /* any clock that runs evenly */
	double offered;   /* attempts that came in; NaN = not known: then handled + abandoned */
	double handled;   /* NaN = not known */
	double abandoned; /* NaN = not known: then offered − handled, or nothing */
};

/*
 * Of those who abandon a share p calls again, after a delay that is exponential with mean D:
 *   offered(t) = fresh(t) + p·Σ_{u≤t} abandoned(u)·w(t−u)
 * solved for fresh, never below zero (what cannot be taken from an interval is taken from the
 * next, within the delay's reach). So Σ fresh = Σ offered − p·Σ abandoned·(share back by then).
 * Staffing puts redials back through Erlang A (wfm_staffing_options.redial), so that a plan with
 * fewer abandons also has fewer calls.
 */
struct wfm_redial {
	double probability; /* p in [0, .95] */
	double delay_s;     /* D > 0; 0 = 600 */
};

struct wfm_offered_load {
	double offered, fresh, redials; /* totals */
	double unplaced;  /* redials that the model wanted to take off but no interval held: beyond
			     a few percent p is too high for these data */
	double unknown;   /* intervals with no figure at all: fresh is NaN there */
};

/* fresh has n numbers. interval_s > 0. WFM_INVALID names the row. */
enum wfm_status wfm_offered_load(const struct wfm_attempts *rows, size_t n, int interval_s,
				 const struct wfm_redial *redial, double *fresh,
				 struct wfm_offered_load *totals, struct wfm_error *e);

/* One contact of a log, in any order. */
struct wfm_contact {
	int64_t start_s;   /* when it joined the queue */
	double wait_s;     /* in queue, until answered or gone; >= 0 */
	bool abandoned;
	uint64_t caller;   /* 0 = not known */
};

struct wfm_redial_estimate {
	struct wfm_redial redial;
	double low, high;  /* 95 %, of the probability */
	bool known;        /* false: the data cannot tell; redial.probability is 0 */
	double evidence;   /* abandons (records) or intervals looked at */
	double usual;      /* records: share of those served who call again as soon; taken off */
	char reason[160];
};

/*
 * From records with caller ids: the share of abandoners who call again within `window_s` (0 =
 * 7200) less that of callers who were served, over what is left: p = (a − s)/(1 − s).
 */
enum wfm_status wfm_redial_from_contacts(const struct wfm_contact *contacts, size_t n,
					 int64_t window_s, struct wfm_redial_estimate *estimate,
					 struct wfm_error *e);
/*
 * From interval sums: do intervals after many abandons bring more than the volume just before
 * foretells? Least squares of what is offered beyond the weekday's usual on the two lags of
 * volume and of abandons, with errors clustered by day. Known only when the 95 % interval keeps
 * off zero and below 1.
 */
enum wfm_status wfm_redial_from_intervals(const struct wfm_attempts *rows, size_t n,
					  int interval_s, double delay_s,
					  struct wfm_redial_estimate *estimate,
					  struct wfm_error *e);

/* ---- Patience --------------------------------------------------------------------------- */

struct wfm_wait_sums {
	int32_t day;      /* local date: days are the clusters of the second interval */
	double abandoned; /* NaN = not known, row left out */
	double wait_s;    /* of all who waited, those who abandoned included; NaN = not known */
};

/*
 * Mean patience by maximum likelihood of an exponential: Σ waiting ÷ abandons, those answered
 * being censored when answered (Brown et al. 2005). low/high: exact, from χ² of 2·abandons (low:
 * 2·abandons + 2) degrees of freedom. low_days/high_days allow days to differ (delete-one-day
 * jackknife on the log); NaN below 5 days with waiting.
 */
struct wfm_patience {
	bool known;       /* false without an abandon or without waiting: then mean_s is INFINITY */
	double mean_s;    /* and low .. high is what is still possible: low .. INFINITY */
	double low_s, high_s;
	double low_days_s, high_days_s;
	double abandons, waiting_s;
	int32_t days;
	/* From records only, else NaN: Kaplan-Meier, which assumes no shape. */
	double median_s, median_low_s, median_high_s; /* NaN when fewer than half are seen to leave */
	double misfit;    /* sup |Kaplan-Meier − exponential| while 2 % (and 20) still wait */
	char reason[160];
};

enum wfm_status wfm_patience_from_sums(const struct wfm_wait_sums *rows, size_t n,
				       struct wfm_patience *patience, struct wfm_error *e);

/* One point of the Kaplan-Meier curve with Greenwood's 95 % band (log-log). */
struct wfm_survival {
	double at_s, survival, low, high; /* the caller sets at_s */
};

/*
 * From records: contacts with wait_s 0 never waited and say nothing. day of a cluster =
 * floor(start_s / 86400). curve may be NULL (n_points 0).
 */
enum wfm_status wfm_patience_from_contacts(const struct wfm_contact *contacts, size_t n,
					   struct wfm_patience *patience,
					   struct wfm_survival *curve, size_t n_points,
					   struct wfm_error *e);

/* ---- Chats at once ---------------------------------------------------------------------- */

struct wfm_chat_row {
	double contacts;      /* handled, > 0 */
	double handle_time_s; /* of them, in all */
	double concurrency;   /* mean chats at once of an agent who had any, >= 1 */
};

/*
 * AHT(c) = AHT₁·(1 + s·(c − 1)), weighted least squares (a row's weight: its contacts over their
 * scatter), s drawn towards 0.10 as if known to ± 0.10 before the data, and kept in [0, 1): the
 * stretch of wfm/staffing.h. Chats take longer as an agent has more of them, and less than in
 * proportion (Luo & Zhang 2013, Oper. Res. 61:328-343; Tezcan & Zhang 2014, Oper. Res. 62:943-956).
 * Take concurrency from the system's own count of open chats: derived as handling ÷ busy time it
 * shares the noise of handling, and s comes out too large.
 */
struct wfm_chat_stretch {
	bool known;        /* false: concurrency hardly varied; stretch is the prior's */
	double aht_alone_s, aht_alone_sd_s;
	double stretch, stretch_sd;
	double covariance; /* of the two */
	double least, most; /* concurrency seen (5th and 95th percentile of contacts) */
	double contacts;
	char reason[160];
};

enum wfm_status wfm_chat_stretch_estimate(const struct wfm_chat_row *rows, size_t n,
					  struct wfm_chat_stretch *stretch, struct wfm_error *e);
/* AHT at that concurrency; sd_s may be NULL. Beyond what was seen the sd grows with it. */
double wfm_chat_aht(const struct wfm_chat_stretch *stretch, double concurrency, double *sd_s);

#endif
