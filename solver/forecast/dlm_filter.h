/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The model's equations (dlm.c) as its estimation (dlm_fit.c) uses them. m and Ph
   have DLM_STATES numbers, P their square, row by row, of which the upper triangle counts. */
#ifndef WFM_DLM_FILTER_H
#define WFM_DLM_FILTER_H

#include "dlm.h"

void dlm_start(const struct dlm *k, const double *param, double *m, double *P);
void dlm_predict(const struct dlm *k, const double *param, double *m, double *P);
double dlm_observation_variance(const struct dlm *k, const double *param, int step);
/* Ph = P·h, the step's expected observation, and hᵀPh returned. */
double dlm_project(const struct dlm *k, int step, const double *m, const double *P, double *Ph,
		   double *mean);
void dlm_update(const struct dlm *k, double *m, double *P, const double *Ph, double s,
		double error);

#endif
