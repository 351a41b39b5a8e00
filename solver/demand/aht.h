/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of the handling-time forecast: see aht_fit.c. Arrays belong to who made them. */
#ifndef WFM_DEMAND_AHT_H
#define WFM_DEMAND_AHT_H

#include "wfm/demand.h"

/* One interval of history with handled contacts. */
struct aht_cell {
	int32_t day;
	int16_t slot;
	int8_t weekday;
	double contacts, mean_s;
};

/* What is known at an origin: everything relative to the level. */
struct aht_model {
	int slots;
	double *factor; /* 7 × slots around 1 */
	double *spread; /* 7 × slots: variance of the factor */
	double level_s, level_var; /* relative variance, a step ahead */
	double growth;  /* relative variance the level gains a day */
	double day_var; /* relative variance of one day around the level */
	double contact_var; /* relative variance of one contact */
	double k_slot, k_cell, discount;
	double contacts;
};

/* Room for days of history in the scratch below. */
struct aht_scratch {
	double *number; /* AHT_ARRAYS × max(days, 7 × slots) */
	size_t stride;
};
enum { AHT_ARRAYS = 8 };

/*
 * Fits cells [0, n), in order of day, all before origin; first_day is cells[0].day. Nothing
 * fails: without cells the default comes back.
 */
void aht_fit(const struct aht_cell *cells, size_t n, int32_t origin, double default_s,
	     double default_contacts, struct aht_scratch *scratch, struct aht_model *m);

#endif
