/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The filter of the day-level model (dlm.c) and its derivatives, as estimation (dlm_fit.c) uses
 * them. m and Ph have DLM_STATES numbers, P their square, row by row in blocks of 8 × 8: blocks
 * on the diagonal are whole, those above it hold, those below it are not kept.
 *
 * The vector code works number by number and no product is fused with its sum, so that wide
 * and narrow registers give the same bits.
 */
#ifndef WFM_DLM_FILTER_H
#define WFM_DLM_FILTER_H

#include "dlm.h"

void dlm_correlate(struct dlm *k); /* the correlations that dlm_start uses, once */
void dlm_start(const struct dlm *k, const double *param, double *m, double *P);
void dlm_predict(const struct dlm *k, const double *param, double *m, double *P);
double dlm_observation_variance(const struct dlm *k, const double *param, int step);
/* Ph = P·h, the step's expected observation, and hᵀPh returned. */
double dlm_project(const struct dlm *k, int step, const double *m, const double *P, double *Ph,
		   double *mean);
void dlm_update(const struct dlm *k, double *m, double *P, const double *Ph, double s,
		double error);

/* One observed step of a pass, as its derivatives need it. */
struct dlm_trace {
	double Ph[DLM_STATES];
	double ar_row[DLM_STATES]; /* of P before the prediction of this step */
	double ar;                 /* the same of m */
	double error, s;
	bool seen, capped;         /* observed; s = error²/9 */
};

struct dlm_pass {
	const struct dlm *k;
	int first;               /* step where the pass starts */
	double *m, *P, *Ph;      /* state, left as filtered at the end of the past */
	struct dlm_trace *trace; /* by step from first, or NULL */
	double *ratio;           /* by step: squared standardised error, NaN = missing; or NULL */
	/* After each step, when wanted. */
	void (*visit)(void *user, const struct dlm_pass *pass, int step);
	void *user;
};

/* The observation of a step, when it has one, into m and P; returns ½(ln S + e²/S). trace may be
   NULL. */
double dlm_observe(struct dlm_pass *pass, const double *param, int step, struct dlm_trace *trace);

/* How far ahead, and what the parameters alone make of it. */
struct dlm_lead {
	int lag;
	double decay, ar; /* φ^lag; variance of the AR(1) that is new since */
};
void dlm_lead_next(const struct dlm *k, struct dlm_lead *lead);
/* Mean and variance of a step that many steps after the one whose states are given. */
double dlm_foresee(const struct dlm *k, const double *m, const double *P,
		   const struct dlm_lead *lead, int step, double *mean);
/* Keeps what is foreseen after a step; and κ² from what came after those kept. */
void dlm_outlook_keep(struct dlm *k, const double *m, const double *P, int from);
void dlm_outlook_judge(struct dlm *k);

/* Σ ½(ln S + e²/S) over the past from step `first` on. */
double dlm_filter(struct dlm_pass *pass, const double *param);

/*
 * Derivatives by the parameters of what dlm_filter with a trace has just returned, by reverse
 * differentiation of its steps. adjoint: (DLM_STATES + 2)·DLM_STATES numbers of scratch.
 */
void dlm_gradient(const struct dlm_pass *pass, const double *param, double *adjoint,
		  double gradient[DLM_PARAMS]);

#endif
