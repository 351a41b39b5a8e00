/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Through the day: what the rest of today looks like, now that its beginning is known. One call,
 * no fitting, well under a millisecond.
 *
 * The morning forecast believes, on the root scale x = √(y+¼), that slot t comes out at
 *
 *   x(t) = x̂(t) + Σ_k L_k(t)·f_k + e(t),   f_k ~ N(0, 1) independent, e(t) ~ N(0, own(t))
 *
 * with f_0 the day's common factor (L_0 = x̂·σ/2, σ the sd of the log of its volume) and the
 * others the scores of shapes. What came in so far conditions the f_k: the penalised least
 * squares of Shen & Huang (2008, "Interday forecasting and intraday updating of call center
 * arrivals", eq. 10-11) with the penalty that the forecast's own variances give. Wild slots
 * (an outage, a campaign that was not announced) are trusted less (Huber weights).
 *
 * Belief and answer are plain structs of the caller with no pointers; a service can keep them or
 * rebuild a belief from stored slots. Thread rule: no shared state.
 */
#ifndef WFM_INTRADAY_H
#define WFM_INTRADAY_H

#include "wfm/forecast.h"
#include "wfm/scenarios.h"

enum { WFM_BELIEF_FACTORS = 1 + WFM_JOINT_SHAPES };

/* What a forecast says of one day before it begins. Slots shut have mean 0. */
struct wfm_day_belief {
	int slots;
	int factors;                  /* 0 .. WFM_BELIEF_FACTORS */
	double mean[WFM_MAX_SLOTS];   /* expected contacts */
	double own[WFM_MAX_SLOTS];    /* variance of e(t), >= 0 */
	double load[WFM_BELIEF_FACTORS][WFM_MAX_SLOTS]; /* L_k(t) */
};

/* From the joint that wfm_forecast_run made: day factor and shapes. day is a local date. */
enum wfm_status wfm_day_belief_from_joint(const struct wfm_joint *joint, int32_t day,
					  struct wfm_day_belief *belief, struct wfm_error *e);

/*
 * From stored numbers, day factor only: one slot after the other of the day (any that is missing
 * is shut), and the day's total. Variances are read off the quantiles.
 */
enum wfm_status wfm_day_belief_from_slots(const struct wfm_forecast_slot *slots, size_t n_slots,
					  const struct wfm_forecast_day *day, int interval_min,
					  struct wfm_day_belief *belief, struct wfm_error *e);

struct wfm_intraday_slot {
	double mean;
	double quantile[WFM_QUANTILES];
};

struct wfm_intraday {
	int now; /* first slot of the rest */
	struct wfm_intraday_slot slot[WFM_MAX_SLOTS]; /* [now, slots); zeros before and where shut */
	struct wfm_intraday_slot rest; /* the sum over [now, slots) */
	double expected_so_far;        /* of the slots observed, by the belief */
	double observed_so_far;
	int slots_observed; /* of those open before now */
	int holes;          /* open before now, but not known: they say nothing, and are not filled */
	double factor;      /* mean of the rest ÷ what was believed of it; 1 when nothing was */
	double z;    /* how far the day's factor moved, in its own sd: beyond ±3 look why */
	double z_sd; /* what is still open of it: 1 = all, 0 = nothing */
};

/*
 * observed has belief->slots numbers; those before `now` count, NaN = not known. now is
 * 0 .. slots. WFM_INVALID when a number is negative or infinite, now is outside, or the belief
 * is no belief. Nothing observed gives the belief back.
 */
enum wfm_status wfm_intraday_update(const struct wfm_day_belief *belief, const double *observed,
				    int now, struct wfm_intraday *out, struct wfm_error *e);

#endif
